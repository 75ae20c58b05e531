/*
 * Unit tests that witness: for each construct on which dialects differ, rows
 * that a naive translation would answer in another way, with what SQL Server
 * answers.
 */
#ifndef MIG_GEN_WITNESS_H
#define MIG_GEN_WITNESS_H

#include "tsql/eval.h"
#include "query.h"

/* Rows of the tables that a view reads, being tried. */
struct trial {
	struct work *w;
	struct query *q;
	struct arena *a; /* emptied between constructs */
	struct trial_table *table;
	size_t ntable;
	/* what is worth trying, from the view's text: */
	struct eval_value *string, *number, *moment;
	size_t nstring, nnumber, nmoment;
	/* the first of them: the view's own */
	size_t own_strings, own_numbers, own_moments;
	size_t values_max; /* of each kind */
	size_t nodes;	   /* of the query: what one try costs */
	size_t tries;
	uint64_t seed;
	const char *tell; /* the variants to be told apart */
	char variant;	  /* struct eval's */
	/* How far the tries for a construct came, for the reason why it has
	 * no witness: */
	bool answered, filled, certain;
	const char *unknown; /* to the evaluator */
};

struct trial_table {
	const struct tsql_object *object;
	const char *input; /* ref('x'), without the braces */
	const struct tsql_row *columns;
	bool *used;   /* by column: the view refers to it */
	bool *linked; /* it is compared with another column */
	struct eval_rows rows;
};

/* Finds the tables and what to try. */
void trial_open(struct trial *, struct work *, struct query *, struct arena *);
/* Other rows: the n-th of an endless supply, always the same ones. */
void trial_fill(struct trial *, uint64_t n);

/* The YAML of the model's unit_tests section, or nothing. Each construct in
 * use is told in w->witnesses, with its test or why there is none. */
void witness(struct work *, struct query *, struct buf *out);

#endif
