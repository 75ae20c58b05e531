/*
 * A tree as text, for tests: kinds in lower case without their letter,
 * nested in parentheses, with the names and texts of leaves:
 *   a + 1  →  (arith+ a 1)
 */
#ifndef MIG_SHAPE_H
#define MIG_SHAPE_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "tsql/parse.h"

static const char *const shape_op[] = {"", "+", "-", "*", "/", "%", "&", "|",
    "^", "~", "||", "<<", ">>", "=", "<>", "<", "<=", ">", ">=", "!<", "!>",
    "is-distinct", "is-not-distinct", "*=", "=*"};

struct shape {
	struct buf out;
	const char *src;
};

static inline void shape_kind(struct buf *b, uint16_t kind)
{
	const char *s = tsql_kind_name(kind);

	if (s[1] == '_')
		s += 2;
	for (; *s; s++)
		buf_addc(b, *s >= 'A' && *s <= 'Z' ? *s | 0x20 : *s);
}

static inline void shape_parts(
    struct buf *b, const struct tsql_name *part, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (i)
			buf_addc(b, '.');
		buf_add(b, part[i].text, part[i].len);
	}
}

/* Leaves are their text; true if the node was one. */
static inline bool shape_leaf(struct buf *b, const struct tsql_node *h)
{
	const struct tsql_expr *e = (const void *)h;

	switch (h->kind) {
	case TSQL_OBJNAME:
		shape_parts(b, ((const struct tsql_objname *)h)->part,
		    ((const struct tsql_objname *)h)->n);
		return true;
	case TSQL_E_INT:
	case TSQL_E_DECIMAL:
	case TSQL_E_FLOAT:
	case TSQL_E_MONEY:
	case TSQL_E_BINARY:
	case TSQL_E_NULL:
	case TSQL_E_DEFAULT:
		buf_add(b, e->u.lit.text, e->u.lit.len);
		return true;
	case TSQL_E_STRING:
		buf_addf(b, "%s'%.*s'", h->flags & TSQL_NATIONAL ? "N" : "",
		    (int)e->u.lit.len, e->u.lit.text);
		return true;
	case TSQL_E_COLUMN:
	case TSQL_E_VARIABLE:
	case TSQL_E_PSEUDO:
		shape_parts(b, e->u.name.part, e->nparts);
		return true;
	case TSQL_E_STAR:
		shape_parts(b, e->u.name.part, e->nparts);
		buf_adds(b, e->nparts ? ".*" : "*");
		return true;
	default: return false;
	}
}

static inline void shape_name(struct buf *b, const struct tsql_name *n)
{
	if (n->text) {
		buf_addc(b, ' ');
		buf_add(b, n->text, n->len);
	}
}

static inline void shape_head(struct buf *b, const struct tsql_node *h)
{
	const struct tsql_expr *e = (const void *)h;

	switch (h->kind) {
	case TSQL_E_CALL:
		buf_addc(b, ' ');
		shape_parts(b, e->u.call.part, e->u.call.nparts);
		break;
	case TSQL_E_METHOD:
	case TSQL_E_STATIC: shape_name(b, &e->u.method.name); break;
	case TSQL_E_COLLATE: shape_name(b, &e->u.collate.name); break;
	case TSQL_ITEM:
		shape_name(b, &((const struct tsql_item *)h)->variable);
		shape_name(b, &((const struct tsql_item *)h)->alias);
		break;
	case TSQL_CTE:
		shape_name(b, &((const struct tsql_cte *)h)->name);
		break;
	case TSQL_COLUMN_DEF:
		shape_name(b, &((const struct tsql_column_def *)h)->name);
		break;
	case TSQL_PARAM:
		shape_name(b, &((const struct tsql_param *)h)->name);
		break;
	case TSQL_VAR_DECL:
		shape_name(b, &((const struct tsql_var_decl *)h)->name);
		break;
	case TSQL_S_LABEL:
	case TSQL_S_GOTO:
	case TSQL_S_USE:
		shape_name(b, &((const struct tsql_stmt *)h)->u.label);
		break;
	}
	if (h->kind >= TSQL_T_NAME && h->kind <= TSQL_T_OPAQUE)
		shape_name(b, &((const struct tsql_from *)h)->alias);
}

static inline bool shape_enter(void *ctx, const struct tsql_node *h)
{
	struct buf *b = &((struct shape *)ctx)->out;

	if (b->len && b->s[b->len - 1] != '(')
		buf_addc(b, ' ');
	if (shape_leaf(b, h))
		return false;
	buf_addc(b, '(');
	if (h->flags & TSQL_NOT)
		buf_adds(b, "not-");
	if (h->flags & TSQL_TRY)
		buf_adds(b, "try-");
	shape_kind(b, h->kind);
	if (h->flags & TSQL_DISTINCT)
		buf_adds(b, "-distinct");
	if (h->flags & TSQL_ALL)
		buf_adds(b, "-all");
	if (h->kind >= TSQL_E_UNARY && h->kind <= TSQL_E_COMPARE)
		buf_adds(b, shape_op[((const struct tsql_expr *)h)->op]);
	shape_head(b, h);
	return true;
}

static inline void shape_leave(void *ctx, const struct tsql_node *h)
{
	struct buf *b = &((struct shape *)ctx)->out;
	struct buf leaf = BUF_INIT;

	if (!shape_leaf(&leaf, h))
		buf_addc(b, ')');
	buf_release(&leaf);
}

static inline void shape_of(struct shape *s, const struct tsql_node *h)
{
	tsql_walk(h, shape_enter, shape_leave, s);
}

/* The expression's shape is the expected one. */
static inline void expr_is(
    const char *sql, const char *expected, const char *what)
{
	struct arena a = ARENA_INIT;
	struct shape s = {BUF_INIT, sql};
	struct tsql_expr *e = tsql_parse_expr(&a, sql, strlen(sql), NULL);

	if (e)
		shape_of(&s, &e->h);
	test_str(e ? buf_str(&s.out) : NULL, expected, what);
	buf_release(&s.out);
	arena_release(&a);
}

/* The statements' shapes, one behind the other. */
static inline void stmts_are(
    const char *sql, const char *expected, const char *what)
{
	struct arena a = ARENA_INIT;
	struct shape s = {BUF_INIT, sql};
	struct tsql_module *m = tsql_parse(&a, sql, strlen(sql), NULL);
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			shape_of(&s, &m->batch[i]->stmts.v[k]->h);
	test_str(buf_str(&s.out), expected, what);
	buf_release(&s.out);
	arena_release(&a);
}

#endif
