#include "tsql/emit_int.h"

/* Expressions: values. */

/* ---- is it the same expression? ---- */

static bool same_list(const struct tsql_exprs *a, const struct tsql_exprs *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!em_same(a->v[i], b->v[i]))
			return false;
	return true;
}

static bool same_column(const struct tsql_expr *a, const struct tsql_expr *b)
{
	const struct tsql_colref *x = tsql_colref(a), *y = tsql_colref(b);
	const struct tsql_name *m, *n;

	if (x && y)
		return x->source == y->source && x->column && y->column &&
		    x->column->ordinal == y->column->ordinal;
	if (x || y || !a->nparts || !b->nparts)
		return false;
	m = a->u.name.part + a->nparts - 1;
	n = b->u.name.part + b->nparts - 1;
	return m->len == n->len && !strncmp(m->text, n->text, m->len);
}

static bool same_call(const struct tsql_expr *a, const struct tsql_expr *b)
{
	const struct tsql_call *x = &a->u.call, *y = &b->u.call;

	if (x->over || y->over || x->within.n || y->within.n ||
	    x->nparts != y->nparts || x->trim != y->trim)
		return false;
	for (uint16_t i = 0; i < x->nparts; i++)
		if (x->part[i].len != y->part[i].len ||
		    strncasecmp(
			x->part[i].text, y->part[i].text, x->part[i].len))
			return false;
	return same_list(&x->args, &y->args);
}

static bool same_case(const struct tsql_expr *a, const struct tsql_expr *b)
{
	if (a->u.kase.nwhen != b->u.kase.nwhen ||
	    !em_same(a->u.kase.operand, b->u.kase.operand) ||
	    !em_same(a->u.kase.otherwise, b->u.kase.otherwise))
		return false;
	for (uint32_t i = 0; i < a->u.kase.nwhen; i++)
		if (!em_same(
			a->u.kase.when[i]->when, b->u.kase.when[i]->when) ||
		    !em_same(a->u.kase.when[i]->then, b->u.kase.when[i]->then))
			return false;
	return true;
}

bool em_same(const struct tsql_expr *a, const struct tsql_expr *b)
{
	if (!a || !b)
		return a == b;
	if (a->h.kind != b->h.kind || a->op != b->op ||
	    ((a->h.flags ^ b->h.flags) & (TSQL_NOT | TSQL_TRY | TSQL_DISTINCT)))
		return false;
	switch (a->h.kind) {
	case TSQL_E_NULL: return true;
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_FLOAT:
	case TSQL_E_MONEY:
	case TSQL_E_STRING:
	case TSQL_E_BINARY:
		return a->u.lit.len == b->u.lit.len &&
		    !memcmp(a->u.lit.text, b->u.lit.text, a->u.lit.len);
	case TSQL_E_COLUMN: return same_column(a, b);
	case TSQL_E_VARIABLE:
		return a->u.name.part[0].len == b->u.name.part[0].len &&
		    !strncasecmp(a->u.name.part[0].text, b->u.name.part[0].text,
			a->u.name.part[0].len);
	case TSQL_E_UNARY:
	case TSQL_E_NOT:
	case TSQL_E_IS_NULL: return em_same(a->u.unary.e, b->u.unary.e);
	case TSQL_E_ARITH:
	case TSQL_E_COMPARE:
	case TSQL_E_AND:
	case TSQL_E_OR:
	case TSQL_E_AT_TIME_ZONE:
		return em_same(a->u.binary.l, b->u.binary.l) &&
		    em_same(a->u.binary.r, b->u.binary.r);
	case TSQL_E_BETWEEN:
		return em_same(a->u.between.e, b->u.between.e) &&
		    em_same(a->u.between.lo, b->u.between.lo) &&
		    em_same(a->u.between.hi, b->u.between.hi);
	case TSQL_E_IN:
		return !a->u.in.query && !b->u.in.query &&
		    em_same(a->u.in.e, b->u.in.e) &&
		    same_list(&a->u.in.list, &b->u.in.list);
	case TSQL_E_LIKE:
		return em_same(a->u.like.e, b->u.like.e) &&
		    em_same(a->u.like.pattern, b->u.like.pattern);
	case TSQL_E_CASE: return same_case(a, b);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT:
	case TSQL_E_PARSE:
		return em_same(a->u.cast.e, b->u.cast.e) &&
		    em_same(a->u.cast.style, b->u.cast.style) && a->type &&
		    b->type && tsql_type_same(a->type, b->type);
	case TSQL_E_CALL: return same_call(a, b);
	case TSQL_E_COLLATE: return em_same(a->u.collate.e, b->u.collate.e);
	default: return false;
	}
}

/* ---- literals ---- */

bool em_is_literal(const struct tsql_expr *e)
{
	return e &&
	    ((e->h.kind >= TSQL_E_NULL && e->h.kind <= TSQL_E_BINARY) ||
		(e->h.kind == TSQL_E_UNARY && em_is_literal(e->u.unary.e)));
}

bool em_int_literal(const struct tsql_expr *e, long long *out)
{
	bool minus = false;
	long long n = 0;

	while (e && e->h.kind == TSQL_E_UNARY &&
	    (e->op == TSQL_OP_SUB || e->op == TSQL_OP_ADD)) {
		minus ^= e->op == TSQL_OP_SUB;
		e = e->u.unary.e;
	}
	if (!e || e->h.kind != TSQL_E_INT || e->u.lit.len > 18)
		return false;
	for (uint32_t i = 0; i < e->u.lit.len; i++)
		n = n * 10 + (e->u.lit.text[i] - '0');
	*out = minus ? -n : n;
	return true;
}

/* 1. and .5 get the digits that other engines want. */
static struct ex decimal_literal(struct emit *E, const char *s, uint32_t len)
{
	return ex_textf(E, "%s%.*s%s", *s == '.' ? "0" : "", (int)len, s,
	    len && s[len - 1] == '.' ? "0" : "");
}

/* Latin-1, and what code page 1252 has between: punctuation, €, Š, Ž, Œ. */
static bool in_code_page(const char *s, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0xe3 || (c >= 0xc6 && c < 0xe2) || c == 0xc4)
			return false;
	}
	return true;
}

static struct ex literal(struct emit *E, struct tsql_expr *e)
{
	const char *s = e->u.lit.text;
	uint32_t len = e->u.lit.len;

	switch (e->h.kind) {
	case TSQL_E_NULL: return ex_null(E);
	case TSQL_E_INT: {
		while (len > 1 && *s == '0')
			s++, len--;
		return ex_textf(E, "%.*s", (int)len, s);
	}
	case TSQL_E_DECIMAL: return decimal_literal(E, s, len);
	case TSQL_E_FLOAT:
		return ex_cast_to(E, decimal_literal(E, s, len), e->type);
	case TSQL_E_MONEY: {
		struct buf b = BUF_INIT;
		struct ex x;

		for (uint32_t i = 0; i < len; i++)
			if ((s[i] >= '0' && s[i] <= '9') || s[i] == '.')
				buf_addc(&b, s[i]);
		x = ex_cast_to(E,
		    b.len ? decimal_literal(E, arena_strndup(E->a, b.s, b.len),
				(uint32_t)b.len)
			  : ex_int(E, 0),
		    e->type);
		buf_release(&b);
		return x;
	}
	case TSQL_E_STRING:
		if (!(e->h.flags & TSQL_NATIONAL) && !in_code_page(s, len))
			em_differs(E, FINDING_NARROWED, e,
			    "a literal without N holds characters that the "
			    "code page lacks: SQL Server reads ? for them");
		return ex_string(E, s, len);
	case TSQL_E_BINARY: {
		struct buf b = BUF_INIT;
		struct ex x;

		if (len % 2) /* 0x1 is 0x01 */
			buf_addc(&b, '0');
		for (uint32_t i = 2; i < len; i++)
			if (s[i] != '\\' && s[i] != '\n' && s[i] != '\r')
				buf_addc(&b, s[i]);
		x = ex_op1(
		    E, "binary_literal", e, ex_string(E, buf_str(&b), b.len));
		buf_release(&b);
		return x;
	}
	default: return ex_null(E);
	}
}

/* ---- names ---- */

static struct emit_frame *frame_of(struct emit *E, const struct tsql_scope *s)
{
	struct emit_frame *f = E->frame;

	while (f && f->scope != s)
		f = f->outer;
	return f;
}

static struct emit_group *group_of(
    struct emit_frame *f, const struct tsql_expr *e)
{
	if (!f || !f->grouped_out || f->in_aggregate)
		return NULL;
	for (size_t i = 0; i < f->ngroup; i++)
		if (em_same(f->group[i].expr, e))
			return f->group + i;
	return NULL;
}

struct ex em_column(struct emit *E, struct tsql_expr *e)
{
	struct tsql_colref *c = tsql_colref(e);
	const struct tsql_name *last = e->u.name.part + e->nparts - 1;
	struct emit_frame *f;
	struct doc *name;
	uint8_t rep = REP_SAME, *reps = NULL;
	const char *q;
	struct ex x;

	if (E->frame && E->frame->single) {
		name = c && c->column
		    ? em_ident(E, c->column->name, c->column->len)
		    : em_name(E, last);
		if (E->frame->qualifier)
			name = doc_join(E->a,
			    doc_textf(E->a, "%s.", E->frame->qualifier), name,
			    DOC_END);
		return ex_make(name, P_PRIMARY);
	}
	if (!c) {
		em_manual(E, FINDING_UNTRANSLATED, e,
		    "the column %.*s, which isn't known", (int)last->len,
		    last->text);
		return ex_make(em_name(E, last), P_PRIMARY);
	}
	f = frame_of(E, c->source->scope);
	if (f && f != E->frame) {
		struct emit_group *g = group_of(f, e);

		if (g && g->show)
			return ex_make(g->show, P_PRIMARY);
	}
	if (c->column)
		name = em_ident(E, c->column->name, c->column->len);
	else
		name = em_name(E, last);
	/* A table's column has its own type; what is made in the query has
	 * what was remembered of it, or any. */
	if (c->source->query)
		reps = map_getn(&E->reps, (const char *)&c->source->query,
		    sizeof(c->source->query));
	if (reps && c->column)
		rep = reps[c->column->ordinal];
	else if (c->source->from &&
	    (c->source->from->h.kind != TSQL_T_NAME || c->source->query))
		rep = tsql_is_string(e->type) ? REP_SAME : REP_LOOSE;
	q = em_source_name(E, c->source);
	if (q && (!f || f != E->frame || f->qualify))
		name = doc_join(E->a,
		    doc_textf(E->a, "%s.", em_ident_text(E, q, strlen(q))),
		    name, DOC_END);
	x = ex_make(name, P_PRIMARY);
	x.rep = rep;
	return x;
}

static struct ex variable(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_name *n = e->u.name.part;
	const struct tsql_varref *ref = tsql_varref(e);

	for (struct emit_var *v = E->var; v; v = v->next)
		if (strlen(v->name) == n->len &&
		    !strncasecmp(v->name, n->text, n->len))
			return v->value;
	if (E->opt->variable && ref && ref->variable && ref->variable->type) {
		struct doc *d = E->opt->variable(E->opt->ctx, ref->variable);

		if (d)
			return ex_cast_to(E, ex_make(d, P_PRIMARY), e->type);
	}
	/* Weeks start on Sunday with us_english, the default. */
	if (n->len == 11 && !strncasecmp(n->text, "@@datefirst", 11))
		return ex_int(E, 7);
	return ex_manual(E, FINDING_UNTRANSLATED, e, "the variable %.*s",
	    (int)n->len, n->text);
}

/* ---- CASE ---- */

static bool plain_numbers(const struct tsql_type *a, const struct tsql_type *b)
{
	return tsql_is_number(a) && tsql_is_number(b) &&
	    a->base != TSQL_TY_BIT && b->base != TSQL_TY_BIT;
}

/* Can "case x when y" stay as it is? */
static bool simple_case_stays(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_type *t = e->u.kase.operand->type;

	if (e->u.kase.operand->h.kind == TSQL_E_SUBQUERY)
		return false;
	for (uint32_t i = 0; i < e->u.kase.nwhen; i++) {
		const struct tsql_type *w = e->u.kase.when[i]->when->type;

		if (w->base == TSQL_TY_NULL)
			continue;
		if (!plain_numbers(t, w) &&
		    !(tsql_is_string(t) && tsql_is_string(w)))
			return false;
	}
	(void)E;
	return true;
}

static struct ex case_expr(struct emit *E, struct tsql_expr *e)
{
	uint32_t n = e->u.kase.nwhen;
	struct doc_when *w = arena_alloc(E->a, st_mul(n, sizeof(*w)));
	struct tsql_expr *op = e->u.kase.operand;
	bool strings = op && tsql_is_string(op->type);
	struct doc *operand = NULL, *otherwise = NULL;
	struct ex x;

	if (op && !simple_case_stays(E, e)) {
		for (uint32_t i = 0; i < n; i++) {
			struct tsql_expr *v = e->u.kase.when[i]->when;

			w[i].when = em_compare(E, TSQL_OP_EQ, op, v, v).d;
		}
	} else if (op) {
		x = em_value(E, op);
		operand = strings ? em_key(E, x, op->type, op).d : x.d;
		if (strings)
			em_use(E, EMIT_USE_STRING_EQUAL, e);
		for (uint32_t i = 0; i < n; i++) {
			struct tsql_expr *v = e->u.kase.when[i]->when;

			x = em_value(E, v);
			w[i].when = strings ? em_key(E, x, v->type, v).d : x.d;
		}
	} else {
		for (uint32_t i = 0; i < n; i++)
			w[i].when = em_predicate(E, e->u.kase.when[i]->when).d;
	}
	for (uint32_t i = 0; i < n; i++)
		w[i].then = em_value_as(E, e->u.kase.when[i]->then, e->type).d;
	/* ELSE NULL says nothing. */
	if (e->u.kase.otherwise && e->u.kase.otherwise->h.kind != TSQL_E_NULL)
		otherwise = em_value_as(E, e->u.kase.otherwise, e->type).d;
	x = ex_make(doc_case(E->a, operand, w, n, otherwise), P_PRIMARY);
	return ex_loose(x);
}

/* ---- values ---- */

static struct ex subquery(struct emit *E, struct tsql_expr *e)
{
	struct tsql_query *q = e->u.sub.query;
	struct ex x;

	if (q->for_clause)
		return em_for_clause(E, q);
	x = ex_make(doc_subquery(E->a, em_subquery(E, q)), P_PRIMARY);
	return ex_loose(x);
}

static struct ex at_time_zone(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_type *t = e->u.binary.l->type;
	struct ex zone;

	if (e->u.binary.r->h.kind != TSQL_E_STRING)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "AT TIME ZONE with a zone that isn't a literal");
	{
		char *key = xmemdupz(
		    e->u.binary.r->u.lit.text, e->u.binary.r->u.lit.len);
		const char *iana = dialect_zone(E->d, key);

		if (!iana) {
			zone = ex_manual(E, FINDING_UNTRANSLATED, e,
			    "the time zone %s isn't in the dialect's table",
			    key);
			free(key);
			return zone;
		}
		free(key);
		zone = ex_string(E, iana, strlen(iana));
	}
	return ex_op2(E,
	    t->base == TSQL_TY_DATETIMEOFFSET ? "dto_at_zone" : "at_zone", e,
	    em_value(E, e->u.binary.l), zone);
}

struct ex em_plain_value(struct emit *E, struct tsql_expr *e)
{
	switch (e->h.kind) {
	case TSQL_E_NULL:
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_FLOAT:
	case TSQL_E_MONEY:
	case TSQL_E_STRING:
	case TSQL_E_BINARY: {
		struct ex x = literal(E, e);

		if (tsql_is_number(e->type))
			x.rep = e->h.kind == TSQL_E_INT &&
				e->type->base == TSQL_TY_INT
			    ? REP_SAME
			    : REP_LOOSE;
		return x;
	}
	case TSQL_E_COLUMN: return em_column(E, e);
	case TSQL_E_VARIABLE: return variable(E, e);
	case TSQL_E_UNARY: return em_unary(E, e);
	case TSQL_E_ARITH: return em_arith(E, e);
	case TSQL_E_CASE: return case_expr(E, e);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT:
	case TSQL_E_PARSE: return em_cast_expr(E, e);
	case TSQL_E_CALL: return em_call(E, e);
	case TSQL_E_SUBQUERY: return subquery(E, e);
	case TSQL_E_COLLATE: return em_value(E, e->u.collate.e);
	case TSQL_E_AT_TIME_ZONE: return at_time_zone(E, e);
	case TSQL_E_METHOD: return em_method(E, e);
	case TSQL_E_ODBC:
		if (e->u.odbc.e) {
			if (e->u.odbc.e->h.kind == TSQL_E_STRING)
				return em_value_as(E, e->u.odbc.e, e->type);
			return em_value(E, e->u.odbc.e);
		}
		break;
	case TSQL_E_AND:
	case TSQL_E_OR:
	case TSQL_E_NOT:
	case TSQL_E_COMPARE:
	case TSQL_E_BETWEEN:
	case TSQL_E_IN:
	case TSQL_E_LIKE:
	case TSQL_E_IS_NULL:
	case TSQL_E_EXISTS:
	case TSQL_E_QUANTIFIED: return em_predicate(E, e);
	default: break;
	}
	return ex_manual(E, FINDING_UNTRANSLATED, e, "this expression");
}

struct ex em_value(struct emit *E, struct tsql_expr *e)
{
	struct emit_group *g = group_of(E->frame, e);
	struct ex x;

	if (g && g->show)
		return ex_make(g->show, P_PRIMARY);
	if (E->depth > EMIT_MAX_DEPTH)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "an expression nested this deep");
	E->depth++;
	x = em_plain_value(E, e);
	E->depth--;
	return x;
}

struct ex em_value_as(
    struct emit *E, struct tsql_expr *e, const struct tsql_type *to)
{
	struct ex x = em_value(E, e);

	if (x.null || e->type->base == TSQL_TY_NULL)
		return x;
	return em_convert(E, x, e->type, to, CONV_IMPLICIT, -1, e, e);
}

struct ex em_exact(struct emit *E, struct ex x, const struct tsql_type *t)
{
	if (t->base == TSQL_TY_UNKNOWN || t->base == TSQL_TY_TABLE)
		return x;
	if (x.null) {
		struct tsql_type n = *t;

		if (n.base == TSQL_TY_NULL)
			n = tsql_type_make(TSQL_TY_INT);
		return ex_cast_to(E, x, &n);
	}
	if (x.rep == REP_SAME || tsql_is_string(t))
		return x;
	if (t->base == TSQL_TY_DATETIMEOFFSET || t->base == TSQL_TY_XML ||
	    t->base == TSQL_TY_SQL_VARIANT)
		return x;
	return ex_cast_to(E, x, t);
}
