#include <stdarg.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/mig.h"

static void *checked(void *p, size_t size)
{
	if (!p)
		die("out of memory (%zu bytes)", size);
	return p;
}

size_t st_mul(size_t a, size_t b)
{
	if (b && a > SIZE_MAX / b)
		die("a size overflows: %zu * %zu", a, b);
	return a * b;
}

size_t st_add(size_t a, size_t b)
{
	if (a > SIZE_MAX - b)
		die("a size overflows: %zu + %zu", a, b);
	return a + b;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1), size);
}

void *xcalloc(size_t count, size_t size)
{
	size_t total = st_mul(count, size);

	return checked(calloc(1, total ? total : 1), total);
}

void *xrealloc(void *p, size_t size)
{
	return checked(realloc(p, size ? size : 1), size);
}

void *xreallocarray(void *p, size_t count, size_t size)
{
	return xrealloc(p, st_mul(count, size));
}

char *xmemdupz(const void *s, size_t len)
{
	char *p = xmalloc(st_add(len, 1));

	if (len)
		memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *xstrdup(const char *s)
{
	return xmemdupz(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("a message can't be formatted: %s", fmt);
	p = xmalloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
