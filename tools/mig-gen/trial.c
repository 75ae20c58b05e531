/* Rows to try a view on: few, with what sits on the boundaries. */
#include <string.h>

#include "common/alloc.h"
#include "gen.h"
#include "tsql/eval_int.h"
#include "tsql/parse.h"
#include "witness.h"

#define ROWS_MAX 4
#define ROWS_MANY 30
/* of a kind: a few rows take no more of them; the view's own leave room */
#define VALUES_MAX 500
#define OWN_MAX 400
/* of a query, with all the tries that there are; a larger one has fewer */
#define NODES_MANY 10000
#define TRIES 1500
#define TRIES_FEW 20

static uint64_t next(struct trial *t)
{
	uint64_t x = t->seed;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return t->seed = x;
}

static size_t below(struct trial *t, size_t n)
{
	return n ? (size_t)(next(t) >> 11) % n : 0;
}

/* ---- what to try ---- */

static void add(
    struct trial *t, struct eval_value **v, size_t *n, struct eval_value x)
{
	if (*n >= t->values_max)
		return;
	for (size_t i = 0; i < *n; i++)
		if (eval_same(&(*v)[i], &x))
			return;
	if (!*v)
		*v = arena_alloc(t->w->arena, VALUES_MAX * sizeof(**v));
	(*v)[(*n)++] = x;
}

static char swapped(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* In another case, and not all in lower case either: that is what a constant
 * may have become in the translation. */
static char *other_case(struct trial *t, const char *s, size_t len)
{
	char *other = arena_strndup(t->w->arena, s, len);
	bool lower = true;

	for (size_t i = 0; i < len; i++) {
		other[i] = swapped(s[i]);
		lower &= !(other[i] >= 'A' && other[i] <= 'Z');
	}
	for (size_t i = len; lower && i-- > 1;)
		if (swapped(other[i]) != other[i]) {
			other[i] = swapped(other[i]);
			break;
		}
	return other;
}

static void add_string(struct trial *t, const char *s, size_t len)
{
	struct eval_value v = ev_str(s, len);
	char *other;

	if (len > 40 || !ev_is_ascii(&v))
		return;
	add(t, &t->string, &t->nstring, v);
	/* The same in the other case, and with a blank behind it. */
	other = other_case(t, s, len);
	add(t, &t->string, &t->nstring, ev_str(other, len));
	other = arena_printf(t->w->arena, "%s ", other);
	add(t, &t->string, &t->nstring, ev_str(other, len + 1));
	other = arena_printf(t->w->arena, "%.*s ", (int)len, s);
	add(t, &t->string, &t->nstring, ev_str(other, len + 1));
}

static void add_number(struct trial *t, eval_int n, int scale)
{
	add(t, &t->number, &t->nnumber, ev_num(n, scale));
}

static void add_literal(struct trial *t, const struct tsql_expr *e)
{
	struct tsql_type date = tsql_type_make(TSQL_TY_DATETIME2);
	struct eval ev = {.a = t->w->arena};
	struct eval_value v;

	if (e->h.kind == TSQL_E_INT && e->u.lit.len < 9) {
		eval_int n = 0;

		for (uint32_t i = 0; i < e->u.lit.len; i++)
			n = n * 10 + (e->u.lit.text[i] - '0');
		add_number(t, n, 0);
		add_number(t, n + 1, 0);
		add_number(t, n - 1, 0);
	}
	if (e->h.kind != TSQL_E_STRING)
		return;
	v = ev_convert(
	    &ev, ev_str(e->u.lit.text, e->u.lit.len), e->type, &date);
	if (!ev.failed && v.kind == EVAL_MOMENT) {
		add(t, &t->moment, &t->nmoment, v);
		add(t, &t->moment, &t->nmoment, ev_moment(v.n - NS_DAY));
		add(t, &t->moment, &t->nmoment, ev_moment(v.n + NS_DAY));
	} else {
		add_string(t, e->u.lit.text, e->u.lit.len);
	}
}

/* What a pattern matches: its text without the wildcards, in the midst of
 * other text where they let it be. */
static void add_pattern(struct trial *t, const struct tsql_expr *e)
{
	const char *s = e->u.lit.text;
	size_t from = 0, to = e->u.lit.len;
	char *text;

	if (e->h.kind != TSQL_E_STRING)
		return;
	while (from < to && s[from] == '%')
		from++;
	while (to > from && s[to - 1] == '%')
		to--;
	text = arena_strndup(t->w->arena, s + from, to - from);
	for (char *p = text; *p; p++)
		if (*p == '%' || *p == '_')
			*p = 'x';
	add_string(t, text, to - from);
	text = arena_printf(t->w->arena, "%s%s%s", from ? "x " : "", text,
	    to < e->u.lit.len ? " x" : "");
	add_string(t, text, strlen(text));
}

/* The values that a PIVOT makes columns of are written as names. */
static void add_pivot(struct trial *t, const struct tsql_from *f)
{
	for (uint32_t i = 0; i < f->u.pivot.in.n; i++) {
		const struct tsql_name *n = &f->u.pivot.in.v[i];
		char *end, *text = arena_strndup(t->w->arena, n->text, n->len);
		long number = strtol(text, &end, 10);

		if (n->len && n->len < 9 && !*end)
			add_number(t, number, 0);
		add_string(t, n->text, n->len);
	}
}

static void usual(struct trial *t)
{
	static const int ints[] = {1, 2, 3, 7, -7, 5, 0, 10, -1};
	static const struct {
		int n, scale;
	} decimals[] = {{5, 1}, {25, 1}, {-25, 1}, {1005, 3}, {2675, 3},
	    {-1005, 3}, {25, 2}, {-45, 2}, {125, 3}, {15, 1}, {-7, 1}, {333, 2},
	    {99999, 4}};
	static const char *const strings[] = {"abc", "x", "b", "ab c", "a1",
	    "12.345", "-7", "abcdefghijklmnopqrstuvwxyz0123456789"};
	static const struct {
		int y, m, d, ms;
	} moments[] = {{2023, 12, 31, 86399998}, {2024, 1, 1, 0},
	    {2024, 1, 6, 43200000}, {2024, 1, 7, 0}, {2024, 2, 29, 3661124},
	    {2024, 3, 31, 0}, {2024, 4, 30, 59999}, {2023, 1, 31, 1000},
	    {2022, 3, 1, 0}};

	for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
		add_number(t, ints[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(decimals); i++)
		add_number(t, decimals[i].n, decimals[i].scale);
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		add_string(t, strings[i], strlen(strings[i]));
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++)
		add(t, &t->moment, &t->nmoment,
		    ev_moment(eval_moment_of(
				  moments[i].y, moments[i].m, moments[i].d) +
			(eval_int)moments[i].ms * 1000000));
}

/* ---- what the view refers to ---- */

static struct trial_table *table_of(
    struct trial *t, const struct tsql_object *o)
{
	for (size_t i = 0; i < t->ntable; i++)
		if (t->table[i].object == o)
			return &t->table[i];
	return NULL;
}

static void take_table(struct trial *t, struct tsql_object *o)
{
	struct json_object *r = js_obj(o->data, "relation");
	const char *text = relation_jinja(t->w, r);
	struct trial_table *bigger, *new;
	uint32_t n;

	if (!text || table_of(t, o))
		return;
	bigger = arena_alloc(t->w->arena, (t->ntable + 1) * sizeof(*bigger));
	if (t->ntable)
		memcpy(bigger, t->table, t->ntable * sizeof(*bigger));
	t->table = bigger;
	new = &bigger[t->ntable++];
	new->object = o;
	/* {{ ref('x') }} without the braces */
	new->input = arena_strndup(t->w->arena, text + 3, strlen(text) - 6);
	new->columns = tsql_object_row(t->q->catalog, o);
	n = new->columns->n;
	new->used = arena_alloc(t->w->arena, n + 1);
	new->linked = arena_alloc(t->w->arena, n + 1);
}

static void mark(struct trial *t, const struct tsql_expr *e, bool linked)
{
	const struct tsql_colref *c = tsql_colref(e);
	struct trial_table *table =
	    c && c->source->object ? table_of(t, c->source->object) : NULL;

	if (!table || !c->column)
		return;
	table->used[c->column->ordinal] = true;
	if (linked)
		table->linked[c->column->ordinal] = true;
}

static bool tables(void *ctx, const struct tsql_node *n)
{
	struct trial *t = ctx;
	const struct tsql_source *s;

	if (n->kind == TSQL_T_NAME) {
		s = tsql_source((const struct tsql_from *)n);
		if (s && s->object && !s->query)
			take_table(t, s->object);
	}
	return true;
}

static bool columns(void *ctx, const struct tsql_node *n)
{
	const struct tsql_expr *e = (const struct tsql_expr *)n;
	const struct tsql_star *star;
	struct trial *t = ctx;

	t->nodes++;
	switch (n->kind) {
	case TSQL_E_COLUMN: mark(t, e, false); break;
	case TSQL_E_STAR:
		star = tsql_star(e);
		for (uint32_t i = 0; star && i < star->n; i++)
			mark(t, star->item[i]->expr, false);
		break;
	case TSQL_E_COMPARE:
		if (e->op == TSQL_OP_EQ && tsql_colref(e->u.binary.l) &&
		    tsql_colref(e->u.binary.r)) {
			mark(t, e->u.binary.l, true);
			mark(t, e->u.binary.r, true);
		}
		break;
	case TSQL_E_LIKE: add_pattern(t, e->u.like.pattern); break;
	case TSQL_T_PIVOT: add_pivot(t, (const struct tsql_from *)n); break;
	case TSQL_E_INT:
	case TSQL_E_STRING: add_literal(t, e); break;
	default: break;
	}
	return true;
}

static uint64_t hash(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

void trial_open(
    struct trial *t, struct work *w, struct query *q, struct arena *a)
{
	memset(t, 0, sizeof(*t));
	t->w = w;
	t->q = q;
	t->a = a;
	tsql_walk(&q->query->h, tables, NULL, t);
	t->values_max = OWN_MAX;
	tsql_walk(&q->query->h, columns, NULL, t);
	t->values_max = VALUES_MAX;
	t->own_strings = t->nstring;
	t->own_numbers = t->nnumber;
	t->own_moments = t->nmoment;
	usual(t);
	t->tries = TRIES;
	if (t->nodes > NODES_MANY)
		t->tries = TRIES * NODES_MANY / t->nodes;
	if (t->tries < TRIES_FEW)
		t->tries = TRIES_FEW;
}

/* ---- rows ---- */

/* A value of the pool that the type can hold as it is. */
static struct eval_value pick(struct trial *t, const struct eval_value *pool,
    size_t n, const struct tsql_type *type)
{
	for (int tries = 0; tries < 20 && n; tries++) {
		struct eval ev = {.a = t->a};
		struct eval_value was = pool[below(t, n)], v;

		v = ev_convert(&ev, was, type, type);
		if (!ev.failed && !v.vague &&
		    (eval_same(&v, &was) || was.kind == EVAL_MOMENT))
			return v;
	}
	return ev_null();
}

/* Of n rows, links meet often. */
static struct eval_value link_value(
    struct trial *t, const struct tsql_type *type, size_t n)
{
	static const char *const words[] = {"k1", "K1", "k2", "k1 ", "K2"};
	struct eval ev = {.a = t->a};
	struct eval_value v;

	if (tsql_is_string(type)) {
		const char *s = words[below(t, ARRAY_SIZE(words))];

		v = ev_convert(&ev, ev_str(s, strlen(s)), type, type);
		return v.vague ? pick(t, t->string, t->nstring, type) : v;
	}
	if (tsql_is_temporal(type))
		return pick(t, t->moment, 3, type);
	return ev_convert(
	    &ev, ev_num((eval_int)below(t, n) + 1, 0), type, type);
}

/* How many of a pool to pick from: all, or the view's own. */
static size_t some(struct trial *t, size_t own, size_t all)
{
	return own && below(t, 3) ? own : all;
}

static struct eval_value cell(
    struct trial *t, const struct tsql_type *type, bool linked, size_t n)
{
	struct tsql_type plain = *type;

	if (type->nullable && !below(t, linked ? 8 : 6))
		return ev_null();
	if (linked && below(t, 8))
		return link_value(t, type, n);
	/* What the view itself names is worth the most. */
	if (tsql_is_string(type))
		return pick(
		    t, t->string, some(t, t->own_strings, t->nstring), type);
	if (tsql_is_temporal(type))
		return pick(
		    t, t->moment, some(t, t->own_moments, t->nmoment), type);
	/* Floats are given whole numbers: those are sure. */
	if (tsql_is_float(type))
		plain = tsql_type_make(TSQL_TY_INT);
	if (tsql_is_exact(&plain))
		return pick(
		    t, t->number, some(t, t->own_numbers, t->nnumber), &plain);
	return ev_null();
}

/* Would the row break a key? Strings that only differ in case do. */
static bool breaks_key(struct trial *t, const struct trial_table *table,
    const struct eval_value *row)
{
	struct eval ev = {.a = t->a, .collation = t->q->catalog->collation};

	for (uint32_t k = 0; k < table->object->nkey; k++) {
		const struct tsql_key *key = &table->object->key[k];

		for (size_t i = 0; i < table->rows.n; i++) {
			bool same = true, vague = false;

			for (uint32_t c = 0; c < key->n && same; c++) {
				uint32_t o = key->column[c];

				same = !ev_order(&ev, &row[o],
				    &table->rows.row[i][o],
				    table->columns->v[o].type, false, &vague);
			}
			if (same)
				return true;
		}
	}
	return false;
}

/* Columns of a key are filled though the view doesn't read them. */
static bool is_key(const struct trial_table *table, uint32_t column)
{
	for (uint32_t k = 0; k < table->object->nkey; k++)
		for (uint32_t c = 0; c < table->object->key[k].n; c++)
			if (table->object->key[k].column[c] == column)
				return true;
	return false;
}

static bool is_needed(const struct trial_table *table, uint32_t column)
{
	return table->used[column] || is_key(table, column);
}

/* Many rows are numbered, from one of the view's own numbers on: the usual
 * values aren't enough for a key. */
static struct eval_value numbered(
    struct trial *t, const struct tsql_type *type, size_t row, eval_int from)
{
	struct eval ev = {.a = t->a};
	struct eval_value v =
	    ev_convert(&ev, ev_num(from + (eval_int)row, 0), type, type);

	return ev.failed ? ev_null() : v;
}

static struct eval_value one(struct trial *t, const struct trial_table *table,
    uint32_t c, size_t row, size_t rows, eval_int from)
{
	const struct tsql_type *type = table->columns->v[c].type;

	if (!is_needed(table, c))
		return ev_null();
	if (rows > ROWS_MAX && is_key(table, c) && tsql_is_exact(type))
		return numbered(t, type, row, from);
	return cell(t, type, table->linked[c], rows);
}

static void fill(struct trial *t, struct trial_table *table)
{
	/* Now and then many: a TOP has to leave some out. */
	size_t n = 1 + below(t, below(t, 8) ? ROWS_MAX : ROWS_MANY);

	eval_int from = 1;

	if (t->own_numbers && below(t, 2)) {
		const struct eval_value *own =
		    &t->number[below(t, t->own_numbers)];

		from = own->scale ? 1 : own->n;
	}
	table->rows.n = 0;
	table->rows.ncolumn = table->columns->n;
	table->rows.row = arena_alloc(t->a, n * sizeof(*table->rows.row));
	for (size_t i = 0; i < n * 4 && table->rows.n < n; i++) {
		struct eval_value *row =
		    arena_alloc(t->a, (table->columns->n + 1) * sizeof(*row));

		for (uint32_t c = 0; c < table->columns->n; c++)
			row[c] = one(t, table, c, i, n, from);
		if (!breaks_key(t, table, row))
			table->rows.row[table->rows.n++] = row;
	}
}

void trial_fill(struct trial *t, uint64_t n)
{
	t->seed = hash(js_str_or(t->w->rec, "name", "")) + n * 7919 + 1;
	for (int i = 0; i < 8; i++)
		next(t);
	for (size_t i = 0; i < t->ntable; i++)
		fill(t, &t->table[i]);
}
