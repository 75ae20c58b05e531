/*
 * What every tool shares: its name, exit status, diagnostics, closing stdout.
 *
 * Diagnostics go to stderr as `tool: file:line:col: level: message`, lower
 * case, no full stop. stdout carries records only.
 */
#ifndef MIG_H
#define MIG_H

#include <stdbool.h>
#include <stddef.h>

enum mig_exit {
	MIG_OK = 0,
	MIG_NEGATIVE = 1, /* some record is failed or negative */
	MIG_TROUBLE = 2,  /* usage or environment: nothing useful was done */
};

/* The program's name for diagnostics: the one global. */
extern const char *mig_progname;

/*
 * First call of every main: takes the name from argv[0], makes a closed pipe
 * an error of write() (no SIGPIPE), sets the C locale, wipes the Claude API's
 * credentials from the environment (who needs them calls claude_hide_key()
 * before).
 */
void mig_start(const char *argv0);

/*
 * Last call of every main: flushes and closes stdout; a failure (full disk,
 * closed pipe) is reported and gives MIG_TROUBLE. A reader that closed its
 * end early is not worth a message but still gives MIG_TROUBLE.
 */
int mig_finish(int status) __attribute__((warn_unused_result));

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One diagnostic with a place; line or col 0 leaves it out. */
void report_at(const char *file, size_t line, size_t col, const char *level,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * Path of a shared file such as "dialects/duckdb.json": below $MIG_SHARE, else
 * share/ of the source tree that the executable was built in, else
 * PREFIX/share/mig. The caller frees it. It may not exist: opening it says so.
 */
char *mig_share(const char *name);

/* Is stderr a terminal on which progress and colour are welcome? */
bool mig_progress_wanted(void);

#endif
