#include "tsql/emit_int.h"
#include "tsql/parse.h"

/*
 * What has to be guarded against. What SQL Server refuses and a target would
 * answer: a negative length, a tinyint beyond 255, the root of a negative
 * number, a number that its text has no room for. The model has to fail there
 * too.
 */

static bool nonneg_args(const struct tsql_expr *e, uint32_t from)
{
	for (uint32_t i = from; i < e->u.call.args.n; i++)
		if (!em_nonneg(e->u.call.args.v[i]))
			return false;
	return true;
}

static bool is_call(const struct tsql_expr *e, enum tsql_fn fn)
{
	return e->h.kind == TSQL_E_CALL && e->u.call.fn == fn;
}

/* x + 'c': what is looked for is there, whatever x is. */
static bool ends_with(const struct tsql_expr *in, const struct tsql_expr *what)
{
	const struct tsql_expr *r = in->h.kind == TSQL_E_ARITH &&
		in->op == TSQL_OP_ADD && tsql_is_string(in->type)
	    ? in->u.binary.r
	    : NULL;

	return r && r->h.kind == TSQL_E_STRING &&
	    what->h.kind == TSQL_E_STRING && what->u.lit.len &&
	    r->u.lit.len == what->u.lit.len &&
	    !memcmp(r->u.lit.text, what->u.lit.text, r->u.lit.len);
}

/* At least one, or NULL: a place that was found. */
static bool positive(const struct tsql_expr *e)
{
	long long n;

	if (em_int_literal(e, &n))
		return n > 0;
	if (is_call(e, TSQL_F_CHARINDEX))
		return ends_with(e->u.call.args.v[1], e->u.call.args.v[0]);
	if (is_call(e, TSQL_F_NULLIF))
		return em_nonneg(e->u.call.args.v[0]) &&
		    em_int_literal(e->u.call.args.v[1], &n) && n == 0;
	if (e->h.kind == TSQL_E_ARITH && e->op == TSQL_OP_ADD)
		return (positive(e->u.binary.l) && em_nonneg(e->u.binary.r)) ||
		    (em_nonneg(e->u.binary.l) && positive(e->u.binary.r));
	return is_call(e, TSQL_F_DAY) || is_call(e, TSQL_F_MONTH) ||
	    is_call(e, TSQL_F_ROW_NUMBER);
}

static bool nonneg_arith(const struct tsql_expr *e)
{
	const struct tsql_expr *l = e->u.binary.l, *r = e->u.binary.r;
	long long n;

	switch (e->op) {
	case TSQL_OP_ADD:
	case TSQL_OP_MUL:
	case TSQL_OP_DIV: return em_nonneg(l) && em_nonneg(r);
	case TSQL_OP_MOD: return em_nonneg(l);
	case TSQL_OP_SUB:
		return em_int_literal(r, &n) &&
		    (n <= 0 ? em_nonneg(l) : n == 1 && positive(l));
	default: return false;
	}
}

bool em_nonneg(const struct tsql_expr *e)
{
	long long n;

	if (!e)
		return false;
	if (em_int_literal(e, &n))
		return n >= 0;
	if (e->h.kind == TSQL_E_NULL ||
	    (e->type && e->type->base == TSQL_TY_TINYINT))
		return true;
	if (e->h.kind == TSQL_E_ARITH)
		return e->type && tsql_is_number(e->type) && nonneg_arith(e);
	if (e->h.kind == TSQL_E_CASE) {
		for (uint32_t i = 0; i < e->u.kase.nwhen; i++)
			if (!em_nonneg(e->u.kase.when[i]->then))
				return false;
		return !e->u.kase.otherwise || em_nonneg(e->u.kase.otherwise);
	}
	if (e->h.kind != TSQL_E_CALL)
		return false;
	switch (e->u.call.fn) {
	case TSQL_F_LEN:
	case TSQL_F_DATALENGTH:
	case TSQL_F_CHARINDEX:
	case TSQL_F_PATINDEX:
	case TSQL_F_ABS:
	case TSQL_F_SQUARE:
	case TSQL_F_COUNT:
	case TSQL_F_COUNT_BIG:
	case TSQL_F_ROW_NUMBER:
	case TSQL_F_RANK:
	case TSQL_F_DENSE_RANK:
	case TSQL_F_YEAR:
	case TSQL_F_MONTH:
	case TSQL_F_DAY: return true;
	case TSQL_F_ISNULL:
	case TSQL_F_COALESCE: return nonneg_args(e, 0);
	case TSQL_F_NULLIF: return em_nonneg(e->u.call.args.v[0]);
	case TSQL_F_IIF:
	case TSQL_F_CHOOSE: return nonneg_args(e, 1);
	default: return false;
	}
}

struct ex em_tinyint(struct emit *E, struct ex x, const void *node)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_TINYINT);

	if (!em_has_op(E, "tinyint"))
		return ex_cast_to(E, x, &t);
	return ex_op1(E, "tinyint", node, x);
}

struct ex em_finite(struct emit *E, struct ex x, const void *node)
{
	return em_has_op(E, "finite") ? ex_op1(E, "finite", node, x) : x;
}

struct ex em_text_fits(struct emit *E, struct ex x,
    const struct tsql_type *from, const struct tsql_type *to, const void *node)
{
	int width = em_text_width(from);

	if (to->length <= 0 || (width >= 0 && width <= to->length) ||
	    tsql_is_float(from) || !em_has_op(E, "text_fits"))
		return x;
	return ex_op2(E, "text_fits", node, x, ex_int(E, to->length));
}

/* ---- digits of a second that the target's types don't have ---- */

struct digits {
	struct emit *E;
	const struct tsql_column *lost;
	int depth;
};

static bool find_lost(void *ctx, const struct tsql_node *n)
{
	const struct tsql_expr *e = (const struct tsql_expr *)n;
	struct digits *d = ctx;
	const struct tsql_colref *c;
	const char *why;

	/* Another type along the way has cut them off. */
	if (d->lost || n->kind > TSQL_E_OPAQUE || !e->type ||
	    dialect_type_is_exact(d->E->d, e->type, &why))
		return false;
	c = tsql_colref(e);
	if (!c || !c->column)
		return true;
	if (!c->column->expr || !c->source->query)
		d->lost = c->column;
	else if (d->depth++ < 100)
		tsql_walk(&c->column->expr->h, find_lost, NULL, d);
	return false;
}

static void say_lost(
    struct emit *E, const struct tsql_column *c, const void *node)
{
	em_differs(E, FINDING_APPROXIMATE, node,
	    "%.*s may have a seventh digit behind the second, which the "
	    "target's type cuts off",
	    (int)c->len, c->name);
}

void em_loses_digits(struct emit *E, const struct tsql_expr *e)
{
	struct digits d = {E, NULL, 0};

	if (!tsql_is_temporal(e->type))
		return;
	tsql_walk(&e->h, find_lost, NULL, &d);
	if (d.lost)
		say_lost(E, d.lost, e);
}

void em_output_digits(struct emit *E, const struct tsql_column *c)
{
	const char *why;

	if (dialect_can(E->d, "native"))
		return;
	if (c->expr)
		em_loses_digits(E, c->expr);
	else if (c->item && !dialect_type_is_exact(E->d, c->type, &why))
		say_lost(E, c, c->item);
}

/* ---- code pages and sizes ---- */

void em_bytes_of_text(
    struct emit *E, const struct tsql_type *t, const void *node)
{
	int page = em_collation(E, t)->code_page;

	if (!tsql_is_unicode(t) && page != 1252)
		em_differs(E, FINDING_APPROXIMATE, node,
		    "bytes of text in code page %d, which the target takes "
		    "for code page 1252",
		    page);
}

void em_count_of_bytes(
    struct emit *E, const struct tsql_type *t, const void *node)
{
	int page = em_collation(E, t)->code_page;

	if (!tsql_is_unicode(t) &&
	    (page == 932 || page == 936 || page == 949 || page == 950 ||
		page == 65001))
		em_differs(E, FINDING_APPROXIMATE, node,
		    "SQL Server counts the bytes of code page %d, the target "
		    "characters",
		    page);
}

struct ex em_cut_long(
    struct emit *E, struct ex x, const struct tsql_type *t, long long longest)
{
	int most = tsql_is_unicode(t) ? 4000 : 8000;

	if (t->length == TSQL_MAX || longest <= most)
		return x;
	return ex_op2(E, "left", NULL, x, ex_int(E, most));
}
