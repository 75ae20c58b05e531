/*
 * Modules on their way from the server to their records: the thread that
 * reads puts them in, a second one parses and writes them, so that the
 * server is not kept waiting. They travel in batches, since waking a thread
 * costs as much as parsing a short text; PIPE_BATCHES of them are in memory.
 *
 * While the pipe is open the writer and all of the catalogue but the order of
 * its objects belong to the second thread.
 */
#ifndef EXTRACT_LIVE_PIPE_H
#define EXTRACT_LIVE_PIPE_H

#include <pthread.h>

#include "live.h"

enum { PIPE_BATCHES = 8, BATCH_MODULES = 64, BATCH_BYTES = 1 << 17 };

struct pipe_batch {
	struct pipe_item {
		struct live_object *object;
		struct live_module module; /* its text is at `at` in texts */
		size_t at;
	} items[BATCH_MODULES];
	size_t nr;
	struct buf texts; /* each with a NUL behind it */
};

struct module_pipe {
	struct writer *writer;
	pthread_t thread;
	bool threaded; /* else a put writes at once */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct pipe_batch batches[PIPE_BATCHES];
	struct pipe_batch *filling; /* the reader's; behind the full ones */
	size_t first, nr;	    /* the full ones */
	bool ending;
};

void pipe_open(struct module_pipe *p, struct writer *w);
/* Copies the module's text. */
void pipe_put(
    struct module_pipe *p, struct live_object *o, const struct live_module *m);
/* Waits until everything is written. */
void pipe_close(struct module_pipe *p);

#endif
