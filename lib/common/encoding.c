#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"

#define REPLACEMENT 0xfffd
#define SNIFF 4096 /* bytes that are looked at for UTF-16 without a mark */

/* 0x80 to 0x9f of Windows-1252; 0 is not assigned (kept as a C1 control). */
static const uint16_t cp1252[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026,
    0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
    0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

void utf8_add(struct buf *out, unsigned cp)
{
	if (cp < 0x80) {
		buf_addc(out, (char)cp);
	} else if (cp < 0x800) {
		buf_addc(out, (char)(0xc0 | cp >> 6));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		buf_addc(out, (char)(0xe0 | cp >> 12));
		buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | cp >> 18));
		buf_addc(out, (char)(0x80 | (cp >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	}
}

/* Length of the valid character in front of s, or 0. */
static size_t valid_char(const unsigned char *s, size_t len)
{
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

size_t utf8_valid(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = valid_char((const unsigned char *)s + i, len - i);

		if (!n)
			break;
		i += n;
	}
	return i;
}

static size_t decode_utf8(const char *s, size_t len, struct buf *out)
{
	size_t bad = 0;

	while (len) {
		size_t n = utf8_valid(s, len);

		buf_add(out, s, n);
		if (n == len)
			break;
		utf8_add(out, REPLACEMENT);
		bad++;
		s += n + 1;
		len -= n + 1;
	}
	return bad;
}

static size_t decode_1252(const char *s, size_t len, struct buf *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80 && c < 0xa0 && cp1252[c - 0x80])
			utf8_add(out, cp1252[c - 0x80]);
		else
			utf8_add(out, c);
	}
	return 0;
}

static size_t decode_utf16(const char *s, size_t len, bool big, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t bad = len % 2, i;

	for (i = 0; i + 1 < len; i += 2) {
		unsigned u = big ? (unsigned)p[i] << 8 | p[i + 1]
				 : (unsigned)p[i + 1] << 8 | p[i];
		unsigned low = 0;

		if (u >= 0xd800 && u < 0xdc00 && i + 3 < len)
			low = big ? (unsigned)p[i + 2] << 8 | p[i + 3]
				  : (unsigned)p[i + 3] << 8 | p[i + 2];
		if (low >= 0xdc00 && low < 0xe000) {
			u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (u >= 0xd800 && u < 0xe000) {
			u = REPLACEMENT;
			bad++;
		}
		utf8_add(out, u);
	}
	if (len % 2)
		utf8_add(out, REPLACEMENT);
	return bad;
}

/* UTF-16 without a mark: 'L', 'B' or 0. SQL is mostly ASCII, so that every
 * second byte is zero. */
static char sniff_utf16(const char *s, size_t len)
{
	size_t n = len < SNIFF ? len : SNIFF, i, zero[2] = {0, 0};

	for (i = 0; i < n; i++)
		zero[i % 2] += s[i] == '\0';
	if (n < 4 || len % 2)
		return 0;
	if (zero[1] > n / 4 && zero[0] <= n / 16)
		return 'L';
	if (zero[0] > n / 4 && zero[1] <= n / 16)
		return 'B';
	return 0;
}

size_t text_decode(
    const char *s, size_t len, struct buf *out, const char **encoding)
{
	const char *ignored;
	char wide;

	if (!encoding)
		encoding = &ignored;
	*encoding = "UTF-8";
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return decode_utf8(s + 3, len - 3, out);
	wide = len >= 2 && memcmp(s, "\xff\xfe", 2) == 0 ? 'l'
	    : len >= 2 && memcmp(s, "\xfe\xff", 2) == 0	 ? 'b'
							 : sniff_utf16(s, len);
	switch (wide) {
	case 'l':
	case 'L':
		*encoding = "UTF-16LE";
		return decode_utf16(s + 2 * (wide == 'l'),
		    len - 2 * (size_t)(wide == 'l'), false, out);
	case 'b':
	case 'B':
		*encoding = "UTF-16BE";
		return decode_utf16(s + 2 * (wide == 'b'),
		    len - 2 * (size_t)(wide == 'b'), true, out);
	default: break;
	}
	if (utf8_valid(s, len) == len)
		return decode_utf8(s, len, out);
	*encoding = "Windows-1252";
	return decode_1252(s, len, out);
}

size_t text_replaced_line(const char *s, size_t len)
{
	size_t line = 1, i;

	for (i = 0; i < len; i++) {
		if (s[i] == '\n')
			line++;
		else if (len - i >= 3 && memcmp(s + i, "\xef\xbf\xbd", 3) == 0)
			return line;
	}
	return 0;
}
