/*
 * The emitter's own: what its files share. An expression becomes a struct ex:
 * the text, how tightly it binds, and how its value stands to the target type
 * that the dialect maps its T-SQL type to.
 */
#ifndef TSQL_EMIT_INT_H
#define TSQL_EMIT_INT_H

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/jinja.h"
#include "tsql/emit.h"

enum prec {
	P_NONE,
	P_OR,
	P_AND,
	P_NOT,
	P_CMP,	 /* = < is in like between */
	P_OTHER, /* || & | << */
	P_ADD,
	P_MUL,
	P_UNARY,
	P_COLLATE,
	P_PRIMARY,
};

enum rep {
	REP_SAME,  /* of exactly the mapped type */
	REP_LOOSE, /* right value, wider or otherwise other type */
};

struct ex {
	struct doc *d;
	uint8_t prec;
	uint8_t rep;
	bool null; /* the literal NULL */
	bool pred; /* a predicate that isn't a T-SQL value */
};

/* What a parameter or variable stands for while a function is inlined. */
struct emit_var {
	const char *name;
	struct ex value;
	const struct tsql_type *type;
	struct emit_var *next;
};

/* An expression of GROUP BY that is grouped by its key: what shows it. */
struct emit_group {
	struct tsql_expr *expr;
	struct doc *key;  /* what is grouped by */
	struct doc *show; /* in the select list; NULL: the key itself */
};

/* A source's name in the target, by its binding. */
struct emit_source {
	const struct tsql_source *source;
	const char *name; /* qualifier, unquoted */
	struct emit_source *next;
};

/* The query being written. */
struct emit_frame {
	struct emit_frame *outer;
	struct tsql_scope *scope;
	bool qualify;
	bool single; /* expression over one relation */
	const char *qualifier;
	struct emit_group *group;
	size_t ngroup;
	bool grouped_out; /* above GROUP BY: grouped things are shown */
	bool sets;	  /* GROUPING SETS, ROLLUP, CUBE */
	int in_aggregate;
};

struct emit_import {
	const struct tsql_object *object;
	const char *name;
	struct emit_import *next;
};

struct emit {
	struct arena *a;
	const struct dialect *d;
	const struct emit_options *opt;
	struct tsql_catalog *cat;
	struct emit_result *r;
	/* of the text that is being emitted: functions have their own */
	const char *src;
	size_t src_len;
	uint32_t first_line;
	bool elsewhere; /* spans are of a function's text: use place */
	uint32_t place;
	struct emit_frame *frame;
	struct emit_var *var;
	struct emit_source *source;
	/* in a function's text with arguments of the row: the sources of its
	 * caller, whose names are taken; or NULL */
	struct emit_source *caller;
	struct emit_import *import;
	struct map names; /* taken names of CTEs */
	struct map reps;  /* struct tsql_query * as key -> uint8_t[] */
	struct doc_cte *cte;
	size_t ncte, cte_cap, nimport;
	bool recursive;
	bool ordered; /* the query just written ends in an order or limit */
	bool in_recursion;  /* columns of a recursive CTE: types are cast */
	struct map choices; /* doc of a CASE made of branches -> its arms */
	bool assigning;	    /* SELECT @v = x, whose value is wanted */
	bool sorted;	  /* the next select gives its order too: sort_1 … */
	bool for_allowed; /* FOR XML, FOR JSON: its caller makes of it */
	int no_hoist; /* inside of what depends on a row: no CTE from here */
	struct map cte_names; /* struct tsql_cte * as key -> its name */
	/* for the next query: */
	const struct tsql_row *as;    /* the types that its columns become */
	const struct tsql_type *wrap; /* one column, as keys of this type */
	bool keys; /* columns as keys: only whether rows are equal matters */
	bool ones; /* EXISTS: the columns don't matter */
	bool json_cast; /* for the next JSON_VALUE: not its text is wanted */
	int depth, inline_depth, anonymous, anonymous_depth;
	size_t nuse_cap, nmacro_cap, nassumed_cap;
};

/* ---- emit.c: the frame of it ---- */

void em_finding(struct emit *, enum finding_code, const void *node,
    const char *detail_fmt, ...) __attribute__((format(printf, 4, 5)));
void em_claim(struct emit *, enum claim);
/* claim differs, with a finding */
#define em_differs(E, code, node, ...)                                         \
	(em_claim(E, CLAIM_DIFFERS), em_finding(E, code, node, __VA_ARGS__))
#define em_manual(E, code, node, ...)                                          \
	(em_claim(E, CLAIM_MANUAL), em_finding(E, code, node, __VA_ARGS__))
void em_use(struct emit *, enum emit_construct, const struct tsql_expr *);
void em_macro(struct emit *, const char *name);
struct doc *em_ident(struct emit *, const char *name, size_t len);
struct doc *em_name(struct emit *, const struct tsql_name *);
const char *em_ident_text(struct emit *, const char *name, size_t len);
/* A name for a CTE near to this one that isn't taken, and takes it. */
const char *em_take_name(struct emit *, const char *want, const char *prefix);
struct doc *em_type(struct emit *, const struct tsql_type *);

/* ---- emit_tmpl.c: making expressions ---- */

struct ex ex_make(struct doc *, enum prec);
struct ex ex_text(struct emit *, const char *text); /* primary */
struct ex ex_textf(struct emit *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct ex ex_loose(struct ex);
struct ex ex_string(struct emit *, const char *s, size_t len);
struct ex ex_int(struct emit *, long long);
struct ex ex_null(struct emit *);
/* The text as an operand of something that binds as tightly as min. */
struct doc *ex_at(struct emit *, struct ex, enum prec min);
struct ex ex_infix(
    struct emit *, struct ex l, const char *op, struct ex r, enum prec);
struct ex ex_call(struct emit *, const char *fn, size_t n, const struct ex *);
struct ex ex_call1(struct emit *, const char *fn, struct ex);
struct ex ex_call2(struct emit *, const char *fn, struct ex, struct ex);
struct ex ex_call3(
    struct emit *, const char *fn, struct ex, struct ex, struct ex);
struct ex ex_cast(struct emit *, struct ex, const char *target_type);
struct ex ex_cast_to(struct emit *, struct ex, const struct tsql_type *);
struct ex ex_paren(struct emit *, struct ex);
/* A rule of the dialect applied; node is for findings. A rule that isn't
 * there makes the query manual. */
struct ex ex_op(struct emit *, const char *key, const void *node, size_t n,
    const struct ex *);
struct ex ex_op1(struct emit *, const char *key, const void *node, struct ex);
struct ex ex_op2(
    struct emit *, const char *key, const void *node, struct ex, struct ex);
struct ex ex_op3(struct emit *, const char *key, const void *node, struct ex,
    struct ex, struct ex);
struct ex ex_rule(struct emit *, const struct dialect_rule *, const char *key,
    const void *node, size_t n, const struct ex *);
bool em_has_op(struct emit *, const char *key);
struct ex ex_template(
    struct emit *, const char *sql, size_t n, const struct ex *);
struct ex ex_macro(
    struct emit *, const char *name, size_t n, const struct ex *);
/* Where a translation is missing: NULL in its place, claim manual. */
struct ex ex_manual(struct emit *, enum finding_code, const void *node,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* ---- emit_expr.c, emit_pred.c ---- */

#define EMIT_MAX_DEPTH 4000 /* of expressions within expressions */

struct ex em_value(struct emit *, struct tsql_expr *);
/* The same of an expression that isn't grouped by as a whole. */
struct ex em_plain_value(struct emit *, struct tsql_expr *);
/* The value converted to a T-SQL type, as an assignment would. */
struct ex em_value_as(
    struct emit *, struct tsql_expr *, const struct tsql_type *);
struct ex em_predicate(struct emit *, struct tsql_expr *);
/* The value as the mapped type exactly (output columns, recursion). */
struct ex em_exact(struct emit *, struct ex, const struct tsql_type *);
bool em_same(const struct tsql_expr *, const struct tsql_expr *);
bool em_int_literal(const struct tsql_expr *, long long *out);
bool em_is_literal(const struct tsql_expr *);
struct ex em_compare(struct emit *, int op, struct tsql_expr *l,
    struct tsql_expr *r, const void *node);
struct ex em_compare_ex(struct emit *, int op, struct ex l,
    const struct tsql_type *lt, struct ex r, const struct tsql_type *rt,
    const void *node);
struct ex em_column(struct emit *, struct tsql_expr *);

/* ---- emit_arith.c ---- */

struct ex em_arith(struct emit *, struct tsql_expr *);
struct ex em_unary(struct emit *, struct tsql_expr *);
struct ex em_divide(struct emit *, struct ex l, const struct tsql_type *lt,
    struct ex r, const struct tsql_type *rt, const struct tsql_type *to,
    const void *node);
/* An operand that can be calculated with: not narrower than the result. */
struct ex em_operand(struct emit *, struct ex, const struct tsql_type *from,
    const struct tsql_type *to, bool literal);

/* ---- emit_assume.c: what the data have to be like ---- */

void em_assume(struct emit *, const struct tsql_expr *, enum emit_assumption);
/* Where one is looked for in the other. */
void em_assume_search(
    struct emit *, const struct tsql_expr *in, const struct tsql_expr *what);

/* ---- emit_guard.c: what SQL Server refuses ---- */

/* Never negative, or NULL, whatever the data are. */
bool em_nonneg(const struct tsql_expr *);
/* A number as tinyint: beyond 0 to 255 is an error. */
struct ex em_tinyint(struct emit *, struct ex, const void *node);
/* A float that may be infinite or no number in the target: an error. */
struct ex em_finite(struct emit *, struct ex, const void *node);
/* Says so where digits of a second show that the target's type hasn't. */
void em_loses_digits(struct emit *, const struct tsql_expr *);
void em_output_digits(struct emit *, const struct tsql_column *);
/* The text of a number, which has to fit into the type. */
struct ex em_text_fits(struct emit *, struct ex, const struct tsql_type *from,
    const struct tsql_type *to, const void *node);

/* Says so where the bytes of a varchar aren't those of the target's rules. */
void em_bytes_of_text(
    struct emit *, const struct tsql_type *, const void *node);
/* The same where SQL Server counts a varchar's bytes. */
void em_count_of_bytes(
    struct emit *, const struct tsql_type *, const void *node);
/* A text of a type without (max), which may become that long: SQL Server
 * cuts it to 8000 bytes without a word. */
struct ex em_cut_long(
    struct emit *, struct ex, const struct tsql_type *, long long longest);

/* ---- emit_cast.c ---- */

enum conv_how { CONV_IMPLICIT, CONV_CAST, CONV_TRY };
struct ex em_convert(struct emit *, struct ex, const struct tsql_type *from,
    const struct tsql_type *to, enum conv_how, int style, struct tsql_expr *e,
    const void *node);
struct ex em_cast_expr(struct emit *, struct tsql_expr *);
/* How many characters a value of the type may have as text; -1 unknown. */
int em_text_width(const struct tsql_type *);
/* String to date and time at translation time. */
struct em_moment {
	int year, month, day, hour, minute, second, nano; /* nano: 1e-9 s */
	int offset;					  /* minutes */
	bool has_date, has_time, has_offset;
};
bool em_parse_moment(const char *s, size_t len, struct em_moment *);
bool em_fold_moment(struct emit *, const char *s, size_t len,
    const struct tsql_type *to, struct ex *out);

/* ---- emit_collate.c ---- */

enum fold { FOLD_NONE, FOLD_TRIM, FOLD_CASE, FOLD_CASE_ACCENT, FOLD_ACCENT };
const struct tsql_collation *em_collation(
    struct emit *, const struct tsql_type *);
/* The key by which a string equals: trailing blanks, case, accents gone as
 * the collation says. e may be NULL. */
struct ex em_key(
    struct emit *, struct ex, const struct tsql_type *, struct tsql_expr *e);
/* A literal without letters: the other side's case doesn't matter, so that
 * both may be compared by their trimmed values. */
bool em_caseless(const struct tsql_expr *);
struct ex em_trim_key(
    struct emit *, struct ex, const struct tsql_type *, struct tsql_expr *e);
/* The key by which it is ordered. */
struct ex em_order_key(struct emit *, struct ex, const struct tsql_type *,
    struct tsql_expr *e, const void *node);
/* The case (and accents) folded without touching blanks: LIKE, REPLACE. */
struct ex em_fold_case(
    struct emit *, struct ex, const struct tsql_type *, struct tsql_expr *e);
bool em_folds(struct emit *, const struct tsql_type *);
/* Values that are equal under the collation only if they are the same. */
bool em_canonical(struct emit *, const struct tsql_expr *);
struct ex em_like(struct emit *, struct tsql_expr *);
struct ex em_patindex(struct emit *, struct tsql_expr *);

/* ---- emit_func.c, emit_string.c, emit_date.c, emit_agg.c, emit_json.c ---- */

struct ex em_call(struct emit *, struct tsql_expr *);
bool em_string_fn(struct emit *, struct tsql_expr *, struct ex *out);
bool em_date_fn(struct emit *, struct tsql_expr *, struct ex *out);
bool em_aggregate(struct emit *, struct tsql_expr *, struct ex *out);
bool em_json_fn(struct emit *, struct tsql_expr *, struct ex *out);
struct ex em_style_text(struct emit *, struct ex, const struct tsql_type *from,
    int style, const void *node);
struct ex em_style_parse(struct emit *, struct ex, const struct tsql_type *to,
    int style, bool try_, const void *node);
struct ex em_format(struct emit *, struct tsql_expr *);
struct ex em_round_moment(struct emit *, struct ex,
    const struct tsql_type *from, const struct tsql_type *to, const void *node);
struct ex em_for_clause(struct emit *, struct tsql_query *);
struct ex em_method(struct emit *, struct tsql_expr *);
/* (select … for xml path("")); decoded: through .value(), not escaped. */
struct ex em_xml_list(struct emit *, struct tsql_query *, bool decoded);

/* ---- emit_query.c, emit_from.c, emit_set.c, emit_group.c ---- */

/* A query without its own WITH (which becomes CTEs of the statement). out:
 * names the outputs, NULL for the query's own. */
struct doc *em_query(
    struct emit *, struct tsql_query *, const struct tsql_names *columns);
struct doc *em_query_final(
    struct emit *, struct tsql_query *, const struct tsql_names *columns);
/* One column as the keys that a comparison in type ct takes. */
struct doc *em_key_query(
    struct emit *, struct tsql_query *, const struct tsql_type *ct);
struct doc *em_exists_query(struct emit *, struct tsql_query *);
/* One column as a scalar subquery or IN list wants it. */
struct doc *em_subquery(struct emit *, struct tsql_query *);
bool em_hoistable(struct emit *, const struct tsql_query *);
/* A derived table: a CTE's name where that is possible, else the query in
 * parentheses; alias is what it is called. */
struct doc *em_derived(struct emit *, struct doc *query, bool hoist,
    const char *want, const char *alias, const struct docs *columns);
const char *em_add_cte(
    struct emit *, const char *want, const char *prefix, struct doc *query);
void em_froms(struct emit *, const struct tsql_froms *, struct doc_select *);
struct doc *em_pivot(struct emit *, struct tsql_from *, const char *alias);
struct doc *em_unpivot(struct emit *, struct tsql_from *, const char *alias);
struct doc *em_openjson(
    struct emit *, struct tsql_from *, const char *alias, bool *lateral);
struct doc *em_table_call(
    struct emit *, struct tsql_from *, const char *alias, bool *lateral);
/* A source of a pivot: `name as alias`. */
struct doc *em_table(struct emit *, struct tsql_from *, bool *lateral);
const char *em_source_name(struct emit *, const struct tsql_source *);
void em_set_source(struct emit *, const struct tsql_source *, const char *);
/* The same with every column of exactly its mapped type. */
struct doc *em_query_exact(
    struct emit *, struct tsql_query *, const struct tsql_names *columns);
struct doc *em_setop(struct emit *, struct tsql_query *,
    const struct tsql_names *columns, bool exact);
void em_order(struct emit *, const struct tsql_orders *, struct docs *out);
/* STRING_AGG of a value, in an order if there is one. */
struct doc *em_string_agg(
    struct emit *, struct doc *x, struct doc *sep, const struct docs *order);
struct doc *em_order_item(struct emit *, struct tsql_expr *, bool desc);
/* The same where the expression's value stands in x. */
struct doc *em_order_value(
    struct emit *, struct tsql_expr *, struct ex x, bool desc);
/* A select list without stars. */
struct em_items {
	struct tsql_item **v;
	uint32_t n;
	size_t cap;
};
/* (select null), (select 1), a literal: no order at all. */
bool em_unordered(const struct tsql_expr *);
/* The order's values as columns sort_1, sort_2 … */
void em_sort_columns(struct emit *, const struct tsql_query *,
    const struct em_items *, struct doc_select *);
/* TOP (100) PERCENT is everything. */
bool em_top_is_all(const struct tsql_top *);
/* Gives the select its order and limit; where they can't stand in it, returns
 * the query around it, else NULL. */
struct doc *em_top_and_order(struct emit *, struct tsql_query *,
    struct em_items *, const struct tsql_names *columns, struct doc_select *);
/* DISTINCT that compares by keys has an order of its own: TOP is taken of its
 * rows, by their columns. */
struct doc *em_top_of_distinct(struct emit *, struct tsql_query *,
    struct em_items *, const struct tsql_names *columns, struct doc_select *);
void em_group(struct emit *, struct tsql_query *, struct doc_select *);
/* Do these values tell the rows of the scope apart? */
bool em_unique(struct emit *, const struct tsql_scope *,
    struct tsql_expr *const *by, size_t n);
/* The same within a group of the current query, or for the order of a list
 * of v: ties have the same v. */
bool em_unique_in_group(
    struct emit *, struct tsql_expr *const *by, size_t n, struct tsql_expr *v);
/* Does the list hold a whole key of every source that e's columns are of? */
bool em_determined(struct emit *, const struct tsql_expr *e,
    struct tsql_expr *const *by, size_t n);
const char *em_out_name(struct emit *, const struct tsql_query *, uint32_t i,
    const struct tsql_names *columns);

/* ---- emit_native.c ---- */

struct doc *em_native(struct emit *, struct tsql_query *);

/* ---- emit_udf.c ---- */

struct ex em_scalar_udf(struct emit *, struct tsql_expr *);
struct doc *em_table_udf(struct emit *, struct tsql_expr *call,
    const struct tsql_object *, bool *lateral);

#endif
