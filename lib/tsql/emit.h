/*
 * From a bound T-SQL query to the target's SQL.
 *
 * The result carries a claim (see dialect.h): exact only when every construct
 * on the way is known to be exact for the dialect; what can't be translated
 * makes it manual, with a finding of its place and remedy. The emitter never
 * fails: the text of a manual query is what could be made of it.
 *
 * Everything returned lives in the arena given, but for the findings.
 */
#ifndef TSQL_EMIT_H
#define TSQL_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/finding.h"
#include "tsql/bind.h"
#include "tsql/dialect.h"
#include "tsql/doc.h"

/* How strings compare in the target: by keys that follow the collation, by
 * the values folded only in case, or as the target likes it. */
enum emit_collation { EMIT_EXACT, EMIT_FOLD, EMIT_LEAVE };

/* What a table, view or procedure's target is in the project. */
struct emit_relation {
	struct doc *text; /* {{ ref('stg_sales__order') }} */
	const char *name; /* of its import CTE: "orders"; may be NULL */
};

/* false: the object isn't known to the project (a finding follows). */
typedef bool emit_relation_fn(
    void *ctx, const struct tsql_object *, struct emit_relation *out);

/* The text of a variable's value, which is cast to its type; NULL when there
 * is none (a finding follows). */
typedef struct doc *emit_variable_fn(void *ctx, const struct tsql_variable *);

struct emit_options {
	const struct dialect *dialect;
	struct tsql_catalog *catalog; /* as the binder had it */
	const char *src;	      /* the text of the spans */
	size_t src_len;
	uint32_t first_line;
	emit_relation_fn *relation; /* NULL: schema.name as it is */
	emit_variable_fn *variable; /* NULL: no variable is known */
	void *ctx;
	const struct tsql_names *columns; /* of CREATE VIEW v (a, b) */
	enum emit_collation collation;
	bool ansi_nulls_off; /* NULL is a value like others: = NULL finds it */
};

/* Constructs on which dialects differ: a unit test can witness them. */
enum emit_construct {
	EMIT_USE_NONE,
	EMIT_USE_INT_DIVISION,
	EMIT_USE_DECIMAL_DIVISION,
	EMIT_USE_MODULO,
	EMIT_USE_AVG_INT,
	EMIT_USE_CAST_TRUNCATES, /* to an integer */
	EMIT_USE_CAST_ROUNDS,	 /* to a decimal */
	EMIT_USE_CAST_CUTS,	 /* to a shorter string */
	EMIT_USE_ISNULL_CUTS,
	EMIT_USE_STRING_EQUAL, /* =, <>, IN, joins */
	EMIT_USE_STRING_ORDER,
	EMIT_USE_STRING_GROUP, /* GROUP BY, DISTINCT, UNION */
	EMIT_USE_LIKE,
	EMIT_USE_LEN,
	EMIT_USE_SEARCH, /* CHARINDEX, PATINDEX */
	EMIT_USE_REPLACE,
	EMIT_USE_CONCAT_NULL, /* + against CONCAT */
	EMIT_USE_DATEDIFF,
	EMIT_USE_DATEADD,
	EMIT_USE_DATEPART,
	EMIT_USE_DATETIME_ROUNDS,
	EMIT_USE_STYLE,
	EMIT_USE_ROUND,
	EMIT_USE_NULL_ORDER,
	EMIT_USE_TOP,
	EMIT_USE_COUNT
};

const char *emit_construct_name(enum emit_construct);

struct emit_use {
	enum emit_construct construct;
	const struct tsql_expr *expr; /* where: may be NULL */
};

struct emit_column {
	const char *name; /* as in the target, unquoted */
	const struct tsql_type *type;
	const char *target_type; /* of the emitted expression */
};

/* What is taken for granted of the text in a column, worst last. */
enum emit_assumption {
	EMIT_ASSUME_UNITS,  /* each character is one UTF-16 unit */
	EMIT_ASSUME_BYTES,  /* and so of its bytes, whatever the collation */
	EMIT_ASSUME_FORMS,  /* and there are no wide or high forms of letters,
			     * no marks apart */
	EMIT_ASSUME_LETTERS /* nor letters that equal two others */
};

/* object NULL: any Unicode column of the inputs. */
struct emit_assumed {
	const struct tsql_object *object;
	const struct tsql_column *column;
	enum emit_assumption what;
};

struct emit_result {
	struct doc *doc; /* a whole statement, or an expression */
	enum claim claim;
	struct findings findings; /* emit_result_clear frees them */
	const char **macro;	  /* used ones, once each: file names below
				   * share/macros without .sql */
	size_t nmacro;
	struct emit_use *use;
	size_t nuse;
	struct emit_column *column; /* of a query */
	size_t ncolumn;
	struct emit_assumed *assumed;
	size_t nassumed;
};

/* A bound query as a model: imports first, `final` last. */
void emit_query(struct arena *, const struct emit_options *,
    struct tsql_query *, struct emit_result *);

/* A bound expression over the columns of one relation, which are written
 * unqualified, or with qualifier and a dot when it isn't NULL: a value of
 * its T-SQL type's own target type, or a predicate. */
void emit_expr(struct arena *, const struct emit_options *, struct tsql_expr *,
    const char *qualifier, struct emit_result *);

void emit_result_clear(struct emit_result *);

#endif
