/* Writing YAML, and files that people edit too: lib/dbt. */
#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "dbt/files.h"
#include "dbt/yml.h"

#include "test.h"

static void scalars(void)
{
	static const struct {
		const char *in, *plain, *flow;
	} t[] = {
	    {"plain words", "plain words", "plain words"},
	    {"", "\"\"", "\"\""},
	    {"true", "\"true\"", "\"true\""},
	    {"No", "\"No\"", "\"No\""},
	    {"12", "\"12\"", "\"12\""},
	    {"a, b", "a, b", "\"a, b\""},
	    {"a: b", "\"a: b\"", "\"a: b\""},
	    {"a:b", "a:b", "\"a:b\""},
	    {"a #b", "\"a #b\"", "\"a #b\""},
	    {"- a", "\"- a\"", "\"- a\""},
	    {"{{ x }}", "\"{{ x }}\"", "\"{{ x }}\""},
	    {"say \"a\\b\"", "say \"a\\b\"", "\"say \\\"a\\\\b\\\"\""},
	    {"a\r\n\tb\x01", "\"a\\r\\n\\tb\\x01\"", "\"a\\r\\n\\tb\\x01\""},
	    {"\xe2\x80\xa8", "\"\\u2028\"", "\"\\u2028\""},
	    {"caf\xc3\xa9", "\"caf\xc3\xa9\"", "\"caf\xc3\xa9\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct buf b = BUF_INIT;

		yml_scalar(&b, t[i].in, strlen(t[i].in), false);
		test_str(buf_str(&b), t[i].plain, "a scalar");
		buf_reset(&b);
		yml_scalar(&b, t[i].in, strlen(t[i].in), true);
		test_str(buf_str(&b), t[i].flow, "a scalar in flow style");
		buf_release(&b);
	}
}

static void blocks(void)
{
	struct buf b = BUF_INIT;
	struct yml y = {&b, 0, false};

	yml_int(&y, "version", 2);
	yml_open(&y, "models");
	yml_item(&y);
	yml_str(&y, "name", "m");
	yml_open(&y, "data_tests");
	yml_item_str(&y, "unique");
	yml_item(&y);
	yml_open(&y, "relationships");
	yml_open(&y, "arguments");
	yml_source(&y, "field", "{{ x");
	yml_close(&y);
	yml_close(&y);
	yml_close(&y);
	yml_close(&y);
	yml_bool(&y, "last", true);
	yml_close(&y);
	test_str(buf_str(&b),
	    "version: 2\nmodels:\n  - name: m\n    data_tests:\n"
	    "      - unique\n      - relationships:\n          arguments:\n"
	    "            field: \"{{ \\\"{{\\\" }} x\"\n    last: true\n",
	    "blocks and lists");
	buf_release(&b);
}

static void expect_disk(const char *path, const char *text, const char *what)
{
	struct buf b = BUF_INIT;

	test_ok(!fs_read(path, &b), "the file is there");
	test_str(buf_str(&b), text, what);
	buf_release(&b);
}

static void files(void)
{
	char dir[] = "/tmp/mig-files-XXXXXX";
	struct buf disk = BUF_INIT;
	char *path, *command;

	if (!mkdtemp(dir)) {
		test_ok(false, "a scratch directory");
		return;
	}
	path = xasprintf("%s/a/b.sql", dir);
	test_int(dbt_file_write(dir, "a/b.sql", "x", 1, true, NULL),
	    DBT_FILE_NEW, "a dry run says new");
	test_ok(!fs_exists(path), "and writes nothing");
	test_int(dbt_file_write(dir, "a/b.sql", "x", 1, false, NULL),
	    DBT_FILE_NEW, "new");
	test_int(dbt_file_write(dir, "a/b.sql", "x", 1, false, NULL),
	    DBT_FILE_SAME, "the same again");
	test_int(dbt_file_write(dir, "a/b.sql", "y", 1, false, NULL),
	    DBT_FILE_CHANGED, "our own text is replaced");
	expect_disk(path, "y", "with the new one");
	fs_write(path, "by hand", 7, false);
	test_int(dbt_file_write(dir, "a/b.sql", "z", 1, false, &disk),
	    DBT_FILE_BY_HAND, "an edited file");
	test_str(buf_str(&disk), "by hand", "comes back");
	expect_disk(path, "by hand", "and stays");
	test_int(dbt_file_write(dir, "a/b.sql", "by hand", 7, false, NULL),
	    DBT_FILE_SAME, "an edit that we would make too");
	test_int(dbt_file_write(dir, "a/b.sql", "z", 1, false, NULL),
	    DBT_FILE_CHANGED, "is ours from then on");
	test_int(dbt_file_write(dir, "../x", "z", 1, false, NULL),
	    DBT_FILE_FAILED, "nothing outside of the project");
	test_int(dbt_file_write(dir, "/x", "z", 1, false, NULL),
	    DBT_FILE_FAILED, "nothing by an absolute path");
	command = xasprintf("rm -r '%s'", dir);
	test_int(system(command), 0, "cleaned up");
	free(command);
	free(path);
	buf_release(&disk);
}

int main(void)
{
	scalars();
	blocks();
	files();
	return test_done();
}
