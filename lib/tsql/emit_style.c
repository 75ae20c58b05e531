#include <ctype.h>
#include <stdio.h>

#include "tsql/emit_int.h"

/*
 * CONVERT's styles and FORMAT's patterns, both by way of one notation:
 *   Y yyyy  y yy  m mm  d dd  b Mon  H hh (24)  h hh (12)  i mi  s ss
 *   f ms  p AM/PM  D day without zero  e day filled with a blank
 *   M month without zero  B month's name  a, A weekday's name
 *   g hour (12) without zero  k hour (24) without zero  j hour (12) filled
 * anything else stands for itself. The dialect has the words for the letters.
 */

struct style {
	int style;
	const char *date, *sep, *time;
};

/* "Date and time styles" of CAST and CONVERT. */
static const struct style styles[] = {
    {0, "b e Y", " ", "j:ip"},
    {100, "b e Y", " ", "j:ip"},
    {1, "m/d/y", "", ""},
    {101, "m/d/Y", "", ""},
    {2, "y.m.d", "", ""},
    {102, "Y.m.d", "", ""},
    {3, "d/m/y", "", ""},
    {103, "d/m/Y", "", ""},
    {4, "d.m.y", "", ""},
    {104, "d.m.Y", "", ""},
    {5, "d-m-y", "", ""},
    {105, "d-m-Y", "", ""},
    {6, "d b y", "", ""},
    {106, "d b Y", "", ""},
    {7, "b d, y", "", ""},
    {107, "b d, Y", "", ""},
    {8, "", "", "H:i:s"},
    {24, "", "", "H:i:s"},
    {108, "", "", "H:i:s"},
    {9, "b e Y", " ", "j:i:s:fp"},
    {109, "b e Y", " ", "j:i:s:fp"},
    {10, "m-d-y", "", ""},
    {110, "m-d-Y", "", ""},
    {11, "y/m/d", "", ""},
    {111, "Y/m/d", "", ""},
    {12, "ymd", "", ""},
    {112, "Ymd", "", ""},
    {13, "d b Y", " ", "H:i:s:f"},
    {113, "d b Y", " ", "H:i:s:f"},
    {14, "", "", "H:i:s:f"},
    {114, "", "", "H:i:s:f"},
    {20, "Y-m-d", " ", "H:i:s"},
    {120, "Y-m-d", " ", "H:i:s"},
    {21, "Y-m-d", " ", "H:i:s.f"},
    {25, "Y-m-d", " ", "H:i:s.f"},
    {121, "Y-m-d", " ", "H:i:s.f"},
    {22, "m/d/y", " ", "j:i:s p"},
    {23, "Y-m-d", "", ""},
    {126, "Y-m-d", "T", "H:i:s.f"},
    {127, "Y-m-d", "T", "H:i:s.f"},
};

static const struct style *find_style(int n)
{
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
		if (styles[i].style == n)
			return styles + i;
	return NULL;
}

static const char *letter(struct emit *E, char c)
{
	char key[16];

	snprintf(key, sizeof(key), "format_%c", c);
	return dialect_word(E->d, key, NULL);
}

static void flush_format(
    struct emit *E, struct docs *l, struct buf *b, struct ex x, const void *n)
{
	if (!b->len)
		return;
	docs_add(E->a, l,
	    ex_at(E,
		ex_op2(E, "format_moment", n, x, ex_string(E, b->s, b->len)),
		P_OTHER + 1));
	buf_reset(b);
}

static void literal_char(struct emit *E, struct buf *b, const char *s, size_t n)
{
	bool quote = dialect_can(E->d, "format_quotes");

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (quote && (isalpha(c) || c >= 0x80)) {
			buf_addc(b, '"');
			buf_addc(b, (char)c);
			while (i + 1 < n &&
			    ((unsigned char)s[i + 1] & 0xc0) == 0x80)
				buf_addc(b, s[++i]);
			buf_addc(b, '"');
		} else if (!quote && c == '%') {
			buf_adds(b, "%%");
		} else {
			buf_addc(b, (char)c);
		}
	}
}

/* A number without its zero, filled with a blank to two characters. */
static struct doc *filled(
    struct emit *E, struct ex x, bool day, const void *node)
{
	const char *bare = letter(E, day ? 'D' : 'g');
	const char *w = bare ? bare : letter(E, day ? 'd' : 'h');
	struct ex s;

	if (!w)
		return ex_manual(E, FINDING_UNTRANSLATED, node,
		    "%s can't write this part of a date", E->d->name)
		    .d;
	s = ex_op2(E, "format_moment", node, x, ex_string(E, w, strlen(w)));
	if (!bare)
		s = ex_call2(E, "ltrim", s, ex_string(E, "0", 1));
	return ex_call3(E, "lpad", s, ex_int(E, 2), ex_string(E, " ", 1)).d;
}

/* A pattern in the notation above; upper-case Q starts a quoted letter. */
static struct ex formatted(
    struct emit *E, struct ex x, const char *p, const void *node)
{
	struct docs l = {NULL, 0, 0};
	struct buf b = BUF_INIT;

	for (; *p; p++) {
		const char *w = NULL;

		if (*p == '\\' && p[1]) {
			literal_char(E, &b, ++p, 1);
			continue;
		}
		if (isalpha((unsigned char)*p))
			w = letter(E, *p);
		if (w) {
			buf_adds(&b, w);
		} else if (*p == 'e' || *p == 'j') {
			flush_format(E, &l, &b, x, node);
			docs_add(E->a, &l, filled(E, x, *p == 'e', node));
		} else if (isalpha((unsigned char)*p)) {
			em_manual(E, FINDING_UNTRANSLATED, node,
			    "%s can't write this part of a date", E->d->name);
		} else {
			literal_char(E, &b, p, 1);
		}
	}
	flush_format(E, &l, &b, x, node);
	buf_release(&b);
	if (l.n == 1)
		return ex_make(l.v[0], P_PRIMARY);
	return ex_make(
	    doc_chain1(E->a, &l, dialect_word(E->d, "concat", "||")), P_OTHER);
}

/* Date or time part with the digits that the type has behind the second. */
static struct ex iso_text(struct emit *E, struct ex x,
    const struct tsql_type *t, const struct style *s, const void *node)
{
	struct buf b = BUF_INIT;
	struct ex r;
	int scale = t->scale;

	if (t->base != TSQL_TY_TIME) {
		buf_adds(&b, s->date);
		if (*s->sep == 'T')
			buf_addc(&b, '\\');
		buf_adds(&b, s->sep);
	}
	buf_adds(&b, "H:i:s");
	if (scale == 3)
		buf_adds(&b, ".f");
	else if (scale)
		buf_adds(&b, ".u");
	r = formatted(E, x, buf_str(&b), node);
	buf_release(&b);
	if (scale && scale != 3 && scale < 6)
		r = ex_op2(E, "left", node, r,
		    ex_int(E, (t->base == TSQL_TY_TIME ? 9 : 20) + scale));
	if (scale == 7)
		r = ex_infix(E, r, dialect_word(E->d, "concat", "||"),
		    ex_string(E, "0", 1), P_OTHER);
	return r;
}

struct ex em_style_text(struct emit *E, struct ex x,
    const struct tsql_type *from, int style, const void *node)
{
	const struct style *s;
	struct buf b = BUF_INIT;
	struct ex r;
	bool iso;

	if (from->base == TSQL_TY_DATETIMEOFFSET) {
		if (style > 0 && style != 121 && style != 126 && style != 127)
			return ex_manual(E, FINDING_UNTRANSLATED, node,
			    "CONVERT of a datetimeoffset with style %d", style);
		if (style == 126 || style == 127)
			return ex_op1(E, "dto_to_iso", node, x);
		return ex_op2(
		    E, "dto_to_string", node, x, ex_int(E, from->scale));
	}
	/* Without a style the newer types are written as ISO 8601. */
	if (style < 0)
		style = from->base == TSQL_TY_DATETIME ||
			from->base == TSQL_TY_SMALLDATETIME
		    ? 0
		    : 121;
	s = find_style(style);
	if (!s)
		return ex_manual(E, FINDING_UNTRANSLATED, node,
		    "CONVERT of a date or time with style %d", style);
	iso = strchr(s->time, '.') != NULL;
	/* What has no date gets one: formatting wants a timestamp. */
	if (from->base == TSQL_TY_TIME)
		x = ex_op1(E, "time_to_datetime", node, x);
	if (from->base == TSQL_TY_DATE) {
		if (!*s->date)
			return ex_manual(E, FINDING_UNTRANSLATED, node,
			    "CONVERT of a date with style %d", style);
		if (!strcmp(s->date, "Y-m-d"))
			return ex_op1(E, "date_to_string", node, x);
		return formatted(E, x, s->date, node);
	}
	if (iso &&
	    (from->base == TSQL_TY_DATETIME2 || from->base == TSQL_TY_TIME))
		return iso_text(E, x, from, s, node);
	/* Style 126 leaves out .000 */
	if ((style == 126 || style == 127) &&
	    (from->base == TSQL_TY_DATETIME ||
		from->base == TSQL_TY_SMALLDATETIME))
		return ex_op1(E, "datetime_to_iso", node, x);
	if (from->base != TSQL_TY_TIME)
		buf_adds(&b, s->date);
	if (*s->time) {
		if (from->base != TSQL_TY_TIME) {
			if (*s->sep == 'T')
				buf_addc(&b, '\\');
			buf_adds(&b, s->sep);
		}
		buf_adds(&b, s->time);
	}
	r = formatted(E, x, buf_str(&b), node);
	buf_release(&b);
	return r;
}

struct ex em_style_parse(struct emit *E, struct ex x,
    const struct tsql_type *to, int style, bool try, const void *node)
{
	const struct style *s = find_style(style);
	struct buf b = BUF_INIT;
	struct ex r;
	struct dialect_rule rule;
	bool four, date;
	char key[40];

	if (!s || !*s->date)
		return ex_manual(E, FINDING_UNTRANSLATED, node,
		    "CONVERT from text with style %d", style);
	/* A macro makes four digits of a year's two. */
	four = dialect_op(E->d, "parse_datetime", &rule) && rule.macro;
	date = to->base == TSQL_TY_DATE && em_has_op(E, "parse_date");
	/* ISO styles read what the default reads, too. */
	if (!strcmp(s->date, "Y-m-d") || !strcmp(s->date, "Ymd")) {
		snprintf(key, sizeof(key), "%sstring_to_%s", try ? "try_" : "",
		    to->base == TSQL_TY_DATE ? "date" : "datetime");
		return ex_op2(
		    E, key, node, x, ex_make(em_type(E, to), P_PRIMARY));
	}
	for (const char *p = s->date; *p; p++) {
		const char *w =
		    isalpha((unsigned char)*p) ? letter(E, *p) : NULL;

		if (*p == 'e')
			w = letter(E, 'd');
		if (*p == 'y' && four)
			w = letter(E, 'Y');
		if (w)
			buf_adds(&b, w);
		else
			literal_char(E, &b, p, 1);
	}
	snprintf(key, sizeof(key), "%sparse_%s", try ? "try_" : "",
	    date ? "date" : "datetime");
	r = ex_op2(E, key, node, x, ex_string(E, b.s, b.len));
	buf_release(&b);
	return to->base == TSQL_TY_DATE && !date ? ex_cast_to(E, r, to) : r;
}

/* ---- FORMAT ---- */

/* .NET's custom date pattern in our notation; false: something unknown. */
static bool net_date(const char *s, size_t len, struct buf *b)
{
	for (size_t i = 0; i < len;) {
		size_t n = 1;
		char c = s[i];

		while (
		    i + n < len && s[i + n] == c && isalpha((unsigned char)c))
			n++;
		switch (c) {
		case 'y': buf_addc(b, n >= 4 ? 'Y' : 'y'); break;
		case 'M':
			buf_addc(b,
			    n == 1	 ? 'M'
				: n == 2 ? 'm'
				: n == 3 ? 'b'
					 : 'B');
			break;
		case 'd':
			buf_addc(b,
			    n == 1	 ? 'D'
				: n == 2 ? 'd'
				: n == 3 ? 'a'
					 : 'A');
			break;
		case 'H': buf_addc(b, n == 1 ? 'k' : 'H'); break;
		case 'h': buf_addc(b, n == 1 ? 'g' : 'h'); break;
		case 'm':
			if (n == 1)
				return false;
			buf_addc(b, 'i');
			break;
		case 's':
			if (n == 1)
				return false;
			buf_addc(b, 's');
			break;
		case 'f':
			if (n != 3 && n != 6)
				return false;
			buf_addc(b, n == 3 ? 'f' : 'u');
			break;
		case 't':
			if (n == 1)
				return false;
			buf_addc(b, 'p');
			break;
		case '\'':
			for (i++; i < len && s[i] != '\''; i++) {
				buf_addc(b, '\\');
				buf_addc(b, s[i]);
			}
			break;
		case '\\':
			if (i + 1 >= len)
				return false;
			buf_addc(b, '\\');
			buf_addc(b, s[++i]);
			n = 1;
			break;
		default:
			if (isalpha((unsigned char)c))
				return false;
			for (size_t k = 0; k < n; k++) {
				buf_addc(b, c);
			}
			break;
		}
		i += n;
	}
	return true;
}

static const char *standard_date(char c)
{
	switch (c) {
	case 'd': return "M/d/yyyy";
	case 'D': return "dddd, MMMM d, yyyy";
	case 't': return "h:mm tt";
	case 'T': return "h:mm:ss tt";
	case 'g': return "M/d/yyyy h:mm tt";
	case 'G': return "M/d/yyyy h:mm:ss tt";
	case 'f': return "dddd, MMMM d, yyyy h:mm tt";
	case 'F': return "dddd, MMMM d, yyyy h:mm:ss tt";
	case 'm':
	case 'M': return "MMMM d";
	case 'y':
	case 'Y': return "MMMM yyyy";
	case 's': return "yyyy-MM-dd'T'HH:mm:ss";
	default: return NULL;
	}
}

/* N2, F0, P1, C, D5, 0.00, #,##0.00, 00000: digits, thousands, percent. */
struct number_format {
	int decimals, zeros;
	bool commas, percent;
	const char *prefix, *suffix;
};

static bool net_number(
    struct emit *E, const char *s, size_t len, struct number_format *f)
{
	size_t i = 0;
	bool point = false;
	struct buf pre = BUF_INIT, suf = BUF_INIT;
	bool ok = true;

	memset(f, 0, sizeof(*f));
	f->prefix = f->suffix = "";
	if (len && strchr("NnFfPpCcDd", *s)) {
		int n = 0;

		for (i = 1; i < len && isdigit((unsigned char)s[i]); i++)
			n = n * 10 + (s[i] - '0');
		if (i == len) {
			char c = (char)tolower((unsigned char)*s);

			f->decimals = len > 1 ? n : 2;
			f->commas = c != 'f' && c != 'd';
			if (c == 'p') {
				f->percent = true;
				f->suffix = "%";
			}
			if (c == 'c')
				f->prefix = "$";
			if (c == 'd') {
				f->zeros = len > 1 ? n : 1;
				f->decimals = 0;
			} else {
				f->zeros = 1;
			}
			return n <= 15;
		}
		return false;
	}
	for (i = 0; i < len && !strchr("0#,.", s[i]); i++) {
		if (isalpha((unsigned char)s[i]) || strchr(";'\\%", s[i]))
			ok = false;
		buf_addc(&pre, s[i]);
	}
	for (; i < len && strchr("0#,.", s[i]); i++) {
		if (s[i] == '.')
			point = true;
		else if (s[i] == ',' && !point)
			f->commas = true;
		else if (s[i] == '0' && point)
			f->decimals++;
		else if (s[i] == '0')
			f->zeros++;
		else if (s[i] == '#' && point)
			ok = false; /* optional digits */
	}
	for (; i < len; i++) {
		if (s[i] == '%')
			f->percent = true;
		else if (isalnum((unsigned char)s[i]) || strchr(";'\\#", s[i]))
			ok = false;
		buf_addc(&suf, s[i]);
	}
	f->prefix = arena_strndup(E->a, buf_str(&pre), pre.len);
	f->suffix = arena_strndup(E->a, buf_str(&suf), suf.len);
	buf_release(&pre);
	buf_release(&suf);
	return ok;
}

static struct ex strange_pattern(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_expr *f = e->u.call.args.v[1];

	return ex_manual(E, FINDING_UNTRANSLATED, e,
	    "FORMAT with the pattern %.*s", (int)f->u.lit.len, f->u.lit.text);
}

static struct ex format_date(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.call.args.v[0], *f = e->u.call.args.v[1];
	const char *p = f->u.lit.text;
	size_t len = f->u.lit.len;
	struct buf b = BUF_INIT;
	struct ex x = em_value(E, v);

	if (v->type->base == TSQL_TY_DATETIMEOFFSET)
		x = ex_op1(E, "dto_to_timestamp", e, x);
	if (v->type->base == TSQL_TY_TIME)
		return ex_manual(
		    E, FINDING_UNTRANSLATED, e, "FORMAT of a time");
	if (len == 1) {
		p = standard_date(*p);
		len = p ? strlen(p) : 0;
	}
	if (p && net_date(p, len, &b))
		x = formatted(E, x, buf_str(&b), e);
	else
		x = strange_pattern(E, e);
	buf_release(&b);
	return x;
}

/* The digits of x by a pattern, without what stands before and behind. */
static struct ex format_digits(struct emit *E, struct ex x,
    const struct number_format *n, struct tsql_expr *e)
{
	struct ex p[] = {x, ex_int(E, n->decimals), ex_int(E, n->zeros)};
	struct ex r =
	    ex_op(E, n->commas ? "format_number_commas" : "format_number", e,
		ARRAY_SIZE(p), p);

	/* # leaves out the zero that stands alone */
	if (!n->zeros && !n->decimals)
		return ex_template(E,
		    "case when round({0}) = 0 then '' else {1} end", 2,
		    (struct ex[]){x, r});
	if (!n->zeros)
		em_differs(E, FINDING_APPROXIMATE, e,
		    "FORMAT writes a zero before the point that # leaves out");
	return r;
}

static struct ex format_number(struct emit *E, struct tsql_expr *e)
{
	struct tsql_expr *v = e->u.call.args.v[0], *f = e->u.call.args.v[1];
	struct ex x = em_value(E, v);
	struct number_format n;

	if (!net_number(E, f->u.lit.text, f->u.lit.len, &n) ||
	    (n.zeros > 1 && n.commas) || n.zeros > 20)
		return strange_pattern(E, e);
	if (tsql_is_float(v->type)) {
		struct tsql_type d =
		    tsql_type_decimal(38, n.decimals + 2 > 10 ? 12 : 10);

		em_differs(E, FINDING_APPROXIMATE, e,
		    "FORMAT of a float is rounded as a decimal");
		x = ex_op2(E, "float_to_decimal", e, x,
		    ex_make(em_type(E, &d), P_PRIMARY));
	}
	if (n.percent)
		x = ex_infix(E, x, "*", ex_int(E, 100), P_MUL);
	x = format_digits(E, x, &n, e);
	if (*n.prefix)
		x = ex_op2(E, "format_prefix", e, x,
		    ex_string(E, n.prefix, strlen(n.prefix)));
	if (*n.suffix)
		x = ex_infix(E, x, dialect_word(E->d, "concat", "||"),
		    ex_string(E, n.suffix, strlen(n.suffix)), P_OTHER);
	return x;
}

struct ex em_format(struct emit *E, struct tsql_expr *e)
{
	const struct tsql_exprs *a = &e->u.call.args;
	const struct tsql_type *t = a->v[0]->type;

	if (a->v[1]->h.kind != TSQL_E_STRING)
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "FORMAT with a pattern from data");
	if (a->n > 2 &&
	    (a->v[2]->h.kind != TSQL_E_STRING ||
		strncasecmp(a->v[2]->u.lit.text, "en-US", 5) != 0))
		return ex_manual(E, FINDING_UNTRANSLATED, e,
		    "FORMAT in a culture other than en-US");
	if (tsql_is_temporal(t))
		return format_date(E, e);
	if (tsql_is_number(t))
		return format_number(E, e);
	return ex_manual(E, FINDING_UNTRANSLATED, e, "FORMAT of this type");
}
