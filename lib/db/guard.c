#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "common/alloc.h"

#include "db/guard.h"

enum token { T_END, T_WORD, T_SEMICOLON, T_OTHER, T_OPEN };

struct scan {
	const char *at;
	const char *word;
	size_t len;
	bool spoilt; /* a string or comment that doesn't end */
};

/* Words that no statement of ours holds outside quotes. */
static const char *const never[] = {"ALTER", "BACKUP", "BEGIN", "BULK",
    "CHECKPOINT", "CLOSE", "COMMIT", "CREATE", "CURSOR", "DBCC", "DEALLOCATE",
    "DECLARE", "DELETE", "DENY", "DISABLE", "DROP", "ENABLE", "EXEC", "EXECUTE",
    "FETCH", "GOTO", "GRANT", "IF", "INSERT", "INTO", "KILL", "MERGE", "MOVE",
    "OPENDATASOURCE", "OPENQUERY", "OPENROWSET", "PRINT", "RAISERROR",
    "READTEXT", "RECEIVE", "RECONFIGURE", "RENAME", "RESTORE", "RETURN",
    "REVERT", "REVOKE", "ROLLBACK", "SAVE", "SEND", "SHUTDOWN", "THROW",
    "TRUNCATE", "UPDATE", "UPDATETEXT", "USE", "WAITFOR", "WHILE", "WRITETEXT"};

/* Session options that a SET may name. */
static const char *const settable[] = {"ANSI_NULLS", "ANSI_PADDING",
    "ANSI_WARNINGS", "ARITHABORT", "CONCAT_NULL_YIELDS_NULL", "DATEFIRST",
    "DATEFORMAT", "DEADLOCK_PRIORITY", "LANGUAGE", "LOCK_TIMEOUT", "NOCOUNT",
    "NUMERIC_ROUNDABORT", "QUOTED_IDENTIFIER", "TEXTSIZE", "TRANSACTION"};

static bool among(const char *const *list, size_t nr, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strlen(list[i]) == n && strncasecmp(list[i], s, n) == 0)
			return true;
	}
	return false;
}

/* Past a quoted part whose closing character is doubled inside. */
static void skip_quoted(struct scan *s, char close)
{
	for (s->at++; *s->at; s->at++) {
		if (*s->at != close)
			continue;
		s->at++;
		if (*s->at != close)
			return;
	}
	s->spoilt = true;
}

static void skip_comment(struct scan *s)
{
	int depth = 0;

	do {
		if (s->at[0] == '/' && s->at[1] == '*') {
			depth++;
			s->at += 2;
		} else if (s->at[0] == '*' && s->at[1] == '/') {
			depth--;
			s->at += 2;
		} else {
			s->at++;
		}
	} while (depth && *s->at);
	if (depth)
		s->spoilt = true;
}

static bool is_word(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '@' || c == '#' || c == '$' ||
	    c >= 0x80;
}

static enum token next(struct scan *s)
{
	for (;;) {
		unsigned char c = (unsigned char)*s->at;

		if (!c)
			return T_END;
		if (isspace(c)) {
			s->at++;
		} else if (c == '-' && s->at[1] == '-') {
			while (*s->at && *s->at != '\n')
				s->at++;
		} else if (c == '/' && s->at[1] == '*') {
			skip_comment(s);
		} else if (c == '\'' || c == '"') {
			skip_quoted(s, (char)c);
			return T_OTHER;
		} else if (c == '[') {
			skip_quoted(s, ']');
			return T_OTHER;
		} else if (c == ';') {
			s->at++;
			return T_SEMICOLON;
		} else if (is_word(c)) {
			s->word = s->at;
			while (is_word((unsigned char)*s->at))
				s->at++;
			s->len = (size_t)(s->at - s->word);
			return T_WORD;
		} else {
			s->at++;
			return c == '(' ? T_OPEN : T_OTHER;
		}
	}
}

static bool is(const struct scan *s, const char *word)
{
	return strlen(word) == s->len &&
	    strncasecmp(s->word, word, s->len) == 0;
}

const char *guard_refusal(const char *sql)
{
	struct scan s = {sql, NULL, 0, false};
	bool start = true, after_set = false, after_next = false;
	enum token t;

	while ((t = next(&s)) != T_END) {
		if (t == T_SEMICOLON) {
			start = true;
			after_set = after_next = false;
			continue;
		}
		if (t == T_WORD) {
			if (after_set &&
			    !among(
				settable, ARRAY_SIZE(settable), s.word, s.len))
				return "a SET of something that is not a "
				       "session option";
			if (among(never, ARRAY_SIZE(never), s.word, s.len))
				return "a statement that is not a SELECT";
			if (after_next && is(&s, "VALUE"))
				return "NEXT VALUE takes a number from a "
				       "sequence";
			if (start && !is(&s, "SELECT") && !is(&s, "WITH") &&
			    !is(&s, "SET"))
				return "a batch that does not begin with "
				       "SELECT";
			after_set = is(&s, "SET");
			after_next = is(&s, "NEXT");
		} else {
			if (after_set || start)
				return "a batch that does not begin with "
				       "SELECT";
			after_next = false;
		}
		start = false;
	}
	if (s.spoilt)
		return "a string or comment that does not end";
	return NULL;
}
