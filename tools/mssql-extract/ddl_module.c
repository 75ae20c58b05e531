#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "tsql/catalog.h"
#include "tsql/parse.h"

#include "ddl.h"

static void set_parameters(
    struct object *o, const struct place *at, const struct tsql_params *params)
{
	struct json_object *a = object_array(o, "parameters");
	uint32_t i;

	for (i = 0; i < params->n; i++) {
		const struct tsql_param *p = params->v[i];
		struct json_object *rec = json_object_new_object();
		char *name = ddl_name(&p->name);
		char *type = p->type ? ddl_type(p->type) : NULL;

		js_set_str(rec, "name", name);
		js_set_str(rec, "type", type);
		if (p->def) {
			char *def = ddl_text(at, p->def->h.off, p->def->h.len);

			js_set_str(rec, "default", def);
			free(def);
		}
		js_set_bool(rec, "output", p->output);
		if (p->readonly)
			js_set_bool(rec, "readonly", true);
		json_object_array_add(a, rec);
		free(name);
		free(type);
	}
}

static void set_view_columns(struct object *o, const struct tsql_names *names)
{
	struct json_object *a;
	uint32_t i;

	if (!names->n)
		return;
	a = object_array(o, "columns");
	for (i = 0; i < names->n; i++) {
		struct json_object *c = json_object_new_object();

		js_set(c, "name",
		    json_object_new_string_len(
			names->v[i].text, (int)names->v[i].len));
		json_object_array_add(a, c);
	}
}

static void set_function(
    struct object *o, const struct place *at, const struct tsql_stmt *s)
{
	static const char *const kinds[] = {
	    "scalar", "inline", "multi_statement", "clr"};
	char *type;

	js_set_str(o->rec, "function_type", kinds[s->u.function.what]);
	if (s->u.function.returns) {
		type = ddl_type(s->u.function.returns);
		js_set_str(o->rec, "returns", type);
		free(type);
	}
	if (s->u.function.table)
		js_set(o->rec, "columns",
		    ddl_columns(at, s->u.function.table, NULL));
	set_parameters(o, at, &s->u.function.params);
}

static void set_trigger(struct object *o, const struct tsql_stmt *s)
{
	struct json_object *events = object_array(o, "events");
	uint32_t i;

	if (s->u.trigger.table) {
		struct object_name n = object_name_of(s->u.trigger.table);
		char *id = xasprintf("%s.%s", n.schema, n.name);

		js_set_str(o->rec, "table", id);
		free(id);
		object_name_release(&n);
	}
	for (i = 0; i < s->u.trigger.events.n; i++) {
		const struct tsql_name *e = &s->u.trigger.events.v[i];

		json_object_array_add(
		    events, json_object_new_string_len(e->text, (int)e->len));
	}
}

static struct object *new_object(
    struct inventory *inv, const char *kind, const struct tsql_objname *name)
{
	struct object_name n = object_name_of(name);
	struct object *o =
	    inventory_add(inv, kind, n.database, n.schema, n.name);

	object_name_release(&n);
	return o;
}

void ddl_create_module(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	struct object *o;

	switch (s->h.kind) {
	case TSQL_S_CREATE_VIEW:
		o = new_object(inv, "view", s->u.view.name);
		set_view_columns(o, &s->u.view.columns);
		break;
	case TSQL_S_CREATE_PROCEDURE:
		o = new_object(inv, "procedure", s->u.procedure.name);
		set_parameters(o, at, &s->u.procedure.params);
		break;
	case TSQL_S_CREATE_FUNCTION:
		o = new_object(inv, "function", s->u.function.name);
		set_function(o, at, s);
		break;
	default:
		o = new_object(inv, "trigger", s->u.trigger.name);
		set_trigger(o, s);
		break;
	}
	ddl_definition(o, at);
}

/* The number behind an option's word ("START WITH 5"), or NULL. */
static char *option_value(const struct place *at,
    const struct tsql_options_list *list, const char *word)
{
	uint32_t i;

	for (i = 0; i < list->n; i++) {
		const struct tsql_option *opt = list->v[i];
		char *name = ddl_text(at, opt->name.off, opt->name.len);
		bool found = strlen(name) >= strlen(word);
		char *value = NULL;

		if (found)
			name[strlen(word)] = '\0';
		if (found && name_eq(name, word) && opt->value)
			value =
			    ddl_text(at, opt->value->h.off, opt->value->h.len);
		free(name);
		if (value)
			return value;
	}
	return NULL;
}

static void set_sequence(
    struct object *o, const struct place *at, const struct tsql_stmt *s)
{
	static const char *const words[][2] = {{"start", "start"},
	    {"increment", "increment"}, {"minvalue", "minimum"},
	    {"maxvalue", "maximum"}};
	struct json_object *opts = json_object_new_object();
	char *type = s->u.sequence.type ? ddl_type(s->u.sequence.type)
					: xstrdup("bigint");
	size_t i;

	js_set_str(o->rec, "base_type", type);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		char *v = option_value(at, &s->u.sequence.options, words[i][0]);

		if (v)
			js_set_str(opts, words[i][1], v);
		else if (name_eq(words[i][0], "increment"))
			js_set_str(opts, words[i][1], "1");
		free(v);
	}
	js_set(o->rec, "options", opts);
	free(type);
}

void ddl_create_other(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	struct object *o;
	struct buf b = BUF_INIT;
	uint32_t i;
	char *type;

	switch (s->h.kind) {
	case TSQL_S_CREATE_SYNONYM:
		o = new_object(inv, "synonym", s->u.synonym.name);
		for (i = 0; i < s->u.synonym.target->n; i++) {
			const struct tsql_name *p =
			    &s->u.synonym.target->part[i];

			if (i)
				buf_addc(&b, '.');
			tsql_add_part(&b, p->text ? p->text : "", p->len);
		}
		js_set_str(o->rec, "target", buf_str(&b));
		buf_release(&b);
		break;
	case TSQL_S_CREATE_SEQUENCE:
		o = new_object(inv, "sequence", s->u.sequence.name);
		set_sequence(o, at, s);
		break;
	default:
		o = new_object(inv, "type", s->u.type.name);
		if (s->u.type.base) {
			type = ddl_type(s->u.type.base);
			js_set_str(o->rec, "base_type", type);
			free(type);
		}
		break;
	}
	ddl_definition(o, at);
}

void ddl_drop(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	char *what = ddl_text(at, s->u.drop.object.off, s->u.drop.object.len);
	static const char *const kinds[] = {"table", "view", "procedure",
	    "proc", "function", "trigger", "synonym", "sequence", "type"};
	size_t i;
	uint32_t k;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!name_eq(what, kinds[i]))
			continue;
		for (k = 0; k < s->u.drop.names.n; k++)
			inventory_drop(
			    inv, s->u.drop.names.v[k], name_eq(what, "type"));
		free(what);
		return;
	}
	inventory_left_out(inv, "drop");
	free(what);
}
