/*
 * A target dialect: share/dialects/NAME.json. What is said there: how types,
 * functions and operators are written, which words are reserved, what the
 * engine can do. man/mig-dialects.5 describes the file.
 *
 * A template is SQL with {0}, {1} … for the arguments and {*} for all of
 * them, separated by commas. Parentheses around an argument that needs them
 * are added where it is put in.
 */
#ifndef TSQL_DIALECT_H
#define TSQL_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "common/map.h"

struct buf;
struct tsql_type;

/* How far a rule can be trusted: the claim of the model that uses it. */
enum claim { CLAIM_EXACT, CLAIM_DIFFERS, CLAIM_MANUAL };

const char *claim_name(enum claim);

struct dialect {
	const char *name;    /* "duckdb" */
	const char *adapter; /* dbt's: macros dispatch on it */
	enum claim claim;    /* the best claim that is possible at all */
	char quote[2];	     /* opening and closing quote of identifiers */
	char fold;	     /* 'l', 'u' or 0: what happens to bare names */
	size_t name_bytes, name_chars; /* the longest name; 0: no limit */
	struct map reserved;	       /* words that need quotes, folded */
	struct json_object *json;
	struct json_object
	    *zones; /* share/zones.json: Windows' names to IANA's */
};

struct dialect_rule {
	const char *sql;   /* template, or NULL */
	const char *macro; /* dbt macro that is called with the arguments */
	enum claim claim;
	const char *note; /* why the claim isn't exact; may be NULL */
};

/* Reads the dialect's file (see dialect_file.h); NULL and a message when it
 * can't. */
struct dialect *dialect_load(const char *name);
void dialect_free(struct dialect *);

/*
 * The type as the target spells it, into b. false: the target has none, and
 * b gets the nearest (text).
 */
bool dialect_type_name(
    const struct dialect *, const struct tsql_type *, struct buf *b);
/* Does a value of the type keep all that it holds? If not, *why says what is
 * lost (static or the dialect's). */
bool dialect_type_is_exact(
    const struct dialect *, const struct tsql_type *, const char **why);

/* An identifier, quoted only where it has to be. The same rule everywhere:
 * models, sources, what mig-load makes. */
void dialect_ident(
    const struct dialect *, const char *name, size_t len, struct buf *b);
/* The name that the target's catalogue has for it: folded, where the target
 * folds names without quotes. The caller frees it. */
char *dialect_stored_name(const struct dialect *, const char *name);
/* Does the target keep the whole name? */
bool dialect_keeps_name(const struct dialect *, const char *name, size_t len);
/* The longest name in ASCII; 0: there is no limit. */
size_t dialect_name_limit(const struct dialect *);
bool dialect_needs_quotes(const struct dialect *, const char *name, size_t len);

/* The rule of "sql" (what the emitter asks for: "int_div") or "functions"
 * (T-SQL's name, upper case). */
bool dialect_op(
    const struct dialect *, const char *key, struct dialect_rule *out);
bool dialect_function(
    const struct dialect *, const char *name, struct dialect_rule *out);
/* A flag of "can". */
bool dialect_can(const struct dialect *, const char *what);
/* IANA's name of one of Windows' time zones, or NULL. */
const char *dialect_zone(const struct dialect *, const char *windows);
/* A word of "words", or the alternative. */
const char *dialect_word(
    const struct dialect *, const char *key, const char *alt);

#endif
