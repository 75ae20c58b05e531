#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "tsql/parse.h"
#include "tsql/profile_int.h"

static const char *const feature_names[] = {
#define X(name, text) text,
#include "tsql/profile.def"
#undef X
};

static const char *const write_names[] = {
    "insert", "update", "delete", "merge", "truncate", "select_into"};

static const char *const pattern_names[] = {"none", "truncate_insert",
    "select_into", "temp_table_chain", "table_variable", "insert_update",
    "delete_insert", "append", "upsert", "merge", "scd2", "update", "delete",
    "cursor", "loop", "dynamic", "exec_only", "result_set"};

const char *tsql_feature_name(enum tsql_feature f)
{
	return feature_names[f];
}

const char *tsql_write_name(enum tsql_write_verb v)
{
	return write_names[v];
}

const char *tsql_pattern_name(enum tsql_pattern p)
{
	return pattern_names[p];
}

/* ---- expressions, queries, table sources ---- */

static bool word_is(const struct profiler *p, struct tsql_span s, const char *w)
{
	struct tsql_name n = {p->module->src + s.off, s.len, s.off, s.len, 0};

	return tsql_name_is(&n, w);
}

static void on_call(struct profiler *p, const struct tsql_expr *e)
{
	static const char *const aggregates[] = {"sum", "count", "count_big",
	    "avg", "min", "max", "string_agg", "stdev", "stdevp", "var", "varp",
	    "checksum_agg", "approx_count_distinct", "grouping", "grouping_id"};
	static const char *const volatiles[] = {"getdate", "getutcdate",
	    "sysdatetime", "sysutcdatetime", "sysdatetimeoffset",
	    "current_timestamp", "newid", "newsequentialid", "rand",
	    "crypt_gen_random"};
	const struct tsql_call *c = &e->u.call;
	const struct tsql_name *name = &c->part[c->nparts - 1];
	size_t i;

	NOTE(p, CALLS, e->h.off);
	if (c->over)
		NOTE(p, WINDOWS, e->h.off);
	if (c->nparts > 1)
		return;
	for (i = 0; i < ARRAY_SIZE(aggregates) && !c->over; i++) {
		if (tsql_name_is(name, aggregates[i]))
			NOTE(p, AGGREGATIONS, e->h.off);
	}
	for (i = 0; i < ARRAY_SIZE(volatiles); i++) {
		if (tsql_name_is(name, volatiles[i]))
			NOTE(p, NONDETERMINISTIC, e->h.off);
	}
}

static void on_expr(struct profiler *p, const struct tsql_expr *e)
{
	switch (e->h.kind) {
	case TSQL_E_CALL: on_call(p, e); break;
	case TSQL_E_CASE: NOTE(p, CASES, e->h.off); break;
	case TSQL_E_STAR:
		/* count(*) is a star too, but not of a select list */
		break;
	case TSQL_E_SUBQUERY:
	case TSQL_E_EXISTS:
	case TSQL_E_QUANTIFIED: NOTE(p, SUBQUERIES, e->h.off); break;
	case TSQL_E_IN:
		if (e->u.in.query)
			NOTE(p, SUBQUERIES, e->h.off);
		break;
	case TSQL_E_COLLATE: NOTE(p, COLLATES, e->h.off); break;
	case TSQL_E_METHOD: NOTE(p, XML_METHODS, e->h.off); break;
	case TSQL_E_STATIC: NOTE(p, CLR_CALLS, e->h.off); break;
	case TSQL_E_NEXT_VALUE: NOTE(p, SEQUENCES, e->h.off); break;
	case TSQL_E_OPAQUE: NOTE(p, UNPARSED, e->h.off); break;
	default: break;
	}
}

static void on_query(struct profiler *p, const struct tsql_query *q)
{
	uint32_t i;

	if (q->for_clause && q->for_clause->mode >= TSQL_FOR_JSON_AUTO)
		NOTE(p, FOR_JSON, q->for_clause->h.off);
	else if (q->for_clause && q->for_clause->mode >= TSQL_FOR_XML_RAW)
		NOTE(p, FOR_XML, q->for_clause->h.off);
	if (q->h.kind == TSQL_Q_SETOP)
		NOTE(p, SET_OPERATIONS, q->h.off);
	if (q->h.kind != TSQL_Q_SELECT)
		return;
	NOTE(p, SELECTS, q->h.off);
	if (q->u.select.top)
		NOTE(p, TOPS, q->u.select.top->h.off);
	for (i = 0; i < q->u.select.items.n; i++) {
		const struct tsql_item *item = q->u.select.items.v[i];

		if (item->expr && item->expr->h.kind == TSQL_E_STAR)
			NOTE(p, STARS, item->h.off);
	}
	for (i = 0; i < q->u.select.ngroup; i++) {
		if (q->u.select.group[i]->group >= TSQL_GROUP_ROLLUP) {
			NOTE(p, GROUPING_SETS, q->u.select.group[i]->h.off);
			break;
		}
	}
}

static void on_hints(struct profiler *p, const struct tsql_options_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		struct tsql_span name = l->v[i]->name;

		if (word_is(p, name, "nolock") ||
		    word_is(p, name, "readuncommitted"))
			NOTE(p, NOLOCKS, l->v[i]->h.off);
		else
			NOTE(p, HINTS, l->v[i]->h.off);
	}
}

static void on_from(struct profiler *p, const struct tsql_from *f)
{
	on_hints(p, &f->hints);
	switch (f->h.kind) {
	case TSQL_T_NAME:
		if (f->u.name.name->n > 3)
			NOTE(p, LINKED_SERVERS, f->h.off);
		if (f->u.name.sample)
			NOTE(p, TABLE_SAMPLES, f->h.off);
		if (f->u.name.temporal)
			NOTE(p, TIME_TRAVEL, f->h.off);
		break;
	case TSQL_T_DERIVED: NOTE(p, DERIVED_TABLES, f->h.off); break;
	case TSQL_T_JOIN:
		if (f->u.join.join >= TSQL_CROSS_APPLY)
			NOTE(p, APPLIES, f->h.off);
		else
			NOTE(p, JOINS, f->h.off);
		if (f->u.join.join == TSQL_JOIN_LEFT ||
		    f->u.join.join == TSQL_JOIN_RIGHT ||
		    f->u.join.join == TSQL_JOIN_FULL)
			NOTE(p, OUTER_JOINS, f->h.off);
		break;
	case TSQL_T_PIVOT:
	case TSQL_T_UNPIVOT: NOTE(p, PIVOTS, f->h.off); break;
	case TSQL_T_METHOD:
	case TSQL_T_OPENXML: NOTE(p, XML_METHODS, f->h.off); break;
	case TSQL_T_OPENJSON: NOTE(p, OPENJSON, f->h.off); break;
	case TSQL_T_OPENQUERY: NOTE(p, LINKED_SERVERS, f->h.off); break;
	case TSQL_T_OPENROWSET:
	case TSQL_T_OPENDATASOURCE: NOTE(p, EXTERNAL_ROWSETS, f->h.off); break;
	case TSQL_T_OPAQUE: NOTE(p, UNPARSED, f->h.off); break;
	default: break;
	}
}

struct cte_search {
	const struct tsql_cte *cte;
	bool found;
};

static bool look_for_cte(void *ctx, const struct tsql_node *n)
{
	struct cte_search *s = ctx;

	if (n->kind == TSQL_T_NAME) {
		const struct tsql_objname *name =
		    ((const struct tsql_from *)(const void *)n)->u.name.name;

		if (name->n == 1 && name->part[0].len == s->cte->name.len &&
		    memcmp(name->part[0].text, s->cte->name.text,
			s->cte->name.len) == 0)
			s->found = true;
	}
	return !s->found;
}

static void on_cte(struct profiler *p, const struct tsql_cte *cte)
{
	struct cte_search s = {cte, false};

	NOTE(p, CTES, cte->h.off);
	if (!cte->query || cte->query->h.kind != TSQL_Q_SETOP)
		return;
	tsql_walk(&cte->query->h, look_for_cte, NULL, &s);
	if (s.found)
		NOTE(p, RECURSIVE_CTES, cte->h.off);
}

static bool count_node(void *ctx, const struct tsql_node *n)
{
	struct profiler *p = ctx;
	const void *node = n;

	if (n->kind >= TSQL_E_NULL && n->kind <= TSQL_E_OPAQUE)
		on_expr(p, node);
	else if (n->kind >= TSQL_Q_SELECT && n->kind <= TSQL_Q_VALUES)
		on_query(p, node);
	else if (n->kind >= TSQL_T_NAME && n->kind <= TSQL_T_OPAQUE)
		on_from(p, node);
	else if (n->kind == TSQL_CTE)
		on_cte(p, node);
	else if (n->kind == TSQL_OUTPUT)
		NOTE(p, OUTPUTS, n->off);
	return true;
}

static void count_below(struct profiler *p, const struct tsql_node *n)
{
	if (n)
		tsql_walk(n, count_node, NULL, p);
}

/* ---- statements ---- */

static void on_exec(struct profiler *p, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;

	if (x->text || x->variable.text) {
		NOTE(p, DYNAMIC_SQL, s->h.off);
	} else if (x->name &&
	    tsql_name_is(last_part(x->name), "sp_executesql")) {
		NOTE(p, DYNAMIC_SQL, s->h.off);
	} else {
		NOTE(p, EXECS, s->h.off);
	}
	if (x->at || (x->name && x->name->n > 3))
		NOTE(p, LINKED_SERVERS, s->h.off);
}

static void on_table_name(struct profiler *p, const struct tsql_stmt *s)
{
	const struct tsql_name *n = last_part(s->u.table.name);

	if (!is_temp(n)) {
		NOTE(p, DDL, s->h.off);
		return;
	}
	NOTE(p, TEMP_TABLES, s->h.off);
	if (n->len > 1 && n->text[1] == '#')
		NOTE(p, GLOBAL_TEMP_TABLES, s->h.off);
}

static void on_declare(struct profiler *p, const struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.declare.n; i++) {
		if (s->u.declare.v[i]->table)
			NOTE(p, TABLE_VARIABLES, s->u.declare.v[i]->h.off);
	}
}

static void visit(struct profiler *p, const struct tsql_stmt *s);

static void visit_all(struct profiler *p, const struct tsql_stmts *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		visit(p, l->v[i]);
}

/* The statements inside, with the place they stand in. */
static void visit_in(
    struct profiler *p, const struct tsql_stmts *l, struct place inside)
{
	struct place outside = p->place;

	inside.depth = outside.depth + 1;
	p->place = inside;
	if (inside.depth > p->out->depth)
		p->out->depth = inside.depth;
	visit_all(p, l);
	p->place = outside;
}

static void visit_one(
    struct profiler *p, const struct tsql_stmt *s, struct place inside)
{
	struct tsql_stmt *v = (struct tsql_stmt *)s;
	struct tsql_stmts l = {&v, 1};

	if (s)
		visit_in(p, &l, inside);
}

/* A chain of ELSE IF may be as long as the source: no recursion along it. */
static void visit_if(struct profiler *p, const struct tsql_stmt *s)
{
	struct place inside = p->place;

	inside.in_branch = true;
	while (s) {
		NOTE(p, BRANCHES, s->h.off);
		count_below(p, &s->u.if_.cond->h);
		visit_one(p, s->u.if_.then, inside);
		s = s->u.if_.otherwise;
		if (!s || s->h.kind != TSQL_S_IF)
			break;
		NOTE(p, STATEMENTS, s->h.off);
	}
	visit_one(p, s, inside);
}

static void visit_while(struct profiler *p, const struct tsql_stmt *s)
{
	struct place inside = p->place;

	NOTE(p, LOOPS, s->h.off);
	count_below(p, &s->u.while_.cond->h);
	inside.in_loop = true;
	visit_one(p, s->u.while_.body, inside);
}

static void visit_try(struct profiler *p, const struct tsql_stmt *s)
{
	struct place handler = p->place;

	NOTE(p, TRY_BLOCKS, s->h.off);
	visit_in(p, &s->u.try_.body, p->place);
	handler.in_handler = true;
	visit_in(p, &s->u.try_.handler, handler);
}

/* What is counted by the statement's kind alone. */
static void note_kind(struct profiler *p, const struct tsql_stmt *s)
{
	uint32_t off = s->h.off;

	switch (s->h.kind) {
	case TSQL_S_OPAQUE: NOTE(p, UNPARSED, off); break;
	case TSQL_S_BULK_INSERT:
	case TSQL_S_COPY_INTO: NOTE(p, BULK_LOADS, off); break;
	case TSQL_S_DECLARE_CURSOR: NOTE(p, CURSORS, off); break;
	case TSQL_S_SET_VAR:
		if (s->u.set_var.cursor)
			NOTE(p, CURSORS, off);
		break;
	case TSQL_S_GOTO: NOTE(p, GOTOS, off); break;
	case TSQL_S_WAITFOR: NOTE(p, WAITS, off); break;
	case TSQL_S_PRINT:
	case TSQL_S_RAISERROR:
	case TSQL_S_THROW: NOTE(p, MESSAGES, off); break;
	case TSQL_S_TRAN: NOTE(p, TRANSACTIONS, off); break;
	case TSQL_S_GRANT:
	case TSQL_S_AUTHORIZATION:
	case TSQL_S_SECURITY_POLICY: NOTE(p, SECURITY, off); break;
	case TSQL_S_TRANSFER:
	case TSQL_S_ENABLE_TRIGGER:
	case TSQL_S_OBJECT:
	case TSQL_S_COMMAND: NOTE(p, OTHER_STATEMENTS, off); break;
	default:
		if (s->h.kind > TSQL_S_CREATE_TABLE &&
		    s->h.kind < TSQL_S_GRANT && s->h.kind != TSQL_S_DROP)
			NOTE(p, DDL, off);
		break;
	}
}

static void visit(struct profiler *p, const struct tsql_stmt *s)
{
	NOTE(p, STATEMENTS, s->h.off);
	switch (s->h.kind) {
	case TSQL_S_IF: visit_if(p, s); return;
	case TSQL_S_WHILE: visit_while(p, s); return;
	case TSQL_S_TRY: visit_try(p, s); return;
	case TSQL_S_BLOCK: visit_in(p, &s->u.block.body, p->place); return;
	case TSQL_S_INSERT: profile_insert(p, s); break;
	case TSQL_S_UPDATE: profile_update(p, s); break;
	case TSQL_S_DELETE: profile_delete(p, s); break;
	case TSQL_S_MERGE: profile_merge(p, s); break;
	case TSQL_S_TRUNCATE: profile_truncate(p, s); break;
	case TSQL_S_SELECT: profile_select(p, s); break;
	case TSQL_S_EXEC: on_exec(p, s); break;
	case TSQL_S_CREATE_TABLE: on_table_name(p, s); break;
	case TSQL_S_DECLARE: on_declare(p, s); break;
	default: note_kind(p, s); break;
	}
	count_below(p, &s->h);
}

/* A module is the statements of its body; anything else counts itself. */
static void visit_top(struct profiler *p, const struct tsql_stmt *s)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_VIEW:
		NOTE(p, STATEMENTS, s->h.off);
		if (s->u.view.query)
			count_below(p, &s->u.view.query->h);
		break;
	case TSQL_S_CREATE_PROCEDURE: visit_all(p, &s->u.procedure.body); break;
	case TSQL_S_CREATE_TRIGGER: visit_all(p, &s->u.trigger.body); break;
	case TSQL_S_CREATE_FUNCTION:
		if (s->u.function.query) {
			NOTE(p, STATEMENTS, s->h.off);
			count_below(p, &s->u.function.query->h);
		}
		visit_all(p, &s->u.function.body);
		break;
	default: visit(p, s); break;
	}
}

void tsql_profile_module(
    struct arena *arena, const struct tsql_module *m, struct tsql_profile *out)
{
	struct profiler p = {arena, m, out, {0, false, false, false}};
	uint32_t i, k;

	memset(out, 0, sizeof(*out));
	out->count[TSQL_FEATURE_LINES] = m->nline;
	for (i = 0; i < m->nbatch; i++) {
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			visit_top(&p, m->batch[i]->stmts.v[k]);
	}
	out->pattern = tsql_profile_pattern_of(out, NULL, NULL);
}
