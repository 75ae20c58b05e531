/*
 * What a module holds, counted and in order: the features that make it easy
 * or hard to migrate, the writes of a procedure and the pattern they make.
 * Works on a parsed tree, bound or not.
 */
#ifndef TSQL_PROFILE_H
#define TSQL_PROFILE_H

#include "tsql/ast.h"

struct arena;

enum tsql_feature {
#define X(name, text) TSQL_FEATURE_##name,
#include "tsql/profile.def"
#undef X
	TSQL_FEATURE_NR
};

const char *tsql_feature_name(enum tsql_feature);

enum tsql_write_verb {
	TSQL_W_INSERT,
	TSQL_W_UPDATE,
	TSQL_W_DELETE,
	TSQL_W_MERGE,
	TSQL_W_TRUNCATE,
	TSQL_W_SELECT_INTO,
};

const char *tsql_write_name(enum tsql_write_verb);

/* One statement that writes a table. */
struct tsql_write {
	enum tsql_write_verb verb;
	const struct tsql_stmt *stmt;
	/* The table: an alias of the FROM clause is followed. A table
	 * variable has its @ in variable and no name. */
	const struct tsql_objname *name;
	const struct tsql_name *variable;
	bool temporary; /* #t, ##t, @t */
	bool whole;	/* TRUNCATE, or DELETE without a condition */
	/* Rows that no table gives: INSERT of values; UPDATE or DELETE that
	 * reads no other table and mentions a variable. */
	bool given;
	bool in_loop, in_branch, in_handler; /* WHILE, IF, CATCH */
	/* DELETE: the target's columns that are compared with a value by =,
	 * when the condition is nothing but such comparisons; MERGE: those
	 * of ON. */
	const struct tsql_name **key;
	uint32_t nkey;
};

enum tsql_pattern {
	TSQL_P_NONE, /* writes nothing, returns nothing */
	TSQL_P_TRUNCATE_INSERT,
	TSQL_P_SELECT_INTO,
	TSQL_P_TEMP_TABLE_CHAIN,
	TSQL_P_TABLE_VARIABLE,
	TSQL_P_INSERT_UPDATE, /* emptied, filled, then updated */
	TSQL_P_DELETE_INSERT, /* a part is replaced */
	TSQL_P_APPEND,
	TSQL_P_UPSERT, /* UPDATE and INSERT of one table */
	TSQL_P_MERGE,
	TSQL_P_SCD2,
	TSQL_P_UPDATE,
	TSQL_P_DELETE,
	TSQL_P_CURSOR,
	TSQL_P_LOOP,
	TSQL_P_DYNAMIC,
	TSQL_P_EXEC_ONLY,
	TSQL_P_RESULT_SET,
	TSQL_PATTERN_NR
};

const char *tsql_pattern_name(enum tsql_pattern);

struct tsql_profile {
	uint32_t count[TSQL_FEATURE_NR];
	uint32_t first[TSQL_FEATURE_NR]; /* offset of the first one */
	uint32_t depth;			 /* of nested blocks, the deepest */
	struct tsql_write *write;	 /* in source order, in the arena */
	uint32_t nwrite, write_cap;
	enum tsql_pattern pattern; /* of the whole procedure */
};

void tsql_profile_module(
    struct arena *, const struct tsql_module *, struct tsql_profile *);

/* The pattern of the writes to one table, chosen by mine(); TSQL_P_NONE when
 * there are none. */
enum tsql_pattern tsql_profile_pattern_of(const struct tsql_profile *,
    bool (*mine)(void *data, const struct tsql_write *), void *data);

#endif
