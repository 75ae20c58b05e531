/* What the guard knows, and what it looks at. */
#include <stdio.h>

#include <json-c/json.h>

#include "agent/guard_int.h"
#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"

#define MAX_BYTES ((size_t)1 << 20)

static void allow_list(struct map *names, struct json_object *list)
{
	size_t i;

	for (i = 0; i < js_len(list); i++)
		guard_allow(names,
		    json_object_get_string(json_object_array_get_idx(list, i)));
}

int guard_init(struct guard_policy *p, const char *dialect)
{
	char *path = mig_share("guard.json");
	struct json_object *o = js_load(path), *row;
	int ret = -1;

	memset(p, 0, sizeof(*p));
	map_init(&p->functions, MAP_EXACT);
	map_init(&p->relations, MAP_EXACT);
	map_init(&p->refs, MAP_EXACT);
	map_init(&p->sources, MAP_EXACT);
	map_init(&p->vars, MAP_EXACT);
	map_init(&p->macros, MAP_EXACT);
	map_init(&p->tables, MAP_EXACT);
	map_init(&p->words, MAP_EXACT);
	map_init(&p->session, MAP_FOLD);
	map_init(&p->columns, MAP_FOLD);
	row = js_obj(o, dialect);
	allow_list(&p->functions, js_arr(row, "functions"));
	allow_list(&p->relations, js_arr(row, "relations"));
	allow_list(&p->words, js_arr(row, "words"));
	allow_list(&p->session, js_arr(row, "session"));
	p->recursive = js_bool(row, "recursive", false);
	p->quote = *js_str_or(row, "quote", "\"");
	snprintf(
	    p->refused, sizeof(p->refused), "%s", js_str_or(row, "refuse", ""));
	if (p->functions.nr)
		ret = 0;
	else
		error("%s: no functions of the dialect %s", path, dialect);
	json_object_put(o);
	free(path);
	return ret;
}

void guard_release(struct guard_policy *p)
{
	map_release(&p->functions, NULL);
	map_release(&p->relations, NULL);
	map_release(&p->refs, NULL);
	map_release(&p->sources, NULL);
	map_release(&p->vars, NULL);
	map_release(&p->macros, NULL);
	map_release(&p->tables, NULL);
	map_release(&p->words, NULL);
	map_release(&p->session, NULL);
	map_release(&p->columns, NULL);
	json_object_put(p->config);
	memset(p, 0, sizeof(*p));
}

void guard_allow(struct map *names, const char *name)
{
	map_put(names, name, strlen(name));
}

char *guard_model(const struct guard_policy *p, const char *text, size_t len)
{
	char *why;

	if (len > MAX_BYTES)
		return xstrdup("line 1: the file is too large");
	if (memchr(text, '\0', len))
		return xstrdup("line 1: a NUL in the file");
	why = guard_jinja(p, text, len, false);
	if (!why)
		why = guard_jinja(p, text, len, true);
	return why;
}

bool guard_default(
    const struct guard_policy *p, const char *name, const char *s)
{
	const char *planned = map_getn(&p->vars, name, strlen(name));

	if (!s || strstr(s, "--") || s[strcspn(s, "'\"\\;()")])
		return false;
	if (planned && strcmp(planned, s) == 0)
		return true;
	return !s[strspn(s,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ .:+-")];
}

bool guard_is_hidden(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] == 0xef)
		return p[1] == 0xbb && p[2] == 0xbf;
	if (p[0] != 0xe2)
		return false;
	if (p[1] == 0x80)
		return (p[2] >= 0x8b && p[2] <= 0x8f) ||
		    (p[2] >= 0xaa && p[2] <= 0xae);
	return p[1] == 0x81 && (p[2] == 0xa0 || (p[2] >= 0xa6 && p[2] <= 0xa9));
}

char *guard_words(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (strstr(text, "{{") || strstr(text, "{%") || strstr(text, "{#"))
		return xstrdup("it holds Jinja");
	for (; *p; p++) {
		if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
			return xstrdup("it holds control characters");
		if (guard_is_hidden((const char *)p))
			return xstrdup("it holds hidden characters");
	}
	return NULL;
}
