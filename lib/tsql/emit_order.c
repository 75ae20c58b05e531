#include "tsql/emit_int.h"

/* ORDER BY, TOP, OFFSET. */

bool em_unordered(const struct tsql_expr *e)
{
	const struct tsql_query *q;

	if (em_is_literal(e))
		return true;
	if (e->h.kind != TSQL_E_SUBQUERY)
		return false;
	q = e->u.sub.query;
	return q->h.kind == TSQL_Q_SELECT && !q->u.select.from.n &&
	    q->u.select.items.n == 1 &&
	    em_is_literal(q->u.select.items.v[0]->expr);
}

/* What e, whose value stands in x, is ordered by. */
static struct ex order_key(struct emit *E, struct tsql_expr *v, struct ex x)
{
	if (tsql_is_string(v->type)) {
		em_use(E, EMIT_USE_STRING_ORDER, v);
		x = em_canonical(E, v) && !tsql_colref(v)
		    ? x
		    : em_order_key(E, x, v->type, v, v);
	} else if (v->type->base == TSQL_TY_DATETIMEOFFSET) {
		x = ex_op1(E, "dto_instant", v, x);
	} else if (v->type->base == TSQL_TY_UNIQUEIDENTIFIER) {
		x = ex_op1(E, "guid_order", v, x);
	}
	return x;
}

struct doc *em_order_value(
    struct emit *E, struct tsql_expr *e, struct ex x, bool desc)
{
	struct tsql_expr *v = e;
	const char *nulls = "";

	x = order_key(E, v, x);
	if (v->type->nullable) {
		em_use(E, EMIT_USE_NULL_ORDER, v);
		nulls = desc ? " nulls last" : " nulls first";
	}
	return doc_join(E->a, x.d, doc_text(E->a, desc ? " desc" : ""),
	    doc_text(E->a, nulls), DOC_END);
}

struct doc *em_order_item(struct emit *E, struct tsql_expr *e, bool desc)
{
	return em_order_value(E, e, em_value(E, e), desc);
}

void em_order(struct emit *E, const struct tsql_orders *o, struct docs *out)
{
	for (uint32_t i = 0; i < o->n; i++) {
		struct tsql_expr *e = o->v[i]->expr;

		if (em_unordered(e))
			continue;
		docs_add(E->a, out,
		    em_order_item(E, e, o->v[i]->h.flags & TSQL_DESC));
	}
}

/* An entry of the query's own ORDER BY: an output by name or number, or an
 * expression. */
static struct tsql_expr *ordered_expr(
    struct tsql_expr *e, const struct em_items *l)
{
	struct tsql_outref *r = tsql_outref(e);

	if (r && r->index < l->n)
		return l->v[r->index]->expr;
	return e;
}

void em_sort_columns(struct emit *E, const struct tsql_query *q,
    const struct em_items *l, struct doc_select *s)
{
	for (uint32_t i = 0; i < q->order.n; i++) {
		struct tsql_expr *e = q->order.v[i]->expr;

		if (!tsql_outref(e) && !em_unordered(e))
			docs_add(E->a, &s->items,
			    doc_join(E->a, em_value(E, ordered_expr(e, l)).d,
				doc_textf(E->a, " as sort_%u", i + 1),
				DOC_END));
	}
}

/* ---- TOP ---- */

static bool rows_decided(struct emit *E, struct tsql_query *q,
    struct em_items *l, struct tsql_expr **by, size_t n)
{
	uint32_t i;

	if (!n)
		return false;
	if (em_unique(E, tsql_scope(q), by, n))
		return true;
	/* Ties show the same row. */
	for (i = 0; i < l->n; i++) {
		size_t k;

		if (tsql_is_string(l->v[i]->expr->type) &&
		    !em_canonical(E, l->v[i]->expr))
			break;
		for (k = 0; k < n; k++)
			if (em_same(by[k], l->v[i]->expr))
				break;
		if (k == n && !em_is_literal(l->v[i]->expr))
			break;
	}
	return i == l->n;
}

bool em_top_is_all(const struct tsql_top *t)
{
	long long n;

	return (t->h.flags & TSQL_PERCENT) && em_int_literal(t->count, &n) &&
	    n >= 100;
}

static void columns_of(struct emit *E, struct tsql_query *q, struct em_items *l,
    const struct tsql_names *columns, struct docs *out)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const char *n = em_out_name(E, q, i, columns);

		docs_add(E->a, out, em_ident(E, n, strlen(n)));
	}
}

/* TOP n PERCENT, and WITH TIES where the order can't stand in the query
 * itself: the rows are numbered in one query and taken in the next. */
static struct doc *numbered(struct emit *E, struct tsql_query *q,
    struct em_items *l, const struct tsql_names *columns, struct doc_select *s,
    struct docs *order)
{
	const struct tsql_top *t = q->u.select.top;
	bool ties = t->h.flags & TSQL_WITH_TIES;
	bool percent = t->h.flags & TSQL_PERCENT;
	struct doc_select o;
	struct docs sort = {NULL, 0, 0};
	struct doc *inner, *n = em_value(E, t->count).d;

	memset(&o, 0, sizeof(o));
	columns_of(E, q, l, columns, &o.items);
	if (!percent) {
		/* the order's values become columns */
		for (size_t i = 0; i < q->order.n; i++) {
			struct tsql_expr *e =
			    ordered_expr(q->order.v[i]->expr, l);
			bool desc = q->order.v[i]->h.flags & TSQL_DESC;

			docs_add(E->a, &s->items,
			    doc_join(E->a, order_key(E, e, em_value(E, e)).d,
				doc_textf(E->a, " as sort_%zu", i + 1),
				DOC_END));
			docs_add(E->a, &sort,
			    doc_textf(E->a, "sort_%zu%s%s", i + 1,
				desc ? " desc" : "",
				desc ? " nulls last" : " nulls first"));
		}
		inner = doc_select(E->a, s);
		o.qualify = doc_join(E->a, doc_text(E->a, "rank() over "),
		    doc_window(E->a, NULL, &sort, NULL), doc_text(E->a, " <= "),
		    n, DOC_END);
	} else {
		docs_add(E->a, &s->items,
		    doc_join(E->a,
			doc_text(
			    E->a, ties ? "rank() over " : "row_number() over "),
			doc_window(E->a, NULL, order, NULL),
			doc_text(E->a, " as row_place"), DOC_END));
		docs_add(E->a, &s->items,
		    doc_text(E->a, "count(*) over () as row_total"));
		inner = doc_select(E->a, s);
		o.where = doc_join(E->a, doc_text(E->a, "row_place <= "),
		    doc_call1(E->a, "ceil",
			doc_join(E->a, doc_text(E->a, "row_total * "), n,
			    doc_text(E->a, " / 100.0"), DOC_END)),
		    DOC_END);
	}
	o.from = em_derived(
	    E, inner, em_hoistable(E, q), "numbered_rows", "numbered", NULL);
	return doc_select(E->a, &o);
}

/* TOP n, OFFSET and FETCH as limit and offset. */
static void limits(
    struct emit *E, const struct tsql_query *q, struct doc_select *s)
{
	const struct tsql_top *t = q->u.select.top;

	if (t)
		s->limit = doc_join(E->a, doc_text(E->a, "limit "),
		    ex_at(E, em_value(E, t->count), P_PRIMARY), DOC_END);
	if (q->fetch)
		s->limit = doc_join(E->a, doc_text(E->a, "limit "),
		    ex_at(E, em_value(E, q->fetch), P_PRIMARY), DOC_END);
	if (q->offset) {
		long long zero;

		if (!em_int_literal(q->offset, &zero) || zero)
			s->offset = doc_join(E->a, doc_text(E->a, "offset "),
			    ex_at(E, em_value(E, q->offset), P_PRIMARY),
			    DOC_END);
	}
}

struct doc *em_top_and_order(struct emit *E, struct tsql_query *q,
    struct em_items *l, const struct tsql_names *columns, struct doc_select *s)
{
	const struct tsql_top *t = q->u.select.top;
	struct docs order = {NULL, 0, 0};
	struct tsql_expr **by =
	    arena_alloc(E->a, st_mul(q->order.n + 1, sizeof(*by)));
	bool window = false;
	size_t n = 0;

	for (uint32_t i = 0; i < q->order.n; i++) {
		by[n] = ordered_expr(q->order.v[i]->expr, l);
		window |= by[n]->h.kind == TSQL_E_CALL && by[n]->u.call.over;
		if (!em_unordered(by[n]))
			docs_add(E->a, &order,
			    em_order_item(
				E, by[n], q->order.v[i]->h.flags & TSQL_DESC));
		n++;
	}
	if (t && t->h.flags & TSQL_WITH_TIES)
		em_use(E, EMIT_USE_TOP, NULL);
	if (!(t && (t->h.flags & TSQL_WITH_TIES)) &&
	    !rows_decided(E, q, l, by, n))
		em_differs(E, FINDING_TIES, t ? (void *)t : (void *)q,
		    n ? "TOP or OFFSET in an order that may have ties"
		      : "TOP without an order");
	if (t && (t->h.flags & TSQL_PERCENT))
		return numbered(E, q, l, columns, s, &order);
	if (t && (t->h.flags & TSQL_WITH_TIES)) {
		struct doc *count = em_value(E, t->count).d;

		if (dialect_can(E->d, "with_ties")) {
			s->order = order;
			s->limit = doc_join(E->a,
			    doc_text(E->a, "fetch first "), count,
			    doc_text(E->a, " rows with ties"), DOC_END);
			return NULL;
		}
		if (!dialect_can(E->d, "qualify")) {
			em_manual(E, FINDING_UNTRANSLATED, t, "TOP WITH TIES");
			return NULL;
		}
		if (window)
			return numbered(E, q, l, columns, s, &order);
		s->qualify = doc_join(E->a, doc_text(E->a, "rank() over "),
		    doc_window(E->a, NULL, &order, NULL),
		    doc_text(E->a, " <= "), count, DOC_END);
		return NULL;
	}
	s->order = order;
	limits(E, q, s);
	return NULL;
}

struct doc *em_top_of_distinct(struct emit *E, struct tsql_query *q,
    struct em_items *l, const struct tsql_names *columns, struct doc_select *s)
{
	const struct tsql_top *t = q->u.select.top;
	struct tsql_expr **by =
	    arena_alloc(E->a, st_mul(q->order.n + 1, sizeof(*by)));
	struct doc_select o;
	size_t n = 0;

	memset(&o, 0, sizeof(o));
	if (t && (t->h.flags & (TSQL_WITH_TIES | TSQL_PERCENT)))
		em_manual(E, FINDING_UNTRANSLATED, q,
		    "TOP WITH TIES or PERCENT of DISTINCT strings");
	columns_of(E, q, l, columns, &o.items);
	o.from = em_derived(E, doc_select(E->a, s), em_hoistable(E, q),
	    "distinct_rows", "distinct_rows", NULL);
	for (uint32_t i = 0; i < q->order.n; i++) {
		struct tsql_expr *e = ordered_expr(q->order.v[i]->expr, l);
		uint32_t k = 0;

		if (em_unordered(e))
			continue;
		while (k < l->n && !em_same(l->v[k]->expr, e))
			k++;
		if (k == l->n) { /* T-SQL refuses it too */
			em_manual(E, FINDING_UNTRANSLATED, q->order.v[i],
			    "ORDER BY of what DISTINCT doesn't select");
			continue;
		}
		by[n++] = e;
		docs_add(E->a, &o.order,
		    em_order_value(E, e, ex_make(o.items.v[k], P_PRIMARY),
			q->order.v[i]->h.flags & TSQL_DESC));
	}
	if (!rows_decided(E, q, l, by, n))
		em_differs(E, FINDING_TIES, q,
		    n ? "TOP or OFFSET in an order that may have ties"
		      : "TOP without an order");
	limits(E, q, &o);
	return doc_select(E->a, &o);
}
