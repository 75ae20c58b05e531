/* FROM: what each table source makes visible. */
#include <string.h>

#include "common/alloc.h"
#include "tsql/bind_int.h"
#include "tsql/parse.h"

struct tsql_row *b_row_new(struct binder *b, uint32_t n)
{
	struct tsql_row *r = ARENA_NEW(b->a, struct tsql_row);

	r->v = arena_alloc(b->a, n * sizeof(*r->v));
	r->exact = b->cat->exact;
	return r;
}

static const struct tsql_row *open_row(struct binder *b)
{
	struct tsql_row *r = b_row_new(b, 0);

	r->open = true;
	return r;
}

/* A column at the end of a row that has room for it. */
static struct tsql_column *add_column(struct tsql_row *r, const char *name,
    uint32_t len, const struct tsql_type *type)
{
	struct tsql_column *c = &r->v[r->n];

	c->name = name;
	c->len = len;
	c->type = type;
	c->ordinal = r->n++;
	return c;
}

static void add_named(struct binder *b, struct tsql_row *r, const char *name,
    const char *type_text)
{
	struct tsql_type t = tsql_type_parse(type_text, strlen(type_text));

	if (tsql_is_string(&t))
		t.label = TSQL_COLL_IMPLICIT;
	add_column(r, name, (uint32_t)strlen(name), b_keep(b, &t));
}

const struct tsql_row *b_renamed(
    struct binder *b, const struct tsql_row *r, const struct tsql_names *names)
{
	struct tsql_row *n;
	uint32_t i;

	if (!names->n)
		return r;
	n = b_row_new(b, r->n > names->n ? r->n : names->n);
	n->open = r->open && names->n < r->n;
	for (i = 0; i < r->n || i < names->n; i++) {
		const char *name = "";
		uint32_t len = 0;

		if (i < names->n && names->v[i].text) {
			name = b_name(b, &names->v[i]);
			len = names->v[i].len;
		} else if (i < r->n) {
			name = r->v[i].name;
			len = r->v[i].len;
		}
		add_column(n, name, len, i < r->n ? r->v[i].type : b_unknown());
		if (i < r->n) {
			n->v[i].expr = r->v[i].expr;
			n->v[i].item = r->v[i].item;
		}
	}
	tsql_row_index(n, b->a);
	return n;
}

/* ---- names ---- */

static void own_name(struct tsql_source *s, const struct tsql_objname *n)
{
	if (!s->name.text && n && n->n)
		s->name = n->part[n->n - 1];
}

/* inserted and deleted, in a trigger's body. */
static bool trigger_rows(
    struct binder *b, struct tsql_source *s, const struct tsql_objname *n)
{
	if (!b->trigger || n->n != 1 || !n->part[0].text)
		return false;
	/* here both are tables like any other: capitals */
	if (tsql_name_is(&n->part[0], "inserted"))
		s->special = 'I';
	else if (tsql_name_is(&n->part[0], "deleted"))
		s->special = 'D';
	else
		return false;
	s->object = b->trigger;
	s->row = tsql_object_row(b->cat, b->trigger);
	return true;
}

static void from_name(struct binder *b, struct tsql_from *f)
{
	struct tsql_source *s;
	struct tsql_objname *n = f->u.name.name;
	struct cte_entry *cte = n ? b_find_cte(b, n) : NULL;
	struct tsql_object_ref *ref;

	b_expr(b, f->u.name.sample);
	b_expr(b, f->u.name.sample_seed);
	b_expr(b, f->u.name.time);
	b_expr(b, f->u.name.time_to);
	s = b_source_add(b, b->scope, f);
	own_name(s, n);
	if (cte) {
		s->cte = cte->cte;
		s->query = cte->cte->query;
		s->recursive_ref = !cte->done;
		cte->recursive |= !cte->done;
		s->row = cte->row;
	} else if (n && trigger_rows(b, s, n)) {
		;
	} else {
		s->object = b_find_object(b, n, true);
		ref = tsql_objref(n);
		if (ref)
			s->synonym = ref->synonym;
		s->row = s->object ? tsql_object_row(b->cat, s->object)
				   : open_row(b);
	}
	s->row = b_renamed(b, s->row, &f->columns);
}

static void from_variable(struct binder *b, struct tsql_from *f)
{
	struct tsql_source *s = b_source_add(b, b->scope, f);
	struct tsql_variable *v = b_find_variable(b, &f->u.variable.name);

	if (!s->name.text)
		s->name = f->u.variable.name;
	if (v && v->object) {
		s->object = v->object;
		s->row = tsql_object_row(b->cat, v->object);
	} else {
		s->row = open_row(b);
	}
}

/* ---- derived tables ---- */

static void from_derived(struct binder *b, struct tsql_from *f, bool apply)
{
	struct tsql_scope *here = b->scope, *q;
	struct tsql_source *s;

	q = b_query(b, f->u.derived.query, apply ? here : here->outer, here);
	s = b_source_add(b, here, f);
	s->query = f->u.derived.query;
	s->correlated = q && q->correlated;
	s->row = b_renamed(b,
	    f->u.derived.query ? tsql_query_row(f->u.derived.query)
			       : open_row(b),
	    &f->columns);
}

static void from_dml(struct binder *b, struct tsql_from *f)
{
	struct tsql_scope *here = b->scope;
	struct tsql_source *s;

	b->scope = NULL;
	if (f->u.dml.stmt)
		b_stmt(b, f->u.dml.stmt);
	b->scope = here;
	s = b_source_add(b, here, f);
	s->row = f->u.dml.stmt ? b_output_row(b, f->u.dml.stmt) : open_row(b);
	s->row = b_renamed(b, s->row, &f->columns);
}

/* ---- functions that give tables ---- */

static const struct tsql_row *schema_row(
    struct binder *b, struct tsql_schema_col **v, uint32_t n)
{
	struct tsql_row *r = b_row_new(b, n);
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct tsql_type t = *b_unknown();

		b_dtype(b, v[i]->type, 1);
		if (v[i]->type && v[i]->type->type)
			t = *v[i]->type->type;
		t.nullable = true;
		if (tsql_is_string(&t)) {
			t.label = TSQL_COLL_IMPLICIT;
			if (v[i]->collation.text)
				t.collation = tsql_collation_get(
				    v[i]->collation.text, v[i]->collation.len);
		}
		add_column(
		    r, b_name(b, &v[i]->name), v[i]->name.len, b_keep(b, &t));
		b_expr(b, v[i]->path);
	}
	tsql_row_index(r, b->a);
	return r;
}

static const struct tsql_type *arg_type(const struct tsql_expr *e, uint32_t i)
{
	return e && e->u.call.args.n > i && e->u.call.args.v[i]->type
	    ? e->u.call.args.v[i]->type
	    : b_unknown();
}

static const struct tsql_row *builtin_row(
    struct binder *b, const struct tsql_expr *e)
{
	struct tsql_row *r = b_row_new(b, 8);
	struct tsql_type t;

	switch (e->u.call.fn) {
	case TSQL_F_STRING_SPLIT:
	case TSQL_F_REGEXP_SPLIT_TO_TABLE:
		t = *arg_type(e, 0);
		if (!tsql_is_string(&t))
			t = tsql_type_sized(TSQL_TY_NVARCHAR, 4000);
		if (t.base == TSQL_TY_CHAR)
			t.base = TSQL_TY_VARCHAR;
		else if (t.base == TSQL_TY_NCHAR)
			t.base = TSQL_TY_NVARCHAR;
		t.nullable = t.literal = false;
		t.label = TSQL_COLL_IMPLICIT;
		add_column(r, "value", 5, b_keep(b, &t));
		if (e->u.call.args.n > 2 ||
		    e->u.call.fn == TSQL_F_REGEXP_SPLIT_TO_TABLE)
			add_named(b, r, "ordinal", "bigint");
		break;
	case TSQL_F_GENERATE_SERIES:
		t = *arg_type(e, 0);
		t.literal = false;
		if (t.base == TSQL_TY_INT)
			t = tsql_type_make(TSQL_TY_INT);
		add_column(r, "value", 5, b_keep(b, &t));
		break;
	case TSQL_F_OPENJSON:
		add_named(b, r, "key", "nvarchar(4000)");
		add_named(b, r, "value", "nvarchar(max)");
		add_named(b, r, "type", "int");
		break;
	case TSQL_F_REGEXP_MATCHES:
		add_named(b, r, "match_id", "bigint");
		add_named(b, r, "start_position", "int");
		add_named(b, r, "end_position", "int");
		add_named(b, r, "match_value", "nvarchar(max)");
		add_named(b, r, "substring_matches", "json");
		break;
	case TSQL_F_CONTAINSTABLE:
	case TSQL_F_FREETEXTTABLE:
		add_named(b, r, "KEY", "sql_variant");
		add_named(b, r, "RANK", "int");
		break;
	default: r->open = true; break;
	}
	return r;
}

/* CONTAINSTABLE(t, c, 'x') and its like name a table and columns. */
static void name_arguments(struct binder *b, struct tsql_expr *e)
{
	uint32_t i;

	for (i = 0; i < e->u.call.args.n; i++) {
		struct tsql_expr *arg = e->u.call.args.v[i];

		if (arg->h.kind == TSQL_E_COLUMN && i == 0) {
			struct tsql_objname *n =
			    ARENA_NEW(b->a, struct tsql_objname);

			n->h = arg->h;
			n->n = arg->nparts;
			n->part = arg->u.name.part;
			b_find_object(b, n, true);
			arg->bound = n->bound;
			arg->type = b_unknown();
		} else if (arg->h.kind == TSQL_E_COLUMN ||
		    arg->h.kind == TSQL_E_STAR || arg->h.kind == TSQL_E_LIST) {
			b_bind_word(b, arg);
		} else {
			b_expr(b, arg);
		}
	}
}

static void from_call(struct binder *b, struct tsql_from *f)
{
	struct tsql_expr *e = f->u.call.call;
	struct tsql_source *s;
	struct tsql_callref *r;

	if (e && e->h.kind == TSQL_E_CALL) {
		enum tsql_fn fn = e->u.call.nparts == 1
		    ? tsql_function_find(
			  e->u.call.part[0].text, e->u.call.part[0].len)
		    : TSQL_F_NONE;

		if (fn == TSQL_F_CONTAINSTABLE || fn == TSQL_F_FREETEXTTABLE ||
		    (fn >= TSQL_F_SEMANTICKEYPHRASETABLE &&
			fn <= TSQL_F_SEMANTICSIMILARITYDETAILSTABLE)) {
			e->u.call.fn = (uint16_t)fn;
			e->type = b_unknown();
			name_arguments(b, e);
		} else {
			b_expr(b, e);
		}
	} else {
		b_expr(b, e);
	}
	s = b_source_add(b, b->scope, f);
	s->correlated = e && (e->facts & (TSQL_HAS_COLUMN | TSQL_HAS_OUTER));
	if (!s->name.text && e && e->h.kind == TSQL_E_CALL)
		s->name = e->u.call.part[e->u.call.nparts - 1];
	r = tsql_callref(e);
	if (f->u.call.nschema) {
		s->row = schema_row(b, f->u.call.schema, f->u.call.nschema);
	} else if (r && r->object) {
		s->object = r->object;
		s->row = tsql_object_row(b->cat, r->object);
	} else if (e && e->h.kind == TSQL_E_CALL && e->u.call.fn) {
		s->row = builtin_row(b, e);
	} else {
		s->row = open_row(b);
	}
	s->row = b_renamed(b, s->row, &f->columns);
}

/* x.nodes('…') AS t(c): one xml column. */
static void from_method(struct binder *b, struct tsql_from *f)
{
	struct tsql_row *r = b_row_new(b, 1);
	struct tsql_source *s;

	b_expr(b, f->u.call.call);
	s = b_source_add(b, b->scope, f);
	s->correlated = true;
	add_named(b, r, "", "xml");
	s->row = b_renamed(b, r, &f->columns);
}

static void from_open(struct binder *b, struct tsql_from *f)
{
	struct tsql_object *o = NULL;
	struct tsql_source *s;
	struct tsql_row *r;
	uint32_t i;
	uint8_t facts = 0;

	b_exprs(b, &f->u.open.args);
	for (i = 0; i < f->u.open.args.n; i++)
		facts |= f->u.open.args.v[i]->facts;
	if (f->u.open.table)
		o = b_find_object(b, f->u.open.table, true);
	s = b_source_add(b, b->scope, f);
	s->correlated = (facts & (TSQL_HAS_COLUMN | TSQL_HAS_OUTER)) != 0;
	if (f->u.open.nschema) {
		s->row = schema_row(b, f->u.open.schema, f->u.open.nschema);
	} else if (o) {
		s->row = tsql_object_row(b->cat, o);
	} else if (f->h.kind == TSQL_T_OPENJSON) {
		r = b_row_new(b, 3);
		add_named(b, r, "key", "nvarchar(4000)");
		add_named(b, r, "value", "nvarchar(max)");
		add_named(b, r, "type", "int");
		s->row = r;
	} else {
		r = b_row_new(b, 9);
		add_named(b, r, "id", "bigint");
		add_named(b, r, "parentid", "bigint");
		add_named(b, r, "nodetype", "int");
		add_named(b, r, "localname", "nvarchar(4000)");
		add_named(b, r, "prefix", "nvarchar(4000)");
		add_named(b, r, "namespaceuri", "nvarchar(4000)");
		add_named(b, r, "datatype", "nvarchar(4000)");
		add_named(b, r, "prev", "bigint");
		add_named(b, r, "text", "nvarchar(max)");
		s->row = r;
	}
	s->row = b_renamed(b, s->row, &f->columns);
}

static void from_rowset(struct binder *b, struct tsql_from *f)
{
	struct tsql_source *s;
	struct tsql_row *r;

	b_exprs(b, &f->u.rowset.args);
	s = b_source_add(b, b->scope, f);
	if (f->u.rowset.nschema) {
		s->row = schema_row(b, f->u.rowset.schema, f->u.rowset.nschema);
	} else {
		r = b_row_new(b, 1);
		r->open = true;
		s->row = r;
	}
	s->row = b_renamed(b, s->row, &f->columns);
}

static void from_changetable(struct binder *b, struct tsql_from *f)
{
	struct tsql_object *o = b_find_object(b, f->u.changetable.table, true);
	struct tsql_source *s;
	const struct tsql_row *table;
	struct tsql_row *r;
	uint32_t i;

	b_exprs(b, &f->u.changetable.args);
	s = b_source_add(b, b->scope, f);
	table = o ? tsql_object_row(b->cat, o) : open_row(b);
	r = b_row_new(b, 5 + (o && o->nkey ? o->key[0].n : 0));
	add_named(b, r, "SYS_CHANGE_VERSION", "bigint");
	if (!f->u.changetable.version) {
		add_named(b, r, "SYS_CHANGE_CREATION_VERSION", "bigint");
		add_named(b, r, "SYS_CHANGE_OPERATION", "nchar(1)");
		add_named(b, r, "SYS_CHANGE_COLUMNS", "varbinary(4100)");
	}
	add_named(b, r, "SYS_CHANGE_CONTEXT", "varbinary(128)");
	for (i = 0; o && o->nkey && i < o->key[0].n; i++) {
		const struct tsql_column *c = &table->v[o->key[0].column[i]];

		add_column(r, c->name, c->len, c->type);
	}
	r->open = !o || !o->nkey;
	s->object = o;
	s->row = b_renamed(b, r, &f->columns);
}

/* ---- PIVOT, UNPIVOT ---- */

static struct tsql_scope *inner_scope(
    struct binder *b, struct tsql_from *source, struct tsql_scope **here)
{
	struct tsql_scope *in;

	*here = b->scope;
	in = b_scope_new(b, NULL, b->scope->outer, b->scope);
	b->scope = in;
	b->first_source = 0;
	b_from(b, source);
	return in;
}

static bool is_taken(const struct tsql_expr *e, const struct tsql_column *c)
{
	const struct tsql_colref *r = tsql_colref(e);

	return r && r->column == c;
}

static bool takes_column(
    const struct tsql_exprs *list, const struct tsql_column *c)
{
	uint32_t i, k;

	for (i = 0; i < list->n; i++) {
		const struct tsql_expr *e = list->v[i];

		if (is_taken(e, c))
			return true;
		if (e->h.kind == TSQL_E_CALL)
			for (k = 0; k < e->u.call.args.n; k++)
				if (is_taken(e->u.call.args.v[k], c))
					return true;
	}
	return false;
}

/* A reference to a column of the inside, for who follows columns back. */
static struct tsql_expr *reference(struct binder *b, struct tsql_source *s,
    const struct tsql_column *c, const struct tsql_node *at)
{
	struct tsql_expr *e = ARENA_NEW(b->a, struct tsql_expr);
	struct tsql_name *part = arena_alloc(b->a, sizeof(*part));

	e->h = *at;
	e->h.kind = TSQL_E_COLUMN;
	e->h.flags = 0;
	part->text = c->name;
	part->len = c->len;
	e->nparts = 1;
	e->u.name.part = part;
	b_set_column(b, e, s, c, 0);
	return e;
}

static uint32_t count_columns(const struct tsql_scope *in)
{
	uint32_t n = 0, i;

	for (i = 0; i < in->nsource; i++)
		n += in->source[i]->row->n;
	return n;
}

/* The columns that pass through: all but those taken. */
static void pass_through(struct binder *b, struct tsql_row *r,
    struct tsql_scope *in, const struct tsql_node *at,
    const struct tsql_exprs *taken, const struct tsql_expr *and_this)
{
	uint32_t i, k;

	for (i = 0; i < in->nsource; i++) {
		struct tsql_source *s = in->source[i];

		r->open |= s->row->open;
		for (k = 0; k < s->row->n; k++) {
			const struct tsql_column *c = &s->row->v[k];
			struct tsql_expr *e;

			if (takes_column(taken, c) || is_taken(and_this, c))
				continue;
			e = reference(b, s, c, at);
			add_column(r, c->name, c->len, e->type)->expr = e;
		}
	}
}

static void from_pivot(struct binder *b, struct tsql_from *f)
{
	struct tsql_scope *here, *in;
	const struct tsql_exprs *aggs = &f->u.pivot.aggregates;
	struct tsql_source *s;
	struct tsql_row *r;
	uint32_t i;

	in = inner_scope(b, f->u.pivot.source, &here);
	b_exprs(b, aggs);
	b_expr(b, f->u.pivot.column);
	r = b_row_new(b, count_columns(in) + f->u.pivot.in.n);
	pass_through(b, r, in, &f->h, aggs, f->u.pivot.column);
	for (i = 0; i < f->u.pivot.in.n; i++) {
		const struct tsql_name *n = &f->u.pivot.in.v[i];
		struct tsql_type t = *b_unknown();

		if (aggs->n && aggs->v[0]->type)
			t = *aggs->v[0]->type;
		t.nullable = true;
		add_column(r, b_name(b, n), n->len, b_keep(b, &t))->expr =
		    aggs->n ? aggs->v[0] : NULL;
	}
	b->scope = here;
	s = b_source_add(b, here, f);
	s->inner = in;
	tsql_row_index(r, b->a);
	s->row = b_renamed(b, r, &f->columns);
}

static void from_unpivot(struct binder *b, struct tsql_from *f)
{
	struct tsql_scope *here, *in;
	const struct tsql_exprs *list = &f->u.unpivot.in;
	struct tsql_type t;
	struct tsql_source *s;
	struct tsql_row *r;
	uint32_t i;

	in = inner_scope(b, f->u.unpivot.source, &here);
	b_exprs(b, list);
	r = b_row_new(b, count_columns(in) + 2);
	pass_through(b, r, in, &f->h, list, NULL);
	t = list->n && list->v[0]->type ? *list->v[0]->type : *b_unknown();
	for (i = 1; i < list->n; i++)
		t = tsql_type_common(&t, list->v[i]->type);
	t.nullable = false;
	add_column(r, b_name(b, &f->u.unpivot.value), f->u.unpivot.value.len,
	    b_keep(b, &t))
	    ->expr = list->n ? list->v[0] : NULL;
	t = tsql_type_sized(TSQL_TY_NVARCHAR, 128);
	t.nullable = false;
	add_column(r, b_name(b, &f->u.unpivot.column), f->u.unpivot.column.len,
	    b_keep(b, &t));
	b->scope = here;
	s = b_source_add(b, here, f);
	s->inner = in;
	tsql_row_index(r, b->a);
	s->row = b_renamed(b, r, &f->columns);
}

/* ---- joins ---- */

static void set_nullable(struct tsql_scope *s, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		s->source[from]->nullable = true;
}

static void b_from_under(struct binder *b, struct tsql_from *f, bool apply)
{
	if (f->h.kind == TSQL_T_DERIVED)
		from_derived(b, f, apply);
	else
		b_from(b, f);
}

/* l is bound, its sources begin at start. */
static void finish_join(struct binder *b, struct tsql_from *f, uint32_t start)
{
	struct tsql_scope *s = b->scope;
	uint8_t join = f->u.join.join;
	bool apply = join == TSQL_CROSS_APPLY || join == TSQL_OUTER_APPLY;
	uint32_t middle = s->nsource, first = b->first_source;

	if (f->u.join.r)
		b_from_under(b, f->u.join.r, apply);
	b->first_source = start;
	b_expr(b, f->u.join.on);
	b->first_source = first;
	if (join == TSQL_JOIN_LEFT || join == TSQL_JOIN_FULL ||
	    join == TSQL_OUTER_APPLY)
		set_nullable(s, middle, s->nsource);
	if (join == TSQL_JOIN_RIGHT || join == TSQL_JOIN_FULL)
		set_nullable(s, start, middle);
}

static void from_join(struct binder *b, struct tsql_from *f)
{
	size_t base = b->njoin;
	uint32_t start = b->scope->nsource;

	while (f && f->h.kind == TSQL_T_JOIN) {
		GROW(b->joins, b->njoin, b->join_cap);
		b->joins[b->njoin++] = f;
		f = f->u.join.l;
	}
	if (f)
		b_from(b, f);
	while (b->njoin > base)
		finish_join(b, b->joins[--b->njoin], start);
}

void b_from(struct binder *b, struct tsql_from *f)
{
	struct tsql_source *s;
	uint32_t first = b->first_source;

	if (!f)
		return;
	switch (f->h.kind) {
	case TSQL_T_NAME: from_name(b, f); break;
	case TSQL_T_VARIABLE: from_variable(b, f); break;
	case TSQL_T_DERIVED: from_derived(b, f, false); break;
	case TSQL_T_JOIN: from_join(b, f); break;
	case TSQL_T_PIVOT: from_pivot(b, f); break;
	case TSQL_T_UNPIVOT: from_unpivot(b, f); break;
	case TSQL_T_CALL: from_call(b, f); break;
	case TSQL_T_METHOD: from_method(b, f); break;
	case TSQL_T_OPENJSON:
	case TSQL_T_OPENXML: from_open(b, f); break;
	case TSQL_T_OPENROWSET:
	case TSQL_T_OPENDATASOURCE:
	case TSQL_T_PREDICT: from_rowset(b, f); break;
	case TSQL_T_CHANGETABLE: from_changetable(b, f); break;
	case TSQL_T_DML: from_dml(b, f); break;
	default: /* OPENQUERY, opaque */
		s = b_source_add(b, b->scope, f);
		s->row = b_renamed(b, open_row(b), &f->columns);
		break;
	}
	b->first_source = first;
	s = tsql_source(f);
	if (s && s->row->open)
		b->scope->open = true;
}

void b_froms(struct binder *b, const struct tsql_froms *froms)
{
	uint32_t i;

	for (i = 0; i < froms->n; i++)
		b_from(b, froms->v[i]);
}
