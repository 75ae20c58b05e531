/*
 * Rows as byte strings: equal rows give equal bytes, whichever side wrote
 * them, and memcmp puts rows with the same key beside each other.
 *
 * Decimals go by value, dates without zeros at the end of a fraction, char(n)
 * without its padding, strings as they are. Floats, and numbers that are
 * compared with a tolerance, stand behind all others, for rows that differ
 * only in them have to be found by their rest.
 */
#ifndef MIG_DBT_ROWKEY_H
#define MIG_DBT_ROWKEY_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "common/buf.h"
#include "dbt/rowtype.h"

struct field {
	const char *name;
	enum type_class class;
	bool approx; /* compared within these: */
	double abs, rel;
	size_t expected_at; /* the column's place on either side */
	size_t actual_at;
	/* The warehouse holds text for a number or a date, or the other way
	 * round: a value there equals none here. */
	bool other_type;
};

/* Adds a value's bytes. */
void field_add(const struct field *f, struct json_object *value, bool actual,
    struct buf *out);

/* Length of the field that begins here. */
size_t field_len(const unsigned char *at);

/* Equal, within the field's tolerance? */
bool field_equal(
    const struct field *f, const unsigned char *a, const unsigned char *b);
bool field_is_null(const unsigned char *at);

/* The value for a sample; a new reference, NULL for null. */
struct json_object *field_value(const struct field *f, const unsigned char *at);

#endif
