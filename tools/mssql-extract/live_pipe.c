#include <string.h>

#include "live_pipe.h"

static void write_batch(struct writer *w, struct pipe_batch *b)
{
	size_t i;

	for (i = 0; i < b->nr; i++) {
		struct pipe_item *x = &b->items[i];

		if (x->module.text)
			x->module.text = b->texts.s + x->at;
		/* the catalogue lists a module once; a server that lists it
		 * twice gets one record */
		if (!x->object->done)
			write_object(w, x->object, &x->module);
	}
	b->nr = 0;
	buf_reset(&b->texts);
}

static void *work(void *arg)
{
	struct module_pipe *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->nr && !p->ending)
			pthread_cond_wait(&p->changed, &p->lock);
		if (!p->nr)
			break;
		pthread_mutex_unlock(&p->lock);
		write_batch(p->writer, &p->batches[p->first]);
		pthread_mutex_lock(&p->lock);
		p->first = (p->first + 1) % PIPE_BATCHES;
		/* the reader waits when it has none to fill */
		if (p->nr-- == PIPE_BATCHES - 1)
			pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

void pipe_open(struct module_pipe *p, struct writer *w)
{
	memset(p, 0, sizeof(*p));
	p->writer = w;
	p->filling = p->batches;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->threaded = pthread_create(&p->thread, NULL, work, p) == 0;
}

/* Gives the batch that is being filled away and takes an empty one. */
static void push(struct module_pipe *p)
{
	if (!p->threaded) {
		write_batch(p->writer, p->filling);
		return;
	}
	pthread_mutex_lock(&p->lock);
	if (p->nr++ == 0)
		pthread_cond_signal(&p->changed);
	while (p->nr == PIPE_BATCHES)
		pthread_cond_wait(&p->changed, &p->lock);
	p->filling = &p->batches[(p->first + p->nr) % PIPE_BATCHES];
	pthread_mutex_unlock(&p->lock);
}

void pipe_put(
    struct module_pipe *p, struct live_object *o, const struct live_module *m)
{
	struct pipe_batch *b = p->filling;
	struct pipe_item *x = &b->items[b->nr++];

	x->object = o;
	x->module = *m;
	x->at = b->texts.len;
	if (m->text) {
		buf_add(&b->texts, m->text, m->len);
		buf_addc(&b->texts, '\0');
	}
	if (b->nr == BATCH_MODULES || b->texts.len >= BATCH_BYTES)
		push(p);
}

void pipe_close(struct module_pipe *p)
{
	size_t i;

	if (p->filling->nr)
		push(p);
	if (p->threaded) {
		pthread_mutex_lock(&p->lock);
		p->ending = true;
		pthread_cond_signal(&p->changed);
		pthread_mutex_unlock(&p->lock);
		pthread_join(p->thread, NULL);
	}
	for (i = 0; i < PIPE_BATCHES; i++)
		buf_release(&p->batches[i].texts);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->changed);
}
