#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "tsql/doc.h"

/*
 * Every node knows, from when it is made, what layout has to ask of it:
 * width, of the node on one line (NEVER when it can't be on one), and lead,
 * the width up to its first possible break (the whole width without one).
 * So a group is decided in constant time, and no node is looked at twice.
 */
enum doc_kind {
	DOC_TEXT,
	DOC_BREAK, /* text: what stands for it on one line */
	DOC_CAT,
	DOC_INDENTED,
	DOC_GROUP,
};

#define NEVER (SIZE_MAX / 4)

struct doc {
	enum doc_kind kind;
	bool breaks; /* holds a possible break */
	bool forced; /* BREAK: always taken; GROUP: always broken */
	bool blank;  /* BREAK: an empty line too */
	size_t width, lead;
	union {
		const char *text;
		struct doc *inner;
		struct {
			struct doc **v;
			size_t n;
		} cat;
	} u;
};

static struct doc end_mark;
struct doc *const DOC_END = &end_mark;

static size_t add_width(size_t a, size_t b)
{
	return a >= NEVER || b >= NEVER ? NEVER : a + b;
}

static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static struct doc *new_doc(struct arena *a, enum doc_kind kind)
{
	struct doc *d = ARENA_NEW(a, struct doc);

	d->kind = kind;
	return d;
}

void docs_add(struct arena *a, struct docs *l, struct doc *d)
{
	if (!d)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap ? st_mul(l->cap, 2) : 8;
		struct doc **v = arena_alloc(a, st_mul(cap, sizeof(*v)));

		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = d;
}

struct doc *doc_text(struct arena *a, const char *s)
{
	struct doc *d = new_doc(a, DOC_TEXT);

	d->u.text = s;
	d->width = d->lead = text_width(s);
	return d;
}

struct doc *doc_textf(struct arena *a, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	struct doc *d;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	d = doc_text(a, arena_strndup(a, buf_str(&b), b.len));
	buf_release(&b);
	return d;
}

static struct doc *new_break(
    struct arena *a, const char *flat, bool forced, bool blank)
{
	struct doc *d = new_doc(a, DOC_BREAK);

	d->u.text = flat;
	d->breaks = true;
	d->forced = forced;
	d->blank = blank;
	d->width = forced ? NEVER : strlen(flat);
	return d;
}

struct doc *doc_line(struct arena *a)
{
	return new_break(a, " ", false, false);
}

struct doc *doc_softline(struct arena *a)
{
	return new_break(a, "", false, false);
}

struct doc *doc_hardline(struct arena *a)
{
	return new_break(a, "", true, false);
}

struct doc *doc_blank(struct arena *a)
{
	return new_break(a, "", true, true);
}

struct doc *doc_cat(struct arena *a, const struct docs *l)
{
	struct doc *d = new_doc(a, DOC_CAT);

	d->u.cat.v = l->v;
	d->u.cat.n = l->n;
	for (size_t i = 0; i < l->n; i++) {
		const struct doc *x = l->v[i];

		d->width = add_width(d->width, x->width);
		if (!d->breaks)
			d->lead = add_width(d->lead, x->lead);
		d->breaks |= x->breaks;
	}
	return d;
}

struct doc *doc_join(struct arena *a, ...)
{
	struct docs l = {NULL, 0, 0};
	struct doc *d;
	va_list ap;

	va_start(ap, a);
	while ((d = va_arg(ap, struct doc *)) != DOC_END)
		docs_add(a, &l, d);
	va_end(ap);
	return doc_cat(a, &l);
}

static struct doc *wrap(struct arena *a, enum doc_kind kind, struct doc *inner)
{
	struct doc *d = new_doc(a, kind);

	if (!inner)
		inner = doc_text(a, "");
	d->u.inner = inner;
	d->breaks = inner->breaks;
	d->width = inner->width;
	d->lead = inner->lead;
	return d;
}

struct doc *doc_indent(struct arena *a, struct doc *inner)
{
	return wrap(a, DOC_INDENTED, inner);
}

struct doc *doc_group(struct arena *a, struct doc *inner)
{
	return wrap(a, DOC_GROUP, inner);
}

struct doc *doc_broken(struct arena *a, struct doc *inner)
{
	struct doc *d = wrap(a, DOC_GROUP, inner);

	d->forced = true;
	if (d->breaks)
		d->width = NEVER;
	return d;
}

bool doc_is_short(const struct doc *d, size_t width)
{
	return !d || d->width <= width;
}

/* ---- layout ---- */

/* What is still to be written, the next on top. tail is the width behind the
 * node up to the next possible break. */
struct todo {
	const struct doc *d;
	size_t indent;
	size_t tail;
	bool flat;
};

struct layout {
	struct buf *out;
	size_t column;
	struct todo *stack;
	size_t nr, cap;
};

static void push(struct layout *l, const struct doc *d, size_t indent,
    size_t tail, bool flat)
{
	GROW(l->stack, l->nr, l->cap);
	l->stack[l->nr++] = (struct todo){d, indent, tail, flat};
}

static void write_break(struct layout *l, const struct todo *t)
{
	struct buf *out = l->out;

	if (t->flat) {
		buf_adds(out, t->d->u.text);
		l->column += t->d->width;
		return;
	}
	while (out->len && out->s[out->len - 1] == ' ')
		buf_setlen(out, out->len - 1);
	buf_adds(out, t->d->blank ? "\n\n" : "\n");
	for (size_t i = 0; i < t->indent; i++)
		buf_addc(out, ' ');
	l->column = t->indent;
}

static void push_cat(struct layout *l, const struct todo *t)
{
	const struct doc *d = t->d;
	size_t tail = t->tail;

	/* From the right, so that the first is on top; the stack's order is
	 * then already right, and each tail is known in one addition. */
	for (size_t i = d->u.cat.n; i-- > 0;) {
		const struct doc *x = d->u.cat.v[i];

		push(l, x, t->indent, tail, t->flat);
		if (x->breaks && !t->flat)
			tail = x->lead;
		else
			tail = add_width(x->width, tail);
	}
}

static void step(struct layout *l)
{
	struct todo t = l->stack[--l->nr];
	const struct doc *d = t.d;

	switch (d->kind) {
	case DOC_TEXT:
		buf_adds(l->out, d->u.text);
		l->column += d->width;
		break;
	case DOC_BREAK: write_break(l, &t); break;
	case DOC_CAT: push_cat(l, &t); break;
	case DOC_INDENTED:
		push(l, d->u.inner, t.indent + DOC_INDENT, t.tail, t.flat);
		break;
	case DOC_GROUP:
		t.flat = t.flat ||
		    (!d->forced &&
			add_width(add_width(l->column, d->width), t.tail) <=
			    DOC_WIDTH);
		push(l, d->u.inner, t.indent, t.tail, t.flat);
		break;
	}
}

void doc_layout_at(
    const struct doc *d, struct buf *b, size_t column, size_t indent)
{
	struct layout l = {b, column, NULL, 0, 0};

	if (!d)
		return;
	push(&l, d, indent, 0, false);
	while (l.nr)
		step(&l);
	free(l.stack);
}

void doc_layout(const struct doc *d, struct buf *b)
{
	doc_layout_at(d, b, 0, 0);
}

void doc_flat(const struct doc *d, struct buf *b)
{
	struct layout l = {b, 0, NULL, 0, 0};

	if (!d)
		return;
	push(&l, d, 0, 0, true);
	while (l.nr) {
		struct todo *t = l.stack + l.nr - 1;

		if (t->d->kind == DOC_BREAK && t->d->forced) {
			buf_addc(b, ' ');
			l.nr--;
		} else {
			step(&l);
		}
	}
	free(l.stack);
}
