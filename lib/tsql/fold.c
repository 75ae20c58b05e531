#include "common/alloc.h"
#include "tsql/fold_function.h"
#include "tsql/fold_int.h"

void fold_finding(struct folder *f, enum finding_code code,
    const struct tsql_node *at, const char *detail)
{
	struct tsql_pos pos;

	if (f->loop && f->loop->dry)
		return;
	pos = f->depth ? tsql_line_col(f->site_module, f->site->h.off)
		       : tsql_line_col(f->module, at->off);

	findings_add(f->findings, code, pos.line, pos.column, "%s", detail);
}

/* "S_INSERT": "insert" */
static const char *kind_word(struct folder *f, uint16_t kind)
{
	char *word = arena_strdup(f->arena, tsql_kind_name(kind) + 2), *p;

	for (p = word; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	}
	return word;
}

void fold_ledger(struct folder *f, const struct tsql_stmt *s, const char *to,
    const struct table *t, const char *reason)
{
	struct tsql_pos pos;
	struct fold_entry *e;

	if (f->loop && f->loop->dry)
		return;
	if (f->depth) { /* the call has the entry */
		f->inside_failed |= strcmp(to, "manual") == 0;
		return;
	}
	pos = tsql_line_col(f->module, s->h.off);
	GROW(f->ledger, f->nledger, f->ledger_cap);
	e = &f->ledger[f->nledger++];
	e->number = (uint32_t)f->nledger;
	e->kind = kind_word(f, s->h.kind);
	e->line = pos.line;
	e->column = pos.column;
	e->end_line =
	    tsql_line_col(f->module, s->h.off + (s->h.len ? s->h.len - 1 : 0))
		.line;
	e->to = to;
	e->target = t ? t->id : NULL;
	e->reason = reason;
}

/* CustomerProfile, "Order Details": customer_profile, order_details. */
static void add_snake(struct buf *b, const char *name)
{
	char before = '_';

	for (; *name; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';
		char c = upper ? (char)(*name + 32) : *name;
		bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (((upper && before >= 'a' && before <= 'z') || !ok) &&
		    b->len && b->s[b->len - 1] != '_')
			buf_addc(b, '_');
		if (ok)
			buf_addc(b, c);
		before = *name;
	}
	while (b->len && b->s[b->len - 1] == '_')
		buf_setlen(b, b->len - 1);
	if (!b->len || (b->s[0] >= '0' && b->s[0] <= '9'))
		buf_adds(b, "rows");
}

/* Free in the catalogue too, so that it shadows no table. */
const char *fold_unique_name(struct folder *f, const char *base)
{
	struct buf b = BUF_INIT;
	const char *name;
	unsigned n;

	add_snake(&b, base);
	name = arena_strdup(f->arena, buf_str(&b));
	if (tsql_catalog_find(f->catalog, NULL, NULL, name))
		name = arena_printf(f->arena, "%s_rows", buf_str(&b));
	for (n = 2; map_find(&f->cte_names, name, strlen(name)); n++)
		name = arena_printf(f->arena, "%s_%u", buf_str(&b), n);
	map_put(&f->cte_names, name, strlen(name));
	buf_release(&b);
	return name;
}

static const char *bare_name(struct folder *f, const char *name)
{
	while (*name == '#' || *name == '@')
		name++;
	return arena_strdup(f->arena, name);
}

/* What SELECT INTO makes is the table that the catalogue knows by that name,
 * if it does: a DROP before it is about the same one. */
static const struct tsql_object *same_table(
    const struct folder *f, const struct tsql_object *o)
{
	const struct tsql_object *known = NULL;

	if (o->kind == TSQL_OBJ_TABLE)
		known = tsql_catalog_find(
		    f->catalog, o->database, o->schema, o->name);
	return known && known->kind == TSQL_OBJ_TABLE ? known : o;
}

struct table *fold_table(struct folder *f, const struct tsql_object *made)
{
	const struct tsql_object *o = same_table(f, made);
	struct map_entry *e = map_put(&f->tables, (const char *)&o, sizeof(o));
	struct table *t = e->value;

	if (t)
		return t;
	t = e->value = ARENA_NEW(f->arena, struct table);
	t->object = o;
	t->id = o->id;
	t->name = bare_name(f, o->name);
	t->row =
	    tsql_object_row(f->catalog, (struct tsql_object *)(uintptr_t)o);
	t->temporary = o->kind == TSQL_OBJ_TEMP_TABLE ||
	    o->kind == TSQL_OBJ_TABLE_VARIABLE;
	if (o->kind != TSQL_OBJ_TABLE && !t->temporary)
		return t; /* views and functions have no states */
	t->now = t->first = ARENA_NEW(f->arena, struct state);
	t->now->table = t;
	t->now->empty = t->temporary;
	return t;
}

struct state *fold_state(struct folder *f, struct table *t, const char *action)
{
	struct state *s = ARENA_NEW(f->arena, struct state);

	s->table = t;
	s->older = f->last;
	f->last = s;
	if (t) {
		bool plain = t->temporary && t->now && t->now->empty;
		const char *name = plain
		    ? t->name
		    : arena_printf(f->arena, "%s_%s", t->name, action);

		name = fold_unique_name(f, name);
		s->cte = fold_quote(f, name, strlen(name));
	}
	return s;
}

struct state *fold_query_state(
    struct folder *f, const char *name, const char *sql)
{
	struct state *s = fold_state(f, NULL, NULL);

	name = fold_unique_name(f, name);
	s->cte = fold_quote(f, name, strlen(name));
	s->sql = sql;
	fold_take_reads(f, &s->read, &s->nread, &s->read_cap);
	if (fold_was_unknown(f))
		s->claim = FOLD_MANUAL;
	return s;
}

void fold_read(struct folder *f, struct state *s)
{
	size_t i;

	for (i = 0; i < f->nread; i++) {
		if (f->read[i] == s)
			return;
	}
	GROW(f->read, f->nread, f->read_cap);
	f->read[f->nread++] = s;
}

/* A query without rows that has the table's columns. */
static const char *no_rows(struct folder *f, const struct table *t)
{
	struct buf b = BUF_INIT;
	const char *s;
	uint32_t i;

	buf_adds(&b, "SELECT ");
	for (i = 0; i < t->row->n; i++)
		buf_addf(&b, "%sCAST(NULL AS %s) AS %s", i ? ", " : "",
		    tsql_type_text(t->row->v[i].type, f->arena),
		    fold_quote(f, t->row->v[i].name, t->row->v[i].len));
	buf_adds(&b, " WHERE 1 = 0");
	s = arena_strdup(f->arena, buf_str(&b));
	buf_release(&b);
	return s;
}

/* Another database's table may have the name of one in this one. */
static const char *full_name(struct folder *f, const struct tsql_object *o)
{
	const char *name = arena_printf(f->arena, "%s.%s",
	    fold_quote(f, o->schema, strlen(o->schema)),
	    fold_quote(f, o->name, strlen(o->name)));

	return tsql_catalog_is_first(f->catalog, o->database)
	    ? name
	    : arena_printf(f->arena, "%s.%s",
		  fold_quote(f, o->database, strlen(o->database)), name);
}

const char *fold_source(struct folder *f, struct state *s)
{
	const struct tsql_object *o;

	if (s->cte)
		return s->cte;
	o = s->table->object;
	if (!s->empty)
		return full_name(f, o);
	s->older = f->last;
	f->last = s;
	s->cte = fold_unique_name(
	    f, arena_printf(f->arena, "%s_empty", s->table->name));
	s->cte = fold_quote(f, s->cte, strlen(s->cte));
	s->sql = no_rows(f, s->table);
	return s->cte;
}

/* ---- the queries ---- */

static enum fold_claim need(struct state *s)
{
	enum fold_claim claim = s->claim;
	size_t i;

	if (s->needed)
		return FOLD_EXACT; /* counted already */
	s->needed = true;
	for (i = 0; i < s->nread; i++) {
		enum fold_claim c = need(s->read[i]);

		if (c > claim)
			claim = c;
	}
	return claim;
}

static void select_all(struct folder *f, struct buf *b, const struct table *t)
{
	uint32_t i;

	buf_adds(b, "SELECT ");
	for (i = 0; i < t->row->n; i++)
		buf_addf(b, "%s%s", i ? ", " : "",
		    fold_quote(f, t->row->v[i].name, t->row->v[i].len));
	buf_addf(b, " FROM %s", fold_source(f, t->now));
}

/* Needed states in the order in which they were made. */
static size_t needed_states(struct folder *f, struct state ***list)
{
	struct state **v = NULL, *s;
	size_t n = 0, cap = 0, i;

	for (s = f->last; s; s = s->older) {
		if (s->needed && s->cte) {
			GROW(v, n, cap);
			v[n++] = s;
		}
	}
	for (i = 0; i < n / 2; i++) {
		s = v[i];
		v[i] = v[n - 1 - i];
		v[n - 1 - i] = s;
	}
	*list = v;
	return n;
}

static const char *parameters(struct folder *f)
{
	const struct tsql_params *p = f->params;

	if (!p->n)
		return "";
	return arena_strndup(f->arena, f->module->src + p->v[0]->h.off,
	    p->v[p->n - 1]->h.off + p->v[p->n - 1]->h.len - p->v[0]->h.off);
}

static const char *query_text(struct folder *f, struct table *t)
{
	struct state **v;
	struct buf b = BUF_INIT;
	const char *s;
	size_t i, n;

	/* before the list is taken: an empty state gets its CTE here */
	fold_source(f, t->now);
	n = needed_states(f, &v);
	buf_addf(&b, "CREATE PROCEDURE [folded] %s AS\n", parameters(f));
	if (n == 1) {
		buf_adds(&b, v[0]->sql);
	} else {
		for (i = 0; i < n; i++)
			buf_addf(&b, "%s%s AS (\n%s\n)", i ? ", " : "WITH ",
			    v[i]->cte, v[i]->sql);
		buf_addc(&b, '\n');
		select_all(f, &b, t);
	}
	s = arena_strndup(f->arena, b.s, b.len);
	free(v);
	buf_release(&b);
	return s;
}

static void set_reads(
    struct folder *f, struct fold_target *out, struct table *t)
{
	size_t i;

	for (i = 0; i < f->tables.nr; i++) {
		struct table *o = f->tables.items[i].value;

		if (!o->first || !o->first->needed || o->first->cte)
			continue;
		if (o == t) {
			out->reads_previous = true;
		} else if (o->written && !o->temporary && !o->log) {
			/* the other model has run or has not: it can't be
			 * told which state is seen */
			out->claim = FOLD_MANUAL;
			findings_add(
			    f->findings, FINDING_PROC_STATE, 1, 1, "%s", o->id);
		}
	}
}

static void finish_target(
    struct folder *f, struct fold_target *out, struct table *t)
{
	struct state *s;
	size_t i;

	for (s = f->last; s; s = s->older)
		s->needed = false;
	for (i = 0; i < f->tables.nr; i++) {
		struct table *o = f->tables.items[i].value;

		if (o->first)
			o->first->needed = false;
	}
	out->id = t->id;
	out->object = t->object;
	out->result_set = t == f->result;
	out->truncated = t->truncated;
	out->pattern = t->pattern;
	out->claim = need(t->now);
	if (f->broken)
		out->claim = FOLD_MANUAL;
	set_reads(f, out, t);
	if (!t->row || !t->row->n || t->row->open)
		out->claim = FOLD_MANUAL;
	if (out->claim != FOLD_MANUAL)
		out->sql = query_text(f, t);
}

static const char *own_id(struct folder *f)
{
	const struct tsql_objname *n = f->create->u.procedure.name;
	const struct tsql_name *p = &n->part[n->n - 1];

	if (n->n > 1 && p[-1].len)
		return arena_printf(f->arena, "%.*s.%.*s", (int)p[-1].len,
		    p[-1].text, (int)p->len, p->text);
	return arena_printf(f->arena, "dbo.%.*s", (int)p->len, p->text);
}

static void finish(struct folder *f, struct fold *out)
{
	struct fold_target *v = NULL;
	size_t n = 0, cap = 0, i;

	for (i = 0; i < f->tables.nr; i++) {
		struct table *t = f->tables.items[i].value;

		if (!t->written || t->temporary)
			continue;
		GROW(v, n, cap);
		memset(&v[n], 0, sizeof(v[n]));
		finish_target(f, &v[n++], t);
	}
	if (f->result && !n) {
		GROW(v, n, cap);
		memset(&v[n], 0, sizeof(v[n]));
		f->result->id = own_id(f);
		finish_target(f, &v[n++], f->result);
	}
	if (n) {
		out->target = arena_alloc(f->arena, n * sizeof(*v));
		memcpy(out->target, v, n * sizeof(*v));
	}
	out->ntarget = n;
	if (f->nledger) {
		out->ledger =
		    arena_alloc(f->arena, f->nledger * sizeof(*f->ledger));
		memcpy(out->ledger, f->ledger, f->nledger * sizeof(*f->ledger));
	}
	out->nledger = f->nledger;
	free(v);
}

static void release(struct folder *f)
{
	struct state *s, *older;
	size_t i;

	for (s = f->last; s; s = older) {
		older = s->older;
		free(s->read);
		s->read = NULL;
	}
	for (i = 0; i < f->values.nr; i++)
		free(((struct value *)f->values.items[i].value)->read);
	map_release(&f->tables, NULL);
	map_release(&f->values, NULL);
	map_release(&f->cte_names, NULL);
	map_release(&f->ctes, NULL);
	map_release(&f->cursors, NULL);
	free(f->ledger);
	free(f->read);
	free(f->guard_read);
}

static void start(struct folder *f, const struct tsql_stmt *create,
    const struct tsql_params *params, const struct tsql_stmts *body)
{
	uint32_t i;

	f->create = create;
	f->params = params;
	f->body = body;
	map_init(&f->tables, MAP_EXACT);
	map_init(&f->values, MAP_FOLD);
	map_init(&f->cte_names, MAP_FOLD);
	map_init(&f->ctes, MAP_EXACT);
	map_init(&f->cursors, MAP_FOLD);
	for (i = 0; i < params->n; i++) {
		const struct tsql_param *p = params->v[i];
		struct value *v = fold_value(f, &p->name);

		v->parameter = true;
		v->type = p->type ? p->type->type : NULL;
		v->text = "parameter";
	}
	fold_statements(f, body);
}

struct fold *tsql_fold(struct arena *arena, const struct tsql_module *m,
    struct tsql_catalog *catalog, struct findings *findings)
{
	struct folder f = {.arena = arena,
	    .module = m,
	    .catalog = catalog,
	    .findings = findings};
	struct fold *out = ARENA_NEW(arena, struct fold);
	const struct tsql_stmt *create =
	    tsql_first_stmt(m, TSQL_S_CREATE_PROCEDURE);

	if (!create)
		return out;
	start(
	    &f, create, &create->u.procedure.params, &create->u.procedure.body);
	finish(&f, out);
	release(&f);
	return out;
}

/* The table that the function returns, if anything was put into it. */
static struct table *returned(struct folder *f)
{
	const struct tsql_name *n = &f->create->u.function.table_variable;
	size_t i;

	for (i = 0; i < f->tables.nr; i++) {
		struct table *t = f->tables.items[i].value;

		if (t->object->kind == TSQL_OBJ_TABLE_VARIABLE &&
		    tsql_name_is(n, t->object->name))
			return t;
	}
	return NULL;
}

const char *tsql_fold_function(struct arena *arena, const struct tsql_module *m,
    struct tsql_catalog *catalog, bool *differs)
{
	struct findings said = FINDINGS_INIT;
	struct folder f = {
	    .arena = arena, .module = m, .catalog = catalog, .findings = &said};
	const struct tsql_stmt *create =
	    tsql_first_stmt(m, TSQL_S_CREATE_FUNCTION);
	struct fold_target out = {0};
	struct table *t;

	if (!create || create->u.function.what != TSQL_FN_MULTI)
		return NULL;
	start(&f, create, &create->u.function.params, &create->u.function.body);
	t = returned(&f);
	if (t && t->now)
		finish_target(&f, &out, t);
	*differs = out.claim == FOLD_DIFFERS;
	release(&f);
	findings_release(&said);
	return out.claim == FOLD_MANUAL ? NULL : out.sql;
}
