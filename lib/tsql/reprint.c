#include <string.h>

#include "common/buf.h"
#include "tsql/lex.h"
#include "tsql/parse.h"

/* Are there only trivia, semicolons and GO lines from off to end? *bad is
 * set to the first token that is something else. */
static bool only_trivia(
    const struct tsql_module *m, uint32_t off, uint32_t end, uint32_t *bad)
{
	struct tsql_lexer lx;
	struct tsql_tok t;

	if (off > end) {
		*bad = end;
		return false;
	}
	tsql_lex_init(&lx, m->src, end);
	tsql_lex_seek(&lx, off);
	for (;;) {
		tsql_lex(&lx, &t, 1);
		if (t.kind == TOK_EOF)
			return true;
		if (t.kind != TOK_SEMI && t.kind != TOK_GO) {
			*bad = t.off;
			return false;
		}
	}
}

int tsql_reprint(const struct tsql_module *m, struct buf *out, uint32_t *bad)
{
	uint32_t at = 0, i, k;

	for (i = 0; i < m->nbatch; i++) {
		const struct tsql_batch *b = m->batch[i];

		for (k = 0; k < b->stmts.n; k++) {
			const struct tsql_node *h = &b->stmts.v[k]->h;

			if (!only_trivia(m, at, h->off, bad))
				return -1;
			buf_add(out, m->src + at, h->off - at);
			buf_add(out, m->src + h->off, h->len);
			at = h->off + h->len;
		}
	}
	if (!only_trivia(m, at, m->len, bad))
		return -1;
	buf_add(out, m->src + at, m->len - at);
	return 0;
}
