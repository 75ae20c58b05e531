/* sqlcmd's directives; no file is read, for there is no root. */
#include <stdint.h>

#include "common/finding.h"
#include "tsql/sqlcmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings f = FINDINGS_INIT;
	struct tsql_sqlcmd s;
	struct tsql_sqlcmd_origin o;

	tsql_sqlcmd_init(&s, NULL, &f);
	tsql_sqlcmd_set(&s, "v", "value");
	tsql_sqlcmd_add(&s, "dir/main.sql", (const char *)data, size);
	o = tsql_sqlcmd_origin(&s, s.line);
	if (!o.file || !o.line)
		abort();
	tsql_sqlcmd_release(&s);
	findings_release(&f);
	return 0;
}
