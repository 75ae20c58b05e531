/*
 * Rows of INSERT … VALUES (and INSERT … SELECT of constants) as rowset files,
 * one for each table: <schema>.<name>.jsonl in a directory.
 */
#ifndef EXTRACT_ROWS_H
#define EXTRACT_ROWS_H

#include "ddl.h"

struct rows {
	const char *dir;
	struct map tables; /* of struct table_rows, by database and id */
	bool several;	   /* databases */
	bool failed;
};

void rows_init(struct rows *r, const char *dir);
/* Adds the statement's rows. A row that isn't constant is a finding of its
 * table: that table's rowset is not written, since it would be partial. */
void rows_insert(struct rows *r, struct inventory *inv, const struct place *at,
    const struct tsql_stmt *s);
/* Writes the files and sets row_count; -1 after a message when one can't be
 * written. Releases r. */
int rows_finish(struct rows *r, struct inventory *inv);

#endif
