/*
 * Lineage through calls: executed texts, procedures that are given values or
 * tables of their caller, and what scalar functions return.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "tsql/lineage_int.h"
#include "tsql/parse.h"

#define TEXT_DEPTH 4  /* text that executes text … */
#define CALL_DEPTH 4  /* procedures that call procedures … */
#define CALLS_MAX 200 /* calls followed for one object */
#define FUNCTION_DEPTH 16

/* ---- modules that are called ---- */

static struct tsql_module *parsed(
    struct lineage *l, const struct tsql_object *o)
{
	struct tsql_options po = {
	    .no_go = true, .quoted_identifier_off = !o->quoted_identifier};

	return tsql_parse(l->a, o->text, o->text_len, &po);
}

/* By itself: parsed and bound once, however often it is called. */
struct callee {
	struct tsql_module *module;
	const struct tsql_stmt *create; /* NULL: it is no procedure */
	bool learned;			/* its own edges are in l->own */
};

static struct callee *callee_of(struct lineage *l, const struct tsql_object *o)
{
	struct tsql_catalog *cat = l->opt->catalog;
	struct tsql_bind_options bo = {.catalog = cat};
	struct callee *c = map_get(&l->callees, o->id);
	const char *outer = cat->current;

	if (c)
		return c;
	c = ARENA_NEW(l->a, struct callee);
	c->module = parsed(l, o);
	cat->current = o->database;
	tsql_bind_module(l->a, c->module, &bo);
	cat->current = outer;
	c->create = tsql_first_stmt(c->module, TSQL_S_CREATE_PROCEDURE);
	map_set(&l->callees, o->id, c);
	return c;
}

/* Bound where the caller's temporary tables are seen. */
static void bind(
    struct lineage *l, struct tsql_module *m, const struct tsql_params *params)
{
	struct tsql_bind_options bo = {.catalog = l->opt->catalog,
	    .temp = l->temp,
	    .ntemp = l->ntemp,
	    .params = params};

	tsql_bind_module(l->a, m, &bo);
}

/* ---- arguments ---- */

struct passed {
	const struct tsql_param *param;
	const struct tsql_exec_arg *arg;
	const struct set *value;
};

struct call {
	struct passed *v;
	uint32_t n;
	struct map kept; /* the caller's variables */
};

static const struct tsql_param *param_of(
    const struct tsql_params *p, const struct tsql_exec_arg *a, uint32_t nr)
{
	uint32_t i;

	if (!a->name.text)
		return nr < p->n ? p->v[nr] : NULL;
	for (i = 0; i < p->n; i++)
		if (p->v[i]->name.len == a->name.len &&
		    !strncasecmp(p->v[i]->name.text, a->name.text, a->name.len))
			return p->v[i];
	return NULL;
}

static struct tsql_object *table_of(const struct tsql_expr *e)
{
	const struct tsql_varref *r = tsql_varref(e);

	return r && r->variable ? r->variable->object : NULL;
}

/* What the arguments from `first` on give, seen by the caller. */
static void take_arguments(struct lineage *l, struct call *c,
    const struct tsql_exec *x, uint32_t first, const struct tsql_params *p)
{
	uint32_t i;

	memset(c, 0, sizeof(*c));
	c->v = arena_alloc(l->a, (x->narg + 1u) * sizeof(*c->v));
	for (i = first; i < x->narg; i++) {
		struct passed *to = &c->v[c->n];

		to->param = param_of(p, x->arg[i], i - first);
		if (!to->param || !x->arg[i]->value)
			continue;
		to->arg = x->arg[i];
		to->value = lin_expr_set(l, to->arg->value, TSQL_LIN_IDENTITY);
		c->n++;
	}
}

static void pass_table(struct lineage *l, const struct passed *p)
{
	const struct tsql_object *from = table_of(p->arg->value);
	const struct tsql_object *to = tsql_param_table(p->param);
	const struct flow *given = from ? lin_flow_known(l, from) : NULL;
	struct flow *f;
	uint32_t i;

	if (!given || !to)
		return;
	f = lin_flow(l, to, given->n);
	for (i = 0; i < f->n && i < given->n; i++)
		f->column[i] = lin_union(l, f->column[i], given->column[i]);
	f->rows = lin_union(l, f->rows, given->rows);
}

/* The callee's variables take the place of the caller's. */
static void enter(struct lineage *l, struct call *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		pass_table(l, &c->v[i]);
	c->kept = l->variables;
	map_init(&l->variables, MAP_FOLD);
	for (i = 0; i < c->n; i++)
		lin_set_variable(l, &c->v[i].param->name, c->v[i].value);
}

/* Back in the caller, with what OUTPUT parameters bring. */
static void leave(struct lineage *l, struct call *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		const struct flow *f = lin_variable(l, &c->v[i].param->name, 0);

		c->v[i].value = f && f->n ? f->column[0] : l->empty;
	}
	map_release(&l->variables, NULL);
	l->variables = c->kept;
	for (i = 0; i < c->n; i++) {
		const struct tsql_expr *e = c->v[i].arg->value;

		if (c->v[i].arg->output && e->h.kind == TSQL_E_VARIABLE &&
		    e->nparts)
			lin_set_variable(l, &e->u.name.part[0], c->v[i].value);
	}
}

/* ---- executed texts ---- */

void lin_find_texts(struct lineage *l, const struct tsql_module *m,
    const struct tsql_stmts *list)
{
	struct tsql_dynamics found = {0};
	uint32_t i;

	tsql_dynamic_find(l->a, m, list, &found);
	for (i = 0; i < found.n; i++) {
		GROW(l->text, l->ntext, l->text_cap);
		l->text[l->ntext].stmt = found.v[i].stmt;
		l->text[l->ntext].bound = false;
		l->text[l->ntext++].module = found.v[i].module;
	}
}

static void run_text(struct lineage *l, const struct tsql_exec *x, size_t nr)
{
	struct tsql_module *m = l->text[nr].module;
	const struct tsql_params *p = tsql_dynamic_params(l->a, x);
	const char *outer = l->opt->catalog->current;
	struct call c;
	uint32_t i;

	tsql_dynamic_use(l->opt->catalog, l->text[nr].stmt);
	if (!l->text[nr].bound) {
		bind(l, m, p);
		l->text[nr].bound = true;
		for (i = 0; i < m->nbatch; i++)
			lin_find_texts(l, m, &m->batch[i]->stmts);
	}
	l->turn++;
	take_arguments(l, &c, x, 2, p);
	enter(l, &c);
	for (i = 0; i < m->nbatch; i++)
		lin_stmts(l, &m->batch[i]->stmts);
	leave(l, &c);
	l->opt->catalog->current = outer;
}

static void run_texts(struct lineage *l, const struct tsql_stmt *s)
{
	size_t i, n = l->ntext;

	if (l->text_depth >= TEXT_DEPTH)
		return;
	l->text_depth++;
	for (i = 0; i < n; i++)
		if (l->text[i].stmt == s && l->text[i].module)
			run_text(l, &s->u.exec, i);
	l->text_depth--;
}

/* ---- procedures ---- */

/* What the callee writes by itself is its own lineage, not the caller's. */
static void learn_own_edges(
    struct lineage *l, struct callee *c, const struct tsql_object *o)
{
	struct tsql_bind_options bo = {.catalog = l->opt->catalog};
	const char *outer = bo.catalog->current;
	struct tsql_lineage *own;
	struct buf key = BUF_INIT;
	uint32_t i;

	if (c->learned)
		return;
	c->learned = true;
	bo.catalog->current = o->database;
	own = lin_alone(l->a, c->module, o->id, &bo);
	bo.catalog->current = outer;
	for (i = 0; i < own->n; i++) {
		buf_reset(&key);
		lin_edge_key(&key, &own->v[i]);
		map_put(&l->own, key.s, key.len);
	}
	buf_release(&key);
}

/* Is a temporary table of the caller named in the text? */
static bool names_temp(const struct lineage *l, const struct tsql_object *o)
{
	const char *at = o->text;
	size_t i;

	for (; (at = strchr(at, '#')) != NULL; at++)
		for (i = 0; i < l->ntemp; i++)
			if (!strncasecmp(
				at, l->temp[i]->name, strlen(l->temp[i]->name)))
				return true;
	return false;
}

/* Does the callee see anything of the caller, or give something back? */
static bool is_entangled(
    const struct lineage *l, const struct tsql_object *o, const struct call *c)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (c->v[i].value->n || c->v[i].arg->output ||
		    (table_of(c->v[i].arg->value) &&
			lin_flow_known(l, table_of(c->v[i].arg->value))))
			return true;
	return names_temp(l, o);
}

static struct tsql_object *procedure_of(const struct tsql_exec *x)
{
	const struct tsql_object_ref *r = x->name ? tsql_objref(x->name) : NULL;

	return r && r->object && r->object->kind == TSQL_OBJ_PROCEDURE &&
		r->object->text
	    ? r->object
	    : NULL;
}

static void run_procedure(
    struct lineage *l, const struct tsql_stmt *s, const struct tsql_object *o)
{
	const char *gives = l->gives, *outer = l->opt->catalog->current;
	struct flow *collect = l->collect;
	const struct tsql_stmt *create;
	struct tsql_module *m;
	struct callee *callee;
	struct call c;

	if (l->call_depth >= CALL_DEPTH || l->ncall >= CALLS_MAX)
		return;
	callee = callee_of(l, o);
	create = callee->create;
	if (!create)
		return;
	take_arguments(l, &c, &s->u.exec, 0, &create->u.procedure.params);
	if (!is_entangled(l, o, &c))
		return;
	l->ncall++;
	l->call_depth++;
	learn_own_edges(l, callee, o);
	/* a copy that is bound to what this caller has */
	m = parsed(l, o);
	create = tsql_first_stmt(m, TSQL_S_CREATE_PROCEDURE);
	take_arguments(l, &c, &s->u.exec, 0, &create->u.procedure.params);
	l->opt->catalog->current = o->database;
	bind(l, m, NULL);
	l->gives = NULL;
	l->collect = NULL;
	enter(l, &c);
	lin_find_texts(l, m, &create->u.procedure.body);
	lin_stmts(l, &create->u.procedure.body);
	leave(l, &c);
	l->opt->catalog->current = outer;
	l->gives = gives;
	l->collect = collect;
	l->call_depth--;
}

void lin_exec(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_object *o = procedure_of(&s->u.exec);

	run_texts(l, s);
	if (o && !l->alone)
		run_procedure(l, s, o);
}

/* ---- result sets ---- */

const char *lin_column_name(struct lineage *l, const struct tsql_column *c)
{
	return *c->name ? c->name
			: arena_printf(l->a, "column%u", c->ordinal + 1);
}

bool lin_is_result(const struct tsql_query *q)
{
	uint32_t i;

	if (!q)
		return false;
	if (q->h.kind != TSQL_Q_SELECT)
		return true;
	for (i = 0; i < q->u.select.items.n; i++)
		if (q->u.select.items.v[i]->variable.text)
			return false;
	return !q->u.select.into;
}

struct finder {
	const struct tsql_query *query; /* the first that gives rows */
	const struct tsql_exec *exec;	/* or the first call before it */
};

static bool find_result(void *data, const struct tsql_node *n)
{
	struct finder *f = data;
	const struct tsql_stmt *s = (const struct tsql_stmt *)n;

	if (n->kind < TSQL_S_OPAQUE || n->kind >= TSQL_COLUMN_DEF)
		return false;
	if (n->kind == TSQL_S_SELECT && !f->query && lin_is_result(s->u.select))
		f->query = s->u.select;
	if (n->kind == TSQL_S_EXEC && !f->query && !f->exec)
		f->exec = &s->u.exec;
	return n->kind != TSQL_S_SELECT && n->kind != TSQL_S_INSERT &&
	    n->kind != TSQL_S_DECLARE_CURSOR;
}

/* The columns of a procedure's result, as those of the procedure. */
static struct flow *procedure_result(
    struct lineage *l, const struct tsql_object *o, int hops)
{
	struct flow *f = lin_flow_known(l, o);
	const struct tsql_object *inner;
	const struct tsql_stmt *create;
	struct finder found = {0};
	const struct tsql_row *row;
	uint32_t i;

	if (f || hops > CALL_DEPTH)
		return f;
	create = callee_of(l, o)->create;
	if (create)
		tsql_walk(&create->h, find_result, NULL, &found);
	if (!found.query) {
		inner = found.exec ? procedure_of(found.exec) : NULL;
		return inner ? procedure_result(l, inner, hops + 1) : NULL;
	}
	row = tsql_query_row(found.query);
	f = lin_flow(l, o, row->n);
	for (i = 0; i < row->n; i++) {
		const char *name = lin_column_name(l, &row->v[i]);

		f->column[i] = lin_leaf(l, o->id, name, strlen(name));
	}
	return f;
}

/* What an INSERT … EXEC inserts. */
struct flow *lin_exec_result(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_object *o = procedure_of(&s->u.exec);
	struct flow *kept = l->collect, *f;

	l->collect = f = ARENA_NEW(l->a, struct flow);
	f->rows = l->empty;
	lin_exec(l, s);
	l->collect = kept;
	return o ? procedure_result(l, o, 0) : f;
}

/* Results of executed texts, column by column. */
void lin_collect(struct lineage *l, const struct tsql_query *q)
{
	const struct flow *from = lin_query(l, q);
	struct flow *f = l->collect;
	const struct set **more;
	uint32_t i;

	if (!from)
		return;
	if (from->n > f->n) {
		more = arena_alloc(l->a, from->n * sizeof(*more));
		for (i = 0; i < from->n; i++)
			more[i] = i < f->n ? f->column[i] : l->empty;
		f->column = more;
		f->n = from->n;
	}
	for (i = 0; i < from->n; i++)
		f->column[i] = lin_union(l, f->column[i], from->column[i]);
	f->rows = lin_union(l, f->rows, from->rows);
}

/* ---- scalar functions ---- */

/* What its RETURNs give; the parameters' part is the call's arguments. */
static const struct set *returned(
    struct lineage *l, const struct tsql_object *o)
{
	struct tsql_bind_options bo = {.catalog = l->opt->catalog};
	struct tsql_module *m = parsed(l, o);
	const struct set *kept = l->returned, *value;
	const struct tsql_stmt *s = tsql_first_stmt(m, TSQL_S_CREATE_FUNCTION);
	struct map variables = l->variables;
	const char *outer = bo.catalog->current;

	if (!s)
		return l->empty;
	bo.catalog->current = o->database;
	tsql_bind_module(l->a, m, &bo);
	map_init(&l->variables, MAP_FOLD);
	l->returned = l->empty;
	l->function_depth++;
	lin_stmts(l, &s->u.function.body);
	l->function_depth--;
	value = l->returned;
	l->returned = kept;
	map_release(&l->variables, NULL);
	l->variables = variables;
	bo.catalog->current = outer;
	return value;
}

const struct set *lin_function(struct lineage *l, const struct tsql_object *o)
{
	const struct set *known = map_get(&l->functions, o->id);

	if (known)
		return known;
	if (o->kind != TSQL_OBJ_SCALAR_FUNCTION || !o->text ||
	    l->function_depth >= FUNCTION_DEPTH)
		return l->empty;
	/* until it is known: for a function that calls itself */
	map_set(&l->functions, o->id, (void *)l->empty);
	known = returned(l, o);
	map_set(&l->functions, o->id, (void *)known);
	return known;
}
