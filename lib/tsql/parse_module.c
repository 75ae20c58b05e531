#include <string.h>

#include "tsql/parser.h"

/* Views, procedures, functions, triggers: at the name in every case; the
 * caller sets the statement's start. */

/* WITH SCHEMABINDING, EXECUTE AS OWNER, ENCRYPTION: words up to a comma. */
static struct tsql_options_list module_options(struct parser *p)
{
	struct tsql_options_list list = {NULL, 0};
	size_t mark = MARK(p);
	struct tsql_option *o;

	if (!at_kw(p, KW_WITH) || p->t[1].kind == TOK_LPAREN)
		return list;
	next(p);
	do {
		o = option_new(p);
		if (at_kw(p, KW_EXECUTE) || at_kw(p, KW_EXEC)) {
			next(p);
			expect_kw(p, KW_AS);
			if (is_string(p, p->t))
				o->value = parse_literal(p);
			else
				parse_any_word(p);
		} else if (at_kw(p, KW_RETURNS)) {
			next(p);
			expect_kw(p, KW_NULL);
			expect_kw(p, KW_ON);
			expect_kw(p, KW_NULL);
			parse_any_word(p);
		} else if (at_kw(p, KW_CALLED)) {
			next(p);
			expect_kw(p, KW_ON);
			expect_kw(p, KW_NULL);
			parse_any_word(p);
		} else {
			parse_any_word(p);
			if (accept(p, TOK_EQ)) {
				o->equals = true;
				if (!accept_kw(p, KW_ON) &&
				    !accept_kw(p, KW_OFF))
					o->value = parse_primary(p);
			}
		}
		o->name.len = p->prev_end - o->name.off;
		node_end(p, &o->h);
		push_ptr(p, o);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

static struct tsql_span external_name(struct parser *p)
{
	struct tsql_span none = {0, 0};
	uint32_t off;

	if (!at_kw2(p, KW_EXTERNAL, KW_NAME))
		return none;
	next(p);
	next(p);
	off = p->t->off;
	parse_objname(p);
	return span_from(p, off);
}

struct tsql_stmt *parse_create_view(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_VIEW, view);
	uint32_t off;

	s->verb = verb;
	s->u.view.name = parse_objname(p);
	if (at(p, TOK_LPAREN))
		s->u.view.columns = parse_names_in_parens(p);
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		/* materialized views of Synapse */
		next(p);
		s->u.view.options = parse_option_list(p);
	} else {
		s->u.view.options = module_options(p);
	}
	expect_kw(p, KW_AS);
	off = p->t->off;
	s->u.view.query = parse_query(p);
	parse_query_option(p, s->u.view.query);
	s->u.view.body = span_from(p, off);
	if (at_kw2(p, KW_WITH, KW_CHECK)) {
		next(p);
		next(p);
		expect_kw(p, KW_OPTION);
		s->u.view.check_option = true;
	}
	node_end(p, &s->h);
	return s;
}

/* ---- parameters ---- */

static struct tsql_param *parse_param(struct parser *p)
{
	struct tsql_param *m = NEW(p, struct tsql_param);

	node_start(p, &m->h, TSQL_PARAM);
	m->nullable = -1;
	m->name = *parse_variable(p)->u.name.part;
	accept_kw(p, KW_AS);
	m->type = parse_dtype(p);
	m->varying = accept_kw(p, KW_VARYING) || m->type->varying;
	for (;;) {
		if (at_kw2(p, KW_NOT, KW_NULL)) {
			next(p);
			next(p);
			m->nullable = 0;
		} else if (accept_kw(p, KW_NULL)) {
			m->nullable = 1;
		} else if (accept(p, TOK_EQ)) {
			m->def = parse_expr_prec(p, PREC_ADD);
		} else if (accept_kw(p, KW_OUTPUT) || accept_kw(p, KW_OUT)) {
			m->output = true;
		} else if (accept_kw(p, KW_READONLY)) {
			m->readonly = true;
		} else {
			break;
		}
	}
	node_end(p, &m->h);
	return m;
}

static struct tsql_params parse_params(struct parser *p)
{
	struct tsql_params list;
	size_t mark = MARK(p);

	while (at(p, TOK_VAR)) {
		push_ptr(p, parse_param(p));
		if (!accept(p, TOK_COMMA))
			break;
	}
	TAKE(p, mark, &list);
	return list;
}

/* ---- procedures ---- */

static struct tsql_stmts body(
    struct parser *p, struct tsql_span *span, struct tsql_span *external)
{
	struct tsql_stmts none = {NULL, 0};
	uint32_t off = p->t->off;

	*external = external_name(p);
	if (external->len)
		return none;
	none = parse_body(p);
	*span = span_from(p, off);
	/* an end that is a semicolon stays outside of the body's text only
	 * if nothing is in it */
	if (!none.n)
		span->len = 0;
	return none;
}

struct tsql_stmt *parse_create_procedure(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_PROCEDURE, procedure);
	bool paren;

	s->verb = verb;
	s->u.procedure.name = parse_objname(p);
	if (at(p, TOK_SEMI) && p->t[1].kind == TOK_INT) {
		next(p);
		s->u.procedure.number = parse_literal(p);
	}
	paren = accept(p, TOK_LPAREN);
	s->u.procedure.params = parse_params(p);
	if (paren)
		expect(p, TOK_RPAREN, ")");
	s->u.procedure.options = module_options(p);
	if (at_kw2(p, KW_FOR, KW_REPLICATION)) {
		next(p);
		next(p);
		s->u.procedure.for_replication = true;
	}
	expect_kw(p, KW_AS);
	s->u.procedure.body =
	    body(p, &s->u.procedure.body_span, &s->u.procedure.external);
	node_end(p, &s->h);
	return s;
}

/* ---- functions ---- */

static void inline_query(struct parser *p, struct tsql_stmt *s)
{
	uint32_t off = p->t->off;

	s->u.function.what = TSQL_FN_INLINE;
	expect_kw(p, KW_RETURN);
	if (at(p, TOK_LPAREN) && p->t[1].kw == KW_WITH) {
		next(p);
		s->u.function.query = parse_query(p);
		parse_query_option(p, s->u.function.query);
		expect(p, TOK_RPAREN, ")");
	} else {
		s->u.function.query = parse_query(p);
		parse_query_option(p, s->u.function.query);
	}
	s->u.function.body_span = span_from(p, off);
}

/* RETURNS TABLE, RETURNS @t TABLE (…), RETURNS type */
static bool function_returns(struct parser *p, struct tsql_stmt *s)
{
	expect_kw(p, KW_RETURNS);
	if (at(p, TOK_VAR)) {
		s->u.function.what = TSQL_FN_MULTI;
		s->u.function.table_variable = *parse_variable(p)->u.name.part;
		expect_kw(p, KW_TABLE);
		s->u.function.table = parse_table_def(p);
		return false;
	}
	if (!at_kw(p, KW_TABLE)) {
		s->u.function.what = TSQL_FN_SCALAR;
		s->u.function.returns = parse_dtype(p);
		return false;
	}
	next(p);
	if (at(p, TOK_LPAREN)) {
		s->u.function.what = TSQL_FN_CLR;
		s->u.function.table = parse_table_def(p);
		return false;
	}
	s->u.function.what = TSQL_FN_INLINE;
	return true;
}

/* ORDER (c1 ASC, c2 DESC) of a CLR function: the directions are hints. */
static void clr_order(struct parser *p, struct tsql_stmt *s)
{
	struct tsql_key_cols cols = parse_key_cols(p);
	size_t mark = MARK(p);
	uint32_t i;

	for (i = 0; i < cols.n; i++)
		push(p, &cols.v[i].name, sizeof(cols.v[i].name));
	TAKE(p, mark, &s->u.function.order);
}

struct tsql_stmt *parse_create_function(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_FUNCTION, function);
	bool is_inline;

	s->verb = verb;
	s->u.function.name = parse_objname(p);
	if (accept(p, TOK_LPAREN)) {
		s->u.function.params = parse_params(p);
		expect(p, TOK_RPAREN, ")");
	} else {
		s->u.function.params = parse_params(p);
	}
	is_inline = function_returns(p, s);
	s->u.function.options = module_options(p);
	if (accept_kw(p, KW_ORDER))
		clr_order(p, s);
	accept_kw(p, KW_AS);
	if (is_inline) {
		inline_query(p, s);
	} else {
		s->u.function.body =
		    body(p, &s->u.function.body_span, &s->u.function.external);
		if (s->u.function.external.len)
			s->u.function.what = TSQL_FN_CLR;
	}
	node_end(p, &s->h);
	return s;
}

/* ---- triggers ---- */

static struct tsql_names trigger_events(struct parser *p)
{
	struct tsql_names list;
	struct tsql_name n;
	size_t mark = MARK(p);

	do {
		n = parse_any_word(p);
		push(p, &n, sizeof(n));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

struct tsql_stmt *parse_create_trigger(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_TRIGGER, trigger);

	s->verb = verb;
	s->u.trigger.name = parse_objname(p);
	expect_kw(p, KW_ON);
	if (at_kw(p, KW_ALL) && p->t[1].kw == KW_SERVER) {
		next(p);
		next(p);
		s->u.trigger.all_server = true;
	} else if (accept_kw(p, KW_DATABASE)) {
		s->u.trigger.database = true;
	} else {
		s->u.trigger.table = parse_objname(p);
	}
	s->u.trigger.options = module_options(p);
	if (accept_kw(p, KW_FOR)) {
		s->u.trigger.when = TSQL_TRIGGER_FOR;
	} else if (accept_kw(p, KW_AFTER)) {
		s->u.trigger.when = TSQL_TRIGGER_AFTER;
	} else {
		expect_kw(p, KW_INSTEAD);
		expect_kw(p, KW_OF);
		s->u.trigger.when = TSQL_TRIGGER_INSTEAD_OF;
	}
	s->u.trigger.events = trigger_events(p);
	if (at_kw(p, KW_WITH) && tok_is(p, &p->t[1], "append")) {
		next(p);
		next(p);
		s->u.trigger.append = true;
	}
	if (at_kw2(p, KW_NOT, KW_FOR)) {
		next(p);
		next(p);
		expect_kw(p, KW_REPLICATION);
		s->u.trigger.not_for_replication = true;
	}
	expect_kw(p, KW_AS);
	s->u.trigger.body =
	    body(p, &s->u.trigger.body_span, &s->u.trigger.external);
	node_end(p, &s->h);
	return s;
}
