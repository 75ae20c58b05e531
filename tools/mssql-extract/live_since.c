#include <stdlib.h>

#include <json-c/json.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/sha256.h"

#include "live_since.h"

/* One object of the earlier extraction. */
struct before {
	char hash[SHA256_HEX];
	char *kind, *id, *schema, *name, *database;
	bool met;
};

/* Fields that change without the object changing, or that others added. */
static const char *const volatile_fields[] = {
    "row_count", "usage", "change", "assessment", "findings"};

static void free_before(void *p)
{
	struct before *x = p;

	free(x->kind);
	free(x->id);
	free(x->schema);
	free(x->name);
	free(x->database);
	free(x);
}

static const char *key_of(struct json_object *o, struct buf *b)
{
	buf_reset(b);
	buf_addf(b, "%s\x1f%s\x1f%s", js_str_or(o, "kind", ""),
	    js_str_or(o, "database", ""), js_str_or(o, "id", ""));
	return b->s;
}

static void hash_of(struct json_object *o, char hash[SHA256_HEX])
{
	const char *s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(volatile_fields); i++)
		json_object_object_del(o, volatile_fields[i]);
	s = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	sha256_of(s, strlen(s), hash);
}

static char *copy(struct json_object *o, const char *key)
{
	const char *s = js_str(o, key);

	return s ? xstrdup(s) : NULL;
}

struct map *since_load(const char *path)
{
	struct jsonl_reader r;
	struct json_object *o;
	struct buf key = BUF_INIT;
	struct map *m;

	if (jsonl_open(&r, path) < 0)
		return NULL;
	m = xcalloc(1, sizeof(*m));
	map_init(m, MAP_EXACT);
	while ((o = jsonl_next(&r)) != NULL) {
		if (js_str(o, "id") && !js_is(o, "change", "gone")) {
			struct before *x = xcalloc(1, sizeof(*x)), *old;

			x->kind = copy(o, "kind");
			x->id = copy(o, "id");
			x->schema = copy(o, "schema");
			x->name = copy(o, "name");
			x->database = copy(o, "database");
			key_of(o, &key);
			hash_of(o, x->hash);
			old = map_set(m, key.s, x);
			if (old)
				free_before(old);
		}
		json_object_put(o);
	}
	buf_release(&key);
	if (r.bad)
		warning("%s: what could not be read counts as new", path);
	jsonl_close(&r);
	return m;
}

void since_free(struct map *since)
{
	if (!since)
		return;
	map_release(since, free_before);
	free(since);
}

bool since_changed(struct map *since, struct buf *line)
{
	struct json_object *o = json_tokener_parse(line->s);
	struct buf key = BUF_INIT;
	struct before *old;
	char hash[SHA256_HEX];
	bool changed = true;

	if (!o)
		return true;
	old = map_get(since, key_of(o, &key));
	buf_release(&key);
	if (old) {
		old->met = true;
		hash_of(o, hash);
		changed = strcmp(hash, old->hash) != 0;
	}
	json_object_put(o);
	if (changed) {
		buf_setlen(line, line->len - 2); /* "}\n" */
		buf_addf(
		    line, ",\"change\":\"%s\"}\n", old ? "changed" : "added");
	}
	return changed;
}

void since_gone(struct map *since, struct writer *w)
{
	const char *database = w->catalog->database;
	size_t i;

	for (i = 0; i < since->nr; i++) {
		struct before *x = since->items[i].value;
		struct live_object o = {0};
		struct json_object *rec;

		if (x->met || !x->kind || !x->name ||
		    (x->database && strcmp(x->database, database) != 0))
			continue;
		o.kind = x->kind;
		o.schema = x->schema;
		o.name = x->name;
		if (!writer_wants(w, &o))
			continue;
		rec = json_object_new_object();
		js_set_str(rec, "kind", x->kind);
		js_set_str(rec, "id", x->id);
		js_set_str(rec, "schema", x->schema);
		js_set_str(rec, "name", x->name);
		js_set_str(rec, "database", x->database);
		js_set_str(rec, "change", "gone");
		jsonl_write(rec, w->tail);
		json_object_put(rec);
	}
}
