#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/proc.h"
#include "common/sha256.h"
#include "dbt/find.h"
#include "dbt/helper.h"

enum {
	START_TRIES = 3,      /* of a helper that ends before it answers */
	READY_MS = 120 * 1000 /* for dbt's import on a slow disk */
};

struct dbt {
	char *project, *target;
	char *name; /* of the socket, in target/ */
	int fd;
	struct buf in; /* bytes that came, from `at` on not yet looked at */
	size_t at;
	char *adapter;
	char *error;
};

extern char **environ;

struct dbt *dbt_open(const char *project, const char *target)
{
	struct dbt *d = xcalloc(1, sizeof(*d));

	d->project = xstrdup(project);
	d->target = target ? xstrdup(target) : NULL;
	d->fd = -1;
	return d;
}

static void hang_up(struct dbt *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	buf_reset(&d->in);
	d->at = 0;
}

void dbt_close(struct dbt *d)
{
	if (!d)
		return;
	hang_up(d);
	buf_release(&d->in);
	free(d->project);
	free(d->target);
	free(d->name);
	free(d->adapter);
	free(d->error);
	free(d);
}

const char *dbt_error(const struct dbt *d)
{
	return d->error ? d->error : "";
}

static int fail(struct dbt *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct dbt *d, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	free(d->error);
	d->error = buf_detach(&b);
	return -1;
}

/* -- the socket's name ---------------------------------------------------- */

static int by_string(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Profiles read the environment: another environment is another helper. */
static void add_environment(struct sha256 *hash)
{
	static const char *const prefixes[] = {"DBT", "PG", "MIG_"};
	size_t nr = 0, cap = 0, i, k;
	char **found = NULL;

	for (i = 0; environ[i]; i++) {
		for (k = 0; k < ARRAY_SIZE(prefixes); k++) {
			if (strncmp(environ[i], prefixes[k],
				strlen(prefixes[k])) != 0)
				continue;
			GROW(found, nr, cap);
			found[nr++] = environ[i];
			break;
		}
	}
	if (nr)
		qsort(found, nr, sizeof(*found), by_string);
	for (i = 0; i < nr; i++)
		sha256_add(hash, found[i], strlen(found[i]) + 1);
	free(found);
}

static void name_socket(
    struct dbt *d, const char *script, const struct dbt_where *where)
{
	const char *parts[] = {
	    script, where->dbt, where->python, d->target ? d->target : ""};
	char hex[SHA256_HEX];
	struct sha256 hash;
	struct stat st;
	size_t i;

	sha256_init(&hash);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		sha256_add(&hash, parts[i], strlen(parts[i]) + 1);
	if (stat(script, &st) == 0)
		sha256_add(&hash, &st.st_mtime, sizeof(st.st_mtime));
	add_environment(&hash);
	sha256_hex(&hash, hex);
	free(d->name);
	d->name = xasprintf("mig-%.12s.sock", hex);
}

/* -- connecting ----------------------------------------------------------- */

/* A socket's path has 107 bytes at most; a project's may have more. */
static int connect_at(int fd, const char *dir, const char *name)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int dirfd = -1, got, e;
	int n = snprintf(to.sun_path, sizeof(to.sun_path), "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= sizeof(to.sun_path)) {
		dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dirfd < 0)
			return -1;
		n = snprintf(to.sun_path, sizeof(to.sun_path),
		    "/proc/self/fd/%d/%s", dirfd, name);
		if (n < 0 || (size_t)n >= sizeof(to.sun_path)) {
			close(dirfd);
			errno = ENAMETOOLONG;
			return -1;
		}
	}
	do {
		got = connect(fd, (struct sockaddr *)&to, sizeof(to));
	} while (got < 0 && errno == EINTR);
	e = errno;
	if (dirfd >= 0)
		close(dirfd);
	errno = e;
	return got;
}

static int try_connect(struct dbt *d)
{
	char *dir = xasprintf("%s/target", d->project);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int got = -1;

	if (fd >= 0) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		got = connect_at(fd, dir, d->name);
	}
	free(dir);
	if (got < 0) {
		int e = errno;

		if (fd >= 0)
			close(fd);
		errno = e;
		return -1;
	}
	hang_up(d);
	d->fd = fd;
	return 0;
}

/* Reads the starter's one line, or what it said before it died. */
static int read_ready(int fd, struct buf *line)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char c[512];
	ssize_t n;

	while (!line->s || !memchr(line->s, '\n', line->len)) {
		int got = poll(&p, 1, READY_MS);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		n = read(fd, c, sizeof(c));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		buf_add(line, c, (size_t)n);
	}
	return 0;
}

static int start(
    struct dbt *d, const char *script, const struct dbt_where *where)
{
	const char *argv[] = {where->python, "-B", script, d->project, d->name,
	    "--dbt", where->dbt, d->target ? "--target" : NULL, d->target,
	    NULL};
	struct json_object *said = NULL;
	struct buf line = BUF_INIT;
	struct proc p;
	int status = -1, got;

	if (proc_start(&p, argv, NULL, PROC_STDOUT) < 0) {
		fail(d, "%s: %s", where->python, strerror(errno));
		return -1;
	}
	got = read_ready(p.out, &line);
	if (got == 0)
		said = json_tokener_parse(buf_str(&line));
	if (said && js_bool(said, "ready", false))
		status = 0;
	else
		fail(d,
		    "the dbt helper does not start: %s (see %s/target/"
		    "%s.log)",
		    js_str_or(said, "error", "it ended"), d->project, d->name);
	json_object_put(said);
	buf_release(&line);
	proc_wait(&p);
	return status;
}

static void pause_ms(long ms)
{
	struct timespec t = {
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static int reach(struct dbt *d)
{
	struct dbt_where where;
	char *script, *file;
	int got = -1, tries;

	if (d->fd >= 0)
		return 0;
	file = xasprintf("%s/dbt_project.yml", d->project);
	got = fs_exists(file) ? 0 : -1;
	free(file);
	if (got < 0)
		return fail(
		    d, "%s is no dbt project: no dbt_project.yml", d->project);
	if (dbt_find(&where) < 0)
		return fail(d, "no dbt found: run make setup, or set DBT");
	script = mig_share("dbt/helper.py");
	name_socket(d, script, &where);
	got = try_connect(d);
	for (tries = 0; got < 0 && tries < START_TRIES; tries++) {
		int wait;

		if (start(d, script, &where) < 0)
			break;
		/* Another starter's helper may not listen yet. */
		for (wait = 0; wait < 100 && got < 0; wait++) {
			got = try_connect(d);
			if (got < 0)
				pause_ms(20);
		}
	}
	if (got < 0 && !d->error)
		fail(
		    d, "cannot connect to the dbt helper: %s", strerror(errno));
	free(script);
	dbt_where_release(&where);
	return got;
}

/* -- asking --------------------------------------------------------------- */

static int send_all(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, s, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

static int fill(struct dbt *d)
{
	ssize_t n;

	if (d->at > 0) {
		memmove(d->in.s, d->in.s + d->at, d->in.len - d->at);
		buf_setlen(&d->in, d->in.len - d->at);
		d->at = 0;
	}
	buf_grow(&d->in, 1 << 16);
	do {
		n = recv(d->fd, d->in.s + d->in.len, 1 << 16, 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return -1;
	d->in.len += (size_t)n;
	d->in.s[d->in.len] = '\0';
	return 0;
}

/* The next line, NUL-terminated in place; NULL when the helper is gone. */
static char *next_line(struct dbt *d, size_t *len)
{
	size_t from = 0;

	for (;;) {
		char *begin = d->in.s ? d->in.s + d->at : NULL;
		size_t have = d->in.len - d->at;
		char *end = begin && have > from
		    ? memchr(begin + from, '\n', have - from)
		    : NULL;

		if (end) {
			*end = '\0';
			*len = (size_t)(end - begin);
			d->at += *len + 1;
			return begin;
		}
		from = have;
		if (fill(d) < 0)
			return NULL;
	}
}

enum outcome { DONE, LOST_EARLY, LOST_LATE, STOPPED };

static enum outcome converse(struct dbt *d, const char *text, size_t len,
    dbt_reply_fn *fn, void *data, struct json_object **done)
{
	bool begun = false;

	if (send_all(d->fd, text, len) < 0)
		return LOST_EARLY;
	for (;;) {
		size_t n;
		char *line = next_line(d, &n);

		if (!line)
			return begun ? LOST_LATE : LOST_EARLY;
		if (strncmp(line, "{\"done\":true", 12) == 0) {
			*done = json_tokener_parse(line);
			return *done ? DONE : LOST_LATE;
		}
		begun = true;
		if (fn && fn(line, n, data) < 0)
			return STOPPED;
	}
}

int dbt_call(struct dbt *d, struct json_object *request, dbt_reply_fn *fn,
    void *data, struct json_object **done)
{
	struct json_object *last = NULL;
	struct buf text = BUF_INIT;
	enum outcome how = LOST_EARLY;
	int tries, status = -1;

	free(d->error);
	d->error = NULL;
	if (done)
		*done = NULL;
	buf_adds(&text,
	    json_object_to_json_string_ext(request,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(&text, '\n');
	for (tries = 0; tries < START_TRIES && how == LOST_EARLY; tries++) {
		if (reach(d) < 0)
			goto out;
		how = converse(d, text.s, text.len, fn, data, &last);
		if (how != DONE)
			hang_up(d);
	}
	if (how == LOST_EARLY || how == LOST_LATE)
		fail(d,
		    "the dbt helper ended in the middle of a request"
		    " (see %s/target/%s.log)",
		    d->project, d->name);
	else if (how == STOPPED)
		fail(d, "stopped");
	else if (!js_bool(last, "ok", false))
		fail(d, "%s", js_str_or(last, "error", "dbt failed"));
	else
		status = 0;
out:
	if (done)
		*done = last;
	else
		json_object_put(last);
	buf_release(&text);
	return status;
}

struct json_object *dbt_request(const char *op)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "op", op);
	return o;
}

const char *dbt_adapter(struct dbt *d)
{
	struct json_object *request, *done = NULL;

	if (d->adapter)
		return d->adapter;
	request = dbt_request("hello");
	if (dbt_call(d, request, NULL, NULL, &done) == 0 &&
	    js_str(done, "adapter"))
		d->adapter = xstrdup(js_str(done, "adapter"));
	json_object_put(done);
	json_object_put(request);
	return d->adapter;
}
