/* Binder, dependencies and folder on any text: no crash, and every statement
 * that is folded into a model has its query. */
#include <stdint.h>

#include "common/arena.h"
#include "common/finding.h"
#include "tsql/deps.h"
#include "tsql/fold.h"
#include "tsql/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] =
    "CREATE TABLE t (a int NOT NULL PRIMARY KEY, b varchar(20), c AS (a + 1))\n"
    "CREATE TABLE u (k int IDENTITY PRIMARY KEY, a int REFERENCES t (a))\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct findings f = FINDINGS_INIT;
	struct tsql_catalog *c = tsql_catalog_new();
	struct tsql_bind_options opt = {.catalog = c, .findings = &f};
	struct tsql_module *m;
	struct fold *fold;
	size_t i;

	tsql_catalog_add_module(
	    c, tsql_parse(&a, schema, sizeof(schema) - 1, NULL));
	m = tsql_parse(&a, (const char *)data, size, NULL);
	opt.src = (const char *)data;
	opt.src_len = size;
	tsql_bind_module(&a, m, &opt);
	tsql_deps_of(&a, m, NULL, &opt);
	fold = tsql_fold(&a, m, c, &f);
	for (i = 0; i < fold->ntarget; i++) {
		if (!fold->target[i].sql !=
		    (fold->target[i].claim == FOLD_MANUAL))
			abort();
	}
	findings_release(&f);
	tsql_catalog_free(c);
	arena_release(&a);
	return 0;
}
