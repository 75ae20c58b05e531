#include <stdlib.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

static const char *text_of(struct folder *f, struct buf *b)
{
	const char *s = arena_strndup(f->arena, buf_str(b), b->len);

	buf_release(b);
	return s;
}

static const char *column(struct folder *f, const struct tsql_column *c)
{
	return fold_quote(f, c->name, c->len);
}

const char *fold_cast(struct folder *f, const char *text,
    const struct tsql_type *from, const struct tsql_type *to)
{
	if (from && tsql_type_same(from, to))
		return text;
	return arena_printf(
	    f->arena, "CAST(%s AS %s)", text, tsql_type_text(to, f->arena));
}

/* Does the table compute this column from its others? */
static bool is_computed(const struct tsql_column *c)
{
	return c->computed != NULL;
}

/* Puts the computed columns around a query of the others. */
static const char *with_computed(
    struct folder *f, const struct table *t, const char *sql)
{
	struct buf b = BUF_INIT;
	bool any = false;
	uint32_t i;

	for (i = 0; i < t->row->n; i++)
		any |= is_computed(&t->row->v[i]);
	if (!any)
		return sql;
	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];

		buf_adds(&b, i ? ", " : "");
		if (is_computed(c))
			buf_addf(&b, "%s AS ", c->computed);
		buf_adds(&b, column(f, c));
	}
	buf_addf(&b, " FROM (%s) AS [base_rows]", sql);
	return text_of(f, &b);
}

/* The query that a temporary table has the rows of, for its keys; NULL once
 * they are changed. */
static void keep_query(struct table *t, const struct tsql_query *q)
{
	if (t->object && t->object->kind == TSQL_OBJ_TEMP_TABLE)
		((struct tsql_object *)(uintptr_t)t->object)->data =
		    (void *)(uintptr_t)q;
}

/* The new state: its query is sql, what was read since went into it. */
static void set_state(
    struct folder *f, struct table *t, struct state *s, const char *sql)
{
	size_t i;

	s->sql = sql;
	for (i = 0; i < f->nguard_read && f->guard; i++)
		fold_read(f, f->guard_read[i]);
	for (i = 0; i < f->nread; i++) {
		GROW(s->read, s->nread, s->read_cap);
		s->read[s->nread++] = f->read[i];
	}
	f->nread = 0;
	if (f->unknown) {
		s->claim = FOLD_MANUAL;
		f->unknown = false;
	}
	t->now = s;
	t->written = true;
	keep_query(t, NULL);
}

/* A new state of t whose rows are made by sql, put last in order. */
static void new_state(struct folder *f, struct table *t, const char *action,
    const char *sql, enum fold_claim claim)
{
	struct state *s = fold_state(f, t, action);

	s->claim = claim;
	set_state(f, t, s, sql);
}

static void set_pattern(struct table *t, const char *pattern)
{
	if (!t->pattern)
		t->pattern = pattern;
}

/* All columns of the state before, as t.c or c. */
static const char *old_columns(
    struct folder *f, const struct table *t, const char *alias)
{
	struct buf b = BUF_INIT;
	uint32_t i;

	for (i = 0; i < t->row->n; i++)
		buf_addf(&b, "%s%s%s%s", i ? ", " : "", alias ? alias : "",
		    alias ? "." : "", column(f, &t->row->v[i]));
	return text_of(f, &b);
}

static struct table *target_table(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct table *t;

	if (!info || !info->object) {
		fold_finding(f, FINDING_PROC_STATEMENT, &s->h,
		    "its target is not known");
		return NULL;
	}
	t = fold_table(f, info->object);
	if (!t->now || t->row->open || !t->row->n) {
		fold_finding(f, FINDING_PROC_STATEMENT, &s->h,
		    "the columns of its target are not known");
		return NULL;
	}
	return t;
}

/* ---- INSERT ---- */

/* Which value goes into the column: its index in the list, or -1. */
static int value_index(const struct tsql_stmt *s,
    const struct tsql_stmt_info *info, const struct tsql_column *c)
{
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
		fold_read(f, t->now);
		return arena_printf(f->arena,
		    "CAST((SELECT ISNULL(MAX(%s), 0) FROM %s) + %s AS %s)",
		    column(f, c), fold_source(f, t->now), number, type);
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

/* The query's rows as rows of the table: a value for each column. */
static const char *project(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const char *query, const struct tsql_row *out,
    const char *order, bool unique, enum fold_claim *claim)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct buf b = BUF_INIT;
	bool numbered = false, first = true;
	uint32_t i, n = out ? out->n : 0;

	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];
		int at = value_index(s, info, c);
		const char *v;

		if (is_computed(c))
			continue;
		if (at >= 0 && (uint32_t)at < n) {
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
		buf_addf(&b, "%s%s AS %s", first ? "" : ", ", v, column(f, c));
		first = false;
	}
	buf_adds(&b, " FROM (");
	if (numbered) {
		buf_adds(&b, "SELECT ");
		for (i = 0; i < n; i++)
			buf_addf(&b, "[numbered].[c%u], ", i + 1);
		buf_addf(&b,
		    "ROW_NUMBER() OVER (ORDER BY %s) AS [row_no] "
		    "FROM (",
		    order ? order : "[numbered].[c1]");
	}
	buf_adds(&b, query);
	if (numbered)
		buf_adds(&b, ") AS [numbered]");
	if (numbered) {
		buf_adds(&b, " (");
		for (i = 0; i < n; i++)
			buf_addf(&b, "%s[c%u]", i ? ", " : "", i + 1);
		buf_adds(&b, ")");
	}
	buf_adds(&b, ") AS [source_rows]");
	if (!numbered) {
		buf_adds(&b, " (");
		for (i = 0; i < n; i++)
			buf_addf(&b, "%s[c%u]", i ? ", " : "", i + 1);
		buf_adds(&b, ")");
	}
	if (f->guard)
		buf_addf(&b, " WHERE %s", f->guard);
	return with_computed(f, t, text_of(f, &b));
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

/* ORDER BY in terms of the result: c1, c2 …; NULL when an entry is no column
 * of it. *unique: no two rows tie. */
static const char *order_by_position(struct folder *f,
    const struct tsql_query *q, const struct tsql_row *out, bool *unique)
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

/* A SELECT of the VALUES' rows: the literal table as a query. */
static const char *values_query(struct folder *f, const struct tsql_query *q)
{
	const char *order;
	const char *v = fold_query(f, q, &order);
	struct buf b = BUF_INIT;
	uint32_t i, n = q->u.values.nrow ? q->u.values.row[0].n : 0;

	buf_addf(&b, "SELECT * FROM (%s) AS [v] (", v);
	for (i = 0; i < n; i++)
		buf_addf(&b, "%s[c%u]", i ? ", " : "", i + 1);
	buf_addc(&b, ')');
	return text_of(f, &b);
}

/* OUTPUT inserted.… INTO @t: the inserted rows are a state of their own. */
static bool insert_output(
    struct folder *f, const struct tsql_stmt *s, const char *rows)
{
	const struct tsql_output *o = s->u.insert.output;
	const struct tsql_source *src = o->into ? tsql_source(o->into) : NULL;
	struct table *to =
	    src && src->object ? fold_table(f, src->object) : NULL;
	struct buf b = BUF_INIT;
	uint32_t i, k;

	if (!to || !to->now || o->next || !to->now->empty)
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
		if (at >= o->items.n ||
		    o->items.v[at]->expr->h.kind == TSQL_E_STAR) {
			buf_release(&b);
			return false;
		}
		buf_addf(&b, "%s%s AS %s", i ? ", " : "",
		    fold_cast(f, fold_node(f, &o->items.v[at]->expr->h),
			o->items.v[at]->expr->type, c->type),
		    column(f, c));
	}
	buf_addf(&b, " FROM (%s) AS [inserted]", rows);
	new_state(f, to, "inserted", text_of(f, &b), FOLD_EXACT);
	return true;
}

bool fold_insert(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_query *q = s->u.insert.query;
	struct table *t = target_table(f, s);
	enum fold_claim claim = FOLD_EXACT;
	bool unique = false;
	const struct tsql_row *out;
	const char *rows, *order = NULL, *text;
	struct state *old, *own;
	size_t i;

	if (!t)
		return false;
	if (!q || s->u.insert.exec || s->u.insert.top) {
		fold_finding(f, FINDING_PROC_STATEMENT, &s->h,
		    s->u.insert.exec ? "INSERT … EXEC" : "INSERT of this form");
		return false;
	}
	old = t->now;
	fold_hoist(f, s->u.insert.with);
	out = tsql_query_row(q);
	text = q->h.kind == TSQL_Q_VALUES ? values_query(f, q)
					  : fold_query(f, q, &order);
	order = order ? order_by_position(f, q, out, &unique) : NULL;
	rows = project(f, s, t, text, out, order, unique, &claim);
	if (s->u.insert.output) {
		size_t n = f->nread;
		struct state **reads =
		    xreallocarray(NULL, n + 1, sizeof(*reads));

		memcpy(reads, f->read, n * sizeof(*reads));
		if (!s->u.insert.output->into || !insert_output(f, s, rows)) {
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
		    old_columns(f, t, NULL), fold_source(f, old), rows);
	}
	own = fold_state(f, t, "inserted");
	own->claim = claim;
	set_state(f, t, own, rows);
	set_pattern(t,
	    t->truncated     ? "truncate_insert"
		: old->empty ? "insert"
			     : "append");
	return true;
}

/* ---- SELECT INTO ---- */

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
	new_state(f, t, "selected", sql, FOLD_EXACT);
	keep_query(t, s->u.select);
	set_pattern(t, "select_into");
	return true;
}

/* ---- UPDATE and DELETE ---- */

static const char *own_alias(
    struct folder *f, const struct tsql_source *src, const struct table *t)
{
	if (src && src->name.text)
		return fold_quote(f, src->name.text, src->name.len);
	return fold_quote(f, t->object->name, strlen(t->object->name));
}

/* The FROM list's text; the target in front when it isn't in the list. */
static const char *from_text(struct folder *f, const struct tsql_froms *from,
    const struct tsql_source *target, struct table *t)
{
	const struct tsql_node *nodes[16];
	const struct tsql_from *last;
	const char *list;
	uint32_t i;

	if (from->n > 16)
		return NULL;
	for (i = 0; i < from->n; i++)
		nodes[i] = &from->v[i]->h;
	last = from->v[from->n - 1];
	list = fold_text(f, from->v[0]->h.off,
	    last->h.off + last->h.len - from->v[0]->h.off, nodes, from->n);
	if (target->special != 't')
		return list;
	fold_read(f, t->now);
	return arena_printf(f->arena, "%s AS %s, %s", fold_source(f, t->now),
	    own_alias(f, target, t), list);
}

static const char *where_text(struct folder *f, const struct tsql_expr *where)
{
	const char *w = where ? fold_node(f, &where->h) : NULL;

	if (w && f->guard)
		return arena_printf(f->arena, "(%s) AND %s", w, f->guard);
	return w ? w : f->guard;
}

static const struct tsql_assign *assign_of(
    const struct tsql_assigns *set, const struct tsql_column *c)
{
	uint32_t i;

	for (i = 0; i < set->n; i++) {
		const struct tsql_expr *e = set->v[i]->target;
		const struct tsql_colref *r;

		if (!e || e->h.kind != TSQL_E_COLUMN)
			continue;
		r = tsql_colref(e);
		if (r && r->column && r->column->ordinal == c->ordinal)
			return set->v[i];
	}
	return NULL;
}

/* The value that SET gives: c += 1 is c + 1. */
const char *fold_assigned(struct folder *f, const struct tsql_assign *a,
    const struct tsql_type *to, const char *old)
{
	static const char ops[] = {[TSQL_OP_ADD] = '+',
	    [TSQL_OP_SUB] = '-',
	    [TSQL_OP_MUL] = '*',
	    [TSQL_OP_DIV] = '/',
	    [TSQL_OP_MOD] = '%',
	    [TSQL_OP_BIT_AND] = '&',
	    [TSQL_OP_BIT_OR] = '|',
	    [TSQL_OP_BIT_XOR] = '^'};
	const char *v = fold_node(f, &a->value->h);

	if (a->op == TSQL_OP_EQ || a->op == TSQL_OP_NONE)
		return fold_cast(f, v, a->value->type, to);
	if (a->op >= sizeof(ops) || !ops[a->op]) {
		f->unknown = true;
		f->unknown_why = "an assignment operator";
		return v;
	}
	return fold_cast(f,
	    arena_printf(f->arena, "%s %c (%s)", old, ops[a->op], v), NULL, to);
}

static bool plain_update(const struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.update.set.n; i++) {
		const struct tsql_assign *a = s->u.update.set.v[i];

		if (a->variable.text || !a->target || !a->value ||
		    a->target->h.kind != TSQL_E_COLUMN)
			return false;
	}
	return !s->u.update.with && !s->u.update.top && !s->u.update.output &&
	    !(s->u.update.where &&
		s->u.update.where->h.kind == TSQL_E_CURRENT_OF);
}

static void update_rows(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const char *alias = own_alias(f, target, t);
	const char *where = where_text(f, s->u.update.where);
	struct buf b = BUF_INIT;
	bool first = true;
	uint32_t i;

	fold_read(f, t->now);
	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];
		const struct tsql_assign *a = assign_of(&s->u.update.set, c);
		const char *old =
		    arena_printf(f->arena, "%s.%s", alias, column(f, c));

		if (is_computed(c))
			continue;
		buf_adds(&b, first ? "" : ", ");
		first = false;
		if (!a)
			buf_adds(&b, old);
		else if (!where)
			buf_addf(&b, "%s AS %s",
			    fold_assigned(f, a, c->type, old), column(f, c));
		else
			buf_addf(&b, "CASE WHEN %s THEN %s ELSE %s END AS %s",
			    where, fold_assigned(f, a, c->type, old), old,
			    column(f, c));
	}
	buf_addf(&b, " FROM %s AS %s", fold_source(f, t->now), alias);
	new_state(
	    f, t, "updated", with_computed(f, t, text_of(f, &b)), FOLD_EXACT);
}

/* A CTE of the rows that the FROM list finds: the target's key and values. */
static const char *matched(struct folder *f, struct table *t,
    const struct tsql_key *key, const char *from, const char *where,
    const struct tsql_source *target, const struct tsql_assigns *set, bool once)
{
	const char *alias = own_alias(f, target, t);
	struct state *m = fold_state(f, NULL, NULL);
	const char *name =
	    fold_unique_name(f, arena_printf(f->arena, "%s_matched", t->name));
	struct buf b = BUF_INIT;
	size_t i;
	uint32_t k;

	m->cte = fold_quote(f, name, strlen(name));
	buf_addf(&b, "SELECT %s", once ? "" : "DISTINCT ");
	for (k = 0; k < key->n; k++) {
		const struct tsql_column *c = &t->row->v[key->column[k]];

		buf_addf(&b, "%s%s.%s AS [key_%u]", k ? ", " : "", alias,
		    column(f, c), k + 1);
	}
	for (k = 0; set && k < t->row->n; k++) {
		const struct tsql_column *c = &t->row->v[k];
		const struct tsql_assign *a = assign_of(set, c);

		if (a)
			buf_addf(&b, ", %s AS [new_%u]",
			    fold_assigned(f, a, c->type,
				arena_printf(
				    f->arena, "%s.%s", alias, column(f, c))),
			    k + 1);
	}
	buf_addf(&b, " FROM %s", from);
	if (where)
		buf_addf(&b, " WHERE %s", where);
	m->sql = text_of(f, &b);
	for (i = 0; i < f->nread; i++) {
		GROW(m->read, m->nread, m->read_cap);
		m->read[m->nread++] = f->read[i];
	}
	for (i = 0; f->guard && i < f->nguard_read; i++) {
		GROW(m->read, m->nread, m->read_cap);
		m->read[m->nread++] = f->guard_read[i];
	}
	f->nread = 0;
	if (f->unknown)
		m->claim = FOLD_MANUAL;
	f->unknown = false;
	fold_read(f, m);
	return m->cte;
}

static const char *key_join(
    struct folder *f, const struct table *t, const struct tsql_key *key)
{
	struct buf b = BUF_INIT;
	uint32_t k;

	for (k = 0; k < key->n; k++)
		buf_addf(&b, "%s[hits].[key_%u] = [base_rows].%s",
		    k ? " AND " : "", k + 1,
		    column(f, &t->row->v[key->column[k]]));
	return text_of(f, &b);
}

static bool update_from(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const struct tsql_key *key = fold_key(t);
	const char *from, *where, *cte;
	struct buf b = BUF_INIT;
	bool first = true;
	uint32_t i;

	if (!key) {
		fold_finding(f, FINDING_PROC_NO_KEY, &s->h, t->id);
		return false;
	}
	if (!fold_joins_once(
		f->module->src, target, &s->u.update.from, s->u.update.where)) {
		/* which of several rows wins is left to the server */
		fold_finding(f, FINDING_PROC_ONE_TO_MANY, &s->h, t->id);
		return false;
	}
	from = from_text(f, &s->u.update.from, target, t);
	where = where_text(f, s->u.update.where);
	if (!from)
		return false;
	cte = matched(f, t, key, from, where, target, &s->u.update.set, true);
	fold_read(f, t->now);
	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];

		if (is_computed(c))
			continue;
		buf_adds(&b, first ? "" : ", ");
		first = false;
		if (assign_of(&s->u.update.set, c))
			buf_addf(&b,
			    "CASE WHEN [hits].[key_1] IS NOT NULL THEN "
			    "[hits].[new_%u] ELSE [base_rows].%s END AS %s",
			    i + 1, column(f, c), column(f, c));
		else
			buf_addf(&b, "[base_rows].%s", column(f, c));
	}
	buf_addf(&b, " FROM %s AS [base_rows] LEFT JOIN %s AS [hits] ON %s",
	    fold_source(f, t->now), cte, key_join(f, t, key));
	new_state(
	    f, t, "updated", with_computed(f, t, text_of(f, &b)), FOLD_EXACT);
	return true;
}

bool fold_update(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct table *t = target_table(f, s);

	if (!t)
		return false;
	if (!plain_update(s) || !info->target) {
		fold_finding(
		    f, FINDING_PROC_STATEMENT, &s->h, "UPDATE of this form");
		return false;
	}
	set_pattern(t, "update");
	if (t->now->empty) {
		t->written = true;
		return true; /* nothing to change */
	}
	if (s->u.update.from.n &&
	    !(s->u.update.from.n == 1 &&
		tsql_source(s->u.update.from.v[0]) == info->target))
		return update_from(f, s, t, info->target);
	update_rows(f, s, t, info->target);
	return true;
}

static void emptied(struct folder *f, struct table *t)
{
	t->now = ARENA_NEW(f->arena, struct state);
	t->now->table = t;
	t->now->empty = true;
	t->written = true;
}

bool fold_truncate(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_object_ref *r = tsql_objref(s->u.truncate.name);
	struct table *t;

	if (!r || !r->object || s->u.truncate.options.n) {
		fold_finding(
		    f, FINDING_PROC_STATEMENT, &s->h, "TRUNCATE of this form");
		return false;
	}
	t = fold_table(f, r->object);
	if (!t->now || f->guard) {
		fold_finding(f, FINDING_PROC_CONTROL_FLOW, &s->h,
		    "TRUNCATE under a condition");
		return false;
	}
	emptied(f, t);
	t->truncated = true;
	return true;
}

static void delete_rows(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const char *alias = own_alias(f, target, t);
	const char *where = where_text(f, s->u.del.where);

	fold_read(f, t->now);
	new_state(f, t, "kept",
	    arena_printf(f->arena,
		"SELECT %s FROM %s AS %s WHERE CASE WHEN %s THEN 1 ELSE 0 "
		"END = 0",
		old_columns(f, t, alias), fold_source(f, t->now), alias, where),
	    FOLD_EXACT);
}

static bool delete_from(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const struct tsql_key *key = fold_key(t);
	const char *from, *cte;

	if (!key) {
		fold_finding(f, FINDING_PROC_NO_KEY, &s->h, t->id);
		return false;
	}
	from = from_text(f, &s->u.del.from, target, t);
	if (!from)
		return false;
	cte = matched(f, t, key, from, where_text(f, s->u.del.where), target,
	    NULL, false);
	fold_read(f, t->now);
	new_state(f, t, "kept",
	    arena_printf(f->arena,
		"SELECT %s FROM %s AS [base_rows] WHERE NOT EXISTS (SELECT 1 "
		"FROM %s AS [hits] WHERE %s)",
		old_columns(f, t, "[base_rows]"), fold_source(f, t->now), cte,
		key_join(f, t, key)),
	    FOLD_EXACT);
	return true;
}

bool fold_delete(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct table *t = target_table(f, s);

	if (!t)
		return false;
	if (s->u.del.with || s->u.del.top || s->u.del.output || !info->target ||
	    (s->u.del.where && s->u.del.where->h.kind == TSQL_E_CURRENT_OF)) {
		fold_finding(
		    f, FINDING_PROC_STATEMENT, &s->h, "DELETE of this form");
		return false;
	}
	set_pattern(t, "delete_insert");
	if (t->now->empty) {
		t->written = true;
		return true;
	}
	if (s->u.del.from.n &&
	    !(s->u.del.from.n == 1 &&
		tsql_source(s->u.del.from.v[0]) == info->target))
		return delete_from(f, s, t, info->target);
	if (!s->u.del.where && !f->guard)
		emptied(f, t);
	else
		delete_rows(f, s, t, info->target);
	return true;
}
