#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/claude_price.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "dbt/helper.h"

static void advance(struct agent_item *i, const struct agent_role *from);
static void ask(struct agent_item *i);

static const struct {
	const char *tool;
	const struct agent_task *tasks[AGENT_MAX_ROLES];
} tools[] = {
    {"assess", {&agent_assess, &agent_strategy}},
    {"plan", {&agent_plan, &agent_doc}},
    {"gen", {&agent_gen}},
    {"fix", {&agent_fix}},
    {"eval", {&agent_eval}},
};

static struct json_object *load_schema(const char *name)
{
	char *file = xasprintf("prompts/%s.json", name);
	char *path = mig_share(file);
	struct buf text = BUF_INIT;
	struct json_object *o = NULL;

	if (fs_read(path, &text) < 0)
		error("%s: %s", path, strerror(errno));
	else if (!(o = claude_json(buf_str(&text), text.len)))
		error("%s: not JSON", path);
	buf_release(&text);
	free(path);
	free(file);
	return o;
}

/* --prompt replaces the tool's main prompt, not those of its side tasks. */
static int add_role(struct agent *a, const struct agent_task *task)
{
	struct agent_role *r = &a->roles[a->nr_roles];

	r->task = task;
	r->prompt = prompt_load(task->name, a->nr_roles ? NULL : a->o->prompt);
	a->nr_roles++;
	if (!r->prompt || prompt_check(r->prompt, task->names) < 0)
		return -1;
	r->schema = load_schema(task->schema);
	return r->schema ? 0 : -1;
}

static int load_context(struct agent *a)
{
	struct buf b = BUF_INIT;

	if (!a->o->context)
		return 0;
	if (fs_read(a->o->context, &b) < 0) {
		error("%s: %s", a->o->context, strerror(errno));
		buf_release(&b);
		return -1;
	}
	a->context = buf_detach(&b);
	return 0;
}

static void agent_free(struct agent *a)
{
	size_t k;

	for (k = 0; k < a->nr_roles; k++) {
		prompt_free(a->roles[k].prompt);
		json_object_put(a->roles[k].schema);
	}
	claude_free(a->claude);
	ordered_release(&a->out);
	similar_free(a->similar);
	site_free(a->site);
	redaction_free(a->seen);
	if (a->dbt)
		dbt_close(a->dbt);
	free(a->context);
	free(a);
}

int agent_open(struct agent **out, const struct agent_conf *conf)
{
	const struct claude_opts *o = conf->opts;
	struct agent *a;
	size_t k, t;

	*out = NULL;
	if (claude_opts_check(o) < 0)
		return -1;
	claude_hide_key();
	if (strcmp(o->engine, "rules") == 0)
		return 0;
	if (strcmp(o->engine, "auto") == 0 && !o->replay && !claude_has_key())
		return 0;
	a = xcalloc(1, sizeof(*a));
	a->conf = *conf;
	a->o = o;
	ordered_init(&a->out, stdout, o->unordered);
	for (k = 0; k < ARRAY_SIZE(tools); k++) {
		if (strcmp(tools[k].tool, conf->tool) != 0)
			continue;
		for (t = 0; t < AGENT_MAX_ROLES && tools[k].tasks[t]; t++) {
			if (tools[k].tasks[t] == &agent_doc && !conf->describe)
				continue;
			if (add_role(a, tools[k].tasks[t]) < 0)
				goto fail;
		}
	}
	if (load_context(a) < 0 || !(a->claude = claude_new(o)))
		goto fail;
	a->similar = similar_load(conf->dir);
	a->site = site_load(conf->dir);
	if (o->redact)
		a->seen = redaction_new(true);
	claude_catch_signals();
	*out = a;
	return 0;
fail:
	agent_free(a);
	return -1;
}

bool agent_stopped(const struct agent *a)
{
	return a && claude_signal();
}

void agent_error(struct agent_item *i, const char *fmt, ...)
{
	va_list ap;

	if (i->errors.len)
		buf_addc(&i->errors, '\n');
	va_start(ap, fmt);
	buf_vaddf(&i->errors, fmt, ap);
	va_end(ap);
}

void agent_data(struct agent_item *i, struct prompt_values *v, const char *name,
    const char *text)
{
	char *masked;

	if (!text)
		return;
	masked = i->redaction ? redact_words(i->redaction, text) : NULL;
	prompt_set(v, name, PROMPT_DATA, masked ? masked : text);
	free(masked);
}

void agent_data_sql(struct agent_item *i, struct prompt_values *v,
    const char *name, const char *text)
{
	char *masked;

	if (!text)
		return;
	masked = i->redaction ? redact_sql(i->redaction, text) : NULL;
	prompt_set(v, name, PROMPT_DATA, masked ? masked : text);
	free(masked);
}

void agent_data_json(struct agent_item *i, struct prompt_values *v,
    const char *name, struct json_object *o)
{
	struct json_object *masked;

	if (!o || (json_object_is_type(o, json_type_array) && !js_len(o)))
		return;
	masked =
	    i->redaction ? redact_json(i->redaction, o) : json_object_get(o);
	prompt_set(v, name, PROMPT_DATA,
	    json_object_to_json_string_ext(masked,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(masked);
}

static void sum(
    struct json_object *to, struct json_object *from, const char *key)
{
	js_set_int(to, key, js_int(to, key, 0) + js_int(from, key, 0));
}

/* {"usage":{…},"prompt":"gen@0123456789ab"} */
void agent_sign(struct agent_item *i, struct json_object *section)
{
	struct json_object *u = json_object_new_object();
	struct json_object *ids = json_object_new_array();
	char *prompt =
	    xasprintf("%s@%s", i->role->prompt->name, i->role->prompt->version);
	double cost = 0;
	int64_t pico = 0;
	size_t k;

	for (k = 0; k < js_len(i->calls); k++) {
		struct json_object *c = json_object_array_get_idx(i->calls, k);
		struct json_object *one = js_obj(c, "usage");

		sum(u, one, "input_tokens");
		sum(u, one, "output_tokens");
		sum(u, one, "cache_read_input_tokens");
		sum(u, one, "cache_creation_input_tokens");
		cost = js_double(c, "cost_usd", 0);
		pico += (int64_t)(cost * 1e12 + 0.5);
		js_set_str(u, "model", js_str(c, "model"));
		if (js_str(c, "request_id"))
			js_push_str(ids, js_str(c, "request_id"));
	}
	js_set(u, "cost_usd", claude_usd_json(pico));
	js_set_int(u, "calls", (int64_t)js_len(i->calls));
	js_set(u, "request_ids", ids);
	js_set_str(section, "engine", "claude");
	js_set(section, "usage", u);
	js_set_str(section, "prompt", prompt);
	free(prompt);
}

static void item_free(struct agent_item *i)
{
	answer_release(&i->best.answer);
	free(i->best.style);
	buf_release(&i->errors);
	buf_release(&i->previous);
	json_object_put(i->calls);
	json_object_put(i->record);
	if (i->redaction != i->a->seen)
		redaction_free(i->redaction);
	free(i);
}

/* The whole trail of calls stays on the record, whatever came of them. */
static void keep_calls(struct agent_item *i)
{
	struct json_object *all = js_arr(i->record, "calls");
	size_t k;

	if (!js_len(i->calls))
		return;
	if (!all) {
		all = json_object_new_array();
		js_set(i->record, "calls", all);
	}
	for (k = 0; k < js_len(i->calls); k++)
		json_object_array_add(all,
		    json_object_get(json_object_array_get_idx(i->calls, k)));
}

static void end_role(struct agent_item *i)
{
	const struct agent_role *role = i->role;

	keep_calls(i);
	json_object_put(i->calls);
	i->calls = NULL;
	answer_release(&i->best.answer);
	free(i->best.style);
	memset(&i->best, 0, sizeof(i->best));
	buf_reset(&i->errors);
	buf_reset(&i->previous);
	i->attempts = i->idle = 0;
	i->best_score = 0;
	advance(i, role);
}

static const char *what(const struct agent_item *i)
{
	const char *name = js_str(i->record, "object");

	if (!name)
		name = js_str(i->record, "id");
	if (!name)
		name = js_str(i->record, "name");
	return name ? name : js_str_or(i->record, "kind", "record");
}

/* Ends the role for this record without a good answer. */
static void give_up(struct agent_item *i, const char *why)
{
	if (i->role->task->settle && i->role->task->settle(i)) {
		end_role(i);
		return;
	}
	report_at(what(i), 0, 0, "error", "%s: %s", i->role->task->name, why);
	i->a->status = MIG_NEGATIVE;
	if (i->role->task->give_up)
		i->role->task->give_up(i);
	end_role(i);
}

static void after_attempt(struct agent_item *i, enum agent_next next)
{
	unsigned long most = i->a->o->max_attempts;
	bool over = i->attempts >= most;

	if (next == AGENT_TAKEN) {
		end_role(i);
		return;
	}
	/* Repairs of earlier runs count too. */
	if (i->role->task == &agent_fix)
		over =
		    over || js_int(i->record, "attempts", 0) >= (int64_t)most;
	if (over || i->idle >= 2)
		give_up(i, buf_str(&i->errors));
	else
		ask(i);
}

/* A judgement comes to its task as if nothing had been masked. */
static enum agent_next take(struct agent_item *i, const struct claude_result *r)
{
	struct claude_result mine = *r;
	struct json_object *own;
	enum agent_next next;

	if (!i->redaction || !r->json)
		return i->role->task->take(i, r);
	own = unredact_json(i->redaction, r->json);
	mine.json = unredact_json(i->a->seen, own);
	next = i->role->task->take(i, &mine);
	json_object_put(mine.json);
	json_object_put(own);
	return next;
}

static void on_done(struct claude *c, const struct claude_result *r)
{
	struct agent_item *i = r->data;
	size_t k;

	(void)c;
	for (k = 0; k < js_len(r->calls); k++)
		json_object_array_add(i->calls,
		    json_object_get(json_object_array_get_idx(r->calls, k)));
	if (r->status == CLAUDE_ESTIMATED) {
		end_role(i);
		return;
	}
	i->attempts++;
	buf_reset(&i->errors);
	if (r->status == CLAUDE_OK) {
		double before = i->best_score;
		enum agent_next next = take(i, r);

		/* The first sets what progress is measured by. */
		i->idle = i->best_score > before || i->attempts == 1
		    ? 0
		    : i->idle + 1;
		after_attempt(i, next);
		return;
	}
	agent_error(i, "%s", r->error ? r->error : "no answer");
	i->idle += i->attempts > 1;
	if (r->status == CLAUDE_INVALID || r->status == CLAUDE_TRUNCATED)
		after_attempt(i, AGENT_AGAIN);
	else
		give_up(i, buf_str(&i->errors));
}

/* The user's own words speak of other objects, too. */
static void fill_context(struct agent_item *i, struct prompt_values *v)
{
	char *own, *all;

	if (!i->redaction || !i->a->context) {
		prompt_set(v, "context", PROMPT_TEXT, i->a->context);
		return;
	}
	own = redact_words(i->redaction, i->a->context);
	all = redact_words(i->a->seen, own);
	prompt_set(v, "context", PROMPT_TEXT, all);
	free(own);
	free(all);
}

static void ask(struct agent_item *i)
{
	struct agent *a = i->a;
	struct prompt_values v;
	struct prompt_filled f;
	struct claude_request r = {0};

	prompt_values_init(&v);
	if (i->redaction)
		prompt_set(&v, "masked", PROMPT_PLAIN, "yes");
	fill_context(i, &v);
	i->role->task->fill(i, &v);
	if (i->errors.len)
		agent_data(i, &v, "errors", i->errors.s);
	if (i->previous.len)
		agent_data_sql(i, &v, "previous", i->previous.s);
	prompt_fill(i->role->prompt, &v, &f);
	r.task =
	    i->role->task == &agent_strategy ? "assess" : i->role->task->name;
	r.difficulty = i->difficulty;
	r.object = what(i);
	r.system = f.system;
	r.nr_system = f.nr_system;
	r.user = &f.user;
	r.nr_user = 1;
	r.schema = i->role->task->files ? NULL : i->role->schema;
	r.done = on_done;
	r.data = i;
	claude_submit(a->claude, &r);
	prompt_filled_release(&f);
	prompt_values_release(&v);
}

/* The strategy speaks of every object. */
static void set_redaction(struct agent_item *i)
{
	if (i->role->task == &agent_strategy)
		i->redaction = i->a->seen;
	if (i->redaction)
		return;
	i->redaction = redaction_new(false);
	redaction_learn(i->redaction, i->record);
}

/* The next role behind `from` that wants the record, or its end. */
static void advance(struct agent_item *i, const struct agent_role *from)
{
	struct agent *a = i->a;
	size_t k = from ? (size_t)(from - a->roles) + 1 : 0;

	for (; k < a->nr_roles && !claude_signal(); k++) {
		if (!a->roles[k].task->wants(a, i->record, &i->difficulty))
			continue;
		i->role = &a->roles[k];
		i->calls = json_object_new_array();
		if (a->o->redact)
			set_redaction(i);
		if (i->role->task->without && i->role->task->without(i)) {
			json_object_put(i->calls);
			i->calls = NULL;
			buf_reset(&i->errors);
			continue;
		}
		ask(i);
		return;
	}
	ordered_done(&a->out, i->slot, i->record);
	a->items--;
	item_free(i);
}

/* Lets the network move while there is much to wait for. */
static void pump(struct agent *a)
{
	size_t most = a->o->batch ? SIZE_MAX : 4 * a->o->jobs;

	claude_step(a->claude, 0, -1);
	while (a->items >= most || a->out.waiting >= 64 * a->o->jobs) {
		if (!a->items)
			break;
		claude_step(a->claude, 1000, -1);
	}
}

static bool is_wanted(struct agent *a, struct json_object *record)
{
	const char *difficulty;
	size_t k;

	for (k = 0; k < a->nr_roles; k++) {
		if (a->roles[k].task->wants(a, record, &difficulty))
			return true;
	}
	return false;
}

void agent_put(struct agent *a, struct json_object *record)
{
	struct agent_item *i;
	char *text;

	if (!a) {
		jsonl_write(record, stdout);
		return;
	}
	similar_add(a->similar, record);
	if (a->seen)
		redaction_learn(a->seen, record);
	if (claude_signal() || !is_wanted(a, record)) {
		ordered_done(&a->out, ordered_take(&a->out), record);
		return;
	}
	i = xcalloc(1, sizeof(*i));
	i->a = a;
	i->slot = ordered_take(&a->out);
	/* A copy: the caller's own goes on to change. */
	text = xstrdup(json_object_to_json_string_ext(
	    record, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	i->record = json_tokener_parse(text);
	free(text);
	a->items++;
	advance(i, NULL);
	pump(a);
}

void agent_pass_bytes(struct agent *a, const char *line, size_t len)
{
	if (a) {
		ordered_done_bytes(&a->out, ordered_take(&a->out), line, len);
		return;
	}
	jsonl_put(line, len, stdout);
}

void agent_pass(struct agent *a, const struct jsonl_reader *r)
{
	agent_pass_bytes(a, buf_str(&r->raw), r->raw.len);
}

int agent_close(struct agent *a)
{
	int status;

	if (!a)
		return MIG_OK;
	claude_drain(a->claude);
	claude_report(a->claude);
	status = claude_signal() ? 128 + claude_signal() : a->status;
	agent_free(a);
	return status;
}
