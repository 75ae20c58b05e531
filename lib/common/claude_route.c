#include "common/alloc.h"
#include "common/buf.h"
#include "common/claude_msg.h"
#include "common/claude_route.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

struct json_object *claude_models_load(const char *path)
{
	struct buf text = BUF_INIT;
	struct json_object *o = NULL;

	if (fs_read(path, &text) < 0) {
		error("%s: can't be read", path);
	} else {
		o = claude_json(buf_str(&text), text.len);
		if (!js_obj(o, "tasks") || !js_obj(o, "models")) {
			error("%s: not a file of models", path);
			json_object_put(o);
			o = NULL;
		}
	}
	buf_release(&text);
	return o;
}

static void add_models(struct claude_route *r, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ", ");

		if (n) {
			r->models = xreallocarray(
			    r->models, r->nr + 1, sizeof(*r->models));
			r->models[r->nr++] = xmemdupz(list, n);
		}
		list += n;
		list += strspn(list, ", ");
	}
}

/* The last --model that fits: TASK.LEVEL= before TASK= before a bare list. */
static const char *from_flags(
    const struct opt_list *flags, const char *task, const char *difficulty)
{
	const char *best = NULL;
	int best_rank = 0;
	size_t i;

	for (i = 0; i < flags->nr; i++) {
		const char *s = flags->items[i], *eq = strchr(s, '=');
		size_t t = strlen(task);
		int rank = 0;

		if (!eq)
			rank = 1;
		else if ((size_t)(eq - s) == t && memcmp(s, task, t) == 0)
			rank = 2;
		else if (strncmp(s, task, t) == 0 && s[t] == '.' &&
		    (size_t)(eq - s) == t + 1 + strlen(difficulty) &&
		    strncmp(s + t + 1, difficulty, strlen(difficulty)) == 0)
			rank = 3;
		if (rank && rank >= best_rank) {
			best_rank = rank;
			best = eq ? eq + 1 : s;
		}
	}
	return best;
}

static const char *env_of(const char *a, const char *b)
{
	char *name = xasprintf("MIG_MODEL%s%s%s%s", a ? "_" : "", a ? a : "",
	    b ? "_" : "", b ? b : "");
	const char *value;
	char *p;

	for (p = name; *p; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	}
	value = getenv(name);
	free(name);
	return value && *value ? value : NULL;
}

static const char *from_environment(const char *task, const char *difficulty)
{
	const char *s = env_of(task, difficulty);

	if (!s)
		s = env_of(task, NULL);
	if (!s)
		s = env_of(NULL, NULL);
	if (!s)
		s = getenv("ANTHROPIC_MODEL");
	return s && *s ? s : NULL;
}

int claude_route_find(struct claude_route *r, struct json_object *models,
    const struct claude_opts *o, const char *task, const char *difficulty)
{
	struct json_object *levels = js_obj(js_obj(models, "tasks"), task);
	struct json_object *row = js_obj(levels, difficulty);
	const char *chosen = from_flags(&o->models, task, difficulty);
	struct json_object *list;
	size_t i;

	memset(r, 0, sizeof(*r));
	if (!row)
		row = js_obj(levels, "hard");
	if (!chosen)
		chosen = from_environment(task, difficulty);
	if (chosen) {
		add_models(r, chosen);
	} else {
		list = js_arr(row, "models");
		for (i = 0; i < js_len(list); i++)
			add_models(r,
			    json_object_get_string(
				json_object_array_get_idx(list, i)));
	}
	if (!r->nr) {
		error("no model is known for the task %s.%s", task, difficulty);
		return -1;
	}
	r->effort = o->effort ? o->effort : js_str(row, "effort");
	r->max_output = o->max_output ? (long)o->max_output
				      : (long)js_int(row, "max_output", 16000);
	return 0;
}

void claude_route_release(struct claude_route *r)
{
	while (r->nr)
		free(r->models[--r->nr]);
	free(r->models);
	r->models = NULL;
}

struct claude_caps claude_caps_of(struct json_object *models, const char *model)
{
	struct json_object *table = js_obj(models, "models");
	struct json_object *row = js_obj(table, model);
	/* A newer model of the family takes what its elders took. */
	bool family = strncmp(model, "claude-", 7) == 0;
	struct claude_caps caps = {32000, family, family, family};
	size_t len = strlen(model);
	char *base;

	if (!row && len > 9 && model[len - 9] == '-') {
		base = xmemdupz(model, len - 9);
		row = js_obj(table, base);
		free(base);
	}
	if (!row)
		return caps;
	caps.max_output = (long)js_int(row, "max_output", caps.max_output);
	caps.thinking = js_bool(row, "thinking", false);
	caps.effort = js_bool(row, "effort", false);
	caps.structured = js_bool(row, "structured", false);
	return caps;
}
