/*
 * Which model gets a request: by task and difficulty from share/models.json,
 * overridden by --model and the environment. A route is a list: the first
 * model is asked, the next ones are fallbacks for a refusal or an overload.
 */
#ifndef MIG_CLAUDE_ROUTE_H
#define MIG_CLAUDE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/claude_opt.h"

struct json_object;

struct claude_route {
	char **models;
	size_t nr;
	const char *effort; /* NULL: the model's default */
	long max_output;
};

/* What a model takes; for names that the file doesn't know, a guess that any
 * compatible endpoint accepts. */
struct claude_caps {
	long max_output;
	bool thinking, effort, structured;
};

/* NULL and a message when the file can't be used. */
struct json_object *claude_models_load(const char *path);

/* -1 and a message when no model is known for the task. Strings of r belong
 * to models and the options; claude_route_release() frees the list. */
int claude_route_find(struct claude_route *r, struct json_object *models,
    const struct claude_opts *o, const char *task, const char *difficulty)
    __attribute__((warn_unused_result));
void claude_route_release(struct claude_route *r);

struct claude_caps claude_caps_of(
    struct json_object *models, const char *model);

#endif
