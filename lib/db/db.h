/*
 * SQL Server through ODBC: FreeTDS's driver by default, any other by a
 * connection string. Read only: db_exec() refuses a batch that holds anything
 * but SELECT and SET (see guard.h) before it reaches the driver.
 *
 * Errors: functions return 0 (or a count) and -1; then db_error() says what
 * happened. Nothing here prints or ends the program.
 *
 * Deadlines are ours: a driver's timeout bounds one wait on the network, not
 * a query that trickles. When a deadline passes, the driver cancels if it is
 * waiting; two seconds later the connection's socket is shut down, whatever
 * the driver does. A connection that was lost or timed out is of no further
 * use: db_close() it.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum db_encrypt {
	DB_ENCRYPT_REQUIRE,
	DB_ENCRYPT_OPTIONAL,
	DB_ENCRYPT_OFF,
	DB_ENCRYPT_STRICT, /* TLS before the first word: TDS 8 */
};

struct db_config {
	const char *server;   /* host, host,port or host\instance */
	const char *database; /* NULL: the login's own */
	const char *user;     /* NULL: Kerberos (integrated) */
	const char *password;
	const char *connection; /* a whole ODBC connection string, or NULL */
	const char *dsn;	/* a data source name, or NULL */
	const char *driver;	/* NULL: libtdsodbc, looked up */
	const char *ca_file;	/* NULL: the system's certificates */
	enum db_encrypt encrypt;
	bool trust_certificate;
	bool read_only_intent;
	unsigned login_seconds; /* 0: 15 */
	unsigned query_seconds; /* 0: none */
	const char *app;	/* what the server's sessions show */
};

enum db_failure {
	DB_FAIL_NONE,
	DB_FAIL_TRANSIENT,  /* worth another try after a pause */
	DB_FAIL_LOST,	    /* the connection is gone; worth another try */
	DB_FAIL_TIMEOUT,    /* our deadline passed */
	DB_FAIL_LOGIN,	    /* refused: user, password or database */
	DB_FAIL_TICKET,	    /* no Kerberos ticket for the server */
	DB_FAIL_TLS,	    /* certificate, host name or encryption */
	DB_FAIL_PERMISSION, /* a GRANT would mend it */
	DB_FAIL_MISSING,    /* no such view, column or function there */
	DB_FAIL_REFUSED,    /* by our own guard: never sent */
	DB_FAIL_OTHER,
};

struct db_error {
	enum db_failure failure;
	int number; /* the server's error number, 0 when it isn't one */
	char state[6];
	char *text; /* owned by the connection */
};

/* What a column's values are read as. */
enum db_class {
	DB_INT,	  /* bit to bigint */
	DB_FLOAT, /* real, float */
	DB_TEXT,  /* UTF-16 on the way, UTF-8 here */
	DB_EXACT, /* decimal, money, guid: their text */
	DB_TIME,  /* dates and times: ISO 8601 text */
	DB_BINARY,
};

struct db_column {
	char *name;
	char *type;   /* T-SQL text, e.g. "decimal(9,2)" */
	int sql_type; /* ODBC's number */
	enum db_class cls;
	bool is_bit, is_real, nullable;
	bool is_narrow; /* text of a code page, not UTF-16 */
	bool is_long;	/* read piece by piece, not bound */
	unsigned scale; /* digits of a second's fraction */
	size_t width;	/* bytes of a bound value */
};

struct db;

/* Connects. *out is set also on failure, to hold the error; close it. */
int db_open(struct db **out, const struct db_config *c);
void db_close(struct db *d);
/* Is it Kerberos that logs in? */
bool db_integrated(const struct db *d);
const struct db_error *db_error(const struct db *d);

/*
 * Runs a batch. 1 when there is a result set, 0 when there is none (then the
 * batch is over), -1 on error. Rows are read in blocks of at most `memory`
 * bytes (0: 1 MiB).
 */
int db_exec(struct db *d, const char *sql, size_t memory);
/* The next result set of the batch: 1, 0 at the end, -1. */
int db_next(struct db *d);
/* Gives up what is left of the batch. */
void db_finish(struct db *d);

size_t db_columns(const struct db *d);
const struct db_column *db_column(const struct db *d, size_t i);
/* Index of the column of that name, or -1. */
int db_find(const struct db *d, const char *name);

/* The next row: 1, 0 at the end of the set, -1. */
int db_fetch(struct db *d);

/*
 * Values of the current row; a negative index is a column that isn't there:
 * NULL. Text is UTF-8 (lone surrogates in the three-byte form), NUL-ended,
 * good until the next db_fetch() or db_text() of a long column. Long columns
 * are read once and in ascending order. NULL when the value is NULL; *len may
 * be NULL. After a failure in the middle of a long value db_broken() is true
 * until the next db_exec().
 */
const char *db_text(struct db *d, int i, size_t *len);
int64_t db_int(struct db *d, int i, int64_t null_value);
bool db_broken(const struct db *d);

/* Adds the current row's value as JSON by the rowset rules (mig-records(5)).
 * -1 when a long value could not be read to its end. */
int db_json(struct db *d, size_t i, struct buf *out);

/* The shortest text that reads back as the same number. */
void db_float_text(struct buf *out, double v, bool real);
/* '2020-01-31 23:59:59.1 +02:00' -> '2020-01-31T23:59:59.1+02:00' */
void db_iso_text(struct buf *out, const char *s, size_t len);

/* A JSON string with quotes. UTF-8; lone surrogates become \uD800 escapes. */
void db_json_string(struct buf *out, const char *s, size_t len);

/* [name], or "name" where it holds a ']', for a statement. */
void db_quote(struct buf *out, const char *name);

/* Server messages of level 10 and less since the last db_exec(), or "". */
const char *db_messages(const struct db *d);

/* Is another try sensible? For DB_FAIL_TRANSIENT and DB_FAIL_LOST. */
bool db_worth_retry(const struct db *d);

/* The deadline counts from the last block of rows instead of from db_exec():
 * for reading tables, whose whole length nobody can bound. */
void db_deadline_per_block(struct db *d, bool on);

/*
 * Refuses cells of this many bytes on the wire and more: the server cuts them
 * there (SET TEXTSIZE) and reading one fails. -1 on error.
 */
int db_limit_cell(struct db *d, size_t bytes);

/* Did the driver replace characters that it could not convert? */
bool db_lossy(const struct db *d);

#endif
