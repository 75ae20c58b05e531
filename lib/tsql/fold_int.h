/* What the files of the folder share; see fold.h. */
#ifndef TSQL_FOLD_INT_H
#define TSQL_FOLD_INT_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/map.h"
#include "tsql/fold.h"
#include "tsql/parse.h"

/* One state of a table. */
struct state {
	struct table *table;
	struct state *older; /* made before it, of any table */
	const char *cte;     /* its CTE's name; NULL: the last run's table */
	const char *sql;     /* the CTE's query; NULL with cte NULL */
	struct state **read; /* what sql reads */
	size_t nread, read_cap;
	enum fold_claim claim;
	bool empty; /* has no rows: TRUNCATE, a new temporary table */
	bool needed;
};

struct table {
	const struct tsql_object *object; /* NULL: made by SELECT INTO */
	const char *id, *name;		  /* name: without schema, #, @ */
	const struct tsql_row *row;
	bool temporary;
	bool written;
	bool log;	/* only log rows go in */
	bool truncated; /* emptied without condition */
	struct state *now;
	struct state *first; /* the last run's, when it was ever read */
	const char *pattern;
	const struct tsql_stmt *filled; /* the INSERT that it has all its rows
					 * of, or NULL */
};

/* What a variable holds. */
struct value {
	const struct tsql_type *type; /* declared; NULL: not known */
	const char *text; /* T-SQL; NULL: not known, `why` says why */
	const char *why;
	bool parameter;
	bool status; /* of EXEC, @@ERROR …: steers error handling only */
	struct state **read;
	size_t nread, read_cap;
};

/* A variable that a loop sets. */
struct loop_variable {
	struct tsql_name id;
	const char *column; /* in the query of the passes; NULL: not carried */
	const char *first;  /* its value before the loop; NULL: not known */
	const char *last;   /* at the end of a pass; NULL: not known */
	bool fetched;	    /* of the cursor's row */
	bool local;	    /* set before it is used, in each pass */
};

struct loop_delete {
	const struct table *table;
	const char *alias, *where;
};

struct cursor;

/* The loop whose body is folded. */
struct loop {
	const char *cte;	      /* a row for each pass */
	struct state *state;	      /* its query */
	const struct tsql_expr *cond; /* NULL: each row of the cursor */
	const struct cursor *cursor;
	struct state *rows;    /* the cursor's */
	const char *going;     /* cond, at the start of a pass */
	const char *stop;      /* where a BREAK was met, or NULL */
	const char *skip;      /* where the rest is not reached */
	const char *why;       /* it can't be folded */
	enum fold_claim claim; /* of its query */
	bool dry;	       /* only variables are followed */
	bool ordered;	       /* what a pass does depends on those before */
	struct loop_variable *var;
	size_t nvar, var_cap;
	struct table **written; /* one for each statement */
	size_t nwritten, written_cap;
	struct state **read, **first_read;
	size_t nread, read_cap, nfirst_read, first_cap;
	struct loop_delete *kept;
	size_t nkept, kept_cap;
	const struct table **inserted;
	size_t ninserted, inserted_cap;
};

struct folder {
	struct arena *arena;
	const struct tsql_module *module;
	struct tsql_catalog *catalog;
	struct findings *findings;
	const struct tsql_stmt *create; /* CREATE PROCEDURE */
	const struct tsql_params *params;
	struct map tables;    /* by object pointer as text, of struct table */
	struct map values;    /* @name -> struct value */
	struct map cte_names; /* used names */
	struct map cursors;   /* name -> struct cursor */
	struct map ctes;      /* hoisted: struct tsql_cte pointer -> name */
	struct state *last;   /* the newest state */
	struct fold_entry *ledger;
	size_t nledger, ledger_cap;
	const char *guard; /* condition on what follows, or NULL */
	struct state **guard_read;
	size_t nguard_read, guard_read_cap;
	bool broken; /* control flow that can't be followed */
	struct table *result;
	/* what the text being rewritten reads */
	struct state **read;
	size_t nread, read_cap;
	bool unknown; /* … or can't be known */
	const char *unknown_why;
	const struct tsql_stmt *at;	/* the statement in work */
	const struct tsql_stmt *before; /* the one folded last */
	struct loop *loop;		/* within a WHILE, or NULL */
	const struct tsql_stmts *body;	/* of the module */
	/* in a module that is called: the call in the procedure itself */
	unsigned depth;
	const struct tsql_stmt *site;
	const struct tsql_module *site_module;
	bool inside_failed; /* a statement of the called could not be folded */
	bool collects; /* result sets are rows of one table: INSERT … EXEC */
};

/* fold.c */
struct table *fold_table(struct folder *f, const struct tsql_object *o);
struct state *fold_state(struct folder *f, struct table *t, const char *action);
void fold_finding(struct folder *f, enum finding_code code,
    const struct tsql_node *at, const char *detail);
void fold_ledger(struct folder *f, const struct tsql_stmt *s, const char *to,
    const struct table *t, const char *reason);
void fold_read(struct folder *f, struct state *s);
/* The state as a table source: "[paid]" or the last run's own name. */
const char *fold_source(struct folder *f, struct state *s);
const char *fold_unique_name(struct folder *f, const char *base);
/* A CTE of no table: its query, with what was read since. */
struct state *fold_query_state(
    struct folder *f, const char *name, const char *sql);

/* Did what was written since need something that isn't known? Says so in a
 * finding and forgets it. */
bool fold_was_unknown(struct folder *f);
/* What was read since goes to the list. */
void fold_take_reads(
    struct folder *f, struct state ***to, size_t *n, size_t *cap);

/* fold_value.c */
struct value *fold_value(struct folder *f, const struct tsql_name *n);
/* The variable is not known from here on. */
void fold_forget(
    struct folder *f, const struct tsql_name *n, const char *why, bool status);
/* Does it speak of how the run went (@@ROWCOUNT, ERROR_NUMBER() …), not of
 * the data? */
bool fold_about_status(struct folder *f, const struct tsql_expr *e);
void fold_declare(struct folder *f, const struct tsql_stmt *s);
void fold_set_variable(struct folder *f, const struct tsql_stmt *s);
void fold_select_variables(struct folder *f, const struct tsql_stmt *s);

/* The caller's variable takes what a called module's one holds. */
void fold_give(
    struct folder *f, const struct tsql_name *n, const struct value *from);

/* The variable holds the text, of its type, with what was read since. */
void fold_hold(struct folder *f, const struct tsql_name *n, const char *text);
/* Does the body set the variable before it uses it? */
bool fold_sets_first(const struct tsql_stmts *body, const struct tsql_name *n);

/* fold_loop.c */
/* Folds the body with l.cond or l.cursor set; l.why when it can't. */
bool fold_loop(struct folder *f, struct loop *l, const struct tsql_stmts *body);
void fold_loop_release(struct loop *l);
/* Does the loop in work write the table? */
bool fold_is_written(const struct folder *f, const struct table *t);
/* What must hold for a statement's rows: the guard and the loop's. */
const char *fold_condition(struct folder *f);
/* BREAK and CONTINUE. */
void fold_leaves(struct folder *f, const struct tsql_stmt *s);
/* A DELETE in a loop: rows that later passes insert go too, if they meet a
 * pass after their own. */
void fold_loop_deletes(
    struct folder *f, struct table *t, const char *alias, const char *where);
/* How many statements of the body write the table; has one inserted yet? */
size_t fold_loop_writes(const struct folder *f, const struct table *t);
bool fold_loop_inserted(const struct folder *f, const struct table *t);
void fold_loop_inserts(struct folder *f, const struct table *t);
bool fold_loop_has_deletes(const struct folder *f, const struct table *t);
const char *fold_loop_survivors(
    struct folder *f, struct table *t, const char *rows);

/* fold_levels.c */
/* WHILE that adds a level of a hierarchy at a time; false: it is no such. */
bool fold_levels(struct folder *f, const struct tsql_stmt *s);

/* fold_cursor.c */
/* DECLARE CURSOR, OPEN, FETCH …; false when it isn't followed. */
bool fold_cursor(struct folder *f, const struct tsql_stmt *s);
/* WHILE; false, with *why, when it can't be folded. */
bool fold_while(struct folder *f, const struct tsql_stmt *s, const char **why);
bool fold_same_cursor(const struct cursor *c, const struct tsql_name *n);

/* fold_call.c */
/* Folds the text that EXEC runs. *known: there is one, and it is known; false
 * with it: some of its statements can't be folded. */
bool fold_run_text(struct folder *f, const struct tsql_stmt *s, bool *known);
/* The query of the rows that the EXEC sends, its columns in *row; NULL when
 * it can't be followed. */
const char *fold_called_rows(
    struct folder *f, const struct tsql_stmt *s, const struct tsql_row **row);

/* fold_stmt.c */
void fold_statements(struct folder *f, const struct tsql_stmts *list);

/* fold_text.c: the source's text with names of states, values of variables. */
const char *fold_text(struct folder *f, uint32_t off, uint32_t len,
    const struct tsql_node *const *nodes, size_t n);
const char *fold_node(struct folder *f, const struct tsql_node *n);
/* A query to stand in parentheses: CTEs hoisted, INTO, ORDER BY gone. order
 * gets the ORDER BY list's text or NULL. */
const char *fold_query(
    struct folder *f, const struct tsql_query *q, const char **order);
/* Each CTE of the WITH (which may be NULL) becomes one of the folded query. */
void fold_hoist(struct folder *f, const struct tsql_with *with);
/* The table of INTO, also where the query is a UNION; or NULL. */
const struct tsql_objname *fold_into(const struct tsql_query *q);
const char *fold_quote(struct folder *f, const char *name, size_t len);

/* Each makes a state; false (with a finding) when it can't. */
/* fold_insert.c */
/* ORDER BY in terms of [numbered].[c1] …; NULL when an entry is no column of
 * the result. *unique: no two rows tie. */
const char *fold_order_by_position(struct folder *f, const struct tsql_query *q,
    const struct tsql_row *out, bool *unique);
/* Which value of the INSERT goes into the column: its index, or -1. */
int fold_value_index(const struct tsql_stmt *s, const struct tsql_column *c);
bool fold_insert(struct folder *f, const struct tsql_stmt *s);
/* OUTPUT inserted.… INTO t: the rows go into that table too. False when they
 * can't. */
bool fold_output(struct folder *f, const struct tsql_output *o,
    const char *rows, const char *name);
bool fold_select_into(struct folder *f, const struct tsql_stmt *s);
/* fold_dml.c */
bool fold_update(struct folder *f, const struct tsql_stmt *s);
bool fold_delete(struct folder *f, const struct tsql_stmt *s);
bool fold_truncate(struct folder *f, const struct tsql_stmt *s);
/* The buffer's text in the arena; the buffer is released. */
const char *fold_buf(struct folder *f, struct buf *b);
const char *fold_column(struct folder *f, const struct tsql_column *c);
bool fold_is_computed(const struct tsql_column *c);
/* Puts the computed columns around a query of the others. */
const char *fold_with_computed(
    struct folder *f, const struct table *t, const char *sql);
/* The state is the table's newest; what was read since, and the guard, went
 * into its query sql. fold_new_state makes the state too. */
void fold_set_state(
    struct folder *f, struct table *t, struct state *s, const char *sql);
void fold_new_state(struct folder *f, struct table *t, const char *action,
    const char *sql, enum fold_claim claim);
/* The first pattern of a table stays. */
void fold_set_pattern(struct table *t, const char *pattern);
/* The query that a temporary table has the rows of, for its keys; NULL once
 * they are changed. */
void fold_keep_query(struct table *t, const struct tsql_query *q);
/* All columns, as alias.c or c. */
const char *fold_old_columns(
    struct folder *f, const struct table *t, const char *alias);
/* The statement's target, its columns known; NULL with a finding. */
struct table *fold_target_table(struct folder *f, const struct tsql_stmt *s);
/* The text converted to a column's type, where it isn't of it already. */
const char *fold_cast(struct folder *f, const char *text,
    const struct tsql_type *from, const struct tsql_type *to);
/* "+" of TSQL_OP_ADD, as in +=; NULL: no such operator. */
const char *fold_operator(uint8_t op);
/* The value that an assignment gives; old: the column's value before. */
const char *fold_assigned(struct folder *f, const struct tsql_assign *a,
    const struct tsql_type *to, const char *old);
/* fold_merge.c */
bool fold_merge(struct folder *f, const struct tsql_stmt *s);
/* Are the rows that the FROM list joins to one row of the target at most one?
 * on: further conditions. */
bool fold_joins_once(const char *src, const struct tsql_source *target,
    const struct tsql_froms *from, const struct tsql_expr *where);
/* src: the text of the spans. Do the chosen columns of the result (in[i] for
 * column i) hold a key of it: are no two rows equal in them? */
bool fold_is_key(const char *src, const struct tsql_query *q, const bool *in);
/* The column that the entry names, which an output is called by too; NULL:
 * an expression, an alias of something else, a number. */
const struct tsql_colref *fold_ordered_by(
    const struct tsql_query *q, const struct tsql_order *o);
/* Has no row of the query an equal one in its ORDER BY? */
bool fold_order_is_unique(const struct tsql_query *q);
/* A key of the table whose columns are all NOT NULL, or NULL. */
const struct tsql_key *fold_key(const struct table *t);

#endif
