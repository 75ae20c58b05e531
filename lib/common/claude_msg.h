/*
 * One answer of the Messages API, put together from its stream events or from
 * a whole JSON body. The order that the documentation gives is enforced:
 * message_start, blocks one after another, message_delta, message_stop.
 * Unknown event and delta types are ignored, pings too. Only after
 * message_stop is a message complete; anything less is never used.
 */
#ifndef MIG_CLAUDE_MSG_H
#define MIG_CLAUDE_MSG_H

#include <stdbool.h>
#include <inttypes.h>

#include <json-c/json.h>

#include "common/buf.h"

#define CLAUDE_JSON_DEPTH 64

/* Tokens as billed. input is the uncached remainder only. */
struct claude_usage {
	int64_t input, cache_write_5m, cache_write_1h, cache_read, output;
};

struct claude_msg {
	struct json_object *message; /* owned; NULL before message_start */
	bool complete;
	char *error;	  /* owned: what broke the stream, or the error event */
	char *error_type; /* owned: of an error event, else NULL */
	char *error_code; /* owned: its details.error_code, or NULL */
	/* Private. */
	struct json_object *block;
	struct buf text, json;
	struct json_tokener *tok;
	bool delta_seen;
};

void claude_msg_init(struct claude_msg *m);
void claude_msg_release(struct claude_msg *m);

/* One event; 0, or -1 with m->error set. */
int claude_msg_event(
    struct claude_msg *m, const char *name, const char *data, size_t len);
/* A whole answer that wasn't streamed; the same contract. */
int claude_msg_body(struct claude_msg *m, const char *data, size_t len);

/* The text blocks, joined, added to b. */
void claude_msg_text(struct json_object *message, struct buf *b);
struct claude_usage claude_msg_usage(struct json_object *message);
int64_t claude_usage_total(const struct claude_usage *u);
void claude_usage_add(struct claude_usage *sum, const struct claude_usage *u);

/* Parses JSON strictly, with a limit on nesting: NULL when it isn't one whole
 * value. The caller puts it. */
struct json_object *claude_json(const char *s, size_t len);

#endif
