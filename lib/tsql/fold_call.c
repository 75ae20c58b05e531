/*
 * Modules that a statement runs: executed text that is known as a whole, a
 * procedure whose rows are inserted. Their statements are folded where they
 * are called, with variables of their own; what happens in them is the
 * calling statement's.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/deps.h"
#include "tsql/fold_int.h"

#define CALL_DEPTH 16

/* What is run: its statements and the parameters that it has. */
struct callee {
	struct tsql_module *module;
	const struct tsql_params *params;
	const struct tsql_stmts *body;
	uint32_t first; /* of the arguments that are its parameters' */
};

static const struct tsql_params no_params;

/* ---- what is called ---- */

/* The text of the EXEC, if it is one text and all of it is known. */
static struct tsql_module *known_text(
    struct folder *f, const struct tsql_stmt *s)
{
	struct tsql_dynamics found = {0};
	struct tsql_module *m = NULL;
	uint32_t i, n = 0;

	tsql_dynamic_find(f->arena, f->module, f->body, &found);
	for (i = 0; i < found.n; i++) {
		if (found.v[i].stmt != s)
			continue;
		n++;
		m = found.v[i].whole ? found.v[i].module : NULL;
	}
	return n == 1 && m && m->nbatch == 1 ? m : NULL;
}

/* The temporary tables that there are, for the callee to see. */
static void bind_inside(
    struct folder *f, struct tsql_module *m, const struct tsql_params *params)
{
	struct tsql_object **temp =
	    arena_alloc(f->arena, (f->tables.nr + 1) * sizeof(*temp));
	struct tsql_bind_options opt = {.catalog = f->catalog,
	    .quiet_unknown = true,
	    .temp = temp,
	    .params = params};
	size_t i;

	for (i = 0; i < f->tables.nr; i++) {
		struct table *t = f->tables.items[i].value;

		if (t->object && t->object->kind == TSQL_OBJ_TEMP_TABLE)
			temp[opt.ntemp++] =
			    (struct tsql_object *)(uintptr_t)t->object;
	}
	tsql_bind_module(f->arena, m, &opt);
}

static bool is_executesql(const struct tsql_exec *x)
{
	return x->name && !x->at && x->name->n <= 3 &&
	    tsql_name_is(&x->name->part[x->name->n - 1], "sp_executesql");
}

static bool find_text(
    struct folder *f, const struct tsql_stmt *s, struct callee *c)
{
	bool declares = is_executesql(&s->u.exec);
	const char *outer = f->catalog->current;

	c->module = known_text(f, s);
	if (!c->module)
		return false;
	c->params =
	    declares ? tsql_dynamic_params(f->arena, &s->u.exec) : &no_params;
	c->body = &c->module->batch[0]->stmts;
	c->first = 2;
	tsql_dynamic_use(f->catalog, s);
	bind_inside(f, c->module, c->params);
	f->catalog->current = outer;
	return true;
}

static bool find_procedure(
    struct folder *f, const struct tsql_stmt *s, struct callee *c)
{
	const struct tsql_object_ref *r =
	    s->u.exec.name ? tsql_objref(s->u.exec.name) : NULL;
	const struct tsql_object *o = r ? r->object : NULL;
	const struct tsql_stmt *create;
	struct tsql_options opt = {.no_go = true};

	if (!o || o->kind != TSQL_OBJ_PROCEDURE || !o->text)
		return false;
	opt.quoted_identifier_off = !o->quoted_identifier;
	c->module = tsql_parse(f->arena, o->text, o->text_len, &opt);
	create = tsql_first_stmt(c->module, TSQL_S_CREATE_PROCEDURE);
	if (!create)
		return false;
	bind_inside(f, c->module, NULL);
	c->params = &create->u.procedure.params;
	c->body = &create->u.procedure.body;
	c->first = 0;
	return true;
}

/* ---- arguments ---- */

static const struct tsql_exec_arg *argument(
    const struct tsql_exec *x, const struct callee *c, uint32_t k)
{
	const struct tsql_name *n = &c->params->v[k]->name;
	uint32_t i;

	for (i = c->first; i < x->narg; i++) {
		const struct tsql_exec_arg *a = x->arg[i];

		if (a->name.text ? a->name.len == n->len &&
			    !strncasecmp(a->name.text, n->text, n->len)
				 : i - c->first == k)
			return a;
	}
	return NULL;
}

/* The argument as the caller sees it; a bare word is a string. */
static const char *argument_text(
    struct folder *f, const struct tsql_exec_arg *a)
{
	const struct tsql_expr *e = a->value;

	if (e->h.kind == TSQL_E_COLUMN && e->nparts == 1)
		return arena_printf(f->arena, "'%.*s'",
		    (int)e->u.name.part[0].len, e->u.name.part[0].text);
	return fold_node(f, &e->h);
}

/* The parameters' values, in the caller's terms but for defaults. */
static void pass(
    struct folder *f, const struct tsql_exec *x, const struct callee *c)
{
	struct map inner;
	uint32_t k;

	map_init(&inner, MAP_FOLD);
	for (k = 0; k < c->params->n; k++) {
		const struct tsql_param *p = c->params->v[k];
		const struct tsql_exec_arg *a = argument(x, c, k);
		struct value *v = ARENA_NEW(f->arena, struct value);
		const char *text = "NULL";

		if (a && a->value && a->value->h.kind != TSQL_E_DEFAULT)
			text = argument_text(f, a);
		else if (p->def)
			text = arena_strndup(f->arena,
			    c->module->src + p->def->h.off, p->def->h.len);
		v->type = p->type ? p->type->type : NULL;
		v->why = f->unknown_why;
		if (!f->unknown && v->type)
			v->text = fold_cast(f, text, NULL, v->type);
		f->unknown = false;
		fold_take_reads(f, &v->read, &v->nread, &v->read_cap);
		map_put(&inner, p->name.text, p->name.len)->value = v;
	}
	f->values = inner;
}

/* What OUTPUT parameters bring back. */
static void bring(struct folder *f, const struct tsql_exec *x,
    const struct callee *c, struct map *inner)
{
	uint32_t k;

	for (k = 0; k < c->params->n; k++) {
		const struct tsql_param *p = c->params->v[k];
		const struct tsql_exec_arg *a = argument(x, c, k);
		struct value *v = map_getn(inner, p->name.text, p->name.len);

		if (a && a->output && a->value->h.kind == TSQL_E_VARIABLE)
			fold_give(f, &a->value->u.name.part[0], v);
	}
}

/* Folds the callee's statements; false when some of them can't be. */
static bool run(
    struct folder *f, const struct tsql_stmt *s, const struct callee *c)
{
	struct folder was = *f;
	struct map inner;
	bool failed;
	size_t i;

	if (f->depth >= CALL_DEPTH)
		return false;
	pass(f, &s->u.exec, c);
	if (!f->depth++) {
		f->site = s;
		f->site_module = f->module;
	}
	f->module = c->module;
	f->body = c->body;
	f->inside_failed = false;
	fold_statements(f, c->body);
	failed = f->inside_failed;
	inner = f->values;
	f->values = was.values;
	f->module = was.module;
	f->body = was.body;
	f->site = was.site;
	f->site_module = was.site_module;
	f->depth = was.depth;
	f->at = s;
	f->guard = was.guard;
	f->nguard_read = was.nguard_read;
	f->inside_failed = was.inside_failed;
	bring(f, &s->u.exec, c, &inner);
	for (i = 0; i < inner.nr; i++)
		free(((struct value *)inner.items[i].value)->read);
	map_release(&inner, NULL);
	return !failed;
}

bool fold_run_text(struct folder *f, const struct tsql_stmt *s, bool *known)
{
	struct callee c = {0};

	*known = (s->u.exec.text || is_executesql(&s->u.exec)) &&
	    find_text(f, s, &c);
	return *known && run(f, s, &c);
}

const char *fold_called_rows(
    struct folder *f, const struct tsql_stmt *s, const struct tsql_row **row)
{
	struct callee c = {0};
	struct table *result = f->result, *mine;
	bool collects = f->collects, ok;

	if (s->u.exec.at || s->u.exec.variable.text)
		return NULL;
	if (!(s->u.exec.text || is_executesql(&s->u.exec)
		    ? find_text(f, s, &c)
		    : find_procedure(f, s, &c)))
		return NULL;
	f->result = NULL;
	f->collects = true;
	ok = run(f, s, &c);
	mine = f->result;
	f->result = result;
	f->collects = collects;
	if (!ok || !mine || !mine->row || mine->row->open)
		return NULL;
	*row = mine->row;
	fold_read(f, mine->now);
	return arena_printf(
	    f->arena, "SELECT * FROM %s", fold_source(f, mine->now));
}
