/*
 * Drives the agents from a test as their tools do: agent_drive TOOL [options],
 * records in, records out.
 */
#include "agent/accepted.h"
#include "agent/agent.h"
#include "common/claude.h"
#include "common/jsonl.h"
#include "common/mig.h"

struct drive {
	struct agent *agent;
	const char *dir;
};

static int on_record(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct drive *d = data;

	(void)r;
	if (d->dir && js_is(o, "status", "completed") &&
	    accepted_keep(d->dir, o) < 0)
		return 1;
	agent_put(d->agent, o);
	return 0;
}

int main(int argc, char **argv)
{
	struct claude_opts co;
	struct agent_conf conf = {.opts = &co, .write = true};
	struct drive d = {NULL, NULL};
	int i, status, end;

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	const struct opt opts[] = {
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_STRING, 'C', "directory", "DIR", &conf.dir, "dbt project",
		NULL},
	    {OPT_FLAG, 0, "describe", NULL, &conf.describe, "descriptions",
		NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {
	    "TOOL [options]", "Drive the agents", opts};
	i = opt_parse(&tool, argc, argv);
	if (i >= argc)
		die("which tool?");
	conf.tool = argv[i];
	d.dir = conf.dir;
	if (agent_open(&d.agent, &conf) < 0)
		return mig_finish(MIG_TROUBLE);
	status = jsonl_each(argv + i + 1, on_record, &d);
	end = agent_close(d.agent);
	claude_opts_release(&co);
	return mig_finish(end > status ? end : status);
}
