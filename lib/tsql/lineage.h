/*
 * Column lineage of bound modules: which columns of which objects the values
 * of a written column come from, and which columns decide about its rows.
 * The kinds of transformation are those of OpenLineage's column-lineage facet.
 *
 * Temp tables, table variables, scalar variables, CTEs and derived tables
 * are seen through; views and functions are not: a view's columns come from
 * the views that it names, which have a lineage of their own.
 */
#ifndef TSQL_LINEAGE_H
#define TSQL_LINEAGE_H

#include "tsql/bind.h"

enum tsql_lineage_how {
	TSQL_LIN_IDENTITY = 1 << 0, /* the value itself */
	TSQL_LIN_TRANSFORMATION = 1 << 1,
	TSQL_LIN_AGGREGATION = 1 << 2,
	TSQL_LIN_DIRECT = 7, /* any of these */
	TSQL_LIN_JOIN = 1 << 3,
	TSQL_LIN_GROUP_BY = 1 << 4,
	TSQL_LIN_FILTER = 1 << 5,
	TSQL_LIN_SORT = 1 << 6, /* ORDER BY with TOP or OFFSET */
	TSQL_LIN_WINDOW = 1 << 7,
	TSQL_LIN_CONDITIONAL = 1 << 8, /* WHEN of a CASE, IIF */
	TSQL_LIN_KINDS = 9,
};

/* The column that stands for a scalar function's value, by ODBC's name. */
#define TSQL_LIN_RETURNED "@RETURN_VALUE"

struct tsql_lineage_edge {
	const char *target; /* "schema.name" of what is written */
	const char *column; /* NULL: all columns, by way of the rows */
	const char *source, *source_column;
	uint16_t how; /* set of enum tsql_lineage_how */
};

/* Edges of one target and column stand together. */
struct tsql_lineage {
	struct tsql_lineage_edge *v;
	uint32_t n;
};

/*
 * Of a bound module: its views, inline functions, INSERT, UPDATE, MERGE,
 * SELECT INTO, OUTPUT INTO and tables made from queries; executed text is
 * followed as far as tsql/deps.h says. self, if not NULL, is the name of
 * what the module's CREATE statement makes, where that was renamed since.
 */
struct tsql_lineage *tsql_lineage_of(struct arena *, const struct tsql_module *,
    const char *self, const struct tsql_bind_options *opt);

/* Of a table's computed columns. */
struct tsql_lineage *tsql_lineage_of_computed(
    struct arena *, struct tsql_object *, const struct tsql_bind_options *opt);

/* "IDENTITY" … of the bit with that number, and whether it is direct. */
const char *tsql_lineage_name(unsigned bit);
static inline bool tsql_lineage_is_direct(unsigned bit)
{
	return bit < 3;
}

#endif
