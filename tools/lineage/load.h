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

const char *object_kind_name(const struct tsql_object *o); /* "view" … */

#endif
