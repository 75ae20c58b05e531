/*
 * The dependency graph as inline SVG: by Graphviz's dot where it is there,
 * else models in columns by wave, with curves between them.
 */
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/proc.h"
#include "report.h"

#define MOST_NODES 2000	 /* more are no picture any more */
#define MOST_FOR_DOT 400 /* dot's time grows faster than the graph */
#define CHAR_WIDTH 7
#define ROW_HEIGHT 30
#define COLUMN_GAP 60

static const char *fill_of(const struct row *w)
{
	if (strcmp(w->status, "completed") == 0)
		return "#d7f0dc";
	if (strcmp(w->status, "failed") == 0)
		return "#f6d3d3";
	if (strcmp(w->status, "manual") == 0 ||
	    strcmp(w->status, "needs_review") == 0)
		return "#fbecc8";
	return "#e8e8ee";
}

static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* ---- by dot ---- */

static void dot_quote(struct buf *b, const char *s)
{
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, (unsigned char)*s < 0x20 ? ' ' : *s);
	}
	buf_addc(b, '"');
}

static void dot_source(const struct report *r, struct buf *b)
{
	size_t i, k;

	buf_adds(b,
	    "digraph g {\nrankdir=LR; bgcolor=transparent;\n"
	    "node [shape=box, style=\"filled,rounded\", "
	    "fontname=\"sans-serif\", fontsize=11, height=0.3];\n"
	    "edge [color=\"#888899\", arrowsize=0.6];\n");
	for (i = 0; i < r->nr; i++) {
		const struct row *w = &r->row[i];

		if (!w->model)
			continue;
		dot_quote(b, w->model);
		buf_addf(b, " [fillcolor=\"%s\", tooltip=", fill_of(w));
		dot_quote(b, w->object);
		buf_adds(b, "];\n");
		for (k = 0; k < js_len(w->depends); k++) {
			dot_quote(b,
			    json_object_get_string(
				json_object_array_get_idx(w->depends, k)));
			buf_adds(b, " -> ");
			dot_quote(b, w->model);
			buf_adds(b, ";\n");
		}
	}
	buf_adds(b, "}\n");
}

static bool write_all(int fd, const struct buf *b)
{
	size_t at = 0;

	while (at < b->len) {
		ssize_t n = write(fd, b->s + at, b->len - at);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* dot reads all before it writes: no deadlock between the two pipes. */
static bool draw_by_dot(const struct report *r, FILE *out)
{
	static const char *const argv[] = {"dot", "-Tsvg", NULL};
	struct buf source = BUF_INIT, svg = BUF_INIT;
	struct proc p;
	const char *start;
	bool ok = false;

	if (proc_start(&p, argv, NULL, PROC_STDIN | PROC_STDOUT) < 0)
		return false;
	dot_source(r, &source);
	ok = write_all(p.in, &source);
	close(p.in);
	p.in = -1;
	ok = ok && fs_read_fd(p.out, &svg) == 0;
	ok = proc_wait(&p) == 0 && ok;
	/* Without the prolog, which has no place inside of HTML. */
	start = ok ? strstr(buf_str(&svg), "<svg") : NULL;
	if (start)
		fputs(start, out);
	buf_release(&source);
	buf_release(&svg);
	return start != NULL;
}

/* ---- by ourselves ---- */

struct box {
	const struct row *row;
	size_t x, y, width;
};

struct layout {
	struct box *box;
	size_t nr;
	struct map by_name; /* model -> index + 1 */
	size_t width, height;
};

static void place(struct layout *l)
{
	size_t i = 0, x = 10;

	while (i < l->nr) {
		int64_t wave = l->box[i].row->wave;
		size_t from = i, widest = 0, y = 10;

		for (; i < l->nr && l->box[i].row->wave == wave; i++) {
			struct box *b = &l->box[i];

			b->width = text_width(b->row->model) * CHAR_WIDTH + 16;
			b->y = y;
			y += ROW_HEIGHT;
			if (b->width > widest)
				widest = b->width;
		}
		for (; from < i; from++)
			l->box[from].x = x;
		x += widest + COLUMN_GAP;
		if (y > l->height)
			l->height = y;
	}
	l->width = x;
}

static void draw_edges(const struct layout *l, FILE *out)
{
	size_t i, k;

	for (i = 0; i < l->nr; i++) {
		const struct box *to = &l->box[i];

		for (k = 0; k < js_len(to->row->depends); k++) {
			size_t idx = (size_t)map_get(&l->by_name,
			    json_object_get_string(json_object_array_get_idx(
				to->row->depends, k)));
			const struct box *from;
			size_t x, y;

			if (!idx)
				continue;
			from = &l->box[idx - 1];
			x = from->x + from->width;
			y = from->y + ROW_HEIGHT / 3;
			fprintf(out,
			    "<path class=\"e\" d=\"M%zu %zuC%zu %zu %zu %zu "
			    "%zu %zu\"/>\n",
			    x, y, x + COLUMN_GAP / 2, y, to->x - COLUMN_GAP / 2,
			    to->y + ROW_HEIGHT / 3, to->x,
			    to->y + ROW_HEIGHT / 3);
		}
	}
}

static void draw_boxes(const struct layout *l, FILE *out)
{
	size_t i;

	for (i = 0; i < l->nr; i++) {
		const struct box *b = &l->box[i];

		fprintf(out, "<g><title>");
		put_html(out, b->row->object);
		fprintf(out,
		    "</title><rect x=\"%zu\" y=\"%zu\" width=\"%zu\" "
		    "height=\"%d\" rx=\"4\" fill=\"%s\" stroke=\"#667\"/>"
		    "<text x=\"%zu\" y=\"%zu\">",
		    b->x, b->y, b->width, ROW_HEIGHT * 2 / 3, fill_of(b->row),
		    b->x + 8, b->y + 14);
		put_html(out, b->row->model);
		fputs("</text></g>\n", out);
	}
}

static void draw(const struct report *r, FILE *out)
{
	struct layout l = {0};
	size_t i;

	l.box = xcalloc(r->nr + 1, sizeof(*l.box));
	map_init(&l.by_name, MAP_EXACT);
	for (i = 0; i < r->nr; i++) {
		if (!r->row[i].model)
			continue;
		l.box[l.nr++].row = &r->row[i];
		map_set(&l.by_name, r->row[i].model, (void *)l.nr);
	}
	place(&l);
	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
	    "height=\"%zu\" viewBox=\"0 0 %zu %zu\" role=\"img\" "
	    "font-family=\"monospace\" font-size=\"11\">\n"
	    "<title>Which model reads which</title>\n"
	    "<style>.e{fill:none;stroke:#889;stroke-width:1}</style>\n",
	    l.width, l.height, l.width, l.height);
	draw_edges(&l, out);
	draw_boxes(&l, out);
	fputs("</svg>\n", out);
	map_release(&l.by_name, NULL);
	free(l.box);
}

bool report_svg(const struct report *r, FILE *out, bool use_dot)
{
	size_t i, models = 0;

	for (i = 0; i < r->nr; i++)
		models += r->row[i].model != NULL;
	if (!models || models > MOST_NODES)
		return false;
	if (!use_dot || models > MOST_FOR_DOT || !draw_by_dot(r, out))
		draw(r, out);
	return true;
}
