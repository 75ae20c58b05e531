/*
 * What is unique: keys of tables, of queries' results, and whether a join can
 * multiply rows. Conservative: false where it isn't certain.
 */
#include <stdlib.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

const struct tsql_key *fold_key(const struct table *t)
{
	uint32_t i, k;

	for (i = 0; t->object && i < t->object->nkey; i++) {
		const struct tsql_key *key = &t->object->key[i];
		bool ok = key->n > 0;

		for (k = 0; k < key->n; k++)
			ok &= !t->object->row.v[key->column[k]].type->nullable;
		if (ok)
			return key;
	}
	return NULL;
}

struct closure {
	const struct tsql_source *done[64];
	size_t n;
};

static bool is_done(const struct closure *c, const struct tsql_source *s)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->done[i] == s)
			return true;
	}
	return false;
}

struct known_walk {
	const struct closure *c;
	bool known;
};

static bool known_node(void *ctx, const struct tsql_node *n)
{
	struct known_walk *w = ctx;

	if (n->kind == TSQL_E_COLUMN) {
		const struct tsql_colref *r =
		    tsql_colref((const struct tsql_expr *)n);

		if (r && !is_done(w->c, r->source))
			w->known = false;
	}
	if (n->kind == TSQL_E_SUBQUERY)
		w->known = false;
	return true;
}

/* Does the expression depend on sources of the closure only? */
static bool is_known(const struct closure *c, const struct tsql_expr *e)
{
	struct known_walk w = {c, true};

	tsql_walk(&e->h, known_node, NULL, &w);
	return w.known;
}

static bool column_is(
    const struct tsql_expr *e, const struct tsql_source *s, const char *name)
{
	const struct tsql_colref *r = tsql_colref(e);

	return r && r->source == s && r->column &&
	    name_eq(r->column->name, name);
}

struct conjuncts {
	const struct tsql_expr **v;
	size_t n, cap;
};

static void add_conjuncts(struct conjuncts *c, const struct tsql_expr *e)
{
	/* AND chains lean left */
	while (e && e->h.kind == TSQL_E_AND) {
		add_conjuncts(c, e->u.binary.r);
		e = e->u.binary.l;
	}
	if (!e || e->h.kind != TSQL_E_COMPARE || e->op != TSQL_OP_EQ)
		return;
	GROW(c->v, c->n, c->cap);
	c->v[c->n++] = e;
}

static bool pinned(const struct closure *done, const struct conjuncts *c,
    const struct tsql_source *s, const char *name)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct tsql_expr *l = c->v[i]->u.binary.l;
		const struct tsql_expr *r = c->v[i]->u.binary.r;

		if ((column_is(l, s, name) && is_known(done, r)) ||
		    (column_is(r, s, name) && is_known(done, l)))
			return true;
	}
	return false;
}

static bool pinned_key(const struct closure *done, const struct conjuncts *c,
    const struct tsql_source *s, const struct tsql_key *key)
{
	uint32_t k;

	for (k = 0; k < key->n; k++) {
		if (!pinned(done, c, s, s->object->row.v[key->column[k]].name))
			return false;
	}
	return key->n > 0;
}

/* The query whose rows the source has, or NULL. fold_select_into leaves it
 * with a temporary table. */
static const struct tsql_query *query_of(const struct tsql_source *s)
{
	if (s->recursive_ref)
		return NULL;
	if (s->query)
		return s->query;
	return s->object && s->object->kind == TSQL_OBJ_TEMP_TABLE
	    ? s->object->data
	    : NULL;
}

/* At most one row of s for what is known: a key of it is pinned. */
static bool found_once(const char *src, const struct closure *done,
    const struct conjuncts *c, const struct tsql_source *s)
{
	const struct tsql_query *q = query_of(s);
	bool *in, once;
	uint32_t i;

	for (i = 0; s->object && i < s->object->nkey; i++) {
		if (pinned_key(done, c, s, &s->object->key[i]))
			return true;
	}
	if (!q || !s->row)
		return false;
	in = xcalloc(s->row->n + 1, sizeof(*in));
	for (i = 0; i < s->row->n; i++)
		in[i] = pinned(done, c, s, s->row->v[i].name);
	once = fold_is_key(src, q, in);
	free(in);
	return once;
}

static void gather_sources(const struct tsql_from *from,
    const struct tsql_source **v, size_t *n, struct conjuncts *c)
{
	while (from && from->h.kind == TSQL_T_JOIN) {
		add_conjuncts(c, from->u.join.on);
		gather_sources(from->u.join.r, v, n, c);
		from = from->u.join.l;
	}
	if (from && *n < 64)
		v[(*n)++] = tsql_source(from);
}

bool fold_joins_once(const char *src, const struct tsql_source *target,
    const struct tsql_froms *from, const struct tsql_expr *where)
{
	const struct tsql_source *v[64];
	struct closure done = {{target}, 1};
	struct conjuncts c = {NULL, 0, 0};
	size_t n = 0, left = 0, i;
	bool progress = true;
	uint32_t k;

	for (k = 0; k < from->n; k++)
		gather_sources(from->v[k], v, &n, &c);
	add_conjuncts(&c, where);
	while (progress) {
		progress = false;
		left = 0;
		for (i = 0; i < n; i++) {
			if (is_done(&done, v[i]))
				continue;
			if (v[i] && done.n < 64 &&
			    found_once(src, &done, &c, v[i])) {
				done.done[done.n++] = v[i];
				progress = true;
			} else {
				left++;
			}
		}
	}
	free(c.v);
	return left == 0 && n < 64;
}

/* ---- keys of a query's result ---- */

/* Is this column of this source among the chosen columns of the result? */
static bool chosen(const struct tsql_row *out, const bool *in,
    const struct tsql_source *s, const struct tsql_column *c)
{
	uint32_t i;

	for (i = 0; i < out->n; i++) {
		const struct tsql_colref *r = tsql_colref(out->v[i].expr);

		if (in[i] && r && r->source == s && r->column &&
		    r->column->ordinal == c->ordinal)
			return true;
	}
	return false;
}

/* The same column, or the same text, is among the chosen ones. */
static bool expr_chosen(const char *src, const struct tsql_row *out,
    const bool *in, const struct tsql_expr *e)
{
	const struct tsql_colref *r = tsql_colref(e);
	uint32_t i;

	if (r && r->column)
		return chosen(out, in, r->source, r->column);
	for (i = 0; i < out->n; i++) {
		const struct tsql_expr *o = out->v[i].expr;

		if (in[i] && o && o->h.len == e->h.len &&
		    memcmp(src + o->h.off, src + e->h.off, e->h.len) == 0)
			return true;
	}
	return false;
}

static bool groups_chosen(const char *src, const struct tsql_query *q,
    const struct tsql_row *out, const bool *in)
{
	uint32_t i;

	if (q->group_with || q->group_all)
		return false;
	for (i = 0; i < q->u.select.ngroup; i++) {
		const struct tsql_group *g = q->u.select.group[i];

		if (g->group != TSQL_GROUP_EXPR ||
		    !expr_chosen(src, out, in, g->list.v[0]))
			return false;
	}
	return true;
}

/* Is a key of the source among the chosen columns? */
static bool source_key_chosen(const char *src, const struct tsql_source *s,
    const struct tsql_row *out, const bool *in)
{
	const struct tsql_query *q = query_of(s);
	bool *inner, ok = false;
	uint32_t i, k;

	for (i = 0; s->object && i < s->object->nkey && !ok; i++) {
		const struct tsql_key *key = &s->object->key[i];

		ok = key->n > 0;
		for (k = 0; k < key->n && ok; k++)
			ok = chosen(
			    out, in, s, &s->object->row.v[key->column[k]]);
	}
	if (ok || !q || !s->row)
		return ok;
	inner = xcalloc(s->row->n + 1, sizeof(*inner));
	for (i = 0; i < s->row->n; i++)
		inner[i] = chosen(out, in, s, &s->row->v[i]);
	ok = fold_is_key(src, q, inner);
	free(inner);
	return ok;
}

static bool all_chosen(const struct tsql_row *out, const bool *in)
{
	uint32_t i;

	for (i = 0; i < out->n; i++) {
		if (!in[i])
			return false;
	}
	return true;
}

bool fold_is_key(const char *src, const struct tsql_query *q, const bool *in)
{
	const struct tsql_row *out = tsql_query_row(q);
	const struct tsql_scope *scope = tsql_scope(q);
	uint32_t i;

	if (!out || out->open)
		return false;
	if (q->h.kind == TSQL_Q_SETOP) {
		if (q->setop == TSQL_SET_UNION)
			return !(q->h.flags & TSQL_ALL) && all_chosen(out, in);
		return all_chosen(out, in) || fold_is_key(src, q->u.set.l, in);
	}
	if (q->h.kind != TSQL_Q_SELECT || !scope)
		return false;
	if ((q->h.flags & TSQL_DISTINCT) && all_chosen(out, in))
		return true;
	if (scope->grouped)
		return groups_chosen(src, q, out, in);
	for (i = 0; i < scope->nsource; i++) {
		/* every other source gives at most one row for one of this */
		if (!scope->source[i]->nullable &&
		    source_key_chosen(src, scope->source[i], out, in) &&
		    fold_joins_once(src, scope->source[i], &q->u.select.from,
			q->u.select.where))
			return true;
	}
	return !q->u.select.from.n;
}

const struct tsql_colref *fold_ordered_by(
    const struct tsql_query *q, const struct tsql_order *o)
{
	const struct tsql_outref *out = tsql_outref(o->expr);
	const struct tsql_row *row = tsql_query_row(q);
	const struct tsql_colref *r;

	if (!out)
		return tsql_colref(o->expr);
	r = row && out->index < row->n && o->expr->h.kind == TSQL_E_COLUMN
	    ? tsql_colref(row->v[out->index].expr)
	    : NULL;
	return r && r->column &&
		name_eq(r->column->name, row->v[out->index].name)
	    ? r
	    : NULL;
}

/* Of one table: are a key's columns among the ORDER BY's? */
bool fold_order_is_unique(const struct tsql_query *q)
{
	const struct tsql_source *s =
	    q->u.select.from.n == 1 ? tsql_source(q->u.select.from.v[0]) : NULL;
	const struct tsql_object *o = s ? s->object : NULL;
	uint32_t k, i, c;

	for (k = 0; o && !s->cte && k < o->nkey; k++) {
		const struct tsql_key *key = &o->key[k];
		uint32_t found = 0;

		for (c = 0; c < key->n; c++) {
			for (i = 0; i < q->order.n; i++) {
				const struct tsql_colref *r =
				    fold_ordered_by(q, q->order.v[i]);

				if (r && r->column &&
				    r->column->ordinal ==
					o->row.v[key->column[c]].ordinal)
					break;
			}
			found += i < q->order.n;
		}
		if (key->n && found == key->n)
			return true;
	}
	return false;
}
