/* The parser: no byte is lost, children lie inside of their parents. */
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "tsql/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A long line of spans that enclose each other. */
struct spans {
	const struct tsql_node *v[65536];
	size_t n;
	uint32_t size;
};

static bool enter(void *ctx, const struct tsql_node *h)
{
	struct spans *s = ctx;

	if (h->kind == TSQL_NONE || h->kind >= TSQL_KIND_COUNT ||
	    h->off > s->size || h->len > s->size - h->off)
		abort();
	if (s->n && s->n <= 65536) {
		const struct tsql_node *up = s->v[s->n - 1];

		if (h->off < up->off || h->off + h->len > up->off + up->len)
			abort();
	}
	if (s->n < 65536)
		s->v[s->n] = h;
	s->n++;
	return true;
}

static void leave(void *ctx, const struct tsql_node *h)
{
	(void)h;
	((struct spans *)ctx)->n--;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct spans s;
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct buf b = BUF_INIT;
	struct tsql_options opt = {.findings = &f};
	struct tsql_module *m;
	uint32_t i, k, bad;
	const char *src = (const char *)data;

	if (size) {
		opt.quoted_identifier_off = data[0] & 1;
		opt.no_go = data[0] & 2;
	}
	m = tsql_parse(&a, src, size, &opt);
	if (tsql_reprint(m, &b, &bad) || b.len != size ||
	    (size && memcmp(b.s, data, size)))
		abort();
	if (m->nopaque && !f.nr)
		abort();
	s.size = (uint32_t)size;
	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++) {
			s.n = 0;
			tsql_walk(
			    &m->batch[i]->stmts.v[k]->h, enter, leave, &s);
		}
	tsql_parse_expr(&a, src, size, &opt);
	tsql_parse_query(&a, src, size, &opt);
	findings_release(&f);
	buf_release(&b);
	arena_release(&a);
	return 0;
}
