/*
 * A module that can't be parsed is still an object of the database: its name
 * is read by the lexer alone, and its text kept for whoever can read it. The
 * parser's finding says what is wrong with it.
 */
#include "common/alloc.h"
#include "common/arena.h"
#include "common/jsonl.h"
#include "tsql/lex.h"
#include "tsql/parse.h"

#include "ddl.h"

#define HEAD 16 /* tokens up to the end of a name of four parts */

static const char *kind_of(enum tsql_kw kw)
{
	switch (kw) {
	case KW_VIEW: return "view";
	case KW_PROC:
	case KW_PROCEDURE: return "procedure";
	case KW_FUNCTION: return "function";
	case KW_TRIGGER: return "trigger";
	default: return NULL;
	}
}

/* CREATE VIEW, ALTER PROC, CREATE OR ALTER …: the kind, and the number of
 * tokens before the name; NULL: it is none of them. */
static const char *module_kind(const struct tsql_tok *t, size_t *n)
{
	size_t i = 0;

	if (t[0].kw != KW_CREATE && t[0].kw != KW_ALTER)
		return NULL;
	i++;
	if (t[0].kw == KW_CREATE && t[1].kw == KW_OR && t[2].kw == KW_ALTER)
		i += 2;
	if (t[i].kind == TOK_WORD && t[i].kw == KW_MATERIALIZED)
		i++;
	*n = i + 1;
	return t[i].kind == TOK_WORD ? kind_of(t[i].kw) : NULL;
}

static bool is_name(const struct tsql_tok *t)
{
	return t->kind == TOK_WORD || t->kind == TOK_BRACKET ||
	    t->kind == TOK_DQUOTE;
}

/* The end of the name that begins at t; its beginning when there is none. */
static uint32_t name_end(const struct tsql_tok *t, const struct tsql_tok *last)
{
	uint32_t end = t->off;

	for (; t < last && is_name(t); t += 2) {
		end = t->off + t->len;
		if (t[1].kind != TOK_DOT)
			break;
	}
	return end;
}

/* A name that stands alone, by way of a statement that has one. */
static bool read_name(const char *text, size_t len, struct object_name *name)
{
	struct arena a = ARENA_INIT;
	char *sql = xasprintf("DROP VIEW %.*s", (int)len, text);
	const struct tsql_module *m = tsql_parse(&a, sql, strlen(sql), NULL);
	bool ok = m->nbatch == 1 && m->batch[0]->stmts.n == 1 &&
	    m->batch[0]->stmts.v[0]->h.kind == TSQL_S_DROP;

	if (ok)
		*name =
		    object_name_of(m->batch[0]->stmts.v[0]->u.drop.names.v[0]);
	arena_release(&a);
	free(sql);
	return ok;
}

void ddl_opaque(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	struct tsql_tok t[HEAD];
	struct place whole = *at;
	struct object_name name;
	struct tsql_lexer lx;
	const char *kind;
	struct object *o;
	uint32_t end;
	size_t n, i;

	memset(t, 0, sizeof(t));
	tsql_lex_init(&lx, at->module->src, s->h.off + s->h.len);
	tsql_lex_seek(&lx, s->h.off);
	for (i = 0; i < HEAD - 1 && tsql_lex(&lx, &t[i], 1); i++)
		if (t[i].kind == TOK_EOF)
			break;
	kind = module_kind(t, &n);
	end = kind ? name_end(&t[n], &t[HEAD - 1]) : 0;
	if (!kind || end == t[n].off ||
	    !read_name(at->module->src + t[n].off, end - t[n].off, &name))
		return;
	o = inventory_add(inv, kind, name.database, name.schema, name.name);
	/* a module is alone in its batch, whatever its text looks like */
	end = at->batch->off + at->batch->len;
	whole.def.len = end - whole.def.off;
	ddl_definition(o, &whole);
	object_name_release(&name);
}
