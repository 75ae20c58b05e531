#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/jinja.h"
#include "gen.h"
#include "tsql/bind.h"
#include "tsql/catalog.h"
#include "tsql/parse.h"
#include "witness.h"

/* ---- the catalogue ---- */

/* An input as the object record that the catalogue reads. */
static struct json_object *as_object(struct json_object *input)
{
	struct json_object *o = json_object_new_object();
	const char *id = js_str_or(input, "id", "");
	const char *dot = strchr(id, '.');

	json_object_object_foreach(input, key, value)
	    js_set(o, key, json_object_get(value));
	if (!js_str(o, "name")) {
		size_t n = dot ? (size_t)(dot - id) : 0;

		js_set(o, "schema", json_object_new_string_len(id, (int)n));
		js_set_str(o, "name", dot ? dot + 1 : id);
	}
	if (js_is(input, "kind", "procedure_target"))
		js_set_str(o, "kind", "table");
	return o;
}

static void add_keys(struct json_object *o, struct json_object *keys)
{
	struct json_object *uniques = json_object_new_array();

	for (size_t i = 0; i < js_len(keys); i++) {
		struct json_object *k = json_object_new_object();

		js_set(k, "columns",
		    json_object_get(json_object_array_get_idx(keys, i)));
		json_object_array_add(uniques, k);
	}
	js_set(o, "unique_keys", uniques);
}

static struct tsql_catalog *catalog(struct work *w)
{
	struct tsql_catalog *cat = tsql_catalog_new();
	struct json_object *db = json_object_new_object();
	struct json_object *inputs = js_arr(w->rec, "inputs");
	const char *collation = js_str(w->rec, "collation");
	const char *name = js_str(w->rec, "database");

	js_set_str(db, "kind", "database");
	if (name)
		js_set_str(db, "name", name);
	if (collation)
		js_set_str(db, "collation", collation);
	tsql_catalog_add_record(cat, db);
	json_object_put(db);
	for (size_t i = 0; i < js_len(inputs); i++) {
		struct json_object *in = json_object_array_get_idx(inputs, i);
		struct json_object *o = as_object(in);
		struct tsql_object *obj;

		add_keys(o, js_arr(in, "keys"));
		obj = tsql_catalog_add_record(cat, o);
		if (obj)
			obj->data = in;
		json_object_put(o);
	}
	return cat;
}

/* ---- relations ---- */

/* A name for the import of a relation: the model's, without its prefix where
 * what is left can stand without quotes. */
static const char *import_name(struct work *w, const char *ref)
{
	const char *rest = strstr(ref, "__");

	if (rest && rest[2] && !gen_ident_quoted(w, rest + 2))
		return rest + 2;
	return ref;
}

/* The table as the last run left it; before the first one, what the plan
 * says that it held, or no rows. */
static const char *last_state(struct work *w, struct json_object *relation)
{
	const char *initial = relation_jinja(w, relation);

	macro_file(w, "last_state");
	if (!initial)
		return NULL;
	return arena_printf(w->arena, "{{ last_state(%.*s) }}",
	    (int)strlen(initial) - 6, initial + 3);
}

static bool relation(
    void *ctx, const struct tsql_object *o, struct emit_relation *out)
{
	struct work *w = ctx;
	struct json_object *r = js_obj(o->data, "relation");
	const char *text = js_is(o->data, "role", "target")
	    ? last_state(w, r)
	    : relation_jinja(w, r);
	const char *ref = js_str(r, "ref");

	if (!text)
		return false;
	out->text = doc_text(w->arena, text);
	out->name = import_name(w, ref ? ref : o->name);
	return true;
}

/* ---- parameters ---- */

/* A parameter's default as a Jinja literal: it is a constant in T-SQL. */
static bool jinja_default(struct buf *b, const struct tsql_expr *e)
{
	const char *sign = "";

	if (e->h.kind == TSQL_E_UNARY && e->op == TSQL_OP_SUB) {
		sign = "-";
		e = e->u.unary.e;
	}
	switch (e->h.kind) {
	case TSQL_E_NULL: buf_adds(b, "none, false"); return true;
	case TSQL_E_STRING:
		jinja_string(b, e->u.lit.text, e->u.lit.len);
		return true;
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
		/* as a string: a float of Jinja's would lose digits */
		buf_addf(b, "'%s%.*s'", sign, (int)e->u.lit.len, e->u.lit.text);
		return true;
	default: return false;
	}
}

/* The parameter's name as the record spells it, without its @: that is the
 * variable's, which dbt tells apart by case. */
static const char *variable_name(struct work *w, const char *name)
{
	struct json_object *params = js_arr(w->rec, "parameters");

	for (size_t i = 0; i < js_len(params); i++) {
		const char *known =
		    js_str_or(json_object_array_get_idx(params, i), "name", "");

		if (!strcasecmp(known, name))
			return known + 1;
	}
	return name + 1;
}

/* A procedure's parameter is a dbt variable. */
static struct doc *parameter(void *ctx, const struct tsql_variable *v)
{
	struct work *w = ctx;
	struct doc *d = NULL;
	struct buf b = BUF_INIT;
	bool ok = v->param != NULL && v->name[0] == '@';

	if (ok) {
		const char *name = variable_name(w, v->name);

		buf_adds(&b, "{{ parameter(");
		jinja_string(&b, name, strlen(name));
		if (v->param->def) {
			buf_adds(&b, ", ");
			ok = jinja_default(&b, v->param->def);
		}
		buf_adds(&b, ") }}");
	}
	if (ok) {
		macro_file(w, "parameter");
		d = doc_text(w->arena, arena_strndup(w->arena, b.s, b.len));
	}
	buf_release(&b);
	return d;
}

/* ---- a query ---- */

void query_text(struct work *w, struct query *q, const char *src)
{
	struct json_object *def = js_obj(w->rec, "definition");
	struct tsql_options opt = {
	    .first_line = q->first_line,
	    .quoted_identifier_off = !js_bool(def, "quoted_identifier", true),
	    .ansi_nulls_off = !js_bool(def, "ansi_nulls", true),
	    .findings = &w->findings,
	    .no_go = true,
	};

	q->src = src;
	q->len = strlen(src);
	q->module = tsql_parse(w->arena, q->src, q->len, &opt);
}

void query_open(struct work *w, struct query *q)
{
	struct json_object *def = js_obj(w->rec, "definition");

	memset(q, 0, sizeof(*q));
	q->first_line = (uint32_t)js_int(def, "line", 1);
	q->catalog = catalog(w);
	query_text(w, q, js_str_or(def, "text", ""));
}

void query_close(struct query *q)
{
	if (q->catalog)
		tsql_catalog_free(q->catalog);
	emit_result_clear(&q->result);
}

static enum emit_collation policy(struct work *w)
{
	const char *s = js_str_or(w->rec, "collation_policy", "exact");

	return !strcmp(s, "fold") ? EMIT_FOLD
	    : !strcmp(s, "leave") ? EMIT_LEAVE
				  : EMIT_EXACT;
}

static void take_result(struct work *w, struct query *q)
{
	struct emit_result *r = &q->result;

	work_claim(w, r->claim);
	/* The binder tells where NULL would equal NULL; we don't say it so. */
	for (size_t i = 0; i < w->findings.nr; i++)
		if (w->findings.items[i].code == FINDING_ANSI_NULLS)
			work_claim(w, CLAIM_DIFFERS);
	for (size_t i = 0; i < r->findings.nr; i++) {
		const struct finding *f = r->findings.items + i;

		findings_add(&w->findings, f->code,
		    q->made ? q->first_line : f->line, q->made ? 1 : f->column,
		    "%s", f->detail ? f->detail : "");
	}
	assume_take(w, r);
	w->ncolumn = r->ncolumn;
	w->column = arena_alloc(w->arena, r->ncolumn * sizeof(*w->column) + 1);
	for (size_t i = 0; i < r->ncolumn; i++)
		w->column[i] = (struct out_column){
		    r->column[i].name, r->column[i].target_type};
	for (size_t i = 0; i < r->nmacro; i++)
		macro_file(w, r->macro[i]);
}

static struct emit_options emit_options(struct work *w, const struct query *q)
{
	return (struct emit_options){.dialect = w->dialect,
	    .catalog = q->catalog,
	    .src = q->src,
	    .src_len = q->len,
	    .first_line = q->first_line,
	    .relation = relation,
	    .variable = parameter,
	    .ctx = w,
	    .columns = q->columns,
	    .collation = policy(w),
	    .ansi_nulls_off =
		!js_bool(js_obj(w->rec, "definition"), "ansi_nulls", true)};
}

/* The catalogue's object of an id, "schema.name". */
static struct tsql_object *object_of(const struct query *q, const char *id)
{
	struct map_entry *e = q->catalog->objects.items;

	for (size_t i = 0; i < q->catalog->objects.nr; i++) {
		struct tsql_object *o = e[i].value;

		if (o->id && !strcmp(o->id, id))
			return o;
	}
	return NULL;
}

struct doc *query_computed(
    struct work *w, struct query *q, const char *table, const char *text)
{
	struct emit_options opt = emit_options(w, q);
	struct tsql_bind_options bind = {.catalog = q->catalog};
	struct tsql_object *o = object_of(q, table);
	struct tsql_expr *e =
	    tsql_parse_expr(w->arena, text, strlen(text), NULL);
	struct emit_result r = {0};
	struct doc *d = NULL;

	if (!o || !e)
		return NULL;
	opt.src = text;
	opt.src_len = strlen(text);
	tsql_bind_expr(w->arena, e, o, &bind);
	emit_expr(w->arena, &opt, e, NULL, &r);
	if (r.claim == CLAIM_EXACT)
		d = r.doc;
	for (size_t i = 0; d && i < r.nmacro; i++)
		macro_file(w, r.macro[i]);
	emit_result_clear(&r);
	return d;
}

void query_emit(struct work *w, struct query *q)
{
	struct emit_options opt = emit_options(w, q);

	emit_query(w->arena, &opt, q->query, &q->result);
	take_result(w, q);
}

bool query_finish(
    struct work *w, struct query *q, struct buf *sql, struct buf *unit_tests)
{
	if (w->claim == CLAIM_MANUAL)
		return false;
	doc_layout(q->result.doc, sql);
	if (!q->reads_itself)
		witness(w, q, unit_tests);
	return true;
}
