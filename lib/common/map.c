#include "common/alloc.h"
#include "common/map.h"

#define EMPTY UINT32_MAX

static size_t utf8_decode(const unsigned char *s, size_t len, uint32_t *cp)
{
	size_t i, n;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc0 ? 2 : 1;
	*cp = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
	if (n > len)
		n = len;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return i;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	return n;
}

uint32_t utf8_fold(const char *s, size_t len, size_t *used)
{
	uint32_t c;

	*used = utf8_decode((const unsigned char *)s, len, &c);
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 32;
	if (c >= 0x100 && c <= 0x177 && !(c >= 0x130 && c <= 0x149))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c % 2 ? c + 1 : c;
	if (c == 0x178)
		return 0xff;
	if (c >= 0x391 && c <= 0x3ab)
		return c + 32;
	if (c >= 0x410 && c <= 0x42f)
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	return c;
}

/* Eight bytes of ASCII in lower case. */
static uint64_t lower8(uint64_t w)
{
	uint64_t from_a = w + UINT64_C(0x3f3f3f3f3f3f3f3f);
	uint64_t behind_z = w + UINT64_C(0x2525252525252525);

	return w | (from_a & ~behind_z & UINT64_C(0x8080808080808080)) >> 2;
}

static uint64_t mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/* Eight bytes at a time; of keys that are folded, one character at a time
 * where they aren't ASCII: folding keeps characters where they are. */
static uint64_t hash_key(const struct map *m, const char *key, size_t len)
{
	bool fold = m->flags & MAP_FOLD;
	uint64_t h = len, w;
	size_t i = 0;

	while (i < len) {
		size_t n = len - i < sizeof(w) ? len - i : sizeof(w);

		w = 0;
		memcpy(&w, key + i, n);
		if (fold && w & UINT64_C(0x8080808080808080))
			w = utf8_fold(key + i, len - i, &n);
		else if (fold)
			w = lower8(w);
		h = mix(h, w);
		i += n;
	}
	return h ^ h >> 29;
}

bool name_same(const char *a, size_t la, const char *b, size_t lb)
{
	size_t i = 0, na, nb;

	if (la != lb) /* folding keeps the length */
		return false;
	while (i < la) {
		unsigned char x = (unsigned char)a[i];

		if (a[i] == b[i] && x < 0x80) {
			i++;
			continue;
		}
		if (utf8_fold(a + i, la - i, &na) !=
			utf8_fold(b + i, la - i, &nb) ||
		    na != nb)
			return false;
		i += na;
	}
	return true;
}

static bool same_key(
    const struct map *m, const struct map_entry *e, const char *key, size_t len)
{
	if (e->len == len && memcmp(e->key, key, len) == 0)
		return true;
	return m->flags & MAP_FOLD && name_same(e->key, e->len, key, len);
}

void map_init(struct map *m, enum map_flags flags)
{
	memset(m, 0, sizeof(*m));
	m->flags = flags;
}

void map_release(struct map *m, void (*free_value)(void *))
{
	size_t i;

	for (i = 0; i < m->nr; i++) {
		free(m->items[i].key);
		if (free_value)
			free_value(m->items[i].value);
	}
	free(m->items);
	free(m->slots);
	map_init(m, m->flags);
}

static struct map_entry *find_hashed(
    const struct map *m, const char *key, size_t len, uint64_t h)
{
	size_t i;

	if (!m->nr)
		return NULL;
	for (i = h & (m->nr_slots - 1); m->slots[i] != EMPTY;
	     i = (i + 1) & (m->nr_slots - 1)) {
		struct map_entry *e = &m->items[m->slots[i]];

		if (e->hash == h && same_key(m, e, key, len))
			return e;
	}
	return NULL;
}

struct map_entry *map_find(const struct map *m, const char *key, size_t len)
{
	return m->nr ? find_hashed(m, key, len, hash_key(m, key, len)) : NULL;
}

static void place(struct map *m, size_t item)
{
	size_t i = m->items[item].hash & (m->nr_slots - 1);

	while (m->slots[i] != EMPTY)
		i = (i + 1) & (m->nr_slots - 1);
	m->slots[i] = (uint32_t)item;
}

static void grow_slots(struct map *m)
{
	size_t i;

	m->nr_slots = m->nr_slots ? m->nr_slots * 2 : 16;
	m->slots = xreallocarray(m->slots, m->nr_slots, sizeof(*m->slots));
	for (i = 0; i < m->nr_slots; i++)
		m->slots[i] = EMPTY;
	for (i = 0; i < m->nr; i++)
		place(m, i);
}

struct map_entry *map_put(struct map *m, const char *key, size_t len)
{
	uint64_t h = hash_key(m, key, len);
	struct map_entry *e = find_hashed(m, key, len, h);

	if (e)
		return e;
	if ((m->nr + 1) * 2 > m->nr_slots)
		grow_slots(m);
	GROW(m->items, m->nr, m->cap);
	e = &m->items[m->nr];
	e->key = xmemdupz(key, len);
	e->len = len;
	e->hash = h;
	e->value = NULL;
	place(m, m->nr++);
	return e;
}

void *map_set(struct map *m, const char *key, void *value)
{
	struct map_entry *e = map_put(m, key, strlen(key));
	void *old = e->value;

	e->value = value;
	return old;
}

void *map_getn(const struct map *m, const char *key, size_t len)
{
	struct map_entry *e = map_find(m, key, len);

	return e ? e->value : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	return map_getn(m, key, strlen(key));
}

int name_cmp(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), i = 0, k = 0;

	while (i < la && k < lb) {
		size_t ni, nk;
		uint32_t ca, cb;

		if (a[i] == b[k] && (unsigned char)a[i] < 0x80) {
			i++, k++;
			continue;
		}
		ca = utf8_fold(a + i, la - i, &ni);
		cb = utf8_fold(b + k, lb - k, &nk);
		if (ca != cb)
			return ca < cb ? -1 : 1;
		i += ni;
		k += nk;
	}
	return (i < la) - (k < lb);
}

bool name_eq(const char *a, const char *b)
{
	return name_same(a, strlen(a), b, strlen(b));
}
