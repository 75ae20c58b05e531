/*
 * A procedure as a sequence of table states, folded into queries.
 *
 * Each INSERT, UPDATE, DELETE, MERGE, TRUNCATE, SELECT INTO makes a new state
 * of its target from older states. Every state becomes a CTE; the last state
 * of each table that outlives the procedure becomes one query: T-SQL again,
 * so that binder and emitter treat it as they treat a view. UPDATE becomes
 * CASE, DELETE a predicate, MERGE a state transition, temporary tables and
 * table variables CTEs, variables the expressions that they hold.
 *
 * Every statement ends in the ledger. What can't be folded makes the targets
 * that depend on it manual, with a finding.
 *
 * Everything returned lives in the arena, findings in the list given.
 */
#ifndef TSQL_FOLD_H
#define TSQL_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/finding.h"
#include "tsql/bind.h"

enum fold_claim { FOLD_EXACT, FOLD_DIFFERS, FOLD_MANUAL };

/* A table that the procedure leaves changed, or its result set. */
struct fold_target {
	const char *id; /* "dw.FactInvoice"; a result set: the procedure's */
	const struct tsql_object *object; /* NULL: result set, SELECT INTO */
	bool result_set;
	enum fold_claim claim;
	/*
	 * CREATE PROCEDURE … AS WITH … SELECT …: to be parsed and bound as a
	 * module, for the parameters' sake; its one statement is the query.
	 * NULL when the claim is manual.
	 */
	const char *sql;
	/* The query reads the table as the last run left it: under its own
	 * name. */
	bool reads_previous;
	bool truncated;		   /* emptied first: a full rebuild each time */
	const char *pattern;	   /* truncate_insert, select_into, merge … */
	const char **reads_target; /* final states of other targets it reads */
	size_t nreads_target;
};

struct fold_entry {
	uint32_t number;  /* 1, 2 … in source order, nested ones too */
	const char *kind; /* "insert", "set_option" … */
	uint32_t line, column, end_line;
	const char *to;	    /* model, left_out, manual */
	const char *target; /* table id, for model */
	const char *reason; /* or NULL */
};

struct fold {
	struct fold_target *target;
	size_t ntarget;
	struct fold_entry *ledger;
	size_t nledger;
};

/*
 * Folds the procedure whose CREATE statement the module holds; the module
 * must be bound with the same catalogue (tsql_bind_module). Never NULL.
 */
struct fold *tsql_fold(struct arena *, const struct tsql_module *,
    struct tsql_catalog *, struct findings *);

#endif
