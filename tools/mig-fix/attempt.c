/* Writing what was repaired, and having it tested again. */
#include <errno.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "common/proc.h"
#include "dbt/files.h"
#include "fix.h"

int attempt_write(const struct fix *f, struct json_object *model)
{
	struct json_object *files = js_arr(model, "files");
	size_t i;

	for (i = 0; i < js_len(files); i++) {
		struct json_object *o = json_object_array_get_idx(files, i);
		const char *path = js_str_or(o, "path", "");
		struct json_object *content = js_get(o, "content");
		enum dbt_file done = dbt_file_write(f->dir, path,
		    json_object_get_string(content),
		    (size_t)json_object_get_string_len(content), false, NULL);

		if (done == DBT_FILE_FAILED) {
			error("%s/%s: %s", f->dir, path, dbt_file_error());
			return -1;
		}
		if (done == DBT_FILE_BY_HAND) {
			warning(
			    "%s/%s was edited by hand and stays", f->dir, path);
			return -1;
		}
	}
	return 0;
}

/* mig-test beside this executable, else the one in PATH. */
static char *test_command(void)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash, *path;

	if (n <= 0)
		return xstrdup("mig-test");
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (!slash)
		return xstrdup("mig-test");
	*slash = '\0';
	path = xasprintf("%s/mig-test", exe);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return xstrdup("mig-test");
}

/* The records to test, in a file: a pipe to and fro could jam. */
static char *write_records(const struct fix *f)
{
	const char *tmp = getenv("TMPDIR");
	char *name = xasprintf("%s/mig-fix.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int fd = mkstemp(name);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	size_t i;

	if (!out)
		die("%s: %s", name, strerror(errno));
	for (i = 0; i < f->nr; i++) {
		if (f->item[i].retest)
			jsonl_write(f->item[i].record, out);
	}
	if (fclose(out) != 0) {
		unlink(name);
		die("%s: %s", name, strerror(errno));
	}
	return name;
}

static void take_line(struct fix *f, const char *line)
{
	struct json_object *o = json_tokener_parse(line);
	const char *name = js_str(o, "name");
	size_t at = name ? (size_t)map_get(&f->by_name, name) : 0;
	struct item *item = at ? &f->item[at - 1] : NULL;

	if (!item || !item->retest) {
		json_object_put(o);
		return;
	}
	json_object_put(item->record);
	item->record = o;
	item->failed = js_is(o, "status", "failed");
}

int attempt_test(struct fix *f)
{
	char *command = test_command(), *records = write_records(f);
	const char *argv[8];
	struct buf out = BUF_INIT;
	size_t n = 0;
	char *line, *next;
	int status;

	argv[n++] = command;
	argv[n++] = "-C";
	argv[n++] = f->dir;
	if (f->target) {
		argv[n++] = "--target";
		argv[n++] = f->target;
	}
	argv[n++] = records;
	argv[n] = NULL;
	status = proc_run(argv, NULL, &out);
	unlink(records);
	for (line = out.s; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		take_line(f, line);
	}
	buf_release(&out);
	if (status < 0 || status >= MIG_TROUBLE)
		error("%s: exit status %d", command, status);
	free(command);
	free(records);
	return status < 0 || status >= MIG_TROUBLE ? -1 : 0;
}
