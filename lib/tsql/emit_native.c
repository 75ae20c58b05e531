#include "tsql/emit_int.h"
#include "tsql/parse.h"

/*
 * For SQL Server itself and its kin the query stays what it is: only the
 * tables become the project's relations.
 */

struct place {
	uint32_t off, len;
	const struct tsql_object *object;
	const struct tsql_from *from;
};

struct native {
	struct emit *E;
	struct place *v;
	size_t n, cap;
};

static bool find_places(void *ctx, const struct tsql_node *node)
{
	struct native *x = ctx;
	const struct tsql_from *f = (const struct tsql_from *)node;
	const struct tsql_source *s;
	const struct tsql_expr *e = (const struct tsql_expr *)node;

	if (node->kind == TSQL_E_CALL && e->u.call.fn == TSQL_F_NONE)
		em_differs(x->E, FINDING_APPROXIMATE, node,
		    "the function has to be there in the target, too");
	if (node->kind == TSQL_E_COLUMN && e->nparts > 2)
		em_manual(x->E, FINDING_UNTRANSLATED, node,
		    "a column qualified with its table's schema");
	if (node->kind != TSQL_T_NAME)
		return true;
	s = tsql_source(f);
	if (!s || s->cte)
		return true;
	if (!s->object || s->object->kind == TSQL_OBJ_SYSTEM) {
		em_manual(x->E, FINDING_UNTRANSLATED, node,
		    "a table that isn't known or a system table");
		return true;
	}
	GROW(x->v, x->n, x->cap);
	x->v[x->n].off = f->u.name.name->h.off;
	x->v[x->n].len = f->u.name.name->h.len;
	x->v[x->n].object = s->object;
	x->v[x->n++].from = f;
	return true;
}

/* What a table without an alias was called in its columns. */
static void add_alias(struct emit *E, const struct place *p, struct docs *line)
{
	const struct tsql_objname *n = p->from->u.name.name;
	const struct tsql_name *last = n->part + n->n - 1;
	struct buf b = BUF_INIT;

	if (p->from->alias.text)
		return;
	dialect_ident(E->d, last->text, last->len, &b);
	docs_add(E->a, line, doc_text(E->a, " as "));
	docs_add(E->a, line, doc_source(E->a, b.s, b.len));
	buf_release(&b);
}

/* Source text as it is, line by line. */
static void add_text(
    struct emit *E, const char *s, size_t len, struct docs *out)
{
	const char *end = s + len;

	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((nl ? nl : end) - s);

		while (n && s[n - 1] == '\r')
			n--;
		if (n)
			docs_add(E->a, out, doc_source(E->a, s, n));
		if (!nl)
			break;
		docs_add(E->a, out, doc_hardline(E->a));
		s = nl + 1;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

struct doc *em_native(struct emit *E, struct tsql_query *q)
{
	struct native x = {E, NULL, 0, 0};
	uint32_t at = q->h.off, end = q->h.off + q->h.len;
	const struct tsql_names *columns = E->opt->columns;
	struct docs l = {NULL, 0, 0}, names = {NULL, 0, 0};

	if (q->with && q->with->h.off < at)
		at = q->with->h.off;
	tsql_walk(&q->h, find_places, NULL, &x);
	if (x.n)
		qsort(x.v, x.n, sizeof(*x.v), by_place);
	for (size_t i = 0; i < x.n; i++) {
		struct emit_relation r = {NULL, NULL};
		struct place *p = x.v + i;

		if (p->off < at)
			continue; /* seen twice */
		add_text(E, E->src + at, p->off - at, &l);
		if (E->opt->relation &&
		    !E->opt->relation(E->opt->ctx, p->object, &r))
			em_manual(E, FINDING_UNTRANSLATED, p->from,
			    "%s, which isn't part of the project",
			    p->object->id);
		if (r.text) {
			docs_add(E->a, &l, r.text);
			add_alias(E, p, &l);
		} else {
			docs_add(E->a, &l,
			    doc_source(E->a, E->src + p->off, p->len));
		}
		at = p->off + p->len;
	}
	add_text(E, E->src + at, end - at, &l);
	free(x.v);
	if (!columns || !columns->n)
		return doc_cat(E->a, &l);
	/* CREATE VIEW v (a, b): the columns get their names around it. */
	if (q->with)
		em_manual(E, FINDING_UNTRANSLATED, q->with,
		    "a view with both a list of columns and CTEs");
	for (uint32_t i = 0; i < columns->n; i++)
		docs_add(E->a, &names, em_name(E, columns->v + i));
	return doc_join(E->a, doc_text(E->a, "select * from "),
	    doc_derived(
		E->a, doc_cat(E->a, &l), doc_text(E->a, "named"), &names),
	    DOC_END);
}
