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
	uint16_t kw;
	size_t i;

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
	/* the hash of up to eight letters is the letters in another form: no
	 * two words have the same */
	for (i = h >> 53; (kw = kw_slot[i]) != 0; i = (i + 1) & 2047)
		if (kw_hash[kw] == h &&
		    (len <= 8 || same(word, tsql_kw_text[kw], len)))
			return kw;
	return KW_NO_KEYWORD;
}
