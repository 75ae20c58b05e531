#include <stdbool.h>

#include "common/alloc.h"
#include "common/answer.h"
#include "common/claude_msg.h"
#include "common/fs.h"

struct reader {
	struct answer *a;
	const char *boundary;
	const char *const *paths;
	size_t nr_paths;
	size_t line;
	struct buf *into; /* the open block's content */
	struct buf meta;
	bool has_meta, done;
	char *why;
};

static int refuse(struct reader *r, const char *why, const char *what)
{
	if (!r->why)
		r->why = xasprintf("line %zu of the answer: %s%s%.80s", r->line,
		    why, *what ? ": " : "", what);
	return -1;
}

static int open_file(struct reader *r, const char *path)
{
	struct answer *a = r->a;
	bool known = false;
	size_t i;

	for (i = 0; i < r->nr_paths; i++)
		known = known || strcmp(r->paths[i], path) == 0;
	if (!known || !fs_path_is_inside(path))
		return refuse(r, "a file that was not asked for", path);
	if (answer_file(a, path))
		return refuse(r, "a file twice", path);
	GROW(a->files, a->nr, a->cap);
	memset(&a->files[a->nr], 0, sizeof(a->files[a->nr]));
	a->files[a->nr].path = xstrdup(path);
	buf_grow(&a->files[a->nr].content, 0);
	r->into = &a->files[a->nr++].content;
	return 0;
}

static int end_block(struct reader *r)
{
	if (!r->into)
		return refuse(r, "an end without a beginning", "");
	if (r->into == &r->meta) {
		r->a->meta = claude_json(buf_str(&r->meta), r->meta.len);
		if (!json_object_is_type(r->a->meta, json_type_object))
			return refuse(r, "the meta block is not JSON", "");
	} else if (!r->into->len) {
		return refuse(r, "an empty file", "");
	}
	r->into = NULL;
	return 0;
}

static int on_mark(struct reader *r, const char *verb)
{
	if (strcmp(verb, "end") == 0)
		return end_block(r);
	if (r->into)
		return refuse(r, "a block inside a block", "");
	if (strcmp(verb, "done") == 0) {
		r->done = true;
		return 0;
	}
	if (strcmp(verb, "meta") == 0 && !r->has_meta) {
		r->has_meta = true;
		r->into = &r->meta;
		return 0;
	}
	if (strncmp(verb, "file ", 5) == 0)
		return open_file(r, verb + 5);
	return refuse(r, "an unknown mark", verb);
}

static int on_line(struct reader *r, const char *s, size_t len)
{
	size_t n = strlen(r->boundary);
	char *line;
	int ret = 0;

	while (len &&
	    (s[len - 1] == '\r' || s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len > n + 5 && memcmp(s, "=== ", 4) == 0 &&
	    memcmp(s + 4, r->boundary, n) == 0 && s[n + 4] == ' ') {
		if (r->done)
			return refuse(r, "more behind the end", "");
		line = xmemdupz(s + n + 5, len - n - 5);
		ret = on_mark(r, line);
		free(line);
		return ret;
	}
	if (r->into) {
		if (r->into->len + len > ANSWER_MAX_FILE)
			return refuse(r, "a file is too large", "");
		buf_add(r->into, s, len);
		buf_addc(r->into, '\n');
		return 0;
	}
	if (!len)
		return 0;
	line = xmemdupz(s, len);
	ret = refuse(r, "text outside of the blocks", line);
	free(line);
	return ret;
}

int answer_parse(struct answer *a, const char *text, const char *boundary,
    const char *const *paths, size_t nr, char **why)
{
	struct reader r = {
	    .a = a, .boundary = boundary, .paths = paths, .nr_paths = nr};
	int ret = 0;

	memset(a, 0, sizeof(*a));
	*why = NULL;
	if (!*boundary)
		ret = refuse(&r, "the request had no boundary", "");
	while (ret == 0 && *text) {
		size_t n = strcspn(text, "\n");

		r.line++;
		ret = on_line(&r, text, n);
		text += n + (text[n] == '\n');
	}
	if (ret == 0 && r.into)
		ret = refuse(&r, "it ends inside of a block", "");
	if (ret == 0 && !r.done)
		ret = refuse(&r, "it is not whole: no 'done' at its end", "");
	buf_release(&r.meta);
	*why = r.why;
	if (ret < 0)
		answer_release(a);
	return ret;
}

void answer_release(struct answer *a)
{
	while (a->nr) {
		a->nr--;
		free(a->files[a->nr].path);
		buf_release(&a->files[a->nr].content);
	}
	free(a->files);
	json_object_put(a->meta);
	memset(a, 0, sizeof(*a));
}

const struct buf *answer_file(const struct answer *a, const char *path)
{
	size_t i;

	for (i = 0; i < a->nr; i++) {
		if (strcmp(a->files[i].path, path) == 0)
			return &a->files[i].content;
	}
	return NULL;
}
