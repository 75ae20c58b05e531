#include <string.h>

#include "tsql/parser.h"

/* ALTER TABLE. */

static void alter_add(struct parser *p, struct tsql_alter_action *a)
{
	struct tsql_table_def *d = NEW(p, struct tsql_table_def);
	size_t mark = MARK(p);
	bool paren;

	a->what = TSQL_ALTER_ADD;
	next(p);
	accept_kw(p, KW_COLUMN);
	node_start(p, &d->h, TSQL_TABLE_DEF);
	paren = accept(p, TOK_LPAREN);
	do {
		parse_table_part(p, d);
	} while (accept(p, TOK_COMMA));
	if (paren)
		expect(p, TOK_RPAREN, ")");
	take_table_parts(p, mark, d);
	node_end(p, &d->h);
	a->table = d;
}

static void alter_column(struct parser *p, struct tsql_alter_action *a)
{
	struct tsql_column_def *c;

	a->what = TSQL_ALTER_COLUMN;
	next(p);
	next(p);
	if (p->t[1].kw == KW_ADD || p->t[1].kw == KW_DROP) {
		c = NEW(p, struct tsql_column_def);
		node_start(p, &c->h, TSQL_COLUMN_DEF);
		c->nullable = -1;
		c->name = parse_name(p);
		a->enable = at_kw(p, KW_ADD);
		next(p);
		if (at_kw2(p, KW_NOT, KW_NULL) || at_kw(p, KW_NULL)) {
			parse_column_attribute(p, c);
		} else if (at_kw(p, KW_MASKED) && p->t[1].kw != KW_WITH) {
			next(p);
		} else if (at_kw(p, KW_NOT)) {
			parse_not_for_replication(p, &c->identity_nfr);
		} else if (!parse_column_attribute(p, c)) {
			parser_fail(p, "an attribute of the column");
		}
		node_end(p, &c->h);
	} else {
		c = parse_column_def(p);
	}
	a->column = c;
	a->options = parse_with_options(p);
}

static void alter_drop(struct parser *p, struct tsql_alter_action *a)
{
	struct tsql_alter_drop d;
	size_t mark = MARK(p);
	uint8_t what = 'k';

	a->what = TSQL_ALTER_DROP;
	next(p);
	do {
		memset(&d, 0, sizeof(d));
		if (at_kw(p, KW_CONSTRAINT) || at_kw(p, KW_COLUMN) ||
		    at_kw(p, KW_INDEX)) {
			what = at_kw(p, KW_COLUMN) ? 'c'
			    : at_kw(p, KW_INDEX)   ? 'i'
						   : 'k';
			next(p);
		} else if (at_kw(p, KW_PERIOD) && p->t[1].kw == KW_FOR) {
			next(p);
			next(p);
			expect_kw(p, KW_SYSTEM_TIME);
			d.what = 'p';
			push(p, &d, sizeof(d));
			continue;
		}
		if (at_kw(p, KW_IF)) {
			next(p);
			expect_kw(p, KW_EXISTS);
		}
		d.what = what;
		d.name = parse_name(p);
		push(p, &d, sizeof(d));
		if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
			next(p);
			a->options = parse_option_list(p);
		}
	} while (accept(p, TOK_COMMA));
	a->drop = parser_take(p, mark, sizeof(d), &a->ndrop);
}

static void check_constraint(struct parser *p, struct tsql_alter_action *a)
{
	a->what = at_kw(p, KW_CHECK) ? TSQL_ALTER_CHECK : TSQL_ALTER_NOCHECK;
	next(p);
	expect_kw(p, KW_CONSTRAINT);
	if (accept_kw(p, KW_ALL))
		a->all = true;
	else
		a->names = parse_name_list(p);
}

static void alter_switch(struct parser *p, struct tsql_alter_action *a)
{
	a->what = TSQL_ALTER_SWITCH;
	next(p);
	if (accept_kw(p, KW_PARTITION))
		a->partition = parse_partition_number(p);
	expect_kw(p, KW_TO);
	a->target = parse_objname(p);
	if (accept_kw(p, KW_PARTITION))
		a->target_partition = parse_partition_number(p);
	a->options = parse_with_options(p);
}

static void enable_disable(struct parser *p, struct tsql_alter_action *a)
{
	a->enable = at_kw(p, KW_ENABLE);
	next(p);
	if (accept_kw(p, KW_TRIGGER)) {
		a->what = TSQL_ALTER_TRIGGER;
		if (accept_kw(p, KW_ALL))
			a->all = true;
		else
			a->names = parse_name_list(p);
		return;
	}
	if (accept_kw(p, KW_CHANGE_TRACKING)) {
		a->what = TSQL_ALTER_CHANGE_TRACKING;
		a->options = parse_with_options(p);
		return;
	}
	/* ENABLE FILETABLE_NAMESPACE */
	a->what = TSQL_ALTER_OTHER;
	a->options = parse_clauses(p);
}

/* Synapse: SPLIT RANGE (v), MERGE RANGE (v) */
static void alter_range(struct parser *p, struct tsql_alter_action *a)
{
	a->what = at_kw(p, KW_SPLIT) ? TSQL_ALTER_SPLIT : TSQL_ALTER_MERGE;
	next(p);
	expect_kw(p, KW_RANGE);
	expect(p, TOK_LPAREN, "(");
	a->partition = parse_expr(p);
	expect(p, TOK_RPAREN, ")");
}

/* Memory-optimised tables: ALTER INDEX i REBUILD WITH (…) */
static void alter_inline_index(struct parser *p, struct tsql_alter_action *a)
{
	a->what = TSQL_ALTER_INDEX;
	next(p);
	next(p);
	a->names = parse_name_list(p);
	a->options = parse_clauses(p);
}

static void alter_action(struct parser *p, struct tsql_alter_action *a)
{
	if (at_kw(p, KW_WITH) &&
	    (p->t[1].kw == KW_CHECK || p->t[1].kw == KW_NOCHECK)) {
		next(p);
		a->with_check = at_kw(p, KW_CHECK);
		next(p);
	}
	switch (p->t->kw) {
	case KW_ADD: alter_add(p, a); return;
	case KW_ALTER:
		if (p->t[1].kw == KW_COLUMN) {
			alter_column(p, a);
			return;
		}
		if (p->t[1].kw == KW_INDEX) {
			alter_inline_index(p, a);
			return;
		}
		break;
	case KW_DROP: alter_drop(p, a); return;
	case KW_CHECK:
	case KW_NOCHECK: check_constraint(p, a); return;
	case KW_ENABLE:
	case KW_DISABLE: enable_disable(p, a); return;
	case KW_SWITCH: alter_switch(p, a); return;
	case KW_REBUILD:
		a->what = TSQL_ALTER_REBUILD;
		next(p);
		if (accept_kw(p, KW_PARTITION)) {
			a->all = p->t[1].kw == KW_ALL;
			a->partition = parse_partition_number(p);
		}
		a->options = parse_with_options(p);
		return;
	case KW_SET:
		a->what = TSQL_ALTER_SET;
		next(p);
		a->options = parse_option_list(p);
		return;
	case KW_SPLIT:
	case KW_MERGE:
		if (p->t[1].kw != KW_RANGE)
			break;
		alter_range(p, a);
		return;
	}
	a->what = TSQL_ALTER_OTHER;
	if (at_stmt_end(p))
		parser_fail(p, "an action of ALTER TABLE");
	a->options = parse_clauses(p);
}

/* At the table's name. */
struct tsql_stmt *parse_alter_table(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_ALTER_TABLE, alter_table);
	struct tsql_alter_action *a = NEW(p, struct tsql_alter_action);

	s->verb = TSQL_ALTER;
	s->u.alter_table.name = parse_objname(p);
	node_start(p, &a->h, TSQL_ALTER_ACTION);
	a->with_check = -1;
	alter_action(p, a);
	node_end(p, &a->h);
	s->u.alter_table.action = a;
	node_end(p, &s->h);
	return s;
}
