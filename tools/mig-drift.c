/*
 * mig-drift: what changed between two extractions of a database, and what it
 * means for the models made from the first.
 */
#include <ctype.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "common/opt.h"

struct catalogue {
	struct map objects; /* kind \1 database \1 id -> record */
	struct map users;   /* id -> struct map of the ids that use it */
	struct map models;  /* object id -> name of its model */
};

struct drift {
	struct catalogue old, new;
	struct json_object *details; /* of the object at hand */
	size_t nr, errors, warnings;
	bool text;
};

/* What a change means; the first row that fits counts. */
static const struct meaning {
	const char *what, *change, *severity, *text;
} meanings[] = {
    {"table", "added", "info", "no model reads it yet: plan it"},
    {"table", "dropped", "error",
	"its source is gone: the models on it fail until they are removed or "
	"pointed elsewhere"},
    {"view", "added", "info", "no model stands for it yet: plan it"},
    {"view", "dropped", "warning",
	"its model still runs, but nothing in the database asks for it now"},
    {"procedure", "added", "info", "not migrated yet: plan it"},
    {"procedure", "dropped", "warning",
	"its model still runs, but nobody fills the original table now"},
    {"function", "dropped", "warning",
	"models that inlined it keep its old meaning"},
    {"column", "added", "info",
	"the staging model doesn't select it: generate it again"},
    {"column", "dropped", "error",
	"every model that selects it fails at its next run"},
    {"column", "moved", "info",
	"only SELECT * and INSERT without a column list depend on the order"},
    {"type", "widened", "info",
	"old values still fit; casts and contracts keep the narrow type until "
	"they are generated again"},
    {"type", "changed", "warning",
	"casts, comparisons and contracts of the models were made for the old "
	"type: generate and test them again"},
    {"nullable", "allowed", "warning",
	"NULLs may come: its not_null test fails, joins and NOT IN change"},
    {"nullable", "forbidden", "info", "a not_null test can be added"},
    {"collation", "changed", "warning",
	"comparisons, joins and DISTINCT on it may find other rows"},
    {"computed", "changed", "warning",
	"the expression is in the staging model: generate it again"},
    {"identity", "changed", "info", "models don't make these numbers"},
    {"default", "changed", "info",
	"only loads that leave the column out see it"},
    {"primary_key", "changed", "error",
	"unique keys of incremental models and snapshots, and the unique test, "
	"were made for the old key: a merge on it may double or lose rows"},
    {"unique_keys", "changed", "warning",
	"its unique test was made for the old key"},
    {"foreign_keys", "changed", "info",
	"its relationships test was made for the old key"},
    {"checks", "changed", "info", "accepted values may have changed with it"},
    {"indexes", "changed", "info", "no model depends on an index"},
    {"parameters", "changed", "warning",
	"the dbt vars of its model were made for the old parameters"},
    {"returns", "changed", "warning",
	"models that inlined the function expect the old type"},
    {"definition", "layout", "info",
	"only blanks and line breaks changed: the model still stands"},
    {"definition", "changed", "warning",
	"its model was made from the old text: generate, test and compare it "
	"again"},
    {"definition", "hidden", "warning",
	"the text can't be read any more: the model can't be checked against "
	"it"},
    {"target", "changed", "error",
	"models that go through the synonym read another object now"},
    {"base_type", "changed", "warning",
	"columns of this type are cast as the old one"},
    {NULL, NULL, "info", "look whether a model depends on it"},
};

/* -- reading -------------------------------------------------------------- */

static void put_record(void *p)
{
	json_object_put(p);
}

static void free_users(void *p)
{
	map_release(p, NULL);
	free(p);
}

static void note_user(
    struct catalogue *c, const char *target, const char *source)
{
	struct map_entry *e = map_put(&c->users, target, strlen(target));

	if (!e->value) {
		e->value = xcalloc(1, sizeof(struct map));
		map_init(e->value, MAP_FOLD);
	}
	map_put(e->value, source, strlen(source));
}

static const char *key_of(struct json_object *o, struct buf *b)
{
	buf_reset(b);
	buf_addf(b, "%s\001%s\001%s", js_str_or(o, "kind", ""),
	    js_str_or(o, "database", ""), js_str_or(o, "id", ""));
	return b->s;
}

static bool is_object(struct json_object *o)
{
	static const char *const kinds[] = {"table", "view", "procedure",
	    "function", "trigger", "synonym", "sequence", "type", "job"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (js_is(o, "kind", kinds[i]))
			return js_str(o, "id") && !js_is(o, "change", "gone");
	}
	return false;
}

static int load(struct catalogue *c, const char *path)
{
	struct jsonl_reader r;
	struct json_object *o;
	struct buf key = BUF_INIT;
	size_t bad;

	if (jsonl_open(&r, path) < 0)
		return -1;
	while ((o = jsonl_next(&r)) != NULL) {
		if (is_object(o)) {
			struct json_object *old = map_set(
			    &c->objects, key_of(o, &key), json_object_get(o));

			json_object_put(old);
		} else if (js_is(o, "kind", "dependency")) {
			note_user(c, js_str_or(o, "target", ""),
			    js_str_or(o, "source", ""));
		} else if (js_is(o, "kind", "model")) {
			map_put(&c->models, js_str_or(o, "object", ""),
			    strlen(js_str_or(o, "object", "")))
			    ->value = xstrdup(js_str_or(o, "name", ""));
		}
		json_object_put(o);
	}
	buf_release(&key);
	bad = r.bad;
	jsonl_close(&r);
	return bad ? 1 : 0;
}

/* -- details -------------------------------------------------------------- */

static const struct meaning *meaning_of(const char *what, const char *change)
{
	const struct meaning *m;

	for (m = meanings; m->what; m++) {
		if (strcmp(m->what, what) == 0 &&
		    strcmp(m->change, change) == 0)
			break;
	}
	return m;
}

static void detail(struct drift *d, const char *what, const char *name,
    const char *change, struct json_object *old, struct json_object *new)
{
	const struct meaning *m = meaning_of(what, change);
	struct json_object *o = json_object_new_object();

	js_set_str(o, "what", what);
	if (name)
		js_set_str(o, "name", name);
	js_set_str(o, "change", change);
	if (old || new) {
		js_set(o, "old", json_object_get(old));
		js_set(o, "new", json_object_get(new));
	}
	js_set_str(o, "severity", m->severity);
	js_set_str(o, "meaning", m->text);
	json_object_array_add(d->details, o);
	d->errors += strcmp(m->severity, "error") == 0;
	d->warnings += strcmp(m->severity, "warning") == 0;
}

static bool same(struct json_object *a, struct json_object *b)
{
	return a == b || (a && b && json_object_equal(a, b));
}

/* "nvarchar(50)" to base "nvarchar" and 50; (max) is the largest. */
static void split_type(const char *t, char *base, size_t size, long n[2])
{
	const char *paren = strchr(t, '(');
	size_t len = paren ? (size_t)(paren - t) : strlen(t);
	char *end;

	snprintf(base, size, "%.*s", (int)(len < size ? len : size - 1), t);
	n[0] = n[1] = 0;
	if (!paren)
		return;
	if (strncmp(paren, "(max", 4) == 0) {
		n[0] = 1L << 30;
		return;
	}
	n[0] = strtol(paren + 1, &end, 10);
	if (*end == ',')
		n[1] = strtol(end + 1, NULL, 10);
}

static bool is_widened(const char *old, const char *new)
{
	static const char *const ints[] = {
	    "bit", "tinyint", "smallint", "int", "bigint"};
	char a[64], b[64];
	long x[2], y[2];
	size_t i, from = 0, to = 0;

	split_type(old, a, sizeof(a), x);
	split_type(new, b, sizeof(b), y);
	if (strcmp(a, b) == 0)
		/* decimal: both the digits before and behind the point */
		return y[0] - y[1] >= x[0] - x[1] && y[1] >= x[1];
	for (i = 1; i < ARRAY_SIZE(ints); i++) {
		if (strcmp(a, ints[i]) == 0)
			from = i;
		if (strcmp(b, ints[i]) == 0)
			to = i;
	}
	return from && to > from;
}

static void compare_column(
    struct drift *d, struct json_object *old, struct json_object *new)
{
	static const char *const plain[] = {
	    "collation", "computed", "identity", "default"};
	const char *name = js_str(new, "name");
	const char *a = js_str_or(old, "type", ""),
		   *b = js_str_or(new, "type", "");
	bool was = js_bool(old, "nullable", true);
	bool is = js_bool(new, "nullable", true);
	size_t i;

	if (*a && *b && strcmp(a, b) != 0)
		detail(d, "type", name,
		    is_widened(a, b) ? "widened" : "changed",
		    js_get(old, "type"), js_get(new, "type"));
	if (js_get(old, "nullable") && js_get(new, "nullable") && was != is)
		detail(d, "nullable", name, is ? "allowed" : "forbidden",
		    js_get(old, "nullable"), js_get(new, "nullable"));
	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		if (!same(js_get(old, plain[i]), js_get(new, plain[i])))
			detail(d, plain[i], name, "changed",
			    js_get(old, plain[i]), js_get(new, plain[i]));
	}
}

/* The item of that name and its place, or NULL. */
static struct json_object *named(
    struct json_object *a, const char *name, size_t *at)
{
	size_t i;

	for (i = 0; i < js_len(a); i++) {
		struct json_object *o = json_object_array_get_idx(a, i);

		if (name_eq(js_str_or(o, "name", ""), name)) {
			*at = i;
			return o;
		}
	}
	return NULL;
}

static void compare_columns(
    struct drift *d, struct json_object *old, struct json_object *new)
{
	struct json_object *a = js_arr(old, "columns"),
			   *b = js_arr(new, "columns"), *other, *o;
	size_t i, at, last = 0;
	bool moved = false;

	if (!a || !b) /* one source knows them, the other doesn't */
		return;
	for (i = 0; i < js_len(a); i++) {
		o = json_object_array_get_idx(a, i);
		if (!named(b, js_str_or(o, "name", ""), &at))
			detail(d, "column", js_str(o, "name"), "dropped",
			    js_get(o, "type"), NULL);
	}
	for (i = 0; i < js_len(b); i++) {
		o = json_object_array_get_idx(b, i);
		other = named(a, js_str_or(o, "name", ""), &at);
		if (!other) {
			detail(d, "column", js_str(o, "name"), "added", NULL,
			    js_get(o, "type"));
			continue;
		}
		moved |= at < last;
		last = at;
		compare_column(d, other, o);
	}
	if (moved)
		detail(d, "column", NULL, "moved", NULL, NULL);
}

/* Text without blanks at the ends and with one blank for each run. */
static void squeeze(const char *s, struct buf *b)
{
	for (; *s; s++) {
		if (!isspace((unsigned char)*s))
			buf_addc(b, *s);
		else if (b->len && b->s[b->len - 1] != ' ')
			buf_addc(b, ' ');
	}
	while (b->len && strchr(" ;", b->s[b->len - 1]))
		buf_setlen(b, b->len - 1);
	buf_adds(b, "");
}

static void compare_definitions(
    struct drift *d, struct json_object *old, struct json_object *new)
{
	struct json_object *x = js_obj(old, "definition"),
			   *y = js_obj(new, "definition");
	const char *a = js_str(x, "text"), *b = js_str(y, "text");
	struct buf p = BUF_INIT, q = BUF_INIT;

	/* a script has a text for tables, a catalogue hasn't */
	if (!a || (!b && !js_str(new, "id")) || js_is(new, "kind", "table"))
		return;
	if (!b) {
		if (y)
			detail(d, "definition", NULL, "hidden", NULL, NULL);
		return;
	}
	if (strcmp(a, b) == 0)
		return;
	squeeze(a, &p);
	squeeze(b, &q);
	detail(d, "definition", NULL,
	    strcmp(p.s, q.s) == 0 ? "layout" : "changed", NULL, NULL);
	buf_release(&p);
	buf_release(&q);
}

static void compare(
    struct drift *d, struct json_object *old, struct json_object *new)
{
	static const char *const fields[] = {"primary_key", "unique_keys",
	    "foreign_keys", "checks", "indexes", "parameters", "returns",
	    "target", "base_type"};
	size_t i;

	compare_columns(d, old, new);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		struct json_object *a = js_get(old, fields[i]),
				   *b = js_get(new, fields[i]);
		bool empty = (!a || json_object_is_type(a, json_type_array)) &&
		    (!b || json_object_is_type(b, json_type_array)) &&
		    !js_len(a) && !js_len(b);

		if (!empty && !same(a, b))
			detail(d, fields[i], NULL, "changed", a, b);
	}
	compare_definitions(d, old, new);
}

/* -- writing -------------------------------------------------------------- */

/* Who uses an object, through others too; in order of distance. */
static void add_users(struct drift *d, const char *id, struct map *seen)
{
	size_t next = 0, i;

	map_put(seen, id, strlen(id));
	while (next < seen->nr) {
		const char *of = seen->items[next++].key;
		const struct map *old = map_get(&d->old.users, of);
		const struct map *new = map_get(&d->new.users, of);

		for (i = 0; old && i < old->nr; i++)
			map_put(seen, old->items[i].key, old->items[i].len);
		for (i = 0; new &&i < new->nr; i++)
			map_put(seen, new->items[i].key, new->items[i].len);
	}
}

static const char *model_of(struct drift *d, const char *id)
{
	const char *m = map_get(&d->old.models, id);

	return m ? m : map_get(&d->new.models, id);
}

static void write_text(struct json_object *o)
{
	struct json_object *a = js_arr(o, "details"), *u = js_arr(o, "affects");
	size_t i;

	printf("%s %s: %s\n", js_str(o, "object_kind"), js_str(o, "id"),
	    js_str(o, "change"));
	for (i = 0; i < js_len(a); i++) {
		struct json_object *x = json_object_array_get_idx(a, i);
		const char *name = js_str(x, "name");

		printf("  %s: %s%s%s %s", js_str(x, "severity"),
		    js_str(x, "what"), name ? " " : "", name ? name : "",
		    js_str(x, "change"));
		if (js_str(x, "old") && js_str(x, "new"))
			printf(
			    ", %s to %s", js_str(x, "old"), js_str(x, "new"));
		printf(": %s\n", js_str(x, "meaning"));
	}
	for (i = 0; i < js_len(u); i++)
		printf("%s%s", i ? ", " : "  used by ",
		    json_object_get_string(json_object_array_get_idx(u, i)));
	if (i)
		putchar('\n');
}

static void report(
    struct drift *d, struct json_object *object, const char *change)
{
	struct json_object *o, *affects, *models;
	struct map seen;
	const char *id = js_str_or(object, "id", "");
	size_t i;

	if (!js_len(d->details))
		return;
	d->nr++;
	o = json_object_new_object();
	js_set_str(o, "kind", "drift");
	js_set_str(o, "id", id);
	js_set_str(o, "object_kind", js_str(object, "kind"));
	js_set_str(o, "database", js_str(object, "database"));
	js_set_str(o, "change", change);
	js_set(o, "details", json_object_get(d->details));
	affects = json_object_new_array();
	models = json_object_new_array();
	map_init(&seen, MAP_FOLD);
	add_users(d, id, &seen);
	for (i = 0; i < seen.nr; i++) {
		const char *m = model_of(d, seen.items[i].key);

		if (i)
			js_push_str(affects, seen.items[i].key);
		if (m)
			js_push_str(models, m);
	}
	map_release(&seen, NULL);
	js_set(o, "affects", affects);
	js_set(o, "models", models);
	if (d->text)
		write_text(o);
	else
		jsonl_write(o, stdout);
	json_object_put(o);
}

static void both(struct drift *d)
{
	size_t i;

	for (i = 0; i < d->old.objects.nr; i++) {
		struct map_entry *e = &d->old.objects.items[i];
		struct json_object *new =
		    map_getn(&d->new.objects, e->key, e->len);

		d->details = json_object_new_array();
		if (new)
			compare(d, e->value, new);
		else
			detail(d, js_str(e->value, "kind"), NULL, "dropped",
			    NULL, NULL);
		report(d, e->value, new ? "changed" : "dropped");
		json_object_put(d->details);
	}
	for (i = 0; i < d->new.objects.nr; i++) {
		struct map_entry *e = &d->new.objects.items[i];

		if (map_find(&d->old.objects, e->key, e->len))
			continue;
		d->details = json_object_new_array();
		detail(d, js_str(e->value, "kind"), NULL, "added", NULL, NULL);
		report(d, e->value, "added");
		json_object_put(d->details);
	}
}

static void init(struct catalogue *c)
{
	map_init(&c->objects, MAP_FOLD);
	map_init(&c->users, MAP_FOLD);
	map_init(&c->models, MAP_FOLD);
}

static void release(struct catalogue *c)
{
	map_release(&c->objects, put_record);
	map_release(&c->users, free_users);
	map_release(&c->models, free);
}

int main(int argc, char **argv)
{
	struct drift d = {0};
	const char *plan = NULL;
	const struct opt opts[] = {
	    {OPT_FLAG, 't', "text", NULL, &d.text,
		"for people: lines instead of records", NULL},
	    {OPT_STRING, 0, "plan", "FILE", &plan,
		"mig-plan's records, to name the models concerned", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[--text] [--plan FILE] OLD NEW",
	    "Report how a database's schema drifted, and what it means", opts};
	int i, bad = 0, status = MIG_OK;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	if (argc - i != 2) {
		error("two extractions are needed: OLD and NEW (see --help)");
		return MIG_TROUBLE;
	}
	init(&d.old);
	init(&d.new);
	if ((bad = load(&d.old, argv[i])) >= 0 && !bad)
		bad = load(&d.new, argv[i + 1]);
	if (!bad && plan)
		bad = load(&d.new, plan);
	if (bad) {
		error("what can't be read whole can't be compared");
		status = MIG_TROUBLE;
	} else {
		both(&d);
		fprintf(stderr,
		    "mig-drift: %zu objects drifted: %zu errors, %zu "
		    "warnings\n",
		    d.nr, d.errors, d.warnings);
		status = d.nr ? MIG_NEGATIVE : MIG_OK;
	}
	release(&d.old);
	release(&d.new);
	return mig_finish(status);
}
