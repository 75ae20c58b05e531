/* Assertions for the unit tests; a program prints TAP for prove. */
#ifndef MIG_TEST_H
#define MIG_TEST_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int test_nr, test_failed;

static inline bool test_report(bool ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++test_nr, what);
	test_failed += !ok;
	return ok;
}

static inline void test_ok(bool ok, const char *what)
{
	test_report(ok, what);
}

static inline void test_str(
    const char *actual, const char *expected, const char *what)
{
	bool ok =
	    actual && expected ? !strcmp(actual, expected) : actual == expected;

	if (!test_report(ok, what))
		printf("# expected: %s\n#   actual: %s\n",
		    expected ? expected : "(null)", actual ? actual : "(null)");
}

static inline void test_int(
    intmax_t actual, intmax_t expected, const char *what)
{
	if (!test_report(actual == expected, what))
		printf("# expected: %jd\n#   actual: %jd\n", expected, actual);
}

/* What main() returns. */
static inline int test_done(void)
{
	printf("1..%d\n", test_nr);
	return test_failed != 0;
}

#endif
