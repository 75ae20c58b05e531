/* The layout of SQL: lib/tsql/doc.h. */
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "tsql/doc.h"

#include "test.h"

static struct arena arena;

static void laid(struct doc *d, const char *expected, const char *what)
{
	struct buf b = BUF_INIT;

	doc_layout(d, &b);
	test_str(buf_str(&b), expected, what);
	buf_release(&b);
}

static struct doc *text(const char *s)
{
	return doc_text(&arena, s);
}

static struct docs list(const char *const *s)
{
	struct docs l = {NULL, 0, 0};

	for (; *s; s++)
		docs_add(&arena, &l, text(*s));
	return l;
}

#define LIST(...) list((const char *const[]){__VA_ARGS__, NULL})

#define LONG20 "a_name_of_20_letters"

static void expressions(void)
{
	struct arena *a = &arena;
	struct docs few = LIST("a", "b"), many;
	struct doc_when when[2];

	laid(doc_call(a, "f", &few), "f(a, b)", "a short call");
	many = LIST(LONG20, LONG20, LONG20, LONG20);
	laid(doc_call(a, "f", &many),
	    "f(\n    " LONG20 ",\n    " LONG20 ",\n    " LONG20 ",\n    " LONG20
	    "\n)",
	    "a long call has one argument a line");
	laid(doc_chain1(a, &many, "+"),
	    LONG20 "\n+ " LONG20 "\n+ " LONG20 "\n+ " LONG20,
	    "a chain breaks before its operators");
	many = LIST(LONG20, LONG20, LONG20);
	laid(doc_as(a, doc_chain1(a, &many, "+"), text("abcdefghij")),
	    LONG20 " + " LONG20 " + " LONG20 " as abcdefghij",
	    "exactly 80 columns still fit");
	laid(doc_as(a, doc_chain1(a, &many, "+"), text("abcdefghijk")),
	    LONG20 "\n+ " LONG20 "\n+ " LONG20 " as abcdefghijk",
	    "what follows a group counts for it");
	when[0] = (struct doc_when){text("a = 1"), text("'x'")};
	when[1] = (struct doc_when){doc_chain1(a, &many, "and"), text("'y'")};
	laid(doc_case(a, NULL, when, 1, text("'z'")),
	    "case when a = 1 then 'x' else 'z' end", "a short case");
	laid(doc_case(a, NULL, when, 2, NULL),
	    "case\n    when a = 1 then 'x'\n    when\n        " LONG20
	    " and " LONG20 " and " LONG20 "\n        then 'y'\nend",
	    "a long case and a long arm in it");
	few = LIST("a");
	laid(doc_window(a, &few, &few, NULL), "(partition by a order by a)",
	    "a window");
}

static void queries(void)
{
	struct arena *a = &arena;
	struct doc_select s = {.items = LIST("a"), .from = text("t")};
	struct doc_cte cte = {.name = text("final")};
	struct docs none = {NULL, 0, 0};

	laid(doc_statement(a, doc_select(a, &s)), "select a from t",
	    "a short query is one line");
	s.where = text("a in ('" LONG20 "', '" LONG20 "')");
	s.order = LIST("a desc");
	laid(doc_statement(a, doc_select(a, &s)),
	    "select a\nfrom t\nwhere a in ('" LONG20 "', '" LONG20
	    "')\norder by a desc",
	    "a longer one has one clause a line");
	s = (struct doc_select){
	    .items = LIST("a", "b as c"), .from = text("t")};
	docs_add(a, &s.joins,
	    doc_join_on(a, "inner join", text("u"), text("t.x = u.x")));
	laid(doc_subquery(a, doc_select(a, &s)),
	    "(\n    select\n        a,\n        b as c\n    from t\n"
	    "    inner join u\n        on t.x = u.x\n)",
	    "several targets have a line each, even in a subquery");
	cte.query = doc_select(a, &s);
	s = (struct doc_select){.items = LIST("*"), .from = text("final")};
	laid(doc_with(a, false, &cte, 1, doc_select(a, &s)),
	    "with\n\nfinal as (\n\n    select\n        a,\n        b as c\n"
	    "    from t\n    inner join u\n        on t.x = u.x\n\n)\n\n"
	    "select * from final",
	    "CTEs stand between empty lines");
	laid(doc_derived(a, doc_select(a, &s), text("d"), &none),
	    "(select * from final) as d", "a derived table");
}

static void jinja(void)
{
	struct arena *a = &arena;
	static const struct {
		const char *in, *out;
	} t[] = {
	    {"'plain {x}'", "'plain {x}'"},
	    {"'{{ x }}'", "'{{ \"{{\" }} x }}'"},
	    {"'{% x %}'", "'{{ \"{%\" }} x %}'"},
	    {"'{# x #}'", "'{{ \"{#\" }} x #}'"},
	    {"'{{{{'", "'{{ \"{{\" }}{{ \"{{\" }}'"},
	    {"'{{{%'", "'{{ \"{{\" }}{{ \"{%\" }}'"},
	    {"'a\r\nb'", "'a{{ \"\\r\\n\" }}b'"},
	    {"'\x01'", "'{{ \"\\x01\" }}'"},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		laid(doc_source(a, t[i].in, strlen(t[i].in)), t[i].out,
		    "source text can't become Jinja");
	laid(doc_join(a, doc_comment(a, "one\n{{ two", 10), text("x"), DOC_END),
	    "-- one\n-- {{ \"{{\" }} two\nx", "comments too");
}

/* A chain and a nesting of a size that recursion or backtracking would not
 * survive. */
static void large(void)
{
	struct arena *a = &arena;
	struct docs l = {NULL, 0, 0};
	struct doc *d = text("x");
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < 200000; i++)
		docs_add(a, &l, text("x"));
	doc_layout(doc_chain1(a, &l, "+"), &b);
	test_int((intmax_t)b.len, 200000 * 2 + 199999 * 2 - 1, "a long chain");
	buf_reset(&b);
	for (size_t i = 0; i < 2000; i++)
		d = doc_paren(a, d);
	doc_layout(d, &b);
	test_int(b.s[0], '(', "a deep nesting");
	buf_release(&b);
}

int main(void)
{
	arena_init(&arena);
	expressions();
	queries();
	jinja();
	large();
	arena_release(&arena);
	return test_done();
}
