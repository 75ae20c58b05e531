/* mig-report: what became of each object, for people and for programs. */
#include <errno.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "common/opt.h"
#include "report.h"

static const char *const formats[] = {"html", "markdown", "json", "text", NULL};
static const char *const colours[] = {"auto", "always", "never", NULL};

static bool colour_wanted(const char *when)
{
	const char *no = getenv("NO_COLOR");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(STDOUT_FILENO) == 1 && !(no && *no);
}

static void write_to(const struct report *r, const char *format, FILE *out,
    bool colour, bool use_dot)
{
	switch (*format) {
	case 'h': report_html(r, out, use_dot); break;
	case 'm': report_markdown(r, out); break;
	case 'j': report_json(r, out); break;
	default: report_text(r, out, colour); break;
	}
}

/* Through memory, so that the file is there whole or not at all. */
static void write_file(
    const struct report *r, const char *format, const char *path, bool use_dot)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		die("out of memory");
	write_to(r, format, f, false, use_dot);
	if (fclose(f) != 0)
		die("out of memory");
	if (fs_write(path, text, len, false) < 0)
		die("%s: %s", path, strerror(errno));
	free(text);
}

static bool all_good(const struct report *r)
{
	size_t i;

	for (i = 0; i < r->nr; i++) {
		if (!row_is_good(&r->row[i]))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct report r;
	const char *format = "html", *colour = "auto", *path = NULL;
	bool check = false, no_dot = false;
	const char *title = NULL;
	const struct opt opts[] = {
	    {OPT_STRING, 'f', "format", "FORMAT", &format,
		"html (default), markdown, json or text", formats},
	    {OPT_STRING, 'o', "output", "FILE", &path,
		"write here instead of standard output", NULL},
	    {OPT_STRING, 't', "title", "TEXT", &title, "the report's title",
		NULL},
	    {OPT_STRING, 0, "color", "WHEN", &colour,
		"colour in text: auto (default), always or never", colours},
	    {OPT_FLAG, 0, "no-dot", NULL, &no_dot,
		"draw the graph without Graphviz", NULL},
	    {OPT_FLAG, 'c', "check", NULL, &check,
		"exit 1 unless every object is completed or manual", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[-f FORMAT] [-o OUTPUT] [FILE...]",
	    "Report what became of each object", opts};
	int i, status;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	report_init(&r);
	r.title = title;
	status = jsonl_each(argv + i, report_take, &r);
	report_close(&r);
	if (path)
		write_file(&r, format, path, !no_dot);
	else
		write_to(&r, format, stdout, colour_wanted(colour), !no_dot);
	if (check && !all_good(&r) && status == MIG_OK)
		status = MIG_NEGATIVE;
	report_release(&r);
	return mig_finish(status);
}
