#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "db/conf.h"

#include "live.h"

/* -- credentials ------------------------------------------------------- */

static char *env_copy(const char *a, const char *b)
{
	const char *v = getenv(a);

	if (!v || !*v)
		v = getenv(b);
	return v && *v ? xstrdup(v) : NULL;
}

/* "user=..." and "password=..." lines; everything behind '=' counts. */
static int read_file(struct credentials *c, const char *path)
{
	struct buf b = BUF_INIT;
	struct stat st;
	char *line, *next;

	if (fs_read(path, &b) < 0) {
		error("%s: %s", path, strerror(errno));
		return -1;
	}
	if (stat(path, &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH)))
		warning("%s: others may read this file: chmod 600 it", path);
	for (line = b.s; line && *line; line = next) {
		size_t n = strcspn(line, "\n");

		next = line[n] ? line + n + 1 : NULL;
		if (n && line[n - 1] == '\r')
			n--;
		line[n] = '\0';
		if (strncmp(line, "user=", 5) == 0) {
			free(c->user);
			c->user = xstrdup(line + 5);
		} else if (strncmp(line, "password=", 9) == 0) {
			free(c->password);
			c->password = xstrdup(line + 9);
		} else if (*line && *line != '#') {
			error("%s: a line is neither user=... nor "
			      "password=...",
			    path);
			buf_release(&b);
			return -1;
		}
	}
	if (b.s)
		memset(b.s, 0, b.len);
	buf_release(&b);
	return 0;
}

static volatile sig_atomic_t caught;

static void on_signal(int nr)
{
	caught = nr;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

/* A line without its end, the caller's to wipe and free; NULL when there is
 * none or a signal came. */
static char *read_line(int fd)
{
	struct buf b = BUF_INIT;
	char c;

	while (!caught && read(fd, &c, 1) == 1 && c != '\n')
		buf_addc(&b, c);
	if (b.len && !caught)
		return buf_detach(&b);
	buf_release(&b);
	return NULL;
}

/* The same with nothing shown, which no signal leaves so. What is typed before
 * the question is there does not count. */
static char *ask_hidden(int fd, const char *what)
{
	struct sigaction take = {0}, before[ARRAY_SIZE(signals)];
	struct termios old, quiet;
	char *line = NULL;
	size_t i;

	if (tcgetattr(fd, &old) != 0)
		return NULL;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	take.sa_handler = on_signal; /* without SA_RESTART: read() ends */
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &take, &before[i]);
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
		dprintf(fd, "%s", what);
		line = read_line(fd);
		dprintf(fd, "\n");
		tcsetattr(fd, TCSAFLUSH, &old);
	}
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	return line;
}

/* Asks on the terminal itself; NULL when there is none, or no answer. */
static char *prompt(const char *what, bool secret)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	char *line;

	if (fd < 0)
		return NULL;
	if (secret) {
		line = ask_hidden(fd, what);
	} else {
		dprintf(fd, "%s", what);
		line = read_line(fd);
	}
	close(fd);
	if (caught)
		raise(caught);
	return line;
}

int credentials_get(struct credentials *c, const struct live_options *o)
{
	bool whole = o->connection || o->dsn;

	c->user = c->password = NULL;
	if (o->integrated)
		return 0;
	if (o->credentials) {
		if (read_file(c, o->credentials) < 0)
			return -1;
	}
	if (!c->user)
		c->user = env_copy("MSSQL_USER", "SQLCMDUSER");
	if (!c->password)
		c->password = env_copy("MSSQL_PASSWORD", "SQLCMDPASSWORD");
	if (!c->user && !whole)
		c->user = prompt("user: ", false);
	if (!c->password && c->user)
		c->password = prompt("password: ", true);
	if (!c->user && !whole) {
		error("no user: set MSSQL_USER and MSSQL_PASSWORD, give "
		      "--credentials FILE, or --integrated for Kerberos");
		return -1;
	}
	if (!c->password && !whole) {
		error("no password for %s: set MSSQL_PASSWORD or give "
		      "--credentials FILE",
		    c->user);
		return -1;
	}
	return 0;
}

void credentials_release(struct credentials *c)
{
	if (c->password)
		memset(c->password, 0, strlen(c->password));
	free(c->user);
	free(c->password);
}

/* -- connecting -------------------------------------------------------- */

struct db_config live_config(const struct extract_options *o,
    const struct credentials *c, const char *database)
{
	const struct live_options *l = &o->live;
	struct db_config k = {0};

	k.server = l->server;
	k.database = database;
	k.user = c->user;
	k.password = c->password;
	k.connection = l->connection;
	k.dsn = l->dsn;
	k.driver = l->driver;
	k.ca_file = l->ca_file;
	k.encrypt = !l->encrypt || strcmp(l->encrypt, "require") == 0
	    ? DB_ENCRYPT_REQUIRE
	    : strcmp(l->encrypt, "strict") == 0 ? DB_ENCRYPT_STRICT
	    : strcmp(l->encrypt, "off") == 0	? DB_ENCRYPT_OFF
						: DB_ENCRYPT_OPTIONAL;
	k.trust_certificate = l->trust_certificate;
	k.read_only_intent = !l->no_read_only;
	k.login_seconds = (unsigned)l->login_timeout;
	k.query_seconds = (unsigned)l->query_timeout;
	k.app = "mssql-extract";
	return k;
}

/* What mends a missing ticket, by the words of MIT Kerberos and Heimdal. */
static const char *ticket_hint(const char *text)
{
	static const struct {
		const char *said, *hint;
	} hints[] = {
	    {"kew too great",
		" (this clock and the domain's differ by more than minutes: "
		"set it)"},
	    {"expired", " (kinit gets a new one)"},
	    {"ot found in Kerberos database",
		" (the domain has no service of that name: give --server the "
		"name and port that setspn -L shows)"},
	    {"ot found in database",
		" (the domain has no service of that name: give --server the "
		"name and port that setspn -L shows)"},
	    {"default realm",
		" (the domain's controllers are in krb5.conf or DNS)"},
	    {"annot contact any KDC",
		" (the domain's controllers are in krb5.conf or DNS)"},
	    {"annot find KDC",
		" (the domain's controllers are in krb5.conf or DNS)"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hints); i++) {
		if (strstr(text, hints[i].said))
			return hints[i].hint;
	}
	return " (kinit gets a ticket, klist shows what is there)";
}

void live_report(const struct db *d, const char *what)
{
	const struct db_error *e = db_error(d);
	const char *hint = "";

	switch (e->failure) {
	case DB_FAIL_TLS:
		if (strstr(e->text, "strict"))
			break;
		hint = " (give the authority with --ca-file, or, where an "
		       "intruder can be ruled out, --trust-server-certificate)";
		break;
	case DB_FAIL_TICKET: hint = ticket_hint(e->text); break;
	case DB_FAIL_LOGIN:
		hint = db_integrated(d) && e->number == 18452
		    ? " (the server takes no ticket of this domain, or does "
		      "not know the key that it was made for)"
		    : db_integrated(d) && e->number == 18456
		    ? " (the login has to be made there: CREATE LOGIN "
		      "[DOMAIN\\user] FROM WINDOWS)"
		    : strstr(e->text, "open database") || e->number == 916
		    ? " (no such database, or none for this login: in it, "
		      "CREATE USER u FOR LOGIN u)"
		    : " (user and password come from --credentials, "
		      "MSSQL_USER and MSSQL_PASSWORD)";
		break;
	case DB_FAIL_TIMEOUT:
		hint = " (--login-timeout, --query-timeout; a replica's "
		       "redirect hangs in FreeTDS before 1.3.18: name the "
		       "replica, or --no-read-only-intent)";
		break;
	default: break;
	}
	if (e->failure == DB_FAIL_REFUSED)
		error("%s: the statement was not sent: it holds %s", what,
		    e->text);
	else if (e->number)
		error("%s: %s (error %d)%s", what, e->text, e->number, hint);
	else
		error("%s: %s%s", what, e->text ? e->text : "failed", hint);
}

void live_pause(unsigned n)
{
	struct timespec t, now;
	unsigned ms = 1000u << (n > 5 ? 5 : n - 1);

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms += (unsigned)(now.tv_nsec / 1000) % (ms / 2); /* out of step */
	t.tv_sec = ms / 1000;
	t.tv_nsec = (long)(ms % 1000) * 1000000;
	nanosleep(&t, NULL);
}

struct db *live_connect(
    const struct extract_options *o, const struct db_config *c)
{
	const char *where = c->server ? c->server : c->dsn ? c->dsn : "server";
	unsigned n;

	for (n = 1;; n++) {
		struct db *d;

		if (db_open(&d, c) == 0)
			return d;
		if (!db_worth_retry(d) || n > o->live.retries) {
			live_report(d, where);
			db_close(d);
			return NULL;
		}
		warning("%s: %s; trying again", where, db_error(d)->text);
		db_close(d);
		live_pause(n);
	}
}
