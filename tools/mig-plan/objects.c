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

static const char *database_or_first(const struct plan *p, const char *database)
{
	if (database && *database)
		return database;
	return p->database ? p->database : "";
}

static bool is_first(const struct plan *p, const char *database)
{
	return name_eq(database, p->database ? p->database : "");
}

bool plan_is_foreign(const struct plan *p, const struct object *o)
{
	return o->missing && !is_first(p, o->database);
}

static void make_key(struct buf *key, const char *database, const char *id)
{
	buf_addf(key, "%s\1%s", database, id);
}

static struct object *add_object(
    struct plan *p, enum object_kind kind, const char *database, const char *id)
{
	struct object *o = ARENA_NEW(&p->arena, struct object);
	struct buf key = BUF_INIT;

	o->kind = kind;
	o->id = arena_strdup(&p->arena, id);
	o->database = arena_strdup(&p->arena, database);
	o->schema = o->name = "";
	GROW(p->object, p->nobject, p->object_cap);
	p->object[p->nobject++] = o;
	make_key(&key, database, id);
	map_set(&p->by_id, buf_str(&key), o);
	buf_release(&key);
	return o;
}

static void take_database(struct plan *p, struct json_object *o)
{
	const char *name = js_str(o, "name");
	const char *collation = js_str(o, "collation");

	p->reading = name ? arena_strdup(&p->arena, name) : NULL;
	p->reading_collation =
	    collation ? arena_strdup(&p->arena, collation) : NULL;
	if (!p->database)
		p->database = p->reading;
	if (collation && (!name || is_first(p, name)))
		p->collation = p->reading_collation;
}

int plan_take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct plan *p = data;
	const char *id = js_str(o, "id"), *database;
	int kind = kind_of(js_str(o, "kind"));
	struct object *obj;

	agent_pass(p->agent, r);
	if (js_is(o, "kind", "database"))
		take_database(p, o);
	if (kind < 0 || !id)
		return 0;
	database = database_or_first(p, js_str_or(o, "database", p->reading));
	if (plan_known(p, database, id)) {
		report_at(r->name, r->line, 0, "warning",
		    "%s is there twice, the first one counts", id);
		return 0;
	}
	obj = add_object(p, (enum object_kind)kind, database, id);
	obj->record = json_object_get(o);
	obj->schema = js_str_or(o, "schema", "");
	obj->name = js_str_or(o, "name", id);
	obj->collation = p->reading_collation;
	return 0;
}

/* The id without the database's name in front. */
static const char *without(const char *id, const char *database)
{
	size_t n = strlen(database);

	return n && strncasecmp(id, database, n) == 0 && id[n] == '.' &&
		strchr(id + n + 1, '.')
	    ? id + n + 1
	    : id;
}

static bool is_system(const char *id)
{
	return strncasecmp(id, "sys.", 4) == 0 ||
	    strncasecmp(id, "information_schema.", 19) == 0;
}

static struct object *look(struct plan *p, const char *database, const char *id)
{
	struct buf key = BUF_INIT;
	struct object *o;

	make_key(&key, database, id);
	o = map_get(&p->by_id, buf_str(&key));
	buf_release(&key);
	return o;
}

struct object *plan_known(struct plan *p, const char *database, const char *id)
{
	struct object *o;

	database = database_or_first(p, database);
	o = look(p, database, id);
	return o ? o : look(p, database, without(id, database));
}

struct object *plan_object(struct plan *p, const char *database, const char *id)
{
	struct object *o = plan_known(p, database, id);
	const char *dot;

	if (o)
		return o;
	database = database_or_first(p, database);
	id = without(id, database);
	o = add_object(
	    p, is_system(id) ? OBJECT_SYSTEM : OBJECT_TABLE, database, id);
	o->missing = true;
	dot = strrchr(o->id, '.');
	o->schema = dot ? arena_strndup(&p->arena, o->id, (size_t)(dot - o->id))
			: "dbo";
	o->name = dot ? dot + 1 : o->id;
	if (*database && (p->several || !is_first(p, database)))
		o->id = arena_printf(&p->arena, "%s.%s", database, o->id);
	return o;
}

struct object *plan_written(
    struct plan *p, const char *database, const char *written)
{
	struct arena *a = &p->arena;
	char *part[4];
	const char *id;

	tsql_split_name(a, written, part);
	id = arena_printf(a, "%s.%s",
	    part[1] && *part[1] ? part[1] : p->catalog->default_schema,
	    part[0] ? part[0] : "");
	if (part[2] && *part[2])
		database = part[2];
	if (part[3])
		database = arena_printf(a, "%s.%s", part[3], database);
	return plan_object(p, database, id);
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

/* What a dependency is on. One whose maker didn't say the database may have
 * it in front of the target. */
static struct object *used_object(struct plan *p, const struct object *o,
    struct json_object *dep, const char *target)
{
	const char *database = js_str(dep, "database");
	const char *server = js_str(dep, "server");
	struct object *of;
	size_t i;

	if (server)
		database = database
		    ? arena_printf(&p->arena, "%s.%s", server, database)
		    : server;
	if (database)
		return plan_object(p, database, target);
	of = plan_known(p, o->database, target);
	for (i = 0; !of && i < p->databases.nr; i++) {
		const char *theirs = p->databases.items[i].key;

		if (without(target, theirs) != target)
			of = plan_known(p, theirs, target);
	}
	return of ? of : plan_object(p, o->database, target);
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
	of = used_object(p, o, dep, target);
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

	for (i = 0; i < given; i++)
		map_put(&p->databases, p->object[i]->database,
		    strlen(p->object[i]->database));
	p->several = p->databases.nr > 1;
	for (i = 0; i < given; i++) {
		struct object *o = p->object[i];

		o->cat = tsql_catalog_add_record(p->catalog, o->record);
		if (o->cat)
			o->cat->data = o;
		if (p->several)
			o->id = arena_printf(
			    &p->arena, "%s.%s", o->database, o->id);
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
