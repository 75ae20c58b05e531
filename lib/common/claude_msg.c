#include "common/alloc.h"
#include "common/claude_msg.h"
#include "common/jsonl.h"
#include "common/mig.h"

#define TOKENS_MAX INT64_C(1000000000000)

struct json_object *claude_json(const char *s, size_t len)
{
	struct json_tokener *tok;
	struct json_object *o;
	size_t at;

	if (len >= INT32_MAX)
		return NULL;
	tok = json_tokener_new_ex(CLAUDE_JSON_DEPTH);
	if (!tok)
		die("out of memory");
	json_tokener_set_flags(
	    tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, s, (int)len);
	/* A number at the very end is complete only with what follows. */
	if (!o && json_tokener_get_error(tok) == json_tokener_continue)
		o = json_tokener_parse_ex(tok, "", 1);
	at = json_tokener_get_parse_end(tok);
	if (o && at < len && strspn(s + at, " \t\r\n") != len - at) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

void claude_msg_init(struct claude_msg *m)
{
	memset(m, 0, sizeof(*m));
}

void claude_msg_release(struct claude_msg *m)
{
	json_object_put(m->message);
	json_object_put(m->block);
	free(m->error);
	free(m->error_type);
	free(m->error_code);
	buf_release(&m->text);
	buf_release(&m->json);
	claude_msg_init(m);
}

static int broken(struct claude_msg *m, const char *why, const char *what)
{
	if (!m->error)
		m->error = xasprintf(
		    "broken stream: %s%s%s", why, *what ? ": " : "", what);
	return -1;
}

static int on_start(struct claude_msg *m, struct json_object *data)
{
	struct json_object *message = js_obj(data, "message");

	if (m->message)
		return broken(m, "a second message_start", "");
	if (!message || !js_obj(message, "usage"))
		return broken(m, "message_start without a message", "");
	m->message = json_object_get(message);
	js_set(m->message, "content", json_object_new_array());
	return 0;
}

static int on_block_start(struct claude_msg *m, struct json_object *data)
{
	struct json_object *block = js_obj(data, "content_block");
	int64_t index = js_int(data, "index", -1);

	if (!m->message || m->delta_seen || m->block)
		return broken(m, "content_block_start out of order", "");
	if (!block || !js_str(block, "type"))
		return broken(m, "content_block_start without a block", "");
	if (index != (int64_t)js_len(js_arr(m->message, "content")))
		return broken(m, "a block's index is out of order", "");
	m->block = json_object_get(block);
	buf_reset(&m->text);
	buf_reset(&m->json);
	if (js_is(block, "type", "text"))
		buf_adds(&m->text, js_str_or(block, "text", ""));
	else if (js_is(block, "type", "thinking"))
		buf_adds(&m->text, js_str_or(block, "thinking", ""));
	return 0;
}

static int add_text(struct claude_msg *m, struct json_object *delta,
    const char *kind, const char *field)
{
	struct json_object *v = js_get(delta, field);

	if (!js_is(m->block, "type", kind) ||
	    !json_object_is_type(v, json_type_string))
		return broken(
		    m, "a delta doesn't fit its block", js_str(delta, "type"));
	buf_add(&m->text, json_object_get_string(v),
	    (size_t)json_object_get_string_len(v));
	return 0;
}

static int on_block_delta(struct claude_msg *m, struct json_object *data)
{
	struct json_object *delta = js_obj(data, "delta");
	const char *type = js_str(delta, "type");

	if (!m->block || !type)
		return broken(m, "content_block_delta out of order", "");
	if (js_int(data, "index", -1) !=
	    (int64_t)js_len(js_arr(m->message, "content")))
		return broken(m, "a delta's index is not its block's", "");
	if (strcmp(type, "text_delta") == 0)
		return add_text(m, delta, "text", "text");
	if (strcmp(type, "thinking_delta") == 0)
		return add_text(m, delta, "thinking", "thinking");
	if (strcmp(type, "signature_delta") == 0) {
		js_set_str(
		    m->block, "signature", js_str_or(delta, "signature", ""));
	} else if (strcmp(type, "input_json_delta") == 0) {
		buf_adds(&m->json, js_str_or(delta, "partial_json", ""));
	} else if (strcmp(type, "citations_delta") == 0) {
		struct json_object *list = js_arr(m->block, "citations");

		if (!list) {
			list = json_object_new_array();
			js_set(m->block, "citations", list);
		}
		json_object_array_add(
		    list, json_object_get(js_get(delta, "citation")));
	}
	return 0;
}

static int on_block_stop(struct claude_msg *m, struct json_object *data)
{
	struct json_object *list, *input;
	const char *field = NULL;

	if (!m->block)
		return broken(m, "content_block_stop out of order", "");
	list = js_arr(m->message, "content");
	if (js_int(data, "index", -1) != (int64_t)js_len(list))
		return broken(m, "a block's end has another index", "");
	if (js_is(m->block, "type", "text"))
		field = "text";
	else if (js_is(m->block, "type", "thinking"))
		field = "thinking";
	if (field)
		js_set(m->block, field,
		    json_object_new_string_len(
			buf_str(&m->text), (int)m->text.len));
	if (m->json.len) {
		input = claude_json(m->json.s, m->json.len);
		if (!input)
			return broken(m, "a tool's input is not JSON", "");
		js_set(m->block, "input", input);
	}
	json_object_array_add(list, m->block);
	m->block = NULL;
	return 0;
}

static int on_message_delta(struct claude_msg *m, struct json_object *data)
{
	struct json_object *delta = js_obj(data, "delta");
	struct json_object *usage = js_obj(data, "usage");

	if (!m->message || m->block)
		return broken(m, "message_delta out of order", "");
	m->delta_seen = true;
	if (delta) {
		json_object_object_foreach(delta, key, value)
		{
			js_set(m->message, key, json_object_get(value));
		}
	}
	/* Cumulative: what it names replaces what was known. */
	if (usage) {
		struct json_object *sum = js_obj(m->message, "usage");

		json_object_object_foreach(usage, key, value)
		{
			if (value)
				js_set(sum, key, json_object_get(value));
		}
	}
	return 0;
}

static int take_error(struct claude_msg *m, struct json_object *data)
{
	struct json_object *e = js_obj(data, "error");

	if (!m->error) {
		m->error_type = xstrdup(js_str_or(e, "type", "api_error"));
		m->error = xstrdup(js_str_or(e, "message", "unknown error"));
		if (js_str(js_obj(e, "details"), "error_code"))
			m->error_code =
			    xstrdup(js_str(js_obj(e, "details"), "error_code"));
	}
	return -1;
}

static int on_stop(struct claude_msg *m)
{
	if (!m->message || m->block)
		return broken(m, "message_stop out of order", "");
	if (!js_str(m->message, "stop_reason"))
		return broken(m, "the message has no stop_reason", "");
	m->complete = true;
	return 0;
}

static int dispatch(
    struct claude_msg *m, const char *type, struct json_object *data)
{
	if (strcmp(type, "message_start") == 0)
		return on_start(m, data);
	if (strcmp(type, "content_block_start") == 0)
		return on_block_start(m, data);
	if (strcmp(type, "content_block_delta") == 0)
		return on_block_delta(m, data);
	if (strcmp(type, "content_block_stop") == 0)
		return on_block_stop(m, data);
	if (strcmp(type, "message_delta") == 0)
		return on_message_delta(m, data);
	if (strcmp(type, "message_stop") == 0)
		return on_stop(m);
	if (strcmp(type, "error") == 0)
		return take_error(m, data);
	return 0;
}

int claude_msg_event(
    struct claude_msg *m, const char *name, const char *data, size_t len)
{
	struct json_object *o;
	const char *type;
	int ret;

	if (m->error)
		return -1;
	if (m->complete)
		return 0;
	o = claude_json(data, len);
	type = js_str(o, "type");
	if (!o || !type) {
		json_object_put(o);
		return broken(m, "an event's data is not a JSON event", name);
	}
	if (*name && strcmp(name, type) != 0)
		ret = broken(m, "an event's name is not its type", name);
	else
		ret = dispatch(m, type, o);
	json_object_put(o);
	return ret;
}

int claude_msg_body(struct claude_msg *m, const char *data, size_t len)
{
	struct json_object *o = claude_json(data, len);

	if (js_is(o, "type", "error")) {
		take_error(m, o);
	} else if (!js_is(o, "type", "message") || !js_arr(o, "content") ||
	    !js_obj(o, "usage") || !js_str(o, "stop_reason")) {
		broken(m, "the answer is not a message", "");
	} else {
		m->message = json_object_get(o);
		m->complete = true;
	}
	json_object_put(o);
	return m->complete ? 0 : -1;
}

void claude_msg_text(struct json_object *message, struct buf *b)
{
	struct json_object *list = js_arr(message, "content");
	size_t i;

	for (i = 0; i < js_len(list); i++) {
		struct json_object *block = json_object_array_get_idx(list, i);
		struct json_object *text = js_get(block, "text");

		if (js_is(block, "type", "text") &&
		    json_object_is_type(text, json_type_string))
			buf_add(b, json_object_get_string(text),
			    (size_t)json_object_get_string_len(text));
	}
}

static int64_t tokens(struct json_object *usage, const char *key)
{
	int64_t v = js_int(usage, key, 0);

	return v < 0 ? 0 : v > TOKENS_MAX ? TOKENS_MAX : v;
}

struct claude_usage claude_msg_usage(struct json_object *message)
{
	struct json_object *usage = js_obj(message, "usage");
	struct json_object *write = js_obj(usage, "cache_creation");
	struct claude_usage u = {0, 0, 0, 0, 0};
	int64_t all = tokens(usage, "cache_creation_input_tokens");

	u.input = tokens(usage, "input_tokens");
	u.output = tokens(usage, "output_tokens");
	u.cache_read = tokens(usage, "cache_read_input_tokens");
	u.cache_write_1h = tokens(write, "ephemeral_1h_input_tokens");
	if (u.cache_write_1h > all)
		all = u.cache_write_1h +
		    tokens(write, "ephemeral_5m_input_tokens");
	u.cache_write_5m = all - u.cache_write_1h;
	return u;
}

int64_t claude_usage_total(const struct claude_usage *u)
{
	return u->input + u->cache_write_5m + u->cache_write_1h +
	    u->cache_read + u->output;
}

void claude_usage_add(struct claude_usage *sum, const struct claude_usage *u)
{
	sum->input += u->input;
	sum->cache_write_5m += u->cache_write_5m;
	sum->cache_write_1h += u->cache_write_1h;
	sum->cache_read += u->cache_read;
	sum->output += u->output;
}
