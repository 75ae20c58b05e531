/*
 * The Claude client: many requests to the Messages API at a time, in one
 * process and one thread, with retries, budgets, batches, recordings.
 *
 *	claude_opts_init(&o);			options, see claude_opt.h
 *	c = claude_new(&o);			NULL and a message: exit 2
 *	claude_submit(c, &request);		copies; nothing is sent yet
 *	while (claude_pending(c)) claude_step(c, 1000, -1);
 *	claude_free(c);
 *
 * Each request ends in exactly one call of its done function, from within
 * claude_step(), claude_drain() or claude_cancel(); done may submit again.
 * The result it gets belongs to the client and goes when done returns.
 *
 * The protocol's facts (headers, streams, errors, retries, limits) are those
 * of https://platform.claude.com/docs/en/api and of the official SDKs.
 *
 * No text that a model or a server sent is ever an instruction to this code:
 * an answer counts only when the message is complete, its stop reason says
 * that it ended by itself, and, where a schema was given, it is valid.
 */
#ifndef MIG_CLAUDE_H
#define MIG_CLAUDE_H

#include <stdbool.h>
#include <stddef.h>
#include <inttypes.h>

#include <json-c/json.h>

#include "common/claude_msg.h"
#include "common/claude_opt.h"

/*
 * Stands for the request's boundary in system and user texts: 24 random
 * letters and digits, fresh for each request (a replay uses the recorded one),
 * which untrusted text can't know. Values put into a text must not hold it;
 * prompt.h sees to that.
 */
#define CLAUDE_BOUNDARY "\x1a"

struct claude;

enum claude_status {
	CLAUDE_OK,
	CLAUDE_TRUNCATED,    /* cut off, also after raising the cap once */
	CLAUDE_REFUSED,	     /* by every model of the route */
	CLAUDE_INVALID,	     /* complete, but not JSON by the schema */
	CLAUDE_FAILED,	     /* after all retries and fallbacks */
	CLAUDE_NO_BUDGET,    /* not sent: the budget doesn't allow it */
	CLAUDE_CANCELLED,    /* by SIGINT or claude_cancel() */
	CLAUDE_NOT_RECORDED, /* a replay that lacks it */
	CLAUDE_ESTIMATED,    /* --dry-run: counted, not sent */
};

struct claude_text {
	const char *text;
	bool cache; /* end of a prefix that other requests share */
};

struct claude_result {
	enum claude_status status;
	const char *text;	  /* the answer's text; "" unless CLAUDE_OK or
				     CLAUDE_INVALID */
	struct json_object *json; /* the answer by the schema, or NULL */
	const char *boundary;
	const char *model; /* that answered or failed last */
	const char *error; /* one line, with the request id; NULL if OK */
	/* One object for each exchange, for the record: agent, model,
	 * request_id, stop_reason, usage, cost_usd. */
	struct json_object *calls;
	int64_t cost_pico; /* of all its exchanges; see claude_price.h */
	void *data;
};

typedef void claude_done_fn(struct claude *c, const struct claude_result *r);

/* Everything is copied by claude_submit(); schema gets a reference. */
struct claude_request {
	const char *task;	/* "gen": routes, and the "agent" of calls */
	const char *difficulty; /* "easy", "hard" */
	const char *object;	/* what it is about, for messages */
	const struct claude_text *system; /* the stable ones first */
	size_t nr_system;
	const struct claude_text *user;
	size_t nr_user;
	struct json_object *schema; /* NULL: plain text */
	claude_done_fn *done;
	void *data;
};

/*
 * Reads environment, prices, models and cassette. NULL and a message when
 * they can't be used; the options must outlive the client.
 */
struct claude *claude_new(const struct claude_opts *o);
void claude_free(struct claude *c); /* no done is called any more */

void claude_submit(struct claude *c, const struct claude_request *r);

/*
 * Moves everything on, waiting at most timeout_ms, or until fd (unless -1) is
 * readable: then it returns true.
 */
bool claude_step(struct claude *c, int timeout_ms, int fd);
size_t claude_pending(const struct claude *c);
/* Waits until nothing is pending; in batch mode this is what sends. */
void claude_drain(struct claude *c);
void claude_cancel(struct claude *c);

/* May more be submitted without a long queue building up? */
bool claude_room(const struct claude *c);

/* Catches SIGINT and SIGTERM: pending requests end as CLAUDE_CANCELLED. A
 * second signal ends the process at once. */
void claude_catch_signals(void);
/* The signal that came, or 0. */
int claude_signal(void);

/* What was spent, in words, on stderr: for the end of a run. */
void claude_report(const struct claude *c);
int64_t claude_spent(const struct claude *c);

/*
 * Before mig_start() in a tool that may ask Claude: moves the credentials out
 * of the environment, where child processes and /proc would see them. Not
 * undone.
 */
void claude_hide_key(void);
bool claude_has_key(void); /* or an endpoint that is not the public one */

#endif
