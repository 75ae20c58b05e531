/*
 * Project files, read as MSBuild reads them: properties and imports in the
 * order of the text, items when all properties are known. Targets are not run
 * and what Visual Studio installs is not there: an import of it says nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <expat.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"

#include "project.h"

#define MAX_IMPORTS 16 /* within each other */
#define MAX_FILES 1000 /* imported in all */
#define MAX_CHOOSE 16  /* Choose within When within Choose … */

/* What the innermost element is, as far as it matters. */
enum where { IN_PROJECT, IN_PROPERTIES, IN_ITEMS, IN_ITEM, IN_VALUE };

/* One file being read. */
struct reading {
	struct project *p;
	const char *path;
	XML_Parser xml;
	struct map *seen; /* files that were imported */
	unsigned depth;	  /* of imports */
	enum where where;
	unsigned skipped;	 /* open elements that are not evaluated */
	bool chosen[MAX_CHOOSE]; /* has a When of it held? */
	unsigned choose;
	char *group_condition;
	struct buf text;
	struct project_item *item; /* being read */
	bool taken;		   /* the value's condition holds */
	bool failed;
};

static int read_file(
    struct project *p, struct map *seen, const char *path, unsigned depth);

static const char *attribute(const char **atts, const char *name)
{
	for (; *atts; atts += 2) {
		if (strcmp(atts[0], name) == 0)
			return atts[1];
	}
	return NULL;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xmemdupz(path, (size_t)(slash - path)) : xstrdup(".");
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void project_note(struct project *p, enum finding_code code, const char *file,
    size_t line, const char *detail)
{
	struct findings *f = p->findings;
	const struct finding *last;

	if (!f)
		return;
	last = f->nr ? &f->items[f->nr - 1] : NULL;
	if (last && last->code == code && last->detail && last->file &&
	    strcmp(last->detail, detail) == 0 && strcmp(last->file, file) == 0)
		return; /* once, and not for each item of a group */
	findings_add(f, code, line, 0, "%s", detail);
	f->items[f->nr - 1].file = xstrdup(file);
}

/* What can't be evaluated counts as met: nothing is lost in silence. */
static bool holds(
    struct project *p, const char *condition, const char *file, size_t line)
{
	enum msbuild_truth truth = msbuild_condition(&p->msbuild, condition);

	if (truth == MSBUILD_UNKNOWN)
		project_note(
		    p, FINDING_PROJECT_CONDITION, file, line, condition);
	return truth != MSBUILD_NO;
}

static bool holds_here(struct reading *r, const char **atts)
{
	return holds(r->p, attribute(atts, "Condition"), r->path,
	    XML_GetCurrentLineNumber(r->xml));
}

/* ---- imports ---- */

/* $(MSBuildThisFileDirectory) and its like, relative to the project's
 * directory as all paths are. */
static void this_file(struct project *p, const char *path)
{
	char *dir = directory_of(path), *stem;
	const char *name = name_of(path), *dot = strrchr(name, '.');
	size_t n = strlen(p->dir);
	char *below;

	if (strcmp(dir, p->dir) == 0)
		below = xstrdup("./");
	else if (strncmp(dir, p->dir, n) == 0 && dir[n] == '/')
		below = xasprintf("./%s/", dir + n + 1);
	else
		below = xasprintf("%s/", dir);
	stem = dot ? xmemdupz(name, (size_t)(dot - name)) : xstrdup(name);
	msbuild_set(&p->msbuild, "MSBuildThisFileDirectory", below);
	msbuild_set(&p->msbuild, "MSBuildThisFile", name);
	msbuild_set(&p->msbuild, "MSBuildThisFileName", stem);
	free(stem);
	free(below);
	free(dir);
}

/* A path of the file at path: relative to its directory unless a property
 * made it one of the project's. */
static char *import_path(struct reading *r, const char *value, bool of_project)
{
	char *dir = of_project ? xstrdup(r->p->dir) : directory_of(r->path);
	char *rel = msbuild_path(&r->p->msbuild, value, strlen(value)), *path;

	path = msbuild_path_absolute(rel) ? xstrdup(rel)
					  : xasprintf("%s/%s", dir, rel);
	free(rel);
	free(dir);
	return path;
}

static void import(struct reading *r, const char **atts)
{
	const char *project = attribute(atts, "Project");
	size_t line = XML_GetCurrentLineNumber(r->xml);
	unsigned gaps = 0;
	char *value, *path;

	if (!project || attribute(atts, "Sdk") || !holds_here(r, atts))
		return;
	value = msbuild_expand(&r->p->msbuild, project, &gaps);
	path = import_path(r, value, strncmp(value, "./", 2) == 0);
	if (gaps || msbuild_path_absolute(value)) {
		/* of the tools' own installation */
		if (gaps & MSBUILD_ODD)
			project_note(r->p, FINDING_PROJECT_IMPORT, r->path,
			    line, project);
	} else if (msbuild_has_wildcard(path)) {
		project_note(
		    r->p, FINDING_PROJECT_IMPORT, r->path, line, project);
	} else if (access(path, F_OK) < 0) {
		report_at(r->path, line, 0, "error",
		    "it imports %s, and there is no such file", project);
		r->failed = true;
	} else if (read_file(r->p, r->seen, path, r->depth + 1) < 0) {
		r->failed = true;
	}
	this_file(r->p, r->path);
	free(path);
	free(value);
}

/* Directory.Build.props of the nearest directory that has one. */
static int read_of_directory(
    struct project *p, struct map *seen, const char *name)
{
	char *dir = realpath(p->dir, NULL), *path, *slash;
	int ret = 0;

	while (dir) {
		path = xasprintf("%s/%s", dir, name);
		slash = strrchr(dir, '/');
		if (access(path, F_OK) == 0) {
			ret = read_file(p, seen, path, 1);
			slash = NULL;
		}
		free(path);
		if (!slash)
			break;
		*slash = '\0';
		if (slash == dir)
			break; /* the root's own are nobody's */
	}
	free(dir);
	return ret;
}

/* ---- elements ---- */

static void sdk_named(struct project *p, const char *name)
{
	if (strncasecmp(name, "MSBuild.Sdk.SqlProj", 19) == 0)
		p->sdk = PROJECT_CONTENT;
	else if (*name && strncasecmp(name, "Microsoft.NET.Sdk", 17) != 0 &&
	    p->sdk == PROJECT_OLD)
		p->sdk = PROJECT_SDK;
	if (!*msbuild_get(&p->msbuild, "Configuration"))
		msbuild_set(&p->msbuild, "Configuration", "Debug");
	if (!*msbuild_get(&p->msbuild, "Platform"))
		msbuild_set(&p->msbuild, "Platform", "AnyCPU");
}

static char *copy_attribute(const char **atts, const char *name)
{
	const char *value = attribute(atts, name);

	return xstrdup(value ? value : "");
}

static void item_start(struct reading *r, const char *type, const char **atts)
{
	struct project *p = r->p;
	struct project_item *it;

	GROW(p->item, p->nitem, p->item_cap);
	it = &p->item[p->nitem++];
	memset(it, 0, sizeof(*it));
	it->type = xstrdup(type);
	it->include = copy_attribute(atts, "Include");
	it->exclude = copy_attribute(atts, "Exclude");
	it->remove = copy_attribute(atts, "Remove");
	it->update = copy_attribute(atts, "Update");
	it->quoted_identifier = copy_attribute(atts, "QuotedIdentifier");
	it->ansi_nulls = copy_attribute(atts, "AnsiNulls");
	it->default_value = copy_attribute(atts, "DefaultValue");
	it->value = copy_attribute(atts, "Value");
	it->variable = copy_attribute(atts, "DatabaseSqlCmdVariable");
	it->literal = copy_attribute(atts, "DatabaseVariableLiteralValue");
	it->group_condition = xstrdup(r->group_condition);
	it->condition = copy_attribute(atts, "Condition");
	it->file = xstrdup(r->path);
	it->line = XML_GetCurrentLineNumber(r->xml);
	r->item = it;
	r->where = IN_ITEM;
}

static bool choose_start(struct reading *r, const char *name, const char **atts)
{
	bool *chosen = &r->chosen[r->choose - 1];

	if (strcmp(name, "When") == 0)
		return !*chosen && (*chosen = holds_here(r, atts));
	return !*chosen; /* Otherwise */
}

/* Below Project: is it to be evaluated? */
static bool part_start(struct reading *r, const char *name, const char **atts)
{
	if (strcmp(name, "Project") == 0 || strcmp(name, "Sdk") == 0) {
		const char *sdk =
		    attribute(atts, strcmp(name, "Sdk") == 0 ? "Name" : "Sdk");

		if (sdk)
			sdk_named(r->p, sdk);
	} else if (strcmp(name, "PropertyGroup") == 0) {
		if (!holds_here(r, atts))
			return false;
		r->where = IN_PROPERTIES;
	} else if (strcmp(name, "ItemGroup") == 0) {
		free(r->group_condition);
		r->group_condition = copy_attribute(atts, "Condition");
		r->where = IN_ITEMS;
	} else if (strcmp(name, "Import") == 0) {
		if (attribute(atts, "Sdk"))
			sdk_named(r->p, attribute(atts, "Sdk"));
		import(r, atts);
	} else if (strcmp(name, "ImportGroup") == 0) {
		return holds_here(r, atts);
	} else if (strcmp(name, "Choose") == 0) {
		if (r->choose == MAX_CHOOSE)
			return false;
		r->chosen[r->choose++] = false;
	} else if (r->choose &&
	    (strcmp(name, "When") == 0 || strcmp(name, "Otherwise") == 0)) {
		return choose_start(r, name, atts);
	} else {
		return false; /* Target, ItemDefinitionGroup … */
	}
	return true;
}

static void start(void *data, const char *name, const char **atts)
{
	struct reading *r = data;

	if (r->skipped) {
		r->skipped++;
		return;
	}
	switch (r->where) {
	case IN_PROJECT:
		if (!part_start(r, name, atts))
			r->skipped = 1;
		break;
	case IN_ITEMS: item_start(r, name, atts); break;
	case IN_PROPERTIES:
	case IN_ITEM:
		buf_reset(&r->text);
		r->taken = holds_here(r, atts);
		r->where = IN_VALUE;
		break;
	case IN_VALUE: r->skipped = 1; break;
	}
}

static void characters(void *data, const char *s, int len)
{
	struct reading *r = data;

	if (r->where == IN_VALUE && !r->skipped)
		buf_add(&r->text, s, (size_t)len);
}

static void set(char **field, const char *value)
{
	free(*field);
	*field = xstrdup(value);
}

static void metadata(
    struct project_item *it, const char *name, const char *value)
{
	if (strcmp(name, "DefaultValue") == 0)
		set(&it->default_value, value);
	else if (strcmp(name, "Value") == 0)
		set(&it->value, value);
	else if (strcmp(name, "DatabaseSqlCmdVariable") == 0)
		set(&it->variable, value);
	else if (strcmp(name, "DatabaseVariableLiteralValue") == 0)
		set(&it->literal, value);
	else if (strcmp(name, "QuotedIdentifier") == 0)
		set(&it->quoted_identifier, value);
	else if (strcmp(name, "AnsiNulls") == 0)
		set(&it->ansi_nulls, value);
}

static void value_end(struct reading *r, const char *name)
{
	char *value;

	r->where = r->item ? IN_ITEM : IN_PROPERTIES;
	if (!r->taken)
		return;
	if (r->item) {
		metadata(r->item, name, buf_str(&r->text));
		return;
	}
	value = msbuild_expand(&r->p->msbuild, buf_str(&r->text), NULL);
	msbuild_set(&r->p->msbuild, name, value);
	free(value);
}

static void end(void *data, const char *name)
{
	struct reading *r = data;

	if (r->skipped) {
		r->skipped--;
		return;
	}
	switch (r->where) {
	case IN_VALUE: value_end(r, name); break;
	case IN_ITEM:
		r->item = NULL;
		r->where = IN_ITEMS;
		break;
	case IN_ITEMS:
	case IN_PROPERTIES: r->where = IN_PROJECT; break;
	case IN_PROJECT:
		if (strcmp(name, "Choose") == 0)
			r->choose--;
		break;
	}
}

/* ---- files ---- */

static int parse(struct reading *r, const struct buf *text)
{
	int ret = 0;

	r->xml = XML_ParserCreate(NULL);
	if (!r->xml)
		die("out of memory");
	XML_SetUserData(r->xml, r);
	XML_SetElementHandler(r->xml, start, end);
	XML_SetCharacterDataHandler(r->xml, characters);
	if (text->len > INT32_MAX ||
	    XML_Parse(r->xml, buf_str(text), (int)text->len, 1) !=
		XML_STATUS_OK) {
		report_at(r->path, XML_GetCurrentLineNumber(r->xml),
		    XML_GetCurrentColumnNumber(r->xml) + 1, "error", "%s",
		    XML_ErrorString(XML_GetErrorCode(r->xml)));
		ret = -1;
	}
	XML_ParserFree(r->xml);
	return r->failed ? -1 : ret;
}

static int read_file(
    struct project *p, struct map *seen, const char *path, unsigned depth)
{
	struct reading r = {.p = p, .path = path, .seen = seen, .depth = depth};
	struct buf text = BUF_INIT;
	char *real = realpath(path, NULL);
	const char *key = real ? real : path;
	int ret = 0;

	if (depth > MAX_IMPORTS || seen->nr >= MAX_FILES) {
		project_note(p, FINDING_PROJECT_IMPORT, path, 0, path);
	} else if (map_find(seen, key, strlen(key))) {
		; /* each file counts once, as MSBuild has it */
	} else if (fs_read(path, &text) < 0) {
		error("%s: %s", path, strerror(errno));
		ret = -1;
	} else {
		map_set(seen, key, seen);
		this_file(p, path);
		r.group_condition = xstrdup("");
		ret = parse(&r, &text);
		free(r.group_condition);
		buf_release(&r.text);
	}
	buf_release(&text);
	free(real);
	return ret;
}

static void expand(struct project *p, char **field)
{
	char *value = msbuild_expand(&p->msbuild, *field, NULL);

	free(*field);
	*field = value;
}

static void item_release(struct project_item *it)
{
	free(it->type);
	free(it->include);
	free(it->exclude);
	free(it->remove);
	free(it->update);
	free(it->quoted_identifier);
	free(it->ansi_nulls);
	free(it->default_value);
	free(it->value);
	free(it->variable);
	free(it->literal);
	free(it->group_condition);
	free(it->condition);
	free(it->file);
}

/* Now that all properties are known. */
static void evaluate_items(struct project *p)
{
	size_t i, kept = 0;

	for (i = 0; i < p->nitem; i++) {
		struct project_item *it = &p->item[i];

		this_file(p, it->file);
		if (!holds(p, it->group_condition, it->file, it->line) ||
		    !holds(p, it->condition, it->file, it->line)) {
			item_release(it);
			continue;
		}
		expand(p, &it->include);
		expand(p, &it->exclude);
		expand(p, &it->remove);
		expand(p, &it->update);
		expand(p, &it->value);
		p->item[kept++] = *it;
	}
	p->nitem = kept;
}

void project_init(
    struct project *p, const char *path, struct findings *findings)
{
	const char *name = name_of(path), *dot = strrchr(name, '.');
	char *stem = dot ? xmemdupz(name, (size_t)(dot - name)) : xstrdup(name);

	memset(p, 0, sizeof(*p));
	p->dir = directory_of(path);
	p->findings = findings;
	map_init(&p->files, MAP_FOLD);
	msbuild_init(&p->msbuild, p->dir);
	msbuild_set(&p->msbuild, "MSBuildProjectDirectory", ".");
	msbuild_set(&p->msbuild, "MSBuildProjectFile", name);
	msbuild_set(&p->msbuild, "MSBuildProjectName", stem);
	msbuild_set(&p->msbuild, "MSBuildProjectExtension", dot ? dot : "");
	msbuild_set(&p->msbuild, "OS", "Windows_NT");
	msbuild_set(&p->msbuild, "MSBuildToolsVersion", "Current");
	msbuild_set(&p->msbuild, "MSBuildVersion", "17.0.0");
	msbuild_set(&p->msbuild, "MSBuildAssemblyVersion", "15.1.0.0");
	free(stem);
}

void project_release(struct project *p)
{
	size_t i;

	for (i = 0; i < p->nitem; i++)
		item_release(&p->item[i]);
	free(p->item);
	map_release(&p->files, NULL);
	msbuild_release(&p->msbuild);
	free(p->dir);
}

bool project_setting(
    const struct project *p, const char *own, const char *property)
{
	if (!own || (strcasecmp(own, "On") != 0 && strcasecmp(own, "Off") != 0))
		own = msbuild_get(&p->msbuild, property);
	return strcasecmp(own, "Off") != 0 && strcasecmp(own, "False") != 0;
}

/* SDK-style projects begin and end with the directory's own files; whether
 * a project is one is known when it has been looked at. */
static bool looks_sdk(const char *path)
{
	struct buf b = BUF_INIT;
	bool yes = fs_read(path, &b) == 0 &&
	    (strstr(buf_str(&b), "Sdk=") || strstr(buf_str(&b), "<Sdk "));

	buf_release(&b);
	return yes;
}

int project_read(struct project *p, const char *path)
{
	struct map seen;
	bool sdk = looks_sdk(path);
	int ret = 0;

	map_init(&seen, MAP_EXACT);
	if (sdk) {
		sdk_named(p, "");
		ret |= read_of_directory(p, &seen, "Directory.Build.props");
	}
	ret |= read_file(p, &seen, path, 0);
	if (sdk)
		ret |= read_of_directory(p, &seen, "Directory.Build.targets");
	map_release(&seen, NULL);
	/* what SSDT's own targets say in the end */
	if (!*msbuild_get(&p->msbuild, "Configuration"))
		msbuild_set(&p->msbuild, "Configuration", "Debug");
	if (!*msbuild_get(&p->msbuild, "Platform"))
		msbuild_set(&p->msbuild, "Platform", "AnyCPU");
	if (strcasecmp(msbuild_get(&p->msbuild, "UsingMSBuildSdkSqlProj"),
		"true") == 0)
		p->sdk = PROJECT_CONTENT; /* its files were imported by path */
	evaluate_items(p);
	return ret;
}
