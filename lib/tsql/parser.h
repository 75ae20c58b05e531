#ifndef TSQL_PARSER_H
#define TSQL_PARSER_H

/*
 * Inside of the parser: shared by the parse_*.c files only.
 *
 * Recursive descent over a window of tokens. A parse function is called at
 * the first token of its construct and leaves the parser behind the last.
 * An error leaves by parser_fail, which jumps to the enclosing statement:
 * functions therefore hold nothing that needs freeing; all memory is the
 * arena's or the parser's scratch stack.
 */

#include <setjmp.h>

#include "common/arena.h"
#include "common/finding.h"
#include "tsql/ast.h"
#include "tsql/lex.h"
#include "tsql/parse.h"

/* Tokens that may be looked at ahead: p->t[0] to p->t[PARSER_LOOK - 1]. */
#define PARSER_LOOK 8

struct parser {
	const struct tsql_tok *t; /* the current token */
	const struct tsql_tok *safe;
	uint32_t prev_end; /* where the last token taken ended */
	bool quoted_identifier, ansi_nulls;
	const char *src;
	struct arena *arena;

	struct tsql_tok *tok; /* the window */
	size_t cap;
	const struct tsql_tok *eof; /* in the window, or NULL */
	struct tsql_lexer lx;

	/* scratch stack for lists being gathered */
	char *scratch;
	size_t nscratch, scratch_cap;

	unsigned depth, max_depth;
	unsigned waitfor_parens; /* inside of WAITFOR ( … ) */
	unsigned option_parens;	 /* inside of WITH ( … ) */
	bool first_in_batch;
	bool no_from_alias_using; /* MERGE t USING: not an alias */
	jmp_buf *on_error;
	enum finding_code err_code;
	uint32_t err_off;
	char err[128];

	uint32_t len;
	struct tsql_module *module;
	uint32_t line_at; /* index of the line of the last position */
	const struct tsql_options *opt;
};

/* ---- tokens: parse.c ---- */

void parser_refill(struct parser *);
void parser_seek(struct parser *, uint32_t off);
void parser_fail(struct parser *, const char *expected)
    __attribute__((noreturn));
void parser_too_deep(struct parser *) __attribute__((noreturn));
void parser_note(
    struct parser *, enum finding_code, uint32_t off, const char *detail);

static inline void next(struct parser *p)
{
	p->prev_end = p->t->off + p->t->len;
	if (++p->t >= p->safe)
		parser_refill(p);
}

static inline bool at(const struct parser *p, enum tsql_tok_kind kind)
{
	return p->t->kind == kind;
}

static inline bool at_kw(const struct parser *p, enum tsql_kw kw)
{
	return p->t->kw == kw;
}

static inline bool accept(struct parser *p, enum tsql_tok_kind kind)
{
	if (p->t->kind != kind)
		return false;
	next(p);
	return true;
}

static inline bool accept_kw(struct parser *p, enum tsql_kw kw)
{
	if (p->t->kw != kw)
		return false;
	next(p);
	return true;
}

/* Two words in a row. */
static inline bool at_kw2(
    const struct parser *p, enum tsql_kw a, enum tsql_kw b)
{
	return p->t[0].kw == a && p->t[1].kw == b;
}

static inline bool accept_kw2(struct parser *p, enum tsql_kw a, enum tsql_kw b)
{
	if (!at_kw2(p, a, b))
		return false;
	next(p);
	next(p);
	return true;
}

static inline void expect(
    struct parser *p, enum tsql_tok_kind kind, const char *what)
{
	if (p->t->kind != kind)
		parser_fail(p, what);
	next(p);
}

static inline void expect_kw(struct parser *p, enum tsql_kw kw)
{
	if (p->t->kw != kw)
		parser_fail(p, tsql_kw_text[kw]);
	next(p);
}

static inline bool is_reserved(const struct tsql_tok *t)
{
	return tsql_kw_flags[t->kw] & TSQL_KWF_RESERVED;
}

/* Can the token be a name? */
static inline bool is_name(const struct parser *p, const struct tsql_tok *t)
{
	return (t->kind == TOK_WORD && !is_reserved(t)) ||
	    t->kind == TOK_BRACKET ||
	    (t->kind == TOK_DQUOTE && p->quoted_identifier);
}

static inline bool at_name(const struct parser *p)
{
	return is_name(p, p->t);
}

/* Is the token a bare word, keyword or not, of this ASCII spelling? */
bool tok_is(const struct parser *, const struct tsql_tok *, const char *word);

static inline bool at_word(const struct parser *p, const char *word)
{
	return tok_is(p, p->t, word);
}

static inline bool accept_word(struct parser *p, const char *word)
{
	if (!at_word(p, word))
		return false;
	next(p);
	return true;
}

static inline bool is_string(const struct parser *p, const struct tsql_tok *t)
{
	return t->kind == TOK_STRING || t->kind == TOK_NSTRING ||
	    (t->kind == TOK_DQUOTE && !p->quoted_identifier);
}

static inline void descend(struct parser *p)
{
	if (++p->depth > p->max_depth)
		parser_too_deep(p);
}

static inline void ascend(struct parser *p)
{
	p->depth--;
}

/* ---- memory ---- */

void *parser_alloc_slow(struct parser *, size_t size);

/* Zeroed and aligned for pointers. */
static inline void *parser_alloc(struct parser *p, size_t size)
{
	struct arena *a = p->arena;
	void *q = a->at;

	size = (size + 7) & ~(size_t)7;
	if ((size_t)(a->end - a->at) < size)
		return parser_alloc_slow(p, size);
	a->at += size;
	a->used += size;
	return memset(q, 0, size);
}

#define NEW(p, type) ((type *)parser_alloc((p), sizeof(type)))

/* The size of a node with a union u, when only one member is used. */
#define SIZE_WITH(type, member)                                                \
	(offsetof(type, u) + sizeof(((type *)NULL)->u.member))

void parser_scratch_grow(struct parser *, size_t size);

static inline void push(struct parser *p, const void *item, size_t size)
{
	if (p->scratch_cap - p->nscratch < size)
		parser_scratch_grow(p, size);
	memcpy(p->scratch + p->nscratch, item, size);
	p->nscratch += size;
}

static inline void push_ptr(struct parser *p, const void *ptr)
{
	push(p, &ptr, sizeof(ptr));
}

/* What was pushed since mark, moved to the arena; *n items of size. Inline:
 * a constant size is not divided by. */
static inline void *parser_take(
    struct parser *p, size_t mark, size_t size, uint32_t *n)
{
	size_t bytes = p->nscratch - mark;

	*n = (uint32_t)(bytes / size);
	if (!bytes)
		return NULL;
	p->nscratch = mark;
	return memcpy(parser_alloc(p, bytes), p->scratch + mark, bytes);
}

#define MARK(p) ((p)->nscratch)
#define TAKE(p, mark, list)                                                    \
	((list)->v = parser_take((p), (mark), sizeof(*(list)->v), &(list)->n))

/* ---- nodes ---- */

static inline void node_start(
    const struct parser *p, struct tsql_node *h, enum tsql_kind kind)
{
	h->kind = (uint16_t)kind;
	h->off = p->t->off;
}

static inline void node_end(const struct parser *p, struct tsql_node *h)
{
	h->len = p->prev_end - h->off;
}

static inline struct tsql_span span_from(const struct parser *p, uint32_t off)
{
	struct tsql_span s = {off, p->prev_end - off};

	return s;
}

/* ---- names, types, options: parse_name.c ---- */

struct tsql_name parse_name(struct parser *);
/* Also a string, and any word if it is behind AS. */
struct tsql_name parse_alias(struct parser *);
struct tsql_name parse_any_word(struct parser *);
struct tsql_objname *parse_objname(struct parser *);
struct tsql_names parse_names_in_parens(struct parser *);
struct tsql_names parse_name_list(struct parser *);
struct tsql_dtype *parse_dtype(struct parser *);
const char *parser_decode(
    struct parser *, const struct tsql_tok *, uint32_t skip, uint32_t *len);
/* A parenthesised list of options; the paren is the current token. */
struct tsql_options_list parse_option_list(struct parser *);
/* Options separated by commas without parentheses around. */
struct tsql_options_list parse_bare_options(struct parser *);
struct tsql_options_list parse_with_list(struct parser *);
/* What stands behind a name, as far as the statement goes, as options. */
struct tsql_options_list parse_clauses(struct parser *);
struct tsql_option *parse_option(struct parser *);
struct tsql_option *option_new(struct parser *);
/* To the end of the statement, parens balanced; may be empty. */
struct tsql_span parse_rest(struct parser *);
/* Over a balanced pair of parentheses. */
void skip_parens(struct parser *);

/* ---- expressions: parse_expr.c, parse_primary.c ---- */

enum {
	PREC_OR = 1,
	PREC_AND,
	PREC_NOT,
	PREC_COMPARE,
	PREC_ADD,
	PREC_MUL,
	PREC_UNARY,
};

struct tsql_expr *parse_expr(struct parser *);
struct tsql_expr *parse_expr_prec(struct parser *, int min);
struct tsql_expr *parse_primary(struct parser *);
struct tsql_expr *parse_postfix(struct parser *, struct tsql_expr *);
struct tsql_expr *parse_call(
    struct parser *, uint32_t off, struct tsql_name *part, unsigned nparts);
struct tsql_exprs parse_exprs(struct parser *);
struct tsql_exprs parse_exprs_in_parens(struct parser *);
struct tsql_expr *parse_column(struct parser *);
struct tsql_exprs parse_columns_in_parens(struct parser *);
struct tsql_expr *parse_literal(struct parser *);
struct tsql_expr *parse_star(struct parser *);

static inline bool at_literal(const struct parser *p)
{
	return p->t->kind >= TOK_STRING && p->t->kind <= TOK_BINARY;
}

struct tsql_expr *parse_variable(struct parser *);
struct tsql_over *parse_window(struct parser *);
struct tsql_orders parse_order_by(struct parser *); /* behind BY */
bool assign_op(const struct tsql_tok *, uint8_t *op);
#define EXPR_NEW(p, kind, member)                                              \
	expr_new((p), (kind), SIZE_WITH(struct tsql_expr, member))

static inline struct tsql_expr *expr_new(
    struct parser *p, enum tsql_kind kind, size_t size)
{
	struct tsql_expr *e = parser_alloc(p, size);

	e->h.kind = (uint16_t)kind;
	e->h.off = p->t->off;
	return e;
}

/* ---- queries: parse_query.c, parse_from.c ---- */

bool at_query(const struct parser *); /* SELECT, or ( … SELECT, or WITH */
struct tsql_query *parse_query(struct parser *); /* with ORDER BY, FOR */
/* Set operators and what follows, behind a first operand. */
struct tsql_query *parse_query_rest(struct parser *, struct tsql_query *);
struct tsql_query *parse_values(struct parser *);
struct tsql_with *parse_with(struct parser *);
struct tsql_items parse_items(struct parser *);
struct tsql_top *parse_top(struct parser *);
struct tsql_options_list parse_option_clause(struct parser *);
void parse_query_option(struct parser *, struct tsql_query *);
struct tsql_froms parse_from_list(struct parser *);
struct tsql_from *parse_from(struct parser *);
struct tsql_from *parse_target(struct parser *); /* of DML, no alias */
void parse_from_alias(struct parser *, struct tsql_from *);
struct tsql_options_list parse_table_hints(struct parser *);
bool at_setop(const struct parser *);
/* parse_rowset.c */
struct tsql_from *parse_openjson(struct parser *, enum tsql_kind); /* XML too */
struct tsql_from *parse_openrowset(struct parser *);
struct tsql_from *parse_openquery(struct parser *);
struct tsql_from *parse_opendatasource(struct parser *);
struct tsql_from *parse_changetable(struct parser *);
struct tsql_from *parse_predict(struct parser *);
struct tsql_schema_col **parse_schema_columns(struct parser *, uint32_t *n);

struct tsql_from *from_new(struct parser *, enum tsql_kind, size_t size);
#define FROM_NEW(p, kind, member)                                              \
	from_new((p), (kind), SIZE_WITH(struct tsql_from, member))

/* ---- statements ---- */

#define STMT_NEW(p, kind, member)                                              \
	stmt_new((p), (kind), SIZE_WITH(struct tsql_stmt, member))

struct tsql_stmt *stmt_new(struct parser *, enum tsql_kind, size_t size);
/* One statement, never NULL; its semicolon is taken if semi. */
struct tsql_stmt *parse_stmt(struct parser *, bool semi);
/* Until the end of the batch. */
struct tsql_stmts parse_body(struct parser *);
struct tsql_stmts parse_until(struct parser *, enum tsql_kw end);
bool at_stmt_end(const struct parser *);

struct tsql_stmt *parse_select_stmt(struct parser *, struct tsql_with *);
struct tsql_stmt *parse_dml(struct parser *, struct tsql_with *);
struct tsql_stmt *parse_insert(struct parser *, struct tsql_with *);
struct tsql_stmt *parse_update(struct parser *, struct tsql_with *);
struct tsql_stmt *parse_delete(struct parser *, struct tsql_with *);
struct tsql_stmt *parse_merge(struct parser *, struct tsql_with *);
struct tsql_stmt *parse_truncate(struct parser *);
struct tsql_stmt *parse_bulk(struct parser *);
struct tsql_stmt *parse_copy(struct parser *);
struct tsql_output *parse_output(struct parser *);

struct tsql_stmt *parse_proc_stmt(struct parser *); /* NULL: not its kind */
struct tsql_stmt *parse_exec(struct parser *);
struct tsql_stmt *parse_implicit_exec(struct parser *);
void parse_cursor_def(struct parser *, struct tsql_cursor_def *);

struct tsql_stmt *parse_ddl(struct parser *); /* CREATE ALTER DROP */
bool parse_drops_here(const struct parser *); /* or parse_object does */
/* parse_security.c */
struct tsql_objname *parse_principal(struct parser *);
struct tsql_stmt *parse_grant(struct parser *);
struct tsql_stmt *parse_security_policy(struct parser *, uint32_t verb);
struct tsql_stmt *parse_authorization(struct parser *);
struct tsql_stmt *parse_transfer(struct parser *);
struct tsql_stmt *parse_enable_trigger(struct parser *);
/* parse_object.c: at the verb */
struct tsql_stmt *parse_object(struct parser *);
struct tsql_stmt *parse_command(struct parser *);
struct tsql_table_def *parse_table_def(struct parser *); /* at the paren */
struct tsql_constraint *parse_constraint(struct parser *);
struct tsql_column_def *parse_column_def(struct parser *);
struct tsql_index_def *parse_inline_index(struct parser *);
struct tsql_key_cols parse_key_cols(struct parser *);
/* For ALTER TABLE: parts are pushed and then taken, sorted by kind. */
void parse_table_part(struct parser *, struct tsql_table_def *);
void take_table_parts(struct parser *, size_t mark, struct tsql_table_def *);
bool parse_column_attribute(struct parser *, struct tsql_column_def *);
struct tsql_options_list parse_with_options(struct parser *);
void parse_not_for_replication(struct parser *, bool *flag);

struct tsql_stmt *parse_create_table(struct parser *, uint32_t verb);
struct tsql_stmt *parse_alter_table(struct parser *);
/* parse_index.c */
struct tsql_stmt *parse_create_index(struct parser *);
struct tsql_stmt *parse_alter_index(struct parser *);
struct tsql_expr *parse_partition_number(struct parser *);
struct tsql_stmt *parse_create_statistics(struct parser *);
struct tsql_stmt *parse_update_statistics(struct parser *);
struct tsql_stmt *parse_partition_function(struct parser *, uint32_t verb);
struct tsql_stmt *parse_partition_scheme(struct parser *, uint32_t verb);
struct tsql_stmt *parse_create_procedure(struct parser *, uint32_t verb);
struct tsql_stmt *parse_create_function(struct parser *, uint32_t verb);
struct tsql_stmt *parse_create_trigger(struct parser *, uint32_t verb);
struct tsql_stmt *parse_create_view(struct parser *, uint32_t verb);

#endif
