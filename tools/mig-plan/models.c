/* Models of tables and views, what they read, their order, circles. */
#include "common/alloc.h"
#include "common/buf.h"
#include "plan.h"

struct model *plan_add_model(
    struct plan *p, struct object *object, struct object *target)
{
	struct model *m = ARENA_NEW(&p->arena, struct model);

	m->object = object;
	m->target = target;
	m->nr = p->nmodel;
	m->layer = LAYER_MARTS;
	m->materialized = "view";
	m->pattern = TSQL_P_NONE;
	GROW(p->model, p->nmodel, p->model_cap);
	p->model[p->nmodel++] = m;
	if (object->kind == OBJECT_PROCEDURE && !object->model)
		object->model = m;
	if (object->kind == OBJECT_PROCEDURE && target) {
		if (!target->writers)
			target->writers = json_object_new_array();
		js_push_str(target->writers, object->id);
	}
	return m;
}

static void add_own_model(struct plan *p, struct object *o)
{
	struct model *m = plan_add_model(p, o, o);

	o->model = m;
	if (o->kind == OBJECT_TABLE) {
		m->layer = LAYER_STAGING;
		o->is_source = true;
	} else if (o->readers) {
		m->layer = LAYER_INTERMEDIATE;
	} else {
		m->materialized = "table";
	}
}

static const char *why_not(const struct object *o)
{
	switch (o->kind) {
	case OBJECT_TRIGGER:
		return "a trigger runs on writes, and a dbt project has none: "
		       "what it keeps up to date must become part of a model";
	case OBJECT_SYNONYM: return "a synonym: its target is used instead";
	case OBJECT_SEQUENCE:
		return "a sequence: models number their rows themselves";
	case OBJECT_TYPE: return "a type: its base type is used instead";
	case OBJECT_JOB: return "a job: schedule dbt build in its place";
	default: return NULL;
	}
}

/* The rows of a table that a model adds to, or corrects, from before. */
static void declare_kept_rows(struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i];

		if (m->object->kind != OBJECT_PROCEDURE || !m->keeps_rows)
			continue;
		m->target->keeps_rows = true;
		m->target->is_source = true;
	}
}

void plan_models(struct plan *p)
{
	uint32_t i, given = p->nobject;

	declare_kept_rows(p);
	for (i = 0; i < given; i++) {
		struct object *o = p->object[i];

		if (o->reason)
			continue;
		if (o->kind == OBJECT_FUNCTION)
			o->inlined = true;
		else if (o->kind == OBJECT_VIEW ||
		    (o->kind == OBJECT_TABLE && !o->missing && !o->model))
			add_own_model(p, o);
		else
			o->reason = why_not(o);
	}
}

bool model_is_target(const struct model *m, const struct object *o)
{
	return m->object->kind == OBJECT_PROCEDURE && m->target == o;
}

bool model_cuts(const struct model *m, const struct object *o)
{
	uint32_t i;

	for (i = 0; i < m->ncut; i++) {
		if (m->cut[i] == o)
			return true;
	}
	return false;
}

struct reach {
	struct plan *plan;
	struct model *model;
	reach_fn *fn;
	void *data;
	struct object **todo;
	size_t nr, cap;
};

bool plan_only_gives_rows(const struct object *o)
{
	uint32_t i;

	if (o->kind != OBJECT_PROCEDURE)
		return false;
	for (i = 0; i < o->nuse; i++) {
		if (o->use[i].writes)
			return false;
	}
	return o->nuse > 0;
}

static void reach_one(struct reach *r, struct object *o)
{
	if (!o || o->visit == r->plan->visit)
		return;
	o->visit = r->plan->visit;
	r->fn(r->data, o);
	if (o->kind != OBJECT_FUNCTION && o->kind != OBJECT_SYNONYM &&
	    !plan_only_gives_rows(o))
		return;
	GROW(r->todo, r->nr, r->cap);
	r->todo[r->nr++] = o;
}

void plan_reach(struct plan *p, struct model *m, reach_fn *fn, void *data)
{
	struct reach r = {p, m, fn, data, NULL, 0, 0};
	struct object *o = m->object;
	const char *target;
	uint32_t i;

	p->visit++;
	o->visit = p->visit;
	if (o->kind == OBJECT_TABLE) {
		fn(data, o);
		return;
	}
	if (m->target && m->target != o)
		reach_one(&r, m->target);
	for (;;) {
		for (i = 0; i < o->nuse; i++)
			reach_one(&r, o->use[i].of);
		target = o->kind == OBJECT_SYNONYM ? js_str(o->record, "target")
						   : NULL;
		if (target)
			reach_one(&r, plan_written(p, o->database, target));
		if (!r.nr)
			break;
		o = r.todo[--r.nr];
	}
	free(r.todo);
}

/* ---- the graph of models ---- */

struct edges {
	struct graph *graph;
	struct model *model;
};

bool model_only_writes(const struct model *m, const struct object *o)
{
	uint32_t i;
	bool writes = false;

	for (i = 0; i < m->object->nuse; i++) {
		if (m->object->use[i].of != o)
			continue;
		if (m->object->use[i].reads)
			return false;
		writes = true;
	}
	return writes;
}

struct model *model_behind(const struct model *m, const struct object *o)
{
	if (!o->model || o->model == m || model_cuts(m, o))
		return NULL;
	if (!model_is_target(m, o) && model_only_writes(m, o))
		return NULL;
	/* Another writer of the same table: each has rows of its own. */
	if (model_is_target(m, o) && o->model->layer != LAYER_STAGING)
		return NULL;
	return o->model;
}

static void add_edge(void *data, struct object *o)
{
	struct edges *e = data;
	struct model *other = model_behind(e->model, o);

	if (other)
		graph_add(e->graph, e->model->nr, other->nr);
	else if (!o->model && (o->missing || o->reason) &&
	    (o->kind == OBJECT_TABLE || o->kind == OBJECT_VIEW))
		o->is_source = true;
}

static void note_input(void *data, struct object *o)
{
	struct model *m = data;

	if (o->kind == OBJECT_SYSTEM)
		findings_add(
		    &m->findings, FINDING_SYSTEM_INPUT, 0, 0, "%s", o->id);
	else if (o->missing && !o->model && !model_is_target(m, o))
		findings_add(
		    &m->findings, FINDING_MISSING_INPUT, 0, 0, "%s", o->id);
	else if (o->reason && o->is_source)
		findings_add(
		    &m->findings, FINDING_UNPLANNED_INPUT, 0, 0, "%s", o->id);
}

struct cut_inputs {
	struct plan *plan;
	struct model *model, *needs;
};

static void cut_input(void *data, struct object *o)
{
	struct cut_inputs *c = data;
	struct model *m = c->model;
	struct object **v;

	if (model_behind(m, o) != c->needs)
		return;
	v = arena_alloc(&c->plan->arena, (m->ncut + 1) * sizeof(*v));
	if (m->ncut)
		memcpy(v, m->cut, m->ncut * sizeof(*v));
	v[m->ncut++] = o;
	m->cut = v;
	o->is_source = true;
	findings_add(&m->findings, FINDING_CYCLE_CUT, 0, 0, "%s", o->id);
}

static void cut(void *data, uint32_t node, uint32_t needs)
{
	struct plan *p = data;
	struct cut_inputs c = {p, p->model[node], p->model[needs]};

	if (c.model->object->kind == OBJECT_VIEW)
		c.model->circle = true;
	plan_reach(p, c.model, cut_input, &c);
}

#define CIRCLE_NAMES 12 /* that a finding lists; the plan has all */

/* Names the members of each circle, on the plan and on themselves. */
static void name_circles(struct plan *p, const uint32_t *component, uint32_t nr)
{
	uint32_t *count = xcalloc((size_t)nr + 1, sizeof(*count)), i;
	struct json_object **names = xcalloc((size_t)nr + 1, sizeof(*names));

	for (i = 0; i < p->nmodel; i++)
		count[component[i]]++;
	for (i = 0; i < p->nmodel; i++) {
		uint32_t c = component[i];

		if (count[c] < 2)
			continue;
		if (!names[c]) {
			names[c] = json_object_new_array();
			json_object_array_add(p->cycles, names[c]);
		}
		js_push_str(names[c], p->model[i]->object->id);
	}
	for (i = 0; i < p->nmodel; i++) {
		struct json_object *a = names[component[i]];
		struct buf b = BUF_INIT;
		size_t k;

		for (k = 0; k < js_len(a) && k < CIRCLE_NAMES; k++)
			buf_addf(&b, "%s%s", k ? ", " : "",
			    json_object_get_string(
				json_object_array_get_idx(a, k)));
		if (k < js_len(a))
			buf_addf(&b, " and %zu more", js_len(a) - k);
		if (a)
			findings_add(&p->model[i]->findings, FINDING_CYCLE, 0,
			    0, "%s", buf_str(&b));
		buf_release(&b);
	}
	free(count);
	free(names);
}

void plan_order(struct plan *p)
{
	struct graph g;
	uint32_t *a = xcalloc((size_t)p->nmodel + 1, sizeof(*a)), i;
	uint32_t *order = xcalloc((size_t)p->nmodel + 1, sizeof(*order));
	struct model **sorted;
	uint32_t components;

	graph_init(&g, p->nmodel);
	for (i = 0; i < p->nmodel; i++) {
		struct edges e = {&g, p->model[i]};

		plan_reach(p, p->model[i], add_edge, &e);
		plan_reach(p, p->model[i], note_input, p->model[i]);
	}
	components = graph_components(&g, a);
	if (components < p->nmodel) {
		name_circles(p, a, components);
		graph_break(&g, cut, p);
	}
	p->waves = graph_waves(&g, a, order);
	sorted = arena_alloc(&p->arena, (p->nmodel + 1) * sizeof(*sorted));
	for (i = 0; i < p->nmodel; i++) {
		p->model[i]->wave = a[i];
		sorted[i] = p->model[order[i]];
	}
	if (p->nmodel)
		memcpy(p->model, sorted, p->nmodel * sizeof(*sorted));
	graph_release(&g);
	free(a);
	free(order);
}
