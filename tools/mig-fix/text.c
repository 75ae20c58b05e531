/* The words of a model's text that are SQL. */
#include <ctype.h>

#include "fix.h"

/* What starts at s and is no SQL word: its length; 0 when it is none. */
static size_t skip_other(const char *s)
{
	const char *end = NULL;

	if (s[0] == '\'' || s[0] == '"') {
		const char *p = s + 1;

		while (*p && !(*p == *s && p[1] != *s))
			p += *p == *s ? 2 : 1;
		return (size_t)(p - s) + (*p != '\0');
	}
	if (s[0] == '-' && s[1] == '-')
		return strcspn(s, "\n");
	if (s[0] == '/' && s[1] == '*')
		end = strstr(s + 2, "*/");
	else if (s[0] == '{' && s[1] == '{')
		end = strstr(s + 2, "}}");
	else if (s[0] == '{' && s[1] == '%')
		end = strstr(s + 2, "%}");
	else if (s[0] == '{' && s[1] == '#')
		end = strstr(s + 2, "#}");
	else
		return 0;
	return end ? (size_t)(end - s) + 2 : strlen(s);
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

bool sql_next_word(const char *sql, size_t *pos, struct word *w)
{
	size_t i = *pos;

	while (sql[i]) {
		size_t other = skip_other(sql + i);

		if (other) {
			i += other;
			continue;
		}
		if (!is_word_char(sql[i])) {
			i++;
			continue;
		}
		w->at = i;
		while (is_word_char(sql[i]))
			i++;
		w->len = i - w->at;
		*pos = i;
		return true;
	}
	*pos = i;
	return false;
}

bool text_line(const char *s, size_t nr, size_t *from, size_t *to)
{
	const char *p = s;

	for (; nr > 1 && p; nr--) {
		p = strchr(p, '\n');
		p += p != NULL;
	}
	if (!p || !nr)
		return false;
	*from = (size_t)(p - s);
	*to = *from + strcspn(p, "\n");
	return true;
}
