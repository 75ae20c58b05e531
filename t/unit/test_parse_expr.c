#include "test.h"

#include "shape.h"

static void test_precedence(void)
{
	expr_is("a + b * c", "(arith+ a (arith* b c))", "* before +");
	expr_is("(a + b) * c", "(arith* (arith+ a b) c)", "parentheses");
	expr_is("a - b - c", "(arith- (arith- a b) c)", "- from the left");
	expr_is("a | b + c", "(arith+ (arith| a b) c)",
	    "bit operators are on the level of +");
	expr_is("-a * b", "(arith* (unary- a) b)", "a sign binds tightest");
	expr_is("a OR b AND NOT c = d", "(or a (and b (not (compare= c d))))",
	    "NOT, AND, OR");
	expr_is("NOT a = b OR c", "(or (not (compare= a b)) c)",
	    "NOT holds for a comparison only");
	expr_is("a + b = c + d", "(compare= (arith+ a b) (arith+ c d))",
	    "+ before =");
	expr_is("a BETWEEN 1 AND 2 AND b", "(and (between a 1 2) b)",
	    "the AND of BETWEEN");
}

static void test_predicates(void)
{
	expr_is("a IN (1, 2)", "(in a 1 2)", "a list");
	expr_is("a NOT IN (SELECT b FROM t)",
	    "(not-in a (select (item b) (name t)))", "a subquery");
	expr_is("a IN ((SELECT b))", "(in a (select (item b)))",
	    "a subquery in two pairs of parentheses");
	expr_is("a NOT LIKE 'x%' ESCAPE '!'", "(not-like a 'x%' '!')",
	    "NOT LIKE with ESCAPE");
	expr_is("a IS NOT NULL", "(not-is_null a)", "IS NOT NULL");
	expr_is("a IS NOT DISTINCT FROM b", "(compareis-not-distinct a b)",
	    "IS NOT DISTINCT FROM");
	expr_is("a > ALL (SELECT b)", "(quantified a (select (item b)))",
	    "a quantified comparison");
	expr_is("EXISTS (SELECT 1)", "(exists (select (item 1)))", "EXISTS");
	expr_is("a > = b", "(compare>= a b)", "an operator with a blank");
	expr_is("a !< b", "(compare!< a b)", "not less");
}

static void test_operands(void)
{
	expr_is("a.b.c.d", "a.b.c.d", "four parts");
	expr_is("a..d", "a..d", "an empty part");
	expr_is("[a b].\"c\"", "a b.c", "quoted parts are decoded");
	expr_is("[a]]b]", "a]b", "a doubled bracket is one");
	expr_is("'it''s'", "'it's'", "a doubled quote is one");
	expr_is("N'x'", "N'x'", "a national string");
	expr_is("@v", "@v", "a variable");
	expr_is("-1", "(unary- 1)", "a sign is no part of a literal");
	expr_is("CASE a WHEN 1 THEN 2 ELSE 3 END", "(case a (when 1 2) 3)",
	    "simple CASE");
	expr_is("CASE WHEN a = 1 THEN 2 END", "(case (when (compare= a 1) 2))",
	    "searched CASE");
	expr_is("CAST(a AS decimal(9, 2))", "(cast a (dtype decimal))", "CAST");
	expr_is("TRY_CONVERT(varchar(max), a, 112)",
	    "(try-convert (dtype varchar) a 112)", "TRY_CONVERT");
	expr_is("PARSE('1' AS int USING 'de-DE')",
	    "(parse '1' (dtype int) 'de-DE')", "PARSE");
	expr_is("a COLLATE Latin1_General_BIN + b",
	    "(arith+ (collate Latin1_General_BIN a) b)", "COLLATE binds tight");
	expr_is("a AT TIME ZONE 'UTC' AT TIME ZONE b",
	    "(at_time_zone (at_time_zone a 'UTC') b)",
	    "AT TIME ZONE from the left");
	expr_is("(SELECT 1) + 1", "(arith+ (subquery (select (item 1))) 1)",
	    "a scalar subquery");
	expr_is("((SELECT 1) UNION SELECT 2)",
	    "(subquery (setop (select (item 1)) (select (item 2))))",
	    "a union that begins with parentheses");
	expr_is("NEXT VALUE FOR dbo.s", "(next_value dbo.s)", "NEXT VALUE FOR");
	expr_is("{d '2024-01-01'}", "(odbc '2024-01-01')", "ODBC date");
	expr_is("{fn ucase(a)}", "(odbc (call ucase a))", "ODBC function");
	expr_is("$partition.f(1)", "(call $partition.f 1)", "$partition");
}

static void test_calls(void)
{
	expr_is("f()", "(call f)", "no arguments");
	expr_is("dbo.f(1, a)", "(call dbo.f 1 a)", "a schema's function");
	expr_is("COUNT(*)", "(call COUNT *)", "COUNT(*)");
	expr_is("SUM(DISTINCT a)", "(call-distinct SUM a)", "DISTINCT");
	expr_is("LEFT(a, 1)", "(call LEFT a 1)", "a reserved word as function");
	expr_is(
	    "CURRENT_TIMESTAMP", "(call CURRENT_TIMESTAMP)", "no parentheses");
	expr_is("TRIM(LEADING 'x' FROM a)", "(call TRIM 'x' a)", "TRIM FROM");
	expr_is("JSON_OBJECT('a':1 NULL ON NULL)", "(call JSON_OBJECT 'a' 1)",
	    "JSON pairs");
	expr_is("STRING_AGG(a, ',') WITHIN GROUP (ORDER BY b DESC)",
	    "(call STRING_AGG a ',' (order b))", "WITHIN GROUP");
	expr_is("SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 "
		"PRECEDING AND CURRENT ROW)",
	    "(call SUM a (over b (order c) 1))", "a window");
	expr_is("LAG(a) IGNORE NULLS OVER w", "(call LAG a (over))",
	    "a named window");
	expr_is("IIF(a = 1, b, c)", "(call IIF (compare= a 1) b c)",
	    "a predicate as argument");
}

static void test_methods(void)
{
	expr_is("x.value('.', 'int')", "(method value x '.' 'int')",
	    "xml method of a column");
	expr_is("t.x.query('.').value('.', 'int')",
	    "(method value (method query t.x '.') '.' 'int')",
	    "methods in a row");
	expr_is("@x.exist('/a')", "(method exist @x '/a')", "of a variable");
	expr_is("geography::Point(1, 2, 4326)",
	    "(static Point (dtype geography) 1 2 4326)", "a static method");
	expr_is("hierarchyid::GetRoot().ToString()",
	    "(method ToString (static GetRoot (dtype hierarchyid)))",
	    "a method of a static method's result");
}

static void test_rejected(void)
{
	expr_is("a +", NULL, "an operand is missing");
	expr_is("(a", NULL, "a parenthesis is missing");
	expr_is("a b", NULL, "something follows");
	expr_is("FROM", NULL, "a reserved word is no operand");
	expr_is("'a", NULL, "an open string");
}

static void test_depth(void)
{
	struct buf b = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct tsql_options opt = {.findings = &f};
	int i;

	buf_adds(&b, "1");
	for (i = 0; i < 100000; i++)
		buf_adds(&b, "+1");
	test_ok(tsql_parse_expr(&a, b.s, b.len, &opt) != NULL,
	    "a long chain of operators has no depth");
	buf_reset(&b);
	for (i = 0; i < 10000; i++)
		buf_addc(&b, '(');
	test_ok(!tsql_parse_expr(&a, b.s, b.len, &opt) && f.nr == 1 &&
		f.items[0].code == FINDING_TOO_DEEP,
	    "10,000 parentheses are a finding");
	findings_release(&f);
	buf_release(&b);
	arena_release(&a);
}

int main(void)
{
	test_precedence();
	test_predicates();
	test_operands();
	test_calls();
	test_methods();
	test_rejected();
	test_depth();
	return test_done();
}
