/*
 * From DDL statements to the inventory's objects. Each function takes a
 * statement of the kind in its name; what it can't use it counts as left out
 * or says in a finding: nothing is dropped without a word.
 */
#ifndef EXTRACT_DDL_H
#define EXTRACT_DDL_H

#include "inventory.h"
#include "tsql/sqlcmd.h"

/* Where a statement stands, for definitions and findings. */
struct place {
	const struct tsql_module *module;
	const struct tsql_batch *batch;
	struct tsql_span def; /* what SQL Server would keep as the definition */
	/* where the module's lines come from, or NULL: they are the file's */
	const struct tsql_sqlcmd *sqlcmd;
};

void ddl_create_table(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
void ddl_alter_table(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
void ddl_create_index(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
void ddl_create_module(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
void ddl_create_other(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
void ddl_drop(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
/* A statement that can't be parsed: a module keeps its name and text. */
void ddl_opaque(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
/* EXEC of a system procedure that defines something (descriptions, alias
 * types): false when it is another call. */
bool ddl_system_call(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);

/* EXEC sp_rename. */
void ddl_rename(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);
/* ALTER SCHEMA … TRANSFER */
void ddl_transfer(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s);

/* The columns of a table definition as records; constraints that stand with
 * them go to o unless that is NULL. A new reference. */
struct json_object *ddl_columns(
    const struct place *at, const struct tsql_table_def *def, struct object *o);
/* A type as SQL Server prints it: "decimal(9,2)"; the caller frees it. */
char *ddl_type(const struct tsql_dtype *t);
/* A span's text without blanks around it; the caller frees it. */
char *ddl_text(const struct place *at, uint32_t off, uint32_t len);
char *ddl_name(const struct tsql_name *n); /* the caller frees it */
/* Sets the object's definition. */
void ddl_definition(struct object *o, const struct place *at);

#endif
