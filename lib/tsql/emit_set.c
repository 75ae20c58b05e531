#include "tsql/emit_int.h"

/*
 * UNION, EXCEPT, INTERSECT. Where strings have to be equal by their collation
 * the target's own operators won't do: rows are then compared by their keys.
 */

static bool folds(struct emit *E, const struct tsql_query *q)
{
	const struct tsql_row *row = tsql_query_row(q);

	for (uint32_t i = 0; row && i < row->n; i++) {
		if (row->v[i].type->base == TSQL_TY_DATETIMEOFFSET)
			return true;
		if (tsql_is_string(row->v[i].type) &&
		    em_folds(E, row->v[i].type))
			return true;
	}
	return false;
}

static bool canonical(struct emit *E, const struct tsql_query *q)
{
	if (q->h.kind == TSQL_Q_SETOP)
		return canonical(E, q->u.set.l) && canonical(E, q->u.set.r);
	if (q->h.kind != TSQL_Q_SELECT)
		return false;
	for (uint32_t i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_expr *e = q->u.select.items.v[i]->expr;

		/* one operand's spelling has to be the other's too */
		if (!e->type || tsql_is_string(e->type) || tsql_star(e))
			return false;
	}
	return true;
}

static const char *op_word(struct emit *E, const struct tsql_query *q)
{
	switch (q->u.set.r ? q->setop : 0) {
	case TSQL_SET_UNION:
		return q->h.flags & TSQL_ALL ? "union all" : "union distinct";
	case TSQL_SET_EXCEPT: return dialect_word(E->d, "except", "except");
	case TSQL_SET_INTERSECT:
		return dialect_word(E->d, "intersect", "intersect");
	default: return "union all";
	}
}

static struct doc *operand(struct emit *E, struct tsql_query *q,
    const struct tsql_names *columns, bool exact)
{
	return exact ? em_query_exact(E, q, columns) : em_query(E, q, columns);
}

static void names(struct emit *E, const struct tsql_query *q,
    const struct tsql_names *columns, const char *of, struct docs *out)
{
	const struct tsql_row *row = tsql_query_row(q);

	for (uint32_t i = 0; row && i < row->n; i++) {
		const char *n = em_out_name(E, q, i, columns);

		docs_add(E->a, out,
		    of ? doc_textf(
			     E->a, "%s.%s", of, em_ident_text(E, n, strlen(n)))
		       : em_ident(E, n, strlen(n)));
	}
}

static struct ex key(
    struct emit *E, const struct tsql_query *q, uint32_t i, struct doc *name)
{
	const struct tsql_type *t = tsql_query_row(q)->v[i].type;
	struct ex x = ex_make(name, P_PRIMARY);

	if (tsql_is_string(t))
		return em_key(E, x, t, NULL);
	if (t->base == TSQL_TY_DATETIMEOFFSET)
		return ex_op1(E, "dto_instant", q, x);
	return x;
}

/* select distinct on (keys) columns from … */
static struct doc *distinct_rows(struct emit *E, const struct tsql_query *q,
    const struct tsql_names *columns, struct doc *from, struct doc *where,
    const char *alias)
{
	struct doc_select s;
	struct docs n = {NULL, 0, 0}, k = {NULL, 0, 0};

	memset(&s, 0, sizeof(s));
	names(E, q, columns, alias, &n);
	s.items = n;
	for (size_t i = 0; i < n.n; i++)
		docs_add(E->a, &k, key(E, q, (uint32_t)i, n.v[i]).d);
	for (size_t i = 0; i < n.n; i++)
		docs_add(E->a, &s.order, k.v[i]);
	for (size_t i = 0; i < n.n; i++)
		if (tsql_is_string(tsql_query_row(q)->v[i].type))
			docs_add(E->a, &s.order, n.v[i]);
	s.top = doc_join(E->a, doc_text(E->a, "distinct on "),
	    doc_paren(E->a, doc_commas(E->a, &k)), DOC_END);
	s.from = from;
	s.where = where;
	em_use(E, EMIT_USE_STRING_GROUP, NULL);
	return doc_select(E->a, &s);
}

static struct doc *by_keys(struct emit *E, struct tsql_query *q,
    const struct tsql_names *columns, bool exact)
{
	struct emit_frame f = {.outer = E->frame, .qualify = true};
	bool hoist = em_hoistable(E, q);
	const struct tsql_row *row = tsql_query_row(q);
	struct doc *l, *r, *from, *where;
	struct docs pairs = {NULL, 0, 0};
	struct doc_select s;

	if (!dialect_can(E->d, "distinct_on"))
		em_manual(E, FINDING_UNTRANSLATED, q,
		    "set operations on strings by their collation");
	em_differs(E, FINDING_SPELLING, q,
	    "the rows show one spelling of equal strings; SQL Server doesn't "
	    "say which, the target shows the first in code point order");
	E->as = row;
	l = operand(E, q->u.set.l, columns, exact);
	if (q->setop == TSQL_SET_UNION && E->ordered)
		l = doc_paren(E->a, l);
	E->as = row;
	r = operand(E, q->u.set.r, columns, exact);
	if (q->setop == TSQL_SET_UNION && E->ordered)
		r = doc_paren(E->a, r);
	if (q->setop == TSQL_SET_UNION) {
		from = em_derived(E, doc_setop(E->a, l, "union all", r), hoist,
		    "combined_rows", "combined_rows", NULL);
		return distinct_rows(E, q, columns, from, NULL, NULL);
	}
	/* Both sides are qualified, whatever the query around them does. */
	E->frame = &f;
	from = em_derived(E, l, hoist, "left_rows", "l", NULL);
	r = em_derived(E, r, hoist, "right_rows", "r", NULL);
	E->frame = f.outer;
	for (uint32_t i = 0; row && i < row->n; i++) {
		const char *n = em_out_name(E, q, i, columns);
		const char *id = em_ident_text(E, n, strlen(n));
		struct ex a = key(E, q, i, doc_textf(E->a, "l.%s", id));
		/* the right side's columns are called as the left's: the
		 * operand was written with the same names */
		struct ex b = key(E, q, i, doc_textf(E->a, "r.%s", id));

		docs_add(E->a, &pairs,
		    ex_infix(E, a, "is not distinct from", b, P_CMP).d);
	}
	memset(&s, 0, sizeof(s));
	docs_add(E->a, &s.items, doc_text(E->a, "1"));
	s.from = r;
	s.where = doc_chain1(E->a, &pairs, "and");
	where = doc_join(E->a,
	    doc_text(
		E->a, q->setop == TSQL_SET_EXCEPT ? "not exists " : "exists "),
	    doc_subquery(E->a, doc_select(E->a, &s)), DOC_END);
	return distinct_rows(E, q, columns, from, where, "l");
}

/* Parentheses where the target would read the tree another way. */
static struct doc *nested(struct emit *E, const struct tsql_query *q,
    const struct tsql_query *in, struct doc *d, bool right)
{
	bool tight = in->setop == TSQL_SET_INTERSECT;

	if (E->ordered)
		return doc_paren(E->a, d);
	if (in->h.kind != TSQL_Q_SETOP)
		return d;
	if (right ? !tight || q->setop == TSQL_SET_INTERSECT
		  : q->setop == TSQL_SET_INTERSECT && !tight)
		return doc_paren(E->a, d);
	return d;
}

/* The names of the whole for the right operand, which has others. */
static const struct tsql_names *same_names(struct emit *E,
    const struct tsql_query *q, const struct tsql_names *columns)
{
	const struct tsql_row *row = tsql_query_row(q);
	struct tsql_names *n = ARENA_NEW(E->a, struct tsql_names);

	if (columns && columns->n)
		return columns;
	if (!row)
		return NULL;
	n->v = arena_alloc(E->a, st_mul(row->n + 1, sizeof(*n->v)));
	n->n = row->n;
	for (uint32_t i = 0; i < row->n; i++) {
		const char *s = em_out_name(E, q, i, NULL);

		n->v[i].text = s;
		n->v[i].len = (uint32_t)strlen(s);
	}
	return n;
}

static void merge_reps(struct emit *E, const struct tsql_query *q,
    const struct tsql_query *l, const struct tsql_query *r)
{
	const struct tsql_row *row = tsql_query_row(q);
	uint8_t *a = map_getn(&E->reps, (const char *)&l, sizeof(l)),
		*b = map_getn(&E->reps, (const char *)&r, sizeof(r)), *m;

	if (!row || E->in_recursion)
		return;
	m = arena_alloc(E->a, row->n + 1);
	for (uint32_t i = 0; i < row->n; i++)
		m[i] = a && b ? a[i] | b[i] : REP_LOOSE;
	map_put(&E->reps, (const char *)&q, sizeof(q))->value = m;
}

/* ORDER BY, OFFSET and FETCH behind a set operation: its rows are a table, as
 * targets order a union by its columns only, not by keys of them. */
static struct doc *limited(struct emit *E, const struct tsql_query *q,
    const struct tsql_names *columns, struct doc *rows)
{
	struct doc_select s;

	em_differs(E, FINDING_TIES, q, "OFFSET behind a set operation");
	memset(&s, 0, sizeof(s));
	names(E, q, columns, NULL, &s.items);
	for (uint32_t i = 0; i < q->order.n; i++) {
		struct tsql_expr *e = q->order.v[i]->expr;
		struct tsql_outref *o = tsql_outref(e);

		if (!o || o->index >= s.items.n) {
			em_manual(E, FINDING_UNTRANSLATED, q,
			    "ORDER BY of an expression behind a set operation");
			continue;
		}
		docs_add(E->a, &s.order,
		    em_order_value(E, e,
			ex_make(s.items.v[o->index], P_PRIMARY),
			q->order.v[i]->h.flags & TSQL_DESC));
	}
	s.from = em_derived(E, rows, em_hoistable(E, q), "combined_rows",
	    "combined_rows", NULL);
	if (q->fetch)
		s.limit = doc_join(E->a, doc_text(E->a, "limit "),
		    em_value(E, q->fetch).d, DOC_END);
	if (q->offset)
		s.offset = doc_join(E->a, doc_text(E->a, "offset "),
		    em_value(E, q->offset).d, DOC_END);
	E->ordered = true;
	return doc_select(E->a, &s);
}

struct doc *em_setop(struct emit *E, struct tsql_query *q,
    const struct tsql_names *columns, bool exact)
{
	bool by_key = E->keys || E->wrap;
	const struct tsql_type *wrap = E->wrap;
	const struct tsql_row *as = E->as ? E->as : tsql_query_row(q);
	bool keys = E->keys;
	struct doc *l, *r;

	columns = same_names(E, q, columns);
	E->as = NULL;
	if (!by_key &&
	    !(q->setop == TSQL_SET_UNION && (q->h.flags & TSQL_ALL)) &&
	    folds(E, q) && !canonical(E, q)) {
		E->keys = false;
		E->wrap = NULL;
		l = by_keys(E, q, columns, exact);
		E->ordered = true; /* distinct on has its order */
		if (q->offset || q->fetch)
			l = limited(E, q, columns, l);
		merge_reps(E, q, q->u.set.l, q->u.set.r);
		return l;
	}
	E->as = as;
	E->wrap = wrap;
	E->keys = keys;
	l = nested(
	    E, q, q->u.set.l, operand(E, q->u.set.l, columns, exact), false);
	E->as = as;
	E->wrap = wrap;
	E->keys = keys;
	r = nested(
	    E, q, q->u.set.r, operand(E, q->u.set.r, columns, exact), true);
	E->ordered = false;
	E->as = NULL;
	E->wrap = NULL;
	E->keys = false;
	merge_reps(E, q, q->u.set.l, q->u.set.r);
	l = doc_setop(E->a, l, op_word(E, q), r);
	if (q->offset || q->fetch)
		l = limited(E, q, columns, l);
	return l;
}
