/*
 * SSDT projects: a .sqlproj and one object a file. The old style lists its
 * files (<Build Include="a\b.sql" />), the SDK style takes every .sql below
 * the project but those that it removes. Pre- and post-deployment scripts and
 * build output are not part of the model.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <expat.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/map.h"
#include "common/mig.h"

#include "script.h"

#define MAX_DEPTH 40 /* directories below the project */

struct project {
	struct script *sc;
	char *dir;
	bool sdk;
	struct map include; /* path patterns with '/', in order */
	struct map remove;
	struct buf text; /* of the element being read */
	char *variable;	 /* the SqlCmdVariable being read */
	struct map files;
};

static const char *attribute(const char **atts, const char *name)
{
	for (; *atts; atts += 2) {
		if (strcmp(atts[0], name) == 0)
			return atts[1];
	}
	return NULL;
}

/* Windows' file names: patterns are matched in lower case. */
static void lower(char *s)
{
	for (; *s; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + 32);
	}
}

/* Include="a\b.sql;c.sql": several patterns, Windows' separators. */
static void add_patterns(struct map *m, const char *list)
{
	while (list && *list) {
		size_t n = strcspn(list, ";"), i;
		char *p = xmemdupz(list, n);

		for (i = 0; i < n; i++) {
			if (p[i] == '\\')
				p[i] = '/';
		}
		lower(p);
		if (*p)
			map_put(m, p, n)->value = m;
		free(p);
		list += n + (list[n] == ';');
	}
}

static void start(void *data, const char *name, const char **atts)
{
	struct project *p = data;
	const char *include = attribute(atts, "Include");

	buf_reset(&p->text);
	if ((strcmp(name, "Project") == 0 && attribute(atts, "Sdk")) ||
	    strcmp(name, "Sdk") == 0)
		p->sdk = true;
	if (strcmp(name, "SqlCmdVariable") == 0) {
		free(p->variable);
		p->variable = xstrdup(include ? include : "");
	}
	if (strcmp(name, "Build") == 0) {
		add_patterns(&p->include, include);
		add_patterns(&p->remove, attribute(atts, "Remove"));
	} else if (strcmp(name, "PreDeploy") == 0 ||
	    strcmp(name, "PostDeploy") == 0 || strcmp(name, "None") == 0) {
		add_patterns(&p->remove, include);
	}
}

static void characters(void *data, const char *s, int len)
{
	buf_add(&((struct project *)data)->text, s, (size_t)len);
}

static void end(void *data, const char *name)
{
	struct project *p = data;
	struct inventory *inv = &p->sc->inv;

	if (strcmp(name, "DefaultCollation") == 0 && !inv->collation &&
	    p->text.len)
		inv->collation = xstrdup(p->text.s);
	if (strcmp(name, "DefaultValue") == 0 && p->variable && *p->variable)
		free(map_set(
		    &p->sc->defaults, p->variable, xstrdup(buf_str(&p->text))));
	/* $(MSBuildProjectName) and its like say nothing */
	if (strcmp(name, "Name") == 0 && !inv->database && p->text.len &&
	    p->text.s[0] != '$')
		inv->database = xstrdup(p->text.s);
}

static int parse(struct project *p, const char *path)
{
	struct buf b = BUF_INIT;
	XML_Parser x;
	int ret = 0;

	if (fs_read(path, &b) < 0) {
		error("%s: %s", path, strerror(errno));
		buf_release(&b);
		return -1;
	}
	x = XML_ParserCreate(NULL);
	if (!x)
		die("out of memory");
	XML_SetUserData(x, p);
	XML_SetElementHandler(x, start, end);
	XML_SetCharacterDataHandler(x, characters);
	if (b.len > INT32_MAX ||
	    XML_Parse(x, buf_str(&b), (int)b.len, 1) != XML_STATUS_OK) {
		report_at(path, XML_GetCurrentLineNumber(x),
		    XML_GetCurrentColumnNumber(x) + 1, "error", "%s",
		    XML_ErrorString(XML_GetErrorCode(x)));
		ret = -1;
	}
	XML_ParserFree(x);
	buf_release(&b);
	return ret;
}

/* A double asterisk crosses directories, as MSBuild has it. */
static bool matches(const char *pattern, const char *path)
{
	const char *deep = strstr(pattern, "**/");
	size_t n;

	if (!deep)
		return fnmatch(pattern, path, FNM_PATHNAME) == 0;
	n = (size_t)(deep - pattern);
	if (strncmp(pattern, path, n) != 0)
		return false;
	for (path += n; path; path = strchr(path, '/')) {
		path += *path == '/';
		if (matches(deep + 3, path))
			return true;
	}
	return false;
}

static bool any_matches(const struct map *m, const char *path)
{
	char *low = xstrdup(path);
	bool found = false;
	size_t i;

	lower(low);
	for (i = 0; i < m->nr && !found; i++)
		found = matches(m->items[i].key, low);
	free(low);
	return found;
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

static bool wanted(const struct project *p, const char *rel)
{
	if (any_matches(&p->remove, rel))
		return false;
	return p->sdk || any_matches(&p->include, rel);
}

static void walk(struct project *p, const char *rel, int depth)
{
	char *dir = xasprintf("%s/%s", p->dir, rel);
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort), i;

	for (i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		char *path = xasprintf("%s%s%s", rel, *rel ? "/" : "", name);
		char *full = xasprintf("%s/%s", p->dir, path);
		struct stat st;

		if (!is_build_output(name) && lstat(full, &st) == 0) {
			if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
				walk(p, path, depth + 1);
			else if (S_ISREG(st.st_mode) && ends_in_sql(name) &&
			    wanted(p, path))
				map_put(&p->files, path, strlen(path));
		}
		free(full);
		free(path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	free(dir);
}

/* A listed file that isn't there is an error of the project. */
static int check_listed(const struct project *p)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < p->include.nr; i++) {
		const char *name = p->include.items[i].key;

		if (strpbrk(name, "*?") ||
		    map_find(&p->files, name, strlen(name)))
			continue;
		error("%s/%s: the project lists it, but there is no such file",
		    p->dir, name);
		ret = -1;
	}
	return ret;
}

static int read_files(struct project *p, enum script_pass pass)
{
	int ret = 0;
	size_t i;

	p->sc->pass = pass;
	for (i = 0; i < p->files.nr; i++) {
		char *path = xasprintf("%s/%s", p->dir, p->files.items[i].key);

		if (script_file(p->sc, path) < 0)
			ret = -1;
		free(path);
	}
	return ret;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xmemdupz(path, (size_t)(slash - path)) : xstrdup(".");
}

int source_project(const struct extract_options *o)
{
	struct script sc;
	struct project p = {.sc = &sc};
	int status = MIG_OK;

	script_init(&sc, o);
	p.dir = directory_of(o->project);
	/* SSDT's build knows :r and $(variables) in every file */
	sc.sqlcmd = true;
	sc.root = p.dir;
	map_init(&p.include, MAP_FOLD);
	map_init(&p.remove, MAP_FOLD);
	map_init(&p.files, MAP_FOLD);
	if (parse(&p, o->project) < 0) {
		status = MIG_TROUBLE;
	} else {
		walk(&p, "", 0);
		if (check_listed(&p) < 0 || read_files(&p, SCRIPT_MAKERS) < 0)
			status = MIG_TROUBLE;
		read_files(&p, SCRIPT_OTHERS);
	}
	map_release(&p.include, NULL);
	map_release(&p.remove, NULL);
	map_release(&p.files, NULL);
	buf_release(&p.text);
	free(p.variable);
	status = script_finish(&sc, "project", status);
	free(p.dir);
	return status;
}
