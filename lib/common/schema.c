#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "common/schema.h"

#define MAX_DEPTH 64

struct check {
	struct json_object *root;
	struct buf path; /* where in the value */
	char *wrong;
	int depth;
};

static bool check(
    struct check *c, struct json_object *schema, struct json_object *value);

static bool fail(struct check *c, const char *what, const char *more)
{
	if (!c->wrong)
		c->wrong =
		    xasprintf("$%s: %s%s", buf_str(&c->path), what, more);
	return false;
}

static bool has_type(struct json_object *value, const char *type)
{
	enum json_type t = json_object_get_type(value);

	if (strcmp(type, "object") == 0)
		return t == json_type_object;
	if (strcmp(type, "array") == 0)
		return t == json_type_array;
	if (strcmp(type, "string") == 0)
		return t == json_type_string;
	if (strcmp(type, "boolean") == 0)
		return t == json_type_boolean;
	if (strcmp(type, "null") == 0)
		return t == json_type_null;
	if (strcmp(type, "integer") == 0)
		return t == json_type_int;
	if (strcmp(type, "number") == 0)
		return t == json_type_int || t == json_type_double;
	return false;
}

static bool check_type(
    struct check *c, struct json_object *type, struct json_object *value)
{
	size_t i;

	if (json_object_is_type(type, json_type_string)) {
		if (has_type(value, json_object_get_string(type)))
			return true;
		return fail(c, "not of type ", json_object_get_string(type));
	}
	for (i = 0; i < js_len(type); i++) {
		if (has_type(value,
			json_object_get_string(
			    json_object_array_get_idx(type, i))))
			return true;
	}
	return fail(c, "of none of the types allowed", "");
}

static bool check_object(
    struct check *c, struct json_object *schema, struct json_object *value)
{
	struct json_object *props = js_obj(schema, "properties");
	struct json_object *need = js_arr(schema, "required");
	size_t mark = c->path.len, i;

	for (i = 0; i < js_len(need); i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(need, i));

		if (!json_object_object_get_ex(value, name, NULL))
			return fail(c, "lacks the field ", name);
	}
	json_object_object_foreach(value, key, v)
	{
		struct json_object *s = js_get(props, key);

		if (!s && js_get(schema, "additionalProperties") &&
		    !js_bool(schema, "additionalProperties", true))
			return fail(c, "has an unknown field ", key);
		if (!s)
			continue;
		buf_addf(&c->path, ".%s", key);
		if (!check(c, s, v))
			return false;
		buf_setlen(&c->path, mark);
	}
	return true;
}

static bool check_items(
    struct check *c, struct json_object *items, struct json_object *value)
{
	size_t mark = c->path.len, i;

	for (i = 0; i < js_len(value); i++) {
		buf_addf(&c->path, "[%zu]", i);
		if (!check(c, items, json_object_array_get_idx(value, i)))
			return false;
		buf_setlen(&c->path, mark);
	}
	return true;
}

static bool check_enum(
    struct check *c, struct json_object *list, struct json_object *value)
{
	size_t i;

	for (i = 0; i < js_len(list); i++) {
		if (json_object_equal(
			json_object_array_get_idx(list, i), value))
			return true;
	}
	return fail(c, "not one of the values allowed", "");
}

static bool check_any(
    struct check *c, struct json_object *list, struct json_object *value)
{
	size_t mark = c->path.len, i;
	char *first = NULL;

	for (i = 0; i < js_len(list); i++) {
		if (check(c, json_object_array_get_idx(list, i), value)) {
			free(first);
			return true;
		}
		buf_setlen(&c->path, mark);
		if (!first)
			first = c->wrong;
		else
			free(c->wrong);
		c->wrong = NULL;
	}
	c->wrong = first;
	return fail(c, "fits no alternative", "");
}

static struct json_object *resolve(struct check *c, const char *ref)
{
	struct json_object *defs = js_obj(c->root, "$defs");

	if (strncmp(ref, "#/$defs/", 8) != 0)
		return NULL;
	return js_obj(defs, ref + 8);
}

static bool check_keywords(
    struct check *c, struct json_object *schema, struct json_object *value)
{
	const char *ref = js_str(schema, "$ref");
	struct json_object *v;
	size_t i;

	if (ref && !check(c, resolve(c, ref), value))
		return false;
	v = js_get(schema, "type");
	if (v && !check_type(c, v, value))
		return false;
	v = js_arr(schema, "enum");
	if (v && !check_enum(c, v, value))
		return false;
	if (json_object_object_get_ex(schema, "const", &v) &&
	    !json_object_equal(v, value))
		return fail(c, "not the value required", "");
	v = js_arr(schema, "allOf");
	for (i = 0; i < js_len(v); i++) {
		if (!check(c, json_object_array_get_idx(v, i), value))
			return false;
	}
	v = js_arr(schema, "anyOf");
	if (v && !check_any(c, v, value))
		return false;
	if (json_object_is_type(value, json_type_object))
		return check_object(c, schema, value);
	v = js_obj(schema, "items");
	if (v && json_object_is_type(value, json_type_array))
		return check_items(c, v, value);
	return true;
}

static bool check(
    struct check *c, struct json_object *schema, struct json_object *value)
{
	bool ok;

	if (!json_object_is_type(schema, json_type_object))
		return fail(c, "the schema itself is broken here", "");
	if (++c->depth > MAX_DEPTH)
		ok = fail(c, "nested too deeply", "");
	else
		ok = check_keywords(c, schema, value);
	c->depth--;
	return ok;
}

char *schema_check(struct json_object *schema, struct json_object *value)
{
	struct check c = {schema, BUF_INIT, NULL, 0};

	if (check(&c, schema, value)) {
		free(c.wrong);
		c.wrong = NULL;
	}
	buf_release(&c.path);
	return c.wrong;
}
