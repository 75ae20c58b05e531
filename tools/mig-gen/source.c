/* A source record: the tables of one SQL Server schema, as dbt's source. */
#include <string.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "dbt/yml.h"
#include "gen.h"

static void column(struct work *w, struct yml *y, struct json_object *c)
{
	const char *name = js_str_or(c, "name", "");
	const char *type = js_str(c, "type");
	const char *description = js_str(c, "description");

	yml_item(y);
	yml_source(y, "name", name);
	if (description)
		yml_source(y, "description", description);
	type = type ? gen_type(w, type) : NULL;
	if (type)
		yml_source(y, "data_type", type);
	if (gen_ident_quoted(w, name))
		yml_bool(y, "quote", true);
	yml_close(y);
}

/* Which database's table it is: rowsets are loaded by it. */
static void provenance(struct yml *y, const char *database, const char *object)
{
	yml_open(y, "config");
	yml_open(y, "meta");
	yml_open(y, "mig");
	yml_source(y, "database", database);
	yml_source(y, "object", object);
	yml_close(y);
	yml_close(y);
	yml_close(y);
}

static void table(struct work *w, struct yml *y, struct json_object *t)
{
	const char *database = js_str(w->rec, "database");
	const char *identifier = js_str(t, "identifier");
	const char *name = js_str_or(t, "name", "");
	const char *description = js_str(t, "description");
	struct json_object *columns = js_arr(t, "columns");

	yml_item(y);
	yml_source(y, "name", name);
	if (identifier && strcmp(identifier, name))
		yml_source(y, "identifier", identifier);
	if (description)
		yml_source(y, "description", description);
	if (database)
		provenance(y, database, js_str_or(t, "id", name));
	if (js_len(columns)) {
		yml_open(y, "columns");
		for (size_t i = 0; i < js_len(columns); i++)
			column(w, y, json_object_array_get_idx(columns, i));
		yml_close(y);
	}
	yml_close(y);
}

static void sources_yml(struct work *w, struct buf *b)
{
	struct json_object *tables = js_arr(w->rec, "tables");
	const char *name = js_str_or(w->rec, "name", "");
	const char *schema = js_str(w->rec, "schema");
	const char *description = js_str(w->rec, "description");
	struct yml y = {b, 0, false};

	yml_int(&y, "version", 2);
	buf_addc(b, '\n');
	yml_open(&y, "sources");
	yml_item(&y);
	yml_source(&y, "name", name);
	if (schema && strcmp(schema, name))
		yml_source(&y, "schema", schema);
	if (description)
		yml_source(&y, "description", description);
	yml_open(&y, "tables");
	for (size_t i = 0; i < js_len(tables); i++)
		table(w, &y, json_object_array_get_idx(tables, i));
}

int gen_source(struct gen *g, struct json_object *rec)
{
	const char *path = js_str(rec, "path");
	struct buf b = BUF_INIT;
	struct work w;

	if (!work_begin(&w, g, rec))
		return 1;
	if (!path) {
		char *safe = fs_safe_name(js_str_or(rec, "name", ""));

		path = arena_printf(
		    w.arena, "models/staging/%s/_%s__sources.yml", safe, safe);
		free(safe);
	}
	sources_yml(&w, &b);
	work_file(&w, path, &b);
	buf_release(&b);
	return work_finish_shared(&w);
}
