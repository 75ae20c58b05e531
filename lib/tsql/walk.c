#include <stdlib.h>
#include <string.h>

#include "tsql/walk_int.h"

/* The children of every node, in one place, and a walk without recursion. */

static void call_children(const struct tsql_call *call, struct tsql_children *c)
{
	ADD_LIST(c, call->args);
	add(c, call->returning);
	ADD_LIST(c, call->within);
	add(c, call->over);
}

static void expr_children(const struct tsql_expr *e, struct tsql_children *c)
{
	switch (e->h.kind) {
	case TSQL_E_UNARY:
	case TSQL_E_NOT:
	case TSQL_E_IS_NULL: add(c, e->u.unary.e); break;
	case TSQL_E_ARITH:
	case TSQL_E_COMPARE:
	case TSQL_E_AND:
	case TSQL_E_OR:
	case TSQL_E_AT_TIME_ZONE:
		add(c, e->u.binary.l);
		add(c, e->u.binary.r);
		break;
	case TSQL_E_BETWEEN:
		add(c, e->u.between.e);
		add(c, e->u.between.lo);
		add(c, e->u.between.hi);
		break;
	case TSQL_E_IN:
		add(c, e->u.in.e);
		add(c, e->u.in.query);
		ADD_LIST(c, e->u.in.list);
		break;
	case TSQL_E_LIKE:
		add(c, e->u.like.e);
		add(c, e->u.like.pattern);
		add(c, e->u.like.escape);
		break;
	case TSQL_E_EXISTS:
	case TSQL_E_SUBQUERY: add(c, e->u.sub.query); break;
	case TSQL_E_QUANTIFIED:
		add(c, e->u.quantified.e);
		add(c, e->u.quantified.query);
		break;
	case TSQL_E_CASE:
		add(c, e->u.kase.operand);
		ADD_ARRAY(c, e->u.kase.when, e->u.kase.nwhen);
		add(c, e->u.kase.otherwise);
		break;
	case TSQL_E_CAST:
	case TSQL_E_PARSE:
		add(c, e->u.cast.e);
		add(c, e->u.cast.to);
		add(c, e->u.cast.style);
		break;
	case TSQL_E_CONVERT:
		add(c, e->u.cast.to);
		add(c, e->u.cast.e);
		add(c, e->u.cast.style);
		break;
	case TSQL_E_CALL: call_children(&e->u.call, c); break;
	case TSQL_E_COLLATE: add(c, e->u.collate.e); break;
	case TSQL_E_METHOD:
	case TSQL_E_STATIC:
		add(c, e->u.method.e);
		add(c, e->u.method.owner);
		ADD_LIST(c, e->u.method.args);
		break;
	case TSQL_E_NEXT_VALUE:
		add(c, e->u.next.sequence);
		add(c, e->u.next.over);
		break;
	case TSQL_E_ODBC: add(c, e->u.odbc.e); break;
	case TSQL_E_LIST: ADD_LIST(c, e->u.list.list); break;
	}
}

static void query_children(const struct tsql_query *q, struct tsql_children *c)
{
	uint32_t i;

	add(c, q->with);
	switch (q->h.kind) {
	case TSQL_Q_SELECT:
		add(c, q->u.select.top);
		ADD_LIST(c, q->u.select.items);
		add(c, q->u.select.into);
		ADD_LIST(c, q->u.select.from);
		add(c, q->u.select.where);
		ADD_ARRAY(c, q->u.select.group, q->u.select.ngroup);
		add(c, q->u.select.having);
		ADD_LIST(c, q->u.select.window);
		break;
	case TSQL_Q_SETOP:
		add(c, q->u.set.l);
		add(c, q->u.set.r);
		break;
	case TSQL_Q_VALUES:
		for (i = 0; i < q->u.values.nrow; i++)
			ADD_LIST(c, q->u.values.row[i]);
		break;
	}
	ADD_LIST(c, q->order);
	add(c, q->offset);
	add(c, q->fetch);
	add(c, q->for_clause);
	ADD_LIST(c, q->option);
}

static void from_children(const struct tsql_from *f, struct tsql_children *c)
{
	switch (f->h.kind) {
	case TSQL_T_NAME:
		add(c, f->u.name.name);
		add(c, f->u.name.time);
		add(c, f->u.name.time_to);
		add(c, f->u.name.sample);
		add(c, f->u.name.sample_seed);
		break;
	case TSQL_T_DERIVED: add(c, f->u.derived.query); break;
	case TSQL_T_JOIN:
		add(c, f->u.join.l);
		add(c, f->u.join.r);
		add(c, f->u.join.on);
		break;
	case TSQL_T_PIVOT:
		add(c, f->u.pivot.source);
		ADD_LIST(c, f->u.pivot.aggregates);
		add(c, f->u.pivot.column);
		break;
	case TSQL_T_UNPIVOT:
		add(c, f->u.unpivot.source);
		ADD_LIST(c, f->u.unpivot.in);
		break;
	case TSQL_T_CALL:
	case TSQL_T_METHOD:
		add(c, f->u.call.call);
		ADD_ARRAY(c, f->u.call.schema, f->u.call.nschema);
		break;
	case TSQL_T_OPENJSON:
	case TSQL_T_OPENXML:
		ADD_LIST(c, f->u.open.args);
		ADD_ARRAY(c, f->u.open.schema, f->u.open.nschema);
		add(c, f->u.open.table);
		break;
	case TSQL_T_OPENROWSET:
	case TSQL_T_OPENDATASOURCE:
	case TSQL_T_PREDICT:
		ADD_LIST(c, f->u.rowset.args);
		ADD_LIST(c, f->u.rowset.options);
		add(c, f->u.rowset.object);
		ADD_ARRAY(c, f->u.rowset.schema, f->u.rowset.nschema);
		break;
	case TSQL_T_OPENQUERY: add(c, f->u.openquery.query); break;
	case TSQL_T_CHANGETABLE:
		add(c, f->u.changetable.table);
		ADD_LIST(c, f->u.changetable.args);
		break;
	case TSQL_T_DML: add(c, f->u.dml.stmt); break;
	}
	ADD_LIST(c, f->hints);
}

/* ---- parts ---- */

static void table_part_children(
    const struct tsql_node *h, struct tsql_children *c)
{
	switch (h->kind) {
	case TSQL_COLUMN_DEF: {
		const struct tsql_column_def *d = (const void *)h;

		add(c, d->type);
		add(c, d->computed);
		add(c, d->seed);
		add(c, d->increment);
		add(c, d->masked);
		ADD_LIST(c, d->encrypted);
		ADD_LIST(c, d->constraints);
		ADD_LIST(c, d->indexes);
		break;
	}
	case TSQL_CONSTRAINT: {
		const struct tsql_constraint *k = (const void *)h;

		add(c, k->references);
		add(c, k->expr);
		ADD_LIST(c, k->options);
		break;
	}
	case TSQL_INDEX_DEF: {
		const struct tsql_index_def *d = (const void *)h;

		add(c, d->table);
		add(c, d->filter);
		ADD_LIST(c, d->options);
		break;
	}
	case TSQL_TABLE_DEF: {
		const struct tsql_table_def *d = (const void *)h;

		ADD_ARRAY(c, d->column, d->ncolumn);
		ADD_LIST(c, d->constraints);
		ADD_ARRAY(c, d->index, d->nindex);
		break;
	}
	case TSQL_ALTER_ACTION: {
		const struct tsql_alter_action *a = (const void *)h;

		add(c, a->table);
		add(c, a->column);
		add(c, a->partition);
		add(c, a->target);
		add(c, a->target_partition);
		ADD_LIST(c, a->options);
		break;
	}
	case TSQL_POLICY_PREDICATE: {
		const struct tsql_policy_predicate *q = (const void *)h;

		add(c, q->call);
		add(c, q->table);
		break;
	}
	}
}

static void dml_part_children(
    const struct tsql_node *h, struct tsql_children *c)
{
	switch (h->kind) {
	case TSQL_PARAM: {
		const struct tsql_param *m = (const void *)h;

		add(c, m->type);
		add(c, m->def);
		break;
	}
	case TSQL_VAR_DECL: {
		const struct tsql_var_decl *v = (const void *)h;

		add(c, v->type);
		add(c, v->table);
		add(c, v->init);
		break;
	}
	case TSQL_ASSIGN: {
		const struct tsql_assign *a = (const void *)h;

		add(c, a->target);
		add(c, a->value);
		break;
	}
	case TSQL_OUTPUT: {
		const struct tsql_output *o = (const void *)h;

		ADD_LIST(c, o->items);
		add(c, o->into);
		ADD_LIST(c, o->into_columns);
		break;
	}
	case TSQL_MERGE_WHEN: {
		const struct tsql_merge_when *w = (const void *)h;

		add(c, w->cond);
		ADD_LIST(c, w->set);
		ADD_LIST(c, w->columns);
		ADD_LIST(c, w->values);
		break;
	}
	case TSQL_EXEC_ARG:
		add(c, ((const struct tsql_exec_arg *)h)->value);
		break;
	default: table_part_children(h, c); break;
	}
}

static void part_children(const struct tsql_node *h, struct tsql_children *c)
{
	switch (h->kind) {
	case TSQL_ITEM: add(c, ((const struct tsql_item *)h)->expr); break;
	case TSQL_ORDER: add(c, ((const struct tsql_order *)h)->expr); break;
	case TSQL_TOP_CLAUSE:
		add(c, ((const struct tsql_top *)h)->count);
		break;
	case TSQL_GROUP: {
		const struct tsql_group *g = (const void *)h;

		ADD_LIST(c, g->list);
		ADD_ARRAY(c, g->item, g->nitem);
		break;
	}
	case TSQL_OVER: {
		const struct tsql_over *o = (const void *)h;

		ADD_LIST(c, o->partition);
		ADD_LIST(c, o->order);
		add(c, o->from_expr);
		add(c, o->to_expr);
		break;
	}
	case TSQL_WITH: {
		const struct tsql_with *w = (const void *)h;

		ADD_LIST(c, w->xmlnamespaces);
		add(c, w->change_tracking);
		ADD_ARRAY(c, w->cte, w->ncte);
		break;
	}
	case TSQL_CTE: add(c, ((const struct tsql_cte *)h)->query); break;
	case TSQL_FOR: {
		const struct tsql_for *f = (const void *)h;

		add(c, f->element);
		ADD_LIST(c, f->directives);
		break;
	}
	case TSQL_DTYPE: {
		const struct tsql_dtype *d = (const void *)h;

		add(c, d->name);
		add(c, d->xml_schema);
		break;
	}
	case TSQL_WHEN: {
		const struct tsql_when *w = (const void *)h;

		add(c, w->when);
		add(c, w->then);
		break;
	}
	case TSQL_OPTION: {
		const struct tsql_option *o = (const void *)h;

		add(c, o->value);
		ADD_LIST(c, o->sub);
		break;
	}
	case TSQL_SCHEMA_COL: {
		const struct tsql_schema_col *s = (const void *)h;

		add(c, s->type);
		add(c, s->path);
		break;
	}
	default: dml_part_children(h, c); break;
	}
}

void tsql_children_of(const struct tsql_node *h, struct tsql_children *c)
{
	if (h->kind >= TSQL_E_NULL && h->kind <= TSQL_E_OPAQUE)
		expr_children((const struct tsql_expr *)h, c);
	else if (h->kind >= TSQL_Q_SELECT && h->kind <= TSQL_Q_VALUES)
		query_children((const struct tsql_query *)h, c);
	else if (h->kind >= TSQL_T_NAME && h->kind <= TSQL_T_OPAQUE)
		from_children((const struct tsql_from *)h, c);
	else if (h->kind >= TSQL_S_OPAQUE && h->kind <= TSQL_S_SQLCMD)
		tsql_stmt_children((const struct tsql_stmt *)h, c);
	else
		part_children(h, c);
}

void tsql_children_clear(struct tsql_children *c)
{
	free(c->v);
	memset(c, 0, sizeof(*c));
}

/* The stack holds nodes to enter; a NULL above a node says that the node
 * below it is to be left. */
void tsql_walk(const struct tsql_node *root, tsql_enter_fn *enter,
    tsql_leave_fn *leave, void *ctx)
{
	struct tsql_children stack = {NULL, 0, 0};
	const struct tsql_node *h;
	size_t i, k, base;

	add(&stack, root);
	while (stack.n) {
		h = stack.v[--stack.n];
		if (!h) {
			h = stack.v[--stack.n];
			leave(ctx, h);
			continue;
		}
		if (!enter(ctx, h)) {
			if (leave)
				leave(ctx, h);
			continue;
		}
		if (leave) {
			add(&stack, h);
			GROW(stack.v, stack.n, stack.cap);
			stack.v[stack.n++] = NULL;
		}
		base = stack.n;
		tsql_children_of(h, &stack);
		if (stack.n == base)
			continue;
		for (i = base, k = stack.n - 1; i < k; i++, k--) {
			h = stack.v[i];
			stack.v[i] = stack.v[k];
			stack.v[k] = h;
		}
	}
	tsql_children_clear(&stack);
}

bool tsql_name_is(const struct tsql_name *n, const char *word)
{
	uint32_t i;
	char a, b;

	for (i = 0; i < n->len; i++) {
		a = n->text[i];
		b = word[i];
		if (!b)
			return false;
		if (a >= 'A' && a <= 'Z')
			a |= 0x20;
		if (b >= 'A' && b <= 'Z')
			b |= 0x20;
		if (a != b)
			return false;
	}
	return !word[i];
}
