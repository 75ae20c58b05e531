/*
 * Names: snake case, the prefixes of the layers, and collisions, which are
 * settled by what the objects are called alone and never by their order.
 */
#include <ctype.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/fs.h"
#include "common/sha256.h"
#include "plan.h"

/* What people still read, and within the limit of every shared dialect. */
#define NAME_BYTES 56
/* Words that dbt puts around a model's name: __dbt_tmp, __dbt_backup. */
#define ROOM 7

static char *digest(struct arena *a, const char *s)
{
	char hex[SHA256_HEX];

	sha256_of(s, strlen(s), hex);
	return arena_strndup(a, hex, 6);
}

/* A hump: "orderId", or the last letter of "FXRate"'s capitals. */
static bool starts_word(const char *s, size_t i)
{
	unsigned char c = (unsigned char)s[i], before, next;

	if (!i || !isupper(c))
		return false;
	before = (unsigned char)s[i - 1];
	next = (unsigned char)s[i + 1];
	return islower(before) || isdigit(before) ||
	    (isupper(before) && islower(next));
}

char *snake_case(struct arena *a, const char *name)
{
	struct buf b = BUF_INIT;
	bool lost = false;
	char *s;
	size_t i;

	for (i = 0; name[i]; i++) {
		unsigned char c = (unsigned char)name[i];
		bool ok = c < 0x80 && isalnum(c);

		if (c >= 0x80)
			lost = true;
		if ((!ok || starts_word(name, i)) && b.len &&
		    b.s[b.len - 1] != '_')
			buf_addc(&b, '_');
		if (ok)
			buf_addc(&b, (char)tolower(c));
	}
	while (b.len && b.s[b.len - 1] == '_')
		buf_setlen(&b, b.len - 1);
	/* What has no letters left needs something of its own. */
	if (lost || !b.len)
		buf_addf(&b, "%s%s", b.len ? "_" : "x", digest(a, name));
	s = arena_strdup(a, buf_str(&b));
	buf_release(&b);
	return s;
}

static bool skip_prefix(const char **s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*s, prefix, n) != 0 || !(*s)[n])
		return false;
	*s += n;
	return true;
}

/* "vw_sales" and "v_sales" are views by their name: a model needn't be. */
static const char *plain(const char *name, enum object_kind kind)
{
	if (kind == OBJECT_VIEW && !skip_prefix(&name, "vw_"))
		skip_prefix(&name, "v_");
	if (kind == OBJECT_PROCEDURE && !skip_prefix(&name, "usp_") &&
	    !skip_prefix(&name, "sp_"))
		skip_prefix(&name, "proc_");
	return name;
}

static const char *mart_name(struct arena *a, const char *name)
{
	static const char *const kept[] = {
	    "fct_", "dim_", "rpt_", "agg_", "bridge_", "int_"};
	size_t i;

	if (skip_prefix(&name, "fact_"))
		return arena_printf(a, "fct_%s", name);
	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		if (strncmp(name, kept[i], strlen(kept[i])) == 0)
			return name;
	}
	return arena_printf(a, "rpt_%s", name);
}

const char *area_name(
    struct plan *p, const struct object *o, const char *between)
{
	const char *schema = snake_case(&p->arena, o->schema);

	if (!p->several)
		return schema;
	return arena_printf(&p->arena, "%s%s%s",
	    snake_case(&p->arena, o->database), between, schema);
}

static const char *base_name(struct plan *p, const struct model *m)
{
	const struct object *o = m->target ? m->target : m->object;
	const char *name = plain(snake_case(&p->arena, o->name), o->kind);

	switch (m->layer) {
	case LAYER_STAGING:
		return arena_printf(
		    &p->arena, "stg_%s__%s", area_name(p, o, "_"), name);
	case LAYER_INTERMEDIATE: return arena_printf(&p->arena, "int_%s", name);
	default: return mart_name(&p->arena, name);
	}
}

static const char *shorten(
    struct plan *p, const char *name, const struct model *m)
{
	size_t most = NAME_BYTES, n;
	const char *id = m->object->id;

	if (p->name_limit && p->name_limit < most + ROOM)
		most = p->name_limit - ROOM;
	if (strlen(name) <= most)
		return name;
	/* A procedure's models are told apart by their tables. */
	if (m->target && m->target != m->object)
		id = arena_printf(&p->arena, "%s %s", id, m->target->id);
	n = most - 7;
	while (n && name[n - 1] == '_')
		n--;
	return arena_printf(
	    &p->arena, "%.*s_%s", (int)n, name, digest(&p->arena, id));
}

/* How many models have each name. */
static void count_names(struct plan *p, struct map *count)
{
	uint32_t i;

	map_init(count, MAP_EXACT);
	for (i = 0; i < p->nmodel; i++) {
		struct map_entry *e = map_put(
		    count, p->model[i]->name, strlen(p->model[i]->name));

		e->value = (void *)((size_t)e->value + 1);
	}
}

/* The same name in two databases: both get theirs, as staging models do,
 * int_shop_dbo__region and int_crm_dbo__region. */
static void add_databases(struct plan *p)
{
	struct map count;
	uint32_t i;

	count_names(p, &count);
	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i];
		const struct object *o = m->target ? m->target : m->object;
		size_t n = strcspn(m->base, "_");

		if ((size_t)map_get(&count, m->name) == 1 ||
		    m->layer == LAYER_STAGING || !m->base[n])
			continue;
		m->base = arena_printf(&p->arena, "%.*s_%s__%s", (int)n,
		    m->base, area_name(p, o, "_"), m->base + n + 1);
		m->name = shorten(p, m->base, m);
	}
	map_release(&count, NULL);
}

/* Gives every model whose name is not its own a longer one. */
static void settle(struct plan *p, int round)
{
	struct map count;
	uint32_t i;

	count_names(p, &count);
	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i];
		const struct object *o = m->object;
		const char *longer;

		if ((size_t)map_get(&count, m->name) == 1 &&
		    !map_get(&p->taken, m->name))
			continue;
		if (round == 0 && o->kind == OBJECT_PROCEDURE)
			longer = arena_printf(&p->arena, "%s__%s", m->base,
			    snake_case(&p->arena, o->name));
		else if (round == 0)
			longer = arena_printf(&p->arena, "%s__%s", m->base,
			    snake_case(&p->arena, o->schema));
		else
			longer = arena_printf(&p->arena, "%s_%s", m->base,
			    digest(&p->arena,
				arena_printf(&p->arena, "%s %s", o->id,
				    m->target ? m->target->id : "")));
		findings_add(
		    &m->findings, FINDING_NAME_TAKEN, 0, 0, "%s", m->name);
		m->name = shorten(p, longer, m);
	}
	map_release(&count, NULL);
}

/* A writer that isn't the first of its table is named for itself too, so
 * that the readers' one keeps the plain name. */
static bool is_second_writer(const struct model *m)
{
	return m->object->kind == OBJECT_PROCEDURE && m->target &&
	    m->target->model && m->target->model != m;
}

void plan_names(struct plan *p)
{
	static const char *const dirs[] = {"staging", "intermediate", "marts"};
	uint32_t i;

	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i];

		m->base = base_name(p, m);
		if (is_second_writer(m))
			m->base = arena_printf(&p->arena, "%s__%s", m->base,
			    snake_case(&p->arena, m->object->name));
		m->name = shorten(p, m->base, m);
	}
	if (p->several)
		add_databases(p);
	settle(p, 0);
	settle(p, 1);
	for (i = 0; i < p->nmodel; i++) {
		struct model *m = p->model[i];
		const struct object *o = m->target ? m->target : m->object;
		const char *area = area_name(p, o, "/");

		m->path = arena_printf(&p->arena, "models/%s/%s/%s.sql",
		    dirs[m->layer], *area ? area : "dbo", m->name);
	}
}

/* The names in source(): as in the catalogue where a file, Jinja and YAML can
 * bear them, else made safe, with the real one as identifier. */
static const char *source_name(struct plan *p, const char *name)
{
	const char *s;
	char *safe;

	for (s = name; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f || strchr("'\"\\{}%/*?:<>|#`$", c))
			break;
	}
	if (!*s && s != name && name[0] != '.' && s - name <= 100)
		return name;
	safe = fs_safe_name(name);
	s = arena_printf(&p->arena, "%.60s_%s", safe, digest(&p->arena, name));
	free(safe);
	return s;
}

static const char *source_of(struct plan *p, const struct object *o)
{
	const char *schema = *o->schema ? o->schema : "dbo";

	if (p->several)
		return arena_printf(&p->arena, "%s__%s", o->database, schema);
	return plan_is_foreign(p, o)
	    ? arena_printf(&p->arena, "%s.%s", o->database, schema)
	    : schema;
}

void plan_source_names(struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->nobject; i++) {
		struct object *o = p->object[i];

		if (!o->is_source)
			continue;
		o->source = source_name(p, source_of(p, o));
		o->table = source_name(p, o->name);
	}
}
