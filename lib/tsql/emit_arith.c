#include "tsql/emit_int.h"

/* Arithmetic, with the types that T-SQL gives its results. */

static bool is_int(const struct tsql_type *t)
{
	return tsql_is_integer(t);
}

struct ex em_operand(struct emit *E, struct ex x, const struct tsql_type *from,
    const struct tsql_type *to, bool literal)
{
	if (x.null || from->base == to->base)
		return x;
	if (is_int(to) && is_int(from)) {
		if (from->base == TSQL_TY_BIT)
			return ex_op2(E, "bit_to_int", NULL, x,
			    ex_make(em_type(E, to), P_PRIMARY));
		if (!literal && from->base < TSQL_TY_INT &&
		    dialect_can(E->d, "narrow_literals"))
			return ex_cast_to(E, x, to);
		return x;
	}
	if (tsql_is_number(to) && from->base == TSQL_TY_BIT) {
		struct tsql_type t = tsql_type_make(TSQL_TY_INT);

		return ex_op2(E, "bit_to_int", NULL, x,
		    ex_make(em_type(E, &t), P_PRIMARY));
	}
	return x;
}

/* The digits behind the point of an exact operand. */
static int scale_of(const struct tsql_type *t)
{
	struct tsql_type d;

	if (tsql_is_integer(t))
		return 0;
	d = tsql_as_decimal(t);
	return d.scale;
}

struct ex em_divide(struct emit *E, struct ex l, const struct tsql_type *lt,
    struct ex r, const struct tsql_type *rt, const struct tsql_type *to,
    const void *node)
{
	int scale = tsql_is_money(to) ? 4 : to->scale;
	struct ex v[4] = {l, r, ex_int(E, scale_of(rt)), ex_int(E, scale)};

	(void)lt;
	em_use(E, EMIT_USE_DECIMAL_DIVISION, node);
	return ex_loose(ex_op(E, "divide", node, 4, v));
}

/* a + b + c of strings, from the left. */
static struct ex concat(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr **v = NULL, *x;
	struct docs l = {NULL, 0, 0};
	size_t n = 0, cap = 0;
	struct ex one;

	for (x = e; x->h.kind == TSQL_E_ARITH &&
	     (x->op == TSQL_OP_ADD || x->op == TSQL_OP_CONCAT) &&
	     (tsql_is_string(x->type) || tsql_is_binary(x->type));
	     x = x->u.binary.l) {
		GROW(v, n, cap);
		v[n++] = x->u.binary.r;
	}
	GROW(v, n, cap);
	v[n++] = x;
	em_use(E, EMIT_USE_CONCAT_NULL, e);
	while (n) {
		x = v[--n];
		one = em_value(E, x);
		if (x->type->base == TSQL_TY_NULL)
			one = ex_cast(
			    E, one, dialect_word(E->d, "text", "varchar"));
		else if (!tsql_is_string(x->type) && !tsql_is_binary(x->type))
			one = em_convert(
			    E, one, x->type, e->type, CONV_IMPLICIT, -1, x, x);
		docs_add(E->a, &l, ex_at(E, one, P_OTHER + 1));
	}
	free(v);
	return ex_make(
	    doc_chain1(E->a, &l, dialect_word(E->d, "concat", "||")), P_OTHER);
}

static struct ex temporal(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *l = e->u.binary.l, *r = e->u.binary.r;
	bool minus = e->op == TSQL_OP_SUB;

	if (e->op != TSQL_OP_ADD && !minus)
		return ex_manual(
		    E, FINDING_UNTRANSLATED, e, "this calculation with dates");
	em_use(E, EMIT_USE_DATETIME_ROUNDS, e);
	if (tsql_is_number(r->type))
		return ex_op2(E,
		    minus ? "datetime_minus_days" : "datetime_plus_days", e,
		    em_value_as(E, l, e->type), em_value(E, r));
	if (tsql_is_number(l->type) && !minus)
		return ex_op2(E, "datetime_plus_days", e,
		    em_value_as(E, r, e->type), em_value(E, l));
	return ex_op2(E, minus ? "datetime_minus" : "datetime_plus", e,
	    em_value_as(E, l, e->type), em_value_as(E, r, e->type));
}

static struct ex bitwise(struct emit *E, struct tsql_expr *e)
{
	static const char *const key[] = {[TSQL_OP_BIT_AND] = "bit_and",
	    [TSQL_OP_BIT_OR] = "bit_or",
	    [TSQL_OP_BIT_XOR] = "bit_xor",
	    [TSQL_OP_SHL] = "shift_left",
	    [TSQL_OP_SHR] = "shift_right"};
	struct tsql_type t = *e->type;
	struct ex l, r, x;

	if (!is_int(e->type))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "bit operators on binary values");
	if (t.base == TSQL_TY_BIT)
		t = tsql_type_make(TSQL_TY_INT);
	l = em_operand(E, em_value_as(E, e->u.binary.l, &t),
	    e->u.binary.l->type, e->u.binary.l->type, true);
	r = em_operand(E, em_value_as(E, e->u.binary.r, &t),
	    e->u.binary.r->type, e->u.binary.r->type, true);
	x = ex_op2(E, key[e->op], e, l, r);
	if (e->type->base == TSQL_TY_BIT)
		return em_convert(
		    E, x, &t, e->type, CONV_IMPLICIT, -1, NULL, e);
	x.rep = l.rep | r.rep;
	return x;
}

/* Two decimals of up to 18 digits each: some targets have no room for more
 * in their product unless one of them has. */
static struct ex wide_factor(struct emit *E, struct ex x,
    const struct tsql_type *lt, bool literal, const struct tsql_type *rt)
{
	struct tsql_type l, r;
	int digits;

	if (literal || !dialect_can(E->d, "narrow_product") ||
	    tsql_is_float(lt) || tsql_is_float(rt) || is_int(lt))
		return x;
	l = tsql_as_decimal(lt);
	r = tsql_as_decimal(rt);
	/* Integers seldom have all the digits that their type has. */
	digits = l.precision + (is_int(rt) ? 6 : r.precision);
	if (l.precision > 18 || r.precision > 18 || digits <= 18)
		return x;
	l.precision = 19;
	return ex_loose(ex_cast_to(E, x, &l));
}

struct ex em_arith(struct emit *E, struct tsql_expr *e)
{
	static const char *const text[] = {[TSQL_OP_ADD] = "+",
	    [TSQL_OP_SUB] = "-",
	    [TSQL_OP_MUL] = "*",
	    [TSQL_OP_MOD] = "%"};
	struct tsql_expr *l = e->u.binary.l, *r = e->u.binary.r;
	const struct tsql_type *t = e->type;
	struct tsql_type lt = *l->type, rt = *r->type;
	bool ll = em_is_literal(l), rl = em_is_literal(r);
	struct ex a, b, x;
	int natural;

	if (tsql_is_string(t) || tsql_is_binary(t))
		return concat(E, e);
	if (tsql_is_temporal(t))
		return temporal(E, e);
	if (e->op >= TSQL_OP_BIT_AND && e->op <= TSQL_OP_BIT_XOR)
		return bitwise(E, e);
	if (e->op == TSQL_OP_SHL || e->op == TSQL_OP_SHR)
		return bitwise(E, e);
	if (!tsql_is_number(t)) {
		if (t->base == TSQL_TY_UNKNOWN)
			em_manual(E, FINDING_UNTRANSLATED, e,
			    "a calculation whose types aren't known");
		else if (t->base != TSQL_TY_NULL)
			em_manual(E, FINDING_UNTRANSLATED, e,
			    "a calculation with values of type %s",
			    tsql_base_name(t->base));
	}
	a = em_value(E, l);
	b = em_value(E, r);
	/* What isn't a number yet becomes what the other side asks for. */
	if (!tsql_is_number(&lt) && !a.null) {
		a = em_convert(E, a, l->type, r->type, CONV_IMPLICIT, -1, l, l);
		lt = *r->type;
	}
	if (!tsql_is_number(&rt) && !b.null) {
		b = em_convert(E, b, r->type, l->type, CONV_IMPLICIT, -1, r, r);
		rt = *l->type;
	}
	if (is_int(t)) {
		/* The other side is of the result's type already: then the
		 * target calculates in it anyway. */
		if (ll || lt.base != t->base || lt.base == rt.base)
			b = em_operand(E, b, &rt, t, rl);
		else if (rt.base == TSQL_TY_BIT)
			b = em_operand(E, b, &rt, t, rl);
		if (rl || rt.base != t->base)
			a = em_operand(E, a, &lt, t, ll);
		else if (lt.base == TSQL_TY_BIT)
			a = em_operand(E, a, &lt, t, ll);
	} else {
		a = em_operand(E, a, &lt, t, ll);
		b = em_operand(E, b, &rt, t, rl);
	}
	if (a.null || b.null)
		return ex_cast_to(E, ex_null(E), t);
	if (e->op == TSQL_OP_DIV) {
		if (is_int(t)) {
			em_use(E, EMIT_USE_INT_DIVISION, e);
			x = ex_op2(E, "int_div", e, a, b);
			x.rep = a.rep | b.rep;
			return x;
		}
		if (!tsql_is_float(t))
			return em_divide(E, a, &lt, b, &rt, t, e);
		/* Of two exact operands one has to become a float. */
		x = ex_op2(E, "float_div", e, a, b);
		x.rep = t->base == TSQL_TY_FLOAT ? REP_SAME : REP_LOOSE;
		return x;
	}
	if (e->op == TSQL_OP_MOD) {
		em_use(E, EMIT_USE_MODULO, e);
		x = ex_op2(E, is_int(t) ? "int_mod" : "dec_mod", e, a, b);
		x.rep = is_int(t) ? a.rep | b.rep : REP_LOOSE;
		return x;
	}
	if ((unsigned)e->op >= ARRAY_SIZE(text) || !text[e->op])
		return ex_manual(E, FINDING_UNTRANSLATED, e, "this operator");
	if (e->op == TSQL_OP_MUL && tsql_is_number(&lt) && tsql_is_number(&rt))
		a = wide_factor(E, a, &lt, ll || rl, &rt);
	x = ex_infix(
	    E, a, text[e->op], b, e->op == TSQL_OP_MUL ? P_MUL : P_ADD);
	if (is_int(t)) {
		if (t->base == TSQL_TY_TINYINT && !(ll && rl))
			return em_tinyint(E, x, e);
		x.rep = a.rep | b.rep;
		return x;
	}
	if (tsql_is_float(t)) {
		x.rep = t->base == TSQL_TY_FLOAT ? REP_SAME : REP_LOOSE;
		return x;
	}
	natural = scale_of(&lt);
	if (e->op == TSQL_OP_MUL)
		natural += scale_of(&rt);
	else if (scale_of(&rt) > natural)
		natural = scale_of(&rt);
	if (tsql_is_money(t)) {
		if (natural > 4)
			return ex_loose(
			    ex_op1(E, "money_product", e, ex_paren(E, x)));
		return ex_loose(x);
	}
	/* Beyond 38 digits T-SQL gives up some behind the point. */
	if (t->scale < natural) {
		struct tsql_type d = tsql_type_decimal(38, t->scale);

		return ex_loose(ex_cast_to(E, x, &d));
	}
	return ex_loose(x);
}

struct ex em_unary(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.unary.e;
	struct ex x = em_value(E, v);

	if (e->op == TSQL_OP_ADD)
		return x;
	if (!tsql_is_number(v->type) && !x.null)
		x = em_convert(E, x, v->type, e->type, CONV_IMPLICIT, -1, v, v);
	if (e->op == TSQL_OP_BIT_NOT) {
		if (v->type->base == TSQL_TY_BIT)
			return ex_make(doc_join(E->a, doc_text(E->a, "not "),
					   ex_at(E, x, P_CMP), DOC_END),
			    P_NOT);
		if (v->type->base == TSQL_TY_TINYINT)
			return ex_infix(E, ex_int(E, 255), "-", x, P_ADD);
		return ex_op1(E, "bit_not", e, x);
	}
	if (v->type->base == TSQL_TY_BIT)
		x = em_operand(E, x, v->type, e->type, false);
	{
		uint8_t rep = x.rep;

		x = ex_make(doc_join(E->a, doc_text(E->a, "-"),
				ex_at(E, x, P_UNARY + 1), DOC_END),
		    P_UNARY);
		x.rep = rep;
	}
	return x;
}
