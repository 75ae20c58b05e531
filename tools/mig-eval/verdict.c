#include <string.h>

#include "common/finding.h"
#include "common/jsonl.h"
#include "eval.h"

/* Claims and findings: a claim of exactness that the rows contradict falls. */
static void lower_claim(struct job *j, struct json_object *generated)
{
	struct findings list = FINDINGS_INIT;
	struct json_object *findings = js_arr(generated, "findings");

	js_set_str(j->evaluation, "claim", "exact");
	js_set_str(generated, "claim", "differs");
	findings_add(&list, FINDING_ROWS_DIFFER, 0, 0, "%s",
	    js_str_or(j->evaluation, "reason", ""));
	if (!findings) {
		findings = json_object_new_array();
		js_set(generated, "findings", findings);
	}
	json_object_array_add(findings, finding_json(&list.items[0]));
	findings_release(&list);
}

/* A statement of the source that no part of the project stands for. */
static bool ledger_has_loss(struct json_object *generated)
{
	struct json_object *ledger = js_arr(generated, "ledger");
	size_t i;

	for (i = 0; i < js_len(ledger); i++) {
		struct json_object *o = json_object_array_get_idx(ledger, i);

		if (js_is(o, "to", "manual") ||
		    (js_is(o, "to", "left_out") && !js_str(o, "reason")))
			return true;
	}
	return false;
}

static bool accepts(const struct eval *e, const char *claim)
{
	size_t i;

	for (i = 0; i < e->accepted.nr; i++) {
		if (strcmp(e->accepted.items[i], claim) == 0)
			return true;
	}
	return strcmp(claim, "exact") == 0;
}

/* Why an equal model still isn't completed, or NULL. */
static const char *objection(struct job *j, struct json_object *generated)
{
	const char *claim = js_str_or(generated, "claim", "");
	struct json_object *test = js_obj(j->record, "test");

	if (!js_is(j->record, "status", "tested") &&
	    !js_is(j->record, "status", "completed") &&
	    !js_is(j->record, "status", "needs_review"))
		return "mig-test has not passed it";
	if (js_is(test, "run", "fail") || js_is(test, "run", "skipped"))
		return "mig-test has not passed it";
	if (ledger_has_loss(generated))
		return "a statement of the original is left to be done by hand";
	if (!accepts(j->e, claim))
		return "its maker claims a known difference";
	if (js_double(j->evaluation, "score", 0) < j->e->pass_mark)
		return "the score is below the pass mark";
	return NULL;
}

static void fail_record(struct job *j)
{
	struct json_object *errors = json_object_new_array();
	struct json_object *o = json_object_new_object();

	js_set_str(o, "phase", "eval");
	js_set_str(o, "message", js_str_or(j->evaluation, "reason", ""));
	json_object_array_add(errors, o);
	js_set(j->record, "errors", errors);
	js_set_str(j->record, "status", "failed");
}

static void conclude_equal(struct job *j, struct json_object *generated)
{
	const char *why = objection(j, generated);

	if (!why) {
		js_set_str(j->record, "status", "completed");
		return;
	}
	js_set_str(j->evaluation, "reason", why);
	js_set_str(j->record, "status", "needs_review");
}

/*
 * equal: completed, or to be reviewed for another reason. Different where
 * exactness was claimed: failed, for mig-fix. Different as announced, or not
 * compared: for a person. Returns 1 for what is not well.
 */
int conclude(struct job *j)
{
	struct json_object *generated = js_obj(j->record, "generated");
	struct json_object *score = js_get(j->evaluation, "score");
	int status = 0;

	if (js_is(j->evaluation, "verdict", "equal")) {
		conclude_equal(j, generated);
	} else if (js_is(j->evaluation, "verdict", "different")) {
		status = 1;
		if (js_is(generated, "claim", "exact")) {
			lower_claim(j, generated);
			fail_record(j);
		} else {
			js_set_str(j->record, "status", "needs_review");
		}
	} else if (!js_is(j->record, "status", "manual")) {
		status = 1;
		if (!js_is(j->record, "status", "failed"))
			js_set_str(j->record, "status", "needs_review");
	}
	js_set(j->record, "evaluation", j->evaluation);
	js_set(j->record, "validation_score", json_object_get(score));
	return status;
}
