#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "tsql/lineage_int.h"

/* ---- flows, by address ---- */

static size_t slot_of(const struct lineage *l, const void *key)
{
	size_t h = (size_t)((uintptr_t)key >> 4) * 0x9e3779b97f4a7c15u;

	h ^= h >> 32;
	for (h &= l->nslot - 1; l->slot[h].key && l->slot[h].key != key;
	     h = (h + 1) & (l->nslot - 1))
		;
	return h;
}

static void grow_slots(struct lineage *l)
{
	struct slot *old = l->slot;
	size_t n = l->nslot, i;

	l->nslot = n ? n * 2 : 64;
	l->slot = xcalloc(l->nslot, sizeof(*l->slot));
	for (i = 0; i < n; i++)
		if (old[i].key)
			l->slot[slot_of(l, old[i].key)] = old[i];
	free(old);
}

struct flow *lin_flow_known(const struct lineage *l, const void *key)
{
	return l->nslot ? l->slot[slot_of(l, key)].flow : NULL;
}

struct flow *lin_flow(struct lineage *l, const void *key, uint32_t columns)
{
	struct flow *f = lin_flow_known(l, key);
	uint32_t i;
	size_t at;

	if (f)
		return f;
	if ((l->used + 1) * 2 > l->nslot)
		grow_slots(l);
	f = ARENA_NEW(l->a, struct flow);
	f->n = columns;
	f->column = arena_alloc(l->a, columns * sizeof(*f->column));
	for (i = 0; i < columns; i++)
		f->column[i] = l->empty;
	f->rows = l->empty;
	at = slot_of(l, key);
	l->slot[at].key = key;
	l->slot[at].flow = f;
	l->used++;
	return f;
}

/* ---- sets ---- */

const struct set *lin_leaf(
    struct lineage *l, const char *object, const char *column, size_t len)
{
	struct buf key = BUF_INIT;
	struct map_entry *e;
	struct part *p;
	struct set *s;

	buf_adds(&key, object);
	buf_addc(&key, '\1');
	buf_add(&key, column, len);
	e = map_put(&l->leaves, key.s, key.len);
	buf_release(&key);
	if (e->value)
		return e->value;
	GROW(l->leaf, l->nleaf, l->leaf_cap);
	l->leaf[l->nleaf].object = object;
	l->leaf[l->nleaf].column = arena_strndup(l->a, column, len);
	p = ARENA_NEW(l->a, struct part);
	p->leaf = (uint32_t)l->nleaf++;
	p->how = TSQL_LIN_IDENTITY;
	s = ARENA_NEW(l->a, struct set);
	s->v = p;
	s->n = 1;
	e->value = s;
	return s;
}

/* A value of this kind, used so. */
static uint32_t compose(uint32_t how, uint32_t role)
{
	uint32_t direct = how & TSQL_LIN_DIRECT;
	uint32_t other = how & ~(uint32_t)TSQL_LIN_DIRECT;

	if (!direct || role == TSQL_LIN_IDENTITY)
		return how;
	if (!(role & TSQL_LIN_DIRECT))
		return other | role;
	if (role == TSQL_LIN_AGGREGATION || direct == TSQL_LIN_AGGREGATION)
		return other | TSQL_LIN_AGGREGATION;
	if (direct & TSQL_LIN_AGGREGATION)
		return other | TSQL_LIN_AGGREGATION | TSQL_LIN_TRANSFORMATION;
	return other | TSQL_LIN_TRANSFORMATION;
}

void lin_add(struct acc *acc, const struct set *s, uint32_t role)
{
	uint32_t i;

	for (i = 0; i < s->n; i++) {
		GROW(acc->v, acc->nr, acc->cap);
		acc->v[acc->nr].leaf = s->v[i].leaf;
		acc->v[acc->nr++].how = compose(s->v[i].how, role);
	}
}

static int by_leaf(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->leaf < y->leaf ? -1 : x->leaf > y->leaf;
}

const struct set *lin_set(struct lineage *l, struct acc *acc)
{
	struct part *v;
	struct set *s;
	size_t i, n = 0;

	if (!acc->nr) {
		free(acc->v);
		memset(acc, 0, sizeof(*acc));
		return l->empty;
	}
	qsort(acc->v, acc->nr, sizeof(*acc->v), by_leaf);
	for (i = 0; i < acc->nr; i++)
		if (n && acc->v[n - 1].leaf == acc->v[i].leaf)
			acc->v[n - 1].how |= acc->v[i].how;
		else
			acc->v[n++] = acc->v[i];
	v = arena_alloc(l->a, n * sizeof(*v));
	memcpy(v, acc->v, n * sizeof(*v));
	s = ARENA_NEW(l->a, struct set);
	s->v = v;
	s->n = (uint32_t)n;
	free(acc->v);
	memset(acc, 0, sizeof(*acc));
	return s;
}

static bool contains(const struct set *a, const struct set *b)
{
	uint32_t i = 0, k;

	for (k = 0; k < b->n; k++) {
		while (i < a->n && a->v[i].leaf < b->v[k].leaf)
			i++;
		if (i == a->n || a->v[i].leaf != b->v[k].leaf ||
		    (b->v[k].how & ~a->v[i].how))
			return false;
	}
	return true;
}

const struct set *lin_union(
    struct lineage *l, const struct set *a, const struct set *b)
{
	struct acc acc = {0};

	if (a == b || contains(a, b))
		return a;
	if (contains(b, a))
		return b;
	lin_add(&acc, a, TSQL_LIN_IDENTITY);
	lin_add(&acc, b, TSQL_LIN_IDENTITY);
	return lin_set(l, &acc);
}

/* A variable's or cursor's flow, by name. */
struct flow *lin_variable(
    struct lineage *l, const struct tsql_name *n, uint32_t columns)
{
	struct map_entry *e;
	struct flow *f;
	uint32_t i;

	if (!n->text || !n->len)
		return NULL;
	e = columns ? map_put(&l->variables, n->text, n->len)
		    : map_find(&l->variables, n->text, n->len);
	f = e ? e->value : NULL;
	if (f && f->n >= columns)
		return f;
	if (!columns)
		return NULL;
	f = ARENA_NEW(l->a, struct flow);
	f->n = columns;
	f->column = arena_alloc(l->a, columns * sizeof(*f->column));
	for (i = 0; i < columns; i++)
		f->column[i] = l->empty;
	f->rows = l->empty;
	e->value = f;
	return f;
}

/* ---- edges ---- */

static size_t group_of(struct lineage *l, const char *key, size_t len)
{
	struct map_entry *e = map_put(&l->groups, key, len);

	if (!e->value)
		e->value = (void *)(uintptr_t)l->groups.nr;
	return (size_t)(uintptr_t)e->value;
}

void lin_edge_key(struct buf *key, const struct tsql_lineage_edge *e)
{
	buf_addf(key, "%s\1%s\1%s\1%s", e->target, e->column ? e->column : "\2",
	    e->source, e->source_column);
}

/* While a callee is followed: does it write that edge by itself? */
static bool is_own(const struct lineage *l, const char *target,
    const char *column, const struct part *p)
{
	struct tsql_lineage_edge e = {target, column, l->leaf[p->leaf].object,
	    l->leaf[p->leaf].column, 0};
	struct buf key = BUF_INIT;
	bool own;

	if (!l->call_depth || !l->own.nr)
		return false;
	lin_edge_key(&key, &e);
	own = map_find(&l->own, key.s, key.len) != NULL;
	buf_release(&key);
	return own;
}

void lin_edges(struct lineage *l, const char *target, const char *column,
    const struct set *s)
{
	struct buf key = BUF_INIT;
	size_t stem, group;
	uint32_t i;

	buf_addf(&key, "%s\1%s\1", target, column ? column : "\2");
	stem = key.len;
	group = group_of(l, key.s, key.len);
	for (i = 0; i < s->n; i++) {
		struct map_entry *e;
		struct lin_edge *edge;

		buf_setlen(&key, stem);
		buf_addf(&key, "%u", s->v[i].leaf);
		e = map_put(&l->edges, key.s, key.len);
		edge = e->value;
		if (!edge && is_own(l, target, column, &s->v[i]))
			continue;
		if (!edge) {
			edge = ARENA_NEW(l->a, struct lin_edge);
			edge->edge.target = target;
			edge->edge.column = column;
			edge->edge.source = l->leaf[s->v[i].leaf].object;
			edge->edge.source_column = l->leaf[s->v[i].leaf].column;
			edge->group = group;
			edge->nr = l->nedge;
			e->value = edge;
			GROW(l->edge, l->nedge, l->edge_cap);
			l->edge[l->nedge++] = edge;
		}
		edge->edge.how |= (uint16_t)s->v[i].how;
	}
	buf_release(&key);
}

static int by_group(const void *a, const void *b)
{
	const struct lin_edge *x = *(struct lin_edge *const *)a;
	const struct lin_edge *y = *(struct lin_edge *const *)b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* What was guessed of an executed text is no object. */
static bool is_guess(const struct tsql_lineage_edge *e)
{
	return strstr(e->source, TSQL_DYNAMIC_HOLE) ||
	    strstr(e->source_column, TSQL_DYNAMIC_HOLE) ||
	    strstr(e->target, TSQL_DYNAMIC_HOLE);
}

struct tsql_lineage *lin_result(struct lineage *l)
{
	struct tsql_lineage *r = ARENA_NEW(l->a, struct tsql_lineage);
	size_t i;

	if (l->nedge)
		qsort(l->edge, l->nedge, sizeof(struct lin_edge *), by_group);
	r->v = arena_alloc(l->a, l->nedge * sizeof(*r->v));
	for (i = 0; i < l->nedge; i++)
		if (!is_guess(&l->edge[i]->edge))
			r->v[r->n++] = l->edge[i]->edge;
	return r;
}
