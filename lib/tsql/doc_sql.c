#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/jinja.h"
#include "tsql/doc.h"

/* What SQL and Jinja look like, made of the primitives in doc.c. */

/* ---- source text ---- */

struct doc *doc_source(struct arena *a, const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	struct doc *d;

	jinja_escape(&b, s, len);
	d = doc_text(a, arena_strndup(a, buf_str(&b), b.len));
	buf_release(&b);
	return d;
}

struct doc *doc_comment(struct arena *a, const char *text, size_t len)
{
	const char *end = text + len;
	struct docs l = {NULL, 0, 0};

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);

		while (n && (text[n - 1] == '\r' || text[n - 1] == ' '))
			n--;
		docs_add(a, &l, doc_text(a, n ? "-- " : "--"));
		docs_add(a, &l, doc_source(a, text, n));
		docs_add(a, &l, doc_hardline(a));
		text = nl ? nl + 1 : end;
	}
	return doc_cat(a, &l);
}

/* ---- expressions ---- */

struct doc *doc_commas(struct arena *a, const struct docs *items)
{
	struct docs l = {NULL, 0, 0};

	for (size_t i = 0; i < items->n; i++) {
		docs_add(a, &l, items->v[i]);
		if (i + 1 < items->n) {
			docs_add(a, &l, doc_text(a, ","));
			docs_add(a, &l, doc_line(a));
		}
	}
	return doc_cat(a, &l);
}

static struct doc *enclosed(
    struct arena *a, const char *open, struct doc *inner, const char *close)
{
	return doc_group(a,
	    doc_join(a, doc_text(a, open),
		doc_indent(a, doc_join(a, doc_softline(a), inner, DOC_END)),
		doc_softline(a), doc_text(a, close), DOC_END));
}

struct doc *doc_paren(struct arena *a, struct doc *inner)
{
	return enclosed(a, "(", inner, ")");
}

struct doc *doc_call(struct arena *a, const char *name, const struct docs *args)
{
	if (!args->n)
		return doc_textf(a, "%s()", name);
	return doc_join(
	    a, doc_text(a, name), doc_paren(a, doc_commas(a, args)), DOC_END);
}

struct doc *doc_call1(struct arena *a, const char *name, struct doc *x)
{
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, x);
	return doc_call(a, name, &l);
}

struct doc *doc_call2(
    struct arena *a, const char *name, struct doc *x, struct doc *y)
{
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, x);
	docs_add(a, &l, y);
	return doc_call(a, name, &l);
}

struct doc *doc_call3(struct arena *a, const char *name, struct doc *x,
    struct doc *y, struct doc *z)
{
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, x);
	docs_add(a, &l, y);
	docs_add(a, &l, z);
	return doc_call(a, name, &l);
}

struct doc *doc_chain(
    struct arena *a, const struct docs *operands, const char *const *op)
{
	struct docs l = {NULL, 0, 0};

	for (size_t i = 0; i < operands->n; i++) {
		if (i) {
			docs_add(a, &l, doc_line(a));
			docs_add(a, &l, doc_text(a, op[i - 1]));
			docs_add(a, &l, doc_text(a, " "));
		}
		docs_add(a, &l, operands->v[i]);
	}
	return doc_group(a, doc_cat(a, &l));
}

struct doc *doc_chain1(
    struct arena *a, const struct docs *operands, const char *op)
{
	size_t n = operands->n ? operands->n - 1 : 0;
	const char **ops = arena_alloc(a, st_mul(n, sizeof(*ops)));

	for (size_t i = 0; i < n; i++)
		ops[i] = op;
	return doc_chain(a, operands, ops);
}

struct doc *doc_infix(
    struct arena *a, struct doc *l, const char *op, struct doc *r)
{
	struct docs operands = {NULL, 0, 0};

	docs_add(a, &operands, l);
	docs_add(a, &operands, r);
	return doc_chain(a, &operands, &op);
}

struct doc *doc_as(struct arena *a, struct doc *e, struct doc *name)
{
	if (!name)
		return e;
	return doc_join(a, e, doc_text(a, " as "), name, DOC_END);
}

struct doc *doc_cast(
    struct arena *a, const char *fn, struct doc *e, struct doc *type)
{
	return doc_call1(a, fn, doc_as(a, e, type));
}

static struct doc *case_arm(struct arena *a, const struct doc_when *w)
{
	struct doc *then = doc_join(a, doc_text(a, "then "), w->then, DOC_END);

	return doc_group(a,
	    doc_join(a, doc_text(a, "when"),
		doc_indent(a,
		    doc_join(
			a, doc_line(a), w->when, doc_line(a), then, DOC_END)),
		DOC_END));
}

struct doc *doc_case(struct arena *a, struct doc *operand,
    const struct doc_when *when, size_t nr, struct doc *otherwise)
{
	struct docs l = {NULL, 0, 0};

	if (operand && doc_is_short(operand, 0))
		operand = NULL;
	for (size_t i = 0; i < nr; i++) {
		docs_add(a, &l, doc_line(a));
		docs_add(a, &l, case_arm(a, when + i));
	}
	if (otherwise) {
		docs_add(a, &l, doc_line(a));
		docs_add(a, &l, doc_text(a, "else "));
		docs_add(a, &l, otherwise);
	}
	return doc_group(a,
	    doc_join(a, doc_text(a, operand ? "case " : "case"), operand,
		doc_indent(a, doc_cat(a, &l)), doc_line(a), doc_text(a, "end"),
		DOC_END));
}

struct doc *doc_window(struct arena *a, const struct docs *partition,
    const struct docs *order, struct doc *frame)
{
	struct docs l = {NULL, 0, 0};

	if (partition && partition->n)
		docs_add(a, &l, doc_clause_list(a, "partition by", partition));
	if (order && order->n) {
		if (l.n)
			docs_add(a, &l, doc_line(a));
		docs_add(a, &l, doc_clause_list(a, "order by", order));
	}
	if (frame) {
		if (l.n)
			docs_add(a, &l, doc_line(a));
		docs_add(a, &l, frame);
	}
	if (!l.n)
		return doc_text(a, "()");
	return doc_paren(a, doc_cat(a, &l));
}

/* ---- queries ---- */

struct doc *doc_clause(struct arena *a, const char *keyword, struct doc *body)
{
	return doc_group(a,
	    doc_join(a, doc_text(a, keyword),
		doc_indent(a, doc_join(a, doc_line(a), body, DOC_END)),
		DOC_END));
}

struct doc *doc_clause_list(
    struct arena *a, const char *keyword, const struct docs *items)
{
	return doc_clause(a, keyword, doc_commas(a, items));
}

struct doc *doc_join_on(
    struct arena *a, const char *how, struct doc *table, struct doc *on)
{
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, doc_text(a, how));
	docs_add(a, &l, doc_text(a, " "));
	docs_add(a, &l, table);
	if (on) {
		docs_add(a, &l,
		    doc_indent(a,
			doc_join(
			    a, doc_line(a), doc_clause(a, "on", on), DOC_END)));
	}
	return doc_cat(a, &l);
}

struct doc *doc_join_lateral(
    struct arena *a, const char *how, struct doc *table, struct doc *on)
{
	struct doc *t = doc_join(a, doc_text(a, "lateral "), table, DOC_END);

	/* On a line of its own, unless all of it fits. */
	t = doc_group(a,
	    doc_join(a, doc_text(a, how),
		doc_indent(a, doc_join(a, doc_line(a), t, DOC_END)), DOC_END));
	if (!on)
		return t;
	return doc_join(a, t,
	    doc_indent(
		a, doc_join(a, doc_line(a), doc_clause(a, "on", on), DOC_END)),
	    DOC_END);
}

static struct doc *select_items(struct arena *a, const struct doc_select *s)
{
	struct doc *head =
	    doc_join(a, doc_text(a, s->distinct ? "select distinct" : "select"),
		s->top ? doc_text(a, " ") : NULL, s->top, DOC_END);
	struct doc *body = doc_indent(
	    a, doc_join(a, doc_line(a), doc_commas(a, &s->items), DOC_END));

	/* One target may share the line, more never do. */
	body = doc_join(a, head, body, DOC_END);
	return s->items.n > 1 ? doc_broken(a, body) : doc_group(a, body);
}

/* Only "select x from t" may be one line. */
static void add_clause(struct arena *a, struct docs *l, struct doc *clause)
{
	docs_add(a, l, doc_hardline(a));
	docs_add(a, l, clause);
}

static void add_tail(struct arena *a, struct docs *l, const struct docs *order,
    struct doc *limit, struct doc *offset)
{
	if (order && order->n)
		add_clause(a, l, doc_clause_list(a, "order by", order));
	/* The two are one clause for whoever lints them. */
	if (limit && offset)
		add_clause(a, l,
		    doc_join(a, limit, doc_text(a, " "), offset, DOC_END));
	else if (limit || offset)
		add_clause(a, l, limit ? limit : offset);
}

struct doc *doc_select(struct arena *a, const struct doc_select *s)
{
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, s->comment);
	docs_add(a, &l, select_items(a, s));
	if (s->from) {
		docs_add(a, &l, doc_line(a));
		docs_add(a, &l, doc_text(a, "from "));
		docs_add(a, &l, s->from);
	}
	for (size_t i = 0; i < s->joins.n; i++)
		add_clause(a, &l, s->joins.v[i]);
	if (s->where)
		add_clause(a, &l, doc_clause(a, "where", s->where));
	if (s->group.n)
		add_clause(a, &l, doc_clause_list(a, "group by", &s->group));
	else if (s->group_by)
		add_clause(a, &l, doc_clause(a, "group by", s->group_by));
	if (s->having)
		add_clause(a, &l, doc_clause(a, "having", s->having));
	if (s->qualify)
		add_clause(a, &l, doc_clause(a, "qualify", s->qualify));
	if (s->windows.n)
		add_clause(a, &l, doc_clause_list(a, "window", &s->windows));
	add_tail(a, &l, &s->order, s->limit, s->offset);
	return doc_cat(a, &l);
}

struct doc *doc_setop(
    struct arena *a, struct doc *l, const char *op, struct doc *r)
{
	return doc_join(a, l, doc_hardline(a), doc_text(a, op), doc_hardline(a),
	    r, DOC_END);
}

struct doc *doc_trailing(struct arena *a, struct doc *query,
    const struct docs *order, struct doc *limit, struct doc *offset)
{
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, query);
	add_tail(a, &l, order, limit, offset);
	return doc_cat(a, &l);
}

struct doc *doc_subquery(struct arena *a, struct doc *query)
{
	return doc_paren(a, query);
}

struct doc *doc_derived(struct arena *a, struct doc *query, struct doc *name,
    const struct docs *columns)
{
	struct doc *d = doc_as(a, doc_paren(a, query), name);

	if (columns && columns->n)
		d = doc_join(a, d, doc_text(a, " "),
		    doc_paren(a, doc_commas(a, columns)), DOC_END);
	return d;
}

struct doc *doc_values(struct arena *a, const struct docs *rows)
{
	return doc_join(a, doc_text(a, "values"), doc_line(a),
	    doc_commas(a, rows), DOC_END);
}

static struct doc *cte_head(struct arena *a, const struct doc_cte *c)
{
	return doc_join(a, c->comment, c->name,
	    c->columns.n ? doc_text(a, " ") : NULL,
	    c->columns.n ? doc_paren(a, doc_commas(a, &c->columns)) : NULL,
	    doc_text(a, " as ("), DOC_END);
}

static struct doc *with(struct arena *a, bool recursive,
    const struct doc_cte *cte, size_t nr, struct doc *query, bool airy)
{
	const char *word = recursive ? "with recursive" : "with";
	struct docs l = {NULL, 0, 0};

	docs_add(a, &l, doc_text(a, word));
	docs_add(a, &l, airy ? doc_blank(a) : doc_text(a, " "));
	for (size_t i = 0; i < nr; i++) {
		struct doc *gap = airy ? doc_blank(a) : doc_hardline(a);

		docs_add(a, &l, cte_head(a, cte + i));
		docs_add(a, &l,
		    doc_indent(a,
			doc_join(
			    a, gap, doc_statement(a, cte[i].query), DOC_END)));
		docs_add(a, &l, gap);
		docs_add(a, &l, doc_text(a, i + 1 < nr ? ")," : ")"));
		docs_add(a, &l, gap);
	}
	docs_add(a, &l, doc_statement(a, query));
	return doc_cat(a, &l);
}

struct doc *doc_with(struct arena *a, bool recursive, const struct doc_cte *cte,
    size_t nr, struct doc *query)
{
	if (!nr)
		return doc_statement(a, query);
	return with(a, recursive, cte, nr, query, true);
}

struct doc *doc_with_inner(struct arena *a, bool recursive,
    const struct doc_cte *cte, size_t nr, struct doc *query)
{
	if (!nr)
		return query;
	return with(a, recursive, cte, nr, query, false);
}

/* Up to here a query stays on one line; longer ones break at each clause. */
#define SHORT_QUERY 60

struct doc *doc_statement(struct arena *a, struct doc *query)
{
	if (doc_is_short(query, SHORT_QUERY))
		return doc_group(a, query);
	return doc_broken(a, query);
}
