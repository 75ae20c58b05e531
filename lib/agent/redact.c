/*
 * Masks for --redact: names of objects, columns, variables and the contents
 * of string literals become neutral words, the same word everywhere in one
 * request, and words of the answer become names again. Comments go. Built-in
 * functions, types and keywords stay, and so do numbers, which T-SQL needs to
 * be understood (lengths, styles, conditions).
 */
#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/jsonl.h"
#include "tsql/function.h"
#include "tsql/lex.h"
#include "tsql/types.h"

struct redaction {
	struct map to;	 /* name to mask, without case */
	struct map from; /* mask to name */
	struct map literals;
};

static bool is_word(char c)
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
	    "marts", "intermediate", "this", "var"};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(words); k++) {
		if (name_eq(words[k], s))
			return true;
	}
	return false;
}

static void add_name(struct redaction *r, const char *s, size_t len)
{
	struct map_entry *e;
	char *name, *mask;

	while (len && (*s == '@' || *s == '#')) {
		s++;
		len--;
	}
	if (len < 2)
		return;
	name = xmemdupz(s, len);
	e = map_find(&r->to, name, len);
	if (!e && !is_ours(name)) {
		mask = xasprintf("name%zu", r->to.nr + 1);
		map_set(&r->to, name, mask);
		map_set(&r->from, mask, xstrdup(name));
	}
	free(name);
}

static void add_literal(struct redaction *r, const char *s, size_t len)
{
	char *mask;

	if (len < 2 || map_find(&r->literals, s, len))
		return;
	mask = xasprintf("text%zu", r->literals.nr + 1);
	map_put(&r->literals, s, len)->value = mask;
	map_set(&r->from, mask, xmemdupz(s, len));
}

static bool is_builtin(const char *s, size_t len)
{
	static const char *const types[] = {"bit", "tinyint", "smallint", "int",
	    "bigint", "decimal", "numeric", "money", "smallmoney", "float",
	    "real", "char", "varchar", "nchar", "nvarchar", "text", "ntext",
	    "binary", "varbinary", "image", "date", "time", "datetime",
	    "datetime2", "smalldatetime", "datetimeoffset", "xml",
	    "uniqueidentifier", "sql_variant", "rowversion", "max"};
	char *name = xmemdupz(s, len);
	bool found = tsql_function_find(s, len) != TSQL_F_NONE;
	size_t k;

	for (k = 0; !found && k < ARRAY_SIZE(types); k++)
		found = name_eq(types[k], name);
	free(name);
	return found;
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
		const char *s =
		    js_str(json_object_array_get_idx(list, k), "name");

		if (s)
			add_name(r, s, strlen(s));
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
	learn_tsql(r, js_str(js_obj(in, "definition"), "text"));
}

/* Every name of an object that the strategy speaks of. */
static void learn_names(struct redaction *r, struct json_object *o)
{
	size_t k;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			(void)key;
			learn_names(r, value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (k = 0; k < js_len(o); k++)
			learn_names(r, json_object_array_get_idx(o, k));
	} else if (json_object_is_type(o, json_type_string)) {
		const char *s = json_object_get_string(o);

		if (strchr(s, '.') && !s[strcspn(s, " \n")])
			learn_path(r, s);
	}
}

struct redaction *redaction_of(struct json_object *record)
{
	struct redaction *r = xcalloc(1, sizeof(*r));
	struct json_object *inputs = js_arr(record, "inputs");
	size_t k;

	map_init(&r->to, MAP_FOLD);
	map_init(&r->from, MAP_EXACT);
	map_init(&r->literals, MAP_EXACT);
	learn_path(r, js_str(record, "object"));
	learn_path(r, js_str(record, "id"));
	learn_path(r, js_str(record, "name"));
	learn_tsql(r, js_str(js_obj(record, "definition"), "text"));
	learn_columns(r, js_arr(record, "columns"));
	learn_path(r, js_str(record, "target"));
	if (js_is(record, "kind", "strategy"))
		learn_names(r, record);
	for (k = 0; k < js_len(inputs); k++)
		learn_input(r, json_object_array_get_idx(inputs, k));
	return r;
}

void redaction_free(struct redaction *r)
{
	if (!r)
		return;
	map_release(&r->to, free);
	map_release(&r->from, free);
	map_release(&r->literals, free);
	free(r);
}

/* A comment at s ends there; NULL when none begins. Only T-SQL has them, but
 * what looks like one elsewhere is no loss. */
static const char *skip_comment(const char *s)
{
	const char *end;

	if (s[0] == '-' && s[1] == '-')
		return s + strcspn(s, "\n");
	if (s[0] == '/' && s[1] == '*') {
		end = strstr(s + 2, "*/");
		return end ? end + 2 : s + strlen(s);
	}
	return NULL;
}

/* A literal at the quote s: its mask into out, its end returned. */
static const char *mask_literal(
    const struct redaction *r, const char *s, struct buf *out)
{
	const char *end = s + 1;
	const char *mask;

	while (*end && (*end != '\'' || end[1] == '\''))
		end += 1 + (*end == '\'');
	mask = map_getn(&r->literals, s + 1, (size_t)(end - s - 1));
	if (!mask || *end != '\'')
		return NULL;
	buf_addf(out, "'%s'", mask);
	return end + 1;
}

/* A word or another character at s, masked into out; what is behind it. */
static const char *mask_word(
    const struct redaction *r, const char *s, struct buf *out)
{
	const char *mask;
	size_t n = 0;

	while (is_word(s[n]))
		n++;
	mask = n ? map_getn(&r->to, s, n) : NULL;
	if (mask)
		buf_adds(out, mask);
	else
		buf_add(out, s, n ? n : 1);
	return s + (n ? n : 1);
}

char *redact(const struct redaction *r, const char *text)
{
	struct buf out = BUF_INIT;

	while (*text) {
		const char *end = skip_comment(text);

		if (end) {
			text = end;
			continue;
		}
		if (*text == '\'' && (end = mask_literal(r, text, &out))) {
			text = end;
			continue;
		}
		text = mask_word(r, text, &out);
	}
	return buf_detach(&out);
}

char *redact_words(const struct redaction *r, const char *text)
{
	struct buf out = BUF_INIT;

	while (*text)
		text = mask_word(r, text, &out);
	return buf_detach(&out);
}

char *unredact(const struct redaction *r, const char *text)
{
	struct buf out = BUF_INIT;

	while (*text) {
		const char *name;
		size_t n = 0;

		while (is_word(text[n]))
			n++;
		name = n ? map_getn(&r->from, text, n) : NULL;
		if (name)
			buf_adds(&out, name);
		else
			buf_add(&out, text, n ? n : 1);
		text += n ? n : 1;
	}
	return buf_detach(&out);
}
