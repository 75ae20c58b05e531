#include "tsql/emit_int.h"
#include "tsql/parse.h"

/*
 * What only the data can tell: whether text has characters that SQL Server
 * counts as two, or finds equal to others. The columns that such text comes
 * from are kept in the result, for a test of the data.
 */

struct origin {
	struct emit *E;
	enum emit_assumption what;
	int depth;
};

static void keep(struct origin *o, const struct tsql_object *object,
    const struct tsql_column *column)
{
	struct emit_result *r = o->E->r;
	struct emit_assumed *a;

	for (size_t i = 0; i < r->nassumed; i++) {
		a = r->assumed + i;
		if (a->object == object && a->column == column) {
			if (o->what > a->what)
				a->what = o->what;
			return;
		}
	}
	if (r->nassumed == o->E->nassumed_cap) {
		size_t cap = r->nassumed ? r->nassumed * 2 : 8;

		a = arena_alloc(o->E->a, st_mul(cap, sizeof(*a)));
		if (r->nassumed)
			memcpy(a, r->assumed, r->nassumed * sizeof(*a));
		r->assumed = a;
		o->E->nassumed_cap = cap;
	}
	r->assumed[r->nassumed++] =
	    (struct emit_assumed){object, column, o->what};
}

static bool beyond_16_bits(const struct tsql_expr *e)
{
	for (uint32_t i = 0; i < e->u.lit.len; i++)
		if ((unsigned char)e->u.lit.text[i] >= 0xf0)
			return true;
	return false;
}

static bool find_origin(void *ctx, const struct tsql_node *n)
{
	const struct tsql_expr *e = (const struct tsql_expr *)n;
	struct origin *o = ctx;
	const struct tsql_colref *c;

	if (n->kind > TSQL_E_OPAQUE)
		return true;
	if (e->h.kind == TSQL_E_STRING && beyond_16_bits(e))
		em_differs(o->E, FINDING_APPROXIMATE, e,
		    "a character beyond 16 bits, which SQL Server counts as "
		    "two");
	c = tsql_colref(e);
	if (!c || !c->column || !tsql_is_unicode(c->column->type))
		return true;
	if (c->source->query && c->source->query->h.kind != TSQL_Q_SELECT) {
		keep(o, NULL, NULL);
	} else if (c->column->expr && c->source->query && o->depth < 100) {
		o->depth++;
		tsql_walk(&c->column->expr->h, find_origin, NULL, o);
		o->depth--;
	} else {
		keep(
		    o, c->source->object, c->source->object ? c->column : NULL);
	}
	return true;
}

void em_assume(
    struct emit *E, const struct tsql_expr *e, enum emit_assumption what)
{
	struct origin o = {E, what, 0};

	const struct tsql_collation *c;

	if (!e || !e->type || !tsql_is_unicode(e->type) ||
	    !em_has_op(E, "fold_text"))
		return;
	c = em_collation(E, e->type);
	if (what >= EMIT_ASSUME_FORMS &&
	    (c->binary || E->opt->collation != EMIT_EXACT))
		o.what = EMIT_ASSUME_UNITS;
	if (o.what == EMIT_ASSUME_UNITS && c->supplementary)
		return;
	tsql_walk(&e->h, find_origin, NULL, &o);
}

void em_assume_search(
    struct emit *E, const struct tsql_expr *in, const struct tsql_expr *what)
{
	static const char pairs[][3] = {
	    "ss", "ae", "oe", "th", "ij", "ff", "fi", "fl"};
	enum emit_assumption a = EMIT_ASSUME_FORMS;

	if (what->h.kind != TSQL_E_STRING)
		a = EMIT_ASSUME_LETTERS;
	else
		for (uint32_t i = 0; i < what->u.lit.len; i++)
			for (size_t j = 0; j < ARRAY_SIZE(pairs); j++)
				if ((unsigned char)what->u.lit.text[i] >=
					0x80 ||
				    (i + 1 < what->u.lit.len &&
					!strncasecmp(
					    what->u.lit.text + i, pairs[j], 2)))
					a = EMIT_ASSUME_LETTERS;
	em_assume(E, in, a);
	em_assume(E, what, a);
}
