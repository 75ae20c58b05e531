#include <ctype.h>
#include <stdarg.h>

#include "common/fs.h"
#include "common/mig.h"
#include "tsql/emit_int.h"
#include "tsql/parse.h"

/* What the emitter's parts share: findings, claim, names, the two entries. */

const char *emit_construct_name(enum emit_construct c)
{
	static const char *const name[EMIT_USE_COUNT] = {
	    [EMIT_USE_NONE] = "none",
	    [EMIT_USE_INT_DIVISION] = "integer_division",
	    [EMIT_USE_DECIMAL_DIVISION] = "decimal_division",
	    [EMIT_USE_MODULO] = "modulo",
	    [EMIT_USE_AVG_INT] = "average_of_integers",
	    [EMIT_USE_CAST_TRUNCATES] = "cast_truncates",
	    [EMIT_USE_CAST_ROUNDS] = "cast_rounds",
	    [EMIT_USE_CAST_CUTS] = "cast_cuts",
	    [EMIT_USE_ISNULL_CUTS] = "isnull_cuts",
	    [EMIT_USE_STRING_EQUAL] = "string_equality",
	    [EMIT_USE_STRING_ORDER] = "string_order",
	    [EMIT_USE_STRING_GROUP] = "string_grouping",
	    [EMIT_USE_LIKE] = "like",
	    [EMIT_USE_LEN] = "len",
	    [EMIT_USE_SEARCH] = "search",
	    [EMIT_USE_REPLACE] = "replace",
	    [EMIT_USE_CONCAT_NULL] = "concatenation",
	    [EMIT_USE_DATEDIFF] = "datediff",
	    [EMIT_USE_DATEADD] = "dateadd",
	    [EMIT_USE_DATEPART] = "datepart",
	    [EMIT_USE_DATETIME_ROUNDS] = "datetime_rounds",
	    [EMIT_USE_STYLE] = "convert_style",
	    [EMIT_USE_ROUND] = "round",
	    [EMIT_USE_NULL_ORDER] = "null_order",
	    [EMIT_USE_TOP] = "top",
	};

	return name[c];
}

/* ---- findings and claim ---- */

void em_claim(struct emit *E, enum claim c)
{
	if (c > E->r->claim)
		E->r->claim = c;
}

void em_finding(struct emit *E, enum finding_code code, const void *node,
    const char *fmt, ...)
{
	const struct tsql_node *n = node;
	uint32_t off = E->elsewhere ? E->place : n ? n->off : 0;
	struct tsql_pos pos = {0, 0};
	struct buf b = BUF_INIT;
	va_list ap;

	if (n || E->elsewhere)
		pos = tsql_text_pos(
		    E->opt->src, E->opt->src_len, off, E->opt->first_line);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < E->r->findings.nr; i++) {
		const struct finding *f = E->r->findings.items + i;

		if (f->code == code && f->line == pos.line &&
		    f->column == pos.column && f->detail &&
		    !strcmp(f->detail, buf_str(&b)))
			goto out;
	}
	findings_add(
	    &E->r->findings, code, pos.line, pos.column, "%s", buf_str(&b));
out:
	buf_release(&b);
}

void em_use(struct emit *E, enum emit_construct c, const struct tsql_expr *e)
{
	struct emit_result *r = E->r;

	if (r->nuse == E->nuse_cap) {
		size_t cap = E->nuse_cap ? E->nuse_cap * 2 : 16;
		struct emit_use *v = arena_alloc(E->a, st_mul(cap, sizeof(*v)));

		if (r->nuse)
			memcpy(v, r->use, r->nuse * sizeof(*v));
		r->use = v;
		E->nuse_cap = cap;
	}
	r->use[r->nuse++] = (struct emit_use){c, e};
}

/* A macro brings the macros that it calls. */
static void needed_macros(struct emit *E, const char *name)
{
	char *file = xasprintf("macros/%s.sql", name), *path = mig_share(file);
	struct buf text = BUF_INIT;
	const char *p;

	if (fs_read(path, &text) == 0)
		for (p = buf_str(&text); (p = strstr(p, "mig_")); p++) {
			size_t n =
			    strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");

			if (p > text.s &&
			    (isalnum((unsigned char)p[-1]) || p[-1] == '_'))
				continue;
			if (p[n] == '(' && strncmp(p, name, n) != 0)
				em_macro(E, arena_strndup(E->a, p, n));
		}
	buf_release(&text);
	free(file);
	free(path);
}

void em_macro(struct emit *E, const char *name)
{
	struct emit_result *r = E->r;

	for (size_t i = 0; i < r->nmacro; i++)
		if (!strcmp(r->macro[i], name))
			return;
	if (r->nmacro == E->nmacro_cap) {
		size_t cap = E->nmacro_cap ? E->nmacro_cap * 2 : 8;
		const char **v = arena_alloc(E->a, st_mul(cap, sizeof(*v)));

		if (r->nmacro)
			memcpy(v, r->macro, r->nmacro * sizeof(*v));
		r->macro = v;
		E->nmacro_cap = cap;
	}
	r->macro[r->nmacro++] = arena_strdup(E->a, name);
	needed_macros(E, name);
}

/* ---- names ---- */

const char *em_ident_text(struct emit *E, const char *name, size_t len)
{
	struct buf b = BUF_INIT, s = BUF_INIT;
	const char *t;

	dialect_ident(E->d, name, len, &b);
	jinja_escape(&s, b.s, b.len);
	t = arena_strndup(E->a, buf_str(&s), s.len);
	buf_release(&b);
	buf_release(&s);
	return t;
}

struct doc *em_ident(struct emit *E, const char *name, size_t len)
{
	return doc_text(E->a, em_ident_text(E, name, len));
}

struct doc *em_name(struct emit *E, const struct tsql_name *n)
{
	return em_ident(E, n->text, n->len);
}

struct doc *em_type(struct emit *E, const struct tsql_type *t)
{
	struct buf b = BUF_INIT;
	struct doc *d;

	dialect_type_name(E->d, t, &b);
	d = doc_text(E->a, arena_strndup(E->a, buf_str(&b), b.len));
	buf_release(&b);
	return d;
}

/* "Order Details" and "OrderDetails" become order_details. */
static void snake(struct buf *b, const char *s)
{
	char last = '_';

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x80)
			continue;
		if (isupper(c) && islower((unsigned char)last))
			buf_addc(b, '_');
		if (isalnum(c))
			buf_addc(b, (char)tolower(c));
		else if (b->len && b->s[b->len - 1] != '_')
			buf_addc(b, '_');
		last = (char)c;
	}
	while (b->len && b->s[b->len - 1] == '_')
		buf_setlen(b, b->len - 1);
}

/* Leaves room for a number that tells it from others. */
static void shorten(const struct dialect *d, struct buf *b)
{
	size_t limit = dialect_name_limit(d);

	if (limit && b->len + 6 > limit)
		buf_setlen(b, limit - 6);
}

const char *em_take_name(struct emit *E, const char *want, const char *prefix)
{
	struct buf b = BUF_INIT;
	const char *name;

	snake(&b, want);
	if (!b.len || isdigit((unsigned char)b.s[0]))
		buf_adds(&b, b.len ? "_rows" : "rows_");
	if (isdigit((unsigned char)b.s[0])) {
		char *s = xasprintf("t%s", b.s);

		buf_reset(&b);
		buf_adds(&b, s);
		free(s);
	}
	if (prefix && *prefix &&
	    (map_get(&E->names, b.s) ||
		dialect_needs_quotes(E->d, b.s, b.len))) {
		char *s = xstrdup(b.s);

		buf_reset(&b);
		snake(&b, prefix);
		buf_addf(&b, "_%s", s);
		free(s);
	}
	shorten(E->d, &b);
	for (size_t len = b.len, i = 2;
	     map_get(&E->names, b.s) || dialect_needs_quotes(E->d, b.s, b.len);
	     i++) {
		buf_setlen(&b, len);
		buf_addf(&b, "_%zu", i);
	}
	name = arena_strndup(E->a, b.s, b.len);
	map_set(&E->names, name, E);
	buf_release(&b);
	return name;
}

/* ---- the entries ---- */

static void emit_init(struct emit *E, struct arena *a,
    const struct emit_options *o, struct emit_result *r)
{
	memset(E, 0, sizeof(*E));
	memset(r, 0, sizeof(*r));
	E->a = a;
	E->d = o->dialect;
	E->opt = o;
	E->cat = o->catalog;
	E->r = r;
	E->src = o->src;
	E->src_len = o->src_len;
	map_init(&E->names, MAP_FOLD);
	map_init(&E->reps, MAP_EXACT);
	map_init(&E->choices, MAP_EXACT);
	map_init(&E->cte_names, MAP_EXACT);
	map_set(&E->names, "final", E);
	r->claim = o->dialect->claim;
}

static void emit_done(struct emit *E)
{
	map_release(&E->names, NULL);
	map_release(&E->reps, NULL);
	map_release(&E->choices, NULL);
	map_release(&E->cte_names, NULL);
	free(E->cte);
}

static void describe(struct emit *E, struct tsql_query *q)
{
	const struct tsql_row *row = tsql_query_row(q);
	struct emit_result *r = E->r;

	if (!row)
		return;
	r->ncolumn = row->n;
	r->column = arena_alloc(E->a, st_mul(row->n, sizeof(*r->column)));
	for (uint32_t i = 0; i < row->n; i++) {
		struct buf b = BUF_INIT;

		r->column[i].name = em_out_name(E, q, i, E->opt->columns);
		r->column[i].type = row->v[i].type;
		em_output_digits(E, &row->v[i]);
		dialect_type_name(E->d, row->v[i].type, &b);
		r->column[i].target_type =
		    arena_strndup(E->a, buf_str(&b), b.len);
		buf_release(&b);
	}
}

void emit_query(struct arena *a, const struct emit_options *o,
    struct tsql_query *q, struct emit_result *r)
{
	struct emit E;
	struct doc *body;

	emit_init(&E, a, o, r);
	if (dialect_can(o->dialect, "native")) {
		r->doc = em_native(&E, q);
	} else {
		body = em_query_final(&E, q, o->columns);
		r->doc = doc_with(a, E.recursive, E.cte, E.ncte, body);
	}
	describe(&E, q);
	emit_done(&E);
}

void emit_expr(struct arena *a, const struct emit_options *o,
    struct tsql_expr *e, const char *qualifier, struct emit_result *r)
{
	struct emit_frame f = {.single = true,
	    .qualify = qualifier != NULL,
	    .qualifier = qualifier};
	struct emit E;
	struct ex x;

	emit_init(&E, a, o, r);
	E.frame = &f;
	if (e->type && e->type->base == TSQL_TY_BOOLEAN)
		x = em_predicate(&E, e);
	else
		x = em_exact(&E, em_value(&E, e), e->type);
	if (E.ncte) {
		em_manual(&E, FINDING_UNTRANSLATED, e,
		    "a subquery inside of an expression");
	}
	r->doc = x.d;
	emit_done(&E);
}

void emit_result_clear(struct emit_result *r)
{
	findings_release(&r->findings);
}
