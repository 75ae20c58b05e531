/*
 * Cassettes: what was asked and answered, in a JSON Lines file, so that a run
 * can be repeated without network and read as an audit trail. One line an
 * exchange:
 *
 *	{"kind":"exchange","key":…,"n":0,"boundary":…,"request":{…},
 *	 "status":200,"type":"text/event-stream","request_id":…,"batch":false,
 *	 "body":"…"}
 *
 * key is the SHA-256 of the request as it stands there: what decides the
 * answer (model, texts, schema, thinking, cap) with the boundary's place
 * marked, and nothing of where or by whom it is asked (no endpoint, header,
 * credential). n counts equal requests of one run. A line is added by one
 * write(), so that several processes may share a file; of two lines with the
 * same key and n the later one counts.
 */
#ifndef MIG_CASSETTE_H
#define MIG_CASSETTE_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "common/buf.h"
#include "common/sha256.h"

struct cassette;

struct cassette_exchange {
	const char *key;
	unsigned n;
	const char *boundary;
	struct json_object *request; /* borrowed */
	struct json_object *partial; /* failed tries that were billed; NULL */
	long status;		     /* 0: no answer came */
	const char *type;	     /* media type, or NULL */
	const char *request_id;	     /* or NULL */
	bool batch;
	const char *body;
	size_t len;
};

/* NULL and a message when the file can't be opened or isn't a cassette. */
struct cassette *cassette_record(const char *path);
struct cassette *cassette_replay(const char *path);
void cassette_free(struct cassette *c);

/* 0, or -1 with errno. */
int cassette_add(struct cassette *c, const struct cassette_exchange *e)
    __attribute__((warn_unused_result));

/*
 * The exchange as a record, strings of which are in it; the caller puts it.
 * NULL when it isn't on the cassette.
 */
struct json_object *cassette_find(
    struct cassette *c, const char *key, unsigned n);

/* What is different between the request and the nearest one on the cassette,
 * one line; the caller frees it. */
char *cassette_explain(struct cassette *c, struct json_object *request);

void cassette_key(struct json_object *request, char key[SHA256_HEX]);

#endif
