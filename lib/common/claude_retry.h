/*
 * When a request is sent again, after how long, and how the server's rate
 * limits pace what is sent first. Rules as documented and as in the official
 * SDKs: 408, 409, 429, 5xx and broken connections are tried again; the header
 * x-should-retry overrides; a spend limit never passes by waiting.
 */
#ifndef MIG_CLAUDE_RETRY_H
#define MIG_CLAUDE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/http.h"

/* The status that an error type stands for, when it comes inside a stream. */
long claude_status_of(const char *error_type);

bool claude_may_retry(
    long status, const char *error_code, const char *should_retry);

/* Milliseconds to wait before retry number n (0 for the first). */
int64_t claude_retry_delay(const struct http_call *call, unsigned n);

/* Seconds of an RFC 3339 time since the epoch, or -1. */
double claude_rfc3339(const char *s);

/* Random letters and digits, n of them and a NUL. */
void claude_random(char *s, size_t n);

enum { RATE_REQUESTS, RATE_TOKENS, RATE_INPUT, RATE_OUTPUT, RATE_NR };

/* What one model's rate-limit headers said last. */
struct claude_rate {
	struct {
		bool known;
		double limit, remaining;
		int64_t reset_ms; /* by http_now_ms() */
	} bucket[RATE_NR];
	int64_t hold_ms;     /* nothing starts before this time */
	double unseen;	     /* started, their answers' headers not here yet */
	double unseen_input; /* tokens of those */
};

void claude_rate_see(struct claude_rate *r, const struct http_call *call);
/* Milliseconds until a request of so many tokens may start; 0: now. */
int64_t claude_rate_wait(const struct claude_rate *r, double input);
void claude_rate_start(struct claude_rate *r, double input);
void claude_rate_end(struct claude_rate *r, double input);

#endif
