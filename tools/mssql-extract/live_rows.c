/*
 * Rows of tables and views into rowset files (mig-records(5)), one result set
 * after the other, in blocks of bounded memory.
 *
 * A sample takes the rows whose key has a small hash, so that whoever knows
 * the keys takes the same rows: the first 32 bits of the SHA-256 of the key's
 * JSON text, e.g. [42,"EU"], as a big-endian number below PERCENT/100 * 2^32.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "dbt/rowset.h"

#include "live_reader.h"
#include "live_variant.h"

enum { CELLS_IN_MEMORY = 8, COUNT_WIDTH = 20 };

struct live_rowset {
	const struct extract_options *o;
	const struct live_object *object;
	const struct live_object *procedure; /* that fills or returns it */
	struct json_object *columns;	     /* the catalogue's */
	struct json_object *key; /* names of the key's columns, or NULL */
	char *id, *path, *temporary;
	struct buf sql;
	FILE *out;
	long count_at;
	uint64_t rows;
	int float_style; /* CONVERT's, of all digits there */
	bool as_unicode; /* second try: the server converts varchar */
	bool plain_clr;	 /* second try: no methods of CLR types */
};

/* -- the statement ------------------------------------------------------ */

static bool type_is(const char *type, const char *const *names, size_t nr)
{
	size_t i, n = strcspn(type, "(");

	for (i = 0; i < nr; i++) {
		if (strlen(names[i]) == n && strncmp(names[i], type, n) == 0)
			return true;
	}
	return false;
}

/* How a column is asked for, so that its value arrives exactly. */
static void add_column(
    struct live_rowset *r, const char *name, const char *type)
{
	static const char *const clr[] = {"geography", "geometry",
	    "hierarchyid", "sys.geography", "sys.geometry", "sys.hierarchyid"};
	static const char *const xml[] = {"xml"};
	static const char *const chars[] = {"char", "varchar", "text"};
	struct buf q = BUF_INIT;

	db_quote(&q, name);
	if (type_is(type, clr, ARRAY_SIZE(clr)) && !r->plain_clr)
		buf_addf(&r->sql, "%s.ToString() AS %s", q.s, q.s);
	else if (type_is(type, xml, ARRAY_SIZE(xml)))
		/* the same text, and SET TEXTSIZE bounds it */
		buf_addf(&r->sql, "CAST(%s AS nvarchar(max)) AS %s", q.s, q.s);
	else if (strcmp(type, "sql_variant") == 0)
		variant_column(&r->sql, q.s, r->float_style);
	else if (r->as_unicode && type_is(type, chars, ARRAY_SIZE(chars)))
		buf_addf(&r->sql, "CAST(%s AS nvarchar(max)) AS %s", q.s, q.s);
	else if (strpbrk(name, "\xf0\xf1\xf2\xf3\xf4"))
		/* Babelfish 4.3 counts a name beyond the BMP wrong and breaks
		 * the stream: only its place tells a column here */
		buf_addf(&r->sql, "%s AS c", q.s);
	else
		buf_adds(&r->sql, q.s);
	buf_release(&q);
}

static void add_key_order(struct live_rowset *r)
{
	size_t i;

	if (!r->key)
		return;
	for (i = 0; i < js_len(r->key); i++) {
		buf_adds(&r->sql, i ? ", " : " ORDER BY ");
		db_quote(&r->sql,
		    json_object_get_string(
			json_object_array_get_idx(r->key, i)));
	}
}

/* 17 digits came with SQL Server 2016; the services have a number of their
 * own, older looking. */
static int float_style(const struct catalog *c)
{
	return c->engine >= 5 ||
		(c->version && strtol(c->version, NULL, 10) >= 13)
	    ? 3
	    : 2;
}

static void statement(struct live_rowset *r)
{
	const struct live_options *l = &r->o->live;
	bool top = l->limit && l->sample <= 0;
	size_t i;

	buf_reset(&r->sql);
	if (r->procedure && r->procedure == r->object) {
		buf_adds(&r->sql, r->procedure->result);
		return;
	}
	buf_adds(&r->sql, "SELECT ");
	if (top)
		buf_addf(&r->sql, "TOP (%lu) ", l->limit);
	for (i = 0; i < js_len(r->columns); i++) {
		struct json_object *c =
		    json_object_array_get_idx(r->columns, i);

		if (i)
			buf_adds(&r->sql, ", ");
		add_column(
		    r, js_str_or(c, "name", ""), js_str_or(c, "type", ""));
	}
	buf_adds(&r->sql, " FROM ");
	db_quote(&r->sql, r->object->schema);
	buf_addc(&r->sql, '.');
	db_quote(&r->sql, r->object->name);
	if (l->where)
		buf_addf(&r->sql, " WHERE (%s\n)", l->where);
	if (l->limit)
		add_key_order(r); /* the same first rows each time */
}

/* -- the sample --------------------------------------------------------- */

/* Which result columns make the key: their numbers, or all of them. */
static size_t *key_columns(const struct live_rowset *r, size_t *nr)
{
	size_t n = js_len(r->columns), i, k;
	size_t *at = xcalloc(n + 1, sizeof(*at));

	*nr = 0;
	for (k = 0; k < js_len(r->key); k++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(r->key, k));

		for (i = 0; i < n; i++) {
			if (js_is(json_object_array_get_idx(r->columns, i),
				"name", name))
				at[(*nr)++] = i;
		}
	}
	for (i = 0; !*nr && i < n; i++)
		at[i] = i;
	if (!js_len(r->key))
		*nr = n;
	return at;
}

/* -- the file ----------------------------------------------------------- */

/* The number of rows is known last: blanks are left for it, which JSON
 * allows behind a number. */
static void write_header(struct live_rowset *r, const struct catalog *c)
{
	struct buf b = BUF_INIT;
	size_t i;

	buf_adds(&b, "{\"kind\":\"rowset\",\"object\":");
	json_add_text(&b, r->id);
	buf_adds(&b, ",\"database\":");
	json_add_text(&b, c->database);
	buf_adds(&b, ",\"columns\":[");
	for (i = 0; i < js_len(r->columns); i++) {
		struct json_object *col =
		    json_object_array_get_idx(r->columns, i);

		buf_adds(&b, i ? ",{\"name\":" : "{\"name\":");
		json_add_text(&b, js_str_or(col, "name", ""));
		buf_adds(&b, ",\"type\":");
		json_add_text(&b, js_str_or(col, "type", ""));
		buf_addf(&b, ",\"nullable\":%s}",
		    js_bool(col, "nullable", true) ? "true" : "false");
	}
	buf_adds(&b, "],\"rows\":");
	r->count_at = (long)b.len;
	buf_addf(&b, "%-*d,\"engine\":", COUNT_WIDTH, 0);
	{
		char *engine = xasprintf("Microsoft SQL Server %s, %s",
		    c->version ? c->version : "?",
		    c->edition ? c->edition : "?");

		json_add_text(&b, engine);
		free(engine);
	}
	buf_adds(&b, ",\"query\":");
	db_json_string(&b, r->sql.s, r->sql.len);
	if (r->o->live.sample > 0) {
		buf_addf(&b,
		    ",\"sampling\":{\"method\":\"key_hash\",\"percent\":%g,"
		    "\"key\":%s}",
		    r->o->live.sample,
		    r->key ? json_object_to_json_string_ext(
				 r->key, JSON_C_TO_STRING_PLAIN)
			   : "null");
	}
	if (r->procedure) {
		char *id = xasprintf(
		    "%s.%s", r->procedure->schema, r->procedure->name);

		buf_adds(&b, ",\"procedure\":");
		json_add_text(&b, id);
		if (r->procedure != r->object)
			buf_adds(&b, ",\"as_found\":true");
		free(id);
	}
	buf_adds(&b, "}\n");
	fwrite(b.s, 1, b.len, r->out);
	buf_release(&b);
}

static void drop_file(struct live_rowset *r)
{
	if (r->out)
		fclose(r->out);
	r->out = NULL;
	if (r->temporary)
		unlink(r->temporary);
	free(r->temporary);
	r->temporary = NULL;
}

static int open_file(struct live_rowset *r)
{
	/* glibc heeds a size only with memory for it; one file at a time */
	static char room[1 << 18];
	int fd;

	if (fs_mkdirs_for(r->path) < 0)
		return -1;
	r->temporary = xasprintf("%s.XXXXXX", r->path);
	fd = mkstemp(r->temporary);
	r->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!r->out) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setvbuf(r->out, room, _IOFBF, sizeof(room));
	return 0;
}

static int keep_file(struct live_rowset *r)
{
	int rc = -1;

	if (fseek(r->out, r->count_at, SEEK_SET) == 0 &&
	    fprintf(r->out, "%-*" PRIu64, COUNT_WIDTH, r->rows) > 0 &&
	    fflush(r->out) == 0 && !ferror(r->out))
		rc = 0;
	if (fclose(r->out) != 0)
		rc = -1;
	r->out = NULL;
	if (rc == 0)
		rc = rename(r->temporary, r->path);
	if (rc == 0) {
		free(r->temporary);
		r->temporary = NULL;
	}
	return rc;
}

/* -- reading ------------------------------------------------------------ */

enum got { GOT_ALL, GOT_LOSSY, GOT_DB_ERROR, GOT_FILE_ERROR };

/*
 * FreeTDS puts '?' in place of a character of a code page that it can't
 * convert, and doesn't say so (1.3.17, measured): a '?' may be one.
 */
static bool maybe_lossy(const struct live_rowset *r, const struct db_column *c,
    const char *s, size_t n)
{
	return !r->as_unicode && c->cls == DB_TEXT && c->is_narrow &&
	    memchr(s, '?', n);
}

/* Which columns are sql_variant, asked for as add_column() does. */
static bool *variant_columns(const struct live_rowset *r, size_t n)
{
	bool *is = xcalloc(n + 1, sizeof(*is));
	size_t i;

	for (i = 0; r->procedure != r->object && i < n; i++)
		is[i] = js_is(json_object_array_get_idx(r->columns, i), "type",
		    "sql_variant");
	return is;
}

static enum got write_rows(struct live_rowset *r, struct db *d)
{
	const struct live_options *l = &r->o->live;
	bool show = mig_progress_wanted();
	struct buf line = BUF_INIT, key = BUF_INIT;
	size_t n = db_columns(d), nr_key = 0, i, k;
	size_t *keys = NULL, *from, *to;
	bool *variant = variant_columns(r, n);
	enum got got = GOT_ALL;
	int rc;

	if (l->sample > 0)
		keys = key_columns(r, &nr_key);
	from = xcalloc(n + 1, sizeof(*from));
	to = xcalloc(n + 1, sizeof(*to));
	r->rows = 0;
	while ((rc = db_fetch(d)) == 1) {
		buf_reset(&line);
		for (i = 0; i < n; i++) {
			buf_addc(&line, i ? ',' : '[');
			from[i] = line.len;
			if ((variant[i] ? variant_json(d, i, &line)
					: db_json(d, i, &line)) < 0) {
				rc = -1;
				goto out;
			}
			to[i] = line.len;
			if (maybe_lossy(r, db_column(d, i), line.s + from[i],
				to[i] - from[i])) {
				got = GOT_LOSSY;
				goto out;
			}
		}
		buf_adds(&line, "]\n");
		if (keys) {
			buf_reset(&key);
			for (k = 0; k < nr_key; k++) {
				buf_addc(&key, k ? ',' : '[');
				buf_add(&key, line.s + from[keys[k]],
				    to[keys[k]] - from[keys[k]]);
			}
			buf_addc(&key, ']');
			if (!rowset_sampled(l->sample, key.s, key.len))
				continue;
		}
		if (fwrite(line.s, 1, line.len, r->out) != line.len)
			break; /* keep_file() tells */
		r->rows++;
		if (l->limit && r->rows >= l->limit) {
			rc = 0;
			break;
		}
		if (show && r->rows % 20000 == 0)
			fprintf(stderr, "\r%s: %" PRIu64 " rows\033[K", r->id,
			    r->rows);
	}
out:
	if (show && r->rows >= 20000)
		fputs("\r\033[K", stderr);
	buf_release(&line);
	buf_release(&key);
	free(variant);
	free(keys);
	free(from);
	free(to);
	return rc < 0 ? GOT_DB_ERROR : got;
}

/* What a query returns is described by the server alone. */
static void describe(struct live_rowset *r, const struct db *d)
{
	size_t i;

	json_object_put(r->columns);
	r->columns = json_object_new_array();
	for (i = 0; i < db_columns(d); i++) {
		const struct db_column *c = db_column(d, i);
		struct json_object *o = json_object_new_object();

		js_set_str(o, "name", c->name);
		js_set_str(o, "type", c->type);
		js_set_bool(o, "nullable", c->nullable);
		json_object_array_add(r->columns, o);
	}
}

static enum got read_once(
    struct live_rowset *r, struct db *d, const struct catalog *c)
{
	enum got got = GOT_ALL;
	int rc;

	r->float_style = float_style(c);
	statement(r);
	rc = db_exec(d, r->sql.s, r->o->live.memory / CELLS_IN_MEMORY);
	if (rc < 0)
		return GOT_DB_ERROR;
	if (r->procedure && r->procedure == r->object)
		describe(r, d);
	if (open_file(r) < 0)
		return GOT_FILE_ERROR;
	write_header(r, c);
	if (rc == 1)
		got = write_rows(r, d);
	if (got == GOT_ALL && db_lossy(d) && !r->as_unicode)
		got = GOT_LOSSY;
	if (got != GOT_ALL)
		return got;
	db_finish(d);
	return keep_file(r) < 0 ? GOT_FILE_ERROR : GOT_ALL;
}

static int prepare(struct db *d, const struct extract_options *o)
{
	db_deadline_per_block(d, true);
	return db_limit_cell(d, o->live.memory / CELLS_IN_MEMORY);
}

/* 0, 1 when the rows could not be had, 2 when nothing more can be. */
static int read_rowset(struct live_rowset *r, const struct db_config *config,
    const struct catalog *c, struct db **d)
{
	unsigned n = 0;

	for (;;) {
		enum got got = read_once(r, *d, c);

		if (got != GOT_ALL)
			drop_file(r);
		switch (got) {
		case GOT_ALL: return 0;
		case GOT_LOSSY: r->as_unicode = true; continue;
		case GOT_FILE_ERROR:
			error("%s: %s", r->path, strerror(errno));
			return 2;
		case GOT_DB_ERROR: break;
		}
		if (db_worth_retry(*d) && ++n <= r->o->live.retries) {
			warning(
			    "%s: %s; trying again", r->id, db_error(*d)->text);
			live_pause(n);
			if (db_error(*d)->failure == DB_FAIL_TRANSIENT)
				continue;
			db_close(*d);
			*d = live_connect(r->o, config);
			if (!*d || prepare(*d, r->o) < 0)
				return 2;
			continue;
		}
		if (!r->plain_clr && strstr(r->sql.s, ".ToString()") &&
		    db_error(*d)->failure != DB_FAIL_PERMISSION &&
		    !db_worth_retry(*d)) {
			r->plain_clr = true;
			continue;
		}
		live_report(*d, r->id);
		if (db_error(*d)->failure != DB_FAIL_TIMEOUT &&
		    db_error(*d)->failure != DB_FAIL_LOST)
			return 1;
		db_close(*d);
		*d = live_connect(r->o, config);
		return !*d || prepare(*d, r->o) < 0 ? 2 : 1;
	}
}

/* The primary key's columns, else the first unique key's. */
static struct json_object *key_of(const struct live_object *o)
{
	struct json_object *k = NULL, *names;

	if (o->primary_key) {
		k = json_tokener_parse(o->primary_key);
	} else if (o->unique_keys) {
		char *s = xasprintf("%s]", o->unique_keys);
		struct json_object *all = json_tokener_parse(s);

		free(s);
		k = json_object_get(json_object_array_get_idx(all, 0));
		json_object_put(all);
	}
	names = k ? json_object_get(js_arr(k, "columns")) : NULL;
	json_object_put(k);
	return names;
}

/* The state of one extraction's rows. */
struct rows {
	const struct extract_options *o;
	const struct db_config *config;
	struct catalog *c;
	struct db **d;
	struct map used; /* file names */
};

/* stem.jsonl, in a folder of the database when there are several; two names
 * that become one file name get numbers. */
static char *file_of(struct rows *a, const char *stem)
{
	const struct extract_options *o = a->o;
	char *database = fs_safe_name(a->c->database);
	bool many = o->live.databases.nr > 1;
	char *path = NULL;
	unsigned n;

	for (n = 1;; n++) {
		char number[24] = "";

		if (n > 1)
			snprintf(number, sizeof(number), "~%u", n);
		path = xasprintf("%s%s%s/%s%s.jsonl", o->rows, many ? "/" : "",
		    many ? database : "", stem, number);
		if (!map_find(&a->used, path, strlen(path)))
			break;
		free(path);
	}
	map_put(&a->used, path, strlen(path));
	free(database);
	return path;
}

/* schema.name as a file name has it. */
static char *stem_of(const struct live_object *o)
{
	char *schema = fs_safe_name(o->schema), *name = fs_safe_name(o->name);
	char *stem = xasprintf("%s.%s", schema, name);

	free(schema);
	free(name);
	return stem;
}

/* The catalogue's columns, with the types that their values have: an alias
 * type's base. */
static struct json_object *columns_of(
    const struct catalog *c, const struct live_object *o)
{
	struct json_object *columns =
	    o->columns ? json_tokener_parse(o->columns) : NULL;
	size_t i;

	for (i = 0; i < js_len(columns); i++) {
		struct json_object *column =
		    json_object_array_get_idx(columns, i);
		const char *type = js_str_or(column, "type", "");
		const struct live_object *alias =
		    strchr(type, '.') ? map_get(&c->types, type) : NULL;

		if (alias && alias->base_type) /* JSON text */
			js_set(column, "type",
			    json_tokener_parse(alias->base_type));
	}
	return columns;
}

/* The rows of an object; of a procedure's target when procedure is another,
 * of what it returns when it is the same. */
static int one_rowset(struct rows *a, const struct live_object *object,
    const struct live_object *procedure)
{
	struct live_rowset r = {0};
	char *stem = stem_of(object);
	int rc;

	r.o = a->o;
	r.object = object;
	r.procedure = procedure;
	r.columns = columns_of(a->c, object);
	r.key = key_of(object);
	r.id = xasprintf("%s.%s", object->schema, object->name);
	if (procedure && procedure != object) {
		char *of = stem_of(procedure);
		char *whole = xasprintf("%s.run1.%s", of, stem);

		free(of);
		free(stem);
		stem = whole;
	}
	r.path = file_of(a, stem);
	rc = read_rowset(&r, a->config, a->c, a->d);
	json_object_put(r.columns);
	json_object_put(r.key);
	free(stem);
	free(r.id);
	free(r.path);
	buf_release(&r.sql);
	return rc;
}

static bool is_table(const struct live_object *o)
{
	return o && o->kind && o->columns && strcmp(o->kind, "table") == 0;
}

/* What a procedure fills, as it stands; what it returns. */
static int procedure_rows(struct rows *a, const struct live_object *p)
{
	static const char *const writes[] = {
	    "insert", "update", "delete", "merge", "truncate"};
	struct map done;
	const struct live_edge *e;
	int status = MIG_OK, rc;
	size_t i;

	map_init(&done, MAP_FOLD);
	for (e = p->edges; e && status < MIG_TROUBLE; e = e->next) {
		const struct live_object *t =
		    map_get(&a->c->by_name, e->target);

		for (i = 0; i < ARRAY_SIZE(writes); i++) {
			if (strcmp(e->type, writes[i]) != 0 || !is_table(t) ||
			    e->database || e->server ||
			    map_find(&done, e->target, strlen(e->target)))
				continue;
			map_put(&done, e->target, strlen(e->target));
			rc = one_rowset(a, t, p);
			status = rc > status ? rc : status;
		}
	}
	map_release(&done, NULL);
	if (p->result && status < MIG_TROUBLE) {
		rc = one_rowset(a, p, p);
		status = rc > status ? rc : status;
	}
	return status;
}

int live_rows(const struct extract_options *o, const struct db_config *config,
    struct catalog *c, struct db **d)
{
	struct writer w = {0};
	struct rows a = {o, config, c, d, {0}};
	int status = MIG_OK;
	size_t i;

	w.options = o;
	map_init(&a.used, MAP_EXACT);
	if (prepare(*d, o) < 0) {
		live_report(*d, c->database);
		status = MIG_TROUBLE;
	}
	for (i = 0; i < c->nr && status < MIG_TROUBLE; i++) {
		const struct live_object *object = c->objects[i];
		int rc = MIG_OK;

		if (!object->kind || !writer_wants(&w, object))
			continue;
		if (strcmp(object->kind, "procedure") == 0)
			rc = procedure_rows(&a, object);
		else if (is_table(object) ||
		    (object->columns && strcmp(object->kind, "view") == 0))
			rc = one_rowset(&a, object, NULL);
		if (rc > status)
			status = rc;
	}
	map_release(&a.used, NULL);
	return status;
}
