/*
 * Types of T-SQL expressions and their algebra: what SQL Server gives an
 * expression of these operands. Sources: Microsoft's "Data type precedence",
 * "Precision, scale, and length", "Collation precedence", "CAST and CONVERT".
 *
 * A struct tsql_type is a value: copy it freely. What it points to (the
 * collation, the name of a user-defined type) is static or lives as long as
 * the arena that the caller gave. Nothing here fails: a type that can't be
 * known is TSQL_TY_UNKNOWN, and every rule takes it and mostly gives it back.
 */
#ifndef TSQL_TYPES_H
#define TSQL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct tsql_dtype;

/* In SQL Server's order of precedence, lowest first; what has no precedence
 * stands in front. Compare bases with < only through tsql_type_precedence. */
enum tsql_base {
	TSQL_TY_UNKNOWN, /* not known: unresolved name, opaque text … */
	TSQL_TY_NULL,	 /* the literal NULL, untyped */
	TSQL_TY_BOOLEAN, /* a predicate; no value of T-SQL has this type */
	TSQL_TY_TABLE,	 /* table variable, table-valued parameter */
	TSQL_TY_CURSOR,
	TSQL_TY_BINARY,
	TSQL_TY_VARBINARY,
	TSQL_TY_CHAR,
	TSQL_TY_VARCHAR,
	TSQL_TY_NCHAR,
	TSQL_TY_NVARCHAR,
	TSQL_TY_UNIQUEIDENTIFIER,
	TSQL_TY_ROWVERSION,
	TSQL_TY_IMAGE,
	TSQL_TY_TEXT,
	TSQL_TY_NTEXT,
	TSQL_TY_BIT,
	TSQL_TY_TINYINT,
	TSQL_TY_SMALLINT,
	TSQL_TY_INT,
	TSQL_TY_BIGINT,
	TSQL_TY_SMALLMONEY,
	TSQL_TY_MONEY,
	TSQL_TY_DECIMAL, /* and numeric: flag numeric, for printing only */
	TSQL_TY_REAL,	 /* float(1..24) */
	TSQL_TY_FLOAT,	 /* float(25..53) */
	TSQL_TY_TIME,
	TSQL_TY_DATE,
	TSQL_TY_SMALLDATETIME,
	TSQL_TY_DATETIME,
	TSQL_TY_DATETIME2,
	TSQL_TY_DATETIMEOFFSET,
	TSQL_TY_VECTOR,
	TSQL_TY_JSON,
	TSQL_TY_XML,
	TSQL_TY_SQL_VARIANT,
	TSQL_TY_HIERARCHYID,
	TSQL_TY_GEOMETRY,
	TSQL_TY_GEOGRAPHY,
	TSQL_TY_CLR, /* another user-defined CLR type: user names it */
	TSQL_TY_COUNT
};

/* Coercibility of a character value: who wins in a comparison. */
enum tsql_coll_label {
	TSQL_COLL_NONE_LABEL, /* not a character type */
	TSQL_COLL_COERCIBLE,  /* variable, literal, function result: default */
	TSQL_COLL_IMPLICIT,   /* column reference */
	TSQL_COLL_EXPLICIT,   /* COLLATE said so */
	TSQL_COLL_NO_COLLATION, /* two implicit ones differ: can't compare */
	TSQL_COLL_CONFLICT,	/* two explicit ones differ: an error */
};

struct tsql_collation {
	const char *name; /* as SQL Server spells it, or as given if unknown */
	bool known;	  /* its name follows SQL Server's grammar */
	bool sql;	  /* SQL_…: sorted by a code page's table */
	bool binary;	  /* _BIN or _BIN2: by code point, trailing blanks
			   * still don't count in = */
	bool bin2;
	bool case_sensitive, accent_sensitive;
	bool kana_sensitive, width_sensitive, variation_sensitive;
	bool supplementary; /* _SC or version 140: LEN counts code points */
	bool utf8;
	int version;   /* 80, 90, 100, 140 …: whose sort weights */
	int code_page; /* of char and varchar; 65001 for UTF-8 */
};

struct tsql_type {
	uint8_t base;	   /* enum tsql_base */
	uint8_t precision; /* decimal: 1 to 38; float: 53, real: 24; ints:
			    * their digits; money 19, smallmoney 10 */
	uint8_t scale;	   /* decimal, money: 4; digits of a second in time,
			    * datetime2, datetimeoffset; datetime: 3 */
	uint8_t label;	   /* enum tsql_coll_label */
	bool nullable;	   /* may be NULL */
	bool numeric;	   /* print "numeric" */
	bool literal;	   /* a constant: its type bends more easily */
	int32_t length;	   /* n of (n)char(n): characters (byte pairs),
			    * binary(n): bytes; TSQL_MAX; vector: dimensions */
	const struct tsql_collation *collation; /* character types, or NULL:
						 * the database's */
	const char *user; /* user-defined type: "schema.name", else NULL */
};

#define TSQL_MAX (-1)

/* ---- making, reading, printing ---- */

struct tsql_type tsql_type_make(enum tsql_base base); /* default sizes, NULL */
struct tsql_type tsql_type_sized(enum tsql_base base, int32_t length);
struct tsql_type tsql_type_decimal(int precision, int scale);
/* A built-in type from its name and arguments as the parser read them;
 * UNKNOWN for user-defined ones (the catalogue knows those). context: what
 * an absent (n) means: 1 in a declaration, 30 in CAST and CONVERT. */
struct tsql_type tsql_type_of_dtype(const struct tsql_dtype *, int no_length);
/* From text "nvarchar(50)", "decimal(9, 2)", "varchar(max)", also bracketed
 * and qualified by sys. UNKNOWN when it isn't one built-in type. */
struct tsql_type tsql_type_parse(const char *text, size_t len);
/* As SQL Server prints it: "nvarchar(50)", "decimal(9,2)", "datetime2(7)",
 * "float", "real"; the name of a user-defined type if it has one. */
void tsql_type_print(const struct tsql_type *, struct buf *out);
/* The same without the user-defined name: the base type behind it. */
void tsql_type_print_base(const struct tsql_type *, struct buf *out);
char *tsql_type_text(const struct tsql_type *, struct arena *);
const char *tsql_base_name(enum tsql_base);
/* Equal in what counts for values: base, sizes (not nullable, label, user). */
bool tsql_type_same(const struct tsql_type *, const struct tsql_type *);

/* A kept copy of a type, one for types met again soon: zero it at first. */
struct tsql_type_cache {
	const struct tsql_type *slot[256];
};
const struct tsql_type *tsql_type_keep(
    struct tsql_type_cache *, struct arena *, const struct tsql_type *);

/* Is the text this word, without case? The text may hold any byte. */
bool tsql_is_word(const char *word, const char *text, size_t len);

/* ---- classes ---- */

bool tsql_is_integer(const struct tsql_type *); /* bit to bigint */
bool tsql_is_exact(const struct tsql_type *);	/* ints, money, decimal */
bool tsql_is_number(const struct tsql_type *);	/* exact, float, real */
bool tsql_is_money(const struct tsql_type *);
bool tsql_is_float(const struct tsql_type *);  /* float, real */
bool tsql_is_string(const struct tsql_type *); /* char … ntext */
bool tsql_is_unicode(const struct tsql_type *);
bool tsql_is_binary(const struct tsql_type *);
bool tsql_is_temporal(const struct tsql_type *); /* date, time, … */
bool tsql_is_lob(const struct tsql_type *);
int tsql_type_precedence(enum tsql_base); /* higher wins; -1: none */
/* decimal(p,s) that holds every value of an exact type; ints: (p,0). An
 * integer literal takes as many digits as it is written with: the caller
 * gives such a type with literal set and precision the count. */
struct tsql_type tsql_as_decimal(const struct tsql_type *);

/* ---- literals ---- */

/* kind is the expression's: TSQL_E_INT …; text, len as in u.lit. */
struct tsql_type tsql_type_of_literal(
    uint16_t kind, uint16_t flags, const char *text, size_t len);

/* ---- operators ---- */

/* + - * / % & | ^ ~(r NULL) || << >>, op: enum tsql_op. */
struct tsql_type tsql_type_arith(
    int op, const struct tsql_type *l, const struct tsql_type *r);
/* The common type of CASE branches, COALESCE, IIF, UNION, IN, VALUES rows:
 * highest precedence, decimals and lengths widened to hold both. */
struct tsql_type tsql_type_common(
    const struct tsql_type *l, const struct tsql_type *r);
/* The type in which a comparison of the two takes place. */
struct tsql_type tsql_type_compare(
    const struct tsql_type *l, const struct tsql_type *r);
/* Resolves collation and label only, into *out. */
void tsql_collation_combine(struct tsql_type *out, const struct tsql_type *l,
    const struct tsql_type *r);

enum tsql_conversion {
	TSQL_CONV_SAME,	    /* no conversion */
	TSQL_CONV_IMPLICIT, /* done without being asked */
	TSQL_CONV_EXPLICIT, /* needs CAST or CONVERT */
	TSQL_CONV_NONE,	    /* not allowed at all */
};
enum tsql_conversion tsql_type_conversion(
    const struct tsql_type *from, const struct tsql_type *to);

/* ---- collations ---- */

/* Interned: two names alike without case give the same pointer, for the
 * whole run. NULL for NULL and for "database_default". */
const struct tsql_collation *tsql_collation_get(const char *name, size_t len);
/* SQL_Latin1_General_CP1_CI_AS, SQL Server's default for US English. */
const struct tsql_collation *tsql_collation_default(void);

#endif
