#include <string.h>

#include "tsql/parser.h"

/* The procedural statements. */

/* ---- DECLARE, SET ---- */

void parse_cursor_def(struct parser *p, struct tsql_cursor_def *d)
{
	for (;; next(p)) {
		switch (p->t->kw) {
		case KW_LOCAL: d->local = true; continue;
		case KW_GLOBAL: d->global = true; continue;
		case KW_INSENSITIVE: d->insensitive = true; continue;
		case KW_SCROLL: d->scroll = true; continue;
		case KW_FORWARD_ONLY: d->forward_only = true; continue;
		case KW_STATIC: d->is_static = true; continue;
		case KW_KEYSET: d->keyset = true; continue;
		case KW_DYNAMIC: d->dynamic = true; continue;
		case KW_FAST_FORWARD: d->fast_forward = true; continue;
		case KW_READ_ONLY: d->read_only = true; continue;
		case KW_SCROLL_LOCKS: d->scroll_locks = true; continue;
		case KW_OPTIMISTIC: d->optimistic = true; continue;
		case KW_TYPE_WARNING: d->type_warning = true; continue;
		case KW_CURSOR: continue;
		}
		break;
	}
	expect_kw(p, KW_FOR);
	d->query = parse_query(p);
	if (!d->query->option.n)
		parse_query_option(p, d->query);
	if (!at_kw(p, KW_FOR))
		return;
	next(p);
	if (accept_kw(p, KW_UPDATE)) {
		d->for_update = true;
		if (accept_kw(p, KW_OF)) {
			size_t mark = MARK(p);

			do {
				push_ptr(p, parse_column(p));
			} while (accept(p, TOK_COMMA));
			TAKE(p, mark, &d->update_columns);
		}
	} else if (accept_kw(p, KW_READ)) {
		expect_kw(p, KW_ONLY);
		d->read_only = true;
	} else {
		expect_kw(p, KW_READ_ONLY);
		d->read_only = true;
	}
}

static struct tsql_var_decl *var_decl(struct parser *p)
{
	struct tsql_var_decl *v = NEW(p, struct tsql_var_decl);

	node_start(p, &v->h, TSQL_VAR_DECL);
	v->name = *parse_variable(p)->u.name.part;
	accept_kw(p, KW_AS);
	if (at_kw(p, KW_TABLE)) {
		next(p);
		v->table = parse_table_def(p);
	} else {
		v->cursor = at_kw(p, KW_CURSOR);
		v->type = parse_dtype(p);
		if (accept_kw(p, KW_NOT))
			expect_kw(p, KW_NULL);
		else
			accept_kw(p, KW_NULL);
		if (accept(p, TOK_EQ))
			v->init = parse_expr(p);
	}
	node_end(p, &v->h);
	return v;
}

static struct tsql_stmt *parse_declare(struct parser *p)
{
	struct tsql_stmt *s;
	size_t mark;

	if (p->t[1].kind != TOK_VAR ||
	    (p->t[2].kw == KW_CURSOR && p->t[3].kw == KW_FOR)) {
		s = STMT_NEW(p, TSQL_S_DECLARE_CURSOR, declare_cursor);
		next(p);
		s->u.declare_cursor.name = at(p, TOK_VAR)
		    ? *parse_variable(p)->u.name.part
		    : parse_name(p);
		/* DECLARE c INSENSITIVE SCROLL CURSOR FOR */
		parse_cursor_def(p, &s->u.declare_cursor.def);
		node_end(p, &s->h);
		return s;
	}
	s = STMT_NEW(p, TSQL_S_DECLARE, declare);
	next(p);
	mark = MARK(p);
	do {
		push_ptr(p, var_decl(p));
	} while (accept(p, TOK_COMMA));
	TAKE(p, mark, &s->u.declare);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *set_variable(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_SET_VAR, set_var);
	struct tsql_cursor_def *c;

	next(p);
	s->u.set_var.target = parse_primary(p);
	if (!assign_op(p->t, &s->u.set_var.op)) {
		if (s->u.set_var.target->h.kind != TSQL_E_METHOD)
			parser_fail(p, "=");
		node_end(p, &s->h);
		return s;
	}
	next(p);
	if (at_kw(p, KW_CURSOR)) {
		c = NEW(p, struct tsql_cursor_def);
		next(p);
		parse_cursor_def(p, c);
		s->u.set_var.cursor = c;
	} else {
		s->u.set_var.value = parse_expr(p);
	}
	node_end(p, &s->h);
	return s;
}

/*
 * SET NOCOUNT, XACT_ABORT ON; SET TRANSACTION ISOLATION LEVEL …; SET
 * DATEFORMAT dmy; SET IDENTITY_INSERT t ON.
 */
static struct tsql_stmt *set_option(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_SET_OPTION, set_option);
	uint32_t off;

	next(p);
	s->u.set_option.word = p->t->kw;
	s->u.set_option.on = -1;
	off = p->t->off;
	if (accept_kw(p, KW_IDENTITY_INSERT)) {
		s->u.set_option.name = span_from(p, off);
		s->u.set_option.table = parse_objname(p);
	} else if (accept_kw(p, KW_TRANSACTION) || accept_kw(p, KW_TRAN)) {
		expect_kw(p, KW_ISOLATION);
		expect_kw(p, KW_LEVEL);
		s->u.set_option.name = span_from(p, off);
		off = p->t->off;
		s->u.set_option.value = EXPR_NEW(p, TSQL_E_STRING, lit);
		if (accept_kw(p, KW_READ)) {
			if (!accept_kw(p, KW_UNCOMMITTED))
				expect_kw(p, KW_COMMITTED);
		} else if (accept_kw(p, KW_REPEATABLE)) {
			expect_kw(p, KW_READ);
		} else if (!accept_kw(p, KW_SERIALIZABLE)) {
			expect_kw(p, KW_SNAPSHOT);
		}
		s->u.set_option.value->u.lit.text = p->src + off;
		s->u.set_option.value->u.lit.len = p->prev_end - off;
		node_end(p, &s->u.set_option.value->h);
		node_end(p, &s->h);
		return s;
	} else {
		if (!at(p, TOK_WORD))
			parser_fail(p, "an option of SET");
		next(p);
		/* SET STATISTICS IO, TIME ON; SET OFFSETS a, b ON */
		if (at(p, TOK_WORD) && !at_kw(p, KW_ON) && !at_kw(p, KW_OFF) &&
		    (s->u.set_option.word == KW_STATISTICS ||
			s->u.set_option.word == KW_OFFSETS))
			next(p);
		while (accept(p, TOK_COMMA))
			parse_any_word(p);
		s->u.set_option.name = span_from(p, off);
	}
	if (accept_kw(p, KW_ON))
		s->u.set_option.on = 1;
	else if (accept_kw(p, KW_OFF))
		s->u.set_option.on = 0;
	else
		s->u.set_option.value = parse_expr(p);
	/* SET LANGUAGE x, DATEFORMAT dmy: the later ones are not looked at */
	while (accept(p, TOK_COMMA)) {
		parse_any_word(p);
		if (!accept_kw(p, KW_ON) && !accept_kw(p, KW_OFF))
			parse_expr(p);
	}
	node_end(p, &s->h);
	return s;
}

/* ---- control ---- */

/* A statement that is a part of another: its semicolon is the other's,
 * unless ELSE follows. */
static struct tsql_stmt *sub_stmt(struct parser *p, bool then)
{
	struct tsql_stmt *s = parse_stmt(p, false);

	if (then && at(p, TOK_SEMI) && p->t[1].kw == KW_ELSE) {
		s->h.flags |= TSQL_SEMI;
		next(p);
	}
	return s;
}

/* ELSE IF chains are a loop: they cost no depth. */
static struct tsql_stmt *parse_if(struct parser *p)
{
	struct tsql_stmt *first = NULL, **link = &first, *s;
	size_t mark = MARK(p);
	uint32_t n, i;
	struct tsql_stmt **chain;

	for (;;) {
		s = STMT_NEW(p, TSQL_S_IF, if_);
		*link = s;
		push_ptr(p, s);
		link = &s->u.if_.otherwise;
		next(p);
		s->u.if_.cond = parse_expr(p);
		s->u.if_.then = sub_stmt(p, true);
		if (!accept_kw(p, KW_ELSE))
			break;
		if (at_kw(p, KW_IF))
			continue;
		*link = sub_stmt(p, false);
		break;
	}
	chain = parser_take(p, mark, sizeof(*chain), &n);
	for (i = 0; i < n; i++)
		node_end(p, &chain[i]->h);
	return first;
}

static struct tsql_stmt *parse_while(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_WHILE, while_);

	next(p);
	s->u.while_.cond = parse_expr(p);
	s->u.while_.body = sub_stmt(p, false);
	node_end(p, &s->h);
	return s;
}

static void close_block(struct parser *p, struct tsql_stmt *s)
{
	if (accept_kw(p, KW_END))
		return;
	/* keep what was read: the statements in it are good */
	parser_note(p, FINDING_UNTERMINATED, s->h.off, "BEGIN");
	s->h.flags |= TSQL_RECOVERED;
	if (p->module)
		p->module->nopaque++;
}

static struct tsql_stmt *parse_try(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_TRY, try_);

	next(p);
	next(p);
	s->u.try_.body = parse_until(p, KW_END);
	close_block(p, s);
	if (s->h.flags & TSQL_RECOVERED)
		goto out;
	expect_kw(p, KW_TRY);
	while (accept(p, TOK_SEMI))
		;
	expect_kw(p, KW_BEGIN);
	expect_kw(p, KW_CATCH);
	s->u.try_.handler = parse_until(p, KW_END);
	close_block(p, s);
	if (!(s->h.flags & TSQL_RECOVERED))
		expect_kw(p, KW_CATCH);
out:
	node_end(p, &s->h);
	return s;
}

/* SAVE TRAN -5:a.b, a savepoint's name of a distributed transaction as old
 * servers wrote it: no name of ours. */
static void old_savepoint(struct parser *p)
{
	accept(p, TOK_MINUS);
	expect(p, TOK_INT, "a savepoint");
	expect(p, TOK_COLON, ":");
	parse_objname(p);
}

static struct tsql_stmt *parse_tran(struct parser *p, enum tsql_tran what)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_TRAN, tran);

	s->u.tran.what = what;
	next(p);
	if (accept_kw(p, KW_DISTRIBUTED))
		s->u.tran.distributed = true;
	if (!accept_kw(p, KW_TRAN) && !accept_kw(p, KW_TRANSACTION))
		accept_kw(p, KW_WORK);
	if (at(p, TOK_VAR))
		s->u.tran.name = parse_variable(p);
	else if (at_name(p) && p->t[1].kind != TOK_COLON &&
	    !(p->t->flags & TOKF_NEWLINE && p->t->kw == KW_THROW))
		s->u.tran.name = parse_column(p);
	else if (what == TSQL_TRAN_SAVE && !at_stmt_end(p))
		old_savepoint(p);
	if (at_kw(p, KW_WITH)) {
		next(p);
		if (at(p, TOK_LPAREN)) {
			s->u.tran.options = parse_option_list(p);
		} else {
			size_t mark = MARK(p);

			push_ptr(p, parse_option(p));
			TAKE(p, mark, &s->u.tran.options);
		}
	}
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_begin(struct parser *p)
{
	struct tsql_stmt *s;

	switch (p->t[1].kw) {
	case KW_TRY: return parse_try(p);
	case KW_TRAN:
	case KW_TRANSACTION: return parse_tran(p, TSQL_TRAN_BEGIN);
	case KW_DISTRIBUTED: return parse_tran(p, TSQL_TRAN_BEGIN);
	case KW_DIALOG:
	case KW_CONVERSATION: return parse_command(p);
	}
	s = STMT_NEW(p, TSQL_S_BLOCK, block);
	next(p);
	if (accept_kw(p, KW_ATOMIC)) {
		s->u.block.atomic = true;
		expect_kw(p, KW_WITH);
		s->u.block.options = parse_option_list(p);
	}
	s->u.block.body = parse_until(p, KW_END);
	close_block(p, s);
	node_end(p, &s->h);
	return s;
}

/* ---- errors, jumps, output ---- */

static struct tsql_stmt *parse_throw(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_THROW, raise);

	next(p);
	if (at(p, TOK_INT) || at(p, TOK_VAR))
		s->u.raise.args = parse_exprs(p);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_raiserror(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_RAISERROR, raise);

	next(p);
	if (at(p, TOK_LPAREN)) {
		s->u.raise.args = parse_exprs_in_parens(p);
		if (accept_kw(p, KW_WITH))
			s->u.raise.options = parse_bare_options(p);
	} else {
		/* RAISERROR 50001 'text' of old */
		size_t mark = MARK(p);

		push_ptr(p, parse_primary(p));
		accept(p, TOK_COMMA);
		if (is_string(p, p->t) || at(p, TOK_DQUOTE) || at(p, TOK_VAR))
			push_ptr(p, parse_primary(p));
		while (accept(p, TOK_COMMA))
			push_ptr(p, parse_expr(p));
		TAKE(p, mark, &s->u.raise.args);
	}
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *one_label(struct parser *p, enum tsql_kind kind)
{
	struct tsql_stmt *s = STMT_NEW(p, kind, label);

	next(p);
	s->u.label = parse_name(p);
	node_end(p, &s->h);
	return s;
}

/* USE d; USE FEDERATION f (…) WITH … of old */
static struct tsql_stmt *parse_use(struct parser *p)
{
	if (p->t[1].kw == KW_FEDERATION && p->t[2].kind == TOK_WORD &&
	    !(p->t[2].flags & TOKF_NEWLINE))
		return parse_command(p);
	return one_label(p, TSQL_S_USE);
}

static struct tsql_stmt *bare(struct parser *p, enum tsql_kind kind)
{
	struct tsql_stmt *s = STMT_NEW(p, kind, value);

	next(p);
	node_end(p, &s->h);
	return s;
}

/* Does an expression begin here that belongs to RETURN or PRINT? A word
 * that begins a statement doesn't. */
static bool at_operand(const struct parser *p)
{
	const struct tsql_tok *t = p->t;

	switch (t->kind) {
	case TOK_EOF:
	case TOK_GO:
	case TOK_SEMI:
	case TOK_SQLCMD:
	case TOK_RPAREN: return false;
	case TOK_WORD: break;
	default: return true;
	}
	if (!is_reserved(t))
		return t[1].kind != TOK_COLON &&
		    !(t->flags & TOKF_NEWLINE &&
			tsql_kw_flags[t->kw] & TSQL_KWF_START);
	switch (t->kw) {
	case KW_NULL:
	case KW_CASE:
	case KW_CONVERT:
	case KW_TRY_CONVERT:
	case KW_COALESCE:
	case KW_NULLIF:
	case KW_LEFT:
	case KW_RIGHT:
	case KW_USER:
	case KW_SYSTEM_USER:
	case KW_SESSION_USER:
	case KW_CURRENT_USER:
	case KW_CURRENT_TIMESTAMP:
	case KW_CURRENT_DATE:
	case KW_NOT:
	case KW_EXISTS: return true;
	default: return false;
	}
}

static struct tsql_stmt *parse_return(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_RETURN, value);

	next(p);
	if (at_operand(p))
		s->u.value = parse_expr(p);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_print(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_PRINT, value);

	next(p);
	s->u.value = parse_expr(p);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_waitfor(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_WAITFOR, waitfor);

	next(p);
	if (accept(p, TOK_LPAREN)) {
		s->u.waitfor.what = TSQL_WAIT_STATEMENT;
		p->waitfor_parens++;
		s->u.waitfor.stmt = parse_stmt(p, true);
		p->waitfor_parens--;
		expect(p, TOK_RPAREN, ")");
		if (accept(p, TOK_COMMA)) {
			expect_kw(p, KW_TIMEOUT);
			s->u.waitfor.value = parse_expr(p);
		}
	} else if (accept_kw(p, KW_TIME)) {
		s->u.waitfor.what = TSQL_WAIT_TIME;
		s->u.waitfor.value = parse_primary(p);
	} else {
		expect_kw(p, KW_DELAY);
		s->u.waitfor.what = TSQL_WAIT_DELAY;
		s->u.waitfor.value = parse_primary(p);
	}
	node_end(p, &s->h);
	return s;
}

/* ---- cursors ---- */

static struct tsql_name cursor_name(struct parser *p, bool *global)
{
	if (at_kw(p, KW_GLOBAL) &&
	    (p->t[1].kind == TOK_WORD || p->t[1].kind == TOK_BRACKET) &&
	    !(p->t[1].flags & TOKF_NEWLINE) && p->t[1].kw != KW_INTO) {
		next(p);
		*global = true;
	}
	return at(p, TOK_VAR) ? *parse_variable(p)->u.name.part : parse_name(p);
}

static struct tsql_stmt *parse_cursor_stmt(
    struct parser *p, enum tsql_cursor_verb what)
{
	struct tsql_stmt *s;

	/* OPEN SYMMETRIC KEY, OPEN MASTER KEY, CLOSE ALL SYMMETRIC KEYS */
	if ((p->t[1].kw == KW_SYMMETRIC || p->t[1].kw == KW_MASTER ||
		p->t[1].kw == KW_ALL) &&
	    p->t[2].kind == TOK_WORD &&
	    (p->t[2].kw == KW_KEY || p->t[2].kw == KW_SYMMETRIC))
		return parse_command(p);
	s = STMT_NEW(p, TSQL_S_CURSOR, cursor);
	s->u.cursor.what = what;
	next(p);
	if (what == TSQL_DEALLOCATE && at_kw(p, KW_CURSOR))
		next(p);
	s->u.cursor.name = cursor_name(p, &s->u.cursor.global);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_fetch(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_CURSOR, cursor);
	size_t mark;
	bool from = true;

	s->u.cursor.what = TSQL_FETCH;
	next(p);
	/* FETCH next FROM …, but also a cursor of that name */
	switch (p->t[1].kw == KW_FROM || p->t[1].kind == TOK_VAR ||
		    p->t[1].kind == TOK_INT || p->t[1].kind == TOK_MINUS ||
		    (p->t[1].kind == TOK_WORD && !is_reserved(&p->t[1]))
		? p->t->kw
		: KW_NO_KEYWORD) {
	case KW_NEXT: s->u.cursor.fetch = TSQL_FETCH_NEXT; break;
	case KW_PRIOR: s->u.cursor.fetch = TSQL_FETCH_PRIOR; break;
	case KW_FIRST: s->u.cursor.fetch = TSQL_FETCH_FIRST; break;
	case KW_LAST: s->u.cursor.fetch = TSQL_FETCH_LAST; break;
	case KW_ABSOLUTE: s->u.cursor.fetch = TSQL_FETCH_ABSOLUTE; break;
	case KW_RELATIVE: s->u.cursor.fetch = TSQL_FETCH_RELATIVE; break;
	default: from = false;
	}
	if (from) {
		next(p);
		if (s->u.cursor.fetch >= TSQL_FETCH_ABSOLUTE)
			s->u.cursor.count = parse_primary(p);
	}
	accept_kw(p, KW_FROM);
	s->u.cursor.name = cursor_name(p, &s->u.cursor.global);
	if (accept_kw(p, KW_INTO)) {
		mark = MARK(p);
		do {
			push_ptr(p, parse_variable(p));
		} while (accept(p, TOK_COMMA));
		TAKE(p, mark, &s->u.cursor.into);
	}
	node_end(p, &s->h);
	return s;
}

/* ---- dispatch ---- */

struct tsql_stmt *parse_proc_stmt(struct parser *p)
{
	switch (p->t->kw) {
	case KW_DECLARE: return parse_declare(p);
	case KW_SET:
		return p->t[1].kind == TOK_VAR ? set_variable(p)
					       : set_option(p);
	case KW_IF: return parse_if(p);
	case KW_WHILE: return parse_while(p);
	case KW_BEGIN: return parse_begin(p);
	case KW_COMMIT: return parse_tran(p, TSQL_TRAN_COMMIT);
	case KW_ROLLBACK: return parse_tran(p, TSQL_TRAN_ROLLBACK);
	case KW_SAVE: return parse_tran(p, TSQL_TRAN_SAVE);
	case KW_THROW: return parse_throw(p);
	case KW_RAISERROR: return parse_raiserror(p);
	case KW_GOTO: return one_label(p, TSQL_S_GOTO);
	case KW_USE: return parse_use(p);
	case KW_WAITFOR: return parse_waitfor(p);
	case KW_RETURN: return parse_return(p);
	case KW_BREAK: return bare(p, TSQL_S_BREAK);
	case KW_CONTINUE: return bare(p, TSQL_S_CONTINUE);
	case KW_PRINT: return parse_print(p);
	case KW_OPEN: return parse_cursor_stmt(p, TSQL_OPEN);
	case KW_CLOSE: return parse_cursor_stmt(p, TSQL_CLOSE);
	case KW_DEALLOCATE: return parse_cursor_stmt(p, TSQL_DEALLOCATE);
	case KW_FETCH: return parse_fetch(p);
	case KW_END:
		if (p->t[1].kw == KW_CONVERSATION)
			return parse_command(p);
		return NULL;
	default: return NULL;
	}
}
