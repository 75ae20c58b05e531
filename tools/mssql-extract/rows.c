#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "tsql/parse.h"

#include "rows.h"
#include "value.h"

struct table_rows {
	FILE *body; /* an unlinked temporary file: rows may be many */
	size_t nr;
	int64_t next_identity;
	bool partial;
};

void rows_init(struct rows *r, const char *dir)
{
	memset(r, 0, sizeof(*r));
	r->dir = dir;
	map_init(&r->tables, MAP_FOLD);
}

static void not_constant(struct object *o, struct table_rows *t,
    const struct place *at, const struct tsql_node *n)
{
	struct tsql_pos pos = tsql_line_col(at->module, n->off);

	if (!t->partial)
		findings_add(&o->findings, FINDING_ROWS_NOT_CONSTANT, pos.line,
		    pos.column, "%s", o->id);
	t->partial = true;
}

/* Which value of a row each column takes: its index, or -1 for none. */
static int *column_map(struct object *o, const struct tsql_exprs *listed,
    size_t ncol, size_t width)
{
	struct json_object *cols = js_arr(o->rec, "columns");
	int *map = xcalloc(ncol + 1, sizeof(*map));
	size_t i;
	uint32_t k;
	int next = 0;

	for (i = 0; i < ncol; i++) {
		struct json_object *c = json_object_array_get_idx(cols, i);
		const char *name = js_str_or(c, "name", "");

		map[i] = -1;
		if (!listed->n) {
			/* all columns but identity and computed, in order */
			if (!js_get(c, "computed") && !js_get(c, "identity"))
				map[i] = next++;
			continue;
		}
		for (k = 0; k < listed->n; k++) {
			const struct tsql_expr *e = listed->v[k];
			char *s;

			if (e->h.kind != TSQL_E_COLUMN)
				continue;
			s = ddl_name(&e->u.name.part[e->nparts - 1]);
			if (name_eq(s, name))
				map[i] = (int)k;
			free(s);
		}
	}
	if (!listed->n && (size_t)next != width) {
		/* SET IDENTITY_INSERT needs a list; a count that doesn't fit
		 * is an error of the script */
		free(map);
		return NULL;
	}
	return map;
}

static int add_default(
    struct buf *b, struct json_object *col, const struct tsql_type *type)
{
	const char *text = js_str(col, "default");
	struct arena a = ARENA_INIT;
	struct tsql_expr *e;
	int ret = 0;

	if (!text) {
		buf_adds(b, "null");
		return 0;
	}
	e = tsql_parse_expr(&a, text, strlen(text), NULL);
	ret = e ? value_json(b, e, type) : -1;
	arena_release(&a);
	return ret;
}

/* The type that a column's values have: an alias type's base. */
static const char *base_type(struct inventory *inv, struct json_object *col)
{
	const char *type = js_str_or(col, "type", "");
	const char *dot = strchr(type, '.');
	struct object *alias;
	char *schema;

	if (!dot)
		return type;
	schema = xmemdupz(type, (size_t)(dot - type));
	alias = inventory_find(inv, "type", NULL, schema, dot + 1);
	free(schema);
	return alias ? js_str_or(alias->rec, "base_type", type) : type;
}

static int add_cell(struct inventory *inv, struct buf *b, struct table_rows *t,
    struct json_object *col, const struct tsql_expr *value)
{
	const char *type_text = base_type(inv, col);
	struct tsql_type type = tsql_type_parse(type_text, strlen(type_text));
	struct json_object *id = js_obj(col, "identity");
	size_t start = b->len;

	if (value && value->h.kind == TSQL_E_DEFAULT)
		value = NULL;
	if (!value && id) {
		buf_addf(b, "%" PRId64, t->next_identity);
		t->next_identity += js_int(id, "increment", 1);
		return 0;
	}
	if (!value)
		return add_default(b, col, &type);
	if (value_json(b, value, &type) < 0)
		return -1;
	if (id) /* IDENTITY_INSERT: the next one goes on behind it */
		t->next_identity = strtoll(b->s + start, NULL, 10) +
		    js_int(id, "increment", 1);
	return 0;
}

static int add_row(struct inventory *inv, struct buf *b, struct table_rows *t,
    struct object *o, const int *map, struct tsql_expr *const *values)
{
	struct json_object *cols = js_arr(o->rec, "columns");
	size_t i;
	bool first = true;

	buf_addc(b, '[');
	for (i = 0; i < js_len(cols); i++) {
		struct json_object *c = json_object_array_get_idx(cols, i);

		if (js_get(c, "computed"))
			continue;
		if (!first)
			buf_adds(b, ", ");
		first = false;
		if (add_cell(inv, b, t, c, map[i] < 0 ? NULL : values[map[i]]) <
		    0)
			return -1;
	}
	buf_adds(b, "]\n");
	return 0;
}

static struct table_rows *table_of(struct rows *r, struct object *o)
{
	char *key = xasprintf("%s\1%s", o->database ? o->database : "", o->id);
	struct map_entry *e = map_put(&r->tables, key, strlen(key));
	struct json_object *cols = js_arr(o->rec, "columns");
	struct table_rows *t = e->value;
	size_t i;

	free(key);
	if (t)
		return t;
	t = e->value = xcalloc(1, sizeof(*t));
	t->body = tmpfile();
	if (!t->body)
		die("temporary file: %s", strerror(errno));
	for (i = 0; i < js_len(cols); i++) {
		struct json_object *id =
		    js_obj(json_object_array_get_idx(cols, i), "identity");

		if (id)
			t->next_identity = js_int(id, "seed", 1);
	}
	return t;
}

/* One row of values: from VALUES, or a SELECT without FROM. */
static void insert_row(struct inventory *inv, struct table_rows *t,
    struct object *o, const struct place *at, const struct tsql_exprs *listed,
    struct tsql_expr *const *values, uint32_t n, const struct tsql_node *node)
{
	size_t ncol = js_len(js_arr(o->rec, "columns"));
	int *map = NULL;
	struct buf b = BUF_INIT;

	if (!listed->n || listed->n == n)
		map = column_map(o, listed, ncol, n);
	if (!map || add_row(inv, &b, t, o, map, values) < 0) {
		not_constant(o, t, at, node);
	} else {
		fwrite(b.s, 1, b.len, t->body);
		t->nr++;
	}
	free(map);
	buf_release(&b);
}

static void insert_select(struct inventory *inv, struct table_rows *t,
    struct object *o, const struct place *at, const struct tsql_exprs *listed,
    const struct tsql_query *q)
{
	const struct tsql_items *items = &q->u.select.items;
	struct tsql_expr **values;
	uint32_t i;

	if (q->u.select.from.n || q->u.select.where || !items->n) {
		not_constant(o, t, at, &q->h);
		return;
	}
	values = xcalloc(items->n, sizeof(*values));
	for (i = 0; i < items->n; i++)
		values[i] = items->v[i]->expr;
	insert_row(inv, t, o, at, listed, values, items->n, &q->h);
	free(values);
}

/* INSERT … SELECT 1, 'a' UNION ALL SELECT 2, 'b' …: the chain leans left, so
 * the parts are gathered from its right end. */
static void insert_query(struct inventory *inv, struct table_rows *t,
    struct object *o, const struct place *at, const struct tsql_exprs *listed,
    const struct tsql_query *q)
{
	const struct tsql_query **parts = NULL;
	size_t nr = 0, cap = 0;
	uint32_t i;

	for (; q->h.kind == TSQL_Q_SETOP && q->setop == TSQL_SET_UNION &&
	     (q->h.flags & TSQL_ALL);
	     q = q->u.set.l) {
		GROW(parts, nr, cap);
		parts[nr++] = q->u.set.r;
	}
	GROW(parts, nr, cap);
	parts[nr++] = q;
	while (nr--) {
		q = parts[nr];
		if (q->h.kind == TSQL_Q_VALUES) {
			for (i = 0; i < q->u.values.nrow; i++)
				insert_row(inv, t, o, at, listed,
				    q->u.values.row[i].v, q->u.values.row[i].n,
				    &q->h);
		} else if (q->h.kind == TSQL_Q_SELECT) {
			insert_select(inv, t, o, at, listed, q);
		} else {
			not_constant(o, t, at, &q->h);
		}
	}
	free(parts);
}

void rows_insert(struct rows *r, struct inventory *inv, const struct place *at,
    const struct tsql_stmt *s)
{
	const struct tsql_from *target = s->u.insert.target;
	struct object_name n;
	struct object *o;
	struct table_rows *t;

	if (!target || target->h.kind != TSQL_T_NAME)
		return;
	n = object_name_of(target->u.name.name);
	o = inventory_find(inv, "table", n.database, n.schema, n.name);
	if (!o && n.name[0] != '#')
		findings_add(&inv->findings, FINDING_UNRESOLVED_OBJECT, s->line,
		    1, "%s.%s", n.schema, n.name);
	object_name_release(&n);
	if (!o)
		return;
	t = table_of(r, o);
	if (s->u.insert.query && !s->u.insert.with)
		insert_query(
		    inv, t, o, at, &s->u.insert.columns, s->u.insert.query);
	else
		not_constant(o, t, at, &s->h);
}

static void write_header(
    struct inventory *inv, struct buf *b, struct object *o, size_t nr)
{
	struct json_object *cols = js_arr(o->rec, "columns");
	struct json_object *h = json_object_new_object();
	struct json_object *hc = json_object_new_array();
	size_t i;

	js_set_str(h, "kind", "rowset");
	js_set_str(h, "object", o->id);
	if (inventory_database_of(inv, o))
		js_set_str(h, "database", inventory_database_of(inv, o));
	for (i = 0; i < js_len(cols); i++) {
		struct json_object *c = json_object_array_get_idx(cols, i);
		struct json_object *e = json_object_new_object();

		if (js_get(c, "computed")) {
			json_object_put(e);
			continue;
		}
		js_set_str(e, "name", js_str(c, "name"));
		js_set_str(e, "type", base_type(inv, c));
		js_set_bool(e, "nullable", js_bool(c, "nullable", true));
		json_object_array_add(hc, e);
	}
	js_set(h, "columns", hc);
	js_set_int(h, "rows", (int64_t)nr);
	js_set_str(h, "engine", "script");
	js_set_str(h, "query", "INSERT");
	buf_adds(b,
	    json_object_to_json_string_ext(
		h, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(b, '\n');
	json_object_put(h);
}

/* Header and rows to a temporary name, then the rename. */
static int copy_out(const char *path, const struct buf *header, FILE *body)
{
	char *tmp = xasprintf("%s.new", path);
	char chunk[65536];
	FILE *f;
	size_t n;
	int bad;

	if (fs_mkdirs_for(path) < 0 || !(f = fopen(tmp, "w"))) {
		error("%s: %s", tmp, strerror(errno));
		free(tmp);
		return -1;
	}
	fwrite(header->s, 1, header->len, f);
	rewind(body);
	while ((n = fread(chunk, 1, sizeof(chunk), body)) > 0)
		fwrite(chunk, 1, n, f);
	bad = ferror(f) || ferror(body);
	bad |= fclose(f) != 0;
	if (bad || rename(tmp, path) < 0) {
		error("%s: %s", path, strerror(errno));
		unlink(tmp);
		free(tmp);
		return -1;
	}
	free(tmp);
	return 0;
}

/* One for each database when there are several. */
static char *folder_of(
    const struct rows *r, const struct inventory *inv, const struct object *o)
{
	const char *database = inventory_database_of(inv, o);
	char *name, *folder;

	if (!r->several || !database)
		return xstrdup(r->dir);
	name = fs_safe_name(database);
	folder = xasprintf("%s/%s", r->dir, name);
	free(name);
	return folder;
}

static int write_table(struct rows *r, struct inventory *inv, struct object *o,
    struct table_rows *t)
{
	struct buf header = BUF_INIT;
	char *schema = fs_safe_name(o->schema), *name = fs_safe_name(o->name);
	char *folder = folder_of(r, inv, o);
	char *path = xasprintf("%s/%s.%s.jsonl", folder, schema, name);
	int ret;

	write_header(inv, &header, o, t->nr);
	ret = copy_out(path, &header, t->body);
	js_set_int(o->rec, "row_count", (int64_t)t->nr);
	buf_release(&header);
	free(schema);
	free(name);
	free(folder);
	free(path);
	return ret;
}

int rows_finish(struct rows *r, struct inventory *inv)
{
	size_t i;
	int ret = 0;

	r->several = inventory_is_several(inv);
	for (i = 0; i < inv->objects.nr; i++) {
		struct object *o = inv->objects.items[i].value;
		struct table_rows *t;

		if (!o || o->gone || strcmp(o->kind, "table") != 0)
			continue;
		t = table_of(r, o); /* a table without INSERTs is empty */
		if (!t->partial && write_table(r, inv, o, t) < 0)
			ret = -1;
	}
	for (i = 0; i < r->tables.nr; i++) {
		struct table_rows *t = r->tables.items[i].value;

		fclose(t->body);
		free(t);
	}
	map_release(&r->tables, NULL);
	return ret;
}
