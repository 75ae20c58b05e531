/* The evaluator's own: what its files share. */
#ifndef TSQL_EVAL_INT_H
#define TSQL_EVAL_INT_H

#include "common/arena.h"
#include "tsql/eval.h"

enum tri { TRI_FALSE, TRI_TRUE, TRI_UNKNOWN, TRI_VAGUE };

/* The rows in work of one query: one pointer for each source of its scope. */
struct eval_combo {
	struct eval_value **row;
};

struct eval_combos {
	struct eval_combo *v;
	size_t n, cap;
	/* of a group: what only other grouping sets group by, NULL here */
	struct tsql_exprs absent;
};

struct eval_frame {
	struct eval_frame *outer;
	const struct tsql_scope *scope;
	struct eval_combo *at;
	const struct eval_combos *group; /* grouped: the members */
	/* for window functions: everything, and where we are in it */
	const struct eval_combos *all;
	const struct eval_combos *groups; /* one for each of all, or NULL */
};

#define NS_DAY ((eval_int)86400 * 1000000000)

/* eval_value.c */
struct eval_value ev_null(void);
struct eval_value ev_vague(void);
struct eval_value ev_num(eval_int n, int scale);
struct eval_value ev_str(const char *s, size_t len);
struct eval_value ev_moment(eval_int ns);
struct eval_value ev_fail(struct eval *); /* an error, or not certain */
/* Vague for what it doesn't know, which is remembered. */
struct eval_value ev_unknown(struct eval *, const char *what);
eval_int ev_pow10(int n);
/* n at another scale: half away from zero, or cut; *lost: digits went. */
eval_int ev_rescale(eval_int n, int from, int to, bool round, bool *lost);
/* Cut, or (naively) rounded; halves are cut, for they aren't rounded the same
 * everywhere. */
struct eval_value ev_quotient(eval_int n, eval_int by, bool round);
struct eval_value ev_convert(struct eval *, struct eval_value,
    const struct tsql_type *from, const struct tsql_type *to);
/* Digits with a sign and a point, blanks around them. */
bool ev_is_number_text(const struct eval_value *);
bool ev_is_ascii(const struct eval_value *);
/* A char(n) value whose blanks may or may not be there. */
bool ev_is_padded(const struct eval_value *, const struct tsql_type *);
void ev_date_parts(eval_int ns, int *year, int *month, int *day);
int ev_days_in_month(int year, int month);
/* How two values of a type compare: <0, 0, >0; *vague when it isn't sure. */
int ev_compare(struct eval *, const struct eval_value *,
    const struct eval_value *, const struct tsql_type *, bool naive,
    bool *vague);
/* The same for order and groups, where NULL is a value, the smallest. */
int ev_order(struct eval *, const struct eval_value *,
    const struct eval_value *, const struct tsql_type *, bool naive,
    bool *vague);
/* The same as an entry of ORDER BY has it, down or up. */
int ev_sort(struct eval *, const struct eval_value *, const struct eval_value *,
    const struct tsql_order *, bool *vague);

/* eval_expr.c */
struct eval_value ev_expr(struct eval *, struct tsql_expr *);
bool ev_same_expr(const struct tsql_expr *, const struct tsql_expr *);
enum tri ev_predicate(struct eval *, struct tsql_expr *);
/* The value as another type. */
struct eval_value ev_expr_as(
    struct eval *, struct tsql_expr *, const struct tsql_type *to);
bool ev_step(struct eval *); /* false: it has done enough */

/* eval_cast.c */
struct eval_value ev_cast(struct eval *, struct tsql_expr *);

/* eval_func.c */
struct eval_value ev_call(struct eval *, struct tsql_expr *);

/* eval_agg.c */
struct eval_value ev_aggregate(struct eval *, struct tsql_expr *);
struct eval_value ev_window(struct eval *, struct tsql_expr *);

/* eval_group.c */
/* all becomes one row of each group, *groups all rows of each. */
void ev_group(struct eval *, struct eval_frame *, struct tsql_query *,
    struct eval_combos *all, struct eval_combos **groups);
void ev_having(struct eval *, struct eval_frame *, struct tsql_query *,
    struct eval_combos *all, struct eval_combos *groups);
bool ev_is_absent(const struct eval_combos *group, const struct tsql_expr *);

/* eval_query.c */
bool ev_query(struct eval *, struct tsql_query *, struct eval_rows *out);
void ev_combo_add(struct eval *, struct eval_combos *, struct eval_combo);

#endif
