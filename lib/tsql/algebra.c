/* The algebra of types: literals, operators, common types, conversions. */
#include <string.h>

#include "tsql/ast.h"
#include "tsql/types.h"

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

/* ---- literals ---- */

static int count_digits(const char *s, size_t len)
{
	size_t i = 0;
	int n = 0;

	while (i < len && s[i] == '0')
		i++;
	for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
		n++;
	return n;
}

/* Characters as SQL Server counts them: UTF-16 units. */
static int32_t count_units(const char *s, size_t len)
{
	int32_t n = 0;
	size_t i = 0;
	uint64_t w;

	while (i < len) {
		unsigned char c = (unsigned char)s[i];

		if (len - i >= sizeof(w)) {
			memcpy(&w, s + i, sizeof(w));
			if (!(w & UINT64_C(0x8080808080808080))) {
				n += (int32_t)sizeof(w);
				i += sizeof(w);
				continue;
			}
		}
		if ((c & 0xc0) != 0x80)
			n += c >= 0xf0 ? 2 : 1;
		i++;
	}
	return n;
}

static struct tsql_type int_literal(const char *text, size_t len)
{
	int digits = count_digits(text, len);
	struct tsql_type t;

	while (len > 1 && *text == '0')
		text++, len--;
	if (digits < 10 ||
	    (digits == 10 && strncmp(text, "2147483647", 10) <= 0)) {
		t = tsql_type_make(TSQL_TY_INT);
		t.precision = (uint8_t)max_int(digits, 1);
	} else {
		t = tsql_type_decimal(digits, 0);
		t.numeric = true;
	}
	return t;
}

static struct tsql_type decimal_literal(const char *text, size_t len)
{
	const char *dot = memchr(text, '.', len);
	int before = count_digits(text, dot ? (size_t)(dot - text) : len);
	int after = dot ? (int)(len - (size_t)(dot - text) - 1) : 0;
	struct tsql_type t;

	if (!dot)
		after = 0;
	t = tsql_type_decimal(max_int(before + after, 1), after);
	t.numeric = true;
	return t;
}

struct tsql_type tsql_type_of_literal(
    uint16_t kind, uint16_t flags, const char *text, size_t len)
{
	struct tsql_type t;
	int32_t n;

	switch (kind) {
	case TSQL_E_INT: t = int_literal(text, len); break;
	case TSQL_E_DECIMAL: t = decimal_literal(text, len); break;
	case TSQL_E_FLOAT: t = tsql_type_make(TSQL_TY_FLOAT); break;
	case TSQL_E_MONEY: t = tsql_type_make(TSQL_TY_MONEY); break;
	case TSQL_E_STRING:
		n = count_units(text, len);
		if (flags & TSQL_NATIONAL)
			t = tsql_type_sized(
			    TSQL_TY_NVARCHAR, n > 4000 ? TSQL_MAX : n);
		else
			t = tsql_type_sized(
			    TSQL_TY_VARCHAR, n > 8000 ? TSQL_MAX : n);
		break;
	case TSQL_E_BINARY:
		n = len > 2 ? (int32_t)((len - 1) / 2) : 0;
		t = tsql_type_sized(TSQL_TY_VARBINARY, n > 8000 ? TSQL_MAX : n);
		break;
	case TSQL_E_NULL:
		t = tsql_type_make(TSQL_TY_NULL);
		t.literal = true;
		return t;
	default: return tsql_type_make(TSQL_TY_UNKNOWN);
	}
	t.literal = true;
	t.nullable = false;
	return t;
}

/* ---- collations ---- */

void tsql_collation_combine(
    struct tsql_type *out, const struct tsql_type *l, const struct tsql_type *r)
{
	const struct tsql_type *win = l;

	if (!tsql_is_string(out)) {
		out->label = TSQL_COLL_NONE_LABEL;
		out->collation = NULL;
		return;
	}
	if (!tsql_is_string(l))
		win = r;
	else if (tsql_is_string(r) && r->label > l->label)
		win = r;
	out->label = win->label;
	out->collation = win->collation;
	if (!tsql_is_string(win)) {
		out->label = TSQL_COLL_COERCIBLE;
		out->collation = NULL;
		return;
	}
	if (!tsql_is_string(l) || !tsql_is_string(r) || l->label != r->label ||
	    l->collation == r->collation)
		return;
	if (out->label == TSQL_COLL_IMPLICIT) {
		out->label = TSQL_COLL_NO_COLLATION;
		out->collation = NULL;
	} else if (out->label == TSQL_COLL_EXPLICIT) {
		out->label = TSQL_COLL_CONFLICT;
		out->collation = NULL;
	}
}

/* ---- decimals ---- */

struct tsql_type tsql_as_decimal(const struct tsql_type *t)
{
	struct tsql_type d;

	if (t->base == TSQL_TY_DECIMAL)
		return *t;
	if (!tsql_is_exact(t))
		return tsql_type_decimal(38, 19);
	d = tsql_type_decimal(t->precision, t->scale);
	d.nullable = t->nullable;
	return d;
}

/* Rows of Microsoft's table, with its three rules for more than 38 digits. */
static struct tsql_type decimal_arith(
    int op, const struct tsql_type *l, const struct tsql_type *r)
{
	int p1 = l->precision, s1 = l->scale, p2 = r->precision, s2 = r->scale;
	int whole = max_int(p1 - s1, p2 - s2);
	int p, s;
	struct tsql_type t;

	switch (op) {
	case TSQL_OP_MUL:
		p = p1 + p2 + 1;
		s = s1 + s2;
		break;
	case TSQL_OP_DIV:
		s = max_int(6, s1 + p2 + 1);
		p = p1 - s1 + s2 + s;
		break;
	case TSQL_OP_MOD:
		s = max_int(s1, s2);
		p = min_int(p1 - s1, p2 - s2) + s;
		break;
	default:
		s = max_int(s1, s2);
		p = s + whole + 1;
		if (p > 38)
			s = min_int(s, 38 - whole);
		break;
	}
	if (p > 38 && (op == TSQL_OP_MUL || op == TSQL_OP_DIV)) {
		if (p - s < 32)
			s = min_int(s, 38 - (p - s));
		else if (s > 6)
			s = 6;
	}
	t = tsql_type_decimal(p, s);
	t.numeric = l->numeric || r->numeric;
	return t;
}

static struct tsql_type decimal_union(
    const struct tsql_type *l, const struct tsql_type *r)
{
	int whole = max_int(l->precision - l->scale, r->precision - r->scale);
	int s = max_int(l->scale, r->scale);
	struct tsql_type t;

	if (whole + s > 38)
		s = 38 - whole;
	t = tsql_type_decimal(whole + s, s);
	t.numeric = l->numeric || r->numeric;
	return t;
}

/* ---- operators ---- */

static bool is_unknown(const struct tsql_type *t)
{
	return t->base == TSQL_TY_UNKNOWN || t->base == TSQL_TY_BOOLEAN ||
	    t->base == TSQL_TY_TABLE || t->base == TSQL_TY_CURSOR;
}

static bool is_charlike(const struct tsql_type *t)
{
	return tsql_is_string(t) || t->base == TSQL_TY_UNIQUEIDENTIFIER;
}

/* The string of n characters that another value has as text. */
static struct tsql_type concat(
    const struct tsql_type *l, const struct tsql_type *r)
{
	bool binary = tsql_is_binary(l) && tsql_is_binary(r);
	bool wide = tsql_is_unicode(l) || tsql_is_unicode(r);
	bool fixed;
	enum tsql_base base;
	struct tsql_type t;

	if (binary) {
		fixed = l->base == TSQL_TY_BINARY && r->base == TSQL_TY_BINARY;
		base = fixed ? TSQL_TY_BINARY : TSQL_TY_VARBINARY;
	} else {
		fixed = (l->base == TSQL_TY_CHAR || l->base == TSQL_TY_NCHAR) &&
		    (r->base == TSQL_TY_CHAR || r->base == TSQL_TY_NCHAR);
		base = wide ? (fixed ? TSQL_TY_NCHAR : TSQL_TY_NVARCHAR)
			    : (fixed ? TSQL_TY_CHAR : TSQL_TY_VARCHAR);
	}
	t = tsql_is_lob(l) || tsql_is_lob(r)
	    ? tsql_type_sized(base, TSQL_MAX)
	    : tsql_type_sized(base, l->length + r->length);
	tsql_collation_combine(&t, l, r);
	return t;
}

/* An operand that becomes a number when the other one is. */
static struct tsql_type numeric_operand(
    const struct tsql_type *t, const struct tsql_type *other)
{
	struct tsql_type n = tsql_is_number(t) ? *t : *other;

	n.nullable = t->nullable;
	if (!tsql_is_number(t))
		n.literal = false;
	return n;
}

static struct tsql_type number_arith(
    int op, const struct tsql_type *l, const struct tsql_type *r)
{
	int base = max_int(l->base, r->base);
	struct tsql_type a, b;

	if (base == TSQL_TY_DECIMAL) {
		a = tsql_as_decimal(l);
		b = tsql_as_decimal(r);
		return decimal_arith(op, &a, &b);
	}
	if (base == TSQL_TY_BIT && op <= TSQL_OP_MOD)
		base = TSQL_TY_INT;
	return tsql_type_make((enum tsql_base)base);
}

static struct tsql_type temporal_arith(
    const struct tsql_type *l, const struct tsql_type *r)
{
	const struct tsql_type *t = tsql_is_temporal(l) ? l : r;

	if (tsql_is_temporal(l) && tsql_is_temporal(r) && r->base > l->base)
		t = r;
	/* only datetime and smalldatetime take part; others are errors */
	return *t;
}

static struct tsql_type unary_arith(int op, const struct tsql_type *l)
{
	struct tsql_type t = *l;

	t.user = NULL;
	t.label = TSQL_COLL_NONE_LABEL;
	if (op == TSQL_OP_SUB && t.base == TSQL_TY_TINYINT)
		t = tsql_type_make(TSQL_TY_SMALLINT);
	else if (t.base == TSQL_TY_NULL)
		t = tsql_type_make(TSQL_TY_INT);
	else if (tsql_is_string(&t) && op == TSQL_OP_SUB)
		t = tsql_type_make(TSQL_TY_INT);
	else if (t.base == TSQL_TY_BIT && op == TSQL_OP_SUB)
		t = tsql_type_make(TSQL_TY_INT);
	if (tsql_is_string(&t))
		t.label = l->label;
	t.nullable = l->nullable;
	t.literal = l->literal;
	return t;
}

struct tsql_type tsql_type_arith(
    int op, const struct tsql_type *l, const struct tsql_type *r)
{
	struct tsql_type t, a, b;

	if (!r)
		return unary_arith(op, l);
	if (op == TSQL_OP_SHL || op == TSQL_OP_SHR) {
		t = tsql_is_number(l) || tsql_is_binary(l)
		    ? *l
		    : tsql_type_make(TSQL_TY_INT);
	} else if (is_unknown(l) || is_unknown(r)) {
		t = tsql_type_make(TSQL_TY_UNKNOWN);
	} else if (l->base == TSQL_TY_NULL && r->base == TSQL_TY_NULL) {
		t = tsql_type_make(TSQL_TY_INT);
	} else if (l->base == TSQL_TY_NULL || r->base == TSQL_TY_NULL) {
		t = l->base == TSQL_TY_NULL ? *r : *l;
	} else if (tsql_is_temporal(l) || tsql_is_temporal(r)) {
		t = temporal_arith(l, r);
	} else if (tsql_is_number(l) || tsql_is_number(r)) {
		if (op == TSQL_OP_CONCAT) {
			t = tsql_type_sized(TSQL_TY_VARCHAR, 8000);
		} else {
			a = numeric_operand(l, r);
			b = numeric_operand(r, l);
			t = number_arith(op, &a, &b);
		}
	} else if ((op == TSQL_OP_ADD || op == TSQL_OP_CONCAT) &&
	    (is_charlike(l) || tsql_is_binary(l)) &&
	    (is_charlike(r) || tsql_is_binary(r))) {
		t = concat(l, r);
	} else if (op >= TSQL_OP_BIT_AND && op <= TSQL_OP_BIT_XOR) {
		t = tsql_is_binary(l) ? *l : tsql_type_make(TSQL_TY_INT);
	} else if (is_charlike(l) && is_charlike(r)) {
		/* '5' * '2' is an error; '7' - '2' likewise */
		t = tsql_type_make(TSQL_TY_INT);
	} else {
		t = l->base > r->base ? *l : *r;
	}
	t.user = t.base == TSQL_TY_CLR ? t.user : NULL;
	t.nullable = l->nullable || r->nullable;
	t.literal = false;
	return t;
}

/* Characters that a value of a type takes when it becomes a string. */
static int32_t text_length(const struct tsql_type *t)
{
	if (tsql_is_string(t) || tsql_is_binary(t))
		return t->length;
	switch (t->base) {
	case TSQL_TY_BIT: return 1;
	case TSQL_TY_TINYINT: return 3;
	case TSQL_TY_SMALLINT: return 6;
	case TSQL_TY_INT: return 12;
	case TSQL_TY_BIGINT: return 24;
	case TSQL_TY_MONEY:
	case TSQL_TY_SMALLMONEY: return 30;
	case TSQL_TY_DECIMAL: return 41;
	case TSQL_TY_UNIQUEIDENTIFIER: return 36;
	case TSQL_TY_NULL: return 1;
	default: return 50;
	}
}

static struct tsql_type common_string(
    enum tsql_base base, const struct tsql_type *l, const struct tsql_type *r)
{
	bool wide = tsql_is_unicode(l) || tsql_is_unicode(r);
	bool fixed = (l->base == TSQL_TY_CHAR || l->base == TSQL_TY_NCHAR) &&
	    (r->base == TSQL_TY_CHAR || r->base == TSQL_TY_NCHAR);
	struct tsql_type t;

	if (base == TSQL_TY_TEXT || base == TSQL_TY_NTEXT)
		t = tsql_type_make(base);
	else if (tsql_is_lob(l) || tsql_is_lob(r))
		t = tsql_type_sized(
		    wide ? TSQL_TY_NVARCHAR : TSQL_TY_VARCHAR, TSQL_MAX);
	else
		t = tsql_type_sized(fixed
			? (wide ? TSQL_TY_NCHAR : TSQL_TY_CHAR)
			: (wide ? TSQL_TY_NVARCHAR : TSQL_TY_VARCHAR),
		    max_int(text_length(l), text_length(r)));
	tsql_collation_combine(&t, l, r);
	return t;
}

struct tsql_type tsql_type_common(
    const struct tsql_type *l, const struct tsql_type *r)
{
	const struct tsql_type *high, *low;
	struct tsql_type t, a, b;

	if (l->base == TSQL_TY_NULL || r->base == TSQL_TY_NULL) {
		t = l->base == TSQL_TY_NULL ? *r : *l;
		t.nullable = true;
		t.literal = false;
		return t;
	}
	if (is_unknown(l) || is_unknown(r)) {
		t = tsql_type_make(TSQL_TY_UNKNOWN);
		t.nullable = l->nullable || r->nullable;
		return t;
	}
	high = r->base > l->base ? r : l;
	low = high == l ? r : l;
	t = *high;
	if (tsql_is_string(high)) {
		t = common_string((enum tsql_base)high->base, l, r);
	} else if (high->base == TSQL_TY_DECIMAL) {
		a = tsql_as_decimal(l);
		b = tsql_as_decimal(r);
		/* a literal int counts as int here */
		if (low->base == TSQL_TY_INT)
			*(low == l ? &a : &b) = tsql_type_decimal(10, 0);
		t = tsql_is_exact(low) ? decimal_union(&a, &b) : *high;
	} else if (tsql_is_binary(high) && tsql_is_binary(low)) {
		t.length = tsql_is_lob(l) || tsql_is_lob(r)
		    ? TSQL_MAX
		    : max_int(l->length, r->length);
	} else if (tsql_is_temporal(high) && tsql_is_temporal(low)) {
		if (low->base == TSQL_TY_TIME || low->base == high->base ||
		    low->base == TSQL_TY_DATETIME2)
			if (high->base == TSQL_TY_DATETIME2 ||
			    high->base == TSQL_TY_DATETIMEOFFSET ||
			    high->base == TSQL_TY_TIME)
				t.scale = (uint8_t)max_int(l->scale, r->scale);
		if (low->base == TSQL_TY_DATETIME &&
		    (high->base == TSQL_TY_DATETIME2 ||
			high->base == TSQL_TY_DATETIMEOFFSET))
			t.scale = (uint8_t)max_int(3, high->scale);
	}
	if (t.base == TSQL_TY_INT)
		t.precision = 10;
	if (t.base != TSQL_TY_CLR && !(l->user && l->user == r->user))
		t.user = NULL;
	t.nullable = l->nullable || r->nullable;
	t.literal = false;
	return t;
}

struct tsql_type tsql_type_compare(
    const struct tsql_type *l, const struct tsql_type *r)
{
	struct tsql_type t = tsql_type_common(l, r);

	tsql_collation_combine(&t, l, r);
	return t;
}

/* ---- conversions ---- */

enum class {
	C_OTHER,
	C_BINARY,
	C_STRING,
	C_LOBTEXT,
	C_GUID,
	C_NUMBER,
	C_DATETIME, /* datetime, smalldatetime */
	C_DATE2,    /* date, time, datetime2, datetimeoffset */
	C_XML,
	C_VARIANT,
	C_ROWVERSION,
	C_CLR,
	C_JSON,
};

static enum class class_of(const struct tsql_type *t) {
	switch (t->base){
		case TSQL_TY_BINARY : case TSQL_TY_VARBINARY : case
		TSQL_TY_IMAGE : return C_BINARY;
		case TSQL_TY_CHAR : case TSQL_TY_VARCHAR : case
		TSQL_TY_NCHAR : case TSQL_TY_NVARCHAR : return C_STRING;
		case TSQL_TY_TEXT : case TSQL_TY_NTEXT : return C_LOBTEXT;
		case TSQL_TY_UNIQUEIDENTIFIER : return C_GUID;
		case TSQL_TY_ROWVERSION : return C_ROWVERSION;
		case TSQL_TY_DATETIME : case
		TSQL_TY_SMALLDATETIME : return C_DATETIME;
		case TSQL_TY_XML : return C_XML;
		case TSQL_TY_SQL_VARIANT : return C_VARIANT;
		case TSQL_TY_HIERARCHYID : case TSQL_TY_GEOMETRY : case
		TSQL_TY_GEOGRAPHY : case TSQL_TY_CLR : return C_CLR;
		case TSQL_TY_JSON : case TSQL_TY_VECTOR : return C_JSON;
		default : return tsql_is_number(t) ? C_NUMBER
		    : tsql_is_temporal(t)	   ? C_DATE2
						   : C_OTHER;
	}
}

#define S TSQL_CONV_IMPLICIT
#define E TSQL_CONV_EXPLICIT
#define N TSQL_CONV_NONE

/* from (row) to (column), by class; Microsoft's chart, with the exceptions
 * below it in code. */
static const uint8_t chart[][13] = {
    /*             oth bin str txt gid num dtm dt2 xml var rvn clr jsn */
    [C_OTHER] = {N, N, N, N, N, N, N, N, N, N, N, N, N},
    [C_BINARY] = {N, S, S, N, S, S, S, E, S, S, S, S, N},
    [C_STRING] = {N, E, S, S, S, S, S, S, S, S, E, S, S},
    [C_LOBTEXT] = {N, N, S, S, N, N, N, N, S, N, N, N, N},
    [C_GUID] = {N, S, S, N, S, N, N, N, N, S, N, N, N},
    [C_NUMBER] = {N, S, S, N, N, S, S, N, N, S, S, N, N},
    [C_DATETIME] = {N, E, S, N, N, E, S, S, N, S, N, N, N},
    [C_DATE2] = {N, E, S, N, N, N, S, S, N, S, N, N, N},
    [C_XML] = {N, E, E, N, N, N, N, N, S, N, N, N, N},
    [C_VARIANT] = {N, E, E, N, E, E, E, E, N, S, N, N, N},
    [C_ROWVERSION] = {N, S, S, N, N, S, S, N, N, N, S, N, N},
    [C_CLR] = {N, E, E, N, N, N, N, N, E, N, N, S, N},
    [C_JSON] = {N, N, E, N, N, N, N, N, N, N, N, N, S},
};

#undef S
#undef E
#undef N

enum tsql_conversion tsql_type_conversion(
    const struct tsql_type *from, const struct tsql_type *to)
{
	enum class f, t;

	if (from->base == TSQL_TY_NULL || from->base == TSQL_TY_UNKNOWN ||
	    to->base == TSQL_TY_UNKNOWN)
		return TSQL_CONV_IMPLICIT;
	if (tsql_type_same(from, to))
		return TSQL_CONV_SAME;
	f = class_of(from);
	t = class_of(to);
	if (f == C_DATE2 && t == C_DATE2 &&
	    ((from->base == TSQL_TY_DATE && to->base == TSQL_TY_TIME) ||
		(from->base == TSQL_TY_TIME && to->base == TSQL_TY_DATE)))
		return TSQL_CONV_NONE;
	if (f == C_STRING && tsql_is_money(to) && tsql_is_unicode(from))
		return TSQL_CONV_IMPLICIT;
	if (f == C_BINARY && t == C_NUMBER && tsql_is_float(to))
		return TSQL_CONV_NONE;
	if (f == C_NUMBER && t == C_ROWVERSION && tsql_is_float(from))
		return TSQL_CONV_NONE;
	if (f == C_CLR && t == C_CLR)
		return TSQL_CONV_NONE;
	return (enum tsql_conversion)chart[f][t];
}
