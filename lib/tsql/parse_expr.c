#include <string.h>

#include "tsql/parser.h"

/* Operators, predicates and windows; operands are in parse_primary.c. */

static const struct {
	uint8_t prec, kind, op;
} infix[TOK_BAD + 1] = {
    [TOK_PLUS] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_ADD},
    [TOK_MINUS] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_SUB},
    [TOK_AMP] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_BIT_AND},
    [TOK_PIPE] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_BIT_OR},
    [TOK_CARET] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_BIT_XOR},
    [TOK_CONCAT] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_CONCAT},
    [TOK_SHL] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_SHL},
    [TOK_SHR] = {PREC_ADD, TSQL_E_ARITH, TSQL_OP_SHR},
    [TOK_STAR] = {PREC_MUL, TSQL_E_ARITH, TSQL_OP_MUL},
    [TOK_SLASH] = {PREC_MUL, TSQL_E_ARITH, TSQL_OP_DIV},
    [TOK_PERCENT] = {PREC_MUL, TSQL_E_ARITH, TSQL_OP_MOD},
    [TOK_EQ] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_EQ},
    [TOK_NE] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_NE},
    [TOK_LT] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_LT},
    [TOK_LE] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_LE},
    [TOK_GT] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_GT},
    [TOK_GE] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_GE},
    [TOK_NLT] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_NLT},
    [TOK_NGT] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_NGT},
    [TOK_BANG] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_NE},
    [TOK_STAR_EQ] = {PREC_COMPARE, TSQL_E_COMPARE, TSQL_OP_LEFT_OUTER},
};

bool assign_op(const struct tsql_tok *t, uint8_t *op)
{
	switch (t->kind) {
	case TOK_EQ: *op = TSQL_OP_EQ; return true;
	case TOK_PLUS_EQ: *op = TSQL_OP_ADD; return true;
	case TOK_MINUS_EQ: *op = TSQL_OP_SUB; return true;
	case TOK_STAR_EQ: *op = TSQL_OP_MUL; return true;
	case TOK_SLASH_EQ: *op = TSQL_OP_DIV; return true;
	case TOK_PERCENT_EQ: *op = TSQL_OP_MOD; return true;
	case TOK_AMP_EQ: *op = TSQL_OP_BIT_AND; return true;
	case TOK_PIPE_EQ: *op = TSQL_OP_BIT_OR; return true;
	case TOK_CARET_EQ: *op = TSQL_OP_BIT_XOR; return true;
	case TOK_CONCAT_EQ: *op = TSQL_OP_CONCAT; return true;
	default: return false;
	}
}

static struct tsql_expr *binary(struct parser *p, enum tsql_kind kind, int op,
    struct tsql_expr *l, struct tsql_expr *r)
{
	struct tsql_expr *e = EXPR_NEW(p, kind, binary);

	e->h.off = l->h.off;
	e->op = (uint8_t)op;
	e->u.binary.l = l;
	e->u.binary.r = r;
	node_end(p, &e->h);
	return e;
}

/* Operators may be written with blanks inside: > =, < >, ! =, = *. */
static int spaced_op(struct parser *p, int op)
{
	switch (op) {
	case TSQL_OP_LT:
		if (accept(p, TOK_EQ))
			return TSQL_OP_LE;
		if (accept(p, TOK_GT))
			return TSQL_OP_NE;
		break;
	case TSQL_OP_GT:
		if (accept(p, TOK_EQ))
			return TSQL_OP_GE;
		break;
	case TSQL_OP_EQ:
		if (accept(p, TOK_STAR))
			return TSQL_OP_RIGHT_OUTER;
		break;
	}
	return op;
}

/* ALL, ANY or SOME before a subquery */
static bool at_quantifier(const struct parser *p)
{
	return (at_kw(p, KW_ALL) || at_kw(p, KW_ANY) || at_kw(p, KW_SOME)) &&
	    p->t[1].kind == TOK_LPAREN;
}

static struct tsql_expr *quantified(
    struct parser *p, int op, struct tsql_expr *l)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_QUANTIFIED, quantified);

	e->h.off = l->h.off;
	e->op = (uint8_t)op;
	e->quant = at_kw(p, KW_ALL) ? TSQL_QUANT_ALL
	    : at_kw(p, KW_ANY)	    ? TSQL_QUANT_ANY
				    : TSQL_QUANT_SOME;
	next(p);
	expect(p, TOK_LPAREN, "(");
	e->u.quantified.e = l;
	descend(p);
	e->u.quantified.query = parse_query(p);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *infix_op(
    struct parser *p, struct tsql_expr *l, unsigned kind)
{
	int op = infix[kind].op;
	bool bang = kind == TOK_BANG;

	next(p);
	if (infix[kind].prec != PREC_COMPARE)
		return binary(p, TSQL_E_ARITH, op, l,
		    parse_expr_prec(p, infix[kind].prec + 1));
	if (bang) {
		op = at(p, TOK_EQ)  ? TSQL_OP_NE
		    : at(p, TOK_LT) ? TSQL_OP_NLT
		    : at(p, TOK_GT) ? TSQL_OP_NGT
				    : TSQL_OP_NONE;
		if (op == TSQL_OP_NONE)
			parser_fail(p, "a comparison");
		next(p);
	} else {
		op = spaced_op(p, op);
	}
	if (at_quantifier(p))
		return quantified(p, op, l);
	return binary(p, TSQL_E_COMPARE, op, l, parse_expr_prec(p, PREC_ADD));
}

static struct tsql_expr *parse_in(
    struct parser *p, struct tsql_expr *l, bool negated)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_IN, in), *only;

	e->h.off = l->h.off;
	e->u.in.e = l;
	if (negated)
		e->h.flags |= TSQL_NOT;
	next(p);
	expect(p, TOK_LPAREN, "(");
	descend(p);
	if (at_kw(p, KW_SELECT) || at_kw(p, KW_WITH)) {
		e->u.in.query = parse_query(p);
	} else {
		e->u.in.list = parse_exprs(p);
		only = e->u.in.list.v[0];
		/* IN ((SELECT …)) is the query too */
		if (e->u.in.list.n == 1 && only->h.kind == TSQL_E_SUBQUERY) {
			e->u.in.query = only->u.sub.query;
			e->u.in.list.n = 0;
			e->u.in.list.v = NULL;
		}
	}
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *parse_between(
    struct parser *p, struct tsql_expr *l, bool negated)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_BETWEEN, between);

	e->h.off = l->h.off;
	if (negated)
		e->h.flags |= TSQL_NOT;
	next(p);
	e->u.between.e = l;
	e->u.between.lo = parse_expr_prec(p, PREC_ADD);
	expect_kw(p, KW_AND);
	e->u.between.hi = parse_expr_prec(p, PREC_ADD);
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *parse_like(
    struct parser *p, struct tsql_expr *l, bool negated)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_LIKE, like);

	e->h.off = l->h.off;
	if (negated)
		e->h.flags |= TSQL_NOT;
	next(p);
	e->u.like.e = l;
	e->u.like.pattern = parse_expr_prec(p, PREC_ADD);
	if (accept_kw(p, KW_ESCAPE))
		e->u.like.escape = parse_expr_prec(p, PREC_ADD);
	else if (at(p, TOK_LBRACE) && p->t[1].kw == KW_ESCAPE) {
		next(p);
		next(p);
		e->u.like.escape = parse_expr_prec(p, PREC_ADD);
		expect(p, TOK_RBRACE, "}");
	}
	node_end(p, &e->h);
	return e;
}

static struct tsql_expr *parse_is(struct parser *p, struct tsql_expr *l)
{
	struct tsql_expr *e;
	bool negated;

	next(p);
	negated = accept_kw(p, KW_NOT);
	if (accept_kw(p, KW_DISTINCT)) {
		int op = negated ? TSQL_OP_NOT_DISTINCT : TSQL_OP_DISTINCT;

		expect_kw(p, KW_FROM);
		if (at_quantifier(p))
			return quantified(p, op, l);
		return binary(
		    p, TSQL_E_COMPARE, op, l, parse_expr_prec(p, PREC_ADD));
	}
	expect_kw(p, KW_NULL);
	e = EXPR_NEW(p, TSQL_E_IS_NULL, unary);
	e->h.off = l->h.off;
	if (negated)
		e->h.flags |= TSQL_NOT;
	e->u.unary.e = l;
	node_end(p, &e->h);
	return e;
}

/* The operand has been read; operators of at least min follow it. Chains
 * of one level are a loop, so their length costs no stack. */
static struct tsql_expr *operators(
    struct parser *p, struct tsql_expr *l, int min)
{
	for (;;) {
		unsigned kind = p->t->kind;
		bool negated;

		if (kind != TOK_WORD) {
			if (!infix[kind].prec || infix[kind].prec < min)
				return l;
			l = infix_op(p, l, kind);
			continue;
		}
		switch (p->t->kw) {
		case KW_AND:
			if (min > PREC_AND)
				return l;
			next(p);
			l = binary(
			    p, TSQL_E_AND, 0, l, parse_expr_prec(p, PREC_NOT));
			continue;
		case KW_OR:
			if (min > PREC_OR)
				return l;
			next(p);
			l = binary(
			    p, TSQL_E_OR, 0, l, parse_expr_prec(p, PREC_AND));
			continue;
		case KW_IS:
			if (min > PREC_COMPARE)
				return l;
			l = parse_is(p, l);
			continue;
		case KW_NOT:
		case KW_IN:
		case KW_LIKE:
		case KW_BETWEEN: break;
		default: return l;
		}
		if (min > PREC_COMPARE)
			return l;
		negated = at_kw(p, KW_NOT);
		if (negated) {
			if (p->t[1].kw != KW_IN && p->t[1].kw != KW_LIKE &&
			    p->t[1].kw != KW_BETWEEN)
				return l;
			next(p);
		}
		if (at_kw(p, KW_IN))
			l = parse_in(p, l, negated);
		else if (at_kw(p, KW_LIKE))
			l = parse_like(p, l, negated);
		else
			l = parse_between(p, l, negated);
	}
}

static struct tsql_expr *parse_not(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_NOT, unary);

	next(p);
	descend(p);
	e->u.unary.e = parse_expr_prec(p, PREC_NOT);
	ascend(p);
	node_end(p, &e->h);
	return e;
}

struct tsql_expr *parse_expr_prec(struct parser *p, int min)
{
	struct tsql_expr *l;

	if (at_kw(p, KW_NOT))
		l = parse_not(p);
	else
		l = parse_primary(p);
	return operators(p, l, min);
}

struct tsql_expr *parse_expr(struct parser *p)
{
	return parse_expr_prec(p, PREC_OR);
}

struct tsql_exprs parse_exprs(struct parser *p)
{
	struct tsql_exprs list;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_expr(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

struct tsql_exprs parse_exprs_in_parens(struct parser *p)
{
	struct tsql_exprs list = {NULL, 0};

	expect(p, TOK_LPAREN, "(");
	descend(p);
	if (!at(p, TOK_RPAREN))
		list = parse_exprs(p);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	return list;
}

struct tsql_orders parse_order_by(struct parser *p)
{
	struct tsql_orders list;
	struct tsql_order *o;
	size_t mark = MARK(p);

	do {
		o = NEW(p, struct tsql_order);
		node_start(p, &o->h, TSQL_ORDER);
		o->expr = parse_expr(p);
		if (accept_kw(p, KW_DESC))
			o->h.flags |= TSQL_DESC;
		else if (accept_kw(p, KW_ASC))
			o->h.flags |= TSQL_ASC;
		node_end(p, &o->h);
		push_ptr(p, o);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

/* ---- windows ---- */

static enum tsql_bound_kind frame_bound(
    struct parser *p, struct tsql_expr **expr)
{
	if (accept_kw2(p, KW_UNBOUNDED, KW_PRECEDING))
		return TSQL_UNBOUNDED_PRECEDING;
	if (accept_kw2(p, KW_UNBOUNDED, KW_FOLLOWING))
		return TSQL_UNBOUNDED_FOLLOWING;
	if (accept_kw2(p, KW_CURRENT, KW_ROW))
		return TSQL_CURRENT_ROW;
	*expr = parse_expr_prec(p, PREC_ADD);
	if (accept_kw(p, KW_PRECEDING))
		return TSQL_PRECEDING;
	expect_kw(p, KW_FOLLOWING);
	return TSQL_FOLLOWING;
}

static void window_frame(struct parser *p, struct tsql_over *o)
{
	if (accept_kw(p, KW_ROWS))
		o->frame = TSQL_FRAME_ROWS;
	else if (accept_kw(p, KW_RANGE))
		o->frame = TSQL_FRAME_RANGE;
	else
		return;
	if (accept_kw(p, KW_BETWEEN)) {
		o->from = frame_bound(p, &o->from_expr);
		expect_kw(p, KW_AND);
		o->to = frame_bound(p, &o->to_expr);
	} else {
		o->from = frame_bound(p, &o->from_expr);
	}
}

/* Behind OVER: a name or a definition in parentheses. */
struct tsql_over *parse_window(struct parser *p)
{
	struct tsql_over *o = NEW(p, struct tsql_over);

	node_start(p, &o->h, TSQL_OVER);
	if (!accept(p, TOK_LPAREN)) {
		o->base = parse_name(p);
		node_end(p, &o->h);
		return o;
	}
	descend(p);
	if (at_name(p) && !at_kw(p, KW_PARTITION) && !at_kw(p, KW_ROWS) &&
	    !at_kw(p, KW_RANGE))
		o->base = parse_name(p);
	if (at_kw2(p, KW_PARTITION, KW_BY)) {
		next(p);
		next(p);
		o->partition = parse_exprs(p);
	}
	if (accept_kw2(p, KW_ORDER, KW_BY))
		o->order = parse_order_by(p);
	window_frame(p, o);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	node_end(p, &o->h);
	return o;
}
