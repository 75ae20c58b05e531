#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "dbt/rowkey.h"

/*
 * The first byte says what follows. Text has its bytes 0 and 1 escaped and a
 * 0 behind it; a number for approximate fields has eight bytes.
 */
enum {
	ESCAPE = 0x01,
	MARK_NULL = 0x01,
	MARK_TEXT = 0x02,
	MARK_OTHER = 0x03, /* a value of a kind that the type can't have */
	MARK_NUMBER = 0x04,
	NUMBER_LEN = 9,
};

static void add_text(struct buf *out, int mark, const char *s, size_t len)
{
	size_t i;

	buf_addc(out, (char)mark);
	for (i = 0; i < len; i++) {
		if (s[i] == 0 || s[i] == ESCAPE) {
			buf_addc(out, ESCAPE);
			buf_addc(out, (char)(s[i] + 1));
		} else {
			buf_addc(out, s[i]);
		}
	}
	buf_addc(out, '\0');
}

/* Eight bytes whose memcmp order is the numbers' order. */
static void add_number(struct buf *out, double d)
{
	uint64_t bits;
	int shift;

	if (d == 0)
		d = 0; /* -0 too */
	memcpy(&bits, &d, sizeof(bits));
	bits = bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
	buf_addc(out, MARK_NUMBER);
	for (shift = 56; shift >= 0; shift -= 8)
		buf_addc(out, (char)(bits >> shift & 0xff));
}

static double number_at(const unsigned char *at)
{
	uint64_t bits = 0;
	double d;
	int i;

	for (i = 1; i < NUMBER_LEN; i++)
		bits = bits << 8 | at[i];
	bits = bits >> 63 ? bits & ~((uint64_t)1 << 63) : ~bits;
	memcpy(&d, &bits, sizeof(d));
	return d;
}

/*
 * A decimal number as text without zeros that mean nothing: "-0.50" is
 * "-0.5", "1E2" is "100". Anything else is left as it is and false.
 */
static bool plain_decimal(const char *s, struct buf *out)
{
	bool minus = *s == '-';
	struct buf digits = BUF_INIT;
	long point = -1, exponent = 0, whole;
	size_t first = 0, i;
	char *end;

	if (*s == '-' || *s == '+')
		s++;
	for (; isdigit((unsigned char)*s) || (*s == '.' && point < 0); s++) {
		if (*s == '.')
			point = (long)digits.len;
		else
			buf_addc(&digits, *s);
	}
	if (digits.len > 0 && (*s == 'e' || *s == 'E')) {
		exponent = strtol(s + 1, &end, 10);
		s = end;
	}
	if (digits.len == 0 || *s || labs(exponent) > 400) {
		buf_release(&digits);
		return false;
	}
	whole = (point < 0 ? (long)digits.len : point) + exponent;
	while (digits.len > 0 && (long)digits.len > whole &&
	    digits.s[digits.len - 1] == '0')
		buf_setlen(&digits, digits.len - 1);
	while (
	    first < digits.len && (long)first < whole && digits.s[first] == '0')
		first++;
	if (minus && strspn(buf_str(&digits), "0") < digits.len)
		buf_addc(out, '-');
	if ((long)first >= whole)
		buf_addc(out, '0');
	for (i = first; (long)i < whole; i++)
		buf_addc(out, i < digits.len ? digits.s[i] : '0');
	if ((long)digits.len > whole) {
		buf_addc(out, '.');
		for (; whole < 0; whole++)
			buf_addc(out, '0');
		buf_add(out, digits.s + whole, digits.len - (size_t)whole);
	}
	buf_release(&digits);
	return true;
}

/* ISO 8601 in one way: T between date and time, no zeros behind a fraction,
 * an offset as +hh:mm. */
static void plain_date(const char *s, size_t len, struct buf *out)
{
	size_t i, begin = out->len, dot = 0;
	bool has_dot = false;

	for (i = 0; i < len; i++) {
		if (s[i] == ' ' && i == 10) {
			buf_addc(out, 'T');
		} else if (s[i] == '.') {
			has_dot = true;
			dot = out->len;
			buf_addc(out, '.');
		} else if (isdigit((unsigned char)s[i]) || i <= 10 ||
		    s[i] == ':') {
			buf_addc(out, s[i]);
		} else {
			break; /* an offset */
		}
	}
	if (has_dot) {
		while (out->s[out->len - 1] == '0')
			buf_setlen(out, out->len - 1);
		if (out->len == dot + 1)
			buf_setlen(out, dot);
	}
	while (i < len && s[i] == ' ')
		i++;
	if (i >= len || out->len == begin)
		return;
	if ((s[i] == 'Z' || s[i] == 'z') && i + 1 == len)
		buf_adds(out, "+00:00");
	else
		buf_add(out, s + i, len - i);
	if (len - i == 3 && (s[i] == '+' || s[i] == '-'))
		buf_adds(out, ":00");
}

static void add_upper(struct buf *out, const char *s, size_t len)
{
	char *copy = xmemdupz(s, len);
	size_t i;

	for (i = 0; i < len; i++)
		copy[i] = (char)toupper((unsigned char)copy[i]);
	add_text(out, MARK_TEXT, copy, len);
	free(copy);
}

static void add_plain(struct buf *out, bool good, const struct buf *plain,
    const char *s, size_t len)
{
	if (good)
		add_text(out, MARK_TEXT, buf_str(plain), plain->len);
	else
		add_text(out, MARK_OTHER, s, len);
}

static void add_exact(
    const struct field *f, struct json_object *v, struct buf *out)
{
	bool is_text = json_object_is_type(v, json_type_string);
	const char *s = json_object_get_string(v);
	size_t len =
	    is_text ? (size_t)json_object_get_string_len(v) : strlen(s);
	struct buf plain = BUF_INIT;

	switch (f->class) {
	case CLASS_INTEGER:
	case CLASS_DECIMAL:
	case CLASS_FLOAT:
		add_plain(out,
		    !json_object_is_type(v, json_type_boolean) &&
			plain_decimal(s, &plain),
		    &plain, s, len);
		break;
	case CLASS_BIT:
		add_text(out,
		    json_object_is_type(v, json_type_boolean) ? MARK_TEXT
							      : MARK_OTHER,
		    s, len);
		break;
	case CLASS_DATE:
		plain_date(s, len, &plain);
		add_plain(out, is_text, &plain, s, len);
		break;
	case CLASS_BINARY:
	case CLASS_GUID: add_upper(out, s, len); break;
	case CLASS_CHAR:
		while (len > 0 && s[len - 1] == ' ')
			len--;
		add_text(out, is_text ? MARK_TEXT : MARK_OTHER, s, len);
		break;
	case CLASS_STRING:
		add_text(out, is_text ? MARK_TEXT : MARK_OTHER, s, len);
		break;
	}
	buf_release(&plain);
}

/* A field compared with a tolerance; what is no number has no equal. */
static void add_approx(struct json_object *v, bool other, struct buf *out)
{
	const char *s = json_object_get_string(v);
	char *end;
	double d = strtod(s, &end);

	if (other || *end || end == s ||
	    json_object_is_type(v, json_type_boolean))
		add_text(out, MARK_OTHER, s, strlen(s));
	else
		add_number(out, d);
}

void field_add(const struct field *f, struct json_object *value, bool actual,
    struct buf *out)
{
	size_t at = out->len;

	if (!value)
		buf_addc(out, MARK_NULL);
	else if (f->approx)
		add_approx(value, actual && f->other_type, out);
	else
		add_exact(f, value, out);
	if (value && actual && f->other_type)
		out->s[at] = MARK_OTHER;
}

size_t field_len(const unsigned char *at)
{
	if (*at == MARK_NULL)
		return 1;
	if (*at == MARK_NUMBER)
		return NUMBER_LEN;
	return strlen((const char *)at) + 1;
}

bool field_is_null(const unsigned char *at)
{
	return *at == MARK_NULL;
}

bool field_equal(
    const struct field *f, const unsigned char *a, const unsigned char *b)
{
	size_t len = field_len(a);
	double x, y, big;

	if (*a != MARK_NUMBER || *b != MARK_NUMBER)
		return *a == *b && len == field_len(b) &&
		    memcmp(a, b, len) == 0;
	x = number_at(a);
	y = number_at(b);
	if (x == y || (isnan(x) && isnan(y)))
		return true;
	big = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
	return isfinite(x) && isfinite(y) &&
	    fabs(x - y) <= fmax(f->abs, f->rel * big);
}

struct json_object *field_value(const struct field *f, const unsigned char *at)
{
	struct buf text = BUF_INIT;
	struct json_object *o;
	size_t i, len = field_len(at);

	if (*at == MARK_NULL)
		return NULL;
	if (*at == MARK_NUMBER) {
		buf_addf(&text, "%.17g", number_at(at));
	} else {
		for (i = 1; i + 1 < len; i++) {
			if (at[i] == ESCAPE)
				buf_addc(&text, (char)(at[++i] - 1));
			else
				buf_addc(&text, (char)at[i]);
		}
	}
	if (f->class == CLASS_BIT && *at == MARK_TEXT)
		o = json_object_new_boolean(buf_str(&text)[0] == 't');
	else if (f->class == CLASS_INTEGER && *at == MARK_TEXT &&
	    text.len < 16 && !strchr(text.s, '.'))
		o = json_object_new_int64(strtoll(text.s, NULL, 10));
	else
		o = json_object_new_string_len(buf_str(&text), (int)text.len);
	buf_release(&text);
	return o;
}
