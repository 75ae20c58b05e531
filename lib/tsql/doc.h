/*
 * SQL as a tree of text and possible line breaks, and its layout: what the
 * emitter builds, and the one place that knows how a model is written.
 *
 * A line break is taken or not by the group around it: a group is written on
 * one line when it fits there with what follows it up to the next possible
 * break, else every break of its own (not of groups inside it) is taken.
 * Layout is linear in the size of the tree and doesn't recurse; the same tree
 * gives the same bytes.
 *
 * Nodes live in the arena that made them, are never changed after that and
 * may stand in several places. NULL is an empty node everywhere.
 *
 * Widths are counted in code points.
 */
#ifndef TSQL_DOC_H
#define TSQL_DOC_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct doc;

#define DOC_WIDTH 80
#define DOC_INDENT 4

/* A growing list of nodes, for items whose number isn't known before. */
struct docs {
	struct doc **v; /* in the arena */
	size_t n, cap;
};

void docs_add(struct arena *, struct docs *, struct doc *);

/* ---- the primitives ---- */

/*
 * Text that mig itself writes: keywords, numbers, Jinja. The string must not
 * hold a newline. doc_text keeps the pointer, doc_textf makes a string in the
 * arena. For what comes from the source use doc_source.
 */
struct doc *doc_text(struct arena *, const char *);
struct doc *doc_textf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Text from the source, such as a quoted identifier or a literal with its
 * quotes: inert for Jinja (common/jinja.h), so that dbt renders these bytes.
 */
struct doc *doc_source(struct arena *, const char *, size_t len);

struct doc *doc_line(struct arena *);	  /* blank or line break */
struct doc *doc_softline(struct arena *); /* nothing or line break */
struct doc *doc_hardline(struct arena *); /* always; its groups break */
struct doc *doc_blank(struct arena *);	  /* an empty line */

struct doc *doc_cat(struct arena *, const struct docs *);
/* Up to the first DOC_END; NULLs are left out. */
struct doc *doc_join(struct arena *, ...);
extern struct doc *const DOC_END;

struct doc *doc_indent(struct arena *, struct doc *); /* breaks within: +4 */
struct doc *doc_group(struct arena *, struct doc *);
/* A group whose own breaks are all taken. */
struct doc *doc_broken(struct arena *, struct doc *);

/* -- text, on a line of its own before what follows it; one line for each
 * line of text. Source text is made safe. */
struct doc *doc_comment(struct arena *, const char *text, size_t len);

/* ---- expressions ---- */

/* a, b, c: on one line or one a line. The list alone, without a group. */
struct doc *doc_commas(struct arena *, const struct docs *);
/* (x): x is indented on lines of its own when it doesn't fit. */
struct doc *doc_paren(struct arena *, struct doc *);
/* name(a, b, c) */
struct doc *doc_call(struct arena *, const char *name, const struct docs *);
struct doc *doc_call1(struct arena *, const char *name, struct doc *);
struct doc *doc_call2(
    struct arena *, const char *name, struct doc *, struct doc *);
struct doc *doc_call3(
    struct arena *, const char *name, struct doc *, struct doc *, struct doc *);
/*
 * A chain of operators of one precedence: operand[0] op[0] operand[1] op[1]
 * …, all broken before the operators or none. n operands, n - 1 operators.
 */
struct doc *doc_chain(
    struct arena *, const struct docs *operands, const char *const *op);
/* The same with one operator: "and", "||". */
struct doc *doc_chain1(
    struct arena *, const struct docs *operands, const char *op);
struct doc *doc_infix(
    struct arena *, struct doc *l, const char *op, struct doc *r);
/* e as name; name NULL: e. */
struct doc *doc_as(struct arena *, struct doc *e, struct doc *name);
/* x::type or cast(x as type) is the dialect's choice: this is the second. */
struct doc *doc_cast(
    struct arena *, const char *fn, struct doc *e, struct doc *type);

struct doc_when {
	struct doc *when, *then;
};
/* operand and otherwise may be NULL. */
struct doc *doc_case(struct arena *, struct doc *operand,
    const struct doc_when *, size_t nr, struct doc *otherwise);

/* "(partition by … order by … rows …)": each part may be NULL or empty. */
struct doc *doc_window(struct arena *, const struct docs *partition,
    const struct docs *order, struct doc *frame);

/* ---- queries ---- */

struct doc_select {
	struct doc *comment; /* before the select; NULL mostly */
	bool distinct;
	struct doc *top;   /* "top (10)", where the dialect has it */
	struct docs items; /* expressions, with doc_as */
	struct doc *from;  /* a table; joins behind it */
	struct docs joins; /* doc_join_on, or dialect's own clauses */
	struct doc *where, *having, *qualify;
	struct docs group;    /* or: */
	struct doc *group_by; /* "grouping sets (…)", "rollup (…)" */
	struct docs windows;  /* name as (…) */
	struct docs order;
	struct doc *limit, *offset; /* whole clauses: "limit 10" */
};

/* A query's clauses, broken by the group around it: see doc_subquery and
 * doc_statement. */
struct doc *doc_select(struct arena *, const struct doc_select *);
/* l, "union all" on its own line, r. */
struct doc *doc_setop(
    struct arena *, struct doc *l, const char *op, struct doc *r);
/* how: "inner join"; on NULL for cross joins. On a line of its own. */
struct doc *doc_join_on(
    struct arena *, const char *how, struct doc *table, struct doc *on);
/* The same for "lateral (…)": without the word in table. */
struct doc *doc_join_lateral(
    struct arena *, const char *how, struct doc *table, struct doc *on);
/* order by and so on behind a set operation. */
struct doc *doc_trailing(struct arena *, struct doc *query,
    const struct docs *order, struct doc *limit, struct doc *offset);
/* keyword and a body that goes to indented lines when it doesn't fit. */
struct doc *doc_clause(struct arena *, const char *keyword, struct doc *body);
struct doc *doc_clause_list(
    struct arena *, const char *keyword, const struct docs *);
/* (query), on one line when it fits. */
struct doc *doc_subquery(struct arena *, struct doc *query);
/* (query) as name (columns): as a table; columns may be empty. */
struct doc *doc_derived(struct arena *, struct doc *query, struct doc *name,
    const struct docs *columns);
/* values (…), (…): one row a line; each row is a doc_paren of its own. */
struct doc *doc_values(struct arena *, const struct docs *rows);

struct doc_cte {
	struct doc *comment; /* above its name; NULL mostly */
	struct doc *name;
	struct docs columns; /* name (a, b); usually none */
	struct doc *query;
};

/*
 * with …, each CTE between empty lines, then the last query; without CTEs
 * the query alone. recursive: some of them is.
 */
struct doc *doc_with(struct arena *, bool recursive, const struct doc_cte *,
    size_t nr, struct doc *query);
/* The same inside parentheses: no empty lines. */
struct doc *doc_with_inner(struct arena *, bool recursive,
    const struct doc_cte *, size_t nr, struct doc *query);
/* A query as the text of a file: its clauses broken, unless it is as short as
 * "select * from x". */
struct doc *doc_statement(struct arena *, struct doc *query);

/* ---- layout ---- */

/* Adds the laid out text to b: no trailing blanks, no newline at the end. */
void doc_layout(const struct doc *, struct buf *b);
/* The same for text that starts in a column and goes on to an indentation. */
void doc_layout_at(
    const struct doc *, struct buf *b, size_t column, size_t indent);
/* The whole on one line, whatever it holds: an argument of a macro. */
void doc_flat(const struct doc *, struct buf *b);
/* Would it be one line of at most width? */
bool doc_is_short(const struct doc *, size_t width);

#endif
