/*
 * Hard input: long, deep, cut off. Parsed, bound, with dependencies and
 * lineage, it neither crashes nor takes more than a share of memory in
 * proportion to its length, and no byte of it is lost. Twice the text may
 * take little more than twice the memory: what is quadratic fails.
 */
#include <stdlib.h>

#include "test.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "tsql/deps.h"
#include "tsql/lineage.h"
#include "tsql/parse.h"

static const char table[] = "CREATE TABLE dbo.t (a int, b varchar(10))\nGO\n";

static void repeat(struct buf *b, const char *unit, size_t n)
{
	while (n--)
		buf_adds(b, unit);
}

/* head, unit n times, tail n times, end: the memory that it takes, or 0 if
 * the text can't be had back from the tree. */
static size_t memory_of(const char *head, const char *unit, const char *middle,
    const char *tail, size_t n)
{
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct buf src = BUF_INIT, again = BUF_INIT;
	struct tsql_catalog *c = tsql_catalog_new();
	struct tsql_bind_options bind = {.catalog = c, .findings = &f};
	struct tsql_options opt = {.findings = &f};
	struct tsql_module *m;
	uint32_t bad;
	size_t used;

	buf_adds(&src, table);
	buf_adds(&src, head);
	repeat(&src, unit, n);
	buf_adds(&src, middle);
	repeat(&src, tail, n);
	buf_addc(&src, '\n');
	m = tsql_parse(&a, buf_str(&src), src.len, &opt);
	tsql_catalog_add_module(c, m);
	bind.src = src.s;
	bind.src_len = src.len;
	tsql_bind_module(&a, m, &bind);
	tsql_deps_of(&a, m, NULL, &bind);
	tsql_lineage_of(&a, m, NULL, &bind);
	used = a.used;
	if (tsql_reprint(m, &again, &bad) || again.len != src.len ||
	    memcmp(again.s, src.s, src.len))
		used = 0;
	buf_release(&src);
	buf_release(&again);
	tsql_catalog_free(c);
	findings_release(&f);
	arena_release(&a);
	return used;
}

static void linear(const char *head, const char *unit, const char *middle,
    const char *tail, const char *what)
{
	const size_t n = 4000;
	size_t once = memory_of(head, unit, middle, tail, n);
	size_t twice = memory_of(head, unit, middle, tail, 2 * n);

	test_ok(once && twice && twice < once * 5 / 2 + 100000, what);
}

static void test_wide(void)
{
	linear("", "SELECT a FROM dbo.t WHERE b = 'x';\n", "", "", "SELECTs");
	linear("INSERT dbo.t VALUES ", "(1, 'x'), ", "(2, 'y')", "", "rows");
	linear("CREATE VIEW v AS SELECT a FROM dbo.t WHERE a = 1", " AND a = 1",
	    "", "", "AND");
	linear("CREATE VIEW v AS SELECT a FROM dbo.t WHERE a = 1", " OR a = 1",
	    "", "", "OR");
	linear("CREATE VIEW v AS SELECT a", " + a", " AS x FROM dbo.t", "",
	    "a sum");
	linear("CREATE VIEW v AS SELECT CASE ", "WHEN a = 1 THEN 2 ",
	    "END AS x FROM dbo.t", "", "branches of CASE");
	linear("CREATE VIEW v AS SELECT a FROM dbo.t WHERE a IN (1", ", 2", ")",
	    "", "IN");
	linear("CREATE VIEW v AS SELECT a FROM dbo.t",
	    " UNION ALL SELECT a FROM dbo.t", "", "", "UNION");
	linear("SELECT 1 FROM dbo.t", " CROSS JOIN dbo.t", "", "", "joins");
	linear("SELECT 1 FROM dbo.t", ", dbo.t", "", "", "a list of tables");
	linear("IF 1 = 1 SELECT 1 ", "ELSE IF 2 = 2 SELECT 1\n", "", "",
	    "ELSE IF");
	linear("CREATE TABLE dbo.w (a int", ", b int", ")", "", "columns");
	linear("CREATE PROCEDURE p AS ", "BEGIN SELECT 1 END ", "", "",
	    "blocks in a row");
	linear("", "GO\n", "", "", "empty batches");
	linear("", "SELECT 1\nGO\n", "", "", "batches");
}

static void test_dynamic(void)
{
	linear("CREATE PROCEDURE p AS EXEC ('SELECT 1'", " + ' '", ")", "",
	    "an executed text of many pieces");
	linear("CREATE PROCEDURE p AS DECLARE @s varchar(max) = 'SELECT 1'\n",
	    "SET @s += ' '\n", "EXEC (@s)", "", "a text that grows");
	linear("CREATE PROCEDURE p AS DECLARE @s varchar(max) = 'SELECT 1'\n",
	    "SET @s += ' ' EXEC (@s)\n", "", "",
	    "a text that is executed as it grows");
	linear("CREATE PROCEDURE p AS DECLARE @s varchar(max) = 'SELECT 1'\n",
	    "IF 1 = 1 SET @s += ' ' ELSE SET @s += '--'\n", "EXEC (@s)", "",
	    "a text with many ways");
}

static void test_deep(void)
{
	linear("SELECT ", "(", "1", ")", "parentheses");
	linear("SELECT ", "(SELECT ", "1", ")", "subqueries");
	linear("SELECT * FROM ", "(SELECT a FROM ", "dbo.t", ") x",
	    "derived tables");
	linear("SELECT ", "CASE WHEN a = 1 THEN ", "1", " END", "CASE");
	linear("SELECT ", "- ", "1", "", "signs");
	linear("SELECT 1 WHERE ", "NOT ", "a = 1", "", "NOT");
	linear("SELECT ", "ABS(", "1", ")", "calls");
	linear("CREATE PROCEDURE p AS ", "BEGIN ", "SELECT 1", " END", "BEGIN");
	linear("CREATE PROCEDURE p AS ", "IF 1 = 1 ", "SELECT 1", "", "IF");
	linear("", "/* x\n", "", "*/", "comments in comments");
}

/* A file may end anywhere, and go wrong anywhere. */
static void test_broken(void)
{
	linear("/* ", "x\n", "", "", "a comment without end");
	linear("SELECT '", "x\n", "", "", "a string without end");
	linear("SELECT [", "x\n", "", "", "a bracket without end");
	linear("SELECT ", "(", "", "", "parentheses without end");
	linear("", "SELEC FROM WHERE\n", "", "", "no statements");
	linear("", "SELECT ( FROM t\n", "", "", "statements that fail");
	/* this one never ended: ON without a filegroup made no progress */
	linear("CREATE TABLE dbo.w (a int) ON ", "ON ", "", "",
	    "ON without a filegroup");
	linear("CREATE TABLE dbo.w (a int) ", "x y = (1)\n", "", "",
	    "words behind a table");
}

int main(void)
{
	test_wide();
	test_dynamic();
	test_deep();
	test_broken();
	return test_done();
}
