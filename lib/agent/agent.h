/*
 * The Claude engine of the agents: a filter gives each record that its rules
 * have finished to agent_put(), which writes it at once, or asks first and
 * writes it when the answer has passed the gates. Output keeps the order of
 * the input (unless --unordered), whatever ends first.
 *
 *	struct agent *a;
 *	if (agent_open(&a, &conf) < 0)
 *		return mig_finish(MIG_TROUBLE);
 *	... agent_put(a, record) instead of jsonl_write(record, stdout)
 *	... agent_pass(a, reader) instead of jsonl_pass(reader, stdout)
 *	status = max(status, agent_close(a));
 *
 * With the engine "rules" (and "auto" without key or cassette) *a is NULL and
 * the same calls just write.
 *
 * What an answer may change: the section of its agent, and on model records
 * files (only those the plan names, only when the guard lets them pass),
 * status, attempts and errors. An attempt that fails a gate is told why and
 * tried again, --max-attempts times in all; the best attempt is kept, not the
 * last; two without progress end it. What isn't good enough is needs_review.
 */
#ifndef MIG_AGENT_H
#define MIG_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "common/claude_opt.h"

struct agent;
struct jsonl_reader;

struct agent_conf {
	const struct claude_opts *opts;
	const char *tool; /* "assess", "plan", "gen", "fix", "eval" */
	const char *dir;  /* the dbt project (-C), or NULL */
	bool describe;	  /* plan: also write missing descriptions */
	bool write;	  /* put accepted files into dir */
};

int agent_open(struct agent **a, const struct agent_conf *conf)
    __attribute__((warn_unused_result));
/* Writes what is pending; MIG_OK, or MIG_NEGATIVE when an object needs a
 * person, or 128 + the signal that ended it. */
int agent_close(struct agent *a);

void agent_put(struct agent *a, struct json_object *record);
void agent_pass(struct agent *a, const struct jsonl_reader *r);
/* A line that is no record of ours, without its newline. */
void agent_pass_bytes(struct agent *a, const char *line, size_t len);

/* True once a signal came: read no more. */
bool agent_stopped(const struct agent *a);

#endif
