/*
 * --accept-proposals: the plan again, with what Claude proposed of names and
 * materializations put into effect for the models that the user names. Asks
 * nothing, plans nothing: the same input gives the same output.
 */
#include <fnmatch.h>

#include "common/alloc.h"
#include "common/mig.h"
#include "plan.h"

/* As long as the planner's own: see names.c. */
#define NAME_BYTES 56

struct line {
	char *raw;
	struct json_object *record; /* of models, else NULL */
};

struct accept {
	const struct opt_list *globs;
	struct line *line;
	size_t nr, cap;
	struct map taken;   /* names of models, old and new */
	struct map renamed; /* old name to new: owned strings */
	int status;
};

static int take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct accept *a = data;
	struct line *l;

	GROW(a->line, a->nr, a->cap);
	l = &a->line[a->nr++];
	l->raw = xmemdupz(buf_str(&r->raw), r->raw.len);
	l->record = NULL;
	if (!js_str(o, "name") ||
	    (!js_is(o, "kind", "model") && !js_is(o, "kind", "seed") &&
		!js_is(o, "kind", "snapshot")))
		return 0;
	l->record = json_object_get(o);
	map_set(&a->taken, js_str(o, "name"), l);
	return 0;
}

static bool is_wanted(const struct accept *a, struct json_object *o)
{
	size_t k;

	if (!js_obj(o, "proposal") || !js_is(o, "kind", "model") ||
	    !js_is(o, "status", "planned"))
		return false;
	for (k = 0; k < a->globs->nr; k++) {
		if (!fnmatch(a->globs->items[k], js_str(o, "name"), 0) ||
		    !fnmatch(a->globs->items[k], js_str_or(o, "object", ""), 0))
			return true;
	}
	return false;
}

static void refuse(
    struct accept *a, struct json_object *o, const char *what, const char *why)
{
	report_at(js_str_or(o, "object", js_str(o, "name")), 0, 0, "error",
	    "%s is not accepted: %s", what, why);
	a->status = MIG_NEGATIVE;
}

/* A name that is a file's, a relation's and dbt's alike. */
static const char *bad_name(const struct accept *a, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!*name || !strchr(letters, *name) || name[n])
		return "names are lower-case letters, digits and _";
	if (n > NAME_BYTES)
		return "the name is too long";
	if (map_find(&a->taken, name, n))
		return "another model has this name";
	return NULL;
}

static void accept_name(struct accept *a, struct json_object *o)
{
	const char *name = js_str(js_obj(o, "proposal"), "name");
	const char *old = js_str(o, "name"), *path = js_str(o, "path"), *why;
	const char *slash = path ? strrchr(path, '/') : NULL;
	char *moved;

	if (!name || strcmp(name, old) == 0)
		return;
	why = bad_name(a, name);
	if (why) {
		refuse(a, o, name, why);
		return;
	}
	map_set(&a->taken, name, a);
	map_set(&a->renamed, old, xstrdup(name));
	if (path) {
		moved = xasprintf("%.*s%s.sql",
		    slash ? (int)(slash + 1 - path) : 0, path, name);
		js_set_str(o, "path", moved);
		free(moved);
	}
}

static bool has_column(struct json_object *o, const char *name)
{
	struct json_object *list = js_arr(o, "columns");
	size_t k;

	for (k = 0; name && k < js_len(list); k++) {
		if (js_is(json_object_array_get_idx(list, k), "name", name))
			return true;
	}
	return false;
}

/* Rows that are kept between runs need a key that says which are the same. */
static bool accept_incremental(struct accept *a, struct json_object *o)
{
	struct json_object *keys = js_arr(js_obj(o, "proposal"), "unique_key");
	struct json_object *inc;
	size_t k;

	if (js_obj(o, "incremental"))
		return true;
	for (k = 0; k < js_len(keys); k++) {
		if (has_column(o,
			json_object_get_string(
			    json_object_array_get_idx(keys, k))))
			continue;
		refuse(a, o, "incremental", "its key is no column of it");
		return false;
	}
	if (!js_len(keys)) {
		refuse(a, o, "incremental", "it has no unique_key");
		return false;
	}
	inc = json_object_new_object();
	js_set_str(inc, "strategy", "merge");
	js_set(inc, "unique_key", json_object_get(keys));
	js_set(o, "incremental", inc);
	return true;
}

static void accept_materialized(struct accept *a, struct json_object *o)
{
	const char *m = js_str(js_obj(o, "proposal"), "materialized");

	if (!m || js_is(o, "materialized", m))
		return;
	if (strcmp(m, "incremental") == 0) {
		if (!accept_incremental(a, o))
			return;
	} else if (strcmp(m, "view") != 0 && strcmp(m, "table") != 0 &&
	    strcmp(m, "ephemeral") != 0) {
		refuse(a, o, m, "a model can't become one");
		return;
	} else {
		json_object_object_del(o, "incremental");
	}
	js_set_str(o, "materialized", m);
}

/* Names of models stand in depends_on, in a relation's ref, in a test's to. */
static void rename_in(const struct accept *a, struct json_object *o)
{
	size_t k;

	if (json_object_is_type(o, json_type_array)) {
		for (k = 0; k < js_len(o); k++)
			rename_in(a, json_object_array_get_idx(o, k));
	}
	if (!json_object_is_type(o, json_type_object))
		return;
	json_object_object_foreach(o, key, value)
	{
		bool is_name = strcmp(key, "ref") == 0 ||
		    strcmp(key, "to") == 0 || strcmp(key, "name") == 0;
		const char *s =
		    json_object_is_type(value, json_type_string) && is_name
		    ? map_get(&a->renamed, json_object_get_string(value))
		    : NULL;

		/* A column may have a model's name. */
		if (s && (strcmp(key, "name") != 0 || js_str(o, "kind")))
			json_object_set_string(value, s);
		else if (strcmp(key, "columns") != 0)
			rename_in(a, value);
	}
}

static void rename_list(const struct accept *a, struct json_object *o)
{
	struct json_object *list = js_arr(o, "depends_on");
	size_t k;

	for (k = 0; k < js_len(list); k++) {
		struct json_object *e = json_object_array_get_idx(list, k);
		const char *s = map_get(&a->renamed, json_object_get_string(e));

		if (s)
			json_object_set_string(e, s);
	}
	rename_in(a, o);
}

static void give(struct accept *a)
{
	size_t k;

	for (k = 0; k < a->nr; k++) {
		struct line *l = &a->line[k];

		if (l->record) {
			rename_list(a, l->record);
			jsonl_write(l->record, stdout);
		} else {
			jsonl_put(l->raw, strlen(l->raw), stdout);
		}
		json_object_put(l->record);
		free(l->raw);
	}
	free(a->line);
	map_release(&a->taken, NULL);
	map_release(&a->renamed, free);
}

int plan_accept(char **files, const struct opt_list *globs)
{
	struct accept a = {.globs = globs};
	int status;
	size_t k;

	map_init(&a.taken, MAP_EXACT);
	map_init(&a.renamed, MAP_EXACT);
	status = jsonl_each(files, take, &a);
	for (k = 0; k < a.nr; k++) {
		struct json_object *o = a.line[k].record;

		if (!o || !is_wanted(&a, o))
			continue;
		accept_name(&a, o);
		accept_materialized(&a, o);
	}
	give(&a);
	return a.status > status ? a.status : status;
}
