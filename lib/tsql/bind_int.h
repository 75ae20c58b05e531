/* The binder's insides, shared by its files. */
#ifndef TSQL_BIND_INT_H
#define TSQL_BIND_INT_H

#include "common/arena.h"
#include "common/finding.h"
#include "common/map.h"
#include "tsql/bind.h"

/* The CTEs of one WITH. */
struct cte_entry {
	struct tsql_cte *cte;
	const struct tsql_row *row; /* NULL until its anchor is bound */
	bool done;
	bool recursive; /* it was named inside of itself */
};

struct cte_frame {
	struct map names; /* name -> struct cte_entry */
	struct cte_frame *up;
};

struct binder {
	struct arena *a;
	struct tsql_catalog *cat;
	const struct tsql_bind_options *opt;
	const struct tsql_module *module; /* or NULL: opt's text */
	const char *src;
	struct tsql_type_cache types;

	struct tsql_scope *scope;	  /* where names are looked up now */
	uint32_t first_source;		  /* of it: ON sees its join's only */
	const struct tsql_row *order_out; /* in ORDER BY: the aliases */
	struct cte_frame *ctes;
	struct cte_entry *in_cte;    /* whose query is being bound */
	bool nullable_groups;	     /* grouping columns may be NULL here */
	bool quiet;		     /* no findings: a second look */
	bool nulls_equal;	     /* ANSI_NULLS OFF */
	uint16_t nearest;	     /* level of the nearest column seen */
	struct tsql_object *trigger; /* inserted and deleted are its rows */

	struct map variables; /* "@x" -> struct tsql_variable */
	struct map locals;    /* "#t", "schema.t" made here -> tsql_object */
	struct seen_name {
		const struct tsql_objname *name;
		const char *current; /* database: USE changes it */
		struct tsql_object_ref *ref;
	} seen[32]; /* objects of the catalogue, by their spelling */
	unsigned nfinding;

	/* chains that lean left, bound without recursion */
	struct tsql_expr **chain;
	size_t nchain, chain_cap;
	struct tsql_from **joins;
	size_t njoin, join_cap;
	struct tsql_query **sets;
	size_t nset, set_cap;
};

/* bind.c */
void b_init(struct binder *, struct arena *, const struct tsql_bind_options *,
    struct tsql_catalog *);
void b_release(struct binder *);
const struct tsql_type *b_keep(struct binder *, const struct tsql_type *);
const struct tsql_type *b_unknown(void);
void b_finding(struct binder *, enum finding_code, uint32_t off,
    const char *text, size_t len);
struct tsql_scope *b_scope_new(struct binder *, struct tsql_query *,
    struct tsql_scope *outer, struct tsql_scope *parent);
struct tsql_source *b_source_add(
    struct binder *, struct tsql_scope *, struct tsql_from *);
const char *b_name(struct binder *, const struct tsql_name *);
struct tsql_object *b_find_object(
    struct binder *, struct tsql_objname *, bool report);
bool b_span_is(const struct binder *, struct tsql_span, const char *word);
void b_bind_word(struct binder *, struct tsql_expr *);

/* bind_name.c */
void b_column(struct binder *, struct tsql_expr *);
/* Does part[n - 1] (the last qualifier) mean this source? */
bool b_is_qualified_by(const struct binder *, const struct tsql_name *part,
    uint32_t n, const struct tsql_source *);
bool b_same_name(const struct binder *, const struct tsql_name *,
    const char *text, size_t len);
void b_set_column(struct binder *, struct tsql_expr *, struct tsql_source *,
    const struct tsql_column *, uint16_t level);
bool b_column_of(struct binder *, struct tsql_expr *, struct tsql_source *);
void b_variable(struct binder *, struct tsql_expr *);
struct tsql_variable *b_find_variable(
    struct binder *, const struct tsql_name *);
void b_declare(struct binder *, struct tsql_variable *);

/* bind_expr.c */
void b_expr(struct binder *, struct tsql_expr *);
void b_exprs(struct binder *, const struct tsql_exprs *);
void b_over(struct binder *, struct tsql_over *);
void b_orders(struct binder *, const struct tsql_orders *);
void b_dtype(struct binder *, struct tsql_dtype *, int no_length);

/* bind_call.c */
void b_call(struct binder *, struct tsql_expr *);
void b_method(struct binder *, struct tsql_expr *);
void b_static(struct binder *, struct tsql_expr *);

/* bind_from.c */
void b_from(struct binder *, struct tsql_from *);
void b_froms(struct binder *, const struct tsql_froms *);
struct tsql_row *b_row_new(struct binder *, uint32_t n);

/* bind_query.c */
struct tsql_scope *b_query(struct binder *, struct tsql_query *,
    struct tsql_scope *outer, struct tsql_scope *parent);
void b_items(struct binder *, struct tsql_scope *, const struct tsql_items *);
void b_with(struct binder *, struct tsql_with *);
void b_with_end(struct binder *, struct tsql_with *);
struct cte_entry *b_find_cte(struct binder *, const struct tsql_objname *);
/* The same columns under other names (a derived table's list). */
const struct tsql_row *b_renamed(
    struct binder *, const struct tsql_row *, const struct tsql_names *);

/* bind_stmt.c, bind_dml.c */
void b_stmt(struct binder *, struct tsql_stmt *);
void b_stmts(struct binder *, const struct tsql_stmts *);
void b_dml(struct binder *, struct tsql_stmt *);
const struct tsql_row *b_output_row(struct binder *, struct tsql_stmt *);
struct tsql_object *b_local_table(
    struct binder *, struct tsql_objname *, struct tsql_stmt *);
struct tsql_stmt_info *b_info(struct binder *, struct tsql_stmt *);
void b_params(struct binder *, const struct tsql_params *);
void b_table_def(
    struct binder *, struct tsql_table_def *, struct tsql_object *);

#endif
