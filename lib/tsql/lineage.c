/* Lineage of statements. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "tsql/lineage_int.h"
#include "tsql/parse.h"

#define LOOP_DEPTH 4 /* loops within loops, each of two turns */

const char *tsql_lineage_name(unsigned bit)
{
	static const char *const names[TSQL_LIN_KINDS] = {"IDENTITY",
	    "TRANSFORMATION", "AGGREGATION", "JOIN", "GROUP_BY", "FILTER",
	    "SORT", "WINDOW", "CONDITIONAL"};

	return bit < TSQL_LIN_KINDS ? names[bit] : "";
}

/* ---- statements ---- */

void lin_set_variable(
    struct lineage *l, const struct tsql_name *n, const struct set *s)
{
	struct flow *f = lin_variable(l, n, 1);

	if (f)
		f->column[0] = lin_union(l, f->column[0], s);
}

/* Rows that go to who called. */
static void result_set(struct lineage *l, const struct tsql_query *q)
{
	struct target t = {l->gives, NULL};

	if (l->collect)
		lin_collect(l, q);
	else if (l->gives)
		lin_query_into(l, &t, q, NULL);
}

/* Procedures that are called see it. */
static void note_temp(struct lineage *l, struct tsql_object *o)
{
	if (!o || o->kind != TSQL_OBJ_TEMP_TABLE)
		return;
	GROW(l->temp, l->ntemp, l->temp_cap);
	l->temp[l->ntemp++] = o;
}

static void select_stmt(struct lineage *l, const struct tsql_query *q)
{
	struct tsql_objname *into;
	struct target t;
	uint32_t i;

	if (q && lin_is_result(q)) {
		result_set(l, q);
		return;
	}
	if (!q || q->h.kind != TSQL_Q_SELECT)
		return;
	into = q->u.select.into;
	if (into) {
		const struct tsql_object_ref *r = tsql_objref(into);

		note_temp(l, r ? r->object : NULL);
		t = lin_object_target(l, r ? r->object : NULL, into);
		lin_query_into(l, &t, q, NULL);
		return;
	}
	for (i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_item *item = q->u.select.items.v[i];
		struct acc acc = {0};
		uint32_t k;

		if (!item->variable.text || !item->expr)
			continue;
		lin_with(l, q->with);
		lin_expr(l, item->expr, TSQL_LIN_IDENTITY, &acc);
		for (k = 0; k < q->u.select.from.n; k++)
			lin_from(l, q->u.select.from.v[k], &acc);
		lin_expr(l, q->u.select.where, TSQL_LIN_FILTER, &acc);
		lin_set_variable(l, &item->variable, lin_set(l, &acc));
	}
}

static const char *self_or(struct lineage *l, const struct tsql_objname *n)
{
	return l->self ? l->self : lin_name_id(l, n);
}

static void body(struct lineage *l, const struct tsql_stmts *list);
static void stmt(struct lineage *l, const struct tsql_stmt *s);

void lin_stmts(struct lineage *l, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		stmt(l, list->v[i]);
}

/* A scalar function gives one value, which has no name. */
static void scalar_function(struct lineage *l, const struct tsql_stmt *s)
{
	const struct set *outer = l->returned;

	l->returned = l->empty;
	body(l, &s->u.function.body);
	lin_edges(
	    l, self_or(l, s->u.function.name), TSQL_LIN_RETURNED, l->returned);
	l->returned = outer;
}

/* A multi-statement function gives what is in its table variable. */
static void function(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct target t = {self_or(l, s->u.function.name), NULL};
	const struct tsql_object *o;
	struct flow *f;
	uint32_t i;

	if (s->u.function.query) {
		lin_query_into(l, &t, s->u.function.query, NULL);
		return;
	}
	if (!info || !info->object) {
		scalar_function(l, s);
		return;
	}
	body(l, &s->u.function.body);
	o = info->object;
	f = lin_flow_known(l, o);
	for (i = 0; f && i < f->n && i < o->row.n; i++)
		lin_edges(l, t.id, o->row.v[i].name, f->column[i]);
	if (f)
		lin_write_rows(l, &t, f->rows);
}

static void variable_value(struct lineage *l, const struct tsql_expr *target,
    const struct tsql_expr *value)
{
	if (target && target->h.kind == TSQL_E_VARIABLE && target->nparts)
		lin_set_variable(l, &target->u.name.part[0],
		    lin_expr_set(l, value, TSQL_LIN_IDENTITY));
}

static void declare(struct lineage *l, const struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.declare.n; i++)
		if (s->u.declare.v[i]->init)
			lin_set_variable(l, &s->u.declare.v[i]->name,
			    lin_expr_set(
				l, s->u.declare.v[i]->init, TSQL_LIN_IDENTITY));
}

/* A cursor's columns go to the variables that FETCH names. */
static void declare_cursor(
    struct lineage *l, const struct tsql_name *name, const struct tsql_query *q)
{
	struct flow *f = q ? lin_query(l, q) : NULL, *c;
	uint32_t i;

	c = f && f->n ? lin_variable(l, name, f->n) : NULL;
	for (i = 0; c && i < f->n; i++)
		c->column[i] = lin_union(l, c->column[i], f->column[i]);
}

static void fetch(struct lineage *l, const struct tsql_stmt *s)
{
	struct flow *f = lin_variable(l, &s->u.cursor.name, 0);
	uint32_t i;

	for (i = 0; f && i < s->u.cursor.into.n && i < f->n; i++)
		if (s->u.cursor.into.v[i]->nparts)
			lin_set_variable(l,
			    &s->u.cursor.into.v[i]->u.name.part[0],
			    f->column[i]);
}

static void set_var(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_expr *t = s->u.set_var.target;

	if (s->u.set_var.cursor && t && t->nparts)
		declare_cursor(
		    l, &t->u.name.part[0], s->u.set_var.cursor->query);
	else
		variable_value(l, t, s->u.set_var.value);
}

/* A body has variables of its own. */
static void body(struct lineage *l, const struct tsql_stmts *list)
{
	struct map kept = l->variables;

	map_init(&l->variables, MAP_FOLD);
	lin_stmts(l, list);
	map_release(&l->variables, NULL);
	l->variables = kept;
}

/* A procedure gives the rows of its SELECTs. */
static void procedure(struct lineage *l, const struct tsql_stmt *s)
{
	const char *outer = l->gives;

	l->gives = self_or(l, s->u.procedure.name);
	body(l, &s->u.procedure.body);
	l->gives = outer;
}

/* Twice: what the first turn wrote, the second reads. A loop deep within
 * others has its turns from them. */
static void loop(struct lineage *l, const struct tsql_stmt *body)
{
	int turns = l->loop_depth < LOOP_DEPTH ? 2 : 1;

	l->loop_depth++;
	for (; turns; turns--, l->turn++)
		stmt(l, body);
	l->loop_depth--;
}

static void stmt(struct lineage *l, const struct tsql_stmt *s)
{
	struct target t = {0};
	const struct tsql_stmt_info *info;

	for (; s && s->h.kind == TSQL_S_IF; s = s->u.if_.otherwise)
		stmt(l, s->u.if_.then);
	if (!s)
		return;
	switch (s->h.kind) {
	case TSQL_S_SELECT: select_stmt(l, s->u.select); break;
	case TSQL_S_INSERT: lin_insert(l, s); break;
	case TSQL_S_UPDATE: lin_update(l, s); break;
	case TSQL_S_DELETE: lin_delete(l, s); break;
	case TSQL_S_MERGE: lin_merge(l, s); break;
	case TSQL_S_SET_VAR: set_var(l, s); break;
	case TSQL_S_DECLARE: declare(l, s); break;
	case TSQL_S_EXEC: lin_exec(l, s); break;
	case TSQL_S_USE: tsql_use(l->opt->catalog, s); break;
	case TSQL_S_RETURN:
		if (l->returned && s->u.value)
			l->returned = lin_union(l, l->returned,
			    lin_expr_set(l, s->u.value, TSQL_LIN_IDENTITY));
		break;
	case TSQL_S_DECLARE_CURSOR:
		declare_cursor(l, &s->u.declare_cursor.name,
		    s->u.declare_cursor.def.query);
		break;
	case TSQL_S_CURSOR: fetch(l, s); break;
	case TSQL_S_WHILE: loop(l, s->u.while_.body); break;
	case TSQL_S_BLOCK: lin_stmts(l, &s->u.block.body); break;
	case TSQL_S_TRY:
		lin_stmts(l, &s->u.try_.body);
		lin_stmts(l, &s->u.try_.handler);
		break;
	case TSQL_S_CREATE_VIEW:
		if (!s->u.view.query)
			break;
		t.id = self_or(l, s->u.view.name);
		lin_query_into(l, &t, s->u.view.query, &s->u.view.columns);
		break;
	case TSQL_S_CREATE_TABLE:
		info = tsql_stmt_info(s);
		note_temp(l, info ? info->object : NULL);
		if (!s->u.table.query || !info)
			break;
		t = lin_object_target(l, info->object, s->u.table.name);
		lin_query_into(
		    l, &t, s->u.table.query, &s->u.table.ctas_columns);
		break;
	case TSQL_S_CREATE_PROCEDURE: procedure(l, s); break;
	case TSQL_S_CREATE_FUNCTION: function(l, s); break;
	case TSQL_S_CREATE_TRIGGER: body(l, &s->u.trigger.body); break;
	case TSQL_S_CREATE_SCHEMA: lin_stmts(l, &s->u.schema.body); break;
	default: break;
	}
}

/* ---- entry ---- */

static void module(struct lineage *l, const struct tsql_module *m)
{
	const char *current = l->opt->catalog->current; /* USE changes it */
	uint32_t i;

	for (i = 0; i < m->nbatch; i++) {
		map_release(&l->variables, NULL);
		lin_find_texts(l, m, &m->batch[i]->stmts);
		lin_stmts(l, &m->batch[i]->stmts);
	}
	l->opt->catalog->current = current;
}

static void start(
    struct lineage *l, struct arena *a, const struct tsql_bind_options *opt)
{
	static const struct set empty;

	memset(l, 0, sizeof(*l));
	l->a = a;
	l->opt = opt;
	l->empty = &empty;
	l->turn = 1;
	map_init(&l->leaves, MAP_FOLD);
	map_init(&l->variables, MAP_FOLD);
	map_init(&l->edges, MAP_FOLD);
	map_init(&l->groups, MAP_FOLD);
	map_init(&l->functions, MAP_FOLD);
	map_init(&l->callees, MAP_FOLD);
	map_init(&l->own, MAP_FOLD);
}

static struct tsql_lineage *finish(struct lineage *l)
{
	struct tsql_lineage *r = lin_result(l);

	map_release(&l->leaves, NULL);
	map_release(&l->variables, NULL);
	map_release(&l->edges, NULL);
	map_release(&l->groups, NULL);
	map_release(&l->functions, NULL);
	map_release(&l->callees, NULL);
	map_release(&l->own, NULL);
	free(l->text);
	free(l->temp);
	free(l->leaf);
	free(l->slot);
	free(l->edge);
	return r;
}

struct tsql_lineage *tsql_lineage_of(struct arena *a,
    const struct tsql_module *m, const char *self,
    const struct tsql_bind_options *opt)
{
	struct lineage l;

	start(&l, a, opt);
	l.self = self;
	module(&l, m);
	return finish(&l);
}

struct tsql_lineage *lin_alone(struct arena *a, const struct tsql_module *m,
    const char *self, const struct tsql_bind_options *opt)
{
	struct lineage l;

	start(&l, a, opt);
	l.self = self;
	l.alone = true;
	module(&l, m);
	return finish(&l);
}

struct tsql_lineage *tsql_lineage_of_computed(
    struct arena *a, struct tsql_object *o, const struct tsql_bind_options *opt)
{
	const struct tsql_row *r = tsql_object_row(opt->catalog, o);
	struct lineage l;
	uint32_t i;

	start(&l, a, opt);
	for (i = 0; i < r->n; i++) {
		const char *text = r->v[i].computed;
		struct tsql_expr *e =
		    text ? tsql_parse_expr(a, text, strlen(text), NULL) : NULL;

		if (!e)
			continue;
		tsql_bind_expr(a, e, o, opt);
		lin_edges(&l, o->id, r->v[i].name,
		    lin_expr_set(&l, e, TSQL_LIN_IDENTITY));
	}
	return finish(&l);
}
