/* Lineage of expressions and queries. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "tsql/lineage_int.h"
#include "tsql/parse.h"

#define DIRECT TSQL_LIN_TRANSFORMATION

/* ---- columns of sources ---- */

static bool is_passing(const struct tsql_object *o)
{
	return o->kind == TSQL_OBJ_TEMP_TABLE ||
	    o->kind == TSQL_OBJ_TABLE_VARIABLE;
}

static const char *source_name(struct lineage *l, const struct tsql_source *s)
{
	const struct tsql_objname *n;

	if (s->object)
		return s->object->id;
	if (s->synonym && s->synonym->target)
		return tsql_catalog_plain(
		    l->opt->catalog, l->a, s->synonym->target);
	if (!s->from || s->from->h.kind != TSQL_T_NAME || !s->from->u.name.name)
		return NULL;
	n = s->from->u.name.name;
	if (!n->part[n->n - 1].len || n->part[n->n - 1].text[0] == '#')
		return NULL;
	return tsql_written_id(l->a, n, l->opt);
}

static void call_arguments(struct lineage *l, const struct tsql_from *f,
    uint32_t role, struct acc *acc)
{
	uint32_t i;

	switch (f->h.kind) {
	case TSQL_T_CALL:
	case TSQL_T_METHOD: lin_expr(l, f->u.call.call, role, acc); break;
	case TSQL_T_OPENJSON:
	case TSQL_T_OPENXML:
		for (i = 0; i < f->u.open.args.n; i++)
			lin_expr(l, f->u.open.args.v[i], role, acc);
		break;
	default: break;
	}
}

static void unpivoted(struct lineage *l, const struct tsql_source *s,
    const struct tsql_column *c, uint32_t role, struct acc *acc)
{
	const struct tsql_exprs *in = &s->from->u.unpivot.in;
	uint32_t i;

	if (c->expr && c->ordinal + 2 < s->row->n) {
		lin_expr(l, c->expr, role, acc);
		return;
	}
	for (i = 0; c->ordinal + 2 == s->row->n && i < in->n; i++)
		lin_expr(l, in->v[i], role, acc);
}

static void pivoted(struct lineage *l, const struct tsql_source *s,
    const struct tsql_column *c, uint32_t role, struct acc *acc)
{
	if (!c->expr)
		return;
	lin_expr(l, c->expr, role, acc);
	if (c->expr->h.kind == TSQL_E_CALL && s->from->u.pivot.column)
		lin_expr(l, s->from->u.pivot.column, TSQL_LIN_CONDITIONAL, acc);
}

static void from_flow(
    const struct flow *f, uint32_t ordinal, uint32_t role, struct acc *acc)
{
	if (f && ordinal < f->n)
		lin_add(acc, f->column[ordinal], role);
}

static void source_column(struct lineage *l, const struct tsql_source *s,
    const struct tsql_column *c, const struct tsql_name *name, uint32_t role,
    struct acc *acc)
{
	const char *object;

	if (s->query) {
		if (c)
			from_flow(
			    lin_query(l, s->query), c->ordinal, role, acc);
		return;
	}
	if (s->object && is_passing(s->object)) {
		if (c)
			from_flow(lin_flow_known(l, s->object), c->ordinal,
			    role, acc);
		return;
	}
	if (s->inner && c && s->from->h.kind == TSQL_T_UNPIVOT) {
		unpivoted(l, s, c, role, acc);
		return;
	}
	if (s->inner && c) {
		pivoted(l, s, c, role, acc);
		return;
	}
	object = source_name(l, s);
	if (object) {
		lin_add(acc,
		    lin_leaf(l, object, c ? c->name : name->text,
			c ? c->len : name->len),
		    role);
		if (s->from && s->from->h.kind == TSQL_T_CALL)
			call_arguments(l, s->from, TSQL_LIN_FILTER, acc);
		return;
	}
	if (!s->from)
		return;
	if (s->from->h.kind == TSQL_T_DML && s->from->u.dml.stmt && c) {
		const struct tsql_stmt_info *info =
		    tsql_stmt_info(s->from->u.dml.stmt);

		if (info && info->output)
			from_flow(
			    lin_items(l, info->output), c->ordinal, role, acc);
		return;
	}
	call_arguments(l, s->from,
	    role & TSQL_LIN_DIRECT && role != TSQL_LIN_AGGREGATION ? DIRECT
								   : role,
	    acc);
}

static void column(struct lineage *l, const struct tsql_expr *e, uint32_t role,
    struct acc *acc)
{
	const struct tsql_colref *r = tsql_colref(e);

	if (r && r->source && e->nparts)
		source_column(l, r->source, r->column,
		    &e->u.name.part[e->nparts - 1], role, acc);
}

/* ---- expressions ---- */

static uint32_t through(uint32_t role)
{
	return role == TSQL_LIN_IDENTITY ? DIRECT : role;
}

static void exprs(struct lineage *l, const struct tsql_exprs *list,
    uint32_t role, struct acc *acc)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		lin_expr(l, list->v[i], role, acc);
}

static void orders(struct lineage *l, const struct tsql_orders *list,
    uint32_t role, struct acc *acc)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		lin_expr(l, list->v[i]->expr, role, acc);
}

static void over(struct lineage *l, const struct tsql_over *o, struct acc *acc)
{
	if (!o)
		return;
	exprs(l, &o->partition, TSQL_LIN_WINDOW, acc);
	orders(l, &o->order, TSQL_LIN_WINDOW, acc);
}

static void call(struct lineage *l, const struct tsql_expr *e, uint32_t role,
    struct acc *acc)
{
	const struct tsql_function *f =
	    tsql_function_get((enum tsql_fn)e->u.call.fn);
	const struct tsql_callref *r = tsql_callref(e);
	const struct tsql_exprs *args = &e->u.call.args;
	uint32_t i = 0, inner = through(role);

	if (f->flags & TSQL_FF_AGGREGATE && role & TSQL_LIN_DIRECT)
		inner = TSQL_LIN_AGGREGATION;
	if (e->u.call.fn == TSQL_F_IIF && args->n) {
		lin_expr(l, args->v[0],
		    role & TSQL_LIN_DIRECT ? TSQL_LIN_CONDITIONAL : role, acc);
		i = 1;
	}
	for (; i < args->n; i++)
		lin_expr(l, args->v[i], inner, acc);
	orders(l, &e->u.call.within, inner, acc);
	over(l, e->u.call.over, acc);
	if (r && r->object)
		lin_add(acc, lin_function(l, r->object), inner);
}

static void case_expr(struct lineage *l, const struct tsql_expr *e,
    uint32_t role, struct acc *acc)
{
	uint32_t cond =
	    role & TSQL_LIN_DIRECT ? (uint32_t)TSQL_LIN_CONDITIONAL : role;
	uint32_t i;

	lin_expr(l, e->u.kase.operand, cond, acc);
	for (i = 0; i < e->u.kase.nwhen; i++) {
		lin_expr(l, e->u.kase.when[i]->when, cond, acc);
		lin_expr(l, e->u.kase.when[i]->then, through(role), acc);
	}
	lin_expr(l, e->u.kase.otherwise, through(role), acc);
}

/* A subquery: its columns are values, its conditions decide. */
static void subquery(struct lineage *l, const struct tsql_query *q,
    uint32_t role, struct acc *acc)
{
	struct flow *f = q ? lin_query(l, q) : NULL;
	uint32_t i;

	for (i = 0; f && i < f->n; i++)
		lin_add(acc, f->column[i], role);
	if (f)
		lin_add(acc, f->rows,
		    role & TSQL_LIN_DIRECT ? TSQL_LIN_IDENTITY : role);
}

static void variable(struct lineage *l, const struct tsql_expr *e,
    uint32_t role, struct acc *acc)
{
	if (e->nparts)
		from_flow(lin_variable(l, &e->u.name.part[0], 0), 0, role, acc);
}

void lin_expr(struct lineage *l, const struct tsql_expr *e, uint32_t role,
    struct acc *acc)
{
	for (;;) {
		if (!e)
			return;
		switch (e->h.kind) {
		case TSQL_E_COLUMN: column(l, e, role, acc); return;
		case TSQL_E_VARIABLE: variable(l, e, role, acc); return;
		case TSQL_E_ARITH:
		case TSQL_E_COMPARE:
		case TSQL_E_AND:
		case TSQL_E_OR:
		case TSQL_E_AT_TIME_ZONE:
			role = through(role);
			lin_expr(l, e->u.binary.r, role, acc);
			e = e->u.binary.l;
			continue;
		case TSQL_E_COLLATE: e = e->u.collate.e; continue;
		case TSQL_E_METHOD:
			role = through(role);
			exprs(l, &e->u.method.args, role, acc);
			e = e->u.method.e;
			continue;
		case TSQL_E_UNARY:
		case TSQL_E_NOT:
		case TSQL_E_IS_NULL:
			role = through(role);
			e = e->u.unary.e;
			continue;
		case TSQL_E_CAST:
		case TSQL_E_CONVERT:
		case TSQL_E_PARSE:
			role = through(role);
			e = e->u.cast.e;
			continue;
		case TSQL_E_ODBC: e = e->u.odbc.e; continue;
		case TSQL_E_BETWEEN:
			role = through(role);
			lin_expr(l, e->u.between.lo, role, acc);
			lin_expr(l, e->u.between.hi, role, acc);
			e = e->u.between.e;
			continue;
		case TSQL_E_LIKE:
			role = through(role);
			lin_expr(l, e->u.like.pattern, role, acc);
			e = e->u.like.e;
			continue;
		case TSQL_E_IN:
			role = through(role);
			exprs(l, &e->u.in.list, role, acc);
			subquery(l, e->u.in.query, role, acc);
			e = e->u.in.e;
			continue;
		case TSQL_E_QUANTIFIED:
			role = through(role);
			subquery(l, e->u.quantified.query, role, acc);
			e = e->u.quantified.e;
			continue;
		case TSQL_E_EXISTS:
		case TSQL_E_SUBQUERY:
			subquery(l, e->u.sub.query, role, acc);
			return;
		case TSQL_E_CASE: case_expr(l, e, role, acc); return;
		case TSQL_E_CALL: call(l, e, role, acc); return;
		case TSQL_E_STATIC:
			exprs(l, &e->u.method.args, through(role), acc);
			return;
		case TSQL_E_LIST: exprs(l, &e->u.list.list, role, acc); return;
		default: return;
		}
	}
}

const struct set *lin_expr_set(
    struct lineage *l, const struct tsql_expr *e, uint32_t role)
{
	struct acc acc = {0};

	lin_expr(l, e, role, &acc);
	return lin_set(l, &acc);
}

/* ---- what decides about the rows ---- */

/* PIVOT groups by each column that it neither turns nor aggregates. */
static void pivot_groups(
    struct lineage *l, const struct tsql_source *s, struct acc *acc)
{
	uint32_t i;

	for (i = 0; i < s->row->n; i++) {
		const struct tsql_expr *e = s->row->v[i].expr;

		if (e && e->h.kind != TSQL_E_CALL)
			lin_expr(l, e, TSQL_LIN_GROUP_BY, acc);
	}
}

/* ON conditions, and the rows of what a source is made of. */
void lin_from(struct lineage *l, const struct tsql_from *f, struct acc *acc)
{
	const struct tsql_source *s;
	const struct flow *flow = NULL;

	for (; f && f->h.kind == TSQL_T_JOIN; f = f->u.join.l) {
		lin_expr(l, f->u.join.on, TSQL_LIN_JOIN, acc);
		lin_from(l, f->u.join.r, acc);
	}
	s = tsql_source(f);
	if (!s)
		return;
	if (s->query)
		flow = lin_query(l, s->query);
	else if (s->object && is_passing(s->object))
		flow = lin_flow_known(l, s->object);
	if (flow)
		lin_add(acc, flow->rows, TSQL_LIN_IDENTITY);
	if (f->h.kind == TSQL_T_PIVOT) {
		lin_from(l, f->u.pivot.source, acc);
		pivot_groups(l, s, acc);
	} else if (f->h.kind == TSQL_T_UNPIVOT)
		lin_from(l, f->u.unpivot.source, acc);
	else if (!s->object)
		call_arguments(l, f, TSQL_LIN_JOIN, acc);
}

static void groups(
    struct lineage *l, struct tsql_group **v, uint32_t n, struct acc *acc)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		exprs(l, &v[i]->list, TSQL_LIN_GROUP_BY, acc);
		groups(l, v[i]->item, v[i]->nitem, acc);
	}
}

/* ORDER BY decides about rows when only some are taken. */
static void sorting(struct lineage *l, const struct tsql_query *q,
    const struct flow *f, struct acc *acc)
{
	uint32_t i;

	for (i = 0; i < q->order.n; i++) {
		const struct tsql_expr *e = q->order.v[i]->expr;
		const struct tsql_outref *o = tsql_outref(e);

		if (o)
			from_flow(f, o->index, TSQL_LIN_SORT, acc);
		else
			lin_expr(l, e, TSQL_LIN_SORT, acc);
	}
}

/* ---- queries ---- */

/* A scope's flow; false: it is yet to be filled, in this turn. */
static bool scope_flow(
    struct lineage *l, const struct tsql_scope *s, struct flow **flow)
{
	struct flow *f = *flow = lin_flow(l, s, s->out.n);

	if (f->turn == l->turn)
		return true;
	f->turn = l->turn;
	f->n = s->out.n;
	return false;
}

struct flow *lin_items(struct lineage *l, const struct tsql_scope *s)
{
	struct flow *f;
	uint32_t i;

	if (scope_flow(l, s, &f))
		return f;
	for (i = 0; i < s->out.n; i++)
		f->column[i] =
		    lin_expr_set(l, s->out.v[i].expr, TSQL_LIN_IDENTITY);
	return f;
}

static void select_flow(
    struct lineage *l, const struct tsql_query *q, struct flow *f)
{
	const struct tsql_scope *s = tsql_scope(q);
	struct acc acc = {0};
	uint32_t i;

	for (i = 0; i < s->out.n && i < f->n; i++)
		f->column[i] =
		    lin_expr_set(l, s->out.v[i].expr, TSQL_LIN_IDENTITY);
	for (i = 0; i < q->u.select.from.n; i++)
		lin_from(l, q->u.select.from.v[i], &acc);
	lin_expr(l, q->u.select.where, TSQL_LIN_FILTER, &acc);
	lin_expr(l, q->u.select.having, TSQL_LIN_FILTER, &acc);
	groups(l, q->u.select.group, q->u.select.ngroup, &acc);
	if (q->u.select.top || q->offset)
		sorting(l, q, f, &acc);
	f->rows = lin_set(l, &acc);
}

static void values_flow(
    struct lineage *l, const struct tsql_query *q, struct flow *f)
{
	uint32_t i, k;

	for (k = 0; k < f->n; k++) {
		struct acc acc = {0};

		for (i = 0; i < q->u.values.nrow; i++)
			if (k < q->u.values.row[i].n)
				lin_expr(l, q->u.values.row[i].v[k],
				    TSQL_LIN_IDENTITY, &acc);
		f->column[k] = lin_set(l, &acc);
	}
}

/* Columns of the members of a set operation while they are collected. */
struct members {
	struct acc *column;
	struct acc rows;
};

/* taken: its rows go into the result, not only out of it (EXCEPT). */
static void add_member(struct members *m, const struct flow *f,
    const struct flow *member, bool taken)
{
	uint32_t i;

	for (i = 0; member && i < f->n && i < member->n; i++) {
		if (!taken)
			lin_add(&m->rows, member->column[i], TSQL_LIN_FILTER);
		else
			lin_add(&m->column[i], member->column[i],
			    TSQL_LIN_IDENTITY);
	}
	if (member)
		lin_add(&m->rows, member->rows, TSQL_LIN_IDENTITY);
}

/* What was collected goes to the flow. */
static void take_members(struct lineage *l, struct members *m, struct flow *f)
{
	uint32_t i;

	for (i = 0; i < f->n; i++)
		if (m->column[i].nr)
			f->column[i] = lin_union(
			    l, f->column[i], lin_set(l, &m->column[i]));
	if (m->rows.nr)
		f->rows = lin_union(l, f->rows, lin_set(l, &m->rows));
}

/* Members from the left. A recursive one meets what f has by then, so f
 * takes each of the first members at once; then it takes many, to stay
 * linear. */
static void set_flow(
    struct lineage *l, const struct tsql_query *q, struct flow *f)
{
	const struct tsql_query **set = NULL;
	size_t nr = 0, cap = 0, done = 1, next = 1;
	const struct tsql_query *at;
	struct members m = {0};

	m.column = xcalloc(f->n + 1u, sizeof(*m.column));
	for (at = q; at && at->h.kind == TSQL_Q_SETOP; at = at->u.set.l) {
		GROW(set, nr, cap);
		set[nr++] = at;
	}
	add_member(&m, f, at ? lin_query(l, at) : NULL, true);
	take_members(l, &m, f);
	while (nr) {
		at = set[--nr];
		if (at->u.set.r)
			add_member(&m, f, lin_query(l, at->u.set.r),
			    at->setop != TSQL_SET_EXCEPT);
		if (++done < 32 || done >= next) {
			take_members(l, &m, f);
			next = done * 2;
		}
	}
	take_members(l, &m, f);
	free(m.column);
	free(set);
}

/* FOR XML: one value of all columns. */
static void one_value(struct lineage *l, struct flow *f)
{
	struct acc acc = {0};
	uint32_t i;

	for (i = 0; i < f->n; i++)
		lin_add(&acc, f->column[i], TSQL_LIN_AGGREGATION);
	if (f->n) {
		f->column[0] = lin_set(l, &acc);
		f->n = 1;
	} else {
		free(acc.v);
	}
}

void lin_with(struct lineage *l, const struct tsql_with *w)
{
	uint32_t i;

	/* in order, so that no chain of CTEs is a recursion */
	for (i = 0; w && i < w->ncte; i++)
		if (w->cte[i]->query)
			lin_query(l, w->cte[i]->query);
}

struct flow *lin_query(struct lineage *l, const struct tsql_query *q)
{
	const struct tsql_scope *s = tsql_scope(q);
	struct flow *f;

	if (!s)
		return NULL;
	if (scope_flow(l, s, &f))
		return f;
	lin_with(l, q->with);
	if (q->h.kind == TSQL_Q_SELECT)
		select_flow(l, q, f);
	else if (q->h.kind == TSQL_Q_SETOP)
		set_flow(l, q, f);
	else if (q->h.kind == TSQL_Q_VALUES)
		values_flow(l, q, f);
	if (s->result != &s->out)
		one_value(l, f);
	return f;
}
