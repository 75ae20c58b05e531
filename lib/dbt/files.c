#include <errno.h>
#include <string.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/sha256.h"
#include "dbt/files.h"

static bool same(const struct buf *b, const void *data, size_t len)
{
	return b->len == len && (!len || !memcmp(b->s, data, len));
}

/* Is the file on disk what mig wrote there the last time? */
static bool is_ours(const char *hash_path, const struct buf *disk)
{
	struct buf known = BUF_INIT;
	char hex[SHA256_HEX];
	bool ours;

	sha256_of(buf_str(disk), disk->len, hex);
	ours = !fs_read(hash_path, &known) && known.len >= SHA256_HEX - 1 &&
	    !memcmp(known.s, hex, SHA256_HEX - 1);
	buf_release(&known);
	return ours;
}

static int remember(const char *hash_path, const void *data, size_t len)
{
	char hex[SHA256_HEX + 1];

	sha256_of(data, len, hex);
	hex[SHA256_HEX - 1] = '\n';
	return fs_write_changed(hash_path, hex, SHA256_HEX) < 0 ? -1 : 0;
}

static enum dbt_file judge(const char *path, const char *hash_path,
    const void *data, size_t len, struct buf *disk)
{
	if (fs_read(path, disk)) {
		if (errno == ENOENT)
			return DBT_FILE_NEW;
		return DBT_FILE_FAILED;
	}
	if (same(disk, data, len))
		return DBT_FILE_SAME;
	return is_ours(hash_path, disk) ? DBT_FILE_CHANGED : DBT_FILE_BY_HAND;
}

enum dbt_file dbt_file_write(const char *dir, const char *path,
    const void *data, size_t len, bool dry, struct buf *disk)
{
	struct buf own = BUF_INIT;
	enum dbt_file what;
	char *full, *hash;

	if (!fs_path_is_inside(path)) {
		errno = EINVAL;
		return DBT_FILE_FAILED;
	}
	full = xasprintf("%s/%s", dir, path);
	hash = xasprintf("%s/.mig/hashes/%s", dir, path);
	if (!disk)
		disk = &own;
	if (fs_stays_below(dir, path) &&
	    fs_stays_below(dir, hash + strlen(dir) + 1)) {
		what = judge(full, hash, data, len, disk);
	} else {
		errno = ELOOP;
		what = DBT_FILE_FAILED;
	}
	if (dry || what == DBT_FILE_BY_HAND || what == DBT_FILE_FAILED)
		goto out;
	/* The hash first: a file that is not there yet can't be mistaken for
	 * one edited by hand, whatever stops us between the two. */
	if (what == DBT_FILE_CHANGED) {
		if (fs_write(full, data, len, false) ||
		    remember(hash, data, len))
			what = DBT_FILE_FAILED;
	} else if (remember(hash, data, len) ||
	    (what == DBT_FILE_NEW && fs_write(full, data, len, false))) {
		what = DBT_FILE_FAILED;
	}
out:
	free(full);
	free(hash);
	buf_release(&own);
	return what;
}

const char *dbt_file_error(void)
{
	return errno == ELOOP ? "a link leads out of the project"
			      : strerror(errno);
}

const char *dbt_file_word(enum dbt_file what)
{
	switch (what) {
	case DBT_FILE_SAME: return "unchanged";
	case DBT_FILE_NEW: return "new";
	case DBT_FILE_CHANGED: return "changed";
	case DBT_FILE_BY_HAND: return "edited by hand, kept";
	case DBT_FILE_FAILED: break;
	}
	return "failed";
}
