#include <ctype.h>

#include "tsql/emit_int.h"
#include "tsql/parse.h"

/*
 * Strings compare by keys. Under the default collation 'Bob' = 'bob ': the
 * key has no trailing blanks and no case. Values are shown as they are.
 */

const struct tsql_collation *em_collation(
    struct emit *E, const struct tsql_type *t)
{
	if (t && t->collation)
		return t->collation;
	if (E->cat && E->cat->collation)
		return E->cat->collation;
	return tsql_collation_default();
}

static enum fold fold_of(struct emit *E, const struct tsql_type *t)
{
	const struct tsql_collation *c = em_collation(E, t);

	if (E->opt->collation == EMIT_LEAVE)
		return FOLD_NONE;
	if (E->opt->collation == EMIT_FOLD)
		return FOLD_CASE;
	if (c->binary)
		return FOLD_TRIM;
	/* Their i has a dot in either case: I is not i. */
	if (!c->case_sensitive &&
	    (!strncasecmp(c->name, "turkish", 7) ||
		!strncasecmp(c->name, "azeri_latin", 11)))
		em_differs(E, FINDING_COLLATION, NULL,
		    "under %s I and i are two letters, in the target one",
		    c->name);
	if (c->case_sensitive)
		return c->accent_sensitive ? FOLD_TRIM : FOLD_ACCENT;
	return c->accent_sensitive ? FOLD_CASE : FOLD_CASE_ACCENT;
}

/*
 * Can the text have letters that compare as others do in Windows collations,
 * which Unicode text always follows: ß as ss, wide ones as narrow ones?
 */
static bool wide_letters(struct emit *E, const struct tsql_type *t)
{
	const struct tsql_collation *c = em_collation(E, t);

	return E->opt->collation == EMIT_EXACT && !c->binary &&
	    (tsql_is_unicode(t) || c->utf8 || !c->sql);
}

/* Case and accents folded, and with them all that the collation holds for
 * the same. */
static struct ex fold_text(struct emit *E, struct ex x,
    const struct tsql_type *t, enum fold f, const struct tsql_expr *e)
{
	const struct tsql_collation *c = em_collation(E, t);

	if (!c->binary &&
	    (f == FOLD_TRIM || f == FOLD_ACCENT || c->width_sensitive ||
		c->kana_sensitive))
		em_assume(E, e, EMIT_ASSUME_LETTERS);
	if (f == FOLD_TRIM)
		return x;
	if (f == FOLD_ACCENT || !wide_letters(E, t) || c->width_sensitive ||
	    c->kana_sensitive || !em_has_op(E, "fold_text"))
		return ex_op1(E,
		    f == FOLD_CASE		? "fold_case"
			: f == FOLD_CASE_ACCENT ? "fold_case_accent"
						: "fold_accent",
		    NULL, x);
	x = ex_op2(E, "fold_text", NULL, x, ex_int(E, c->version));
	return f == FOLD_CASE ? x : ex_op1(E, "fold_accent", NULL, x);
}

bool em_folds(struct emit *E, const struct tsql_type *t)
{
	return tsql_is_string(t) && fold_of(E, t) != FOLD_NONE;
}

/* ---- literals ---- */

static bool is_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= 0x80)
			return false;
	return true;
}

/* No letter, so no case: only the blanks of the other side matter. */
bool em_caseless(const struct tsql_expr *e)
{
	if (!e || e->h.kind != TSQL_E_STRING)
		return false;
	for (uint32_t i = 0; i < e->u.lit.len; i++) {
		unsigned char c = (unsigned char)e->u.lit.text[i];

		if (c >= 0x80 || isalpha(c))
			return false;
	}
	return true;
}

static struct ex literal_key(
    struct emit *E, const struct tsql_expr *e, enum fold f, bool trim)
{
	const char *s = e->u.lit.text;
	size_t len = e->u.lit.len;
	struct buf b = BUF_INIT;
	struct ex x;

	while (trim && len && s[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len; i++)
		buf_addc(&b,
		    f == FOLD_CASE || f == FOLD_CASE_ACCENT
			? (char)tolower((unsigned char)s[i])
			: s[i]);
	x = ex_string(E, buf_str(&b), b.len);
	buf_release(&b);
	return x;
}

static bool calls(const struct tsql_expr *e, enum tsql_fn fn)
{
	return e && e->h.kind == TSQL_E_CALL && e->u.call.fn == fn;
}

/* ---- keys ---- */

struct ex em_fold_case(
    struct emit *E, struct ex x, const struct tsql_type *t, struct tsql_expr *e)
{
	enum fold f = fold_of(E, t);

	if (x.null || f == FOLD_NONE || f == FOLD_TRIM)
		return x;
	if (e && e->h.kind == TSQL_E_STRING &&
	    is_ascii(e->u.lit.text, e->u.lit.len))
		return literal_key(E, e, f, false);
	return ex_op1(E,
	    f == FOLD_CASE		? "fold_case"
		: f == FOLD_CASE_ACCENT ? "fold_case_accent"
					: "fold_accent",
	    NULL, x);
}

struct ex em_key(
    struct emit *E, struct ex x, const struct tsql_type *t, struct tsql_expr *e)
{
	enum fold f = fold_of(E, t);

	if (x.null || f == FOLD_NONE)
		return x;
	if (e && e->h.kind == TSQL_E_STRING &&
	    is_ascii(e->u.lit.text, e->u.lit.len))
		return literal_key(E, e, f, E->opt->collation == EMIT_EXACT);
	/* A GUID, number or date as text has one spelling. */
	if (e && (e->h.kind == TSQL_E_CAST || e->h.kind == TSQL_E_CONVERT) &&
	    f != FOLD_CASE_ACCENT && tsql_is_number(e->u.cast.e->type))
		return x;
	if (e && e->h.kind == TSQL_E_STRING)
		x = literal_key(
		    E, e, FOLD_TRIM, E->opt->collation == EMIT_EXACT);
	else if (E->opt->collation == EMIT_EXACT && !calls(e, TSQL_F_RTRIM) &&
	    !(calls(e, TSQL_F_TRIM) && e->u.call.args.n == 1))
		x = ex_op1(E, "trim_end", NULL, x);
	return fold_text(E, x, t, f, e);
}

struct ex em_trim_key(
    struct emit *E, struct ex x, const struct tsql_type *t, struct tsql_expr *e)
{
	enum fold f = fold_of(E, t);

	if (x.null || f == FOLD_NONE || E->opt->collation != EMIT_EXACT)
		return x;
	if (e && e->h.kind == TSQL_E_STRING)
		return literal_key(E, e, FOLD_TRIM, true);
	if (calls(e, TSQL_F_RTRIM))
		return x;
	return ex_op1(E, "trim_end", NULL, x);
}

/* Is the order of the values what every engine has: digits, dates? */
static bool plain_order(const struct tsql_expr *e)
{
	if (!e)
		return false;
	if (e->h.kind == TSQL_E_STRING) {
		for (uint32_t i = 0; i < e->u.lit.len; i++)
			if (!isalnum((unsigned char)e->u.lit.text[i]))
				return false;
		return true;
	}
	return (e->h.kind == TSQL_E_CAST || e->h.kind == TSQL_E_CONVERT) &&
	    !tsql_is_string(e->u.cast.e->type);
}

struct ex em_order_key(struct emit *E, struct ex x, const struct tsql_type *t,
    struct tsql_expr *e, const void *node)
{
	const struct tsql_collation *c = em_collation(E, t);

	if (x.null || E->opt->collation == EMIT_LEAVE)
		return x;
	if (c->binary)
		return ex_op1(
		    E, "order_binary", node, ex_op1(E, "trim_end", NULL, x));
	if (!plain_order(e))
		em_differs(E, FINDING_STRING_ORDER, node ? node : (void *)e,
		    "strings are ordered as ICU does; %s places some "
		    "punctuation and symbols elsewhere",
		    c->name ? c->name : "the collation");
	return ex_op1(E, "order_text", node, em_key(E, x, t, e));
}

/* ---- values with one spelling ---- */

static bool distinct_literals(const struct tsql_expr *const *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct tsql_expr *a = v[i], *b = v[j];
			uint32_t x = a->u.lit.len, y = b->u.lit.len;

			while (x && a->u.lit.text[x - 1] == ' ')
				x--;
			while (y && b->u.lit.text[y - 1] == ' ')
				y--;
			if (x == y &&
			    !strncasecmp(a->u.lit.text, b->u.lit.text, x) &&
			    (a->u.lit.len != b->u.lit.len ||
				memcmp(a->u.lit.text, b->u.lit.text, x)))
				return false;
		}
	return true;
}

/* The literals that a CASE (IIF, ISNULL of one) can give; -1 if others. */
static int literals_of(
    const struct tsql_expr *e, const struct tsql_expr **v, int n, int max)
{
	if (!e || e->h.kind == TSQL_E_NULL)
		return n;
	if (e->h.kind == TSQL_E_STRING) {
		if (n >= max)
			return -1;
		v[n] = e;
		return n + 1;
	}
	if (e->h.kind == TSQL_E_CASE) {
		for (uint32_t i = 0; n >= 0 && i < e->u.kase.nwhen; i++)
			n = literals_of(e->u.kase.when[i]->then, v, n, max);
		return n < 0 ? n : literals_of(e->u.kase.otherwise, v, n, max);
	}
	if (calls(e, TSQL_F_IIF)) {
		n = literals_of(e->u.call.args.v[1], v, n, max);
		return n < 0 ? n : literals_of(e->u.call.args.v[2], v, n, max);
	}
	return -1;
}

bool em_canonical(struct emit *E, const struct tsql_expr *e)
{
	const struct tsql_expr *v[64];
	const struct tsql_colref *c;
	int n;

	if (!e || !tsql_is_string(e->type))
		return true;
	if (fold_of(E, e->type) == FOLD_NONE)
		return true;
	n = literals_of(e, v, 0, 64);
	if (n >= 0)
		return distinct_literals(v, (uint32_t)n);
	if (e->h.kind == TSQL_E_CAST || e->h.kind == TSQL_E_CONVERT)
		return !tsql_is_string(e->u.cast.e->type) &&
		    !tsql_is_binary(e->u.cast.e->type);
	if (calls(e, TSQL_F_DATENAME) || calls(e, TSQL_F_STR))
		return true;
	if (calls(e, TSQL_F_FORMAT))
		return true;
	/* So is a computed column of a table. */
	c = tsql_colref(e);
	if (c && c->column && c->column->computed) {
		struct tsql_expr *x = tsql_parse_expr(E->a, c->column->computed,
		    strlen(c->column->computed), NULL);

		n = literals_of(x, v, 0, 64);
		return n > 0 && distinct_literals(v, (uint32_t)n);
	}
	/* A column of a derived table or CTE is what it was made of. */
	if (c && c->column && c->column->expr && c->source->query &&
	    c->source->query->h.kind == TSQL_Q_SELECT && E->depth < 200) {
		bool yes;

		E->depth++;
		yes = em_canonical(E, c->column->expr);
		E->depth--;
		return yes;
	}
	return false;
}

/* ---- LIKE ---- */

enum tok { T_TEXT, T_ANY, T_ONE, T_SET };

struct pattern {
	struct {
		enum tok kind;
		const char *s;
		size_t len;
		bool not ;
	} v[256];
	size_t n;
	bool sets, ranges, bad;
};

static void add_tok(struct pattern *p, enum tok kind, const char *s, size_t len)
{
	if (p->n == ARRAY_SIZE(p->v)) {
		p->bad = true;
		return;
	}
	p->v[p->n].kind = kind;
	p->v[p->n].s = s;
	p->v[p->n].len = len;
	p->v[p->n++].not = false;
}

static size_t char_len(const char *s, const char *end)
{
	size_t n = 1;

	while (s + n < end && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void read_pattern(
    struct pattern *p, const char *s, size_t len, char escape)
{
	const char *end = s + len;

	memset(p, 0, sizeof(*p));
	while (s < end) {
		size_t w = char_len(s, end);

		if (escape && *s == escape && s + 1 < end) {
			s++;
			w = char_len(s, end);
			add_tok(p, T_TEXT, s, w);
		} else if (*s == '%') {
			if (!p->n || p->v[p->n - 1].kind != T_ANY)
				add_tok(p, T_ANY, s, 1);
		} else if (*s == '_') {
			add_tok(p, T_ONE, s, 1);
		} else if (*s == '[') {
			const char *in = s + 1, *e;
			bool not = in < end && *in == '^';

			if (not )
				in++;
			e = memchr(in, ']', (size_t)(end - in));
			/* An open set, or an empty one: nothing is like it */
			if (!e || (e == in && !not )) {
				p->bad = true;
				return;
			}
			/* [%] [_] [[] and [x] are the character itself */
			if (!not &&e > in &&
			    char_len(in, e) == (size_t)(e - in)) {
				add_tok(p, T_TEXT, in, (size_t)(e - in));
			} else {
				add_tok(p, T_SET, in, (size_t)(e - in));
				p->v[p->n - 1].not = not ;
				p->sets = true;
			}
			w = (size_t)(e + 1 - s);
		} else {
			add_tok(p, T_TEXT, s, w);
		}
		s += w;
	}
}

static void fold_char(struct buf *b, const char *s, size_t len, bool lower)
{
	for (size_t i = 0; i < len; i++)
		buf_addc(b,
		    lower && len == 1 ? (char)tolower((unsigned char)s[i])
				      : s[i]);
}

/* Letters with accents sort behind their letter: [a-e] holds à, not é. */
static void accents(struct buf *b, char lo, char hi)
{
	static const struct {
		char base;
		const char *more;
	} t[] = {
	    {'a', "àáâãäåæ"},
	    {'c', "ç"},
	    {'d', "ð"},
	    {'e', "èéêë"},
	    {'i', "ìíîï"},
	    {'n', "ñ"},
	    {'o', "òóôõöø"},
	    {'s', "ß"},
	    {'u', "ùúûü"},
	    {'y', "ýÿ"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (t[i].base >= lo && t[i].base < hi)
			buf_adds(b, t[i].more);
}

static void set_regex(struct pattern *p, size_t i, bool lower, struct buf *b)
{
	const char *s = p->v[i].s, *end = s + p->v[i].len;

	buf_addc(b, '[');
	if (p->v[i].not )
		buf_addc(b, '^');
	while (s < end) {
		size_t w = char_len(s, end);
		bool range = s + w < end && s[w] == '-' && s + w + 1 < end;

		if (strchr("\\]^-[", *s))
			buf_addc(b, '\\');
		fold_char(b, s, w, lower);
		if (range) {
			size_t v = char_len(s + w + 1, end);
			char lo = (char)tolower((unsigned char)*s),
			     hi = (char)tolower((unsigned char)s[w + 1]);

			buf_addc(b, '-');
			if (strchr("\\]^-[", s[w + 1]))
				buf_addc(b, '\\');
			fold_char(b, s + w + 1, v, lower);
			if (w == 1 && v == 1 && isalpha((unsigned char)*s)) {
				p->ranges = true;
				if (lower)
					accents(b, lo, hi);
			}
			s += w + 1 + v;
		} else {
			s += w;
		}
	}
	buf_addc(b, ']');
}

static void to_regex(
    struct pattern *p, size_t from, size_t to, bool lower, struct buf *b)
{
	for (size_t i = from; i < to; i++) {
		switch (p->v[i].kind) {
		case T_ANY: buf_adds(b, ".*"); break;
		case T_ONE: buf_addc(b, '.'); break;
		case T_SET: set_regex(p, i, lower, b); break;
		case T_TEXT:
			if (strchr("\\.+*?()|[]{}^$", *p->v[i].s))
				buf_addc(b, '\\');
			fold_char(b, p->v[i].s, p->v[i].len, lower);
			break;
		}
	}
}

/* The pattern for the target's own LIKE. *escaped: it needs an escape. */
static void to_like(struct pattern *p, bool lower, struct buf *b, bool *escaped)
{
	*escaped = false;
	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].kind == T_ANY) {
			buf_addc(b, '%');
		} else if (p->v[i].kind == T_ONE) {
			buf_addc(b, '_');
		} else {
			if (strchr("%_!\\", *p->v[i].s)) {
				*escaped = true;
				if (*p->v[i].s != '\\')
					buf_addc(b, '!');
			}
			fold_char(b, p->v[i].s, p->v[i].len, lower);
		}
	}
}

static struct ex apply_not(struct emit *E, struct ex x, bool not )
{
	if (!not )
		return x;
	return ex_make(doc_join(E->a, doc_text(E->a, "not "),
			   ex_at(E, x, P_CMP + 1), DOC_END),
	    P_NOT);
}

/* As LIKE compares: the places of letters don't matter. */
static struct ex like_fold(
    struct emit *E, struct ex x, const struct tsql_type *t, struct tsql_expr *e)
{
	enum fold f = fold_of(E, t);

	if (x.null || (f != FOLD_CASE && f != FOLD_CASE_ACCENT) ||
	    (e && e->h.kind == TSQL_E_STRING))
		return em_fold_case(E, x, t, e);
	return fold_text(E, x, t, f, e);
}

static struct ex like_literal(
    struct emit *E, struct tsql_expr *e, const struct tsql_type *t, char escape)
{
	struct tsql_expr *v = e->u.like.e, *pat = e->u.like.pattern;
	bool not = e->h.flags & TSQL_NOT, lower, escaped, trim, blank_end;
	enum fold f = fold_of(E, t);
	struct pattern *p = arena_alloc(E->a, sizeof(*p));
	struct buf b = BUF_INIT;
	struct ex x, pattern;
	enum tok last;

	read_pattern(p, pat->u.lit.text, pat->u.lit.len, escape);
	if (p->bad)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "a LIKE pattern that can't be read");
	lower = f == FOLD_CASE || f == FOLD_CASE_ACCENT;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].kind == T_ONE || p->v[i].kind == T_SET)
			em_assume(E, v, EMIT_ASSUME_UNITS);
	x = em_value_as(E, v, t);
	/* Of varchar the trailing blanks don't count. */
	last = p->n ? p->v[p->n - 1].kind : T_TEXT;
	blank_end = p->n && last == T_TEXT && p->v[p->n - 1].len == 1 &&
	    *p->v[p->n - 1].s == ' ';
	trim = !tsql_is_unicode(t) && last != T_ANY &&
	    E->opt->collation == EMIT_EXACT;
	if (trim && !p->sets && !blank_end && last != T_ONE) {
		x = ex_op1(E, "trim_end", NULL, x);
		trim = false;
	}
	x = like_fold(E, x, t, NULL);
	if (p->sets || trim || !is_ascii(pat->u.lit.text, pat->u.lit.len)) {
		bool non_ascii = !p->sets && !trim;

		if (non_ascii) {
			/* lower() of the target folds the pattern too */
			to_like(p, false, &b, &escaped);
			pattern = like_fold(
			    E, ex_string(E, buf_str(&b), b.len), t, NULL);
			goto plain;
		}
		to_regex(p, 0, p->n, lower, &b);
		if (trim)
			buf_adds(&b, " *");
		if (p->ranges && !em_collation(E, t)->binary &&
		    em_collation(E, t)->case_sensitive)
			em_differs(E, FINDING_APPROXIMATE, e,
			    "a range of letters follows the order of the "
			    "collation, in the target that of code points");
		x = ex_op2(
		    E, "regex_full", e, x, ex_string(E, buf_str(&b), b.len));
		buf_release(&b);
		return apply_not(E, x, not );
	}
	to_like(p, lower, &b, &escaped);
	pattern = ex_string(E, buf_str(&b), b.len);
plain:
	x = ex_make(
	    doc_join(E->a, ex_at(E, x, P_OTHER),
		doc_text(E->a, not ? " not like " : " like "),
		ex_at(E, pattern, P_OTHER),
		escaped ? doc_text(E->a, " escape '!'") : NULL, DOC_END),
	    P_CMP);
	buf_release(&b);
	return x;
}

struct ex em_like(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.like.e, *pat = e->u.like.pattern;
	struct tsql_expr *esc = e->u.like.escape;
	bool not = e->h.flags & TSQL_NOT;
	struct tsql_type t = tsql_type_compare(v->type, pat->type);
	struct ex x;

	if (!tsql_is_string(&t)) {
		t = tsql_type_sized(TSQL_TY_VARCHAR, TSQL_MAX);
		tsql_collation_combine(&t, v->type, pat->type);
	}
	em_use(E, EMIT_USE_LIKE, e);
	if (esc && (esc->h.kind != TSQL_E_STRING || esc->u.lit.len != 1))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "LIKE with an escape that isn't one character");
	if (pat->h.kind == TSQL_E_STRING)
		return like_literal(E, e, &t, esc ? *esc->u.lit.text : 0);
	if (esc)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "LIKE with an escape and a pattern from data");
	em_differs(E, FINDING_APPROXIMATE, e,
	    "a LIKE pattern from data: brackets in it are plain characters "
	    "in the target");
	x = ex_op2(E, "like_data", e,
	    like_fold(E, em_value_as(E, v, &t), &t, v),
	    like_fold(E, em_value_as(E, pat, &t), &t, pat));
	return apply_not(E, x, not );
}

/* PATINDEX(pattern, text): where the pattern starts. */
struct ex em_patindex(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *pat = e->u.call.args.v[0], *v = e->u.call.args.v[1];
	struct tsql_type t = tsql_type_compare(v->type, pat->type);
	struct pattern *p = arena_alloc(E->a, sizeof(*p));
	bool lower, first, last, text = true;
	size_t from, to;
	struct buf b = BUF_INIT;
	enum fold f;
	struct ex x;

	if (!tsql_is_string(&t))
		t = *v->type;
	f = fold_of(E, &t);
	lower = f == FOLD_CASE || f == FOLD_CASE_ACCENT;
	em_use(E, EMIT_USE_SEARCH, e);
	em_assume_search(E, v, pat);
	if (pat->h.kind != TSQL_E_STRING)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "PATINDEX with a pattern from data");
	read_pattern(p, pat->u.lit.text, pat->u.lit.len, 0);
	if (p->bad || !p->n)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "a PATINDEX pattern that can't be read");
	first = p->v[0].kind == T_ANY;
	last = p->v[p->n - 1].kind == T_ANY;
	from = first;
	to = p->n - (last && p->n > 1);
	if (from >= to)
		from = to = 0;
	for (size_t i = from; i < to; i++)
		text = text && p->v[i].kind == T_TEXT;
	x = em_fold_case(E, em_value(E, v), &t, v);
	if (!first) {
		to_regex(p, 0, p->n, lower, &b);
		x = ex_op2(E, "patindex_anchored", e, x,
		    ex_string(E, buf_str(&b), b.len));
	} else if (text && last && to > from) {
		for (size_t i = from; i < to; i++)
			fold_char(&b, p->v[i].s, p->v[i].len, lower);
		x = ex_op2(E, "strpos", e, x, ex_string(E, buf_str(&b), b.len));
	} else {
		to_regex(p, from, to, lower, &b);
		if (!last)
			buf_addc(&b, '$');
		x = ex_op2(
		    E, "patindex", e, x, ex_string(E, buf_str(&b), b.len));
	}
	buf_release(&b);
	return ex_loose(x);
}
