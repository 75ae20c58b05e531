/*
 * mig-report: what its files share. Of each record only what the report shows
 * is kept.
 */
#ifndef MIG_REPORT_H
#define MIG_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/buf.h"
#include "common/jsonl.h"
#include "common/map.h"

/* A line of the table: a model, or an object that is none. Strings belong to
 * the row. */
struct row {
	char *object, *kind, *action, *model, *layer, *materialized, *path;
	char *status, *claim, *engine, *reason;
	int64_t wave, attempts;
	int64_t rows_expected, rows_actual; /* -1: not known */
	double score, confidence;	    /* below 0: none */
	struct json_object *depends, *sources, *errors, *samples, *notes;
};

struct tally { /* findings of one code */
	char *code, *severity, *message, *remedy;
	size_t count;
	struct json_object *places; /* "object:line:col", the first few */
};

struct cost { /* of an agent, a model, an object */
	int64_t calls, in, out;
	double usd;
};

struct report {
	const char *title;
	char *project, *dialect, *policy, *database;
	struct row *row;
	size_t nr, cap;
	struct map findings; /* code -> struct tally */
	struct map ledger;   /* where to -> count */
	struct map reasons;  /* left out or manual, and why -> count */
	struct map statuses; /* status -> count */
	/* What Claude cost, by name of the agent, the model, the object. */
	struct map costs, model_costs, object_costs;
	struct map calls; /* request ids that were counted */
	struct json_object *strategy, *cycles, *inlined;
	struct map seen; /* model -> index + 1: a later record replaces */
};

void report_init(struct report *);
void report_release(struct report *);
int report_take(struct jsonl_reader *r, struct json_object *o, void *report);
/* Sorts and counts, once all records are there. */
void report_close(struct report *);

/* "12", "3 of 4", "-"; in buf. */
void row_rows(const struct row *, struct buf *);
void row_score(const struct row *, struct buf *);
bool row_is_good(const struct row *); /* completed, or said to be manual */

void report_text(const struct report *, FILE *out, bool colour);
void report_markdown(const struct report *, FILE *out);
void report_html(const struct report *, FILE *out, bool use_dot);
void report_json(const struct report *, FILE *out);

/* The dependency graph as an <svg>; false when there is none to draw. */
bool report_svg(const struct report *, FILE *out, bool use_dot);
void put_html(FILE *out, const char *s); /* escaped */

#endif
