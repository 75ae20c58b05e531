/*
 * Scripts into an inventory: what --ddl, --project and --dacpac share.
 */
#ifndef EXTRACT_SCRIPT_H
#define EXTRACT_SCRIPT_H

#include "ddl.h"
#include "rows.h"

/* In a project the files stand in no order: what makes objects is read
 * before what changes them. */
enum script_pass { SCRIPT_ALL, SCRIPT_MAKERS, SCRIPT_OTHERS };

struct script {
	const struct extract_options *opt;
	struct inventory inv;
	struct rows rows;
	struct place at;
	enum script_pass pass;
	/* With sqlcmd: the text is expanded, :r reads below root. defaults are
	 * variables that -v overrides. */
	bool sqlcmd;
	const char *root;
	struct map defaults;
	bool quoted_identifier_off, ansi_nulls_off; /* when a file begins */
	struct map referred; /* paths of what a project refers to, once read */
};

void script_init(struct script *sc, const struct extract_options *o);
/* A text in UTF-8; name is for definitions and messages. */
void script_text(
    struct script *sc, const char *name, const char *text, size_t len);
/* A file in any encoding; -1 after a message when it can't be read. */
int script_file(struct script *sc, const char *path);
/* Every .sql file below a directory; -1 after a message. */
int script_tree(struct script *sc, const char *dir);
/* A variable's value unless it has one already. */
void script_default(struct script *sc, const char *name, const char *value);
/* The value that -v or a default gives; NULL: none. */
const char *script_value(const struct script *sc, const char *name);
/* The objects of a .dacpac or .bacpac; -1 after a message. */
int script_dacpac(struct script *sc, const char *path);
/* Writes rowsets and records and releases sc: the exit status. status: what
 * went wrong before. */
int script_finish(struct script *sc, const char *source, int status);

#endif
