/* A model record: its SQL, its yml, the macros that it uses. */
#include <string.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jinja.h"
#include "common/mig.h"
#include "gen.h"

/* A Jinja literal: in single quotes, as people write them, where the text is
 * a plain name. */
static void jinja_name(struct buf *b, const char *s)
{
	for (const char *p = s; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
			    "YZ0123456789_ .-",
			*p)) {
			jinja_string(b, s, strlen(s));
			return;
		}
	buf_addf(b, "'%s'", s);
}

static const char *element(struct json_object *array, size_t i)
{
	const char *s =
	    json_object_get_string(json_object_array_get_idx(array, i));

	return s ? s : "";
}

const char *relation_jinja(struct work *w, struct json_object *relation)
{
	struct json_object *source = js_arr(relation, "source");
	const char *ref = js_str(relation, "ref");
	struct buf b = BUF_INIT;
	const char *text = NULL;

	if (ref) {
		buf_adds(&b, "{{ ref(");
		jinja_name(&b, ref);
	} else if (js_len(source) == 2) {
		buf_adds(&b, "{{ source(");
		jinja_name(&b, element(source, 0));
		buf_adds(&b, ", ");
		jinja_name(&b, element(source, 1));
	}
	if (b.len) {
		buf_adds(&b, ") }}");
		text = arena_strndup(w->arena, buf_str(&b), b.len);
	}
	buf_release(&b);
	return text;
}

static void config_list(struct buf *b, struct json_object *keys)
{
	size_t n = js_len(keys);

	buf_adds(b, n > 1 ? "[" : "");
	for (size_t i = 0; i < n; i++) {
		buf_adds(b, i ? ", " : "");
		jinja_name(b, element(keys, i));
	}
	buf_adds(b, n > 1 ? "]" : "");
}

/* A model that needs variables is part of the project when they are set. */
static void enabled(struct work *w, struct buf *b)
{
	struct json_object *names = js_arr(w->rec, "requires");

	for (size_t i = 0; i < js_len(names); i++) {
		buf_adds(b, i ? "\n            and var(" : "var(");
		jinja_name(b, element(names, i));
		buf_adds(b, ", none) is not none");
	}
}

static void incremental(struct work *w, struct buf *b)
{
	struct json_object *inc = js_obj(w->rec, "incremental");
	struct json_object *keys = js_arr(inc, "unique_key");

	buf_adds(b, ",\n        incremental_strategy=");
	jinja_name(b, js_str_or(inc, "strategy", "append"));
	if (js_len(keys)) {
		buf_adds(b, ",\n        unique_key=");
		config_list(b, keys);
	}
}

/* {{ config(…) }}, for what dbt_project.yml doesn't say. */
static void config_head(struct work *w, struct buf *b)
{
	const char *m = js_str_or(w->rec, "materialized", "view");
	bool inc = !strcmp(m, "incremental") && js_obj(w->rec, "incremental");
	bool view = !strcmp(m, "view");
	struct buf when = BUF_INIT;

	enabled(w, &when);
	if (!when.len && !inc) {
		if (!view) {
			buf_adds(b, "{{ config(materialized=");
			jinja_name(b, m);
			buf_adds(b, ") }}\n\n");
		}
		goto out;
	}
	buf_adds(b, "{{\n    config(\n        ");
	if (!view) {
		buf_adds(b, "materialized=");
		jinja_name(b, m);
	}
	if (inc)
		incremental(w, b);
	if (when.len)
		buf_addf(b, "%senabled=(\n            %s\n        )",
		    view ? "" : ",\n        ", buf_str(&when));
	buf_adds(b, "\n    )\n}}\n\n");
out:
	buf_release(&when);
}

static bool make_sql(struct work *w, struct buf *sql, struct buf *tests)
{
	const char *kind = js_str_or(w->rec, "object_kind", "");

	if (!strcmp(kind, "table"))
		return staging_sql(w, sql);
	if (!strcmp(kind, "procedure"))
		return procedure_sql(w, sql, tests);
	return view_sql(w, sql, tests);
}

/* A SQL comment of each line of the source, inert for Jinja. */
static void add_visible(struct buf *b, char c)
{
	if (c == '\t')
		buf_adds(b, "    ");
	else
		buf_addc(b, c);
}

static void quote_source(struct buf *b, const char *text)
{
	struct buf line = BUF_INIT;

	while (*text) {
		size_t n = strcspn(text, "\n");
		size_t len = n;

		while (len && strchr("\r \t", text[len - 1]))
			len--;
		buf_adds(b, len ? "-- " : "--");
		for (size_t i = 0; i < len; i++)
			add_visible(&line, text[i]);
		jinja_escape(b, line.s, line.len);
		buf_reset(&line);
		buf_addc(b, '\n');
		text += n + (text[n] == '\n');
	}
	buf_release(&line);
}

void manual_sql(struct work *w, struct buf *sql)
{
	struct json_object *inputs = js_arr(w->rec, "inputs");
	struct json_object *definition = js_obj(w->rec, "definition");
	const char *object = js_str_or(w->rec, "object", "");

	buf_adds(sql, "-- To be written by hand; the original:\n--\n");
	quote_source(sql, js_str_or(definition, "text", ""));
	buf_adds(sql, "--\n");
	for (size_t i = 0; i < js_len(inputs); i++) {
		const char *r = relation_jinja(w,
		    js_obj(json_object_array_get_idx(inputs, i), "relation"));

		if (r)
			buf_addf(sql, "-- depends_on: %s\n", r);
	}
	buf_adds(sql, "\nselect {{ to_be_written(");
	jinja_name(sql, object);
	buf_adds(sql, ") }}");
	macro_file(w, "to_be_written");
}

static void check_name(struct work *w, const char *what, const char *name)
{
	if (dialect_keeps_name(w->dialect, name, strlen(name)))
		return;
	work_claim(w, CLAIM_DIFFERS);
	findings_add(&w->findings, FINDING_NAME_CUT, 0, 0, "%s %s", what, name);
}

/* The names that others read the model by, and a source table's. */
static void check_names(struct work *w)
{
	const char *object = work_local(w, js_str_or(w->rec, "object", ""));
	const char *dot = strchr(object, '.');

	check_name(w, "model", js_str_or(w->rec, "name", ""));
	if (js_is(w->rec, "object_kind", "table"))
		check_name(w, "table", dot ? dot + 1 : object);
	for (size_t i = 0; i < w->ncolumn; i++)
		check_name(w, "column", w->column[i].name);
}

/* ---- claims of what is read ---- */

/* A model is as sure as the models that it reads. */
static void check_inputs(struct work *w)
{
	struct json_object *inputs = js_arr(w->rec, "inputs");
	const char *me = js_str_or(w->rec, "name", "");

	for (size_t i = 0; i < js_len(inputs); i++) {
		struct json_object *in = json_object_array_get_idx(inputs, i);
		const char *ref = js_str(js_obj(in, "relation"), "ref");

		if (!ref || !strcmp(ref, me) || !map_get(&w->gen->unsure, ref))
			continue;
		if (w->claim == CLAIM_EXACT)
			findings_add(&w->findings, FINDING_INPUT_DIFFERS, 0, 0,
			    "%s", ref);
		work_claim(w, CLAIM_DIFFERS);
	}
}

void gen_note_claim(struct gen *g, struct json_object *rec)
{
	struct json_object *generated = js_obj(rec, "generated");
	const char *name = js_str(rec, "name");

	if (name && generated && !js_is(generated, "claim", "exact"))
		map_put(&g->unsure, name, strlen(name))->value = g;
}

static int known_record(struct jsonl_reader *r, struct json_object *o, void *g)
{
	(void)r;
	gen_note_claim(g, o);
	return 0;
}

int gen_known(struct gen *g)
{
	char **files = xcalloc(g->known.nr + 1, sizeof(*files));
	int status = 0;

	for (size_t i = 0; i < g->known.nr; i++)
		files[i] = (char *)(uintptr_t)g->known.items[i];
	if (g->known.nr)
		status = jsonl_each(files, known_record, g);
	free(files);
	return status >= MIG_TROUBLE ? -1 : 0;
}

/* A bad path is work_finish's to report; a missing one is made. */
static const char *model_path(struct work *w)
{
	const char *path = js_str(w->rec, "path");
	char *safe;

	if (path)
		return path;
	safe = fs_safe_name(js_str_or(w->rec, "name", ""));
	path = arena_printf(w->arena, "models/%s.sql", safe);
	free(safe);
	return path;
}

int gen_model(struct gen *g, struct json_object *rec)
{
	struct buf head = BUF_INIT, sql = BUF_INIT, tests = BUF_INIT;
	struct work w;
	int status;

	if (!work_begin(&w, g, rec))
		return 1;
	if (!make_sql(&w, &sql, &tests)) {
		buf_reset(&sql);
		manual_sql(&w, &sql);
		work_claim(&w, CLAIM_MANUAL);
	}
	check_names(&w);
	check_inputs(&w);
	config_head(&w, &head);
	buf_add(&head, sql.s, sql.len);
	buf_addc(&head, '\n');
	w.path = model_path(&w);
	work_file(&w, w.path, &head);
	work_commit(&w);
	model_yml(&w, &tests);
	buf_release(&head);
	buf_release(&sql);
	buf_release(&tests);
	status = work_finish_model(&w);
	gen_note_claim(g, rec);
	return status;
}
