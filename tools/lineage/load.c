#include <string.h>

#include "common/jsonl.h"
#include "common/mig.h"
#include "load.h"
#include "tsql/parse.h"

static const char *keep(struct arena *a, struct json_object *v)
{
	const char *s = json_object_get_string(v);

	return arena_strdup(a, s ? s : "");
}

static const char **keep_names(
    struct arena *a, struct json_object *array, size_t n)
{
	const char **v = arena_alloc(a, (n + 1) * sizeof(*v));
	size_t i;

	for (i = 0; i < n; i++)
		v[i] = keep(a, json_object_array_get_idx(array, i));
	return v;
}

static void keep_foreign_keys(
    struct arena *a, struct tsql_object *o, struct json_object *keys)
{
	struct foreign **tail = (struct foreign **)&o->data;
	size_t i;

	for (i = 0; i < js_len(keys); i++) {
		struct json_object *k = json_object_array_get_idx(keys, i);
		struct json_object *own = js_arr(k, "columns");
		struct json_object *theirs = js_arr(k, "referenced_columns");
		struct foreign *f = ARENA_NEW(a, struct foreign);

		f->references = arena_strdup(a, js_str_or(k, "references", ""));
		f->n =
		    js_len(own) < js_len(theirs) ? js_len(own) : js_len(theirs);
		f->column = keep_names(a, own, f->n);
		f->referenced = keep_names(a, theirs, f->n);
		*tail = f;
		tail = &f->next;
	}
}

static void load_file(
    struct tsql_catalog *c, const char *name, size_t *bad, bool *failed)
{
	struct jsonl_reader r;
	struct json_object *record;
	struct tsql_object *o;

	if (jsonl_open(&r, name) < 0) {
		*failed = true;
		return;
	}
	while ((record = jsonl_next(&r)) != NULL) {
		o = tsql_catalog_add_record(c, record);
		if (o)
			keep_foreign_keys(
			    &c->arena, o, js_arr(record, "foreign_keys"));
		json_object_put(record);
	}
	*bad += r.bad;
	jsonl_close(&r);
}

struct tsql_catalog *load_records(char **files, size_t *bad)
{
	struct tsql_catalog *c = tsql_catalog_new();
	bool failed = false;

	*bad = 0;
	if (!*files)
		load_file(c, NULL, bad, &failed);
	for (; *files; files++)
		load_file(c, *files, bad, &failed);
	if (!failed)
		return c;
	tsql_catalog_free(c);
	return NULL;
}

struct analysis analyse(
    struct arena *a, struct tsql_catalog *c, struct tsql_object *o)
{
	struct tsql_options po = {
	    .quoted_identifier_off = !o->quoted_identifier};
	struct tsql_bind_options bo = {.catalog = c};
	struct analysis r = {0};
	struct tsql_module *m;

	c->current = o->database;
	if (!o->text) {
		r.lineage = tsql_lineage_of_computed(a, o, &bo);
		return r;
	}
	m = tsql_parse(a, o->text, o->text_len, &po);
	tsql_bind_module(a, m, &bo);
	r.lineage = o->kind == TSQL_OBJ_TABLE && !o->derive
	    ? tsql_lineage_of_computed(a, o, &bo)
	    : tsql_lineage_of(a, m, o->id, &bo);
	r.deps = tsql_deps_of(a, m, NULL, &bo);
	return r;
}

const char *object_kind_name(const struct tsql_object *o)
{
	switch (o->kind) {
	case TSQL_OBJ_TABLE: return "table";
	case TSQL_OBJ_VIEW: return "view";
	case TSQL_OBJ_PROCEDURE: return "procedure";
	case TSQL_OBJ_SCALAR_FUNCTION:
	case TSQL_OBJ_TABLE_FUNCTION:
	case TSQL_OBJ_AGGREGATE: return "function";
	case TSQL_OBJ_TRIGGER: return "trigger";
	case TSQL_OBJ_SYNONYM: return "synonym";
	case TSQL_OBJ_SEQUENCE: return "sequence";
	default: return "type";
	}
}
