/* GROUP BY and HAVING as the evaluator knows them. */
#include <string.h>

#include "common/alloc.h"
#include "tsql/eval_int.h"

#define SETS_MAX 64

/* Grouping sets: each a list of the expressions that its rows share. */
struct sets {
	struct tsql_exprs v[SETS_MAX];
	size_t n;
	bool many; /* more than fit */
};

static void add_set(struct eval *ev, struct sets *to,
    const struct tsql_exprs *a, const struct tsql_exprs *b)
{
	struct tsql_exprs set = {NULL, a->n + b->n};

	if (to->n == SETS_MAX) {
		to->many = true;
		return;
	}
	set.v = arena_alloc(ev->a, st_mul(set.n + 1, sizeof(*set.v)));
	if (a->n)
		memcpy(set.v, a->v, a->n * sizeof(*set.v));
	if (b->n)
		memcpy(set.v + a->n, b->v, b->n * sizeof(*set.v));
	to->v[to->n++] = set;
}

/* What the items that are picked, one a bit, name together. */
static struct tsql_exprs picked(
    struct eval *ev, struct tsql_group *const *item, uint32_t n, uint64_t bits)
{
	struct sets one = {.n = 0};
	struct tsql_exprs all = {NULL, 0};

	for (uint32_t i = 0; i < n; i++)
		if (bits >> i & 1) {
			one.n = 0;
			add_set(ev, &one, &all, &item[i]->list);
			all = one.v[0];
		}
	return all;
}

static void expand(
    struct eval *ev, const struct tsql_group *g, struct sets *out);

static void rollup(struct eval *ev, struct tsql_group *const *item, uint32_t n,
    struct sets *out)
{
	static const struct tsql_exprs none = {NULL, 0};

	for (uint32_t keep = n + 1; keep-- > 0;) {
		struct tsql_exprs set =
		    picked(ev, item, n, ((uint64_t)1 << keep) - 1);

		add_set(ev, out, &set, &none);
	}
}

static void cube(struct eval *ev, struct tsql_group *const *item, uint32_t n,
    struct sets *out)
{
	static const struct tsql_exprs none = {NULL, 0};

	for (uint64_t bits = (uint64_t)1 << n; bits-- > 0;) {
		struct tsql_exprs set = picked(ev, item, n, bits);

		add_set(ev, out, &set, &none);
	}
}

static void expand(
    struct eval *ev, const struct tsql_group *g, struct sets *out)
{
	static const struct tsql_exprs none = {NULL, 0};

	/* 2^6 sets are the most that fit. */
	if (g->nitem > 6 && g->group != TSQL_GROUP_SETS) {
		out->many = true;
		return;
	}
	switch (g->group) {
	case TSQL_GROUP_EXPR:
	case TSQL_GROUP_EMPTY:
	case TSQL_GROUP_LIST: add_set(ev, out, &g->list, &none); break;
	case TSQL_GROUP_ROLLUP: rollup(ev, g->item, g->nitem, out); break;
	case TSQL_GROUP_CUBE: cube(ev, g->item, g->nitem, out); break;
	case TSQL_GROUP_SETS:
		for (uint32_t i = 0; i < g->nitem; i++)
			expand(ev, g->item[i], out);
		break;
	}
}

/* The sets of the whole clause: each element's with each of the others'. */
static void clause(
    struct eval *ev, const struct tsql_query *q, struct sets *all)
{
	static const struct tsql_exprs none = {NULL, 0};

	add_set(ev, all, &none, &none);
	for (uint32_t i = 0; i < q->u.select.ngroup && !all->many; i++) {
		struct sets *left = arena_alloc(ev->a, sizeof(*left));
		struct sets *right = arena_alloc(ev->a, sizeof(*right));

		*left = *all;
		right->n = all->n = 0;
		right->many = false;
		expand(ev, q->u.select.group[i], right);
		for (size_t l = 0; l < left->n; l++)
			for (size_t r = 0; r < right->n; r++)
				add_set(ev, all, &left->v[l], &right->v[r]);
		all->many |= right->many;
	}
}

static bool holds(const struct tsql_exprs *list, const struct tsql_expr *e)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (ev_same_expr(list->v[i], e))
			return true;
	return false;
}

/* What other sets group by and this one doesn't. */
static struct tsql_exprs absent(
    struct eval *ev, const struct sets *all, const struct tsql_exprs *set)
{
	struct tsql_exprs out = {NULL, 0};
	uint32_t most = 0;

	for (size_t i = 0; i < all->n; i++)
		most += all->v[i].n;
	out.v = arena_alloc(ev->a, st_mul(most + 1, sizeof(*out.v)));
	for (size_t i = 0; i < all->n; i++)
		for (uint32_t k = 0; k < all->v[i].n; k++) {
			struct tsql_expr *e = all->v[i].v[k];

			if (!holds(set, e) && !holds(&out, e))
				out.v[out.n++] = e;
		}
	return out;
}

bool ev_is_absent(const struct eval_combos *group, const struct tsql_expr *e)
{
	return group && holds(&group->absent, e);
}

static bool same_group(struct eval *ev, struct eval_frame *f,
    const struct tsql_exprs *keys, struct eval_combo *a, struct eval_combo *b)
{
	bool vague = false;

	for (uint32_t i = 0; i < keys->n; i++) {
		struct tsql_expr *e = keys->v[i];
		struct eval_value x, y;

		f->at = a;
		x = ev_expr(ev, e);
		f->at = b;
		y = ev_expr(ev, e);
		if (x.vague || y.vague) {
			ev->failed = true;
			return false;
		}
		if (ev_order(ev, &x, &y, e->type,
			ev->naive == EMIT_USE_STRING_GROUP, &vague)) {
			ev->failed |= vague;
			return false;
		}
	}
	ev->failed |= vague;
	return true;
}

struct grouping {
	struct eval_combos first;   /* one row of each group */
	struct eval_combos *groups; /* its rows */
};

static void one_set(struct eval *ev, struct eval_frame *f,
    const struct sets *all, const struct tsql_exprs *set,
    const struct eval_combos *rows, struct grouping *out)
{
	struct tsql_exprs missing = absent(ev, all, set);
	size_t from = out->first.n;

	for (size_t i = 0; i < rows->n && !ev->failed; i++) {
		size_t g = from;

		while (g < out->first.n &&
		    !same_group(ev, f, set, &out->first.v[g], &rows->v[i]))
			g++;
		if (g == out->first.n)
			ev_combo_add(ev, &out->first, rows->v[i]);
		if (ev->failed)
			return;
		out->groups[g].absent = missing;
		ev_combo_add(ev, &out->groups[g], rows->v[i]);
	}
}

void ev_group(struct eval *ev, struct eval_frame *f, struct tsql_query *q,
    struct eval_combos *all, struct eval_combos **groups)
{
	struct sets *sets = arena_alloc(ev->a, sizeof(*sets));
	struct grouping out = {{0}, NULL};

	sets->n = 0;
	sets->many = false;
	if (!q->group_with && !q->group_all)
		clause(ev, q, sets);
	/* A total of no rows is a row, but not with every clause. */
	if (!sets->n || sets->many || (sets->n > 1 && !all->n)) {
		ev_unknown(ev, "GROUPING SETS");
		ev->failed = true;
		return;
	}
	out.groups = arena_alloc(
	    ev->a, st_mul(st_mul(all->n, sets->n) + 1, sizeof(*out.groups)));
	for (size_t i = 0; i < sets->n && !ev->failed; i++)
		one_set(ev, f, sets, &sets->v[i], all, &out);
	/* Without GROUP BY there is always one group. */
	if (!out.first.n && !q->u.select.ngroup) {
		struct eval_combo none = {arena_alloc(
		    ev->a, (f->scope->nsource + 1) * sizeof(*none.row))};

		ev_combo_add(ev, &out.first, none);
	}
	*all = out.first;
	*groups = out.groups;
}

void ev_having(struct eval *ev, struct eval_frame *f, struct tsql_query *q,
    struct eval_combos *all, struct eval_combos *groups)
{
	size_t n = 0;

	if (!q->u.select.having)
		return;
	for (size_t i = 0; i < all->n && !ev->failed; i++) {
		enum tri t;

		f->at = &all->v[i];
		f->group = &groups[i];
		t = ev_predicate(ev, q->u.select.having);
		if (t == TRI_VAGUE)
			ev->failed = true;
		if (t == TRI_TRUE) {
			all->v[n] = all->v[i];
			groups[n++] = groups[i];
		}
	}
	all->n = n;
	f->group = NULL;
}
