/* Values of the current row: as text, numbers, and JSON by the rowset rules. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/alloc.h"

#include "db/internal.h"

enum { PIECE = 65536 };

/* JSON numbers are exact up to here (RFC 8259, section 6). */
#define SAFE_INT (INT64_C(1) << 53)

static int too_long(struct db *d, const struct db_slot *s)
{
	char text[400];

	snprintf(text, sizeof(text),
	    "a value of column %.200s has %zu bytes or more, over the limit",
	    s->c.name, d->cell_limit);
	db_fail(d, DB_FAIL_OTHER, 0, "22001", text);
	d->broken = true;
	return -1;
}

/*
 * A long value into d->piece, as the driver gives it: UTF-16 or bytes. 1, 0
 * when NULL, -1. Each piece of text ends with two zero bytes that count in
 * the buffer, not in the value.
 */
static int read_long(struct db *d, struct db_slot *s, size_t i)
{
	size_t ender = s->c_type == SQL_C_WCHAR ? 2 : 0;

	buf_reset(&d->piece);
	s->done = true;
	for (;;) {
		SQLLEN got = 0;
		size_t room = d->piece.len ? d->piece.len : PIECE;
		SQLRETURN rc;

		buf_grow(&d->piece, room + ender + 1);
		rc = SQLGetData(d->stmt, (SQLUSMALLINT)(i + 1), s->c_type,
		    d->piece.s + d->piece.len, (SQLLEN)(room + ender), &got);
		if (rc == SQL_NO_DATA)
			return 1;
		if (!SQL_SUCCEEDED(rc)) {
			db_diagnose(d, SQL_HANDLE_STMT, d->stmt, false);
			d->broken = true;
			return -1;
		}
		if (got == SQL_NULL_DATA)
			return 0;
		if (d->cell_limit &&
		    d->piece.len + (size_t)(got > 0 ? got : 0) >= d->cell_limit)
			return too_long(d, s);
		if (rc == SQL_SUCCESS_WITH_INFO &&
		    (got == SQL_NO_TOTAL || (size_t)got > room)) {
			d->piece.len += room;
			continue;
		}
		d->piece.len += (size_t)got;
		return 1;
	}
}

/* The bytes of a value: 1, 0 when NULL, -1. */
static int raw(struct db *d, size_t i, const char **p, size_t *len)
{
	struct db_slot *s = &d->slots[i];
	size_t at = d->row - 1;

	if (s->c.is_long) {
		int rc;

		if (s->done)
			return -1;
		rc = read_long(d, s, i);
		*p = d->piece.s;
		*len = d->piece.len;
		return rc;
	}
	if (s->lens[at] == SQL_NULL_DATA)
		return 0;
	*p = s->data + at * s->c.width;
	*len = s->lens[at] < 0 ? strlen(*p) : (size_t)s->lens[at];
	if (*len > s->c.width)
		*len = s->c.width;
	return 1;
}

/* The last `width` decimal digits of n; returns what is behind them. */
static char *put_digits(char *to, uint64_t n, size_t width)
{
	size_t i;

	for (i = width; i-- > 0; n /= 10)
		to[i] = (char)('0' + n % 10);
	return to + width;
}

/* '2020-01-31T23:59:59.9999999': as many digits as the type has. */
static void add_timestamp(
    struct buf *out, const struct db_column *c, const SQL_TIMESTAMP_STRUCT *t)
{
	/* the fraction is in nanoseconds */
	size_t digits = c->scale > 9 ? 9 : c->scale, i;
	uint64_t fraction = t->fraction;
	char s[40], *to = s;

	to = put_digits(to, (uint64_t)t->year, 4);
	*to++ = '-';
	to = put_digits(to, t->month, 2);
	*to++ = '-';
	to = put_digits(to, t->day, 2);
	if (c->sql_type != SQL_TYPE_DATE) {
		*to++ = 'T';
		to = put_digits(to, t->hour, 2);
		*to++ = ':';
		to = put_digits(to, t->minute, 2);
		*to++ = ':';
		to = put_digits(to, t->second, 2);
		for (i = digits; i < 9; i++)
			fraction /= 10;
		if (digits) {
			*to++ = '.';
			to = put_digits(to, fraction, digits);
		}
	}
	buf_add(out, s, (size_t)(to - s));
}

void db_iso_text(struct buf *out, const char *s, size_t len)
{
	size_t i, year = 0;
	bool date;

	while (year < len && s[year] >= '0' && s[year] <= '9')
		year++;
	date = year && year < len && s[year] == '-';
	for (i = year; date && i < 4; i++) /* FreeTDS: '1-01-01' */
		buf_addc(out, '0');
	for (i = 0; i < len; i++) {
		if (s[i] != ' ') {
			buf_addc(out, s[i]);
		} else if (date && i + 1 < len) {
			buf_addc(out, 'T');
			date = false;
		}
	}
}

void db_float_text(struct buf *out, double v, bool real)
{
	char s[40];
	int digits;

	/* whole numbers, the common case, have no exponent below these */
	if (fabs(v) < (real ? 1e6 : 1e15) && v == floor(v) &&
	    (v != 0 || !signbit(v))) {
		buf_addi(out, (int64_t)v);
		return;
	}
	for (digits = real ? 6 : 15; digits <= (real ? 9 : 17); digits++) {
		snprintf(s, sizeof(s), "%.*g", digits, v);
		if (real ? (double)strtof(s, NULL) == v : strtod(s, NULL) == v)
			break;
	}
	buf_adds(out, s);
}

/* FreeTDS writes decimals below one as ".5" or "0.5": one form, "0.5". */
static void add_exact(struct buf *out, const char *s, size_t len)
{
	if (len && (*s == '-' || *s == '+')) {
		if (*s == '-')
			buf_addc(out, '-');
		s++;
		len--;
	}
	if (len && *s == '.')
		buf_addc(out, '0');
	buf_add(out, s, len);
}

static void add_guid(struct buf *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_addc(
		    out, s[i] >= 'a' && s[i] <= 'f' ? (char)(s[i] - 32) : s[i]);
}

static void add_hex(struct buf *out, const char *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *to;
	size_t i;

	buf_grow(out, 2 * len + 3);
	buf_adds(out, "0x");
	to = out->s + out->len;
	for (i = 0; i < len; i++) {
		*to++ = digits[(unsigned char)p[i] >> 4];
		*to++ = digits[(unsigned char)p[i] & 15];
	}
	*to = '\0';
	out->len = (size_t)(to - out->s);
}

/* The value as text into out: 1, 0 when NULL, -1. */
static int add_text(struct db *d, size_t i, struct buf *out)
{
	const struct db_column *c = &d->slots[i].c;
	const char *p = NULL;
	size_t len = 0;
	int rc = raw(d, i, &p, &len);
	int64_t n;
	double v;

	if (rc <= 0)
		return rc;
	switch (c->cls) {
	case DB_INT:
		memcpy(&n, p, sizeof(n));
		buf_addi(out, n);
		break;
	case DB_FLOAT:
		memcpy(&v, p, sizeof(v));
		db_float_text(out, v, c->is_real);
		break;
	case DB_TEXT:
		utf16_add(out, (const uint16_t *)(const void *)p,
		    len / sizeof(uint16_t));
		break;
	case DB_EXACT:
		if (c->sql_type == SQL_GUID)
			add_guid(out, p, len);
		else
			add_exact(out, p, len);
		break;
	case DB_TIME:
		if (d->slots[i].c_type == SQL_C_CHAR)
			db_iso_text(out, p, len);
		else
			add_timestamp(out, c,
			    (const SQL_TIMESTAMP_STRUCT *)(const void *)p);
		break;
	case DB_BINARY: add_hex(out, p, len); break;
	}
	return 1;
}

const char *db_text(struct db *d, int i, size_t *len)
{
	if (i < 0)
		return NULL;
	buf_reset(&d->text);
	if (add_text(d, (size_t)i, &d->text) <= 0)
		return NULL;
	if (len)
		*len = d->text.len;
	return buf_str(&d->text);
}

int64_t db_int(struct db *d, int i, int64_t null_value)
{
	struct db_slot *s;
	int64_t n;
	const char *t;
	char *end;

	if (i < 0)
		return null_value;
	s = &d->slots[i];
	if (s->c.cls == DB_INT) {
		if (s->lens[d->row - 1] == SQL_NULL_DATA)
			return null_value;
		memcpy(&n, s->data + (d->row - 1) * s->c.width, sizeof(n));
		return n;
	}
	t = db_text(d, i, NULL);
	if (!t)
		return null_value;
	errno = 0;
	n = strtoll(t, &end, 10);
	return errno || end == t ? null_value : n;
}

/* What can't stand in a JSON string as it is: controls, '"', '\\', and the
 * first byte of U+D000 to U+DFFF, which may be a lone surrogate. */
static const bool special[256] = {[0] = true,
    [1] = true,
    [2] = true,
    [3] = true,
    [4] = true,
    [5] = true,
    [6] = true,
    [7] = true,
    [8] = true,
    [9] = true,
    [10] = true,
    [11] = true,
    [12] = true,
    [13] = true,
    [14] = true,
    [15] = true,
    [16] = true,
    [17] = true,
    [18] = true,
    [19] = true,
    [20] = true,
    [21] = true,
    [22] = true,
    [23] = true,
    [24] = true,
    [25] = true,
    [26] = true,
    [27] = true,
    [28] = true,
    [29] = true,
    [30] = true,
    [31] = true,
    ['"'] = true,
    ['\\'] = true,
    [0xED] = true};

/* Copies what comes before the first special byte; how much that was. */
static size_t copy_plain(char *to, const char *s, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1F);
	const __m128i surrogate = _mm_set1_epi8((char)0xED);

	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const void *)(s + i));
		__m128i found =
		    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote),
				     _mm_cmpeq_epi8(v, slash)),
			_mm_or_si128(_mm_cmpeq_epi8(v, surrogate),
			    _mm_cmpeq_epi8(_mm_min_epu8(v, control), v)));
		unsigned at = (unsigned)_mm_movemask_epi8(found);

		_mm_storeu_si128((void *)(to + i), v);
		if (at)
			return i + (unsigned)__builtin_ctz(at);
	}
#endif
	for (; i < n && !special[(unsigned char)s[i]]; i++)
		to[i] = s[i];
	return i;
}

void db_json_string(struct buf *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0;

	if (out->cap - out->len <= len + len / 16 + 2)
		buf_grow(out, len + len / 16 + 2);
	buf_addc(out, '"');
	while (i < len) {
		size_t plain;

		if (out->cap - out->len <= len - i)
			buf_grow(out, len - i);
		plain = copy_plain(out->s + out->len, s + i, len - i);
		out->len += plain;
		i += plain;
		if (i == len)
			break;
		switch (p[i]) {
		case '"': buf_adds(out, "\\\""); break;
		case '\\': buf_adds(out, "\\\\"); break;
		case '\n': buf_adds(out, "\\n"); break;
		case '\r': buf_adds(out, "\\r"); break;
		case '\t': buf_adds(out, "\\t"); break;
		case '\b': buf_adds(out, "\\b"); break;
		case '\f': buf_adds(out, "\\f"); break;
		case 0xED: /* U+D000 to U+DFFF; a lone surrogate is escaped */
			if (i + 2 < len && p[i + 1] >= 0xA0) {
				buf_addf(out, "\\u%04x",
				    0xD000u | (p[i + 1] & 0x3Fu) << 6 |
					(p[i + 2] & 0x3Fu));
				i += 2;
			} else {
				buf_addc(out, s[i]);
			}
			break;
		default: buf_addf(out, "\\u%04x", p[i]);
		}
		i++;
	}
	buf_addc(out, '"');
}

int db_json(struct db *d, size_t i, struct buf *out)
{
	const struct db_column *c = &d->slots[i].c;
	const char *t;
	size_t len;
	int64_t n;

	if (c->cls == DB_INT) {
		struct db_slot *s = &d->slots[i];

		if (s->lens[d->row - 1] == SQL_NULL_DATA) {
			buf_adds(out, "null");
			return 0;
		}
		memcpy(&n, s->data + (d->row - 1) * c->width, sizeof(n));
		if (c->is_bit)
			buf_adds(out, n ? "true" : "false");
		else if (n > SAFE_INT || n < -SAFE_INT) {
			buf_addc(out, '"');
			buf_addi(out, n);
			buf_addc(out, '"');
		} else
			buf_addi(out, n);
		return 0;
	}
	if (c->cls != DB_TEXT && !c->is_long) { /* nothing to escape in it */
		buf_addc(out, '"');
		if (add_text(d, i, out) == 1) {
			buf_addc(out, '"');
		} else {
			buf_setlen(out, out->len - 1);
			buf_adds(out, "null");
		}
		return 0;
	}
	t = db_text(d, (int)i, &len);
	if (d->broken)
		return -1;
	if (!t)
		buf_adds(out, "null");
	else
		db_json_string(out, t, len);
	return 0;
}

void db_quote(struct buf *out, const char *name)
{
	/* not every server halves a doubled bracket (Babelfish 4.3) */
	bool brackets = !strchr(name, ']');
	char close = brackets ? ']' : '"';

	buf_addc(out, brackets ? '[' : '"');
	for (; *name; name++) {
		if (*name == close)
			buf_addc(out, close);
		buf_addc(out, *name);
	}
	buf_addc(out, close);
}
