#ifndef TSQL_PARSE_H
#define TSQL_PARSE_H

/*
 * The parser: source text in, struct tsql_module out (ast.h).
 *
 * Time is linear in the source and so is memory. Nothing is refused: what
 * cannot be read becomes an opaque node with its span and a finding, and
 * the next statement is parsed again. Nesting deeper than
 * tsql_options.max_depth is opaque too; chains of operators, set
 * operations, joins, ELSE IF and CTEs are not nesting and have no limit.
 *
 * tsql_walk and whoever recurses over the tree: trees of operator chains
 * lean left and may be as deep as the source is long. tsql_walk does not
 * recurse along u.binary.l, u.set.l and u.join.l; do likewise.
 */

#include "tsql/ast.h"

struct arena;
struct findings;

struct tsql_options {
	const char *file;	    /* for findings; may be NULL */
	uint32_t first_line;	    /* of src in its file; 0 means 1 */
	bool quoted_identifier_off; /* "x" is a string */
	bool ansi_nulls_off;
	bool sqlcmd;		   /* read :r, :setvar, !! and $(v) as such */
	bool no_go;		   /* GO is not a separator (module bodies) */
	uint32_t max_depth;	   /* 0: the default, 500 */
	struct findings *findings; /* NULL: findings are only counted */
};

/* opt may be NULL. src need not be NUL-ended and must outlive the arena's
 * tree. Never NULL: a source over 4 GiB is one opaque statement. */
struct tsql_module *tsql_parse(struct arena *, const char *src, size_t len,
    const struct tsql_options *opt);

/*
 * A single expression (computed column, check, default, also a predicate)
 * or query (view body, inlined function). NULL when the text is anything
 * else; findings say why. Offsets are relative to src.
 */
struct tsql_expr *tsql_parse_expr(struct arena *, const char *src, size_t len,
    const struct tsql_options *opt);
struct tsql_query *tsql_parse_query(struct arena *, const char *src, size_t len,
    const struct tsql_options *opt);
/* A type as written: "decimal(9, 2)", "dbo.Flag". */
struct tsql_dtype *tsql_parse_dtype(struct arena *, const char *src, size_t len,
    const struct tsql_options *opt);

/* Line and column (characters, not bytes) of a byte offset; both 1-based,
 * the options' first_line counted in. */
struct tsql_pos {
	uint32_t line, column;
};
struct tsql_pos tsql_line_col(const struct tsql_module *, uint32_t off);
/* The first statement of the kind that a batch has, not within others; or
 * NULL. */
struct tsql_stmt *tsql_first_stmt(const struct tsql_module *, uint16_t kind);
/* The same for a text without a module: counts from the start. */
struct tsql_pos tsql_text_pos(
    const char *src, size_t len, uint32_t off, uint32_t first_line);

/* Children in source order (roughly: BETWEEN before its bounds). Return
 * false from enter to skip what is below the node. leave may be NULL. */
typedef bool tsql_enter_fn(void *ctx, const struct tsql_node *);
typedef void tsql_leave_fn(void *ctx, const struct tsql_node *);
void tsql_walk(const struct tsql_node *, tsql_enter_fn *enter,
    tsql_leave_fn *leave, void *ctx);

/* The direct children of a node, appended in source order; v is malloced
 * and grown, for iterative walks. */
struct tsql_children {
	const struct tsql_node **v;
	size_t n, cap;
};
void tsql_children_of(const struct tsql_node *, struct tsql_children *);
void tsql_children_clear(struct tsql_children *);

/*
 * The source again, from the spans: every statement's text in order and
 * what is between them, which must be trivia, semicolons and GO lines
 * only. 0, or -1 when the tree does not account for every byte; *bad is
 * then the offset. out is a struct buf of lib/common.
 */
struct buf;
int tsql_reprint(const struct tsql_module *, struct buf *out, uint32_t *bad);

/* ASCII case-insensitive comparison of a name with a word. */
bool tsql_name_is(const struct tsql_name *, const char *word);
const char *tsql_kind_name(uint16_t kind); /* "E_COLUMN" … */
/* Of enum tsql_class: "EXTERNAL DATA SOURCE" … */
const char *tsql_class_name(uint16_t class);

#endif
