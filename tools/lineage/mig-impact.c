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
	struct edge *next;
};

struct run {
	struct tsql_catalog *catalog;
	struct arena a;
	struct map nodes; /* "object\1column" -> struct node */
	struct node **queue;
	size_t nr, cap;
	bool text;
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

static void link_nodes(struct run *r, struct node *from, struct node *to,
    const char *how, bool named)
{
	struct edge *e;

	if (from == to)
		return;
	e = ARENA_NEW(&r->a, struct edge);
	e->to = to;
	e->how = how;
	e->named = named;
	e->next = from->out;
	from->out = e;
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

		link_nodes(r, node(r, e->source, e->source_column),
		    node(r, e->target, e->column), strongest(e->how), false);
	}
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
		link_nodes(r, node(r, dep->target, NULL), self, how, false);
		for (k = 0; k < dep->ncolumn; k++)
			link_nodes(r, node(r, dep->target, dep->column[k]),
			    self, how, true);
	}
}

static void add_foreign(struct run *r, struct tsql_object *o)
{
	const struct foreign *f;
	size_t i;

	for (f = o->data; f; f = f->next) {
		link_nodes(r, node(r, f->references, NULL),
		    node(r, o->id, NULL), "foreign_key", true);
		for (i = 0; i < f->n; i++)
			link_nodes(r, node(r, f->references, f->referenced[i]),
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

			link_nodes(r, node(r, t ? t->id : o->target, NULL),
			    node(r, o->id, NULL), "reference", false);
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

static struct tsql_object *object_of(struct run *r, const char *id)
{
	size_t i;
	const char *dot = strchr(id, '.');
	char *schema;
	struct tsql_object *o;

	if (!dot)
		return NULL;
	schema = xmemdupz(id, (size_t)(dot - id));
	o = tsql_catalog_find(r->catalog, NULL, schema, dot + 1);
	free(schema);
	for (i = 0; !o && i < r->catalog->objects.nr; i++) {
		struct tsql_object *x = r->catalog->objects.items[i].value;

		if (x && name_eq(x->id, id))
			o = x;
	}
	return o;
}

static void write_record(struct run *r, const struct node *n)
{
	struct json_object *rec = json_object_new_object();
	struct tsql_object *o = object_of(r, n->object);
	char *via = full_name(shown(n->via));

	js_set_str(rec, "kind", "impact");
	js_set_str(rec, "object", n->object);
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
	struct tsql_object *o = object_of(r, n->object);
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

/* "[a b].[c]]d]" as an id has it: "a b.c]d". */
static char *unbracketed(const char *s)
{
	struct buf b = BUF_INIT;
	bool inside = false;

	for (; *s; s++) {
		if (!inside && *s == '[')
			inside = true;
		else if (inside && *s == ']' && s[1] != ']')
			inside = false;
		else if (inside && *s == ']')
			buf_addc(&b, *s++);
		else
			buf_addc(&b, *s);
	}
	buf_adds(&b, "");
	return buf_detach(&b);
}

static bool has_column(struct run *r, struct tsql_object *o, const char *name)
{
	const struct tsql_row *row = tsql_object_row(r->catalog, o);
	bool several;

	return row->open || tsql_row_find(row, name, strlen(name), &several);
}

/* "s.t", "t" (default schema), "s.t.c": the longest object that is known. */
static struct node *find_operand(struct run *r, const char *s)
{
	struct tsql_object *o = object_of(r, s);
	const char *dot = strrchr(s, '.');
	struct node *n = NULL;
	char *head;

	if (!o && !dot)
		o = tsql_catalog_find(r->catalog, NULL, NULL, s);
	if (o)
		return node(r, o->id, NULL);
	if (!dot)
		return NULL;
	head = xmemdupz(s, (size_t)(dot - s));
	o = object_of(r, head);
	if (!o && !strchr(head, '.'))
		o = tsql_catalog_find(r->catalog, NULL, NULL, head);
	if (o && has_column(r, o, dot + 1))
		n = node(r, o->id, dot + 1);
	free(head);
	return n;
}

static struct node *operand(struct run *r, const char *written)
{
	char *s = unbracketed(written);
	struct node *n = find_operand(r, s);

	free(s);
	return n;
}

static int impact(struct run *r, char **operands)
{
	int status = MIG_OK;

	build(r);
	for (; *operands; operands++) {
		struct node *start = operand(r, *operands);

		if (!start) {
			error("no object or column of this name is known: %s",
			    *operands);
			status = MIG_NEGATIVE;
			continue;
		}
		reach(r, start, NULL, "", true);
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
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {
	    "[-f FORMAT] [-i FILE]... OBJECT[.COLUMN]...",
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
	r.text = !strcmp(format, "text");
	status = impact(&r, argv + i);
	map_release(&r.nodes, NULL);
	free(r.queue);
	arena_release(&r.a);
	tsql_catalog_free(r.catalog);
	return mig_finish(status ? status : bad ? MIG_NEGATIVE : MIG_OK);
}
