#include <string.h>

#include "live_pipe.h"

static void write_slot(struct writer *w, struct pipe_slot *s)
{
	/* the catalogue lists a module once; a server that lists it twice
	 * gets one record */
	if (!s->object->done)
		write_object(w, s->object, &s->module);
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
		write_slot(p->writer, &p->slots[p->first]);
		pthread_mutex_lock(&p->lock);
		p->first = (p->first + 1) % PIPE_SLOTS;
		/* the reader waits when all slots are taken */
		if (p->nr-- == PIPE_SLOTS)
			pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

void pipe_open(struct module_pipe *p, struct writer *w)
{
	memset(p, 0, sizeof(*p));
	p->writer = w;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->threaded = pthread_create(&p->thread, NULL, work, p) == 0;
}

void pipe_put(
    struct module_pipe *p, struct live_object *o, const struct live_module *m)
{
	struct pipe_slot *s;

	pthread_mutex_lock(&p->lock);
	while (p->nr == PIPE_SLOTS)
		pthread_cond_wait(&p->changed, &p->lock);
	s = &p->slots[(p->first + p->nr) % PIPE_SLOTS];
	pthread_mutex_unlock(&p->lock);

	s->object = o;
	s->module = *m;
	buf_reset(&s->text);
	if (m->text) {
		buf_add(&s->text, m->text, m->len);
		s->module.text = buf_str(&s->text);
	}
	if (!p->threaded) {
		write_slot(p->writer, s);
		return;
	}
	pthread_mutex_lock(&p->lock);
	if (p->nr++ == 0)
		pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void pipe_close(struct module_pipe *p)
{
	size_t i;

	if (p->threaded) {
		pthread_mutex_lock(&p->lock);
		p->ending = true;
		pthread_cond_signal(&p->changed);
		pthread_mutex_unlock(&p->lock);
		pthread_join(p->thread, NULL);
	}
	for (i = 0; i < PIPE_SLOTS; i++)
		buf_release(&p->slots[i].text);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->changed);
}
