#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/jinja.h"
#include "dbt/yml.h"

static void start(struct yml *y)
{
	int indent = y->level - (y->dash ? 2 : 0);

	for (int i = 0; i < indent; i++)
		buf_addc(y->out, ' ');
	if (y->dash)
		buf_adds(y->out, "- ");
	y->dash = false;
}

void yml_open(struct yml *y, const char *key)
{
	start(y);
	yml_scalar(y->out, key, strlen(key), false);
	buf_adds(y->out, ":\n");
	y->level += 2;
}

void yml_close(struct yml *y)
{
	y->level -= 2;
}

void yml_item(struct yml *y)
{
	y->level += 2;
	y->dash = true;
}

void yml_raw(struct yml *y, const char *key, const char *value)
{
	start(y);
	yml_scalar(y->out, key, strlen(key), false);
	buf_addf(y->out, ": %s\n", value);
}

void yml_item_raw(struct yml *y, const char *value)
{
	yml_item(y);
	start(y);
	buf_addf(y->out, "%s\n", value);
	yml_close(y);
}

void yml_item_str(struct yml *y, const char *value)
{
	struct buf b = BUF_INIT;

	yml_scalar(&b, value, strlen(value), false);
	yml_item_raw(y, buf_str(&b));
	buf_release(&b);
}

void yml_str(struct yml *y, const char *key, const char *value)
{
	struct buf b = BUF_INIT;

	yml_scalar(&b, value, strlen(value), false);
	yml_raw(y, key, buf_str(&b));
	buf_release(&b);
}

void yml_source(struct yml *y, const char *key, const char *value)
{
	struct buf b = BUF_INIT;

	jinja_defuse(&b, value, strlen(value));
	yml_str(y, key, buf_str(&b));
	buf_release(&b);
}

void yml_bool(struct yml *y, const char *key, bool value)
{
	yml_raw(y, key, value ? "true" : "false");
}

void yml_int(struct yml *y, const char *key, long long value)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%lld", value);
	yml_raw(y, key, buf_str(&b));
	buf_release(&b);
}

/* ---- scalars ---- */

/* YAML 1.1, as PyYAML reads it, takes these for something else. */
static bool is_special_word(const char *s, size_t len)
{
	static const char *const words[] = {
	    "true", "false", "yes", "no", "on", "off", "null", "y", "n"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && !strncasecmp(words[i], s, len))
			return true;
	return false;
}

/* A cautious subset of what may stand plain. */
static bool is_plain(const char *s, size_t len, bool flow)
{
	if (!len || is_special_word(s, len) || s[len - 1] == ' ' ||
	    s[len - 1] == ':')
		return false;
	/* dbt's own keys of dbt_project.yml start with a plus. */
	if (s[0] == '+' && (len < 2 || !isalpha((unsigned char)s[1])))
		return false;
	if (!isalpha((unsigned char)s[0]) && !strchr("_/+", s[0]))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == ':' && s[i + 1] == ' ')
			return false;
		if (c == '#' && s[i - 1] == ' ')
			return false;
		if (c < 0x20 || c >= 0x7f)
			return false;
		if (flow && strchr(",[]{}:\"'", c))
			return false;
	}
	return true;
}

static void quoted(struct buf *b, const char *s, size_t len)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '\r')
			buf_adds(b, "\\r");
		else if (c == '\t')
			buf_adds(b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_addf(b, "\\x%02X", c);
		else if (c == 0xc2 && i + 1 < len &&
		    (unsigned char)s[i + 1] < 0xa0)
			/* C1 controls: not printable for YAML. */
			buf_addf(b, "\\x%02X", (unsigned char)s[++i]);
		else if (c == 0xe2 && i + 2 < len &&
		    (unsigned char)s[i + 1] == 0x80 &&
		    ((unsigned char)s[i + 2] & 0xfe) == 0xa8)
			/* U+2028 and U+2029 end lines. */
			buf_addf(b, "\\u20%02X",
			    (unsigned)((unsigned char)s[i + 2] - 0x80)),
			    i += 2;
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

void yml_scalar(struct buf *b, const char *s, size_t len, bool flow)
{
	if (is_plain(s, len, flow))
		buf_add(b, s, len);
	else
		quoted(b, s, len);
}
