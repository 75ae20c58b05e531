#include <stdarg.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/mig.h"

#define BLOCK_MIN (64u * 1024)
#define BLOCK_MAX (4u * 1024 * 1024)

struct arena_block {
	struct arena_block *older;
	size_t size; /* of the data behind this header */
	_Alignas(ARENA_ALIGN) char data[];
};

void arena_init(struct arena *a)
{
	memset(a, 0, sizeof(*a));
}

static void use(struct arena *a, struct arena_block *b)
{
	a->head = b;
	a->at = b->data;
	a->end = b->data + b->size;
}

void arena_reset(struct arena *a)
{
	struct arena_block *b = a->head;

	if (!b)
		return;
	while (b->older) {
		struct arena_block *older = b->older;

		b->older = older->older;
		free(older);
	}
	/* A block that a giant record needed is not worth keeping. */
	if (b->size > BLOCK_MAX) {
		free(b);
		arena_init(a);
		return;
	}
	use(a, b);
	a->used = 0;
}

void arena_release(struct arena *a)
{
	struct arena_block *b = a->head;

	while (b) {
		struct arena_block *older = b->older;

		free(b);
		b = older;
	}
	arena_init(a);
}

static void *alloc_in_new_block(struct arena *a, size_t size)
{
	size_t want = a->head ? a->head->size * 2 : BLOCK_MIN;
	struct arena_block *b;

	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (want < size)
		want = size;
	b = xmalloc(st_add(sizeof(*b), want));
	b->older = a->head;
	b->size = want;
	use(a, b);
	return arena_alloc(a, size);
}

void *arena_alloc_slow(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - ARENA_ALIGN)
		die("a size overflows: %zu", size);
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (!size)
		size = ARENA_ALIGN;
	if (!a->at || (size_t)(a->end - a->at) < size)
		return alloc_in_new_block(a, size);
	return arena_alloc(a, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, st_add(len, 1));

	if (len)
		memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("a message can't be formatted: %s", fmt);
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
