#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/buf.h"

#include "db/conf.h"

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

/* host[,port] or host[:port] or host\instance */
static int add_server(struct buf *b, const char *server, const char **why)
{
	const char *comma = strrchr(server, ',');
	const char *slash = strchr(server, '\\');
	const char *colon = strrchr(server, ':');
	size_t host;
	char *end;
	unsigned long port;

	/* one colon is a port; more are an IPv6 address */
	if (!comma && colon && strchr(server, ':') == colon)
		comma = colon;
	host = comma ? (size_t)(comma - server) : strlen(server);
	if (slash && !comma)
		host = (size_t)(slash - server);
	if (!host || (comma && slash)) {
		*why = "the server is not of the form host, host,port or "
		       "host\\instance";
		return -1;
	}
	buf_addf(b, "\thost = %.*s\n", (int)host, server);
	if (slash && !comma) {
		buf_addf(b, "\tinstance = %s\n", slash + 1);
		return 0;
	}
	port = 1433;
	if (comma) {
		errno = 0;
		port = strtoul(comma + 1, &end, 10);
		if (!isdigit((unsigned char)comma[1]) || *end || errno ||
		    port < 1 || port > 65535) {
			*why = "the server's port is not a number from 1 to "
			       "65535";
			return -1;
		}
	}
	buf_addf(b, "\tport = %lu\n", port);
	return 0;
}

char *conf_write(const struct db_config *c, const char **why)
{
	static const char *const encryption[] = {"require", "request", "off"};
	const char *dir = getenv("TMPDIR");
	struct buf b = BUF_INIT;
	char *path = NULL;
	int fd;

	*why = NULL;
	if (!plain(c->server) || !plain(c->ca_file)) {
		*why = "the server or certificate file has a character that "
		       "no such name has";
		return NULL;
	}
	buf_addf(&b, "[mig]\n");
	if (add_server(&b, c->server, why) < 0)
		goto out;
	buf_addf(&b,
	    "\ttds version = 7.4\n\tclient charset = UTF-8\n"
	    "\ttext size = 2147483647\n\tencryption = %s\n",
	    encryption[c->encrypt]);
	if (c->encrypt != DB_ENCRYPT_OFF && !c->trust_certificate)
		buf_addf(&b,
		    "\tca file = %s\n\tcheck certificate hostname = yes\n",
		    c->ca_file ? c->ca_file : "system");
	path = xasprintf(
	    "%s/mig-freetds.XXXXXX", dir && *dir ? dir : "/tmp");
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

/* KEY={value} with '}' doubled: any character is taken as it is. */
static void add_braced(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, "%s={", key);
	for (; *value; value++) {
		if (*value == '}')
			buf_addc(out, '}');
		buf_addc(out, *value);
	}
	buf_adds(out, "};");
}

void conf_connection(const struct db_config *c, struct buf *out)
{
	if (c->connection) {
		buf_adds(out, c->connection);
		if (out->len && out->s[out->len - 1] != ';')
			buf_addc(out, ';');
	} else if (c->dsn) {
		add_braced(out, "DSN", c->dsn);
	} else {
		buf_addf(out, "DRIVER=%s;SERVERNAME=mig;TDS_Version=7.4;"
			      "ClientCharset=UTF-8;",
		    c->driver ? c->driver : find_driver());
		if (c->app)
			buf_addf(out, "APP=%s;", c->app);
	}
	if (c->database)
		add_braced(out, "DATABASE", c->database);
	if (c->user)
		add_braced(out, "UID", c->user);
	else if (!c->connection && !c->dsn)
		buf_adds(out, "Trusted_Connection=yes;");
	if (c->password)
		add_braced(out, "PWD", c->password);
	if (c->read_only_intent)
		buf_adds(out, "ApplicationIntent=ReadOnly;");
}

bool conf_has_password(const char *s)
{
	while (*s) {
		while (*s == ';' || isspace((unsigned char)*s))
			s++;
		if (strncasecmp(s, "pwd", 3) == 0 ||
		    strncasecmp(s, "password", 8) == 0)
			return true;
		while (*s && *s != ';') {
			if (*s == '{') {
				while (*s && (*s != '}' || s[1] == '}'))
					s += *s == '}' ? 2 : 1;
			}
			if (*s)
				s++;
		}
	}
	return false;
}
