/*
 * What the text of a module tells beside the catalogue: defaults of
 * parameters, the name that it was created by, and what it depends on, joined
 * with the catalogue's own list. Where the two disagree there is a finding.
 */
#include <json-c/json.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "tsql/deps.h"
#include "tsql/parse.h"

#include "live_reader.h"
#include "live_result.h"

struct live_parser {
	struct catalog *known;
	struct tsql_catalog *catalog; /* what of it was asked for */
	struct arena arena;	      /* of one module */
	struct arena kept;	      /* references, with results */
	struct buf text, name;
	bool results;
};

/* -- the catalogue of names ---------------------------------------------- */

static void add_record(struct live_parser *p, const struct buf *record)
{
	struct json_object *o = json_tokener_parse(buf_str(record));

	if (o)
		tsql_catalog_add_record(p->catalog, o);
	json_object_put(o);
}

/* What the binder wants to know of an object, whose text another thread may
 * be parsing. */
static void add_object(struct live_parser *p, const struct live_object *o)
{
	struct live_object known = {.kind = o->kind,
	    .schema = o->schema,
	    .name = o->name,
	    .type = o->type,
	    .primary_key = o->primary_key,
	    .unique_keys = o->unique_keys,
	    .returns = o->returns,
	    .target = o->target,
	    .extra = o->extra,
	    .row_count = -1};

	pthread_mutex_lock(&p->known->lock);
	known.columns = o->columns;
	known.parameters = o->parameters;
	known.base_type = o->base_type;
	pthread_mutex_unlock(&p->known->lock);
	buf_reset(&p->text);
	object_record(p->known, &known, NULL, NULL, &p->text, NULL);
	add_record(p, &p->text);
}

/* A name that a text has: most of a large catalogue is never asked for. */
static void supply(void *ctx, const char *schema, const char *name)
{
	struct live_parser *p = ctx;
	const struct live_object *o;

	buf_reset(&p->name);
	buf_adds(&p->name, schema);
	buf_addc(&p->name, '.');
	buf_adds(&p->name, name);
	o = map_get(&p->known->by_name, p->name.s);
	if (!o)
		o = map_get(&p->known->types, p->name.s);
	if (o && o->kind)
		add_object(p, o);
}

struct live_parser *live_parser_new(struct catalog *c, bool results)
{
	struct live_parser *p = xcalloc(1, sizeof(*p));
	size_t i;

	arena_init(&p->arena);
	arena_init(&p->kept);
	p->known = c;
	p->results = results;
	p->catalog = tsql_catalog_new();
	database_record(c, &p->text);
	add_record(p, &p->text);
	/* the catalogue's index folds case: where that matters, all at once */
	if (!p->catalog->exact) {
		p->catalog->supply = supply;
		p->catalog->supply_ctx = p;
	}
	for (i = 0; i < c->nr; i++) {
		struct live_object *o = c->objects[i];

		if (!o->kind)
			continue;
		/* some servers call every function scalar and list no columns:
		 * one that returns no scalar is of a table, columns unknown */
		if (strcmp(o->kind, "function") == 0 && !o->returns &&
		    !o->columns && strcmp(o->type, "FN") == 0)
			o->base_type = "multi_statement";
		if (p->catalog->exact)
			add_object(p, o);
	}
	return p;
}

size_t live_parsers_wanted(const struct catalog *c)
{
	const struct tsql_collation *coll = c->collation
	    ? tsql_collation_get(c->collation, strlen(c->collation))
	    : NULL;
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	size_t i;

	/* each would hold the whole catalogue */
	if (coll && coll->case_sensitive)
		return 1;
	for (i = 0; i < c->nr; i++) {
		const struct live_object *o = c->objects[i];

		/* its columns come from its text, for those behind it */
		if (o->kind && strcmp(o->kind, "function") == 0 &&
		    !o->returns && !o->columns)
			return 1;
	}
	return n < 1 ? 1 : n > MAX_PARSERS ? MAX_PARSERS : (size_t)n;
}

void live_parser_free(struct live_parser *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	arena_release(&p->kept);
	tsql_catalog_free(p->catalog);
	buf_release(&p->text);
	buf_release(&p->name);
	free(p);
}

/* -- parameters and names ------------------------------------------------- */

static const struct tsql_params *params_of(const struct tsql_stmt *s)
{
	if (s->h.kind == TSQL_S_CREATE_PROCEDURE)
		return &s->u.procedure.params;
	if (s->h.kind == TSQL_S_CREATE_FUNCTION)
		return &s->u.function.params;
	return NULL;
}

static const struct tsql_objname *name_of(const struct tsql_stmt *s)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_PROCEDURE: return s->u.procedure.name;
	case TSQL_S_CREATE_FUNCTION: return s->u.function.name;
	case TSQL_S_CREATE_VIEW: return s->u.view.name;
	case TSQL_S_CREATE_TRIGGER: return s->u.trigger.name;
	default: return NULL;
	}
}

/* A section of an object that its text tells. */
static void set_section(
    struct live_parser *p, const char **section, const char *s, size_t len)
{
	pthread_mutex_lock(&p->known->lock);
	*section = arena_strndup(&p->known->arena, s, len);
	pthread_mutex_unlock(&p->known->lock);
}

/* Puts "default" into the parameter's object of the JSON text, where the
 * script's records have it: before "output". */
static void add_default(
    struct buf *json, const char *name, const char *def, size_t len)
{
	struct buf key = BUF_INIT, tail = BUF_INIT;
	char *at;

	buf_adds(&key, "{\"name\":");
	json_add_text(&key, name);
	buf_addc(&key, ',');
	at = strstr(json->s, key.s);
	at = at ? strstr(at, ",\"output\":") : NULL;
	if (at) {
		size_t cut = (size_t)(at - json->s);

		buf_add(&tail, at, json->len - cut);
		buf_setlen(json, cut);
		buf_adds(json, ",\"default\":");
		db_json_string(json, def, len);
		buf_add(json, tail.s, tail.len);
	}
	buf_release(&key);
	buf_release(&tail);
}

static void set_defaults(struct live_parser *p, struct live_object *o,
    const char *text, const struct tsql_params *params)
{
	struct buf json = BUF_INIT;
	uint32_t i;
	bool any = false;

	buf_adds(&json, o->parameters);
	for (i = 0; i < params->n; i++) {
		const struct tsql_param *v = params->v[i];
		char *name;

		if (!v->def)
			continue;
		name = xmemdupz(v->name.text, v->name.len);
		add_default(&json, name, text + v->def->h.off, v->def->h.len);
		free(name);
		any = true;
	}
	if (any)
		set_section(p, &o->parameters, json.s, json.len);
	buf_release(&json);
}

/* After sp_rename the text keeps the old name. */
static void compare_name(
    struct live_object *o, const struct tsql_objname *n, struct findings *f)
{
	char *name;

	if (!n->n)
		return;
	name = xmemdupz(n->part[n->n - 1].text, n->part[n->n - 1].len);
	if (!name_eq(name, o->name))
		findings_add(f, FINDING_RENAMED, 0, 0, "%s", name);
	free(name);
}

/* The columns that a table function's text makes, where the catalogue has
 * none. */
static void function_columns(struct live_parser *p, struct live_object *o,
    const struct tsql_stmt *s, const char *text)
{
	struct tsql_object *known = tsql_catalog_add_stmt(p->catalog, s, text);
	const struct tsql_row *row =
	    known ? tsql_object_row(p->catalog, known) : NULL;
	struct buf b = BUF_INIT;
	uint32_t i;

	for (i = 0; row && !row->open && i < row->n; i++) {
		const struct tsql_type *t = row->v[i].type;

		json_add_item(&b);
		buf_adds(&b, "{\"name\":");
		json_add_text(&b, row->v[i].name);
		buf_adds(&b, ",\"type\":");
		if (t->base == TSQL_TY_UNKNOWN)
			buf_adds(&b, "null");
		else
			json_add_text(&b, tsql_type_text(t, &p->arena));
		buf_addf(
		    &b, ",\"nullable\":%s}", t->nullable ? "true" : "false");
	}
	if (b.len) {
		buf_addc(&b, ']');
		set_section(p, &o->columns, b.s, b.len);
	}
	buf_release(&b);
}

static void function_kind(struct live_parser *p, struct live_object *o,
    const struct tsql_stmt *s, const char *text)
{
	static const char *const kinds[] = {
	    "scalar", "inline", "multi_statement", "clr"};

	pthread_mutex_lock(&p->known->lock);
	o->base_type = kinds[s->u.function.what];
	pthread_mutex_unlock(&p->known->lock);
	if (s->u.function.what && !o->columns)
		function_columns(p, o, s, text);
}

static void header(struct live_parser *p, struct live_object *o,
    const char *text, const struct tsql_module *t, struct findings *f)
{
	const struct tsql_stmt *s;
	const struct tsql_params *params;

	if (!t->nbatch || !t->batch[0]->stmts.n)
		return;
	s = t->batch[0]->stmts.v[0];
	params = params_of(s);
	if (name_of(s))
		compare_name(o, name_of(s), f);
	if (params && o->parameters)
		set_defaults(p, o, text, params);
	if (s->h.kind == TSQL_S_CREATE_FUNCTION)
		function_kind(p, o, s, text);
}

/* -- dependencies --------------------------------------------------------- */

static const char *columns_json(
    struct live_parser *p, struct arena *a, const struct tsql_dep *dep)
{
	struct buf *b = &p->text;
	uint32_t i;

	if (!dep->ncolumn)
		return NULL;
	buf_reset(b);
	for (i = 0; i < dep->ncolumn; i++) {
		json_add_item(b);
		json_add_text(b, dep->column[i]);
	}
	buf_addc(b, ']');
	return arena_strndup(a, b->s, b->len);
}

/* Edges to the target among the catalogue's: of one type, or any. */
static struct live_edge *find_edge(
    struct live_edge *catalogued, const char *target, const char *type)
{
	struct live_edge *e;

	for (e = catalogued; e; e = e->next) {
		if ((!type || strcmp(e->type, type) == 0) &&
		    name_eq(e->target, target))
			return e;
	}
	return NULL;
}

/* A reference that the text has. */
static void join_edge(struct live_parser *p, struct live_object *o,
    struct live_edge *catalogued, const struct tsql_dep *dep,
    struct findings *f)
{
	struct arena *a = p->results ? &p->kept : &p->arena;
	const char *type = tsql_dep_name(dep->kind);
	struct live_edge *e = find_edge(catalogued, dep->target, "unknown");
	bool both = find_edge(catalogued, dep->target, NULL) != NULL;

	if (!e || dep->kind == TSQL_DEP_UNKNOWN) {
		if (find_edge(catalogued, dep->target, type))
			return;
		e = ARENA_NEW(a, struct live_edge);
		e->target = arena_strdup(a, dep->target);
		if (dep->database)
			e->database = arena_strdup(a, dep->database);
		if (dep->server)
			e->server = arena_strdup(a, dep->server);
		e->known = true; /* the binder says what it can't resolve */
		e->next = o->edges;
		o->edges = e;
	}
	e->type = type;
	e->columns = columns_json(p, a, dep);
	e->found = both ? "both" : "parsed";
	if (!both && p->known->has_dependencies && dep->object &&
	    !dep->dynamic && dep->kind != TSQL_DEP_UNKNOWN)
		findings_add(f, FINDING_DEPENDENCY_NOT_CATALOGUED, 0, 0, "%s",
		    dep->target);
}

static void result(struct live_parser *p, struct live_object *o,
    const char *text, const struct tsql_module *t, struct findings *f)
{
	const char *why, *query = result_query(&p->arena, text, t, &why);

	if (query)
		set_section(p, &o->result, query, strlen(query));
	else if (why)
		findings_add(f, FINDING_RESULT_NOT_READ, 0, 0, "%s", why);
}

/* What the catalogue has and the text doesn't. */
static void leftovers(struct live_object *o, struct findings *f)
{
	const struct live_edge *e;

	for (e = o->edges; e; e = e->next) {
		if (strcmp(e->found, "catalogue") == 0 &&
		    strcmp(e->type, "unknown") == 0 && e->known)
			findings_add(f, FINDING_DEPENDENCY_NOT_PARSED, 0, 0,
			    "%s", e->target);
	}
}

void live_parser_take(struct live_parser *p, struct live_object *o,
    const struct live_module *m, struct findings *f)
{
	struct tsql_options parse = {.no_go = true,
	    .findings = f,
	    .quoted_identifier_off = !m->quoted_identifier,
	    .ansi_nulls_off = !m->ansi_nulls};
	struct tsql_bind_options bind = {.catalog = p->catalog,
	    .findings = f,
	    .src = m->text,
	    .src_len = m->len};
	struct tsql_module *t;
	struct live_edge *catalogued = o->edges;
	struct tsql_deps *deps;
	uint32_t i;

	arena_reset(&p->arena);
	t = tsql_parse(&p->arena, m->text, m->len, &parse);
	header(p, o, m->text, t, f);
	tsql_bind_module(&p->arena, t, &bind);
	deps = tsql_deps_of(&p->arena, t, NULL, &bind);
	buf_reset(&p->name);
	buf_adds(&p->name, o->schema);
	buf_addc(&p->name, '.');
	buf_adds(&p->name, o->name);
	for (i = 0; i < deps->n; i++) {
		/* the module itself is what its CREATE refers to */
		if (!name_eq(deps->v[i].target, p->name.s))
			join_edge(p, o, catalogued, &deps->v[i], f);
	}
	if (!t->nopaque)
		leftovers(o, f);
	if (p->results && strcmp(o->kind, "procedure") == 0)
		result(p, o, m->text, t, f);
}

/* -- jobs ----------------------------------------------------------------- */

/* Does a name begin with its database? */
static bool is_of(const char *name, const char *database)
{
	size_t n = strlen(database);

	return strncasecmp(name, database, n) == 0 && name[n] == '.';
}

/* What one step's command reads, writes and calls. */
static void take_step(struct live_parser *p, struct catalog *c,
    struct live_object *o, struct json_object *step, struct findings *f)
{
	const char *text = js_str_or(step, "command", "");
	const char *database = js_str(step, "database");
	struct tsql_options parse = {.findings = f};
	struct tsql_bind_options bind = {.catalog = p->catalog,
	    .findings = f,
	    .src = text,
	    .src_len = strlen(text)};
	bool here = !database || name_eq(database, c->database);
	struct tsql_module *t;
	struct tsql_deps *deps;
	uint32_t i;

	/* what the step names is of its database */
	p->catalog->current = here ? NULL : catalog_intern(c, database);
	t = tsql_parse(&p->arena, text, strlen(text), &parse);
	tsql_bind_module(&p->arena, t, &bind);
	deps = tsql_deps_of(&p->arena, t, NULL, &bind);
	p->catalog->current = NULL;
	for (i = 0; i < deps->n; i++) {
		struct tsql_dep dep = deps->v[i];

		if (!*dep.target)
			continue;
		if (!here && !dep.database) {
			dep.database = database;
			if (!is_of(dep.target, database))
				dep.target = arena_printf(
				    &p->arena, "%s.%s", database, dep.target);
		} else if (dep.database && name_eq(dep.database, c->database)) {
			dep.database = NULL;
		}
		join_edge(p, o, NULL, &dep, f);
	}
}

void live_parser_job(
    struct live_parser *p, struct catalog *c, struct live_object *o)
{
	/* that a name is not known here is no finding: jobs serve many
	 * databases */
	struct findings f = FINDINGS_INIT;
	struct json_object *job, *steps;
	size_t i;

	arena_reset(&p->arena);
	buf_reset(&p->text);
	buf_addf(&p->text, "{%s}", o->extra + 1);
	job = json_tokener_parse(p->text.s);
	steps = js_arr(job, "steps");
	for (i = 0; i < js_len(steps); i++)
		take_step(p, c, o, json_object_array_get_idx(steps, i), &f);
	json_object_put(job);
	findings_release(&f);
}
