#include <ctype.h>

#include "tsql/emit_int.h"

/* JSON functions and OPENJSON, xml methods. */

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
			return em_xml_list(E, on->u.sub.query, true);
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

/* Whether STRING_SPLIT minds the case of its separator isn't documented. */
static void split_by_letters(struct emit *E, struct tsql_expr *call)
{
	struct tsql_expr *by = call->u.call.args.v[1];

	if (!em_caseless(by) && !em_collation(E, by->type)->case_sensitive)
		em_differs(E, FINDING_APPROXIMATE, call,
		    "STRING_SPLIT by a letter: the target minds its case");
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
	if (call->u.call.fn == TSQL_F_STRING_SPLIT)
		split_by_letters(E, call);
	d = ex_op(E, key, f, call->u.call.args.n, v).d;
	return doc_derived(
	    E->a, d, em_ident(E, alias, strlen(alias)), &columns);
}
