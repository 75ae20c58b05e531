/*
 * Rules: a regular expression on the error's message, and what to do. The
 * format is told in mig-fix(1); share/rules/fix.json has the built-in ones.
 */
#include <ctype.h>
#include <regex.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "fix.h"

#define GROUPS 10

struct captures {
	char *text[GROUPS]; /* NULL: did not take part */
};

static void captures_release(struct captures *c)
{
	size_t i;

	for (i = 0; i < GROUPS; i++)
		free(c->text[i]);
}

static const char *fault_in(struct json_object *rule)
{
	static const char *const actions[] = {"replace", "quote_column",
	    "quote_reserved", "qualify_column", "add_macro"};
	const char *action = js_str_or(rule, "action", "replace");
	const char *error = js_str(rule, "error");
	regex_t re;
	size_t i;

	if (!js_str(rule, "id") || !error || !js_str(rule, "changelog"))
		return "a rule needs id, error and changelog";
	if (regcomp(&re, error, REG_EXTENDED | REG_NOSUB) != 0)
		return "error is not a regular expression";
	regfree(&re);
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strcmp(action, actions[i]) == 0)
			break;
	}
	if (i == ARRAY_SIZE(actions))
		return "the action is not known";
	if (i == 0 && (!js_str(rule, "find") || !js_str(rule, "replace")))
		return "a replacing rule needs find and replace";
	return NULL;
}

int rules_load(struct fix *f, const char *path)
{
	struct json_object *o = js_load(path);
	struct json_object *rules = js_arr(o, "rules");
	int ret = -1;

	if (rules)
		ret = js_take(path, rules, fault_in, f->rules);
	else if (o)
		error("%s: this is no file of rules", path);
	json_object_put(o);
	return ret;
}

static bool match(const char *pattern, const char *text, struct captures *c)
{
	regmatch_t m[GROUPS];
	regex_t re;
	size_t i;
	bool ok;

	if (regcomp(&re, pattern, REG_EXTENDED) != 0)
		return false;
	ok = regexec(&re, text, GROUPS, m, 0) == 0;
	for (i = 0; ok && i < GROUPS; i++) {
		if (m[i].rm_so >= 0)
			c->text[i] = xmemdupz(text + m[i].rm_so,
			    (size_t)(m[i].rm_eo - m[i].rm_so));
	}
	regfree(&re);
	return ok;
}

/* %1 is what the error's first group matched; quoted when it goes into a
 * regular expression. */
static void expand(
    struct buf *out, const char *t, const struct captures *c, bool quote)
{
	for (; *t; t++) {
		const char *s;

		if (*t != '%' || !isdigit((unsigned char)t[1])) {
			buf_addc(out, *t);
			continue;
		}
		t++;
		for (s = c->text[*t - '0']; s && *s; s++) {
			if (quote && strchr("\\^$.[]|()?*+{}", *s))
				buf_addc(out, '\\');
			buf_addc(out, *s);
		}
	}
}

/* \1 is what the first group of `find` matched. */
static void expand_match(
    struct buf *out, const char *t, const char *text, const regmatch_t *m)
{
	for (; *t; t++) {
		if (*t == '\\' && isdigit((unsigned char)t[1])) {
			const regmatch_t *g = &m[*++t - '0'];

			if (g->rm_so >= 0)
				buf_add(out, text + g->rm_so,
				    (size_t)(g->rm_eo - g->rm_so));
		} else {
			buf_addc(out, *t);
		}
	}
}

/* Replaces within s[from..to); how many times. */
static size_t replace(const char *s, size_t from, size_t to, const char *find,
    const char *with, struct buf *out)
{
	char *part = xmemdupz(s + from, to - from);
	const char *p = part;
	regmatch_t m[GROUPS];
	regex_t re;
	size_t n = 0;

	buf_add(out, s, from);
	if (regcomp(&re, find, REG_EXTENDED | REG_ICASE) == 0) {
		while (*p && regexec(&re, p, GROUPS, m, p != part) == 0) {
			if (m[0].rm_eo == m[0].rm_so)
				break;
			buf_add(out, p, (size_t)m[0].rm_so);
			expand_match(out, with, p, m);
			p += m[0].rm_eo;
			n++;
		}
		regfree(&re);
	}
	buf_adds(out, p);
	buf_adds(out, s + to);
	free(part);
	return n;
}

/* ---- columns ---- */

static const char *column_named(struct json_object *columns, const char *name)
{
	size_t i;

	for (i = 0; i < js_len(columns); i++) {
		const char *c = js_str_or(
		    json_object_array_get_idx(columns, i), "name", "");

		if (name_eq(c, name))
			return c;
	}
	return NULL;
}

/* As the model's columns or its inputs' spell it; NULL: no such column. */
static const char *spelling(struct json_object *model, const char *name)
{
	struct json_object *inputs = js_arr(model, "inputs");
	const char *s = column_named(js_arr(model, "columns"), name);
	size_t i;

	for (i = 0; !s && i < js_len(inputs); i++)
		s = column_named(
		    js_arr(json_object_array_get_idx(inputs, i), "columns"),
		    name);
	return s;
}

/* "order by" is no column, whatever a column is called. */
static bool is_keyword_use(const char *sql, const struct word *w)
{
	struct word next;
	size_t pos = w->at + w->len;

	if (strncmp(sql + pos, " by", 3) != 0 && sql[pos] != ' ')
		return false;
	return sql_next_word(sql, &pos, &next) && next.len == 2 &&
	    (sql[next.at] | 0x20) == 'b' && (sql[next.at + 1] | 0x20) == 'y';
}

static bool has_word(struct json_object *array, const char *word)
{
	size_t i;

	for (i = 0; i < js_len(array); i++) {
		if (name_eq(json_object_get_string(
				json_object_array_get_idx(array, i)),
			word))
			return true;
	}
	return false;
}

/* What is put in place of a bare word, or NULL. */
typedef char *word_fn(struct json_object *model, struct json_object *rule,
    const struct captures *, const char *word);

static char *quoted_column(struct json_object *model, struct json_object *rule,
    const struct captures *c, const char *word)
{
	const char *name;

	(void)rule;
	if (!c->text[1] || !name_eq(c->text[1], word))
		return NULL;
	name = spelling(model, word);
	return name ? xasprintf("\"%s\"", name) : NULL;
}

static char *quoted_reserved(struct json_object *model,
    struct json_object *rule, const struct captures *c, const char *word)
{
	const char *name;

	(void)c;
	if (!has_word(js_arr(rule, "words"), word))
		return NULL;
	name = spelling(model, word);
	return name ? xasprintf("\"%s\"", name) : NULL;
}

static char *qualified(struct json_object *model, struct json_object *rule,
    const struct captures *c, const char *word)
{
	(void)model;
	(void)rule;
	if (!c->text[1] || !c->text[2] || !name_eq(c->text[1], word))
		return NULL;
	return xasprintf("%s.%s", c->text[2], word);
}

/* Is it the new name in "x as name", or a column behind "t."? */
static bool is_name_of_own(const char *sql, size_t at)
{
	if (at && sql[at - 1] == '.')
		return true;
	while (at && sql[at - 1] == ' ')
		at--;
	return at >= 3 && (sql[at - 2] | 0x20) == 'a' &&
	    (sql[at - 1] | 0x20) == 's' &&
	    strchr(" \n\t)", sql[at - 3]) != NULL;
}

/* Replaces bare words of s[from..to); how many. */
static size_t replace_words(const char *s, size_t from, size_t to, word_fn *fn,
    struct json_object *model, struct json_object *rule,
    const struct captures *c, struct buf *out)
{
	size_t pos = from, done = 0, n = 0;
	struct word w;

	while (sql_next_word(s, &pos, &w) && w.at < to) {
		char *word = xmemdupz(s + w.at, w.len), *with = NULL;

		if (!is_keyword_use(s, &w) && s[w.at + w.len] != '(' &&
		    !(fn == qualified && is_name_of_own(s, w.at)))
			with = fn(model, rule, c, word);
		if (with) {
			buf_add(out, s + done, w.at - done);
			buf_adds(out, with);
			done = w.at + w.len;
			n++;
		}
		free(with);
		free(word);
	}
	buf_adds(out, s + done);
	return n;
}

/* ---- one error ---- */

static struct json_object *file_named(
    struct json_object *files, const char *path)
{
	size_t i;

	for (i = 0; i < js_len(files); i++) {
		struct json_object *f = json_object_array_get_idx(files, i);

		if (path ? js_is(f, "path", path)
			 : strstr(js_str_or(f, "path", ""), ".sql") != NULL)
			return f;
	}
	return NULL;
}

static size_t add_macro(struct json_object *files, const struct captures *c)
{
	char *name = fs_safe_name(c->text[1] ? c->text[1] : "");
	char *path = xasprintf("macros/%s.sql", name);
	char *from = mig_share(path);
	struct buf text = BUF_INIT;
	struct json_object *f;
	size_t n = 0;

	if (!file_named(files, path) && fs_read(from, &text) == 0) {
		f = json_object_new_object();
		js_set_str(f, "path", path);
		js_set_str(f, "content", buf_str(&text));
		json_object_array_add(files, f);
		n = 1;
	}
	buf_release(&text);
	free(name);
	free(path);
	free(from);
	return n;
}

static size_t change_text(const char *s, size_t from, size_t to,
    struct json_object *model, struct json_object *rule,
    const struct captures *c, struct buf *out)
{
	const char *action = js_str_or(rule, "action", "replace");
	struct buf find = BUF_INIT, with = BUF_INIT;
	size_t n;

	if (strcmp(action, "quote_column") == 0)
		return replace_words(
		    s, from, to, quoted_column, model, rule, c, out);
	if (strcmp(action, "quote_reserved") == 0)
		return replace_words(
		    s, from, to, quoted_reserved, model, rule, c, out);
	if (strcmp(action, "qualify_column") == 0)
		return replace_words(
		    s, from, to, qualified, model, rule, c, out);
	expand(&find, js_str(rule, "find"), c, true);
	expand(&with, js_str(rule, "replace"), c, false);
	n = replace(s, from, to, buf_str(&find), buf_str(&with), out);
	buf_release(&find);
	buf_release(&with);
	return n;
}

/* Changes one file; how many places. What is meant for one line is done to
 * the whole text where the error names no line, if there is just one place
 * that it can mean. */
static size_t change_file(struct json_object *model, struct json_object *file,
    struct json_object *rule, const struct captures *c, size_t line)
{
	const char *s = js_str_or(file, "content", "");
	bool one_line = js_is(rule, "scope", "line");
	struct buf out = BUF_INIT;
	size_t from = 0, to = strlen(s), n;

	if (one_line && line && !text_line(s, line, &from, &to))
		return 0;
	n = change_text(s, from, to, model, rule, c, &out);
	if (one_line && !line && n > 1)
		n = 0;
	if (n && strcmp(s, buf_str(&out)) != 0)
		js_set_str(file, "content", buf_str(&out));
	else
		n = 0;
	buf_release(&out);
	return n;
}

static void note_change(struct json_object *model, struct json_object *rule,
    const struct captures *c)
{
	struct json_object *gen = js_obj(model, "generated"), *log;
	struct buf text = BUF_INIT;

	if (!gen) {
		gen = json_object_new_object();
		js_set(model, "generated", gen);
	}
	log = js_arr(gen, "changelog");
	if (!log) {
		log = json_object_new_array();
		js_set(gen, "changelog", log);
	}
	buf_addf(
	    &text, "attempt %" PRId64 ": ", js_int(model, "attempts", 0) + 1);
	expand(&text, js_str(rule, "changelog"), c, false);
	buf_addf(&text, " (%s)", js_str(rule, "id"));
	js_push_str(log, buf_str(&text));
	buf_release(&text);
	/* A repair may change what the model means: then it is not known to
	 * be exact any more. */
	if (!js_bool(rule, "safe", false) && js_is(gen, "claim", "exact"))
		js_set_str(gen, "claim", "differs");
}

static size_t try_rule(struct json_object *model, struct json_object *rule,
    struct json_object *error)
{
	struct json_object *dialects = js_arr(rule, "dialects"), *file;
	struct json_object *files = js_arr(model, "files");
	struct captures c = {{NULL}};
	size_t n = 0;

	if (dialects && !has_word(dialects, js_str_or(model, "dialect", "")))
		return 0;
	if (match(js_str(rule, "error"), js_str_or(error, "message", ""), &c)) {
		file = file_named(files, js_str(error, "file"));
		if (!file)
			file = file_named(files, js_str(model, "path"));
		if (js_is(rule, "action", "add_macro"))
			n = add_macro(files, &c);
		else if (file)
			n = change_file(model, file, rule, &c,
			    (size_t)js_int(error, "line", 0));
		if (n)
			note_change(model, rule, &c);
	}
	captures_release(&c);
	return n;
}

size_t rules_apply(const struct fix *f, struct json_object *model)
{
	struct json_object *errors = js_arr(model, "errors");
	size_t i, k, n = 0;

	for (i = 0; i < js_len(errors); i++) {
		struct json_object *e = json_object_array_get_idx(errors, i);

		/* The first rule that changes something; later ones would
		 * work on lines that have moved. */
		for (k = 0; k < js_len(f->rules); k++) {
			size_t m = try_rule(
			    model, json_object_array_get_idx(f->rules, k), e);

			n += m;
			if (m)
				break;
		}
	}
	return n;
}
