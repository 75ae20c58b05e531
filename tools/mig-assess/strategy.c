/* Ranks, and the record about the whole. */
#include <math.h>

#include "assess.h"
#include "common/alloc.h"

#define RISKS 20 /* the most frequent ones are told */

struct rank {
	const struct line *line;
	size_t at;
};

/* First what most others wait for, then what is easy, then by name. */
static int by_rank(const void *a, const void *b)
{
	const struct line *x = ((const struct rank *)a)->line;
	const struct line *y = ((const struct rank *)b)->line;

	if (x->dependants != y->dependants)
		return x->dependants > y->dependants ? -1 : 1;
	if (x->score < y->score || x->score > y->score)
		return x->score < y->score ? -1 : 1;
	return strcmp(x->id, y->id);
}

const char *assess_name(struct assess *as, const struct line *l)
{
	return as->several && *l->database
	    ? arena_printf(&as->arena, "%s.%s", l->database, l->id)
	    : l->id;
}

void assess_key(struct buf *key, const char *database, const char *id)
{
	buf_reset(key);
	buf_addf(key, "%s\1%s", database, id);
}

void assess_rank(struct assess *as)
{
	struct rank *r = xcalloc(as->nr + 1, sizeof(*r));
	struct buf key = BUF_INIT;
	size_t i;

	for (i = 0; i < as->nr; i++) {
		as->several |=
		    !name_eq(as->line[i].database, as->line[0].database);
		assess_key(&key, as->line[i].database, as->line[i].id);
		as->line[i].dependants =
		    (uint32_t)(size_t)map_get(&as->wanted, buf_str(&key));
		r[i].line = &as->line[i];
		r[i].at = i;
	}
	qsort(r, as->nr, sizeof(*r), by_rank);
	for (i = 0; i < as->nr; i++)
		as->line[r[i].at].priority = (uint32_t)i + 1;
	buf_release(&key);
	free(r);
}

/* What a finding of the assessment says about the whole. */
void strategy_note(
    struct assess *as, const char *id, struct json_object *finding)
{
	const char *code = js_str_or(finding, "code", "");
	struct json_object *risk = map_get(&as->findings, code);

	if (js_is(finding, "severity", "info"))
		return;
	if (!risk) {
		risk = json_object_new_object();
		js_set_str(risk, "risk", js_str_or(finding, "message", ""));
		js_set_str(risk, "severity",
		    js_is(finding, "severity", "error") ? "high" : "medium");
		js_set_int(risk, "count", 0);
		js_set(risk, "objects", json_object_new_array());
		js_set_str(
		    risk, "mitigation", js_str_or(finding, "remedy", ""));
		map_set(&as->findings, code, risk);
	}
	js_set_int(risk, "count", js_int(risk, "count", 0) + 1);
	if (js_len(js_arr(risk, "objects")) < 50)
		js_push_str(js_arr(risk, "objects"), id);
}

static int by_count(const void *a, const void *b)
{
	struct json_object *x = *(struct json_object *const *)a;
	struct json_object *y = *(struct json_object *const *)b;
	bool high_x = js_is(x, "severity", "high");
	bool high_y = js_is(y, "severity", "high");

	if (high_x != high_y)
		return high_x ? -1 : 1;
	if (js_int(x, "count", 0) != js_int(y, "count", 0))
		return js_int(x, "count", 0) > js_int(y, "count", 0) ? -1 : 1;
	return strcmp(js_str_or(x, "risk", ""), js_str_or(y, "risk", ""));
}

static struct json_object *risks(const struct assess *as)
{
	struct json_object *a = json_object_new_array();
	size_t i;

	for (i = 0; i < as->findings.nr; i++)
		json_object_array_add(
		    a, json_object_get(as->findings.items[i].value));
	json_object_array_sort(a, by_count);
	if (js_len(a) > RISKS)
		json_object_array_del_idx(a, RISKS, js_len(a) - RISKS);
	return a;
}

static double hours(double h)
{
	return round(h * 100) / 100;
}

static void count(struct json_object *o, const char *key)
{
	js_set_int(o, key, js_int(o, key, 0) + 1);
}

static struct json_object *totals(const struct assess *as)
{
	struct json_object *t = json_object_new_object();
	struct json_object *kinds = json_object_new_object();
	struct json_object *actions = json_object_new_object();
	struct json_object *levels = json_object_new_object();
	double sum = 0;
	size_t i;

	for (i = 0; i < as->nr; i++) {
		count(kinds, as->line[i].kind);
		count(actions, action_names[as->line[i].action]);
		count(levels, level_names[as->line[i].level]);
		sum += as->line[i].hours;
	}
	js_set_int(t, "objects", (int64_t)as->nr);
	js_set(t, "kinds", kinds);
	js_set(t, "actions", actions);
	js_set(t, "levels", levels);
	js_set_double(t, "effort_hours", hours(sum));
	return t;
}

enum phase { TABLES, EASY, PROCEDURES, HARD, MANUAL, RETIRE, PHASE_NR };

static const struct {
	const char *name, *why;
} phase_text[] = {
    {"sources and staging", "everything else reads the tables"},
    {"views and functions", "they only read: quick to show and to compare"},
    {"procedures", "their patterns are known; each fills a table"},
    {"rewriting", "what is complex wants a person's eye on each result"},
    {"by hand", "nothing but a person can move these"},
    {"retiring", "nothing uses these: agree on it, then leave them behind"},
};

static enum phase phase_of(const struct line *l)
{
	if (l->action == ACTION_DEPRECATE)
		return RETIRE;
	if (l->action == ACTION_MANUAL)
		return MANUAL;
	if (l->action == ACTION_LEAVE)
		return PHASE_NR;
	if (strcmp(l->kind, "table") == 0)
		return TABLES;
	if (l->action == ACTION_REWRITE || l->level == LEVEL_VERY_HIGH)
		return HARD;
	return strcmp(l->kind, "procedure") == 0 ? PROCEDURES : EASY;
}

static struct json_object *phases(struct assess *as)
{
	struct json_object *list = json_object_new_array();
	struct json_object *objects[PHASE_NR] = {NULL};
	double sum[PHASE_NR] = {0};
	int p, nr = 0;
	size_t i;

	for (i = 0; i < as->nr; i++) {
		p = phase_of(&as->line[i]);
		if (p == PHASE_NR)
			continue;
		if (!objects[p])
			objects[p] = json_object_new_array();
		js_push_str(objects[p], assess_name(as, &as->line[i]));
		sum[p] += as->line[i].hours;
	}
	for (p = 0; p < PHASE_NR; p++) {
		struct json_object *o;

		if (!objects[p])
			continue;
		o = json_object_new_object();
		js_set_int(o, "phase", ++nr);
		js_set_str(o, "name", phase_text[p].name);
		js_set_int(o, "count", (int64_t)js_len(objects[p]));
		js_set_double(o, "effort_hours", hours(sum[p]));
		js_set_str(o, "why", phase_text[p].why);
		js_set(o, "objects", objects[p]);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *recommendations(const struct assess *as)
{
	struct json_object *a = json_object_new_array();
	size_t n[ACTION_NR] = {0}, i, triggers = 0;

	for (i = 0; i < as->nr; i++) {
		n[as->line[i].action]++;
		triggers += strcmp(as->line[i].kind, "trigger") == 0;
	}
	js_push_str(
	    a, "first move one to one, compare rows, and only then refactor");
	if (n[ACTION_DEPRECATE])
		js_push_str(a,
		    "agree with the owners on what is unused before anything "
		    "is moved: it costs nothing to leave it behind");
	if (n[ACTION_REWRITE])
		js_push_str(a,
		    "have whoever knows the load look at each rewritten "
		    "procedure together with the rows that differ");
	if (triggers)
		js_push_str(a,
		    "find what each trigger keeps true and make it part of a "
		    "model or a test");
	if (n[ACTION_MANUAL])
		js_push_str(a,
		    "plan the objects that are moved by hand early: they "
		    "decide when the old database can be switched off");
	return a;
}

struct json_object *assess_strategy(struct assess *as)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "kind", "strategy");
	js_set(o, "totals", totals(as));
	js_set(o, "phases", phases(as));
	js_set(o, "risks", risks(as));
	js_set(o, "recommendations", recommendations(as));
	js_set_str(o, "engine", "rules");
	return o;
}
