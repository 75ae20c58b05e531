#include "tsql/emit_int.h"

/* Aggregates and window functions. */

/* ---- OVER (…) ---- */

static struct doc *bound(
    struct emit *E, enum tsql_bound_kind k, struct tsql_expr *e)
{
	switch (k) {
	case TSQL_UNBOUNDED_PRECEDING:
		return doc_text(E->a, "unbounded preceding");
	case TSQL_UNBOUNDED_FOLLOWING:
		return doc_text(E->a, "unbounded following");
	case TSQL_PRECEDING:
		return doc_join(E->a, em_value(E, e).d,
		    doc_text(E->a, " preceding"), DOC_END);
	case TSQL_FOLLOWING:
		return doc_join(E->a, em_value(E, e).d,
		    doc_text(E->a, " following"), DOC_END);
	default: return doc_text(E->a, "current row");
	}
}

static struct doc *frame(struct emit *E, const struct tsql_over *o)
{
	const char *unit = o->frame == TSQL_FRAME_ROWS ? "rows" : "range";

	if (o->frame == TSQL_FRAME_NONE)
		return NULL;
	return doc_join(E->a, doc_text(E->a, unit), doc_text(E->a, " between "),
	    bound(E, o->from, o->from_expr), doc_text(E->a, " and "),
	    bound(E, o->to, o->to_expr), DOC_END);
}

static const struct tsql_over *named(struct emit *E, const struct tsql_name *n)
{
	struct tsql_query *q =
	    E->frame && E->frame->scope ? E->frame->scope->query : NULL;

	if (!q || q->h.kind != TSQL_Q_SELECT)
		return NULL;
	for (uint32_t i = 0; i < q->u.select.window.n; i++) {
		struct tsql_over *w = q->u.select.window.v[i];

		if (w->name.len == n->len &&
		    !strncasecmp(w->name.text, n->text, n->len))
			return w;
	}
	return NULL;
}

static void window_parts(struct emit *E, const struct tsql_over *o,
    struct docs *part, struct docs *order, const struct tsql_over **framed,
    bool *ordered)
{
	if (o->base.text) {
		const struct tsql_over *b = named(E, &o->base);

		if (b && b != o)
			window_parts(E, b, part, order, framed, ordered);
	}
	for (uint32_t i = 0; i < o->partition.n; i++) {
		struct tsql_expr *e = o->partition.v[i];
		struct ex x = em_value(E, e);

		if (tsql_is_string(e->type) && !em_canonical(E, e)) {
			em_use(E, EMIT_USE_STRING_GROUP, e);
			x = em_key(E, x, e->type, e);
		}
		if (e->type->base == TSQL_TY_DATETIMEOFFSET)
			x = ex_op1(E, "dto_instant", e, x);
		docs_add(E->a, part, x.d);
	}
	if (o->order.n) {
		em_order(E, &o->order, order);
		*ordered = true;
	}
	if (o->frame != TSQL_FRAME_NONE)
		*framed = o;
}

static struct doc *over(struct emit *E, const struct tsql_over *o)
{
	struct docs part = {NULL, 0, 0}, order = {NULL, 0, 0};
	const struct tsql_over *framed = NULL;
	bool ordered = false;

	window_parts(E, o, &part, &order, &framed, &ordered);
	return doc_join(E->a, doc_text(E->a, " over "),
	    doc_window(E->a, &part, &order, framed ? frame(E, framed) : NULL),
	    DOC_END);
}

static struct ex with_over(
    struct emit *E, struct ex x, const struct tsql_over *o)
{
	if (!o)
		return x;
	x.d = doc_join(E->a, x.d, over(E, o), DOC_END);
	return x;
}

/* Does the ORDER BY of the window leave ties? Its keys say. */
static void check_ties(struct emit *E, struct tsql_expr *e, const char *fn)
{
	const struct tsql_over *o = e->u.call.over;
	struct tsql_expr **by;
	size_t n = 0;
	bool unique;

	if (!o || !E->frame || !E->frame->scope)
		return;
	by = arena_alloc(
	    E->a, st_mul(o->partition.n + o->order.n + 1, sizeof(*by)));
	for (uint32_t i = 0; i < o->partition.n; i++)
		by[n++] = o->partition.v[i];
	for (uint32_t i = 0; i < o->order.n; i++)
		by[n++] = o->order.v[i]->expr;
	unique = em_unique(E, E->frame->scope, by, n);
	if (!unique)
		em_differs(E, FINDING_TIES, e,
		    "%s over an order that may have ties", fn);
}

/* ---- aggregates ---- */

static struct ex distinct_of(struct emit *E, struct tsql_expr *e, struct ex x)
{
	if (!(e->h.flags & TSQL_DISTINCT))
		return x;
	x.d = doc_join(E->a, doc_text(E->a, "distinct "), x.d, DOC_END);
	x.prec = P_NONE;
	return x;
}

static struct ex call_over(
    struct emit *E, struct tsql_expr *e, const char *fn, struct ex x)
{
	return with_over(
	    E, ex_call1(E, fn, distinct_of(E, e, x)), e->u.call.over);
}

static struct ex sum_like(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.call.args.v[0];
	struct ex x = em_value(E, v), s, c;
	const struct tsql_type *t = e->type;
	struct tsql_type from = *v->type;
	bool avg = e->u.call.fn == TSQL_F_AVG, big;

	if (!tsql_is_number(&from)) {
		struct tsql_type f = tsql_type_make(TSQL_TY_FLOAT);

		x = em_convert(E, x, v->type, &f, CONV_IMPLICIT, -1, v, v);
		from = f;
	}
	x = em_operand(E, x, &from, t, true);
	/* A count is a bigint there, though an int in T-SQL. */
	big = tsql_is_integer(t) &&
	    (t->base == TSQL_TY_BIGINT || x.rep == REP_LOOSE) &&
	    dialect_can(E->d, "sum_bigint_is_decimal");
	if (tsql_is_float(t)) {
		struct ex r;

		if (from.base == TSQL_TY_REAL &&
		    dialect_can(E->d, "real_is_narrow"))
			x = ex_cast_to(E, x, t);
		r = call_over(E, e, avg ? "avg" : "sum", x);

		r.rep = t->base == TSQL_TY_FLOAT ? REP_SAME : REP_LOOSE;
		return r;
	}
	s = ex_loose(call_over(E, e, "sum", x));
	if (!avg) {
		if (big) {
			s = ex_cast_to(E, s, t);
			s.rep = REP_SAME;
		}
		return s;
	}
	c = call_over(E, e, "count", x);
	if (tsql_is_integer(t)) {
		em_use(E, EMIT_USE_AVG_INT, e);
		if (big)
			return ex_loose(ex_op2(E, "div", e, s, c));
		return ex_loose(ex_op2(E, "int_div", e, s, c));
	}
	{
		struct tsql_type n = tsql_type_make(TSQL_TY_INT);

		return em_divide(E, s, &from, c, &n, t, e);
	}
}

static struct ex min_max(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.call.args.v[0];
	bool max = e->u.call.fn == TSQL_F_MAX;
	const char *fn = max ? "max" : "min";
	struct ex x = em_value(E, v), r;
	uint8_t rep = x.rep;

	if (tsql_is_string(e->type)) {
		const struct tsql_collation *c = em_collation(E, v->type);

		if (c->binary)
			return call_over(
			    E, e, fn, ex_op1(E, "order_binary", v, x));
		if (em_canonical(E, v))
			return call_over(E, e, fn,
			    em_has_op(E, "order_plain")
				? ex_op1(E, "order_plain", v, x)
				: x);
		em_differs(E, FINDING_STRING_ORDER, e,
		    "%s of strings: which spelling of equal ones is shown, "
		    "and the place of punctuation, may differ",
		    max ? "MAX" : "MIN");
		em_use(E, EMIT_USE_STRING_ORDER, e);
		return call_over(E, e, fn, ex_op1(E, "order_text", v, x));
	}
	if (v->type->base == TSQL_TY_DATETIMEOFFSET) {
		if (e->u.call.over)
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "MIN and MAX of datetimeoffset over a window");
		return ex_op1(E, max ? "dto_max" : "dto_min", e, x);
	}
	if (v->type->base == TSQL_TY_UNIQUEIDENTIFIER) {
		if (e->u.call.over)
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "MIN and MAX of uniqueidentifier over a window");
		return ex_op2(E, max ? "guid_max" : "guid_min", e, x,
		    ex_op1(E, "guid_order", v, x));
	}
	if (tsql_is_binary(v->type) && em_has_op(E, "binary_max")) {
		if (e->u.call.over)
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "MIN and MAX of binary values over a window");
		return ex_op1(E, max ? "binary_max" : "binary_min", e, x);
	}
	r = call_over(E, e, fn, x);
	r.rep = rep;
	return r;
}

static struct ex count(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.call.args.n ? e->u.call.args.v[0] : NULL;
	struct ex x;

	if (!v || v->h.kind == TSQL_E_STAR) {
		x = with_over(E, ex_text(E, "count(*)"), e->u.call.over);
	} else {
		x = em_value(E, v);
		if ((e->h.flags & TSQL_DISTINCT) && tsql_is_string(v->type) &&
		    !em_canonical(E, v)) {
			em_use(E, EMIT_USE_STRING_GROUP, e);
			x = em_key(E, x, v->type, v);
		}
		if (em_is_literal(v) && !x.null &&
		    !(e->h.flags & TSQL_DISTINCT))
			x = with_over(
			    E, ex_text(E, "count(*)"), e->u.call.over);
		else
			x = call_over(E, e, "count", x);
	}
	if (e->u.call.fn != TSQL_F_COUNT_BIG)
		x.rep = REP_LOOSE;
	return x;
}

/* string_agg(x, sep order by …), or listagg(x, sep) within group (…) */
struct doc *em_string_agg(
    struct emit *E, struct doc *x, struct doc *sep, const struct docs *order)
{
	struct doc *name =
	    doc_text(E->a, dialect_word(E->d, "string_agg", "string_agg"));
	struct doc *in = doc_join(
	    E->a, x, doc_text(E->a, ","), doc_line(E->a), sep, DOC_END);
	struct doc *by;

	if (!order->n)
		return doc_join(E->a, name, doc_paren(E->a, in), DOC_END);
	by = doc_clause_list(E->a, "order by", order);
	if (dialect_can(E->d, "within_group"))
		return doc_join(E->a, name, doc_paren(E->a, in),
		    doc_text(E->a, " within group "), doc_paren(E->a, by),
		    DOC_END);
	in = doc_join(E->a, in, doc_line(E->a), by, DOC_END);
	return doc_join(E->a, name, doc_paren(E->a, in), DOC_END);
}

static struct ex string_agg(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_VARCHAR, TSQL_MAX);
	struct tsql_expr *v = e->u.call.args.v[0];
	struct docs order = {NULL, 0, 0};
	struct ex x = em_value(E, v), sep;

	if (!tsql_is_string(v->type))
		x = em_convert(E, x, v->type, &text, CONV_IMPLICIT, -1, v, v);
	sep = em_value(E, e->u.call.args.v[1]);
	if (e->u.call.within.n) {
		struct tsql_expr **by =
		    arena_alloc(E->a, st_mul(e->u.call.within.n, sizeof(*by)));

		for (uint32_t i = 0; i < e->u.call.within.n; i++)
			by[i] = e->u.call.within.v[i]->expr;
		em_order(E, &e->u.call.within, &order);
		if (!em_unique_in_group(E, by, e->u.call.within.n, v))
			em_differs(E, FINDING_TIES, e,
			    "STRING_AGG in an order that may have ties");
	} else {
		em_differs(E, FINDING_TIES, e, "STRING_AGG without an order");
	}
	return ex_make(em_string_agg(E, x.d, sep.d, &order), P_PRIMARY);
}

static struct ex float_agg(struct emit *E, struct tsql_expr *e, const char *fn)
{
	struct tsql_type f = tsql_type_make(TSQL_TY_FLOAT);
	struct tsql_expr *v = e->u.call.args.v[0];
	struct ex x = em_convert(E, em_value(E, v), v->type, &f,
	    tsql_is_float(v->type) ? CONV_IMPLICIT : CONV_CAST, -1, v, v);

	return call_over(E, e, fn, x);
}

static struct ex grouping(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *a = &e->u.call.args;
	struct docs l = {NULL, 0, 0};

	for (uint32_t i = 0; i < a->n; i++) {
		struct doc *key = NULL;

		for (size_t g = 0; E->frame && g < E->frame->ngroup; g++)
			if (em_same(E->frame->group[g].expr, a->v[i]))
				key = E->frame->group[g].key;
		docs_add(E->a, &l, key ? key : em_value(E, a->v[i]).d);
	}
	/* GROUPING_ID() of all columns */
	for (size_t g = 0; !a->n && E->frame && g < E->frame->ngroup; g++)
		docs_add(E->a, &l, E->frame->group[g].key);
	return ex_loose(ex_make(doc_call(E->a, "grouping", &l), P_PRIMARY));
}

/* ---- window functions ---- */

static struct ex ranking(struct emit *E, struct tsql_expr *e, const char *fn)
{
	struct ex x;

	if (e->u.call.args.n)
		x = ex_call1(E, fn, em_value(E, e->u.call.args.v[0]));
	else
		x = ex_textf(E, "%s()", fn);
	x = with_over(E, x, e->u.call.over);
	if (e->u.call.fn == TSQL_F_NTILE)
		x = ex_loose(x);
	return x;
}

static struct ex offset(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *a = &e->u.call.args;
	bool lag = e->u.call.fn == TSQL_F_LAG;
	struct tsql_type t = tsql_type_make(TSQL_TY_INT);
	struct ex v[3], x;

	v[0] = em_value(E, a->v[0]);
	if (a->n > 1) {
		v[1] = em_value(E, a->v[1]);
		if (!tsql_is_integer(a->v[1]->type) || v[1].rep)
			v[1] = ex_cast_to(E, v[1], &t);
	}
	if (a->n > 2)
		v[2] = em_convert(E, em_value(E, a->v[2]), a->v[2]->type,
		    e->type,
		    dialect_can(E->d, "strict_int") && !tsql_is_string(e->type)
			? CONV_CAST
			: CONV_IMPLICIT,
		    -1, a->v[2], e);
	x = ex_call(E, lag ? "lag" : "lead", a->n, v);
	if (e->h.flags & TSQL_IGNORE_NULLS) {
		if (!dialect_can(E->d, "ignore_nulls"))
			return ex_manual(
			    E, FINDING_UNTRANSLATED, e, "IGNORE NULLS");
		v[0].d = doc_join(
		    E->a, v[0].d, doc_text(E->a, " ignore nulls"), DOC_END);
		x = ex_call(E, lag ? "lag" : "lead", a->n, v);
	}
	check_ties(E, e, lag ? "LAG" : "LEAD");
	x = with_over(E, x, e->u.call.over);
	x.rep = tsql_is_string(e->type) ? REP_SAME : v[0].rep;
	return x;
}

static struct ex first_last(struct emit *E, struct tsql_expr *e)
{
	bool first = e->u.call.fn == TSQL_F_FIRST_VALUE;
	struct ex v = em_value(E, e->u.call.args.v[0]), x;
	uint8_t rep = v.rep;

	if (e->h.flags & TSQL_IGNORE_NULLS) {
		if (!dialect_can(E->d, "ignore_nulls"))
			return ex_manual(
			    E, FINDING_UNTRANSLATED, e, "IGNORE NULLS");
		v.d = doc_join(
		    E->a, v.d, doc_text(E->a, " ignore nulls"), DOC_END);
	}
	check_ties(E, e, first ? "FIRST_VALUE" : "LAST_VALUE");
	x = with_over(E, ex_call1(E, first ? "first_value" : "last_value", v),
	    e->u.call.over);
	x.rep = rep;
	return x;
}

static struct ex percentile(struct emit *E, struct tsql_expr *e)
{
	bool cont = e->u.call.fn == TSQL_F_PERCENTILE_CONT ||
	    e->u.call.fn == TSQL_F_APPROX_PERCENTILE_CONT;
	struct docs order = {NULL, 0, 0};
	struct tsql_type f = tsql_type_make(TSQL_TY_FLOAT);
	struct tsql_order *by;
	struct ex x, v;
	bool of_window = em_has_op(E, "percentile_cont_over"), desc;

	if (e->u.call.within.n != 1 ||
	    (e->u.call.over && !of_window &&
		!dialect_can(E->d, "percentile_over")))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "PERCENTILE_CONT and PERCENTILE_DISC over a window");
	by = e->u.call.within.v[0];
	desc = by->h.flags & TSQL_DESC;
	/* What lies between two values is a float. */
	v = cont ? ex_cast_to(E, em_value(E, by->expr), &f)
		 : em_value(E, by->expr);
	if (e->u.call.over && of_window) {
		struct ex p = em_value(E, e->u.call.args.v[0]);

		if (desc && !cont)
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "PERCENTILE_DISC over a descending order");
		if (desc)
			p = ex_infix(E, ex_int(E, 1), "-", p, P_ADD);
		x = ex_op2(E,
		    cont ? "percentile_cont_over" : "percentile_disc_over", e,
		    p, v);
		return ex_loose(with_over(E, x, e->u.call.over));
	}
	docs_add(E->a, &order,
	    doc_join(
		E->a, v.d, desc ? doc_text(E->a, " desc") : NULL, DOC_END));
	x = ex_call1(E, cont ? "percentile_cont" : "percentile_disc",
	    em_value(E, e->u.call.args.v[0]));
	x.d = doc_join(E->a, x.d, doc_text(E->a, " within group "),
	    doc_paren(E->a, doc_clause_list(E->a, "order by", &order)),
	    DOC_END);
	return ex_loose(with_over(E, x, e->u.call.over));
}

static bool aggregate(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	switch (e->u.call.fn) {
	case TSQL_F_SUM:
	case TSQL_F_AVG: *out = sum_like(E, e); return true;
	case TSQL_F_MIN:
	case TSQL_F_MAX: *out = min_max(E, e); return true;
	case TSQL_F_COUNT:
	case TSQL_F_COUNT_BIG:
	case TSQL_F_APPROX_COUNT_DISTINCT: *out = count(E, e); return true;
	case TSQL_F_STRING_AGG: *out = string_agg(E, e); return true;
	case TSQL_F_STDEV: *out = float_agg(E, e, "stddev_samp"); return true;
	case TSQL_F_STDEVP: *out = float_agg(E, e, "stddev_pop"); return true;
	case TSQL_F_VAR: *out = float_agg(E, e, "var_samp"); return true;
	case TSQL_F_VARP: *out = float_agg(E, e, "var_pop"); return true;
	default: return false;
	}
}

bool em_aggregate(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	struct emit_frame *f = E->frame;
	bool plain = !e->u.call.over, done;

	switch (e->u.call.fn) {
	case TSQL_F_GROUPING:
	case TSQL_F_GROUPING_ID: *out = grouping(E, e); return true;
	case TSQL_F_ROW_NUMBER:
		*out = ranking(E, e, "row_number");
		check_ties(E, e, "ROW_NUMBER");
		return true;
	case TSQL_F_RANK: *out = ranking(E, e, "rank"); return true;
	case TSQL_F_DENSE_RANK: *out = ranking(E, e, "dense_rank"); return true;
	case TSQL_F_NTILE:
		*out = ranking(E, e, "ntile");
		check_ties(E, e, "NTILE");
		return true;
	case TSQL_F_CUME_DIST: *out = ranking(E, e, "cume_dist"); return true;
	case TSQL_F_PERCENT_RANK:
		*out = ranking(E, e, "percent_rank");
		return true;
	case TSQL_F_LAG:
	case TSQL_F_LEAD: *out = offset(E, e); return true;
	case TSQL_F_FIRST_VALUE:
	case TSQL_F_LAST_VALUE: *out = first_last(E, e); return true;
	case TSQL_F_PERCENTILE_CONT:
	case TSQL_F_PERCENTILE_DISC: *out = percentile(E, e); return true;
	default: break;
	}
	if (plain && f)
		f->in_aggregate++;
	done = aggregate(E, e, out);
	if (done && e->u.call.over && e->u.call.over->order.n &&
	    e->u.call.over->frame == TSQL_FRAME_ROWS)
		check_ties(E, e, "a ROWS frame");
	if (plain && f)
		f->in_aggregate--;
	return done;
}
