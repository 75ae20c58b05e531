#include <string.h>

#include "common/alloc.h"
#include "tsql/parser.h"

#define WINDOW 512
#define DEFAULT_DEPTH 500

/* ---- the token window ---- */

/*
 * Tokens before the current one are dropped; the parser never goes back.
 * The last PARSER_LOOK tokens of the window are only looked at.
 */
void parser_refill(struct parser *p)
{
	size_t keep, n;

	if (p->eof) {
		if (p->t > p->eof)
			p->t = p->eof;
		return;
	}
	keep = (size_t)(p->tok + p->cap - p->t);
	memmove(p->tok, p->t, keep * sizeof(*p->tok));
	p->t = p->tok;
	n = tsql_lex(&p->lx, p->tok + keep, p->cap - keep);
	n += keep;
	if (p->tok[n - 1].kind != TOK_EOF) {
		p->safe = p->tok + p->cap - PARSER_LOOK;
		return;
	}
	p->eof = p->tok + n - 1;
	p->safe = p->eof + 1;
	/* behind the end there is room for looking ahead */
	for (keep = 0; keep < PARSER_LOOK; keep++)
		p->tok[n + keep] = *p->eof;
}

void parser_seek(struct parser *p, uint32_t off)
{
	tsql_lex_seek(&p->lx, off);
	p->eof = NULL;
	p->t = p->tok + p->cap;
	parser_refill(p);
}

static void parser_init(struct parser *p, struct arena *a, const char *src,
    size_t len, const struct tsql_options *opt)
{
	static const struct tsql_options none;

	memset(p, 0, sizeof(*p));
	p->opt = opt ? opt : &none;
	p->arena = a;
	p->src = src;
	p->len = (uint32_t)len;
	p->max_depth = p->opt->max_depth ? p->opt->max_depth : DEFAULT_DEPTH;
	p->quoted_identifier = !p->opt->quoted_identifier_off;
	p->ansi_nulls = !p->opt->ansi_nulls_off;
	p->cap = WINDOW;
	p->tok = xmalloc((WINDOW + PARSER_LOOK) * sizeof(*p->tok));
	tsql_lex_init(&p->lx, src, len);
	p->lx.no_go = p->opt->no_go;
	p->t = p->tok + p->cap;
	parser_refill(p);
}

static void parser_clear(struct parser *p)
{
	struct arena *a = p->arena;
	size_t off = (size_t)((uintptr_t)a->at & (ARENA_ALIGN - 1));

	if (off && (size_t)(a->end - a->at) >= ARENA_ALIGN - off)
		a->at += ARENA_ALIGN - off;
	else if (off)
		a->at = a->end;
	free(p->tok);
	free(p->scratch);
}

/* ---- memory ---- */

void *parser_alloc_slow(struct parser *p, size_t size)
{
	struct arena *a = p->arena;
	size_t off = (size_t)((uintptr_t)a->at & (ARENA_ALIGN - 1));

	if (off)
		a->at = (size_t)(a->end - a->at) > ARENA_ALIGN - off
		    ? a->at + (ARENA_ALIGN - off)
		    : a->end;
	return arena_alloc(a, size);
}

void parser_scratch_grow(struct parser *p, size_t size)
{
	size_t cap = st_add(st_add(p->scratch_cap, p->scratch_cap / 2), 4096);

	while (cap - p->nscratch < size)
		cap = st_mul(cap, 2);
	p->scratch = xrealloc(p->scratch, cap);
	p->scratch_cap = cap;
}

/* ---- errors ---- */

void parser_fail(struct parser *p, const char *expected)
{
	const struct tsql_tok *t = p->t;
	int len = t->len > 40 ? 40 : (int)t->len;

	p->err_code = FINDING_UNPARSED;
	p->err_off = t->off;
	/* cut between characters */
	while (len && len < (int)t->len &&
	    ((unsigned char)p->src[t->off + len] & 0xC0) == 0x80)
		len--;
	if (t->kind == TOK_EOF)
		snprintf(p->err, sizeof(p->err), "expected %s, found the end",
		    expected);
	else
		snprintf(p->err, sizeof(p->err), "expected %s, found %.*s",
		    expected, len, p->src + t->off);
	longjmp(*p->on_error, 1);
}

void parser_too_deep(struct parser *p)
{
	p->err_code = FINDING_TOO_DEEP;
	p->err_off = p->t->off;
	snprintf(p->err, sizeof(p->err), "%u", p->max_depth);
	longjmp(*p->on_error, 1);
}

void parser_note(
    struct parser *p, enum finding_code code, uint32_t off, const char *detail)
{
	struct tsql_pos pos;

	if (!p->opt->findings)
		return;
	if (p->module)
		pos = tsql_line_col(p->module, off);
	else
		pos = tsql_text_pos(p->src, p->len, off, p->opt->first_line);
	findings_add(
	    p->opt->findings, code, pos.line, pos.column, "%s", detail);
}

bool tok_is(const struct parser *p, const struct tsql_tok *t, const char *word)
{
	const char *s = p->src + t->off;
	size_t i;

	if (t->kind != TOK_WORD)
		return false;
	for (i = 0; i < t->len; i++)
		if (!word[i] || (s[i] | 0x20) != (word[i] | 0x20))
			return false;
	return !word[i];
}

/* ---- the module ---- */

static void index_lines(struct parser *p, struct tsql_module *m)
{
	const char *s = p->src, *end = s + p->len, *q;
	char nl = '\n';
	uint32_t n = 1;

	if (!memchr(s, '\n', p->len) && memchr(s, '\r', p->len))
		nl = '\r';
	for (q = s; (q = memchr(q, nl, (size_t)(end - q))); q++)
		n++;
	m->line = parser_alloc(p, n * sizeof(*m->line));
	m->nline = n;
	n = 1;
	for (q = s; (q = memchr(q, nl, (size_t)(end - q)));)
		m->line[n++] = (uint32_t)(++q - s);
}

/* SET QUOTED_IDENTIFIER and ANSI_NULLS hold for what follows. */
static void follow_settings(struct parser *p, const struct tsql_stmt *s)
{
	const char *q;
	uint32_t i, end, len;

	if (s->h.kind != TSQL_S_SET_OPTION || s->u.set_option.on < 0)
		return;
	end = s->u.set_option.name.off + s->u.set_option.name.len;
	for (i = s->u.set_option.name.off; i < end; i += len + 1) {
		q = p->src + i;
		for (len = 0; i + len < end && q[len] != ',' && q[len] != ' ';)
			len++;
		if (len < 2)
			continue;
		switch (tsql_keyword(q, len, p->src + p->len)) {
		case KW_QUOTED_IDENTIFIER:
			p->quoted_identifier = s->u.set_option.on;
			break;
		case KW_ANSI_NULLS: p->ansi_nulls = s->u.set_option.on; break;
		case KW_ANSI_DEFAULTS:
			p->quoted_identifier = s->u.set_option.on;
			p->ansi_nulls = s->u.set_option.on;
			break;
		}
	}
}

static struct tsql_batch *parse_batch(struct parser *p)
{
	struct tsql_batch *b = NEW(p, struct tsql_batch);
	size_t mark = MARK(p);
	struct tsql_stmt *s;

	b->off = p->prev_end;
	b->go_count = 1;
	b->quoted_identifier = p->quoted_identifier;
	b->ansi_nulls = p->ansi_nulls;
	p->first_in_batch = true;
	for (;;) {
		while (accept(p, TOK_SEMI))
			;
		if (at(p, TOK_GO) || at(p, TOK_EOF))
			break;
		s = parse_stmt(p, true);
		p->first_in_batch = false;
		follow_settings(p, s);
		push_ptr(p, s);
	}
	TAKE(p, mark, &b->stmts);
	if (at(p, TOK_GO)) {
		const char *q = p->src + p->t->off + 2;
		const char *end = q + p->t->len - 2;
		uint32_t n = 0;

		b->len = p->t->off - b->off;
		b->go_off = p->t->off;
		b->go_len = p->t->len;
		for (; q < end; q++)
			if (*q >= '0' && *q <= '9' && n < 100000000)
				n = n * 10 + (uint32_t)(*q - '0');
		b->go_count = n ? n : 1;
		next(p);
	} else {
		b->len = p->len - b->off;
	}
	return b;
}

static struct tsql_module *module_new(struct parser *p)
{
	struct tsql_module *m = NEW(p, struct tsql_module);

	m->src = p->src;
	m->len = p->len;
	m->file = p->opt->file;
	m->first_line = p->opt->first_line ? p->opt->first_line : 1;
	p->module = m;
	return m;
}

static struct tsql_module *too_large(
    struct arena *a, const char *src, const struct tsql_options *opt)
{
	struct parser p;
	struct tsql_module *m;

	parser_init(&p, a, src, 0, opt);
	m = module_new(&p);
	index_lines(&p, m);
	parser_note(&p, FINDING_UNPARSED, 0, "the file is over 4 GiB");
	m->nopaque = 1;
	parser_clear(&p);
	return m;
}

struct tsql_module *tsql_parse(struct arena *a, const char *src, size_t len,
    const struct tsql_options *opt)
{
	struct tsql_module *m;
	struct parser p;
	size_t mark;

	if (len >= UINT32_MAX)
		return too_large(a, src, opt);
	parser_init(&p, a, src, len, opt);
	m = module_new(&p);
	index_lines(&p, m);
	mark = MARK(&p);
	do {
		push_ptr(&p, parse_batch(&p));
	} while (!at(&p, TOK_EOF));
	m->batch = parser_take(&p, mark, sizeof(*m->batch), &m->nbatch);
	m->quoted_identifier = p.quoted_identifier;
	if (p.lx.open_comment)
		parser_note(&p, FINDING_UNTERMINATED, p.lx.open_comment_off,
		    "a comment");
	parser_clear(&p);
	return m;
}

/* ---- fragments ---- */

typedef void *fragment_fn(struct parser *);

static void *fragment(struct arena *a, const char *src, size_t len,
    const struct tsql_options *opt, fragment_fn *parse)
{
	struct parser p;
	jmp_buf jump;
	void *volatile result = NULL;

	if (len >= UINT32_MAX)
		return NULL;
	parser_init(&p, a, src, len, opt);
	p.on_error = &jump;
	if (!setjmp(jump)) {
		result = parse(&p);
		accept(&p, TOK_SEMI);
		if (!at(&p, TOK_EOF))
			parser_fail(&p, "the end");
	} else {
		result = NULL;
		parser_note(&p, p.err_code, p.err_off, p.err);
	}
	parser_clear(&p);
	return result;
}

static void *fragment_expr(struct parser *p)
{
	return parse_expr(p);
}

static void *fragment_query(struct parser *p)
{
	struct tsql_query *q = parse_query(p);

	parse_query_option(p, q);
	return q;
}

static void *fragment_dtype(struct parser *p)
{
	return parse_dtype(p);
}

struct tsql_expr *tsql_parse_expr(struct arena *a, const char *src, size_t len,
    const struct tsql_options *opt)
{
	return fragment(a, src, len, opt, fragment_expr);
}

struct tsql_query *tsql_parse_query(struct arena *a, const char *src,
    size_t len, const struct tsql_options *opt)
{
	return fragment(a, src, len, opt, fragment_query);
}

struct tsql_dtype *tsql_parse_dtype(struct arena *a, const char *src,
    size_t len, const struct tsql_options *opt)
{
	return fragment(a, src, len, opt, fragment_dtype);
}
