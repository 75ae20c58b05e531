/* A model's yml, beside it. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/jinja.h"
#include "common/map.h"
#include "dbt/yml.h"
#include "gen.h"
#include "tsql/types.h"

static const char *element(struct json_object *array, size_t i)
{
	const char *s =
	    json_object_get_string(json_object_array_get_idx(array, i));

	return s ? s : "";
}

/*
 * What is known of the columns by their names: a table may have very many, each
 * with a test.
 */
struct known {
	struct map columns; /* -> struct json_object */
	struct map tests;   /* -> struct on_column */
};

struct on_column {
	struct json_object *test;
	struct on_column *next; /* in the record's order */
	struct on_column *last; /* of the first one: the list's end */
};

static void know_test(struct work *w, struct known *k, struct json_object *t)
{
	struct json_object *on = js_arr(t, "columns");
	struct on_column *c = ARENA_NEW(w->arena, struct on_column);
	struct map_entry *e;
	const char *name;

	if (js_len(on) != 1 || js_is(t, "test", "unique_combination") ||
	    js_is(t, "test", "expression"))
		return;
	name = element(on, 0);
	c->test = t;
	e = map_put(&k->tests, name, strlen(name));
	if (e->value) {
		struct on_column *first = e->value;

		first->last = first->last->next = c;
	} else {
		e->value = c->last = c;
	}
}

static void known_init(struct work *w, struct known *k)
{
	struct json_object *columns = js_arr(w->rec, "columns");
	struct json_object *tests = js_arr(w->rec, "tests");

	map_init(&k->columns, MAP_FOLD);
	map_init(&k->tests, MAP_FOLD);
	for (size_t i = 0; i < js_len(columns); i++) {
		struct json_object *c = json_object_array_get_idx(columns, i);
		const char *name = js_str_or(c, "name", "");
		struct map_entry *e = map_put(&k->columns, name, strlen(name));

		if (!e->value)
			e->value = c;
	}
	for (size_t i = 0; i < js_len(tests); i++)
		know_test(w, k, json_object_array_get_idx(tests, i));
}

static void known_release(struct known *k)
{
	map_release(&k->columns, NULL);
	map_release(&k->tests, NULL);
}

/* ---- generic tests ---- */

/*
 * Do values of the column compare without case or trailing blanks in SQL
 * Server? Then a test that compares bytes could fail where no key was broken.
 */
static bool is_folded(struct work *w, struct json_object *column)
{
	const char *type = js_str_or(column, "type", "");
	struct tsql_type t = tsql_type_parse(type, strlen(type));
	const char *name = js_str(column, "collation");
	const struct tsql_collation *c;

	if (!tsql_is_string(&t) || js_is(w->rec, "collation_policy", "leave"))
		return false;
	if (!name)
		name = js_str(w->rec, "collation");
	c = name ? tsql_collation_get(name, strlen(name))
		 : tsql_collation_default();
	return !(c && c->binary);
}

static void generic_test_file(struct work *w, const char *name)
{
	const char *from = arena_printf(w->arena, "tests/%s.sql", name);
	const char *to = arena_printf(w->arena, "tests/generic/%s.sql", name);

	work_share_file(w, from, to);
}

static void relationships(
    struct work *w, struct yml *y, struct json_object *t, bool folded)
{
	const char *name = folded ? "relationships_folded" : "relationships";
	struct buf b = BUF_INIT;

	if (folded)
		generic_test_file(w, name);
	yml_item(y);
	yml_open(y, name);
	yml_open(y, "arguments");
	buf_addf(&b, "ref('%s')", js_str_or(t, "to", ""));
	yml_str(y, "to", buf_str(&b));
	yml_source(y, "field", gen_ident(w, js_str_or(t, "field", "")));
	yml_close(y);
	yml_close(y);
	yml_close(y);
	buf_release(&b);
}

/* One value of accepted_values. dbt puts it between quotes as it is, so that
 * its own quotes have to be doubled here. */
static void value_item(struct yml *y, struct json_object *v)
{
	const char *s = json_object_get_string(v);
	struct buf doubled = BUF_INIT, b = BUF_INIT;

	for (; s && *s; s++)
		buf_adds(&doubled, *s == '\'' ? "''" : (char[]){*s, 0});
	jinja_defuse(&b, buf_str(&doubled), doubled.len);
	if (json_object_is_type(v, json_type_string))
		yml_item_str(y, buf_str(&b));
	else
		yml_item_raw(y, buf_str(&b));
	buf_release(&doubled);
	buf_release(&b);
}

static void accepted_values(
    struct work *w, struct yml *y, struct json_object *t, bool folded)
{
	struct json_object *values = js_arr(t, "values");
	const char *name =
	    folded ? "accepted_values_folded" : "accepted_values";
	bool quote = js_len(values) &&
	    json_object_is_type(
		json_object_array_get_idx(values, 0), json_type_string);

	if (folded)
		generic_test_file(w, name);
	yml_item(y);
	yml_open(y, name);
	yml_open(y, "arguments");
	yml_open(y, "values");
	for (size_t i = 0; i < js_len(values); i++)
		value_item(y, json_object_array_get_idx(values, i));
	yml_close(y);
	if (!quote)
		yml_bool(y, "quote", false);
	yml_close(y);
	yml_close(y);
	yml_close(y);
}

static void column_test(struct work *w, struct yml *y, struct json_object *t,
    struct json_object *column)
{
	bool folded = is_folded(w, column);

	if (js_is(t, "test", "relationships"))
		relationships(w, y, t, folded);
	else if (js_is(t, "test", "accepted_values"))
		accepted_values(w, y, t, folded);
	else if (js_is(t, "test", "unique") || js_is(t, "test", "not_null"))
		yml_item_str(y, js_str_or(t, "test", ""));
}

static void column_tests(struct work *w, struct yml *y, const struct known *k,
    const char *name, struct json_object *column)
{
	const struct on_column *t = map_get(&k->tests, name);

	if (!t)
		return;
	yml_open(y, "data_tests");
	for (; t; t = t->next)
		column_test(w, y, t->test, column);
	yml_close(y);
}

static void combination(struct work *w, struct yml *y, struct json_object *t)
{
	struct json_object *on = js_arr(t, "columns");

	generic_test_file(w, "unique_combination");
	yml_item(y);
	yml_open(y, "unique_combination");
	yml_open(y, "arguments");
	yml_open(y, "columns");
	for (size_t i = 0; i < js_len(on); i++)
		yml_item_str(y, gen_ident(w, element(on, i)));
	yml_close(y);
	yml_close(y);
	yml_close(y);
	yml_close(y);
}

static void model_tests(struct work *w, struct yml *y)
{
	struct json_object *tests = js_arr(w->rec, "tests");
	bool open = w->assumed && w->claim != CLAIM_MANUAL;

	if (open) {
		yml_open(y, "data_tests");
		assume_tests(w, y);
	}
	for (size_t i = 0; i < js_len(tests); i++) {
		struct json_object *t = json_object_array_get_idx(tests, i);

		if (!js_is(t, "test", "unique_combination"))
			continue;
		if (!open)
			yml_open(y, "data_tests");
		open = true;
		combination(w, y, t);
	}
	if (open)
		yml_close(y);
}

/* ---- the model ---- */

static void columns(struct work *w, struct yml *y)
{
	struct known known;

	if (!w->ncolumn)
		return;
	known_init(w, &known);
	yml_open(y, "columns");
	for (size_t i = 0; i < w->ncolumn; i++) {
		const struct out_column *c = w->column + i;
		struct json_object *k = map_get(&known.columns, c->name);
		const char *description = js_str(k, "description");

		yml_item(y);
		yml_source(y, "name", c->name);
		if (description)
			yml_source(y, "description", description);
		if (c->type)
			yml_source(y, "data_type", c->type);
		if (gen_ident_quoted(w, c->name))
			yml_bool(y, "quote", true);
		column_tests(w, y, &known, c->name, k);
		yml_close(y);
	}
	yml_close(y);
	known_release(&known);
}

/* A contract needs every column's type; what isn't built can't have one. */
static bool has_contract(struct work *w)
{
	if (!js_is(w->rec, "layer", "marts") || !w->ncolumn ||
	    !js_is(w->rec, "materialized", "table") || w->claim == CLAIM_MANUAL)
		return false;
	for (size_t i = 0; i < w->ncolumn; i++)
		if (!w->column[i].type)
			return false;
	return true;
}

static void config(struct work *w, struct yml *y)
{
	yml_open(y, "config");
	if (has_contract(w)) {
		yml_open(y, "contract");
		yml_bool(y, "enforced", true);
		yml_close(y);
	}
	yml_open(y, "meta");
	yml_open(y, "mig");
	yml_source(y, "object", js_str_or(w->rec, "object", ""));
	yml_str(y, "kind", js_str_or(w->rec, "object_kind", ""));
	yml_str(y, "hash", w->hash);
	yml_str(y, "engine", "rules");
	yml_str(y, "claim", claim_name(w->claim));
	yml_str(y, "version", MIG_VERSION);
	yml_close(y);
	yml_close(y);
	yml_close(y);
}

static const char *description(struct work *w)
{
	const char *said = js_str(w->rec, "description");
	const char *kind = js_str_or(w->rec, "object_kind", "object");

	if (said && *said)
		return said;
	return arena_printf(w->arena, "The %s %s of the source database.", kind,
	    js_str_or(w->rec, "object", ""));
}

/* A model without columns in sight still describes those that are planned. */
static void planned_columns(struct work *w)
{
	struct json_object *planned = js_arr(w->rec, "columns");

	if (w->ncolumn)
		return;
	w->ncolumn = js_len(planned);
	w->column = arena_alloc(w->arena, w->ncolumn * sizeof(*w->column) + 1);
	for (size_t i = 0; i < w->ncolumn; i++)
		w->column[i].name = js_str_or(
		    json_object_array_get_idx(planned, i), "name", "");
}

void model_yml(struct work *w, const struct buf *unit_tests)
{
	const char *path = w->path;
	size_t len = strlen(path);
	struct buf b = BUF_INIT;
	struct yml y = {&b, 0, false};

	if (len > 4 && !strcmp(path + len - 4, ".sql"))
		len -= 4;
	planned_columns(w);
	yml_int(&y, "version", 2);
	buf_addc(&b, '\n');
	yml_open(&y, "models");
	yml_item(&y);
	yml_source(&y, "name", js_str_or(w->rec, "name", ""));
	yml_source(&y, "description", description(w));
	config(w, &y);
	columns(w, &y);
	model_tests(w, &y);
	if (unit_tests->len) {
		buf_addc(&b, '\n');
		buf_add(&b, unit_tests->s, unit_tests->len);
	}
	work_file(w, arena_printf(w->arena, "%.*s.yml", (int)len, path), &b);
	buf_release(&b);
}
