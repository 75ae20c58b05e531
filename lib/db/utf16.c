#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/alloc.h"

#include "db/internal.h"

static void add_code_point(struct buf *b, uint32_t c)
{
	char s[4];
	size_t n = 0;

	if (c < 0x80) {
		s[n++] = (char)c;
	} else if (c < 0x800) {
		s[n++] = (char)(0xC0 | (c >> 6));
		s[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		s[n++] = (char)(0xE0 | (c >> 12));
		s[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
		s[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		s[n++] = (char)(0xF0 | (c >> 18));
		s[n++] = (char)(0x80 | ((c >> 12) & 0x3F));
		s[n++] = (char)(0x80 | ((c >> 6) & 0x3F));
		s[n++] = (char)(0x80 | (c & 0x3F));
	}
	buf_add(b, s, n);
}

/* BLOCK units to as many bytes if all are ASCII. */
#ifdef __SSE2__
#define BLOCK 16

static bool ascii_block(char *to, const uint16_t *s)
{
	const __m128i ascii = _mm_set1_epi16(0x7F);
	__m128i lo = _mm_loadu_si128((const void *)s);
	__m128i hi = _mm_loadu_si128((const void *)(s + 8));
	__m128i beyond = _mm_andnot_si128(ascii, _mm_or_si128(lo, hi));

	if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) !=
	    0xFFFF)
		return false;
	_mm_storeu_si128((void *)to, _mm_packus_epi16(lo, hi));
	return true;
}
#else
#define BLOCK 4

/* The same in either byte order. */
static bool ascii_block(char *to, const uint16_t *s)
{
	uint64_t w;
	uint32_t bytes;

	memcpy(&w, s, sizeof(w));
	if (w & UINT64_C(0xFF80FF80FF80FF80))
		return false;
	w = (w | w >> 8) & UINT64_C(0x0000FFFF0000FFFF);
	bytes = (uint32_t)(w | w >> 16);
	memcpy(to, &bytes, sizeof(bytes));
	return true;
}
#endif

void utf16_add(struct buf *out, const uint16_t *s, size_t n)
{
	size_t i = 0;

	buf_grow(out, n + 1);
	while (i < n) {
		uint32_t c = s[i];

		if (c < 0x80) { /* runs of ASCII, the common case */
			size_t from = out->len;
			char *to;

			buf_grow(out, n - i + 1);
			to = out->s + from;
			for (; i + BLOCK <= n && ascii_block(to, s + i);
			     i += BLOCK)
				to += BLOCK;
			while (i < n && s[i] < 0x80)
				*to++ = (char)s[i++];
			*to = '\0';
			out->len = (size_t)(to - out->s);
			continue;
		}
		i++;
		if (c >= 0xD800 && c < 0xDC00 && i < n && s[i] >= 0xDC00 &&
		    s[i] < 0xE000)
			c = 0x10000 + ((c - 0xD800) << 10) + (s[i++] - 0xDC00u);
		add_code_point(out, c);
	}
}

/* One code point; a bad byte stands for itself. */
static uint32_t next(const unsigned char **p)
{
	const unsigned char *s = *p;
	uint32_t c = *s;
	int n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2, i;

	*p = s + 1;
	if (n == 1 || c < 0xC2 || c > 0xF4)
		return c;
	c &= 0x7Fu >> n;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return *s;
		c = c << 6 | (s[i] & 0x3Fu);
	}
	*p = s + n;
	return c;
}

SQLWCHAR *utf16_of(const char *s, size_t *n)
{
	const unsigned char *p = (const unsigned char *)s;
	SQLWCHAR *out = xreallocarray(NULL, strlen(s) + 1, sizeof(*out));
	size_t len = 0;

	while (*p) {
		uint32_t c = next(&p);

		if (c >= 0x10000) {
			c -= 0x10000;
			out[len++] = (SQLWCHAR)(0xD800 + (c >> 10));
			c = 0xDC00 + (c & 0x3FF);
		}
		out[len++] = (SQLWCHAR)c;
	}
	out[len] = 0;
	if (n)
		*n = len;
	return out;
}
