/*
 * Cursors: the rows of the query, numbered in its order, and a loop over
 * them. A loop that carries nothing from row to row is a query of the rows;
 * one that does is a recursive query, a row at a time.
 */
#include <stdlib.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

struct cursor {
	struct tsql_name name;
	const struct tsql_cursor_def *def;
	struct state *rows;	       /* once it is open */
	bool unique;		       /* its order has no ties */
	const struct tsql_stmt *ahead; /* the FETCH before the loop */
	bool done;		       /* a loop took its rows */
};

bool fold_same_cursor(const struct cursor *c, const struct tsql_name *n)
{
	return c->name.len == n->len &&
	    !strncasecmp(c->name.text, n->text, n->len);
}

static struct cursor *find(struct folder *f, const struct tsql_name *n)
{
	return map_getn(&f->cursors, n->text, n->len);
}

static bool declare(struct folder *f, const struct tsql_name *n,
    const struct tsql_cursor_def *def)
{
	struct cursor *c;

	if (!def->query || f->loop)
		return false;
	c = ARENA_NEW(f->arena, struct cursor);
	c->name = *n;
	c->def = def;
	map_put(&f->cursors, n->text, n->len)->value = c;
	return true;
}

/* The number among the query's own columns: its ORDER BY speaks of more than
 * those. */
static bool open_by_expression(
    struct folder *f, struct cursor *c, const char *sql, const char *order)
{
	const struct tsql_query *q = c->def->query;
	const struct tsql_row *row = tsql_query_row(q);
	struct buf b = BUF_INIT;
	uint32_t i;

	if (q->h.kind != TSQL_Q_SELECT || (q->h.flags & TSQL_DISTINCT) ||
	    strncasecmp(sql, "select", 6) != 0)
		return false;
	for (i = 0; i < q->order.n; i++) {
		if (tsql_outref(q->order.v[i]->expr) &&
		    !fold_ordered_by(q, q->order.v[i]))
			return false; /* an alias or a number */
	}
	buf_adds(&b, "SELECT CAST([numbered].[c1] AS int) AS [loop_no]");
	for (i = 0; i < row->n; i++)
		buf_addf(&b, ", [numbered].[c%u] AS [loop_c%u]", i + 2, i + 1);
	buf_addf(&b,
	    " FROM (SELECT ROW_NUMBER() OVER (ORDER BY %s) AS [row_no],%s) AS "
	    "[numbered] ([c1]",
	    order, sql + 6);
	for (i = 0; i < row->n; i++)
		buf_addf(&b, ", [c%u]", i + 2);
	buf_addc(&b, ')');
	c->unique = fold_order_is_unique(q);
	c->rows = fold_query_state(f, "cursor_rows", fold_buf(f, &b));
	return true;
}

/* SELECT ROW_NUMBER() …, c1, c2 … FROM (the query). */
static bool open_cursor(struct folder *f, struct cursor *c)
{
	const struct tsql_query *q = c->def->query;
	const struct tsql_row *row = tsql_query_row(q);
	const char *order = NULL, *sql = fold_query(f, q, &order);
	struct buf b = BUF_INIT;
	uint32_t i;

	if (!row || row->open ||
	    (q->h.kind == TSQL_Q_SELECT && q->u.select.top))
		return false;
	c->unique = false;
	if (order) {
		const char *by = fold_order_by_position(f, q, row, &c->unique);

		if (!by)
			return open_by_expression(f, c, sql, order);
		order = by;
	}
	buf_addf(&b,
	    "SELECT CAST(ROW_NUMBER() OVER (ORDER BY %s) AS int) AS "
	    "[loop_no]",
	    order ? order : "(SELECT NULL)");
	for (i = 0; i < row->n; i++)
		buf_addf(&b, ", [numbered].[c%u] AS [loop_c%u]", i + 1, i + 1);
	buf_addf(&b, " FROM (%s) AS [numbered] (", sql);
	for (i = 0; i < row->n; i++)
		buf_addf(&b, "%s[c%u]", i ? ", " : "", i + 1);
	buf_addc(&b, ')');
	c->rows = fold_query_state(f, "cursor_rows", fold_buf(f, &b));
	return true;
}

/* FETCH NEXT before the loop: the first row. */
static bool fetch(struct folder *f, struct cursor *c, const struct tsql_stmt *s)
{
	const struct tsql_row *row = tsql_query_row(c->def->query);
	uint32_t i;

	if (!c->rows || c->ahead || c->done || s->u.cursor.into.n != row->n ||
	    s->u.cursor.count || s->u.cursor.fetch != TSQL_FETCH_NEXT)
		return false;
	for (i = 0; i < row->n; i++) {
		fold_read(f, c->rows);
		fold_hold(f, &s->u.cursor.into.v[i]->u.name.part[0],
		    arena_printf(f->arena,
			"(SELECT %s.[loop_c%u] FROM %s WHERE %s.[loop_no] = 1)",
			c->rows->cte, i + 1, c->rows->cte, c->rows->cte));
	}
	c->ahead = s;
	return true;
}

static bool cursor_statement(struct folder *f, const struct tsql_stmt *s)
{
	struct cursor *c;

	if (s->h.kind == TSQL_S_DECLARE_CURSOR)
		return declare(
		    f, &s->u.declare_cursor.name, &s->u.declare_cursor.def);
	c = find(f, &s->u.cursor.name);
	if (!c || f->loop)
		return false;
	switch (s->u.cursor.what) {
	case TSQL_OPEN: return open_cursor(f, c);
	case TSQL_FETCH: return fetch(f, c, s);
	default:
		c->rows = NULL;
		c->ahead = NULL;
		c->done = false;
		return true;
	}
}

bool fold_cursor(struct folder *f, const struct tsql_stmt *s)
{
	if (!cursor_statement(f, s)) {
		f->nread = 0;
		f->unknown = false;
		return false;
	}
	fold_ledger(f, s, "left_out", NULL, "its rows are a query's");
	return true;
}

/* ---- the loop ---- */

static bool is_fetch_status(const struct tsql_expr *e)
{
	return e && e->h.kind == TSQL_E_VARIABLE &&
	    tsql_name_is(&e->u.name.part[0], "@@fetch_status");
}

/* @@FETCH_STATUS = 0, or with another operator and number. */
static bool tests_status(const struct tsql_expr *e, uint8_t op, char digit)
{
	const struct tsql_expr *n;

	if (!e || e->h.kind != TSQL_E_COMPARE || e->op != op ||
	    !is_fetch_status(e->u.binary.l))
		return false;
	n = e->u.binary.r;
	if (digit == '-')
		return n->h.kind == TSQL_E_UNARY;
	return n->h.kind == TSQL_E_INT && n->u.lit.len == 1 &&
	    n->u.lit.text[0] == digit;
}

static bool is_one(const struct tsql_expr *e)
{
	return e->h.kind == TSQL_E_INT && e->u.lit.len == 1 &&
	    e->u.lit.text[0] == '1';
}

static bool is_always(const struct tsql_expr *e)
{
	return e->h.kind == TSQL_E_COMPARE && e->op == TSQL_OP_EQ &&
	    is_one(e->u.binary.l) && is_one(e->u.binary.r);
}

/* The body as a list; at: where its one statement is kept. */
static struct tsql_stmts body_of(
    struct tsql_stmt **at, const struct tsql_stmt *loop)
{
	*at = loop->u.while_.body;
	if ((*at)->h.kind == TSQL_S_BLOCK)
		return (*at)->u.block.body;
	return (struct tsql_stmts){.v = at, .n = 1};
}

static bool only_breaks(const struct tsql_stmt *s)
{
	while (s->h.kind == TSQL_S_BLOCK && s->u.block.body.n == 1)
		s = s->u.block.body.v[0];
	return s->h.kind == TSQL_S_BREAK;
}

static bool same_targets(const struct tsql_stmt *a, const struct tsql_stmt *b)
{
	uint32_t i;

	if (a->u.cursor.into.n != b->u.cursor.into.n)
		return false;
	for (i = 0; i < a->u.cursor.into.n; i++) {
		const struct tsql_name *x =
		    &a->u.cursor.into.v[i]->u.name.part[0];
		const struct tsql_name *y =
		    &b->u.cursor.into.v[i]->u.name.part[0];

		if (x->len != y->len || strncasecmp(x->text, y->text, x->len))
			return false;
	}
	return true;
}

/*
 * FETCH …; WHILE @@FETCH_STATUS = 0 BEGIN …; FETCH … END, or
 * WHILE 1 = 1 BEGIN FETCH …; IF @@FETCH_STATUS <> 0 BREAK; … END:
 * the statements between, and the cursor.
 */
static struct cursor *shape(struct folder *f, const struct tsql_stmt *s,
    struct tsql_stmts *middle, const struct tsql_stmt **fetched)
{
	const struct tsql_stmt *body = s->u.while_.body, *first, *last;
	const struct tsql_stmts *l;
	struct cursor *c;

	if (body->h.kind != TSQL_S_BLOCK || body->u.block.body.n < 2)
		return NULL;
	l = &body->u.block.body;
	first = l->v[0];
	last = l->v[l->n - 1];
	if (tests_status(s->u.while_.cond, TSQL_OP_EQ, '0') &&
	    last->h.kind == TSQL_S_CURSOR) {
		*fetched = last;
		middle->v = l->v;
		middle->n = l->n - 1;
		c = find(f, &last->u.cursor.name);
		return c && c->ahead && same_targets(c->ahead, last) ? c : NULL;
	}
	if (is_always(s->u.while_.cond) && first->h.kind == TSQL_S_CURSOR &&
	    l->v[1]->h.kind == TSQL_S_IF && !l->v[1]->u.if_.otherwise &&
	    only_breaks(l->v[1]->u.if_.then) &&
	    (tests_status(l->v[1]->u.if_.cond, TSQL_OP_NE, '0') ||
		tests_status(l->v[1]->u.if_.cond, TSQL_OP_EQ, '-'))) {
		*fetched = first;
		middle->v = l->v + 2;
		middle->n = l->n - 2;
		c = find(f, &first->u.cursor.name);
		return c && !c->ahead ? c : NULL;
	}
	return NULL;
}

static void take_fetched(
    struct folder *f, struct loop *l, const struct tsql_stmt *fetched)
{
	uint32_t i;

	for (i = 0; i < fetched->u.cursor.into.n; i++) {
		struct loop_variable *x;

		GROW(l->var, l->nvar, l->var_cap);
		x = &l->var[l->nvar++];
		memset(x, 0, sizeof(*x));
		x->id = fetched->u.cursor.into.v[i]->u.name.part[0];
		x->fetched = true;
		x->column = arena_printf(f->arena, "[loop_c%u]", i + 1);
	}
}

/* A row that the loop changes may be one that the cursor still has to
 * give. */
static bool reads_written(
    const struct state *s, struct table *const *w, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s->table == w[i] && w[i])
			return true;
	}
	for (i = 0; i < s->nread; i++) {
		if (reads_written(s->read[i], w, n))
			return true;
	}
	return false;
}

bool fold_while(struct folder *f, const struct tsql_stmt *s, const char **why)
{
	const struct tsql_stmt *fetched = NULL;
	struct tsql_stmts middle = {0};
	struct tsql_stmt *one;
	struct loop l = {0};
	struct cursor *c;
	bool ok;

	*why = "WHILE within WHILE";
	if (f->loop)
		return false;
	c = shape(f, s, &middle, &fetched);
	if (c && c->rows && !c->done &&
	    fetched->u.cursor.into.n == tsql_query_row(c->def->query)->n) {
		l.cursor = c;
		l.rows = c->rows;
		take_fetched(f, &l, fetched);
	} else {
		l.cond = s->u.while_.cond;
		middle = body_of(&one, s);
	}
	ok = fold_loop(f, &l, &middle);
	*why = l.why;
	if (ok && c && !c->unique && l.ordered && l.state) {
		fold_finding(f, FINDING_PROC_CURSOR, &s->h,
		    "its order has ties, or isn't said");
		l.state->claim = FOLD_DIFFERS;
	}
	if (ok && c && !(c->def->is_static || c->def->insensitive) &&
	    reads_written(c->rows, l.written, l.nwritten)) {
		fold_finding(f, FINDING_PROC_CURSOR, &s->h,
		    "it writes what its cursor reads");
		l.state->claim = FOLD_MANUAL;
	}
	if (c)
		c->done = true;
	fold_loop_release(&l);
	f->unknown = false;
	f->nread = 0;
	return ok;
}
