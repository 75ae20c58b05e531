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
#include "tsql/deps.h"
#include "tsql/parse.h"

#define VARIANTS 8
#define TEXT_MAX (256u * 1024)
#define VARIABLES 1000 /* that are followed in one module */
#define CALL_DEPTH 200 /* nested statements; the parser's own cap is near */

/*
 * A text is a literal with its places in the source, or two texts in a row:
 * concatenation copies nothing, so that a text of many pieces costs what it
 * is long. It is written out where it is executed.
 */
struct text {
	const char *s; /* or: */
	const struct text *l, *r;
	uint64_t hash, power; /* of the text; of the base, len times */
	uint32_t len;
	bool whole;   /* all of it is known */
	bool literal; /* some of it is */
	struct tsql_dynamic_piece *piece;
	uint32_t npiece; /* of both, when there are two */
};

struct value {
	const struct text *v[VARIANTS];
	uint32_t n;
};

struct variable {
	const struct tsql_name *name;
	const struct value *value;
};

struct env {
	struct variable *v;
	size_t nr, cap;
};

struct finder {
	struct arena *a;
	const struct tsql_module *m;
	struct tsql_dynamics *out;
	struct env env;
	const struct value *hole;
	size_t budget; /* bytes of text that may still be written out */
	unsigned depth;
};

/* ---- texts ---- */

#define HASH_BASE 0x9E3779B97F4A7C15ull

static void set_text(struct text *t, const char *s, size_t len)
{
	size_t i;

	t->s = s;
	t->len = (uint32_t)len;
	t->power = 1;
	for (i = 0; i < len; i++) {
		t->hash = t->hash * HASH_BASE + (unsigned char)s[i] + 1;
		t->power *= HASH_BASE;
	}
}

static const struct value *one(struct finder *f, const struct text *t)
{
	struct value *v = ARENA_NEW(f->a, struct value);

	v->v[v->n++] = t;
	return v;
}

static const struct value *hole(struct finder *f)
{
	struct text *t;

	if (f->hole)
		return f->hole;
	t = ARENA_NEW(f->a, struct text);
	set_text(t, TSQL_DYNAMIC_HOLE, strlen(TSQL_DYNAMIC_HOLE));
	t->piece = ARENA_NEW(f->a, struct tsql_dynamic_piece);
	t->npiece = 1;
	return f->hole = one(f, t);
}

static const struct value *plain(struct finder *f, const char *s, size_t len)
{
	struct text *t = ARENA_NEW(f->a, struct text);

	set_text(t, arena_strndup(f->a, s, len), len);
	t->whole = true;
	t->piece = ARENA_NEW(f->a, struct tsql_dynamic_piece);
	t->npiece = 1;
	return one(f, t);
}

/* A literal's decoded text with the places of its runs in the source. */
static const struct value *literal(struct finder *f, const struct tsql_expr *e)
{
	struct text *t = ARENA_NEW(f->a, struct text);
	const char *src = f->m->src;
	uint32_t at = e->h.off, end = e->h.off + e->h.len, runs = 1, i;
	char quote;

	set_text(t, e->u.lit.text, e->u.lit.len);
	t->whole = t->literal = true;
	for (i = 0; i < t->len; i++)
		runs += t->s[i] == '\'' || t->s[i] == '"';
	t->piece = arena_alloc(f->a, (runs + 1) * sizeof(*t->piece));
	while (at < end && src[at] != '\'' && src[at] != '"')
		at++;
	if (at == end)
		return one(f, t);
	quote = src[at++];
	for (i = 0; i < t->len && at < end && t->npiece < runs;) {
		struct tsql_dynamic_piece *p = &t->piece[t->npiece++];

		p->at = i;
		p->off = at;
		while (i < t->len && at < end && src[at] != quote)
			i++, at++;
		if (i < t->len && at + 1 < end) {
			i++; /* a doubled quote is one */
			p->len = i - p->at;
			at += 2;
		} else {
			p->len = i - p->at;
		}
	}
	return one(f, t);
}

static const struct text *joined(
    struct finder *f, const struct text *l, const struct text *r)
{
	struct text *t;

	if (l->len + r->len > TEXT_MAX)
		return hole(f)->v[0];
	t = ARENA_NEW(f->a, struct text);
	t->l = l;
	t->r = r;
	t->len = l->len + r->len;
	t->hash = l->hash * r->power + r->hash;
	t->power = l->power * r->power;
	t->whole = l->whole && r->whole;
	t->literal = l->literal || r->literal;
	t->npiece = l->npiece + r->npiece;
	return t;
}

/* The text in one, from its end: chains lean left. */
static void write_out(
    struct finder *f, const struct text *t, struct tsql_dynamic *d)
{
	char *s = arena_alloc(f->a, t->len + 1u);
	struct tsql_dynamic_piece *piece =
	    arena_alloc(f->a, (t->npiece + 1) * sizeof(*piece));
	const struct text **stack = NULL;
	uint32_t len = t->len, n = t->npiece, i;
	size_t nr = 0, cap = 0;

	d->text = s;
	d->len = len;
	d->piece = piece;
	d->npiece = n;
	for (s[len] = '\0'; t; t = nr ? stack[--nr] : NULL) {
		for (; t->l; t = t->r) {
			GROW(stack, nr, cap);
			stack[nr++] = t->l;
		}
		len -= t->len;
		memcpy(s + len, t->s, t->len);
		n -= t->npiece;
		for (i = 0; i < t->npiece; i++) {
			piece[n + i] = t->piece[i];
			piece[n + i].at += len;
		}
	}
	free(stack);
}

static const struct value *concat(
    struct finder *f, const struct value *l, const struct value *r)
{
	struct value *v = ARENA_NEW(f->a, struct value);
	uint32_t i, k;

	for (i = 0; i < l->n; i++)
		for (k = 0; k < r->n && v->n < VARIANTS; k++)
			v->v[v->n++] = joined(f, l->v[i], r->v[k]);
	return v;
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a == b || (a->len == b->len && a->hash == b->hash);
}

static const struct value *either(
    struct finder *f, const struct value *l, const struct value *r)
{
	struct value *v;
	uint32_t i, k;

	if (l == r || !r)
		return l;
	if (!l)
		return r;
	v = ARENA_NEW(f->a, struct value);
	*v = *l;
	for (i = 0; i < r->n && v->n < VARIANTS; i++) {
		for (k = 0; k < v->n && !same_text(v->v[k], r->v[i]); k++)
			;
		if (k == v->n)
			v->v[v->n++] = r->v[i];
	}
	return v;
}

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
	if (v == f->hole || f->env.nr == VARIABLES)
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
			    either(f, f->env.v[i].value, o->value);
			continue;
		}
		known = get(f, o->name);
		set(f, o->name, either(f, known ? known : hole(f), o->value));
	}
	free(other->v);
}

/* ---- expressions ---- */

static const struct value *eval(struct finder *, const struct tsql_expr *);

static const struct value *eval_call(
    struct finder *f, const struct tsql_expr *e)
{
	const struct tsql_call *c = &e->u.call;
	const struct value *v = NULL;
	enum tsql_fn fn = c->nparts == 1
	    ? tsql_function_find(c->part[0].text, c->part[0].len)
	    : TSQL_F_NONE;
	uint32_t i;
	char ch;

	switch (fn) {
	case TSQL_F_CONCAT:
		for (i = 0; i < c->args.n; i++) {
			const struct value *arg = eval(f, c->args.v[i]);

			v = v ? concat(f, v, arg) : arg;
		}
		return v ? v : hole(f);
	case TSQL_F_ISNULL:
	case TSQL_F_COALESCE:
	case TSQL_F_LTRIM:
	case TSQL_F_RTRIM:
	case TSQL_F_TRIM: return c->args.n ? eval(f, c->args.v[0]) : hole(f);
	case TSQL_F_CHAR_:
	case TSQL_F_NCHAR:
		if (!c->args.n || c->args.v[0]->h.kind != TSQL_E_INT)
			return hole(f);
		ch = (char)strtol(c->args.v[0]->u.lit.text, NULL, 10);
		if (ch != 9 && ch != 10 && ch != 13 && (ch < 32 || ch == 127))
			ch = ' ';
		return plain(f, &ch, 1);
	case TSQL_F_SPACE: return plain(f, " ", 1);
	case TSQL_F_QUOTENAME:
		v = c->args.n ? eval(f, c->args.v[0]) : hole(f);
		return concat(
		    f, concat(f, plain(f, "[", 1), v), plain(f, "]", 1));
	case TSQL_F_OBJECT_NAME:
	case TSQL_F_DB_NAME:
	default: return hole(f);
	}
}

/* A node that is no concatenation. */
static const struct value *eval_leaf(
    struct finder *f, const struct tsql_expr *e)
{
	const struct value *v;

	switch (e->h.kind) {
	case TSQL_E_STRING: return literal(f, e);
	case TSQL_E_INT: return plain(f, e->u.lit.text, e->u.lit.len);
	case TSQL_E_VARIABLE:
		v = e->nparts ? get(f, &e->u.name.part[0]) : NULL;
		return v ? v : hole(f);
	case TSQL_E_CAST:
	case TSQL_E_CONVERT:
		return e->u.cast.e ? eval(f, e->u.cast.e) : hole(f);
	case TSQL_E_COLLATE:
		return e->u.collate.e ? eval(f, e->u.collate.e) : hole(f);
	case TSQL_E_CALL: return eval_call(f, e);
	default: return hole(f);
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
		return hole(f);
	f->depth++;
	for (; is_concat(e); e = e->u.binary.l) {
		GROW(chain, nr, cap);
		chain[nr++] = e;
	}
	v = eval_leaf(f, e);
	while (nr)
		v = concat(f, v, eval(f, chain[--nr]->u.binary.r));
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
			    arena_alloc(f->a, cap * sizeof(*more));

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
			t = hole(f)->v[0];
		else
			f->budget -= t->len;
		d->whole = t->whole;
		write_out(f, t, d);
		if (t->literal)
			d->module = tsql_parse(f->a, d->text, d->len, &po);
	}
}

static bool is_executesql(const struct tsql_exec *x)
{
	return x->name && x->name->n &&
	    tsql_name_is(&x->name->part[x->name->n - 1], "sp_executesql");
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

		found(f, s, v ? v : hole(f));
	}
	if (x->result.text)
		set(f, &x->result, hole(f));
	for (i = 0; i < x->narg; i++)
		if (x->arg[i]->output && x->arg[i]->value &&
		    x->arg[i]->value->h.kind == TSQL_E_VARIABLE &&
		    x->arg[i]->value->nparts)
			set(f, &x->arg[i]->value->u.name.part[0], hole(f));
}

static void assign(struct finder *f, const struct tsql_name *n, uint8_t op,
    const struct tsql_expr *value, bool known)
{
	const struct value *v = known ? eval(f, value) : hole(f), *old;

	if (op == TSQL_OP_ADD) {
		old = get(f, n);
		v = concat(f, old ? old : hole(f), v);
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
				: hole(f));
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
				    hole(f));
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
	struct finder f = {.a = a, .m = m, .out = out};
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
