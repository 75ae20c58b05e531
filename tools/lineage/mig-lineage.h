/* What mig-lineage's files share. */
#ifndef MIG_LINEAGE_H
#define MIG_LINEAGE_H

#include <json-c/json.h>

#include "common/map.h"
#include "load.h"

struct options {
	const char *format, *namespace, *time;
	bool direct;
};

struct run {
	struct options opt;
	struct tsql_catalog *catalog;
	struct names names;
	struct map nodes; /* dot: object -> struct node */
};

/* The kinds of transformation that are asked for. */
uint16_t wanted(const struct run *, uint16_t how);
/* As the record's list; open: as OpenLineage has it. */
struct json_object *transformations(uint16_t how, bool open);

/* openlineage.c: one event, of an object with lineage. */
void write_event(
    const struct run *, struct tsql_object *, const struct tsql_lineage *);

#endif
