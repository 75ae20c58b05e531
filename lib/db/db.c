/* Connections: opening, closing, what went wrong, deadlines. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"

#include "db/conf.h"
#include "db/internal.h"

enum { MAX_FD = 1024, GRACE_SECONDS = 2, LOOK_SECONDS = 1 };

/* Linux shows it without _GNU_SOURCE to nobody. */
#ifndef POLLRDHUP
#ifdef __linux__
#define POLLRDHUP 0x2000
#else
#define POLLRDHUP POLLHUP
#endif
#endif

/* Error numbers worth another try, by Microsoft's lists of passing faults: a
 * deadlock's victim, locks and memory that ran out, failover, throttling and
 * reconfiguration of Azure SQL, a database or server that starts or stops. */
static const int transient[] = {1204, 1205, 1222, 615, 921, 922, 926, 927, 978,
    983, 988, 4221, 6005, 8645, 8651, 9515, 10928, 10929, 10936, 14355, 17142,
    18401, 40143, 40166, 40197, 40501, 40540, 40613, 41301, 41302, 41305, 41325,
    41839, 42108, 42109, 49918, 49919, 49920};
static const int lost[] = {20, 64, 121, 233, 596, 10053, 10054, 10060, 11001,
    20002, 20003, 20004, 20006, 20009, 20017, 40532};
static const int permission[] = {
    229, 230, 262, 297, 300, 371, 4834, 15247, 15562, 33002, 6004};
static const int missing[] = {207, 208, 195, 4121, 4104, 2812, 443, 105001, 911,
    40515, 104475, 15151, 33557097};
static const int login[] = {18450, 18451, 18452, 18456, 18461, 18470, 18486,
    18487, 18488, 911, 916, 4060, 4064, 40532, 40607};

static bool listed(const int *list, size_t nr, int number)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

#define LISTED(list, number) listed(list, ARRAY_SIZE(list), number)

enum db_failure db_classify(
    int number, const char *state, const char *text, bool opening)
{
	if (LISTED(permission, number))
		return DB_FAIL_PERMISSION;
	if (LISTED(missing, number) && !opening)
		return DB_FAIL_MISSING;
	if (LISTED(transient, number))
		return DB_FAIL_TRANSIENT;
	if (strstr(text, "certificate") || strstr(text, "TLS") ||
	    strstr(text, "ncryption"))
		return DB_FAIL_TLS;
	/* FreeTDS's own numbers are 20000 and a few; others are the server's,
	 * which answered: no */
	if (opening && !LISTED(lost, number) &&
	    (LISTED(login, number) || strcmp(state, "28000") == 0 ||
		(number && number / 1000 != 20)))
		return DB_FAIL_LOGIN;
	if (LISTED(lost, number) || strncmp(state, "08", 2) == 0 ||
	    strcmp(state, "HY000") == 0)
		return number == 0 || LISTED(lost, number) ||
			strncmp(state, "08", 2) == 0
		    ? DB_FAIL_LOST
		    : DB_FAIL_OTHER;
	if (strcmp(state, "HYT00") == 0 || strcmp(state, "HYT01") == 0)
		return DB_FAIL_TIMEOUT;
	if (strcmp(state, "42S02") == 0 || strcmp(state, "42S22") == 0)
		return DB_FAIL_MISSING;
	return DB_FAIL_OTHER;
}

void db_fail(struct db *d, enum db_failure f, int number, const char *state,
    const char *text)
{
	free(d->error.text);
	d->error.failure = f;
	d->error.number = number;
	snprintf(d->error.state, sizeof(d->error.state), "%s", state);
	d->error.text = xstrdup(text);
}

/* "[FreeTDS][SQL Server]text" -> text */
static const char *without_prefix(const char *s)
{
	while (*s == '[' && strchr(s, ']'))
		s = strchr(s, ']') + 1;
	return s;
}

/* One line, no control characters, whatever a server says. */
static void add_line(struct buf *b, const char *s)
{
	for (; *s; s++)
		buf_addc(b, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

/* The text of diagnostic record i, the caller's, or NULL behind the last. */
static char *next_diagnostic(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT i,
    char state[6], int *number)
{
	SQLWCHAR wide[6] = {0}, text[1024] = {0};
	struct buf b = BUF_INIT;
	SQLINTEGER native = 0;
	SQLSMALLINT len = 0;
	int k;

	if (!SQL_SUCCEEDED(SQLGetDiagRecW(
		kind, handle, i, wide, &native, text, 1024, &len)))
		return NULL;
	for (k = 0; k < 5; k++)
		state[k] = (char)wide[k];
	state[5] = '\0';
	*number = (int)native;
	utf16_add(&b, text, len < 0 ? 0 : len > 1023 ? 1023 : (size_t)len);
	buf_adds(&b, "");
	return buf_detach(&b);
}

void db_diagnose(struct db *d, SQLSMALLINT kind, SQLHANDLE handle, bool opening)
{
	struct buf all = BUF_INIT;
	enum db_failure worst = DB_FAIL_NONE;
	char first_state[6] = "HY000";
	int first = 0;
	SQLSMALLINT i;

	for (i = 1; i <= 32; i++) {
		char state[6], *text;
		int number;
		enum db_failure f;

		text = next_diagnostic(kind, handle, i, state, &number);
		if (!text)
			break;
		f = db_classify(number, state, without_prefix(text), opening);
		if (worst == DB_FAIL_NONE ||
		    (worst == DB_FAIL_OTHER && f != DB_FAIL_OTHER) ||
		    (worst == DB_FAIL_LOST && f != DB_FAIL_OTHER &&
			(number || f != DB_FAIL_LOST))) {
			worst = f;
			first = number;
			memcpy(first_state, state, sizeof(first_state));
		}
		if (all.len)
			buf_adds(&all, "; ");
		add_line(&all, without_prefix(text));
		free(text);
	}
	if (!all.len) {
		buf_adds(&all, "the driver gave no reason");
		worst = DB_FAIL_LOST;
	}
	if (d->timed_out || worst == DB_FAIL_TIMEOUT) {
		worst = DB_FAIL_TIMEOUT;
		buf_reset(&all);
		buf_addf(&all, "no answer within %u seconds", d->allowed);
	}
	db_fail(d, worst, first, first_state, all.s);
	buf_release(&all);
}

/* Informational messages of a call that succeeded. */
void db_note(struct db *d, SQLSMALLINT kind, SQLHANDLE handle)
{
	SQLSMALLINT i;

	for (i = 1; i <= 32; i++) {
		char state[6], *text;
		int number;

		text = next_diagnostic(kind, handle, i, state, &number);
		if (!text)
			return;
		if (number == 2403 || number == 2402 ||
		    strstr(text, "could not be converted"))
			d->lossy = true;
		if (number != 5701 && number != 5703 &&
		    d->messages.len < 4096) {
			if (d->messages.len)
				buf_adds(&d->messages, "; ");
			add_line(&d->messages, without_prefix(text));
		}
		free(text);
	}
}

/* -- deadlines ------------------------------------------------------- */

static bool is_network_socket(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	return getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
	    (a.ss_family == AF_INET || a.ss_family == AF_INET6);
}

/* The sockets that came up since db_open() began are the driver's. */
static bool is_drivers(const struct db *d, int fd)
{
	return !d->had_socket[fd] && is_network_socket(fd);
}

/*
 * A reset of our own end: whatever waits for the socket gets an error, also
 * where the server has ended the TLS session before and a driver may go on
 * polling after shutdown() alone.
 */
static void cut(int fd)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	if (connect(fd, &none, sizeof(none)) != 0)
		shutdown(fd, SHUT_RDWR);
}

static void cut_connection(struct db *d)
{
	int fd;

	for (fd = 3; fd < MAX_FD; fd++) {
		if (is_drivers(d, fd))
			cut(fd);
	}
}

/* The server has gone and all that it sent is read. */
static bool is_over(int fd)
{
	struct pollfd p = {fd, POLLRDHUP, 0};
	int unread = 0;

	return poll(&p, 1, 0) == 1 && p.revents & POLLRDHUP &&
	    ioctl(fd, FIONREAD, &unread) == 0 && !unread;
}

static void cut_closed(struct db *d)
{
	int fd;

	for (fd = 3; fd < MAX_FD; fd++) {
		if (is_drivers(d, fd) && is_over(fd))
			cut(fd);
	}
}

static bool is_past(const struct timespec *now, const struct timespec *t)
{
	return now->tv_sec > t->tv_sec ||
	    (now->tv_sec == t->tv_sec && now->tv_nsec >= t->tv_nsec);
}

static void *watch(void *arg)
{
	struct db *d = arg;
	struct timespec now, look;

	pthread_mutex_lock(&d->lock);
	while (!d->closing) {
		if (!d->armed) {
			pthread_cond_wait(&d->wake, &d->lock);
			continue;
		}
		clock_gettime(CLOCK_REALTIME, &look);
		look.tv_sec += LOOK_SECONDS;
		if (pthread_cond_timedwait(&d->wake, &d->lock, &look) !=
			ETIMEDOUT ||
		    !d->armed)
			continue;
		clock_gettime(CLOCK_REALTIME, &now);
		if (d->allowed && is_past(&now, &d->deadline)) {
			d->armed = false;
			d->timed_out = true;
			cut_connection(d);
		} else {
			cut_closed(d);
		}
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

void db_arm(struct db *d, unsigned seconds)
{
	pthread_mutex_lock(&d->lock);
	d->allowed = seconds;
	clock_gettime(CLOCK_REALTIME, &d->deadline);
	d->deadline.tv_sec += (time_t)seconds + GRACE_SECONDS;
	d->ends = d->deadline.tv_sec - GRACE_SECONDS;
	d->armed = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

void db_disarm(struct db *d)
{
	pthread_mutex_lock(&d->lock);
	d->armed = false;
	pthread_mutex_unlock(&d->lock);
}

/* -- open and close -------------------------------------------------- */

/* A driver's TEXTSIZE may cut long text silently; the ANSI settings are those
 * under which indexed views and computed columns work. */
#define SESSION                                                                \
	"SET TEXTSIZE 2147483647; SET ANSI_NULLS ON; "                         \
	"SET QUOTED_IDENTIFIER ON; SET ANSI_PADDING ON; "                      \
	"SET ANSI_WARNINGS ON; SET CONCAT_NULL_YIELDS_NULL ON"
/* A reader gives way to everybody else; not every server knows these. */
#define POLITE                                                                 \
	"; SET LOCK_TIMEOUT 30000; SET DEADLOCK_PRIORITY LOW; "                \
	"SET ARITHABORT ON"

static int set_session(struct db *d)
{
	int rc = db_exec(d, SESSION POLITE, 0);

	if (rc < 0 && !d->lost)
		rc = db_exec(d, SESSION, 0);
	db_finish(d);
	return rc < 0 ? -1 : 0;
}

/* FreeTDS before 1.5: 1.3.17 calls the word a configuration error; its
 * forerunners may take it for another. */
static bool knows_strict(struct db *d)
{
	SQLCHAR version[64] = "";
	char *minor;
	long major;

	SQLGetInfo(d->dbc, SQL_DRIVER_VER, version, sizeof(version), NULL);
	major = strtol((char *)version, &minor, 10);
	return major > 1 ||
	    (major == 1 && *minor && strtol(minor + 1, NULL, 10) >= 5);
}

static const char no_strict[] =
    "no strict encryption (TDS 8): it takes SQL Server 2022 or later, and "
    "FreeTDS 1.5 or later or Microsoft's driver 18, which --driver names";

/* A failure of FreeTDS's that names no reason. */
static void explain(struct db *d, const struct db_config *c)
{
	if (d->integrated && !d->timed_out) {
		char *why = conf_ticket_refusal(c);

		if (why) {
			db_fail(d, DB_FAIL_TICKET, 0, "28000", why);
			free(why);
			return;
		}
	}
	if (c->encrypt == DB_ENCRYPT_STRICT &&
	    strstr(d->error.text, "configuration error")) {
		db_fail(d, DB_FAIL_TLS, 0, "08001", no_strict);
		return;
	}
	if (d->error.number != 20002 || c->encrypt == DB_ENCRYPT_OFF ||
	    !conf_reachable(c, d->login_seconds))
		return;
	db_fail(d, DB_FAIL_TLS, 20002, "08001",
	    c->encrypt == DB_ENCRYPT_STRICT ? no_strict
		: c->trust_certificate
		? "the server is there, but makes no encrypted session"
		: "the server is there, but makes no encrypted session, or its "
		  "certificate is not trusted or not for this host name");
}

/* There a database can't be opened while it fails over; elsewhere that means
 * that it isn't there. */
static bool is_azure(const struct db_config *c)
{
	return c->server && strstr(c->server, ".database.");
}

static int connect_driver(struct db *d, const struct db_config *c)
{
	struct buf s = BUF_INIT;
	SQLWCHAR *wide;
	SQLRETURN rc;
	size_t len;

	SQLSetConnectAttr(d->dbc, SQL_ATTR_LOGIN_TIMEOUT,
	    (SQLPOINTER)(uintptr_t)d->login_seconds, 0);
	conf_connection(c, &s);
	db_arm(d, d->login_seconds);
	wide = utf16_of(s.s, &len);
	rc = SQLDriverConnectW(d->dbc, NULL, wide, (SQLSMALLINT)len, NULL, 0,
	    NULL, SQL_DRIVER_NOPROMPT);
	db_disarm(d);
	memset(wide, 0, len * sizeof(*wide)); /* the password */
	memset(s.s, 0, s.len);
	free(wide);
	buf_release(&s);
	if (!SQL_SUCCEEDED(rc)) {
		db_diagnose(d, SQL_HANDLE_DBC, d->dbc, true);
		if (d->error.number == 4060 && is_azure(c))
			d->error.failure = DB_FAIL_TRANSIENT;
		explain(d, c);
		return -1;
	}
	d->connected = true;
	if (c->encrypt == DB_ENCRYPT_STRICT && conf_is_freetds(c) &&
	    !c->connection && !c->dsn && !knows_strict(d)) {
		db_fail(d, DB_FAIL_TLS, 0, "08001", no_strict);
		return -1;
	}
	return 0;
}

static int open_driver(struct db *d, const struct db_config *c)
{
	const char *why = conf_refusal(c);
	char *conf = NULL;
	int rc;

	if (!why && !c->connection && !c->dsn && conf_is_freetds(c))
		conf = conf_write(c, &why);
	if (why) {
		db_fail(d, DB_FAIL_OTHER, 0, "HY000", why);
		return -1;
	}
	rc = connect_driver(d, c);
	if (rc == 0)
		rc = set_session(d);
	if (conf)
		unlink(conf);
	free(conf);
	return rc;
}

int db_open(struct db **out, const struct db_config *c)
{
	struct db *d = xcalloc(1, sizeof(*d));
	struct db_config k = *c;
	char *driver = NULL;
	int fd, rc;

	*out = d;
	d->login_seconds = c->login_seconds ? c->login_seconds : 15;
	d->query_seconds = c->query_seconds;
	d->integrated = !c->user && !c->connection && !c->dsn;
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
	for (fd = 3; fd < MAX_FD; fd++)
		d->had_socket[fd] = is_network_socket(fd);
	if (pthread_create(&d->watcher, NULL, watch, d) != 0) {
		db_fail(d, DB_FAIL_OTHER, 0, "HY000", "no thread to be had");
		return -1;
	}
	d->watching = true;
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &d->env)) ||
	    !SQL_SUCCEEDED(SQLSetEnvAttr(
		d->env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0)) ||
	    !SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, d->env, &d->dbc))) {
		db_fail(d, DB_FAIL_OTHER, 0, "HY000", "ODBC does not start");
		return -1;
	}
	driver = conf_driver(d->env, c);
	if (driver)
		k.driver = driver;
	rc = open_driver(d, &k);
	free(driver);
	return rc;
}

void db_close(struct db *d)
{
	if (!d)
		return;
	if (d->connected && !d->lost)
		db_arm(d, d->login_seconds);
	db_finish(d);
	if (d->connected)
		SQLDisconnect(d->dbc);
	db_disarm(d);
	if (d->dbc)
		SQLFreeHandle(SQL_HANDLE_DBC, d->dbc);
	if (d->env)
		SQLFreeHandle(SQL_HANDLE_ENV, d->env);
	if (d->watching) {
		pthread_mutex_lock(&d->lock);
		d->closing = true;
		pthread_cond_signal(&d->wake);
		pthread_mutex_unlock(&d->lock);
		pthread_join(d->watcher, NULL);
	}
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->wake);
	free(d->error.text);
	buf_release(&d->messages);
	buf_release(&d->piece);
	buf_release(&d->text);
	free(d);
}

const struct db_error *db_error(const struct db *d)
{
	return &d->error;
}

bool db_integrated(const struct db *d)
{
	return d->integrated;
}

bool db_worth_retry(const struct db *d)
{
	return d->error.failure == DB_FAIL_TRANSIENT ||
	    d->error.failure == DB_FAIL_LOST;
}

const char *db_messages(const struct db *d)
{
	return buf_str(&d->messages);
}

bool db_broken(const struct db *d)
{
	return d->broken;
}
