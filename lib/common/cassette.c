#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cassette.h"
#include "common/claude_msg.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"

struct cassette {
	char *path;
	int fd;		  /* recording: appends */
	FILE *in;	  /* replaying */
	struct map index; /* "key n" to the offset of its line, plus 1 */
};

#define FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

void cassette_key(struct json_object *request, char key[SHA256_HEX])
{
	size_t len;
	const char *s = json_object_to_json_string_length(request, FLAGS, &len);

	sha256_of(s, len, key);
}

struct cassette *cassette_record(const char *path)
{
	struct cassette *c = xcalloc(1, sizeof(*c));

	map_init(&c->index, MAP_EXACT);
	c->path = xstrdup(path);
	if (fs_mkdirs_for(path) < 0)
		c->fd = -1;
	else
		c->fd =
		    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (c->fd < 0) {
		error("%s: %s", path, strerror(errno));
		cassette_free(c);
		return NULL;
	}
	return c;
}

static char *index_key(const char *key, unsigned n)
{
	return xasprintf("%s %u", key, n);
}

static bool index_line(
    struct cassette *c, const char *line, size_t len, long at, size_t nr)
{
	struct json_object *o = claude_json(line, len);
	const char *key = js_str(o, "key");
	bool ok = js_is(o, "kind", "exchange") && key;
	char *name;

	if (ok) {
		name = index_key(key, (unsigned)js_int(o, "n", 0));
		map_set(&c->index, name, (void *)(uintptr_t)(at + 1));
		free(name);
	} else {
		report_at(c->path, nr, 0, "error", "not an exchange");
	}
	json_object_put(o);
	return ok;
}

struct cassette *cassette_replay(const char *path)
{
	struct cassette *c = xcalloc(1, sizeof(*c));
	char *line = NULL;
	size_t cap = 0, nr = 0;
	ssize_t n;
	long at = 0;
	bool ok = true;

	c->fd = -1;
	c->path = xstrdup(path);
	map_init(&c->index, MAP_EXACT);
	c->in = fopen(path, "r");
	if (!c->in) {
		error("%s: %s", path, strerror(errno));
		ok = false;
	}
	while (ok && (n = getline(&line, &cap, c->in)) > 0) {
		nr++;
		/* A last line without its newline was cut by a kill. */
		if (line[n - 1] != '\n')
			break;
		ok = index_line(c, line, (size_t)n, at, nr);
		at += n;
	}
	free(line);
	if (!ok) {
		cassette_free(c);
		return NULL;
	}
	return c;
}

void cassette_free(struct cassette *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	if (c->in)
		fclose(c->in);
	map_release(&c->index, NULL);
	free(c->path);
	free(c);
}

int cassette_add(struct cassette *c, const struct cassette_exchange *e)
{
	struct json_object *o = json_object_new_object();
	struct buf line = BUF_INIT;
	ssize_t n;
	int ret = 0;

	js_set_str(o, "kind", "exchange");
	js_set_str(o, "key", e->key);
	js_set_int(o, "n", e->n);
	js_set_str(o, "boundary", e->boundary);
	js_set(o, "request", json_object_get(e->request));
	js_set_int(o, "status", e->status);
	if (e->type)
		js_set_str(o, "type", e->type);
	if (e->request_id)
		js_set_str(o, "request_id", e->request_id);
	js_set_bool(o, "batch", e->batch);
	if (e->partial)
		js_set(o, "partial", json_object_get(e->partial));
	js_set(o, "body",
	    json_object_new_string_len(e->body ? e->body : "", (int)e->len));
	buf_adds(&line, json_object_to_json_string_ext(o, FLAGS));
	buf_addc(&line, '\n');
	json_object_put(o);
	do {
		n = write(c->fd, line.s, line.len);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		ret = -1;
	} else if ((size_t)n < line.len) {
		errno = ENOSPC;
		ret = -1;
	}
	buf_release(&line);
	return ret;
}

static struct json_object *read_at(struct cassette *c, long at)
{
	struct json_object *o = NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (fseek(c->in, at, SEEK_SET) == 0 &&
	    (n = getline(&line, &cap, c->in)) > 0)
		o = claude_json(line, (size_t)n);
	free(line);
	return o;
}

struct json_object *cassette_find(
    struct cassette *c, const char *key, unsigned n)
{
	char *name = index_key(key, n);
	uintptr_t at = (uintptr_t)map_get(&c->index, name);

	free(name);
	return at ? read_at(c, (long)(at - 1)) : NULL;
}

static const char *text_of(struct json_object *o)
{
	return o ? json_object_to_json_string_ext(o, FLAGS) : "null";
}

/* How much of two values is alike: bytes of the common start and end. */
static size_t alike(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), head = 0, tail = 0;

	while (head < la && head < lb && a[head] == b[head])
		head++;
	while (tail < la - head && tail < lb - head &&
	    a[la - 1 - tail] == b[lb - 1 - tail])
		tail++;
	return head + tail;
}

static size_t likeness(struct json_object *a, struct json_object *b)
{
	size_t sum = 0;

	json_object_object_foreach(a, key, value)
	{
		char *mine = xstrdup(text_of(value));

		sum += alike(mine, text_of(js_get(b, key)));
		free(mine);
	}
	return sum;
}

/* The joined texts of "system" or of the last message, for line numbers. */
static void flatten(struct json_object *v, struct buf *b)
{
	size_t i;

	if (json_object_is_type(v, json_type_array)) {
		for (i = 0; i < js_len(v); i++)
			flatten(json_object_array_get_idx(v, i), b);
	} else if (json_object_is_type(v, json_type_object)) {
		if (js_str(v, "text"))
			buf_addf(b, "%s\n", js_str(v, "text"));
		else
			flatten(js_get(v, "content"), b);
	} else if (json_object_is_type(v, json_type_string)) {
		buf_addf(b, "%s\n", json_object_get_string(v));
	}
}

static char *excerpt(const char *s, size_t at)
{
	size_t from = at > 20 ? at - 20 : 0, n = 0, i;
	char *out;

	/* Of the line that differs only. */
	for (i = from; i < at; i++) {
		if (s[i] == '\n')
			from = i + 1;
	}
	while (from < at && ((unsigned char)s[from] & 0xc0) == 0x80)
		from++;
	while (s[from + n] && s[from + n] != '\n' && n < 60)
		n++;
	while (n && ((unsigned char)s[from + n] & 0xc0) == 0x80)
		n--;
	out = xmemdupz(s + from, n);
	for (i = 0; i < n; i++) {
		if ((unsigned char)out[i] < 0x20)
			out[i] = ' ';
	}
	return out;
}

static void explain_field(struct buf *out, const char *key,
    struct json_object *now, struct json_object *then)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	size_t i = 0, line = 1;
	char *x, *y;

	flatten(now, &a);
	flatten(then, &b);
	if (!a.len || !b.len || strcmp(a.s, b.s) == 0) {
		buf_reset(&a);
		buf_reset(&b);
		buf_adds(&a, text_of(now));
		buf_adds(&b, text_of(then));
	}
	for (; a.s[i] && a.s[i] == b.s[i]; i++)
		line += a.s[i] == '\n';
	x = excerpt(a.s, i);
	y = excerpt(b.s, i);
	buf_addf(out, "%s%s differs at line %zu: \"%s\", recorded \"%s\"",
	    out->len ? "; " : "", key, line, x, y);
	free(x);
	free(y);
	buf_release(&a);
	buf_release(&b);
}

char *cassette_explain(struct cassette *c, struct json_object *request)
{
	struct json_object *best = NULL, *recorded, *o;
	struct buf out = BUF_INIT, head = BUF_INIT;
	size_t i, most = 0;

	for (i = 0; i < c->index.nr; i++) {
		size_t score;

		o = read_at(c, (long)((uintptr_t)c->index.items[i].value - 1));
		score = likeness(request, js_obj(o, "request")) + 1;
		if (score > most) {
			json_object_put(best);
			best = json_object_get(o);
			most = score;
		}
		json_object_put(o);
	}
	if (!best) {
		buf_addf(&head, "the cassette %s is empty", c->path);
		return buf_detach(&head);
	}
	recorded = js_obj(best, "request");
	json_object_object_foreach(request, key, value)
	{
		struct json_object *then = js_get(recorded, key);

		if (!json_object_equal(value, then))
			explain_field(&out, key, value, then);
	}
	json_object_object_foreach(recorded, name, old)
	{
		if (!js_get(request, name) && old)
			explain_field(&out, name, NULL, old);
	}
	buf_addf(&head, "the request is not on the cassette %s: %s", c->path,
	    out.len ? out.s : "it was asked fewer times when recorded");
	json_object_put(best);
	buf_release(&out);
	return buf_detach(&head);
}
