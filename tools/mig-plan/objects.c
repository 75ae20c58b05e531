/* The input: object records, and who uses whom. */
#include <fnmatch.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/mig.h"
#include "plan.h"

const char *const object_kind_names[] = {"table", "view", "procedure",
    "function", "trigger", "synonym", "sequence", "type", "job", "system"};

static int kind_of(const char *name)
{
	int k;

	for (k = 0; name && k < OBJECT_SYSTEM; k++) {
		if (strcmp(name, object_kind_names[k]) == 0)
			return k;
	}
	return -1;
}

static struct object *add_object(
    struct plan *p, enum object_kind kind, const char *id)
{
	struct object *o = ARENA_NEW(&p->arena, struct object);

	o->kind = kind;
	o->id = arena_strdup(&p->arena, id);
	o->schema = o->name = "";
	GROW(p->object, p->nobject, p->object_cap);
	p->object[p->nobject++] = o;
	map_set(&p->by_id, o->id, o);
	return o;
}

static void take_database(struct plan *p, struct json_object *o)
{
	const char *name = js_str(o, "name");
	const char *collation = js_str(o, "collation");

	if (name)
		p->database = arena_strdup(&p->arena, name);
	if (collation)
		p->collation = arena_strdup(&p->arena, collation);
}

int plan_take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct plan *p = data;
	const char *id = js_str(o, "id");
	int kind = kind_of(js_str(o, "kind"));
	struct object *obj;

	agent_pass(p->agent, r);
	if (js_is(o, "kind", "database"))
		take_database(p, o);
	if (kind < 0 || !id)
		return 0;
	if (map_get(&p->by_id, id)) {
		report_at(r->name, r->line, 0, "warning",
		    "%s is there twice, the first one counts", id);
		return 0;
	}
	obj = add_object(p, (enum object_kind)kind, id);
	obj->record = json_object_get(o);
	obj->schema = js_str_or(o, "schema", "");
	obj->name = js_str_or(o, "name", id);
	return 0;
}

/* "db.schema.name" of the database itself is "schema.name". */
static const char *local_id(const struct plan *p, const char *id)
{
	size_t n = p->database ? strlen(p->database) : 0;

	if (n && strlen(id) > n && id[n] == '.' &&
	    strncmp(id, p->database, n) == 0 && strchr(id + n + 1, '.'))
		return id + n + 1;
	return id;
}

static bool is_system(const char *id)
{
	return strncasecmp(id, "sys.", 4) == 0 ||
	    strncasecmp(id, "information_schema.", 19) == 0;
}

struct object *plan_object(struct plan *p, const char *id)
{
	struct object *o;
	const char *dot;

	id = local_id(p, id);
	o = map_get(&p->by_id, id);
	if (o)
		return o;
	o = add_object(p, is_system(id) ? OBJECT_SYSTEM : OBJECT_TABLE, id);
	o->missing = true;
	dot = strrchr(o->id, '.');
	o->schema = dot ? arena_strndup(&p->arena, o->id, (size_t)(dot - o->id))
			: "dbo";
	o->name = dot ? dot + 1 : o->id;
	return o;
}

static int write_verb(const char *type)
{
	int v;

	for (v = TSQL_W_INSERT; v <= TSQL_W_SELECT_INTO; v++) {
		if (strcmp(type, tsql_write_name((enum tsql_write_verb)v)) == 0)
			return v;
	}
	return -1;
}

/* All that is known of a missing table: the columns that its readers name. */
static void note_columns(struct object *o, struct json_object *columns)
{
	size_t i, k;

	if (!o->named)
		o->named = json_object_new_array();
	for (i = 0; i < js_len(columns); i++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(columns, i));
		struct json_object *c;

		for (k = 0; k < js_len(o->named); k++) {
			c = json_object_array_get_idx(o->named, k);
			if (name_eq(js_str_or(c, "name", ""), name))
				break;
		}
		if (k < js_len(o->named))
			continue;
		c = json_object_new_object();
		js_set_str(c, "name", name);
		js_set(c, "type", NULL);
		json_object_array_add(o->named, c);
	}
}

static void add_use(struct plan *p, struct object *o, struct json_object *dep)
{
	const char *target = js_str(dep, "target");
	const char *type = js_str_or(dep, "type", "unknown");
	int verb = write_verb(type);
	struct object *of;
	struct use *u;

	/* Temporary tables are no objects; foreign keys are no reads. */
	if (!target || !*target || *target == '#' ||
	    strcmp(type, "foreign_key") == 0)
		return;
	of = plan_object(p, target);
	if (of == o && verb < 0)
		return;
	if (o->nuse == o->use_cap) {
		uint32_t cap = o->use_cap ? o->use_cap * 2 : 4;
		struct use *v = arena_alloc(&p->arena, st_mul(cap, sizeof(*v)));

		if (o->nuse)
			memcpy(v, o->use, o->nuse * sizeof(*v));
		o->use = v;
		o->use_cap = cap;
	}
	u = &o->use[o->nuse++];
	u->of = of;
	u->reads = verb < 0;
	u->writes = verb >= 0;
	u->write = verb >= 0 ? (enum tsql_write_verb)verb : TSQL_W_INSERT;
	if (of->missing)
		note_columns(of, js_arr(dep, "columns"));
}

static bool matches(const struct opt_list *globs, const struct object *o)
{
	size_t i;

	for (i = 0; i < globs->nr; i++) {
		if (fnmatch(globs->items[i], o->id, 0) == 0)
			return true;
	}
	return false;
}

/* Why an object is not to be planned, by the options or the assessment. */
static const char *set_aside(const struct plan *p, const struct object *o)
{
	struct json_object *a = js_obj(o->record, "assessment");

	if (matches(&p->exclude, o) ||
	    (p->select.nr && !matches(&p->select, o)))
		return "not selected";
	if (js_is(a, "action", "deprecate"))
		return "assessed as no longer needed";
	if (js_is(a, "action", "leave") && o->kind <= OBJECT_PROCEDURE)
		return "assessed as staying where it is";
	return NULL;
}

void plan_resolve(struct plan *p)
{
	uint32_t i, given = p->nobject;
	size_t k;

	for (i = 0; i < given; i++) {
		struct object *o = p->object[i];

		o->cat = tsql_catalog_add_record(p->catalog, o->record);
		o->reason = set_aside(p, o);
	}
	for (i = 0; i < given; i++) {
		struct object *o = p->object[i];
		struct json_object *deps = js_arr(o->record, "dependencies");

		for (k = 0; k < js_len(deps); k++)
			add_use(p, o, json_object_array_get_idx(deps, k));
	}
	/* Who only keeps a table up to date doesn't read it for anyone. */
	for (i = 0; i < given; i++) {
		struct object *o = p->object[i];

		for (k = 0; k < o->nuse; k++) {
			if (o->use[k].reads && o->kind != OBJECT_TABLE)
				o->use[k].of->readers++;
		}
	}
}
