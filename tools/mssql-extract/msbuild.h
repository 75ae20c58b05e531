/*
 * What project files use of MSBuild's language: properties, $(references) to
 * them, conditions, paths and wildcards. Property functions, item transforms
 * and metadata are not evaluated: whoever asks is told so.
 *
 * Source: Microsoft's MSBuild reference (properties, conditions, items).
 */
#ifndef EXTRACT_MSBUILD_H
#define EXTRACT_MSBUILD_H

#include "common/map.h"

struct msbuild {
	const char *dir;  /* the project's directory, for Exists() */
	struct map value; /* of the properties; owned strings, "" for none */
	struct map fixed; /* those that a project doesn't change */
};

void msbuild_init(struct msbuild *m, const char *dir);
void msbuild_release(struct msbuild *m);

/* Sets a property, as a project does; a fixed one keeps its value. */
void msbuild_set(struct msbuild *m, const char *name, const char *value);
/* Sets it for good, as msbuild /p:NAME=VALUE does. */
void msbuild_fix(struct msbuild *m, const char *name, const char *value);
/* Never NULL. */
const char *msbuild_get(const struct msbuild *m, const char *name);

/* What an expansion had to leave empty. */
enum msbuild_gap {
	MSBUILD_UNSET = 1, /* a property without a value */
	MSBUILD_ODD = 2	   /* a function, or what isn't MSBuild's language */
};

/* The text with its properties in place, the caller's. gaps may be NULL;
 * bits are added to it. */
char *msbuild_expand(const struct msbuild *m, const char *text, unsigned *gaps);

enum msbuild_truth { MSBUILD_NO, MSBUILD_YES, MSBUILD_UNKNOWN };

/* condition NULL or blank: yes. */
enum msbuild_truth msbuild_condition(
    const struct msbuild *m, const char *condition);

/* A path as a project writes it (Windows' separators, %40 for a character),
 * without "." and "a/..", relative to the project's directory where it lies
 * below. The caller's. */
char *msbuild_path(const struct msbuild *m, const char *s, size_t n);
/* Does it begin at a root or a drive? */
bool msbuild_path_absolute(const char *path);
bool msbuild_has_wildcard(const char *pattern);
/* "*" and "?" stay within a directory, "**" crosses them; no case. */
bool msbuild_matches(const char *pattern, const char *path);

#endif
