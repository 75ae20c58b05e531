#include <assert.h>

#include "common/alloc.h"
#include "common/claude_opt.h"
#include "common/mig.h"

static const char *const engines[] = {"rules", "claude", "auto", NULL};
static const char *const efforts[] = {
    "low", "medium", "high", "xhigh", "max", NULL};
static const char *const caches[] = {"off", "5m", "1h", NULL};

static const char *from_env(const char *name, const char *alt)
{
	const char *s = getenv(name);

	return s && *s ? s : alt;
}

static void set_defaults(struct claude_opts *o)
{
	memset(o, 0, sizeof(*o));
	o->engine = from_env("MIG_ENGINE", "rules");
	o->effort = from_env("MIG_EFFORT", NULL);
	o->record = from_env("MIG_RECORD", NULL);
	o->replay = from_env("MIG_REPLAY", NULL);
	o->models_file = from_env("MIG_MODELS", NULL);
	o->prices_file = from_env("MIG_PRICES", NULL);
	o->api_version = from_env("ANTHROPIC_VERSION", "2026-10-21");
	o->batch_state = from_env("MIG_BATCH_STATE", NULL);
	o->cache = "5m";
	o->jobs = 4;
	o->max_cost = -1;
	o->max_attempts = 3;
	o->retries = 2;
	o->connect_timeout = 30;
	o->idle_timeout = 120;
	o->timeout = 600;
}

/* Whom to ask, how much of it at a time, for how much. */
static struct opt *add_asking(struct claude_opts *o, struct opt *to)
{
	const struct opt table[] = {
	    {OPT_STRING, 'e', "engine", "ENGINE", &o->engine,
		"rules, claude, or auto: claude where rules are unsure",
		engines},
	    {OPT_LIST, 0, "model", "[TASK[.LEVEL]=]ID[,ID]", &o->models,
		"model to ask, and what to fall back to", NULL},
	    {OPT_STRING, 0, "effort", "LEVEL", &o->effort,
		"low, medium, high, xhigh or max", efforts},
	    {OPT_UINT, 'j', "jobs", "N", &o->jobs,
		"requests in flight at a time", NULL},
	    {OPT_FLAG, 0, "unordered", NULL, &o->unordered,
		"write records as they are done", NULL},
	    {OPT_DOUBLE, 0, "max-cost", "USD", &o->max_cost,
		"spend no more than this", NULL},
	    {OPT_UINT, 0, "max-tokens", "N", &o->max_tokens,
		"use no more tokens than this, in and out", NULL},
	    {OPT_UINT, 0, "max-output", "N", &o->max_output,
		"cap of one answer, in tokens", NULL},
	    {OPT_FLAG, 0, "dry-run", NULL, &o->dry_run,
		"count tokens and cost, send nothing", NULL},
	    {OPT_FLAG, 0, "batch", NULL, &o->batch,
		"use the batch API: half the price, hours of time", NULL},
	    {OPT_STRING, 0, "batch-id", "ID", &o->batch_id,
		"take results from this batch first", NULL},
	    {OPT_STRING, 0, "batch-state", "FILE", &o->batch_state,
		"where the ids of unfinished batches are kept", NULL},
	    {OPT_DOUBLE, 0, "poll", "SECONDS", &o->poll,
		"time between looks at a batch", NULL}};

	memcpy(to, table, sizeof(table));
	return to + ARRAY_SIZE(table);
}

/* What is read, kept and sent. */
static struct opt *add_files(struct claude_opts *o, struct opt *to)
{
	const struct opt table[] = {
	    {OPT_STRING, 0, "record", "FILE", &o->record,
		"add every exchange to a cassette", NULL},
	    {OPT_STRING, 0, "replay", "FILE", &o->replay,
		"answer from a cassette, without network", NULL},
	    {OPT_STRING, 0, "prompt", "FILE", &o->prompt,
		"prompt to use instead of share/prompts/TASK.md", NULL},
	    {OPT_STRING, 0, "context", "FILE", &o->context,
		"text about the business to take into account", NULL},
	    {OPT_FLAG, 0, "send-samples", NULL, &o->send_samples,
		"let rows of data leave this machine", NULL},
	    {OPT_FLAG, 0, "redact", NULL, &o->redact,
		"mask literals and names in what is sent", NULL},
	    {OPT_UINT, 0, "max-attempts", "N", &o->max_attempts,
		"attempts at one object", NULL}};

	memcpy(to, table, sizeof(table));
	return to + ARRAY_SIZE(table);
}

/* Of the connection and its protocol. */
static struct opt *add_wire(struct claude_opts *o, struct opt *to)
{
	const struct opt table[] = {
	    {OPT_UINT, 0, "retries", "N", &o->retries,
		"times that a failed request is sent again", NULL},
	    {OPT_DOUBLE, 0, "connect-timeout", "SECONDS", &o->connect_timeout,
		"for a connection", NULL},
	    {OPT_DOUBLE, 0, "idle-timeout", "SECONDS", &o->idle_timeout,
		"without a byte from the server", NULL},
	    {OPT_DOUBLE, 0, "timeout", "SECONDS", &o->timeout,
		"for a whole answer", NULL},
	    {OPT_STRING, 0, "ca-file", "FILE", &o->ca_file,
		"certificates to trust (PEM)", NULL},
	    {OPT_STRING, 0, "api-version", "DATE", &o->api_version,
		"the anthropic-version header", NULL},
	    {OPT_LIST, 0, "beta", "NAME", &o->betas,
		"ask for a beta feature of the API", NULL},
	    {OPT_STRING, 0, "cache", "TTL", &o->cache,
		"prompt caching: off, 5m or 1h", caches},
	    {OPT_STRING, 0, "models", "FILE", &o->models_file,
		"instead of share/models.json", NULL},
	    {OPT_STRING, 0, "prices", "FILE", &o->prices_file,
		"instead of share/prices.json", NULL}};

	memcpy(to, table, sizeof(table));
	return to + ARRAY_SIZE(table);
}

void claude_opts_init(struct claude_opts *o)
{
	const struct opt end = {OPT_END, 0, NULL, NULL, NULL, NULL, NULL};
	struct opt *to = o->table;

	set_defaults(o);
	to = add_asking(o, to);
	to = add_files(o, to);
	to = add_wire(o, to);
	assert(to < o->table + CLAUDE_MAX_OPTS);
	*to = end;
}

void claude_opts_drop(struct claude_opts *o, const char *name)
{
	struct opt *p = o->table, *end = p + CLAUDE_MAX_OPTS;

	while (p->type != OPT_END && strcmp(p->name, name) != 0)
		p++;
	if (p->type != OPT_END)
		memmove(p, p + 1, (size_t)(end - p - 1) * sizeof(*p));
}

void claude_opts_release(struct claude_opts *o)
{
	opt_list_release(&o->models);
	opt_list_release(&o->betas);
}

static bool is_choice(const char *s, const char *const *choices)
{
	for (; *choices; choices++) {
		if (strcmp(s, *choices) == 0)
			return true;
	}
	return false;
}

int claude_opts_check(const struct claude_opts *o)
{
	const char *wrong = NULL;

	if (!is_choice(o->engine, engines))
		wrong = "MIG_ENGINE must be rules, claude or auto";
	else if (o->effort && !is_choice(o->effort, efforts))
		wrong = "MIG_EFFORT must be low, medium, high, xhigh or max";
	else if (o->jobs < 1 || o->jobs > 1000)
		wrong = "--jobs takes 1 to 1000";
	else if (o->max_attempts < 1)
		wrong = "--max-attempts takes at least 1";
	else if (o->connect_timeout < 0 || o->idle_timeout < 0 ||
	    o->timeout < 0 || o->poll < 0)
		wrong = "a timeout can't be negative";
	else if (o->record && o->replay)
		wrong = "--record and --replay exclude each other";
	else if (o->batch && o->dry_run)
		wrong = "--batch and --dry-run exclude each other";
	if (!wrong)
		return 0;
	error("%s", wrong);
	return -1;
}
