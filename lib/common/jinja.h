/*
 * Text from a source inside Jinja templates: it must come out as the very
 * bytes it was, and never run.
 *
 * jinja_escape writes what Jinja would take for its own ("{{", "{%", "{#")
 * and control characters (Jinja turns "\r\n" into "\n") as string
 * expressions; everything else stands as it is. jinja_defuse leaves control
 * characters alone: for prose. jinja_string writes a string
 * literal, with its quotes, for the inside of an expression.
 */
#ifndef MIG_JINJA_H
#define MIG_JINJA_H

#include <stddef.h>

#include "common/buf.h"

void jinja_escape(struct buf *, const char *, size_t len);
void jinja_defuse(struct buf *, const char *, size_t len);
void jinja_string(struct buf *, const char *, size_t len);

#endif
