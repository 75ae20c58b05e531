/*
 * SSDT projects: a .sqlproj and one object a file. The old style lists its
 * files (<Build Include="a\b.sql" />), the SDK style takes every .sql below
 * the project but those that it removes. Pre- and post-deployment scripts and
 * build output are not part of the model. What it refers to (projects, dacpacs)
 * is read where it is there, so that names are found, and not written.
 */
#include <fnmatch.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/mig.h"

#include "project.h"
#include "script.h"

#define MAX_REFERENCES 8 /* projects that refer to projects … */

static int read_files(
    struct script *sc, const struct project *p, enum script_pass pass)
{
	int ret = 0;
	size_t i;

	sc->pass = pass;
	for (i = 0; i < p->files.nr; i++) {
		const struct project_item *it = p->files.items[i].value;
		char *path = xasprintf("%s/%s", p->dir, p->files.items[i].key);

		sc->quoted_identifier_off = !project_setting(
		    p, it->quoted_identifier, "QuotedIdentifier");
		sc->ansi_nulls_off =
		    !project_setting(p, it->ansi_nulls, "AnsiNulls");
		if (script_file(sc, path) < 0)
			ret = -1;
		free(path);
	}
	sc->quoted_identifier_off = false;
	sc->ansi_nulls_off = false;
	return ret;
}

/* "../a/Shop.sqlproj": "Shop" */
static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot;

	slash = slash ? slash + 1 : path;
	dot = strrchr(slash, '.');
	return dot ? xmemdupz(slash, (size_t)(dot - slash)) : xstrdup(slash);
}

static bool is_reference(const struct project_item *it)
{
	return strcmp(it->type, "ProjectReference") == 0 ||
	    strcmp(it->type, "ArtifactReference") == 0;
}

/* The names of the databases that are referred to, where the project gives
 * their variables no value: those of the projects. */
static void reference_names(struct script *sc, struct project *p)
{
	size_t i;

	for (i = 0; i < p->nitem; i++) {
		const struct project_item *it = &p->item[i];
		char *path, *name;

		if (!is_reference(it) || !*it->variable)
			continue;
		path =
		    msbuild_path(&p->msbuild, it->include, strlen(it->include));
		name = base_name(path);
		script_default(sc, it->variable, name);
		free(name);
		free(path);
	}
}

/* A sqlcmd variable has its value or its default; what isn't a property in
 * there stays as it is. */
static void variables(struct script *sc, struct project *p)
{
	size_t i;

	for (i = 0; i < p->nitem; i++) {
		const struct project_item *it = &p->item[i];
		unsigned gaps = 0;
		char *value;

		if (strcmp(it->type, "SqlCmdVariable") != 0 || !*it->include)
			continue;
		value = msbuild_expand(&p->msbuild, it->default_value, &gaps);
		if (*it->value)
			script_default(sc, it->include, it->value);
		else if (*it->default_value)
			script_default(
			    sc, it->include, gaps ? it->default_value : value);
		free(value);
	}
}

/* The project, its variables and its scripts' names; -1 after a message. */
static int open_project(struct script *sc, struct project *p, const char *path)
{
	size_t i;

	project_init(p, path, &sc->inv.findings);
	for (i = 0; i < sc->opt->variables.nr; i++) {
		const char *v = sc->opt->variables.items[i];
		size_t n = strcspn(v, "=");
		char *name = xmemdupz(v, n);

		msbuild_fix(&p->msbuild, name, v[n] ? v + n + 1 : "");
		free(name);
	}
	if (project_read(p, path) < 0)
		return -1;
	variables(sc, p);
	return 0;
}

static void read_references(
    struct script *sc, const struct project *p, int depth);

/* Objects that aren't this project's own, for the names alone. */
static void read_project(
    struct script *sc, const char *path, const char *database, int depth)
{
	const char *root = sc->root;
	struct project p;

	inventory_context_start(&sc->inv, database);
	if (open_project(sc, &p, path) == 0) {
		sc->root = p.dir;
		project_files(&p);
		read_files(sc, &p, SCRIPT_MAKERS);
		read_files(sc, &p, SCRIPT_OTHERS);
	}
	inventory_context_end(&sc->inv);
	sc->root = root;
	if (!database)
		read_references(sc, &p, depth + 1);
	project_release(&p);
}

static void read_referred(struct script *sc, const struct project *from,
    const struct project_item *it, int depth)
{
	char *rel =
	    msbuild_path(&from->msbuild, it->include, strlen(it->include));
	char *path = xasprintf("%s/%s", from->dir, rel);
	const char *database = *it->variable ? script_value(sc, it->variable)
	    : *it->literal		     ? it->literal
					     : NULL;

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
	free(rel);
}

static void read_references(
    struct script *sc, const struct project *p, int depth)
{
	size_t i;

	if (depth >= MAX_REFERENCES)
		return;
	for (i = 0; i < p->nitem; i++)
		if (is_reference(&p->item[i]))
			read_referred(sc, p, &p->item[i], depth);
}

/* The database's name and collation, and what SSDT's build sets by itself. */
static void database_of(
    struct script *sc, const struct project *p, const char *path)
{
	struct inventory *inv = &sc->inv;
	const char *name = msbuild_get(&p->msbuild, "Name");
	const char *collation = msbuild_get(&p->msbuild, "DefaultCollation");

	if (!inv->collation && *collation)
		inv->collation = xstrdup(collation);
	if (!inv->database)
		inv->database = *name ? xstrdup(name) : base_name(path);
	script_default(sc, "DatabaseName", inv->database);
	script_default(sc, "DefaultFilePrefix", inv->database);
	script_default(sc, "DefaultDataPath", "");
	script_default(sc, "DefaultLogPath", "");
}

int source_project(const struct extract_options *o)
{
	struct script sc;
	struct project p;
	int status = MIG_OK;

	script_init(&sc, o);
	/* SSDT's build knows :r and $(variables) in every file */
	sc.sqlcmd = true;
	if (open_project(&sc, &p, o->project) < 0) {
		status = MIG_TROUBLE;
	} else {
		sc.root = p.dir;
		database_of(&sc, &p, o->project);
		reference_names(&sc, &p);
		if (project_files(&p) < 0)
			status = MIG_TROUBLE;
		read_references(&sc, &p, 0);
		if (read_files(&sc, &p, SCRIPT_MAKERS) < 0)
			status = MIG_TROUBLE;
		read_files(&sc, &p, SCRIPT_OTHERS);
	}
	status = script_finish(&sc, "project", status);
	project_release(&p);
	return status;
}
