/* Inside of the walk: walk.c and walk_stmt.c. */
#ifndef TSQL_WALK_INT_H
#define TSQL_WALK_INT_H

#include "common/alloc.h"
#include "tsql/parse.h"

static inline void add(struct tsql_children *c, const void *node)
{
	if (!node)
		return;
	GROW(c->v, c->n, c->cap);
	c->v[c->n++] = node;
}

/* A list whose items begin with a struct tsql_node. */
#define ADD_LIST(c, list) ADD_ARRAY(c, (list).v, (list).n)
#define ADD_ARRAY(c, array, count)                                             \
	do {                                                                   \
		uint32_t i_;                                                   \
		for (i_ = 0; i_ < (count); i_++)                               \
			add((c), (array)[i_]);                                 \
	} while (0)

void tsql_stmt_children(const struct tsql_stmt *, struct tsql_children *);

#endif
