#include <stdio.h>

#include "tsql/emit_int.h"

/* Functions of dates and times. */

static struct tsql_expr *arg(struct tsql_expr *e, uint32_t i)
{
	return i < e->u.call.args.n ? e->u.call.args.v[i] : NULL;
}

static const char *const part_name[] = {
    [TSQL_DP_YEAR] = "year",
    [TSQL_DP_QUARTER] = "quarter",
    [TSQL_DP_MONTH] = "month",
    [TSQL_DP_DAYOFYEAR] = "dayofyear",
    [TSQL_DP_DAY] = "day",
    [TSQL_DP_WEEK] = "week",
    [TSQL_DP_ISO_WEEK] = "iso_week",
    [TSQL_DP_WEEKDAY] = "weekday",
    [TSQL_DP_HOUR] = "hour",
    [TSQL_DP_MINUTE] = "minute",
    [TSQL_DP_SECOND] = "second",
    [TSQL_DP_MILLISECOND] = "millisecond",
    [TSQL_DP_MICROSECOND] = "microsecond",
    [TSQL_DP_NANOSECOND] = "nanosecond",
    [TSQL_DP_TZOFFSET] = "tzoffset",
};

static enum tsql_datepart part_of(struct tsql_expr *e)
{
	struct tsql_callref *c = tsql_callref(e);

	return c ? (enum tsql_datepart)c->datepart : TSQL_DP_NONE;
}

/* What the argument is as a date or time: strings become datetime2, numbers
 * datetime. */
static struct ex moment(
    struct emit *E, struct tsql_expr *e, struct tsql_type *t)
{
	struct ex x = em_value(E, e);

	*t = *e->type;
	if (tsql_is_temporal(t))
		return x;
	if (tsql_is_string(t)) {
		*t = tsql_type_make(TSQL_TY_DATETIME2);
		t->scale = 7;
		/* A literal that is a date only is a date. */
		if (e->h.kind == TSQL_E_STRING) {
			struct em_moment m;
			struct ex y;

			if (em_parse_moment(e->u.lit.text, e->u.lit.len, &m)) {
				if (!m.hour && !m.minute && !m.second &&
				    !m.nano && !m.has_offset)
					t->base = TSQL_TY_DATE, t->scale = 0;
				if (m.has_offset)
					t->base = TSQL_TY_DATETIMEOFFSET;
				if (em_fold_moment(
					E, e->u.lit.text, e->u.lit.len, t, &y))
					return y;
			}
		}
	} else if (tsql_is_number(t)) {
		long long n;

		*t = tsql_type_make(TSQL_TY_DATETIME);
		if (em_int_literal(e, &n) && n == 0) {
			*t = tsql_type_make(TSQL_TY_DATE);
			return ex_cast_to(E, ex_text(E, "'1900-01-01'"), t);
		}
	} else if (x.null) {
		*t = tsql_type_make(TSQL_TY_DATETIME);
		return ex_cast_to(E, x, t);
	}
	return em_convert(E, x, e->type, t, CONV_CAST, -1, e, e);
}

static struct ex local_part(
    struct emit *E, struct ex x, struct tsql_type *t, const void *node)
{
	if (t->base != TSQL_TY_DATETIMEOFFSET)
		return x;
	*t = tsql_type_make(TSQL_TY_DATETIME2);
	t->scale = 7;
	return ex_op1(E, "dto_to_timestamp", node, x);
}

/* ---- DATEDIFF ---- */

static bool is_day_part(enum tsql_datepart p)
{
	return p >= TSQL_DP_YEAR && p <= TSQL_DP_WEEKDAY;
}

static struct ex date_diff(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type ta, tb, ts = tsql_type_make(TSQL_TY_DATETIME2);
	enum tsql_datepart p = part_of(e);
	struct ex a = moment(E, arg(e, 1), &ta), b = moment(E, arg(e, 2), &tb);
	char key[48];

	em_use(E, EMIT_USE_DATEDIFF, e);
	if (p == TSQL_DP_NONE || p == TSQL_DP_ISO_WEEK || p == TSQL_DP_TZOFFSET)
		return ex_manual(
		    E, FINDING_UNTRANSLATED, e, "DATEDIFF with this date part");
	/* Offsets are counted in: both in UTC. */
	if (ta.base == TSQL_TY_DATETIMEOFFSET)
		a = ex_op1(E, "dto_to_utc", e, a), ta = ts;
	if (tb.base == TSQL_TY_DATETIMEOFFSET)
		b = ex_op1(E, "dto_to_utc", e, b), tb = ts;
	if (ta.base == TSQL_TY_TIME && tb.base != TSQL_TY_TIME)
		a = ex_op1(E, "time_to_datetime", e, a), ta = ts;
	if (tb.base == TSQL_TY_TIME && ta.base != TSQL_TY_TIME)
		b = ex_op1(E, "time_to_datetime", e, b), tb = ts;
	if (p == TSQL_DP_DAYOFYEAR || p == TSQL_DP_WEEKDAY)
		p = TSQL_DP_DAY;
	/* Below a day, a date is its midnight. */
	if (!is_day_part(p)) {
		if (ta.base == TSQL_TY_DATE)
			a = ex_cast_to(E, a, &ts);
		if (tb.base == TSQL_TY_DATE)
			b = ex_cast_to(E, b, &ts);
	}
	snprintf(key, sizeof(key), "datediff_%s%s",
	    ta.base == TSQL_TY_TIME && !is_day_part(p) &&
		    em_has_op(E, "datediff_time_hour")
		? "time_"
		: "",
	    part_name[p]);
	if (ta.base == TSQL_TY_TIME && is_day_part(p))
		return ex_int(E, 0);
	return ex_loose(ex_op2(E, key, e, a, b));
}

/* ---- DATEADD ---- */

/* The number: whole, T-SQL cuts what is behind the point. */
static struct ex count_of(
    struct emit *E, struct tsql_expr *e, long factor, bool *minus)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_INT);
	long long n;
	struct ex x;

	*minus = false;
	if (em_int_literal(e, &n)) {
		*minus = n < 0;
		return ex_int(E, (n < 0 ? -n : n) * factor);
	}
	x = em_value(E, e);
	if (x.null)
		return ex_cast_to(E, x, &t);
	if (!tsql_is_integer(e->type) || e->type->base == TSQL_TY_BIT)
		x = em_convert(E, x, e->type, &t, CONV_CAST, -1, e, e);
	else if (x.rep == REP_LOOSE || e->type->base == TSQL_TY_BIGINT)
		x = ex_cast_to(E, x, &t);
	if (factor != 1)
		x = ex_infix(E, x, "*", ex_int(E, factor), P_MUL);
	return x;
}

static struct ex date_add(struct emit *E, struct tsql_expr *e)
{
	enum tsql_datepart p = part_of(e);
	const struct tsql_type *to = e->type;
	struct tsql_type t;
	struct ex d = moment(E, arg(e, 2), &t), n, r, offset;
	bool dto, minus;
	const char *unit;
	char key[48];
	long factor = 1;

	switch (p) {
	case TSQL_DP_YEAR: unit = "month", factor = 12; break;
	case TSQL_DP_QUARTER: unit = "month", factor = 3; break;
	case TSQL_DP_MONTH: unit = "month"; break;
	case TSQL_DP_DAY:
	case TSQL_DP_DAYOFYEAR:
	case TSQL_DP_WEEKDAY: unit = "day"; break;
	case TSQL_DP_WEEK: unit = "day", factor = 7; break;
	case TSQL_DP_HOUR: unit = "hour"; break;
	case TSQL_DP_MINUTE: unit = "minute"; break;
	case TSQL_DP_SECOND: unit = "second"; break;
	case TSQL_DP_MILLISECOND: unit = "millisecond"; break;
	case TSQL_DP_MICROSECOND: unit = "microsecond"; break;
	default:
		return ex_manual(
		    E, FINDING_UNTRANSLATED, e, "DATEADD with this date part");
	}
	if (p >= TSQL_DP_HOUR && arg(e, 2)->type->base == TSQL_TY_DATE)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "DATEADD of a part that a date hasn't got");
	/* A day that a month lacks is what dialects differ on. */
	if (unit[0] == 'm' && unit[1] == 'o')
		em_use(E, EMIT_USE_DATEADD, e);
	n = count_of(E, arg(e, 1), factor, &minus);
	dto = t.base == TSQL_TY_DATETIMEOFFSET;
	offset = ex_null(E);
	if (dto) {
		offset = ex_op1(E, "dto_offset", e, d);
		d = local_part(E, d, &t, e);
	}
	/* A date from a literal or 0 stands for a datetime. */
	if (t.base == TSQL_TY_DATE && to->base != TSQL_TY_DATE &&
	    !strcmp(unit, "day") && !em_has_op(E, "date_plus_day_timestamp")) {
		struct tsql_type ts = tsql_type_make(TSQL_TY_DATETIME);

		d = ex_cast_to(E, d, &ts);
		t = ts;
	}
	if (t.base == TSQL_TY_DATE && !strcmp(unit, "day") &&
	    to->base == TSQL_TY_DATE)
		return ex_op2(
		    E, minus ? "date_minus_days" : "date_plus_days", e, d, n);
	snprintf(key, sizeof(key), "%s_%ss", minus ? "minus" : "plus", unit);
	r = ex_op2(E, key, e, d, n);
	if (t.base == TSQL_TY_DATE && to->base == TSQL_TY_DATE)
		return ex_cast_to(E, r, to);
	if (dto)
		return ex_op2(E, "timestamp_to_dto", e, r, offset);
	if (to->base == TSQL_TY_DATETIME &&
	    (p == TSQL_DP_MILLISECOND || p == TSQL_DP_MICROSECOND)) {
		em_use(E, EMIT_USE_DATETIME_ROUNDS, e);
		return ex_op1(E, "round_datetime", e, r);
	}
	if (to->base == TSQL_TY_SMALLDATETIME && p >= TSQL_DP_SECOND)
		return ex_op1(E, "round_smalldatetime", e, r);
	return r;
}

/* ---- DATEPART, DATENAME ---- */

static struct ex date_part(struct emit *E, struct tsql_expr *e,
    enum tsql_datepart p, struct tsql_expr *v)
{
	struct tsql_type t;
	struct ex x = moment(E, v, &t), r;
	char key[48];

	/* Of the other parts all dialects have the same idea. */
	if (p == TSQL_DP_WEEK || p == TSQL_DP_WEEKDAY)
		em_use(E, EMIT_USE_DATEPART, e);
	if (p == TSQL_DP_NONE)
		return ex_manual(E, FINDING_UNTRANSLATED, e, "this date part");
	if (p == TSQL_DP_TZOFFSET)
		return ex_loose(ex_op1(E, "dto_offset_minutes", e, x));
	x = local_part(E, x, &t, e);
	if (t.base == TSQL_TY_TIME && is_day_part(p))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "a part of a time that it hasn't got");
	if (t.base == TSQL_TY_DATE && !is_day_part(p))
		return ex_op2(E, "unless_null", e, x, ex_int(E, 0));
	snprintf(key, sizeof(key), "datepart_%s", part_name[p]);
	r = ex_op1(E, key, e, x);
	return dialect_can(E->d, "parts_are_int") ? r : ex_loose(r);
}

static struct ex date_name(struct emit *E, struct tsql_expr *e)
{
	enum tsql_datepart p = part_of(e);
	struct tsql_type t;
	struct ex x;

	em_use(E, EMIT_USE_DATEPART, e);
	if (p == TSQL_DP_MONTH || p == TSQL_DP_WEEKDAY) {
		x = moment(E, arg(e, 1), &t);
		x = local_part(E, x, &t, e);
		return ex_op1(E,
		    p == TSQL_DP_MONTH ? "datename_month" : "datename_weekday",
		    e, x);
	}
	if (p == TSQL_DP_TZOFFSET)
		return ex_op1(E, "dto_offset", e, em_value(E, arg(e, 1)));
	return ex_op1(E, "to_string", e, date_part(E, e, p, arg(e, 1)));
}

/* ---- making ---- */

static struct ex int_value(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_INT);
	struct ex x = em_value(E, e);

	if (x.null || !tsql_is_integer(e->type) || e->type->base == TSQL_TY_BIT)
		return em_convert(E, x, e->type, &t, CONV_CAST, -1, e, e);
	if (x.rep == REP_LOOSE && dialect_can(E->d, "strict_int"))
		return ex_cast_to(E, x, &t);
	return x;
}

/* Hours and minutes as an offset's text. */
static struct ex minutes_offset(struct emit *E, struct tsql_expr *hours,
    struct tsql_expr *minutes, struct ex h, struct ex m, const void *node)
{
	long long a = 0, b;

	if ((!hours || em_int_literal(hours, &a)) &&
	    em_int_literal(minutes, &b)) {
		char t[48];

		b += a * 60;
		a = b < 0 ? -b : b;
		snprintf(t, sizeof(t), "%c%02lld:%02lld", b < 0 ? '-' : '+',
		    a / 60, a % 60);
		return ex_string(E, t, strlen(t));
	}
	if (hours)
		m = ex_infix(E, ex_infix(E, h, "*", ex_int(E, 60), P_MUL), "+",
		    m, P_ADD);
	return ex_op1(E, "offset_text", node, hours ? ex_paren(E, m) : m);
}

/* An offset as text: given so, or in minutes. */
static struct ex offset_of(struct emit *E, struct tsql_expr *e)
{
	if (tsql_is_string(e->type))
		return em_value(E, e);
	return minutes_offset(E, NULL, e, ex_null(E), int_value(E, e), e);
}

static struct ex from_parts(struct emit *E, struct tsql_expr *e)
{
	struct ex v[10], x;
	uint32_t n = e->u.call.args.n;
	long long scale, unit;

	for (uint32_t i = 0; i < n && i < 10; i++)
		v[i] = int_value(E, arg(e, i));
	switch (e->u.call.fn) {
	case TSQL_F_DATEFROMPARTS: return ex_op(E, "make_date", e, n, v);
	case TSQL_F_SMALLDATETIMEFROMPARTS:
		return ex_op(E, "make_smalldatetime", e, n, v);
	case TSQL_F_DATETIMEFROMPARTS:
		x = ex_op(E, "make_datetime", e, n, v);
		em_use(E, EMIT_USE_DATETIME_ROUNDS, e);
		return ex_op1(E, "round_datetime", e, x);
	case TSQL_F_DATETIME2FROMPARTS:
	case TSQL_F_DATETIMEOFFSETFROMPARTS:
	case TSQL_F_TIMEFROMPARTS:
		if (!em_int_literal(arg(e, n - 1), &scale) || scale < 0 ||
		    scale > 7)
			break;
		for (unit = 1; scale > 0; scale--)
			unit *= 10;
		v[n - 1] = ex_textf(E, "%lld.0", unit);
		if (e->u.call.fn == TSQL_F_TIMEFROMPARTS)
			return ex_op(E, "make_time", e, n, v);
		if (e->u.call.fn == TSQL_F_DATETIME2FROMPARTS)
			return ex_op(E, "make_datetime2", e, n, v);
		x = minutes_offset(E, arg(e, 7), arg(e, 8), v[7], v[8], e);
		v[7] = v[9];
		return ex_op2(E, "timestamp_to_dto", e,
		    ex_op(E, "make_datetime2", e, 8, v), x);
	default: break;
	}
	return ex_manual(E, FINDING_UNTRANSLATED, e, "this function");
}

static struct ex end_of_month(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type t;
	struct ex d = moment(E, arg(e, 0), &t), n;
	bool minus;

	d = local_part(E, d, &t, e);
	if (arg(e, 1)) {
		n = count_of(E, arg(e, 1), 1, &minus);
		/* No month to add is none. */
		if (!em_is_literal(arg(e, 1)) && arg(e, 1)->type->nullable)
			n = ex_call2(E, "coalesce", n, ex_int(E, 0));
		d = ex_op2(E, minus ? "minus_months" : "plus_months", e, d, n);
	}
	return ex_op1(E, "end_of_month", e, d);
}

static struct ex date_trunc(struct emit *E, struct tsql_expr *e)
{
	enum tsql_datepart p = part_of(e);
	struct tsql_type t;
	struct ex d = moment(E, arg(e, 1), &t);
	char key[48];

	if (p == TSQL_DP_NONE || p >= TSQL_DP_NANOSECOND ||
	    t.base == TSQL_TY_DATETIMEOFFSET || t.base == TSQL_TY_TIME)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "DATETRUNC with this date part or type");
	if (p == TSQL_DP_DAYOFYEAR)
		p = TSQL_DP_DAY;
	snprintf(key, sizeof(key), "datetrunc_%s", part_name[p]);
	d = ex_op1(E, key, e, d);
	return ex_cast_to(E, d, e->type);
}

static struct ex date_bucket(struct emit *E, struct tsql_expr *e)
{
	static const char *const unit[] = {[TSQL_DP_YEAR] = "month",
	    [TSQL_DP_QUARTER] = "month",
	    [TSQL_DP_MONTH] = "month",
	    [TSQL_DP_DAY] = "day",
	    [TSQL_DP_WEEK] = "week",
	    [TSQL_DP_HOUR] = "hour",
	    [TSQL_DP_MINUTE] = "minute",
	    [TSQL_DP_SECOND] = "second",
	    [TSQL_DP_MILLISECOND] = "millisecond"};
	enum tsql_datepart p = part_of(e);
	struct tsql_type t, from;
	struct ex v[4];
	bool months;

	v[0] = moment(E, arg(e, 2), &t);
	if ((unsigned)p >= ARRAY_SIZE(unit) || !unit[p] ||
	    t.base == TSQL_TY_DATETIMEOFFSET || t.base == TSQL_TY_TIME)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "DATE_BUCKET with this date part or type");
	months = !strcmp(unit[p], "month");
	if (months && arg(e, 3))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "DATE_BUCKET of months from an origin of its own");
	v[1] = ex_text(E, unit[p]);
	v[2] = int_value(E, arg(e, 1));
	if (p == TSQL_DP_YEAR || p == TSQL_DP_QUARTER)
		v[2] = ex_infix(
		    E, v[2], "*", ex_int(E, p == TSQL_DP_YEAR ? 12 : 3), P_MUL);
	if (v[2].prec < P_PRIMARY)
		v[2] = ex_paren(E, v[2]);
	if (arg(e, 3)) {
		v[3] = moment(E, arg(e, 3), &from);
	} else {
		from = tsql_type_make(TSQL_TY_DATE);
		v[3] = ex_cast_to(E, ex_text(E, "'1900-01-01'"), &from);
	}
	return ex_cast_to(E, ex_op(E, "date_bucket", e, 4, v), e->type);
}

bool em_date_fn(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	struct tsql_type t;
	struct ex x;

	switch (e->u.call.fn) {
	case TSQL_F_DATEDIFF:
	case TSQL_F_DATEDIFF_BIG: *out = date_diff(E, e); return true;
	case TSQL_F_DATEADD: *out = date_add(E, e); return true;
	case TSQL_F_DATEPART:
		*out = date_part(E, e, part_of(e), arg(e, 1));
		return true;
	case TSQL_F_YEAR:
		*out = date_part(E, e, TSQL_DP_YEAR, arg(e, 0));
		return true;
	case TSQL_F_MONTH:
		*out = date_part(E, e, TSQL_DP_MONTH, arg(e, 0));
		return true;
	case TSQL_F_DAY:
		*out = date_part(E, e, TSQL_DP_DAY, arg(e, 0));
		return true;
	case TSQL_F_DATENAME: *out = date_name(E, e); return true;
	case TSQL_F_DATEFROMPARTS:
	case TSQL_F_DATETIMEFROMPARTS:
	case TSQL_F_SMALLDATETIMEFROMPARTS:
	case TSQL_F_DATETIME2FROMPARTS:
	case TSQL_F_DATETIMEOFFSETFROMPARTS:
	case TSQL_F_TIMEFROMPARTS: *out = from_parts(E, e); return true;
	case TSQL_F_EOMONTH: *out = end_of_month(E, e); return true;
	case TSQL_F_DATETRUNC: *out = date_trunc(E, e); return true;
	case TSQL_F_SWITCHOFFSET:
	case TSQL_F_TODATETIMEOFFSET: {
		bool to = e->u.call.fn == TSQL_F_TODATETIMEOFFSET;

		x = moment(E, arg(e, 0), &t);
		if (to)
			x = local_part(E, x, &t, e);
		else if (t.base != TSQL_TY_DATETIMEOFFSET)
			x = ex_op2(E, "timestamp_to_dto", e, x,
			    ex_string(E, "+00:00", 6));
		*out = ex_op2(E, to ? "timestamp_to_dto" : "dto_switch", e, x,
		    offset_of(E, arg(e, 1)));
		return true;
	}
	case TSQL_F_DATE_BUCKET: *out = date_bucket(E, e); return true;
	case TSQL_F_ISDATE:
		*out = ex_loose(ex_op1(E, "isdate", e, em_value(E, arg(e, 0))));
		return true;
	case TSQL_F_GETDATE:
	case TSQL_F_GETUTCDATE:
	case TSQL_F_CURRENT_TIMESTAMP:
	case TSQL_F_SYSDATETIME:
	case TSQL_F_SYSUTCDATETIME:
	case TSQL_F_CURRENT_DATE:
		em_differs(E, FINDING_RUN_TIME, e, "%s",
		    tsql_function_get(e->u.call.fn)->name);
		x = ex_op(E, "now", e, 0, NULL);
		if (e->u.call.fn == TSQL_F_CURRENT_DATE)
			x = ex_cast_to(E, x, e->type);
		*out = x;
		return true;
	default: return false;
	}
}
