/*
 * The rows that a procedure returns, without running it: when its body is one
 * SELECT, that SELECT with the defaults in place of the parameters gives them.
 */
#ifndef EXTRACT_LIVE_RESULT_H
#define EXTRACT_LIVE_RESULT_H

#include "common/arena.h"
#include "tsql/parse.h"

/*
 * The query, in the arena, for a module parsed from text. NULL when there is
 * none: *why then says why its rows can't be had (in the arena or static), or
 * is NULL when it returns no rows of its own or fills tables instead.
 */
const char *result_query(struct arena *a, const char *text,
    const struct tsql_module *t, const char **why);

#endif
