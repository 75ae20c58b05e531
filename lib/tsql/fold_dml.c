#include <stdlib.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

const char *fold_buf(struct folder *f, struct buf *b)
{
	const char *s = arena_strndup(f->arena, buf_str(b), b->len);

	buf_release(b);
	return s;
}

const char *fold_column(struct folder *f, const struct tsql_column *c)
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
bool fold_is_computed(const struct tsql_column *c)
{
	return c->computed != NULL;
}

/* Puts the computed columns around a query of the others. */
const char *fold_with_computed(
    struct folder *f, const struct table *t, const char *sql)
{
	struct buf b = BUF_INIT;
	bool any = false;
	uint32_t i;

	for (i = 0; i < t->row->n; i++)
		any |= fold_is_computed(&t->row->v[i]);
	if (!any)
		return sql;
	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];

		buf_adds(&b, i ? ", " : "");
		if (fold_is_computed(c))
			buf_addf(&b, "%s AS ", c->computed);
		buf_adds(&b, fold_column(f, c));
	}
	buf_addf(&b, " FROM (%s) AS [base_rows]", sql);
	return fold_buf(f, &b);
}

/* The query that a temporary table has the rows of, for its keys; NULL once
 * they are changed. */
void fold_keep_query(struct table *t, const struct tsql_query *q)
{
	if (t->object && t->object->kind == TSQL_OBJ_TEMP_TABLE)
		((struct tsql_object *)(uintptr_t)t->object)->data =
		    (void *)(uintptr_t)q;
}

/* The new state: its query is sql, what was read since went into it. */
void fold_set_state(
    struct folder *f, struct table *t, struct state *s, const char *sql)
{
	size_t i;

	s->sql = sql;
	for (i = 0; i < f->nguard_read && f->guard; i++)
		fold_read(f, f->guard_read[i]);
	fold_take_reads(f, &s->read, &s->nread, &s->read_cap);
	if (fold_was_unknown(f))
		s->claim = FOLD_MANUAL;
	t->now = s;
	t->written = true;
	t->filled = NULL;
	fold_keep_query(t, NULL);
}

/* A new state of t whose rows are made by sql, put last in order. */
void fold_new_state(struct folder *f, struct table *t, const char *action,
    const char *sql, enum fold_claim claim)
{
	struct state *s = fold_state(f, t, action);

	s->claim = claim;
	fold_set_state(f, t, s, sql);
}

void fold_set_pattern(struct table *t, const char *pattern)
{
	if (!t->pattern)
		t->pattern = pattern;
}

/* All columns of the state before, as t.c or c. */
const char *fold_old_columns(
    struct folder *f, const struct table *t, const char *alias)
{
	struct buf b = BUF_INIT;
	uint32_t i;

	for (i = 0; i < t->row->n; i++)
		buf_addf(&b, "%s%s%s%s", i ? ", " : "", alias ? alias : "",
		    alias ? "." : "", fold_column(f, &t->row->v[i]));
	return fold_buf(f, &b);
}

struct table *fold_target_table(struct folder *f, const struct tsql_stmt *s)
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
	const char *guard = fold_condition(f);

	if (w && guard)
		return arena_printf(f->arena, "(%s) AND %s", w, guard);
	return w ? w : guard;
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

const char *fold_operator(uint8_t op)
{
	static const char *const ops[] = {[TSQL_OP_ADD] = "+",
	    [TSQL_OP_SUB] = "-",
	    [TSQL_OP_MUL] = "*",
	    [TSQL_OP_DIV] = "/",
	    [TSQL_OP_MOD] = "%",
	    [TSQL_OP_BIT_AND] = "&",
	    [TSQL_OP_BIT_OR] = "|",
	    [TSQL_OP_BIT_XOR] = "^"};

	return op < ARRAY_SIZE(ops) ? ops[op] : NULL;
}

/* The value that SET gives: c += 1 is c + 1. */
const char *fold_assigned(struct folder *f, const struct tsql_assign *a,
    const struct tsql_type *to, const char *old)
{
	const char *v = fold_node(f, &a->value->h);

	if (a->op == TSQL_OP_EQ || a->op == TSQL_OP_NONE)
		return fold_cast(f, v, a->value->type, to);
	if (!fold_operator(a->op)) {
		f->unknown = true;
		f->unknown_why = "an assignment operator";
		return v;
	}
	return fold_cast(f,
	    arena_printf(f->arena, "%s %s (%s)", old, fold_operator(a->op), v),
	    NULL, to);
}

struct assigned {
	const struct tsql_stmt *stmt;
	const struct tsql_source *target;
	bool found;
};

static bool assigned_node(void *ctx, const struct tsql_node *n)
{
	struct assigned *a = ctx;
	const struct tsql_colref *r;

	if (n->kind != TSQL_E_COLUMN)
		return true;
	r = tsql_colref((const struct tsql_expr *)n);
	if (r && r->source == a->target && r->column &&
	    assign_of(&a->stmt->u.update.set, r->column))
		a->found = true;
	return true;
}

/* Do values or condition depend on columns that the UPDATE sets? */
static bool reads_assigned(
    const struct tsql_stmt *s, const struct tsql_source *target)
{
	struct assigned a = {s, target, false};
	uint32_t i;

	for (i = 0; i < s->u.update.set.n; i++) {
		const struct tsql_assign *set = s->u.update.set.v[i];

		tsql_walk(&set->value->h, assigned_node, NULL, &a);
		a.found |= set->op != TSQL_OP_EQ && set->op != TSQL_OP_NONE;
	}
	if (s->u.update.where)
		tsql_walk(&s->u.update.where->h, assigned_node, NULL, &a);
	return a.found;
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
	return !s->u.update.top && !s->u.update.output &&
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
		    arena_printf(f->arena, "%s.%s", alias, fold_column(f, c));

		if (fold_is_computed(c))
			continue;
		buf_adds(&b, first ? "" : ", ");
		first = false;
		if (!a)
			buf_adds(&b, old);
		else if (!where)
			buf_addf(&b, "%s AS %s",
			    fold_assigned(f, a, c->type, old),
			    fold_column(f, c));
		else
			buf_addf(&b, "CASE WHEN %s THEN %s ELSE %s END AS %s",
			    where, fold_assigned(f, a, c->type, old), old,
			    fold_column(f, c));
	}
	buf_addf(&b, " FROM %s AS %s", fold_source(f, t->now), alias);
	fold_new_state(f, t, "updated",
	    fold_with_computed(f, t, fold_buf(f, &b)), FOLD_EXACT);
}

static bool is_constant(const struct tsql_expr *e)
{
	return e->h.kind == TSQL_E_NULL || e->h.kind == TSQL_E_INT ||
	    e->h.kind == TSQL_E_STRING;
}

/* Which of several source rows wins is left to the server: here the one with
 * the lowest values does, so that each run gives the same. */
static void pick_one(struct folder *f, const struct table *t,
    const struct tsql_key *key, const char *alias,
    const struct tsql_assigns *set, struct buf *b)
{
	const char *comma = "";
	uint32_t k;

	buf_adds(b, ", ROW_NUMBER() OVER (PARTITION BY ");
	for (k = 0; k < key->n; k++)
		buf_addf(b, "%s%s.%s", k ? ", " : "", alias,
		    fold_column(f, &t->row->v[key->column[k]]));
	buf_adds(b, " ORDER BY ");
	for (k = 0; k < t->row->n; k++) {
		const struct tsql_column *c = &t->row->v[k];
		const struct tsql_assign *a = assign_of(set, c);

		if (!a || is_constant(a->value))
			continue;
		buf_addf(b, "%s%s", comma,
		    fold_assigned(f, a, c->type,
			arena_printf(
			    f->arena, "%s.%s", alias, fold_column(f, c))));
		comma = ", ";
	}
	if (!*comma)
		buf_adds(b, "(SELECT NULL)");
	buf_adds(b, ") AS [pick]");
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
	if (set && !once)
		buf_adds(&b, "SELECT * FROM (");
	buf_addf(&b, "SELECT %s", once || set ? "" : "DISTINCT ");
	for (k = 0; k < key->n; k++) {
		const struct tsql_column *c = &t->row->v[key->column[k]];

		buf_addf(&b, "%s%s.%s AS [key_%u]", k ? ", " : "", alias,
		    fold_column(f, c), k + 1);
	}
	for (k = 0; set && k < t->row->n; k++) {
		const struct tsql_column *c = &t->row->v[k];
		const struct tsql_assign *a = assign_of(set, c);

		if (a)
			buf_addf(&b, ", %s AS [new_%u]",
			    fold_assigned(f, a, c->type,
				arena_printf(f->arena, "%s.%s", alias,
				    fold_column(f, c))),
			    k + 1);
	}
	if (set && !once)
		pick_one(f, t, key, alias, set, &b);
	buf_addf(&b, " FROM %s", from);
	if (where)
		buf_addf(&b, " WHERE %s", where);
	if (set && !once)
		buf_adds(&b, ") AS [every_row] WHERE [every_row].[pick] = 1");
	m->sql = fold_buf(f, &b);
	for (i = 0; f->guard && i < f->nguard_read; i++)
		fold_read(f, f->guard_read[i]);
	fold_take_reads(f, &m->read, &m->nread, &m->read_cap);
	if (fold_was_unknown(f))
		m->claim = FOLD_MANUAL;
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
		    fold_column(f, &t->row->v[key->column[k]]));
	return fold_buf(f, &b);
}

static bool update_from(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const struct tsql_key *key = fold_key(t);
	const char *from, *where, *cte;
	struct buf b = BUF_INIT;
	bool first = true, once;
	uint32_t i;

	if (!key) {
		fold_finding(f, FINDING_PROC_NO_KEY, &s->h, t->id);
		return false;
	}
	once = fold_joins_once(
	    f->module->src, target, &s->u.update.from, s->u.update.where);
	if (!once)
		fold_finding(f, FINDING_PROC_ONE_TO_MANY, &s->h, t->id);
	from = from_text(f, &s->u.update.from, target, t);
	where = where_text(f, s->u.update.where);
	if (!from)
		return false;
	cte = matched(f, t, key, from, where, target, &s->u.update.set, once);
	fold_read(f, t->now);
	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];

		if (fold_is_computed(c))
			continue;
		buf_adds(&b, first ? "" : ", ");
		first = false;
		if (assign_of(&s->u.update.set, c))
			buf_addf(&b,
			    "CASE WHEN [hits].[key_1] IS NOT NULL THEN "
			    "[hits].[new_%u] ELSE [base_rows].%s END AS %s",
			    i + 1, fold_column(f, c), fold_column(f, c));
		else
			buf_addf(&b, "[base_rows].%s", fold_column(f, c));
	}
	buf_addf(&b, " FROM %s AS [base_rows] LEFT JOIN %s AS [hits] ON %s",
	    fold_source(f, t->now), cte, key_join(f, t, key));
	fold_new_state(f, t, "updated",
	    fold_with_computed(f, t, fold_buf(f, &b)),
	    once ? FOLD_EXACT : FOLD_DIFFERS);
	return true;
}

/* Each row takes the values of the last pass that meets it. */
static bool update_in_loop(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const char *alias = own_alias(f, target, t);
	const char *where = where_text(f, s->u.update.where);
	struct buf set = BUF_INIT, b = BUF_INIT;
	bool first = true;
	uint32_t i;

	if (fold_loop_writes(f, t) > 1 || reads_assigned(s, target)) {
		fold_finding(f, FINDING_PROC_CONTROL_FLOW, &s->h,
		    "an UPDATE of what an earlier pass updated");
		return false;
	}
	fold_read(f, t->now);
	fold_read(f, f->loop->state);
	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++) {
		const struct tsql_column *c = &t->row->v[i];
		const struct tsql_assign *a = assign_of(&s->u.update.set, c);
		const char *name = fold_column(f, c);

		if (fold_is_computed(c))
			continue;
		buf_adds(&b, first ? "" : ", ");
		first = false;
		if (!a) {
			buf_addf(&b, "%s.%s", alias, name);
			continue;
		}
		buf_addf(&b,
		    "CASE WHEN [hit].[is_hit] = 1 THEN [hit].[new_%u] ELSE "
		    "%s.%s END AS %s",
		    i + 1, alias, name, name);
		buf_addf(&set, ", %s AS [new_%u]",
		    fold_assigned(f, a, c->type,
			arena_printf(f->arena, "%s.%s", alias, name)),
		    i + 1);
	}
	buf_addf(&b,
	    " FROM %s AS %s OUTER APPLY (SELECT TOP (1) 1 AS [is_hit]%s FROM "
	    "%s%s%s ORDER BY %s.[loop_no] DESC) AS [hit]",
	    fold_source(f, t->now), alias, buf_str(&set), f->loop->cte,
	    where ? " WHERE " : "", where ? where : "", f->loop->cte);
	buf_release(&set);
	fold_new_state(f, t, "updated",
	    fold_with_computed(f, t, fold_buf(f, &b)), FOLD_EXACT);
	return true;
}

bool fold_update(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct table *t = fold_target_table(f, s);

	if (!t)
		return false;
	if (!plain_update(s) || !info->target || info->target->cte) {
		fold_finding(
		    f, FINDING_PROC_STATEMENT, &s->h, "UPDATE of this form");
		return false;
	}
	fold_set_pattern(t, "update");
	if (t->now->empty && !f->loop) {
		t->written = true;
		return true; /* nothing to change */
	}
	fold_hoist(f, s->u.update.with);
	if (s->u.update.from.n &&
	    !(s->u.update.from.n == 1 &&
		tsql_source(s->u.update.from.v[0]) == info->target))
		return update_from(f, s, t, info->target);
	if (f->loop)
		return update_in_loop(f, s, t, info->target);
	update_rows(f, s, t, info->target);
	return true;
}

static void emptied(struct folder *f, struct table *t)
{
	t->now = ARENA_NEW(f->arena, struct state);
	t->now->table = t;
	t->now->empty = true;
	t->written = true;
	t->filled = NULL;
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

/* Gone is what any pass deletes. */
static void delete_in_loop(
    struct folder *f, struct table *t, const char *alias, const char *where)
{
	fold_loop_deletes(f, t, alias, where);
	fold_read(f, f->loop->state);
	fold_new_state(f, t, "kept",
	    arena_printf(f->arena,
		"SELECT %s FROM %s AS %s WHERE NOT EXISTS (SELECT 1 FROM %s "
		"WHERE %s)",
		fold_old_columns(f, t, alias), fold_source(f, t->now), alias,
		f->loop->cte, where),
	    FOLD_EXACT);
}

static void delete_rows(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const char *alias = own_alias(f, target, t);
	const char *where = where_text(f, s->u.del.where);

	fold_read(f, t->now);
	if (f->loop) {
		delete_in_loop(f, t, alias, where);
		return;
	}
	fold_new_state(f, t, "kept",
	    arena_printf(f->arena,
		"SELECT %s FROM %s AS %s WHERE CASE WHEN %s THEN 1 ELSE 0 "
		"END = 0",
		fold_old_columns(f, t, alias), fold_source(f, t->now), alias,
		where),
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
	fold_new_state(f, t, "kept",
	    arena_printf(f->arena,
		"SELECT %s FROM %s AS [base_rows] WHERE NOT EXISTS (SELECT 1 "
		"FROM %s AS [hits] WHERE %s)",
		fold_old_columns(f, t, "[base_rows]"), fold_source(f, t->now),
		cte, key_join(f, t, key)),
	    FOLD_EXACT);
	return true;
}

static bool is_alone(
    const struct tsql_froms *from, const struct tsql_source *target)
{
	return !from->n || (from->n == 1 && tsql_source(from->v[0]) == target);
}

/* OUTPUT deleted.… INTO: what goes is put there first. */
static bool output_deleted(struct folder *f, const struct tsql_stmt *s,
    struct table *t, const struct tsql_source *target)
{
	const char *alias = own_alias(f, target, t), *where, *rows;

	if (!s->u.del.output->into || f->loop || s->u.del.with ||
	    !is_alone(&s->u.del.from, target))
		return false;
	if (t->now->empty)
		return true;
	where = where_text(f, s->u.del.where);
	fold_read(f, t->now);
	rows = arena_printf(f->arena, "SELECT %s FROM %s AS %s%s%s",
	    fold_old_columns(f, t, alias), fold_source(f, t->now), alias,
	    where ? " WHERE " : "", where ? where : "");
	if (fold_output(f, s->u.del.output, rows, "deleted"))
		return true;
	f->nread = 0;
	return false;
}

bool fold_delete(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct table *t = fold_target_table(f, s);

	if (!t)
		return false;
	if ((s->u.del.with && info->target && info->target->cte) ||
	    s->u.del.top || !info->target ||
	    (s->u.del.output && !output_deleted(f, s, t, info->target)) ||
	    (s->u.del.where && s->u.del.where->h.kind == TSQL_E_CURRENT_OF)) {
		fold_finding(
		    f, FINDING_PROC_STATEMENT, &s->h, "DELETE of this form");
		return false;
	}
	fold_set_pattern(t, "delete_insert");
	if (f->loop && (!s->u.del.where || fold_loop_inserted(f, t))) {
		fold_finding(f, FINDING_PROC_CONTROL_FLOW, &s->h,
		    "DELETE of rows that the loop inserted");
		return false;
	}
	if (t->now->empty && !f->loop) {
		t->written = true;
		return true;
	}
	fold_hoist(f, s->u.del.with);
	if (!is_alone(&s->u.del.from, info->target))
		return delete_from(f, s, t, info->target);
	if (!s->u.del.where && !f->guard)
		emptied(f, t);
	else
		delete_rows(f, s, t, info->target);
	return true;
}
