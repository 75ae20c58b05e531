#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#include "live_variant.h"

/* How a base type's values become text; %s is the column, %d the style of
 * floats. A text of 8000 bytes or its hexadecimal digits are more than an
 * nvarchar(4000) holds. */
static const struct form {
	const char *base, *text;
} forms[] = {
    {"binary", "CONVERT(nvarchar(max), CAST(%s AS varbinary(8000)), 1)"},
    {"varbinary", "CONVERT(nvarchar(max), CAST(%s AS varbinary(8000)), 1)"},
    {"char", "CAST(CAST(%s AS varchar(8000)) AS nvarchar(max))"},
    {"varchar", "CAST(CAST(%s AS varchar(8000)) AS nvarchar(max))"},
    {"float", "CONVERT(nvarchar(60), CAST(%s AS float), %d)"},
    {"real", "CONVERT(nvarchar(60), CAST(%s AS real), %d)"},
    {"money", "CONVERT(nvarchar(60), CAST(%s AS money), 2)"},
    {"smallmoney", "CONVERT(nvarchar(60), CAST(%s AS money), 2)"},
    {"datetime", "CONVERT(nvarchar(60), CAST(%s AS datetime), 126)"},
    {"smalldatetime", "CONVERT(nvarchar(60), CAST(%s AS datetime), 126)"},
};

static void add_form(
    struct buf *sql, const char *text, const char *name, int style)
{
	for (; *text; text++) {
		if (text[0] == '%' && text[1] == 's') {
			buf_adds(sql, name);
			text++;
		} else if (text[0] == '%' && text[1] == 'd') {
			buf_addf(sql, "%d", style);
			text++;
		} else {
			buf_addc(sql, *text);
		}
	}
}

void variant_column(struct buf *sql, const char *name, int float_style)
{
	char *base = xasprintf(
	    "CAST(SQL_VARIANT_PROPERTY(%s, 'BaseType') AS nvarchar(128))",
	    name);
	size_t i;

	buf_addf(sql, "%s + N':' + CASE %s", base, base);
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		buf_addf(sql, " WHEN N'%s' THEN ", forms[i].base);
		add_form(sql, forms[i].text, name, float_style);
	}
	buf_addf(sql, " ELSE CAST(%s AS nvarchar(4000)) END AS %s", name, name);
	free(base);
}

static bool is_base(const char *s, size_t len, const char *const *names)
{
	for (; *names; names++) {
		if (strlen(*names) == len && memcmp(*names, s, len) == 0)
			return true;
	}
	return false;
}

static void normal(
    struct buf *out, const char *base, size_t n, const char *s, size_t len)
{
	static const char *const numbers[] = {
	    "float", "real", "money", "smallmoney", NULL};
	static const char *const bytes[] = {"binary", "varbinary", NULL};
	static const char *const times[] = {"date", "time", "datetime",
	    "smalldatetime", "datetime2", "datetimeoffset", NULL};

	if (is_base(base, n, numbers)) {
		while (len && *s == ' ') {
			s++;
			len--;
		}
		while (len && s[len - 1] == ' ')
			len--;
	}
	if (is_base(base, n, numbers + 2)) /* money */
		buf_add(out, s, len);
	else if (is_base(base, n, numbers))
		db_float_text(out,
		    *base == 'r' ? (double)strtof(s, NULL) : strtod(s, NULL),
		    *base == 'r');
	else if (is_base(base, n, times))
		db_iso_text(out, s, len);
	else if (is_base(base, n, bytes))
		for (; len; len--, s++)
			buf_addc(out, (char)tolower((unsigned char)*s));
	else
		buf_add(out, s, len);
}

int variant_json(struct db *d, size_t i, struct buf *out)
{
	struct buf b = BUF_INIT;
	size_t len = 0;
	const char *s = db_text(d, (int)i, &len), *colon;

	if (db_broken(d))
		return -1;
	if (!s) {
		buf_adds(out, "null");
		return 0;
	}
	colon = memchr(s, ':', len);
	if (colon)
		normal(&b, s, (size_t)(colon - s), colon + 1,
		    len - (size_t)(colon + 1 - s));
	db_json_string(out, buf_str(&b), b.len);
	buf_release(&b);
	return 0;
}
