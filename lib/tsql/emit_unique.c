#include "tsql/emit_int.h"
#include "tsql/parse.h"

/*
 * Keys: which columns tell rows apart. What is determined by some columns is
 * found by closing them under the keys of the tables and the equalities of
 * joins. Where this can't tell, it says no.
 */

struct col {
	const struct tsql_source *source;
	uint32_t ordinal;
};

struct closure {
	struct emit *E;
	const struct tsql_scope *scope;
	struct col *v;
	size_t n, cap;
	bool *whole; /* of each source: all its columns are determined */
	bool changed;
};

#define MAX_NESTING 12

static bool has(
    const struct closure *c, const struct tsql_source *s, uint32_t ordinal)
{
	if (s->index < c->scope->nsource && c->scope->source[s->index] == s &&
	    c->whole[s->index])
		return true;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].source == s && c->v[i].ordinal == ordinal)
			return true;
	return false;
}

static void add(
    struct closure *c, const struct tsql_source *s, uint32_t ordinal)
{
	if (has(c, s, ordinal))
		return;
	GROW(c->v, c->n, c->cap);
	c->v[c->n].source = s;
	c->v[c->n++].ordinal = ordinal;
	c->changed = true;
}

static const struct tsql_colref *own(
    const struct closure *c, const struct tsql_expr *e)
{
	const struct tsql_colref *r = tsql_colref(e);

	return r && r->column && r->source->scope == c->scope ? r : NULL;
}

/* Constant for the scope: literals, variables, columns of outer queries. */
static bool constant(const struct closure *c, const struct tsql_expr *e)
{
	const struct tsql_colref *r = tsql_colref(e);

	if (em_is_literal(e) || e->h.kind == TSQL_E_VARIABLE)
		return true;
	return r && r->source->scope != c->scope;
}

static void equality(struct closure *c, const struct tsql_expr *e,
    const struct tsql_from *left_join)
{
	const struct tsql_expr *l = e->u.binary.l, *r = e->u.binary.r;

	for (int turn = 0; turn < 2; turn++) {
		const struct tsql_colref *a = own(c, l), *b = own(c, r);
		const struct tsql_expr *t;

		if (b && !(left_join && !b->source->nullable) &&
		    (constant(c, l) ||
			(a && has(c, a->source, a->column->ordinal))))
			add(c, b->source, b->column->ordinal);
		t = l;
		l = r;
		r = t;
	}
}

static void conjuncts(struct closure *c, const struct tsql_expr *e,
    const struct tsql_from *left_join)
{
	while (e && e->h.kind == TSQL_E_AND) {
		conjuncts(c, e->u.binary.r, left_join);
		e = e->u.binary.l;
	}
	if (e && e->h.kind == TSQL_E_COMPARE && e->op == TSQL_OP_EQ)
		equality(c, e, left_join);
}

static void joins(struct closure *c, const struct tsql_from *f)
{
	for (; f->h.kind == TSQL_T_JOIN; f = f->u.join.l) {
		if (f->u.join.join == TSQL_JOIN_INNER)
			conjuncts(c, f->u.join.on, NULL);
		else if (f->u.join.join == TSQL_JOIN_LEFT)
			conjuncts(c, f->u.join.on, f);
		joins(c, f->u.join.r);
	}
}

/* Do the known columns of a table hold a key of it? */
static bool table_key(const struct closure *c, const struct tsql_source *s)
{
	const struct tsql_object *o = s->object;

	for (uint32_t k = 0; o && k < o->nkey; k++) {
		uint32_t i;

		for (i = 0; i < o->key[k].n; i++)
			if (!has(c, s, o->key[k].column[i]))
				break;
		if (i == o->key[k].n && i)
			return true;
	}
	return false;
}

static bool query_key(const struct closure *c, const struct tsql_source *s)
{
	const struct tsql_query *q = s->query;
	const struct tsql_row *row = tsql_query_row(q);
	struct tsql_expr **by;
	size_t n = 0;
	bool all = true, yes = false;

	if (!row || q->h.kind == TSQL_Q_VALUES || s->recursive_ref)
		return false;
	by = arena_alloc(c->E->a, st_mul(row->n + 1, sizeof(*by)));
	for (uint32_t i = 0; i < row->n; i++) {
		if (!has(c, s, i))
			all = false;
		else if (row->v[i].expr)
			by[n++] = row->v[i].expr;
	}
	if (q->h.kind == TSQL_Q_SETOP)
		return all && !(q->h.flags & TSQL_ALL);
	if ((q->h.flags & TSQL_DISTINCT) && all)
		return true;
	if (c->E->anonymous_depth < MAX_NESTING) {
		c->E->anonymous_depth++;
		yes = em_unique(c->E, tsql_scope(q), by, n);
		c->E->anonymous_depth--;
	}
	return yes;
}

static void close(struct closure *c)
{
	const struct tsql_query *q = c->scope->query;

	do {
		c->changed = false;
		if (q && q->h.kind == TSQL_Q_SELECT) {
			if (q->u.select.where)
				conjuncts(c, q->u.select.where, NULL);
			for (uint32_t i = 0; i < q->u.select.from.n; i++)
				joins(c, q->u.select.from.v[i]);
		}
		for (uint32_t i = 0; i < c->scope->nsource; i++) {
			const struct tsql_source *s = c->scope->source[i];

			if (c->whole[i])
				continue;
			if (s->query ? query_key(c, s) : table_key(c, s)) {
				c->whole[i] = true;
				c->changed = true;
			}
		}
	} while (c->changed);
}

static void closure_init(struct closure *c, struct emit *E,
    const struct tsql_scope *scope, struct tsql_expr *const *by, size_t n)
{
	memset(c, 0, sizeof(*c));
	c->E = E;
	c->scope = scope;
	c->whole = arena_alloc(E->a, scope->nsource + 1);
	for (size_t i = 0; i < n; i++) {
		const struct tsql_colref *r = by[i] ? own(c, by[i]) : NULL;

		if (r)
			add(c, r->source, r->column->ordinal);
	}
	close(c);
}

struct cols {
	const struct closure *c;
	bool all;
};

static bool each_column(void *ctx, const struct tsql_node *n)
{
	struct cols *x = ctx;

	if (n->kind == TSQL_E_SUBQUERY || n->kind == TSQL_E_EXISTS)
		x->all = false;
	if (n->kind == TSQL_E_COLUMN) {
		const struct tsql_expr *e = (const struct tsql_expr *)n;
		const struct tsql_colref *r = own(x->c, e);

		if (r && !has(x->c, r->source, r->column->ordinal))
			x->all = false;
	}
	return x->all;
}

static bool covers(const struct closure *c, const struct tsql_expr *e)
{
	struct cols x = {c, true};

	tsql_walk(&e->h, each_column, NULL, &x);
	return x.all;
}

bool em_determined(struct emit *E, const struct tsql_expr *e,
    struct tsql_expr *const *by, size_t n)
{
	struct closure c;
	bool yes;

	if (!E->frame || !E->frame->scope)
		return false;
	closure_init(&c, E, E->frame->scope, by, n);
	yes = covers(&c, e);
	free(c.v);
	return yes;
}

static bool grouped_by(const struct closure *c, const struct tsql_group *g,
    struct tsql_expr *const *by, size_t n)
{
	for (uint32_t i = 0; i < g->list.n; i++) {
		size_t k;

		if (em_is_literal(g->list.v[i]))
			continue;
		for (k = 0; k < n; k++)
			if (by[k] && em_same(by[k], g->list.v[i]))
				break;
		if (k == n && !(c && covers(c, g->list.v[i])))
			return false;
	}
	for (uint32_t i = 0; i < g->nitem; i++)
		if (!grouped_by(c, g->item[i], by, n))
			return false;
	return g->group == TSQL_GROUP_EXPR || g->group == TSQL_GROUP_LIST;
}

bool em_unique(struct emit *E, const struct tsql_scope *scope,
    struct tsql_expr *const *by, size_t n)
{
	const struct tsql_query *q = scope ? scope->query : NULL;
	struct closure c;
	bool yes = true;

	if (!scope)
		return false;
	closure_init(&c, E, scope, by, n);
	if (scope->grouped && q && q->h.kind == TSQL_Q_SELECT) {
		for (uint32_t i = 0; yes && i < q->u.select.ngroup; i++)
			yes = grouped_by(&c, q->u.select.group[i], by, n);
		yes = yes && !q->group_with;
	} else {
		for (uint32_t i = 0; i < scope->nsource; i++)
			yes = yes && c.whole[i];
	}
	free(c.v);
	return yes;
}

bool em_unique_in_group(
    struct emit *E, struct tsql_expr *const *by, size_t n, struct tsql_expr *v)
{
	const struct tsql_scope *s = E->frame ? E->frame->scope : NULL;
	const struct tsql_query *q = s ? s->query : NULL;
	struct tsql_expr **all;
	struct closure c;
	size_t m = 0, room = n;
	bool yes = true;

	if (!q || q->h.kind != TSQL_Q_SELECT)
		return false;
	for (uint32_t i = 0; i < q->u.select.ngroup; i++)
		room += q->u.select.group[i]->list.n;
	all = arena_alloc(E->a, st_mul(room + 1, sizeof(*all)));
	for (size_t i = 0; i < n; i++) {
		all[m++] = by[i];
		if (em_same(by[i], v) &&
		    (!tsql_is_string(v->type) || em_canonical(E, v)))
			return true;
	}
	for (uint32_t i = 0; i < q->u.select.ngroup; i++)
		for (uint32_t k = 0; k < q->u.select.group[i]->list.n; k++)
			all[m++] = q->u.select.group[i]->list.v[k];
	closure_init(&c, E, s, all, m);
	for (uint32_t i = 0; i < s->nsource; i++)
		yes = yes && c.whole[i];
	free(c.v);
	return yes;
}
