/* Column lineage's insides: sets of leaves. */
#ifndef TSQL_LINEAGE_INT_H
#define TSQL_LINEAGE_INT_H

#include "common/buf.h"
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
	unsigned turn; /* of a scope: when it was filled */
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

	/* calls: lineage_call.c */
	struct lin_text {
		const struct tsql_stmt *stmt; /* the EXEC */
		struct tsql_module *module;   /* NULL: not known */
		bool bound;
	} * text;
	size_t ntext, text_cap;
	struct tsql_object **temp; /* temporary tables made so far */
	size_t ntemp, temp_cap;
	const char *gives;    /* the procedure whose results are written */
	struct flow *collect; /* takes results: INSERT … EXEC */
	const struct set *returned; /* by the scalar function */
	struct map functions;	    /* id -> struct set that it returns */
	struct map callees, own;    /* by id; their own edges */
	bool alone;		    /* calls are not followed */
	unsigned turn; /* of loops, and of texts that are run again */
	unsigned text_depth, call_depth, function_depth, loop_depth, ncall;
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

/* The edges so far, a target's together, in the arena. */
struct tsql_lineage *lin_result(struct lineage *);

void lin_edge_key(struct buf *, const struct tsql_lineage_edge *);

/* lineage.c */
void lin_stmts(struct lineage *, const struct tsql_stmts *);
void lin_set_variable(
    struct lineage *, const struct tsql_name *, const struct set *);
/* A procedure's lineage without what it calls. */
struct tsql_lineage *lin_alone(struct arena *, const struct tsql_module *,
    const char *self, const struct tsql_bind_options *);

/* lineage_call.c */
void lin_find_texts(
    struct lineage *, const struct tsql_module *, const struct tsql_stmts *);
void lin_exec(struct lineage *, const struct tsql_stmt *);
/* The columns that an EXEC gives; NULL if they can't be known. */
struct flow *lin_exec_result(struct lineage *, const struct tsql_stmt *);
/* Does a SELECT statement give rows to its caller? */
bool lin_is_result(const struct tsql_query *);
void lin_collect(struct lineage *, const struct tsql_query *);
const char *lin_column_name(struct lineage *, const struct tsql_column *);
/* What a scalar function's value is made of, its arguments aside. */
const struct set *lin_function(struct lineage *, const struct tsql_object *);

/* lineage_write.c */
struct target {
	const char *id;	   /* of an object; or */
	struct flow *flow; /* of a temp table, a table variable */
};

/* The id of what is named, in the catalogue or not. */
const char *lin_name_id(struct lineage *, const struct tsql_objname *);
/* o is NULL where the name isn't known. */
struct target lin_object_target(
    struct lineage *, const struct tsql_object *o, const struct tsql_objname *);
/* What decides about the target's rows. */
void lin_write_rows(struct lineage *, struct target *, const struct set *);
/* A query's columns into a target of these names. */
void lin_query_into(struct lineage *, struct target *,
    const struct tsql_query *, const struct tsql_names *);
void lin_insert(struct lineage *, const struct tsql_stmt *);
void lin_update(struct lineage *, const struct tsql_stmt *);
void lin_merge(struct lineage *, const struct tsql_stmt *);
void lin_delete(struct lineage *, const struct tsql_stmt *);

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
