#include <stdlib.h>
#include <unistd.h>

#include "common/finding.h"
#include "common/fs.h"
#include "tsql/sqlcmd.h"

#include "test.h"

static char dir[] = "/tmp/mig-sqlcmd-XXXXXX";

static void expands(const char *text, const char *expected, const char *what)
{
	struct tsql_sqlcmd s;

	tsql_sqlcmd_init(&s, dir, NULL);
	tsql_sqlcmd_set(&s, "given", "g");
	tsql_sqlcmd_add(&s, "main.sql", text, strlen(text));
	test_str(buf_str(&s.out), expected, what);
	tsql_sqlcmd_release(&s);
}

static size_t findings_of(const char *text, enum finding_code code)
{
	struct tsql_sqlcmd s;
	struct findings f = FINDINGS_INIT;
	size_t i, n = 0;

	tsql_sqlcmd_init(&s, dir, &f);
	tsql_sqlcmd_add(&s, "main.sql", text, strlen(text));
	for (i = 0; i < f.nr; i++)
		n += f.items[i].code == code;
	tsql_sqlcmd_release(&s);
	findings_release(&f);
	return n;
}

static void put(const char *name, const char *text)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s/%s", dir, name);
	if (fs_write(b.s, text, strlen(text), false))
		printf("# can't write %s\n", b.s);
	buf_release(&b);
}

static void drop(const char *name)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s/%s", dir, name);
	remove(b.s);
	buf_release(&b);
}

static void test_variables(void)
{
	expands("SELECT $(given)", "SELECT g", "a variable that was given");
	expands(":setvar a \"x y\"\nSELECT '$(a)'", "\nSELECT 'x y'",
	    "a variable in a string");
	expands(":setvar a 1\n:setvar b $(a)2\n$(B)", "\n\n12",
	    "a variable of variables, without case");
	expands("$(none) $x $(", "$(none) $x $(",
	    "what has no value stays as it is");
	test_int(findings_of("$(none)", FINDING_SQLCMD_VARIABLE), 1,
	    "and is a finding");
}

static void test_include(void)
{
	put("a.sql", "SELECT 1");
	put("sub/b.sql", ":r c.sql\nb");
	put("sub/c.sql", "c\n");
	put("loop.sql", ":r loop.sql\nx\n");
	expands("x\n:r a.sql\ny", "x\nSELECT 1\n\ny", "a file is put in");
	expands(":r .\\sub\\b.sql", "c\n\nb\n",
	    "a path begins at the file that names it");
	expands("/*\n:r a.sql\n*/ '\n:r a.sql\n'",
	    "/*\n:r a.sql\n*/ '\n:r a.sql\n'",
	    "there are no directives in comments and strings");
	test_int(findings_of(":r ../a.sql", FINDING_SQLCMD_INCLUDE), 1,
	    "a path that leaves the root");
	test_int(findings_of(":r /etc/passwd", FINDING_SQLCMD_INCLUDE), 1,
	    "an absolute path");
	test_int(findings_of(":r none.sql", FINDING_SQLCMD_INCLUDE), 1,
	    "a file that isn't there");
	test_int(findings_of(":r loop.sql", FINDING_SQLCMD_INCLUDE), 1,
	    "a file that reads itself ends at the depth");
	put("to.sql", ":r fro.sql\n");
	put("fro.sql", ":r to.sql\nx\n");
	expands(":r to.sql", "\nx\n\n", "files that read each other");
	drop("to.sql");
	drop("fro.sql");
	test_int(findings_of(":!!del x\n", FINDING_SQLCMD_DIRECTIVE), 1,
	    "nor with a colon");
	test_int(findings_of("!!del x\n", FINDING_SQLCMD_DIRECTIVE), 1,
	    "a command is never run");
}

/* The variable's place, and the environment's part in it. */
static void test_places(void)
{
	struct tsql_sqlcmd s;
	struct findings f = FINDINGS_INIT;
	const char *text = "1\n\xC3\xA9 $(mig_x) $(mig_key)\n:r sub/d.sql\n";

	put("sub/d.sql", "x\n  $(mig_none)\n");
	setenv("mig_x", "y", 1);
	setenv("mig_key", "z", 1);
	tsql_sqlcmd_init(&s, dir, &f);
	s.environment = true;
	tsql_sqlcmd_add(&s, "main.sql", text, strlen(text));
	test_str(buf_str(&s.out),
	    "1\n\xC3\xA9 y $(mig_key)\nx\n  $(mig_none)\n\n",
	    "the environment's variables, but no credential");
	test_int((intmax_t)f.nr, 2, "both of the others are findings");
	test_int((intmax_t)f.items[0].line, 2, "the line");
	test_int((intmax_t)f.items[0].column, 12, "the column, in characters");
	test_str(f.items[1].file + strlen(dir), "/sub/d.sql",
	    "the file that is read");
	test_int((intmax_t)f.items[1].line, 2, "the line in it");
	test_int((intmax_t)f.items[1].column, 3, "the column in it");
	tsql_sqlcmd_release(&s);
	findings_release(&f);
	drop("sub/d.sql");
}

static void test_growth(void)
{
	struct tsql_sqlcmd s;
	struct findings f = FINDINGS_INIT;
	struct buf text = BUF_INIT;
	int i;

	buf_adds(&text, ":setvar a xxxxxxxx\n");
	for (i = 0; i < 60; i++)
		buf_adds(&text, ":setvar a $(a)$(a)\n");
	buf_adds(&text, "$(a)");
	tsql_sqlcmd_init(&s, dir, &f);
	tsql_sqlcmd_add(&s, "main.sql", text.s, text.len);
	test_ok(s.out.len < 200000, "values that double have an end");
	test_ok(f.nr > 0, "which is a finding");
	tsql_sqlcmd_release(&s);
	findings_release(&f);
	buf_release(&text);
}

static void test_origin(void)
{
	struct tsql_sqlcmd s;
	struct tsql_sqlcmd_origin o;
	const char *text = "1\n:r sub/c.sql\n3\n";

	tsql_sqlcmd_init(&s, dir, NULL);
	tsql_sqlcmd_add(&s, "main.sql", text, strlen(text));
	o = tsql_sqlcmd_origin(&s, 2);
	test_str(
	    o.file + strlen(dir), "/sub/c.sql", "a line of an included file");
	test_int(o.line, 1, "its number there");
	o = tsql_sqlcmd_origin(&s, 4);
	test_str(o.file, "main.sql", "a line behind it");
	test_int(o.line, 3, "its number");
	tsql_sqlcmd_release(&s);
}

int main(void)
{
	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	test_variables();
	test_include();
	test_places();
	test_growth();
	test_origin();
	drop("a.sql");
	drop("sub/b.sql");
	drop("sub/c.sql");
	drop("loop.sql");
	drop("sub");
	rmdir(dir);
	return test_done();
}
