#include <string.h>

#include "live_pipe.h"

static void render_batch(
    const struct writer *w, struct live_parser *parser, struct pipe_batch *b)
{
	size_t i;

	buf_reset(&b->lines);
	buf_reset(&b->refs);
	for (i = 0; i < b->nr; i++) {
		struct pipe_item *x = &b->items[i];

		if (x->module.text)
			x->module.text = b->texts.s + x->at;
		render_object(
		    w, parser, x->object, &x->module, &b->lines, &b->refs);
		x->line_end = b->lines.len;
		x->refs_end = b->refs.len;
	}
}

static void write_batch(struct writer *w, struct pipe_batch *b)
{
	size_t line = 0, refs = 0, i;

	for (i = 0; i < b->nr; i++) {
		const struct pipe_item *x = &b->items[i];

		put_record(w, buf_str(&b->lines) + line, x->line_end - line,
		    buf_str(&b->refs) + refs, x->refs_end - refs);
		line = x->line_end;
		refs = x->refs_end;
	}
	b->nr = 0;
	buf_reset(&b->texts);
}

static void *work(void *arg)
{
	struct pipe_worker *me = arg;
	struct module_pipe *p = me->pipe;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct pipe_batch *b;
		size_t turn;

		while (p->taken == p->filled && !p->ending)
			pthread_cond_wait(&p->changed, &p->lock);
		if (p->taken == p->filled)
			break;
		turn = p->taken++;
		b = &p->batches[turn % PIPE_BATCHES];
		pthread_mutex_unlock(&p->lock);
		render_batch(p->writer, me->parser, b);

		pthread_mutex_lock(&p->lock);
		while (p->written != turn)
			pthread_cond_wait(&p->changed, &p->lock);
		pthread_mutex_unlock(&p->lock);
		write_batch(p->writer, b);

		pthread_mutex_lock(&p->lock);
		p->written++;
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

void pipe_open(struct module_pipe *p, struct writer *w)
{
	size_t n = w->nr_parsers ? w->nr_parsers : 1;

	memset(p, 0, sizeof(*p));
	p->writer = w;
	p->filling = p->batches;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	while (p->nr_workers < n) {
		struct pipe_worker *x = &p->workers[p->nr_workers];

		x->pipe = p;
		x->parser = w->parsers[p->nr_workers];
		if (pthread_create(&x->thread, NULL, work, x) != 0)
			break;
		p->nr_workers++;
	}
}

/* Gives the batch that is being filled away and takes an empty one. */
static void push(struct module_pipe *p)
{
	if (!p->nr_workers) {
		render_batch(p->writer, p->writer->parsers[0], p->filling);
		write_batch(p->writer, p->filling);
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->filled++;
	pthread_cond_broadcast(&p->changed);
	while (p->filled - p->written == PIPE_BATCHES)
		pthread_cond_wait(&p->changed, &p->lock);
	p->filling = &p->batches[p->filled % PIPE_BATCHES];
	pthread_mutex_unlock(&p->lock);
}

void pipe_put(
    struct module_pipe *p, struct live_object *o, const struct live_module *m)
{
	struct pipe_batch *b = p->filling;
	struct pipe_item *x;

	/* the catalogue lists a module once; a server that lists it twice
	 * gets one record */
	if (o->done)
		return;
	o->done = true;
	x = &b->items[b->nr++];
	x->object = o;
	x->module = *m;
	x->at = b->texts.len;
	if (m->text) {
		buf_add(&b->texts, m->text, m->len);
		buf_addc(&b->texts, '\0');
	} else {
		p->writer->catalog->partial = true;
	}
	if (b->nr == BATCH_MODULES || b->texts.len >= BATCH_BYTES)
		push(p);
}

void pipe_close(struct module_pipe *p)
{
	size_t i;

	if (p->filling->nr)
		push(p);
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < p->nr_workers; i++)
		pthread_join(p->workers[i].thread, NULL);
	for (i = 0; i < PIPE_BATCHES; i++) {
		buf_release(&p->batches[i].texts);
		buf_release(&p->batches[i].lines);
		buf_release(&p->batches[i].refs);
	}
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->changed);
}
