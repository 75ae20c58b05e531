/* model.xml of a dacpac: any bytes give elements or an error. */
#include <stdint.h>

#include "../../tools/mssql-extract/dacpac_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void element(void *data, const struct dac_element *e)
{
	const struct dac_entry *c = dac_relation(e, "Columns");
	size_t *n = data;

	for (; c; c = c->next)
		*n += c->element && c->element->name;
	*n += dac_property(e, "QueryScript") != NULL;
	*n += dac_reference(e, "DefiningTable") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0, half = size / 2;
	struct dac_reader *r = dac_reader_new(element, &n);
	const char *s = (const char *)data;

	if (dac_reader_feed(r, s, half) == 0 && half < size &&
	    dac_reader_feed(r, s + half, size - half) == 0)
		dac_reader_feed(r, "", 0);
	dac_reader_free(r);
	return 0;
}
