/* mig-gen: writes the dbt project: models, yml, tests, macros. */
#include <fnmatch.h>
#include <string.h>

#include "common/claude.h"
#include "common/mig.h"
#include "gen.h"

/* Does the user want this record? By its name or its object, as patterns. */
static bool is_selected(const struct gen *g, struct json_object *rec)
{
	const char *name = js_str_or(rec, "name", "");
	const char *object = js_str_or(rec, "object", "");

	for (size_t i = 0; i < g->select.nr; i++)
		if (!fnmatch(g->select.items[i], name, 0) ||
		    !fnmatch(g->select.items[i], object, 0))
			return true;
	return !g->select.nr;
}

static int one_record(struct jsonl_reader *r, struct json_object *o, void *data)
{
	static const struct {
		const char *kind;
		int (*make)(struct gen *, struct json_object *);
	} kinds[] = {
	    {"plan", gen_plan},
	    {"source", gen_source},
	    {"model", gen_model},
	    {"snapshot", gen_model},
	};
	struct gen *g = data;
	int status = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!js_is(o, "kind", kinds[i].kind) || !is_selected(g, o))
			continue;
		status = kinds[i].make(g, o);
		arena_reset(&g->arena);
		agent_put(g->agent, o);
		return status;
	}
	agent_pass(g->agent, r);
	return 0;
}

static int run(struct gen *g, const struct agent_conf *conf, char **files)
{
	int status, end;

	if (gen_known(g) < 0 || agent_open(&g->agent, conf) < 0)
		return MIG_TROUBLE;
	arena_init(&g->arena);
	status = jsonl_each(files, one_record, g);
	end = agent_close(g->agent);
	if (end > status)
		status = end;
	if (changes_write(g) && status < MIG_NEGATIVE)
		status = MIG_NEGATIVE;
	arena_release(&g->arena);
	dialect_free(g->loaded);
	return status;
}

int main(int argc, char **argv)
{
	struct gen g = {0};
	struct claude_opts co;
	struct agent_conf conf = {.opts = &co, .tool = "gen"};

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	claude_opts_drop(&co, "dry-run");
	const struct opt opts[] = {
	    {OPT_STRING, 'C', "directory", "DIR", &g.dir,
		"write the project's files there", NULL},
	    {OPT_STRING, 'd', "dialect", "NAME", &g.dialect,
		"translate to this dialect, not the plan's", NULL},
	    {OPT_LIST, 's', "select", "PATTERN", &g.select,
		"only models whose name or object matches", NULL},
	    {OPT_LIST, 'k', "known", "FILE", &g.known,
		"records of models generated before, for their claims", NULL},
	    {OPT_FLAG, 'n', "dry-run", NULL, &g.dry_run,
		"say what would be written, write nothing", NULL},
	    {OPT_FLAG, 0, "no-write", NULL, &g.no_write,
		"leave the files on the records only", NULL},
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {
	    "[-C DIR] [-d DIALECT] [-s PATTERN] [-k FILE] [-n] [FILE...]",
	    "writes the dbt project that a plan describes", opts};
	int status;

	argv += opt_parse(&tool, argc, argv);
	co.dry_run = g.dry_run;
	conf.dir = g.dir;
	conf.write = !g.dry_run && !g.no_write;
	map_init(&g.unsure, MAP_EXACT);
	status = run(&g, &conf, argv);
	claude_opts_release(&co);
	opt_list_release(&g.select);
	opt_list_release(&g.known);
	map_release(&g.unsure, NULL);
	return mig_finish(status);
}
