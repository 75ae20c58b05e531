/* Accepted models: kept, found again by shape, turned into rules. */
#include <dirent.h>
#include <errno.h>

#include "agent/accepted.h"
#include "agent/agent_int.h"
#include "agent/shape.h"
#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

#define MAX_KEPT 500
#define MAX_EXAMPLES 2
#define NEAR 0.35
#define MAX_EXAMPLE_BYTES 6000

struct kept {
	char *object, *tsql, *model;
	struct shape shape;
};

struct similar {
	struct kept *items;
	size_t nr, cap;
};

static void keep(
    struct similar *s, const char *object, const char *tsql, const char *model)
{
	struct kept *k;

	if (!object || !tsql || !model || s->nr >= MAX_KEPT ||
	    strlen(tsql) + strlen(model) > MAX_EXAMPLE_BYTES)
		return;
	GROW(s->items, s->nr, s->cap);
	k = &s->items[s->nr++];
	k->object = xstrdup(object);
	k->tsql = xstrdup(tsql);
	k->model = xstrdup(model);
	shape_of(&k->shape, tsql);
}

/* Each JSON file of DIR/.mig/NAME, given to fn. */
static void each_file(const char *dir, const char *name,
    void (*fn)(void *data, struct json_object *o), void *data)
{
	char *path = xasprintf("%s/.mig/%s", dir, name), *file;
	struct dirent **list = NULL;
	int n = scandir(path, &list, NULL, alphasort), i;

	for (i = 0; i < n; i++) {
		struct buf b = BUF_INIT;
		struct json_object *o;
		size_t len = strlen(list[i]->d_name);

		if (len > 5 &&
		    strcmp(list[i]->d_name + len - 5, ".json") == 0) {
			file = xasprintf("%s/%s", path, list[i]->d_name);
			if (fs_read(file, &b) == 0 &&
			    (o = claude_json(buf_str(&b), b.len))) {
				fn(data, o);
				json_object_put(o);
			} else {
				warning("%s: not usable, left out", file);
			}
			free(file);
		}
		buf_release(&b);
		free(list[i]);
	}
	free(list);
	free(path);
}

static void take_kept(void *data, struct json_object *o)
{
	keep(data, js_str(o, "object"), js_str(o, "tsql"), js_str(o, "model"));
}

struct similar *similar_load(const char *dir)
{
	struct similar *s = xcalloc(1, sizeof(*s));

	if (dir)
		each_file(dir, "accepted", take_kept, s);
	return s;
}

void similar_free(struct similar *s)
{
	if (!s)
		return;
	while (s->nr) {
		struct kept *k = &s->items[--s->nr];

		free(k->object);
		free(k->tsql);
		free(k->model);
		shape_release(&k->shape);
	}
	free(s->items);
	free(s);
}

void similar_add(struct similar *s, struct json_object *record)
{
	struct json_object *g = js_obj(record, "generated");

	/* Compared, not just claimed. */
	if (!js_is(record, "status", "completed") || !g)
		return;
	keep(s, js_str(record, "object"),
	    js_str(js_obj(record, "definition"), "text"),
	    agent_file(record, js_str(record, "path")));
}

void similar_find(
    struct similar *s, const char *tsql, const char *object, struct buf *out)
{
	const struct kept *best[MAX_EXAMPLES] = {NULL};
	double score[MAX_EXAMPLES] = {0};
	struct shape shape;
	size_t i, k;

	shape_of(&shape, tsql);
	for (i = 0; i < s->nr; i++) {
		const struct kept *one = &s->items[i];
		double like = shape_likeness(&shape, &one->shape);

		if (like < NEAR || (object && name_eq(object, one->object)))
			continue;
		for (k = 0; k < MAX_EXAMPLES; k++) {
			if (best[k] && score[k] >= like)
				continue;
			memmove(best + k + 1, best + k,
			    (MAX_EXAMPLES - k - 1) * sizeof(*best));
			memmove(score + k + 1, score + k,
			    (MAX_EXAMPLES - k - 1) * sizeof(*score));
			best[k] = one;
			score[k] = like;
			break;
		}
	}
	for (k = 0; k < MAX_EXAMPLES && best[k]; k++)
		buf_addf(out,
		    "%s was, in T-SQL:\n%s\nand became the model:\n%s\n",
		    best[k]->object, best[k]->tsql, best[k]->model);
	shape_release(&shape);
}

/* Rules of the site. A template holds [[3e]] and [[3l]] for the name or
 * literal of slot 3, as written or in lower case, and [[3r]] for the relation
 * of the input that has this name. */

struct site {
	struct json_object **rules;
	size_t nr, cap;
};

static void take_rules(void *data, struct json_object *o)
{
	struct site *s = data;
	struct json_object *list = js_arr(o, "rules");
	size_t i;

	for (i = 0; i < js_len(list); i++) {
		struct json_object *r = json_object_array_get_idx(list, i);

		if (!js_str(r, "shape") || !js_str(r, "template") ||
		    !js_str(r, "code"))
			continue;
		GROW(s->rules, s->nr, s->cap);
		s->rules[s->nr++] = json_object_get(r);
	}
}

struct site *site_load(const char *dir)
{
	struct site *s = xcalloc(1, sizeof(*s));

	if (dir)
		each_file(dir, "rules", take_rules, s);
	return s;
}

void site_free(struct site *s)
{
	if (!s)
		return;
	while (s->nr)
		json_object_put(s->rules[--s->nr]);
	free(s->rules);
	free(s);
}

static const char *last_part(const char *id)
{
	const char *dot = strrchr(id, '.');

	return dot ? dot + 1 : id;
}

static char *relation_text(struct json_object *input)
{
	struct json_object *relation = js_obj(input, "relation");
	struct json_object *source = js_arr(relation, "source");

	if (js_str(relation, "ref"))
		return xasprintf("{{ ref('%s') }}", js_str(relation, "ref"));
	if (js_len(source) == 2)
		return xasprintf("{{ source('%s', '%s') }}",
		    json_object_get_string(
			json_object_array_get_idx(source, 0)),
		    json_object_get_string(
			json_object_array_get_idx(source, 1)));
	return NULL;
}

/* The relation of the input whose object has the name, or NULL. */
static char *relation_of(struct json_object *record, const char *name)
{
	struct json_object *inputs = js_arr(record, "inputs");
	size_t i;

	for (i = 0; i < js_len(inputs); i++) {
		struct json_object *in = json_object_array_get_idx(inputs, i);

		if (name_eq(last_part(js_str_or(in, "id", "")), name))
			return relation_text(in);
	}
	return NULL;
}

static bool put_hole(struct buf *out, const struct shape *s,
    struct json_object *record, const char *hole, size_t len)
{
	size_t slot = 0, i;
	char *text, kind;

	if (len < 2)
		return false;
	for (i = 0; i + 1 < len; i++) {
		if (hole[i] < '0' || hole[i] > '9' || slot > 100000)
			return false;
		slot = slot * 10 + (size_t)(hole[i] - '0');
	}
	kind = hole[len - 1];
	if (slot >= s->nr)
		return false;
	if (kind == 'r') {
		text = relation_of(record, s->slots[slot].text);
		if (!text)
			return false;
		buf_adds(out, text);
		free(text);
		return true;
	}
	for (text = s->slots[slot].text; *text; text++)
		buf_addc(out,
		    kind == 'l' && *text >= 'A' && *text <= 'Z'
			? (char)(*text + 32)
			: *text);
	return true;
}

static char *instantiate(
    const char *template, const struct shape *s, struct json_object *record)
{
	struct buf out = BUF_INIT;

	while (*template) {
		const char *open = strstr(template, "[["), *close;

		if (!open) {
			buf_adds(&out, template);
			break;
		}
		buf_add(&out, template, (size_t)(open - template));
		close = strstr(open, "]]");
		if (!close ||
		    !put_hole(&out, s, record, open + 2,
			(size_t)(close - open - 2))) {
			buf_release(&out);
			return NULL;
		}
		template = close + 2;
	}
	return buf_detach(&out);
}

char *site_apply(struct site *site, struct json_object *record, char **rule)
{
	const char *tsql = js_str(js_obj(record, "definition"), "text");
	char *text = NULL;
	struct shape s;
	size_t i;

	if (!site->nr || !tsql)
		return NULL;
	shape_of(&s, tsql);
	for (i = 0; i < site->nr && !text; i++) {
		struct json_object *r = site->rules[i];

		if (!js_is(r, "shape", s.hash))
			continue;
		text = instantiate(js_str(r, "template"), &s, record);
		if (text)
			*rule = xstrdup(js_str(r, "code"));
	}
	shape_release(&s);
	return text;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* {{ ref(…) }} or {{ source(…) }} at p as a hole; the number of bytes that it
 * replaces, 0 when it is of no input that the shape names. */
static size_t relation_hole(struct buf *out, const char *p,
    const struct shape *s, struct json_object *record)
{
	struct json_object *inputs = js_arr(record, "inputs");
	size_t i, len = 0;

	for (i = 0; i < js_len(inputs) && !len; i++) {
		struct json_object *in = json_object_array_get_idx(inputs, i);
		const char *name = last_part(js_str_or(in, "id", ""));
		char *text = relation_text(in);
		int slot = shape_slot(s, name, strlen(name), false);

		if (text && slot >= 0 && strncmp(p, text, strlen(text)) == 0) {
			buf_addf(out, "[[%dr]]", slot);
			len = strlen(text);
		}
		free(text);
	}
	return len;
}

static void word_hole(
    struct buf *out, const char *p, size_t n, const struct shape *s, bool *used)
{
	int slot = shape_slot(s, p, n, false);
	const char *name = slot >= 0 ? s->slots[slot].text : NULL;

	if (slot < 0) {
		buf_add(out, p, n);
		return;
	}
	used[slot] = true;
	buf_addf(out, "[[%d%c]]", slot, strncmp(name, p, n) == 0 ? 'e' : 'l');
}

/* The model with holes; NULL when it can't be a rule for others: relations
 * stay unexplained or an output column isn't one of the source's names. */
static char *make_template(
    const char *model, const struct shape *s, struct json_object *record)
{
	struct json_object *columns = js_arr(record, "columns");
	struct buf out = BUF_INIT;
	bool *used = xcalloc(s->nr + 1, sizeof(*used)), ok = true;
	const char *p = model;
	size_t n, i;

	while (*p && ok) {
		if (strncmp(p, "[[", 2) == 0) {
			ok = false;
		} else if (strncmp(p, "{{", 2) == 0) {
			n = relation_hole(&out, p, s, record);
			ok = n != 0;
			p += n;
		} else if (*p == '\'') {
			const char *end = p + 1;
			int slot;

			while (*end && (*end != '\'' || end[1] == '\''))
				end += 1 + (*end == '\'');
			slot =
			    shape_slot(s, p + 1, (size_t)(end - p - 1), true);
			if (slot >= 0)
				buf_addf(&out, "'[[%de]]", slot);
			else
				buf_add(&out, p, (size_t)(end - p));
			p = end;
			if (*p)
				buf_addc(&out, *p++);
		} else if (is_word(*p)) {
			for (n = 0; is_word(p[n]);)
				n++;
			word_hole(&out, p, n, s, used);
			p += n;
		} else {
			buf_addc(&out, *p++);
		}
	}
	for (i = 0; ok && i < js_len(columns); i++) {
		const char *name = js_str_or(
		    json_object_array_get_idx(columns, i), "name", "");
		int slot = shape_slot(s, name, strlen(name), false);

		ok = slot >= 0 && used[slot];
	}
	free(used);
	if (!ok) {
		buf_release(&out);
		return NULL;
	}
	return buf_detach(&out);
}

static int write_json(
    const char *dir, const char *kind, const char *name, struct json_object *o)
{
	char *safe = fs_safe_name(name);
	char *path = xasprintf("%s/.mig/%s/%s.json", dir, kind, safe);
	const char *s = json_object_to_json_string_ext(
	    o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	bool below = fs_stays_below(dir, path + strlen(dir) + 1);
	int ret = below ? fs_write(path, s, strlen(s), false) : -1;

	if (ret < 0)
		error("%s: %s", path,
		    below ? strerror(errno)
			  : "a link leads out of the project");
	free(path);
	free(safe);
	return ret;
}

/* The body as the answer gave it: without the config() that is ours. */
static const char *body_of(struct json_object *record, const char *text)
{
	char *header = agent_header(record);
	size_t n = strlen(header);

	if (strncmp(text, header, n) == 0)
		text += n;
	free(header);
	return text;
}

static int keep_rule(const char *dir, struct json_object *record,
    const char *tsql, const char *text)
{
	struct shape s;
	struct json_object *file, *rules, *rule;
	char *template, *code, *about;
	int ret = 0;

	shape_of(&s, tsql);
	template = make_template(body_of(record, text), &s, record);
	if (template) {
		code = xasprintf("SITE-%.12s", s.hash);
		about =
		    xasprintf("made from %s, which was compared and accepted",
			js_str_or(record, "object", "?"));
		file = json_object_new_object();
		rules = json_object_new_array();
		rule = json_object_new_object();
		js_set_str(file, "about",
		    "A rule of this site; remove the file to drop it.");
		js_set_str(rule, "code", code);
		js_set_str(rule, "about", about);
		js_set_str(rule, "shape", s.hash);
		js_set_str(rule, "template", template);
		json_object_array_add(rules, rule);
		js_set(file, "rules", rules);
		ret = write_json(dir, "rules", code, file);
		json_object_put(file);
		free(about);
		free(code);
	}
	free(template);
	shape_release(&s);
	return ret;
}

int accepted_keep(const char *dir, struct json_object *record)
{
	const char *tsql = js_str(js_obj(record, "definition"), "text");
	const char *text = agent_file(record, js_str(record, "path"));
	struct json_object *g = js_obj(record, "generated"), *o;
	int ret;

	if (!dir || !tsql || !text || !js_is(record, "status", "completed"))
		return 0;
	o = json_object_new_object();
	js_set_str(o, "object", js_str(record, "object"));
	js_set_str(o, "tsql", tsql);
	js_set_str(o, "model", text);
	ret = write_json(dir, "accepted", js_str_or(record, "name", "x"), o);
	json_object_put(o);
	if (ret == 0 && js_is(g, "engine", "claude") &&
	    js_is(g, "claim", "exact"))
		ret = keep_rule(dir, record, tsql, text);
	return ret;
}
