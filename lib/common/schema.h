/*
 * Validation by the part of JSON Schema that structured output allows: type,
 * properties, required, additionalProperties: false, items, enum, const,
 * anyOf, allOf, $ref to #/$defs/NAME.
 */
#ifndef MIG_SCHEMA_H
#define MIG_SCHEMA_H

struct json_object;

/* NULL when value is valid; else what isn't and where ("$.a[2]: …"), the
 * caller's to free. */
char *schema_check(struct json_object *schema, struct json_object *value);

#endif
