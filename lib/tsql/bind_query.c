/* Queries: SELECT, set operations, VALUES, CTEs. */
#include <string.h>

#include "common/alloc.h"
#include "tsql/bind_int.h"
#include "tsql/parse.h"

/* ---- CTEs ---- */

struct cte_entry *b_find_cte(struct binder *b, const struct tsql_objname *n)
{
	struct cte_frame *f;

	if (n->n != 1 || !n->part[0].text)
		return NULL;
	for (f = b->ctes; f; f = f->up) {
		struct cte_entry *e =
		    map_getn(&f->names, n->part[0].text, n->part[0].len);

		/* before its anchor is known it can't mean itself */
		if (e && e->row)
			return e;
	}
	return NULL;
}

/* A recursive CTE has its anchor's types; its members may bring NULLs. */
static const struct tsql_row *recursive_row(struct binder *b,
    const struct tsql_row *anchor, const struct tsql_row *whole)
{
	struct tsql_row *r = b_row_new(b, anchor->n);
	uint32_t i;

	memcpy(r->v, anchor->v, anchor->n * sizeof(*r->v));
	r->n = anchor->n;
	r->open = anchor->open;
	for (i = 0; i < r->n && i < whole->n; i++) {
		struct tsql_type t = *r->v[i].type;

		t.nullable |= whole->v[i].type->nullable;
		r->v[i].type = b_keep(b, &t);
	}
	tsql_row_index(r, b->a);
	return r;
}

static void bind_cte(struct binder *b, struct cte_entry *e)
{
	struct cte_entry *outer = b->in_cte;
	struct tsql_scope *here = b->scope, *s;
	const struct tsql_row *row;

	b->in_cte = e;
	b->scope = NULL;
	s = b_query(b, e->cte->query, NULL, NULL);
	b->scope = here;
	b->in_cte = outer;
	if (s)
		e->cte->bound = &s->h;
	row = e->cte->query ? tsql_query_row(e->cte->query) : NULL;
	if (e->recursive && row)
		e->row = recursive_row(b, e->row, row);
	else
		e->row =
		    row ? b_renamed(b, row, &e->cte->columns) : b_row_new(b, 0);
	e->done = true;
}

void b_with(struct binder *b, struct tsql_with *w)
{
	struct cte_frame *f;
	uint32_t i;

	if (!w)
		return;
	b_expr(b, w->change_tracking);
	f = ARENA_NEW(b->a, struct cte_frame);
	map_init(&f->names, b->cat->exact ? MAP_EXACT : MAP_FOLD);
	f->up = b->ctes;
	b->ctes = f;
	for (i = 0; i < w->ncte; i++) {
		struct cte_entry *e = ARENA_NEW(b->a, struct cte_entry);
		struct map_entry *slot;

		e->cte = w->cte[i];
		if (!e->cte->name.text)
			continue;
		slot = map_put(&f->names, e->cte->name.text, e->cte->name.len);
		if (!slot->value)
			slot->value = e;
		bind_cte(b, e);
	}
}

void b_with_end(struct binder *b, struct tsql_with *w)
{
	if (!w)
		return;
	map_release(&b->ctes->names, NULL);
	b->ctes = b->ctes->up;
}

/* ---- the select list ---- */

static struct tsql_item *star_item(struct binder *b, struct tsql_item *from,
    struct tsql_source *s, const struct tsql_column *c)
{
	struct tsql_item *item = ARENA_NEW(b->a, struct tsql_item);
	struct tsql_expr *e = ARENA_NEW(b->a, struct tsql_expr);
	struct tsql_name *part = arena_alloc(b->a, 2 * sizeof(*part));
	unsigned n = 0;

	item->h = from->h;
	item->expr = e;
	e->h = from->expr->h;
	e->h.kind = TSQL_E_COLUMN;
	if (s->name.text)
		part[n++] = s->name;
	part[n].text = c->name;
	part[n++].len = c->len;
	e->nparts = (uint8_t)n;
	e->u.name.part = part;
	b_set_column(b, e, s, c, 0);
	return item;
}

static bool star_takes(const struct binder *b, const struct tsql_expr *star,
    const struct tsql_source *s)
{
	if (!star->nparts)
		return s->special != 'd' && s->special != 'i';
	return b_is_qualified_by(b, star->u.name.part, star->nparts, s);
}

static void expand_star(
    struct binder *b, struct tsql_scope *scope, struct tsql_item *item)
{
	struct tsql_star *star = ARENA_NEW(b->a, struct tsql_star);
	uint32_t i, k, total = 0;

	star->h.to = TSQL_B_STAR;
	item->expr->bound = &star->h;
	item->expr->type = b_unknown();
	item->expr->facts = TSQL_HAS_COLUMN;
	for (i = 0; i < scope->nsource; i++)
		if (star_takes(b, item->expr, scope->source[i]))
			total += scope->source[i]->row->n;
	star->item = arena_alloc(b->a, total * sizeof(*star->item));
	for (i = 0; i < scope->nsource; i++) {
		struct tsql_source *s = scope->source[i];

		if (!star_takes(b, item->expr, s))
			continue;
		star->open |= s->row->open;
		for (k = 0; k < s->row->n; k++)
			if (!s->row->v[k].hidden)
				star->item[star->n++] =
				    star_item(b, item, s, &s->row->v[k]);
	}
}

static uint32_t count_items(const struct tsql_items *items)
{
	uint32_t n = 0, i;

	for (i = 0; i < items->n; i++) {
		const struct tsql_star *star = tsql_star(items->v[i]->expr);

		n += star ? star->n : 1;
	}
	return n;
}

static void add_out(struct binder *b, struct tsql_row *r,
    const struct tsql_item *item, struct tsql_item *entry)
{
	struct tsql_column *c = &r->v[r->n];
	const struct tsql_expr *e = item->expr;
	const struct tsql_colref *ref = tsql_colref(e);

	c->name = "";
	if (item->alias.text) {
		c->name = b_name(b, &item->alias);
		c->len = item->alias.len;
	} else if (ref && ref->column) {
		c->name = ref->column->name;
		c->len = ref->column->len;
	} else if (e && (e->h.kind == TSQL_E_COLUMN) && e->nparts) {
		c->name = b_name(b, &e->u.name.part[e->nparts - 1]);
		c->len = e->u.name.part[e->nparts - 1].len;
	}
	c->ordinal = r->n++;
	c->type = e && e->type ? e->type : b_unknown();
	if (c->type->base == TSQL_TY_NULL) {
		struct tsql_type t = tsql_type_make(TSQL_TY_INT);

		c->type = b_keep(b, &t);
	}
	c->expr = item->expr;
	c->item = entry;
}

/* Untyped NULLs of a SELECT stay so for UNION to type them. */
static void keep_null(struct tsql_row *r)
{
	static const struct tsql_type null = {
	    .base = TSQL_TY_NULL, .nullable = true, .literal = true};
	uint32_t i;

	for (i = 0; i < r->n; i++)
		if (r->v[i].expr && r->v[i].expr->h.kind == TSQL_E_NULL)
			r->v[i].type = &null;
}

static void set_null_types(struct binder *b, struct tsql_row *r)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_INT);
	uint32_t i;

	for (i = 0; i < r->n; i++)
		if (r->v[i].type->base == TSQL_TY_NULL)
			r->v[i].type = b_keep(b, &t);
}

void b_items(
    struct binder *b, struct tsql_scope *s, const struct tsql_items *items)
{
	uint32_t i, k;

	for (i = 0; i < items->n; i++) {
		struct tsql_item *item = items->v[i];

		if (item->expr && item->expr->h.kind == TSQL_E_STAR)
			expand_star(b, s, item);
		else
			b_expr(b, item->expr);
	}
	s->out.v = arena_alloc(b->a, count_items(items) * sizeof(*s->out.v));
	for (i = 0; i < items->n; i++) {
		struct tsql_item *item = items->v[i];
		const struct tsql_star *star = tsql_star(item->expr);

		if (item->variable.text)
			continue;
		if (!star) {
			add_out(b, &s->out, item, item);
			continue;
		}
		s->out.open |= star->open;
		for (k = 0; k < star->n; k++)
			add_out(b, &s->out, star->item[k], item);
	}
	tsql_row_index(&s->out, b->a);
}

/* ---- SELECT ---- */

static bool is_supergroup(const struct tsql_group *g)
{
	return g->group >= TSQL_GROUP_ROLLUP || g->group == TSQL_GROUP_EMPTY;
}

static void bind_group(struct binder *b, struct tsql_group *g)
{
	uint32_t i;

	b_exprs(b, &g->list);
	for (i = 0; i < g->nitem; i++)
		bind_group(b, g->item[i]);
}

static void bind_groups(
    struct binder *b, struct tsql_scope *s, struct tsql_query *q)
{
	uint32_t i;

	for (i = 0; i < q->u.select.ngroup; i++) {
		bind_group(b, q->u.select.group[i]);
		s->supergroup |= is_supergroup(q->u.select.group[i]);
	}
	s->supergroup |= q->group_with != 0;
	s->grouped = q->u.select.ngroup || q->u.select.having;
}

static void bind_into(
    struct binder *b, struct tsql_scope *s, struct tsql_query *q)
{
	struct tsql_object *o = b_local_table(b, q->u.select.into, NULL);

	if (!o)
		return;
	o->row = s->out;
	o->row.slot = NULL;
	tsql_row_index(&o->row, b->a);
}

static void bind_select(
    struct binder *b, struct tsql_scope *s, struct tsql_query *q)
{
	bool groups = b->nullable_groups;
	uint32_t i;

	b->nullable_groups = false;
	b_froms(b, &q->u.select.from);
	b_expr(b, q->u.select.where);
	bind_groups(b, s, q);
	b->nullable_groups = s->supergroup;
	b_expr(b, q->u.select.having);
	b_items(b, s, &q->u.select.items);
	for (i = 0; i < q->u.select.window.n; i++)
		b_over(b, q->u.select.window.v[i]);
	b->nullable_groups = groups;
	if (q->u.select.top)
		b_expr(b, q->u.select.top->count);
	keep_null(&s->out);
}

/* ---- VALUES ---- */

static void bind_values(
    struct binder *b, struct tsql_scope *s, struct tsql_query *q)
{
	uint32_t n = q->u.values.nrow ? q->u.values.row[0].n : 0, i, k;

	s->out.v = arena_alloc(b->a, n * sizeof(*s->out.v));
	for (i = 0; i < q->u.values.nrow; i++) {
		const struct tsql_exprs *row = &q->u.values.row[i];

		b_exprs(b, row);
		for (k = 0; k < row->n && k < n; k++) {
			struct tsql_column *c = &s->out.v[k];
			struct tsql_type t;

			if (!row->v[k]->type)
				row->v[k]->type = b_unknown();
			if (!i) {
				c->name = "";
				c->ordinal = k;
				c->type = row->v[k]->type;
				c->expr = row->v[k];
				continue;
			}
			if (c->type == row->v[k]->type)
				continue;
			t = tsql_type_common(c->type, row->v[k]->type);
			c->type = b_keep(b, &t);
		}
	}
	s->out.n = n;
}

/* ---- set operations ---- */

static bool same_types(const struct tsql_row *l, const struct tsql_row *r)
{
	uint32_t i;

	for (i = 0; i < l->n && i < r->n; i++)
		if (l->v[i].type != r->v[i].type || l->v[i].type->literal)
			return false;
	return l->n == r->n;
}

static void set_out(
    struct binder *b, struct tsql_scope *s, struct tsql_query *q)
{
	const struct tsql_row *l = tsql_query_row(q->u.set.l);
	const struct tsql_row *r = tsql_query_row(q->u.set.r);
	uint32_t i;

	s->out = *l;
	s->open = l->open || r->open;
	s->out.open = l->open && r->open;
	if (l->open && !r->open && r->n > l->n) {
		s->out = *r;
		return;
	}
	if (same_types(l, r) || l->open || r->open)
		return;
	s->out.v = arena_alloc(b->a, l->n * sizeof(*s->out.v));
	s->out.slot = NULL;
	memcpy(s->out.v, l->v, l->n * sizeof(*s->out.v));
	for (i = 0; i < l->n && i < r->n; i++) {
		struct tsql_type t;

		t = tsql_type_common(l->v[i].type, r->v[i].type);
		if (q->setop == TSQL_SET_EXCEPT)
			t.nullable = l->v[i].type->nullable;
		s->out.v[i].type = b_keep(b, &t);
	}
	tsql_row_index(&s->out, b->a);
}

/* FOR XML and FOR JSON make one value of the rows. */
static void one_value(
    struct binder *b, struct tsql_scope *s, const struct tsql_for *f)
{
	struct tsql_type t = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	struct tsql_row *r;
	uint32_t i;

	if (f->mode <= TSQL_FOR_BROWSE)
		return;
	for (i = 0; f->mode < TSQL_FOR_JSON_AUTO && i < f->directives.n; i++)
		if (b_span_is(b, f->directives.v[i]->name, "TYPE"))
			t = tsql_type_make(TSQL_TY_XML);
	r = b_row_new(b, 1);
	r->v[0].name = "";
	r->v[0].type = b_keep(b, &t);
	r->n = 1;
	s->result = r;
}

/* ORDER BY 2: a column of the result. */
static bool ordinal(struct binder *b, struct tsql_expr *e)
{
	struct tsql_outref *r;
	uint32_t n = 0, i;

	if (e->u.lit.len > 5)
		return false;
	for (i = 0; i < e->u.lit.len; i++)
		n = n * 10 + (uint32_t)(e->u.lit.text[i] - '0');
	if (!n || n > b->order_out->n)
		return false;
	r = ARENA_NEW(b->a, struct tsql_outref);
	r->h.to = TSQL_B_OUTPUT;
	r->index = n - 1;
	e->bound = &r->h;
	e->type = b->order_out->v[n - 1].type;
	return true;
}

static void bind_tail(
    struct binder *b, struct tsql_scope *s, struct tsql_query *q)
{
	const struct tsql_row *aliases = b->order_out;
	bool set = q->h.kind == TSQL_Q_SETOP;
	uint32_t i;

	b->order_out = &s->out;
	for (i = 0; i < q->order.n; i++) {
		struct tsql_expr *e = q->order.v[i]->expr;
		bool several;
		const struct tsql_column *c;

		if (!e)
			continue;
		/* a bare name means the result's column first */
		c = e->h.kind == TSQL_E_COLUMN && e->nparts == 1 &&
			e->u.name.part[0].len
		    ? tsql_row_find(&s->out, e->u.name.part[0].text,
			  e->u.name.part[0].len, &several)
		    : NULL;
		if (c && (set || !several)) {
			struct tsql_outref *r =
			    ARENA_NEW(b->a, struct tsql_outref);

			r->h.to = TSQL_B_OUTPUT;
			r->index = c->ordinal;
			e->bound = &r->h;
			e->type = c->type;
			e->facts = TSQL_HAS_COLUMN;
			continue;
		}
		if (e->h.kind != TSQL_E_INT || !ordinal(b, e))
			b_expr(b, e);
	}
	b->order_out = aliases;
	b_expr(b, q->offset);
	b_expr(b, q->fetch);
	if (q->for_clause)
		one_value(b, s, q->for_clause);
}

static void bind_one(struct binder *b, struct tsql_query *q,
    struct tsql_scope *outer, struct tsql_scope *parent)
{
	struct tsql_scope *s = b_scope_new(b, q, outer, parent);
	uint32_t first = b->first_source;

	b->scope = s;
	b->first_source = 0;
	if (q->h.kind == TSQL_Q_SELECT)
		bind_select(b, s, q);
	else if (q->h.kind == TSQL_Q_VALUES)
		bind_values(b, s, q);
	bind_tail(b, s, q);
	if (q->h.kind == TSQL_Q_SELECT && q->u.select.into)
		bind_into(b, s, q);
	b->scope = parent;
	b->first_source = first;
}

/* The leftmost member of a recursive CTE is its anchor. */
static void take_anchor(
    struct binder *b, struct cte_entry *e, const struct tsql_query *q)
{
	const struct tsql_row *r;
	struct tsql_row *copy;

	if (!e || e->row)
		return;
	r = tsql_query_row(q);
	copy = b_row_new(b, r->n);
	if (r->n)
		memcpy(copy->v, r->v, r->n * sizeof(*copy->v));
	copy->n = r->n;
	copy->open = r->open;
	set_null_types(b, copy);
	e->row = b_renamed(b, copy, &e->cte->columns);
	if (e->row == copy)
		tsql_row_index(copy, b->a);
}

static void bind_sets(struct binder *b, struct tsql_query *q,
    struct tsql_scope *outer, struct tsql_scope *parent, struct cte_entry *cte)
{
	size_t base = b->nset;

	for (; q && q->h.kind == TSQL_Q_SETOP; q = q->u.set.l) {
		parent = b_scope_new(b, q, outer, parent);
		GROW(b->sets, b->nset, b->set_cap);
		b->sets[b->nset++] = q;
	}
	if (q)
		b_query(b, q, outer, parent);
	while (b->nset > base) {
		struct tsql_query *set = b->sets[--b->nset];
		struct tsql_scope *s = tsql_scope(set);

		if (set->u.set.l && cte && set->setop == TSQL_SET_UNION)
			take_anchor(b, cte, set->u.set.l);
		if (set->u.set.r)
			b_query(b, set->u.set.r, outer, s);
		b->scope = s;
		if (set->u.set.l && set->u.set.r)
			set_out(b, s, set);
		bind_tail(b, s, set);
		b->scope = s->parent;
	}
}

struct tsql_scope *b_query(struct binder *b, struct tsql_query *q,
    struct tsql_scope *outer, struct tsql_scope *parent)
{
	struct tsql_scope *here = b->scope, *s;
	struct cte_entry *cte = b->in_cte;
	const struct tsql_row *aliases = b->order_out;
	uint16_t nearest = b->nearest;

	if (!q)
		return NULL;
	b->order_out = NULL;
	b->nearest = UINT16_MAX;
	b_with(b, q->with);
	b->in_cte = NULL;
	if (q->h.kind == TSQL_Q_SETOP)
		bind_sets(b, q, outer, parent, cte);
	else
		bind_one(b, q, outer, parent);
	b->in_cte = cte;
	b_with_end(b, q->with);
	b->nearest = nearest;
	b->order_out = aliases;
	b->scope = here;
	s = tsql_scope(q);
	/* an operand's untyped NULLs are for its UNION to type */
	if (!parent || !parent->query || parent->query->h.kind != TSQL_Q_SETOP)
		set_null_types(b, &s->out);
	return s;
}
