/* The assessment of one object. */
#include <math.h>

#include "assess.h"
#include "common/alloc.h"
#include "common/buf.h"
#include "tsql/parse.h"

bool is_object_kind(const char *kind)
{
	static const char *const kinds[] = {"table", "view", "procedure",
	    "function", "trigger", "synonym", "sequence", "type", "job"};
	size_t i;

	for (i = 0; kind && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

static enum action default_action(const char *kind)
{
	if (strcmp(kind, "trigger") == 0)
		return ACTION_MANUAL;
	if (strcmp(kind, "table") == 0 || strcmp(kind, "view") == 0 ||
	    strcmp(kind, "procedure") == 0 || strcmp(kind, "function") == 0)
		return ACTION_MIGRATE;
	return ACTION_LEAVE;
}

static const struct tsql_module *parse(
    struct arena *a, struct json_object *record)
{
	struct json_object *def = js_obj(record, "definition");
	const char *text = js_str(def, "text");
	struct tsql_options opt = {0};

	if (!text)
		return NULL;
	opt.no_go = true;
	opt.first_line = (uint32_t)js_int(def, "line", 1);
	opt.quoted_identifier_off = !js_bool(def, "quoted_identifier", true);
	return tsql_parse(a, text, strlen(text), &opt);
}

static double round2(double x)
{
	return round(x * 100) / 100;
}

/* The counted features, those that are there, and the sum of their weights. */
static double weigh(const struct assess *as, const struct tsql_profile *p,
    struct json_object *factors)
{
	double score = 0;
	int f;

	for (f = 0; f < TSQL_FEATURE_NR; f++) {
		const char *name = tsql_feature_name(f);

		if (!p->count[f])
			continue;
		js_set_int(factors, name, p->count[f]);
		score += p->count[f] * rules_number(as->rules.weights, name, 0);
	}
	if (p->depth) {
		js_set_int(factors, "depth", p->depth);
		score += p->depth * rules_number(as->rules.weights, "depth", 0);
	}
	return score;
}

static double weigh_table(const struct assess *as, struct json_object *record,
    struct json_object *factors)
{
	static const char *const parts[] = {
	    "columns", "foreign_keys", "checks", "indexes", "unique_keys"};
	double score = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t n = js_len(js_arr(record, parts[i]));

		if (!n)
			continue;
		js_set_int(factors, parts[i], (int64_t)n);
		score +=
		    (double)n * rules_number(as->rules.weights, parts[i], 0);
	}
	return score;
}

static enum level level_of(const struct assess *as, double score)
{
	enum level l = LEVEL_VERY_HIGH;

	while (l > LEVEL_LOW &&
	    score < rules_number(as->rules.levels, level_names[l], 1e9))
		l--;
	return l;
}

static struct json_object *writes_json(
    const struct tsql_module *m, const struct tsql_profile *p)
{
	struct map targets;
	struct json_object *a = json_object_new_array();
	uint32_t i;

	map_init(&targets, MAP_FOLD);
	for (i = 0; i < p->nwrite; i++) {
		const struct tsql_write *w = &p->write[i];
		struct json_object *verbs, *o;
		const char *verb = tsql_write_name(w->verb);
		struct buf name = BUF_INIT;
		uint32_t k;

		if (!w->name || w->temporary)
			continue;
		for (k = 0; k < w->name->n; k++) {
			if (k)
				buf_addc(&name, '.');
			buf_add(
			    &name, w->name->part[k].text, w->name->part[k].len);
		}
		verbs = map_get(&targets, buf_str(&name));
		if (!verbs) {
			verbs = json_object_new_array();
			map_set(&targets, buf_str(&name), verbs);
			o = json_object_new_object();
			js_set_str(o, "target", buf_str(&name));
			js_set(o, "verbs", verbs);
			json_object_array_add(a, o);
		}
		for (k = 0; k < js_len(verbs); k++) {
			if (strcmp(json_object_get_string(
				       json_object_array_get_idx(verbs, k)),
				verb) == 0)
				break;
		}
		if (k == js_len(verbs))
			js_push_str(verbs, verb);
		buf_release(&name);
	}
	map_release(&targets, NULL);
	(void)m;
	return a;
}

static double effort(const struct assess *as, const char *kind, double score,
    const struct verdict *v)
{
	struct json_object *h = as->rules.hours;
	double hours = rules_number(h, kind, 0.5);

	if (v->action == ACTION_LEAVE || v->action == ACTION_DEPRECATE)
		return 0;
	hours += score * rules_number(h, "per_point", 0.1) + v->hours;
	if (v->action == ACTION_REWRITE)
		hours *= rules_number(h, "rewrite_factor", 1.5);
	if (v->action == ACTION_MANUAL)
		hours *= rules_number(h, "manual_factor", 2);
	return hours * rules_number(h, "factor", 1);
}

static struct json_object *complexity(
    const struct line *l, struct json_object *factors)
{
	struct json_object *o = json_object_new_object();

	js_set_double(o, "score", l->score);
	js_set_str(o, "level", level_names[l->level]);
	js_set(o, "factors", factors);
	return o;
}

struct json_object *assess_object(
    struct assess *as, struct json_object *record, struct line *l)
{
	const char *kind = js_str(record, "kind");
	struct json_object *factors = json_object_new_object(), *a;
	const struct tsql_module *m = parse(&as->arena, record);
	struct tsql_profile profile;
	struct subject s = {record, m, &profile, NULL};
	struct verdict v = {default_action(kind), false, NULL, 0, 0, NULL};
	bool procedure = strcmp(kind, "procedure") == 0;
	double score;

	memset(&profile, 0, sizeof(profile));
	if (m)
		tsql_profile_module(&as->arena, m, &profile);
	if (procedure && m)
		s.pattern = tsql_pattern_name(profile.pattern);
	v.findings = json_object_new_array();
	score = weigh(as, &profile, factors) + weigh_table(as, record, factors);
	rules_apply(&as->rules, &s, &v);
	l->score = round2(score + v.points);
	l->level = level_of(as, l->score);
	l->action = v.action;
	l->hours = round2(effort(as, kind, l->score, &v));

	a = json_object_new_object();
	js_set_str(a, "action", action_names[v.action]);
	if (v.reason)
		js_set_str(a, "reason", v.reason);
	js_set(a, "complexity", complexity(l, factors));
	js_set_int(a, "priority", 0);
	js_set_double(a, "effort_hours", l->hours);
	js_set(a, "findings", v.findings);
	if (s.pattern) {
		js_set_str(a, "pattern", s.pattern);
		js_set(a, "writes", writes_json(m, &profile));
	}
	js_set_str(a, "engine", "rules");
	return a;
}
