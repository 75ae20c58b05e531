/*
 * SSDT projects: a .sqlproj and one object a file. The old style lists its
 * files (<Build Include="a\b.sql" />), the SDK style takes every .sql below
 * the project but those that it removes. Pre- and post-deployment scripts and
 * build output are not part of the model. What it refers to (projects, dacpacs)
 * is read where it is there, so that names are found, and not written.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <expat.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/map.h"
#include "common/mig.h"

#include "script.h"

#define MAX_DEPTH 40	 /* directories below the project */
#define MAX_REFERENCES 8 /* projects that refer to projects … */

struct reference {
	char *path;	/* of a .sqlproj or .dacpac */
	char *variable; /* stands for the database's name; or */
	char *literal;	/* the name; both NULL: the same database */
};

struct project {
	struct script *sc;
	char *dir;
	bool sdk;
	struct reference *ref;
	size_t nref, ref_cap;
	bool in_reference;
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

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *p;

	p = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
	return p && c ? (int)(p - digits) : -1;
}

/* A path as MSBuild writes it: Windows' separators, %40 for a character. */
static char *plain_path(const char *s, size_t n)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 &&
		    hex(s[i + 2]) >= 0) {
			buf_addc(
			    &b, (char)(hex(s[i + 1]) * 16 + hex(s[i + 2])));
			i += 2;
		} else {
			buf_addc(&b, s[i] == '\\' ? '/' : s[i]);
		}
	}
	buf_adds(&b, "");
	return buf_detach(&b);
}

/* Include="a\b.sql;c.sql": several patterns. */
static void add_patterns(struct map *m, const char *list)
{
	while (list && *list) {
		size_t n = strcspn(list, ";");
		char *p = plain_path(list, n);

		if (*p)
			map_put(m, p, strlen(p))->value = m;
		free(p);
		list += n + (list[n] == ';');
	}
}

static void add_reference(struct project *p, const char *include)
{
	struct reference *r;

	GROW(p->ref, p->nref, p->ref_cap);
	r = &p->ref[p->nref++];
	memset(r, 0, sizeof(*r));
	r->path = plain_path(include, strlen(include));
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
	if (strcmp(name, "ProjectReference") == 0 ||
	    strcmp(name, "ArtifactReference") == 0) {
		add_reference(p, include ? include : "");
		p->in_reference = true;
	}
	/* Content: what another SDK for SQL projects calls Build */
	if (strcmp(name, "Build") == 0 || strcmp(name, "Content") == 0) {
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

static void reference_end(struct project *p, const char *name)
{
	struct reference *r = &p->ref[p->nref - 1];

	if (!r->variable && strcmp(name, "DatabaseSqlCmdVariable") == 0)
		r->variable = xstrdup(buf_str(&p->text));
	else if (!r->literal &&
	    strcmp(name, "DatabaseVariableLiteralValue") == 0)
		r->literal = xstrdup(buf_str(&p->text));
	else if (strcmp(name, "ProjectReference") == 0 ||
	    strcmp(name, "ArtifactReference") == 0)
		p->in_reference = false;
}

static void end(void *data, const char *name)
{
	struct project *p = data;
	struct inventory *inv = &p->sc->inv;

	if (p->in_reference) {
		reference_end(p, name);
		return;
	}
	if (strcmp(name, "DefaultValue") == 0 && p->variable && *p->variable &&
	    p->text.len)
		script_default(p->sc, p->variable, buf_str(&p->text));
	if (inv->context)
		return; /* only the project's own name and collation count */
	if (strcmp(name, "DefaultCollation") == 0 && !inv->collation &&
	    p->text.len)
		inv->collation = xstrdup(p->text.s);
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
	char *low, *pattern;
	bool found = map_find(m, path, strlen(path)) != NULL;
	size_t i;

	low = xstrdup(path);
	lower(low);
	for (i = 0; i < m->nr && !found; i++) {
		if (!strpbrk(m->items[i].key, "*?"))
			continue;
		pattern = xstrdup(m->items[i].key);
		lower(pattern);
		found = matches(pattern, low);
		free(pattern);
	}
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
	return (p->sdk && strncmp(rel, "../", 3) != 0) ||
	    any_matches(&p->include, rel);
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

/* Directories beside the project that it takes files from. */
static void walk_beside(struct project *p)
{
	size_t i, n = p->include.nr;

	for (i = 0; i < n; i++) {
		const char *key = p->include.items[i].key;
		size_t fixed = strcspn(key, "*?");
		char *dir;

		if (strncmp(key, "../", 3) != 0)
			continue;
		while (fixed && key[fixed - 1] != '/')
			fixed--;
		dir = xmemdupz(key, fixed - 1);
		if (strstr(key + fixed, "**") || !strpbrk(key, "*?") ||
		    !strchr(key + fixed, '/'))
			walk(p, dir, strstr(key, "**") ? 0 : MAX_DEPTH);
		free(dir);
	}
}

/* A listed file that isn't there is an error of the project. */
static int check_listed(const struct project *p)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < p->include.nr; i++) {
		const char *name = p->include.items[i].key;

		if (strpbrk(name, "*?") || !ends_in_sql(name) ||
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

/* "../a/Shop.sqlproj": "Shop" */
static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot;

	slash = slash ? slash + 1 : path;
	dot = strrchr(slash, '.');
	return dot ? xmemdupz(slash, (size_t)(dot - slash)) : xstrdup(slash);
}

static void project_init(struct project *p, struct script *sc, const char *path)
{
	memset(p, 0, sizeof(*p));
	p->sc = sc;
	p->dir = directory_of(path);
	map_init(&p->include, MAP_FOLD);
	map_init(&p->remove, MAP_FOLD);
	map_init(&p->files, MAP_FOLD);
}

static void project_release(struct project *p)
{
	size_t i;

	for (i = 0; i < p->nref; i++) {
		free(p->ref[i].path);
		free(p->ref[i].variable);
		free(p->ref[i].literal);
	}
	free(p->ref);
	map_release(&p->include, NULL);
	map_release(&p->remove, NULL);
	map_release(&p->files, NULL);
	buf_release(&p->text);
	free(p->variable);
	free(p->dir);
}

/* The names of the databases that are referred to, where the project gives
 * their variables no value: those of the projects. */
static void reference_names(struct project *p)
{
	size_t i;

	for (i = 0; i < p->nref; i++) {
		struct reference *r = &p->ref[i];
		char *name = base_name(r->path);

		if (r->variable && *r->variable)
			script_default(p->sc, r->variable, name);
		free(name);
	}
}

static void read_references(struct project *p, int depth);

/* Objects that aren't this project's own, for the names alone. */
static void read_project(
    struct script *sc, const char *path, const char *database, int depth)
{
	const char *root = sc->root;
	struct project p;

	project_init(&p, sc, path);
	sc->root = p.dir;
	inventory_context_start(&sc->inv, database);
	if (parse(&p, path) == 0) {
		walk(&p, "", 0);
		walk_beside(&p);
		read_files(&p, SCRIPT_MAKERS);
		read_files(&p, SCRIPT_OTHERS);
	}
	inventory_context_end(&sc->inv);
	sc->root = root;
	if (!database)
		read_references(&p, depth + 1);
	project_release(&p);
}

static void read_referred(
    struct project *from, const struct reference *r, int depth)
{
	struct script *sc = from->sc;
	char *path = xasprintf("%s/%s", from->dir, r->path);
	const char *database =
	    r->variable ? script_value(sc, r->variable) : r->literal;

	if (access(path, R_OK) == 0 && !map_set(&sc->referred, path, sc)) {
		if (fnmatch("*.dacpac", path, 0) != 0) {
			read_project(sc, path, database, depth);
		} else {
			inventory_context_start(&sc->inv, database);
			script_dacpac(sc, path);
			inventory_context_end(&sc->inv);
		}
	}
	free(path);
}

static void read_references(struct project *p, int depth)
{
	size_t i;

	if (depth >= MAX_REFERENCES)
		return;
	for (i = 0; i < p->nref; i++)
		read_referred(p, &p->ref[i], depth);
}

/* What SSDT's build sets by itself. */
static void builtin_variables(struct script *sc, const char *path)
{
	char *name = base_name(path);

	if (!sc->inv.database)
		sc->inv.database = xstrdup(name);
	script_default(sc, "DatabaseName", sc->inv.database);
	script_default(sc, "DefaultFilePrefix", sc->inv.database);
	script_default(sc, "DefaultDataPath", "");
	script_default(sc, "DefaultLogPath", "");
	free(name);
}

int source_project(const struct extract_options *o)
{
	struct script sc;
	struct project p;
	int status = MIG_OK;

	script_init(&sc, o);
	project_init(&p, &sc, o->project);
	/* SSDT's build knows :r and $(variables) in every file */
	sc.sqlcmd = true;
	sc.root = p.dir;
	if (parse(&p, o->project) < 0) {
		status = MIG_TROUBLE;
	} else {
		builtin_variables(&sc, o->project);
		reference_names(&p);
		walk(&p, "", 0);
		walk_beside(&p);
		read_references(&p, 0);
		if (check_listed(&p) < 0 || read_files(&p, SCRIPT_MAKERS) < 0)
			status = MIG_TROUBLE;
		read_files(&p, SCRIPT_OTHERS);
	}
	status = script_finish(&sc, "project", status);
	project_release(&p);
	return status;
}
