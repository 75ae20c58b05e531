/*
 * The rules engine. A rules file is JSON, see mig-assess(1): weights, hours,
 * levels, and rules with a condition ("when") and what follows from it. A
 * later file adds to an earlier one.
 */
#include <fnmatch.h>
#include <regex.h>

#include "assess.h"
#include "common/alloc.h"
#include "common/mig.h"
#include "tsql/parse.h"

const char *const action_names[] = {
    "migrate", "rewrite", "deprecate", "leave", "manual"};
const char *const level_names[] = {"low", "medium", "high", "very_high"};

static void merge(struct json_object **into, struct json_object *table)
{
	if (!*into)
		*into = json_object_new_object();
	if (!table)
		return;
	json_object_object_foreach(table, key, value)
	{
		js_set(*into, key, json_object_get(value));
	}
}

static int known(const char *word, const char *const *names, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (strcmp(word, names[i]) == 0)
			return i;
	}
	return -1;
}

static int feature_of(const char *name)
{
	int f;

	for (f = 0; f < TSQL_FEATURE_NR; f++) {
		if (strcmp(name, tsql_feature_name(f)) == 0)
			return f;
	}
	return -1;
}

/* A mistake in a rules file is an error at once, not a rule that never
 * matches. */
static const char *fault_in(struct json_object *rule)
{
	static const char *const keys[] = {"kinds", "feature", "at_least",
	    "schema", "name", "text", "column_type", "pattern", "no_text",
	    "unused"};
	static const char *const severities[] = {"error", "warning", "info"};
	struct json_object *when = js_obj(rule, "when");
	const char *s;
	regex_t re;

	if (!js_str(rule, "code") || !js_str(rule, "message") || !when)
		return "a rule needs code, when and message";
	json_object_object_foreach(when, key, value)
	{
		(void)value;
		if (known(key, keys, (int)ARRAY_SIZE(keys)) < 0)
			return "when has a condition that is not known";
	}
	s = js_str(when, "feature");
	if (s && feature_of(s) < 0)
		return "when names a feature that is not known";
	s = js_str(rule, "action");
	if (s && known(s, action_names, ACTION_NR) < 0)
		return "the action is not known";
	s = js_str(rule, "severity");
	if (s && known(s, severities, 3) < 0)
		return "the severity is not known";
	s = js_str(when, "text");
	if (s && regcomp(&re, s, REG_EXTENDED | REG_NOSUB) != 0)
		return "text is not a regular expression";
	if (s)
		regfree(&re);
	return NULL;
}

int rules_load(struct rules *r, const char *path)
{
	struct json_object *o = js_load(path);
	int ret;

	if (!o)
		return -1;
	merge(&r->weights, js_obj(o, "weights"));
	merge(&r->hours, js_obj(o, "hours"));
	merge(&r->levels, js_obj(o, "levels"));
	if (!r->rules)
		r->rules = json_object_new_array();
	ret = js_take(path, js_arr(o, "rules"), fault_in, r->rules);
	json_object_put(o);
	return ret;
}

void rules_release(struct rules *r)
{
	json_object_put(r->weights);
	json_object_put(r->hours);
	json_object_put(r->levels);
	json_object_put(r->rules);
}

double rules_number(struct json_object *table, const char *key, double alt)
{
	return js_double(table, key, alt);
}

/* ---- conditions ---- */

static bool has_word(struct json_object *array, const char *word)
{
	size_t i;

	for (i = 0; i < js_len(array); i++) {
		if (strcmp(json_object_get_string(
			       json_object_array_get_idx(array, i)),
			word) == 0)
			return true;
	}
	return false;
}

static bool glob_is(
    struct json_object *when, const char *key, struct json_object *record)
{
	const char *glob = js_str(when, key);

	return !glob || fnmatch(glob, js_str_or(record, key, ""), 0) == 0;
}

static bool any_column(struct json_object *record, const char *glob)
{
	struct json_object *columns = js_arr(record, "columns");
	size_t i;

	for (i = 0; i < js_len(columns); i++) {
		const char *type = js_str_or(
		    json_object_array_get_idx(columns, i), "type", "");

		if (fnmatch(glob, type, 0) == 0)
			return true;
	}
	return false;
}

/* Where the text stands that a rule looks for; -1 when it doesn't. */
static regoff_t find_text(const char *pattern, const char *text)
{
	regmatch_t m;
	regex_t re;
	regoff_t at = -1;

	if (!text || regcomp(&re, pattern, REG_EXTENDED | REG_ICASE) != 0)
		return -1;
	if (regexec(&re, text, 1, &m, 0) == 0)
		at = m.rm_so;
	regfree(&re);
	return at;
}

static bool usage_is_none(struct json_object *record)
{
	struct json_object *usage = js_obj(record, "usage");
	double sum = 0;

	if (!usage || json_object_object_length(usage) == 0)
		return false;
	json_object_object_foreach(usage, key, value)
	{
		(void)key;
		if (json_object_is_type(value, json_type_int) ||
		    json_object_is_type(value, json_type_double))
			sum += json_object_get_double(value);
		else if (json_object_is_type(value, json_type_string))
			return false; /* a date of the last use */
	}
	return sum == 0;
}

/* Does the condition hold? *at is the offset that it points to, or -1. */
static bool holds(
    struct json_object *when, const struct subject *s, int64_t *at)
{
	struct json_object *kinds = js_arr(when, "kinds");
	const char *text = js_str(js_obj(s->record, "definition"), "text");
	const char *want;

	*at = -1;
	if (kinds && !has_word(kinds, js_str_or(s->record, "kind", "")))
		return false;
	if (!glob_is(when, "schema", s->record) ||
	    !glob_is(when, "name", s->record))
		return false;
	want = js_str(when, "feature");
	if (want) {
		int f = feature_of(want);

		if (s->profile->count[f] <
		    (uint32_t)js_int(when, "at_least", 1))
			return false;
		*at = s->profile->first[f];
	}
	want = js_str(when, "pattern");
	if (want && (!s->pattern || strcmp(want, s->pattern) != 0))
		return false;
	want = js_str(when, "column_type");
	if (want && !any_column(s->record, want))
		return false;
	if (js_bool(when, "no_text", false) && text)
		return false;
	if (js_bool(when, "unused", false) && !usage_is_none(s->record))
		return false;
	want = js_str(when, "text");
	if (want) {
		*at = find_text(want, text);
		return *at >= 0;
	}
	return true;
}

static struct json_object *finding_of(
    struct json_object *rule, const struct subject *s, int64_t at)
{
	struct json_object *f = json_object_new_object();
	struct tsql_pos pos = {0, 0};

	if (at >= 0 && s->module)
		pos = tsql_line_col(s->module, (uint32_t)at);
	js_set_str(f, "code", js_str(rule, "code"));
	js_set_str(f, "severity", js_str_or(rule, "severity", "warning"));
	js_set_int(f, "line", pos.line);
	js_set_int(f, "column", pos.column);
	js_set_str(f, "message", js_str(rule, "message"));
	js_set_str(f, "remedy", js_str_or(rule, "remedy", ""));
	return f;
}

void rules_apply(
    const struct rules *r, const struct subject *s, struct verdict *v)
{
	size_t i;

	for (i = 0; i < js_len(r->rules); i++) {
		struct json_object *rule =
		    json_object_array_get_idx(r->rules, i);
		const char *action;
		int64_t at;

		if (!holds(js_obj(rule, "when"), s, &at))
			continue;
		json_object_array_add(v->findings, finding_of(rule, s, at));
		v->points += js_double(rule, "points", 0);
		v->hours += js_double(rule, "hours", 0);
		action = js_str(rule, "action");
		if (!action)
			continue;
		v->action = (enum action)known(action, action_names, ACTION_NR);
		v->reason =
		    js_str_or(rule, "reason", js_str_or(rule, "message", ""));
		v->said = true;
	}
}
