/*
 * Why a Kerberos login did not come about. FreeTDS (1.3.17, measured) tells
 * a missing ticket, an unknown server and a clock that is wrong by one and the
 * same "connection failed", so that the question is asked of GSSAPI again.
 */
#ifndef DB_KERBEROS_H
#define DB_KERBEROS_H

/*
 * Asks for a ticket for the server's service, MSSQLSvc/host:port, as the
 * driver does. NULL when one is to be had, or nobody can tell (no library);
 * else why not, the caller's to free. The library is looked up when it is
 * needed, since the driver brings it.
 */
char *kerberos_refusal(const char *host, unsigned long port);

#endif
