/* Column lineage of small scripts. */
#include "common/arena.h"
#include "common/buf.h"
#include "tsql/lineage.h"
#include "tsql/parse.h"

#include "test.h"

static const char schema[] =
    "CREATE TABLE dbo.s (id int, a int, b int, k varchar(9));\n"
    "GO\n"
    "CREATE TABLE dbo.t (id int, x int, y int);\n"
    "GO\n"
    "CREATE FUNCTION dbo.tf(@n int) RETURNS TABLE AS RETURN (SELECT id, a "
    "FROM dbo.s WHERE b = @n);\n"
    "GO\n"
    "CREATE FUNCTION dbo.sf(@n int) RETURNS int AS BEGIN DECLARE @r int; "
    "SELECT @r = MAX(a) FROM dbo.s WHERE id = @n; RETURN @r END\n"
    "GO\n"
    "CREATE PROCEDURE dbo.gives AS SELECT id, a, b + 1 FROM dbo.s\n"
    "GO\n"
    "CREATE PROCEDURE dbo.fills AS INSERT #c SELECT a FROM dbo.s\n"
    "GO\n"
    "CREATE PROCEDURE dbo.takes @p int, @q int = 0 AS INSERT dbo.t (x, y) "
    "VALUES (@p, @q); INSERT dbo.t (id) SELECT id FROM dbo.s\n"
    "GO\n"
    "CREATE PROCEDURE dbo.outs @o int OUTPUT AS SELECT @o = b FROM dbo.s\n"
    "GO\n"
    "CREATE TYPE dbo.tt AS TABLE (n int)\n"
    "GO\n"
    "CREATE PROCEDURE dbo.tvp @r dbo.tt READONLY AS INSERT dbo.t (x) SELECT "
    "n FROM @r\n"
    "GO\n"
    "CREATE SYNONYM dbo.far FOR [other].[dbo].[thing]\n";

static void add_how(struct buf *b, uint16_t how)
{
	unsigned bit;
	char sep = ' ';

	for (bit = 0; bit < TSQL_LIN_KINDS; bit++) {
		if (!(how >> bit & 1))
			continue;
		buf_addf(b, "%c%s", sep, tsql_lineage_name(bit));
		sep = '+';
	}
}

/* "target.column source.column how" of each edge of dbo.t and dbo.v, the
 * rows' edges (column *) only when asked for. */
static void lineage(const char *src, const char *expected)
{
	struct tsql_catalog *cat = tsql_catalog_new();
	struct tsql_bind_options opt = {.catalog = cat};
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct tsql_lineage *l;
	struct tsql_module *m;
	bool rows = strchr(expected, '*') != NULL;
	uint32_t i;

	tsql_catalog_add_module(
	    cat, tsql_parse(&a, schema, strlen(schema), NULL));
	m = tsql_parse(&a, src, strlen(src), NULL);
	tsql_bind_module(&a, m, &opt);
	l = tsql_lineage_of(&a, m, NULL, &opt);
	for (i = 0; i < l->n; i++) {
		if (!l->v[i].column && !rows)
			continue;
		buf_addf(&b, "%s%s.%s %s.%s", b.len ? "; " : "",
		    l->v[i].target + 4, l->v[i].column ? l->v[i].column : "*",
		    l->v[i].source + 4, l->v[i].source_column);
		add_how(&b, l->v[i].how);
	}
	test_str(buf_str(&b), expected, src);
	buf_release(&b);
	arena_release(&a);
	tsql_catalog_free(cat);
}

static void test_views(void)
{
	lineage("CREATE VIEW dbo.v AS SELECT id, a + b AS x FROM dbo.s",
	    "v.id s.id IDENTITY; v.x s.b TRANSFORMATION; v.x s.a "
	    "TRANSFORMATION");
	lineage("CREATE VIEW dbo.v (p) AS SELECT id FROM dbo.s WHERE k = 'x'",
	    "v.p s.id IDENTITY; v.* s.k FILTER");
	lineage("CREATE VIEW dbo.v AS SELECT q.n FROM (SELECT a AS n FROM "
		"dbo.s) q",
	    "v.n s.a IDENTITY");
	lineage("CREATE VIEW dbo.v AS WITH c AS (SELECT a AS n FROM dbo.s) "
		"SELECT n * 2 AS m FROM c",
	    "v.m s.a TRANSFORMATION");
	lineage("CREATE VIEW dbo.v AS SELECT a AS u FROM dbo.s UNION ALL "
		"SELECT x FROM dbo.t",
	    "v.u s.a IDENTITY; v.u t.x IDENTITY");
	lineage("CREATE VIEW dbo.v AS SELECT SUM(a) AS n FROM dbo.s GROUP BY "
		"k",
	    "v.n s.a AGGREGATION; v.* s.k GROUP_BY");
	lineage("CREATE VIEW dbo.v AS SELECT CASE WHEN a > 1 THEN b END AS n "
		"FROM dbo.s",
	    "v.n s.a CONDITIONAL; v.n s.b TRANSFORMATION");
	lineage("CREATE VIEW dbo.v AS SELECT ROW_NUMBER() OVER (PARTITION BY "
		"a ORDER BY b) AS n FROM dbo.s",
	    "v.n s.a WINDOW; v.n s.b WINDOW");
	lineage("CREATE VIEW dbo.v AS SELECT (SELECT MAX(x) FROM dbo.t WHERE "
		"t.id = s.id) AS n FROM dbo.s",
	    "v.n t.x AGGREGATION; v.n s.id FILTER; v.n t.id FILTER");
	lineage("CREATE VIEW dbo.v AS SELECT s.a FROM dbo.s JOIN dbo.t ON t.id "
		"= s.id",
	    "v.a s.a IDENTITY; v.* s.id JOIN; v.* t.id JOIN");
	lineage("CREATE VIEW dbo.v AS SELECT TOP 3 a FROM dbo.s ORDER BY b",
	    "v.a s.a IDENTITY; v.* s.b SORT");
	lineage("CREATE VIEW dbo.v AS SELECT q.a FROM dbo.t CROSS APPLY "
		"dbo.tf(t.x) q",
	    "v.a tf.a IDENTITY; v.a t.x FILTER");
	lineage("CREATE VIEW dbo.v AS WITH r AS (SELECT a AS n, b AS m FROM "
		"dbo.s UNION ALL SELECT n + x, m FROM r JOIN dbo.t ON t.id = "
		"n) SELECT n FROM r",
	    "v.n s.a IDENTITY+TRANSFORMATION; v.n t.x TRANSFORMATION");
	lineage("CREATE VIEW dbo.v AS SELECT * FROM (SELECT id, k, a FROM "
		"dbo.s) q PIVOT (SUM(a) FOR k IN ([p])) z",
	    "v.id s.id IDENTITY; v.p s.k CONDITIONAL; v.p s.a AGGREGATION");
	lineage("CREATE VIEW dbo.v AS SELECT * FROM (SELECT id, b, k, a FROM "
		"dbo.s) q PIVOT (SUM(a) FOR k IN ([p])) z",
	    "v.id s.id IDENTITY; v.b s.b IDENTITY; v.p s.k CONDITIONAL; v.p "
	    "s.a AGGREGATION; v.* s.id GROUP_BY; v.* s.b GROUP_BY");
	lineage("CREATE FUNCTION dbo.v(@n int) RETURNS int AS BEGIN IF @n > 1 "
		"RETURN (SELECT MAX(a) FROM dbo.s WHERE id = @n) RETURN "
		"dbo.sf(@n) END",
	    "v.@RETURN_VALUE s.a AGGREGATION; v.@RETURN_VALUE s.id FILTER");
	lineage("CREATE VIEW dbo.v AS SELECT id, val FROM dbo.s UNPIVOT (val "
		"FOR nm IN (a, b)) z",
	    "v.id s.id IDENTITY; v.val s.a IDENTITY; v.val s.b IDENTITY");
}

static void test_dml(void)
{
	lineage("INSERT INTO dbo.t (y, id) SELECT a, id FROM dbo.s",
	    "t.y s.a IDENTITY; t.id s.id IDENTITY");
	lineage("INSERT dbo.t SELECT id, a, b FROM dbo.s",
	    "t.id s.id IDENTITY; t.x s.a IDENTITY; t.y s.b IDENTITY");
	lineage("UPDATE z SET x = s.a, y += s.b FROM dbo.t z JOIN dbo.s s ON "
		"s.id = z.id",
	    "t.x s.a IDENTITY; t.x t.id JOIN; t.x s.id JOIN; t.y s.b "
	    "TRANSFORMATION; t.y t.y TRANSFORMATION; t.y t.id JOIN; t.y s.id "
	    "JOIN");
	lineage("MERGE dbo.t AS z USING dbo.s AS s ON s.id = z.id WHEN "
		"MATCHED THEN UPDATE SET x = s.a WHEN NOT MATCHED THEN INSERT"
		" (id, x) VALUES (s.id, s.b);",
	    "t.x s.a IDENTITY; t.x s.b IDENTITY; t.id s.id IDENTITY");
	lineage("SELECT a AS q, b INTO #x FROM dbo.s; INSERT dbo.t (x) SELECT"
		" q FROM #x",
	    "t.x s.a IDENTITY");
	lineage("DECLARE @n int; SELECT @n = MAX(a) FROM dbo.s; INSERT dbo.t "
		"(x) VALUES (@n)",
	    "t.x s.a AGGREGATION");
	lineage("DECLARE @v TABLE (p int); INSERT @v SELECT a FROM dbo.s; "
		"INSERT dbo.t (x) SELECT p FROM @v",
	    "t.x s.a IDENTITY");
	lineage("DECLARE c CURSOR FOR SELECT a FROM dbo.s; DECLARE @q int; "
		"FETCH NEXT FROM c INTO @q; INSERT dbo.t (x) VALUES (@q)",
	    "t.x s.a IDENTITY");
	lineage("EXEC ('INSERT dbo.t (x) SELECT a FROM dbo.s')",
	    "t.x s.a IDENTITY");
	lineage("WITH c AS (SELECT * FROM dbo.t) UPDATE c SET x = y",
	    "t.x t.y IDENTITY");
	lineage("INSERT dbo.t (x) OUTPUT inserted.x INTO dbo.t (y) SELECT a "
		"FROM dbo.s",
	    "t.x s.a IDENTITY; t.y t.x IDENTITY");
	lineage("SELECT k, a INTO dbo.v FROM dbo.s",
	    "v.k s.k IDENTITY; v.a s.a IDENTITY");
}

static void test_loops(void)
{
	struct buf b = BUF_INIT;
	int i;

	lineage("DECLARE @i int, @j int; WHILE 1 = 1 BEGIN INSERT dbo.t (x) "
		"VALUES (@j); SELECT @j = a FROM dbo.s END",
	    "t.x s.a IDENTITY");
	lineage("CREATE TABLE #d (z int); WHILE 1 = 1 BEGIN INSERT dbo.t (x) "
		"SELECT z FROM #d; INSERT #d SELECT a FROM dbo.s END",
	    "t.x s.a IDENTITY");
	lineage("DECLARE @i int; WHILE 1 = 1 BEGIN EXEC sp_executesql "
		"N'INSERT dbo.t (x) VALUES (@n)', N'@n int', @n = @i; "
		"SELECT @i = a FROM dbo.s END",
	    "t.x s.a IDENTITY");
	/* each turn of a loop twice would never end */
	for (i = 0; i < 60; i++)
		buf_adds(&b, "WHILE 1 = 1 ");
	buf_adds(&b, "INSERT dbo.t (x) SELECT a FROM dbo.s");
	lineage(buf_str(&b), "t.x s.a IDENTITY");
	buf_release(&b);
}

static void test_set_operations(void)
{
	lineage("CREATE VIEW dbo.v AS SELECT a AS u FROM dbo.s EXCEPT SELECT x "
		"FROM dbo.t",
	    "v.u s.a IDENTITY; v.* t.x FILTER");
	lineage("WITH c AS (SELECT t.x, s.a FROM dbo.t JOIN dbo.s ON s.id = "
		"t.id) UPDATE c SET x = a",
	    "t.x s.a IDENTITY; t.x t.id JOIN; t.x s.id JOIN");
	lineage("DELETE dbo.t OUTPUT deleted.x INTO dbo.t (y) WHERE id = 1",
	    "t.* t.id FILTER; t.y t.x IDENTITY");
}

static void test_calls(void)
{
	lineage("CREATE VIEW dbo.v AS SELECT dbo.sf(b) AS n FROM dbo.s",
	    "v.n s.b TRANSFORMATION; v.n s.a AGGREGATION; v.n s.id FILTER");
	lineage("CREATE PROCEDURE dbo.v AS SELECT id, b + 1 FROM dbo.s",
	    "v.id s.id IDENTITY; v.column2 s.b TRANSFORMATION");
	lineage("INSERT dbo.t (id, x, y) EXEC dbo.gives",
	    "t.id gives.id IDENTITY; t.x gives.a IDENTITY; t.y gives.column3 "
	    "IDENTITY");
	lineage("INSERT dbo.t (x) EXEC ('SELECT a FROM dbo.s WHERE k = 1')",
	    "t.x s.a IDENTITY; t.* s.k FILTER");
	lineage("CREATE TABLE #c (z int); EXEC dbo.fills; INSERT dbo.t (x) "
		"SELECT z FROM #c",
	    "t.x s.a IDENTITY");
	/* only what the arguments bring; the rest is its own */
	lineage("DECLARE @i int; SELECT @i = b FROM dbo.s; EXEC dbo.takes "
		"@q = @i, @p = 3",
	    "t.y s.b IDENTITY");
	lineage("DECLARE @i int; EXEC dbo.outs @i OUTPUT; INSERT dbo.t (x) "
		"VALUES (@i)",
	    "t.x s.b IDENTITY");
	lineage("DECLARE @r dbo.tt; INSERT @r SELECT a FROM dbo.s; EXEC "
		"dbo.tvp @r",
	    "t.x s.a IDENTITY");
	lineage("DECLARE @m int; EXEC sp_executesql N'SELECT @o = MAX(a) FROM "
		"dbo.s', N'@o int OUTPUT', @o = @m OUTPUT; INSERT dbo.t (x) "
		"VALUES (@m)",
	    "t.x s.a AGGREGATION");
	lineage("CREATE TABLE #d (z int); EXEC ('INSERT #d SELECT a FROM "
		"dbo.s'); INSERT dbo.t (x) SELECT z FROM #d",
	    "t.x s.a IDENTITY");
	lineage("CREATE VIEW dbo.v AS SELECT f.k FROM dbo.far f",
	    "v.k r.dbo.thing.k IDENTITY");
}

/* The arena's bytes for the lineage of a caller of a long procedure. */
static size_t cost(const struct buf *procedure, int calls)
{
	struct tsql_catalog *cat = tsql_catalog_new();
	struct tsql_bind_options opt = {.catalog = cat};
	struct arena a = ARENA_INIT;
	struct buf caller = BUF_INIT;
	struct tsql_module *m;
	size_t used;

	tsql_catalog_add_module(
	    cat, tsql_parse(&a, procedure->s, procedure->len, NULL));
	while (calls--)
		buf_adds(&caller, "EXEC dbo.p ");
	m = tsql_parse(&a, caller.s, caller.len, NULL);
	tsql_bind_module(&a, m, &opt);
	used = a.used;
	tsql_lineage_of(&a, m, NULL, &opt);
	used = a.used - used;
	buf_release(&caller);
	arena_release(&a);
	tsql_catalog_free(cat);
	return used;
}

static void test_cost(void)
{
	struct buf b = BUF_INIT;
	int i;

	buf_adds(&b, "CREATE PROCEDURE dbo.p AS ");
	for (i = 0; i < 200; i++)
		buf_adds(&b, "UPDATE dbo.s SET a = b WHERE id = 1; ");
	test_ok(cost(&b, 400) < 3 * cost(&b, 1),
	    "a procedure is parsed once, not at each call");
	buf_release(&b);
}

int main(void)
{
	test_views();
	test_dml();
	test_loops();
	test_set_operations();
	test_calls();
	test_cost();
	return test_done();
}
