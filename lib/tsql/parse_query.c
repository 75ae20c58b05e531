#include <string.h>

#include "tsql/parser.h"

/* SELECT: the query expression and its clauses but FROM. */

static struct tsql_query *query_new(
    struct parser *p, enum tsql_kind kind, size_t size)
{
	struct tsql_query *q = parser_alloc(p, size);

	node_start(p, &q->h, kind);
	return q;
}

#define QUERY_NEW(p, kind, member)                                             \
	query_new((p), (kind), SIZE_WITH(struct tsql_query, member))

bool at_setop(const struct parser *p)
{
	return at_kw(p, KW_UNION) || at_kw(p, KW_EXCEPT) ||
	    at_kw(p, KW_INTERSECT);
}

/* Parentheses that begin a query: (SELECT, ((SELECT … as deep as the
 * tokens that can be looked at. */
bool at_query(const struct parser *p)
{
	unsigned i;

	for (i = 0; i < PARSER_LOOK && p->t[i].kind == TOK_LPAREN; i++)
		;
	return i < PARSER_LOOK &&
	    (p->t[i].kw == KW_SELECT || (i == 0 && p->t[i].kw == KW_WITH));
}

/* ---- select list ---- */

/* Can the token be an alias without AS here? */
static bool bare_alias(const struct parser *p)
{
	const struct tsql_tok *t = p->t;

	if (t->kind == TOK_WORD) {
		if (is_reserved(t) || t[1].kind == TOK_COLON)
			return false;
		if (t->kw == KW_ENABLE || t->kw == KW_DISABLE)
			return t[1].kw != KW_TRIGGER;
		return true;
	}
	return t->kind == TOK_BRACKET || t->kind == TOK_DQUOTE ||
	    t->kind == TOK_STRING || t->kind == TOK_NSTRING;
}

static void item_alias(struct parser *p, struct tsql_item *it)
{
	if (accept_kw(p, KW_AS)) {
		it->alias_style = TSQL_ALIAS_AS;
		it->alias = parse_alias(p);
	} else if (bare_alias(p)) {
		it->alias_style = TSQL_ALIAS_BARE;
		it->alias = parse_alias(p);
	}
}

static struct tsql_item *parse_item(struct parser *p)
{
	struct tsql_item *it = NEW(p, struct tsql_item);
	const struct tsql_tok *t = p->t;

	node_start(p, &it->h, TSQL_ITEM);
	if (t->kind == TOK_STAR) {
		it->expr = EXPR_NEW(p, TSQL_E_STAR, name);
		next(p);
		node_end(p, &it->expr->h);
	} else if (t->kind == TOK_VAR && t[1].kind != TOK_EQ &&
	    !assign_op(&t[1], &it->assign_op)) {
		it->expr = parse_expr(p);
		item_alias(p, it);
	} else if (t->kind == TOK_VAR) {
		assign_op(&t[1], &it->assign_op);
		it->variable = *parse_variable(p)->u.name.part;
		next(p);
		it->expr = parse_expr(p);
	} else if (t[1].kind == TOK_EQ &&
	    (is_name(p, t) || t->kind == TOK_STRING || t->kind == TOK_NSTRING ||
		t->kind == TOK_DQUOTE)) {
		it->alias_style = TSQL_ALIAS_EQUALS;
		it->alias = parse_alias(p);
		next(p);
		it->expr = parse_expr(p);
	} else {
		it->expr = parse_expr(p);
		item_alias(p, it);
	}
	node_end(p, &it->h);
	return it;
}

struct tsql_items parse_items(struct parser *p)
{
	struct tsql_items list;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_item(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

static bool at_approximate(const struct parser *p, const struct tsql_tok *t)
{
	return tok_is(p, t, "approximate") || tok_is(p, t, "approx");
}

struct tsql_top *parse_top(struct parser *p)
{
	struct tsql_top *top;

	if (!at_kw(p, KW_TOP))
		return NULL;
	top = NEW(p, struct tsql_top);
	node_start(p, &top->h, TSQL_TOP_CLAUSE);
	next(p);
	if (at(p, TOK_LPAREN)) {
		top->h.flags |= TSQL_PAREN;
		top->count = parse_primary(p);
	} else if (at(p, TOK_VAR)) {
		top->count = parse_variable(p);
	} else {
		top->count = parse_literal(p);
	}
	if (accept_kw(p, KW_PERCENT))
		top->h.flags |= TSQL_PERCENT;
	if (at_kw2(p, KW_WITH, KW_TIES)) {
		next(p);
		next(p);
		top->h.flags |= TSQL_WITH_TIES;
	} else if (at_kw(p, KW_WITH) && at_approximate(p, &p->t[1])) {
		next(p);
		next(p);
		top->approximate = true;
	}
	node_end(p, &top->h);
	return top;
}

/* ---- GROUP BY ---- */

static struct tsql_group *parse_group(struct parser *p);

static void group_items(struct parser *p, struct tsql_group *g)
{
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	descend(p);
	do {
		push_ptr(p, parse_group(p));
	} while (accept(p, TOK_COMMA));
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	g->item = parser_take(p, mark, sizeof(*g->item), &g->nitem);
}

static struct tsql_group *parse_group(struct parser *p)
{
	struct tsql_group *g = NEW(p, struct tsql_group);
	struct tsql_expr *e;
	bool named = p->t[1].kind == TOK_LPAREN;

	node_start(p, &g->h, TSQL_GROUP);
	if (named && accept_kw(p, KW_ROLLUP)) {
		g->group = TSQL_GROUP_ROLLUP;
		group_items(p, g);
	} else if (named && accept_kw(p, KW_CUBE)) {
		g->group = TSQL_GROUP_CUBE;
		group_items(p, g);
	} else if (accept_kw2(p, KW_GROUPING, KW_SETS)) {
		g->group = TSQL_GROUP_SETS;
		group_items(p, g);
	} else {
		e = parse_expr(p);
		if (e->h.kind == TSQL_E_LIST) {
			g->group = e->u.list.list.n ? TSQL_GROUP_LIST
						    : TSQL_GROUP_EMPTY;
			g->list = e->u.list.list;
		} else {
			g->group = TSQL_GROUP_EXPR;
			g->list.v = parser_alloc(p, sizeof(*g->list.v));
			g->list.v[0] = e;
			g->list.n = 1;
		}
		/* Synapse: GROUP BY x WITH (DISTRIBUTED_AGG) */
		if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
			next(p);
			skip_parens(p);
		}
	}
	node_end(p, &g->h);
	return g;
}

static void group_by(struct parser *p, struct tsql_query *q)
{
	size_t mark = MARK(p);

	if (!accept_kw2(p, KW_GROUP, KW_BY))
		return;
	q->group_all = accept_kw(p, KW_ALL);
	do {
		push_ptr(p, parse_group(p));
	} while (accept(p, TOK_COMMA));
	q->u.select.group = parser_take(
	    p, mark, sizeof(*q->u.select.group), &q->u.select.ngroup);
	if (accept_kw2(p, KW_WITH, KW_ROLLUP))
		q->group_with = 'r';
	else if (accept_kw2(p, KW_WITH, KW_CUBE))
		q->group_with = 'c';
}

static void window_clause(struct parser *p, struct tsql_query *q)
{
	size_t mark = MARK(p);
	struct tsql_name name;
	struct tsql_over *o;
	uint32_t off;

	if (!at_kw(p, KW_WINDOW) || p->t[2].kw != KW_AS)
		return;
	next(p);
	do {
		off = p->t->off;
		name = parse_name(p);
		expect_kw(p, KW_AS);
		o = parse_window(p);
		o->name = name;
		o->h.off = off;
		node_end(p, &o->h);
		push_ptr(p, o);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &q->u.select.window);
}

/* ---- SELECT ---- */

static struct tsql_query *parse_select(struct parser *p)
{
	struct tsql_query *q = QUERY_NEW(p, TSQL_Q_SELECT, select);

	expect_kw(p, KW_SELECT);
	if (accept_kw(p, KW_DISTINCT))
		q->h.flags |= TSQL_DISTINCT;
	else if (accept_kw(p, KW_ALL))
		q->h.flags |= TSQL_ALL;
	q->u.select.top = parse_top(p);
	if (q->u.select.top && accept_kw(p, KW_DISTINCT))
		q->h.flags |= TSQL_DISTINCT;
	q->u.select.items = parse_items(p);
	if (accept_kw(p, KW_INTO)) {
		q->u.select.into = parse_objname(p);
		if (accept_kw(p, KW_ON))
			q->u.select.into_filegroup = parse_alias(p);
	}
	if (accept_kw(p, KW_FROM))
		q->u.select.from = parse_from_list(p);
	if (accept_kw(p, KW_WHERE))
		q->u.select.where = parse_expr(p);
	group_by(p, q);
	if (accept_kw(p, KW_HAVING))
		q->u.select.having = parse_expr(p);
	window_clause(p, q);
	node_end(p, &q->h);
	return q;
}

struct tsql_query *parse_values(struct parser *p)
{
	struct tsql_query *q = QUERY_NEW(p, TSQL_Q_VALUES, values);
	struct tsql_exprs row;
	size_t mark = MARK(p);

	expect_kw(p, KW_VALUES);
	do {
		row = parse_exprs_in_parens(p);
		push(p, &row, sizeof(row));
	} while (accept(p, TOK_COMMA));
	q->u.values.row =
	    parser_take(p, mark, sizeof(*q->u.values.row), &q->u.values.nrow);
	node_end(p, &q->h);
	return q;
}

/* ---- FOR, ORDER BY, OPTION ---- */

/* TYPE, ROOT('r'), ELEMENTS XSINIL … */
static struct tsql_options_list for_directives(struct parser *p)
{
	struct tsql_options_list list;
	struct tsql_option *o;
	size_t mark = MARK(p);

	while (accept(p, TOK_COMMA)) {
		o = option_new(p);
		do {
			if (!at(p, TOK_WORD))
				parser_fail(p, "a directive of FOR");
			next(p);
		} while (at_kw(p, KW_BASE64) || at_kw(p, KW_XSINIL) ||
		    at_kw(p, KW_ABSENT));
		o->name.len = p->prev_end - o->name.off;
		if (accept(p, TOK_LPAREN)) {
			if (!at(p, TOK_RPAREN))
				o->value = parse_expr(p);
			expect(p, TOK_RPAREN, ")");
		}
		node_end(p, &o->h);
		push_ptr(p, o);
	}
	TAKE(p, mark, &list);
	return list;
}

static struct tsql_for *parse_for(struct parser *p)
{
	struct tsql_for *f = NEW(p, struct tsql_for);
	bool json;

	node_start(p, &f->h, TSQL_FOR);
	next(p);
	if (accept_kw(p, KW_BROWSE)) {
		f->mode = TSQL_FOR_BROWSE;
		node_end(p, &f->h);
		return f;
	}
	json = at_kw(p, KW_JSON);
	next(p);
	if (accept_kw(p, KW_AUTO))
		f->mode = json ? TSQL_FOR_JSON_AUTO : TSQL_FOR_XML_AUTO;
	else if (accept_kw(p, KW_PATH))
		f->mode = json ? TSQL_FOR_JSON_PATH : TSQL_FOR_XML_PATH;
	else if (!json && accept_kw(p, KW_RAW))
		f->mode = TSQL_FOR_XML_RAW;
	else if (!json && accept_kw(p, KW_EXPLICIT))
		f->mode = TSQL_FOR_XML_EXPLICIT;
	else
		parser_fail(p, "a mode of FOR");
	if (accept(p, TOK_LPAREN)) {
		f->element = parse_expr(p);
		expect(p, TOK_RPAREN, ")");
	}
	f->directives = for_directives(p);
	node_end(p, &f->h);
	return f;
}

/* The COMPUTE clause of SQL Server 2008 is kept as an option. */
static void compute_clauses(struct parser *p, struct tsql_query *q)
{
	size_t mark = MARK(p);
	struct tsql_option *o;
	struct tsql_expr *e;

	while (at_kw(p, KW_COMPUTE)) {
		o = option_new(p);
		next(p);
		o->name.len = p->prev_end - o->name.off;
		e = EXPR_NEW(p, TSQL_E_LIST, list);
		e->u.list.list = parse_exprs(p);
		if (accept_kw(p, KW_BY))
			parse_exprs(p);
		node_end(p, &e->h);
		o->value = e;
		node_end(p, &o->h);
		push_ptr(p, o);
	}
	if (MARK(p) != mark)
		TAKE(p, mark, &q->option);
}

static void fetch_clause(struct parser *p, struct tsql_query *q)
{
	next(p);
	if (at_approximate(p, p->t)) {
		next(p);
		q->fetch_approximate = true;
	}
	if (!accept_kw(p, KW_NEXT))
		expect_kw(p, KW_FIRST);
	q->fetch = parse_expr(p);
	if (!accept_kw(p, KW_ROWS))
		expect_kw(p, KW_ROW);
	expect_kw(p, KW_ONLY);
}

static void query_tail(struct parser *p, struct tsql_query *q)
{
	if (at_kw2(p, KW_ORDER, KW_BY)) {
		if (q->order.n)
			parser_fail(p, "one ORDER BY");
		next(p);
		next(p);
		q->order = parse_order_by(p);
		if (accept_kw(p, KW_OFFSET)) {
			q->offset = parse_expr(p);
			if (!accept_kw(p, KW_ROWS))
				expect_kw(p, KW_ROW);
			if (at_kw(p, KW_FETCH))
				fetch_clause(p, q);
		} else if (at_kw(p, KW_FETCH) && at_approximate(p, &p->t[1])) {
			fetch_clause(p, q);
		}
	}
	if (at_kw(p, KW_COMPUTE))
		compute_clauses(p, q);
	if (at_kw(p, KW_FOR) &&
	    (p->t[1].kw == KW_XML || p->t[1].kw == KW_JSON ||
		p->t[1].kw == KW_BROWSE)) {
		if (q->for_clause)
			parser_fail(p, "one FOR");
		q->for_clause = parse_for(p);
	}
	node_end(p, &q->h);
}

void parse_query_option(struct parser *p, struct tsql_query *q)
{
	struct tsql_options_list option = parse_option_clause(p);

	if (!option.n)
		return;
	q->option = option;
	node_end(p, &q->h);
}

struct tsql_options_list parse_option_clause(struct parser *p)
{
	struct tsql_options_list none = {NULL, 0};

	if (!at_kw(p, KW_OPTION) || p->t[1].kind != TOK_LPAREN)
		return none;
	next(p);
	return parse_option_list(p);
}

/* ---- set operations ---- */

static struct tsql_query *query_operand(struct parser *p)
{
	struct tsql_query *q;
	uint32_t off = p->t->off;

	if (!at(p, TOK_LPAREN))
		return parse_select(p);
	next(p);
	descend(p);
	q = parse_query(p);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	q->h.flags |= TSQL_PAREN;
	q->h.off = off;
	node_end(p, &q->h);
	return q;
}

static struct tsql_query *set_node(
    struct parser *p, struct tsql_query *l, enum tsql_setop op)
{
	struct tsql_query *q = QUERY_NEW(p, TSQL_Q_SETOP, set);

	q->h.off = l->h.off;
	q->setop = (uint8_t)op;
	q->u.set.l = l;
	next(p);
	if (accept_kw(p, KW_ALL))
		q->h.flags |= TSQL_ALL;
	else
		accept_kw(p, KW_DISTINCT);
	return q;
}

static struct tsql_query *intersections(struct parser *p, struct tsql_query *l)
{
	while (at_kw(p, KW_INTERSECT)) {
		l = set_node(p, l, TSQL_SET_INTERSECT);
		l->u.set.r = query_operand(p);
		node_end(p, &l->h);
	}
	return l;
}

/*
 * SELECT TOP … ORDER BY … UNION …: a set operation goes on behind an ORDER
 * BY, so that it is the last operand's. Only TOP gives it a meaning there.
 */
static bool order_of_operand(struct parser *p, struct tsql_query *q)
{
	struct tsql_query *last = q;

	if (!at_setop(p) || !q->order.n || q->offset || q->for_clause)
		return false;
	if (q->h.kind == TSQL_Q_SETOP)
		last = q->u.set.r;
	if (last->h.kind != TSQL_Q_SELECT || !last->u.select.top ||
	    last->h.flags & TSQL_PAREN)
		return false;
	if (last != q) {
		last->order = q->order;
		memset(&q->order, 0, sizeof(q->order));
		node_end(p, &last->h);
	}
	return true;
}

struct tsql_query *parse_query_rest(struct parser *p, struct tsql_query *q)
{
	do {
		q = intersections(p, q);
		while (at_kw(p, KW_UNION) || at_kw(p, KW_EXCEPT)) {
			q = set_node(p, q,
			    at_kw(p, KW_UNION) ? TSQL_SET_UNION
					       : TSQL_SET_EXCEPT);
			q->u.set.r = intersections(p, query_operand(p));
			node_end(p, &q->h);
		}
		query_tail(p, q);
	} while (order_of_operand(p, q));
	return q;
}

struct tsql_query *parse_query(struct parser *p)
{
	struct tsql_with *with = NULL;
	struct tsql_query *q;
	uint32_t off = p->t->off;

	if (at_kw(p, KW_WITH))
		with = parse_with(p);
	if (at_kw(p, KW_VALUES))
		q = parse_values(p);
	else
		q = parse_query_rest(p, query_operand(p));
	if (with) {
		q->with = with;
		q->h.off = off;
		node_end(p, &q->h);
	}
	return q;
}

/* ---- WITH ---- */

static struct tsql_options_list xml_namespaces(struct parser *p)
{
	struct tsql_options_list list;
	struct tsql_option *o;
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	do {
		o = option_new(p);
		accept_kw(p, KW_DEFAULT);
		o->value = parse_literal(p);
		if (accept_kw(p, KW_AS)) {
			o->name.off = p->t->off;
			parse_name(p);
			o->name.len = p->prev_end - o->name.off;
		}
		node_end(p, &o->h);
		push_ptr(p, o);
	} while (accept(p, TOK_COMMA));
	expect(p, TOK_RPAREN, ")");
	TAKE(p, mark, &list);
	return list;
}

static struct tsql_cte *parse_cte(struct parser *p)
{
	struct tsql_cte *c = NEW(p, struct tsql_cte);

	node_start(p, &c->h, TSQL_CTE);
	c->name = parse_name(p);
	if (at(p, TOK_LPAREN))
		c->columns = parse_names_in_parens(p);
	expect_kw(p, KW_AS);
	expect(p, TOK_LPAREN, "(");
	descend(p);
	c->query = parse_query(p);
	parse_query_option(p, c->query);
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	node_end(p, &c->h);
	return c;
}

struct tsql_with *parse_with(struct parser *p)
{
	struct tsql_with *w = NEW(p, struct tsql_with);
	size_t mark = MARK(p);

	node_start(p, &w->h, TSQL_WITH);
	next(p);
	do {
		if (accept_kw(p, KW_XMLNAMESPACES)) {
			w->xmlnamespaces = xml_namespaces(p);
		} else if (accept_kw(p, KW_CHANGE_TRACKING_CONTEXT)) {
			expect(p, TOK_LPAREN, "(");
			w->change_tracking = parse_expr(p);
			expect(p, TOK_RPAREN, ")");
		} else {
			push_ptr(p, parse_cte(p));
		}
	} while (accept(p, TOK_COMMA));
	w->cte = parser_take(p, mark, sizeof(*w->cte), &w->ncte);
	node_end(p, &w->h);
	return w;
}

/* The statement's WITH has been read, if it had one. */
struct tsql_stmt *parse_select_stmt(struct parser *p, struct tsql_with *with)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_SELECT, select);
	struct tsql_query *q = parse_query(p);

	parse_query_option(p, q);
	if (with) {
		q->with = with;
		s->h.off = q->h.off = with->h.off;
		q->h.len = p->prev_end - q->h.off;
	}
	/* OPTION may stand before FOR in old scripts */
	if (at_kw(p, KW_FOR) && !q->for_clause)
		query_tail(p, q);
	/* FOR READ ONLY and FOR UPDATE mean something in cursors only */
	if (at_kw2(p, KW_FOR, KW_READ) || at_kw2(p, KW_FOR, KW_UPDATE)) {
		next(p);
		if (accept_kw(p, KW_READ))
			expect_kw(p, KW_ONLY);
		else if (next(p), accept_kw(p, KW_OF))
			parse_exprs(p);
	}
	s->u.select = q;
	node_end(p, &s->h);
	return s;
}
