#include <unistd.h>

#include "common/alloc.h"
#include "common/mig.h"

/* The tree that holds the running executable, when it is a source tree. */
static char *tree_share(const char *name)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int up;

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	for (up = 0; up < 4; up++) {
		char *slash = strrchr(exe, '/');
		char *mark, *path;

		if (!slash)
			return NULL;
		*slash = '\0';
		mark = xasprintf("%s/share/mig.mk", exe);
		path = xasprintf("%s/share/%s", exe, name);
		if (access(mark, F_OK) == 0) {
			free(mark);
			return path;
		}
		free(mark);
		free(path);
	}
	return NULL;
}

char *mig_share(const char *name)
{
	const char *dir = getenv("MIG_SHARE");
	char *path;

	if (dir && *dir)
		return xasprintf("%s/%s", dir, name);
	path = tree_share(name);
	if (path)
		return path;
	return xasprintf("%s/share/mig/%s", MIG_PREFIX, name);
}
