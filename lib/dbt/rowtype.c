#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "dbt/rowtype.h"

enum { WIDEST_DECIMAL = 38 };

static int number(const char **s)
{
	char *end;
	long n = strtol(*s, &end, 10);

	if (end == *s || n < 0 || n > INT_MAX)
		return -1;
	*s = end;
	return (int)n;
}

struct row_type row_type_parse(const char *text)
{
	struct row_type t = {.a = -1, .b = -1};
	size_t i, len = strcspn(text, "(");

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	for (i = 0; i < len && i < sizeof(t.base) - 1; i++)
		t.base[i] = (char)tolower((unsigned char)text[i]);
	t.base[i] = '\0';
	text += strcspn(text, "(");
	if (*text != '(')
		return t;
	text++;
	while (isspace((unsigned char)*text))
		text++;
	if (tolower((unsigned char)*text) == 'm') {
		t.max = true;
		return t;
	}
	t.a = number(&text);
	while (isspace((unsigned char)*text))
		text++;
	if (*text == ',') {
		text++;
		t.b = number(&text);
	}
	return t;
}

enum type_class row_type_class(const struct row_type *t)
{
	static const struct {
		const char *base;
		enum type_class class;
	} table[] = {
	    {"bit", CLASS_BIT},
	    {"tinyint", CLASS_INTEGER},
	    {"smallint", CLASS_INTEGER},
	    {"int", CLASS_INTEGER},
	    {"bigint", CLASS_INTEGER},
	    {"decimal", CLASS_DECIMAL},
	    {"numeric", CLASS_DECIMAL},
	    {"money", CLASS_DECIMAL},
	    {"smallmoney", CLASS_DECIMAL},
	    {"float", CLASS_FLOAT},
	    {"real", CLASS_FLOAT},
	    {"char", CLASS_CHAR},
	    {"nchar", CLASS_CHAR},
	    {"date", CLASS_DATE},
	    {"time", CLASS_DATE},
	    {"datetime", CLASS_DATE},
	    {"datetime2", CLASS_DATE},
	    {"smalldatetime", CLASS_DATE},
	    {"datetimeoffset", CLASS_DATE},
	    {"binary", CLASS_BINARY},
	    {"varbinary", CLASS_BINARY},
	    {"image", CLASS_BINARY},
	    {"rowversion", CLASS_BINARY},
	    {"timestamp", CLASS_BINARY},
	    {"uniqueidentifier", CLASS_GUID},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (strcmp(table[i].base, t->base) == 0)
			return table[i].class;
	}
	return CLASS_STRING;
}

/* Adds the template with its holes filled; what can't be filled stays. */
static void fill(struct buf *out, const char *template,
    const struct row_type *t, int precision, int scale)
{
	const char *s = template;

	for (; *s; s++) {
		int value = -1;

		if (strncmp(s, "{n}", 3) == 0)
			value = t->a;
		else if (strncmp(s, "{p}", 3) == 0)
			value = precision;
		else if (strncmp(s, "{s}", 3) == 0)
			value = scale;
		if (value >= 0) {
			buf_addf(out, "%d", value);
			s += 2;
		} else {
			buf_addc(out, *s);
		}
	}
}

char *row_type_target(struct json_object *dialect, const struct row_type *t)
{
	struct json_object *types = js_obj(dialect, "types");
	const char *template = NULL;
	struct buf out = BUF_INIT;
	int precision = t->a, scale = t->b;
	size_t open;

	if (t->max) {
		char *key = xasprintf("%s(max)", t->base);

		template = js_str(types, key);
		free(key);
	}
	if (!template)
		template = js_str(types, t->base);
	if (!template)
		return NULL;
	if (strstr(template, "{n}") && t->a < 0) {
		/* varchar({n}) without a length is just varchar */
		open = strcspn(template, "(");
		buf_add(&out, template, open);
		return buf_detach(&out);
	}
	if (precision < 0)
		precision = WIDEST_DECIMAL;
	else if (scale < 0)
		scale = 0;
	fill(&out, template, t, precision, scale);
	return buf_detach(&out);
}

struct json_object *dialect_read(const char *adapter)
{
	char *safe = fs_safe_name(adapter);
	char *name = xasprintf("dialects/%s.json", safe);
	char *path = mig_share(name);
	struct json_object *o = js_load(path);

	free(path);
	free(name);
	free(safe);
	return o;
}
