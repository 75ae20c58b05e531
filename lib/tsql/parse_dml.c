#include <string.h>

#include "tsql/parser.h"

/* INSERT, UPDATE, DELETE, MERGE, TRUNCATE, BULK INSERT. */

static void begin_with(struct tsql_stmt *s, const struct tsql_with *with)
{
	if (with)
		s->h.off = with->h.off;
}

/* ---- OUTPUT ---- */

struct tsql_output *parse_output(struct parser *p)
{
	struct tsql_output *o, *first = NULL, **tail = &first;

	while (at_kw(p, KW_OUTPUT)) {
		o = NEW(p, struct tsql_output);
		node_start(p, &o->h, TSQL_OUTPUT);
		next(p);
		o->items = parse_items(p);
		if (accept_kw(p, KW_INTO)) {
			o->into = parse_target(p);
			if (at(p, TOK_LPAREN))
				o->into_columns = parse_columns_in_parens(p);
		}
		node_end(p, &o->h);
		*tail = o;
		tail = &o->next;
	}
	return first;
}

/* ---- SET ---- */

/* At an assignment operator, perhaps one with a blank inside: + = */
static bool take_assign_op(struct parser *p, uint8_t *op)
{
	if (!assign_op(p->t, op))
		return false;
	next(p);
	return true;
}

static struct tsql_assign *parse_assign(struct parser *p)
{
	struct tsql_assign *a = NEW(p, struct tsql_assign);

	node_start(p, &a->h, TSQL_ASSIGN);
	if (at(p, TOK_VAR)) {
		a->variable = *parse_variable(p)->u.name.part;
		if (!take_assign_op(p, &a->op))
			parser_fail(p, "=");
		/* @v = column = value */
		if (a->op == TSQL_OP_EQ && (at_name(p) || at(p, TOK_PSEUDO))) {
			struct tsql_expr *e = parse_expr_prec(p, PREC_ADD);

			if (e->h.kind == TSQL_E_COLUMN &&
			    take_assign_op(p, &a->op)) {
				a->target = e;
				a->value = parse_expr(p);
			} else {
				a->value = e;
			}
			node_end(p, &a->h);
			return a;
		}
		a->value = parse_expr(p);
	} else {
		a->target = parse_column(p);
		if (take_assign_op(p, &a->op))
			a->value = parse_expr(p);
		else if (a->target->h.kind != TSQL_E_METHOD &&
		    a->target->h.kind != TSQL_E_CALL)
			parser_fail(p, "=");
	}
	node_end(p, &a->h);
	return a;
}

static struct tsql_assigns parse_assigns(struct parser *p)
{
	struct tsql_assigns list;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_assign(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

static struct tsql_expr *parse_where(struct parser *p)
{
	struct tsql_expr *e;

	if (!accept_kw(p, KW_WHERE))
		return NULL;
	if (!at_kw2(p, KW_CURRENT, KW_OF))
		return parse_expr(p);
	e = EXPR_NEW(p, TSQL_E_CURRENT_OF, name);
	next(p);
	next(p);
	if (at_kw(p, KW_GLOBAL) && p->t[1].kind == TOK_WORD) {
		next(p);
		e->h.flags |= TSQL_ALL;
	}
	e->nparts = 1;
	e->u.name.part = NEW(p, struct tsql_name);
	*e->u.name.part =
	    at(p, TOK_VAR) ? *parse_variable(p)->u.name.part : parse_name(p);
	node_end(p, &e->h);
	return e;
}

/* ---- the statements ---- */

static void insert_source(struct parser *p, struct tsql_stmt *s)
{
	if (at_kw2(p, KW_DEFAULT, KW_VALUES)) {
		next(p);
		next(p);
		s->u.insert.default_values = true;
	} else if (at_kw(p, KW_EXEC) || at_kw(p, KW_EXECUTE)) {
		s->u.insert.exec = parse_exec(p);
	} else {
		s->u.insert.query = parse_query(p);
	}
}

/* What is written may be an inline function: f(1) for t. */
static struct tsql_from *call_target(struct parser *p)
{
	struct tsql_from *t = parse_target(p), *f;
	struct tsql_objname *o;

	if (!at(p, TOK_LPAREN) || t->h.kind != TSQL_T_NAME)
		return t;
	o = t->u.name.name;
	f = FROM_NEW(p, TSQL_T_CALL, call);
	f->h.off = t->h.off;
	f->u.call.call = parse_call(p, o->h.off, o->part, o->n);
	node_end(p, &f->h);
	return f;
}

/* INSERT f() and f(1): no column has such a name. */
static bool at_arguments(const struct parser *p)
{
	const struct tsql_tok *t = p->t + 1;

	if (!at_name(p))
		return false;
	if (t->kind == TOK_DOT && is_name(p, t + 1))
		t += 2;
	return t->kind == TOK_LPAREN &&
	    (t[1].kind == TOK_RPAREN || t[1].kind == TOK_INT);
}

struct tsql_stmt *parse_insert(struct parser *p, struct tsql_with *with)
{
	struct tsql_stmt *s;

	if (p->t[1].kw == KW_BULK)
		return parse_bulk(p);
	s = STMT_NEW(p, TSQL_S_INSERT, insert);

	begin_with(s, with);
	s->u.insert.with = with;
	next(p);
	s->u.insert.top = parse_top(p);
	accept_kw(p, KW_INTO);
	s->u.insert.target = at_arguments(p) ? call_target(p) : parse_target(p);
	if (at(p, TOK_LPAREN) && !at_query(p))
		s->u.insert.columns = parse_columns_in_parens(p);
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		s->u.insert.target->hints = parse_table_hints(p);
	}
	s->u.insert.output = parse_output(p);
	insert_source(p, s);
	s->u.insert.option = parse_option_clause(p);
	node_end(p, &s->h);
	return s;
}

struct tsql_stmt *parse_update(struct parser *p, struct tsql_with *with)
{
	struct tsql_stmt *s;

	if (p->t[1].kw == KW_STATISTICS)
		return parse_update_statistics(p);
	s = STMT_NEW(p, TSQL_S_UPDATE, update);
	begin_with(s, with);
	next(p);
	s->u.update.with = with;
	s->u.update.top = parse_top(p);
	s->u.update.target = call_target(p);
	expect_kw(p, KW_SET);
	s->u.update.set = parse_assigns(p);
	s->u.update.output = parse_output(p);
	if (accept_kw(p, KW_FROM))
		s->u.update.from = parse_from_list(p);
	s->u.update.where = parse_where(p);
	s->u.update.option = parse_option_clause(p);
	node_end(p, &s->h);
	return s;
}

struct tsql_stmt *parse_delete(struct parser *p, struct tsql_with *with)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_DELETE, del);

	begin_with(s, with);
	s->u.del.with = with;
	next(p);
	s->u.del.top = parse_top(p);
	accept_kw(p, KW_FROM);
	s->u.del.target = call_target(p);
	s->u.del.output = parse_output(p);
	if (accept_kw(p, KW_FROM))
		s->u.del.from = parse_from_list(p);
	s->u.del.where = parse_where(p);
	s->u.del.option = parse_option_clause(p);
	node_end(p, &s->h);
	return s;
}

static void merge_insert(struct parser *p, struct tsql_merge_when *w)
{
	w->action = TSQL_M_INSERT;
	if (at(p, TOK_LPAREN))
		w->columns = parse_columns_in_parens(p);
	if (accept_kw(p, KW_DEFAULT)) {
		expect_kw(p, KW_VALUES);
		return;
	}
	expect_kw(p, KW_VALUES);
	w->values = parse_exprs_in_parens(p);
}

static struct tsql_merge_when *merge_when(struct parser *p)
{
	struct tsql_merge_when *w = NEW(p, struct tsql_merge_when);

	node_start(p, &w->h, TSQL_MERGE_WHEN);
	next(p);
	if (accept_kw(p, KW_MATCHED)) {
		w->when = TSQL_WHEN_MATCHED;
	} else {
		expect_kw(p, KW_NOT);
		expect_kw(p, KW_MATCHED);
		w->when = TSQL_WHEN_NOT_MATCHED;
		if (accept_kw(p, KW_BY)) {
			if (accept_kw(p, KW_SOURCE))
				w->when = TSQL_WHEN_NOT_MATCHED_BY_SOURCE;
			else
				expect_kw(p, KW_TARGET);
		}
	}
	if (accept_kw(p, KW_AND))
		w->cond = parse_expr(p);
	expect_kw(p, KW_THEN);
	if (accept_kw(p, KW_UPDATE)) {
		w->action = TSQL_M_UPDATE;
		expect_kw(p, KW_SET);
		w->set = parse_assigns(p);
	} else if (accept_kw(p, KW_DELETE)) {
		w->action = TSQL_M_DELETE;
	} else {
		expect_kw(p, KW_INSERT);
		merge_insert(p, w);
	}
	node_end(p, &w->h);
	return w;
}

struct tsql_stmt *parse_merge(struct parser *p, struct tsql_with *with)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_MERGE, merge);
	size_t mark;

	begin_with(s, with);
	s->u.merge.with = with;
	next(p);
	s->u.merge.top = parse_top(p);
	accept_kw(p, KW_INTO);
	p->no_from_alias_using = true;
	s->u.merge.target = parse_target(p);
	parse_from_alias(p, s->u.merge.target);
	node_end(p, &s->u.merge.target->h);
	p->no_from_alias_using = false;
	expect_kw(p, KW_USING);
	s->u.merge.source = parse_from(p);
	expect_kw(p, KW_ON);
	s->u.merge.on = parse_expr(p);
	mark = MARK(p);
	while (at_kw(p, KW_WHEN))
		push_ptr(p, merge_when(p));
	s->u.merge.when =
	    parser_take(p, mark, sizeof(*s->u.merge.when), &s->u.merge.nwhen);
	s->u.merge.output = parse_output(p);
	s->u.merge.option = parse_option_clause(p);
	node_end(p, &s->h);
	return s;
}

struct tsql_stmt *parse_truncate(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_TRUNCATE, truncate);

	next(p);
	expect_kw(p, KW_TABLE);
	s->u.truncate.name = parse_objname(p);
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		s->u.truncate.options = parse_option_list(p);
	}
	node_end(p, &s->h);
	return s;
}

struct tsql_stmt *parse_bulk(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_BULK_INSERT, bulk);

	/* BULK INSERT, and INSERT BULK of the bulk copy protocol */
	next(p);
	if (!accept_kw(p, KW_BULK))
		expect_kw(p, KW_INSERT);
	s->u.bulk.table = parse_objname(p);
	if (at(p, TOK_LPAREN))
		s->u.bulk.def = parse_table_def(p);
	if (accept_kw(p, KW_FROM))
		s->u.bulk.files = parse_exprs(p);
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		s->u.bulk.options = parse_option_list(p);
	}
	node_end(p, &s->h);
	return s;
}

/* COPY INTO's columns: c [DEFAULT value] [field number], … */
static struct tsql_exprs copy_columns(struct parser *p)
{
	struct tsql_exprs list;
	size_t mark = MARK(p);

	next(p);
	do {
		push_ptr(p, parse_column(p));
		if (accept_kw(p, KW_DEFAULT))
			parse_expr_prec(p, PREC_ADD);
		accept(p, TOK_INT);
	} while (accept(p, TOK_COMMA));
	expect(p, TOK_RPAREN, ")");
	TAKE(p, mark, &list);
	return list;
}

struct tsql_stmt *parse_copy(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_COPY_INTO, bulk);

	next(p);
	expect_kw(p, KW_INTO);
	s->u.bulk.table = parse_objname(p);
	if (at(p, TOK_LPAREN))
		s->u.bulk.columns = copy_columns(p);
	expect_kw(p, KW_FROM);
	s->u.bulk.files = parse_exprs(p);
	s->u.bulk.options = parse_with_list(p);
	if (at_kw(p, KW_OPTION))
		parse_option_clause(p);
	node_end(p, &s->h);
	return s;
}
