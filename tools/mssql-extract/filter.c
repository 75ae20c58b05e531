#include <fnmatch.h>

#include "source.h"

static bool matches(const struct opt_list *globs, const char *s)
{
	size_t i;

	for (i = 0; i < globs->nr; i++) {
		if (fnmatch(globs->items[i], s, 0) == 0)
			return true;
	}
	return false;
}

bool source_wants(const struct extract_options *o, const char *kind,
    const char *schema, const char *id)
{
	if (o->kinds.nr && !matches(&o->kinds, kind))
		return false;
	if (o->schemas.nr && !matches(&o->schemas, schema))
		return false;
	if (o->include.nr && !matches(&o->include, id))
		return false;
	return !matches(&o->exclude, id);
}
