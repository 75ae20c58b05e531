/*
 * Findings: what a tool noticed about a source object, each with a stable
 * code, a place and a remedy. The table of codes is finding.def, one row a
 * code: X(name, number, severity, message, remedy). message may hold one %s,
 * which the detail of a finding fills in.
 *
 * Numbers: 1xxx lexing and parsing, 2xxx resolution and dependencies, 3xxx
 * translation, 4xxx procedures, 5xxx planning, 6xxx dbt and comparison, 7xxx
 * live sources, 8xxx Claude, 9xxx records and files. A number is never used
 * again for something else.
 */
#ifndef MIG_FINDING_H
#define MIG_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

enum finding_code {
#define X(name, number, severity, message, remedy) FINDING_##name,
#include "common/finding.def"
#undef X
	FINDING_NR
};

enum severity { SEVERITY_info, SEVERITY_warning, SEVERITY_error };

struct finding {
	enum finding_code code;
	size_t line, column; /* 1-based; 0 unknown */
	char *detail;	     /* owned; may be NULL */
	char *file; /* owned; NULL: what is being read, or the object's */
};

struct findings {
	struct finding *items;
	size_t nr, cap;
};

#define FINDINGS_INIT                                                          \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

void findings_add(struct findings *f, enum finding_code code, size_t line,
    size_t column, const char *detail_fmt, ...)
    __attribute__((format(printf, 5, 6)));
void findings_release(struct findings *f);
/* Only the first nr stay. */
void findings_cut(struct findings *f, size_t nr);

/* "MIG1001" (a static string), its severity, words; the last is the caller's
 * to free. */
const char *finding_id(enum finding_code code);
enum severity finding_severity(enum finding_code code);
const char *severity_name(enum severity s);
const char *finding_remedy(enum finding_code code);
char *finding_message(const struct finding *f);

/* The record form {"code","severity","line","column","message","remedy"}; a
 * new reference, the caller's. */
struct json_object *finding_json(const struct finding *f);
struct json_object *findings_json(const struct findings *f);

#endif
