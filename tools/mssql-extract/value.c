#include <errno.h>
#include <inttypes.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "tsql/parse.h"

#include "datetime.h"
#include "value.h"

/* A constant on its way: its text and what kind of literal it came from. */
struct constant {
	enum { IS_NULL, IS_TEXT, IS_NUMBER, IS_BINARY } what;
	struct buf text; /* number: [-]digits[.digits][e[-]digits] */
};

static int eval(const struct tsql_expr *e, struct constant *c);

void json_add_string(struct buf *out, const char *s, size_t len)
{
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)s[i];

		if (ch == '"' || ch == '\\')
			buf_addf(out, "\\%c", ch);
		else if (ch < 0x20)
			buf_addf(out, "\\u%04x", ch);
		else
			buf_addc(out, (char)ch);
	}
	buf_addc(out, '"');
}

/* CHAR(13), NCHAR(10): one character. */
static int eval_char(const struct tsql_expr *e, struct constant *c)
{
	const struct tsql_call *f = &e->u.call;
	struct constant arg = {IS_NULL, BUF_INIT};
	long n;
	int ret = -1;

	if (f->nparts != 1 || f->args.n != 1 ||
	    (!tsql_name_is(f->part, "char") && !tsql_name_is(f->part, "nchar")))
		return -1;
	if (eval(f->args.v[0], &arg) == 0 && arg.what == IS_NUMBER) {
		n = strtol(buf_str(&arg.text), NULL, 10);
		if (n > 0 && n < 0x80) {
			c->what = IS_TEXT;
			buf_addc(&c->text, (char)n);
			ret = 0;
		}
	}
	buf_release(&arg.text);
	return ret;
}

/* 'a' + CHAR(10) + 'b'. The chain leans left. */
static int eval_concat(const struct tsql_expr *e, struct constant *c)
{
	struct constant r = {IS_NULL, BUF_INIT};
	int ret = -1;

	if (e->op == TSQL_OP_ADD && eval(e->u.binary.l, c) == 0 &&
	    eval(e->u.binary.r, &r) == 0 && c->what == IS_TEXT &&
	    r.what == IS_TEXT) {
		buf_add(&c->text, buf_str(&r.text), r.text.len);
		ret = 0;
	}
	buf_release(&r.text);
	return ret;
}

static int eval_cast(const struct tsql_expr *e, struct constant *c)
{
	struct tsql_type t = tsql_type_of_dtype(e->u.cast.to, 30);
	struct buf json = BUF_INIT;
	int ret = -1;

	if (e->u.cast.style)
		return -1;
	/* CAST(0x… AS datetime2) and its like hold SQL Server's own bytes. */
	if (eval(e->u.cast.e, c) < 0 ||
	    (c->what == IS_BINARY && !tsql_is_binary(&t)))
		return -1;
	if (c->what == IS_NULL || tsql_is_binary(&t) || tsql_is_temporal(&t))
		return 0; /* the column's own conversion does the rest */
	if (value_json(&json, e->u.cast.e, &t) == 0) {
		size_t quoted = json.s[0] == '"';

		/* Only what needs no unescaping takes the cast's value. */
		if (!strchr(json.s, '\\') && json.s[0] != 't' &&
		    json.s[0] != 'f') {
			buf_reset(&c->text);
			buf_add(
			    &c->text, json.s + quoted, json.len - 2 * quoted);
		}
		if (tsql_is_number(&t))
			c->what = IS_NUMBER;
		else
			c->what = IS_TEXT;
		ret = 0;
	}
	buf_release(&json);
	return ret;
}

static int eval(const struct tsql_expr *e, struct constant *c)
{
	switch (e->h.kind) {
	case TSQL_E_NULL: c->what = IS_NULL; return 0;
	case TSQL_E_STRING:
		c->what = IS_TEXT;
		buf_add(&c->text, e->u.lit.text, e->u.lit.len);
		return 0;
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_FLOAT:
		c->what = IS_NUMBER;
		buf_add(&c->text, e->u.lit.text, e->u.lit.len);
		return 0;
	case TSQL_E_BINARY:
		c->what = IS_BINARY;
		buf_add(&c->text, e->u.lit.text, e->u.lit.len);
		return 0;
	case TSQL_E_MONEY: {
		const char *p = e->u.lit.text, *end = p + e->u.lit.len;

		c->what = IS_NUMBER;
		for (; p < end; p++) {
			if ((*p >= '0' && *p <= '9') || *p == '.')
				buf_addc(&c->text, *p);
		}
		return 0;
	}
	case TSQL_E_UNARY:
		if (eval(e->u.unary.e, c) < 0 || c->what != IS_NUMBER ||
		    e->op == TSQL_OP_BIT_NOT)
			return -1;
		if (e->op == TSQL_OP_SUB && c->text.len) {
			struct buf b = BUF_INIT;

			if (c->text.s[0] == '-')
				buf_adds(&b, c->text.s + 1);
			else
				buf_addf(&b, "-%s", c->text.s);
			buf_release(&c->text);
			c->text = b;
		}
		return 0;
	case TSQL_E_ARITH: return eval_concat(e, c);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT: return eval_cast(e, c);
	case TSQL_E_CALL: return eval_char(e, c);
	case TSQL_E_ODBC: return e->u.odbc.e ? eval(e->u.odbc.e, c) : -1;
	default: return -1;
	}
}

/* A number's text taken apart: digits without the point, and its exponent:
 * value = digits * 10^exp10. */
struct number {
	bool negative;
	struct buf digits;
	long exp10;
};

static int number_parse(struct number *n, const char *s)
{
	bool point = false;

	while (*s == ' ' || *s == '\t')
		s++;
	if (*s == '-' || *s == '+')
		n->negative = *s++ == '-';
	for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
		if (*s == '.') {
			point = true;
			continue;
		}
		if (*s != '0' || n->digits.len)
			buf_addc(&n->digits, *s);
		n->exp10 -= point;
	}
	if (*s == 'e' || *s == 'E') {
		char *end;
		long x = strtol(s + 1, &end, 10);

		if (x > 400 || x < -400)
			return -1;
		n->exp10 += x;
		s = end;
	}
	while (*s == ' ' || *s == '\t')
		s++;
	return *s ? -1 : 0;
}

/* Makes exp10 == -scale: zeros are added, or digits go, rounded half away
 * from zero unless they are cut. */
static void number_scale(struct number *n, long scale, bool cut)
{
	bool up = false;

	while (n->exp10 > -scale) {
		if (n->digits.len)
			buf_addc(&n->digits, '0');
		n->exp10--;
	}
	while (n->exp10 < -scale) {
		up = n->digits.len && n->digits.s[n->digits.len - 1] >= '5';
		if (n->digits.len)
			buf_setlen(&n->digits, n->digits.len - 1);
		n->exp10++;
	}
	if (up && !cut) {
		size_t i = n->digits.len;

		while (i && n->digits.s[i - 1] == '9')
			n->digits.s[--i] = '0';
		if (i) {
			n->digits.s[i - 1]++;
		} else {
			buf_addc(&n->digits, '0');
			memmove(
			    n->digits.s + 1, n->digits.s, n->digits.len - 1);
			n->digits.s[0] = '1';
		}
	}
	if (!n->digits.len)
		n->negative = false;
}

static void number_print(struct buf *out, const struct number *n, size_t scale)
{
	size_t len = n->digits.len, i;

	if (n->negative)
		buf_addc(out, '-');
	if (len <= scale) {
		buf_adds(out, scale ? "0." : "0");
		for (i = len; i < scale; i++)
			buf_addc(out, '0');
		buf_add(out, buf_str(&n->digits), len);
		return;
	}
	buf_add(out, n->digits.s, len - scale);
	if (scale)
		buf_addc(out, '.');
	buf_add(out, n->digits.s + len - scale, scale);
}

static int exact_json(
    struct buf *out, const struct constant *c, const struct tsql_type *t)
{
	struct number n = {false, BUF_INIT, 0};
	bool whole = tsql_is_integer(t);
	struct tsql_type d = tsql_as_decimal(t);
	size_t scale = whole ? 0 : (size_t)d.scale;
	struct buf text = BUF_INIT;
	int ret = -1;

	if (number_parse(&n, buf_str(&c->text)) < 0)
		goto out;
	number_scale(&n, (long)scale, whole);
	if (n.digits.len > (size_t)d.precision)
		goto out;
	number_print(&text, &n, scale);
	/* Beyond 2^53 a JSON number is not safe. */
	if (whole &&
	    (text.len < 16 || (text.len == 16 && text.s[0] < '9') ||
		(text.len == 16 && text.s[0] == '-'))) {
		buf_add(out, text.s, text.len);
	} else {
		json_add_string(out, text.s, text.len);
	}
	ret = 0;
out:
	buf_release(&n.digits);
	buf_release(&text);
	return ret;
}

static int float_json(struct buf *out, const struct constant *c, bool single)
{
	char *end, text[40];
	double d;
	int digits;

	errno = 0;
	d = strtod(buf_str(&c->text), &end);
	if (*end || (errno == ERANGE && (d > 1 || d < -1)))
		return -1;
	if (single)
		d = (double)(float)d;
	/* The shortest text that gives the same value again. */
	for (digits = single ? 6 : 15; digits < 17; digits++) {
		double again;

		snprintf(text, sizeof(text), "%.*g", digits, d);
		again = strtod(text, NULL);
		if (single ? (float)again == (float)d : again == d)
			break;
	}
	snprintf(text, sizeof(text), "%.*g", digits, d);
	json_add_string(out, text, strlen(text));
	return 0;
}

static int bit_json(struct buf *out, const struct constant *c)
{
	const char *s = buf_str(&c->text);

	if (c->what == IS_TEXT &&
	    tsql_name_is(
		&(struct tsql_name){.text = s, .len = (uint32_t)c->text.len},
		"true"))
		buf_adds(out, "true");
	else if (c->what == IS_TEXT &&
	    tsql_name_is(
		&(struct tsql_name){.text = s, .len = (uint32_t)c->text.len},
		"false"))
		buf_adds(out, "false");
	else if (*s && s[strspn(s, "+-.0123456789 ")] == '\0')
		buf_adds(out, strpbrk(s, "123456789") ? "true" : "false");
	else
		return -1;
	return 0;
}

/* Characters as SQL Server counts them: UTF-16 code units for n-types and, as
 * near as bytes of a code page can be told, characters for the others. */
static size_t string_units(const char *s, size_t len, bool wide)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
		n += wide && (unsigned char)s[i] >= 0xf0;
	}
	return n;
}

static int string_json(
    struct buf *out, const struct constant *c, const struct tsql_type *t)
{
	const char *s = buf_str(&c->text);
	size_t units = string_units(s, c->text.len, tsql_is_unicode(t));
	struct buf padded = BUF_INIT;

	if (c->what == IS_BINARY)
		return -1;
	if (t->length > 0 && units > (size_t)t->length) {
		/* Trailing blanks may go without an error. */
		size_t len = c->text.len;

		while (units > (size_t)t->length && len && s[len - 1] == ' ') {
			len--;
			units--;
		}
		if (units > (size_t)t->length)
			return -1;
		json_add_string(out, s, len);
		return 0;
	}
	buf_add(&padded, s, c->text.len);
	if (t->base == TSQL_TY_CHAR || t->base == TSQL_TY_NCHAR) {
		for (; t->length > 0 && units < (size_t)t->length; units++)
			buf_addc(&padded, ' ');
	}
	json_add_string(out, padded.s, padded.len);
	buf_release(&padded);
	return 0;
}

static int binary_json(
    struct buf *out, const struct constant *c, const struct tsql_type *t)
{
	const char *s = buf_str(&c->text);
	struct buf hex = BUF_INIT;
	size_t i, want = t->length > 0 ? (size_t)t->length * 2 : 0;

	if (c->what != IS_BINARY || c->text.len < 2)
		return -1;
	buf_adds(&hex, c->text.len % 2 ? "0" : ""); /* 0x1 is 0x01 */
	for (i = 2; i < c->text.len; i++) {
		char ch = s[i];

		if (ch == '\\' || ch == '\n' || ch == '\r')
			continue; /* a line continuation */
		buf_addc(&hex, ch >= 'A' && ch <= 'F' ? (char)(ch + 32) : ch);
	}
	if (want && hex.len > want) {
		buf_release(&hex);
		return -1;
	}
	while (t->base == TSQL_TY_BINARY && hex.len < want)
		buf_addc(&hex, '0');
	buf_addf(out, "\"0x%s\"", buf_str(&hex));
	buf_release(&hex);
	return 0;
}

static int guid_json(struct buf *out, const struct constant *c)
{
	const char *s = buf_str(&c->text);
	size_t len = c->text.len, i;
	char text[36];

	if (c->what != IS_TEXT)
		return -1;
	if (len && *s == '{') {
		s++;
		len--;
	}
	if (len < 36)
		return -1;
	for (i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char ch = s[i];

		if (ch >= 'a' && ch <= 'f')
			ch = (char)(ch - 32);
		if (dash ? ch != '-'
			 : !((ch >= '0' && ch <= '9') ||
			       (ch >= 'A' && ch <= 'F')))
			return -1;
		text[i] = ch;
	}
	json_add_string(out, text, 36);
	return 0;
}

static int constant_json(
    struct buf *out, const struct constant *c, const struct tsql_type *t)
{
	struct buf text = BUF_INIT;
	int ret;

	if (c->what == IS_NULL) {
		buf_adds(out, "null");
		return 0;
	}
	if (t->base == TSQL_TY_BIT)
		return bit_json(out, c);
	if (tsql_is_float(t))
		return c->what == IS_BINARY
		    ? -1
		    : float_json(out, c, t->base == TSQL_TY_REAL);
	if (tsql_is_exact(t))
		return c->what == IS_BINARY ? -1 : exact_json(out, c, t);
	if (tsql_is_binary(t) || t->base == TSQL_TY_IMAGE)
		return binary_json(out, c, t);
	if (t->base == TSQL_TY_UNIQUEIDENTIFIER)
		return guid_json(out, c);
	if (tsql_is_temporal(t)) {
		if (c->what != IS_TEXT)
			return -1;
		ret = datetime_text(&text, buf_str(&c->text), t);
		if (ret == 0)
			json_add_string(out, text.s, text.len);
		buf_release(&text);
		return ret;
	}
	if (tsql_is_string(t) || t->base == TSQL_TY_XML ||
	    t->base == TSQL_TY_JSON)
		return string_json(out, c, t);
	return -1;
}

int value_json(
    struct buf *out, const struct tsql_expr *e, const struct tsql_type *column)
{
	struct constant c = {IS_NULL, BUF_INIT};
	size_t before = out->len;
	int ret = eval(e, &c);

	if (ret == 0)
		ret = constant_json(out, &c, column);
	if (ret < 0)
		buf_setlen(out, before);
	buf_release(&c.text);
	return ret;
}
