#include "test.h"

#include "shape.h"

/* Batches, recovery, positions, reprinting. */

static struct tsql_module *parse(struct arena *a, const char *sql,
    struct findings *f, struct tsql_options opt)
{
	opt.findings = f;
	return tsql_parse(a, sql, strlen(sql), &opt);
}

static void test_recovery(void)
{
	stmts_are("SELECT 1; SELECT FROM x; SELECT 2",
	    "(select (select (item 1))) (opaque) (select (select (item 2)))",
	    "a semicolon ends what can't be read");
	stmts_are("SELECT )\nSELECT 2", "(opaque) (select (select (item 2)))",
	    "a line that begins a statement ends it too");
	stmts_are("SELECT (1\nINSERT t VALUES (1)",
	    "(opaque) (insert (name t) (values 1))",
	    "an open parenthesis doesn't swallow the next statement");
	stmts_are("BEGIN x y; SELECT 1 END SELECT 2",
	    "(block (opaque) (select (select (item 1)))) (select (select "
	    "(item 2)))",
	    "inside of a block only the statement is given up");
	stmts_are("CREATE PROC p AS foo bar\nSELECT 1",
	    "(create_procedure p (opaque) (select (select (item 1))))",
	    "inside of a procedure too");
	stmts_are("CREATE VIEW v SELECT 1\nGO\nSELECT 2",
	    "(opaque) (select (select (item 2)))",
	    "a module that can't be read owns its batch");
	stmts_are("SELECT CASE WHEN END\nSELECT 2",
	    "(opaque) (select (select (item 2)))", "a broken CASE");
	stmts_are("SELECT 'abc\nGO\nSELECT 1", "(opaque)",
	    "an open string runs to the end");
}

static void test_batches(void)
{
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct tsql_options opt = {0};
	struct tsql_module *m;

	m = parse(&a, "SELECT 1\nGO 3\nSELECT 2;", &f, opt);
	test_int(m->nbatch, 2, "GO separates two batches");
	test_int(m->batch[0]->go_count, 3, "GO's count");
	test_int(m->batch[1]->stmts.v[0]->line, 3, "a statement's line");
	test_ok(m->batch[1]->stmts.v[0]->h.flags & TSQL_SEMI,
	    "a semicolon is noted");
	test_int(m->batch[1]->stmts.v[0]->h.len, 8,
	    "a statement's span has no semicolon");

	m = parse(&a,
	    "SET QUOTED_IDENTIFIER OFF\nGO\nSELECT \"x\"\nGO\nSET "
	    "QUOTED_IDENTIFIER ON\nGO\nSELECT \"x\"",
	    &f, opt);
	test_int(m->batch[1]
		     ->stmts.v[0]
		     ->u.select->u.select.items.v[0]
		     ->expr->h.kind,
	    TSQL_E_STRING, "a quoted text is a string when the setting is off");
	test_ok(!m->batch[1]->quoted_identifier,
	    "a batch knows the setting it began with");
	test_int(m->batch[3]
		     ->stmts.v[0]
		     ->u.select->u.select.items.v[0]
		     ->expr->h.kind,
	    TSQL_E_COLUMN, "and a name when it is on");

	opt.no_go = true;
	m = parse(&a, "SELECT 1\nGO\n", &f, opt);
	test_int(m->nbatch, 1, "GO is no separator in a module's text");
	test_int(f.nr, 0, "and then an alias");
	findings_release(&f);
	arena_release(&a);
}

static void test_findings(void)
{
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct tsql_options opt = {.first_line = 11};
	char *message;

	parse(&a, "SELECT 1\nSELECT ä, FROM t", &f, opt);
	test_int(f.nr, 1, "one finding for one statement");
	test_int(f.items[0].line, 12, "its line, from the file's start");
	test_int(f.items[0].column, 11, "its column, in characters");
	message = finding_message(&f.items[0]);
	test_str(message,
	    "this statement could not be parsed: expected an expression, found "
	    "FROM",
	    "what was expected and what was there");
	free(message);
	findings_release(&f);

	parse(&a, "BEGIN SELECT 1", &f, opt);
	test_ok(f.nr == 1 && f.items[0].code == FINDING_UNTERMINATED,
	    "an open block");
	findings_release(&f);
	parse(&a, "SELECT 1 /* x", &f, opt);
	test_ok(f.nr == 1 && f.items[0].code == FINDING_UNTERMINATED,
	    "an open comment");
	findings_release(&f);
	arena_release(&a);
}

static void reprints(const char *sql, const char *what)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct tsql_module *m = tsql_parse(&a, sql, strlen(sql), NULL);
	uint32_t bad = 0;

	if (tsql_reprint(m, &b, &bad))
		buf_addf(&b, "lost at %u", bad);
	test_str(buf_str(&b), sql, what);
	buf_release(&b);
	arena_release(&a);
}

static void test_reprint(void)
{
	reprints("", "nothing");
	reprints("  -- only a comment", "a comment");
	reprints("SELECT 1 ;; /* x */ ;\r\nGO\r\n-- y\nSELECT 2\n",
	    "statements and trivia");
	reprints("SELECT )) x; SELECT 'a", "what can't be read");
	reprints("CREATE PROC p AS BEGIN SELECT 1; END;\nGO 2\n\n", "a module");
	reprints(":setvar a b\nSELECT $(a)\n", "directives");
}

struct nest {
	const struct tsql_node *up[64];
	size_t depth, bad;
};

static bool nest_enter(void *ctx, const struct tsql_node *h)
{
	struct nest *n = ctx;
	const struct tsql_node *up = n->depth ? n->up[n->depth - 1] : h;

	n->bad += h->off < up->off || h->off + h->len > up->off + up->len;
	n->up[n->depth++] = h;
	return true;
}

static void nest_leave(void *ctx, const struct tsql_node *h)
{
	(void)h;
	((struct nest *)ctx)->depth--;
}

/* Every node lies inside of its parent. */
static void nests(const char *sql, const char *what)
{
	struct arena a = ARENA_INIT;
	struct tsql_module *m = tsql_parse(&a, sql, strlen(sql), NULL);
	struct nest n = {.depth = 0};

	tsql_walk(&m->batch[0]->stmts.v[0]->h, nest_enter, nest_leave, &n);
	test_int(n.bad, 0, what);
	arena_release(&a);
}

static void test_nesting(void)
{
	nests("WITH a AS (SELECT 1 AS x) SELECT x FROM a ORDER BY x OPTION "
	      "(MAXDOP 1)",
	    "a query's span has its WITH and OPTION");
	nests("SELECT * FROM ((SELECT 1 AS a) UNION (SELECT 2)) AS d",
	    "a derived table's span");
	nests("DELETE t OUTPUT deleted.a INTO @x OUTPUT deleted.b",
	    "two OUTPUT clauses");
	nests("IF 1 = 1 -- nothing", "a statement that is missing");
	nests("SELECT  .value(1)", "a method of nothing");
	nests("CREATE SEQUENCE \"s\"x WITH", "options without blanks between");
	nests("CREATE TABLE t (a int) ON", "no filegroup");
	nests("GRANT ON t TO u", "no permission");
	nests("SELECT ((SELECT 1) UNION SELECT 2).x COLLATE y AT TIME ZONE z",
	    "operands with suffixes");
}

static void test_lines(void)
{
	struct arena a = ARENA_INIT;
	struct tsql_module *m = tsql_parse(&a, "a\r\nbé c\n", 8, NULL);
	struct tsql_pos p = tsql_line_col(m, 7);

	test_int(p.line, 2, "a line behind CR LF");
	test_int(p.column, 4, "a column behind a letter of two bytes");
	arena_release(&a);
}

int main(void)
{
	test_recovery();
	test_batches();
	test_findings();
	test_reprint();
	test_nesting();
	test_lines();
	return test_done();
}
