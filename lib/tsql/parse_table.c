#include <string.h>

#include "tsql/parser.h"

/* CREATE TABLE and ALTER TABLE: columns, constraints, indexes. */

struct tsql_key_cols parse_key_cols(struct parser *p)
{
	struct tsql_key_cols list;
	struct tsql_key_col c;
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	do {
		memset(&c, 0, sizeof(c));
		c.name = at(p, TOK_PSEUDO) ? *parse_column(p)->u.name.part
					   : parse_name(p);
		if (accept_kw(p, KW_DESC))
			c.desc = true;
		else
			accept_kw(p, KW_ASC);
		push(p, &c, sizeof(c));
	} while (accept(p, TOK_COMMA));
	expect(p, TOK_RPAREN, ")");
	TAKE(p, mark, &list);
	return list;
}

static int8_t clustered(struct parser *p, bool *hash)
{
	int8_t c = -1;

	if (accept_kw(p, KW_CLUSTERED))
		c = 1;
	else if (accept_kw(p, KW_NONCLUSTERED))
		c = 0;
	*hash = accept_kw(p, KW_HASH);
	return c;
}

/* ON filegroup, ON scheme (column), ON "default" */
static struct tsql_span on_filegroup(struct parser *p)
{
	struct tsql_span none = {0, 0};
	uint32_t off;

	if (!at_kw(p, KW_ON) ||
	    (!is_name(p, &p->t[1]) && p->t[1].kw != KW_DEFAULT &&
		p->t[1].kw != KW_PRIMARY && p->t[1].kind != TOK_STRING &&
		p->t[1].kind != TOK_DQUOTE))
		return none;
	next(p);
	off = p->t->off;
	next(p);
	if (at(p, TOK_LPAREN))
		skip_parens(p);
	return span_from(p, off);
}

struct tsql_options_list parse_with_options(struct parser *p)
{
	struct tsql_options_list none = {NULL, 0};
	size_t mark = MARK(p);

	if (!at_kw(p, KW_WITH))
		return none;
	if (p->t[1].kind == TOK_LPAREN) {
		next(p);
		return parse_option_list(p);
	}
	/* WITH FILLFACTOR = 90 of old */
	if (p->t[1].kind != TOK_WORD ||
	    (p->t[2].kind != TOK_EQ && p->t[2].kind != TOK_LPAREN &&
		!tok_is(p, &p->t[1], "sorted_data_reorg"))) {
		return none;
	}
	next(p);
	do {
		push_ptr(p, parse_option(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &none);
	return none;
}

void parse_not_for_replication(struct parser *p, bool *flag)
{
	if (!at_kw2(p, KW_NOT, KW_FOR))
		return;
	next(p);
	next(p);
	expect_kw(p, KW_REPLICATION);
	*flag = true;
}

/* ---- constraints ---- */

static enum tsql_action ref_action(struct parser *p)
{
	if (accept_kw(p, KW_CASCADE))
		return TSQL_CASCADE;
	if (accept_kw(p, KW_NO)) {
		expect_kw(p, KW_ACTION);
		return TSQL_NO_ACTION;
	}
	expect_kw(p, KW_SET);
	if (accept_kw(p, KW_NULL))
		return TSQL_SET_NULL;
	expect_kw(p, KW_DEFAULT);
	return TSQL_SET_DEFAULT;
}

static void ref_actions(struct parser *p, struct tsql_constraint *c)
{
	while (at_kw(p, KW_ON)) {
		if (p->t[1].kw == KW_DELETE) {
			next(p);
			next(p);
			c->on_delete = ref_action(p);
		} else if (p->t[1].kw == KW_UPDATE) {
			next(p);
			next(p);
			c->on_update = ref_action(p);
		} else {
			break;
		}
	}
	parse_not_for_replication(p, &c->not_for_replication);
}

static void references(struct parser *p, struct tsql_constraint *c)
{
	c->what = TSQL_FOREIGN_KEY;
	expect_kw(p, KW_REFERENCES);
	c->references = parse_objname(p);
	if (at(p, TOK_LPAREN))
		c->ref_columns = parse_names_in_parens(p);
	ref_actions(p, c);
}

static void unique_key(struct parser *p, struct tsql_constraint *c)
{
	c->clustered = clustered(p, &c->hash);
	if (at(p, TOK_LPAREN))
		c->columns = parse_key_cols(p);
	c->options = parse_with_options(p);
	c->on = on_filegroup(p);
}

static void connection(struct parser *p, struct tsql_constraint *c)
{
	c->what = TSQL_CONNECTION;
	skip_parens(p);
	ref_actions(p, c);
}

/* A constraint, named or not, of a table or a column. */
struct tsql_constraint *parse_constraint(struct parser *p)
{
	struct tsql_constraint *c = NEW(p, struct tsql_constraint);

	node_start(p, &c->h, TSQL_CONSTRAINT);
	c->clustered = -1;
	if (accept_kw(p, KW_CONSTRAINT))
		c->name = parse_name(p);
	if (accept_kw2(p, KW_PRIMARY, KW_KEY)) {
		c->what = TSQL_PRIMARY_KEY;
		unique_key(p, c);
	} else if (accept_kw(p, KW_UNIQUE)) {
		c->what = TSQL_UNIQUE;
		unique_key(p, c);
	} else if (at_kw(p, KW_FOREIGN)) {
		next(p);
		expect_kw(p, KW_KEY);
		/* ADD FOREIGN KEY fk (c) is accepted as a name */
		if (at(p, TOK_LPAREN))
			c->columns = parse_key_cols(p);
		references(p, c);
	} else if (at_kw(p, KW_REFERENCES)) {
		references(p, c);
	} else if (accept_kw(p, KW_CHECK)) {
		c->what = TSQL_CHECK;
		parse_not_for_replication(p, &c->not_for_replication);
		expect(p, TOK_LPAREN, "(");
		c->expr = parse_expr(p);
		expect(p, TOK_RPAREN, ")");
	} else if (accept_kw(p, KW_CONNECTION)) {
		connection(p, c);
	} else {
		expect_kw(p, KW_DEFAULT);
		c->what = TSQL_DEFAULT_CONSTRAINT;
		c->expr = parse_expr_prec(p, PREC_ADD);
		if (at_kw(p, KW_FOR)) {
			next(p);
			c->for_column = parse_name(p);
		}
		if (at_kw2(p, KW_WITH, KW_VALUES)) {
			next(p);
			next(p);
			c->with_values = true;
		}
	}
	/* Synapse and Fabric: NOT ENFORCED */
	if (at_kw2(p, KW_NOT, KW_ENFORCED)) {
		next(p);
		next(p);
		c->not_enforced = true;
	}
	node_end(p, &c->h);
	return c;
}

/* ---- indexes inside of a table ---- */

static void index_where(struct parser *p, struct tsql_index_def *d)
{
	if (accept_kw(p, KW_WHERE))
		d->filter = parse_expr(p);
}

struct tsql_index_def *parse_inline_index(struct parser *p)
{
	struct tsql_index_def *d = NEW(p, struct tsql_index_def);

	node_start(p, &d->h, TSQL_INDEX_DEF);
	next(p);
	d->name = parse_name(p);
	d->unique = accept_kw(p, KW_UNIQUE);
	d->clustered = clustered(p, &d->hash);
	d->columnstore = accept_kw(p, KW_COLUMNSTORE);
	if (at(p, TOK_LPAREN))
		d->columns = parse_key_cols(p);
	if (accept_kw(p, KW_ORDER))
		d->order = parse_names_in_parens(p);
	if (accept_kw(p, KW_INCLUDE))
		d->include = parse_names_in_parens(p);
	index_where(p, d);
	d->options = parse_with_options(p);
	d->on = on_filegroup(p);
	if (accept_kw(p, KW_FILESTREAM_ON))
		parse_alias(p);
	node_end(p, &d->h);
	return d;
}

/* ---- columns ---- */

static void identity(struct parser *p, struct tsql_column_def *c)
{
	next(p);
	c->identity = true;
	if (accept(p, TOK_LPAREN)) {
		if (!at(p, TOK_RPAREN)) {
			c->seed = parse_expr(p);
			expect(p, TOK_COMMA, ",");
			c->increment = parse_expr(p);
		}
		expect(p, TOK_RPAREN, ")");
	}
	parse_not_for_replication(p, &c->identity_nfr);
}

static void generated(struct parser *p, struct tsql_column_def *c)
{
	next(p);
	expect_kw(p, KW_ALWAYS);
	expect_kw(p, KW_AS);
	if (accept_kw(p, KW_ROW)) {
		c->generated = at_kw(p, KW_START) ? 's' : 'e';
		if (!accept_kw(p, KW_START))
			expect_kw(p, KW_END);
	} else {
		/* transaction_id, sequence_number, suser_sid … START */
		c->generated = 'x';
		parse_any_word(p);
		if (!accept_kw(p, KW_START))
			expect_kw(p, KW_END);
	}
}

static void masked(struct parser *p, struct tsql_column_def *c)
{
	next(p);
	accept_kw(p, KW_WITH);
	expect(p, TOK_LPAREN, "(");
	expect_kw(p, KW_FUNCTION);
	expect(p, TOK_EQ, "=");
	c->masked = parse_expr(p);
	expect(p, TOK_RPAREN, ")");
}

/* One attribute of a column; false when none is here. */
bool parse_column_attribute(struct parser *p, struct tsql_column_def *c)
{
	switch (p->t->kw) {
	case KW_NULL:
		next(p);
		c->nullable = 1;
		return true;
	case KW_NOT:
		if (p->t[1].kw == KW_FOR) {
			parse_not_for_replication(p, &c->identity_nfr);
			return true;
		}
		if (p->t[1].kw != KW_NULL)
			return false;
		next(p);
		next(p);
		c->nullable = 0;
		return true;
	case KW_COLLATE:
		next(p);
		c->collation = parse_any_word(p);
		return true;
	case KW_IDENTITY: identity(p, c); return true;
	case KW_ROWGUIDCOL:
		next(p);
		c->rowguidcol = true;
		return true;
	case KW_SPARSE:
		next(p);
		c->sparse = true;
		return true;
	case KW_PERSISTED:
		next(p);
		c->persisted = true;
		return true;
	case KW_FILESTREAM:
		next(p);
		c->filestream = true;
		return true;
	case KW_HIDDEN:
		next(p);
		c->hidden = true;
		return true;
	case KW_COLUMN_SET:
		next(p);
		expect_kw(p, KW_FOR);
		parse_any_word(p);
		c->column_set = true;
		return true;
	case KW_GENERATED: generated(p, c); return true;
	case KW_MASKED: masked(p, c); return true;
	case KW_ENCRYPTED:
		next(p);
		expect_kw(p, KW_WITH);
		c->encrypted = parse_option_list(p);
		return true;
	default: return false;
	}
}

static bool at_constraint(const struct parser *p)
{
	switch (p->t->kw) {
	case KW_CONSTRAINT:
	case KW_PRIMARY:
	case KW_UNIQUE:
	case KW_FOREIGN:
	case KW_REFERENCES:
	case KW_CHECK:
	case KW_DEFAULT: return true;
	case KW_CONNECTION: return p->t[1].kind == TOK_LPAREN;
	default: return false;
	}
}

/* Constraints and inline indexes are gathered on one stack: nodes. */
static void split_parts(struct parser *p, size_t mark,
    struct tsql_constraints *constraints, struct tsql_nodes *indexes)
{
	struct tsql_nodes all;
	size_t m = 0;
	uint32_t i;

	TAKE(p, mark, &all);
	m = MARK(p);
	for (i = 0; i < all.n; i++)
		if (all.v[i]->kind == TSQL_CONSTRAINT)
			push_ptr(p, all.v[i]);
	TAKE(p, m, constraints);
	for (i = 0; i < all.n; i++)
		if (all.v[i]->kind == TSQL_INDEX_DEF)
			push_ptr(p, all.v[i]);
	TAKE(p, m, indexes);
}

static void column_attributes(struct parser *p, struct tsql_column_def *c)
{
	size_t mark = MARK(p);

	for (;;) {
		if (at_constraint(p)) {
			/* CONSTRAINT n NOT NULL is allowed, its name lost
			 * by the server too */
			if (at_kw(p, KW_CONSTRAINT) &&
			    (p->t[2].kw == KW_NULL ||
				(p->t[2].kw == KW_NOT &&
				    p->t[3].kw == KW_NULL))) {
				next(p);
				next(p);
				continue;
			}
			push_ptr(p, parse_constraint(p));
		} else if (at_kw(p, KW_INDEX)) {
			push_ptr(p, parse_inline_index(p));
		} else if (!parse_column_attribute(p, c)) {
			break;
		}
	}
	split_parts(p, mark, &c->constraints, &c->indexes);
}

struct tsql_column_def *parse_column_def(struct parser *p)
{
	struct tsql_column_def *c = NEW(p, struct tsql_column_def);

	node_start(p, &c->h, TSQL_COLUMN_DEF);
	c->nullable = -1;
	c->name = parse_name(p);
	if (accept_kw(p, KW_AS)) {
		c->computed = parse_expr(p);
	} else if (!at(p, TOK_COMMA) && !at(p, TOK_RPAREN) &&
	    !at_constraint(p) && !at_kw(p, KW_NOT) && !at_kw(p, KW_NULL)) {
		c->type = parse_dtype(p);
	}
	column_attributes(p, c);
	node_end(p, &c->h);
	return c;
}

/* ---- the list in parentheses ---- */

void parse_table_part(struct parser *p, struct tsql_table_def *d)
{
	if (at_kw(p, KW_PERIOD) && p->t[1].kw == KW_FOR) {
		next(p);
		next(p);
		expect_kw(p, KW_SYSTEM_TIME);
		expect(p, TOK_LPAREN, "(");
		d->period_start = parse_name(p);
		expect(p, TOK_COMMA, ",");
		d->period_end = parse_name(p);
		expect(p, TOK_RPAREN, ")");
	} else if (at_kw(p, KW_CLUSTER) && p->t[1].kw == KW_BY) {
		/* Fabric */
		next(p);
		next(p);
		skip_parens(p);
	} else if (at_constraint(p)) {
		push_ptr(p, parse_constraint(p));
	} else if (at_kw(p, KW_INDEX)) {
		push_ptr(p, parse_inline_index(p));
	} else {
		push_ptr(p, parse_column_def(p));
	}
}

void take_table_parts(struct parser *p, size_t mark, struct tsql_table_def *d)
{
	struct tsql_nodes all;
	size_t m;
	uint32_t i;

	TAKE(p, mark, &all);
	m = MARK(p);
	for (i = 0; i < all.n; i++)
		if (all.v[i]->kind == TSQL_COLUMN_DEF)
			push_ptr(p, all.v[i]);
	d->column = parser_take(p, m, sizeof(*d->column), &d->ncolumn);
	for (i = 0; i < all.n; i++)
		if (all.v[i]->kind == TSQL_CONSTRAINT)
			push_ptr(p, all.v[i]);
	TAKE(p, m, &d->constraints);
	for (i = 0; i < all.n; i++)
		if (all.v[i]->kind == TSQL_INDEX_DEF)
			push_ptr(p, all.v[i]);
	d->index = parser_take(p, m, sizeof(*d->index), &d->nindex);
}

struct tsql_table_def *parse_table_def(struct parser *p)
{
	struct tsql_table_def *d = NEW(p, struct tsql_table_def);
	size_t mark = MARK(p);

	node_start(p, &d->h, TSQL_TABLE_DEF);
	expect(p, TOK_LPAREN, "(");
	do {
		if (at(p, TOK_RPAREN))
			break;
		parse_table_part(p, d);
		/* constraints may follow without a comma */
		while (at_constraint(p))
			push_ptr(p, parse_constraint(p));
	} while (accept(p, TOK_COMMA));
	expect(p, TOK_RPAREN, ")");
	take_table_parts(p, mark, d);
	node_end(p, &d->h);
	return d;
}

/* ---- CREATE TABLE ---- */

static void table_tail(struct parser *p, struct tsql_stmt *s)
{
	for (;;) {
		if (at_kw(p, KW_ON)) {
			s->u.table.on = on_filegroup(p);
			if (!s->u.table.on.len)
				break; /* no filegroup: no progress */
		} else if (accept_kw(p, KW_TEXTIMAGE_ON)) {
			uint32_t off = p->t->off;

			parse_alias(p);
			s->u.table.textimage_on = span_from(p, off);
		} else if (accept_kw(p, KW_FILESTREAM_ON)) {
			uint32_t off = p->t->off;

			next(p);
			if (at(p, TOK_LPAREN))
				skip_parens(p);
			s->u.table.filestream_on = span_from(p, off);
		} else if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN &&
		    !s->u.table.options.n) {
			next(p);
			s->u.table.options = parse_option_list(p);
		} else if (at_kw(p, KW_AS) && p->t[1].kw == KW_NODE) {
			next(p);
			next(p);
			s->u.table.node = true;
		} else if (at_kw(p, KW_AS) && p->t[1].kw == KW_EDGE) {
			next(p);
			next(p);
			s->u.table.edge = true;
		} else if (at_kw(p, KW_AS) && p->t[1].kw == KW_FILETABLE) {
			next(p);
			next(p);
			s->u.table.filetable = true;
		} else if (at_kw(p, KW_AS) && p->t[1].kw == KW_CLONE) {
			next(p);
			next(p);
			expect_kw(p, KW_OF);
			s->u.table.clone = true;
			s->u.table.clone_of = parse_objname(p);
			if (at_kw(p, KW_AT)) {
				next(p);
				parse_literal(p);
			}
		} else if (at_kw(p, KW_AT) && p->t[1].kind == TOK_LPAREN) {
			next(p); /* a remote table's connection string */
			skip_parens(p);
		} else if (at_word(p, "federated") && p->t[1].kw == KW_ON) {
			next(p);
			next(p);
			skip_parens(p);
		} else if (at_kw(p, KW_AS)) {
			next(p);
			s->u.table.query = parse_query(p);
			parse_query_option(p, s->u.table.query);
		} else {
			return;
		}
	}
}

/* At the table's name. */
struct tsql_stmt *parse_create_table(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CREATE_TABLE, table);

	s->verb = verb;
	s->u.table.name = parse_objname(p);
	if (at(p, TOK_LPAREN))
		s->u.table.def = parse_table_def(p);
	table_tail(p, s);
	node_end(p, &s->h);
	return s;
}
