#ifndef TSQL_LEX_H
#define TSQL_LEX_H

/*
 * The lexer: tokens are offset and length into the source; comments and
 * white space are skipped. It never fails: what is no token is TOK_BAD.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include "tsql/keywords.h"

enum tsql_tok_kind {
	TOK_EOF,
	TOK_GO,	     /* GO [n]: ends the batch */
	TOK_SQLCMD,  /* a directive, to the end of its line */
	TOK_WORD,    /* bare word; kw says which keyword, if any */
	TOK_BRACKET, /* [name] */
	TOK_DQUOTE,  /* "name", or a string: the parser knows */
	TOK_STRING,
	TOK_NSTRING,
	TOK_INT,
	TOK_DECIMAL,
	TOK_FLOAT,
	TOK_MONEY,
	TOK_BINARY,
	TOK_VAR,    /* @v, @@v */
	TOK_PSEUDO, /* $action, $identity … */
	TOK_LPAREN,
	TOK_RPAREN,
	TOK_LBRACE,
	TOK_RBRACE,
	TOK_COMMA,
	TOK_DOT,
	TOK_SEMI,
	TOK_COLON,
	TOK_DCOLON,
	TOK_PLUS,
	TOK_MINUS,
	TOK_STAR,
	TOK_SLASH,
	TOK_PERCENT,
	TOK_AMP,
	TOK_PIPE,
	TOK_CARET,
	TOK_TILDE,
	TOK_CONCAT, /* || */
	TOK_SHL,
	TOK_SHR,
	TOK_EQ,
	TOK_LT,
	TOK_GT,
	TOK_LE,
	TOK_GE,
	TOK_NE,
	TOK_NLT,
	TOK_NGT,
	TOK_BANG,
	TOK_PLUS_EQ,
	TOK_MINUS_EQ,
	TOK_STAR_EQ,
	TOK_SLASH_EQ,
	TOK_PERCENT_EQ,
	TOK_AMP_EQ,
	TOK_PIPE_EQ,
	TOK_CARET_EQ,
	TOK_CONCAT_EQ,
	TOK_BAD,
};

enum {
	TOKF_NEWLINE = 1,      /* first token of its line */
	TOKF_DOUBLED = 2,      /* holds ]] or '' or "" */
	TOKF_UNTERMINATED = 4, /* runs to the end of the source */
};

struct tsql_tok {
	uint8_t kind;
	uint8_t flags;
	uint16_t kw;
	uint32_t off, len;
};

struct tsql_lexer {
	const char *src, *p, *end;
	bool no_go;
	bool newline;		   /* nothing but trivia since the line began */
	bool open_comment;	   /* a comment was not closed … */
	uint32_t open_comment_off; /* … that began here */
};

void tsql_lex_init(struct tsql_lexer *, const char *src, size_t len);

/* Up to n tokens; fewer only behind TOK_EOF, which is the last one (and is
 * given again by another call). n > 0. */
size_t tsql_lex(struct tsql_lexer *, struct tsql_tok *, size_t n);

/* Go on at off, which is where a token or trivia begins. */
void tsql_lex_seek(struct tsql_lexer *, uint32_t off);

#endif
