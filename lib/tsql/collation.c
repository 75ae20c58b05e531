#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/map.h"
#include "tsql/types.h"

#define DEFAULT_NAME "SQL_Latin1_General_CP1_CI_AS"

/* Code pages of char and varchar by the first words of the name; the longest
 * match is meant, so longer names stand before shorter ones. */
static const struct {
	const char *prefix;
	int code_page;
} pages[] = {
    {"albanian", 1250},
    {"arabic", 1256},
    {"assamese", 0},
    {"azeri_cyrillic", 1251},
    {"azeri_latin", 1254},
    {"bashkir", 1251},
    {"bosnian_cyrillic", 1251},
    {"bosnian_latin", 1250},
    {"chinese_hong_kong", 950},
    {"chinese_prc", 936},
    {"chinese_simplified", 936},
    {"chinese_taiwan", 950},
    {"chinese_traditional", 950},
    {"croatian", 1250},
    {"cyrillic", 1251},
    {"czech", 1250},
    {"estonian", 1257},
    {"georgian", 1252},
    {"greek", 1253},
    {"hebrew", 1255},
    {"hungarian", 1250},
    {"japanese", 932},
    {"kazakh", 1251},
    {"korean", 949},
    {"latvian", 1257},
    {"lithuanian", 1257},
    {"macedonian", 1251},
    {"persian", 1256},
    {"polish", 1250},
    {"romanian", 1250},
    {"serbian_cyrillic", 1251},
    {"serbian_latin", 1250},
    {"slovak", 1250},
    {"slovenian", 1250},
    {"tatar", 1251},
    {"thai", 874},
    {"turkish", 1254},
    {"uighur", 1256},
    {"ukrainian", 1251},
    {"urdu", 1256},
    {"uzbek_latin", 1254},
    {"vietnamese", 1258},
};

static int code_page_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		if (!strncasecmp(
			name, pages[i].prefix, strlen(pages[i].prefix)))
			return pages[i].code_page;
	return 1252;
}

/* One word of the name, after the language: CI, AS, BIN2, CP850 … */
static void take_word(struct tsql_collation *c, const char *w, size_t n)
{
	static const struct {
		const char *word;
		size_t offset;
		bool value;
	} words[] = {
#define W(text, field, value)                                                  \
	{text, offsetof(struct tsql_collation, field), value}
	    W("CI", case_sensitive, false),
	    W("CS", case_sensitive, true),
	    W("AI", accent_sensitive, false),
	    W("AS", accent_sensitive, true),
	    W("KI", kana_sensitive, false),
	    W("KS", kana_sensitive, true),
	    W("WI", width_sensitive, false),
	    W("WS", width_sensitive, true),
	    W("VSS", variation_sensitive, true),
	    W("SC", supplementary, true),
	    W("140", supplementary, true),
	    W("160", supplementary, true),
	    W("UTF8", utf8, true),
	    W("BIN", binary, true),
	    W("BIN2", bin2, true),
#undef W
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != n ||
		    strncasecmp(w, words[i].word, n) != 0)
			continue;
		*(bool *)((char *)c + words[i].offset) = words[i].value;
		c->known = true;
	}
	if (isdigit((unsigned char)*w))
		c->version = (int)strtol(w, NULL, 10);
	if (n > 2 && !strncasecmp(w, "CP", 2)) {
		int page = (int)strtol(w + 2, NULL, 10);

		c->code_page = page == 1 ? 1252 : page;
	}
}

static struct tsql_collation *parse_collation(const char *name)
{
	struct tsql_collation *c = xcalloc(1, sizeof(*c));
	const char *at = name, *end;

	c->name = name;
	c->version = 80;
	c->accent_sensitive = true;
	c->sql = !strncasecmp(name, "SQL_", 4);
	c->code_page = code_page_of(c->sql ? name + 4 : name);
	for (; *at; at = *end ? end + 1 : end) {
		end = at + strcspn(at, "_");
		take_word(c, at, (size_t)(end - at));
	}
	c->binary |= c->bin2;
	if (c->binary)
		c->case_sensitive = c->accent_sensitive = c->kana_sensitive =
		    c->width_sensitive = true;
	if (c->utf8)
		c->code_page = 65001;
	return c;
}

const struct tsql_collation *tsql_collation_get(const char *name, size_t len)
{
	/* Interned for the run: a program meets a handful of names. */
	static struct map known = {.flags = MAP_FOLD};
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const struct tsql_collation *c;
	struct map_entry *e;

	if (!name || !len || len > 128)
		return NULL;
	if (len == 16 && !strncasecmp(name, "database_default", 16))
		return NULL;
	if (memchr(name, 0, len))
		return NULL;
	pthread_mutex_lock(&lock); /* texts are bound by several threads */
	e = map_find(&known, name, len);
	if (!e) {
		e = map_put(&known, name, len);
		e->value = parse_collation(xmemdupz(name, len));
	}
	c = e->value;
	pthread_mutex_unlock(&lock);
	return c;
}

const struct tsql_collation *tsql_collation_default(void)
{
	return tsql_collation_get(DEFAULT_NAME, strlen(DEFAULT_NAME));
}
