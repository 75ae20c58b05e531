/*
 * Names that a script changes: sp_rename and ALTER SCHEMA … TRANSFER. What
 * refers to an object by its id in the catalogue (keys, triggers) follows;
 * texts of modules keep the old name, as in SQL Server.
 */
#include "common/alloc.h"
#include "common/arena.h"
#include "common/jsonl.h"
#include "tsql/catalog.h"
#include "tsql/parse.h"

#include "ddl.h"

/* ---- references by id ---- */

static bool replace(
    struct json_object *o, const char *key, const char *old, const char *name)
{
	const char *is = js_str(o, key);

	if (!is || !name_eq(is, old))
		return false;
	js_set_str(o, key, name);
	return true;
}

static void replace_in(
    struct json_object *list, const char *old, const char *name)
{
	size_t i;

	for (i = 0; i < js_len(list); i++) {
		const char *is =
		    json_object_get_string(json_object_array_get_idx(list, i));

		if (is && name_eq(is, old))
			json_object_array_put_idx(
			    list, i, json_object_new_string(name));
	}
}

static void replace_in_each(struct json_object *list, const char *key,
    const char *old, const char *name)
{
	size_t i;

	for (i = 0; i < js_len(list); i++)
		replace_in(
		    js_arr(json_object_array_get_idx(list, i), key), old, name);
}

static void foreign_keys(struct inventory *inv, const char *old, const char *id,
    const char *column, const char *name)
{
	size_t i, k;

	for (i = 0; i < inv->objects.nr; i++) {
		struct object *o = inv->objects.items[i].value;
		struct json_object *keys =
		    o ? js_arr(o->rec, "foreign_keys") : NULL;

		if (o && !column)
			replace(o->rec, "table", old, id);
		for (k = 0; k < js_len(keys); k++) {
			struct json_object *f =
			    json_object_array_get_idx(keys, k);

			if (!name_eq(js_str_or(f, "references", ""), old))
				continue;
			if (column)
				replace_in(js_arr(f, "referenced_columns"),
				    column, name);
			else
				js_set_str(f, "references", id);
		}
	}
}

static void rename_object(struct inventory *inv, struct object *o,
    const char *schema, const char *name)
{
	char *old = xstrdup(o->id);

	inventory_rename(inv, o, schema, name);
	foreign_keys(inv, old, o->id, NULL, NULL);
	free(old);
}

static void rename_column(struct inventory *inv, struct object *o,
    const char *column, const char *name)
{
	static const char *const lists[] = {
	    "unique_keys", "foreign_keys", "indexes"};
	struct json_object *c = object_column(o, column);
	size_t i;

	if (c)
		js_set_str(c, "name", name);
	replace_in(
	    js_arr(js_obj(o->rec, "primary_key"), "columns"), column, name);
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		replace_in_each(
		    js_arr(o->rec, lists[i]), "columns", column, name);
	replace_in_each(js_arr(o->rec, "indexes"), "include", column, name);
	foreign_keys(inv, o->id, o->id, column, name);
}

/* ---- sp_rename ---- */

enum { OBJECT, NEW_NAME, WHAT, NR };

static char *literal(const struct tsql_expr *e)
{
	if (e && e->h.kind == TSQL_E_STRING)
		return xmemdupz(e->u.lit.text, e->u.lit.len);
	if (e && e->h.kind == TSQL_E_COLUMN && e->nparts == 1)
		return ddl_name(&e->u.name.part[0]);
	return NULL;
}

static void read_args(const struct tsql_exec *x, char *arg[NR])
{
	static const char *const names[NR] = {
	    "@objname", "@newname", "@objtype"};
	uint32_t i;
	size_t k;

	for (i = 0; i < x->narg; i++) {
		const struct tsql_exec_arg *a = x->arg[i];
		size_t at = i;

		for (k = 0; a->name.text && k < NR; k++)
			if (tsql_name_is(&a->name, names[k]))
				at = k;
		if (at < NR && !arg[at])
			arg[at] = literal(a->value);
	}
}

/* The names of constraints and indexes stand in their table's record. */
static bool rename_part(
    struct inventory *inv, const char *old, const char *name)
{
	static const char *const lists[] = {
	    "unique_keys", "foreign_keys", "checks", "indexes"};
	struct arena a = ARENA_INIT;
	char *part[4];
	size_t i, k, m;
	bool found = false;

	tsql_split_name(&a, old, part);
	for (i = 0; part[0] && i < inv->objects.nr; i++) {
		struct object *o = inv->objects.items[i].value;

		if (!o || o->gone)
			continue;
		found |= replace(
		    js_obj(o->rec, "primary_key"), "name", part[0], name);
		for (k = 0; k < ARRAY_SIZE(lists); k++) {
			struct json_object *l = js_arr(o->rec, lists[k]);

			for (m = 0; m < js_len(l); m++)
				found |=
				    replace(json_object_array_get_idx(l, m),
					"name", part[0], name);
		}
	}
	arena_release(&a);
	return found;
}

static void unknown(
    struct inventory *inv, const struct place *at, uint32_t off, const char *s)
{
	struct tsql_pos pos = tsql_line_col(at->module, off);

	findings_add(&inv->findings, FINDING_UNRESOLVED_OBJECT, pos.line,
	    pos.column, "%s", s);
}

static bool renamed(struct inventory *inv, char *const arg[NR])
{
	const char *what = arg[WHAT] ? arg[WHAT] : "OBJECT";
	bool column = name_eq(what, "COLUMN");
	struct arena a = ARENA_INIT;
	struct object *o = NULL;
	char *part[4];

	if (name_eq(what, "INDEX") || name_eq(what, "STATISTICS"))
		return rename_part(inv, arg[OBJECT], arg[NEW_NAME]);
	tsql_split_name(&a, arg[OBJECT], part);
	if (column && part[1])
		o = inventory_find(inv, NULL, part[3],
		    part[2] && *part[2] ? part[2] : "dbo", part[1]);
	else if (!column && part[0])
		o = inventory_find(inv,
		    name_eq(what, "USERDATATYPE") ? "type" : NULL, part[2],
		    part[1] && *part[1] ? part[1] : "dbo", part[0]);
	if (o && column)
		rename_column(inv, o, part[0], arg[NEW_NAME]);
	else if (o)
		rename_object(inv, o, o->schema, arg[NEW_NAME]);
	arena_release(&a);
	/* a constraint is an object too */
	return o || (!column && rename_part(inv, arg[OBJECT], arg[NEW_NAME]));
}

void ddl_rename(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	char *arg[NR] = {NULL};
	size_t i;

	read_args(&s->u.exec, arg);
	if (!arg[OBJECT] || !arg[NEW_NAME])
		inventory_left_out(inv, "exec");
	else if (!renamed(inv, arg))
		unknown(inv, at, s->h.off, arg[OBJECT]);
	for (i = 0; i < NR; i++)
		free(arg[i]);
}

/* ALTER SCHEMA s TRANSFER [OBJECT :: | TYPE ::] o */
void ddl_transfer(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	const struct tsql_objname *n = s->u.owner.object;
	char *class = ddl_text(
	    at, s->u.owner.object_class.off, s->u.owner.object_class.len);
	char *schema = ddl_name(&s->u.owner.owner);
	char *name = ddl_name(&n->part[n->n - 1]);
	char *from = n->n > 1 && n->part[n->n - 2].len
	    ? ddl_name(&n->part[n->n - 2])
	    : xstrdup("dbo");
	struct object *o = inventory_find(
	    inv, name_eq(class, "type") ? "type" : NULL, NULL, from, name);
	char *written;

	if (o) {
		rename_object(inv, o, schema, o->name);
	} else {
		written = ddl_text(at, n->h.off, n->h.len);
		unknown(inv, at, s->h.off, written);
		free(written);
	}
	free(class);
	free(schema);
	free(name);
	free(from);
}
