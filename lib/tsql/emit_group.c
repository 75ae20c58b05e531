#include "tsql/emit_int.h"

/*
 * GROUP BY. Strings are grouped by their key; what is shown of a group is one
 * of its spellings, as in SQL Server, but always the first one.
 */

struct grouping {
	struct emit *E;
	struct tsql_query *q;
	struct tsql_expr **all; /* every expression of the clause */
	size_t nall, cap;
	bool sets;
};

static void collect(struct grouping *g, const struct tsql_group *p)
{
	for (uint32_t i = 0; i < p->list.n; i++) {
		GROW(g->all, g->nall, g->cap);
		g->all[g->nall++] = p->list.v[i];
	}
	if (p->group == TSQL_GROUP_ROLLUP || p->group == TSQL_GROUP_CUBE ||
	    p->group == TSQL_GROUP_SETS)
		g->sets = true;
	for (uint32_t i = 0; i < p->nitem; i++)
		collect(g, p->item[i]);
}

static struct emit_group *find(struct emit_frame *f, struct tsql_expr *e)
{
	for (size_t i = 0; i < f->ngroup; i++)
		if (em_same(f->group[i].expr, e))
			return f->group + i;
	return NULL;
}

static bool folded(struct grouping *g, struct tsql_expr *e)
{
	struct tsql_expr **others;
	size_t n = 0;

	if (!tsql_is_string(e->type) || !em_folds(g->E, e->type) ||
	    em_canonical(g->E, e))
		return false;
	if (g->sets)
		return true;
	others = arena_alloc(g->E->a, st_mul(g->nall + 1, sizeof(*others)));
	for (size_t i = 0; i < g->nall; i++)
		if (!em_same(g->all[i], e))
			others[n++] = g->all[i];
	return !em_determined(g->E, e, others, n);
}

static void add_group(struct grouping *g, struct tsql_expr *e)
{
	struct emit *E = g->E;
	struct emit_frame *f = E->frame;
	struct emit_group *n;
	struct ex x;

	if (find(f, e))
		return;
	x = em_value(E, e);
	n = f->group + f->ngroup;
	n->expr = e;
	n->key = x.d;
	n->show = NULL;
	if (e->type->base == TSQL_TY_DATETIMEOFFSET)
		em_differs(
		    E, FINDING_SPELLING, e, "GROUP BY of datetimeoffset");
	if (folded(g, e)) {
		n->key = em_key(E, x, e->type, e).d;
		n->show = doc_call1(E->a, "min", x.d);
		if (g->sets) {
			struct doc_when w = {
			    doc_join(E->a, doc_call1(E->a, "grouping", n->key),
				doc_text(E->a, " = 0"), DOC_END),
			    n->show};

			n->show = doc_case(E->a, NULL, &w, 1, NULL);
		}
		em_use(E, EMIT_USE_STRING_GROUP, e);
		em_differs(E, FINDING_SPELLING, e,
		    "GROUP BY shows one spelling of equal strings; SQL "
		    "Server doesn't say which, the target shows the first "
		    "in code point order");
	}
	f->ngroup++;
}

static struct doc *key_of(struct emit *E, struct tsql_expr *e)
{
	struct emit_group *g = find(E->frame, e);

	return g ? g->key : NULL;
}

static struct doc *part(struct emit *E, const struct tsql_group *p)
{
	static const char *const word[] = {[TSQL_GROUP_ROLLUP] = "rollup ",
	    [TSQL_GROUP_CUBE] = "cube ",
	    [TSQL_GROUP_SETS] = "grouping sets "};
	struct docs l = {NULL, 0, 0};

	switch (p->group) {
	case TSQL_GROUP_EXPR: return key_of(E, p->list.v[0]);
	case TSQL_GROUP_EMPTY: return doc_text(E->a, "()");
	case TSQL_GROUP_LIST:
		for (uint32_t i = 0; i < p->list.n; i++)
			docs_add(E->a, &l, key_of(E, p->list.v[i]));
		return doc_paren(E->a, doc_commas(E->a, &l));
	default: break;
	}
	for (uint32_t i = 0; i < p->list.n; i++)
		docs_add(E->a, &l, key_of(E, p->list.v[i]));
	for (uint32_t i = 0; i < p->nitem; i++)
		docs_add(E->a, &l, part(E, p->item[i]));
	return doc_join(E->a, doc_text(E->a, word[p->group]),
	    doc_paren(E->a, doc_commas(E->a, &l)), DOC_END);
}

void em_group(struct emit *E, struct tsql_query *q, struct doc_select *s)
{
	struct grouping g = {E, q, NULL, 0, 0, false};
	struct docs l = {NULL, 0, 0};

	if (!q->u.select.ngroup)
		return;
	if (q->group_all)
		em_manual(E, FINDING_UNTRANSLATED, q, "GROUP BY ALL");
	for (uint32_t i = 0; i < q->u.select.ngroup; i++)
		collect(&g, q->u.select.group[i]);
	g.sets |= q->group_with != 0;
	E->frame->sets = g.sets;
	E->frame->group =
	    arena_alloc(E->a, st_mul(g.nall + 1, sizeof(*E->frame->group)));
	for (size_t i = 0; i < g.nall; i++)
		add_group(&g, g.all[i]);
	for (uint32_t i = 0; i < q->u.select.ngroup; i++) {
		struct tsql_expr *e = q->u.select.group[i]->list.n
		    ? q->u.select.group[i]->list.v[0]
		    : NULL;

		/* a constant groups nothing; a bare 1 would mean a column */
		if (q->u.select.group[i]->group == TSQL_GROUP_EXPR &&
		    em_is_literal(e))
			continue;
		docs_add(E->a, &l, part(E, q->u.select.group[i]));
	}
	if (q->group_with)
		s->group_by = doc_join(E->a,
		    doc_text(E->a, q->group_with == 'r' ? "rollup " : "cube "),
		    doc_paren(E->a, doc_commas(E->a, &l)), DOC_END);
	else
		s->group = l;
	free(g.all);
}
