/* A query in work: parsed, bound and emitted, for the model and its tests. */
#ifndef MIG_GEN_QUERY_H
#define MIG_GEN_QUERY_H

#include "gen.h"
#include "tsql/emit.h"

struct query {
	const char *src; /* the text of the spans */
	size_t len;
	uint32_t first_line;
	/* The text was made from the object's: places in it say nothing, so
	 * findings are given the object's own. */
	bool made;
	bool reads_itself; /* its table as the last run left it */
	struct tsql_module *module;
	struct tsql_query *query;	  /* bound */
	const struct tsql_names *columns; /* of CREATE VIEW v (a, b) */
	struct tsql_catalog *catalog;
	struct emit_result result;
};

/* Starts with the text of the record's definition, parsed, and a catalogue of
 * the record's inputs; each object's data is its input. */
void query_open(struct work *, struct query *);
void query_close(struct query *);
/* Parses another text in its place. */
void query_text(struct work *, struct query *, const char *src);
/* A computed column's expression over its table's columns, as the target
 * writes it; NULL when that isn't known to be exact. */
struct doc *query_computed(
    struct work *, struct query *, const char *table, const char *text);
/* Emits q->query, takes claim, findings, columns and macros over. */
void query_emit(struct work *, struct query *);
/* The SQL and the tests that witness it; false when it is manual. */
bool query_finish(
    struct work *, struct query *, struct buf *sql, struct buf *unit_tests);

#endif
