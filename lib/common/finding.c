#include <stdarg.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/finding.h"

static const struct {
	const char *id;
	enum severity severity;
	const char *message, *remedy;
} table[] = {
#define X(name, number, severity, message, remedy)                             \
	{"MIG" #number, SEVERITY_##severity, message, remedy},
#include "common/finding.def"
#undef X
};

void findings_add(struct findings *f, enum finding_code code, size_t line,
    size_t column, const char *detail_fmt, ...)
{
	struct finding *item;
	struct buf b = BUF_INIT;
	va_list ap;

	GROW(f->items, f->nr, f->cap);
	item = &f->items[f->nr++];
	item->code = code;
	item->line = line;
	item->column = column;
	item->file = NULL;
	va_start(ap, detail_fmt);
	buf_vaddf(&b, detail_fmt, ap);
	va_end(ap);
	item->detail = buf_detach(&b);
}

void findings_cut(struct findings *f, size_t nr)
{
	for (; f->nr > nr; f->nr--) {
		free(f->items[f->nr - 1].detail);
		free(f->items[f->nr - 1].file);
	}
}

void findings_release(struct findings *f)
{
	findings_cut(f, 0);
	free(f->items);
	memset(f, 0, sizeof(*f));
}

const char *finding_id(enum finding_code code)
{
	return table[code].id;
}

enum severity finding_severity(enum finding_code code)
{
	return table[code].severity;
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {"info", "warning", "error"};

	return names[s];
}

const char *finding_remedy(enum finding_code code)
{
	return table[code].remedy;
}

char *finding_message(const struct finding *f)
{
	const char *msg = table[f->code].message;
	const char *hole = strstr(msg, "%s");
	struct buf b = BUF_INIT;

	if (!hole)
		return xstrdup(msg);
	buf_add(&b, msg, (size_t)(hole - msg));
	buf_adds(&b, f->detail ? f->detail : "");
	buf_adds(&b, hole + 2);
	return buf_detach(&b);
}

struct json_object *finding_json(const struct finding *f)
{
	struct json_object *o = json_object_new_object();
	char *message = finding_message(f);

	json_object_object_add(
	    o, "code", json_object_new_string(finding_id(f->code)));
	json_object_object_add(o, "severity",
	    json_object_new_string(severity_name(finding_severity(f->code))));
	json_object_object_add(
	    o, "line", json_object_new_int64((int64_t)f->line));
	json_object_object_add(
	    o, "column", json_object_new_int64((int64_t)f->column));
	json_object_object_add(o, "message", json_object_new_string(message));
	json_object_object_add(
	    o, "remedy", json_object_new_string(finding_remedy(f->code)));
	if (f->file)
		json_object_object_add(
		    o, "file", json_object_new_string(f->file));
	free(message);
	return o;
}

struct json_object *findings_json(const struct findings *f)
{
	struct json_object *a = json_object_new_array();
	size_t i;

	for (i = 0; i < f->nr; i++)
		json_object_array_add(a, finding_json(&f->items[i]));
	return a;
}
