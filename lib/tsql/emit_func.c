#include <ctype.h>

#include "tsql/emit_int.h"

/* Built-in functions: what is conditional or numeric here; strings, dates,
 * aggregates and JSON in their own files; the rest by the dialect's table. */

static struct ex typed(struct emit *E, struct ex x, const struct tsql_type *t)
{
	(void)E;
	x.rep = tsql_is_string(t) ? REP_SAME : REP_LOOSE;
	return x;
}

/* ---- conditional ---- */

static struct ex is_null_fn(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *a = e->u.call.args.v[0], *b = e->u.call.args.v[1];
	struct ex x = em_value(E, a), y;
	uint8_t rep = x.rep;

	if (x.null)
		return em_value_as(E, b, e->type);
	if (tsql_is_string(e->type) && e->type->length > 0 &&
	    b->type->length != e->type->length)
		em_use(E, EMIT_USE_ISNULL_CUTS, e);
	/* As documented; other engines of T-SQL are known to keep the whole. */
	if (b->h.kind == TSQL_E_STRING && e->type->length > 0 &&
	    tsql_is_string(e->type) && b->type->length > e->type->length)
		em_differs(E, FINDING_APPROXIMATE, e,
		    "ISNULL cuts '%.*s' to the %d characters of its first "
		    "argument, as SQL Server does",
		    (int)b->u.lit.len, b->u.lit.text, (int)e->type->length);
	y = em_value(E, b);
	if (!y.null && b->type->base != TSQL_TY_NULL)
		y = em_convert(E, y, b->type, e->type,
		    tsql_is_string(b->type) || tsql_is_integer(e->type)
			? CONV_IMPLICIT
			: CONV_CAST,
		    -1, b, b);
	x = ex_call2(E, "coalesce", x, y);
	x.rep = tsql_is_string(e->type) ? REP_SAME : rep | y.rep;
	return x;
}

static struct ex coalesce(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	struct ex *v = arena_alloc(E->a, st_mul(args->n, sizeof(*v)));

	for (uint32_t i = 0; i < args->n; i++)
		v[i] = em_value_as(E, args->v[i], e->type);
	return typed(E, ex_call(E, "coalesce", args->n, v), e->type);
}

static struct ex null_if(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *a = e->u.call.args.v[0], *b = e->u.call.args.v[1];
	struct tsql_type t = tsql_type_compare(a->type, b->type);
	struct doc_when w;
	struct ex x;

	if (tsql_is_number(a->type) && tsql_is_number(b->type) &&
	    a->type->base != TSQL_TY_BIT && b->type->base != TSQL_TY_BIT) {
		x = em_value(E, a);
		return typed(
		    E, ex_call2(E, "nullif", x, em_value(E, b)), e->type);
	}
	if (a->type->base == b->type->base && tsql_is_temporal(&t) &&
	    t.base != TSQL_TY_DATETIMEOFFSET)
		return typed(E,
		    ex_call2(E, "nullif", em_value(E, a), em_value(E, b)),
		    e->type);
	w.when = em_compare(E, TSQL_OP_EQ, a, b, e).d;
	w.then = doc_text(E->a, "null");
	x = em_value(E, a);
	return typed(
	    E, ex_make(doc_case(E->a, NULL, &w, 1, x.d), P_PRIMARY), e->type);
}

static struct ex iif(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr **v = e->u.call.args.v;
	struct doc_when w;
	struct doc *otherwise = NULL;

	w.when = em_predicate(E, v[0]).d;
	w.then = em_value_as(E, v[1], e->type).d;
	if (v[2]->h.kind != TSQL_E_NULL)
		otherwise = em_value_as(E, v[2], e->type).d;
	return typed(E,
	    ex_make(doc_case(E->a, NULL, &w, 1, otherwise), P_PRIMARY),
	    e->type);
}

static struct ex choose(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	struct doc_when *w = arena_alloc(E->a, st_mul(args->n, sizeof(*w)));
	struct tsql_type t = tsql_type_make(TSQL_TY_INT);
	struct ex x = em_value(E, args->v[0]);

	if (!tsql_is_integer(args->v[0]->type))
		x = em_convert(E, x, args->v[0]->type, &t, CONV_CAST, -1, NULL,
		    args->v[0]);
	for (uint32_t i = 1; i < args->n; i++) {
		w[i - 1].when = ex_int(E, i).d;
		w[i - 1].then = em_value_as(E, args->v[i], e->type).d;
	}
	return typed(E,
	    ex_make(doc_case(E->a, x.d, w, args->n - 1, NULL), P_PRIMARY),
	    e->type);
}

static struct ex extreme(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	struct ex *v = arena_alloc(E->a, st_mul(args->n, sizeof(*v)));

	if (tsql_is_string(e->type))
		em_differs(E, FINDING_STRING_ORDER, e,
		    "GREATEST and LEAST of strings order by code point");
	for (uint32_t i = 0; i < args->n; i++)
		v[i] = em_value_as(E, args->v[i], e->type);
	return typed(E,
	    ex_call(E, e->u.call.fn == TSQL_F_GREATEST ? "greatest" : "least",
		args->n, v),
	    e->type);
}

/* ---- numbers ---- */

static struct ex as_float(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_FLOAT);

	return em_convert(E, em_value(E, e), e->type, &t,
	    tsql_is_float(e->type) ? CONV_IMPLICIT : CONV_CAST, -1, e, e);
}

/* The argument as a number: strings become float. */
static struct ex number_arg(
    struct emit *E, struct tsql_expr *e, const struct tsql_type **t)
{
	struct tsql_type *f;
	struct ex x = em_value(E, e);

	*t = e->type;
	if (e->type->base == TSQL_TY_BIT) {
		f = ARENA_NEW(E->a, struct tsql_type);
		*f = tsql_type_make(TSQL_TY_INT);
		x = em_operand(E, x, e->type, f, false);
		*t = f;
	} else if (!tsql_is_number(e->type) && !x.null) {
		f = ARENA_NEW(E->a, struct tsql_type);
		*f = tsql_type_make(TSQL_TY_FLOAT);
		x = em_convert(E, x, e->type, f, CONV_IMPLICIT, -1, e, e);
		*t = f;
	}
	return x;
}

static struct ex round_fn(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	const struct tsql_type *t;
	struct ex x = number_arg(E, args->v[0], &t), n;
	long long digits, how = 0;
	bool known = em_int_literal(args->v[1], &digits);

	em_use(E, EMIT_USE_ROUND, e);
	if (args->n > 2 && !em_int_literal(args->v[2], &how))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "ROUND whose way of rounding is calculated");
	if (tsql_is_integer(t) && known && digits >= 0)
		return ex_loose(x);
	n = em_value(E, args->v[1]);
	if (tsql_is_float(t))
		x = ex_op2(E, how ? "trunc_float" : "round_float", e, x, n);
	else
		x = ex_op2(E, how ? "trunc_to" : "round_to", e, x, n);
	return ex_loose(x);
}

static struct ex power(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *a = e->u.call.args.v[0], *b = e->u.call.args.v[1];
	struct tsql_type f = tsql_type_make(TSQL_TY_FLOAT);
	struct ex x = ex_op2(E, "power", e, as_float(E, a), as_float(E, b));
	long long n;

	if (tsql_is_integer(e->type))
		return em_convert(E, x, &f, e->type, CONV_CAST, -1, NULL, e);
	/* A root of a negative number, 0 to the power of -1. */
	if (!em_int_literal(b, &n) || n < 1)
		x = em_finite(E, x, e);
	if (tsql_is_float(e->type))
		return x;
	em_differs(E, FINDING_APPROXIMATE, e,
	    "POWER of a decimal is calculated in double precision");
	return ex_op2(E, "float_to_decimal", e, x,
	    ex_make(em_type(E, e->type), P_PRIMARY));
}

/* Has the function no value for some numbers? */
static bool may_fail(enum tsql_fn fn, const struct tsql_expr *v)
{
	switch (fn) {
	case TSQL_F_SQRT: return !em_nonneg(v);
	case TSQL_F_LOG10:
	case TSQL_F_ASIN:
	case TSQL_F_ACOS:
	case TSQL_F_EXP:
	case TSQL_F_COT: return true;
	default: return false;
	}
}

/* A function of floats that the dialect has under its own or a like name. */
static struct ex float_fn(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	const char *name = tsql_function_get(e->u.call.fn)->name;
	struct tsql_type f = tsql_type_make(TSQL_TY_FLOAT);
	struct dialect_rule r;
	struct ex v[2], x;

	for (uint32_t i = 0; i < args->n && i < 2; i++)
		v[i] = as_float(E, args->v[i]);
	if (dialect_function(E->d, name, &r)) {
		x = ex_rule(E, &r, name, e, args->n, v);
	} else {
		char *low = arena_strdup(E->a, name);

		for (char *p = low; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		x = ex_call(E, low, args->n, v);
	}
	if (may_fail(e->u.call.fn, args->v[0]))
		x = em_finite(E, x, e);
	if (tsql_is_integer(e->type))
		return em_convert(E, x, &f, e->type, CONV_CAST, -1, NULL, e);
	if (tsql_is_float(e->type))
		return x;
	em_differs(E, FINDING_APPROXIMATE, e,
	    "%s of a decimal is calculated in double precision", name);
	return ex_op2(E, "float_to_decimal", e, x,
	    ex_make(em_type(E, e->type), P_PRIMARY));
}

static bool numeric(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	struct tsql_exprs *args = &e->u.call.args;
	const struct tsql_type *t;
	struct ex x;

	switch (e->u.call.fn) {
	case TSQL_F_ABS:
		*out =
		    ex_loose(ex_call1(E, "abs", number_arg(E, args->v[0], &t)));
		return true;
	case TSQL_F_SIGN:
		*out = ex_loose(
		    ex_op1(E, "sign", e, number_arg(E, args->v[0], &t)));
		return true;
	case TSQL_F_CEILING:
	case TSQL_F_FLOOR:
		x = number_arg(E, args->v[0], &t);
		if (tsql_is_integer(t))
			*out = x;
		else
			*out = ex_loose(ex_call1(E,
			    e->u.call.fn == TSQL_F_FLOOR ? "floor" : "ceil",
			    x));
		return true;
	case TSQL_F_ROUND: *out = round_fn(E, e); return true;
	case TSQL_F_POWER: *out = power(E, e); return true;
	case TSQL_F_SQUARE:
		x = as_float(E, args->v[0]);
		*out = ex_infix(E, x, "*", x, P_MUL);
		return true;
	case TSQL_F_LOG:
		x = ex_call1(E, "ln", as_float(E, args->v[0]));
		if (args->n == 2)
			x = ex_infix(E, x, "/",
			    ex_call1(E, "ln", as_float(E, args->v[1])), P_MUL);
		*out = em_finite(E, x, e);
		return true;
	case TSQL_F_SQRT:
	case TSQL_F_EXP:
	case TSQL_F_LOG10:
	case TSQL_F_SIN:
	case TSQL_F_COS:
	case TSQL_F_TAN:
	case TSQL_F_COT:
	case TSQL_F_ASIN:
	case TSQL_F_ACOS:
	case TSQL_F_ATAN:
	case TSQL_F_ATN2:
	case TSQL_F_DEGREES:
	case TSQL_F_RADIANS: *out = float_fn(E, e); return true;
	default: return false;
	}
}

/* ---- by the dialect's table ---- */

static struct ex by_table(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *args = &e->u.call.args;
	const struct tsql_function *f = tsql_function_get(e->u.call.fn);
	struct ex *v = arena_alloc(E->a, st_mul(args->n, sizeof(*v)));
	struct dialect_rule r;

	if (!dialect_function(E->d, f->name, &r)) {
		if (f->flags & TSQL_FF_SESSION)
			return ex_manual(E, FINDING_SESSION, e, "%s", f->name);
		return ex_manual(
		    E, FINDING_UNTRANSLATED, e, "the function %s", f->name);
	}
	if (f->flags & TSQL_FF_VOLATILE)
		em_differs(E, FINDING_VOLATILE, e, "%s", f->name);
	for (uint32_t i = 0; i < args->n; i++)
		v[i] = em_value(E, args->v[i]);
	return ex_loose(ex_rule(E, &r, f->name, e, args->n, v));
}

struct ex em_call(struct emit *E, struct tsql_expr *e)
{
	struct ex x;

	switch (e->u.call.fn) {
	case TSQL_F_NONE: return em_scalar_udf(E, e);
	case TSQL_F_ISNULL: return is_null_fn(E, e);
	case TSQL_F_COALESCE: return coalesce(E, e);
	case TSQL_F_NULLIF: return null_if(E, e);
	case TSQL_F_IIF: return iif(E, e);
	case TSQL_F_CHOOSE: return choose(E, e);
	case TSQL_F_GREATEST:
	case TSQL_F_LEAST: return extreme(E, e);
	default: break;
	}
	if (em_aggregate(E, e, &x) || numeric(E, e, &x) ||
	    em_string_fn(E, e, &x) || em_date_fn(E, e, &x) ||
	    em_json_fn(E, e, &x))
		return x;
	return by_table(E, e);
}
