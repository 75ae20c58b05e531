#include "tsql/lex_class.h"

/* GO, the directives of sqlcmd, the parameters of templates, odd names. */

/* GO alone on its line, with a count or a comment perhaps: p is behind it.
 * The end of the separator, or NULL. */
const char *tsql_lex_go(const struct tsql_lexer *lx, const char *p)
{
	const char *end = lx->end, *last = p;

	while (p < end && (class_of(*p) & C_SPACE))
		p++;
	if (p < end && (class_of(*p) & C_DIGIT)) {
		p = last = lex_digits(p, end);
		while (p < end && (class_of(*p) & C_SPACE))
			p++;
	}
	if (p < end && *p == ';') {
		last = ++p;
		while (p < end && (class_of(*p) & C_SPACE))
			p++;
	}
	if (p >= end || *p == '\n' || *p == '\r')
		return last;
	if (p + 1 < end && *p == '-' && p[1] == '-')
		return last;
	if (p + 1 < end && *p == '/' && p[1] == '*')
		return last;
	return NULL;
}

bool tsql_lex_directive(const char *p, const char *end)
{
	static const char *const word[] = {"r", "setvar", "on", "connect",
	    "out", "error", "list", "reset", "quit", "exit", "help",
	    "serverlist", "xml", "ed", "perftrace", "listvar"};
	const char *q;
	size_t i, k, n;

	if (*p == '!')
		return p + 1 < end && p[1] == '!';
	q = ++p;
	if (end - p >= 2 && p[0] == '!' && p[1] == '!') /* :!! command */
		return true;
	while (q < end && (class_of(*q) & C_START))
		q++;
	n = (size_t)(q - p);
	for (i = 0; i < sizeof(word) / sizeof(*word); i++) {
		for (k = 0; k < n && (p[k] | 0x20) == word[i][k]; k++)
			;
		if (k == n && !word[i][k] && n)
			return true;
	}
	return false;
}

/* %%physloc%%, %%lockres%%: undocumented columns of every table. The end of
 * it, or NULL. */
const char *tsql_lex_percents(const char *p, const char *end)
{
	if (p + 2 >= end || p[1] != '%' || !(class_of(p[2]) & C_START))
		return NULL;
	for (p += 2; p < end && (class_of(*p) & C_WORD); p++)
		;
	return end - p >= 2 && p[0] == '%' && p[1] == '%' ? p + 2 : NULL;
}

/*
 * <name, type, default>, the parameter of a template of Management Studio,
 * stands for a word, or for a variable if its name or default is one. In
 * T-SQL a comparison never has commas on both sides of its right operand.
 * The end of it, or NULL.
 */
const char *tsql_lex_template(const char *p, const char *end, bool *variable)
{
	unsigned commas = 0;

	if (p + 1 >= end || !((class_of(p[1]) & C_START) || p[1] == '@'))
		return NULL;
	*variable = p[1] == '@';
	for (p += 2; p < end; p++) {
		if (*p == '>')
			return commas >= 2 ? p + 1 : NULL;
		if (*p == ',')
			commas++;
		else if (*p == '\n' || *p == '\r' || *p == '<' || *p == ';')
			return NULL;
		else if (*p == '@' && commas == 2 &&
		    (p[-1] == ',' || p[-1] == ' '))
			*variable = true;
		else if (!commas && !(class_of(*p) & (C_WORD | C_SPACE)))
			return NULL;
	}
	return NULL;
}
