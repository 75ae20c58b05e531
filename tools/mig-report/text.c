/* For the terminal, for Markdown, and as JSON. */
#include "common/alloc.h"
#include "report.h"

#define COLUMNS 7

static const char *const heads[COLUMNS] = {
    "object", "action", "model", "status", "claim", "rows", "score"};

/* The cells of a row; rows and score are made in b. */
static void cells(
    const struct row *w, struct buf b[2], const char *cell[COLUMNS])
{
	row_rows(w, &b[0]);
	row_score(w, &b[1]);
	cell[0] = w->object;
	cell[1] = w->action;
	cell[2] = w->model ? w->model : "-";
	cell[3] = w->status;
	cell[4] = w->claim ? w->claim : "-";
	cell[5] = buf_str(&b[0]);
	cell[6] = buf_str(&b[1]);
}

/* Characters, not bytes; control characters are shown as '?'. */
static size_t width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void put_plain(FILE *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		putc(c < 0x20 || c == 0x7f ? '?' : c, out);
	}
}

static void put_cell(FILE *out, const char *s, size_t wide, bool right)
{
	size_t n = width(s), i;

	for (i = n; right && i < wide; i++)
		putc(' ', out);
	put_plain(out, s);
	for (i = n; !right && i < wide; i++)
		putc(' ', out);
}

static const char *colour_of(const char *status)
{
	if (strcmp(status, "completed") == 0)
		return "\033[32m";
	if (strcmp(status, "failed") == 0)
		return "\033[31m";
	if (strcmp(status, "manual") == 0 ||
	    strcmp(status, "needs_review") == 0)
		return "\033[33m";
	return "\033[2m";
}

static void put_summary(const struct report *r, FILE *out)
{
	size_t i;

	fprintf(out, "%zu objects:", r->nr);
	for (i = 0; i < r->statuses.nr; i++)
		fprintf(out, "%s %zu %s", i ? "," : "",
		    (size_t)r->statuses.items[i].value,
		    r->statuses.items[i].key);
	putc('\n', out);
}

void report_text(const struct report *r, FILE *out, bool colour)
{
	size_t wide[COLUMNS], i, k;
	struct buf b[2] = {BUF_INIT, BUF_INIT};
	const char *cell[COLUMNS];

	for (k = 0; k < COLUMNS; k++)
		wide[k] = width(heads[k]);
	for (i = 0; i < r->nr; i++) {
		cells(&r->row[i], b, cell);
		for (k = 0; k < COLUMNS; k++) {
			if (width(cell[k]) > wide[k])
				wide[k] = width(cell[k]);
		}
	}
	for (k = 0; k < COLUMNS; k++) {
		put_cell(out, heads[k], k < COLUMNS - 1 ? wide[k] : 0, k > 4);
		fputs(k < COLUMNS - 1 ? "  " : "\n", out);
	}
	for (i = 0; i < r->nr; i++) {
		cells(&r->row[i], b, cell);
		for (k = 0; k < COLUMNS; k++) {
			if (colour && k == 3)
				fputs(colour_of(cell[k]), out);
			put_cell(out, cell[k], wide[k], k > 4);
			if (colour && k == 3)
				fputs("\033[0m", out);
			fputs(k < COLUMNS - 1 ? "  " : "\n", out);
		}
	}
	putc('\n', out);
	put_summary(r, out);
	buf_release(&b[0]);
	buf_release(&b[1]);
}

/* ---- Markdown ---- */

static void put_md(FILE *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20)
			c = ' ';
		if (strchr("\\`*_{}[]<>|#", c))
			putc('\\', out);
		putc(c, out);
	}
}

static void md_findings(const struct report *r, FILE *out)
{
	size_t i, k;

	if (!r->findings.nr)
		return;
	fputs("\n## Findings\n\n| code | severity | count | message | "
	      "remedy | where |\n|---|---|---:|---|---|---|\n",
	    out);
	for (i = 0; i < r->findings.nr; i++) {
		const struct tally *t = r->findings.items[i].value;

		fprintf(
		    out, "| %s | %s | %zu | ", t->code, t->severity, t->count);
		put_md(out, t->message);
		fputs(" | ", out);
		put_md(out, t->remedy);
		fputs(" | ", out);
		for (k = 0; k < js_len(t->places); k++) {
			fputs(k ? ", " : "", out);
			put_md(out,
			    json_object_get_string(
				json_object_array_get_idx(t->places, k)));
		}
		fputs(t->count > js_len(t->places) ? ", … |\n" : " |\n", out);
	}
}

static void md_counts(
    const struct map *m, const char *title, const char *what, FILE *out)
{
	size_t i;

	if (!m->nr)
		return;
	fprintf(
	    out, "\n## %s\n\n| %s | statements |\n|---|---:|\n", title, what);
	for (i = 0; i < m->nr; i++) {
		fputs("| ", out);
		put_md(out, m->items[i].key);
		fprintf(out, " | %zu |\n", (size_t)m->items[i].value);
	}
}

static void md_errors(const struct report *r, FILE *out)
{
	size_t i, k;
	bool any = false;

	for (i = 0; i < r->nr; i++) {
		const struct row *w = &r->row[i];

		for (k = 0; k < js_len(w->errors); k++) {
			struct json_object *e =
			    json_object_array_get_idx(w->errors, k);
			const char *text = js_str(e, "message");

			if (!any)
				fputs("\n## Errors\n\n", out);
			any = true;
			fputs("- ", out);
			put_md(out, w->model);
			fputs(": ", out);
			put_md(out, text ? text : json_object_get_string(e));
			putc('\n', out);
		}
	}
}

static void md_cost_table(const struct map *costs, const char *of, FILE *out)
{
	size_t i;

	if (!costs->nr)
		return;
	fprintf(out,
	    "\n| %s | calls | tokens in | tokens out | USD "
	    "|\n|---|---:|---:|---:|---:|\n",
	    of);
	for (i = 0; i < costs->nr; i++) {
		const struct cost *c = costs->items[i].value;

		fputs("| ", out);
		put_md(out, costs->items[i].key);
		fprintf(out,
		    " | %" PRId64 " | %" PRId64 " | %" PRId64 " | %.4f |\n",
		    c->calls, c->in, c->out, c->usd);
	}
}

static void md_costs(const struct report *r, FILE *out)
{
	if (!r->costs.nr)
		return;
	fputs("\n## Cost\n", out);
	md_cost_table(&r->costs, "agent", out);
	md_cost_table(&r->model_costs, "model", out);
	md_cost_table(&r->object_costs, "object", out);
}

void report_markdown(const struct report *r, FILE *out)
{
	struct buf b[2] = {BUF_INIT, BUF_INIT};
	const char *cell[COLUMNS];
	size_t i, k;

	fputs("# ", out);
	put_md(out, r->title ? r->title : "Migration report");
	fputs("\n\n", out);
	put_summary(r, out);
	fputs("\n## Objects\n\n", out);
	for (k = 0; k < COLUMNS; k++)
		fprintf(out, "| %s ", heads[k]);
	fputs("| reason |\n|---|---|---|---|---|---:|---:|---|\n", out);
	for (i = 0; i < r->nr; i++) {
		cells(&r->row[i], b, cell);
		for (k = 0; k < COLUMNS; k++) {
			fputs("| ", out);
			put_md(out, cell[k]);
			putc(' ', out);
		}
		fputs("| ", out);
		put_md(out, r->row[i].reason ? r->row[i].reason : "");
		fputs(" |\n", out);
	}
	md_errors(r, out);
	md_findings(r, out);
	md_counts(&r->ledger, "Ledger", "where statements went", out);
	md_counts(&r->reasons, "Left out, and why", "what", out);
	md_costs(r, out);
	buf_release(&b[0]);
	buf_release(&b[1]);
}

/* ---- JSON ---- */

static struct json_object *counts_json(const struct map *m)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < m->nr; i++)
		js_set_int(
		    o, m->items[i].key, (int64_t)(size_t)m->items[i].value);
	return o;
}

static struct json_object *number_or_null(int64_t n)
{
	return n < 0 ? NULL : json_object_new_int64(n);
}

static struct json_object *row_json(const struct row *w)
{
	struct json_object *o = json_object_new_object();

	js_set_str(o, "object", w->object);
	js_set_str(o, "kind", w->kind);
	js_set_str(o, "action", w->action);
	js_set_str(o, "model", w->model);
	js_set_str(o, "status", w->status);
	js_set_str(o, "claim", w->claim);
	js_set_str(o, "engine", w->engine);
	js_set(o, "rows_expected", number_or_null(w->rows_expected));
	js_set(o, "rows_actual", number_or_null(w->rows_actual));
	js_set(
	    o, "score", w->score < 0 ? NULL : json_object_new_double(w->score));
	js_set_int(o, "attempts", w->attempts);
	js_set_str(o, "reason", w->reason);
	js_set(o, "errors",
	    w->errors ? json_object_get(w->errors) : json_object_new_array());
	return o;
}

static struct json_object *findings_list(const struct report *r)
{
	struct json_object *a = json_object_new_array();
	size_t i;

	for (i = 0; i < r->findings.nr; i++) {
		const struct tally *t = r->findings.items[i].value;
		struct json_object *o = json_object_new_object();

		js_set_str(o, "code", t->code);
		js_set_str(o, "severity", t->severity);
		js_set_int(o, "count", (int64_t)t->count);
		js_set_str(o, "message", t->message);
		js_set_str(o, "remedy", t->remedy);
		js_set(o, "where", json_object_get(t->places));
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *costs_json(const struct map *costs)
{
	struct json_object *a = json_object_new_object();
	size_t i;

	for (i = 0; i < costs->nr; i++) {
		const struct cost *c = costs->items[i].value;
		struct json_object *o = json_object_new_object();

		js_set_int(o, "calls", c->calls);
		js_set_int(o, "input_tokens", c->in);
		js_set_int(o, "output_tokens", c->out);
		js_set_double(o, "cost_usd", c->usd);
		js_set(a, costs->items[i].key, o);
	}
	return a;
}

void report_json(const struct report *r, FILE *out)
{
	struct json_object *o = json_object_new_object();
	struct json_object *rows = json_object_new_array();
	size_t i;

	for (i = 0; i < r->nr; i++)
		json_object_array_add(rows, row_json(&r->row[i]));
	js_set_str(o, "kind", "report");
	js_set_str(o, "project", r->project);
	js_set_str(o, "dialect", r->dialect);
	js_set(o, "statuses", counts_json(&r->statuses));
	js_set(o, "objects", rows);
	js_set(o, "findings", findings_list(r));
	js_set(o, "ledger", counts_json(&r->ledger));
	js_set(o, "reasons", counts_json(&r->reasons));
	js_set(o, "cost", costs_json(&r->costs));
	if (r->model_costs.nr) {
		js_set(o, "cost_by_model", costs_json(&r->model_costs));
		js_set(o, "cost_by_object", costs_json(&r->object_costs));
	}
	jsonl_write(o, out);
	json_object_put(o);
}
