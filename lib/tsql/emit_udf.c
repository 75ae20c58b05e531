#include <ctype.h>

#include "tsql/emit_int.h"
#include "tsql/fold_function.h"
#include "tsql/parse.h"

/*
 * User-defined functions are put in where they are called: a scalar one as
 * the CASE that its branches make, an inline table function as its query.
 * Parameters become the arguments, converted to the parameter's type.
 */

#define MAX_INLINE 24
#define MAX_ARMS 200

/* ---- the function's text ---- */

static struct tsql_stmt *body_of(struct emit *E, const struct tsql_object *o,
    const struct tsql_expr *call, struct tsql_module **module)
{
	struct findings said = FINDINGS_INIT;
	struct tsql_options po = {.no_go = true,
	    .quoted_identifier_off = !o->quoted_identifier,
	    .ansi_nulls_off = !o->ansi_nulls};
	struct tsql_bind_options bo = {
	    .catalog = E->cat, .findings = &said, .quiet_unknown = true};
	const char *current = E->cat->current;
	struct tsql_module *m;

	if (!o->text)
		return NULL;
	m = tsql_parse(E->a, o->text, o->text_len, &po);
	E->cat->current = o->database;
	tsql_bind_module(E->a, m, &bo);
	E->cat->current = current;
	for (size_t i = 0; i < said.nr; i++)
		if (said.items[i].code == FINDING_ANSI_NULLS)
			em_differs(E, FINDING_ANSI_NULLS, call, "in %s", o->id);
	findings_release(&said);
	*module = m;
	return tsql_first_stmt(m, TSQL_S_CREATE_FUNCTION);
}

struct saved {
	const char *src;
	size_t src_len;
	bool elsewhere;
	uint32_t place;
	struct emit_var *var;
	struct emit_source *caller;
};

static struct saved enter(
    struct emit *E, const struct tsql_object *o, const struct tsql_node *call)
{
	struct saved s = {
	    E->src, E->src_len, E->elsewhere, E->place, E->var, E->caller};

	E->src = o->text;
	E->src_len = o->text_len;
	if (!E->elsewhere) {
		E->elsewhere = true;
		E->place = call->off;
	}
	E->inline_depth++;
	return s;
}

static void leave(struct emit *E, const struct saved *s)
{
	E->src = s->src;
	E->src_len = s->src_len;
	E->elsewhere = s->elsewhere;
	E->place = s->place;
	E->var = s->var;
	E->caller = s->caller;
	E->inline_depth--;
}

static void set_var(struct emit *E, const char *name, size_t len,
    struct ex value, const struct tsql_type *type)
{
	struct emit_var *v = ARENA_NEW(E->a, struct emit_var);

	v->name = arena_strndup(E->a, name, len);
	v->value = value;
	v->type = type;
	v->next = E->var;
	E->var = v;
}

static struct emit_var *get_var(struct emit *E, const struct tsql_name *n)
{
	for (struct emit_var *v = E->var; v; v = v->next)
		if (strlen(v->name) == n->len &&
		    !strncasecmp(v->name, n->text, n->len))
			return v;
	return NULL;
}

/* The arguments, as the parameters' values: in the caller's terms. */
static bool bind_params(struct emit *E, struct tsql_expr *call,
    const struct tsql_params *p, const struct saved *s, bool *constant)
{
	struct tsql_exprs *args = &call->u.call.args;
	struct ex *v = arena_alloc(E->a, st_mul(p->n + 1, sizeof(*v)));
	struct emit_var *own = E->var;
	const char *src = E->src;
	size_t len = E->src_len;

	if (args->n > p->n)
		return false;
	/* Their text is the caller's. */
	E->src = s->src;
	E->src_len = s->src_len;
	E->var = s->var;
	*constant = true;
	for (uint32_t i = 0; i < p->n; i++) {
		struct tsql_expr *e = i < args->n ? args->v[i] : p->v[i]->def;
		const struct tsql_type *t = p->v[i]->type->type;

		if (i < args->n && e->h.kind == TSQL_E_DEFAULT)
			e = p->v[i]->def;
		if (!e)
			return false;
		v[i] = em_value(E, e);
		if (v[i].null)
			v[i] = ex_cast_to(E, v[i], t);
		else
			v[i] = em_convert(
			    E, v[i], e->type, t, CONV_IMPLICIT, -1, e, call);
		if (!em_is_literal(e))
			*constant = false;
	}
	if (!*constant)
		E->caller = E->source;
	E->src = src;
	E->src_len = len;
	E->var = own;
	for (uint32_t i = 0; i < p->n; i++)
		set_var(E, p->v[i]->name.text, p->v[i]->name.len, v[i],
		    p->v[i]->type->type);
	return true;
}

/* ---- running the body, with expressions for values ---- */

struct run {
	struct emit *E;
	const struct tsql_type *returns;
	bool failed;
	int arms;
};

/* What comes after a statement list: the rest of the lists around it. */
struct rest {
	const struct tsql_stmts *list;
	uint32_t at;
	const struct rest *up;
};

static bool has_return(const struct tsql_stmt *s);

static bool list_returns(const struct tsql_stmts *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (has_return(l->v[i]))
			return true;
	return false;
}

static bool has_return(const struct tsql_stmt *s)
{
	if (!s)
		return false;
	switch (s->h.kind) {
	case TSQL_S_RETURN: return true;
	case TSQL_S_IF:
		return has_return(s->u.if_.then) ||
		    has_return(s->u.if_.otherwise);
	case TSQL_S_BLOCK: return list_returns(&s->u.block.body);
	default: return false;
	}
}

/* case when c then a else b end, with b's arms drawn in when it is one. */
struct choice {
	struct doc_when *w;
	size_t n;
	struct doc *otherwise;
};

static struct ex choose(
    struct run *r, struct doc *cond, struct ex a, struct ex b)
{
	struct emit *E = r->E;
	struct map_entry *m =
	    map_find(&E->choices, (const char *)&b.d, sizeof(b.d));
	struct choice *in = m ? m->value : NULL;
	struct choice *c = ARENA_NEW(E->a, struct choice);
	struct ex x;

	c->n = 1 + (in ? in->n : 0);
	if (++r->arms > MAX_ARMS)
		r->failed = true;
	c->w = arena_alloc(E->a, st_mul(c->n, sizeof(*c->w)));
	c->w[0].when = cond;
	c->w[0].then = a.d;
	if (in)
		memcpy(c->w + 1, in->w, in->n * sizeof(*c->w));
	c->otherwise = in ? in->otherwise : b.null ? NULL : b.d;
	x = ex_loose(
	    ex_make(doc_case(E->a, NULL, c->w, c->n, c->otherwise), P_PRIMARY));
	map_put(&E->choices, (const char *)&x.d, sizeof(x.d))->value = c;
	return x;
}

static void fail(struct run *r, const void *node, const char *what)
{
	(void)node;
	r->failed = true;
	em_manual(r->E, FINDING_UNTRANSLATED, node, "%s in a function", what);
}

static void assign(
    struct run *r, const struct tsql_name *name, int op, struct tsql_expr *e)
{
	struct emit_var *v = get_var(r->E, name);
	struct ex x;

	if (!v || (op != TSQL_OP_EQ && op != TSQL_OP_NONE)) {
		fail(r, e, "an assignment of this kind");
		return;
	}
	x = em_value_as(r->E, e, v->type);
	set_var(r->E, name->text, name->len, x, v->type);
}

static void run_simple(struct run *r, const struct tsql_stmt *s);

static void run_list(struct run *r, const struct tsql_stmts *l)
{
	for (uint32_t i = 0; i < l->n && !r->failed; i++)
		run_simple(r, l->v[i]);
}

/* Both branches, then for each variable that one of them changed the choice
 * between the two values. */
static void run_if(struct run *r, const struct tsql_stmt *s)
{
	struct emit *E = r->E;
	struct doc *cond = em_predicate(E, s->u.if_.cond).d;
	struct emit_var *before = E->var, *then, *otherwise;

	run_simple(r, s->u.if_.then);
	then = E->var;
	E->var = before;
	if (s->u.if_.otherwise)
		run_simple(r, s->u.if_.otherwise);
	otherwise = E->var;
	E->var = before;
	for (int pass = 0; pass < 2; pass++) {
		for (struct emit_var *v = pass ? otherwise : then;
		     v && v != before; v = v->next) {
			struct tsql_name n = {
			    .text = v->name, .len = (uint32_t)strlen(v->name)};
			struct emit_var *seen, *a, *b, *here;

			/* done already? */
			for (seen = E->var; seen && seen != before;
			     seen = seen->next)
				if (!strcasecmp(seen->name, v->name))
					break;
			if (seen && seen != before)
				continue;
			here = E->var;
			E->var = then;
			a = get_var(E, &n);
			E->var = otherwise;
			b = get_var(E, &n);
			E->var = here;
			if (a && b)
				set_var(E, n.text, n.len,
				    choose(r, cond, a->value, b->value),
				    v->type);
		}
	}
}

static void run_select(struct run *r, const struct tsql_stmt *s)
{
	struct emit *E = r->E;
	struct tsql_query *q = s->u.select;
	struct tsql_scope *sc = tsql_scope(q);
	struct tsql_item *it;
	struct emit_var *v;
	struct ex x;

	if (!q || q->h.kind != TSQL_Q_SELECT) {
		fail(r, s, "a query");
		return;
	}
	for (uint32_t i = 0; i < q->u.select.items.n; i++)
		if (!q->u.select.items.v[i]->variable.text) {
			fail(r, s, "a query");
			return;
		}
	if (!q->u.select.from.n && !q->u.select.where) {
		for (uint32_t i = 0; i < q->u.select.items.n; i++) {
			it = q->u.select.items.v[i];
			assign(r, &it->variable, it->assign_op, it->expr);
		}
		return;
	}
	/* One row for sure: an aggregate without groups. */
	if (q->u.select.items.n != 1 || !sc || !sc->grouped ||
	    q->u.select.ngroup || q->u.select.having) {
		fail(r, s, "a query that may give no row or several");
		return;
	}
	it = q->u.select.items.v[0];
	v = get_var(E, &it->variable);
	if (!v) {
		fail(r, s, "a variable that isn't known");
		return;
	}
	E->no_hoist++;
	E->assigning = true;
	x = ex_make(doc_subquery(E->a, em_query(E, q, NULL)), P_PRIMARY);
	E->assigning = false;
	E->no_hoist--;
	set_var(E, v->name, strlen(v->name), ex_loose(x), v->type);
}

static void run_simple(struct run *r, const struct tsql_stmt *s)
{
	struct emit *E = r->E;

	if (!s || r->failed)
		return;
	switch (s->h.kind) {
	case TSQL_S_EMPTY:
	case TSQL_S_SET_OPTION: return;
	case TSQL_S_BLOCK: run_list(r, &s->u.block.body); return;
	case TSQL_S_DECLARE:
		for (uint32_t i = 0; i < s->u.declare.n; i++) {
			struct tsql_var_decl *d = s->u.declare.v[i];
			struct ex x;

			if (!d->type || !d->type->type || d->cursor) {
				fail(r, s, "a variable of this kind");
				return;
			}
			x = d->init ? em_value_as(E, d->init, d->type->type)
				    : ex_cast_to(E, ex_null(E), d->type->type);
			set_var(E, d->name.text, d->name.len, x, d->type->type);
		}
		return;
	case TSQL_S_SET_VAR:
		if (!s->u.set_var.value || s->u.set_var.cursor ||
		    s->u.set_var.target->h.kind != TSQL_E_VARIABLE) {
			fail(r, s, "an assignment of this kind");
			return;
		}
		assign(r, s->u.set_var.target->u.name.part, s->u.set_var.op,
		    s->u.set_var.value);
		return;
	case TSQL_S_SELECT: run_select(r, s); return;
	case TSQL_S_IF: run_if(r, s); return;
	case TSQL_S_WHILE: fail(r, s, "a loop"); return;
	default: fail(r, s, "a statement of this kind"); return;
	}
}

static struct ex run_return(struct run *r, const struct rest *rest);

static struct ex run_from(
    struct run *r, const struct tsql_stmt *s, const struct rest *up)
{
	struct emit *E = r->E;

	if (s->h.kind == TSQL_S_RETURN) {
		if (!s->u.value) {
			fail(r, s, "RETURN without a value");
			return ex_null(E);
		}
		return em_value_as(E, s->u.value, r->returns);
	}
	if (s->h.kind == TSQL_S_BLOCK) {
		struct rest in = {&s->u.block.body, 0, up};

		return run_return(r, &in);
	}
	{
		/* IF in which something returns: each branch goes on to
		 * the end. */
		struct doc *cond = em_predicate(E, s->u.if_.cond).d;
		struct emit_var *before = E->var;
		struct ex a, b;

		if (has_return(s->u.if_.then)) {
			a = run_from(r, s->u.if_.then, up);
		} else {
			run_simple(r, s->u.if_.then);
			a = run_return(r, up);
		}
		E->var = before;
		if (s->u.if_.otherwise && has_return(s->u.if_.otherwise)) {
			b = run_from(r, s->u.if_.otherwise, up);
		} else {
			run_simple(r, s->u.if_.otherwise);
			b = run_return(r, up);
		}
		E->var = before;
		return choose(r, cond, a, b);
	}
}

static struct ex run_return(struct run *r, const struct rest *rest)
{
	struct emit *E = r->E;
	struct rest here;

	while (rest && rest->at >= rest->list->n)
		rest = rest->up;
	if (!rest || r->failed) {
		if (!r->failed)
			fail(r, NULL, "an end without RETURN");
		return ex_null(E);
	}
	here = *rest;
	while (here.at < here.list->n && !r->failed) {
		const struct tsql_stmt *s = here.list->v[here.at++];

		if (has_return(s))
			return run_from(r, s, &here);
		run_simple(r, s);
	}
	if (r->failed)
		return ex_null(E);
	return run_return(r, here.up);
}

/* ---- scalar functions ---- */

struct ex em_scalar_udf(struct emit *E, struct tsql_expr *e)
{
	struct tsql_callref *c = tsql_callref(e);
	const struct tsql_object *o = c ? c->object : NULL;
	const struct tsql_name *n = e->u.call.part + e->u.call.nparts - 1;
	struct tsql_module *m;
	struct tsql_stmt *s;
	struct saved saved;
	bool constant;
	struct run r = {E, NULL, false, 0};
	struct rest rest = {NULL, 0, NULL};
	struct ex x;

	if (!o || o->kind != TSQL_OBJ_SCALAR_FUNCTION || !o->text)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "the function %.*s, whose text isn't known", (int)n->len,
		    n->text);
	if (E->inline_depth >= MAX_INLINE)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "the function %s, which calls itself", o->id);
	s = body_of(E, o, e, &m);
	if (!s || !s->u.function.returns || !s->u.function.returns->type)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "the function %s, which can't be read", o->id);
	saved = enter(E, o, &e->h);
	E->var = NULL;
	if (!bind_params(E, e, &s->u.function.params, &saved, &constant)) {
		x = ex_manual(
		    E, FINDING_UNTRANSLATED, e, "the arguments of %s", o->id);
	} else {
		r.returns = s->u.function.returns->type;
		rest.list = &s->u.function.body;
		x = run_return(&r, &rest);
	}
	leave(E, &saved);
	x.prec = x.prec > P_PRIMARY ? P_PRIMARY : x.prec;
	return x;
}

/* ---- table functions ---- */

/* The query that the function is: its own, or what its statements fold into,
 * of which the text is E->src then. */
static struct tsql_query *table_query(struct emit *E, struct tsql_expr *call,
    const struct tsql_object *o, const struct tsql_module *m,
    const struct tsql_stmt *s)
{
	struct tsql_bind_options bo = {
	    .catalog = E->cat, .quiet_unknown = true};
	struct tsql_options po = {.no_go = true};
	struct tsql_module *folded;
	const struct tsql_stmt *p;
	const char *sql;
	bool differs = false;

	if (s->u.function.what != TSQL_FN_MULTI)
		return s->u.function.query;
	sql = tsql_fold_function(E->a, m, E->cat, &differs);
	if (!sql)
		return NULL;
	folded = tsql_parse(E->a, sql, strlen(sql), &po);
	tsql_bind_module(E->a, folded, &bo);
	p = tsql_first_stmt(folded, TSQL_S_CREATE_PROCEDURE);
	if (!p || p->u.procedure.body.n != 1 ||
	    p->u.procedure.body.v[0]->h.kind != TSQL_S_SELECT)
		return NULL;
	if (differs)
		em_differs(E, FINDING_APPROXIMATE, call,
		    "%s: what its statements leave to the server", o->id);
	E->src = sql;
	E->src_len = strlen(sql);
	return p->u.procedure.body.v[0]->u.select;
}

/* With its own CTEs inside: they refer to the row that it is applied to. The
 * imports stay in front of all. */
static struct doc *applied_query(struct emit *E, struct tsql_query *q)
{
	size_t before = E->ncte - E->nimport, own;
	bool recursive = E->recursive;
	struct doc *d;

	E->recursive = false;
	E->no_hoist++;
	d = em_query(E, q, NULL);
	E->no_hoist--;
	own = E->ncte - E->nimport - before;
	if (own) {
		E->ncte -= own;
		d = doc_with_inner(
		    E->a, E->recursive, E->cte + E->ncte, own, d);
	}
	E->recursive = recursive;
	return d;
}

struct doc *em_table_udf(struct emit *E, struct tsql_expr *call,
    const struct tsql_object *o, bool *lateral)
{
	struct tsql_module *m;
	struct tsql_query *q;
	struct tsql_stmt *s;
	struct saved saved;
	bool constant;
	struct doc *d = NULL;

	if (!o->text || E->inline_depth >= MAX_INLINE ||
	    call->h.kind != TSQL_E_CALL)
		return NULL;
	s = body_of(E, o, call, &m);
	if (!s)
		return NULL;
	saved = enter(E, o, &call->h);
	E->var = NULL;
	if (bind_params(E, call, &s->u.function.params, &saved, &constant)) {
		q = table_query(E, call, o, m, s);
		*lateral = !constant;
		if (q && constant && !E->no_hoist)
			d = em_query(E, q, NULL);
		else if (q)
			d = applied_query(E, q);
	}
	leave(E, &saved);
	return d;
}
