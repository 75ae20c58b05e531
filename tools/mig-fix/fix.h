/*
 * mig-fix: what its files share. The stream is kept in memory, for repaired
 * models are tested again, all of an attempt in one call of mig-test.
 */
#ifndef MIG_FIX_H
#define MIG_FIX_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/agent.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/opt.h"

/* One record of the stream. */
struct item {
	char *raw; /* as it came; NULL once it was changed, or is a model */
	struct json_object *record; /* of models; else NULL */
	bool failed, retest, stuck;
	char *seen; /* the errors of the attempt before, as text */
};

struct fix {
	struct agent *agent; /* NULL: the rules alone */
	const char *dir, *target;
	unsigned long max_attempts;
	bool no_test;
	struct json_object *rules; /* an array */
	struct item *item;
	size_t nr, cap;
	struct map by_name; /* model -> index + 1 */
};

/* rules.c. Adds the rules of a file: 0, or -1 after a message. */
int rules_load(struct fix *, const char *path);
/*
 * Tries the rules on each error of the model. What they change is put into
 * the record's files, changelog and claim. How many changes.
 */
size_t rules_apply(const struct fix *, struct json_object *model);

/* text.c: words of SQL, outside of strings, comments, Jinja and quotes. */
struct word {
	size_t at, len;
};
/* The next word at or behind *pos; false at the end. */
bool sql_next_word(const char *sql, size_t *pos, struct word *);
/* Offsets of a 1-based line; false when there is none. */
bool text_line(const char *s, size_t nr, size_t *from, size_t *to);

/* attempt.c. Writes the files and has the models tested again: 0, or -1 after
 * a message. */
int attempt_write(const struct fix *, struct json_object *model);
int attempt_test(struct fix *);

#endif
