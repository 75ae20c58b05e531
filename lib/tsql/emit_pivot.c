#include "tsql/emit_int.h"

/* PIVOT as conditional aggregation, UNPIVOT as a join to a list of values. */

static struct tsql_expr *new_expr(
    struct emit *E, const struct tsql_node *at, uint16_t kind)
{
	struct tsql_expr *e = ARENA_NEW(E->a, struct tsql_expr);

	e->h = *at;
	e->h.kind = kind;
	e->h.flags = 0;
	return e;
}

static const struct tsql_type *keep(struct emit *E, struct tsql_type t)
{
	struct tsql_type *p = ARENA_NEW(E->a, struct tsql_type);

	*p = t;
	return p;
}

/* agg(case when column = 'name' then argument end) */
static struct tsql_expr *spread(struct emit *E, struct tsql_from *f,
    struct tsql_expr *agg, const struct tsql_name *name)
{
	struct tsql_expr *lit = new_expr(E, &f->h, TSQL_E_STRING);
	struct tsql_expr *cmp = new_expr(E, &f->h, TSQL_E_COMPARE);
	struct tsql_expr *k = new_expr(E, &f->h, TSQL_E_CASE);
	struct tsql_expr *call = new_expr(E, &f->h, TSQL_E_CALL);
	struct tsql_when *w = ARENA_NEW(E->a, struct tsql_when);
	struct tsql_expr *arg = agg->u.call.args.v[0];
	struct tsql_type t = *arg->type;

	lit->u.lit.text = name->text;
	lit->u.lit.len = name->len;
	lit->type = keep(
	    E, tsql_type_of_literal(TSQL_E_STRING, 0, name->text, name->len));
	cmp->op = TSQL_OP_EQ;
	cmp->u.binary.l = f->u.pivot.column;
	cmp->u.binary.r = lit;
	cmp->type = keep(E, tsql_type_make(TSQL_TY_BOOLEAN));
	w->h = f->h;
	w->h.kind = TSQL_WHEN;
	w->when = cmp;
	w->then = arg;
	k->u.kase.when = arena_alloc(E->a, sizeof(*k->u.kase.when));
	k->u.kase.when[0] = w;
	k->u.kase.nwhen = 1;
	t.nullable = true;
	k->type = keep(E, t);
	call->u.call = agg->u.call;
	call->u.call.args.v = arena_alloc(E->a, sizeof(struct tsql_expr *));
	call->u.call.args.v[0] = k;
	call->u.call.args.n = 1;
	call->type = agg->type;
	call->bound = agg->bound;
	return call;
}

struct doc *em_pivot(struct emit *E, struct tsql_from *f, const char *alias)
{
	struct tsql_source *s = tsql_source(f);
	struct tsql_query *q = ARENA_NEW(E->a, struct tsql_query);
	struct tsql_expr *agg =
	    f->u.pivot.aggregates.n ? f->u.pivot.aggregates.v[0] : NULL;
	uint32_t n = s ? s->row->n : 0, in = f->u.pivot.in.n, pass;
	bool hoist = !E->no_hoist && !E->in_recursion;
	struct doc *d;

	if (!s || !s->inner || n < in || f->u.pivot.aggregates.n != 1 ||
	    agg->h.kind != TSQL_E_CALL || agg->u.call.args.n != 1 ||
	    s->row->open) {
		em_manual(E, FINDING_UNTRANSLATED, f, "this PIVOT");
		return doc_text(E->a, "unknown");
	}
	pass = n - in;
	q->h = f->h;
	q->h.kind = TSQL_Q_SELECT;
	q->h.flags = 0;
	q->bound = &s->inner->h;
	q->u.select.from.v = arena_alloc(E->a, sizeof(struct tsql_from *));
	q->u.select.from.v[0] = f->u.pivot.source;
	q->u.select.from.n = 1;
	q->u.select.items.v =
	    arena_alloc(E->a, st_mul(n, sizeof(struct tsql_item *)));
	q->u.select.items.n = n;
	q->u.select.group =
	    arena_alloc(E->a, st_mul(pass + 1, sizeof(struct tsql_group *)));
	q->u.select.ngroup = pass;
	for (uint32_t i = 0; i < n; i++) {
		struct tsql_item *it = ARENA_NEW(E->a, struct tsql_item);

		it->h = f->h;
		it->h.kind = TSQL_ITEM;
		it->expr = i < pass
		    ? s->row->v[i].expr
		    : spread(E, f, agg, f->u.pivot.in.v + (i - pass));
		q->u.select.items.v[i] = it;
		if (i < pass) {
			struct tsql_group *g =
			    ARENA_NEW(E->a, struct tsql_group);

			g->h = f->h;
			g->h.kind = TSQL_GROUP;
			g->group = TSQL_GROUP_EXPR;
			g->list.v =
			    arena_alloc(E->a, sizeof(struct tsql_expr *));
			g->list.v[0] = it->expr;
			g->list.n = 1;
			q->u.select.group[i] = g;
		}
	}
	s->inner->query = q;
	s->inner->out = *s->row;
	s->inner->out.v =
	    arena_alloc(E->a, st_mul(n, sizeof(*s->inner->out.v)));
	for (uint32_t i = 0; i < n; i++) {
		s->inner->out.v[i] = s->row->v[i];
		s->inner->out.v[i].expr = q->u.select.items.v[i]->expr;
	}
	s->inner->grouped = true;
	s->query = q;
	d = em_query(E, q, NULL);
	return em_derived(E, d, hoist,
	    strlen(alias) > 2 ? alias : "pivoted_rows", alias, NULL);
}

struct doc *em_unpivot(struct emit *E, struct tsql_from *f, const char *alias)
{
	struct tsql_source *s = tsql_source(f);
	uint32_t n = s ? s->row->n : 0, in = f->u.unpivot.in.n;
	struct emit_frame fr = {
	    .outer = E->frame, .scope = s ? s->inner : NULL, .qualify = true};
	bool hoist = !E->no_hoist && !E->in_recursion;
	struct tsql_froms froms = {&f->u.unpivot.source, 1};
	struct docs rows = {NULL, 0, 0}, cols = {NULL, 0, 0};
	struct doc_select q;

	if (!s || !s->inner || n < 2 || s->row->open) {
		em_manual(E, FINDING_UNTRANSLATED, f, "this UNPIVOT");
		return doc_text(E->a, "unknown");
	}
	memset(&q, 0, sizeof(q));
	E->frame = &fr;
	em_froms(E, &froms, &q);
	for (uint32_t i = 0; i < n - 2; i++)
		docs_add(E->a, &q.items, em_value(E, s->row->v[i].expr).d);
	for (uint32_t i = n - 2; i < n; i++)
		docs_add(E->a, &cols,
		    em_ident(E, s->row->v[i].name, s->row->v[i].len));
	docs_add(E->a, &q.items,
	    doc_join(E->a, doc_text(E->a, "unpivoted."), cols.v[0], DOC_END));
	docs_add(E->a, &q.items,
	    doc_join(E->a, doc_text(E->a, "unpivoted."), cols.v[1], DOC_END));
	for (uint32_t i = 0; i < in; i++) {
		struct tsql_expr *e = f->u.unpivot.in.v[i];
		struct tsql_colref *c = tsql_colref(e);
		struct docs r = {NULL, 0, 0};

		docs_add(E->a, &r, em_value_as(E, e, s->row->v[n - 2].type).d);
		docs_add(E->a, &r,
		    ex_string(E, c && c->column ? c->column->name : "",
			c && c->column ? c->column->len : 0)
			.d);
		docs_add(E->a, &rows, doc_paren(E->a, doc_commas(E->a, &r)));
	}
	docs_add(E->a, &q.joins,
	    doc_join_lateral(E->a, "cross join",
		doc_derived(E->a, doc_values(E->a, &rows),
		    doc_text(E->a, "unpivoted"), &cols),
		NULL));
	q.where = doc_join(E->a, doc_text(E->a, "unpivoted."), cols.v[0],
	    doc_text(E->a, " is not null"), DOC_END);
	E->frame = fr.outer;
	return em_derived(E, doc_select(E->a, &q), hoist,
	    strlen(alias) > 2 ? alias : "unpivoted_rows", alias, NULL);
}
