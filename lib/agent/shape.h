/*
 * The shape of a T-SQL text: its tokens with names and string literals
 * numbered instead of spelled, so that two objects that do the same to other
 * tables have one shape.
 */
#ifndef MIG_SHAPE_H
#define MIG_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/sha256.h"

struct shape_slot {
	char *text; /* a name without its quotes, or a literal's inside */
	bool literal;
};

struct shape {
	struct buf text; /* one word a token */
	char hash[SHA256_HEX];
	struct shape_slot *slots; /* in the order of their first use */
	size_t nr, cap;
};

void shape_of(struct shape *s, const char *tsql);
void shape_release(struct shape *s);
/* The slot of a name (without case) or of a literal; -1: none. */
int shape_slot(
    const struct shape *s, const char *text, size_t len, bool literal);

/* 0 to 1: how alike two shapes are, by the pairs of neighbouring tokens. */
double shape_likeness(const struct shape *a, const struct shape *b);

#endif
