/*
 * Which scripts a project takes: its items applied in order, Include and
 * Exclude and Remove, to the files that are there.
 *
 * Below the project every directory is looked at but build output and hidden
 * ones; outside of it only what a pattern names, and of that a bounded number
 * of entries: ..\..\**\*.sql must not read a whole disk. Links are never
 * followed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/mig.h"

#include "project.h"

#define MAX_DEPTH 40	  /* directories below the one that is walked */
#define MAX_OUTSIDE 20000 /* entries of directories outside the project */

/* An item, the project's own or one that the SDK has. */
struct rule {
	const char *type, *include, *exclude, *remove, *update, *file;
	size_t line;
	struct project_item *item; /* with the settings of its files */
};

struct search {
	struct project *p;
	char *real;	   /* the project's directory */
	struct map found;  /* relative path -> absolute one, by walking */
	struct map walked; /* directories outside that were */
	/* Item type -> struct map of relative paths, each with the struct
	 * project_item that put it there. */
	struct map sets;
	size_t outside; /* entries seen there */
	bool full;
};

/* "/a/b" and "../c": "/a/c" */
static char *absolute(const char *real, const char *path)
{
	size_t n = strlen(real);

	while (strncmp(path, "../", 3) == 0) {
		path += 3;
		while (n && real[--n] != '/')
			;
	}
	return xasprintf("%.*s/%s", (int)n, real, path);
}

static void add_found(struct search *s, const char *rel)
{
	struct map_entry *e = map_put(&s->found, rel, strlen(rel));

	if (!e->value)
		e->value = absolute(s->real, rel);
}

static bool ends_in_sql(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && name_eq(name + n - 4, ".sql");
}

static bool is_build_output(const char *name)
{
	return name_eq(name, "bin") || name_eq(name, "obj") || *name == '.';
}

static bool is_outside(const char *rel)
{
	return strncmp(rel, "../", 3) == 0 || strcmp(rel, "..") == 0;
}

static void walk(struct search *s, const char *rel, unsigned depth);

static void visit(
    struct search *s, const char *rel, const char *name, unsigned depth)
{
	char *path = xasprintf("%s%s%s", rel, *rel ? "/" : "", name);
	char *full = xasprintf("%s/%s", s->p->dir, path), *abs;
	struct stat st;

	if (!is_build_output(name) && lstat(full, &st) == 0) {
		abs = absolute(s->real, path);
		if (S_ISDIR(st.st_mode) && depth && strcmp(abs, s->real) != 0)
			walk(s, path, depth - 1);
		else if (S_ISREG(st.st_mode) && ends_in_sql(name))
			add_found(s, path);
		free(abs);
	}
	free(full);
	free(path);
}

static void walk(struct search *s, const char *rel, unsigned depth)
{
	char *dir = xasprintf("%s/%s", s->p->dir, rel);
	struct dirent **list = NULL;
	int n = s->full ? 0 : scandir(dir, &list, NULL, alphasort), i;

	for (i = 0; i < n; i++) {
		if (is_outside(rel) && ++s->outside > MAX_OUTSIDE)
			s->full = true;
		if (!s->full)
			visit(s, rel, list[i]->d_name, depth);
		free(list[i]);
	}
	free(list);
	free(dir);
}

/* Directories that a pattern reaches, below the fixed part of it. */
static unsigned depth_of(const char *wild)
{
	unsigned depth = 0;

	if (strstr(wild, "**"))
		return MAX_DEPTH;
	for (; *wild; wild++)
		depth += *wild == '/';
	return depth;
}

static void look_outside(
    struct search *s, const struct rule *it, const char *pattern)
{
	size_t fixed = strcspn(pattern, "*?");
	unsigned depth = depth_of(pattern + fixed);
	char *dir, *key;

	while (fixed && pattern[fixed - 1] != '/')
		fixed--;
	dir = xmemdupz(pattern, fixed ? fixed - 1 : 0);
	key = xasprintf("%u %s", depth, dir);
	if (!map_set(&s->walked, key, s)) {
		walk(s, dir, depth);
		if (s->full)
			project_note(s->p, FINDING_PROJECT_REACH, it->file,
			    it->line, pattern);
	}
	free(key);
	free(dir);
}

/* A file that is named is taken from anywhere, also from bin. */
static void look_for(struct search *s, const char *rel)
{
	char *full;
	struct stat st;

	if (map_find(&s->found, rel, strlen(rel)))
		return;
	full = xasprintf("%s/%s", s->p->dir, rel);
	if (lstat(full, &st) == 0 && S_ISREG(st.st_mode) && ends_in_sql(rel))
		add_found(s, rel);
	free(full);
}

/* ---- items ---- */

typedef void pattern_fn(
    struct search *s, const struct rule *it, const char *pattern, void *data);

/* Each of "a\b.sql;$(Other)\*.sql". */
static void each_pattern(struct search *s, const struct rule *it,
    const char *list, pattern_fn *f, void *data)
{
	size_t n;
	char *path;

	for (; *list; list += n + (list[n] == ';')) {
		n = strcspn(list, ";");
		path = msbuild_path(&s->p->msbuild, list, n);
		if (*path)
			f(s, it, path, data);
		free(path);
	}
}

static void find_pattern(
    struct search *s, const struct rule *it, const char *pattern, void *data)
{
	(void)data;
	if (strncmp(pattern, "@(", 2) == 0)
		return;
	if (msbuild_path_absolute(pattern))
		project_note(
		    s->p, FINDING_PROJECT_REACH, it->file, it->line, pattern);
	else if (is_outside(pattern))
		look_outside(s, it, pattern);
	else if (!msbuild_has_wildcard(pattern))
		look_for(s, pattern);
}

static struct map *set_of(struct search *s, const char *type, size_t n)
{
	struct map_entry *e = map_put(&s->sets, type, n);
	struct map *m;

	if (!e->value) {
		m = xmalloc(sizeof(*m));
		map_init(m, MAP_FOLD);
		e->value = m;
	}
	return e->value;
}

static void free_set(void *value)
{
	map_release(value, NULL);
	free(value);
}

/* Does a path match one of the patterns? */
struct wanted {
	const char *rel, *absolute;
	bool found;
};

static void match(
    struct search *s, const struct rule *it, const char *pattern, void *data)
{
	struct wanted *w = data;
	char *abs;

	(void)it;
	if (w->found)
		return;
	if (!msbuild_has_wildcard(pattern)) {
		w->found = name_eq(pattern, w->rel);
		return;
	}
	abs = absolute(s->real, pattern);
	w->found = msbuild_matches(abs, w->absolute);
	free(abs);
}

static bool excluded(
    struct search *s, const struct rule *it, const char *rel, const char *abs)
{
	struct wanted w = {rel, abs, false};

	if (*it->exclude)
		each_pattern(s, it, it->exclude, match, &w);
	return w.found;
}

enum action { INCLUDE, REMOVE, UPDATE };

struct change {
	struct map *set;
	enum action action;
};

static void change_one(struct search *s, const struct rule *it,
    const struct change *c, const char *rel, const char *abs)
{
	struct map_entry *e = map_find(c->set, rel, strlen(rel));

	if (c->action == REMOVE) {
		if (e)
			e->value = NULL;
	} else if (c->action == UPDATE) {
		if (e && e->value)
			e->value = it->item;
	} else if (!excluded(s, it, rel, abs)) {
		map_set(c->set, rel, it->item);
	}
}

/* @(None): the files of another type. */
static void change_items(struct search *s, const struct rule *it,
    const struct change *c, const char *reference)
{
	const char *type = reference + 2;
	struct map *from = set_of(s, type, strcspn(type, ")"));
	size_t i, n = from->nr;

	for (i = 0; i < n; i++) {
		const char *rel = from->items[i].key;
		char *abs;

		if (!from->items[i].value)
			continue;
		abs = absolute(s->real, rel);
		change_one(s, it, c, rel, abs);
		free(abs);
	}
}

static void change(
    struct search *s, const struct rule *it, const char *pattern, void *data)
{
	const struct change *c = data;
	char *abs;
	size_t i;

	if (strncmp(pattern, "@(", 2) == 0) {
		change_items(s, it, c, pattern);
		return;
	}
	abs = absolute(s->real, pattern);
	if (!msbuild_has_wildcard(pattern)) {
		change_one(s, it, c, pattern, abs);
	} else {
		for (i = 0; i < s->found.nr; i++) {
			const struct map_entry *e = &s->found.items[i];

			if (msbuild_matches(abs, e->value))
				change_one(s, it, c, e->key, e->value);
		}
	}
	free(abs);
}

static void apply(struct search *s, const struct rule *it)
{
	struct change c = {set_of(s, it->type, strlen(it->type)), INCLUDE};

	each_pattern(s, it, it->include, change, &c);
	c.action = REMOVE;
	each_pattern(s, it, it->remove, change, &c);
	c.action = UPDATE;
	each_pattern(s, it, it->update, change, &c);
}

/* What the SDK includes before the project says anything. */
static void defaults(struct search *s)
{
	struct rule it = {
	    "Build", "**/*.sql", "", "", "", "", 0, &s->p->sdk_item};

	if (s->p->sdk == PROJECT_OLD ||
	    strcasecmp(msbuild_get(&s->p->msbuild, "EnableDefaultSqlItems"),
		"false") == 0)
		return;
	if (s->p->sdk == PROJECT_CONTENT) {
		it.type = "Content";
		it.remove = "Pre-Deployment/**/*.sql;Post-Deployment/**/*.sql";
	}
	apply(s, &it);
}

/* What one SDK calls Build is Content for another. */
static const char *const built[] = {"Build", "Content"};

static bool is_built(const char *type)
{
	return strcmp(type, built[0]) == 0 || strcmp(type, built[1]) == 0;
}

/* Those of a set that were not found are errors of the project. */
static int check_listed(const struct search *s, const struct map *set)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < set->nr; i++) {
		const char *rel = set->items[i].key;

		if (!set->items[i].value || !ends_in_sql(rel) ||
		    msbuild_path_absolute(rel) ||
		    map_find(&s->found, rel, strlen(rel)))
			continue;
		error("%s/%s: the project lists it, but there is no such file",
		    s->p->dir, rel);
		ret = -1;
	}
	return ret;
}

/* The scripts that are part of it: those that are built and aren't
 * deployment's, in the order in which they were found. */
static int collect(struct search *s)
{
	struct map *set[2];
	struct change c = {NULL, REMOVE};
	int ret = 0;
	size_t i, k;

	for (k = 0; k < 2; k++) {
		struct rule rest = {
		    built[k], "", "", "", "", "", 0, &s->p->sdk_item};

		set[k] = c.set = set_of(s, built[k], strlen(built[k]));
		each_pattern(
		    s, &rest, "@(PreDeploy);@(PostDeploy);@(None)", change, &c);
		ret |= check_listed(s, set[k]);
	}
	for (i = 0; i < s->found.nr; i++) {
		const char *rel = s->found.items[i].key;

		struct project_item *it = map_get(set[0], rel);

		if (!it)
			it = map_get(set[1], rel);
		if (it)
			map_set(&s->p->files, rel, it);
	}
	return ret;
}

static struct rule rule_of(struct project_item *it)
{
	return (struct rule){it->type, it->include, it->exclude, it->remove,
	    it->update, it->file, it->line, it};
}

static void find(struct search *s)
{
	struct rule it;
	size_t i;

	walk(s, "", MAX_DEPTH);
	for (i = 0; i < s->p->nitem; i++) {
		it = rule_of(&s->p->item[i]);
		if (is_built(it.type))
			each_pattern(s, &it, it.include, find_pattern, NULL);
	}
}

int project_files(struct project *p)
{
	struct search s = {.p = p};
	struct rule it;
	size_t i;
	int ret;

	s.real = realpath(p->dir, NULL);
	if (!s.real) {
		error("%s: %s", p->dir, strerror(errno));
		return -1;
	}
	map_init(&s.found, MAP_FOLD);
	map_init(&s.walked, MAP_EXACT);
	map_init(&s.sets, MAP_FOLD);
	find(&s);
	defaults(&s);
	for (i = 0; i < p->nitem; i++) {
		it = rule_of(&p->item[i]);
		apply(&s, &it);
	}
	ret = collect(&s);
	map_release(&s.found, free);
	map_release(&s.walked, NULL);
	map_release(&s.sets, free_set);
	free(s.real);
	return ret;
}
