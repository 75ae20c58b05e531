/* What a model takes for granted of the text of its inputs: a data test. */
#include <string.h>
#include <strings.h>

#include "gen.h"
#include "tsql/emit.h"

static void add(struct work *w, struct json_object *input, const char *column,
    enum emit_assumption what)
{
	struct json_object *relation = js_obj(input, "relation");
	const char *text = relation_jinja(w, relation);
	struct assumed *a;

	if (what == EMIT_ASSUME_BYTES) /* the same to look for */
		what = EMIT_ASSUME_UNITS;
	/* The last run's rows come from the other inputs. */
	if (!text || strlen(text) < 7 || js_is(input, "role", "target"))
		return;
	for (a = w->assumed; a; a = a->next)
		if (a->input == input && !strcasecmp(a->column, column)) {
			if (what > a->what)
				a->what = what;
			return;
		}
	a = ARENA_NEW(w->arena, struct assumed);
	a->input = input;
	a->relation = arena_strndup(w->arena, text + 3, strlen(text) - 6);
	a->column = column;
	a->what = what;
	if (w->assumed)
		w->assumed_last->next = a;
	else
		w->assumed = a;
	w->assumed_last = a;
}

/* Where the text comes from can't be told: any of it. */
static void add_all(struct work *w, enum emit_assumption what)
{
	struct json_object *inputs = js_arr(w->rec, "inputs");

	for (size_t i = 0; i < js_len(inputs); i++) {
		struct json_object *in = json_object_array_get_idx(inputs, i);
		struct json_object *columns = js_arr(in, "columns");

		for (size_t j = 0; j < js_len(columns); j++) {
			struct json_object *c =
			    json_object_array_get_idx(columns, j);
			const char *type = js_str_or(c, "type", "");
			struct tsql_type t =
			    tsql_type_parse(type, strlen(type));

			if (tsql_is_unicode(&t))
				add(w, in, js_str_or(c, "name", ""), what);
		}
	}
}

void assume_take(struct work *w, const struct emit_result *r)
{
	for (size_t i = 0; i < r->nassumed; i++) {
		const struct emit_assumed *a = r->assumed + i;

		if (a->object && a->object->data)
			add(w, a->object->data,
			    arena_strndup(
				w->arena, a->column->name, a->column->len),
			    a->what);
		else
			add_all(w, a->what);
	}
}

/* One test for the columns of an input of which the same is assumed. */
static void write_test(struct work *w, struct yml *y, struct assumed *first)
{
	yml_item(y);
	yml_open(y, "plain_text");
	yml_open(y, "arguments");
	yml_str(y, "text_of", first->relation);
	yml_open(y, "columns");
	for (struct assumed *a = first; a; a = a->next) {
		if (a->input != first->input || a->what != first->what)
			continue;
		yml_item_str(y, gen_ident(w, a->column));
		a->written = true;
	}
	yml_close(y);
	if (first->what >= EMIT_ASSUME_FORMS)
		yml_bool(y, "forms", true);
	if (first->what >= EMIT_ASSUME_LETTERS)
		yml_bool(y, "ligatures", true);
	yml_close(y);
	yml_close(y);
	yml_close(y);
}

void assume_tests(struct work *w, struct yml *y)
{
	if (!w->assumed || w->claim == CLAIM_MANUAL)
		return;
	work_share_file(
	    w, "tests/plain_text.sql", "tests/generic/plain_text.sql");
	for (struct assumed *a = w->assumed; a; a = a->next)
		if (!a->written)
			write_test(w, y, a);
}
