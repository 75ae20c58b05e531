/*
 * Drives the Claude client from a test: a request a line in, its result a line
 * out. {"id", "task", "difficulty", "object", "system": [{"text","cache"}],
 * "user": "…", "schema": {…}}.
 */
#include <signal.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/claude.h"
#include "common/claude_price.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/ordered.h"

struct drive {
	struct ordered out;
	int status;
};

struct item {
	struct drive *d;
	struct ordered_slot *slot;
	char *id;
};

static const char *const names[] = {"ok", "truncated", "refused", "invalid",
    "failed", "no_budget", "cancelled", "not_recorded", "estimated"};

static void on_done(struct claude *c, const struct claude_result *r)
{
	struct item *i = r->data;
	struct json_object *o = json_object_new_object();

	(void)c;
	js_set_str(o, "id", i->id);
	js_set_str(o, "status", names[r->status]);
	js_set_str(o, "model", r->model);
	js_set_str(o, "text", r->text);
	js_set_str(o, "boundary", r->boundary);
	js_set(o, "json", json_object_get(r->json));
	if (r->error)
		js_set_str(o, "error", r->error);
	js_set(o, "calls", json_object_get(r->calls));
	js_set(o, "cost_usd", claude_usd_json(r->cost_pico));
	ordered_done(&i->d->out, i->slot, o);
	json_object_put(o);
	if (r->status != CLAUDE_OK && r->status != CLAUDE_ESTIMATED)
		i->d->status = MIG_NEGATIVE;
	free(i->id);
	free(i);
}

static void submit(struct claude *c, struct drive *d, struct json_object *o)
{
	struct claude_text system[8], user;
	struct claude_request r = {0};
	struct json_object *list = js_arr(o, "system");
	struct item *i = xcalloc(1, sizeof(*i));

	i->d = d;
	i->id = xstrdup(js_str_or(o, "id", ""));
	i->slot = ordered_take(&d->out);
	for (r.nr_system = 0; r.nr_system < js_len(list) && r.nr_system < 8;
	     r.nr_system++) {
		struct json_object *t =
		    json_object_array_get_idx(list, r.nr_system);

		system[r.nr_system].text = js_str_or(t, "text", "");
		system[r.nr_system].cache = js_bool(t, "cache", false);
	}
	user.text = js_str_or(o, "user", "hello");
	user.cache = false;
	r.task = js_str_or(o, "task", "gen");
	r.difficulty = js_str_or(o, "difficulty", "easy");
	r.object = js_str_or(o, "object", "");
	r.system = system;
	r.user = &user;
	r.nr_user = 1;
	r.schema = js_obj(o, "schema");
	r.done = on_done;
	r.data = i;
	claude_submit(c, &r);
}

int main(int argc, char **argv)
{
	struct claude_opts co;
	struct drive d = {.status = MIG_OK};
	struct jsonl_reader in;
	struct json_object *o;
	struct claude *c;
	unsigned long hold = 0;

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	const struct opt opts[] = {
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_UINT, 0, "hold", "SECONDS", &hold, "sleep at the end", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {
	    "[options]", "Drive the Claude client", opts};
	opt_parse(&tool, argc, argv);
	if (claude_opts_check(&co) < 0 || !(c = claude_new(&co)))
		return mig_finish(MIG_TROUBLE);
	claude_catch_signals();
	ordered_init(&d.out, stdout, co.unordered);
	if (jsonl_open(&in, NULL) < 0)
		return mig_finish(MIG_TROUBLE);
	while (!claude_signal() && (o = jsonl_next(&in))) {
		submit(c, &d, o);
		json_object_put(o);
		while (!claude_room(c) || d.out.waiting > 64 * co.jobs)
			claude_step(c, 1000, -1);
	}
	claude_drain(c);
	claude_report(c);
	if (hold)
		sleep((unsigned)hold);
	claude_free(c);
	jsonl_close(&in);
	ordered_release(&d.out);
	claude_opts_release(&co);
	if (claude_signal())
		d.status = 128 + claude_signal();
	return mig_finish(d.status);
}
