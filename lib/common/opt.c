#include <errno.h>
#include <math.h>

#include "common/alloc.h"
#include "common/mig.h"
#include "common/opt.h"

static void usage_error(const char *fmt, const char *what, const char *more)
    __attribute__((noreturn, format(printf, 1, 0)));

static void usage_error(const char *fmt, const char *what, const char *more)
{
	fprintf(stderr, "%s: error: ", mig_progname);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(stderr, fmt, what, more);
#pragma GCC diagnostic pop
	fprintf(stderr, "\nTry '%s --help'.\n", mig_progname);
	exit(MIG_TROUBLE);
}

static void print_option(const struct opt *o)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s --%s%s%s", o->letter ? '-' : ' ',
	    o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
	    o->arg ? " " : "", o->arg ? o->arg : "");
	if (strlen(left) <= 28)
		printf("  %-28s %s\n", left, o->help);
	else
		printf("  %s\n  %-28s %s\n", left, "", o->help);
}

static void print_options(const struct opt *opts)
{
	for (; opts->type != OPT_END; opts++) {
		if (opts->type == OPT_GROUP)
			print_options(opts->value);
		else
			print_option(opts);
	}
}

/* What every tool has; here for --help, the parser knows them by itself. */
static const struct opt common[] = {
    {OPT_FLAG, 'h', "help", NULL, NULL, "show this help", NULL},
    {OPT_FLAG, 'V', "version", NULL, NULL, "show the version", NULL},
    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};

static void help(const struct opt_tool *tool)
{
	printf("Usage: %s %s\n%s.\n\n", mig_progname, tool->synopsis,
	    tool->purpose);
	print_options(tool->opts);
	print_options(common);
	exit(mig_finish(MIG_OK));
}

/* For completions and the test of the manual pages: one option a line,
 * letter, name, argument, choices, help, with tabs between them and "-" for
 * what isn't there. */
static void list_options(const struct opt *o)
{
	const char *const *c;

	for (; o->type != OPT_END; o++) {
		if (o->type == OPT_GROUP) {
			list_options(o->value);
			continue;
		}
		printf("%c\t%s\t%s\t", o->letter ? o->letter : '-', o->name,
		    o->arg ? o->arg : "-");
		for (c = o->choices; c && *c; c++)
			printf("%s%s", c == o->choices ? "" : " ", *c);
		printf("%s\t%s\n", o->choices ? "" : "-", o->help);
	}
}

static void version(void)
{
	printf("%s (mig) %s\n", mig_progname, MIG_VERSION);
	exit(mig_finish(MIG_OK));
}

static const struct opt *find_long(
    const struct opt *o, const char *name, size_t len)
{
	for (; o->type != OPT_END; o++) {
		const struct opt *found = NULL;

		if (o->type == OPT_GROUP)
			found = find_long(o->value, name, len);
		else if (strlen(o->name) == len && !memcmp(o->name, name, len))
			found = o;
		if (found)
			return found;
	}
	return NULL;
}

static const struct opt *find_short(const struct opt *o, char letter)
{
	for (; o->type != OPT_END; o++) {
		const struct opt *found = NULL;

		if (o->type == OPT_GROUP)
			found = find_short(o->value, letter);
		else if (o->letter == letter)
			found = o;
		if (found)
			return found;
	}
	return NULL;
}

static void check_choice(const struct opt *o, const char *arg)
{
	const char *const *c = o->choices;

	if (!c)
		return;
	for (; *c; c++) {
		if (strcmp(*c, arg) == 0)
			return;
	}
	usage_error("--%s doesn't take '%s'", o->name, arg);
}

static void set_value(const struct opt *o, const char *arg)
{
	char *end = NULL;

	errno = 0;
	switch (o->type) {
	case OPT_STRING:
		check_choice(o, arg);
		*(const char **)o->value = arg;
		return;
	case OPT_LIST: opt_list_add(o->value, arg); return;
	case OPT_UINT:
		if (*arg >= '0' && *arg <= '9')
			*(unsigned long *)o->value = strtoul(arg, &end, 10);
		break;
	case OPT_DOUBLE:
		*(double *)o->value = strtod(arg, &end);
		if (end == arg || !isfinite(*(double *)o->value))
			end = NULL;
		break;
	default: break;
	}
	if (!end || *end || errno)
		usage_error("--%s takes a number, not '%s'", o->name, arg);
}

static int parse_long(const struct opt_tool *tool, int argc, char **argv, int i)
{
	const char *name = argv[i] + 2;
	const char *eq = strchr(name, '=');
	size_t len = eq ? (size_t)(eq - name) : strlen(name);
	const struct opt *o = find_long(tool->opts, name, len);

	if (!o && strcmp(name, "help") == 0)
		help(tool);
	if (!o && strcmp(name, "version") == 0)
		version();
	if (!o && strcmp(name, "list-options") == 0) {
		list_options(tool->opts);
		list_options(common);
		exit(mig_finish(MIG_OK));
	}
	if (!o)
		usage_error("unknown option '%s'%s", argv[i], "");
	if (o->type == OPT_FLAG) {
		if (eq)
			usage_error("--%s takes no value%s", o->name, "");
		*(bool *)o->value = true;
		return i + 1;
	}
	if (eq) {
		set_value(o, eq + 1);
		return i + 1;
	}
	if (i + 1 >= argc)
		usage_error("--%s needs a value (%s)", o->name, o->arg);
	set_value(o, argv[i + 1]);
	return i + 2;
}

static int parse_short(
    const struct opt_tool *tool, int argc, char **argv, int i)
{
	const char *p;

	for (p = argv[i] + 1; *p; p++) {
		const struct opt *o = find_short(tool->opts, *p);

		if (!o && *p == 'h')
			help(tool);
		if (!o && *p == 'V')
			version();
		if (!o)
			usage_error("unknown option '-%.1s'%s", p, "");
		if (o->type == OPT_FLAG) {
			*(bool *)o->value = true;
			continue;
		}
		if (p[1]) {
			set_value(o, p + 1);
			return i + 1;
		}
		if (i + 1 >= argc)
			usage_error("--%s needs a value (%s)", o->name, o->arg);
		set_value(o, argv[i + 1]);
		return i + 2;
	}
	return i + 1;
}

int opt_parse(const struct opt_tool *tool, int argc, char **argv)
{
	char **operands = xcalloc((size_t)argc + 1, sizeof(*operands));
	int i = 1, n = 0, first;

	while (i < argc) {
		char *a = argv[i];

		if (a[0] != '-' || !a[1]) {
			operands[n++] = a;
			i++;
		} else if (strcmp(a, "--") == 0) {
			while (++i < argc)
				operands[n++] = argv[i];
		} else if (a[1] == '-') {
			i = parse_long(tool, argc, argv, i);
		} else {
			i = parse_short(tool, argc, argv, i);
		}
	}
	/* Operands to the end, in their order. */
	first = argc - n;
	for (i = 0; i < n; i++)
		argv[first + i] = operands[i];
	free(operands);
	return first;
}

void opt_list_add(struct opt_list *l, const char *value)
{
	GROW(l->items, l->nr, l->cap);
	l->items[l->nr++] = value;
}

void opt_list_release(struct opt_list *l)
{
	free(l->items);
	memset(l, 0, sizeof(*l));
}
