/* The records: the plan, its sources, its models in dependency order. */
#include "common/alloc.h"
#include "common/buf.h"
#include "common/fs.h"
#include "plan.h"

static void copy(
    struct json_object *to, struct json_object *from, const char *key)
{
	struct json_object *v = js_get(from, key);

	if (v)
		js_set(to, key, json_object_get(v));
}

static void write_record(struct plan *p, struct json_object *o)
{
	agent_put(p->agent, o);
	json_object_put(o);
}

static struct json_object *not_planned(struct plan *p)
{
	struct json_object *a = json_object_new_array();
	uint32_t i;

	for (i = 0; i < p->nobject; i++) {
		struct object *o = p->object[i];
		struct json_object *n;

		if (!o->reason || !o->record)
			continue;
		n = json_object_new_object();
		js_set_str(n, "object", o->id);
		js_set_str(n, "kind", object_kind_names[o->kind]);
		js_set_str(n, "action",
		    js_str_or(js_obj(o->record, "assessment"), "action",
			o->kind == OBJECT_TRIGGER || o->kind == OBJECT_PROCEDURE
			    ? "manual"
			    : "leave"));
		js_set_str(n, "reason", o->reason);
		json_object_array_add(a, n);
	}
	return a;
}

static struct json_object *inlined(struct plan *p)
{
	struct json_object *a = json_object_new_array();
	uint32_t i;

	for (i = 0; i < p->nobject; i++) {
		if (p->object[i]->inlined)
			js_push_str(a, p->object[i]->id);
	}
	return a;
}

static void emit_plan(struct plan *p)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "kind", "plan");
	js_set_str(o, "project", p->project);
	js_set_str(o, "dialect", p->dialect);
	js_set_int(o, "waves", p->waves);
	js_set_int(o, "models", p->nmodel);
	js_set(o, "cycles", json_object_get(p->cycles));
	js_set_str(o, "collation_policy", p->policy);
	js_set(o, "not_planned", not_planned(p));
	js_set(o, "inlined", inlined(p));
	if (js_len(p->existing))
		js_set(o, "existing_models", json_object_get(p->existing));
	if (p->collation_assumed) {
		struct json_object *notes = json_object_new_array();

		js_push_str(notes,
		    "the input does not say the database's collation; "
		    "SQL Server's default is assumed");
		js_set(o, "notes", notes);
	}
	write_record(p, o);
}

static struct json_object *source_table(struct plan *p, struct object *o)
{
	struct json_object *t = json_object_new_object();

	js_set_str(t, "name", o->table);
	if (strcmp(o->table, o->name) != 0)
		js_set_str(t, "identifier", o->name);
	js_set_str(t, "id", o->id);
	js_set(t, "columns", object_columns(p, o));
	copy(t, o->record, "primary_key");
	copy(t, o->record, "unique_keys");
	copy(t, o->record, "description");
	if (o->missing)
		js_set_bool(t, "missing", true);
	return t;
}

static struct json_object *source_record(struct plan *p, const struct object *o)
{
	struct json_object *s = json_object_new_object();
	char *safe, *path;

	js_set_str(s, "kind", "source");
	js_set_str(s, "name", o->source);
	if (p->several) {
		safe = fs_safe_name(o->source);
		path = xasprintf("models/staging/%s/_%s__sources.yml",
		    area_name(p, o, "/"), safe);
		js_set_str(s, "database", o->database);
		js_set_str(s, "path", path);
		free(path);
		free(safe);
	}
	js_set_str(s, "dialect", p->dialect);
	js_set(s, "tables", json_object_new_array());
	return s;
}

static void emit_sources(struct plan *p)
{
	struct map sources; /* name -> its record */
	uint32_t i;

	map_init(&sources, MAP_EXACT);
	for (i = 0; i < p->nobject; i++) {
		struct object *o = p->object[i];
		struct json_object *s;

		if (!o->is_source)
			continue;
		s = map_get(&sources, o->source);
		if (!s) {
			s = source_record(p, o);
			map_set(&sources, o->source, s);
		}
		json_object_array_add(js_arr(s, "tables"), source_table(p, o));
	}
	for (i = 0; i < sources.nr; i++)
		write_record(p, sources.items[i].value);
	map_release(&sources, NULL);
}

/* ---- inputs ---- */

struct inputs {
	struct plan *plan;
	struct model *model;
	struct json_object *list, *depends;
};

static struct json_object *source_relation(const struct object *o)
{
	struct json_object *r = json_object_new_object();
	struct json_object *pair = json_object_new_array();

	js_push_str(pair, o->source);
	js_push_str(pair, o->table);
	js_set(r, "source", pair);
	return r;
}

static struct json_object *ref_relation(struct inputs *in, struct model *m)
{
	struct json_object *r = json_object_new_object();
	size_t i;

	js_set_str(r, "ref", m->name);
	for (i = 0; i < js_len(in->depends); i++) {
		if (strcmp(json_object_get_string(
			       json_object_array_get_idx(in->depends, i)),
			m->name) == 0)
			return r;
	}
	js_push_str(in->depends, m->name);
	return r;
}

static struct json_object *relation(struct inputs *in, struct object *o)
{
	struct model *m = in->model, *from = model_behind(m, o);

	if (model_is_target(m, o) ? !m->keeps_rows : model_only_writes(m, o))
		return NULL;
	if (plan_only_gives_rows(o))
		return NULL;
	if (from)
		return ref_relation(in, from);
	return o->is_source ? source_relation(o) : NULL;
}

static void add_input(void *data, struct object *o)
{
	struct inputs *in = data;
	struct json_object *i = json_object_new_object(), *columns;

	js_set_str(i, "id", o->id);
	if (in->plan->several || plan_is_foreign(in->plan, o)) {
		js_set_str(i, "database", o->database);
		js_set_str(i, "schema", o->schema);
		js_set_str(i, "name", o->name);
	}
	js_set_str(i, "kind", object_kind_names[o->kind]);
	if (model_is_target(in->model, o))
		js_set_str(i, "role", "target");
	else if (model_only_writes(in->model, o))
		js_set_str(i, "role", "written");
	columns = model_is_target(in->model, o) && in->model->columns
	    ? json_object_get(in->model->columns)
	    : object_columns(in->plan, o);
	if (columns)
		js_set(i, "columns", columns);
	if (o->kind == OBJECT_TABLE)
		js_set(i, "keys", object_keys(o));
	js_set(i, "relation", relation(in, o));
	if (o->missing)
		js_set_bool(i, "missing", true);
	if (o->kind == OBJECT_FUNCTION || o->kind == OBJECT_PROCEDURE) {
		copy(i, o->record, "definition");
		copy(i, o->record, "parameters");
		copy(i, o->record, "function_type");
		copy(i, o->record, "returns");
	}
	copy(i, o->record, "target");
	copy(i, o->record, "base_type");
	json_object_array_add(in->list, i);
}

/* ---- models ---- */

static struct json_object *incremental(const struct model *m)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "strategy", m->strategy);
	if (m->key)
		js_set(o, "unique_key", json_object_get(m->key));
	return o;
}

static void set_description(struct json_object *rec, struct model *m)
{
	struct json_object *own = m->object->record;
	const char *text = js_str(own, "description");
	char *made = NULL;

	if (!text && m->target && m->target != m->object)
		text = js_str(m->target->record, "description");
	if (!text && m->object->kind == OBJECT_TABLE)
		text = made =
		    xasprintf("Rows of %s, one to one.", m->object->id);
	else if (!text && m->object->kind == OBJECT_VIEW)
		text = made = xasprintf("The view %s.", m->object->id);
	else if (!text && m->target)
		text = made = xasprintf("%s as the procedure %s leaves it.",
		    m->target->id, m->object->id);
	else if (!text)
		text = made =
		    xasprintf("What the procedure %s returns.", m->object->id);
	js_set_str(rec, "description", text);
	free(made);
}

static struct json_object *columns_of(struct plan *p, struct model *m)
{
	struct json_object *a = NULL;

	if (m->columns)
		a = json_object_get(m->columns);
	else if (m->target)
		a = object_columns(p, m->target);
	return a ? a : json_object_new_array();
}

static void emit_model(struct plan *p, struct model *m)
{
	static const char *const layers[] = {
	    "staging", "intermediate", "marts"};
	struct json_object *rec = json_object_new_object(), *v;
	struct inputs in = {
	    p, m, json_object_new_array(), json_object_new_array()};

	plan_reach(p, m, add_input, &in);
	js_set_str(rec, "kind", "model");
	js_set_str(rec, "name", m->name);
	js_set_str(rec, "object", m->object->id);
	js_set_str(rec, "object_kind", object_kind_names[m->object->kind]);
	if (m->object->kind == OBJECT_PROCEDURE && m->target)
		js_set_str(rec, "target", m->target->id);
	if (*m->object->database)
		js_set_str(rec, "database", m->object->database);
	js_set_str(rec, "project", p->project);
	js_set_str(rec, "layer", layers[m->layer]);
	js_set_str(rec, "path", m->path);
	js_set_str(rec, "materialized", m->materialized);
	if (m->strategy)
		js_set(rec, "incremental", incremental(m));
	if (m->object->kind == OBJECT_PROCEDURE)
		js_set_str(rec, "pattern", tsql_pattern_name(m->pattern));
	js_set_int(rec, "wave", m->wave);
	js_set(rec, "depends_on", in.depends);
	js_set_str(rec, "dialect", p->dialect);
	js_set_str(rec, "collation",
	    m->object->collation ? m->object->collation : p->collation);
	js_set_str(rec, "collation_policy", p->policy);
	copy(rec, m->object->record, "definition");
	copy(rec, m->object->record, "parameters");
	js_set(rec, "columns", columns_of(p, m));
	js_set(rec, "inputs", in.list);
	js_set(rec, "keys",
	    m->target ? object_keys(m->target) : json_object_new_array());
	js_set(rec, "tests", model_tests(p, m));
	set_description(rec, m);
	if (m->outline)
		js_set(rec, "outline", json_object_get(m->outline));
	v = m->object->kind == OBJECT_PROCEDURE ? model_vars(m) : NULL;
	if (v)
		js_set(rec, "vars", v);
	v = model_requires(p, m, in.depends);
	if (v)
		js_set(rec, "requires", v);
	if (m->object->kind == OBJECT_PROCEDURE && m->target &&
	    js_len(m->target->writers) > 1)
		js_set(rec, "writers", json_object_get(m->target->writers));
	copy(rec, m->object->record, "assessment");
	js_set(rec, "findings", findings_json(&m->findings));
	js_set_str(rec, "status", m->circle ? "manual" : "planned");
	js_set_int(rec, "attempts", 0);
	js_set(rec, "errors", json_object_new_array());
	js_set(rec, "validation_score", NULL);
	write_record(p, rec);
}

void plan_emit(struct plan *p)
{
	uint32_t i;

	emit_plan(p);
	emit_sources(p);
	for (i = 0; i < p->nmodel && !ferror(stdout); i++)
		emit_model(p, p->model[i]);
}
