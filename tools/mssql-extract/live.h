/*
 * A live server as a source of records: connecting, reading the catalogue in
 * a few round trips, writing records and rows. Private to this tool.
 *
 * The catalogue's skeleton (names, columns, keys as JSON text) is kept in an
 * arena; definitions are streamed and never all in memory.
 */
#ifndef EXTRACT_LIVE_H
#define EXTRACT_LIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "common/map.h"
#include "db/db.h"

#include "source.h"

/* -- connecting (live_connect.c) ------------------------------------- */

/* Who logs in, from a file, the environment or the terminal. */
struct credentials {
	char *user, *password;
};
/* -1 after a message. */
int credentials_get(struct credentials *c, const struct live_options *o);
void credentials_release(struct credentials *c);

/* The driver's view of the options; points into them. */
struct db_config live_config(const struct extract_options *o,
    const struct credentials *c, const char *database);

/* A message about the connection's last error, with what may help. */
void live_report(const struct db *d, const char *what);

/* Connects, with pauses between tries while the error is a passing one.
 * NULL after a message. */
struct db *live_connect(
    const struct extract_options *o, const struct db_config *c);

/* Waits before try number n (1, 2, ...): 1, 2, 4 ... seconds, not in step
 * with other clients. */
void live_pause(unsigned n);

/* -- the query files (live_queries.c) --------------------------------- */

struct queries {
	struct json_object *sets; /* share/catalog/sets.json */
	const char *chain[16];	  /* names of the sets, newest first */
	size_t nr;
	bool one_by_one; /* a batch failed in the middle: no more batches */
};

int queries_load(struct queries *q); /* -1 after a message */
void queries_release(struct queries *q);
/* Picks the sets for a server. */
void queries_choose(struct queries *q, int64_t engine, int64_t major);
/*
 * The text of a query, from the first set at or behind *depth that has it;
 * *depth is set to that set. NULL when there is none, "" when the file says
 * that there is nothing to ask. The caller frees it.
 */
char *queries_text(const struct queries *q, const char *name, size_t *depth);
bool queries_required(const struct queries *q, const char *name);

/* -- the catalogue (live_catalog.c) ----------------------------------- */

struct live_object {
	int64_t id;
	const char *kind; /* NULL: not a record of its own */
	const char *schema, *name, *type, *modified;
	/* JSON text of the sections, NULL when absent */
	const char *columns, *primary_key, *unique_keys;
	const char *foreign_keys, *checks, *indexes, *parameters, *returns;
	const char *base_type, *target, *extra, *description, *usage;
	const char *result; /* the query that gives a procedure's rows */
	int64_t row_count;  /* -1 unknown */
	struct live_edge *edges;
	bool has_module; /* a definition may be expected */
	bool done;	 /* its turn has come */
};

/* A reference; kept in a list at its source. */
struct live_edge {
	struct live_edge *next;
	const char *target, *type, *columns, *database, *server;
	const char *found; /* "catalogue", "parsed", "both" */
	bool known;	   /* the target is in this catalogue */
};

struct live_missing {
	char *permission, *effect, *grant;
};

struct catalog {
	/* while texts are parsed, for the arena and what a text adds to its
	 * object: columns, parameters, base_type, result */
	pthread_mutex_t lock;
	struct arena arena;
	struct map strings; /* interned: types, schemas, common names */
	struct live_object **objects; /* by id */
	size_t nr, cap, cursor;
	struct map by_name;	       /* schema.name -> struct live_object */
	struct map types;	       /* "schema.name" of user types */
	struct map descriptions;       /* "class:major:minor" -> text */
	struct map defaults, computed; /* "object:column" -> text */
	struct live_object **jobs;
	size_t nr_jobs, cap_jobs;

	char *database, *version, *edition, *collation, *user, *login;
	int64_t engine, compatibility;
	char *before, *after; /* the fingerprints */
	struct findings findings;
	struct live_missing *missing;
	size_t nr_missing, cap_missing;
	size_t round_trips;
	bool partial, view_definition;
	bool has_dependencies; /* the catalogue's list has something in it */
};

void catalog_init(struct catalog *c);
void catalog_release(struct catalog *c);
const char *catalog_intern(struct catalog *c, const char *s);
/* The object of that id or NULL; ids come mostly in ascending order. */
struct live_object *catalog_find(struct catalog *c, int64_t id);

/*
 * Everything but the modules. 0, or -1 with the error at the connection. When
 * a batch failed in the middle, q->one_by_one is set and *again too: the
 * catalogue has to be read anew, query by query.
 */
int catalog_read(
    struct catalog *c, struct db *d, struct queries *q, bool *again);
/* The fingerprint, again: did the catalogue change? 1, 0, -1. */
int catalog_changed(struct catalog *c, struct db *d, struct queries *q);
void catalog_miss(struct catalog *c, const char *permission, const char *effect,
    const char *grant);
/* The same, with the login's name for %s in the GRANT. */
void catalog_need(struct catalog *c, const char *permission, const char *effect,
    const char *grant);
/* May the rows be read that --rows will ask for? As catalog_read(). */
int catalog_check_rows(struct catalog *c, struct db *d, struct queries *q);

/*
 * Runs one query of the sets, falling back to older ones where the server
 * doesn't know a view or column. 1 with the rows at hand, 0 when there is
 * nothing to ask or it is not to be had (noted in c), -1.
 */
int catalog_open(
    struct catalog *c, struct db *d, struct queries *q, const char *name);

/* Takes the rows of one query (live_read.c); -1 as db_fetch(). */
int catalog_take(struct catalog *c, struct db *d, const char *name);

/* T-SQL text of a type as sys.columns describes it. */
void type_text(struct buf *out, const char *name, int64_t max_length,
    int64_t precision, int64_t scale);

/* -- records (live_write.c) ------------------------------------------- */

struct live_module {
	const char *text; /* NULL: not to be had */
	size_t len;
	bool quoted_identifier, ansi_nulls, encrypted;
};

enum { MAX_PARSERS = 4 };

struct writer {
	const struct extract_options *options;
	struct catalog *catalog;
	/* one a thread; none: texts are not parsed */
	struct live_parser *parsers[MAX_PARSERS];
	size_t nr_parsers;
	struct map *since; /* id -> hash of its record last time, or NULL */
	FILE *out, *tail;  /* records; those that follow all of them */
	bool jobs_are_out; /* an earlier database's reading wrote them */
	struct buf line, refs, changed;
};

/* The text of a module, joined to its object before the record is written
 * (live_parse.c). live_parser_new() wants the whole catalogue read; results:
 * how the rows that procedures return are had, and references are kept. What
 * live_parser_take() adds to o->edges is else good until its next call. */
struct live_parser;
struct live_parser *live_parser_new(struct catalog *c, bool results);
void live_parser_free(struct live_parser *p);
void live_parser_take(struct live_parser *p, struct live_object *o,
    const struct live_module *m, struct findings *f);
/* How many threads may parse: 1 where a text changes what others mean. */
size_t live_parsers_wanted(const struct catalog *c);

/* What a job's steps call, from their text. */
void live_parser_job(
    struct live_parser *p, struct catalog *c, struct live_object *o);

void write_database(struct writer *w);
/* The record and those of its references, added to line and refs; nothing when
 * the object isn't wanted. p NULL: the text isn't parsed. The references are
 * forgotten, unless rows are wanted. */
void render_object(const struct writer *w, struct live_parser *p,
    struct live_object *o, const struct live_module *module, struct buf *line,
    struct buf *refs);
/* Writes what was rendered, unless it is as it was (--since). */
void put_record(struct writer *w, const char *line, size_t len,
    const char *refs, size_t refs_len);
/* Renders and writes it. module NULL: the object has none. */
void write_object(
    struct writer *w, struct live_object *o, const struct live_module *module);
bool writer_wants(const struct writer *w, const struct live_object *o);
/* One record and a newline each; module and findings may be NULL. refs, if not
 * NULL, gets the "dependency" records of its references. */
void database_record(const struct catalog *c, struct buf *out);
void object_record(const struct catalog *c, const struct live_object *o,
    const struct live_module *module, const struct findings *f, struct buf *out,
    struct buf *refs);

/* -- rows (live_rows.c) ------------------------------------------------ */

/* Rowset files of the tables and views that pass the filters: 0, 1 when some
 * could not be read (said on stderr), 2 when nothing could be done. */
int live_rows(const struct extract_options *o, const struct db_config *config,
    struct catalog *c, struct db **d);

#endif
