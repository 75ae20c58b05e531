#include <string.h>

#include "tsql/parser.h"

/* Indexes, statistics, partition functions and schemes. */

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
			d->options = parse_with_list(p);
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
	while (at(p, TOK_WORD) && !at_kw(p, KW_INDEX))
		next(p); /* PRIMARY XML, SPATIAL, VECTOR … */
	if (at_kw(p, KW_INDEX) && p->prev_end > d->h.off && !d->unique &&
	    d->clustered < 0 && !d->columnstore)
		d->flavour = span_from(p, d->h.off);
	expect_kw(p, KW_INDEX);
	d->name = parse_name(p);
	expect_kw(p, KW_ON);
	d->table = parse_objname(p);
	if (at(p, TOK_LPAREN))
		d->columns = parse_key_cols(p);
	if (d->flavour.len)
		d->options = parse_clauses(p); /* USING, FOR, WITH, ON */
	else
		index_tail(p, d);
	node_end(p, &d->h);
	node_end(p, &s->h);
	return s;
}

struct tsql_stmt *parse_create_statistics(struct parser *p)
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
	s->u.statistics.options = parse_with_list(p);
	node_end(p, &s->h);
	return s;
}

/* UPDATE STATISTICS t i WITH …; t (a, b) */
struct tsql_stmt *parse_update_statistics(struct parser *p)
{
	struct tsql_stmt *s =
	    STMT_NEW(p, TSQL_S_UPDATE_STATISTICS, update_statistics);

	s->verb = TSQL_OTHER_VERB;
	next(p);
	next(p);
	s->u.update_statistics.table = parse_objname(p);
	if (at(p, TOK_LPAREN))
		s->u.update_statistics.names = parse_names_in_parens(p);
	else if (at_name(p) && !at_stmt_end(p))
		s->u.update_statistics.names = parse_name_list(p);
	s->u.update_statistics.options = parse_clauses(p);
	node_end(p, &s->h);
	return s;
}

/* ---- ALTER INDEX ---- */

/* Behind PARTITION: a number, an expression, ALL. */
struct tsql_expr *parse_partition_number(struct parser *p)
{
	struct tsql_expr *e;

	accept(p, TOK_EQ);
	if (!at_kw(p, KW_ALL))
		return parse_expr(p);
	e = EXPR_NEW(p, TSQL_E_COLUMN, name);
	e->nparts = 1;
	e->u.name.part = NEW(p, struct tsql_name);
	*e->u.name.part = parse_any_word(p);
	node_end(p, &e->h);
	return e;
}

/* Behind ALTER. REBUILD, REORGANIZE, DISABLE, SET, RESUME, PAUSE, ABORT; FOR
 * (…) of a selective XML index is among the options. */
struct tsql_stmt *parse_alter_index(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_ALTER_INDEX, alter_index);
	uint32_t off;

	s->verb = TSQL_ALTER;
	next(p);
	if (!accept_kw(p, KW_ALL))
		s->u.alter_index.name = parse_name(p);
	expect_kw(p, KW_ON);
	s->u.alter_index.table = parse_objname(p);
	off = p->t->off;
	if (at(p, TOK_WORD) && !at_kw(p, KW_WITH) && !at_kw(p, KW_FOR)) {
		s->u.alter_index.action = p->t->kw;
		next(p);
		s->u.alter_index.action_text = span_from(p, off);
	}
	if (accept_kw(p, KW_PARTITION))
		s->u.alter_index.partition = parse_partition_number(p);
	s->u.alter_index.options = parse_clauses(p);
	node_end(p, &s->h);
	return s;
}

/* ---- partitions ---- */

/* AS RANGE [LEFT | RIGHT] FOR VALUES (…); ALTER: () SPLIT | MERGE RANGE (v) */
struct tsql_stmt *parse_partition_function(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s =
	    STMT_NEW(p, TSQL_S_PARTITION_FUNCTION, partition_function);

	s->verb = verb;
	next(p);
	next(p);
	s->u.partition_function.name = parse_name(p);
	s->u.partition_function.right = -1;
	expect(p, TOK_LPAREN, "(");
	if (!at(p, TOK_RPAREN))
		s->u.partition_function.type = parse_dtype(p);
	if (accept_kw(p, KW_COLLATE))
		parse_any_word(p);
	expect(p, TOK_RPAREN, ")");
	if (verb == TSQL_ALTER) {
		s->u.partition_function.split = accept_kw(p, KW_SPLIT);
		if (!s->u.partition_function.split) {
			expect_kw(p, KW_MERGE);
			s->u.partition_function.merge = true;
		}
		/* without a range of old */
		if (accept_kw(p, KW_RANGE))
			s->u.partition_function.values =
			    parse_exprs_in_parens(p);
	} else {
		expect_kw(p, KW_AS);
		expect_kw(p, KW_RANGE);
		if (accept_kw(p, KW_RIGHT))
			s->u.partition_function.right = 1;
		else if (accept_kw(p, KW_LEFT))
			s->u.partition_function.right = 0;
		expect_kw(p, KW_FOR);
		expect_kw(p, KW_VALUES);
		s->u.partition_function.values = parse_exprs_in_parens(p);
	}
	node_end(p, &s->h);
	return s;
}

static struct tsql_names filegroups(struct parser *p)
{
	struct tsql_names list;
	struct tsql_name n;
	size_t mark = MARK(p);

	do {
		n = at(p, TOK_STRING) ? parse_alias(p) : parse_any_word(p);
		push(p, &n, sizeof(n));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

/* AS PARTITION f [ALL] TO (fg, …); ALTER: NEXT USED [fg] */
struct tsql_stmt *parse_partition_scheme(struct parser *p, uint32_t verb)
{
	struct tsql_stmt *s =
	    STMT_NEW(p, TSQL_S_PARTITION_SCHEME, partition_scheme);

	s->verb = verb;
	next(p);
	next(p);
	s->u.partition_scheme.name = parse_name(p);
	if (verb == TSQL_ALTER) {
		expect_kw(p, KW_NEXT);
		if (!accept_word(p, "used"))
			parser_fail(p, "USED");
		if (!at_stmt_end(p))
			s->u.partition_scheme.filegroups = filegroups(p);
	} else {
		expect_kw(p, KW_AS);
		expect_kw(p, KW_PARTITION);
		s->u.partition_scheme.function = parse_name(p);
		s->u.partition_scheme.all = accept_kw(p, KW_ALL);
		expect_kw(p, KW_TO);
		expect(p, TOK_LPAREN, "(");
		s->u.partition_scheme.filegroups = filegroups(p);
		expect(p, TOK_RPAREN, ")");
	}
	node_end(p, &s->h);
	return s;
}
