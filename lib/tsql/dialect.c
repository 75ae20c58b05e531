#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "tsql/dialect.h"
#include "tsql/dialect_file.h"
#include "tsql/types.h"

const char *claim_name(enum claim c)
{
	static const char *const name[] = {"exact", "differs", "manual"};

	return name[c];
}

static enum claim claim_of(const char *s)
{
	if (s && !strcmp(s, "differs"))
		return CLAIM_DIFFERS;
	if (s && !strcmp(s, "manual"))
		return CLAIM_MANUAL;
	return CLAIM_EXACT;
}

struct dialect *dialect_load(const char *name)
{
	struct json_object *o = dialect_file(name), *words;
	struct dialect *d;
	const char *quote;
	char *path;

	if (!o)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->json = o;
	d->name = js_str_or(o, "name", name);
	d->adapter = js_str_or(o, "adapter", d->name);
	d->claim = claim_of(js_str(o, "claim"));
	quote = js_str_or(o, "quote", "\"\"");
	d->quote[0] = quote[0];
	d->quote[1] = quote[0] && quote[1] ? quote[1] : quote[0];
	d->fold = js_str_or(o, "fold", "")[0];
	d->name_bytes = (size_t)js_int(o, "name_bytes", 0);
	d->name_chars = (size_t)js_int(o, "name_characters", 0);
	map_init(&d->reserved, MAP_FOLD);
	words = js_arr(o, "reserved");
	for (size_t i = 0; i < js_len(words); i++) {
		const char *w =
		    json_object_get_string(json_object_array_get_idx(words, i));

		map_set(&d->reserved, w, d);
	}
	path = mig_share("zones.json");
	d->zones = json_object_from_file(path);
	if (!d->zones)
		error("%s: %s", path, json_util_get_last_err());
	free(path);
	return d;
}

void dialect_free(struct dialect *d)
{
	if (!d)
		return;
	map_release(&d->reserved, NULL);
	json_object_put(d->json);
	json_object_put(d->zones);
	free(d);
}

/* ---- identifiers ---- */

bool dialect_needs_quotes(const struct dialect *d, const char *s, size_t len)
{
	if (!len || isdigit((unsigned char)s[0]))
		return true;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80 || !(isalnum(c) || c == '_'))
			return true;
	}
	return map_getn(&d->reserved, s, len) != NULL;
}

bool dialect_keeps_name(const struct dialect *d, const char *s, size_t len)
{
	size_t chars = 0;

	for (size_t i = 0; i < len; i++)
		chars += ((unsigned char)s[i] & 0xc0) != 0x80;
	return (!d->name_bytes || len <= d->name_bytes) &&
	    (!d->name_chars || chars <= d->name_chars);
}

size_t dialect_name_limit(const struct dialect *d)
{
	if (!d->name_bytes || (d->name_chars && d->name_chars < d->name_bytes))
		return d->name_chars;
	return d->name_bytes;
}

void dialect_ident(
    const struct dialect *d, const char *s, size_t len, struct buf *b)
{
	if (!dialect_needs_quotes(d, s, len)) {
		buf_add(b, s, len);
		return;
	}
	buf_addc(b, d->quote[0]);
	for (size_t i = 0; i < len; i++) {
		if (s[i] == d->quote[1])
			buf_addc(b, s[i]);
		buf_addc(b, s[i]);
	}
	buf_addc(b, d->quote[1]);
}

char *dialect_stored_name(const struct dialect *d, const char *name)
{
	char *s = xstrdup(name);

	if (!d->fold || dialect_needs_quotes(d, name, strlen(name)))
		return s;
	for (char *p = s; *p; p++)
		*p = (char)(d->fold == 'l' ? tolower((unsigned char)*p)
					   : toupper((unsigned char)*p));
	return s;
}

/* ---- types ---- */

/* {n}, {p} and {s} of a type's template; what has no length loses its
 * parentheses. */
static void fill_type(const struct tsql_type *t, const char *s, struct buf *b)
{
	size_t stop = strlen(s);

	if (strstr(s, "{n}") && t->length <= 0)
		stop = strcspn(s, "(");
	for (size_t i = 0; i < stop; i++) {
		if (s[i] != '{' || !s[i + 1] || s[i + 2] != '}') {
			buf_addc(b, s[i]);
			continue;
		}
		buf_addf(b, "%d",
		    s[i + 1] == 'n'	  ? (int)t->length
			: s[i + 1] == 'p' ? t->precision
					  : t->scale);
		i += 2;
	}
}

static const char *type_template(
    const struct dialect *d, const struct tsql_type *t)
{
	struct json_object *types = js_obj(d->json, "types");
	const char *s = NULL;
	char key[48];

	if (t->length == TSQL_MAX) {
		snprintf(key, sizeof(key), "%s(max)", tsql_base_name(t->base));
		s = js_str(types, key);
	}
	return s ? s : js_str(types, tsql_base_name(t->base));
}

bool dialect_type_name(
    const struct dialect *d, const struct tsql_type *t, struct buf *b)
{
	const char *s = type_template(d, t);

	if (!s) {
		buf_adds(b, dialect_word(d, "text", "varchar"));
		return false;
	}
	fill_type(t, s, b);
	return true;
}

bool dialect_type_is_exact(
    const struct dialect *d, const struct tsql_type *t, const char **why)
{
	struct json_object *e =
	    js_get(js_obj(d->json, "type_loses"), tsql_base_name(t->base));

	*why = NULL;
	if (!type_template(d, t)) {
		*why = "the target has no such type";
		return false;
	}
	if (!e || t->scale <= js_int(e, "keeps_scale", -1))
		return true;
	*why = js_str(e, "why");
	return false;
}

/* ---- rules ---- */

static bool rule_of(
    struct json_object *table, const char *key, struct dialect_rule *r)
{
	struct json_object *e = js_get(table, key);

	memset(r, 0, sizeof(*r));
	if (!e)
		return false;
	if (json_object_is_type(e, json_type_string)) {
		r->sql = json_object_get_string(e);
		return true;
	}
	r->sql = js_str(e, "sql");
	r->macro = js_str(e, "macro");
	r->claim = claim_of(js_str(e, "claim"));
	r->note = js_str(e, "note");
	return r->sql || r->macro;
}

bool dialect_op(
    const struct dialect *d, const char *key, struct dialect_rule *out)
{
	return rule_of(js_obj(d->json, "sql"), key, out);
}

bool dialect_function(
    const struct dialect *d, const char *name, struct dialect_rule *out)
{
	return rule_of(js_obj(d->json, "functions"), name, out);
}

bool dialect_can(const struct dialect *d, const char *what)
{
	return js_bool(js_obj(d->json, "can"), what, false);
}

const char *dialect_zone(const struct dialect *d, const char *windows)
{
	json_object_object_foreach(d->zones, name, iana)
	{
		if (!strcasecmp(name, windows))
			return json_object_get_string(iana);
	}
	return NULL;
}

const char *dialect_word(
    const struct dialect *d, const char *key, const char *alt)
{
	return js_str_or(js_obj(d->json, "words"), key, alt);
}
