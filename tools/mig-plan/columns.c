/* What records say of columns, keys, checks and parameters, as the model
 * records show it. */
#include "common/alloc.h"
#include "common/buf.h"
#include "common/mig.h"
#include "plan.h"
#include "tsql/parse.h"

static struct json_object *column_json(const struct tsql_column *c)
{
	struct json_object *o = json_object_new_object();
	struct buf type = BUF_INIT;

	if (c->type)
		tsql_type_print_base(c->type, &type);
	js_set_str(o, "name", c->name);
	js_set_str(o, "type", type.len ? buf_str(&type) : NULL);
	js_set_bool(o, "nullable", !c->type || c->type->nullable);
	if (c->type && c->type->collation)
		js_set_str(o, "collation", c->type->collation->name);
	buf_release(&type);
	return o;
}

static bool has_types(struct json_object *columns)
{
	size_t i;

	for (i = 0; i < js_len(columns); i++) {
		if (!js_str(json_object_array_get_idx(columns, i), "type"))
			return false;
	}
	return js_len(columns) > 0;
}

/* A copy of a record's column, its type a base type, its description kept. */
static struct json_object *recorded_column(
    struct json_object *c, const struct tsql_row *row, size_t i)
{
	const struct tsql_type *type =
	    row && i < row->n ? row->v[i].type : NULL;
	struct json_object *copy = NULL;
	struct buf b = BUF_INIT;

	if (!type || !type->user)
		return json_object_get(c);
	if (json_object_deep_copy(c, &copy, NULL) < 0)
		die("out of memory");
	tsql_type_print_base(type, &b);
	js_set_str(copy, "type", buf_str(&b));
	buf_release(&b);
	return copy;
}

struct json_object *object_columns(struct plan *p, struct object *o)
{
	struct json_object *columns = js_arr(o->record, "columns"), *a;
	const struct tsql_row *row = NULL;
	size_t i;

	if (o->missing)
		return o->named ? json_object_get(o->named)
				: json_object_new_array();
	if (o->kind != OBJECT_TABLE && o->kind != OBJECT_VIEW &&
	    o->kind != OBJECT_FUNCTION && o->kind != OBJECT_TYPE)
		return NULL;
	if (o->cat)
		row = tsql_object_row(p->catalog, o->cat);
	a = json_object_new_array();
	if (has_types(columns)) {
		for (i = 0; i < js_len(columns); i++)
			json_object_array_add(a,
			    recorded_column(
				json_object_array_get_idx(columns, i), row, i));
	} else {
		for (i = 0; row && i < row->n; i++)
			json_object_array_add(a, column_json(&row->v[i]));
	}
	return a;
}

struct json_object *object_keys(struct object *o)
{
	struct json_object *a = json_object_new_array(), *c;
	struct json_object *unique = js_arr(o->record, "unique_keys");
	size_t i;

	c = js_arr(js_obj(o->record, "primary_key"), "columns");
	if (js_len(c))
		json_object_array_add(a, json_object_get(c));
	for (i = 0; i < js_len(unique); i++) {
		c = js_arr(json_object_array_get_idx(unique, i), "columns");
		if (js_len(c))
			json_object_array_add(a, json_object_get(c));
	}
	return a;
}

/* ---- tests ---- */

static struct json_object *new_test(const char *what)
{
	struct json_object *t = json_object_new_object();

	js_set_str(t, "test", what);
	return t;
}

static struct json_object *one_column(const char *name)
{
	struct json_object *a = json_object_new_array();

	js_push_str(a, name);
	return a;
}

static const char *nth(struct json_object *a, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(a, i));
}

static void key_tests(
    struct json_object *tests, struct json_object *key, bool primary)
{
	struct json_object *t;
	size_t i;

	for (i = 0; primary && i < js_len(key); i++) {
		t = new_test("not_null");
		js_set(t, "columns", one_column(nth(key, i)));
		json_object_array_add(tests, t);
	}
	if (!js_len(key))
		return;
	t = new_test(js_len(key) == 1 ? "unique" : "unique_combination");
	js_set(t, "columns", json_object_get(key));
	json_object_array_add(tests, t);
}

/* Would the warehouse see two texts as different that SQL Server doesn't? */
static bool compares_loosely(
    struct plan *p, struct object *o, const char *column)
{
	const struct tsql_row *row;
	const struct tsql_column *c;
	const struct tsql_collation *coll;
	bool several;

	if (!o->cat)
		return false;
	row = tsql_object_row(p->catalog, o->cat);
	c = tsql_row_find(row, column, strlen(column), &several);
	if (!c || !c->type || !tsql_is_string(c->type))
		return false;
	coll = c->type->collation ? c->type->collation
	    : o->collation
	    ? tsql_collation_get(o->collation, strlen(o->collation))
	    : p->catalog->collation;
	return !coll || !coll->binary;
}

static void foreign_key_test(struct plan *p, struct model *m,
    struct json_object *tests, struct json_object *fk)
{
	struct json_object *columns = js_arr(fk, "columns");
	struct json_object *refs = js_arr(fk, "referenced_columns");
	const char *to = js_str(fk, "references");
	struct object *other =
	    to ? plan_known(p, m->object->database, to) : NULL;
	struct json_object *t;

	if (js_len(columns) != 1 || js_len(refs) != 1 || !other ||
	    !other->model || js_bool(fk, "disabled", false) ||
	    js_bool(fk, "not_trusted", false))
		return;
	if (compares_loosely(p, m->target, nth(columns, 0))) {
		findings_add(&m->findings, FINDING_TEXT_RELATIONSHIP, 0, 0,
		    "%s", nth(columns, 0));
		return;
	}
	t = new_test("relationships");
	js_set(t, "columns", json_object_get(columns));
	js_set_str(t, "to", other->model->name);
	js_set_str(t, "field", nth(refs, 0));
	json_object_array_add(tests, t);
}

struct columns_found {
	struct json_object *names;
};

static bool collect_column(void *ctx, const struct tsql_node *n)
{
	struct columns_found *f = ctx;
	const struct tsql_expr *e = (const void *)n;
	const struct tsql_name *name;
	char *s;
	size_t i;

	if (n->kind != TSQL_E_COLUMN || !e->nparts)
		return true;
	name = &e->u.name.part[e->nparts - 1];
	s = xmemdupz(name->text, name->len);
	for (i = 0; i < js_len(f->names); i++) {
		if (strcmp(nth(f->names, i), s) == 0)
			break;
	}
	if (i == js_len(f->names))
		js_push_str(f->names, s);
	free(s);
	return true;
}

static void check_test(struct json_object *tests, struct json_object *check)
{
	const char *text = js_str(check, "expression");
	struct columns_found found = {json_object_new_array()};
	struct arena a = ARENA_INIT;
	struct tsql_expr *e = NULL;
	struct json_object *t;

	if (text && !js_bool(check, "disabled", false))
		e = tsql_parse_expr(&a, text, strlen(text), NULL);
	if (e)
		tsql_walk(&e->h, collect_column, NULL, &found);
	if (e && js_len(found.names)) {
		t = new_test("expression");
		js_set(t, "columns", found.names);
		js_set_str(t, "expression", text);
		if (js_str(check, "name"))
			js_set_str(t, "name", js_str(check, "name"));
		json_object_array_add(tests, t);
	} else {
		json_object_put(found.names);
	}
	arena_release(&a);
}

struct json_object *model_tests(struct plan *p, struct model *m)
{
	struct json_object *tests = json_object_new_array(), *a;
	struct json_object *record = m->target ? m->target->record : NULL;
	size_t i;

	if (!record)
		return tests;
	key_tests(
	    tests, js_arr(js_obj(record, "primary_key"), "columns"), true);
	a = js_arr(record, "unique_keys");
	for (i = 0; i < js_len(a); i++)
		key_tests(tests,
		    js_arr(json_object_array_get_idx(a, i), "columns"), false);
	a = js_arr(record, "foreign_keys");
	for (i = 0; i < js_len(a); i++)
		foreign_key_test(p, m, tests, json_object_array_get_idx(a, i));
	a = js_arr(record, "checks");
	for (i = 0; i < js_len(a); i++)
		check_test(tests, json_object_array_get_idx(a, i));
	return tests;
}

/* ---- parameters ---- */

/* A default as the catalogue prints it: 'text', N'text', 12, -1.5, NULL. */
static struct json_object *default_value(const char *text)
{
	struct arena a = ARENA_INIT;
	struct tsql_expr *e, *inner;
	struct json_object *v = NULL;
	struct buf b = BUF_INIT;

	e = text ? tsql_parse_expr(&a, text, strlen(text), NULL) : NULL;
	inner = e && e->h.kind == TSQL_E_UNARY ? e->u.unary.e : e;
	if (!e)
		goto out;
	if (inner != e && e->op == TSQL_OP_SUB)
		buf_addc(&b, '-');
	switch (inner->h.kind) {
	case TSQL_E_STRING:
		v = json_object_new_string_len(
		    inner->u.lit.text, (int)inner->u.lit.len);
		break;
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_FLOAT:
		buf_add(&b, inner->u.lit.text, inner->u.lit.len);
		v = json_tokener_parse(buf_str(&b));
		if (!v)
			v = json_object_new_string(buf_str(&b));
		break;
	default: break;
	}
out:
	buf_release(&b);
	arena_release(&a);
	return v;
}

struct json_object *model_vars(struct model *m)
{
	struct json_object *params = js_arr(m->object->record, "parameters");
	struct json_object *vars = NULL;
	size_t i;

	for (i = 0; i < js_len(params); i++) {
		struct json_object *pa = json_object_array_get_idx(params, i);
		const char *name = js_str_or(pa, "name", "@");

		if (js_bool(pa, "output", false) || !name[0] || !name[1])
			continue;
		if (!vars)
			vars = json_object_new_object();
		js_set(vars, name + (name[0] == '@'),
		    default_value(js_str(pa, "default")));
		if (!js_str(pa, "default"))
			findings_add(
			    &m->findings, FINDING_NO_DEFAULT, 0, 0, "%s", name);
	}
	return vars;
}

static void add_once(struct json_object **list, const char *name)
{
	size_t i;

	for (i = 0; i < js_len(*list); i++) {
		if (strcmp(json_object_get_string(
			       json_object_array_get_idx(*list, i)),
			name) == 0)
			return;
	}
	if (!*list)
		*list = json_object_new_array();
	js_push_str(*list, name);
}

struct json_object *model_requires(
    struct plan *p, struct model *m, struct json_object *depends)
{
	struct json_object *list = NULL, *a;
	size_t i, k;

	a = m->object->kind == OBJECT_PROCEDURE
	    ? js_arr(m->object->record, "parameters")
	    : NULL;
	for (i = 0; i < js_len(a); i++) {
		struct json_object *pa = json_object_array_get_idx(a, i);
		const char *name = js_str_or(pa, "name", "@");

		if (name[0] == '@' && name[1] && !js_str(pa, "default") &&
		    !js_bool(pa, "output", false))
			add_once(&list, name + 1);
	}
	for (i = 0; i < js_len(depends); i++) {
		a = map_get(&p->required,
		    json_object_get_string(
			json_object_array_get_idx(depends, i)));
		for (k = 0; k < js_len(a); k++)
			add_once(&list,
			    json_object_get_string(
				json_object_array_get_idx(a, k)));
	}
	if (list)
		map_set(&p->required, m->name, json_object_get(list));
	return list;
}
