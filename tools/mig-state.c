/*
 * mig-state: folds model records into the state file and passes the stream on
 * byte for byte. The file is changed under a lock, by a rename, and at least
 * once a second while records arrive, so that a run that is killed loses no
 * more than that.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "common/opt.h"

struct state {
	const char *path;
	const char *project, *phase;	 /* as the options say, or NULL */
	struct map fresh;		 /* name -> entry not yet in the file */
	char *seen_phase, *seen_project; /* what the stream itself says */
	time_t folded;
	bool failed; /* some model is failed: the exit status says it */
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	stopped = sig;
}

static void put_json(void *o)
{
	json_object_put(o);
}

static void copy(
    struct json_object *to, struct json_object *from, const char *key)
{
	struct json_object *v = js_get(from, key);

	if (v)
		js_set(to, key, json_object_get(v));
}

/* What the state keeps of a model record: a new reference. */
static struct json_object *entry_of(struct json_object *model)
{
	struct json_object *e = json_object_new_object();
	struct json_object *generated = js_obj(model, "generated");
	struct json_object *evaluation = js_obj(model, "evaluation");
	struct json_object *errors = js_arr(model, "errors");

	js_set_str(e, "name", js_str(model, "name"));
	copy(e, model, "object");
	js_set_str(e, "status", js_str_or(model, "status", "planned"));
	js_set_int(e, "attempts", js_int(model, "attempts", 0));
	js_set(e, "errors",
	    errors ? json_object_get(errors) : json_object_new_array());
	js_set(e, "validation_score",
	    json_object_get(js_get(model, "validation_score")));
	copy(e, generated, "claim");
	copy(e, generated, "engine");
	copy(e, generated, "hash");
	copy(e, model, "wave");
	copy(e, evaluation, "verdict");
	if (js_get(evaluation, "rows_actual"))
		js_set_int(e, "rows", js_int(evaluation, "rows_actual", 0));
	return e;
}

/* The last stage whose section the record has. */
static const char *phase_of(struct json_object *model)
{
	if (js_obj(model, "evaluation"))
		return "eval";
	if (js_obj(model, "test"))
		return "test";
	if (js_obj(model, "generated"))
		return "gen";
	return "plan";
}

static int by_name(const void *a, const void *b)
{
	return strcmp(js_str_or(*(struct json_object *const *)a, "name", ""),
	    js_str_or(*(struct json_object *const *)b, "name", ""));
}

/* The project's status follows from its models'. */
static const char *project_status(struct json_object *models)
{
	bool failed = false, review = false, open = js_len(models) == 0;
	size_t i;

	for (i = 0; i < js_len(models); i++) {
		struct json_object *m = json_object_array_get_idx(models, i);

		if (js_is(m, "status", "failed"))
			failed = true;
		else if (js_is(m, "status", "needs_review"))
			review = true;
		else if (!js_is(m, "status", "completed") &&
		    !js_is(m, "status", "manual"))
			open = true;
	}
	if (open)
		return "in_progress";
	if (failed)
		return "failed";
	return review ? "needs_review" : "completed";
}

/* The state in the file: a new one when there is none, NULL and a message
 * when it can't be read or is something else. */
static struct json_object *load(const char *path)
{
	struct json_object *o;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return json_object_new_object();
	o = js_load(path);
	if (!js_arr(o, "models")) {
		error("%s: this is not a state file; it is left alone", path);
		json_object_put(o);
		return NULL;
	}
	return o;
}

static void merge_models(struct json_object *root, struct map *fresh)
{
	struct json_object *models = js_arr(root, "models");
	struct map at;
	size_t i;

	if (!models) {
		models = json_object_new_array();
		js_set(root, "models", models);
	}
	map_init(&at, MAP_EXACT);
	for (i = 0; i < js_len(models); i++) {
		const char *name =
		    js_str_or(json_object_array_get_idx(models, i), "name", "");

		map_put(&at, name, strlen(name))->value = (void *)(i + 1);
	}
	for (i = 0; i < fresh->nr; i++) {
		size_t idx = (size_t)map_get(&at, fresh->items[i].key);
		struct json_object *e = json_object_get(fresh->items[i].value);

		if (idx)
			json_object_array_put_idx(models, idx - 1, e);
		else
			json_object_array_add(models, e);
	}
	map_release(&at, NULL);
	/* By name: the order of arrival is chance under make -j. */
	json_object_array_sort(models, by_name);
}

static void add_json(struct buf *out, struct json_object *o)
{
	buf_adds(out,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* One model a line: the file is read and compared by people too. */
static void print(struct json_object *root, struct buf *out)
{
	static const char *const keys[] = {
	    "project_id", "status", "current_phase"};
	struct json_object *models = js_arr(root, "models");
	size_t i;

	buf_adds(out, "{\n");
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		buf_addf(out, "  \"%s\": ", keys[i]);
		add_json(out, js_get(root, keys[i]));
		buf_adds(out, ",\n");
	}
	buf_adds(out, "  \"models\": [");
	for (i = 0; i < js_len(models); i++) {
		buf_adds(out, i ? ",\n    " : "\n    ");
		add_json(out, json_object_array_get_idx(models, i));
	}
	buf_adds(out, i ? "\n  ]\n}\n" : "]\n}\n");
}

/* Who changes the file holds this; -1 and a message when it can't be had. */
static int lock(const char *path)
{
	char *name = xasprintf("%s.lock", path);
	int fd = -1;

	if (fs_mkdirs_for(path) == 0)
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	while (fd >= 0 && flock(fd, LOCK_EX) < 0 && errno == EINTR)
		;
	if (fd < 0)
		error("%s: %s", name, strerror(errno));
	free(name);
	return fd;
}

/* Brings what is fresh into the file; 0 or -1 after a message. */
static int fold(struct state *s)
{
	struct json_object *root = NULL;
	struct buf out = BUF_INIT;
	int fd = lock(s->path), ret = -1;
	const char *id, *phase;

	if (fd < 0)
		return -1;
	root = load(s->path);
	if (!root)
		goto out;
	id = s->project ? s->project : s->seen_project;
	phase = s->phase ? s->phase : s->seen_phase;
	if (id || !js_str(root, "project_id"))
		js_set_str(root, "project_id", id ? id : "");
	if (phase || !js_str(root, "current_phase"))
		js_set_str(root, "current_phase", phase ? phase : "plan");
	merge_models(root, &s->fresh);
	js_set_str(root, "status", project_status(js_arr(root, "models")));
	print(root, &out);
	if (fs_write_changed(s->path, out.s, out.len) < 0)
		error("%s: %s", s->path, strerror(errno));
	else
		ret = 0;
	map_release(&s->fresh, put_json);
	map_init(&s->fresh, MAP_EXACT);
	s->folded = time(NULL);
out:
	json_object_put(root);
	buf_release(&out);
	close(fd);
	return ret;
}

static void replace(char **p, const char *value)
{
	if (!value)
		return;
	free(*p);
	*p = xstrdup(value);
}

static bool is_work_item(struct json_object *o)
{
	return (js_is(o, "kind", "model") || js_is(o, "kind", "seed") ||
		   js_is(o, "kind", "snapshot")) &&
	    js_str(o, "name");
}

static int take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct state *s = data;

	jsonl_pass(r, stdout);
	if (js_is(o, "kind", "plan"))
		replace(&s->seen_project, js_str(o, "project"));
	if (!is_work_item(o))
		return 0;
	replace(&s->seen_project, js_str(o, "project"));
	json_object_put(map_set(&s->fresh, js_str(o, "name"), entry_of(o)));
	replace(&s->seen_phase, phase_of(o));
	if (js_is(o, "status", "failed"))
		s->failed = true;
	if (time(NULL) > s->folded && fold(s) < 0)
		die("the state could not be kept");
	return 0;
}

/* --retry: the named models are to be made anew. */
static int retry(struct state *s, const struct opt_list *names)
{
	struct json_object *root = load(s->path);
	struct json_object *models = js_arr(root, "models");
	size_t i, k;
	int ret = MIG_OK;

	if (!root)
		return MIG_TROUBLE;
	for (i = 0; i < names->nr; i++) {
		struct json_object *found = NULL, *e;

		for (k = 0; k < js_len(models) && !found; k++) {
			e = json_object_array_get_idx(models, k);
			if (js_is(e, "name", names->items[i]) ||
			    js_is(e, "object", names->items[i]))
				found = e;
		}
		if (!found) {
			error("%s: no model '%s'", s->path, names->items[i]);
			ret = MIG_NEGATIVE;
			continue;
		}
		e = json_object_new_object();
		copy(e, found, "name");
		copy(e, found, "object");
		js_set_str(e, "status", "planned");
		js_set_int(e, "attempts", 0);
		js_set(e, "errors", json_object_new_array());
		js_set(e, "validation_score", NULL);
		copy(e, found, "wave");
		json_object_put(map_set(&s->fresh, js_str(e, "name"), e));
	}
	json_object_put(root);
	if (fold(s) < 0)
		return MIG_TROUBLE;
	return ret;
}

/* --list: one model a line, for people and for make. */
static int list(const char *path, const struct opt_list *with)
{
	struct json_object *root = load(path);
	struct json_object *models = js_arr(root, "models");
	size_t i, k;

	if (!root)
		return MIG_TROUBLE;
	for (i = 0; i < js_len(models); i++) {
		struct json_object *m = json_object_array_get_idx(models, i);
		bool wanted = with->nr == 0;

		for (k = 0; k < with->nr; k++)
			wanted |= js_is(m, "status", with->items[k]);
		if (wanted)
			printf("%s\t%s\t%" PRId64 "\t%s\n",
			    js_str_or(m, "name", ""),
			    js_str_or(m, "status", ""),
			    js_int(m, "attempts", 0),
			    js_str_or(m, "object", ""));
	}
	json_object_put(root);
	return MIG_OK;
}

static void catch_signals(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal; /* no SA_RESTART: reading must end */
	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

int main(int argc, char **argv)
{
	struct state s = {0};
	struct opt_list retries = {0}, with = {0};
	bool only_list = false;
	const struct opt opts[] = {
	    {OPT_STRING, 'p', "project", "ID", &s.project,
		"the state's project_id (default: the plan's project)", NULL},
	    {OPT_STRING, 0, "phase", "NAME", &s.phase,
		"the current phase (default: from the records)", NULL},
	    {OPT_FLAG, 'l', "list", NULL, &only_list,
		"print name, status, attempts and object of each model", NULL},
	    {OPT_LIST, 's', "status", "STATUS", &with,
		"with --list: only models of this status", NULL},
	    {OPT_LIST, 'r', "retry", "MODEL", &retries,
		"set this model back to planned and read no records", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[-p ID] [--phase NAME] STATE [FILE...]",
	    "Fold model records into the state file and pass the stream on",
	    opts};
	int i, status;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	if (i >= argc)
		die("which state file? Try '%s --help'", mig_progname);
	s.path = argv[i];
	map_init(&s.fresh, MAP_EXACT);
	if (only_list) {
		status = list(s.path, &with);
	} else if (retries.nr) {
		status = retry(&s, &retries);
	} else {
		s.folded = time(NULL);
		catch_signals();
		status = jsonl_each(argv + i + 1, take, &s);
		if (fold(&s) < 0)
			status = MIG_TROUBLE;
		else if (stopped)
			status = MIG_TROUBLE;
		else if (s.failed && status == MIG_OK)
			status = MIG_NEGATIVE;
	}
	map_release(&s.fresh, put_json);
	free(s.seen_phase);
	free(s.seen_project);
	opt_list_release(&retries);
	opt_list_release(&with);
	return mig_finish(status);
}
