/* The house style of models, held by tokens: what a reader would mend. */
#include <string.h>
#include <strings.h>

#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/jinja.h"
#include "common/jsonl.h"

#define MAX_COLUMNS 80
/* A literal or a call of this length can't be broken: its line may be long. */
#define LONG_TOKEN 40

enum piece {
	P_END,
	P_BLANK, /* blanks, tabs and newlines */
	P_WORD,
	P_QUOTED, /* '...', "..." and `...` */
	P_COMMENT,
	P_JINJA,
	P_OTHER,
};

struct reader {
	const char *at, *end;
	size_t len;
	enum piece piece;
};

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

/* {{ ... }}, {% ... %} or {# ... #} with the strings in it. */
static size_t jinja(const char *s)
{
	char close = s[1] == '{' ? '}' : s[1];
	size_t n = 2;

	while (s[n] && (s[n] != close || s[n + 1] != '}')) {
		if (close != '#' && (s[n] == '\'' || s[n] == '"'))
			n += strcspn(s + n + 1, s[n] == '"' ? "\"" : "'") + 1;
		n += s[n] != '\0';
	}
	return s[n] ? n + 2 : n;
}

/* Quotes of a Jinja expression inside are Jinja's. */
static size_t quoted(const char *s)
{
	size_t n = 1;

	while (s[n] && (s[n] != *s || s[n + 1] == *s)) {
		if (s[n] == '{' && s[n + 1] == '{')
			n += jinja(s + n);
		else
			n += s[n] == *s ? 2 : 1;
	}
	return s[n] ? n + 1 : n;
}

static void next(struct reader *r)
{
	const char *s = r->at += r->len, *end;

	r->len = 1;
	if (s >= r->end) {
		r->piece = P_END;
		r->len = 0;
	} else if (strchr(" \t\r\n", *s)) {
		r->piece = P_BLANK;
		r->len = strspn(s, " \t\r\n");
	} else if (strchr("'\"`", *s)) {
		r->piece = P_QUOTED;
		r->len = quoted(s);
	} else if (s[0] == '-' && s[1] == '-') {
		r->piece = P_COMMENT;
		r->len = strcspn(s, "\n");
	} else if (s[0] == '/' && s[1] == '*') {
		end = strstr(s + 2, "*/");
		r->piece = P_COMMENT;
		r->len = end ? (size_t)(end - s) + 2 : strlen(s);
	} else if (s[0] == '{' && s[1] && strchr("{%#", s[1])) {
		r->piece = s[1] == '#' ? P_COMMENT : P_JINJA;
		r->len = jinja(s);
	} else if (is_name(*s)) {
		r->piece = P_WORD;
		while (is_name(s[r->len]))
			r->len++;
	} else {
		r->piece = P_OTHER;
	}
}

/* Words that no dialect takes for a name, in any case. */
static bool is_keyword(const char *s, size_t len)
{
	static const char *const words[] = {"select", "distinct", "from",
	    "where", "inner", "outer", "cross", "join", "on", "group", "order",
	    "by", "having", "union", "intersect", "except", "all", "and", "or",
	    "not", "in", "is", "null", "exists", "between", "like", "case",
	    "when", "then", "else", "end", "as", "with", "cast", "over",
	    "using"};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(words); k++) {
		if (strlen(words[k]) == len && !strncasecmp(words[k], s, len))
			return true;
	}
	return false;
}

static bool is_word(const struct reader *r, const char *word)
{
	return r->piece == P_WORD && r->len == strlen(word) &&
	    !strncasecmp(r->at, word, r->len);
}

char *agent_var(const char *name, struct json_object *value)
{
	struct buf b = BUF_INIT;
	const char *s = json_object_get_string(value);

	buf_adds(&b, "var(");
	if (name[strcspn(name, "'\\{}")])
		jinja_string(&b, name, strlen(name));
	else
		buf_addf(&b, "'%s'", name);
	buf_adds(&b, ", ");
	if (!value)
		buf_adds(&b, "'null'");
	else if (json_object_is_type(value, json_type_string))
		jinja_string(&b, s, strlen(s));
	else if (json_object_is_type(value, json_type_boolean))
		buf_adds(&b, json_object_get_boolean(value) ? "1" : "0");
	else
		buf_adds(&b, s);
	buf_addc(&b, ')');
	return buf_detach(&b);
}

/* A Jinja expression; each var('x') in it gets the default of the plan. */
static void mend_jinja(
    struct buf *out, const char *s, size_t len, struct json_object *vars)
{
	const char *end = s + len;

	while (s < end) {
		const char *open = strstr(s, "var("), *quote, *close;
		struct json_object *value;
		char *name, *call;

		if (!open || open + 4 >= end)
			break;
		quote = open + 4 + strspn(open + 4, " \n");
		if (*quote != '\'' && *quote != '"')
			break;
		close = strchr(quote + 1, *quote);
		if (!close || close >= end)
			break;
		name = xmemdupz(quote + 1, (size_t)(close - quote - 1));
		close += 1 + strspn(close + 1, " \n");
		if (*close == ')' && (open == s || !is_name(open[-1])) &&
		    json_object_object_get_ex(vars, name, &value)) {
			call = agent_var(name, value);
			buf_add(out, s, (size_t)(open - s));
			buf_adds(out, call);
			free(call);
			s = close + 1;
		} else {
			buf_add(out, s, (size_t)(close - s));
			s = close;
		}
		free(name);
	}
	buf_add(out, s, (size_t)(end - s));
}

/* The same for the expressions in a literal. */
static void mend_quoted(
    struct buf *out, const char *s, size_t len, struct json_object *vars)
{
	const char *end = s + len, *open;
	size_t n;

	while ((open = strstr(s, "{{")) && open < end) {
		n = jinja(open);
		if (n > (size_t)(end - open))
			break;
		buf_add(out, s, (size_t)(open - s));
		mend_jinja(out, open, n, vars);
		s = open + n;
	}
	buf_add(out, s, (size_t)(end - s));
}

/* Newlines of a run of blanks, and what stands behind the last of them. */
static void mend_blanks(struct buf *out, const char *s, size_t len)
{
	bool began = out->len == 0;
	size_t newlines = 0, columns = 0, k;

	for (k = 0; k < len; k++) {
		if (s[k] == '\n') {
			newlines++;
			columns = 0;
		} else if (s[k] != '\r') {
			columns += s[k] == '\t' ? 4 : 1;
		}
	}
	if (began)
		return;
	for (; newlines; newlines--)
		buf_addc(out, '\n');
	for (; columns; columns--)
		buf_addc(out, ' ');
}

void lint_mend(struct buf *text, struct json_object *vars)
{
	struct reader r = {.at = buf_str(text)};
	struct buf out = BUF_INIT;
	bool name = false; /* behind a dot or AS stands a name */

	if (memchr(r.at, '\0', text->len))
		return;
	r.end = r.at + text->len;
	for (next(&r); r.piece != P_END; next(&r)) {
		size_t k;

		if (r.piece == P_BLANK) {
			mend_blanks(&out, r.at, r.len);
			continue;
		}
		if (r.piece == P_JINJA && vars) {
			mend_jinja(&out, r.at, r.len, vars);
		} else if (r.piece == P_QUOTED && vars) {
			mend_quoted(&out, r.at, r.len, vars);
		} else if (r.piece == P_WORD && !name &&
		    is_keyword(r.at, r.len)) {
			for (k = 0; k < r.len; k++)
				buf_addc(&out, (char)(r.at[k] | 0x20));
		} else if (r.piece == P_COMMENT && r.at[0] == '-') {
			for (k = r.len; k && strchr(" \t\r", r.at[k - 1]);)
				k--;
			buf_add(&out, r.at, k);
		} else {
			buf_add(&out, r.at, r.len);
		}
		name =
		    is_word(&r, "as") || (r.piece == P_OTHER && *r.at == '.');
	}
	while (out.len && strchr(" \n", out.s[out.len - 1]))
		out.len--;
	buf_addc(&out, '\n');
	buf_release(text);
	*text = out;
}

static void complain(struct buf *b, unsigned line, const char *what)
{
	buf_addf(b, "%sline %u: %s", b->len ? "\n" : "", line, what);
}

/* Lines that are too long, unless one token makes them so. */
static void check_lines(struct buf *b, const char *text)
{
	struct reader r = {.at = text, .end = text + strlen(text)};
	unsigned line = 1;
	size_t width = 0, longest = 0, k;

	do {
		next(&r);
		for (k = 0; k < r.len; k++) {
			if (r.at[k] == '\n') {
				if (width > MAX_COLUMNS && longest < LONG_TOKEN)
					complain(
					    b, line, "longer than 80 columns");
				line++;
				width = longest = 0;
				continue;
			}
			width += ((unsigned char)r.at[k] & 0xc0) != 0x80;
		}
		if (r.piece != P_BLANK && r.piece != P_COMMENT &&
		    r.len > longest && width)
			longest = r.len;
	} while (r.piece != P_END);
}

static void skip(struct reader *r, unsigned *line)
{
	size_t k;

	do {
		for (k = 0; k < r->len; k++)
			*line += r->at[k] == '\n';
		next(r);
	} while (r->piece == P_BLANK || r->piece == P_COMMENT);
}

/* "select *" only takes over what one relation or `final` lists; a query with
 * CTEs ends in `final`. */
static void check_stars(struct buf *b, const char *text)
{
	struct reader r = {.at = text, .end = text + strlen(text)};
	bool ctes = false, first = true, final = false;
	unsigned line = 1, at;

	for (skip(&r, &line); r.piece != P_END;) {
		if (r.piece != P_JINJA || strncmp(r.at, "{{", 2) == 0) {
			ctes = ctes || (first && is_word(&r, "with"));
			first = false;
		}
		if (!is_word(&r, "select")) {
			skip(&r, &line);
			continue;
		}
		skip(&r, &line);
		at = line;
		if (r.piece != P_OTHER || *r.at != '*')
			continue;
		skip(&r, &line);
		if (!is_word(&r, "from"))
			continue;
		skip(&r, &line);
		if (is_word(&r, "final"))
			final = true;
		else if (r.piece != P_JINJA)
			complain(b, at,
			    "select * of a CTE: list the columns (only "
			    "`select * from final` and an input's own CTE have "
			    "none)");
	}
	if (ctes && !final)
		complain(b, line > 1 ? line - 1 : line,
		    "the query should end in a CTE `final` that lists the "
		    "columns, and `select * from final`");
}

char *lint_check(const char *text)
{
	struct buf b = BUF_INIT;

	check_lines(&b, text);
	check_stars(&b, text);
	return b.len ? buf_detach(&b) : NULL;
}
