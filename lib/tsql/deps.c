#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/finding.h"
#include "tsql/deps_int.h"
#include "tsql/parse.h"

/* ---- sources and columns ---- */

static bool is_target(const struct tsql_source *s)
{
	return s->special == 't' || s->target;
}

/* inserted and deleted of a trigger: rows of its table */
static bool is_trigger_rows(const struct tsql_source *s)
{
	return s->from && (s->special == 'I' || s->special == 'D');
}

static struct entry *source_entry(
    struct collector *c, const struct tsql_source *s)
{
	unsigned slot = (unsigned)((uintptr_t)s / 64 % 64);
	enum tsql_dep_kind kind = TSQL_DEP_SELECT;
	struct entry *e;

	if (c->cache[slot].source == s)
		return c->cache[slot].entry;
	if (is_trigger_rows(s))
		e = s->object ? dep_put(c, TSQL_DEP_REFERENCE, s->object->id,
				    s->object, s->from->h.off)
			      : NULL;
	else if (is_target(s) || s->special)
		e = s->object && c->target && c->target->object == s->object
		    ? c->changed
		    : NULL;
	else if (!s->from)
		e = NULL;
	else if (s->from->h.kind == TSQL_T_NAME && !s->cte)
		e = dep_put_name(c, kind, s->from->u.name.name);
	else if (s->from->h.kind == TSQL_T_CALL && s->object)
		e = dep_is_left_out(s->object)
		    ? NULL
		    : dep_put(c, TSQL_DEP_CALL, s->object->id, s->object,
			  s->from->h.off);
	else
		e = NULL;
	c->cache[slot].source = s;
	c->cache[slot].entry = e;
	return e;
}

static void read_column(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_colref *r = tsql_colref(e);
	struct entry *entry;

	if (!r || !r->source)
		return;
	entry = source_entry(c, r->source);
	if (!entry)
		return;
	if (r->column)
		dep_column(c, entry, r->column);
	else if (e->nparts && !dep_is_guess(&e->u.name.part[e->nparts - 1]))
		map_put(&entry->names, e->u.name.part[e->nparts - 1].text,
		    e->u.name.part[e->nparts - 1].len);
}

static void read_star(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_star *star = tsql_star(e);
	uint32_t i;

	for (i = 0; star && i < star->n; i++)
		read_column(c, star->item[i]->expr);
}

static void from_name(struct collector *c, const struct tsql_from *f)
{
	const struct tsql_source *s = tsql_source(f);

	if (!s) {
		if (f->u.name.name && !f->bound)
			dep_put_name(c, TSQL_DEP_SELECT, f->u.name.name);
		return;
	}
	if (s->from == f) /* else the alias of a DML target */
		source_entry(c, s);
}

/* ---- statements that write ---- */

static struct entry *target_entry(struct collector *c, enum tsql_dep_kind kind,
    const struct tsql_source *t, const struct tsql_from *f)
{
	/* through a CTE or derived table: the one table behind it */
	if (t && !t->object && t->query && t->row->n) {
		const struct tsql_colref *r = NULL;
		uint32_t i;

		for (i = 0; i < t->row->n && !(r && r->source); i++)
			r = tsql_colref(t->row->v[i].expr);
		if (r && r->source && r->source->object && r->source->from &&
		    r->source->from->h.kind == TSQL_T_NAME)
			return dep_put_name(
			    c, kind, r->source->from->u.name.name);
		return NULL;
	}
	if (t && t->from && t->from->h.kind == TSQL_T_NAME)
		return dep_put_name(c, kind, t->from->u.name.name);
	if (f && f->h.kind == TSQL_T_NAME)
		return dep_put_name(c, kind, f->u.name.name);
	return NULL;
}

/* Through a CTE or derived table: the table's own column. */
static const struct tsql_column *base_column(const struct tsql_colref *r)
{
	int hops;

	for (hops = 0; hops < 32; hops++) {
		const struct tsql_colref *inner =
		    r->column ? tsql_colref(r->column->expr) : NULL;

		if (!inner)
			break;
		r = inner;
	}
	return r->column;
}

static void written_columns(
    struct collector *c, struct entry *e, const struct tsql_exprs *list)
{
	uint32_t i;

	for (i = 0; e && i < list->n; i++) {
		const struct tsql_colref *r = tsql_colref(list->v[i]);
		const struct tsql_column *column = r ? base_column(r) : NULL;

		if (column)
			dep_column(c, e, column);
		else if (list->v[i]->h.kind == TSQL_E_COLUMN &&
		    list->v[i]->nparts)
			map_put(&e->names,
			    list->v[i]
				->u.name.part[list->v[i]->nparts - 1]
				.text,
			    list->v[i]
				->u.name.part[list->v[i]->nparts - 1]
				.len);
	}
}

static void set_columns(
    struct collector *c, struct entry *e, const struct tsql_assigns *set)
{
	struct tsql_exprs one;
	uint32_t i;

	for (i = 0; e && i < set->n; i++) {
		struct tsql_expr *t = set->v[i]->target;

		if (t && t->h.kind == TSQL_E_METHOD)
			t = t->u.method.e; /* column.WRITE(…) */
		one.v = &t;
		one.n = t != NULL;
		written_columns(c, e, &one);
	}
}

static void implied_columns(
    struct collector *c, struct entry *e, const struct tsql_stmt_info *info)
{
	uint32_t i;

	for (i = 0; e && i < info->ncolumn; i++)
		if (info->column[i])
			dep_column(c, e, info->column[i]);
}

static void write_stmt(struct collector *c, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	const struct tsql_source *t = info ? info->target : NULL;
	struct entry *e;
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_INSERT:
		e = target_entry(c, TSQL_DEP_INSERT, t, s->u.insert.target);
		written_columns(c, e, &s->u.insert.columns);
		if (info && !s->u.insert.columns.n)
			implied_columns(c, e, info);
		break;
	case TSQL_S_UPDATE:
		e = target_entry(c, TSQL_DEP_UPDATE, t, s->u.update.target);
		set_columns(c, e, &s->u.update.set);
		break;
	case TSQL_S_DELETE:
		e = target_entry(c, TSQL_DEP_DELETE, t, s->u.del.target);
		break;
	default:
		e = target_entry(c, TSQL_DEP_MERGE, t, s->u.merge.target);
		for (i = 0; i < s->u.merge.nwhen; i++) {
			const struct tsql_merge_when *w = s->u.merge.when[i];

			set_columns(c, e, &w->set);
			written_columns(c, e, &w->columns);
			if (info && w->action == TSQL_M_INSERT && !w->columns.n)
				implied_columns(c, e, info);
		}
		break;
	}
	c->target = t;
	c->changed = e;
}

static void output(struct collector *c, const struct tsql_output *o)
{
	struct entry *e;

	if (!o->into)
		return;
	e = target_entry(c, TSQL_DEP_INSERT, tsql_source(o->into), o->into);
	written_columns(c, e, &o->into_columns);
}

/* ---- the rest ---- */

/* UPDATE(column): of the trigger's table. */
static void is_updated(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_expr *arg =
	    e->u.call.args.n ? e->u.call.args.v[0] : NULL;
	const struct tsql_column *col = NULL;
	bool several;

	if (c->trigger && c->trigger->row && arg &&
	    arg->h.kind == TSQL_E_COLUMN && arg->nparts == 1)
		col = tsql_row_find(c->trigger->row, arg->u.name.part[0].text,
		    arg->u.name.part[0].len, &several);
	if (col)
		dep_column(c, c->trigger, col);
}

static void call(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_callref *r = tsql_callref(e);
	struct tsql_objname n = {.h = {.kind = TSQL_OBJNAME}};

	if (r && r->object) {
		if (!dep_is_left_out(r->object))
			dep_put(c, TSQL_DEP_CALL, r->object->id, r->object,
			    e->h.off);
		return;
	}
	if (e->h.kind == TSQL_E_CALL && e->u.call.fn == TSQL_F_UPDATE)
		is_updated(c, e);
	if (e->h.kind != TSQL_E_CALL || e->u.call.fn || e->u.call.nparts < 2)
		return;
	n.h.off = e->h.off;
	n.n = e->u.call.nparts;
	n.part = e->u.call.part;
	dep_put_name(c, TSQL_DEP_CALL, &n);
}

static void exec(struct collector *c, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;
	const struct tsql_name *last;

	c->executes = true;
	if (x->at && x->text) {
		last = &x->at->part[x->at->n - 1];
		dep_unknown(c, s->h.off,
		    arena_strndup(
			c->a, last->text ? last->text : "", last->len),
		    "the text runs on a linked server");
		return;
	}
	if (!x->name || !x->name->n)
		return; /* text and variables: dynamic.c */
	last = &x->name->part[x->name->n - 1];
	if (!tsql_objref(x->name) || !tsql_objref(x->name)->object)
		if (last->len > 3 && x->name->n < 3 &&
		    (!strncasecmp(last->text, "sp_", 3) ||
			!strncasecmp(last->text, "xp_", 3)))
			return; /* the server's own */
	dep_put_name(c, TSQL_DEP_EXEC, x->name);
}

static void options_named(struct collector *c, const struct tsql_stmt *s)
{
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_TRUNCATE:
		if (s->u.truncate.name)
			dep_put_name(c, TSQL_DEP_TRUNCATE, s->u.truncate.name);
		break;
	case TSQL_S_BULK_INSERT:
	case TSQL_S_COPY_INTO:
		if (s->u.bulk.table)
			dep_put_name(c, TSQL_DEP_INSERT, s->u.bulk.table);
		break;
	case TSQL_S_CREATE_TRIGGER:
		if (s->u.trigger.table)
			c->trigger = dep_put_name(
			    c, TSQL_DEP_REFERENCE, s->u.trigger.table);
		break;
	case TSQL_S_ALTER_TABLE:
		if (s->u.alter_table.name)
			dep_put_name(
			    c, TSQL_DEP_REFERENCE, s->u.alter_table.name);
		if (s->u.alter_table.action && s->u.alter_table.action->target)
			dep_put_name(c, TSQL_DEP_REFERENCE,
			    s->u.alter_table.action->target);
		break;
	case TSQL_S_CREATE_INDEX:
		if (s->u.index && s->u.index->table)
			dep_put_name(c, TSQL_DEP_REFERENCE, s->u.index->table);
		break;
	case TSQL_S_CREATE_SYNONYM:
		if (s->u.synonym.target)
			dep_put_name(
			    c, TSQL_DEP_REFERENCE, s->u.synonym.target);
		break;
	case TSQL_S_DROP:
		for (i = 0; i < s->u.drop.names.n; i++)
			dep_put_name(
			    c, TSQL_DEP_REFERENCE, s->u.drop.names.v[i]);
		break;
	default: break;
	}
}

static void other_from(struct collector *c, const struct tsql_from *f)
{
	char *server;

	switch (f->h.kind) {
	case TSQL_T_OPENQUERY:
		server = arena_strndup(c->a,
		    f->u.openquery.server.text ? f->u.openquery.server.text
					       : "",
		    f->u.openquery.server.len);
		dep_unknown(
		    c, f->h.off, server, "the query runs on another server");
		break;
	case TSQL_T_CALL:
		if (tsql_source(f))
			source_entry(c, tsql_source(f));
		break;
	case TSQL_T_CHANGETABLE:
		if (f->u.changetable.table)
			dep_put_name(
			    c, TSQL_DEP_SELECT, f->u.changetable.table);
		break;
	default: break;
	}
}

/* A guess where a name is given stands for more text than a value. */
static void guessed_name(struct collector *c, const struct tsql_node *n)
{
	const struct tsql_name *name = NULL;

	if (n->kind >= TSQL_T_NAME && n->kind <= TSQL_T_OPAQUE)
		name = &((const struct tsql_from *)n)->alias;
	else if (n->kind == TSQL_ITEM)
		name = &((const struct tsql_item *)n)->alias;
	if (name && dep_is_guess(name))
		dep_unknown(
		    c, n->off, "", "the text has parts that can't be known");
}

static bool enter(void *ctx, const struct tsql_node *n)
{
	struct collector *c = ctx;
	const struct tsql_constraint *k;
	const struct tsql_dtype *d;
	const struct tsql_query *q;

	if (n->kind <= TSQL_E_DEFAULT || n->kind == TSQL_E_VARIABLE)
		return false; /* most nodes: nothing in them */
	if (c->dynamic)
		guessed_name(c, n);
	switch (n->kind) {
	case TSQL_E_COLUMN:
		read_column(c, (const struct tsql_expr *)n);
		return false;
	case TSQL_E_STAR:
		read_star(c, (const struct tsql_expr *)n);
		return false;
	case TSQL_OBJNAME: return false;
	case TSQL_E_CALL:
	case TSQL_E_METHOD: call(c, (const struct tsql_expr *)n); return true;
	case TSQL_E_NEXT_VALUE:
		if (((const struct tsql_expr *)n)->u.next.sequence)
			dep_put_name(c, TSQL_DEP_REFERENCE,
			    ((const struct tsql_expr *)n)->u.next.sequence);
		return true;
	case TSQL_T_NAME:
		from_name(c, (const struct tsql_from *)n);
		return true;
	case TSQL_T_OPENQUERY:
	case TSQL_T_CALL:
	case TSQL_T_CHANGETABLE:
		other_from(c, (const struct tsql_from *)n);
		return true;
	case TSQL_Q_SELECT:
		q = (const struct tsql_query *)n;
		if (q->u.select.into)
			dep_put_name(c, TSQL_DEP_INSERT, q->u.select.into);
		return true;
	case TSQL_S_INSERT:
	case TSQL_S_UPDATE:
	case TSQL_S_DELETE:
	case TSQL_S_MERGE:
		write_stmt(c, (const struct tsql_stmt *)n);
		return true;
	case TSQL_OUTPUT: output(c, (const struct tsql_output *)n); return true;
	case TSQL_S_EXEC: exec(c, (const struct tsql_stmt *)n); return true;
	case TSQL_S_USE:
		tsql_use(c->opt->catalog, (const struct tsql_stmt *)n);
		return true;
	case TSQL_CONSTRAINT:
		k = (const struct tsql_constraint *)n;
		if (k->references)
			dep_put_name(c, TSQL_DEP_FOREIGN_KEY, k->references);
		return true;
	case TSQL_DTYPE:
		d = (const struct tsql_dtype *)n;
		if (d->name && (tsql_objref(d->name) || d->name->n > 1) &&
		    (!d->type || d->type->user ||
			d->type->base == TSQL_TY_UNKNOWN) &&
		    !(d->type && d->type->user && !strchr(d->type->user, '.')))
			dep_put_name(c, TSQL_DEP_REFERENCE, d->name);
		return false;
	default:
		if (n->kind >= TSQL_S_OPAQUE && n->kind < TSQL_COLUMN_DEF)
			options_named(c, (const struct tsql_stmt *)n);
		return true;
	}
}

/* ---- executed text ---- */

#define DYNAMIC_DEPTH 4 /* text that executes text … */

static void walk_module(struct collector *c, const struct tsql_module *m)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			tsql_walk(&m->batch[i]->stmts.v[k]->h, enter, NULL, c);
}

static void run_text(struct collector *c, struct tsql_dynamic *d)
{
	struct tsql_catalog *cat = c->opt->catalog;
	struct tsql_bind_options quiet = {.catalog = cat};
	struct tsql_dynamics inner = {0};
	const char *outer = cat->current;
	uint32_t i;

	if (!d->module || d->module->nopaque) {
		dep_unknown(c, d->stmt->h.off, "",
		    d->module ? "the text has parts that can't be known"
			      : "the text can't be known");
		if (!d->module)
			return;
	}
	tsql_dynamic_use(cat, d->stmt);
	tsql_bind_module(c->a, d->module, &quiet);
	memset(c->cache, 0, sizeof(c->cache));
	walk_module(c, d->module);
	if (++c->depth < DYNAMIC_DEPTH) {
		for (i = 0; i < d->module->nbatch; i++)
			tsql_dynamic_find(c->a, d->module,
			    &d->module->batch[i]->stmts, &inner);
		for (i = 0; i < inner.n; i++)
			run_text(c, &inner.v[i]);
	}
	c->depth--;
	cat->current = outer;
}

static void run_texts(struct collector *c)
{
	uint32_t i;

	c->dynamic = true;
	for (i = 0; i < c->texts.n; i++) {
		c->dynamic_off = c->texts.v[i].stmt->h.off;
		run_text(c, &c->texts.v[i]);
	}
	c->dynamic = false;
}

/* ---- the result ---- */

static struct tsql_deps *finish(struct collector *c)
{
	struct tsql_deps *d = ARENA_NEW(c->a, struct tsql_deps);
	size_t i;

	d->v = arena_alloc(c->a, c->entries.nr * sizeof(*d->v));
	for (i = 0; i < c->entries.nr; i++) {
		struct entry *e = c->entries.items[i].value;

		dep_finish(c, e);
		d->v[d->n++] = e->dep;
	}
	map_release(&c->entries, NULL);
	buf_release(&c->key);
	d->dynamic = c->texts.v;
	d->ndynamic = c->texts.n;
	return d;
}

static void start(
    struct collector *c, struct arena *a, const struct tsql_bind_options *opt)
{
	memset(c, 0, sizeof(*c));
	c->a = a;
	c->opt = opt;
	map_init(&c->entries, MAP_FOLD);
	c->home = opt->catalog->current ? opt->catalog->current
					: opt->catalog->database;
}

struct tsql_deps *tsql_deps_of(struct arena *a, const struct tsql_module *m,
    const struct tsql_stmt *s, const struct tsql_bind_options *opt)
{
	struct tsql_stmt *only = (struct tsql_stmt *)s;
	struct tsql_stmts one = {&only, 1};
	const char *current = opt->catalog->current;
	struct collector c;
	uint32_t i;

	start(&c, a, opt);
	c.module = m;
	if (s) {
		tsql_walk(&s->h, enter, NULL, &c);
		if (c.executes)
			tsql_dynamic_find(a, m, &one, &c.texts);
	} else {
		walk_module(&c, m);
		for (i = 0; c.executes && i < m->nbatch; i++)
			tsql_dynamic_find(a, m, &m->batch[i]->stmts, &c.texts);
	}
	opt->catalog->current = current;
	run_texts(&c);
	return finish(&c);
}

struct tsql_deps *tsql_deps_of_query(struct arena *a,
    const struct tsql_query *q, const struct tsql_bind_options *opt)
{
	struct collector c;

	start(&c, a, opt);
	tsql_walk(&q->h, enter, NULL, &c);
	return finish(&c);
}

uint32_t tsql_dynamic_offset(const struct tsql_dynamic *d, uint32_t at)
{
	uint32_t i;

	for (i = d->npiece; i-- > 0;) {
		if (d->piece[i].at > at)
			continue;
		if (!d->piece[i].len)
			break;
		at -= d->piece[i].at;
		return d->piece[i].off +
		    (at < d->piece[i].len ? at : d->piece[i].len);
	}
	return d->stmt->h.off;
}
