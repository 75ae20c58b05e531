#include <ctype.h>
#include <stdio.h>

#include "tsql/emit_int.h"

/* Functions of strings. Positions count from 1 and are of characters; search
 * and replacement follow the collation of the arguments. */

static struct ex text_arg(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type t = tsql_type_sized(TSQL_TY_VARCHAR, TSQL_MAX);
	struct ex x = em_value(E, e);

	if (tsql_is_string(e->type) || tsql_is_binary(e->type))
		return x;
	if (e->type->base == TSQL_TY_NULL || x.null)
		return ex_cast(E, x, dialect_word(E->d, "text", "varchar"));
	return em_convert(E, x, e->type, &t, CONV_IMPLICIT, -1, e, e);
}

static struct ex int_arg(struct emit *E, struct tsql_expr *e)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_INT);
	struct ex x = em_value(E, e);

	if (x.null)
		return ex_cast_to(E, x, &t);
	if (tsql_is_integer(e->type) && e->type->base != TSQL_TY_BIT) {
		if (x.rep == REP_LOOSE && dialect_can(E->d, "strict_int"))
			return ex_cast_to(E, x, &t);
		return x;
	}
	return em_convert(E, x, e->type, &t, CONV_CAST, -1, e, e);
}

static struct tsql_expr *arg(struct tsql_expr *e, uint32_t i)
{
	return e->u.call.args.v[i];
}

static bool has_letters(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80 || isalpha((unsigned char)s[i]))
			return true;
	return false;
}

static bool folds_case(struct emit *E, const struct tsql_type *t)
{
	const struct tsql_collation *c = em_collation(E, t);

	return E->opt->collation != EMIT_LEAVE && !c->binary &&
	    !c->case_sensitive;
}

/* ---- length ---- */

static int byte_size(const struct tsql_type *t)
{
	switch (t->base) {
	case TSQL_TY_BIT:
	case TSQL_TY_TINYINT: return 1;
	case TSQL_TY_SMALLINT: return 2;
	case TSQL_TY_INT:
	case TSQL_TY_SMALLMONEY:
	case TSQL_TY_REAL:
	case TSQL_TY_SMALLDATETIME: return 4;
	case TSQL_TY_BIGINT:
	case TSQL_TY_MONEY:
	case TSQL_TY_FLOAT:
	case TSQL_TY_DATETIME: return 8;
	case TSQL_TY_DATE: return 3;
	case TSQL_TY_UNIQUEIDENTIFIER: return 16;
	case TSQL_TY_TIME: return t->scale < 3 ? 3 : t->scale < 5 ? 4 : 5;
	case TSQL_TY_DATETIME2: return t->scale < 3 ? 6 : t->scale < 5 ? 7 : 8;
	case TSQL_TY_DATETIMEOFFSET:
		return t->scale < 3 ? 8 : t->scale < 5 ? 9 : 10;
	default: return 0;
	}
}

static struct ex data_length(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = arg(e, 0);
	const struct tsql_type *t = v->type;
	struct ex x = em_value(E, v);

	if (tsql_is_binary(t))
		return ex_loose(ex_op1(E, "byte_length", e, x));
	if (tsql_is_string(t)) {
		const struct tsql_collation *c = em_collation(E, t);

		em_assume(E, v, EMIT_ASSUME_BYTES);
		if (tsql_is_unicode(t))
			return ex_loose(ex_op1(E, "utf16_length", e, x));
		if (c->utf8)
			return ex_loose(ex_op1(E, "utf8_length", e, x));
		em_count_of_bytes(E, t, e);
		return ex_loose(ex_call1(E, "length", x));
	}
	if (byte_size(t))
		return ex_op2(E, "unless_null", e, x, ex_int(E, byte_size(t)));
	return ex_manual(E, FINDING_UNTRANSLATED, e,
	    "DATALENGTH of a value of type %s", tsql_base_name(t->base));
}

/* ---- parts ---- */

static struct ex substring(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *a = &e->u.call.args;
	struct ex x = text_arg(E, a->v[0]), s, n;
	long long start;

	if (a->n < 3)
		n = ex_int(E, 8000);
	else
		n = int_arg(E, a->v[2]);
	s = int_arg(E, a->v[1]);
	if (tsql_is_binary(e->type))
		return ex_op3(E, "binary_substring", e, x, s, n);
	if (em_int_literal(a->v[1], &start) && start > 0 &&
	    (a->n < 3 || em_nonneg(a->v[2]) || !em_has_op(E, "left_any")))
		return ex_op3(E, "substring", e, x, s, n);
	return ex_op3(E, "substring_any", e, x, s, n);
}

static struct ex left_right(struct emit *E, struct tsql_expr *e)
{
	bool left = e->u.call.fn == TSQL_F_LEFT;
	struct ex x = text_arg(E, arg(e, 0)), n = int_arg(E, arg(e, 1));

	if (tsql_is_binary(arg(e, 0)->type))
		return ex_op2(
		    E, left ? "binary_left" : "binary_right", e, x, n);
	if (!em_nonneg(arg(e, 1)) && em_has_op(E, "left_any"))
		return ex_op2(E, left ? "left_any" : "right_any", e, x, n);
	return ex_op2(E, left ? "left" : "right", e, x, n);
}

static struct ex stuff(struct emit *E, struct tsql_expr *e)
{
	struct ex v[4];

	v[0] = text_arg(E, arg(e, 0));
	v[1] = int_arg(E, arg(e, 1));
	v[2] = int_arg(E, arg(e, 2));
	v[3] = arg(e, 3)->type->base == TSQL_TY_NULL ? ex_string(E, "", 0)
						     : text_arg(E, arg(e, 3));
	return ex_op(E, "stuff", e, 4, v);
}

/* ---- search and replacement ---- */

static struct ex charindex(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *what = arg(e, 0), *in = arg(e, 1);
	struct tsql_type t = tsql_type_compare(what->type, in->type);
	bool simple = what->h.kind == TSQL_E_STRING && what->u.lit.len;
	struct ex x, y;

	em_use(E, EMIT_USE_SEARCH, e);
	em_assume_search(E, in, what);
	if (!tsql_is_string(&t))
		t = *in->type;
	x = text_arg(E, in);
	y = text_arg(E, what);
	if (!simple || has_letters(what->u.lit.text, what->u.lit.len)) {
		x = em_fold_case(E, x, &t, in);
		y = em_fold_case(E, y, &t, what);
	}
	if (e->u.call.args.n > 2)
		x = ex_op3(E, "charindex_from", e, y, x, int_arg(E, arg(e, 2)));
	else
		x = ex_op2(E, simple ? "strpos" : "charindex", e, x, y);
	return ex_loose(x);
}

static struct ex regex_quoted(struct emit *E, const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	struct ex x;

	for (size_t i = 0; i < len; i++) {
		if (strchr("\\.+*?()|[]{}^$", s[i]))
			buf_addc(&b, '\\');
		buf_addc(&b, s[i]);
	}
	x = ex_string(E, buf_str(&b), b.len);
	buf_release(&b);
	return x;
}

/* What is searched for and replaced keeps its accents in the target. */
static void without_accents(
    struct emit *E, const struct tsql_type *t, const struct tsql_expr *e)
{
	const struct tsql_collation *c = em_collation(E, t);

	if (!c->binary && !c->accent_sensitive &&
	    E->opt->collation == EMIT_EXACT)
		em_differs(E, FINDING_APPROXIMATE, e,
		    "%s finds letters with any accent under %s, in the target "
		    "only with the same one",
		    tsql_function_get(e->u.call.fn)->name, c->name);
}

static struct ex replace(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *in = arg(e, 0), *what = arg(e, 1), *by = arg(e, 2);
	struct tsql_type t = tsql_type_compare(in->type, what->type);
	bool lit = what->h.kind == TSQL_E_STRING;
	struct ex x = text_arg(E, in), y, z;

	em_use(E, EMIT_USE_REPLACE, e);
	em_assume_search(E, in, what);
	if (!tsql_is_string(&t))
		t = *in->type;
	if (!lit || has_letters(what->u.lit.text, what->u.lit.len))
		without_accents(E, &t, e);
	y = text_arg(E, what);
	z = text_arg(E, by);
	if (!folds_case(E, &t) ||
	    (lit && !has_letters(what->u.lit.text, what->u.lit.len)))
		return ex_call3(E, "replace", x, y, z);
	if (lit) {
		y = regex_quoted(E, what->u.lit.text, what->u.lit.len);
		if (by->h.kind != TSQL_E_STRING ||
		    memchr(by->u.lit.text, '\\', by->u.lit.len))
			z = ex_op1(E, "regex_replacement", e, z);
		return ex_op3(E, "regex_replace_all", e, x, y, z);
	}
	return ex_op3(E, "replace_fold", e, x, y, z);
}

static void add_both_cases(struct buf *from, struct buf *to, const char *s,
    size_t n, const char *t, size_t m)
{
	if (n == 1 && isalpha((unsigned char)*s)) {
		buf_addc(from, (char)tolower((unsigned char)*s));
		buf_add(to, t, m);
		buf_addc(from, (char)toupper((unsigned char)*s));
	} else {
		buf_add(from, s, n);
	}
	buf_add(to, t, m);
}

static size_t one_char(const char *s, const char *end)
{
	size_t n = 1;

	while (s + n < end && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static struct ex translate(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *in = arg(e, 0), *f = arg(e, 1), *t = arg(e, 2);
	struct buf from = BUF_INIT, to = BUF_INIT;
	const char *s, *r, *se, *re;
	bool wide = false;
	struct ex x;

	if (f->h.kind != TSQL_E_STRING || t->h.kind != TSQL_E_STRING)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "TRANSLATE with characters from data");
	s = f->u.lit.text;
	se = s + f->u.lit.len;
	if (has_letters(s, f->u.lit.len))
		without_accents(E, in->type, e);
	r = t->u.lit.text;
	re = r + t->u.lit.len;
	while (s < se && r < re) {
		size_t n = one_char(s, se), m = one_char(r, re);

		wide = wide || n > 1;
		if (folds_case(E, in->type))
			add_both_cases(&from, &to, s, n, r, m);
		else {
			buf_add(&from, s, n);
			buf_add(&to, r, m);
		}
		s += n;
		r += m;
	}
	if (wide && folds_case(E, in->type))
		em_differs(E, FINDING_APPROXIMATE, e,
		    "TRANSLATE folds the case of ASCII letters only");
	x = ex_call3(E, "translate", text_arg(E, in),
	    ex_string(E, buf_str(&from), from.len),
	    ex_string(E, buf_str(&to), to.len));
	buf_release(&from);
	buf_release(&to);
	return x;
}

/* ---- making ---- */

/* How long a value's text may be, as far as its type says. */
static long long most_of(const struct tsql_type *t)
{
	int width = em_text_width(t);

	if (tsql_is_string(t))
		return t->length > 0 ? t->length : 0;
	return width > 0 ? width : 0;
}

static struct ex concat(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *a = &e->u.call.args;
	long long longest = 0;
	struct ex *v = arena_alloc(E->a, st_mul(a->n, sizeof(*v)));

	em_use(E, EMIT_USE_CONCAT_NULL, e);
	for (uint32_t i = 0; i < a->n; i++) {
		v[i] = text_arg(E, a->v[i]);
		longest += most_of(a->v[i]->type);
	}
	/* No separator is an empty one. */
	if (e->u.call.fn == TSQL_F_CONCAT_WS &&
	    a->v[0]->h.kind != TSQL_E_STRING)
		v[0] = ex_call2(E, "coalesce", v[0], ex_string(E, "", 0));
	if (e->u.call.fn == TSQL_F_CONCAT)
		return em_cut_long(
		    E, ex_call(E, "concat", a->n, v), e->type, longest);
	if (a->n > 2)
		longest += (a->n - 3) * most_of(a->v[0]->type);
	return em_cut_long(
	    E, ex_call(E, "concat_ws", a->n, v), e->type, longest);
}

/* The most that a count can be: 5 - LEN(x) is 5. */
static long long most_times(const struct tsql_expr *e)
{
	long long n;

	if (e->h.kind == TSQL_E_ARITH && e->op == TSQL_OP_SUB &&
	    em_nonneg(e->u.binary.r))
		return most_times(e->u.binary.l);
	if (em_int_literal(e, &n))
		return n;
	return e->type->base == TSQL_TY_TINYINT ? 255 : INT32_MAX;
}

static struct ex replicate(struct emit *E, struct tsql_expr *e)
{
	struct ex x = text_arg(E, arg(e, 0)), n = int_arg(E, arg(e, 1));
	long long each = most_of(arg(e, 0)->type), times;

	if (em_int_literal(arg(e, 1), &times) && times >= 0)
		return em_cut_long(
		    E, ex_call2(E, "repeat", x, n), e->type, each * times);
	return em_cut_long(E, ex_op2(E, "replicate", e, x, n), e->type,
	    each * most_times(arg(e, 1)));
}

/* Code page 1252 at 0x80 to 0x9f; 0: undefined. */
static const uint16_t cp1252[32] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026,
    0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
    0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178};

/* NCHAR goes further than 16 bits where the database does. */
static long long last_of(struct emit *E)
{
	return em_collation(E, NULL)->supplementary ? 0x10ffff : 0xffff;
}

static struct ex char_fn(struct emit *E, struct tsql_expr *e)
{
	bool wide = e->u.call.fn == TSQL_F_NCHAR;
	long long n;

	if (em_int_literal(arg(e, 0), &n)) {
		if (n < 0 || n > (wide ? last_of(E) : 255))
			return ex_null(E);
		if (!wide && n >= 0x80)
			em_bytes_of_text(E, e->type, e);
		if (!wide && n >= 0x80 && n < 0xa0 && cp1252[n - 0x80])
			n = cp1252[n - 0x80];
		return ex_call1(E, "chr", ex_int(E, n));
	}
	em_bytes_of_text(E, e->type, e);
	return ex_op1(E, wide ? "nchar" : "char", e, int_arg(E, arg(e, 0)));
}

static struct ex trim(struct emit *E, struct tsql_expr *e)
{
	static const char *const key[] = {
	    "trim", "trim", "ltrim", "rtrim", "trim"};
	struct tsql_exprs *a = &e->u.call.args;
	enum tsql_fn fn = e->u.call.fn;
	const char *op;
	struct ex x, chars;

	if (fn == TSQL_F_LTRIM)
		op = "ltrim";
	else if (fn == TSQL_F_RTRIM)
		op = "rtrim";
	else
		op = key[e->u.call.trim <= 4 ? e->u.call.trim : 0];
	if (fn == TSQL_F_TRIM && a->n == 2) {
		x = text_arg(E, a->v[1]);
		chars = text_arg(E, a->v[0]);
	} else {
		x = text_arg(E, a->v[0]);
		chars = a->n == 2 ? text_arg(E, a->v[1]) : ex_string(E, " ", 1);
	}
	return ex_call2(E,
	    !strcmp(op, "trim") ? dialect_word(E->d, "trim", "trim") : op, x,
	    chars);
}

static struct ex str(struct emit *E, struct tsql_expr *e)
{
	struct tsql_exprs *a = &e->u.call.args;
	struct ex v[3];
	long long n;

	for (uint32_t i = 1; i < a->n; i++)
		if (!em_int_literal(a->v[i], &n))
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "STR with a length from data");
	v[0] = em_value(E, a->v[0]);
	if (!tsql_is_number(a->v[0]->type)) {
		struct tsql_type t = tsql_type_make(TSQL_TY_FLOAT);

		v[0] = em_convert(
		    E, v[0], a->v[0]->type, &t, CONV_CAST, -1, a->v[0], e);
	}
	v[1] = a->n > 1 ? em_value(E, a->v[1]) : ex_int(E, 10);
	v[2] = a->n > 2 ? em_value(E, a->v[2]) : ex_int(E, 0);
	return ex_op(E, "str", e, 3, v);
}

static struct ex quote_name(struct emit *E, struct tsql_expr *e)
{
	const char *open = "[", *close = "]";
	struct ex x = text_arg(E, arg(e, 0));
	struct doc_when w;

	if (e->u.call.args.n > 1) {
		struct tsql_expr *q = arg(e, 1);
		const char *p;

		if (q->h.kind != TSQL_E_STRING || q->u.lit.len < 1)
			return ex_manual(E, FINDING_UNTRANSLATED, e,
			    "QUOTENAME with a character from data");
		p = strchr("[](){}<>''\"\"``", *q->u.lit.text);
		if (!p)
			return ex_cast(E, ex_null(E),
			    dialect_word(E->d, "text", "varchar"));
		switch (*q->u.lit.text) {
		case '(':
		case ')': open = "(", close = ")"; break;
		case '{':
		case '}': open = "{", close = "}"; break;
		case '<':
		case '>': open = "<", close = ">"; break;
		case '\'': open = close = "'"; break;
		case '"': open = close = "\""; break;
		case '`': open = close = "`"; break;
		default: break;
		}
	}
	x = ex_op3(E, "quotename", e, x, ex_string(E, open, 1),
	    ex_string(E, close, 1));
	/* No name is longer than 128 characters. */
	if (most_of(arg(e, 0)->type) <= 128 &&
	    arg(e, 0)->type->length != TSQL_MAX)
		return x;
	w.when = ex_infix(E, ex_call1(E, "length", text_arg(E, arg(e, 0))),
	    "<=", ex_int(E, 128), P_CMP)
		     .d;
	w.then = x.d;
	return ex_make(doc_case(E->a, NULL, &w, 1, NULL), P_PRIMARY);
}

static struct ex hash_bytes(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *alg = arg(e, 0), *v = arg(e, 1);
	char key[48], name[16] = "";
	struct ex x;

	if (alg->h.kind != TSQL_E_STRING || alg->u.lit.len >= sizeof(name))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "HASHBYTES with an algorithm from data");
	for (uint32_t i = 0; i < alg->u.lit.len; i++)
		name[i] = (char)tolower((unsigned char)alg->u.lit.text[i]);
	em_bytes_of_text(E, v->type, e);
	if (tsql_is_string(v->type))
		em_assume(E, v, EMIT_ASSUME_BYTES);
	if (tsql_is_string(v->type))
		x = ex_op1(E,
		    tsql_is_unicode(v->type) ? "nvarchar_to_binary"
					     : "varchar_to_binary",
		    e, em_value(E, v));
	else
		x = em_value(E, v);
	snprintf(key, sizeof(key), "hash_%s", name);
	return ex_op1(E, key, e, x);
}

static bool counts_units(enum tsql_fn fn)
{
	switch (fn) {
	case TSQL_F_LEN:
	case TSQL_F_SUBSTRING:
	case TSQL_F_LEFT:
	case TSQL_F_RIGHT:
	case TSQL_F_STUFF:
	case TSQL_F_REVERSE:
	case TSQL_F_UNICODE: return true;
	default: return false;
	}
}

bool em_string_fn(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	long long n;
	struct tsql_exprs *a = &e->u.call.args;
	struct ex x;

	if (counts_units(e->u.call.fn))
		em_assume(E, a->v[0], EMIT_ASSUME_UNITS);
	switch (e->u.call.fn) {
	case TSQL_F_LEN:
		em_use(E, EMIT_USE_LEN, e);
		x = text_arg(E, a->v[0]);
		*out = ex_loose(ex_op1(E,
		    tsql_is_binary(a->v[0]->type) ? "byte_length" : "len", e,
		    x));
		return true;
	case TSQL_F_DATALENGTH: *out = data_length(E, e); return true;
	case TSQL_F_STRING_ESCAPE:
		if (arg(e, 1)->h.kind != TSQL_E_STRING ||
		    arg(e, 1)->u.lit.len != 4 ||
		    strncasecmp(arg(e, 1)->u.lit.text, "json", 4))
			return false;
		*out = ex_op1(E, "json_escape", e, text_arg(E, arg(e, 0)));
		return true;
	case TSQL_F_PARSENAME:
		*out = ex_op2(E, "parsename", e, text_arg(E, arg(e, 0)),
		    int_arg(E, arg(e, 1)));
		return true;
	case TSQL_F_SUBSTRING: *out = substring(E, e); return true;
	case TSQL_F_LEFT:
	case TSQL_F_RIGHT: *out = left_right(E, e); return true;
	case TSQL_F_STUFF: *out = stuff(E, e); return true;
	case TSQL_F_CHARINDEX: *out = charindex(E, e); return true;
	case TSQL_F_PATINDEX: *out = em_patindex(E, e); return true;
	case TSQL_F_REPLACE: *out = replace(E, e); return true;
	case TSQL_F_TRANSLATE: *out = translate(E, e); return true;
	case TSQL_F_CONCAT:
	case TSQL_F_CONCAT_WS: *out = concat(E, e); return true;
	case TSQL_F_REPLICATE: *out = replicate(E, e); return true;
	case TSQL_F_SPACE:
		*out = em_int_literal(a->v[0], &n) && n >= 0
		    ? ex_call2(E, "repeat", ex_string(E, " ", 1),
			  int_arg(E, a->v[0]))
		    : ex_op2(E, "replicate", e, ex_string(E, " ", 1),
			  int_arg(E, a->v[0]));
		return true;
	case TSQL_F_CHAR_:
	case TSQL_F_NCHAR: *out = char_fn(E, e); return true;
	case TSQL_F_ASCII:
		em_bytes_of_text(E, a->v[0]->type, e);
		/* fall through */
	case TSQL_F_UNICODE:
		*out = ex_loose(ex_op1(E,
		    e->u.call.fn == TSQL_F_ASCII ? "ascii" : "unicode", e,
		    text_arg(E, a->v[0])));
		return true;
	case TSQL_F_UPPER:
	case TSQL_F_LOWER:
		*out =
		    ex_op1(E, e->u.call.fn == TSQL_F_UPPER ? "upper" : "lower",
			e, text_arg(E, a->v[0]));
		return true;
	case TSQL_F_LTRIM:
	case TSQL_F_RTRIM:
	case TSQL_F_TRIM: *out = trim(E, e); return true;
	case TSQL_F_REVERSE:
		*out = ex_call1(E, "reverse", text_arg(E, a->v[0]));
		return true;
	case TSQL_F_STR: *out = str(E, e); return true;
	case TSQL_F_QUOTENAME: *out = quote_name(E, e); return true;
	case TSQL_F_FORMAT: *out = em_format(E, e); return true;
	case TSQL_F_HASHBYTES: *out = hash_bytes(E, e); return true;
	case TSQL_F_ISNUMERIC:
		*out = ex_op1(E, "isnumeric", e, text_arg(E, a->v[0]));
		return true;
	default: return false;
	}
}
