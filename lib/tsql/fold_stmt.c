/* The statements of a procedure, in order, with their control flow. */
#include <strings.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

static void statement(struct folder *f, const struct tsql_stmt *s);

void fold_statements(struct folder *f, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++) {
		statement(f, list->v[i]);
		f->before = list->v[i];
	}
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
	if (f->loop && f->loop->dry) {
		f->loop->why = why;
		return;
	}
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
	const char *skip = f->loop ? f->loop->skip : NULL;
	struct state **reads = NULL;
	size_t nreads = 0, cap = 0, saved = f->nguard_read;

	if (only_drops_temporary(s->u.if_.then) && !s->u.if_.otherwise) {
		all_of(f, s, "left_out", "a temporary table's clean-up");
		return;
	}
	if (fold_about_status(f, s->u.if_.cond)) {
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
	fold_take_reads(f, &reads, &nreads, &cap);
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
	if (f->loop && f->loop->skip != skip)
		f->guard = with_guard(f, f->loop->skip, true);
	else
		f->nguard_read = saved;
}

static void exec_statement(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;
	bool known;

	if (fold_run_text(f, s, &known)) {
		fold_ledger(f, s, "model", NULL, "the statements of its text");
		return;
	}
	if (known) {
		fold_ledger(f, s, "manual", NULL,
		    "a statement of its text could not be folded");
		return;
	}
	if (x->name && !x->at && x->name->n <= 3 &&
	    !tsql_name_is(&x->name->part[x->name->n - 1], "sp_executesql")) {
		const struct tsql_object_ref *r = tsql_objref(x->name);

		if (x->result.text)
			fold_forget(
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

/* SET DATEFIRST 7, LANGUAGE us_english, DATEFORMAT mdy: what the translation
 * goes by. */
static bool sets_default(
    struct folder *f, const char *name, const struct tsql_expr *v)
{
	static const char *const same[][2] = {{"datefirst", "7"},
	    {"dateformat", "mdy"}, {"language", "us_english"},
	    {"language", "english"}};
	const char *s;
	size_t i, n;

	if (!v)
		return false;
	s = f->module->src + v->h.off;
	n = v->h.len;
	if (v->h.kind == TSQL_E_STRING) {
		s = v->u.lit.text;
		n = v->u.lit.len;
	}
	for (i = 0; i < ARRAY_SIZE(same); i++)
		if (name_eq(name, same[i][0]) && n == strlen(same[i][1]) &&
		    !strncasecmp(s, same[i][1], n))
			return true;
	return false;
}

/* Does SET change which rows a query gives, or their values? Not where it
 * sets what SQL Server's drivers set anyway. */
static bool changes_results(struct folder *f, const struct tsql_stmt *s)
{
	static const char *const always[] = {"rowcount", "datefirst",
	    "dateformat", "language", "fmtonly", "noexec", "parseonly",
	    "showplan_all", "showplan_text", "showplan_xml", "textsize"};
	static const char *const off[] = {"ansi_nulls", "ansi_padding",
	    "ansi_warnings", "ansi_defaults", "arithabort",
	    "concat_null_yields_null"};
	const struct tsql_expr *v = s->u.set_option.value;
	const char *name =
	    arena_strndup(f->arena, f->module->src + s->u.set_option.name.off,
		s->u.set_option.name.len);
	size_t i;

	/* SET ROWCOUNT 0 and SET TEXTSIZE of the most take a limit away */
	if (v && v->h.kind == TSQL_E_INT && v->u.lit.len == 1 &&
	    v->u.lit.text[0] == '0')
		return false;
	if (sets_default(f, name, v))
		return false;
	if (name_eq(name, "numeric_roundabort"))
		return s->u.set_option.on == 1;
	for (i = 0; i < ARRAY_SIZE(always); i++) {
		if (name_eq(name, always[i]))
			return s->u.set_option.on != 0;
	}
	for (i = 0; i < ARRAY_SIZE(off); i++) {
		if (strstr(name, ",") || name_eq(name, off[i]))
			return s->u.set_option.on == 0;
	}
	return false;
}

static void set_option(struct folder *f, const struct tsql_stmt *s)
{
	if (!changes_results(f, s)) {
		fold_ledger(f, s, "left_out", NULL, "a setting of the session");
		return;
	}
	f->broken = true;
	give_up(f, s, FINDING_PROC_STATEMENT,
	    "a setting that changes what queries return");
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
		status |=
		    fold_about_status(f, e) || (e->facts & TSQL_HAS_VOLATILE);
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

/* Rows for INSERT … EXEC: all result sets in one, each where it is sent. */
static void collect(struct folder *f, const struct tsql_stmt *s)
{
	struct table *t = f->result;
	struct state *before = t ? t->now : NULL;
	const char *order, *sql = fold_query(f, s->u.select, &order);

	if (f->guard)
		sql = arena_printf(f->arena,
		    "SELECT * FROM (%s) AS [sent_rows] WHERE %s", sql,
		    f->guard);
	if (!t) {
		t = f->result = ARENA_NEW(f->arena, struct table);
		t->row = tsql_query_row(s->u.select);
		t->name = "sent";
	} else {
		fold_read(f, before);
		sql = arena_printf(f->arena, "SELECT * FROM %s UNION ALL %s",
		    fold_source(f, before), sql);
	}
	fold_new_state(f, t, "rows", sql, FOLD_EXACT);
	fold_ledger(f, s, "model", NULL, "its result set");
}

static void result_set(struct folder *f, const struct tsql_stmt *s)
{
	const char *order;
	struct table *t;
	struct state *st;

	if (f->collects) {
		collect(f, s);
		return;
	}
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
	if (fold_was_unknown(f))
		st->claim = FOLD_MANUAL;
	fold_take_reads(f, &st->read, &st->nread, &st->read_cap);
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
		fold_select_variables(f, s);
	else
		result_set(f, s);
}

static bool is_write(const struct tsql_stmt *s)
{
	return s->h.kind == TSQL_S_INSERT || s->h.kind == TSQL_S_UPDATE ||
	    s->h.kind == TSQL_S_DELETE;
}

static void while_statement(struct folder *f, const struct tsql_stmt *s)
{
	const char *why;

	if (fold_levels(f, s)) {
		all_of(f, s, "model", "a recursive query");
		return;
	}
	fold_ledger(f, s, "left_out", NULL, "a condition of what is in it");
	if (!fold_while(f, s, &why)) {
		if (!f->depth)
			f->nledger--; /* it is manual */
		give_up(f, s, FINDING_PROC_CONTROL_FLOW,
		    arena_printf(f->arena, "WHILE: %s", why));
	}
}

static void statement(struct folder *f, const struct tsql_stmt *s)
{
	f->at = s;
	if (f->loop && f->loop->dry && is_write(s))
		return;
	switch (s->h.kind) {
	case TSQL_S_BLOCK: fold_statements(f, &s->u.block.body); return;
	case TSQL_S_TRY:
		fold_ledger(f, s, "left_out", NULL, "dbt stops at an error");
		fold_statements(f, &s->u.try_.body);
		all_in(f, &s->u.try_.handler, "left_out",
		    "error handling: dbt stops at an error");
		if (s->u.try_.handler.n)
			fold_finding(
			    f, FINDING_PROC_ERROR_HANDLING, &s->h, "CATCH");
		return;
	case TSQL_S_IF: if_statement(f, s); return;
	case TSQL_S_WHILE: while_statement(f, s); return;
	case TSQL_S_BREAK:
	case TSQL_S_CONTINUE:
		if (f->loop)
			fold_leaves(f, s);
		return;
	case TSQL_S_DECLARE: fold_declare(f, s); return;
	case TSQL_S_SET_VAR: fold_set_variable(f, s); return;
	case TSQL_S_SELECT: select_statement(f, s); return;
	case TSQL_S_INSERT: insert_statement(f, s); return;
	case TSQL_S_UPDATE: dml_statement(f, s, fold_update); return;
	case TSQL_S_DELETE: dml_statement(f, s, fold_delete); return;
	case TSQL_S_TRUNCATE: dml_statement(f, s, fold_truncate); return;
	case TSQL_S_MERGE: dml_statement(f, s, fold_merge); return;
	case TSQL_S_EXEC: exec_statement(f, s); return;
	case TSQL_S_DROP: drop_statement(f, s); return;
	case TSQL_S_SET_OPTION: set_option(f, s); return;
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
		if (!fold_cursor(f, s))
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
