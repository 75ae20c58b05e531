#include <string.h>

#include "tsql/parser.h"

/* Permissions, owners, security policies; triggers on and off. */

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

/* One word, a keyword too: PUBLIC, CURRENT. */
struct tsql_objname *parse_principal(struct parser *p)
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
		push_ptr(p, parse_principal(p));
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
		s->u.grant.as = parse_principal(p);
	node_end(p, &s->h);
	return s;
}

/* ---- owners ---- */

/* [class ::] object, behind ON or TRANSFER */
static void owned(struct parser *p, struct tsql_stmt *s)
{
	uint32_t off = p->t->off;
	unsigned i = 0;

	while (i < 4 && p->t[i].kind == TOK_WORD)
		i++;
	if (p->t[i].kind == TOK_DCOLON) {
		while (!at(p, TOK_DCOLON))
			next(p);
		s->u.owner.object_class = span_from(p, off);
		next(p);
	}
	s->u.owner.object = parse_objname(p);
}

/* Behind ALTER: AUTHORIZATION ON [class ::] o TO owner */
struct tsql_stmt *parse_authorization(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_AUTHORIZATION, owner);

	s->verb = TSQL_ALTER;
	next(p);
	expect_kw(p, KW_ON);
	owned(p, s);
	expect_kw(p, KW_TO);
	if (at_kw(p, KW_SCHEMA) && p->t[1].kw == KW_OWNER)
		next(p); /* SCHEMA OWNER */
	s->u.owner.owner = parse_any_word(p);
	node_end(p, &s->h);
	return s;
}

/* Behind ALTER: SCHEMA s TRANSFER [class ::] o */
struct tsql_stmt *parse_transfer(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_TRANSFER, owner);

	s->verb = TSQL_ALTER;
	next(p);
	s->u.owner.owner = parse_name(p);
	if (!accept_word(p, "transfer"))
		parser_fail(p, "TRANSFER");
	owned(p, s);
	node_end(p, &s->h);
	return s;
}

/* ---- security policies ---- */

/* ADD FILTER PREDICATE f(c) ON t, DROP BLOCK PREDICATE ON t AFTER INSERT */
static struct tsql_policy_predicate *policy_predicate(struct parser *p)
{
	struct tsql_policy_predicate *q = NEW(p, struct tsql_policy_predicate);
	uint32_t off;

	node_start(p, &q->h, TSQL_POLICY_PREDICATE);
	q->verb = at_kw(p, KW_DROP) ? TSQL_DROP_VERB
	    : at_kw(p, KW_ALTER)    ? TSQL_ALTER
				    : TSQL_CREATE;
	next(p);
	q->block = at_kw(p, KW_BLOCK);
	if (!accept_kw(p, KW_BLOCK))
		expect_kw(p, KW_FILTER);
	if (!accept_word(p, "predicate"))
		parser_fail(p, "PREDICATE");
	if (!at_kw(p, KW_ON))
		q->call = parse_primary(p);
	expect_kw(p, KW_ON);
	q->table = parse_objname(p);
	off = p->t->off;
	if (at_kw(p, KW_AFTER) || at_word(p, "before")) {
		next(p);
		next(p);
		q->when = span_from(p, off);
	}
	node_end(p, &q->h);
	return q;
}

/* Behind CREATE or ALTER. */
struct tsql_stmt *parse_security_policy(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_SECURITY_POLICY, policy);
	size_t mark;

	s->verb = verb;
	next(p);
	next(p);
	s->u.policy.name = parse_objname(p);
	mark = MARK(p);
	while ((at_kw(p, KW_ADD) || at_kw(p, KW_ALTER) || at_kw(p, KW_DROP)) &&
	    (p->t[1].kw == KW_FILTER || p->t[1].kw == KW_BLOCK)) {
		push_ptr(p, policy_predicate(p));
		accept(p, TOK_COMMA);
	}
	s->u.policy.v =
	    parser_take(p, mark, sizeof(*s->u.policy.v), &s->u.policy.n);
	if (at_kw(p, KW_WITH))
		s->u.policy.options = parse_with_list(p);
	/* ALTER: ADD and DROP NOT FOR REPLICATION */
	if (p->t[1].kw == KW_NOT && !accept_kw(p, KW_ADD))
		accept_kw(p, KW_DROP);
	parse_not_for_replication(p, &s->u.policy.not_for_replication);
	node_end(p, &s->h);
	return s;
}

/* ---- triggers on and off ---- */

/* ENABLE TRIGGER a, b ON t; ALL ON DATABASE; a ON ALL SERVER */
struct tsql_stmt *parse_enable_trigger(struct parser *p)
{
	struct tsql_stmt *s =
	    STMT_NEW(p, TSQL_S_ENABLE_TRIGGER, enable_trigger);
	size_t mark = MARK(p);

	s->verb = TSQL_OTHER_VERB;
	s->u.enable_trigger.enable = at_kw(p, KW_ENABLE);
	next(p);
	expect_kw(p, KW_TRIGGER);
	if (accept_kw(p, KW_ALL)) {
		s->u.enable_trigger.all = true;
	} else {
		do {
			push_ptr(p, parse_objname(p));
		} while (accept(p, TOK_COMMA));
		TAKE(p, mark, &s->u.enable_trigger.names);
	}
	expect_kw(p, KW_ON);
	if (at_kw(p, KW_ALL) && p->t[1].kw == KW_SERVER) {
		next(p);
		next(p);
		s->u.enable_trigger.all_server = true;
	} else if (accept_kw(p, KW_DATABASE)) {
		s->u.enable_trigger.database = true;
	} else {
		s->u.enable_trigger.on = parse_objname(p);
	}
	node_end(p, &s->h);
	return s;
}
