/* What the requests show of a record, written as a person would note it. */
#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

#define MAX_MACRO_BYTES 6000

const char *agent_sql(struct json_object *record)
{
	return js_str(js_obj(record, "definition"), "text");
}

static const char *element(struct json_object *list, size_t k)
{
	const char *s =
	    json_object_get_string(json_object_array_get_idx(list, k));

	return s ? s : "";
}

/* Does the user want no free text to leave? Descriptions are then left out. */
static void put_column(
    struct buf *b, const struct agent_item *i, struct json_object *c)
{
	const char *words = js_str_or(c, "description", "");

	buf_addf(
	    b, "  %s %s", js_str_or(c, "name", "?"), js_str_or(c, "type", "?"));
	if (js_str(c, "collation"))
		buf_addf(b, " collate %s", js_str(c, "collation"));
	buf_adds(b, js_bool(c, "nullable", true) ? "" : " not null");
	if (*words && !i->redaction && i->role->task->words)
		buf_addf(b, ", described: %s", words);
	buf_addc(b, '\n');
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
		    element(source, 0), element(source, 1));
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

static void put_collation(struct buf *b, struct json_object *record)
{
	const char *name = js_str(record, "collation");

	if (name)
		buf_addf(b, "collation of columns that name none: %s\n", name);
	else
		buf_adds(b,
		    "collation of columns that name none: not known; taken for "
		    "one without regard to case, with regard to accents\n");
}

void agent_fill_inputs(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *list = js_arr(i->record, "inputs");
	struct buf b = BUF_INIT;
	size_t k, c;

	put_collation(&b, i->record);
	for (k = 0; k < js_len(list); k++) {
		struct json_object *in = json_object_array_get_idx(list, k);
		struct json_object *columns = js_arr(in, "columns");
		struct json_object *keys = js_arr(in, "keys");

		buf_addf(&b, "%s (%s)\n", js_str_or(in, "id", "?"),
		    js_str_or(in, "kind", "?"));
		put_relation(
		    &b, in, js_is(i->record, "materialized", "incremental"));
		for (c = 0; c < js_len(columns); c++)
			put_column(
			    &b, i, json_object_array_get_idx(columns, c));
		if (js_len(keys))
			buf_addf(&b, "  keys: %s\n",
			    json_object_to_json_string_ext(
				keys, JSON_C_TO_STRING_PLAIN));
		if (agent_sql(in))
			buf_addf(&b, "  defined as:\n%s\n", agent_sql(in));
	}
	agent_data_sql(i, v, "inputs", b.s);
	buf_release(&b);
}

void agent_fill_columns(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *columns = js_arr(i->record, "columns");
	struct buf b = BUF_INIT;
	size_t c;

	for (c = 0; c < js_len(columns); c++)
		put_column(&b, i, json_object_array_get_idx(columns, c));
	agent_data(i, v, "columns", b.s);
	buf_release(&b);
}

/* A line of the source by its text: nobody has to count lines. Only by its
 * number where words are masked, for it may begin or end in a comment. */
static void put_line(struct buf *b, const struct agent_item *i, int64_t line)
{
	const char *p = agent_sql(i->record);
	int64_t first = js_int(js_obj(i->record, "definition"), "line", 1);

	if (line < first)
		return;
	if (i->redaction) {
		buf_addf(b, " line %d", (int)(line - first + 1));
		return;
	}
	for (; p && line > first; line--) {
		p = strchr(p, '\n');
		p += p != NULL;
	}
	if (!p)
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

/* The rules' outline speaks of lines of the file: here of their text. */
void agent_fill_outline(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *list = js_arr(i->record, "outline");
	struct buf b = BUF_INIT;
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		const char *s = element(list, k), *end = s;
		int64_t line = 0;

		if (strncmp(s, "line ", 5) == 0) {
			for (end = s + 5; *end >= '0' && *end <= '9'; end++)
				line = line * 10 + (*end - '0');
			s = strncmp(end, ": ", 2) == 0 ? end + 2 : s;
		}
		buf_addf(&b, "- %s", s);
		if (s == end + 2)
			put_line(&b, i, line);
		buf_addc(&b, '\n');
	}
	agent_data(i, v, "outline", b.s);
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

void agent_fill_findings(
    struct agent_item *i, struct prompt_values *v, struct json_object *list)
{
	struct buf b = BUF_INIT;

	put_findings(&b, i, list);
	agent_data(i, v, "findings", b.s);
	buf_release(&b);
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
		buf_addf(&b, "%s\n", element(notes, k));
	agent_data(i, v, "unsure", b.s);
	buf_release(&b);
}

/* A parameter's variable as a model has to spell it: dbt asks for a default
 * where dbt_project.yml sets none. */
static void fill_vars(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *list = js_arr(i->record, "parameters");
	struct json_object *vars = js_obj(i->record, "vars");
	struct buf b = BUF_INIT;
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *p = json_object_array_get_idx(list, k);
		const char *name = js_str_or(p, "name", "@");
		const char *var = name + (*name == '@');
		struct json_object *value = js_get(vars, var);
		char *call;

		if (!json_object_object_get_ex(vars, var, NULL)) {
			buf_addf(&b, "%s %s: is output only\n", name,
			    js_str_or(p, "type", "?"));
			continue;
		}
		call = agent_var(var, value);
		buf_addf(&b, "%s %s: {{ %s }}%s\n", name,
		    js_str_or(p, "type", "?"), call,
		    !value ? ", null unless it is set"
			: json_object_is_type(value, json_type_string)
			? ", whose text has no quotes of its own"
			: "");
		free(call);
	}
	agent_data(i, v, "vars", b.s);
	buf_release(&b);
}

/* The project's macros that the draft calls, as they stand. */
static void fill_macros(
    struct agent_item *i, struct prompt_values *v, const char *draft)
{
	struct json_object *files = js_arr(i->record, "files");
	struct buf b = BUF_INIT;
	size_t k;

	for (k = 0; draft && k < js_len(files); k++) {
		struct json_object *f = json_object_array_get_idx(files, k);
		const char *path = js_str_or(f, "path", "");
		const char *text = js_str_or(f, "content", "");

		if (strncmp(path, "macros/", 7) != 0 ||
		    strcmp(path, "macros/to_be_written.sql") == 0 ||
		    b.len + strlen(text) > MAX_MACRO_BYTES)
			continue;
		buf_adds(&b, text);
	}
	/* Ours: nothing of it has to be masked. */
	if (b.len)
		prompt_set(v, "macros", PROMPT_DATA, b.s);
	buf_release(&b);
}

void agent_fill_dialect(struct agent_item *i, struct prompt_values *v)
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

static void fill_draft(struct agent_item *i, struct prompt_values *v)
{
	const char *draft = agent_file(i->record, js_str(i->record, "path"));
	char *header;
	size_t n;

	if (!draft || strstr(draft, "to_be_written("))
		return;
	/* config() is added again: the answer has none. */
	header = agent_header(i->record);
	n = strlen(header);
	agent_data_sql(
	    i, v, "draft", strncmp(draft, header, n) == 0 ? draft + n : draft);
	fill_macros(i, v, draft);
	free(header);
}

void agent_fill_code(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *r = i->record;
	struct buf similar = BUF_INIT;

	agent_fill_dialect(i, v);
	prompt_set(v, "kind", PROMPT_PLAIN, js_str_or(r, "object_kind", ""));
	prompt_set(v, "materialized", PROMPT_PLAIN,
	    js_str_or(r, "materialized", "view"));
	agent_data(i, v, "path", js_str(r, "path"));
	agent_data(i, v, "object", js_str(r, "object"));
	agent_data(i, v, "target", js_str(r, "target"));
	agent_data_sql(i, v, "sql", agent_sql(r));
	fill_vars(i, v);
	agent_fill_outline(i, v);
	agent_fill_columns(i, v);
	agent_fill_inputs(i, v);
	fill_ledger(i, v);
	fill_unsure(i, v);
	fill_draft(i, v);
	/* Other objects' texts would need masks of their own. */
	if (!i->redaction)
		similar_find(
		    i->a->similar, agent_sql(r), js_str(r, "object"), &similar);
	agent_data(i, v, "similar", similar.s);
	buf_release(&similar);
}

/* Repairs */

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
			buf_addf(b, "%s: ", js_str(e, "file"));
		if (js_int(e, "line", 0) > 0)
			buf_addf(b, "line %d: ", (int)js_int(e, "line", 0));
		buf_addf(b, "%s\n", js_str_or(e, "message", ""));
		if (js_str(e, "excerpt"))
			buf_addf(b, "%s\n", js_str(e, "excerpt"));
	}
}

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

/* The unit tests of the record's yml that the errors name: their rows. */
static void put_unit_tests(
    struct buf *b, struct json_object *record, const char *errors)
{
	char *yml = agent_yml(record);
	const char *p = agent_file(record, yml);

	p = p ? strstr(p, "\nunit_tests:\n") : NULL;
	for (p = p ? next_line(p + 1) : NULL; p && *p == ' ';) {
		const char *end = next_line(p);
		const char *name = p + 10;
		char *word;

		while (*end == ' ' && strncmp(end, "  - ", 4) != 0)
			end = next_line(end);
		if (strncmp(p, "  - name: ", 10) == 0) {
			word = xmemdupz(name, strcspn(name, "\n"));
			if (strstr(errors, word))
				buf_add(b, p, (size_t)(end - p));
			free(word);
		}
		p = end;
	}
	free(yml);
}

/* The smallest example that is left; of a class that has none yet, if any. */
static struct json_object *smallest(struct json_object *list, bool *used)
{
	size_t k, n, best = js_len(list), size = SIZE_MAX;
	bool best_new = false;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *s = json_object_array_get_idx(list, k);
		size_t len = strlen(
		    json_object_to_json_string_ext(s, JSON_C_TO_STRING_PLAIN));
		bool new = true;

		for (n = 0; n < js_len(list); n++)
			new = new &&
			    !(used[n] &&
				js_is(json_object_array_get_idx(list, n),
				    "class", js_str_or(s, "class", "")));
		if (used[k] || new < best_new ||
		    (new == best_new &&len >= size))
			continue;
		best = k;
		best_new = new;
		size = len;
	}
	if (best == js_len(list))
		return NULL;
	used[best] = true;
	return json_object_array_get_idx(list, best);
}

/* Each value behind its column's name. */
static void put_row(struct buf *b, const char *what, struct json_object *names,
    struct json_object *row)
{
	size_t k;

	if (!row)
		return;
	buf_addf(b, "  %s:", what);
	for (k = 0; k < js_len(row); k++) {
		struct json_object *value = json_object_array_get_idx(row, k);
		const char *name =
		    js_str_or(json_object_array_get_idx(names, k), "name", "?");

		buf_addf(b, "%s %s = %s", k ? "," : "", name,
		    json_object_to_json_string_ext(
			value, JSON_C_TO_STRING_NOSLASHESCAPE));
	}
	buf_addc(b, '\n');
}

void agent_put_samples(struct buf *b, struct json_object *record, size_t most)
{
	struct json_object *e = js_obj(record, "evaluation");
	struct json_object *list = js_arr(e, "samples"), *names;
	bool *used = xcalloc(js_len(list) + 1, sizeof(*used));

	names = js_arr(e, "columns");
	if (!js_len(names))
		names = js_arr(record, "columns");
	for (; most; most--) {
		struct json_object *s = smallest(list, used);

		if (!s)
			break;
		buf_addf(b, "%s row:\n", js_str_or(s, "class", "a"));
		put_row(b, "SQL Server has", names, js_arr(s, "expected"));
		put_row(b, "the model has", names, js_arr(s, "actual"));
	}
	free(used);
}

/* The comparison in words: counts, and the columns that differ. */
void agent_put_comparison(struct buf *b, struct json_object *record)
{
	struct json_object *e = js_obj(record, "evaluation");
	struct json_object *counts = js_obj(e, "mismatches");
	struct json_object *columns = js_arr(e, "columns");
	struct json_object *key = js_arr(e, "key");
	size_t k;

	if (js_get(e, "rows_expected"))
		buf_addf(b, "rows of SQL Server: %d, of the model: %d\n",
		    (int)js_int(e, "rows_expected", 0),
		    (int)js_int(e, "rows_actual", 0));
	if (js_len(key))
		buf_addf(b, "rows are matched by: %s\n",
		    json_object_to_json_string_ext(
			key, JSON_C_TO_STRING_PLAIN));
	if (counts) {
		json_object_object_foreach(counts, name, n)
		    buf_addf(b, "%s: %s\n", name, json_object_get_string(n));
	}
	for (k = 0; k < js_len(columns); k++) {
		struct json_object *c = json_object_array_get_idx(columns, k);

		if (js_is(c, "verdict", "perfect_match"))
			continue;
		buf_addf(b, "column %s: %s", js_str_or(c, "name", "?"),
		    js_str_or(c, "verdict", "?"));
		agent_put_expression(b, record, js_str_or(c, "name", ""), k);
		buf_addc(b, '\n');
	}
}

void agent_fill_repair(struct agent_item *i, struct prompt_values *v)
{
	struct json_object *r = i->record, *e = js_obj(r, "evaluation");
	struct buf b = BUF_INIT, tests = BUF_INIT;

	agent_fill_code(i, v);
	agent_data(i, v, "claim", js_str(js_obj(r, "generated"), "claim"));
	put_errors(&b, js_arr(js_obj(r, "test"), "errors"));
	if (!b.len)
		put_errors(&b, js_arr(r, "errors"));
	agent_data(i, v, "test_errors", b.s);
	/* Values in double quotes, which the masking of T-SQL doesn't see. */
	if (b.len && !i->redaction)
		put_unit_tests(&tests, r, b.s);
	agent_data(i, v, "unit_tests", tests.s);
	buf_reset(&b);
	if (js_is(e, "verdict", "different")) {
		agent_put_comparison(&b, r);
		if (i->a->o->send_samples)
			agent_put_samples(&b, r, 3);
		if (js_str(e, "explanation"))
			buf_addf(
			    &b, "explained as: %s\n", js_str(e, "explanation"));
		if (js_str(e, "expression"))
			buf_addf(
			    &b, "which blames: %s\n", js_str(e, "expression"));
	}
	agent_data(i, v, "difference", b.s);
	buf_release(&b);
	buf_release(&tests);
}
