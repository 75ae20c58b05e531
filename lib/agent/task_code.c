/* The agents that write models: gen and fix. Their answers are files. */
#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/schema.h"

static const char *text_of(struct json_object *record)
{
	return js_str(js_obj(record, "definition"), "text");
}

static bool is_model(struct json_object *record)
{
	return (js_is(record, "kind", "model") ||
		   js_is(record, "kind", "snapshot")) &&
	    text_of(record) && js_str(record, "path");
}

static const struct prompt_name gen_names[] = {{"dialect", PROMPT_PLAIN},
    {"dialect_notes", PROMPT_TEXT}, {"context", PROMPT_TEXT},
    {"path", PROMPT_DATA}, {"object", PROMPT_DATA}, {"kind", PROMPT_PLAIN},
    {"materialized", PROMPT_PLAIN}, {"sql", PROMPT_DATA},
    {"parameters", PROMPT_DATA}, {"columns", PROMPT_DATA},
    {"inputs", PROMPT_DATA}, {"vars", PROMPT_DATA}, {"draft", PROMPT_DATA},
    {"unsure", PROMPT_DATA}, {"ledger", PROMPT_DATA}, {"outline", PROMPT_DATA},
    {"similar", PROMPT_DATA}, {"difference", PROMPT_DATA},
    {"test_errors", PROMPT_DATA}, {"errors", PROMPT_DATA},
    {"previous", PROMPT_DATA}, {NULL, PROMPT_PLAIN}};

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

static void put_column(struct buf *b, struct json_object *c)
{
	buf_addf(
	    b, "  %s %s", js_str_or(c, "name", "?"), js_str_or(c, "type", "?"));
	if (js_str(c, "collation"))
		buf_addf(b, " collate %s", js_str(c, "collation"));
	buf_addf(b, "%s\n", js_bool(c, "nullable", true) ? "" : " not null");
}

static void put_relation(
    struct buf *b, struct json_object *input, bool incremental)
{
	struct json_object *relation = js_obj(input, "relation");
	struct json_object *source = js_arr(relation, "source");

	if (js_str(relation, "ref"))
		buf_addf(b, "  read it as {{ ref('%s') }}\n",
		    js_str(relation, "ref"));
	else if (js_len(source) == 2)
		buf_addf(b, "  read it as {{ source('%s', '%s') }}\n",
		    json_object_get_string(
			json_object_array_get_idx(source, 0)),
		    json_object_get_string(
			json_object_array_get_idx(source, 1)));
	else if (js_is(input, "role", "target"))
		buf_addf(b, "  the table that the model becomes: %s\n",
		    incremental ? "read it as {{ this }} where "
				  "is_incremental(); empty before the first run"
				: "empty before a run, not to be read");
	else
		buf_adds(b,
		    "  no relation of the project: write out what it "
		    "does\n");
}

/* Inputs as a person would note them: shorter than JSON and as clear. */
static void fill_inputs(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *list = js_arr(i->record, "inputs");
	struct buf b = BUF_INIT;
	size_t k, c;

	if (js_str(i->record, "collation"))
		buf_addf(&b, "collation of columns that name none: %s\n",
		    js_str(i->record, "collation"));
	for (k = 0; k < js_len(list); k++) {
		struct json_object *in = json_object_array_get_idx(list, k);
		struct json_object *columns = js_arr(in, "columns");
		struct json_object *keys = js_arr(in, "keys");

		buf_addf(&b, "%s (%s)\n", js_str_or(in, "id", "?"),
		    js_str_or(in, "kind", "?"));
		put_relation(
		    &b, in, js_is(i->record, "materialized", "incremental"));
		for (c = 0; c < js_len(columns); c++)
			put_column(&b, json_object_array_get_idx(columns, c));
		if (js_len(keys))
			buf_addf(&b, "  keys: %s\n",
			    json_object_to_json_string_ext(
				keys, JSON_C_TO_STRING_PLAIN));
		if (text_of(in))
			buf_addf(&b, "  defined as:\n%s\n", text_of(in));
	}
	agent_data(i, v, "inputs", b.s);
	buf_release(&b);
}

static void fill_columns(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *columns = js_arr(i->record, "columns");
	struct buf b = BUF_INIT;
	size_t c;

	for (c = 0; c < js_len(columns); c++)
		put_column(&b, json_object_array_get_idx(columns, c));
	agent_data(i, v, "columns", b.s);
	buf_release(&b);
}

/* A line of the source by its text: nobody has to count lines. Only by its
 * number where words are masked, for it may begin or end in a comment. */
static void put_line(struct buf *b, const struct agent_item *i, int64_t line)
{
	const char *p = text_of(i->record);
	int64_t first = js_int(js_obj(i->record, "definition"), "line", 1);

	if (i->redaction) {
		buf_addf(b, " line %d", (int)(line - first + 1));
		return;
	}

	for (; p && line > first; line--) {
		p = strchr(p, '\n');
		p += p != NULL;
	}
	if (!p || line < first)
		return;
	p += strspn(p, " \t");
	buf_addf(b, " `%.*s`", (int)strcspn(p, "\r\n"), p);
}

static void fill_ledger(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *list =
	    js_arr(js_obj(i->record, "generated"), "ledger");
	struct buf b = BUF_INIT;
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);

		if (js_int(e, "statement", 0) <= 0)
			continue;
		buf_addf(&b, "statement %d: %s,",
		    (int)js_int(e, "statement", 0), js_str_or(e, "kind", "?"));
		put_line(&b, i, js_int(e, "line", 0));
		buf_addc(&b, '\n');
	}
	agent_data(i, v, "ledger", b.s);
	buf_release(&b);
}

static void put_findings(
    struct buf *b, const struct agent_item *i, struct json_object *list)
{
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *f = json_object_array_get_idx(list, k);

		buf_adds(b, js_str_or(f, "message", ""));
		put_line(b, i, js_int(f, "line", 0));
		buf_addc(b, '\n');
	}
}

static void fill_unsure(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *g = js_obj(i->record, "generated");
	struct json_object *notes = js_arr(g, "notes");
	struct buf b = BUF_INIT;
	size_t k;

	put_findings(&b, i, js_arr(i->record, "findings"));
	put_findings(&b, i, js_arr(g, "findings"));
	for (k = 0; k < js_len(notes); k++)
		buf_addf(&b, "%s\n",
		    json_object_get_string(
			json_object_array_get_idx(notes, k)));
	agent_data(i, v, "unsure", b.s);
	buf_release(&b);
}

static void fill_notes(struct agent_item *i, struct prompt_values *v)
{
	char *dialect = fs_safe_name(js_str_or(i->record, "dialect", "duckdb"));
	char *name = xasprintf("prompts/dialects/%s.md", dialect);
	char *path = mig_share(name);
	struct buf b = BUF_INIT;

	prompt_set(v, "dialect", PROMPT_PLAIN, dialect);
	if (fs_read(path, &b) == 0)
		prompt_set(v, "dialect_notes", PROMPT_TEXT, buf_str(&b));
	buf_release(&b);
	free(path);
	free(name);
	free(dialect);
}

static void fill_common(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *r = i->record;
	struct buf similar = BUF_INIT;
	const char *draft;

	fill_notes(i, v);
	prompt_set(v, "kind", PROMPT_PLAIN, js_str_or(r, "object_kind", ""));
	prompt_set(v, "materialized", PROMPT_PLAIN,
	    js_str_or(r, "materialized", "view"));
	agent_data(i, v, "path", js_str(r, "path"));
	agent_data(i, v, "object", js_str(r, "object"));
	agent_data(i, v, "sql", text_of(r));
	agent_data_json(i, v, "parameters", js_arr(r, "parameters"));
	agent_data_json(i, v, "vars", js_obj(r, "vars"));
	agent_data_json(i, v, "outline", js_arr(r, "outline"));
	fill_columns(i, v);
	fill_inputs(i, v);
	fill_ledger(i, v);
	fill_unsure(i, v);
	draft = agent_file(r, js_str(r, "path"));
	if (draft && !strstr(draft, "to_be_written(")) {
		/* config() is added again: the answer has none. */
		char *header = agent_header(r);
		size_t n = strlen(header);

		agent_data(i, v, "draft",
		    strncmp(draft, header, n) == 0 ? draft + n : draft);
		free(header);
	}
	/* Other objects' texts would need masks of their own. */
	if (!i->redaction)
		similar_find(
		    i->a->similar, text_of(r), js_str(r, "object"), &similar);
	agent_data(i, v, "similar", similar.s);
	buf_release(&similar);
}

static void gen_fill(struct agent_item *i, struct prompt_values *v)
{
	fill_common(i, v);
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
	const char *path = js_str(record, "path");
	size_t len = strlen(path);
	char *yml;
	const char *text, *p, *end;
	struct buf b = BUF_INIT;
	bool inside = false;

	if (len < 4)
		return;
	yml = xasprintf("%.*s.yml", (int)(len - 4), path);
	text = agent_file(record, yml);
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

static void push_strings(struct agent_item *i, struct json_object *to,
    const char *key, struct json_object *from)
{
	struct json_object *list = js_arr(to, key);
	size_t k;

	if (!js_len(from))
		return;
	if (!list) {
		list = json_object_new_array();
		js_set(to, key, list);
	}
	for (k = 0; k < js_len(from); k++) {
		char *s = agent_unmask(i,
		    json_object_get_string(json_object_array_get_idx(from, k)));

		js_push_str(list, s);
		free(s);
	}
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
	push_strings(i, g, "notes", js_arr(a->meta, "notes"));
	push_strings(i, g, "changelog", js_arr(a->meta, "changelog"));
	agent_sign(i, g);
	set_yml(r, claim);
	js_set_str(r, "status", status);
	agent_write(i, path, text);
	free(text);
	free(header);
}

/* Keeps the attempt if it came further than the others. */
static void keep_best(struct agent_item *i, struct answer *a, double score)
{
	buf_reset(&i->previous);
	buf_adds(
	    &i->previous, buf_str(answer_file(a, js_str(i->record, "path"))));
	if (score <= i->best_score && i->best.valid) {
		answer_release(a);
		return;
	}
	answer_release(&i->best.answer);
	i->best.answer = *a;
	i->best.valid = true;
	i->best.score = i->best_score = score;
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

static enum agent_next code_take(
    struct agent_item *i, const struct claude_result *r, const char *status)
{
	const char *path = js_str(i->record, "path");
	char *text = agent_unmask(i, r->text), *why;
	struct answer a;
	struct gate gate;
	int parsed = answer_parse(&a, text, r->boundary, &path, 1, &why);

	count_attempt(i);
	free(text);
	if (parsed < 0) {
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
	keep_best(i, &a, gate.score);
	if (!gate.pass)
		return AGENT_AGAIN;
	install(i, &i->best.answer, status);
	if (gate.built && i->role->task == &agent_fix)
		set_tested(i->record);
	return AGENT_TAKEN;
}

static enum agent_next gen_take(
    struct agent_item *i, const struct claude_result *r)
{
	return code_take(i, r, "generated");
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
	const char *path = js_str(i->record, "path");
	char *rule = NULL, *note;
	char *text = site_apply(i->a->site, i->record, &rule);
	struct json_object *meta;
	bool pass = false;

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
		pass = agent_gate(i, &a).pass;
	}
	if (pass) {
		install(i, &a, "generated");
		js_set_str(js_obj(i->record, "generated"), "engine", "rules");
		note = xasprintf("made by this site's rule %s", rule);
		meta = json_object_new_array();
		js_push_str(meta, note);
		push_strings(i, js_obj(i->record, "generated"), "notes", meta);
		json_object_put(meta);
		free(note);
	}
	answer_release(&a);
	free(text);
	free(rule);
	return pass;
}

const struct agent_task agent_gen = {"gen", "code", true, gen_names, gen_wants,
    gen_without, gen_fill, gen_take, code_give_up};

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

static void put_errors(struct buf *b, struct json_object *list)
{
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);

		if (json_object_is_type(e, json_type_string)) {
			buf_addf(b, "%s\n", json_object_get_string(e));
			continue;
		}
		buf_addf(b, "%s: ", js_str_or(e, "phase", "error"));
		if (js_str(e, "file"))
			buf_addf(b, "%s:%d: ", js_str(e, "file"),
			    (int)js_int(e, "line", 0));
		buf_addf(b, "%s\n", js_str_or(e, "message", ""));
		if (js_str(e, "excerpt"))
			buf_addf(b, "%s\n", js_str(e, "excerpt"));
	}
}

/* The first example of each class of mismatch: small, and enough to see. */
static void fill_difference(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *e = js_obj(i->record, "evaluation");
	struct json_object *out, *list, *few;
	size_t k;

	if (!js_is(e, "verdict", "different"))
		return;
	out = json_object_new_object();
	js_set(out, "mismatches", json_object_get(js_obj(e, "mismatches")));
	js_set(out, "columns", json_object_get(js_arr(e, "columns")));
	if (js_str(e, "explanation"))
		js_set_str(out, "explanation", js_str(e, "explanation"));
	if (i->a->o->send_samples) {
		list = js_arr(e, "samples");
		few = json_object_new_array();
		for (k = 0; k < js_len(list) && k < 3; k++)
			json_object_array_add(few,
			    json_object_get(
				json_object_array_get_idx(list, k)));
		js_set(out, "samples", few);
	}
	agent_data_json(i, v, "difference", out);
	json_object_put(out);
}

static void fix_fill(struct agent_item *i, struct prompt_values *v)
{
	struct buf b = BUF_INIT;

	fill_common(i, v);
	put_errors(&b, js_arr(js_obj(i->record, "test"), "errors"));
	if (!b.len)
		put_errors(&b, js_arr(i->record, "errors"));
	agent_data(i, v, "test_errors", b.s);
	fill_difference(i, v);
	buf_release(&b);
}

/* A changelog line is part of a repair. */
static enum agent_next fix_take(
    struct agent_item *i, const struct claude_result *r)
{
	return code_take(i, r, "generated");
}

const struct agent_task agent_fix = {"fix", "code", true, gen_names, fix_wants,
    NULL, fix_fill, fix_take, code_give_up};
