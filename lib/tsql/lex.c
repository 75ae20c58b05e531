#include <string.h>

#include "tsql/lex_class.h"

#define W (C_WORD | C_PLAIN | C_START)
#define H (C_WORD | C_PLAIN | C_START | C_HEX)
#define D (C_WORD | C_PLAIN | C_DIGIT | C_HEX)
#define S C_SPACE
#define P (C_WORD | C_PLAIN)
#define V C_WORD /* $ */
#define U (C_WORD | C_START)

/* clang-format off */
const unsigned char tsql_char_class[256] = {
	/* 00 */ S, S, S, S, S, S, S, S, S, S, 0, S, S, 0, S, S,
	/* 10 */ S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	/* 20 */ S, 0, 0, W, V, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* 30 */ D, D, D, D, D, D, D, D, D, D, 0, 0, 0, 0, 0, 0,
	/* 40 */ P, H, H, H, H, H, H, W, W, W, W, W, W, W, W, W,
	/* 50 */ W, W, W, W, W, W, W, W, W, W, W, 0, 0, 0, 0, W,
	/* 60 */ 0, H, H, H, H, H, H, W, W, W, W, W, W, W, W, W,
	/* 70 */ W, W, W, W, W, W, W, W, W, W, W, 0, 0, 0, 0, S,
	/* 80: UTF-8, looked at in utf8_space and utf8_currency */
	/* 80 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* 90 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* a0 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* b0 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* c0 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* d0 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* e0 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
	/* f0 */ U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U,
};
/* clang-format on */

#undef W
#undef H
#undef D
#undef S
#undef P
#undef V
#undef U

void tsql_lex_init(struct tsql_lexer *lx, const char *src, size_t len)
{
	memset(lx, 0, sizeof(*lx));
	lx->src = lx->p = src;
	lx->end = src + len;
	lx->newline = true;
}

void tsql_lex_seek(struct tsql_lexer *lx, uint32_t off)
{
	const char *q;

	lx->p = q = lx->src + off;
	while (q > lx->src && (class_of(q[-1]) & C_SPACE))
		q--;
	lx->newline = q == lx->src || q[-1] == '\n' || q[-1] == '\r';
}

/* The length of the Unicode white space at p (zero-width ones and byte
 * order marks too, which editors leave in scripts), or 0. */
static size_t utf8_space(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = (size_t)(end - p);

	if (n >= 2 && u[0] == 0xC2 && (u[1] == 0xA0 || u[1] == 0x85))
		return 2;
	if (n < 3)
		return 0;
	if (u[0] == 0xE2 && u[1] == 0x80 &&
	    ((u[2] >= 0x80 && u[2] <= 0x8F) || u[2] == 0xA8 || u[2] == 0xA9 ||
		u[2] == 0xAF))
		return 3;
	if ((u[0] == 0xE2 && u[1] == 0x81 && u[2] == 0x9F) ||
	    (u[0] == 0xE3 && u[1] == 0x80 && u[2] == 0x80) ||
	    (u[0] == 0xE1 && u[1] == 0x9A && u[2] == 0x80) ||
	    (u[0] == 0xEF && u[1] == 0xBB && u[2] == 0xBF))
		return 3;
	return 0;
}

/* The currency signs that begin a money constant, as the reference's "money
 * and smallmoney" lists them. */
static size_t utf8_currency(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = (size_t)(end - p);
	unsigned c;

	if (n >= 2 && u[0] == 0xC2)
		return u[1] >= 0xA2 && u[1] <= 0xA5 ? 2 : 0;
	if (n < 3 || u[0] < 0xE0 || u[0] > 0xEF)
		return 0;
	c = (u[0] & 0xFu) << 12 | (u[1] & 0x3Fu) << 6 | (u[2] & 0x3Fu);
	if ((c >= 0x20A0 && c <= 0x20B1) || c == 0x09F2 || c == 0x09F3 ||
	    c == 0x0E3F || c == 0x17DB || c == 0xFDFC || c == 0xFE69 ||
	    c == 0xFF04 || c == 0xFFE0 || c == 0xFFE1 || c == 0xFFE5 ||
	    c == 0xFFE6)
		return 3;
	return 0;
}

/* p is behind the first slash and star. Comments nest. */
static const char *skip_comment(struct tsql_lexer *lx, const char *p)
{
	uint32_t off = (uint32_t)(p - 2 - lx->src);
	size_t depth = 1;

	/* from slash to slash; a star in front of `from` is another mark's */
	const char *from = p;

	while (p < lx->end && (p = memchr(p, '/', (size_t)(lx->end - p)))) {
		if (p > from && p[-1] == '*') {
			from = ++p;
			if (!--depth)
				return p;
		} else if (p + 1 < lx->end && p[1] == '*') {
			from = p += 2;
			depth++;
		} else {
			p++;
		}
	}
	if (!lx->open_comment) {
		lx->open_comment = true;
		lx->open_comment_off = off;
	}
	return lx->end;
}

static const char *skip_line(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

static const char *skip_trivia(struct tsql_lexer *lx, const char *p)
{
	const char *end = lx->end;
	size_t n;

	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (tsql_char_class[c] & C_SPACE)
			continue;
		if (c == '\n' || c == '\r') {
			lx->newline = true;
		} else if (c == '-' && p + 1 < end && p[1] == '-') {
			p = skip_line(p + 2, end) - 1;
		} else if (c == '/' && p + 1 < end && p[1] == '*') {
			p = skip_comment(lx, p + 2) - 1;
		} else if (c >= 0x80 && (n = utf8_space(p, end))) {
			p += n - 1;
		} else {
			break;
		}
	}
	return p;
}

/* Behind the closing quote of a string whose body begins at p. */
static const char *quoted(
    struct tsql_tok *t, const char *p, const char *end, char quote)
{
	for (;;) {
		p = memchr(p, quote, (size_t)(end - p));
		if (!p) {
			t->flags |= TOKF_UNTERMINATED;
			return end;
		}
		if (p + 1 < end && p[1] == quote) {
			t->flags |= TOKF_DOUBLED;
			p += 2;
			continue;
		}
		return p + 1;
	}
}

/* $(name), the variable of sqlcmd, counts as part of a word. */
static const char *sqlcmd_variable(const char *p, const char *end)
{
	const char *q = p + 2;

	if (p + 1 >= end || p[1] != '(')
		return NULL;
	while (q < end && ((class_of(*q) & C_WORD) || *q == '-'))
		q++;
	return q > p + 2 && q < end && *q == ')' ? q + 1 : NULL;
}

static const char *word_end(const char *p, const char *end)
{
	const char *q;

	for (;;) {
		while (p < end && (class_of(*p) & C_PLAIN))
			p++;
		if (p >= end || !(class_of(*p) & C_WORD))
			return p;
		if (*p == '$') {
			q = sqlcmd_variable(p, end);
			p = q ? q : p + 1;
		} else if (utf8_space(p, end)) {
			return p;
		} else {
			p++;
		}
	}
}

static const char *number(struct tsql_tok *t, const char *p, const char *end)
{
	const char *q;

	t->kind = TOK_INT;
	if (*p == '0' && p + 1 < end && (p[1] | 0x20) == 'x') {
		t->kind = TOK_BINARY;
		for (p += 2; p < end; p++) {
			if (class_of(*p) & C_HEX)
				continue;
			/* a backslash carries the constant over a line */
			if (*p != '\\' || p + 1 >= end)
				break;
			if (p[1] == '\n')
				p++;
			else if (p[1] == '\r' && p + 2 < end && p[2] == '\n')
				p += 2;
			else
				break;
		}
		return p;
	}
	p = lex_digits(p, end);
	if (p < end && *p == '.') {
		t->kind = TOK_DECIMAL;
		p = lex_digits(p + 1, end);
	}
	if (p < end && (*p | 0x20) == 'e') {
		q = p + 1;
		if (q < end && (*q == '+' || *q == '-'))
			q++;
		/* 1e is a constant too: 1e0 */
		if (q >= end || (class_of(*q) & C_DIGIT) ||
		    !(class_of(*q) & C_WORD)) {
			t->kind = TOK_FLOAT;
			p = lex_digits(q, end);
		}
	}
	return p;
}

/* The sign and digits of a money constant; p is behind the sign. */
static const char *money(struct tsql_tok *t, const char *p, const char *end)
{
	const char *q = p;

	t->kind = TOK_MONEY;
	/* $ 10 and $-10 are constants too */
	while (q < end && (class_of(*q) & C_SPACE))
		q++;
	if (q < end && (*q == '-' || *q == '+'))
		q++;
	if (q < end && (class_of(*q) & C_DIGIT))
		p = q;
	p = lex_digits(p, end);
	if (p < end && *p == '.')
		p = lex_digits(p + 1, end);
	return p;
}

#define TWO(c, k)                                                              \
	if (p + 1 < end && p[1] == (c)) {                                      \
		t->kind = (k);                                                 \
		return p + 2;                                                  \
	}

static const char *punct(struct tsql_tok *t, const char *p, const char *end)
{
	switch (*p) {
	case '(': t->kind = TOK_LPAREN; break;
	case ')': t->kind = TOK_RPAREN; break;
	case '{': t->kind = TOK_LBRACE; break;
	case '}': t->kind = TOK_RBRACE; break;
	case ',': t->kind = TOK_COMMA; break;
	case ';': t->kind = TOK_SEMI; break;
	case '~': t->kind = TOK_TILDE; break;
	case ':':
		TWO(':', TOK_DCOLON)
		t->kind = TOK_COLON;
		break;
	case '+':
		TWO('=', TOK_PLUS_EQ)
		t->kind = TOK_PLUS;
		break;
	case '-':
		TWO('=', TOK_MINUS_EQ)
		t->kind = TOK_MINUS;
		break;
	case '*':
		TWO('=', TOK_STAR_EQ)
		t->kind = TOK_STAR;
		break;
	case '/':
		TWO('=', TOK_SLASH_EQ)
		t->kind = TOK_SLASH;
		break;
	case '%':
		TWO('=', TOK_PERCENT_EQ)
		t->kind = TOK_PERCENT;
		break;
	case '&':
		TWO('=', TOK_AMP_EQ)
		t->kind = TOK_AMP;
		break;
	case '^':
		TWO('=', TOK_CARET_EQ)
		t->kind = TOK_CARET;
		break;
	case '|':
		if (p + 2 < end && p[1] == '|' && p[2] == '=') {
			t->kind = TOK_CONCAT_EQ;
			return p + 3;
		}
		TWO('|', TOK_CONCAT)
		TWO('=', TOK_PIPE_EQ)
		t->kind = TOK_PIPE;
		break;
	case '=': t->kind = TOK_EQ; break;
	case '<':
		TWO('=', TOK_LE)
		TWO('>', TOK_NE)
		TWO('<', TOK_SHL)
		t->kind = TOK_LT;
		break;
	case '>':
		TWO('=', TOK_GE)
		TWO('>', TOK_SHR)
		t->kind = TOK_GT;
		break;
	case '!':
		TWO('=', TOK_NE)
		TWO('<', TOK_NLT)
		TWO('>', TOK_NGT)
		t->kind = TOK_BANG;
		break;
	default: t->kind = TOK_BAD; break;
	}
	return p + 1;
}

static const char *word(
    struct tsql_lexer *lx, struct tsql_tok *t, const char *start)
{
	const char *p, *go;
	bool variable;

	if (*start == 'N' || *start == 'n') {
		if (start + 1 < lx->end && start[1] == '\'') {
			t->kind = TOK_NSTRING;
			return quoted(t, start + 2, lx->end, '\'');
		}
	}
	p = word_end(start + 1, lx->end);
	t->kind = TOK_WORD;
	if (p < lx->end && *p == '<' &&
	    (go = tsql_lex_template(p, lx->end, &variable)))
		return word_end(go, lx->end);
	if (p - start == 2 && (t->flags & TOKF_NEWLINE) &&
	    (start[0] | 0x20) == 'g' && (start[1] | 0x20) == 'o' &&
	    !lx->no_go && (go = tsql_lex_go(lx, p))) {
		t->kind = TOK_GO;
		return go;
	}
	t->kw = tsql_keyword(start, (size_t)(p - start), lx->end);
	return p;
}

/* A token that begins with $, a currency sign or another odd character. */
static const char *dollar(struct tsql_tok *t, const char *p, const char *end)
{
	const char *q = sqlcmd_variable(p, end);

	if (q) {
		t->kind = TOK_WORD;
		return word_end(q, end);
	}
	if (p + 1 < end && (class_of(p[1]) & C_START)) {
		t->kind = TOK_PSEUDO;
		return word_end(p + 1, end);
	}
	return money(t, p + 1, end);
}

static const char *token(
    struct tsql_lexer *lx, struct tsql_tok *t, const char *p)
{
	const char *end = lx->end, *q;
	unsigned cls = class_of(*p);
	size_t n;

	if (cls & C_START) {
		if ((unsigned char)*p >= 0x80 && (n = utf8_currency(p, end)))
			return money(t, p + n, end);
		return word(lx, t, p);
	}
	if (cls & C_DIGIT)
		return number(t, p, end);
	switch (*p) {
	case '[': t->kind = TOK_BRACKET; return quoted(t, p + 1, end, ']');
	case '"': t->kind = TOK_DQUOTE; return quoted(t, p + 1, end, '"');
	case '\'': t->kind = TOK_STRING; return quoted(t, p + 1, end, '\'');
	case '@': t->kind = TOK_VAR; return word_end(p + 1, end);
	case '$': return dollar(t, p, end);
	case '%':
		q = tsql_lex_percents(p, end);
		t->kind = TOK_PSEUDO;
		return q ? q : punct(t, p, end);
	case '.':
		if (p + 1 < end && (class_of(p[1]) & C_DIGIT))
			return number(t, p, end);
		t->kind = TOK_DOT;
		return p + 1;
	case '<': {
		bool variable;

		q = tsql_lex_template(p, end, &variable);
		if (!q)
			return punct(t, p, end);
		t->kind = variable ? TOK_VAR : TOK_WORD;
		return word_end(q, end);
	}
	case ':':
	case '!':
		if ((t->flags & TOKF_NEWLINE) && tsql_lex_directive(p, end)) {
			t->kind = TOK_SQLCMD;
			return skip_line(p, end);
		}
		return punct(t, p, end);
	default: return punct(t, p, end);
	}
}

size_t tsql_lex(struct tsql_lexer *lx, struct tsql_tok *out, size_t n)
{
	struct tsql_tok *t = out, *last = out + n;
	const char *p = lx->p, *q;

	while (t < last) {
		p = skip_trivia(lx, p);
		t->flags = lx->newline ? TOKF_NEWLINE : 0;
		t->kw = 0;
		t->off = (uint32_t)(p - lx->src);
		if (p >= lx->end) {
			t->kind = TOK_EOF;
			t->len = 0;
			t++;
			break;
		}
		q = token(lx, t, p);
		t->len = (uint32_t)(q - p);
		lx->newline = false;
		p = q;
		t++;
	}
	lx->p = p;
	return (size_t)(t - out);
}
