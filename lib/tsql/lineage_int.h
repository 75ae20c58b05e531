/* Column lineage's insides: sets of leaves. */
#ifndef TSQL_LINEAGE_INT_H
#define TSQL_LINEAGE_INT_H

#include "common/map.h"
#include "tsql/deps.h"
#include "tsql/lineage.h"

struct leaf {
	const char *object, *column;
};

struct part {
	uint32_t leaf; /* its number */
	uint32_t how;
};

/* Sorted by leaf, none twice; never changed once made. */
struct set {
	const struct part *v;
	uint32_t n;
};

/* What is known of a row source: a set for each column, and one for what
 * decides about its rows. */
struct flow {
	const struct set **column;
	uint32_t n;
	const struct set *rows;
};

/* Collects parts until they are made a set. */
struct acc {
	struct part *v;
	size_t nr, cap;
};

struct slot {
	const void *key;
	struct flow *flow;
};

struct lineage {
	struct arena *a;
	const struct tsql_bind_options *opt;
	const char *self;
	struct map leaves; /* "object\1column" -> number + 1 */
	struct leaf *leaf;
	size_t nleaf, leaf_cap;
	/* scopes, temp tables, variables -> flow */
	struct slot *slot;
	size_t nslot, used;
	struct map variables; /* "@x", a cursor's name -> struct flow */
	struct map edges;     /* "target\1column\1leaf" -> edge */
	struct map groups;    /* "target\1column" -> number + 1 */
	struct lin_edge {
		struct tsql_lineage_edge edge;
		size_t group, nr;
	} * *edge;
	size_t nedge, edge_cap;
	const struct set *empty;
	unsigned depth;
};

/* lineage_set.c */
struct flow *lin_flow(struct lineage *, const void *key, uint32_t columns);
struct flow *lin_flow_known(const struct lineage *, const void *key);
const struct set *lin_leaf(
    struct lineage *, const char *object, const char *column, size_t len);
void lin_add(struct acc *, const struct set *, uint32_t role);
const struct set *lin_set(struct lineage *, struct acc *);
const struct set *lin_union(
    struct lineage *, const struct set *, const struct set *);
struct flow *lin_variable(
    struct lineage *, const struct tsql_name *, uint32_t columns);
void lin_edges(struct lineage *, const char *target, const char *column,
    const struct set *);

/* lineage_query.c */
void lin_expr(
    struct lineage *, const struct tsql_expr *, uint32_t role, struct acc *);
const struct set *lin_expr_set(
    struct lineage *, const struct tsql_expr *, uint32_t role);
struct flow *lin_query(struct lineage *, const struct tsql_query *);
void lin_with(struct lineage *, const struct tsql_with *);
void lin_from(struct lineage *, const struct tsql_from *, struct acc *);
struct flow *lin_items(struct lineage *, const struct tsql_scope *);

#endif
