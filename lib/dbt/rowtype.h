/*
 * T-SQL types as a rowset's header or a record names them: `decimal(9,2)`,
 * `varchar(max)`, `numeric` where the length is not known. And the warehouse's
 * types for them: "types" of share/dialects/<adapter>.json, where {n}, {p} and
 * {s} stand for length, precision and scale.
 */
#ifndef MIG_DBT_ROWTYPE_H
#define MIG_DBT_ROWTYPE_H

#include <stdbool.h>

#include <json-c/json.h>

enum type_class {
	CLASS_STRING, /* compared byte for byte */
	CLASS_CHAR,   /* a string whose padding means nothing */
	CLASS_BIT,
	CLASS_INTEGER,
	CLASS_DECIMAL,
	CLASS_FLOAT,
	CLASS_DATE, /* dates, times and both */
	CLASS_BINARY,
	CLASS_GUID,
};

struct row_type {
	char base[64]; /* lower case, cut when longer */
	int a, b;      /* in the parentheses; -1: absent */
	bool max;      /* (max) */
};

struct row_type row_type_parse(const char *text);
enum type_class row_type_class(const struct row_type *t);

/*
 * The warehouse's type, the caller's to free. "{s}" is left in it when a
 * decimal's scale is not known. NULL when the map lacks the type.
 */
char *row_type_target(struct json_object *dialect, const struct row_type *t);

/* Reads share/dialects/<adapter>.json; NULL after a message. The caller puts
 * it. */
struct json_object *dialect_read(const char *adapter);

#endif
