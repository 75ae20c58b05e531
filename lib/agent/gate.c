/* The gates that an attempt must pass, and the files of a record. */
#include <errno.h>

#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "dbt/files.h"
#include "dbt/helper.h"

const char *agent_file(struct json_object *record, const char *path)
{
	struct json_object *files = js_arr(record, "files");
	size_t k;

	for (k = 0; path && k < js_len(files); k++) {
		struct json_object *f = json_object_array_get_idx(files, k);

		if (js_is(f, "path", path))
			return js_str(f, "content");
	}
	return NULL;
}

void agent_set_file(
    struct json_object *record, const char *path, const char *text)
{
	struct json_object *files = js_arr(record, "files"), *f;
	size_t k;

	if (!files) {
		files = json_object_new_array();
		js_set(record, "files", files);
	}
	for (k = 0; k < js_len(files); k++) {
		f = json_object_array_get_idx(files, k);
		if (js_is(f, "path", path)) {
			js_set_str(f, "content", text);
			return;
		}
	}
	f = json_object_new_object();
	js_set_str(f, "path", path);
	js_set_str(f, "content", text);
	json_object_array_add(files, f);
}

char *agent_yml(struct json_object *record)
{
	const char *path = js_str_or(record, "path", "");
	size_t len = strlen(path);

	return xasprintf("%.*s.yml", (int)(len < 4 ? 0 : len - 4), path);
}

const char *agent_unwritable(const struct agent_item *i)
{
	const struct agent_conf *conf = &i->a->conf;
	const char *path = js_str(i->record, "path");

	if (!conf->dir || !conf->write || !path)
		return NULL;
	switch (dbt_file_write(conf->dir, path, "", 0, true, NULL)) {
	case DBT_FILE_BY_HAND: return "edited by hand";
	case DBT_FILE_FAILED: return dbt_file_error();
	default: return NULL;
	}
}

void agent_write(struct agent_item *i, const char *path, const char *text)
{
	const struct agent_conf *conf = &i->a->conf;
	enum dbt_file what;

	if (!conf->dir || !conf->write || !text)
		return;
	what = dbt_file_write(conf->dir, path, text, strlen(text), false, NULL);
	if (what == DBT_FILE_FAILED)
		error("%s/%s: %s", conf->dir, path, dbt_file_error());
	else if (what == DBT_FILE_BY_HAND)
		warning("%s/%s was edited by hand and stays as it is",
		    conf->dir, path);
}

/* The end of a Jinja expression that begins at s, or NULL. */
static const char *end_of(const char *s)
{
	char quote = 0;

	for (s += 2; *s; s++) {
		if (quote)
			quote = *s == quote ? 0 : quote;
		else if (*s == '\'' || *s == '"')
			quote = *s;
		else if (s[0] == '}' && s[1] == '}')
			return s + 2;
	}
	return NULL;
}

char *agent_header(struct json_object *record)
{
	const char *draft = agent_file(record, js_str(record, "path"));
	const char *p = draft ? draft + strspn(draft, " \n") : "";
	const char *in, *end;

	if (strncmp(p, "{{", 2) != 0)
		return xstrdup("");
	in = p + 2;
	in += strspn(in, " \n-");
	end = end_of(p);
	if (strncmp(in, "config(", 7) != 0 || !end)
		return xstrdup("");
	return xasprintf("%.*s\n\n", (int)(end - p), p);
}

#define NAME_CHARS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* Does the text before s end with FROM, JOIN or LATERAL (and a parenthesis)? */
static bool in_from(const char *draft, const char *s)
{
	static const char *const words[] = {"from", "join", "lateral"};
	size_t k;

	while (s > draft && strchr(" \n(", s[-1]))
		s--;
	for (k = 0; k < ARRAY_SIZE(words); k++) {
		size_t n = strlen(words[k]);

		if ((size_t)(s - draft) >= n && memcmp(s - n, words[k], n) == 0)
			return true;
	}
	return false;
}

/* Macros that the rules' own draft calls may be called again. */
static void allow_macros(struct guard_policy *p, const char *draft)
{
	static const char *const own[] = {"ref", "source", "var", "config",
	    "this", "is_incremental", "to_be_written", "env_var", "run_query"};
	const char *s = draft, *end, *open;

	while (s && (open = strstr(s, "{{"))) {
		end = end_of(open);
		if (!end)
			return;
		for (s = open + 2; s < end;) {
			size_t n = strspn(s, NAME_CHARS), k;
			bool known = s[n] != '(' || s[-1] == '.';
			char *name = xmemdupz(s, n);

			for (k = 0; k < ARRAY_SIZE(own); k++)
				known = known || strcmp(own[k], name) == 0;
			if (n && !known)
				guard_allow(&p->macros, name);
			if (n && !known && in_from(draft, open))
				guard_allow(&p->tables, name);
			free(name);
			/* Names in strings are SQL's, not Jinja's. */
			if (*s == '\'' || *s == '"')
				n = strcspn(s + 1, *s == '"' ? "\"" : "'") + 1;
			s += n ? n : 1;
		}
		s = end;
	}
}

static void allow_columns(struct guard_policy *p, struct json_object *columns)
{
	size_t k;

	for (k = 0; k < js_len(columns); k++) {
		struct json_object *c = json_object_array_get_idx(columns, k);

		guard_allow(&p->columns, js_str_or(c, "name", ""));
	}
}

static void allow_inputs(struct guard_policy *p, struct json_object *record)
{
	struct json_object *list = js_arr(record, "inputs"), *deps;
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *in = json_object_array_get_idx(list, k);
		struct json_object *relation = js_obj(in, "relation");
		struct json_object *source = js_arr(relation, "source");
		char *name;

		allow_columns(p, js_arr(in, "columns"));
		if (js_str(relation, "ref"))
			guard_allow(&p->refs, js_str(relation, "ref"));
		if (js_len(source) != 2)
			continue;
		name = xasprintf("%s.%s",
		    json_object_get_string(
			json_object_array_get_idx(source, 0)),
		    json_object_get_string(
			json_object_array_get_idx(source, 1)));
		guard_allow(&p->sources, name);
		free(name);
	}
	allow_columns(p, js_arr(record, "columns"));
	deps = js_arr(record, "depends_on");
	for (k = 0; k < js_len(deps); k++)
		guard_allow(&p->refs,
		    json_object_get_string(json_object_array_get_idx(deps, k)));
}

static void allow_config(struct guard_policy *p, struct json_object *record)
{
	struct json_object *inc = js_obj(record, "incremental");

	p->config = json_object_new_object();
	js_set_str(p->config, "materialized",
	    js_str_or(record, "materialized", "view"));
	if (js_str(inc, "strategy"))
		js_set_str(
		    p->config, "incremental_strategy", js_str(inc, "strategy"));
	if (js_arr(inc, "unique_key"))
		js_set(p->config, "unique_key",
		    json_object_get(js_arr(inc, "unique_key")));
}

static bool pass_guard(struct agent_item *i, const struct answer *a)
{
	struct json_object *r = i->record;
	struct json_object *vars = js_obj(r, "vars");
	struct guard_policy p;
	bool ok = true;
	size_t k;

	if (guard_init(&p, js_str_or(r, "dialect", "duckdb")) < 0) {
		agent_error(i, "no guard for this dialect");
		return false;
	}
	allow_inputs(&p, r);
	allow_config(&p, r);
	allow_macros(&p, agent_file(r, js_str(r, "path")));
	if (vars) {
		json_object_object_foreach(vars, name, value)
		    map_put(&p.vars, name, strlen(name))
			->value = (void *)json_object_get_string(value);
	}
	for (k = 0; k < a->nr; k++) {
		char *why = guard_model(
		    &p, buf_str(&a->files[k].content), a->files[k].content.len);

		if (!why)
			continue;
		agent_error(i, "%s: refused: %s", a->files[k].path, why);
		free(why);
		ok = false;
	}
	guard_release(&p);
	return ok;
}

bool agent_changes_rows(struct json_object *generated, int64_t nr)
{
	static const char *const kinds[] = {
	    "insert", "update", "delete", "merge", "select_into", "truncate"};
	struct json_object *list = js_arr(generated, "ledger");
	size_t k, n;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);

		for (n = 0; n < ARRAY_SIZE(kinds); n++) {
			if (js_int(e, "statement", 0) == nr &&
			    js_is(e, "kind", kinds[n]))
				return true;
		}
	}
	return false;
}

static struct json_object *entry_of(struct json_object *list, int64_t nr)
{
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);

		if (js_int(e, "statement", 0) == nr)
			return e;
	}
	return NULL;
}

/* Every statement of the source must have ended somewhere. */
static bool pass_ledger(struct agent_item *i, const struct answer *a)
{
	struct json_object *mine =
	    js_arr(js_obj(i->record, "generated"), "ledger");
	struct json_object *list = js_arr(a->meta, "ledger");
	bool ok = true;
	size_t k;

	/* A kept rule stands for the whole. */
	if (!list && js_is(a->meta, "claim", "exact") && a->nr == 1 &&
	    !js_get(a->meta, "ledger"))
		return true;
	if (!js_len(list)) {
		agent_error(i, "the ledger is empty");
		return false;
	}
	for (k = 0; k < js_len(mine); k++) {
		struct json_object *e = json_object_array_get_idx(mine, k);
		int64_t nr = js_int(e, "statement", 0);

		if (nr <= 0 || entry_of(list, nr))
			continue;
		agent_error(i,
		    "statement %d (%s, line %d) is not in the ledger", (int)nr,
		    js_str_or(e, "kind", "?"), (int)js_int(e, "line", 0));
		ok = false;
	}
	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);

		if ((js_is(e, "to", "left_out") || js_is(e, "to", "manual")) &&
		    !*js_str_or(e, "reason", "")) {
			agent_error(i, "statement %d is %s without a reason",
			    (int)js_int(e, "statement", 0), js_str(e, "to"));
			ok = false;
		}
	}
	return ok;
}

struct build {
	struct agent_item *i;
	bool compiled, ran;
	size_t nodes;
};

static void put_error(struct build *b, struct json_object *e, const char *node)
{
	if (js_is(e, "phase", "run") || js_is(e, "phase", "test"))
		b->compiled = true;
	agent_error(b->i, "%s: %s%s%s%s%s", js_str_or(e, "phase", "dbt"), node,
	    js_str(e, "file") ? " in " : "", js_str_or(e, "file", ""), ": ",
	    js_str_or(e, "message", "failed"));
	if (js_str(e, "excerpt"))
		agent_error(b->i, "%s", js_str(e, "excerpt"));
}

static int on_reply(const char *line, size_t len, void *data)
{
	struct build *b = data;
	struct json_object *o = claude_json(line, len);
	struct json_object *r = js_obj(o, "result");
	struct json_object *errors = js_arr(r, "errors");
	const char *status = js_str_or(r, "status", "");
	size_t k;

	if (r) {
		b->nodes++;
		if (strcmp(status, "success") != 0 &&
		    strcmp(status, "pass") != 0 &&
		    strcmp(status, "warn") != 0) {
			b->ran = false;
			for (k = 0; k < js_len(errors); k++)
				put_error(b,
				    json_object_array_get_idx(errors, k),
				    js_str_or(r, "name", ""));
			if (!js_len(errors))
				agent_error(b->i, "%s: %s",
				    js_str_or(r, "name", "?"), status);
		}
	}
	json_object_put(o);
	return 0;
}

static bool have_dbt(struct agent *a)
{
	char *file;

	if (a->dbt || a->no_dbt)
		return a->dbt != NULL;
	a->no_dbt = true;
	if (!a->conf.dir || !a->conf.write)
		return false;
	file = xasprintf("%s/dbt_project.yml", a->conf.dir);
	if (fs_exists(file))
		a->dbt = dbt_open(a->conf.dir, NULL);
	free(file);
	return a->dbt != NULL;
}

/* Compiles, runs and tests the attempt in place; 0 to 0.4, or -1 when dbt
 * isn't there to ask. */
static double try_build(struct agent_item *i, const struct answer *a)
{
	struct agent *agent = i->a;
	const char *path = js_str(i->record, "path");
	const char *before = agent_file(i->record, path);
	struct build b = {i, false, true, 0};
	struct json_object *request, *select, *done = NULL;
	char *header, *text;
	size_t mark = i->errors.len;
	int ret;

	if (!have_dbt(agent))
		return -1;
	header = agent_header(i->record);
	text = xasprintf("%s%s", header, buf_str(answer_file(a, path)));
	agent_write(i, path, text);
	request = dbt_request("build");
	select = json_object_new_array();
	js_push_str(select, js_str_or(i->record, "name", ""));
	js_set(request, "select", select);
	js_set_bool(request, "tests", true);
	ret = dbt_call(agent->dbt, request, on_reply, &b, &done);
	if (ret < 0 && !done && !b.nodes) {
		warning("dbt can't be asked: %s", dbt_error(agent->dbt));
		dbt_close(agent->dbt);
		agent->dbt = NULL;
	} else if (ret < 0 && i->errors.len == mark) {
		agent_error(i, "dbt: %s", dbt_error(agent->dbt));
	}
	if (!b.ran || ret < 0)
		agent_write(i, path, before);
	json_object_put(done);
	json_object_put(request);
	free(text);
	free(header);
	if (!agent->dbt)
		return -1;
	return ret == 0 && b.ran ? 0.4 : b.compiled ? 0.2 : 0;
}

/* Mends what it can; the rest is told. Never the reason to lose a model that
 * is right: agent_gate() counts it last. */
static char *check_style(struct agent_item *i, const struct answer *a)
{
	const struct buf *file = answer_file(a, js_str(i->record, "path"));
	char *style = lint_check(buf_str(file));

	if (style)
		agent_error(i, "style: %s", style);
	return style;
}

struct gate agent_gate(struct agent_item *i, struct answer *a)
{
	struct gate g = {.score = 0.2};
	double built;
	size_t k;

	for (k = 0; k < a->nr; k++)
		lint_mend(&a->files[k].content, js_obj(i->record, "vars"));
	if (!pass_guard(i, a))
		return g;
	g.score = 0.4;
	if (!pass_ledger(i, a))
		return g;
	g.score = 0.6;
	built = try_build(i, a);
	/* Without dbt the stages behind this one are the gate. */
	g.sound = built < 0 || built > 0.3;
	g.built = built > 0.3;
	if (built > 0)
		g.score += built;
	g.style = check_style(i, a);
	g.pass = g.sound && !g.style;
	if (!g.style)
		g.score += 0.05;
	return g;
}
