/*
 * The words of SQL for the guard: what it doesn't know by name it refuses, for
 * two databases' readings of one text must not differ.
 */
#ifndef MIG_GUARD_LEX_H
#define MIG_GUARD_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/guard_int.h"
#include "common/buf.h"

#define GUARD_CAST 'c' /* :: */

enum guard_token_kind {
	T_END,
	T_WORD,
	T_QUOTED, /* "name" */
	T_STRING,
	T_NUMBER,
	T_OP,
	T_RELATION,
	T_VALUE,
};

struct guard_token {
	enum guard_token_kind kind;
	char op;	 /* of T_OP */
	struct buf text; /* words in lower case; quoted names as they are */
	uint32_t line;
};

/* Zeroed and with its text set, then guard_lex_init(). */
struct guard_lex {
	const struct guard_text *t;
	const struct guard_policy *p;
	size_t at;
	struct guard_token tok, prev, prev2;
	char *why; /* the first refusal, the caller's to free */
};

void guard_lex_init(struct guard_lex *x, const struct guard_policy *p,
    const struct guard_text *t);
void guard_lex_release(struct guard_lex *x); /* all but `why` */

/* The next token into x->tok, the last two kept; false when refused. */
bool guard_next(struct guard_lex *x);

/* The character of the next token, without taking it; 0 at the end. */
unsigned char guard_peek(const struct guard_lex *x);

/* Notes the first reason; always false. */
bool guard_refuse(struct guard_lex *x, uint32_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
