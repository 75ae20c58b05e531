#include <string.h>

#include "tsql/parse.h"

/* Characters of UTF-8 in the bytes before end. */
static uint32_t characters(const char *p, const char *end)
{
	uint32_t n = 0;

	for (; p < end; p++)
		n += ((unsigned char)*p & 0xC0) != 0x80;
	return n;
}

struct tsql_pos tsql_line_col(const struct tsql_module *m, uint32_t off)
{
	uint32_t lo = 0, hi = m->nline, mid;
	struct tsql_pos pos;

	if (off > m->len)
		off = m->len;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (m->line[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	pos.line = lo + m->first_line;
	pos.column = 1 + characters(m->src + m->line[lo], m->src + off);
	return pos;
}

struct tsql_pos tsql_text_pos(
    const char *src, size_t len, uint32_t off, uint32_t first_line)
{
	const char *p = src, *end, *q;
	struct tsql_pos pos;

	if (off > len)
		off = (uint32_t)len;
	end = src + off;
	pos.line = first_line ? first_line : 1;
	while (p < end && (q = memchr(p, '\n', (size_t)(end - p)))) {
		pos.line++;
		p = q + 1;
	}
	pos.column = 1 + characters(p, end);
	return pos;
}

struct tsql_stmt *tsql_first_stmt(const struct tsql_module *m, uint16_t kind)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			if (m->batch[i]->stmts.v[k]->h.kind == kind)
				return m->batch[i]->stmts.v[k];
	return NULL;
}
