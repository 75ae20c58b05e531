/* Objects and columns by names that people write. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "load.h"

void names_init(struct names *n, struct tsql_catalog *c)
{
	size_t i;

	n->catalog = c;
	map_init(&n->by_id, c->exact ? MAP_EXACT : MAP_FOLD);
	for (i = 0; i < c->objects.nr; i++) {
		struct tsql_object *o = c->objects.items[i].value;

		if (o && o->kind != TSQL_OBJ_SYSTEM)
			map_set(&n->by_id, o->id, o);
	}
}

void names_release(struct names *n)
{
	map_release(&n->by_id, NULL);
}

struct tsql_object *names_object(const struct names *n, const char *id)
{
	return map_get(&n->by_id, id);
}

static const char *column_of(
    const struct names *n, struct tsql_object *o, const char *name)
{
	const struct tsql_row *row = tsql_object_row(n->catalog, o);
	const struct tsql_column *c;
	bool several;

	c = tsql_row_find(row, name, strlen(name), &several);
	return c ? c->name : row->open ? name : NULL;
}

/* By parts, with or without brackets: an object, or an object's column. */
static bool by_parts(const struct names *n, char *part[4], struct found *f)
{
	struct tsql_object *o;

	o = tsql_catalog_find(n->catalog, part[2], part[1], part[0]);
	if (o && !part[3]) {
		f->object = o;
		return true;
	}
	if (!part[1])
		return false;
	o = tsql_catalog_find(n->catalog, part[3], part[2], part[1]);
	if (!o)
		return false;
	f->object = o;
	f->column = column_of(n, o, part[0]);
	return f->column != NULL;
}

/* As an id is written in a record, dots in names and all. */
static bool by_id(const struct names *n, const char *s, struct found *f)
{
	const char *dot;
	char *head;

	f->object = names_object(n, s);
	if (f->object)
		return true;
	for (dot = s + strlen(s); dot > s && !f->object;) {
		do
			dot--;
		while (dot > s && *dot != '.');
		if (dot == s)
			break;
		head = xmemdupz(s, (size_t)(dot - s));
		f->object = names_object(n, head);
		free(head);
	}
	f->column = f->object ? column_of(n, f->object, dot + 1) : NULL;
	return f->column != NULL;
}

bool names_find(
    const struct names *n, struct arena *a, const char *s, struct found *f)
{
	char *part[4] = {NULL};

	memset(f, 0, sizeof(*f));
	if (by_id(n, s, f))
		return true;
	tsql_split_name(a, s, part);
	return part[0] && by_parts(n, part, f);
}

/* ---- what was meant ---- */

/* Changes of a letter, an added or a missing one, at most max + 1. */
static size_t distance(const char *a, const char *b, size_t max)
{
	size_t la = strlen(a), lb = strlen(b), i, k, *row, best;

	if (la > lb + max || lb > la + max)
		return max + 1;
	row = xreallocarray(NULL, lb + 1, sizeof(*row));
	for (k = 0; k <= lb; k++)
		row[k] = k;
	for (i = 0; i < la; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (k = 0; k < lb; k++) {
			int x = a[i] | 0x20, y = b[k] | 0x20;
			size_t d = corner + (x != y);

			corner = row[k + 1];
			if (row[k] + 1 < d)
				d = row[k] + 1;
			if (corner + 1 < d)
				d = corner + 1;
			row[k + 1] = d;
		}
	}
	best = row[lb];
	free(row);
	return best;
}

static void nearer(
    const char *wanted, const char *have, size_t *best, const char **name)
{
	size_t d = distance(wanted, have, *best);

	if (d < *best) {
		*best = d;
		*name = have;
	}
}

char *names_suggest(
    const struct names *n, struct arena *a, const char *s, struct found *f)
{
	size_t best = strlen(s) / 3 + 2, i;
	const char *name = NULL, *schemaless = NULL;
	char *part[4] = {NULL};

	tsql_split_name(a, s, part);
	if (f->object && part[0]) { /* the column is wrong */
		const struct tsql_row *r =
		    tsql_object_row(n->catalog, f->object);

		best = strlen(part[0]) / 3 + 2;
		for (i = 0; i < r->n; i++)
			nearer(part[0], r->v[i].name, &best, &name);
		return name ? xasprintf("%s.%s", f->object->id, name) : NULL;
	}
	for (i = 0; i < n->by_id.nr; i++) {
		const struct tsql_object *o = n->by_id.items[i].value;

		/* right name, other schema */
		if (part[0] && name_eq(o->name, part[0]) && !schemaless)
			schemaless = o->id;
		nearer(s, o->id, &best, &name);
	}
	if (schemaless)
		name = schemaless;
	return name ? xstrdup(name) : NULL;
}
