#include <stdbool.h>

#include "common/jinja.h"

/* Bytes that can't stand in a Jinja template as they are. */
static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool opens_jinja(const char *s, size_t len)
{
	return len > 1 && s[0] == '{' &&
	    (s[1] == '{' || s[1] == '%' || s[1] == '#');
}

void jinja_string(struct buf *b, const char *s, size_t len)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '\r')
			buf_adds(b, "\\r");
		else if (c == '\t')
			buf_adds(b, "\\t");
		else if (is_control(c))
			buf_addf(b, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

static void expression(struct buf *b, const char *s, size_t len)
{
	buf_adds(b, "{{ ");
	jinja_string(b, s, len);
	buf_adds(b, " }}");
}

void jinja_escape(struct buf *b, const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = 0;

		while (i + n < len && is_control((unsigned char)s[i + n]))
			n++;
		if (!n && opens_jinja(s + i, len - i))
			n = 2;
		if (n)
			expression(b, s + i, n);
		else
			buf_addc(b, s[i]);
		i += n ? n : 1;
	}
}

void jinja_defuse(struct buf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (opens_jinja(s + i, len - i))
			expression(b, s + i++, 2);
		else
			buf_addc(b, s[i]);
	}
}
