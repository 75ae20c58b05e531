#include <string.h>

#include "source.h"

void live_defaults(struct live_options *l)
{
	l->login_timeout = 15;
	l->query_timeout = 600;
	l->retries = 4;
	l->memory = 256ul << 20;
}

void live_option_table(struct live_options *l, struct opt table[LIVE_OPTIONS])
{
	static const char *const modes[] = {
	    "require", "strict", "optional", "off", NULL};
	const struct opt t[LIVE_OPTIONS] = {
	    {OPT_STRING, 0, "server", "HOST[,PORT]", &l->server,
		"extract from a live server; also HOST\\INSTANCE", NULL},
	    {OPT_STRING, 0, "credentials", "FILE", &l->credentials,
		"lines user=... and password=...; else MSSQL_USER and "
		"MSSQL_PASSWORD, else the terminal",
		NULL},
	    {OPT_FLAG, 0, "integrated", NULL, &l->integrated,
		"log in by Kerberos", NULL},
	    {OPT_STRING, 0, "connection-string", "STRING", &l->connection,
		"a whole ODBC connection string, without password", NULL},
	    {OPT_STRING, 0, "dsn", "NAME", &l->dsn, "an ODBC data source",
		NULL},
	    {OPT_STRING, 0, "driver", "NAME", &l->driver,
		"an ODBC driver in FreeTDS's place", NULL},
	    {OPT_STRING, 0, "encrypt", "MODE", &l->encrypt,
		"require (the default), strict, optional or off", modes},
	    {OPT_STRING, 0, "ca-file", "FILE", &l->ca_file,
		"certificates to trust instead of the system's", NULL},
	    {OPT_FLAG, 0, "trust-server-certificate", NULL,
		&l->trust_certificate, "don't check the certificate", NULL},
	    {OPT_FLAG, 0, "no-read-only-intent", NULL, &l->no_read_only,
		"don't ask for a readable secondary", NULL},
	    {OPT_UINT, 0, "login-timeout", "SECONDS", &l->login_timeout,
		"give up connecting after this time", NULL},
	    {OPT_UINT, 0, "query-timeout", "SECONDS", &l->query_timeout,
		"give up a query (or a block of rows) after this time", NULL},
	    {OPT_UINT, 0, "retries", "N", &l->retries,
		"tries after a passing error", NULL},
	    {OPT_FLAG, 0, "check", NULL, &l->check,
		"only tell what the login may see, and what is missing", NULL},
	    {OPT_FLAG, 0, "no-parse", NULL, &l->no_parse,
		"don't parse definitions: only the catalogue's dependencies",
		NULL},
	    {OPT_STRING, 0, "since", "FILE", &l->since,
		"only what changed since that extraction, and what is gone",
		NULL},
	    {OPT_UINT, 0, "limit", "N", &l->limit,
		"at most N rows of each table or view", NULL},
	    {OPT_DOUBLE, 0, "sample", "PERCENT", &l->sample,
		"only rows whose key's hash is in this share", NULL},
	    {OPT_STRING, 0, "where", "CONDITION", &l->where,
		"only rows that meet a condition", NULL},
	    {OPT_UINT, 0, "memory", "BYTES", &l->memory,
		"keep rows within this much memory", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};

	memcpy(table, t, sizeof(t));
}
