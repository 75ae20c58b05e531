/*
 * mig-eval: the rows of each model beside the rows that SQL Server had, and a
 * verdict. Nothing is completed that was not compared and found equal.
 */

#include <string.h>

#include "agent/accepted.h"
#include "common/claude.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "eval.h"

static int evaluate(struct jsonl_reader *r, struct json_object *o, void *data)
{
	const char *kind = js_str_or(o, "kind", "");
	struct json_object *generated = js_obj(o, "generated");
	struct job j = {.e = data, .record = o};
	int status;

	if ((strcmp(kind, "model") != 0 && strcmp(kind, "seed") != 0 &&
		strcmp(kind, "snapshot") != 0) ||
	    !js_str(o, "name")) {
		agent_pass(j.e->agent, r);
		return 0;
	}
	j.evaluation = json_object_new_object();
	if (js_is(generated, "claim", "manual"))
		js_set_str(o, "status", "manual");
	if (js_is(o, "status", "manual"))
		not_compared(&j, "to be done by hand");
	else if (js_is(o, "status", "failed"))
		not_compared(&j, "it failed before");
	else
		compare_with_source(&j);
	status = conclude(&j);
	if (accepted_keep(j.e->project, o) < 0)
		status = 1;
	agent_put(j.e->agent, o);
	return status;
}

int main(int argc, char **argv)
{
	static const char *const claims[] = {"differs", NULL};
	struct eval e = {.project = ".",
	    .pass_mark = 0.95,
	    .samples = 5,
	    .float_digits = 12,
	    .run = 1};
	struct claude_opts co;
	struct agent_conf conf = {.opts = &co, .tool = "eval"};

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	const struct opt opts[] = {
	    {OPT_STRING, 'C', "directory", "DIR", &e.project,
		"the dbt project (default: here)", NULL},
	    {OPT_STRING, 't', "target", "NAME", &e.target,
		"target of the profile (default: its own)", NULL},
	    {OPT_STRING, 'r', "rows", "DIR", &e.rows,
		"rowset files with the rows that SQL Server had", NULL},
	    {OPT_UINT, 0, "run", "N", &e.run,
		"compare with a procedure's n-th run (default: 1)", NULL},
	    {OPT_LIST, 0, "tolerance", "COLUMN=NUMBER", &e.tolerances,
		"numbers this far apart are equal; * is every column", NULL},
	    {OPT_UINT, 0, "float-digits", "N", &e.float_digits,
		"digits of a float that have to agree (default: 12)", NULL},
	    {OPT_UINT, 0, "sample", "N", &e.sample_rows,
		"compare about N rows of larger tables (default: all)", NULL},
	    {OPT_UINT, 0, "samples", "N", &e.samples,
		"differing rows to show of each class (default: 5)", NULL},
	    {OPT_DOUBLE, 0, "pass-mark", "SCORE", &e.pass_mark,
		"least score of a completed model (default: 0.95)", NULL},
	    {OPT_LIST, 0, "accept", "CLAIM", &e.accepted,
		"complete equal models with this claim too", claims},
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {
	    "[-C DIR] --rows DIR [OPTION...] [FILE...]",
	    "compare the rows of models with those of their originals", opts};
	int status = MIG_TROUBLE, first, end;

	first = opt_parse(&tool, argc, argv);
	if (check_tolerances(&e) < 0)
		goto out;
	conf.dir = e.project;
	if (agent_open(&e.agent, &conf) < 0)
		goto out;
	e.dbt = dbt_open(e.project, e.target);
	status = jsonl_each(argv + first, evaluate, &e);
	end = agent_close(e.agent);
	if (end > status)
		status = end;
out:
	claude_opts_release(&co);
	json_object_put(e.dialect);
	dbt_close(e.dbt);
	opt_list_release(&e.tolerances);
	opt_list_release(&e.accepted);
	return mig_finish(status);
}
