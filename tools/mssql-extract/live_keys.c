/* The rows of the catalogue's queries, continued: keys, indexes, triggers,
 * counts, usage, dependencies, jobs. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/alloc.h"

#include "live_reader.h"

/* -- keys and indexes -------------------------------------------------- */

static void add_to(struct reader *r, const char **section, const char *item)
{
	if (!*section)
		*section = arena_printf(&r->c->arena, "[%s", item);
	else
		*section = arena_printf(&r->c->arena, "%s,%s", *section, item);
}

/* An index whose columns are all in: more has the included ones. */
static void end_index(struct reader *r, struct live_object *o, bool pk,
    bool unique_key, bool clustered, struct buf *tail)
{
	struct buf *b = &r->text;

	buf_addc(b, ']');
	if (pk) {
		buf_addf(b, ",\"clustered\":%s}", clustered ? "true" : "false");
		o->primary_key = reader_keep_buf(r, b);
	} else if (unique_key) {
		buf_addc(b, '}');
		add_to(r, &o->unique_keys, b->s);
	} else {
		if (r->more.len)
			buf_addc(&r->more, ']');
		buf_addf(b, "%s", tail->s ? tail->s : "");
		if (r->more.len)
			buf_addf(b, ",\"include\":%s", r->more.s);
		buf_addc(b, '}');
		add_to(r, &o->indexes, b->s);
	}
}

static const char *index_type(int64_t type)
{
	switch (type) {
	case 3: return "xml";
	case 4: return "spatial";
	case 5:
	case 6: return "columnstore";
	case 7: return "hash";
	default: return NULL;
	}
}

int take_indexes(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(index_id);
	FIND(name);
	FIND(type);
	FIND(is_unique);
	FIND(is_primary_key);
	FIND(is_unique_constraint);
	FIND(filter_definition);
	FIND(column_name);
	FIND(is_included);
	struct live_object *o = NULL;
	struct buf *b = &r->text, tail = BUF_INIT;
	int64_t id = 0, index = 0;
	bool pk = false, uq = false, clustered = false, first = true;
	int rc;

	for (;;) {
		struct buf *list;
		const char *s;

		rc = db_fetch(d);
		if (o &&
		    (rc != 1 || db_int(d, object_id, 0) != id ||
			db_int(d, index_id, 0) != index)) {
			end_index(r, o, pk, uq, clustered, &tail);
			o = NULL;
		}
		if (rc != 1)
			break;
		if (!o) {
			id = db_int(d, object_id, 0);
			index = db_int(d, index_id, 0);
			o = catalog_find(r->c, id);
			if (!o)
				continue;
			pk = reader_flag(r, is_primary_key);
			clustered = db_int(d, type, 0) == 1;
			uq = reader_flag(r, is_unique_constraint);
			first = true;
			buf_reset(b);
			buf_reset(&r->more);
			buf_reset(&tail);
			buf_adds(b, "{\"name\":");
			s = reader_text(r, name);
			json_add_text(b, s ? s : "");
			buf_adds(b, ",\"columns\":[");
			buf_addf(&tail, ",\"unique\":%s",
			    reader_flag(r, is_unique) ? "true" : "false");
			s = index_type(db_int(d, type, 0));
			if (s)
				buf_addf(&tail, ",\"type\":\"%s\"", s);
			reader_field(r, &tail, "filter", filter_definition);
		}
		list = b;
		if (reader_flag(r, is_included)) {
			list = &r->more;
			json_add_item(list);
		} else if (!first) {
			buf_addc(b, ',');
		}
		if (list == b)
			first = false;
		s = reader_text(r, column_name);
		json_add_text(list, s ? s : "");
	}
	buf_release(&tail);
	return rc;
}

static void add_state(
    struct reader *r, struct buf *b, int disabled, int not_trusted)
{
	if (reader_flag(r, disabled))
		buf_adds(b, ",\"disabled\":true");
	if (reader_flag(r, not_trusted))
		buf_adds(b, ",\"not_trusted\":true");
}

static struct live_edge *add_edge(struct reader *r, struct live_object *o,
    const char *target, const char *type)
{
	struct live_edge *e;

	for (e = o->edges; e; e = e->next) {
		if (strcmp(e->type, type) == 0 &&
		    strcmp(e->target, target) == 0)
			return e;
	}
	e = ARENA_NEW(&r->c->arena, struct live_edge);
	e->target = catalog_intern(r->c, target);
	e->type = type;
	e->found = "catalogue";
	e->known = true;
	e->next = o->edges;
	o->edges = e;
	return e;
}

int take_foreign_keys(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(key_id);
	FIND(name);
	FIND(referenced_schema);
	FIND(referenced_name);
	FIND(is_disabled);
	FIND(is_not_trusted);
	FIND(column_name);
	FIND(referenced_column);
	struct live_object *o = NULL;
	struct buf *b = &r->text, *there = &r->more, tail = BUF_INIT,
		   target = BUF_INIT;
	int64_t key = 0;
	int rc;

	for (;;) {
		const char *s;

		rc = db_fetch(d);
		if (o && (rc != 1 || db_int(d, key_id, 0) != key)) {
			buf_addf(b, "],\"references\":");
			db_json_string(b, buf_str(&target), target.len);
			buf_addf(b, ",\"referenced_columns\":%s]%s}",
			    buf_str(there), buf_str(&tail));
			add_to(r, &o->foreign_keys, b->s);
			add_edge(r, o, buf_str(&target), "foreign_key");
			o = NULL;
		}
		if (rc != 1)
			break;
		if (!o) {
			key = db_int(d, key_id, 0);
			o = catalog_find(r->c, db_int(d, object_id, 0));
			if (!o)
				continue;
			buf_reset(b);
			buf_reset(there);
			buf_reset(&tail);
			buf_reset(&target);
			buf_adds(b, "{\"name\":");
			s = reader_text(r, name);
			json_add_text(b, s ? s : "");
			buf_adds(b, ",\"columns\":[");
			s = reader_text(r, referenced_schema);
			buf_addf(&target, "%s.", s ? s : "?");
			s = reader_text(r, referenced_name);
			buf_adds(&target, s ? s : "?");
			add_state(r, &tail, is_disabled, is_not_trusted);
		} else {
			buf_addc(b, ',');
		}
		s = reader_text(r, column_name);
		json_add_text(b, s ? s : "");
		json_add_item(there);
		s = reader_text(r, referenced_column);
		json_add_text(there, s ? s : "?");
	}
	buf_release(&tail);
	buf_release(&target);
	return rc;
}

int take_checks(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(name);
	FIND(definition);
	FIND(is_disabled);
	FIND(is_not_trusted);
	struct buf *b = &r->text;
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		struct live_object *o =
		    catalog_find(r->c, db_int(d, object_id, 0));
		const char *s;

		if (!o)
			continue;
		buf_reset(b);
		buf_adds(b, "{\"name\":");
		s = reader_text(r, name);
		json_add_text(b, s ? s : "");
		buf_adds(b, ",\"expression\":");
		s = reader_text(r, definition);
		json_add_text(b, s ? s : "");
		add_state(r, b, is_disabled, is_not_trusted);
		buf_addc(b, '}');
		add_to(r, &o->checks, b->s);
	}
	return rc;
}

/* -- triggers, counts, usage, dependencies, jobs ----------------------- */

int take_triggers(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(parent_schema);
	FIND(parent_name);
	FIND(is_disabled);
	FIND(is_instead_of);
	FIND(event);
	struct buf *b = &r->text;
	struct live_object *o = NULL;
	bool disabled = false, instead = false;
	int rc;

	buf_reset(b);
	for (;;) {
		const char *s;
		size_t i;

		rc = db_fetch(d);
		if (o && (rc != 1 || db_int(d, object_id, 0) != o->id)) {
			buf_reset(&r->more);
			if (o->target) {
				buf_adds(&r->more, ",\"table\":");
				json_add_text(&r->more, o->target);
			}
			if (b->len)
				buf_addf(&r->more, ",\"events\":%s]", b->s);
			buf_addf(&r->more, ",\"timing\":\"%s\"",
			    instead ? "instead_of" : "after");
			if (disabled)
				buf_adds(&r->more, ",\"disabled\":true");
			o->extra = reader_keep_buf(r, &r->more);
			buf_reset(b);
			o = NULL;
		}
		if (rc != 1)
			return rc;
		if (!o) {
			o = catalog_find(r->c, db_int(d, object_id, 0));
			if (!o)
				continue;
			s = reader_text(r, parent_schema);
			if (s) {
				buf_reset(&r->more);
				buf_addf(&r->more, "%s.", s);
				s = reader_text(r, parent_name);
				buf_adds(&r->more, s ? s : "");
				o->target = reader_keep_buf(r, &r->more);
			}
			disabled = reader_flag(r, is_disabled);
			instead = reader_flag(r, is_instead_of);
		}
		s = reader_text(r, event);
		if (!s)
			continue;
		json_add_item(b);
		buf_addc(b, '"');
		for (i = 0; s[i]; i++)
			buf_addc(b, (char)tolower((unsigned char)s[i]));
		buf_addc(b, '"');
	}
}

int take_row_counts(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(row_count);
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		struct live_object *o =
		    catalog_find(r->c, db_int(d, object_id, 0));

		if (o)
			o->row_count = db_int(d, row_count, -1);
	}
	return rc;
}

int take_usage(struct reader *r)
{
	static const char *const numbers[] = {"executions", "reads", "writes"};
	static const char *const texts[] = {"last_run", "last_read", "since"};
	struct db *d = r->d;
	FIND(object_id);
	struct buf *b = &r->text;
	size_t i;
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		struct live_object *o =
		    catalog_find(r->c, db_int(d, object_id, 0));

		if (!o)
			continue;
		buf_reset(b);
		for (i = 0; i < ARRAY_SIZE(numbers); i++) {
			int k = db_find(d, numbers[i]);

			if (k >= 0)
				buf_addf(b, ",\"%s\":%" PRId64, numbers[i],
				    db_int(d, k, 0));
		}
		for (i = 0; i < ARRAY_SIZE(texts); i++)
			reader_field(r, b, texts[i], db_find(d, texts[i]));
		/* the Query Store, asked last, survives restarts: it wins */
		o->usage = reader_keep_buf(r, b);
	}
	return rc;
}

int take_dependencies(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(server_name);
	FIND(database_name);
	FIND(schema_name);
	FIND(entity_name);
	FIND(referenced_schema);
	FIND(referenced_name);
	struct buf *b = &r->text;
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		struct live_object *o =
		    catalog_find(r->c, db_int(d, object_id, 0));
		struct live_object *known;
		struct live_edge *e;
		const char *s, *database, *server;
		bool resolved;

		if (!o)
			continue;
		buf_reset(b);
		server = reader_intern(r, server_name);
		database = reader_intern(r, database_name);
		if (database && r->c->database &&
		    strcmp(database, r->c->database) == 0)
			database = NULL;
		s = reader_text(r, referenced_schema);
		resolved = s != NULL;
		if (server)
			buf_addf(b, "%s.", server);
		if (database)
			buf_addf(b, "%s.", database);
		if (!s)
			s = reader_text(r, schema_name);
		buf_addf(b, "%s.", s && *s ? s : "dbo");
		s = reader_text(r, resolved ? referenced_name : entity_name);
		buf_adds(b, s ? s : "?");
		known =
		    server || database ? NULL : map_get(&r->c->by_name, b->s);
		if (known) {
			buf_reset(b);
			buf_addf(b, "%s.%s", known->schema, known->name);
		} else if (!server && !database &&
		    map_get(&r->c->types, b->s)) {
			continue; /* a type: the parameters tell */
		}
		e = add_edge(r, o, b->s, "unknown");
		r->c->has_dependencies = true;
		e->database = database;
		e->server = server;
		e->known = known != NULL || database || server;
	}
	return rc;
}

int take_jobs(struct reader *r)
{
	struct db *d = r->d;
	FIND(job_name);
	FIND(enabled);
	FIND(job_description);
	FIND(step_id);
	FIND(step_name);
	FIND(database_name);
	FIND(command);
	struct catalog *c = r->c;
	struct live_object *o = NULL;
	struct buf *b = &r->text;
	int rc;

	buf_reset(b);
	for (;;) {
		const char *name;

		rc = db_fetch(d);
		name = rc == 1 ? reader_text(r, job_name) : NULL;
		if (o && (!name || strcmp(name, o->name) != 0)) {
			buf_addc(b, ']');
			o->extra = arena_printf(
			    &c->arena, ",\"steps\":%s%s", b->s, o->extra);
			buf_reset(b);
			o = NULL;
		}
		if (rc != 1)
			return rc;
		if (!name)
			continue;
		if (!o) {
			o = ARENA_NEW(&c->arena, struct live_object);
			o->kind = "job";
			o->type = "JOB";
			o->name = arena_strdup(&c->arena, name);
			o->row_count = -1;
			o->extra = reader_flag(r, enabled)
			    ? ",\"enabled\":true"
			    : ",\"enabled\":false";
			o->description = reader_keep(r, job_description);
			GROW(c->jobs, c->nr_jobs, c->cap_jobs);
			c->jobs[c->nr_jobs++] = o;
		}
		json_add_item(b);
		buf_addf(b, "{\"step\":%" PRId64, db_int(d, step_id, 0));
		reader_field(r, b, "name", step_name);
		reader_field(r, b, "database", database_name);
		reader_field(r, b, "command", command);
		buf_addc(b, '}');
	}
}
