/* The algebra of types: Microsoft's rules, one fact a test. */
#include "common/arena.h"
#include "tsql/ast.h"
#include "tsql/function.h"
#include "tsql/types.h"

#include "test.h"

static struct arena arena;

static struct tsql_type parse(const char *s)
{
	return tsql_type_parse(s, strlen(s));
}

static void is(struct tsql_type t, const char *expected, const char *what)
{
	test_str(tsql_type_text(&t, &arena), expected, what);
}

static void round_trip(const char *s, const char *expected)
{
	is(parse(s), expected, s);
}

static void arith(const char *l, int op, const char *r, const char *expected)
{
	struct tsql_type a = parse(l), b = parse(r);
	char what[80];

	snprintf(what, sizeof(what), "%s (%d) %s", l, op, r);
	is(tsql_type_arith(op, &a, &b), expected, what);
}

static void common(const char *l, const char *r, const char *expected)
{
	struct tsql_type a = parse(l), b = parse(r);
	char what[80];

	snprintf(what, sizeof(what), "%s and %s", l, r);
	is(tsql_type_common(&a, &b), expected, what);
}

static void literal(
    uint16_t kind, uint16_t flags, const char *text, const char *expected)
{
	is(tsql_type_of_literal(kind, flags, text, strlen(text)), expected,
	    text);
}

static void test_text(void)
{
	round_trip("nvarchar(50)", "nvarchar(50)");
	round_trip("[sys].[nvarchar](MAX)", "nvarchar(max)");
	round_trip("DECIMAL (9, 2)", "decimal(9,2)");
	round_trip("numeric", "numeric(18,0)");
	round_trip("float(24)", "real");
	round_trip("float(53)", "float");
	round_trip("double precision", "float");
	round_trip("datetime2", "datetime2(7)");
	round_trip("datetimeoffset(3)", "datetimeoffset(3)");
	round_trip("character varying(3)", "varchar(3)");
	round_trip("rowversion", "timestamp");
	round_trip("sysname", "sysname");
	round_trip("vector(3)", "vector(3)");
	round_trip("dbo.Flag", "unknown");
	round_trip("int(", "unknown");
	round_trip("", "unknown");
	is(tsql_type_parse("int\0and more", 12), "unknown",
	    "a name with a NUL in it");
}

static void test_literals(void)
{
	literal(TSQL_E_INT, 0, "5", "int");
	literal(TSQL_E_INT, 0, "2147483647", "int");
	literal(TSQL_E_INT, 0, "2147483648", "numeric(10,0)");
	literal(TSQL_E_INT, 0, "5000000000", "numeric(10,0)");
	literal(TSQL_E_DECIMAL, 0, "1.50", "numeric(3,2)");
	literal(TSQL_E_DECIMAL, 0, "0.2", "numeric(1,1)");
	literal(TSQL_E_FLOAT, 0, "1e0", "float");
	literal(TSQL_E_MONEY, 0, "$1", "money");
	literal(TSQL_E_STRING, 0, "x", "varchar(1)");
	literal(TSQL_E_STRING, 0, "", "varchar(1)");
	literal(
	    TSQL_E_STRING, TSQL_NATIONAL, "\xc3\xa4\xc3\xb6", "nvarchar(2)");
	literal(TSQL_E_BINARY, 0, "0xABC", "varbinary(2)");
	literal(TSQL_E_NULL, 0, "NULL", "null");
}

static void test_arith(void)
{
	arith("int", TSQL_OP_DIV, "int", "int");
	arith("tinyint", TSQL_OP_ADD, "smallint", "smallint");
	arith("bit", TSQL_OP_ADD, "int", "int");
	arith("int", TSQL_OP_MUL, "bigint", "bigint");
	arith("money", TSQL_OP_DIV, "int", "money");
	arith("money", TSQL_OP_MUL, "decimal(10,4)", "decimal(30,8)");
	arith("decimal(9,2)", TSQL_OP_ADD, "int", "decimal(13,2)");
	arith("decimal(9,2)", TSQL_OP_MUL, "decimal(5,4)", "decimal(15,6)");
	arith("decimal(9,2)", TSQL_OP_DIV, "decimal(5,4)", "decimal(19,8)");
	arith("decimal(18,8)", TSQL_OP_MOD, "int", "decimal(18,8)");
	arith(
	    "decimal(30,20)", TSQL_OP_MUL, "decimal(30,20)", "decimal(38,17)");
	arith("decimal(30,10)", TSQL_OP_MUL, "decimal(30,10)", "decimal(38,6)");
	arith(
	    "decimal(38,10)", TSQL_OP_ADD, "decimal(38,10)", "decimal(38,10)");
	arith("decimal(38,20)", TSQL_OP_ADD, "decimal(38,4)", "decimal(38,4)");
	arith("decimal(10,2)", TSQL_OP_MUL, "float", "float");
	arith("real", TSQL_OP_ADD, "int", "real");
	arith("varchar(10)", TSQL_OP_ADD, "int", "int");
	arith("varchar(10)", TSQL_OP_ADD, "varchar(5)", "varchar(15)");
	arith("char(10)", TSQL_OP_ADD, "char(5)", "char(15)");
	arith("char(10)", TSQL_OP_ADD, "nvarchar(5)", "nvarchar(15)");
	arith(
	    "nvarchar(3000)", TSQL_OP_ADD, "nvarchar(3000)", "nvarchar(4000)");
	arith("varchar(max)", TSQL_OP_ADD, "nvarchar(5)", "nvarchar(max)");
	arith("binary(3)", TSQL_OP_ADD, "varbinary(4)", "varbinary(7)");
	arith("datetime", TSQL_OP_ADD, "int", "datetime");
	arith("int", TSQL_OP_BIT_AND, "tinyint", "int");
	arith("bit", TSQL_OP_BIT_AND, "bit", "bit");
	arith("foo", TSQL_OP_ADD, "int", "unknown");
}

/* A literal int brings as many digits as it is written with. */
static void test_literal_digits(void)
{
	struct tsql_type d = parse("decimal(9,2)");
	struct tsql_type n = tsql_type_of_literal(TSQL_E_INT, 0, "100", 3);

	is(tsql_type_arith(TSQL_OP_MUL, &d, &n), "decimal(13,2)",
	    "decimal(9,2) * 100");
}

static void test_common(void)
{
	common("int", "bigint", "bigint");
	common("int", "decimal(9,2)", "decimal(12,2)");
	common("decimal(9,2)", "decimal(5,4)", "decimal(11,4)");
	common("decimal(38,30)", "decimal(38,2)", "decimal(38,2)");
	common("varchar(10)", "nvarchar(4)", "nvarchar(10)");
	common("char(3)", "char(5)", "char(5)");
	common("char(3)", "varchar(2)", "varchar(3)");
	common("varchar(10)", "int", "int");
	common("date", "datetime", "datetime");
	common("time(3)", "time(7)", "time(7)");
	common("datetime2(0)", "datetime", "datetime2(3)");
	common("money", "decimal(5,2)", "decimal(19,4)");
	common("float", "decimal(5,2)", "float");
	common("varchar(max)", "nvarchar(4)", "nvarchar(max)");
}

static void test_collation(void)
{
	const char *cs = "Latin1_General_100_CS_AI_SC_UTF8";
	const struct tsql_collation *c = tsql_collation_get(cs, strlen(cs));
	struct tsql_type a = parse("varchar(5)"), b = a, r;

	test_ok(c->case_sensitive && !c->accent_sensitive && c->utf8 &&
		c->supplementary && c->known && !c->sql,
	    "words of a collation's name");
	test_int(c->code_page, 65001, "code page of UTF-8");
	test_ok(tsql_collation_default()->sql &&
		!tsql_collation_default()->case_sensitive &&
		tsql_collation_default()->accent_sensitive,
	    "the default ignores case only");
	test_ok(tsql_collation_get("polish_ci_as", 12)->code_page == 1250,
	    "code page by language");
	test_ok(
	    tsql_collation_get("Latin1_General_BIN2", 19)->binary, "binary");
	test_ok(!tsql_collation_get("DATABASE_DEFAULT", 16),
	    "database_default is none of its own");
	a.label = TSQL_COLL_IMPLICIT;
	a.collation = c;
	r = tsql_type_compare(&a, &b);
	test_ok(r.collation == c && r.label == TSQL_COLL_IMPLICIT,
	    "a column's collation wins over a literal's");
	b.label = TSQL_COLL_IMPLICIT;
	b.collation = tsql_collation_default();
	r = tsql_type_compare(&a, &b);
	test_int(r.label, TSQL_COLL_NO_COLLATION, "two columns that differ");
	b.label = TSQL_COLL_EXPLICIT;
	r = tsql_type_compare(&a, &b);
	test_ok(r.collation == tsql_collation_default(), "COLLATE wins");
	a.label = TSQL_COLL_EXPLICIT;
	r = tsql_type_compare(&a, &b);
	test_int(r.label, TSQL_COLL_CONFLICT, "two COLLATEs that differ");
}

static void conversion(const char *from, const char *to, int expected)
{
	struct tsql_type a = parse(from), b = parse(to);
	char what[80];

	snprintf(what, sizeof(what), "%s to %s", from, to);
	test_int(tsql_type_conversion(&a, &b), expected, what);
}

static void test_conversions(void)
{
	conversion("int", "int", TSQL_CONV_SAME);
	conversion("int", "varchar(10)", TSQL_CONV_IMPLICIT);
	conversion("varchar(10)", "varbinary(10)", TSQL_CONV_EXPLICIT);
	conversion("datetime", "int", TSQL_CONV_EXPLICIT);
	conversion("int", "datetime", TSQL_CONV_IMPLICIT);
	conversion("date", "int", TSQL_CONV_NONE);
	conversion("date", "time", TSQL_CONV_NONE);
	conversion("xml", "nvarchar(10)", TSQL_CONV_EXPLICIT);
	conversion("text", "int", TSQL_CONV_NONE);
}

static void test_functions(void)
{
	test_int(tsql_function_find("charindex", 9), TSQL_F_CHARINDEX,
	    "found without case");
	test_int(tsql_function_find("charindexx", 10), TSQL_F_NONE,
	    "not found when longer");
	test_int(tsql_function_find("Char", 4), TSQL_F_CHAR_, "CHAR");
	test_int(tsql_datepart_find("WW", 2), TSQL_DP_WEEK, "date part ww");
	is(tsql_global_type("@@rowcount", 10), "int", "@@rowcount");
}

int main(void)
{
	test_text();
	test_literals();
	test_arith();
	test_literal_digits();
	test_common();
	test_collation();
	test_conversions();
	test_functions();
	arena_release(&arena);
	return test_done();
}
