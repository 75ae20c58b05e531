#include <string.h>

#include "tsql/parser.h"

/* Statements: which one it is, and what to do when it can't be read. */

static uint32_t line_of(struct parser *p, uint32_t off)
{
	const struct tsql_module *m = p->module;
	uint32_t i = p->line_at;

	if (!m)
		return 0;
	while (i && m->line[i] > off)
		i--;
	while (i + 1 < m->nline && m->line[i + 1] <= off)
		i++;
	p->line_at = i;
	return i + m->first_line;
}

struct tsql_stmt *stmt_new(struct parser *p, enum tsql_kind kind, size_t size)
{
	struct tsql_stmt *s = parser_alloc(p, size);

	node_start(p, &s->h, kind);
	s->line = line_of(p, s->h.off);
	if (p->module)
		p->module->nstmt++;
	return s;
}

/* Does the token begin a statement? Not reserved ones only with their
 * second word. */
static bool stmt_start(const struct tsql_tok *t)
{
	if (!(tsql_kw_flags[t->kw] & TSQL_KWF_START))
		return false;
	switch (t->kw) {
	case KW_ADD:
		return t[1].kw == KW_SIGNATURE || t[1].kw == KW_COUNTER ||
		    t[1].kw == KW_SENSITIVITY;
	case KW_COPY: return t[1].kw == KW_INTO;
	case KW_SET: return t[1].kind == TOK_WORD || t[1].kind == TOK_VAR;
	case KW_MERGE:
		return t[1].kw != KW_RANGE && t[1].kind != TOK_SEMI &&
		    t[1].kind != TOK_EOF && t[1].kind != TOK_GO;
	case KW_ENABLE:
	case KW_DISABLE: return t[1].kw == KW_TRIGGER;
	case KW_MOVE:
	case KW_GET: return t[1].kw == KW_CONVERSATION;
	case KW_SEND: return t[1].kw == KW_ON;
	case KW_DISK: /* INIT … of old; TO DISK = 'x' is no statement */
	case KW_DUMP:
	case KW_LOAD: return t[1].kind == TOK_WORD;
	case KW_RECEIVE: return true;
	case KW_RENAME: return t[1].kw == KW_OBJECT || t[1].kw == KW_DATABASE;
	case KW_EXPLAIN: return t[1].kw == KW_SELECT || t[1].kw == KW_WITH;
	default: return true;
	}
}

/* Words that begin a statement wherever they stand: none of the statements
 * whose text is skipped has them outside of parentheses. */
static bool sure_start(const struct tsql_tok *t)
{
	switch (t->kw) {
	case KW_SELECT:
	case KW_DECLARE:
	case KW_PRINT:
	case KW_RETURN:
	case KW_WHILE:
	case KW_RAISERROR:
	case KW_TRUNCATE: return true;
	case KW_EXEC:
	case KW_EXECUTE: return t[1].kw != KW_AS;
	default: return false;
	}
}

bool at_stmt_end(const struct parser *p)
{
	const struct tsql_tok *t = p->t;

	switch (t->kind) {
	case TOK_EOF:
	case TOK_GO:
	case TOK_SEMI:
	case TOK_SQLCMD: return true;
	case TOK_RPAREN: return p->waitfor_parens;
	case TOK_WORD: break;
	default: return false;
	}
	if (t->kw == KW_ELSE || t->kw == KW_END)
		return true;
	if (sure_start(t))
		return true;
	return (t->flags & TOKF_NEWLINE) && stmt_start(t);
}

/* ---- recovery ---- */

/* Statements that own the rest of their batch. */
static bool owns_batch(const struct parser *p)
{
	const struct tsql_tok *t = p->t;

	if (t->kw != KW_CREATE && t->kw != KW_ALTER)
		return false;
	t++;
	if (t->kw == KW_OR && t[1].kw == KW_ALTER)
		t += 2;
	return t->kw == KW_PROC || t->kw == KW_PROCEDURE ||
	    t->kw == KW_FUNCTION || t->kw == KW_TRIGGER || t->kw == KW_VIEW;
}

/* SELECT may well stand inside of parentheses that were not closed where
 * they should have been; these don't. */
static bool strong_start(const struct tsql_tok *t)
{
	return stmt_start(t) && t->kw != KW_SELECT && t->kw != KW_MERGE &&
	    t->kw != KW_UPDATE && t->kw != KW_DELETE && t->kw != KW_SET;
}

static void skip_statement(struct parser *p, uint32_t err_off)
{
	bool whole_batch = owns_batch(p);
	size_t parens = 0, nest = 0;
	uint32_t start = p->t->off;

	for (;; next(p)) {
		const struct tsql_tok *t = p->t;

		if (t->kind == TOK_EOF || t->kind == TOK_GO)
			return;
		if (t->off > start && t->off >= err_off && !whole_batch) {
			if (t->kind == TOK_SEMI && !parens)
				return;
			if (t->kind == TOK_SQLCMD)
				return;
			if ((t->flags & TOKF_NEWLINE) &&
			    (parens ? strong_start(t) : stmt_start(t)))
				return;
			if (t->kw == KW_END && !nest)
				return;
		}
		if (t->kind == TOK_LPAREN)
			parens++;
		else if (t->kind == TOK_RPAREN && parens)
			parens--;
		else if (t->kw == KW_BEGIN || t->kw == KW_CASE)
			nest++;
		else if (t->kw == KW_END && nest)
			nest--;
	}
}

/* What a statement needs to be tried and given up. */
struct attempt {
	jmp_buf jump, *outer;
	uint32_t off, prev_end;
	size_t scratch;
	uint32_t line;
	unsigned depth, option_parens, waitfor_parens;
	bool first;
};

static struct tsql_stmt *give_up(struct parser *p, const struct attempt *a)
{
	struct tsql_stmt *s;

	p->nscratch = a->scratch;
	p->depth = a->depth;
	p->option_parens = a->option_parens;
	p->waitfor_parens = a->waitfor_parens;
	p->no_from_alias_using = false;
	parser_note(p, p->err_code, p->err_off, p->err);
	parser_seek(p, a->off);
	p->prev_end = a->prev_end;
	s = stmt_new(p, TSQL_S_OPAQUE, offsetof(struct tsql_stmt, u));
	skip_statement(p, p->err_off);
	/* where a statement was missing, nothing was taken */
	if (p->prev_end < s->h.off)
		s->h.off = p->prev_end;
	node_end(p, &s->h);
	if (p->module)
		p->module->nopaque++;
	return s;
}

/* ---- dispatch ---- */

struct tsql_stmt *parse_dml(struct parser *p, struct tsql_with *with)
{
	switch (p->t->kw) {
	case KW_INSERT: return parse_insert(p, with);
	case KW_UPDATE: return parse_update(p, with);
	case KW_DELETE: return parse_delete(p, with);
	case KW_MERGE: return parse_merge(p, with);
	default: return parse_select_stmt(p, with);
	}
}

static struct tsql_stmt *parse_label(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_LABEL, label);

	s->u.label = parse_any_word(p);
	next(p);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_directive(struct parser *p)
{
	struct tsql_stmt *s = STMT_NEW(p, TSQL_S_SQLCMD, sqlcmd);
	const char *q = p->src + p->t->off;
	uint32_t n = 0, len = p->t->len;

	if (*q == '!')
		n = 2;
	else
		while (n < len && q[n] != ' ' && q[n] != '\t')
			n++;
	s->u.sqlcmd.directive.off = p->t->off;
	s->u.sqlcmd.directive.len = n;
	while (n < len && (q[n] == ' ' || q[n] == '\t'))
		n++;
	s->u.sqlcmd.arg.off = p->t->off + n;
	s->u.sqlcmd.arg.len = len - n;
	next(p);
	node_end(p, &s->h);
	return s;
}

static struct tsql_stmt *parse_word_stmt(struct parser *p)
{
	struct tsql_stmt *s;

	switch (p->t->kw) {
	case KW_SELECT: return parse_select_stmt(p, NULL);
	case KW_WITH: return parse_dml(p, parse_with(p));
	case KW_INSERT:
	case KW_UPDATE:
	case KW_DELETE:
	case KW_MERGE: return parse_dml(p, NULL);
	case KW_TRUNCATE: return parse_truncate(p);
	case KW_CREATE:
	case KW_ALTER:
	case KW_DROP: return parse_ddl(p);
	case KW_GRANT:
	case KW_DENY:
	case KW_REVOKE: return parse_grant(p);
	case KW_BULK: return parse_bulk(p);
	case KW_EXEC:
	case KW_EXECUTE: return parse_exec(p);
	}
	s = parse_proc_stmt(p);
	if (s)
		return s;
	if (!stmt_start(p->t))
		return NULL;
	if (at_kw(p, KW_COPY))
		return parse_copy(p);
	if (at_kw(p, KW_ENABLE) || at_kw(p, KW_DISABLE))
		return parse_enable_trigger(p);
	return parse_command(p);
}

static struct tsql_stmt *stmt(struct parser *p, bool first)
{
	struct tsql_stmt *s;

	if (at(p, TOK_WORD)) {
		if (!is_reserved(p->t) && p->t[1].kind == TOK_COLON)
			return parse_label(p);
		s = parse_word_stmt(p);
		if (s)
			return s;
	} else if (at(p, TOK_LPAREN)) {
		return parse_select_stmt(p, NULL);
	} else if (at(p, TOK_SQLCMD)) {
		return parse_directive(p);
	}
	if (first && (at_name(p) || at(p, TOK_VAR) || at(p, TOK_DOT)))
		return parse_implicit_exec(p);
	parser_fail(p, "a statement");
}

struct tsql_stmt *parse_stmt(struct parser *p, bool semi)
{
	struct tsql_stmt *volatile s;
	struct attempt a;

	a.outer = p->on_error;
	a.off = p->t->off;
	a.prev_end = p->prev_end;
	a.scratch = p->nscratch;
	a.depth = p->depth;
	a.option_parens = p->option_parens;
	a.waitfor_parens = p->waitfor_parens;
	a.first = p->first_in_batch;
	a.line = line_of(p, a.off);
	p->first_in_batch = false;
	p->on_error = &a.jump;
	if (!setjmp(a.jump)) {
		descend(p);
		s = stmt(p, a.first);
		ascend(p);
	} else {
		s = give_up(p, &a);
	}
	p->on_error = a.outer;
	s->line = a.line;
	if (semi && at(p, TOK_SEMI)) {
		s->h.flags |= TSQL_SEMI;
		next(p);
	}
	return s;
}

struct tsql_stmts parse_body(struct parser *p)
{
	struct tsql_stmts list;
	size_t mark = MARK(p);

	for (;;) {
		while (accept(p, TOK_SEMI))
			;
		if (at(p, TOK_EOF) || at(p, TOK_GO))
			break;
		push_ptr(p, parse_stmt(p, true));
	}
	TAKE(p, mark, &list);
	return list;
}

/* Until END (not taken) or the end of the batch. */
struct tsql_stmts parse_until(struct parser *p, enum tsql_kw end)
{
	struct tsql_stmts list;
	size_t mark = MARK(p);

	for (;;) {
		while (accept(p, TOK_SEMI))
			;
		if (at(p, TOK_EOF) || at(p, TOK_GO))
			break;
		if (at_kw(p, end) && p->t[1].kw != KW_CONVERSATION)
			break;
		push_ptr(p, parse_stmt(p, true));
	}
	TAKE(p, mark, &list);
	return list;
}
