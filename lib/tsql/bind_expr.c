/* Expressions: types, facts. Calls are in bind_call.c, names in bind_name.c. */
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/bind_int.h"
#include "tsql/parse.h"

/* What an expression takes over from the ones inside of it. */
#define FACTS(x) ((x) ? (x)->facts : 0)

static const struct tsql_type *boolean_type(void)
{
	static const struct tsql_type t = {
	    .base = TSQL_TY_BOOLEAN, .nullable = true};

	return &t;
}

static const struct tsql_type *type_of(const struct tsql_expr *e)
{
	return e && e->type ? e->type : b_unknown();
}

void b_exprs(struct binder *b, const struct tsql_exprs *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		b_expr(b, list->v[i]);
}

void b_orders(struct binder *b, const struct tsql_orders *orders)
{
	uint32_t i;

	for (i = 0; i < orders->n; i++)
		b_expr(b, orders->v[i]->expr);
}

static uint8_t facts_of(const struct tsql_exprs *list)
{
	uint8_t facts = 0;
	uint32_t i;

	for (i = 0; i < list->n; i++)
		facts |= FACTS(list->v[i]);
	return facts;
}

void b_over(struct binder *b, struct tsql_over *o)
{
	const struct tsql_row *aliases = b->order_out;

	if (!o)
		return;
	b->order_out = NULL;
	b_exprs(b, &o->partition);
	b_orders(b, &o->order);
	b_expr(b, o->from_expr);
	b_expr(b, o->to_expr);
	b->order_out = aliases;
}

void b_dtype(struct binder *b, struct tsql_dtype *d, int no_length)
{
	struct tsql_type t;

	if (!d)
		return;
	t = tsql_catalog_type(b->cat, d, no_length);
	d->type = b_keep(b, &t);
	if (t.base == TSQL_TY_UNKNOWN || t.user)
		b_find_object(b, d->name,
		    t.base == TSQL_TY_UNKNOWN && d->name && d->name->n == 2);
}

/* ---- subqueries ---- */

/* What the subquery's references say of the expression it stands in. */
static uint8_t subquery_facts(struct binder *b, const struct tsql_scope *s)
{
	uint8_t facts = TSQL_HAS_SUBQUERY;
	uint32_t i;

	for (i = 0; i < s->nouter_ref; i++) {
		const struct tsql_colref *r = tsql_colref(s->outer_ref[i]);

		if (!r || !r->source)
			continue;
		facts |= r->source->scope == b->scope ? TSQL_HAS_COLUMN
						      : TSQL_HAS_OUTER;
	}
	return facts;
}

static struct tsql_scope *subquery(
    struct binder *b, struct tsql_expr *e, struct tsql_query *q)
{
	const struct tsql_row *aliases = b->order_out;
	uint16_t nearest = b->nearest;
	struct tsql_scope *s;

	if (!q)
		return NULL;
	b->order_out = NULL;
	s = b_query(b, q, b->scope, b->scope);
	b->order_out = aliases;
	b->nearest = nearest;
	e->facts |= subquery_facts(b, s);
	return s;
}

static void scalar_subquery(struct binder *b, struct tsql_expr *e)
{
	const struct tsql_row *r;
	struct tsql_type t;

	if (!subquery(b, e, e->u.sub.query))
		return;
	r = tsql_query_row(e->u.sub.query);
	t = r->n ? *r->v[0].type : *b_unknown();
	t.nullable = true;
	t.literal = false;
	e->type = b_keep(b, &t);
}

/* ---- the kinds ---- */

static void literal(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t = tsql_type_of_literal(
	    e->h.kind, e->h.flags, e->u.lit.text, e->u.lit.len);

	if (e->h.kind == TSQL_E_BINARY && !e->u.lit.text)
		t = tsql_type_sized(
		    TSQL_TY_VARBINARY, (int32_t)(e->h.len / 2) - 1);
	e->type = b_keep(b, &t);
}

static void case_expr(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t = {.base = TSQL_TY_NULL, .nullable = false};
	uint32_t i;

	b_expr(b, e->u.kase.operand);
	e->facts |= FACTS(e->u.kase.operand);
	for (i = 0; i < e->u.kase.nwhen; i++) {
		struct tsql_when *w = e->u.kase.when[i];

		b_expr(b, w->when);
		b_expr(b, w->then);
		e->facts |= FACTS(w->when) | FACTS(w->then);
		if (i)
			t = tsql_type_common(&t, type_of(w->then));
		else
			t = *type_of(w->then);
	}
	b_expr(b, e->u.kase.otherwise);
	e->facts |= FACTS(e->u.kase.otherwise);
	if (e->u.kase.otherwise)
		t = e->u.kase.nwhen
		    ? tsql_type_common(&t, type_of(e->u.kase.otherwise))
		    : *type_of(e->u.kase.otherwise);
	else
		t.nullable = true;
	if (t.base == TSQL_TY_NULL) {
		t = tsql_type_make(TSQL_TY_INT);
	}
	t.literal = false;
	e->type = b_keep(b, &t);
}

static void cast(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t;

	b_expr(b, e->u.cast.e);
	b_expr(b, e->u.cast.style);
	b_dtype(b, e->u.cast.to, 30);
	t = e->u.cast.to && e->u.cast.to->type ? *e->u.cast.to->type
					       : *b_unknown();
	t.nullable =
	    type_of(e->u.cast.e)->nullable || (e->h.flags & TSQL_TRY) != 0;
	t.literal = false;
	if (tsql_is_string(&t) && tsql_is_string(type_of(e->u.cast.e))) {
		t.collation = e->u.cast.e->type->collation;
		t.label = e->u.cast.e->type->label;
		if (t.label == TSQL_COLL_EXPLICIT)
			t.label = TSQL_COLL_IMPLICIT;
	}
	e->facts |= FACTS(e->u.cast.e) | FACTS(e->u.cast.style);
	e->type = b_keep(b, &t);
}

static void in_expr(struct binder *b, struct tsql_expr *e)
{
	b_expr(b, e->u.in.e);
	b_exprs(b, &e->u.in.list);
	e->facts |= FACTS(e->u.in.e) | facts_of(&e->u.in.list);
	subquery(b, e, e->u.in.query);
	e->type = boolean_type();
}

static void pseudo(struct binder *b, struct tsql_expr *e)
{
	const struct tsql_name *n =
	    e->nparts ? &e->u.name.part[e->nparts - 1] : NULL;
	struct tsql_type t = *b_unknown();
	uint32_t i, k;

	if (n && tsql_name_is(n, "$action"))
		t = tsql_type_sized(TSQL_TY_NVARCHAR, 10);
	else if (n && n->len > 6 && n->text[n->len - 1] == 'd' &&
	    n->text[n->len - 2] == 'i')
		t = tsql_type_sized(TSQL_TY_NVARCHAR, 1000); /* $node_id … */
	if (n && (tsql_name_is(n, "$identity") || tsql_name_is(n, "$rowguid")))
		for (i = 0; b->scope && i < b->scope->nsource; i++) {
			struct tsql_source *s = b->scope->source[i];

			for (k = 0; k < s->row->n; k++) {
				const struct tsql_column *c = &s->row->v[k];

				if (n->text[1] == 'i' || n->text[1] == 'I'
					? !c->identity
					: !c->rowguid)
					continue;
				b_set_column(b, e, s, c, 0);
				return;
			}
		}
	e->type = b_keep(b, &t);
}

static void odbc(struct binder *b, struct tsql_expr *e)
{
	const struct tsql_name *n = &e->u.odbc.name;
	struct tsql_type t = *b_unknown();

	b_expr(b, e->u.odbc.e);
	e->facts |= FACTS(e->u.odbc.e);
	if (n->text &&
	    (tsql_name_is(n, "d") || tsql_name_is(n, "t") ||
		tsql_name_is(n, "ts")))
		t = tsql_type_make(TSQL_TY_DATETIME);
	else if (n->text && tsql_name_is(n, "guid"))
		t = tsql_type_make(TSQL_TY_UNIQUEIDENTIFIER);
	else
		t = *type_of(e->u.odbc.e);
	e->type = b_keep(b, &t);
}

static void next_value(struct binder *b, struct tsql_expr *e)
{
	struct tsql_object *o = b_find_object(b, e->u.next.sequence, true);
	struct tsql_type t = tsql_type_make(TSQL_TY_BIGINT);

	b_over(b, e->u.next.over);
	if (o && tsql_object_type(b->cat, o))
		t = *o->type;
	t.nullable = false;
	e->facts |= TSQL_HAS_VOLATILE;
	e->type = b_keep(b, &t);
}

/* Whatever has no operand on its left end. */
static void b_leaf(struct binder *b, struct tsql_expr *e)
{
	switch (e->h.kind) {
	case TSQL_E_NULL:
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_FLOAT:
	case TSQL_E_MONEY:
	case TSQL_E_STRING:
	case TSQL_E_BINARY: literal(b, e); break;
	case TSQL_E_COLUMN: b_column(b, e); break;
	case TSQL_E_VARIABLE: b_variable(b, e); break;
	case TSQL_E_PSEUDO: pseudo(b, e); break;
	case TSQL_E_UNARY:
	case TSQL_E_NOT:
	case TSQL_E_IS_NULL:
		b_expr(b, e->u.unary.e);
		e->facts |= FACTS(e->u.unary.e);
		if (e->h.kind == TSQL_E_UNARY) {
			struct tsql_type t =
			    tsql_type_arith(e->op, type_of(e->u.unary.e), NULL);

			e->type = b_keep(b, &t);
		} else {
			e->type = boolean_type();
		}
		break;
	case TSQL_E_BETWEEN:
		b_expr(b, e->u.between.e);
		b_expr(b, e->u.between.lo);
		b_expr(b, e->u.between.hi);
		e->facts |= FACTS(e->u.between.e) | FACTS(e->u.between.lo) |
		    FACTS(e->u.between.hi);
		e->type = boolean_type();
		break;
	case TSQL_E_IN: in_expr(b, e); break;
	case TSQL_E_LIKE:
		b_expr(b, e->u.like.e);
		b_expr(b, e->u.like.pattern);
		b_expr(b, e->u.like.escape);
		e->facts |= FACTS(e->u.like.e) | FACTS(e->u.like.pattern) |
		    FACTS(e->u.like.escape);
		e->type = boolean_type();
		break;
	case TSQL_E_EXISTS:
		subquery(b, e, e->u.sub.query);
		e->type = boolean_type();
		break;
	case TSQL_E_QUANTIFIED:
		b_expr(b, e->u.quantified.e);
		e->facts |= FACTS(e->u.quantified.e);
		subquery(b, e, e->u.quantified.query);
		e->type = boolean_type();
		break;
	case TSQL_E_CASE: case_expr(b, e); break;
	case TSQL_E_CAST:
	case TSQL_E_CONVERT:
	case TSQL_E_PARSE: cast(b, e); break;
	case TSQL_E_CALL: b_call(b, e); break;
	case TSQL_E_SUBQUERY: scalar_subquery(b, e); break;
	case TSQL_E_STATIC: b_static(b, e); break;
	case TSQL_E_NEXT_VALUE: next_value(b, e); break;
	case TSQL_E_ODBC: odbc(b, e); break;
	case TSQL_E_LIST:
		b_exprs(b, &e->u.list.list);
		e->facts |= facts_of(&e->u.list.list);
		break;
	case TSQL_E_MATCH:
	case TSQL_E_CURRENT_OF: e->type = boolean_type(); break;
	default: break;
	}
	if (!e->type)
		e->type = b_unknown();
}

/* ---- chains that lean left ---- */

static struct tsql_expr *left_of(const struct tsql_expr *e)
{
	switch (e->h.kind) {
	case TSQL_E_ARITH:
	case TSQL_E_COMPARE:
	case TSQL_E_AND:
	case TSQL_E_OR:
	case TSQL_E_AT_TIME_ZONE: return e->u.binary.l;
	case TSQL_E_COLLATE: return e->u.collate.e;
	case TSQL_E_METHOD: return e->u.method.e;
	default: return NULL;
	}
}

static void collate(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t = *type_of(e->u.collate.e);
	const struct tsql_name *n = &e->u.collate.name;

	e->facts |= FACTS(e->u.collate.e);
	if (!tsql_is_string(&t) && t.base != TSQL_TY_UNKNOWN)
		t = tsql_type_sized(TSQL_TY_VARCHAR, 8000);
	t.collation = n->text ? tsql_collation_get(n->text, n->len) : NULL;
	if (!t.collation)
		t.collation = b->cat->collation;
	if (tsql_is_string(&t))
		t.label = TSQL_COLL_EXPLICIT;
	t.literal = false;
	e->type = b_keep(b, &t);
}

static void at_time_zone(struct binder *b, struct tsql_expr *e)
{
	const struct tsql_type *l = type_of(e->u.binary.l);
	struct tsql_type t = tsql_type_make(TSQL_TY_DATETIMEOFFSET);

	if (l->base == TSQL_TY_DATETIME2 || l->base == TSQL_TY_DATETIMEOFFSET ||
	    l->base == TSQL_TY_TIME || l->base == TSQL_TY_DATETIME)
		t.scale = l->scale;
	else if (l->base == TSQL_TY_SMALLDATETIME || l->base == TSQL_TY_DATE)
		t.scale = 0;
	t.nullable = l->nullable || type_of(e->u.binary.r)->nullable;
	e->type = b_keep(b, &t);
}

/* ANSI_NULLS OFF counts where a side is NULL itself or a variable; two
 * columns compare as ever. */
static void null_equals(struct binder *b, const struct tsql_expr *e)
{
	const struct tsql_expr *l = e->u.binary.l, *r = e->u.binary.r;

	if ((e->op != TSQL_OP_EQ && e->op != TSQL_OP_NE) || !l || !r)
		return;
	if (l->h.kind == TSQL_E_NULL || l->h.kind == TSQL_E_VARIABLE ||
	    r->h.kind == TSQL_E_NULL || r->h.kind == TSQL_E_VARIABLE)
		b_finding(b, FINDING_ANSI_NULLS, e->h.off, b->src + e->h.off,
		    e->h.len);
}

/* The operand on the left is bound: the rest, and the node's own type. */
static void b_finish(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t;

	if (e->h.kind == TSQL_E_COLLATE) {
		collate(b, e);
		return;
	}
	if (e->h.kind == TSQL_E_METHOD) {
		b_method(b, e);
		return;
	}
	b_expr(b, e->u.binary.r);
	e->facts = FACTS(e->u.binary.l) | FACTS(e->u.binary.r);
	if (b->nulls_equal && e->h.kind == TSQL_E_COMPARE)
		null_equals(b, e);
	switch (e->h.kind) {
	case TSQL_E_ARITH:
		t = tsql_type_arith(
		    e->op, type_of(e->u.binary.l), type_of(e->u.binary.r));
		e->type = b_keep(b, &t);
		break;
	case TSQL_E_AT_TIME_ZONE: at_time_zone(b, e); break;
	default: e->type = boolean_type(); break;
	}
}

void b_expr(struct binder *b, struct tsql_expr *e)
{
	size_t base = b->nchain;
	struct tsql_expr *l;

	if (!e)
		return;
	for (; (l = left_of(e)) != NULL; e = l) {
		GROW(b->chain, b->nchain, b->chain_cap);
		b->chain[b->nchain++] = e;
		e->facts = 0;
	}
	e->facts = 0;
	if (left_of(e) == NULL &&
	    (e->h.kind == TSQL_E_ARITH || e->h.kind == TSQL_E_METHOD ||
		e->h.kind == TSQL_E_COLLATE))
		e->type = b_unknown(); /* half a node, after an error */
	else
		b_leaf(b, e);
	while (b->nchain > base)
		b_finish(b, b->chain[--b->nchain]);
}
