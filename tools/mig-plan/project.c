/*
 * An existing dbt project: its name, and the names of models that aren't
 * ours. Ours are those whose yml carries the provenance that mig-gen writes
 * (config: meta: mig:).
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "plan.h"

#define DEPTH 20 /* of directories below models/ */

static bool is_ours(const char *path)
{
	struct buf text = BUF_INIT;
	char *yml = xasprintf("%.*s.yml", (int)strlen(path) - 4, path);
	bool ours;

	ours = fs_read(yml, &text) == 0 &&
	    strstr(buf_str(&text), "mig:") != NULL &&
	    strstr(buf_str(&text), "object:") != NULL;
	buf_release(&text);
	free(yml);
	return ours;
}

static void take_file(struct plan *p, const char *path, const char *file)
{
	size_t n = strlen(file);
	char *name;

	if (n < 4 ||
	    (strcmp(file + n - 4, ".sql") != 0 &&
		strcmp(file + n - 3, ".py") != 0))
		return;
	name = xmemdupz(file, n - (file[n - 1] == 'y' ? 3 : 4));
	if (!is_ours(path)) {
		map_set(&p->taken, name, p);
		js_push_str(p->existing, name);
	}
	free(name);
}

static void read_dir(struct plan *p, const char *path, int depth)
{
	DIR *d = opendir(path);
	struct dirent *e;
	struct stat st;

	if (!d) {
		if (errno != ENOENT)
			warning("%s: %s", path, strerror(errno));
		return;
	}
	while ((e = readdir(d))) {
		char *full;

		if (e->d_name[0] == '.')
			continue;
		full = xasprintf("%s/%s", path, e->d_name);
		if (lstat(full, &st) == 0 && S_ISDIR(st.st_mode) && depth)
			read_dir(p, full, depth - 1);
		else if (S_ISREG(st.st_mode))
			take_file(p, full, e->d_name);
		free(full);
	}
	closedir(d);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(json_object_get_string(*(struct json_object *const *)a),
	    json_object_get_string(*(struct json_object *const *)b));
}

/* `name: x` of dbt_project.yml, which has it at the start of a line. */
static char *project_name(struct arena *a, const char *text)
{
	const char *line = text;

	while (line && *line) {
		if (strncmp(line, "name:", 5) == 0) {
			const char *s = line + 5;
			size_t n;

			s += strspn(s, " \t'\"");
			n = strcspn(s, " \t\r\n'\"#");
			return n ? arena_strndup(a, s, n) : NULL;
		}
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return NULL;
}

void project_read(struct plan *p)
{
	struct buf text = BUF_INIT;
	char *path;

	if (!p->dir)
		return;
	path = xasprintf("%s/dbt_project.yml", p->dir);
	if (!p->project && fs_read(path, &text) == 0)
		p->project = project_name(&p->arena, buf_str(&text));
	free(path);
	buf_release(&text);
	path = xasprintf("%s/models", p->dir);
	read_dir(p, path, DEPTH);
	free(path);
	json_object_array_sort(p->existing, by_text);
}
