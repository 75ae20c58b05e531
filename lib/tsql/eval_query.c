#include <string.h>

#include "common/alloc.h"
#include "tsql/eval_int.h"
#include "tsql/parse.h"

#define ROWS_MAX 2000
#define QUERY_DEPTH_MAX 24

static void *grow(struct eval *ev, void *v, size_t n, size_t *cap, size_t size)
{
	void *bigger;

	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 8;
	bigger = arena_alloc(ev->a, st_mul(*cap, size));
	if (n)
		memcpy(bigger, v, n * size);
	return bigger;
}

void ev_combo_add(struct eval *ev, struct eval_combos *l, struct eval_combo c)
{
	if (l->n >= ROWS_MAX)
		ev->failed = true;
	if (!ev_step(ev))
		return;
	l->v = grow(ev, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = c;
}

static void row_add(struct eval *ev, struct eval_rows *l, struct eval_value *r)
{
	if (l->n >= ROWS_MAX)
		ev->failed = true;
	if (!ev_step(ev))
		return;
	l->row = grow(ev, l->row, l->n, &l->cap, sizeof(*l->row));
	l->row[l->n++] = r;
}

/* ---- FROM ---- */

struct from {
	struct eval *ev;
	struct eval_frame *f;
	uint32_t nsource;
};

static struct eval_combo merged(const struct from *x,
    const struct eval_combo *l, const struct eval_combo *r)
{
	struct eval_combo c = {
	    arena_alloc(x->ev->a, (x->nsource + 1) * sizeof(*c.row))};

	for (uint32_t i = 0; i < x->nsource; i++)
		c.row[i] = l && l->row[i] ? l->row[i] : r ? r->row[i] : NULL;
	return c;
}

static void one_source(
    const struct from *x, const struct tsql_source *s, struct eval_combos *out)
{
	const struct eval_rows *rows = NULL;
	struct eval_rows made = {NULL, 0, 0, 0};
	struct eval *ev = x->ev;
	struct eval_frame *was = ev->frame;

	if (s->query && !s->recursive_ref) {
		/* A CTE sees nothing of where it is used. */
		if (s->cte)
			ev->frame = NULL;
		if (ev_query(ev, s->query, &made))
			rows = &made;
		ev->frame = was;
	} else if (s->object && !s->query) {
		rows = ev->table(ev->ctx, s->object);
	}
	if (!rows) {
		ev->failed = true;
		return;
	}
	for (size_t i = 0; i < rows->n; i++) {
		struct eval_combo c = merged(x, NULL, NULL);

		c.row[s->index] = rows->row[i];
		ev_combo_add(ev, out, c);
	}
}

/* The rows of NULLs that stand for a missing partner. */
static void null_sources(
    const struct from *x, const struct tsql_from *t, struct eval_combo *c)
{
	const struct tsql_source *s = tsql_source(t);

	if (t->h.kind == TSQL_T_JOIN) {
		null_sources(x, t->u.join.l, c);
		null_sources(x, t->u.join.r, c);
	} else if (s && s->row) {
		c->row[s->index] = arena_alloc(
		    x->ev->a, (s->row->n + 1) * sizeof(struct eval_value));
	} else {
		x->ev->failed = true;
	}
}

static void scan(
    const struct from *x, struct tsql_from *t, struct eval_combos *out);

static bool joins(
    const struct from *x, const struct tsql_from *t, struct eval_combo *c)
{
	enum tri on;

	if (!t->u.join.on)
		return true;
	x->f->at = c;
	on = ev_predicate(x->ev, t->u.join.on);
	if (on == TRI_VAGUE)
		x->ev->failed = true;
	return on == TRI_TRUE;
}

static void unmatched_right(const struct from *x, const struct tsql_from *t,
    const struct eval_combos *r, const bool *used, struct eval_combos *out)
{
	for (size_t i = 0; i < r->n; i++) {
		struct eval_combo c;

		if (used[i])
			continue;
		c = merged(x, NULL, &r->v[i]);
		null_sources(x, t->u.join.l, &c);
		ev_combo_add(x->ev, out, c);
	}
}

static void join(
    const struct from *x, struct tsql_from *t, struct eval_combos *out)
{
	enum tsql_join how = t->u.join.join;
	bool apply = how == TSQL_CROSS_APPLY || how == TSQL_OUTER_APPLY;
	bool keep_left = how == TSQL_JOIN_LEFT || how == TSQL_JOIN_FULL ||
	    how == TSQL_OUTER_APPLY;
	struct eval_combos l = {0}, r = {0};
	bool *used = NULL;

	scan(x, t->u.join.l, &l);
	if (!apply) {
		scan(x, t->u.join.r, &r);
		used = arena_alloc(x->ev->a, r.n + 1);
	}
	for (size_t i = 0; i < l.n && !x->ev->failed; i++) {
		bool any = false;
		struct eval_combo c;

		if (apply) {
			r = (struct eval_combos){0};
			x->f->at = &l.v[i];
			scan(x, t->u.join.r, &r);
		}
		for (size_t j = 0; j < r.n && !x->ev->failed; j++) {
			c = merged(x, &l.v[i], &r.v[j]);
			if (!joins(x, t, &c))
				continue;
			any = true;
			if (used)
				used[j] = true;
			ev_combo_add(x->ev, out, c);
		}
		if (!any && keep_left) {
			c = merged(x, &l.v[i], NULL);
			null_sources(x, t->u.join.r, &c);
			ev_combo_add(x->ev, out, c);
		}
	}
	if (how == TSQL_JOIN_RIGHT || how == TSQL_JOIN_FULL)
		unmatched_right(x, t, &r, used, out);
}

/* Of each row one for each column that isn't NULL, with the column's name. */
static void unpivot(
    const struct from *x, struct tsql_from *t, struct eval_combos *out)
{
	struct tsql_source *s = tsql_source(t);
	uint32_t n = s ? s->row->n : 0, in = t->u.unpivot.in.n;
	struct eval *ev = x->ev;
	struct eval_combos rows = {0};
	struct eval_frame f = {.outer = x->f->outer};
	struct from inner = {ev, &f, 0};

	if (!s || !s->inner || s->row->open || n < 2) {
		ev->failed = true;
		return;
	}
	f.scope = s->inner;
	inner.nsource = s->inner->nsource;
	ev->frame = &f;
	scan(&inner, t->u.unpivot.source, &rows);
	for (size_t i = 0; i < rows.n * in && !ev->failed; i++) {
		struct tsql_expr *e = t->u.unpivot.in.v[i % in];
		const struct tsql_colref *ref = tsql_colref(e);
		struct eval_combo c = merged(x, NULL, NULL);
		struct eval_value *row =
		    arena_alloc(ev->a, (n + 1) * sizeof(*row));

		f.at = &rows.v[i / in];
		row[n - 2] = ev_expr_as(ev, e, s->row->v[n - 2].type);
		if (ref && ref->column)
			row[n - 1] =
			    ev_str(ref->column->name, ref->column->len);
		else
			ev->failed = true;
		if (!row[n - 2].vague && row[n - 2].kind == EVAL_NULL)
			continue;
		for (uint32_t k = 0; k + 2 < n; k++)
			row[k] = ev_expr(ev, s->row->v[k].expr);
		c.row[s->index] = row;
		ev_combo_add(ev, out, c);
	}
	ev->frame = x->f;
}

/* A PIVOT has a query since it was translated: it groups and aggregates. */
static bool is_source(const struct tsql_from *t)
{
	const struct tsql_source *s = tsql_source(t);

	return s &&
	    (t->h.kind == TSQL_T_NAME || t->h.kind == TSQL_T_DERIVED ||
		(t->h.kind == TSQL_T_PIVOT && s->query));
}

static void scan(
    const struct from *x, struct tsql_from *t, struct eval_combos *out)
{
	if (!ev_step(x->ev))
		return;
	if (t->h.kind == TSQL_T_JOIN)
		join(x, t, out);
	else if (t->h.kind == TSQL_T_NAME &&
	    (t->u.name.sample || t->u.name.temporal))
		x->ev->failed = true;
	else if (is_source(t))
		one_source(x, tsql_source(t), out);
	else if (t->h.kind == TSQL_T_UNPIVOT)
		unpivot(x, t, out);
	else {
		ev_unknown(x->ev, tsql_kind_name(t->h.kind) + 2);
		x->ev->failed = true;
	}
}

static void from_clause(
    const struct from *x, struct tsql_query *q, struct eval_combos *out)
{
	struct eval_combo none = merged(x, NULL, NULL);

	ev_combo_add(x->ev, out, none);
	for (uint32_t i = 0; i < q->u.select.from.n; i++) {
		struct eval_combos r = {0}, both = {0};

		scan(x, q->u.select.from.v[i], &r);
		for (size_t l = 0; l < out->n; l++)
			for (size_t j = 0; j < r.n; j++)
				ev_combo_add(x->ev, &both,
				    merged(x, &out->v[l], &r.v[j]));
		*out = both;
	}
}

static void filter(struct eval *ev, struct eval_frame *f,
    struct tsql_expr *where, struct eval_combos *l)
{
	size_t n = 0;

	if (!where)
		return;
	for (size_t i = 0; i < l->n && !ev->failed; i++) {
		enum tri t;

		f->at = &l->v[i];
		t = ev_predicate(ev, where);
		if (t == TRI_VAGUE)
			ev->failed = true;
		if (t == TRI_TRUE)
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

/* ---- ORDER BY and TOP ---- */

struct ordered {
	struct eval_value *row;
	struct eval_value *key;
};

static int cmp_keys(struct eval *ev, const struct tsql_orders *o,
    const struct ordered *a, const struct ordered *b)
{
	bool vague = false;

	for (uint32_t i = 0; i < o->n; i++) {
		int d = ev_sort(ev, &a->key[i], &b->key[i], o->v[i], &vague);

		ev->failed |= vague;
		if (d)
			return d;
	}
	return 0;
}

static void sort(
    struct eval *ev, const struct tsql_orders *o, struct ordered *v, size_t n)
{
	for (size_t i = 1; i < n && ev_step(ev); i++) {
		struct ordered x = v[i];
		size_t j = i;

		for (; j && cmp_keys(ev, o, &v[j - 1], &x) > 0; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

static bool count_of(struct eval *ev, struct tsql_expr *e, eval_int *n)
{
	struct eval_value v = e ? ev_expr(ev, e) : ev_num(0, 0);

	if (v.vague || v.kind != EVAL_NUMBER || v.scale || v.n < 0)
		return false;
	*n = v.n;
	return true;
}

/* Which of the sorted rows stay: [*from, *to). */
static bool limits(struct eval *ev, struct tsql_query *q, struct ordered *v,
    size_t n, size_t *from, size_t *to)
{
	struct tsql_top *top =
	    q->h.kind == TSQL_Q_SELECT ? q->u.select.top : NULL;
	eval_int skip = 0, take = (eval_int)n;

	if (q->offset && !count_of(ev, q->offset, &skip))
		return false;
	if (q->fetch && !count_of(ev, q->fetch, &take))
		return false;
	if (top && !count_of(ev, top->count, &take))
		return false;
	if (top && top->h.flags & TSQL_PERCENT)
		take = (take * (eval_int)n + 99) / 100;
	*from = skip < (eval_int)n ? (size_t)skip : n;
	*to = skip + take < (eval_int)n ? (size_t)(skip + take) : n;
	if (top && top->h.flags & TSQL_WITH_TIES && ev->naive != EMIT_USE_TOP)
		while (*to && *to < n &&
		    !cmp_keys(ev, &q->order, &v[*to - 1], &v[*to]))
			++*to;
	/* Which of the peers at an edge stay is the engine's choice. */
	if (*from && *from < n &&
	    !cmp_keys(ev, &q->order, &v[*from - 1], &v[*from]))
		return false;
	if (*to && *to < n && !cmp_keys(ev, &q->order, &v[*to - 1], &v[*to]))
		return false;
	return true;
}

/* ---- SELECT ---- */

static struct eval_value *select_row(
    struct eval *ev, const struct tsql_scope *scope)
{
	struct eval_value *row =
	    arena_alloc(ev->a, (scope->out.n + 1) * sizeof(*row));

	for (uint32_t i = 0; i < scope->out.n; i++) {
		const struct tsql_column *c = &scope->out.v[i];

		if (!c->expr) {
			ev->failed = true;
			return row;
		}
		row[i] = ev_expr_as(ev, c->expr, c->type);
	}
	return row;
}

static struct eval_value *order_keys(
    struct eval *ev, struct tsql_query *q, struct eval_value *row)
{
	struct eval_value *key =
	    arena_alloc(ev->a, (q->order.n + 1) * sizeof(*key));

	for (uint32_t i = 0; i < q->order.n; i++) {
		const struct tsql_outref *out =
		    tsql_outref(q->order.v[i]->expr);

		key[i] =
		    out ? row[out->index] : ev_expr(ev, q->order.v[i]->expr);
	}
	return key;
}

static bool same_rows(struct eval *ev, const struct tsql_row *out,
    const struct eval_value *a, const struct eval_value *b, bool *bytes)
{
	bool vague = false;

	*bytes = true;
	for (uint32_t i = 0; i < out->n; i++) {
		if (ev_order(ev, &a[i], &b[i], out->v[i].type,
			ev->naive == EMIT_USE_STRING_GROUP, &vague)) {
			ev->failed |= a[i].vague || b[i].vague;
			return false;
		}
		*bytes &= eval_same(&a[i], &b[i]);
	}
	ev->failed |= vague;
	return true;
}

/* Equal rows become one; where they differ in bytes, the value is vague. */
static void distinct(
    struct eval *ev, const struct tsql_row *out, struct eval_rows *rows)
{
	struct eval_rows kept = {NULL, 0, 0, rows->ncolumn};

	for (size_t i = 0; i < rows->n && !ev->failed; i++) {
		bool seen = false, bytes;

		for (size_t j = 0; j < kept.n && !seen; j++) {
			seen = same_rows(
			    ev, out, rows->row[i], kept.row[j], &bytes);
			for (uint32_t c = 0; seen && c < out->n; c++)
				if (!eval_same(
					&rows->row[i][c], &kept.row[j][c]))
					kept.row[j][c] = ev_vague();
		}
		if (!seen)
			row_add(ev, &kept, rows->row[i]);
	}
	*rows = kept;
}

static void select_rows(struct eval *ev, struct eval_frame *f,
    struct tsql_query *q, struct eval_combos *all, struct eval_combos *groups,
    struct eval_rows *out)
{
	struct ordered *v = arena_alloc(ev->a, (all->n + 1) * sizeof(*v));
	bool cut = q->u.select.top || q->offset;
	size_t from = 0, to = all->n;

	f->all = all;
	f->groups = groups;
	for (size_t i = 0; i < all->n && !ev->failed; i++) {
		f->at = &all->v[i];
		f->group = groups ? &groups[i] : NULL;
		v[i].row = select_row(ev, f->scope);
		if (cut)
			v[i].key = order_keys(ev, q, v[i].row);
	}
	if (cut && q->h.flags & TSQL_DISTINCT)
		ev->failed = true;
	if (cut && !ev->failed) {
		sort(ev, &q->order, v, all->n);
		if (!limits(ev, q, v, all->n, &from, &to))
			ev->failed = true;
	}
	for (size_t i = from; i < to && !ev->failed; i++)
		row_add(ev, out, v[i].row);
	if (q->h.flags & TSQL_DISTINCT)
		distinct(ev, &f->scope->out, out);
}

static void select_query(
    struct eval *ev, struct tsql_query *q, struct eval_rows *out)
{
	struct tsql_scope *scope = tsql_scope(q);
	struct eval_frame f = {.outer = ev->frame, .scope = scope};
	struct from x = {ev, &f, scope->nsource};
	struct eval_combos all = {0}, *groups = NULL;

	ev->frame = &f;
	from_clause(&x, q, &all);
	filter(ev, &f, q->u.select.where, &all);
	if (scope->grouped && !ev->failed) {
		ev_group(ev, &f, q, &all, &groups);
		if (!ev->failed)
			ev_having(ev, &f, q, &all, groups);
	}
	if (!ev->failed)
		select_rows(ev, &f, q, &all, groups, out);
	ev->frame = f.outer;
}

/* ---- set operations, VALUES ---- */

static bool contains(struct eval *ev, const struct tsql_row *out,
    const struct eval_rows *rows, const struct eval_value *row)
{
	bool bytes;

	for (size_t i = 0; i < rows->n; i++)
		if (same_rows(ev, out, rows->row[i], row, &bytes)) {
			/* Which one is shown isn't sure. */
			ev->failed |= !bytes;
			return true;
		}
	return false;
}

static void as_columns(struct eval *ev, struct eval_rows *rows,
    const struct tsql_row *from, const struct tsql_row *to)
{
	if (from->n != to->n) {
		ev->failed = true;
		return;
	}
	for (size_t i = 0; i < rows->n; i++) {
		struct eval_value *row =
		    arena_alloc(ev->a, (to->n + 1) * sizeof(*row));

		for (uint32_t c = 0; c < to->n; c++)
			row[c] = ev_convert(ev, rows->row[i][c],
			    from->v[c].type, to->v[c].type);
		rows->row[i] = row;
	}
}

static void set_query(
    struct eval *ev, struct tsql_query *q, struct eval_rows *out)
{
	const struct tsql_row *row = tsql_query_row(q);
	struct tsql_query *lq = q->u.set.l, *rq = q->u.set.r;
	struct eval_rows l = {NULL, 0, 0, row->n}, r = l;
	bool wanted = q->setop == TSQL_SET_INTERSECT;

	if (q->offset || !ev_query(ev, lq, &l) || !ev_query(ev, rq, &r)) {
		ev->failed = true;
		return;
	}
	as_columns(ev, &l, tsql_query_row(lq), row);
	as_columns(ev, &r, tsql_query_row(rq), row);
	out->ncolumn = row->n;
	if (q->setop == TSQL_SET_UNION) {
		for (size_t i = 0; i < l.n; i++)
			row_add(ev, out, l.row[i]);
		for (size_t i = 0; i < r.n; i++)
			row_add(ev, out, r.row[i]);
	} else {
		for (size_t i = 0; i < l.n && !ev->failed; i++)
			if (contains(ev, row, &r, l.row[i]) == wanted)
				row_add(ev, out, l.row[i]);
	}
	if (!(q->h.flags & TSQL_ALL))
		distinct(ev, row, out);
}

static void values_query(
    struct eval *ev, struct tsql_query *q, struct eval_rows *out)
{
	const struct tsql_row *cols = tsql_query_row(q);

	for (uint32_t i = 0; i < q->u.values.nrow && !ev->failed; i++) {
		const struct tsql_exprs *r = &q->u.values.row[i];
		struct eval_value *row =
		    arena_alloc(ev->a, (cols->n + 1) * sizeof(*row));

		for (uint32_t c = 0; c < cols->n && c < r->n; c++)
			row[c] = ev_expr_as(ev, r->v[c], cols->v[c].type);
		row_add(ev, out, row);
	}
}

bool ev_query(struct eval *ev, struct tsql_query *q, struct eval_rows *out)
{
	if (q->for_clause)
		ev_unknown(ev, "FOR XML or JSON");
	if (!tsql_scope(q) || !tsql_query_row(q) || q->for_clause ||
	    ev->depth > QUERY_DEPTH_MAX * 8 || !ev_step(ev)) {
		ev->failed = true;
		return false;
	}
	out->ncolumn = tsql_query_row(q)->n;
	ev->depth += 8;
	switch (q->h.kind) {
	case TSQL_Q_SELECT: select_query(ev, q, out); break;
	case TSQL_Q_SETOP: set_query(ev, q, out); break;
	case TSQL_Q_VALUES: values_query(ev, q, out); break;
	default: ev->failed = true;
	}
	ev->depth -= 8;
	return !ev->failed;
}

bool eval_query(struct eval *ev, struct tsql_query *q, struct eval_rows *out)
{
	ev->frame = NULL;
	ev->failed = false;
	ev->depth = 0;
	ev->steps = 200000;
	*out = (struct eval_rows){NULL, 0, 0, 0};
	return ev_query(ev, q, out);
}
