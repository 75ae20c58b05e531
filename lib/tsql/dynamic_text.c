/* Texts that are put together, with the places that they come from. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/dynamic_int.h"

#define HASH_BASE 0x9E3779B97F4A7C15ull

static void set_text(struct text *t, const char *s, size_t len)
{
	size_t i;

	t->s = s;
	t->len = (uint32_t)len;
	t->power = 1;
	for (i = 0; i < len; i++) {
		t->hash = t->hash * HASH_BASE + (unsigned char)s[i] + 1;
		t->power *= HASH_BASE;
	}
}

static const struct value *one(struct texts *f, const struct text *t)
{
	struct value *v = ARENA_NEW(f->a, struct value);

	v->v[v->n++] = t;
	return v;
}

const struct value *txt_hole(struct texts *f)
{
	struct text *t;

	if (f->hole)
		return f->hole;
	t = ARENA_NEW(f->a, struct text);
	set_text(t, TSQL_DYNAMIC_HOLE, strlen(TSQL_DYNAMIC_HOLE));
	t->piece = ARENA_NEW(f->a, struct tsql_dynamic_piece);
	t->npiece = 1;
	return f->hole = one(f, t);
}

const struct value *txt_plain(struct texts *f, const char *s, size_t len)
{
	struct text *t = ARENA_NEW(f->a, struct text);

	set_text(t, arena_strndup(f->a, s, len), len);
	t->whole = true;
	t->piece = ARENA_NEW(f->a, struct tsql_dynamic_piece);
	t->npiece = 1;
	return one(f, t);
}

const struct value *txt_literal(struct texts *f, const struct tsql_expr *e)
{
	struct text *t = ARENA_NEW(f->a, struct text);
	const char *src = f->m->src;
	uint32_t at = e->h.off, end = e->h.off + e->h.len, runs = 1, i;
	char quote;

	set_text(t, e->u.lit.text, e->u.lit.len);
	t->whole = t->literal = true;
	for (i = 0; i < t->len; i++)
		runs += t->s[i] == '\'' || t->s[i] == '"';
	t->piece = arena_alloc(f->a, (runs + 1) * sizeof(*t->piece));
	while (at < end && src[at] != '\'' && src[at] != '"')
		at++;
	if (at == end)
		return one(f, t);
	quote = src[at++];
	for (i = 0; i < t->len && at < end && t->npiece < runs;) {
		struct tsql_dynamic_piece *p = &t->piece[t->npiece++];

		p->at = i;
		p->off = at;
		while (i < t->len && at < end && src[at] != quote)
			i++, at++;
		if (i < t->len && at + 1 < end) {
			i++; /* a doubled quote is one */
			p->len = i - p->at;
			at += 2;
		} else {
			p->len = i - p->at;
		}
	}
	return one(f, t);
}

static const struct text *joined(
    struct texts *f, const struct text *l, const struct text *r)
{
	struct text *t;

	if (l->len + r->len > TEXT_MAX)
		return txt_hole(f)->v[0];
	t = ARENA_NEW(f->a, struct text);
	t->l = l;
	t->r = r;
	t->len = l->len + r->len;
	t->hash = l->hash * r->power + r->hash;
	t->power = l->power * r->power;
	t->whole = l->whole && r->whole;
	t->literal = l->literal || r->literal;
	t->npiece = l->npiece + r->npiece;
	return t;
}

/* From its end: chains lean left. */
void txt_write_out(
    struct texts *f, const struct text *t, struct tsql_dynamic *d)
{
	char *s = arena_alloc(f->a, t->len + 1u);
	struct tsql_dynamic_piece *piece =
	    arena_alloc(f->a, (t->npiece + 1) * sizeof(*piece));
	const struct text **stack = NULL;
	uint32_t len = t->len, n = t->npiece, i;
	size_t nr = 0, cap = 0;

	d->text = s;
	d->len = len;
	d->piece = piece;
	d->npiece = n;
	for (s[len] = '\0'; t; t = nr ? stack[--nr] : NULL) {
		for (; t->l; t = t->r) {
			GROW(stack, nr, cap);
			stack[nr++] = t->l;
		}
		len -= t->len;
		memcpy(s + len, t->s, t->len);
		n -= t->npiece;
		for (i = 0; i < t->npiece; i++) {
			piece[n + i] = t->piece[i];
			piece[n + i].at += len;
		}
	}
	free(stack);
}

const struct value *txt_concat(
    struct texts *f, const struct value *l, const struct value *r)
{
	struct value *v = ARENA_NEW(f->a, struct value);
	uint32_t i, k;

	for (i = 0; i < l->n; i++)
		for (k = 0; k < r->n && v->n < VARIANTS; k++)
			v->v[v->n++] = joined(f, l->v[i], r->v[k]);
	return v;
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a == b || (a->len == b->len && a->hash == b->hash);
}

const struct value *txt_either(
    struct texts *f, const struct value *l, const struct value *r)
{
	struct value *v;
	uint32_t i, k;

	if (l == r || !r)
		return l;
	if (!l)
		return r;
	v = ARENA_NEW(f->a, struct value);
	*v = *l;
	for (i = 0; i < r->n && v->n < VARIANTS; i++) {
		for (k = 0; k < v->n && !same_text(v->v[k], r->v[i]); k++)
			;
		if (k == v->n)
			v->v[v->n++] = r->v[i];
	}
	return v;
}

/* ---- parts ---- */

const struct text *txt_only(const struct value *v)
{
	return v->n == 1 && v->v[0]->whole ? v->v[0] : NULL;
}

/* In one piece, so that it can be cut; NULL when that got too much. */
static const struct text *flat(struct texts *f, const struct text *t)
{
	struct tsql_dynamic d = {0};
	struct text *r;

	if (!t->l)
		return t;
	f->flattened += t->len;
	if (f->flattened > FLAT_MAX)
		return NULL;
	txt_write_out(f, t, &d);
	r = ARENA_NEW(f->a, struct text);
	*r = *t;
	r->l = r->r = NULL;
	r->s = d.text;
	r->piece = d.piece;
	return r;
}

static const struct text *part(
    struct texts *f, const struct text *t, uint32_t from, uint32_t len)
{
	struct text *r = ARENA_NEW(f->a, struct text);
	uint32_t i;

	set_text(r, t->s + from, len);
	r->whole = t->whole;
	r->literal = t->literal;
	r->piece = arena_alloc(f->a, (t->npiece + 1) * sizeof(*r->piece));
	for (i = 0; i < t->npiece; i++) {
		struct tsql_dynamic_piece p = t->piece[i];
		uint32_t end = i + 1 < t->npiece ? t->piece[i + 1].at : t->len;
		uint32_t cut = p.at < from ? from - p.at : 0;

		if (end <= from || p.at >= from + len)
			continue;
		if (p.len) {
			p.off += cut;
			p.len = p.len > cut ? p.len - cut : 0;
		}
		p.at = p.at + cut - from;
		r->piece[r->npiece++] = p;
	}
	return r;
}

const struct value *txt_slice(
    struct texts *f, const struct value *v, size_t from, size_t len)
{
	struct value *r = ARENA_NEW(f->a, struct value);
	uint32_t i;

	for (i = 0; i < v->n; i++) {
		const struct text *t = v->v[i]->whole ? flat(f, v->v[i]) : NULL;
		size_t n;

		if (!t)
			return txt_hole(f);
		n = from < t->len ? t->len - from : 0;
		r->v[r->n++] = part(f, t, (uint32_t)(from < t->len ? from : 0),
		    (uint32_t)(len < n ? len : n));
	}
	return r;
}

static const struct text *replaced(struct texts *f, const struct text *t,
    const struct text *what, const struct text *with)
{
	const struct text *r = NULL;
	uint32_t at = 0, from = 0;

	t = flat(f, t);
	what = flat(f, what);
	if (!t || !what)
		return txt_hole(f)->v[0];
	while (what->len && at + what->len <= t->len) {
		if (strncasecmp(t->s + at, what->s, what->len) != 0) {
			at++;
			continue;
		}
		r = r ? joined(f, r, part(f, t, from, at - from))
		      : part(f, t, from, at - from);
		r = joined(f, r, with);
		at += what->len;
		from = at;
		if (r->len >= TEXT_MAX)
			return r;
	}
	if (!r)
		return t;
	return joined(f, r, part(f, t, from, t->len - from));
}

const struct value *txt_replace(struct texts *f, const struct value *in,
    const struct value *what, const struct value *with)
{
	struct value *r = ARENA_NEW(f->a, struct value);
	uint32_t i, k;

	if (!txt_only(what))
		return txt_hole(f);
	for (i = 0; i < in->n; i++)
		for (k = 0; k < with->n && r->n < VARIANTS; k++)
			r->v[r->n++] =
			    replaced(f, in->v[i], txt_only(what), with->v[k]);
	return r;
}
