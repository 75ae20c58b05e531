/*
 * Answers that hold files, in a form that can't be taken for anything else:
 *
 *	=== BOUNDARY file PATH
 *	...
 *	=== BOUNDARY end
 *	=== BOUNDARY meta
 *	{...}
 *	=== BOUNDARY end
 *	=== BOUNDARY done
 *
 * BOUNDARY is the request's own. Every line that begins with "=== BOUNDARY" is
 * structure, every other line is content; outside of blocks only blank lines
 * may stand. A path must be one of those that were asked for, each at most
 * once. An answer that isn't whole to its "done" is no answer: half a file is
 * never written.
 */
#ifndef MIG_ANSWER_H
#define MIG_ANSWER_H

#include <stddef.h>

#include <json-c/json.h>

#include "common/buf.h"

#define ANSWER_MAX_FILE ((size_t)1 << 20)

struct answer_file {
	char *path;
	struct buf content;
};

struct answer {
	struct answer_file *files;
	size_t nr, cap;
	struct json_object *meta; /* NULL when there was none */
};

/*
 * 0, or -1 with *why set, for the caller to free. paths, nr of them, are what
 * may be written.
 */
int answer_parse(struct answer *a, const char *text, const char *boundary,
    const char *const *paths, size_t nr, char **why)
    __attribute__((warn_unused_result));
void answer_release(struct answer *a);

const struct buf *answer_file(const struct answer *a, const char *path);

#endif
