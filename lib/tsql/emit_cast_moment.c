#include "tsql/emit_conv.h"

/* Conversions to dates and times. */

struct ex em_round_moment(struct emit *E, struct ex x,
    const struct tsql_type *from, const struct tsql_type *to, const void *node)
{
	bool time = to->base == TSQL_TY_TIME;

	if (to->base == TSQL_TY_DATETIME &&
	    (from->base == TSQL_TY_DATETIME2 || from->base == TSQL_TY_TIME ||
		from->base == TSQL_TY_DATETIMEOFFSET)) {
		em_use(E, EMIT_USE_DATETIME_ROUNDS, NULL);
		return from->scale ? ex_op1(E, "round_datetime", node, x) : x;
	}
	if (to->base == TSQL_TY_SMALLDATETIME && from->base != TSQL_TY_DATE &&
	    from->base != TSQL_TY_SMALLDATETIME) {
		em_use(E, EMIT_USE_DATETIME_ROUNDS, NULL);
		return ex_op1(E, "round_smalldatetime", node, x);
	}
	if ((time || to->base == TSQL_TY_DATETIME2) &&
	    from->base != TSQL_TY_DATE && from->base != TSQL_TY_SMALLDATETIME &&
	    to->scale < from->scale && to->scale < 6)
		return ex_op2(E, time ? "round_time" : "round_timestamp", node,
		    x, ex_int(E, to->scale));
	if (from->base == TSQL_TY_DATETIME && to->base == TSQL_TY_DATETIME2 &&
	    to->scale > 3)
		em_differs(E, FINDING_APPROXIMATE, node,
		    "a datetime as datetime2(%d) has 1/300 s in SQL Server "
		    "2016 and later, milliseconds in the target",
		    to->scale);
	return x;
}

/* A datetime begins with 1753, a smalldatetime has 1900 to 2079: what is
 * beyond is an error, or NULL of a TRY_CAST. Not said of text, which is long
 * to read already. */
static struct ex in_range(struct conv *c, struct ex x)
{
	const char *key = c->to->base == TSQL_TY_DATETIME ? "datetime_range"
	    : c->to->base == TSQL_TY_SMALLDATETIME ? "smalldatetime_range"
						   : NULL;
	bool try = c->how == CONV_TRY;
	char *k;

	if (!key || !c->asked || (!try && tsql_is_string(c->from)))
		return x;
	k = xasprintf("%s%s", try ? "try_" : "", key);
	if (em_has_op(c->E, k))
		x = ex_op1(c->E, k, c->node, x);
	free(k);
	return x;
}

static struct ex round_in_range(
    struct conv *c, struct ex x, const struct tsql_type *from)
{
	if (c->to->base == TSQL_TY_DATETIME &&
	    from->base == TSQL_TY_SMALLDATETIME)
		return em_round_moment(c->E, x, from, c->to, c->node);
	return em_round_moment(c->E, in_range(c, x), from, c->to, c->node);
}

static struct ex fit_scale(struct emit *E, struct ex x,
    const struct tsql_type *from, const struct tsql_type *to, const void *node)
{
	struct tsql_type t = {.base = TSQL_TY_DATETIME2, .scale = to->scale};

	return em_round_moment(E, x, from, &t, node);
}

/* A datetimeoffset with fewer digits of a second. */
static struct ex fewer_digits(struct conv *c)
{
	struct emit *E = c->E;
	struct ex x = c->x;

	if (c->to->scale >= c->from->scale || c->to->scale >= 6)
		return x;
	return ex_op2(E, "timestamp_to_dto", c->node,
	    fit_scale(E, ex_op1(E, "dto_to_timestamp", c->node, x), c->from,
		c->to, c->node),
	    ex_op1(E, "dto_offset", c->node, x));
}

static struct ex string_to_moment(struct conv *c)
{
	static const struct {
		uint8_t base;
		const char *key;
	} keys[] = {
	    {TSQL_TY_DATE, "string_to_date"},
	    {TSQL_TY_TIME, "string_to_time"},
	    {TSQL_TY_DATETIME, "string_to_datetime"},
	    {TSQL_TY_SMALLDATETIME, "string_to_datetime"},
	    {TSQL_TY_DATETIME2, "string_to_datetime"},
	    {TSQL_TY_DATETIMEOFFSET, "string_to_dto"},
	};
	struct emit *E = c->E;
	struct tsql_type any = {.base = TSQL_TY_DATETIME2, .scale = 7};
	struct ex x;

	if (c->e && c->e->h.kind == TSQL_E_STRING && c->style <= 0 &&
	    em_fold_moment(E, c->e->u.lit.text, c->e->u.lit.len, c->to, &x))
		return x;
	if (c->style > 0)
		x = em_style_parse(
		    E, c->x, c->to, c->style, c->how == CONV_TRY, c->node);
	else
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (keys[i].base == c->to->base)
				x = conv_try(c, keys[i].key, c->x, c->to);
	if (c->to->base == TSQL_TY_DATETIME ||
	    c->to->base == TSQL_TY_SMALLDATETIME ||
	    c->to->base == TSQL_TY_DATETIME2) {
		if (c->to->base != TSQL_TY_DATETIME2 || c->to->scale < 6)
			x = round_in_range(c, x, &any);
	}
	if (c->to->base == TSQL_TY_TIME && c->to->scale < 6)
		x = em_round_moment(E, x, &any, c->to, c->node);
	return x;
}

struct ex conv_moment(struct conv *c)
{
	const struct tsql_type *from = c->from, *to = c->to;
	struct emit *E = c->E;
	struct ex x = c->x;

	if (tsql_is_string(from))
		return string_to_moment(c);
	if (tsql_is_number(from)) {
		long long n;

		if (c->e && em_int_literal(c->e, &n) && n == 0)
			return ex_cast_to(E, ex_text(E, "'1900-01-01'"), to);
		return ex_op1(E, "days_to_datetime", c->node, x);
	}
	if (!tsql_is_temporal(from))
		return ex_manual(E, FINDING_UNTRANSLATED, c->node,
		    "a conversion from %s to %s", tsql_base_name(from->base),
		    tsql_base_name(to->base));
	if (from->base == to->base && from->scale == to->scale)
		return x;
	if (to->base == TSQL_TY_DATETIMEOFFSET) {
		if (from->base == to->base)
			return fewer_digits(c);
		x = fit_scale(E, x, from, to, c->node);
		return ex_op2(E, "timestamp_to_dto", c->node, x,
		    ex_string(E, "+00:00", 6));
	}
	if (from->base == TSQL_TY_DATETIMEOFFSET) {
		x = ex_op1(E, "dto_to_timestamp", c->node, x);
		if (to->base == TSQL_TY_DATE)
			return ex_cast_to(E, x, to);
		if (to->base == TSQL_TY_TIME)
			x = ex_cast_to(E, x, to);
		return round_in_range(c, x, from);
	}
	if (to->base == TSQL_TY_DATE)
		return ex_cast_to(E, x, to);
	if (to->base == TSQL_TY_TIME) {
		if (from->base != TSQL_TY_TIME)
			x = ex_cast_to(E, x, to);
		return em_round_moment(E, x, from, to, c->node);
	}
	if (from->base == TSQL_TY_TIME)
		return em_round_moment(E,
		    ex_op1(E, "time_to_datetime", c->node, x), from, to,
		    c->node);
	if (from->base == TSQL_TY_DATE && !c->asked)
		return ex_loose(x);
	if (from->base == TSQL_TY_DATE)
		x = ex_cast_to(E, x, to);
	return round_in_range(c, x, from);
}
