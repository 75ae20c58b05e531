/*
 * mig-lineage: where the columns of a database come from. Reads object
 * records; writes lineage records, a Graphviz graph or OpenLineage events.
 */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/opt.h"
#include "mig-lineage.h"

uint16_t wanted(const struct run *r, uint16_t how)
{
	return r->opt.direct ? how & TSQL_LIN_DIRECT : how;
}

/* ---- JSON Lines ---- */

struct json_object *transformations(uint16_t how, bool open)
{
	struct json_object *list = json_object_new_array(), *t;
	unsigned bit;

	for (bit = 0; bit < TSQL_LIN_KINDS; bit++) {
		if (!(how >> bit & 1))
			continue;
		t = json_object_new_object();
		js_set_str(t, "type",
		    tsql_lineage_is_direct(bit) ? "DIRECT" : "INDIRECT");
		js_set_str(t, "subtype", tsql_lineage_name(bit));
		if (open) {
			js_set_str(t, "description", "");
			js_set_bool(t, "masking", false);
		}
		json_object_array_add(list, t);
	}
	return list;
}

static bool same_column(
    const struct tsql_lineage_edge *a, const struct tsql_lineage_edge *b)
{
	if (!a->column != !b->column || strcmp(a->target, b->target) != 0)
		return false;
	return !a->column || !strcmp(a->column, b->column);
}

/* The database of an id, where it is known. */
static void put_database(const struct run *r, struct json_object *rec,
    const char *field, const char *id)
{
	const struct tsql_object *o = names_object(&r->names, id);
	const char *database = o && o->database ? o->database
	    : o					? r->catalog->database
						: NULL;

	if (database)
		js_set_str(rec, field, database);
}

static void write_json(const struct run *r, const struct tsql_object *o,
    const struct tsql_lineage *l)
{
	uint32_t i, from;

	for (i = 0; i < l->n;) {
		const struct tsql_lineage_edge *first = &l->v[i];
		struct json_object *rec = json_object_new_object();
		struct json_object *sources = json_object_new_array();

		js_set_str(rec, "kind", "lineage");
		js_set_str(rec, "object", o->id);
		js_set_str(rec, "object_kind", object_kind_name(o));
		put_database(r, rec, "database", o->id);
		js_set_str(rec, "target", first->target);
		put_database(r, rec, "target_database", first->target);
		js_set(rec, "column",
		    first->column ? json_object_new_string(first->column)
				  : NULL);
		for (from = i; i < l->n && same_column(first, &l->v[i]); i++) {
			const struct tsql_lineage_edge *e = &l->v[i];
			struct json_object *s;

			if (!wanted(r, e->how))
				continue;
			s = json_object_new_object();
			js_set_str(s, "object", e->source);
			put_database(r, s, "database", e->source);
			js_set_str(s, "column", e->source_column);
			js_set(s, "transformations",
			    transformations(wanted(r, e->how), false));
			json_object_array_add(sources, s);
		}
		js_set(rec, "sources", sources);
		if (js_len(sources) || from == i)
			jsonl_write(rec, stdout);
		json_object_put(rec);
	}
}

/* ---- Graphviz ---- */

struct node {
	size_t nr;
	struct map columns; /* name -> its port's number + 1 */
};

static struct node *dot_node(struct run *r, const char *id)
{
	struct map_entry *e = map_put(&r->nodes, id, strlen(id));
	struct node *n = e->value;

	if (!n) {
		n = xcalloc(1, sizeof(*n));
		n->nr = r->nodes.nr;
		map_init(&n->columns, MAP_FOLD);
		e->value = n;
	}
	return n;
}

static size_t dot_port(struct node *n, const char *column)
{
	struct map_entry *e = map_put(
	    &n->columns, column ? column : "*", column ? strlen(column) : 1);

	if (!e->value)
		e->value = (void *)(uintptr_t)n->columns.nr;
	return (size_t)(uintptr_t)e->value;
}

static void dot_edges(struct run *r, const struct tsql_lineage *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct tsql_lineage_edge *e = &l->v[i];
		struct node *from, *to;
		size_t p, q;

		if (!wanted(r, e->how))
			continue;
		from = dot_node(r, e->source);
		to = dot_node(r, e->target);
		p = dot_port(from, e->source_column);
		q = dot_port(to, e->column);
		printf("\tn%zu:p%zu:e -> n%zu:p%zu:w%s;\n", from->nr, p, to->nr,
		    q, e->how & TSQL_LIN_DIRECT ? "" : " [style=dashed]");
	}
}

static void put_escaped(const char *s)
{
	for (; *s; s++) {
		if (*s == '&')
			fputs("&amp;", stdout);
		else if (*s == '<')
			fputs("&lt;", stdout);
		else if (*s == '>')
			fputs("&gt;", stdout);
		else if (*s == '"')
			fputs("&quot;", stdout);
		else
			putchar(*s);
	}
}

static void dot_nodes(struct run *r)
{
	size_t i, k;

	for (i = 0; i < r->nodes.nr; i++) {
		struct node *n = r->nodes.items[i].value;

		printf("\tn%zu [label=<<table border=\"0\" cellborder=\"1\" "
		       "cellspacing=\"0\"><tr><td bgcolor=\"lightgrey\">",
		    n->nr);
		put_escaped(r->nodes.items[i].key);
		fputs("</td></tr>", stdout);
		for (k = 0; k < n->columns.nr; k++) {
			printf("<tr><td port=\"p%zu\" align=\"left\">", k + 1);
			put_escaped(n->columns.items[k].key);
			fputs("</td></tr>", stdout);
		}
		fputs("</table>>];\n", stdout);
		map_release(&n->columns, NULL);
		free(n);
	}
	map_release(&r->nodes, NULL);
}

/* ---- the stream ---- */

static void each_object(struct run *r)
{
	struct arena a = ARENA_INIT;
	struct map *objects = &r->catalog->objects;
	size_t i, n = objects->nr;

	for (i = 0; i < n; i++) {
		struct tsql_object *o = objects->items[i].value;
		struct tsql_lineage *l;

		if (!o || o->kind == TSQL_OBJ_SYSTEM)
			continue;
		l = analyse(&a, r->catalog, o).lineage;
		if (l->n && !strcmp(r->opt.format, "json"))
			write_json(r, o, l);
		else if (l->n && !strcmp(r->opt.format, "dot"))
			dot_edges(r, l);
		else if (l->n)
			write_event(r, o, l);
		arena_reset(&a);
	}
	arena_release(&a);
}

int main(int argc, char **argv)
{
	static const char *const formats[] = {
	    "json", "dot", "openlineage", NULL};
	struct run r = {.opt = {"json", "mssql://localhost:1433",
			    "1970-01-01T00:00:00Z", false}};
	const struct opt opts[] = {
	    {OPT_FLAG, 'd', "direct", NULL, &r.opt.direct,
		"only where values come from, not what decides about rows",
		NULL},
	    {OPT_STRING, 'f', "format", "FORMAT", &r.opt.format,
		"json (default), dot or openlineage", formats},
	    {OPT_STRING, 'n', "namespace", "URI", &r.opt.namespace,
		"OpenLineage: the server (default: mssql://localhost:1433)",
		NULL},
	    {OPT_STRING, 't', "time", "TIME", &r.opt.time,
		"OpenLineage: the events' time (default: 1970-01-01T00:00:00Z)",
		NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {
	    "[-d] [-f FORMAT] [-n URI] [-t TIME] [FILE...]",
	    "print where the columns of a database come from", opts};
	size_t bad;
	int i;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	r.catalog = load_records(argv + i, &bad);
	if (!r.catalog)
		return mig_finish(MIG_TROUBLE);
	names_init(&r.names, r.catalog);
	map_init(&r.nodes, MAP_FOLD);
	if (!strcmp(r.opt.format, "dot"))
		puts("digraph lineage {\n\trankdir=LR;\n"
		     "\tnode [shape=plain];");
	each_object(&r);
	if (!strcmp(r.opt.format, "dot")) {
		dot_nodes(&r);
		puts("}");
	}
	map_release(&r.nodes, NULL);
	names_release(&r.names);
	tsql_catalog_free(r.catalog);
	return mig_finish(bad ? MIG_NEGATIVE : MIG_OK);
}
