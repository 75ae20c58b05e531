#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/finding.h"
#include "tsql/deps.h"
#include "tsql/parse.h"

/* One dependency while it grows. */
struct entry {
	struct tsql_dep dep;
	const struct tsql_row *row;
	uint64_t *bits;	  /* columns of row seen, by ordinal */
	struct map names; /* columns of what isn't known */
};

struct collector {
	struct arena *a;
	const struct tsql_bind_options *opt;
	const struct tsql_module *module;
	struct map entries; /* "kind target" -> struct entry */
	bool dynamic;
	uint32_t dynamic_off; /* of the EXEC */
	struct {
		const struct tsql_source *source;
		struct entry *entry;
	} cache[64];
	struct tsql_dynamics texts;
	unsigned depth;
};

const char *tsql_dep_name(enum tsql_dep_kind kind)
{
	static const char *const names[] = {"select", "insert", "update",
	    "delete", "merge", "truncate", "exec", "call", "foreign_key",
	    "reference", "unknown"};

	return names[kind];
}

/* ---- entries ---- */

static struct entry *put(struct collector *c, enum tsql_dep_kind kind,
    const char *target, struct tsql_object *o, uint32_t off)
{
	struct buf key = BUF_INIT;
	struct map_entry *m;
	struct entry *e;

	buf_addc(&key, (char)('a' + kind));
	buf_adds(&key, target);
	m = map_put(&c->entries, key.s, key.len);
	buf_release(&key);
	if (m->value)
		return m->value;
	e = ARENA_NEW(c->a, struct entry);
	e->dep.kind = kind;
	e->dep.target = arena_strdup(c->a, target);
	e->dep.object = o;
	e->dep.off = c->dynamic ? c->dynamic_off : off;
	e->dep.dynamic = c->dynamic;
	map_init(&e->names, MAP_FOLD);
	if (o && !o->row.open && !o->row_state)
		e->row = &o->row;
	m->value = e;
	return e;
}

static bool has_hole(const struct tsql_name *n)
{
	size_t len = strlen(TSQL_DYNAMIC_HOLE), i;

	for (i = 0; n->text && n->len >= len && i <= n->len - len; i++)
		if (!memcmp(n->text + i, TSQL_DYNAMIC_HOLE, len))
			return true;
	return false;
}

static void unknown(
    struct collector *c, uint32_t off, const char *target, const char *why)
{
	struct tsql_pos pos;

	put(c, TSQL_DEP_UNKNOWN, target, NULL, off);
	if (!c->opt || !c->opt->findings)
		return;
	if (c->dynamic)
		off = c->dynamic_off;
	pos = c->module && c->module->src
	    ? tsql_line_col(c->module, off)
	    : tsql_text_pos(
		  c->opt->src, c->opt->src_len, off, c->opt->first_line);
	findings_add(c->opt->findings, FINDING_DYNAMIC_SQL, pos.line,
	    pos.column, "%s", why);
}

char *tsql_written_id(struct arena *a, const struct tsql_objname *n,
    const struct tsql_bind_options *opt)
{
	struct buf b = BUF_INIT;
	uint32_t i;
	char *s;

	if (n->n == 1)
		buf_addf(&b, "%s.",
		    opt && opt->catalog ? opt->catalog->default_schema : "dbo");
	for (i = 0; i < n->n; i++) {
		const struct tsql_name *p = &n->part[i];

		if (i)
			buf_addc(&b, '.');
		if (p->len)
			buf_add(&b, p->text, p->len);
		else
			buf_adds(&b, "dbo");
	}
	s = arena_strndup(a, buf_str(&b), b.len);
	buf_release(&b);
	return s;
}

static char *written(struct collector *c, const struct tsql_objname *n)
{
	return tsql_written_id(c->a, n, c->opt);
}

static bool is_left_out(const struct tsql_object *o)
{
	return o->kind == TSQL_OBJ_TEMP_TABLE ||
	    o->kind == TSQL_OBJ_TABLE_VARIABLE || o->kind == TSQL_OBJ_SYSTEM;
}

/* The current database's name in front says nothing. */
static bool is_system_name(const struct tsql_objname *n)
{
	const struct tsql_name *last = &n->part[n->n - 1];

	if (n->n > 1 && n->part[n->n - 2].text &&
	    (tsql_name_is(&n->part[n->n - 2], "sys") ||
		tsql_name_is(&n->part[n->n - 2], "INFORMATION_SCHEMA")))
		return true;
	return n->n > 2 && n->part[n->n - 3].text &&
	    (tsql_name_is(&n->part[n->n - 3], "master") ||
		tsql_name_is(&n->part[n->n - 3], "msdb") ||
		tsql_name_is(&n->part[n->n - 3], "tempdb")) &&
	    last->len > 3 &&
	    (!strncasecmp(last->text, "sp_", 3) ||
		!strncasecmp(last->text, "xp_", 3));
}

static struct entry *put_name(
    struct collector *c, enum tsql_dep_kind kind, const struct tsql_objname *n)
{
	const struct tsql_object_ref *r = tsql_objref(n);
	struct tsql_object *o = r ? r->object : NULL;

	if (!n->n || !n->part[n->n - 1].len || n->part[n->n - 1].text[0] == '#')
		return NULL;
	if (has_hole(&n->part[n->n - 1]) ||
	    (n->n > 1 && has_hole(&n->part[n->n - 2])) ||
	    (n->n > 2 && has_hole(&n->part[0]))) {
		unknown(c, n->h.off, "", "the text names an object by a value");
		return NULL;
	}
	if (r && r->synonym)
		put(c, TSQL_DEP_REFERENCE, r->synonym->id, r->synonym,
		    n->h.off);
	if (o)
		return is_left_out(o) ? NULL : put(c, kind, o->id, o, n->h.off);
	if (r && r->synonym)
		return put(c, kind,
		    r->synonym->target ? tsql_catalog_plain(c->opt->catalog,
					     c->a, r->synonym->target)
				       : "",
		    NULL, n->h.off);
	if (is_system_name(n))
		return NULL;
	return put(c, kind, written(c, n), NULL, n->h.off);
}

static void add_column(
    struct collector *c, struct entry *e, const struct tsql_column *col)
{
	uint64_t bit = (uint64_t)1 << (col->ordinal % 64);

	if (!e->row || col->ordinal >= e->row->n) {
		map_put(&e->names, col->name, col->len);
		return;
	}
	if (!e->bits)
		e->bits =
		    arena_alloc(c->a, (e->row->n / 64 + 1) * sizeof(*e->bits));
	e->bits[col->ordinal / 64] |= bit;
}

/* ---- sources and columns ---- */

static bool is_target(const struct tsql_source *s)
{
	return s->special == 't' || s->target;
}

static struct entry *source_entry(
    struct collector *c, const struct tsql_source *s)
{
	unsigned slot = (unsigned)((uintptr_t)s / 64 % 64);
	enum tsql_dep_kind kind = TSQL_DEP_SELECT;
	struct entry *e;

	if (c->cache[slot].source == s)
		return c->cache[slot].entry;
	if (!s->from || is_target(s) || s->special)
		e = NULL;
	else if (s->from->h.kind == TSQL_T_NAME && !s->cte)
		e = put_name(c, kind, s->from->u.name.name);
	else if (s->from->h.kind == TSQL_T_CALL && s->object)
		e = is_left_out(s->object)
		    ? NULL
		    : put(c, TSQL_DEP_CALL, s->object->id, s->object,
			  s->from->h.off);
	else
		e = NULL;
	c->cache[slot].source = s;
	c->cache[slot].entry = e;
	return e;
}

static void read_column(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_colref *r = tsql_colref(e);
	struct entry *entry;

	if (!r || !r->source)
		return;
	entry = source_entry(c, r->source);
	if (!entry)
		return;
	if (r->column)
		add_column(c, entry, r->column);
	else if (e->nparts && !has_hole(&e->u.name.part[e->nparts - 1]))
		map_put(&entry->names, e->u.name.part[e->nparts - 1].text,
		    e->u.name.part[e->nparts - 1].len);
}

static void read_star(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_star *star = tsql_star(e);
	uint32_t i;

	for (i = 0; star && i < star->n; i++)
		read_column(c, star->item[i]->expr);
}

static void from_name(struct collector *c, const struct tsql_from *f)
{
	const struct tsql_source *s = tsql_source(f);

	if (!s) {
		if (f->u.name.name && !f->bound)
			put_name(c, TSQL_DEP_SELECT, f->u.name.name);
		return;
	}
	if (s->from == f) /* else the alias of a DML target */
		source_entry(c, s);
}

/* ---- statements that write ---- */

static struct entry *target_entry(struct collector *c, enum tsql_dep_kind kind,
    const struct tsql_source *t, const struct tsql_from *f)
{
	/* through a CTE or derived table: the one table behind it */
	if (t && !t->object && t->query && t->row->n) {
		const struct tsql_colref *r = NULL;
		uint32_t i;

		for (i = 0; i < t->row->n && !(r && r->source); i++)
			r = tsql_colref(t->row->v[i].expr);
		if (r && r->source && r->source->object && r->source->from &&
		    r->source->from->h.kind == TSQL_T_NAME)
			return put_name(c, kind, r->source->from->u.name.name);
		return NULL;
	}
	if (t && t->from && t->from->h.kind == TSQL_T_NAME)
		return put_name(c, kind, t->from->u.name.name);
	if (f && f->h.kind == TSQL_T_NAME)
		return put_name(c, kind, f->u.name.name);
	return NULL;
}

static void written_columns(
    struct collector *c, struct entry *e, const struct tsql_exprs *list)
{
	uint32_t i;

	for (i = 0; e && i < list->n; i++) {
		const struct tsql_colref *r = tsql_colref(list->v[i]);

		if (r && r->column)
			add_column(c, e, r->column);
		else if (list->v[i]->h.kind == TSQL_E_COLUMN &&
		    list->v[i]->nparts)
			map_put(&e->names,
			    list->v[i]
				->u.name.part[list->v[i]->nparts - 1]
				.text,
			    list->v[i]
				->u.name.part[list->v[i]->nparts - 1]
				.len);
	}
}

static void set_columns(
    struct collector *c, struct entry *e, const struct tsql_assigns *set)
{
	struct tsql_exprs one;
	uint32_t i;

	for (i = 0; e && i < set->n; i++) {
		struct tsql_expr *t = set->v[i]->target;

		if (t && t->h.kind == TSQL_E_METHOD)
			t = t->u.method.e; /* column.WRITE(…) */
		one.v = &t;
		one.n = t != NULL;
		written_columns(c, e, &one);
	}
}

static void implied_columns(
    struct collector *c, struct entry *e, const struct tsql_stmt_info *info)
{
	uint32_t i;

	for (i = 0; e && i < info->ncolumn; i++)
		if (info->column[i])
			add_column(c, e, info->column[i]);
}

static void write_stmt(struct collector *c, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	const struct tsql_source *t = info ? info->target : NULL;
	struct entry *e;
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_INSERT:
		e = target_entry(c, TSQL_DEP_INSERT, t, s->u.insert.target);
		written_columns(c, e, &s->u.insert.columns);
		if (info && !s->u.insert.columns.n)
			implied_columns(c, e, info);
		break;
	case TSQL_S_UPDATE:
		e = target_entry(c, TSQL_DEP_UPDATE, t, s->u.update.target);
		set_columns(c, e, &s->u.update.set);
		break;
	case TSQL_S_DELETE:
		target_entry(c, TSQL_DEP_DELETE, t, s->u.del.target);
		break;
	default:
		e = target_entry(c, TSQL_DEP_MERGE, t, s->u.merge.target);
		for (i = 0; i < s->u.merge.nwhen; i++) {
			const struct tsql_merge_when *w = s->u.merge.when[i];

			set_columns(c, e, &w->set);
			written_columns(c, e, &w->columns);
			if (info && w->action == TSQL_M_INSERT && !w->columns.n)
				implied_columns(c, e, info);
		}
		break;
	}
}

static void output(struct collector *c, const struct tsql_output *o)
{
	struct entry *e;

	if (!o->into)
		return;
	e = target_entry(c, TSQL_DEP_INSERT, tsql_source(o->into), o->into);
	written_columns(c, e, &o->into_columns);
}

/* ---- the rest ---- */

static void call(struct collector *c, const struct tsql_expr *e)
{
	const struct tsql_callref *r = tsql_callref(e);
	struct tsql_objname n = {.h = {.kind = TSQL_OBJNAME}};

	if (r && r->object) {
		if (!is_left_out(r->object))
			put(c, TSQL_DEP_CALL, r->object->id, r->object,
			    e->h.off);
		return;
	}
	if (e->h.kind != TSQL_E_CALL || e->u.call.fn || e->u.call.nparts < 2)
		return;
	n.h.off = e->h.off;
	n.n = e->u.call.nparts;
	n.part = e->u.call.part;
	put_name(c, TSQL_DEP_CALL, &n);
}

static void exec(struct collector *c, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;
	const struct tsql_name *last;

	if (x->at && x->text) {
		unknown(c, s->h.off, written(c, x->at),
		    "the text runs on a linked server");
		return;
	}
	if (!x->name || !x->name->n)
		return; /* text and variables: dynamic.c */
	last = &x->name->part[x->name->n - 1];
	if (!tsql_objref(x->name) || !tsql_objref(x->name)->object)
		if (last->len > 3 && x->name->n < 3 &&
		    (!strncasecmp(last->text, "sp_", 3) ||
			!strncasecmp(last->text, "xp_", 3)))
			return; /* the server's own */
	put_name(c, TSQL_DEP_EXEC, x->name);
}

static void options_named(struct collector *c, const struct tsql_stmt *s)
{
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_TRUNCATE:
		if (s->u.truncate.name)
			put_name(c, TSQL_DEP_TRUNCATE, s->u.truncate.name);
		break;
	case TSQL_S_BULK_INSERT:
		if (s->u.bulk.table)
			put_name(c, TSQL_DEP_INSERT, s->u.bulk.table);
		break;
	case TSQL_S_CREATE_TRIGGER:
		if (s->u.trigger.table)
			put_name(c, TSQL_DEP_REFERENCE, s->u.trigger.table);
		break;
	case TSQL_S_ALTER_TABLE:
		if (s->u.alter_table.name)
			put_name(c, TSQL_DEP_REFERENCE, s->u.alter_table.name);
		if (s->u.alter_table.action && s->u.alter_table.action->target)
			put_name(c, TSQL_DEP_REFERENCE,
			    s->u.alter_table.action->target);
		break;
	case TSQL_S_CREATE_INDEX:
		if (s->u.index && s->u.index->table)
			put_name(c, TSQL_DEP_REFERENCE, s->u.index->table);
		break;
	case TSQL_S_CREATE_SYNONYM:
		if (s->u.synonym.target)
			put_name(c, TSQL_DEP_REFERENCE, s->u.synonym.target);
		break;
	case TSQL_S_DROP:
		for (i = 0; i < s->u.drop.names.n; i++)
			put_name(c, TSQL_DEP_REFERENCE, s->u.drop.names.v[i]);
		break;
	default: break;
	}
}

static void other_from(struct collector *c, const struct tsql_from *f)
{
	char *server;

	switch (f->h.kind) {
	case TSQL_T_OPENQUERY:
		server = arena_strndup(c->a,
		    f->u.openquery.server.text ? f->u.openquery.server.text
					       : "",
		    f->u.openquery.server.len);
		unknown(
		    c, f->h.off, server, "the query runs on another server");
		break;
	case TSQL_T_CALL:
		if (tsql_source(f))
			source_entry(c, tsql_source(f));
		break;
	case TSQL_T_CHANGETABLE:
		if (f->u.changetable.table)
			put_name(c, TSQL_DEP_SELECT, f->u.changetable.table);
		break;
	default: break;
	}
}

/* A guess where a name is given stands for more text than a value. */
static void guessed_name(struct collector *c, const struct tsql_node *n)
{
	const struct tsql_name *name = NULL;

	if (n->kind >= TSQL_T_NAME && n->kind <= TSQL_T_OPAQUE)
		name = &((const struct tsql_from *)n)->alias;
	else if (n->kind == TSQL_ITEM)
		name = &((const struct tsql_item *)n)->alias;
	if (name && has_hole(name))
		unknown(
		    c, n->off, "", "the text has parts that can't be known");
}

static bool enter(void *ctx, const struct tsql_node *n)
{
	struct collector *c = ctx;
	const struct tsql_constraint *k;
	const struct tsql_dtype *d;
	const struct tsql_query *q;

	if (n->kind <= TSQL_E_DEFAULT || n->kind == TSQL_E_VARIABLE)
		return false; /* most nodes: nothing in them */
	if (c->dynamic)
		guessed_name(c, n);
	switch (n->kind) {
	case TSQL_E_COLUMN:
		read_column(c, (const struct tsql_expr *)n);
		return false;
	case TSQL_E_STAR:
		read_star(c, (const struct tsql_expr *)n);
		return false;
	case TSQL_E_CALL:
	case TSQL_E_METHOD: call(c, (const struct tsql_expr *)n); return true;
	case TSQL_E_NEXT_VALUE:
		if (((const struct tsql_expr *)n)->u.next.sequence)
			put_name(c, TSQL_DEP_REFERENCE,
			    ((const struct tsql_expr *)n)->u.next.sequence);
		return true;
	case TSQL_T_NAME:
		from_name(c, (const struct tsql_from *)n);
		return true;
	case TSQL_T_OPENQUERY:
	case TSQL_T_CALL:
	case TSQL_T_CHANGETABLE:
		other_from(c, (const struct tsql_from *)n);
		return true;
	case TSQL_Q_SELECT:
		q = (const struct tsql_query *)n;
		if (q->u.select.into)
			put_name(c, TSQL_DEP_INSERT, q->u.select.into);
		return true;
	case TSQL_S_INSERT:
	case TSQL_S_UPDATE:
	case TSQL_S_DELETE:
	case TSQL_S_MERGE:
		write_stmt(c, (const struct tsql_stmt *)n);
		return true;
	case TSQL_OUTPUT: output(c, (const struct tsql_output *)n); return true;
	case TSQL_S_EXEC: exec(c, (const struct tsql_stmt *)n); return true;
	case TSQL_CONSTRAINT:
		k = (const struct tsql_constraint *)n;
		if (k->references)
			put_name(c, TSQL_DEP_FOREIGN_KEY, k->references);
		return true;
	case TSQL_DTYPE:
		d = (const struct tsql_dtype *)n;
		if (d->name && (tsql_objref(d->name) || d->name->n > 1) &&
		    (!d->type || d->type->user ||
			d->type->base == TSQL_TY_UNKNOWN) &&
		    !(d->type && d->type->user && !strchr(d->type->user, '.')))
			put_name(c, TSQL_DEP_REFERENCE, d->name);
		return false;
	default:
		if (n->kind >= TSQL_S_OPAQUE && n->kind < TSQL_COLUMN_DEF)
			options_named(c, (const struct tsql_stmt *)n);
		return true;
	}
}

/* ---- executed text ---- */

#define DYNAMIC_DEPTH 4 /* text that executes text … */

static void walk_module(struct collector *c, const struct tsql_module *m)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			tsql_walk(&m->batch[i]->stmts.v[k]->h, enter, NULL, c);
}

static void run_text(struct collector *c, struct tsql_dynamic *d)
{
	struct tsql_bind_options quiet = {0};
	struct tsql_dynamics inner = {0};
	uint32_t i;

	if (!d->module || d->module->nopaque) {
		unknown(c, d->stmt->h.off, "",
		    d->module ? "the text has parts that can't be known"
			      : "the text can't be known");
		if (!d->module)
			return;
	}
	quiet.catalog = c->opt->catalog;
	tsql_bind_module(c->a, d->module, &quiet);
	memset(c->cache, 0, sizeof(c->cache));
	walk_module(c, d->module);
	if (++c->depth < DYNAMIC_DEPTH) {
		for (i = 0; i < d->module->nbatch; i++)
			tsql_dynamic_find(c->a, d->module,
			    &d->module->batch[i]->stmts, &inner);
		for (i = 0; i < inner.n; i++)
			run_text(c, &inner.v[i]);
	}
	c->depth--;
}

static void run_texts(struct collector *c)
{
	uint32_t i;

	c->dynamic = true;
	for (i = 0; i < c->texts.n; i++) {
		c->dynamic_off = c->texts.v[i].stmt->h.off;
		run_text(c, &c->texts.v[i]);
	}
	c->dynamic = false;
}

/* ---- the result ---- */

static void finish_entry(struct collector *c, struct entry *e)
{
	uint32_t n = (uint32_t)e->names.nr, i;

	for (i = 0; e->bits && i < e->row->n; i++)
		n += e->bits[i / 64] >> (i % 64) & 1;
	e->dep.column = arena_alloc(c->a, n * sizeof(*e->dep.column));
	for (i = 0; e->bits && i < e->row->n; i++)
		if (e->bits[i / 64] >> (i % 64) & 1)
			e->dep.column[e->dep.ncolumn++] = e->row->v[i].name;
	for (i = 0; i < e->names.nr; i++)
		e->dep.column[e->dep.ncolumn++] =
		    arena_strdup(c->a, e->names.items[i].key);
	map_release(&e->names, NULL);
}

static struct tsql_deps *finish(struct collector *c)
{
	struct tsql_deps *d = ARENA_NEW(c->a, struct tsql_deps);
	size_t i;

	d->v = arena_alloc(c->a, c->entries.nr * sizeof(*d->v));
	for (i = 0; i < c->entries.nr; i++) {
		struct entry *e = c->entries.items[i].value;

		finish_entry(c, e);
		d->v[d->n++] = e->dep;
	}
	map_release(&c->entries, NULL);
	d->dynamic = c->texts.v;
	d->ndynamic = c->texts.n;
	return d;
}

static void start(
    struct collector *c, struct arena *a, const struct tsql_bind_options *opt)
{
	memset(c, 0, sizeof(*c));
	c->a = a;
	c->opt = opt;
	map_init(&c->entries, MAP_FOLD);
}

struct tsql_deps *tsql_deps_of(struct arena *a, const struct tsql_module *m,
    const struct tsql_stmt *s, const struct tsql_bind_options *opt)
{
	struct tsql_stmt *only = (struct tsql_stmt *)s;
	struct tsql_stmts one = {&only, 1};
	struct collector c;
	uint32_t i;

	start(&c, a, opt);
	c.module = m;
	if (s) {
		tsql_walk(&s->h, enter, NULL, &c);
		tsql_dynamic_find(a, m, &one, &c.texts);
	} else {
		walk_module(&c, m);
		for (i = 0; i < m->nbatch; i++)
			tsql_dynamic_find(a, m, &m->batch[i]->stmts, &c.texts);
	}
	run_texts(&c);
	return finish(&c);
}

struct tsql_deps *tsql_deps_of_query(struct arena *a,
    const struct tsql_query *q, const struct tsql_bind_options *opt)
{
	struct collector c;

	start(&c, a, opt);
	tsql_walk(&q->h, enter, NULL, &c);
	return finish(&c);
}

uint32_t tsql_dynamic_offset(const struct tsql_dynamic *d, uint32_t at)
{
	uint32_t i;

	for (i = d->npiece; i-- > 0;) {
		if (d->piece[i].at > at)
			continue;
		if (!d->piece[i].len)
			break;
		at -= d->piece[i].at;
		return d->piece[i].off +
		    (at < d->piece[i].len ? at : d->piece[i].len);
	}
	return d->stmt->h.off;
}
