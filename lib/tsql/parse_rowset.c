#include "tsql/parser.h"

/* OPENJSON, OPENROWSET and the other table sources that are functions with
 * a syntax of their own. */

struct tsql_schema_col **parse_schema_columns(struct parser *p, uint32_t *n)
{
	struct tsql_schema_col *c;
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	do {
		c = NEW(p, struct tsql_schema_col);
		node_start(p, &c->h, TSQL_SCHEMA_COL);
		c->name = parse_alias(p);
		c->type = parse_dtype(p);
		if (accept_kw(p, KW_COLLATE))
			c->collation = parse_any_word(p);
		if (at(p, TOK_STRING) || at(p, TOK_NSTRING) ||
		    at(p, TOK_DQUOTE) || at(p, TOK_INT))
			c->path = at(p, TOK_DQUOTE) ? parse_primary(p)
						    : parse_literal(p);
		if (accept_kw(p, KW_AS)) {
			expect_kw(p, KW_JSON);
			c->as_json = true;
		}
		if (accept_kw(p, KW_NOT))
			expect_kw(p, KW_NULL);
		else
			accept_kw(p, KW_NULL);
		node_end(p, &c->h);
		push_ptr(p, c);
	} while (accept(p, TOK_COMMA));
	expect(p, TOK_RPAREN, ")");
	return parser_take(p, mark, sizeof(c), n);
}

struct tsql_from *parse_openjson(struct parser *p, enum tsql_kind kind)
{
	struct tsql_from *f = FROM_NEW(p, kind, open);

	next(p);
	f->u.open.args = parse_exprs_in_parens(p);
	if (at_kw(p, KW_WITH)) {
		next(p);
		if (at(p, TOK_LPAREN)) {
			f->u.open.schema =
			    parse_schema_columns(p, &f->u.open.nschema);
		} else {
			f->u.open.table = parse_objname(p);
		}
	}
	parse_from_alias(p, f);
	return f;
}

static void rowset_schema(struct parser *p, struct tsql_from *f)
{
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		/* hints of VECTOR_SEARCH: WITH (FORCE_ANN_ONLY) */
		if (p->t[2].kind == TOK_RPAREN)
			f->hints = parse_table_hints(p);
		else
			f->u.rowset.schema =
			    parse_schema_columns(p, &f->u.rowset.nschema);
	}
	parse_from_alias(p, f);
	if (!f->hints.n && at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		f->hints = parse_table_hints(p);
	}
}

/* BULK ('a', 'b',): a comma may stand behind the last. */
static void bulk_files(struct parser *p)
{
	expect(p, TOK_LPAREN, "(");
	do {
		push_ptr(p, parse_expr(p));
	} while (accept(p, TOK_COMMA) && !at(p, TOK_RPAREN));
	expect(p, TOK_RPAREN, ")");
}

struct tsql_from *parse_openrowset(struct parser *p)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_OPENROWSET, rowset);
	size_t mark = MARK(p);

	next(p);
	expect(p, TOK_LPAREN, "(");
	descend(p);
	if (accept_kw(p, KW_BULK)) {
		f->u.rowset.bulk = true;
		if (at(p, TOK_LPAREN))
			bulk_files(p);
		else
			push_ptr(p, parse_primary(p));
		TAKE(p, mark, &f->u.rowset.args);
		if (accept(p, TOK_COMMA))
			f->u.rowset.options = parse_bare_options(p);
	} else if (at(p, TOK_WORD) && p->t[1].kind == TOK_EQ) {
		/* PROVIDER = 'CosmosDB', … */
		f->u.rowset.options = parse_bare_options(p);
	} else {
		/* 'provider', 'connect' | 'source'; 'user'; 'password',
		 * object or 'query' */
		do {
			if (at_name(p) && p->t->kind != TOK_DQUOTE &&
			    p->t[1].kind != TOK_COMMA) {
				f->u.rowset.object = parse_objname(p);
				break;
			}
			push_ptr(p, parse_expr(p));
		} while (accept(p, TOK_COMMA) || accept(p, TOK_SEMI));
		TAKE(p, mark, &f->u.rowset.args);
	}
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	rowset_schema(p, f);
	return f;
}

struct tsql_from *parse_openquery(struct parser *p)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_OPENQUERY, openquery);

	next(p);
	expect(p, TOK_LPAREN, "(");
	f->u.openquery.server = parse_name(p);
	expect(p, TOK_COMMA, ",");
	f->u.openquery.query = parse_expr(p);
	expect(p, TOK_RPAREN, ")");
	parse_from_alias(p, f);
	return f;
}

struct tsql_from *parse_opendatasource(struct parser *p)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_OPENDATASOURCE, rowset);

	next(p);
	f->u.rowset.args = parse_exprs_in_parens(p);
	if (accept(p, TOK_DOT)) {
		if (at(p, TOK_STRING))
			parse_alias(p); /* a quoted name of old */
		else
			f->u.rowset.object = parse_objname(p);
	}
	parse_from_alias(p, f);
	return f;
}

struct tsql_from *parse_changetable(struct parser *p)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_CHANGETABLE, changetable);
	size_t mark = MARK(p);

	next(p);
	expect(p, TOK_LPAREN, "(");
	f->u.changetable.version = accept_kw(p, KW_VERSION);
	if (!f->u.changetable.version)
		expect_kw(p, KW_CHANGES);
	f->u.changetable.table = parse_objname(p);
	while (accept(p, TOK_COMMA)) {
		if (at(p, TOK_LPAREN) && is_name(p, &p->t[1]) &&
		    !f->u.changetable.pk.n && f->u.changetable.version) {
			f->u.changetable.pk = parse_names_in_parens(p);
			continue;
		}
		push_ptr(p, parse_expr(p));
	}
	TAKE(p, mark, &f->u.changetable.args);
	expect(p, TOK_RPAREN, ")");
	parse_from_alias(p, f);
	return f;
}

struct tsql_from *parse_predict(struct parser *p)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_PREDICT, rowset);

	next(p);
	f->u.rowset.options = parse_option_list(p);
	rowset_schema(p, f);
	return f;
}
