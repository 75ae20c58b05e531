#include "tsql/emit_int.h"

/* Predicates: comparisons, BETWEEN, IN, NULL, AND, OR, NOT. */

static const char *op_text(int op)
{
	switch (op) {
	case TSQL_OP_EQ: return "=";
	case TSQL_OP_NE: return "<>";
	case TSQL_OP_LT: return "<";
	case TSQL_OP_LE:
	case TSQL_OP_NGT: return "<=";
	case TSQL_OP_GT: return ">";
	case TSQL_OP_GE:
	case TSQL_OP_NLT: return ">=";
	case TSQL_OP_DISTINCT: return "is distinct from";
	case TSQL_OP_NOT_DISTINCT: return "is not distinct from";
	default: return NULL;
	}
}

static bool is_order(int op)
{
	return op >= TSQL_OP_LT && op <= TSQL_OP_NGT;
}

/* One side as it is compared in the type ct. */
static struct ex comparable(struct emit *E, struct tsql_expr *e,
    const struct tsql_type *ct, int op, const void *node)
{
	struct ex x = em_value_as(E, e, ct);

	if (tsql_is_string(ct)) {
		struct tsql_type t = *ct;

		return is_order(op) ? em_order_key(E, x, &t, e, node)
				    : em_key(E, x, &t, e);
	}
	if (ct->base == TSQL_TY_DATETIMEOFFSET)
		return ex_op1(E, "dto_instant", node, x);
	/* The target would compare in more digits than a real has. */
	if (ct->base == TSQL_TY_REAL && !tsql_is_integer(e->type) &&
	    e->type->base != TSQL_TY_REAL)
		return ex_cast_to(E, x, ct);
	if (ct->base == TSQL_TY_UNIQUEIDENTIFIER && is_order(op))
		return ex_op1(E, "guid_order", node, x);
	return x;
}

/* A bit against 0 or 1 is the bit itself, or not. */
static bool bit_test(struct emit *E, int op, struct tsql_expr *l,
    struct tsql_expr *r, struct ex *out)
{
	long long n;
	struct ex x;
	bool yes;

	if (op != TSQL_OP_EQ && op != TSQL_OP_NE)
		return false;
	if (l->type->base != TSQL_TY_BIT) {
		struct tsql_expr *t = l;

		l = r;
		r = t;
	}
	if (l->type->base != TSQL_TY_BIT || em_is_literal(l))
		return false;
	if (r->h.kind == TSQL_E_STRING) {
		if (r->u.lit.len == 4 && !strncasecmp(r->u.lit.text, "true", 4))
			n = 1;
		else if (r->u.lit.len == 5 &&
		    !strncasecmp(r->u.lit.text, "false", 5))
			n = 0;
		else if (r->u.lit.len == 1 &&
		    (*r->u.lit.text == '0' || *r->u.lit.text == '1'))
			n = *r->u.lit.text - '0';
		else
			return false;
	} else if (!em_int_literal(r, &n) || n < 0 || n > 1) {
		return false;
	}
	yes = (n == 1) == (op == TSQL_OP_EQ);
	x = em_value(E, l);
	if (yes)
		*out = x;
	else
		*out = ex_make(doc_join(E->a, doc_text(E->a, "not "),
				   ex_at(E, x, P_CMP), DOC_END),
		    P_NOT);
	return true;
}

struct ex em_compare(struct emit *E, int op, struct tsql_expr *l,
    struct tsql_expr *r, const void *node)
{
	const char *text = op_text(op);
	struct tsql_type ct;
	struct ex a, b, x;

	if (!text)
		return ex_manual(E, FINDING_UNTRANSLATED, node,
		    "the outer join operators of old");
	if (bit_test(E, op, l, r, &x))
		return x;
	if (l->type->base == TSQL_TY_NULL || r->type->base == TSQL_TY_NULL) {
		struct tsql_expr *e = l->type->base == TSQL_TY_NULL ? r : l;

		if (E->opt->ansi_nulls_off && !E->elsewhere)
			op = op == TSQL_OP_EQ  ? TSQL_OP_NOT_DISTINCT
			    : op == TSQL_OP_NE ? TSQL_OP_DISTINCT
					       : op;
		if (op == TSQL_OP_DISTINCT || op == TSQL_OP_NOT_DISTINCT)
			return ex_make(
			    doc_join(E->a, ex_at(E, em_value(E, e), P_OTHER),
				doc_text(E->a,
				    op == TSQL_OP_DISTINCT ? " is not null"
							   : " is null"),
				DOC_END),
			    P_CMP);
		return ex_cast(
		    E, ex_null(E), dialect_word(E->d, "boolean", "boolean"));
	}
	ct = tsql_type_compare(l->type, r->type);
	if (ct.base == TSQL_TY_UNKNOWN)
		em_differs(E, FINDING_APPROXIMATE, node,
		    "a comparison whose types aren't known");
	if (tsql_is_string(&ct)) {
		if (ct.label == TSQL_COLL_CONFLICT ||
		    ct.label == TSQL_COLL_NO_COLLATION)
			em_differs(E, FINDING_COLLATION, node,
			    "two collations meet in a comparison");
		em_use(E,
		    is_order(op) ? EMIT_USE_STRING_ORDER
				 : EMIT_USE_STRING_EQUAL,
		    node);
	}
	if (tsql_is_string(&ct) && !is_order(op) &&
	    (em_caseless(l) || em_caseless(r))) {
		a = em_trim_key(E, em_value_as(E, l, &ct), &ct, l);
		b = em_trim_key(E, em_value_as(E, r, &ct), &ct, r);
	} else {
		a = comparable(E, l, &ct, op, node);
		b = comparable(E, r, &ct, op, node);
	}
	/* A constant on the left of an operator with a column reads badly but
	 * is what the author wrote. */
	return ex_infix(E, a, text, b, P_CMP);
}

static struct ex between(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.between.e, *lo = e->u.between.lo,
			 *hi = e->u.between.hi;
	struct tsql_type tl = tsql_type_compare(v->type, lo->type),
			 th = tsql_type_compare(v->type, hi->type);
	bool not = e->h.flags & TSQL_NOT;
	struct ex a, b, c;

	if (lo->type->base == TSQL_TY_NULL || hi->type->base == TSQL_TY_NULL ||
	    tl.base != th.base || v->type->base == TSQL_TY_BIT) {
		struct docs l = {NULL, 0, 0};

		a = em_compare(E, not ? TSQL_OP_LT : TSQL_OP_GE, v, lo, e);
		b = em_compare(E, not ? TSQL_OP_GT : TSQL_OP_LE, v, hi, e);
		docs_add(E->a, &l, ex_at(E, a, P_NOT));
		docs_add(E->a, &l, ex_at(E, b, P_NOT));
		return ex_make(doc_chain1(E->a, &l, not ? "or" : "and"),
		    not ? P_OR : P_AND);
	}
	a = comparable(E, v, &tl, TSQL_OP_GE, e);
	b = comparable(E, lo, &tl, TSQL_OP_GE, e);
	c = comparable(E, hi, &th, TSQL_OP_GE, e);
	if (tsql_is_string(&tl))
		em_use(E, EMIT_USE_STRING_ORDER, e);
	/* The bounds of BETWEEN are operands without COLLATE. */
	if (b.prec == P_COLLATE)
		b = ex_paren(E, b);
	if (c.prec == P_COLLATE)
		c = ex_paren(E, c);
	return ex_make(
	    doc_group(E->a,
		doc_join(E->a, ex_at(E, a, P_OTHER),
		    doc_text(E->a, not ? " not between " : " between "),
		    ex_at(E, b, P_OTHER), doc_line(E->a),
		    doc_text(E->a, "and "), ex_at(E, c, P_OTHER), DOC_END)),
	    P_CMP);
}

static struct tsql_type list_type(struct tsql_expr *e)
{
	struct tsql_type t = *e->u.in.e->type;

	for (uint32_t i = 0; i < e->u.in.list.n; i++) {
		const struct tsql_type *x = e->u.in.list.v[i]->type;

		if (x->base != TSQL_TY_NULL)
			t = tsql_type_compare(&t, x);
	}
	return t;
}

static struct ex in(struct emit *E, struct tsql_expr *e)
{
	bool not = e->h.flags & TSQL_NOT;
	struct docs l = {NULL, 0, 0};
	struct tsql_type t;
	struct doc *list;
	struct ex x;

	if (e->u.in.query) {
		const struct tsql_row *row = tsql_query_row(e->u.in.query);

		t = row && row->n
		    ? tsql_type_compare(e->u.in.e->type, row->v[0].type)
		    : *e->u.in.e->type;
		if (tsql_is_string(&t))
			em_use(E, EMIT_USE_STRING_EQUAL, e);
		x = comparable(E, e->u.in.e, &t, TSQL_OP_EQ, e);
		list = em_key_query(E, e->u.in.query, &t);
	} else {
		t = list_type(e);
		if (tsql_is_string(&t))
			em_use(E, EMIT_USE_STRING_EQUAL, e);
		x = comparable(E, e->u.in.e, &t, TSQL_OP_EQ, e);
		for (uint32_t i = 0; i < e->u.in.list.n; i++) {
			struct tsql_expr *v = e->u.in.list.v[i];

			if (E->opt->ansi_nulls_off && !E->elsewhere &&
			    v->type->base == TSQL_TY_NULL)
				em_differs(E, FINDING_SESSION, v,
				    "NULL in a list with ANSI_NULLS OFF");
			docs_add(
			    E->a, &l, comparable(E, v, &t, TSQL_OP_EQ, e).d);
		}
		list = doc_commas(E->a, &l);
	}
	return ex_make(doc_join(E->a, ex_at(E, x, P_OTHER),
			   doc_text(E->a, not ? " not in " : " in "),
			   doc_paren(E->a, list), DOC_END),
	    P_CMP);
}

static struct ex quantified(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_row *row = tsql_query_row(e->u.quantified.query);
	struct tsql_type t = *e->u.quantified.e->type;
	const char *op = op_text(e->op);
	struct ex x;

	if (row && row->n)
		t = tsql_type_compare(&t, row->v[0].type);
	if (!op || (tsql_is_string(&t) && is_order(e->op)))
		em_differs(
		    E, FINDING_STRING_ORDER, e, "ALL or ANY over strings");
	x = comparable(E, e->u.quantified.e, &t, TSQL_OP_EQ, e);
	return ex_make(
	    doc_join(E->a, ex_at(E, x, P_OTHER),
		doc_textf(E->a, " %s %s", op ? op : "=",
		    e->quant == TSQL_QUANT_ALL ? "all" : "any"),
		doc_subquery(E->a, em_key_query(E, e->u.quantified.query, &t)),
		DOC_END),
	    P_CMP);
}

static struct ex is_null(struct emit *E, struct tsql_expr *e)
{
	struct ex x = em_value(E, e->u.unary.e);

	return ex_make(
	    doc_join(E->a, ex_at(E, x, P_OTHER),
		doc_text(
		    E->a, e->h.flags & TSQL_NOT ? " is not null" : " is null"),
		DOC_END),
	    P_CMP);
}

/* a and b and c: the chain leans left and may be long. */
static struct ex chain(struct emit *E, struct tsql_expr *e)
{
	uint16_t kind = e->h.kind;
	enum prec prec = kind == TSQL_E_AND ? P_AND : P_OR;
	struct tsql_exprs s = {NULL, 0};
	struct docs l = {NULL, 0, 0};
	size_t cap = 0, n = 0;
	struct tsql_expr **v = NULL, *x;

	for (x = e; x->h.kind == kind; x = x->u.binary.l) {
		GROW(v, n, cap);
		v[n++] = x->u.binary.r;
	}
	docs_add(E->a, &l, ex_at(E, em_predicate(E, x), prec + 1));
	while (n)
		docs_add(E->a, &l, ex_at(E, em_predicate(E, v[--n]), prec + 1));
	(void)s;
	free(v);
	return ex_make(
	    doc_chain1(E->a, &l, kind == TSQL_E_AND ? "and" : "or"), prec);
}

static struct ex predicate(struct emit *E, struct tsql_expr *e)
{
	struct ex x;

	switch (e->h.kind) {
	case TSQL_E_AND:
	case TSQL_E_OR: return chain(E, e);
	case TSQL_E_NOT:
		x = em_predicate(E, e->u.unary.e);
		return ex_make(doc_join(E->a, doc_text(E->a, "not "),
				   ex_at(E, x, P_CMP + 1), DOC_END),
		    P_NOT);
	case TSQL_E_COMPARE:
		return em_compare(E, e->op, e->u.binary.l, e->u.binary.r, e);
	case TSQL_E_BETWEEN: return between(E, e);
	case TSQL_E_IN: return in(E, e);
	case TSQL_E_LIKE: return em_like(E, e);
	case TSQL_E_IS_NULL: return is_null(E, e);
	case TSQL_E_EXISTS:
		return ex_make(
		    doc_join(E->a, doc_text(E->a, "exists "),
			doc_subquery(E->a, em_exists_query(E, e->u.sub.query)),
			DOC_END),
		    P_PRIMARY);
	case TSQL_E_QUANTIFIED: return quantified(E, e);
	default: return em_plain_value(E, e);
	}
}

struct ex em_predicate(struct emit *E, struct tsql_expr *e)
{
	struct ex x;

	if (E->depth > EMIT_MAX_DEPTH)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "an expression nested this deep");
	E->depth++;
	x = predicate(E, e);
	E->depth--;
	x.pred = true;
	return x;
}
