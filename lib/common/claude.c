/* The client: set-up, the queue, what runs when. */
#include <errno.h>
#include <signal.h>
#include <strings.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/claude_int.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

#define PUBLIC_BASE "https://api.anthropic.com"
#define OLD_VERSION "2023-06-01"
#define MAX_BODY ((size_t)64 << 20)

/*
 * The credential outlives every client: taken once from the environment,
 * which then no longer has it. The signal is what a handler can reach.
 */
static struct secret credential;
static size_t credential_prefix;
static bool hidden, token_ignored;
static volatile sig_atomic_t caught;

void claude_hide_key(void)
{
	static const char key[] = "x-api-key: ";
	static const char bearer[] = "Authorization: Bearer ";
	struct secret other;

	if (hidden)
		return;
	hidden = true;
	if (secret_take(&credential, "ANTHROPIC_API_KEY", key)) {
		credential_prefix = sizeof(key) - 1;
		if (secret_take(&other, "ANTHROPIC_AUTH_TOKEN", bearer)) {
			token_ignored = true;
			secret_release(&other);
		}
	} else if (secret_take(&credential, "ANTHROPIC_AUTH_TOKEN", bearer)) {
		credential_prefix = sizeof(bearer) - 1;
	}
	if (credential.s)
		secret_harden();
}

bool claude_has_key(void)
{
	const char *base = getenv("ANTHROPIC_BASE_URL");

	claude_hide_key();
	return credential.s || (base && *base);
}

static void on_signal(int sig)
{
	caught = sig;
}

void claude_catch_signals(void)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_signal;
	a.sa_flags = (int)SA_RESETHAND;
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
}

int claude_signal(void)
{
	return caught;
}

void claude_scrub(struct buf *b)
{
	secret_scrub(&credential, credential_prefix, 8, b);
}

/* An answer may hold any word; a real key isn't one. */
void claude_scrub_answer(struct buf *b)
{
	secret_scrub(&credential, credential_prefix, 20, b);
}

void job_list_init(struct job_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
	l->nr = 0;
}

void job_list_add(struct job_list *l, struct claude_job *j)
{
	j->next = NULL;
	*l->tail = j;
	l->tail = &j->next;
	l->nr++;
}

struct claude_job *job_list_take(struct job_list *l)
{
	struct claude_job *j = l->head;

	if (j)
		job_list_remove(l, j);
	return j;
}

void job_list_remove(struct job_list *l, struct claude_job *j)
{
	struct claude_job **p;

	for (p = &l->head; *p; p = &(*p)->next) {
		if (*p != j)
			continue;
		*p = j->next;
		if (!*p)
			l->tail = p;
		j->next = NULL;
		l->nr--;
		return;
	}
}

struct claude_rate *claude_rate_of(struct claude *c, const char *model)
{
	struct map_entry *e = map_put(&c->rates, model, strlen(model));

	if (!e->value)
		e->value = xcalloc(1, sizeof(struct claude_rate));
	return e->value;
}

int claude_lacks(const struct claude *c, const char *model)
{
	return (int)(intptr_t)map_get(&c->lacks, model);
}

struct curl_slist *claude_headers(struct claude *c)
{
	size_t i = c->old_version;

	return c->key_node[i].data ? &c->key_node[i] : c->headers[i];
}

static bool has_header(struct curl_slist *l, const char *name)
{
	size_t n = strlen(name);

	for (; l; l = l->next) {
		if (strncasecmp(l->data, name, n) == 0 && l->data[n] == ':')
			return true;
	}
	return false;
}

static struct curl_slist *push_header(struct curl_slist *l, const char *line)
{
	struct curl_slist *more = curl_slist_append(l, line);

	if (!more)
		die("out of memory");
	return more;
}

/* ANTHROPIC_CUSTOM_HEADERS: "Name: value" lines, which win over ours. */
static struct curl_slist *custom_headers(void)
{
	const char *s = getenv("ANTHROPIC_CUSTOM_HEADERS");
	struct curl_slist *l = NULL;

	while (s && *s) {
		size_t n = strcspn(s, "\r\n"), name;
		char *line = xmemdupz(s, n);

		name = strcspn(line, ": \t");
		if (name && line[name] == ':')
			l = push_header(l, line);
		else if (line[strspn(line, " \t")])
			warning("ANTHROPIC_CUSTOM_HEADERS: a line is not "
				"'Name: value', ignored");
		free(line);
		s += n;
		s += strspn(s, "\r\n");
	}
	return l;
}

static struct curl_slist *make_headers(
    const struct claude_opts *o, const char *version)
{
	struct curl_slist *l = custom_headers();
	struct buf b = BUF_INIT;
	size_t i;

	if (!has_header(l, "content-type"))
		l = push_header(l, "content-type: application/json");
	if (!has_header(l, "anthropic-version")) {
		buf_addf(&b, "anthropic-version: %s", version);
		l = push_header(l, b.s);
		buf_reset(&b);
	}
	for (i = 0; i < o->betas.nr; i++)
		buf_addf(&b, "%s%s",
		    i ? "," : "anthropic-beta: ", o->betas.items[i]);
	if (b.len && !has_header(l, "anthropic-beta"))
		l = push_header(l, b.s);
	buf_release(&b);
	if (!has_header(l, "accept"))
		l = push_header(l, "accept: application/json");
	/* No pause for a 100 before the body. */
	return push_header(l, "Expect:");
}

static void set_headers(struct claude *c)
{
	const char *versions[] = {c->o->api_version, OLD_VERSION};
	size_t i;

	for (i = 0; i < 2; i++) {
		c->headers[i] = make_headers(c->o, versions[i]);
		if (!credential.s || has_header(c->headers[i], "x-api-key") ||
		    has_header(c->headers[i], "authorization"))
			continue;
		c->key_node[i].data = credential.s;
		c->key_node[i].next = c->headers[i];
	}
}

/* The endpoint without a slash or /v1 at its end. */
static int set_base(struct claude *c)
{
	const char *s = getenv("ANTHROPIC_BASE_URL");
	size_t n;

	if (!s || !*s)
		s = PUBLIC_BASE;
	n = strlen(s);
	while (n && s[n - 1] == '/')
		n--;
	if (n > 3 && memcmp(s + n - 3, "/v1", 3) == 0)
		n -= 3;
	c->base = xmemdupz(s, n);
	if (strncmp(c->base, "https://", 8) == 0 ||
	    strncmp(c->base, "http://", 7) == 0)
		return 0;
	error("ANTHROPIC_BASE_URL is not an http or https address");
	return -1;
}

static long ms_of(double seconds)
{
	return seconds > 1e6 ? 1000000000L : (long)(seconds * 1000);
}

static const char *env_or(const char *given, const char *a, const char *b)
{
	if (!given || !*given)
		given = getenv(a);
	if ((!given || !*given) && b)
		given = getenv(b);
	return given && *given ? given : NULL;
}

static void set_http(struct claude *c)
{
	const struct claude_opts *o = c->o;
	struct http_conf conf = {
	    .connect_ms = ms_of(o->connect_timeout),
	    .idle_ms = ms_of(o->idle_timeout),
	    .total_ms = ms_of(o->timeout),
	    .ca_file = env_or(o->ca_file, "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
	    .ca_dir = env_or(NULL, "SSL_CERT_DIR", NULL),
	    .user_agent = c->user_agent,
	    .max_body = MAX_BODY,
	    .max_connections = o->jobs,
	};

	c->user_agent = xstrdup("mig/" MIG_VERSION);
	conf.user_agent = c->user_agent;
	c->http = http_new(&conf);
}

static struct json_object *load(struct json_object *(*fn)(const char *),
    const char *given, const char *share)
{
	char *path = given ? xstrdup(given) : mig_share(share);
	struct json_object *o = fn(path);

	free(path);
	return o;
}

struct claude *claude_new(const struct claude_opts *o)
{
	struct claude *c = xcalloc(1, sizeof(*c));

	claude_hide_key();
	if (token_ignored)
		warning("ANTHROPIC_AUTH_TOKEN is ignored: "
			"ANTHROPIC_API_KEY is set too");
	c->o = o;
	job_list_init(&c->queue);
	job_list_init(&c->active);
	map_init(&c->seen, MAP_EXACT);
	map_init(&c->rates, MAP_EXACT);
	map_init(&c->lacks, MAP_EXACT);
	c->prices = load(claude_prices_load, o->prices_file, "prices.json");
	c->models = load(claude_models_load, o->models_file, "models.json");
	if (!c->prices || !c->models || set_base(c) < 0)
		goto fail;
	if (o->replay) {
		c->replay = cassette_replay(o->replay);
		if (!c->replay)
			goto fail;
		return c;
	}
	if (!claude_has_key() && !o->dry_run) {
		error("ANTHROPIC_API_KEY is not set (nor ANTHROPIC_AUTH_TOKEN, "
		      "nor ANTHROPIC_BASE_URL for an endpoint without a key)");
		goto fail;
	}
	if (o->record && !o->dry_run) {
		c->record = cassette_record(o->record);
		if (!c->record)
			goto fail;
	}
	set_headers(c);
	set_http(c);
	return c;
fail:
	claude_free(c);
	return NULL;
}

void claude_free(struct claude *c)
{
	struct claude_job *j;
	size_t i;

	if (!c)
		return;
	claude_batch_forget(c);
	while (
	    (j = job_list_take(&c->queue)) || (j = job_list_take(&c->active)))
		claude_job_free(j);
	if (c->http)
		http_free(c->http);
	for (i = 0; i < 2; i++)
		curl_slist_free_all(c->headers[i]);
	cassette_free(c->record);
	cassette_free(c->replay);
	json_object_put(c->prices);
	json_object_put(c->models);
	map_release(&c->seen, NULL);
	map_release(&c->rates, free);
	map_release(&c->lacks, NULL);
	free(c->base);
	free(c->user_agent);
	free(c);
}

void claude_submit(struct claude *c, const struct claude_request *r)
{
	job_list_add(&c->queue, claude_job_new(c, r));
}

size_t claude_pending(const struct claude *c)
{
	return c->queue.nr + c->active.nr;
}

bool claude_room(const struct claude *c)
{
	return c->o->batch || claude_pending(c) < 2 * c->o->jobs;
}

void claude_cancel(struct claude *c)
{
	struct claude_job *j;

	c->cancelled = true;
	while (
	    (j = job_list_take(&c->active)) || (j = job_list_take(&c->queue)))
		claude_job_finish(j, CLAUDE_CANCELLED, "cancelled");
}

/* 0: begun or ended; else milliseconds to wait. */
static int64_t try_start(struct claude *c, struct claude_job *j)
{
	int64_t wait;
	int ok;

	if (!j->route.nr) {
		job_list_remove(&c->queue, j);
		claude_job_finish(
		    j, CLAUDE_FAILED, "no model is known for the task");
		return 0;
	}
	if (c->o->dry_run) {
		job_list_remove(&c->queue, j);
		job_list_add(&c->active, j);
		claude_dry(j);
		return 0;
	}
	ok = claude_reserve(j);
	if (ok < 0) {
		job_list_remove(&c->queue, j);
		if (!c->broke && !c->unpriced)
			warning("the budget is used up: nothing more is sent");
		c->broke = true;
		claude_job_finish(j, CLAUDE_NO_BUDGET,
		    "not sent: the budget doesn't allow it");
		return 0;
	}
	if (!ok)
		return 1000;
	wait = c->replay
	    ? 0
	    : claude_rate_wait(
		  claude_rate_of(c, claude_job_model(j)), j->input_guess);
	if (wait) {
		claude_unreserve(j);
		return wait;
	}
	job_list_remove(&c->queue, j);
	job_list_add(&c->active, j);
	claude_job_begin(j);
	return 0;
}

/* Starts what may start; returns after how many ms to look again. */
static int64_t start_all(struct claude *c)
{
	struct claude_job *j, *next;
	int64_t now = http_now_ms(), least = 1000, wait;

	for (j = c->active.head; j; j = next) {
		next = j->next;
		if (j->running || !j->wake_ms)
			continue;
		wait = j->wake_ms - now;
		if (wait <= 0)
			claude_job_begin(j);
		else if (wait < least)
			least = wait;
	}
	while (c->queue.head && c->active.nr < c->o->jobs) {
		wait = try_start(c, c->queue.head);
		if (wait)
			return wait < least ? wait : least;
	}
	return c->queue.head && c->active.nr < c->o->jobs ? 0 : least;
}

bool claude_step(struct claude *c, int timeout_ms, int fd)
{
	int64_t wait;

	if (caught && !c->cancelled)
		claude_cancel(c);
	if (c->o->batch && !c->replay)
		return fd >= 0;
	wait = start_all(c);
	if (!c->http)
		return fd >= 0;
	if (wait < timeout_ms)
		timeout_ms = (int)wait;
	return http_step(c->http, timeout_ms, fd);
}

void claude_drain(struct claude *c)
{
	while (claude_pending(c)) {
		if (c->o->batch && !c->replay && !caught)
			claude_batch_wave(c);
		else
			claude_step(c, 1000, -1);
	}
}

int64_t claude_spent(const struct claude *c)
{
	return c->spent_pico;
}

void claude_report(const struct claude *c)
{
	int64_t in = c->usage.input + c->usage.cache_write_5m +
	    c->usage.cache_write_1h + c->usage.cache_read;
	char *a, *b;

	if (c->dry_requests) {
		a = claude_usd(c->dry_low);
		b = claude_usd(c->dry_high);
		fprintf(stderr,
		    "%s: would send %zu requests: %" PRId64 " tokens in, at "
		    "most %" PRId64 " out, %s to %s USD\n",
		    mig_progname, c->dry_requests, in, c->usage.output, a, b);
		free(a);
		free(b);
	} else if (c->requests) {
		a = claude_usd(c->spent_pico);
		fprintf(stderr,
		    "%s: %zu answers, %" PRId64 " tokens in (%" PRId64
		    " from the cache), %" PRId64 " out, %s USD\n",
		    mig_progname, c->requests, in, c->usage.cache_read,
		    c->usage.output, a);
		free(a);
	}
}
