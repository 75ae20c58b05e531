/*
 * The client's insides, for lib/common/claude*.c only.
 *
 * A job is one submitted request on its way. It goes through one exchange
 * after another (a request body and its final answer, retries included):
 * most have one; a pause, a raised cap, a fallback model or an endpoint that
 * doesn't know an optional parameter bring another.
 */
#ifndef MIG_CLAUDE_INT_H
#define MIG_CLAUDE_INT_H

#include "common/buf.h"
#include "common/cassette.h"
#include "common/claude.h"
#include "common/claude_price.h"
#include "common/claude_retry.h"
#include "common/claude_route.h"
#include "common/http.h"
#include "common/map.h"
#include "common/secret.h"
#include "common/sse.h"

#define BOUNDARY_LEN 24
#define MAX_PAUSES 5

/* Optional parameters that an endpoint may turn out not to know. */
enum claude_feature {
	FEATURE_THINKING = 1,
	FEATURE_EFFORT = 2,
	FEATURE_FORMAT = 4,
	FEATURE_CACHE = 8,
};

struct job_text {
	char *text;
	bool cache;
};

struct claude_job {
	struct claude *c;
	struct claude_job *next; /* in the queue or the list of active ones */
	/* The request. */
	char *task, *object;
	struct job_text *system, *user;
	size_t nr_system, nr_user;
	struct json_object *schema;
	claude_done_fn *done;
	void *data;
	struct claude_route route;
	/* Where it stands. */
	size_t model_at;
	struct json_object *paused; /* assistant content so far, or NULL */
	struct buf text;
	int pauses;
	bool raised;
	long cap; /* max_tokens by the route */
	/* The exchange. */
	struct json_object *request; /* normalised, see cassette.h */
	struct json_object
	    *partial; /* failed tries that were billed, or NULL */
	char key[SHA256_HEX];
	unsigned n;
	char boundary[BOUNDARY_LEN + 1];
	char *body, *url;
	unsigned tries;
	int64_t wake_ms; /* waiting for a retry until then; 0: not */
	int64_t reserved_pico, reserved_tokens;
	double input_guess; /* tokens */
	long sent_cap;
	struct http_call call;
	struct sse sse;
	struct claude_msg msg;
	struct buf raw;
	bool begun, streaming, headers_seen, running;
	/* The result. */
	struct json_object *calls;
	int64_t cost_pico;
	char *error;
	bool counted; /* a dry run's number is the server's */
	int64_t input_tokens;
};

struct job_list {
	struct claude_job *head, **tail;
	size_t nr;
};

struct claude {
	const struct claude_opts *o;
	struct json_object *prices, *models;
	struct cassette *record, *replay;
	struct http *http;
	char *base, *user_agent;
	/* Without the credential, which key_node puts in front; the second
	 * pair is for an endpoint that only knows the older API version. */
	struct curl_slist *headers[2];
	struct curl_slist key_node[2];
	bool old_version;
	struct job_list queue, active, ready;
	struct map seen;  /* cassette keys to how often, for n */
	struct map rates; /* model to struct claude_rate */
	struct map lacks; /* model to features its endpoint refused */
	int64_t spent_pico, reserved_pico;
	int64_t spent_tokens, reserved_tokens;
	int64_t dry_low, dry_high;
	struct claude_usage usage;
	size_t requests, dry_requests;
	bool unpriced, count_dead, cancelled, broke;
	struct opt_list batches; /* ids of this run's, owned */
};

/* claude_body.c */
struct json_object *claude_build(const struct claude_job *j, bool wire);
/* The normalised request, its key and n, for the next exchange. */
void claude_prepare(struct claude_job *j);
/* The bytes to send, the boundary in place. */
char *claude_wire(struct claude_job *j, struct json_object *body, size_t *len);
struct json_object *claude_params(struct claude_job *j, bool stream);
void claude_new_boundary(struct claude_job *j);

/* claude_job.c */
struct claude_job *claude_job_new(
    struct claude *c, const struct claude_request *r);
void claude_job_free(struct claude_job *j);
const char *claude_job_model(const struct claude_job *j);
void claude_job_begin(struct claude_job *j);
void claude_job_answer(struct claude_job *j, struct json_object *message,
    const char *request_id, bool batch);
struct job_failure {
	long status; /* 0: no answer */
	const char *type, *code, *message, *request_id;
	bool stays; /* trying again can't help */
};
void claude_job_failure(struct claude_job *j, const struct job_failure *f);
void claude_job_finish(
    struct claude_job *j, enum claude_status status, const char *error);
void claude_job_account(struct claude_job *j, struct json_object *message,
    const char *request_id, bool batch, const char *error);
void claude_job_record(struct claude_job *j, long status, const char *type,
    const char *request_id, bool batch, const char *body, size_t len);

/* claude_budget.c */
/* 1: reserved, may start; 0: wait for others to end; -1: never. */
int claude_reserve(struct claude_job *j);
void claude_unreserve(struct claude_job *j);
void claude_dry(struct claude_job *j);
void claude_dry_done(struct claude_job *j, int64_t counted);

/* claude_batch.c */
void claude_batch_wave(struct claude *c);
void claude_batch_forget(struct claude *c);

/* claude.c */
void job_list_init(struct job_list *l);
void job_list_add(struct job_list *l, struct claude_job *j);
struct claude_job *job_list_take(struct job_list *l);
void job_list_remove(struct job_list *l, struct claude_job *j);
struct claude_rate *claude_rate_of(struct claude *c, const char *model);
struct curl_slist *claude_headers(struct claude *c);
/* Strikes the key out. */
void claude_scrub(struct buf *b);
void claude_scrub_answer(struct buf *b);
int claude_lacks(const struct claude *c, const char *model);

#endif
