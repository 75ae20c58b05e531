/* Jinja: the few forms that a model may use, rendered for guard_sql(). */
#include <stdarg.h>

#include <json-c/json.h>

#include "agent/guard_int.h"
#include "common/alloc.h"
#include "common/jsonl.h"

#define MAX_NEST 16

struct render {
	const struct guard_policy *p;
	const char *at, *end;
	uint32_t line;
	bool incremental; /* the run that is rendered */
	struct guard_text out;
	bool trim; /* white space up to the next text goes */
	struct {
		bool live, was_live, seen_else;
	} ifs[MAX_NEST];
	size_t nr_ifs;
	int nested; /* calls that we are an argument of */
	char *why;
};

/* A literal of Jinja, or what it is called with. */
enum value_kind { V_NONE, V_STRING, V_OTHER, V_CALL };

struct value {
	enum value_kind kind;
	struct buf text; /* of a string */
	struct json_object *json;
};

static bool allowed(const struct map *names, const char *name)
{
	return map_find(names, name, strlen(name)) != NULL;
}

static bool refuse(struct render *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(struct render *r, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	if (!r->why) {
		buf_addf(&b, "line %u: ", r->line);
		va_start(ap, fmt);
		buf_vaddf(&b, fmt, ap);
		va_end(ap);
		r->why = buf_detach(&b);
	}
	return false;
}

static void put(struct render *r, char c)
{
	size_t i;

	/* What a macro gets is its own to write. */
	if (r->nested)
		return;
	for (i = 0; i < r->nr_ifs; i++) {
		if (!r->ifs[i].live)
			return;
	}
	if (r->out.text.len + 1 > r->out.cap) {
		r->out.cap = r->out.cap ? r->out.cap * 2 : 4096;
		r->out.lines = xreallocarray(
		    r->out.lines, r->out.cap, sizeof(*r->out.lines));
	}
	r->out.lines[r->out.text.len] = r->line;
	buf_addc(&r->out.text, c);
}

static bool at(const struct render *r, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(r->end - r->at) >= n && memcmp(r->at, s, n) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct render *r)
{
	while (r->at < r->end && is_space(*r->at)) {
		r->line += *r->at == '\n';
		r->at++;
	}
}

static bool is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (!first && c >= '0' && c <= '9');
}

/* A name into b; false when there is none. */
static bool take_name(struct render *r, struct buf *b)
{
	buf_reset(b);
	skip_space(r);
	if (r->at >= r->end || !is_name(*r->at, true))
		return false;
	while (r->at < r->end && is_name(*r->at, false))
		buf_addc(b, *r->at++);
	return true;
}

static bool take_char(struct render *r, char c)
{
	skip_space(r);
	if (r->at >= r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool take_string(struct render *r, struct buf *b)
{
	char quote = *r->at++;

	while (r->at < r->end && *r->at != quote) {
		char c = *r->at++;

		/* Other escapes could spell what isn't seen here. */
		if (c == '\\') {
			static const char from[] = "nrt\\'\"";
			static const char to[] = "\n\r\t\\'\"";
			const char *e = r->at < r->end && *r->at
			    ? strchr(from, *r->at)
			    : NULL;

			if (!e)
				return refuse(r, "an escape in a Jinja string");
			r->at++;
			c = to[e - from];
			buf_addc(b, c);
			continue;
		}
		r->line += c == '\n';
		buf_addc(b, c);
	}
	if (r->at >= r->end)
		return refuse(r, "a Jinja string is not closed");
	r->at++;
	return true;
}

static bool take_value(struct render *r, struct value *v, int depth);

static bool take_list(struct render *r, struct value *v, int depth)
{
	bool ok = true;

	v->json = json_object_new_array();
	while (ok && !take_char(r, ']')) {
		struct value one = {V_NONE, BUF_INIT, NULL};

		if (js_len(v->json) && !take_char(r, ','))
			ok = refuse(r, "a Jinja list is malformed");
		ok = ok && take_value(r, &one, depth + 1);
		json_object_array_add(v->json, one.json);
		buf_release(&one.text);
	}
	return ok;
}

static bool take_dict(struct render *r, struct value *v, int depth)
{
	bool ok = true, first = true;

	v->json = json_object_new_object();
	while (ok && !take_char(r, '}')) {
		struct value key = {V_NONE, BUF_INIT, NULL};
		struct value one = {V_NONE, BUF_INIT, NULL};

		ok = first || take_char(r, ',');
		first = false;
		ok = ok && take_value(r, &key, depth + 1) &&
		    key.kind == V_STRING && take_char(r, ':') &&
		    take_value(r, &one, depth + 1);
		if (!ok)
			refuse(r, "a Jinja dictionary is malformed");
		if (ok)
			js_set(v->json, buf_str(&key.text), one.json);
		else
			json_object_put(one.json);
		json_object_put(key.json);
		buf_release(&key.text);
		buf_release(&one.text);
	}
	return ok;
}

static bool take_word_value(struct render *r, struct value *v);

/* A literal: string, number, true, false, none, list, dictionary. */
static bool take_value(struct render *r, struct value *v, int depth)
{
	skip_space(r);
	v->kind = V_OTHER;
	if (depth > MAX_NEST || r->at >= r->end)
		return refuse(r, "a Jinja value is malformed");
	if (*r->at == '\'' || *r->at == '"') {
		v->kind = V_STRING;
		if (!take_string(r, &v->text))
			return false;
		v->json = json_object_new_string_len(
		    buf_str(&v->text), (int)v->text.len);
		return true;
	}
	if ((*r->at >= '0' && *r->at <= '9') || *r->at == '-') {
		struct buf n = BUF_INIT;

		buf_addc(&n, *r->at++);
		while (r->at < r->end &&
		    ((*r->at >= '0' && *r->at <= '9') || *r->at == '.'))
			buf_addc(&n, *r->at++);
		v->json = strchr(n.s, '.')
		    ? json_object_new_double(strtod(n.s, NULL))
		    : json_object_new_int64(strtoll(n.s, NULL, 10));
		buf_release(&n);
		return true;
	}
	if (take_char(r, '['))
		return take_list(r, v, depth);
	if (take_char(r, '{'))
		return take_dict(r, v, depth);
	if (is_name(*r->at, true))
		return take_word_value(r, v);
	return refuse(r, "a Jinja expression other than a literal");
}

#define MAX_ARGS 32

struct call {
	struct value args[MAX_ARGS];
	char *names[MAX_ARGS]; /* of keyword arguments, else NULL */
	size_t nr;
};

static void call_release(struct call *c)
{
	size_t i;

	for (i = 0; i < c->nr; i++) {
		buf_release(&c->args[i].text);
		json_object_put(c->args[i].json);
		free(c->names[i]);
	}
	c->nr = 0;
}

/* A value, or several joined by ~: a text then, with a mark for what a macro
 * will put there. */
static bool take_joined(struct render *r, struct value *v)
{
	if (!take_value(r, v, 0))
		return false;
	while (take_char(r, '~')) {
		struct value more = {V_NONE, BUF_INIT, NULL};
		bool ok;

		if (v->kind == V_CALL)
			buf_addc(&v->text, GUARD_VALUE);
		else if (v->kind != V_STRING)
			return refuse(r, "~ joins strings and macros only");
		ok = take_value(r, &more, 0);
		if (ok && more.kind == V_STRING)
			buf_add(&v->text, buf_str(&more.text), more.text.len);
		else if (ok && more.kind == V_CALL)
			buf_addc(&v->text, GUARD_VALUE);
		else
			ok = refuse(r, "~ joins strings and macros only");
		json_object_put(more.json);
		buf_release(&more.text);
		json_object_put(v->json);
		v->json = NULL;
		v->kind = V_STRING;
		if (!ok)
			return false;
	}
	return true;
}

/* The arguments, behind the opening parenthesis. */
static bool take_args(struct render *r, struct call *c)
{
	while (!take_char(r, ')')) {
		struct buf name = BUF_INIT;
		const char *mark;
		uint32_t line;
		bool ok;

		if (c->nr == MAX_ARGS || (c->nr && !take_char(r, ',')))
			return refuse(r, "a Jinja call is malformed");
		skip_space(r);
		mark = r->at;
		line = r->line;
		if (take_name(r, &name) && take_char(r, '=')) {
			c->names[c->nr] = xstrdup(name.s);
		} else {
			r->at = mark;
			r->line = line;
		}
		buf_release(&name);
		ok = take_joined(r, &c->args[c->nr]);
		c->nr++;
		if (!ok)
			return false;
	}
	return true;
}

static bool is_plain(const struct call *c, size_t nr)
{
	size_t i;

	if (c->nr != nr)
		return false;
	for (i = 0; i < nr; i++) {
		if (c->names[i] || c->args[i].kind != V_STRING)
			return false;
	}
	return true;
}

static bool on_call(struct render *r, const char *name, const struct call *c);

/* true, false, none; or, as an argument of a macro of ours, a relation or
 * another macro's expression, held to the same rules. */
static bool take_word_value(struct render *r, struct value *v)
{
	struct buf name = BUF_INIT;
	struct call *c;
	bool ok = true;

	take_name(r, &name);
	if (strcmp(name.s, "true") == 0 || strcmp(name.s, "True") == 0) {
		v->json = json_object_new_boolean(true);
	} else if (strcmp(name.s, "false") == 0 ||
	    strcmp(name.s, "False") == 0) {
		v->json = json_object_new_boolean(false);
	} else if (strcmp(name.s, "none") == 0 || strcmp(name.s, "None") == 0) {
		v->json = NULL;
	} else if (strcmp(name.s, "this") == 0) {
		v->kind = V_CALL;
	} else if (strcmp(name.s, "config") == 0 || r->nested >= MAX_NEST ||
	    !take_char(r, '(')) {
		ok = refuse(r, "'%s' is not a literal", name.s);
	} else {
		v->kind = V_CALL;
		c = xcalloc(1, sizeof(*c));
		r->nested++;
		ok = take_args(r, c) && on_call(r, name.s, c);
		r->nested--;
		call_release(c);
		free(c);
	}
	buf_release(&name);
	return ok;
}

static bool on_ref(struct render *r, const struct call *c)
{
	if (!is_plain(c, 1))
		return refuse(r, "ref() takes one name in quotes");
	if (!allowed(&r->p->refs, buf_str(&c->args[0].text)))
		return refuse(r, "ref('%s') is not an input of this model",
		    buf_str(&c->args[0].text));
	put(r, GUARD_RELATION);
	return true;
}

static bool on_source(struct render *r, const struct call *c)
{
	char *name;
	bool ok;

	if (!is_plain(c, 2))
		return refuse(r, "source() takes two names in quotes");
	name = xasprintf(
	    "%s.%s", buf_str(&c->args[0].text), buf_str(&c->args[1].text));
	ok = allowed(&r->p->sources, name);
	if (!ok)
		refuse(r, "source %s is not an input of this model", name);
	free(name);
	if (ok)
		put(r, GUARD_RELATION);
	return ok;
}

static bool on_var(struct render *r, const struct call *c)
{
	const char *s;

	if (c->nr < 1 || c->nr > 2 || c->names[0] ||
	    c->args[0].kind != V_STRING || (c->nr == 2 && c->names[1]))
		return refuse(r, "var() takes a name in quotes and a default");
	if (!allowed(&r->p->vars, buf_str(&c->args[0].text)))
		return refuse(r, "var('%s') is not one of this model's",
		    buf_str(&c->args[0].text));
	if (c->nr == 2) {
		s = c->args[1].kind == V_STRING
		    ? buf_str(&c->args[1].text)
		    : json_object_get_string(c->args[1].json);
		if (!guard_default(r->p, buf_str(&c->args[0].text), s))
			return refuse(r,
			    "the default of var('%s') is not plain",
			    buf_str(&c->args[0].text));
	}
	put(r, GUARD_VALUE);
	return true;
}

static bool on_config(struct render *r, const struct call *c)
{
	static const char *const free_keys[] = {"meta", "tags", "docs"};
	size_t i, k;

	for (i = 0; i < c->nr; i++) {
		struct json_object *want = NULL;
		bool ok = false;

		if (!c->names[i] || c->args[i].kind == V_CALL)
			return refuse(
			    r, "config() takes keywords and literals only");
		for (k = 0; k < ARRAY_SIZE(free_keys); k++)
			ok = ok || strcmp(c->names[i], free_keys[k]) == 0;
		if (!ok && r->p->config &&
		    json_object_object_get_ex(r->p->config, c->names[i], &want))
			ok = json_object_equal(want, c->args[i].json);
		if (ok)
			continue;
		if (!want)
			return refuse(r,
			    "config(%s=…) is not what the plan asks for",
			    c->names[i]);
		return refuse(r, "config(%s=…) must be %s by the plan",
		    c->names[i],
		    json_object_to_json_string_ext(
			want, JSON_C_TO_STRING_PLAIN));
	}
	return true;
}

/* A macro of the rules engine: its strings are SQL expressions. */
static bool on_macro(struct render *r, const char *name, const struct call *c)
{
	size_t i, k;

	if (!allowed(&r->p->macros, name))
		return refuse(r, "the macro %s() is not allowed", name);
	for (i = 0; i < c->nr; i++) {
		struct guard_text t = {BUF_INIT, NULL, 0};
		char *why;

		if (c->args[i].kind == V_CALL)
			continue;
		if (c->args[i].kind != V_STRING) {
			if (json_object_is_type(
				c->args[i].json, json_type_array) ||
			    json_object_is_type(
				c->args[i].json, json_type_object))
				return refuse(
				    r, "%s() takes strings and numbers", name);
			continue;
		}
		buf_adds(&t.text, buf_str(&c->args[i].text));
		t.lines = xcalloc(t.text.len + 1, sizeof(*t.lines));
		for (k = 0; k <= t.text.len; k++)
			t.lines[k] = r->line;
		why = guard_sql(r->p, &t, true);
		buf_release(&t.text);
		free(t.lines);
		if (why && !r->why)
			r->why = why;
		else
			free(why);
		if (r->why)
			return false;
	}
	put(r, allowed(&r->p->tables, name) ? GUARD_RELATION : GUARD_VALUE);
	return true;
}

static bool on_call(struct render *r, const char *name, const struct call *c)
{
	if (strcmp(name, "ref") == 0)
		return on_ref(r, c);
	if (strcmp(name, "source") == 0)
		return on_source(r, c);
	if (strcmp(name, "var") == 0)
		return on_var(r, c);
	if (strcmp(name, "config") == 0)
		return on_config(r, c);
	return on_macro(r, name, c);
}

/* The end of an expression or statement, `-}}` trimming what follows. */
static bool close_tag(struct render *r, const char *end)
{
	skip_space(r);
	if (r->at < r->end && *r->at == '-') {
		r->trim = true;
		r->at++;
	}
	if (!at(r, end))
		return refuse(r, "only one literal or call may stand in %s",
		    *end == '}' ? "{{ }}" : "{% %}");
	r->at += 2;
	return true;
}

static bool on_expression(struct render *r)
{
	struct buf name = BUF_INIT;
	struct call *c = xcalloc(1, sizeof(*c));
	size_t i;
	bool ok;

	skip_space(r);
	if (r->at < r->end && (*r->at == '\'' || *r->at == '"')) {
		/* A literal is how text that looks like Jinja is written. */
		ok = take_string(r, &name);
		for (i = 0; ok && i < name.len; i++)
			put(r, name.s[i]);
	} else if (!take_name(r, &name)) {
		ok = refuse(r, "this Jinja expression is not allowed");
	} else if (strcmp(name.s, "this") == 0) {
		put(r, GUARD_RELATION);
		ok = true;
	} else if (!take_char(r, '(')) {
		ok = refuse(r, "the Jinja name '%s' is not allowed", name.s);
	} else {
		ok = take_args(r, c) && on_call(r, name.s, c);
	}
	call_release(c);
	free(c);
	buf_release(&name);
	return ok && close_tag(r, "}}");
}

static bool on_if(struct render *r)
{
	struct buf name = BUF_INIT;
	bool wanted = true, ok;

	ok = take_name(r, &name);
	if (ok && strcmp(name.s, "not") == 0) {
		wanted = false;
		ok = take_name(r, &name);
	}
	ok = ok && strcmp(name.s, "is_incremental") == 0 && take_char(r, '(') &&
	    take_char(r, ')');
	buf_release(&name);
	if (!ok)
		return refuse(r, "only is_incremental() may be asked");
	if (r->nr_ifs == MAX_NEST)
		return refuse(r, "{%% if %%} is nested too deeply");
	r->ifs[r->nr_ifs].live = wanted == r->incremental;
	r->ifs[r->nr_ifs].seen_else = false;
	r->nr_ifs++;
	return true;
}

static bool on_statement(struct render *r)
{
	struct buf name = BUF_INIT;
	bool ok = take_name(r, &name);

	if (ok && strcmp(name.s, "if") == 0) {
		ok = on_if(r);
	} else if (ok && strcmp(name.s, "else") == 0) {
		ok = r->nr_ifs && !r->ifs[r->nr_ifs - 1].seen_else;
		if (!ok) {
			refuse(r, "{%% else %%} without {%% if %%}");
		} else {
			r->ifs[r->nr_ifs - 1].seen_else = true;
			r->ifs[r->nr_ifs - 1].live =
			    !r->ifs[r->nr_ifs - 1].live;
		}
	} else if (ok && strcmp(name.s, "endif") == 0) {
		ok = r->nr_ifs > 0;
		if (ok)
			r->nr_ifs--;
		else
			refuse(r, "{%% endif %%} without {%% if %%}");
	} else {
		ok = refuse(r, "{%% %s %%} is not allowed", buf_str(&name));
	}
	buf_release(&name);
	return ok && close_tag(r, "%}");
}

static void trim_back(struct render *r)
{
	size_t n = r->out.text.len, i;

	for (i = 0; i < r->nr_ifs; i++) {
		if (!r->ifs[i].live)
			return;
	}
	while (n && is_space(r->out.text.s[n - 1]))
		n--;
	buf_setlen(&r->out.text, n);
}

static bool on_comment(struct render *r)
{
	while (r->at < r->end && !at(r, "#}")) {
		r->line += *r->at == '\n';
		r->at++;
	}
	if (r->at >= r->end)
		return refuse(r, "a Jinja comment is not closed");
	r->trim = r->at[-1] == '-';
	r->at += 2;
	return true;
}

static bool on_tag(struct render *r)
{
	char kind = r->at[1];

	r->at += 2;
	if (r->at < r->end && *r->at == '-') {
		trim_back(r);
		r->at++;
	} else if (r->at < r->end && *r->at == '+') {
		r->at++;
	}
	r->trim = false;
	if (kind == '#')
		return on_comment(r);
	return kind == '{' ? on_expression(r) : on_statement(r);
}

static bool render(struct render *r)
{
	while (r->at < r->end) {
		if (at(r, "{{") || at(r, "{%") || at(r, "{#")) {
			if (!on_tag(r))
				return false;
			continue;
		}
		if (at(r, "}}") || at(r, "%}") || at(r, "#}"))
			return refuse(r, "a Jinja tag is closed twice");
		if (r->trim && is_space(*r->at)) {
			skip_space(r);
			continue;
		}
		r->trim = false;
		if (*r->at == GUARD_RELATION || *r->at == GUARD_VALUE)
			return refuse(r, "a control character");
		put(r, *r->at);
		r->line += *r->at == '\n';
		r->at++;
	}
	if (r->nr_ifs)
		return refuse(r, "{%% if %%} is not closed");
	return true;
}

char *guard_jinja(const struct guard_policy *p, const char *text, size_t len,
    bool incremental)
{
	struct render *r = xcalloc(1, sizeof(*r));
	char *why;

	r->p = p;
	r->at = text;
	r->end = text + len;
	r->line = 1;
	r->incremental = incremental;
	if (render(r))
		r->why = guard_sql(p, &r->out, false);
	why = r->why;
	buf_release(&r->out.text);
	free(r->out.lines);
	free(r);
	return why;
}
