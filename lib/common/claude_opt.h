/*
 * The options that every tool with a Claude engine shares: one table, so that
 * no tool pastes them.
 *
 *	struct claude_opts claude;
 *	claude_opts_init(&claude);
 *	const struct opt opts[] = {
 *	    ...
 *	    {OPT_GROUP, 0, NULL, NULL, claude.table, NULL, NULL},
 *	    {OPT_END, ...}};
 *
 * Flags win over the environment (MIG_ENGINE, MIG_MODEL, MIG_MODEL_GEN,
 * MIG_MODEL_GEN_HARD, MIG_EFFORT, MIG_MODELS, MIG_PRICES, MIG_RECORD,
 * MIG_REPLAY, ANTHROPIC_*), which wins over the files in share/.
 */
#ifndef MIG_CLAUDE_OPT_H
#define MIG_CLAUDE_OPT_H

#include "common/opt.h"

#define CLAUDE_MAX_OPTS 40

struct claude_opts {
	const char *engine; /* "rules", "claude", "auto" */
	struct opt_list models;
	const char *effort;
	unsigned long jobs;
	bool unordered;
	double max_cost;	  /* dollars; below 0: no limit */
	unsigned long max_tokens; /* of the whole run; 0: no limit */
	unsigned long max_output; /* of one answer; 0: by the route */
	bool dry_run, batch;
	const char *batch_id, *batch_state;
	double poll; /* seconds between looks at a batch; 0: by itself */
	const char *record, *replay;
	const char *prompt, *context;
	bool send_samples, redact;
	unsigned long max_attempts;
	unsigned long retries;
	double connect_timeout, idle_timeout, timeout; /* seconds */
	const char *ca_file, *api_version, *cache;
	struct opt_list betas;
	const char *models_file, *prices_file;
	struct opt table[CLAUDE_MAX_OPTS];
};

void claude_opts_init(struct claude_opts *o);
void claude_opts_release(struct claude_opts *o);

/* Takes an option out of the table that the tool has an own one for, or that
 * means nothing to it; its field stays for the tool to set. */
void claude_opts_drop(struct claude_opts *o, const char *name);

/* Mistakes that a table can't see: says what and returns -1. */
int claude_opts_check(const struct claude_opts *o)
    __attribute__((warn_unused_result));

#endif
