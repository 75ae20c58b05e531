/* Names, types, dependencies of small scripts, one fact a test. */
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "common/jsonl.h"
#include "tsql/deps.h"
#include "tsql/parse.h"

#include "test.h"

static const char schema[] =
    "CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, a varchar(10) NULL,"
    " b nvarchar(20) COLLATE Latin1_General_CS_AS NULL, d decimal(9,2) NOT "
    "NULL, m money NULL, c AS (d * 2) PERSISTED, dt datetime NULL);\n"
    "GO\n"
    "CREATE TABLE dbo.u (id int NOT NULL, q smallint NULL, x xml NULL);\n"
    "GO\n"
    "CREATE TYPE dbo.Flag FROM char(1) NOT NULL;\n"
    "GO\n"
    "CREATE TYPE dbo.Ids AS TABLE (id int NOT NULL);\n"
    "GO\n"
    "CREATE SYNONYM dbo.s FOR dbo.t;\n"
    "GO\n"
    "CREATE VIEW dbo.v AS SELECT id, a + '!' AS aa FROM dbo.t;\n"
    "GO\n"
    "CREATE FUNCTION dbo.f(@x int) RETURNS bigint AS BEGIN RETURN @x END;\n"
    "GO\n"
    "CREATE FUNCTION dbo.tf(@x int) RETURNS TABLE AS RETURN (SELECT id, @x "
    "AS y FROM dbo.t WHERE id = @x);\n"
    "GO\n"
    "CREATE SEQUENCE dbo.seq AS smallint;\n"
    "GO\n"
    "CREATE PROCEDURE dbo.p @n int AS SELECT 1;\n";

struct bound {
	struct arena a;
	struct tsql_catalog *cat;
	struct tsql_module *m;
	struct findings found;
	struct tsql_bind_options opt;
};

static void bind(struct bound *b, const char *src)
{
	memset(b, 0, sizeof(*b));
	b->cat = tsql_catalog_new();
	tsql_catalog_add_module(
	    b->cat, tsql_parse(&b->a, schema, strlen(schema), NULL));
	b->m = tsql_parse(&b->a, src, strlen(src), NULL);
	b->opt.catalog = b->cat;
	b->opt.findings = &b->found;
	tsql_bind_module(&b->a, b->m, &b->opt);
}

static void unbind(struct bound *b)
{
	findings_release(&b->found);
	tsql_catalog_free(b->cat);
	arena_release(&b->a);
}

static struct tsql_query *last_query(struct bound *b)
{
	struct tsql_batch *batch = b->m->batch[b->m->nbatch - 1];
	struct tsql_stmt *s = batch->stmts.v[batch->stmts.n - 1];

	return s->h.kind == TSQL_S_SELECT ? s->u.select : NULL;
}

/* "name type [null]" of the last SELECT's columns. */
static void shape(const char *src, const char *expected)
{
	struct bound b;
	struct buf text = BUF_INIT;
	const struct tsql_row *r;
	uint32_t i;

	bind(&b, src);
	r = tsql_query_row(last_query(&b));
	for (i = 0; i < r->n; i++) {
		buf_addf(&text, "%s%.*s ", i ? ", " : "", (int)r->v[i].len,
		    r->v[i].name);
		tsql_type_print(r->v[i].type, &text);
		buf_adds(&text, r->v[i].type->nullable ? " null" : "");
	}
	test_str(buf_str(&text), expected, src);
	for (i = 0; i < b.found.nr; i++)
		printf("# %s\n", finding_id(b.found.items[i].code));
	buf_release(&text);
	unbind(&b);
}

/* "code line:column detail" of each finding. */
static void findings_are(const char *src, const char *expected)
{
	struct bound b;
	struct buf text = BUF_INIT;
	size_t i;

	bind(&b, src);
	for (i = 0; i < b.found.nr; i++)
		buf_addf(&text, "%s%s %zu:%zu %s", i ? "; " : "",
		    finding_id(b.found.items[i].code), b.found.items[i].line,
		    b.found.items[i].column, b.found.items[i].detail);
	test_str(buf_str(&text), expected, src);
	buf_release(&text);
	unbind(&b);
}

static void deps_are(const char *src, const char *expected)
{
	struct bound b;
	struct buf text = BUF_INIT;
	struct tsql_deps *d;
	uint32_t i, k;

	bind(&b, src);
	d = tsql_deps_of(&b.a, b.m, NULL, &b.opt);
	for (i = 0; i < d->n; i++) {
		buf_addf(&text, "%s%s %s", i ? "; " : "",
		    tsql_dep_name(d->v[i].kind), d->v[i].target);
		for (k = 0; k < d->v[i].ncolumn; k++)
			buf_addf(
			    &text, "%c%s", k ? ',' : ' ', d->v[i].column[k]);
	}
	test_str(buf_str(&text), expected, src);
	buf_release(&text);
	unbind(&b);
}

static void test_columns(void)
{
	shape("SELECT * FROM t",
	    "id int, a varchar(10) null, b nvarchar(20) null, d decimal(9,2),"
	    " m money null, c decimal(11,2), dt datetime null");
	shape("SELECT x.id, [A] FROM dbo.t AS x", "id int, a varchar(10) null");
	shape("SELECT dbo.t.id FROM dbo.t", "id int");
	shape("SELECT u.* FROM t JOIN u ON u.id = t.id",
	    "id int, q smallint null, x xml null");
	shape("SELECT u.id FROM t LEFT JOIN u ON u.id = t.id", "id int null");
	shape("SELECT t.id FROM t RIGHT JOIN u ON u.id = t.id", "id int null");
	shape("SELECT aa, id FROM v", "aa varchar(11) null, id int");
	shape("SELECT id FROM s", "id int");
	shape("SELECT id FROM dbo.s x", "id int");
	shape("SELECT n FROM (SELECT id FROM t) q(n)", "n int");
	shape("SELECT q.id FROM t CROSS APPLY (SELECT t.id) q", "id int");
	shape("SELECT q.y, id FROM tf(1) q", "y int null, id int");
	shape("SELECT n, s FROM (VALUES (1, 'a'), (2.5, 'bcd')) v(n, s)",
	    "n numeric(11,1), s varchar(3)");
	shape("SELECT value FROM STRING_SPLIT('a,b', ',')", "value varchar(3)");
	shape(
	    "SELECT c FROM OPENJSON('{}') WITH (c date '$.c')", "c date null");
	shape("SELECT n.c.value('.', 'varchar(7)') AS v FROM u CROSS APPLY "
	      "x.nodes('/a') n(c)",
	    "v varchar(7) null");
	shape("SELECT * FROM (SELECT id, a FROM t) p PIVOT (COUNT(id) FOR a IN"
	      " ([k], [l])) z",
	    "k int null, l int null");
	shape("SELECT * FROM (SELECT id, a, CAST(b AS varchar(10)) AS b2 FROM"
	      " t) p UNPIVOT (val FOR nm IN (a, b2)) z",
	    "id int, val varchar(10), nm nvarchar(128)");
}

static void test_scopes(void)
{
	shape("WITH c AS (SELECT id FROM t), d(n) AS (SELECT id + 1 FROM c) "
	      "SELECT n FROM d",
	    "n int");
	shape("WITH c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n "
	      "< 5) SELECT n FROM c",
	    "n int");
	shape("WITH c AS (SELECT a FROM t UNION ALL SELECT b FROM t) SELECT a "
	      "FROM c",
	    "a nvarchar(20) null");
	shape("SELECT (SELECT MAX(q) FROM u WHERE u.id = t.id) AS q FROM t",
	    "q smallint null");
	shape("DECLARE @x decimal(5,1), @t TABLE (k bigint NOT NULL); SELECT "
	      "@x AS x, k FROM @t",
	    "x decimal(5,1) null, k bigint");
	shape(
	    "CREATE TABLE #a (k tinyint); SELECT k FROM #a", "k tinyint null");
	shape("SELECT id, d INTO #b FROM t; SELECT * FROM #b",
	    "id int, d decimal(9,2)");
	shape("DECLARE @i dbo.Ids; SELECT id FROM @i", "id int");
	shape("SELECT a AS z FROM t ORDER BY z, 1", "z varchar(10) null");
	shape("SELECT a FROM t FOR XML PATH('')", " nvarchar(max) null");
	findings_are("SELECT nope FROM t", "MIG2002 1:8 nope");
	/* found by fuzzing: a name where the columns are being made */
	findings_are("SELECT 1 FROM OPENJSON('{}') WITH (x int \"$.x\") j", "");
	findings_are("SELECT id FROM nope", "MIG2001 1:16 nope");
	findings_are(
	    "SELECT 1 AS x FROM nope n WHERE n.q = 1", "MIG2001 1:20 nope");
	findings_are("SELECT id FROM t, u", "MIG2004 1:8 id");
	findings_are("MERGE t USING u ON t.id = u.id WHEN NOT MATCHED AND id "
		     "> 1 THEN INSERT (id) VALUES (id) WHEN NOT MATCHED BY "
		     "SOURCE AND id > 1 THEN DELETE WHEN MATCHED AND id = 1 "
		     "THEN DELETE;",
	    "MIG2004 1:156 id");
	findings_are("SELECT q.id FROM t, (SELECT t.id) q", "MIG2002 1:29 id");
	findings_are("SELECT o.x FROM otherdb.dbo.o o, sys.objects s", "");
	findings_are("SELECT CASE WHEN EXISTS (SELECT 1 FROM u WHERE u.id ="
		     " t.id) THEN 1 END AS e FROM t GROUP BY t.id",
	    "");
	findings_are("CREATE TRIGGER tr ON t AFTER UPDATE AS SELECT i.id, "
		     "d.nope FROM inserted i JOIN deleted d ON i.id = d.id",
	    "MIG2002 1:53 nope");
}

/* What real scripts do. */
static void test_habits(void)
{
	findings_are("CREATE TRIGGER tr ON t AFTER UPDATE AS UPDATE t SET a = "
		     "'x' FROM inserted WHERE inserted.id = dbo.t.id",
	    "");
	findings_are("CREATE TRIGGER tr ON u AFTER UPDATE AS UPDATE u SET x."
		     "modify('delete /a') FROM inserted i WHERE i.id = u.id",
	    "");
	findings_are(
	    "CREATE TABLE #g (p geography); SELECT q.p.Lat FROM #g q", "");
	findings_are("IF EXISTS (SELECT 1 FROM sysobjects WHERE id = 1) EXEC "
		     "xp_cmdshell 'dir'; SELECT 1 FROM fn_my_permissions(NULL,"
		     " 'SERVER')",
	    "");
	findings_are("CREATE PROCEDURE x AS BEGIN IF 1 = 2 SELECT * FROM #up "
		     "WHERE k = 1 END",
	    "MIG2001 1:52 #up");
}

/* Records bring types that only later records explain. */
static void test_records(void)
{
	static const char *const lines[] = {
	    "{\"kind\":\"database\",\"name\":\"shop\",\"collation\":"
	    "\"Latin1_General_CS_AS\"}",
	    "{\"kind\":\"table\",\"schema\":\"dbo\",\"name\":\"T\",\"id\":"
	    "\"dbo.T\",\"columns\":[{\"name\":\"A\",\"type\":\"dbo.Code\","
	    "\"nullable\":false}],\"primary_key\":{\"columns\":[\"A\"]}}",
	    "{\"kind\":\"function\",\"schema\":\"dbo\",\"name\":\"f\",\"id\":"
	    "\"dbo.f\",\"function_type\":\"scalar\",\"returns\":"
	    "\"dbo.Code\"}",
	    "{\"kind\":\"view\",\"schema\":\"dbo\",\"name\":\"V\",\"id\":"
	    "\"dbo.V\",\"columns\":[{\"name\":\"B\"}],\"definition\":"
	    "{\"text\":\"CREATE VIEW dbo.V AS SELECT A + 'x' AS B FROM dbo.T\""
	    "}}",
	    "{\"kind\":\"type\",\"schema\":\"dbo\",\"name\":\"Code\",\"id\":"
	    "\"dbo.Code\",\"base_type\":\"varchar(9)\"}"};
	struct tsql_catalog *c = tsql_catalog_new();
	struct tsql_object *o;
	const struct tsql_row *r;
	struct arena a = ARENA_INIT;
	bool several;
	size_t i;

	for (i = 0; i < 5; i++) {
		struct json_object *rec = json_tokener_parse(lines[i]);

		tsql_catalog_add_record(c, rec);
		json_object_put(rec);
	}
	o = tsql_catalog_find(c, "shop", NULL, "T");
	r = tsql_object_row(c, o);
	test_str(tsql_type_text(r->v[0].type, &a), "dbo.Code",
	    "a column of a user-defined type");
	test_ok(r->v[0].type->base == TSQL_TY_VARCHAR &&
		r->v[0].type->length == 9 && !r->v[0].type->nullable,
	    "its base type behind it");
	test_ok(o->nkey == 1 && o->key[0].primary && o->key[0].n == 1,
	    "the primary key");
	test_ok(!tsql_catalog_find(c, NULL, "dbo", "t") &&
		!tsql_row_find(r, "a", 1, &several),
	    "names compare by the database's collation");
	r = tsql_object_row(c, tsql_catalog_find(c, NULL, "dbo", "V"));
	test_str(tsql_type_text(r->v[0].type, &a), "varchar(10)",
	    "a view's column from its text");
	o = tsql_catalog_find(c, NULL, "dbo", "f");
	test_str(tsql_type_text(tsql_object_type(c, o), &a), "dbo.Code",
	    "a function's result");
	arena_release(&a);
	tsql_catalog_free(c);
}

static void test_expressions(void)
{
	shape("SELECT a + b AS x FROM t", "x nvarchar(30) null");
	shape("SELECT d / 3 AS x FROM t", "x decimal(13,6)");
	shape("SELECT d * 1.5 AS x, m / 7 AS y FROM t",
	    "x numeric(12,3), y money null");
	shape(
	    "SELECT ISNULL(a, 'longer than ten') AS x FROM t", "x varchar(10)");
	shape("SELECT COALESCE(a, 'longer than ten') AS x FROM t",
	    "x varchar(15) null");
	shape("SELECT CASE WHEN id = 1 THEN 1 ELSE d END AS x FROM t",
	    "x decimal(12,2)");
	shape("SELECT NULLIF(id, 0) AS x, IIF(id > 1, 'ab', N'c') AS y FROM t",
	    "x int null, y nvarchar(2)");
	shape("SELECT SUM(d) AS s, AVG(d) AS v, COUNT(*) AS n, MIN(a) AS l, "
	      "AVG(id) AS i FROM t",
	    "s decimal(38,2) null, v decimal(38,6) null, n int, l varchar(10) "
	    "null, i int null");
	shape("SELECT ROW_NUMBER() OVER (ORDER BY id) AS r, LAG(d) OVER "
	      "(ORDER BY id) AS l FROM t",
	    "r bigint, l decimal(9,2) null");
	shape("SELECT LEFT(a, 3) AS l, SUBSTRING(b, 2, 4) AS s, LEN(a) AS n "
	      "FROM t",
	    "l varchar(3) null, s nvarchar(4) null, n int null");
	shape("SELECT DATEADD(day, 1, dt) AS d, DATEDIFF(month, dt, dt) AS n,"
	      " dt + 1 AS p FROM t",
	    "d datetime null, n int null, p datetime null");
	shape("SELECT CONVERT(varchar, id) AS v, CAST(a AS date) AS d, "
	      "TRY_CAST(id AS tinyint) AS t FROM t",
	    "v varchar(30), d date null, t tinyint null");
	shape("SELECT dbo.f(1) AS f, NEXT VALUE FOR dbo.seq AS n",
	    "f bigint null, n smallint");
	shape("SELECT 1 UNION ALL SELECT 2.50", " numeric(12,2)");
	shape("SELECT NULL AS n UNION SELECT 'abc'", "n varchar(3) null");
	shape("SELECT CAST('x' AS dbo.Flag) AS f", "f dbo.Flag");
	shape("SELECT a COLLATE Latin1_General_BIN AS x FROM t",
	    "x varchar(10) null");
}

static void test_correlation(void)
{
	struct bound b;
	struct tsql_query *q;
	struct tsql_scope *s;
	struct tsql_expr *e;
	struct tsql_colref *r;

	bind(&b,
	    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id ="
	    " t.id AND q > (SELECT COUNT(*) FROM u u2 WHERE u2.q = d))");
	q = last_query(&b);
	e = q->u.select.where;
	s = tsql_scope(e->u.sub.query);
	test_ok(s->correlated && s->nouter_ref == 2,
	    "two references leave the subquery, one from deeper");
	test_ok(e->facts & TSQL_HAS_SUBQUERY && e->facts & TSQL_HAS_COLUMN &&
		!(e->facts & TSQL_HAS_OUTER),
	    "they end in the query around it");
	r = tsql_colref(s->outer_ref[1]);
	test_ok(r->level == 2 && r->source->index == 0 &&
		!strcmp(r->column->name, "d"),
	    "level and column of the deeper one");
	test_ok(!tsql_scope(q)->correlated, "the outer query is not");
	unbind(&b);

	bind(&b,
	    "SELECT id FROM t GROUP BY id HAVING EXISTS (SELECT 1 FROM u "
	    "WHERE u.q = SUM(t.d))");
	q = last_query(&b);
	s = tsql_scope(q->u.select.having->u.sub.query);
	test_ok(!s->grouped, "an aggregate of outer columns is the outer's");
	unbind(&b);
}

static void test_deps(void)
{
	deps_are("SELECT a FROM t WHERE id = 1", "select dbo.t id,a");
	deps_are("SELECT * FROM s",
	    "reference dbo.s; select dbo.t "
	    "id,a,b,d,m,c,dt");
	deps_are("INSERT INTO t (id, d) SELECT id, q FROM u",
	    "insert dbo.t id,d; select dbo.u id,q");
	deps_are("UPDATE x SET a = 'k' FROM t x JOIN u ON u.id = x.id",
	    "update dbo.t id,a; select dbo.u id");
	deps_are("DELETE FROM t WHERE id IN (SELECT id FROM u)",
	    "delete dbo.t id; select dbo.u id");
	deps_are("WITH c AS (SELECT m AS z FROM t) UPDATE c SET z = 1",
	    "update dbo.t m; select dbo.t m");
	deps_are("MERGE t AS x USING u ON u.id = x.id WHEN MATCHED THEN UPDATE"
		 " SET m = q WHEN NOT MATCHED THEN INSERT (id, d) VALUES "
		 "(u.id, 0);",
	    "merge dbo.t id,d,m; select dbo.u id,q");
	deps_are("CREATE TRIGGER tr ON dbo.t AFTER UPDATE AS IF UPDATE(m) "
		 "DELETE u FROM u JOIN deleted x ON x.id = u.id",
	    "reference dbo.t id,m; delete dbo.u id");
	deps_are("TRUNCATE TABLE t; EXEC p 1; EXEC dbo.p @n = 2",
	    "truncate dbo.t; exec dbo.p");
	deps_are("SELECT dbo.f(id) FROM tf(3)", "call dbo.f; call dbo.tf id");
	deps_are("SELECT * INTO #x FROM u; SELECT id FROM #x",
	    "select dbo.u id,q,x");
	deps_are(
	    "WITH c AS (SELECT id FROM u) SELECT id FROM c", "select dbo.u id");
	deps_are("SELECT x.k, y.k FROM other.sales.o x, srv.db2..o y",
	    "select other.sales.o k; select srv.db2.dbo.o k");
	deps_are("CREATE TABLE w (id int REFERENCES dbo.t (id), f dbo.Flag)",
	    "foreign_key dbo.t; reference dbo.Flag");
	deps_are("UPDATE t SET d = d OUTPUT deleted.id, inserted.d INTO u (id,"
		 " q)",
	    "update dbo.t id,d; insert dbo.u id,q");
	deps_are("WITH c AS (SELECT * FROM t) DELETE FROM c WHERE id = 1",
	    "delete dbo.t; select dbo.t id,a,b,d,m,c,dt");
	deps_are("SELECT name FROM sys.tables; EXEC sp_who", "");
}

static void test_dynamic(void)
{
	struct bound b;
	struct tsql_deps *d;
	struct tsql_module *m;
	const char *src = "EXEC (N'SELECT ''it''''s'' FROM dbo.t')";

	deps_are("EXEC ('TRUNCATE TABLE dbo.t')", "truncate dbo.t");
	deps_are("DECLARE @s nvarchar(max) = N'DELETE FROM ', @k int; SET @s "
		 "+= N'dbo.t WHERE id = ' + CAST(@k AS varchar(9)); EXEC "
		 "sp_executesql @s",
	    "delete dbo.t id");
	deps_are("DECLARE @s nvarchar(max), @k int = 3; SET @s = 'SELECT a "
		 "FROM dbo.t'; IF @k > 2 SET @s = @s + ' WHERE d > 5'; EXEC "
		 "(@s)",
	    "select dbo.t a,d");
	deps_are(
	    "CREATE PROCEDURE x @s nvarchar(max) AS EXEC (@s)", "unknown ");
	deps_are("CREATE PROCEDURE x @y sysname AS EXEC ('SELECT 1 FROM dbo.t_"
		 "' + @y)",
	    "unknown ");
	deps_are("DECLARE @p sysname = 'dbo.p'; EXEC @p 1", "exec dbo.p");
	deps_are("EXEC ('SELECT 1') AT srv", "unknown srv");
	deps_are("EXEC (REPLACE('SELECT a FROM dbo.$x', '$X', 't'))",
	    "select dbo.t a");
	deps_are("DECLARE @s nvarchar(99) = N'DELETE ' + QUOTENAME('dbo') + "
		 "'.' + QUOTENAME(N't', '\"'); EXEC (@s)",
	    "delete dbo.t");
	deps_are("DECLARE @s nvarchar(99) = FORMATMESSAGE('TRUNCATE TABLE "
		 "%s.%s', 'dbo', LEFT('tail', 1)); EXEC (@s)",
	    "truncate dbo.t");
	deps_are("DECLARE @s nvarchar(99) = CONCAT_WS(' ', 'SELECT a', 'FROM', "
		 "SUBSTRING('x dbo.t y', 3, 5)); EXEC (@s)",
	    "select dbo.t a");
	deps_are("CREATE PROCEDURE x @n int AS DECLARE @s nvarchar(99) = "
		 "'SELECT ' + CASE @n WHEN 1 THEN 'a' ELSE 'd' END + ' FROM "
		 "dbo.t'; EXEC (@s)",
	    "select dbo.t a,d");
	findings_are("CREATE PROCEDURE x @s nvarchar(max) AS EXEC (@s)", "");
	bind(&b, src);
	d = tsql_deps_of(&b.a, b.m, NULL, &b.opt);
	test_int(d->ndynamic, 1, "one executed text");
	m = d->dynamic[0].module;
	test_ok(d->dynamic[0].whole && m && !m->nopaque, "read in full");
	test_int(tsql_dynamic_offset(&d->dynamic[0],
		     (uint32_t)(strstr(d->dynamic[0].text, "dbo.t") -
			 d->dynamic[0].text)),
	    strstr(src, "dbo.t") - src, "a place behind doubled quotes");
	unbind(&b);
}

/* Deep chains and many CTEs take no stack and little time. */
static void test_large(void)
{
	struct buf b = BUF_INIT;
	struct bound bound;
	int i;

	buf_adds(&b, "SELECT 1");
	for (i = 0; i < 100000; i++)
		buf_adds(&b, " + 1");
	bind(&bound, buf_str(&b));
	test_ok(last_query(&bound) != NULL, "a sum of 100,000 terms");
	unbind(&bound);

	buf_reset(&b);
	buf_adds(&b, "WITH c0 AS (SELECT id FROM t)");
	for (i = 1; i < 20000; i++)
		buf_addf(&b, ", c%d AS (SELECT id FROM c%d)", i, i - 1);
	buf_addf(&b, " SELECT id FROM c%d", i - 1);
	bind(&bound, buf_str(&b));
	test_int(tsql_query_row(last_query(&bound))->v[0].type->base,
	    TSQL_TY_INT, "20,000 CTEs");
	unbind(&bound);

	buf_reset(&b);
	buf_adds(&b, "SELECT id FROM t");
	for (i = 1; i < 20000; i++)
		buf_adds(&b, " UNION ALL SELECT id FROM t");
	bind(&bound, buf_str(&b));
	test_int(tsql_query_row(last_query(&bound))->n, 1, "20,000 UNIONs");
	unbind(&bound);
	buf_release(&b);
}

int main(void)
{
	test_columns();
	test_scopes();
	test_habits();
	test_records();
	test_expressions();
	test_correlation();
	test_deps();
	test_dynamic();
	test_large();
	return test_done();
}
