/* A source table's staging model: its columns, one to one. */
#include <string.h>

#include "gen.h"
#include "query.h"
#include "tsql/doc.h"
#include "tsql/types.h"

const char *gen_ident(struct work *w, const char *name)
{
	struct buf b = BUF_INIT;
	const char *s;

	dialect_ident(w->dialect, name, strlen(name), &b);
	s = arena_strndup(w->arena, buf_str(&b), b.len);
	buf_release(&b);
	return s;
}

bool gen_ident_quoted(struct work *w, const char *name)
{
	return dialect_needs_quotes(w->dialect, name, strlen(name));
}

const char *gen_type(struct work *w, const char *tsql_type)
{
	struct tsql_type t = tsql_type_parse(tsql_type, strlen(tsql_type));
	struct buf b = BUF_INIT;
	const char *s = NULL;

	if (t.base != TSQL_TY_UNKNOWN && dialect_type_name(w->dialect, &t, &b))
		s = arena_strndup(w->arena, buf_str(&b), b.len);
	buf_release(&b);
	return s;
}

static struct doc *select_star(struct arena *a, const char *from)
{
	struct doc_select s = {.from = doc_text(a, from)};

	docs_add(a, &s.items, doc_text(a, "*"));
	return doc_select(a, &s);
}

static void take_columns(struct work *w)
{
	struct json_object *columns = js_arr(w->rec, "columns");

	w->ncolumn = js_len(columns);
	w->column = arena_alloc(w->arena, w->ncolumn * sizeof(*w->column) + 1);
	for (size_t i = 0; i < w->ncolumn; i++) {
		struct json_object *c = json_object_array_get_idx(columns, i);
		const char *type = js_str(c, "type");

		w->column[i].name = js_str_or(c, "name", "");
		w->column[i].type = type ? gen_type(w, type) : NULL;
	}
}

/* What CREATE TABLE says and where it went. */
static void ledger(struct work *w)
{
	struct json_object *columns = js_arr(w->rec, "columns");
	const char *model = js_str(w->rec, "path");
	struct ledger_entry e = {
	    1, "create_table", "model", model, NULL, 1, 1, 1};

	work_ledger(w, &e);
	if (js_len(js_arr(w->rec, "tests"))) {
		e.kind = "constraint";
		e.to = "test";
		work_ledger(w, &e);
	}
	for (size_t i = 0; i < js_len(columns); i++)
		if (js_str(json_object_array_get_idx(columns, i), "default")) {
			e.kind = "default";
			e.to = "left_out";
			e.target = NULL;
			e.reason = "a default takes effect where rows are "
				   "loaded, not in a model";
			work_ledger(w, &e);
			break;
		}
}

/* The columns as the staging model selects them. One that SQL Server computes
 * is computed here too: what copies tables to a warehouse often leaves it
 * behind. */
static void select_columns(struct work *w, struct doc_select *s)
{
	struct json_object *columns = js_arr(w->rec, "columns");
	struct query q;

	query_open(w, &q);
	for (size_t i = 0; i < w->ncolumn; i++) {
		const char *name = gen_ident(w, w->column[i].name);
		struct doc *column = doc_source(w->arena, name, strlen(name));
		const char *text =
		    js_str(json_object_array_get_idx(columns, i), "computed");
		struct doc *d = text
		    ? query_computed(
			  w, &q, js_str_or(w->rec, "object", ""), text)
		    : NULL;

		if (text && !d) {
			work_claim(w, CLAIM_DIFFERS);
			findings_add(&w->findings, FINDING_COMPUTED_COLUMN, 0,
			    0, "%s", w->column[i].name);
		}
		docs_add(w->arena, &s->items,
		    d ? doc_as(w->arena, d, column) : column);
	}
	query_close(&q);
}

bool staging_sql(struct work *w, struct buf *sql)
{
	struct arena *a = w->arena;
	struct json_object *inputs = js_arr(w->rec, "inputs");
	struct doc_select s = {.from = doc_text(a, "source")};
	struct doc_cte cte[2] = {0};
	const char *from = NULL;

	if (js_len(inputs))
		from = relation_jinja(w,
		    js_obj(json_object_array_get_idx(inputs, 0), "relation"));
	if (!from) {
		findings_add(&w->findings, FINDING_NO_RELATION, 0, 0, "%s",
		    js_str_or(w->rec, "object", ""));
		return false;
	}
	take_columns(w);
	select_columns(w, &s);
	if (!w->ncolumn)
		docs_add(a, &s.items, doc_text(a, "*"));
	cte[0].name = doc_text(a, "source");
	cte[0].query = select_star(a, from);
	cte[1].name = doc_text(a, "final");
	cte[1].query = doc_select(a, &s);
	doc_layout(doc_with(a, false, cte, 2, select_star(a, "final")), sql);
	ledger(w);
	return true;
}
