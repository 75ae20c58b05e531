/* SQL: one query, relations only by placeholder, functions that compute. */
#include <stdarg.h>

#include "agent/guard_int.h"
#include "common/alloc.h"

#define MAX_LEVELS 256
#define CAST 'c' /* :: */

enum token_kind {
	T_END,
	T_WORD,
	T_QUOTED, /* "name" */
	T_STRING,
	T_NUMBER,
	T_OP,
	T_RELATION,
	T_VALUE,
};

struct token {
	enum token_kind kind;
	char op;	 /* of T_OP */
	struct buf text; /* words in lower case; quoted names as they are */
	uint32_t line;
};

enum level_kind {
	L_TOP,
	L_GROUP, /* an expression or a subquery in parentheses */
	L_REL,	 /* a subquery or join in FROM */
	L_CTE,	 /* the body of a common table expression */
	L_CALL,	 /* arguments of a function */
	L_NAMES, /* a list of column names, a type's numbers */
};

enum with_state { W_NONE, W_NAME, W_COLUMNS, W_AS, W_BODY, W_NEXT };

struct level {
	enum level_kind kind;
	char func[32]; /* of L_CALL */
	bool start;    /* a query may begin here */
	bool query;    /* one has begun */
	bool in_from;  /* inside a FROM clause */
	bool want_rel; /* the next thing is a relation */
	int after_rel; /* 1 behind a relation, 2 behind its alias */
	enum with_state with;
	bool recursive;
	bool united;   /* past a UNION */
	char *pending; /* the CTE being defined */
	char **ctes;
	size_t nr_ctes, cap_ctes;
};

struct lex {
	const struct guard_policy *p;
	const struct guard_text *t;
	size_t at;
	struct token tok, prev, prev2;
	struct level levels[MAX_LEVELS];
	size_t depth;
	char *why;
};

static bool refuse(struct lex *x, uint32_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct lex *x, uint32_t line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	if (!x->why) {
		buf_addf(&b, "line %u: ", line);
		va_start(ap, fmt);
		buf_vaddf(&b, fmt, ap);
		va_end(ap);
		x->why = buf_detach(&b);
	}
	return false;
}

static bool among(const char *word, const char *const *list)
{
	for (; *list; list++) {
		if (strcmp(word, *list) == 0)
			return true;
	}
	return false;
}

static bool known(const struct map *names, const char *name)
{
	return map_find(names, name, strlen(name)) != NULL;
}

static unsigned char byte(const struct lex *x, size_t i)
{
	return i < x->t->text.len ? (unsigned char)x->t->text.s[i] : 0;
}

static uint32_t line_at(const struct lex *x, size_t i)
{
	if (!x->t->text.len)
		return 1;
	return x->t->lines[i < x->t->text.len ? i : x->t->text.len - 1];
}

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= '0' && c <= '9');
}

/* Line ends that only some databases know, as UTF-8. */
static bool is_odd_line_end(const struct lex *x, size_t i)
{
	return (byte(x, i) == 0xc2 && byte(x, i + 1) == 0x85) ||
	    (byte(x, i) == 0xe2 && byte(x, i + 1) == 0x80 &&
		(byte(x, i + 2) == 0xa8 || byte(x, i + 2) == 0xa9));
}

static bool check_comment_byte(struct lex *x)
{
	unsigned char c = byte(x, x->at);

	if ((c < 0x20 && c != '\n' && c != '\t' &&
		!(c == '\r' && byte(x, x->at + 1) == '\n') &&
		c != GUARD_RELATION && c != GUARD_VALUE) ||
	    is_odd_line_end(x, x->at))
		return refuse(
		    x, line_at(x, x->at), "a control character in a comment");
	return true;
}

static bool skip_comment(struct lex *x)
{
	uint32_t line = line_at(x, x->at);
	bool block = byte(x, x->at) == '/';

	x->at += 2;
	while (x->at < x->t->text.len) {
		if (!check_comment_byte(x))
			return false;
		if (!block && byte(x, x->at) == '\n')
			return true;
		if (block && byte(x, x->at) == '*' &&
		    byte(x, x->at + 1) == '/') {
			x->at += 2;
			return true;
		}
		if (block && byte(x, x->at) == '/' && byte(x, x->at + 1) == '*')
			return refuse(x, line, "a comment in a comment");
		x->at++;
	}
	return !block || refuse(x, line, "a comment is not closed");
}

static bool skip_blank(struct lex *x)
{
	for (;;) {
		unsigned char c = byte(x, x->at);

		if (x->at >= x->t->text.len)
			return true;
		if (c == ' ' || c == '\t' || c == '\n' ||
		    (c == '\r' && byte(x, x->at + 1) == '\n')) {
			x->at++;
		} else if ((c == '-' && byte(x, x->at + 1) == '-') ||
		    (c == '/' && byte(x, x->at + 1) == '*')) {
			if (!skip_comment(x))
				return false;
		} else {
			return true;
		}
	}
}

static bool take_quoted(struct lex *x, char quote)
{
	uint32_t line = line_at(x, x->at);

	x->tok.kind = quote == '"' ? T_QUOTED : T_STRING;
	for (x->at++; x->at < x->t->text.len; x->at++) {
		unsigned char c = byte(x, x->at);

		if (c == (unsigned char)quote) {
			if (byte(x, x->at + 1) != (unsigned char)quote) {
				x->at++;
				return true;
			}
			x->at++;
		}
		if (quote == '"' && c < 0x20)
			return refuse(
			    x, line, "a quoted name with control characters");
		buf_addc(&x->tok.text, (char)c);
	}
	return refuse(x, line, "a string or name is not closed");
}

static bool take_word(struct lex *x)
{
	uint32_t line = line_at(x, x->at);

	x->tok.kind = T_WORD;
	while (is_word(byte(x, x->at))) {
		char c = (char)byte(x, x->at++);

		buf_addc(
		    &x->tok.text, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
	/* Prefixed strings (E'', U&'') follow other rules of escape. */
	if (byte(x, x->at) == '\'' || byte(x, x->at) == '"')
		return refuse(x, line, "a string or name glued to a word");
	if (byte(x, x->at) == '&' && strcmp(x->tok.text.s, "u") == 0)
		return refuse(x, line, "U& is not allowed");
	if (byte(x, x->at) == GUARD_RELATION || byte(x, x->at) == GUARD_VALUE)
		return refuse(x, line, "a Jinja expression glued to a word");
	return true;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Digits, a fraction, an exponent, and then an end: "1from" is two tokens to
 * some databases. */
static bool take_number(struct lex *x)
{
	size_t e;

	x->tok.kind = T_NUMBER;
	while (is_digit(byte(x, x->at)))
		x->at++;
	if (byte(x, x->at) == '.')
		x->at++;
	while (is_digit(byte(x, x->at)))
		x->at++;
	if (byte(x, x->at) == 'e' || byte(x, x->at) == 'E') {
		e = x->at + 1;
		if (byte(x, e) == '+' || byte(x, e) == '-')
			e++;
		while (is_digit(byte(x, e)))
			x->at = ++e;
	}
	if (is_word(byte(x, x->at)) || byte(x, x->at) == '.' ||
	    byte(x, x->at) == '"' || byte(x, x->at) == '\'')
		return refuse(x, x->tok.line, "a number glued to a word");
	return true;
}

static bool take_placeholder(struct lex *x)
{
	x->tok.kind = byte(x, x->at) == GUARD_RELATION ? T_RELATION : T_VALUE;
	x->at++;
	if (is_word(byte(x, x->at)) || byte(x, x->at) == '"')
		return refuse(
		    x, x->tok.line, "a Jinja expression glued to a word");
	return true;
}

/* The next token into x->tok, the last two kept. */
static bool next(struct lex *x)
{
	struct token spare = x->prev2;
	unsigned char c;

	x->prev2 = x->prev;
	x->prev = x->tok;
	x->tok = spare;
	buf_reset(&x->tok.text);
	buf_grow(&x->tok.text, 0);
	x->tok.op = 0;
	if (!skip_blank(x))
		return false;
	c = byte(x, x->at);
	x->tok.line = line_at(x, x->at);
	x->tok.kind = T_END;
	if (x->at >= x->t->text.len)
		return true;
	if (c == '\'' || c == '"')
		return take_quoted(x, (char)c);
	if (c == GUARD_RELATION || c == GUARD_VALUE)
		return take_placeholder(x);
	if (c >= '0' && c <= '9')
		return take_number(x);
	if (is_word(c))
		return take_word(x);
	if (c < 0x20 || c >= 0x7f)
		return refuse(
		    x, x->tok.line, "an odd character outside quotes");
	if (strchr("$`;\\", c))
		return refuse(x, x->tok.line, "'%c' is not allowed", c);
	x->tok.kind = T_OP;
	x->tok.op = (char)c;
	x->at++;
	if (c == ':' && byte(x, x->at) == ':') {
		x->tok.op = CAST;
		x->at++;
	}
	return true;
}

static bool is_op(const struct token *t, char op)
{
	return t->kind == T_OP && t->op == op;
}

static bool is_kw(const struct token *t, const char *word)
{
	return t->kind == T_WORD && strcmp(t->text.s, word) == 0;
}

static struct level *top(struct lex *x)
{
	return &x->levels[x->depth];
}

static bool push(struct lex *x, enum level_kind kind)
{
	struct level *l;

	if (x->depth + 1 >= MAX_LEVELS)
		return refuse(x, x->tok.line, "nested too deeply");
	l = &x->levels[++x->depth];
	memset(l, 0, sizeof(*l));
	l->kind = kind;
	l->start = kind != L_CALL && kind != L_NAMES;
	if (kind == L_CALL)
		l->start = true; /* exists(select …), array(select …) */
	return true;
}

static void clear(struct level *l)
{
	size_t i;

	for (i = 0; i < l->nr_ctes; i++)
		free(l->ctes[i]);
	free(l->ctes);
	free(l->pending);
	memset(l, 0, sizeof(*l));
}

static void define(struct level *l)
{
	if (!l->pending)
		return;
	GROW(l->ctes, l->nr_ctes, l->cap_ctes);
	l->ctes[l->nr_ctes++] = l->pending;
	l->pending = NULL;
}

/* Names are folded unless quoted, as PostgreSQL does. A recursive CTE knows
 * itself only behind its UNION: before it, DuckDB takes the name for a table
 * that is really there. */
static bool is_cte(const struct lex *x, const struct token *name)
{
	size_t d, i;

	for (d = x->depth + 1; d-- > 0;) {
		const struct level *l = &x->levels[d];

		for (i = 0; i < l->nr_ctes; i++) {
			if (strcmp(l->ctes[i], name->text.s) == 0)
				return true;
		}
		if (l->pending && l->recursive && d < x->depth &&
		    x->levels[d + 1].united &&
		    strcmp(l->pending, name->text.s) == 0)
			return true;
	}
	return false;
}

/* Words that may stand before a parenthesis without being a function. */
static const char *const before_paren[] = {"and", "or", "not", "in", "exists",
    "any", "all", "some", "over", "filter", "within", "group", "by", "order",
    "partition", "on", "using", "when", "then", "else", "case", "select",
    "from", "where", "having", "as", "union", "except", "intersect", "join",
    "lateral", "between", "like", "ilike", "is", "distinct", "values", "cube",
    "rollup", "sets", "limit", "offset", "exclude", "replace", "pivot",
    "unpivot", "for", "materialized", "window", "interval", "qualify", "first",
    "next", "similar", "to", "escape", "end", "return", "with", "ordinality",
    "rows", "range", "nulls", "include", "tablesample", "sample", "inner",
    "cross", "left", "right", "full", "outer", "asof", "positional", "natural",
    "set", "rename", NULL};

static const char *const ends_from[] = {"where", "group", "having", "order",
    "limit", "offset", "window", "qualify", "union", "except", "intersect",
    "fetch", "for", NULL};

/* What changes something and may stand inside of a query. */
static const char *const never[] = {
    "insert", "update", "delete", "merge", "into", "returning", NULL};

/* Statements, and queries that read past the plan: where one could begin. */
static const char *const never_first[] = {"table", "show", "describe", "desc",
    "summarize", "pivot", "unpivot", "explain", "execute", "call", "load",
    "set", "reset", "use", "export", "import", "prepare", "deallocate", "do",
    "lock", "declare", "begin", "commit", "attach", "detach", "copy", "alter",
    "drop", "create", "grant", "revoke", "truncate", "pragma", "install",
    "vacuum", "checkpoint", "listen", "notify", NULL};

/* Functions with FROM between their arguments. */
static const char *const from_inside[] = {
    "extract", "trim", "substring", "overlay", "position", NULL};

static bool begin_query(struct lex *x, struct level *l)
{
	l->start = false;
	if (is_kw(&x->tok, "select") || is_kw(&x->tok, "values")) {
		l->query = true;
		return true;
	}
	if (is_kw(&x->tok, "with")) {
		l->query = true;
		l->with = W_NAME;
		return true;
	}
	if (is_kw(&x->tok, "from")) {
		l->query = l->in_from = l->want_rel = true;
		return true;
	}
	if (x->tok.kind == T_WORD && among(x->tok.text.s, never_first))
		return refuse(x, x->tok.line, "'%s' does more than a model may",
		    x->tok.text.s);
	if (is_op(&x->tok, '('))
		return true;
	if (l->kind == L_TOP || l->kind == L_CTE)
		return refuse(x, x->tok.line, "a query was expected");
	/* A join in parentheses. */
	if (l->kind == L_REL)
		l->in_from = l->want_rel = true;
	return true;
}

/* One token of WITH name (columns) AS MATERIALIZED ( body ), …. Sets *used
 * when it was one. */
static bool on_with(struct lex *x, struct level *l, bool *used)
{
	*used = true;
	switch (l->with) {
	case W_NAME:
		if (is_kw(&x->tok, "recursive") && !l->recursive) {
			l->recursive = true;
			return true;
		}
		if (x->tok.kind != T_WORD && x->tok.kind != T_QUOTED)
			break;
		free(l->pending);
		l->pending = xstrdup(x->tok.text.s);
		l->with = W_COLUMNS;
		return true;
	case W_COLUMNS:
		l->with = W_AS;
		if (is_op(&x->tok, '('))
			return push(x, L_NAMES);
		/* fall through */
	case W_AS:
		if (!is_kw(&x->tok, "as"))
			break;
		l->with = W_BODY;
		return true;
	case W_BODY:
		if (is_kw(&x->tok, "not") || is_kw(&x->tok, "materialized"))
			return true;
		if (!is_op(&x->tok, '('))
			break;
		l->with = W_NEXT;
		return push(x, L_CTE);
	case W_NEXT:
		define(l);
		if (is_op(&x->tok, ',')) {
			l->with = W_NAME;
			return true;
		}
		l->with = W_NONE;
		l->start = true;
		*used = false;
		return true;
	case W_NONE: break;
	}
	return refuse(x, x->tok.line, "WITH is malformed");
}

/* The character of the next token, without taking it; 0 at the end. */
static unsigned char peek(const struct lex *x)
{
	size_t i = x->at;

	while (i < x->t->text.len &&
	    (byte(x, i) == ' ' || byte(x, i) == '\t' || byte(x, i) == '\n' ||
		byte(x, i) == '\r'))
		i++;
	return byte(x, i);
}

static bool on_relation(struct lex *x, struct level *l)
{
	static const char *const stay[] = {"lateral", "only", NULL};
	const char *name = x->tok.text.s;

	if (x->tok.kind == T_WORD && among(name, stay))
		return true;
	if (is_op(&x->tok, '(')) {
		l->want_rel = false;
		l->after_rel = 1;
		return push(x, L_REL);
	}
	l->want_rel = false;
	l->after_rel = 1;
	if (x->tok.kind == T_RELATION && peek(x) != '.')
		return true;
	if (x->tok.kind == T_STRING)
		return refuse(x, x->tok.line, "a file as a relation");
	if (x->tok.kind != T_WORD && x->tok.kind != T_QUOTED)
		return refuse(x, x->tok.line, "FROM needs a relation");
	if (byte(x, x->at) == '.' || peek(x) == '.')
		return refuse(x, x->tok.line,
		    "the relation %s.… is not by ref() or source()", name);
	if (peek(x) == '(') {
		if (x->tok.kind == T_WORD && known(&x->p->relations, name)) {
			if (!next(x))
				return false;
			return push(x, L_CALL);
		}
		return refuse(x, x->tok.line,
		    "the table function %s() is not allowed", name);
	}
	if (is_cte(x, &x->tok))
		return true;
	return refuse(x, x->tok.line,
	    "the relation %s is neither ref(), source() nor a CTE", name);
}

static bool on_paren(struct lex *x, struct level *l)
{
	const struct token *p = &x->prev;
	bool named = p->kind == T_WORD || p->kind == T_QUOTED;

	if (l->after_rel == 2 && named) {
		l->after_rel = 0;
		return push(x, L_NAMES);
	}
	l->after_rel = 0;
	if (p->kind == T_RELATION || p->kind == T_VALUE)
		return refuse(x, x->tok.line, "a Jinja expression is called");
	if (!named ||
	    (p->kind == T_WORD && among(p->text.s, before_paren) &&
		!known(&x->p->functions, p->text.s)))
		return push(x, L_GROUP);
	/* decimal(9, 2) behind AS or ::, column names behind AS. */
	if (is_kw(&x->prev2, "as") || is_op(&x->prev2, CAST))
		return push(x, L_NAMES);
	if (is_op(&x->prev2, '.'))
		return refuse(x, x->tok.line,
		    "the function …%s() is called with a qualifier", p->text.s);
	if (!known(&x->p->functions, p->text.s))
		return refuse(x, x->tok.line,
		    "the function %s() is not allowed", p->text.s);
	if (!push(x, L_CALL))
		return false;
	snprintf(top(x)->func, sizeof(top(x)->func), "%s", p->text.s);
	return true;
}

static bool on_from(struct lex *x, struct level *l)
{
	if (is_kw(&x->prev, "distinct") &&
	    (is_kw(&x->prev2, "is") || is_kw(&x->prev2, "not")))
		return true;
	if (l->kind == L_CALL && !l->query && among(l->func, from_inside)) {
		l->func[0] = '\0';
		return true;
	}
	if (!l->query)
		return refuse(x, x->tok.line, "FROM outside of a query");
	l->in_from = l->want_rel = true;
	return true;
}

static bool on_word(struct lex *x, struct level *l)
{
	const char *w = x->tok.text.s;
	bool column = is_op(&x->prev, '.');

	if (column) {
		l->after_rel = 0;
		return true;
	}
	if (among(w, never))
		return refuse(
		    x, x->tok.line, "'%s' does more than a model may", w);
	if (is_kw(&x->prev, "for") &&
	    (strcmp(w, "share") == 0 || strcmp(w, "key") == 0 ||
		strcmp(w, "no") == 0))
		return refuse(x, x->tok.line, "FOR %s locks rows", w);
	if (strcmp(w, "from") == 0) {
		l->after_rel = 0;
		return on_from(x, l);
	}
	if (strcmp(w, "join") == 0) {
		if (!l->in_from)
			return refuse(x, x->tok.line, "JOIN outside of FROM");
		l->want_rel = true;
		l->after_rel = 0;
		return true;
	}
	if (strcmp(w, "union") == 0 || strcmp(w, "except") == 0 ||
	    strcmp(w, "intersect") == 0) {
		l->in_from = false;
		l->after_rel = 0;
		l->united = l->united || strcmp(w, "union") == 0;
		/* DuckDB's "* except (…)" names columns. */
		if (!is_op(&x->prev, '*'))
			l->start = true;
		return true;
	}
	if (among(w, ends_from)) {
		l->in_from = false;
		l->after_rel = 0;
		return true;
	}
	if (l->after_rel == 1) {
		static const char *const no_alias[] = {"on", "using", "inner",
		    "left", "right", "full", "cross", "natural", "asof",
		    "positional", "semi", "anti", "outer", "pivot", "unpivot",
		    "tablesample", "with", NULL};

		if (strcmp(w, "as") == 0)
			return true;
		l->after_rel = among(w, no_alias) ? 0 : 2;
		return true;
	}
	l->after_rel = 0;
	return true;
}

static bool on_token(struct lex *x)
{
	struct level *l = top(x);
	bool used;

	if (l->with != W_NONE && !is_op(&x->tok, ')')) {
		if (!on_with(x, l, &used))
			return false;
		if (used)
			return true;
	}
	if (l->start) {
		static const char *const set_words[] = {
		    "all", "distinct", "by", "name", NULL};

		if (x->tok.kind == T_WORD && l->query &&
		    among(x->tok.text.s, set_words))
			return true;
		if (!begin_query(x, l))
			return false;
		if (is_op(&x->tok, '(')) {
			/* A query or a join in more parentheses, or just an
			 * expression in them. */
			bool group = l->kind == L_GROUP || l->kind == L_CALL;

			l->query = l->query || !group;
			l->in_from = l->kind == L_REL;
			l->after_rel = l->kind == L_REL;
			return push(x, group ? L_GROUP : L_REL);
		}
		if (l->query &&
		    (is_kw(&x->tok, "select") || is_kw(&x->tok, "values") ||
			is_kw(&x->tok, "with") || is_kw(&x->tok, "from")))
			return true;
	}
	if (is_op(&x->tok, ')')) {
		if (!x->depth || l->want_rel ||
		    (l->with != W_NONE && l->with != W_NEXT))
			return refuse(x, x->tok.line, "an unexpected ')'");
		clear(l);
		x->depth--;
		return true;
	}
	if (l->want_rel)
		return on_relation(x, l);
	if (is_op(&x->tok, '('))
		return on_paren(x, l);
	if (is_op(&x->tok, ',')) {
		l->want_rel = l->in_from;
		l->after_rel = 0;
		return true;
	}
	if (l->after_rel == 1 && (is_op(&x->tok, '.') || is_op(&x->tok, ':')))
		return refuse(x, x->tok.line, "a relation with '%c' behind it",
		    x->tok.op);
	if (x->tok.kind == T_WORD)
		return on_word(x, l);
	if (x->tok.kind == T_QUOTED && l->after_rel == 1) {
		l->after_rel = 2;
		return true;
	}
	if (x->tok.kind == T_RELATION && !is_op(&x->prev, '.') &&
	    peek(x) != '.')
		return refuse(x, x->tok.line,
		    "ref() and source() belong behind FROM or JOIN");
	l->after_rel = 0;
	return true;
}

char *guard_sql(
    const struct guard_policy *p, const struct guard_text *t, bool fragment)
{
	struct lex *x = xcalloc(1, sizeof(*x));
	char *why;
	bool ok;

	x->p = p;
	x->t = t;
	x->levels[0].kind = fragment ? L_GROUP : L_TOP;
	x->levels[0].start = true;
	buf_grow(&x->prev.text, 0);
	buf_grow(&x->prev2.text, 0);
	buf_grow(&x->tok.text, 0);
	while ((ok = next(x)) && x->tok.kind != T_END && (ok = on_token(x)))
		;
	if (ok && x->depth)
		refuse(x, x->tok.line, "a parenthesis is not closed");
	else if (ok && (top(x)->want_rel || (!fragment && top(x)->start)))
		refuse(x, x->tok.line, "the query is not complete");
	while (x->depth)
		clear(&x->levels[x->depth--]);
	clear(&x->levels[0]);
	buf_release(&x->tok.text);
	buf_release(&x->prev.text);
	buf_release(&x->prev2.text);
	why = x->why;
	free(x);
	return why;
}
