/* Dialect files: found, put together with what they extend, held to the
 * rules of mig-dialects(5). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "tsql/dialect.h"
#include "tsql/dialect_file.h"

/* Names cut to less than this would tell nothing. */
#define NAME_LEAST 30

/* The members of a file, and what they are. */
static const struct member {
	const char *name;
	enum json_type type;
	bool rules; /* each of its members is a rule */
} members[] = {
    {"name", json_type_string, false},
    {"extends", json_type_string, false},
    {"adapter", json_type_string, false},
    {"claim", json_type_string, false},
    {"quote", json_type_string, false},
    {"fold", json_type_string, false},
    {"name_bytes", json_type_int, false},
    {"name_characters", json_type_int, false},
    {"types_about", json_type_object, false},
    {"types", json_type_object, false},
    {"type_loses", json_type_object, false},
    {"can", json_type_object, false},
    {"words", json_type_object, false},
    {"sql", json_type_object, true},
    {"functions", json_type_object, true},
    {"reserved", json_type_array, false},
};

static const struct member *member_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (!strcmp(members[i].name, name))
			return members + i;
	return NULL;
}

static bool is_claim(const char *s)
{
	return !strcmp(s, "exact") || !strcmp(s, "differs") ||
	    !strcmp(s, "manual");
}

/* Are all braces of a template {0} … {9} or {*}? Of types {n}, {p}, {s}. */
static bool is_template(const char *s, const char *holes)
{
	for (s = strchr(s, '{'); s; s = strchr(s + 1, '{'))
		if (s[1] && strchr(holes, s[1]) && s[2] != '}')
			return false;
	return true;
}

static bool check_rule(
    const char *path, const char *table, const char *key, struct json_object *r)
{
	static const char *const keys[] = {"sql", "macro", "claim", "note"};
	const char *sql = json_object_is_type(r, json_type_string)
	    ? json_object_get_string(r)
	    : js_str(r, "sql");
	const char *claim = js_str(r, "claim");

	if (!sql && !js_str(r, "macro")) {
		error("%s: %s.%s: neither a template nor an object with "
		      "\"sql\" or \"macro\"",
		    path, table, key);
		return false;
	}
	if (sql && !is_template(sql, "0123456789*")) {
		error("%s: %s.%s: a brace of {0} or {*} isn't closed", path,
		    table, key);
		return false;
	}
	if (claim && !is_claim(claim)) {
		error("%s: %s.%s: the claim is exact, differs or manual, "
		      "not %s",
		    path, table, key, claim);
		return false;
	}
	if (!json_object_is_type(r, json_type_object))
		return true;
	json_object_object_foreach(r, name, value)
	{
		bool known = false;

		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			known |= !strcmp(keys[i], name);
		if (!known || !json_object_is_type(value, json_type_string)) {
			error("%s: %s.%s: no text \"%s\" is known there", path,
			    table, key, name);
			return false;
		}
	}
	return true;
}

/* Functions are looked up by T-SQL's name in upper case. */
static bool is_upper(const char *s)
{
	for (; *s; s++)
		if (islower((unsigned char)*s))
			return false;
	return true;
}

static bool check_rules(
    const char *path, const char *table, struct json_object *rules)
{
	bool ok = true;

	json_object_object_foreach(rules, key, rule)
	{
		ok &= check_rule(path, table, key, rule);
		if (!strcmp(table, "functions") && !is_upper(key)) {
			error("%s: functions.%s: the name of a function is in "
			      "upper case",
			    path, key);
			ok = false;
		}
	}
	return ok;
}

static bool check_texts(
    const char *path, const char *table, struct json_object *texts)
{
	bool ok = true;

	json_object_object_foreach(texts, key, value)
	{
		if (json_object_is_type(value, json_type_string))
			continue;
		error("%s: %s.%s: not a text", path, table, key);
		ok = false;
	}
	return ok;
}

static const char *type_word(enum json_type t)
{
	switch (t) {
	case json_type_string: return "a text";
	case json_type_object: return "an object";
	case json_type_int: return "a whole number";
	default: return "an array";
	}
}

static bool check(const char *path, struct json_object *o)
{
	bool ok = true;

	json_object_object_foreach(o, key, value)
	{
		const struct member *m = member_of(key);

		if (!m) {
			error("%s: no member \"%s\" is known", path, key);
			ok = false;
		} else if (!json_object_is_type(value, m->type)) {
			error("%s: %s: not %s", path, key, type_word(m->type));
			ok = false;
		} else if (m->type == json_type_int &&
		    json_object_get_int(value) < NAME_LEAST) {
			error("%s: %s: less than %d", path, key, NAME_LEAST);
			ok = false;
		} else if (m->rules) {
			ok &= check_rules(path, key, value);
		} else if (!strcmp(key, "types") || !strcmp(key, "words")) {
			ok &= check_texts(path, key, value);
		}
	}
	if (ok && js_str(o, "claim") && !is_claim(js_str(o, "claim"))) {
		error("%s: claim: %s is none of exact, differs, manual", path,
		    js_str(o, "claim"));
		ok = false;
	}
	return ok;
}

/* What the site's file says goes over what the shared one says. */
static void put_over(struct json_object *base, struct json_object *site)
{
	json_object_object_foreach(site, key, value)
	{
		struct json_object *was = js_get(base, key);

		if (!json_object_is_type(value, json_type_object) || !was) {
			js_set(base, key, json_object_get(value));
			continue;
		}
		json_object_object_foreach(value, name, member)
		{
			js_set(was, name, json_object_get(member));
		}
	}
}

static struct json_object *read_file(const char *path)
{
	struct json_object *o = js_load(path);

	if (o && !check(path, o)) {
		json_object_put(o);
		o = NULL;
	}
	return o;
}

static struct json_object *read_shared(const char *name)
{
	char *file = xasprintf("dialects/%s.json", name);
	char *path = mig_share(file);
	struct json_object *o = read_file(path);

	free(path);
	free(file);
	return o;
}

struct json_object *dialect_file(const char *name)
{
	const char *dir = getenv("MIG_DIALECTS"), *extends;
	struct json_object *o, *base;
	char *path;

	if (strchr(name, '/')) {
		error("%s: not the name of a dialect", name);
		return NULL;
	}
	path = dir && *dir ? xasprintf("%s/%s.json", dir, name) : NULL;
	o = path && fs_exists(path) ? read_file(path) : read_shared(name);
	free(path);
	extends = js_str(o, "extends");
	if (!extends)
		return o;
	base = strchr(extends, '/') ? NULL : read_shared(extends);
	if (!base)
		error("%s: extends %s, which is no shared dialect", name,
		    extends);
	else
		put_over(base, o);
	json_object_put(o);
	if (base)
		js_set_str(base, "name", name);
	return base;
}
