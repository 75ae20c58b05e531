/* One job's way from its first exchange to its result. */
#include <errno.h>

#include "common/alloc.h"
#include "common/claude_int.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/schema.h"

#define MAX_ERROR_BODY ((size_t)1 << 20)

static struct job_text *copy_texts(const struct claude_text *t, size_t nr)
{
	struct job_text *copy = xcalloc(nr ? nr : 1, sizeof(*copy));
	size_t i;

	for (i = 0; i < nr; i++) {
		copy[i].text = xstrdup(t[i].text);
		copy[i].cache = t[i].cache;
	}
	return copy;
}

static void free_texts(struct job_text *t, size_t nr)
{
	while (nr)
		free(t[--nr].text);
	free(t);
}

const char *claude_job_model(const struct claude_job *j)
{
	return j->model_at < j->route.nr ? j->route.models[j->model_at] : "";
}

static void set_cap(struct claude_job *j)
{
	struct claude_caps caps =
	    claude_caps_of(j->c->models, claude_job_model(j));

	j->cap = j->route.max_output;
	if (j->cap > caps.max_output)
		j->cap = caps.max_output;
}

struct claude_job *claude_job_new(
    struct claude *c, const struct claude_request *r)
{
	struct claude_job *j = xcalloc(1, sizeof(*j));

	j->c = c;
	j->task = xstrdup(r->task);
	j->object = xstrdup(r->object ? r->object : "");
	j->system = copy_texts(r->system, r->nr_system);
	j->nr_system = r->nr_system;
	j->user = copy_texts(r->user, r->nr_user);
	j->nr_user = r->nr_user;
	j->schema = json_object_get(r->schema);
	j->done = r->done;
	j->data = r->data;
	j->calls = json_object_new_array();
	claude_msg_init(&j->msg);
	if (claude_route_find(&j->route, c->models, c->o, r->task,
		r->difficulty ? r->difficulty : "hard") == 0) {
		set_cap(j);
		claude_prepare(j);
	}
	return j;
}

static void end_exchange(struct claude_job *j)
{
	http_call_release(&j->call);
	sse_release(&j->sse);
	claude_msg_release(&j->msg);
	buf_release(&j->raw);
	free(j->body);
	free(j->url);
	j->body = j->url = NULL;
	json_object_put(j->partial);
	j->partial = NULL;
	j->wake_ms = 0;
}

void claude_job_free(struct claude_job *j)
{
	end_exchange(j);
	free_texts(j->system, j->nr_system);
	free_texts(j->user, j->nr_user);
	json_object_put(j->schema);
	json_object_put(j->paused);
	json_object_put(j->request);
	json_object_put(j->calls);
	claude_route_release(&j->route);
	buf_release(&j->text);
	free(j->task);
	free(j->object);
	free(j->error);
	free(j);
}

/* Hands the result over. The job is freed. */
void claude_job_finish(
    struct claude_job *j, enum claude_status status, const char *error_text)
{
	struct claude *c = j->c;
	struct claude_result r = {.status = status};
	struct buf error = BUF_INIT;
	char *wrong = NULL;

	end_exchange(j);
	claude_unreserve(j);
	job_list_remove(&c->active, j);
	claude_scrub_answer(&j->text);
	if (status == CLAUDE_OK && j->schema) {
		r.json = claude_json(buf_str(&j->text), j->text.len);
		wrong = r.json ? schema_check(j->schema, r.json)
			       : xstrdup("the answer is not JSON");
		if (wrong) {
			r.status = CLAUDE_INVALID;
			json_object_put(r.json);
			r.json = NULL;
			error_text = wrong;
		}
	}
	if (error_text) {
		buf_adds(&error, error_text);
		claude_scrub(&error);
		r.error = error.s;
	}
	r.text = r.status == CLAUDE_OK || r.status == CLAUDE_INVALID
	    ? buf_str(&j->text)
	    : "";
	r.boundary = j->boundary;
	r.model = claude_job_model(j);
	r.calls = j->calls;
	r.cost_pico = j->cost_pico;
	r.data = j->data;
	j->done(c, &r);
	json_object_put(r.json);
	buf_release(&error);
	free(wrong);
	claude_job_free(j);
}

/* What was used, also by an exchange that failed half-way. */
void claude_job_account(struct claude_job *j, struct json_object *message,
    const char *request_id, bool batch, const char *error_text)
{
	struct claude *c = j->c;
	struct claude_usage u = claude_msg_usage(message);
	const char *model = claude_job_model(j);
	int64_t cost = claude_cost(c->prices, model, &u, batch);
	struct json_object *call = json_object_new_object();
	struct json_object *usage = json_object_new_object();
	struct buf id = BUF_INIT;

	if (request_id)
		buf_adds(&id, request_id);
	claude_scrub(&id);
	js_set_str(call, "agent", j->task);
	js_set_str(call, "model", model);
	js_set_str(call, "request_id", id.len ? id.s : NULL);
	js_set_str(call, "stop_reason", js_str(message, "stop_reason"));
	js_set_int(usage, "input_tokens", u.input);
	js_set_int(usage, "cache_creation_input_tokens",
	    u.cache_write_5m + u.cache_write_1h);
	js_set_int(usage, "cache_read_input_tokens", u.cache_read);
	js_set_int(usage, "output_tokens", u.output);
	js_set(call, "usage", usage);
	js_set(call, "cost_usd", cost < 0 ? NULL : claude_usd_json(cost));
	if (batch)
		js_set_bool(call, "batch", true);
	if (error_text)
		js_set_str(call, "error", error_text);
	json_object_array_add(j->calls, call);
	buf_release(&id);
	claude_usage_add(&c->usage, &u);
	c->requests++;
	c->spent_tokens += claude_usage_total(&u);
	if (cost > 0) {
		c->spent_pico += cost;
		j->cost_pico += cost;
	}
}

/* Begins another exchange of the same job. */
static void next_exchange(struct claude_job *j)
{
	struct claude *c = j->c;

	end_exchange(j);
	claude_unreserve(j);
	job_list_remove(&c->active, j);
	claude_prepare(j);
	/* In front: it was let in before those that wait. */
	j->next = c->queue.head;
	c->queue.head = j;
	if (!j->next)
		c->queue.tail = &j->next;
	c->queue.nr++;
}

static bool next_model(struct claude_job *j)
{
	if (j->model_at + 1 >= j->route.nr)
		return false;
	warning("%s: %s falls back from %s to %s",
	    *j->object ? j->object : "request", j->task, claude_job_model(j),
	    j->route.models[j->model_at + 1]);
	j->model_at++;
	j->pauses = 0;
	j->raised = false;
	json_object_put(j->paused);
	j->paused = NULL;
	buf_reset(&j->text);
	set_cap(j);
	return true;
}

static void on_truncated(struct claude_job *j)
{
	struct claude_caps caps =
	    claude_caps_of(j->c->models, claude_job_model(j));
	long more = j->cap * 2 > caps.max_output ? caps.max_output : j->cap * 2;

	if (j->sent_cap < j->cap) {
		claude_job_finish(j, CLAUDE_TRUNCATED,
		    "the answer is cut off at the cap that the budget allowed");
	} else if (!j->raised && more > j->cap) {
		j->raised = true;
		j->cap = more;
		next_exchange(j);
	} else {
		char *why = xasprintf(
		    "the answer is cut off at %ld tokens", j->sent_cap);

		claude_job_finish(j, CLAUDE_TRUNCATED, why);
		free(why);
	}
}

static void on_pause(struct claude_job *j, struct json_object *message)
{
	struct json_object *content = js_arr(message, "content");
	size_t i;

	if (++j->pauses > MAX_PAUSES) {
		claude_job_finish(
		    j, CLAUDE_FAILED, "the answer pauses again and again");
		return;
	}
	claude_msg_text(message, &j->text);
	if (!j->paused)
		j->paused = json_object_new_array();
	for (i = 0; i < js_len(content); i++)
		json_object_array_add(j->paused,
		    json_object_get(json_object_array_get_idx(content, i)));
	next_exchange(j);
}

void claude_job_answer(struct claude_job *j, struct json_object *message,
    const char *request_id, bool batch)
{
	const char *stop = js_str_or(message, "stop_reason", "");
	char *why;

	claude_job_account(j, message, request_id, batch, NULL);
	if (strcmp(stop, "end_turn") == 0 ||
	    strcmp(stop, "stop_sequence") == 0) {
		claude_msg_text(message, &j->text);
		claude_job_finish(j, CLAUDE_OK, NULL);
	} else if (strcmp(stop, "max_tokens") == 0) {
		on_truncated(j);
	} else if (strcmp(stop, "model_context_window_exceeded") == 0) {
		claude_job_finish(j, CLAUDE_TRUNCATED,
		    "the answer is cut off: the model's context is full");
	} else if (strcmp(stop, "pause_turn") == 0) {
		on_pause(j, message);
	} else if (strcmp(stop, "refusal") == 0 && next_model(j)) {
		next_exchange(j);
	} else {
		bool refused = strcmp(stop, "refusal") == 0;

		why = refused
		    ? xasprintf("%s refuses (request %s)", claude_job_model(j),
			  request_id ? request_id : "without id")
		    : xasprintf("unexpected stop reason '%.40s' (request %s)",
			  stop, request_id ? request_id : "without id");
		claude_job_finish(
		    j, refused ? CLAUDE_REFUSED : CLAUDE_FAILED, why);
		free(why);
	}
}

/* An endpoint that doesn't know an optional parameter names it: without it the
 * request may still be good. */
static bool drop_feature(struct claude_job *j, const struct job_failure *f)
{
	static const struct {
		const char *word;
		enum claude_feature feature;
	} words[] = {{"effort", FEATURE_EFFORT},
	    {"output_config", FEATURE_FORMAT}, {"json_schema", FEATURE_FORMAT},
	    {"thinking", FEATURE_THINKING}, {"cache_control", FEATURE_CACHE}};
	const char *model = claude_job_model(j);
	int lacks = claude_lacks(j->c, model);
	struct claude_caps caps = claude_caps_of(j->c->models, model);
	int sent = (caps.thinking ? FEATURE_THINKING : 0) |
	    (caps.effort && j->route.effort ? FEATURE_EFFORT : 0) |
	    (caps.structured && j->schema ? FEATURE_FORMAT : 0) | FEATURE_CACHE;
	size_t i;

	if (f->status != 400)
		return false;
	if (strstr(f->message, "anthropic-version") && !j->c->old_version) {
		j->c->old_version = true;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strstr(f->message, words[i].word) &&
		    (sent & ~lacks & (int)words[i].feature)) {
			lacks |= (int)words[i].feature;
			map_set(&j->c->lacks, model, (void *)(intptr_t)lacks);
			warning("%s does not take %s: left out from now on",
			    model, words[i].word);
			return true;
		}
	}
	return false;
}

static bool is_spend_limit(const struct job_failure *f)
{
	return f->code && strstr(f->code, "spend_limit");
}

void claude_job_failure(struct claude_job *j, const struct job_failure *f)
{
	struct buf why = BUF_INIT;
	bool overload = (f->status == 429 && !is_spend_limit(f)) ||
	    f->status >= 500 ||
	    (f->status == 404 && strstr(f->message, "model"));

	if (drop_feature(j, f) || (overload && next_model(j))) {
		next_exchange(j);
		return;
	}
	buf_addf(&why, "%s", f->message);
	buf_addf(&why, " (%s", f->type ? f->type : "no answer");
	if (f->status)
		buf_addf(&why, ", status %ld", f->status);
	if (f->code)
		buf_addf(&why, ", %s", f->code);
	if (f->request_id)
		buf_addf(&why, ", request %s", f->request_id);
	if (j->tries)
		buf_addf(&why, ", after %u retr%s", j->tries,
		    j->tries == 1 ? "y" : "ies");
	buf_addc(&why, ')');
	claude_job_finish(j, CLAUDE_FAILED, why.s);
	buf_release(&why);
}

void claude_job_record(struct claude_job *j, long status, const char *type,
    const char *request_id, bool batch, const char *body, size_t len)
{
	struct cassette_exchange e = {j->key, j->n, j->boundary, j->request,
	    j->partial, status, type, request_id, batch, body, len};
	struct buf clean = BUF_INIT, id = BUF_INIT;

	if (!j->c->record)
		return;
	buf_add(&clean, body ? body : "", len);
	if (status == 200)
		claude_scrub_answer(&clean);
	else
		claude_scrub(&clean);
	buf_adds(&id, request_id ? request_id : "");
	claude_scrub(&id);
	e.body = buf_str(&clean);
	e.request_id = request_id ? id.s : NULL;
	if (cassette_add(j->c->record, &e) < 0)
		die("%s: %s", j->c->o->record, strerror(errno));
	buf_release(&clean);
	buf_release(&id);
}

static int on_event(
    const char *name, const char *data, size_t len, void *context)
{
	struct claude_job *j = context;

	return claude_msg_event(&j->msg, name, data, len);
}

static bool is_type(const struct http_call *call, const char *type)
{
	const char *s = http_header(call, "content-type");
	size_t n = strlen(type);

	return s && strncmp(s, type, n) == 0 &&
	    (s[n] == '\0' || s[n] == ';' || s[n] == ' ');
}

static void see_headers(struct claude_job *j)
{
	struct claude_rate *rate;

	if (j->headers_seen)
		return;
	j->headers_seen = true;
	rate = claude_rate_of(j->c, claude_job_model(j));
	claude_rate_end(rate, j->input_guess);
	claude_rate_see(rate, &j->call);
}

static int on_body(struct http_call *call, const char *p, size_t len)
{
	struct claude_job *j = call->data;
	long status = 0;
	int ret;

	if (!j->begun) {
		j->begun = true;
		see_headers(j);
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		j->streaming =
		    status == 200 && is_type(call, "text/event-stream");
		sse_init(&j->sse, on_event, j);
	}
	if (!j->streaming || j->c->record)
		buf_add(&j->raw, p, len);
	if (!j->streaming)
		return 0;
	ret = sse_feed(&j->sse, p, len);
	if (ret && !j->msg.error)
		j->msg.error = xasprintf("broken stream: %s", j->sse.error);
	return ret;
}

static void wait_for_retry(struct claude_job *j, long status)
{
	struct claude_rate *rate = claude_rate_of(j->c, claude_job_model(j));
	int64_t delay = claude_retry_delay(&j->call, j->tries);

	/* What the server asks of one, it means for all. */
	if (status == 429 && http_header(&j->call, "retry-after") &&
	    http_now_ms() + delay > rate->hold_ms)
		rate->hold_ms = http_now_ms() + delay;
	if (delay > 30000)
		warning("%s: the server asks to wait %.0f s",
		    claude_job_model(j), (double)delay / 1000);
	j->tries++;
	j->wake_ms = http_now_ms() + (delay > 0 ? delay : 1);
}

static struct json_object *partial_of(
    struct json_object *message, const struct job_failure *f)
{
	struct json_object *o = json_object_new_object();

	js_set(o, "usage", json_object_get(js_obj(message, "usage")));
	js_set_str(o, "request_id", f->request_id);
	js_set_str(o, "error", f->message);
	return o;
}

static void settle_failure(struct claude_job *j, struct job_failure *f)
{
	const char *should = http_header(&j->call, "x-should-retry");
	bool again = f->status ? claude_may_retry(f->status, f->code, should)
			       : !f->stays;
	struct json_object *o;

	if (j->msg.message) {
		/* Begun, so billed: a replay must count it too. */
		claude_job_account(
		    j, j->msg.message, f->request_id, false, f->message);
		if (!j->partial)
			j->partial = json_object_new_array();
		json_object_array_add(
		    j->partial, partial_of(j->msg.message, f));
	}
	if (again && !f->stays && j->tries < j->c->o->retries &&
	    !j->c->cancelled) {
		wait_for_retry(j, f->status);
		return;
	}
	/* The audit trail keeps what is final, in one form. */
	o = json_object_new_object();
	js_set_str(o, "type", f->type);
	js_set_str(o, "message", f->message);
	js_set_str(o, "code", f->code);
	js_set_int(o, "tries", j->tries);
	claude_job_record(j, f->status, "error", f->request_id, false,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
	    strlen(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN)));
	json_object_put(o);
	claude_job_failure(j, f);
}

/* What went wrong, in the job's own words: the caller frees type, code,
 * message and request_id of f. */
static void read_failure(struct claude_job *j, struct job_failure *f)
{
	const struct http_call *call = &j->call;
	struct json_object *body = NULL, *e = NULL;
	struct buf message = BUF_INIT;
	const char *type = NULL, *code = NULL, *text = NULL;
	const char *id = http_header(call, "request-id");

	if (call->status == 200 && j->msg.error_type) {
		type = j->msg.error_type;
		code = j->msg.error_code;
		text = j->msg.error;
		f->status = claude_status_of(type);
	} else if (call->status == 200) {
		/* A stream that breaks is a connection that breaks. */
		text = j->msg.error ? j->msg.error
		    : call->failure ? call->error
				    : "the stream ended before the message";
		f->stays = call->failure == HTTP_BAD && !j->msg.error;
	} else if (call->status && !call->failure) {
		f->status = call->status;
		if (j->raw.len < MAX_ERROR_BODY)
			body = claude_json(buf_str(&j->raw), j->raw.len);
		e = js_obj(body, "error");
		type = js_str_or(e, "type", "http_error");
		text = js_str_or(e, "message", "the server gives no reason");
		code = js_str(js_obj(e, "details"), "error_code");
		if (!id)
			id = js_str(body, "request_id");
	} else {
		f->stays =
		    call->failure == HTTP_TLS || call->failure == HTTP_BAD;
		buf_addf(&message, "%s: ", j->c->base);
		text = call->error;
	}
	buf_adds(&message, text);
	claude_scrub(&message);
	f->message = buf_detach(&message);
	f->type = type ? xstrdup(type) : NULL;
	f->code = code ? xstrdup(code) : NULL;
	f->request_id = id ? xstrdup(id) : NULL;
	json_object_put(body);
}

static void on_done(struct http_call *call)
{
	struct claude_job *j = call->data;
	struct job_failure f = {0};
	struct json_object *message;
	const char *id = http_header(call, "request-id");
	char *copy;

	j->running = false;
	see_headers(j);
	if (call->status == 200 && !call->failure && !j->streaming)
		(void)claude_msg_body(&j->msg, buf_str(&j->raw), j->raw.len);
	if (call->status == 200 && j->msg.complete) {
		copy = id ? xstrdup(id) : NULL;
		message = json_object_get(j->msg.message);
		claude_job_record(j, 200, http_header(call, "content-type"),
		    copy, false, buf_str(&j->raw), j->raw.len);
		claude_job_answer(j, message, copy, false);
		json_object_put(message);
		free(copy);
		return;
	}
	read_failure(j, &f);
	settle_failure(j, &f);
	free((char *)f.message);
	free((char *)f.type);
	free((char *)f.code);
	free((char *)f.request_id);
}

static void account_partials(struct claude_job *j, struct json_object *list)
{
	size_t i;

	for (i = 0; i < js_len(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		claude_job_account(
		    j, o, js_str(o, "request_id"), false, js_str(o, "error"));
	}
}

static void play(struct claude_job *j)
{
	struct claude *c = j->c;
	struct json_object *e = cassette_find(c->replay, j->key, j->n), *o;
	struct job_failure f = {0};
	const char *body, *type;
	size_t len;
	char *why;

	if (!e) {
		why = cassette_explain(c->replay, j->request);
		claude_job_finish(j, CLAUDE_NOT_RECORDED, why);
		free(why);
		return;
	}
	snprintf(j->boundary, sizeof(j->boundary), "%s",
	    js_str_or(e, "boundary", ""));
	account_partials(j, js_arr(e, "partial"));
	body = js_str_or(e, "body", "");
	len = (size_t)json_object_get_string_len(js_get(e, "body"));
	type = js_str_or(e, "type", "");
	f.request_id = js_str(e, "request_id");
	if (strcmp(type, "error") == 0) {
		o = claude_json(body, len);
		f.status = (long)js_int(e, "status", 0);
		f.type = js_str(o, "type");
		f.code = js_str(o, "code");
		f.message = js_str_or(o, "message", "");
		j->tries = (unsigned)js_int(o, "tries", 0);
		claude_job_failure(j, &f);
		json_object_put(o);
	} else {
		bool sse = strncmp(type, "text/event-stream", 17) == 0;

		sse_init(&j->sse, on_event, j);
		if ((sse ? sse_feed(&j->sse, body, len)
			 : claude_msg_body(&j->msg, body, len)) == 0 &&
		    j->msg.complete) {
			o = json_object_get(j->msg.message);
			claude_job_answer(
			    j, o, f.request_id, js_bool(e, "batch", false));
			json_object_put(o);
		} else {
			claude_job_finish(j, CLAUDE_FAILED,
			    "the cassette's exchange is damaged");
		}
	}
	json_object_put(e);
}

void claude_job_begin(struct claude_job *j)
{
	struct claude *c = j->c;
	struct json_object *o;

	if (c->replay) {
		play(j);
		return;
	}
	if (!j->tries) {
		claude_new_boundary(j);
		o = claude_params(j, true);
		j->body = claude_wire(j, o, &j->call.body_len);
		json_object_put(o);
		j->url = xasprintf("%s/v1/messages", c->base);
	}
	sse_release(&j->sse);
	claude_msg_release(&j->msg);
	buf_reset(&j->raw);
	j->begun = j->streaming = j->headers_seen = false;
	j->wake_ms = 0;
	j->call.method = "POST";
	j->call.url = j->url;
	j->call.headers = claude_headers(c);
	j->call.body = j->body;
	j->call.on_body = on_body;
	j->call.on_done = on_done;
	j->call.data = j;
	j->running = true;
	claude_rate_start(
	    claude_rate_of(c, claude_job_model(j)), j->input_guess);
	http_start(c->http, &j->call);
}
