/*
 * Files: whole-file reads, atomic writes, directories, names that stay inside.
 * Functions return 0 or -1 with errno set, unless said otherwise.
 */
#ifndef MIG_FS_H
#define MIG_FS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* Adds the whole file (or, for "-", standard input) to b. */
int fs_read(const char *path, struct buf *b);
int fs_read_fd(int fd, struct buf *b);

/*
 * Writes by a temporary name in the same directory and a rename, so that a
 * reader sees the old file or the whole new one. Makes missing directories.
 * With sync, the data are on disk before the rename.
 */
int fs_write(const char *path, const void *data, size_t len, bool sync);
/* As fs_write(), but leaves an equal file (and its time) alone: 1 when it
 * wrote, 0 when nothing had to change. */
int fs_write_changed(const char *path, const void *data, size_t len);

int fs_mkdirs(const char *path);     /* the directory and its parents */
int fs_mkdirs_for(const char *path); /* the parents of a file */
bool fs_exists(const char *path);

/*
 * Does a relative path stay below the directory it is joined to? False for
 * absolute paths, "..", empty parts, control characters, back slashes.
 */
bool fs_path_is_inside(const char *path);

/*
 * Does dir/path, as the links on its way lead, stay below dir? What isn't
 * there yet is judged by the directory that will hold it. dir itself may be
 * reached by a link: that is its owner's choice.
 */
bool fs_stays_below(const char *dir, const char *path);

/*
 * A file name part for an object's name: letters, digits, '_', '-' and '.'
 * stay, everything else becomes '_'; never empty, never with a leading dot,
 * at most 120 bytes. The caller frees it.
 */
char *fs_safe_name(const char *name);

#endif
