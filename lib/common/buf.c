#include "common/alloc.h"
#include "common/buf.h"
#include "common/mig.h"

void buf_init(struct buf *b)
{
	memset(b, 0, sizeof(*b));
}

void buf_release(struct buf *b)
{
	free(b->s);
	buf_init(b);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

const char *buf_str(const struct buf *b)
{
	return b->s ? b->s : "";
}

char *buf_detach(struct buf *b)
{
	char *s;

	buf_grow(b, 0);
	s = b->s;
	buf_init(b);
	return s;
}

void buf_grow(struct buf *b, size_t extra)
{
	size_t need = st_add(st_add(b->len, extra), 1);

	if (need > b->cap) {
		size_t cap = st_add(b->cap, b->cap / 2);

		if (cap < need)
			cap = need;
		if (cap < 64)
			cap = 64;
		b->s = xrealloc(b->s, cap);
		b->cap = cap;
	}
	b->s[b->len] = '\0';
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	buf_grow(b, 63); /* most are short: formatted once */
	va_copy(again, ap);
	n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if (n < 0)
		die("a message can't be formatted: %s", fmt);
	if ((size_t)n >= b->cap - b->len) {
		buf_grow(b, (size_t)n);
		vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	}
	b->len += (size_t)n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_addi(struct buf *b, int64_t v)
{
	uint64_t n = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char digits[20], *end = digits + sizeof(digits), *at = end;

	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	if (v < 0)
		*--at = '-';
	buf_add(b, at, (size_t)(end - at));
}

void buf_setlen(struct buf *b, size_t len)
{
	if (len > b->len)
		die("a buffer can't be shortened to more than it holds");
	b->len = len;
	if (b->s)
		b->s[len] = '\0';
}
