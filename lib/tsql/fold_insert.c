/* INSERT and SELECT INTO. */
#include <stdlib.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

int fold_value_index(const struct tsql_stmt *s, const struct tsql_column *c)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	uint32_t i;

	if (!s->u.insert.columns.n) {
		for (i = 0; i < info->ncolumn; i++) {
			if (info->column[i] == c)
				return (int)i;
		}
		return -1;
	}
	for (i = 0; i < s->u.insert.columns.n; i++) {
		const struct tsql_expr *e = s->u.insert.columns.v[i];
		const struct tsql_name *n;
		bool several;

		if (e->h.kind != TSQL_E_COLUMN)
			continue;
		n = &e->u.name.part[e->nparts - 1];
		if (tsql_row_find(
			&info->object->row, n->text, n->len, &several) == c)
			return (int)i;
	}
	return -1;
}

static const char *identity_value(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_column *c, bool unique,
    enum fold_claim *claim)
{
	const char *number = "[source_rows].[row_no]";
	const char *type = tsql_type_text(c->type, f->arena);
	bool fresh = t->now->empty && (t->temporary || t->truncated);

	/* DELETE leaves the counter where it was, and so do rows that were
	 * once there: only a new or truncated table starts at the seed. */
	if (!unique || !fresh) {
		fold_finding(f, FINDING_PROC_IDENTITY_ORDER, &s->h, t->id);
		*claim = FOLD_DIFFERS;
	}
	if (!t->now->empty) {
		const char *edge = c->increment < 0 ? "MIN" : "MAX";

		fold_read(f, t->now);
		if (c->increment != 1)
			number = arena_printf(f->arena, "%s * %lld", number,
			    (long long)c->increment);
		return arena_printf(f->arena,
		    "CAST((SELECT ISNULL(%s(%s), %lld) FROM %s) + %s AS %s)",
		    edge, fold_column(f, c),
		    (long long)(c->seed - c->increment), fold_source(f, t->now),
		    number, type);
	}
	if (c->seed == 1 && c->increment == 1)
		return arena_printf(f->arena, "CAST(%s AS %s)", number, type);
	return arena_printf(f->arena, "CAST(%lld + (%s - 1) * %lld AS %s)",
	    (long long)c->seed, number, (long long)c->increment, type);
}

static const char *default_value(struct folder *f, const struct tsql_stmt *s,
    const struct tsql_column *c, enum fold_claim *claim)
{
	if (!c->def)
		return fold_cast(f, "NULL", NULL, c->type);
	if (strchr(c->def, '(') &&
	    (strstr(c->def, "getdate") || strstr(c->def, "GETDATE") ||
		strstr(c->def, "new") || strstr(c->def, "NEW") ||
		strstr(c->def, "sys") || strstr(c->def, "SYS"))) {
		fold_finding(f, FINDING_PROC_VOLATILE, &s->h, c->name);
		*claim = FOLD_DIFFERS;
	}
	return fold_cast(f, c->def, NULL, c->type);
}

static bool is_null(const struct tsql_expr *e)
{
	return e && e->h.kind == TSQL_E_NULL;
}

static void add_names(struct buf *b, const char *alias, uint32_t n)
{
	uint32_t i;

	buf_addf(b, " AS [%s] (", alias);
	for (i = 0; i < n; i++)
		buf_addf(b, "%s[c%u]", i ? ", " : "", i + 1);
	buf_addc(b, ')');
}

/*
 * FROM the query's rows as [source_rows], c1, c2 …; in a loop, those of each
 * pass. order: NULL, or they are numbered, by c1 when it is empty.
 */
static void add_source(struct folder *f, struct buf *b, const char *query,
    uint32_t n, const char *order)
{
	const char *cond = fold_condition(f);
	struct loop *l = f->loop;
	uint32_t i;

	if (l)
		fold_read(f, l->state);
	if (!l && !order) {
		buf_addf(b, " FROM (%s)", query);
		add_names(b, "source_rows", n);
		if (cond)
			buf_addf(b, " WHERE %s", cond);
		return;
	}
	buf_adds(b, " FROM (SELECT ");
	for (i = 0; i < n; i++)
		buf_addf(b, "%s[numbered].[c%u]", i ? ", " : "", i + 1);
	if (l)
		buf_addf(b, ", %s.[loop_no] AS [made_in]", l->cte);
	if (order)
		buf_addf(b, ", ROW_NUMBER() OVER (ORDER BY %s%s%s) AS [row_no]",
		    l ? l->cte : "", l ? ".[loop_no], " : "",
		    *order ? order : "[numbered].[c1]");
	buf_addf(b, " FROM %s%s(%s)", l ? l->cte : "", l ? " CROSS APPLY " : "",
	    query);
	add_names(b, "numbered", n);
	if (l && cond)
		buf_addf(b, " WHERE %s", cond);
	buf_adds(b, ") AS [source_rows]");
	if (!l && cond)
		buf_addf(b, " WHERE %s", cond);
}

/* The query's rows as rows of the table: a value for each column. */
static const char *project(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const char *query, const struct tsql_row *out,
    const char *order, bool unique, enum fold_claim *claim)
{
	struct buf b = BUF_INIT;
	bool numbered = false, first = true;
	bool deletes = fold_loop_has_deletes(f, t);
	uint32_t i, n = out ? out->n : 0;

	buf_adds(&b, deletes ? "SELECT [source_rows].[made_in], " : "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];
		int at = fold_value_index(s, c);
		const char *v;

		if (fold_is_computed(c))
			continue;
		if (at >= 0 && (uint32_t)at < n && s->u.insert.query &&
		    s->u.insert.query->h.kind == TSQL_Q_SELECT &&
		    is_null(out->v[at].expr)) {
			/* of no type: an int only to SELECT */
			v = fold_cast(f, "NULL", NULL, c->type);
		} else if (at >= 0 && (uint32_t)at < n) {
			v = fold_cast(f,
			    arena_printf(
				f->arena, "[source_rows].[c%d]", at + 1),
			    out->v[at].type, c->type);
		} else if (c->identity) {
			v = identity_value(f, s, t, c, unique, claim);
			numbered = true;
		} else {
			v = default_value(f, s, c, claim);
		}
		buf_addf(
		    &b, "%s%s AS %s", first ? "" : ", ", v, fold_column(f, c));
		first = false;
	}
	add_source(f, &b, query, n, numbered ? order ? order : "" : NULL);
	if (deletes)
		return fold_loop_survivors(f, t, fold_buf(f, &b));
	return fold_with_computed(f, t, fold_buf(f, &b));
}

/* Which column of the result an ORDER BY entry is: by name, number or the same
 * column; result->n when it is none. */
static uint32_t order_position(
    const struct tsql_order *o, const struct tsql_row *result)
{
	const struct tsql_outref *ref = tsql_outref(o->expr);
	const struct tsql_colref *col = tsql_colref(o->expr);
	uint32_t k;

	if (ref)
		return ref->index;
	for (k = 0; col && k < result->n; k++) {
		const struct tsql_colref *c = tsql_colref(result->v[k].expr);

		if (c && c->source == col->source && c->column == col->column)
			return k;
	}
	return result->n;
}

const char *fold_order_by_position(struct folder *f, const struct tsql_query *q,
    const struct tsql_row *out, bool *unique)
{
	bool *in = xcalloc(out->n + 1, sizeof(*in));
	struct buf b = BUF_INIT;
	const char *s = NULL;
	uint32_t i;

	for (i = 0; i < q->order.n; i++) {
		const struct tsql_order *o = q->order.v[i];
		uint32_t at = order_position(o, out);

		if (at >= out->n)
			goto end;
		in[at] = true;
		buf_addf(&b, "%s[numbered].[c%u]%s", i ? ", " : "", at + 1,
		    o->h.flags & TSQL_DESC ? " DESC" : "");
	}
	*unique = fold_is_key(f->module->src, q, in);
	if (b.len)
		s = arena_strndup(f->arena, b.s, b.len);
end:
	buf_release(&b);
	free(in);
	return s;
}

/* The one row of VALUES as a SELECT. */
static const char *one_row(struct folder *f, const struct tsql_query *q)
{
	const struct tsql_exprs *row = &q->u.values.row[0];
	const struct tsql_node *nodes[1];
	struct buf b = BUF_INIT;
	uint32_t i;

	buf_adds(&b, "SELECT ");
	for (i = 0; i < row->n; i++) {
		nodes[0] = &row->v[i]->h;
		buf_addf(&b, "%s%s AS [c%u]", i ? ", " : "",
		    fold_text(f, nodes[0]->off, nodes[0]->len, nodes, 1),
		    i + 1);
	}
	return fold_buf(f, &b);
}

/* A SELECT of the VALUES' rows: the literal table as a query. */
static const char *values_query(struct folder *f, const struct tsql_query *q)
{
	const char *order;
	const char *v = fold_query(f, q, &order);
	struct buf b = BUF_INIT;
	uint32_t i, n = q->u.values.nrow ? q->u.values.row[0].n : 0;

	if (f->loop && q->u.values.nrow == 1) /* columns of the pass in it */
		return one_row(f, q);
	buf_addf(&b, "SELECT * FROM (%s) AS [v] (", v);
	for (i = 0; i < n; i++)
		buf_addf(&b, "%s[c%u]", i ? ", " : "", i + 1);
	buf_addc(&b, ')');
	return fold_buf(f, &b);
}

bool fold_output(struct folder *f, const struct tsql_output *o,
    const char *rows, const char *name)
{
	const struct tsql_source *src = o->into ? tsql_source(o->into) : NULL;
	struct table *to =
	    src && src->object ? fold_table(f, src->object) : NULL;
	struct buf b = BUF_INIT;
	uint32_t i, k;

	if (!to || !to->now || o->next)
		return false;
	buf_adds(&b, "SELECT ");
	for (i = 0, k = 0; i < to->row->n; i++) {
		const struct tsql_column *c = &to->row->v[i];
		uint32_t at = i;

		for (k = 0; o->into_columns.n && k < o->into_columns.n; k++) {
			const struct tsql_expr *e = o->into_columns.v[k];

			if (e->h.kind == TSQL_E_COLUMN &&
			    name_eq(arena_strndup(f->arena,
					e->u.name.part[e->nparts - 1].text,
					e->u.name.part[e->nparts - 1].len),
				c->name))
				break;
		}
		if (o->into_columns.n)
			at = k;
		if (c->identity || fold_is_computed(c) || at >= o->items.n ||
		    o->items.v[at]->expr->h.kind == TSQL_E_STAR) {
			buf_release(&b);
			return false;
		}
		buf_addf(&b, "%s%s AS %s", i ? ", " : "",
		    fold_cast(f, fold_node(f, &o->items.v[at]->expr->h),
			o->items.v[at]->expr->type, c->type),
		    fold_column(f, c));
	}
	buf_addf(&b, " FROM (%s) AS [%s]", rows, name);
	rows = fold_buf(f, &b);
	if (!to->now->empty) {
		fold_read(f, to->now);
		rows = arena_printf(f->arena, "SELECT %s FROM %s UNION ALL %s",
		    fold_old_columns(f, to, NULL), fold_source(f, to->now),
		    rows);
	}
	fold_new_state(f, to, name, rows, FOLD_EXACT);
	return true;
}

/* The query of what is inserted, its columns in *out; NULL with a finding. */
static const char *source_rows(struct folder *f, const struct tsql_stmt *s,
    const struct tsql_row **out, const char **order, bool *unique)
{
	const struct tsql_query *q = s->u.insert.query;
	const char *text;

	if (s->u.insert.exec && !s->u.insert.top) {
		text = fold_called_rows(f, s->u.insert.exec, out);
		if (!text)
			fold_finding(
			    f, FINDING_PROC_DYNAMIC, &s->h, "INSERT … EXEC");
		return text;
	}
	if (!q || s->u.insert.top) {
		fold_finding(
		    f, FINDING_PROC_STATEMENT, &s->h, "INSERT of this form");
		return NULL;
	}
	fold_hoist(f, s->u.insert.with);
	*out = tsql_query_row(q);
	if (q->h.kind == TSQL_Q_VALUES)
		return values_query(f, q);
	text = fold_query(f, q, order);
	*order = *order ? fold_order_by_position(f, q, *out, unique) : NULL;
	return text;
}

bool fold_insert(struct folder *f, const struct tsql_stmt *s)
{
	struct table *t = fold_target_table(f, s);
	enum fold_claim claim = FOLD_EXACT;
	bool unique = false;
	const struct tsql_row *out;
	const char *rows, *order = NULL, *text;
	struct state *old, *own;
	size_t i;

	if (!t)
		return false;
	text = source_rows(f, s, &out, &order, &unique);
	if (!text)
		return false;
	old = t->now;
	if (f->loop) {
		unique |= s->u.insert.query->h.kind == TSQL_Q_VALUES &&
		    s->u.insert.query->u.values.nrow == 1;
		fold_loop_inserts(f, t);
	}
	rows = project(f, s, t, text, out, order, unique, &claim);
	if (s->u.insert.output) {
		size_t n = f->nread;
		struct state **reads =
		    xreallocarray(NULL, n + 1, sizeof(*reads));

		memcpy(reads, f->read, n * sizeof(*reads));
		if (!s->u.insert.output->into ||
		    !fold_output(f, s->u.insert.output, rows, "inserted")) {
			fold_finding(f, FINDING_PROC_STATEMENT, &s->h,
			    "OUTPUT of this form");
			claim = FOLD_MANUAL;
		}
		for (i = 0; i < n; i++)
			fold_read(f, reads[i]);
		free(reads);
	}
	if (!old->empty) {
		fold_read(f, old);
		rows = arena_printf(f->arena, "SELECT %s FROM %s UNION ALL %s",
		    fold_old_columns(f, t, NULL), fold_source(f, old), rows);
	}
	own = fold_state(f, t, "inserted");
	own->claim = claim;
	fold_set_state(f, t, own, rows);
	if (old->empty && !f->guard && !f->loop && !s->u.insert.exec)
		t->filled = s;
	fold_set_pattern(t,
	    t->truncated     ? "truncate_insert"
		: old->empty ? "insert"
			     : "append");
	return true;
}

bool fold_select_into(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	const struct tsql_object_ref *ref = tsql_objref(fold_into(s->u.select));
	const struct tsql_object *o = info && info->object ? info->object
	    : ref					   ? ref->object
							   : NULL;
	const char *order, *sql;
	struct table *t;

	if (!o) {
		fold_finding(f, FINDING_PROC_STATEMENT, &s->h,
		    "SELECT INTO of an unknown table");
		return false;
	}
	sql = fold_query(f, s->u.select, &order);
	t = fold_table(f, o);
	t->row = tsql_query_row(s->u.select);
	if (!t->now) {
		t->now = ARENA_NEW(f->arena, struct state);
		t->now->table = t;
	}
	t->now->empty = true;
	t->truncated = true;
	if (f->guard)
		sql = arena_printf(f->arena,
		    "SELECT * FROM (%s) AS [source_rows] WHERE %s", sql,
		    f->guard);
	fold_new_state(f, t, "selected", sql, FOLD_EXACT);
	fold_keep_query(t, s->u.select);
	fold_set_pattern(t, "select_into");
	return true;
}
