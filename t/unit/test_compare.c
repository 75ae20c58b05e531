/* Rows as bytes, sorting on disk, comparing: lib/dbt. */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "dbt/compare.h"
#include "dbt/rowkey.h"
#include "dbt/rowset.h"
#include "dbt/spill.h"

#include "test.h"

/* Are two JSON values equal as values of a T-SQL type? */
static bool same(const char *type, const char *a, const char *b)
{
	struct row_type t = row_type_parse(type);
	struct field f = {.name = "x", .class = row_type_class(&t)};
	struct json_object *x = json_tokener_parse(a);
	struct json_object *y = json_tokener_parse(b);
	struct buf p = BUF_INIT, q = BUF_INIT;
	bool equal;

	if (f.class == CLASS_FLOAT) {
		f.approx = true;
		f.rel = 1e-12;
	}
	field_add(&f, x, false, &p);
	field_add(&f, y, true, &q);
	equal = field_equal(&f, (unsigned char *)p.s, (unsigned char *)q.s);
	if (!f.approx &&
	    equal != (p.len == q.len && memcmp(p.s, q.s, p.len) == 0))
		equal = !equal; /* exact fields are equal by their bytes */
	buf_release(&p);
	buf_release(&q);
	json_object_put(x);
	json_object_put(y);
	return equal;
}

static void values(void)
{
	static const struct {
		const char *type, *a, *b;
		bool equal;
	} t[] = {
	    {"decimal(9,2)", "\"1.50\"", "\"1.5\"", true},
	    {"decimal(9,2)", "\"-0.00\"", "\"0\"", true},
	    {"decimal(9,2)", "\"0.10\"", "\".1\"", true},
	    {"decimal(9,2)", "\"100\"", "\"1E+2\"", true},
	    {"decimal(38,10)", "\"0.0000001\"", "\"1e-07\"", true},
	    {"decimal(9,2)", "\"10\"", "\"1\"", false},
	    {"decimal(9,2)", "\"0.3\"", "\"0.30000000000000004\"", false},
	    {"decimal(38,0)", "\"12345678901234567890123456789012345678\"",
		"\"12345678901234567890123456789012345679\"", false},
	    {"money", "\"9.6700\"", "\"9.67\"", true},
	    {"int", "5", "5", true},
	    {"int", "5", "\"5.00\"", true},
	    {"int", "1", "true", false},
	    {"bigint", "\"9223372036854775807\"", "\"9223372036854775807\"",
		true},
	    {"bit", "true", "true", true},
	    {"bit", "true", "1", false},
	    {"bit", "false", "null", false},
	    {"varchar(5)", "\"a\"", "\"a \"", false},
	    {"varchar(5)", "\"a\"", "\"A\"", false},
	    {"char(5)", "\"a    \"", "\"a\"", true},
	    {"nchar(5)", "\" a\"", "\"a\"", false},
	    {"varchar(9)", "\"\"", "null", false},
	    {"varchar(9)", "\"5\"", "5", false},
	    {"varchar(9)", "\"a\\u0000b\"", "\"a\\u0000b\"", true},
	    {"varchar(9)", "\"a\\u0000b\"", "\"a\\u0001b\"", false},
	    {"varchar(9)", "\"a\\u0000\"", "\"a\"", false},
	    {"datetime", "\"2020-01-01T10:00:00.000\"",
		"\"2020-01-01T10:00:00\"", true},
	    {"datetime", "\"2020-01-01T10:00:00.120\"",
		"\"2020-01-01 10:00:00.12\"", true},
	    {"datetime", "\"2020-01-01T10:00:00.997\"",
		"\"2020-01-01T10:00:00.998\"", false},
	    {"date", "\"2020-01-01\"", "\"2020-01-01T00:00:00\"", false},
	    {"time(3)", "\"23:59:59.990\"", "\"23:59:59.99\"", true},
	    {"datetimeoffset(3)", "\"2020-01-01T00:00:00.000+00:00\"",
		"\"2020-01-01T00:00:00Z\"", true},
	    {"datetimeoffset(3)", "\"2020-01-01T00:00:00-05:00\"",
		"\"2020-01-01T05:00:00+00:00\"", false},
	    {"datetimeoffset", "\"2020-01-01T00:00:00.5-05:00\"",
		"\"2020-01-01 00:00:00.500 -05\"", true},
	    {"float", "\"0.1\"", "\"0.10000000000000001\"", true},
	    {"float", "\"0.1\"", "\"0.1000000001\"", false},
	    {"float", "\"0.0\"", "\"-0.0\"", true},
	    {"float", "\"1e300\"", "\"-1e300\"", false},
	    {"float", "\"1\"", "null", false},
	    {"float", "\"1\"", "true", false},
	    {"float", "null", "null", true},
	    {"uniqueidentifier", "\"6F96-AB\"", "\"6f96-ab\"", true},
	    {"varbinary(8)", "\"0x0aFF\"", "\"0x0AFF\"", true},
	    {"binary(2)", "\"0x0100\"", "\"0x01\"", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		char *what = xasprintf("%s: %s %s %s", t[i].type, t[i].a,
		    t[i].equal ? "=" : "<>", t[i].b);

		test_ok(same(t[i].type, t[i].a, t[i].b) == t[i].equal, what);
		free(what);
	}
}

static void types(void)
{
	static const struct {
		const char *type, *wanted;
	} t[] = {
	    {"int", "integer"},
	    {"DECIMAL(9, 2)", "decimal(9,2)"},
	    {"decimal(9)", "decimal(9,0)"},
	    {"numeric", "decimal(38,{s})"},
	    {"varchar(20)", "varchar(20)"},
	    {"varchar(max)", "text"},
	    {"varchar", "varchar"},
	    {"datetime2(7)", "timestamp"},
	    {"nonsense", NULL},
	};
	struct json_object *dialect = json_tokener_parse(
	    "{\"types\":{\"int\":\"integer\",\"decimal\":\"decimal({p},{s})\","
	    "\"numeric\":\"decimal({p},{s})\",\"varchar\":\"varchar({n})\","
	    "\"varchar(max)\":\"text\",\"datetime2\":\"timestamp\"}}");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct row_type parsed = row_type_parse(t[i].type);
		char *got = row_type_target(dialect, &parsed);

		test_str(got, t[i].wanted, t[i].type);
		free(got);
	}
	json_object_put(dialect);
}

/* Sorts numbers in any order with so little memory that most go to disk. */
static void spilling(size_t memory, unsigned nr, const char *what)
{
	struct spill *s = spill_new(memory);
	const unsigned char *got;
	bool ordered = true;
	unsigned i, seen = 0;
	char last[16] = "";
	size_t len;

	for (i = 0; i < nr; i++) {
		char text[16];
		int n = snprintf(text, sizeof(text), "%07u", i * 7919u % nr);

		spill_add(s, text, (size_t)n);
	}
	while ((got = spill_next(s, &len))) {
		ordered &= len == 7 && memcmp(last, got, 7) <= 0;
		memcpy(last, got, 7);
		seen++;
	}
	test_int(seen, nr, what);
	test_ok(ordered, "and in order");
	spill_free(s);
}

static void add_rows(struct compare *c, enum side side, const char *rows)
{
	struct json_object *list = json_tokener_parse(rows);
	size_t i;

	for (i = 0; i < js_len(list); i++)
		compare_add(c, side, json_object_array_get_idx(list, i));
	json_object_put(list);
}

/* Two columns: an int, which is the key when there is one, and a float or a
 * string. */
static char *compared(
    const char *a, const char *b, size_t nr_key, const char *type)
{
	struct row_type t = row_type_parse(type);
	struct field *fields = xcalloc(2, sizeof(*fields));
	struct compare c;
	char *text;

	fields[0] = (struct field){.name = "k", .class = CLASS_INTEGER};
	fields[1] = (struct field){.name = "v",
	    .class = row_type_class(&t),
	    .expected_at = 1,
	    .actual_at = 1};
	if (fields[1].class == CLASS_FLOAT) {
		fields[1].approx = true;
		fields[1].rel = 1e-12;
	}
	compare_init(&c, fields, 2, nr_key);
	c.samples = 5;
	add_rows(&c, EXPECTED, a);
	add_rows(&c, ACTUAL, b);
	compare_finish(&c);
	text = xasprintf("=%d ~%d +%d -%d n%d", (int)c.identical,
	    (int)c.modified, (int)c.added, (int)c.removed, (int)c.nonunique);
	compare_release(&c);
	return text;
}

static void comparing(void)
{
	static const struct {
		const char *a, *b;
		size_t nr_key;
		const char *type, *wanted, *what;
	} t[] = {
	    {"[]", "[]", 0, "varchar(9)", "=0 ~0 +0 -0 n0", "nothing"},
	    {"[[1,\"a\"],[2,\"b\"]]", "[[2,\"b\"],[1,\"a\"]]", 1, "varchar(9)",
		"=2 ~0 +0 -0 n0", "another order"},
	    {"[[1,\"a\"],[2,\"b\"]]", "[[2,\"x\"],[3,\"c\"]]", 1, "varchar(9)",
		"=0 ~1 +1 -1 n0", "modified, added, removed"},
	    {"[[1,\"a\"],[1,\"a\"]]", "[[1,\"a\"]]", 1, "varchar(9)",
		"=1 ~0 +0 -1 n1", "a duplicate lost, with a key"},
	    {"[[1,\"a\"],[1,\"a\"]]", "[[1,\"a\"]]", 0, "varchar(9)",
		"=1 ~0 +0 -1 n0", "a duplicate lost"},
	    {"[[1,\"a\"]]", "[[1,\"a\"],[1,\"a\"],[1,\"a\"]]", 0, "varchar(9)",
		"=1 ~0 +2 -0 n0", "duplicates made"},
	    {"[[1,\"a\"],[1,\"b\"]]", "[[1,\"b\"],[1,\"a\"]]", 1, "varchar(9)",
		"=2 ~0 +0 -0 n1", "a key that isn't one, on both sides"},
	    {"[[null,null],[null,null]]", "[[null,null],[null,null]]", 0,
		"varchar(9)", "=2 ~0 +0 -0 n0", "nulls are equal"},
	    {"[[1,\"a\"]]", "[[2,\"a\"]]", 0, "varchar(9)", "=0 ~0 +1 -1 n0",
		"without a key nothing is modified"},
	    {"[[1,\"0.3\"],[1,\"0.1\"]]",
		"[[1,\"0.10000000000000001\"],[1,\"0.30000000000000004\"]]", 0,
		"float", "=2 ~0 +0 -0 n0", "floats in a multiset"},
	    {"[[1,\"0.3\"],[1,\"0.1\"]]", "[[1,\"0.1\"],[1,\"0.2\"]]", 0,
		"float", "=1 ~0 +1 -1 n0", "floats in a multiset that differ"},
	    {"[[1,\"0.3\"]]", "[[1,null]]", 1, "float", "=0 ~1 +0 -0 n0",
		"a float that became null"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		char *got = compared(t[i].a, t[i].b, t[i].nr_key, t[i].type);

		test_str(got, t[i].wanted, t[i].what);
		free(got);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	mig_start(argv[0]);
	values();
	types();
	spilling(1 << 20, 1000, "sorted in memory");
	spilling(4096, 20011, "sorted on disk");
	spilling(64, 0, "nothing sorted");
	comparing();
	return test_done();
}
