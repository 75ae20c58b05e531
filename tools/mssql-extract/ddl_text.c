#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "tsql/parse.h"
#include "tsql/types.h"

#include "ddl.h"

char *ddl_name(const struct tsql_name *n)
{
	return xmemdupz(n->text ? n->text : "", n->text ? n->len : 0);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Trims the span to what isn't blank. */
static struct tsql_span trimmed(const char *src, uint32_t off, uint32_t len)
{
	struct tsql_span s = {off, len};

	while (s.len && is_blank(src[s.off])) {
		s.off++;
		s.len--;
	}
	while (s.len && is_blank(src[s.off + s.len - 1]))
		s.len--;
	return s;
}

char *ddl_text(const struct place *at, uint32_t off, uint32_t len)
{
	struct tsql_span s = trimmed(at->module->src, off, len);

	return xmemdupz(at->module->src + s.off, s.len);
}

void ddl_definition(struct object *o, const struct place *at)
{
	const char *src = at->module->src;
	struct tsql_span s = trimmed(src, at->def.off, at->def.len);
	struct tsql_pos pos = tsql_line_col(at->module, s.off);
	struct tsql_sqlcmd_origin from = {at->module->file, pos.line};
	struct json_object *d = json_object_new_object();

	js_set(d, "text", json_object_new_string_len(src + s.off, (int)s.len));
	if (at->sqlcmd)
		from = tsql_sqlcmd_origin(at->sqlcmd, pos.line);
	js_set_str(d, "file", from.file);
	js_set_int(d, "line", from.line);
	js_set_int(d, "column", pos.column);
	js_set_bool(d, "quoted_identifier", at->batch->quoted_identifier);
	js_set_bool(d, "ansi_nulls", at->batch->ansi_nulls);
	js_set(o->rec, "definition", d);
}

char *ddl_type(const struct tsql_dtype *t)
{
	struct tsql_type type = tsql_type_of_dtype(t, 1);
	struct object_name n;
	struct buf b = BUF_INIT;

	if (type.base != TSQL_TY_UNKNOWN) {
		tsql_type_print(&type, &b);
		return buf_detach(&b);
	}
	n = object_name_of(t->name); /* a user's type keeps its name */
	buf_addf(&b, "%s.%s", n.schema, n.name);
	object_name_release(&n);
	return buf_detach(&b);
}
