#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "tsql/ast.h"
#include "tsql/types.h"

/* What (…) behind the name means. */
enum args {
	ARGS_NONE,
	ARGS_LENGTH,	 /* char(n), at most 8000 bytes */
	ARGS_LENGTH_MAX, /* varchar(n | max) */
	ARGS_DECIMAL,
	ARGS_FLOAT,
	ARGS_SCALE, /* time(n) */
	ARGS_VECTOR,
};

static const struct base_info {
	const char *name;
	uint8_t args;
	uint8_t precision, scale; /* when fixed or not given */
} bases[TSQL_TY_COUNT] = {
    [TSQL_TY_UNKNOWN] = {"unknown", ARGS_NONE, 0, 0},
    [TSQL_TY_NULL] = {"null", ARGS_NONE, 0, 0},
    [TSQL_TY_BOOLEAN] = {"boolean", ARGS_NONE, 0, 0},
    [TSQL_TY_TABLE] = {"table", ARGS_NONE, 0, 0},
    [TSQL_TY_CURSOR] = {"cursor", ARGS_NONE, 0, 0},
    [TSQL_TY_BINARY] = {"binary", ARGS_LENGTH, 0, 0},
    [TSQL_TY_VARBINARY] = {"varbinary", ARGS_LENGTH_MAX, 0, 0},
    [TSQL_TY_CHAR] = {"char", ARGS_LENGTH, 0, 0},
    [TSQL_TY_VARCHAR] = {"varchar", ARGS_LENGTH_MAX, 0, 0},
    [TSQL_TY_NCHAR] = {"nchar", ARGS_LENGTH, 0, 0},
    [TSQL_TY_NVARCHAR] = {"nvarchar", ARGS_LENGTH_MAX, 0, 0},
    [TSQL_TY_UNIQUEIDENTIFIER] = {"uniqueidentifier", ARGS_NONE, 0, 0},
    [TSQL_TY_ROWVERSION] = {"timestamp", ARGS_NONE, 0, 0},
    [TSQL_TY_IMAGE] = {"image", ARGS_NONE, 0, 0},
    [TSQL_TY_TEXT] = {"text", ARGS_NONE, 0, 0},
    [TSQL_TY_NTEXT] = {"ntext", ARGS_NONE, 0, 0},
    [TSQL_TY_BIT] = {"bit", ARGS_NONE, 1, 0},
    [TSQL_TY_TINYINT] = {"tinyint", ARGS_NONE, 3, 0},
    [TSQL_TY_SMALLINT] = {"smallint", ARGS_NONE, 5, 0},
    [TSQL_TY_INT] = {"int", ARGS_NONE, 10, 0},
    [TSQL_TY_BIGINT] = {"bigint", ARGS_NONE, 19, 0},
    [TSQL_TY_SMALLMONEY] = {"smallmoney", ARGS_NONE, 10, 4},
    [TSQL_TY_MONEY] = {"money", ARGS_NONE, 19, 4},
    [TSQL_TY_DECIMAL] = {"decimal", ARGS_DECIMAL, 18, 0},
    [TSQL_TY_REAL] = {"real", ARGS_NONE, 24, 0},
    [TSQL_TY_FLOAT] = {"float", ARGS_FLOAT, 53, 0},
    [TSQL_TY_TIME] = {"time", ARGS_SCALE, 0, 7},
    [TSQL_TY_DATE] = {"date", ARGS_NONE, 0, 0},
    [TSQL_TY_SMALLDATETIME] = {"smalldatetime", ARGS_NONE, 0, 0},
    [TSQL_TY_DATETIME] = {"datetime", ARGS_NONE, 0, 3},
    [TSQL_TY_DATETIME2] = {"datetime2", ARGS_SCALE, 0, 7},
    [TSQL_TY_DATETIMEOFFSET] = {"datetimeoffset", ARGS_SCALE, 0, 7},
    [TSQL_TY_VECTOR] = {"vector", ARGS_VECTOR, 0, 0},
    [TSQL_TY_JSON] = {"json", ARGS_NONE, 0, 0},
    [TSQL_TY_XML] = {"xml", ARGS_NONE, 0, 0},
    [TSQL_TY_SQL_VARIANT] = {"sql_variant", ARGS_NONE, 0, 0},
    [TSQL_TY_HIERARCHYID] = {"hierarchyid", ARGS_NONE, 0, 0},
    [TSQL_TY_GEOMETRY] = {"geometry", ARGS_NONE, 0, 0},
    [TSQL_TY_GEOGRAPHY] = {"geography", ARGS_NONE, 0, 0},
    [TSQL_TY_CLR] = {"clr", ARGS_NONE, 0, 0},
};

/* Other spellings: synonyms, ISO names of several words. */
static const struct {
	const char *name;
	uint8_t base;
	bool numeric;
} synonyms[] = {
    {"integer", TSQL_TY_INT, false},
    {"dec", TSQL_TY_DECIMAL, false},
    {"numeric", TSQL_TY_DECIMAL, true},
    {"double precision", TSQL_TY_FLOAT, false},
    {"character", TSQL_TY_CHAR, false},
    {"character varying", TSQL_TY_VARCHAR, false},
    {"char varying", TSQL_TY_VARCHAR, false},
    {"national char", TSQL_TY_NCHAR, false},
    {"national character", TSQL_TY_NCHAR, false},
    {"national char varying", TSQL_TY_NVARCHAR, false},
    {"national character varying", TSQL_TY_NVARCHAR, false},
    {"national text", TSQL_TY_NTEXT, false},
    {"binary varying", TSQL_TY_VARBINARY, false},
    {"rowversion", TSQL_TY_ROWVERSION, false},
};

/* A type as a text or the parser gives it. */
struct spec {
	const char *name;
	size_t len;
	int nargs;
	long arg[2];
	bool max;
};

bool tsql_is_string(const struct tsql_type *t)
{
	switch (t->base) {
	case TSQL_TY_CHAR:
	case TSQL_TY_VARCHAR:
	case TSQL_TY_NCHAR:
	case TSQL_TY_NVARCHAR:
	case TSQL_TY_TEXT:
	case TSQL_TY_NTEXT: return true;
	default: return false;
	}
}

struct tsql_type tsql_type_make(enum tsql_base base)
{
	struct tsql_type t = {
	    .base = (uint8_t)base,
	    .precision = bases[base].precision,
	    .scale = bases[base].scale,
	    .nullable = true,
	};

	if (bases[base].args == ARGS_LENGTH ||
	    bases[base].args == ARGS_LENGTH_MAX)
		t.length = 1;
	if (tsql_is_string(&t))
		t.label = TSQL_COLL_COERCIBLE;
	if (tsql_is_lob(&t))
		t.length = TSQL_MAX;
	return t;
}

struct tsql_type tsql_type_sized(enum tsql_base base, int32_t length)
{
	struct tsql_type t = tsql_type_make(base);
	int32_t most = tsql_is_unicode(&t) ? 4000 : 8000;

	t.length = length == TSQL_MAX ? TSQL_MAX
	    : length < 1	      ? 1
	    : length > most	      ? most
				      : length;
	return t;
}

struct tsql_type tsql_type_decimal(int precision, int scale)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_DECIMAL);

	if (precision > 38)
		precision = 38;
	if (precision < 1)
		precision = 1;
	if (scale > precision)
		scale = precision;
	t.precision = (uint8_t)precision;
	t.scale = (uint8_t)(scale < 0 ? 0 : scale);
	return t;
}

bool tsql_is_word(const char *word, const char *text, size_t len)
{
	return len && (*word | 0x20) == (*text | 0x20) && strlen(word) == len &&
	    !strncasecmp(word, text, len);
}

static bool find_base(const char *name, size_t len, struct tsql_type *out)
{
	size_t i;

	for (i = TSQL_TY_BINARY; i < TSQL_TY_CLR; i++) {
		if (!tsql_is_word(bases[i].name, name, len))
			continue;
		*out = tsql_type_make((enum tsql_base)i);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(synonyms); i++) {
		if (!tsql_is_word(synonyms[i].name, name, len))
			continue;
		*out = tsql_type_make((enum tsql_base)synonyms[i].base);
		out->numeric = synonyms[i].numeric;
		return true;
	}
	if (len == 7 && !strncasecmp(name, "sysname", 7)) {
		*out = tsql_type_sized(TSQL_TY_NVARCHAR, 128);
		out->user = "sysname";
		return true;
	}
	return false;
}

static void set_args(struct tsql_type *t, const struct spec *s, int no_length)
{
	long a = s->nargs > 0 ? s->arg[0] : -1;

	if (t->user)
		return;
	switch (bases[t->base].args) {
	case ARGS_LENGTH:
	case ARGS_LENGTH_MAX:
		*t = tsql_type_sized((enum tsql_base)t->base,
		    s->max	       ? TSQL_MAX
			: s->nargs > 0 ? (int32_t)(a > 8000 ? 8000 : a)
				       : no_length);
		break;
	case ARGS_DECIMAL:
		if (s->nargs > 0) {
			bool numeric = t->numeric;

			*t = tsql_type_decimal(a > 38 ? 38 : (int)a,
			    s->nargs > 1 ? (int)s->arg[1] : 0);
			t->numeric = numeric;
		}
		break;
	case ARGS_FLOAT:
		if (s->nargs > 0 && a >= 1 && a <= 24)
			*t = tsql_type_make(TSQL_TY_REAL);
		break;
	case ARGS_SCALE:
		if (s->nargs > 0 && a >= 0 && a <= 7)
			t->scale = (uint8_t)a;
		break;
	case ARGS_VECTOR: t->length = s->nargs > 0 ? (int32_t)a : 0; break;
	default: break;
	}
}

static struct tsql_type from_spec(const struct spec *s, int no_length)
{
	struct tsql_type t;

	if (!find_base(s->name, s->len, &t))
		return tsql_type_make(TSQL_TY_UNKNOWN);
	set_args(&t, s, no_length);
	return t;
}

struct tsql_type tsql_type_of_dtype(const struct tsql_dtype *d, int no_length)
{
	const struct tsql_objname *n = d ? d->name : NULL;
	struct spec s = {0};

	if (!n || !n->n || !n->part[n->n - 1].text)
		return tsql_type_make(TSQL_TY_UNKNOWN);
	if (n->n > 1) {
		const struct tsql_name *schema = &n->part[n->n - 2];

		if (schema->len &&
		    (schema->len != 3 || strncasecmp(schema->text, "sys", 3)))
			return tsql_type_make(TSQL_TY_UNKNOWN);
	}
	s.name = n->part[n->n - 1].text;
	s.len = n->part[n->n - 1].len;
	s.nargs = d->nargs;
	s.arg[0] = d->arg[0];
	s.arg[1] = d->arg[1];
	s.max = d->max;
	return from_spec(&s, no_length);
}

/* [name] or name or several words, up to '(' or the end; blanks trimmed. */
static size_t read_name(const char *p, size_t len, struct spec *s)
{
	size_t i = 0, from;

	if (len && p[0] == '[') {
		const char *close = memchr(p, ']', len);

		if (!close)
			return 0;
		s->name = p + 1;
		s->len = (size_t)(close - p) - 1;
		return (size_t)(close - p) + 1;
	}
	from = i;
	while (i < len && p[i] != '(' && p[i] != '.')
		i++;
	s->name = p + from;
	s->len = i - from;
	while (s->len && s->name[s->len - 1] == ' ')
		s->len--;
	return i;
}

static size_t skip_blanks(const char *p, size_t len, size_t i)
{
	while (i < len && (p[i] == ' ' || p[i] == '\t' || p[i] == '\n'))
		i++;
	return i;
}

/* "(50)", "(9, 2)", "(max)"; false if it isn't one of these. */
static bool read_args(const char *p, size_t len, struct spec *s)
{
	size_t i = skip_blanks(p, len, 0);

	if (i == len)
		return true;
	if (p[i++] != '(')
		return false;
	i = skip_blanks(p, len, i);
	if (len - i >= 3 && !strncasecmp(p + i, "max", 3)) {
		s->max = true;
		i += 3;
	} else {
		do {
			long n = 0;
			size_t from = i = skip_blanks(p, len, i);

			while (i < len && p[i] >= '0' && p[i] <= '9' &&
			    n < 1000000)
				n = n * 10 + (p[i++] - '0');
			if (i == from || s->nargs == 2)
				return false;
			s->arg[s->nargs++] = n;
			i = skip_blanks(p, len, i);
		} while (i < len && p[i++] == ',');
		i--;
	}
	i = skip_blanks(p, len, i);
	if (i >= len || p[i++] != ')')
		return false;
	return skip_blanks(p, len, i) == len;
}

struct tsql_type tsql_type_parse(const char *text, size_t len)
{
	struct spec s = {0};
	size_t i = skip_blanks(text, len, 0), used;

	used = read_name(text + i, len - i, &s);
	i += used;
	if (i < len && text[i] == '.') {
		if (s.len != 3 || strncasecmp(s.name, "sys", 3) != 0)
			return tsql_type_make(TSQL_TY_UNKNOWN);
		i = skip_blanks(text, len, i + 1);
		i += read_name(text + i, len - i, &s);
	}
	if (!s.len || !read_args(text + i, len - i, &s))
		return tsql_type_make(TSQL_TY_UNKNOWN);
	return from_spec(&s, 1);
}

void tsql_type_print_base(const struct tsql_type *t, struct buf *out)
{
	const struct base_info *b = &bases[t->base];

	buf_adds(out, t->numeric ? "numeric" : b->name);
	switch (b->args) {
	case ARGS_LENGTH:
	case ARGS_LENGTH_MAX:
		if (t->length == TSQL_MAX)
			buf_adds(out, "(max)");
		else
			buf_addf(out, "(%d)", (int)t->length);
		break;
	case ARGS_DECIMAL:
		buf_addf(out, "(%d,%d)", t->precision, t->scale);
		break;
	case ARGS_SCALE: buf_addf(out, "(%d)", t->scale); break;
	case ARGS_VECTOR:
		if (t->length > 0)
			buf_addf(out, "(%d)", (int)t->length);
		break;
	default: break;
	}
}

void tsql_type_print(const struct tsql_type *t, struct buf *out)
{
	if (t->user)
		buf_adds(out, t->user);
	else
		tsql_type_print_base(t, out);
}

char *tsql_type_text(const struct tsql_type *t, struct arena *a)
{
	struct buf b = BUF_INIT;
	char *text;

	tsql_type_print(t, &b);
	text = arena_strndup(a, buf_str(&b), b.len);
	buf_release(&b);
	return text;
}

const char *tsql_base_name(enum tsql_base base)
{
	return bases[base].name;
}

bool tsql_type_same(const struct tsql_type *a, const struct tsql_type *b)
{
	if (a->base != b->base || a->length != b->length ||
	    a->scale != b->scale)
		return false;
	if (a->base == TSQL_TY_CLR)
		return a->user && b->user && !strcasecmp(a->user, b->user);
	return a->base != TSQL_TY_DECIMAL || a->precision == b->precision;
}

static bool identical(const struct tsql_type *a, const struct tsql_type *b)
{
	return a->base == b->base && a->precision == b->precision &&
	    a->scale == b->scale && a->label == b->label &&
	    a->nullable == b->nullable && a->numeric == b->numeric &&
	    a->literal == b->literal && a->length == b->length &&
	    a->collation == b->collation && a->user == b->user;
}

const struct tsql_type *tsql_type_keep(
    struct tsql_type_cache *c, struct arena *a, const struct tsql_type *t)
{
	unsigned h = t->base * 31u + (unsigned)t->length * 7u +
	    t->precision * 3u + t->scale * 5u + t->nullable * 64u +
	    t->label * 17u + t->literal * 128u;
	const struct tsql_type **slot = &c->slot[(h ^ h >> 8) & 255];
	struct tsql_type *copy;

	if (*slot && identical(*slot, t))
		return *slot;
	copy = arena_alloc(a, sizeof(*copy));
	*copy = *t;
	return *slot = copy;
}

bool tsql_is_integer(const struct tsql_type *t)
{
	return t->base >= TSQL_TY_BIT && t->base <= TSQL_TY_BIGINT;
}

bool tsql_is_money(const struct tsql_type *t)
{
	return t->base == TSQL_TY_MONEY || t->base == TSQL_TY_SMALLMONEY;
}

bool tsql_is_exact(const struct tsql_type *t)
{
	return t->base >= TSQL_TY_BIT && t->base <= TSQL_TY_DECIMAL;
}

bool tsql_is_float(const struct tsql_type *t)
{
	return t->base == TSQL_TY_FLOAT || t->base == TSQL_TY_REAL;
}

bool tsql_is_number(const struct tsql_type *t)
{
	return tsql_is_exact(t) || tsql_is_float(t);
}

bool tsql_is_unicode(const struct tsql_type *t)
{
	return t->base == TSQL_TY_NCHAR || t->base == TSQL_TY_NVARCHAR ||
	    t->base == TSQL_TY_NTEXT;
}

bool tsql_is_binary(const struct tsql_type *t)
{
	return t->base == TSQL_TY_BINARY || t->base == TSQL_TY_VARBINARY ||
	    t->base == TSQL_TY_IMAGE || t->base == TSQL_TY_ROWVERSION;
}

bool tsql_is_temporal(const struct tsql_type *t)
{
	return t->base >= TSQL_TY_TIME && t->base <= TSQL_TY_DATETIMEOFFSET;
}

bool tsql_is_lob(const struct tsql_type *t)
{
	switch (t->base) {
	case TSQL_TY_TEXT:
	case TSQL_TY_NTEXT:
	case TSQL_TY_IMAGE:
	case TSQL_TY_XML:
	case TSQL_TY_JSON: return true;
	default: return t->length == TSQL_MAX;
	}
}

int tsql_type_precedence(enum tsql_base base)
{
	return base < TSQL_TY_BINARY || base >= TSQL_TY_COUNT ? -1 : (int)base;
}
