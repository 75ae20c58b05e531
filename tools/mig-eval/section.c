#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "eval.h"

static struct json_object *tolerance_json(const struct job *j)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < j->compare.nr_fields; i++) {
		const struct field *f = &j->compare.fields[i];
		struct json_object *t;

		if (!f->approx)
			continue;
		t = json_object_new_object();
		js_set_double(t, "absolute", f->abs);
		js_set_double(t, "relative", f->rel);
		js_set(o, f->name, t);
	}
	if (json_object_object_length(o) > 0)
		return o;
	json_object_put(o);
	return NULL;
}

static const char *column_verdict(const struct column_count *n)
{
	if (n->conflicting)
		return "conflicting_values";
	if (n->null_in_a)
		return "null_in_a";
	return n->null_in_b ? "null_in_b" : "perfect_match";
}

static struct json_object *columns_json(struct job *j)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < j->compare.nr_fields; i++) {
		struct field *f = &j->compare.fields[i];
		struct json_object *o = json_object_new_object();

		js_set_str(o, "name", f->name);
		js_set_str(o, "verdict", column_verdict(&j->compare.counts[i]));
		if (f->other_type)
			js_set_str(o, "actual_type",
			    js_str_or(json_object_array_get_idx(
					  j->actual_columns, f->actual_at),
				"type", ""));
		json_object_array_add(list, o);
	}
	for (i = 0; i < js_len(j->columns); i++)
		json_object_array_add(list,
		    json_object_get(json_object_array_get_idx(j->columns, i)));
	return list;
}

static struct json_object *mismatches_json(const struct compare *c)
{
	struct json_object *o = json_object_new_object();

	js_set_int(o, "identical", (int64_t)c->identical);
	js_set_int(o, "modified", (int64_t)c->modified);
	js_set_int(o, "added", (int64_t)c->added);
	js_set_int(o, "removed", (int64_t)c->removed);
	js_set_int(o, "nonunique_pk", (int64_t)c->nonunique);
	return o;
}

static struct json_object *key_json(const struct compare *c)
{
	struct json_object *key;
	size_t i;

	if (c->nr_key == 0)
		return NULL;
	key = json_object_new_array();
	for (i = 0; i < c->nr_key; i++)
		js_push_str(key, c->fields[i].name);
	return key;
}

/*
 * A sample of n equal rows says, with 95% confidence, that at most 1-0.05^(1/n)
 * of all rows differ.
 */
static struct json_object *sampling_json(const struct job *j)
{
	const struct compare *c = &j->compare;
	struct json_object *o = json_object_new_object();
	uint64_t n = c->taken[EXPECTED];

	js_set_str(o, "method", "hash of the key");
	js_set_int(o, "rows", (int64_t)n);
	if (j->percent > 0)
		js_set_double(o, "percent", j->percent);
	else
		js_set_int(o, "of", (int64_t)c->rows[EXPECTED]);
	js_set_double(o, "confidence", 0.95);
	js_set_double(
	    o, "differ_at_most", n ? 1 - pow(0.05, 1 / (double)n) : 1);
	return o;
}

static bool is_equal(const struct job *j)
{
	const struct compare *c = &j->compare;

	return c->modified + c->added + c->removed == 0 &&
	    j->only_one_side == 0 && c->rows[EXPECTED] == c->rows[ACTUAL];
}

/* 1 only when all is equal. */
static double score_of(const struct job *j)
{
	const struct compare *c = &j->compare;
	double all =
	    (double)(c->identical + c->modified + c->added + c->removed);
	double columns = (double)(c->nr_fields + j->only_one_side);
	double score = all > 0 ? (double)c->identical / all : 1;

	if (is_equal(j))
		return 1;
	if (columns > 0)
		score *= (double)c->nr_fields / columns;
	return score < 1 ? score : 1 - DBL_EPSILON;
}

/* What differs, in a sentence. */
static char *describe(struct job *j)
{
	const struct compare *c = &j->compare;
	struct buf b = BUF_INIT;
	size_t i, named = 0;

	buf_addf(&b, "%llu of %llu rows are the same",
	    (unsigned long long)c->identical,
	    (unsigned long long)c->taken[EXPECTED]);
	if (c->modified)
		buf_addf(
		    &b, ", %llu modified", (unsigned long long)c->modified);
	if (c->removed)
		buf_addf(&b, ", %llu missing", (unsigned long long)c->removed);
	if (c->added)
		buf_addf(&b, ", %llu added", (unsigned long long)c->added);
	for (i = 0; i < c->nr_fields; i++) {
		const char *verdict = column_verdict(&c->counts[i]);

		if (strcmp(verdict, "perfect_match") != 0)
			buf_addf(&b, "%s %s (%s)", named++ ? "," : "; columns",
			    c->fields[i].name, verdict);
	}
	for (i = 0; i < js_len(j->columns); i++) {
		struct json_object *o =
		    json_object_array_get_idx(j->columns, i);

		buf_addf(&b, "%s %s (%s)", named++ ? "," : "; columns",
		    js_str(o, "name"), js_str(o, "verdict"));
	}
	return buf_detach(&b);
}

void fill_evaluation(struct job *j)
{
	struct json_object *o = j->evaluation;
	struct compare *c = &j->compare;
	bool equal = is_equal(j);
	double score = score_of(j);

	js_set_int(o, "rows_expected", (int64_t)c->rows[EXPECTED]);
	js_set_int(o, "rows_actual", (int64_t)c->rows[ACTUAL]);
	js_set(o, "key", key_json(c));
	js_set(o, "columns", columns_json(j));
	js_set(o, "mismatches", mismatches_json(c));
	js_set(o, "samples", json_object_get(c->sample));
	js_set(o, "tolerance", tolerance_json(j));
	if (c->of || j->percent > 0)
		js_set(o, "sampling", sampling_json(j));
	js_set_str(o, "source", "rowset");
	js_set_double(o, "score", score);
	js_set_str(o, "verdict", equal ? "equal" : "different");
	if (!equal) {
		char *text = describe(j);

		js_set_str(o, "reason", text);
		free(text);
	} else if (j->other_order) {
		js_set_str(o, "reason", "the columns are in another order");
	}
}

void not_compared(struct job *j, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	json_object_put(j->evaluation);
	j->evaluation = json_object_new_object();
	js_set(j->evaluation, "score", NULL);
	js_set_str(j->evaluation, "verdict", "not_compared");
	js_set_str(j->evaluation, "reason", buf_str(&b));
	buf_release(&b);
}
