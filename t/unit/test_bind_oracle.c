/*
 * The columns that the binder derives for the oracle's views against those
 * that an engine gave: names, and types as far as the oracle fixes them (its
 * README: not the length of each string, not varchar against nvarchar, not
 * the digits of a second). Skipped where the oracle isn't.
 */
#include <stdlib.h>
#include <strings.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "tsql/bind.h"
#include "tsql/parse.h"

#include "test.h"

#define ORACLE "../shared/oracle"

struct count {
	size_t views, columns, wrong;
	bool verbose;
};

static void add_script(
    struct tsql_catalog *c, struct arena *a, const char *part, const char *name)
{
	char path[200];
	struct buf b = BUF_INIT;

	snprintf(path, sizeof(path), ORACLE "/%s/%s", part, name);
	if (fs_read(path, &b) == 0)
		tsql_catalog_add_module(c,
		    tsql_parse(
			a, arena_strndup(a, buf_str(&b), b.len), b.len, NULL));
	buf_release(&b);
}

/* Is the derived type one that the header allows? */
static bool agrees(const struct tsql_type *t, const char *header)
{
	struct tsql_type h = tsql_type_parse(header, strlen(header));
	bool sized = strchr(header, '(') != NULL;

	if (tsql_is_string(&h) && tsql_is_string(t)) {
		if (!sized || h.length == TSQL_MAX)
			return true;
		return t->length == h.length;
	}
	if (h.base != t->base)
		return false;
	if (h.base == TSQL_TY_DECIMAL && sized)
		return h.precision == t->precision && h.scale == t->scale;
	if (tsql_is_binary(&h) && sized && h.length != TSQL_MAX)
		return h.length == t->length;
	return true;
}

static void compare(struct tsql_catalog *c, struct json_object *header,
    const char *schema, const char *name, struct count *n)
{
	struct json_object *columns = js_arr(header, "columns");
	struct tsql_object *o = tsql_catalog_find(c, NULL, schema, name);
	const struct tsql_row *r = tsql_object_row(c, o);
	struct buf text = BUF_INIT;
	size_t i;

	if (!o || o->kind != TSQL_OBJ_VIEW)
		return;
	n->views++;
	for (i = 0; i < js_len(columns); i++) {
		struct json_object *col = json_object_array_get_idx(columns, i);
		const char *type = js_str_or(col, "type", "");

		n->columns++;
		if (i < r->n &&
		    !strcasecmp(r->v[i].name, js_str_or(col, "name", "")) &&
		    agrees(r->v[i].type, type))
			continue;
		n->wrong++;
		buf_reset(&text);
		if (i < r->n)
			tsql_type_print(r->v[i].type, &text);
		printf("# %s.%s.%s: header %s, derived %s %s\n", schema, name,
		    js_str_or(col, "name", ""), type,
		    i < r->n ? r->v[i].name : "-", buf_str(&text));
	}
	buf_release(&text);
}

static void each_rowset(
    struct tsql_catalog *c, const char *part, struct count *n)
{
	char path[200];
	struct tsql_object *o;
	struct jsonl_reader r;
	struct json_object *h;
	size_t i;

	for (i = 0; i < c->objects.nr; i++) {
		o = c->objects.items[i].value;
		if (!o || o->kind != TSQL_OBJ_VIEW)
			continue;
		snprintf(path, sizeof(path), ORACLE "/%s/rows/%s.%s.jsonl",
		    part, o->schema, o->name);
		if (!fs_exists(path) || jsonl_open(&r, path) < 0)
			continue;
		h = jsonl_next(&r);
		if (h)
			compare(c, h, o->schema, o->name, n);
		json_object_put(h);
		jsonl_close(&r);
	}
}

int main(void)
{
	static const char *const parts[] = {"a", "b", "c"};
	struct count n = {0};
	size_t i;

	if (!fs_exists(ORACLE)) {
		printf("1..0 # SKIP no oracle beside the tree\n");
		return 0;
	}
	for (i = 0; i < 3; i++) {
		struct tsql_catalog *c = tsql_catalog_new();
		struct arena a = ARENA_INIT;

		if (i == 2)
			add_script(c, &a, "b", "schema.sql");
		add_script(c, &a, parts[i], "schema.sql");
		add_script(c, &a, parts[i], "views.sql");
		each_rowset(c, parts[i], &n);
		arena_release(&a);
		tsql_catalog_free(c);
	}
	printf("# %zu views, %zu columns, %zu differ\n", n.views, n.columns,
	    n.wrong);
	test_ok(n.views > 200, "the views were found");
	test_ok(n.wrong * 50 < n.columns, "98 of 100 columns have its type");
	return test_done();
}
