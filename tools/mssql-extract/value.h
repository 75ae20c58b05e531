/*
 * Constants of INSERT statements as rowset values (see mig-records(5)).
 */
#ifndef EXTRACT_VALUE_H
#define EXTRACT_VALUE_H

#include "common/buf.h"
#include "tsql/ast.h"
#include "tsql/types.h"

/*
 * Adds the JSON value that a column of this type stores for the expression,
 * as SQL Server would convert it. 0, or -1 when the expression is not a
 * constant that can be evaluated here or doesn't fit the type: nothing is
 * added then.
 */
int value_json(
    struct buf *out, const struct tsql_expr *e, const struct tsql_type *column);

/* A JSON string with quotes; for bytes that are UTF-8. */
void json_add_string(struct buf *out, const char *s, size_t len);

#endif
