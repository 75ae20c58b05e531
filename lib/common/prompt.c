#include <errno.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/mig.h"
#include "common/prompt.h"
#include "common/sha256.h"

#define NR_PARTS 4

struct prompt_value {
	enum prompt_kind kind;
	char *text;
};

static const char *const headings[NR_PARTS] = {
    "# System", "# Project", "# Request", "# Data"};

static int split(struct prompt *p, const char *s)
{
	int part = -1;
	size_t nr = 0;

	while (*s) {
		size_t n = strcspn(s, "\n"), len = n;
		int i;

		nr++;
		while (len && (s[len - 1] == ' ' || s[len - 1] == '\r'))
			len--;
		for (i = 0; i < NR_PARTS; i++) {
			if (len == strlen(headings[i]) &&
			    memcmp(s, headings[i], len) == 0)
				break;
		}
		if (i < NR_PARTS && i <= part) {
			report_at(p->path, nr, 0, "error",
			    "the parts are not in order");
			return -1;
		}
		if (i < NR_PARTS) {
			part = i;
			p->line[i] = nr + 1;
		} else if (part >= 0) {
			buf_add(&p->part[part], s, n);
			buf_addc(&p->part[part], '\n');
		}
		s += n + (s[n] == '\n');
	}
	return 0;
}

struct prompt *prompt_load(const char *task, const char *path)
{
	struct prompt *p = xcalloc(1, sizeof(*p));
	struct buf text = BUF_INIT;
	char hex[SHA256_HEX];
	char *name = xasprintf("prompts/%s.md", task);
	bool ok = false;

	p->name = xstrdup(task);
	p->path = path ? xstrdup(path) : mig_share(name);
	free(name);
	if (fs_read(p->path, &text) < 0) {
		error("%s: %s", p->path, strerror(errno));
	} else if (memchr(buf_str(&text), CLAUDE_BOUNDARY[0], text.len)) {
		error("%s: not a text file", p->path);
	} else if (split(p, buf_str(&text)) == 0) {
		ok = p->part[PROMPT_USER].len != 0;
		if (!ok)
			error(
			    "%s: no part '%s'", p->path, headings[PROMPT_USER]);
	}
	sha256_of(buf_str(&text), text.len, hex);
	snprintf(p->version, sizeof(p->version), "%.12s", hex);
	buf_release(&text);
	if (!ok) {
		prompt_free(p);
		return NULL;
	}
	return p;
}

void prompt_free(struct prompt *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < NR_PARTS; i++)
		buf_release(&p->part[i]);
	free(p->path);
	free(p->name);
	free(p);
}

/* The next {{name}}: sets its name's start and length, returns where it begins,
 * or NULL. kind is ' ' for a value, '?' and '/' for a conditional. What isn't
 * of this form, such as Jinja in an example, is text. */
static const char *find_tag(
    const char *s, char *kind, const char **name, size_t *len, const char **end)
{
	const char *open;

	for (; (open = strstr(s, "{{")); s = open + 2) {
		*name = open + 2;
		*kind = ' ';
		if (**name == '?' || **name == '/')
			*kind = *(*name)++;
		*len = strspn(*name, "abcdefghijklmnopqrstuvwxyz_");
		*end = *name + *len + 2;
		if (*len && strncmp(*name + *len, "}}", 2) == 0)
			return open;
	}
	return NULL;
}

static size_t line_of(const struct prompt *p, int part, const char *at)
{
	const char *s = buf_str(&p->part[part]);
	size_t nr = p->line[part];

	for (; s < at; s++)
		nr += *s == '\n';
	return nr;
}

static const struct prompt_name *name_in(
    const struct prompt_name *names, const char *s, size_t len)
{
	for (; names->name; names++) {
		if (strlen(names->name) == len &&
		    memcmp(names->name, s, len) == 0)
			return names;
	}
	return NULL;
}

/* {{ name }} with blanks would go to the model as it stands. */
static int check_blanks(
    const struct prompt *p, int part, const struct prompt_name *names)
{
	const char *s = buf_str(&p->part[part]);

	while ((s = strstr(s, "{{"))) {
		const char *at = s;
		size_t len;

		s += 2 + strspn(s + 2, "?/ ");
		len = strspn(s, "abcdefghijklmnopqrstuvwxyz_");
		if (s == at + 2 || !name_in(names, s, len) ||
		    s[len + strspn(s + len, " ")] != '}' || s[len] == '}')
			continue;
		report_at(p->path, line_of(p, part, at), 0, "error",
		    "a placeholder has no blanks: {{%.*s}}", (int)len, s);
		return -1;
	}
	return 0;
}

/* One part's tags. *boundary is set when it names the boundary. */
static int check_part(const struct prompt *p, int part,
    const struct prompt_name *names, bool *boundary)
{
	const char *s = buf_str(&p->part[part]), *at, *name, *end;
	const char *open = NULL; /* the name of the conditional we are in */
	size_t len, open_len = 0;
	char kind;

	for (; (at = find_tag(s, &kind, &name, &len, &end)); s = end) {
		const struct prompt_name *n = name_in(names, name, len);
		const char *wrong = NULL;
		bool is_boundary = len == 8 && memcmp(name, "boundary", 8) == 0;

		*boundary = *boundary || is_boundary;
		if (!n && !is_boundary)
			wrong = "unknown placeholder";
		else if (kind == ' ' && n && n->kind == PROMPT_DATA &&
		    part != PROMPT_USER)
			wrong = "data among instructions";
		else if (kind == '?' && open)
			wrong = "a conditional in a conditional";
		else if (kind == '/' &&
		    (!open || open_len != len || memcmp(open, name, len) != 0))
			wrong = "this closes no conditional";
		if (wrong) {
			report_at(p->path, line_of(p, part, at), 0, "error",
			    "%s {{%.*s}}", wrong, (int)(len < 40 ? len : 40),
			    name);
			return -1;
		}
		if (kind == '?') {
			open = name;
			open_len = len;
		} else if (kind == '/') {
			open = NULL;
		}
	}
	if (!open)
		return check_blanks(p, part, names);
	report_at(p->path, line_of(p, part, open), 0, "error",
	    "the conditional {{?%.*s}} is not closed", (int)open_len, open);
	return -1;
}

int prompt_check(const struct prompt *p, const struct prompt_name *names)
{
	bool boundary = false, ignored = false;
	int i;

	for (i = 0; i < NR_PARTS; i++) {
		if (check_part(p, i, names,
			i == PROMPT_USER ? &ignored : &boundary) < 0)
			return -1;
	}
	if (boundary)
		return 0;
	error("%s: the instructions don't name the {{boundary}}", p->path);
	return -1;
}

static void free_value(void *value)
{
	struct prompt_value *v = value;

	free(v->text);
	free(v);
}

void prompt_values_init(struct prompt_values *v)
{
	map_init(&v->map, MAP_EXACT);
}

void prompt_values_release(struct prompt_values *v)
{
	map_release(&v->map, free_value);
}

void prompt_set(struct prompt_values *v, const char *name,
    enum prompt_kind kind, const char *text)
{
	struct prompt_value *value = xcalloc(1, sizeof(*value));
	struct prompt_value *old;
	struct buf b = BUF_INIT;
	const char *p;

	for (p = text ? text : ""; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\r' && p[1] == '\n')
			continue;
		if (kind == PROMPT_PLAIN && (c == '\n' || c == '\t'))
			buf_addc(&b, ' ');
		else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			buf_adds(&b, "\xef\xbf\xbd");
		else
			buf_addc(&b, (char)c);
	}
	value->kind = kind;
	value->text = buf_detach(&b);
	old = map_set(&v->map, name, value);
	if (old)
		free_value(old);
}

static void put_value(
    struct buf *out, const char *name, const struct prompt_value *v)
{
	if (v->kind != PROMPT_DATA) {
		buf_adds(out, v->text);
		return;
	}
	buf_addf(out, "<<%s %s\n%s%s>>%s", CLAUDE_BOUNDARY, name, v->text,
	    *v->text && v->text[strlen(v->text) - 1] == '\n' ? "" : "\n",
	    CLAUDE_BOUNDARY);
}

static void fill_part(const struct prompt *p, int part,
    const struct prompt_values *v, struct buf *out)
{
	const char *s = buf_str(&p->part[part]), *at, *name, *end;
	bool skip = false;
	size_t len;
	char kind;

	for (; (at = find_tag(s, &kind, &name, &len, &end)); s = end) {
		const struct prompt_value *value = map_getn(&v->map, name, len);
		char *copy;

		if (!skip)
			buf_add(out, s, (size_t)(at - s));
		if (kind == '?') {
			skip = !value || !*value->text;
		} else if (kind == '/') {
			skip = false;
		} else if (!skip && len == 8 &&
		    memcmp(name, "boundary", 8) == 0) {
			buf_adds(out, CLAUDE_BOUNDARY);
		} else if (!skip && value) {
			copy = xmemdupz(name, len);
			put_value(out, copy, value);
			free(copy);
		}
	}
	if (!skip)
		buf_adds(out, s);
}

/* Blank lines at the ends and in rows, left by conditionals, go. */
static void tidy(struct buf *b)
{
	size_t from = 0, to = 0, nl = 2;

	if (!b->s)
		return;
	for (; from < b->len; from++) {
		nl = b->s[from] == '\n' ? nl + 1 : 0;
		if (nl <= 2)
			b->s[to++] = b->s[from];
	}
	while (to && b->s[to - 1] == '\n')
		to--;
	buf_setlen(b, to);
}

void prompt_fill(const struct prompt *p, const struct prompt_values *v,
    struct prompt_filled *f)
{
	int i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < NR_PARTS; i++) {
		struct buf raw = BUF_INIT;

		fill_part(p, i, v, &raw);
		/* Data keep their blank lines. */
		if (i != PROMPT_USER)
			tidy(&raw);
		f->text[i] = raw;
		if (i == PROMPT_USER || !raw.len)
			continue;
		f->system[f->nr_system].text = f->text[i].s;
		f->system[f->nr_system].cache = i != PROMPT_REQUEST;
		f->nr_system++;
	}
	f->user.text = buf_str(&f->text[PROMPT_USER]);
	f->user.cache = false;
}

void prompt_filled_release(struct prompt_filled *f)
{
	size_t i;

	for (i = 0; i < NR_PARTS; i++)
		buf_release(&f->text[i]);
}
