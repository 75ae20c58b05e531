/* Request bodies: what is asked, and the bytes on the wire. */
#include "common/alloc.h"
#include "common/claude_int.h"
#include "common/jsonl.h"

#define MAX_BREAKPOINTS 4

static struct json_object *cache_mark(const struct claude *c)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "type", "ephemeral");
	if (strcmp(c->o->cache, "1h") == 0)
		js_set_str(o, "ttl", "1h");
	return o;
}

static struct json_object *blocks_of(const struct claude_job *j,
    const struct job_text *texts, size_t nr, bool wire, int *marks)
{
	struct json_object *list = json_object_new_array();
	bool caching = wire && strcmp(j->c->o->cache, "off") != 0 &&
	    !(claude_lacks(j->c, claude_job_model(j)) & FEATURE_CACHE);
	size_t i;

	for (i = 0; i < nr; i++) {
		struct json_object *o = json_object_new_object();

		js_set_str(o, "type", "text");
		js_set_str(o, "text", texts[i].text);
		if (caching && texts[i].cache && *marks < MAX_BREAKPOINTS) {
			js_set(o, "cache_control", cache_mark(j->c));
			(*marks)++;
		}
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *message_of(
    const char *role, struct json_object *content)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "role", role);
	js_set(o, "content", content);
	return o;
}

static struct json_object *output_config(
    const struct claude_job *j, const struct claude_caps *caps, int lacks)
{
	struct json_object *o = NULL, *format;

	if (caps->effort && j->route.effort && !(lacks & FEATURE_EFFORT)) {
		o = json_object_new_object();
		js_set_str(o, "effort", j->route.effort);
	}
	if (caps->structured && j->schema && !(lacks & FEATURE_FORMAT)) {
		if (!o)
			o = json_object_new_object();
		format = json_object_new_object();
		js_set_str(format, "type", "json_schema");
		js_set(format, "schema", json_object_get(j->schema));
		js_set(o, "format", format);
	}
	return o;
}

struct json_object *claude_build(const struct claude_job *j, bool wire)
{
	const char *model = claude_job_model(j);
	struct claude_caps caps = claude_caps_of(j->c->models, model);
	struct json_object *o = json_object_new_object(), *list, *config;
	int lacks = claude_lacks(j->c, model), marks = 0;

	js_set_str(o, "model", model);
	js_set_int(o, "max_tokens", j->cap);
	if (j->nr_system)
		js_set(o, "system",
		    blocks_of(j, j->system, j->nr_system, wire, &marks));
	list = json_object_new_array();
	json_object_array_add(list,
	    message_of(
		"user", blocks_of(j, j->user, j->nr_user, wire, &marks)));
	if (j->paused)
		json_object_array_add(
		    list, message_of("assistant", json_object_get(j->paused)));
	js_set(o, "messages", list);
	if (caps.thinking && !(lacks & FEATURE_THINKING)) {
		struct json_object *t = json_object_new_object();

		js_set_str(t, "type", "adaptive");
		js_set(o, "thinking", t);
	}
	config = output_config(j, &caps, lacks);
	if (config)
		js_set(o, "output_config", config);
	return o;
}

void claude_prepare(struct claude_job *j)
{
	struct map_entry *e;
	uintptr_t n;

	json_object_put(j->request);
	j->request = claude_build(j, false);
	cassette_key(j->request, j->key);
	e = map_put(&j->c->seen, j->key, strlen(j->key));
	n = (uintptr_t)e->value;
	j->n = (unsigned)n;
	e->value = (void *)(n + 1);
	j->tries = 0;
}

void claude_new_boundary(struct claude_job *j)
{
	bool found;
	size_t i;

	do {
		claude_random(j->boundary, BOUNDARY_LEN);
		found = false;
		for (i = 0; i < j->nr_system + j->nr_user; i++) {
			const char *s = i < j->nr_system
			    ? j->system[i].text
			    : j->user[i - j->nr_system].text;

			found = found || strstr(s, j->boundary);
		}
	} while (found);
}

/* In JSON the mark is always an escape; other escapes are stepped over, so
 * that text which spells the escape out isn't taken for it. */
static void put_boundary(struct buf *out, const char *s, const char *boundary)
{
	while (*s) {
		size_t n = strcspn(s, "\\");

		buf_add(out, s, n);
		s += n;
		if (!*s)
			break;
		if (strncmp(s, "\\u001a", 6) == 0 ||
		    strncmp(s, "\\u001A", 6) == 0) {
			buf_adds(out, boundary);
			s += 6;
		} else {
			buf_add(out, s, 2);
			s += 2;
		}
	}
}

char *claude_wire(struct claude_job *j, struct json_object *body, size_t *len)
{
	struct buf b = BUF_INIT;

	put_boundary(&b,
	    json_object_to_json_string_ext(
		body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    j->boundary);
	*len = b.len;
	return buf_detach(&b);
}

struct json_object *claude_params(struct claude_job *j, bool stream)
{
	struct json_object *o = claude_build(j, true);

	js_set_int(o, "max_tokens", j->sent_cap);
	if (stream)
		js_set_bool(o, "stream", true);
	return o;
}
