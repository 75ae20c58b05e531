/* Budgets and dry runs: what a request may cost before it is sent. */
#include "common/alloc.h"
#include "common/claude_int.h"
#include "common/jsonl.h"
#include "common/mig.h"

/* An answer shorter than this isn't worth asking for. */
#define LEAST_OUTPUT 1024

static double bytes_of(const struct claude_job *j)
{
	double n = 0;
	size_t i;

	for (i = 0; i < j->nr_system; i++)
		n += (double)strlen(j->system[i].text);
	for (i = 0; i < j->nr_user; i++)
		n += (double)strlen(j->user[i].text);
	if (j->schema)
		n += (double)strlen(json_object_to_json_string(j->schema));
	if (j->paused)
		n += (double)strlen(json_object_to_json_string(j->paused));
	return n;
}

static int64_t cost_of(
    const struct claude_job *j, int64_t in, int64_t out, bool sure)
{
	struct claude_usage u = {0, 0, 0, 0, 0};

	u.output = out;
	/* The dearest that its input may be. */
	if (!sure || strcmp(j->c->o->cache, "off") == 0)
		u.input = in;
	else if (strcmp(j->c->o->cache, "1h") == 0)
		u.cache_write_1h = in;
	else
		u.cache_write_5m = in;
	return claude_cost(
	    j->c->prices, claude_job_model(j), &u, j->c->o->batch);
}

/* The largest cap that fits what is left, at most j->cap. */
static int64_t cap_that_fits(
    struct claude_job *j, int64_t in, int64_t pico_left, int64_t tokens_left)
{
	const struct claude_opts *o = j->c->o;
	int64_t cap = j->cap, base, each;

	if (o->max_tokens && tokens_left - in < cap)
		cap = tokens_left - in;
	if (o->max_cost >= 0) {
		base = cost_of(j, in, 0, true);
		each = cost_of(j, in, 1, true) - base;
		if (each > 0 && (pico_left - base) / each < cap)
			cap = (pico_left - base) / each;
	}
	return cap;
}

int claude_reserve(struct claude_job *j)
{
	struct claude *c = j->c;
	const struct claude_opts *o = c->o;
	/* Tokens have about four bytes, in code fewer: two and a half is
	 * on the safe side. */
	int64_t in = (int64_t)(bytes_of(j) / 2.5) + 64;
	int64_t least = j->cap < LEAST_OUTPUT ? j->cap : LEAST_OUTPUT;
	int64_t cap, pico, tokens;

	j->input_guess = (double)in / 1.5;
	j->sent_cap = j->cap;
	if (o->max_cost < 0 && !o->max_tokens)
		return 1;
	if (o->max_cost >= 0 && cost_of(j, 1, 1, true) < 0) {
		if (!c->unpriced)
			error("no price is known for %s, so --max-cost can't "
			      "be kept: nothing is sent to it",
			    claude_job_model(j));
		c->unpriced = true;
		return -1;
	}
	pico = claude_pico(o->max_cost) - c->spent_pico - c->reserved_pico;
	tokens = (int64_t)o->max_tokens - c->spent_tokens - c->reserved_tokens;
	cap = cap_that_fits(j, in, pico, tokens);
	if (cap < least)
		return c->reserved_pico || c->reserved_tokens ? 0 : -1;
	j->sent_cap = (long)cap;
	j->reserved_pico = o->max_cost >= 0 ? cost_of(j, in, cap, true) : 0;
	j->reserved_tokens = in + cap;
	c->reserved_pico += j->reserved_pico;
	c->reserved_tokens += j->reserved_tokens;
	return 1;
}

void claude_unreserve(struct claude_job *j)
{
	j->c->reserved_pico -= j->reserved_pico;
	j->c->reserved_tokens -= j->reserved_tokens;
	j->reserved_pico = j->reserved_tokens = 0;
}

static void on_counted(struct http_call *call)
{
	struct claude_job *j = call->data;
	struct json_object *o = NULL;
	int64_t n = -1;

	j->running = false;
	if (call->status == 200 && !call->failure)
		o = claude_json(buf_str(&j->raw), j->raw.len);
	n = js_int(o, "input_tokens", -1);
	json_object_put(o);
	if (n < 0)
		j->c->count_dead = true;
	claude_dry_done(j, n);
}

static int on_count_body(struct http_call *call, const char *p, size_t len)
{
	struct claude_job *j = call->data;

	buf_add(&j->raw, p, len);
	return j->raw.len > 1 << 20;
}

void claude_dry(struct claude_job *j)
{
	struct claude *c = j->c;
	struct json_object *o;

	if (c->count_dead || c->replay || !claude_has_key()) {
		claude_dry_done(j, -1);
		return;
	}
	claude_new_boundary(j);
	o = claude_build(j, true);
	json_object_object_del(o, "max_tokens");
	j->body = claude_wire(j, o, &j->call.body_len);
	json_object_put(o);
	j->url = xasprintf("%s/v1/messages/count_tokens", c->base);
	j->call.method = "POST";
	j->call.url = j->url;
	j->call.headers = claude_headers(c);
	j->call.body = j->body;
	j->call.on_body = on_count_body;
	j->call.on_done = on_counted;
	j->call.data = j;
	j->running = true;
	http_start(c->http, &j->call);
}

void claude_dry_done(struct claude_job *j, int64_t counted)
{
	struct claude *c = j->c;
	int64_t in = counted, low, high;
	char *a, *b;

	if (in < 0)
		in = (int64_t)(bytes_of(j) / 3.5) + 16;
	low = cost_of(j, in, 0, false);
	high = cost_of(j, in, j->cap, true);
	c->dry_requests++;
	c->usage.input += in;
	c->usage.output += j->cap;
	a = low < 0 ? xstrdup("?") : claude_usd(low);
	b = high < 0 ? xstrdup("?") : claude_usd(high);
	if (low >= 0) {
		c->dry_low += low;
		c->dry_high += high;
	}
	fprintf(stderr,
	    "%s: %s: %s asks %s: %" PRId64 " tokens in (%s), at most %ld out, "
	    "%s to %s USD\n",
	    mig_progname, *j->object ? j->object : "request", j->task,
	    claude_job_model(j), in, counted < 0 ? "estimated" : "counted",
	    j->cap, a, b);
	free(a);
	free(b);
	claude_job_finish(j, CLAUDE_ESTIMATED, NULL);
}
