/*
 * A SQL project: its properties and items as MSBuild evaluates them, and the
 * scripts that they make part of it.
 */
#ifndef EXTRACT_PROJECT_H
#define EXTRACT_PROJECT_H

#include "common/buf.h"
#include "common/finding.h"
#include "common/map.h"

#include "msbuild.h"

/* An element of an ItemGroup. Expanded, "" where it isn't said; owned. */
struct project_item {
	char *type;
	char *include, *exclude, *remove, *update;
	char *default_value, *value; /* of a SqlCmdVariable */
	char *variable, *literal;    /* of a reference: of its database */
	char *quoted_identifier, *ansi_nulls; /* of a script: On, Off */
	char *group_condition, *condition;
	char *file; /* that says it */
	size_t line;
};

enum project_sdk {
	PROJECT_OLD,	 /* lists its files */
	PROJECT_SDK,	 /* Microsoft.Build.Sql: takes every script below it */
	PROJECT_CONTENT, /* MSBuild.Sdk.SqlProj: the same, as Content */
};

struct project {
	char *dir;
	struct msbuild msbuild;
	enum project_sdk sdk;
	struct project_item *item; /* those whose conditions hold, in order */
	size_t nitem, item_cap;
	struct project_item sdk_item; /* of what the SDK takes by itself */
	/* Its scripts, relative to dir, in order, each with the struct
	 * project_item that says its settings. */
	struct map files;
	struct findings *findings;
};

void project_init(
    struct project *p, const char *path, struct findings *findings);
void project_release(struct project *p);

/* Reads the project and what it imports; -1 after a message. */
int project_read(struct project *p, const char *path);
/* Finds its scripts; -1 after a message that one isn't there. */
int project_files(struct project *p);

/* Is a setting of a script on? Its own, else the project's, else on. */
bool project_setting(
    const struct project *p, const char *own, const char *property);

void project_note(struct project *p, enum finding_code code, const char *file,
    size_t line, const char *detail);

#endif
