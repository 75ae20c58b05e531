/*
 * Who needs whom: order, waves and circles of up to 2^32 nodes, in time
 * linear in nodes and edges, without recursion. Nodes are numbers; equal
 * choices go by the lower number, so that the same graph gives the same
 * answer.
 *
 * Edges may be added until the first question is asked. Doubled edges count
 * once; an edge of a node to itself is dropped.
 */
#ifndef MIG_GRAPH_H
#define MIG_GRAPH_H

#include <stddef.h>
#include <stdint.h>

struct graph_edge {
	uint32_t node, needs;
};

struct graph {
	uint32_t nodes;
	struct graph_edge *edge;
	size_t nr, cap;
	uint32_t *start, *to; /* node's needs: to[start[n]] … */
};

void graph_init(struct graph *g, uint32_t nodes);
void graph_release(struct graph *g);
void graph_add(struct graph *g, uint32_t node, uint32_t needs);

/* What a node needs, sorted; *n of them. Good until the next graph_add. */
const uint32_t *graph_needs(struct graph *g, uint32_t node, size_t *n);

/*
 * Strongly connected components (Tarjan): component[node] is numbered so that
 * what a component needs has a lower number. The number of components.
 * Two nodes in one component need each other: they are part of a circle.
 */
uint32_t graph_components(struct graph *g, uint32_t *component);

/*
 * Takes out edges until there is no circle, and gives each to cut(): those
 * that close a circle in a walk from the lowest node. How many.
 */
size_t graph_break(struct graph *g,
    void (*cut)(void *data, uint32_t node, uint32_t needs), void *data);

/*
 * For a graph without circles: wave[node] is 1 for a node that needs nobody,
 * else one more than the highest of its needs; order (may be NULL) has the
 * nodes by wave, then number. The number of waves.
 */
uint32_t graph_waves(struct graph *g, uint32_t *wave, uint32_t *order);

#endif
