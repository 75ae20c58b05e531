/*
 * migration_changes.md: what was decided and what is left to a person. Each
 * model leaves its part in DIR/.mig/changes, so that one model's run (and the
 * jobs of make -j) can put the whole together.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "dbt/files.h"
#include "gen.h"

static bool writes(const struct gen *g)
{
	return g->dir && !g->dry_run && !g->no_write;
}

/* Markdown's own characters in a text from elsewhere. */
static void plain(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\`*[]<>|", *s))
			buf_addc(b, '\\');
		buf_addc(b, *s == '\n' || *s == '\r' ? ' ' : *s);
	}
}

static void one_finding(struct buf *b, const struct finding *f)
{
	char *message = finding_message(f);

	buf_addf(b, "- %s %s: ", finding_id(f->code),
	    severity_name(finding_severity(f->code)));
	plain(b, message);
	if (f->line)
		buf_addf(b, " (line %zu)", f->line);
	buf_adds(b, ". ");
	plain(b, finding_remedy(f->code));
	buf_adds(b, ".\n");
	free(message);
}

static void ledger_lines(struct buf *b, struct json_object *ledger)
{
	for (size_t i = 0; i < js_len(ledger); i++) {
		struct json_object *e = json_object_array_get_idx(ledger, i);
		const char *reason = js_str(e, "reason");

		if (!js_is(e, "to", "left_out") && !js_is(e, "to", "manual"))
			continue;
		buf_addf(b, "- line %lld, ", (long long)js_int(e, "line", 0));
		plain(b, js_str_or(e, "kind", ""));
		buf_adds(b,
		    js_is(e, "to", "manual") ? " is left to a person"
					     : " is left out");
		if (reason) {
			buf_adds(b, ": ");
			plain(b, reason);
		}
		buf_addc(b, '\n');
	}
}

static void part_path(struct buf *b, const struct gen *g, const char *name)
{
	char *safe = fs_safe_name(name);

	buf_addf(b, "%s/.mig/changes/%s", g->dir, safe);
	free(safe);
}

static void write_part(struct gen *g, const char *name, const struct buf *part)
{
	struct buf path = BUF_INIT;

	part_path(&path, g, name);
	if (!fs_stays_below(g->dir, path.s + strlen(g->dir) + 1))
		error("%s: a link leads out of the project", path.s);
	else if (fs_write_changed(path.s, part->s, part->len) < 0)
		error("%s: %s", path.s, strerror(errno));
	else
		g->wrote = true;
	buf_release(&path);
}

void changes_note(struct work *w)
{
	const char *name = js_str_or(w->rec, "name", "");
	struct buf b = BUF_INIT;

	if (!writes(w->gen))
		return;
	/* The first line sorts the parts, it is not shown. */
	buf_addf(&b, "%s\n### ", claim_name(w->claim));
	plain(&b, name);
	buf_addf(
	    &b, "\n\nFrom the %s ", js_str_or(w->rec, "object_kind", "object"));
	plain(&b, js_str_or(w->rec, "object", ""));
	buf_adds(&b, ".\n\n");
	for (size_t i = 0; i < w->findings.nr; i++)
		one_finding(&b, w->findings.items + i);
	ledger_lines(&b, w->ledger);
	for (size_t i = 0; i < js_len(w->notes); i++) {
		buf_adds(&b, "- ");
		plain(&b,
		    json_object_get_string(
			json_object_array_get_idx(w->notes, i)));
		buf_addc(&b, '\n');
	}
	write_part(w->gen, name, &b);
	buf_release(&b);
}

void changes_plan(struct work *w)
{
	struct json_object *left = js_arr(w->rec, "not_planned");
	struct buf b = BUF_INIT;

	if (!writes(w->gen))
		return;
	buf_adds(&b, "left\n");
	for (size_t i = 0; i < js_len(left); i++) {
		struct json_object *e = json_object_array_get_idx(left, i);

		buf_adds(&b, "- ");
		plain(&b, js_str_or(e, "object", ""));
		buf_adds(&b, " (");
		plain(&b, js_str_or(e, "action", ""));
		buf_adds(&b, "): ");
		plain(&b, js_str_or(e, "reason", ""));
		buf_addc(&b, '\n');
	}
	write_part(w->gen, "_plan", &b);
	buf_release(&b);
}

/* ---- the whole ---- */

struct parts {
	char **name;
	size_t nr, cap;
};

static int by_strcmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_parts(const char *dir, struct parts *p)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		GROW(p->name, p->nr, p->cap);
		p->name[p->nr++] = xstrdup(e->d_name);
	}
	closedir(d);
	if (p->nr)
		qsort(p->name, p->nr, sizeof(*p->name), by_strcmp);
	return 0;
}

/* The parts whose first line is the word, below a heading. */
static void section(struct buf *out, const char *dir, const struct parts *p,
    const char *word, const char *heading)
{
	size_t n = strlen(word);
	bool first = true;

	for (size_t i = 0; i < p->nr; i++) {
		char *path = xasprintf("%s/%s", dir, p->name[i]);
		struct buf part = BUF_INIT;

		if (!fs_read(path, &part) && part.len > n &&
		    !memcmp(part.s, word, n) && part.s[n] == '\n') {
			if (first)
				buf_addf(out, "\n## %s\n", heading);
			first = false;
			buf_addc(out, '\n');
			buf_add(out, part.s + n + 1, part.len - n - 1);
			while (out->len && out->s[out->len - 1] == '\n')
				buf_setlen(out, out->len - 1);
			buf_addc(out, '\n');
		}
		buf_release(&part);
		free(path);
	}
}

static void compose(struct buf *out, const char *dir, const struct parts *p)
{
	buf_adds(out,
	    "# Migration changes\n\n"
	    "What mig decided for each model, what it left out, and "
	    "what a person has to do.\n");
	section(out, dir, p, "manual", "To be written by hand");
	section(out, dir, p, "differs", "Known to differ");
	section(out, dir, p, "exact", "Translated exactly");
	section(out, dir, p, "left", "Not migrated");
}

/* One writer at a time: a job that listed the parts earlier must not replace
 * the text of one that listed more of them. */
static int lock(const char *dir)
{
	char *path = xasprintf("%s/.mig/lock", dir);
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	free(path);
	while (fd >= 0 && fcntl(fd, F_SETLKW, &fl) && errno == EINTR)
		;
	return fd;
}

int changes_write(struct gen *g)
{
	struct buf out = BUF_INIT;
	struct parts p = {NULL, 0, 0};
	int fd, failed = 0;
	char *dir;

	if (!writes(g) || !g->wrote)
		return 0;
	dir = xasprintf("%s/.mig/changes", g->dir);
	fd = lock(g->dir);
	if (fd < 0 || list_parts(dir, &p)) {
		error("%s: %s", dir, strerror(errno));
		failed = 1;
	} else {
		compose(&out, dir, &p);
		failed = dbt_file_write(g->dir, "migration_changes.md", out.s,
			     out.len, false, NULL) == DBT_FILE_FAILED;
		if (failed)
			error("%s/migration_changes.md: %s", g->dir,
			    dbt_file_error());
	}
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < p.nr; i++)
		free(p.name[i]);
	free(p.name);
	free(dir);
	buf_release(&out);
	return failed;
}
