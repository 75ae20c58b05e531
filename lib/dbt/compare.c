#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "dbt/compare.h"
#include "dbt/spill.h"

enum {
	MEMORY = 64 << 20, /* for each side, then on to disk */
	POOL = 200, /* rows without a partner that are kept for pairing */
	CLOSE_SEARCH = 2000, /* rows alike but for floats: try all pairs */
};

struct row {
	const unsigned char *at; /* NULL until the group is whole */
	size_t offset;		 /* in the group's bytes, which move */
	size_t len;
	bool taken;
};

/* Rows of one side that share a key, or their exact fields. */
struct group {
	struct row *items;
	size_t nr, cap;
	struct buf bytes;
};

/* A side's sorted rows, and the first that isn't in a group yet. */
struct stream {
	struct spill *spill;
	const unsigned char *at;
	size_t len;
	struct group group;
};

struct compare_state {
	struct stream side[2];
	struct buf row;
	struct group pool[2]; /* leftovers without a key */
	size_t sampled[4];    /* by enum class */
};

enum class { MODIFIED, ADDED, REMOVED, NONUNIQUE };

static const char *const class_names[] = {
    "modified", "added", "removed", "nonunique_pk"};

void compare_init(
    struct compare *c, struct field *fields, size_t nr, size_t nr_key)
{
	struct field *sorted = xcalloc(nr + 1, sizeof(*sorted));
	size_t i, n = 0;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < nr; i++) {
		/* a key is looked up by its bytes */
		if (i < nr_key)
			fields[i].approx = false;
		if (!fields[i].approx)
			sorted[n++] = fields[i];
	}
	c->nr_exact = n;
	for (i = 0; i < nr; i++) {
		if (fields[i].approx)
			sorted[n++] = fields[i];
	}
	free(fields);
	c->fields = sorted;
	c->nr_fields = nr;
	c->nr_key = nr_key;
	c->counts = xcalloc(nr + 1, sizeof(*c->counts));
	c->sample = json_object_new_array();
	c->state = xcalloc(1, sizeof(*c->state));
	c->state->side[EXPECTED].spill = spill_new(MEMORY);
	c->state->side[ACTUAL].spill = spill_new(MEMORY);
}

static void group_release(struct group *g)
{
	free(g->items);
	buf_release(&g->bytes);
}

void compare_release(struct compare *c)
{
	int side;

	if (!c->state)
		return;
	for (side = 0; side < 2; side++) {
		spill_free(c->state->side[side].spill);
		group_release(&c->state->side[side].group);
		group_release(&c->state->pool[side]);
	}
	buf_release(&c->state->row);
	free(c->state);
	free(c->fields);
	free(c->counts);
	json_object_put(c->sample);
	memset(c, 0, sizeof(*c));
}

/* FNV-1a with a last mixing, for its low bits choose the sample. */
static uint64_t hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

void compare_add(struct compare *c, enum side side, struct json_object *row)
{
	struct buf *b = &c->state->row;
	size_t i, chosen_by = 0;
	size_t leading = c->nr_key ? c->nr_key : c->nr_exact;

	buf_reset(b);
	for (i = 0; i < c->nr_fields; i++) {
		const struct field *f = &c->fields[i];

		if (i == leading)
			chosen_by = b->len;
		field_add(f,
		    json_object_array_get_idx(
			row, side == EXPECTED ? f->expected_at : f->actual_at),
		    side == ACTUAL, b);
	}
	if (i == leading)
		chosen_by = b->len;
	c->rows[side]++;
	if (c->of && hash(b->s, chosen_by) % c->of >= c->keep)
		return;
	c->taken[side]++;
	spill_add(c->state->side[side].spill, buf_str(b), b->len);
}

/* -- groups --------------------------------------------------------------- */

static size_t prefix_len(const unsigned char *at, size_t fields)
{
	size_t len = 0;

	while (fields-- > 0)
		len += field_len(at + len);
	return len;
}

static void group_push(struct group *g, const unsigned char *at, size_t len)
{
	GROW(g->items, g->nr, g->cap);
	g->items[g->nr].at = NULL;
	g->items[g->nr].offset = g->bytes.len;
	g->items[g->nr].len = len;
	g->items[g->nr].taken = false;
	g->nr++;
	buf_add(&g->bytes, at, len);
}

static void group_settle(struct group *g)
{
	const unsigned char *base = (const unsigned char *)buf_str(&g->bytes);
	size_t i;

	for (i = 0; i < g->nr; i++)
		g->items[i].at = base + g->items[i].offset;
}

static void stream_advance(struct stream *s)
{
	s->at = spill_next(s->spill, &s->len);
}

/* Gathers the rows that begin with a prefix, which must be the next ones;
 * returns how many, of which it keeps no more than a number. */
static uint64_t gather(struct stream *s, const struct buf *prefix, size_t most)
{
	struct group *g = &s->group;
	uint64_t nr = 0;

	g->nr = 0;
	buf_reset(&g->bytes);
	while (s->at && s->len >= prefix->len &&
	    memcmp(s->at, buf_str(prefix), prefix->len) == 0) {
		if (nr++ < most)
			group_push(g, s->at, s->len);
		stream_advance(s);
	}
	group_settle(g);
	return nr;
}

/* -- what differs --------------------------------------------------------- */

static struct json_object *row_json(
    const struct compare *c, const struct row *row, size_t fields)
{
	struct json_object *o;
	const unsigned char *at;
	size_t i;

	if (!row)
		return NULL;
	o = json_object_new_array();
	at = row->at;
	for (i = 0; i < fields; i++) {
		json_object_array_add(o, field_value(&c->fields[i], at));
		at += field_len(at);
	}
	return o;
}

static void add_sample(struct compare *c, enum class class, const struct row *a,
    const struct row *b, struct json_object *differ)
{
	struct json_object *o;

	if (c->state->sampled[class]++ >= c->samples) {
		json_object_put(differ);
		return;
	}
	o = json_object_new_object();
	js_set_str(o, "class", class_names[class]);
	js_set(o, "key", c->nr_key ? row_json(c, a ? a : b, c->nr_key) : NULL);
	js_set(o, "expected", row_json(c, a, c->nr_fields));
	js_set(o, "actual", row_json(c, b, c->nr_fields));
	if (differ)
		js_set(o, "columns", differ);
	json_object_array_add(c->sample, o);
}

/* How many fields of the two rows differ; counts them when asked to. */
static size_t differences(struct compare *c, const struct row *a,
    const struct row *b, struct json_object *names)
{
	const unsigned char *x = a->at, *y = b->at;
	size_t i, n = 0;

	for (i = 0; i < c->nr_fields; i++) {
		const struct field *f = &c->fields[i];

		if (!field_equal(f, x, y)) {
			n++;
			if (names) {
				js_push_str(names, f->name);
				if (field_is_null(x))
					c->counts[i].null_in_a++;
				else if (field_is_null(y))
					c->counts[i].null_in_b++;
				else
					c->counts[i].conflicting++;
			}
		}
		x += field_len(x);
		y += field_len(y);
	}
	return n;
}

static void pair_modified(
    struct compare *c, const struct row *a, const struct row *b)
{
	struct json_object *names = json_object_new_array();

	differences(c, a, b, names);
	c->modified++;
	add_sample(c, MODIFIED, a, b, names);
}

/* -- matching within a group ---------------------------------------------- */

static bool rows_equal(
    struct compare *c, const struct row *a, const struct row *b)
{
	if (a->len == b->len && memcmp(a->at, b->at, a->len) == 0)
		return true;
	return c->nr_exact < c->nr_fields && differences(c, a, b, NULL) == 0;
}

/* Both sides are sorted: equal bytes meet in one pass. */
static void match_same(struct compare *c, struct group *a, struct group *b)
{
	size_t i = 0, k = 0;

	while (i < a->nr && k < b->nr) {
		struct row *x = &a->items[i], *y = &b->items[k];
		size_t n = x->len < y->len ? x->len : y->len;
		int order = memcmp(x->at, y->at, n);

		if (order == 0)
			order = x->len < y->len ? -1 : x->len > y->len;
		if (order == 0) {
			x->taken = y->taken = true;
			c->identical++;
		}
		i += order <= 0;
		k += order >= 0;
	}
}

/* The rest may be equal within a tolerance. Where there are very many, only
 * neighbours in order are tried. */
static void match_close(struct compare *c, struct group *a, struct group *b)
{
	size_t i, k, from = 0;
	bool all = a->nr <= CLOSE_SEARCH && b->nr <= CLOSE_SEARCH;

	for (i = 0; i < a->nr; i++) {
		if (a->items[i].taken)
			continue;
		while (from < b->nr && b->items[from].taken)
			from++;
		for (k = from; k < b->nr; k++) {
			struct row *y = &b->items[k];

			if (y->taken)
				continue;
			if (rows_equal(c, &a->items[i], y)) {
				a->items[i].taken = y->taken = true;
				c->identical++;
				break;
			}
			if (!all)
				break;
		}
	}
}

static struct row *next_left(struct group *g, size_t *i)
{
	while (*i < g->nr && g->items[*i].taken)
		(*i)++;
	return *i < g->nr ? &g->items[(*i)++] : NULL;
}

static void pool_push(struct group *pool, const struct row *row)
{
	if (pool->nr < POOL)
		group_push(pool, row->at, row->len);
}

static void leftovers(struct compare *c, struct group *a, struct group *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		struct row *x = next_left(a, &i), *y = next_left(b, &k);

		if (!x && !y)
			return;
		if (c->nr_key && x && y) {
			pair_modified(c, x, y);
			continue;
		}
		if (x) {
			c->removed++;
			if (c->nr_key)
				add_sample(c, REMOVED, x, NULL, NULL);
			else
				pool_push(&c->state->pool[EXPECTED], x);
		}
		if (y) {
			c->added++;
			if (c->nr_key)
				add_sample(c, ADDED, NULL, y, NULL);
			else
				pool_push(&c->state->pool[ACTUAL], y);
		}
	}
}

static void compare_group(struct compare *c)
{
	struct group *a = &c->state->side[EXPECTED].group;
	struct group *b = &c->state->side[ACTUAL].group;

	if (c->nr_key && (a->nr > 1 || b->nr > 1)) {
		c->nonunique++;
		if (a->nr != b->nr)
			add_sample(c, NONUNIQUE, a->nr ? &a->items[0] : NULL,
			    b->nr ? &b->items[0] : NULL, NULL);
	}
	match_same(c, a, b);
	if (c->nr_exact < c->nr_fields)
		match_close(c, a, b);
	leftovers(c, a, b);
}

/* A group whose rows are all the same bytes: how many there are decides. */
static void compare_alike(struct compare *c, uint64_t a, uint64_t b)
{
	uint64_t same = a < b ? a : b;
	size_t side, i;

	c->identical += same;
	c->removed += a - same;
	c->added += b - same;
	side = a > same ? EXPECTED : ACTUAL;
	for (i = 0; i < (a > b ? a - b : b - a); i++) {
		struct group *g = &c->state->side[side].group;

		if (i >= g->nr)
			break;
		pool_push(&c->state->pool[side], &g->items[i]);
	}
}

/*
 * Without a key nobody can say which row became which; the pairs that differ
 * least show best what is wrong. They still count as removed and added.
 */
static void pair_pool(struct compare *c)
{
	struct group *a = &c->state->pool[EXPECTED];
	struct group *b = &c->state->pool[ACTUAL];
	size_t i, k;

	group_settle(a);
	group_settle(b);
	for (i = 0; i < a->nr; i++) {
		struct row *best = NULL;
		size_t least = c->nr_fields;

		for (k = 0; k < b->nr; k++) {
			size_t n;

			if (b->items[k].taken)
				continue;
			n = differences(c, &a->items[i], &b->items[k], NULL);
			if (n < least ||
			    (n == least && !best && c->nr_fields == 1)) {
				least = n;
				best = &b->items[k];
			}
		}
		if (best) {
			struct json_object *names = json_object_new_array();

			differences(c, &a->items[i], best, names);
			best->taken = true;
			add_sample(c, MODIFIED, &a->items[i], best, names);
		} else {
			add_sample(c, REMOVED, &a->items[i], NULL, NULL);
		}
	}
	for (k = 0; k < b->nr; k++) {
		if (!b->items[k].taken)
			add_sample(c, ADDED, NULL, &b->items[k], NULL);
	}
}

void compare_finish(struct compare *c)
{
	struct stream *a = &c->state->side[EXPECTED];
	struct stream *b = &c->state->side[ACTUAL];
	size_t fields = c->nr_key ? c->nr_key : c->nr_exact;
	bool alike = !c->nr_key && c->nr_exact == c->nr_fields;
	size_t most = alike ? POOL : SIZE_MAX;
	struct buf prefix = BUF_INIT;

	stream_advance(a);
	stream_advance(b);
	while (a->at || b->at) {
		/* the smaller of the two next prefixes */
		size_t x = a->at ? prefix_len(a->at, fields) : 0;
		size_t y = b->at ? prefix_len(b->at, fields) : 0;
		struct stream *s = a;
		uint64_t nr[2];

		if (!a->at)
			s = b;
		else if (b->at) {
			int order = memcmp(a->at, b->at, x < y ? x : y);

			if (order > 0 || (order == 0 && y < x))
				s = b;
		}
		buf_reset(&prefix);
		buf_add(&prefix, s->at, s == a ? x : y);
		nr[EXPECTED] = gather(a, &prefix, most);
		nr[ACTUAL] = gather(b, &prefix, most);
		if (alike)
			compare_alike(c, nr[EXPECTED], nr[ACTUAL]);
		else
			compare_group(c);
	}
	buf_release(&prefix);
	if (!c->nr_key)
		pair_pool(c);
}
