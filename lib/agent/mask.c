/* The masks of a record, put into texts and taken out of answers. */
#include "agent/redact.h"
#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"

struct masking {
	const struct redaction *r;
	const char *text; /* the whole, to look behind */
	bool sql;
	struct buf out;
};

/* A comment at s ends there, one in another with it; NULL when none begins. */
static const char *skip_comment(const char *s)
{
	size_t depth = 0;

	if (s[0] == '-' && s[1] == '-')
		return s + strcspn(s, "\n");
	if (s[0] != '/' || s[1] != '*')
		return NULL;
	do {
		if (s[0] == '/' && s[1] == '*') {
			depth++;
			s += 2;
		} else if (s[0] == '*' && s[1] == '/') {
			depth--;
			s += 2;
		} else {
			s++;
		}
	} while (*s && depth);
	return s;
}

static char *mask_text(const struct redaction *r, const char *text, bool sql);
static const char *mask_next(struct masking *m, const char *s, size_t left);

/* The text of n bytes in quotes at s is SQL of its own. */
static void mask_executed(struct masking *m, const char *s, size_t n)
{
	char *text = redact_undoubled(s, n);
	char *masked = mask_text(m->r, text, true), *p;

	buf_addc(&m->out, '\'');
	for (p = masked; *p; p++) {
		buf_addc(&m->out, *p);
		if (*p == '\'')
			buf_addc(&m->out, '\'');
	}
	buf_addc(&m->out, '\'');
	free(masked);
	free(text);
}

/* What is in quotes at s, as a whole: its mask into out and its end returned,
 * NULL when it has none. */
static const char *mask_quoted(struct masking *m, const char *s)
{
	char close = *s == '[' ? ']' : *s;
	const char *end = s + 1, *mask;
	size_t len;

	while (*end && (*end != close || end[1] == close))
		end += 1 + (*end == close);
	if (*end != close)
		return NULL;
	len = (size_t)(end - s - 1);
	mask = map_getn(&m->r->literals, s + 1, len);
	if (close != '\'' || !mask) {
		const char *name = map_getn(&m->r->to, s + 1, len);

		mask = name ? name : *s == '[' ? NULL : mask;
	}
	if (mask) {
		buf_addf(&m->out, "%c%s%c", *s, mask, close);
		return end + 1;
	}
	if (m->sql && close == '\'' && redact_is_sql(s + 1, len)) {
		mask_executed(m, s + 1, len);
		return end + 1;
	}
	/* In prose it may be an apostrophe. */
	if (!m->sql)
		return NULL;
	buf_addc(&m->out, *s);
	for (s++; s < end;)
		s = mask_next(m, s, (size_t)(end - s));
	buf_addc(&m->out, *s);
	return end + 1;
}

/* A name or literal of several words at s. */
static const char *mask_odd(struct masking *m, const char *s, size_t left)
{
	size_t k;

	for (k = 0; k < m->r->nr_odd; k++) {
		const struct redact_odd *o = &m->r->odd[k];

		if (left < o->len || (m->sql && !o->is_name))
			continue;
		if (s > m->text && redact_is_word(s[-1]) &&
		    redact_is_word(*o->text))
			continue;
		if (o->len < left && redact_is_word(s[o->len]) &&
		    redact_is_word(o->text[o->len - 1]))
			continue;
		if (o->is_name ? !name_same(s, o->len, o->text, o->len)
			       : memcmp(s, o->text, o->len) != 0)
			continue;
		buf_adds(&m->out, o->mask);
		return s + o->len;
	}
	return NULL;
}

/* The longest name from s to before a '_' or the end at n; 0 when none. */
static size_t mask_part(struct masking *m, const char *s, size_t n)
{
	size_t len, k;

	for (len = n; len; len--) {
		const char *mask;
		struct map_entry *e;

		if (len < n && s[len] != '_')
			continue;
		e = map_find(&m->r->to, s, len);
		if (!e)
			continue;
		mask = e->value;
		for (k = 0; k < len && !(s[k] >= 'A' && s[k] <= 'Z'); k++)
			;
		buf_addf(&m->out, "%s%s", mask,
		    k == len && memcmp(e->key, s, len) != 0 ? "l" : "");
		return len;
	}
	return 0;
}

/* The word of n bytes at s: as a whole, or the names in it. */
static void mask_word(struct masking *m, const char *s, size_t n)
{
	const char *mask = map_getn(&m->r->to, s, n);
	size_t k = 0, part;

	if (!mask && !m->sql && n > 2)
		mask = map_getn(&m->r->literals, s, n);
	if (mask) {
		buf_adds(&m->out, mask);
		return;
	}
	while (k < n) {
		part = mask_part(m, s + k, n - k);
		if (!part) {
			while (k + part < n && s[k + part] != '_')
				part++;
			buf_add(&m->out, s + k, part);
		}
		k += part;
		while (k < n && s[k] == '_')
			buf_addc(&m->out, s[k++]);
	}
}

/* A name of several words, a word or another character, of what is left. */
static const char *mask_next(struct masking *m, const char *s, size_t left)
{
	const char *end = mask_odd(m, s, left);
	size_t n = 0;

	if (end)
		return end;
	while (n < left && redact_is_word(s[n]))
		n++;
	if (n)
		mask_word(m, s, n);
	else
		buf_addc(&m->out, *s);
	return s + (n ? n : 1);
}

static char *mask_text(const struct redaction *r, const char *text, bool sql)
{
	struct masking m = {r, text, sql, BUF_INIT};
	const char *s = text, *end;

	while (*s) {
		end = skip_comment(s);
		if (!end && strchr("'\"`[", *s))
			end = mask_quoted(&m, s);
		s = end ? end : mask_next(&m, s, strlen(s));
	}
	return buf_detach(&m.out);
}

char *redact_sql(const struct redaction *r, const char *text)
{
	return mask_text(r, text, true);
}

char *redact_words(const struct redaction *r, const char *text)
{
	return mask_text(r, text, false);
}

/* A mask is a word or what '_' sets off in one. */
char *unredact(const struct redaction *r, const char *text)
{
	struct buf out = BUF_INIT;

	while (*text) {
		const char *name;
		size_t n = 0;

		while (redact_is_word(text[n]) && (text[n] != '_' || !n))
			n++;
		name = n ? map_getn(&r->from, text, n) : NULL;
		if (name)
			buf_adds(&out, name);
		else
			buf_add(&out, text, n ? n : 1);
		text += n ? n : 1;
		while (*text == '_')
			buf_addc(&out, *text++);
	}
	return buf_detach(&out);
}

static struct json_object *each_string(const struct redaction *r,
    struct json_object *o,
    char *(*fn)(const struct redaction *r, const char *text))
{
	struct json_object *copy;
	char *s;
	size_t k;

	if (json_object_is_type(o, json_type_object)) {
		copy = json_object_new_object();
		json_object_object_foreach(o, key, value)
		    js_set(copy, key, each_string(r, value, fn));
		return copy;
	}
	if (json_object_is_type(o, json_type_array)) {
		copy = json_object_new_array();
		for (k = 0; k < js_len(o); k++)
			json_object_array_add(copy,
			    each_string(
				r, json_object_array_get_idx(o, k), fn));
		return copy;
	}
	if (!json_object_is_type(o, json_type_string))
		return json_object_get(o);
	s = fn(r, json_object_get_string(o));
	copy = json_object_new_string(s);
	free(s);
	return copy;
}

struct json_object *redact_json(
    const struct redaction *r, struct json_object *o)
{
	return each_string(r, o, redact_words);
}

struct json_object *unredact_json(
    const struct redaction *r, struct json_object *o)
{
	return each_string(r, o, unredact);
}
