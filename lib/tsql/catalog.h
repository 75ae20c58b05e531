/*
 * What a binding knows of the database: objects, their columns, parameters,
 * keys; filled from object records (mig-records(5)), from parsed CREATE
 * statements, or both. Names compare by the database's collation.
 *
 * The catalogue owns an arena of its own; everything reached from it lives
 * until tsql_catalog_free. Strings are NUL-ended.
 */
#ifndef TSQL_CATALOG_H
#define TSQL_CATALOG_H

#include <json-c/json.h>

#include "common/arena.h"
#include "common/map.h"
#include "tsql/ast.h"
#include "tsql/types.h"

enum tsql_object_kind {
	TSQL_OBJ_NONE,
	TSQL_OBJ_TABLE,
	TSQL_OBJ_VIEW,
	TSQL_OBJ_PROCEDURE,
	TSQL_OBJ_SCALAR_FUNCTION,
	TSQL_OBJ_TABLE_FUNCTION, /* inline, multi-statement, CLR */
	TSQL_OBJ_AGGREGATE,
	TSQL_OBJ_TRIGGER,
	TSQL_OBJ_SYNONYM,
	TSQL_OBJ_SEQUENCE,
	TSQL_OBJ_TYPE, /* alias or CLR type */
	TSQL_OBJ_TABLE_TYPE,
	TSQL_OBJ_TEMP_TABLE,	 /* #t, ##t: of a binding, not here */
	TSQL_OBJ_TABLE_VARIABLE, /* @t: likewise */
	TSQL_OBJ_SYSTEM,	 /* sys.x, INFORMATION_SCHEMA.x */
};

/* A column of an object, of a derived table, of a CTE, of a result. */
struct tsql_column {
	const char *name; /* "" for a result column without one */
	uint32_t len;	  /* of name */
	uint32_t ordinal; /* from 0 */
	const struct tsql_type *type;
	const char *type_text; /* of a record: while type isn't known yet */
	/* of a table: */
	const char *computed; /* its expression's text, or NULL */
	const char *def;      /* default's text, or NULL */
	bool identity, hidden, rowguid, persisted, generated;
	int64_t seed, increment; /* of identity */
	/* of a query's result: where it comes from */
	struct tsql_expr *expr; /* the select list's expression, or NULL */
	struct tsql_item *item; /* the entry (for *: the star's) */
};

/* The columns of one thing, with an index by name made when wanted. */
struct tsql_row {
	struct tsql_column *v;
	uint32_t n;
	bool open;	/* there may be more: the source isn't known */
	bool exact;	/* names compare with case */
	uint32_t *slot; /* hash index */
	uint32_t nslot;
};

struct tsql_key {
	const char *name;
	const uint32_t *column; /* ordinals */
	uint32_t n;
	bool primary;
};

struct tsql_parameter {
	const char *name;	      /* with @ */
	const struct tsql_type *type; /* user-defined in a record: UNKNOWN */
	const char *type_text;	      /* then as written, else NULL */
	const char *def;	      /* default's text or NULL */
	bool output;
	const struct tsql_object *table_type;
};

struct tsql_object {
	enum tsql_object_kind kind;
	const char *database; /* NULL: this one */
	const char *schema, *name;
	const char *id; /* "schema.name", with the database in front if any */
	struct tsql_row row; /* use tsql_object_row(): it may need binding */
	const struct tsql_key *key;
	uint32_t nkey;
	const struct tsql_parameter *param;
	uint32_t nparam;
	/* of a scalar function, sequence, type: use tsql_object_type() */
	const struct tsql_type *type;
	const char *type_text; /* of a record: while type isn't known yet */
	const char *target;    /* synonym: as written */
	bool inline_function;
	/* the text of view, procedure, function, trigger; or NULL */
	const char *text;
	size_t text_len;
	bool quoted_identifier, ansi_nulls;
	uint8_t row_state; /* 0 done, 1 to be found out, 2 being found out */
	bool derive;	   /* the columns are the text's query's */
	/* made by a statement of the module (temp tables …), or NULL */
	const struct tsql_stmt *made_by;
	void *data; /* the caller's */
};

struct tsql_catalog {
	struct arena arena;
	struct map objects;   /* "schema\1name" -> struct tsql_object */
	struct map schemas;   /* known names, values unused */
	struct map databases; /* beside the first; to their names */
	struct tsql_type_cache types;
	const char *database; /* name of the first one, or NULL */
	/* where names without a database are looked up: what is bound is an
	 * object of it. NULL: the first */
	const char *current;
	/* of the module that is bound: its names without a schema are looked
	 * up there first; NULL: in the default schema only */
	const char *module_schema;
	const char *default_schema; /* "dbo" */
	const struct tsql_collation *collation;
	bool exact;	/* names compare with case */
	unsigned depth; /* of views on views being found out */
	/* Called for a name that isn't there: may add its object. NULL: all
	 * of the database is there. Not for databases beside the first. */
	void (*supply)(void *ctx, const char *schema, const char *name);
	void *supply_ctx;
};

struct buf;

struct tsql_catalog *tsql_catalog_new(void);
void tsql_catalog_free(struct tsql_catalog *);

/* Takes what a record says (kinds database, table, view, procedure, function,
 * trigger, synonym, sequence, type); other kinds are ignored. The object, or
 * NULL. Records may come in any order; a second one of a name replaces. */
struct tsql_object *tsql_catalog_add_record(
    struct tsql_catalog *, struct json_object *record);
/* Takes what a CREATE (or CREATE OR ALTER, ALTER of a module) statement
 * makes; the source text is copied where it is needed later. */
struct tsql_object *tsql_catalog_add_stmt(
    struct tsql_catalog *, const struct tsql_stmt *, const char *src);
/* Every statement of a script in order, ALTER TABLE ADD and DROP too. */
void tsql_catalog_add_module(struct tsql_catalog *, const struct tsql_module *);

/* Adds an object that the caller filled, replacing one of its name. */
void tsql_catalog_put(struct tsql_catalog *, struct tsql_object *);
/* Forgets an object (DROP). */
void tsql_catalog_remove(struct tsql_catalog *, struct tsql_object *);
/* The columns that a table definition makes, in the arena; src is what the
 * tree points into. Computed columns get no type here. */
void tsql_catalog_table_row(struct tsql_catalog *, struct arena *,
    const struct tsql_table_def *, const char *src, struct tsql_object *);

/* Splits a written name into up to four parts, from the right: part[0] is the
 * object; missing ones NULL. The parts are in the arena. */
void tsql_split_name(struct arena *, const char *written, char *part[4]);
/* Adds a part that it splits off again: in brackets where it has to be. */
void tsql_add_part(struct buf *, const char *part, size_t len);

/* By its parts; database and schema may be NULL (current, default schema,
 * then dbo, then sys). Synonyms are not followed. */
struct tsql_object *tsql_catalog_find(const struct tsql_catalog *,
    const char *database, const char *schema, const char *name);
struct tsql_object *tsql_catalog_find_name(
    const struct tsql_catalog *, const struct tsql_objname *);
/* Is it the first database (or none), whose objects' ids have no database in
 * front? */
bool tsql_catalog_is_first(const struct tsql_catalog *, const char *database);
/* "schema.name", with the database in front unless it is the first. */
char *tsql_catalog_id(const struct tsql_catalog *, struct arena *,
    const char *database, const char *schema, const char *name);
/* Makes what USE names the current database; nothing where the catalogue
 * knows no databases by name. */
void tsql_use(struct tsql_catalog *, const struct tsql_stmt *);
void tsql_catalog_use(struct tsql_catalog *, const struct tsql_name *);
/* What a synonym stands for, through others; NULL if unknown or in a
 * circle. Any other object: itself. */
struct tsql_object *tsql_catalog_follow(
    const struct tsql_catalog *, struct tsql_object *);

/* A name as a synonym's target is written ("[db]..[t]") as an id: plain
 * parts, the schema filled in, without the current database. */
char *tsql_catalog_plain(
    const struct tsql_catalog *, struct arena *, const char *written);

/* The columns of a table, view or table function: a view's are derived from
 * its text when its record didn't give types. Never NULL; open if unknown. */
const struct tsql_row *tsql_object_row(
    struct tsql_catalog *, struct tsql_object *);

/* The type of a scalar function's value, a sequence's, an alias type's base;
 * NULL where there is none. */
const struct tsql_type *tsql_object_type(
    struct tsql_catalog *, struct tsql_object *);

/* Makes the index of a row that won't grow any more. */
void tsql_row_index(struct tsql_row *, struct arena *);
/* The column of this name, or NULL. *several: more than one. */
const struct tsql_column *tsql_row_find(
    const struct tsql_row *, const char *name, size_t len, bool *several);

/* A type as written, user-defined ones looked up. */
struct tsql_type tsql_catalog_type(
    const struct tsql_catalog *, const struct tsql_dtype *, int no_length);
/* The catalogue's own copy, one for equal types. */
const struct tsql_type *tsql_catalog_intern(
    struct tsql_catalog *, const struct tsql_type *);

#endif
