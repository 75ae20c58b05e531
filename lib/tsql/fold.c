#include "common/alloc.h"
#include "tsql/fold_int.h"

void fold_finding(struct folder *f, enum finding_code code,
    const struct tsql_node *at, const char *detail)
{
	struct tsql_pos pos = tsql_line_col(f->module, at->off);

	findings_add(f->findings, code, pos.line, pos.column, "%s", detail);
}

void fold_ledger(struct folder *f, const struct tsql_stmt *s, const char *to,
    const struct table *t, const char *reason)
{
	struct tsql_pos pos = tsql_line_col(f->module, s->h.off);
	struct fold_entry *e;

	GROW(f->ledger, f->nledger, f->ledger_cap);
	e = &f->ledger[f->nledger++];
	e->number = (uint32_t)f->nledger;
	e->kind = tsql_kind_name(s->h.kind);
	e->line = pos.line;
	e->column = pos.column;
	e->end_line =
	    tsql_line_col(f->module, s->h.off + (s->h.len ? s->h.len - 1 : 0))
		.line;
	e->to = to;
	e->target = t ? t->id : NULL;
	e->reason = reason;
}

/* CustomerProfile, "Order Details": customer_profile, order_details. */
static void add_snake(struct buf *b, const char *name)
{
	char before = '_';

	for (; *name; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';
		char c = upper ? (char)(*name + 32) : *name;
		bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (((upper && before >= 'a' && before <= 'z') || !ok) &&
		    b->len && b->s[b->len - 1] != '_')
			buf_addc(b, '_');
		if (ok)
			buf_addc(b, c);
		before = *name;
	}
	while (b->len && b->s[b->len - 1] == '_')
		buf_setlen(b, b->len - 1);
	if (!b->len || (b->s[0] >= '0' && b->s[0] <= '9'))
		buf_adds(b, "rows");
}

/* Free in the catalogue too, so that it shadows no table. */
const char *fold_unique_name(struct folder *f, const char *base)
{
	struct buf b = BUF_INIT;
	const char *name;
	unsigned n;

	add_snake(&b, base);
	name = arena_strdup(f->arena, buf_str(&b));
	if (tsql_catalog_find(f->catalog, NULL, NULL, name))
		name = arena_printf(f->arena, "%s_rows", buf_str(&b));
	for (n = 2; map_find(&f->cte_names, name, strlen(name)); n++)
		name = arena_printf(f->arena, "%s_%u", buf_str(&b), n);
	map_put(&f->cte_names, name, strlen(name));
	buf_release(&b);
	return name;
}

static const char *bare_name(struct folder *f, const char *name)
{
	while (*name == '#' || *name == '@')
		name++;
	return arena_strdup(f->arena, name);
}

struct table *fold_table(struct folder *f, const struct tsql_object *o)
{
	struct map_entry *e = map_put(&f->tables, (const char *)&o, sizeof(o));
	struct table *t = e->value;

	if (t)
		return t;
	t = e->value = ARENA_NEW(f->arena, struct table);
	t->object = o;
	t->id = o->id;
	t->name = bare_name(f, o->name);
	t->row =
	    tsql_object_row(f->catalog, (struct tsql_object *)(uintptr_t)o);
	t->temporary = o->kind == TSQL_OBJ_TEMP_TABLE ||
	    o->kind == TSQL_OBJ_TABLE_VARIABLE;
	if (o->kind != TSQL_OBJ_TABLE && !t->temporary)
		return t; /* views and functions have no states */
	t->now = t->first = ARENA_NEW(f->arena, struct state);
	t->now->table = t;
	t->now->empty = t->temporary;
	return t;
}

struct state *fold_state(struct folder *f, struct table *t, const char *action)
{
	struct state *s = ARENA_NEW(f->arena, struct state);

	s->table = t;
	s->older = f->last;
	f->last = s;
	if (t) {
		bool plain = t->temporary && t->now && t->now->empty;
		const char *name = plain
		    ? t->name
		    : arena_printf(f->arena, "%s_%s", t->name, action);

		name = fold_unique_name(f, name);
		s->cte = fold_quote(f, name, strlen(name));
	}
	return s;
}

void fold_read(struct folder *f, struct state *s)
{
	size_t i;

	for (i = 0; i < f->nread; i++) {
		if (f->read[i] == s)
			return;
	}
	GROW(f->read, f->nread, f->read_cap);
	f->read[f->nread++] = s;
}

/* A query without rows that has the table's columns. */
static const char *no_rows(struct folder *f, const struct table *t)
{
	struct buf b = BUF_INIT;
	const char *s;
	uint32_t i;

	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++)
		buf_addf(&b, "%sCAST(NULL AS %s) AS %s", i ? ", " : "",
		    tsql_type_text(t->row->v[i].type, f->arena),
		    fold_quote(f, t->row->v[i].name, t->row->v[i].len));
	buf_adds(&b, " WHERE 1 = 0");
	s = arena_strdup(f->arena, buf_str(&b));
	buf_release(&b);
	return s;
}

const char *fold_source(struct folder *f, struct state *s)
{
	const struct tsql_object *o;

	if (s->cte)
		return s->cte;
	o = s->table->object;
	if (!s->empty)
		return arena_printf(f->arena, "%s.%s",
		    fold_quote(f, o->schema, strlen(o->schema)),
		    fold_quote(f, o->name, strlen(o->name)));
	s->older = f->last;
	f->last = s;
	s->cte = fold_unique_name(
	    f, arena_printf(f->arena, "%s_empty", s->table->name));
	s->cte = fold_quote(f, s->cte, strlen(s->cte));
	s->sql = no_rows(f, s->table);
	return s->cte;
}

/* ---- variables ---- */

static struct value *value_of(struct folder *f, const struct tsql_name *n)
{
	struct map_entry *e = map_put(&f->values, n->text, n->len);

	if (!e->value)
		e->value = ARENA_NEW(f->arena, struct value);
	return e->value;
}

static void take_reads(
    struct folder *f, struct state ***to, size_t *n, size_t *cap)
{
	size_t i;

	for (i = 0; i < f->nread; i++) {
		GROW(*to, *n, *cap);
		(*to)[(*n)++] = f->read[i];
	}
	f->nread = 0;
}

/* The variable holds the text, converted to its type, from here on. */
static void assign(struct folder *f, const struct tsql_name *n,
    const struct tsql_type *type, const char *text)
{
	struct value *v = value_of(f, n);

	free(v->read);
	memset(v, 0, sizeof(*v));
	if (f->guard) {
		/* set on one branch only */
		v->why = "a variable that is set under a condition";
		f->nread = 0;
	} else if (f->unknown) {
		v->why = f->unknown_why;
		f->nread = 0;
	} else {
		v->text = type && type->base != TSQL_TY_UNKNOWN
		    ? arena_printf(f->arena, "CAST(%s AS %s)", text,
			  tsql_type_text(type, f->arena))
		    : arena_printf(f->arena, "(%s)", text);
		take_reads(f, &v->read, &v->nread, &v->read_cap);
	}
	f->unknown = false;
}

static void forget(
    struct folder *f, const struct tsql_name *n, const char *why, bool status)
{
	struct value *v = value_of(f, n);

	free(v->read);
	memset(v, 0, sizeof(*v));
	v->why = why;
	v->status = status;
}

static bool mentions_status(const struct tsql_expr *e);

static void assign_expr(struct folder *f, const struct tsql_name *n,
    const struct tsql_type *type, const struct tsql_expr *e)
{
	const char *text;

	if (mentions_status(e)) {
		forget(f, n, "a count or error number of the run", true);
		return;
	}
	text = fold_node(f, &e->h);
	assign(f, n, type, text);
}

static void declare(struct folder *f, const struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.declare.n; i++) {
		const struct tsql_var_decl *d = s->u.declare.v[i];

		if (d->table || d->cursor)
			continue;
		if (d->init)
			assign_expr(f, &d->name, d->type ? d->type->type : NULL,
			    d->init);
		else
			assign(f, &d->name, d->type ? d->type->type : NULL,
			    "NULL");
	}
	fold_ledger(f, s, "left_out", NULL, "declaration of variables");
}

static void set_variable(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_expr *t = s->u.set_var.target;
	const struct tsql_varref *r = tsql_varref(t);
	const struct tsql_name *n;

	fold_ledger(f, s, "left_out", NULL, "folded into the queries");
	if (!t || t->h.kind != TSQL_E_VARIABLE)
		return;
	n = &t->u.name.part[0];
	if (s->u.set_var.op != TSQL_OP_EQ || !s->u.set_var.value) {
		forget(f, n, "a variable that accumulates", false);
		return;
	}
	assign_expr(f, n, r && r->variable ? r->variable->type : NULL,
	    s->u.set_var.value);
}

/* SELECT @a = x FROM …: one row for certain only as an aggregate without
 * GROUP BY, or without FROM. */
static void select_variables(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_query *q = s->u.select;
	const struct tsql_scope *scope = tsql_scope(q);
	bool one = q->h.kind == TSQL_Q_SELECT &&
	    (!q->u.select.from.n ||
		(scope && scope->grouped && !q->u.select.ngroup)) &&
	    !q->u.select.having && !q->with;
	uint32_t i;

	fold_ledger(f, s, "left_out", NULL, "folded into the queries");
	for (i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_item *it = q->u.select.items.v[i];
		const char *value, *rest;

		if (!it->variable.text)
			continue;
		if (!one || it->assign_op != TSQL_OP_EQ ||
		    mentions_status(it->expr)) {
			forget(f, &it->variable,
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
		assign(f, &it->variable, NULL, value);
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

static bool about_status(struct folder *f, const struct tsql_expr *e)
{
	struct status_walk w = {f, mentions_status(e)};

	if (!w.found)
		tsql_walk(&e->h, status_variable, NULL, &w);
	return w.found;
}

/* ---- statements ---- */

static void statement(struct folder *f, const struct tsql_stmt *s);

static void statements(struct folder *f, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		statement(f, list->v[i]);
}

static void all_of(struct folder *f, const struct tsql_stmt *s, const char *to,
    const char *reason);

static void all_in(struct folder *f, const struct tsql_stmts *list,
    const char *to, const char *reason)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		all_of(f, list->v[i], to, reason);
}

/* Enters the statement and what is in it without folding it. */
static void all_of(struct folder *f, const struct tsql_stmt *s, const char *to,
    const char *reason)
{
	const struct tsql_stmt_info *info;

	fold_ledger(f, s, to, NULL, reason);
	switch (s->h.kind) {
	case TSQL_S_IF:
		all_of(f, s->u.if_.then, to, reason);
		if (s->u.if_.otherwise)
			all_of(f, s->u.if_.otherwise, to, reason);
		break;
	case TSQL_S_WHILE: all_of(f, s->u.while_.body, to, reason); break;
	case TSQL_S_BLOCK: all_in(f, &s->u.block.body, to, reason); break;
	case TSQL_S_TRY:
		all_in(f, &s->u.try_.body, to, reason);
		all_in(f, &s->u.try_.handler, to, reason);
		break;
	default:
		info = tsql_stmt_info(s);
		if (strcmp(to, "manual") == 0 && info && info->object) {
			struct table *t = fold_table(f, info->object);

			if (t->now) {
				t->written = true;
				t->now = fold_state(f, t, "unknown");
				t->now->claim = FOLD_MANUAL;
			}
		}
		break;
	}
}

static void give_up(struct folder *f, const struct tsql_stmt *s,
    enum finding_code code, const char *why)
{
	fold_finding(f, code, &s->h, why);
	all_of(f, s, "manual", why);
}

/* What follows runs only where cond holds (or, negated, where it does not):
 * three-valued, as IF takes it. */
static const char *with_guard(struct folder *f, const char *cond, bool negated)
{
	const char *g = negated
	    ? arena_printf(f->arena, "CASE WHEN %s THEN 1 ELSE 0 END = 0", cond)
	    : arena_printf(f->arena, "(%s)", cond);

	return f->guard ? arena_printf(f->arena, "%s AND %s", f->guard, g) : g;
}

static bool only_ends(const struct tsql_stmt *s)
{
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_RETURN:
	case TSQL_S_THROW: return true;
	case TSQL_S_RAISERROR:
	case TSQL_S_PRINT:
	case TSQL_S_TRAN: return true;
	case TSQL_S_BLOCK:
		for (i = 0; i < s->u.block.body.n; i++) {
			if (!only_ends(s->u.block.body.v[i]))
				return false;
		}
		return s->u.block.body.n > 0;
	default: return false;
	}
}

static bool has_return(const struct tsql_stmt *s)
{
	uint32_t i;

	if (s->h.kind == TSQL_S_RETURN || s->h.kind == TSQL_S_THROW)
		return true;
	for (i = 0; s->h.kind == TSQL_S_BLOCK && i < s->u.block.body.n; i++) {
		if (has_return(s->u.block.body.v[i]))
			return true;
	}
	return false;
}

/* IF OBJECT_ID('tempdb..#t') IS NOT NULL DROP TABLE #t and its like. */
static bool only_drops_temporary(const struct tsql_stmt *s)
{
	uint32_t i;

	if (s->h.kind == TSQL_S_BLOCK && s->u.block.body.n == 1)
		return only_drops_temporary(s->u.block.body.v[0]);
	if (s->h.kind != TSQL_S_DROP)
		return false;
	for (i = 0; i < s->u.drop.names.n; i++) {
		const struct tsql_objname *n = s->u.drop.names.v[i];

		if (n->part[n->n - 1].text[0] != '#')
			return false;
	}
	return true;
}

static void if_statement(struct folder *f, const struct tsql_stmt *s)
{
	const char *cond, *outer = f->guard;
	struct state **reads = NULL;
	size_t nreads = 0, cap = 0, saved = f->nguard_read;

	if (only_drops_temporary(s->u.if_.then) && !s->u.if_.otherwise) {
		all_of(f, s, "left_out", "a temporary table's clean-up");
		return;
	}
	if (about_status(f, s->u.if_.cond)) {
		if (!only_ends(s->u.if_.then) || s->u.if_.otherwise)
			give_up(f, s, FINDING_PROC_CONTROL_FLOW,
			    "IF on a count or an error number");
		else
			all_of(f, s, "left_out",
			    "error handling: dbt stops at an error");
		return;
	}
	cond = fold_node(f, &s->u.if_.cond->h);
	if (f->unknown) {
		f->unknown = false;
		f->nread = 0;
		give_up(f, s, FINDING_PROC_CONTROL_FLOW, "IF");
		return;
	}
	take_reads(f, &reads, &nreads, &cap);
	fold_ledger(f, s, "left_out", NULL, "a condition of what is in it");
	for (size_t i = 0; i < nreads; i++) {
		GROW(f->guard_read, f->nguard_read, f->guard_read_cap);
		f->guard_read[f->nguard_read++] = reads[i];
	}
	free(reads);
	if (only_ends(s->u.if_.then) && !s->u.if_.otherwise) {
		/* what follows runs only where it did not end */
		all_of(f, s->u.if_.then, "left_out", "an early end");
		if (has_return(s->u.if_.then))
			f->guard = with_guard(f, cond, true);
		else
			f->nguard_read = saved;
		return;
	}
	f->guard = with_guard(f, cond, false);
	statement(f, s->u.if_.then);
	f->guard = outer;
	if (s->u.if_.otherwise) {
		f->guard = with_guard(f, cond, true);
		statement(f, s->u.if_.otherwise);
		f->guard = outer;
	}
	f->nguard_read = saved;
}

static void exec_statement(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;

	if (x->name && !x->at && x->name->n <= 3 &&
	    !tsql_name_is(&x->name->part[x->name->n - 1], "sp_executesql")) {
		const struct tsql_object_ref *r = tsql_objref(x->name);

		if (x->result.text)
			forget(
			    f, &x->result, "a procedure's return code", true);
		if (r && r->object) {
			fold_ledger(f, s, "model", NULL,
			    "the called procedure's own models");
			return;
		}
	}
	f->broken = true; /* it may write any table */
	give_up(f, s, FINDING_PROC_DYNAMIC,
	    x->name ? "EXEC of what isn't known" : "EXEC of a text");
}

static void drop_statement(struct folder *f, const struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.drop.names.n; i++) {
		const struct tsql_object_ref *r =
		    tsql_objref(s->u.drop.names.v[i]);
		struct table *t;

		if (!r || !r->object)
			continue;
		t = fold_table(f, r->object);
		if (!t->temporary && t->now) {
			t->now = ARENA_NEW(f->arena, struct state);
			t->now->table = t;
			t->now->empty = true;
			t->written = t->truncated = true;
		}
	}
	fold_ledger(f, s, "left_out", NULL, "dbt replaces tables itself");
}

/* Only constants, variables and how the run went: a line of a log. */
static bool is_log_insert(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_query *q = s->u.insert.query;
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	uint32_t i;
	bool status = false;

	if (!q || q->h.kind != TSQL_Q_VALUES || q->u.values.nrow != 1 ||
	    !info || !info->object || info->object->kind != TSQL_OBJ_TABLE)
		return false;
	for (i = 0; i < q->u.values.row[0].n; i++) {
		const struct tsql_expr *e = q->u.values.row[0].v[i];

		if (e->facts & TSQL_HAS_SUBQUERY)
			return false;
		status |= about_status(f, e) || (e->facts & TSQL_HAS_VOLATILE);
	}
	return status;
}

static void insert_statement(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct table *t;

	if (is_log_insert(f, s)) {
		t = fold_table(f, info->object);
		t->log = true;
		fold_finding(f, FINDING_PROC_LOG, &s->h, t->id);
		fold_ledger(
		    f, s, "left_out", NULL, "a log row: dbt keeps its own log");
		return;
	}
	if (fold_insert(f, s))
		fold_ledger(f, s, "model",
		    info ? fold_table(f, info->object) : NULL, NULL);
	else
		all_of(f, s, "manual", "it could not be folded");
}

typedef bool dml_fn(struct folder *, const struct tsql_stmt *);

static void dml_statement(
    struct folder *f, const struct tsql_stmt *s, dml_fn *fn)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);

	if (fn(f, s))
		fold_ledger(f, s, "model",
		    info && info->object ? fold_table(f, info->object) : NULL,
		    NULL);
	else
		all_of(f, s, "manual", "it could not be folded");
}

static void result_set(struct folder *f, const struct tsql_stmt *s)
{
	const char *order;
	struct table *t;
	struct state *st;

	if (f->result || f->guard) {
		give_up(f, s, FINDING_PROC_RESULT_SET,
		    f->guard ? "under a condition" : "a second one");
		if (f->result)
			f->result->now->claim = FOLD_MANUAL;
		return;
	}
	t = f->result = ARENA_NEW(f->arena, struct table);
	t->row = tsql_query_row(s->u.select);
	t->name = "result";
	t->pattern = "result_set";
	st = ARENA_NEW(f->arena, struct state);
	st->table = t;
	st->sql = fold_query(f, s->u.select, &order);
	if (f->unknown)
		st->claim = FOLD_MANUAL;
	f->unknown = false;
	take_reads(f, &st->read, &st->nread, &st->read_cap);
	/* after what it reads: its own CTEs stand before it */
	st->older = f->last;
	f->last = st;
	st->cte = fold_unique_name(f, "result");
	st->cte = fold_quote(f, st->cte, strlen(st->cte));
	t->now = st;
	fold_ledger(f, s, "model", NULL, "its result set");
}

static bool assigns(const struct tsql_query *q)
{
	uint32_t i;

	for (i = 0; q->h.kind == TSQL_Q_SELECT && i < q->u.select.items.n;
	     i++) {
		if (q->u.select.items.v[i]->variable.text)
			return true;
	}
	return false;
}

static void select_statement(struct folder *f, const struct tsql_stmt *s)
{
	if (fold_into(s->u.select))
		dml_statement(f, s, fold_select_into);
	else if (assigns(s->u.select))
		select_variables(f, s);
	else
		result_set(f, s);
}

static void statement(struct folder *f, const struct tsql_stmt *s)
{
	switch (s->h.kind) {
	case TSQL_S_BLOCK: statements(f, &s->u.block.body); return;
	case TSQL_S_TRY:
		fold_ledger(f, s, "left_out", NULL, "dbt stops at an error");
		statements(f, &s->u.try_.body);
		all_in(f, &s->u.try_.handler, "left_out",
		    "error handling: dbt stops at an error");
		if (s->u.try_.handler.n)
			fold_finding(
			    f, FINDING_PROC_ERROR_HANDLING, &s->h, "CATCH");
		return;
	case TSQL_S_IF: if_statement(f, s); return;
	case TSQL_S_WHILE:
		give_up(f, s, FINDING_PROC_CONTROL_FLOW, "WHILE");
		return;
	case TSQL_S_DECLARE: declare(f, s); return;
	case TSQL_S_SET_VAR: set_variable(f, s); return;
	case TSQL_S_SELECT: select_statement(f, s); return;
	case TSQL_S_INSERT: insert_statement(f, s); return;
	case TSQL_S_UPDATE: dml_statement(f, s, fold_update); return;
	case TSQL_S_DELETE: dml_statement(f, s, fold_delete); return;
	case TSQL_S_TRUNCATE: dml_statement(f, s, fold_truncate); return;
	case TSQL_S_MERGE: dml_statement(f, s, fold_merge); return;
	case TSQL_S_EXEC: exec_statement(f, s); return;
	case TSQL_S_DROP: drop_statement(f, s); return;
	case TSQL_S_SET_OPTION:
		fold_ledger(f, s, "left_out", NULL, "a setting of the session");
		return;
	case TSQL_S_TRAN:
		fold_ledger(f, s, "left_out", NULL,
		    "transaction control: dbt has its own");
		return;
	case TSQL_S_PRINT:
	case TSQL_S_RAISERROR:
	case TSQL_S_THROW:
		fold_ledger(f, s, "left_out", NULL, "a message");
		return;
	case TSQL_S_CREATE_TABLE:
	case TSQL_S_CREATE_INDEX:
	case TSQL_S_CREATE_STATISTICS:
		fold_ledger(
		    f, s, "left_out", NULL, "a temporary table's definition");
		return;
	case TSQL_S_EMPTY:
	case TSQL_S_LABEL:
		fold_ledger(f, s, "left_out", NULL, "no effect");
		return;
	case TSQL_S_RETURN:
		/* what follows a plain RETURN never runs */
		fold_ledger(f, s, "left_out", NULL, "the end");
		f->guard = with_guard(f, "1 = 0", false);
		return;
	case TSQL_S_DECLARE_CURSOR:
	case TSQL_S_CURSOR:
		give_up(f, s, FINDING_PROC_CURSOR, "cursor");
		return;
	case TSQL_S_GOTO:
		f->broken = true;
		give_up(f, s, FINDING_PROC_CONTROL_FLOW, "GOTO");
		return;
	default:
		give_up(
		    f, s, FINDING_PROC_STATEMENT, tsql_kind_name(s->h.kind));
		return;
	}
}

/* ---- the queries ---- */

static enum fold_claim need(struct state *s)
{
	enum fold_claim claim = s->claim;
	size_t i;

	if (s->needed)
		return FOLD_EXACT; /* counted already */
	s->needed = true;
	for (i = 0; i < s->nread; i++) {
		enum fold_claim c = need(s->read[i]);

		if (c > claim)
			claim = c;
	}
	return claim;
}

static void select_all(struct folder *f, struct buf *b, const struct table *t)
{
	uint32_t i;

	buf_adds(b, "SELECT ");
	for (i = 0; i < t->row->n; i++)
		buf_addf(b, "%s%s", i ? ", " : "",
		    fold_quote(f, t->row->v[i].name, t->row->v[i].len));
	buf_addf(b, " FROM %s", fold_source(f, t->now));
}

/* Needed states in the order in which they were made. */
static size_t needed_states(struct folder *f, struct state ***list)
{
	struct state **v = NULL, *s;
	size_t n = 0, cap = 0, i;

	for (s = f->last; s; s = s->older) {
		if (s->needed && s->cte) {
			GROW(v, n, cap);
			v[n++] = s;
		}
	}
	for (i = 0; i < n / 2; i++) {
		s = v[i];
		v[i] = v[n - 1 - i];
		v[n - 1 - i] = s;
	}
	*list = v;
	return n;
}

static const char *parameters(struct folder *f)
{
	const struct tsql_params *p = &f->create->u.procedure.params;

	if (!p->n)
		return "";
	return arena_strndup(f->arena, f->module->src + p->v[0]->h.off,
	    p->v[p->n - 1]->h.off + p->v[p->n - 1]->h.len - p->v[0]->h.off);
}

static const char *query_text(struct folder *f, struct table *t)
{
	struct state **v;
	struct buf b = BUF_INIT;
	const char *s;
	size_t i, n;

	/* before the list is taken: an empty state gets its CTE here */
	fold_source(f, t->now);
	n = needed_states(f, &v);
	buf_addf(&b, "CREATE PROCEDURE [folded] %s AS\n", parameters(f));
	if (n == 1) {
		buf_adds(&b, v[0]->sql);
	} else {
		for (i = 0; i < n; i++)
			buf_addf(&b, "%s%s AS (\n%s\n)", i ? ", " : "WITH ",
			    v[i]->cte, v[i]->sql);
		buf_addc(&b, '\n');
		select_all(f, &b, t);
	}
	s = arena_strndup(f->arena, b.s, b.len);
	free(v);
	buf_release(&b);
	return s;
}

static void set_reads(
    struct folder *f, struct fold_target *out, struct table *t)
{
	size_t i;

	for (i = 0; i < f->tables.nr; i++) {
		struct table *o = f->tables.items[i].value;

		if (!o->first || !o->first->needed || o->first->cte)
			continue;
		if (o == t) {
			out->reads_previous = true;
		} else if (o->written && !o->temporary && !o->log) {
			/* the other model has run or has not: it can't be
			 * told which state is seen */
			out->claim = FOLD_MANUAL;
			findings_add(
			    f->findings, FINDING_PROC_STATE, 1, 1, "%s", o->id);
		}
	}
}

static void finish_target(
    struct folder *f, struct fold_target *out, struct table *t)
{
	struct state *s;
	size_t i;

	for (s = f->last; s; s = s->older)
		s->needed = false;
	for (i = 0; i < f->tables.nr; i++) {
		struct table *o = f->tables.items[i].value;

		if (o->first)
			o->first->needed = false;
	}
	out->id = t->id;
	out->object = t->object;
	out->result_set = t == f->result;
	out->truncated = t->truncated;
	out->pattern = t->pattern;
	out->claim = need(t->now);
	if (f->broken)
		out->claim = FOLD_MANUAL;
	set_reads(f, out, t);
	if (!t->row || !t->row->n || t->row->open)
		out->claim = FOLD_MANUAL;
	if (out->claim != FOLD_MANUAL)
		out->sql = query_text(f, t);
}

static const char *own_id(struct folder *f)
{
	const struct tsql_objname *n = f->create->u.procedure.name;
	const struct tsql_name *p = &n->part[n->n - 1];

	if (n->n > 1 && p[-1].len)
		return arena_printf(f->arena, "%.*s.%.*s", (int)p[-1].len,
		    p[-1].text, (int)p->len, p->text);
	return arena_printf(f->arena, "dbo.%.*s", (int)p->len, p->text);
}

static void finish(struct folder *f, struct fold *out)
{
	struct fold_target *v = NULL;
	size_t n = 0, cap = 0, i;

	for (i = 0; i < f->tables.nr; i++) {
		struct table *t = f->tables.items[i].value;

		if (!t->written || t->temporary)
			continue;
		GROW(v, n, cap);
		memset(&v[n], 0, sizeof(v[n]));
		finish_target(f, &v[n++], t);
	}
	if (f->result && !n) {
		GROW(v, n, cap);
		memset(&v[n], 0, sizeof(v[n]));
		f->result->id = own_id(f);
		finish_target(f, &v[n++], f->result);
	}
	if (n) {
		out->target = arena_alloc(f->arena, n * sizeof(*v));
		memcpy(out->target, v, n * sizeof(*v));
	}
	out->ntarget = n;
	if (f->nledger) {
		out->ledger =
		    arena_alloc(f->arena, f->nledger * sizeof(*f->ledger));
		memcpy(out->ledger, f->ledger, f->nledger * sizeof(*f->ledger));
	}
	out->nledger = f->nledger;
	free(v);
}

static const struct tsql_stmt *find_create(const struct tsql_module *m)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++) {
		for (k = 0; k < m->batch[i]->stmts.n; k++) {
			const struct tsql_stmt *s = m->batch[i]->stmts.v[k];

			if (s->h.kind == TSQL_S_CREATE_PROCEDURE)
				return s;
		}
	}
	return NULL;
}

static void release(struct folder *f)
{
	struct state *s, *older;
	size_t i;

	for (s = f->last; s; s = older) {
		older = s->older;
		free(s->read);
		s->read = NULL;
	}
	for (i = 0; i < f->values.nr; i++)
		free(((struct value *)f->values.items[i].value)->read);
	map_release(&f->tables, NULL);
	map_release(&f->values, NULL);
	map_release(&f->cte_names, NULL);
	map_release(&f->ctes, NULL);
	free(f->ledger);
	free(f->read);
	free(f->guard_read);
}

struct fold *tsql_fold(struct arena *arena, const struct tsql_module *m,
    struct tsql_catalog *catalog, struct findings *findings)
{
	struct folder f = {.arena = arena,
	    .module = m,
	    .catalog = catalog,
	    .findings = findings};
	struct fold *out = ARENA_NEW(arena, struct fold);
	uint32_t i;

	f.create = find_create(m);
	if (!f.create)
		return out;
	map_init(&f.tables, MAP_EXACT);
	map_init(&f.values, MAP_FOLD);
	map_init(&f.cte_names, MAP_FOLD);
	map_init(&f.ctes, MAP_EXACT);
	for (i = 0; i < f.create->u.procedure.params.n; i++) {
		const struct tsql_param *p = f.create->u.procedure.params.v[i];
		struct value *v = value_of(&f, &p->name);

		v->parameter = true;
		v->text = "parameter";
	}
	statements(&f, &f.create->u.procedure.body);
	finish(&f, out);
	release(&f);
	return out;
}
