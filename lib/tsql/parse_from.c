#include <string.h>

#include "tsql/parser.h"

/* FROM: table sources and joins. */

struct tsql_from *from_new(struct parser *p, enum tsql_kind kind, size_t size)
{
	struct tsql_from *f = parser_alloc(p, size);

	node_start(p, &f->h, kind);
	return f;
}

/* ---- alias and hints ---- */

/* Words that aren't reserved and still end a table source. */
static bool from_alias_here(const struct parser *p)
{
	const struct tsql_tok *t = p->t;

	if (!is_name(p, t))
		return false;
	if (t->kind != TOK_WORD)
		return true;
	if (t[1].kind == TOK_COLON)
		return false;
	switch (t->kw) {
	case KW_WINDOW: return t[2].kw != KW_AS;
	case KW_USING: return !p->no_from_alias_using;
	case KW_ENABLE:
	case KW_DISABLE: return t[1].kw != KW_TRIGGER;
	case KW_LOOP:
	case KW_HASH:
	case KW_REMOTE:
	case KW_REPLICATE:
	case KW_REDUCE:
	case KW_REDISTRIBUTE: return t[1].kw != KW_JOIN;
	default: return true;
	}
}

/* One hint of WITH (…) on a table: NOLOCK, INDEX (a, b), INDEX = a,
 * FORCESEEK (i (c)), SPATIAL_WINDOW_MAX_CELLS = 5. */
static struct tsql_option *table_hint(struct parser *p)
{
	struct tsql_option *o = option_new(p);

	if (!at(p, TOK_WORD) && !at(p, TOK_INT))
		parser_fail(p, "a table hint");
	next(p);
	o->name.len = p->prev_end - o->name.off;
	if (accept(p, TOK_EQ)) {
		o->equals = true;
		if (at(p, TOK_LPAREN))
			o->sub = parse_option_list(p);
		else
			o->value = parse_primary(p);
	} else if (at(p, TOK_LPAREN)) {
		o->sub = parse_option_list(p);
	}
	node_end(p, &o->h);
	return o;
}

struct tsql_options_list parse_table_hints(struct parser *p)
{
	struct tsql_options_list list;
	size_t mark = MARK(p);

	expect(p, TOK_LPAREN, "(");
	do {
		accept(p, TOK_COMMA);
		push_ptr(p, table_hint(p));
	} while (!at(p, TOK_RPAREN));
	next(p);
	TAKE(p, mark, &list);
	return list;
}

/* Is (…) behind a table a list of hints of old, as in t (NOLOCK)? */
static bool old_hint(const struct tsql_tok *t)
{
	if (t->kind != TOK_LPAREN)
		return false;
	switch (t[1].kw) {
	case KW_NOLOCK:
	case KW_HOLDLOCK:
	case KW_UPDLOCK:
	case KW_TABLOCK:
	case KW_TABLOCKX:
	case KW_PAGLOCK:
	case KW_ROWLOCK:
	case KW_XLOCK:
	case KW_READPAST:
	case KW_READCOMMITTED:
	case KW_READCOMMITTEDLOCK:
	case KW_READUNCOMMITTED:
	case KW_REPEATABLEREAD:
	case KW_SERIALIZABLE:
	case KW_SNAPSHOT:
	case KW_NOWAIT:
	case KW_NOEXPAND:
	case KW_FORCESEEK:
	case KW_FORCESCAN:
		return t[2].kind == TOK_RPAREN || t[2].kind == TOK_COMMA ||
		    t[2].kind == TOK_WORD;
	case KW_INDEX: return t[2].kind != TOK_COMMA && t[2].kind != TOK_RPAREN;
	default: return false;
	}
}

static void hints(struct parser *p, struct tsql_from *f)
{
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		f->hints = parse_table_hints(p);
	} else if (old_hint(p->t) ||
	    (f->alias.text && at(p, TOK_LPAREN) && p->t[1].kind == TOK_INT &&
		p->t[2].kind == TOK_RPAREN)) {
		f->hints = parse_table_hints(p); /* t a (1): an index */
	}
	/* t HOLDLOCK and its like */
	if (at_kw(p, KW_HOLDLOCK))
		next(p);
}

void parse_from_alias(struct parser *p, struct tsql_from *f)
{
	if (accept_kw(p, KW_AS))
		f->alias = at(p, TOK_STRING) ? parse_alias(p) : parse_name(p);
	else if (from_alias_here(p))
		f->alias = parse_name(p);
	else if (at(p, TOK_STRING) && f->h.kind == TSQL_T_DERIVED)
		f->alias = parse_alias(p);
	else
		return;
	if (at(p, TOK_LPAREN) && !old_hint(p->t) && f->h.kind != TSQL_T_NAME)
		f->columns = parse_names_in_parens(p);
}

/* ---- named tables ---- */

static void system_time(struct parser *p, struct tsql_from *f)
{
	next(p);
	next(p);
	if (accept_kw(p, KW_AS)) {
		expect_kw(p, KW_OF);
		f->u.name.temporal = TSQL_AS_OF;
		f->u.name.time = parse_expr_prec(p, PREC_ADD);
	} else if (accept_kw(p, KW_FROM)) {
		f->u.name.temporal = TSQL_FROM_TO;
		f->u.name.time = parse_expr_prec(p, PREC_ADD);
		expect_kw(p, KW_TO);
		f->u.name.time_to = parse_expr_prec(p, PREC_ADD);
	} else if (accept_kw(p, KW_BETWEEN)) {
		f->u.name.temporal = TSQL_BETWEEN_AND;
		f->u.name.time = parse_expr_prec(p, PREC_ADD);
		expect_kw(p, KW_AND);
		f->u.name.time_to = parse_expr_prec(p, PREC_ADD);
	} else if (accept_kw(p, KW_CONTAINED)) {
		expect_kw(p, KW_IN);
		expect(p, TOK_LPAREN, "(");
		f->u.name.temporal = TSQL_CONTAINED_IN;
		f->u.name.time = parse_expr(p);
		expect(p, TOK_COMMA, ",");
		f->u.name.time_to = parse_expr(p);
		expect(p, TOK_RPAREN, ")");
	} else {
		expect_kw(p, KW_ALL);
		f->u.name.temporal = TSQL_TEMPORAL_ALL;
	}
}

static void table_sample(struct parser *p, struct tsql_from *f)
{
	if (!accept_kw(p, KW_TABLESAMPLE))
		return;
	f->u.name.sample_system = accept_kw(p, KW_SYSTEM);
	expect(p, TOK_LPAREN, "(");
	f->u.name.sample = parse_expr(p);
	if (accept_kw(p, KW_ROWS))
		f->u.name.sample_rows = true;
	else
		accept_kw(p, KW_PERCENT);
	expect(p, TOK_RPAREN, ")");
	if (accept_kw(p, KW_REPEATABLE)) {
		expect(p, TOK_LPAREN, "(");
		f->u.name.sample_seed = parse_expr(p);
		expect(p, TOK_RPAREN, ")");
	}
}

/* What may follow a table's name, in any order that scripts have. */
static void table_tail(struct parser *p, struct tsql_from *f)
{
	hints(p, f);
	if (at_kw2(p, KW_FOR, KW_SYSTEM_TIME))
		system_time(p, f);
	if (at_kw2(p, KW_FOR, KW_PATH)) {
		next(p);
		next(p);
		f->u.name.for_path = true;
	}
	table_sample(p, f);
	if (!f->alias.text)
		parse_from_alias(p, f);
	if (!f->hints.n)
		hints(p, f);
	table_sample(p, f);
	if (!f->hints.n)
		hints(p, f);
}

/* ---- functions and methods ---- */

static struct tsql_from *call_source(struct parser *p, struct tsql_expr *e)
{
	struct tsql_from *f = FROM_NEW(
	    p, e->h.kind == TSQL_E_METHOD ? TSQL_T_METHOD : TSQL_T_CALL, call);

	f->h.off = e->h.off;
	f->u.call.call = e;
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN &&
	    p->t[3].kind != TOK_RPAREN && p->t[3].kind != TOK_COMMA) {
		next(p);
		f->u.call.schema = parse_schema_columns(p, &f->u.call.nschema);
	}
	parse_from_alias(p, f);
	hints(p, f);
	if (!f->alias.text)
		parse_from_alias(p, f);
	return f;
}

static struct tsql_from *variable_source(struct parser *p)
{
	struct tsql_from *f;
	struct tsql_expr *e;

	if (p->t[1].kind == TOK_DOT) {
		e = parse_primary(p);
		return call_source(p, e);
	}
	f = FROM_NEW(p, TSQL_T_VARIABLE, variable);
	e = parse_variable(p);
	f->u.variable.name = *e->u.name.part;
	parse_from_alias(p, f);
	hints(p, f);
	return f;
}

/* t (NOLOCK) is a table with a hint, f(x) a function. The name has been
 * looked over from p->t; is the paren behind it a hint's? */
static struct tsql_from *named_source(struct parser *p)
{
	struct tsql_objname *o;
	struct tsql_from *f;
	struct tsql_expr *e;
	uint32_t off = p->t->off;

	o = parse_objname(p);
	if (at(p, TOK_LPAREN) && !old_hint(p->t)) {
		struct tsql_name *last = &o->part[o->n - 1];

		if (o->n > 1 && tsql_name_is(last, "nodes")) {
			struct tsql_expr *m =
			    EXPR_NEW(p, TSQL_E_METHOD, method);

			e = EXPR_NEW(p, TSQL_E_COLUMN, name);
			e->h.off = m->h.off = off;
			e->u.name.part = o->part;
			e->nparts = (uint16_t)(o->n - 1);
			e->h.len = last[-1].off + last[-1].src_len - off;
			m->u.method.e = e;
			m->u.method.name = *last;
			m->u.method.call = true;
			m->u.method.args = parse_exprs_in_parens(p);
			node_end(p, &m->h);
			e = m;
		} else {
			e = parse_call(p, off, o->part, o->n);
		}
		return call_source(p, parse_postfix(p, e));
	}
	if (at(p, TOK_DCOLON)) {
		parser_fail(p, "a table");
	}
	f = FROM_NEW(p, TSQL_T_NAME, name);
	f->h.off = off;
	f->u.name.name = o;
	table_tail(p, f);
	return f;
}

/* ---- parentheses ---- */

static struct tsql_from *dml_source(struct parser *p)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_DML, dml);

	f->u.dml.stmt = parse_dml(p, NULL);
	return f;
}

/*
 * (query) AS a, (joins), ((query) UNION …) AS a: whether an inner pair of
 * parentheses holds a query or joins shows only behind it.
 */
static struct tsql_from *paren_source(struct parser *p)
{
	uint32_t off = p->t->off;
	struct tsql_from *f;

	next(p);
	descend(p);
	switch (p->t->kw) {
	case KW_SELECT:
	case KW_VALUES:
	case KW_WITH:
		f = FROM_NEW(p, TSQL_T_DERIVED, derived);
		f->u.derived.query = parse_query(p);
		parse_query_option(p, f->u.derived.query);
		break;
	case KW_INSERT:
	case KW_UPDATE:
	case KW_DELETE:
	case KW_MERGE: f = dml_source(p); break;
	default:
		f = parse_from(p);
		if (f->h.kind == TSQL_T_DERIVED && !f->alias.text &&
		    (at_setop(p) || at_kw(p, KW_ORDER) || at(p, TOK_RPAREN))) {
			struct tsql_query *q = f->u.derived.query;

			q->h.flags |= TSQL_PAREN;
			f->u.derived.query = parse_query_rest(p, q);
		} else {
			f->h.flags |= TSQL_PAREN;
		}
	}
	ascend(p);
	expect(p, TOK_RPAREN, ")");
	f->h.off = off;
	if (f->h.kind == TSQL_T_DERIVED && accept_kw2(p, KW_FOR, KW_PATH))
		f->u.derived.for_path = true;
	if (f->h.kind == TSQL_T_DERIVED || f->h.kind == TSQL_T_DML ||
	    !f->alias.text)
		parse_from_alias(p, f);
	hints(p, f);
	return f;
}

/* ---- one source ---- */

static struct tsql_from *primary_source(struct parser *p)
{
	bool call = p->t[1].kind == TOK_LPAREN;
	struct tsql_expr *e;

	switch (p->t->kind) {
	case TOK_LPAREN: return paren_source(p);
	case TOK_VAR: return variable_source(p);
	case TOK_LBRACE: {
		/* {oj a LEFT OUTER JOIN b ON …} */
		uint32_t off = p->t->off;
		struct tsql_from *f;

		next(p);
		parse_any_word(p);
		descend(p);
		f = parse_from(p);
		ascend(p);
		expect(p, TOK_RBRACE, "}");
		f->h.off = off;
		return f;
	}
	case TOK_DCOLON:
		/* ::fn_x(…) of old */
		next(p);
		return named_source(p);
	}
	switch (p->t->kw) {
	case KW_OPENJSON:
		if (call)
			return parse_openjson(p, TSQL_T_OPENJSON);
		break;
	case KW_OPENXML: return parse_openjson(p, TSQL_T_OPENXML);
	case KW_OPENROWSET: return parse_openrowset(p);
	case KW_OPENQUERY: return parse_openquery(p);
	case KW_OPENDATASOURCE: return parse_opendatasource(p);
	case KW_CHANGETABLE:
		if (call)
			return parse_changetable(p);
		break;
	case KW_PREDICT:
		if (call)
			return parse_predict(p);
		break;
	case KW_CONTAINSTABLE:
	case KW_FREETEXTTABLE:
	case KW_SEMANTICKEYPHRASETABLE:
	case KW_SEMANTICSIMILARITYTABLE:
	case KW_SEMANTICSIMILARITYDETAILSTABLE: {
		struct tsql_name *n = NEW(p, struct tsql_name);
		uint32_t off = p->t->off;

		*n = parse_any_word(p);
		if (!at(p, TOK_LPAREN))
			parser_fail(p, "(");
		e = parse_call(p, off, n, 1);
		return call_source(p, e);
	}
	}
	if (call && p->t[2].kw == KW_TABLE && at_word(p, "vector_search"))
		return parse_predict(p);
	if (!at_name(p) && !at(p, TOK_DOT))
		parser_fail(p, "a table");
	return named_source(p);
}

static struct tsql_from *parse_pivot(struct parser *p, struct tsql_from *l)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_PIVOT, pivot);
	size_t mark = MARK(p);

	f->h.off = l->h.off;
	f->u.pivot.source = l;
	next(p);
	expect(p, TOK_LPAREN, "(");
	do {
		push_ptr(p, parse_primary(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &f->u.pivot.aggregates);
	expect_kw(p, KW_FOR);
	f->u.pivot.column = parse_column(p);
	expect_kw(p, KW_IN);
	f->u.pivot.in = parse_names_in_parens(p);
	expect(p, TOK_RPAREN, ")");
	parse_from_alias(p, f);
	node_end(p, &f->h);
	return f;
}

static struct tsql_from *parse_unpivot(struct parser *p, struct tsql_from *l)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_UNPIVOT, unpivot);

	f->h.off = l->h.off;
	f->u.unpivot.source = l;
	next(p);
	expect(p, TOK_LPAREN, "(");
	f->u.unpivot.value = parse_name(p);
	expect_kw(p, KW_FOR);
	f->u.unpivot.column = parse_name(p);
	expect_kw(p, KW_IN);
	f->u.unpivot.in = parse_columns_in_parens(p);
	expect(p, TOK_RPAREN, ")");
	parse_from_alias(p, f);
	node_end(p, &f->h);
	return f;
}

static struct tsql_from *pivots(struct parser *p, struct tsql_from *f)
{
	for (;;) {
		if (at_kw(p, KW_PIVOT))
			f = parse_pivot(p, f);
		else if (at_kw(p, KW_UNPIVOT))
			f = parse_unpivot(p, f);
		else
			return f;
	}
}

static struct tsql_from *operand_source(struct parser *p)
{
	struct tsql_from *f = primary_source(p);

	node_end(p, &f->h);
	return pivots(p, f);
}

/* ---- joins ---- */

static uint8_t join_hint(struct parser *p)
{
	uint8_t hint = TSQL_HINT_NONE;

	switch (p->t->kw) {
	case KW_LOOP: hint = TSQL_HINT_LOOP; break;
	case KW_HASH: hint = TSQL_HINT_HASH; break;
	case KW_MERGE: hint = TSQL_HINT_MERGE; break;
	case KW_REMOTE: hint = TSQL_HINT_REMOTE; break;
	case KW_REDUCE: hint = TSQL_HINT_REDUCE; break;
	case KW_REDISTRIBUTE: hint = TSQL_HINT_REDISTRIBUTE; break;
	case KW_REPLICATE: hint = TSQL_HINT_REPLICATE; break;
	default: return hint;
	}
	next(p);
	return hint;
}

/* At a join operator: takes it. */
static bool join_operator(struct parser *p, uint8_t *join, uint8_t *hint)
{
	const struct tsql_tok *t = p->t;

	*hint = TSQL_HINT_NONE;
	switch (t->kw) {
	case KW_JOIN:
		*join = TSQL_JOIN_INNER;
		next(p);
		return true;
	case KW_INNER: *join = TSQL_JOIN_INNER; break;
	case KW_LEFT: *join = TSQL_JOIN_LEFT; break;
	case KW_RIGHT: *join = TSQL_JOIN_RIGHT; break;
	case KW_FULL: *join = TSQL_JOIN_FULL; break;
	case KW_CROSS:
	case KW_OUTER:
		if (t[1].kw == KW_APPLY)
			*join = t->kw == KW_CROSS ? TSQL_CROSS_APPLY
						  : TSQL_OUTER_APPLY;
		else if (t->kw == KW_CROSS)
			*join = TSQL_JOIN_CROSS;
		else
			return false;
		next(p);
		if (*join == TSQL_JOIN_CROSS) {
			*hint = join_hint(p);
			expect_kw(p, KW_JOIN);
		} else {
			next(p);
		}
		return true;
	case KW_LOOP:
	case KW_HASH:
	case KW_REMOTE:
	case KW_REDUCE:
	case KW_REDISTRIBUTE:
	case KW_REPLICATE:
	case KW_MERGE:
		if (t[1].kw != KW_JOIN)
			return false;
		*join = TSQL_JOIN_INNER;
		*hint = join_hint(p);
		next(p);
		return true;
	default: return false;
	}
	next(p);
	accept_kw(p, KW_OUTER);
	accept_kw(p, KW_LOCAL); /* old, as REMOTE is */
	*hint = join_hint(p);
	expect_kw(p, KW_JOIN);
	return true;
}

/* The right operand of a join that takes ON: 'a JOIN b JOIN c ON … ON …'
 * nests the inner joins there. */
static struct tsql_from *join_right(struct parser *p);

static struct tsql_from *join_with(
    struct parser *p, struct tsql_from *l, uint8_t join, uint8_t hint)
{
	struct tsql_from *f = FROM_NEW(p, TSQL_T_JOIN, join);

	f->h.off = l->h.off;
	f->u.join.l = l;
	f->u.join.join = join;
	f->u.join.hint = hint;
	if (join >= TSQL_JOIN_CROSS) {
		f->u.join.r = operand_source(p);
	} else {
		f->u.join.r = join_right(p);
		expect_kw(p, KW_ON);
		f->u.join.on = parse_expr(p);
	}
	node_end(p, &f->h);
	return f;
}

static struct tsql_from *join_right(struct parser *p)
{
	struct tsql_from *f = operand_source(p);
	uint8_t join, hint;

	descend(p);
	while (!at_kw(p, KW_ON) && join_operator(p, &join, &hint))
		f = join_with(p, f, join, hint);
	ascend(p);
	return f;
}

struct tsql_from *parse_from(struct parser *p)
{
	struct tsql_from *f = operand_source(p);
	uint8_t join, hint;

	while (join_operator(p, &join, &hint))
		f = pivots(p, join_with(p, f, join, hint));
	return f;
}

struct tsql_froms parse_from_list(struct parser *p)
{
	struct tsql_froms list;
	size_t mark = MARK(p);

	do {
		push_ptr(p, parse_from(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &list);
	return list;
}

/* The target of INSERT, UPDATE, DELETE, MERGE: hints but no alias. */
struct tsql_from *parse_target(struct parser *p)
{
	struct tsql_from *f;

	if (at(p, TOK_VAR)) {
		f = FROM_NEW(p, TSQL_T_VARIABLE, variable);
		f->u.variable.name = *parse_variable(p)->u.name.part;
	} else if (at_kw(p, KW_OPENROWSET)) {
		f = parse_openrowset(p);
	} else if (at_kw(p, KW_OPENQUERY)) {
		f = parse_openquery(p);
	} else if (at_kw(p, KW_OPENDATASOURCE)) {
		f = parse_opendatasource(p);
	} else {
		f = FROM_NEW(p, TSQL_T_NAME, name);
		f->u.name.name = parse_objname(p);
	}
	if (at_kw(p, KW_WITH) && p->t[1].kind == TOK_LPAREN) {
		next(p);
		f->hints = parse_table_hints(p);
	}
	node_end(p, &f->h);
	return f;
}
