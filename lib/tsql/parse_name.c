#include <string.h>

#include "tsql/parser.h"

/* Names, data types, and the options that T-SQL's WITH clauses share. */

/* The text between a token's quotes, doubled quotes made single. skip is
 * what stands before the opening quote (the N of N''). */
const char *parser_decode(
    struct parser *p, const struct tsql_tok *t, uint32_t skip, uint32_t *len)
{
	const char *s = p->src + t->off + skip + 1;
	uint32_t n, i, k;
	char quote, *d;

	if (t->flags & TOKF_UNTERMINATED) {
		p->err_code = FINDING_UNTERMINATED;
		p->err_off = t->off;
		snprintf(p->err, sizeof(p->err), "%s",
		    t->kind == TOK_BRACKET ? "a bracketed name" : "a string");
		longjmp(*p->on_error, 1);
	}
	n = t->len - skip - 2;
	*len = n;
	if (!(t->flags & TOKF_DOUBLED))
		return s;
	quote = s[n];
	d = parser_alloc(p, n);
	for (i = k = 0; i < n; i++) {
		d[k++] = s[i];
		if (s[i] == quote)
			i++;
	}
	*len = k;
	return d;
}

static struct tsql_name take_name(struct parser *p)
{
	const struct tsql_tok *t = p->t;
	struct tsql_name n;

	n.off = t->off;
	n.src_len = t->len;
	n.quote = 0;
	n.text = p->src + t->off;
	n.len = t->len;
	if (t->kind == TOK_BRACKET || t->kind == TOK_DQUOTE ||
	    t->kind == TOK_STRING) {
		n.quote = (unsigned char)p->src[t->off];
		n.text = parser_decode(p, t, 0, &n.len);
	} else if (t->kind == TOK_NSTRING) {
		n.quote = '\'';
		n.text = parser_decode(p, t, 1, &n.len);
	}
	next(p);
	return n;
}

struct tsql_name parse_name(struct parser *p)
{
	if (!at_name(p))
		parser_fail(p, "a name");
	return take_name(p);
}

struct tsql_name parse_any_word(struct parser *p)
{
	if (!at(p, TOK_WORD) && !at(p, TOK_BRACKET) && !at(p, TOK_DQUOTE))
		parser_fail(p, "a name");
	return take_name(p);
}

struct tsql_name parse_alias(struct parser *p)
{
	if (!at_name(p) && !at(p, TOK_STRING) && !at(p, TOK_NSTRING) &&
	    !at(p, TOK_DQUOTE))
		parser_fail(p, "an alias");
	return take_name(p);
}

struct tsql_names parse_name_list(struct parser *p)
{
	struct tsql_names list;
	struct tsql_name n;
	size_t mark = MARK(p);

	do {
		n = at(p, TOK_PSEUDO) ? take_name(p) : parse_name(p);
		push(p, &n, sizeof(n));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

struct tsql_names parse_names_in_parens(struct parser *p)
{
	struct tsql_names list;

	expect(p, TOK_LPAREN, "(");
	list = parse_name_list(p);
	expect(p, TOK_RPAREN, ")");
	return list;
}

/* One more part of a dotted name: empty in a..b. */
static struct tsql_name name_part(struct parser *p)
{
	struct tsql_name n;

	if (!at(p, TOK_DOT))
		return at(p, TOK_WORD) ? take_name(p) : parse_name(p);
	memset(&n, 0, sizeof(n));
	n.off = p->t->off;
	n.text = p->src + n.off;
	return n;
}

struct tsql_objname *parse_objname(struct parser *p)
{
	struct tsql_objname *o = NEW(p, struct tsql_objname);
	struct tsql_name n;
	size_t mark = MARK(p);

	node_start(p, &o->h, TSQL_OBJNAME);
	n = at(p, TOK_DOT) ? name_part(p) : parse_name(p);
	push(p, &n, sizeof(n));
	while (accept(p, TOK_DOT)) {
		n = name_part(p);
		push(p, &n, sizeof(n));
	}
	o->part = parser_take(p, mark, sizeof(n), &o->n);
	node_end(p, &o->h);
	return o;
}

/* ---- data types ---- */

static void type_arguments(struct parser *p, struct tsql_dtype *d)
{
	uint32_t off = p->t->off;

	next(p);
	if (accept_kw(p, KW_MAX)) {
		d->max = true;
	} else if (at(p, TOK_INT)) {
		while (at(p, TOK_INT) && d->nargs < 2) {
			const char *s = p->src + p->t->off;
			uint32_t i;
			int32_t v = 0;

			for (i = 0; i < p->t->len && v < 100000000; i++)
				v = v * 10 + (s[i] - '0');
			d->arg[d->nargs++] = v;
			next(p);
			if (!accept(p, TOK_COMMA))
				break;
		}
		/* vector(3, float16) */
		while (at(p, TOK_WORD) || at(p, TOK_INT)) {
			next(p);
			d->args.off = off;
		}
	} else {
		d->xml_document = at_kw(p, KW_DOCUMENT);
		d->xml_content = at_kw(p, KW_CONTENT);
		if ((d->xml_document || d->xml_content) &&
		    p->t[1].kind != TOK_DOT && p->t[1].kind != TOK_RPAREN)
			next(p);
		d->xml_schema = parse_objname(p);
	}
	expect(p, TOK_RPAREN, ")");
	if (d->args.off)
		d->args.len = p->prev_end - d->args.off;
}

/* NATIONAL CHARACTER VARYING, DOUBLE PRECISION and their like are one name
 * part that spans the words. */
static void long_type_name(struct parser *p, struct tsql_objname *o)
{
	struct tsql_name *n = NEW(p, struct tsql_name);

	n->off = p->t->off;
	n->text = p->src + n->off;
	if (accept_kw(p, KW_NATIONAL)) {
		if (!accept_word(p, "character") && !accept_word(p, "char") &&
		    !accept_word(p, "text"))
			parser_fail(p, "character");
		accept_kw(p, KW_VARYING);
	} else {
		next(p);
		if (!accept_kw(p, KW_PRECISION))
			accept_kw(p, KW_VARYING);
	}
	n->len = n->src_len = p->prev_end - n->off;
	o->part = n;
	o->n = 1;
}

struct tsql_dtype *parse_dtype(struct parser *p)
{
	struct tsql_dtype *d = NEW(p, struct tsql_dtype);

	node_start(p, &d->h, TSQL_DTYPE);
	if (at_kw(p, KW_NATIONAL) || p->t[1].kw == KW_VARYING ||
	    p->t[1].kw == KW_PRECISION) {
		d->name = NEW(p, struct tsql_objname);
		node_start(p, &d->name->h, TSQL_OBJNAME);
		if (at_kw(p, KW_CURSOR)) {
			d->varying = true;
		}
		long_type_name(p, d->name);
		node_end(p, &d->name->h);
	} else if (at_kw(p, KW_CURSOR) || at_kw(p, KW_TABLE)) {
		d->name = NEW(p, struct tsql_objname);
		node_start(p, &d->name->h, TSQL_OBJNAME);
		d->name->part = NEW(p, struct tsql_name);
		*d->name->part = take_name(p);
		d->name->n = 1;
		node_end(p, &d->name->h);
	} else {
		d->name = parse_objname(p);
	}
	if (at(p, TOK_LPAREN))
		type_arguments(p, d);
	node_end(p, &d->h);
	return d;
}

/* ---- options ---- */

void skip_parens(struct parser *p)
{
	size_t depth = 0;

	do {
		if (at(p, TOK_LPAREN))
			depth++;
		else if (at(p, TOK_RPAREN))
			depth--;
		else if (at(p, TOK_EOF) || at(p, TOK_GO))
			parser_fail(p, ")");
		next(p);
	} while (depth);
}

struct tsql_span parse_rest(struct parser *p)
{
	uint32_t off = p->t->off;

	while (!at_stmt_end(p)) {
		if (at(p, TOK_LPAREN))
			skip_parens(p);
		else if (at_kw(p, KW_CASE))
			parse_primary(p);
		else if (at(p, TOK_RPAREN))
			parser_fail(p, "the end of the statement");
		else
			next(p);
	}
	if (off == p->t->off)
		off = p->prev_end;
	return span_from(p, off);
}

struct tsql_option *option_new(struct parser *p)
{
	struct tsql_option *o = NEW(p, struct tsql_option);

	node_start(p, &o->h, TSQL_OPTION);
	o->name.off = p->t->off;
	o->word = p->t->kw;
	return o;
}

/* May the token go on an option's name or be its bare value? */
static bool option_word(const struct parser *p)
{
	if (!p->option_parens && (at_stmt_end(p) || at_kw(p, KW_ON)))
		return false;
	return at(p, TOK_WORD) || at(p, TOK_BRACKET) ||
	    (at(p, TOK_DQUOTE) && p->quoted_identifier);
}

static bool option_literal(const struct parser *p)
{
	return (p->t->kind >= TOK_STRING && p->t->kind <= TOK_PSEUDO) ||
	    at(p, TOK_MINUS) || at(p, TOK_PLUS) || is_string(p, p->t);
}

static void option_value(struct parser *p, struct tsql_option *o)
{
	if (at(p, TOK_LPAREN)) {
		o->sub = parse_option_list(p);
		return;
	}
	if (option_literal(p)) {
		o->value = parse_expr_prec(p, PREC_ADD);
		/* 10 SECONDS, 5 MB, 1 PERCENT */
		while (option_word(p) && !at_kw(p, KW_WITH))
			next(p);
		return;
	}
	if (!option_word(p) && !at_kw(p, KW_ON))
		parser_fail(p, "a value");
	o->value = EXPR_NEW(p, TSQL_E_COLUMN, name);
	o->value->nparts = 1;
	o->value->u.name.part = NEW(p, struct tsql_name);
	*o->value->u.name.part = parse_any_word(p);
	while (at(p, TOK_DOT) || (at(p, TOK_DCOLON))) {
		next(p);
		if (option_word(p))
			next(p);
	}
	node_end(p, &o->value->h);
	if (at(p, TOK_LPAREN))
		o->sub = parse_option_list(p);
	/* ON (…), WAIT_AT_LOW_PRIORITY (…), ON PARTITIONS (1 TO 3) */
	while (option_word(p)) {
		next(p);
		if (at(p, TOK_LPAREN)) {
			if (o->sub.n)
				skip_parens(p);
			else
				o->sub = parse_option_list(p);
		}
	}
}

/*
 * The words of a name, then a value: 'a = v', 'a v', 'a (…)', 'a'. Without
 * an equals sign all bare words are the name (NATIVE_COMPILATION, EXECUTE
 * AS OWNER, OPTIMIZE FOR UNKNOWN).
 */
struct tsql_option *parse_option(struct parser *p)
{
	struct tsql_option *o = option_new(p);

	descend(p);
	if (option_word(p)) {
		do {
			next(p);
			while (at(p, TOK_DOT) || at(p, TOK_DCOLON)) {
				next(p);
				if (option_word(p))
					next(p);
			}
		} while (option_word(p));
		o->name.len = p->prev_end - o->name.off;
	} else if (at(p, TOK_VAR)) {
		/* OPTIMIZE FOR (@x = 1, @y UNKNOWN) */
		next(p);
		o->name.len = p->prev_end - o->name.off;
		while (at(p, TOK_WORD))
			next(p);
	} else if (at(p, TOK_LPAREN)) {
		o->sub = parse_option_list(p);
	} else if (!option_literal(p)) {
		parser_fail(p, "an option");
	}
	if (accept(p, TOK_EQ)) {
		o->equals = true;
		option_value(p, o);
	} else if (at(p, TOK_LPAREN) && o->name.len) {
		o->sub = parse_option_list(p);
		/* words behind: INDEX (a) UNKNOWN, TABLE HINT (…) … */
		while (option_word(p) || at(p, TOK_EQ) || at(p, TOK_LPAREN)) {
			if (at(p, TOK_LPAREN))
				skip_parens(p);
			else
				next(p);
		}
		if (option_literal(p))
			o->value = parse_literal(p);
	} else if (option_literal(p)) {
		o->value = parse_expr_prec(p, PREC_ADD);
		while (option_word(p) || option_literal(p) || at(p, TOK_EQ)) {
			next(p);
			if (at(p, TOK_LPAREN))
				skip_parens(p);
		}
	}
	ascend(p);
	node_end(p, &o->h);
	return o;
}

struct tsql_options_list parse_bare_options(struct parser *p)
{
	struct tsql_options_list list;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_option(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

/* WITH (…) or WITH a, b; nothing where WITH isn't. */
struct tsql_options_list parse_with_list(struct parser *p)
{
	struct tsql_options_list none = {NULL, 0};

	if (!accept_kw(p, KW_WITH))
		return none;
	if (at(p, TOK_LPAREN))
		return parse_option_list(p);
	return parse_bare_options(p);
}

struct tsql_options_list parse_option_list(struct parser *p)
{
	struct tsql_options_list list = {NULL, 0};
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	if (accept(p, TOK_RPAREN))
		return list;
	p->option_parens++;
	do {
		push_ptr(p, parse_option(p));
		/* table hints may be separated by blanks only; the words
		 * are then one name, the rest stays here */
	} while (accept(p, TOK_COMMA) || !at(p, TOK_RPAREN));
	p->option_parens--;
	expect(p, TOK_RPAREN, ")");
	TAKE(p, mark, &list);
	return list;
}
