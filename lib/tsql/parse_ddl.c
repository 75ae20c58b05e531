#include <string.h>

#include "tsql/parser.h"

/* CREATE, ALTER and DROP: which one it is; types, sequences, synonyms and
 * schemas. Modules, tables, indexes, security and the long tail have files
 * of their own. */

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
		s->u.table.options = parse_with_list(p);
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

/* ---- DROP of what lives in a schema ---- */

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
			s->u.drop.options = parse_with_list(p);
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &s->u.drop.names);
}

/* At DROP: is it of what lives in a schema? */
bool parse_drops_here(const struct parser *p)
{
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
	case KW_STATISTICS:
	case KW_DEFAULT:
	case KW_RULE:
	case KW_AGGREGATE: return true;
	case KW_EXTERNAL: return p->t[2].kw == KW_TABLE;
	default: return false;
	}
}

static struct tsql_stmt *parse_drop(struct parser *p)
{
	struct tsql_stmt *s;
	uint32_t off;

	if (!parse_drops_here(p))
		return parse_object(p);
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
		}
	}
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

/* CREATE [UNIQUE] [CLUSTERED] … INDEX and the flavours of it. */
static bool is_index(const struct parser *p)
{
	unsigned i = 1;

	while (p->t[i].kw == KW_UNIQUE || p->t[i].kw == KW_CLUSTERED ||
	    p->t[i].kw == KW_NONCLUSTERED || p->t[i].kw == KW_COLUMNSTORE)
		i++;
	if (i > 1 || p->t[1].kw == KW_INDEX)
		return p->t[i].kw == KW_INDEX;
	if (p->t[1].kw == KW_PRIMARY || tok_is(p, &p->t[1], "selective"))
		i++;
	return p->t[i + 1].kw == KW_INDEX &&
	    (p->t[i].kw == KW_XML || p->t[i].kw == KW_JSON ||
		p->t[i].kw == KW_SPATIAL || p->t[i].kw == KW_VECTOR);
}

static bool at_words(
    const struct parser *p, unsigned n, enum tsql_kw a, const char *b)
{
	return p->t[n].kw == a && tok_is(p, &p->t[n + 1], b);
}

/* CREATE only; n tokens are before the object's word. */
static struct tsql_stmt *create_one(struct parser *p, unsigned n)
{
	struct tsql_stmt *(*parse)(struct parser *) = NULL;

	switch (p->t[n].kw) {
	case KW_STATISTICS: parse = parse_create_statistics; break;
	case KW_TYPE: parse = create_type; break;
	case KW_SYNONYM: parse = create_synonym; break;
	case KW_SCHEMA: parse = create_schema; break;
	default:
		if (!is_index(p))
			return NULL;
		parse = parse_create_index;
	}
	skip(p, n);
	return parse(p);
}

/* ALTER only. */
static struct tsql_stmt *alter_one(struct parser *p, unsigned n)
{
	struct tsql_stmt *(*parse)(struct parser *) = NULL;

	switch (p->t[n].kw) {
	case KW_INDEX: parse = parse_alter_index; break;
	case KW_AUTHORIZATION: parse = parse_authorization; break;
	case KW_SCHEMA: parse = parse_transfer; break;
	default: return NULL;
	}
	skip(p, n);
	return parse(p);
}

/* CREATE and ALTER alike. */
static struct tsql_stmt *create_or_alter(
    struct parser *p, unsigned n, uint32_t verb)
{
	struct tsql_stmt *(*parse)(struct parser *, uint32_t) = NULL;

	if (p->t[n].kw == KW_SEQUENCE)
		parse = create_sequence;
	else if (at_words(p, n, KW_PARTITION, "function"))
		parse = parse_partition_function;
	else if (at_words(p, n, KW_PARTITION, "scheme"))
		parse = parse_partition_scheme;
	else if (at_words(p, n, KW_SECURITY, "policy"))
		parse = parse_security_policy;
	else
		return NULL;
	skip(p, n);
	return parse(p, verb);
}

/* Tables and modules: a table's words may have one before them. */
static struct tsql_stmt *table_or_module(
    struct parser *p, unsigned n, uint32_t verb)
{
	bool external = false, remote = false, materialized = false;
	unsigned kw = p->t[n].kw;
	struct tsql_stmt *s;

	if (kw == KW_EXTERNAL && p->t[n + 1].kw == KW_TABLE) {
		external = true;
		kw = p->t[++n].kw;
	} else if (kw == KW_REMOTE && p->t[n + 1].kw == KW_TABLE &&
	    verb == TSQL_CREATE) {
		remote = true;
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
		return s;
	case KW_PROC:
	case KW_PROCEDURE:
		skip(p, n + 1);
		return parse_create_procedure(p, verb);
	case KW_FUNCTION: skip(p, n + 1); return parse_create_function(p, verb);
	case KW_TRIGGER: skip(p, n + 1); return parse_create_trigger(p, verb);
	case KW_TABLE:
		skip(p, n + 1);
		if (verb == TSQL_ALTER) {
			s = parse_alter_table(p);
			s->u.alter_table.external = external;
		} else {
			s = parse_create_table(p, verb);
			s->u.table.external = external;
			s->u.table.remote = remote;
		}
		return s;
	default: return NULL;
	}
}

/* At CREATE, ALTER or DROP. */
struct tsql_stmt *parse_ddl(struct parser *p)
{
	struct tsql_stmt *s;
	uint32_t off = p->t->off, verb;
	unsigned n;

	if (at_kw(p, KW_DROP))
		return parse_drop(p);
	n = verb_of(p, &verb);
	s = table_or_module(p, n, verb);
	if (!s)
		s = create_or_alter(p, n, verb);
	if (!s)
		s = verb == TSQL_ALTER ? alter_one(p, n) : create_one(p, n);
	if (!s)
		return parse_object(p);
	s->h.off = off;
	node_end(p, &s->h);
	return s;
}
