#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "eval.h"

static void choose_sample(struct job *j)
{
	uint64_t rows = j->expected.rows < 0 ? 0 : (uint64_t)j->expected.rows;

	if (j->e->sample_rows == 0 || rows <= j->e->sample_rows)
		return;
	j->compare.of = 1u << 20;
	j->compare.keep = (uint64_t)ceil(
	    (double)j->e->sample_rows / (double)rows * (1u << 20));
}

/* A rowset may be a sample by its key: of the model those rows count too. */
static void take_sampling(struct job *j)
{
	struct json_object *s = js_obj(j->expected.header, "sampling");
	struct json_object *key = js_arr(s, "key");
	size_t i, k;

	if (!js_is(s, "method", "key_hash") || !js_len(key))
		return;
	j->key_at = xcalloc(js_len(key), sizeof(*j->key_at));
	for (k = 0; k < js_len(key); k++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(key, k));

		for (i = 0; i < js_len(j->actual_columns); i++) {
			struct json_object *c =
			    json_object_array_get_idx(j->actual_columns, i);

			if (name_eq(js_str_or(c, "name", ""), name))
				j->key_at[j->nr_key_at++] = i;
		}
	}
	if (j->nr_key_at == js_len(key))
		j->percent = js_double(s, "percent", 0);
}

static bool in_sample(const struct job *j, struct json_object *row)
{
	struct json_object *key;
	const char *text;
	bool in;
	size_t k;

	if (j->percent <= 0)
		return true;
	key = json_object_new_array();
	for (k = 0; k < j->nr_key_at; k++)
		json_object_array_add(key,
		    json_object_get(
			json_object_array_get_idx(row, j->key_at[k])));
	text = json_object_to_json_string_ext(
	    key, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	in = rowset_sampled(j->percent, text, strlen(text));
	json_object_put(key);
	return in;
}

static int take_actual(const char *line, size_t len, void *data)
{
	struct job *j = data;
	struct json_object *o;

	json_tokener_reset(j->tok);
	o = json_tokener_parse_ex(j->tok, line, (int)len + 1);
	if (!o)
		return -1;
	if (*line == '{') {
		j->actual_columns = json_object_get(js_arr(o, "columns"));
		set_fields(j);
		choose_sample(j);
		take_sampling(j);
	} else if (j->started && js_len(o) == js_len(j->actual_columns)) {
		if (in_sample(j, o))
			compare_add(&j->compare, ACTUAL, o);
	} else {
		json_object_put(o);
		return -1;
	}
	json_object_put(o);
	return 0;
}

static int take_expected(struct job *j)
{
	struct json_object *row;
	bool bad = false;
	uint64_t n = 0;

	while ((row = rowset_next(&j->expected, &bad))) {
		compare_add(&j->compare, EXPECTED, row);
		json_object_put(row);
		n++;
	}
	if (!bad && j->expected.rows >= 0 && n != (uint64_t)j->expected.rows) {
		report_at(j->expected.path, 0, 0, "error",
		    "the header says %lld rows, %llu are there",
		    (long long)j->expected.rows, (unsigned long long)n);
		bad = true;
	}
	return bad ? -1 : 0;
}

/* -- comparing one model -------------------------------------------------- */

static bool ready(struct eval *e)
{
	const char *adapter;

	if (e->dialect)
		return true;
	adapter = dbt_adapter(e->dbt);
	if (adapter)
		e->dialect = dialect_read(adapter);
	return e->dialect != NULL;
}

static void compare_rows(struct job *j, const char *path)
{
	struct json_object *request = dbt_request("rows");
	int got;

	js_set_str(request, "model", js_str(j->record, "name"));
	j->tok = json_tokener_new_ex(JSONL_DEPTH);
	j->columns = json_object_new_array();
	got = dbt_call(j->e->dbt, request, take_actual, j, NULL);
	json_object_put(request);
	if (got < 0) {
		not_compared(j, "the model has no rows to read: %s",
		    dbt_error(j->e->dbt));
	} else if (take_expected(j) < 0) {
		not_compared(j, "%s is not a whole rowset", path);
	} else {
		compare_finish(&j->compare);
		fill_evaluation(j);
	}
}

/* The one place where the rows of the original are looked for. */
void compare_with_source(struct job *j)
{
	const char *object = js_str_or(j->record, "object", "");
	const char *target = js_str(j->record, "target");
	char *path;

	if (!j->e->rows) {
		not_compared(j, "no rows of the original are given (--rows)");
		return;
	}
	path = rowset_find(j->e->rows, js_str(j->record, "database"), object,
	    target, (int)j->e->run);
	if (!path) {
		not_compared(j, "no rows of %s%s%s in %s", object,
		    target ? " for " : "", target ? target : "", j->e->rows);
		return;
	}
	if (rowset_open(&j->expected, path) < 0) {
		not_compared(j, "%s is not a rowset", path);
	} else if (js_bool(j->expected.header, "as_found", false) &&
	    js_is(j->record, "materialized", "incremental")) {
		not_compared(j,
		    "%s holds what an unknown number of runs left; only a "
		    "target that each run makes anew can be compared with it",
		    path);
	} else if (!ready(j->e)) {
		not_compared(j, "dbt can't be asked: %s", dbt_error(j->e->dbt));
	} else {
		compare_rows(j, path);
	}
	if (target)
		js_set_int(j->evaluation, "run", (int64_t)j->e->run);
	compare_release(&j->compare);
	rowset_close(&j->expected);
	json_object_put(j->actual_columns);
	json_object_put(j->columns);
	free(j->key_at);
	if (j->tok)
		json_tokener_free(j->tok);
	free(path);
}
