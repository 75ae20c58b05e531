/* One HTML file that needs nothing else. */
#include "common/alloc.h"
#include "report.h"

static const char style[] =
    "body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;"
    "max-width:75rem;padding:0 1rem;color:#223}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #dde;padding:.25rem .5rem;"
    "text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "th{background:#f4f4f8}"
    ".s{border-radius:.6rem;padding:.05rem .5rem;background:#e8e8ee}"
    ".completed{background:#d7f0dc}.failed{background:#f6d3d3}"
    ".manual,.needs_review{background:#fbecc8}"
    ".graph{overflow:auto;border:1px solid #dde;padding:.5rem}"
    "code,td.m{font-family:ui-monospace,monospace;font-size:.92em}"
    "details{margin:.3rem 0}.small{color:#667}";

void put_html(FILE *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		switch (c) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		case '\'': fputs("&#39;", out); break;
		default:
			putc(c < 0x20 && c != '\n' && c != '\t' ? '?' : c, out);
			break;
		}
	}
}

static void cell(FILE *out, const char *class, const char *s)
{
	fprintf(out, "<td%s%s%s>", class ? " class=\"" : "", class ? class : "",
	    class ? "\"" : "");
	put_html(out, s ? s : "–");
	fputs("</td>", out);
}

static void status_cell(FILE *out, const char *status)
{
	const char *class = strchr(status, ' ') ? "" : status;

	fprintf(out, "<td><span class=\"s %s\">", class);
	put_html(out, status);
	fputs("</span></td>", out);
}

static void objects(const struct report *r, FILE *out)
{
	struct buf b = BUF_INIT;
	size_t i;

	fputs("<h2>Objects</h2>\n<table><thead><tr><th>object</th>"
	      "<th>action</th><th>model</th><th>status</th><th>claim</th>"
	      "<th class=\"n\">rows</th><th class=\"n\">score</th>"
	      "<th>engine</th><th>remarks</th></tr></thead><tbody>\n",
	    out);
	for (i = 0; i < r->nr; i++) {
		const struct row *w = &r->row[i];
		size_t k;

		fputs("<tr>", out);
		cell(out, "m", w->object);
		cell(out, NULL, w->action);
		cell(out, "m", w->model);
		status_cell(out, w->status);
		cell(out, NULL, w->claim);
		row_rows(w, &b);
		cell(out, "n", buf_str(&b));
		row_score(w, &b);
		cell(out, "n", buf_str(&b));
		cell(out, NULL, w->engine);
		fputs("<td class=\"small\">", out);
		put_html(out, w->reason ? w->reason : "");
		for (k = 0; k < js_len(w->errors); k++) {
			struct json_object *e =
			    json_object_array_get_idx(w->errors, k);
			const char *text = js_str(e, "message");

			fputs("<div>", out);
			put_html(out, text ? text : json_object_get_string(e));
			fputs("</div>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
	buf_release(&b);
}

static void findings(const struct report *r, FILE *out)
{
	size_t i, k;

	if (!r->findings.nr)
		return;
	fputs("<h2>Findings</h2>\n<table><thead><tr><th>code</th>"
	      "<th>severity</th><th class=\"n\">count</th><th>message</th>"
	      "<th>remedy</th><th>where</th></tr></thead><tbody>\n",
	    out);
	for (i = 0; i < r->findings.nr; i++) {
		const struct tally *t = r->findings.items[i].value;

		fputs("<tr>", out);
		cell(out, "m", t->code);
		cell(out, NULL, t->severity);
		fprintf(out, "<td class=\"n\">%zu</td>", t->count);
		cell(out, NULL, t->message);
		cell(out, NULL, t->remedy);
		fputs("<td class=\"m\">", out);
		for (k = 0; k < js_len(t->places); k++) {
			fputs(k ? ", " : "", out);
			put_html(out,
			    json_object_get_string(
				json_object_array_get_idx(t->places, k)));
		}
		fputs(t->count > js_len(t->places) ? ", …" : "", out);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void counts(
    const struct map *m, const char *title, const char *what, FILE *out)
{
	size_t i;

	if (!m->nr)
		return;
	fprintf(out,
	    "<h2>%s</h2>\n<table><thead><tr><th>%s</th>"
	    "<th class=\"n\">statements</th></tr></thead><tbody>\n",
	    title, what);
	for (i = 0; i < m->nr; i++) {
		fputs("<tr>", out);
		cell(out, NULL, m->items[i].key);
		fprintf(out, "<td class=\"n\">%zu</td></tr>\n",
		    (size_t)m->items[i].value);
	}
	fputs("</tbody></table>\n", out);
}

static void cost_table(const struct map *costs, const char *of, FILE *out)
{
	size_t i;

	if (!costs->nr)
		return;
	fprintf(out,
	    "<table><thead><tr><th>%s</th>"
	    "<th class=\"n\">calls</th><th class=\"n\">tokens in</th>"
	    "<th class=\"n\">tokens out</th><th class=\"n\">USD</th></tr>"
	    "</thead><tbody>\n",
	    of);
	for (i = 0; i < costs->nr; i++) {
		const struct cost *c = costs->items[i].value;

		fputs("<tr>", out);
		cell(out, NULL, costs->items[i].key);
		fprintf(out,
		    "<td class=\"n\">%" PRId64 "</td><td class=\"n\">%" PRId64
		    "</td><td class=\"n\">%" PRId64
		    "</td><td class=\"n\">%.4f</td></tr>\n",
		    c->calls, c->in, c->out, c->usd);
	}
	fputs("</tbody></table>\n", out);
}

static void costs(const struct report *r, FILE *out)
{
	if (!r->costs.nr)
		return;
	fputs("<h2>Cost</h2>\n", out);
	cost_table(&r->costs, "agent", out);
	cost_table(&r->model_costs, "model", out);
	cost_table(&r->object_costs, "object", out);
}

static void strategy(const struct report *r, FILE *out)
{
	struct json_object *phases = js_arr(r->strategy, "phases");
	struct json_object *risks = js_arr(r->strategy, "risks");
	struct json_object *advice = js_arr(r->strategy, "recommendations");
	size_t i;

	if (!r->strategy)
		return;
	fputs("<h2>Strategy</h2>\n<ol>\n", out);
	for (i = 0; i < js_len(phases); i++) {
		struct json_object *p = json_object_array_get_idx(phases, i);

		fputs("<li>", out);
		put_html(out, js_str_or(p, "name", ""));
		fprintf(out, ": %" PRId64 " objects, %.1f hours",
		    js_int(p, "count", 0), js_double(p, "effort_hours", 0));
		fputs(" <span class=\"small\">", out);
		put_html(out, js_str_or(p, "why", ""));
		fputs("</span></li>\n", out);
	}
	fputs("</ol>\n<ul>\n", out);
	for (i = 0; i < js_len(risks); i++) {
		struct json_object *k = json_object_array_get_idx(risks, i);

		fputs("<li>Risk: ", out);
		put_html(out, js_str_or(k, "risk", ""));
		fprintf(out, " (%" PRId64 "). ", js_int(k, "count", 0));
		put_html(out, js_str_or(k, "mitigation", ""));
		fputs("</li>\n", out);
	}
	for (i = 0; i < js_len(advice); i++) {
		fputs("<li>", out);
		put_html(out,
		    json_object_get_string(
			json_object_array_get_idx(advice, i)));
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static void samples(const struct report *r, FILE *out)
{
	size_t i, k;
	bool any = false;

	for (i = 0; i < r->nr; i++) {
		const struct row *w = &r->row[i];

		if (!w->samples)
			continue;
		if (!any)
			fputs("<h2>Rows that differ</h2>\n", out);
		any = true;
		fputs("<details><summary><code>", out);
		put_html(out, w->model);
		fputs("</code></summary><ul>\n", out);
		for (k = 0; k < js_len(w->samples); k++) {
			fputs("<li class=\"m\">", out);
			put_html(out,
			    json_object_to_json_string_ext(
				json_object_array_get_idx(w->samples, k),
				JSON_C_TO_STRING_PLAIN |
				    JSON_C_TO_STRING_NOSLASHESCAPE));
			fputs("</li>\n", out);
		}
		fputs("</ul></details>\n", out);
	}
}

static void circles(const struct report *r, FILE *out)
{
	size_t i;

	for (i = 0; i < js_len(r->cycles); i++) {
		struct json_object *c = json_object_array_get_idx(r->cycles, i);
		size_t k;

		fputs("<p><strong>A circle:</strong> ", out);
		for (k = 0; k < js_len(c); k++) {
			fputs(k ? ", " : "", out);
			put_html(out,
			    json_object_get_string(
				json_object_array_get_idx(c, k)));
		}
		fputs("</p>\n", out);
	}
}

static void summary(const struct report *r, FILE *out)
{
	size_t i;

	fputs("<p>", out);
	for (i = 0; i < r->statuses.nr; i++) {
		const char *key = r->statuses.items[i].key;

		fprintf(out, "<span class=\"s %s\">%zu ",
		    strchr(key, ' ') ? "" : key,
		    (size_t)r->statuses.items[i].value);
		put_html(out, key);
		fputs("</span> ", out);
	}
	fputs("</p>\n<p class=\"small\">", out);
	if (r->database) {
		fputs("Database ", out);
		put_html(out, r->database);
		fputs(", ", out);
	}
	fputs("project ", out);
	put_html(out, r->project ? r->project : "?");
	fputs(", dialect ", out);
	put_html(out, r->dialect ? r->dialect : "?");
	fputs(", collation policy ", out);
	put_html(out, r->policy ? r->policy : "?");
	fputs(".</p>\n", out);
}

void report_html(const struct report *r, FILE *out, bool use_dot)
{
	const char *title = r->title ? r->title : "Migration report";

	fputs("<!doctype html>\n<html lang=\"en\"><head><meta "
	      "charset=\"utf-8\"><meta name=\"viewport\" "
	      "content=\"width=device-width\"><title>",
	    out);
	put_html(out, title);
	fprintf(out, "</title><style>%s</style></head><body>\n<h1>", style);
	put_html(out, title);
	fputs("</h1>\n", out);
	summary(r, out);
	circles(r, out);
	fputs("<h2>Dependencies</h2>\n<div class=\"graph\">\n", out);
	if (!report_svg(r, out, use_dot))
		fputs("<p class=\"small\">Nothing to draw, or too much for a "
		      "picture.</p>\n",
		    out);
	fputs("</div>\n", out);
	objects(r, out);
	samples(r, out);
	findings(r, out);
	counts(&r->ledger, "Ledger", "where statements went", out);
	counts(&r->reasons, "Left out or by hand, and why", "what", out);
	strategy(r, out);
	costs(r, out);
	fputs("</body></html>\n", out);
}
