#include "tsql/walk_int.h"

/* The children of statements. */

static void exec_children(const struct tsql_exec *x, struct tsql_children *c)
{
	add(c, x->name);
	add(c, x->text);
	add(c, x->number);
	ADD_ARRAY(c, x->arg, x->narg);
	add(c, x->at);
	add(c, x->as_name);
	ADD_LIST(c, x->with);
}

static void cursor_children(
    const struct tsql_cursor_def *d, struct tsql_children *c)
{
	add(c, d->query);
	ADD_LIST(c, d->update_columns);
}

static void output_children(
    const struct tsql_output *o, struct tsql_children *c)
{
	for (; o; o = o->next)
		add(c, o);
}

static void dml_children(const struct tsql_stmt *s, struct tsql_children *c)
{
	switch (s->h.kind) {
	case TSQL_S_INSERT:
		add(c, s->u.insert.with);
		add(c, s->u.insert.top);
		add(c, s->u.insert.target);
		ADD_LIST(c, s->u.insert.columns);
		output_children(s->u.insert.output, c);
		add(c, s->u.insert.query);
		add(c, s->u.insert.exec);
		ADD_LIST(c, s->u.insert.option);
		break;
	case TSQL_S_UPDATE:
		add(c, s->u.update.with);
		add(c, s->u.update.top);
		add(c, s->u.update.target);
		ADD_LIST(c, s->u.update.set);
		output_children(s->u.update.output, c);
		ADD_LIST(c, s->u.update.from);
		add(c, s->u.update.where);
		ADD_LIST(c, s->u.update.option);
		break;
	case TSQL_S_DELETE:
		add(c, s->u.del.with);
		add(c, s->u.del.top);
		add(c, s->u.del.target);
		output_children(s->u.del.output, c);
		ADD_LIST(c, s->u.del.from);
		add(c, s->u.del.where);
		ADD_LIST(c, s->u.del.option);
		break;
	case TSQL_S_MERGE:
		add(c, s->u.merge.with);
		add(c, s->u.merge.top);
		add(c, s->u.merge.target);
		add(c, s->u.merge.source);
		add(c, s->u.merge.on);
		ADD_ARRAY(c, s->u.merge.when, s->u.merge.nwhen);
		output_children(s->u.merge.output, c);
		ADD_LIST(c, s->u.merge.option);
		break;
	case TSQL_S_TRUNCATE:
		add(c, s->u.truncate.name);
		ADD_LIST(c, s->u.truncate.options);
		break;
	case TSQL_S_BULK_INSERT:
	case TSQL_S_COPY_INTO:
		add(c, s->u.bulk.table);
		ADD_LIST(c, s->u.bulk.columns);
		add(c, s->u.bulk.def);
		ADD_LIST(c, s->u.bulk.files);
		ADD_LIST(c, s->u.bulk.options);
		break;
	}
}

static void proc_children(const struct tsql_stmt *s, struct tsql_children *c)
{
	switch (s->h.kind) {
	case TSQL_S_DECLARE: ADD_LIST(c, s->u.declare); break;
	case TSQL_S_DECLARE_CURSOR:
		cursor_children(&s->u.declare_cursor.def, c);
		break;
	case TSQL_S_SET_VAR:
		add(c, s->u.set_var.target);
		add(c, s->u.set_var.value);
		if (s->u.set_var.cursor)
			cursor_children(s->u.set_var.cursor, c);
		break;
	case TSQL_S_SET_OPTION:
		add(c, s->u.set_option.table);
		add(c, s->u.set_option.value);
		break;
	case TSQL_S_IF:
		add(c, s->u.if_.cond);
		add(c, s->u.if_.then);
		add(c, s->u.if_.otherwise);
		break;
	case TSQL_S_WHILE:
		add(c, s->u.while_.cond);
		add(c, s->u.while_.body);
		break;
	case TSQL_S_BLOCK:
		ADD_LIST(c, s->u.block.options);
		ADD_LIST(c, s->u.block.body);
		break;
	case TSQL_S_TRY:
		ADD_LIST(c, s->u.try_.body);
		ADD_LIST(c, s->u.try_.handler);
		break;
	case TSQL_S_THROW:
	case TSQL_S_RAISERROR:
		ADD_LIST(c, s->u.raise.args);
		ADD_LIST(c, s->u.raise.options);
		break;
	case TSQL_S_WAITFOR:
		add(c, s->u.waitfor.stmt);
		add(c, s->u.waitfor.value);
		break;
	case TSQL_S_RETURN:
	case TSQL_S_PRINT: add(c, s->u.value); break;
	case TSQL_S_EXEC: exec_children(&s->u.exec, c); break;
	case TSQL_S_TRAN:
		add(c, s->u.tran.name);
		ADD_LIST(c, s->u.tran.options);
		break;
	case TSQL_S_CURSOR:
		add(c, s->u.cursor.count);
		ADD_LIST(c, s->u.cursor.into);
		break;
	}
}

static void module_children(const struct tsql_stmt *s, struct tsql_children *c)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_VIEW:
		add(c, s->u.view.name);
		ADD_LIST(c, s->u.view.options);
		add(c, s->u.view.query);
		break;
	case TSQL_S_CREATE_PROCEDURE:
		add(c, s->u.procedure.name);
		ADD_LIST(c, s->u.procedure.params);
		ADD_LIST(c, s->u.procedure.options);
		ADD_LIST(c, s->u.procedure.body);
		break;
	case TSQL_S_CREATE_FUNCTION:
		add(c, s->u.function.name);
		ADD_LIST(c, s->u.function.params);
		add(c, s->u.function.returns);
		add(c, s->u.function.table);
		ADD_LIST(c, s->u.function.options);
		add(c, s->u.function.query);
		ADD_LIST(c, s->u.function.body);
		break;
	case TSQL_S_CREATE_TRIGGER:
		add(c, s->u.trigger.name);
		add(c, s->u.trigger.table);
		ADD_LIST(c, s->u.trigger.options);
		ADD_LIST(c, s->u.trigger.body);
		break;
	}
}

static void object_children(const struct tsql_stmt *s, struct tsql_children *c)
{
	switch (s->h.kind) {
	case TSQL_S_UPDATE_STATISTICS:
		add(c, s->u.update_statistics.table);
		ADD_LIST(c, s->u.update_statistics.options);
		break;
	case TSQL_S_ALTER_INDEX:
		add(c, s->u.alter_index.table);
		add(c, s->u.alter_index.partition);
		ADD_LIST(c, s->u.alter_index.options);
		break;
	case TSQL_S_PARTITION_FUNCTION:
		add(c, s->u.partition_function.type);
		ADD_LIST(c, s->u.partition_function.values);
		break;
	case TSQL_S_SECURITY_POLICY:
		add(c, s->u.policy.name);
		ADD_ARRAY(c, s->u.policy.v, s->u.policy.n);
		ADD_LIST(c, s->u.policy.options);
		break;
	case TSQL_S_AUTHORIZATION:
	case TSQL_S_TRANSFER: add(c, s->u.owner.object); break;
	case TSQL_S_ENABLE_TRIGGER:
		ADD_LIST(c, s->u.enable_trigger.names);
		add(c, s->u.enable_trigger.on);
		break;
	case TSQL_S_OBJECT:
	case TSQL_S_COMMAND:
		add(c, s->u.other.name);
		add(c, s->u.other.value);
		ADD_LIST(c, s->u.other.options);
		break;
	}
}

static void ddl_children(const struct tsql_stmt *s, struct tsql_children *c)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_TABLE:
		add(c, s->u.table.name);
		add(c, s->u.table.def);
		ADD_LIST(c, s->u.table.options);
		add(c, s->u.table.query);
		add(c, s->u.table.clone_of);
		break;
	case TSQL_S_ALTER_TABLE:
		add(c, s->u.alter_table.name);
		add(c, s->u.alter_table.action);
		break;
	case TSQL_S_CREATE_INDEX: add(c, s->u.index); break;
	case TSQL_S_CREATE_TYPE:
		add(c, s->u.type.name);
		add(c, s->u.type.base);
		break;
	case TSQL_S_CREATE_SEQUENCE:
		add(c, s->u.sequence.name);
		add(c, s->u.sequence.type);
		ADD_LIST(c, s->u.sequence.options);
		break;
	case TSQL_S_CREATE_SYNONYM:
		add(c, s->u.synonym.name);
		add(c, s->u.synonym.target);
		break;
	case TSQL_S_CREATE_SCHEMA: ADD_LIST(c, s->u.schema.body); break;
	case TSQL_S_CREATE_STATISTICS:
		add(c, s->u.statistics.table);
		ADD_LIST(c, s->u.statistics.columns);
		add(c, s->u.statistics.filter);
		ADD_LIST(c, s->u.statistics.options);
		break;
	case TSQL_S_DROP:
		ADD_LIST(c, s->u.drop.names);
		add(c, s->u.drop.on);
		ADD_LIST(c, s->u.drop.options);
		break;
	case TSQL_S_GRANT:
		ADD_LIST(c, s->u.grant.permissions);
		add(c, s->u.grant.object);
		ADD_LIST(c, s->u.grant.principals);
		add(c, s->u.grant.as);
		break;
	default: object_children(s, c); break;
	}
}

void tsql_stmt_children(const struct tsql_stmt *s, struct tsql_children *c)
{
	unsigned kind = s->h.kind;

	if (kind == TSQL_S_SELECT)
		add(c, s->u.select);
	else if (kind >= TSQL_S_INSERT && kind <= TSQL_S_COPY_INTO)
		dml_children(s, c);
	else if (kind >= TSQL_S_DECLARE && kind <= TSQL_S_USE)
		proc_children(s, c);
	else if (kind >= TSQL_S_CREATE_VIEW && kind <= TSQL_S_CREATE_TRIGGER)
		module_children(s, c);
	else
		ddl_children(s, c);
}
