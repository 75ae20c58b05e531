/*
 * A directory of scripts: every .sql file below it, in the order of their
 * names (bytes), the files of a directory before those of the directories in
 * it. Hidden directories are left out and links never followed.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/mig.h"

#include "script.h"

#define MAX_DEPTH 40
#define MAX_FILES 100000

struct tree {
	struct script *sc;
	size_t nr; /* scripts read */
	int ret;
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_script(const char *name)
{
	size_t n = strlen(name);

	return *name != '.' && n > 4 && name_eq(name + n - 4, ".sql");
}

static void walk(struct tree *t, const char *dir, unsigned depth);

/* The scripts of a directory, or else what is in its directories. */
static void each(struct tree *t, const char *dir, const char *name,
    bool directories, unsigned depth)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct stat st;

	if (*name == '.' || t->nr > MAX_FILES || lstat(path, &st) < 0) {
		;
	} else if (directories && S_ISDIR(st.st_mode)) {
		walk(t, path, depth + 1);
	} else if (!directories && S_ISREG(st.st_mode) && is_script(name)) {
		if (++t->nr > MAX_FILES)
			error("%s: more than %d scripts: name a part of them",
			    dir, MAX_FILES);
		else if (script_file(t->sc, path) == 0)
			goto out;
		t->ret = -1;
	}
out:
	free(path);
}

static void walk(struct tree *t, const char *dir, unsigned depth)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, NULL, by_name), i;

	if (n < 0 || depth > MAX_DEPTH) {
		error("%s: %s", dir,
		    n < 0 ? strerror(errno) : "directories nest too deeply");
		t->ret = -1;
	}
	for (i = 0; i < 2 * n && depth <= MAX_DEPTH; i++)
		each(t, dir, list[i % n]->d_name, i >= n, depth);
	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

int script_tree(struct script *sc, const char *dir)
{
	const char *root = sc->root;
	struct tree t = {sc, 0, 0};
	size_t n = strlen(dir);
	char *top;

	while (n > 1 && dir[n - 1] == '/')
		n--;
	top = xmemdupz(dir, n);
	sc->root = top; /* for :r */
	walk(&t, top, 0);
	sc->root = root;
	if (!t.nr && !t.ret) {
		error("%s: there is no .sql file in it", top);
		t.ret = -1;
	}
	free(top);
	return t.ret;
}
