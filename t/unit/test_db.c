/* lib/db without a server: the guard, UTF-16, JSON strings, quoting. */
#include "common/alloc.h"

#include "db/conf.h"
#include "db/guard.h"
#include "db/internal.h"

#include "test.h"

static void guard(void)
{
	static const char *const fine[] = {"SELECT 1", "  select [drop] from t",
	    "SET LOCK_TIMEOUT 5; SELECT 1",
	    "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
	    "SELECT 'DELETE FROM t', \"insert\" -- drop table t",
	    "/* EXEC /* nested */ p */ SELECT updated, is_merge FROM t",
	    "SELECT N'it''s; DROP TABLE t'", "SELECT [a]];DROP] FROM t"};
	static const char *const refused[] = {"DELETE FROM t",
	    "SELECT 1; DROP TABLE t", "SELECT * INTO x FROM t", "EXEC sp_who",
	    "sp_who", "SET IDENTITY_INSERT t ON", "SET @x = 1",
	    "WITH x AS (SELECT 1 a) DELETE FROM x",
	    "SELECT 1 UPDATE t SET a = 1", "SELECT NEXT VALUE FOR s",
	    "BEGIN TRAN", "USE master", "SELECT 'open", "SELECT /* open",
	    "SELECT * FROM OPENROWSET(BULK 'x', SINGLE_BLOB) a",
	    "WAITFOR DELAY '1'", "'x'", "SELECT 1;\nKILL 5", "(SELECT 1)"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fine); i++)
		test_str(guard_refusal(fine[i]), NULL, fine[i]);
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		test_ok(guard_refusal(refused[i]) != NULL, refused[i]);
}

static void utf16(void)
{
	static const uint16_t s[] = {'a', 0xD834, 0xDD1E, 0xD800, 'b', 0xDC00,
	    0x416, 0x20AC, '1', '2', '3', '4', '5', '6', '7', '8', '9'};
	struct buf b = BUF_INIT, j = BUF_INIT;
	SQLWCHAR *back;
	size_t n;

	utf16_add(&b, s, ARRAY_SIZE(s));
	test_str(b.s,
	    "a\xF0\x9D\x84\x9E\xED\xA0\x80"
	    "b\xED\xB0\x80\xD0\x96\xE2\x82\xAC"
	    "123456789",
	    "UTF-16 to UTF-8, lone surrogates in three bytes");
	back = utf16_of(b.s, &n);
	test_int((intmax_t)n, ARRAY_SIZE(s), "and back: length");
	test_ok(memcmp(back, s, sizeof(s)) == 0, "and back: units");
	db_json_string(&j, b.s, b.len);
	test_str(j.s,
	    "\"a\xF0\x9D\x84\x9E\\ud800b\\udc00\xD0\x96\xE2\x82\xAC"
	    "123456789\"",
	    "lone surrogates become escapes");
	buf_reset(&j);
	db_json_string(&j, "q\"\\\n\x01\xED\x95\x9C", 8);
	test_str(j.s, "\"q\\\"\\\\\\n\\u0001\xED\x95\x9C\"",
	    "controls are escaped, letters of U+D000 to U+D7FF stay");
	free(back);
	buf_release(&b);
	buf_release(&j);
}

static void connection(void)
{
	struct db_config c = {0};
	struct buf b = BUF_INIT;

	db_quote(&b, "a[b");
	test_str(b.s, "[a[b]", "a name stands in brackets");
	buf_reset(&b);
	db_quote(&b, "a]\"b");
	test_str(b.s, "\"a]\"\"b\"", "one with a bracket stands in quotes");
	buf_reset(&b);
	c.connection = "DRIVER=msodbcsql18;SERVER=x";
	c.user = "u";
	c.password = "p}w";
	conf_connection(&c, &b);
	test_str(b.s, "DRIVER=msodbcsql18;SERVER=x;UID={u};PWD={p}}w};",
	    "another driver's braces are doubled");
	buf_reset(&b);
	c.connection = NULL;
	c.driver = "ODBC Driver 18 for SQL Server";
	c.server = "db.example.com,1444";
	c.encrypt = DB_ENCRYPT_STRICT;
	conf_connection(&c, &b);
	test_str(b.s,
	    "DRIVER={ODBC Driver 18 for SQL Server};"
	    "SERVER={db.example.com,1444};Encrypt=strict;"
	    "TrustServerCertificate=no;UID={u};PWD={p}}w};",
	    "another driver is told the server in its own words");
	test_ok(!conf_refusal(&c), "and takes them");
	c.ca_file = "ca.pem";
	test_ok(conf_refusal(&c) != NULL, "but no file of certificates");
	c.ca_file = c.driver = NULL;
	test_ok(conf_has_password("A=b; pwd=x"), "a password is found");
	test_ok(!conf_has_password("A={;PWD=x};B=c"),
	    "what stands in braces is a value");
	c.connection = NULL;
	c.password = "a};b";
	test_ok(conf_refusal(&c) != NULL, "FreeTDS can't take \"};\"");
	buf_release(&b);
}

/* Which errors are tried again: in a query, and while connecting. */
static void failures(void)
{
	static const int passing[] = {1204, 1205, 1222, 4221, 20, 64, 121, 233,
	    10053, 10054, 10060, 10928, 10929, 10936, 11001, 18401, 40143,
	    40166, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919,
	    49920};
	static const int staying[] = {102, 207, 208, 229, 245, 262, 297, 300,
	    701, 823, 2812, 8134, 9002, 15562, 50000};
	static const int refused[] = {
	    916, 4060, 4064, 18452, 18456, 18470, 18486, 18487, 18488};
	size_t i;

	for (i = 0; i < sizeof(passing) / sizeof(*passing); i++) {
		int way;

		for (way = 0; way < 2; way++) {
			enum db_failure f =
			    db_classify(passing[i], "42000", "x", way);

			test_ok(f == DB_FAIL_TRANSIENT || f == DB_FAIL_LOST,
			    "an error that passes");
		}
	}
	for (i = 0; i < sizeof(staying) / sizeof(*staying); i++) {
		enum db_failure f =
		    db_classify(staying[i], "42000", "x", false);

		test_ok(f != DB_FAIL_TRANSIENT && f != DB_FAIL_LOST,
		    "an error that stays");
	}
	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		test_ok(db_classify(refused[i], "42000", "x", true) ==
			DB_FAIL_LOGIN,
		    "a login that is refused");
	test_ok(db_classify(20002, "08001", "x", true) == DB_FAIL_LOST,
	    "no connection");
	test_ok(db_classify(0, "08S01", "x", false) == DB_FAIL_LOST,
	    "a connection that broke");
	test_ok(db_classify(0, "HYT00", "x", false) == DB_FAIL_TIMEOUT,
	    "no answer in time");
}

int main(void)
{
	failures();
	guard();
	utf16();
	connection();
	return test_done();
}
