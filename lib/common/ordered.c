#include <json-c/json.h>

#include "common/alloc.h"
#include "common/ordered.h"

struct ordered_slot {
	struct ordered_slot *next;
	char *line; /* NULL until done */
	size_t len;
};

void ordered_init(struct ordered *o, FILE *out, bool unordered)
{
	o->out = out;
	o->unordered = unordered;
	o->head = NULL;
	o->tail = &o->head;
	o->waiting = 0;
}

void ordered_release(struct ordered *o)
{
	while (o->head) {
		struct ordered_slot *s = o->head;

		o->head = s->next;
		free(s->line);
		free(s);
	}
	o->tail = &o->head;
	o->waiting = 0;
}

struct ordered_slot *ordered_take(struct ordered *o)
{
	struct ordered_slot *s = xcalloc(1, sizeof(*s));

	*o->tail = s;
	o->tail = &s->next;
	o->waiting++;
	return s;
}

static void put(struct ordered *o, const char *line, size_t len)
{
	fwrite(line, 1, len, o->out);
	putc('\n', o->out);
	fflush(o->out);
}

static void drop(struct ordered *o, struct ordered_slot *s)
{
	struct ordered_slot **p;

	for (p = &o->head; *p != s;)
		p = &(*p)->next;
	*p = s->next;
	if (!*p)
		o->tail = p;
	o->waiting--;
	free(s->line);
	free(s);
}

void ordered_done_bytes(
    struct ordered *o, struct ordered_slot *s, const char *line, size_t len)
{
	if (o->unordered || s == o->head) {
		put(o, line, len);
		drop(o, s);
	} else {
		s->line = xmemdupz(line, len);
		s->len = len;
	}
	while (o->head && o->head->line) {
		put(o, o->head->line, o->head->len);
		drop(o, o->head);
	}
}

void ordered_done(
    struct ordered *o, struct ordered_slot *s, struct json_object *record)
{
	size_t len;
	const char *line = json_object_to_json_string_length(record,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	ordered_done_bytes(o, s, line, len);
}
