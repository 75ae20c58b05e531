/* The statements of a module that write: targets, and the keys they go by. */
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "tsql/parse.h"
#include "tsql/profile_int.h"

/* The table source that a DML target's one-part name is the alias of. */
static const struct tsql_from *find_alias(
    const struct tsql_from *f, const struct tsql_name *name)
{
	for (; f && f->h.kind == TSQL_T_JOIN; f = f->u.join.l) {
		const struct tsql_from *r = find_alias(f->u.join.r, name);

		if (r)
			return r;
	}
	if (!f)
		return NULL;
	if (f->alias.len == name->len && f->alias.text &&
	    strncasecmp(f->alias.text, name->text, name->len) == 0)
		return f;
	return NULL;
}

static struct tsql_write *add_write(
    struct profiler *p, enum tsql_write_verb verb, const struct tsql_stmt *s)
{
	struct tsql_profile *o = p->out;
	struct tsql_write *w;

	if (o->nwrite == o->write_cap) {
		uint32_t cap = o->write_cap ? o->write_cap * 2 : 8;
		struct tsql_write *v =
		    arena_alloc(p->arena, st_mul(cap, sizeof(*v)));

		if (o->nwrite)
			memcpy(v, o->write, o->nwrite * sizeof(*v));
		o->write = v;
		o->write_cap = cap;
	}
	w = &o->write[o->nwrite++];
	memset(w, 0, sizeof(*w));
	w->verb = verb;
	w->stmt = s;
	w->in_loop = p->place.in_loop;
	w->in_branch = p->place.in_branch;
	w->in_handler = p->place.in_handler;
	return w;
}

static void set_target(struct tsql_write *w, const struct tsql_from *target,
    const struct tsql_froms *from)
{
	uint32_t i;

	if (target && target->h.kind == TSQL_T_NAME &&
	    target->u.name.name->n == 1) {
		for (i = 0; from && i < from->n; i++) {
			const struct tsql_from *f = find_alias(
			    from->v[i], &target->u.name.name->part[0]);

			if (f) {
				target = f;
				break;
			}
		}
	}
	if (target && target->h.kind == TSQL_T_NAME) {
		w->name = target->u.name.name;
		w->temporary = is_temp(last_part(w->name));
	} else if (target && target->h.kind == TSQL_T_VARIABLE) {
		w->variable = &target->u.variable.name;
		w->temporary = true;
	}
}

/* Does a query read no table? */
static bool look_for_table(void *ctx, const struct tsql_node *n)
{
	bool *found = ctx;

	if (n->kind >= TSQL_T_NAME && n->kind <= TSQL_T_OPAQUE &&
	    n->kind != TSQL_T_JOIN && n->kind != TSQL_T_DERIVED)
		*found = true;
	return !*found;
}

static bool reads_no_table(const struct tsql_query *q)
{
	bool found = false;

	if (q)
		tsql_walk(&q->h, look_for_table, NULL, &found);
	return !found;
}

struct given_search {
	bool table, variable;
};

static bool look_for_given(void *ctx, const struct tsql_node *n)
{
	struct given_search *s = ctx;

	if (n->kind >= TSQL_Q_SELECT && n->kind <= TSQL_Q_VALUES)
		s->table = true;
	if (n->kind == TSQL_E_VARIABLE)
		s->variable = true;
	return !s->table;
}

/* The new values and the condition of an UPDATE or DELETE: from a variable
 * and from no other table? */
static bool is_given(const struct tsql_assigns *set,
    const struct tsql_froms *from, const struct tsql_expr *where)
{
	struct given_search s = {from->n > 1, false};
	uint32_t i;

	if (from->n == 1 && from->v[0]->h.kind != TSQL_T_NAME)
		s.table = true;
	for (i = 0; set && i < set->n; i++)
		tsql_walk(&set->v[i]->h, look_for_given, NULL, &s);
	if (where)
		tsql_walk(&where->h, look_for_given, NULL, &s);
	return s.variable && !s.table;
}

static bool is_column(const struct tsql_expr *e)
{
	return e->h.kind == TSQL_E_COLUMN;
}

/* Collects the columns of `a = … and b = …`; false when there is something
 * else in the condition. */
static bool collect_keys(struct profiler *p, struct tsql_write *w,
    const struct tsql_expr *e, bool both)
{
	const struct tsql_expr *col;
	const struct tsql_name **v;

	while (e->h.kind == TSQL_E_AND) {
		if (!collect_keys(p, w, e->u.binary.r, both))
			return false;
		e = e->u.binary.l;
	}
	if (e->h.kind != TSQL_E_COMPARE || e->op != TSQL_OP_EQ)
		return false;
	col = is_column(e->u.binary.l) ? e->u.binary.l : e->u.binary.r;
	if (!is_column(col) ||
	    (is_column(e->u.binary.l) && is_column(e->u.binary.r)) != both)
		return false;
	v = arena_alloc(p->arena, (w->nkey + 1) * sizeof(*v));
	if (w->nkey)
		memcpy(v, w->key, w->nkey * sizeof(*v));
	v[w->nkey] = &col->u.name.part[col->nparts - 1];
	w->key = v;
	w->nkey++;
	return true;
}

static void keys_of(struct profiler *p, struct tsql_write *w,
    const struct tsql_expr *cond, bool both)
{
	if (!cond || !collect_keys(p, w, cond, both))
		w->nkey = 0;
}

void profile_insert(struct profiler *p, const struct tsql_stmt *s)
{
	struct tsql_write *w = add_write(p, TSQL_W_INSERT, s);

	NOTE(p, INSERTS, s->h.off);
	set_target(w, s->u.insert.target, NULL);
	if (s->u.insert.exec) {
		NOTE(p, INSERT_EXECS, s->h.off);
		NOTE(p, EXECS, s->h.off);
	} else {
		w->given = reads_no_table(s->u.insert.query);
	}
}

void profile_update(struct profiler *p, const struct tsql_stmt *s)
{
	struct tsql_write *w = add_write(p, TSQL_W_UPDATE, s);

	NOTE(p, UPDATES, s->h.off);
	set_target(w, s->u.update.target, &s->u.update.from);
	w->given =
	    is_given(&s->u.update.set, &s->u.update.from, s->u.update.where);
}

void profile_delete(struct profiler *p, const struct tsql_stmt *s)
{
	struct tsql_write *w = add_write(p, TSQL_W_DELETE, s);

	NOTE(p, DELETES, s->h.off);
	set_target(w, s->u.del.target, &s->u.del.from);
	w->whole = !s->u.del.where && !s->u.del.top &&
	    (s->u.del.from.n == 0 ||
		(s->u.del.from.n == 1 &&
		    s->u.del.from.v[0]->h.kind == TSQL_T_NAME));
	w->given = is_given(NULL, &s->u.del.from, s->u.del.where);
	if (s->u.del.from.n <= 1)
		keys_of(p, w, s->u.del.where, false);
}

void profile_merge(struct profiler *p, const struct tsql_stmt *s)
{
	struct tsql_write *w = add_write(p, TSQL_W_MERGE, s);

	NOTE(p, MERGES, s->h.off);
	set_target(w, s->u.merge.target, NULL);
	keys_of(p, w, s->u.merge.on, true);
}

void profile_truncate(struct profiler *p, const struct tsql_stmt *s)
{
	struct tsql_write *w = add_write(p, TSQL_W_TRUNCATE, s);

	NOTE(p, TRUNCATES, s->h.off);
	w->name = s->u.truncate.name;
	w->temporary = is_temp(last_part(w->name));
	w->whole = s->u.truncate.options.n == 0;
}

/* SELECT … INTO t stands in the leftmost select of a set operation. */
void profile_select(struct profiler *p, const struct tsql_stmt *s)
{
	const struct tsql_query *q = s->u.select;
	struct tsql_write *w;

	while (q && q->h.kind == TSQL_Q_SETOP)
		q = q->u.set.l;
	if (!q || q->h.kind != TSQL_Q_SELECT || !q->u.select.into)
		return;
	w = add_write(p, TSQL_W_SELECT_INTO, s);
	NOTE(p, SELECT_INTOS, s->h.off);
	w->name = q->u.select.into;
	w->temporary = is_temp(last_part(w->name));
	if (w->temporary)
		NOTE(p, TEMP_TABLES, s->h.off);
	w->whole = true;
}
