#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "tsql/ast.h"
#include "tsql/function.h"

/* How a result's type follows from the arguments. */
enum rule {
	/* fixed */
	R_BIGINT,
	R_BINARY_8,
	R_BIT,
	R_BOOLEAN,
	R_CHAR1,
	R_CHAR_10,
	R_DATE,
	R_DATETIME,
	R_DATETIME2_7,
	R_DEC38_0,
	R_DTO_7,
	R_FLOAT,
	R_GUID,
	R_INT,
	R_JSON,
	R_NCHAR1,
	R_NVARCHAR_30,
	R_NVARCHAR_32,
	R_NVARCHAR_2048,
	R_NVARCHAR_4000,
	R_NVARCHAR_MAX,
	R_QUOTENAME,
	R_SMALLDATETIME,
	R_SMALLINT,
	R_SOUNDEX,
	R_SQL_VARIANT,
	R_SYSNAME,
	R_TABLE,
	R_TINYINT,
	R_VARBINARY_16,
	R_VARBINARY_85,
	R_VARBINARY_128,
	R_VARBINARY_8000,
	R_VARBINARY_MAX,
	R_VARCHAR_128,
	R_VARCHAR_8000,
	R_XML,
	R_FIXED_COUNT,
	/* from the arguments */
	R_ARG1 = R_FIXED_COUNT,
	R_AVG,
	R_CEILING,
	R_CHOOSE,
	R_COALESCE,
	R_COMMON,
	R_CONCAT,
	R_CONCAT_WS,
	R_DATEADD,
	R_DATETRUNC,
	R_DATE_BUCKET,
	R_DEGREES,
	R_DT2PARTS,
	R_DTO1,
	R_DTOPARTS,
	R_IIF,
	R_ISNULL,
	R_JSON_MODIFY,
	R_LAG,
	R_LEFT,
	R_LEN,
	R_LEN2,
	R_MINMAX,
	R_NULLIF,
	R_NUM38,
	R_ORDER,
	R_REPLACE,
	R_REPLICATE,
	R_ROUND,
	R_SPACE,
	R_STR,
	R_STRING1,
	R_STRING_AGG,
	R_STUFF,
	R_SUBSTRING,
	R_SUM,
	R_TIMEPARTS,
	R_TRANSLATE,
	R_UNISTR,
};

static const struct {
	uint8_t base;
	int16_t length;
} fixed[R_FIXED_COUNT] = {
    [R_BIGINT] = {TSQL_TY_BIGINT, 0},
    [R_BINARY_8] = {TSQL_TY_BINARY, 8},
    [R_BIT] = {TSQL_TY_BIT, 0},
    [R_BOOLEAN] = {TSQL_TY_BOOLEAN, 0},
    [R_CHAR1] = {TSQL_TY_CHAR, 1},
    [R_CHAR_10] = {TSQL_TY_CHAR, 10},
    [R_DATE] = {TSQL_TY_DATE, 0},
    [R_DATETIME] = {TSQL_TY_DATETIME, 0},
    [R_DATETIME2_7] = {TSQL_TY_DATETIME2, 0},
    [R_DEC38_0] = {TSQL_TY_DECIMAL, 38},
    [R_DTO_7] = {TSQL_TY_DATETIMEOFFSET, 0},
    [R_FLOAT] = {TSQL_TY_FLOAT, 0},
    [R_GUID] = {TSQL_TY_UNIQUEIDENTIFIER, 0},
    [R_INT] = {TSQL_TY_INT, 0},
    [R_JSON] = {TSQL_TY_JSON, 0},
    [R_NCHAR1] = {TSQL_TY_NCHAR, 1},
    [R_NVARCHAR_30] = {TSQL_TY_NVARCHAR, 30},
    [R_NVARCHAR_32] = {TSQL_TY_NVARCHAR, 32},
    [R_NVARCHAR_2048] = {TSQL_TY_NVARCHAR, 2048},
    [R_NVARCHAR_4000] = {TSQL_TY_NVARCHAR, 4000},
    [R_NVARCHAR_MAX] = {TSQL_TY_NVARCHAR, TSQL_MAX},
    [R_QUOTENAME] = {TSQL_TY_NVARCHAR, 258},
    [R_SMALLDATETIME] = {TSQL_TY_SMALLDATETIME, 0},
    [R_SMALLINT] = {TSQL_TY_SMALLINT, 0},
    [R_SOUNDEX] = {TSQL_TY_VARCHAR, 5},
    [R_SQL_VARIANT] = {TSQL_TY_SQL_VARIANT, 0},
    [R_SYSNAME] = {TSQL_TY_NVARCHAR, 128},
    [R_TABLE] = {TSQL_TY_TABLE, 0},
    [R_TINYINT] = {TSQL_TY_TINYINT, 0},
    [R_VARBINARY_16] = {TSQL_TY_VARBINARY, 16},
    [R_VARBINARY_85] = {TSQL_TY_VARBINARY, 85},
    [R_VARBINARY_128] = {TSQL_TY_VARBINARY, 128},
    [R_VARBINARY_8000] = {TSQL_TY_VARBINARY, 8000},
    [R_VARBINARY_MAX] = {TSQL_TY_VARBINARY, TSQL_MAX},
    [R_VARCHAR_128] = {TSQL_TY_VARCHAR, 128},
    [R_VARCHAR_8000] = {TSQL_TY_VARCHAR, 8000},
    [R_XML] = {TSQL_TY_XML, 0},
};

/* The flags of the table, without their prefix. */
enum {
	AGGREGATE = TSQL_FF_AGGREGATE,
	WINDOW = TSQL_FF_WINDOW,
	VOLATILE = TSQL_FF_VOLATILE,
	TABLE = TSQL_FF_TABLE,
	DATEPART = TSQL_FF_DATEPART,
	PREDICATE = TSQL_FF_PREDICATE,
	SESSION = TSQL_FF_SESSION,
	NOT_NULL = TSQL_FF_NOT_NULL,
};

static const struct tsql_function functions[TSQL_F_COUNT_OF] = {
    [TSQL_F_NONE] = {"", R_SQL_VARIANT, 0, 255, 0},
#define F(name, rule, min, max, flags)                                         \
	[TSQL_F_##name] = {#name, R_##rule, min, max, flags},
#define G(id, name, rule, min, max, flags)                                     \
	[TSQL_F_##id] = {name, R_##rule, min, max, flags},
#include "tsql/function.def"
#undef F
#undef G
};

/* An open hash of the names, filled at the first look-up. */
#define SLOTS 1024

static unsigned hash_name(const char *s, size_t len)
{
	unsigned h = (unsigned)len;
	size_t i;

	for (i = 0; i < len; i++)
		h = h * 31 + ((unsigned char)s[i] | 0x20);
	return h ^ h >> 10;
}

static uint16_t slots[SLOTS];

static void fill_slots(void)
{
	size_t i;

	for (i = 1; i < TSQL_F_COUNT_OF; i++) {
		unsigned h =
		    hash_name(functions[i].name, strlen(functions[i].name));

		while (slots[h % SLOTS])
			h++;
		slots[h % SLOTS] = (uint16_t)i;
	}
}

enum tsql_fn tsql_function_find(const char *name, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	unsigned h = hash_name(name, len);

	pthread_once(&once, fill_slots);
	for (; slots[h % SLOTS]; h++) {
		const char *known = functions[slots[h % SLOTS]].name;

		if (tsql_is_word(known, name, len))
			return (enum tsql_fn)slots[h % SLOTS];
	}
	return TSQL_F_NONE;
}

const struct tsql_function *tsql_function_get(enum tsql_fn fn)
{
	return &functions[fn < TSQL_F_COUNT_OF ? fn : TSQL_F_NONE];
}

/* ---- arguments ---- */

static const struct tsql_type unknown = {.nullable = true};

static const struct tsql_type *arg_type(const struct tsql_exprs *args, size_t i)
{
	return i < args->n && args->v[i] && args->v[i]->type ? args->v[i]->type
							     : &unknown;
}

/* The value of an integer literal, or -1. */
static int32_t arg_constant(const struct tsql_exprs *args, size_t i)
{
	const struct tsql_expr *e = i < args->n ? args->v[i] : NULL;
	int32_t n = 0;
	size_t k;

	if (!e || e->h.kind != TSQL_E_INT || e->u.lit.len > 5)
		return -1;
	for (k = 0; k < e->u.lit.len; k++)
		n = n * 10 + (e->u.lit.text[k] - '0');
	return n;
}

/* What a value becomes where a string is wanted: varying, its own length. */
static struct tsql_type as_string(const struct tsql_type *t)
{
	struct tsql_type s;
	int32_t n = 0;

	if (tsql_is_string(t)) {
		s = tsql_type_sized(
		    tsql_is_unicode(t) ? TSQL_TY_NVARCHAR : TSQL_TY_VARCHAR,
		    tsql_is_lob(t) ? TSQL_MAX : t->length);
		s.label = t->label;
		s.collation = t->collation;
		s.nullable = t->nullable;
		return s;
	}
	switch (t->base) {
	case TSQL_TY_UNKNOWN: return *t;
	case TSQL_TY_NULL:
	case TSQL_TY_BIT: n = 1; break;
	case TSQL_TY_TINYINT: n = 4; break;
	case TSQL_TY_SMALLINT: n = 6; break;
	case TSQL_TY_INT: n = 12; break;
	case TSQL_TY_BIGINT: n = 24; break;
	case TSQL_TY_DECIMAL: n = 41; break;
	case TSQL_TY_UNIQUEIDENTIFIER: n = 36; break;
	case TSQL_TY_BINARY:
	case TSQL_TY_VARBINARY: n = t->length; break;
	default: n = tsql_is_number(t) ? 32 : 34; break;
	}
	s = tsql_type_sized(TSQL_TY_VARCHAR, n);
	s.nullable = t->nullable;
	return s;
}

/* The same kind of string as s with as many characters as may be. */
static struct tsql_type longest(const struct tsql_type *s)
{
	struct tsql_type t = *s;

	if (s->length != TSQL_MAX)
		t.length = tsql_is_unicode(s) ? 4000 : 8000;
	return t;
}

static struct tsql_type part_of(
    const struct tsql_type *t, const struct tsql_exprs *args, size_t count)
{
	struct tsql_type s = tsql_is_binary(t)
	    ? tsql_type_sized(TSQL_TY_VARBINARY, t->length)
	    : as_string(t);
	int32_t n = arg_constant(args, count);

	s.nullable = true;
	if (n >= 0 && s.length != TSQL_MAX && s.base != TSQL_TY_UNKNOWN &&
	    n < s.length)
		s.length = n ? n : 1;
	return s;
}

/* ---- rules ---- */

static struct tsql_type common_of(
    const struct tsql_exprs *args, size_t from, size_t to)
{
	struct tsql_type t = *arg_type(args, from);
	bool all_null = t.base == TSQL_TY_NULL;
	size_t i;

	for (i = from + 1; i < args->n && i < to; i++) {
		t = tsql_type_common(&t, arg_type(args, i));
		all_null &= arg_type(args, i)->base == TSQL_TY_NULL;
	}
	if (all_null)
		t = tsql_type_make(TSQL_TY_INT);
	t.literal = false;
	return t;
}

/* Small ints count as int in most numeric functions. */
static struct tsql_type widened(const struct tsql_type *t)
{
	struct tsql_type w = *t;

	w.user = NULL;
	w.literal = false;
	if (tsql_is_integer(t) && t->base != TSQL_TY_BIGINT)
		w = tsql_type_make(TSQL_TY_INT);
	else if (t->base == TSQL_TY_SMALLMONEY)
		w = tsql_type_make(TSQL_TY_MONEY);
	else if (t->base == TSQL_TY_REAL)
		w = tsql_type_make(TSQL_TY_FLOAT);
	return w;
}

static struct tsql_type numeric_function(
    enum rule rule, const struct tsql_type *t)
{
	struct tsql_type w = widened(t);

	if (t->base == TSQL_TY_UNKNOWN)
		return *t;
	if (!tsql_is_number(t) || t->base == TSQL_TY_BIT)
		return tsql_type_make(TSQL_TY_FLOAT);
	if (w.base == TSQL_TY_DECIMAL) {
		if (rule == R_NUM38)
			w.precision = 38;
		else if (rule == R_CEILING)
			w.scale = 0;
		else if (rule == R_DEGREES)
			w = tsql_type_decimal(38, w.scale > 18 ? w.scale : 18);
	}
	return w;
}

static struct tsql_type aggregate_number(
    enum rule rule, const struct tsql_type *t)
{
	struct tsql_type w = widened(t);

	if (w.base == TSQL_TY_DECIMAL) {
		w.precision = 38;
		if (rule == R_AVG && w.scale < 6)
			w.scale = 6;
	} else if (!tsql_is_number(&w) && w.base != TSQL_TY_UNKNOWN) {
		w = tsql_type_make(TSQL_TY_FLOAT);
	}
	return w;
}

static struct tsql_type concat_of(const struct tsql_exprs *args, bool ws)
{
	struct tsql_type t = tsql_type_sized(TSQL_TY_VARCHAR, 1), s, sep;
	int64_t total = 0;
	bool wide = false, max = false, first = true;
	size_t i;

	sep = as_string(arg_type(args, 0));
	for (i = 0; i < args->n; i++) {
		s = as_string(arg_type(args, i));
		if (s.base == TSQL_TY_UNKNOWN)
			return s;
		wide |= tsql_is_unicode(&s);
		max |= s.length == TSQL_MAX;
		if (!ws || i > 0)
			total += s.length;
		if (ws && i > 1)
			total += sep.length;
		if (tsql_is_string(arg_type(args, i))) {
			if (first)
				t.label = s.label, t.collation = s.collation;
			else
				tsql_collation_combine(&t, &t, &s);
			first = false;
		}
	}
	s = tsql_type_sized(wide ? TSQL_TY_NVARCHAR : TSQL_TY_VARCHAR,
	    max		       ? TSQL_MAX
		: total > 8000 ? 8000
			       : (int32_t)total);
	s.label = t.label;
	s.collation = t.collation;
	s.nullable = false;
	return s;
}

static struct tsql_type replace_of(const struct tsql_exprs *args)
{
	struct tsql_type t = as_string(arg_type(args, 0));
	size_t i;

	for (i = 1; i < 3; i++)
		if (tsql_is_unicode(arg_type(args, i)) &&
		    t.base == TSQL_TY_VARCHAR)
			t.base = TSQL_TY_NVARCHAR;
	return longest(&t);
}

static struct tsql_type string_rule(
    enum rule rule, const struct tsql_expr *e, const struct tsql_type *t)
{
	const struct tsql_exprs *args = &e->u.call.args;
	struct tsql_type s;
	int32_t n;

	switch (rule) {
	case R_LEFT: return part_of(t, args, 1);
	case R_SUBSTRING: return part_of(t, args, 2);
	case R_STRING1:
		/* TRIM(set FROM s): the string is the last argument */
		if (e->u.call.trim && args->n > 1)
			t = arg_type(args, 1);
		return as_string(t);
	case R_TRANSLATE: return as_string(t);
	case R_REPLACE: return replace_of(args);
	case R_STUFF:
		if (tsql_is_binary(t))
			return tsql_type_sized(TSQL_TY_VARBINARY, 8000);
		s = as_string(t);
		if (tsql_is_unicode(arg_type(args, 3)) &&
		    s.base == TSQL_TY_VARCHAR)
			s.base = TSQL_TY_NVARCHAR;
		return longest(&s);
	case R_REPLICATE: s = as_string(t); return longest(&s);
	case R_SPACE:
		n = arg_constant(args, 0);
		return tsql_type_sized(TSQL_TY_VARCHAR, n >= 0 ? n : 8000);
	case R_STR:
		n = arg_constant(args, 1);
		return tsql_type_sized(TSQL_TY_VARCHAR, n >= 0 ? n : 10);
	case R_UNISTR:
		s = as_string(t);
		s.base = TSQL_TY_NVARCHAR;
		return s;
	case R_STRING_AGG:
		if (tsql_is_string(t)) {
			s = as_string(t);
			return longest(&s);
		}
		return tsql_type_sized(TSQL_TY_NVARCHAR, 4000);
	case R_JSON_MODIFY:
		return t->base == TSQL_TY_JSON
		    ? *t
		    : tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	case R_LEN2:
		t = arg_type(args, 1);
		/* fallthrough */
	default:
		return tsql_type_make(
		    tsql_is_lob(t) ? TSQL_TY_BIGINT : TSQL_TY_INT);
	}
}

/* A date argument given as a string. */
static struct tsql_type date_argument(
    const struct tsql_type *t, enum tsql_base if_string)
{
	if (tsql_is_temporal(t) || t->base == TSQL_TY_UNKNOWN)
		return *t;
	return tsql_type_make(if_string);
}

static struct tsql_type date_rule(
    enum rule rule, const struct tsql_exprs *args, const struct tsql_type *t)
{
	struct tsql_type d;
	int32_t n;

	switch (rule) {
	case R_DATEADD:
	case R_DATE_BUCKET:
		d = date_argument(arg_type(args, 2), TSQL_TY_DATETIME);
		break;
	case R_DATETRUNC:
		d = date_argument(arg_type(args, 1), TSQL_TY_DATETIME2);
		break;
	case R_DTO1:
		d = tsql_type_make(TSQL_TY_DATETIMEOFFSET);
		if (tsql_is_temporal(t))
			d.scale = t->base == TSQL_TY_DATE ||
				t->base == TSQL_TY_SMALLDATETIME
			    ? 0
			    : t->scale;
		break;
	default: /* …FROMPARTS: the last argument is the number of digits */
		d = tsql_type_make(rule == R_TIMEPARTS ? TSQL_TY_TIME
			: rule == R_DTOPARTS	       ? TSQL_TY_DATETIMEOFFSET
						       : TSQL_TY_DATETIME2);
		n = args->n ? arg_constant(args, args->n - 1) : -1;
		if (n >= 0 && n <= 7)
			d.scale = (uint8_t)n;
		break;
	}
	d.user = NULL;
	return d;
}

static struct tsql_type rule_type(
    enum rule rule, const struct tsql_expr *e, bool *nullable)
{
	const struct tsql_exprs *args = &e->u.call.args;
	const struct tsql_type *t = arg_type(args, 0);
	struct tsql_type r;

	switch (rule) {
	case R_ARG1:
	case R_LAG:
	case R_MINMAX:
		r = *t;
		if (r.base == TSQL_TY_NULL)
			r = tsql_type_make(TSQL_TY_INT);
		*nullable |= rule != R_ARG1;
		return r;
	case R_AVG:
	case R_SUM: *nullable = true; return aggregate_number(rule, t);
	case R_NUM38:
	case R_CEILING:
	case R_DEGREES:
	case R_ROUND: return numeric_function(rule, t);
	case R_CHOOSE: *nullable = true; return common_of(args, 1, args->n);
	case R_COALESCE:
	case R_COMMON: return common_of(args, 0, args->n);
	case R_IIF:
		r = common_of(args, 1, 3);
		*nullable = r.nullable;
		return r;
	case R_NULLIF:
		*nullable = true;
		r = *t;
		return r;
	case R_ISNULL:
		*nullable = t->nullable && arg_type(args, 1)->nullable;
		r = t->base == TSQL_TY_NULL ? *arg_type(args, 1) : *t;
		if (r.base == TSQL_TY_NULL)
			r = tsql_type_make(TSQL_TY_INT);
		return r;
	case R_CONCAT:
	case R_CONCAT_WS: return concat_of(args, rule == R_CONCAT_WS);
	case R_ORDER:
		*nullable = true;
		if (e->u.call.within.n && e->u.call.within.v[0]->expr &&
		    e->u.call.within.v[0]->expr->type)
			return *e->u.call.within.v[0]->expr->type;
		return unknown;
	case R_DATEADD:
	case R_DATETRUNC:
	case R_DATE_BUCKET:
	case R_DT2PARTS:
	case R_DTO1:
	case R_DTOPARTS:
	case R_TIMEPARTS: return date_rule(rule, args, t);
	default:
		*nullable |= rule == R_STRING_AGG || rule == R_STUFF ||
		    rule == R_REPLICATE || rule == R_STR || rule == R_SPACE;
		return string_rule(rule, e, t);
	}
}

struct tsql_type tsql_function_type(const struct tsql_expr *e)
{
	const struct tsql_function *f =
	    tsql_function_get((enum tsql_fn)e->u.call.fn);
	const struct tsql_exprs *args = &e->u.call.args;
	bool nullable = false;
	struct tsql_type t;
	size_t i;

	if (!e->u.call.fn)
		return unknown;
	i = f->flags & TSQL_FF_DATEPART ? 1 : 0;
	for (; i < args->n; i++)
		nullable |= arg_type(args, i)->nullable;
	if (f->rule < R_FIXED_COUNT) {
		t = fixed[f->rule].length &&
			fixed[f->rule].base != TSQL_TY_DECIMAL
		    ? tsql_type_sized((enum tsql_base)fixed[f->rule].base,
			  fixed[f->rule].length)
		    : tsql_type_make((enum tsql_base)fixed[f->rule].base);
		if (fixed[f->rule].base == TSQL_TY_DECIMAL)
			t = tsql_type_decimal(38, 0);
		/* aggregates see no rows; the session may have no value */
		nullable |= !args->n || f->flags & (AGGREGATE | SESSION);
		nullable |= e->u.call.fn == TSQL_F_JSON_VALUE ||
		    e->u.call.fn == TSQL_F_JSON_QUERY ||
		    e->u.call.fn == TSQL_F_FORMAT;
	} else {
		t = rule_type((enum rule)f->rule, e, &nullable);
	}
	if (f->flags & TSQL_FF_NOT_NULL)
		nullable = false;
	t.nullable = nullable;
	t.literal = false;
	if (t.label == TSQL_COLL_NONE_LABEL && tsql_is_string(&t))
		t.label = TSQL_COLL_COERCIBLE;
	return t;
}
