#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/mig.h"
#include "dbt/find.h"

/* The path when it can be executed; else it is freed and NULL. */
static char *usable(char *path)
{
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static char *in_path(const char *name)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t len = strcspn(at, ":");
		char *path = usable(xasprintf("%.*s/%s", (int)len, at, name));

		if (path && len > 0)
			return path;
		free(path);
		at += len + (at[len] == ':');
	}
	return NULL;
}

static char *find_dbt(void)
{
	const char *dbt = getenv("DBT");
	const char *venv = getenv("VENV");
	char *path, *share;

	if (dbt && *dbt) {
		if (strchr(dbt, '/'))
			return usable(xstrdup(dbt));
		return in_path(dbt);
	}
	if (venv && *venv) {
		path = usable(xasprintf("%s/bin/dbt", venv));
		if (path)
			return path;
	}
	share = mig_share("../.venv/bin/dbt");
	path = usable(share);
	return path ? path : in_path("dbt");
}

/* The interpreter that a script names in its first line, or NULL. */
static char *shebang(const char *script)
{
	char line[4096];
	FILE *f = fopen(script, "re");
	char *got = NULL;

	if (!f)
		return NULL;
	if (fgets(line, sizeof(line), f) && strncmp(line, "#!/", 3) == 0) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (strstr(line, "python"))
			got = usable(xstrdup(line + 2));
	}
	fclose(f);
	return got;
}

/* A long path of a virtual environment doesn't fit a first line: then the
 * script begins with a shell trick, and its python is beside it. */
static char *beside(const char *script)
{
	char *real = realpath(script, NULL);
	char *path = NULL, *slash;

	if (!real)
		return NULL;
	slash = strrchr(real, '/');
	if (slash)
		path = usable(
		    xasprintf("%.*s/python3", (int)(slash - real), real));
	free(real);
	return path;
}

int dbt_find(struct dbt_where *w)
{
	w->python = NULL;
	w->dbt = find_dbt();
	if (!w->dbt)
		return -1;
	w->python = shebang(w->dbt);
	if (!w->python)
		w->python = beside(w->dbt);
	if (!w->python)
		w->python = in_path("python3");
	if (w->python)
		return 0;
	dbt_where_release(w);
	return -1;
}

void dbt_where_release(struct dbt_where *w)
{
	free(w->dbt);
	free(w->python);
	w->dbt = w->python = NULL;
}
