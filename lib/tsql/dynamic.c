/*
 * Executed text: what EXEC (…) and sp_executesql run, as far as it can be
 * told. Variables are followed through a module in the order of its
 * statements; where branches meet, each possible text is kept (a few), and
 * what isn't known becomes a word that stands out (TSQL_DYNAMIC_HOLE).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "tsql/dynamic_int.h"
#include "tsql/parse.h"

/* Each piece costs a hundred times what it is long. */
#define PIECES 10000	  /* of one sum; a longer one isn't known */
#define PIECES_ALL 200000 /* of a module's */
#define CALL_DEPTH 200	  /* nested statements; the parser's own cap is near */

struct variable {
	const struct tsql_name *name;
	const struct value *value;
};

struct env {
	struct variable *v;
	size_t nr, cap;
};

struct finder {
	struct texts t;
	struct tsql_dynamics *out;
	struct env env;
	size_t budget; /* bytes of text that may still be written out */
	size_t pieces;
	unsigned depth;
};

/* ---- variables ---- */

static bool same_name(const struct tsql_name *a, const struct tsql_name *b)
{
	return a->len == b->len && !strncasecmp(a->text, b->text, a->len);
}

static const struct value *get(
    const struct finder *f, const struct tsql_name *n)
{
	size_t i;

	for (i = f->env.nr; i-- > 0;)
		if (same_name(f->env.v[i].name, n))
			return f->env.v[i].value;
	return NULL;
}

static void set(
    struct finder *f, const struct tsql_name *n, const struct value *v)
{
	size_t i;

	if (!n->text)
		return;
	for (i = f->env.nr; i-- > 0;)
		if (same_name(f->env.v[i].name, n)) {
			f->env.v[i].value = v;
			return;
		}
	if (v == f->t.hole || f->env.nr == VARIABLES)
		return; /* what isn't there isn't known either */
	GROW(f->env.v, f->env.nr, f->env.cap);
	f->env.v[f->env.nr].name = n;
	f->env.v[f->env.nr++].value = v;
}

static struct env copy_env(const struct env *e)
{
	struct env c = {NULL, e->nr, e->nr};

	if (e->nr) {
		c.v = xreallocarray(NULL, e->nr, sizeof(*c.v));
		memcpy(c.v, e->v, e->nr * sizeof(*c.v));
	}
	return c;
}

/* The texts of both ways; other is used up. */
static void meet(struct finder *f, struct env *other)
{
	size_t i;

	for (i = 0; i < other->nr; i++) {
		const struct variable *o = &other->v[i];
		const struct value *known;

		/* both come of one: a variable is in the same place */
		if (i < f->env.nr && f->env.v[i].name == o->name) {
			f->env.v[i].value =
			    txt_either(&f->t, f->env.v[i].value, o->value);
			continue;
		}
		known = get(f, o->name);
		set(f, o->name,
		    txt_either(
			&f->t, known ? known : txt_hole(&f->t), o->value));
	}
	free(other->v);
}

/* ---- expressions ---- */

static const struct value *eval(struct finder *, const struct tsql_expr *);

static const struct value *argument(
    struct finder *f, const struct tsql_call *c, uint32_t nr)
{
	return nr < c->args.n ? eval(f, c->args.v[nr]) : txt_hole(&f->t);
}

/* A number that is written out; -1: it is not. */
static long number(const struct tsql_call *c, uint32_t nr)
{
	if (nr >= c->args.n || c->args.v[nr]->h.kind != TSQL_E_INT)
		return -1;
	return strtol(c->args.v[nr]->u.lit.text, NULL, 10);
}

static bool too_many(struct finder *f, size_t pieces)
{
	if (pieces > PIECES || f->pieces + pieces > PIECES_ALL)
		return true;
	f->pieces += pieces;
	return false;
}

/* CONCAT, and CONCAT_WS with its first argument between the others. */
static const struct value *concat_all(
    struct finder *f, const struct tsql_call *c, bool separated)
{
	const struct value *v = NULL, *between = NULL;
	uint32_t i;

	if (too_many(f, c->args.n))
		return txt_hole(&f->t);
	if (separated)
		between = argument(f, c, 0);
	for (i = separated; i < c->args.n; i++) {
		const struct value *arg = eval(f, c->args.v[i]);

		if (v && between)
			v = txt_concat(&f->t, v, between);
		v = v ? txt_concat(&f->t, v, arg) : arg;
	}
	return v ? v : txt_hole(&f->t);
}

/* FORMATMESSAGE: each %s, %d … by the next argument. */
static const struct value *formatted(
    struct finder *f, const struct tsql_call *c)
{
	const struct value *format = argument(f, c, 0);
	const struct value *v = txt_plain(&f->t, "", 0);
	const struct text *t = txt_only(format);
	uint32_t at = 0, from = 0, arg = 1;

	if (!t || !t->s || c->args.v[0]->h.kind == TSQL_E_INT)
		return txt_hole(&f->t);
	while (at + 1 < t->len) {
		if (t->s[at] != '%') {
			at++;
			continue;
		}
		v = txt_concat(
		    &f->t, v, txt_slice(&f->t, format, from, at - from));
		at++;
		if (t->s[at] == '%') {
			from = at++;
			continue;
		}
		while (at < t->len && strchr("-+0 #*.123456789lI", t->s[at]))
			at++;
		from = ++at;
		v = txt_concat(&f->t, v, argument(f, c, arg++));
	}
	return txt_concat(
	    &f->t, v, txt_slice(&f->t, format, from, t->len - from));
}

static const struct value *substring(struct finder *f,
    const struct tsql_call *c, const struct value *v, enum tsql_fn fn)
{
	long n = number(c, 1), len = fn == TSQL_F_SUBSTRING ? number(c, 2) : n;

	if (n < 0 || len < 0 || (fn == TSQL_F_SUBSTRING && !n))
		return txt_hole(&f->t);
	if (fn == TSQL_F_LEFT)
		return txt_slice(&f->t, v, 0, (size_t)len);
	if (fn == TSQL_F_SUBSTRING)
		return txt_slice(&f->t, v, (size_t)n - 1, (size_t)len);
	if (!txt_only(v))
		return txt_hole(&f->t);
	n = (long)txt_only(v)->len - len;
	return txt_slice(&f->t, v, n > 0 ? (size_t)n : 0, (size_t)len);
}

static const struct value *character(
    struct finder *f, const struct tsql_call *c)
{
	long n = number(c, 0);
	char ch = (char)n;

	if (n < 0)
		return txt_hole(&f->t);
	if (n != 9 && n != 10 && n != 13 && (n < 32 || n >= 127))
		ch = ' ';
	return txt_plain(&f->t, &ch, 1);
}

static const struct value *quoted(struct finder *f, const struct tsql_call *c)
{
	const struct value *v = argument(f, c, 0);
	const struct text *q =
	    c->args.n > 1 ? txt_only(argument(f, c, 1)) : NULL;
	const char *open = "[", *close = "]";

	if (c->args.n > 1 && (!q || !q->s || q->len != 1))
		return txt_hole(&f->t);
	if (q && strchr("'\"`", q->s[0]))
		open = close = q->s;
	return txt_concat(&f->t,
	    txt_concat(&f->t, txt_plain(&f->t, open, 1), v),
	    txt_plain(&f->t, close, 1));
}

static const struct value *eval_call(
    struct finder *f, const struct tsql_expr *e)
{
	const struct tsql_call *c = &e->u.call;
	enum tsql_fn fn = c->nparts == 1
	    ? tsql_function_find(c->part[0].text, c->part[0].len)
	    : TSQL_F_NONE;

	switch (fn) {
	case TSQL_F_CONCAT: return concat_all(f, c, false);
	case TSQL_F_CONCAT_WS: return concat_all(f, c, true);
	case TSQL_F_ISNULL:
	case TSQL_F_COALESCE:
	case TSQL_F_LTRIM:
	case TSQL_F_RTRIM:
	case TSQL_F_TRIM:
	/* names are found in any case */
	case TSQL_F_UPPER:
	case TSQL_F_LOWER: return argument(f, c, 0);
	case TSQL_F_IIF:
		return txt_either(&f->t, argument(f, c, 1), argument(f, c, 2));
	case TSQL_F_REPLACE:
		return txt_replace(&f->t, argument(f, c, 0), argument(f, c, 1),
		    argument(f, c, 2));
	case TSQL_F_LEFT:
	case TSQL_F_RIGHT:
	case TSQL_F_SUBSTRING: return substring(f, c, argument(f, c, 0), fn);
	case TSQL_F_FORMATMESSAGE: return formatted(f, c);
	case TSQL_F_CHAR_:
	case TSQL_F_NCHAR: return character(f, c);
	case TSQL_F_SPACE: return txt_plain(&f->t, " ", 1);
	case TSQL_F_QUOTENAME: return quoted(f, c);
	default: return txt_hole(&f->t);
	}
}

/* CASE: any of its branches. */
static const struct value *eval_case(
    struct finder *f, const struct tsql_expr *e)
{
	const struct value *v = NULL;
	uint32_t i;

	for (i = 0; i < e->u.kase.nwhen; i++)
		v = txt_either(&f->t, v, eval(f, e->u.kase.when[i]->then));
	if (e->u.kase.otherwise)
		v = txt_either(&f->t, v, eval(f, e->u.kase.otherwise));
	return v ? v : txt_hole(&f->t);
}

/* A node that is no concatenation. */
static const struct value *eval_leaf(
    struct finder *f, const struct tsql_expr *e)
{
	const struct value *v;

	switch (e->h.kind) {
	case TSQL_E_STRING: return txt_literal(&f->t, e);
	case TSQL_E_INT: return txt_plain(&f->t, e->u.lit.text, e->u.lit.len);
	case TSQL_E_VARIABLE:
		v = e->nparts ? get(f, &e->u.name.part[0]) : NULL;
		return v ? v : txt_hole(&f->t);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT:
		return e->u.cast.e ? eval(f, e->u.cast.e) : txt_hole(&f->t);
	case TSQL_E_COLLATE:
		return e->u.collate.e ? eval(f, e->u.collate.e)
				      : txt_hole(&f->t);
	case TSQL_E_CALL: return eval_call(f, e);
	case TSQL_E_CASE: return eval_case(f, e);
	default: return txt_hole(&f->t);
	}
}

static bool is_concat(const struct tsql_expr *e)
{
	return e->h.kind == TSQL_E_ARITH &&
	    (e->op == TSQL_OP_ADD || e->op == TSQL_OP_CONCAT) &&
	    e->u.binary.l && e->u.binary.r;
}

static const struct value *eval(struct finder *f, const struct tsql_expr *e)
{
	const struct tsql_expr **chain = NULL;
	size_t nr = 0, cap = 0;
	const struct value *v;

	if (!e || f->depth > CALL_DEPTH)
		return txt_hole(&f->t);
	f->depth++;
	for (; is_concat(e); e = e->u.binary.l) {
		GROW(chain, nr, cap);
		chain[nr++] = e;
	}
	v = eval_leaf(f, e);
	if (too_many(f, nr)) {
		nr = 0;
		v = txt_hole(&f->t);
	}
	while (nr)
		v = txt_concat(&f->t, v, eval(f, chain[--nr]->u.binary.r));
	free(chain);
	f->depth--;
	return v;
}

/* ---- statements ---- */

static void found(
    struct finder *f, const struct tsql_stmt *s, const struct value *v)
{
	struct tsql_options po = {.no_go = true};
	uint32_t i;

	for (i = 0; i < v->n; i++) {
		const struct text *t = v->v[i];
		struct tsql_dynamic *d;

		if (f->out->n == f->out->cap) {
			uint32_t cap = f->out->cap ? f->out->cap * 2 : 4;
			struct tsql_dynamic *more =
			    arena_alloc(f->t.a, cap * sizeof(*more));

			if (f->out->n)
				memcpy(
				    more, f->out->v, f->out->n * sizeof(*more));
			f->out->v = more;
			f->out->cap = cap;
		}
		d = &f->out->v[f->out->n++];
		memset(d, 0, sizeof(*d));
		d->stmt = s;
		/* one text may be executed again and again */
		if (t->len > f->budget)
			t = txt_hole(&f->t)->v[0];
		else
			f->budget -= t->len;
		d->whole = t->whole;
		txt_write_out(&f->t, t, d);
		if (t->literal)
			d->module = tsql_parse(f->t.a, d->text, d->len, &po);
	}
}

static bool is_executesql(const struct tsql_exec *x)
{
	return x->name && x->name->n &&
	    tsql_name_is(&x->name->part[x->name->n - 1], "sp_executesql");
}

void tsql_dynamic_use(struct tsql_catalog *c, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;

	if (is_executesql(x) && x->name->n == 3)
		tsql_catalog_use(c, &x->name->part[0]);
}

static void exec(struct finder *f, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;
	uint32_t i;

	if (x->text && !x->at)
		found(f, s, eval(f, x->text));
	else if (is_executesql(x) && x->narg && x->arg[0]->value)
		found(f, s, eval(f, x->arg[0]->value));
	else if (x->variable.text) {
		const struct value *v = get(f, &x->variable);

		found(f, s, v ? v : txt_hole(&f->t));
	}
	if (x->result.text)
		set(f, &x->result, txt_hole(&f->t));
	for (i = 0; i < x->narg; i++)
		if (x->arg[i]->output && x->arg[i]->value &&
		    x->arg[i]->value->h.kind == TSQL_E_VARIABLE &&
		    x->arg[i]->value->nparts)
			set(f, &x->arg[i]->value->u.name.part[0],
			    txt_hole(&f->t));
}

static void assign(struct finder *f, const struct tsql_name *n, uint8_t op,
    const struct tsql_expr *value, bool known)
{
	const struct value *v = known ? eval(f, value) : txt_hole(&f->t), *old;

	if (op == TSQL_OP_ADD) {
		old = get(f, n);
		v = txt_concat(&f->t, old ? old : txt_hole(&f->t), v);
	}
	set(f, n, v);
}

static void select_into_variables(struct finder *f, const struct tsql_query *q)
{
	uint32_t i;

	if (!q || q->h.kind != TSQL_Q_SELECT)
		return;
	for (i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_item *item = q->u.select.items.v[i];

		if (item->variable.text)
			assign(f, &item->variable, item->assign_op, item->expr,
			    true);
	}
}

static void run(struct finder *f, const struct tsql_stmt *s);

static void run_all(struct finder *f, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		run(f, list->v[i]);
}

static void run_if(struct finder *f, const struct tsql_stmt *s)
{
	struct env before = copy_env(&f->env), after;

	run(f, s->u.if_.then);
	after = f->env;
	f->env = before;
	run(f, s->u.if_.otherwise);
	meet(f, &after);
}

static void run_body(struct finder *f, const struct tsql_stmts *body)
{
	struct env kept = f->env;

	memset(&f->env, 0, sizeof(f->env));
	run_all(f, body);
	free(f->env.v);
	f->env = kept;
}

static void run(struct finder *f, const struct tsql_stmt *s)
{
	struct env before;
	uint32_t i;

	if (!s || f->depth > CALL_DEPTH)
		return;
	f->depth++;
	switch (s->h.kind) {
	case TSQL_S_DECLARE:
		for (i = 0; i < s->u.declare.n; i++)
			set(f, &s->u.declare.v[i]->name,
			    s->u.declare.v[i]->init
				? eval(f, s->u.declare.v[i]->init)
				: txt_hole(&f->t));
		break;
	case TSQL_S_SET_VAR:
		if (s->u.set_var.target &&
		    s->u.set_var.target->h.kind == TSQL_E_VARIABLE &&
		    s->u.set_var.target->nparts && s->u.set_var.value)
			assign(f, &s->u.set_var.target->u.name.part[0],
			    s->u.set_var.op, s->u.set_var.value, true);
		break;
	case TSQL_S_SELECT: select_into_variables(f, s->u.select); break;
	case TSQL_S_CURSOR:
		for (i = 0; i < s->u.cursor.into.n; i++)
			if (s->u.cursor.into.v[i]->nparts)
				set(f, &s->u.cursor.into.v[i]->u.name.part[0],
				    txt_hole(&f->t));
		break;
	case TSQL_S_IF: run_if(f, s); break;
	case TSQL_S_WHILE:
		before = copy_env(&f->env);
		run(f, s->u.while_.body);
		meet(f, &before);
		break;
	case TSQL_S_BLOCK: run_all(f, &s->u.block.body); break;
	case TSQL_S_TRY:
		before = copy_env(&f->env);
		run_all(f, &s->u.try_.body);
		meet(f, &before);
		run_all(f, &s->u.try_.handler);
		break;
	case TSQL_S_EXEC: exec(f, s); break;
	case TSQL_S_INSERT:
		if (s->u.insert.exec)
			run(f, s->u.insert.exec);
		break;
	case TSQL_S_CREATE_PROCEDURE: run_body(f, &s->u.procedure.body); break;
	case TSQL_S_CREATE_FUNCTION: run_body(f, &s->u.function.body); break;
	case TSQL_S_CREATE_TRIGGER: run_body(f, &s->u.trigger.body); break;
	default: break;
	}
	f->depth--;
}

static bool has_text(void *ctx, const struct tsql_node *n)
{
	const struct tsql_exec *x;

	if (n->kind == TSQL_S_EXEC) {
		x = &((const struct tsql_stmt *)n)->u.exec;
		*(bool *)ctx |=
		    (x->text && !x->at) || x->variable.text || is_executesql(x);
	}
	/* statements hold statements; queries hold none that execute */
	return n->kind >= TSQL_S_OPAQUE && n->kind < TSQL_COLUMN_DEF &&
	    n->kind != TSQL_S_SELECT;
}

void tsql_dynamic_find(struct arena *a, const struct tsql_module *m,
    const struct tsql_stmts *list, struct tsql_dynamics *out)
{
	struct finder f = {.t = {a, m, NULL, 0}, .out = out};
	bool any = false;
	uint32_t i;

	for (i = 0; i < list->n && !any; i++)
		tsql_walk(&list->v[i]->h, has_text, NULL, &any);
	if (!any)
		return;
	f.budget = st_add(1u << 20, st_mul(8, m->len));
	run_all(&f, list);
	free(f.env.v);
}

const struct tsql_params *tsql_dynamic_params(
    struct arena *a, const struct tsql_exec *x)
{
	static const struct tsql_params none;
	const struct tsql_expr *e = x->narg > 1 ? x->arg[1]->value : NULL;
	const struct tsql_stmt *s;
	char *text;

	if (!e || e->h.kind != TSQL_E_STRING)
		return &none;
	text = arena_printf(a, "CREATE PROCEDURE p %.*s AS RETURN",
	    (int)e->u.lit.len, e->u.lit.text);
	s = tsql_first_stmt(
	    tsql_parse(a, text, strlen(text), NULL), TSQL_S_CREATE_PROCEDURE);
	return s ? &s->u.procedure.params : &none;
}
