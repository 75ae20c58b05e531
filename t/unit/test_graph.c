#include <stdlib.h>

#include "common/graph.h"

#include "test.h"

static char cuts[256];

static void note_cut(void *data, uint32_t node, uint32_t needs)
{
	size_t n = strlen(cuts);

	(void)data;
	snprintf(cuts + n, sizeof(cuts) - n, "%u-%u ", node, needs);
}

static void test_waves(void)
{
	struct graph g;
	uint32_t wave[5], order[5];
	size_t n;
	const uint32_t *needs;

	graph_init(&g, 5);
	/* 0 needs 3 and 1, 1 needs 2, 4 alone */
	graph_add(&g, 0, 3);
	graph_add(&g, 0, 1);
	graph_add(&g, 0, 1);
	graph_add(&g, 1, 2);
	graph_add(&g, 2, 2);
	test_int(graph_waves(&g, wave, order), 3, "a chain of three waves");
	test_int(wave[0], 3, "the last wave is the longest way");
	test_int(wave[4], 1, "a node that needs nobody is in the first wave");
	test_ok(order[0] == 2 && order[1] == 3 && order[2] == 4 &&
		order[3] == 1 && order[4] == 0,
	    "the order is by wave, then number");
	needs = graph_needs(&g, 0, &n);
	test_ok(n == 2 && needs[0] == 1 && needs[1] == 3,
	    "needs are sorted and counted once");
	graph_release(&g);
}

static void test_circles(void)
{
	struct graph g;
	uint32_t component[6], wave[6];

	graph_init(&g, 6);
	graph_add(&g, 0, 1);
	graph_add(&g, 1, 2);
	graph_add(&g, 2, 0);
	graph_add(&g, 3, 2);
	graph_add(&g, 4, 5);
	graph_add(&g, 5, 4);
	test_int(graph_components(&g, component), 3, "three components");
	test_ok(component[0] == component[1] && component[1] == component[2],
	    "a circle of three is one component");
	test_ok(component[3] > component[0],
	    "what a component needs has a lower number");
	cuts[0] = '\0';
	test_int((intmax_t)graph_break(&g, note_cut, NULL), 2, "two cuts");
	test_str(cuts, "2-0 5-4 ", "the edges that close the circles are cut");
	test_int(graph_waves(&g, wave, NULL), 3, "then there are waves");
	graph_release(&g);
}

static void test_deep(void)
{
	enum { N = 1000000 };
	struct graph g;
	uint32_t *a = calloc(N, sizeof(*a));
	uint32_t i;

	graph_init(&g, N);
	for (i = 0; i + 1 < N; i++)
		graph_add(&g, i, i + 1);
	test_int(graph_waves(&g, a, NULL), N, "a chain of a million");
	graph_add(&g, N - 1, 0);
	test_int(graph_components(&g, a), 1, "a circle of a million");
	graph_release(&g);
	free(a);
}

int main(void)
{
	test_waves();
	test_circles();
	test_deep();
	return test_done();
}
