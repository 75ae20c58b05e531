/*
 * Masks for --redact: names of objects, columns, variables and the contents
 * of string literals become neutral words, the same word everywhere in one
 * request, and words of the answer become names again. Comments go. Words that
 * T-SQL knows stay, and so do numbers and punctuation, which T-SQL needs to be
 * understood (lengths, styles, separators).
 *
 * name3 stands for a name that needs no quotes, Name3 for one that does, name3l
 * and Name3l for the name in lower case as a part of a longer one; text5 for
 * the text of a literal. other3, Other3 and words5 are the same of a whole run:
 * for the strategy, and for what the user's context says of other objects.
 */
#ifndef MIG_REDACT_H
#define MIG_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "common/map.h"

/* A name or literal that is more than a word. The texts are the maps'. */
struct redact_odd {
	const char *text;
	size_t len;
	const char *mask;
	bool is_name;
};

struct redaction {
	struct map to;	 /* name to mask, without case */
	struct map from; /* mask to text */
	struct map literals;
	struct redact_odd *odd; /* longest first */
	size_t nr_odd, cap_odd;
	size_t nr;	 /* of masks */
	size_t variants; /* names that have theirs */
	const char *const
	    *prefix; /* of names, of those to quote, of literals */
};

/* Of one record, or of all that a run has seen: with masks of their own. */
struct redaction *redaction_new(bool of_a_run);
void redaction_learn(struct redaction *r, struct json_object *record);
/* NULL is nothing to free. */
void redaction_free(struct redaction *r);

/* For the caller to free. SQL: literals in quotes only. Words: a literal's
 * text is also masked where it stands alone. */
char *redact_sql(const struct redaction *r, const char *text);
char *redact_words(const struct redaction *r, const char *text);
char *unredact(const struct redaction *r, const char *text);

/* Copies, each string of them masked or unmasked. */
struct json_object *redact_json(
    const struct redaction *r, struct json_object *o);
struct json_object *unredact_json(
    const struct redaction *r, struct json_object *o);

bool redact_is_word(char c);
/* Does a literal hold text to be executed? */
bool redact_is_sql(const char *s, size_t len);
/* With '' as '; to be freed. */
char *redact_undoubled(const char *s, size_t len);

#endif
