/*
 * Where object records come from: the one place where a source is opened.
 *
 * Each source writes the records of one database to stdout (see
 * mig-records(5)) and returns an exit status of mig.h. It reports on stderr.
 */
#ifndef EXTRACT_SOURCE_H
#define EXTRACT_SOURCE_H

#include <stdbool.h>

#include "common/opt.h"

/* A server, and how much of it. */
struct live_options {
	const char *server;	/* host, host,port or host\\instance */
	const char *connection; /* an ODBC connection string, no password */
	const char *dsn;
	const char *driver;	 /* path or name of an ODBC driver */
	const char *credentials; /* a file with user= and password= */
	const char *ca_file;
	const char *encrypt; /* "require", "optional" or "off" */
	struct opt_list databases;
	const char *since; /* an earlier catalogue's records */
	const char *where; /* a condition on rows */
	unsigned long login_timeout, query_timeout, retries;
	unsigned long limit, memory;
	double sample; /* percent; 0: all */
	bool integrated, trust_certificate, no_read_only, check;
	bool no_parse; /* dependencies of the catalogue only */
};

/* The options of a live source with their defaults, and their table for
 * OPT_GROUP; its strings are static. */
enum { LIVE_OPTIONS = 21 };
void live_defaults(struct live_options *l);
void live_option_table(struct live_options *l, struct opt table[LIVE_OPTIONS]);

struct extract_options {
	struct opt_list ddl; /* scripts; "-" is standard input */
	const char *project; /* an SSDT .sqlproj */
	const char *dacpac;
	const char *rows;     /* directory for rowset files, or NULL */
	const char *database; /* name for the database record */
	const char *collation;
	struct opt_list schemas, include, exclude, kinds;
	bool sqlcmd;
	struct opt_list variables; /* NAME=VALUE, for $(NAME) */
	struct live_options live;
};

/* SQL Server scripts: SSMS's, any encoding, in the order given. */
int source_script(const struct extract_options *o);
/* An SSDT project: .sqlproj, old and SDK style. */
int source_project(const struct extract_options *o);
/* A .dacpac: the zip with model.xml that SSDT builds and SqlPackage makes. */
int source_dacpac(const struct extract_options *o);
/* A live server through ODBC; several databases one after the other. */
int source_live(const struct extract_options *o);

/* Do the filters (--kinds, --schema, --include, --exclude) let an object
 * pass? */
bool source_wants(const struct extract_options *o, const char *kind,
    const char *schema, const char *id);

#endif
