/*
 * WHILE as a recursive query: a row for each pass through the loop, with what
 * its variables hold when it starts. Statements of the body become queries
 * applied to those rows. What one pass would see of the rows that another
 * wrote can't be folded so: a table that the loop writes is not read in it.
 */
#include <stdlib.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

/* ---- what a body may hold ---- */

static void note_variable(struct loop *l, const struct tsql_name *n)
{
	size_t i;

	for (i = 0; i < l->nvar; i++) {
		if (l->var[i].id.len == n->len &&
		    !strncasecmp(l->var[i].id.text, n->text, n->len))
			return;
	}
	GROW(l->var, l->nvar, l->var_cap);
	memset(&l->var[l->nvar], 0, sizeof(*l->var));
	l->var[l->nvar++].id = *n;
}

static void note_written(
    struct folder *f, struct loop *l, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);

	if (!info || !info->object) {
		l->why = "a table that isn't known";
		return;
	}
	GROW(l->written, l->nwritten, l->written_cap);
	l->written[l->nwritten++] = fold_table(f, info->object);
}

static void look(struct folder *f, struct loop *l, const struct tsql_stmt *s);

static void look_all(
    struct folder *f, struct loop *l, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n && !l->why; i++)
		look(f, l, list->v[i]);
}

static void look_select(struct loop *l, const struct tsql_query *q)
{
	uint32_t i;

	if (q->h.kind != TSQL_Q_SELECT || fold_into(q) ||
	    !q->u.select.items.n || !q->u.select.items.v[0]->variable.text) {
		l->why = "a query in a loop";
		return;
	}
	for (i = 0; i < q->u.select.items.n; i++) {
		if (q->u.select.items.v[i]->variable.text)
			note_variable(l, &q->u.select.items.v[i]->variable);
	}
}

static void look_cursor(struct loop *l, const struct tsql_stmt *s)
{
	if (s->u.cursor.what == TSQL_FETCH && l->cursor &&
	    fold_same_cursor(l->cursor, &s->u.cursor.name))
		return;
	l->why = "a cursor within";
}

/* The variables that it sets, the tables that it writes; why it can't be
 * folded. */
static void look(struct folder *f, struct loop *l, const struct tsql_stmt *s)
{
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_BLOCK: look_all(f, l, &s->u.block.body); return;
	case TSQL_S_IF:
		look(f, l, s->u.if_.then);
		if (s->u.if_.otherwise)
			look(f, l, s->u.if_.otherwise);
		return;
	case TSQL_S_DECLARE:
		for (i = 0; i < s->u.declare.n; i++) {
			if (s->u.declare.v[i]->table ||
			    s->u.declare.v[i]->cursor)
				l->why = "a table made in a loop";
			note_variable(l, &s->u.declare.v[i]->name);
		}
		return;
	case TSQL_S_SET_VAR:
		if (s->u.set_var.target->h.kind == TSQL_E_VARIABLE)
			note_variable(l, &s->u.set_var.target->u.name.part[0]);
		return;
	case TSQL_S_SELECT: look_select(l, s->u.select); return;
	case TSQL_S_INSERT:
		if (s->u.insert.exec || s->u.insert.output || s->u.insert.with)
			l->why = "an INSERT of this form";
		note_written(f, l, s);
		return;
	case TSQL_S_UPDATE:
		if (s->u.update.with)
			l->why = "an UPDATE of this form";
		note_written(f, l, s);
		return;
	case TSQL_S_DELETE:
		if (s->u.del.with)
			l->why = "a DELETE of this form";
		note_written(f, l, s);
		return;
	case TSQL_S_TRY: look_all(f, l, &s->u.try_.body); return;
	case TSQL_S_CURSOR: look_cursor(l, s); return;
	case TSQL_S_PRINT:
	case TSQL_S_RAISERROR:
	case TSQL_S_BREAK:
	case TSQL_S_CONTINUE:
	case TSQL_S_TRAN:
	case TSQL_S_SET_OPTION:
	case TSQL_S_EMPTY: return;
	default: l->why = "a statement in a loop"; return;
	}
}

/* ---- variables ---- */

static const char *loop_column(struct folder *f, const struct tsql_name *n)
{
	const char *name =
	    arena_printf(f->arena, "loop_%.*s", (int)n->len - 1, n->text + 1);

	return fold_quote(f, name, strlen(name));
}

static void add_read(struct loop *l, struct state *s)
{
	GROW(l->read, l->nread, l->read_cap);
	l->read[l->nread++] = s;
}

static void take(struct folder *f, struct loop *l)
{
	size_t i;

	for (i = 0; i < f->nread; i++)
		add_read(l, f->read[i]);
	f->nread = 0;
}

/* Its variables hold what they hold at the start of a pass. */
static void start_pass(struct folder *f, struct loop *l)
{
	size_t i;

	for (i = 0; i < l->nvar; i++) {
		struct loop_variable *x = &l->var[i];
		struct value *v = fold_value(f, &x->id);

		v->parameter = v->status = false;
		v->nread = 0;
		v->why = "a variable that the loop sets";
		v->text = NULL;
		if (x->column)
			v->text =
			    arena_printf(f->arena, "%s.%s", l->cte, x->column);
		else if (x->local && v->type)
			v->text = fold_cast(f, "NULL", NULL, v->type);
	}
	l->stop = l->skip = NULL;
	f->guard = NULL;
}

/* The values before the loop, and which can be carried. */
static void take_initial(struct folder *f, struct loop *l)
{
	size_t i, k;

	for (i = 0; i < l->nvar; i++) {
		struct loop_variable *x = &l->var[i];
		struct value *v = fold_value(f, &x->id);

		x->first = v->parameter
		    ? arena_strndup(f->arena, x->id.text, x->id.len)
		    : v->text;
		if (!v->type || v->type->base == TSQL_TY_UNKNOWN)
			x->first = NULL;
		for (k = 0; x->first && k < v->nread; k++)
			fold_read(f, v->read[k]);
		if (x->first && !x->fetched && !x->local)
			x->column = loop_column(f, &x->id);
	}
}

/* One pass with the variables alone: what they hold at its end. False: one
 * of them isn't known, and is no longer carried. */
static bool try_pass(
    struct folder *f, struct loop *l, const struct tsql_stmts *body)
{
	bool all = true;
	size_t i, k;

	start_pass(f, l);
	l->nread = 0;
	l->dry = true;
	if (l->cond) {
		l->going = fold_node(f, &l->cond->h);
		if (f->unknown)
			l->why = "a condition that isn't known";
		f->unknown = false;
		take(f, l);
	}
	fold_statements(f, body);
	l->dry = false;
	for (i = 0; i < l->nvar; i++) {
		struct loop_variable *x = &l->var[i];
		struct value *v = fold_value(f, &x->id);

		x->last = v->text;
		for (k = 0; k < v->nread; k++)
			add_read(l, v->read[k]);
		if (x->column && !x->fetched && !x->last) {
			x->column = NULL;
			all = false;
		}
	}
	f->nread = 0;
	return all;
}

static const char *typed(
    struct folder *f, const struct loop_variable *x, const char *text)
{
	return fold_cast(f, text, NULL, fold_value(f, &x->id)->type);
}

/* ---- the query of the passes ---- */

static void add_columns(
    struct folder *f, struct loop *l, struct buf *b, bool first)
{
	size_t i;

	for (i = 0; i < l->nvar; i++) {
		struct loop_variable *x = &l->var[i];

		if (!x->column)
			continue;
		if (x->fetched)
			buf_addf(
			    b, ", [next_row].%s AS %s", x->column, x->column);
		else
			buf_addf(b, ", %s AS %s",
			    typed(f, x, first ? x->first : x->last), x->column);
	}
}

static void add_stop(struct loop *l, struct buf *b, const char *word)
{
	if (l->going)
		buf_addf(b, " %s (%s)", word, l->going);
	if (l->stop)
		buf_addf(b, " %s CASE WHEN %s THEN 1 ELSE 0 END = 0",
		    l->going ? "AND" : word, l->stop);
}

static bool is_carried(const struct loop *l)
{
	size_t i;

	if (l->stop)
		return true;
	for (i = 0; i < l->nvar; i++) {
		if (l->var[i].column && !l->var[i].fetched)
			return true;
	}
	return false;
}

static void make_passes(struct folder *f, struct loop *l, const char *guard)
{
	struct buf b = BUF_INIT;
	size_t i;

	if (l->cursor && !is_carried(l)) {
		buf_addf(&b, "SELECT * FROM %s", l->rows->cte);
		if (guard)
			buf_addf(&b, " WHERE %s", guard);
	} else if (l->cursor) {
		buf_adds(&b, "SELECT [next_row].[loop_no]");
		add_columns(f, l, &b, true);
		buf_addf(&b,
		    " FROM %s AS [next_row] WHERE "
		    "[next_row].[loop_no] = 1",
		    l->rows->cte);
		if (guard)
			buf_addf(&b, " AND %s", guard);
		buf_adds(&b, "\nUNION ALL\nSELECT [next_row].[loop_no]");
		add_columns(f, l, &b, false);
		buf_addf(&b,
		    " FROM %s INNER JOIN %s AS [next_row] ON "
		    "[next_row].[loop_no] = %s.[loop_no] + 1",
		    l->cte, l->rows->cte, l->cte);
		add_stop(l, &b, "WHERE");
	} else {
		buf_adds(&b, "SELECT 1 AS [loop_no]");
		add_columns(f, l, &b, true);
		if (guard)
			buf_addf(&b, " WHERE %s", guard);
		buf_addf(&b, "\nUNION ALL\nSELECT %s.[loop_no] + 1", l->cte);
		add_columns(f, l, &b, false);
		buf_addf(&b, " FROM %s", l->cte);
		add_stop(l, &b, "WHERE");
	}
	if (l->rows)
		fold_read(f, l->rows);
	for (i = 0; i < l->nread; i++)
		fold_read(f, l->read[i]);
	for (i = 0; guard && i < f->nguard_read; i++)
		fold_read(f, f->guard_read[i]);
	l->state = ARENA_NEW(f->arena, struct state);
	l->state->cte = l->cte;
	l->state->sql = fold_buf(f, &b);
	l->state->older = f->last;
	l->state->claim = l->claim;
	f->last = l->state;
	fold_take_reads(
	    f, &l->state->read, &l->state->nread, &l->state->read_cap);
}

/* What the variables hold after the loop. */
static void after(struct folder *f, struct loop *l, const char *guard)
{
	size_t i;

	for (i = 0; i < l->nvar; i++) {
		struct loop_variable *x = &l->var[i];
		const char *text;

		fold_forget(f, &x->id, "a variable that a loop sets", false);
		if (!x->first || l->stop || f->unknown)
			continue;
		if (l->cond && x->column && !l->cursor)
			text = arena_printf(f->arena,
			    "(SELECT TOP (1) %s.%s FROM %s ORDER BY "
			    "%s.[loop_no] DESC)",
			    l->cte, x->column, l->cte, l->cte);
		else if (l->cursor && x->last)
			text = arena_printf(f->arena,
			    "CASE WHEN EXISTS (SELECT 1 FROM %s) THEN "
			    "(SELECT TOP (1) %s FROM %s ORDER BY "
			    "%s.[loop_no] DESC) ELSE %s END",
			    l->cte, x->last, l->cte, l->cte, x->first);
		else
			continue;
		if (guard)
			text = arena_printf(f->arena,
			    "CASE WHEN %s THEN %s ELSE %s END", guard, text,
			    x->first);
		fold_read(f, l->state);
		fold_hold(f, &x->id, text);
	}
}

bool fold_is_written(const struct folder *f, const struct table *t)
{
	size_t i;

	for (i = 0; f->loop && i < f->loop->nwritten; i++) {
		if (f->loop->written[i] == t)
			return true;
	}
	return false;
}

const char *fold_condition(struct folder *f)
{
	const char *going = f->loop ? f->loop->going : NULL;

	if (!going)
		return f->guard;
	return f->guard ? arena_printf(f->arena, "(%s) AND %s", going, f->guard)
			: arena_printf(f->arena, "(%s)", going);
}

static const char *either(struct folder *f, const char *a)
{
	const char *g = f->guard ? f->guard : "1 = 1";

	return a ? arena_printf(f->arena, "%s OR (%s)", a, g)
		 : arena_printf(f->arena, "(%s)", g);
}

void fold_leaves(struct folder *f, const struct tsql_stmt *s)
{
	struct loop *l = f->loop;

	l->skip = either(f, l->skip);
	if (s->h.kind == TSQL_S_BREAK)
		l->stop = either(f, l->stop);
	fold_ledger(f, s, "left_out", NULL, "a condition of what follows");
}

bool fold_loop(struct folder *f, struct loop *l, const struct tsql_stmts *body)
{
	const char *guard = f->guard;
	size_t i;

	look_all(f, l, body);
	for (i = 0; i < l->nvar && l->cursor; i++)
		l->var[i].local =
		    !l->var[i].fetched && fold_sets_first(body, &l->var[i].id);
	if (l->why)
		return false;
	l->cte = fold_unique_name(f, "loop");
	l->cte = fold_quote(f, l->cte, strlen(l->cte));
	take_initial(f, l);
	fold_take_reads(f, &l->first_read, &l->nfirst_read, &l->first_cap);
	f->loop = l;
	while (!try_pass(f, l, body) && !l->why)
		;
	if (l->cond && !is_carried(l))
		l->why = "a loop that nothing ends";
	if (!l->why) {
		for (i = 0; i < l->nfirst_read; i++)
			fold_read(f, l->first_read[i]);
		f->loop = NULL;
		l->ordered = is_carried(l);
		make_passes(f, l, guard);
		f->loop = l;
		start_pass(f, l);
		fold_statements(f, body);
	}
	f->loop = NULL;
	f->guard = guard;
	f->nread = 0;
	if (!l->why) {
		for (i = 0; i < l->nfirst_read; i++)
			fold_read(f, l->first_read[i]);
		after(f, l, guard);
	} else {
		for (i = 0; i < l->nvar; i++)
			fold_forget(f, &l->var[i].id,
			    "a variable that a loop sets", false);
	}
	return !l->why;
}

void fold_loop_release(struct loop *l)
{
	free(l->var);
	free(l->written);
	free(l->read);
	free(l->first_read);
	free(l->kept);
	free(l->inserted);
}

/* ---- rows that later passes delete ---- */

void fold_loop_deletes(
    struct folder *f, struct table *t, const char *alias, const char *where)
{
	struct loop *l = f->loop;

	GROW(l->kept, l->nkept, l->kept_cap);
	l->kept[l->nkept++] = (struct loop_delete){t, alias, where};
}

bool fold_loop_has_deletes(const struct folder *f, const struct table *t)
{
	size_t i;

	for (i = 0; f->loop && i < f->loop->nkept; i++) {
		if (f->loop->kept[i].table == t)
			return true;
	}
	return false;
}

size_t fold_loop_writes(const struct folder *f, const struct table *t)
{
	size_t i, n = 0;

	for (i = 0; i < f->loop->nwritten; i++)
		n += f->loop->written[i] == t;
	return n;
}

bool fold_loop_inserted(const struct folder *f, const struct table *t)
{
	size_t i;

	for (i = 0; i < f->loop->ninserted; i++) {
		if (f->loop->inserted[i] == t)
			return true;
	}
	return false;
}

void fold_loop_inserts(struct folder *f, const struct table *t)
{
	struct loop *l = f->loop;

	GROW(l->inserted, l->ninserted, l->inserted_cap);
	l->inserted[l->ninserted++] = t;
}

/* rows: with the pass that makes them as [made_in]. */
const char *fold_loop_survivors(
    struct folder *f, struct table *t, const char *rows)
{
	struct loop *l = f->loop;
	size_t i;

	for (i = 0; i < l->nkept; i++) {
		const struct loop_delete *d = &l->kept[i];

		if (d->table == t)
			rows = arena_printf(f->arena,
			    "SELECT * FROM (%s) AS %s WHERE NOT EXISTS (SELECT "
			    "1 FROM %s WHERE %s.[loop_no] > %s.[made_in] AND "
			    "(%s))",
			    rows, d->alias, l->cte, l->cte, d->alias, d->where);
	}
	fold_read(f, l->state);
	return arena_printf(f->arena, "SELECT %s FROM (%s) AS [survivors]",
	    fold_old_columns(f, t, "[survivors]"), rows);
}
