/*
 * A loop that adds a level of a hierarchy at a time until none is left:
 *
 *	INSERT @t SELECT …, 0 …
 *	WHILE @n > 0
 *		INSERT @t SELECT …, @l + 1 FROM … JOIN @t t … WHERE t.lvl = @l
 *		SET @n = @@ROWCOUNT
 *		SET @l = @l + 1
 *
 * is a recursive query of the table's rows: each row is joined when its level
 * has its turn, and all the rows of that level are there by then.
 */
#include <stdlib.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

struct levels {
	const struct tsql_stmt *insert;
	const struct tsql_name *count; /* set from @@ROWCOUNT, or NULL */
	const struct tsql_name *level; /* one more each time */
	bool early;		       /* before the INSERT */
	struct table *table;
	const struct tsql_source *self;	  /* the table in the query */
	const struct tsql_column *column; /* that holds the level */
};

static bool same(const struct tsql_name *a, const struct tsql_name *b)
{
	return a && b && a->len == b->len &&
	    !strncasecmp(a->text, b->text, a->len);
}

static const struct tsql_name *variable(const struct tsql_expr *e)
{
	return e && e->h.kind == TSQL_E_VARIABLE ? &e->u.name.part[0] : NULL;
}

static bool is_number(const struct tsql_expr *e, char digit)
{
	return e && e->h.kind == TSQL_E_INT && e->u.lit.len == 1 &&
	    e->u.lit.text[0] == digit;
}

static bool is_rowcount(const struct tsql_expr *e)
{
	const struct tsql_name *n = variable(e);

	return n && tsql_name_is(n, "@@rowcount");
}

/* @l + 1 of a variable: its name. */
static const struct tsql_name *one_more(const struct tsql_expr *e)
{
	if (!e || e->h.kind != TSQL_E_ARITH || e->op != TSQL_OP_ADD)
		return NULL;
	if (is_number(e->u.binary.r, '1'))
		return variable(e->u.binary.l);
	return is_number(e->u.binary.l, '1') ? variable(e->u.binary.r) : NULL;
}

/* The variable that the rows joined have the level of: @l or, where it is
 * counted up first, @l - 1. */
static bool is_level(const struct levels *v, const struct tsql_expr *e)
{
	if (!v->early)
		return same(variable(e), v->level);
	return e->h.kind == TSQL_E_ARITH && e->op == TSQL_OP_SUB &&
	    is_number(e->u.binary.r, '1') &&
	    same(variable(e->u.binary.l), v->level);
}

/* ---- the body ---- */

static bool take_set(struct levels *v, const struct tsql_stmt *s)
{
	const struct tsql_name *n = variable(s->u.set_var.target);
	const struct tsql_expr *e = s->u.set_var.value;

	if (!n || !e)
		return false;
	if (s->u.set_var.op == TSQL_OP_EQ && is_rowcount(e)) {
		if (v->count || !v->insert || (v->level && !v->early))
			return false; /* not of the INSERT */
		v->count = n;
		return true;
	}
	if (v->level ||
	    !(s->u.set_var.op == TSQL_OP_ADD ? is_number(e, '1')
					     : same(one_more(e), n)))
		return false;
	v->level = n;
	v->early = !v->insert;
	return true;
}

static bool take_body(struct levels *v, const struct tsql_stmt *body)
{
	uint32_t i;

	if (body->h.kind != TSQL_S_BLOCK)
		return false;
	for (i = 0; i < body->u.block.body.n; i++) {
		const struct tsql_stmt *s = body->u.block.body.v[i];

		switch (s->h.kind) {
		case TSQL_S_INSERT:
			if (v->insert)
				return false;
			v->insert = s;
			break;
		case TSQL_S_SET_VAR:
			if (!take_set(v, s))
				return false;
			break;
		case TSQL_S_EMPTY: break;
		default: return false;
		}
	}
	return v->insert && v->level;
}

/* The loop goes on while rows were added, and starts. */
static bool take_condition(
    struct folder *f, const struct levels *v, const struct tsql_expr *e)
{
	const struct tsql_name *n;
	const struct value *now;

	if (e->h.kind != TSQL_E_COMPARE || !is_number(e->u.binary.r, '0') ||
	    (e->op != TSQL_OP_GT && e->op != TSQL_OP_NE))
		return false;
	if (is_rowcount(e->u.binary.l))
		return !v->count && v->early && f->before &&
		    f->before == v->table->filled;
	n = variable(e->u.binary.l);
	now = n ? map_getn(&f->values, n->text, n->len) : NULL;
	return now && same(n, v->count) && !now->parameter &&
	    (now->status || (now->text && strstr(now->text, "CAST(1 AS ")));
}

/* ---- the query ---- */

struct sources {
	struct folder *f;
	const struct table *table;
	const struct tsql_source *found;
	unsigned n;
};

static bool source_node(void *ctx, const struct tsql_node *n)
{
	struct sources *s = ctx;
	const struct tsql_source *src;

	if (n->kind != TSQL_T_NAME && n->kind != TSQL_T_VARIABLE)
		return true;
	src = tsql_source((const struct tsql_from *)n);
	if (src && src->object && !src->cte &&
	    fold_table(s->f, src->object) == s->table) {
		s->found = src;
		s->n++;
	}
	return true;
}

/* t.lvl = @l in the conditions that all must hold. */
static const struct tsql_column *level_test(
    const struct levels *v, const struct tsql_expr *e)
{
	const struct tsql_colref *r;
	const struct tsql_column *c;

	if (!e)
		return NULL;
	if (e->h.kind == TSQL_E_AND) {
		c = level_test(v, e->u.binary.l);
		return c ? c : level_test(v, e->u.binary.r);
	}
	if (e->h.kind != TSQL_E_COMPARE || e->op != TSQL_OP_EQ)
		return NULL;
	r = tsql_colref(e->u.binary.l);
	if (r && r->source == v->self && is_level(v, e->u.binary.r))
		return r->column;
	r = tsql_colref(e->u.binary.r);
	return r && r->source == v->self && is_level(v, e->u.binary.l)
	    ? r->column
	    : NULL;
}

/* Inner joins of tables and queries, the table itself directly among them. */
static bool joins(const struct tsql_from *from)
{
	if (from->h.kind == TSQL_T_JOIN)
		return from->u.join.join == TSQL_JOIN_INNER &&
		    joins(from->u.join.l) && joins(from->u.join.r);
	return from->h.kind == TSQL_T_NAME || from->h.kind == TSQL_T_VARIABLE;
}

static bool plain(const struct tsql_query *q)
{
	const struct tsql_scope *scope = tsql_scope(q);
	uint32_t i;

	if (q->h.kind != TSQL_Q_SELECT || q->with || q->order.n ||
	    (q->h.flags & TSQL_DISTINCT) || q->u.select.top || !scope ||
	    scope->grouped || q->option.n || !q->u.select.from.n)
		return false;
	for (i = 0; i < q->u.select.from.n; i++) {
		if (!joins(q->u.select.from.v[i]))
			return false;
	}
	for (i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_item *it = q->u.select.items.v[i];

		if (!it->expr || it->expr->h.kind == TSQL_E_STAR ||
		    (it->expr->facts & (TSQL_HAS_SUBQUERY | TSQL_HAS_WINDOW)))
			return false;
	}
	return true;
}

/* The value that an INSERT gives to the column. */
static const struct tsql_expr *given(
    const struct tsql_stmt *s, const struct tsql_column *c)
{
	const struct tsql_query *q = s->u.insert.query;
	int at = fold_value_index(s, c);

	if (at < 0)
		return NULL;
	if (q->h.kind == TSQL_Q_VALUES)
		return q->u.values.nrow == 1 &&
			(uint32_t)at < q->u.values.row[0].n
		    ? q->u.values.row[0].v[at]
		    : NULL;
	return q->h.kind == TSQL_Q_SELECT && (uint32_t)at < q->u.select.items.n
	    ? q->u.select.items.v[at]->expr
	    : NULL;
}

/* Have the rows that are there the level that the loop starts with? */
static bool starts_with(struct folder *f, const struct levels *v)
{
	const struct value *now =
	    map_getn(&f->values, v->level->text, v->level->len);
	const struct tsql_expr *e =
	    v->table->filled ? given(v->table->filled, v->column) : NULL;

	if (!now || !now->text || now->parameter || !now->type || !e)
		return false;
	if (e->h.kind == TSQL_E_INT)
		return strcmp(now->text,
			   fold_cast(f,
			       arena_strndup(
				   f->arena, e->u.lit.text, e->u.lit.len),
			       NULL, now->type)) == 0;
	return same(variable(e), v->level);
}

static bool fits(struct folder *f, struct levels *v)
{
	const struct tsql_stmt *s = v->insert;
	const struct tsql_query *q = s->u.insert.query;
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct sources src = {.f = f};
	uint32_t i;

	if (!info || !info->object || !q || s->u.insert.with ||
	    s->u.insert.top || s->u.insert.output || !plain(q))
		return false;
	src.table = v->table = fold_table(f, info->object);
	tsql_walk(&q->h, source_node, NULL, &src);
	if (src.n != 1 || !v->table->now)
		return false;
	v->self = src.found;
	v->column = level_test(v, q->u.select.where);
	if (!v->column || !starts_with(f, v))
		return false;
	if (!same(v->early ? variable(given(s, v->column))
			   : one_more(given(s, v->column)),
		v->level))
		return false;
	for (i = 0; i < v->table->row->n; i++) {
		const struct tsql_column *c = &v->table->row->v[i];

		if (c->identity || fold_is_computed(c))
			return false;
	}
	return true;
}

/* ---- the recursive query ---- */

static const char *next_level(struct folder *f, const struct levels *v)
{
	const struct tsql_query *q = v->insert->u.insert.query;
	const struct tsql_item *last =
	    q->u.select.items.v[q->u.select.items.n - 1];
	uint32_t off = last->h.off + last->h.len, i;
	const struct tsql_node *node = &q->h;
	struct buf b = BUF_INIT;

	buf_adds(&b, "SELECT ");
	for (i = 0; i < v->table->row->n; i++) {
		const struct tsql_column *c = &v->table->row->v[i];
		const struct tsql_expr *e = given(v->insert, c);

		buf_addf(&b, "%s%s AS %s", i ? ", " : "",
		    fold_cast(f,
			e	     ? fold_node(f, &e->h)
			    : c->def ? c->def
				     : "NULL",
			NULL, c->type),
		    fold_column(f, c));
	}
	buf_adds(&b, fold_text(f, off, q->h.off + q->h.len - off, &node, 1));
	return fold_buf(f, &b);
}

bool fold_levels(struct folder *f, const struct tsql_stmt *s)
{
	struct levels v = {0};
	struct state *old, *new;
	const char *first, *next;

	if (f->guard || f->loop || !take_body(&v, s->u.while_.body) ||
	    !fits(f, &v) || !take_condition(f, &v, s->u.while_.cond))
		return false;
	old = v.table->now;
	first = arena_printf(f->arena, "SELECT %s FROM %s",
	    fold_old_columns(f, v.table, NULL), fold_source(f, old));
	new = fold_state(f, v.table, "levels");
	v.table->now = new; /* what the query reads is itself */
	fold_hold(f, v.level,
	    arena_printf(f->arena, v.early ? "(%s.%s + 1)" : "%s.%s",
		fold_quote(f, v.self->name.text, v.self->name.len),
		fold_column(f, v.column)));
	next = next_level(f, &v);
	fold_read(f, old);
	fold_set_state(f, v.table, new,
	    arena_printf(f->arena, "%s\nUNION ALL\n%s", first, next));
	fold_forget(f, v.level, "a variable that a loop sets", false);
	if (v.count)
		fold_forget(f, v.count, "a variable that a loop sets", true);
	return true;
}
