/*
 * Translates the views of scripts and prints them as JSON Lines: for
 * scripts/oracle. emit_views DIALECT VIEWS.sql SCHEMA.sql…
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "tsql/bind.h"
#include "tsql/emit.h"
#include "tsql/parse.h"

/* The text lives in the arena with its tree. */
static struct tsql_module *read_script(struct arena *a, const char *path)
{
	struct tsql_options o = {.file = path};
	struct buf b = BUF_INIT;
	size_t len;
	char *text;

	if (fs_read(path, &b) < 0)
		die("%s: can't be read", path);
	len = b.len;
	text = arena_strndup(a, buf_str(&b), len);
	buf_release(&b);
	return tsql_parse(a, text, len, &o);
}

static void print_view(struct arena *a, struct tsql_module *m,
    struct tsql_stmt *s, struct tsql_catalog *cat, const struct dialect *d)
{
	struct emit_options o = {.dialect = d,
	    .catalog = cat,
	    .src = m->src,
	    .src_len = m->len,
	    .first_line = 1,
	    .columns = &s->u.view.columns};
	struct json_object *out = json_object_new_object(), *l;
	struct tsql_objname *name = s->u.view.name;
	struct buf b = BUF_INIT;
	struct emit_result r;

	emit_query(a, &o, s->u.view.query, &r);
	doc_layout(r.doc, &b);
	json_object_object_add(out, "name",
	    json_object_new_string_len(name->part[name->n - 1].text,
		(int)name->part[name->n - 1].len));
	js_set_str(out, "claim", claim_name(r.claim));
	json_object_object_add(out, "findings", findings_json(&r.findings));
	l = json_object_new_array();
	for (size_t i = 0; i < r.nmacro; i++)
		json_object_array_add(l, json_object_new_string(r.macro[i]));
	json_object_object_add(out, "macros", l);
	l = json_object_new_array();
	for (size_t i = 0; i < r.ncolumn; i++) {
		struct json_object *c = json_object_new_object();

		js_set_str(c, "name", r.column[i].name);
		js_set_str(c, "type", r.column[i].target_type);
		json_object_array_add(l, c);
	}
	json_object_object_add(out, "columns", l);
	js_set_str(out, "sql", buf_str(&b));
	jsonl_write(out, stdout);
	json_object_put(out);
	emit_result_clear(&r);
	buf_release(&b);
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct tsql_catalog *cat = tsql_catalog_new();
	struct tsql_bind_options bo = {.catalog = cat};
	struct tsql_module *m;
	struct dialect *d;

	mig_start(argv[0]);
	if (argc < 3)
		die("usage: emit_views DIALECT VIEWS SCHEMA...");
	d = dialect_load(argv[1]);
	if (!d)
		return MIG_TROUBLE;
	for (int i = 3; i < argc; i++)
		tsql_catalog_add_module(cat, read_script(&a, argv[i]));
	m = read_script(&a, argv[2]);
	tsql_catalog_add_module(cat, m);
	tsql_bind_module(&a, m, &bo);
	for (uint32_t b = 0; b < m->nbatch; b++)
		for (uint32_t i = 0; i < m->batch[b]->stmts.n; i++) {
			struct tsql_stmt *s = m->batch[b]->stmts.v[i];

			if (s->h.kind == TSQL_S_CREATE_VIEW && s->u.view.query)
				print_view(&a, m, s, cat, d);
		}
	tsql_catalog_free(cat);
	dialect_free(d);
	arena_release(&a);
	return mig_finish(MIG_OK);
}
