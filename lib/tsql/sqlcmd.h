#ifndef TSQL_SQLCMD_H
#define TSQL_SQLCMD_H

/*
 * The directives of sqlcmd: a script with :r, :setvar and $(variables)
 * becomes plain T-SQL, and a line of it can be traced to its file.
 *
 * Variables are those that are set, then, if the caller allows it, those of
 * the environment, as sqlcmd has it; names that sound like a credential's
 * (KEY, TOKEN, PWD ...) are not looked up there. A variable stays as it
 * is, with a finding, where :setvar would make a value of more than 64 KiB of
 * it or the text grow beyond 1 GiB.
 *
 * :r reads only files below the root directory, at most TSQL_SQLCMD_DEPTH
 * deep and TSQL_SQLCMD_FILES in all, whatever the script says, and none from
 * within itself; a path is looked for beside the file that names it, then
 * below the root, and named from where the root is. Other directives
 * (:connect, :on error, !!command) are never followed: they leave an empty
 * line and, if they would have changed what the script does, a finding. GO n
 * stays: the parser reads it.
 */

#include "common/buf.h"
#include "common/map.h"

struct findings;

#define TSQL_SQLCMD_DEPTH 16
#define TSQL_SQLCMD_FILES 10000

struct tsql_sqlcmd_origin {
	const char *file;
	uint32_t line;
};

struct tsql_sqlcmd_piece; /* lines of one file in a row */

struct tsql_sqlcmd {
	struct buf out; /* the text */
	const char *root;
	struct map vars; /* without case; values are owned strings */
	struct findings *findings;
	struct tsql_sqlcmd_piece *piece;
	size_t nr, cap;
	char **file; /* owned names */
	size_t nfile, file_cap;
	uint32_t line;	  /* of the end of out */
	bool environment; /* may be looked at for variables */
	unsigned depth, includes;
	const char *open[TSQL_SQLCMD_DEPTH + 1]; /* the files being read */
};

/* root NULL: :r is refused. findings may be NULL. */
void tsql_sqlcmd_init(
    struct tsql_sqlcmd *, const char *root, struct findings *findings);
void tsql_sqlcmd_release(struct tsql_sqlcmd *);

/* As sqlcmd -v name=value. A later :setvar in the script wins. */
void tsql_sqlcmd_set(struct tsql_sqlcmd *, const char *name, const char *value);

/* Adds the expanded text (UTF-8) to out; name is for messages and, when it
 * is below the root, for what relative paths in it begin at. */
void tsql_sqlcmd_add(
    struct tsql_sqlcmd *, const char *name, const char *text, size_t len);

/* Where the line (1-based) of out comes from. */
struct tsql_sqlcmd_origin tsql_sqlcmd_origin(
    const struct tsql_sqlcmd *, uint32_t line);

#endif
