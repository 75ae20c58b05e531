/* From records to what the report shows. */
#include "common/alloc.h"
#include "report.h"

#define PLACES 8 /* of a finding that are named */

void report_init(struct report *r)
{
	memset(r, 0, sizeof(*r));
	map_init(&r->findings, MAP_EXACT);
	map_init(&r->ledger, MAP_EXACT);
	map_init(&r->reasons, MAP_EXACT);
	map_init(&r->statuses, MAP_EXACT);
	map_init(&r->costs, MAP_EXACT);
	map_init(&r->model_costs, MAP_EXACT);
	map_init(&r->object_costs, MAP_EXACT);
	map_init(&r->calls, MAP_EXACT);
	map_init(&r->seen, MAP_EXACT);
}

static void row_release(struct row *w)
{
	free(w->object);
	free(w->kind);
	free(w->action);
	free(w->model);
	free(w->layer);
	free(w->materialized);
	free(w->path);
	free(w->status);
	free(w->claim);
	free(w->engine);
	free(w->reason);
	json_object_put(w->depends);
	json_object_put(w->sources);
	json_object_put(w->errors);
	json_object_put(w->samples);
	json_object_put(w->notes);
}

static void tally_free(void *p)
{
	struct tally *t = p;

	free(t->code);
	free(t->severity);
	free(t->message);
	free(t->remedy);
	json_object_put(t->places);
	free(t);
}

void report_release(struct report *r)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		row_release(&r->row[i]);
	free(r->row);
	free(r->project);
	free(r->dialect);
	free(r->policy);
	free(r->database);
	map_release(&r->findings, tally_free);
	map_release(&r->ledger, NULL);
	map_release(&r->reasons, NULL);
	map_release(&r->statuses, NULL);
	map_release(&r->costs, free);
	map_release(&r->model_costs, free);
	map_release(&r->object_costs, free);
	map_release(&r->calls, NULL);
	map_release(&r->seen, NULL);
	json_object_put(r->strategy);
	json_object_put(r->cycles);
	json_object_put(r->inlined);
}

static char *dup_or_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void set(char **p, const char *s)
{
	if (!s)
		return;
	free(*p);
	*p = xstrdup(s);
}

static void count(struct map *m, const char *key)
{
	struct map_entry *e = map_put(m, key, strlen(key));

	e->value = (void *)((size_t)e->value + 1);
}

static void take_finding(
    struct report *r, const char *object, struct json_object *f)
{
	const char *code = js_str_or(f, "code", "?");
	struct tally *t = map_get(&r->findings, code);
	struct buf b = BUF_INIT;

	if (!t) {
		t = xcalloc(1, sizeof(*t));
		t->code = xstrdup(code);
		t->severity = xstrdup(js_str_or(f, "severity", "warning"));
		t->message = xstrdup(js_str_or(f, "message", ""));
		t->remedy = xstrdup(js_str_or(f, "remedy", ""));
		t->places = json_object_new_array();
		map_set(&r->findings, code, t);
	}
	t->count++;
	if (js_len(t->places) >= PLACES)
		return;
	buf_adds(&b, object);
	if (js_int(f, "line", 0))
		buf_addf(&b, ":%" PRId64 ":%" PRId64, js_int(f, "line", 0),
		    js_int(f, "column", 0));
	js_push_str(t->places, buf_str(&b));
	buf_release(&b);
}

static void take_findings(
    struct report *r, const char *object, struct json_object *list)
{
	size_t i;

	for (i = 0; i < js_len(list); i++)
		take_finding(r, object, json_object_array_get_idx(list, i));
}

static void take_ledger(struct report *r, struct json_object *ledger)
{
	size_t i;

	for (i = 0; i < js_len(ledger); i++) {
		struct json_object *e = json_object_array_get_idx(ledger, i);
		const char *to = js_str_or(e, "to", "?");

		count(&r->ledger, to);
		if (js_str(e, "reason") &&
		    (strcmp(to, "left_out") == 0 ||
			strcmp(to, "manual") == 0)) {
			char *key =
			    xasprintf("%s: %s", to, js_str(e, "reason"));

			count(&r->reasons, key);
			free(key);
		}
	}
}

static void add_cost(struct map *costs, const char *name, struct json_object *u,
    int64_t calls, double usd)
{
	struct cost *c = map_get(costs, name);

	if (!c) {
		c = xcalloc(1, sizeof(*c));
		map_set(costs, name, c);
	}
	c->calls += calls;
	c->in += js_int(u, "input_tokens", 0) +
	    js_int(u, "cache_read_input_tokens", 0) +
	    js_int(u, "cache_creation_input_tokens", 0);
	c->out += js_int(u, "output_tokens", 0);
	c->usd += usd;
}

/* A section's sum; records with a list of calls say it better. */
static void take_cost(
    struct report *r, const char *agent, struct json_object *section)
{
	struct json_object *u = js_obj(section, "usage");

	if (!u || !js_get(u, "input_tokens"))
		return;
	add_cost(&r->costs, agent, u, js_int(u, "calls", 1),
	    js_double(u, "cost_usd", 0));
}

/* The trail of calls on a record; false when it has none. The record of a
 * later stage holds those of the earlier ones: each counts once. */
static bool take_calls(
    struct report *r, struct json_object *o, const char *object)
{
	struct json_object *list = js_arr(o, "calls");
	size_t i;

	for (i = 0; i < js_len(list); i++) {
		struct json_object *c = json_object_array_get_idx(list, i);
		const char *id = js_str(c, "request_id");
		struct json_object *u = js_obj(c, "usage");
		double usd = js_double(c, "cost_usd", 0);

		if (id && map_find(&r->calls, id, strlen(id)))
			continue;
		if (id)
			map_put(&r->calls, id, strlen(id));
		add_cost(&r->costs, js_str_or(c, "agent", "?"), u, 1, usd);
		add_cost(
		    &r->model_costs, js_str_or(c, "model", "?"), u, 1, usd);
		add_cost(&r->object_costs, object, u, 1, usd);
	}
	return list != NULL;
}

/* The sources that a model reads, as "schema.table". */
static struct json_object *sources_of(struct json_object *model)
{
	struct json_object *a = json_object_new_array();
	struct json_object *inputs = js_arr(model, "inputs");
	size_t i;

	for (i = 0; i < js_len(inputs); i++) {
		struct json_object *in = json_object_array_get_idx(inputs, i);

		if (js_arr(js_obj(in, "relation"), "source"))
			js_push_str(a, js_str_or(in, "id", ""));
	}
	return a;
}

static struct json_object *keep(struct json_object *o, const char *key)
{
	struct json_object *a = js_arr(o, key);

	return js_len(a) ? json_object_get(a) : NULL;
}

static struct row *new_row(struct report *r)
{
	struct row *w;

	GROW(r->row, r->nr, r->cap);
	w = &r->row[r->nr++];
	memset(w, 0, sizeof(*w));
	w->rows_expected = w->rows_actual = -1;
	w->score = w->confidence = -1;
	return w;
}

/* Where the same model stands already, or a new row. */
static struct row *row_for(struct report *r, const char *model)
{
	struct map_entry *e = map_put(&r->seen, model, strlen(model));
	struct row *w;

	if (e->value) {
		w = &r->row[(size_t)e->value - 1];
		row_release(w);
		memset(w, 0, sizeof(*w));
		w->rows_expected = w->rows_actual = -1;
		w->score = w->confidence = -1;
		return w;
	}
	w = new_row(r);
	e->value = (void *)r->nr;
	return w;
}

static void take_model(struct report *r, struct json_object *o)
{
	struct json_object *gen = js_obj(o, "generated");
	struct json_object *eval = js_obj(o, "evaluation");
	const char *object = js_str_or(o, "object", "");
	struct row *w = row_for(r, js_str_or(o, "name", ""));

	w->object = xstrdup(object);
	w->kind = xstrdup(js_str_or(o, "object_kind", ""));
	w->action =
	    xstrdup(js_str_or(js_obj(o, "assessment"), "action", "migrate"));
	w->model = xstrdup(js_str_or(o, "name", ""));
	w->layer = dup_or_null(js_str(o, "layer"));
	w->materialized = dup_or_null(js_str(o, "materialized"));
	w->path = dup_or_null(js_str(o, "path"));
	w->status = xstrdup(js_str_or(o, "status", "planned"));
	w->claim = dup_or_null(js_str(gen, "claim"));
	w->engine = dup_or_null(js_str(gen, "engine"));
	w->reason = dup_or_null(js_str(eval, "reason"));
	w->wave = js_int(o, "wave", 0);
	w->attempts = js_int(o, "attempts", 0);
	w->rows_expected = js_int(eval, "rows_expected", -1);
	w->rows_actual = js_int(eval, "rows_actual", -1);
	w->score = js_double(o, "validation_score", -1);
	w->confidence = js_double(gen, "confidence", -1);
	w->depends = keep(o, "depends_on");
	w->sources = sources_of(o);
	w->errors = keep(o, "errors");
	w->samples = keep(eval, "samples");
	w->notes = keep(gen, "notes");
	take_findings(r, object, js_arr(o, "findings"));
	take_findings(r, object, js_arr(gen, "findings"));
	take_ledger(r, js_arr(gen, "ledger"));
	if (take_calls(r, o, object))
		return;
	take_cost(r, "gen", gen);
	take_cost(r, "eval", eval);
	take_cost(r, "plan", o);
	take_cost(r, "fix", js_obj(o, "fix"));
}

static void take_plan(struct report *r, struct json_object *o)
{
	struct json_object *list = js_arr(o, "not_planned");
	size_t i;

	set(&r->project, js_str(o, "project"));
	set(&r->dialect, js_str(o, "dialect"));
	set(&r->policy, js_str(o, "collation_policy"));
	json_object_put(r->cycles);
	r->cycles = keep(o, "cycles");
	json_object_put(r->inlined);
	r->inlined = keep(o, "inlined");
	for (i = 0; i < js_len(list); i++) {
		struct json_object *n = json_object_array_get_idx(list, i);
		struct row *w = new_row(r);

		w->object = xstrdup(js_str_or(n, "object", ""));
		w->kind = xstrdup(js_str_or(n, "kind", ""));
		w->action = xstrdup(js_str_or(n, "action", "leave"));
		w->status = xstrdup("not planned");
		w->reason = xstrdup(js_str_or(n, "reason", ""));
		w->wave = INT64_MAX;
	}
	take_cost(r, "plan", o);
}

int report_take(struct jsonl_reader *reader, struct json_object *o, void *data)
{
	struct report *r = data;
	const char *kind = js_str_or(o, "kind", "");
	struct json_object *a;

	(void)reader;
	if (strcmp(kind, "model") == 0 || strcmp(kind, "seed") == 0 ||
	    strcmp(kind, "snapshot") == 0) {
		take_model(r, o);
	} else if (strcmp(kind, "plan") == 0) {
		take_plan(r, o);
	} else if (strcmp(kind, "strategy") == 0) {
		json_object_put(r->strategy);
		r->strategy = json_object_get(o);
		if (!take_calls(r, o, "the whole"))
			take_cost(r, "assess", o);
	} else if (strcmp(kind, "database") == 0) {
		set(&r->database, js_str(o, "name"));
	} else if (js_str(o, "id")) {
		a = js_obj(o, "assessment");
		take_findings(r, js_str(o, "id"), js_arr(o, "findings"));
		take_findings(r, js_str(o, "id"), js_arr(a, "findings"));
		if (!take_calls(r, o, js_str(o, "id")))
			take_cost(r, "assess", a);
	}
	return 0;
}

/* In the order of building; then what is not planned, by name. */
static int by_wave(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->wave != y->wave)
		return x->wave < y->wave ? -1 : 1;
	if (strcmp(x->object, y->object) != 0)
		return strcmp(x->object, y->object);
	return strcmp(x->model ? x->model : "", y->model ? y->model : "");
}

void report_close(struct report *r)
{
	size_t i;

	if (r->nr)
		qsort(r->row, r->nr, sizeof(*r->row), by_wave);
	for (i = 0; i < r->nr; i++)
		count(&r->statuses, r->row[i].status);
}

void row_rows(const struct row *w, struct buf *b)
{
	buf_reset(b);
	if (w->rows_actual < 0 && w->rows_expected < 0)
		buf_adds(b, "-");
	else if (w->rows_actual == w->rows_expected || w->rows_expected < 0)
		buf_addf(b, "%" PRId64, w->rows_actual);
	else if (w->rows_actual < 0)
		buf_addf(b, "? of %" PRId64, w->rows_expected);
	else
		buf_addf(b, "%" PRId64 " for %" PRId64, w->rows_actual,
		    w->rows_expected);
}

void row_score(const struct row *w, struct buf *b)
{
	buf_reset(b);
	if (w->score < 0)
		buf_adds(b, "-");
	else
		buf_addf(b, "%.3f", w->score);
}

bool row_is_good(const struct row *w)
{
	return strcmp(w->status, "completed") == 0 ||
	    strcmp(w->status, "manual") == 0 ||
	    strcmp(w->status, "not planned") == 0;
}
