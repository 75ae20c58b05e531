/* The insides of profiling: profile.c looks, profile_write.c keeps writes. */
#ifndef TSQL_PROFILE_INT_H
#define TSQL_PROFILE_INT_H

#include "tsql/profile.h"

/* Where in the procedure a statement stands. */
struct place {
	uint32_t depth;
	bool in_loop, in_branch, in_handler;
};

struct profiler {
	struct arena *arena;
	const struct tsql_module *module;
	struct tsql_profile *out;
	struct place place;
};

static inline void profile_note(
    struct profiler *p, enum tsql_feature f, uint32_t off)
{
	if (!p->out->count[f]++)
		p->out->first[f] = off;
}

#define NOTE(p, name, off) profile_note((p), TSQL_FEATURE_##name, (off))

static inline bool is_temp(const struct tsql_name *n)
{
	return n->len && n->text[0] == '#';
}

static inline const struct tsql_name *last_part(const struct tsql_objname *n)
{
	return &n->part[n->n - 1];
}

/* A statement that writes a table, noted with its target and keys. */
void profile_insert(struct profiler *, const struct tsql_stmt *);
void profile_update(struct profiler *, const struct tsql_stmt *);
void profile_delete(struct profiler *, const struct tsql_stmt *);
void profile_merge(struct profiler *, const struct tsql_stmt *);
void profile_truncate(struct profiler *, const struct tsql_stmt *);
void profile_select(struct profiler *, const struct tsql_stmt *); /* INTO */

#endif
