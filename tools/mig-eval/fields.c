#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "eval.h"

/* The absolute tolerance given for a column, by name or "*"; -1: none. */
static double tolerance_of(const struct eval *e, const char *name)
{
	double found = -1;
	size_t i;

	for (i = 0; i < e->tolerances.nr; i++) {
		const char *item = e->tolerances.items[i];
		const char *eq = strrchr(item, '=');
		char *key = xmemdupz(item, (size_t)(eq - item));

		if (strcmp(key, "*") == 0 ? found < 0 : name_eq(key, name))
			found = strtod(eq + 1, NULL);
		free(key);
	}
	return found;
}

int check_tolerances(const struct eval *e)
{
	size_t i;

	for (i = 0; i < e->tolerances.nr; i++) {
		const char *item = e->tolerances.items[i];
		const char *eq = strrchr(item, '=');
		char *end = NULL;

		if (!eq || eq == item || !(strtod(eq + 1, &end) >= 0) ||
		    end == eq + 1 || *end) {
			error("--tolerance %s: not COLUMN=NUMBER", item);
			return -1;
		}
	}
	return 0;
}

static void set_tolerance(
    const struct eval *e, struct field *f, const struct row_type *type)
{
	double abs_ = tolerance_of(e, f->name);
	bool is_float = f->class == CLASS_FLOAT;

	if (!is_float &&
	    (abs_ < 0 ||
		(f->class != CLASS_INTEGER && f->class != CLASS_DECIMAL)))
		return;
	f->approx = true;
	f->abs = abs_ > 0 ? abs_ : 0;
	if (is_float)
		f->rel = strcmp(type->base, "real") == 0
		    ? 1e-6
		    : pow(10, -(double)e->float_digits);
}

/* -- columns -------------------------------------------------------------- */

static bool is_text_type(const char *type)
{
	static const char *const names[] = {"char", "text", "string", "json",
	    "xml", "uuid", "name", "enum", "variant"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strstr(type, names[i]))
			return true;
	}
	return false;
}

/* Text where a number or date is expected, or the reverse. */
static bool other_type(
    const struct eval *e, const struct row_type *type, const char *actual)
{
	char *wanted;
	bool differ;

	if (strcmp(type->base, "sql_variant") == 0 || !*actual)
		return false;
	wanted = row_type_target(e->dialect, type);
	differ = wanted && is_text_type(wanted) != is_text_type(actual);
	free(wanted);
	return differ;
}

static void lacking(struct job *j, const char *name, const char *verdict)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "name", name);
	js_set_str(o, "verdict", verdict);
	json_object_array_add(j->columns, o);
	j->only_one_side++;
}

static struct field *find_field(struct field *fields, size_t nr, const char *s)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (name_eq(fields[i].name, s))
			return &fields[i];
	}
	return NULL;
}

/* Moves a key's fields to the front; 0 when one of them is missing. */
static size_t key_first(
    struct field *fields, size_t nr, struct json_object *key)
{
	size_t i, n = js_len(key);

	for (i = 0; i < n; i++) {
		struct field *f = find_field(fields, nr,
		    json_object_get_string(json_object_array_get_idx(key, i)));
		struct field swap;

		if (!f || f->class == CLASS_FLOAT || f < fields + i)
			return 0;
		swap = *f;
		*f = fields[i];
		fields[i] = swap;
	}
	return n;
}

/* The fields that both sides have, the key's first. */
void set_fields(struct job *j)
{
	struct rowset *r = &j->expected;
	size_t i, nr = 0, n_key = 0, n_actual = js_len(j->actual_columns);
	struct field *fields = xcalloc(r->nr_columns + 1, sizeof(*fields));
	struct json_object *keys = js_arr(j->record, "keys");
	struct map actual;

	map_init(&actual, MAP_FOLD);
	for (i = 0; i < n_actual; i++) {
		struct json_object *o =
		    json_object_array_get_idx(j->actual_columns, i);

		map_set(&actual, js_str_or(o, "name", ""), (void *)(i + 1));
	}
	for (i = 0; i < r->nr_columns; i++) {
		struct rowset_column *c = &r->columns[i];
		size_t at = (size_t)map_set(&actual, c->name, NULL);
		struct field *f = &fields[nr];

		if (at == 0) {
			lacking(j, c->name, "missing_from_b");
			continue;
		}
		j->other_order |= at != i + 1;
		f->name = c->name;
		f->class = row_type_class(&c->type);
		f->expected_at = i;
		f->actual_at = at - 1;
		f->other_type = other_type(j->e, &c->type,
		    js_str_or(
			json_object_array_get_idx(j->actual_columns, at - 1),
			"type", ""));
		set_tolerance(j->e, f, &c->type);
		nr++;
	}
	for (i = 0; i < actual.nr; i++) {
		if (actual.items[i].value)
			lacking(j, actual.items[i].key, "missing_from_a");
	}
	map_release(&actual, NULL);
	for (i = 0; i < js_len(keys) && n_key == 0; i++)
		n_key =
		    key_first(fields, nr, json_object_array_get_idx(keys, i));
	compare_init(&j->compare, fields, nr, n_key);
	j->compare.samples = j->e->samples;
	j->started = true;
}
