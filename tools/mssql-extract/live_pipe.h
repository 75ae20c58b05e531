/*
 * Modules on their way from the server to their records: the thread that
 * reads puts them in, a second one parses and writes them, so that the
 * server is not kept waiting. At most PIPE_SLOTS texts are in memory.
 *
 * While the pipe is open the writer and all of the catalogue but the order of
 * its objects belong to the second thread.
 */
#ifndef EXTRACT_LIVE_PIPE_H
#define EXTRACT_LIVE_PIPE_H

#include <pthread.h>

#include "live.h"

enum { PIPE_SLOTS = 32 };

struct pipe_slot {
	struct live_object *object;
	struct live_module module; /* text points into the slot's buffer */
	struct buf text;
};

struct module_pipe {
	struct writer *writer;
	pthread_t thread;
	bool threaded; /* else a put writes at once */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct pipe_slot slots[PIPE_SLOTS];
	size_t first, nr;
	bool ending;
};

void pipe_open(struct module_pipe *p, struct writer *w);
/* Copies the module's text. */
void pipe_put(
    struct module_pipe *p, struct live_object *o, const struct live_module *m);
/* Waits until everything is written. */
void pipe_close(struct module_pipe *p);

#endif
