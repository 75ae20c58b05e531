/* Asking the catalogue: batches of queries, older sets where a server lacks a
 * view, what may not be seen. */
#include <inttypes.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"

#include "live.h"

enum { MAX_BATCH = 8 };

void catalog_init(struct catalog *c)
{
	memset(c, 0, sizeof(*c));
	arena_init(&c->arena);
	map_init(&c->strings, MAP_EXACT);
	map_init(&c->by_name, MAP_FOLD);
	map_init(&c->types, MAP_FOLD);
	map_init(&c->descriptions, MAP_EXACT);
	map_init(&c->defaults, MAP_EXACT);
	map_init(&c->computed, MAP_EXACT);
	c->view_definition = true;
	pthread_mutex_init(&c->lock, NULL);
}

void catalog_release(struct catalog *c)
{
	size_t i;

	for (i = 0; i < c->nr_missing; i++) {
		free(c->missing[i].permission);
		free(c->missing[i].effect);
		free(c->missing[i].grant);
	}
	free(c->missing);
	map_release(&c->strings, NULL);
	map_release(&c->by_name, NULL);
	map_release(&c->types, NULL);
	map_release(&c->descriptions, NULL);
	map_release(&c->defaults, NULL);
	map_release(&c->computed, NULL);
	arena_release(&c->arena);
	findings_release(&c->findings);
	free(c->objects);
	free(c->jobs);
	free(c->database);
	free(c->version);
	free(c->edition);
	free(c->collation);
	free(c->user);
	free(c->login);
	free(c->before);
	free(c->after);
	pthread_mutex_destroy(&c->lock);
}

const char *catalog_intern(struct catalog *c, const char *s)
{
	return s ? map_put(&c->strings, s, strlen(s))->key : NULL;
}

struct live_object *catalog_find(struct catalog *c, int64_t id)
{
	size_t lo = 0, hi = c->nr;

	if (c->cursor < c->nr && c->objects[c->cursor]->id == id)
		return c->objects[c->cursor];
	if (c->cursor + 1 < c->nr && c->objects[c->cursor + 1]->id == id)
		return c->objects[++c->cursor];
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->objects[mid]->id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == c->nr || c->objects[lo]->id != id)
		return NULL;
	c->cursor = lo;
	return c->objects[lo];
}

void catalog_miss(struct catalog *c, const char *permission, const char *effect,
    const char *grant)
{
	struct live_missing *m;
	size_t i;

	for (i = 0; i < c->nr_missing; i++) {
		if (strcmp(c->missing[i].effect, effect) == 0)
			return;
	}
	GROW(c->missing, c->nr_missing, c->cap_missing);
	m = &c->missing[c->nr_missing++];
	m->permission = xstrdup(permission);
	m->effect = xstrdup(effect);
	m->grant = xstrdup(grant);
	c->partial = true;
}

#define VIEW_SERVER_STATE "VIEW SERVER STATE"

/* What a query that may not be asked would have told. */
static const struct need {
	const char *query, *permission, *effect, *grant;
} needs[] = {
    {"row_counts", "VIEW DATABASE STATE", "row counts are not known",
	"GRANT VIEW DATABASE STATE TO %s"},
    {"usage_procedures", VIEW_SERVER_STATE, "runs of procedures are not known",
	"USE master; GRANT " VIEW_SERVER_STATE " TO %l"},
    {"usage_indexes", VIEW_SERVER_STATE,
	"reads of tables and views are not known",
	"USE master; GRANT " VIEW_SERVER_STATE " TO %l"},
    {"usage_query_store", "VIEW DATABASE STATE",
	"the Query Store can't be read", "GRANT VIEW DATABASE STATE TO %s"},
    {"jobs", "SELECT on msdb.dbo.sysjobs and sysjobsteps",
	"Agent jobs that call procedures are not known",
	"USE msdb; CREATE USER %s FOR LOGIN %l; "
	"GRANT SELECT ON dbo.sysjobs TO %s; "
	"GRANT SELECT ON dbo.sysjobsteps TO %s"},
    {"modules", "VIEW DEFINITION", "definitions are not visible",
	"GRANT VIEW DEFINITION TO %s"},
};

/* The template with the user's name, in brackets, for each %s, and the
 * login's for %l: what is the server's is granted to logins. */
static char *grant_text(const struct catalog *c, const char *template)
{
	struct buf b = BUF_INIT;
	const char *p;

	while ((p = strchr(template, '%')) != NULL) {
		const char *who = p[1] == 'l' ? c->login : c->user;

		buf_add(&b, template, (size_t)(p - template));
		db_quote(&b, who ? who : "login");
		template = p + 2;
	}
	buf_adds(&b, template);
	return buf_detach(&b);
}

void catalog_need(struct catalog *c, const char *permission, const char *effect,
    const char *template)
{
	char *grant = grant_text(c, template);

	catalog_miss(c, permission, effect, grant);
	free(grant);
}

static void not_permitted(struct catalog *c, const char *name, const char *said)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needs); i++) {
		if (strcmp(needs[i].query, name) != 0)
			continue;
		/* a database of Azure SQL is a server of its own */
		if (strcmp(needs[i].permission, VIEW_SERVER_STATE) == 0 &&
		    (c->engine == 5 || c->engine == 12))
			catalog_need(c, "VIEW DATABASE STATE", needs[i].effect,
			    "GRANT VIEW DATABASE STATE TO %s");
		else
			catalog_need(c, needs[i].permission, needs[i].effect,
			    needs[i].grant);
		return;
	}
	catalog_need(c, "VIEW DEFINITION", said, "GRANT VIEW DEFINITION TO %s");
}

/* After an error that isn't the connection's: what is missing now. */
static void without(struct catalog *c, struct db *d, struct queries *q,
    const char *name, bool denied)
{
	const struct db_error *e = db_error(d);

	if (denied || e->failure == DB_FAIL_PERMISSION) {
		not_permitted(c, name, e->text);
	} else if (queries_required(q, name)) {
		char *effect = xasprintf("%s: %s", name, e->text);

		catalog_miss(c, "", effect, "");
		free(effect);
	} else {
		findings_add(&c->findings, FINDING_CATALOGUE_UNAVAILABLE, 0, 0,
		    "%s: %s", name, e->text);
	}
}

static bool hopeless(const struct db *d)
{
	enum db_failure f = db_error(d)->failure;

	return f == DB_FAIL_LOST || f == DB_FAIL_TIMEOUT ||
	    f == DB_FAIL_TRANSIENT || f == DB_FAIL_REFUSED;
}

/* One question and the ways to put it that were tried. */
struct question {
	const char *name;
	size_t depth; /* the next set to look in */
	bool alternative, denied, answered;
	char *said; /* what the server had against the last way */
};

static char *next_way(struct queries *q, struct question *k)
{
	char *sql = k->alternative || k->denied
	    ? NULL
	    : queries_text(q, k->name, &k->depth);

	if (sql) {
		k->depth++; /* an older set asks for less */
		return sql;
	}
	if (!k->alternative) {
		char *alt = xasprintf("%s.alt", k->name);
		size_t depth = 0;

		k->alternative = true;
		sql = queries_text(q, alt, &depth);
		free(alt);
	}
	return sql;
}

/* Puts it in the next way that the server takes: 1 with rows at hand, 0 when
 * there is none (left), -1 when the connection is of no more use. */
static int ask(
    struct catalog *c, struct db *d, struct queries *q, struct question *k)
{
	char *sql;

	while ((sql = next_way(q, k)) != NULL) {
		int rc = 0;

		if (*sql) {
			c->round_trips++;
			rc = db_exec(d, sql, 0);
		} else {
			k->answered = true;
		}
		free(sql);
		if (rc >= 0)
			return rc;
		if (hopeless(d))
			return -1;
		free(k->said);
		k->said = xstrdup(db_error(d)->text);
		k->denied = db_error(d)->failure == DB_FAIL_PERMISSION;
	}
	return 0;
}

/* Notes what the question cost and what is missing now. */
static void conclude(
    struct catalog *c, struct db *d, struct queries *q, struct question *k)
{
	if (!k->answered && k->said)
		without(c, d, q, k->name, k->denied);
	else if (k->denied)
		not_permitted(c, k->name, k->said);
	else if (k->said && k->alternative &&
	    db_error(d)->failure != DB_FAIL_MISSING)
		findings_add(&c->findings, FINDING_CATALOGUE_UNAVAILABLE, 0, 0,
		    "%s: %s", k->name, k->said);
	free(k->said);
	k->said = NULL;
}

int catalog_open(
    struct catalog *c, struct db *d, struct queries *q, const char *name)
{
	struct question k = {name, 0, false, false, false, NULL};
	int rc = ask(c, d, q, &k);

	k.answered |= rc == 1;
	if (rc >= 0)
		conclude(c, d, q, &k);
	free(k.said);
	return rc;
}

/* Drops what a query that failed in the middle had told. */
static void forget(struct catalog *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nr; i++) {
		struct live_object *o = c->objects[i];

		if (strcmp(name, "columns") == 0)
			o->columns = NULL;
		else if (strcmp(name, "indexes") == 0)
			o->primary_key = o->unique_keys = o->indexes = NULL;
		else if (strcmp(name, "foreign_keys") == 0)
			o->foreign_keys = NULL;
		else if (strcmp(name, "checks") == 0)
			o->checks = NULL;
	}
}

/* One query by itself. */
static int read_alone(
    struct catalog *c, struct db *d, struct queries *q, const char *name)
{
	struct question k = {name, 0, false, false, false, NULL};
	int rc;

	while ((rc = ask(c, d, q, &k)) == 1) {
		if (catalog_take(c, d, name) == 0) {
			k.answered = true;
			break;
		}
		if (hopeless(d)) {
			rc = -1;
			break;
		}
		free(k.said);
		k.said = xstrdup(db_error(d)->text);
		forget(c, name);
	}
	db_finish(d);
	if (rc >= 0)
		conclude(c, d, q, &k);
	free(k.said);
	return rc < 0 ? -1 : 0;
}

/*
 * Several queries in one round trip, each with one result set. When one
 * fails, it and those behind it are asked one by one. Some servers report the
 * error before the end of the rows of the query ahead of it: nobody can tell
 * then whose it is, and -1 with q->one_by_one asks for a fresh start.
 */
static int read_batch(struct catalog *c, struct db *d, struct queries *q,
    struct json_object *names)
{
	const char *ask[MAX_BATCH];
	struct buf sql = BUF_INIT;
	size_t nr = 0, i, depth;
	int rc;

	for (i = 0; i < js_len(names) && nr < MAX_BATCH; i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(names, i));
		char *text;

		depth = 0;
		text = queries_text(q, name, &depth);
		if (text && *text) {
			buf_adds(&sql, text);
			buf_adds(&sql, ";\n");
			ask[nr++] = name;
		}
		free(text);
	}
	i = 0;
	rc = 0;
	if (nr && !q->one_by_one) {
		c->round_trips++;
		rc = db_exec(d, sql.s, 0);
	}
	buf_release(&sql);
	for (; rc == 1 && i < nr; i++) {
		if (catalog_take(c, d, ask[i]) < 0) {
			q->one_by_one = !hopeless(d);
			return -1;
		}
		rc = db_next(d);
	}
	if (rc < 0 && hopeless(d))
		return -1;
	db_finish(d);
	for (; i < nr; i++) {
		if (read_alone(c, d, q, ask[i]) < 0)
			return -1;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct live_object *x = *(struct live_object *const *)a;
	const struct live_object *y = *(struct live_object *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int catalog_read(
    struct catalog *c, struct db *d, struct queries *q, bool *again)
{
	struct json_object *batches = js_arr(q->sets, "batches");
	bool before = q->one_by_one;
	size_t i;

	*again = false;

	/* the first questions are the same for every server */
	queries_choose(q, 0, 0);
	if (read_alone(c, d, q, "database") < 0)
		return -1;
	if (!c->database)
		return -1;
	queries_choose(
	    q, c->engine, c->version ? strtol(c->version, NULL, 10) : 0);
	for (i = 0; i < js_len(batches); i++) {
		if (read_batch(c, d, q, json_object_array_get_idx(batches, i)) <
		    0) {
			*again = q->one_by_one && !before;
			return -1;
		}
		/* merged by id from here on, whatever order they came in */
		if (i == 1 && c->nr)
			qsort(c->objects, c->nr, sizeof(struct live_object *),
			    by_id);
	}
	c->before = c->after;
	c->after = NULL;
	if (!c->view_definition)
		catalog_need(c, "VIEW DEFINITION",
		    "objects and definitions may be hidden",
		    "GRANT VIEW DEFINITION TO %s");
	return 0;
}

int catalog_check_rows(struct catalog *c, struct db *d, struct queries *q)
{
	return read_alone(c, d, q, "unreadable");
}

int catalog_changed(struct catalog *c, struct db *d, struct queries *q)
{
	free(c->after);
	c->after = NULL;
	if (read_alone(c, d, q, "fingerprint") < 0)
		return -1;
	return c->before && c->after && strcmp(c->before, c->after) != 0;
}
