/*
 * MERGE as a state transition: the rows of the target, each changed or gone
 * by the first arm that fits, and the new rows of the source.
 */
#include "common/alloc.h"
#include "tsql/fold_int.h"

struct merge {
	struct folder *f;
	const struct tsql_stmt *s;
	struct table *t;
	const char *target, *source; /* aliases, quoted */
	const char *target_from, *source_from, *on;
};

static const char *cond_of(struct merge *m, const struct tsql_merge_when *w)
{
	const char *hit = w->when == TSQL_WHEN_MATCHED
	    ? "[flag].[is_matched] = 1"
	    : "[flag].[is_matched] IS NULL";

	hit = arena_printf(m->f->arena, "%s%s", m->source, strchr(hit, '.'));
	if (!w->cond)
		return hit;
	return arena_printf(
	    m->f->arena, "%s AND (%s)", hit, fold_node(m->f, &w->cond->h));
}

static const struct tsql_assign *assign_to(
    const struct tsql_merge_when *w, const struct tsql_column *c)
{
	uint32_t i;

	for (i = 0; i < w->set.n; i++) {
		const struct tsql_expr *e = w->set.v[i]->target;

		if (e && e->h.kind == TSQL_E_COLUMN &&
		    !w->set.v[i]->variable.text) {
			const struct tsql_name *n =
			    &e->u.name.part[e->nparts - 1];

			if (tsql_name_is(n, c->name) ||
			    (n->len == c->len &&
				!memcmp(n->text, c->name, n->len)))
				return w->set.v[i];
		}
	}
	return NULL;
}

/* What a column of a row of the target becomes. */
static void add_value(
    struct merge *m, struct buf *b, const struct tsql_column *c)
{
	const char *name = fold_quote(m->f, c->name, c->len);
	const char *old = arena_printf(m->f->arena, "%s.%s", m->target, name);
	bool any = false, changed = false;
	uint32_t i;

	for (i = 0; i < m->s->u.merge.nwhen; i++)
		changed |= assign_to(m->s->u.merge.when[i], c) != NULL;
	for (i = 0; changed && i < m->s->u.merge.nwhen; i++) {
		const struct tsql_merge_when *w = m->s->u.merge.when[i];
		const struct tsql_assign *a;

		if (w->when == TSQL_WHEN_NOT_MATCHED ||
		    w->action != TSQL_M_UPDATE)
			continue;
		a = assign_to(w, c);
		buf_adds(b, any ? "" : "CASE");
		any = true;
		buf_addf(b, " WHEN %s THEN %s", cond_of(m, w),
		    a ? fold_assigned(m->f, a, c->type, old) : old);
	}
	if (any)
		buf_addf(b, " ELSE %s END AS %s", old, name);
	else
		buf_adds(b, old);
}

/* Which rows an arm deletes: the first arm that fits a row decides. */
static const char *kept(struct merge *m)
{
	struct buf b = BUF_INIT;
	const char *s;
	bool any = false;
	uint32_t i;

	for (i = 0; i < m->s->u.merge.nwhen; i++)
		any |= m->s->u.merge.when[i]->action == TSQL_M_DELETE;
	if (!any)
		return NULL;
	buf_adds(&b, "CASE");
	for (i = 0; i < m->s->u.merge.nwhen; i++) {
		const struct tsql_merge_when *w = m->s->u.merge.when[i];

		if (w->when != TSQL_WHEN_NOT_MATCHED)
			buf_addf(&b, " WHEN %s THEN %d", cond_of(m, w),
			    w->action == TSQL_M_DELETE);
	}
	buf_adds(&b, " ELSE 0 END = 0");
	s = arena_strndup(m->f->arena, b.s, b.len);
	buf_release(&b);
	return s;
}

static const char *inserted_value(struct merge *m,
    const struct tsql_merge_when *w, const struct tsql_column *c, uint32_t at)
{
	struct folder *f = m->f;
	uint32_t i;

	for (i = 0; i < w->columns.n; i++) {
		const struct tsql_expr *e = w->columns.v[i];
		const struct tsql_name *n;

		if (e->h.kind != TSQL_E_COLUMN)
			continue;
		n = &e->u.name.part[e->nparts - 1];
		if ((tsql_name_is(n, c->name) ||
			(n->len == c->len &&
			    !memcmp(n->text, c->name, n->len))) &&
		    i < w->values.n)
			return fold_cast(f, fold_node(f, &w->values.v[i]->h),
			    w->values.v[i]->type, c->type);
	}
	if (!w->columns.n && at < w->values.n)
		return fold_cast(f, fold_node(f, &w->values.v[at]->h),
		    w->values.v[at]->type, c->type);
	if (c->identity ||
	    (c->def && strchr(c->def, '(') && strpbrk(c->def, "gGnNsS"))) {
		f->unknown = true;
		f->unknown_why = "a value that the server gives";
	}
	return fold_cast(f, c->def ? c->def : "NULL", NULL, c->type);
}

static void add_insert(
    struct merge *m, struct buf *b, const struct tsql_merge_when *w)
{
	struct folder *f = m->f;
	uint32_t i, at = 0;

	buf_adds(b, " UNION ALL SELECT ");
	for (i = 0; i < m->t->row->n; i++) {
		const struct tsql_column *c = &m->t->row->v[i];

		buf_addf(b, "%s%s AS %s", i ? ", " : "",
		    inserted_value(m, w, c, at++),
		    fold_quote(f, c->name, c->len));
	}
	buf_addf(b,
	    " FROM %s AS %s WHERE NOT EXISTS (SELECT 1 FROM %s AS %s WHERE %s)",
	    m->source_from, m->source, m->target_from, m->target, m->on);
	if (w->cond)
		buf_addf(b, " AND (%s)", fold_node(f, &w->cond->h));
}

static const char *alias_of(struct folder *f, const struct tsql_from *from)
{
	const struct tsql_objname *o;

	if (from->alias.text)
		return fold_quote(f, from->alias.text, from->alias.len);
	if (from->h.kind == TSQL_T_VARIABLE)
		return fold_quote(
		    f, from->u.variable.name.text, from->u.variable.name.len);
	if (from->h.kind != TSQL_T_NAME)
		return NULL;
	o = from->u.name.name;
	return fold_quote(f, o->part[o->n - 1].text, o->part[o->n - 1].len);
}

/* The source as a CTE, with a flag that tells a match from an outer join's
 * NULLs. */
static bool source_state(struct merge *m)
{
	struct folder *f = m->f;
	struct state *s = fold_state(f, NULL, NULL);
	const struct tsql_from *from = m->s->u.merge.source;
	const char *name = fold_unique_name(
	    f, arena_printf(f->arena, "%s_source", m->t->name));

	m->source = alias_of(f, from);
	if (!m->source)
		return false;
	s->cte = fold_quote(f, name, strlen(name));
	s->sql =
	    arena_printf(f->arena, "SELECT %s.*, 1 AS [is_matched] FROM %s",
		m->source, fold_node(f, &from->h));
	fold_take_reads(f, &s->read, &s->nread, &s->read_cap);
	if (fold_was_unknown(f))
		s->claim = FOLD_MANUAL;
	m->source_from = s->cte;
	/* read by the new state */
	fold_read(f, s);
	return true;
}

static bool usable(struct merge *m)
{
	const struct tsql_stmt *s = m->s;
	struct tsql_from *source = s->u.merge.source;
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	const struct tsql_froms list = {&source, 1};
	uint32_t i, inserts = 0, computed = 0;

	for (i = 0; i < s->u.merge.nwhen; i++)
		inserts += s->u.merge.when[i]->action == TSQL_M_INSERT;
	for (i = 0; i < m->t->row->n; i++)
		computed += m->t->row->v[i].computed != NULL;
	if (s->u.merge.with || s->u.merge.top || s->u.merge.output ||
	    m->f->guard || inserts > 1 || computed || !source ||
	    !s->u.merge.on || !info->target) {
		fold_finding(
		    m->f, FINDING_PROC_STATEMENT, &s->h, "MERGE of this form");
		return false;
	}
	if (!fold_joins_once(
		m->f->module->src, info->target, &list, s->u.merge.on)) {
		fold_finding(m->f, FINDING_PROC_ONE_TO_MANY, &s->h, m->t->id);
		return false;
	}
	return true;
}

bool fold_merge(struct folder *f, const struct tsql_stmt *s)
{
	const struct tsql_stmt_info *info = tsql_stmt_info(s);
	struct merge m = {.f = f, .s = s};
	struct buf b = BUF_INIT;
	struct state *st;
	const char *keep;
	uint32_t i;

	if (!info || !info->object)
		return false;
	m.t = fold_table(f, info->object);
	if (!m.t->now || !usable(&m) || !source_state(&m))
		return false;
	m.target = alias_of(f, s->u.merge.target);
	m.target_from = fold_source(f, m.t->now);
	fold_read(f, m.t->now);
	m.on = fold_node(f, &s->u.merge.on->h);
	buf_adds(&b, "SELECT ");
	for (i = 0; i < m.t->row->n; i++) {
		buf_adds(&b, i ? ", " : "");
		add_value(&m, &b, &m.t->row->v[i]);
	}
	buf_addf(&b, " FROM %s AS %s LEFT JOIN %s AS %s ON %s", m.target_from,
	    m.target, m.source_from, m.source, m.on);
	keep = kept(&m);
	if (keep)
		buf_addf(&b, " WHERE %s", keep);
	for (i = 0; i < s->u.merge.nwhen; i++) {
		if (s->u.merge.when[i]->action == TSQL_M_INSERT)
			add_insert(&m, &b, s->u.merge.when[i]);
	}
	st = fold_state(f, m.t, "merged");
	st->sql = arena_strndup(f->arena, b.s, b.len);
	buf_release(&b);
	fold_take_reads(f, &st->read, &st->nread, &st->read_cap);
	if (fold_was_unknown(f))
		st->claim = FOLD_MANUAL;
	m.t->now = st;
	m.t->written = true;
	m.t->pattern = "merge";
	return true;
}
