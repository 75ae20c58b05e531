/*
 * What mig-lineage and mig-impact share: the objects of a stream of records,
 * and for each one its lineage and dependencies.
 */
#ifndef LINEAGE_LOAD_H
#define LINEAGE_LOAD_H

#include "common/finding.h"
#include "tsql/catalog.h"
#include "tsql/deps.h"
#include "tsql/lineage.h"

/* Reads every record of the files (of standard input when there are none)
 * into a new catalogue; NULL when a file can't be read. *bad counts lines
 * that were no records. Foreign keys are kept in o->data. */
struct tsql_catalog *load_records(char **files, size_t *bad);

/* A foreign key's target, in a list. */
struct foreign {
	const char *references;
	const char **column, **referenced; /* n each */
	size_t n;
	struct foreign *next;
};

/* One object's analysis; lives in the arena, which may be reset after use. */
struct analysis {
	struct tsql_lineage *lineage;
	struct tsql_deps *deps; /* NULL: the object has no text */
};

struct analysis analyse(
    struct arena *a, struct tsql_catalog *c, struct tsql_object *o);

/* Objects by what people write: ids as in the records, or names with
 * brackets, a database in front, without the default schema. */
struct names {
	struct tsql_catalog *catalog;
	struct map by_id;
};

struct found {
	struct tsql_object *object;
	const char *column; /* NULL: the object */
};

void names_init(struct names *, struct tsql_catalog *);
void names_release(struct names *);
struct tsql_object *names_object(const struct names *, const char *id);
/* false: not found; the object may be known all the same. */
bool names_find(
    const struct names *, struct arena *, const char *written, struct found *);
/* The name that is likest, after that; NULL when none is. The caller frees
 * it. */
char *names_suggest(
    const struct names *, struct arena *, const char *written, struct found *);

const char *object_kind_name(const struct tsql_object *o); /* "view" … */

#endif
