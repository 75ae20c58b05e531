/*
 * Waves through the Message Batches API. A request's custom_id is the start of
 * its key, its n and its boundary, so that results find their requests again,
 * also in another process: after a kill, the batches that the state file (or
 * --batch-id) names are asked first and only what they lack is sent anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/claude_int.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

#define MAX_REQUESTS 100000
#define MAX_BYTES ((size_t)200 << 20)
#define KEY_PART 32
#define MAX_LINE ((size_t)64 << 20)

struct wave {
	struct claude *c;
	struct map jobs; /* "key-n" to job; NULL when it has its result */
	struct buf line; /* of results, being read */
};

/* One call in the foreground, with the usual retries. */
struct fetch {
	struct claude *c;
	struct http_call call;
	struct buf body;
	struct wave *wave; /* takes result lines instead of body */
	bool done;
};

static int take_results(struct wave *w, const char *p, size_t len);

static int on_fetched(struct http_call *call, const char *p, size_t len)
{
	struct fetch *f = call->data;
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (f->wave && status == 200)
		return take_results(f->wave, p, len);
	buf_add(&f->body, p, len);
	return f->body.len > MAX_LINE;
}

static void on_fetch_done(struct http_call *call)
{
	struct fetch *f = call->data;

	f->done = true;
}

static void sleep_ms(struct claude *c, int64_t ms)
{
	int64_t end = http_now_ms() + ms;

	while (http_now_ms() < end && !claude_signal())
		http_step(c->http, (int)(end - http_now_ms()), -1);
}

/* True when a whole answer of status 200 came; else says why not. */
static bool fetch(struct fetch *f, const char *method, const char *url,
    const char *body, size_t len)
{
	struct claude *c = f->c;
	struct json_object *o;
	unsigned tries;
	bool ok = false;

	for (tries = 0; !ok && !claude_signal(); tries++) {
		f->done = false;
		buf_reset(&f->body);
		if (f->wave)
			buf_reset(&f->wave->line);
		f->call.method = method;
		f->call.url = url;
		f->call.headers = claude_headers(c);
		f->call.body = body;
		f->call.body_len = len;
		f->call.on_body = on_fetched;
		f->call.on_done = on_fetch_done;
		f->call.data = f;
		http_start(c->http, &f->call);
		while (!f->done && !claude_signal())
			http_step(c->http, 1000, -1);
		if (!f->done) {
			http_cancel(&f->call);
			break;
		}
		ok = !f->call.failure && f->call.status == 200;
		if (ok || tries >= c->o->retries ||
		    f->call.failure == HTTP_TLS ||
		    f->call.failure == HTTP_BAD ||
		    (!f->call.failure &&
			!claude_may_retry(f->call.status, NULL,
			    http_header(&f->call, "x-should-retry"))))
			break;
		sleep_ms(c, claude_retry_delay(&f->call, tries));
	}
	if (!ok && !claude_signal()) {
		const char *id = http_header(&f->call, "request-id");
		struct buf why = BUF_INIT;

		o = claude_json(buf_str(&f->body), f->body.len);
		buf_adds(&why,
		    f->call.failure ? f->call.error
				    : js_str_or(js_obj(o, "error"), "message",
					  "the server gives no reason"));
		claude_scrub(&why);
		error("batch: %s (status %ld, request %s)", why.s,
		    f->call.status, id ? id : "without id");
		buf_release(&why);
		json_object_put(o);
	}
	return ok;
}

static void fetch_release(struct fetch *f)
{
	http_call_release(&f->call);
	buf_release(&f->body);
}

static char *name_of(const struct claude_job *j)
{
	return xasprintf("%.*s-%u", KEY_PART, j->key, j->n);
}

/* A failed request of a batch: in the next wave again, or for good. */
static void lost(struct claude_job *j, const struct job_failure *f, bool again)
{
	struct claude *c = j->c;
	struct json_object *o;
	const char *text;

	if (again && j->tries < c->o->retries && !claude_signal()) {
		j->tries++;
		job_list_remove(&c->active, j);
		job_list_add(&c->queue, j);
		return;
	}
	o = json_object_new_object();
	js_set_str(o, "type", f->type);
	js_set_str(o, "message", f->message);
	js_set_str(o, "code", f->code);
	js_set_int(o, "tries", j->tries);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	claude_job_record(
	    j, f->status, "error", f->request_id, true, text, strlen(text));
	json_object_put(o);
	claude_job_failure(j, f);
}

static void on_result(struct claude_job *j, struct json_object *result)
{
	struct json_object *message = js_obj(result, "message"), *e;
	struct job_failure f = {0};
	const char *type = js_str_or(result, "type", "");
	const char *text;
	struct claude_msg m;

	if (strcmp(type, "succeeded") == 0) {
		text = json_object_to_json_string_ext(message,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		claude_msg_init(&m);
		if (claude_msg_body(&m, text, strlen(text)) == 0) {
			claude_job_record(j, 200, "application/json",
			    js_str(message, "id"), true, text, strlen(text));
			claude_job_answer(
			    j, m.message, js_str(message, "id"), true);
		} else {
			f.message = m.error;
			lost(j, &f, true);
		}
		claude_msg_release(&m);
		return;
	}
	e = js_obj(js_obj(result, "error"), "error");
	f.request_id = js_str(js_obj(result, "error"), "request_id");
	f.type = strcmp(type, "errored") == 0 ? js_str(e, "type") : type;
	f.code = js_str(js_obj(e, "details"), "error_code");
	f.message = js_str_or(e, "message", "the batch did not run it");
	if (strcmp(type, "errored") == 0)
		f.status = claude_status_of(f.type);
	lost(j, &f,
	    strcmp(type, "expired") == 0 ||
		(f.status && claude_may_retry(f.status, f.code, NULL)));
}

static void take_line(struct wave *w, const char *s, size_t len)
{
	struct json_object *o = claude_json(s, len);
	const char *id = js_str_or(o, "custom_id", ""), *dash;
	struct claude_job *j;

	dash = strrchr(id, '-');
	if (dash && strlen(dash + 1) == BOUNDARY_LEN) {
		struct map_entry *e =
		    map_find(&w->jobs, id, (size_t)(dash - id));

		j = e ? e->value : NULL;
		if (j) {
			e->value = NULL;
			snprintf(
			    j->boundary, sizeof(j->boundary), "%s", dash + 1);
			on_result(j, js_obj(o, "result"));
		}
	}
	json_object_put(o);
}

static int take_results(struct wave *w, const char *p, size_t len)
{
	while (len) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl ? (size_t)(nl - p) : len;

		if (w->line.len + n > MAX_LINE)
			return -1;
		buf_add(&w->line, p, n);
		if (!nl)
			break;
		take_line(w, w->line.s, w->line.len);
		buf_reset(&w->line);
		p += n + 1;
		len -= n + 1;
	}
	return 0;
}

/* Waits for the end of a batch and takes its results. */
static void collect(struct wave *w, const char *id)
{
	struct claude *c = w->c;
	struct fetch f = {.c = c};
	char *url = xasprintf("%s/v1/messages/batches/%s", c->base, id);
	double pause = c->o->poll > 0 ? c->o->poll : 2;
	struct json_object *o;
	bool ended = false, ok = true;

	while (!ended && ok && !claude_signal()) {
		ok = fetch(&f, "GET", url, NULL, 0);
		o = ok ? claude_json(buf_str(&f.body), f.body.len) : NULL;
		ended = js_is(o, "processing_status", "ended");
		json_object_put(o);
		if (!ended && ok)
			sleep_ms(c, (int64_t)(pause * 1000));
		if (c->o->poll <= 0 && pause < 60)
			pause *= 1.5;
	}
	if (ended) {
		/* Below our own endpoint, where the key may go; results_url
		 * could lead it elsewhere. */
		free(url);
		url =
		    xasprintf("%s/v1/messages/batches/%s/results", c->base, id);
		f.wave = w;
		if (fetch(&f, "GET", url, NULL, 0) && w->line.len)
			take_line(w, w->line.s, w->line.len);
		buf_reset(&w->line);
	}
	fetch_release(&f);
	free(url);
}

static char *state_path(const struct claude *c)
{
	const char *dir = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (c->o->batch_state)
		return xstrdup(c->o->batch_state);
	if (dir && *dir)
		return xasprintf("%s/mig/batches.jsonl", dir);
	if (home && *home)
		return xasprintf("%s/.local/state/mig/batches.jsonl", home);
	return xstrdup(".mig-batches.jsonl");
}

static void add_state(struct claude *c, struct json_object *o)
{
	char *path = state_path(c);
	struct buf b = BUF_INIT;
	int fd = -1;

	buf_adds(&b,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(&b, '\n');
	if (fs_mkdirs_for(path) == 0)
		fd =
		    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, b.s, b.len) != (ssize_t)b.len)
		warning("%s: %s: a kill now would lose the batch", path,
		    strerror(errno));
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	buf_release(&b);
	free(path);
	json_object_put(o);
}

static void remember(
    struct claude *c, const char *id, struct json_object *names)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "batch", id);
	js_set_str(o, "endpoint", c->base);
	js_set(o, "requests", names);
	add_state(c, o);
	GROW(c->batches.items, c->batches.nr, c->batches.cap);
	c->batches.items[c->batches.nr++] = xstrdup(id);
}

/* A run that came to its end needs its batches no more. */
void claude_batch_forget(struct claude *c)
{
	size_t i;

	for (i = 0; i < c->batches.nr; i++) {
		struct json_object *o = json_object_new_object();

		js_set_str(o, "batch", c->batches.items[i]);
		js_set_bool(o, "done", true);
		if (!claude_signal())
			add_state(c, o);
		else
			json_object_put(o);
		free((char *)c->batches.items[i]);
	}
	opt_list_release(&c->batches);
}

static bool concerns(struct wave *w, struct json_object *o)
{
	struct json_object *names = js_arr(o, "requests");
	size_t i;

	for (i = 0; i < js_len(names); i++) {
		if (map_get(&w->jobs,
			json_object_get_string(
			    json_object_array_get_idx(names, i))))
			return true;
	}
	return false;
}

static bool is_safe_id(const char *id)
{
	return id && *id &&
	    strspn(id,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-") == strlen(id);
}

/* Unfinished batches of earlier runs that hold requests of this one. */
static void resume(struct wave *w)
{
	struct claude *c = w->c;
	char *path = state_path(c);
	struct map open;
	struct buf text = BUF_INIT;
	const char *p, *nl;
	size_t i;

	map_init(&open, MAP_EXACT);
	if (fs_read(path, &text) < 0)
		buf_reset(&text);
	for (p = buf_str(&text); (nl = strchr(p, '\n')); p = nl + 1) {
		struct json_object *o = claude_json(p, (size_t)(nl - p));
		const char *id = js_str(o, "batch");

		if (is_safe_id(id) && js_bool(o, "done", false))
			map_set(&open, id, NULL);
		else if (is_safe_id(id) && js_is(o, "endpoint", c->base) &&
		    concerns(w, o))
			map_set(&open, id, w);
		json_object_put(o);
	}
	for (i = 0; i < c->batches.nr; i++)
		map_set(&open, c->batches.items[i], NULL);
	if (c->o->batch_id && !is_safe_id(c->o->batch_id))
		error("--batch-id: not the id of a batch");
	else if (c->o->batch_id &&
	    !map_find(&open, c->o->batch_id, strlen(c->o->batch_id)))
		map_set(&open, c->o->batch_id, w);
	for (i = 0; i < open.nr && !claude_signal(); i++) {
		if (!open.items[i].value)
			continue;
		fprintf(stderr, "%s: batch %s is resumed\n", mig_progname,
		    open.items[i].key);
		GROW(c->batches.items, c->batches.nr, c->batches.cap);
		c->batches.items[c->batches.nr++] = xstrdup(open.items[i].key);
		collect(w, open.items[i].key);
	}
	map_release(&open, NULL);
	buf_release(&text);
	free(path);
}

/* Sends jobs from index *at on, as many as one batch takes; its id, or NULL. */
static char *create(struct wave *w, size_t *at)
{
	struct claude *c = w->c;
	struct fetch f = {.c = c};
	struct json_object *names = json_object_new_array(), *o = NULL;
	char *url = xasprintf("%s/v1/messages/batches", c->base), *id = NULL;
	struct buf body = BUF_INIT;
	size_t nr = 0;

	buf_adds(&body, "{\"requests\":[");
	for (; *at < w->jobs.nr && nr < MAX_REQUESTS && body.len < MAX_BYTES;
	     (*at)++) {
		struct claude_job *j = w->jobs.items[*at].value;
		struct json_object *params;
		char *text;
		size_t len;

		if (!j)
			continue;
		claude_new_boundary(j);
		params = claude_params(j, false);
		text = claude_wire(j, params, &len);
		buf_addf(&body,
		    "%s{\"custom_id\":\"%s-%s\",\"params\":", nr++ ? "," : "",
		    w->jobs.items[*at].key, j->boundary);
		buf_add(&body, text, len);
		buf_addc(&body, '}');
		js_push_str(names, w->jobs.items[*at].key);
		json_object_put(params);
		free(text);
	}
	buf_adds(&body, "]}");
	if (nr && fetch(&f, "POST", url, body.s, body.len)) {
		o = claude_json(buf_str(&f.body), f.body.len);
		if (is_safe_id(js_str(o, "id"))) {
			id = xstrdup(js_str(o, "id"));
			remember(c, id, json_object_get(names));
			fprintf(stderr, "%s: batch %s holds %zu requests\n",
			    mig_progname, id, nr);
		}
		json_object_put(o);
	}
	json_object_put(names);
	fetch_release(&f);
	buf_release(&body);
	free(url);
	return id;
}

/* Moves the queue into the wave, less what the budget forbids. */
static void gather(struct wave *w)
{
	struct claude *c = w->c;
	struct claude_job *j;
	char *name;

	while ((j = job_list_take(&c->queue))) {
		job_list_add(&c->active, j);
		if (!j->route.nr) {
			claude_job_finish(
			    j, CLAUDE_FAILED, "no model is known for the task");
		} else if (!j->reserved_pico && !j->reserved_tokens &&
		    claude_reserve(j) <= 0) {
			if (!c->broke && !c->unpriced)
				warning("the budget is used up: nothing more "
					"is sent");
			c->broke = true;
			claude_job_finish(j, CLAUDE_NO_BUDGET,
			    "not sent: the budget doesn't allow it");
		} else {
			name = name_of(j);
			map_set(&w->jobs, name, j);
			free(name);
		}
	}
}

void claude_batch_wave(struct claude *c)
{
	struct wave w = {.c = c};
	struct opt_list ids = {0};
	size_t at = 0, i;

	map_init(&w.jobs, MAP_EXACT);
	gather(&w);
	resume(&w);
	while (at < w.jobs.nr && !claude_signal()) {
		char *id = create(&w, &at);

		if (!id)
			break;
		GROW(ids.items, ids.nr, ids.cap);
		ids.items[ids.nr++] = id;
	}
	for (i = 0; i < ids.nr; i++) {
		if (!claude_signal())
			collect(&w, ids.items[i]);
		free((char *)ids.items[i]);
	}
	opt_list_release(&ids);
	if (claude_signal()) {
		for (i = 0; i < c->batches.nr; i++)
			fprintf(stderr,
			    "%s: batch %s goes on; run again to resume it\n",
			    mig_progname, c->batches.items[i]);
		claude_cancel(c);
	}
	for (i = 0; i < w.jobs.nr; i++) {
		if (w.jobs.items[i].value && !claude_signal())
			claude_job_finish(w.jobs.items[i].value, CLAUDE_FAILED,
			    "no result came from the batch");
	}
	map_release(&w.jobs, NULL);
	buf_release(&w.line);
}
