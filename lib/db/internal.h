/* The connection's insides, shared by the files of lib/db only. */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include <sql.h>
#include <sqlext.h>

#include "db/db.h"

/* SQL Server's own ODBC numbers (Microsoft's sqlncli.h). */
enum {
	SS_VARIANT = -150,
	SS_UDT = -151,
	SS_XML = -152,
	SS_TABLE = -153,
	SS_TIME2 = -154,
	SS_TIMESTAMPOFFSET = -155,
	SS_VECTOR = -156,
	SS_JSON = -157,
};

struct db_slot {
	struct db_column c;
	SQLSMALLINT c_type;
	char *data;   /* block * width bytes, NULL when long */
	SQLLEN *lens; /* block of them */
	bool done;    /* a long value that was read for this row */
};

struct db {
	SQLHENV env;
	SQLHDBC dbc;
	SQLHSTMT stmt;
	struct db_error error;
	struct buf messages;
	bool connected, lost, lossy, broken, progressing, integrated;
	unsigned login_seconds, query_seconds;
	size_t memory, cell_limit;

	/* the result set */
	struct db_slot *slots;
	size_t nr;
	SQLULEN block, in_block, row; /* row: 0 before the first */
	bool at_end, primed;	      /* primed: the first row is there */
	struct buf piece, text;	      /* a long value; a converted one */

	/* the deadline */
	pthread_t watcher;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct timespec deadline;
	time_t ends;
	unsigned allowed;
	bool watching, armed, closing, timed_out;
	bool had_socket[1024];
};

void db_fail(struct db *d, enum db_failure f, int number, const char *state,
    const char *text);
/* What an error means; opening: it came while the connection was made. */
enum db_failure db_classify(
    int number, const char *state, const char *text, bool opening);
/* Sets the error from a handle's diagnostics. */
void db_diagnose(
    struct db *d, SQLSMALLINT kind, SQLHANDLE handle, bool opening);
void db_note(struct db *d, SQLSMALLINT kind, SQLHANDLE handle);
void db_arm(struct db *d, unsigned seconds);
void db_disarm(struct db *d);

/*
 * UTF-16 (host order) to UTF-8 and back, lone surrogates in the three-byte
 * form. All text goes through the wide calls: the driver manager converts that
 * of the narrow ones by the locale and loses what it lacks.
 */
void utf16_add(struct buf *out, const uint16_t *s, size_t n);
/* NUL-ended; the caller frees it. *n (may be NULL) gets its length. */
SQLWCHAR *utf16_of(const char *s, size_t *n);

#endif
