/* INSERT, UPDATE, DELETE, MERGE and OUTPUT. */
#include <string.h>

#include "common/alloc.h"
#include "tsql/bind_int.h"
#include "tsql/parse.h"

/* ---- targets ---- */

static bool same_object(const struct binder *b, const struct tsql_source *s,
    const struct tsql_objname *n)
{
	const struct tsql_name *last = &n->part[n->n - 1];

	if (s->from && s->from->alias.text)
		return false;
	if (!s->name.text || !last->text ||
	    !b_same_name(b, last, s->name.text, s->name.len))
		return false;
	return n->n == 1 || !s->object || !n->part[n->n - 2].len ||
	    b_same_name(b, &n->part[n->n - 2], s->object->schema,
		strlen(s->object->schema));
}

/* UPDATE a … FROM t a: the target is one of the sources; by alias first. */
static struct tsql_source *among_sources(
    struct binder *b, struct tsql_scope *s, const struct tsql_from *target)
{
	const struct tsql_objname *n;
	const struct tsql_name *v;
	uint32_t i;

	if (target->h.kind == TSQL_T_VARIABLE) {
		v = &target->u.variable.name;
		for (i = 0; v->text && i < s->nsource; i++)
			if (s->source[i]->name.text &&
			    b_same_name(b, v, s->source[i]->name.text,
				s->source[i]->name.len))
				return s->source[i];
		return NULL;
	}
	if (target->h.kind != TSQL_T_NAME || !target->u.name.name)
		return NULL;
	n = target->u.name.name;
	for (i = 0; n->n == 1 && n->part[0].text && i < s->nsource; i++) {
		const struct tsql_from *f = s->source[i]->from;

		if (f && f->alias.text &&
		    b_same_name(b, &n->part[0], f->alias.text, f->alias.len))
			return s->source[i];
	}
	for (i = 0; i < s->nsource; i++)
		if (same_object(b, s->source[i], n))
			return s->source[i];
	/* FROM t a … with the target written as t: the only one that is t */
	return NULL;
}

static struct tsql_source *only_alias_of(
    struct tsql_scope *s, const struct tsql_object *o)
{
	struct tsql_source *found = NULL;
	uint32_t i;

	for (i = 0; o && i < s->nsource; i++) {
		/* a trigger's inserted is the table's, but not the table */
		if (s->source[i]->object != o || s->source[i]->special)
			continue;
		if (found)
			return NULL;
		found = s->source[i];
	}
	return found;
}

/* Sources are bound; the target is found among them or put in front. */
static struct tsql_source *find_target(
    struct binder *b, struct tsql_scope *s, struct tsql_from *target)
{
	struct tsql_source *t;
	struct tsql_object *o = NULL;

	if (!target)
		return NULL;
	t = among_sources(b, s, target);
	if (!t && s->nsource && target->h.kind == TSQL_T_NAME) {
		if (!b_find_cte(b, target->u.name.name))
			o = b_find_object(b, target->u.name.name, false);
		t = only_alias_of(s, o);
	}
	if (t) {
		t->target = true;
		target->bound = &t->h;
		if (target->h.kind == TSQL_T_NAME && t->from &&
		    t->from->h.kind == TSQL_T_NAME && target->u.name.name &&
		    t->from->u.name.name)
			target->u.name.name->bound =
			    t->from->u.name.name->bound;
		return t;
	}
	b_from(b, target);
	t = tsql_source(target);
	if (t)
		t->special = 't';
	return t;
}

/* A scope of its own for a target that no expression sees (INSERT). */
static struct tsql_source *lone_target(
    struct binder *b, struct tsql_from *target)
{
	struct tsql_scope *here = b->scope;
	struct tsql_source *t;

	if (!target)
		return NULL;
	b->scope = b_scope_new(b, NULL, NULL, NULL);
	b_from(b, target);
	t = tsql_source(target);
	if (t)
		t->special = 't';
	b->scope = here;
	return t;
}

static void target_columns(struct binder *b, const struct tsql_exprs *list,
    struct tsql_source *t, struct tsql_stmt_info *info)
{
	uint32_t i, n = 0;
	const struct tsql_row *r = t ? t->row : NULL;

	if (list->n) {
		info->column =
		    arena_alloc(b->a, list->n * sizeof(*info->column));
		for (i = 0; i < list->n; i++) {
			struct tsql_colref *ref;

			if (list->v[i]->h.kind == TSQL_E_COLUMN)
				b_column_of(b, list->v[i], t);
			else
				b_expr(b, list->v[i]);
			ref = tsql_colref(list->v[i]);
			info->column[i] = ref ? ref->column : NULL;
		}
		info->ncolumn = list->n;
		return;
	}
	if (!r || r->open)
		return;
	info->column = arena_alloc(b->a, r->n * sizeof(*info->column));
	for (i = 0; i < r->n; i++) {
		const struct tsql_column *c = &r->v[i];

		if (c->identity || c->computed || c->generated ||
		    c->type->base == TSQL_TY_ROWVERSION)
			continue;
		info->column[n++] = c;
	}
	info->ncolumn = n;
}

/* ---- OUTPUT ---- */

static void add_special(struct binder *b, struct tsql_scope *s,
    struct tsql_source *target, const char *name, uint8_t special)
{
	struct tsql_source *src = b_source_add(b, s, NULL);

	src->name.text = name;
	src->name.len = (uint32_t)strlen(name);
	src->special = special;
	src->object = target->object;
	src->query = target->query;
	src->cte = target->cte;
	src->row = target->row;
}

static void bind_output(struct binder *b, struct tsql_stmt_info *info,
    struct tsql_output *o, bool inserted, bool deleted)
{
	struct tsql_scope *here = b->scope;
	struct tsql_scope *s;

	for (; o; o = o->next) {
		s = b_scope_new(b, NULL, info->scope, NULL);
		if (info->target && inserted)
			add_special(b, s, info->target, "inserted", 'i');
		if (info->target && deleted)
			add_special(b, s, info->target, "deleted", 'd');
		b->scope = s;
		b_items(b, s, &o->items);
		b->scope = here;
		info->output = s;
		if (o->into) {
			struct tsql_source *t = lone_target(b, o->into);
			uint32_t i;

			for (i = 0; i < o->into_columns.n; i++)
				b_column_of(b, o->into_columns.v[i], t);
		}
	}
}

const struct tsql_row *b_output_row(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct tsql_row *r;

	if (info && info->output)
		return &info->output->out;
	r = b_row_new(b, 0);
	r->open = true;
	return r;
}

/* ---- statements ---- */

static void bind_assigns(struct binder *b, const struct tsql_assigns *set,
    struct tsql_source *target)
{
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		struct tsql_assign *a = set->v[i];

		struct tsql_expr *t = a->target;

		if (t && t->h.kind == TSQL_E_COLUMN) {
			b_column_of(b, t, target);
		} else if (t && t->h.kind == TSQL_E_METHOD && t->u.method.e) {
			/* column.WRITE(…), column.modify(…) */
			b_column_of(b, t->u.method.e, target);
			b_exprs(b, &t->u.method.args);
			t->type = b_unknown();
		} else {
			b_expr(b, t);
		}
		b_expr(b, a->value);
	}
}

static void bind_top(struct binder *b, const struct tsql_top *top)
{
	if (top)
		b_expr(b, top->count);
}

static void insert(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_stmt_info *info = b_info(b, s);
	struct tsql_scope *here = b->scope;

	b->scope = NULL;
	b_with(b, s->u.insert.with);
	info->target = lone_target(b, s->u.insert.target);
	info->object = info->target ? info->target->object : NULL;
	target_columns(b, &s->u.insert.columns, info->target, info);
	bind_top(b, s->u.insert.top);
	b_query(b, s->u.insert.query, NULL, NULL);
	b_stmt(b, s->u.insert.exec);
	bind_output(b, info, s->u.insert.output, true, false);
	b_with_end(b, s->u.insert.with);
	b->scope = here;
}

static void open_scope(struct binder *b, struct tsql_stmt_info *info)
{
	info->scope = b_scope_new(b, NULL, NULL, NULL);
	b->scope = info->scope;
	b->first_source = 0;
}

static void update(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_stmt_info *info = b_info(b, s);
	struct tsql_scope *here = b->scope;

	b_with(b, s->u.update.with);
	open_scope(b, info);
	b_froms(b, &s->u.update.from);
	info->target = find_target(b, info->scope, s->u.update.target);
	info->object = info->target ? info->target->object : NULL;
	bind_top(b, s->u.update.top);
	bind_assigns(b, &s->u.update.set, info->target);
	b_expr(b, s->u.update.where);
	bind_output(b, info, s->u.update.output, true, true);
	b_with_end(b, s->u.update.with);
	b->scope = here;
}

static void delete (struct binder *b, struct tsql_stmt *s)
{
	struct tsql_stmt_info *info = b_info(b, s);
	struct tsql_scope *here = b->scope;

	b_with(b, s->u.del.with);
	open_scope(b, info);
	b_froms(b, &s->u.del.from);
	info->target = find_target(b, info->scope, s->u.del.target);
	info->object = info->target ? info->target->object : NULL;
	bind_top(b, s->u.del.top);
	b_expr(b, s->u.del.where);
	bind_output(b, info, s->u.del.output, false, true);
	b_with_end(b, s->u.del.with);
	b->scope = here;
}

/* One WHEN: what doesn't match has no row of the other side. The target is
 * the scope's sources before `source`. */
static void merge_when(struct binder *b, struct tsql_stmt_info *info,
    struct tsql_merge_when *w, uint32_t source)
{
	uint32_t all = b->scope->nsource, k;
	struct tsql_stmt_info unused = {0};

	if (w->when == TSQL_WHEN_NOT_MATCHED)
		b->first_source = source;
	else if (w->when == TSQL_WHEN_NOT_MATCHED_BY_SOURCE)
		b->scope->nsource = source;
	b_expr(b, w->cond);
	bind_assigns(b, &w->set, info->target);
	b_exprs(b, &w->values);
	b->first_source = 0;
	b->scope->nsource = all;
	for (k = 0; k < w->columns.n; k++)
		b_column_of(b, w->columns.v[k], info->target);
	if (w->action == TSQL_M_INSERT && !w->columns.n && !info->column) {
		target_columns(b, &w->columns, info->target, &unused);
		info->column = unused.column;
		info->ncolumn = unused.ncolumn;
	}
}

static void merge(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_stmt_info *info = b_info(b, s);
	struct tsql_scope *here = b->scope;
	uint32_t i, source;

	b_with(b, s->u.merge.with);
	open_scope(b, info);
	if (s->u.merge.target) {
		b_from(b, s->u.merge.target);
		info->target = tsql_source(s->u.merge.target);
		if (info->target)
			info->target->target = true;
	}
	info->object = info->target ? info->target->object : NULL;
	source = b->scope->nsource;
	b_from(b, s->u.merge.source);
	bind_top(b, s->u.merge.top);
	b_expr(b, s->u.merge.on);
	for (i = 0; i < s->u.merge.nwhen; i++)
		merge_when(b, info, s->u.merge.when[i], source);
	bind_output(b, info, s->u.merge.output, true, true);
	b_with_end(b, s->u.merge.with);
	b->scope = here;
}

void b_dml(struct binder *b, struct tsql_stmt *s)
{
	uint32_t first = b->first_source;

	switch (s->h.kind) {
	case TSQL_S_INSERT: insert(b, s); break;
	case TSQL_S_UPDATE: update(b, s); break;
	case TSQL_S_DELETE: delete (b, s); break;
	default: merge(b, s); break;
	}
	b->first_source = first;
}
