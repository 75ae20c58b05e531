/* Dependencies as they are found: one entry for each kind and target. */
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/finding.h"
#include "tsql/deps_int.h"
#include "tsql/parse.h"

const char *tsql_dep_name(enum tsql_dep_kind kind)
{
	static const char *const names[] = {"select", "insert", "update",
	    "delete", "merge", "truncate", "exec", "call", "foreign_key",
	    "reference", "unknown"};

	return names[kind];
}

static bool is_here(const struct collector *c, const char *database)
{
	return !database || !*database || database == c->home ||
	    (c->home && name_eq(database, c->home));
}

/* The database of the catalogue's object, where that is another one. */
static const char *elsewhere(
    const struct collector *c, const struct tsql_object *o)
{
	const char *theirs = o->database;

	if (!theirs && c->opt && c->opt->catalog)
		theirs = c->opt->catalog->database;
	return is_here(c, theirs) ? NULL : theirs;
}

/* The server and the database of a name that no object is known for. */
static void put_place(struct collector *c, struct entry *e, const char *server,
    const char *database)
{
	if (server && *server)
		e->dep.server = server;
	if ((server && *server && database && *database) ||
	    !is_here(c, database))
		e->dep.database = database;
}

static const char *name_part(
    struct collector *c, const struct tsql_objname *n, uint32_t from_right)
{
	const struct tsql_name *p;

	if (from_right >= n->n)
		return NULL;
	p = &n->part[n->n - 1 - from_right];
	return p->len ? arena_strndup(c->a, p->text, p->len) : NULL;
}

struct entry *dep_put(struct collector *c, enum tsql_dep_kind kind,
    const char *target, struct tsql_object *o, uint32_t off)
{
	unsigned slot = (unsigned)(((uintptr_t)o / 64 + kind) % 64);
	struct entry *e = c->recent[slot];
	struct map_entry *m;

	/* a module writes the same table again and again */
	if (o && e && e->dep.object == o && e->dep.kind == kind)
		return e;
	buf_reset(&c->key);
	buf_addc(&c->key, (char)('a' + kind));
	buf_adds(&c->key, target);
	m = map_put(&c->entries, c->key.s, c->key.len);
	if (m->value)
		return c->recent[slot] = m->value;
	e = c->recent[slot] = ARENA_NEW(c->a, struct entry);
	e->dep.kind = kind;
	e->dep.target = arena_strdup(c->a, target);
	e->dep.object = o;
	e->dep.database = o ? elsewhere(c, o) : NULL;
	e->dep.off = c->dynamic ? c->dynamic_off : off;
	e->dep.dynamic = c->dynamic;
	map_init(&e->names, MAP_FOLD);
	if (o && !o->row.open && !o->row_state)
		e->row = &o->row;
	m->value = e;
	return e;
}

bool dep_is_guess(const struct tsql_name *n)
{
	size_t len = strlen(TSQL_DYNAMIC_HOLE), i;

	for (i = 0; n->text && n->len >= len && i <= n->len - len; i++)
		if (!memcmp(n->text + i, TSQL_DYNAMIC_HOLE, len))
			return true;
	return false;
}

/* A text that runs may give one reason for each name in it. */
static bool is_said(
    const struct findings *f, struct tsql_pos pos, const char *why)
{
	size_t i;

	for (i = f->nr; i-- > 0;) {
		const struct finding *x = &f->items[i];

		if (x->code != FINDING_DYNAMIC_SQL || x->line != pos.line ||
		    x->column != pos.column)
			return false;
		if (strcmp(x->detail, why) == 0)
			return true;
	}
	return false;
}

void dep_unknown(
    struct collector *c, uint32_t off, const char *target, const char *why)
{
	struct tsql_pos pos;

	dep_put(c, TSQL_DEP_UNKNOWN, target, NULL, off);
	if (!c->opt || !c->opt->findings)
		return;
	if (c->dynamic)
		off = c->dynamic_off;
	pos = c->module && c->module->src
	    ? tsql_line_col(c->module, off)
	    : tsql_text_pos(
		  c->opt->src, c->opt->src_len, off, c->opt->first_line);
	if (!is_said(c->opt->findings, pos, why))
		findings_add(c->opt->findings, FINDING_DYNAMIC_SQL, pos.line,
		    pos.column, "%s", why);
}

char *tsql_written_id(struct arena *a, const struct tsql_objname *n,
    const struct tsql_bind_options *opt)
{
	const struct tsql_catalog *cat = opt ? opt->catalog : NULL;
	struct buf b = BUF_INIT;
	uint32_t i = 0;
	char *s;

	if (n->n < 3 && cat && !tsql_catalog_is_first(cat, cat->current))
		buf_addf(&b, "%s.", cat->current);
	if (n->n == 1)
		buf_addf(&b, "%s.", cat ? cat->default_schema : "dbo");
	if (n->n == 3) {
		char *database =
		    arena_strndup(a, n->part[0].text, n->part[0].len);

		if (!*database && cat && cat->current)
			database = (char *)cat->current;
		/* the first one's name says nothing */
		if (!cat || !tsql_catalog_is_first(cat, database))
			buf_adds(&b, database);
		i++;
	}
	for (; i < n->n; i++) {
		const struct tsql_name *p = &n->part[i];

		if (i && b.len)
			buf_addc(&b, '.');
		if (p->len)
			buf_add(&b, p->text, p->len);
		else
			buf_adds(&b, "dbo");
	}
	s = arena_strndup(a, buf_str(&b), b.len);
	buf_release(&b);
	return s;
}

char *dep_written(struct collector *c, const struct tsql_objname *n)
{
	return tsql_written_id(c->a, n, c->opt);
}

bool dep_is_left_out(const struct tsql_object *o)
{
	return o->kind == TSQL_OBJ_TEMP_TABLE ||
	    o->kind == TSQL_OBJ_TABLE_VARIABLE || o->kind == TSQL_OBJ_SYSTEM;
}

/* The current database's name in front says nothing. */
static bool is_system_name(const struct tsql_objname *n)
{
	const struct tsql_name *last = &n->part[n->n - 1];

	if (n->n > 1 && n->part[n->n - 2].text &&
	    (tsql_name_is(&n->part[n->n - 2], "sys") ||
		tsql_name_is(&n->part[n->n - 2], "INFORMATION_SCHEMA")))
		return true;
	return n->n > 2 && n->part[n->n - 3].text &&
	    (tsql_name_is(&n->part[n->n - 3], "master") ||
		tsql_name_is(&n->part[n->n - 3], "msdb") ||
		tsql_name_is(&n->part[n->n - 3], "tempdb")) &&
	    last->len > 3 &&
	    (!strncasecmp(last->text, "sp_", 3) ||
		!strncasecmp(last->text, "xp_", 3));
}

/* What a synonym stands for, where no object of that name is known. */
static struct entry *put_synonym_target(struct collector *c,
    enum tsql_dep_kind kind, const struct tsql_object *synonym, uint32_t off)
{
	char *part[4] = {NULL};
	struct entry *e;

	if (!synonym->target)
		return dep_put(c, kind, "", NULL, off);
	e = dep_put(c, kind,
	    tsql_catalog_plain(c->opt->catalog, c->a, synonym->target), NULL,
	    off);
	tsql_split_name(c->a, synonym->target, part);
	put_place(c, e, part[3],
	    part[2] || part[3] ? part[2] : elsewhere(c, synonym));
	return e;
}

struct entry *dep_put_name(
    struct collector *c, enum tsql_dep_kind kind, const struct tsql_objname *n)
{
	const struct tsql_object_ref *r = tsql_objref(n);
	struct tsql_object *o = r ? r->object : NULL;
	const char *database;
	struct entry *e;

	if (!n->n || !n->part[n->n - 1].len || n->part[n->n - 1].text[0] == '#')
		return NULL;
	if (dep_is_guess(&n->part[n->n - 1]) ||
	    (n->n > 1 && dep_is_guess(&n->part[n->n - 2])) ||
	    (n->n > 2 && dep_is_guess(&n->part[0]))) {
		dep_unknown(
		    c, n->h.off, "", "the text names an object by a value");
		return NULL;
	}
	if (r && r->synonym)
		dep_put(c, TSQL_DEP_REFERENCE, r->synonym->id, r->synonym,
		    n->h.off);
	if (o)
		return dep_is_left_out(o)
		    ? NULL
		    : dep_put(c, kind, o->id, o, n->h.off);
	if (r && r->synonym)
		return put_synonym_target(c, kind, r->synonym, n->h.off);
	if (is_system_name(n))
		return NULL;
	e = dep_put(c, kind, dep_written(c, n), NULL, n->h.off);
	database = name_part(c, n, 2);
	if (!database && n->n < 4)
		database = c->opt->catalog->current;
	put_place(c, e, name_part(c, n, 3), database);
	return e;
}

void dep_column(
    struct collector *c, struct entry *e, const struct tsql_column *col)
{
	uint64_t bit = (uint64_t)1 << (col->ordinal % 64);

	if (!e->row || col->ordinal >= e->row->n) {
		map_put(&e->names, col->name, col->len);
		return;
	}
	if (!e->bits)
		e->bits =
		    arena_alloc(c->a, (e->row->n / 64 + 1) * sizeof(*e->bits));
	e->bits[col->ordinal / 64] |= bit;
}

void dep_finish(struct collector *c, struct entry *e)
{
	uint32_t n = (uint32_t)e->names.nr, i;

	for (i = 0; e->bits && i < e->row->n; i++)
		n += e->bits[i / 64] >> (i % 64) & 1;
	e->dep.column = arena_alloc(c->a, n * sizeof(*e->dep.column));
	for (i = 0; e->bits && i < e->row->n; i++)
		if (e->bits[i / 64] >> (i % 64) & 1)
			e->dep.column[e->dep.ncolumn++] = e->row->v[i].name;
	for (i = 0; i < e->names.nr; i++)
		e->dep.column[e->dep.ncolumn++] =
		    arena_strdup(c->a, e->names.items[i].key);
	map_release(&e->names, NULL);
}
