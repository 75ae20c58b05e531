#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"

#include "inventory.h"

/* The order of an object record's fields: stable output. */
static const char *const fields[] = {"function_type", "returns", "base_type",
    "target", "table", "events", "columns", "primary_key", "unique_keys",
    "foreign_keys", "checks", "indexes", "row_count", "parameters", "options",
    "definition", "description", "usage", "dependencies"};

void inventory_init(struct inventory *inv)
{
	memset(inv, 0, sizeof(*inv));
	map_init(&inv->objects, MAP_FOLD);
	map_init(&inv->left_out, MAP_EXACT);
	inv->files = json_object_new_array();
}

static void object_free(void *p)
{
	struct object *o = p;

	if (!o)
		return; /* it has another name now */
	free(o->id);
	free(o->schema);
	free(o->name);
	free(o->database);
	json_object_put(o->rec);
	findings_release(&o->findings);
	free(o);
}

void inventory_release(struct inventory *inv)
{
	map_release(&inv->objects, object_free);
	map_release(&inv->left_out, free);
	json_object_put(inv->files);
	findings_release(&inv->findings);
	free(inv->database);
	free(inv->current);
	free(inv->collation);
}

struct object_name object_name_of(const struct tsql_objname *n)
{
	struct object_name o = {NULL, NULL, NULL};
	const struct tsql_name *p = &n->part[n->n - 1];

	o.name = xmemdupz(p->text ? p->text : "", p->len);
	if (n->n > 1 && p[-1].len)
		o.schema = xmemdupz(p[-1].text, p[-1].len);
	else
		o.schema = xstrdup("dbo");
	if (n->n > 2 && p[-2].len)
		o.database = xmemdupz(p[-2].text, p[-2].len);
	return o;
}

void object_name_release(struct object_name *n)
{
	free(n->schema);
	free(n->name);
	free(n->database);
	memset(n, 0, sizeof(*n));
}

/* NULL for the first one, which needs no saying. */
static const char *database_key(
    const struct inventory *inv, const char *database)
{
	if (!database)
		database = inv->current;
	return database && inv->database && !name_eq(database, inv->database)
	    ? database
	    : NULL;
}

/* Types have a name space of their own; the parts are kept apart by a byte
 * that no name has, since a name may hold dots. */
static void make_key(struct buf *key, bool type, const char *database,
    const char *schema, const char *name)
{
	buf_adds(key, type ? "t\x1f" : "o\x1f");
	if (database)
		buf_addf(key, "%s\x1f", database);
	buf_adds(key, schema);
	buf_addc(key, '\x1f');
	buf_adds(key, name);
}

static struct object *find(struct inventory *inv, bool type,
    const char *database, const char *schema, const char *name)
{
	struct buf key = BUF_INIT;
	struct object *o;

	make_key(&key, type, database_key(inv, database), schema, name);
	o = map_getn(&inv->objects, key.s, key.len);
	buf_release(&key);
	return o && !o->gone ? o : NULL;
}

static bool is_type(const struct object *o)
{
	return strcmp(o->kind, "type") == 0;
}

struct object *inventory_find(struct inventory *inv, const char *kind,
    const char *database, const char *schema, const char *name)
{
	bool type = kind && strcmp(kind, "type") == 0;
	struct object *o = find(inv, type, database, schema, name);

	return o && (!kind || strcmp(o->kind, kind) == 0) ? o : NULL;
}

/* Its place in the map; what stood there goes. */
static void place(struct inventory *inv, struct object *o)
{
	struct buf key = BUF_INIT;
	struct map_entry *e;

	make_key(&key, is_type(o), o->database, o->schema, o->name);
	e = map_put(&inv->objects, key.s, key.len);
	buf_release(&key);
	if (e->value)
		object_free(e->value);
	e->value = o;
	free(o->id);
	o->id = xasprintf("%s.%s", o->schema, o->name);
}

struct object *inventory_add(struct inventory *inv, const char *kind,
    const char *database, const char *schema, const char *name)
{
	struct object *o = xcalloc(1, sizeof(*o));
	const char *other = database_key(inv, database);

	o->kind = kind;
	o->schema = xstrdup(schema);
	o->name = xstrdup(name);
	o->database = other ? xstrdup(other) : NULL;
	o->context = inv->context;
	o->rec = json_object_new_object();
	place(inv, o);
	return o;
}

void inventory_rename(struct inventory *inv, struct object *o,
    const char *schema, const char *name)
{
	struct buf key = BUF_INIT;
	struct map_entry *e;
	char *s = xstrdup(schema), *n = xstrdup(name);

	make_key(&key, is_type(o), o->database, o->schema, o->name);
	e = map_find(&inv->objects, key.s, key.len);
	buf_release(&key);
	if (e && e->value == o)
		e->value = NULL;
	free(o->schema);
	free(o->name);
	o->schema = s;
	o->name = n;
	place(inv, o);
}

void inventory_drop(
    struct inventory *inv, const struct tsql_objname *n, bool type)
{
	struct object_name name = object_name_of(n);
	struct object *o =
	    find(inv, type, name.database, name.schema, name.name);

	if (o)
		o->gone = true;
	object_name_release(&name);
}

/* ---- databases ---- */

static bool is_system_database(const char *name)
{
	static const char *const names[] = {
	    "master", "msdb", "model", "tempdb"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (name_eq(name, names[i]))
			return true;
	return false;
}

/* Scripts go by way of master to make a database; what they define there
 * by the way is not worth a database of its own. */
void inventory_use(struct inventory *inv, const char *database)
{
	if (is_system_database(database))
		return;
	if (!inv->database)
		inv->database = xstrdup(database);
	free(inv->current);
	inv->current = xstrdup(database);
}

void inventory_context_start(struct inventory *inv, const char *database)
{
	inv->context = true;
	inv->kept_findings = inv->findings.nr;
	inv->kept_current = inv->current;
	inv->current = database ? xstrdup(database) : NULL;
}

/* What was found wrong there is no business of this project. */
void inventory_context_end(struct inventory *inv)
{
	findings_cut(&inv->findings, inv->kept_findings);
	free(inv->current);
	inv->current = inv->kept_current;
	inv->kept_current = NULL;
	inv->context = false;
}

size_t inventory_count(const struct inventory *inv)
{
	size_t i, n = 0;

	for (i = 0; i < inv->objects.nr; i++) {
		const struct object *o = inv->objects.items[i].value;

		n += o && !o->context;
	}
	return n;
}

bool inventory_is_several(const struct inventory *inv)
{
	const char *first = NULL, *database;
	bool any = false;
	size_t i;

	for (i = 0; i < inv->objects.nr; i++) {
		const struct object *o = inv->objects.items[i].value;

		if (!o || o->gone || o->context)
			continue;
		database = inventory_database_of(inv, o);
		if (any && !name_eq(database ? database : "", first))
			return true;
		first = database ? database : "";
		any = true;
	}
	return false;
}

const char *inventory_database_of(
    const struct inventory *inv, const struct object *o)
{
	return o->database ? o->database : inv->database;
}

void inventory_left_out(struct inventory *inv, const char *what)
{
	struct map_entry *e = map_put(&inv->left_out, what, strlen(what));

	if (!e->value)
		e->value = xcalloc(1, sizeof(size_t));
	++*(size_t *)e->value;
}

struct json_object *object_array(struct object *o, const char *field)
{
	struct json_object *a = js_arr(o->rec, field);

	if (!a) {
		a = json_object_new_array();
		js_set(o->rec, field, a);
	}
	return a;
}

struct json_object *object_column(struct object *o, const char *name)
{
	struct json_object *cols = js_arr(o->rec, "columns");
	size_t n = js_len(cols), i;

	/* descriptions come in the columns' order */
	for (i = 0; i < n; i++) {
		size_t at = (o->column + i) % n;
		struct json_object *c = json_object_array_get_idx(cols, at);

		if (name_eq(js_str_or(c, "name", ""), name)) {
			o->column = at + 1;
			return c;
		}
	}
	return NULL;
}

static bool wanted(const struct inventory *inv, const struct object *o,
    const char *database, const struct extract_options *opt)
{
	const char *own = o ? inventory_database_of(inv, o) : NULL;

	return o && !o->gone && !o->context &&
	    (own == database || (own && database && name_eq(own, database))) &&
	    source_wants(opt, o->kind, o->schema, o->id);
}

static struct json_object *count_of(const struct map *m)
{
	struct json_object *a = json_object_new_array();
	size_t i;

	for (i = 0; i < m->nr; i++) {
		struct json_object *o = json_object_new_object();

		js_set_str(o, "kind", m->items[i].key);
		js_set_int(o, "count", (int64_t) * (size_t *)m->items[i].value);
		json_object_array_add(a, o);
	}
	return a;
}

struct json_object *inventory_database(
    struct inventory *inv, const char *database, const char *source)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "kind", "database");
	js_set_str(o, "name", database);
	js_set_str(o, "source", source);
	js_set(o, "server_version", NULL);
	js_set(o, "edition", NULL);
	js_set(o, "engine_edition", NULL);
	js_set(o, "compatibility_level", NULL);
	js_set_str(o, "collation", inv->collation);
	js_set_bool(o, "partial", inv->findings.nr > 0);
	js_set(o, "missing", json_object_new_array());
	js_set(o, "files", json_object_get(inv->files));
	js_set_int(o, "statements", (int64_t)inv->statements);
	js_set(o, "left_out", count_of(&inv->left_out));
	js_set(o, "findings", findings_json(&inv->findings));
	return o;
}

static bool has_error(const struct findings *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++) {
		if (finding_severity(f->items[i].code) == SEVERITY_error)
			return true;
	}
	return false;
}

struct json_object *inventory_record(struct inventory *inv, struct object *o)
{
	struct json_object *rec = json_object_new_object();
	struct json_object *v;
	size_t i;

	js_set_str(rec, "kind", o->kind);
	js_set_str(rec, "id", o->id);
	js_set_str(rec, "schema", o->schema);
	js_set_str(rec, "name", o->name);
	js_set_str(rec, "database", inventory_database_of(inv, o));
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (json_object_object_get_ex(o->rec, fields[i], &v))
			js_set(rec, fields[i], json_object_get(v));
	}
	js_set(rec, "findings", findings_json(&o->findings));
	return rec;
}

static void write_record(struct json_object *rec, FILE *out)
{
	jsonl_write(rec, out);
	json_object_put(rec);
}

static void write_dependencies(
    const struct inventory *inv, const struct object *o, FILE *out)
{
	const char *database = inventory_database_of(inv, o);
	struct json_object *deps = js_arr(o->rec, "dependencies");
	static const char *const keep[] = {
	    "target", "type", "columns", "found", "server", "database"};
	size_t i, k;

	for (i = 0; i < js_len(deps); i++) {
		struct json_object *d = json_object_array_get_idx(deps, i);
		struct json_object *rec = json_object_new_object(), *v;

		js_set_str(rec, "kind", "dependency");
		js_set_str(rec, "source", o->id);
		if (database)
			js_set_str(rec, "source_database", database);
		for (k = 0; k < ARRAY_SIZE(keep); k++) {
			if (json_object_object_get_ex(d, keep[k], &v))
				js_set(rec, keep[k], json_object_get(v));
		}
		jsonl_write(rec, out);
		json_object_put(rec);
	}
}

/* One database: its record, its objects, their dependencies. */
static size_t write_database(struct inventory *inv, const char *database,
    const struct extract_options *opt, const char *source, FILE *out)
{
	size_t i, bad = 0;

	write_record(inventory_database(inv, database, source), out);
	for (i = 0; i < inv->objects.nr; i++) {
		struct object *o = inv->objects.items[i].value;

		if (!wanted(inv, o, database, opt))
			continue;
		write_record(inventory_record(inv, o), out);
		bad += has_error(&o->findings);
	}
	for (i = 0; i < inv->objects.nr; i++) {
		struct object *o = inv->objects.items[i].value;

		if (wanted(inv, o, database, opt))
			write_dependencies(inv, o, out);
	}
	return bad;
}

size_t inventory_write(struct inventory *inv, const struct extract_options *opt,
    const char *source, FILE *out)
{
	struct map others; /* databases besides the first */
	size_t i, bad, first = 0;

	map_init(&others, MAP_FOLD);
	for (i = 0; i < inv->objects.nr; i++) {
		const struct object *o = inv->objects.items[i].value;

		if (!o || o->gone || o->context)
			continue;
		if (o->database)
			map_put(&others, o->database, strlen(o->database));
		else
			first++;
	}
	bad = first || !others.nr
	    ? write_database(inv, inv->database, opt, source, out)
	    : 0;
	for (i = 0; i < others.nr; i++)
		bad +=
		    write_database(inv, others.items[i].key, opt, source, out);
	map_release(&others, NULL);
	return bad;
}
