/*
 * Byte strings in sorted order, however many: what doesn't fit into memory is
 * sorted in pieces in unnamed files of $TMPDIR and merged. Order is memcmp's,
 * a prefix before what it begins.
 */
#ifndef MIG_DBT_SPILL_H
#define MIG_DBT_SPILL_H

#include <stddef.h>

struct spill;

/* memory: bytes to hold before a piece is written out. */
struct spill *spill_new(size_t memory);
void spill_free(struct spill *s);

/* Full disks end the program with status 2 and a message. */
void spill_add(struct spill *s, const void *data, size_t len);

/* After the last spill_add(): the next in order, NULL at the end. It is good
 * until the next call. */
const unsigned char *spill_next(struct spill *s, size_t *len);

#endif
