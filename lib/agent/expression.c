/* Where a column's values come from, in the words of the source. */
#include "agent/agent_int.h"
#include "common/alloc.h"
#include "common/arena.h"
#include "common/jsonl.h"
#include "tsql/ast.h"
#include "tsql/parse.h"

#define MOST 4	      /* expressions of one column */
#define MAX_BYTES 400 /* of one expression */

struct finder {
	const char *src;
	const char *column;
	size_t position; /* of the column in what is returned */
	size_t found;
	struct buf *out;
};

static void put(struct finder *f, const struct tsql_node *h)
{
	size_t len = h->len < MAX_BYTES ? h->len : MAX_BYTES;

	if (!h->len || f->found >= MOST)
		return;
	buf_addf(f->out, "%s `%.*s%s`", f->found++ ? "," : ", in T-SQL",
	    (int)len, f->src + h->off, len < h->len ? " ..." : "");
}

static bool is_name(const struct finder *f, const struct tsql_name *n)
{
	return n->text &&
	    name_same(n->text, n->len, f->column, strlen(f->column));
}

static bool is_column(const struct finder *f, const struct tsql_expr *e)
{
	return e && e->h.kind == TSQL_E_COLUMN && e->nparts &&
	    is_name(f, &e->u.name.part[e->nparts - 1]);
}

/* INSERT names its columns in the order of what it selects. */
static void put_inserted(struct finder *f, const struct tsql_exprs *columns,
    const struct tsql_exprs *values, const struct tsql_query *q)
{
	uint32_t i, k;

	while (q && q->h.kind == TSQL_Q_SETOP)
		q = q->u.set.l;
	for (i = 0; i < columns->n; i++) {
		if (!is_column(f, columns->v[i]))
			continue;
		if (values && i < values->n)
			put(f, &values->v[i]->h);
		if (q && q->h.kind == TSQL_Q_SELECT && i < q->u.select.items.n)
			put(f, &q->u.select.items.v[i]->expr->h);
		for (k = 0; q && q->h.kind == TSQL_Q_VALUES &&
		     k < q->u.values.nrow && k < 1;
		     k++) {
			if (i < q->u.values.row[k].n)
				put(f, &q->u.values.row[k].v[i]->h);
		}
	}
}

static bool enter(void *ctx, const struct tsql_node *h)
{
	struct finder *f = ctx;

	if (h->kind == TSQL_ITEM) {
		const struct tsql_item *i = (const struct tsql_item *)h;

		/* A column handed on under its name says nothing. */
		if (i->expr && is_name(f, &i->alias))
			put(f, &i->expr->h);
	} else if (h->kind == TSQL_ASSIGN) {
		const struct tsql_assign *a = (const struct tsql_assign *)h;

		if (a->value && is_column(f, a->target))
			put(f, &a->value->h);
	} else if (h->kind == TSQL_MERGE_WHEN) {
		const struct tsql_merge_when *w =
		    (const struct tsql_merge_when *)h;

		put_inserted(f, &w->columns, &w->values, NULL);
	} else if (h->kind == TSQL_S_INSERT) {
		const struct tsql_stmt *s = (const struct tsql_stmt *)h;

		put_inserted(f, &s->u.insert.columns, NULL, s->u.insert.query);
	}
	return true;
}

/* The first query whose items have no names of their own: a view's. */
static bool by_position(void *ctx, const struct tsql_node *h)
{
	struct finder *f = ctx;
	const struct tsql_query *q = (const struct tsql_query *)h;

	if (h->kind == TSQL_Q_SELECT && !f->found &&
	    f->position < q->u.select.items.n)
		put(f, &q->u.select.items.v[f->position]->expr->h);
	return h->kind != TSQL_Q_SELECT && !f->found;
}

static void walk(
    struct finder *f, const struct tsql_module *m, tsql_enter_fn *fn)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++) {
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			tsql_walk(&m->batch[i]->stmts.v[k]->h, fn, NULL, f);
	}
}

void agent_put_expression(struct buf *b, struct json_object *record,
    const char *column, size_t position)
{
	const char *sql = agent_sql(record);
	struct finder f = {sql, column, position, 0, b};
	struct tsql_options opt = {.no_go = true};
	struct tsql_module *m;
	struct arena a;

	if (!sql)
		return;
	arena_init(&a);
	m = tsql_parse(&a, sql, strlen(sql), &opt);
	walk(&f, m, enter);
	if (!f.found && js_is(record, "object_kind", "view"))
		walk(&f, m, by_position);
	arena_release(&a);
}
