#include <string.h>

#include "tsql/parser.h"

/* Operands: literals, names, calls, CASE, CAST, subqueries. */

static const uint8_t literal_kind[TOK_BAD + 1] = {
    [TOK_STRING] = TSQL_E_STRING,
    [TOK_NSTRING] = TSQL_E_STRING,
    [TOK_INT] = TSQL_E_INT,
    [TOK_DECIMAL] = TSQL_E_DECIMAL,
    [TOK_FLOAT] = TSQL_E_FLOAT,
    [TOK_MONEY] = TSQL_E_MONEY,
    [TOK_BINARY] = TSQL_E_BINARY,
};

struct tsql_expr *parse_literal(struct parser *p)
{
	const struct tsql_tok *t = p->t;
	struct tsql_expr *e;
	unsigned kind = literal_kind[t->kind];

	if (t->kind == TOK_DQUOTE && !p->quoted_identifier)
		kind = TSQL_E_STRING;
	if (!kind)
		parser_fail(p, "a literal");
	e = EXPR_NEW(p, kind, lit);
	e->h.len = t->len;
	if (kind == TSQL_E_STRING) {
		e->u.lit.text =
		    parser_decode(p, t, t->kind == TOK_NSTRING, &e->u.lit.len);
		if (t->kind == TOK_NSTRING)
			e->h.flags |= TSQL_NATIONAL;
	} else {
		e->u.lit.text = p->src + t->off;
		e->u.lit.len = t->len;
	}
	next(p);
	return e;
}

static struct tsql_expr *one_name(struct parser *p, enum tsql_kind kind)
{
	struct tsql_expr *e = EXPR_NEW(p, kind, name);
	struct tsql_name *n = NEW(p, struct tsql_name);

	n->off = p->t->off;
	n->len = n->src_len = p->t->len;
	n->text = p->src + n->off;
	e->nparts = 1;
	e->u.name.part = n;
	next(p);
	node_end(p, &e->h);
	return e;
}

struct tsql_expr *parse_variable(struct parser *p)
{
	if (!at(p, TOK_VAR))
		parser_fail(p, "a variable");
	return one_name(p, TSQL_E_VARIABLE);
}

static struct tsql_expr *word_node(struct parser *p, enum tsql_kind kind)
{
	struct tsql_expr *e = EXPR_NEW(p, kind, lit);

	e->u.lit.text = p->src + p->t->off;
	e->u.lit.len = p->t->len;
	next(p);
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *word_call(struct parser *p, bool parens);

/* ---- CASE, CAST and their like ---- */

static struct tsql_expr *parse_case(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_CASE, kase);
	size_t mark = MARK(p);
	struct tsql_when *w;

	next(p);
	descend(p);
	if (!at_kw(p, KW_WHEN))
		e->u.kase.operand = parse_expr(p);
	while (at_kw(p, KW_WHEN)) {
		w = NEW(p, struct tsql_when);
		node_start(p, &w->h, TSQL_WHEN);
		next(p);
		w->when = parse_expr(p);
		expect_kw(p, KW_THEN);
		w->then = parse_expr(p);
		node_end(p, &w->h);
		push_ptr(p, w);
	}
	e->u.kase.when =
	    parser_take(p, mark, sizeof(*e->u.kase.when), &e->u.kase.nwhen);
	if (!e->u.kase.nwhen)
		parser_fail(p, "WHEN");
	if (accept_kw(p, KW_ELSE))
		e->u.kase.otherwise = parse_expr(p);
	ascend(p);
	expect_kw(p, KW_END);
	node_end(p, &e->h);
	return e;
}

/* CAST(e AS t), PARSE(e AS t USING c), CONVERT(t, e, style) */
static struct tsql_expr *parse_cast(struct parser *p)
{
	struct tsql_expr *e;
	unsigned kw = p->t->kw;

	e = EXPR_NEW(p,
	    kw == KW_CAST || kw == KW_TRY_CAST	       ? TSQL_E_CAST
		: kw == KW_PARSE || kw == KW_TRY_PARSE ? TSQL_E_PARSE
						       : TSQL_E_CONVERT,
	    cast);
	if (kw == KW_TRY_CAST || kw == KW_TRY_PARSE || kw == KW_TRY_CONVERT)
		e->h.flags |= TSQL_TRY;
	next(p);
	expect(p, TOK_LPAREN, "(");
	descend(p);
	if (e->h.kind == TSQL_E_CONVERT) {
		e->u.cast.to = parse_dtype(p);
		expect(p, TOK_COMMA, ",");
		e->u.cast.e = parse_expr(p);
		if (accept(p, TOK_COMMA))
			e->u.cast.style = parse_expr(p);
	} else {
		e->u.cast.e = parse_expr(p);
		expect_kw(p, KW_AS);
		e->u.cast.to = parse_dtype(p);
		if (e->h.kind == TSQL_E_PARSE && accept_kw(p, KW_USING))
			e->u.cast.style = parse_expr(p);
	}
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *parse_exists(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_EXISTS, sub);

	next(p);
	expect(p, TOK_LPAREN, "(");
	descend(p);
	e->u.sub.query = parse_query(p);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *parse_next_value(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_NEXT_VALUE, next);

	next(p);
	next(p);
	expect_kw(p, KW_FOR);
	e->u.next.sequence = parse_objname(p);
	if (accept_kw(p, KW_OVER))
		e->u.next.over = parse_window(p);
	node_end(p, &e->h);
	return e;
}

/* {d '…'}, {fn left(a, 1)}, {interval …} */
static struct tsql_expr *parse_odbc(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_ODBC, odbc);

	next(p);
	e->u.odbc.name = parse_any_word(p);
	descend(p);
	if (at(p, TOK_WORD) && p->t[1].kind == TOK_LPAREN)
		e->u.odbc.e = word_call(p, true);
	else
		e->u.odbc.e = parse_expr(p);
	if (accept_kw(p, KW_AS) || at(p, TOK_WORD))
		parse_any_word(p);
	ascend(p);
	expect(p, TOK_RBRACE, "}");
	node_end(p, &e->h);
	return e;
}

struct tsql_expr *parse_star(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_STAR, name);

	next(p);
	node_end(p, &e->h);
	return e;
}

/* ---- parentheses ---- */

static struct tsql_expr *sub_node(
    struct parser *p, uint32_t off, struct tsql_query *q)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_SUBQUERY, sub);

	e->h.off = off;
	e->u.sub.query = q;
	return e;
}

/*
 * (SELECT …), ((SELECT …) UNION …), (e), (e, e). A subquery that set
 * operators follow was the first operand of a query, which is known only
 * behind its closing parenthesis.
 */
static struct tsql_expr *parse_paren(struct parser *p)
{
	uint32_t off = p->t->off;
	struct tsql_expr *e, *list;
	size_t mark;

	next(p);
	descend(p);
	if (at_kw(p, KW_SELECT) || at_kw(p, KW_WITH)) {
		e = sub_node(p, off, parse_query(p));
	} else {
		if (at(p, TOK_RPAREN)) {
			/* () among grouping elements and arguments */
			e = EXPR_NEW(p, TSQL_E_LIST, list);
			e->h.off = off;
			goto close;
		}
		e = at(p, TOK_STAR) ? parse_star(p) : parse_expr(p);
		if (e->h.kind == TSQL_E_SUBQUERY && at_setop(p)) {
			e->u.sub.query->h.flags |= TSQL_PAREN;
			e = sub_node(
			    p, off, parse_query_rest(p, e->u.sub.query));
		} else if (at(p, TOK_COMMA)) {
			mark = MARK(p);
			push_ptr(p, e);
			while (accept(p, TOK_COMMA))
				push_ptr(p, parse_expr(p));
			list = EXPR_NEW(p, TSQL_E_LIST, list);
			list->h.off = off;
			TAKE(p, mark, &list->u.list.list);
			e = list;
			goto close;
		}
	}
	e->h.flags |= TSQL_PAREN;
close:
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	e->h.off = off;
	node_end(p, &e->h);
	return e;
}

/* ---- calls ---- */

/* CURRENT_TIMESTAMP, USER and the others that take no parentheses, and
 * reserved words that are functions: LEFT(…), COALESCE(…). */
static struct tsql_expr *word_call(struct parser *p, bool parens)
{
	struct tsql_name *n = NEW(p, struct tsql_name);
	uint32_t off = p->t->off;
	struct tsql_expr *e;

	n->off = off;
	n->len = n->src_len = p->t->len;
	n->text = p->src + off;
	next(p);
	if (at(p, TOK_LPAREN))
		return parse_call(p, off, n, 1);
	if (parens)
		parser_fail(p, "(");
	e = EXPR_NEW(p, TSQL_E_CALL, call);
	e->h.off = off;
	e->u.call.part = n;
	e->u.call.nparts = 1;
	e->u.call.no_parens = true;
	node_end(p, &e->h);
	return e;
}

/* ---- methods ---- */

static struct tsql_expr *parse_operand(struct parser *p);

/* Names that are methods of xml and the CLR types when they are called on
 * something dotted; a.f(x) is a function of schema a otherwise. */
static bool is_method_name(const struct tsql_name *n)
{
	static const char *const name[] = {"value", "query", "exist", "nodes",
	    "modify", "write", "tostring", "getancestor", "getdescendant",
	    "getlevel", "getreparentedvalue", "isdescendantof", "makevalid",
	    "bufferwithtolerance", "bufferwithcurves", "instanceof", "filter",
	    "reduce", "asgml", "astextzm", "asbinaryzm", "envelopeangle",
	    "envelopecenter", "numrings", "ringn", "shortestlineto"};
	size_t i;

	if (n->len > 2 && n->text[0] == 'S' && n->text[1] == 'T' &&
	    n->text[2] >= 'A' && n->text[2] <= 'Z' && n->len > 3 &&
	    n->text[3] >= 'a')
		return true;
	for (i = 0; i < sizeof(name) / sizeof(*name); i++)
		if (tsql_name_is(n, name[i]))
			return true;
	return false;
}

/* At the member's name, behind the dot or ::. */
static struct tsql_expr *parse_member(
    struct parser *p, struct tsql_expr *e, enum tsql_kind kind)
{
	struct tsql_expr *m = EXPR_NEW(p, kind, method);

	if (e) {
		m->h.off = e->h.off;
		m->u.method.e = e;
	}
	m->u.method.name = parse_any_word(p);
	if (at(p, TOK_LPAREN)) {
		m->u.method.call = true;
		m->u.method.args = parse_exprs_in_parens(p);
	}
	node_end(p, &m->h);
	return m;
}

struct tsql_expr *parse_postfix(struct parser *p, struct tsql_expr *e)
{
	for (;;) {
		if (at(p, TOK_DOT) &&
		    (p->t[1].kind == TOK_WORD || p->t[1].kind == TOK_BRACKET)) {
			next(p);
			e = parse_member(p, e, TSQL_E_METHOD);
		} else if (at(p, TOK_DCOLON)) {
			next(p);
			e = parse_member(p, e, TSQL_E_METHOD);
		} else if (at_kw(p, KW_COLLATE)) {
			struct tsql_expr *c =
			    EXPR_NEW(p, TSQL_E_COLLATE, collate);

			next(p);
			c->h.off = e->h.off;
			c->u.collate.e = e;
			c->u.collate.name = parse_any_word(p);
			node_end(p, &c->h);
			e = c;
		} else if (at_kw(p, KW_AT) && p->t[1].kw == KW_TIME) {
			struct tsql_expr *z =
			    EXPR_NEW(p, TSQL_E_AT_TIME_ZONE, binary);

			next(p);
			next(p);
			expect_kw(p, KW_ZONE);
			z->h.off = e->h.off;
			z->u.binary.l = e;
			z->u.binary.r = parse_operand(p);
			node_end(p, &z->h);
			e = z;
		} else {
			return e;
		}
	}
}

/* ---- names ---- */

static struct tsql_expr *column_node(struct parser *p, uint32_t off,
    enum tsql_kind kind, struct tsql_name *part, uint32_t n)
{
	struct tsql_expr *e = EXPR_NEW(p, kind, name);

	e->h.off = off;
	e->u.name.part = part;
	e->nparts = (uint16_t)n;
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *static_call(
    struct parser *p, uint32_t off, struct tsql_name *part, uint32_t n)
{
	struct tsql_dtype *d = NEW(p, struct tsql_dtype);
	struct tsql_objname *o = NEW(p, struct tsql_objname);
	struct tsql_expr *e;

	d->h.kind = TSQL_DTYPE;
	o->h.kind = TSQL_OBJNAME;
	d->h.off = o->h.off = off;
	node_end(p, &d->h);
	node_end(p, &o->h);
	o->part = part;
	o->n = n;
	d->name = o;
	next(p);
	e = parse_member(p, NULL, TSQL_E_STATIC);
	e->h.off = off;
	e->u.method.owner = d;
	node_end(p, &e->h);
	return e;
}

/* A dotted name of several parts: a column, t.*, a call, a method. */
static struct tsql_expr *dotted(
    struct parser *p, uint32_t off, struct tsql_name first)
{
	struct tsql_name *part, n = first;
	size_t mark = MARK(p);
	uint32_t count, before = p->prev_end;
	struct tsql_expr *e;

	push(p, &n, sizeof(n));
	while (at(p, TOK_DOT)) {
		before = p->prev_end;
		next(p);
		if (at(p, TOK_STAR)) {
			next(p);
			part = parser_take(p, mark, sizeof(n), &count);
			return column_node(p, off, TSQL_E_STAR, part, count);
		}
		if (at(p, TOK_DOT)) {
			memset(&n, 0, sizeof(n));
			n.off = p->t->off;
			n.text = p->src + n.off;
		} else if (at(p, TOK_PSEUDO)) {
			n.off = p->t->off;
			n.text = p->src + n.off;
			n.len = n.src_len = p->t->len;
			n.quote = 0;
			next(p);
		} else {
			n = parse_any_word(p);
		}
		push(p, &n, sizeof(n));
	}
	part = parser_take(p, mark, sizeof(n), &count);
	if (at(p, TOK_DCOLON))
		return static_call(p, off, part, count);
	if (!at(p, TOK_LPAREN))
		return column_node(p, off, TSQL_E_COLUMN, part, count);
	if (!is_method_name(&part[count - 1]))
		return parse_call(p, off, part, count);
	e = column_node(p, off, TSQL_E_COLUMN, part, count - 1);
	e->h.len = before > off ? before - off : 0;
	n = part[count - 1];
	{
		struct tsql_expr *m = EXPR_NEW(p, TSQL_E_METHOD, method);

		m->h.off = off;
		m->u.method.e = e;
		m->u.method.name = n;
		m->u.method.call = true;
		m->u.method.args = parse_exprs_in_parens(p);
		node_end(p, &m->h);
		return m;
	}
}

static struct tsql_expr *parse_named(struct parser *p)
{
	uint32_t off = p->t->off;
	struct tsql_name *n;
	struct tsql_name first;

	first = parse_any_word(p);
	if (at(p, TOK_DOT))
		return dotted(p, off, first);
	n = NEW(p, struct tsql_name);
	*n = first;
	if (at(p, TOK_LPAREN))
		return parse_call(p, off, n, 1);
	if (at(p, TOK_DCOLON))
		return static_call(p, off, n, 1);
	return column_node(p, off, TSQL_E_COLUMN, n, 1);
}

struct tsql_expr *parse_column(struct parser *p)
{
	struct tsql_expr *e;

	if (at(p, TOK_PSEUDO) || at_kw(p, KW_IDENTITYCOL) ||
	    at_kw(p, KW_ROWGUIDCOL))
		return one_name(p, TSQL_E_PSEUDO);
	if (!at_name(p) && !at(p, TOK_DOT))
		parser_fail(p, "a column");
	e = at(p, TOK_DOT) ? parse_primary(p) : parse_named(p);
	return e;
}

struct tsql_exprs parse_columns_in_parens(struct parser *p)
{
	struct tsql_exprs list;
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	do {
		push_ptr(p, parse_column(p));
	} while (accept(p, TOK_COMMA));
	expect(p, TOK_RPAREN, ")");
	TAKE(p, mark, &list);
	return list;
}

static struct tsql_expr *parse_match(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_MATCH, lit);

	next(p);
	skip_parens(p);
	node_end(p, &e->h);
	return e;
}

/* ---- the operand ---- */

static struct tsql_expr *parse_word(struct parser *p)
{
	switch (p->t->kw) {
	case KW_NO_KEYWORD: return parse_named(p);
	case KW_NULL: return word_node(p, TSQL_E_NULL);
	case KW_DEFAULT: return word_node(p, TSQL_E_DEFAULT);
	case KW_CASE: return parse_case(p);
	case KW_CAST:
	case KW_TRY_CAST:
	case KW_PARSE:
	case KW_TRY_PARSE:
		if (p->t[1].kind != TOK_LPAREN)
			return parse_named(p);
		return parse_cast(p);
	case KW_CONVERT:
	case KW_TRY_CONVERT: return parse_cast(p);
	case KW_EXISTS: return parse_exists(p);
	case KW_NEXT:
		if (p->t[1].kw == KW_VALUE && p->t[2].kw == KW_FOR)
			return parse_next_value(p);
		return parse_named(p);
	case KW_MATCH:
		if (p->t[1].kind == TOK_LPAREN)
			return parse_match(p);
		return parse_named(p);
	case KW_CURRENT_TIMESTAMP:
	case KW_CURRENT_DATE:
	case KW_CURRENT_TIME:
	case KW_CURRENT_USER:
	case KW_SESSION_USER:
	case KW_SYSTEM_USER:
	case KW_USER: return word_call(p, false);
	case KW_COALESCE:
	case KW_NULLIF:
	case KW_LEFT:
	case KW_RIGHT:
	case KW_UPDATE:
	case KW_IDENTITY:
	case KW_CONTAINS:
	case KW_FREETEXT:
	case KW_SCHEMA:
	case KW_DATABASE: return word_call(p, true);
	case KW_IDENTITYCOL:
	case KW_ROWGUIDCOL: return one_name(p, TSQL_E_PSEUDO);
	case KW_NOT: /* where a lone NOT is an operand: 1 + NOT x */
		return parse_expr_prec(p, PREC_NOT);
	default:
		if (is_reserved(p->t))
			parser_fail(p, "an expression");
		return parse_named(p);
	}
}

static struct tsql_expr *parse_unary(struct parser *p, enum tsql_op op)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_UNARY, unary);

	next(p);
	descend(p);
	e->op = (uint8_t)op;
	e->u.unary.e = parse_primary(p);
	ascend(p);
	node_end(p, &e->h);
	return e;
}

/* Without what may follow it: .method(), COLLATE, AT TIME ZONE. */
static struct tsql_expr *parse_operand(struct parser *p)
{
	struct tsql_expr *e;

	switch (p->t->kind) {
	case TOK_WORD: e = parse_word(p); break;
	case TOK_BRACKET: e = parse_named(p); break;
	case TOK_DQUOTE:
		e = p->quoted_identifier ? parse_named(p) : parse_literal(p);
		break;
	case TOK_STRING:
	case TOK_NSTRING:
	case TOK_INT:
	case TOK_DECIMAL:
	case TOK_FLOAT:
	case TOK_MONEY:
	case TOK_BINARY: e = parse_literal(p); break;
	case TOK_VAR: e = parse_variable(p); break;
	case TOK_PSEUDO:
		/* $partition.f(x) */
		e = p->t[1].kind == TOK_DOT ? NULL : one_name(p, TSQL_E_PSEUDO);
		if (!e) {
			uint32_t off = p->t->off;
			struct tsql_name n = {
			    p->src + off, p->t->len, off, p->t->len, 0};

			next(p);
			e = dotted(p, off, n);
		}
		break;
	case TOK_DOT: {
		uint32_t off = p->t->off;
		struct tsql_name none = {p->src + off, 0, off, 0, 0};

		e = dotted(p, off, none);
		break;
	}
	case TOK_LPAREN: e = parse_paren(p); break;
	case TOK_LBRACE: e = parse_odbc(p); break;
	case TOK_PLUS: return parse_unary(p, TSQL_OP_ADD);
	case TOK_MINUS: return parse_unary(p, TSQL_OP_SUB);
	case TOK_TILDE: return parse_unary(p, TSQL_OP_BIT_NOT);
	default: parser_fail(p, "an expression");
	}
	return e;
}

struct tsql_expr *parse_primary(struct parser *p)
{
	struct tsql_expr *e = parse_operand(p);

	if (at(p, TOK_DOT) || at(p, TOK_DCOLON) ||
	    (at(p, TOK_WORD) && (at_kw(p, KW_COLLATE) || at_kw(p, KW_AT))))
		return parse_postfix(p, e);
	return e;
}
