/*
 * mig-assess: what its files share. Records go through a temporary file, for
 * the priority of an object is known only when all have been read; in memory
 * stays a line about each.
 */
#ifndef MIG_ASSESS_H
#define MIG_ASSESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "agent/agent.h"
#include "common/arena.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/opt.h"
#include "tsql/profile.h"

enum action {
	ACTION_MIGRATE,
	ACTION_REWRITE,
	ACTION_DEPRECATE,
	ACTION_LEAVE,
	ACTION_MANUAL,
	ACTION_NR
};

enum level { LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_VERY_HIGH, LEVEL_NR };

extern const char *const action_names[];
extern const char *const level_names[];

/* The rules: share/rules/assess.json and what --rules adds. */
struct rules {
	struct json_object *weights, *hours, *levels, *rules;
};

/* 0, or -1 after a message. */
int rules_load(struct rules *, const char *path);
void rules_release(struct rules *);

/* What the rules are asked about. */
struct subject {
	struct json_object *record;
	const struct tsql_module *module;   /* NULL: no text, or a table */
	const struct tsql_profile *profile; /* never NULL */
	const char *pattern;		    /* of a procedure, or NULL */
};

/* What they answer. */
struct verdict {
	enum action action;
	bool said;	    /* a rule chose the action */
	const char *reason; /* belongs to the rules */
	double points, hours;
	struct json_object *findings; /* an array, the caller's */
};

void rules_apply(
    const struct rules *, const struct subject *, struct verdict *);
double rules_number(struct json_object *table, const char *key, double alt);

/* A line about an object. */
struct line {
	char *id, *kind, *database; /* "": not said */
	double score, hours;
	enum action action;
	enum level level;
	uint32_t dependants, priority;
	bool unused; /* its usage is known, and there is none */
};

struct assess {
	struct rules rules;
	struct arena arena; /* of the record in work */
	FILE *spool;
	struct agent *agent; /* NULL: the rules alone */
	struct line *line;
	size_t nr, cap;
	bool several;	   /* databases */
	struct map wanted; /* "database\1id", folded -> how often it is used */
	struct map findings; /* code -> array of [message, severity, ids] */
};

/* object.c: the assessment of one record, without its priority; a new
 * reference */
struct json_object *assess_object(
    struct assess *, struct json_object *record, struct line *);
bool is_object_kind(const char *kind);

/* strategy.c: ranks, and the record at the end */
void assess_rank(struct assess *);
/* Its id, with the database in front where there are several. */
const char *assess_name(struct assess *, const struct line *);
void assess_key(struct buf *, const char *database, const char *id);
struct json_object *assess_strategy(struct assess *);
void strategy_note(struct assess *, const char *id, struct json_object *);

#endif
