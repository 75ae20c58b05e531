/*
 * An arena: memory that lives as long as a record or a module and goes in one
 * call. Nothing from it is freed alone. Pointers are good until the next
 * arena_reset() or arena_release(). Memory is zeroed and aligned for any type.
 */
#ifndef MIG_ARENA_H
#define MIG_ARENA_H

#include <stddef.h>
#include <string.h>

#define ARENA_ALIGN 16

struct arena_block;

struct arena {
	struct arena_block *head; /* the block in use, older ones behind it */
	char *at, *end;
	size_t used; /* bytes handed out since the last reset */
};

#define ARENA_INIT                                                             \
	{                                                                      \
		NULL, NULL, NULL, 0                                            \
	}

void arena_init(struct arena *a);
void arena_reset(struct arena *a); /* empty; one block is kept for reuse */
void arena_release(struct arena *a);

/* The way of arena_alloc() when the block at hand has no room. */
void *arena_alloc_slow(struct arena *a, size_t size);

static inline void *arena_alloc(struct arena *a, size_t size)
{
	/* size 0 wraps round and goes the slow way too */
	size_t whole = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	void *p = a->at;

	if (whole - 1 >= (size_t)(a->end - a->at))
		return arena_alloc_slow(a, size);
	a->at += whole;
	a->used += whole;
	return memset(p, 0, whole);
}

char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif
