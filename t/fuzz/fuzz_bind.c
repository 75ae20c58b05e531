/* The binder, dependencies and lineage: any tree, never a missing type. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/finding.h"
#include "tsql/deps.h"
#include "tsql/lineage.h"
#include "tsql/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] =
    "CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, a varchar(10), b "
    "nvarchar(20) COLLATE Latin1_General_CS_AS, d decimal(9, 2), m money, c "
    "AS (d * 2), dt datetime, x xml)\nGO\n"
    "CREATE VIEW dbo.v AS SELECT * FROM dbo.t\nGO\n"
    "CREATE SYNONYM dbo.s FOR dbo.t\nGO\n"
    "CREATE FUNCTION dbo.f(@p int) RETURNS TABLE AS RETURN (SELECT id FROM "
    "dbo.v WHERE id = @p)\n";

/* Below a SELECT list and WHERE every value has a type. */
static void check_query(const struct tsql_query *q)
{
	uint32_t i;

	if (q->h.kind != TSQL_Q_SELECT || !tsql_scope(q))
		return;
	if (q->u.select.where && !q->u.select.where->type)
		abort();
	for (i = 0; i < q->u.select.items.n; i++)
		if (q->u.select.items.v[i]->expr &&
		    !q->u.select.items.v[i]->expr->type)
			abort();
	for (i = 0; i < tsql_query_row(q)->n; i++)
		if (!tsql_query_row(q)->v[i].type ||
		    !tsql_query_row(q)->v[i].name)
			abort();
}

static bool enter(void *ctx, const struct tsql_node *n)
{
	(void)ctx;
	if (n->kind >= TSQL_Q_SELECT && n->kind <= TSQL_Q_VALUES)
		check_query((const struct tsql_query *)n);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct tsql_catalog *c = tsql_catalog_new();
	struct tsql_bind_options opt = {.catalog = c, .findings = &f};
	const char *src = (const char *)data;
	struct tsql_module *m;
	struct tsql_query *q;
	struct tsql_expr *e;
	uint32_t i, k;

	tsql_catalog_add_module(
	    c, tsql_parse(&a, schema, strlen(schema), NULL));
	m = tsql_parse(&a, src, size, NULL);
	if (size & 1)
		tsql_catalog_add_module(c, m);
	tsql_bind_module(&a, m, &opt);
	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			tsql_walk(
			    &m->batch[i]->stmts.v[k]->h, enter, NULL, NULL);
	tsql_deps_of(&a, m, NULL, &opt);
	tsql_lineage_of(&a, m, NULL, &opt);
	opt.src = src;
	opt.src_len = size;
	q = tsql_parse_query(&a, src, size, NULL);
	if (q)
		tsql_bind_query(&a, q, &opt);
	e = tsql_parse_expr(&a, src, size, NULL);
	if (e)
		tsql_bind_expr(
		    &a, e, tsql_catalog_find(c, NULL, "dbo", "t"), &opt);
	for (i = 0; i < c->objects.nr; i++)
		if (c->objects.items[i].value)
			tsql_object_row(c, c->objects.items[i].value);
	tsql_catalog_free(c);
	findings_release(&f);
	arena_release(&a);
	return 0;
}
