/*
 * mig-test: parse, compile and build the models of a stream with dbt, in one
 * call, and put what happened on their records.
 */

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "common/opt.h"
#include "dbt/helper.h"

/* A record of the stream that waits for dbt: one to test, or one behind it
 * that only keeps its place. */
struct item {
	char *raw;		    /* as it came; NULL when it is tested */
	struct json_object *record; /* NULL when it passes */
	struct json_object *errors;
	struct json_object *result; /* of the model, NULL: dbt gave none */
	long data_tests[4], unit_tests[4]; /* by enum verdict */
	bool known, ephemeral;
	bool waiting; /* disabled until its variables are set */
};

enum verdict { PASS, FAIL, ERROR, SKIPPED };

struct test {
	const char *project;
	const char *target;
	bool no_tests, incremental;
	struct dbt *dbt;
	const char *adapter;
	struct item *items;
	size_t nr, cap, tested;
	struct map by_name, by_file; /* to struct item's index + 1 */
	bool trouble;
};

/* -- which record a reply is about ---------------------------------------- */

static void remember(struct map *m, const char *key, size_t at)
{
	struct map_entry *e = map_put(m, key, strlen(key));

	e->value = (void *)(at + 1);
}

static struct item *find(struct test *t, const struct map *m, const char *key)
{
	size_t at = key ? (size_t)map_get(m, key) : 0;

	return at ? &t->items[at - 1] : NULL;
}

/* The item that an error belongs to, NULL when the stream has none. */
static struct item *owner(struct test *t, struct json_object *error)
{
	struct item *item = find(t, &t->by_file, js_str(error, "file"));
	const char *name = js_str(error, "file");
	const char *slash = name ? strrchr(name, '/') : NULL;
	char *stem;

	if (item || !name)
		return item;
	stem = xstrdup(slash ? slash + 1 : name);
	stem[strcspn(stem, ".")] = '\0';
	item = find(t, &t->by_name, stem);
	free(stem);
	return item;
}

static void add_error(struct item *item, struct json_object *error)
{
	json_object_array_add(item->errors, json_object_get(error));
}

static void add_message(
    struct item *item, const char *phase, const char *message)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "phase", phase);
	js_set_str(o, "message", message);
	json_object_array_add(item->errors, o);
}

/* Errors of files: to their records, or to stderr. */
static void take_errors(struct test *t, struct json_object *errors)
{
	size_t i;

	for (i = 0; i < js_len(errors); i++) {
		struct json_object *e = json_object_array_get_idx(errors, i);
		struct item *item = owner(t, e);
		const char *file = js_str(e, "file");

		if (item) {
			add_error(item, e);
			continue;
		}
		report_at(file ? file : t->project,
		    (size_t)js_int(e, "line", 0),
		    (size_t)js_int(e, "column", 0), "error", "%s",
		    js_str_or(e, "message", "dbt failed"));
		t->trouble = true;
	}
}

/* -- asking dbt ----------------------------------------------------------- */

static enum verdict verdict_of(const char *status)
{
	if (strcmp(status, "pass") == 0 || strcmp(status, "success") == 0 ||
	    strcmp(status, "warn") == 0 || strcmp(status, "no-op") == 0)
		return PASS;
	if (strcmp(status, "fail") == 0)
		return FAIL;
	return strcmp(status, "skipped") == 0 ? SKIPPED : ERROR;
}

static int take_result(const char *line, size_t len, void *data)
{
	struct test *t = data;
	struct json_object *reply = json_tokener_parse(line);
	struct json_object *result = js_obj(reply, "result");
	const char *kind = js_str_or(result, "resource", "");
	bool is_unit = strcmp(kind, "unit_test") == 0;
	bool is_test = is_unit || strcmp(kind, "test") == 0;
	struct item *item =
	    find(t, &t->by_name, js_str(result, is_test ? "model" : "name"));
	struct json_object *errors = js_arr(result, "errors");
	size_t i;

	(void)len;
	if (item && is_test) {
		long *counts = is_unit ? item->unit_tests : item->data_tests;

		counts[verdict_of(js_str_or(result, "status", ""))]++;
	} else if (item) {
		json_object_put(item->result);
		item->result = json_object_get(result);
	}
	for (i = 0; item && i < js_len(errors); i++)
		add_error(item, json_object_array_get_idx(errors, i));
	json_object_put(reply);
	return 0;
}

static void fail_all(struct test *t, const char *phase, const char *message)
{
	size_t i;

	for (i = 0; i < t->nr; i++) {
		struct item *item = &t->items[i];

		if (item->record && !item->result && js_len(item->errors) == 0)
			add_message(item, phase, message);
	}
}

static int parse(struct test *t)
{
	struct json_object *request = dbt_request("parse"), *done = NULL;
	struct json_object *models, *warnings;
	int status = dbt_call(t->dbt, request, NULL, NULL, &done);
	size_t i;

	take_errors(t, js_arr(done, "errors"));
	if (status < 0) {
		error("%s", dbt_error(t->dbt));
		t->trouble = true;
		fail_all(t, "parse", dbt_error(t->dbt));
	}
	models = js_arr(done, "models");
	for (i = 0; i < js_len(models); i++) {
		struct json_object *m = json_object_array_get_idx(models, i);
		struct item *item = find(t, &t->by_name, js_str(m, "name"));

		if (!item)
			continue;
		item->known = true;
		item->ephemeral = js_is(m, "materialized", "ephemeral");
	}
	warnings = js_arr(done, "warnings");
	for (i = 0; i < js_len(warnings); i++)
		warning("dbt: %s",
		    json_object_get_string(
			json_object_array_get_idx(warnings, i)));
	json_object_put(done);
	json_object_put(request);
	return status;
}

static void ask(struct test *t, const char *op, bool ephemeral)
{
	struct json_object *request = dbt_request(op), *done = NULL;
	struct json_object *names = json_object_new_array();
	size_t i;

	for (i = 0; i < t->nr; i++) {
		struct item *item = &t->items[i];

		if (item->record && item->known && item->ephemeral == ephemeral)
			js_push_str(names, js_str(item->record, "name"));
	}
	js_set(request, "select", names);
	js_set_bool(request, "full_refresh", !t->incremental);
	js_set_bool(request, "tests", !t->no_tests);
	if (js_len(names) > 0 &&
	    dbt_call(t->dbt, request, take_result, t, &done) < 0) {
		error("%s", dbt_error(t->dbt));
		t->trouble = true;
		fail_all(t, "run", dbt_error(t->dbt));
	}
	json_object_put(done);
	json_object_put(request);
}

/* -- the record ----------------------------------------------------------- */

static struct json_object *counts_json(const long counts[4])
{
	struct json_object *o = json_object_new_object();

	js_set_int(o, "pass", counts[PASS]);
	js_set_int(o, "fail", counts[FAIL]);
	js_set_int(o, "error", counts[ERROR]);
	if (counts[SKIPPED])
		js_set_int(o, "skipped", counts[SKIPPED]);
	return o;
}

static bool has_error(const struct item *item, const char *phase)
{
	size_t i;

	for (i = 0; i < js_len(item->errors); i++) {
		if (js_is(json_object_array_get_idx(item->errors, i), "phase",
			phase))
			return true;
	}
	return false;
}

/* Says why dbt left the model out, when it did. */
static void explain_skip(struct item *item)
{
	struct json_object *above = js_arr(item->result, "upstream");
	const char *own = js_str(item->record, "name");
	size_t i;

	for (i = 0; i < js_len(above); i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(above, i));
		struct json_object *o;
		char *text;

		if (strcmp(name, own) == 0)
			continue;
		text = xasprintf("skipped, for %s failed", name);
		o = json_object_new_object();
		js_set_str(o, "phase", "run");
		js_set_str(o, "message", text);
		js_set_str(o, "node", name);
		json_object_array_add(item->errors, o);
		free(text);
	}
	if (js_len(item->errors) == 0)
		add_message(item, "run", "skipped by dbt");
}

static void set_phases(struct item *item, struct json_object *test)
{
	const char *status = js_str_or(item->result, "status", "");
	bool compiled = item->known && !has_error(item, "compile");
	const char *run = "fail";

	js_set_str(test, "parse",
	    item->waiting				   ? "not_run"
		: !item->known || has_error(item, "parse") ? "fail"
							   : "pass");
	if (!item->known) {
		run = "not_run";
	} else if (item->ephemeral) {
		run = "not_run";
	} else if (verdict_of(status) == PASS) {
		run = "pass";
	} else if (verdict_of(status) == SKIPPED) {
		run = "skipped";
	}
	js_set_str(test, "compile",
	    !item->known || !item->result ? "not_run"
		: compiled		  ? "pass"
					  : "fail");
	js_set_str(test, "run", run);
}

/* A model that dbt leaves out until its variables are set: says which. */
static void explain_waiting(struct item *item)
{
	struct json_object *names = js_arr(item->record, "requires");
	struct buf b = BUF_INIT;
	size_t i;

	if (item->known || js_len(item->errors) || !js_len(names))
		return;
	item->waiting = true;
	buf_adds(&b,
	    "disabled until these dbt variables are set, in vars of "
	    "dbt_project.yml or by --vars:");
	for (i = 0; i < js_len(names); i++)
		buf_addf(&b, "%s %s", i ? "," : "",
		    json_object_get_string(
			json_object_array_get_idx(names, i)));
	add_message(item, "parse", buf_str(&b));
	buf_release(&b);
}

/* Puts the sections on the record; is it good? */
static bool conclude(struct test *t, struct item *item)
{
	struct json_object *test = json_object_new_object();
	struct json_object *timings = json_object_new_object();
	struct json_object *seconds = js_obj(item->result, "seconds");
	bool good;

	explain_waiting(item);
	if (!item->known && js_len(item->errors) == 0)
		add_message(
		    item, "parse", "the project has no model of this name");
	else if (item->known && !item->result && js_len(item->errors) == 0)
		add_message(item, "run", "dbt gave no result for it");
	if (js_is(item->result, "status", "skipped"))
		explain_skip(item);
	good = js_len(item->errors) == 0;
	set_phases(item, test);
	js_set(test, "data_tests", counts_json(item->data_tests));
	js_set(test, "unit_tests", counts_json(item->unit_tests));
	js_set_double(timings, "compile", js_double(seconds, "compile", 0));
	js_set_double(timings, "run", js_double(seconds, "execute", 0));
	js_set(test, "timings", timings);
	js_set(test, "errors", json_object_get(item->errors));
	if (t->adapter)
		js_set_str(test, "dialect", t->adapter);
	if (js_str(item->result, "relation"))
		js_set_str(test, "relation", js_str(item->result, "relation"));
	js_set(item->record, "test", test);
	js_set(item->record, "errors", json_object_get(item->errors));
	if (!js_is(item->record, "status", "manual"))
		js_set_str(item->record, "status",
		    good		? "tested"
			: item->waiting ? "needs_review"
					: "failed");
	return good;
}

/* -- the stream ----------------------------------------------------------- */

static bool wants_test(struct json_object *o)
{
	const char *kind = js_str_or(o, "kind", "");

	return (strcmp(kind, "model") == 0 || strcmp(kind, "seed") == 0 ||
		   strcmp(kind, "snapshot") == 0) &&
	    js_str(o, "name") && js_len(js_arr(o, "files")) > 0;
}

static int collect(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct test *t = data;
	struct json_object *files;
	struct item *item;
	size_t i;

	if (!wants_test(o) && t->nr == 0) {
		jsonl_pass(r, stdout);
		return 0;
	}
	GROW(t->items, t->nr, t->cap);
	item = &t->items[t->nr++];
	memset(item, 0, sizeof(*item));
	if (!wants_test(o)) {
		item->raw = xmemdupz(r->raw.s, r->raw.len);
		return 0;
	}
	t->tested++;
	item->record = json_object_get(o);
	item->errors = json_object_new_array();
	remember(&t->by_name, js_str(o, "name"), t->nr - 1);
	files = js_arr(o, "files");
	for (i = 0; i < js_len(files); i++) {
		const char *path =
		    js_str(json_object_array_get_idx(files, i), "path");

		if (path)
			remember(&t->by_file, path, t->nr - 1);
	}
	return 0;
}

static int write_all(struct test *t)
{
	int status = MIG_OK;
	size_t i;

	for (i = 0; i < t->nr; i++) {
		struct item *item = &t->items[i];

		if (!item->record) {
			fputs(item->raw, stdout);
			putchar('\n');
		} else {
			if (!conclude(t, item))
				status = MIG_NEGATIVE;
			jsonl_write(item->record, stdout);
		}
		free(item->raw);
		json_object_put(item->record);
		json_object_put(item->errors);
		json_object_put(item->result);
	}
	return status;
}

int main(int argc, char **argv)
{
	struct test t = {.project = "."};
	const struct opt opts[] = {
	    {OPT_STRING, 'C', "directory", "DIR", &t.project,
		"the dbt project (default: here)", NULL},
	    {OPT_STRING, 't', "target", "NAME", &t.target,
		"target of the profile (default: its own)", NULL},
	    {OPT_FLAG, 0, "no-tests", NULL, &t.no_tests,
		"build the models only, without their tests", NULL},
	    {OPT_FLAG, 0, "incremental", NULL, &t.incremental,
		"keep what incremental models have (default: rebuild)", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {"[-C DIR] [OPTION...] [FILE...]",
	    "parse, compile and build the models of a stream with dbt", opts};
	int status, first;

	mig_start(argv[0]);
	first = opt_parse(&tool, argc, argv);
	map_init(&t.by_name, MAP_EXACT);
	map_init(&t.by_file, MAP_EXACT);
	t.dbt = dbt_open(t.project, t.target);
	status = jsonl_each(argv + first, collect, &t);
	if (t.tested > 0 && parse(&t) == 0) {
		t.adapter = dbt_adapter(t.dbt);
		ask(&t, "compile", true);
		ask(&t, "build", false);
	}
	if (write_all(&t) != MIG_OK || t.trouble)
		status = status == MIG_OK ? MIG_NEGATIVE : status;
	free(t.items);
	map_release(&t.by_name, NULL);
	map_release(&t.by_file, NULL);
	dbt_close(t.dbt);
	return mig_finish(status);
}
