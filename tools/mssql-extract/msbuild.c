#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "common/mig.h"

#include "msbuild.h"

#define MAX_VALUE 65536 /* bytes of an expanded text */
#define MAX_NESTING 100 /* parentheses of a condition */

void msbuild_init(struct msbuild *m, const char *dir)
{
	m->dir = dir;
	map_init(&m->value, MAP_FOLD);
	map_init(&m->fixed, MAP_FOLD);
}

void msbuild_release(struct msbuild *m)
{
	map_release(&m->value, free);
	map_release(&m->fixed, NULL);
}

void msbuild_set(struct msbuild *m, const char *name, const char *value)
{
	if (!map_find(&m->fixed, name, strlen(name)))
		free(map_set(&m->value, name, xstrdup(value)));
}

void msbuild_fix(struct msbuild *m, const char *name, const char *value)
{
	free(map_set(&m->value, name, xstrdup(value)));
	map_set(&m->fixed, name, m);
}

const char *msbuild_get(const struct msbuild *m, const char *name)
{
	const char *value = map_get(&m->value, name);

	return value ? value : "";
}

/* ---- $(…) ---- */

static size_t name_length(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-')
		n++;
	return n;
}

/* At "$(": the length to the closing parenthesis and with it; 0: none. */
static size_t reference_length(const char *s)
{
	size_t i, depth = 0;

	for (i = 1; s[i]; i++) {
		if (s[i] == '(')
			depth++;
		else if (s[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

static unsigned add_property(
    const struct msbuild *m, const char *s, size_t n, struct buf *b)
{
	size_t from = 2, len;
	const char *value;

	while (isspace((unsigned char)s[from]))
		from++;
	len = name_length(s + from);
	if (!len || from + len + 1 != n)
		return MSBUILD_ODD;
	value = map_getn(&m->value, s + from, len);
	if (!value || !*value)
		return MSBUILD_UNSET;
	if (b->len + strlen(value) > MAX_VALUE)
		return MSBUILD_ODD;
	buf_adds(b, value);
	return 0;
}

char *msbuild_expand(const struct msbuild *m, const char *text, unsigned *gaps)
{
	struct buf b = BUF_INIT;
	unsigned gap = 0;
	size_t n;

	while (*text) {
		n = strncmp(text, "$(", 2) == 0 ? reference_length(text) : 0;
		if (n) {
			gap |= add_property(m, text, n, &b);
			text += n;
		} else {
			buf_addc(&b, *text++);
		}
	}
	if (gaps)
		*gaps |= gap;
	buf_adds(&b, "");
	return buf_detach(&b);
}

/* ---- paths ---- */

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *p;

	p = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
	return p && c ? (int)(p - digits) : -1;
}

static char *unescape(const char *s, size_t n)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 &&
		    hex(s[i + 2]) >= 0) {
			buf_addc(
			    &b, (char)(hex(s[i + 1]) * 16 + hex(s[i + 2])));
			i += 2;
		} else {
			buf_addc(&b, s[i] == '\\' ? '/' : s[i]);
		}
	}
	buf_adds(&b, "");
	return buf_detach(&b);
}

static bool is_up(const char *s, size_t n)
{
	return n == 2 && s[0] == '.' && s[1] == '.';
}

static void add_part(struct buf *b, const char *s, size_t n)
{
	size_t last = b->len;

	while (last && b->s[last - 1] != '/')
		last--;
	if (is_up(s, n) && b->len > last &&
	    !is_up(b->s + last, b->len - last) &&
	    !msbuild_has_wildcard(b->s + last)) {
		buf_setlen(b, last ? last - 1 : 0);
		return;
	}
	if (b->len)
		buf_addc(b, '/');
	buf_add(b, s, n);
}

static char *tidy(const char *s)
{
	struct buf b = BUF_INIT;
	size_t n;

	if (msbuild_path_absolute(s))
		return xstrdup(s);
	for (; *s; s += n + (s[n] == '/')) {
		n = strcspn(s, "/");
		if (n && !(n == 1 && *s == '.'))
			add_part(&b, s, n);
	}
	buf_adds(&b, "");
	return buf_detach(&b);
}

/* "../shop/a.sql", where the project's directory is …/shop: "a.sql". */
static char *without_detour(const char *dir, char *path)
{
	char *real, *at;
	const char *p = path;
	size_t up = 0, n;

	while (strncmp(p, "../", 3) == 0) {
		p += 3;
		up++;
	}
	real = up ? realpath(dir, NULL) : NULL;
	if (!real)
		return path;
	for (at = real + strlen(real); up && at > real; up--)
		while (at > real && *--at != '/')
			;
	/* at: the slash before the directories that were left */
	n = strlen(at + (*at == '/'));
	if (!up && n && strncasecmp(p, at + 1, n) == 0 && p[n] == '/') {
		char *inside = xstrdup(p + n + 1);

		free(path);
		path = inside;
	}
	free(real);
	return path;
}

char *msbuild_path(const struct msbuild *m, const char *s, size_t n)
{
	char *plain, *path;

	while (n && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	plain = unescape(s, n);
	path = tidy(plain);
	free(plain);
	return without_detour(m->dir, path);
}

bool msbuild_path_absolute(const char *path)
{
	return *path == '/' ||
	    (isalpha((unsigned char)*path) && path[1] == ':');
}

bool msbuild_has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?") != NULL;
}

/* Within one directory: the last star is the only one to go back to. */
static bool part_matches(const char *p, size_t np, const char *s, size_t ns)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (k < ns) {
		if (i < np && p[i] == '*') {
			star = i++;
			from = k;
		} else if (i < np &&
		    (p[i] == '?' ||
			tolower((unsigned char)p[i]) ==
			    tolower((unsigned char)s[k]))) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (i < np && p[i] == '*')
		i++;
	return i == np;
}

bool msbuild_matches(const char *pattern, const char *path)
{
	const char *star = NULL, *from = NULL;
	size_t np, ns;

	while (*path) {
		np = strcspn(pattern, "/");
		ns = strcspn(path, "/");
		if (np == 2 && strncmp(pattern, "**", 2) == 0) {
			pattern += np + (pattern[np] == '/');
			if (!*pattern)
				return true;
			star = pattern;
			from = path;
		} else if (*pattern &&
		    (pattern[np] == '/') == (path[ns] == '/') &&
		    part_matches(pattern, np, path, ns)) {
			pattern += np + (pattern[np] == '/');
			path += ns + (path[ns] == '/');
		} else if (star) {
			ns = strcspn(from, "/");
			if (from[ns] != '/')
				return false;
			from += ns + 1;
			path = from;
			pattern = star;
		} else {
			return false;
		}
	}
	return !*pattern;
}

/* ---- conditions ---- */

struct condition {
	const struct msbuild *m;
	const char *at;
	unsigned gaps;
	unsigned depth;
};

static bool or_condition(struct condition *c);

static void blanks(struct condition *c)
{
	while (isspace((unsigned char)*c->at))
		c->at++;
}

static bool take(struct condition *c, const char *what)
{
	size_t n = strlen(what);

	blanks(c);
	if (strncasecmp(c->at, what, n) != 0)
		return false;
	if (isalpha((unsigned char)*what) && name_length(c->at) != n)
		return false;
	c->at += n;
	return true;
}

/* 'text', $(name), a number or a word; expanded, the caller's. */
static char *operand(struct condition *c)
{
	char *raw, *value;
	size_t n;

	blanks(c);
	if (*c->at == '\'') {
		n = strcspn(++c->at, "'");
		raw = xmemdupz(c->at, n);
		if (c->at[n])
			n++;
		else
			c->gaps |= MSBUILD_ODD;
	} else if (strncmp(c->at, "$(", 2) == 0) {
		n = reference_length(c->at);
		raw = xmemdupz(c->at, n);
	} else {
		n = strspn(c->at,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "0123456789._-+");
		raw = xmemdupz(c->at, n);
	}
	if (!n || strstr(raw, "@(") || strstr(raw, "%("))
		c->gaps |= MSBUILD_ODD; /* items and metadata */
	c->at += n;
	value = msbuild_expand(c->m, raw, &c->gaps);
	free(raw);
	return value;
}

/* The argument of a function, with its parentheses. */
static char *argument(struct condition *c)
{
	char *value = take(c, "(") ? operand(c) : NULL;

	if (!value || !take(c, ")"))
		c->gaps |= MSBUILD_ODD;
	return value ? value : xstrdup("");
}

static bool exists(struct condition *c)
{
	char *name = argument(c), *path, *full;
	bool yes;

	path = msbuild_path(c->m, name, strlen(name));
	full = msbuild_path_absolute(path)
	    ? xstrdup(path)
	    : xasprintf("%s/%s", c->m->dir, path);
	yes = *name && access(full, F_OK) == 0;
	free(full);
	free(path);
	free(name);
	return yes;
}

static bool ends_in_slash(struct condition *c)
{
	char *name = argument(c);
	size_t n = strlen(name);
	bool yes = n && (name[n - 1] == '/' || name[n - 1] == '\\');

	free(name);
	return yes;
}

static bool number(const char *s, double *n)
{
	char *end;

	if (!isdigit((unsigned char)*s) && *s != '-' && *s != '+' && *s != '.')
		return false;
	*n = strtod(s, &end);
	return end != s && !*end;
}

/* <0, 0, >0; numbers by value, versions part by part. */
static int compare(struct condition *c, const char *a, const char *b)
{
	double x, y;

	if (number(a, &x) && number(b, &y))
		return (x > y) - (x < y);
	for (;;) {
		char *ea, *eb;
		unsigned long va = strtoul(a, &ea, 10),
			      vb = strtoul(b, &eb, 10);

		if (ea == a || eb == b) {
			c->gaps |= MSBUILD_ODD; /* neither is ordered */
			return 0;
		}
		if (va != vb || (*ea != '.' && *eb != '.'))
			return (va > vb) - (va < vb);
		a = ea + (*ea == '.');
		b = eb + (*eb == '.');
		if (!*a || !*b)
			return (*a != '\0') - (*b != '\0');
	}
}

static bool equal(const char *a, const char *b)
{
	double x, y;

	if (number(a, &x) && number(b, &y))
		return x == y;
	return strcasecmp(a, b) == 0;
}

static bool truth(struct condition *c, const char *word)
{
	static const char *const yes[] = {
	    "true", "on", "yes", "!false", "!off", "!no", NULL};
	static const char *const no[] = {
	    "false", "off", "no", "!true", "!on", "!yes", NULL};
	size_t i;

	for (i = 0; yes[i]; i++) {
		if (strcasecmp(word, yes[i]) == 0)
			return true;
		if (strcasecmp(word, no[i]) == 0)
			return false;
	}
	c->gaps |= MSBUILD_ODD;
	return false;
}

static bool relation(struct condition *c)
{
	char *a = operand(c), *b = NULL;
	const char *op = NULL;
	bool yes;
	static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(*ops) && !op; i++)
		if (take(c, ops[i]))
			op = ops[i];
	if (!op) {
		yes = truth(c, a);
	} else {
		b = operand(c);
		switch (*op) {
		case '=': yes = equal(a, b); break;
		case '!': yes = !equal(a, b); break;
		case '<':
			yes = compare(c, a, b) < (op[1] == '=' ? 1 : 0);
			break;
		default:
			yes = compare(c, a, b) > (op[1] == '=' ? -1 : 0);
			break;
		}
	}
	free(a);
	free(b);
	return yes;
}

static bool not_condition(struct condition *c)
{
	bool yes, negated = false;

	blanks(c);
	while (*c->at == '!' && c->at[1] != '=') {
		negated = !negated;
		c->at++;
		blanks(c);
	}
	if (*c->at == '(') {
		c->at++;
		if (++c->depth > MAX_NESTING) {
			c->gaps |= MSBUILD_ODD;
			return false;
		}
		yes = or_condition(c);
		c->depth--;
		if (!take(c, ")"))
			c->gaps |= MSBUILD_ODD;
	} else if (take(c, "Exists")) {
		yes = exists(c);
	} else if (take(c, "HasTrailingSlash")) {
		yes = ends_in_slash(c);
	} else {
		yes = relation(c);
	}
	return yes != negated;
}

/* What the left side has settled can't be made unknown by the right one. */
static bool and_condition(struct condition *c)
{
	bool yes = not_condition(c), right;

	while (!(c->gaps & MSBUILD_ODD) && take(c, "And")) {
		right = not_condition(c);
		if (!yes)
			c->gaps = 0;
		yes = yes && right;
	}
	return yes;
}

static bool or_condition(struct condition *c)
{
	bool yes = and_condition(c), right;

	while (!(c->gaps & MSBUILD_ODD) && take(c, "Or")) {
		right = and_condition(c);
		if (yes)
			c->gaps = 0;
		yes = yes || right;
	}
	return yes;
}

enum msbuild_truth msbuild_condition(
    const struct msbuild *m, const char *condition)
{
	struct condition c = {m, condition, 0, 0};
	bool yes;

	if (!condition)
		return MSBUILD_YES;
	blanks(&c);
	if (!*c.at)
		return MSBUILD_YES;
	yes = or_condition(&c);
	blanks(&c);
	if (*c.at || (c.gaps & MSBUILD_ODD))
		return MSBUILD_UNKNOWN;
	return yes ? MSBUILD_YES : MSBUILD_NO;
}
