#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "db/guard.h"
#include "tsql/lex.h"
#include "tsql/profile.h"

#include "live_result.h"

struct body {
	const struct tsql_stmt *select;
	bool several, others;
};

/* Is it a SELECT that returns rows? */
static bool returns_rows(const struct tsql_stmt *s)
{
	const struct tsql_query *q = s->u.select;

	while (q && q->h.kind == TSQL_Q_SETOP)
		q = q->u.set.l;
	if (!q || q->h.kind != TSQL_Q_SELECT)
		return q != NULL;
	return !q->u.select.into &&
	    !(q->u.select.items.n && q->u.select.items.v[0]->variable.len);
}

static void read_body(struct body *b, const struct tsql_stmts *stmts)
{
	uint32_t i;

	for (i = 0; i < stmts->n; i++) {
		const struct tsql_stmt *s = stmts->v[i];

		switch (s->h.kind) {
		case TSQL_S_BLOCK: read_body(b, &s->u.block.body); break;
		case TSQL_S_SET_OPTION:
		case TSQL_S_EMPTY:
		case TSQL_S_PRINT: break;
		case TSQL_S_RETURN:
			if (i + 1 < stmts->n)
				b->others = true;
			break;
		case TSQL_S_SELECT:
			if (!returns_rows(s))
				b->others = true;
			else if (b->select)
				b->several = true;
			else
				b->select = s;
			break;
		default: b->others = true;
		}
	}
}

static const struct tsql_param *param_named(
    const struct tsql_params *p, const char *s, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < p->n; i++) {
		if (p->v[i]->name.len == len &&
		    strncasecmp(p->v[i]->name.text, s, len) == 0)
			return p->v[i];
	}
	return NULL;
}

/* A default is a constant; a bare word means itself as text, which a query
 * would take for a column. */
static bool is_plain(const char *s, uint32_t len)
{
	if (len == 4 && strncasecmp(s, "NULL", 4) == 0)
		return true;
	if (len > 1 && (*s == 'N' || *s == 'n') && s[1] == '\'')
		return true;
	return len && !isalpha((unsigned char)*s) && *s != '[' && *s != '"';
}

/* The parameter's default with its type; false when it has none. */
static bool add_value(
    struct buf *b, const char *text, const struct tsql_param *p)
{
	if (!p->def || !is_plain(text + p->def->h.off, p->def->h.len))
		return false;
	buf_adds(b, "CAST(");
	buf_add(b, text + p->def->h.off, p->def->h.len);
	buf_adds(b, " AS ");
	buf_add(b, text + p->type->h.off, p->type->h.len);
	buf_addc(b, ')');
	return true;
}

/* The statement's text with values for its parameters; NULL, or why not. */
static const char *add_query(struct buf *b, struct arena *a, const char *text,
    const struct tsql_stmt *s, const struct tsql_params *params)
{
	uint32_t at = s->h.off, end = s->h.off + s->h.len;
	struct tsql_lexer lex;
	struct tsql_tok tok;

	tsql_lex_init(&lex, text, end);
	tsql_lex_seek(&lex, at);
	while (tsql_lex(&lex, &tok, 1) == 1 && tok.kind != TOK_EOF) {
		const struct tsql_param *p;

		if (tok.kind != TOK_VAR)
			continue;
		p = param_named(params, text + tok.off, tok.len);
		if (!p) {
			if (strncmp(text + tok.off, "@@", 2) == 0)
				continue;
			return "it uses a variable";
		}
		buf_add(b, text + at, tok.off - at);
		if (!add_value(b, text, p))
			return arena_printf(a, "%.*s has no constant default",
			    (int)tok.len, text + tok.off);
		at = tok.off + tok.len;
	}
	buf_add(b, text + at, end - at);
	return NULL;
}

static bool fills_tables(const struct tsql_profile *p)
{
	uint32_t i;

	for (i = 0; i < p->nwrite; i++) {
		if (!p->write[i].temporary)
			return true;
	}
	return false;
}

const char *result_query(struct arena *a, const char *text,
    const struct tsql_module *t, const char **why)
{
	const struct tsql_stmt *create;
	struct tsql_profile profile;
	struct body body = {0};
	struct buf b = BUF_INIT;
	const char *kept = NULL;

	*why = NULL;
	if (t->nbatch != 1 || !t->batch[0]->stmts.n)
		return NULL;
	create = t->batch[0]->stmts.v[0];
	if (create->h.kind != TSQL_S_CREATE_PROCEDURE)
		return NULL;
	tsql_profile_module(a, t, &profile);
	read_body(&body, &create->u.procedure.body);
	if (fills_tables(&profile) || profile.pattern == TSQL_P_NONE ||
	    profile.pattern == TSQL_P_EXEC_ONLY)
		return NULL;
	if (body.others || !body.select)
		*why = "it is not one SELECT alone";
	else if (body.several)
		*why = "it returns several results";
	else
		*why = add_query(
		    &b, a, text, body.select, &create->u.procedure.params);
	if (!*why) {
		*why = guard_refusal(buf_str(&b));
		if (!*why)
			kept = arena_strndup(a, b.s, b.len);
	}
	buf_release(&b);
	return kept;
}
