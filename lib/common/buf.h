/*
 * A growable byte buffer, always NUL-terminated once touched. `s` may be NULL
 * while nothing was added: buf_str() never is. The buffer owns `s`; a pointer
 * into it is good until the next change.
 */
#ifndef MIG_BUF_H
#define MIG_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *s;
	size_t len, cap;
};

#define BUF_INIT                                                               \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

void buf_init(struct buf *b);
void buf_release(struct buf *b);
void buf_reset(struct buf *b); /* empty, memory kept */
const char *buf_str(const struct buf *b);
char *buf_detach(struct buf *b); /* the caller frees it; b is empty again */

void buf_grow(struct buf *b, size_t extra);

/* Inline: most of a record is written by these. */
static inline void buf_add(struct buf *b, const void *p, size_t len)
{
	if (b->cap - b->len <= len)
		buf_grow(b, len);
	if (len)
		memcpy(b->s + b->len, p, len);
	b->len += len;
	b->s[b->len] = '\0';
}

static inline void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addi(struct buf *b, int64_t v); /* in decimal */
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void buf_setlen(struct buf *b, size_t len); /* shortens */

#endif
