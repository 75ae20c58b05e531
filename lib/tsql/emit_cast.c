#include <ctype.h>

#include "tsql/emit_conv.h"

/* Conversions: from one T-SQL type to another, as CAST or without being
 * asked. "CAST and CONVERT" and "Data type conversion" are the sources. */

static struct ex type_arg(struct emit *E, const struct tsql_type *t)
{
	return ex_make(em_type(E, t), P_PRIMARY);
}

int em_text_width(const struct tsql_type *t)
{
	switch (t->base) {
	case TSQL_TY_BIT: return 1;
	case TSQL_TY_TINYINT: return 3;
	case TSQL_TY_SMALLINT: return 6;
	case TSQL_TY_INT: return 11;
	case TSQL_TY_BIGINT: return 20;
	case TSQL_TY_MONEY: return 20;
	case TSQL_TY_SMALLMONEY: return 12;
	case TSQL_TY_DECIMAL:
		return t->precision + 1 + (t->scale > 0) +
		    (t->scale == t->precision);
	case TSQL_TY_DATE: return 10;
	case TSQL_TY_UNIQUEIDENTIFIER: return 36;
	default: return -1;
	}
}

/* ---- to strings ---- */

/* UTF-16 units of UTF-8 text; *cut: bytes of the first n of them. */
static size_t units(const char *s, size_t len, size_t n, size_t *cut)
{
	size_t u = 0, i = 0;

	*cut = len;
	while (i < len) {
		unsigned char c = (unsigned char)s[i];
		size_t w = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

		if (u + (w == 4 ? 2 : 1) > n && *cut == len)
			*cut = i;
		u += w == 4 ? 2 : 1;
		i += w;
	}
	return u;
}

static bool is_char(const struct tsql_type *t)
{
	return t->base == TSQL_TY_CHAR || t->base == TSQL_TY_NCHAR;
}

/* Cut to, or filled up to, the length of the type. len: how long the text
 * may be, -1 if that isn't known. */
static struct ex fit(struct conv *c, struct ex x, int len)
{
	const struct tsql_type *to = c->to;
	struct emit *E = c->E;
	int n = to->length;
	struct ex r;

	if (n <= 0)
		return x;
	if (c->e && c->e->h.kind == TSQL_E_STRING) {
		size_t cut,
		    u = units(
			c->e->u.lit.text, c->e->u.lit.len, (size_t)n, &cut);
		struct buf b = BUF_INIT;

		if (u <= (size_t)n && !is_char(to))
			return x;
		buf_add(&b, c->e->u.lit.text, cut);
		for (; is_char(to) && u < (size_t)n; u++)
			buf_addc(&b, ' ');
		r = ex_string(E, buf_str(&b), b.len);
		buf_release(&b);
		return r;
	}
	if (is_char(to)) {
		if (len == n && is_char(c->from))
			return x;
		em_assume(E, c->e, EMIT_ASSUME_UNITS);
		em_use(E, EMIT_USE_CAST_CUTS, c->e);
		return ex_op2(E, "pad", c->node, x, ex_int(E, n));
	}
	if (len >= 0 && len <= n)
		return x;
	em_use(E, EMIT_USE_CAST_CUTS, c->e);
	em_assume(E, c->e, EMIT_ASSUME_UNITS);
	em_count_of_bytes(E, to, c->node);
	return ex_op2(E, "left", c->node, x, ex_int(E, n));
}

static struct ex string_to_string(struct conv *c)
{
	int len = c->from->length;

	if (!tsql_is_unicode(c->to) && tsql_is_unicode(c->from) && c->asked &&
	    !(c->e && c->e->h.kind == TSQL_E_STRING) &&
	    !(c->e && em_canonical(c->E, c->e)))
		em_differs(c->E, FINDING_NARROWED, c->node,
		    "characters outside of the code page become ? in varchar, "
		    "and stay what they are in the target");
	return fit(c, c->x, len > 0 ? len : -1);
}

static struct ex number_to_string(struct conv *c)
{
	const struct tsql_type *from = c->from, *to = c->to;
	struct emit *E = c->E;
	struct ex x = c->x, n = ex_int(E, to->length);

	if (from->base == TSQL_TY_BIT)
		return fit(c, ex_op1(E, "bit_to_string", c->node, x), 1);
	if (tsql_is_integer(from)) {
		int width = em_text_width(from);

		/* What doesn't fit becomes an asterisk. */
		if (to->length > 0 && to->length < width &&
		    !tsql_is_unicode(to) && from->base != TSQL_TY_BIGINT)
			x = ex_op2(E, "int_to_short_string", c->node, x, n);
		else
			x = em_text_fits(E, ex_op1(E, "to_string", c->node, x),
			    from, to, c->node);
		return is_char(to) ? fit(c, x, -1) : x;
	}
	if (tsql_is_money(from)) {
		x = ex_op1(E,
		    c->style == 1			   ? "money_to_string_1"
			: c->style == 2 || c->style == 126 ? "money_to_string_2"
							   : "money_to_string",
		    c->node, x);
		return fit(c, em_text_fits(E, x, from, to, c->node),
		    is_char(to) ? -1 : 0);
	}
	if (tsql_is_float(from)) {
		if (c->style == 1 || c->style == 2)
			x = ex_op2(E, "float_scientific", c->node, x,
			    ex_int(E, c->style == 1 ? 7 : 15));
		else
			x = ex_op1(E,
			    c->style > 0 ? "float_to_string_style"
					 : "float_to_string",
			    c->node, x);
		return fit(c, x, is_char(to) ? -1 : 0);
	}
	if (x.rep != REP_SAME)
		x = ex_cast_to(E, x, from);
	x = em_text_fits(
	    E, ex_op1(E, "to_string", c->node, x), from, to, c->node);
	return is_char(to) ? fit(c, x, -1) : x;
}

static struct ex to_string(struct conv *c)
{
	const struct tsql_type *from = c->from;
	struct emit *E = c->E;

	if (tsql_is_string(from))
		return string_to_string(c);
	if (tsql_is_number(from))
		return number_to_string(c);
	if (tsql_is_temporal(from)) {
		em_use(E, EMIT_USE_STYLE, c->e);
		if (c->e && (c->to->length <= 0 || c->to->length > 15))
			em_loses_digits(E, c->e);
		return fit(c, em_style_text(E, c->x, from, c->style, c->node),
		    from->base == TSQL_TY_DATE && c->style < 0 ? 10 : -1);
	}
	if (from->base == TSQL_TY_UNIQUEIDENTIFIER)
		return fit(c, ex_op1(E, "guid_to_string", c->node, c->x), 36);
	if (tsql_is_binary(from) || from->base == TSQL_TY_ROWVERSION) {
		if (c->style == 1 || c->style == 2)
			return fit(c,
			    ex_op1(E,
				c->style == 1 ? "binary_to_hex_0x"
					      : "binary_to_hex",
				c->node, c->x),
			    -1);
		em_bytes_of_text(E, c->to, c->node);
		return fit(c,
		    ex_op1(E,
			tsql_is_unicode(c->to) ? "binary_to_nvarchar"
					       : "binary_to_varchar",
			c->node, c->x),
		    from->length > 0 ? from->length : -1);
	}
	if (from->base == TSQL_TY_XML || from->base == TSQL_TY_JSON)
		return ex_op1(E, "to_string", c->node, c->x);
	em_differs(E, FINDING_APPROXIMATE, c->node,
	    "a value of type %s as text", tsql_base_name(from->base));
	return ex_op1(E, "to_string", c->node, c->x);
}

/* ---- to numbers ---- */

/* The type as TRY_CAST names it: a tinyint's own range makes NULL of what
 * is beyond, though the target keeps it in a wider type. */
static struct ex try_type(struct conv *c, const struct tsql_type *to)
{
	if (to->base == TSQL_TY_TINYINT)
		return ex_text(c->E, "tinyint");
	return type_arg(c->E, to);
}

struct ex conv_try(
    struct conv *c, const char *key, struct ex x, const struct tsql_type *to)
{
	bool try = c->how == CONV_TRY;
	char *k = xasprintf("%s%s", try ? "try_" : "", key);
	struct ex r = ex_op2(
	    c->E, k, c->node, x, try ? try_type(c, to) : type_arg(c->E, to));

	free(k);
	return r;
}

static bool plain_int_text(const char *s, size_t len)
{
	size_t i = len && *s == '-';

	if (i >= len || len > 10)
		return false;
	for (; i < len; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

static bool has_alpha(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isalpha((unsigned char)s[i]))
			return true;
	return false;
}

static struct ex string_to_number(struct conv *c)
{
	struct emit *E = c->E;
	struct tsql_expr *e = c->e;
	const struct tsql_type *to = c->to;
	const char *key;

	/* A literal says what it is worth at once. */
	if (e && e->h.kind == TSQL_E_STRING && !c->asked &&
	    plain_int_text(e->u.lit.text, e->u.lit.len) &&
	    to->base != TSQL_TY_BIT) {
		struct ex x =
		    ex_textf(E, "%.*s", (int)e->u.lit.len, e->u.lit.text);

		if (*e->u.lit.text == '-')
			x.prec = P_UNARY;
		return ex_loose(x);
	}
	if (e && e->h.kind == TSQL_E_STRING && to->base == TSQL_TY_BIT) {
		const char *s = e->u.lit.text;
		uint32_t n = e->u.lit.len;

		if (n == 4 && !strncasecmp(s, "true", 4))
			return ex_text(E, "true");
		if (n == 5 && !strncasecmp(s, "false", 5))
			return ex_text(E, "false");
		if (plain_int_text(s, n))
			return ex_text(
			    E, strspn(s, "-0") < n ? "true" : "false");
	}
	key = to->base == TSQL_TY_BIT ? "string_to_bit"
	    : tsql_is_integer(to)     ? "string_to_int"
	    : tsql_is_money(to)	      ? "string_to_money"
	    : tsql_is_float(to)	      ? "string_to_float"
				      : "string_to_decimal";
	if (to->base == TSQL_TY_DECIMAL) {
		em_use(E, EMIT_USE_CAST_ROUNDS, e);
		if (c->how != CONV_TRY && e && e->h.kind == TSQL_E_STRING &&
		    !has_alpha(e->u.lit.text, e->u.lit.len))
			return ex_cast_to(E, c->x, to);
	}
	if (to->base == TSQL_TY_TINYINT && c->how != CONV_TRY)
		return em_tinyint(E, conv_try(c, key, c->x, to), c->node);
	return conv_try(c, key, c->x, to);
}

static struct ex try_cast(struct conv *c, struct ex x)
{
	if (c->to->base == TSQL_TY_TINYINT)
		return ex_op1(c->E, "try_tinyint", c->node, x);
	return ex_op2(c->E, "try_cast", c->node, x, type_arg(c->E, c->to));
}

/* To an integer, whose range the target's type has but for tinyint's. */
static struct ex int_cast(struct conv *c, struct ex x)
{
	long long n;

	if (c->to->base != TSQL_TY_TINYINT ||
	    c->from->base == TSQL_TY_TINYINT ||
	    (c->e && em_int_literal(c->e, &n) && n >= 0 && n <= 255))
		return ex_cast_to(c->E, x, c->to);
	return em_tinyint(c->E, x, c->node);
}

/* The target's decimals have room for more than money has. */
static struct ex in_money(struct conv *c, struct ex x)
{
	const char *key = c->to->base == TSQL_TY_MONEY ? "try_money_range"
						       : "try_smallmoney_range";

	if (c->how != CONV_TRY || !tsql_is_money(c->to) ||
	    !em_has_op(c->E, key))
		return x;
	return ex_op1(c->E, key, c->node, x);
}

/* A float as a decimal or as money. */
static struct ex float_to_exact(struct conv *c)
{
	const struct tsql_type dbl = tsql_type_make(TSQL_TY_FLOAT);
	const struct tsql_type *from = c->from, *to = c->to;
	struct emit *E = c->E;
	struct ex x = in_money(c, c->x);

	em_use(E, EMIT_USE_CAST_ROUNDS, c->e);
	if (from->base == TSQL_TY_REAL || tsql_is_money(to))
		em_differs(E, FINDING_APPROXIMATE, c->node,
		    "a %s half-way between two values of %s may be rounded "
		    "the other way",
		    tsql_base_name(from->base), tsql_base_name(to->base));
	if (to->base == TSQL_TY_MONEY && c->how != CONV_TRY &&
	    em_has_op(E, "float_to_money"))
		return ex_op2(
		    E, "float_to_money", c->node, x, type_arg(E, from));
	if (from->base == TSQL_TY_REAL && dialect_can(E->d, "real_is_narrow"))
		x = ex_cast_to(E, x, &dbl);
	return conv_try(c, "float_to_decimal", x, to);
}

static struct ex number_to_number(struct conv *c)
{
	struct emit *E = c->E;
	const struct tsql_type *from = c->from, *to = c->to;
	struct ex x = c->x, r;
	long long n;

	if (to->base == TSQL_TY_BIT) {
		if (from->base == TSQL_TY_BIT)
			return x;
		if (c->e && em_int_literal(c->e, &n))
			return ex_text(E, n ? "true" : "false");
		if (c->e && c->e->h.kind == TSQL_E_CASE &&
		    tsql_is_integer(from)) {
			/* The branches become bits. */
			const struct tsql_type *old = c->e->type;

			c->e->type = to;
			x = em_value(E, c->e);
			c->e->type = old;
			x.rep = REP_SAME;
			return x;
		}
		return ex_op1(E, "to_bit", c->node, x);
	}
	if (from->base == TSQL_TY_BIT) {
		struct tsql_type i = tsql_type_make(TSQL_TY_INT);

		if (tsql_is_integer(to))
			return ex_op2(
			    E, "bit_to_int", c->node, x, type_arg(E, to));
		x = ex_op2(E, "bit_to_int", c->node, x, type_arg(E, &i));
		return c->asked ? ex_cast_to(E, x, to) : ex_loose(x);
	}
	if (tsql_is_integer(to)) {
		if (tsql_is_integer(from)) {
			if (from->base == to->base && x.rep == REP_SAME)
				return x;
			if (!c->asked && from->base <= to->base)
				return ex_loose(x);
			if (c->how == CONV_TRY && from->base > to->base)
				return try_cast(c, x);
			return int_cast(c, x);
		}
		em_use(E, EMIT_USE_CAST_TRUNCATES, c->e);
		r = tsql_is_money(from) ? ex_op1(E, "round_half", c->node, x)
					: ex_op1(E, "trunc", c->node, x);
		if (c->how == CONV_TRY)
			return try_cast(c, r);
		return int_cast(c, r);
	}
	if (tsql_is_float(to)) {
		if (from->base == to->base)
			return x;
		return c->asked ? ex_cast_to(E, x, to) : ex_loose(x);
	}
	/* decimal, money */
	if (tsql_is_float(from))
		return float_to_exact(c);
	x = in_money(c, x);
	if (c->how == CONV_TRY)
		return ex_op2(E, "try_cast", c->node, x, type_arg(E, to));
	if (!c->asked) {
		struct tsql_type d = tsql_as_decimal(from);

		if (tsql_is_integer(from) || d.scale <= to->scale ||
		    (tsql_is_money(to) && d.scale <= 4))
			return ex_loose(x);
	}
	if (tsql_type_same(from, to) && x.rep == REP_SAME)
		return x;
	if (!tsql_is_integer(from) && tsql_as_decimal(from).scale > to->scale)
		em_use(E, EMIT_USE_CAST_ROUNDS, c->e);
	return ex_cast_to(E, x, to);
}

static struct ex to_number(struct conv *c)
{
	const struct tsql_type *from = c->from, *to = c->to;
	struct emit *E = c->E;

	if (tsql_is_number(from))
		return number_to_number(c);
	if (tsql_is_string(from))
		return string_to_number(c);
	if (from->base == TSQL_TY_DATETIME ||
	    from->base == TSQL_TY_SMALLDATETIME) {
		if (tsql_is_integer(to))
			return ex_loose(
			    ex_op1(E, "datetime_to_int", c->node, c->x));
		return ex_cast_to(
		    E, ex_op1(E, "datetime_to_float", c->node, c->x), to);
	}
	if (tsql_is_binary(from) && tsql_is_integer(to))
		return ex_op2(
		    E, "binary_to_int", c->node, c->x, type_arg(E, to));
	return ex_manual(E, FINDING_UNTRANSLATED, c->node,
	    "a conversion from %s to %s", tsql_base_name(from->base),
	    tsql_base_name(to->base));
}

/* ---- to binary ---- */

static struct ex to_binary(struct conv *c)
{
	const struct tsql_type *from = c->from, *to = c->to;
	struct emit *E = c->E;
	struct ex x = c->x, n = ex_int(E, to->length);
	bool fixed = to->base == TSQL_TY_BINARY;

	if (tsql_is_integer(from) && from->base != TSQL_TY_BIT) {
		int bytes = from->base == TSQL_TY_TINYINT ? 1
		    : from->base == TSQL_TY_SMALLINT	  ? 2
		    : from->base == TSQL_TY_INT		  ? 4
							  : 8;
		struct ex v[3] = {
		    x, ex_int(E, bytes), fixed ? n : ex_int(E, bytes)};

		if (!fixed && to->length > 0 && to->length < bytes)
			v[2] = n;
		return ex_op(E, "int_to_binary", c->node, 3, v);
	}
	if (tsql_is_string(from)) {
		if (c->style == 1 || c->style == 2) {
			if (c->how == CONV_TRY)
				em_differs(E, FINDING_APPROXIMATE, c->node,
				    "text that isn't hexadecimal is an error "
				    "instead of NULL");
			x = ex_op1(E, "hex_to_binary", c->node, x);
		} else {
			em_bytes_of_text(E, from, c->node);
			em_assume(E, c->e, EMIT_ASSUME_BYTES);
			x = ex_op1(E,
			    tsql_is_unicode(from) ? "nvarchar_to_binary"
						  : "varchar_to_binary",
			    c->node, x);
		}
	} else if (from->base == TSQL_TY_UNIQUEIDENTIFIER) {
		x = ex_op1(E, "guid_to_binary", c->node, x);
		if (to->length == 16)
			return x;
	} else if (!tsql_is_binary(from)) {
		return ex_manual(E, FINDING_UNTRANSLATED, c->node,
		    "a conversion from %s to binary",
		    tsql_base_name(from->base));
	}
	if (fixed)
		return ex_op2(E, "binary_pad", c->node, x, n);
	if (to->length > 0 &&
	    !(from->length > 0 && from->length <= to->length &&
		!tsql_is_unicode(from)))
		return ex_op2(E, "binary_left", c->node, x, n);
	return x;
}

/* ---- all of them ---- */

struct ex em_convert(struct emit *E, struct ex x, const struct tsql_type *from,
    const struct tsql_type *to, enum conv_how how, int style,
    struct tsql_expr *e, const void *node)
{
	struct conv c = {
	    E, x, from, to, how, style, e, node, how != CONV_IMPLICIT};

	if (x.null)
		return how == CONV_IMPLICIT ? x : ex_cast_to(E, x, to);
	if (from->base == TSQL_TY_UNKNOWN || to->base == TSQL_TY_UNKNOWN) {
		if (how == CONV_IMPLICIT)
			return ex_loose(x);
		em_differs(E, FINDING_APPROXIMATE, node,
		    "a conversion whose types aren't known");
		return ex_cast_to(E, x, to);
	}
	if (tsql_is_string(to))
		return to_string(&c);
	if (tsql_is_number(to))
		return to_number(&c);
	if (tsql_is_temporal(to))
		return conv_moment(&c);
	if (tsql_is_binary(to))
		return to_binary(&c);
	if (from->base == to->base)
		return x;
	if (to->base == TSQL_TY_UNIQUEIDENTIFIER && tsql_is_string(from)) {
		return ex_op1(E,
		    how == CONV_TRY ? "try_string_to_guid" : "string_to_guid",
		    node, x);
	}
	if (to->base == TSQL_TY_UNIQUEIDENTIFIER && tsql_is_binary(from))
		return ex_op1(E, "binary_to_guid", node, x);
	if (to->base == TSQL_TY_SQL_VARIANT || to->base == TSQL_TY_XML ||
	    to->base == TSQL_TY_JSON) {
		em_differs(E, FINDING_APPROXIMATE, node,
		    "a value of type %s is kept as text",
		    tsql_base_name(to->base));
		return tsql_is_string(from) ? x
					    : ex_op1(E, "to_string", node, x);
	}
	return ex_manual(E, FINDING_UNTRANSLATED, node,
	    "a conversion from %s to %s", tsql_base_name(from->base),
	    tsql_base_name(to->base));
}

/* CAST, CONVERT, PARSE and their TRY_ forms. */
struct ex em_cast_expr(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.cast.e;
	enum conv_how how = e->h.flags & TSQL_TRY ? CONV_TRY : CONV_CAST;
	long long style = -1;
	struct ex x;

	if (e->h.kind == TSQL_E_PARSE) {
		em_differs(E, FINDING_APPROXIMATE, e,
		    "PARSE reads more spellings than the target does");
		if (e->u.cast.style &&
		    !(e->u.cast.style->h.kind == TSQL_E_STRING &&
			!strncasecmp(e->u.cast.style->u.lit.text, "en-US", 5)))
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "PARSE in a culture other than en-US");
	} else if (e->u.cast.style &&
	    !em_int_literal(e->u.cast.style, &style)) {
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "CONVERT with a style that isn't a number");
	}
	E->json_cast = v->h.kind == TSQL_E_CALL &&
	    v->u.call.fn == TSQL_F_JSON_VALUE && !tsql_is_string(e->type);
	x = em_value(E, v);
	E->json_cast = false;
	/* A literal string in another type's clothes is a string still. */
	return em_convert(E, x, v->type, e->type, how, (int)style, v, e);
}
