#include <unistd.h>

#include "common/alloc.h"
#include "common/mig.h"

/* DIR/name when DIR is where the shared files are; else NULL. */
static char *share_in(const char *above, const char *dir, const char *name)
{
	char *mark = xasprintf("%s/%s/mig.mk", above, dir);
	bool here = access(mark, F_OK) == 0;

	free(mark);
	return here ? xasprintf("%s/%s/%s", above, dir, name) : NULL;
}

/* Beside the running executable: a source tree, or an installation that was
 * put or moved anywhere. */
static char *tree_share(const char *name)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int up;

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	for (up = 0; up < 4; up++) {
		char *slash = strrchr(exe, '/'), *path;

		if (!slash)
			return NULL;
		*slash = '\0';
		path = share_in(exe, "share", name);
		if (!path)
			path = share_in(exe, "share/mig", name);
		if (path)
			return path;
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
