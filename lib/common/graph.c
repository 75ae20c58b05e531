#include <stdbool.h>

#include "common/alloc.h"
#include "common/graph.h"

void graph_init(struct graph *g, uint32_t nodes)
{
	memset(g, 0, sizeof(*g));
	g->nodes = nodes;
}

static void forget_index(struct graph *g)
{
	free(g->start);
	free(g->to);
	g->start = NULL;
	g->to = NULL;
}

void graph_release(struct graph *g)
{
	forget_index(g);
	free(g->edge);
	memset(g, 0, sizeof(*g));
}

void graph_add(struct graph *g, uint32_t node, uint32_t needs)
{
	if (node == needs)
		return;
	forget_index(g);
	GROW(g->edge, g->nr, g->cap);
	g->edge[g->nr].node = node;
	g->edge[g->nr].needs = needs;
	g->nr++;
}

static int by_ends(const void *a, const void *b)
{
	const struct graph_edge *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->needs != y->needs)
		return x->needs < y->needs ? -1 : 1;
	return 0;
}

/* Sorts the edges, drops doubles, makes start and to. */
static void make_index(struct graph *g)
{
	size_t i, n = 0;
	uint32_t node = 0;

	if (g->start)
		return;
	if (g->nr)
		qsort(g->edge, g->nr, sizeof(*g->edge), by_ends);
	for (i = 0; i < g->nr; i++) {
		if (!n || by_ends(&g->edge[n - 1], &g->edge[i]) != 0)
			g->edge[n++] = g->edge[i];
	}
	g->nr = n;
	g->start = xcalloc((size_t)g->nodes + 1, sizeof(*g->start));
	g->to = xcalloc(n + 1, sizeof(*g->to));
	for (i = 0; i < n; i++) {
		while (node < g->edge[i].node)
			g->start[++node] = (uint32_t)i;
		g->to[i] = g->edge[i].needs;
	}
	while (node < g->nodes)
		g->start[++node] = (uint32_t)n;
}

const uint32_t *graph_needs(struct graph *g, uint32_t node, size_t *n)
{
	make_index(g);
	*n = g->start[node + 1] - g->start[node];
	return g->to + g->start[node];
}

/* A walk in depth without recursion: the nodes on the way down and, for each,
 * the next edge to follow. */
struct walk {
	uint32_t *node, *next;
	size_t depth;
};

static void walk_init(struct walk *w, uint32_t nodes)
{
	w->node = xcalloc((size_t)nodes + 1, sizeof(*w->node));
	w->next = xcalloc((size_t)nodes + 1, sizeof(*w->next));
	w->depth = 0;
}

static void walk_release(struct walk *w)
{
	free(w->node);
	free(w->next);
}

static void walk_down(struct walk *w, const struct graph *g, uint32_t node)
{
	w->node[w->depth] = node;
	w->next[w->depth] = g->start[node];
	w->depth++;
}

struct tarjan {
	struct walk walk;
	uint32_t *seen, *low; /* seen: 1-based number of the visit, or 0 */
	uint32_t *stack;
	size_t nr_stack;
	bool *on_stack;
	uint32_t visits, components;
};

static void tarjan_visit(struct tarjan *t, const struct graph *g, uint32_t node)
{
	t->seen[node] = t->low[node] = ++t->visits;
	t->stack[t->nr_stack++] = node;
	t->on_stack[node] = true;
	walk_down(&t->walk, g, node);
}

static void tarjan_leave(struct tarjan *t, uint32_t *component)
{
	uint32_t node = t->walk.node[--t->walk.depth], other;

	if (t->low[node] == t->seen[node]) {
		do {
			other = t->stack[--t->nr_stack];
			t->on_stack[other] = false;
			component[other] = t->components;
		} while (other != node);
		t->components++;
	}
	if (t->walk.depth) {
		uint32_t up = t->walk.node[t->walk.depth - 1];

		if (t->low[node] < t->low[up])
			t->low[up] = t->low[node];
	}
}

static void tarjan_from(
    struct tarjan *t, const struct graph *g, uint32_t root, uint32_t *component)
{
	tarjan_visit(t, g, root);
	while (t->walk.depth) {
		size_t top = t->walk.depth - 1;
		uint32_t node = t->walk.node[top], other;

		if (t->walk.next[top] == g->start[node + 1]) {
			tarjan_leave(t, component);
			continue;
		}
		other = g->to[t->walk.next[top]++];
		if (!t->seen[other])
			tarjan_visit(t, g, other);
		else if (t->on_stack[other] && t->seen[other] < t->low[node])
			t->low[node] = t->seen[other];
	}
}

uint32_t graph_components(struct graph *g, uint32_t *component)
{
	struct tarjan t = {0};
	uint32_t node;

	make_index(g);
	walk_init(&t.walk, g->nodes);
	t.seen = xcalloc((size_t)g->nodes + 1, sizeof(*t.seen));
	t.low = xcalloc((size_t)g->nodes + 1, sizeof(*t.low));
	t.stack = xcalloc((size_t)g->nodes + 1, sizeof(*t.stack));
	t.on_stack = xcalloc((size_t)g->nodes + 1, sizeof(*t.on_stack));
	for (node = 0; node < g->nodes; node++) {
		if (!t.seen[node])
			tarjan_from(&t, g, node, component);
	}
	walk_release(&t.walk);
	free(t.seen);
	free(t.low);
	free(t.stack);
	free(t.on_stack);
	return t.components;
}

enum { UNSEEN, ON_THE_WAY, DONE };

static size_t break_from(struct graph *g, struct walk *w, uint32_t root,
    char *state, void (*cut)(void *, uint32_t, uint32_t), void *data,
    bool *gone)
{
	size_t cuts = 0;

	state[root] = ON_THE_WAY;
	walk_down(w, g, root);
	while (w->depth) {
		uint32_t node = w->node[w->depth - 1], other, edge;

		if (w->next[w->depth - 1] == g->start[node + 1]) {
			state[node] = DONE;
			w->depth--;
			continue;
		}
		edge = w->next[w->depth - 1]++;
		other = g->to[edge];
		if (state[other] == UNSEEN) {
			state[other] = ON_THE_WAY;
			walk_down(w, g, other);
		} else if (state[other] == ON_THE_WAY) {
			gone[edge] = true;
			cuts++;
			cut(data, node, other);
		}
	}
	return cuts;
}

size_t graph_break(struct graph *g,
    void (*cut)(void *data, uint32_t node, uint32_t needs), void *data)
{
	struct walk w;
	char *state;
	bool *gone;
	size_t cuts = 0, i, n = 0;
	uint32_t node;

	make_index(g);
	walk_init(&w, g->nodes);
	state = xcalloc((size_t)g->nodes + 1, 1);
	gone = xcalloc(g->nr + 1, sizeof(*gone));
	for (node = 0; node < g->nodes; node++) {
		if (state[node] == UNSEEN)
			cuts += break_from(g, &w, node, state, cut, data, gone);
	}
	for (i = 0; i < g->nr; i++) {
		if (!gone[i])
			g->edge[n++] = g->edge[i];
	}
	g->nr = n;
	if (cuts)
		forget_index(g);
	walk_release(&w);
	free(state);
	free(gone);
	return cuts;
}

/* Nodes by wave, then number, by counting. */
static void by_wave(const struct graph *g, const uint32_t *wave, uint32_t waves,
    uint32_t *order)
{
	uint32_t *at = xcalloc((size_t)waves + 2, sizeof(*at));
	uint32_t i;

	for (i = 0; i < g->nodes; i++)
		at[wave[i] + 1]++;
	for (i = 1; i < waves + 2; i++)
		at[i] += at[i - 1];
	for (i = 0; i < g->nodes; i++)
		order[at[wave[i]]++] = i;
	free(at);
}

uint32_t graph_waves(struct graph *g, uint32_t *wave, uint32_t *order)
{
	struct walk w;
	uint32_t waves = 0, root;

	make_index(g);
	walk_init(&w, g->nodes);
	memset(wave, 0, g->nodes * sizeof(*wave));
	for (root = 0; root < g->nodes; root++) {
		if (wave[root])
			continue;
		wave[root] = 1;
		walk_down(&w, g, root);
		while (w.depth) {
			uint32_t node = w.node[w.depth - 1], other;
			uint32_t *next = &w.next[w.depth - 1];

			if (*next == g->start[node + 1]) {
				if (wave[node] > waves)
					waves = wave[node];
				w.depth--;
				continue;
			}
			other = g->to[*next];
			if (!wave[other]) {
				/* comes back to the same edge */
				wave[other] = 1;
				walk_down(&w, g, other);
				continue;
			}
			(*next)++;
			if (wave[node] <= wave[other])
				wave[node] = wave[other] + 1;
		}
	}
	if (order)
		by_wave(g, wave, waves, order);
	walk_release(&w);
	return waves;
}
