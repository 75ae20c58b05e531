#include "common/alloc.h"
#include "common/jsonl.h"
#include "tsql/parse.h"

#include "ddl.h"

static void set_name(
    struct json_object *o, const char *key, const struct tsql_name *n)
{
	if (n->text)
		js_set(
		    o, key, json_object_new_string_len(n->text, (int)n->len));
}

static void set_text(struct json_object *o, const char *key,
    const struct place *at, const struct tsql_node *n)
{
	char *s = ddl_text(at, n->off, n->len);

	js_set_str(o, key, s);
	free(s);
}

static struct json_object *names_of(const struct tsql_name *v, uint32_t n)
{
	struct json_object *a = json_object_new_array();
	uint32_t i;

	for (i = 0; i < n; i++)
		json_object_array_add(
		    a, json_object_new_string_len(v[i].text, (int)v[i].len));
	return a;
}

static struct json_object *key_columns(const struct tsql_key_cols *k)
{
	struct json_object *a = json_object_new_array();
	uint32_t i;

	for (i = 0; i < k->n; i++)
		json_object_array_add(a,
		    json_object_new_string_len(
			k->v[i].name.text, (int)k->v[i].name.len));
	return a;
}

static void add_key(struct object *o, const struct tsql_constraint *c,
    const struct tsql_column_def *col)
{
	struct json_object *k = json_object_new_object();

	set_name(k, "name", &c->name);
	if (c->columns.n)
		js_set(k, "columns", key_columns(&c->columns));
	else if (col)
		js_set(k, "columns", names_of(&col->name, 1));
	else
		js_set(k, "columns", json_object_new_array());
	if (c->what == TSQL_PRIMARY_KEY) {
		/* A key's columns are NOT NULL even where it isn't said. */
		struct json_object *cols = js_arr(k, "columns");
		size_t i;

		js_set_bool(k, "clustered", c->clustered != 0);
		for (i = 0; i < js_len(cols); i++) {
			struct json_object *rec = object_column(o,
			    json_object_get_string(
				json_object_array_get_idx(cols, i)));

			if (rec)
				js_set_bool(rec, "nullable", false);
		}
		js_set(o->rec, "primary_key", k);
	} else {
		json_object_array_add(object_array(o, "unique_keys"), k);
	}
}

static void add_foreign_key(struct object *o, const struct tsql_constraint *c,
    const struct tsql_column_def *col)
{
	struct json_object *k = json_object_new_object();
	struct object_name to = object_name_of(c->references);
	char *id = xasprintf("%s.%s", to.schema, to.name);

	set_name(k, "name", &c->name);
	if (c->columns.n)
		js_set(k, "columns", key_columns(&c->columns));
	else if (col)
		js_set(k, "columns", names_of(&col->name, 1));
	js_set_str(k, "references", id);
	js_set(k, "referenced_columns",
	    names_of(c->ref_columns.v, c->ref_columns.n));
	json_object_array_add(object_array(o, "foreign_keys"), k);
	free(id);
	object_name_release(&to);
}

static void add_default(struct object *o, const struct place *at,
    const struct tsql_constraint *c, struct json_object *col)
{
	char *for_name;

	if (!col && c->for_column.text) {
		for_name = ddl_name(&c->for_column);
		col = object_column(o, for_name);
		if (!col) {
			struct tsql_pos pos =
			    tsql_line_col(at->module, c->h.off);

			findings_add(&o->findings, FINDING_UNRESOLVED_COLUMN,
			    pos.line, pos.column, "%s", for_name);
		}
		free(for_name);
	}
	if (col && c->expr)
		set_text(col, "default", at, &c->expr->h);
}

static void add_constraint(struct object *o, const struct place *at,
    const struct tsql_constraint *c, const struct tsql_column_def *def,
    struct json_object *col)
{
	struct json_object *k;

	switch (c->what) {
	case TSQL_PRIMARY_KEY:
	case TSQL_UNIQUE: add_key(o, c, def); break;
	case TSQL_FOREIGN_KEY:
		if (c->references)
			add_foreign_key(o, c, def);
		break;
	case TSQL_CHECK:
		if (!c->expr)
			break;
		k = json_object_new_object();
		set_name(k, "name", &c->name);
		set_text(k, "expression", at, &c->expr->h);
		json_object_array_add(object_array(o, "checks"), k);
		break;
	case TSQL_DEFAULT_CONSTRAINT: add_default(o, at, c, col); break;
	case TSQL_CONNECTION: break; /* graph edges: no dbt test says this */
	}
}

static void set_identity(struct json_object *rec, const struct place *at,
    const struct tsql_column_def *c)
{
	struct json_object *id = json_object_new_object();
	char *seed = c->seed ? ddl_text(at, c->seed->h.off, c->seed->h.len)
			     : xstrdup("1");
	char *inc = c->increment
	    ? ddl_text(at, c->increment->h.off, c->increment->h.len)
	    : xstrdup("1");

	js_set_int(id, "seed", strtoll(seed, NULL, 10));
	js_set_int(id, "increment", strtoll(inc, NULL, 10));
	js_set(rec, "identity", id);
	free(seed);
	free(inc);
}

static bool has_constraint(
    const struct tsql_column_def *c, enum tsql_constraint_kind what)
{
	uint32_t i;

	for (i = 0; i < c->constraints.n; i++) {
		if (c->constraints.v[i]->what == what)
			return true;
	}
	return false;
}

static struct json_object *column_record(
    const struct place *at, const struct tsql_column_def *c)
{
	struct json_object *rec = json_object_new_object();
	char *type = c->type ? ddl_type(c->type) : NULL;

	set_name(rec, "name", &c->name);
	if (!type && !c->computed)
		type = xstrdup("timestamp"); /* a column called timestamp */
	js_set_str(rec, "type", type);
	js_set_bool(rec, "nullable",
	    c->nullable != 0 && !c->identity &&
		!has_constraint(c, TSQL_PRIMARY_KEY));
	if (c->collation.text)
		set_name(rec, "collation", &c->collation);
	if (c->identity)
		set_identity(rec, at, c);
	if (c->computed) {
		set_text(rec, "computed", at, &c->computed->h);
		js_set_bool(rec, "persisted", c->persisted);
	}
	if (c->generated == 's' || c->generated == 'e')
		js_set_str(rec, "generated",
		    c->generated == 's' ? "row_start" : "row_end");
	free(type);
	return rec;
}

struct json_object *ddl_columns(
    const struct place *at, const struct tsql_table_def *def, struct object *o)
{
	struct json_object *a = json_object_new_array();
	uint32_t i, k;

	if (o)
		js_set(o->rec, "columns", json_object_get(a));
	for (i = 0; i < def->ncolumn; i++)
		json_object_array_add(a, column_record(at, def->column[i]));
	for (i = 0; o && i < def->ncolumn; i++) {
		const struct tsql_column_def *c = def->column[i];

		for (k = 0; k < c->constraints.n; k++)
			add_constraint(o, at, c->constraints.v[k], c,
			    json_object_array_get_idx(a, i));
	}
	return a;
}

static void add_index(
    struct object *o, const struct place *at, const struct tsql_index_def *x)
{
	struct json_object *rec = json_object_new_object();

	set_name(rec, "name", &x->name);
	js_set(rec, "columns", key_columns(&x->columns));
	js_set_bool(rec, "unique", x->unique);
	if (x->columnstore)
		js_set_bool(rec, "columnstore", true);
	if (x->include.n)
		js_set(rec, "include", names_of(x->include.v, x->include.n));
	if (x->filter)
		set_text(rec, "filter", at, &x->filter->h);
	json_object_array_add(object_array(o, "indexes"), rec);
}

static void add_table_parts(
    struct object *o, const struct place *at, const struct tsql_table_def *def)
{
	uint32_t i, k;

	for (i = 0; i < def->constraints.n; i++)
		add_constraint(o, at, def->constraints.v[i], NULL, NULL);
	for (i = 0; i < def->nindex; i++)
		add_index(o, at, def->index[i]);
	for (i = 0; i < def->ncolumn; i++) {
		for (k = 0; k < def->column[i]->indexes.n; k++)
			add_index(o, at,
			    (const struct tsql_index_def *)def->column[i]
				->indexes.v[k]);
	}
}

void ddl_create_table(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	struct object_name n = object_name_of(s->u.table.name);
	struct object *o;

	if (s->u.table.remote) {
		inventory_left_out(inv, "remote table");
		object_name_release(&n);
		return;
	}
	if (n.name[0] == '#') {
		inventory_left_out(inv, "temporary table of the script");
		object_name_release(&n);
		return;
	}
	o = inventory_add(inv, s->u.table.type ? "type" : "table", n.database,
	    n.schema, n.name);
	object_name_release(&n);
	if (s->u.table.type)
		js_set_str(o->rec, "base_type", "table");
	else
		js_set(o->rec, "row_count", NULL);
	if (s->u.table.external)
		js_set_str(o->rec, "options", "external");
	if (s->u.table.def) {
		json_object_put(ddl_columns(at, s->u.table.def, o));
		add_table_parts(o, at, s->u.table.def);
	}
	ddl_definition(o, at);
}

/* The table or view that DDL speaks of; a finding when there is none. */
static struct object *target_of(struct inventory *inv, const struct place *at,
    const struct tsql_objname *name)
{
	struct object_name n = object_name_of(name);
	struct object *o =
	    inventory_find(inv, NULL, n.database, n.schema, n.name);

	if (!o && n.name[0] != '#') {
		struct tsql_pos pos = tsql_line_col(at->module, name->h.off);

		findings_add(&inv->findings, FINDING_UNRESOLVED_OBJECT,
		    pos.line, pos.column, "%s.%s", n.schema, n.name);
	}
	object_name_release(&n);
	return o;
}

static void replace_column(
    struct object *o, const struct place *at, const struct tsql_column_def *c)
{
	char *name = ddl_name(&c->name);
	struct json_object *old = object_column(o, name);
	struct json_object *rec = column_record(at, c);

	if (old && c->type) {
		js_set(old, "type", json_object_get(js_get(rec, "type")));
		js_set_bool(old, "nullable", c->nullable != 0);
		if (c->collation.text)
			set_name(old, "collation", &c->collation);
	}
	json_object_put(rec);
	free(name);
}

static void remove_named(struct json_object *a, const char *name)
{
	size_t i;

	for (i = js_len(a); i-- > 0;) {
		struct json_object *e = json_object_array_get_idx(a, i);

		if (name_eq(js_str_or(e, "name", ""), name))
			json_object_array_del_idx(a, i, 1);
	}
}

static void drop_constraint(struct object *o, const char *name)
{
	struct json_object *pk = js_obj(o->rec, "primary_key");

	if (pk && name_eq(js_str_or(pk, "name", ""), name))
		json_object_object_del(o->rec, "primary_key");
	remove_named(js_arr(o->rec, "unique_keys"), name);
	remove_named(js_arr(o->rec, "foreign_keys"), name);
	remove_named(js_arr(o->rec, "checks"), name);
}

static void alter_drop(struct object *o, const struct tsql_alter_action *a)
{
	uint32_t i;

	for (i = 0; i < a->ndrop; i++) {
		char *name = ddl_name(&a->drop[i].name);

		if (a->drop[i].what == 'c')
			remove_named(js_arr(o->rec, "columns"), name);
		else if (a->drop[i].what == 'k')
			drop_constraint(o, name);
		free(name);
	}
}

static void alter_add(
    struct object *o, const struct place *at, const struct tsql_table_def *def)
{
	struct json_object *cols = object_array(o, "columns");
	uint32_t i, k;

	for (i = 0; i < def->ncolumn; i++) {
		const struct tsql_column_def *c = def->column[i];
		struct json_object *rec = column_record(at, c);

		json_object_array_add(cols, rec);
		for (k = 0; k < c->constraints.n; k++)
			add_constraint(o, at, c->constraints.v[k], c, rec);
	}
	add_table_parts(o, at, def);
}

void ddl_alter_table(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	const struct tsql_alter_action *a = s->u.alter_table.action;
	struct object *o = target_of(inv, at, s->u.alter_table.name);

	if (!o || !a)
		return;
	switch (a->what) {
	case TSQL_ALTER_ADD:
		if (a->table)
			alter_add(o, at, a->table);
		break;
	case TSQL_ALTER_COLUMN:
		if (a->column)
			replace_column(o, at, a->column);
		break;
	case TSQL_ALTER_DROP: alter_drop(o, a); break;
	default:
		/* CHECK CONSTRAINT and the like: no part of a record */
		inventory_left_out(inv, "alter table option");
		break;
	}
}

void ddl_create_index(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	struct object *o;

	if (!s->u.index->table || s->u.index->flavour.len) {
		inventory_left_out(inv, "index");
		return;
	}
	o = target_of(inv, at, s->u.index->table);
	if (o)
		add_index(o, at, s->u.index);
}
