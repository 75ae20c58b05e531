/* Between the parts of the guard: Jinja (guard_jinja.c), SQL (guard_sql.c). */
#ifndef MIG_GUARD_INT_H
#define MIG_GUARD_INT_H

#include <stdint.h>

#include "agent/guard.h"
#include "common/buf.h"

/* What a Jinja expression leaves in the rendered text. */
#define GUARD_RELATION '\x01' /* ref, source, this */
#define GUARD_VALUE '\x02'    /* var, a macro's expression */

/* Rendered text; line[i] is where byte i came from. */
struct guard_text {
	struct buf text;
	uint32_t *lines;
	size_t cap;
};

/* NULL or the reason: the text as one kind of run renders it. */
char *guard_jinja(const struct guard_policy *p, const char *text, size_t len,
    bool incremental);

/* It becomes SQL: nothing that could end a literal. The plan's own default
 * may hold more, for it is in the source. */
bool guard_default(
    const struct guard_policy *p, const char *name, const char *s);

/* Does a character begin there that shows nothing, or turns the direction of
 * what is shown? (U+200B to 200F, 202A to 202E, 2060, 2066 to 2069, FEFF) */
bool guard_is_hidden(const char *s);

/* NULL or the reason. A fragment is an expression, else it is a query. */
char *guard_sql(
    const struct guard_policy *p, const struct guard_text *t, bool fragment);

#endif
