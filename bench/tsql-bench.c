/*
 * tsql-bench MODE FILE…: one line of figures.
 *   lex, parse   time over all files, best of REPEAT (default 5) runs
 *   resolve      parse, bind against the file's own CREATE statements and
 *                collect dependencies; units are dependencies
 *   check        statements, unread ones, files that don't reprint; with -v
 *                every finding
 */
#include <errno.h>
#include <sys/resource.h>
#include <time.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "common/fs.h"
#include "common/mig.h"
#include "tsql/deps.h"
#include "tsql/lex.h"
#include "tsql/parse.h"

struct text {
	const char *name;
	char *s;
	size_t len;
};

static double now(void)
{
	struct timespec t;

	/* the machine may have other work: processor time */
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t lex(const struct text *t)
{
	struct tsql_tok tok[512];
	struct tsql_lexer lx;
	size_t n, total = 0;

	tsql_lex_init(&lx, t->s, t->len);
	do {
		n = tsql_lex(&lx, tok, ARRAY_SIZE(tok));
		total += n;
	} while (tok[n - 1].kind != TOK_EOF);
	return total;
}

static size_t parse(const struct text *t, struct arena *a)
{
	struct tsql_module *m = tsql_parse(a, t->s, t->len, NULL);
	size_t n = m->nstmt;

	arena_reset(a);
	return n;
}

static size_t resolve(const struct text *t, struct arena *a)
{
	struct tsql_catalog *c = tsql_catalog_new();
	struct tsql_bind_options opt = {.catalog = c};
	struct tsql_module *m = tsql_parse(a, t->s, t->len, NULL);
	size_t n = 0;
	uint32_t i, k;

	tsql_catalog_add_module(c, m);
	tsql_bind_module(a, m, &opt);
	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			n += tsql_deps_of(a, m, m->batch[i]->stmts.v[k], &opt)
				 ->n;
	tsql_catalog_free(c);
	arena_reset(a);
	return n;
}

static size_t one(const char *mode, const struct text *t, struct arena *a)
{
	return !strcmp(mode, "lex")  ? lex(t)
	    : !strcmp(mode, "parse") ? parse(t, a)
				     : resolve(t, a);
}

static void measure(const char *mode, const struct text *t, size_t n)
{
	const char *env = getenv("REPEAT");
	long repeat = env ? strtol(env, NULL, 10) : 5;
	double best = 0, start, took;
	size_t i, bytes = 0, units = 0;
	struct arena a = ARENA_INIT;
	struct rusage ru;

	for (i = 0; i < n; i++)
		bytes += t[i].len;
	while (repeat-- > 0) {
		start = now();
		units = 0;
		for (i = 0; i < n; i++)
			units += one(mode, &t[i], &a);
		took = now() - start;
		if (!best || took < best)
			best = took;
	}
	arena_release(&a);
	getrusage(RUSAGE_SELF, &ru);
	printf("%s\t%.1f MB/s\t%zu bytes\t%zu %s\t%.3f s\tpeak %ld KiB\n", mode,
	    (double)bytes / 1e6 / best, bytes, units,
	    !strcmp(mode, "lex")	 ? "tokens"
		: !strcmp(mode, "parse") ? "statements"
					 : "dependencies",
	    best, ru.ru_maxrss);
}

/* Counts nodes that reach out of their parents. */
struct nest {
	const struct tsql_module *m;
	const char *name;
	const struct tsql_node *up[1024];
	size_t depth, bad;
	bool verbose;
};

static bool nest_enter(void *ctx, const struct tsql_node *h)
{
	struct nest *n = ctx;
	const struct tsql_node *up;

	if (n->depth && n->depth <= ARRAY_SIZE(n->up)) {
		up = n->up[n->depth - 1];
		if (h->off < up->off || h->off + h->len > up->off + up->len) {
			struct tsql_pos pos = tsql_line_col(n->m, h->off);

			n->bad++;
			if (n->verbose)
				report_at(n->name, pos.line, pos.column,
				    "error", "%s is not inside of its %s",
				    tsql_kind_name(h->kind),
				    tsql_kind_name(up->kind));
		}
	}
	if (n->depth < ARRAY_SIZE(n->up))
		n->up[n->depth] = h;
	n->depth++;
	return true;
}

static void nest_leave(void *ctx, const struct tsql_node *h)
{
	(void)h;
	((struct nest *)ctx)->depth--;
}

static size_t nesting(
    const struct tsql_module *m, const char *name, bool verbose)
{
	struct nest n = {.m = m, .name = name, .verbose = verbose};
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			tsql_walk(&m->batch[i]->stmts.v[k]->h, nest_enter,
			    nest_leave, &n);
	return n.bad;
}

static int check(const struct text *t, size_t n, bool verbose)
{
	size_t i, k, stmts = 0, opaque = 0, bad = 0, dirty = 0, out = 0;
	struct arena a = ARENA_INIT;

	for (i = 0; i < n; i++) {
		struct findings f = FINDINGS_INIT;
		struct tsql_options opt = {.file = t[i].name, .findings = &f};
		struct tsql_module *m = tsql_parse(&a, t[i].s, t[i].len, &opt);
		struct buf b = BUF_INIT;
		uint32_t at = 0;

		stmts += m->nstmt;
		opaque += m->nopaque;
		dirty += f.nr != 0;
		out += nesting(m, t[i].name, verbose);
		if (tsql_reprint(m, &b, &at) || b.len != t[i].len ||
		    memcmp(b.s, t[i].s, b.len)) {
			struct tsql_pos pos = tsql_line_col(m, at);

			bad++;
			report_at(t[i].name, pos.line, pos.column, "error",
			    "not accounted for");
		}
		for (k = 0; verbose && k < f.nr; k++) {
			char *msg = finding_message(&f.items[k]);

			report_at(t[i].name, f.items[k].line, f.items[k].column,
			    "error", "%s", msg);
			free(msg);
		}
		findings_release(&f);
		buf_release(&b);
		arena_reset(&a);
	}
	arena_release(&a);
	printf("%zu files, %zu with findings; %zu statements, %zu unread "
	       "(%.3f%% read); %zu files not reprinted; %zu nodes outside of "
	       "their "
	       "parents\n",
	    n, dirty, stmts, opaque,
	    stmts ? 100.0 - 100.0 * (double)opaque / (double)stmts : 100.0, bad,
	    out);
	return bad || out ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct text *t;
	size_t n = 0;
	bool verbose = false;
	int i = 1, status = 0;
	const char *mode;

	mig_start(argv[0]);
	if (i < argc && !strcmp(argv[i], "-v")) {
		verbose = true;
		i++;
	}
	if (argc - i < 2)
		die("usage: tsql-bench [-v] lex|parse|resolve|check FILE…");
	mode = argv[i++];
	t = xcalloc((size_t)(argc - i), sizeof(*t));
	for (; i < argc; i++) {
		struct buf b = BUF_INIT;

		if (fs_read(argv[i], &b))
			die("%s: %s", argv[i], strerror(errno));
		t[n].name = argv[i];
		t[n].len = b.len;
		t[n++].s = buf_detach(&b);
	}
	if (!strcmp(mode, "check"))
		status = check(t, n, verbose);
	else
		measure(mode, t, n);
	while (n)
		free(t[--n].s);
	free(t);
	return mig_finish(status);
}
