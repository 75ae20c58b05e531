#include <string.h>

#include "tsql/parser.h"

/*
 * The long tail: CREATE, ALTER and DROP of what has no kind of its own
 * (TSQL_S_OBJECT) and the commands that run a server (TSQL_S_COMMAND). Of
 * each: the verb, the class of object (classes.def), the name, and what
 * stands behind it as a list of options with names and values.
 */

static const char *const class_words[] = {
    "",
#define CLASS(name, words) words,
#include "tsql/classes.def"
#undef CLASS
};

const char *tsql_class_name(uint16_t class)
{
	return class < TSQL_CLASS_COUNT ? class_words[class] : "";
}

/* ---- the class ---- */

/* How many tokens from t on spell the words; 0: they don't. */
static unsigned spells(
    const struct parser *p, const struct tsql_tok *t, const char *words)
{
	unsigned n = 0;
	char word[32];
	size_t len;

	for (; *words; words += len + (words[len] == ' ')) {
		len = strcspn(words, " ");
		memcpy(word, words, len);
		word[len] = '\0';
		if (!tok_is(p, t + n++, word))
			return 0;
	}
	return n;
}

static unsigned class_at(
    const struct parser *p, const struct tsql_tok *t, uint16_t *class)
{
	unsigned best = 0, n;
	uint16_t i;

	*class = TSQL_CLASS_NONE;
	for (i = 1; i < TSQL_CLASS_COUNT; i++) {
		n = spells(p, t, class_words[i]);
		if (n > best) {
			best = n;
			*class = i;
		}
	}
	return best;
}

/* ---- options ---- */

static struct tsql_options_list clauses_in_parens(struct parser *p);

static bool at_chain(const struct parser *p)
{
	return at(p, TOK_DOT) || at(p, TOK_DCOLON) || at(p, TOK_COLON);
}

/* A name of any parts; a class before it, as in class::name, is left out. */
static struct tsql_expr *name_value(struct parser *p)
{
	struct tsql_expr *e = EXPR_NEW(p, TSQL_E_COLUMN, name);
	size_t mark = MARK(p);
	struct tsql_name n;
	uint32_t count;

	do {
		if (at(p, TOK_DCOLON) || at(p, TOK_COLON))
			p->nscratch = mark;
		if (at_chain(p))
			next(p);
		if (!at(p, TOK_WORD) && !at(p, TOK_BRACKET) &&
		    !at(p, TOK_DQUOTE))
			continue;
		n = parse_any_word(p);
		if (p->nscratch - mark < 255 * sizeof(n))
			push(p, &n, sizeof(n));
	} while (at_chain(p));
	e->u.name.part = parser_take(p, mark, sizeof(n), &count);
	e->nparts = (uint8_t)count;
	if (!count)
		e->h.kind = TSQL_E_OPAQUE;
	node_end(p, &e->h);
	return e;
}

static bool at_scalar(const struct parser *p)
{
	return at_literal(p) || at(p, TOK_VAR) ||
	    (at(p, TOK_DQUOTE) && !p->quoted_identifier);
}

/* A literal with its unit: 10 MB, 5 MINUTES. */
static struct tsql_expr *scalar_value(struct parser *p)
{
	bool number = at(p, TOK_INT) || at(p, TOK_DECIMAL);
	struct tsql_expr *e;

	if (at(p, TOK_DQUOTE))
		return parse_primary(p);
	e = at(p, TOK_VAR) ? parse_variable(p) : parse_literal(p);
	if (number && at(p, TOK_WORD) && !is_reserved(p->t) &&
	    p->t[1].kind != TOK_EQ && p->t[1].kind != TOK_LPAREN &&
	    !(p->t->flags & TOKF_NEWLINE))
		next(p);
	return e;
}

/* Is the word one of the option's name, and not its value? */
static bool names_option(const struct parser *p)
{
	return at(p, TOK_WORD) &&
	    (p->t->kw != KW_NO_KEYWORD || p->t[1].kind == TOK_EQ);
}

static bool at_end_of_clause(const struct parser *p, bool inside)
{
	if (at(p, TOK_EOF) || at(p, TOK_GO) || at(p, TOK_RPAREN))
		return true;
	return at(p, TOK_COMMA) || (!inside && at_stmt_end(p));
}

static void clause_value(struct parser *p, struct tsql_option *o, bool inside)
{
	if (at(p, TOK_EQ)) {
		next(p);
		o->equals = true;
		accept(p, TOK_MINUS);
	}
	if (at_end_of_clause(p, inside) && !(o->equals && at(p, TOK_WORD)))
		return;
	if (!inside && at_kw(p, KW_WITH))
		return; /* what introduces the next clauses is no value */
	if (at(p, TOK_LPAREN))
		o->sub = clauses_in_parens(p);
	else if (at_scalar(p))
		o->value = scalar_value(p);
	else if (at_kw(p, KW_CASE))
		o->value = parse_primary(p);
	else if (at(p, TOK_WORD) || at(p, TOK_BRACKET) || at(p, TOK_DQUOTE) ||
	    at(p, TOK_DCOLON))
		o->value = name_value(p);
	if (at(p, TOK_LPAREN) && !o->sub.n)
		o->sub = clauses_in_parens(p);
}

/* What is neither a word nor a value: operators of a predicate. */
static bool odd(const struct parser *p)
{
	return !at(p, TOK_WORD) && !at(p, TOK_BRACKET) && !at(p, TOK_DQUOTE) &&
	    !at_scalar(p) && !at(p, TOK_LPAREN);
}

/*
 * One option: keywords are its name, and the first word whatever it is; then
 * its value, behind an equals sign or not, and what is in parentheses.
 */
static struct tsql_option *clause(struct parser *p, bool inside)
{
	struct tsql_option *o = option_new(p);

	descend(p);
	if (at(p, TOK_WORD) && !at_kw(p, KW_CASE) && p->t[1].kind != TOK_DOT) {
		do {
			next(p);
		} while (!at_end_of_clause(p, inside) && names_option(p) &&
		    !at_kw(p, KW_WITH) && !at_kw(p, KW_CASE));
		o->name.len = p->prev_end - o->name.off;
	}
	clause_value(p, o, inside);
	while (!at_end_of_clause(p, inside) && odd(p))
		next(p);
	if (p->t->off == o->h.off)
		next(
		    p); /* what can't be here is skipped, not looked at again */
	ascend(p);
	node_end(p, &o->h);
	return o;
}

static struct tsql_options_list clauses_in_parens(struct parser *p)
{
	struct tsql_options_list list;
	size_t mark = MARK(p);

	next(p);
	while (!at(p, TOK_RPAREN)) {
		if (at(p, TOK_EOF) || at(p, TOK_GO))
			parser_fail(p, ")");
		if (!accept(p, TOK_COMMA))
			push_ptr(p, clause(p, true));
	}
	next(p);
	TAKE(p, mark, &list);
	return list;
}

/* DROP EVENT, DROP TARGET, DROP MEMBER, DROP (…): a part of ALTER, and no
 * DROP of an object. */
static bool drops_part(const struct parser *p)
{
	uint16_t class;

	return at_kw(p, KW_DROP) && !class_at(p, &p->t[1], &class) &&
	    !parse_drops_here(p);
}

/* Is the clause before ALTER's action: ON t of a full-text index, ON SERVER
 * of an event session, FOR SECONDARY? */
static bool before_action(const struct parser *p, bool first)
{
	return (first && at_kw(p, KW_ON)) ||
	    (at_kw(p, KW_FOR) && tok_is(p, &p->t[1], "secondary"));
}

/*
 * To the end of the statement. ALTER always has an action: the first word
 * behind its name is no statement's, be it SET or DROP on a line of its
 * own.
 */
static struct tsql_options_list clauses(struct parser *p, bool alter)
{
	struct tsql_options_list list;
	size_t mark = MARK(p);
	bool action = alter;

	for (;;) {
		if (at(p, TOK_EOF) || at(p, TOK_GO) || at(p, TOK_SEMI) ||
		    at(p, TOK_SQLCMD))
			break;
		if (!action && at_stmt_end(p) && !(alter && drops_part(p)))
			break;
		if (at(p, TOK_RPAREN))
			parser_fail(p, "the end of the statement");
		if (accept(p, TOK_COMMA))
			continue;
		action = alter && before_action(p, p->nscratch == mark);
		/* WITH introduces a list and names nothing */
		if (!accept_kw(p, KW_WITH) || !at_end_of_clause(p, false))
			push_ptr(p, clause(p, false));
	}
	TAKE(p, mark, &list);
	return list;
}

struct tsql_options_list parse_clauses(struct parser *p)
{
	return clauses(p, false);
}

/* ---- the statements ---- */

static uint32_t verb_at(const struct parser *p)
{
	switch (p->t->kw) {
	case KW_CREATE: return TSQL_CREATE;
	case KW_ALTER: return TSQL_ALTER;
	case KW_DROP: return TSQL_DROP_VERB;
	default: return TSQL_OTHER_VERB;
	}
}

/* Classes whose statements go on without a name. */
static bool nameless(uint16_t class)
{
	switch (class) {
	case TSQL_CLASS_DATABASE_ENCRYPTION_KEY:
	case TSQL_CLASS_DATABASE_SCOPED_CONFIGURATION:
	case TSQL_CLASS_FULLTEXT_INDEX:
	case TSQL_CLASS_MASTER_KEY:
	case TSQL_CLASS_SERVICE_MASTER_KEY:
	case TSQL_CLASS_RESOURCE_GOVERNOR:
	case TSQL_CLASS_SERVER_CONFIGURATION:
	case TSQL_CLASS_SENSITIVITY_CLASSIFICATION:
	case TSQL_CLASS_SIGNATURE:
	case TSQL_CLASS_COUNTER_SIGNATURE:
	case TSQL_CLASS_QUERY_NOTIFICATION: return true;
	default: return false;
	}
}

/* CREATE DEFAULT d AS 1, CREATE RULE r AS @x > 1, CREATE XML SCHEMA
 * COLLECTION c AS N'<xsd …>', CREATE DIAGNOSTICS SESSION s AS N'<…>' */
static bool takes_value(uint16_t class)
{
	return class == TSQL_CLASS_DEFAULT || class == TSQL_CLASS_RULE ||
	    class == TSQL_CLASS_XML_SCHEMA_COLLECTION ||
	    class == TSQL_CLASS_DIAGNOSTICS_SESSION;
}

static void object_name(struct parser *p, struct tsql_stmt *s)
{
	if (nameless(s->u.other.class))
		return;
	if (at_kw(p, KW_IF) && p->t[1].kw == KW_EXISTS) {
		next(p);
		next(p);
		s->u.other.if_exists = true;
	}
	accept(p, TOK_DCOLON); /* RENAME OBJECT :: a TO b */
	if (at_kw(p, KW_CURRENT) && s->u.other.class == TSQL_CLASS_DATABASE)
		s->u.other.name = parse_principal(p);
	else if (at_name(p) && p->t[1].kind != TOK_EQ)
		s->u.other.name = parse_objname(p);
}

static void object_tail(struct parser *p, struct tsql_stmt *s)
{
	if (takes_value(s->u.other.class) && s->verb == TSQL_CREATE &&
	    accept_kw(p, KW_AS))
		s->u.other.value = parse_expr(p);
	else
		s->u.other.options = clauses(p, s->verb == TSQL_ALTER);
	node_end(p, &s->h);
}

static void skip(struct parser *p, unsigned n)
{
	while (n--)
		next(p);
}

/* At CREATE, ALTER or DROP. */
struct tsql_stmt *parse_object(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_OBJECT, other);
	unsigned n = class_at(p, &p->t[1], &s->u.other.class);

	s->u.other.word = p->t->kw;
	s->verb = verb_at(p);
	if (!n) {
		next(p);
		parser_fail(p, "a kind of object");
	}
	skip(p, n + 1);
	s->u.other.what = span_from(p, s->h.off);
	object_name(p, s);
	object_tail(p, s);
	return s;
}

/*
 * BACKUP DATABASE d TO …, DBCC CHECKDB ('d'), KILL 53, RECONFIGURE. DBCC's
 * command is its name.
 */
struct tsql_stmt *parse_command(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_COMMAND, other);
	unsigned n = class_at(p, &p->t[1], &s->u.other.class);

	s->u.other.word = p->t->kw;
	s->verb = TSQL_OTHER_VERB;
	if (at_kw(p, KW_EXPLAIN)) {
		next(p);
		s->u.other.what = span_from(p, s->h.off);
		parse_stmt(p, false); /* what is explained is not run */
		node_end(p, &s->h);
		return s;
	}
	skip(p, n + 1);
	s->u.other.what = span_from(p, s->h.off);
	if (!at_stmt_end(p) && !(is_reserved(p->t) && at(p, TOK_WORD)))
		object_name(p, s);
	object_tail(p, s);
	return s;
}
