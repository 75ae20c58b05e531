/*
 * What procedures become: one model for each table that a procedure leaves
 * with other rows, its materialization by the pattern of the writes.
 */
#include "common/alloc.h"
#include "common/buf.h"
#include "plan.h"
#include "tsql/bind.h"
#include "tsql/parse.h"

/* The writes of one procedure to one table. */
struct target {
	struct object *object;
	uint32_t verbs; /* bits 1 << enum tsql_write_verb */
	bool only_log;	/* constants, or in a handler */
	bool rebuilds;	/* emptied before it is filled */
	bool dynamic;	/* a write that only the dependencies name */
	enum tsql_pattern pattern;
	const struct tsql_write *keyed; /* a DELETE or MERGE with keys */
	const struct tsql_write *into;	/* SELECT INTO */
};

struct procedure {
	struct plan *plan;
	struct object *object;
	struct arena *arena; /* of this procedure */
	struct tsql_module *module;
	struct tsql_profile profile;
	struct target *target;
	size_t nr, cap;
};

#define HAS(t, verb) (((t)->verbs & (1u << (verb))) != 0)

static struct object *object_of_name(
    struct plan *p, const struct tsql_objname *n)
{
	struct tsql_object *cat = tsql_catalog_find_name(p->catalog, n);
	const char *database = p->catalog->current;
	struct buf id = BUF_INIT;
	struct object *o;
	uint32_t i, from = n->n > 2 ? n->n - 2 : 0;

	if (cat)
		cat = tsql_catalog_follow(p->catalog, cat);
	if (cat && cat->data)
		return cat->data;
	if (n->n > 2 && n->part[n->n - 3].len)
		database = arena_strndup(
		    &p->arena, n->part[n->n - 3].text, n->part[n->n - 3].len);
	if (n->n == 1)
		buf_adds(&id, "dbo.");
	for (i = from; i < n->n; i++) {
		if (i > from)
			buf_addc(&id, '.');
		if (n->part[i].len)
			buf_add(&id, n->part[i].text, n->part[i].len);
		else
			buf_adds(&id, "dbo");
	}
	o = plan_object(p, database, buf_str(&id));
	buf_release(&id);
	return o;
}

static struct target *target_for(struct procedure *pr, struct object *o)
{
	struct target *t;
	size_t i;

	for (i = 0; i < pr->nr; i++) {
		if (pr->target[i].object == o)
			return &pr->target[i];
	}
	GROW(pr->target, pr->nr, pr->cap);
	t = &pr->target[pr->nr++];
	memset(t, 0, sizeof(*t));
	t->object = o;
	t->only_log = true;
	return t;
}

static bool writes_to(void *data, const struct tsql_write *w)
{
	struct target *t = ((void **)data)[0];
	struct plan *p = ((void **)data)[1];

	return w->name && !w->temporary &&
	    object_of_name(p, w->name) == t->object;
}

static void add_write(struct procedure *pr, const struct tsql_write *w)
{
	struct target *t = target_for(pr, object_of_name(pr->plan, w->name));

	t->verbs |= 1u << w->verb;
	if (w->in_handler)
		return;
	if (!w->given || w->in_loop)
		t->only_log = false;
	if (w->whole && !w->in_branch && !w->in_loop)
		t->rebuilds = true;
	if (w->nkey && !t->keyed)
		t->keyed = w;
	if (w->verb == TSQL_W_SELECT_INTO)
		t->into = w;
}

/* The writes as parsed, then those that only the dependencies know (dynamic
 * SQL that extract could read, or the server's catalogue). */
static void find_targets(struct procedure *pr)
{
	uint32_t i;
	size_t k;

	for (i = 0; i < pr->profile.nwrite; i++) {
		const struct tsql_write *w = &pr->profile.write[i];

		if (w->name && !w->temporary)
			add_write(pr, w);
	}
	for (i = 0; i < pr->object->nuse; i++) {
		const struct use *u = &pr->object->use[i];
		struct target *t;

		if (!u->writes || u->of->kind != OBJECT_TABLE)
			continue;
		t = target_for(pr, u->of);
		/* SELECT INTO is an insert to some of who find them. */
		if (HAS(t, u->write) ||
		    (u->write == TSQL_W_INSERT && HAS(t, TSQL_W_SELECT_INTO)))
			continue;
		t->verbs |= 1u << u->write;
		t->only_log = false;
		t->dynamic = true;
	}
	for (k = 0; k < pr->nr; k++) {
		void *data[2] = {&pr->target[k], pr->plan};

		pr->target[k].pattern =
		    tsql_profile_pattern_of(&pr->profile, writes_to, data);
	}
}

static bool fills(const struct target *t)
{
	return HAS(t, TSQL_W_INSERT) || HAS(t, TSQL_W_MERGE) ||
	    HAS(t, TSQL_W_SELECT_INTO);
}

/* Is there a table that is filled from others, beside this one? */
static bool has_better(const struct procedure *pr, const struct target *t)
{
	size_t i;

	for (i = 0; i < pr->nr; i++) {
		if (&pr->target[i] != t && fills(&pr->target[i]) &&
		    !pr->target[i].only_log)
			return true;
	}
	return false;
}

/* A log that nobody reads, a table of load points: not what it is for. */
static bool is_beside_the_point(
    const struct procedure *pr, const struct target *t)
{
	if (t->only_log)
		return t->object->readers == 0 || has_better(pr, t);
	return !fills(t) && has_better(pr, t);
}

static struct json_object *primary_key(struct object *o)
{
	struct json_object *key =
	    js_arr(js_obj(o->record, "primary_key"), "columns");

	if (!key)
		key = js_arr(json_object_array_get_idx(
				 js_arr(o->record, "unique_keys"), 0),
		    "columns");
	return js_len(key) ? json_object_get(key) : NULL;
}

/* A name as the table's record spells it. */
static const char *spelling(
    struct plan *p, struct object *o, const struct tsql_name *n)
{
	struct json_object *columns = js_arr(o->record, "columns");
	char *name = arena_strndup(&p->arena, n->text, n->len);
	size_t i;

	for (i = 0; i < js_len(columns); i++) {
		const char *c = js_str_or(
		    json_object_array_get_idx(columns, i), "name", "");

		if (name_eq(c, name))
			return c;
	}
	return name;
}

static struct json_object *written_key(struct plan *p, struct target *t)
{
	struct json_object *a;
	uint32_t i;

	if (!t->keyed)
		return NULL;
	a = json_object_new_array();
	for (i = 0; i < t->keyed->nkey; i++)
		js_push_str(a, spelling(p, t->object, t->keyed->key[i]));
	return a;
}

static void set_incremental(struct plan *p, struct model *m, struct target *t,
    const char *strategy, bool written_first)
{
	m->materialized = "incremental";
	m->strategy = strategy;
	m->keeps_rows = true;
	if (strcmp(strategy, "append") == 0)
		return;
	if (written_first)
		m->key = written_key(p, t);
	if (!m->key)
		m->key = primary_key(t->object);
	if (!m->key)
		findings_add(&m->findings, FINDING_NO_UNIQUE_KEY, 0, 0, "%s",
		    t->object->id);
}

static void materialize(struct plan *p, struct model *m, struct target *t)
{
	bool insert = HAS(t, TSQL_W_INSERT), update = HAS(t, TSQL_W_UPDATE);

	m->pattern = t->pattern;
	if (t->dynamic)
		m->pattern = TSQL_P_DYNAMIC;
	if (t->rebuilds || HAS(t, TSQL_W_SELECT_INTO)) {
		m->materialized = "table";
	} else if (HAS(t, TSQL_W_MERGE)) {
		set_incremental(p, m, t, "merge", true);
	} else if (insert && update) {
		set_incremental(p, m, t, "merge", false);
	} else if (insert && HAS(t, TSQL_W_DELETE)) {
		set_incremental(p, m, t, "delete+insert", true);
	} else if (insert) {
		set_incremental(p, m, t, "append", false);
	} else {
		m->materialized = "table";
		m->keeps_rows = true;
		findings_add(&m->findings, FINDING_CHANGES_SOURCE, 0, 0, "%s",
		    t->object->id);
	}
}

static struct json_object *row_columns(const struct tsql_row *row)
{
	struct json_object *a = json_object_new_array();
	uint32_t i;

	for (i = 0; i < row->n; i++) {
		struct json_object *c = json_object_new_object();
		struct buf type = BUF_INIT;

		js_set_str(c, "name", row->v[i].name);
		if (row->v[i].type)
			tsql_type_print_base(row->v[i].type, &type);
		js_set_str(c, "type", type.len ? buf_str(&type) : NULL);
		js_set_bool(
		    c, "nullable", !row->v[i].type || row->v[i].type->nullable);
		json_object_array_add(a, c);
		buf_release(&type);
	}
	return a;
}

/* The columns of a query's result, for tables that no record describes. */
static struct json_object *query_columns(const struct tsql_query *q)
{
	struct tsql_scope *scope = tsql_scope(q);

	return scope ? row_columns(&scope->out) : NULL;
}

static struct json_object *outline(const struct procedure *pr)
{
	struct json_object *a = json_object_new_array();
	const struct tsql_profile *o = &pr->profile;
	uint32_t i;

	for (i = 0; i < o->nwrite; i++) {
		const struct tsql_write *w = &o->write[i];
		struct buf line = BUF_INIT;

		buf_addf(&line, "line %u: %s ", w->stmt->line,
		    tsql_write_name(w->verb));
		if (w->name)
			buf_add(&line, pr->module->src + w->name->h.off,
			    w->name->h.len);
		else if (w->variable)
			buf_add(&line, w->variable->text, w->variable->len);
		if (w->in_loop)
			buf_adds(&line, ", in a loop");
		if (w->in_branch)
			buf_adds(&line, ", under a condition");
		if (w->in_handler)
			buf_adds(&line, ", when an error is caught");
		js_push_str(a, buf_str(&line));
		buf_release(&line);
	}
	return a;
}

static void add_model(struct procedure *pr, struct target *t)
{
	struct model *m = plan_add_model(pr->plan, pr->object, t->object);

	materialize(pr->plan, m, t);
	m->outline = outline(pr);
	if (t->into && !t->object->record)
		m->columns = query_columns(t->into->stmt->u.select);
}

/* The last SELECT that sends rows to the caller. */
static const struct tsql_stmt *result_of(const struct tsql_stmts *l)
{
	uint32_t i = l->n;

	while (i--) {
		const struct tsql_stmt *s = l->v[i], *found = NULL;

		if (s->h.kind == TSQL_S_SELECT)
			found = s;
		else if (s->h.kind == TSQL_S_BLOCK)
			found = result_of(&s->u.block.body);
		else if (s->h.kind == TSQL_S_TRY)
			found = result_of(&s->u.try_.body);
		if (found)
			return found;
	}
	return NULL;
}

static void without_targets(struct procedure *pr)
{
	const struct tsql_stmt *s =
	    tsql_first_stmt(pr->module, TSQL_S_CREATE_PROCEDURE);
	const struct tsql_stmt *result =
	    s ? result_of(&s->u.procedure.body) : NULL;
	struct model *m;

	if (pr->profile.pattern != TSQL_P_RESULT_SET || !result) {
		pr->object->reason = pr->profile.count[TSQL_FEATURE_EXECS]
		    ? "it only runs other procedures: dbt's graph does that"
		    : "it leaves no table with other rows";
		return;
	}
	m = plan_add_model(pr->plan, pr->object, NULL);
	m->pattern = TSQL_P_RESULT_SET;
	m->materialized = "table";
	m->columns = query_columns(result->u.select);
}

static void plan_procedure(struct plan *p, struct object *o, struct arena *a)
{
	struct json_object *def = js_obj(o->record, "definition");
	const char *text = js_str(def, "text");
	struct tsql_options parse = {0};
	struct tsql_bind_options bind = {0};
	struct procedure pr = {0};
	size_t i, models = 0;

	if (!text) {
		o->reason = "its text is not known";
		return;
	}
	parse.no_go = true;
	parse.first_line = (uint32_t)js_int(def, "line", 1);
	parse.quoted_identifier_off = !js_bool(def, "quoted_identifier", true);
	pr.plan = p;
	pr.object = o;
	pr.arena = a;
	pr.module = tsql_parse(a, text, strlen(text), &parse);
	p->catalog->current = *o->database ? o->database : NULL;
	bind.catalog = p->catalog;
	bind.quiet_unknown = true;
	tsql_bind_module(a, pr.module, &bind);
	tsql_profile_module(a, pr.module, &pr.profile);
	find_targets(&pr);
	for (i = 0; i < pr.nr; i++) {
		if (is_beside_the_point(&pr, &pr.target[i]))
			continue;
		add_model(&pr, &pr.target[i]);
		models++;
	}
	if (!models)
		without_targets(&pr);
	p->catalog->current = NULL;
	free(pr.target);
}

/* The model whose rows the others read: who rebuilds the table comes before
 * who adds to it; else the first by id. */
static void choose_writer(struct plan *p, struct model *m)
{
	struct object *t = m->target;
	struct model *old = t->model;

	(void)p;
	if (!old) {
		t->model = m;
		return;
	}
	if (old->keeps_rows && !m->keeps_rows)
		t->model = m;
}

static void say_several_writers(struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i], *first;

		if (!m->target || m->object->kind != OBJECT_PROCEDURE)
			continue;
		first = m->target->model;
		if (!first || first == m || first->target != m->target ||
		    first->object->kind != OBJECT_PROCEDURE)
			continue;
		findings_add(&m->findings, FINDING_SEVERAL_WRITERS, 0, 0,
		    "%s, whose rows come from %s", m->target->id,
		    first->object->id);
		findings_add(&first->findings, FINDING_SEVERAL_WRITERS, 0, 0,
		    "%s, also by %s", m->target->id, m->object->id);
	}
}

void plan_procedures(struct plan *p)
{
	struct arena a = ARENA_INIT;
	uint32_t i, given = p->nobject;

	for (i = 0; i < given; i++) {
		struct object *o = p->object[i];

		if (o->kind != OBJECT_PROCEDURE || o->reason)
			continue;
		plan_procedure(p, o, &a);
		arena_reset(&a);
	}
	arena_release(&a);
	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i];

		/* A table that is only corrected stays a source too. */
		if (m->target && (m->strategy || !m->keeps_rows))
			choose_writer(p, m);
	}
	say_several_writers(p);
}
