/*
 * Command lines from one table: the parser, the usage line, --help and
 * --version come from it, and a test holds the manual page to it.
 *
 * Long options take `--name value` or `--name=value`, short ones `-n value` or
 * `-nvalue`; flags may be bundled; `--` ends them. Every tool also has -h,
 * --help and -V, --version.
 */
#ifndef MIG_OPT_H
#define MIG_OPT_H

#include <stdbool.h>
#include <stddef.h>

enum opt_type {
	OPT_END,
	OPT_FLAG,   /* bool * */
	OPT_STRING, /* const char **, points into argv */
	OPT_LIST,   /* struct opt_list *, in order, pointers into argv */
	OPT_UINT,   /* unsigned long *, decimal */
	OPT_DOUBLE, /* double * */
	OPT_GROUP,  /* value points to another table, included here */
};

struct opt_list {
	const char **items;
	size_t nr, cap;
};

struct opt {
	enum opt_type type;
	char letter; /* 0: none */
	const char *name;
	const char *arg; /* what --help calls the argument; NULL for flags */
	void *value;
	const char *help;
	const char *const *choices; /* NULL-terminated; NULL: anything */
};

struct opt_tool {
	const char *synopsis; /* "[-C DIR] [FILE...]", behind the name */
	const char *purpose;  /* one line */
	const struct opt *opts;
};

/*
 * Parses; options and operands may stand in any order: operands are moved to
 * the end of argv. Returns the index of the first one. On --help and --version
 * it prints to stdout and exits 0; on a mistake it says what is wrong and how
 * to get help, and exits 2.
 */
int opt_parse(const struct opt_tool *tool, int argc, char **argv);
/* An operand that counts as one more value of a list option. */
void opt_list_add(struct opt_list *l, const char *value);
void opt_list_release(struct opt_list *l);

#endif
