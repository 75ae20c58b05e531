/* The agents that judge: their answers are JSON, held to a schema. */
#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/finding.h"
#include "common/jsonl.h"
#include "common/mig.h"

static bool is_module(struct json_object *record)
{
	return (js_is(record, "kind", "view") ||
		   js_is(record, "kind", "procedure") ||
		   js_is(record, "kind", "function") ||
		   js_is(record, "kind", "trigger")) &&
	    agent_sql(record);
}

static bool is_auto(const struct agent *a)
{
	return strcmp(a->o->engine, "auto") == 0;
}

static void give_up_finding(struct agent_item *i, struct json_object *section)
{
	struct json_object *list = js_arr(section, "findings");
	struct findings f = FINDINGS_INIT;

	if (!list) {
		list = json_object_new_array();
		js_set(section, "findings", list);
	}
	findings_add(
	    &f, FINDING_CLAUDE_NO_ANSWER, 0, 0, "%.300s", buf_str(&i->errors));
	json_object_array_add(list, finding_json(&f.items[0]));
	findings_release(&f);
}

static void take_list(
    struct json_object *to, struct json_object *from, const char *key)
{
	struct json_object *v = js_arr(from, key);

	if (js_len(v))
		js_set(to, key, json_object_get(v));
}

/* assess: an object */

static const struct prompt_name assess_names[] = {{"object", PROMPT_DATA},
    {"sql", PROMPT_DATA}, {"findings", PROMPT_DATA},
    {"assessment", PROMPT_DATA}, {"columns", PROMPT_DATA},
    {"dependencies", PROMPT_DATA}, {"errors", PROMPT_DATA},
    {"previous", PROMPT_DATA}, {"context", PROMPT_TEXT},
    {"masked", PROMPT_PLAIN}, {NULL, PROMPT_PLAIN}};

/* "auto" asks about what the rules can't do or find hard. */
static bool assess_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	struct json_object *s = js_obj(record, "assessment");
	struct json_object *complexity = js_obj(s, "complexity");
	bool hard = js_is(complexity, "level", "high") ||
	    js_is(complexity, "level", "very_high");
	bool unsure = hard || js_is(s, "action", "manual") ||
	    js_is(s, "action", "rewrite");

	if (!s || !is_module(record) || (is_auto(a) && !unsure))
		return false;
	*difficulty = hard ? "hard" : "easy";
	return true;
}

static void assess_fill(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *r = i->record, *s = js_obj(r, "assessment");

	agent_data(i, v, "object", js_str(r, "id"));
	agent_data_sql(i, v, "sql", agent_sql(r));
	agent_fill_findings(i, v, js_arr(s, "findings"));
	agent_data_json(i, v, "assessment", js_obj(s, "complexity"));
	agent_fill_columns(i, v);
	agent_data_json(i, v, "dependencies", js_arr(r, "dependencies"));
}

/* Nothing is left undone on the word of a text that comments may have talked
 * into it: only with context from the user may work be dropped. */
static bool may_drop(const struct agent *a, const char *action)
{
	return a->context ||
	    (strcmp(action, "deprecate") != 0 && strcmp(action, "leave") != 0);
}

static enum agent_next assess_take(
    struct agent_item *i, const struct claude_result *r)
{
	struct json_object *s = js_obj(i->record, "assessment");
	const char *action = js_str_or(r->json, "action", "");

	if (may_drop(i->a, action)) {
		if (!js_is(s, "action", action))
			js_set_str(s, "rules_action", js_str(s, "action"));
		js_set_str(s, "action", action);
	} else {
		js_set_str(s, "proposed_action", action);
	}
	js_set_str(s, "reason", js_str_or(r->json, "reason", ""));
	take_list(s, r->json, "risks");
	take_list(s, r->json, "recommendations");
	js_set(s, "confidence", json_object_get(js_get(r->json, "confidence")));
	if (js_double(r->json, "effort_hours", -1) >= 0)
		js_set(s, "effort_hours",
		    json_object_get(js_get(r->json, "effort_hours")));
	agent_sign(i, s);
	return AGENT_TAKEN;
}

static void assess_give_up(struct agent_item *i)
{
	give_up_finding(i, js_obj(i->record, "assessment"));
}

const struct agent_task agent_assess = {.name = "assess",
    .schema = "assess",
    .names = assess_names,
    .wants = assess_wants,
    .fill = assess_fill,
    .take = assess_take,
    .give_up = assess_give_up};

/* assess: the whole */

static const struct prompt_name strategy_names[] = {{"strategy", PROMPT_DATA},
    {"errors", PROMPT_DATA}, {"previous", PROMPT_DATA},
    {"context", PROMPT_TEXT}, {"masked", PROMPT_PLAIN}, {NULL, PROMPT_PLAIN}};

static bool strategy_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	(void)a;
	*difficulty = "hard";
	return js_is(record, "kind", "strategy");
}

static void strategy_fill(struct agent_item *i, struct prompt_values *v)
{
	agent_data_json(i, v, "strategy", i->record);
}

static void append(
    struct json_object *to, struct json_object *from, const char *key)
{
	struct json_object *list = js_arr(to, key), *more = js_arr(from, key);
	size_t k;

	if (!list) {
		list = json_object_new_array();
		js_set(to, key, list);
	}
	for (k = 0; k < js_len(more); k++)
		json_object_array_add(
		    list, json_object_get(json_object_array_get_idx(more, k)));
}

static enum agent_next strategy_take(
    struct agent_item *i, const struct claude_result *r)
{
	js_set_str(i->record, "document", js_str_or(r->json, "document", ""));
	append(i->record, r->json, "risks");
	append(i->record, r->json, "recommendations");
	agent_sign(i, i->record);
	return AGENT_TAKEN;
}

const struct agent_task agent_strategy = {.name = "strategy",
    .schema = "strategy",
    .names = strategy_names,
    .wants = strategy_wants,
    .fill = strategy_fill,
    .take = strategy_take};

/* plan */

static const struct prompt_name plan_names[] = {{"object", PROMPT_DATA},
    {"sql", PROMPT_DATA}, {"plan", PROMPT_DATA}, {"outline", PROMPT_DATA},
    {"columns", PROMPT_DATA}, {"inputs", PROMPT_DATA},
    {"findings", PROMPT_DATA}, {"errors", PROMPT_DATA},
    {"previous", PROMPT_DATA}, {"context", PROMPT_TEXT},
    {"dialect", PROMPT_PLAIN}, {"masked", PROMPT_PLAIN}, {NULL, PROMPT_PLAIN}};

/* Tables are plain; the rest is asked about, by "auto" where the rules found
 * something. */
static bool plan_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	if (!js_is(record, "kind", "model") || !agent_sql(record) ||
	    js_is(record, "object_kind", "table"))
		return false;
	if (is_auto(a) && !js_len(js_arr(record, "findings")))
		return false;
	*difficulty =
	    js_is(record, "object_kind", "procedure") ? "hard" : "easy";
	return true;
}

static struct json_object *subset(
    struct json_object *o, const char *const *keys)
{
	struct json_object *out = json_object_new_object();

	for (; *keys; keys++) {
		if (js_get(o, *keys))
			js_set(out, *keys, json_object_get(js_get(o, *keys)));
	}
	return out;
}

static void plan_fill(struct agent_item *i, struct prompt_values *v)
{
	static const char *const keys[] = {"name", "layer", "materialized",
	    "incremental", "depends_on", "keys", "tests", "pattern", "target",
	    NULL};
	struct json_object *plan = subset(i->record, keys);

	prompt_set(v, "dialect", PROMPT_PLAIN,
	    js_str_or(i->record, "dialect", "duckdb"));
	agent_data(i, v, "object", js_str(i->record, "object"));
	agent_data_sql(i, v, "sql", agent_sql(i->record));
	agent_data_json(i, v, "plan", plan);
	agent_fill_outline(i, v);
	agent_fill_columns(i, v);
	agent_fill_inputs(i, v);
	agent_fill_findings(i, v, js_arr(i->record, "findings"));
	json_object_put(plan);
}

/* Names and materialization are proposals: other records of the stream
 * already speak of this one by its name. A person decides. */
static enum agent_next plan_take(
    struct agent_item *i, const struct claude_result *r)
{
	static const char *const keys[] = {"name", "materialized", "unique_key",
	    "reason", "questions", "confidence", NULL};
	struct json_object *proposal = subset(r->json, keys);

	take_list(i->record, r->json, "outline");
	agent_sign(i, proposal);
	js_set(i->record, "proposal", proposal);
	return AGENT_TAKEN;
}

static void record_give_up(struct agent_item *i)
{
	give_up_finding(i, i->record);
}

const struct agent_task agent_plan = {.name = "plan",
    .schema = "plan",
    .words = true,
    .names = plan_names,
    .wants = plan_wants,
    .fill = plan_fill,
    .take = plan_take,
    .give_up = record_give_up};

/* doc: descriptions that the source lacks */

static const struct prompt_name doc_names[] = {{"object", PROMPT_DATA},
    {"sql", PROMPT_DATA}, {"columns", PROMPT_DATA}, {"inputs", PROMPT_DATA},
    {"errors", PROMPT_DATA}, {"previous", PROMPT_DATA},
    {"context", PROMPT_TEXT}, {"masked", PROMPT_PLAIN}, {NULL, PROMPT_PLAIN}};

static bool lacks_words(struct json_object *o)
{
	return !*js_str_or(o, "description", "");
}

static bool doc_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	struct json_object *columns = js_arr(record, "columns");
	bool lacks = lacks_words(record);
	size_t k;

	(void)a;
	*difficulty = "easy";
	if (!js_is(record, "kind", "model"))
		return false;
	for (k = 0; k < js_len(columns); k++)
		lacks =
		    lacks || lacks_words(json_object_array_get_idx(columns, k));
	return lacks;
}

static void doc_fill(struct agent_item *i, struct prompt_values *v)
{
	agent_data(i, v, "object", js_str(i->record, "object"));
	agent_data_sql(i, v, "sql", agent_sql(i->record));
	agent_fill_columns(i, v);
	agent_fill_inputs(i, v);
}

/* dbt renders descriptions: they may hold words only. */
static bool take_words(
    struct agent_item *i, struct json_object *to, const char *words)
{
	char *why;

	if (!words || !*words || !lacks_words(to))
		return true;
	why = guard_words(words);
	if (why)
		agent_error(i, "a description is refused: %s", why);
	else
		js_set_str(to, "description", words);
	if (!why)
		return true;
	free(why);
	return false;
}

static struct json_object *column_of(
    struct json_object *columns, const char *name)
{
	size_t k;

	for (k = 0; k < js_len(columns); k++) {
		struct json_object *c = json_object_array_get_idx(columns, k);

		if (js_is(c, "name", name))
			return c;
	}
	return NULL;
}

static enum agent_next doc_take(
    struct agent_item *i, const struct claude_result *r)
{
	struct json_object *columns = js_arr(i->record, "columns");
	struct json_object *list = js_arr(r->json, "columns");
	struct json_object *sign = json_object_new_object();
	bool ok = take_words(i, i->record, js_str(r->json, "description"));
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *c = json_object_array_get_idx(list, k);
		struct json_object *to =
		    column_of(columns, js_str_or(c, "name", ""));

		if (to)
			ok = take_words(i, to, js_str(c, "description")) && ok;
	}
	agent_sign(i, sign);
	js_set(i->record, "documentation", sign);
	return ok ? AGENT_TAKEN : AGENT_AGAIN;
}

const struct agent_task agent_doc = {.name = "doc",
    .schema = "doc",
    .words = true,
    .names = doc_names,
    .wants = doc_wants,
    .fill = doc_fill,
    .take = doc_take,
    .give_up = record_give_up};

/* eval: why rows differ */

static const struct prompt_name eval_names[] = {{"object", PROMPT_DATA},
    {"sql", PROMPT_DATA}, {"model", PROMPT_DATA}, {"evaluation", PROMPT_DATA},
    {"samples", PROMPT_DATA}, {"findings", PROMPT_DATA},
    {"columns", PROMPT_DATA}, {"inputs", PROMPT_DATA},
    {"dialect_notes", PROMPT_TEXT}, {"errors", PROMPT_DATA},
    {"previous", PROMPT_DATA}, {"context", PROMPT_TEXT},
    {"dialect", PROMPT_PLAIN}, {"masked", PROMPT_PLAIN}, {NULL, PROMPT_PLAIN}};

static bool eval_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	(void)a;
	*difficulty =
	    js_is(record, "object_kind", "procedure") ? "hard" : "easy";
	return js_is(js_obj(record, "evaluation"), "verdict", "different");
}

static void eval_fill(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *r = i->record;
	struct buf b = BUF_INIT;

	agent_fill_dialect(i, v);
	agent_data(i, v, "object", js_str(r, "object"));
	agent_data_sql(i, v, "sql", agent_sql(r));
	agent_fill_columns(i, v);
	agent_fill_inputs(i, v);
	agent_data_sql(i, v, "model", agent_file(r, js_str(r, "path")));
	agent_put_comparison(&b, r);
	agent_data(i, v, "evaluation", b.s);
	agent_fill_findings(i, v, js_arr(js_obj(r, "generated"), "findings"));
	buf_reset(&b);
	if (i->a->o->send_samples)
		agent_put_samples(&b, r, 5);
	agent_data(i, v, "samples", b.s);
	buf_release(&b);
}

/* An explanation; score and verdict stay what the comparison says. */
static enum agent_next eval_take(
    struct agent_item *i, const struct claude_result *r)
{
	struct json_object *e = js_obj(i->record, "evaluation");
	const char *expression = js_str_or(r->json, "expression", "");
	const char *suggestion = js_str_or(r->json, "suggestion", "");

	js_set_str(e, "explanation", js_str_or(r->json, "explanation", ""));
	js_set_str(e, "cause", js_str(r->json, "cause"));
	if (*expression)
		js_set_str(e, "expression", expression);
	if (*suggestion)
		js_set_str(e, "suggestion", suggestion);
	agent_sign(i, e);
	return AGENT_TAKEN;
}

const struct agent_task agent_eval = {.name = "eval",
    .schema = "eval",
    .names = eval_names,
    .wants = eval_wants,
    .fill = eval_fill,
    .take = eval_take};
