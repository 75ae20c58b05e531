#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/mig.h"
#include "dbt/spill.h"

/* One string: in `data` while strings are added, a pointer once sorted. */
struct ref {
	union {
		size_t offset;
		const unsigned char *at;
	};
	size_t len;
};

/* A sorted piece on disk, and its next string. */
struct piece {
	FILE *f;
	struct buf head;
};

struct spill {
	size_t memory;
	struct buf data;
	struct ref *refs;
	size_t nr, cap;
	struct piece *pieces; /* a heap once merging */
	size_t nr_pieces, cap_pieces;
	struct buf out; /* what spill_next() gave last from a piece */
	size_t at;
	int sorted;
};

struct spill *spill_new(size_t memory)
{
	struct spill *s = xcalloc(1, sizeof(*s));

	s->memory = memory;
	return s;
}

void spill_free(struct spill *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nr_pieces; i++) {
		if (s->pieces[i].f)
			fclose(s->pieces[i].f);
		buf_release(&s->pieces[i].head);
	}
	buf_release(&s->data);
	buf_release(&s->out);
	free(s->refs);
	free(s->pieces);
	free(s);
}

static int order(const void *a, size_t alen, const void *b, size_t blen)
{
	size_t n = alen < blen ? alen : blen;
	int c = n > 0 ? memcmp(a, b, n) : 0;

	if (c != 0)
		return c;
	return alen < blen ? -1 : alen > blen;
}

static int by_bytes(const void *x, const void *y)
{
	const struct ref *a = x, *b = y;

	return order(a->at, a->len, b->at, b->len);
}

static void sort(struct spill *s)
{
	const unsigned char *base = (const unsigned char *)buf_str(&s->data);
	size_t i;

	for (i = 0; i < s->nr; i++)
		s->refs[i].at = base + s->refs[i].offset;
	if (s->nr > 1)
		qsort(s->refs, s->nr, sizeof(*s->refs), by_bytes);
}

static FILE *unnamed_file(void)
{
	const char *dir = getenv("TMPDIR");
	char *path = xasprintf("%s/mig-XXXXXX", dir && *dir ? dir : "/tmp");
	int fd = mkstemp(path);
	FILE *f = NULL;

	if (fd >= 0) {
		unlink(path);
		f = fdopen(fd, "w+");
	}
	if (!f)
		die("%s: %s", path, strerror(errno));
	free(path);
	return f;
}

static void write_piece(struct spill *s)
{
	struct piece *p;
	size_t i;

	sort(s);
	GROW(s->pieces, s->nr_pieces, s->cap_pieces);
	p = &s->pieces[s->nr_pieces++];
	memset(p, 0, sizeof(*p));
	p->f = unnamed_file();
	for (i = 0; i < s->nr; i++) {
		uint64_t len = s->refs[i].len;

		fwrite(&len, sizeof(len), 1, p->f);
		fwrite(s->refs[i].at, 1, s->refs[i].len, p->f);
	}
	if (fflush(p->f) != 0 || ferror(p->f))
		die("cannot write a temporary file: %s", strerror(errno));
	s->nr = 0;
	buf_reset(&s->data);
}

void spill_add(struct spill *s, const void *data, size_t len)
{
	GROW(s->refs, s->nr, s->cap);
	s->refs[s->nr].offset = s->data.len;
	s->refs[s->nr].len = len;
	s->nr++;
	buf_add(&s->data, data, len);
	if (s->data.len + s->nr * sizeof(*s->refs) >= s->memory)
		write_piece(s);
}

/* Reads a piece's next string into its head; 0 when there is none. */
static int advance(struct piece *p)
{
	uint64_t len;

	if (fread(&len, sizeof(len), 1, p->f) != 1) {
		if (ferror(p->f))
			die("cannot read a temporary file: %s",
			    strerror(errno));
		return 0;
	}
	buf_reset(&p->head);
	buf_grow(&p->head, len);
	if (len > 0 && fread(p->head.s, len, 1, p->f) != 1)
		die("cannot read a temporary file: %s", strerror(errno));
	p->head.len = len;
	return 1;
}

static int before(const struct piece *a, const struct piece *b)
{
	return order(a->head.s, a->head.len, b->head.s, b->head.len) < 0;
}

static void sift(struct spill *s, size_t i)
{
	for (;;) {
		size_t least = i, k;
		struct piece swap;

		for (k = 2 * i + 1; k <= 2 * i + 2 && k < s->nr_pieces; k++) {
			if (before(&s->pieces[k], &s->pieces[least]))
				least = k;
		}
		if (least == i)
			return;
		swap = s->pieces[i];
		s->pieces[i] = s->pieces[least];
		s->pieces[least] = swap;
		i = least;
	}
}

static void drop_first(struct spill *s)
{
	fclose(s->pieces[0].f);
	buf_release(&s->pieces[0].head);
	s->pieces[0] = s->pieces[--s->nr_pieces];
}

static void begin(struct spill *s)
{
	size_t i;

	s->sorted = 1;
	if (s->nr_pieces == 0) {
		sort(s);
		return;
	}
	if (s->nr > 0)
		write_piece(s);
	for (i = 0; i < s->nr_pieces; i++) {
		rewind(s->pieces[i].f);
		if (!advance(&s->pieces[i]))
			die("a temporary file is empty");
	}
	for (i = s->nr_pieces; i-- > 0;)
		sift(s, i);
}

const unsigned char *spill_next(struct spill *s, size_t *len)
{
	struct buf swap;

	if (!s->sorted)
		begin(s);
	if (s->at < s->nr) {
		*len = s->refs[s->at].len;
		return s->refs[s->at++].at;
	}
	if (s->nr_pieces == 0)
		return NULL;
	swap = s->out;
	s->out = s->pieces[0].head;
	s->pieces[0].head = swap;
	if (!advance(&s->pieces[0]))
		drop_first(s);
	sift(s, 0);
	*len = s->out.len;
	return (const unsigned char *)buf_str(&s->out);
}
