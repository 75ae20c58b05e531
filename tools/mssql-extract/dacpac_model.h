/*
 * model.xml of a .dacpac as elements: read by SAX, one top element at a time.
 */
#ifndef EXTRACT_DACPAC_MODEL_H
#define EXTRACT_DACPAC_MODEL_H

#include <stddef.h>

#include "common/arena.h"
#include "common/buf.h"

struct dac_property {
	const char *name, *value;
	struct dac_property *next;
};

/* An entry of a relationship: an element of its own, or a reference. */
struct dac_entry {
	struct dac_element *element; /* or: */
	const char *reference;	     /* "[dbo].[T].[c]" */
	struct dac_entry *next;
};

struct dac_relation {
	const char *name;
	struct dac_entry *entry;
	struct dac_relation *next;
};

struct dac_element {
	const char *type;	       /* SqlTable */
	const char *name;	       /* "[dbo].[T]", or NULL */
	struct dac_property *property; /* annotations' properties too */
	struct dac_relation *relation;
};

/* Called for each element below Model; it lives until the call returns. */
typedef void dac_fn(void *data, const struct dac_element *e);

/* Feeds the next piece of the file; last with len 0. -1 when it is no XML of
 * this kind, or nests or grows beyond reason: dac_error says why. */
struct dac_reader;
struct dac_reader *dac_reader_new(dac_fn *fn, void *data);
int dac_reader_feed(struct dac_reader *r, const char *s, size_t len);
const char *dac_reader_error(const struct dac_reader *r);
void dac_reader_free(struct dac_reader *r);

/* NULL when absent. */
const char *dac_property(const struct dac_element *e, const char *name);
const struct dac_entry *dac_relation(
    const struct dac_element *e, const char *name);
/* The first entry's reference, or NULL. */
const char *dac_reference(const struct dac_element *e, const char *name);

#endif
