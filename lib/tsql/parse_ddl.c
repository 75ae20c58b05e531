#include <string.h>

#include "tsql/parser.h"

/* CREATE, ALTER and DROP of everything else, permissions, and the long
 * tail of statements that are kept as verb, name and text. */

static struct tsql_options_list with_options(struct parser *p)
{
	struct tsql_options_list none = {NULL, 0};

	if (!at_kw(p, KW_WITH))
		return none;
	next(p);
	if (at(p, TOK_LPAREN))
		return parse_option_list(p);
	return parse_bare_options(p);
}

/* ---- the long tail ---- */

/*
 * The words of the statement's kind, the name if one follows, the rest.
 * The statement begins at the current token.
 */
struct tsql_stmt *parse_generic(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_GENERIC, generic);
	uint32_t off = p->t->off;
	unsigned verb = p->t->kw;

	s->u.generic.word = (uint16_t)verb;
	s->verb = verb == KW_CREATE ? TSQL_CREATE
	    : verb == KW_ALTER	    ? TSQL_ALTER
	    : verb == KW_DROP	    ? TSQL_DROP_VERB
				    : TSQL_OTHER_VERB;
	next(p);
	/* keywords up to the name: those of the class */
	while (
	    at(p, TOK_WORD) && p->t->kw != KW_NO_KEYWORD && !at_stmt_end(p)) {
		if (s->verb == TSQL_OTHER_VERB && !is_reserved(p->t) &&
		    p->t->kw != KW_TRIGGER)
			break;
		/* SET, ON, WITH … begin what is done with it */
		switch (p->t->kw) {
		case KW_SET:
		case KW_ON:
		case KW_WITH:
		case KW_FROM:
		case KW_TO:
		case KW_ADD:
		case KW_AS:
		case KW_FOR: goto name;
		}
		/* a keyword that is the name itself: CREATE ROLE owner */
		if (!is_reserved(p->t) && p->t[1].kind != TOK_WORD &&
		    p->t[1].kind != TOK_BRACKET && p->t[1].kind != TOK_DQUOTE &&
		    p->t[1].kind != TOK_STRING)
			break;
		next(p);
	}
name:
	s->u.generic.what = span_from(p, off);
	if (!at_stmt_end(p) && at_name(p))
		s->u.generic.name = parse_objname(p);
	/* ALTER DATABASE d\nSET …: not a statement of its own */
	if (verb == KW_ALTER && at_kw(p, KW_SET))
		next(p);
	off = p->t->off;
	if (verb == KW_EXPLAIN)
		parse_stmt(p, false); /* what is explained is not run */
	else
		parse_rest(p);
	if (p->prev_end > off)
		s->u.generic.rest = span_from(p, off);
	node_end(p, &s->h);
	return s;
}

/* ---- indexes, statistics ---- */

static struct tsql_span index_on(struct parser *p)
{
	struct tsql_span none = {0, 0};
	uint32_t off;

	if (!accept_kw(p, KW_ON))
		return none;
	off = p->t->off;
	if (!at(p, TOK_WORD) && !at(p, TOK_BRACKET) && !at(p, TOK_DQUOTE) &&
	    !at(p, TOK_STRING))
		parser_fail(p, "a filegroup");
	next(p);
	if (at(p, TOK_LPAREN))
		skip_parens(p);
	return span_from(p, off);
}

static void index_tail(struct parser *p, struct tsql_index_def *d)
{
	for (;;) {
		if (accept_kw(p, KW_INCLUDE))
			d->include = parse_names_in_parens(p);
		else if (accept_kw(p, KW_ORDER))
			d->order = parse_names_in_parens(p);
		else if (accept_kw(p, KW_WHERE))
			d->filter = parse_expr(p);
		else if (at_kw(p, KW_WITH))
			d->options = with_options(p);
		else if (at_kw(p, KW_ON))
			d->on = index_on(p);
		else if (accept_kw(p, KW_FILESTREAM_ON))
			parse_alias(p);
		else
			return;
	}
}

/* Behind CREATE: UNIQUE CLUSTERED COLUMNSTORE INDEX i ON t … */
struct tsql_stmt *parse_create_index(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_INDEX, index);
	struct tsql_index_def *d = NEW(p, struct tsql_index_def);

	s->verb = TSQL_CREATE;
	s->u.index = d;
	node_start(p, &d->h, TSQL_INDEX_DEF);
	d->unique = accept_kw(p, KW_UNIQUE);
	d->clustered = -1;
	if (accept_kw(p, KW_CLUSTERED))
		d->clustered = 1;
	else if (accept_kw(p, KW_NONCLUSTERED))
		d->clustered = 0;
	d->columnstore = accept_kw(p, KW_COLUMNSTORE);
	expect_kw(p, KW_INDEX);
	d->name = parse_name(p);
	expect_kw(p, KW_ON);
	d->table = parse_objname(p);
	if (at(p, TOK_LPAREN))
		d->columns = parse_key_cols(p);
	index_tail(p, d);
	node_end(p, &d->h);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *create_statistics(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_STATISTICS, statistics);

	s->verb = TSQL_CREATE;
	next(p);
	s->u.statistics.name = parse_name(p);
	expect_kw(p, KW_ON);
	s->u.statistics.table = parse_objname(p);
	if (at(p, TOK_LPAREN))
		s->u.statistics.columns = parse_columns_in_parens(p);
	if (accept_kw(p, KW_WHERE))
		s->u.statistics.filter = parse_expr(p);
	s->u.statistics.options = with_options(p);
	node_end(p, &s->h);
	return s;
}

/* ---- types, sequences, synonyms, schemas ---- */

static struct tsql_stmt *create_type(struct parser *p)
{
	struct tsql_stmt *s;
	struct tsql_objname *name;
	uint32_t off = p->t->off;

	next(p);
	name = parse_objname(p);
	if (at_kw2(p, KW_AS, KW_TABLE)) {
		s = STMT_NEW(p, TSQL_S_CREATE_TABLE, table);
		next(p);
		next(p);
		s->u.table.type = true;
		s->u.table.name = name;
		s->u.table.def = parse_table_def(p);
		s->u.table.options = with_options(p);
	} else {
		s = STMT_NEW(p, TSQL_S_CREATE_TYPE, type);
		s->u.type.name = name;
		s->u.type.nullable = -1;
		if (accept_kw(p, KW_FROM)) {
			s->u.type.base = parse_dtype(p);
			if (accept_kw(p, KW_NULL)) {
				s->u.type.nullable = 1;
			} else if (accept_kw(p, KW_NOT)) {
				expect_kw(p, KW_NULL);
				s->u.type.nullable = 0;
			}
		} else {
			expect_kw(p, KW_EXTERNAL);
			expect_kw(p, KW_NAME);
			off = p->t->off;
			parse_objname(p);
			s->u.type.external = span_from(p, off);
		}
	}
	s->verb = TSQL_CREATE;
	node_end(p, &s->h);
	return s;
}

/* START WITH 1 INCREMENT BY 1 NO CYCLE …: one option each. */
static struct tsql_stmt *create_sequence(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_SEQUENCE, sequence);
	struct tsql_option *o;
	size_t mark;

	s->verb = verb;
	next(p);
	s->u.sequence.name = parse_objname(p);
	if (accept_kw(p, KW_AS))
		s->u.sequence.type = parse_dtype(p);
	mark = MARK(p);
	while (at(p, TOK_WORD) && !at_stmt_end(p)) {
		o = option_new(p);
		/* NO CYCLE, RESTART WITH, INCREMENT BY, MINVALUE */
		accept_kw(p, KW_NO);
		if (at(p, TOK_WORD) && !at_stmt_end(p))
			next(p);
		if (!accept_kw(p, KW_WITH))
			accept_kw(p, KW_BY);
		o->name.len = p->prev_end - o->name.off;
		if (at(p, TOK_INT) || at(p, TOK_MINUS) || at(p, TOK_PLUS) ||
		    at(p, TOK_DECIMAL))
			o->value = parse_expr_prec(p, PREC_UNARY);
		node_end(p, &o->h);
		push_ptr(p, o);
	}
	TAKE(p, mark, &s->u.sequence.options);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *create_synonym(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_SYNONYM, synonym);

	s->verb = TSQL_CREATE;
	next(p);
	s->u.synonym.name = parse_objname(p);
	expect_kw(p, KW_FOR);
	s->u.synonym.target = parse_objname(p);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *create_schema(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_SCHEMA, schema);
	size_t mark;

	s->verb = TSQL_CREATE;
	next(p);
	if (at_name(p))
		s->u.schema.name = parse_name(p);
	if (accept_kw(p, KW_AUTHORIZATION))
		s->u.schema.owner = parse_name(p);
	mark = MARK(p);
	while (at_kw2(p, KW_CREATE, KW_TABLE) ||
	    at_kw2(p, KW_CREATE, KW_VIEW) || at_kw(p, KW_GRANT) ||
	    at_kw(p, KW_DENY) || at_kw(p, KW_REVOKE))
		push_ptr(p, parse_stmt(p, false));
	TAKE(p, mark, &s->u.schema.body);
	node_end(p, &s->h);
	return s;
}

/* ---- DROP ---- */

static struct tsql_objnames objname_list(struct parser *p)
{
	struct tsql_objnames list;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_objname(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

static bool drop_if_exists(struct parser *p)
{
	if (!at_kw(p, KW_IF))
		return false;
	next(p);
	expect_kw(p, KW_EXISTS);
	return true;
}

/* DROP INDEX t.i, i ON t WITH (…), i2 ON t */
static void drop_index(struct parser *p, struct tsql_stmt *s)
{
	struct tsql_objname *on;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_objname(p));
		if (accept_kw(p, KW_ON)) {
			on = parse_objname(p);
			if (!s->u.drop.on)
				s->u.drop.on = on;
		}
		if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN)
			s->u.drop.options = with_options(p);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &s->u.drop.names);
}

static struct tsql_stmt *parse_drop(struct parser *p)
{
	struct tsql_stmt *s;
	uint32_t off;

	switch (p->t[1].kw) {
	case KW_TABLE:
	case KW_VIEW:
	case KW_PROC:
	case KW_PROCEDURE:
	case KW_FUNCTION:
	case KW_TRIGGER:
	case KW_INDEX:
	case KW_TYPE:
	case KW_SEQUENCE:
	case KW_SYNONYM:
	case KW_SCHEMA:
	case KW_DATABASE:
	case KW_STATISTICS:
	case KW_DEFAULT:
	case KW_RULE:
	case KW_USER:
	case KW_LOGIN:
	case KW_ROLE:
	case KW_ASSEMBLY:
	case KW_AGGREGATE: break;
	case KW_EXTERNAL:
		if (p->t[2].kw == KW_TABLE)
			break;
		return parse_generic(p);
	default: return parse_generic(p);
	}
	if (p->t[1].kw == KW_DATABASE &&
	    (p->t[2].kw == KW_AUDIT || p->t[2].kw == KW_ENCRYPTION ||
		p->t[2].kw == KW_SCOPED) &&
	    (p->t[3].kind == TOK_WORD))
		return parse_generic(p);
	s = STMT_NEW(p, TSQL_S_DROP, drop);
	s->verb = TSQL_DROP_VERB;
	next(p);
	off = p->t->off;
	accept_kw(p, KW_EXTERNAL);
	s->u.drop.word = p->t->kw;
	next(p);
	s->u.drop.object = span_from(p, off);
	s->u.drop.if_exists = drop_if_exists(p);
	if (s->u.drop.word == KW_INDEX) {
		drop_index(p, s);
	} else {
		s->u.drop.names = objname_list(p);
		if (s->u.drop.word == KW_TRIGGER && at_kw(p, KW_ON)) {
			/* ON DATABASE, ON ALL SERVER */
			next(p);
			if (accept_kw(p, KW_ALL))
				expect_kw(p, KW_SERVER);
			else
				expect_kw(p, KW_DATABASE);
		} else if (s->u.drop.word == KW_SCHEMA) {
			if (!accept_kw(p, KW_RESTRICT))
				accept_kw(p, KW_CASCADE);
		} else if (s->u.drop.word == KW_ASSEMBLY) {
			s->u.drop.options = with_options(p);
		}
	}
	node_end(p, &s->h);
	return s;
}

/* ---- permissions ---- */

/* SELECT, UPDATE (c), VIEW DEFINITION, ALL PRIVILEGES: words, perhaps
 * with columns in parentheses. */
static struct tsql_options_list permissions(
    struct parser *p, struct tsql_names *columns)
{
	struct tsql_options_list list;
	struct tsql_option *o;
	size_t mark = MARK(p);

	do {
		o = option_new(p);
		if (!at(p, TOK_WORD) || at_kw(p, KW_ON) || at_kw(p, KW_TO) ||
		    at_kw(p, KW_FROM))
			parser_fail(p, "a permission");
		while (at(p, TOK_WORD) && !at_kw(p, KW_ON) &&
		    !at_kw(p, KW_TO) && !at_kw(p, KW_FROM))
			next(p);
		o->name.len = p->prev_end - o->name.off;
		if (at(p, TOK_LPAREN))
			*columns = parse_names_in_parens(p);
		node_end(p, &o->h);
		push_ptr(p, o);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

static struct tsql_objname *principal(struct parser *p)
{
	struct tsql_objname *o = NEW(p, struct tsql_objname);

	node_start(p, &o->h, TSQL_OBJNAME);
	o->n = 1;
	o->part = NEW(p, struct tsql_name);
	*o->part = parse_any_word(p);
	node_end(p, &o->h);
	return o;
}

struct tsql_stmt *parse_grant(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_GRANT, grant);
	uint32_t off;
	size_t mark;

	s->verb = at_kw(p, KW_GRANT) ? TSQL_GRANT
	    : at_kw(p, KW_DENY)	     ? TSQL_DENY
				     : TSQL_REVOKE;
	next(p);
	if (at_kw(p, KW_GRANT) && p->t[1].kw == KW_OPTION) {
		next(p);
		next(p);
		expect_kw(p, KW_FOR);
		s->u.grant.grant_option_for = true;
	}
	s->u.grant.permissions = permissions(p, &s->u.grant.columns);
	if (accept_kw(p, KW_ON)) {
		off = p->t->off;
		if (p->t[1].kind == TOK_DCOLON || p->t[2].kind == TOK_DCOLON ||
		    p->t[3].kind == TOK_DCOLON) {
			while (!at(p, TOK_DCOLON) && at(p, TOK_WORD))
				next(p);
			s->u.grant.object_class = span_from(p, off);
			expect(p, TOK_DCOLON, "::");
		}
		s->u.grant.object = parse_objname(p);
		if (at(p, TOK_LPAREN))
			s->u.grant.columns = parse_names_in_parens(p);
	}
	if (!accept_kw(p, KW_TO))
		expect_kw(p, KW_FROM);
	mark = MARK(p);
	do {
		push_ptr(p, principal(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &s->u.grant.principals);
	if (at_kw2(p, KW_WITH, KW_GRANT)) {
		next(p);
		next(p);
		expect_kw(p, KW_OPTION);
		s->u.grant.with_grant = true;
	}
	s->u.grant.cascade = accept_kw(p, KW_CASCADE);
	if (accept_kw(p, KW_AS))
		s->u.grant.as = principal(p);
	node_end(p, &s->h);
	return s;
}

/* ---- dispatch ---- */

/* At CREATE or ALTER: how many tokens the verb has. */
static unsigned verb_of(const struct parser *p, uint32_t *verb)
{
	*verb = at_kw(p, KW_CREATE) ? TSQL_CREATE : TSQL_ALTER;
	if (p->t[0].kw == KW_CREATE && p->t[1].kw == KW_OR &&
	    p->t[2].kw == KW_ALTER) {
		*verb = TSQL_CREATE_OR_ALTER;
		return 3;
	}
	return 1;
}

static void skip(struct parser *p, unsigned n)
{
	while (n--)
		next(p);
}

static bool is_index(const struct parser *p)
{
	unsigned i = 1;

	while (p->t[i].kw == KW_UNIQUE || p->t[i].kw == KW_CLUSTERED ||
	    p->t[i].kw == KW_NONCLUSTERED || p->t[i].kw == KW_COLUMNSTORE)
		i++;
	return p->t[i].kw == KW_INDEX;
}

struct tsql_stmt *parse_ddl(struct parser *p)
{
	struct tsql_stmt *s = NULL;
	uint32_t off = p->t->off, verb;
	unsigned n, kw;
	bool external = false, materialized = false;

	if (at_kw(p, KW_DROP))
		return parse_drop(p);
	n = verb_of(p, &verb);
	kw = p->t[n].kw;
	if (kw == KW_EXTERNAL && p->t[n + 1].kw == KW_TABLE) {
		external = true;
		kw = p->t[++n].kw;
	} else if (kw == KW_MATERIALIZED && p->t[n + 1].kw == KW_VIEW &&
	    verb != TSQL_ALTER) {
		materialized = true;
		kw = p->t[++n].kw;
	}
	switch (kw) {
	case KW_VIEW:
		skip(p, n + 1);
		s = parse_create_view(p, verb);
		s->u.view.materialized = materialized;
		break;
	case KW_PROC:
	case KW_PROCEDURE:
		skip(p, n + 1);
		s = parse_create_procedure(p, verb);
		break;
	case KW_FUNCTION:
		skip(p, n + 1);
		s = parse_create_function(p, verb);
		break;
	case KW_TRIGGER:
		skip(p, n + 1);
		s = parse_create_trigger(p, verb);
		break;
	case KW_TABLE:
		skip(p, n + 1);
		if (verb == TSQL_ALTER) {
			s = parse_alter_table(p);
			s->u.alter_table.external = external;
		} else {
			s = parse_create_table(p, verb);
			s->u.table.external = external;
		}
		break;
	case KW_SEQUENCE:
		skip(p, n);
		s = create_sequence(p, verb);
		break;
	}
	if (!s && verb == TSQL_CREATE) {
		if (kw == KW_STATISTICS) {
			skip(p, n);
			s = create_statistics(p);
		} else if (kw == KW_TYPE) {
			skip(p, n);
			s = create_type(p);
		} else if (kw == KW_SYNONYM) {
			skip(p, n);
			s = create_synonym(p);
		} else if (kw == KW_SCHEMA) {
			skip(p, n);
			s = create_schema(p);
		} else if (is_index(p)) {
			skip(p, n);
			s = parse_create_index(p);
		}
	}
	if (!s)
		return parse_generic(p);
	s->h.off = off;
	node_end(p, &s->h);
	return s;
}
