/*
 * mig-review: checkpoints at which a person accepts, edits or rejects what a
 * stage made. Decisions are kept in a file that can be committed; each holds
 * the hash of what was decided on, so that something else wants a new one.
 */
#include <errno.h>
#include <fnmatch.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "common/opt.h"
#include "common/sha256.h"

static const char *const checkpoints[] = {
    "assess", "plan", "gen", "eval", NULL};

struct review {
	const char *path, *checkpoint, *note, *by;
	struct opt_list accept, reject, edit, set;
	bool gate, list;
	struct json_object *root, *decisions;
	struct map by_item; /* "checkpoint\1item" -> decision, borrowed */
	size_t open, changed;
	bool bad;
};

/* ---- what is decided on ---- */

/* The fields that a decision at this checkpoint is about. */
static const char *const *fields_of(const char *checkpoint)
{
	static const char *const assess[] = {"assessment", NULL};
	static const char *const plan[] = {"name", "path", "layer",
	    "materialized", "incremental", "depends_on", "tests", "columns",
	    "definition", NULL};
	static const char *const gen[] = {"files", "generated", NULL};
	static const char *const eval[] = {
	    "generated", "evaluation", "validation_score", NULL};

	switch (*checkpoint) {
	case 'a': return assess;
	case 'p': return plan;
	case 'g': return gen;
	default: return eval;
	}
}

static bool is_work_item(struct json_object *o)
{
	return js_is(o, "kind", "model") || js_is(o, "kind", "seed") ||
	    js_is(o, "kind", "snapshot");
}

/* The item's name at this checkpoint; NULL when it has nothing to decide. */
static const char *item_of(const char *checkpoint, struct json_object *o)
{
	if (*checkpoint == 'a')
		return js_obj(o, "assessment") && js_str(o, "id") &&
			!is_work_item(o)
		    ? js_str(o, "id")
		    : NULL;
	if (!is_work_item(o))
		return NULL;
	if (*checkpoint == 'g' && !js_obj(o, "generated"))
		return NULL;
	/* What is equal needs nobody's word. */
	if (*checkpoint == 'e' &&
	    (!js_obj(o, "evaluation") || js_is(o, "status", "completed")))
		return NULL;
	return js_str(o, "name");
}

static char *hash_of(const char *checkpoint, struct json_object *o)
{
	const char *const *f;
	struct sha256 s;
	char hex[SHA256_HEX];

	sha256_init(&s);
	for (f = fields_of(checkpoint); *f; f++) {
		const char *text = json_object_to_json_string_ext(
		    js_get(o, *f), JSON_C_TO_STRING_PLAIN);

		sha256_add(&s, *f, strlen(*f) + 1);
		sha256_add(&s, text, strlen(text) + 1);
	}
	sha256_hex(&s, hex);
	return xmemdupz(hex, 16);
}

/* ---- the decisions file ---- */

static char *key_of(const char *checkpoint, const char *item)
{
	return xasprintf("%s\001%s", checkpoint, item);
}

static void index_decisions(struct review *r)
{
	size_t i;

	for (i = 0; i < js_len(r->decisions); i++) {
		struct json_object *d =
		    json_object_array_get_idx(r->decisions, i);
		char *key = key_of(
		    js_str_or(d, "checkpoint", ""), js_str_or(d, "item", ""));

		map_set(&r->by_item, key, d);
		free(key);
	}
}

static void load(struct review *r)
{
	if (access(r->path, F_OK) < 0 && errno == ENOENT) {
		r->root = json_object_new_object();
		js_set(r->root, "decisions", json_object_new_array());
	} else {
		r->root = js_load(r->path);
	}
	r->decisions = js_arr(r->root, "decisions");
	if (!r->decisions)
		die("%s: this is no file of decisions", r->path);
	map_init(&r->by_item, MAP_EXACT);
	index_decisions(r);
}

static int by_item(const void *a, const void *b)
{
	struct json_object *x = *(struct json_object *const *)a;
	struct json_object *y = *(struct json_object *const *)b;
	int c = strcmp(
	    js_str_or(x, "checkpoint", ""), js_str_or(y, "checkpoint", ""));

	return c ? c
		 : strcmp(js_str_or(x, "item", ""), js_str_or(y, "item", ""));
}

/* One decision a line: it is committed, and read in diffs. */
static void save(struct review *r)
{
	struct buf b = BUF_INIT;
	size_t i;

	json_object_array_sort(r->decisions, by_item);
	buf_adds(&b, "{\"decisions\": [");
	for (i = 0; i < js_len(r->decisions); i++)
		buf_addf(&b, "%s\n  %s", i ? "," : "",
		    json_object_to_json_string_ext(
			json_object_array_get_idx(r->decisions, i),
			JSON_C_TO_STRING_PLAIN |
			    JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_adds(&b, "\n]}\n");
	if (fs_write_changed(r->path, b.s, b.len) < 0)
		die("%s: %s", r->path, strerror(errno));
	buf_release(&b);
}

static struct json_object *decision_on(
    struct review *r, const char *item, const char *hash)
{
	char *key = key_of(r->checkpoint, item);
	struct json_object *d = map_get(&r->by_item, key);

	free(key);
	return d && js_is(d, "hash", hash) ? d : NULL;
}

/* ---- deciding ---- */

static const char *verdict_for(const struct review *r, const char *item)
{
	size_t i;

	for (i = 0; i < r->reject.nr; i++) {
		if (fnmatch(r->reject.items[i], item, 0) == 0)
			return "reject";
	}
	for (i = 0; i < r->edit.nr; i++) {
		if (fnmatch(r->edit.items[i], item, 0) == 0)
			return "edit";
	}
	for (i = 0; i < r->accept.nr; i++) {
		if (fnmatch(r->accept.items[i], item, 0) == 0)
			return "accept";
	}
	return NULL;
}

/* What may be changed by hand: nothing that others refer to. */
static bool may_set(const char *checkpoint, const char *key)
{
	static const char *const assess[] = {
	    "action", "priority", "effort_hours", "reason", NULL};
	static const char *const plan[] = {"materialized", "incremental",
	    "description", "vars", "tests", "keys", "collation_policy", NULL};
	const char *const *k = *checkpoint == 'a' ? assess : plan;

	if (*checkpoint != 'a' && *checkpoint != 'p')
		return false;
	for (; *k; k++) {
		if (strcmp(*k, key) == 0)
			return true;
	}
	return false;
}

/* --set a=b: b is JSON, or else text. */
static struct json_object *settings(const struct review *r)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < r->set.nr; i++) {
		const char *eq = strchr(r->set.items[i], '=');
		struct json_object *v;
		char *key;

		if (!eq)
			die("--set takes field=value, not '%s'",
			    r->set.items[i]);
		key = xmemdupz(r->set.items[i], (size_t)(eq - r->set.items[i]));
		if (!may_set(r->checkpoint, key))
			die("'%s' can't be set at checkpoint %s", key,
			    r->checkpoint);
		v = json_tokener_parse(eq + 1);
		js_set(o, key, v ? v : json_object_new_string(eq + 1));
		free(key);
	}
	return o;
}

static void decide(
    struct review *r, const char *verdict, const char *item, const char *hash)
{
	struct json_object *d = json_object_new_object();
	char *key = key_of(r->checkpoint, item);
	struct json_object *old = map_get(&r->by_item, key);
	size_t i;

	js_set_str(d, "checkpoint", r->checkpoint);
	js_set_str(d, "item", item);
	js_set_str(d, "decision", verdict);
	js_set_str(d, "hash", hash);
	if (strcmp(verdict, "edit") == 0)
		js_set(d, "set", settings(r));
	if (r->note)
		js_set_str(d, "note", r->note);
	if (r->by)
		js_set_str(d, "by", r->by);
	for (i = 0; old && i < js_len(r->decisions); i++) {
		if (json_object_array_get_idx(r->decisions, i) == old)
			break;
	}
	if (old)
		json_object_array_put_idx(r->decisions, i, d);
	else
		json_object_array_add(r->decisions, d);
	map_set(&r->by_item, key, d);
	free(key);
	r->changed++;
}

/* ---- what follows from a decision ---- */

static void apply_settings(struct json_object *to, struct json_object *set)
{
	if (!set)
		return;
	json_object_object_foreach(set, key, value)
	{
		js_set(to, key, json_object_get(value));
	}
}

static void apply(
    const struct review *r, struct json_object *o, struct json_object *d)
{
	struct json_object *assessment = js_obj(o, "assessment"), *review;
	bool rejected = js_is(d, "decision", "reject");

	if (*r->checkpoint == 'a') {
		if (rejected)
			js_set_str(assessment, "action", "leave");
		apply_settings(assessment, js_obj(d, "set"));
	} else if (rejected) {
		js_set_str(o, "status",
		    *r->checkpoint == 'e' ? "needs_review" : "manual");
	} else if (*r->checkpoint == 'e') {
		/* Compared, different, and accepted as it is. */
		if (js_is(o, "status", "needs_review"))
			js_set_str(o, "status", "completed");
	} else {
		apply_settings(o, js_obj(d, "set"));
	}
	review = json_object_new_object();
	js_set_str(review, "checkpoint", r->checkpoint);
	js_set_str(review, "decision", js_str(d, "decision"));
	if (js_str(d, "note"))
		js_set_str(review, "note", js_str(d, "note"));
	js_set(o, "review", review);
}

/* ---- the stream ---- */

static void list_item(const struct review *r, struct json_object *o,
    const char *item, struct json_object *d)
{
	struct json_object *a = js_obj(o, "assessment");
	const char *what = "";

	switch (*r->checkpoint) {
	case 'a': what = js_str_or(a, "action", ""); break;
	case 'p': what = js_str_or(o, "materialized", ""); break;
	case 'g': what = js_str_or(js_obj(o, "generated"), "claim", ""); break;
	default:
		what = js_str_or(js_obj(o, "evaluation"), "verdict", "");
		break;
	}
	printf("%s\t%s\t%s\t%s\n", d ? js_str_or(d, "decision", "?") : "open",
	    item, what, js_str_or(o, "object", ""));
}

static int take(struct jsonl_reader *reader, struct json_object *o, void *data)
{
	struct review *r = data;
	const char *item = item_of(r->checkpoint, o), *verdict;
	struct json_object *d;
	char *hash;

	if (!item) {
		if (!r->list)
			jsonl_pass(reader, stdout);
		return 0;
	}
	hash = hash_of(r->checkpoint, o);
	verdict = verdict_for(r, item);
	if (verdict)
		decide(r, verdict, item, hash);
	d = decision_on(r, item, hash);
	r->open += d == NULL;
	if (r->list) {
		list_item(r, o, item, d);
	} else if (d) {
		apply(r, o, d);
		jsonl_write(o, stdout);
	} else {
		jsonl_pass(reader, stdout);
	}
	free(hash);
	return 0;
}

static void release(struct review *r)
{
	json_object_put(r->root);
	map_release(&r->by_item, NULL);
	opt_list_release(&r->accept);
	opt_list_release(&r->reject);
	opt_list_release(&r->edit);
	opt_list_release(&r->set);
}

int main(int argc, char **argv)
{
	struct review r = {.by = getenv("USER")};
	const struct opt opts[] = {
	    {OPT_STRING, 'k', "checkpoint", "NAME", &r.checkpoint,
		"assess, plan, gen or eval", checkpoints},
	    {OPT_FLAG, 'l', "list", NULL, &r.list,
		"print what there is to decide instead of the records", NULL},
	    {OPT_LIST, 'a', "accept", "GLOB", &r.accept,
		"accept the items that match", NULL},
	    {OPT_LIST, 'e', "edit", "GLOB", &r.edit,
		"accept the items that match with what --set says", NULL},
	    {OPT_LIST, 'r', "reject", "GLOB", &r.reject,
		"reject the items that match", NULL},
	    {OPT_LIST, 's', "set", "FIELD=VALUE", &r.set,
		"with --edit: the field's new value", NULL},
	    {OPT_STRING, 'n', "note", "TEXT", &r.note,
		"why, kept with the decision", NULL},
	    {OPT_STRING, 0, "by", "NAME", &r.by, "who decides (default $USER)",
		NULL},
	    {OPT_FLAG, 'g', "gate", NULL, &r.gate,
		"exit 1 while something is undecided", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {
	    "-k CHECKPOINT [-a|-r|-e GLOB] DECISIONS [FILE...]",
	    "Let a person accept, edit or reject what a stage made", opts};
	int i, status;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	if (!r.checkpoint || i >= argc)
		die("a checkpoint and a decisions file are needed; "
		    "try '%s --help'",
		    mig_progname);
	r.path = argv[i];
	load(&r);
	status = jsonl_each(argv + i + 1, take, &r);
	if (r.changed)
		save(&r);
	if (r.gate && r.open) {
		error("checkpoint %s: %zu of the items are undecided; see "
		      "them with '%s -k %s --list %s'",
		    r.checkpoint, r.open, mig_progname, r.checkpoint, r.path);
		if (status == MIG_OK)
			status = MIG_NEGATIVE;
	}
	release(&r);
	return mig_finish(status);
}
