/* Statements: running, describing and binding results, fetching blocks. */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "common/alloc.h"

#include "db/guard.h"
#include "db/internal.h"

enum { LONG_BYTES = 16000, DEFAULT_MEMORY = 1 << 20, MAX_BLOCK = 1000 };

static void release_result(struct db *d)
{
	size_t i;

	for (i = 0; i < d->nr; i++) {
		free(d->slots[i].c.name);
		free(d->slots[i].c.type);
		free(d->slots[i].data);
		free(d->slots[i].lens);
	}
	free(d->slots);
	d->slots = NULL;
	d->nr = 0;
	d->row = d->in_block = 0;
	d->at_end = true;
}

static int failed(struct db *d)
{
	db_diagnose(d, SQL_HANDLE_STMT, d->stmt, false);
	if (d->error.failure == DB_FAIL_LOST ||
	    d->error.failure == DB_FAIL_TIMEOUT || d->timed_out)
		d->lost = true;
	db_disarm(d);
	return -1;
}

/* The T-SQL name of what the driver describes. */
static char *type_text(struct db *d, SQLUSMALLINT i, SQLSMALLINT type,
    SQLULEN size, SQLSMALLINT scale)
{
	SQLCHAR name[130] = "";
	SQLSMALLINT len = 0;
	char *p;

	SQLColAttribute(
	    d->stmt, i, SQL_DESC_TYPE_NAME, name, sizeof(name), &len, NULL);
	for (p = (char *)name; *p && *p != ' ' && *p != '('; p++)
		*p = (char)tolower((unsigned char)*p);
	*p = '\0';
	switch (type) {
	case SQL_DECIMAL:
	case SQL_NUMERIC:
		if (strstr((char *)name, "money"))
			break;
		return xasprintf(
		    "decimal(%lu,%d)", (unsigned long)size, (int)scale);
	case SQL_CHAR:
	case SQL_VARCHAR:
	case SQL_WCHAR:
	case SQL_WVARCHAR:
	case SQL_BINARY:
	case SQL_VARBINARY:
		if (strcmp((char *)name, "timestamp") == 0)
			break;
		if (!size)
			return xasprintf("%s(max)", name);
		return xasprintf("%s(%lu)", name, (unsigned long)size);
	case SQL_LONGVARCHAR:
		return xstrdup(
		    strcmp((char *)name, "text") ? "varchar(max)" : "text");
	case SQL_WLONGVARCHAR:
		return xstrdup(
		    strcmp((char *)name, "ntext") ? "nvarchar(max)" : "ntext");
	case SQL_LONGVARBINARY:
		return xstrdup(
		    strcmp((char *)name, "image") ? "varbinary(max)" : "image");
	case SS_TIME2: return xasprintf("time(%d)", (int)scale);
	case SS_TIMESTAMPOFFSET:
		return xasprintf("datetimeoffset(%d)", (int)scale);
	case SQL_TYPE_TIMESTAMP:
		if (strcmp((char *)name, "datetime2") == 0)
			return xasprintf("datetime2(%d)", (int)scale);
		if (size == 16 && !scale)
			return xstrdup("smalldatetime");
		break;
	default: break;
	}
	return xstrdup(*name ? (char *)name : "sql_variant");
}

static void read_as(
    struct db_slot *s, enum db_class cls, SQLSMALLINT c_type, size_t width)
{
	s->c.cls = cls;
	s->c_type = c_type;
	s->c.width = width;
}

/* How a column is read. */
static void classify(struct db_slot *s, SQLSMALLINT type, SQLULEN size)
{
	struct db_column *c = &s->c;

	c->sql_type = type;
	switch (type) {
	case SQL_BIT:
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT:
		c->is_bit = type == SQL_BIT;
		read_as(s, DB_INT, SQL_C_SBIGINT, sizeof(int64_t));
		return;
	case SQL_REAL:
	case SQL_FLOAT:
	case SQL_DOUBLE:
		c->is_real = type == SQL_REAL;
		read_as(s, DB_FLOAT, SQL_C_DOUBLE, sizeof(double));
		return;
	case SQL_DECIMAL:
	case SQL_NUMERIC:
	case SQL_GUID: read_as(s, DB_EXACT, SQL_C_CHAR, 64); return;
	case SQL_TYPE_DATE:
	case SQL_TYPE_TIMESTAMP:
		read_as(s, DB_TIME, SQL_C_TYPE_TIMESTAMP,
		    sizeof(SQL_TIMESTAMP_STRUCT));
		return;
	case SS_TIME2:
	case SS_TIMESTAMPOFFSET:
	case SQL_TYPE_TIME: read_as(s, DB_TIME, SQL_C_CHAR, 48); return;
	case SQL_BINARY:
	case SQL_VARBINARY:
	case SQL_LONGVARBINARY:
	case SS_UDT:
	case SS_VARIANT:
		read_as(s, DB_BINARY, SQL_C_BINARY, size);
		c->is_long = !size || size > LONG_BYTES ||
		    type == SQL_LONGVARBINARY || type == SS_UDT ||
		    type == SS_VARIANT;
		return;
	default:
		read_as(s, DB_TEXT, SQL_C_WCHAR, (size + 1) * sizeof(SQLWCHAR));
		c->is_narrow = type == SQL_CHAR || type == SQL_VARCHAR ||
		    type == SQL_LONGVARCHAR;
		c->is_long = !size || size > LONG_BYTES / 2 ||
		    type == SQL_LONGVARCHAR || type == SQL_WLONGVARCHAR ||
		    type == SS_XML;
	}
}

static int describe(struct db *d, SQLUSMALLINT i, struct db_slot *s)
{
	SQLWCHAR name[260] = {0};
	SQLSMALLINT len = 0, type = 0, scale = 0, nullable = 0;
	SQLULEN size = 0;
	struct buf b = BUF_INIT;

	if (!SQL_SUCCEEDED(SQLDescribeColW(
		d->stmt, i, name, 260, &len, &type, &size, &scale, &nullable)))
		return -1;
	utf16_add(&b, name, len < 0 ? 0 : len > 259 ? 259 : (size_t)len);
	buf_adds(&b, "");
	s->c.name = buf_detach(&b);
	s->c.nullable = nullable != SQL_NO_NULLS;
	classify(s, type, size);
	s->c.scale = scale > 0 ? (unsigned)scale : 0;
	s->c.type = type_text(d, i, type, size, scale);
	if (strcmp(s->c.type, "real") == 0)
		s->c.is_real = true;
	return 0;
}

static bool past_deadline(const struct db *d)
{
	return d->query_seconds && d->armed && time(NULL) > d->ends;
}

/* The next block of rows: 1, 0 at the end, -1. */
static int fetch_block(struct db *d)
{
	SQLRETURN rc;
	size_t i;

	if (past_deadline(d)) {
		d->timed_out = true;
		return failed(d);
	}
	if (d->progressing)
		db_arm(d, d->query_seconds);
	rc = SQLFetch(d->stmt);
	if (rc == SQL_NO_DATA) {
		d->at_end = true;
		return 0;
	}
	if (rc == SQL_SUCCESS_WITH_INFO)
		db_note(d, SQL_HANDLE_STMT, d->stmt);
	if (!SQL_SUCCEEDED(rc) || d->timed_out)
		return failed(d);
	d->row = 1;
	for (i = 0; i < d->nr; i++)
		d->slots[i].done = false;
	return 1;
}

/* Binds all but the long columns; one row at a time when there are any. */
static int bind(struct db *d, SQLSMALLINT n)
{
	size_t row_bytes = 0, i;
	bool any_long = false;

	d->slots = xcalloc((size_t)n, sizeof(*d->slots));
	d->nr = (size_t)n;
	for (i = 0; i < d->nr; i++) {
		struct db_slot *s = &d->slots[i];

		if (describe(d, (SQLUSMALLINT)(i + 1), s) < 0)
			return failed(d);
		if (s->c.is_long)
			any_long = true;
		else
			row_bytes += s->c.width + sizeof(SQLLEN);
	}
	d->block = any_long ? 1 : d->memory / (row_bytes ? row_bytes : 1);
	if (d->block < 1)
		d->block = 1;
	if (d->block > MAX_BLOCK)
		d->block = MAX_BLOCK;
	SQLSetStmtAttr(
	    d->stmt, SQL_ATTR_ROW_BIND_TYPE, (SQLPOINTER)SQL_BIND_BY_COLUMN, 0);
	SQLSetStmtAttr(d->stmt, SQL_ATTR_ROW_ARRAY_SIZE,
	    (SQLPOINTER)(uintptr_t)d->block, 0);
	SQLSetStmtAttr(d->stmt, SQL_ATTR_ROWS_FETCHED_PTR, &d->in_block, 0);
	for (i = 0; i < d->nr; i++) {
		struct db_slot *s = &d->slots[i];

		if (s->c.is_long)
			continue;
		s->data = xreallocarray(NULL, d->block, s->c.width);
		s->lens = xcalloc(d->block, sizeof(*s->lens));
		if (!SQL_SUCCEEDED(SQLBindCol(d->stmt, (SQLUSMALLINT)(i + 1),
			s->c_type, s->data, (SQLLEN)s->c.width, s->lens)))
			return failed(d);
	}
	d->row = d->in_block = 0;
	d->at_end = false;
	/* the first block now: an error of the statement shows here, not when
	 * its rows are already being taken */
	n = (SQLSMALLINT)fetch_block(d);
	d->primed = n == 1;
	return n < 0 ? -1 : 1;
}

/* The result at hand, or the first behind it that has columns. */
static int take_result(struct db *d)
{
	for (;;) {
		SQLSMALLINT n = 0;
		SQLRETURN rc;

		if (!SQL_SUCCEEDED(SQLNumResultCols(d->stmt, &n)))
			return failed(d);
		if (n > 0)
			return bind(d, n);
		rc = SQLMoreResults(d->stmt);
		if (rc == SQL_NO_DATA) {
			db_finish(d);
			return 0;
		}
		if (!SQL_SUCCEEDED(rc))
			return failed(d);
		if (rc == SQL_SUCCESS_WITH_INFO)
			db_note(d, SQL_HANDLE_STMT, d->stmt);
	}
}

int db_exec(struct db *d, const char *sql, size_t memory)
{
	const char *no = guard_refusal(sql);
	SQLWCHAR *text;
	SQLRETURN rc;
	size_t len;

	db_finish(d);
	buf_reset(&d->messages);
	d->lossy = d->broken = false;
	if (no) {
		db_fail(d, DB_FAIL_REFUSED, 0, "HY000", no);
		return -1;
	}
	if (d->lost || !d->connected) {
		if (!d->error.text)
			db_fail(d, DB_FAIL_LOST, 0, "08003", "not connected");
		return -1;
	}
	d->memory = memory ? memory : DEFAULT_MEMORY;
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, d->dbc, &d->stmt))) {
		db_diagnose(d, SQL_HANDLE_DBC, d->dbc, false);
		d->stmt = NULL;
		return -1;
	}
	/* text goes as it is: no {escapes}, no ? markers in names */
	SQLSetStmtAttr(d->stmt, SQL_ATTR_NOSCAN, (SQLPOINTER)SQL_NOSCAN_ON, 0);
	if (d->query_seconds)
		SQLSetStmtAttr(d->stmt, SQL_ATTR_QUERY_TIMEOUT,
		    (SQLPOINTER)(uintptr_t)d->query_seconds, 0);
	db_arm(d, d->query_seconds);
	text = utf16_of(sql, &len);
	rc = SQLExecDirectW(d->stmt, text, (SQLINTEGER)len);
	free(text);
	if (rc == SQL_SUCCESS_WITH_INFO)
		db_note(d, SQL_HANDLE_STMT, d->stmt);
	if (!SQL_SUCCEEDED(rc) && rc != SQL_NO_DATA)
		return failed(d);
	return take_result(d);
}

int db_next(struct db *d)
{
	SQLRETURN rc;

	if (!d->stmt)
		return 0;
	release_result(d);
	SQLFreeStmt(d->stmt, SQL_UNBIND);
	rc = SQLMoreResults(d->stmt);
	if (rc == SQL_NO_DATA) {
		db_finish(d);
		return 0;
	}
	if (!SQL_SUCCEEDED(rc))
		return failed(d);
	return take_result(d);
}

void db_finish(struct db *d)
{
	release_result(d);
	if (d->stmt) {
		SQLFreeHandle(SQL_HANDLE_STMT, d->stmt);
		d->stmt = NULL;
	}
	db_disarm(d);
}

int db_fetch(struct db *d)
{
	if (d->broken)
		return -1;
	if (d->at_end)
		return 0;
	if (d->primed) {
		d->primed = false;
		return 1;
	}
	if (d->row && d->row < d->in_block) {
		d->row++;
		return 1;
	}
	return fetch_block(d);
}

void db_deadline_per_block(struct db *d, bool on)
{
	d->progressing = on;
}

int db_limit_cell(struct db *d, size_t bytes)
{
	char sql[64];

	/* the largest that a server takes: cells end at 2 GiB - 1 */
	if (!bytes || bytes > 2147483646)
		bytes = 2147483646;
	bytes &= ~(size_t)1;
	snprintf(sql, sizeof(sql), "SET TEXTSIZE %zu", bytes);
	if (db_exec(d, sql, 0) < 0)
		return -1;
	db_finish(d);
	d->cell_limit = bytes;
	return 0;
}

size_t db_columns(const struct db *d)
{
	return d->nr;
}

const struct db_column *db_column(const struct db *d, size_t i)
{
	return &d->slots[i].c;
}

int db_find(const struct db *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->nr; i++) {
		if (strcasecmp(d->slots[i].c.name, name) == 0)
			return (int)i;
	}
	return -1;
}

bool db_lossy(const struct db *d)
{
	return d->lossy;
}
