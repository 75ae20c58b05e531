/*
 * What FreeTDS is told through a file: only there, not in the connection
 * string, can it be made to check certificates (measured with 1.3.17: with
 * SERVER= the configuration and its `ca file` are not read).
 */
#ifndef DB_CONF_H
#define DB_CONF_H

#include <sql.h>
#include <sqlext.h>

#include "db/db.h"

/*
 * Writes a private file (mode 0600) for this server and points FREETDSCONF at
 * it. Returns its path, to be unlinked and freed by the caller after the
 * connection is made, or NULL and *why.
 */
char *conf_write(const struct db_config *c, const char **why);

/* The driver of a data source, or of a connection string: its library where
 * the driver manager knows it, else its name; NULL: neither names one. The
 * caller frees it. With it as the configuration's driver the functions below
 * write as that driver reads. */
char *conf_driver(SQLHENV env, const struct db_config *c);

/* Is FreeTDS the driver, which reads the file above? */
bool conf_is_freetds(const struct db_config *c);

/* Why the driver can't be given this configuration, or NULL. */
const char *conf_refusal(const struct db_config *c);

/* The connection string for the driver, with the password in it. */
void conf_connection(const struct db_config *c, struct buf *out);

/*
 * Does the server take TCP connections? FreeTDS gives one error for a server
 * that isn't there and for a certificate that isn't trusted; this tells them
 * apart.
 */
bool conf_reachable(const struct db_config *c, unsigned seconds);

/* Why there is no Kerberos ticket for the server; NULL when there is one, or
 * nobody can tell. The caller frees it. */
char *conf_ticket_refusal(const struct db_config *c);

/* Does a connection string hold a password? It doesn't belong in argv. */
bool conf_has_password(const char *connection);

#endif
