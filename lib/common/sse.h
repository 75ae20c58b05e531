/*
 * Server-sent events (WHATWG HTML, "Parsing an event stream"), fed in pieces
 * of any size. Line ends are \n, \r or \r\n; several data lines join with \n;
 * lines that start with a colon are comments; id and retry are ignored. What
 * is not closed by an empty line when the stream ends is dropped.
 */
#ifndef MIG_SSE_H
#define MIG_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

#define SSE_MAX_EVENT ((size_t)16 << 20) /* bytes of one event's data */

/* One event; name is "" when the stream gave none. Non-zero stops the feed. */
typedef int sse_fn(
    const char *name, const char *data, size_t len, void *context);

struct sse {
	struct buf line, name, data;
	size_t nr_data;	   /* data lines in the event so far */
	bool after_cr;	   /* a \n that follows belongs to the \r before */
	bool started;	   /* past a byte order mark */
	const char *error; /* static text, after sse_feed() returned -1 */
	sse_fn *fn;
	void *context;
};

void sse_init(struct sse *s, sse_fn *fn, void *context);
void sse_release(struct sse *s);

/* 0; -1 when the stream breaks a limit; else what fn returned. */
int sse_feed(struct sse *s, const char *p, size_t len)
    __attribute__((warn_unused_result));

#endif
