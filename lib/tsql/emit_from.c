#include "tsql/emit_int.h"

/* FROM: tables become import CTEs, derived tables CTEs of their own where
 * they don't depend on a row. */

/* ---- what a source is called ---- */

void em_set_source(
    struct emit *E, const struct tsql_source *s, const char *name)
{
	struct emit_source *n = ARENA_NEW(E->a, struct emit_source);

	n->source = s;
	n->name = name;
	n->next = E->source;
	E->source = n;
}

const char *em_source_name(struct emit *E, const struct tsql_source *s)
{
	for (struct emit_source *n = E->source; n; n = n->next)
		if (n->source == s)
			return n->name;
	return s->name.text ? arena_strndup(E->a, s->name.text, s->name.len)
			    : NULL;
}

/* ---- imports ---- */

static const char *import(
    struct emit *E, const struct tsql_object *o, const void *node)
{
	struct emit_relation r = {NULL, NULL};
	struct emit_import *i;

	for (i = E->import; i; i = i->next)
		if (i->object == o)
			return i->name;
	if (E->opt->relation && !E->opt->relation(E->opt->ctx, o, &r)) {
		em_manual(E, FINDING_UNTRANSLATED, node,
		    "%s, which isn't part of the project", o->id);
		r.text = NULL;
	}
	if (!r.text) {
		struct buf b = BUF_INIT;

		dialect_ident(E->d, o->schema, strlen(o->schema), &b);
		buf_addc(&b, '.');
		dialect_ident(E->d, o->name, strlen(o->name), &b);
		r.text = doc_source(E->a, b.s, b.len);
		buf_release(&b);
	}
	i = ARENA_NEW(E->a, struct emit_import);
	i->object = o;
	i->name = em_take_name(E, r.name ? r.name : o->name, o->schema);
	i->next = E->import;
	E->import = i;
	/* Imports stand in front of everything. */
	GROW(E->cte, E->ncte, E->cte_cap);
	memmove(E->cte + E->nimport + 1, E->cte + E->nimport,
	    (E->ncte - E->nimport) * sizeof(*E->cte));
	memset(E->cte + E->nimport, 0, sizeof(*E->cte));
	E->cte[E->nimport].name = doc_text(E->a, i->name);
	E->cte[E->nimport].query =
	    doc_join(E->a, doc_text(E->a, "select * from "), r.text, DOC_END);
	E->nimport++;
	E->ncte++;
	return i->name;
}

static bool is_named(const struct emit_source *s, const char *name)
{
	for (; s; s = s->next)
		if (!strcasecmp(s->name, name))
			return true;
	return false;
}

static struct doc *named(struct emit *E, const char *table, const char *alias)
{
	const char *a = em_ident_text(E, alias, strlen(alias));

	/* A name that no column is qualified with says nothing, unless the
	 * table would be taken for the caller's. */
	if (!strcmp(table, alias) ||
	    (E->frame && !E->frame->qualify && !is_named(E->caller, table)))
		return doc_text(E->a, table);
	return doc_textf(E->a, "%s as %s", table, a);
}

/* The alias, another one where the arguments of an inlined function speak of
 * a source of that name. */
static const char *free_alias(struct emit *E, const char *alias)
{
	const char *name = alias;

	if (!is_named(E->caller, alias))
		return alias;
	for (int i = 2; is_named(E->source, name); i++)
		name = arena_printf(E->a, "%s_%d", alias, i);
	return name;
}

/* The alias, or what the table would be called by its columns. */
static const char *alias_of(
    struct emit *E, const struct tsql_from *f, const char *else_)
{
	if (!f->alias.text)
		return free_alias(E, else_);
	if (!dialect_keeps_name(E->d, f->alias.text, f->alias.len))
		em_differs(E, FINDING_NAME_CUT, f, "alias %.*s",
		    (int)f->alias.len, f->alias.text);
	return free_alias(E, arena_strndup(E->a, f->alias.text, f->alias.len));
}

struct doc *em_derived(struct emit *E, struct doc *query, bool hoist,
    const char *want, const char *alias, const struct docs *columns)
{
	const char *name;

	if (!hoist)
		return doc_derived(
		    E->a, query, em_ident(E, alias, strlen(alias)), columns);
	name = em_add_cte(E, want, NULL, query);
	if (columns && columns->n)
		E->cte[E->ncte - 1].columns = *columns;
	return named(E, name, alias);
}

/* ---- tables ---- */

static struct doc *table_name(struct emit *E, struct tsql_from *f)
{
	struct tsql_source *s = tsql_source(f);
	const char *name = NULL, *alias;

	if (!s) {
		em_manual(
		    E, FINDING_UNTRANSLATED, f, "a table that isn't known");
		return doc_text(E->a, "unknown");
	}
	if (f->u.name.temporal)
		em_manual(E, FINDING_UNTRANSLATED, f, "FOR SYSTEM_TIME");
	if (f->u.name.sample)
		em_manual(E, FINDING_VOLATILE, f, "TABLESAMPLE");
	if (s->cte) {
		struct map_entry *m = map_find(
		    &E->cte_names, (const char *)&s->cte, sizeof(s->cte));

		name = m ? m->value : NULL;
		if (!name)
			name = arena_strndup(
			    E->a, s->cte->name.text, s->cte->name.len);
	} else if (s->object && s->object->kind != TSQL_OBJ_SYSTEM) {
		name = import(E, s->object, f);
	} else {
		em_manual(E, FINDING_UNTRANSLATED, f,
		    s->object ? "a system table: %.*s"
			      : "a table that isn't known: %.*s",
		    (int)f->h.len, E->src ? E->src + f->h.off : "");
		name = "unknown";
	}
	alias = alias_of(E, f, name);
	em_set_source(E, s, alias);
	return named(E, name, alias);
}

/* A name that tells what a derived table holds. */
static const char *describe(
    struct emit *E, const struct tsql_query *q, const char *alias)
{
	const struct tsql_scope *s = tsql_scope(q);
	const char *what = "rows", *of = NULL;

	if (strlen(alias) > 2)
		return alias;
	if (q->h.kind == TSQL_Q_SETOP)
		return "combined_rows";
	if (q->h.kind != TSQL_Q_SELECT)
		return "listed_rows";
	if (s && s->nsource) {
		const struct tsql_source *x = s->source[0];

		if (x->object)
			of = x->object->name;
		else if (x->cte)
			of = arena_strndup(
			    E->a, x->cte->name.text, x->cte->name.len);
	}
	if (q->u.select.top)
		what = "top";
	else if (q->u.select.ngroup)
		what = "grouped";
	else if (q->h.flags & TSQL_DISTINCT)
		what = "distinct";
	else {
		for (uint32_t i = 0; i < q->u.select.items.n; i++) {
			const struct tsql_expr *e =
			    q->u.select.items.v[i]->expr;

			if (e->h.kind == TSQL_E_CALL && e->u.call.over)
				what = "ranked";
		}
	}
	return arena_printf(E->a, "%s %s", of ? of : "derived", what);
}

static void column_docs(
    struct emit *E, const struct tsql_names *n, struct docs *out)
{
	for (uint32_t i = 0; i < n->n; i++)
		docs_add(E->a, out, em_name(E, n->v + i));
}

static struct doc *derived(struct emit *E, struct tsql_from *f, bool *lateral)
{
	struct tsql_source *s = tsql_source(f);
	struct tsql_query *q = f->u.derived.query;
	const char *alias =
	    alias_of(E, f, arena_printf(E->a, "derived_%d", ++E->anonymous));
	struct docs columns = {NULL, 0, 0};
	bool hoist = em_hoistable(E, q) && !(s && s->correlated);
	struct doc *d;

	*lateral = s && s->correlated;
	if (s)
		em_set_source(E, s, alias);
	if (q->h.kind == TSQL_Q_VALUES) {
		const struct tsql_row *row = s ? s->row : NULL;

		if (f->columns.n)
			column_docs(E, &f->columns, &columns);
		else
			for (uint32_t i = 0; row && i < row->n; i++)
				docs_add(E->a, &columns,
				    em_ident(E, row->v[i].name, row->v[i].len));
		d = em_query(E, q, NULL);
		return doc_derived(
		    E->a, d, em_ident(E, alias, strlen(alias)), &columns);
	}
	if (!hoist)
		E->no_hoist++;
	d = em_query(E, q, f->columns.n ? &f->columns : NULL);
	if (!hoist)
		E->no_hoist--;
	return em_derived(E, d, hoist, describe(E, q, alias), alias, NULL);
}

struct doc *em_table(struct emit *E, struct tsql_from *f, bool *lateral)
{
	struct tsql_source *s = tsql_source(f);
	const char *alias;

	*lateral = false;
	switch (f->h.kind) {
	case TSQL_T_NAME: return table_name(E, f);
	case TSQL_T_DERIVED: return derived(E, f, lateral);
	default: break;
	}
	alias =
	    alias_of(E, f, arena_printf(E->a, "derived_%d", ++E->anonymous));
	if (s)
		em_set_source(E, s, alias);
	switch (f->h.kind) {
	case TSQL_T_PIVOT: return em_pivot(E, f, alias);
	case TSQL_T_UNPIVOT: return em_unpivot(E, f, alias);
	case TSQL_T_OPENJSON: return em_openjson(E, f, alias, lateral);
	case TSQL_T_CALL: return em_table_call(E, f, alias, lateral);
	default: break;
	}
	em_manual(E, FINDING_UNTRANSLATED, f, "this kind of table: %.*s",
	    f->h.len > 60 ? 60 : (int)f->h.len, E->src + f->h.off);
	return doc_text(E->a, "unknown");
}

/* ---- joins ---- */

static const char *join_word(int join)
{
	switch (join) {
	case TSQL_JOIN_LEFT: return "left join";
	case TSQL_JOIN_RIGHT: return "right join";
	case TSQL_JOIN_FULL: return "full join";
	case TSQL_JOIN_CROSS:
	case TSQL_CROSS_APPLY: return "cross join";
	case TSQL_OUTER_APPLY: return "left join";
	default: return "inner join";
	}
}

struct parts {
	struct doc *from;
	struct docs joins;
};

static void from_tree(struct emit *E, struct tsql_from *f, struct parts *p);

/* A table, or a join in parentheses. */
static struct doc *operand(struct emit *E, struct tsql_from *f, bool *lateral)
{
	struct parts p = {NULL, {NULL, 0, 0}};
	struct docs l = {NULL, 0, 0};

	if (f->h.kind != TSQL_T_JOIN)
		return em_table(E, f, lateral);
	*lateral = false;
	from_tree(E, f, &p);
	docs_add(E->a, &l, p.from);
	for (size_t i = 0; i < p.joins.n; i++) {
		docs_add(E->a, &l, doc_line(E->a));
		docs_add(E->a, &l, p.joins.v[i]);
	}
	return doc_paren(E->a, doc_cat(E->a, &l));
}

static void add_join(struct emit *E, struct tsql_from *j, struct parts *p)
{
	int join = j->u.join.join;
	bool apply = join == TSQL_CROSS_APPLY || join == TSQL_OUTER_APPLY;
	bool lateral;
	struct doc *t = operand(E, j->u.join.r, &lateral), *on = NULL;

	if (lateral && !dialect_can(E->d, "lateral"))
		em_manual(E, FINDING_UNTRANSLATED, j,
		    "APPLY, which needs lateral joins");
	if (join == TSQL_OUTER_APPLY)
		on = doc_text(E->a, "true");
	else if (j->u.join.on && !apply)
		on = em_predicate(E, j->u.join.on).d;
	docs_add(E->a, &p->joins,
	    lateral ? doc_join_lateral(E->a, join_word(join), t, on)
		    : doc_join_on(E->a, join_word(join), t, on));
}

/* The left spine of joins may be as long as the source. */
static void from_tree(struct emit *E, struct tsql_from *f, struct parts *p)
{
	struct tsql_from **v = NULL, *x;
	size_t n = 0, cap = 0;
	bool lateral;

	for (x = f; x->h.kind == TSQL_T_JOIN &&
	     (x == f || !(x->h.flags & TSQL_PAREN) || 1);
	     x = x->u.join.l) {
		GROW(v, n, cap);
		v[n++] = x;
	}
	p->from = em_table(E, x, &lateral);
	while (n)
		add_join(E, v[--n], p);
	free(v);
}

static bool needs_parens(const struct tsql_from *f)
{
	for (; f->h.kind == TSQL_T_JOIN; f = f->u.join.l)
		if (f->u.join.join == TSQL_JOIN_RIGHT ||
		    f->u.join.join == TSQL_JOIN_FULL)
			return true;
	return false;
}

void em_froms(
    struct emit *E, const struct tsql_froms *froms, struct doc_select *s)
{
	for (uint32_t i = 0; i < froms->n; i++) {
		struct tsql_from *f = froms->v[i];
		struct parts p = {NULL, {NULL, 0, 0}};
		bool lateral = false;

		if (!i) {
			from_tree(E, f, &p);
			s->from = p.from;
			s->joins = p.joins;
			continue;
		}
		if (needs_parens(f)) {
			docs_add(E->a, &s->joins,
			    doc_join_on(E->a, "cross join",
				operand(E, f, &lateral), NULL));
			continue;
		}
		from_tree(E, f, &p);
		docs_add(E->a, &s->joins,
		    doc_join_on(E->a, "cross join", p.from, NULL));
		for (size_t k = 0; k < p.joins.n; k++)
			docs_add(E->a, &s->joins, p.joins.v[k]);
	}
}
