#include <stdio.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/jinja.h"
#include "tsql/eval_int.h"

struct eval_value ev_null(void)
{
	return (struct eval_value){.kind = EVAL_NULL};
}

struct eval_value ev_vague(void)
{
	return (struct eval_value){.kind = EVAL_NULL, .vague = true};
}

struct eval_value ev_num(eval_int n, int scale)
{
	return (struct eval_value){
	    .kind = EVAL_NUMBER, .n = n, .scale = (uint8_t)scale};
}

struct eval_value ev_str(const char *s, size_t len)
{
	return (struct eval_value){
	    .kind = EVAL_STRING, .s = s, .len = (uint32_t)len};
}

struct eval_value ev_moment(eval_int ns)
{
	return (struct eval_value){.kind = EVAL_MOMENT, .n = ns};
}

struct eval_value ev_fail(struct eval *ev)
{
	ev->failed = true;
	return ev_vague();
}

struct eval_value ev_unknown(struct eval *ev, const char *what)
{
	if (!ev->unknown)
		ev->unknown = what;
	return ev_vague();
}

/* ---- numbers ---- */

eval_int ev_pow10(int n)
{
	eval_int p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

eval_int ev_rescale(eval_int n, int from, int to, bool round, bool *lost)
{
	eval_int p, q, r;

	if (to >= from)
		return n * ev_pow10(to - from);
	p = ev_pow10(from - to);
	q = n / p;
	r = n % p;
	if (r)
		*lost = true;
	if (round && (r < 0 ? -r : r) * 2 >= p)
		q += n < 0 ? -1 : 1;
	return q;
}

struct eval_value ev_quotient(eval_int n, eval_int by, bool round)
{
	eval_int q = n / by, r = n % by;

	if (round && (r < 0 ? -r : r) * 2 > (by < 0 ? -by : by))
		q += (n < 0) == (by < 0) ? 1 : -1;
	return ev_num(q, 0);
}

static bool fits(eval_int n, const struct tsql_type *t)
{
	static const struct {
		uint8_t base;
		eval_int lo, hi;
	} range[] = {
	    {TSQL_TY_TINYINT, 0, 255},
	    {TSQL_TY_SMALLINT, -32768, 32767},
	    {TSQL_TY_INT, INT32_MIN, INT32_MAX},
	    {TSQL_TY_BIGINT, INT64_MIN, INT64_MAX},
	    {TSQL_TY_SMALLMONEY, INT32_MIN, INT32_MAX},
	    {TSQL_TY_MONEY, INT64_MIN, INT64_MAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(range); i++)
		if (t->base == range[i].base)
			return n >= range[i].lo && n <= range[i].hi;
	/* 10^37 is as far as we go: more might not fit into our own. */
	return n < ev_pow10(t->precision < 37 ? t->precision : 37) &&
	    n > -ev_pow10(t->precision < 37 ? t->precision : 37);
}

static struct eval_value to_number(struct eval *ev, struct eval_value v,
    const struct tsql_type *from, const struct tsql_type *to)
{
	bool lost = false, round = true;
	int scale = tsql_is_integer(to) ? 0 : to->scale;

	if (to->base == TSQL_TY_BIT)
		return ev_num(v.n != 0, 0);
	/* Integers cut what decimal has behind the point; of money they
	 * round it. */
	if (tsql_is_integer(to) && from && !tsql_is_money(from))
		round = ev->naive == EMIT_USE_CAST_TRUNCATES;
	else if (ev->naive == EMIT_USE_CAST_ROUNDS)
		round = false;
	if (tsql_is_money(to))
		scale = 4;
	/* What a naive reading has made of an integer stays as it is. */
	if (ev->naive == EMIT_USE_INT_DIVISION || ev->naive == EMIT_USE_AVG_INT)
		if (from && tsql_is_integer(from) && v.scale > scale)
			return v;
	v.n = ev_rescale(v.n, v.scale, scale, round, &lost);
	v.scale = (uint8_t)scale;
	return fits(v.n, to) ? v : ev_fail(ev);
}

static struct eval_value parse_number(
    struct eval *ev, struct eval_value v, const struct tsql_type *to)
{
	eval_int n = 0;
	int scale = -1, digits = 0;
	uint32_t i = 0, end = v.len;
	bool minus;

	while (i < end && v.s[i] == ' ')
		i++;
	while (end > i && v.s[end - 1] == ' ')
		end--;
	minus = i < end && v.s[i] == '-';
	i += i < end && (v.s[i] == '-' || v.s[i] == '+');
	for (; i < end; i++) {
		if (v.s[i] == '.' && scale < 0) {
			scale = 0;
			continue;
		}
		if (v.s[i] < '0' || v.s[i] > '9' || ++digits > 30)
			return ev_fail(ev);
		n = n * 10 + (v.s[i] - '0');
		scale += scale >= 0;
	}
	if (!digits || (scale > 0 && tsql_is_integer(to)))
		return ev_fail(ev);
	return to_number(
	    ev, ev_num(minus ? -n : n, scale < 0 ? 0 : scale), NULL, to);
}

bool ev_is_number_text(const struct eval_value *v)
{
	struct eval ev = {.failed = false};
	struct tsql_type wide = tsql_type_make(TSQL_TY_DECIMAL);

	wide.precision = 38;
	wide.scale = 18;
	parse_number(&ev, *v, &wide);
	return !ev.failed;
}

static void print_number(struct buf *b, eval_int n, int scale)
{
	char digits[64];
	int len = 0;
	bool minus = n < 0;

	if (minus)
		n = -n;
	do {
		digits[len++] = (char)('0' + (int)(n % 10));
		n /= 10;
	} while (n || len <= scale);
	if (minus)
		buf_addc(b, '-');
	while (len-- > 0) {
		buf_addc(b, digits[len]);
		if (len == scale && scale)
			buf_addc(b, '.');
	}
}

/* ---- dates ---- */

static bool is_leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

int ev_days_in_month(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

eval_int eval_moment_of(int year, int month, int day)
{
	eval_int y = year - 1;
	eval_int days = y * 365 + y / 4 - y / 100 + y / 400;

	for (int m = 1; m < month; m++)
		days += ev_days_in_month(year, m);
	return (days + day - 1) * NS_DAY;
}

void ev_date_parts(eval_int ns, int *year, int *month, int *day)
{
	int days = (int)(ns / NS_DAY);
	int y = days / 366 + 1;

	while (eval_moment_of(y + 1, 1, 1) <= ns)
		y++;
	days -= (int)(eval_moment_of(y, 1, 1) / NS_DAY);
	*year = y;
	for (*month = 1; days >= ev_days_in_month(y, *month); ++*month)
		days -= ev_days_in_month(y, *month);
	*day = days + 1;
}

static int two_digits(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* yyyy-mm-dd or yyyymmdd, and hh:mm:ss[.fff] behind them: what means the same
 * in every language. */
static struct eval_value parse_moment(struct eval *ev, struct eval_value v)
{
	const char *s = v.s;
	bool dashes = v.len >= 10 && s[4] == '-' && s[7] == '-';
	uint32_t i = dashes ? 10 : 8;
	int y, m, d, part[3] = {0, 0, 0};
	eval_int frac = 0, unit = 100000000;

	if (v.len < i)
		return ev_fail(ev);
	y = two_digits(s) * 100 + two_digits(s + 2);
	m = two_digits(s + (dashes ? 5 : 4));
	d = two_digits(s + (dashes ? 8 : 6));
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > ev_days_in_month(y, m))
		return ev_fail(ev);
	if (i < v.len && s[i] != ' ' && s[i] != 'T')
		return ev_fail(ev);
	for (int n = 0; n < 3 && i < v.len; n++, i += 3) {
		if (i + 3 > v.len || (n && s[i] != ':'))
			break;
		part[n] = two_digits(s + i + 1);
		if (part[n] < 0 || part[n] > (n ? 59 : 23))
			return ev_fail(ev);
	}
	if (i < v.len && s[i] == '.')
		for (i++; i < v.len && s[i] >= '0' && s[i] <= '9'; i++) {
			frac += (s[i] - '0') * unit;
			unit /= 10;
		}
	if (i < v.len)
		return ev_fail(ev);
	return ev_moment(eval_moment_of(y, m, d) +
	    (eval_int)(part[0] * 3600 + part[1] * 60 + part[2]) * 1000000000 +
	    frac);
}

/* To whole units, half up. */
static eval_int round_ns(eval_int ns, eval_int unit)
{
	return (ns + unit / 2) / unit * unit;
}

static struct eval_value to_moment(
    struct eval *ev, struct eval_value v, const struct tsql_type *to)
{
	eval_int day = v.n / NS_DAY * NS_DAY, ns = v.n - day, ticks;

	switch (to->base) {
	case TSQL_TY_DATE: return ev_moment(day);
	case TSQL_TY_DATETIME2:
		return ev_moment(day + round_ns(ns, ev_pow10(9 - to->scale)));
	case TSQL_TY_SMALLDATETIME:
		return ev_moment(day + round_ns(ns, (eval_int)60 * 1000000000));
	case TSQL_TY_DATETIME:
		if (ev->naive == EMIT_USE_DATETIME_ROUNDS)
			return v;
		/* Ticks of 1/300 s, shown in milliseconds. */
		ticks = (ns * 3 + 5000000) / 10000000;
		return ev_moment(day + round_ns(ticks * 10000000 / 3, 1000000));
	default: return ev_vague();
	}
}

static void print_moment(struct buf *b, eval_int ns, const struct tsql_type *t)
{
	int y, m, d, digits;
	eval_int in_day = ns % NS_DAY;
	long s = (long)(in_day / 1000000000);

	ev_date_parts(ns, &y, &m, &d);
	buf_addf(b, "%04d-%02d-%02d", y, m, d);
	if (t->base == TSQL_TY_DATE)
		return;
	buf_addf(b, " %02ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	digits = t->base == TSQL_TY_SMALLDATETIME ? 0
	    : t->base == TSQL_TY_DATETIME	  ? 3
						  : t->scale;
	if (digits)
		buf_addf(b, ".%0*lld", digits,
		    (long long)(in_day % 1000000000 / ev_pow10(9 - digits)));
}

/* ---- strings ---- */

bool ev_is_ascii(const struct eval_value *v)
{
	for (uint32_t i = 0; i < v->len; i++)
		if ((unsigned char)v->s[i] >= 0x80 || v->s[i] < ' ')
			return false;
	return true;
}

bool ev_is_padded(const struct eval_value *v, const struct tsql_type *t)
{
	return t && (t->base == TSQL_TY_CHAR || t->base == TSQL_TY_NCHAR) &&
	    v->kind == EVAL_STRING && (int32_t)v->len < t->length;
}

static struct eval_value to_string(struct eval *ev, struct eval_value v,
    const struct tsql_type *from, const struct tsql_type *to)
{
	struct buf b = BUF_INIT;

	if (v.kind == EVAL_NUMBER && from && !tsql_is_float(from)) {
		bool lost = false;

		/* Money shows two digits. */
		if (tsql_is_money(from))
			print_number(&b, ev_rescale(v.n, 4, 2, true, &lost), 2);
		else
			print_number(&b, v.n, v.scale);
	} else if (v.kind == EVAL_MOMENT && from &&
	    from->base == TSQL_TY_DATE) {
		print_moment(&b, v.n, from);
	} else if (v.kind != EVAL_STRING) {
		return ev_vague();
	}
	if (v.kind != EVAL_STRING) {
		/* Too long a number is an error or an asterisk. */
		if (to->length != TSQL_MAX && (int32_t)b.len > to->length)
			return buf_release(&b), ev_vague();
		v = ev_str(arena_strndup(ev->a, buf_str(&b), b.len), b.len);
		buf_release(&b);
	}
	/* So may the padding that a char value brought along. */
	if (!ev_is_ascii(&v) || ev_is_padded(&v, from))
		return ev_vague();
	if (to->length != TSQL_MAX && to->length > 0 &&
	    (int32_t)v.len > to->length && ev->naive != EMIT_USE_CAST_CUTS &&
	    ev->naive != EMIT_USE_ISNULL_CUTS)
		v.len = (uint32_t)to->length;
	/* Padding may be seen or not, as the target likes. */
	if ((to->base == TSQL_TY_CHAR || to->base == TSQL_TY_NCHAR) &&
	    (int32_t)v.len < to->length)
		return ev_vague();
	return v;
}

struct eval_value ev_convert(struct eval *ev, struct eval_value v,
    const struct tsql_type *from, const struct tsql_type *to)
{
	if (v.vague || v.kind == EVAL_NULL || !to || to->base == TSQL_TY_NULL)
		return v;
	if (to->base == TSQL_TY_UNKNOWN || tsql_is_float(to))
		return ev_unknown(ev, tsql_base_name(to->base));
	if (tsql_is_string(to))
		return to_string(ev, v, from, to);
	if (tsql_is_exact(to)) {
		if (v.kind == EVAL_NUMBER)
			return to_number(ev, v, from, to);
		if (v.kind == EVAL_STRING && to->base != TSQL_TY_BIT)
			return parse_number(ev, v, to);
		return ev_vague();
	}
	if (tsql_is_temporal(to)) {
		if (v.kind == EVAL_STRING)
			v = parse_moment(ev, v);
		return v.kind == EVAL_MOMENT
		    ? to_moment(ev, v, to)
		    : ev_unknown(ev, "a date of a number");
	}
	return ev_unknown(ev, tsql_base_name(to->base));
}

/* ---- comparison ---- */

static int fold(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool is_word(const struct eval_value *v, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		int c = fold((unsigned char)v->s[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return true;
}

static uint32_t without_blanks(const struct eval_value *v)
{
	uint32_t n = v->len;

	while (n && v->s[n - 1] == ' ')
		n--;
	return n;
}

static int bytes_cmp(const struct eval_value *l, const struct eval_value *r)
{
	uint32_t n = l->len < r->len ? l->len : r->len;
	int c = n ? memcmp(l->s, r->s, n) : 0;

	return c ? c : (l->len > r->len) - (l->len < r->len);
}

/* Without regard to case. */
static int folded_cmp(const char *l, uint32_t ln, const char *r, uint32_t rn)
{
	for (uint32_t i = 0; i < ln && i < rn; i++) {
		int d = fold((unsigned char)l[i]) - fold((unsigned char)r[i]);

		if (d)
			return d;
	}
	return (ln > rn) - (ln < rn);
}

/* Of the same letters the one with a small one first is the smaller. */
static int case_cmp(const char *l, const char *r, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (l[i] != r[i])
			return (unsigned char)r[i] - (unsigned char)l[i];
	return 0;
}

static int strings_cmp(struct eval *ev, const struct eval_value *l,
    const struct eval_value *r, const struct tsql_type *t, bool naive,
    bool *vague)
{
	const struct tsql_collation *c =
	    t && t->collation ? t->collation : ev->collation;
	uint32_t ln = without_blanks(l), rn = without_blanks(r);
	struct eval_value a = *l, b = *r;
	int d;

	if (!ev_is_ascii(l) || !ev_is_ascii(r))
		*vague = true;
	if (naive && !ev->variant)
		return bytes_cmp(l, r);
	if (naive && ev->variant == 'b') {
		ln = l->len;
		rn = r->len;
	}
	a.len = ln;
	b.len = rn;
	if ((c && c->binary) || (naive && ev->variant == 'c'))
		return bytes_cmp(&a, &b);
	d = folded_cmp(a.s, ln, b.s, rn);
	if (d || !((c && c->case_sensitive) || (naive && ev->variant == 'i')))
		return d;
	return case_cmp(a.s, b.s, ln);
}

static int num_cmp(const struct eval_value *l, const struct eval_value *r)
{
	int scale = l->scale > r->scale ? l->scale : r->scale;
	bool lost = false;
	eval_int a = ev_rescale(l->n, l->scale, scale, false, &lost);
	eval_int b = ev_rescale(r->n, r->scale, scale, false, &lost);

	return (a > b) - (a < b);
}

int ev_compare(struct eval *ev, const struct eval_value *l,
    const struct eval_value *r, const struct tsql_type *t, bool naive,
    bool *vague)
{
	if (l->vague || r->vague || l->kind != r->kind ||
	    l->kind == EVAL_NULL) {
		*vague = true;
		return 0;
	}
	if (l->kind == EVAL_STRING)
		return strings_cmp(ev, l, r, t, naive, vague);
	return l->kind == EVAL_NUMBER ? num_cmp(l, r)
				      : (l->n > r->n) - (l->n < r->n);
}

/* Does the collation tell case, but not order by code points? */
static bool is_cased(const struct eval *ev, const struct tsql_type *t)
{
	const struct tsql_collation *c =
	    t && t->collation ? t->collation : ev->collation;

	return c && c->case_sensitive && !c->binary;
}

int ev_order(struct eval *ev, const struct eval_value *l,
    const struct eval_value *r, const struct tsql_type *t, bool naive,
    bool *vague)
{
	bool ln = l->kind == EVAL_NULL, rn = r->kind == EVAL_NULL;
	int d;

	if (l->vague || r->vague)
		*vague = true;
	if (ln || rn)
		return rn - ln;
	d = ev_compare(ev, l, r, t, naive, vague);
	/* Which of two words comes first is only sure for plain ones. */
	if (d && l->kind == EVAL_STRING &&
	    (!is_word(l, without_blanks(l)) || !is_word(r, without_blanks(r))))
		*vague = true;
	/* Collations differ in which case is first. */
	if (d && l->kind == EVAL_STRING && !naive && is_cased(ev, t) &&
	    !folded_cmp(l->s, without_blanks(l), r->s, without_blanks(r)))
		*vague = true;
	return d;
}

int ev_sort(struct eval *ev, const struct eval_value *l,
    const struct eval_value *r, const struct tsql_order *o, bool *vague)
{
	bool desc = o->h.flags & TSQL_DESC;
	int d = ev_order(
	    ev, l, r, o->expr->type, ev->naive == EMIT_USE_STRING_ORDER, vague);

	/* Naively NULL is last, or ('g') the greatest value. */
	if (d && ev->naive == EMIT_USE_NULL_ORDER &&
	    (l->kind == EVAL_NULL) != (r->kind == EVAL_NULL)) {
		d = l->kind == EVAL_NULL ? 1 : -1;
		return desc && ev->variant == 'g' ? -d : d;
	}
	return desc ? -d : d;
}

bool eval_same(const struct eval_value *l, const struct eval_value *r)
{
	/* dbt's comparison takes an empty string for a NULL. */
	bool ln = l->kind == EVAL_NULL || (l->kind == EVAL_STRING && !l->len);
	bool rn = r->kind == EVAL_NULL || (r->kind == EVAL_STRING && !r->len);

	if (l->vague || r->vague || ln || rn)
		return l->vague == r->vague && ln == rn;
	if (l->kind != r->kind)
		return false;
	if (l->kind == EVAL_STRING)
		return !bytes_cmp(l, r);
	return l->kind == EVAL_NUMBER ? !num_cmp(l, r) : l->n == r->n;
}

/* dbt renders the values of a unit test: they must not be Jinja. */
static void yaml_string(struct buf *b, const char *s, size_t len)
{
	struct buf inert = BUF_INIT;

	jinja_defuse(&inert, s, len);
	buf_addc(b, '"');
	for (size_t i = 0; i < inert.len; i++) {
		if (strchr("\"\\", inert.s[i]))
			buf_addc(b, '\\');
		buf_addc(b, inert.s[i]);
	}
	buf_addc(b, '"');
	buf_release(&inert);
}

void eval_yaml(struct buf *b, const struct eval_value *v,
    const struct tsql_type *t, bool boolean_bits)
{
	switch (v->kind) {
	case EVAL_NULL: buf_adds(b, "null"); break;
	case EVAL_NUMBER:
		if (t->base == TSQL_TY_BIT && boolean_bits) {
			buf_adds(b, v->n ? "true" : "false");
			break;
		}
		/* In quotes a decimal keeps its digits. */
		buf_adds(b, v->scale ? "\"" : "");
		print_number(b, v->n, v->scale);
		buf_adds(b, v->scale ? "\"" : "");
		break;
	case EVAL_STRING: yaml_string(b, v->s, v->len); break;
	case EVAL_MOMENT:
		buf_addc(b, '"');
		print_moment(b, v->n, t);
		buf_addc(b, '"');
		break;
	}
}
