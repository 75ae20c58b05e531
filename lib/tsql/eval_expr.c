#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "tsql/eval_int.h"
#include "tsql/parse.h"

#define DEPTH_MAX 200

bool ev_step(struct eval *ev)
{
	if (!ev->steps || ev->failed) {
		ev->failed = true;
		return false;
	}
	ev->steps--;
	return true;
}

struct eval_value ev_expr_as(
    struct eval *ev, struct tsql_expr *e, const struct tsql_type *to)
{
	return ev_convert(ev, ev_expr(ev, e), e->type, to);
}

/* ---- names and literals ---- */

static struct eval_value column(struct eval *ev, const struct tsql_expr *e)
{
	const struct tsql_colref *c = tsql_colref(e);
	struct eval_frame *f = ev->frame;
	struct eval_value v;

	if (!c || !c->column)
		return ev_fail(ev);
	while (f && f->scope != c->source->scope)
		f = f->outer;
	if (!f || !f->at || !f->at->row[c->source->index])
		return ev_fail(ev);
	if (ev_is_absent(f->group, e))
		return ev_null();
	v = f->at->row[c->source->index][c->column->ordinal];
	/* Of a group any member's value could be shown. */
	for (size_t i = 0; f->group && i < f->group->n; i++)
		if (!eval_same(&v,
			f->group->v[i].row[c->source->index] +
			    c->column->ordinal))
			return ev_vague();
	return v;
}

static struct eval_value number_literal(
    struct eval *ev, const struct tsql_expr *e)
{
	eval_int n = 0;
	int scale = -1;

	if (e->u.lit.len > 30)
		return ev_fail(ev);
	for (uint32_t i = 0; i < e->u.lit.len; i++) {
		char c = e->u.lit.text[i];

		if (c == '.' && scale < 0) {
			scale = 0;
		} else if (c >= '0' && c <= '9') {
			n = n * 10 + (c - '0');
			scale += scale >= 0;
		} else if (i || e->h.kind != TSQL_E_MONEY) {
			return ev_vague();
		}
	}
	if (scale < 0)
		scale = 0;
	if (e->h.kind == TSQL_E_MONEY) {
		bool lost = false;

		n = ev_rescale(n, scale, 4, true, &lost);
		scale = 4;
	}
	return ev_num(n, scale);
}

/* ---- operators ---- */

static bool is_zero(struct eval_value v)
{
	return v.n == 0;
}

/* l and r at one scale. */
static int align(struct eval_value *l, struct eval_value *r)
{
	int scale = l->scale > r->scale ? l->scale : r->scale;
	bool lost = false;

	l->n = ev_rescale(l->n, l->scale, scale, false, &lost);
	r->n = ev_rescale(r->n, r->scale, scale, false, &lost);
	l->scale = r->scale = (uint8_t)scale;
	return scale;
}

/* To the scale of the result; digits that go make it vague, for whether they
 * are cut or rounded is not the same everywhere. */
static struct eval_value settle(
    struct eval *ev, eval_int n, int scale, const struct tsql_type *t)
{
	int to = tsql_is_integer(t) ? scale : tsql_is_money(t) ? 4 : t->scale;
	bool lost = false;

	n = ev_rescale(n, scale, to, true, &lost);
	if (lost)
		return ev_vague();
	if (n > ev_pow10(30) || n < -ev_pow10(30))
		return ev_fail(ev);
	/* An overflow fails there. */
	return ev_convert(ev, ev_num(n, to), t, t);
}

static struct eval_value divide(struct eval *ev, struct eval_value l,
    struct eval_value r, const struct tsql_type *t)
{
	bool whole = tsql_is_integer(t) && !l.scale && !r.scale;
	int scale = tsql_is_money(t) ? 4 : tsql_is_integer(t) ? 6 : t->scale;
	eval_int n;

	if (is_zero(r))
		return ev_fail(ev);
	if (whole && (ev->naive != EMIT_USE_INT_DIVISION || ev->variant == 'r'))
		return ev_quotient(
		    l.n, r.n, ev->naive == EMIT_USE_INT_DIVISION);
	align(&l, &r);
	if (scale > 12 || l.n > ev_pow10(24) || l.n < -ev_pow10(24))
		return l.n % r.n ? ev_vague() : ev_num(l.n / r.n, 0);
	n = l.n * ev_pow10(scale);
	/* Digits that the type hasn't room for are cut, not rounded. */
	if (ev->naive == EMIT_USE_DECIMAL_DIVISION && n % r.n &&
	    (n % r.n < 0 ? -(n % r.n) : n % r.n) * 2 >= (r.n < 0 ? -r.n : r.n))
		n += (n < 0) == (r.n < 0) ? r.n : -r.n;
	return ev_num(n / r.n, scale);
}

static struct eval_value numbers(struct eval *ev, int op, struct eval_value l,
    struct eval_value r, const struct tsql_type *t)
{
	int scale;

	if (l.kind != EVAL_NUMBER || r.kind != EVAL_NUMBER)
		return ev_vague();
	switch (op) {
	case TSQL_OP_ADD:
		scale = align(&l, &r);
		return settle(ev, l.n + r.n, scale, t);
	case TSQL_OP_SUB:
		scale = align(&l, &r);
		return settle(ev, l.n - r.n, scale, t);
	case TSQL_OP_MUL:
		if (l.n > ev_pow10(17) || l.n < -ev_pow10(17) ||
		    r.n > ev_pow10(17) || r.n < -ev_pow10(17))
			return ev_fail(ev);
		return settle(ev, l.n * r.n, l.scale + r.scale, t);
	case TSQL_OP_DIV: return divide(ev, l, r, t);
	case TSQL_OP_MOD:
		if (is_zero(r))
			return ev_fail(ev);
		scale = align(&l, &r);
		/* The sign is the dividend's; naively the divisor's. */
		if (ev->naive == EMIT_USE_MODULO && l.n % r.n &&
		    (l.n < 0) != (r.n < 0))
			l.n += r.n * (1 - l.n / r.n);
		return settle(ev, l.n % r.n, scale, t);
	case TSQL_OP_BIT_AND: return ev_num(l.n & r.n, 0);
	case TSQL_OP_BIT_OR: return ev_num(l.n | r.n, 0);
	case TSQL_OP_BIT_XOR: return ev_num(l.n ^ r.n, 0);
	default: return ev_vague();
	}
}

static struct eval_value concat(struct eval *ev, struct eval_value l,
    struct eval_value r, const struct tsql_type *t)
{
	char *s = arena_alloc(ev->a, (size_t)l.len + r.len + 1);

	if (l.len)
		memcpy(s, l.s, l.len);
	if (r.len)
		memcpy(s + l.len, r.s, r.len);
	return ev_convert(ev, ev_str(s, (size_t)l.len + r.len), t, t);
}

static struct eval_value text_operand(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);

	return ev_convert(ev, ev_expr(ev, e), e->type, &text);
}

static struct eval_value arith(struct eval *ev, struct tsql_expr *e)
{
	struct tsql_expr *le = e->u.binary.l, *re = e->u.binary.r;
	struct eval_value l, r;

	if (tsql_is_string(e->type)) {
		l = text_operand(ev, le);
		r = text_operand(ev, re);
		if (l.vague || r.vague)
			return ev_vague();
		if (ev->naive == EMIT_USE_CONCAT_NULL) {
			if (l.kind == EVAL_NULL)
				l = ev_str("", 0);
			if (r.kind == EVAL_NULL)
				r = ev_str("", 0);
		}
		if (l.kind == EVAL_NULL || r.kind == EVAL_NULL)
			return ev_null();
		return concat(ev, l, r, e->type);
	}
	if (!tsql_is_exact(e->type))
		return ev_vague();
	/* A string operand becomes a number of the other's type. */
	l = tsql_is_string(le->type) ? ev_expr_as(ev, le, re->type)
				     : ev_expr(ev, le);
	r = tsql_is_string(re->type) ? ev_expr_as(ev, re, le->type)
				     : ev_expr(ev, re);
	if (l.vague || r.vague)
		return ev_vague();
	if (l.kind == EVAL_NULL || r.kind == EVAL_NULL)
		return ev_null();
	return numbers(ev, e->op, l, r, e->type);
}

static struct eval_value unary(struct eval *ev, struct tsql_expr *e)
{
	struct eval_value v = ev_expr(ev, e->u.unary.e);

	if (v.vague || v.kind != EVAL_NUMBER)
		return v.vague || v.kind != EVAL_NULL ? ev_vague() : v;
	if (e->op == TSQL_OP_SUB)
		v.n = -v.n;
	else if (e->op == TSQL_OP_BIT_NOT && v.scale == 0)
		v.n = -v.n - 1;
	else if (e->op != TSQL_OP_ADD)
		return ev_vague();
	return v;
}

/* ---- predicates ---- */

static enum tri tri(bool b)
{
	return b ? TRI_TRUE : TRI_FALSE;
}

static enum tri tri_not(enum tri t)
{
	return t == TRI_TRUE ? TRI_FALSE : t == TRI_FALSE ? TRI_TRUE : t;
}

static enum tri tri_and(enum tri l, enum tri r)
{
	if (l == TRI_FALSE || r == TRI_FALSE)
		return TRI_FALSE;
	if (l == TRI_VAGUE || r == TRI_VAGUE)
		return TRI_VAGUE;
	return l == TRI_UNKNOWN ? l : r;
}

static enum tri tri_or(enum tri l, enum tri r)
{
	return tri_not(tri_and(tri_not(l), tri_not(r)));
}

static enum tri compare_values(struct eval *ev, int op, struct eval_value l,
    const struct tsql_type *lt, struct eval_value r, const struct tsql_type *rt)
{
	struct tsql_type t = tsql_type_compare(lt, rt);
	bool naive = ev->naive == EMIT_USE_STRING_EQUAL, vague = false;
	bool naive_order = ev->naive == EMIT_USE_STRING_ORDER;
	int d;

	/* Numbers compare by value, whatever their scales. */
	if (l.kind != EVAL_NUMBER || r.kind != EVAL_NUMBER) {
		l = ev_convert(ev, l, lt, &t);
		r = ev_convert(ev, r, rt, &t);
	}
	if (l.vague || r.vague || ev->failed)
		return TRI_VAGUE;
	if (op == TSQL_OP_DISTINCT || op == TSQL_OP_NOT_DISTINCT) {
		bool same = l.kind == EVAL_NULL && r.kind == EVAL_NULL;

		if (l.kind != EVAL_NULL && r.kind != EVAL_NULL)
			same = !ev_compare(ev, &l, &r, &t, naive, &vague);
		return vague ? TRI_VAGUE
			     : tri(same == (op == TSQL_OP_NOT_DISTINCT));
	}
	if (l.kind == EVAL_NULL || r.kind == EVAL_NULL)
		return TRI_UNKNOWN;
	if (op == TSQL_OP_EQ || op == TSQL_OP_NE)
		d = ev_compare(ev, &l, &r, &t, naive, &vague);
	else
		d = ev_order(ev, &l, &r, &t, naive_order, &vague);
	if (vague)
		return TRI_VAGUE;
	switch (op) {
	case TSQL_OP_EQ: return tri(d == 0);
	case TSQL_OP_NE: return tri(d != 0);
	case TSQL_OP_LT: return tri(d < 0);
	case TSQL_OP_NGT:
	case TSQL_OP_LE: return tri(d <= 0);
	case TSQL_OP_GT: return tri(d > 0);
	case TSQL_OP_NLT:
	case TSQL_OP_GE: return tri(d >= 0);
	default: return TRI_VAGUE;
	}
}

static enum tri compare(
    struct eval *ev, int op, struct tsql_expr *l, struct tsql_expr *r)
{
	return compare_values(
	    ev, op, ev_expr(ev, l), l->type, ev_expr(ev, r), r->type);
}

static const struct tsql_type *only_type(const struct tsql_query *q)
{
	const struct tsql_row *row = tsql_query_row(q);

	return row && row->n == 1 ? row->v[0].type : NULL;
}

static enum tri in_query(struct eval *ev, struct tsql_expr *e)
{
	const struct tsql_type *t = only_type(e->u.in.query);
	struct eval_value v = ev_expr(ev, e->u.in.e);
	struct eval_rows rows = {NULL, 0, 0, 0};
	enum tri any = TRI_FALSE;

	if (!t || !ev_query(ev, e->u.in.query, &rows))
		return TRI_VAGUE;
	for (size_t i = 0; i < rows.n; i++)
		any = tri_or(any,
		    compare_values(
			ev, TSQL_OP_EQ, v, e->u.in.e->type, rows.row[i][0], t));
	return any;
}

static enum tri in_list(struct eval *ev, struct tsql_expr *e)
{
	enum tri any = TRI_FALSE;

	for (uint32_t i = 0; i < e->u.in.list.n; i++)
		any = tri_or(
		    any, compare(ev, TSQL_OP_EQ, e->u.in.e, e->u.in.list.v[i]));
	return any;
}

static enum tri exists(struct eval *ev, struct tsql_expr *e)
{
	struct eval_rows rows = {NULL, 0, 0, 0};

	if (!ev_query(ev, e->u.sub.query, &rows))
		return TRI_VAGUE;
	return tri(rows.n > 0);
}

static int fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* % and _ only: brackets make it vague before. */
static bool matches(
    const char *p, const char *pe, const char *s, const char *se, bool exact)
{
	for (; p < pe; p++, s++) {
		if (*p == '%') {
			while (p < pe && *p == '%')
				p++;
			for (; s <= se; s++)
				if (matches(p, pe, s, se, exact))
					return true;
			return false;
		}
		if (s >= se)
			return false;
		if (*p != '_' && (exact ? *p != *s : fold(*p) != fold(*s)))
			return false;
	}
	return s == se;
}

static enum tri like(struct eval *ev, struct tsql_expr *e)
{
	struct eval_value v = text_operand(ev, e->u.like.e);
	struct eval_value p = text_operand(ev, e->u.like.pattern);
	const struct tsql_collation *c = e->u.like.e->type->collation
	    ? e->u.like.e->type->collation
	    : ev->collation;
	bool exact = ev->naive == EMIT_USE_LIKE ||
	    (c && (c->binary || c->case_sensitive));

	if (v.vague || p.vague || e->u.like.escape)
		return TRI_VAGUE;
	if (v.kind != EVAL_STRING || p.kind != EVAL_STRING)
		return TRI_UNKNOWN;
	if (p.len && memchr(p.s, '[', p.len))
		return TRI_VAGUE;
	/* Blanks at an end count or not by the kind of string. */
	if ((v.len && v.s[v.len - 1] == ' ') ||
	    (p.len && p.s[p.len - 1] == ' '))
		return TRI_VAGUE;
	return tri(matches(p.s, p.s + p.len, v.s, v.s + v.len, exact));
}

static enum tri either_way(const struct tsql_expr *e, enum tri t)
{
	return e->h.flags & TSQL_NOT ? tri_not(t) : t;
}

enum tri ev_predicate(struct eval *ev, struct tsql_expr *e)
{
	enum tri t = TRI_VAGUE;
	struct eval_value v;

	if (!ev_step(ev) || ev->depth > DEPTH_MAX) {
		ev->failed = true;
		return TRI_VAGUE;
	}
	ev->depth++;
	switch (e->h.kind) {
	case TSQL_E_AND:
		t = ev_predicate(ev, e->u.binary.l);
		if (t != TRI_FALSE)
			t = tri_and(t, ev_predicate(ev, e->u.binary.r));
		break;
	case TSQL_E_OR:
		t = ev_predicate(ev, e->u.binary.l);
		if (t != TRI_TRUE)
			t = tri_or(t, ev_predicate(ev, e->u.binary.r));
		break;
	case TSQL_E_NOT: t = tri_not(ev_predicate(ev, e->u.unary.e)); break;
	case TSQL_E_COMPARE:
		t = compare(ev, e->op, e->u.binary.l, e->u.binary.r);
		break;
	case TSQL_E_BETWEEN:
		t = either_way(e,
		    tri_and(compare(ev, TSQL_OP_GE, e->u.between.e,
				e->u.between.lo),
			compare(
			    ev, TSQL_OP_LE, e->u.between.e, e->u.between.hi)));
		break;
	case TSQL_E_IN:
		t = either_way(
		    e, e->u.in.query ? in_query(ev, e) : in_list(ev, e));
		break;
	case TSQL_E_LIKE: t = either_way(e, like(ev, e)); break;
	case TSQL_E_EXISTS: t = exists(ev, e); break;
	case TSQL_E_IS_NULL:
		v = ev_expr(ev, e->u.unary.e);
		t = v.vague ? TRI_VAGUE
			    : either_way(e, tri(v.kind == EVAL_NULL));
		break;
	default: break;
	}
	ev->depth--;
	return t;
}

/* ---- values ---- */

static struct eval_value kase(struct eval *ev, struct tsql_expr *e)
{
	for (uint32_t i = 0; i < e->u.kase.nwhen; i++) {
		struct tsql_when *w = e->u.kase.when[i];
		enum tri t = e->u.kase.operand
		    ? compare(ev, TSQL_OP_EQ, e->u.kase.operand, w->when)
		    : ev_predicate(ev, w->when);

		if (t == TRI_VAGUE)
			return ev_vague();
		if (t == TRI_TRUE)
			return ev_expr_as(ev, w->then, e->type);
	}
	if (!e->u.kase.otherwise)
		return ev_null();
	return ev_expr_as(ev, e->u.kase.otherwise, e->type);
}

static struct eval_value scalar_subquery(struct eval *ev, struct tsql_expr *e)
{
	struct eval_rows rows = {NULL, 0, 0, 0};

	if (!ev_query(ev, e->u.sub.query, &rows) || rows.ncolumn != 1 ||
	    rows.n > 1)
		return ev_fail(ev);
	return rows.n ? rows.row[0][0] : ev_null();
}

static struct eval_value value(struct eval *ev, struct tsql_expr *e)
{
	switch (e->h.kind) {
	case TSQL_E_NULL: return ev_null();
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_MONEY: return number_literal(ev, e);
	case TSQL_E_STRING: return ev_str(e->u.lit.text, e->u.lit.len);
	case TSQL_E_COLUMN: return column(ev, e);
	case TSQL_E_UNARY: return unary(ev, e);
	case TSQL_E_ARITH: return arith(ev, e);
	case TSQL_E_CASE: return kase(ev, e);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT: return ev_cast(ev, e);
	case TSQL_E_CALL:
		if (e->u.call.over)
			return ev_window(ev, e);
		return ev_call(ev, e);
	case TSQL_E_SUBQUERY: return scalar_subquery(ev, e);
	case TSQL_E_COLLATE: return ev_expr(ev, e->u.collate.e);
	default: return ev_unknown(ev, tsql_kind_name(e->h.kind) + 2);
	}
}

static bool same_list(const struct tsql_exprs *a, const struct tsql_exprs *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!ev_same_expr(a->v[i], b->v[i]))
			return false;
	return true;
}

static bool same_column(const struct tsql_expr *a, const struct tsql_expr *b)
{
	const struct tsql_colref *x = tsql_colref(a), *y = tsql_colref(b);

	if (!x || !y) /* a date part */
		return !x && !y && a->nparts == 1 && b->nparts == 1 &&
		    a->u.name.part[0].len == b->u.name.part[0].len &&
		    !memcmp(a->u.name.part[0].text, b->u.name.part[0].text,
			a->u.name.part[0].len);
	return x->source == y->source && x->column == y->column;
}

bool ev_same_expr(const struct tsql_expr *a, const struct tsql_expr *b)
{
	if (!a || !b || a->h.kind != b->h.kind || a->op != b->op)
		return a == b;
	switch (a->h.kind) {
	case TSQL_E_COLUMN: return same_column(a, b);
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_MONEY:
	case TSQL_E_STRING:
		return a->u.lit.len == b->u.lit.len &&
		    !memcmp(a->u.lit.text, b->u.lit.text, a->u.lit.len);
	case TSQL_E_UNARY: return ev_same_expr(a->u.unary.e, b->u.unary.e);
	case TSQL_E_ARITH:
		return ev_same_expr(a->u.binary.l, b->u.binary.l) &&
		    ev_same_expr(a->u.binary.r, b->u.binary.r);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT:
		return a->u.cast.to->type && b->u.cast.to->type &&
		    !a->u.cast.style && !b->u.cast.style &&
		    tsql_type_same(a->u.cast.to->type, b->u.cast.to->type) &&
		    ev_same_expr(a->u.cast.e, b->u.cast.e);
	case TSQL_E_CALL:
		return a->u.call.fn == b->u.call.fn &&
		    a->u.call.fn != TSQL_F_NONE && !a->u.call.over &&
		    !b->u.call.over &&
		    same_list(&a->u.call.args, &b->u.call.args);
	default: return a == b;
	}
}

/* In a grouped query, what is grouped by has one value for the group, though
 * its columns may have several. */
static struct eval_value group_key(struct eval *ev, struct tsql_expr *e)
{
	struct eval_frame *f = ev->frame;
	const struct eval_combos *g = f->group;
	struct eval_combo *at = f->at;
	struct eval_value v, first = ev_null();

	if (ev_is_absent(g, e))
		return first;
	f->group = NULL;
	for (size_t i = 0; i < g->n && !ev->failed; i++) {
		f->at = &g->v[i];
		v = value(ev, e);
		if (!i)
			first = v;
		else if (!eval_same(&v, &first))
			first = ev_vague();
	}
	f->group = g;
	f->at = at;
	return first;
}

static bool is_key(const struct tsql_group *g, const struct tsql_expr *e)
{
	for (uint32_t i = 0; i < g->list.n; i++)
		if (ev_same_expr(g->list.v[i], e))
			return true;
	for (uint32_t i = 0; i < g->nitem; i++)
		if (is_key(g->item[i], e))
			return true;
	return false;
}

static bool is_group_key(const struct eval *ev, const struct tsql_expr *e)
{
	const struct eval_frame *f = ev->frame;
	const struct tsql_query *q = f && f->group ? f->scope->query : NULL;

	if (!q || q->h.kind != TSQL_Q_SELECT || e->h.kind == TSQL_E_COLUMN)
		return false;
	for (uint32_t i = 0; i < q->u.select.ngroup; i++)
		if (is_key(q->u.select.group[i], e))
			return true;
	return false;
}

struct eval_value ev_expr(struct eval *ev, struct tsql_expr *e)
{
	struct eval_value v;

	if (!e || !e->type || ev->depth > DEPTH_MAX || !ev_step(ev))
		return ev_fail(ev);
	ev->depth++;
	v = is_group_key(ev, e) ? group_key(ev, e) : value(ev, e);
	ev->depth--;
	return v;
}
