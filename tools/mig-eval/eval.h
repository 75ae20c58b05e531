/* The files of mig-eval: one model's comparison, and what it means. */
#ifndef MIG_EVAL_H
#define MIG_EVAL_H

#include "agent/agent.h"
#include "common/opt.h"
#include "dbt/compare.h"
#include "dbt/helper.h"
#include "dbt/rowset.h"

struct eval {
	const char *project, *target, *rows;
	double pass_mark;
	unsigned long samples, sample_rows, float_digits, run;
	struct opt_list tolerances, accepted;
	struct dbt *dbt;
	struct agent *agent;	     /* NULL: the rules alone */
	struct json_object *dialect; /* read at the first comparison */
};

/* One model's comparison. */
struct job {
	struct eval *e;
	struct json_object *record;
	struct json_object *evaluation;
	struct rowset expected;
	struct json_object *actual_columns;
	struct json_object *columns; /* verdicts of those that one side lacks */
	struct compare compare;
	struct json_tokener *tok;
	double percent; /* of a rowset that is a sample by its key, or 0 */
	size_t *key_at; /* the key's columns in the rows of the model */
	size_t nr_key_at;
	size_t only_one_side;
	bool other_order, started, bad;
};

/* rows.c: the rows of the original and of the model, compared. Leaves the
 * evaluation section in j->evaluation. */
void compare_with_source(struct job *j);

/* section.c: the evaluation section's parts. */
void fill_evaluation(struct job *j);
void not_compared(struct job *j, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* fields.c: what is compared with what, and how closely. */
int check_tolerances(const struct eval *e); /* -1 after a message */
void set_fields(struct job *j);

/* verdict.c: puts the section on the record and settles claim, status and
 * errors. Returns 1 for what is not well. */
int conclude(struct job *j);

#endif
