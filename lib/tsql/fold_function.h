/* Multi-statement table functions as queries: see fold.h. */
#ifndef TSQL_FOLD_FUNCTION_H
#define TSQL_FOLD_FUNCTION_H

#include <stdbool.h>

#include "tsql/bind.h"

/*
 * The rows of a multi-statement table function whose CREATE statement the
 * bound module holds, as one query: the text of a procedure of its parameters
 * as in struct fold_target; NULL when it can't be folded. *differs: it may
 * give other rows.
 */
const char *tsql_fold_function(struct arena *, const struct tsql_module *,
    struct tsql_catalog *, bool *differs);

#endif
