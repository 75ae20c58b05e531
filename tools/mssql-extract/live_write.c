/* Records of a live server, in the form and order of mig-records(5). */
#include <inttypes.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"

#include "live_since.h"
#include "live_reader.h"

static void id_of(const struct live_object *o, struct buf *b)
{
	if (o->schema) {
		buf_adds(b, o->schema);
		buf_addc(b, '.');
	}
	buf_adds(b, o->name);
}

bool writer_wants(const struct writer *w, const struct live_object *o)
{
	struct buf id = BUF_INIT;
	bool yes;

	if (!o->kind)
		return false;
	id_of(o, &id);
	yes = source_wants(
	    w->options, o->kind, o->schema ? o->schema : "", buf_str(&id));
	buf_release(&id);
	return yes;
}

static void add_key(struct buf *b, const char *key, const char *value)
{
	json_add_name(b, key);
	if (value)
		json_add_text(b, value);
	else
		buf_adds(b, "null");
}

/* As findings_json() has them, but without an object for each value: an
 * object of a catalogue may have hundreds. */
static void add_findings(struct buf *b, const struct findings *f)
{
	size_t i;

	buf_adds(b, ",\"findings\":[");
	for (i = 0; i < f->nr; i++) {
		const struct finding *x = &f->items[i];
		char *message = finding_message(x);

		buf_adds(b, i ? ",{\"code\":" : "{\"code\":");
		json_add_text(b, finding_id(x->code));
		add_key(
		    b, "severity", severity_name(finding_severity(x->code)));
		buf_adds(b, ",\"line\":");
		buf_addi(b, (int64_t)x->line);
		buf_adds(b, ",\"column\":");
		buf_addi(b, (int64_t)x->column);
		add_key(b, "message", message);
		add_key(b, "remedy", finding_remedy(x->code));
		if (x->file)
			add_key(b, "file", x->file);
		buf_addc(b, '}');
		free(message);
	}
	buf_addc(b, ']');
}

void database_record(const struct catalog *c, struct buf *b)
{
	size_t i;

	buf_adds(b, "{\"kind\":\"database\"");
	add_key(b, "name", c->database);
	add_key(b, "source", "live");
	add_key(b, "server_version", c->version);
	add_key(b, "edition", c->edition);
	buf_addf(b, ",\"engine_edition\":%" PRId64, c->engine);
	buf_addf(b, ",\"compatibility_level\":%" PRId64, c->compatibility);
	add_key(b, "collation", c->collation);
	buf_addf(
	    b, ",\"partial\":%s,\"missing\":[", c->partial ? "true" : "false");
	for (i = 0; i < c->nr_missing; i++) {
		const struct live_missing *m = &c->missing[i];

		buf_adds(b, i ? ",{\"permission\":" : "{\"permission\":");
		json_add_text(b, m->permission);
		add_key(b, "effect", m->effect);
		add_key(b, "grant", m->grant);
		buf_addc(b, '}');
	}
	buf_adds(b, "],\"files\":[]");
	add_findings(b, &c->findings);
	buf_adds(b, "}\n");
}

void write_database(struct writer *w)
{
	struct buf *b = &w->line;

	buf_reset(b);
	database_record(w->catalog, b);
	fwrite(b->s, 1, b->len, w->out);
}

static void add_section(struct buf *b, const char *key, const char *json)
{
	if (!json)
		return;
	json_add_name(b, key);
	buf_adds(b, json);
}

/* Arrays are kept open-ended: "[a,b". */
static void add_array(
    struct buf *b, const char *key, const char *json, bool always)
{
	if (!json && !always)
		return;
	json_add_name(b, key);
	buf_adds(b, json ? json : "[");
	buf_addc(b, ']');
}

static void add_definition(struct buf *b, const struct live_module *m)
{
	buf_adds(b, ",\"definition\":{\"text\":");
	if (m->text)
		db_json_string(b, m->text, m->len);
	else
		buf_adds(b, "null");
	buf_adds(b, ",\"file\":null,\"line\":1,\"column\":1");
	add_section(
	    b, "quoted_identifier", m->quoted_identifier ? "true" : "false");
	add_section(b, "ansi_nulls", m->ansi_nulls ? "true" : "false");
	if (m->encrypted)
		buf_adds(b, ",\"encrypted\":true");
	buf_addc(b, '}');
}

static void add_edge(struct buf *b, const struct live_edge *e)
{
	buf_adds(b, ",\"target\":");
	json_add_text(b, e->target);
	buf_adds(b, ",\"type\":\"");
	buf_adds(b, e->type);
	buf_addc(b, '"');
	add_section(b, "columns", e->columns);
	buf_adds(b, ",\"found\":\"");
	buf_adds(b, e->found);
	buf_addc(b, '"');
	if (e->server)
		add_key(b, "server", e->server);
	if (e->database)
		add_key(b, "database", e->database);
}

static void add_dependencies(struct buf *b, const struct catalog *c,
    const struct live_object *o, const struct buf *id, struct buf *refs)
{
	const struct live_edge *e;
	size_t at;

	buf_adds(b, ",\"dependencies\":[");
	for (e = o->edges; e; e = e->next) {
		if (e != o->edges)
			buf_addc(b, ',');
		at = b->len;
		add_edge(b, e);
		if (refs) {
			buf_adds(refs, "{\"kind\":\"dependency\"");
			add_key(refs, "source", id->s);
			if (c->database)
				add_key(refs, "source_database", c->database);
			buf_add(refs, b->s + at, b->len - at);
			buf_adds(refs, "}\n");
		}
		b->s[at] = '{';
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

/* Why there is no text, and references that lead nowhere. */
static void find(const struct live_object *o, const struct live_module *m,
    struct findings *f)
{
	const struct live_edge *e;

	if (strcmp(o->type, "PC") == 0 || strcmp(o->type, "FS") == 0 ||
	    strcmp(o->type, "FT") == 0 || strcmp(o->type, "AF") == 0 ||
	    strcmp(o->type, "TA") == 0 || strcmp(o->type, "CLR") == 0)
		findings_add(f, FINDING_CLR_OBJECT, 0, 0, "%s", o->name);
	if (o->has_module && m && m->encrypted)
		findings_add(f, FINDING_DEFINITION_ENCRYPTED, 0, 0, "%s", "");
	else if (o->has_module && (!m || !m->text))
		findings_add(f, FINDING_DEFINITION_HIDDEN, 0, 0, "%s", "");
	for (e = o->edges; e; e = e->next) {
		if (!e->known && strcmp(e->found, "catalogue") == 0)
			findings_add(f, FINDING_UNRESOLVED_OBJECT, 0, 0, "%s",
			    e->target);
	}
}

void object_record(const struct catalog *c, const struct live_object *o,
    const struct live_module *module, const struct findings *f, struct buf *b,
    struct buf *refs)
{
	static const struct live_module none = {NULL, 0, true, true, false};
	bool table = strcmp(o->kind, "table") == 0;
	struct buf id = BUF_INIT;

	id_of(o, &id);
	buf_adds(b, "{\"kind\":\"");
	buf_adds(b, o->kind);
	buf_addc(b, '"');
	add_key(b, "id", id.s);
	add_key(b, "schema", o->schema);
	add_key(b, "name", o->name);
	add_key(b, "database", c->database);
	if (strcmp(o->kind, "function") == 0) {
		add_key(b, "function_type", o->base_type);
		add_section(b, "returns", o->returns);
	} else if (strcmp(o->type, "T") == 0) {
		add_section(b, "base_type", o->base_type);
	} else if (o->base_type) {
		add_key(b, "base_type", o->base_type);
	}
	if (strcmp(o->kind, "synonym") == 0)
		add_key(b, "target", o->target);
	if (o->extra)
		buf_adds(b, o->extra);
	add_section(b, "columns", o->columns);
	add_section(b, "primary_key", o->primary_key);
	add_array(b, "unique_keys", o->unique_keys, table);
	add_array(b, "foreign_keys", o->foreign_keys, table);
	add_array(b, "checks", o->checks, table);
	add_array(b, "indexes", o->indexes, table);
	if (table && o->row_count >= 0)
		buf_addf(b, ",\"row_count\":%" PRId64, o->row_count);
	else if (table)
		buf_adds(b, ",\"row_count\":null");
	if (o->parameters)
		add_section(b, "parameters", o->parameters);
	else if (strcmp(o->kind, "procedure") == 0 ||
	    strcmp(o->kind, "function") == 0)
		buf_adds(b, ",\"parameters\":[]");
	if (o->has_module)
		add_definition(b, module ? module : &none);
	if (o->description)
		add_key(b, "description", o->description);
	if (o->usage)
		buf_addf(b, ",\"usage\":{%s}", o->usage + 1);
	add_dependencies(b, c, o, &id, refs);
	buf_release(&id);
	if (f)
		add_findings(b, f);
	else
		buf_adds(b, ",\"findings\":[]");
	buf_adds(b, "}\n");
}

void render_object(const struct writer *w, struct live_parser *p,
    struct live_object *o, const struct live_module *module, struct buf *line,
    struct buf *refs)
{
	struct findings f = FINDINGS_INIT;

	if (p && module && module->text)
		live_parser_take(p, o, module, &f);
	if (p && strcmp(o->kind, "job") == 0)
		live_parser_job(p, w->catalog, o);
	find(o, module, &f);
	if (writer_wants(w, o))
		object_record(w->catalog, o, module, &f, line, refs);
	if (!w->options->rows) /* they tell what procedures fill */
		o->edges = NULL;
	findings_release(&f);
}

void put_record(struct writer *w, const char *line, size_t len,
    const char *refs, size_t refs_len)
{
	if (w->since) {
		struct buf *b = &w->changed;

		buf_reset(b);
		buf_add(b, line, len);
		if (!len || !since_changed(w->since, b))
			return;
		line = b->s;
		len = b->len;
	}
	fwrite(line, 1, len, w->out);
	fwrite(refs, 1, refs_len, w->tail);
}

void write_object(
    struct writer *w, struct live_object *o, const struct live_module *module)
{
	o->done = true;
	if (o->has_module && (!module || !module->text))
		w->catalog->partial = true;
	buf_reset(&w->line);
	buf_reset(&w->refs);
	/* no other thread has a parser in hand when a job's turn comes */
	render_object(w, w->nr_parsers ? w->parsers[0] : NULL, o, module,
	    &w->line, &w->refs);
	put_record(
	    w, buf_str(&w->line), w->line.len, buf_str(&w->refs), w->refs.len);
}
