#include <stdlib.h>

#include "common/alloc.h"
#include "tsql/fold_int.h"

/* A piece of the source that is written otherwise. */
struct edit {
	uint32_t off, len;
	const char *text;
};

struct edits {
	struct folder *f;
	struct edit *v;
	size_t n, cap;
};

static void edit(struct edits *e, uint32_t off, uint32_t len, const char *text)
{
	GROW(e->v, e->n, e->cap);
	e->v[e->n++] = (struct edit){off, len, text};
}

const char *fold_quote(struct folder *f, const char *name, size_t len)
{
	struct buf b = BUF_INIT;
	const char *s;
	size_t i;

	buf_addc(&b, '[');
	for (i = 0; i < len; i++) {
		if (name[i] == ']')
			buf_addc(&b, ']');
		buf_addc(&b, name[i]);
	}
	buf_addc(&b, ']');
	s = arena_strndup(f->arena, b.s, b.len);
	buf_release(&b);
	return s;
}

/* What the source is called by the columns that name it. */
static const char *source_alias(struct folder *f, const struct tsql_from *from)
{
	const struct tsql_objname *o;

	if (from->alias.text)
		return ""; /* it stands there already */
	if (from->h.kind == TSQL_T_VARIABLE)
		return arena_printf(f->arena, " AS %s",
		    fold_quote(f, from->u.variable.name.text,
			from->u.variable.name.len));
	o = from->u.name.name;
	return arena_printf(f->arena, " AS %s",
	    fold_quote(f, o->part[o->n - 1].text, o->part[o->n - 1].len));
}

static void edit_source(struct edits *e, const struct tsql_from *from)
{
	struct folder *f = e->f;
	const struct tsql_source *src = tsql_source(from);
	uint32_t off = from->h.off, len;
	struct table *t;
	const char *cte = NULL, *name;

	if (!src)
		return;
	if (src->cte) {
		name = map_getn(
		    &f->ctes, (const char *)&src->cte, sizeof(src->cte));
		if (name)
			cte = fold_quote(f, name, strlen(name));
	} else if (src->object) {
		t = fold_table(f, src->object);
		if (fold_is_written(f, t)) {
			f->unknown = true;
			f->unknown_why = "a table that the loop itself changes";
		}
		if (t->now && t->now->cte) {
			cte = fold_source(f, t->now);
			fold_read(f, t->now);
		} else if (t->temporary) {
			cte = fold_source(f, t->now);
			fold_read(f, t->now);
		} else if (t->now) {
			fold_read(f, t->now); /* the last run's */
		}
	}
	if (!cte)
		return;
	if (from->h.kind == TSQL_T_VARIABLE) {
		off = from->u.variable.name.off;
		len = from->u.variable.name.src_len;
	} else {
		off = from->u.name.name->h.off;
		len = from->u.name.name->h.len;
	}
	edit(e, off, len,
	    arena_printf(f->arena, "%s%s", cte, source_alias(f, from)));
}

static void edit_variable(struct edits *e, const struct tsql_expr *x)
{
	struct folder *f = e->f;
	const struct tsql_name *n = &x->u.name.part[0];
	struct value *v = map_getn(&f->values, n->text, n->len);
	size_t i;

	if (!v || !v->text) {
		f->unknown = true;
		f->unknown_why = v && v->why
		    ? v->why
		    : arena_strndup(f->arena, n->text, n->len);
		return;
	}
	for (i = 0; i < v->nread; i++)
		fold_read(f, v->read[i]);
	if (!v->parameter)
		edit(e, x->h.off, x->h.len, v->text);
}

static void edit_column(struct edits *e, const struct tsql_expr *x)
{
	const struct tsql_name *p = x->u.name.part;
	uint16_t n = x->nparts;

	/* schema.table.column: the state has only the table's name */
	if (n >= 3)
		edit(e, x->h.off, x->h.len,
		    arena_printf(e->f->arena, "%s.%s",
			fold_quote(e->f, p[n - 2].text, p[n - 2].len),
			fold_quote(e->f, p[n - 1].text, p[n - 1].len)));
}

static bool gather(void *ctx, const struct tsql_node *n)
{
	struct edits *e = ctx;

	switch (n->kind) {
	case TSQL_T_NAME:
	case TSQL_T_VARIABLE:
		edit_source(e, (const struct tsql_from *)n);
		break;
	case TSQL_E_VARIABLE:
		edit_variable(e, (const struct tsql_expr *)n);
		break;
	case TSQL_E_COLUMN: edit_column(e, (const struct tsql_expr *)n); break;
	default: break;
	}
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return (x->off > y->off) - (x->off < y->off);
}

/* The source from off to end with the edits that lie in it. */
static const char *apply(struct edits *e, uint32_t off, uint32_t end)
{
	struct buf b = BUF_INIT;
	const char *src = e->f->module->src, *s;
	size_t i;

	if (e->n)
		qsort(e->v, e->n, sizeof(*e->v), by_place);
	for (i = 0; i < e->n; i++) {
		if (e->v[i].off < off || e->v[i].off + e->v[i].len > end)
			continue;
		buf_add(&b, src + off, e->v[i].off - off);
		buf_adds(&b, e->v[i].text);
		off = e->v[i].off + e->v[i].len;
	}
	buf_add(&b, src + off, end - off);
	s = arena_strndup(e->f->arena, b.s, b.len);
	buf_release(&b);
	free(e->v);
	return s;
}

const char *fold_text(struct folder *f, uint32_t off, uint32_t len,
    const struct tsql_node *const *nodes, size_t n)
{
	struct edits e = {.f = f};
	size_t i;

	for (i = 0; i < n; i++)
		tsql_walk(nodes[i], gather, NULL, &e);
	return apply(&e, off, off + len);
}

const char *fold_node(struct folder *f, const struct tsql_node *n)
{
	return fold_text(f, n->off, n->len, &n, 1);
}

/* The offset of the word in front of off, blanks and comments between. */
static uint32_t word_before(const char *src, uint32_t off, const char *word)
{
	size_t len = strlen(word);
	uint32_t at = off;

	while (at >= len) {
		size_t i;

		for (i = 0; i < len; i++) {
			char c = src[at - len + i];

			if ((c | 32) != word[i])
				break;
		}
		if (i == len)
			return at - (uint32_t)len;
		at--;
	}
	return off;
}

/* Each CTE of the statement becomes one of the folded query's. */
void fold_hoist(struct folder *f, const struct tsql_with *with)
{
	uint32_t i, k;

	for (i = 0; with && i < with->ncte; i++) {
		const struct tsql_cte *c = with->cte[i];
		const char *name = fold_unique_name(
		    f, arena_strndup(f->arena, c->name.text, c->name.len));
		struct state *s;
		struct buf b = BUF_INIT;

		map_put(&f->ctes, (const char *)&c, sizeof(c))->value =
		    (void *)(uintptr_t)name;
		s = fold_state(f, NULL, name);
		if (c->columns.n) {
			buf_adds(&b, " (");
			for (k = 0; k < c->columns.n; k++)
				buf_addf(&b, "%s%s", k ? ", " : "",
				    fold_quote(f, c->columns.v[k].text,
					c->columns.v[k].len));
			buf_addc(&b, ')');
		}
		s->cte = arena_printf(f->arena, "%s%s",
		    fold_quote(f, name, strlen(name)), buf_str(&b));
		buf_release(&b);
		s->sql = fold_node(f, &c->query->h);
		fold_read(f, s);
	}
}

const struct tsql_objname *fold_into(const struct tsql_query *q)
{
	while (q->h.kind == TSQL_Q_SETOP)
		q = q->u.set.l;
	return q->h.kind == TSQL_Q_SELECT ? q->u.select.into : NULL;
}

const char *fold_query(
    struct folder *f, const struct tsql_query *q, const char **order)
{
	const char *src = f->module->src;
	uint32_t off = q->h.off, end = q->h.off + q->h.len;
	struct edits e = {.f = f};
	bool cut = !q->offset && !q->fetch;
	uint32_t i;

	*order = NULL;
	if (q->with) {
		fold_hoist(f, q->with);
		off = q->with->h.off + q->with->h.len;
	}
	if (q->h.kind == TSQL_Q_SELECT && q->u.select.top)
		cut = false;
	if (q->option.n)
		end = word_before(src, q->option.v[0]->h.off, "option");
	if (q->order.n && cut) {
		const struct tsql_order *last = q->order.v[q->order.n - 1];
		uint32_t from = q->order.v[0]->h.off;
		struct edits o = {.f = f};

		for (i = 0; i < q->order.n; i++)
			tsql_walk(&q->order.v[i]->h, gather, NULL, &o);
		*order = apply(&o, from, last->h.off + last->h.len);
		end = word_before(src, from, "order");
	}
	if (fold_into(q)) {
		uint32_t into = fold_into(q)->h.off;
		uint32_t word = word_before(src, into, "into");

		edit(&e, word, into + fold_into(q)->h.len - word, "");
	}
	tsql_walk(&q->h, gather, NULL, &e);
	return apply(&e, off, end);
}
