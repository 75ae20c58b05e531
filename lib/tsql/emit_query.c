#include <stdio.h>

#include "tsql/emit_int.h"
#include "tsql/parse.h"

/* SELECT: its clauses, TOP, DISTINCT, common table expressions. */

/* ---- names of output columns ---- */

const char *em_out_name(struct emit *E, const struct tsql_query *q, uint32_t i,
    const struct tsql_names *columns)
{
	const struct tsql_row *row = tsql_query_row(q);

	if (columns && i < columns->n)
		return arena_strndup(
		    E->a, columns->v[i].text, columns->v[i].len);
	if (row && i < row->n && row->v[i].len)
		return arena_strndup(E->a, row->v[i].name, row->v[i].len);
	return arena_printf(E->a, "column_%u", i + 1);
}

/* ---- CTEs ---- */

const char *em_add_cte(
    struct emit *E, const char *want, const char *prefix, struct doc *query)
{
	const char *name = em_take_name(E, want, prefix);

	GROW(E->cte, E->ncte, E->cte_cap);
	memset(E->cte + E->ncte, 0, sizeof(*E->cte));
	E->cte[E->ncte].name = doc_text(E->a, name);
	E->cte[E->ncte++].query = query;
	return name;
}

struct self {
	const struct tsql_cte *cte;
	bool found;
};

static bool find_self(void *ctx, const struct tsql_node *n)
{
	struct self *s = ctx;

	if (n->kind == TSQL_T_NAME) {
		struct tsql_source *src =
		    tsql_source((const struct tsql_from *)n);

		if (src && src->cte == s->cte && src->recursive_ref)
			s->found = true;
	}
	return !s->found;
}

static bool is_recursive(const struct tsql_cte *c)
{
	struct self s = {c, false};

	tsql_walk(&c->query->h, find_self, NULL, &s);
	return s.found;
}

static void with(struct emit *E, struct tsql_with *w)
{
	const char **name;

	if (!w)
		return;
	name = arena_alloc(E->a, st_mul(w->ncte, sizeof(*name)));
	for (uint32_t i = 0; i < w->ncte; i++) {
		struct tsql_cte *c = w->cte[i];
		char *s = xmemdupz(c->name.text, c->name.len);

		name[i] = em_take_name(E, s, NULL);
		free(s);
		map_put(&E->cte_names, (const char *)&c, sizeof(c))->value =
		    (void *)name[i];
	}
	for (uint32_t i = 0; i < w->ncte; i++) {
		struct tsql_cte *c = w->cte[i];
		bool recursive = is_recursive(c), was = E->in_recursion;
		struct doc *d;

		E->recursive |= recursive;
		E->in_recursion = recursive;
		if (recursive) {
			const struct tsql_row *row = tsql_query_row(c->query);
			uint8_t *reps = arena_alloc(E->a, row ? row->n + 1 : 1);

			map_put(
			    &E->reps, (const char *)&c->query, sizeof(c->query))
			    ->value = reps;
		}
		d = em_query(E, c->query, c->columns.n ? &c->columns : NULL);
		E->in_recursion = was;
		GROW(E->cte, E->ncte, E->cte_cap);
		memset(E->cte + E->ncte, 0, sizeof(*E->cte));
		E->cte[E->ncte].name = doc_text(E->a, name[i]);
		E->cte[E->ncte++].query = d;
	}
}

bool em_hoistable(struct emit *E, const struct tsql_query *q)
{
	const struct tsql_scope *s = tsql_scope(q);

	return !E->no_hoist && !E->in_recursion && (!s || !s->correlated);
}

/* ---- the select list ---- */

static void add_item(struct em_items *l, struct tsql_item *it)
{
	size_t n = l->n;

	GROW(l->v, n, l->cap);
	l->v[l->n++] = it;
}

static void flatten(struct emit *E, struct tsql_query *q, struct em_items *l)
{
	for (uint32_t i = 0; i < q->u.select.items.n; i++) {
		struct tsql_item *it = q->u.select.items.v[i];
		struct tsql_star *s = tsql_star(it->expr);

		if (it->variable.text && !E->assigning)
			em_manual(E, FINDING_UNTRANSLATED, it,
			    "SELECT that assigns to a variable");
		if (!s) {
			add_item(l, it);
			continue;
		}
		if (s->open)
			em_manual(E, FINDING_UNTRANSLATED, it,
			    "* of a table whose columns aren't known");
		for (uint32_t k = 0; k < s->n; k++)
			add_item(l, s->item[k]);
	}
}

static struct doc *aliased(
    struct emit *E, struct tsql_expr *e, struct ex x, const char *name)
{
	const char *ident = em_ident_text(E, name, strlen(name));
	const struct tsql_colref *c = tsql_colref(e);

	if (c && c->column && x.rep == REP_SAME && !E->keys && !E->wrap &&
	    x.prec == P_PRIMARY) {
		struct buf b = BUF_INIT;
		const char *last;
		bool same;

		doc_flat(x.d, &b);
		last = buf_str(&b);
		same = b.len >= strlen(ident) &&
		    !strcmp(last + b.len - strlen(ident), ident) &&
		    (b.len == strlen(ident) ||
			last[b.len - strlen(ident) - 1] == '.');
		buf_release(&b);
		if (same)
			return x.d;
	}
	return doc_as(E->a, x.d, doc_text(E->a, ident));
}

static const struct tsql_type *recursion_type(
    struct emit *E, const struct tsql_type *t)
{
	struct tsql_type *n;

	if (!tsql_is_string(t))
		return t;
	n = ARENA_NEW(E->a, struct tsql_type);
	*n = *t;
	n->length = TSQL_MAX;
	return n;
}

/* Does the query end as the model's own columns? */
struct output {
	const struct tsql_row *as;
	const struct tsql_type *wrap;
	bool keys, ones, exact;
};

static struct ex item_value(
    struct emit *E, struct tsql_expr *e, uint32_t i, const struct output *o)
{
	const struct tsql_type *t = e->type;
	struct ex x;

	if (o->as && i < o->as->n &&
	    o->as->v[i].type->base != TSQL_TY_UNKNOWN) {
		t = o->as->v[i].type;
		x = em_value_as(E, e, t);
		/* The target has to see one type in all branches. */
		if (t->base != e->type->base && !x.null)
			x = ex_loose(x);
	} else {
		x = em_value(E, e);
	}
	if (x.pred && e->type->base == TSQL_TY_BOOLEAN)
		x.rep = REP_SAME;
	if (o->wrap) {
		if (tsql_is_string(o->wrap)) {
			x = em_convert(
			    E, x, e->type, o->wrap, CONV_IMPLICIT, -1, e, e);
			return em_key(E, x, o->wrap, e);
		}
		return em_convert(
		    E, x, e->type, o->wrap, CONV_IMPLICIT, -1, e, e);
	}
	if (o->keys && tsql_is_string(t))
		return em_key(E, x, t, e);
	if (E->in_recursion) {
		if (tsql_is_string(t) && dialect_can(E->d, "strict_recursion"))
			return ex_cast_to(E, x, recursion_type(E, t));
		return em_exact(E, x, t);
	}
	if (o->exact)
		return em_exact(E, x, t);
	return x;
}

/* ---- DISTINCT ---- */

/* Which columns have to be compared by key; none: plain DISTINCT will do. */
static bool distinct_folds(struct emit *E, struct em_items *l)
{
	struct tsql_expr **by =
	    arena_alloc(E->a, st_mul(l->n + 1, sizeof(*by)));
	bool folds = false;

	for (uint32_t i = 0; i < l->n; i++)
		by[i] = l->v[i]->expr;
	for (uint32_t i = 0; i < l->n; i++) {
		struct tsql_expr *e = by[i];
		struct tsql_expr *one = e;

		if (e->type->base == TSQL_TY_DATETIMEOFFSET)
			folds = true;
		if (!tsql_is_string(e->type) || !em_folds(E, e->type) ||
		    em_canonical(E, e))
			continue;
		/* the others have a key of the table it comes from */
		by[i] = NULL;
		if (!em_determined(E, one, by, l->n))
			folds = true;
		by[i] = one;
	}
	return folds;
}

static struct doc *distinct_on(
    struct emit *E, struct em_items *l, const struct ex *x, struct docs *order)
{
	struct docs keys = {NULL, 0, 0};

	em_differs(E, FINDING_SPELLING, l->v[0]->expr,
	    "DISTINCT keeps one spelling of equal strings; SQL Server doesn't "
	    "say which, the target shows the first in code point order");
	for (uint32_t i = 0; i < l->n; i++) {
		struct tsql_expr *e = l->v[i]->expr;
		struct ex k = x[i];

		if (em_is_literal(e))
			continue; /* a number would mean a column */
		if (tsql_is_string(e->type))
			k = em_key(E, k, e->type, e);
		else if (e->type->base == TSQL_TY_DATETIMEOFFSET)
			k = ex_op1(E, "dto_instant", e, k);
		docs_add(E->a, &keys, k.d);
		docs_add(E->a, order, k.d);
	}
	for (uint32_t i = 0; i < l->n; i++)
		if (tsql_is_string(l->v[i]->expr->type) &&
		    !em_is_literal(l->v[i]->expr))
			docs_add(E->a, order, x[i].d);
	em_use(E, EMIT_USE_STRING_GROUP, l->v[0]->expr);
	return doc_join(E->a, doc_text(E->a, "distinct on "),
	    doc_paren(E->a, doc_commas(E->a, &keys)), DOC_END);
}

/* ---- SELECT ---- */

struct shadows {
	const struct tsql_scope *scope;
	bool found;
};

static bool find_subquery(void *ctx, const struct tsql_node *n)
{
	bool *found = ctx;

	if (n->kind == TSQL_E_CALL &&
	    ((const struct tsql_expr *)n)->u.call.fn == TSQL_F_NONE)
		*found = true; /* its body may hold one */
	if (n->kind == TSQL_E_SUBQUERY || n->kind == TSQL_E_EXISTS ||
	    n->kind == TSQL_E_QUANTIFIED ||
	    (n->kind == TSQL_E_IN && ((const struct tsql_expr *)n)->u.in.query))
		*found = true;
	return !*found;
}

/* Columns get their table's name where more than one query or table is in
 * sight, or an output is named like a column that it isn't. */
static bool wants_qualifier(struct tsql_query *q, struct em_items *l)
{
	struct tsql_scope *s = tsql_scope(q);
	bool found = false;

	if (!s || s->nsource != 1 || s->outer || s->nouter_ref)
		return true;
	tsql_walk(&q->h, find_subquery, NULL, &found);
	if (found)
		return true;
	for (uint32_t i = 0; i < l->n && i < s->out.n; i++) {
		struct tsql_colref *c = tsql_colref(l->v[i]->expr);
		const struct tsql_column *col = NULL;
		bool several;

		if (s->source[0]->row)
			col = tsql_row_find(s->source[0]->row, s->out.v[i].name,
			    s->out.v[i].len, &several);
		if (col && (!c || c->column != col))
			return true;
	}
	return false;
}

static void remember_reps(
    struct emit *E, struct tsql_query *q, const struct ex *x, uint32_t n)
{
	uint8_t *reps;

	if (E->in_recursion)
		return;
	reps = arena_alloc(E->a, n + 1);
	for (uint32_t i = 0; i < n; i++)
		reps[i] = x[i].rep;
	map_put(&E->reps, (const char *)&q, sizeof(q))->value = reps;
}

static struct doc *select(struct emit *E, struct tsql_query *q,
    const struct tsql_names *columns, const struct output *o)
{
	struct emit_frame f = {.outer = E->frame, .scope = tsql_scope(q)};
	bool top = (q->u.select.top && !em_top_is_all(q->u.select.top)) ||
	    q->offset || q->fetch;
	bool distinct = q->h.flags & TSQL_DISTINCT;
	bool sorted = E->sorted && !distinct;
	struct em_items l = {NULL, 0, 0};
	struct doc_select s;
	struct docs order = {NULL, 0, 0};
	struct doc *whole = NULL;
	struct ex *x;

	memset(&s, 0, sizeof(s));
	E->sorted = false;
	flatten(E, q, &l);
	f.qualify = wants_qualifier(q, &l);
	E->frame = &f;
	em_froms(E, &q->u.select.from, &s);
	if (q->u.select.where)
		s.where = em_predicate(E, q->u.select.where).d;
	em_group(E, q, &s);
	f.grouped_out = true;
	if (q->u.select.having)
		s.having = em_predicate(E, q->u.select.having).d;
	x = arena_alloc(E->a, st_mul(l.n + 1, sizeof(*x)));
	if (o->ones && !top && !distinct && !(f.scope && f.scope->grouped)) {
		docs_add(E->a, &s.items, doc_text(E->a, "1"));
		goto out;
	}
	for (uint32_t i = 0; i < l.n; i++) {
		x[i] = item_value(E, l.v[i]->expr, i, o);
		if (o->wrap) {
			docs_add(E->a, &s.items, x[i].d);
			continue;
		}
		E->keys = o->keys;
		docs_add(E->a, &s.items,
		    aliased(
			E, l.v[i]->expr, x[i], em_out_name(E, q, i, columns)));
		E->keys = false;
	}
	if (sorted)
		em_sort_columns(E, q, &l, &s);
	remember_reps(E, q, x, l.n);
	if (distinct) {
		if (l.n && !o->wrap && !o->keys && distinct_folds(E, &l)) {
			if (!dialect_can(E->d, "distinct_on"))
				em_manual(E, FINDING_UNTRANSLATED, q,
				    "DISTINCT of strings by their collation");
			s.top = distinct_on(E, &l, x, &order);
			s.order = order;
			if (top) {
				whole =
				    em_top_of_distinct(E, q, &l, columns, &s);
				goto out;
			}
		} else {
			s.distinct = true;
		}
	}
	if (top)
		whole = em_top_and_order(E, q, &l, columns, &s);
out:
	E->ordered = !whole && (s.order.n || s.limit || s.offset);
	if (!whole)
		whole = doc_select(E->a, &s);
	free(l.v);
	E->frame = f.outer;
	return whole;
}

/* ---- VALUES as a query ---- */

static struct doc *values(
    struct emit *E, struct tsql_query *q, const struct output *o)
{
	struct docs rows = {NULL, 0, 0};
	const struct tsql_row *row = tsql_query_row(q);

	for (uint32_t i = 0; i < q->u.values.nrow; i++) {
		struct docs l = {NULL, 0, 0};

		for (uint32_t k = 0; k < q->u.values.row[i].n; k++) {
			struct tsql_expr *e = q->u.values.row[i].v[k];
			const struct tsql_type *t =
			    row && k < row->n ? row->v[k].type : e->type;
			struct ex x = em_value_as(E, e, t);

			/* the first row says the types */
			if (i == 0 && (x.null || o->exact))
				x = em_exact(E, ex_loose(x), t);
			docs_add(E->a, &l, x.d);
		}
		docs_add(E->a, &rows, doc_paren(E->a, doc_commas(E->a, &l)));
	}
	E->ordered = false;
	return doc_values(E->a, &rows);
}

static struct doc *query(struct emit *E, struct tsql_query *q,
    const struct tsql_names *columns, bool exact)
{
	struct output o = {E->as, E->wrap, E->keys, E->ones, exact};
	struct doc *d;

	if (q->with)
		with(E, q->with);
	if (q->h.kind == TSQL_Q_SETOP)
		return em_setop(E, q, columns, exact);
	E->as = NULL;
	E->wrap = NULL;
	E->keys = E->ones = false;
	if (q->h.kind == TSQL_Q_VALUES)
		return values(E, q, &o);
	d = select(E, q, columns, &o);
	if (q->for_clause && !E->for_allowed)
		em_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR XML or FOR JSON as the result of a query");
	return d;
}

struct doc *em_query(
    struct emit *E, struct tsql_query *q, const struct tsql_names *columns)
{
	return query(E, q, columns, false);
}

struct doc *em_query_exact(
    struct emit *E, struct tsql_query *q, const struct tsql_names *columns)
{
	return query(E, q, columns, true);
}

static struct doc *from_final(struct emit *E, const char *name)
{
	return doc_textf(E->a, "select * from %s", name);
}

struct doc *em_query_final(
    struct emit *E, struct tsql_query *q, const struct tsql_names *columns)
{
	struct doc *d = em_query_exact(E, q, columns);

	if (!E->ncte)
		return d;
	GROW(E->cte, E->ncte, E->cte_cap);
	memset(E->cte + E->ncte, 0, sizeof(*E->cte));
	E->cte[E->ncte].name = doc_text(E->a, "final");
	E->cte[E->ncte++].query = d;
	return from_final(E, "final");
}

struct doc *em_subquery(struct emit *E, struct tsql_query *q)
{
	struct doc *d;

	d = em_query(E, q, NULL);
	return d;
}

struct doc *em_key_query(
    struct emit *E, struct tsql_query *q, const struct tsql_type *ct)
{
	E->wrap = ct;
	return em_query(E, q, NULL);
}

struct doc *em_exists_query(struct emit *E, struct tsql_query *q)
{
	if (q->h.kind == TSQL_Q_SELECT)
		E->ones = true;
	else
		E->keys = true;
	return em_query(E, q, NULL);
}
