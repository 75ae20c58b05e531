/* SQL's tokens, and what none of them may hold. */
#include <stdarg.h>
#include <string.h>

#include "agent/guard_lex.h"

bool guard_refuse(struct guard_lex *x, uint32_t line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	if (!x->why) {
		buf_addf(&b, "line %u: ", line);
		va_start(ap, fmt);
		buf_vaddf(&b, fmt, ap);
		va_end(ap);
		x->why = buf_detach(&b);
	}
	return false;
}

static unsigned char byte(const struct guard_lex *x, size_t i)
{
	return i < x->t->text.len ? (unsigned char)x->t->text.s[i] : 0;
}

static uint32_t line_at(const struct guard_lex *x, size_t i)
{
	if (!x->t->text.len)
		return 1;
	return x->t->lines[i < x->t->text.len ? i : x->t->text.len - 1];
}

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= '0' && c <= '9');
}

/* Line ends that only some databases know, as UTF-8. */
static bool is_odd_line_end(const struct guard_lex *x, size_t i)
{
	return (byte(x, i) == 0xc2 && byte(x, i + 1) == 0x85) ||
	    (byte(x, i) == 0xe2 && byte(x, i + 1) == 0x80 &&
		(byte(x, i + 2) == 0xa8 || byte(x, i + 2) == 0xa9));
}

/* What only this dialect reads in another way. */
static bool is_refused(const struct guard_lex *x, unsigned char c)
{
	return c && strchr(x->p->refused, c) != NULL;
}

static bool check_comment_byte(struct guard_lex *x)
{
	unsigned char c = byte(x, x->at);

	if ((c < 0x20 && c != '\n' && c != '\t' &&
		!(c == '\r' && byte(x, x->at + 1) == '\n') &&
		c != GUARD_RELATION && c != GUARD_VALUE) ||
	    is_odd_line_end(x, x->at))
		return guard_refuse(
		    x, line_at(x, x->at), "a control character in a comment");
	if (c == '\\' && is_refused(x, c))
		return guard_refuse(
		    x, line_at(x, x->at), "a backslash in a comment");
	if (guard_is_hidden(x->t->text.s + x->at))
		return guard_refuse(
		    x, line_at(x, x->at), "a hidden character in a comment");
	return true;
}

static bool skip_comment(struct guard_lex *x)
{
	uint32_t line = line_at(x, x->at);
	bool block = byte(x, x->at) == '/';

	x->at += 2;
	while (x->at < x->t->text.len) {
		if (!check_comment_byte(x))
			return false;
		if (!block && byte(x, x->at) == '\n')
			return true;
		if (block && byte(x, x->at) == '*' &&
		    byte(x, x->at + 1) == '/') {
			x->at += 2;
			return true;
		}
		if (block && byte(x, x->at) == '/' && byte(x, x->at + 1) == '*')
			return guard_refuse(x, line, "a comment in a comment");
		x->at++;
	}
	return !block || guard_refuse(x, line, "a comment is not closed");
}

static bool skip_blank(struct guard_lex *x)
{
	for (;;) {
		unsigned char c = byte(x, x->at);

		if (x->at >= x->t->text.len)
			return true;
		if (c == ' ' || c == '\t' || c == '\n' ||
		    (c == '\r' && byte(x, x->at + 1) == '\n')) {
			x->at++;
		} else if ((c == '-' && byte(x, x->at + 1) == '-') ||
		    (c == '/' && byte(x, x->at + 1) == '*')) {
			if (!skip_comment(x))
				return false;
		} else {
			return true;
		}
	}
}

static bool take_quoted(struct guard_lex *x, char quote)
{
	uint32_t line = line_at(x, x->at);

	x->tok.kind = quote == '\'' ? T_STRING : T_QUOTED;
	for (x->at++; x->at < x->t->text.len; x->at++) {
		unsigned char c = byte(x, x->at);

		if (c == (unsigned char)quote) {
			if (byte(x, x->at + 1) != (unsigned char)quote) {
				x->at++;
				return true;
			}
			/* "" and '' are no escapes where backslashes are. */
			if (x->p->quote == '`')
				return guard_refuse(
				    x, line, "a doubled quote is not allowed");
			x->at++;
		}
		if (c == '\\' && is_refused(x, c))
			return guard_refuse(
			    x, line, "a backslash in a string or name");
		if (quote != '\'' && c < 0x20)
			return guard_refuse(
			    x, line, "a quoted name with control characters");
		buf_addc(&x->tok.text, (char)c);
	}
	return guard_refuse(x, line, "a string or name is not closed");
}

static bool take_word(struct guard_lex *x)
{
	uint32_t line = line_at(x, x->at);

	x->tok.kind = T_WORD;
	while (is_word(byte(x, x->at))) {
		char c = (char)byte(x, x->at++);

		buf_addc(
		    &x->tok.text, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
	/* Prefixed strings (E'', U&'') follow other rules of escape. */
	if (byte(x, x->at) == '\'' || byte(x, x->at) == '"' ||
	    byte(x, x->at) == '`')
		return guard_refuse(
		    x, line, "a string or name glued to a word");
	if (byte(x, x->at) == '&' && strcmp(x->tok.text.s, "u") == 0)
		return guard_refuse(x, line, "U& is not allowed");
	if (byte(x, x->at) == GUARD_RELATION || byte(x, x->at) == GUARD_VALUE)
		return guard_refuse(
		    x, line, "a Jinja expression glued to a word");
	return true;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Digits, a fraction, an exponent, and then an end: "1from" is two tokens to
 * some databases. */
static bool take_number(struct guard_lex *x)
{
	size_t e;

	x->tok.kind = T_NUMBER;
	while (is_digit(byte(x, x->at)))
		x->at++;
	if (byte(x, x->at) == '.')
		x->at++;
	while (is_digit(byte(x, x->at)))
		x->at++;
	if (byte(x, x->at) == 'e' || byte(x, x->at) == 'E') {
		e = x->at + 1;
		if (byte(x, e) == '+' || byte(x, e) == '-')
			e++;
		while (is_digit(byte(x, e)))
			x->at = ++e;
	}
	if (is_word(byte(x, x->at)) || byte(x, x->at) == '.' ||
	    byte(x, x->at) == '"' || byte(x, x->at) == '\'')
		return guard_refuse(x, x->tok.line, "a number glued to a word");
	return true;
}

static bool take_placeholder(struct guard_lex *x)
{
	x->tok.kind = byte(x, x->at) == GUARD_RELATION ? T_RELATION : T_VALUE;
	x->at++;
	if (is_word(byte(x, x->at)) || byte(x, x->at) == '"')
		return guard_refuse(
		    x, x->tok.line, "a Jinja expression glued to a word");
	return true;
}

bool guard_next(struct guard_lex *x)
{
	struct guard_token spare = x->prev2;
	unsigned char c;

	x->prev2 = x->prev;
	x->prev = x->tok;
	x->tok = spare;
	buf_reset(&x->tok.text);
	buf_grow(&x->tok.text, 0);
	x->tok.op = 0;
	if (!skip_blank(x))
		return false;
	c = byte(x, x->at);
	x->tok.line = line_at(x, x->at);
	x->tok.kind = T_END;
	if (x->at >= x->t->text.len)
		return true;
	if (is_refused(x, c))
		return guard_refuse(x, x->tok.line, "'%c' is not allowed", c);
	if (c == '\'' || c == (unsigned char)x->p->quote)
		return take_quoted(x, (char)c);
	if (x->p->refused[0] &&
	    ((c == '/' && byte(x, x->at + 1) == '/') ||
		(c == '|' && byte(x, x->at + 1) == '>')))
		return guard_refuse(x, x->tok.line, "'%c%c' is not allowed", c,
		    byte(x, x->at + 1));
	/* Snowflake's next statement of a chain. */
	if (x->p->refused[0] && c == '-' && byte(x, x->at + 1) == '>' &&
	    byte(x, x->at + 2) == '>')
		return guard_refuse(x, x->tok.line, "'->>' is not allowed");
	if (c == GUARD_RELATION || c == GUARD_VALUE)
		return take_placeholder(x);
	if (c >= '0' && c <= '9')
		return take_number(x);
	if (is_word(c))
		return take_word(x);
	if (c < 0x20 || c >= 0x7f)
		return guard_refuse(
		    x, x->tok.line, "an odd character outside quotes");
	if (strchr("$`;\\", c))
		return guard_refuse(x, x->tok.line, "'%c' is not allowed", c);
	x->tok.kind = T_OP;
	x->tok.op = (char)c;
	x->at++;
	if (c == ':' && byte(x, x->at) == ':') {
		x->tok.op = GUARD_CAST;
		x->at++;
	}
	return true;
}

unsigned char guard_peek(const struct guard_lex *x)
{
	size_t i = x->at;

	while (i < x->t->text.len &&
	    (byte(x, i) == ' ' || byte(x, i) == '\t' || byte(x, i) == '\n' ||
		byte(x, i) == '\r'))
		i++;
	return byte(x, i);
}

void guard_lex_init(struct guard_lex *x, const struct guard_policy *p,
    const struct guard_text *t)
{
	x->p = p;
	x->t = t;
	buf_grow(&x->prev.text, 0);
	buf_grow(&x->prev2.text, 0);
	buf_grow(&x->tok.text, 0);
}

void guard_lex_release(struct guard_lex *x)
{
	buf_release(&x->tok.text);
	buf_release(&x->prev.text);
	buf_release(&x->prev2.text);
}
