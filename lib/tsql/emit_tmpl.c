#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "tsql/emit_int.h"

/* Making expressions: by hand, and from the dialect's templates. */

struct ex ex_make(struct doc *d, enum prec prec)
{
	return (struct ex){.d = d, .prec = (uint8_t)prec};
}

struct ex ex_text(struct emit *E, const char *text)
{
	return ex_make(doc_text(E->a, text), P_PRIMARY);
}

struct ex ex_textf(struct emit *E, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	struct ex x;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	x = ex_text(E, arena_strndup(E->a, buf_str(&b), b.len));
	buf_release(&b);
	return x;
}

struct ex ex_loose(struct ex x)
{
	x.rep = REP_LOOSE;
	return x;
}

/* A string literal. Backslashes are plain in standard strings; dialects where
 * they escape say so. */
struct ex ex_string(struct emit *E, const char *s, size_t len)
{
	bool escape = dialect_can(E->d, "backslash_escapes");
	struct buf b = BUF_INIT;
	struct ex x;

	buf_addc(&b, '\'');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\'')
			buf_adds(&b, escape ? "\\'" : "''");
		else if (s[i] == '\\' && escape)
			buf_adds(&b, "\\\\");
		else
			buf_addc(&b, s[i]);
	}
	buf_addc(&b, '\'');
	x = ex_make(doc_source(E->a, b.s, b.len), P_PRIMARY);
	buf_release(&b);
	return x;
}

struct ex ex_int(struct emit *E, long long n)
{
	struct ex x = ex_textf(E, "%lld", n);

	if (n < 0)
		x.prec = P_UNARY;
	return x;
}

struct ex ex_null(struct emit *E)
{
	struct ex x = ex_text(E, "null");

	x.null = true;
	return x;
}

struct doc *ex_at(struct emit *E, struct ex x, enum prec min)
{
	return x.prec >= min ? x.d : doc_paren(E->a, x.d);
}

struct ex ex_paren(struct emit *E, struct ex x)
{
	x.d = doc_paren(E->a, x.d);
	x.prec = P_PRIMARY;
	return x;
}

struct ex ex_infix(
    struct emit *E, struct ex l, const char *op, struct ex r, enum prec prec)
{
	return ex_make(
	    doc_infix(E->a, ex_at(E, l, prec == P_CMP ? prec + 1 : prec), op,
		ex_at(E, r, prec + 1)),
	    prec);
}

struct ex ex_call(struct emit *E, const char *fn, size_t n, const struct ex *v)
{
	struct docs l = {NULL, 0, 0};

	for (size_t i = 0; i < n; i++)
		docs_add(E->a, &l, v[i].d);
	return ex_make(doc_call(E->a, fn, &l), P_PRIMARY);
}

struct ex ex_call1(struct emit *E, const char *fn, struct ex x)
{
	return ex_call(E, fn, 1, &x);
}

struct ex ex_call2(struct emit *E, const char *fn, struct ex x, struct ex y)
{
	return ex_call(E, fn, 2, (struct ex[]){x, y});
}

struct ex ex_call3(
    struct emit *E, const char *fn, struct ex x, struct ex y, struct ex z)
{
	return ex_call(E, fn, 3, (struct ex[]){x, y, z});
}

struct ex ex_cast(struct emit *E, struct ex x, const char *type)
{
	return ex_make(
	    doc_cast(E->a, "cast", x.d, doc_text(E->a, type)), P_PRIMARY);
}

struct ex ex_cast_to(struct emit *E, struct ex x, const struct tsql_type *t)
{
	return ex_make(doc_cast(E->a, "cast", x.d, em_type(E, t)), P_PRIMARY);
}

struct ex ex_manual(struct emit *E, enum finding_code code, const void *node,
    const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	em_manual(E, code, node, "%s", buf_str(&b));
	buf_release(&b);
	return ex_null(E);
}

/* ---- templates ---- */

struct tmpl {
	struct emit *E;
	const char *s, *p;
	const struct ex *arg;
	size_t n;
	enum prec prec; /* the loosest operator outside parentheses */
};

/* How tightly the operator that starts at s binds; *len its length. */
static enum prec operator_at(const char *s, size_t *len)
{
	static const struct {
		const char *op;
		enum prec prec;
	} ops[] = {
	    {"::", P_PRIMARY},
	    {"||", P_OTHER},
	    {"//", P_MUL},
	    {"<<", P_OTHER},
	    {">>", P_OTHER},
	    {"<=", P_CMP},
	    {">=", P_CMP},
	    {"<>", P_CMP},
	    {"!=", P_CMP},
	    {"~*", P_CMP},
	    {"->", P_OTHER},
	    {"=", P_CMP},
	    {"<", P_CMP},
	    {">", P_CMP},
	    {"~", P_CMP},
	    {"+", P_ADD},
	    {"-", P_ADD},
	    {"*", P_MUL},
	    {"/", P_MUL},
	    {"%", P_MUL},
	    {"&", P_OTHER},
	    {"|", P_OTHER},
	    {"#", P_OTHER},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		*len = strlen(ops[i].op);
		if (!strncmp(s, ops[i].op, *len))
			return ops[i].prec;
	}
	*len = 0;
	return P_NONE;
}

static enum prec word_prec(const char *w, size_t n)
{
	static const struct {
		const char *word;
		enum prec prec;
	} words[] = {
	    {"or", P_OR},
	    {"and", P_AND},
	    {"not", P_NOT},
	    {"is", P_CMP},
	    {"in", P_CMP},
	    {"like", P_CMP},
	    {"between", P_CMP},
	    {"similar", P_CMP},
	    {"collate", P_COLLATE},
	    {"at", P_COLLATE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].word) == n && !strncmp(w, words[i].word, n))
			return words[i].prec;
	return P_NONE;
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* Is what stands before (after) a place in the template something that holds
 * its operand without parentheses? Else how tightly it pulls. */
static enum prec pull_before(const char *s, const char *p)
{
	static const char *const holds[] = {"when", "then", "else", "case",
	    "by", "distinct", "from", "for", "select", "as", "where", "on",
	    "all", "values", "interval"};
	const char *e;
	size_t len;
	enum prec prec;

	while (p > s && p[-1] == ' ')
		p--;
	if (p == s || p[-1] == '(' || p[-1] == ',' || p[-1] == '[')
		return P_NONE;
	e = p;
	while (p > s && word_char(p[-1]))
		p--;
	if (p < e) {
		for (size_t i = 0; i < ARRAY_SIZE(holds); i++)
			if (strlen(holds[i]) == (size_t)(e - p) &&
			    !strncmp(p, holds[i], (size_t)(e - p)))
				return P_NONE;
		prec = word_prec(p, (size_t)(e - p));
		return prec ? prec + 1 : P_PRIMARY;
	}
	while (p > s && strchr("|/<>=!~*+-%&#:", p[-1]))
		p--;
	prec = operator_at(p, &len);
	/* A sign has nothing in front of it. */
	if (prec == P_ADD) {
		const char *q = p;

		while (q > s && q[-1] == ' ')
			q--;
		if (q == s || q[-1] == '(' || q[-1] == ',')
			return P_UNARY + 1;
	}
	return prec ? prec + 1 : P_PRIMARY;
}

static enum prec pull_after(const char *p)
{
	static const char *const holds[] = {"when", "then", "else", "end",
	    "from", "for", "as", "order", "asc", "desc", "nulls", "using",
	    "rows", "where", "group", "limit", "filter"};
	const char *w;
	size_t len;
	enum prec prec;

	while (*p == ' ')
		p++;
	if (!*p || *p == ')' || *p == ',' || *p == ']')
		return P_NONE;
	for (w = p; word_char(*p);)
		p++;
	if (p > w) {
		for (size_t i = 0; i < ARRAY_SIZE(holds); i++)
			if (strlen(holds[i]) == (size_t)(p - w) &&
			    !strncmp(w, holds[i], (size_t)(p - w)))
				return P_NONE;
		prec = word_prec(w, (size_t)(p - w));
		return prec ? prec : P_PRIMARY;
	}
	prec = operator_at(p, &len);
	if (prec == P_CMP)
		prec++;
	return prec ? prec : P_PRIMARY;
}

static void flush(struct tmpl *t, struct docs *l, struct buf *b)
{
	if (!b->len)
		return;
	docs_add(t->E->a, l,
	    doc_text(t->E->a, arena_strndup(t->E->a, b->s, b->len)));
	buf_reset(b);
}

static struct doc *placeholder(struct tmpl *t, bool top)
{
	const char *open = t->p++, *end;
	enum prec before, after, need;
	size_t i;

	if (*t->p == '*') {
		struct docs l = {NULL, 0, 0};

		t->p += 2;
		for (i = 0; i < t->n; i++)
			docs_add(t->E->a, &l, t->arg[i].d);
		return doc_commas(t->E->a, &l);
	}
	i = (size_t)strtoul(t->p, (char **)&end, 10);
	t->p = end + 1;
	if (i >= t->n)
		return NULL;
	before = pull_before(t->s, open);
	after = pull_after(t->p);
	need = before > after ? before : after;
	if (top && !need && t->arg[i].prec < t->prec)
		t->prec = t->arg[i].prec;
	return ex_at(t->E, t->arg[i], need);
}

static struct doc *sequence(struct tmpl *t, bool top);

/* Behind "(": the arguments up to ")", each a doc. */
static struct doc *parenthesis(struct tmpl *t)
{
	struct docs l = {NULL, 0, 0};

	t->p++;
	while (*t->p && *t->p != ')') {
		docs_add(t->E->a, &l, sequence(t, false));
		if (*t->p == ',')
			t->p++;
		while (*t->p == ' ')
			t->p++;
	}
	if (*t->p)
		t->p++;
	if (!l.n)
		return doc_text(t->E->a, "()");
	return doc_paren(t->E->a, doc_commas(t->E->a, &l));
}

static bool at_word(const char *p, const char *w)
{
	size_t n = strlen(w);

	return !strncmp(p, w, n) && !word_char(p[n]);
}

/* case … end, broken at its arms. */
static struct doc *case_of(struct tmpl *t)
{
	struct arena *a = t->E->a;
	struct docs l = {NULL, 0, 0}, arm = {NULL, 0, 0};

	t->p += 4;
	while (*t->p && !at_word(t->p, "end")) {
		struct doc *part = sequence(t, false);

		if (!doc_is_short(part, 0))
			docs_add(a, &arm, part);
		while (*t->p == ' ')
			t->p++;
		if (at_word(t->p, "when") || at_word(t->p, "else")) {
			if (arm.n) {
				docs_add(a, &l, doc_line(a));
				docs_add(a, &l, doc_cat(a, &arm));
			}
			arm = (struct docs){NULL, 0, 0};
			docs_add(a, &arm,
			    doc_text(
				a, at_word(t->p, "when") ? "when " : "else "));
			t->p += 4;
		} else if (at_word(t->p, "then")) {
			docs_add(a, &arm, doc_text(a, " then "));
			t->p += 4;
		}
		while (*t->p == ' ')
			t->p++;
	}
	if (arm.n) {
		docs_add(a, &l, doc_line(a));
		docs_add(a, &l, doc_cat(a, &arm));
	}
	if (*t->p)
		t->p += 3;
	return doc_group(a,
	    doc_join(a, doc_text(a, "case"), doc_indent(a, doc_cat(a, &l)),
		doc_line(a), doc_text(a, "end"), DOC_END));
}

/* Up to an unmatched ")" or "," or a word of CASE. */
static struct doc *sequence(struct tmpl *t, bool top)
{
	struct docs l = {NULL, 0, 0};
	struct buf b = BUF_INIT;
	enum prec prec;
	size_t len;
	char last = ' ';

	while (*t->p) {
		char c = *t->p;

		if (!top && (c == ')' || c == ','))
			break;
		if (c == '\'' || c == '"') {
			const char *e = strchr(t->p + 1, c);

			len = e ? (size_t)(e + 1 - t->p) : strlen(t->p);
			buf_add(&b, t->p, len);
			t->p += len;
			last = c;
		} else if (c == '{' && t->p[1] != '{') {
			flush(t, &l, &b);
			docs_add(t->E->a, &l, placeholder(t, top));
			last = '}';
		} else if (c == '(') {
			flush(t, &l, &b);
			docs_add(t->E->a, &l, parenthesis(t));
			last = ')';
		} else if (!word_char(last) && at_word(t->p, "case")) {
			flush(t, &l, &b);
			docs_add(t->E->a, &l, case_of(t));
			last = 'e';
		} else if (!word_char(last) && !top &&
		    (at_word(t->p, "when") || at_word(t->p, "then") ||
			at_word(t->p, "else") || at_word(t->p, "end"))) {
			while (b.len && b.s[b.len - 1] == ' ')
				buf_setlen(&b, b.len - 1);
			break;
		} else if (word_char(c)) {
			const char *w = t->p;

			while (word_char(*t->p) || *t->p == '.')
				t->p++;
			buf_add(&b, w, (size_t)(t->p - w));
			prec = word_prec(w, (size_t)(t->p - w));
			if (top && prec && prec < t->prec)
				t->prec = prec;
			last = t->p[-1];
		} else {
			prec = operator_at(t->p, &len);
			if (!prec || !len)
				len = 1;
			if (top && prec && prec < t->prec)
				t->prec = prec;
			if (!(c == ' ' && !b.len && !l.n))
				buf_add(&b, t->p, len);
			t->p += len;
			last = c;
		}
	}
	flush(t, &l, &b);
	buf_release(&b);
	return doc_cat(t->E->a, &l);
}

struct ex ex_template(
    struct emit *E, const char *sql, size_t n, const struct ex *arg)
{
	struct tmpl t = {E, sql, sql, arg, n, P_PRIMARY};
	struct doc *d = sequence(&t, true);

	return ex_make(d, t.prec);
}

/* ---- macros ---- */

/* SQL that holds Jinja expressions, as one Jinja expression. */
static void jinja_of(struct buf *b, const char *s, size_t len)
{
	size_t i = 0, start;
	bool first = true;

	while (i < len) {
		start = i;
		while (i < len && !(s[i] == '{' && s[i + 1] == '{'))
			i++;
		if (i > start) {
			buf_adds(b, first ? "" : " ~ ");
			jinja_string(b, s + start, i - start);
			first = false;
		}
		if (i >= len)
			break;
		/* {{ … }}, in which strings may hold braces */
		start = i + 2;
		for (i = start; i < len; i++) {
			if (s[i] == '"') {
				for (i++; i < len && s[i] != '"'; i++)
					if (s[i] == '\\')
						i++;
			} else if (s[i] == '}' && s[i + 1] == '}') {
				break;
			}
		}
		buf_adds(b, first ? "" : " ~ ");
		first = false;
		while (start < i && s[start] == ' ')
			start++;
		{
			size_t e = i;

			while (e > start && s[e - 1] == ' ')
				e--;
			buf_add(b, s + start, e - start);
		}
		i += 2;
	}
	if (first)
		buf_adds(b, "\"\"");
}

struct ex ex_macro(
    struct emit *E, const char *name, size_t n, const struct ex *arg)
{
	struct arena *a = E->a;
	struct docs l = {NULL, 0, 0};
	struct buf sql = BUF_INIT, b = BUF_INIT;
	struct ex x;

	em_macro(E, name);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&sql);
		buf_reset(&b);
		doc_flat(ex_at(E, arg[i], P_UNARY), &sql);
		jinja_of(&b, buf_str(&sql), sql.len);
		docs_add(a, &l, doc_text(a, arena_strndup(a, b.s, b.len)));
	}
	buf_release(&sql);
	buf_release(&b);
	x = ex_make(doc_join(a, doc_text(a, "{{ "), doc_call(a, name, &l),
			doc_text(a, " }}"), DOC_END),
	    P_PRIMARY);
	return x;
}

/* ---- the dialect's rules ---- */

struct ex ex_rule(struct emit *E, const struct dialect_rule *r, const char *key,
    const void *node, size_t n, const struct ex *arg)
{
	if (r->claim == CLAIM_DIFFERS)
		em_differs(E, FINDING_APPROXIMATE, node, "%s: %s", key,
		    r->note ? r->note : "not the same in every case");
	else if (r->claim == CLAIM_MANUAL)
		em_manual(E, FINDING_UNTRANSLATED, node, "%s: %s", key,
		    r->note ? r->note : "to be written by hand");
	if (r->macro)
		return ex_macro(E, r->macro, n, arg);
	return ex_template(E, r->sql, n, arg);
}

bool em_has_op(struct emit *E, const char *key)
{
	struct dialect_rule r;

	return dialect_op(E->d, key, &r);
}

struct ex ex_op(struct emit *E, const char *key, const void *node, size_t n,
    const struct ex *arg)
{
	struct dialect_rule r;

	if (!dialect_op(E->d, key, &r))
		return ex_manual(E, FINDING_UNTRANSLATED, node,
		    "%s is not described for %s", key, E->d->name);
	return ex_rule(E, &r, key, node, n, arg);
}

struct ex ex_op1(struct emit *E, const char *key, const void *node, struct ex x)
{
	return ex_op(E, key, node, 1, &x);
}

struct ex ex_op2(
    struct emit *E, const char *key, const void *node, struct ex x, struct ex y)
{
	return ex_op(E, key, node, 2, (struct ex[]){x, y});
}

struct ex ex_op3(struct emit *E, const char *key, const void *node, struct ex x,
    struct ex y, struct ex z)
{
	return ex_op(E, key, node, 3, (struct ex[]){x, y, z});
}
