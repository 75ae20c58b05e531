#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "common/sha256.h"
#include "dbt/files.h"
#include "gen.h"

/* What a model is made from: a change of any of these makes another model. */
static const char *const made_from[] = {"name", "object", "object_kind",
    "target", "path", "materialized", "incremental", "definition", "columns",
    "inputs", "keys", "tests", "description", "collation", "collation_policy",
    "vars", "parameters", "requires"};

/* A text that has only moved in its file is the same text. */
static void hash_value(struct sha256 *s, struct json_object *v)
{
	if (json_object_is_type(v, json_type_array)) {
		size_t n = json_object_array_length(v);

		sha256_add(s, "[", 1);
		for (size_t i = 0; i < n; i++)
			hash_value(s, json_object_array_get_idx(v, i));
	} else if (json_object_is_type(v, json_type_object)) {
		bool text = js_get(v, "text") != NULL;

		sha256_add(s, "{", 1);
		json_object_object_foreach(v, key, member)
		{
			if (text &&
			    (!strcmp(key, "file") || !strcmp(key, "line") ||
				!strcmp(key, "column")))
				continue;
			sha256_add(s, key, strlen(key) + 1);
			hash_value(s, member);
		}
	} else {
		const char *t = v
		    ? json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN)
		    : "null";

		sha256_add(s, t, strlen(t) + 1);
	}
}

static const char *hash_of(struct work *w)
{
	char *hex = arena_alloc(w->arena, SHA256_HEX);
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, w->dialect->name, strlen(w->dialect->name) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(made_from); i++) {
		sha256_add(&s, made_from[i], strlen(made_from[i]) + 1);
		hash_value(&s, js_get(w->rec, made_from[i]));
	}
	sha256_hex(&s, hex);
	return hex;
}

/* The dialect by its name, read once. */
static const struct dialect *load_dialect(struct gen *g, const char *name)
{
	if (g->loaded && strcmp(g->loaded->name, name)) {
		dialect_free(g->loaded);
		g->loaded = NULL;
	}
	if (!g->loaded)
		g->loaded = dialect_load(name);
	return g->loaded;
}

bool work_begin(struct work *w, struct gen *g, struct json_object *rec)
{
	memset(w, 0, sizeof(*w));
	w->gen = g;
	w->arena = &g->arena;
	w->rec = rec;
	w->dialect = load_dialect(
	    g, g->dialect ? g->dialect : js_str_or(rec, "dialect", "duckdb"));
	if (!w->dialect)
		return false;
	w->hash = hash_of(w);
	w->files = json_object_new_array();
	w->ledger = json_object_new_array();
	w->notes = json_object_new_array();
	w->changelog = json_object_new_array();
	w->witnesses = json_object_new_array();
	return true;
}

void work_file(struct work *w, const char *path, const struct buf *text)
{
	struct json_object *f = json_object_new_object();

	js_set_str(f, "path", path);
	js_set(f, "content",
	    json_object_new_string_len(buf_str(text), (int)text->len));
	json_object_array_add(w->files, f);
}

bool work_share_file(struct work *w, const char *name, const char *path)
{
	struct buf text = BUF_INIT;
	char *full = mig_share(name);
	bool ok = !fs_read(full, &text);

	if (ok) {
		work_file(w, path, &text);
	} else {
		error("%s: %s", full, strerror(errno));
		w->failed = true;
	}
	free(full);
	buf_release(&text);
	return ok;
}

static bool has_file(struct work *w, const char *path)
{
	for (size_t i = 0; i < js_len(w->files); i++)
		if (js_is(json_object_array_get_idx(w->files, i), "path", path))
			return true;
	return false;
}

/* The macros that a macro's text calls: mig's own start with mig_. */
static void called_macros(struct work *w, const char *text)
{
	const char *p = text;

	while ((p = strstr(p, "mig_"))) {
		size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");

		if ((p == text || !strchr("_'\"", p[-1])) && p[n] == '(')
			macro_file(w, arena_strndup(w->arena, p, n));
		p += n;
	}
}

/* The file with the macros that it calls; false when there is none. */
static bool macro_share_file(struct work *w, const char *name, const char *path)
{
	struct json_object *f;

	if (!work_share_file(w, name, path))
		return false;
	f = json_object_array_get_idx(w->files, js_len(w->files) - 1);
	called_macros(w, js_str_or(f, "content", ""));
	return true;
}

/* What stands beside a macro, if it is there. */
static void macro_extra(struct work *w, const char *name, const char *path)
{
	char *full = mig_share(name);

	if (fs_exists(full))
		macro_share_file(w, name, path);
	free(full);
}

void macro_file(struct work *w, const char *name)
{
	const char *macro = arena_printf(w->arena, "macros/%s.sql", name);
	const char *yml = arena_printf(w->arena, "macros/%s.yml", name);

	if (has_file(w, macro) || !macro_share_file(w, macro, macro))
		return;
	macro_extra(w, yml, yml);
	macro_extra(w, arena_printf(w->arena, "macros/tests/%s.sql", name),
	    arena_printf(w->arena, "tests/macros/%s.sql", name));
}

void work_note(struct work *w, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	js_push_str(w->notes, buf_str(&b));
	buf_release(&b);
}

const char *work_local(const struct work *w, const char *id)
{
	const char *database = js_str_or(w->rec, "database", "");
	size_t n = strlen(database);

	return n && strncmp(id, database, n) == 0 && id[n] == '.' &&
		strchr(id + n + 1, '.')
	    ? id + n + 1
	    : id;
}

void work_claim(struct work *w, enum claim c)
{
	if (c > w->claim)
		w->claim = c;
}

void work_ledger(struct work *w, const struct ledger_entry *e)
{
	struct json_object *o = json_object_new_object();

	js_set_int(o, "statement", e->statement);
	js_set_str(o, "kind", e->kind);
	js_set_int(o, "line", (int64_t)e->line);
	js_set_int(o, "column", (int64_t)e->column);
	js_set_int(o, "end_line", (int64_t)e->end_line);
	js_set_str(o, "to", e->to);
	if (e->target)
		js_set_str(o, "target", e->target);
	else
		js_set(o, "target", NULL);
	if (e->reason)
		js_set_str(o, "reason", e->reason);
	json_object_array_add(w->ledger, o);
}

/* Writes one file; what a person edited replaces our text on the record. */
static void commit(struct work *w, struct json_object *f)
{
	const char *path = js_str_or(f, "path", "");
	struct json_object *content = js_get(f, "content");
	size_t len = (size_t)json_object_get_string_len(content);
	struct buf disk = BUF_INIT;
	bool dry = w->gen->dry_run || w->gen->no_write;
	enum dbt_file what = dbt_file_write(w->gen->dir, path,
	    json_object_get_string(content), len, dry, &disk);

	if (w->gen->dry_run)
		fprintf(stderr, "%s: %s\n", path, dbt_file_word(what));
	if (what == DBT_FILE_FAILED) {
		error("%s/%s: %s", w->gen->dir, path, dbt_file_error());
		w->failed = true;
	} else if (what == DBT_FILE_BY_HAND) {
		js_set(f, "content",
		    json_object_new_string_len(buf_str(&disk), (int)disk.len));
		findings_add(
		    &w->findings, FINDING_EDITED_BY_HAND, 0, 0, "%s", path);
		w->by_hand |= w->path && !strcmp(path, w->path);
	}
	buf_release(&disk);
}

void work_commit(struct work *w)
{
	for (; w->committed < js_len(w->files); w->committed++) {
		struct json_object *f =
		    json_object_array_get_idx(w->files, w->committed);

		if (!fs_path_is_inside(js_str_or(f, "path", ""))) {
			error("%s: the path leaves the project",
			    js_str_or(f, "path", ""));
			w->failed = true;
		} else if (w->gen->dir) {
			commit(w, f);
		}
	}
	/* What a person wrote is theirs to vouch for, by comparison. */
	if (w->by_hand)
		w->claim = CLAIM_DIFFERS;
}

/* How sure the rules are of what they wrote. */
static double confidence(enum claim c)
{
	static const double of[] = {0.95, 0.5, 0};

	return of[c];
}

int work_finish_model(struct work *w)
{
	struct json_object *g = json_object_new_object();

	work_commit(w);
	changes_note(w);
	js_set_str(g, "engine", "rules");
	js_set_str(g, "claim", claim_name(w->claim));
	js_set_double(g, "confidence", confidence(w->claim));
	js_set_str(g, "dialect", w->dialect->name);
	js_set_str(g, "hash", w->hash);
	js_set_str(g, "version", MIG_VERSION);
	js_set(g, "notes", w->notes);
	js_set(g, "findings", findings_json(&w->findings));
	js_set(g, "ledger", w->ledger);
	js_set(g, "changelog", w->changelog);
	js_set(g, "witnesses", w->witnesses);
	js_set(w->rec, "files", w->files);
	js_set(w->rec, "generated", g);
	js_set_str(w->rec, "status",
	    w->failed			   ? "failed"
		: w->claim == CLAIM_MANUAL ? "manual"
					   : "generated");
	findings_release(&w->findings);
	return w->failed;
}

static void add_findings(struct work *w)
{
	struct json_object *all = js_arr(w->rec, "findings");

	if (!w->findings.nr)
		return;
	if (!all) {
		all = json_object_new_array();
		js_set(w->rec, "findings", all);
	}
	for (size_t i = 0; i < w->findings.nr; i++)
		json_object_array_add(all, finding_json(&w->findings.items[i]));
}

int work_finish_shared(struct work *w)
{
	work_commit(w);
	js_set(w->rec, "files", w->files);
	add_findings(w);
	json_object_put(w->ledger);
	json_object_put(w->notes);
	json_object_put(w->changelog);
	json_object_put(w->witnesses);
	findings_release(&w->findings);
	return w->failed;
}
