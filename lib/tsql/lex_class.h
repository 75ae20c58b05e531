#ifndef TSQL_LEX_CLASS_H
#define TSQL_LEX_CLASS_H

/* Shared by lex.c and lex_script.c only. */

#include "tsql/lex.h"

/* Character classes. */
enum {
	C_WORD = 1, /* goes on a word */
	C_DIGIT = 2,
	C_SPACE = 4, /* not a newline */
	C_HEX = 8,
	C_START = 16, /* begins a word */
	C_PLAIN = 32, /* C_WORD, but no $ and no UTF-8: nothing to look at */
};

extern const unsigned char tsql_char_class[256];

static inline unsigned class_of(char c)
{
	return tsql_char_class[(unsigned char)c];
}

static inline const char *lex_digits(const char *p, const char *end)
{
	while (p < end && (class_of(*p) & C_DIGIT))
		p++;
	return p;
}

/* What is no T-SQL but of the tools that scripts are written for; each
 * gives the end of what begins at p, or NULL (false) if nothing does. */

/* p is behind the word GO, the first of its line. */
const char *tsql_lex_go(const struct tsql_lexer *, const char *p);
/* At a colon or an exclamation mark that begins a line. */
bool tsql_lex_directive(const char *p, const char *end);
/* At a percent sign. */
const char *tsql_lex_percents(const char *p, const char *end);
/* At a less-than sign. */
const char *tsql_lex_template(const char *p, const char *end, bool *variable);

#endif
