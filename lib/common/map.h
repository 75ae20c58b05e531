/*
 * A hash map from byte strings to pointers, in insertion order. Keys are
 * copied and owned by the map; values are the caller's.
 *
 * MAP_FOLD compares keys as SQL Server's default collation compares names:
 * without case (ASCII and Latin-1, Greek, Cyrillic letters of UTF-8).
 */
#ifndef MIG_MAP_H
#define MIG_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum map_flags { MAP_EXACT = 0, MAP_FOLD = 1 };

struct map_entry {
	char *key; /* as it was first put */
	size_t len;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_entry *items; /* nr of them, in insertion order */
	size_t nr, cap;
	uint32_t *slots;
	size_t nr_slots;
	enum map_flags flags;
};

void map_init(struct map *m, enum map_flags flags);
/* Frees the map; gives each value to free_value unless that is NULL. */
void map_release(struct map *m, void (*free_value)(void *));

/* The value, or NULL when the key is absent (or its value is NULL). */
void *map_get(const struct map *m, const char *key);
void *map_getn(const struct map *m, const char *key, size_t len);
struct map_entry *map_find(const struct map *m, const char *key, size_t len);

/* The entry of the key, made with a NULL value when it was absent. The pointer
 * is good until the next map_put(). */
struct map_entry *map_put(struct map *m, const char *key, size_t len);
/* Sets the value; returns the old one or NULL. */
void *map_set(struct map *m, const char *key, void *value);

/* One code point of s[0..len), folded; *used gets its length in bytes. */
uint32_t utf8_fold(const char *s, size_t len, size_t *used);
/* Compares without case, as MAP_FOLD does: <0, 0, >0. */
int name_cmp(const char *a, const char *b);
bool name_eq(const char *a, const char *b);
bool name_same(const char *a, size_t la, const char *b, size_t lb);

#endif
