/* The insides of collecting dependencies: deps.c walks, deps_entry.c keeps. */
#ifndef TSQL_DEPS_INT_H
#define TSQL_DEPS_INT_H

#include "common/buf.h"
#include "common/map.h"
#include "tsql/deps.h"

/* One dependency while it grows. */
struct entry {
	struct tsql_dep dep;
	const struct tsql_row *row;
	uint64_t *bits;	  /* columns of row seen, by ordinal */
	struct map names; /* columns of what isn't known */
};

struct collector {
	struct arena *a;
	const struct tsql_bind_options *opt;
	const struct tsql_module *module;
	struct map entries;	  /* "kind target" -> struct entry */
	struct buf key;		  /* of an entry */
	struct entry *recent[64]; /* by object and kind */
	const char *home; /* the database that is bound; USE leaves it */
	bool executes;	  /* an EXEC was seen: there may be text */
	bool dynamic;
	uint32_t dynamic_off; /* of the EXEC */
	struct {
		const struct tsql_source *source;
		struct entry *entry;
	} cache[64];
	/* what the statement changes, and its entry: columns that it reads of
	 * its target are noted there too */
	const struct tsql_source *target;
	struct entry *changed;
	struct entry *trigger; /* its table */
	struct tsql_dynamics texts;
	unsigned depth;
};

/* The entry of that kind and target, made when it is the first. */
struct entry *dep_put(struct collector *, enum tsql_dep_kind,
    const char *target, struct tsql_object *, uint32_t off);
/* The same of a name as it is bound; NULL: nothing to depend on. */
struct entry *dep_put_name(
    struct collector *, enum tsql_dep_kind, const struct tsql_objname *);
/* A dependency that can't be known, and the finding that says why. */
void dep_unknown(
    struct collector *, uint32_t off, const char *target, const char *why);
void dep_column(struct collector *, struct entry *, const struct tsql_column *);
/* The entry's columns, when all are seen. */
void dep_finish(struct collector *, struct entry *);
/* A name that stands for unknown text. */
bool dep_is_guess(const struct tsql_name *);
bool dep_is_left_out(const struct tsql_object *);
char *dep_written(struct collector *, const struct tsql_objname *);

#endif
