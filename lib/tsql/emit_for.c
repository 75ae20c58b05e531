#include <ctype.h>

#include "tsql/emit_int.h"

/* FOR XML and FOR JSON: the rows of a query as one text. */

/* What a column of FOR XML or FOR JSON is called; NULL: it isn't. */
static const char *member_name(struct emit *E, const struct tsql_item *it)
{
	const struct tsql_expr *e = it->expr;

	if (it->alias.text)
		return arena_strndup(E->a, it->alias.text, it->alias.len);
	if (e->h.kind == TSQL_E_COLUMN)
		return arena_strndup(E->a, e->u.name.part[e->nparts - 1].text,
		    e->u.name.part[e->nparts - 1].len);
	return NULL;
}

static bool has_directive(
    const struct tsql_for *f, struct emit *E, const char *word)
{
	for (uint32_t i = 0; i < f->directives.n; i++) {
		const struct tsql_span *s = &f->directives.v[i]->name;

		if (s->len == strlen(word) &&
		    !strncasecmp(E->src + s->off, word, s->len))
			return true;
	}
	return false;
}

/* Its columns; what it gives is the one text. */
static const struct tsql_row *selected(const struct tsql_query *q)
{
	const struct tsql_scope *s = tsql_scope(q);

	return s && q->h.kind == TSQL_Q_SELECT ? &s->out : NULL;
}

/* The query as a table j with the columns c1, c2 …, for what needs its rows
 * ready: DISTINCT, TOP, GROUP BY, objects. */
struct ready {
	const struct tsql_row *row;
	struct doc *from;
	struct docs order; /* in terms of j */
};

static void ready_order(struct emit *E, struct tsql_query *q, struct ready *r)
{
	bool columns = q->h.flags & TSQL_DISTINCT;

	for (uint32_t i = 0; i < q->order.n; i++) {
		struct tsql_expr *e = q->order.v[i]->expr;
		struct tsql_outref *o = tsql_outref(e);
		bool desc = q->order.v[i]->h.flags & TSQL_DESC;
		uint32_t k = o ? o->index : 0;

		if (!o && em_unordered(e))
			continue;
		if (o && k < r->row->n && r->row->v[k].expr)
			e = r->row->v[k].expr;
		while (columns && !o && k < r->row->n &&
		    !(r->row->v[k].expr && em_same(r->row->v[k].expr, e)))
			k++;
		if (columns && k >= r->row->n) {
			em_manual(E, FINDING_UNTRANSLATED, q->order.v[i],
			    "ORDER BY of what isn't selected");
			continue;
		}
		docs_add(E->a, &r->order,
		    em_order_value(E, e,
			ex_text(E,
			    columns || o
				? arena_printf(E->a, "j.c%u", k + 1)
				: arena_printf(E->a, "j.sort_%u", i + 1)),
			desc));
	}
}

static void say_order(struct emit *E, struct tsql_query *q, size_t n)
{
	struct tsql_scope *scope = tsql_scope(q);
	struct tsql_expr **by =
	    arena_alloc(E->a, st_mul(q->order.n + 1, sizeof(*by)));

	if (!q->u.select.from.n)
		return; /* one row */
	for (uint32_t i = 0; i < q->order.n; i++) {
		struct tsql_outref *o = tsql_outref(q->order.v[i]->expr);

		by[i] = o && o->index < scope->out.n
		    ? scope->out.v[o->index].expr
		    : NULL;
		if (!by[i])
			by[i] = q->order.v[i]->expr;
	}
	if (!n)
		em_differs(E, FINDING_TIES, q->for_clause,
		    "FOR XML or FOR JSON without an order");
	else if (!em_unique(E, scope, by, q->order.n))
		em_differs(E, FINDING_TIES, q->for_clause,
		    "FOR XML or FOR JSON in an order that may have ties");
}

static void make_ready(struct emit *E, struct tsql_query *q, struct ready *r)
{
	struct tsql_names names = {NULL, 0};

	if (q->u.select.top &&
	    (q->u.select.top->h.flags & (TSQL_WITH_TIES | TSQL_PERCENT)))
		em_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR XML or FOR JSON of TOP WITH TIES or PERCENT");
	memset(r, 0, sizeof(*r));
	r->row = selected(q);
	names.v = arena_alloc(E->a, st_mul(r->row->n + 1, sizeof(*names.v)));
	memset(names.v, 0, (r->row->n + 1) * sizeof(*names.v));
	for (uint32_t i = 0; i < r->row->n; i++) {
		const char *n = arena_printf(E->a, "c%u", i + 1);

		names.v[names.n].text = n;
		names.v[names.n++].len = (uint32_t)strlen(n);
	}
	E->for_allowed = E->sorted = true;
	r->from = doc_derived(
	    E->a, em_query_exact(E, q, &names), doc_text(E->a, "j"), NULL);
	E->for_allowed = E->sorted = false;
	ready_order(E, q, r);
	say_order(E, q, r->order.n);
}

/* (select string_agg(x, sep order by …) from j) */
static struct doc *listed(
    struct emit *E, struct ready *r, struct ex x, const char *sep)
{
	struct doc_select s;

	memset(&s, 0, sizeof(s));
	docs_add(E->a, &s.items,
	    em_string_agg(E, x.d, ex_string(E, sep, strlen(sep)).d, &r->order));
	s.from = r->from;
	return doc_subquery(E->a, doc_select(E->a, &s));
}

/* ---- FOR JSON ---- */

/* Is the value JSON already, to be written as it is? */
static bool is_json(struct emit *E, const struct tsql_expr *e)
{
	if (!e)
		return false;
	if (e->h.kind == TSQL_E_CALL)
		return e->u.call.fn == TSQL_F_JSON_QUERY;
	/* without its wrapper it is text to the query around it */
	return e->h.kind == TSQL_E_SUBQUERY && e->u.sub.query->for_clause &&
	    e->u.sub.query->for_clause->mode >= TSQL_FOR_JSON_AUTO &&
	    !has_directive(
		e->u.sub.query->for_clause, E, "WITHOUT_ARRAY_WRAPPER");
}

/* A column of j as a JSON value, NULL where it is NULL. */
static struct ex json_text(struct emit *E, struct tsql_query *q,
    const struct tsql_column *c, uint32_t i)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	const struct tsql_type *t = c->type;
	struct ex x = ex_text(E, arena_printf(E->a, "j.c%u", i + 1));
	int style = -1;

	if (is_json(E, c->expr))
		return x;
	if (tsql_is_string(t))
		return ex_op1(E, "json_string", q, x);
	if (t->base == TSQL_TY_BIT)
		return ex_make(
		    doc_join(E->a, doc_text(E->a, "case when "), x.d,
			doc_text(E->a, " then 'true' when not "), x.d,
			doc_text(E->a, " then 'false' end"), DOC_END),
		    P_PRIMARY);
	switch (t->base) {
	case TSQL_TY_TIME:
	case TSQL_TY_DATETIME2:
	case TSQL_TY_DATETIMEOFFSET:
	case TSQL_TY_FLOAT:
	case TSQL_TY_REAL:
		em_differs(E, FINDING_APPROXIMATE, q->for_clause,
		    "FOR JSON: how many digits a time or float has");
		break;
	case TSQL_TY_MONEY:
	case TSQL_TY_SMALLMONEY: style = 2; break;
	case TSQL_TY_BINARY:
	case TSQL_TY_VARBINARY:
	case TSQL_TY_XML:
		return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR JSON of binary or xml");
	default: break;
	}
	if (tsql_is_temporal(t) || t->base == TSQL_TY_UNIQUEIDENTIFIER) {
		x = em_convert(E, x, t, &text, CONV_CAST,
		    tsql_is_temporal(t) ? 126 : -1, NULL, q->for_clause);
		return ex_op1(E, "json_string", q, x);
	}
	return em_convert(
	    E, x, t, &text, CONV_CAST, style, NULL, q->for_clause);
}

struct members {
	struct emit *E;
	struct tsql_query *q;
	const struct tsql_row *row;
	bool nested; /* a.b is b in the object a */
	bool nulls;  /* members that are NULL are written */
};

/* ,"name": */
static struct ex json_key(struct emit *E, const char *name, size_t n)
{
	struct buf b = BUF_INIT;
	struct ex x;

	buf_adds(&b, ",\"");
	for (size_t i = 0; i < n; i++) {
		if (strchr("\"\\/", name[i]))
			buf_addc(&b, '\\');
		buf_addc(&b, name[i]);
	}
	buf_adds(&b, "\":");
	x = ex_string(E, b.s, b.len);
	buf_release(&b);
	return x;
}

/* The object of the columns from..to, whose names count from their off-th
 * character; false: too deep, or a column has no name. */
static bool object_of(
    struct members *m, uint32_t from, uint32_t to, size_t off, struct ex *out)
{
	struct emit *E = m->E;
	struct docs parts = {NULL, 0, 0}, all = {NULL, 0, 0};

	for (uint32_t i = from, next; i < to; i = next) {
		const char *name = m->row->v[i].name + off;
		size_t len = m->row->v[i].len - off;
		const char *dot = m->nested ? memchr(name, '.', len) : NULL;
		struct docs pair = {NULL, 0, 0};
		struct ex v;

		next = i + 1;
		if (!len || off > 500)
			return false;
		if (dot) {
			size_t n = (size_t)(dot - name) + 1;

			while (next < to && m->row->v[next].len > off + n &&
			    !memcmp(m->row->v[next].name + off, name, n))
				next++;
			len = n - 1;
			if (!object_of(m, i, next, off + n, &v))
				return false;
			if (!m->nulls)
				v = ex_call2(
				    E, "nullif", v, ex_string(E, "{}", 2));
		} else {
			v = json_text(E, m->q, &m->row->v[i], i);
			if (m->nulls)
				v = ex_call2(
				    E, "coalesce", v, ex_string(E, "null", 4));
		}
		docs_add(E->a, &pair, json_key(E, name, len).d);
		docs_add(E->a, &pair, ex_at(E, v, P_OTHER + 1));
		v = ex_make(doc_chain1(E->a, &pair, "||"), P_OTHER);
		if (!m->nulls)
			v = ex_call2(E, "coalesce", v, ex_string(E, "", 0));
		docs_add(E->a, &parts, ex_at(E, v, P_OTHER));
	}
	docs_add(E->a, &all, ex_string(E, "{", 1).d);
	docs_add(E->a, &all,
	    ex_call2(E, "substr",
		ex_make(
		    parts.n > 1 ? doc_chain1(E->a, &parts, "||") : parts.v[0],
		    P_OTHER),
		ex_text(E, "2"))
		.d);
	docs_add(E->a, &all, ex_string(E, "}", 1).d);
	*out = ex_make(doc_chain1(E->a, &all, "||"), P_OTHER);
	return true;
}

/* ROOT('x'): its name; "root" when it has none; NULL: no ROOT. */
static const char *root_of(struct emit *E, const struct tsql_for *f)
{
	for (uint32_t i = 0; i < f->directives.n; i++) {
		const struct tsql_option *o = f->directives.v[i];
		const struct tsql_expr *v = o->value;

		if (o->name.len != 4 ||
		    strncasecmp(E->src + o->name.off, "ROOT", 4))
			continue;
		if (!v && o->sub.n == 1)
			v = o->sub.v[0]->value;
		return v && v->h.kind == TSQL_E_STRING
		    ? arena_strndup(E->a, v->u.lit.text, v->u.lit.len)
		    : "root";
	}
	return NULL;
}

/* One object for each row: members that are NULL are left out. AUTO makes the
 * same of one table. */
static struct ex for_json(struct emit *E, struct tsql_query *q)
{
	const struct tsql_for *c = q->for_clause;
	bool bare = has_directive(c, E, "WITHOUT_ARRAY_WRAPPER");
	const char *root = root_of(E, c);
	struct members m = {E, q, selected(q), c->mode == TSQL_FOR_JSON_PATH,
	    has_directive(c, E, "INCLUDE_NULL_VALUES")};
	struct docs all = {NULL, 0, 0};
	struct tsql_scope *s = tsql_scope(q);
	struct ready r;
	struct ex x;

	if (!m.row || !m.row->n || m.row->open || !em_has_op(E, "json_string"))
		return ex_manual(E, FINDING_UNTRANSLATED, c, "FOR JSON");
	if (!m.nested && (!s || s->nsource > 1))
		return ex_manual(E, FINDING_UNTRANSLATED, c,
		    "FOR JSON AUTO of several tables");
	make_ready(E, q, &r);
	if (!object_of(&m, 0, m.row->n, 0, &x))
		return ex_manual(E, FINDING_UNTRANSLATED, c,
		    "FOR JSON of columns without names");
	x = ex_make(listed(E, &r, x, ","), P_PRIMARY);
	if (root) {
		struct buf b = BUF_INIT;

		buf_addf(&b, "{\"%s\":%s", root, bare ? "" : "[");
		docs_add(E->a, &all, ex_string(E, b.s, b.len).d);
		buf_release(&b);
	} else if (!bare) {
		docs_add(E->a, &all, ex_string(E, "[", 1).d);
	} else {
		return x;
	}
	docs_add(E->a, &all, x.d);
	docs_add(E->a, &all,
	    doc_textf(E->a, "'%s%s'", bare ? "" : "]", root ? "}" : ""));
	return ex_make(doc_chain1(E->a, &all, "||"), P_OTHER);
}

/* ---- FOR XML ---- */

static bool no_markup(const struct tsql_expr *e)
{
	for (uint32_t i = 0; i < e->u.lit.len; i++)
		if (strchr("&<>", e->u.lit.text[i]))
			return false;
	return true;
}

static bool has_star(const struct tsql_query *q)
{
	for (uint32_t i = 0; i < q->u.select.items.n; i++)
		if (tsql_star(q->u.select.items.v[i]->expr))
			return true;
	return false;
}

/* The text of a row: its columns one after the other, named ones in tags. */
static struct ex xml_row(
    struct emit *E, struct tsql_query *q, bool decoded, bool ready, bool *plain)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	struct docs l = {NULL, 0, 0};

	*plain = true;
	for (uint32_t i = 0; i < q->u.select.items.n; i++) {
		struct tsql_item *it = q->u.select.items.v[i];
		struct tsql_expr *e = it->expr;
		const char *name = member_name(E, it);
		struct ex x = ready
		    ? ex_text(E, arena_printf(E->a, "j.c%u", i + 1))
		    : em_value(E, e);

		if (!tsql_is_string(e->type))
			x = em_convert(E, x, e->type, &text, CONV_IMPLICIT,
			    tsql_is_temporal(e->type) ? 126 : -1, e, e);
		if (!decoded && tsql_is_string(e->type) &&
		    !(e->h.kind == TSQL_E_STRING && no_markup(e)))
			x = ex_op1(E, "xml_escape", e, x);
		if (name && strcmp(name, "text()") != 0 &&
		    strcmp(name, "*") != 0 && strcmp(name, "data()") != 0) {
			struct docs t = {NULL, 0, 0};
			char *open = xasprintf("<%s>", name);
			char *close = xasprintf("</%s>", name);

			docs_add(E->a, &t, ex_string(E, open, strlen(open)).d);
			docs_add(E->a, &t, ex_at(E, x, P_OTHER + 1));
			docs_add(
			    E->a, &t, ex_string(E, close, strlen(close)).d);
			if (strpbrk(name, "/@ <>&"))
				em_manual(E, FINDING_UNTRANSLATED,
				    q->for_clause, "FOR XML with nested names");
			free(open);
			free(close);
			x = ex_make(doc_chain1(E->a, &t, "||"), P_OTHER);
			*plain = false;
		}
		/* absent columns are left out */
		if (q->u.select.items.n > 1)
			x = ex_call2(E, "coalesce", x, ex_string(E, "", 0));
		docs_add(E->a, &l, ex_at(E, x, P_OTHER));
	}
	if (l.n == 1)
		return ex_make(l.v[0], P_OTHER);
	return ex_make(doc_chain1(E->a, &l, "||"), P_OTHER);
}

/* Has the list's query to be written first, as a table of its own? */
static bool needs_ready(const struct tsql_query *q)
{
	return q->u.select.top || q->offset || (q->h.flags & TSQL_DISTINCT) ||
	    q->u.select.ngroup || q->u.select.having ||
	    (tsql_scope(q) && tsql_scope(q)->grouped);
}

/* (select string_agg(text, sep order by …) from …) */
struct ex em_xml_list(struct emit *E, struct tsql_query *q, bool decoded)
{
	struct emit_frame f = {
	    .outer = E->frame, .scope = tsql_scope(q), .qualify = true};
	struct docs order = {NULL, 0, 0};
	struct doc_select s;
	struct tsql_expr **by =
	    arena_alloc(E->a, st_mul(q->order.n + 1, sizeof(*by)));
	struct ex x;
	bool plain;

	if (q->h.kind != TSQL_Q_SELECT || has_star(q) ||
	    !(q->for_clause->mode == TSQL_FOR_XML_PATH) ||
	    !q->for_clause->element || q->for_clause->element->u.lit.len != 0 ||
	    has_directive(q->for_clause, E, "ROOT") ||
	    has_directive(q->for_clause, E, "ELEMENTS"))
		return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR XML other than PATH('') of plain rows");
	if (needs_ready(q)) {
		struct ready r;

		make_ready(E, q, &r);
		x = xml_row(E, q, decoded, true, &plain);
		return ex_make(listed(E, &r, x, ""), P_PRIMARY);
	}
	memset(&s, 0, sizeof(s));
	E->frame = &f;
	E->no_hoist++;
	em_froms(E, &q->u.select.from, &s);
	E->no_hoist--;
	if (q->u.select.where)
		s.where = em_predicate(E, q->u.select.where).d;
	x = xml_row(E, q, decoded, false, &plain);
	em_order(E, &q->order, &order);
	for (uint32_t i = 0; i < q->order.n; i++)
		by[i] = q->order.v[i]->expr;
	if (!order.n)
		em_differs(
		    E, FINDING_TIES, q->for_clause, "FOR XML without an order");
	else if (!em_unique(E, f.scope, by, q->order.n))
		em_differs(E, FINDING_TIES, q->for_clause,
		    "FOR XML in an order that may have ties");
	docs_add(E->a, &s.items,
	    em_string_agg(E, x.d, doc_text(E->a, "''"), &order));
	E->frame = f.outer;
	return ex_make(doc_subquery(E->a, doc_select(E->a, &s)), P_PRIMARY);
}

struct ex em_for_clause(struct emit *E, struct tsql_query *q)
{
	switch (q->for_clause->mode) {
	case TSQL_FOR_XML_PATH: return em_xml_list(E, q, false);
	case TSQL_FOR_JSON_AUTO:
	case TSQL_FOR_JSON_PATH: return for_json(E, q);
	default:
		return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR XML RAW, AUTO and EXPLICIT");
	}
}
