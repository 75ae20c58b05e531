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
};

/* SQL Server scripts: SSMS's, any encoding, in the order given. */
int source_script(const struct extract_options *o);
/* An SSDT project: .sqlproj, old and SDK style. */
int source_project(const struct extract_options *o);
/* A .dacpac: the zip with model.xml that SSDT builds and SqlPackage makes. */
int source_dacpac(const struct extract_options *o);

#endif
