#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "tsql/eval_int.h"

/* The arguments of a call: evaluated, and what is true of them all. */
struct args {
	struct tsql_expr **e;
	struct eval_value v[4];
	uint32_t n;
	bool null, vague;
};

static struct eval_value copy_str(struct eval *ev, const char *s, size_t len)
{
	return ev_str(arena_strndup(ev->a, s, len), len);
}

static bool is_text(const struct args *a, uint32_t i)
{
	return i < a->n && a->v[i].kind == EVAL_STRING &&
	    tsql_is_string(a->e[i]->type) && ev_is_ascii(&a->v[i]) &&
	    !ev_is_padded(&a->v[i], a->e[i]->type);
}

static bool is_int(const struct args *a, uint32_t i)
{
	return i < a->n && a->v[i].kind == EVAL_NUMBER && !a->v[i].scale &&
	    a->v[i].n > -100000 && a->v[i].n < 100000;
}

static int fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* ---- strings ---- */

static struct eval_value len(struct eval *ev, const struct args *a)
{
	uint32_t n = a->v[0].len;

	if (!is_text(a, 0))
		return ev_vague();
	while (ev->naive != EMIT_USE_LEN && n && a->v[0].s[n - 1] == ' ')
		n--;
	return ev_num(n, 0);
}

static struct eval_value part(const struct args *a, eval_int from, eval_int n)
{
	eval_int end = from + n;

	if (from < 0)
		from = 0;
	if (end > a->v[0].len)
		end = a->v[0].len;
	if (end <= from)
		return ev_str("", 0);
	return ev_str(a->v[0].s + from, (size_t)(end - from));
}

static struct eval_value left(struct eval *ev, const struct args *a)
{
	if (!is_text(a, 0) || !is_int(a, 1))
		return ev_vague();
	return a->v[1].n < 0 ? ev_fail(ev) : part(a, 0, a->v[1].n);
}

static struct eval_value right(struct eval *ev, const struct args *a)
{
	eval_int n;

	if (!is_text(a, 0) || !is_int(a, 1))
		return ev_vague();
	n = a->v[1].n;
	if (n < 0)
		return ev_fail(ev);
	return n >= a->v[0].len ? a->v[0] : part(a, a->v[0].len - n, n);
}

static struct eval_value substring(struct eval *ev, const struct args *a)
{
	if (a->n != 3 || !is_text(a, 0) || !is_int(a, 1) || !is_int(a, 2))
		return ev_vague();
	if (a->v[2].n < 0)
		return ev_fail(ev);
	return part(a, a->v[1].n - 1, a->v[2].n);
}

static struct eval_value change_case(
    struct eval *ev, const struct args *a, bool up)
{
	struct eval_value v = a->v[0];
	char *s;

	if (!is_text(a, 0))
		return ev_vague();
	s = arena_strndup(ev->a, v.s, v.len);
	for (uint32_t i = 0; i < v.len; i++)
		if (up && s[i] >= 'a' && s[i] <= 'z')
			s[i] = (char)(s[i] - 'a' + 'A');
		else if (!up)
			s[i] = (char)fold(s[i]);
	return ev_str(s, v.len);
}

static struct eval_value trim(const struct args *a, bool front, bool back)
{
	struct eval_value v = a->v[0];

	if (a->n != 1 || !is_text(a, 0))
		return ev_vague();
	while (front && v.len && v.s[0] == ' ') {
		v.s++;
		v.len--;
	}
	while (back && v.len && v.s[v.len - 1] == ' ')
		v.len--;
	return v;
}

/* Where needle is, from at on; -1: nowhere. */
static int find(const struct eval_value *needle, const struct eval_value *in,
    uint32_t at, bool exact)
{
	for (; at + needle->len <= in->len; at++) {
		uint32_t i = 0;

		while (i < needle->len &&
		    (exact ? needle->s[i] == in->s[at + i]
			   : fold(needle->s[i]) == fold(in->s[at + i])))
			i++;
		if (i == needle->len)
			return (int)at;
	}
	return -1;
}

static bool is_exact(struct eval *ev, const struct tsql_expr *e)
{
	const struct tsql_collation *c =
	    e->type->collation ? e->type->collation : ev->collation;

	return c && (c->binary || c->case_sensitive);
}

static struct eval_value charindex(struct eval *ev, const struct args *a)
{
	bool exact = ev->naive == EMIT_USE_SEARCH || is_exact(ev, a->e[1]);

	if (!is_text(a, 0) || !is_text(a, 1) || a->n != 2 || !a->v[0].len)
		return ev_vague();
	return ev_num(find(&a->v[0], &a->v[1], 0, exact) + 1, 0);
}

static struct eval_value replace(struct eval *ev, const struct args *a)
{
	bool exact = ev->naive == EMIT_USE_REPLACE || is_exact(ev, a->e[0]);
	struct buf b = BUF_INIT;
	struct eval_value v;
	uint32_t at = 0;
	int hit;

	if (!is_text(a, 0) || !is_text(a, 1) || !is_text(a, 2) || !a->v[1].len)
		return ev_vague();
	while ((hit = find(&a->v[1], &a->v[0], at, exact)) >= 0) {
		buf_add(&b, a->v[0].s + at, (uint32_t)hit - at);
		buf_add(&b, a->v[2].s, a->v[2].len);
		at = (uint32_t)hit + a->v[1].len;
	}
	buf_add(&b, a->v[0].s + at, a->v[0].len - at);
	v = copy_str(ev, buf_str(&b), b.len);
	buf_release(&b);
	return v;
}

static struct eval_value concat(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	struct buf b = BUF_INIT;
	struct eval_value v = ev_null();
	bool null = false;

	for (uint32_t i = 0; i < e->u.call.args.n && !v.vague; i++) {
		struct tsql_expr *arg = e->u.call.args.v[i];

		v = ev_convert(ev, ev_expr(ev, arg), arg->type, &text);
		if (v.kind == EVAL_STRING)
			buf_add(&b, v.s, v.len);
		/* NULL is nothing; naively it makes the whole NULL. */
		else if (ev->naive == EMIT_USE_CONCAT_NULL && !v.vague)
			null = true;
	}
	if (null && !v.vague)
		v = ev_null();
	else if (!v.vague)
		v = copy_str(ev, buf_str(&b), b.len);
	buf_release(&b);
	return v;
}

/* CONCAT_WS leaves out what is NULL, with its separator. */
static struct eval_value concat_ws(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	struct tsql_exprs *args = &e->u.call.args;
	struct eval_value v = ev_expr_as(ev, args->v[0], &text), sep = v;
	struct buf b = BUF_INIT;
	bool any = false, null = false;

	for (uint32_t i = 1; i < args->n && !v.vague; i++) {
		v = ev_convert(
		    ev, ev_expr(ev, args->v[i]), args->v[i]->type, &text);
		null |= v.kind == EVAL_NULL;
		if (v.kind != EVAL_STRING)
			continue;
		if (any && sep.kind == EVAL_STRING)
			buf_add(&b, sep.s, sep.len);
		any = true;
		buf_add(&b, v.s, v.len);
	}
	/* Naively it is a sum of texts, NULL for one of them. */
	if (null && ev->naive == EMIT_USE_CONCAT_NULL && !v.vague)
		v = ev_null();
	else if (!v.vague)
		v = copy_str(ev, buf_str(&b), b.len);
	buf_release(&b);
	return v;
}

static struct eval_value replicate(struct eval *ev, const struct args *a)
{
	struct buf b = BUF_INIT;
	struct eval_value v;

	if (!is_text(a, 0) || !is_int(a, 1) || a->v[1].n > 100)
		return ev_vague();
	for (eval_int i = 0; i < a->v[1].n; i++)
		buf_add(&b, a->v[0].s, a->v[0].len);
	v = copy_str(ev, buf_str(&b), b.len);
	buf_release(&b);
	return a->v[1].n < 0 ? ev_null() : v;
}

static struct eval_value space(struct eval *ev, const struct args *a)
{
	char *s;

	if (!is_int(a, 0) || a->v[0].n > 100)
		return ev_vague();
	if (a->v[0].n < 0)
		return ev_null();
	s = arena_alloc(ev->a, (size_t)a->v[0].n + 1);
	memset(s, ' ', (size_t)a->v[0].n);
	return ev_str(s, (size_t)a->v[0].n);
}

static struct eval_value reverse(struct eval *ev, const struct args *a)
{
	char *s;

	if (!is_text(a, 0))
		return ev_vague();
	s = arena_alloc(ev->a, a->v[0].len + 1);
	for (uint32_t i = 0; i < a->v[0].len; i++)
		s[i] = a->v[0].s[a->v[0].len - 1 - i];
	return ev_str(s, a->v[0].len);
}

/* ---- numbers ---- */

static struct eval_value round_to(
    struct eval *ev, const struct args *a, const struct tsql_type *t)
{
	struct eval_value v = a->v[0];
	bool lost = false;
	eval_int n;
	int digits;

	/* Beyond its digits or before the point it may overflow. */
	if (a->n != 2 || v.kind != EVAL_NUMBER || !is_int(a, 1) ||
	    a->v[1].n < 0 || a->v[1].n > 12 || !tsql_is_exact(t))
		return ev_vague();
	digits = (int)a->v[1].n;
	if (digits >= v.scale)
		return v;
	n = ev_rescale(v.n, v.scale, digits, true, &lost);
	/* A half goes away from zero; naively to the even neighbour. */
	if (ev->naive == EMIT_USE_ROUND && n % 2 &&
	    v.n % ev_pow10(v.scale - digits) * 2 % ev_pow10(v.scale - digits) ==
		0)
		n -= lost ? (n > 0 ? 1 : -1) : 0;
	return ev_num(n * ev_pow10(v.scale - digits), v.scale);
}

static struct eval_value whole(const struct args *a, bool up)
{
	struct eval_value v = a->v[0];
	eval_int p = ev_pow10(v.scale), q;

	if (v.kind != EVAL_NUMBER)
		return ev_vague();
	q = v.n / p;
	if (v.n % p && (v.n > 0) == up)
		q += up ? 1 : -1;
	return ev_num(q, 0);
}

/* ---- dates ---- */

/* Days before a Monday, Sunday …: 0001-01-01 was a Monday. */
static eval_int weeks(eval_int ns)
{
	return (ns / NS_DAY + 1) / 7;
}

static struct eval_value datediff(
    struct eval *ev, struct tsql_expr *e, const struct args *a)
{
	enum tsql_datepart p = tsql_callref(e)->datepart;
	bool naive = ev->naive == EMIT_USE_DATEDIFF;
	int y1, m1, d1, y2, m2, d2;
	eval_int from = a->v[1].n, to = a->v[2].n, unit;
	int months, years;

	if (a->v[1].kind != EVAL_MOMENT || a->v[2].kind != EVAL_MOMENT)
		return ev_vague();
	ev_date_parts(from, &y1, &m1, &d1);
	ev_date_parts(to, &y2, &m2, &d2);
	months = (y2 - y1) * 12 + m2 - m1;
	years = y2 - y1;
	/* Whole years and months that went by, as an age counts them. */
	if (naive && to >= from) {
		months -= d2 < d1;
		years = months / 12;
	}
	switch (p) {
	case TSQL_DP_YEAR: return ev_num(years, 0);
	case TSQL_DP_QUARTER:
		if (naive)
			return ev_num(months / 3, 0);
		return ev_num((y2 - y1) * 4 + (m2 - 1) / 3 - (m1 - 1) / 3, 0);
	case TSQL_DP_MONTH: return ev_num(months, 0);
	case TSQL_DP_WEEK:
		if (naive)
			return ev_num((to - from) / (7 * NS_DAY), 0);
		return ev_num(weeks(to) - weeks(from), 0);
	case TSQL_DP_DAY:
	case TSQL_DP_DAYOFYEAR:
	case TSQL_DP_WEEKDAY: unit = NS_DAY; break;
	case TSQL_DP_HOUR: unit = NS_DAY / 24; break;
	case TSQL_DP_MINUTE: unit = NS_DAY / 1440; break;
	case TSQL_DP_SECOND: unit = NS_DAY / 86400; break;
	default: return ev_vague();
	}
	if (naive)
		return ev_num((to - from) / unit, 0);
	return ev_num(to / unit - from / unit, 0);
}

static struct eval_value add_months(struct eval *ev, eval_int ns, eval_int n)
{
	eval_int in_day = ns % NS_DAY, month;
	int y, m, d, max;

	ev_date_parts(ns, &y, &m, &d);
	month = (eval_int)y * 12 + m - 1 + n;
	if (month < 12 * 2 || month > 12 * 9998)
		return ev_vague();
	y = (int)(month / 12);
	m = (int)(month % 12) + 1;
	max = ev_days_in_month(y, m);
	/* The last day of a shorter month; naively some days of the next. */
	if (ev->naive == EMIT_USE_DATEADD)
		return ev_moment(
		    eval_moment_of(y, m, 1) + (d - 1) * NS_DAY + in_day);
	return ev_moment(eval_moment_of(y, m, d < max ? d : max) + in_day);
}

static struct eval_value dateadd(
    struct eval *ev, struct tsql_expr *e, const struct args *a)
{
	enum tsql_datepart p = tsql_callref(e)->datepart;
	eval_int n = a->v[1].n, ns = a->v[2].n, unit;

	if (!is_int(a, 1) || a->v[2].kind != EVAL_MOMENT)
		return ev_vague();
	switch (p) {
	case TSQL_DP_YEAR: return add_months(ev, ns, n * 12);
	case TSQL_DP_QUARTER: return add_months(ev, ns, n * 3);
	case TSQL_DP_MONTH: return add_months(ev, ns, n);
	case TSQL_DP_WEEK: unit = 7 * NS_DAY; break;
	case TSQL_DP_DAY:
	case TSQL_DP_DAYOFYEAR:
	case TSQL_DP_WEEKDAY: unit = NS_DAY; break;
	default: return ev_vague();
	}
	return ev_moment(ns + n * unit);
}

static struct eval_value datepart(
    struct eval *ev, enum tsql_datepart p, const struct eval_value *v)
{
	int y, m, d;
	eval_int days = v->n / NS_DAY, start;

	if (v->kind != EVAL_MOMENT)
		return ev_vague();
	ev_date_parts(v->n, &y, &m, &d);
	start = eval_moment_of(y, 1, 1) / NS_DAY;
	switch (p) {
	case TSQL_DP_YEAR: return ev_num(y, 0);
	case TSQL_DP_QUARTER: return ev_num((m - 1) / 3 + 1, 0);
	case TSQL_DP_MONTH: return ev_num(m, 0);
	case TSQL_DP_DAY: return ev_num(d, 0);
	case TSQL_DP_DAYOFYEAR: return ev_num(days - start + 1, 0);
	/* Weeks start on Sunday; naive: it is day 0. */
	case TSQL_DP_WEEKDAY:
		return ev_num(
		    (days + 1) % 7 + (ev->naive == EMIT_USE_DATEPART ? 0 : 1),
		    0);
	case TSQL_DP_WEEK:
		if (ev->naive == EMIT_USE_DATEPART)
			return ev_num((days - start) / 7 + 1, 0);
		return ev_num((days + 1) / 7 - (start + 1) / 7 + 1, 0);
	default: return ev_vague();
	}
}

/* In English, the language of a login unless it says otherwise; naively in
 * short. */
static struct eval_value datename(
    struct eval *ev, enum tsql_datepart p, const struct eval_value *v)
{
	static const char *const days[] = {"Sunday", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday"};
	static const char *const months[] = {"January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December"};
	struct eval_value n = datepart(ev, p, v);
	const char *s;

	if (n.vague)
		return n;
	if (p == TSQL_DP_WEEKDAY)
		s = days[(v->n / NS_DAY + 1) % 7];
	else if (p == TSQL_DP_MONTH)
		s = months[n.n - 1];
	else
		s = arena_printf(ev->a, "%d", (int)n.n);
	if (ev->naive == EMIT_USE_DATEPART && strlen(s) > 3)
		return ev_str(s, 3);
	return ev_str(s, strlen(s));
}

static struct eval_value eomonth(const struct args *a)
{
	struct eval_value v = a->v[0];
	int y, m, d;

	if (a->n != 1 || v.kind != EVAL_MOMENT)
		return ev_vague();
	ev_date_parts(v.n, &y, &m, &d);
	return ev_moment(eval_moment_of(y, m, ev_days_in_month(y, m)));
}

static struct eval_value datefromparts(struct eval *ev, const struct args *a)
{
	if (!is_int(a, 0) || !is_int(a, 1) || !is_int(a, 2))
		return ev_vague();
	if (a->v[0].n < 1 || a->v[0].n > 9999 || a->v[1].n < 1 ||
	    a->v[1].n > 12 || a->v[2].n < 1 ||
	    a->v[2].n > ev_days_in_month((int)a->v[0].n, (int)a->v[1].n))
		return ev_fail(ev);
	return ev_moment(
	    eval_moment_of((int)a->v[0].n, (int)a->v[1].n, (int)a->v[2].n));
}

/* ---- conditions: their arguments are not all evaluated ---- */

static struct eval_value isnull(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_expr **arg = e->u.call.args.v;
	struct eval_value v = ev_expr(ev, arg[0]);

	if (v.vague || v.kind != EVAL_NULL)
		return v;
	return ev_expr_as(ev, arg[1], e->type);
}

static struct eval_value coalesce(struct eval *ev, struct tsql_expr *e)
{
	struct eval_value v = ev_null();

	for (uint32_t i = 0; i < e->u.call.args.n; i++) {
		v = ev_expr_as(ev, e->u.call.args.v[i], e->type);
		if (v.vague || v.kind != EVAL_NULL)
			break;
	}
	return v;
}

static struct eval_value iif(struct eval *ev, struct tsql_expr *e)
{
	enum tri t = ev_predicate(ev, e->u.call.args.v[0]);

	if (t == TRI_VAGUE)
		return ev_vague();
	return ev_expr_as(ev, e->u.call.args.v[t == TRI_TRUE ? 1 : 2], e->type);
}

static struct eval_value choose(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	struct eval_value n = ev_expr(ev, args->v[0]);

	if (n.vague || (n.kind == EVAL_NUMBER && n.scale))
		return ev_vague();
	if (n.kind != EVAL_NUMBER || n.n < 1 || n.n >= args->n)
		return ev_null();
	return ev_expr_as(ev, args->v[n.n], e->type);
}

static struct eval_value nullif(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_expr **arg = e->u.call.args.v;
	struct tsql_type t = tsql_type_compare(arg[0]->type, arg[1]->type);
	struct eval_value l = ev_expr(ev, arg[0]);
	struct eval_value a, b;
	bool vague = false;

	if (l.vague || l.kind == EVAL_NULL)
		return l;
	a = ev_convert(ev, l, arg[0]->type, &t);
	b = ev_expr_as(ev, arg[1], &t);
	if (b.kind == EVAL_NULL && !b.vague)
		return l;
	if (!ev_compare(
		ev, &a, &b, &t, ev->naive == EMIT_USE_STRING_EQUAL, &vague))
		return vague ? ev_vague() : ev_null();
	return vague ? ev_vague() : l;
}

/* ---- calls ---- */

static void take_args(struct eval *ev, struct tsql_expr *e, struct args *a)
{
	uint32_t skip =
	    tsql_function_get(e->u.call.fn)->flags & TSQL_FF_DATEPART ? 1 : 0;

	memset(a, 0, sizeof(*a));
	a->e = e->u.call.args.v;
	a->n = e->u.call.args.n;
	for (uint32_t i = skip; i < a->n && i < ARRAY_SIZE(a->v); i++) {
		a->v[i] = ev_expr(ev, a->e[i]);
		a->vague |= a->v[i].vague;
		a->null |= a->v[i].kind == EVAL_NULL;
	}
	if (a->n > ARRAY_SIZE(a->v))
		a->vague = true;
}

/* Dates given as strings are converted as the function would. */
static void as_moment(struct eval *ev, struct args *a, uint32_t i)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_DATETIME2);

	if (i < a->n && a->v[i].kind == EVAL_STRING)
		a->v[i] = ev_convert(ev, a->v[i], a->e[i]->type, &t);
}

static struct eval_value dates(
    struct eval *ev, struct tsql_expr *e, struct args *a)
{
	switch (e->u.call.fn) {
	case TSQL_F_DATEDIFF:
	case TSQL_F_DATEDIFF_BIG:
		as_moment(ev, a, 1);
		as_moment(ev, a, 2);
		return datediff(ev, e, a);
	case TSQL_F_DATEADD: return dateadd(ev, e, a);
	case TSQL_F_DATEPART:
		as_moment(ev, a, 1);
		return datepart(ev, tsql_callref(e)->datepart, &a->v[1]);
	case TSQL_F_DATENAME:
		as_moment(ev, a, 1);
		return datename(ev, tsql_callref(e)->datepart, &a->v[1]);
	case TSQL_F_YEAR:
	case TSQL_F_MONTH:
	case TSQL_F_DAY:
		as_moment(ev, a, 0);
		return datepart(ev,
		    e->u.call.fn == TSQL_F_YEAR	       ? TSQL_DP_YEAR
			: e->u.call.fn == TSQL_F_MONTH ? TSQL_DP_MONTH
						       : TSQL_DP_DAY,
		    &a->v[0]);
	case TSQL_F_EOMONTH: return eomonth(a);
	case TSQL_F_DATEFROMPARTS: return datefromparts(ev, a);
	default: return ev_vague();
	}
}

static struct eval_value scalar(
    struct eval *ev, struct tsql_expr *e, struct args *a)
{
	switch (e->u.call.fn) {
	case TSQL_F_LEN: return len(ev, a);
	case TSQL_F_LEFT: return left(ev, a);
	case TSQL_F_RIGHT: return right(ev, a);
	case TSQL_F_SUBSTRING: return substring(ev, a);
	case TSQL_F_UPPER: return change_case(ev, a, true);
	case TSQL_F_LOWER: return change_case(ev, a, false);
	case TSQL_F_LTRIM: return trim(a, true, false);
	case TSQL_F_RTRIM: return trim(a, false, true);
	case TSQL_F_TRIM: return trim(a, true, true);
	case TSQL_F_CHARINDEX: return charindex(ev, a);
	case TSQL_F_REPLACE: return replace(ev, a);
	case TSQL_F_REPLICATE: return replicate(ev, a);
	case TSQL_F_SPACE: return space(ev, a);
	case TSQL_F_REVERSE: return reverse(ev, a);
	case TSQL_F_SIGN:
		if (a->v[0].kind != EVAL_NUMBER)
			return ev_vague();
		return ev_num((a->v[0].n > 0) - (a->v[0].n < 0), 0);
	case TSQL_F_ABS:
		if (a->v[0].kind != EVAL_NUMBER)
			return ev_vague();
		if (a->v[0].n < 0)
			a->v[0].n = -a->v[0].n;
		return a->v[0];
	case TSQL_F_ROUND: return round_to(ev, a, e->type);
	case TSQL_F_FLOOR: return whole(a, false);
	case TSQL_F_CEILING: return whole(a, true);
	default: return dates(ev, e, a);
	}
}

/* NULL for a NULL argument: what scalar() knows. */
static bool is_strict(enum tsql_fn fn)
{
	static const enum tsql_fn strict[] = {TSQL_F_LEN, TSQL_F_LEFT,
	    TSQL_F_RIGHT, TSQL_F_SUBSTRING, TSQL_F_UPPER, TSQL_F_LOWER,
	    TSQL_F_LTRIM, TSQL_F_RTRIM, TSQL_F_TRIM, TSQL_F_CHARINDEX,
	    TSQL_F_REPLACE, TSQL_F_REPLICATE, TSQL_F_SPACE, TSQL_F_REVERSE,
	    TSQL_F_SIGN, TSQL_F_DATENAME, TSQL_F_ABS, TSQL_F_ROUND,
	    TSQL_F_FLOOR, TSQL_F_CEILING, TSQL_F_DATEDIFF, TSQL_F_DATEDIFF_BIG,
	    TSQL_F_DATEADD, TSQL_F_DATEPART, TSQL_F_YEAR, TSQL_F_MONTH,
	    TSQL_F_DAY, TSQL_F_EOMONTH, TSQL_F_DATEFROMPARTS};

	for (size_t i = 0; i < ARRAY_SIZE(strict); i++)
		if (strict[i] == fn)
			return true;
	return false;
}

struct eval_value ev_call(struct eval *ev, struct tsql_expr *e)
{
	const struct tsql_function *f = tsql_function_get(e->u.call.fn);
	struct args a;

	if (!f || e->u.call.fn == TSQL_F_NONE)
		return ev_unknown(ev, "a function of the database");
	if (e->u.call.trim)
		return ev_unknown(ev, "TRIM of other characters");
	if (f->flags & TSQL_FF_AGGREGATE)
		return ev_aggregate(ev, e);
	switch (e->u.call.fn) {
	case TSQL_F_ISNULL: return isnull(ev, e);
	case TSQL_F_COALESCE: return coalesce(ev, e);
	case TSQL_F_IIF: return iif(ev, e);
	case TSQL_F_NULLIF: return nullif(ev, e);
	case TSQL_F_CONCAT: return concat(ev, e);
	case TSQL_F_CONCAT_WS: return concat_ws(ev, e);
	case TSQL_F_CHOOSE: return choose(ev, e);
	default: break;
	}
	if (!is_strict(e->u.call.fn))
		return ev_unknown(ev, f->name);
	take_args(ev, e, &a);
	if (a.vague)
		return ev_vague();
	if (a.null)
		return ev_null();
	return scalar(ev, e, &a);
}
