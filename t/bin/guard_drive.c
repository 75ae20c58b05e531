/*
 * Drives the guard from a test: a case a line in, {"dialect", "sql", "refs",
 * "sources", "vars", "macros", "tables", "columns",
 * "config"}, its verdict out: the same with "why",
 * null when the text may be run.
 */
#include "agent/guard.h"
#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"

static void allow_all(struct map *names, struct json_object *list)
{
	size_t i;

	for (i = 0; i < js_len(list); i++)
		guard_allow(names,
		    json_object_get_string(json_object_array_get_idx(list, i)));
}

static int on_case(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct guard_policy p;
	const char *sql = js_str_or(o, "sql", "");
	char *why;

	(void)r;
	(void)data;
	if (guard_init(&p, js_str_or(o, "dialect", "duckdb")) < 0)
		return 1;
	allow_all(&p.refs, js_arr(o, "refs"));
	allow_all(&p.sources, js_arr(o, "sources"));
	allow_all(&p.vars, js_arr(o, "vars"));
	allow_all(&p.macros, js_arr(o, "macros"));
	allow_all(&p.tables, js_arr(o, "tables"));
	allow_all(&p.columns, js_arr(o, "columns"));
	p.config = json_object_get(js_obj(o, "config"));
	if (js_str(o, "words"))
		why = guard_words(js_str(o, "words"));
	else
		why = guard_model(&p, sql,
		    (size_t)json_object_get_string_len(js_get(o, "sql")));
	js_set_str(o, "why", why);
	jsonl_write(o, stdout);
	free(why);
	guard_release(&p);
	return 0;
}

int main(int argc, char **argv)
{
	mig_start(argv[0]);
	(void)argc;
	return mig_finish(jsonl_each(argv + 1, on_case, NULL));
}
