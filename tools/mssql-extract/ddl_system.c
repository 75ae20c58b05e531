/*
 * System procedures that define something: sp_addextendedproperty (and
 * sp_updateextended…) with MS_Description on an object or a column, and
 * sp_addtype, as old scripts make alias types.
 */
#include "common/alloc.h"
#include "common/arena.h"
#include "common/jsonl.h"
#include "tsql/parse.h"

#include "ddl.h"

enum { NAME, VALUE, TYPE0, NAME0, TYPE1, NAME1, TYPE2, NAME2, NR };

static const char *const params[NR] = {"@name", "@value", "@level0type",
    "@level0name", "@level1type", "@level1name", "@level2type", "@level2name"};

/* The text of an argument: a string literal or a bare word; NULL otherwise. */
static char *arg_text(const struct tsql_expr *e)
{
	if (!e)
		return NULL;
	if (e->h.kind == TSQL_E_STRING)
		return xmemdupz(e->u.lit.text, e->u.lit.len);
	if (e->h.kind == TSQL_E_COLUMN && e->nparts == 1)
		return ddl_name(&e->u.name.part[0]);
	return NULL;
}

static void read_args(const struct tsql_exec *x, char *arg[NR])
{
	uint32_t i;
	size_t k;

	for (i = 0; i < x->narg; i++) {
		const struct tsql_exec_arg *a = x->arg[i];
		size_t at = i < NR ? i : NR;

		for (k = 0; a->name.text && k < NR; k++) {
			if (tsql_name_is(&a->name, params[k]))
				at = k;
		}
		if (at < NR && !arg[at])
			arg[at] = arg_text(a->value);
	}
}

static void describe(struct inventory *inv, char *const arg[NR])
{
	struct object *o;
	struct json_object *col;

	if (!arg[NAME0] || !arg[NAME1] || !arg[VALUE])
		return;
	o = inventory_find(inv, NULL, NULL, arg[NAME0], arg[NAME1]);
	if (!o && inv->packaged) {
		inventory_left_out(inv, "extended property");
		return;
	}
	if (!o) {
		findings_add(&inv->findings, FINDING_UNRESOLVED_OBJECT, 0, 0,
		    "%s.%s", arg[NAME0], arg[NAME1]);
		return;
	}
	if (!arg[NAME2]) {
		js_set_str(o->rec, "description", arg[VALUE]);
		return;
	}
	col = name_eq(arg[TYPE2] ? arg[TYPE2] : "", "column")
	    ? object_column(o, arg[NAME2])
	    : NULL;
	if (col)
		js_set_str(col, "description", arg[VALUE]);
	else
		inventory_left_out(inv, "extended property");
}

/* EXEC sp_addtype id, 'varchar(11)', 'NOT NULL' */
static void add_type(
    struct inventory *inv, const struct place *at, const struct tsql_exec *x)
{
	char *name = x->narg > 0 ? arg_text(x->arg[0]->value) : NULL;
	char *base = x->narg > 1 ? arg_text(x->arg[1]->value) : NULL;
	struct arena a = ARENA_INIT;
	struct tsql_dtype *t =
	    base ? tsql_parse_dtype(&a, base, strlen(base), NULL) : NULL;

	if (name && t) {
		struct object *o =
		    inventory_add(inv, "type", NULL, "dbo", name);
		char *type = ddl_type(t);

		js_set_str(o->rec, "base_type", type);
		ddl_definition(o, at);
		free(type);
	} else {
		inventory_left_out(inv, "exec");
	}
	arena_release(&a);
	free(name);
	free(base);
}

bool ddl_system_call(
    struct inventory *inv, const struct place *at, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;
	const struct tsql_name *proc;
	char *arg[NR] = {NULL};
	size_t i;

	if (!x->name)
		return false;
	proc = &x->name->part[x->name->n - 1];
	if (tsql_name_is(proc, "sp_rename")) {
		ddl_rename(inv, at, s);
		return true;
	}
	if (tsql_name_is(proc, "sp_addtype")) {
		add_type(inv, at, x);
		return true;
	}
	if (!tsql_name_is(proc, "sp_addextendedproperty") &&
	    !tsql_name_is(proc, "sp_updateextendedproperty"))
		return false;
	read_args(x, arg);
	if (arg[NAME] && name_eq(arg[NAME], "MS_Description"))
		describe(inv, arg);
	else
		inventory_left_out(inv, "extended property");
	for (i = 0; i < NR; i++)
		free(arg[i]);
	return true;
}
