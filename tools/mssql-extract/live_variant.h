/*
 * A sql_variant holds values of any type. The server sends each as the name
 * of its base type, ':' and a text without loss; here the text becomes that
 * of a column of the base type by the rowset rules (mig-records(5)).
 */
#ifndef EXTRACT_LIVE_VARIANT_H
#define EXTRACT_LIVE_VARIANT_H

#include "common/buf.h"
#include "db/db.h"

/* Adds the expression for a column, name quoted; float_style is the one of
 * CONVERT that keeps all digits. */
void variant_column(struct buf *sql, const char *name, int float_style);
/* Adds column i of the current row as JSON; -1 as db_json(). */
int variant_json(struct db *d, size_t i, struct buf *out);

#endif
