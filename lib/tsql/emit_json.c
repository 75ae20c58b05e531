#include <ctype.h>

#include "tsql/emit_int.h"

/* JSON functions and OPENJSON, lists by FOR XML PATH, xml methods. */

static struct tsql_expr *arg(struct tsql_expr *e, uint32_t i)
{
	return i < e->u.call.args.n ? e->u.call.args.v[i] : NULL;
}

/*
 * A path "$.a.b[0].\"c d\"": lax mode only. In the target's notation: the
 * same text without "lax", or a list of steps where it wants one.
 */
static bool json_path(struct emit *E, struct tsql_expr *p, struct ex *out)
{
	const char *s, *end;
	struct buf b = BUF_INIT;
	bool list = dialect_can(E->d, "json_path_list"), ok = true;

	if (!p) {
		*out = ex_string(E, list ? "{}" : "$", list ? 2 : 1);
		return true;
	}
	if (p->h.kind != TSQL_E_STRING)
		return false;
	s = p->u.lit.text;
	end = s + p->u.lit.len;
	if (end - s > 4 && !strncmp(s, "lax ", 4))
		s += 4;
	if (s >= end || *s != '$')
		return false;
	buf_adds(&b, list ? "{" : "$");
	s++;
	while (s < end && ok) {
		const char *w;
		size_t n;
		bool index = *s == '[';

		if (*s == '.') {
			s++;
			if (s < end && *s == '"') {
				w = ++s;
				while (s < end && *s != '"')
					s++;
				n = (size_t)(s - w);
				s++;
			} else {
				w = s;
				while (s < end &&
				    (isalnum((unsigned char)*s) || *s == '_' ||
					*s == '$' || (unsigned char)*s >= 0x80))
					s++;
				n = (size_t)(s - w);
			}
		} else if (index) {
			w = ++s;
			while (s < end && isdigit((unsigned char)*s))
				s++;
			n = (size_t)(s - w);
			ok = s < end && *s == ']';
			s++;
		} else {
			ok = false;
			break;
		}
		if (!n || memchr(w, '"', n) || memchr(w, '\\', n))
			ok = false;
		if (list) {
			if (b.len > 1)
				buf_addc(&b, ',');
			if (index)
				buf_add(&b, w, n);
			else
				buf_addf(&b, "\"%.*s\"", (int)n, w);
		} else if (index) {
			buf_addf(&b, "[%.*s]", (int)n, w);
		} else {
			buf_addf(&b, ".\"%.*s\"", (int)n, w);
		}
	}
	if (list)
		buf_addc(&b, '}');
	*out = ex_string(E, b.s, b.len);
	buf_release(&b);
	return ok;
}

static struct ex bad_path(struct emit *E, const void *node)
{
	return ex_manual(E, FINDING_UNTRANSLATED, node,
	    "a JSON path in strict mode or from data");
}

static struct ex json_of(struct emit *E, struct tsql_expr *e);

bool em_json_fn(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	bool as_text = !E->json_cast && em_has_op(E, "json_value_text");
	struct ex path;

	E->json_cast = false;
	switch (e->u.call.fn) {
	case TSQL_F_JSON_VALUE:
	case TSQL_F_JSON_QUERY:
		if (!json_path(E, arg(e, 1), &path)) {
			*out = bad_path(E, e);
			return true;
		}
		*out = ex_op2(E,
		    e->u.call.fn == TSQL_F_JSON_QUERY ? "json_query"
			: as_text		      ? "json_value_text"
						      : "json_value",
		    e, json_of(E, arg(e, 0)), path);
		return true;
	case TSQL_F_ISJSON:
		if (e->u.call.args.n > 1) {
			*out = ex_manual(E, FINDING_UNTRANSLATED, e,
			    "ISJSON with a kind of value");
			return true;
		}
		*out = ex_loose(ex_op1(E, "isjson", e, em_value(E, arg(e, 0))));
		return true;
	default: return false;
	}
}

/* (select … for json path) as a value. */
static struct ex json_of(struct emit *E, struct tsql_expr *e)
{
	return em_value(E, e);
}

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

/* One object for each row: members that are NULL are left out. */
static struct ex for_json(struct emit *E, struct tsql_query *q)
{
	struct tsql_names names = {NULL, 0};
	bool bare = has_directive(q->for_clause, E, "WITHOUT_ARRAY_WRAPPER");
	struct docs pairs = {NULL, 0, 0};
	struct ex v[2];
	struct doc *d;

	if (q->h.kind != TSQL_Q_SELECT ||
	    q->for_clause->directives.n > (bare ? 1u : 0u))
		return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR JSON with these options");
	em_differs(E, FINDING_APPROXIMATE, q->for_clause,
	    "FOR JSON: the target writes numbers and blanks its own way");
	names.v = arena_alloc(
	    E->a, st_mul(q->u.select.items.n + 1, sizeof(*names.v)));
	for (uint32_t i = 0; i < q->u.select.items.n; i++) {
		const char *n = member_name(E, q->u.select.items.v[i]);

		if (!n || strchr(n, '.'))
			return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
			    "FOR JSON with nested names or *");
		names.v[names.n].text = n;
		names.v[names.n++].len = (uint32_t)strlen(n);
		docs_add(E->a, &pairs, ex_string(E, n, strlen(n)).d);
		docs_add(E->a, &pairs,
		    doc_textf(E->a, "j.%s", em_ident_text(E, n, strlen(n))));
	}
	E->for_allowed = true;
	d = em_query(E, q, &names);
	E->for_allowed = false;
	v[0] = ex_make(doc_commas(E->a, &pairs), P_NONE);
	v[1] =
	    ex_make(doc_derived(E->a, d, doc_text(E->a, "j"), NULL), P_PRIMARY);
	return ex_op(
	    E, bare ? "for_json_bare" : "for_json", q->for_clause, 2, v);
}

/* The text of a row: its columns one after the other, named ones in tags. */
static struct ex xml_row(
    struct emit *E, struct tsql_query *q, bool decoded, bool *plain)
{
	struct tsql_type text = tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
	struct docs l = {NULL, 0, 0};

	*plain = true;
	for (uint32_t i = 0; i < q->u.select.items.n; i++) {
		struct tsql_item *it = q->u.select.items.v[i];
		struct tsql_expr *e = it->expr;
		const char *name = member_name(E, it);
		struct ex x = em_value(E, e);

		if (!tsql_is_string(e->type))
			x = em_convert(E, x, e->type, &text, CONV_IMPLICIT,
			    tsql_is_temporal(e->type) ? 126 : -1, e, e);
		if (!decoded && !(e->h.kind == TSQL_E_STRING) &&
		    tsql_is_string(e->type))
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

/* sep + x, x + y …: the first literal of a concatenation. */
static struct tsql_expr *first_literal(struct tsql_expr *e)
{
	while (e && e->h.kind == TSQL_E_ARITH && e->op == TSQL_OP_ADD)
		e = e->u.binary.l;
	return e && e->h.kind == TSQL_E_STRING ? e : NULL;
}

/* (select string_agg(text, sep order by …) from …) */
static struct ex xml_list(struct emit *E, struct tsql_query *q, bool decoded)
{
	struct emit_frame f = {
	    .outer = E->frame, .scope = tsql_scope(q), .qualify = true};
	struct docs order = {NULL, 0, 0};
	struct doc_select s;
	struct tsql_expr **by =
	    arena_alloc(E->a, st_mul(q->order.n + 1, sizeof(*by)));
	struct doc *in;
	struct ex x;
	bool plain;

	if (q->h.kind != TSQL_Q_SELECT || q->u.select.top || q->offset ||
	    (q->h.flags & TSQL_DISTINCT) || q->u.select.ngroup ||
	    q->u.select.having || !(q->for_clause->mode == TSQL_FOR_XML_PATH) ||
	    !q->for_clause->element || q->for_clause->element->u.lit.len != 0 ||
	    has_directive(q->for_clause, E, "ROOT") ||
	    has_directive(q->for_clause, E, "ELEMENTS"))
		return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR XML other than PATH('') of plain rows");
	memset(&s, 0, sizeof(s));
	E->frame = &f;
	E->no_hoist++;
	em_froms(E, &q->u.select.from, &s);
	E->no_hoist--;
	if (q->u.select.where)
		s.where = em_predicate(E, q->u.select.where).d;
	x = xml_row(E, q, decoded, &plain);
	em_order(E, &q->order, &order);
	for (uint32_t i = 0; i < q->order.n; i++)
		by[i] = q->order.v[i]->expr;
	if (!order.n)
		em_differs(
		    E, FINDING_TIES, q->for_clause, "FOR XML without an order");
	else if (!em_unique(E, f.scope, by, q->order.n))
		em_differs(E, FINDING_TIES, q->for_clause,
		    "FOR XML in an order that may have ties");
	in = doc_join(E->a, x.d, doc_text(E->a, ","), doc_line(E->a),
	    doc_text(E->a, "''"), DOC_END);
	if (order.n)
		in = doc_join(E->a, in, doc_line(E->a),
		    doc_clause_list(E->a, "order by", &order), DOC_END);
	docs_add(E->a, &s.items,
	    doc_join(E->a, doc_text(E->a, "string_agg"), doc_paren(E->a, in),
		DOC_END));
	E->frame = f.outer;
	return ex_make(doc_subquery(E->a, doc_select(E->a, &s)), P_PRIMARY);
}

struct ex em_for_clause(struct emit *E, struct tsql_query *q)
{
	switch (q->for_clause->mode) {
	case TSQL_FOR_XML_PATH: return xml_list(E, q, false);
	case TSQL_FOR_JSON_PATH: return for_json(E, q);
	default:
		return ex_manual(E, FINDING_UNTRANSLATED, q->for_clause,
		    "FOR XML RAW, AUTO, EXPLICIT and FOR JSON AUTO");
	}
}

/* STUFF(list, 1, n, '') stays what it is: the list's text is the same. */
bool em_stuff_xml(struct emit *E, struct tsql_expr *e, struct ex *out)
{
	(void)E;
	(void)e;
	(void)out;
	(void)first_literal;
	return false;
}

/* (select … for xml path(''), type).value('.', 'nvarchar(max)') */
struct ex em_method(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *on = e->u.method.e;
	struct tsql_exprs *a = &e->u.method.args;

	if (on && on->h.kind == TSQL_E_SUBQUERY &&
	    on->u.sub.query->for_clause && e->u.method.name.len == 5 &&
	    !strncasecmp(e->u.method.name.text, "value", 5) && a->n == 2 &&
	    a->v[0]->h.kind == TSQL_E_STRING) {
		const char *p = a->v[0]->u.lit.text;
		uint32_t n = a->v[0]->u.lit.len;

		if ((n == 1 && *p == '.') ||
		    (n == 11 && !strncmp(p, "(./text())[", 11)) ||
		    (n == 13 && !strncmp(p, "(./text())[1]", 13)) ||
		    (n == 6 && !strncmp(p, "text()", 6)) ||
		    (n == 8 && !strncmp(p, "text()[1", 8)) ||
		    (n == 9 && !strncmp(p, "text()[1]", 9)) ||
		    (n == 4 && !strncmp(p, "(.)[", 4)) ||
		    (n == 6 && !strncmp(p, "(.)[1]", 6)) ||
		    (n == 4 && !strncmp(p, ".[1]", 4)))
			return xml_list(E, on->u.sub.query, true);
	}
	return ex_manual(E, FINDING_XML_METHOD, e, "%.*s",
	    (int)e->u.method.name.len, e->u.method.name.text);
}

/* ---- OPENJSON ---- */

static struct doc *json_columns(struct emit *E, struct tsql_from *f)
{
	struct docs items = {NULL, 0, 0};
	struct doc_select s;

	memset(&s, 0, sizeof(s));
	for (uint32_t i = 0; i < f->u.open.nschema; i++) {
		struct tsql_schema_col *c = f->u.open.schema[i];
		struct tsql_expr p = {.h = {.kind = TSQL_E_STRING}};
		struct tsql_type text =
		    tsql_type_sized(TSQL_TY_NVARCHAR, TSQL_MAX);
		const struct tsql_type *t = c->type ? c->type->type : NULL;
		struct buf b = BUF_INIT;
		struct ex path, x;

		if (c->path) {
			p = *c->path;
		} else {
			buf_addf(
			    &b, "$.\"%.*s\"", (int)c->name.len, c->name.text);
			p.u.lit.text = arena_strndup(E->a, b.s, b.len);
			p.u.lit.len = (uint32_t)b.len;
			buf_release(&b);
		}
		if (!json_path(E, &p, &path) || !t) {
			docs_add(E->a, &items, bad_path(E, c).d);
			continue;
		}
		x = ex_op2(E,
		    c->as_json ? "json_query"
			: tsql_is_string(t) && em_has_op(E, "json_value_text")
			? "json_value_text"
			: "json_value",
		    c, ex_text(E, "element.value"), path);
		x = em_convert(E, x, &text, t, CONV_CAST, -1, NULL, c);
		docs_add(E->a, &items, doc_as(E->a, x.d, em_name(E, &c->name)));
	}
	s.items = items;
	s.from = NULL;
	return doc_select(E->a, &s);
}

struct doc *em_openjson(
    struct emit *E, struct tsql_from *f, const char *alias, bool *lateral)
{
	struct tsql_expr *json = f->u.open.args.n ? f->u.open.args.v[0] : NULL;
	struct ex path, x, v[2];
	bool schema = f->u.open.nschema > 0;
	struct doc *d;

	*lateral = true;
	if (!json ||
	    !json_path(
		E, f->u.open.args.n > 1 ? f->u.open.args.v[1] : NULL, &path)) {
		bad_path(E, f);
		return doc_text(E->a, "unknown");
	}
	x = em_value(E, json);
	v[0] = x;
	v[1] = path;
	if (!schema) {
		d = ex_op(E, "openjson", f, 2, v).d;
		return doc_derived(
		    E->a, d, em_ident(E, alias, strlen(alias)), NULL);
	}
	d = ex_op(E, "openjson_rows", f, 2, v).d;
	d = doc_join(E->a, json_columns(E, f), doc_line(E->a),
	    doc_text(E->a, "from "),
	    doc_derived(E->a, d, doc_text(E->a, "element"), NULL), DOC_END);
	return doc_derived(E->a, d, em_ident(E, alias, strlen(alias)), NULL);
}

/* STRING_SPLIT, GENERATE_SERIES; user-defined functions are elsewhere. */
struct doc *em_table_call(
    struct emit *E, struct tsql_from *f, const char *alias, bool *lateral)
{
	struct tsql_expr *call = f->u.call.call;
	struct tsql_source *s = tsql_source(f);
	struct docs columns = {NULL, 0, 0};
	const char *key = NULL;
	struct ex v[3];
	struct doc *d;

	for (uint32_t i = 0; i < f->columns.n; i++)
		docs_add(E->a, &columns, em_name(E, f->columns.v + i));
	if (s && s->object && s->object->kind == TSQL_OBJ_TABLE_FUNCTION) {
		d = em_table_udf(E, call, s->object, lateral);
		if (!d) {
			em_manual(E, FINDING_UNTRANSLATED, f, "the function %s",
			    s->object->id);
			return doc_text(E->a, "unknown");
		}
		return em_derived(E, d, !*lateral && !E->no_hoist,
		    s->object->name, alias, &columns);
	}
	*lateral = true;
	if (call && call->h.kind == TSQL_E_CALL) {
		if (call->u.call.fn == TSQL_F_STRING_SPLIT)
			key = call->u.call.args.n > 2 ? "string_split_ordinal"
						      : "string_split";
		else if (call->u.call.fn == TSQL_F_GENERATE_SERIES)
			key = call->u.call.args.n > 2 ? "generate_series_step"
						      : "generate_series";
	}
	if (!key) {
		em_manual(
		    E, FINDING_UNTRANSLATED, f, "this function as a table");
		return doc_text(E->a, "unknown");
	}
	for (uint32_t i = 0; i < call->u.call.args.n && i < 3; i++)
		v[i] = em_value(E, call->u.call.args.v[i]);
	d = ex_op(E, key, f, call->u.call.args.n, v).d;
	return doc_derived(
	    E->a, d, em_ident(E, alias, strlen(alias)), &columns);
}
