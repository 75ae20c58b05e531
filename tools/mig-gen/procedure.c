/* A procedure's model: its statements folded into one query. */
#include <string.h>

#include "common/map.h"
#include "gen.h"
#include "query.h"
#include "tsql/bind.h"
#include "tsql/fold.h"
#include "tsql/parse.h"

/* "S_INSERT" -> "insert". */
static const char *kind_word(struct work *w, const char *kind)
{
	char *word = arena_strdup(w->arena, kind);

	if (!strncmp(word, "S_", 2))
		word += 2;
	for (char *p = word; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return word;
}

static void ledger(struct work *w, const struct fold *fold)
{
	for (size_t i = 0; i < fold->nledger; i++) {
		const struct fold_entry *e = &fold->ledger[i];
		struct ledger_entry to = {(int)e->number, kind_word(w, e->kind),
		    e->to, e->target, e->reason, e->line, e->column,
		    e->end_line};

		work_ledger(w, &to);
	}
}

/* The table that the record's model is, or the result set. */
static const struct fold_target *target_of(
    struct work *w, const struct fold *fold)
{
	const char *want = js_str(w->rec, "target");

	for (size_t i = 0; i < fold->ntarget; i++) {
		const struct fold_target *t = &fold->target[i];

		if (want ? name_eq(t->id, want) ||
			    name_eq(t->id, work_local(w, want))
			 : t->result_set)
			return t;
	}
	return NULL;
}

/* The one query of the folded procedure. */
static struct tsql_query *folded_query(const struct tsql_module *m)
{
	const struct tsql_stmt *s =
	    m->nbatch && m->batch[0]->stmts.n ? m->batch[0]->stmts.v[0] : NULL;

	if (!s || s->h.kind != TSQL_S_CREATE_PROCEDURE ||
	    s->u.procedure.body.n != 1)
		return NULL;
	s = s->u.procedure.body.v[0];
	return s->h.kind == TSQL_S_SELECT ? s->u.select : NULL;
}

static bool emit_target(struct work *w, struct query *q,
    const struct fold_target *t, struct buf *sql, struct buf *unit_tests)
{
	struct tsql_bind_options bind = {.catalog = q->catalog,
	    .findings = &w->findings,
	    .quiet_unknown = true};

	query_text(w, q, t->sql);
	tsql_bind_module(w->arena, q->module, &bind);
	q->query = folded_query(q->module);
	if (!q->query) {
		findings_add(&w->findings, FINDING_NO_QUERY, q->first_line, 1,
		    "%s", t->id);
		return false;
	}
	q->made = true;
	q->reads_itself = t->reads_previous;
	/* The query gives the whole table, also what stays as it was: no
	 * strategy adds rows to it. */
	if (t->reads_previous)
		js_set_str(w->rec, "materialized", "table");
	if (t->claim == FOLD_DIFFERS)
		work_claim(w, CLAIM_DIFFERS);
	query_emit(w, q);
	return query_finish(w, q, sql, unit_tests);
}

bool procedure_sql(struct work *w, struct buf *sql, struct buf *unit_tests)
{
	const struct fold_target *t;
	const struct fold *fold;
	struct query q;
	bool ok = false;

	query_open(w, &q);
	tsql_bind_module(w->arena, q.module,
	    &(struct tsql_bind_options){
		.catalog = q.catalog, .findings = &w->findings});
	fold = tsql_fold(w->arena, q.module, q.catalog, &w->findings);
	ledger(w, fold);
	t = target_of(w, fold);
	if (t && t->sql && t->claim != FOLD_MANUAL)
		ok = emit_target(w, &q, t, sql, unit_tests);
	else
		findings_add(&w->findings, FINDING_PROCEDURE_NOT_FOLDED,
		    q.first_line, 1, "%s", js_str_or(w->rec, "object", ""));
	query_close(&q);
	return ok;
}
