/*
 * Modules on their way from the server to their records: the thread that
 * reads puts them in, others parse and render them, each with a parser of its
 * own, so that the server is not kept waiting. They travel in batches, since
 * waking a thread costs as much as parsing a short text; PIPE_BATCHES of them
 * are in memory. Records are written in the order of the puts.
 *
 * While the pipe is open the writer's files belong to the thread whose batch's
 * turn it is, an object to the thread that has its module, and the rest of the
 * catalogue is only read (see its lock).
 */
#ifndef EXTRACT_LIVE_PIPE_H
#define EXTRACT_LIVE_PIPE_H

#include <pthread.h>

#include "live.h"

enum { PIPE_BATCHES = 12, BATCH_MODULES = 64, BATCH_BYTES = 1 << 17 };

struct pipe_batch {
	struct pipe_item {
		struct live_object *object;
		struct live_module module; /* its text is at `at` in texts */
		size_t at, line_end, refs_end; /* of what it became */
	} items[BATCH_MODULES];
	size_t nr;
	struct buf texts; /* each with a NUL behind it */
	struct buf lines, refs;
};

struct module_pipe {
	struct writer *writer;
	struct pipe_worker {
		struct module_pipe *pipe;
		struct live_parser *parser; /* or NULL */
		pthread_t thread;
	} workers[MAX_PARSERS];
	size_t nr_workers; /* 0: no thread could be had, a put writes at once */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct pipe_batch batches[PIPE_BATCHES];
	struct pipe_batch *filling; /* the reader's: number `filled` */
	/* batches counted from the start; number n is n % PIPE_BATCHES */
	size_t filled, taken, written;
	bool ending;
};

void pipe_open(struct module_pipe *p, struct writer *w);
/* Copies the module's text. */
void pipe_put(
    struct module_pipe *p, struct live_object *o, const struct live_module *m);
/* Waits until everything is written. */
void pipe_close(struct module_pipe *p);

#endif
