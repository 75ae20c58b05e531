/* What --redact masks: the names and literals of a record. */
#include "agent/redact.h"
#include "common/alloc.h"
#include "common/jsonl.h"
#include "tsql/function.h"
#include "tsql/keywords.h"
#include "tsql/lex.h"
#include "tsql/types.h"

bool redact_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Words of ours that stand between the masked ones. */
static bool is_ours(const char *s)
{
	static const char *const words[] = {"ref", "source", "read", "it", "as",
	    "keys", "null", "not", "view", "table", "procedure", "function",
	    "name", "type", "columns", "true", "false", "defined", "config",
	    "materialized", "line", "statement", "models", "sql", "staging",
	    "marts", "intermediate", "this", "var", "sp_executesql", "sys",
	    "information_schema", "inserted", "deleted"};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(words); k++) {
		if (name_eq(words[k], s))
			return true;
	}
	return false;
}

static bool is_builtin(const char *s, size_t len)
{
	static const char *const types[] = {"bit", "tinyint", "smallint", "int",
	    "bigint", "decimal", "numeric", "money", "smallmoney", "float",
	    "real", "char", "varchar", "nchar", "nvarchar", "text", "ntext",
	    "binary", "varbinary", "image", "date", "time", "datetime",
	    "datetime2", "smalldatetime", "datetimeoffset", "xml",
	    "uniqueidentifier", "sql_variant", "rowversion", "max", "sysname",
	    "geography", "geometry", "hierarchyid", "cursor"};
	char *name = xmemdupz(s, len);
	bool found = tsql_function_find(s, len) != TSQL_F_NONE;
	size_t k;

	for (k = 0; !found && k < ARRAY_SIZE(types); k++)
		found = name_eq(types[k], name);
	free(name);
	return found;
}

/* Words that T-SQL itself knows stay: they tell nothing, and masked they would
 * take its meaning from the text (a column [Order], a function year()). */
static bool is_known(const char *name, size_t len)
{
	return is_ours(name) || is_builtin(name, len) ||
	    tsql_keyword(name, len, name + len) != KW_NO_KEYWORD;
}

/* A name that the target's SQL takes without quotes. */
static bool is_plain(const char *s)
{
	return (*s < '0' || *s > '9') &&
	    !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

/* More than a word: found by its whole text. */
static void add_odd(
    struct redaction *r, const char *text, const char *mask, bool is_name)
{
	size_t k, len = strlen(text);

	GROW(r->odd, r->nr_odd, r->cap_odd);
	for (k = r->nr_odd++; k > 0 && r->odd[k - 1].len < len; k--)
		r->odd[k] = r->odd[k - 1];
	r->odd[k] = (struct redact_odd){text, len, mask, is_name};
}

static bool is_one_word(const char *s)
{
	while (*s && redact_is_word(*s))
		s++;
	return !*s;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* To be freed. */
static char *in_lower_case(const char *s)
{
	char *lower = xstrdup(s), *p;

	for (p = lower; *p; p++)
		*p = is_capital(*p) ? (char)(*p + 32) : *p;
	return lower;
}

static void add_name(struct redaction *r, const char *s, size_t len)
{
	struct map_entry *e;
	char *name, *mask, *small;

	while (len && (*s == '@' || *s == '#')) {
		s++;
		len--;
	}
	if (len < 2)
		return;
	name = xmemdupz(s, len);
	if (map_find(&r->to, name, len) || is_known(name, len)) {
		free(name);
		return;
	}
	/* A capital says what has to be quoted. */
	mask = xasprintf("%s%zu", r->prefix[is_plain(name) ? 0 : 1], ++r->nr);
	e = map_put(&r->to, name, len);
	e->value = mask;
	map_set(&r->from, mask, name);
	small = xasprintf("%sl", mask);
	map_set(&r->from, small, in_lower_case(name));
	free(small);
	if (!is_one_word(name))
		add_odd(r, name, mask, true);
}

/* The names as dbt and our own names of models spell them: Leave_Request for
 * [Leave Request], wage_sum for WageSum. Behind all names as they are. */
static void add_variants(struct redaction *r)
{
	size_t n = r->to.nr, i, k, len;

	for (i = r->variants; i < n; i++) {
		struct buf plain = BUF_INIT, snake = BUF_INIT;
		const char *s = r->to.items[i].key;

		len = r->to.items[i].len;
		for (k = 0; k < len; k++) {
			char c = redact_is_word(s[k]) ? s[k] : '_';

			if (k && is_capital(c) && !is_capital(s[k - 1]) &&
			    redact_is_word(s[k - 1]) && s[k - 1] != '_')
				buf_addc(&snake, '_');
			buf_addc(&plain, c);
			buf_addc(&snake, c);
		}
		add_name(r, plain.s, plain.len);
		add_name(r, snake.s, snake.len);
		buf_release(&plain);
		buf_release(&snake);
	}
	r->variants = r->to.nr;
}

char *redact_undoubled(const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	size_t k;

	for (k = 0; k < len; k++) {
		buf_addc(&b, s[k]);
		k += s[k] == '\'' && k + 1 < len && s[k + 1] == '\'';
	}
	return buf_detach(&b);
}

bool redact_is_sql(const char *s, size_t len)
{
	static const uint16_t words[] = {KW_SELECT, KW_FROM, KW_WHERE,
	    KW_INSERT, KW_UPDATE, KW_DELETE, KW_MERGE, KW_EXEC, KW_EXECUTE,
	    KW_JOIN, KW_ORDER, KW_GROUP};
	size_t i, n, k;

	for (i = 0; i < len; i += n ? n : 1) {
		for (n = 0; i + n < len && redact_is_word(s[i + n]); n++)
			;
		for (k = 0; n > 3 && k < ARRAY_SIZE(words); k++) {
			if (tsql_keyword(s + i, n, s + len) == words[k])
				return n < len;
		}
	}
	return false;
}

static void learn_tsql(struct redaction *r, const char *text);

/* As samples have it, where a quote isn't doubled: the same mask. */
static void add_undoubled(
    struct redaction *r, const char *text, const char *mask)
{
	char *one = redact_undoubled(text, strlen(text));
	struct map_entry *e;

	if (strcmp(one, text) != 0 &&
	    !map_find(&r->literals, one, strlen(one))) {
		e = map_put(&r->literals, one, strlen(one));
		e->value = xstrdup(mask);
		add_odd(r, e->key, e->value, false);
	}
	free(one);
}

static void add_literal(struct redaction *r, const char *s, size_t len);

/* The literals of a piece of text to be executed. */
static void add_inner(struct redaction *r, const char *text)
{
	char *one = redact_undoubled(text, strlen(text));
	const char *s = one, *end;

	while ((s = strchr(s, '\'')) && (end = strchr(s + 1, '\''))) {
		add_literal(r, s + 1, (size_t)(end - s - 1));
		s = end + 1;
	}
	free(one);
}

/* Punctuation alone says how text is cut and joined: it stays. */
static void add_literal(struct redaction *r, const char *s, size_t len)
{
	char *mask, *text;
	size_t k = 0;

	/* Text that is executed is masked word by word. */
	if (redact_is_sql(s, len)) {
		text = redact_undoubled(s, len);
		learn_tsql(r, text);
		free(text);
		return;
	}
	while (k < len && !redact_is_word(s[k]))
		k++;
	if (k == len || map_find(&r->literals, s, len))
		return;
	mask = xasprintf("%s%zu", r->prefix[2], ++r->nr);
	text = xmemdupz(s, len);
	map_put(&r->literals, s, len)->value = mask;
	map_set(&r->from, mask, text);
	if (len > 2 && !is_one_word(text))
		add_odd(r, text, mask, false);
	add_undoubled(r, text, mask);
	add_inner(r, text);
	/* As a comparison without regard to case may have it. */
	text = in_lower_case(text);
	add_literal(r, text, len);
	free(text);
}

static void learn_tsql(struct redaction *r, const char *text)
{
	struct tsql_lexer lexer;
	struct tsql_tok t;

	if (!text)
		return;
	tsql_lex_init(&lexer, text, strlen(text));
	for (;;) {
		const char *s;
		size_t len;

		if (!tsql_lex(&lexer, &t, 1) || t.kind == TOK_EOF)
			break;
		s = text + t.off;
		len = t.len;
		if (t.kind == TOK_VAR ||
		    (t.kind == TOK_WORD && !t.kw && !is_builtin(s, len)))
			add_name(r, s, len);
		else if ((t.kind == TOK_BRACKET || t.kind == TOK_DQUOTE) &&
		    len > 2)
			add_name(r, s + 1, len - 2);
		else if (t.kind == TOK_STRING && len > 2)
			add_literal(r, s + 1, len - 2);
		else if (t.kind == TOK_NSTRING && len > 3)
			add_literal(r, s + 2, len - 3);
	}
}

static void learn_columns(struct redaction *r, struct json_object *list)
{
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *c = json_object_array_get_idx(list, k);
		const char *s = js_str(c, "name");

		if (s)
			add_name(r, s, strlen(s));
		/* A type of the database's own. */
		learn_tsql(r, js_str(c, "type"));
	}
}

/* Each part of a name that dots join. */
static void learn_path(struct redaction *r, const char *s)
{
	while (s && *s) {
		size_t n = strcspn(s, "./");

		add_name(r, s, n);
		s += n + (s[n] != '\0');
	}
}

static void learn_input(struct redaction *r, struct json_object *in)
{
	struct json_object *relation = js_obj(in, "relation");
	struct json_object *source = js_arr(relation, "source");
	size_t k;

	learn_path(r, js_str(in, "id"));
	learn_columns(r, js_arr(in, "columns"));
	learn_path(r, js_str(relation, "ref"));
	for (k = 0; k < js_len(source); k++)
		learn_path(r,
		    json_object_get_string(
			json_object_array_get_idx(source, k)));
}

/* Names of objects wherever a record lists them; their parts, too. */
static void learn_names(struct redaction *r, struct json_object *o, bool ids)
{
	static const char *const lists[] = {"objects", "depends_on",
	    "dependencies", "source", "target", "id", "object", "key", "keys",
	    "unique_key", "column", "columns", "referenced_columns"};
	size_t k;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			bool is = false;

			for (k = 0; k < ARRAY_SIZE(lists); k++)
				is = is || strcmp(key, lists[k]) == 0;
			learn_names(
			    r, value, is || (ids && strcmp(key, "name") == 0));
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (k = 0; k < js_len(o); k++)
			learn_names(r, json_object_array_get_idx(o, k), ids);
	} else if (json_object_is_type(o, json_type_string) && ids) {
		learn_path(r, json_object_get_string(o));
	}
}

void redaction_learn(struct redaction *r, struct json_object *record)
{
	struct json_object *inputs = js_arr(record, "inputs");
	struct json_object *e = js_obj(record, "evaluation");
	size_t k;

	/* As the catalogue spells them first: so they come back. */
	learn_columns(r, js_arr(record, "columns"));
	learn_columns(r, js_arr(e, "columns"));
	for (k = 0; k < js_len(inputs); k++)
		learn_input(r, json_object_array_get_idx(inputs, k));
	learn_path(r, js_str(record, "object"));
	learn_path(r, js_str(record, "id"));
	learn_path(r, js_str(record, "name"));
	learn_path(r, js_str(record, "target"));
	learn_path(r, js_str(record, "path"));
	learn_names(r, js_arr(record, "dependencies"), true);
	learn_names(r, js_arr(record, "depends_on"), true);
	learn_names(r, js_arr(e, "key"), true);
	if (js_is(record, "kind", "strategy"))
		learn_names(r, record, false);
	for (k = 0; k < js_len(inputs); k++)
		learn_tsql(r,
		    js_str(js_obj(json_object_array_get_idx(inputs, k),
			       "definition"),
			"text"));
	learn_tsql(r, js_str(js_obj(record, "definition"), "text"));
	add_variants(r);
}

struct redaction *redaction_new(bool of_a_run)
{
	static const char *const one[] = {"name", "Name", "text"};
	static const char *const run[] = {"other", "Other", "words"};
	struct redaction *r = xcalloc(1, sizeof(*r));

	r->prefix = of_a_run ? run : one;
	map_init(&r->to, MAP_FOLD);
	map_init(&r->from, MAP_FOLD);
	map_init(&r->literals, MAP_EXACT);
	return r;
}

void redaction_free(struct redaction *r)
{
	if (!r)
		return;
	map_release(&r->to, free);
	map_release(&r->from, free);
	map_release(&r->literals, free);
	free(r->odd);
	free(r);
}
