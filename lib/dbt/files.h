/*
 * The files of a generated dbt project, which people edit too.
 *
 * For each file that mig writes, DIR/.mig/hashes/PATH holds the hash of what
 * it wrote. A file on disk with another hash was edited by hand, and so was
 * one without a hash unless it is what mig would write: both stay as they
 * are. One hash a file, so that the jobs of make -j don't wait for each other.
 */
#ifndef DBT_FILES_H
#define DBT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

enum dbt_file {
	DBT_FILE_FAILED = -1, /* errno says why */
	DBT_FILE_SAME,	      /* it is there already */
	DBT_FILE_NEW,
	DBT_FILE_CHANGED, /* mig's own older text was replaced */
	DBT_FILE_BY_HAND, /* edited: left alone; its text is in *disk */
};

/*
 * What writing would do (dry), or does. path is relative to dir and must stay
 * inside it, else EINVAL, also where links lead, else ELOOP: nothing is read or
 * written there. disk may be NULL.
 */
enum dbt_file dbt_file_write(const char *dir, const char *path,
    const void *data, size_t len, bool dry, struct buf *disk);
const char *dbt_file_error(void); /* errno of DBT_FILE_FAILED in words */
const char *dbt_file_word(enum dbt_file); /* "unchanged", "new" … */

#endif
