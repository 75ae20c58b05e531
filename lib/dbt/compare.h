/*
 * Two sets of rows compared: by key where there is one, else as multisets.
 * Memory is bounded: rows are sorted on disk when there are many.
 *
 * The words are those of dbt's audit_helper; a is what is expected (SQL
 * Server's rows), b what the model returned.
 */
#ifndef MIG_DBT_COMPARE_H
#define MIG_DBT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "dbt/rowkey.h"

enum side { EXPECTED, ACTUAL };

struct column_count {
	uint64_t null_in_a, null_in_b, conflicting;
};

struct compare {
	struct field *fields; /* in the order of the bytes */
	size_t nr_fields;
	size_t nr_key;	   /* how many of them are the key; 0: none */
	size_t nr_exact;   /* how many come before the approximate ones */
	size_t samples;	   /* to keep of each class */
	uint64_t keep, of; /* sampling: rows whose hash % of < keep */

	/* the result */
	uint64_t rows[2];  /* all of them */
	uint64_t taken[2]; /* those that were compared */
	uint64_t identical, modified, added, removed, nonunique;
	struct column_count *counts; /* of each field */
	struct json_object *sample;  /* array */

	struct compare_state *state;
};

/*
 * Takes the fields (the array and nothing in it): key fields first, nr_key of
 * them, then the others; puts the approximate ones last.
 */
void compare_init(
    struct compare *c, struct field *fields, size_t nr, size_t nr_key);
void compare_release(struct compare *c);

/* One row, an array. */
void compare_add(struct compare *c, enum side side, struct json_object *row);

/* After the last row. */
void compare_finish(struct compare *c);

#endif
