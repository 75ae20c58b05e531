/* Names of columns and variables. */
#include <string.h>
#include <strings.h>

#include "tsql/bind_int.h"
#include "tsql/parse.h"

/* ---- variables ---- */

void b_declare(struct binder *b, struct tsql_variable *v)
{
	map_put(&b->variables, v->name, strlen(v->name))->value = v;
}

struct tsql_variable *b_find_variable(
    struct binder *b, const struct tsql_name *n)
{
	return n->text ? map_getn(&b->variables, n->text, n->len) : NULL;
}

void b_variable(struct binder *b, struct tsql_expr *e)
{
	struct tsql_varref *r = ARENA_NEW(b->a, struct tsql_varref);
	const struct tsql_name *n = e->nparts ? e->u.name.part : NULL;
	struct tsql_type t = *b_unknown();

	r->h.to = TSQL_B_VARIABLE;
	e->bound = &r->h;
	e->facts = TSQL_HAS_VARIABLE;
	if (n && n->len > 2 && n->text[1] == '@') {
		t = tsql_global_type(n->text, n->len);
		e->facts |= TSQL_HAS_VOLATILE;
	} else if (n) {
		r->variable = b_find_variable(b, n);
		if (r->variable)
			t = *r->variable->type;
	}
	t.nullable = true;
	e->type = b_keep(b, &t);
}

/* ---- columns ---- */

bool b_same_name(const struct binder *b, const struct tsql_name *n,
    const char *text, size_t len)
{
	size_t i = 0, k = 0, ni, nk;

	if (n->len == len && !memcmp(n->text, text, len))
		return true;
	if (b->cat->exact)
		return false;
	while (i < n->len && k < len) {
		if (utf8_fold(n->text + i, n->len - i, &ni) !=
		    utf8_fold(text + k, len - k, &nk))
			return false;
		i += ni;
		k += nk;
	}
	return i == n->len && k == len;
}

bool b_is_qualified_by(const struct binder *b, const struct tsql_name *part,
    uint32_t n, const struct tsql_source *s)
{
	const struct tsql_name *q = &part[n - 1];

	if (!s->name.text || !q->text ||
	    !b_same_name(b, q, s->name.text, s->name.len))
		return false;
	if (n < 2)
		return true;
	/* schema.table.column: not where there is an alias */
	if (!s->object || (s->from && s->from->alias.text))
		return false;
	q = &part[n - 2];
	return !q->len ||
	    b_same_name(b, q, s->object->schema, strlen(s->object->schema));
}

static void add_outer_ref(
    struct binder *b, struct tsql_scope *s, struct tsql_expr *e)
{
	s->correlated = true;
	if (s->nouter_ref == s->outer_cap) {
		uint32_t cap = s->outer_cap ? s->outer_cap * 2 : 4;
		struct tsql_expr **v = arena_alloc(b->a, cap * sizeof(*v));

		if (s->nouter_ref)
			memcpy(v, s->outer_ref,
			    s->nouter_ref * sizeof(struct tsql_expr *));
		s->outer_ref = v;
		s->outer_cap = cap;
	}
	s->outer_ref[s->nouter_ref++] = e;
}

/* Tells every query between the reference and what it refers to. */
static void note_correlation(
    struct binder *b, struct tsql_expr *e, struct tsql_scope *owner)
{
	struct tsql_scope *s;

	for (s = b->scope; s && s != owner; s = s->parent)
		add_outer_ref(b, s, e);
}

void b_set_column(struct binder *b, struct tsql_expr *e, struct tsql_source *s,
    const struct tsql_column *c, uint16_t level)
{
	struct tsql_colref *r = ARENA_NEW(b->a, struct tsql_colref);
	const struct tsql_type *type = c ? c->type : b_unknown();
	bool nullable =
	    (s && s->nullable) || (b->nullable_groups && level == 0);

	r->h.to = TSQL_B_COLUMN;
	r->level = level;
	r->source = s;
	r->column = c;
	e->bound = &r->h;
	e->facts = level ? TSQL_HAS_OUTER : TSQL_HAS_COLUMN;
	if (level < b->nearest)
		b->nearest = level;
	if ((nullable && !type->nullable) || type->literal ||
	    type->label == TSQL_COLL_COERCIBLE) {
		struct tsql_type t = *type;

		t.nullable |= nullable;
		/* a column of 3 is an int of ten digits */
		if (t.literal && tsql_is_integer(&t))
			t.precision = tsql_type_make(t.base).precision;
		t.literal = false;
		if (tsql_is_string(&t) && t.label == TSQL_COLL_COERCIBLE)
			t.label = TSQL_COLL_IMPLICIT;
		type = b_keep(b, &t);
	}
	e->type = type;
	if (level && s)
		note_correlation(b, e, s->scope);
}

enum found { FOUND_NOT, FOUND_ONE, FOUND_SEVERAL };

struct hit {
	struct tsql_source *source;
	const struct tsql_column *column;
	struct tsql_source *open; /* the only source that may have it */
	bool opens;		  /* more than one such */
	bool qualified;		  /* the qualifier was met */
};

static enum found look_in(const struct binder *b, const struct tsql_expr *e,
    const struct tsql_scope *s, uint32_t first, struct hit *h)
{
	const struct tsql_name *n = &e->u.name.part[e->nparts - 1];
	enum found found = FOUND_NOT;
	bool several;
	uint32_t i;

	for (i = first; i < s->nsource; i++) {
		struct tsql_source *src = s->source[i];
		const struct tsql_column *c;

		if (e->nparts > 1 &&
		    !b_is_qualified_by(b, e->u.name.part, e->nparts - 1u, src))
			continue;
		if (e->nparts == 1 && src->special == 'd')
			continue; /* deleted: only when asked for by name */
		h->qualified |= e->nparts > 1;
		c = tsql_row_find(src->row, n->text, n->len, &several);
		if (c && (several || found == FOUND_ONE))
			return FOUND_SEVERAL;
		if (c) {
			h->source = src;
			h->column = c;
			found = FOUND_ONE;
		} else if (src->row->open) {
			h->opens |= h->open != NULL;
			h->open = src;
		}
	}
	return found;
}

/* ORDER BY may name a result column. */
static bool order_alias(struct binder *b, struct tsql_expr *e)
{
	const struct tsql_name *n = &e->u.name.part[0];
	const struct tsql_column *c;
	struct tsql_outref *r;
	bool several;

	if (!b->order_out || e->nparts != 1)
		return false;
	c = tsql_row_find(b->order_out, n->text, n->len, &several);
	if (!c)
		return false;
	r = ARENA_NEW(b->a, struct tsql_outref);
	r->h.to = TSQL_B_OUTPUT;
	r->index = c->ordinal;
	e->bound = &r->h;
	e->type = c->type;
	e->facts = TSQL_HAS_COLUMN;
	if (b->nearest)
		b->nearest = 0;
	return true;
}

static void report_column(
    struct binder *b, struct tsql_expr *e, enum finding_code code)
{
	const struct tsql_name *n = &e->u.name.part[e->nparts - 1];

	b_finding(b, code, e->h.off, n->text, n->len);
}

/* table.column.Property of a CLR type: bound to the column. */
static bool property_of(struct binder *b, struct tsql_expr *e)
{
	struct tsql_scope *s;
	struct tsql_type t = tsql_type_make(TSQL_TY_FLOAT);
	const struct tsql_name *n = &e->u.name.part[e->nparts - 1];
	uint16_t level = 0;

	if (e->nparts < 2 || !e->u.name.part[e->nparts - 2].len)
		return false;
	for (s = b->scope; s; s = s->outer, level++) {
		struct hit h = {0};
		bool found;

		e->nparts--;
		found = look_in(b, e, s, 0, &h) == FOUND_ONE;
		e->nparts++;
		if (!found || h.column->type->base < TSQL_TY_HIERARCHYID)
			continue;
		b_set_column(b, e, h.source, h.column, level);
		/* Lat, Long, M, Z, STX, STY; the integer one is STSrid */
		e->type =
		    tsql_name_is(n, "STSrid") ? b_unknown() : b_keep(b, &t);
		return true;
	}
	return false;
}

void b_column(struct binder *b, struct tsql_expr *e)
{
	struct tsql_scope *s;
	struct hit first_open = {0};
	uint16_t level = 0, open_level = 0;

	e->type = b_unknown();
	e->facts = 0;
	if (!e->nparts || !e->u.name.part[e->nparts - 1].len)
		return;
	for (s = b->scope; s; s = s->outer, level++) {
		struct hit h = {0};
		enum found f =
		    look_in(b, e, s, s == b->scope ? b->first_source : 0, &h);

		if (f == FOUND_ONE) {
			b_set_column(b, e, h.source, h.column, level);
			return;
		}
		if (f == FOUND_SEVERAL) {
			report_column(b, e, FINDING_AMBIGUOUS_COLUMN);
			return;
		}
		if (h.open && !first_open.open) {
			first_open = h;
			open_level = level;
		}
		if (h.qualified)
			break; /* the nearest of that name is meant */
	}
	if (first_open.open) {
		if (!first_open.opens)
			b_set_column(b, e, first_open.open, NULL, open_level);
		else
			e->facts = TSQL_HAS_COLUMN;
		return;
	}
	if (order_alias(b, e) || (b->scope && property_of(b, e)))
		return;
	report_column(b, e, FINDING_UNRESOLVED_COLUMN);
}

bool b_column_of(struct binder *b, struct tsql_expr *e, struct tsql_source *s)
{
	const struct tsql_name *n;
	const struct tsql_column *c;
	bool several;

	e->type = b_unknown();
	if (!s || e->h.kind != TSQL_E_COLUMN || !e->nparts)
		return false;
	n = &e->u.name.part[e->nparts - 1];
	c = n->len ? tsql_row_find(s->row, n->text, n->len, &several) : NULL;
	if (!c && !s->row->open) {
		report_column(b, e, FINDING_UNRESOLVED_COLUMN);
		return false;
	}
	b_set_column(b, e, s, c, 0);
	return true;
}
