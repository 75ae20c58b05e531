#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "tsql/bind_int.h"
#include "tsql/parse.h"

#define FINDINGS_MAX 1000 /* of one binding: more help nobody */

void b_init(struct binder *b, struct arena *a,
    const struct tsql_bind_options *opt, struct tsql_catalog *cat)
{
	memset(b, 0, sizeof(*b));
	b->a = a;
	b->opt = opt;
	b->src = opt->src;
	b->cat = cat;
	map_init(&b->variables, MAP_FOLD);
	map_init(&b->locals, cat->exact ? MAP_EXACT : MAP_FOLD);
}

void b_release(struct binder *b)
{
	map_release(&b->variables, NULL);
	map_release(&b->locals, NULL);
	free(b->chain);
	free(b->joins);
	free(b->sets);
}

const struct tsql_type *b_keep(struct binder *b, const struct tsql_type *t)
{
	return tsql_type_keep(&b->types, b->a, t);
}

const struct tsql_type *b_unknown(void)
{
	static const struct tsql_type unknown = {.nullable = true};

	return &unknown;
}

void b_finding(struct binder *b, enum finding_code code, uint32_t off,
    const char *text, size_t len)
{
	struct tsql_pos pos;

	if (b->quiet || !b->opt->findings || b->nfinding >= FINDINGS_MAX)
		return;
	if (code == FINDING_UNRESOLVED_OBJECT && b->opt->quiet_unknown)
		return;
	b->nfinding++;
	pos = b->module ? tsql_line_col(b->module, off)
			: tsql_text_pos(b->opt->src, b->opt->src_len, off,
			      b->opt->first_line);
	findings_add(b->opt->findings, code, pos.line, pos.column, "%.*s",
	    (int)(len > 500 ? 500 : len), text);
}

const char *b_name(struct binder *b, const struct tsql_name *n)
{
	return arena_strndup(b->a, n->text ? n->text : "", n->len);
}

struct tsql_scope *b_scope_new(struct binder *b, struct tsql_query *q,
    struct tsql_scope *outer, struct tsql_scope *parent)
{
	struct tsql_scope *s = ARENA_NEW(b->a, struct tsql_scope);

	s->h.to = TSQL_B_SCOPE;
	s->query = q;
	s->outer = outer;
	s->parent = parent;
	s->result = &s->out;
	s->out.exact = b->cat->exact;
	if (q)
		q->bound = &s->h;
	return s;
}

struct tsql_source *b_source_add(
    struct binder *b, struct tsql_scope *scope, struct tsql_from *f)
{
	/* until its columns are known; they may hold names themselves */
	static const struct tsql_row unknown = {.open = true};
	struct tsql_source *s = ARENA_NEW(b->a, struct tsql_source);

	s->h.to = TSQL_B_SOURCE;
	s->row = &unknown;
	s->from = f;
	s->scope = scope;
	s->index = scope->nsource;
	if (f) {
		f->bound = &s->h;
		s->name = f->alias;
	}
	if (scope->nsource == scope->source_cap) {
		uint32_t cap = scope->source_cap ? scope->source_cap * 2 : 2;
		struct tsql_source **v = arena_alloc(b->a, cap * sizeof(*v));

		if (scope->nsource)
			memcpy(v, scope->source,
			    scope->nsource * sizeof(struct tsql_source *));
		scope->source = v;
		scope->source_cap = cap;
	}
	scope->source[scope->nsource++] = s;
	return s;
}

/* ---- objects ---- */

static bool is_word(const struct tsql_name *n, const char *word)
{
	return n->text && tsql_name_is(n, word);
}

/* The system tables of SQL Server 2000, still there as views. */
static bool is_old_system_table(const struct tsql_name *n)
{
	static const char *const names[] = {"sysaltfiles", "syscacheobjects",
	    "syscharsets", "syscolumns", "syscomments", "sysconfigures",
	    "sysconstraints", "syscurconfigs", "sysdatabases", "sysdepends",
	    "sysdevices", "sysfilegroups", "sysfiles", "sysforeignkeys",
	    "sysfulltextcatalogs", "sysindexes", "sysindexkeys", "syslanguages",
	    "syslockinfo", "syslogins", "sysmembers", "sysmessages",
	    "sysobjects", "sysoledbusers", "sysopentapes", "sysperfinfo",
	    "syspermissions", "sysprocesses", "sysprotects", "sysreferences",
	    "sysremotelogins", "sysservers", "systypes", "sysusers"};
	size_t i;

	if (n->len < 8 || strncasecmp(n->text, "sys", 3) != 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (is_word(n, names[i]))
			return true;
	return false;
}

/* sys.x and INFORMATION_SCHEMA.x exist without a record. */
static bool is_system(const struct tsql_objname *n)
{
	const struct tsql_name *last = &n->part[n->n - 1];
	const struct tsql_name *schema;

	if (n->n < 2 || !n->part[n->n - 2].len)
		return is_old_system_table(last) ||
		    (last->len > 3 && !strncasecmp(last->text, "fn_", 3));
	schema = &n->part[n->n - 2];
	return is_word(schema, "sys") ||
	    is_word(schema, "INFORMATION_SCHEMA") ||
	    (is_word(schema, "dbo") && is_old_system_table(last));
}

/* The system's own procedures are in every database. */
static bool is_system_procedure(const struct tsql_name *n)
{
	return n->len > 3 &&
	    (!strncasecmp(n->text, "sp_", 3) ||
		!strncasecmp(n->text, "xp_", 3));
}

static struct tsql_object *system_object(
    struct binder *b, const struct tsql_objname *n)
{
	struct tsql_object *o = tsql_catalog_find_name(b->cat, n);
	struct arena *a = &b->cat->arena;
	const struct tsql_name *schema = n->n > 1 ? &n->part[n->n - 2] : NULL;

	const char *name =
	    arena_strndup(b->a, n->part[n->n - 1].text, n->part[n->n - 1].len);

	if (!o && !(schema && schema->len))
		o = tsql_catalog_find(b->cat, NULL, "sys", name);
	if (o)
		return o;
	o = ARENA_NEW(a, struct tsql_object);
	o->kind = TSQL_OBJ_SYSTEM;
	o->name = arena_strdup(a, name);
	o->schema = schema && schema->len
	    ? arena_strndup(a, schema->text, schema->len)
	    : "sys";
	if (n->n > 2 && n->part[n->n - 3].len)
		o->database = arena_strndup(
		    a, n->part[n->n - 3].text, n->part[n->n - 3].len);
	else
		o->database = b->cat->current;
	o->row.open = true;
	tsql_catalog_put(b->cat, o);
	return o;
}

static struct tsql_object *find_local(
    struct binder *b, const struct tsql_objname *n)
{
	const struct tsql_name *last = &n->part[n->n - 1];
	struct buf key = BUF_INIT;
	struct tsql_object *o;
	const char *database;

	if (!b->locals.nr)
		return NULL;
	if (last->text[0] == '#')
		return map_getn(&b->locals, last->text, last->len);
	if (n->n > 3)
		return NULL;
	database = n->n > 2 && n->part[0].len
	    ? arena_strndup(b->a, n->part[0].text, n->part[0].len)
	    : b->cat->current;
	if (!tsql_catalog_is_first(b->cat, database))
		buf_addf(&key, "%s.", database);
	if (n->n > 1 && n->part[n->n - 2].len)
		buf_add(&key, n->part[n->n - 2].text, n->part[n->n - 2].len);
	else
		buf_adds(&key, b->cat->default_schema);
	buf_addc(&key, '.');
	buf_add(&key, last->text, last->len);
	o = map_getn(&b->locals, key.s, key.len);
	buf_release(&key);
	return o;
}

/* Another server's or database's: not to be known here. */
static bool is_elsewhere(struct binder *b, const struct tsql_objname *n)
{
	const struct tsql_name *db;
	const char *here;

	if (n->n > 3)
		return true;
	if (n->n < 3 || !n->part[0].len)
		return false;
	db = &n->part[0];
	here = b->cat->current ? b->cat->current : b->cat->database;
	return !here || !tsql_name_is(db, here);
}

/*
 * A module names the same tables again and again: where the name that was
 * written like this one may be, and what it was bound to. Only for names with
 * a schema and objects of the catalogue: those mean the same all along.
 */
static struct seen_name *seen_slot(
    struct binder *b, const struct tsql_objname *n)
{
	const struct tsql_name *last = &n->part[n->n - 1];
	unsigned h = last->len * 7u + (unsigned char)last->text[0];

	if (n->n < 2 || !last[-1].len)
		return NULL;
	h += (unsigned char)last->text[last->len - 1] * 5u + last[-1].len * 3u;
	return &b->seen[h % ARRAY_SIZE(b->seen)];
}

static bool same_written(
    const struct tsql_objname *x, const struct tsql_objname *y)
{
	uint32_t i;

	if (x->n != y->n)
		return false;
	for (i = 0; i < x->n; i++)
		if (x->part[i].len != y->part[i].len ||
		    memcmp(x->part[i].text, y->part[i].text, x->part[i].len))
			return false;
	return true;
}

struct tsql_object *b_find_object(
    struct binder *b, struct tsql_objname *n, bool report)
{
	struct tsql_object_ref *ref;
	struct seen_name *seen;
	struct tsql_object *o;

	if (!n || !n->n || !n->part[n->n - 1].len)
		return NULL;
	o = find_local(b, n);
	seen = o ? NULL : seen_slot(b, n);
	if (seen && seen->name && seen->current == b->cat->current &&
	    same_written(seen->name, n)) {
		n->bound = &seen->ref->h;
		return seen->ref->object;
	}
	if (!o && n->part[n->n - 1].text[0] != '#')
		o = is_system(n) && n->n < 4
		    ? system_object(b, n)
		    : tsql_catalog_find_name(b->cat, n);
	ref = ARENA_NEW(b->a, struct tsql_object_ref);
	ref->h.to = TSQL_B_OBJECT;
	if (o && o->kind == TSQL_OBJ_SYNONYM) {
		ref->synonym = o;
		o = tsql_catalog_follow(b->cat, o);
	}
	ref->object = o;
	n->bound = &ref->h;
	if (seen && o) {
		seen->name = n;
		seen->current = b->cat->current;
		seen->ref = ref;
	}
	if (!o && report && !ref->synonym && !is_elsewhere(b, n) &&
	    !is_system_procedure(&n->part[n->n - 1]))
		b_finding(b, FINDING_UNRESOLVED_OBJECT, n->h.off,
		    n->part[n->n - 1].text, n->part[n->n - 1].len);
	return o;
}

bool b_span_is(const struct binder *b, struct tsql_span s, const char *word)
{
	return b->src && s.len == strlen(word) &&
	    !strncasecmp(b->src + s.off, word, s.len);
}

void b_bind_word(struct binder *b, struct tsql_expr *e)
{
	static struct tsql_binding word = {TSQL_B_WORD};

	(void)b;
	e->bound = &word;
	e->type = b_unknown();
}

/* ---- entries ---- */

void tsql_bind_module(
    struct arena *a, struct tsql_module *m, const struct tsql_bind_options *opt)
{
	const char *current = opt->catalog->current; /* USE changes it */
	struct binder b;
	uint32_t i;

	b_init(&b, a, opt, opt->catalog);
	b.module = m;
	b.src = m->src;
	for (i = 0; i < opt->ntemp; i++)
		map_set(&b.locals, opt->temp[i]->name, opt->temp[i]);
	if (opt->params)
		b_params(&b, opt->params);
	for (i = 0; i < m->nbatch; i++) {
		b.nulls_equal = !m->batch[i]->ansi_nulls;
		b_stmts(&b, &m->batch[i]->stmts);
		map_release(&b.variables, NULL);
	}
	opt->catalog->current = current;
	b_release(&b);
}

struct tsql_scope *tsql_bind_query(
    struct arena *a, struct tsql_query *q, const struct tsql_bind_options *opt)
{
	struct tsql_scope *s;
	struct binder b;

	b_init(&b, a, opt, opt->catalog);
	s = b_query(&b, q, NULL, NULL);
	b_release(&b);
	return s;
}

const struct tsql_type *tsql_bind_expr(struct arena *a, struct tsql_expr *e,
    const struct tsql_object *table, const struct tsql_bind_options *opt)
{
	struct tsql_source *s;
	struct binder b;

	b_init(&b, a, opt, opt->catalog);
	b.scope = b_scope_new(&b, NULL, NULL, NULL);
	if (table) {
		s = b_source_add(&b, b.scope, NULL);
		s->object = (struct tsql_object *)table;
		s->row = &table->row;
		s->name.text = table->name;
		s->name.len = (uint32_t)strlen(table->name);
		b.scope->open = table->row.open;
	}
	b_expr(&b, e);
	b_release(&b);
	return e->type ? e->type : b_unknown();
}

const struct tsql_row *tsql_query_row(const struct tsql_query *q)
{
	static const struct tsql_row none = {.open = true};
	struct tsql_scope *s = tsql_scope(q);

	return s ? s->result : &none;
}

/* ---- columns of catalogue objects from their text ---- */

struct text_query {
	struct tsql_query *query;
	struct tsql_names *columns;
};

static struct tsql_stmt *only_statement(struct tsql_module *m)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			switch (m->batch[i]->stmts.v[k]->h.kind) {
			case TSQL_S_CREATE_VIEW:
			case TSQL_S_CREATE_FUNCTION:
			case TSQL_S_CREATE_TABLE:
				return m->batch[i]->stmts.v[k];
			default: break;
			}
	return NULL;
}

static void take_params(struct binder *b, const struct tsql_params *params)
{
	uint32_t i;

	for (i = 0; i < params->n; i++) {
		struct tsql_variable *v = ARENA_NEW(b->a, struct tsql_variable);
		struct tsql_type t;

		b_dtype(b, params->v[i]->type, 1);
		t = params->v[i]->type && params->v[i]->type->type
		    ? *params->v[i]->type->type
		    : *b_unknown();
		v->name = b_name(b, &params->v[i]->name);
		v->type = b_keep(b, &t);
		v->param = params->v[i];
		b_declare(b, v);
	}
}

/* Copies names and types out of the temporary arena. */
static void copy_row(struct tsql_catalog *c, struct tsql_object *o,
    const struct tsql_row *r, const struct tsql_names *names)
{
	struct tsql_column *v = arena_alloc(&c->arena, r->n * sizeof(*v));
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		struct tsql_type t = *r->v[i].type;

		if (names && i < names->n)
			v[i].name = arena_strndup(
			    &c->arena, names->v[i].text, names->v[i].len);
		else
			v[i].name =
			    arena_strndup(&c->arena, r->v[i].name, r->v[i].len);
		v[i].len = (uint32_t)strlen(v[i].name);
		v[i].ordinal = i;
		t.literal = false;
		if (tsql_is_string(&t) && t.label == TSQL_COLL_COERCIBLE)
			t.label = TSQL_COLL_IMPLICIT;
		if (t.user)
			t.user = arena_strdup(&c->arena, t.user);
		v[i].type = tsql_catalog_intern(c, &t);
	}
	o->row.v = v;
	o->row.n = r->n;
	o->row.open = r->open;
}

void tsql_bind_object_row(struct tsql_catalog *c, struct tsql_object *o)
{
	struct tsql_options po = {
	    .no_go = true, .quoted_identifier_off = !o->quoted_identifier};
	struct tsql_bind_options bo = {.catalog = c};
	struct tsql_names *names = NULL;
	struct tsql_query *q = NULL;
	struct arena a = ARENA_INIT;
	struct tsql_stmt *s;
	struct binder b;

	o->row.open = true;
	s = only_statement(tsql_parse(&a, o->text, o->text_len, &po));
	if (s && s->h.kind == TSQL_S_CREATE_VIEW) {
		q = s->u.view.query;
		names = &s->u.view.columns;
	} else if (s && s->h.kind == TSQL_S_CREATE_FUNCTION) {
		q = s->u.function.query;
	} else if (s) {
		q = s->u.table.query;
		names = &s->u.table.ctas_columns;
	}
	if (q) {
		b_init(&b, &a, &bo, c);
		b.quiet = true;
		b.src = o->text;
		if (s->h.kind == TSQL_S_CREATE_FUNCTION)
			take_params(&b, &s->u.function.params);
		b_query(&b, q, NULL, NULL);
		copy_row(c, o, tsql_query_row(q), names);
		b_release(&b);
	}
	arena_release(&a);
}

void tsql_bind_computed(struct tsql_catalog *c, struct tsql_object *o)
{
	struct tsql_bind_options bo = {.catalog = c};
	struct arena a = ARENA_INIT;
	uint32_t i;

	for (i = 0; i < o->row.n; i++) {
		struct tsql_column *col = &o->row.v[i];
		struct tsql_expr *e;
		struct tsql_type t;

		if (!col->computed || col->type->base != TSQL_TY_UNKNOWN)
			continue;
		e = tsql_parse_expr(
		    &a, col->computed, strlen(col->computed), NULL);
		if (!e)
			continue;
		t = *tsql_bind_expr(&a, e, o, &bo);
		t.literal = false;
		if (t.user)
			t.user = arena_strdup(&c->arena, t.user);
		if (t.base != TSQL_TY_BOOLEAN)
			col->type = tsql_catalog_intern(c, &t);
	}
	arena_release(&a);
}
