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

static uint64_t hash_key(const struct map *m, const char *key, size_t len)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */
	size_t i = 0;

	while (i < len) {
		size_t used = 1;
		uint32_t c = (unsigned char)key[i];

		if (m->flags & MAP_FOLD) {
			if (c >= 0x80)
				c = utf8_fold(key + i, len - i, &used);
			else if (c >= 'A' && c <= 'Z')
				c += 32;
		}

		h = (h ^ c) * 1099511628211u;
		i += used;
	}
	return h ^ h >> 29;
}

static bool same_key(
    const struct map *m, const struct map_entry *e, const char *key, size_t len)
{
	size_t i = 0, k = 0;

	if (!(m->flags & MAP_FOLD))
		return e->len == len && memcmp(e->key, key, len) == 0;
	while (i < e->len && k < len) {
		size_t ni, nk;

		if (utf8_fold(e->key + i, e->len - i, &ni) !=
		    utf8_fold(key + k, len - k, &nk))
			return false;
		i += ni;
		k += nk;
	}
	return i == e->len && k == len;
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

struct map_entry *map_find(const struct map *m, const char *key, size_t len)
{
	uint64_t h;
	size_t i;

	if (!m->nr)
		return NULL;
	h = hash_key(m, key, len);
	for (i = h & (m->nr_slots - 1); m->slots[i] != EMPTY;
	     i = (i + 1) & (m->nr_slots - 1)) {
		struct map_entry *e = &m->items[m->slots[i]];

		if (e->hash == h && same_key(m, e, key, len))
			return e;
	}
	return NULL;
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
	struct map_entry *e = map_find(m, key, len);

	if (e)
		return e;
	if ((m->nr + 1) * 2 > m->nr_slots)
		grow_slots(m);
	GROW(m->items, m->nr, m->cap);
	e = &m->items[m->nr];
	e->key = xmemdupz(key, len);
	e->len = len;
	e->hash = hash_key(m, key, len);
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
		uint32_t ca = utf8_fold(a + i, la - i, &ni);
		uint32_t cb = utf8_fold(b + k, lb - k, &nk);

		if (ca != cb)
			return ca < cb ? -1 : 1;
		i += ni;
		k += nk;
	}
	return (i < la) - (k < lb);
}

bool name_eq(const char *a, const char *b)
{
	return name_cmp(a, b) == 0;
}
