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
	long long longest = 0;
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
		else if (tsql_is_string(x->type) && x->type->length > 0)
			longest += x->type->length;
		docs_add(E->a, &l, ex_at(E, one, P_OTHER + 1));
	}
	free(v);
	one = ex_make(
	    doc_chain1(E->a, &l, dialect_word(E->d, "concat", "||")), P_OTHER);
	return tsql_is_string(e->type) ? em_cut_long(E, one, e->type, longest)
				       : one;
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

/* One side of a calculation: its value, and the type that it has by now. */
struct side {
	struct tsql_expr *e;
	struct tsql_type type;
	struct ex x;
	bool literal;
};

static struct side side_of(struct emit *E, struct tsql_expr *e)
{
	return (struct side){.e = e,
	    .type = *e->type,
	    .x = em_value(E, e),
	    .literal = em_is_literal(e)};
}

/* What isn't a number yet becomes what the other side asks for. */
static void to_number(struct emit *E, struct side *s, const struct side *other)
{
	if (tsql_is_number(s->e->type) || s->x.null)
		return;
	s->x = em_convert(
	    E, s->x, s->e->type, other->e->type, CONV_IMPLICIT, -1, s->e, s->e);
	s->type = *other->e->type;
}

/* Must the target be told that s is calculated with in type t? Not of an
 * integer beside one that is of that type already. */
static bool needs_type(
    const struct side *s, const struct side *other, const struct tsql_type *t)
{
	return !is_int(t) || other->literal || other->type.base != t->base ||
	    s->type.base == TSQL_TY_BIT;
}

/* Does the target know numbers of four bytes? */
static bool has_real(const struct emit *E)
{
	const struct tsql_type real = tsql_type_make(TSQL_TY_REAL);
	const struct tsql_type dbl = tsql_type_make(TSQL_TY_FLOAT);
	struct buf a = BUF_INIT, b = BUF_INIT;
	bool has = dialect_type_name(E->d, &real, &a) &&
	    dialect_type_name(E->d, &dbl, &b) &&
	    strcmp(buf_str(&a), buf_str(&b)) != 0;

	buf_release(&a);
	buf_release(&b);
	return has;
}

/* An operand of a calculation in real: where another type would make the
 * target calculate in more digits, it becomes a real first. */
static void to_real(struct emit *E, struct side *s)
{
	const struct tsql_type real = tsql_type_make(TSQL_TY_REAL);

	if (!s->x.null && s->type.base != TSQL_TY_REAL &&
	    dialect_can(E->d, "real_is_narrow"))
		s->x = ex_cast_to(E, s->x, &real);
}

static struct ex quotient(struct emit *E, const struct side *a,
    const struct side *b, struct tsql_expr *e)
{
	const struct tsql_type *t = e->type;
	struct ex x;

	if (is_int(t)) {
		em_use(E, EMIT_USE_INT_DIVISION, e);
		x = ex_op2(E, "int_div", e, a->x, b->x);
		x.rep = a->x.rep | b->x.rep;
		return x;
	}
	if (!tsql_is_float(t))
		return em_divide(E, a->x, &a->type, b->x, &b->type, t, e);
	/* Of two exact operands one has to become a float. */
	x = ex_op2(E, "float_div", e, a->x, b->x);
	/* Of two reals it is rounded once more: then it is theirs. */
	if (t->base == TSQL_TY_REAL && has_real(E))
		return ex_cast_to(E, x, t);
	x.rep = t->base == TSQL_TY_FLOAT ? REP_SAME : REP_LOOSE;
	return x;
}

static struct ex remainder_of(struct emit *E, const struct side *a,
    const struct side *b, struct tsql_expr *e)
{
	bool whole = is_int(e->type);
	struct ex x;

	em_use(E, EMIT_USE_MODULO, e);
	x = ex_op2(E, whole ? "int_mod" : "dec_mod", e, a->x, b->x);
	x.rep = whole ? a->x.rep | b->x.rep : REP_LOOSE;
	return x;
}

/* The exact result x of a and b as one of e's type. */
static struct ex exact_result(struct emit *E, struct ex x, const struct side *a,
    const struct side *b, struct tsql_expr *e)
{
	const struct tsql_type *t = e->type;
	int natural = scale_of(&a->type), other = scale_of(&b->type);

	if (e->op == TSQL_OP_MUL)
		natural += other;
	else if (other > natural)
		natural = other;
	if (tsql_is_money(t) && natural > 4)
		return ex_loose(ex_op1(E, "money_product", e, ex_paren(E, x)));
	/* Beyond 38 digits T-SQL gives up some behind the point. */
	if (!tsql_is_money(t) && t->scale < natural) {
		struct tsql_type d = tsql_type_decimal(38, t->scale);

		return ex_loose(ex_cast_to(E, x, &d));
	}
	return ex_loose(x);
}

static struct ex sum_or_product(struct emit *E, const struct side *a,
    const struct side *b, struct tsql_expr *e)
{
	static const char *const text[] = {
	    [TSQL_OP_ADD] = "+", [TSQL_OP_SUB] = "-", [TSQL_OP_MUL] = "*"};
	const struct tsql_type *t = e->type;
	bool product = e->op == TSQL_OP_MUL;
	struct ex l = a->x, x;

	if ((unsigned)e->op >= ARRAY_SIZE(text) || !text[e->op])
		return ex_manual(E, FINDING_UNTRANSLATED, e, "this operator");
	if (product && tsql_is_number(&a->type) && tsql_is_number(&b->type))
		l = wide_factor(
		    E, l, &a->type, a->literal || b->literal, &b->type);
	x = ex_infix(E, l, text[e->op], b->x, product ? P_MUL : P_ADD);
	if (is_int(t)) {
		if (t->base == TSQL_TY_TINYINT && !(a->literal && b->literal))
			return em_tinyint(E, x, e);
		x.rep = l.rep | b->x.rep;
		return x;
	}
	if (tsql_is_float(t)) {
		x.rep = t->base == TSQL_TY_FLOAT ? REP_SAME : REP_LOOSE;
		return x;
	}
	return exact_result(E, x, a, b, e);
}

static struct ex calculation(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_type *t = e->type;
	struct side a = side_of(E, e->u.binary.l);
	struct side b = side_of(E, e->u.binary.r);
	bool typed_a, typed_b;

	to_number(E, &a, &b);
	to_number(E, &b, &a);
	typed_a = needs_type(&a, &b, t);
	/* Of two of one type, one is enough. */
	typed_b = needs_type(&b, &a, t) || a.type.base == b.type.base;
	if (typed_a)
		a.x = em_operand(E, a.x, &a.type, t, a.literal);
	if (typed_b)
		b.x = em_operand(E, b.x, &b.type, t, b.literal);
	if (a.x.null || b.x.null)
		return ex_cast_to(E, ex_null(E), t);
	if (t->base == TSQL_TY_REAL) {
		to_real(E, &a);
		to_real(E, &b);
		if (!has_real(E))
			em_differs(E, FINDING_APPROXIMATE, e,
			    "reals are calculated in more digits than four "
			    "bytes hold");
	}
	if (e->op == TSQL_OP_DIV)
		return quotient(E, &a, &b, e);
	if (e->op == TSQL_OP_MOD)
		return remainder_of(E, &a, &b, e);
	return sum_or_product(E, &a, &b, e);
}

struct ex em_arith(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_type *t = e->type;

	if (tsql_is_string(t) || tsql_is_binary(t))
		return concat(E, e);
	if (tsql_is_temporal(t))
		return temporal(E, e);
	if ((e->op >= TSQL_OP_BIT_AND && e->op <= TSQL_OP_BIT_XOR) ||
	    e->op == TSQL_OP_SHL || e->op == TSQL_OP_SHR)
		return bitwise(E, e);
	if (t->base == TSQL_TY_UNKNOWN)
		em_manual(E, FINDING_UNTRANSLATED, e,
		    "a calculation whose types aren't known");
	else if (!tsql_is_number(t) && t->base != TSQL_TY_NULL)
		em_manual(E, FINDING_UNTRANSLATED, e,
		    "a calculation with values of type %s",
		    tsql_base_name(t->base));
	return calculation(E, e);
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
