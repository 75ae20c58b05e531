/*
 * Child processes: argument vectors only, never a shell. They get our
 * environment without the keys and passwords in it.
 */
#ifndef MIG_PROC_H
#define MIG_PROC_H

#include <sys/types.h>

#include "common/buf.h"

struct proc {
	pid_t pid;
	int in;	 /* write end of the child's stdin, or -1 */
	int out; /* read end of the child's stdout, or -1 */
};

enum proc_flags {
	PROC_STDIN = 1,	 /* give proc.in; else the child reads /dev/null */
	PROC_STDOUT = 2, /* give proc.out; else the child has our stderr */
};

/* Starts argv[0] (looked up in PATH) in directory dir (NULL: here). -1 and
 * errno when it can't be run. */
int proc_start(
    struct proc *p, const char *const *argv, const char *dir, int flags);
/* Closes what is open and waits: the exit status, 128+signal, or -1. */
int proc_wait(struct proc *p);
/* Runs to the end, adding its stdout to out: the exit status or -1. */
int proc_run(const char *const *argv, const char *dir, struct buf *out);

#endif
