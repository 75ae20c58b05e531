/*
 * mig-plan: object records in, the same records out, then the plan: sources
 * and one self-contained model record for each thing to build, in dependency
 * order.
 */
#include "common/alloc.h"
#include "common/claude.h"
#include "common/mig.h"
#include "plan.h"
#include "tsql/dialect.h"

static const char *const policies[] = {"exact", "fold", "leave", NULL};

static void read_dialect(struct plan *p)
{
	struct dialect *d = dialect_load(p->dialect);

	if (!d)
		die("no dialect '%s'", p->dialect);
	p->name_limit = dialect_name_limit(d);
	dialect_free(d);
}

/* What the options and the input left open. */
static void fill_in(struct plan *p)
{
	if (!p->project && p->database)
		p->project = snake_case(&p->arena, p->database);
	if (!p->project)
		p->project = "migration";
	if (!p->collation) {
		p->collation = tsql_collation_default()->name;
		p->collation_assumed = true;
	}
	p->catalog->database = p->database;
	p->catalog->collation =
	    tsql_collation_get(p->collation, strlen(p->collation));
}

static void put(void *object)
{
	json_object_put(object);
}

static void release(struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->nmodel; i++) {
		findings_release(&p->model[i]->findings);
		json_object_put(p->model[i]->key);
		json_object_put(p->model[i]->outline);
		json_object_put(p->model[i]->columns);
	}
	for (i = 0; i < p->nobject; i++) {
		json_object_put(p->object[i]->record);
		json_object_put(p->object[i]->writers);
		json_object_put(p->object[i]->named);
	}
	json_object_put(p->existing);
	json_object_put(p->cycles);
	map_release(&p->by_id, NULL);
	map_release(&p->databases, NULL);
	map_release(&p->taken, NULL);
	map_release(&p->required, put);
	opt_list_release(&p->select);
	opt_list_release(&p->exclude);
	tsql_catalog_free(p->catalog);
	free(p->object);
	free(p->model);
	arena_release(&p->arena);
}

int main(int argc, char **argv)
{
	struct plan p = {.dialect = "duckdb", .policy = "exact"};
	struct claude_opts co;
	struct agent_conf conf = {.opts = &co, .tool = "plan"};
	struct opt_list accept = {0};

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	const struct opt opts[] = {
	    {OPT_STRING, 'C', "directory", "DIR", &p.dir,
		"an existing dbt project whose models are respected", NULL},
	    {OPT_STRING, 'p', "project", "NAME", &p.project,
		"the dbt project's name (default: the database's)", NULL},
	    {OPT_STRING, 'd', "dialect", "NAME", &p.dialect,
		"the target's dialect (default duckdb)", NULL},
	    {OPT_STRING, 0, "collation-policy", "POLICY", &p.policy,
		"exact (default), fold or leave", policies},
	    {OPT_STRING, 0, "collation", "NAME", &p.collation,
		"the database's collation, when the input has none", NULL},
	    {OPT_LIST, 's', "select", "GLOB", &p.select,
		"plan only objects whose id matches", NULL},
	    {OPT_LIST, 'x', "exclude", "GLOB", &p.exclude,
		"leave out objects whose id matches", NULL},
	    {OPT_LIST, 0, "accept-proposals", "GLOB", &accept,
		"only put a plan's proposals for these models into effect",
		NULL},
	    {OPT_FLAG, 0, "describe", NULL, &conf.describe,
		"let Claude describe models and columns", NULL},
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[-C DIR] [-d DIALECT] [FILE...]",
	    "Plan which dbt models to build, and in which order", opts};
	int i, status, end;

	i = opt_parse(&tool, argc, argv);
	if (accept.nr) {
		status = plan_accept(argv + i, &accept);
		opt_list_release(&accept);
		claude_opts_release(&co);
		return mig_finish(status);
	}
	read_dialect(&p);
	conf.dir = p.dir;
	if (agent_open(&p.agent, &conf) < 0)
		return mig_finish(MIG_TROUBLE);
	map_init(&p.by_id, MAP_FOLD);
	map_init(&p.databases, MAP_FOLD);
	map_init(&p.taken, MAP_EXACT);
	map_init(&p.required, MAP_EXACT);
	p.existing = json_object_new_array();
	p.cycles = json_object_new_array();
	p.catalog = tsql_catalog_new();
	project_read(&p);
	status = jsonl_each(argv + i, plan_take, &p);
	fill_in(&p);
	if (p.nobject) {
		plan_resolve(&p);
		plan_procedures(&p);
		plan_models(&p);
		plan_order(&p);
		plan_names(&p);
		plan_source_names(&p);
		plan_emit(&p);
	}
	end = agent_close(p.agent);
	claude_opts_release(&co);
	if (end > status)
		status = end;
	if (js_len(p.cycles) && status == MIG_OK)
		status = MIG_NEGATIVE;
	release(&p);
	return mig_finish(status);
}
