/*
 * OpenLineage's events. A dataset's name is database.schema.table; OpenLineage
 * has no quotes in names, so a dot within a part is escaped by a backslash, and
 * the hierarchy facet has the parts as they are.
 */
#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "mig-lineage.h"

#define PRODUCER "https://openlineage.io/producers/mig"
#define SPEC "https://openlineage.io/spec/"

/* A name's parts, from the right: as the catalogue has them, or as the id
 * tells for what it hasn't. */
struct place {
	const char *part[4]; /* name, schema, database, server; or NULL */
	const char *kind;    /* of a level: "TABLE" … */
};

static void place_of(
    const struct run *r, struct arena *a, const char *id, struct place *p)
{
	const struct tsql_object *o = names_object(&r->names, id);
	char *part[4];
	int i;

	memset(p, 0, sizeof(*p));
	p->kind = o && o->kind == TSQL_OBJ_VIEW ? "VIEW" : "TABLE";
	if (o) {
		p->part[0] = o->name;
		p->part[1] = o->schema;
		p->part[2] = o->database;
	} else {
		tsql_split_name(a, id, part);
		for (i = 0; i < 4; i++)
			p->part[i] = part[i];
	}
	if (!p->part[2])
		p->part[2] = r->catalog->database;
}

static void add_escaped(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '.' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
}

/* Namespace and name: of a linked server's table the server's. */
static struct json_object *dataset(const struct run *r, const char *id)
{
	struct json_object *d = json_object_new_object();
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct place p;
	int i;

	place_of(r, &a, id, &p);
	js_set_str(d, "namespace",
	    p.part[3] ? arena_printf(&a, "mssql://%s", p.part[3])
		      : r->opt.namespace);
	for (i = 2; i >= 0; i--) {
		if (!p.part[i] || !*p.part[i])
			continue;
		if (b.len)
			buf_addc(&b, '.');
		add_escaped(&b, p.part[i]);
	}
	js_set_str(d, "name", buf_str(&b));
	buf_release(&b);
	arena_release(&a);
	return d;
}

static struct json_object *facet(const char *schema)
{
	struct json_object *f = json_object_new_object();

	js_set_str(f, "_producer", PRODUCER);
	js_set_str(f, "_schemaURL", schema);
	return f;
}

/* The parts of a dataset's name, the highest first. */
static struct json_object *hierarchy(const struct run *r, const char *id)
{
	struct json_object *f =
	    facet(SPEC "facets/1-0-0/HierarchyDatasetFacet.json#/$defs/"
		       "HierarchyDatasetFacet");
	struct json_object *levels = json_object_new_array(), *level;
	struct arena a = ARENA_INIT;
	struct place p;
	int i;

	place_of(r, &a, id, &p);
	for (i = 2; i >= 0; i--) {
		if (!p.part[i] || !*p.part[i])
			continue;
		level = json_object_new_object();
		js_set_str(level, "type",
		    i == 2	 ? "DATABASE"
			: i == 1 ? "SCHEMA"
				 : p.kind);
		js_set_str(level, "name", p.part[i]);
		json_object_array_add(levels, level);
	}
	js_set(f, "hierarchy", levels);
	arena_release(&a);
	return f;
}

static struct json_object *input(const struct run *r, const char *id)
{
	struct json_object *d = dataset(r, id);
	struct json_object *facets = json_object_new_object();

	js_set(facets, "hierarchy", hierarchy(r, id));
	js_set(d, "facets", facets);
	return d;
}

static struct json_object *input_field(
    const struct run *r, const struct tsql_lineage_edge *e)
{
	struct json_object *f = dataset(r, e->source);

	js_set_str(f, "field", e->source_column);
	js_set(f, "transformations", transformations(wanted(r, e->how), true));
	return f;
}

/* The facet of one target: the edges from l->v[i] on. */
static struct json_object *output(
    const struct run *r, const struct tsql_lineage *l, const char *target)
{
	struct json_object *d = dataset(r, target);
	struct json_object *facets = json_object_new_object();
	struct json_object *f =
	    facet(SPEC "facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/"
		       "ColumnLineageDatasetFacet");
	struct json_object *fields = json_object_new_object();
	struct json_object *all = json_object_new_array(), *col, *list;
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct tsql_lineage_edge *e = &l->v[i];

		if (strcmp(e->target, target) != 0 || !wanted(r, e->how))
			continue;
		if (!e->column) {
			json_object_array_add(all, input_field(r, e));
			continue;
		}
		col = js_obj(fields, e->column);
		if (!col) {
			col = json_object_new_object();
			js_set(col, "inputFields", json_object_new_array());
			js_set(fields, e->column, col);
		}
		list = js_arr(col, "inputFields");
		json_object_array_add(list, input_field(r, e));
	}
	js_set(f, "fields", fields);
	js_set(f, "dataset", all);
	js_set(facets, "hierarchy", hierarchy(r, target));
	js_set(facets, "columnLineage", f);
	js_set(d, "facets", facets);
	return d;
}

void write_event(
    const struct run *r, struct tsql_object *o, const struct tsql_lineage *l)
{
	struct json_object *event = json_object_new_object();
	struct json_object *job = dataset(r, o->id);
	struct json_object *in = json_object_new_array();
	struct json_object *out = json_object_new_array();
	struct map seen;
	uint32_t i;

	map_init(&seen, MAP_EXACT);
	for (i = 0; i < l->n; i++)
		if (!map_set(&seen, l->v[i].source, (void *)l))
			json_object_array_add(in, input(r, l->v[i].source));
	map_release(&seen, NULL);
	map_init(&seen, MAP_EXACT);
	for (i = 0; i < l->n; i++)
		if (!map_set(&seen, l->v[i].target, (void *)l))
			json_object_array_add(
			    out, output(r, l, l->v[i].target));
	map_release(&seen, NULL);
	js_set_str(event, "eventTime", r->opt.time);
	js_set_str(event, "producer", PRODUCER);
	js_set_str(
	    event, "schemaURL", SPEC "2-0-2/OpenLineage.json#/$defs/JobEvent");
	js_set(event, "job", job);
	js_set(event, "inputs", in);
	js_set(event, "outputs", out);
	jsonl_write(event, stdout);
	json_object_put(event);
}
