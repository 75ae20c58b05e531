#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"

#define NAME_MAX_BYTES 120

int fs_read_fd(int fd, struct buf *b)
{
	for (;;) {
		ssize_t n;

		buf_grow(b, 65536);
		n = read(fd, b->s + b->len, b->cap - b->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		b->len += (size_t)n;
		b->s[b->len] = '\0';
	}
	return 0;
}

int fs_read(const char *path, struct buf *b)
{
	int fd, ret, saved;

	if (strcmp(path, "-") == 0)
		return fs_read_fd(STDIN_FILENO, b);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = fs_read_fd(fd, b);
	saved = errno;
	close(fd);
	errno = saved;
	return ret;
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The mode that a plain creat() would give; mkstemp() makes files private. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

int fs_write(const char *path, const void *data, size_t len, bool sync)
{
	char *tmp;
	int fd, saved;

	if (fs_mkdirs_for(path) < 0)
		return -1;
	tmp = xasprintf("%s.XXXXXX", path);
	fd = mkstemp(tmp);
	if (fd < 0) {
		free(tmp);
		return -1;
	}
	if (write_all(fd, data, len) < 0 || fchmod(fd, default_mode()) < 0 ||
	    (sync && fsync(fd) < 0))
		goto fail;
	if (close(fd) < 0) {
		fd = -1;
		goto fail;
	}
	fd = -1;
	if (rename(tmp, path) < 0)
		goto fail;
	free(tmp);
	return 0;
fail:
	saved = errno;
	if (fd >= 0)
		close(fd);
	unlink(tmp);
	free(tmp);
	errno = saved;
	return -1;
}

int fs_write_changed(const char *path, const void *data, size_t len)
{
	struct buf old = BUF_INIT;
	bool same;

	same = fs_read(path, &old) == 0 && old.len == len &&
	    (!len || memcmp(old.s, data, len) == 0);
	buf_release(&old);
	if (same)
		return 0;
	return fs_write(path, data, len, false) < 0 ? -1 : 1;
}

int fs_mkdirs(const char *path)
{
	char *p = xstrdup(path), *s = p;
	int ret = 0;

	while (ret == 0 && s) {
		s = strchr(s + (*s == '/'), '/');
		if (s)
			*s = '\0';
		if (*p && mkdir(p, 0777) < 0 && errno != EEXIST)
			ret = -1;
		if (s)
			*s = '/';
	}
	free(p);
	return ret;
}

int fs_mkdirs_for(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int ret;

	if (!slash || slash == path)
		return 0;
	dir = xmemdupz(path, (size_t)(slash - path));
	ret = fs_mkdirs(dir);
	free(dir);
	return ret;
}

bool fs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool fs_path_is_inside(const char *path)
{
	const char *part = path, *p;

	if (!*path || *path == '/')
		return false;
	for (p = path;; p++) {
		if (*p == '/' || !*p) {
			size_t n = (size_t)(p - part);

			if (n == 0 || (n == 1 && part[0] == '.') ||
			    (n == 2 && memcmp(part, "..", 2) == 0))
				return false;
			part = p + 1;
			if (!*p)
				return true;
		} else if ((unsigned char)*p < 0x20 || *p == 0x7f ||
		    *p == '\\') {
			return false;
		}
	}
}

bool fs_stays_below(const char *dir, const char *path)
{
	char *full = xasprintf("%s/%s", dir, path);
	char *root = realpath(dir, NULL), *real = NULL;
	size_t len = root ? strlen(root) : 0, min = strlen(dir);
	bool below = true;

	while (root && !(real = realpath(full, NULL)) && strlen(full) > min)
		*strrchr(full, '/') = '\0';
	if (real && strcmp(root, "/") != 0)
		below = strncmp(real, root, len) == 0 &&
		    (real[len] == '/' || !real[len]);
	free(real);
	free(root);
	free(full);
	return below;
}

char *fs_safe_name(const char *name)
{
	struct buf b = BUF_INIT;

	for (; *name && b.len < NAME_MAX_BYTES; name++) {
		char c = *name;
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		    (c == '.' && b.len);

		/* UTF-8: one '_' for a character, not for each byte. */
		if (!ok && ((unsigned char)c & 0xc0) == 0x80)
			continue;
		buf_addc(&b, ok ? c : '_');
	}
	if (!b.len)
		buf_addc(&b, '_');
	return buf_detach(&b);
}
