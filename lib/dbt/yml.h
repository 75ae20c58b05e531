/*
 * Writing YAML as people write it: block style, two spaces, a string in
 * quotes only where it needs them. Everything else that mig writes of YAML
 * (lists in one line, comments) is plain text.
 *
 *	yml_open(&y, "models");
 *	yml_item(&y);
 *	yml_str(&y, "name", name);
 *	yml_close(&y);
 *	yml_close(&y);
 */
#ifndef DBT_YML_H
#define DBT_YML_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct yml {
	struct buf *out;
	int level; /* columns of indentation */
	bool dash; /* the next key starts a list item */
};

void yml_open(struct yml *, const char *key); /* key: and deeper */
void yml_close(struct yml *);
/* An item of the open list: its keys follow, then yml_close. */
void yml_item(struct yml *);
void yml_item_str(struct yml *, const char *value); /* - value */

void yml_str(struct yml *, const char *key, const char *value);
/* A text from the source that dbt will take for Jinja: made inert. */
void yml_source(struct yml *, const char *key, const char *value);
void yml_bool(struct yml *, const char *key, bool value);
void yml_int(struct yml *, const char *key, long long value);
/* value is YAML already: "[a, b]". */
void yml_raw(struct yml *, const char *key, const char *value);
void yml_item_raw(struct yml *, const char *value);

/* A scalar: plain when YAML reads it as this very string, else in double
 * quotes. In flow style ({a: b}) more has to be quoted. */
void yml_scalar(struct buf *, const char *s, size_t len, bool flow);

#endif
