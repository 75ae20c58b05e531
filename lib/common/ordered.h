/*
 * Output in input order while the work behind it ends in any order: each
 * record takes a slot when it is read, and a slot's line is written once all
 * slots before it are. Unordered, lines are written as they come. Every line
 * is flushed, so that a kill leaves whole records.
 */
#ifndef MIG_ORDERED_H
#define MIG_ORDERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json_object;
struct ordered_slot;

struct ordered {
	FILE *out;
	bool unordered;
	struct ordered_slot *head, **tail;
	size_t waiting; /* slots taken and not yet written */
};

void ordered_init(struct ordered *o, FILE *out, bool unordered);
/* Drops what was not written. */
void ordered_release(struct ordered *o);

struct ordered_slot *ordered_take(struct ordered *o);
/* Each slot is done once; it is gone then. */
void ordered_done(
    struct ordered *o, struct ordered_slot *s, struct json_object *record);
void ordered_done_bytes(struct ordered *o, struct ordered_slot *s,
    const char *line, size_t len); /* without the newline */

#endif
