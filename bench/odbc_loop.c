/*
 * The yardstick of bench/live.py: a bare loop over FreeTDS's ODBC driver that
 * runs the statements of a file (separated by lines "GO"), takes every value
 * and does nothing with it.
 *
 *   odbc_loop CONNECTION-STRING FILE
 *
 * Short columns are bound in blocks of 1000 rows; where there is a long one,
 * it is read a row at a time by SQLGetData, as any client has to.
 */
#include <stdint.h>
#include <stdlib.h>

#include <sql.h>
#include <sqlext.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/fs.h"

enum { BLOCK = 1000, PIECE = 65536, MAX_COLUMNS = 256 };

static unsigned long long bytes, rows;

static void need(SQLRETURN rc, SQLSMALLINT kind, SQLHANDLE h)
{
	SQLCHAR state[6] = "", text[500] = "";
	SQLINTEGER number;
	SQLSMALLINT len;

	if (SQL_SUCCEEDED(rc) || rc == SQL_NO_DATA)
		return;
	SQLGetDiagRec(kind, h, 1, state, &number, text, sizeof(text), &len);
	fprintf(stderr, "odbc_loop: %s\n", text);
	exit(2);
}

static void read_result(SQLHSTMT s, SQLSMALLINT n)
{
	static char piece[PIECE];
	char *data[MAX_COLUMNS] = {0};
	SQLLEN *lens[MAX_COLUMNS] = {0};
	SQLULEN fetched = 0, block, r;
	bool any_long = false, is_long[MAX_COLUMNS] = {0};
	size_t width[MAX_COLUMNS];
	SQLSMALLINT i;

	for (i = 0; i < n; i++) {
		SQLCHAR name[256];
		SQLSMALLINT len, type, scale, nullable;
		SQLULEN size = 0;

		SQLDescribeCol(s, (SQLUSMALLINT)(i + 1), name, sizeof(name),
		    &len, &type, &size, &scale, &nullable);
		is_long[i] = !size || size > 8000 || type == SQL_WLONGVARCHAR ||
		    type == SQL_LONGVARCHAR;
		any_long |= is_long[i];
		width[i] = size * 4 + 64;
	}
	block = any_long ? 1 : BLOCK;
	SQLSetStmtAttr(
	    s, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)(uintptr_t)block, 0);
	SQLSetStmtAttr(s, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
	for (i = 0; i < n; i++) {
		if (is_long[i])
			continue;
		data[i] = xreallocarray(NULL, block, width[i]);
		lens[i] = xcalloc(block, sizeof(SQLLEN));
		SQLBindCol(s, (SQLUSMALLINT)(i + 1), SQL_C_CHAR, data[i],
		    (SQLLEN)width[i], lens[i]);
	}
	for (;;) {
		SQLRETURN rc = SQLFetch(s);

		need(rc, SQL_HANDLE_STMT, s);
		if (rc == SQL_NO_DATA)
			break;
		rows += fetched;
		for (i = 0; i < n; i++) {
			SQLLEN got = 0;

			for (r = 0; !is_long[i] && r < fetched; r++)
				bytes += lens[i][r] > 0
				    ? (unsigned long long)lens[i][r]
				    : 0;
			while (is_long[i]) {
				rc = SQLGetData(s, (SQLUSMALLINT)(i + 1),
				    SQL_C_CHAR, piece, PIECE, &got);
				if (rc == SQL_NO_DATA || got == SQL_NULL_DATA)
					break;
				need(rc, SQL_HANDLE_STMT, s);
				if (rc == SQL_SUCCESS) {
					bytes += (unsigned long long)got;
					break;
				}
				bytes += PIECE - 1;
			}
		}
	}
	for (i = 0; i < n; i++) {
		free(data[i]);
		free(lens[i]);
	}
	SQLFreeStmt(s, SQL_UNBIND);
}

static void run(SQLHDBC dbc, char *sql)
{
	SQLHSTMT s;
	SQLSMALLINT n;

	SQLAllocHandle(SQL_HANDLE_STMT, dbc, &s);
	need(SQLExecDirect(s, (SQLCHAR *)sql, SQL_NTS), SQL_HANDLE_STMT, s);
	do {
		n = 0;
		SQLNumResultCols(s, &n);
		if (n > 0 && n <= MAX_COLUMNS)
			read_result(s, n);
	} while (SQL_SUCCEEDED(SQLMoreResults(s)));
	SQLFreeHandle(SQL_HANDLE_STMT, s);
}

int main(int argc, char **argv)
{
	struct buf b = BUF_INIT;
	SQLHENV env;
	SQLHDBC dbc;
	char *sql, *next;

	if (argc != 3 || fs_read(argv[2], &b) < 0)
		return 2;
	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
	SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc);
	need(SQLDriverConnect(dbc, NULL, (SQLCHAR *)argv[1], SQL_NTS, NULL, 0,
		 NULL, SQL_DRIVER_NOPROMPT),
	    SQL_HANDLE_DBC, dbc);
	for (sql = b.s; sql && *sql; sql = next) {
		next = strstr(sql, "\nGO\n");
		if (next) {
			*next = '\0';
			next += 4;
		}
		run(dbc, sql);
	}
	printf("%llu %llu\n", rows, bytes);
	SQLDisconnect(dbc);
	SQLFreeHandle(SQL_HANDLE_DBC, dbc);
	SQLFreeHandle(SQL_HANDLE_ENV, env);
	buf_release(&b);
	return 0;
}
