/*
 * Text files of any encoding that SQL Server's tools write, as UTF-8.
 */
#ifndef MIG_ENCODING_H
#define MIG_ENCODING_H

#include <stddef.h>

#include "common/buf.h"

/*
 * Adds the text as UTF-8 without a byte order mark. UTF-8, UTF-16LE and
 * UTF-16BE are told by their mark; without one, by their zero bytes (UTF-16),
 * then by being valid UTF-8; what is left is Windows-1252. Sets *encoding
 * (unless NULL) to a static name. Returns how many units were not valid and
 * became U+FFFD.
 */
size_t text_decode(
    const char *s, size_t len, struct buf *out, const char **encoding);

/* The line (1-based) of the first U+FFFD; 0: there is none. */
size_t text_replaced_line(const char *s, size_t len);

/* Adds one code point. */
void utf8_add(struct buf *out, unsigned cp);

/* The length of the longest prefix of s that is valid UTF-8. */
size_t utf8_valid(const char *s, size_t len);

#endif
