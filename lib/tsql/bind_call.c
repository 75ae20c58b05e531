/* Calls: built-ins, user-defined functions, methods. */
#include <string.h>

#include "tsql/bind_int.h"
#include "tsql/parse.h"

static struct tsql_callref *callref(struct binder *b, struct tsql_expr *e)
{
	struct tsql_callref *r = ARENA_NEW(b->a, struct tsql_callref);

	r->h.to = TSQL_B_CALL;
	e->bound = &r->h;
	return r;
}

/* ---- arguments ---- */

/* CONTAINS(* | c | (a, b), …), COUNT(*): stars stay as they are. */
static void arguments(struct binder *b, struct tsql_expr *e, uint32_t from)
{
	const struct tsql_exprs *args = &e->u.call.args;
	uint32_t i;

	for (i = from; i < args->n; i++) {
		struct tsql_expr *arg = args->v[i];

		if (!arg)
			continue;
		if (e->u.call.fn == TSQL_F_UPDATE) {
			b_bind_word(b, arg); /* a column of the trigger's */
			continue;
		}
		if (arg->h.kind == TSQL_E_STAR) {
			arg->type = b_unknown();
			continue;
		}
		b_expr(b, arg);
		e->facts |= arg->facts;
	}
}

static void date_part(
    struct binder *b, struct tsql_expr *e, struct tsql_callref *r)
{
	struct tsql_expr *arg = e->u.call.args.n ? e->u.call.args.v[0] : NULL;

	if (!arg || arg->h.kind != TSQL_E_COLUMN || !arg->nparts)
		return;
	r->datepart = (uint8_t)tsql_datepart_find(
	    arg->u.name.part[0].text, arg->u.name.part[0].len);
	b_bind_word(b, arg);
}

/* The query that an aggregate belongs to: the nearest one whose columns it
 * takes; its own when it takes none. */
static void own_aggregate(
    struct binder *b, struct tsql_expr *e, struct tsql_callref *r)
{
	struct tsql_scope *s = b->scope;
	uint16_t level = b->nearest;

	if (level != UINT16_MAX)
		for (; level && s && s->outer; level--)
			s = s->outer;
	r->scope = s;
	if (s)
		s->grouped = true;
	if (s == b->scope)
		e->facts |= TSQL_HAS_AGGREGATE;
}

static void builtin(struct binder *b, struct tsql_expr *e)
{
	const struct tsql_function *f =
	    tsql_function_get((enum tsql_fn)e->u.call.fn);
	bool aggregate = f->flags & TSQL_FF_AGGREGATE && !e->u.call.over;
	const struct tsql_row *aliases = b->order_out;
	bool groups = b->nullable_groups;
	uint16_t nearest = b->nearest;
	struct tsql_callref *r = NULL;
	struct tsql_type t;

	if (aggregate || f->flags & TSQL_FF_DATEPART)
		r = callref(b, e);
	if (f->flags & TSQL_FF_DATEPART)
		date_part(b, e, r);
	if (aggregate) {
		b->nearest = UINT16_MAX;
		b->nullable_groups = false;
	}
	b->order_out = NULL;
	arguments(b, e, f->flags & TSQL_FF_DATEPART ? 1 : 0);
	b_orders(b, &e->u.call.within);
	b_over(b, e->u.call.over);
	b_dtype(b, e->u.call.returning, 1);
	b->order_out = aliases;
	b->nullable_groups = groups;
	if (aggregate) {
		own_aggregate(b, e, r);
		if (nearest < b->nearest)
			b->nearest = nearest;
	}
	if (f->flags & TSQL_FF_WINDOW || e->u.call.over)
		e->facts |= TSQL_HAS_WINDOW;
	if (f->flags & (TSQL_FF_VOLATILE | TSQL_FF_SESSION))
		e->facts |= TSQL_HAS_VOLATILE;
	t = tsql_function_type(e);
	if (e->u.call.returning && e->u.call.returning->type)
		t = *e->u.call.returning->type;
	e->type = b_keep(b, &t);
}

/* ---- user-defined functions ---- */

static bool is_partition(const struct tsql_call *c)
{
	uint16_t i;

	for (i = 0; i + 1 < c->nparts; i++)
		if (c->part[i].text && tsql_name_is(&c->part[i], "$PARTITION"))
			return true;
	return false;
}

static void user_function(struct binder *b, struct tsql_expr *e)
{
	struct tsql_callref *r = callref(b, e);
	struct tsql_objname *n = ARENA_NEW(b->a, struct tsql_objname);
	struct tsql_type t = *b_unknown();
	const struct tsql_row *aliases = b->order_out;

	b->order_out = NULL;
	arguments(b, e, 0);
	b_over(b, e->u.call.over);
	b->order_out = aliases;
	e->facts |= TSQL_HAS_UDF;
	e->type = b_unknown();
	if (is_partition(&e->u.call)) {
		e->u.call.fn = TSQL_F_PARTITION_FN;
		t = tsql_type_make(TSQL_TY_INT);
		e->type = b_keep(b, &t);
		return;
	}
	n->h.kind = TSQL_OBJNAME;
	n->h.off = e->h.off;
	n->h.len = e->h.len;
	n->n = e->u.call.nparts;
	n->part = e->u.call.part;
	r->object = b_find_object(b, n, true);
	if (!r->object)
		return;
	if (tsql_object_type(b->cat, r->object)) {
		t = *r->object->type;
		if (t.label == TSQL_COLL_IMPLICIT)
			t.label = TSQL_COLL_COERCIBLE;
	}
	t.nullable = true;
	e->type = b_keep(b, &t);
}

void b_call(struct binder *b, struct tsql_expr *e)
{
	struct tsql_call *c = &e->u.call;

	c->fn = TSQL_F_NONE;
	if (c->nparts == 1 && c->part[0].text)
		c->fn = tsql_function_find(c->part[0].text, c->part[0].len);
	if (c->fn)
		builtin(b, e);
	else
		user_function(b, e);
}

/* ---- methods of xml and the CLR types ---- */

static const struct {
	const char *name, *type;
} methods[] = {
    {"exist", "bit"},
    {"query", "xml"},
    {"ToString", "nvarchar(4000)"},
    {"GetLevel", "smallint"},
    {"GetAncestor", "hierarchyid"},
    {"GetDescendant", "hierarchyid"},
    {"GetReparentedValue", "hierarchyid"},
    {"GetRoot", "hierarchyid"},
    {"IsDescendantOf", "bit"},
    {"STArea", "float"},
    {"STAsBinary", "varbinary(max)"},
    {"STAsText", "nvarchar(max)"},
    {"AsTextZM", "nvarchar(max)"},
    {"AsGml", "xml"},
    {"STContains", "bit"},
    {"STDistance", "float"},
    {"STEquals", "bit"},
    {"STGeometryType", "nvarchar(4000)"},
    {"STIntersects", "bit"},
    {"STIsClosed", "bit"},
    {"STIsEmpty", "bit"},
    {"STIsValid", "bit"},
    {"STLength", "float"},
    {"STNumGeometries", "int"},
    {"STNumPoints", "int"},
    {"STDimension", "int"},
    {"STOverlaps", "bit"},
    {"STSrid", "int"},
    {"STWithin", "bit"},
    {"STX", "float"},
    {"STY", "float"},
    {"Lat", "float"},
    {"Long", "float"},
};

/* x.value('…', 'int'): the type is in the second argument. */
static struct tsql_type value_type(
    struct binder *b, const struct tsql_exprs *args)
{
	const struct tsql_expr *e = args->n > 1 ? args->v[1] : NULL;
	struct tsql_type t;

	if (!e || e->h.kind != TSQL_E_STRING)
		return *b_unknown();
	t = tsql_type_parse(e->u.lit.text, e->u.lit.len);
	(void)b;
	return t;
}

static struct tsql_type method_type(struct binder *b, const struct tsql_expr *e)
{
	const struct tsql_name *n = &e->u.method.name;
	struct tsql_type t = *b_unknown();
	size_t i;

	if (!n->text)
		return t;
	if (tsql_name_is(n, "value"))
		return value_type(b, &e->u.method.args);
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (tsql_name_is(n, methods[i].name))
			return tsql_type_parse(
			    methods[i].type, strlen(methods[i].type));
	return t;
}

/* schema.value(…) is read as a method; it may be a function of that name. */
static bool is_function_after_all(struct binder *b, struct tsql_expr *e)
{
	struct tsql_expr *on = e->u.method.e;
	struct tsql_objname n = {.h = {.kind = TSQL_OBJNAME}};
	struct tsql_name part[3];
	struct tsql_object *o;
	struct tsql_callref *r;
	uint32_t i;

	if (on->h.kind != TSQL_E_COLUMN || !on->nparts || on->nparts > 2)
		return false;
	for (i = 0; i < on->nparts; i++)
		part[i] = on->u.name.part[i];
	part[i] = e->u.method.name;
	n.n = on->nparts + 1u;
	n.part = part;
	o = tsql_catalog_find_name(b->cat, &n);
	if (!o || o->kind != TSQL_OBJ_SCALAR_FUNCTION)
		return false;
	r = callref(b, e);
	r->object = o;
	b_bind_word(b, on);
	e->type = tsql_object_type(b->cat, o) ? o->type : b_unknown();
	e->facts |= TSQL_HAS_UDF;
	return true;
}

void b_method(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t;
	uint32_t i;

	b_exprs(b, &e->u.method.args);
	for (i = 0; i < e->u.method.args.n; i++)
		e->facts |= e->u.method.args.v[i]->facts;
	e->facts |= e->u.method.e->facts;
	if (!e->u.method.e->bound && is_function_after_all(b, e))
		return;
	t = method_type(b, e);
	e->type = b_keep(b, &t);
}

void b_static(struct binder *b, struct tsql_expr *e)
{
	struct tsql_type t;

	b_dtype(b, e->u.method.owner, 1);
	b_exprs(b, &e->u.method.args);
	t = method_type(b, e);
	if (t.base == TSQL_TY_UNKNOWN && e->u.method.owner &&
	    e->u.method.owner->type)
		t = *e->u.method.owner->type;
	e->type = b_keep(b, &t);
}
