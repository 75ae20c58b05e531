/*
 * The one allocation policy: out of memory ends the program with status 2
 * and a message, sizes are checked for overflow, so no caller tests for NULL.
 * Every returned pointer is the caller's, to be given to free().
 */
#ifndef MIG_ALLOC_H
#define MIG_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
char *xmemdupz(const void *s, size_t len); /* copy of len bytes and a NUL */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* a*b and a+b, or the end of the program when they don't fit. */
size_t st_mul(size_t a, size_t b);
size_t st_add(size_t a, size_t b);

/*
 * Makes room for one more item in the array p of *cap items: grows by half.
 * For pairs `struct x *items; size_t nr, cap;`.
 */
#define GROW(p, nr, cap)                                                       \
	do {                                                                   \
		if ((nr) >= (cap)) {                                           \
			(cap) = (cap) ? st_add((cap), (cap) / 2 + 1) : 8;      \
			(p) = xreallocarray((p), (cap), sizeof(*(p)));         \
		}                                                              \
	} while (0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
