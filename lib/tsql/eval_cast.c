/* CAST and CONVERT as the evaluator knows them. */
#include "common/alloc.h"
#include "common/buf.h"
#include "tsql/eval_int.h"

/* Styles of CONVERT whose text is the same for each type that has the parts:
 * Y y m d H i s as they stand, b Mon, e day filled with a blank, f
 * milliseconds, j hour (12) filled with a blank, p AM or PM. */
static const struct form {
	int style;
	const char *text;
	bool timed;
} forms[] = {
    {0, "b e Y j:ip", true},
    {100, "b e Y j:ip", true},
    {1, "m/d/y", false},
    {101, "m/d/Y", false},
    {2, "y.m.d", false},
    {102, "Y.m.d", false},
    {3, "d/m/y", false},
    {103, "d/m/Y", false},
    {4, "d.m.y", false},
    {104, "d.m.Y", false},
    {5, "d-m-y", false},
    {105, "d-m-Y", false},
    {106, "d b Y", false},
    {107, "b d, Y", false},
    {108, "H:i:s", true},
    {110, "m-d-Y", false},
    {111, "Y/m/d", false},
    {12, "ymd", false},
    {112, "Ymd", false},
    {23, "Y-m-d", false},
    {120, "Y-m-d H:i:s", true},
    {121, "Y-m-d H:i:s.f", true},
};

static const struct form *form_of(int style)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (forms[i].style == style)
			return forms + i;
	return NULL;
}

static void letter(struct buf *b, char c, eval_int ns)
{
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int y, m, d, s = (int)(ns % NS_DAY / 1000000000), hour = s / 3600;

	ev_date_parts(ns, &y, &m, &d);
	switch (c) {
	case 'Y': buf_addf(b, "%04d", y); break;
	case 'y': buf_addf(b, "%02d", y % 100); break;
	case 'm': buf_addf(b, "%02d", m); break;
	case 'd': buf_addf(b, "%02d", d); break;
	case 'e': buf_addf(b, "%2d", d); break;
	case 'b': buf_addf(b, "%.3s", month + 3 * (m - 1)); break;
	case 'H': buf_addf(b, "%02d", hour); break;
	case 'j': buf_addf(b, "%2d", hour % 12 ? hour % 12 : 12); break;
	case 'i': buf_addf(b, "%02d", s / 60 % 60); break;
	case 's': buf_addf(b, "%02d", s % 60); break;
	case 'f': buf_addf(b, "%03d", (int)(ns % 1000000000 / 1000000)); break;
	case 'p': buf_adds(b, hour < 12 ? "AM" : "PM"); break;
	default: buf_addc(b, c); break;
	}
}

/* Without a style a datetime has style 0, and a date is written as 23. */
static struct eval_value moment_text(
    struct eval *ev, eval_int ns, const struct tsql_type *from, int style)
{
	bool day = from->base == TSQL_TY_DATE;
	bool old = from->base == TSQL_TY_DATETIME ||
	    from->base == TSQL_TY_SMALLDATETIME;
	const struct form *f = form_of(style >= 0 ? style
		: day				  ? 23
		: old				  ? 0
						  : -1);
	struct buf b = BUF_INIT;
	struct eval_value v;

	/* The types differ in the digits of a second, and in what they do
	 * without a time. */
	if (!f || (f->timed && !old))
		return ev_unknown(ev, "this style of CONVERT");
	/* Naively it is written as the target likes it. */
	if (ev->naive == EMIT_USE_STYLE)
		f = form_of(old ? 120 : 23);
	for (const char *p = f->text; *p; p++)
		letter(&b, *p, ns);
	v = ev_str(arena_strndup(ev->a, buf_str(&b), b.len), b.len);
	buf_release(&b);
	return v;
}

static bool style_of(const struct tsql_expr *e, int *style)
{
	*style = -1;
	if (!e)
		return true;
	if (e->h.kind != TSQL_E_INT || e->u.lit.len > 3)
		return false;
	*style = 0;
	for (uint32_t i = 0; i < e->u.lit.len; i++)
		*style = *style * 10 + e->u.lit.text[i] - '0';
	return true;
}

/* Text that is no number is NULL to TRY_CAST. What it might be to another
 * type (a date has many spellings) isn't known. */
static struct eval_value try_number(struct eval *ev, struct eval_value v,
    const struct tsql_type *from, const struct tsql_type *to)
{
	struct eval_value r;

	if (ev->failed || v.vague)
		return ev_vague();
	if (v.kind == EVAL_STRING && !ev_is_number_text(&v))
		return v.len ? ev_null() : ev_vague();
	r = ev_convert(ev, v, from, to);
	if (ev->failed) { /* it overflows, or has a fraction */
		ev->failed = false;
		return ev_null();
	}
	return r;
}

struct eval_value ev_cast(struct eval *ev, struct tsql_expr *e)
{
	const struct tsql_type *to = e->u.cast.to->type;
	const struct tsql_type *from = e->u.cast.e->type;
	struct eval_value v = ev_expr(ev, e->u.cast.e);
	int style;

	if (!to || !style_of(e->u.cast.style, &style))
		return ev_unknown(ev, "a style of CONVERT");
	if (v.kind == EVAL_MOMENT && tsql_is_string(to)) {
		struct tsql_type text =
		    tsql_type_sized(TSQL_TY_VARCHAR, TSQL_MAX);

		v = moment_text(ev, v.n, from, style);
		return v.vague ? v : ev_convert(ev, v, &text, to);
	}
	if (style > 0)
		return ev_unknown(ev, "a style of CONVERT");
	if (!(e->h.flags & TSQL_TRY))
		return ev_convert(ev, v, from, to);
	if (!tsql_is_exact(to) || tsql_is_money(to) || to->base == TSQL_TY_BIT)
		return ev_unknown(ev, "TRY_CAST");
	return try_number(ev, v, from, to);
}
