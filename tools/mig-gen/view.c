/* A view's model. */
#include <string.h>

#include "gen.h"
#include "query.h"
#include "tsql/bind.h"
#include "tsql/parse.h"

static struct tsql_stmt *create_view(const struct tsql_module *m)
{
	for (uint32_t i = 0; i < m->nbatch; i++)
		for (uint32_t j = 0; j < m->batch[i]->stmts.n; j++)
			if (m->batch[i]->stmts.v[j]->h.kind ==
			    TSQL_S_CREATE_VIEW)
				return m->batch[i]->stmts.v[j];
	return NULL;
}

static void ledger(
    struct work *w, const struct query *q, const struct tsql_stmt *s)
{
	struct tsql_pos from = tsql_line_col(q->module, s->h.off);
	struct tsql_pos to = tsql_line_col(q->module, s->h.off + s->h.len);
	bool manual = w->claim == CLAIM_MANUAL;
	struct ledger_entry e = {1, "create_view", manual ? "manual" : "model",
	    js_str(w->rec, "path"), manual ? "see the findings" : NULL,
	    from.line, from.column, to.line};

	work_ledger(w, &e);
	if (s->u.view.check_option) {
		e.kind = "with_check_option";
		e.to = "left_out";
		e.target = NULL;
		e.reason = "a model is not written through";
		work_ledger(w, &e);
	}
}

bool view_sql(struct work *w, struct buf *sql, struct buf *unit_tests)
{
	struct tsql_stmt *s;
	struct query q;
	bool ok = false;

	query_open(w, &q);
	s = create_view(q.module);
	if (s && s->u.view.query) {
		struct tsql_bind_options bind = {.catalog = q.catalog,
		    .findings = &w->findings,
		    .src = q.src,
		    .src_len = q.len,
		    .first_line = q.first_line};

		q.query = s->u.view.query;
		q.columns = &s->u.view.columns;
		tsql_bind_query(w->arena, q.query, &bind);
		query_emit(w, &q);
		ok = query_finish(w, &q, sql, unit_tests);
		ledger(w, &q, s);
	} else {
		findings_add(&w->findings, FINDING_NO_QUERY, q.first_line, 1,
		    "%s", js_str_or(w->rec, "object", ""));
	}
	query_close(&q);
	return ok;
}
