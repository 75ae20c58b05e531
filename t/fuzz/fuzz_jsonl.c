/* The record reader: any bytes give records or reports, no byte of a record
 * that is passed on is changed. */
#include <stdint.h>

#include "common/jsonl.h"
#include "common/mig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *sink;
	struct jsonl_reader r;
	struct json_object *o;

	if (!sink) {
		sink = fopen("/dev/null", "w");
		if (!sink)
			return 0;
	}
	if (!size || jsonl_open(&r, NULL) < 0)
		return 0;
	r.in = fmemopen((void *)(uintptr_t)data, size, "r");
	if (!r.in)
		return 0;
	while ((o = jsonl_next(&r))) {
		if (!json_object_is_type(o, json_type_object))
			abort();
		js_set_str(o, "status", js_str_or(o, "name", ""));
		jsonl_write(o, sink);
		jsonl_pass(&r, sink);
		json_object_put(o);
	}
	jsonl_close(&r);
	return 0;
}
