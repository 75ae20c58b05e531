/*
 * mig-impact: what is affected by a change of objects or columns. Reads
 * object records, builds the graph of columns and objects, and follows it
 * downstream in breadth.
 */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "common/opt.h"
#include "load.h"

/* A node is an object ("dbo.t") or a column ("dbo.t" and "a"). */
struct node {
	const char *object, *column;
	struct edge *out;
	struct node *columns, *sibling; /* an object's columns */
	/* in the walk: */
	struct node *via;
	const char *how;
	unsigned distance;
	bool reached, followed;
	bool silent; /* a column of an object that is listed itself */
};

struct edge {
	struct node *to;
	const char *how;
	bool named; /* the target only names it: lineage says what changes */
	bool rows;  /* of all columns: what decides about the rows */
	struct edge *next;
};

struct run {
	struct tsql_catalog *catalog;
	struct arena a;
	struct map nodes; /* "object\1column" -> struct node */
	struct node **queue;
	size_t nr, cap;
	struct names names;
	bool text, upstream;
};

static struct node *node(struct run *r, const char *object, const char *column)
{
	struct buf key = BUF_INIT;
	struct map_entry *e;
	struct node *n;

	buf_addf(&key, "%s\1%s", object, column ? column : "");
	e = map_put(&r->nodes, key.s, key.len);
	buf_release(&key);
	n = e->value;
	if (!n) {
		n = ARENA_NEW(&r->a, struct node);
		n->object = arena_strdup(&r->a, object);
		n->column = column ? arena_strdup(&r->a, column) : NULL;
		e->value = n;
		if (column) {
			struct node *o = node(r, object, NULL);

			n->sibling = o->columns;
			o->columns = n;
		}
	}
	return n;
}

static struct edge *link_nodes(struct run *r, struct node *from,
    struct node *to, const char *how, bool named)
{
	struct edge *e;

	if (from == to)
		return NULL;
	e = ARENA_NEW(&r->a, struct edge);
	e->to = to;
	e->how = how;
	e->named = named;
	e->next = from->out;
	from->out = e;
	return e;
}

/* ---- the graph ---- */

static const char *strongest(uint16_t how)
{
	unsigned bit;

	for (bit = 0; bit < TSQL_LIN_KINDS; bit++)
		if (how >> bit & 1)
			return tsql_lineage_name(bit);
	return "";
}

static void add_lineage(struct run *r, const struct tsql_lineage *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct tsql_lineage_edge *e = &l->v[i];

		struct node *from = node(r, e->source, e->source_column);
		struct node *to = node(r, e->target, e->column);
		struct edge *made = r->upstream
		    ? link_nodes(r, to, from, strongest(e->how), false)
		    : link_nodes(r, from, to, strongest(e->how), false);

		if (made)
			made->rows = !e->column;
	}
}

static bool is_write(enum tsql_dep_kind kind)
{
	return kind == TSQL_DEP_INSERT || kind == TSQL_DEP_UPDATE ||
	    kind == TSQL_DEP_DELETE || kind == TSQL_DEP_MERGE ||
	    kind == TSQL_DEP_TRUNCATE;
}

/* Upstream: a table has its rows from who writes it; what is read is told
 * by the columns' lineage, and named here. */
static void add_sources(
    struct run *r, struct node *self, const struct tsql_dep *dep)
{
	struct node *other = node(r, dep->target, NULL);
	const char *how = tsql_dep_name(dep->kind);

	if (is_write(dep->kind))
		link_nodes(r, other, self, how, false);
	else
		link_nodes(r, self, other, how,
		    dep->kind != TSQL_DEP_EXEC && dep->kind != TSQL_DEP_CALL);
}

/* The object breaks or changes when what it names does. */
static void add_deps(
    struct run *r, struct tsql_object *o, const struct tsql_deps *d)
{
	struct node *self = node(r, o->id, NULL);
	uint32_t i, k;

	for (i = 0; i < d->n; i++) {
		const struct tsql_dep *dep = &d->v[i];
		const char *how = tsql_dep_name(dep->kind);

		if (!*dep->target)
			continue;
		if (r->upstream) {
			add_sources(r, self, dep);
			continue;
		}
		link_nodes(r, node(r, dep->target, NULL), self, how, false);
		for (k = 0; k < dep->ncolumn; k++)
			link_nodes(r, node(r, dep->target, dep->column[k]),
			    self, how, true);
	}
}

/* A foreign key stays in its database. */
static const char *foreign_id(
    struct run *r, const struct tsql_object *o, const struct foreign *f)
{
	return tsql_catalog_is_first(r->catalog, o->database)
	    ? f->references
	    : arena_printf(&r->a, "%s.%s", o->database, f->references);
}

static void add_foreign(struct run *r, struct tsql_object *o)
{
	const struct foreign *f;
	size_t i;

	/* a foreign key's table gives no values */
	for (f = r->upstream ? NULL : o->data; f; f = f->next) {
		const char *to = foreign_id(r, o, f);

		link_nodes(r, node(r, to, NULL), node(r, o->id, NULL),
		    "foreign_key", true);
		for (i = 0; i < f->n; i++)
			link_nodes(r, node(r, to, f->referenced[i]),
			    node(r, o->id, f->column[i]), "foreign_key", false);
	}
}

static void build(struct run *r)
{
	struct map *objects = &r->catalog->objects;
	struct arena a = ARENA_INIT;
	size_t i, n = objects->nr;

	for (i = 0; i < n; i++) {
		struct tsql_object *o = objects->items[i].value;
		struct analysis x;

		if (!o || o->kind == TSQL_OBJ_SYSTEM)
			continue;
		x = analyse(&a, r->catalog, o);
		add_lineage(r, x.lineage);
		if (x.deps)
			add_deps(r, o, x.deps);
		add_foreign(r, o);
		if (o->kind == TSQL_OBJ_SYNONYM && o->target) {
			struct tsql_object *t =
			    tsql_catalog_follow(r->catalog, o);
			const char *id = t
			    ? t->id
			    : tsql_catalog_plain(r->catalog, &a, o->target);
			struct node *to = node(r, id, NULL);
			struct node *self = node(r, o->id, NULL);

			link_nodes(r, r->upstream ? self : to,
			    r->upstream ? to : self, "reference", false);
		}
		arena_reset(&a);
	}
	arena_release(&a);
}

/* ---- the walk ---- */

/*
 * Notes that a node is affected; follow: what depends on it is, too. A view
 * that names a changed column is affected, but not each reader of the view:
 * which ones, its columns say.
 */
static struct node *reach(struct run *r, struct node *n, struct node *via,
    const char *how, bool follow)
{
	bool again = follow && !n->followed;

	if (!n->reached) {
		n->reached = true;
		n->via = via;
		n->how = how;
		n->distance = via ? via->distance + 1 : 0;
		again = true;
	}
	n->followed |= follow;
	if (again) {
		GROW(r->queue, r->nr, r->cap);
		r->queue[r->nr++] = n;
	}
	return n;
}

/* An object's change, or its rows', is a change of its columns. */
static void reach_columns(struct run *r, struct node *n)
{
	struct node *c;

	for (c = n->columns; c; c = c->sibling) {
		if (!c->reached)
			c->silent = true;
		reach(r, c, n, "", true);
		if (c->silent)
			c->distance = n->distance;
	}
}

static void walk(struct run *r)
{
	const struct edge *e;
	size_t at;

	for (at = 0; at < r->nr; at++) {
		struct node *n = r->queue[at];

		if (!n->followed)
			continue;
		if (!n->column)
			reach_columns(r, n);
		for (e = n->out; e; e = e->next)
			reach(r, e->to, n, e->how, !e->named);
		if (!r->upstream || !n->column)
			continue;
		for (e = node(r, n->object, NULL)->out; e; e = e->next)
			if (e->rows)
				reach(r, e->to, n, e->how, true);
	}
}

/* ---- output ---- */

/* A silent column stands for its object. */
static const struct node *shown(const struct node *n)
{
	return n->silent ? n->via : n;
}

static char *full_name(const struct node *n)
{
	return n->column ? xasprintf("%s.%s", n->object, n->column)
			 : xstrdup(n->object);
}

static void write_record(struct run *r, const struct node *n)
{
	struct json_object *rec = json_object_new_object();
	struct tsql_object *o = names_object(&r->names, n->object);
	char *via = full_name(shown(n->via));

	js_set_str(rec, "kind", "impact");
	js_set_str(rec, "object", n->object);
	if (o && (o->database || r->catalog->database))
		js_set_str(rec, "database",
		    o->database ? o->database : r->catalog->database);
	js_set(rec, "object_kind",
	    o ? json_object_new_string(object_kind_name(o)) : NULL);
	js_set(rec, "column",
	    n->column ? json_object_new_string(n->column) : NULL);
	js_set_int(rec, "distance", n->distance);
	js_set_str(rec, "how", n->how);
	js_set_str(rec, "via", via);
	jsonl_write(rec, stdout);
	json_object_put(rec);
	free(via);
}

static void write_text(struct run *r, const struct node *n)
{
	struct tsql_object *o = names_object(&r->names, n->object);
	char *name = full_name(n), *via = full_name(shown(n->via));

	printf("%*s%s\t%s\t%s\tvia %s\n", 2 * ((int)n->distance - 1), "", name,
	    o ? object_kind_name(o) : "unknown", n->how, via);
	free(name);
	free(via);
}

static void write_reached(struct run *r)
{
	size_t i;

	for (i = 0; i < r->nr; i++) {
		struct node *n = r->queue[i];

		if (!n->distance || n->silent || !n->reached)
			continue;
		n->reached = false; /* each once */
		if (r->text)
			write_text(r, n);
		else
			write_record(r, n);
	}
}

/* ---- operands ---- */

/* NULL after a message. */
static struct node *operand(struct run *r, const char *written)
{
	struct found f;
	char *meant;

	if (names_find(&r->names, &r->a, written, &f))
		return node(r, f.object->id, f.column);
	meant = names_suggest(&r->names, &r->a, written, &f);
	error("no object or column of this name is known: %s%s%s%s", written,
	    meant ? " (did you mean " : "", meant ? meant : "",
	    meant ? "?)" : "");
	free(meant);
	return NULL;
}

static int impact(struct run *r, char **operands)
{
	int status = MIG_OK;

	build(r);
	for (; *operands; operands++) {
		struct node *start = operand(r, *operands);

		if (start)
			reach(r, start, NULL, "", true);
		else
			status = MIG_NEGATIVE;
	}
	walk(r);
	write_reached(r);
	return status;
}

int main(int argc, char **argv)
{
	static const char *const formats[] = {"json", "text", NULL};
	struct opt_list files = {NULL, 0, 0};
	const char *format = "json";
	struct run r = {0};
	const struct opt opts[] = {
	    {OPT_LIST, 'i', "input", "FILE", &files,
		"read object records from FILE (default: standard input)",
		NULL},
	    {OPT_STRING, 'f', "format", "FORMAT", &format,
		"json (default) or text", formats},
	    {OPT_FLAG, 'u', "upstream", NULL, &r.upstream,
		"print what it comes from instead", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {
	    "[-u] [-f FORMAT] [-i FILE]... OBJECT[.COLUMN]...",
	    "print what a change of objects or columns affects", opts};
	char **names;
	size_t bad = 0, k;
	int i, status;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	if (i == argc)
		die("no object is named");
	names = xcalloc(files.nr + 1, sizeof(*names));
	for (k = 0; k < files.nr; k++)
		names[k] = (char *)files.items[k];
	r.catalog = load_records(names, &bad);
	free(names);
	opt_list_release(&files);
	if (!r.catalog)
		return mig_finish(MIG_TROUBLE);
	map_init(&r.nodes, MAP_FOLD);
	names_init(&r.names, r.catalog);
	r.text = !strcmp(format, "text");
	status = impact(&r, argv + i);
	map_release(&r.nodes, NULL);
	names_release(&r.names);
	free(r.queue);
	arena_release(&r.a);
	tsql_catalog_free(r.catalog);
	return mig_finish(status ? status : bad ? MIG_NEGATIVE : MIG_OK);
}
