/*
 * Rowset files: a header record, then one JSON array a row (mig-records(5)).
 */
#ifndef MIG_DBT_ROWSET_H
#define MIG_DBT_ROWSET_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "common/buf.h"
#include "dbt/rowtype.h"

struct rowset_column {
	const char *name; /* the header's */
	const char *type_text;
	struct row_type type;
};

struct rowset {
	FILE *in;
	const char *path; /* the caller's */
	size_t line;
	struct json_object *header;
	const char *object;   /* the header's */
	const char *database; /* likewise, or NULL */
	struct rowset_column *columns;
	size_t nr_columns;
	int64_t rows; /* as the header says; -1: it doesn't */
	struct buf raw;
	struct json_tokener *tok;
};

/* Reads the header. 0, or -1 after a message; then nothing is open. */
int rowset_open(struct rowset *r, const char *path)
    __attribute__((warn_unused_result));
void rowset_close(struct rowset *r);

/*
 * The next row, an array with as many elements as there are columns: the
 * caller puts it. NULL at the end; *bad is set when the end is a line that is
 * no such row (reported), or a count that the header contradicts.
 */
struct json_object *rowset_next(struct rowset *r, bool *bad);

/*
 * Is a row in a sample of so many percent? The first 32 bits of the SHA-256
 * of its key's values, a JSON array as a rowset writes it, decide: the same
 * rows on every side.
 */
bool rowset_sampled(double percent, const char *key, size_t len);

/*
 * Finds the file with the rows that SQL Server had for an object in a
 * directory: dir/<object>.jsonl, or for a procedure's target
 * dir/<procedure>.run<n>.<target>.jsonl, with or without the procedure's
 * schema; blanks and what else a file name can't have are `_`. The files of
 * several databases are in a folder for each, or have its name in front:
 * database is the object's, or NULL. NULL when there is none. The caller frees
 * it.
 */
char *rowset_find(const char *dir, const char *database, const char *object,
    const char *target, int run);

#endif
