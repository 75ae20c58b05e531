#include <string.h>

#include "tsql/parser.h"

/* EXECUTE of procedures and of text, and EXECUTE AS. */

static struct tsql_exec_arg *exec_arg(struct parser *p)
{
	struct tsql_exec_arg *a = NEW(p, struct tsql_exec_arg);

	node_start(p, &a->h, TSQL_EXEC_ARG);
	if (at(p, TOK_VAR) && p->t[1].kind == TOK_EQ) {
		a->name = *parse_variable(p)->u.name.part;
		next(p);
	}
	a->value = parse_expr_prec(p, PREC_ADD);
	a->output = accept_kw(p, KW_OUTPUT) || accept_kw(p, KW_OUT);
	node_end(p, &a->h);
	return a;
}

/* May an argument begin here? A statement's first word may not. */
static bool at_argument(const struct parser *p)
{
	const struct tsql_tok *t = p->t;

	switch (t->kind) {
	case TOK_STRING:
	case TOK_NSTRING:
	case TOK_INT:
	case TOK_DECIMAL:
	case TOK_FLOAT:
	case TOK_MONEY:
	case TOK_BINARY:
	case TOK_VAR:
	case TOK_BRACKET:
	case TOK_DQUOTE:
	case TOK_PSEUDO:
	case TOK_MINUS:
	case TOK_PLUS:
	case TOK_LBRACE: return true;
	case TOK_WORD: break;
	default: return false;
	}
	if (t->kw == KW_NULL || t->kw == KW_DEFAULT)
		return true;
	if (is_reserved(t) || t->kw == KW_AT || t[1].kind == TOK_COLON)
		return false;
	if (t->kw == KW_THROW && (t->flags & TOKF_NEWLINE))
		return false;
	return !((t->kw == KW_ENABLE || t->kw == KW_DISABLE) &&
	    t[1].kw == KW_TRIGGER);
}

static void exec_args(struct parser *p, struct tsql_exec *x)
{
	size_t mark = MARK(p);

	if (at_argument(p)) {
		do {
			push_ptr(p, exec_arg(p));
		} while (accept(p, TOK_COMMA));
	}
	x->arg = parser_take(p, mark, sizeof(*x->arg), &x->narg);
}

/* RESULT SETS ((a int, b int), (AS OBJECT t)), RECOMPILE */
static void exec_with(struct parser *p, struct tsql_exec *x)
{
	size_t mark = MARK(p);
	struct tsql_option *o;

	if (!at_kw(p, KW_WITH) ||
	    (p->t[1].kw != KW_RECOMPILE && p->t[1].kw != KW_RESULT))
		return;
	next(p);
	do {
		o = option_new(p);
		if (!at(p, TOK_WORD) || at_stmt_end(p))
			parser_fail(p, "an option of EXECUTE");
		while (at(p, TOK_WORD) && !at_stmt_end(p))
			next(p);
		o->name.len = p->prev_end - o->name.off;
		if (at(p, TOK_LPAREN))
			skip_parens(p);
		node_end(p, &o->h);
		push_ptr(p, o);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &x->with);
}

static void exec_text(struct parser *p, struct tsql_exec *x)
{
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	descend(p);
	x->text = parse_expr(p);
	while (accept(p, TOK_COMMA))
		push_ptr(p, exec_arg(p));
	x->arg = parser_take(p, mark, sizeof(*x->arg), &x->narg);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	if (at_kw(p, KW_AS) &&
	    (p->t[1].kw == KW_USER || p->t[1].kw == KW_LOGIN)) {
		next(p);
		x->as_user = at_kw(p, KW_USER);
		x->as_login = !x->as_user;
		next(p);
		if (accept(p, TOK_EQ))
			x->as_name = parse_primary(p);
	}
}

static void exec_at(struct parser *p, struct tsql_exec *x)
{
	if (!at_kw(p, KW_AT) ||
	    (p->t[1].kind != TOK_WORD && p->t[1].kind != TOK_BRACKET))
		return;
	next(p);
	/* AT DATA_SOURCE name */
	if (at_word(p, "data_source") && is_name(p, &p->t[1]))
		next(p);
	x->at = parse_objname(p);
}

/* Behind EXEC. */
static void exec_procedure(struct parser *p, struct tsql_exec *x)
{
	if (at(p, TOK_VAR) && p->t[1].kind == TOK_EQ) {
		x->result = *parse_variable(p)->u.name.part;
		next(p);
	}
	if (at(p, TOK_VAR)) {
		x->variable = *parse_variable(p)->u.name.part;
	} else if (at_kw(p, KW_OPENDATASOURCE)) {
		/* EXEC OPENDATASOURCE(…).db.s.p */
		next(p);
		skip_parens(p);
		expect(p, TOK_DOT, ".");
		x->name = parse_objname(p);
	} else {
		x->name = parse_objname(p);
	}
	if (at(p, TOK_SEMI) && p->t[1].kind == TOK_INT &&
	    !(p->t[1].flags & TOKF_NEWLINE)) {
		next(p);
		x->number = parse_literal(p);
	}
	exec_args(p, x);
}

/* EXECUTE AS USER = 'u' WITH NO REVERT */
static struct tsql_stmt *execute_as(struct parser *p)
{
	return parse_command(p);
}

struct tsql_stmt *parse_exec(struct parser *p)
{
	struct tsql_stmt *s;

	if (p->t[1].kw == KW_AS &&
	    (p->t[2].kw == KW_USER || p->t[2].kw == KW_LOGIN ||
		p->t[2].kw == KW_CALLER))
		return execute_as(p);
	s = STMT_NEW(p, TSQL_S_EXEC, exec);
	next(p);
	if (at(p, TOK_LPAREN))
		exec_text(p, &s->u.exec);
	else
		exec_procedure(p, &s->u.exec);
	exec_at(p, &s->u.exec);
	exec_with(p, &s->u.exec);
	node_end(p, &s->h);
	return s;
}

struct tsql_stmt *parse_implicit_exec(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_EXEC, exec);

	exec_procedure(p, &s->u.exec);
	exec_at(p, &s->u.exec);
	exec_with(p, &s->u.exec);
	node_end(p, &s->h);
	return s;
}
