#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "tsql/bind.h"
#include "tsql/catalog.h"
#include "tsql/parse.h"

struct tsql_catalog *tsql_catalog_new(void)
{
	struct tsql_catalog *c = xcalloc(1, sizeof(*c));

	arena_init(&c->arena);
	map_init(&c->objects, MAP_FOLD);
	map_init(&c->schemas, MAP_FOLD);
	map_init(&c->databases, MAP_FOLD);
	c->default_schema = "dbo";
	return c;
}

void tsql_catalog_free(struct tsql_catalog *c)
{
	if (!c)
		return;
	map_release(&c->objects, NULL);
	map_release(&c->schemas, NULL);
	map_release(&c->databases, NULL);
	arena_release(&c->arena);
	free(c);
}

/* ---- names ---- */

static bool same_name(
    const struct tsql_catalog *c, const char *a, const char *b)
{
	return c->exact ? !strcmp(a, b) : name_eq(a, b);
}

bool tsql_catalog_is_first(const struct tsql_catalog *c, const char *database)
{
	return !database || !*database || database == c->database ||
	    (c->database && name_eq(database, c->database));
}

/* A key of the map; short ones, nearly all, need no allocation. */
struct key {
	char *s;
	size_t len;
	char fixed[256];
};

static void make_key(const struct tsql_catalog *c, struct key *key,
    const char *database, const char *schema, const char *name)
{
	size_t db = tsql_catalog_is_first(c, database) ? 0 : strlen(database);
	size_t nschema = strlen(schema), nname = strlen(name);
	char *to;

	key->len = st_add(st_add(db ? db + 1 : 0, nschema + 1), nname);
	to = key->s =
	    key->len <= sizeof(key->fixed) ? key->fixed : xmalloc(key->len);
	if (db) {
		memcpy(to, database, db);
		to += db;
		*to++ = '\2';
	}
	memcpy(to, schema, nschema);
	to[nschema] = '\1';
	memcpy(to + nschema + 1, name, nname);
}

static void key_release(struct key *key)
{
	if (key->s != key->fixed)
		free(key->s);
}

char *tsql_catalog_id(const struct tsql_catalog *c, struct arena *a,
    const char *database, const char *schema, const char *name)
{
	size_t nschema = strlen(schema), nname = strlen(name);
	char *id;

	if (!tsql_catalog_is_first(c, database))
		return arena_printf(a, "%s.%s.%s", database, schema, name);
	id = arena_alloc(a, st_add(st_add(nschema, nname), 2));
	memcpy(id, schema, nschema);
	id[nschema] = '.';
	memcpy(id + nschema + 1, name, nname);
	return id;
}

/* The database's name among those beside the first; noted when it is new. */
static const char *other_database(
    struct tsql_catalog *c, const char *name, size_t len)
{
	struct map_entry *e = map_put(&c->databases, name, len);

	if (!e->value)
		e->value = arena_strndup(&c->arena, name, len);
	return e->value;
}

void tsql_catalog_use(struct tsql_catalog *c, const struct tsql_name *n)
{
	const char *known;

	if (!n->len)
		return;
	if (c->database && tsql_name_is(n, c->database)) {
		c->current = c->database;
		return;
	}
	known = map_getn(&c->databases, n->text, n->len);
	if (!known && c->database)
		known = other_database(c, n->text, n->len);
	if (known)
		c->current = known;
}

void tsql_use(struct tsql_catalog *c, const struct tsql_stmt *s)
{
	tsql_catalog_use(c, &s->u.label);
}

void tsql_catalog_put(struct tsql_catalog *c, struct tsql_object *o)
{
	struct key key;

	if (!o->schema || !*o->schema)
		o->schema = c->default_schema;
	if (!o->id)
		o->id = tsql_catalog_id(
		    c, &c->arena, o->database, o->schema, o->name);
	if (!tsql_catalog_is_first(c, o->database))
		other_database(c, o->database, strlen(o->database));
	make_key(c, &key, o->database, o->schema, o->name);
	map_put(&c->objects, key.s, key.len)->value = o;
	map_put(&c->schemas, o->schema, strlen(o->schema));
	key_release(&key);
}

void tsql_catalog_remove(struct tsql_catalog *c, struct tsql_object *o)
{
	struct key key;
	struct map_entry *e;

	make_key(c, &key, o->database, o->schema, o->name);
	e = map_find(&c->objects, key.s, key.len);
	if (e && e->value == o)
		e->value = NULL;
	key_release(&key);
}

static struct tsql_object *look(const struct tsql_catalog *c,
    const char *database, const char *schema, const char *name)
{
	struct key key;
	struct tsql_object *o;

	make_key(c, &key, database, schema, name);
	o = map_getn(&c->objects, key.s, key.len);
	if (!o && c->supply && tsql_catalog_is_first(c, database)) {
		c->supply(c->supply_ctx, schema, name);
		o = map_getn(&c->objects, key.s, key.len);
	}
	key_release(&key);
	return o;
}

struct tsql_object *tsql_catalog_find(const struct tsql_catalog *c,
    const char *database, const char *schema, const char *name)
{
	struct tsql_object *o = NULL;
	bool here = !database || !*database;

	if (here)
		database = c->current;
	if (schema && *schema)
		return look(c, database, schema, name);
	if (here && c->module_schema)
		o = look(c, database, c->module_schema, name);
	if (!o)
		o = look(c, database, c->default_schema, name);
	if (!o && !same_name(c, c->default_schema, "dbo"))
		o = look(c, database, "dbo", name);
	return o;
}

/* A part as a NUL-ended string in the buffer; NULL for an absent one. */
static const char *part_text(
    const struct tsql_objname *n, uint32_t from_right, char *buf, size_t size)
{
	const struct tsql_name *p;

	if (from_right >= n->n)
		return NULL;
	p = &n->part[n->n - 1 - from_right];
	if (!p->text || !p->len || p->len >= size)
		return NULL;
	memcpy(buf, p->text, p->len);
	buf[p->len] = '\0';
	return buf;
}

struct tsql_object *tsql_catalog_find_name(
    const struct tsql_catalog *c, const struct tsql_objname *n)
{
	char name[600], schema[600], database[600];
	const char *last;

	if (!n || !n->n || n->n > 3)
		return NULL; /* another server's */
	last = part_text(n, 0, name, sizeof(name));
	if (!last)
		return NULL;
	return tsql_catalog_find(c, part_text(n, 2, database, sizeof(database)),
	    part_text(n, 1, schema, sizeof(schema)), last);
}

/* The next part of a written name: [a]]b] or "a""b" or a. */
static const char *next_part(const char *s, struct buf *out)
{
	char close = *s == '[' ? ']' : *s == '"' ? '"' : 0;

	buf_reset(out);
	if (!close) {
		size_t n = strcspn(s, ".");

		buf_add(out, s, n);
		s += n;
	} else {
		for (s++; *s; s++) {
			if (*s == close && s[1] != close)
				break;
			if (*s == close)
				s++;
			buf_addc(out, *s);
		}
		if (*s)
			s++;
	}
	return *s == '.' ? s + 1 : NULL;
}

void tsql_split_name(struct arena *a, const char *s, char *part[4])
{
	char *left[4] = {NULL};
	struct buf b = BUF_INIT;
	int n = 0, i;

	while (s && n < 4) {
		s = next_part(s, &b);
		left[n++] = arena_strndup(a, buf_str(&b), b.len);
	}
	for (i = 0; i < 4; i++)
		part[i] = i < n ? left[n - 1 - i] : NULL;
	buf_release(&b);
}

void tsql_add_part(struct buf *b, const char *part, size_t len)
{
	size_t i;

	for (i = 0; i < len && !strchr(".[]\"", part[i]); i++)
		;
	if (i == len) {
		buf_add(b, part, len);
		return;
	}
	buf_addc(b, '[');
	for (i = 0; i < len; i++) {
		if (part[i] == ']')
			buf_addc(b, ']');
		buf_addc(b, part[i]);
	}
	buf_addc(b, ']');
}

static struct tsql_object *find_written(
    const struct tsql_catalog *c, const char *database, const char *written)
{
	struct arena a = ARENA_INIT;
	struct tsql_object *o = NULL;
	char *part[4];

	tsql_split_name(&a, written, part);
	if (!part[3] && part[0])
		o = tsql_catalog_find(
		    c, part[2] ? part[2] : database, part[1], part[0]);
	arena_release(&a);
	return o;
}

char *tsql_catalog_plain(
    const struct tsql_catalog *c, struct arena *a, const char *written)
{
	const char *schema;
	char *part[4];

	tsql_split_name(a, written, part);
	if (!part[0])
		return arena_strdup(a, "");
	schema = part[1] && *part[1] ? part[1] : c->default_schema;
	if (!part[2] && c->current)
		part[2] = (char *)c->current;
	if (part[3])
		return arena_printf(a, "%s.%s.%s.%s", part[3],
		    part[2] ? part[2] : "", schema, part[0]);
	if (tsql_catalog_is_first(c, part[2]))
		return arena_printf(a, "%s.%s", schema, part[0]);
	return arena_printf(a, "%s.%s.%s", part[2], schema, part[0]);
}

struct tsql_object *tsql_catalog_follow(
    const struct tsql_catalog *c, struct tsql_object *o)
{
	int hops;

	for (hops = 0; o && o->kind == TSQL_OBJ_SYNONYM; hops++) {
		if (!o->target || hops > 32)
			return NULL;
		o = find_written(c, o->database, o->target);
	}
	return o;
}

/* ---- types ---- */

const struct tsql_type *tsql_catalog_intern(
    struct tsql_catalog *c, const struct tsql_type *t)
{
	return tsql_type_keep(&c->types, &c->arena, t);
}

static struct tsql_type user_type(const struct tsql_object *o)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_UNKNOWN);

	if (!o)
		return t;
	if (o->kind == TSQL_OBJ_TABLE_TYPE)
		t = tsql_type_make(TSQL_TY_TABLE);
	else if (o->kind == TSQL_OBJ_TYPE && o->type)
		t = *o->type;
	else if (o->kind == TSQL_OBJ_TYPE)
		t = tsql_type_make(TSQL_TY_CLR);
	else
		return t;
	t.user = o->id;
	return t;
}

struct tsql_type tsql_catalog_type(
    const struct tsql_catalog *c, const struct tsql_dtype *d, int no_length)
{
	struct tsql_type t = tsql_type_of_dtype(d, no_length);

	if (t.base == TSQL_TY_UNKNOWN && d)
		t = user_type(tsql_catalog_find_name(c, d->name));
	return t;
}

static struct tsql_type written_type(
    const struct tsql_catalog *c, const char *text)
{
	struct tsql_type t = tsql_type_parse(text, strlen(text));

	if (t.base == TSQL_TY_UNKNOWN)
		t = user_type(find_written(c, NULL, text));
	return t;
}

const struct tsql_type *tsql_object_type(
    struct tsql_catalog *c, struct tsql_object *o)
{
	struct tsql_type t;

	if (!o->type_text)
		return o->type;
	t = written_type(c, o->type_text);
	t.nullable = o->type->nullable;
	o->type = tsql_catalog_intern(c, &t);
	o->type_text = NULL;
	return o->type;
}

/* ---- rows ---- */

#define VIEW_DEPTH 64 /* views on views; SQL Server allows 32 */

#define INDEX_FROM 9 /* columns; fewer are compared one by one */

static uint32_t fold_hash(const char *s, size_t len)
{
	uint32_t h = 2166136261u;
	size_t i = 0, used;

	while (i < len) {
		unsigned char b = (unsigned char)s[i];
		uint32_t ch;

		if (b < 0x80) {
			ch = b >= 'A' && b <= 'Z' ? b + 32u : b;
			used = 1;
		} else {
			ch = utf8_fold(s + i, len - i, &used);
		}
		h = (h ^ ch) * 16777619u;
		i += used;
	}
	return h ^ h >> 15;
}

static bool is_column(const struct tsql_row *r, const struct tsql_column *c,
    const char *name, size_t len)
{
	if (c->len != len) /* folding keeps the length */
		return false;
	if (r->exact)
		return !memcmp(c->name, name, len);
	/* most columns that it isn't differ in an ASCII letter at once */
	if ((unsigned char)(c->name[0] | name[0]) < 0x80 &&
	    (c->name[0] | 0x20) != (name[0] | 0x20))
		return false;
	return name_same(c->name, len, name, len);
}

void tsql_row_index(struct tsql_row *r, struct arena *a)
{
	uint32_t i, h;

	if (r->slot || r->n < INDEX_FROM)
		return;
	for (r->nslot = 32; r->nslot < r->n * 2; r->nslot *= 2)
		;
	r->slot = arena_alloc(a, st_mul(r->nslot, sizeof(*r->slot)));
	for (i = 0; i < r->n; i++) {
		h = fold_hash(r->v[i].name, r->v[i].len);
		while (r->slot[h & (r->nslot - 1)])
			h++;
		r->slot[h & (r->nslot - 1)] = i + 1;
	}
}

static const struct tsql_column *find_indexed(
    const struct tsql_row *r, const char *name, size_t len, bool *several)
{
	uint32_t h = fold_hash(name, len), at;
	const struct tsql_column *found = NULL;

	for (; (at = r->slot[h & (r->nslot - 1)]) != 0; h++) {
		if (!is_column(r, &r->v[at - 1], name, len))
			continue;
		if (found) {
			*several = true;
			return found;
		}
		found = &r->v[at - 1];
	}
	return found;
}

const struct tsql_column *tsql_row_find(
    const struct tsql_row *r, const char *name, size_t len, bool *several)
{
	const struct tsql_column *found = NULL;
	uint32_t i;

	*several = false;
	if (!len)
		return NULL;
	if (r->slot)
		return find_indexed(r, name, len, several);
	for (i = 0; i < r->n; i++) {
		if (!is_column(r, &r->v[i], name, len))
			continue;
		if (found) {
			*several = true;
			return found;
		}
		found = &r->v[i];
	}
	return found;
}

/* Types that records and statements left open: user-defined ones, and
 * computed columns. */
static void fill_types(struct tsql_catalog *c, struct tsql_object *o)
{
	struct tsql_type t;
	uint32_t i;

	for (i = 0; i < o->row.n; i++) {
		struct tsql_column *col = &o->row.v[i];

		if (!col->type_text)
			continue;
		t = written_type(c, col->type_text);
		t.nullable = col->type->nullable;
		if (tsql_is_string(&t)) {
			t.collation = col->type->collation;
			t.label = TSQL_COLL_IMPLICIT;
		}
		col->type = tsql_catalog_intern(c, &t);
		col->type_text = NULL;
	}
}

const struct tsql_row *tsql_object_row(
    struct tsql_catalog *c, struct tsql_object *o)
{
	const char *current = c->current, *schema = c->module_schema;

	static const struct tsql_row none = {.open = true};

	if (!o)
		return &none;
	if (o->row_state != 1)
		return o->row_state ? &none : &o->row;
	if (c->depth >= VIEW_DEPTH)
		return &none;
	c->depth++;
	c->current = o->database;
	c->module_schema = o->schema;
	o->row_state = 2;
	if (o->derive)
		tsql_bind_object_row(c, o);
	fill_types(c, o);
	tsql_bind_computed(c, o);
	o->row.exact = c->exact;
	tsql_row_index(&o->row, &c->arena);
	o->row_state = 0;
	c->current = current;
	c->module_schema = schema;
	c->depth--;
	return &o->row;
}
