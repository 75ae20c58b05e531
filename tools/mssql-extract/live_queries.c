/* Which text is sent for which question: share/catalog. */
#include <stdlib.h>

#include <json-c/json.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

#include "live.h"

int queries_load(struct queries *q)
{
	char *path = mig_share("catalog/sets.json");
	int rc = -1;

	memset(q, 0, sizeof(*q));
	q->sets = js_load(path);
	if (js_arr(q->sets, "sets") && js_arr(q->sets, "batches"))
		rc = 0;
	else if (q->sets)
		error("%s: not a list of query sets", path);
	free(path);
	return rc;
}

void queries_release(struct queries *q)
{
	json_object_put(q->sets);
}

static struct json_object *set_named(const struct queries *q, const char *name)
{
	struct json_object *sets = js_arr(q->sets, "sets");
	size_t i;

	for (i = 0; name && i < js_len(sets); i++) {
		struct json_object *s = json_object_array_get_idx(sets, i);

		if (js_is(s, "name", name))
			return s;
	}
	return NULL;
}

static bool has_engine(struct json_object *set, int64_t engine)
{
	struct json_object *a = js_arr(set, "engine_editions");
	size_t i;

	for (i = 0; i < js_len(a); i++) {
		if (json_object_get_int64(json_object_array_get_idx(a, i)) ==
		    engine)
			return true;
	}
	return false;
}

void queries_choose(struct queries *q, int64_t engine, int64_t major)
{
	struct json_object *sets = js_arr(q->sets, "sets"), *s = NULL;
	size_t i;

	for (i = 0; i < js_len(sets) && !s; i++) {
		struct json_object *one = json_object_array_get_idx(sets, i);

		if (js_arr(one, "engine_editions")
			? has_engine(one, engine)
			: major >= js_int(one, "major_version", 0))
			s = one;
	}
	for (q->nr = 0; s && q->nr < ARRAY_SIZE(q->chain);
	     s = set_named(q, js_str(s, "base")))
		q->chain[q->nr++] = js_str(s, "name");
}

/* The statement, without the lines that are comments: what a server's log
 * shows is then the SELECT alone. "" when there is none. */
static char *statement_of(const char *s)
{
	struct buf b = BUF_INIT;

	while (*s) {
		size_t n = strcspn(s, "\n"), blank = strspn(s, " \t\r");

		if (strncmp(s + blank, "--", 2) != 0 && blank < n) {
			if (b.len)
				buf_addc(&b, '\n');
			buf_add(&b, s, n);
		}
		s += n + (s[n] == '\n');
	}
	buf_adds(&b, "");
	return buf_detach(&b);
}

char *queries_text(const struct queries *q, const char *name, size_t *depth)
{
	struct buf b = BUF_INIT;

	for (; *depth < q->nr; ++*depth) {
		char *file =
		    xasprintf("catalog/%s/%s.sql", q->chain[*depth], name);
		char *path = mig_share(file);
		int rc = fs_read(path, &b);

		free(file);
		free(path);
		if (rc == 0) {
			char *sql = statement_of(buf_str(&b));

			buf_release(&b);
			return sql;
		}
		buf_reset(&b);
	}
	buf_release(&b);
	return NULL;
}

bool queries_required(const struct queries *q, const char *name)
{
	struct json_object *a = js_arr(q->sets, "required");
	size_t i;

	for (i = 0; i < js_len(a); i++) {
		if (strcmp(
			json_object_get_string(json_object_array_get_idx(a, i)),
			name) == 0)
			return true;
	}
	return false;
}
