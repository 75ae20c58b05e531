#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/buf.h"

#include "db/conf.h"
#include "db/kerberos.h"

/* Where distributions put the driver; the name alone is looked up in
 * odbcinst.ini by the driver manager. */
static const char *const drivers[] = {
    "/usr/lib/x86_64-linux-gnu/odbc/libtdsodbc.so",
    "/usr/lib/aarch64-linux-gnu/odbc/libtdsodbc.so",
    "/usr/lib64/libtdsodbc.so.0", "/usr/lib/libtdsodbc.so.0",
    "/usr/local/lib/libtdsodbc.so", "/opt/homebrew/lib/libtdsodbc.so"};

static const char *find_driver(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (access(drivers[i], R_OK) == 0)
			return drivers[i];
	}
	return "FreeTDS";
}

static bool plain(const char *s)
{
	for (; s && *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == ';' ||
		    *s == '#' || *s == '[')
			return false;
	}
	return true;
}

struct address {
	const char *host, *instance; /* instance NULL: a port */
	size_t host_len;
	unsigned long port;
};

/* host[,port] or host[:port] or host\\instance; NULL, or what is wrong. */
static const char *parse_server(const char *server, struct address *a)
{
	const char *comma = strrchr(server, ',');
	const char *slash = strchr(server, '\\');
	const char *colon = strrchr(server, ':');
	char *end;

	/* one colon is a port; more are an IPv6 address */
	if (!comma && colon && strchr(server, ':') == colon)
		comma = colon;
	a->host = server;
	a->host_len = comma ? (size_t)(comma - server)
	    : slash	    ? (size_t)(slash - server)
			    : strlen(server);
	a->instance = slash ? slash + 1 : NULL;
	a->port = 1433;
	if (!a->host_len || (comma && slash))
		return "the server is not of the form host, host,port or "
		       "host\\instance";
	if (!comma)
		return NULL;
	errno = 0;
	a->port = strtoul(comma + 1, &end, 10);
	if (!isdigit((unsigned char)comma[1]) || *end || errno || a->port < 1 ||
	    a->port > 65535)
		return "the server's port is not a number from 1 to 65535";
	return NULL;
}

static bool connects(const struct addrinfo *ai, unsigned seconds)
{
	int fd = socket(ai->ai_family, SOCK_STREAM, 0), failed = 1;
	socklen_t len = sizeof(failed);
	struct pollfd p;

	if (fd < 0)
		return false;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	p.fd = fd;
	p.events = POLLOUT;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		failed = 0;
	else if (errno == EINPROGRESS && poll(&p, 1, (int)seconds * 1000) == 1)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &len);
	close(fd);
	return !failed;
}

bool conf_reachable(const struct db_config *c, unsigned seconds)
{
	struct address a;
	struct addrinfo hints = {0}, *list = NULL, *ai;
	char *host, port[16];
	bool yes = false;

	if (!c->server || parse_server(c->server, &a) || a.instance)
		return false;
	host = xmemdupz(a.host, a.host_len);
	snprintf(port, sizeof(port), "%lu", a.port);
	hints.ai_socktype = SOCK_STREAM;
	if (getaddrinfo(host, port, &hints, &list) == 0) {
		for (ai = list; ai && !yes; ai = ai->ai_next)
			yes = connects(ai, seconds);
		freeaddrinfo(list);
	}
	free(host);
	return yes;
}

char *conf_ticket_refusal(const struct db_config *c)
{
	struct address a;
	char *host, *why;

	/* the port of an instance is the server's to tell */
	if (!c->server || parse_server(c->server, &a) || a.instance)
		return NULL;
	host = xmemdupz(a.host, a.host_len);
	why = kerberos_refusal(host, a.port);
	free(host);
	return why;
}

char *conf_write(const struct db_config *c, const char **why)
{
	static const char *const encryption[] = {
	    "require", "request", "off", "strict"};
	const char *dir = getenv("TMPDIR");
	struct buf b = BUF_INIT;
	struct address a;
	char *path = NULL;
	int fd;

	*why = NULL;
	if (!plain(c->server) || !plain(c->ca_file)) {
		*why = "the server or certificate file has a character that "
		       "no such name has";
		return NULL;
	}
	buf_addf(&b, "[mig]\n");
	*why = parse_server(c->server, &a);
	if (*why)
		goto out;
	buf_addf(&b, "\thost = %.*s\n", (int)a.host_len, a.host);
	if (a.instance)
		buf_addf(&b, "\tinstance = %s\n", a.instance);
	else
		buf_addf(&b, "\tport = %lu\n", a.port);
	buf_addf(&b,
	    "\ttds version = 7.4\n\tclient charset = UTF-8\n"
	    "\tencryption = %s\n",
	    encryption[c->encrypt]);
	if (c->encrypt != DB_ENCRYPT_OFF && !c->trust_certificate)
		buf_addf(&b,
		    "\tca file = %s\n\tcheck certificate hostname = yes\n",
		    c->ca_file ? c->ca_file : "system");
	path = xasprintf("%s/mig-freetds.XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkstemp(path); /* mode 0600 */
	if (fd < 0 || write(fd, b.s, b.len) != (ssize_t)b.len ||
	    close(fd) != 0) {
		*why = "a private configuration file can't be written to "
		       "TMPDIR";
		if (fd >= 0)
			unlink(path);
		free(path);
		path = NULL;
		goto out;
	}
	setenv("FREETDSCONF", path, 1);
out:
	buf_release(&b);
	return path;
}

/*
 * KEY={value}: any character is taken as it is. Microsoft's driver wants '}'
 * doubled; FreeTDS (1.3.17, measured) takes everything up to "};" and does
 * not halve it again.
 */
static void add_braced(
    struct buf *out, const char *key, const char *value, bool doubled)
{
	buf_addf(out, "%s={", key);
	for (; *value; value++) {
		if (*value == '}' && doubled)
			buf_addc(out, '}');
		buf_addc(out, *value);
	}
	buf_adds(out, "};");
}

/* The next KEY=value of a connection string: where its value is, NULL at the
 * end; *s moves behind it. A value in braces ends at a lone '}'. */
static const char *next_key(const char **s, const char **key, size_t *key_len)
{
	const char *p = *s, *value;

	while (*p == ';' || isspace((unsigned char)*p))
		p++;
	if (!*p)
		return NULL;
	*key = p;
	p += strcspn(p, "=;");
	for (*key_len = (size_t)(p - *key);
	     *key_len && isspace((unsigned char)(*key)[*key_len - 1]);)
		--*key_len;
	value = *p == '=' ? p + 1 : p;
	for (p = value; *p && *p != ';'; p += *p != '\0') {
		if (*p != '{')
			continue;
		while (*p && (*p != '}' || p[1] == '}'))
			p += *p == '}' ? 2 : 1;
	}
	*s = p;
	return value;
}

static bool is_key(const char *key, size_t len, const char *name)
{
	return len == strlen(name) && strncasecmp(key, name, len) == 0;
}

bool conf_has_password(const char *s)
{
	const char *key;
	size_t len;

	while (next_key(&s, &key, &len)) {
		if (is_key(key, len, "pwd") || is_key(key, len, "password"))
			return true;
	}
	return false;
}

/* The value of a key without its braces, the caller's; NULL: no such key. */
static char *value_of(const char *s, const char *name)
{
	const char *key, *value;
	size_t len;

	while ((value = next_key(&s, &key, &len))) {
		if (!is_key(key, len, name))
			continue;
		while (isspace((unsigned char)*value))
			value++;
		return *value == '{'
		    ? xmemdupz(value + 1, strcspn(value + 1, "}"))
		    : xmemdupz(value, (size_t)(s - value));
	}
	return NULL;
}

/* Is it FreeTDS's driver, as far as the options tell? */
bool conf_is_freetds(const struct db_config *c)
{
	const char *in = c->driver ? c->driver
	    : c->connection	   ? c->connection
	    : c->dsn		   ? ""
				   : "tdsodbc";

	return strstr(in, "tdsodbc") || strcasecmp(in, "FreeTDS") == 0 ||
	    strstr(in, "FreeTDS");
}

/* The library of a driver that odbcinst.ini names, or the name itself. */
static char *library_of(SQLHENV env, const char *driver)
{
	SQLCHAR name[256], about[2048];
	SQLSMALLINT n = 0, m = 0;
	SQLUSMALLINT way = SQL_FETCH_FIRST;

	while (SQL_SUCCEEDED(SQLDrivers(
	    env, way, name, sizeof(name), &n, about, sizeof(about), &m))) {
		const char *p = (const char *)about;

		way = SQL_FETCH_NEXT;
		if (strcasecmp((const char *)name, driver) != 0)
			continue;
		/* KEY=value, each NUL-ended, an empty one last */
		for (; p < (const char *)about + sizeof(about) - 8 && *p;
		     p += strlen(p) + 1) {
			if (strncasecmp(p, "Driver=", 7) == 0)
				return xstrdup(p + 7);
		}
	}
	return xstrdup(driver);
}

static char *driver_of_source(SQLHENV env, const char *dsn)
{
	SQLCHAR name[256], driver[256];
	SQLSMALLINT n = 0, m = 0;
	SQLUSMALLINT way = SQL_FETCH_FIRST;

	while (SQL_SUCCEEDED(SQLDataSources(
	    env, way, name, sizeof(name), &n, driver, sizeof(driver), &m))) {
		way = SQL_FETCH_NEXT;
		if (strcasecmp((const char *)name, dsn) == 0)
			return library_of(env, (const char *)driver);
	}
	return NULL;
}

char *conf_driver(SQLHENV env, const struct db_config *c)
{
	char *dsn, *name, *driver;

	if (!c->connection)
		return c->dsn ? driver_of_source(env, c->dsn) : NULL;
	name = value_of(c->connection, "DRIVER");
	dsn = value_of(c->connection, "DSN");
	driver = name ? library_of(env, name)
	    : dsn     ? driver_of_source(env, dsn)
		      : NULL;
	free(name);
	free(dsn);
	return driver;
}

static const char *unsendable(const char *value)
{
	return value && strstr(value, "};")
	    ? "FreeTDS can't be given a user, password or database with \"};\" "
	      "in it"
	    : NULL;
}

const char *conf_refusal(const struct db_config *c)
{
	const char *why = NULL;

	if (conf_is_freetds(c)) {
		why = unsendable(c->password);
		why = why ? why : unsendable(c->user);
		why = why ? why : unsendable(c->database);
	} else if (c->ca_file) {
		why = "a file of certificates is FreeTDS's to read: this "
		      "driver takes the system's";
	}
	return why;
}

/* As Microsoft's driver has it (17 and 18, but strict: 18). */
static void add_microsoft(const struct db_config *c, struct buf *out)
{
	static const char *const encryption[] = {"yes", "no", "no", "strict"};

	add_braced(out, "DRIVER", c->driver, true);
	add_braced(out, "SERVER", c->server, true);
	buf_addf(out, "Encrypt=%s;TrustServerCertificate=%s;",
	    encryption[c->encrypt], c->trust_certificate ? "yes" : "no");
}

void conf_connection(const struct db_config *c, struct buf *out)
{
	bool doubled = !conf_is_freetds(c);

	if (c->connection) {
		buf_adds(out, c->connection);
		if (out->len && out->s[out->len - 1] != ';')
			buf_addc(out, ';');
	} else if (c->dsn) {
		add_braced(out, "DSN", c->dsn, doubled);
	} else {
		if (conf_is_freetds(c))
			buf_addf(out,
			    "DRIVER=%s;SERVERNAME=mig;TDS_Version=7.4;"
			    "ClientCharset=UTF-8;",
			    c->driver ? c->driver : find_driver());
		else
			add_microsoft(c, out);
		if (c->app)
			buf_addf(out, "APP=%s;", c->app);
	}
	if (c->database)
		add_braced(out, "DATABASE", c->database, doubled);
	if (c->user)
		add_braced(out, "UID", c->user, doubled);
	else if (!c->connection && !c->dsn)
		buf_adds(out, "Trusted_Connection=yes;");
	if (c->password)
		add_braced(out, "PWD", c->password, doubled);
	if (c->read_only_intent)
		buf_adds(out, "ApplicationIntent=ReadOnly;");
}
