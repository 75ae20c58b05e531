/*
 * The objects of a source's databases (mostly one), gathered from scripts in
 * any order: a later ALTER, index or description finds the object that it
 * belongs to. Names are compared without case; the last definition of an object
 * wins.
 */
#ifndef EXTRACT_INVENTORY_H
#define EXTRACT_INVENTORY_H

#include <stdbool.h>
#include <stdio.h>

#include <json-c/json.h>

#include "common/finding.h"
#include "common/map.h"
#include "tsql/ast.h"

#include "source.h"

struct object {
	const char *kind;
	char *id, *schema, *name;
	char *database;		 /* NULL: the inventory's first */
	struct json_object *rec; /* the fields, in any order */
	struct findings findings;
	size_t column; /* where object_column() looks first */
	bool gone;     /* dropped again */
	bool context;  /* another project's: for its name, not written */
};

struct inventory {
	struct map objects; /* of struct object */
	char *database, *collation;
	char *current; /* the database that USE named last, or NULL */
	struct json_object *files;
	struct map left_out; /* statement kind -> count (size_t *) */
	struct findings findings;
	size_t statements;
	bool context; /* what is read now is another project's */
	size_t kept_findings;
	char *kept_current;
	bool packaged; /* descriptions may be of constraints, unnamed so */
};

void inventory_init(struct inventory *inv);
void inventory_release(struct inventory *inv);

/* A name as the catalogue has it: schema dbo unless said. The caller frees
 * both parts with object_name_release(). */
struct object_name {
	char *schema, *name, *database;
};
struct object_name object_name_of(const struct tsql_objname *n);
void object_name_release(struct object_name *n);

/* The object of that name, or NULL. kind NULL: any kind but "type"; database
 * NULL: the current one. */
struct object *inventory_find(struct inventory *inv, const char *kind,
    const char *database, const char *schema, const char *name);
/* The object, new and empty (what an earlier definition said is gone). */
struct object *inventory_add(struct inventory *inv, const char *kind,
    const char *database, const char *schema, const char *name);
/* Gives an object another name; an object that has it is gone. */
void inventory_rename(struct inventory *inv, struct object *o,
    const char *schema, const char *name);
/* USE: what comes next is of that database. */
void inventory_use(struct inventory *inv, const char *database);
/* Between these: objects of another project, of the same database (NULL) or
 * of another one. */
void inventory_context_start(struct inventory *inv, const char *database);
void inventory_context_end(struct inventory *inv);
/* Objects of its own. */
size_t inventory_count(const struct inventory *inv);
/* The database's name, or NULL where none is known. */
const char *inventory_database_of(
    const struct inventory *inv, const struct object *o);
/* Are there objects of its own of more than one database? */
bool inventory_is_several(const struct inventory *inv);
/* DROP: the object is gone; a name that is not known is passed over. */
void inventory_drop(
    struct inventory *inv, const struct tsql_objname *n, bool type);

/* A statement that makes no record is counted by its kind. */
void inventory_left_out(struct inventory *inv, const char *what);

/* The array of a field, made when it is absent. */
struct json_object *object_array(struct object *o, const char *field);
/* The column's record, or NULL. */
struct json_object *object_column(struct object *o, const char *name);

/* The records; new references. */
struct json_object *inventory_database(
    struct inventory *inv, const char *database, const char *source);
struct json_object *inventory_record(struct inventory *inv, struct object *o);

/* Adds what the texts say: dependencies, columns of views, types of computed
 * columns. */
void inventory_resolve(struct inventory *inv);

/* Writes the database record and the objects, filtered; returns the number of
 * objects with an error among their findings. */
size_t inventory_write(struct inventory *inv, const struct extract_options *o,
    const char *source, FILE *out);

#endif
