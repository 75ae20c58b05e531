/* The agents that write models: gen and fix. Their answers are files. */
#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/finding.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/schema.h"

static bool is_model(struct json_object *record)
{
	return (js_is(record, "kind", "model") ||
		   js_is(record, "kind", "snapshot")) &&
	    agent_sql(record) && js_str(record, "path");
}

static const struct prompt_name gen_names[] = {{"dialect", PROMPT_PLAIN},
    {"dialect_notes", PROMPT_TEXT}, {"context", PROMPT_TEXT},
    {"path", PROMPT_DATA}, {"object", PROMPT_DATA}, {"kind", PROMPT_PLAIN},
    {"materialized", PROMPT_PLAIN}, {"sql", PROMPT_DATA},
    {"target", PROMPT_DATA}, {"parameters", PROMPT_DATA},
    {"macros", PROMPT_DATA}, {"claim", PROMPT_DATA},
    {"unit_tests", PROMPT_DATA}, {"columns", PROMPT_DATA},
    {"inputs", PROMPT_DATA}, {"vars", PROMPT_DATA}, {"draft", PROMPT_DATA},
    {"unsure", PROMPT_DATA}, {"ledger", PROMPT_DATA}, {"outline", PROMPT_DATA},
    {"similar", PROMPT_DATA}, {"difference", PROMPT_DATA},
    {"test_errors", PROMPT_DATA}, {"errors", PROMPT_DATA},
    {"previous", PROMPT_DATA}, {"masked", PROMPT_PLAIN}, {NULL, PROMPT_PLAIN}};

/* The rules gave up, or say themselves that they may be wrong. "auto" asks
 * where they gave up or are more unsure than sure. */
static bool gen_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	struct json_object *g = js_obj(record, "generated");
	double confidence = js_double(g, "confidence", 1);
	bool manual = !g || js_is(g, "claim", "manual");
	bool unsure = confidence < 0.8 || js_is(g, "claim", "differs");

	if (!is_model(record) || js_is(record, "status", "completed"))
		return false;
	if (!manual && !unsure)
		return false;
	if (!manual && strcmp(a->o->engine, "auto") == 0 && confidence >= 0.5)
		return false;
	*difficulty = manual || js_is(record, "object_kind", "procedure")
	    ? "hard"
	    : "easy";
	return true;
}

static bool check_meta(struct agent_item *i, const struct answer *a)
{
	char *wrong;

	if (!a->meta) {
		agent_error(i, "the answer has no meta block");
		return false;
	}
	wrong = schema_check(i->role->schema, a->meta);
	if (wrong)
		agent_error(i, "the meta block: %s", wrong);
	free(wrong);
	return !wrong;
}

static void set_yml(struct json_object *record, const char *claim)
{
	char *yml = agent_yml(record);
	const char *text = agent_file(record, yml), *p, *end;
	struct buf b = BUF_INIT;
	bool inside = false;

	for (p = text; p && *p; p = end + (*end == '\n')) {
		size_t indent = strspn(p, " ");

		end = p + strcspn(p, "\n");
		if (strncmp(p + indent, "mig:", 4) == 0)
			inside = true;
		if (inside && strncmp(p + indent, "engine:", 7) == 0) {
			buf_addf(&b, "%.*sengine: claude\n", (int)indent, p);
		} else if (inside && strncmp(p + indent, "claim:", 6) == 0) {
			buf_addf(&b, "%.*sclaim: %s\n", (int)indent, p, claim);
			inside = false;
		} else {
			buf_add(&b, p, (size_t)(end - p));
			buf_addc(&b, '\n');
		}
	}
	if (text && b.len)
		agent_set_file(record, yml, b.s);
	buf_release(&b);
	free(yml);
}

/* A claim falls with what the ledger admits: something left to a person, or a
 * statement that changes rows left out. */
static const char *claim_of(struct json_object *g, struct json_object *meta)
{
	struct json_object *list = js_arr(meta, "ledger");
	const char *claim = js_str_or(meta, "claim", "manual");
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);

		if (js_is(e, "to", "manual"))
			return "manual";
		if (js_is(e, "to", "left_out") && strcmp(claim, "exact") == 0 &&
		    agent_changes_rows(g, js_int(e, "statement", 0)))
			claim = "differs";
	}
	return claim;
}

/* The ledger of the rules with what the answer says of each statement. */
static void merge_ledger(struct json_object *g, struct json_object *meta)
{
	struct json_object *mine = js_arr(g, "ledger");
	struct json_object *list = js_arr(meta, "ledger");
	size_t k, n;

	if (!js_len(mine)) {
		mine = json_object_new_array();
		js_set(g, "ledger", mine);
	}
	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);
		struct json_object *to = NULL;
		int64_t nr = js_int(e, "statement", 0);

		for (n = 0; n < js_len(mine) && !to; n++) {
			to = json_object_array_get_idx(mine, n);
			if (js_int(to, "statement", 0) != nr)
				to = NULL;
		}
		if (!to) {
			to = json_object_new_object();
			js_set_int(to, "statement", nr);
			js_set_str(to, "kind", "statement");
			json_object_array_add(mine, to);
		}
		js_set_str(to, "to", js_str_or(e, "to", "manual"));
		json_object_object_del(to, "reason");
		if (*js_str_or(e, "reason", ""))
			js_set_str(to, "reason", js_str(e, "reason"));
	}
}

static void push_strings(
    struct json_object *to, const char *key, struct json_object *from)
{
	struct json_object *list = js_arr(to, key);
	size_t k;

	if (!js_len(from))
		return;
	if (!list) {
		list = json_object_new_array();
		js_set(to, key, list);
	}
	for (k = 0; k < js_len(from); k++)
		js_push_str(list,
		    json_object_get_string(json_object_array_get_idx(from, k)));
}

static struct json_object *generated_of(struct json_object *record)
{
	struct json_object *g = js_obj(record, "generated");

	if (!g) {
		g = json_object_new_object();
		js_set_str(g, "engine", "claude");
		js_set_str(g, "claim", "manual");
		js_set(record, "generated", g);
		g = js_obj(record, "generated");
	}
	return g;
}

/* Puts an attempt on the record and into the project. */
static void install(
    struct agent_item *i, const struct answer *a, const char *status)
{
	struct json_object *r = i->record, *g = generated_of(r);
	const char *path = js_str(r, "path"), *claim = claim_of(g, a->meta);
	const struct buf *body = answer_file(a, path);
	char *header = agent_header(r);
	char *text = xasprintf("%s%s", header, buf_str(body));

	agent_set_file(r, path, text);
	js_set_str(g, "claim", claim);
	js_set(g, "confidence", json_object_get(js_get(a->meta, "confidence")));
	merge_ledger(g, a->meta);
	push_strings(g, "notes", js_arr(a->meta, "notes"));
	push_strings(g, "changelog", js_arr(a->meta, "changelog"));
	agent_sign(i, g);
	set_yml(r, claim);
	js_set_str(r, "status", status);
	agent_write(i, path, text);
	free(text);
	free(header);
}

/* Keeps the attempt if it came further than the others. */
static void keep_best(
    struct agent_item *i, struct answer *a, const struct gate *gate)
{
	buf_reset(&i->previous);
	buf_adds(
	    &i->previous, buf_str(answer_file(a, js_str(i->record, "path"))));
	if (gate->score <= i->best_score && i->best.valid) {
		answer_release(a);
		free(gate->style);
		return;
	}
	answer_release(&i->best.answer);
	free(i->best.style);
	i->best.answer = *a;
	i->best.valid = true;
	i->best.score = i->best_score = gate->score;
	i->best.sound = gate->sound;
	i->best.built = gate->built;
	i->best.style = gate->style;
}

/* The record counts repairs; drafts are counted in their section. */
static void count_attempt(struct agent_item *i)
{
	struct json_object *to = i->record;

	if (i->role->task == &agent_gen)
		to = generated_of(i->record);
	js_set_int(to, "attempts", js_int(to, "attempts", 0) + 1);
}

/* A repair that dbt has built and tested is as mig-test leaves it. */
static void set_tested(struct json_object *record)
{
	struct json_object *test = json_object_new_object();

	js_set_str(test, "parse", "pass");
	js_set_str(test, "compile", "pass");
	js_set_str(test, "run", "pass");
	js_set(test, "errors", json_object_new_array());
	js_set(record, "test", test);
	js_set_str(record, "status", "tested");
	js_set(record, "errors", json_object_new_array());
}

static void take_best(struct agent_item *i)
{
	install(i, &i->best.answer, "generated");
	if (i->best.built && i->role->task == &agent_fix)
		set_tested(i->record);
}

/* The answer, as if nothing had been masked: taken apart first, for a text
 * that comes back could look like its structure. */
static int parse(struct agent_item *i, struct answer *a,
    const struct claude_result *r, const char *path, char **why)
{
	char *masked, *text;
	struct json_object *meta;
	int ret;

	if (!i->redaction)
		return answer_parse(a, r->text, r->boundary, &path, 1, why);
	masked = redact_words(i->redaction, path);
	ret = answer_parse(
	    a, r->text, r->boundary, (const char *const *)&masked, 1, why);
	free(masked);
	if (ret < 0)
		return ret;
	for (size_t k = 0; k < a->nr; k++) {
		free(a->files[k].path);
		a->files[k].path = xstrdup(path);
		text = unredact(i->redaction, buf_str(&a->files[k].content));
		buf_reset(&a->files[k].content);
		buf_adds(&a->files[k].content, text);
		free(text);
	}
	meta = unredact_json(i->redaction, a->meta);
	json_object_put(a->meta);
	a->meta = meta;
	return 0;
}

static enum agent_next code_take(
    struct agent_item *i, const struct claude_result *r)
{
	const char *path = js_str(i->record, "path");
	struct answer a;
	struct gate gate;
	char *why;

	count_attempt(i);
	if (parse(i, &a, r, path, &why) < 0) {
		agent_error(i, "%s", why);
		free(why);
		return AGENT_AGAIN;
	}
	if (!answer_file(&a, path)) {
		agent_error(i, "the answer has no file %s", path);
		answer_release(&a);
		return AGENT_AGAIN;
	}
	if (!check_meta(i, &a)) {
		answer_release(&a);
		return AGENT_AGAIN;
	}
	gate = agent_gate(i, &a);
	keep_best(i, &a, &gate);
	if (!gate.pass)
		return AGENT_AGAIN;
	take_best(i);
	return AGENT_TAKEN;
}

/* No attempt is left for the style: the best one is right, what the style
 * asks for becomes findings. */
static bool code_settle(struct agent_item *i)
{
	struct json_object *g, *list;
	struct findings f = FINDINGS_INIT;
	const char *p, *end;

	if (!i->best.valid || !i->best.sound)
		return false;
	take_best(i);
	g = generated_of(i->record);
	list = js_arr(g, "findings");
	if (!list) {
		list = json_object_new_array();
		js_set(g, "findings", list);
	}
	for (p = i->best.style ? i->best.style : ""; *p;
	     p = end + (*end == '\n')) {
		end = p + strcspn(p, "\n");
		findings_add(
		    &f, FINDING_STYLE, 0, 0, "%.*s", (int)(end - p), p);
		json_object_array_add(list, finding_json(&f.items[f.nr - 1]));
	}
	findings_release(&f);
	return true;
}

static void push_error(struct agent_item *i)
{
	struct json_object *list = js_arr(i->record, "errors");
	struct json_object *e = json_object_new_object();

	if (!list) {
		list = json_object_new_array();
		js_set(i->record, "errors", list);
	}
	js_set_str(e, "phase", i->role->task->name);
	js_set_str(e, "message", buf_str(&i->errors));
	json_object_array_add(list, e);
}

/* The best attempt stays for a person to look at, if it may be run at all;
 * else what was there before. Nothing passes by default. */
static void code_give_up(struct agent_item *i)
{
	if (i->best.valid && i->best.score >= 0.6)
		install(i, &i->best.answer, "needs_review");
	push_error(i);
	js_set_str(i->record, "status", "needs_review");
}

/* A rule that this site kept makes the model without a call. */
static bool gen_without(struct agent_item *i)
{
	struct answer a = {NULL, 0, 0, NULL};
	const char *path = js_str(i->record, "path"), *why;
	char *rule = NULL, *note, *text;
	struct json_object *meta;
	struct gate gate;
	bool pass = false;

	if ((why = agent_unwritable(i))) {
		warning("%s/%s stays as it is (%s): delete it to have it "
			"written",
		    i->a->conf.dir, path, why);
		return true;
	}
	text = site_apply(i->a->site, i->record, &rule);
	if (text) {
		meta = json_object_new_object();
		GROW(a.files, a.nr, a.cap);
		memset(&a.files[0], 0, sizeof(a.files[0]));
		a.files[0].path = xstrdup(path);
		buf_adds(&a.files[0].content, text);
		a.nr = 1;
		js_set_str(meta, "claim", "exact");
		js_set_double(meta, "confidence", 0.9);
		a.meta = meta;
		gate = agent_gate(i, &a);
		pass = gate.sound;
		free(gate.style);
	}
	if (pass) {
		install(i, &a, "generated");
		js_set_str(js_obj(i->record, "generated"), "engine", "rules");
		note = xasprintf("made by this site's rule %s", rule);
		meta = json_object_new_array();
		js_push_str(meta, note);
		push_strings(js_obj(i->record, "generated"), "notes", meta);
		json_object_put(meta);
		free(note);
	}
	answer_release(&a);
	free(text);
	free(rule);
	return pass;
}

const struct agent_task agent_gen = {.name = "gen",
    .schema = "code",
    .files = true,
    .names = gen_names,
    .wants = gen_wants,
    .without = gen_without,
    .fill = agent_fill_code,
    .take = code_take,
    .settle = code_settle,
    .give_up = code_give_up};

/* fix */

static bool fix_wants(
    struct agent *a, struct json_object *record, const char **difficulty)
{
	*difficulty = js_int(record, "attempts", 0) > 0 ||
		js_is(record, "object_kind", "procedure")
	    ? "hard"
	    : "easy";
	return is_model(record) && js_is(record, "status", "failed") &&
	    js_int(record, "attempts", 0) < (int64_t)a->o->max_attempts;
}

/* Nothing is asked for a file that could not be written then. */
static bool fix_without(struct agent_item *i)
{
	const char *path = js_str(i->record, "path");
	const char *why = agent_unwritable(i);

	if (!why)
		return false;
	agent_error(i,
	    "%s/%s stays as it is (%s): it is not asked for; delete the file "
	    "and run mig-gen to have it repaired",
	    i->a->conf.dir, path, why);
	report_at(js_str_or(i->record, "object", path), 0, 0, "error",
	    "fix: %s", buf_str(&i->errors));
	push_error(i);
	i->a->status = MIG_NEGATIVE;
	return true;
}

const struct agent_task agent_fix = {.name = "fix",
    .schema = "code",
    .files = true,
    .names = gen_names,
    .wants = fix_wants,
    .without = fix_without,
    .fill = agent_fill_repair,
    .take = code_take,
    .settle = code_settle,
    .give_up = code_give_up};
