/* SQL: one query, relations only by placeholder, functions that compute. */
#include "agent/guard_lex.h"
#include "common/alloc.h"

#define MAX_LEVELS 256

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

struct reader {
	const struct guard_policy *p;
	struct guard_lex lex;
	struct level levels[MAX_LEVELS];
	size_t depth;
};

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
static bool is_op(const struct guard_token *t, char op)
{
	return t->kind == T_OP && t->op == op;
}

static bool is_kw(const struct guard_token *t, const char *word)
{
	return t->kind == T_WORD && strcmp(t->text.s, word) == 0;
}

static struct level *top(struct reader *x)
{
	return &x->levels[x->depth];
}

static bool push(struct reader *x, enum level_kind kind)
{
	struct level *l;

	if (x->depth + 1 >= MAX_LEVELS)
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "nested too deeply");
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
static bool is_cte(const struct reader *x, const struct guard_token *name)
{
	size_t d, i;

	for (d = x->depth + 1; d-- > 0;) {
		const struct level *l = &x->levels[d];

		for (i = 0; i < l->nr_ctes; i++) {
			if (strcmp(l->ctes[i], name->text.s) == 0)
				return true;
		}
		if (l->pending && (l->recursive || x->p->recursive) &&
		    d < x->depth && x->levels[d + 1].united &&
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

static bool begin_query(struct reader *x, struct level *l)
{
	l->start = false;
	if (is_kw(&x->lex.tok, "select") || is_kw(&x->lex.tok, "values")) {
		l->query = true;
		return true;
	}
	if (is_kw(&x->lex.tok, "with")) {
		l->query = true;
		l->with = W_NAME;
		return true;
	}
	if (is_kw(&x->lex.tok, "from")) {
		l->query = l->in_from = l->want_rel = true;
		return true;
	}
	if (x->lex.tok.kind == T_WORD && among(x->lex.tok.text.s, never_first))
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "'%s' does more than a model may", x->lex.tok.text.s);
	if (is_op(&x->lex.tok, '('))
		return true;
	if (l->kind == L_TOP || l->kind == L_CTE)
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "a query was expected");
	/* A join in parentheses. */
	if (l->kind == L_REL)
		l->in_from = l->want_rel = true;
	return true;
}

/* One token of WITH name (columns) AS MATERIALIZED ( body ), …. Sets *used
 * when it was one. */
static bool on_with(struct reader *x, struct level *l, bool *used)
{
	*used = true;
	switch (l->with) {
	case W_NAME:
		if (is_kw(&x->lex.tok, "recursive") && !l->recursive) {
			l->recursive = true;
			return true;
		}
		if (x->lex.tok.kind != T_WORD && x->lex.tok.kind != T_QUOTED)
			break;
		/* `a.b` is a path to some, a name to others. */
		if (x->lex.tok.text.s[strcspn(x->lex.tok.text.s, "./:")])
			return guard_refuse(&x->lex, x->lex.tok.line,
			    "the CTE's name \"%s\" could be a path",
			    x->lex.tok.text.s);
		free(l->pending);
		l->pending = xstrdup(x->lex.tok.text.s);
		l->with = W_COLUMNS;
		return true;
	case W_COLUMNS:
		l->with = W_AS;
		if (is_op(&x->lex.tok, '('))
			return push(x, L_NAMES);
		/* fall through */
	case W_AS:
		if (!is_kw(&x->lex.tok, "as"))
			break;
		l->with = W_BODY;
		return true;
	case W_BODY:
		if (is_kw(&x->lex.tok, "not") ||
		    is_kw(&x->lex.tok, "materialized"))
			return true;
		if (!is_op(&x->lex.tok, '('))
			break;
		l->with = W_NEXT;
		return push(x, L_CTE);
	case W_NEXT:
		define(l);
		if (is_op(&x->lex.tok, ',')) {
			l->with = W_NAME;
			return true;
		}
		l->with = W_NONE;
		l->start = true;
		*used = false;
		return true;
	case W_NONE: break;
	}
	return guard_refuse(&x->lex, x->lex.tok.line, "WITH is malformed");
}

static bool on_relation(struct reader *x, struct level *l)
{
	static const char *const stay[] = {"lateral", "only", NULL};
	const char *name = x->lex.tok.text.s;

	if (x->lex.tok.kind == T_WORD && among(name, stay))
		return true;
	if (is_op(&x->lex.tok, '(')) {
		l->want_rel = false;
		l->after_rel = 1;
		return push(x, L_REL);
	}
	l->want_rel = false;
	l->after_rel = 1;
	if (x->lex.tok.kind == T_RELATION && guard_peek(&x->lex) != '.')
		return true;
	if (x->lex.tok.kind == T_STRING)
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "a file as a relation");
	if (x->lex.tok.kind != T_WORD && x->lex.tok.kind != T_QUOTED)
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "FROM needs a relation");
	if (guard_peek(&x->lex) == '.')
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "the relation %s.… is not by ref() or source()", name);
	if (guard_peek(&x->lex) == '(') {
		if (x->lex.tok.kind == T_WORD &&
		    known(&x->p->relations, name)) {
			if (!guard_next(&x->lex))
				return false;
			return push(x, L_CALL);
		}
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "the table function %s() is not allowed", name);
	}
	if (is_cte(x, &x->lex.tok))
		return true;
	return guard_refuse(&x->lex, x->lex.tok.line,
	    "the relation %s is neither ref(), source() nor a CTE", name);
}

static bool on_paren(struct reader *x, struct level *l)
{
	const struct guard_token *p = &x->lex.prev;
	bool named = p->kind == T_WORD || p->kind == T_QUOTED;

	if (l->after_rel == 2 && named) {
		l->after_rel = 0;
		return push(x, L_NAMES);
	}
	l->after_rel = 0;
	if (p->kind == T_RELATION || p->kind == T_VALUE)
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "a Jinja expression is called");
	if (!named ||
	    (p->kind == T_WORD && among(p->text.s, before_paren) &&
		!known(&x->p->functions, p->text.s)))
		return push(x, L_GROUP);
	/* decimal(9, 2) behind AS or ::, column names behind AS. */
	if (is_kw(&x->lex.prev2, "as") || is_op(&x->lex.prev2, GUARD_CAST))
		return push(x, L_NAMES);
	if (is_op(&x->lex.prev2, '.'))
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "the function …%s() is called with a qualifier", p->text.s);
	if (!known(&x->p->functions, p->text.s))
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "the function %s() is not allowed", p->text.s);
	if (!push(x, L_CALL))
		return false;
	snprintf(top(x)->func, sizeof(top(x)->func), "%s", p->text.s);
	return true;
}

static bool on_from(struct reader *x, struct level *l)
{
	if (is_kw(&x->lex.prev, "distinct") &&
	    (is_kw(&x->lex.prev2, "is") || is_kw(&x->lex.prev2, "not")))
		return true;
	if (l->kind == L_CALL && !l->query && among(l->func, from_inside)) {
		l->func[0] = '\0';
		return true;
	}
	if (!l->query)
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "FROM outside of a query");
	l->in_from = l->want_rel = true;
	return true;
}

/* Snowflake's insert(a, b, c, d) is a function. */
static bool is_call(const struct reader *x, const char *word)
{
	return known(&x->p->functions, word) && guard_peek(&x->lex) == '(';
}

/* A name that needs no parentheses to tell who is connected and where, also a
 * quoted one, unless it names a column, an alias or a relation. */
static bool tells_session(const struct reader *x, const struct level *l)
{
	const struct guard_token *t = &x->lex.tok;

	if ((t->kind != T_WORD && t->kind != T_QUOTED) ||
	    !known(&x->p->session, t->text.s) ||
	    known(&x->p->columns, t->text.s))
		return false;
	return !is_op(&x->lex.prev, '.') && !is_kw(&x->lex.prev, "as") &&
	    l->kind != L_NAMES && !l->after_rel && guard_peek(&x->lex) != '.';
}

static bool on_word(struct reader *x, struct level *l)
{
	const char *w = x->lex.tok.text.s;
	bool column = is_op(&x->lex.prev, '.');

	if (column) {
		l->after_rel = 0;
		return true;
	}
	if ((among(w, never) && !is_call(x, w)) || known(&x->p->words, w))
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "'%s' does more than a model may", w);
	if (is_kw(&x->lex.prev, "for") &&
	    (strcmp(w, "share") == 0 || strcmp(w, "key") == 0 ||
		strcmp(w, "no") == 0))
		return guard_refuse(
		    &x->lex, x->lex.tok.line, "FOR %s locks rows", w);
	if (strcmp(w, "from") == 0) {
		l->after_rel = 0;
		return on_from(x, l);
	}
	if (strcmp(w, "join") == 0) {
		if (!l->in_from)
			return guard_refuse(
			    &x->lex, x->lex.tok.line, "JOIN outside of FROM");
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
		if (!is_op(&x->lex.prev, '*'))
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

static bool on_token(struct reader *x)
{
	struct level *l = top(x);
	bool used;

	if (l->with != W_NONE && !is_op(&x->lex.tok, ')')) {
		if (!on_with(x, l, &used))
			return false;
		if (used)
			return true;
	}
	if (l->start) {
		static const char *const set_words[] = {
		    "all", "distinct", "by", "name", NULL};

		if (x->lex.tok.kind == T_WORD && l->query &&
		    among(x->lex.tok.text.s, set_words))
			return true;
		if (!begin_query(x, l))
			return false;
		if (is_op(&x->lex.tok, '(')) {
			/* A query or a join in more parentheses, or just an
			 * expression in them. */
			bool group = l->kind == L_GROUP || l->kind == L_CALL;

			l->query = l->query || !group;
			l->in_from = l->kind == L_REL;
			l->after_rel = l->kind == L_REL;
			return push(x, group ? L_GROUP : L_REL);
		}
		if (l->query &&
		    (is_kw(&x->lex.tok, "select") ||
			is_kw(&x->lex.tok, "values") ||
			is_kw(&x->lex.tok, "with") ||
			is_kw(&x->lex.tok, "from")))
			return true;
	}
	if (is_op(&x->lex.tok, ')')) {
		if (!x->depth || l->want_rel ||
		    (l->with != W_NONE && l->with != W_NEXT))
			return guard_refuse(
			    &x->lex, x->lex.tok.line, "an unexpected ')'");
		clear(l);
		x->depth--;
		return true;
	}
	if (l->want_rel)
		return on_relation(x, l);
	if (is_op(&x->lex.tok, '('))
		return on_paren(x, l);
	if (is_op(&x->lex.tok, ',')) {
		l->want_rel = l->in_from;
		l->after_rel = 0;
		return true;
	}
	if (l->after_rel == 1 &&
	    (is_op(&x->lex.tok, '.') || is_op(&x->lex.tok, ':')))
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "a relation with '%c' behind it", x->lex.tok.op);
	if (tells_session(x, l))
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "'%s' tells about the session; a column of that name "
		    "needs its relation's name before it",
		    x->lex.tok.text.s);
	if (x->lex.tok.kind == T_WORD)
		return on_word(x, l);
	if (x->lex.tok.kind == T_QUOTED && l->after_rel == 1) {
		l->after_rel = 2;
		return true;
	}
	if (x->lex.tok.kind == T_RELATION && !is_op(&x->lex.prev, '.') &&
	    guard_peek(&x->lex) != '.')
		return guard_refuse(&x->lex, x->lex.tok.line,
		    "ref() and source() belong behind FROM or JOIN");
	l->after_rel = 0;
	return true;
}

char *guard_sql(
    const struct guard_policy *p, const struct guard_text *t, bool fragment)
{
	struct reader *x = xcalloc(1, sizeof(*x));
	char *why;
	bool ok;

	x->p = p;
	guard_lex_init(&x->lex, p, t);
	x->levels[0].kind = fragment ? L_GROUP : L_TOP;
	x->levels[0].start = true;
	while ((ok = guard_next(&x->lex)) && x->lex.tok.kind != T_END &&
	    (ok = on_token(x)))
		;
	if (ok && x->depth)
		guard_refuse(
		    &x->lex, x->lex.tok.line, "a parenthesis is not closed");
	else if (ok && (top(x)->want_rel || (!fragment && top(x)->start)))
		guard_refuse(
		    &x->lex, x->lex.tok.line, "the query is not complete");
	while (x->depth)
		clear(&x->levels[x->depth--]);
	clear(&x->levels[0]);
	guard_lex_release(&x->lex);
	why = x->lex.why;
	free(x);
	return why;
}
