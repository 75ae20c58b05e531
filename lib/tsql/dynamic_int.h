/* The insides of following executed text: see dynamic.c. */
#ifndef TSQL_DYNAMIC_INT_H
#define TSQL_DYNAMIC_INT_H

#include "common/arena.h"
#include "tsql/deps.h"

#define VARIANTS 8
#define TEXT_MAX (256u * 1024)
#define FLAT_MAX (8u * 1024 * 1024)
#define VARIABLES 1000 /* that are followed in one module */

/*
 * A text is a literal with its places in the source, or two texts in a row:
 * concatenation copies nothing, so that a text of many pieces costs what it
 * is long. It is written out where it is executed.
 */
struct text {
	const char *s; /* or: */
	const struct text *l, *r;
	uint64_t hash, power; /* of the text; of the base, len times */
	uint32_t len;
	bool whole;   /* all of it is known */
	bool literal; /* some of it is */
	struct tsql_dynamic_piece *piece;
	uint32_t npiece; /* of both, when there are two */
};

struct value {
	const struct text *v[VARIANTS];
	uint32_t n;
};

/* Where texts are made. */
struct texts {
	struct arena *a;
	const struct tsql_module *m;
	const struct value *hole;
	size_t flattened; /* bytes, while texts were cut */
};

const struct value *txt_hole(struct texts *); /* what isn't known */
const struct value *txt_plain(struct texts *, const char *s, size_t len);
/* A literal's decoded text with the places of its runs in the source. */
const struct value *txt_literal(struct texts *, const struct tsql_expr *);
/* Every text of l before every one of r. */
const struct value *txt_concat(
    struct texts *, const struct value *l, const struct value *r);
/* The texts of both; NULL: none. */
const struct value *txt_either(
    struct texts *, const struct value *l, const struct value *r);
/* The characters from `from` on; of what is not whole, a hole. */
const struct value *txt_slice(
    struct texts *, const struct value *, size_t from, size_t len);
/* As REPLACE does, where what to look for is known. */
const struct value *txt_replace(struct texts *, const struct value *in,
    const struct value *what, const struct value *with);
/* The text in one, with its places. */
void txt_write_out(struct texts *, const struct text *, struct tsql_dynamic *);
/* The one text, if there is one and it is known. */
const struct text *txt_only(const struct value *);

#endif
