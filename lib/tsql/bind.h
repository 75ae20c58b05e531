/*
 * The binder: names to objects and columns, types to expressions.
 *
 * After it, in a bound tree:
 * - expr->type is set on every expression that has a value (predicates:
 *   TSQL_TY_BOOLEAN); UNKNOWN where it can't be known. Never NULL below a
 *   bound query.
 * - expr->bound says what a name, call or star stands for, see below.
 * - expr->facts sums up what the expression holds (TSQL_HAS_…).
 * - expr->u.call.fn is the built-in's enum tsql_fn, or TSQL_F_NONE.
 * - dtype->type is set.
 * - query->bound is its struct tsql_scope, a CTE's its query's; from->bound
 *   its struct tsql_source (joins: NULL); objname->bound a struct
 *   tsql_object_ref; stmt->bound a struct tsql_stmt_info for DML and for what
 *   makes or drops tables.
 *
 * Everything bound lives in the arena given; objects in the catalogue.
 * Unresolved and ambiguous names give findings and UNKNOWN types, never a
 * failure. Opaque nodes are left alone.
 */
#ifndef TSQL_BIND_H
#define TSQL_BIND_H

#include "tsql/ast.h"
#include "tsql/catalog.h"
#include "tsql/function.h"
#include "tsql/types.h"

struct findings;

/* expr->facts: what is in the expression, itself included; what is inside of
 * its subqueries counts only where said. */
enum tsql_facts {
	TSQL_HAS_AGGREGATE = 1 << 0, /* aggregate (no OVER) of this query */
	TSQL_HAS_WINDOW = 1 << 1,    /* call with OVER */
	TSQL_HAS_SUBQUERY = 1 << 2,
	TSQL_HAS_COLUMN = 1 << 3,   /* a column of its own query */
	TSQL_HAS_OUTER = 1 << 4,    /* column of a query around it; also from
				     * inside of subqueries */
	TSQL_HAS_VARIABLE = 1 << 5, /* also inside of subqueries */
	TSQL_HAS_VOLATILE = 1 << 6, /* GETDATE, NEWID, RAND …; subqueries too */
	TSQL_HAS_UDF = 1 << 7,	    /* user-defined function; subqueries too */
};

enum tsql_bound_to {
	TSQL_B_NONE,
	TSQL_B_COLUMN,	 /* struct tsql_colref */
	TSQL_B_OUTPUT,	 /* struct tsql_outref */
	TSQL_B_STAR,	 /* struct tsql_star */
	TSQL_B_CALL,	 /* struct tsql_callref */
	TSQL_B_VARIABLE, /* struct tsql_varref */
	TSQL_B_OBJECT,	 /* struct tsql_object_ref */
	TSQL_B_SOURCE,	 /* struct tsql_source */
	TSQL_B_SCOPE,	 /* struct tsql_scope */
	TSQL_B_STMT,	 /* struct tsql_stmt_info */
	TSQL_B_WORD,	 /* struct tsql_binding alone: a name that is no
			  * column: date part, EXEC's bare word … */
};

/* What every bound thing starts with. */
struct tsql_binding {
	uint16_t to; /* enum tsql_bound_to */
};

/* What a FROM item makes visible. */
struct tsql_source {
	struct tsql_binding h;
	struct tsql_from *from; /* or NULL: inserted, deleted, a DML target */
	struct tsql_name name;	/* as columns are qualified with: alias, or the
				 * object's own name; text NULL: none */
	struct tsql_object *object;  /* table, view, function, #t, @t; synonyms
				      * followed */
	struct tsql_object *synonym; /* the synonym, if there was one */
	struct tsql_query *query;    /* derived table or CTE */
	struct tsql_cte *cte;
	bool target;	    /* of FROM: what UPDATE or DELETE changes */
	bool recursive_ref; /* the CTE's own name inside of itself */
	bool nullable;	    /* on the NULL side of an outer join */
	bool correlated; /* APPLY or derived: uses outer or sibling columns */
	uint8_t special; /* 'i' inserted, 'd' deleted, 't' DML target */
	uint32_t index;	 /* in scope->source */
	struct tsql_scope *scope;
	struct tsql_scope *inner; /* PIVOT, UNPIVOT: what is turned */
	const struct tsql_row *row;
};

/* A column reference. */
struct tsql_colref {
	struct tsql_binding h;
	uint16_t level; /* steps along scope->outer: 0 its own query */
	struct tsql_source *source;
	const struct tsql_column *column; /* NULL: source is open, name taken
					   * on trust */
};

/* ORDER BY of an output: by its alias or by its number. */
struct tsql_outref {
	struct tsql_binding h;
	uint32_t index; /* in scope->out */
};

/* * or t.*: item[i] is a plain column entry each, made by the binder (their
 * spans are the star's), expr a bound TSQL_E_COLUMN of two parts (one, where
 * the source has no name). */
struct tsql_star {
	struct tsql_binding h;
	struct tsql_item **item;
	uint32_t n;
	bool open; /* a source's columns aren't known: the list lacks some */
};

struct tsql_callref {
	struct tsql_binding h;
	struct tsql_object *object; /* user-defined function, aggregate */
	struct tsql_scope *scope;   /* aggregate without OVER: the query that
				     * it belongs to (maybe an outer one) */
	uint8_t datepart;	    /* enum tsql_datepart of args[0] */
};

struct tsql_variable {
	const char *name; /* with @ */
	const struct tsql_type *type;
	const struct tsql_row *row; /* table variable, table parameter */
	struct tsql_object *object; /* its object, TSQL_OBJ_TABLE_VARIABLE */
	const struct tsql_param *param; /* or NULL */
	const struct tsql_var_decl *decl;
};

struct tsql_varref {
	struct tsql_binding h;
	struct tsql_variable *variable; /* NULL: @@x, or not declared */
};

struct tsql_object_ref {
	struct tsql_binding h;
	struct tsql_object *object;  /* NULL: not known; synonyms followed */
	struct tsql_object *synonym; /* or NULL */
};

/*
 * A query's scope. Set operations have one too: no sources, out has the
 * common types; their operands have their own. UPDATE, DELETE, MERGE and
 * OUTPUT have one without a query, PIVOT and UNPIVOT one for what they turn.
 */
struct tsql_scope {
	struct tsql_binding h;
	struct tsql_scope *outer;  /* where names are looked up next; NULL for
				    * statements and CTEs. A derived table's
				    * is its query's outer, under APPLY its
				    * query itself */
	struct tsql_scope *parent; /* the query it stands in, or NULL */
	struct tsql_query *query;
	struct tsql_source **source;
	uint32_t nsource, source_cap;
	struct tsql_row out; /* the select list: name, type, expr, item */
	/* what the query gives: out, or one column for FOR XML and JSON */
	const struct tsql_row *result;
	bool grouped;	 /* GROUP BY, HAVING or an aggregate */
	bool supergroup; /* GROUPING SETS, ROLLUP, CUBE */
	bool correlated; /* refers to columns of outer queries */
	bool open;	 /* some source's columns are not known */
	/* the references into outer queries from this one and from within
	 * its subqueries: the expressions (TSQL_E_COLUMN) */
	struct tsql_expr **outer_ref;
	uint32_t nouter_ref, outer_cap;
};

/* A bound DML or DDL statement. */
struct tsql_stmt_info {
	struct tsql_binding h;
	struct tsql_scope *scope;   /* UPDATE, DELETE, MERGE: their sources */
	struct tsql_source *target; /* of DML; UPDATE a FROM t a: that a */
	struct tsql_object *object; /* target's, or what DDL makes */
	/* INSERT: the columns that get values, in order, written out or not;
	 * MERGE: those of an INSERT without a list. NULL: not known */
	const struct tsql_column **column;
	uint32_t ncolumn;
	struct tsql_scope *output; /* of the last OUTPUT: inserted, deleted */
};

struct tsql_bind_options {
	struct tsql_catalog *catalog; /* needed; outlives the bound tree */
	struct findings *findings;    /* NULL: none kept */
	const char *src;	      /* tsql_bind_query: of the spans */
	size_t src_len;
	uint32_t first_line;
	bool quiet_unknown; /* no findings for objects that aren't known */
	/* of a module that is called: temporary tables of its caller */
	struct tsql_object *const *temp;
	size_t ntemp;
	const struct tsql_params *params; /* of sp_executesql, or NULL */
};

/* Binds a whole module in order: DDL in it is seen by later statements;
 * every batch starts with fresh variables, temp tables stay. */
void tsql_bind_module(
    struct arena *, struct tsql_module *, const struct tsql_bind_options *);
/* Binds one query (a view's text). Its scope; never NULL. */
struct tsql_scope *tsql_bind_query(
    struct arena *, struct tsql_query *, const struct tsql_bind_options *);
/* Binds an expression over the columns of a table (computed column, check);
 * row may be NULL. Its type. */
const struct tsql_type *tsql_bind_expr(struct arena *, struct tsql_expr *,
    const struct tsql_object *table, const struct tsql_bind_options *);

/* For tsql_object_row: the columns of a view or inline function from its
 * text, and the types of computed columns. */
void tsql_bind_object_row(struct tsql_catalog *, struct tsql_object *);
void tsql_bind_computed(struct tsql_catalog *, struct tsql_object *);

/* ---- reading a bound tree: NULL when it is bound to something else ---- */

static inline struct tsql_colref *tsql_colref(const struct tsql_expr *e)
{
	return e && e->bound && e->bound->to == TSQL_B_COLUMN
	    ? (struct tsql_colref *)e->bound
	    : NULL;
}

static inline struct tsql_outref *tsql_outref(const struct tsql_expr *e)
{
	return e && e->bound && e->bound->to == TSQL_B_OUTPUT
	    ? (struct tsql_outref *)e->bound
	    : NULL;
}

static inline struct tsql_star *tsql_star(const struct tsql_expr *e)
{
	return e && e->bound && e->bound->to == TSQL_B_STAR
	    ? (struct tsql_star *)e->bound
	    : NULL;
}

static inline struct tsql_callref *tsql_callref(const struct tsql_expr *e)
{
	return e && e->bound && e->bound->to == TSQL_B_CALL
	    ? (struct tsql_callref *)e->bound
	    : NULL;
}

static inline struct tsql_varref *tsql_varref(const struct tsql_expr *e)
{
	return e && e->bound && e->bound->to == TSQL_B_VARIABLE
	    ? (struct tsql_varref *)e->bound
	    : NULL;
}

static inline struct tsql_source *tsql_source(const struct tsql_from *f)
{
	return f && f->bound && f->bound->to == TSQL_B_SOURCE
	    ? (struct tsql_source *)f->bound
	    : NULL;
}

static inline struct tsql_scope *tsql_scope(const struct tsql_query *q)
{
	return q && q->bound && q->bound->to == TSQL_B_SCOPE
	    ? (struct tsql_scope *)q->bound
	    : NULL;
}

static inline struct tsql_object_ref *tsql_objref(const struct tsql_objname *n)
{
	return n && n->bound && n->bound->to == TSQL_B_OBJECT
	    ? (struct tsql_object_ref *)n->bound
	    : NULL;
}

/* The table that a bound parameter of a table type stands for. */
static inline struct tsql_object *tsql_param_table(const struct tsql_param *p)
{
	return p->bound && p->bound->to == TSQL_B_OBJECT
	    ? ((struct tsql_object_ref *)p->bound)->object
	    : NULL;
}

static inline struct tsql_stmt_info *tsql_stmt_info(const struct tsql_stmt *s)
{
	return s && s->bound && s->bound->to == TSQL_B_STMT
	    ? (struct tsql_stmt_info *)s->bound
	    : NULL;
}

/* The expression without parentheses' spelling: same node; an item's value
 * or NULL; the result columns of any bound query. */
const struct tsql_row *tsql_query_row(const struct tsql_query *);

#endif
