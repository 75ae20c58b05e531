#include "tsql/parser.h"

/* Calls of functions: arguments, windows, and the special forms. */

/* What follows the arguments and isn't a further one: RETURNING t,
 * NULL ON NULL, ORDER BY …, or words that only the server knows. */
static void call_tail(struct parser *p, struct tsql_expr *e)
{
	struct tsql_call *c = &e->u.call;
	uint32_t off;

	if (at(p, TOK_RPAREN))
		return;
	if (accept_kw2(p, KW_ORDER, KW_BY))
		c->within = parse_order_by(p);
	if (at_kw2(p, KW_NULL, KW_ON) || at_kw2(p, KW_ABSENT, KW_ON)) {
		e->h.flags |=
		    at_kw(p, KW_NULL) ? TSQL_NULL_ON_NULL : TSQL_ABSENT_ON_NULL;
		next(p);
		next(p);
		expect_kw(p, KW_NULL);
	}
	if (accept_kw(p, KW_RETURNING))
		c->returning = parse_dtype(p);
	if (at(p, TOK_RPAREN))
		return;
	off = p->t->off;
	while (!at(p, TOK_RPAREN)) {
		if (at(p, TOK_LPAREN))
			skip_parens(p);
		else if (at(p, TOK_WORD) || at_literal(p) || at(p, TOK_VAR) ||
		    at(p, TOK_DOT) || at(p, TOK_COMMA) || at(p, TOK_BRACKET) ||
		    at(p, TOK_EQ))
			next(p);
		else
			parser_fail(p, ")");
	}
	c->tail = span_from(p, off);
}

static void call_arguments(struct parser *p, struct tsql_expr *e)
{
	struct tsql_call *c = &e->u.call;
	size_t mark = MARK(p);

	if (accept_kw(p, KW_DISTINCT))
		e->h.flags |= TSQL_DISTINCT;
	else if (accept_kw(p, KW_ALL))
		e->h.flags |= TSQL_ALL;
	else if ((at_kw(p, KW_LEADING) || at_kw(p, KW_TRAILING) ||
		     at_kw(p, KW_BOTH)) &&
	    p->t[1].kind != TOK_COMMA && p->t[1].kind != TOK_RPAREN &&
	    p->t[1].kind != TOK_DOT) {
		c->trim = at_kw(p, KW_LEADING) ? 2
		    : at_kw(p, KW_TRAILING)    ? 3
					       : 4;
		next(p);
	}
	for (;;) {
		if (at(p, TOK_RPAREN) || at_kw2(p, KW_NULL, KW_ON) ||
		    at_kw2(p, KW_ABSENT, KW_ON))
			break;
		if (at_kw(p, KW_LANGUAGE) && p->t[1].kind != TOK_COMMA &&
		    p->t[1].kind != TOK_RPAREN)
			break;
		if (at(p, TOK_STAR))
			push_ptr(p, parse_star(p));
		else
			push_ptr(p, parse_expr(p));
		if (accept(p, TOK_COLON)) {
			c->pairs = true;
			push_ptr(p, parse_expr(p));
		} else if (at_kw(p, KW_FROM)) {
			next(p);
			if (!c->trim)
				c->trim = 1;
			continue;
		}
		if (!accept(p, TOK_COMMA))
			break;
	}
	TAKE(p, mark, &c->args);
	call_tail(p, e);
}

static void call_suffix(struct parser *p, struct tsql_expr *e)
{
	struct tsql_call *c = &e->u.call;

	if (at_kw(p, KW_WITHIN) && p->t[1].kw == KW_GROUP) {
		next(p);
		next(p);
		expect(p, TOK_LPAREN, "(");
		/* graph: LAST_VALUE(x) WITHIN GROUP (GRAPH PATH) */
		if (accept_word(p, "graph")) {
			expect_kw(p, KW_PATH);
		} else {
			expect_kw(p, KW_ORDER);
			expect_kw(p, KW_BY);
			c->within = parse_order_by(p);
		}
		expect(p, TOK_RPAREN, ")");
	}
	if (at_kw2(p, KW_IGNORE, KW_NULLS) || at_kw2(p, KW_RESPECT, KW_NULLS)) {
		e->h.flags |= at_kw(p, KW_IGNORE) ? TSQL_IGNORE_NULLS
						  : TSQL_RESPECT_NULLS;
		next(p);
		next(p);
	}
	if (accept_kw(p, KW_OVER))
		c->over = parse_window(p);
}

/* At the opening parenthesis; the name's parts are in the arena. */
struct tsql_expr *parse_call(
    struct parser *p, uint32_t off, struct tsql_name *part, unsigned nparts)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_CALL, call);

	e->h.off = off;
	e->u.call.part = part;
	e->u.call.nparts = (uint16_t)nparts;
	next(p);
	descend(p);
	if (!at(p, TOK_RPAREN))
		call_arguments(p, e);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	call_suffix(p, e);
	node_end(p, &e->h);
	return e;
}
