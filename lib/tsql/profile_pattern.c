/* What the writes of a procedure amount to: see profile.h. */
#include "common/alloc.h"
#include "tsql/parse.h"
#include "tsql/profile.h"

static bool is_one_of(
    const struct tsql_name *n, const char *const *words, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (tsql_name_is(n, words[i]))
			return true;
	}
	return false;
}

/* SET that closes a row's time of validity: an end, or a flag set to a
 * constant. */
static bool closes(const struct tsql_assign *a)
{
	static const char *const ends[] = {"effectiveto", "effective_to",
	    "validto", "valid_to", "enddate", "end_date", "effectiveenddate",
	    "effective_end_date", "rowenddate", "row_end_date", "expirydate",
	    "todate", "to_date"};
	static const char *const flags[] = {"iscurrent", "is_current",
	    "currentflag", "current_flag", "rowiscurrent", "activeflag"};
	const struct tsql_name *n;

	if (!a->target || a->target->h.kind != TSQL_E_COLUMN)
		return false;
	n = &a->target->u.name.part[a->target->nparts - 1];
	if (is_one_of(n, ends, ARRAY_SIZE(ends)))
		return true;
	return is_one_of(n, flags, ARRAY_SIZE(flags)) && a->value &&
	    (a->value->h.kind == TSQL_E_INT ||
		a->value->h.kind == TSQL_E_STRING);
}

static bool closes_validity(const struct tsql_write *w)
{
	const struct tsql_assigns *set;
	uint32_t i;

	if (w->verb != TSQL_W_UPDATE)
		return false;
	set = &w->stmt->u.update.set;
	for (i = 0; i < set->n; i++) {
		if (closes(set->v[i]))
			return true;
	}
	return false;
}

struct writes {
	uint32_t verb[TSQL_W_SELECT_INTO + 1]; /* of permanent tables */
	uint32_t temp_names, temp_variables;
	bool whole, closes, in_loop, partly;
};

static void sum_writes(const struct tsql_profile *o,
    bool (*mine)(void *, const struct tsql_write *), void *data,
    struct writes *sum)
{
	uint32_t i;

	for (i = 0; i < o->nwrite; i++) {
		const struct tsql_write *w = &o->write[i];

		if (w->temporary) {
			sum->temp_names += w->name != NULL;
			sum->temp_variables += w->variable != NULL;
			continue;
		}
		/* What a handler writes is about the failure, not the load. */
		if (w->in_handler || (mine && !mine(data, w)))
			continue;
		if (!mine && w->given && w->verb == TSQL_W_INSERT &&
		    !w->in_loop && o->nwrite > 1)
			continue;
		sum->verb[w->verb]++;
		if (w->verb == TSQL_W_DELETE && !w->whole)
			sum->partly = true;
		sum->whole |= w->whole && w->verb != TSQL_W_SELECT_INTO;
		sum->closes |= closes_validity(w);
		sum->in_loop |= w->in_loop;
	}
}

enum tsql_pattern tsql_profile_pattern_of(const struct tsql_profile *o,
    bool (*mine)(void *data, const struct tsql_write *), void *data)
{
	struct writes w = {0};
	const uint32_t *v = w.verb;
	bool any;

	sum_writes(o, mine, data, &w);
	any = v[TSQL_W_INSERT] || v[TSQL_W_UPDATE] || v[TSQL_W_DELETE] ||
	    v[TSQL_W_MERGE] || v[TSQL_W_TRUNCATE] || v[TSQL_W_SELECT_INTO];
	if (mine && !any)
		return TSQL_P_NONE;
	if (o->count[TSQL_FEATURE_CURSORS] && (w.in_loop || !mine))
		return TSQL_P_CURSOR;
	if (o->count[TSQL_FEATURE_DYNAMIC_SQL] && !mine)
		return TSQL_P_DYNAMIC;
	if (v[TSQL_W_MERGE])
		return TSQL_P_MERGE;
	if (w.closes && v[TSQL_W_INSERT])
		return TSQL_P_SCD2;
	if (w.in_loop)
		return TSQL_P_LOOP;
	if (!mine && any && w.temp_names)
		return TSQL_P_TEMP_TABLE_CHAIN;
	if (!mine && any && w.temp_variables)
		return TSQL_P_TABLE_VARIABLE;
	if (v[TSQL_W_SELECT_INTO] && !v[TSQL_W_INSERT])
		return TSQL_P_SELECT_INTO;
	if (v[TSQL_W_INSERT] || v[TSQL_W_SELECT_INTO]) {
		if (w.whole)
			return v[TSQL_W_UPDATE] ? TSQL_P_INSERT_UPDATE
						: TSQL_P_TRUNCATE_INSERT;
		if (v[TSQL_W_UPDATE])
			return TSQL_P_UPSERT;
		return w.partly ? TSQL_P_DELETE_INSERT : TSQL_P_APPEND;
	}
	if (v[TSQL_W_UPDATE])
		return TSQL_P_UPDATE;
	if (v[TSQL_W_DELETE] || v[TSQL_W_TRUNCATE])
		return TSQL_P_DELETE;
	if (o->count[TSQL_FEATURE_EXECS])
		return TSQL_P_EXEC_ONLY;
	return o->count[TSQL_FEATURE_SELECTS] ? TSQL_P_RESULT_SET : TSQL_P_NONE;
}
