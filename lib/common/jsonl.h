/*
 * Records: JSON Lines in, JSON Lines out.
 *
 * A reader gives one record after another in flat memory. A bad line is
 * reported as `tool: file:line:col: error: ...`, counted and skipped; the
 * stream goes on. A last line without a newline is a record when it parses,
 * else it is reported as cut short. Nesting deeper than JSONL_DEPTH is an
 * error of that line.
 *
 * Numbers pass as they were written as long as a record isn't changed: use
 * jsonl_pass() for records of kinds that a tool doesn't work on.
 */
#ifndef MIG_JSONL_H
#define MIG_JSONL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <json-c/json.h>

#include "common/buf.h"

#define JSONL_DEPTH 512

struct jsonl_reader {
	FILE *in;
	const char *name; /* for messages: "<stdin>" or the path */
	size_t line;	  /* number of the record in `raw` */
	size_t bad;	  /* lines that were skipped */
	struct buf raw;	  /* the record's bytes, without the newline */
	struct json_tokener *tok;
};

/* name NULL or "-" reads standard input. -1 and a message when it can't be
 * opened. */
int jsonl_open(struct jsonl_reader *r, const char *name);
void jsonl_close(struct jsonl_reader *r);

/*
 * The next record, an object: the caller puts it (json_object_put). NULL at
 * the end. A read error is reported and counted in `bad`.
 */
struct json_object *jsonl_next(struct jsonl_reader *r);

/*
 * Writes a line and its newline so that what reaches the file ends with a
 * whole record: who is killed leaves a valid beginning.
 */
void jsonl_put(const char *line, size_t len, FILE *out);

/* Writes the current record's own bytes again. */
void jsonl_pass(const struct jsonl_reader *r, FILE *out);

/* Writes a record: one line, no blanks, '/' not escaped. */
void jsonl_write(struct json_object *o, FILE *out);

/* For filters: applies fn to each record of the operands (or of stdin when
 * there is none). fn returns 0, or 1 when the record is negative. The status
 * is for mig_finish(). Records of kinds that fn doesn't know are its to pass
 * on with jsonl_pass(). */
typedef int jsonl_fn(struct jsonl_reader *r, struct json_object *o, void *data);
int jsonl_each(char **files, jsonl_fn *fn, void *data);

/*
 * A file that is one JSON object, the caller's to put. NULL when it can't be
 * read or isn't one, with a message that has the place of the mistake.
 */
struct json_object *js_load(const char *path);

/*
 * Appends the elements of a file's array to `into`, which keeps a reference
 * to each. fault() tells what is wrong with an element, NULL when nothing is:
 * the first one that has a fault is reported and ends it, with -1.
 */
typedef const char *js_fault_fn(struct json_object *element);
int js_take(const char *path, struct json_object *array, js_fault_fn *fault,
    struct json_object *into);

/* Reading fields: NULL, "" or the fallback when absent or of another type.
 * What they return belongs to the object. */
struct json_object *js_get(struct json_object *o, const char *key);
struct json_object *js_arr(struct json_object *o, const char *key);
struct json_object *js_obj(struct json_object *o, const char *key);
const char *js_str(struct json_object *o, const char *key); /* or NULL */
const char *js_str_or(struct json_object *o, const char *key, const char *alt);
int64_t js_int(struct json_object *o, const char *key, int64_t alt);
double js_double(struct json_object *o, const char *key, double alt);
bool js_bool(struct json_object *o, const char *key, bool alt);
bool js_is(struct json_object *o, const char *key, const char *value);
size_t js_len(struct json_object *array); /* 0 for NULL */

/* Setting fields; they keep a field's place when it is there already. */
void js_set(struct json_object *o, const char *key, struct json_object *v);
void js_set_str(struct json_object *o, const char *key, const char *s);
void js_set_int(struct json_object *o, const char *key, int64_t v);
void js_set_double(struct json_object *o, const char *key, double v);
void js_set_bool(struct json_object *o, const char *key, bool v);
void js_push_str(struct json_object *array, const char *s);

#endif
