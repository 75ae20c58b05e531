/* The catalogue from parsed CREATE, ALTER and DROP statements. */
#include <string.h>

#include "common/alloc.h"
#include "tsql/catalog.h"
#include "tsql/parse.h"

static const char *keep_name(struct arena *a, const struct tsql_name *n)
{
	return arena_strndup(a, n->text ? n->text : "", n->len);
}

static const char *keep_span(
    struct arena *a, const char *src, const struct tsql_node *n)
{
	return arena_strndup(a, src + n->off, n->len);
}

/* ---- tables ---- */

static void take_constraint(struct arena *a, struct tsql_column *col,
    const struct tsql_constraint *k, const char *src)
{
	if (k->what == TSQL_DEFAULT_CONSTRAINT && k->expr)
		col->def = keep_span(a, src, &k->expr->h);
}

static bool is_not_null(const struct tsql_column_def *d)
{
	uint32_t i;

	for (i = 0; i < d->constraints.n; i++)
		if (d->constraints.v[i]->what == TSQL_PRIMARY_KEY)
			return true;
	return d->nullable == 0 || (d->identity && d->nullable < 0) ||
	    d->generated;
}

/* IDENTITY (10, 5): plain numbers. */
static int64_t literal(const struct tsql_expr *e, int64_t alt)
{
	char digits[24];

	if (e && e->h.kind == TSQL_E_UNARY && e->op == TSQL_OP_SUB)
		return -literal(e->u.unary.e, -alt);
	if (!e || e->h.kind != TSQL_E_INT || e->u.lit.len >= sizeof(digits))
		return alt;
	memcpy(digits, e->u.lit.text, e->u.lit.len);
	digits[e->u.lit.len] = '\0';
	return strtoll(digits, NULL, 10);
}

static void take_column(struct tsql_catalog *c, struct arena *a,
    struct tsql_column *col, const struct tsql_column_def *d, const char *src)
{
	struct tsql_type t = d->type ? tsql_catalog_type(c, d->type, 1)
				     : tsql_type_make(TSQL_TY_UNKNOWN);
	uint32_t i;

	col->name = keep_name(a, &d->name);
	col->len = d->name.len;
	if (!d->type && !d->computed)
		t = tsql_type_make(TSQL_TY_ROWVERSION);
	if (d->type && t.user && d->nullable < 0)
		; /* an alias type says itself whether NULL may be */
	else
		t.nullable = d->nullable > 0 || !is_not_null(d);
	if (tsql_is_string(&t)) {
		t.label = TSQL_COLL_IMPLICIT;
		if (d->collation.text)
			t.collation = tsql_collation_get(
			    d->collation.text, d->collation.len);
	}
	col->type = tsql_type_keep(&c->types, &c->arena, &t);
	if (d->computed)
		col->computed = keep_span(a, src, &d->computed->h);
	col->persisted = d->persisted;
	col->identity = d->identity;
	col->seed = literal(d->seed, 1);
	col->increment = literal(d->increment, 1);
	col->hidden = d->hidden;
	col->rowguid = d->rowguidcol;
	col->generated = d->generated != 0;
	for (i = 0; i < d->constraints.n; i++)
		take_constraint(a, col, d->constraints.v[i], src);
}

static void set_not_null(struct tsql_catalog *c, struct tsql_column *col)
{
	struct tsql_type t = *col->type;

	t.nullable = false;
	col->type = tsql_type_keep(&c->types, &c->arena, &t);
}

static void take_key(struct tsql_catalog *c, struct arena *a,
    struct tsql_object *o, struct tsql_key *key,
    const struct tsql_constraint *k, const struct tsql_column *own)
{
	uint32_t *v = arena_alloc(a, (k->columns.n + 1) * sizeof(*v));
	uint32_t i;
	bool several;

	key->name = k->name.text ? keep_name(a, &k->name) : NULL;
	key->primary = k->what == TSQL_PRIMARY_KEY;
	if (own && !k->columns.n)
		v[key->n++] = own->ordinal;
	for (i = 0; i < k->columns.n; i++) {
		const struct tsql_name *n = &k->columns.v[i].name;
		const struct tsql_column *col = n->text
		    ? tsql_row_find(&o->row, n->text, n->len, &several)
		    : NULL;

		if (!col)
			continue;
		v[key->n++] = col->ordinal;
		if (key->primary)
			set_not_null(c, &o->row.v[col->ordinal]);
	}
	key->column = v;
}

static bool is_key(const struct tsql_constraint *k)
{
	return k->what == TSQL_PRIMARY_KEY || k->what == TSQL_UNIQUE;
}

static uint32_t count_keys(const struct tsql_table_def *def)
{
	uint32_t n = 0, i, k;

	for (i = 0; i < def->constraints.n; i++)
		n += is_key(def->constraints.v[i]);
	for (i = 0; i < def->ncolumn; i++)
		for (k = 0; k < def->column[i]->constraints.n; k++)
			n += is_key(def->column[i]->constraints.v[k]);
	return n;
}

static void take_keys(struct tsql_catalog *c, struct arena *a,
    struct tsql_object *o, const struct tsql_table_def *def, uint32_t first)
{
	uint32_t n = o->nkey + count_keys(def), i, k;
	struct tsql_key *keys = arena_alloc(a, (n + 1) * sizeof(*keys));

	if (o->nkey)
		memcpy(keys, o->key, o->nkey * sizeof(*keys));
	for (i = 0; i < def->ncolumn; i++) {
		const struct tsql_constraints *cs =
		    &def->column[i]->constraints;

		for (k = 0; k < cs->n; k++)
			if (is_key(cs->v[k]))
				take_key(c, a, o, &keys[o->nkey++], cs->v[k],
				    &o->row.v[first + i]);
	}
	for (i = 0; i < def->constraints.n; i++)
		if (is_key(def->constraints.v[i]))
			take_key(c, a, o, &keys[o->nkey++],
			    def->constraints.v[i], NULL);
	o->key = keys;
}

void tsql_catalog_table_row(struct tsql_catalog *c, struct arena *a,
    const struct tsql_table_def *def, const char *src, struct tsql_object *o)
{
	uint32_t first = o->row.n, i;
	struct tsql_column *v =
	    arena_alloc(a, ((size_t)first + def->ncolumn) * sizeof(*v));

	if (first)
		memcpy(v, o->row.v, first * sizeof(*v));
	for (i = 0; i < def->ncolumn; i++) {
		v[first + i].ordinal = first + i;
		take_column(c, a, &v[first + i], def->column[i], src);
	}
	o->row.v = v;
	o->row.n = first + def->ncolumn;
	o->row.slot = NULL;
	o->row.exact = c->exact;
	o->row_state = 1;
	take_keys(c, a, o, def, first);
}

/* ---- modules ---- */

static void take_params(struct tsql_catalog *c, struct tsql_object *o,
    const struct tsql_params *params, const char *src)
{
	struct tsql_parameter *v =
	    arena_alloc(&c->arena, params->n * sizeof(*v));
	uint32_t i;

	for (i = 0; i < params->n; i++) {
		const struct tsql_param *p = params->v[i];
		struct tsql_type t = tsql_catalog_type(c, p->type, 1);

		v[i].name = keep_name(&c->arena, &p->name);
		v[i].type = tsql_catalog_intern(c, &t);
		v[i].output = p->output;
		if (p->def)
			v[i].def = keep_span(&c->arena, src, &p->def->h);
		if (t.base == TSQL_TY_TABLE && p->type)
			v[i].table_type =
			    tsql_catalog_find_name(c, p->type->name);
	}
	o->param = v;
	o->nparam = params->n;
}

static void take_text(struct tsql_catalog *c, struct tsql_object *o,
    const struct tsql_stmt *s, const char *src)
{
	o->text = keep_span(&c->arena, src, &s->h);
	o->text_len = s->h.len;
	o->quoted_identifier = true;
	o->ansi_nulls = true;
}

static void take_function(struct tsql_catalog *c, struct tsql_object *o,
    const struct tsql_stmt *s, const char *src)
{
	struct tsql_type t;

	take_params(c, o, &s->u.function.params, src);
	if (s->u.function.returns) {
		t = tsql_catalog_type(c, s->u.function.returns, 1);
		o->type = tsql_catalog_intern(c, &t);
		return;
	}
	o->kind = TSQL_OBJ_TABLE_FUNCTION;
	if (s->u.function.what == TSQL_FN_INLINE) {
		o->inline_function = true;
		o->derive = true;
		o->row_state = 1;
	} else if (s->u.function.table) {
		tsql_catalog_table_row(
		    c, &c->arena, s->u.function.table, src, o);
	}
}

/* What a CREATE names, and as what. */
static struct tsql_objname *created_name(
    const struct tsql_stmt *s, enum tsql_object_kind *kind)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_TABLE:
		*kind = s->u.table.type ? TSQL_OBJ_TABLE_TYPE : TSQL_OBJ_TABLE;
		return s->u.table.name;
	case TSQL_S_CREATE_VIEW: *kind = TSQL_OBJ_VIEW; return s->u.view.name;
	case TSQL_S_CREATE_PROCEDURE:
		*kind = TSQL_OBJ_PROCEDURE;
		return s->u.procedure.name;
	case TSQL_S_CREATE_FUNCTION:
		*kind = TSQL_OBJ_SCALAR_FUNCTION;
		return s->u.function.name;
	case TSQL_S_CREATE_TRIGGER:
		*kind = TSQL_OBJ_TRIGGER;
		return s->u.trigger.name;
	case TSQL_S_CREATE_TYPE: *kind = TSQL_OBJ_TYPE; return s->u.type.name;
	case TSQL_S_CREATE_SEQUENCE:
		*kind = TSQL_OBJ_SEQUENCE;
		return s->u.sequence.name;
	case TSQL_S_CREATE_SYNONYM:
		*kind = TSQL_OBJ_SYNONYM;
		return s->u.synonym.name;
	default: return NULL;
	}
}

static struct tsql_object *new_object(struct tsql_catalog *c,
    const struct tsql_objname *n, enum tsql_object_kind kind)
{
	struct tsql_object *o = ARENA_NEW(&c->arena, struct tsql_object);

	o->kind = kind;
	o->name = keep_name(&c->arena, &n->part[n->n - 1]);
	o->schema = n->n > 1 && n->part[n->n - 2].len
	    ? keep_name(&c->arena, &n->part[n->n - 2])
	    : c->default_schema;
	if (n->n > 2 && n->part[n->n - 3].len)
		o->database = keep_name(&c->arena, &n->part[n->n - 3]);
	else
		o->database = c->current;
	return o;
}

static void take_table(struct tsql_catalog *c, struct tsql_object *o,
    const struct tsql_stmt *s, const char *src)
{
	if (s->u.table.def && s->u.table.def->ncolumn) {
		tsql_catalog_table_row(c, &c->arena, s->u.table.def, src, o);
	} else if (s->u.table.query) {
		take_text(c, o, s, src);
		o->derive = true;
		o->row_state = 1;
	} else {
		o->row.open = true;
	}
}

struct tsql_object *tsql_catalog_add_stmt(
    struct tsql_catalog *c, const struct tsql_stmt *s, const char *src)
{
	enum tsql_object_kind kind;
	struct tsql_objname *n = created_name(s, &kind);
	struct tsql_object *o;
	struct tsql_type t;

	if (!n || !n->n || !n->part[n->n - 1].len ||
	    n->part[n->n - 1].text[0] == '#')
		return NULL;
	o = new_object(c, n, kind);
	switch (s->h.kind) {
	case TSQL_S_CREATE_TABLE: take_table(c, o, s, src); break;
	case TSQL_S_CREATE_VIEW:
		take_text(c, o, s, src);
		o->derive = true;
		o->row_state = 1;
		break;
	case TSQL_S_CREATE_PROCEDURE:
		take_text(c, o, s, src);
		take_params(c, o, &s->u.procedure.params, src);
		break;
	case TSQL_S_CREATE_FUNCTION:
		take_text(c, o, s, src);
		take_function(c, o, s, src);
		break;
	case TSQL_S_CREATE_TRIGGER: take_text(c, o, s, src); break;
	case TSQL_S_CREATE_TYPE:
		if (!s->u.type.base)
			break;
		t = tsql_catalog_type(c, s->u.type.base, 1);
		t.nullable = s->u.type.nullable != 0;
		o->type = tsql_catalog_intern(c, &t);
		break;
	case TSQL_S_CREATE_SEQUENCE:
		t = s->u.sequence.type
		    ? tsql_catalog_type(c, s->u.sequence.type, 1)
		    : tsql_type_make(TSQL_TY_BIGINT);
		t.nullable = false;
		o->type = tsql_catalog_intern(c, &t);
		break;
	case TSQL_S_CREATE_SYNONYM:
		if (s->u.synonym.target)
			o->target =
			    keep_span(&c->arena, src, &s->u.synonym.target->h);
		break;
	default: break;
	}
	tsql_catalog_put(c, o);
	return o;
}

/* ---- ALTER TABLE, DROP, whole scripts ---- */

static void alter_column(struct tsql_catalog *c, struct tsql_object *o,
    const struct tsql_column_def *d, const char *src)
{
	bool several;
	const struct tsql_column *col =
	    tsql_row_find(&o->row, d->name.text, d->name.len, &several);

	if (!col || !d->type)
		return;
	take_column(c, &c->arena, &o->row.v[col->ordinal], d, src);
	o->row.slot = NULL;
	o->row_state = 1;
}

static void drop_columns(
    struct tsql_object *o, const struct tsql_alter_action *act)
{
	uint32_t i, k;

	for (i = 0; i < act->ndrop; i++) {
		const struct tsql_name *n = &act->drop[i].name;
		const struct tsql_column *col;
		bool several;

		if (act->drop[i].what != 'c' || !n->text)
			continue;
		o->row.slot = NULL;
		col = tsql_row_find(&o->row, n->text, n->len, &several);
		if (!col)
			continue;
		for (k = col->ordinal; k + 1 < o->row.n; k++) {
			o->row.v[k] = o->row.v[k + 1];
			o->row.v[k].ordinal = k;
		}
		o->row.n--;
		/* keys name ordinals: those of a changed table are gone */
		o->nkey = 0;
		o->row_state = 1;
	}
}

static void alter_table(
    struct tsql_catalog *c, const struct tsql_stmt *s, const char *src)
{
	struct tsql_object *o =
	    tsql_catalog_find_name(c, s->u.alter_table.name);
	const struct tsql_alter_action *act = s->u.alter_table.action;

	if (!o || !act || o->kind != TSQL_OBJ_TABLE)
		return;
	switch (act->what) {
	case TSQL_ALTER_ADD:
		if (act->table)
			tsql_catalog_table_row(
			    c, &c->arena, act->table, src, o);
		break;
	case TSQL_ALTER_COLUMN:
		if (act->column && act->column->name.text)
			alter_column(c, o, act->column, src);
		break;
	case TSQL_ALTER_DROP: drop_columns(o, act); break;
	default: break;
	}
}

static void unique_index(struct tsql_catalog *c, const struct tsql_index_def *d)
{
	struct tsql_object *o =
	    d && d->table ? tsql_catalog_find_name(c, d->table) : NULL;
	struct tsql_constraint k = {.what = TSQL_UNIQUE};
	struct tsql_key *keys;

	if (!o || !d->unique || d->filter || d->columnstore)
		return;
	k.name = d->name;
	k.columns = d->columns;
	keys = arena_alloc(&c->arena, (o->nkey + 1) * sizeof(*keys));
	if (o->nkey)
		memcpy(keys, o->key, o->nkey * sizeof(*keys));
	take_key(c, &c->arena, o, &keys[o->nkey++], &k, NULL);
	o->key = keys;
}

static void drop_objects(struct tsql_catalog *c, const struct tsql_stmt *s)
{
	uint32_t i;

	if (s->u.drop.on)
		return; /* an index or a trigger's scope */
	for (i = 0; i < s->u.drop.names.n; i++) {
		struct tsql_object *o =
		    tsql_catalog_find_name(c, s->u.drop.names.v[i]);

		if (o)
			tsql_catalog_remove(c, o);
	}
}

static void add_any(
    struct tsql_catalog *c, const struct tsql_stmt *s, const char *src)
{
	uint32_t i;

	switch (s->h.kind) {
	case TSQL_S_ALTER_TABLE: alter_table(c, s, src); break;
	case TSQL_S_CREATE_INDEX: unique_index(c, s->u.index); break;
	case TSQL_S_DROP: drop_objects(c, s); break;
	case TSQL_S_CREATE_SCHEMA:
		if (s->u.schema.name.text)
			map_put(&c->schemas, s->u.schema.name.text,
			    s->u.schema.name.len);
		for (i = 0; i < s->u.schema.body.n; i++)
			tsql_catalog_add_stmt(c, s->u.schema.body.v[i], src);
		break;
	default: tsql_catalog_add_stmt(c, s, src); break;
	}
}

void tsql_catalog_add_module(
    struct tsql_catalog *c, const struct tsql_module *m)
{
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			add_any(c, m->batch[i]->stmts.v[k], m->src);
}
