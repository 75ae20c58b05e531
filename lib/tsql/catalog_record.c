/* The catalogue from object records: mig-records(5). */
#include <string.h>

#include "common/jsonl.h"
#include "tsql/catalog.h"

static const char *keep(struct tsql_catalog *c, const char *s)
{
	return s ? arena_strdup(&c->arena, s) : NULL;
}

/* The type of a column; what isn't built in waits as text. */
static const struct tsql_type *record_type(
    struct tsql_catalog *c, struct json_object *col, const char **pending)
{
	const char *text = js_str(col, "type"),
		   *coll = js_str(col, "collation");
	struct tsql_type t = tsql_type_make(TSQL_TY_UNKNOWN);

	if (text) {
		t = tsql_type_parse(text, strlen(text));
		if (t.base == TSQL_TY_UNKNOWN)
			*pending = keep(c, text);
	}
	t.nullable = js_bool(col, "nullable", true);
	if (coll)
		t.collation = tsql_collation_get(coll, strlen(coll));
	if (tsql_is_string(&t))
		t.label = TSQL_COLL_IMPLICIT;
	return tsql_catalog_intern(c, &t);
}

static void add_columns(
    struct tsql_catalog *c, struct tsql_object *o, struct json_object *columns)
{
	size_t i, n = js_len(columns);
	bool typed = n > 0;

	o->row.v = arena_alloc(&c->arena, n * sizeof(*o->row.v));
	o->row.n = (uint32_t)n;
	for (i = 0; i < n; i++) {
		struct json_object *col = json_object_array_get_idx(columns, i);
		struct tsql_column *to = &o->row.v[i];

		to->name = keep(c, js_str_or(col, "name", ""));
		to->len = (uint32_t)strlen(to->name);
		to->ordinal = (uint32_t)i;
		to->type = record_type(c, col, &to->type_text);
		to->computed = keep(c, js_str(col, "computed"));
		to->def = keep(c, js_str(col, "default"));
		to->persisted = js_bool(col, "persisted", false);
		to->hidden = js_bool(col, "hidden", false);
		to->identity = js_obj(col, "identity") != NULL;
		to->seed = js_int(js_obj(col, "identity"), "seed", 1);
		to->increment = js_int(js_obj(col, "identity"), "increment", 1);
		typed &= js_str(col, "type") != NULL;
	}
	if (!typed && o->text && o->kind != TSQL_OBJ_TABLE)
		o->derive = true;
	o->row.open = n == 0;
	o->row_state = 1;
}

static void add_key(struct tsql_catalog *c, struct tsql_object *o,
    struct tsql_key *key, struct json_object *k)
{
	struct json_object *columns = js_arr(k, "columns");
	size_t i, n = js_len(columns);
	uint32_t *v = arena_alloc(&c->arena, (n + 1) * sizeof(*v));
	bool several;

	key->name = keep(c, js_str(k, "name"));
	for (i = 0; i < n; i++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(columns, i));
		const struct tsql_column *col = name
		    ? tsql_row_find(&o->row, name, strlen(name), &several)
		    : NULL;

		if (col)
			v[key->n++] = col->ordinal;
	}
	key->column = v;
}

static void add_keys(
    struct tsql_catalog *c, struct tsql_object *o, struct json_object *r)
{
	struct json_object *primary = js_obj(r, "primary_key");
	struct json_object *unique = js_arr(r, "unique_keys");
	size_t i, n = js_len(unique);
	struct tsql_key *keys = arena_alloc(&c->arena, (n + 1) * sizeof(*keys));

	if (primary) {
		keys[o->nkey].primary = true;
		add_key(c, o, &keys[o->nkey++], primary);
	}
	for (i = 0; i < n; i++)
		add_key(c, o, &keys[o->nkey++],
		    json_object_array_get_idx(unique, i));
	o->key = keys;
}

static void add_parameters(
    struct tsql_catalog *c, struct tsql_object *o, struct json_object *params)
{
	size_t i, n = js_len(params);
	struct tsql_parameter *v = arena_alloc(&c->arena, n * sizeof(*v));

	for (i = 0; i < n; i++) {
		struct json_object *p = json_object_array_get_idx(params, i);

		v[i].name = keep(c, js_str_or(p, "name", ""));
		v[i].type = record_type(c, p, &v[i].type_text);
		v[i].def = keep(c, js_str(p, "default"));
		v[i].output = js_bool(p, "output", false);
	}
	o->param = v;
	o->nparam = (uint32_t)n;
}

static enum tsql_object_kind function_kind(struct json_object *r)
{
	const char *type = js_str_or(r, "function_type", "");

	if (!strcmp(type, "inline") || !strcmp(type, "multi_statement"))
		return TSQL_OBJ_TABLE_FUNCTION;
	if (!*type && !js_str(r, "returns") && js_len(js_arr(r, "columns")))
		return TSQL_OBJ_TABLE_FUNCTION;
	return TSQL_OBJ_SCALAR_FUNCTION;
}

static enum tsql_object_kind record_kind(struct json_object *r)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} kinds[] = {
	    {"table", TSQL_OBJ_TABLE},
	    {"view", TSQL_OBJ_VIEW},
	    {"procedure", TSQL_OBJ_PROCEDURE},
	    {"trigger", TSQL_OBJ_TRIGGER},
	    {"synonym", TSQL_OBJ_SYNONYM},
	    {"sequence", TSQL_OBJ_SEQUENCE},
	};
	const char *kind = js_str_or(r, "kind", "");
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kind, kinds[i].name))
			return (enum tsql_object_kind)kinds[i].kind;
	if (!strcmp(kind, "function"))
		return function_kind(r);
	if (!strcmp(kind, "type"))
		return js_len(js_arr(r, "columns")) ? TSQL_OBJ_TABLE_TYPE
						    : TSQL_OBJ_TYPE;
	return TSQL_OBJ_NONE;
}

static void add_text(
    struct tsql_catalog *c, struct tsql_object *o, struct json_object *r)
{
	struct json_object *def = js_obj(r, "definition");
	const char *text = js_str(def, "text");

	if (!text)
		return;
	o->text = keep(c, text);
	o->text_len = strlen(text);
	o->quoted_identifier = js_bool(def, "quoted_identifier", true);
	o->ansi_nulls = js_bool(def, "ansi_nulls", true);
}

static void add_type(
    struct tsql_catalog *c, struct tsql_object *o, struct json_object *r)
{
	const char *text = js_str(r,
	    o->kind == TSQL_OBJ_SCALAR_FUNCTION ? "returns"
		: o->kind == TSQL_OBJ_TYPE	? "base_type"
						: "type");
	struct tsql_type t;

	if (!text && o->kind != TSQL_OBJ_SEQUENCE)
		return;
	t = text ? tsql_type_parse(text, strlen(text))
		 : tsql_type_make(TSQL_TY_BIGINT);
	t.nullable =
	    o->kind == TSQL_OBJ_SEQUENCE ? false : js_bool(r, "nullable", true);
	o->type = tsql_catalog_intern(c, &t);
	if (t.base == TSQL_TY_UNKNOWN && text)
		o->type_text = keep(c, text);
}

/* The names' comparison follows the database's collation. */
static void take_database(struct tsql_catalog *c, struct json_object *r)
{
	const char *coll = js_str(r, "collation"), *name = js_str(r, "name");

	if (name && !c->database)
		c->database = keep(c, name);
	if (coll)
		c->collation = tsql_collation_get(coll, strlen(coll));
	if (c->collation && c->collation->case_sensitive && !c->exact &&
	    !c->objects.nr) {
		c->exact = true;
		map_release(&c->objects, NULL);
		map_init(&c->objects, MAP_EXACT);
	}
}

struct tsql_object *tsql_catalog_add_record(
    struct tsql_catalog *c, struct json_object *r)
{
	enum tsql_object_kind kind = record_kind(r);
	struct tsql_object *o;

	if (js_is(r, "kind", "database")) {
		take_database(c, r);
		return NULL;
	}
	if (kind == TSQL_OBJ_NONE || !js_str(r, "name"))
		return NULL;
	o = ARENA_NEW(&c->arena, struct tsql_object);
	o->kind = kind;
	o->schema = keep(c, js_str_or(r, "schema", c->default_schema));
	o->name = keep(c, js_str(r, "name"));
	o->database = keep(c, js_str(r, "database"));
	if (!o->database || !c->database || name_eq(o->database, c->database))
		o->id = keep(c, js_str(r, "id"));
	o->target = keep(c, js_str(r, "target"));
	o->inline_function = js_is(r, "function_type", "inline");
	add_text(c, o, r);
	if (kind == TSQL_OBJ_TABLE || kind == TSQL_OBJ_VIEW ||
	    kind == TSQL_OBJ_TABLE_FUNCTION || kind == TSQL_OBJ_TABLE_TYPE)
		add_columns(c, o, js_arr(r, "columns"));
	add_keys(c, o, r);
	add_parameters(c, o, js_arr(r, "parameters"));
	add_type(c, o, r);
	tsql_catalog_put(c, o);
	return o;
}
