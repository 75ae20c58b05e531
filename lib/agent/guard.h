/*
 * Holds a model file that someone untrusted wrote to what a model may do: one
 * query over the relations that the plan names, with functions that only
 * compute. Everything else is refused, also what isn't understood: hooks, DDL
 * and DML, run_query, env_var, files, the network, settings, relations by
 * name, calls of unknown functions, Jinja beyond
 *
 *	ref('a') source('a', 'b') this var('a') config(...) is_incremental()
 *	{% if [not] is_incremental() %} {% else %} {% endif %} {# comments #}
 *
 * and the macros that the policy names, whose arguments (strings, joined by ~,
 * relations, other such macros) are held to the same rules.
 *
 * The file is rendered twice, as a full and as an incremental run, and each
 * text is lexed as the target database would lex it. Whatever databases lex
 * differently (nested comments, dollar quotes, control characters, unquoted
 * letters beyond ASCII) is refused, and so is what only some take for an
 * escape, a comment, a quote or the next statement: a backslash, '#', '//',
 *'|>',
 * '->>', a doubled quote where quotes aren't doubled. Functions are those of
 *share/guard.json, taken from the catalogues of DuckDB 2.0 and PostgreSQL 15,
 *and for the other dialects from their vendors' references, without what reads,
 *writes, connects, waits or tells about the server.
 */
#ifndef MIG_GUARD_H
#define MIG_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/map.h"

struct json_object;

/* Maps hold names; only vars have values: the text of the plan's default, or
 * NULL. All belong to the policy. */
struct guard_policy {
	struct map functions, relations; /* of the dialect, lower case */
	struct map refs;		 /* "model" */
	struct map sources;		 /* "source.table" */
	struct map vars, macros;
	struct map tables;	    /* macros that stand for a relation */
	struct map words;	    /* never, as statements need no ';' */
	struct map session;	    /* names that tell about the session */
	struct map columns;	    /* of the inputs: no session's */
	bool recursive;		    /* CTEs need no word for it */
	char quote;		    /* of names: '"' or '`' */
	char refused[16];	    /* characters beyond those of all */
	struct json_object *config; /* what config() must say, by key */
};

/* The tables of a dialect. -1 and a message when there are none. */
int guard_init(struct guard_policy *p, const char *dialect)
    __attribute__((warn_unused_result));
void guard_release(struct guard_policy *p);
void guard_allow(struct map *names, const char *name);

/*
 * NULL when the text may be written and run; else why not, with its line
 * ("line 3: …"), for the caller to free.
 */
char *guard_model(const struct guard_policy *p, const char *text, size_t len);

/* The same for a text that dbt renders, such as a description: no Jinja, no
 * control characters. */
char *guard_words(const char *text);

#endif
