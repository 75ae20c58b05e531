/*
 * mig-fix: repairs models that failed, by rules, and has them tested again;
 * the attempts loop.
 */
#include "common/alloc.h"
#include "common/claude.h"
#include "common/mig.h"
#include "fix.h"

static bool is_work_item(struct json_object *o)
{
	return js_is(o, "kind", "model") || js_is(o, "kind", "seed") ||
	    js_is(o, "kind", "snapshot");
}

static int take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct fix *f = data;
	struct item *item;

	GROW(f->item, f->nr, f->cap);
	item = &f->item[f->nr++];
	memset(item, 0, sizeof(*item));
	item->raw = xmemdupz(buf_str(&r->raw), r->raw.len);
	if (!is_work_item(o) || !js_str(o, "name"))
		return 0;
	item->failed = js_is(o, "status", "failed");
	item->record = json_object_get(o);
	map_set(&f->by_name, js_str(o, "name"), (void *)f->nr);
	return 0;
}

/* The errors' messages: the same twice means that nothing moves. */
static char *errors_text(struct json_object *model)
{
	struct json_object *errors = js_arr(model, "errors");
	struct buf b = BUF_INIT;
	size_t i;

	buf_adds(&b, "");
	for (i = 0; i < js_len(errors); i++)
		buf_addf(&b, "%s\n",
		    js_str_or(
			json_object_array_get_idx(errors, i), "message", ""));
	return b.s ? buf_detach(&b) : xstrdup("");
}

static bool repair(const struct fix *f, struct item *item)
{
	struct json_object *m = item->record;
	char *now = errors_text(m);

	if (item->seen && strcmp(item->seen, now) == 0) {
		item->stuck = true;
		free(now);
		return false;
	}
	free(item->seen);
	item->seen = now;
	if (!js_arr(m, "files") || !rules_apply(f, m))
		return false;
	free(item->raw);
	item->raw = NULL;
	js_set_int(m, "attempts", js_int(m, "attempts", 0) + 1);
	js_set_str(m, "status", "generated");
	if (attempt_write(f, m) < 0) {
		js_set_str(m, "status", "failed");
		return false;
	}
	return true;
}

/* A model that only waited for one that is tested again now. */
static bool waits_for_retest(const struct fix *f, const struct item *item)
{
	struct json_object *needs = js_arr(item->record, "depends_on");
	size_t i;

	for (i = 0; i < js_len(needs); i++) {
		size_t at = (size_t)map_get(&f->by_name,
		    json_object_get_string(
			json_object_array_get_idx(needs, i)));

		if (at && f->item[at - 1].retest)
			return true;
	}
	return false;
}

/* One attempt on all that failed; false when there was nothing to try. */
static bool attempt(struct fix *f)
{
	bool any = false;
	size_t i;

	for (i = 0; i < f->nr; i++) {
		struct item *item = &f->item[i];

		item->retest = false;
		if (!item->failed || item->stuck ||
		    js_int(item->record, "attempts", 0) >=
			(int64_t)f->max_attempts)
			continue;
		item->retest = repair(f, item);
		any |= item->retest;
	}
	for (i = 0; any && i < f->nr; i++) {
		struct item *item = &f->item[i];

		if (item->failed && !item->retest &&
		    waits_for_retest(f, item)) {
			item->retest = true;
			free(item->raw);
			item->raw = NULL;
		}
	}
	return any;
}

static int run(struct fix *f)
{
	unsigned long i;

	for (i = 0; i < f->max_attempts && attempt(f); i++) {
		if (f->no_test)
			return MIG_OK;
		if (attempt_test(f) < 0)
			return MIG_TROUBLE;
	}
	return MIG_OK;
}

static int give(struct fix *f)
{
	int status = MIG_OK;
	size_t i;

	for (i = 0; i < f->nr; i++) {
		struct item *item = &f->item[i];

		if (item->raw && (!f->agent || !item->failed))
			agent_pass_bytes(
			    f->agent, item->raw, strlen(item->raw));
		else
			agent_put(f->agent, item->record);
		/* What Claude still tries, agent_close() judges. */
		if (item->record && js_is(item->record, "status", "failed") &&
		    (!f->agent ||
			js_int(item->record, "attempts", 0) >=
			    (int64_t)f->max_attempts))
			status = MIG_NEGATIVE;
	}
	return status;
}

static void release(struct fix *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++) {
		free(f->item[i].raw);
		free(f->item[i].seen);
		json_object_put(f->item[i].record);
	}
	free(f->item);
	map_release(&f->by_name, NULL);
	json_object_put(f->rules);
}

static void load_rules(struct fix *f, const struct opt_list *files)
{
	char *own = mig_share("rules/fix.json");
	size_t i;

	/* A site's own rules come first: they know its code better. */
	for (i = 0; i < files->nr; i++) {
		if (rules_load(f, files->items[i]) < 0)
			exit(MIG_TROUBLE);
	}
	if (rules_load(f, own) < 0)
		exit(MIG_TROUBLE);
	free(own);
}

int main(int argc, char **argv)
{
	struct fix f = {.dir = ".", .max_attempts = 3};
	struct opt_list files = {0};
	struct claude_opts co;
	struct agent_conf conf = {.opts = &co, .tool = "fix", .write = true};

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	claude_opts_drop(&co, "max-attempts");
	const struct opt opts[] = {
	    {OPT_STRING, 'C', "directory", "DIR", &f.dir,
		"the dbt project (default: the current directory)", NULL},
	    {OPT_STRING, 't', "target", "NAME", &f.target,
		"the target of the profile", NULL},
	    {OPT_UINT, 'm', "max-attempts", "N", &f.max_attempts,
		"attempts on each model, those of before included (default 3)",
		NULL},
	    {OPT_LIST, 'r', "rules", "FILE", &files,
		"a site's own rules, tried before those of share/rules", NULL},
	    {OPT_FLAG, 0, "no-test", NULL, &f.no_test,
		"one attempt, without testing it", NULL},
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[-C DIR] [-m N] [FILE...]",
	    "Repair models that failed, and test them again", opts};
	int i, status, s;

	i = opt_parse(&tool, argc, argv);
	co.max_attempts = f.max_attempts;
	conf.dir = f.dir;
	if (agent_open(&f.agent, &conf) < 0)
		return mig_finish(MIG_TROUBLE);
	f.rules = json_object_new_array();
	load_rules(&f, &files);
	map_init(&f.by_name, MAP_EXACT);
	status = jsonl_each(argv + i, take, &f);
	s = run(&f);
	status = s > status ? s : status;
	s = give(&f);
	status = s > status ? s : status;
	s = agent_close(f.agent);
	status = s > status ? s : status;
	claude_opts_release(&co);
	release(&f);
	opt_list_release(&files);
	return mig_finish(status);
}
