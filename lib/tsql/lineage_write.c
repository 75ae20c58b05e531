/* Lineage of what statements write: their targets and these' columns. */
#include "common/arena.h"
#include "tsql/lineage_int.h"

const char *lin_name_id(struct lineage *l, const struct tsql_objname *n)
{
	const struct tsql_object_ref *r = tsql_objref(n);

	return r && r->object ? r->object->id
			      : tsql_written_id(l->a, n, l->opt);
}

struct target lin_object_target(struct lineage *l, const struct tsql_object *o,
    const struct tsql_objname *n)
{
	struct target t = {0};

	if (o &&
	    (o->kind == TSQL_OBJ_TEMP_TABLE ||
		o->kind == TSQL_OBJ_TABLE_VARIABLE))
		t.flow = lin_flow(l, o, o->row.n);
	else if (o)
		t.id = o->id;
	else if (n && n->n && n->part[n->n - 1].len &&
	    n->part[n->n - 1].text[0] != '#')
		t.id = lin_name_id(l, n);
	return t;
}

/* The table behind a CTE or derived table that is written through. */
static const struct tsql_source *behind(const struct tsql_source *s)
{
	int hops;

	for (hops = 0; s && !s->object && s->query && hops < 32; hops++) {
		const struct tsql_colref *r = NULL;
		uint32_t i;

		for (i = 0; i < s->row->n && !(r && r->source); i++)
			r = tsql_colref(s->row->v[i].expr);
		s = r ? r->source : NULL;
	}
	return s;
}

static struct target dml_target(
    struct lineage *l, const struct tsql_source *s, const struct tsql_from *f)
{
	const struct tsql_source *t = behind(s);
	const struct tsql_objname *n = NULL;

	if (t && t->from && t->from->h.kind == TSQL_T_NAME)
		n = t->from->u.name.name;
	else if (!t && f && f->h.kind == TSQL_T_NAME)
		n = f->u.name.name;
	return lin_object_target(l, t ? t->object : NULL, n);
}

static void write_column(struct lineage *l, struct target *t,
    const struct tsql_column *c, const char *name, size_t len,
    const struct set *s)
{
	if (t->flow) {
		if (c && c->ordinal < t->flow->n)
			t->flow->column[c->ordinal] =
			    lin_union(l, t->flow->column[c->ordinal], s);
	} else if (t->id) {
		lin_edges(
		    l, t->id, c ? c->name : arena_strndup(l->a, name, len), s);
	}
}

void lin_write_rows(struct lineage *l, struct target *t, const struct set *s)
{
	struct acc acc = {0};

	/* what decides about rows is never their value */
	lin_add(&acc, s, TSQL_LIN_FILTER);
	s = lin_set(l, &acc);
	if (t->flow)
		t->flow->rows = lin_union(l, t->flow->rows, s);
	else if (t->id)
		lin_edges(l, t->id, NULL, s);
}

/* The column that a target expression names. */
static void write_expr(struct lineage *l, struct target *t,
    const struct tsql_expr *e, const struct set *s)
{
	const struct tsql_colref *r = tsql_colref(e);
	const struct tsql_column *c = r ? r->column : NULL;
	const struct tsql_colref *inner;

	if (!e || e->h.kind != TSQL_E_COLUMN || !e->nparts)
		return;
	/* through a CTE: the table's own column */
	while (c && c->expr && (inner = tsql_colref(c->expr)) != NULL &&
	    inner->column)
		c = inner->column;
	write_column(l, t, c, e->u.name.part[e->nparts - 1].text,
	    e->u.name.part[e->nparts - 1].len, s);
}

/* rows: what decides about the statement's rows. */
static void output(struct lineage *l, const struct tsql_stmt_info *info,
    const struct tsql_output *o, const struct set *rows)
{
	for (; o; o = o->next) {
		struct tsql_source *into =
		    o->into ? tsql_source(o->into) : NULL;
		struct target t;
		struct flow *f;
		uint32_t i;

		if (!o->into || !info->output)
			continue;
		t = dml_target(l, into, o->into);
		f = lin_items(l, info->output);
		for (i = 0; i < f->n; i++) {
			if (o->into_columns.n) {
				if (i < o->into_columns.n)
					write_expr(l, &t, o->into_columns.v[i],
					    f->column[i]);
			} else if (into && i < into->row->n) {
				write_column(l, &t, &into->row->v[i], "", 0,
				    f->column[i]);
			}
		}
		lin_write_rows(l, &t, rows);
	}
}

void lin_insert(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct target t;
	struct flow *f;
	uint32_t i;

	if (!info)
		return;
	lin_with(l, s->u.insert.with);
	t = dml_target(l, info->target, s->u.insert.target);
	f = s->u.insert.query ? lin_query(l, s->u.insert.query)
	    : s->u.insert.exec && s->u.insert.exec->h.kind == TSQL_S_EXEC
	    ? lin_exec_result(l, s->u.insert.exec)
	    : NULL;
	for (i = 0; f && i < f->n; i++) {
		if (s->u.insert.columns.n) {
			if (i < s->u.insert.columns.n)
				write_expr(l, &t, s->u.insert.columns.v[i],
				    f->column[i]);
		} else if (i < info->ncolumn) {
			write_column(
			    l, &t, info->column[i], "", 0, f->column[i]);
		}
	}
	if (f)
		lin_write_rows(l, &t, f->rows);
	output(l, info, s->u.insert.output, f ? f->rows : l->empty);
}

/* A CTE or derived table that is changed: the rows that it has. */
static void target_rows(
    struct lineage *l, const struct tsql_source *t, struct acc *acc)
{
	const struct flow *f =
	    t && !t->object && t->query ? lin_query(l, t->query) : NULL;

	if (f)
		lin_add(acc, f->rows, TSQL_LIN_IDENTITY);
}

static void assigns(
    struct lineage *l, struct target *t, const struct tsql_assigns *set)
{
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		const struct tsql_assign *a = set->v[i];
		const struct set *s = lin_expr_set(l, a->value,
		    a->op == TSQL_OP_EQ ? TSQL_LIN_IDENTITY
					: TSQL_LIN_TRANSFORMATION);

		if (a->target && a->target->h.kind == TSQL_E_METHOD) {
			/* column.WRITE(…): of its old value and arguments */
			write_expr(l, t, a->target->u.method.e,
			    lin_expr_set(
				l, a->target, TSQL_LIN_TRANSFORMATION));
			continue;
		}
		if (a->target && a->op != TSQL_OP_EQ)
			s = lin_union(l, s,
			    lin_expr_set(
				l, a->target, TSQL_LIN_TRANSFORMATION));
		if (a->variable.text)
			lin_set_variable(l, &a->variable, s);
		if (a->target)
			write_expr(l, t, a->target, s);
	}
}

void lin_update(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct acc acc = {0};
	const struct set *rows;
	struct target t;
	uint32_t i;

	if (!info)
		return;
	lin_with(l, s->u.update.with);
	t = dml_target(l, info->target, s->u.update.target);
	assigns(l, &t, &s->u.update.set);
	target_rows(l, info->target, &acc);
	for (i = 0; i < s->u.update.from.n; i++)
		lin_from(l, s->u.update.from.v[i], &acc);
	lin_expr(l, s->u.update.where, TSQL_LIN_FILTER, &acc);
	rows = lin_set(l, &acc);
	/* only the columns that are set depend on it */
	for (i = 0; i < s->u.update.set.n; i++)
		if (s->u.update.set.v[i]->target)
			write_expr(l, &t, s->u.update.set.v[i]->target, rows);
	output(l, info, s->u.update.output, rows);
}

static void merge_insert(struct lineage *l, struct target *t,
    const struct tsql_stmt_info *info, const struct tsql_merge_when *w)
{
	uint32_t i;

	for (i = 0; i < w->values.n; i++) {
		const struct set *v =
		    lin_expr_set(l, w->values.v[i], TSQL_LIN_IDENTITY);

		if (w->columns.n && i < w->columns.n)
			write_expr(l, t, w->columns.v[i], v);
		else if (!w->columns.n && i < info->ncolumn)
			write_column(l, t, info->column[i], "", 0, v);
	}
}

void lin_merge(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct acc acc = {0};
	const struct set *rows;
	struct target t;
	uint32_t i;

	if (!info)
		return;
	lin_with(l, s->u.merge.with);
	t = dml_target(l, info->target, s->u.merge.target);
	lin_from(l, s->u.merge.source, &acc);
	lin_expr(l, s->u.merge.on, TSQL_LIN_JOIN, &acc);
	for (i = 0; i < s->u.merge.nwhen; i++) {
		const struct tsql_merge_when *w = s->u.merge.when[i];

		lin_expr(l, w->cond, TSQL_LIN_FILTER, &acc);
		assigns(l, &t, &w->set);
		if (w->action == TSQL_M_INSERT)
			merge_insert(l, &t, info, w);
	}
	rows = lin_set(l, &acc);
	lin_write_rows(l, &t, rows);
	output(l, info, s->u.merge.output, rows);
}

void lin_delete(struct lineage *l, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct acc acc = {0};
	const struct set *rows;
	struct target t;
	uint32_t i;

	if (!info)
		return;
	lin_with(l, s->u.del.with);
	t = dml_target(l, info->target, s->u.del.target);
	target_rows(l, info->target, &acc);
	for (i = 0; i < s->u.del.from.n; i++)
		lin_from(l, s->u.del.from.v[i], &acc);
	lin_expr(l, s->u.del.where, TSQL_LIN_FILTER, &acc);
	rows = lin_set(l, &acc);
	lin_write_rows(l, &t, rows);
	output(l, info, s->u.del.output, rows);
}

/* A query's columns into a target of these names. */
void lin_query_into(struct lineage *l, struct target *t,
    const struct tsql_query *q, const struct tsql_names *names)
{
	const struct tsql_row *r = tsql_query_row(q);
	struct flow *f = lin_query(l, q);
	uint32_t i;

	for (i = 0; f && i < f->n && i < r->n; i++) {
		if (names && i < names->n && names->v[i].text && !t->flow)
			lin_edges(l, t->id,
			    arena_strndup(
				l->a, names->v[i].text, names->v[i].len),
			    f->column[i]);
		else if (t->flow)
			write_column(l, t, &r->v[i], "", 0, f->column[i]);
		else if (t->id)
			lin_edges(l, t->id, lin_column_name(l, &r->v[i]),
			    f->column[i]);
	}
	if (f)
		lin_write_rows(l, t, f->rows);
}
