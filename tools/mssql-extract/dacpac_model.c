#include <expat.h>

#include "common/alloc.h"
#include "common/mig.h"

#include "dacpac_model.h"

#define MAX_DEPTH 64
#define MAX_ELEMENT (64u * 1024 * 1024) /* bytes of one object */

enum frame_kind { OTHER, MODEL, ELEMENT, PROPERTY, RELATION, ENTRY };

struct frame {
	enum frame_kind kind;
	struct dac_element *element; /* that properties belong to */
	struct dac_relation *relation;
	struct dac_property *property;
};

struct dac_reader {
	XML_Parser xml;
	dac_fn *fn;
	void *data;
	struct arena arena; /* of the top element */
	struct frame stack[MAX_DEPTH];
	size_t depth;
	size_t pending; /* bytes since the last token */
	struct buf text;
	const char *error;
};

static const char *attribute(const char **atts, const char *name)
{
	for (; *atts; atts += 2) {
		if (strcmp(atts[0], name) == 0)
			return atts[1];
	}
	return NULL;
}

static const char *copy(struct dac_reader *r, const char *s)
{
	return s ? arena_strdup(&r->arena, s) : NULL;
}

static void stop(struct dac_reader *r, const char *why)
{
	r->error = why;
	XML_StopParser(r->xml, XML_FALSE);
}

static void add_entry(struct dac_reader *r, struct dac_relation *rel,
    struct dac_element *e, const char *reference)
{
	struct dac_entry *entry = ARENA_NEW(&r->arena, struct dac_entry);
	struct dac_entry **at = &rel->entry;

	while (*at)
		at = &(*at)->next;
	entry->element = e;
	entry->reference = reference;
	*at = entry;
}

static void start_element(
    struct dac_reader *r, struct frame *up, struct frame *f, const char **atts)
{
	f->kind = ELEMENT;
	f->element = ARENA_NEW(&r->arena, struct dac_element);
	f->element->type = copy(r, attribute(atts, "Type"));
	f->element->name = copy(r, attribute(atts, "Name"));
	if (!f->element->type)
		f->element->type = "";
	if (up->relation)
		add_entry(r, up->relation, f->element, NULL);
}

static void start_property(
    struct dac_reader *r, struct frame *f, const char **atts)
{
	struct dac_property *p = ARENA_NEW(&r->arena, struct dac_property);

	f->kind = PROPERTY;
	p->name = copy(r, attribute(atts, "Name"));
	p->value = copy(r, attribute(atts, "Value"));
	if (!p->name)
		p->name = "";
	p->next = f->element->property;
	f->element->property = p;
	f->property = p;
}

static void start(void *data, const char *name, const char **atts)
{
	struct dac_reader *r = data;
	struct frame *up = r->depth ? &r->stack[r->depth - 1] : NULL;
	struct frame *f;

	r->pending = 0;
	buf_reset(&r->text);
	if (r->depth >= MAX_DEPTH) {
		stop(r, "it nests too deeply");
		return;
	}
	f = &r->stack[r->depth++];
	memset(f, 0, sizeof(*f));
	if (up) {
		f->element = up->element;
		f->relation = up->relation;
		f->property = up->property;
	}
	if (r->depth == 2 && strcmp(name, "Model") == 0) {
		f->kind = MODEL;
	} else if (strcmp(name, "Element") == 0 && up &&
	    (up->kind == MODEL || up->kind == ENTRY)) {
		start_element(r, up, f, atts);
		f->relation = NULL;
		f->property = NULL;
	} else if (strcmp(name, "Property") == 0 && f->element) {
		start_property(r, f, atts);
	} else if (strcmp(name, "Relationship") == 0 && f->element) {
		f->kind = RELATION;
		f->relation = ARENA_NEW(&r->arena, struct dac_relation);
		f->relation->name = copy(r, attribute(atts, "Name"));
		if (!f->relation->name)
			f->relation->name = "";
		f->relation->next = f->element->relation;
		f->element->relation = f->relation;
	} else if (strcmp(name, "Entry") == 0) {
		f->kind = ENTRY;
	} else if (strcmp(name, "References") == 0 && f->relation) {
		add_entry(
		    r, f->relation, NULL, copy(r, attribute(atts, "Name")));
	}
	if (r->arena.used > MAX_ELEMENT)
		stop(r, "an object is larger than it can be");
}

static void characters(void *data, const char *s, int len)
{
	struct dac_reader *r = data;

	r->pending = 0;
	buf_add(&r->text, s, (size_t)len);
	if (r->text.len > MAX_ELEMENT)
		stop(r, "an object is larger than it can be");
}

static void end(void *data, const char *name)
{
	struct dac_reader *r = data;
	struct frame *f = &r->stack[r->depth - 1];

	/* <Property Name="QueryScript"><Value><![CDATA[…]]></Value> */
	if (strcmp(name, "Value") == 0 && f->property)
		f->property->value = copy(r, buf_str(&r->text));
	buf_reset(&r->text);
	r->depth--;
	if (f->kind == ELEMENT && r->depth &&
	    r->stack[r->depth - 1].kind == MODEL) {
		r->fn(r->data, f->element);
		arena_reset(&r->arena);
	}
}

struct dac_reader *dac_reader_new(dac_fn *fn, void *data)
{
	struct dac_reader *r = xcalloc(1, sizeof(*r));

	r->fn = fn;
	r->data = data;
	r->xml = XML_ParserCreate(NULL);
	if (!r->xml)
		die("out of memory");
	XML_SetUserData(r->xml, r);
	XML_SetElementHandler(r->xml, start, end);
	XML_SetCharacterDataHandler(r->xml, characters);
	return r;
}

int dac_reader_feed(struct dac_reader *r, const char *s, size_t len)
{
	/* one token only: the parser keeps all of it */
	r->pending += len;
	if (r->pending > MAX_ELEMENT) {
		r->error = "an object is larger than it can be";
		return -1;
	}
	if (XML_Parse(r->xml, s, (int)len, len == 0) == XML_STATUS_OK)
		return 0;
	if (!r->error)
		r->error = XML_ErrorString(XML_GetErrorCode(r->xml));
	return -1;
}

const char *dac_reader_error(const struct dac_reader *r)
{
	return r->error ? r->error : "";
}

void dac_reader_free(struct dac_reader *r)
{
	XML_ParserFree(r->xml);
	arena_release(&r->arena);
	buf_release(&r->text);
	free(r);
}

const char *dac_property(const struct dac_element *e, const char *name)
{
	const struct dac_property *p;

	for (p = e->property; p; p = p->next) {
		if (strcmp(p->name, name) == 0)
			return p->value;
	}
	return NULL;
}

const struct dac_entry *dac_relation(
    const struct dac_element *e, const char *name)
{
	const struct dac_relation *r;

	for (r = e->relation; r; r = r->next) {
		if (strcmp(r->name, name) == 0)
			return r->entry;
	}
	return NULL;
}

const char *dac_reference(const struct dac_element *e, const char *name)
{
	const struct dac_entry *entry = dac_relation(e, name);

	return entry ? entry->reference : NULL;
}
