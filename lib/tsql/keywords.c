#include <stdbool.h>
#include <string.h>

#include "tsql/keywords.h"

#include "tsql/keywords_table.h"

#define MUL 0x9E3779B97F4A7C15u
#define FOLD 0x2020202020202020u

/* The longest word of keywords.txt fits. */
#define WORD_MAX 32

static uint64_t load(const char *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

/* Does the word equal the keyword's upper-case text? Both are letters,
 * digits and _, so that folding bit 5 away tells nothing apart wrongly. */
static bool same(const char *word, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((word[i] | 0x20) != (text[i] | 0x20))
			return false;
	return text[len] == '\0';
}

uint16_t tsql_keyword(const char *word, size_t len, const char *end)
{
	uint64_t lo, h;
	uint32_t slot, tag, i;

	if (len < 2 || len > WORD_MAX)
		return KW_NO_KEYWORD;
	if (len >= 8)
		lo = load(word, 8) | FOLD;
	else if (end - word >= 8)
		lo = (load(word, 8) | FOLD) & ((1ull << (8 * len)) - 1);
	else
		lo = (load(word, len) | FOLD) & ((1ull << (8 * len)) - 1);
	h = lo * MUL;
	if (len > 8) {
		h ^= load(word + len - 8, 8) | FOLD;
		h *= MUL;
	}
	h += len * MUL;
	tag = h >> 32 & 0xFFFF;
	for (i = h >> 53; (slot = kw_slot[i]); i = (i + 1) & 2047)
		if ((slot & 0xFFFF) == tag &&
		    same(word, tsql_kw_text[slot >> 16], len))
			return slot >> 16;
	return KW_NO_KEYWORD;
}
