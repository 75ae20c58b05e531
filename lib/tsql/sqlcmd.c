#include <errno.h>

#include "common/alloc.h"
#include "common/encoding.h"
#include "common/finding.h"
#include "common/fs.h"
#include "tsql/lex.h"
#include "tsql/sqlcmd.h"

/* No script that people write expands to more. */
#define OUT_MAX (1u << 30)
/* Nor does a value: variables made of themselves double at each :setvar. */
#define VALUE_MAX (1u << 16)

struct tsql_sqlcmd_piece {
	uint32_t out_line, line;
	size_t file;
};

/* One file while it is read. */
struct reader {
	struct tsql_sqlcmd *s;
	const char *name; /* as in messages; its directory is for :r */
	const char *text;
	size_t file, len;
	uint32_t line;
};

void tsql_sqlcmd_init(
    struct tsql_sqlcmd *s, const char *root, struct findings *findings)
{
	memset(s, 0, sizeof(*s));
	s->root = root;
	s->findings = findings;
	s->line = 1;
	map_init(&s->vars, MAP_FOLD);
}

void tsql_sqlcmd_release(struct tsql_sqlcmd *s)
{
	buf_release(&s->out);
	map_release(&s->vars, free);
	free(s->piece);
	while (s->nfile)
		free(s->file[--s->nfile]);
	free(s->file);
	memset(s, 0, sizeof(*s));
}

void tsql_sqlcmd_set(struct tsql_sqlcmd *s, const char *name, const char *value)
{
	free(map_set(&s->vars, name, value ? xstrdup(value) : NULL));
}

static void note_at(const struct reader *r, enum finding_code code,
    uint32_t line, uint32_t column, const char *detail)
{
	struct findings *f = r->s->findings;

	if (!f)
		return;
	findings_add(f, code, line, column, "%s", detail);
	f->items[f->nr - 1].file = xstrdup(r->name);
}

static void note(
    const struct reader *r, enum finding_code code, const char *detail)
{
	note_at(r, code, r->line, 1, detail);
}

static void begin_piece(struct reader *r)
{
	struct tsql_sqlcmd *s = r->s;

	GROW(s->piece, s->nr, s->cap);
	s->piece[s->nr].out_line = s->line;
	s->piece[s->nr].line = r->line;
	s->piece[s->nr++].file = r->file;
}

static uint32_t newlines(const char *p, size_t len)
{
	const char *end = p + len;
	uint32_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

/* ---- variables ---- */

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Does the environment hold the variable, and is it no credential? */
static const char *from_environment(const char *name)
{
	static const char *const secret[] = {
	    "KEY", "TOKEN", "SECRET", "PASS", "PWD", "AUTH", "CRED", "_URL"};
	char *upper = xstrdup(name), *p;
	bool told = false;
	size_t i;

	for (p = upper; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p -= 32;
	for (i = 0; i < ARRAY_SIZE(secret); i++)
		told |= strstr(upper, secret[i]) != NULL;
	free(upper);
	return told ? NULL : getenv(name);
}

/* How far the places of a text have been counted. */
struct place {
	const char *at;
	uint32_t line, column;
};

/* A variable at p has no value. */
static void no_value(const struct reader *r, struct place *place, const char *p,
    const char *name)
{
	for (; place->at < p; place->at++) {
		if (*place->at == '\n') {
			place->line++;
			place->column = 1;
		} else if (((unsigned char)*place->at & 0xC0) != 0x80) {
			place->column++;
		}
	}
	note_at(r, FINDING_SQLCMD_VARIABLE, place->line, place->column, name);
}

/* The text with its variables replaced, added to out. A variable without a
 * value stays as it is, with a finding; so does one that would make out longer
 * than max. */
static void substitute(
    struct reader *r, struct buf *out, size_t max, const char *p, size_t len)
{
	const char *end = p + len, *from = p, *q;
	struct place place = {p, r->line, 1};
	const char *value;
	char *name;

	while ((p = memchr(p, '$', (size_t)(end - p)))) {
		for (q = p + 2; q < end && name_char(*q);)
			q++;
		if (end - p < 4 || p[1] != '(' || q == p + 2 || q >= end ||
		    *q != ')') {
			p++;
			continue;
		}
		name = xmemdupz(p + 2, (size_t)(q - p - 2));
		value = map_getn(&r->s->vars, p + 2, (size_t)(q - p - 2));
		if (!value && r->s->environment)
			value = from_environment(name);
		if (value && out->len + strlen(value) <= max) {
			buf_add(out, from, (size_t)(p - from));
			buf_adds(out, value);
			from = q + 1;
		} else {
			no_value(r, &place, p, name);
		}
		free(name);
		p = q + 1;
	}
	buf_add(out, from, (size_t)(end - from));
}

static void copy(struct reader *r, const char *p, size_t len)
{
	struct tsql_sqlcmd *s = r->s;
	size_t before = s->out.len;

	if (!len)
		return;
	substitute(r, &s->out, OUT_MAX, p, len);
	s->line += newlines(s->out.s + before, s->out.len - before);
	r->line += newlines(p, len);
}

/* ---- directives ---- */

static char *unquoted(const char *p, size_t len)
{
	while (len &&
	    (p[len - 1] == ' ' || p[len - 1] == '\t' || p[len - 1] == '\r'))
		len--;
	if (len >= 2 && *p == '"' && p[len - 1] == '"') {
		p++;
		len -= 2;
	}
	return xmemdupz(p, len);
}

static void setvar(struct reader *r, const char *p, size_t len)
{
	struct buf value = BUF_INIT;
	size_t n = 0;
	char *name, *text;

	while (n < len && p[n] != ' ' && p[n] != '\t')
		n++;
	name = xmemdupz(p, n);
	while (n < len && (p[n] == ' ' || p[n] == '\t'))
		n++;
	if (n == len) {
		tsql_sqlcmd_set(r->s, name, NULL);
	} else {
		text = unquoted(p + n, len - n);
		substitute(r, &value, VALUE_MAX, text, strlen(text));
		tsql_sqlcmd_set(r->s, name, buf_str(&value));
		free(text);
	}
	buf_release(&value);
	free(name);
}

/* dir/path with . and .. taken away and slashes that lean right; NULL when
 * it leaves the root. */
static char *normal_path(const char *dir, size_t dir_len, const char *path)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	const char *p, *q;
	size_t n;
	bool inside = true;

	buf_add(&in, dir, dir_len);
	buf_adds(&in, path);
	for (p = buf_str(&in); *p && inside; p = *q ? q + 1 : q) {
		for (q = p; *q && *q != '/' && *q != '\\'; q++)
			;
		n = (size_t)(q - p);
		if (n == 0 || (n == 1 && *p == '.'))
			continue;
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			inside = out.len != 0;
			while (out.len && out.s[out.len - 1] != '/')
				buf_setlen(&out, out.len - 1);
			if (out.len)
				buf_setlen(&out, out.len - 1);
			continue;
		}
		if (out.len)
			buf_addc(&out, '/');
		buf_add(&out, p, n);
	}
	buf_release(&in);
	if (!inside || !fs_path_is_inside(buf_str(&out))) {
		buf_release(&out);
		return NULL;
	}
	return buf_detach(&out);
}

static bool is_open(const struct tsql_sqlcmd *s, const char *file)
{
	unsigned i;

	for (i = 0; i <= s->depth; i++)
		if (s->open[i] && !strcmp(s->open[i], file))
			return true;
	return false;
}

/* A file's name without the root that it is below. */
static const char *below_root(const struct tsql_sqlcmd *s, const char *name)
{
	size_t n = s->root ? strlen(s->root) : 0;

	return n && strncmp(name, s->root, n) == 0 && name[n] == '/'
	    ? name + n + 1
	    : name;
}

/* Reads a file; 0 or -1. */
static int read_text(struct reader *r, const char *path, struct buf *text)
{
	struct reader bad = {.s = r->s, .name = path};
	struct buf raw = BUF_INIT;
	const char *encoding;
	int status = fs_read(path, &raw);

	if (!status &&
	    text_decode(buf_str(&raw), raw.len, text, &encoding) > 0) {
		bad.line =
		    (uint32_t)text_replaced_line(buf_str(text), text->len);
		note(&bad, FINDING_BAD_ENCODING, encoding);
	}
	buf_release(&raw);
	return status;
}

/* The text of root/rel in place of its :r; false when it can't be had. */
static bool include_one(struct reader *r, const char *rel)
{
	struct tsql_sqlcmd *s = r->s;
	char *path = strcmp(s->root, ".") == 0
	    ? xstrdup(rel)
	    : xasprintf("%s/%s", s->root, rel);
	struct buf text = BUF_INIT;
	bool ok = !is_open(s, path) && s->depth < TSQL_SQLCMD_DEPTH &&
	    s->includes < TSQL_SQLCMD_FILES && s->out.len <= OUT_MAX &&
	    !read_text(r, path, &text);

	if (ok) {
		s->depth++;
		s->includes++;
		tsql_sqlcmd_add(s, path, buf_str(&text), text.len);
		s->depth--;
	}
	buf_release(&text);
	free(path);
	return ok;
}

static void include(struct reader *r, const char *p, size_t len)
{
	struct tsql_sqlcmd *s = r->s;
	struct buf name = BUF_INIT;
	char *given = unquoted(p, len), *rel[2];
	const char *from = below_root(s, r->name), *slash = strrchr(from, '/');
	bool found = false;
	size_t i;

	substitute(r, &name, VALUE_MAX, given, strlen(given));
	rel[0] = normal_path(
	    from, slash ? (size_t)(slash - from) + 1 : 0, buf_str(&name));
	rel[1] = normal_path("", 0, buf_str(&name));
	for (i = 0; s->root && i < 2 && !found; i++)
		found = rel[i] && include_one(r, rel[i]);
	if (!found)
		note(r, FINDING_SQLCMD_INCLUDE, buf_str(&name));
	free(rel[0]);
	free(rel[1]);
	free(given);
	buf_release(&name);
}

static bool starts(const char *p, size_t len, const char *word, size_t *n)
{
	size_t i;

	for (i = 0; word[i]; i++)
		if (i >= len || (p[i] | 0x20) != word[i])
			return false;
	if (i < len && p[i] != ' ' && p[i] != '\t')
		return false;
	while (i < len && (p[i] == ' ' || p[i] == '\t'))
		i++;
	*n = i;
	return true;
}

/* Does a directive only say where output goes or what is shown? */
static bool is_harmless(const char *p, size_t len)
{
	static const char *const words[] = {"on", "out", "error", "perftrace",
	    "list", "listvar", "serverlist", "xml", "help"};
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (starts(p, len, words[i], &n))
			return true;
	return false;
}

static void directive(struct reader *r, const char *p, size_t len)
{
	size_t n;
	char *text;

	if (starts(p + 1, len - 1, "r", &n)) {
		include(r, p + 1 + n, len - 1 - n);
	} else if (starts(p + 1, len - 1, "setvar", &n)) {
		setvar(r, p + 1 + n, len - 1 - n);
	} else if (*p != ':' || !is_harmless(p + 1, len - 1)) {
		text = xmemdupz(p, len > 60 ? 60 : len);
		note(r, FINDING_SQLCMD_DIRECTIVE, text);
		free(text);
	}
}

void tsql_sqlcmd_add(
    struct tsql_sqlcmd *s, const char *name, const char *text, size_t len)
{
	struct reader r = {s, name, text, s->nfile, len, 1};
	struct tsql_lexer lx;
	struct tsql_tok t;
	size_t at = 0;

	GROW(s->file, s->nfile, s->file_cap);
	s->file[s->nfile++] = xstrdup(name);
	s->open[s->depth] = name;
	begin_piece(&r);
	tsql_lex_init(&lx, text, len);
	do {
		tsql_lex(&lx, &t, 1);
		if (t.kind != TOK_SQLCMD)
			continue;
		copy(&r, text + at, t.off - at);
		directive(&r, text + t.off, t.len);
		at = t.off + t.len;
		begin_piece(&r);
	} while (t.kind != TOK_EOF);
	copy(&r, text + at, len - at);
	/* what follows the file begins on a line of its own */
	if (s->depth && s->out.len && s->out.s[s->out.len - 1] != '\n') {
		buf_addc(&s->out, '\n');
		s->line++;
	}
}

struct tsql_sqlcmd_origin tsql_sqlcmd_origin(
    const struct tsql_sqlcmd *s, uint32_t line)
{
	struct tsql_sqlcmd_origin o = {NULL, line};
	size_t lo = 0, hi = s->nr, mid;

	if (!s->nr)
		return o;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (s->piece[mid].out_line <= line)
			lo = mid;
		else
			hi = mid;
	}
	o.file = s->file[s->piece[lo].file];
	o.line = s->piece[lo].line + (line - s->piece[lo].out_line);
	return o;
}
