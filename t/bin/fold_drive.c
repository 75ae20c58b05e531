/*
 * Prints what the folder makes of procedures: fold_drive SCRIPT... [NAME].
 * The scripts' objects are the catalogue.
 */
#include "common/alloc.h"
#include "common/arena.h"
#include "common/fs.h"
#include "common/mig.h"
#include "tsql/fold.h"
#include "tsql/parse.h"

static const char *const claims[] = {"exact", "differs", "manual"};

static void show(const struct fold *fold)
{
	size_t i;

	for (i = 0; i < fold->ntarget; i++) {
		const struct fold_target *t = &fold->target[i];

		printf("%s: %s, %s%s\n", t->id, claims[t->claim],
		    t->pattern ? t->pattern : "-",
		    t->reads_previous ? ", reads previous" : "");
		if (t->sql)
			printf("%s\n", t->sql);
	}
	for (i = 0; i < fold->nledger; i++) {
		const struct fold_entry *e = &fold->ledger[i];

		printf("%u %s %u-%u %s %s %s\n", e->number, e->kind, e->line,
		    e->end_line, e->to, e->target ? e->target : "-",
		    e->reason ? e->reason : "");
	}
}

static void fold_batch(struct tsql_catalog *c, const struct tsql_module *m,
    const struct tsql_batch *b)
{
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct tsql_bind_options opt = {.catalog = c, .findings = &f};
	struct tsql_module *one = tsql_parse(&a, m->src + b->off, b->len, NULL);
	size_t i;

	tsql_bind_module(&a, one, &opt);
	printf("== %.*s\n", 60, m->src + b->off);
	show(tsql_fold(&a, one, c, &f));
	for (i = 0; i < f.nr; i++) {
		char *msg = finding_message(&f.items[i]);

		printf("%s %zu: %s\n", finding_id(f.items[i].code),
		    f.items[i].line, msg);
		free(msg);
	}
	findings_release(&f);
	arena_release(&a);
}

int main(int argc, char **argv)
{
	struct tsql_catalog *c = tsql_catalog_new();
	struct arena a = ARENA_INIT;
	struct tsql_module *m = NULL;
	struct buf text[8] = {BUF_INIT};
	int i;
	uint32_t k;

	mig_start(argv[0]);
	for (i = 1; i < argc && i < 8; i++) {
		if (fs_read(argv[i], &text[i]) < 0)
			die("%s: can't be read", argv[i]);
		m = tsql_parse(&a, buf_str(&text[i]), text[i].len, NULL);
		tsql_catalog_add_module(c, m);
	}
	for (k = 0; m && k < m->nbatch; k++) {
		const struct tsql_batch *b = m->batch[k];

		if (b->stmts.n &&
		    b->stmts.v[0]->h.kind == TSQL_S_CREATE_PROCEDURE)
			fold_batch(c, m, b);
	}
	for (i = 0; i < 8; i++)
		buf_release(&text[i]);
	arena_release(&a);
	tsql_catalog_free(c);
	return mig_finish(MIG_OK);
}
