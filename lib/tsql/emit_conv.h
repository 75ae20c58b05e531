/*
 * A conversion in work: what the files of em_convert share.
 */
#ifndef TSQL_EMIT_CONV_H
#define TSQL_EMIT_CONV_H

#include "tsql/emit_int.h"

struct conv {
	struct emit *E;
	struct ex x;
	const struct tsql_type *from, *to;
	enum conv_how how;
	int style;
	struct tsql_expr *e; /* what x is of, or NULL */
	const void *node;
	bool asked; /* by a CAST or CONVERT */
};

/* A rule of the dialect, or its try_ form, with the type as the second
 * argument. */
struct ex conv_try(
    struct conv *, const char *key, struct ex, const struct tsql_type *);
struct ex conv_moment(struct conv *);

#endif
