/*
 * What the texts of an inventory say of each other: dependencies of modules,
 * types of computed columns, columns of views. Names that nothing defines
 * become findings of the object that uses them.
 */
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/jsonl.h"
#include "tsql/deps.h"
#include "tsql/parse.h"

#include "inventory.h"

struct resolver {
	struct inventory *inv;
	struct tsql_catalog *catalog;
	struct arena arena; /* of one object */
};

static void add_dependency(
    struct object *o, const char *target, const struct tsql_dep *dep)
{
	struct json_object *d = json_object_new_object();
	uint32_t i;

	js_set_str(d, "target", target);
	js_set_str(d, "type", tsql_dep_name(dep->kind));
	if (dep->ncolumn) {
		struct json_object *a = json_object_new_array();

		for (i = 0; i < dep->ncolumn; i++)
			js_push_str(a, dep->column[i]);
		js_set(d, "columns", a);
	}
	js_set_str(d, "found", "parsed");
	if (dep->server)
		js_set_str(d, "server", dep->server);
	if (dep->database)
		js_set_str(d, "database", dep->database);
	json_object_array_add(object_array(o, "dependencies"), d);
}

static void foreign_keys(struct object *o)
{
	struct json_object *keys = js_arr(o->rec, "foreign_keys");
	size_t i;

	for (i = 0; i < js_len(keys); i++) {
		struct json_object *k = json_object_array_get_idx(keys, i);

		add_dependency(o, js_str_or(k, "references", ""),
		    &(struct tsql_dep){.kind = TSQL_DEP_FOREIGN_KEY});
	}
}

/* The types of computed columns, which the script doesn't say. */
static void computed_columns(
    struct resolver *r, struct object *o, const struct tsql_object *known)
{
	struct json_object *cols = js_arr(o->rec, "columns");
	size_t i;

	for (i = 0; known && i < js_len(cols); i++) {
		struct json_object *c = json_object_array_get_idx(cols, i);
		const char *text = js_str(c, "computed");
		struct tsql_bind_options opt = {.catalog = r->catalog};
		const struct tsql_type *t;
		struct tsql_expr *e;

		if (!text || js_str(c, "type"))
			continue;
		e = tsql_parse_expr(&r->arena, text, strlen(text), NULL);
		t = e ? tsql_bind_expr(&r->arena, e, known, &opt) : NULL;
		if (!t || t->base == TSQL_TY_UNKNOWN)
			continue;
		js_set_str(c, "type", tsql_type_text(t, &r->arena));
		js_set_bool(c, "nullable", t->nullable);
	}
}

/* Not the database's: as for a table's columns, only that is worth saying. */
static bool is_own_collation(
    const struct resolver *r, const struct tsql_type *t)
{
	return tsql_is_string(t) && t->collation &&
	    t->collation != r->catalog->collation &&
	    (r->catalog->collation || t->collation != tsql_collation_default());
}

/* A view's columns, by binding its query. */
static void result_columns(
    struct resolver *r, struct object *o, struct tsql_object *known)
{
	const struct tsql_row *row = tsql_object_row(r->catalog, known);
	struct json_object *a;
	uint32_t i;

	if (row->open || !row->n)
		return;
	a = json_object_new_array();
	for (i = 0; i < row->n; i++) {
		struct json_object *c = json_object_new_object();

		js_set_str(c, "name", row->v[i].name);
		js_set_str(c, "type",
		    row->v[i].type->base == TSQL_TY_UNKNOWN
			? NULL
			: tsql_type_text(row->v[i].type, &r->arena));
		js_set_bool(c, "nullable", row->v[i].type->nullable);
		if (is_own_collation(r, row->v[i].type))
			js_set_str(
			    c, "collation", row->v[i].type->collation->name);
		json_object_array_add(a, c);
	}
	js_set(o->rec, "columns", a);
}

/* The target without that database's name in front. */
static const char *without(const char *target, const char *database)
{
	size_t n = strlen(database);

	return strncasecmp(target, database, n) == 0 && target[n] == '.'
	    ? target + n + 1
	    : target;
}

/* A target's id as the object's database has it: another one's with that
 * database's name in front. */
static const char *seen_from(
    struct resolver *r, const struct object *o, const struct tsql_dep *dep)
{
	const struct tsql_object *t = dep->object;
	const char *theirs, *ours = inventory_database_of(r->inv, o);

	if (!t && !dep->database && o->database)
		return without(dep->target, o->database);
	if (!t || !t->schema || !*t->schema)
		return dep->target;
	theirs = t->database ? t->database : r->inv->database;
	if (!theirs || !ours || name_eq(theirs, ours))
		return arena_printf(&r->arena, "%s.%s", t->schema, t->name);
	return arena_printf(&r->arena, "%s.%s.%s", theirs, t->schema, t->name);
}

static void module(struct resolver *r, struct object *o)
{
	struct json_object *d = js_obj(o->rec, "definition");
	const char *text = js_str_or(d, "text", "");
	struct tsql_options parse = {
	    .first_line = (uint32_t)js_int(d, "line", 1),
	    .quoted_identifier_off = !js_bool(d, "quoted_identifier", true),
	    .ansi_nulls_off = !js_bool(d, "ansi_nulls", true),
	    .no_go = true};
	struct tsql_bind_options opt = {.catalog = r->catalog,
	    .findings = &o->findings,
	    .src = text,
	    .src_len = strlen(text)};
	struct tsql_module *m =
	    tsql_parse(&r->arena, text, opt.src_len, &parse);
	struct tsql_deps *deps;
	uint32_t i;

	tsql_bind_module(&r->arena, m, &opt);
	deps = tsql_deps_of(&r->arena, m, NULL, &opt);
	for (i = 0; i < deps->n; i++) {
		const struct tsql_dep *dep = &deps->v[i];
		const char *target = seen_from(r, o, dep);

		/* the module itself is what its CREATE refers to */
		if (!name_eq(target, o->id))
			add_dependency(o, target, dep);
	}
}

static bool is_kind(const struct object *o, const char *kind)
{
	return strcmp(o->kind, kind) == 0;
}

static void object(struct resolver *r, struct object *o)
{
	struct tsql_object *known =
	    tsql_catalog_find(r->catalog, o->database, o->schema, o->name);

	r->catalog->current = o->database;
	if (is_kind(o, "table")) {
		computed_columns(r, o, known);
		foreign_keys(o);
	} else if (is_kind(o, "view") || is_kind(o, "procedure") ||
	    is_kind(o, "function") || is_kind(o, "trigger")) {
		module(r, o);
		if (known &&
		    (is_kind(o, "view") ||
			(is_kind(o, "function") && !js_str(o->rec, "returns"))))
			result_columns(r, o, known);
	}
	arena_reset(&r->arena);
}

static void catalogue(struct resolver *r)
{
	struct json_object *db =
	    inventory_database(r->inv, r->inv->database, "script");
	size_t i;

	tsql_catalog_add_record(r->catalog, db);
	json_object_put(db);
	for (i = 0; i < r->inv->objects.nr; i++) {
		struct object *o = r->inv->objects.items[i].value;
		struct json_object *rec;

		if (!o || o->gone)
			continue;
		rec = inventory_record(r->inv, o);
		tsql_catalog_add_record(r->catalog, rec);
		json_object_put(rec);
	}
}

void inventory_resolve(struct inventory *inv)
{
	struct resolver r = {inv, tsql_catalog_new(), ARENA_INIT};
	size_t i;

	catalogue(&r);
	for (i = 0; i < inv->objects.nr; i++) {
		struct object *o = inv->objects.items[i].value;

		if (o && !o->gone && !o->context)
			object(&r, o);
	}
	arena_release(&r.arena);
	tsql_catalog_free(r.catalog);
}
