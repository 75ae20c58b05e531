#include <strings.h>
#include <time.h>

#include "common/alloc.h"
#include "common/http.h"
#include "common/mig.h"

#define MAX_HEADERS 200
#define MAX_HEADER_BYTES 16384

struct http {
	struct http_conf conf;
	CURLM *multi;
	struct http_call **calls;
	size_t nr, cap;
};

int64_t http_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct http *http_new(const struct http_conf *conf)
{
	struct http *h = xcalloc(1, sizeof(*h));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		die("libcurl can't start");
	h->conf = *conf;
	h->multi = curl_multi_init();
	if (!h->multi)
		die("out of memory");
	curl_multi_setopt(
	    h->multi, CURLMOPT_MAXCONNECTS, (long)conf->max_connections + 2);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->nr)
		http_cancel(h->calls[0]);
	curl_multi_cleanup(h->multi);
	free(h->calls);
	free(h);
	curl_global_cleanup();
}

static size_t on_write(char *p, size_t size, size_t n, void *data)
{
	struct http_call *c = data;
	size_t len = size * n, limit = c->http->conf.max_body;

	c->active_ms = http_now_ms();
	c->received += len;
	if (limit && c->received > limit) {
		snprintf(c->error, sizeof(c->error),
		    "the answer is larger than %zu bytes", limit);
		c->stopped = true;
		return 0;
	}
	if (c->on_body && c->on_body(c, p, len)) {
		c->stopped = true;
		return 0;
	}
	return len;
}

static size_t on_header(char *p, size_t size, size_t n, void *data)
{
	struct http_call *c = data;
	size_t len = size * n, end = len, name;
	char *colon, key[64];
	size_t i;

	c->active_ms = http_now_ms();
	if (len > 5 && memcmp(p, "HTTP/", 5) == 0) {
		/* A 100 or a proxy's answer came before: only the last counts.
		 */
		map_release(&c->headers_in, free);
		map_init(&c->headers_in, MAP_EXACT);
		return len;
	}
	while (end &&
	    (p[end - 1] == '\r' || p[end - 1] == '\n' || p[end - 1] == ' '))
		end--;
	colon = memchr(p, ':', end);
	if (!colon || len > MAX_HEADER_BYTES || c->headers_in.nr > MAX_HEADERS)
		return len;
	name = (size_t)(colon - p);
	if (name == 0 || name >= sizeof(key))
		return len;
	for (i = 0; i < name; i++)
		key[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i];
	key[name] = '\0';
	for (i = name + 1; i < end && p[i] == ' ';)
		i++;
	free(map_set(&c->headers_in, key, xmemdupz(p + i, end - i)));
	return len;
}

static int on_progress(void *data, curl_off_t dltotal, curl_off_t dlnow,
    curl_off_t ultotal, curl_off_t ulnow)
{
	struct http_call *c = data;

	(void)dltotal;
	(void)ultotal;
	if (dlnow + ulnow != c->moved) {
		c->moved = dlnow + ulnow;
		c->active_ms = http_now_ms();
	}
	return 0;
}

static void set_up(struct http *h, struct http_call *c)
{
	CURL *e = c->easy;

	curl_easy_setopt(e, CURLOPT_URL, c->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(e, CURLOPT_USERAGENT, h->conf.user_agent);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(e, CURLOPT_PRIVATE, c);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, c);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
	/* A header "Content-Length" too short hides the end of a stream. */
	curl_easy_setopt(e, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
	    h->conf.connect_ms ? h->conf.connect_ms : 300000L);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, h->conf.total_ms);
	if (h->conf.ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, h->conf.ca_file);
	if (h->conf.ca_dir)
		curl_easy_setopt(e, CURLOPT_CAPATH, h->conf.ca_dir);
	if (strcmp(c->method, "POST") == 0) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, c->body ? c->body : "");
		curl_easy_setopt(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body_len);
	} else if (strcmp(c->method, "GET") != 0) {
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, c->method);
	}
}

void http_start(struct http *h, struct http_call *c)
{
	c->http = h;
	c->status = 0;
	c->failure = HTTP_FINE;
	c->error[0] = '\0';
	c->received = 0;
	c->moved = 0;
	c->stopped = false;
	map_release(&c->headers_in, free);
	map_init(&c->headers_in, MAP_EXACT);
	c->start_ms = c->active_ms = http_now_ms();
	c->easy = curl_easy_init();
	if (!c->easy)
		die("out of memory");
	set_up(h, c);
	GROW(h->calls, h->nr, h->cap);
	h->calls[h->nr++] = c;
	if (curl_multi_add_handle(h->multi, c->easy) != CURLM_OK)
		die("libcurl can't add a transfer");
}

static void leave(struct http_call *c)
{
	struct http *h = c->http;
	size_t i;

	for (i = 0; i < h->nr; i++) {
		if (h->calls[i] == c) {
			h->calls[i] = h->calls[--h->nr];
			break;
		}
	}
	curl_multi_remove_handle(h->multi, c->easy);
	curl_easy_cleanup(c->easy);
	c->easy = NULL;
}

void http_cancel(struct http_call *c)
{
	if (c->easy)
		leave(c);
}

void http_call_release(struct http_call *c)
{
	http_cancel(c);
	map_release(&c->headers_in, free);
	map_init(&c->headers_in, MAP_EXACT);
}

static enum http_failure failure_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK: return HTTP_FINE;
	case CURLE_OPERATION_TIMEDOUT: return HTTP_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return HTTP_TLS;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_WRITE_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING: return HTTP_BAD;
	default: return HTTP_CONNECT;
	}
}

static void finish(struct http_call *c, CURLcode code)
{
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->status);
	c->failure = c->stopped ? HTTP_BAD : failure_of(code);
	if (c->failure && !c->error[0])
		snprintf(
		    c->error, sizeof(c->error), "%s", curl_easy_strerror(code));
	leave(c);
	c->on_done(c);
}

/* Calls in which nothing moved for too long. */
static void end_idle(struct http *h)
{
	int64_t now = http_now_ms();
	size_t i = 0;

	while (h->conf.idle_ms && i < h->nr) {
		struct http_call *c = h->calls[i];

		if (now - c->active_ms < h->conf.idle_ms) {
			i++;
			continue;
		}
		c->failure = HTTP_TIMEOUT;
		snprintf(c->error, sizeof(c->error), "nothing came for %ld ms",
		    h->conf.idle_ms);
		leave(c);
		c->on_done(c);
		i = 0;
	}
}

bool http_step(struct http *h, int timeout_ms, int fd)
{
	struct curl_waitfd extra = {fd, CURL_WAIT_POLLIN, 0};
	int running, left;
	CURLMsg *m;

	curl_multi_perform(h->multi, &running);
	/* A short nap, so that signals and idle calls are seen in time. */
	if (timeout_ms > 100)
		timeout_ms = 100;
	m = curl_multi_info_read(h->multi, &left);
	if (!m) {
		curl_multi_poll(
		    h->multi, &extra, fd >= 0 ? 1 : 0, timeout_ms, NULL);
		curl_multi_perform(h->multi, &running);
		m = curl_multi_info_read(h->multi, &left);
	}
	for (; m; m = curl_multi_info_read(h->multi, &left)) {
		struct http_call *c = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		finish(c, m->data.result);
	}
	end_idle(h);
	return fd >= 0 && extra.revents != 0;
}

size_t http_running(const struct http *h)
{
	return h->nr;
}

const char *http_header(const struct http_call *c, const char *name)
{
	return map_get(&c->headers_in, name);
}
