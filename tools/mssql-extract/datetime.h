/*
 * Date and time literals, read as SQL Server reads them under us_english and
 * mdy, rounded to the type's precision.
 */
#ifndef EXTRACT_DATETIME_H
#define EXTRACT_DATETIME_H

#include "common/buf.h"
#include "tsql/types.h"

/* Adds the ISO 8601 text of the literal as a value of the type. -1 when the
 * literal is not one, or out of the type's range. */
int datetime_text(
    struct buf *out, const char *literal, const struct tsql_type *t);

#endif
