/*
 * HTTP calls, many at a time, in one thread: a thin layer on curl_multi that
 * adds an idle timeout, a limit on what a server may send, and failures told
 * apart. http and https only; redirects are not followed, so that credentials
 * go where they were meant to. Proxies come from the environment as libcurl
 * documents.
 */
#ifndef MIG_HTTP_H
#define MIG_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "common/buf.h"
#include "common/map.h"

struct http_conf {
	long connect_ms, idle_ms, total_ms; /* 0: none */
	const char *ca_file, *ca_dir;	    /* NULL: the system's */
	const char *user_agent;
	size_t max_body; /* 0: no limit */
	unsigned long max_connections;
};

enum http_failure {
	HTTP_FINE,    /* a whole answer came, of whatever status */
	HTTP_CONNECT, /* no connection, or it broke */
	HTTP_TIMEOUT, /* connect, idle or total */
	HTTP_TLS,     /* the certificate or the handshake is bad */
	HTTP_BAD,     /* not HTTP, too large, or the caller stopped it */
};

struct http;
struct http_call;

/* Body bytes as they come; non-zero ends the call as HTTP_BAD. */
typedef int http_body_fn(struct http_call *c, const char *p, size_t len);
/* The call has ended; it may be released or started again from here. */
typedef void http_done_fn(struct http_call *c);

/* The caller owns it, and what it points to, until done was called. */
struct http_call {
	/* Set by the caller. */
	const char *method; /* "GET", "POST" */
	const char *url;
	struct curl_slist *headers;
	const char *body; /* NULL: none */
	size_t body_len;
	http_body_fn *on_body;
	http_done_fn *on_done;
	void *data;
	/* Set by the call. */
	long status;
	enum http_failure failure;
	char error[CURL_ERROR_SIZE + 64];
	struct map headers_in; /* lower-case name to value */
	size_t received;
	/* Private. */
	struct http *http;
	CURL *easy;
	int64_t active_ms, start_ms;
	curl_off_t moved;
	bool stopped;
};

struct http *http_new(const struct http_conf *conf);
void http_free(struct http *h);

void http_start(struct http *h, struct http_call *c);
/* Ends a running call without calling done. */
void http_cancel(struct http_call *c);
/* Frees what the call holds of its own, not the call. */
void http_call_release(struct http_call *c);

/*
 * Waits up to timeout_ms for the network, or for fd (unless -1) to become
 * readable, and moves every call on. Returns whether fd is readable.
 */
bool http_step(struct http *h, int timeout_ms, int fd);
size_t http_running(const struct http *h);

const char *http_header(const struct http_call *c, const char *name);
int64_t http_now_ms(void); /* a clock that doesn't jump */

#endif
