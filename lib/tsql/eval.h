/*
 * A small evaluator of bound queries over a few rows, by T-SQL's rules: what
 * SQL Server would answer, for the unit tests that witness a translation.
 *
 * It only answers where it is certain. A value that it can't be sure of
 * (a function that it doesn't know, a sum of floats, the order of letters
 * beyond ASCII) is vague, and so is what is made of it; a query whose rows
 * depend on one fails. Errors of SQL Server (overflow, a division by zero)
 * fail too. Nothing here is meant to be fast.
 *
 * naive makes it evaluate one construct as a translator would that takes
 * T-SQL for the target's own SQL: rows on which that makes a difference are
 * those that a test needs.
 */
#ifndef TSQL_EVAL_H
#define TSQL_EVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tsql/bind.h"
#include "tsql/emit.h"

struct arena;
struct buf;

__extension__ typedef __int128 eval_int;

enum eval_kind {
	EVAL_NULL,
	EVAL_NUMBER, /* n / 10^scale: bit, integers, decimal, money */
	EVAL_STRING,
	EVAL_MOMENT, /* n: nanoseconds since 0001-01-01; a date: midnight */
};

struct eval_value {
	uint8_t kind;
	uint8_t scale;
	bool vague; /* not known: the rest means nothing */
	uint32_t len;
	eval_int n;
	const char *s; /* not NUL-ended */
};

struct eval_rows {
	struct eval_value **row;
	size_t n, cap;
	uint32_t ncolumn;
};

/* The rows of a table or view; NULL: unknown. */
typedef const struct eval_rows *eval_table_fn(
    void *ctx, const struct tsql_object *);

struct eval_frame;

struct eval {
	struct arena *a;
	eval_table_fn *table;
	void *ctx;
	const struct tsql_collation *collation; /* the database's */
	enum emit_construct naive;		/* EMIT_USE_NONE: T-SQL */
	/* Naive texts are equal by bytes, or only 'c': case counts, 'i': among
	 * equals, or 'b': blanks at the end do. Naive quotients of integers
	 * keep their fraction, or 'r': are rounded. NULL is last, or 'g':
	 * greatest. */
	char variant;
	/* What it met first that it doesn't know; NULL: nothing. Static. */
	const char *unknown;
	/* its own: */
	struct eval_frame *frame;
	bool failed;
	size_t steps; /* what is left of the work that it does at most */
	int depth;
};

/* The result in the arena; false when it isn't certain. Columns may still
 * hold vague values. */
bool eval_query(struct eval *, struct tsql_query *, struct eval_rows *out);

/* Equal as a comparison of results sees it: by bytes, numbers by value. */
bool eval_same(const struct eval_value *, const struct eval_value *);
/* 2024-01-31 → the moment. */
eval_int eval_moment_of(int year, int month, int day);
/* The value as a YAML scalar (in flow style) for a column of this type, where
 * a bit is a boolean or a number. */
void eval_yaml(struct buf *, const struct eval_value *,
    const struct tsql_type *, bool boolean_bits);

#endif
