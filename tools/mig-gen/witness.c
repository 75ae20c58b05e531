/* Which rows tell a right translation from a naive one, and their tests. */
#include <string.h>

#include "common/alloc.h"
#include "dbt/yml.h"
#include "gen.h"
#include "tsql/eval_int.h"
#include "witness.h"

static const struct eval_rows *table_rows(
    void *ctx, const struct tsql_object *o)
{
	struct trial *t = ctx;

	for (size_t i = 0; i < t->ntable; i++)
		if (t->table[i].object == o)
			return &t->table[i].rows;
	return NULL;
}

static bool answer(
    struct trial *t, enum emit_construct naive, struct eval_rows *out)
{
	struct eval ev = {.a = t->a,
	    .table = table_rows,
	    .ctx = t,
	    .collation = t->q->catalog->collation,
	    .naive = naive,
	    .variant = t->variant};
	bool ok = eval_query(&ev, t->q->query, out);

	if (!t->unknown)
		t->unknown = ev.unknown;
	return ok;
}

/* Columns whose value is certain in every row. */
static void certain_columns(const struct eval_rows *rows, bool *certain)
{
	for (uint32_t c = 0; c < rows->ncolumn; c++) {
		certain[c] = true;
		for (size_t i = 0; i < rows->n; i++)
			certain[c] &= !rows->row[i][c].vague;
	}
}

static bool row_matches(const struct eval_value *a, const struct eval_value *b,
    const bool *certain, uint32_t n)
{
	for (uint32_t c = 0; c < n; c++)
		if (certain[c] && !b[c].vague && !eval_same(&a[c], &b[c]))
			return false;
	return true;
}

/* As multisets. */
static bool differ(struct trial *t, const struct eval_rows *right,
    const struct eval_rows *naive, const bool *certain)
{
	bool *used;

	if (right->n != naive->n)
		return true;
	used = arena_alloc(t->a, naive->n + 1);
	for (size_t i = 0; i < right->n; i++) {
		size_t j = 0;

		while (j < naive->n &&
		    (used[j] ||
			!row_matches(right->row[i], naive->row[j], certain,
			    right->ncolumn)))
			j++;
		if (j == naive->n)
			return true;
		used[j] = true;
	}
	return false;
}

/* The ways in which a construct can be taken naively, which a test should
 * tell apart from the right one each: texts by case, with capitals first or
 * last, and by blanks; a quotient of integers with its fraction and rounded;
 * NULL last and as the greatest. */
static const char *variants(enum emit_construct c)
{
	switch (c) {
	case EMIT_USE_STRING_EQUAL:
	case EMIT_USE_STRING_GROUP: return "cb";
	case EMIT_USE_STRING_ORDER: return "ci";
	case EMIT_USE_INT_DIVISION:
	case EMIT_USE_AVG_INT: return "fr";
	case EMIT_USE_NULL_ORDER: return "lg";
	default: return "";
	}
}

static bool tells_variant(struct trial *t, enum emit_construct c, char variant,
    const struct eval_rows *right, const bool *certain)
{
	struct eval_rows naive;

	t->variant = variant;
	return answer(t, c, &naive) && differ(t, right, &naive, certain);
}

/* Do the rows tell the two translations apart? Then right has the answer. */
static bool tells(struct trial *t, enum emit_construct c,
    struct eval_rows *right, bool *certain)
{
	bool any = false;

	if (!answer(t, EMIT_USE_NONE, right))
		return false;
	t->answered = true;
	if (!right->n)
		return false;
	t->filled = true;
	certain_columns(right, certain);
	for (uint32_t i = 0; i < right->ncolumn; i++)
		any |= certain[i];
	if (!any)
		return false;
	t->certain = true;
	if (!*t->tell)
		return tells_variant(t, c, 0, right, certain);
	for (const char *v = t->tell; *v; v++)
		if (!tells_variant(t, c, *v, right, certain))
			return false;
	return true;
}

/* Leaves out every row that isn't needed. */
static void shrink(struct trial *t, enum emit_construct c,
    struct eval_rows *right, bool *certain)
{
	for (size_t i = 0; i < t->ntable; i++) {
		struct eval_rows *rows = &t->table[i].rows;

		for (size_t r = rows->n; r-- > 0;) {
			struct eval_value *row = rows->row[r];

			rows->n--;
			memmove(&rows->row[r], &rows->row[r + 1],
			    (rows->n - r) * sizeof(*rows->row));
			if (tells(t, c, right, certain))
				continue;
			memmove(&rows->row[r + 1], &rows->row[r],
			    (rows->n - r) * sizeof(*rows->row));
			rows->row[r] = row;
			rows->n++;
		}
	}
	tells(t, c, right, certain);
}

/* ---- the YAML ---- */

static const char *const told[EMIT_USE_COUNT] = {
    [EMIT_USE_INT_DIVISION] = "An integer divided by an integer has no "
			      "fraction.",
    [EMIT_USE_DECIMAL_DIVISION] = "A quotient has the digits that the types "
				  "of its operands give it.",
    [EMIT_USE_MODULO] = "A remainder has the sign of the dividend.",
    [EMIT_USE_AVG_INT] = "The average of integers is an integer.",
    [EMIT_USE_CAST_TRUNCATES] = "A number becomes an integer without its "
				"fraction, not rounded.",
    [EMIT_USE_CAST_ROUNDS] = "A number is rounded to the digits of a "
			     "decimal.",
    [EMIT_USE_CAST_CUTS] = "Text is cut to the length of its new type.",
    [EMIT_USE_ISNULL_CUTS] = "The replacement for a NULL is cut to the "
			     "length of what it stands for.",
    [EMIT_USE_STRING_EQUAL] = "Text is equal without regard to case and to "
			      "trailing blanks.",
    [EMIT_USE_STRING_ORDER] = "Text is ordered without regard to case.",
    [EMIT_USE_STRING_GROUP] = "Text that differs in case or trailing blanks "
			      "is one group.",
    [EMIT_USE_LIKE] = "Patterns match without regard to case.",
    [EMIT_USE_LEN] = "Trailing blanks don't count for the length.",
    [EMIT_USE_SEARCH] = "Text is found without regard to case.",
    [EMIT_USE_REPLACE] = "Text is replaced without regard to case.",
    [EMIT_USE_CONCAT_NULL] = "A sum of texts is NULL when one of them is; "
			     "CONCAT takes NULL for nothing.",
    [EMIT_USE_DATEDIFF] = "The boundaries between two dates count, not the "
			  "time between them.",
    [EMIT_USE_DATEADD] = "A day that a month lacks becomes its last one.",
    [EMIT_USE_DATEPART] = "Weeks start on Sunday, and weekdays with 1.",
    [EMIT_USE_DATETIME_ROUNDS] = "A datetime has ticks of 1/300 second.",
    [EMIT_USE_STYLE] = "A date is written as its style says.",
    [EMIT_USE_ROUND] = "A half is rounded away from zero.",
    [EMIT_USE_NULL_ORDER] = "NULL comes before every value.",
    [EMIT_USE_TOP] = "TOP keeps the ties that it is told to keep.",
};

static bool bits_are_boolean(struct work *w)
{
	const char *type = gen_type(w, "bit");

	return type && !strncmp(type, "bool", 4);
}

static void one_row(struct work *w, struct yml *y,
    const struct tsql_row *columns, const bool *shown,
    const struct eval_value *row)
{
	bool bits = bits_are_boolean(w), any = false;
	struct buf b = BUF_INIT;

	buf_addc(&b, '{');
	for (uint32_t c = 0; c < columns->n; c++) {
		if (!shown[c])
			continue;
		buf_adds(&b, any ? ", " : "");
		any = true;
		yml_scalar(&b, columns->v[c].name, columns->v[c].len, true);
		buf_adds(&b, ": ");
		eval_yaml(&b, &row[c], columns->v[c].type, bits);
	}
	buf_addc(&b, '}');
	yml_item_raw(y, buf_str(&b));
	buf_release(&b);
}

static void rows_yml(struct work *w, struct yml *y,
    const struct tsql_row *columns, const bool *shown,
    const struct eval_rows *rows)
{
	if (!rows->n) {
		yml_raw(y, "rows", "[]");
		return;
	}
	yml_open(y, "rows");
	for (size_t i = 0; i < rows->n; i++)
		one_row(w, y, columns, shown, rows->row[i]);
	yml_close(y);
}

static void test_yml(struct trial *t, struct yml *y, enum emit_construct c,
    const struct eval_rows *right, const bool *certain)
{
	const char *model = js_str_or(t->w->rec, "name", "");
	const char *name =
	    arena_printf(t->w->arena, "%s__%s", model, emit_construct_name(c));

	yml_item(y);
	yml_str(y, "name", name);
	yml_str(y, "description", told[c]);
	yml_str(y, "model", model);
	yml_open(y, "given");
	for (size_t i = 0; i < t->ntable; i++) {
		yml_item(y);
		yml_str(y, "input", t->table[i].input);
		rows_yml(t->w, y, t->table[i].columns, t->table[i].used,
		    &t->table[i].rows);
		yml_close(y);
	}
	yml_close(y);
	yml_open(y, "expect");
	rows_yml(t->w, y, tsql_query_row(t->q->query), certain, right);
	yml_close(y);
	yml_close(y);
}

static bool search(struct trial *t, enum emit_construct c,
    struct eval_rows *right, bool *certain)
{
	for (uint64_t n = 0; n < t->tries; n++) {
		arena_reset(t->a);
		trial_fill(t, n);
		if (!tells(t, c, right, certain))
			continue;
		shrink(t, c, right, certain);
		return true;
	}
	return false;
}

/* All variants at once, else one of them, else the most naive reading. */
static bool find(struct trial *t, enum emit_construct c,
    struct eval_rows *right, bool *certain)
{
	t->answered = t->filled = t->certain = false;
	t->unknown = NULL;
	t->tell = variants(c);
	if (search(t, c, right, certain))
		return true;
	for (const char *v = variants(c); *v && t->certain; v++) {
		t->tell = arena_strndup(t->w->arena, v, 1);
		if (search(t, c, right, certain))
			return true;
	}
	t->tell = "";
	return *variants(c) && search(t, c, right, certain);
}

/* Why no rows were found that tell the right from the naive. */
static const char *reason(struct trial *t)
{
	if (t->unknown)
		return arena_printf(t->w->arena,
		    "what SQL Server answers isn't worked out for %s",
		    t->unknown);
	if (!t->answered)
		return "what SQL Server answers isn't certain for any rows "
		       "that were tried";
	if (!t->filled)
		return "no rows that were tried meet its conditions";
	if (!t->certain)
		return "no column is certain";
	return "no rows that were tried tell it from the naive translation";
}

/* What a test is about that doesn't tell all variants: texts by their case
 * or by their blanks alone, NULL as the last or as the greatest, a quotient by
 * its fraction or by its rounding. */
static const char *aspect(const struct trial *t, enum emit_construct c)
{
	if (strlen(variants(c)) < 2 || strlen(t->tell) != 1)
		return NULL;
	switch (*t->tell) {
	case 'c': return c == EMIT_USE_STRING_ORDER ? "capitals_first" : "case";
	case 'i': return "capitals_last";
	case 'b': return "blanks";
	case 'l': return "last";
	case 'g': return "greatest";
	case 'f': return "fraction";
	case 'r': return "rounded";
	default: return NULL;
	}
}

static void tell(struct trial *t, enum emit_construct c, const char *why)
{
	struct work *w = t->w;
	struct json_object *o = json_object_new_object();
	const char *model = js_str_or(w->rec, "name", "");
	const char *name = emit_construct_name(c);

	js_set_str(o, "construct", name);
	if (why)
		js_set_str(o, "reason", why);
	else
		js_set_str(
		    o, "test", arena_printf(w->arena, "%s__%s", model, name));
	if (!why && aspect(t, c))
		js_set_str(o, "aspect", aspect(t, c));
	json_object_array_add(w->witnesses, o);
}

/* NULL: its test is in out. */
static const char *one_construct(
    struct trial *t, enum emit_construct c, bool *certain, struct buf *out)
{
	struct yml y = {out, 2, false};
	struct eval_rows right;

	if (!told[c])
		return "no naive translation of it is known";
	if (!t->ntable)
		return "it reads no table";
	if (!find(t, c, &right, certain))
		return reason(t);
	if (!out->len)
		buf_adds(out, "unit_tests:\n");
	test_yml(t, &y, c, &right, certain);
	return NULL;
}

void witness(struct work *w, struct query *q, struct buf *out)
{
	bool done[EMIT_USE_COUNT] = {false};
	struct arena a = ARENA_INIT;
	struct trial t;
	bool *certain;

	if (w->claim == CLAIM_MANUAL || !tsql_query_row(q->query))
		return;
	trial_open(&t, w, q, &a);
	certain = arena_alloc(w->arena, tsql_query_row(q->query)->n + 1);
	for (size_t i = 0; i < q->result.nuse; i++) {
		enum emit_construct c = q->result.use[i].construct;

		if (done[c])
			continue;
		done[c] = true;
		tell(&t, c, one_construct(&t, c, certain, out));
	}
	arena_release(&a);
}
