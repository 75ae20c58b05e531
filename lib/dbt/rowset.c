#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/sha256.h"
#include "dbt/rowset.h"

bool rowset_sampled(double percent, const char *key, size_t len)
{
	char hex[SHA256_HEX];

	sha256_of(key, len, hex);
	hex[8] = '\0';
	return (double)strtoul(hex, NULL, 16) < percent / 100 * 4294967296.0;
}

static int bad_line(struct rowset *r, const char *what)
{
	report_at(r->path, r->line, 0, "error", "%s", what);
	return -1;
}

/* One line without its newline; 0 at the end, -1 on a read error. */
static int read_line(struct rowset *r)
{
	int c;

	do {
		buf_reset(&r->raw);
		while ((c = getc_unlocked(r->in)) != EOF && c != '\n')
			buf_addc(&r->raw, (char)c);
		if (c == EOF && r->raw.len == 0)
			return ferror(r->in) ? -1 : 0;
		r->line++;
		while (
		    r->raw.len > 0 && strchr("\r\t ", r->raw.s[r->raw.len - 1]))
			buf_setlen(&r->raw, r->raw.len - 1);
	} while (r->raw.len == 0);
	return 1;
}

static struct json_object *parse(struct rowset *r)
{
	struct json_object *o;

	json_tokener_reset(r->tok);
	o = json_tokener_parse_ex(r->tok, buf_str(&r->raw), (int)r->raw.len);
	if (json_tokener_get_error(r->tok) == json_tokener_success &&
	    json_tokener_get_parse_end(r->tok) == r->raw.len)
		return o;
	json_object_put(o);
	return NULL;
}

static int take_header(struct rowset *r)
{
	struct json_object *columns;
	size_t i;
	int got = read_line(r);

	if (got < 0)
		return bad_line(r, strerror(errno));
	if (got == 0)
		return bad_line(r, "empty: no rowset header");
	r->header = parse(r);
	if (!r->header || !js_is(r->header, "kind", "rowset"))
		return bad_line(r, "no rowset header");
	columns = js_arr(r->header, "columns");
	r->object = js_str(r->header, "object");
	r->database = js_str(r->header, "database");
	r->rows = js_int(r->header, "rows", -1);
	if (!columns || !r->object)
		return bad_line(r, "a rowset header needs object and columns");
	r->nr_columns = js_len(columns);
	r->columns = xcalloc(r->nr_columns + 1, sizeof(*r->columns));
	for (i = 0; i < r->nr_columns; i++) {
		struct json_object *o = json_object_array_get_idx(columns, i);
		struct rowset_column *c = &r->columns[i];

		c->name = js_str_or(o, "name", "");
		c->type_text = js_str_or(o, "type", "");
		c->type = row_type_parse(c->type_text);
	}
	return 0;
}

int rowset_open(struct rowset *r, const char *path)
{
	memset(r, 0, sizeof(*r));
	r->path = path;
	r->rows = -1;
	r->in = fopen(path, "re");
	if (!r->in) {
		error("%s: %s", path, strerror(errno));
		return -1;
	}
	r->tok = json_tokener_new_ex(JSONL_DEPTH);
	if (!r->tok)
		die("out of memory");
	if (take_header(r) == 0)
		return 0;
	rowset_close(r);
	return -1;
}

void rowset_close(struct rowset *r)
{
	if (r->in)
		fclose(r->in);
	if (r->tok)
		json_tokener_free(r->tok);
	json_object_put(r->header);
	free(r->columns);
	buf_release(&r->raw);
	memset(r, 0, sizeof(*r));
}

struct json_object *rowset_next(struct rowset *r, bool *bad)
{
	struct json_object *row;
	int got = read_line(r);

	if (got == 0)
		return NULL;
	*bad = true;
	if (got < 0) {
		bad_line(r, strerror(errno));
		return NULL;
	}
	row = parse(r);
	if (!json_object_is_type(row, json_type_array)) {
		bad_line(r, "not a JSON array");
		json_object_put(row);
		return NULL;
	}
	if (js_len(row) != r->nr_columns) {
		bad_line(r, "another number of values than of columns");
		json_object_put(row);
		return NULL;
	}
	*bad = false;
	return row;
}

/* The name as a file's: `_` for what fs_safe_name() doesn't keep; and as the
 * rowset's writer may have kept it, with `_` for blanks only. */
static char *file_for(
    const char *dir, const char *prefix, const char *object, bool safe)
{
	char *name = safe ? fs_safe_name(object) : xstrdup(object);
	char *path, *s;

	for (s = name; *s; s++) {
		if (*s == ' ' || *s == '/')
			*s = '_';
	}
	path = xasprintf("%s/%s%s.jsonl", dir, prefix, name);
	free(name);
	if (fs_exists(path))
		return path;
	free(path);
	return NULL;
}

static char *file_either(const char *dir, const char *prefix, const char *name)
{
	char *path = file_for(dir, prefix, name, false);

	return path ? path : file_for(dir, prefix, name, true);
}

static char *find_in(
    const char *dir, const char *object, const char *target, int run)
{
	const char *dot;
	char *prefix, *path;

	if (!target || !*target)
		return file_either(dir, "", object);
	prefix = xasprintf("%s.run%d.", object, run);
	for (path = prefix; *path; path++) {
		if (*path == ' ' || *path == '/')
			*path = '_';
	}
	path = file_either(dir, prefix, target);
	dot = strchr(prefix, '.');
	/* "etl.load.run1." has a schema, "load.run1." has none */
	if (!path && dot && strchr(object, '.'))
		path = file_either(dir, dot + 1, target);
	free(prefix);
	return path;
}

/* The id without the database in front. */
static const char *local_id(const char *id, const char *database)
{
	size_t n = strlen(database);

	return id && strncmp(id, database, n) == 0 && id[n] == '.' ? id + n + 1
								   : id;
}

char *rowset_find(const char *dir, const char *database, const char *object,
    const char *target, int run)
{
	char *name, *folder, *path = NULL;

	if (database && *database) {
		name = fs_safe_name(database);
		folder = xasprintf("%s/%s", dir, name);
		path = find_in(folder, local_id(object, database),
		    local_id(target, database), run);
		free(name);
		free(folder);
	}
	return path ? path : find_in(dir, object, target, run);
}
