/* Statements that are no DML: scopes of variables, DDL, procedures. */
#include <string.h>

#include "common/alloc.h"
#include "tsql/bind_int.h"
#include "tsql/parse.h"

struct tsql_stmt_info *b_info(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_stmt_info *i = ARENA_NEW(b->a, struct tsql_stmt_info);

	i->h.to = TSQL_B_STMT;
	s->bound = &i->h;
	return i;
}

void b_stmts(struct binder *b, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		b_stmt(b, list->v[i]);
}

static struct tsql_binding *object_binding(
    struct binder *b, struct tsql_object *o)
{
	struct tsql_object_ref *ref = ARENA_NEW(b->a, struct tsql_object_ref);

	ref->h.to = TSQL_B_OBJECT;
	ref->object = o;
	return &ref->h;
}

/* ---- tables made here ---- */

struct tsql_object *b_local_table(
    struct binder *b, struct tsql_objname *n, struct tsql_stmt *s)
{
	const struct tsql_name *last;
	struct tsql_object *o;

	if (!n || !n->n || n->n > 3 || !n->part[n->n - 1].len)
		return NULL;
	last = &n->part[n->n - 1];
	o = ARENA_NEW(b->a, struct tsql_object);
	o->kind = last->text[0] == '#' ? TSQL_OBJ_TEMP_TABLE : TSQL_OBJ_TABLE;
	o->name = b_name(b, last);
	o->made_by = s;
	o->row.exact = b->cat->exact;
	if (o->kind == TSQL_OBJ_TEMP_TABLE) {
		o->schema = "";
		o->id = o->name;
	} else {
		o->schema = n->n > 1 && n->part[n->n - 2].len
		    ? b_name(b, &n->part[n->n - 2])
		    : b->cat->default_schema;
		o->database = n->n > 2 && n->part[n->n - 3].len
		    ? b_name(b, &n->part[n->n - 3])
		    : b->cat->current;
		o->id = tsql_catalog_id(
		    b->cat, b->a, o->database, o->schema, o->name);
	}
	map_put(&b->locals, o->id, strlen(o->id))->value = o;
	n->bound = object_binding(b, o);
	return o;
}

static void bind_constraints(
    struct binder *b, const struct tsql_constraints *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++) {
		if (list->v[i]->references)
			b_find_object(b, list->v[i]->references, true);
		b_expr(b, list->v[i]->expr);
	}
}

/* The expressions of a definition, over the table's own columns. */
void b_table_def(
    struct binder *b, struct tsql_table_def *def, struct tsql_object *o)
{
	struct tsql_scope *here = b->scope;
	struct tsql_source *s;
	uint32_t i;

	b->scope = b_scope_new(b, NULL, NULL, NULL);
	s = b_source_add(b, b->scope, NULL);
	s->object = o;
	s->row = &o->row;
	s->name.text = o->name;
	s->name.len = (uint32_t)strlen(o->name);
	tsql_row_index(&o->row, b->a); /* checks look for columns */
	for (i = 0; i < def->ncolumn; i++) {
		struct tsql_column_def *c = def->column[i];

		b_dtype(b, c->type, 1);
		b_expr(b, c->computed);
		if (c->computed && c->computed->type && i < o->row.n &&
		    o->row_state) {
			uint32_t at = o->row.n - def->ncolumn + i;

			if (o->row.v[at].type->base == TSQL_TY_UNKNOWN)
				o->row.v[at].type = c->computed->type;
		}
		bind_constraints(b, &c->constraints);
	}
	bind_constraints(b, &def->constraints);
	for (i = 0; i < def->nindex; i++)
		b_expr(b, def->index[i]->filter);
	b->scope = here;
	o->row_state = 0;
}

static void create_table(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_table_def *def = s->u.table.def;
	struct tsql_stmt_info *info = b_info(b, s);
	struct tsql_object *o = NULL;

	if (s->u.table.query) {
		b_query(b, s->u.table.query, NULL, NULL);
		o = b_local_table(b, s->u.table.name, s);
		if (o) {
			o->row = *b_renamed(b, tsql_query_row(s->u.table.query),
			    &s->u.table.ctas_columns);
			o->row.slot = NULL;
			tsql_row_index(&o->row, b->a);
		}
	} else {
		o = b_local_table(b, s->u.table.name, s);
		if (o && s->u.table.type)
			o->kind = TSQL_OBJ_TABLE_TYPE;
		if (o && def) {
			tsql_catalog_table_row(b->cat, b->a, def, b->src, o);
			b_table_def(b, def, o);
		} else if (o) {
			o->row.open = true;
		}
	}
	info->object = o;
	if (s->u.table.clone_of)
		b_find_object(b, s->u.table.clone_of, true);
}

static void alter_table(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_alter_action *a = s->u.alter_table.action;
	struct tsql_object *o = b_find_object(b, s->u.alter_table.name, true);
	struct tsql_object *copy;

	b_info(b, s)->object = o;
	if (a && a->target)
		b_find_object(b, a->target, true);
	if (!a || a->what != TSQL_ALTER_ADD || !a->table)
		return;
	if (!o) {
		copy = ARENA_NEW(b->a, struct tsql_object);
		copy->name = copy->schema = copy->id = "";
		tsql_catalog_table_row(b->cat, b->a, a->table, b->src, copy);
		copy->row.open = true;
		b_table_def(b, a->table, copy);
		return;
	}
	tsql_object_row(b->cat, o);
	if (o->kind == TSQL_OBJ_TEMP_TABLE || o->made_by) {
		tsql_catalog_table_row(b->cat, b->a, a->table, b->src, o);
		b_table_def(b, a->table, o);
	} else {
		/* the catalogue's own object stays as it is */
		copy = ARENA_NEW(b->a, struct tsql_object);
		*copy = *o;
		tsql_catalog_table_row(b->cat, b->a, a->table, b->src, copy);
		b_table_def(b, a->table, copy);
	}
}

static void drop(struct binder *b, struct tsql_stmt *s)
{
	uint32_t i;

	b_info(b, s);
	for (i = 0; i < s->u.drop.names.n; i++) {
		struct tsql_objname *n = s->u.drop.names.v[i];
		struct tsql_object *o = b_find_object(b, n, false);
		struct map_entry *e;

		if (!o || o->kind != TSQL_OBJ_TEMP_TABLE)
			continue;
		e = map_find(&b->locals, o->name, strlen(o->name));
		if (e)
			e->value = NULL;
	}
	if (s->u.drop.on)
		b_find_object(b, s->u.drop.on, false);
}

/* ---- variables ---- */

static struct tsql_object *variable_object(
    struct binder *b, const struct tsql_name *name)
{
	struct tsql_object *o = ARENA_NEW(b->a, struct tsql_object);

	o->kind = TSQL_OBJ_TABLE_VARIABLE;
	o->schema = "";
	o->name = b_name(b, name);
	o->id = o->name;
	o->row.exact = b->cat->exact;
	return o;
}

static void type_variable(struct binder *b, struct tsql_variable *v,
    struct tsql_dtype *d, const struct tsql_name *name)
{
	struct tsql_type t = *b_unknown();
	struct tsql_object *type;

	b_dtype(b, d, 1);
	if (d && d->type)
		t = *d->type;
	if (t.base == TSQL_TY_UNKNOWN && d) {
		/* a table type made in this script */
		type = b_find_object(b, d->name, false);
		if (type && type->kind == TSQL_OBJ_TABLE_TYPE)
			t = tsql_type_make(TSQL_TY_TABLE);
	}
	if (t.base == TSQL_TY_TABLE) {
		type = b_find_object(b, d->name, false);
		v->object = variable_object(b, name);
		if (type)
			v->object->row = *tsql_object_row(b->cat, type);
		else
			v->object->row.open = true;
		v->row = &v->object->row;
	}
	t.nullable = true;
	t.label =
	    tsql_is_string(&t) ? TSQL_COLL_COERCIBLE : TSQL_COLL_NONE_LABEL;
	v->type = b_keep(b, &t);
}

static void table_variable(struct binder *b, struct tsql_variable *v,
    struct tsql_table_def *def, const struct tsql_name *name)
{
	struct tsql_type t = tsql_type_make(TSQL_TY_TABLE);

	v->object = variable_object(b, name);
	tsql_catalog_table_row(b->cat, b->a, def, b->src, v->object);
	b_table_def(b, def, v->object);
	v->row = &v->object->row;
	v->type = b_keep(b, &t);
}

static void declare(struct binder *b, struct tsql_stmt *s)
{
	uint32_t i;

	for (i = 0; i < s->u.declare.n; i++) {
		struct tsql_var_decl *d = s->u.declare.v[i];
		struct tsql_variable *v = ARENA_NEW(b->a, struct tsql_variable);
		struct tsql_type t = tsql_type_make(TSQL_TY_CURSOR);

		b_expr(b, d->init);
		v->name = b_name(b, &d->name);
		v->decl = d;
		if (d->table)
			table_variable(b, v, d->table, &d->name);
		else if (d->cursor)
			v->type = b_keep(b, &t);
		else
			type_variable(b, v, d->type, &d->name);
		b_declare(b, v);
	}
}

void b_params(struct binder *b, const struct tsql_params *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++) {
		struct tsql_param *p = list->v[i];
		struct tsql_variable *v = ARENA_NEW(b->a, struct tsql_variable);

		v->name = b_name(b, &p->name);
		v->param = p;
		type_variable(b, v, p->type, &p->name);
		b_declare(b, v);
		if (v->object)
			p->bound = object_binding(b, v->object);
		/* a bare word is a string: @mode varchar(9) = fast */
		if (p->def && p->def->h.kind == TSQL_E_COLUMN)
			b_bind_word(b, p->def);
		else
			b_expr(b, p->def);
	}
}

/* ---- modules ---- */

/* A body has variables of its own. */
static void own_variables(struct binder *b, struct map *kept)
{
	*kept = b->variables;
	map_init(&b->variables, MAP_FOLD);
}

static void restore_variables(struct binder *b, struct map *kept)
{
	map_release(&b->variables, NULL);
	b->variables = *kept;
}

static void function(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_variable *v;
	struct map kept;

	own_variables(b, &kept);
	b_params(b, &s->u.function.params);
	b_dtype(b, s->u.function.returns, 1);
	if (s->u.function.table && s->u.function.table_variable.text) {
		v = ARENA_NEW(b->a, struct tsql_variable);
		v->name = b_name(b, &s->u.function.table_variable);
		table_variable(
		    b, v, s->u.function.table, &s->u.function.table_variable);
		b_declare(b, v);
		b_info(b, s)->object = v->object;
	}
	b_query(b, s->u.function.query, NULL, NULL);
	b_stmts(b, &s->u.function.body);
	restore_variables(b, &kept);
}

static void procedure(struct binder *b, struct tsql_stmt *s)
{
	struct map kept;

	own_variables(b, &kept);
	b_params(b, &s->u.procedure.params);
	b_stmts(b, &s->u.procedure.body);
	restore_variables(b, &kept);
}

static void trigger(struct binder *b, struct tsql_stmt *s)
{
	struct tsql_object *outer = b->trigger;
	struct map kept;

	own_variables(b, &kept);
	b->trigger = s->u.trigger.table
	    ? b_find_object(b, s->u.trigger.table, true)
	    : NULL;
	b_stmts(b, &s->u.trigger.body);
	b->trigger = outer;
	restore_variables(b, &kept);
}

static void exec(struct binder *b, struct tsql_exec *e)
{
	uint32_t i;

	if (e->name)
		b_find_object(b, e->name, e->name->n <= 2);
	b_expr(b, e->text);
	b_expr(b, e->as_name);
	for (i = 0; i < e->narg; i++) {
		struct tsql_expr *v = e->arg[i]->value;

		if (v && v->h.kind == TSQL_E_COLUMN)
			b_bind_word(b, v);
		else
			b_expr(b, v);
	}
}

/* ---- control of flow ---- */

/* ELSE IF chains lean right and have no limit. */
static void if_chain(struct binder *b, struct tsql_stmt *s)
{
	while (s && s->h.kind == TSQL_S_IF) {
		b_expr(b, s->u.if_.cond);
		if (s->u.if_.then)
			b_stmt(b, s->u.if_.then);
		s = s->u.if_.otherwise;
	}
	if (s)
		b_stmt(b, s);
}

static void set_var(struct binder *b, struct tsql_stmt *s)
{
	b_expr(b, s->u.set_var.target);
	b_expr(b, s->u.set_var.value);
	if (s->u.set_var.cursor)
		b_query(b, s->u.set_var.cursor->query, NULL, NULL);
}

static const struct tsql_objname *module_name(const struct tsql_stmt *s)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_VIEW: return s->u.view.name;
	case TSQL_S_CREATE_PROCEDURE: return s->u.procedure.name;
	case TSQL_S_CREATE_FUNCTION: return s->u.function.name;
	case TSQL_S_CREATE_TRIGGER: return s->u.trigger.name;
	default: return NULL;
	}
}

static void ddl_body(struct binder *b, struct tsql_stmt *s);

/* What a module names without a schema is of the module's schema, or dbo's. */
static void ddl(struct binder *b, struct tsql_stmt *s)
{
	const struct tsql_objname *n = module_name(s);
	const char *outer = b->cat->module_schema;

	if (n && n->n > 1 && n->part[n->n - 2].len)
		b->cat->module_schema = b_name(b, &n->part[n->n - 2]);
	ddl_body(b, s);
	b->cat->module_schema = outer;
}

static void ddl_body(struct binder *b, struct tsql_stmt *s)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_VIEW:
		b_info(b, s);
		b_query(b, s->u.view.query, NULL, NULL);
		break;
	case TSQL_S_CREATE_PROCEDURE: procedure(b, s); break;
	case TSQL_S_CREATE_FUNCTION: function(b, s); break;
	case TSQL_S_CREATE_TRIGGER: trigger(b, s); break;
	case TSQL_S_CREATE_SCHEMA: b_stmts(b, &s->u.schema.body); break;
	case TSQL_S_CREATE_INDEX:
		if (s->u.index && s->u.index->table)
			b_info(b, s)->object =
			    b_find_object(b, s->u.index->table, true);
		break;
	case TSQL_S_CREATE_STATISTICS:
		b_find_object(b, s->u.statistics.table, true);
		break;
	case TSQL_S_CREATE_TYPE: b_dtype(b, s->u.type.base, 1); break;
	case TSQL_S_CREATE_SEQUENCE: b_dtype(b, s->u.sequence.type, 1); break;
	case TSQL_S_CREATE_SYNONYM:
		b_find_object(b, s->u.synonym.target, false);
		break;
	default: break;
	}
}

void b_stmt(struct binder *b, struct tsql_stmt *s)
{
	if (!s)
		return;
	switch (s->h.kind) {
	case TSQL_S_SELECT: b_query(b, s->u.select, NULL, NULL); break;
	case TSQL_S_INSERT:
	case TSQL_S_UPDATE:
	case TSQL_S_DELETE:
	case TSQL_S_MERGE: b_dml(b, s); break;
	case TSQL_S_TRUNCATE:
		b_info(b, s)->object =
		    b_find_object(b, s->u.truncate.name, true);
		break;
	case TSQL_S_BULK_INSERT:
	case TSQL_S_COPY_INTO:
		b_info(b, s)->object = b_find_object(b, s->u.bulk.table, true);
		break;
	case TSQL_S_DECLARE: declare(b, s); break;
	case TSQL_S_DECLARE_CURSOR:
		b_query(b, s->u.declare_cursor.def.query, NULL, NULL);
		break;
	case TSQL_S_SET_VAR: set_var(b, s); break;
	case TSQL_S_SET_OPTION:
		if (s->u.set_option.table)
			b_find_object(b, s->u.set_option.table, false);
		break;
	case TSQL_S_IF: if_chain(b, s); break;
	case TSQL_S_WHILE:
		b_expr(b, s->u.while_.cond);
		b_stmt(b, s->u.while_.body);
		break;
	case TSQL_S_BLOCK: b_stmts(b, &s->u.block.body); break;
	case TSQL_S_TRY:
		b_stmts(b, &s->u.try_.body);
		b_stmts(b, &s->u.try_.handler);
		break;
	case TSQL_S_THROW:
	case TSQL_S_RAISERROR: b_exprs(b, &s->u.raise.args); break;
	case TSQL_S_WAITFOR:
		b_expr(b, s->u.waitfor.value);
		b_stmt(b, s->u.waitfor.stmt);
		break;
	case TSQL_S_RETURN:
	case TSQL_S_PRINT: b_expr(b, s->u.value); break;
	case TSQL_S_EXEC: exec(b, &s->u.exec); break;
	case TSQL_S_CURSOR: b_exprs(b, &s->u.cursor.into); break;
	case TSQL_S_USE: tsql_use(b->cat, s); break;
	case TSQL_S_CREATE_TABLE: create_table(b, s); break;
	case TSQL_S_ALTER_TABLE: alter_table(b, s); break;
	case TSQL_S_DROP: drop(b, s); break;
	default: ddl(b, s); break;
	}
}
