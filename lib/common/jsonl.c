#include <errno.h>
#include <stdio_ext.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

int jsonl_open(struct jsonl_reader *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	r->name = name && strcmp(name, "-") != 0 ? name : "<stdin>";
	r->in = name && strcmp(name, "-") != 0 ? fopen(name, "r") : stdin;
	if (!r->in) {
		error("%s: %s", name, strerror(errno));
		return -1;
	}
	r->tok = json_tokener_new_ex(JSONL_DEPTH);
	if (!r->tok)
		die("out of memory");
	json_tokener_set_flags(
	    r->tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	return 0;
}

void jsonl_close(struct jsonl_reader *r)
{
	if (r->in && r->in != stdin)
		fclose(r->in);
	if (r->tok)
		json_tokener_free(r->tok);
	buf_release(&r->raw);
	r->in = NULL;
	r->tok = NULL;
}

/* One line into r->raw: 1, 0 at the end, -1 when reading fails. *whole is
 * false for a last line without its newline. */
static int read_line(struct jsonl_reader *r, bool *whole)
{
	size_t cap = r->raw.cap;
	ssize_t n;

	errno = 0;
	n = getline(&r->raw.s, &cap, r->in);
	r->raw.cap = cap;
	r->raw.len = n > 0 ? (size_t)n : 0;
	if (n < 0)
		return ferror(r->in) ? -1 : 0;
	*whole = r->raw.s[n - 1] == '\n';
	if (*whole)
		r->raw.s[--r->raw.len] = '\0';
	return 1;
}

static size_t column_of(const char *s, size_t at)
{
	size_t i, col = 1;

	for (i = 0; i < at; i++)
		col += ((unsigned char)s[i] & 0xc0) != 0x80;
	return col;
}

static bool is_blank(const struct buf *b)
{
	return strspn(buf_str(b), " \t\r") == b->len;
}

static struct json_object *parse_line(struct jsonl_reader *r, bool whole)
{
	struct json_object *o;
	size_t at, len = r->raw.len;
	const char *why;

	if (len > INT32_MAX - 1) {
		report_at(r->name, r->line, 1, "error",
		    "a record of more than 2 GB, skipped");
		return NULL;
	}
	json_tokener_reset(r->tok);
	/* With the NUL: a number at the end is complete only then. */
	o = json_tokener_parse_ex(r->tok, r->raw.s, (int)len + 1);
	at = json_tokener_get_parse_end(r->tok);
	if (at > len)
		at = len;
	if (o && json_object_is_type(o, json_type_object) &&
	    strspn(r->raw.s + at, " \t\r") == len - at)
		return o;
	if (!whole)
		why = "the last record is cut short";
	else if (json_tokener_get_error(r->tok) != json_tokener_success)
		why = json_tokener_error_desc(json_tokener_get_error(r->tok));
	else
		why = "a record must be one JSON object";
	report_at(r->name, r->line, column_of(r->raw.s, at), "error",
	    "%s, line skipped", why);
	json_object_put(o);
	return NULL;
}

struct json_object *jsonl_next(struct jsonl_reader *r)
{
	struct json_object *o;
	bool whole = true;
	int got;

	while ((got = read_line(r, &whole)) > 0) {
		r->line++;
		if (is_blank(&r->raw))
			continue;
		o = parse_line(r, whole);
		if (o)
			return o;
		r->bad++;
	}
	if (got < 0) {
		error("%s: %s", r->name, strerror(errno));
		r->bad++;
	}
	return NULL;
}

/* A buffer that is about to be full is emptied before the record, not in the
 * middle of it. */
void jsonl_put(const char *s, size_t len, FILE *out)
{
	size_t room = __fbufsize(out);
	bool fits = room && __fpending(out) + len < room;

	if (!fits)
		fflush(out);
	fwrite(s, 1, len, out);
	putc('\n', out);
	if (!fits && len >= room)
		fflush(out);
}

void jsonl_pass(const struct jsonl_reader *r, FILE *out)
{
	jsonl_put(buf_str(&r->raw), r->raw.len, out);
}

void jsonl_write(struct json_object *o, FILE *out)
{
	size_t len;
	const char *s = json_object_to_json_string_length(
	    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (!s)
		die("out of memory");
	jsonl_put(s, len, out);
}

static int each_of(const char *file, jsonl_fn *fn, void *data)
{
	struct jsonl_reader r;
	struct json_object *o;
	int status = MIG_OK;

	if (jsonl_open(&r, file) < 0)
		return MIG_TROUBLE;
	while ((o = jsonl_next(&r))) {
		if (fn(&r, o, data))
			status = MIG_NEGATIVE;
		json_object_put(o);
		/* Nobody reads on: don't work for nobody. */
		if (ferror(stdout))
			break;
	}
	if (r.bad && status == MIG_OK)
		status = MIG_NEGATIVE;
	jsonl_close(&r);
	return status;
}

int jsonl_each(char **files, jsonl_fn *fn, void *data)
{
	int status = MIG_OK;

	if (!*files)
		return each_of(NULL, fn, data);
	for (; *files; files++) {
		int s = each_of(*files, fn, data);

		if (s > status)
			status = s;
	}
	return status;
}

struct json_object *js_get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (o && json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, key, &v);
	return v;
}

static struct json_object *typed(
    struct json_object *o, const char *key, enum json_type t)
{
	struct json_object *v = js_get(o, key);

	return json_object_is_type(v, t) ? v : NULL;
}

struct json_object *js_arr(struct json_object *o, const char *key)
{
	return typed(o, key, json_type_array);
}

struct json_object *js_obj(struct json_object *o, const char *key)
{
	return typed(o, key, json_type_object);
}

const char *js_str_or(struct json_object *o, const char *key, const char *alt)
{
	struct json_object *v = typed(o, key, json_type_string);

	return v ? json_object_get_string(v) : alt;
}

const char *js_str(struct json_object *o, const char *key)
{
	return js_str_or(o, key, NULL);
}

int64_t js_int(struct json_object *o, const char *key, int64_t alt)
{
	struct json_object *v = typed(o, key, json_type_int);

	return v ? json_object_get_int64(v) : alt;
}

double js_double(struct json_object *o, const char *key, double alt)
{
	struct json_object *v = js_get(o, key);

	if (!json_object_is_type(v, json_type_double) &&
	    !json_object_is_type(v, json_type_int))
		return alt;
	return json_object_get_double(v);
}

bool js_bool(struct json_object *o, const char *key, bool alt)
{
	struct json_object *v = typed(o, key, json_type_boolean);

	return v ? json_object_get_boolean(v) : alt;
}

bool js_is(struct json_object *o, const char *key, const char *value)
{
	const char *s = js_str(o, key);

	return s && strcmp(s, value) == 0;
}

size_t js_len(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

void js_set(struct json_object *o, const char *key, struct json_object *v)
{
	if (json_object_object_add(o, key, v) < 0)
		die("out of memory");
}

void js_set_str(struct json_object *o, const char *key, const char *s)
{
	js_set(o, key, s ? json_object_new_string(s) : NULL);
}

void js_set_int(struct json_object *o, const char *key, int64_t v)
{
	js_set(o, key, json_object_new_int64(v));
}

void js_set_double(struct json_object *o, const char *key, double v)
{
	js_set(o, key, json_object_new_double(v));
}

void js_set_bool(struct json_object *o, const char *key, bool v)
{
	js_set(o, key, json_object_new_boolean(v));
}

void js_push_str(struct json_object *array, const char *s)
{
	json_object_array_add(array, json_object_new_string(s));
}

struct json_object *js_load(const char *path)
{
	struct json_tokener *tok = json_tokener_new_ex(JSONL_DEPTH);
	struct buf text = BUF_INIT;
	struct json_object *o = NULL;
	size_t at, i, line = 1, start = 0;
	const char *why = NULL;

	if (!tok)
		die("out of memory");
	json_tokener_set_flags(tok, JSON_TOKENER_VALIDATE_UTF8);
	if (fs_read(path, &text) < 0) {
		error("%s: %s", path, strerror(errno));
		goto out;
	}
	if (text.len < INT32_MAX)
		o = json_tokener_parse_ex(
		    tok, buf_str(&text), (int)text.len + 1);
	at = json_tokener_get_parse_end(tok);
	if (at > text.len)
		at = text.len;
	if (json_tokener_get_error(tok) != json_tokener_success)
		why = json_tokener_error_desc(json_tokener_get_error(tok));
	else if (!json_object_is_type(o, json_type_object) ||
	    text.s[at + strspn(text.s + at, " \t\r\n")])
		why = "the file must be one JSON object";
	if (why) {
		for (i = 0; i < at && i < text.len; i++) {
			if (text.s[i] == '\n') {
				line++;
				start = i + 1;
			}
		}
		report_at(path, line, column_of(text.s + start, i - start),
		    "error", "%s", why);
		json_object_put(o);
		o = NULL;
	}
out:
	json_tokener_free(tok);
	buf_release(&text);
	return o;
}

int js_take(const char *path, struct json_object *array, js_fault_fn *fault,
    struct json_object *into)
{
	size_t i;

	for (i = 0; i < js_len(array); i++) {
		struct json_object *o = json_object_array_get_idx(array, i);
		const char *why = fault(o);

		if (why) {
			error("%s: rule %zu: %s", path, i + 1, why);
			return -1;
		}
		json_object_array_add(into, json_object_get(o));
	}
	return 0;
}
