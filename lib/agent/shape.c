#include <stdint.h>

#include "agent/shape.h"
#include "common/alloc.h"
#include "common/map.h"
#include "tsql/function.h"
#include "tsql/lex.h"

int shape_slot(
    const struct shape *s, const char *text, size_t len, bool literal)
{
	char *name = xmemdupz(text, len);
	int found = -1;
	size_t i;

	for (i = 0; i < s->nr && found < 0; i++) {
		if (s->slots[i].literal != literal)
			continue;
		if (literal ? strcmp(s->slots[i].text, name) == 0
			    : name_eq(s->slots[i].text, name))
			found = (int)i;
	}
	free(name);
	return found;
}

static void put_slot(
    struct shape *s, const char *text, size_t len, bool literal)
{
	int i = shape_slot(s, text, len, literal);

	if (i < 0) {
		GROW(s->slots, s->nr, s->cap);
		s->slots[s->nr].text = xmemdupz(text, len);
		s->slots[s->nr].literal = literal;
		i = (int)s->nr++;
	}
	buf_addf(&s->text, "%c%d ", literal ? '?' : '$', i);
}

static void put_token(
    struct shape *s, const struct tsql_tok *t, const char *text)
{
	const char *p = text + t->off;
	size_t len = t->len, i;

	switch (t->kind) {
	case TOK_BRACKET:
	case TOK_DQUOTE:
		put_slot(s, p + 1, len > 2 ? len - 2 : 0, false);
		return;
	case TOK_STRING:
		put_slot(s, p + 1, len > 2 ? len - 2 : 0, true);
		return;
	case TOK_NSTRING:
		put_slot(s, p + 2, len > 3 ? len - 3 : 0, true);
		return;
	case TOK_VAR: put_slot(s, p, len, false); return;
	case TOK_WORD:
		if (!t->kw && tsql_function_find(p, len) == TSQL_F_NONE) {
			put_slot(s, p, len, false);
			return;
		}
		break;
	default: break;
	}
	for (i = 0; i < len; i++)
		buf_addc(&s->text,
		    p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] - 32) : p[i]);
	buf_addc(&s->text, ' ');
}

void shape_of(struct shape *s, const char *tsql)
{
	struct tsql_lexer lexer;
	struct tsql_tok t;

	memset(s, 0, sizeof(*s));
	tsql_lex_init(&lexer, tsql, strlen(tsql));
	while (tsql_lex(&lexer, &t, 1) && t.kind != TOK_EOF) {
		if (t.kind != TOK_SEMI && t.kind != TOK_GO)
			put_token(s, &t, tsql);
	}
	sha256_of(buf_str(&s->text), s->text.len, s->hash);
}

void shape_release(struct shape *s)
{
	while (s->nr)
		free(s->slots[--s->nr].text);
	free(s->slots);
	buf_release(&s->text);
	memset(s, 0, sizeof(*s));
}

#define PAIRS 1024

/* A small sketch: a bit for each hashed pair of tokens, names alike. */
static void sketch(const struct shape *s, uint64_t bits[PAIRS / 64])
{
	const char *p = buf_str(&s->text);
	uint32_t last = 0;

	memset(bits, 0, PAIRS / 8);
	while (*p) {
		size_t n = strcspn(p, " ");
		uint32_t h = 2166136261u, pair;
		size_t i;

		for (i = 0; i < (*p == '$' || *p == '?' ? 1 : n); i++)
			h = (h ^ (unsigned char)p[i]) * 16777619u;
		pair = (last * 31u + h) % PAIRS;
		bits[pair / 64] |= UINT64_C(1) << (pair % 64);
		last = h;
		p += n + (p[n] == ' ');
	}
}

double shape_likeness(const struct shape *a, const struct shape *b)
{
	uint64_t x[PAIRS / 64], y[PAIRS / 64];
	unsigned both = 0, any = 0;
	size_t i, k;

	sketch(a, x);
	sketch(b, y);
	for (i = 0; i < PAIRS / 64; i++) {
		for (k = 0; k < 64; k++) {
			both += (unsigned)((x[i] & y[i]) >> k) & 1;
			any += (unsigned)((x[i] | y[i]) >> k) & 1;
		}
	}
	return any ? (double)both / any : 0;
}
