/*
 * What a bound tree depends on, and how: tables it reads and writes,
 * procedures and functions it calls. Temp tables, table variables, CTEs and
 * system objects are left out. Text that is executed (EXEC('…'),
 * sp_executesql) is parsed as a module of its own when it is literal, or
 * put together from literals, variables of known text and values; where it
 * can't be known there is a finding DYNAMIC_SQL and an unknown dependency.
 */
#ifndef TSQL_DEPS_H
#define TSQL_DEPS_H

#include "tsql/bind.h"

enum tsql_dep_kind {
	TSQL_DEP_SELECT,
	TSQL_DEP_INSERT,
	TSQL_DEP_UPDATE,
	TSQL_DEP_DELETE,
	TSQL_DEP_MERGE,
	TSQL_DEP_TRUNCATE,
	TSQL_DEP_EXEC,
	TSQL_DEP_CALL, /* functions */
	TSQL_DEP_FOREIGN_KEY,
	TSQL_DEP_REFERENCE, /* types, sequences, synonyms, DDL, triggers */
	TSQL_DEP_UNKNOWN,   /* dynamic SQL, or a linked server's query */
};

struct tsql_dep {
	enum tsql_dep_kind kind;
	/* "schema.name", with database and server in front where they were
	 * written and are not this database; UNKNOWN: "" or what is known */
	const char *target;
	struct tsql_object *object; /* the catalogue's, or NULL */
	/* where it is, when not in the database that is bound; or NULL */
	const char *database, *server;
	/* columns read or written, as known: a change's own target is one
	 * dependency, with the columns that are set and that are read */
	const char **column;
	uint32_t ncolumn;
	uint32_t off; /* of the first place, in the module's text */
	bool dynamic; /* found in executed text */
};

/* A text that a statement executes. */
struct tsql_dynamic {
	const struct tsql_stmt *stmt; /* the EXEC */
	struct tsql_module *module;   /* of the text; NULL: not known */
	const char *text;
	uint32_t len;
	bool whole; /* no part of it is a guess */
	struct tsql_dynamic_piece {
		uint32_t at;  /* in text */
		uint32_t off; /* in the module's source */
		uint32_t len; /* 0: not from a literal */
	} * piece;
	uint32_t npiece;
};

struct tsql_deps {
	struct tsql_dep *v;
	uint32_t n;
	struct tsql_dynamic *dynamic;
	uint32_t ndynamic;
};

const char *tsql_dep_name(enum tsql_dep_kind); /* "select" … */

/*
 * Of a whole bound module, or of one statement of it (stmt NULL: all). opt
 * as for the binding. The result lives in the arena. Order: by kind of
 * first appearance.
 */
struct tsql_deps *tsql_deps_of(struct arena *, const struct tsql_module *,
    const struct tsql_stmt *, const struct tsql_bind_options *opt);
/* Of a bound query alone (a view's text). */
struct tsql_deps *tsql_deps_of_query(struct arena *, const struct tsql_query *,
    const struct tsql_bind_options *opt);

/* "schema.name" of a written name that no object is known for; the default
 * schema where none is written, database and server as written. */
char *tsql_written_id(struct arena *, const struct tsql_objname *,
    const struct tsql_bind_options *opt);

/* Where a byte of an executed text comes from in the source; for a guessed
 * part the place of the EXEC. */
uint32_t tsql_dynamic_offset(const struct tsql_dynamic *, uint32_t at);

/* dynamic.c: the executed texts of a batch's statements, which share their
 * variables, and of the ones inside of them; parsed, not bound; appended. */
struct tsql_dynamics {
	struct tsql_dynamic *v;
	uint32_t n, cap;
};
void tsql_dynamic_find(struct arena *, const struct tsql_module *,
    const struct tsql_stmts *, struct tsql_dynamics *);
/* Makes the database current that the EXEC's text runs in: that of
 * db.sys.sp_executesql. */
void tsql_dynamic_use(struct tsql_catalog *, const struct tsql_stmt *);
/* The parameters that sp_executesql's second argument declares, not bound. */
const struct tsql_params *tsql_dynamic_params(
    struct arena *, const struct tsql_exec *);
/* Stands in the text for what isn't known. */
#define TSQL_DYNAMIC_HOLE "mig_unknown_text"

#endif
