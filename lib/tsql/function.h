/*
 * T-SQL's built-in functions as a table (function.def): how many arguments,
 * what type results, what kind of function it is.
 */
#ifndef TSQL_FUNCTION_H
#define TSQL_FUNCTION_H

#include "tsql/types.h"

struct tsql_expr;

enum tsql_fn {
	TSQL_F_NONE, /* not a built-in: user-defined or unknown */
#define F(name, ...) TSQL_F_##name,
#define G(id, name, ...) TSQL_F_##id,
#include "tsql/function.def"
#undef F
#undef G
	TSQL_F_COUNT_OF /* how many there are */
};

enum tsql_fn_flags {
	TSQL_FF_AGGREGATE = 1 << 0,	/* with OVER: a window aggregate */
	TSQL_FF_WINDOW = 1 << 1,	/* only with OVER: ranking, LAG … */
	TSQL_FF_VOLATILE = 1 << 2,	/* another value each call or run */
	TSQL_FF_TABLE = 1 << 3,		/* used in FROM */
	TSQL_FF_DATEPART = 1 << 4,	/* the first argument is a date part */
	TSQL_FF_PREDICATE = 1 << 5,	/* CONTAINS, UPDATE(): no value */
	TSQL_FF_SESSION = 1 << 6,	/* depends on session, user or server */
	TSQL_FF_NOT_NULL = 1 << 7,	/* never NULL */
	TSQL_FF_CONSTANT_NAME = 1 << 8, /* arguments are names of objects */
};

struct tsql_function {
	const char *name; /* upper case */
	uint8_t rule;	  /* enum in function.c */
	uint8_t min, max; /* arguments; max 255: any number */
	uint16_t flags;
};

/* The built-in of this name (ASCII case-insensitive), or TSQL_F_NONE.
 * In FROM: table-valued built-ins only if table is true. */
enum tsql_fn tsql_function_find(const char *name, size_t len);
const struct tsql_function *tsql_function_get(enum tsql_fn);

/* The result of a call whose arguments carry their types. e is TSQL_E_CALL
 * with u.call.fn set. */
struct tsql_type tsql_function_type(const struct tsql_expr *e);
/* The type of @@ROWCOUNT and its like; UNKNOWN if there is none such. */
struct tsql_type tsql_global_type(const char *name, size_t len);

/* Date parts, from their names and abbreviations: "yy", "year" … */
enum tsql_datepart {
	TSQL_DP_NONE,
	TSQL_DP_YEAR,
	TSQL_DP_QUARTER,
	TSQL_DP_MONTH,
	TSQL_DP_DAYOFYEAR,
	TSQL_DP_DAY,
	TSQL_DP_WEEK,
	TSQL_DP_ISO_WEEK,
	TSQL_DP_WEEKDAY,
	TSQL_DP_HOUR,
	TSQL_DP_MINUTE,
	TSQL_DP_SECOND,
	TSQL_DP_MILLISECOND,
	TSQL_DP_MICROSECOND,
	TSQL_DP_NANOSECOND,
	TSQL_DP_TZOFFSET,
};
enum tsql_datepart tsql_datepart_find(const char *name, size_t len);

#endif
