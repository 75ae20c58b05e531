/* What variables hold: folded into the queries that use them. */
#include <strings.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

struct value *fold_value(struct folder *f, const struct tsql_name *n)
{
	struct map_entry *e = map_put(&f->values, n->text, n->len);

	if (!e->value)
		e->value = ARENA_NEW(f->arena, struct value);
	return e->value;
}

bool fold_was_unknown(struct folder *f)
{
	if (!f->unknown)
		return false;
	f->unknown = false;
	fold_finding(f, FINDING_PROC_STATEMENT, &f->at->h,
	    f->unknown_why ? f->unknown_why : "a value that isn't known");
	return true;
}

void fold_take_reads(
    struct folder *f, struct state ***to, size_t *n, size_t *cap)
{
	size_t i;

	for (i = 0; i < f->nread; i++) {
		GROW(*to, *n, *cap);
		(*to)[(*n)++] = f->read[i];
	}
	f->nread = 0;
}

/* The variable holds the text, converted to its type, from here on; where the
 * statement is reached under a condition, only if that holds. */
static void assign(
    struct folder *f, const struct tsql_name *n, const char *text)
{
	struct value *v = fold_value(f, n);
	const char *old =
	    v->parameter ? arena_strndup(f->arena, n->text, n->len) : v->text;
	size_t i;

	if (v->type && v->type->base != TSQL_TY_UNKNOWN)
		text = arena_printf(f->arena, "CAST(%s AS %s)", text,
		    tsql_type_text(v->type, f->arena));
	else
		text = arena_printf(f->arena, "(%s)", text);
	if (f->guard && !f->unknown) {
		if (!old) {
			f->unknown = true;
			f->unknown_why = v->why;
		}
		text = arena_printf(f->arena,
		    "CASE WHEN %s THEN %s ELSE %s END", f->guard, text, old);
		for (i = 0; i < f->nguard_read; i++)
			fold_read(f, f->guard_read[i]);
		for (i = 0; i < v->nread; i++)
			fold_read(f, v->read[i]);
	}
	v->parameter = v->status = false;
	v->nread = 0;
	v->text = f->unknown ? NULL : text;
	v->why = f->unknown_why;
	if (!f->unknown)
		fold_take_reads(f, &v->read, &v->nread, &v->read_cap);
	f->nread = 0;
	f->unknown = false;
}

void fold_forget(
    struct folder *f, const struct tsql_name *n, const char *why, bool status)
{
	struct value *v = fold_value(f, n);

	v->nread = 0;
	v->text = NULL;
	v->parameter = false;
	v->why = why;
	v->status = status;
}

void fold_hold(struct folder *f, const struct tsql_name *n, const char *text)
{
	struct value *v = fold_value(f, n);

	v->parameter = v->status = false;
	v->nread = 0;
	v->text = text;
	fold_take_reads(f, &v->read, &v->nread, &v->read_cap);
}

void fold_give(
    struct folder *f, const struct tsql_name *n, const struct value *from)
{
	size_t i;

	if (!from || !from->text) {
		fold_forget(f, n, "what an OUTPUT parameter brings", false);
		return;
	}
	for (i = 0; i < from->nread; i++)
		fold_read(f, from->read[i]);
	assign(f, n, from->text);
}

static bool mentions_status(const struct tsql_expr *e);

static void assign_expr(
    struct folder *f, const struct tsql_name *n, const struct tsql_expr *e)
{
	const char *text;

	if (mentions_status(e)) {
		fold_forget(f, n, "a count or error number of the run", true);
		return;
	}
	text = fold_node(f, &e->h);
	assign(f, n, text);
}

/* SET @n += e */
static void accumulate(struct folder *f, const struct tsql_name *n, uint8_t op,
    const struct tsql_expr *e)
{
	struct value *v = fold_value(f, n);
	const char *old =
	    v->parameter ? arena_strndup(f->arena, n->text, n->len) : v->text;
	const char *sign = fold_operator(op);
	size_t i;

	if (!old || !sign || mentions_status(e)) {
		fold_forget(f, n, "a variable that accumulates", false);
		return;
	}
	for (i = 0; i < v->nread; i++)
		fold_read(f, v->read[i]);
	assign(f, n,
	    arena_printf(
		f->arena, "%s %s (%s)", old, sign, fold_node(f, &e->h)));
}

void fold_declare(struct folder *f, const struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.declare.n; i++) {
		const struct tsql_var_decl *d = s->u.declare.v[i];

		if (d->table || d->cursor)
			continue;
		fold_value(f, &d->name)->type = d->type ? d->type->type : NULL;
		fold_value(f, &d->name)->text = "NULL"; /* until it is set */
		if (d->init)
			assign_expr(f, &d->name, d->init);
		else if (f->loop) /* what the pass before left in it */
			fold_forget(f, &d->name, "a variable of a loop", false);
		else
			assign(f, &d->name, "NULL");
	}
	fold_ledger(f, s, "left_out", NULL, "declaration of variables");
}

void fold_set_variable(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_expr *t = s->u.set_var.target;
	const struct tsql_name *n;

	fold_ledger(f, s, "left_out", NULL, "folded into the queries");
	if (!t || t->h.kind != TSQL_E_VARIABLE)
		return;
	n = &t->u.name.part[0];
	if (!s->u.set_var.value)
		fold_forget(f, n, "a variable that accumulates", false);
	else if (s->u.set_var.op == TSQL_OP_EQ)
		assign_expr(f, n, s->u.set_var.value);
	else
		accumulate(f, n, s->u.set_var.op, s->u.set_var.value);
}

/* Does the query give one row or none? It does when keys are pinned. */
static bool at_most_one(const struct folder *f, const struct tsql_query *q)
{
	return q->h.kind == TSQL_Q_SELECT && q->u.select.from.n && !q->with &&
	    !q->u.select.ngroup && !q->u.select.having && !q->u.select.top &&
	    !q->order.n && !q->option.n &&
	    fold_joins_once(
		f->module->src, NULL, &q->u.select.from, q->u.select.where);
}

/* Without a row the variable stays what it is. */
static void assign_found(
    struct folder *f, const struct tsql_query *q, const struct tsql_item *it)
{
	const struct tsql_item *last =
	    q->u.select.items.v[q->u.select.items.n - 1];
	uint32_t off = last->h.off + last->h.len;
	const struct tsql_node *n = &q->h;
	struct value *v = fold_value(f, &it->variable);
	const char *old = v->parameter
	    ? arena_strndup(f->arena, it->variable.text, it->variable.len)
	    : v->text;
	const char *value, *rest;
	size_t i;

	if (!old) {
		fold_forget(f, &it->variable,
		    "a variable that stays where there is no row", false);
		return;
	}
	for (i = 0; i < v->nread; i++)
		fold_read(f, v->read[i]);
	value = fold_node(f, &it->expr->h);
	rest = fold_text(f, off, q->h.off + q->h.len - off, &n, 1);
	if (strncmp(old, "CAST(NULL AS ", 13) == 0)
		value = arena_printf(f->arena, "(SELECT %s%s)", value, rest);
	else
		value = arena_printf(f->arena,
		    "CASE WHEN EXISTS (SELECT 1%s) THEN (SELECT %s%s) ELSE %s "
		    "END",
		    rest, value, rest, old);
	assign(f, &it->variable, value);
}

/* SELECT @a = x FROM …: one row for certain only as an aggregate without
 * GROUP BY, or without FROM. */
void fold_select_variables(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_query *q = s->u.select;
	const struct tsql_scope *scope = tsql_scope(q);
	bool one = q->h.kind == TSQL_Q_SELECT &&
	    ((!q->u.select.from.n && !q->u.select.where) ||
		(scope && scope->grouped && !q->u.select.ngroup)) &&
	    !q->u.select.having && !q->with;
	uint32_t i;

	fold_ledger(f, s, "left_out", NULL, "folded into the queries");
	for (i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_item *it = q->u.select.items.v[i];
		const char *value, *rest;

		if (!it->variable.text)
			continue;
		if (it->assign_op != TSQL_OP_EQ && one && !q->u.select.from.n) {
			accumulate(f, &it->variable, it->assign_op, it->expr);
			continue;
		}
		if (!one && at_most_one(f, q) && it->assign_op == TSQL_OP_EQ &&
		    !mentions_status(it->expr)) {
			assign_found(f, q, it);
			continue;
		}
		if (!one || it->assign_op != TSQL_OP_EQ ||
		    mentions_status(it->expr)) {
			fold_forget(f, &it->variable,
			    "a variable that takes the last row's value",
			    mentions_status(it->expr));
			continue;
		}
		value = fold_node(f, &it->expr->h);
		if (q->u.select.from.n) {
			const struct tsql_item *last =
			    q->u.select.items.v[q->u.select.items.n - 1];
			uint32_t off = last->h.off + last->h.len;
			const struct tsql_node *n = &q->h;

			rest =
			    fold_text(f, off, q->h.off + q->h.len - off, &n, 1);
			value = arena_printf(
			    f->arena, "(SELECT %s%s)", value, rest);
		}
		assign(f, &it->variable, value);
	}
}

/* @@ROWCOUNT, @@ERROR, ERROR_NUMBER(), XACT_STATE() and variables that hold
 * them: they tell how the run went, not what the data are. */
static bool status_node(void *ctx, const struct tsql_node *n)
{
	static const char *const words[] = {"@@rowcount", "@@error",
	    "@@trancount", "@@fetch_status", "xact_state", "error_number",
	    "error_message", "error_severity", "error_state", "error_line",
	    "error_procedure", "rowcount_big", "scope_identity", "@@identity",
	    "@@procid", "object_name"};
	const struct tsql_expr *e = (const struct tsql_expr *)n;
	const struct tsql_name *name;
	size_t i;

	if (n->kind == TSQL_E_VARIABLE)
		name = &e->u.name.part[0];
	else if (n->kind == TSQL_E_CALL)
		name = &e->u.call.part[e->u.call.nparts - 1];
	else
		return true;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (tsql_name_is(name, words[i]))
			*(bool *)ctx = true;
	}
	return true;
}

static bool mentions_status(const struct tsql_expr *e)
{
	bool found = false;

	if (e)
		tsql_walk(&e->h, status_node, NULL, &found);
	return found;
}

struct status_walk {
	struct folder *f;
	bool found;
};

static bool status_variable(void *ctx, const struct tsql_node *n)
{
	struct status_walk *w = ctx;
	const struct tsql_expr *e = (const struct tsql_expr *)n;

	if (n->kind == TSQL_E_VARIABLE) {
		const struct tsql_name *name = &e->u.name.part[0];
		struct value *v =
		    map_getn(&w->f->values, name->text, name->len);

		if (v && v->status)
			w->found = true;
	}
	return true;
}

bool fold_about_status(struct folder *f, const struct tsql_expr *e)
{
	struct status_walk w = {f, mentions_status(e)};

	if (!w.found)
		tsql_walk(&e->h, status_variable, NULL, &w);
	return w.found;
}

/* ---- where a variable is used ---- */

struct mention {
	const struct tsql_name *name;
	bool found;
};

static bool is_name(const struct tsql_name *a, const struct tsql_name *b)
{
	return a->text && a->len == b->len &&
	    !strncasecmp(a->text, b->text, a->len);
}

static bool mention_node(void *ctx, const struct tsql_node *n)
{
	struct mention *m = ctx;
	const struct tsql_expr *e = (const struct tsql_expr *)n;
	const struct tsql_item *it = (const struct tsql_item *)n;

	if (n->kind == TSQL_E_VARIABLE && is_name(&e->u.name.part[0], m->name))
		m->found = true;
	if (n->kind == TSQL_ITEM && is_name(&it->variable, m->name))
		m->found = true;
	return true;
}

static bool mentions(const struct tsql_node *n, const struct tsql_name *name)
{
	struct mention m = {name, false};

	tsql_walk(n, mention_node, NULL, &m);
	return m.found;
}

enum use { USE_NONE, USE_SET, USE_READ };

static enum use first_use(
    const struct tsql_stmts *body, const struct tsql_name *name);

static enum use use_of(const struct tsql_stmt *s, const struct tsql_name *name)
{
	const struct tsql_query *q;
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_BLOCK: return first_use(&s->u.block.body, name);
	case TSQL_S_SET_VAR:
		if (s->u.set_var.target->h.kind == TSQL_E_VARIABLE &&
		    is_name(&s->u.set_var.target->u.name.part[0], name) &&
		    s->u.set_var.op == TSQL_OP_EQ && s->u.set_var.value &&
		    !mentions(&s->u.set_var.value->h, name))
			return USE_SET;
		break;
	case TSQL_S_DECLARE:
		for (i = 0; i < s->u.declare.n; i++) {
			const struct tsql_var_decl *d = s->u.declare.v[i];

			if (is_name(&d->name, name))
				return d->init ? USE_SET : USE_READ;
		}
		break;
	case TSQL_S_SELECT:
		q = s->u.select;
		if (q->h.kind != TSQL_Q_SELECT || q->u.select.where ||
		    q->u.select.from.n)
			break;
		for (i = 0; i < q->u.select.items.n; i++) {
			const struct tsql_item *it = q->u.select.items.v[i];

			if (mentions(&it->expr->h, name))
				return USE_READ;
			if (is_name(&it->variable, name))
				return it->assign_op == TSQL_OP_EQ ? USE_SET
								   : USE_READ;
		}
		return USE_NONE;
	default: break;
	}
	return mentions(&s->h, name) ? USE_READ : USE_NONE;
}

static enum use first_use(
    const struct tsql_stmts *body, const struct tsql_name *name)
{
	enum use use;
	uint32_t i;

	for (i = 0; i < body->n; i++) {
		use = use_of(body->v[i], name);
		if (use != USE_NONE)
			return use;
	}
	return USE_NONE;
}

bool fold_sets_first(
    const struct tsql_stmts *body, const struct tsql_name *name)
{
	return first_use(body, name) == USE_SET;
}
