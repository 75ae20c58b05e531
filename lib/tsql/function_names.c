#include "common/alloc.h"
#include "tsql/function.h"

/* Names that mean something beside functions: @@ variables, date parts. */

struct tsql_type tsql_global_type(const char *name, size_t len)
{
	static const struct {
		const char *name;
		uint8_t base;
		int16_t length;
	} globals[] = {
	    {"@@CONNECTIONS", TSQL_TY_INT, 0},
	    {"@@CPU_BUSY", TSQL_TY_INT, 0},
	    {"@@CURSOR_ROWS", TSQL_TY_INT, 0},
	    {"@@DATEFIRST", TSQL_TY_TINYINT, 0},
	    {"@@DBTS", TSQL_TY_VARBINARY, 8},
	    {"@@ERROR", TSQL_TY_INT, 0},
	    {"@@FETCH_STATUS", TSQL_TY_INT, 0},
	    {"@@IDENTITY", TSQL_TY_DECIMAL, 38},
	    {"@@IDLE", TSQL_TY_INT, 0},
	    {"@@IO_BUSY", TSQL_TY_INT, 0},
	    {"@@LANGID", TSQL_TY_SMALLINT, 0},
	    {"@@LANGUAGE", TSQL_TY_NVARCHAR, 128},
	    {"@@LOCK_TIMEOUT", TSQL_TY_INT, 0},
	    {"@@MAX_CONNECTIONS", TSQL_TY_INT, 0},
	    {"@@MAX_PRECISION", TSQL_TY_TINYINT, 0},
	    {"@@NESTLEVEL", TSQL_TY_INT, 0},
	    {"@@OPTIONS", TSQL_TY_INT, 0},
	    {"@@PACK_RECEIVED", TSQL_TY_INT, 0},
	    {"@@PACK_SENT", TSQL_TY_INT, 0},
	    {"@@PACKET_ERRORS", TSQL_TY_INT, 0},
	    {"@@PROCID", TSQL_TY_INT, 0},
	    {"@@REMSERVER", TSQL_TY_NVARCHAR, 128},
	    {"@@ROWCOUNT", TSQL_TY_INT, 0},
	    {"@@SERVERNAME", TSQL_TY_NVARCHAR, 128},
	    {"@@SERVICENAME", TSQL_TY_NVARCHAR, 128},
	    {"@@SPID", TSQL_TY_SMALLINT, 0},
	    {"@@TEXTSIZE", TSQL_TY_INT, 0},
	    {"@@TIMETICKS", TSQL_TY_INT, 0},
	    {"@@TOTAL_ERRORS", TSQL_TY_INT, 0},
	    {"@@TOTAL_READ", TSQL_TY_INT, 0},
	    {"@@TOTAL_WRITE", TSQL_TY_INT, 0},
	    {"@@TRANCOUNT", TSQL_TY_INT, 0},
	    {"@@VERSION", TSQL_TY_NVARCHAR, 300},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(globals); i++) {
		enum tsql_base base = (enum tsql_base)globals[i].base;

		if (!tsql_is_word(globals[i].name, name, len))
			continue;
		return base == TSQL_TY_DECIMAL ? tsql_type_decimal(38, 0)
		    : globals[i].length
		    ? tsql_type_sized(base, globals[i].length)
		    : tsql_type_make(base);
	}
	return (struct tsql_type){.nullable = true};
}

enum tsql_datepart tsql_datepart_find(const char *name, size_t len)
{
	static const struct {
		const char *name;
		uint8_t part;
	} parts[] = {
	    {"year", TSQL_DP_YEAR},
	    {"yy", TSQL_DP_YEAR},
	    {"yyyy", TSQL_DP_YEAR},
	    {"quarter", TSQL_DP_QUARTER},
	    {"qq", TSQL_DP_QUARTER},
	    {"q", TSQL_DP_QUARTER},
	    {"month", TSQL_DP_MONTH},
	    {"mm", TSQL_DP_MONTH},
	    {"m", TSQL_DP_MONTH},
	    {"dayofyear", TSQL_DP_DAYOFYEAR},
	    {"dy", TSQL_DP_DAYOFYEAR},
	    {"y", TSQL_DP_DAYOFYEAR},
	    {"day", TSQL_DP_DAY},
	    {"dd", TSQL_DP_DAY},
	    {"d", TSQL_DP_DAY},
	    {"week", TSQL_DP_WEEK},
	    {"wk", TSQL_DP_WEEK},
	    {"ww", TSQL_DP_WEEK},
	    {"iso_week", TSQL_DP_ISO_WEEK},
	    {"isowk", TSQL_DP_ISO_WEEK},
	    {"isoww", TSQL_DP_ISO_WEEK},
	    {"weekday", TSQL_DP_WEEKDAY},
	    {"dw", TSQL_DP_WEEKDAY},
	    {"w", TSQL_DP_WEEKDAY},
	    {"hour", TSQL_DP_HOUR},
	    {"hh", TSQL_DP_HOUR},
	    {"minute", TSQL_DP_MINUTE},
	    {"mi", TSQL_DP_MINUTE},
	    {"n", TSQL_DP_MINUTE},
	    {"second", TSQL_DP_SECOND},
	    {"ss", TSQL_DP_SECOND},
	    {"s", TSQL_DP_SECOND},
	    {"millisecond", TSQL_DP_MILLISECOND},
	    {"ms", TSQL_DP_MILLISECOND},
	    {"microsecond", TSQL_DP_MICROSECOND},
	    {"mcs", TSQL_DP_MICROSECOND},
	    {"nanosecond", TSQL_DP_NANOSECOND},
	    {"ns", TSQL_DP_NANOSECOND},
	    {"tzoffset", TSQL_DP_TZOFFSET},
	    {"tz", TSQL_DP_TZOFFSET},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (tsql_is_word(parts[i].name, name, len))
			return (enum tsql_datepart)parts[i].part;
	return TSQL_DP_NONE;
}
