/*
 * Helpers of the files that take rows of the catalogue's result sets: values
 * of the current row as text that lives as long as the catalogue, and as
 * pieces of JSON. Private to live_read.c and live_keys.c.
 */
#ifndef EXTRACT_LIVE_READER_H
#define EXTRACT_LIVE_READER_H

#include "live.h"

/* Reading one result set. */
struct reader {
	struct catalog *c;
	struct db *d;
	struct buf text; /* the section that grows */
	struct buf more; /* a second one */
};

#define FIND(name) const int name = db_find(d, #name)

/* The value as text until the next call, or NULL. */
const char *reader_text(struct reader *r, int i);
bool reader_flag(struct reader *r, int i);
/* A copy that lives as long as the catalogue; the second shares equal ones. */
const char *reader_keep(struct reader *r, int i);
const char *reader_intern(struct reader *r, int i);
const char *reader_keep_buf(struct reader *r, const struct buf *b);

void json_add_text(struct buf *b, const char *s);
void json_add_name(struct buf *b, const char *key); /* ,"key": */
/* "a:b" in decimal: a key of the catalogue's maps */
const char *id_pair(char key[48], int64_t a, int64_t b);
/* ,"key":"value" unless the value is NULL */
void reader_field(struct reader *r, struct buf *b, const char *key, int i);
/* '[' before the first item of an array, ',' before the others */
void json_add_item(struct buf *b);

/* What live_server.c and live_keys.c take; 0 at the end of the set, -1. */
int take_database(struct reader *r);
int take_permissions(struct reader *r);
int take_unreadable(struct reader *r);
int take_fingerprint(struct reader *r);
int take_indexes(struct reader *r);
int take_foreign_keys(struct reader *r);
int take_checks(struct reader *r);
int take_triggers(struct reader *r);
int take_row_counts(struct reader *r);
int take_usage(struct reader *r);
int take_dependencies(struct reader *r);
int take_jobs(struct reader *r);

#endif
