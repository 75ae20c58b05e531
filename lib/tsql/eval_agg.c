#include <string.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "tsql/eval_int.h"

/* What an aggregate is fed with: the values that aren't NULL. */
struct values {
	struct eval_value *v;
	size_t n;
	bool vague;
};

static bool is_naive_group(const struct eval *ev)
{
	return ev->naive == EMIT_USE_STRING_GROUP;
}

/* Leaves one of each group of equal values; whose bytes differ are vague for
 * MIN and MAX, but not for a count. */
static void make_distinct(
    struct eval *ev, struct values *vs, const struct tsql_type *t)
{
	size_t n = 0;

	for (size_t i = 0; i < vs->n; i++) {
		bool seen = false;

		for (size_t j = 0; j < n && !seen; j++)
			seen = !ev_compare(ev, &vs->v[i], &vs->v[j], t,
			    is_naive_group(ev), &vs->vague);
		if (!seen)
			vs->v[n++] = vs->v[i];
	}
	vs->n = n;
}

static struct eval_value sum(const struct values *vs, bool *lost)
{
	struct eval_value s = vs->v[0];

	for (size_t i = 1; i < vs->n; i++) {
		struct eval_value v = vs->v[i];
		int scale = s.scale > v.scale ? s.scale : v.scale;

		s.n = ev_rescale(s.n, s.scale, scale, false, lost) +
		    ev_rescale(v.n, v.scale, scale, false, lost);
		s.scale = (uint8_t)scale;
	}
	return s;
}

static struct eval_value average(
    struct eval *ev, const struct values *vs, const struct tsql_type *t)
{
	bool lost = false;
	struct eval_value s = sum(vs, &lost);
	int scale;

	if (tsql_is_integer(t) && !s.scale &&
	    (ev->naive != EMIT_USE_AVG_INT || ev->variant == 'r'))
		return ev_quotient(
		    s.n, (eval_int)vs->n, ev->naive == EMIT_USE_AVG_INT);
	scale = tsql_is_integer(t) ? 6 : tsql_is_money(t) ? 4 : t->scale;
	if (scale < s.scale)
		return ev_vague();
	s.n = ev_rescale(s.n, s.scale, scale, false, &lost);
	if (s.n % (eval_int)vs->n && !tsql_is_integer(t))
		return ev_vague();
	return ev_num(s.n / (eval_int)vs->n, scale);
}

static struct eval_value extreme(struct eval *ev, const struct values *vs,
    const struct tsql_type *t, bool max)
{
	bool naive = ev->naive == EMIT_USE_STRING_ORDER, vague = false;
	struct eval_value best = vs->v[0];

	for (size_t i = 1; i < vs->n; i++) {
		int d = ev_order(ev, &vs->v[i], &best, t, naive, &vague);

		if (max ? d > 0 : d < 0)
			best = vs->v[i];
		else if (!d && !eval_same(&vs->v[i], &best))
			vague = true;
	}
	return vague ? ev_vague() : best;
}

static struct eval_value finish(
    struct eval *ev, struct tsql_expr *e, struct values *vs)
{
	const struct tsql_type *t =
	    e->u.call.args.n ? e->u.call.args.v[0]->type : e->type;
	enum tsql_fn fn = e->u.call.fn;
	bool lost = false;

	if (vs->vague)
		return ev_vague();
	if (e->h.flags & TSQL_DISTINCT)
		make_distinct(ev, vs, t);
	if (vs->vague)
		return ev_vague();
	if (fn == TSQL_F_COUNT || fn == TSQL_F_COUNT_BIG)
		return ev_num((eval_int)vs->n, 0);
	if (!vs->n)
		return ev_null();
	if (fn == TSQL_F_MIN || fn == TSQL_F_MAX)
		return extreme(ev, vs, t, fn == TSQL_F_MAX);
	if (vs->v[0].kind != EVAL_NUMBER)
		return ev_vague();
	if (fn == TSQL_F_SUM)
		return ev_convert(ev, sum(vs, &lost), e->type, e->type);
	return fn == TSQL_F_AVG ? average(ev, vs, e->type) : ev_vague();
}

static void feed(struct eval *ev, struct tsql_expr *e, struct values *vs)
{
	struct tsql_expr *arg = e->u.call.args.n ? e->u.call.args.v[0] : NULL;
	struct eval_value v = ev_num(1, 0);

	if (arg && arg->h.kind != TSQL_E_STAR)
		v = ev_expr(ev, arg);
	if (v.vague)
		vs->vague = true;
	else if (v.kind != EVAL_NULL)
		vs->v[vs->n++] = v;
}

static bool is_known(enum tsql_fn fn)
{
	return fn == TSQL_F_COUNT || fn == TSQL_F_COUNT_BIG ||
	    fn == TSQL_F_SUM || fn == TSQL_F_AVG || fn == TSQL_F_MIN ||
	    fn == TSQL_F_MAX;
}

/* 1 where the row is a total over the argument; of several a bit each. */
static struct eval_value grouping(
    const struct eval_frame *f, const struct tsql_expr *e)
{
	eval_int n = 0;

	if (!f || !f->group || e->u.call.args.n > 30)
		return ev_vague();
	for (uint32_t i = 0; i < e->u.call.args.n; i++)
		n = n * 2 + ev_is_absent(f->group, e->u.call.args.v[i]);
	return ev_num(n, 0);
}

/* The texts in the order that they are asked for. Without one, or among
 * peers, only one text can be sure. */
static void order_texts(struct eval *ev, struct tsql_expr *e, struct values *vs,
    struct eval_value *key)
{
	const struct tsql_orders *o = &e->u.call.within;

	for (size_t i = 1; i < vs->n; i++)
		for (size_t j = i; j > 0; j--) {
			struct eval_value *a = &key[(j - 1) * (o->n + 1)];
			struct eval_value *b = &key[j * (o->n + 1)], v;
			int d = 0;

			for (uint32_t k = 0; k < o->n && !d; k++)
				d = ev_sort(
				    ev, &a[k], &b[k], o->v[k], &vs->vague);
			if (!d && !eval_same(&vs->v[j - 1], &vs->v[j]))
				vs->vague = true;
			if (d <= 0)
				break;
			v = vs->v[j];
			vs->v[j] = vs->v[j - 1];
			vs->v[j - 1] = v;
			for (uint32_t k = 0; k < o->n; k++) {
				v = a[k];
				a[k] = b[k];
				b[k] = v;
			}
		}
}

static struct eval_value string_agg(struct eval *ev, struct eval_frame *f,
    const struct eval_combos *group, struct tsql_expr *e)
{
	struct tsql_expr **arg = e->u.call.args.v;
	const struct tsql_orders *o = &e->u.call.within;
	struct values vs = {NULL, 0, false};
	struct eval_value *key, sep, v;
	struct buf b = BUF_INIT;

	vs.v = arena_alloc(ev->a, (group->n + 1) * sizeof(*vs.v));
	key = arena_alloc(
	    ev->a, st_mul(st_mul(group->n + 1, o->n + 1), sizeof(*key)));
	for (size_t i = 0; i < group->n && !ev->failed; i++) {
		f->at = &group->v[i];
		v = ev_expr_as(ev, arg[0], e->type);
		vs.vague |= v.vague;
		if (v.kind != EVAL_STRING)
			continue;
		for (uint32_t k = 0; k < o->n; k++)
			key[vs.n * (o->n + 1) + k] = ev_expr(ev, o->v[k]->expr);
		vs.v[vs.n++] = v;
	}
	sep = ev_expr_as(ev, arg[1], e->type);
	order_texts(ev, e, &vs, key);
	if (vs.vague || sep.vague || ev->failed)
		return ev_vague();
	if (!vs.n)
		return ev_null();
	for (size_t i = 0; i < vs.n; i++) {
		if (i && sep.kind == EVAL_STRING)
			buf_add(&b, sep.s, sep.len);
		buf_add(&b, vs.v[i].s, vs.v[i].len);
	}
	v = ev_str(arena_strndup(ev->a, buf_str(&b), b.len), b.len);
	buf_release(&b);
	return ev_convert(ev, v, e->type, e->type);
}

struct eval_value ev_aggregate(struct eval *ev, struct tsql_expr *e)
{
	const struct tsql_callref *ref = tsql_callref(e);
	const struct eval_combos *group;
	struct eval_frame *f = ev->frame, *was = ev->frame;
	struct eval_combo *at;
	struct values vs = {NULL, 0, false};
	struct eval_value text = ev_null();
	enum tsql_fn fn = e->u.call.fn;

	while (f && ref && ref->scope && f->scope != ref->scope)
		f = f->outer;
	if (fn == TSQL_F_GROUPING || fn == TSQL_F_GROUPING_ID)
		return grouping(f, e);
	if (!is_known(fn) && fn != TSQL_F_STRING_AGG)
		return ev_unknown(ev, tsql_function_get(fn)->name);
	if (!f || !f->group)
		return ev_vague();
	group = f->group;
	at = f->at;
	vs.v = arena_alloc(ev->a, (group->n + 1) * sizeof(*vs.v));
	f->group = NULL;
	ev->frame = f;
	if (fn == TSQL_F_STRING_AGG)
		text = string_agg(ev, f, group, e);
	for (size_t i = 0; is_known(fn) && i < group->n && !ev->failed; i++) {
		f->at = &group->v[i];
		feed(ev, e, &vs);
	}
	ev->frame = was;
	f->group = group;
	f->at = at;
	return is_known(fn) ? finish(ev, e, &vs) : text;
}

/* ---- windows ---- */

/* The rows of the window's partition, as indexes into all, in order. */
struct part {
	size_t *i;
	size_t n, me;	  /* me: place of the current row in it */
	bool vague, ties; /* ties: of the current row */
	size_t first_peer, last_peer;
};

struct window {
	struct eval *ev;
	struct eval_frame *f;
	const struct tsql_over *over;
};

static void stand(const struct window *w, size_t i)
{
	w->f->at = &w->f->all->v[i];
	if (w->f->groups)
		w->f->group = &w->f->groups[i];
}

/* A value of another row. */
static struct eval_value value_at(
    const struct window *w, size_t i, struct tsql_expr *e)
{
	stand(w, i);
	return ev_expr(w->ev, e);
}

static int cmp_rows(const struct window *w, size_t a, size_t b, bool *vague)
{
	for (uint32_t k = 0; k < w->over->order.n; k++) {
		struct tsql_order *o = w->over->order.v[k];
		struct eval_value x = value_at(w, a, o->expr);
		struct eval_value y = value_at(w, b, o->expr);
		int d = ev_sort(w->ev, &x, &y, o, vague);

		if (d)
			return d;
	}
	return 0;
}

static bool same_part(const struct window *w, size_t a, size_t b, bool *vague)
{
	for (uint32_t k = 0; k < w->over->partition.n; k++) {
		struct tsql_expr *e = w->over->partition.v[k];
		struct eval_value x = value_at(w, a, e);
		struct eval_value y = value_at(w, b, e);

		if (ev_order(w->ev, &x, &y, e->type,
			w->ev->naive == EMIT_USE_STRING_GROUP, vague))
			return false;
	}
	return true;
}

static void partition(const struct window *w, size_t me, struct part *p)
{
	size_t n = w->f->all->n;
	bool unsure = false;

	p->i = arena_alloc(w->ev->a, (n + 1) * sizeof(*p->i));
	for (size_t i = 0; i < n && ev_step(w->ev); i++) {
		size_t at;

		/* Equality of keys is sure where their order isn't. */
		if (!same_part(w, me, i, &unsure))
			continue;
		for (at = p->n; at > 0; at--) {
			if (cmp_rows(w, p->i[at - 1], i, &p->vague) <= 0)
				break;
			p->i[at] = p->i[at - 1];
		}
		p->i[at] = i;
		p->n++;
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->i[i] == me)
			p->me = i;
	p->first_peer = p->last_peer = p->me;
	while (p->first_peer &&
	    !cmp_rows(w, p->i[p->first_peer - 1], me, &p->vague))
		p->first_peer--;
	while (p->last_peer + 1 < p->n &&
	    !cmp_rows(w, p->i[p->last_peer + 1], me, &p->vague))
		p->last_peer++;
	p->ties = p->first_peer != p->last_peer;
}

static bool has_ties(const struct window *w, struct part *p)
{
	for (size_t i = 1; i < p->n; i++)
		if (!cmp_rows(w, p->i[i - 1], p->i[i], &p->vague))
			return true;
	return false;
}

/* Buckets of one size; the first ones have one row more. */
static struct eval_value ntile(
    const struct window *w, struct tsql_expr *e, struct part *p)
{
	struct eval_value n = ev_expr(w->ev, e->u.call.args.v[0]);
	eval_int size, more, at = (eval_int)p->me;

	if (p->ties || n.vague || n.kind != EVAL_NUMBER || n.scale || n.n < 1)
		return ev_vague();
	size = (eval_int)p->n / n.n;
	more = (eval_int)p->n % n.n;
	if (at < more * (size + 1))
		return ev_num(at / (size + 1) + 1, 0);
	return ev_num((at - more * (size + 1)) / size + more + 1, 0);
}

static struct eval_value ranked(
    const struct window *w, struct tsql_expr *e, struct part *p)
{
	eval_int n = 1;

	switch (e->u.call.fn) {
	case TSQL_F_ROW_NUMBER:
		return p->ties ? ev_vague() : ev_num((eval_int)p->me + 1, 0);
	case TSQL_F_RANK: return ev_num((eval_int)p->first_peer + 1, 0);
	case TSQL_F_DENSE_RANK:
		for (size_t i = 1; i <= p->first_peer; i++)
			n += cmp_rows(w, p->i[i - 1], p->i[i], &p->vague) != 0;
		return ev_num(n, 0);
	case TSQL_F_NTILE: return ntile(w, e, p);
	case TSQL_F_FIRST_VALUE:
		/* From the start of the partition, whatever the frame's end. */
		if (w->over->frame && w->over->from != TSQL_UNBOUNDED_PRECEDING)
			return ev_vague();
		if (p->n > 1 && !cmp_rows(w, p->i[0], p->i[1], &p->vague))
			return ev_vague();
		return value_at(w, p->i[0], e->u.call.args.v[0]);
	default:
		return ev_unknown(w->ev, tsql_function_get(e->u.call.fn)->name);
	}
}

static struct eval_value shifted(
    const struct window *w, struct tsql_expr *e, struct part *p)
{
	bool lag = e->u.call.fn == TSQL_F_LAG;

	if (e->u.call.args.n != 1 || has_ties(w, p))
		return ev_vague();
	if (lag ? !p->me : p->me + 1 >= p->n)
		return ev_null();
	return value_at(
	    w, p->i[lag ? p->me - 1 : p->me + 1], e->u.call.args.v[0]);
}

static struct eval_value over_frame(
    const struct window *w, struct tsql_expr *e, struct part *p)
{
	size_t end = p->n;
	struct values vs = {NULL, 0, false};

	if (!is_known(e->u.call.fn))
		return ev_unknown(w->ev, tsql_function_get(e->u.call.fn)->name);
	if (w->over->order.n) {
		bool rows = w->over->frame == TSQL_FRAME_ROWS;

		if (w->over->frame &&
		    (w->over->from != TSQL_UNBOUNDED_PRECEDING ||
			(w->over->to && w->over->to != TSQL_CURRENT_ROW)))
			return ev_vague();
		if (rows && has_ties(w, p))
			return ev_vague();
		end = (rows ? p->me : p->last_peer) + 1;
	}
	vs.v = arena_alloc(w->ev->a, (end + 1) * sizeof(*vs.v));
	for (size_t i = 0; i < end; i++) {
		stand(w, p->i[i]);
		feed(w->ev, e, &vs);
	}
	return finish(w->ev, e, &vs);
}

struct eval_value ev_window(struct eval *ev, struct tsql_expr *e)
{
	struct eval_frame *f = ev->frame;
	struct window w = {ev, f, e->u.call.over};
	const struct eval_combos *group = f ? f->group : NULL;
	struct eval_combo *at = f ? f->at : NULL;
	struct part p = {NULL, 0, 0, false, false, 0, 0};
	struct eval_value v;

	if (!f || !f->all || w.over->base.text)
		return ev_vague();
	partition(&w, (size_t)(at - f->all->v), &p);
	if (ev->failed)
		return ev_vague();
	if (e->u.call.fn == TSQL_F_LAG || e->u.call.fn == TSQL_F_LEAD)
		v = shifted(&w, e, &p);
	else if (tsql_function_get(e->u.call.fn)->flags & TSQL_FF_AGGREGATE)
		v = over_frame(&w, e, &p);
	else
		v = ranked(&w, e, &p);
	f->at = at;
	f->group = group;
	return p.vague ? ev_vague() : v;
}
