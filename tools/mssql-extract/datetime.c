#include <inttypes.h>
#include <strings.h>

#include "common/alloc.h"

#include "datetime.h"

#define TICKS 10000000 /* a second, in units of 100 ns */
#define DAY_TICKS ((int64_t)86400 * TICKS)

struct moment {
	int year, month, day;
	int64_t ticks; /* since midnight */
	bool has_date, has_offset;
	int offset; /* minutes */
};

/* Days since 0001-01-01 of the proleptic Gregorian calendar. */
static int64_t days_of(int y, int m, int d)
{
	int64_t yy = m <= 2 ? y - 1 : y;
	int64_t era = yy / 400, yoe = yy - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 306;
}

static void date_of(int64_t days, struct moment *m)
{
	int64_t z = days + 306;
	int64_t era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	m->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	m->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	m->year = (int)(yoe + era * 400 + (m->month <= 2));
}

static int month_days(int y, int m)
{
	static const int n[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return n[m - 1] + (m == 2 && leap);
}

static const char *number(const char *s, int *value, int *digits)
{
	*value = *digits = 0;
	while (*s >= '0' && *s <= '9' && *digits < 9) {
		*value = *value * 10 + (*s++ - '0');
		++*digits;
	}
	return s;
}

static int month_name(const char *s)
{
	static const char *const names[] = {"jan", "feb", "mar", "apr", "may",
	    "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
	int i;

	for (i = 0; i < 12; i++) {
		if (strncasecmp(s, names[i], 3) == 0)
			return i + 1;
	}
	return 0;
}

static const char *skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

static int full_year(int y, int digits)
{
	if (digits > 2)
		return y;
	return y < 50 ? 2000 + y : 1900 + y; /* two digit year cutoff 2049 */
}

/* "Jan 5 2024", "5 Jan 2024", "January 5, 2024": NULL when it is no such. */
static const char *named_date(const char *s, struct moment *m)
{
	int a = 0, digits = 0, y, day;

	if (*s >= '0' && *s <= '9')
		s = skip_blanks(number(s, &a, &digits));
	m->month = month_name(s);
	if (!m->month)
		return NULL;
	while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))
		s++;
	s = skip_blanks(s);
	day = a;
	if (!digits) {
		s = number(s, &day, &digits);
		if (!digits)
			return NULL;
	}
	s = skip_blanks(s);
	if (*s == ',')
		s = skip_blanks(s + 1);
	s = number(s, &y, &digits);
	if (!digits)
		return NULL;
	m->day = day;
	m->year = full_year(y, digits);
	return s;
}

/* The date in front of s; what follows it, or NULL. */
static const char *read_date(const char *s, struct moment *m)
{
	int a, b, c, na, nb, nc;
	const char *p = number(s, &a, &na);
	char sep = *p;

	m->has_date = true;
	if (na == 8 || (na == 6 && sep != '/' && sep != '-')) {
		m->day = a % 100;
		m->month = a / 100 % 100;
		m->year = na == 8 ? a / 10000 : full_year(a / 10000, 2);
		return p;
	}
	if (!na || (sep != '-' && sep != '/' && sep != '.'))
		return named_date(s, m);
	p = number(p + 1, &b, &nb);
	if (!nb || *p != sep)
		return NULL;
	p = number(p + 1, &c, &nc);
	if (!nc)
		return NULL;
	if (na == 4) { /* year first */
		m->year = a;
		m->month = b;
		m->day = c;
	} else { /* mdy */
		m->month = a;
		m->day = b;
		m->year = full_year(c, nc);
	}
	return p;
}

static const char *read_time(const char *s, struct moment *m)
{
	int h, mi = 0, sec = 0, n;
	int64_t frac = 0, unit = TICKS / 10;

	s = number(s, &h, &n);
	if (!n)
		return NULL;
	if (*s == ':') {
		s = number(s + 1, &mi, &n);
		if (!n)
			return NULL;
		if (*s == ':') {
			s = number(s + 1, &sec, &n);
			if (!n)
				return NULL;
		}
		if (*s == '.') {
			for (s++; *s >= '0' && *s <= '9'; s++, unit /= 10)
				frac += (*s - '0') * unit;
		}
	}
	s = skip_blanks(s);
	if (strncasecmp(s, "am", 2) == 0 || strncasecmp(s, "pm", 2) == 0) {
		if (h < 1 || h > 12)
			return NULL;
		h = h % 12 + (*s == 'p' || *s == 'P' ? 12 : 0);
		s += 2;
	}
	if (h > 23 || mi > 59 || sec > 59)
		return NULL;
	m->ticks = ((int64_t)h * 3600 + mi * 60 + sec) * TICKS + frac;
	return s;
}

static const char *read_offset(const char *s, struct moment *m)
{
	int h, mi = 0, n;
	int sign = *s == '-' ? -1 : 1;

	if (*s == 'Z' || *s == 'z') {
		m->has_offset = true;
		return s + 1;
	}
	if (*s != '+' && *s != '-')
		return s;
	s = number(s + 1, &h, &n);
	if (*s == ':')
		s = number(s + 1, &mi, &n);
	if (h > 14 || mi > 59)
		return NULL;
	m->has_offset = true;
	m->offset = sign * (h * 60 + mi);
	return s;
}

static int read_moment(const char *s, struct moment *m)
{
	const char *colon = strchr(s, ':'), *p;

	memset(m, 0, sizeof(*m));
	m->year = 1900;
	m->month = m->day = 1;
	s = skip_blanks(s);
	if (!*s)
		return 0; /* '' is 1900-01-01 */
	p = s + strspn(s, "0123456789");
	if (!(colon && p == colon) && strncasecmp(skip_blanks(p), "am", 2) &&
	    strncasecmp(skip_blanks(p), "pm", 2)) {
		s = read_date(s, m);
		if (!s)
			return -1;
		if (*s == 'T' || *s == 't')
			s++;
		s = skip_blanks(s);
	}
	if (*s >= '0' && *s <= '9')
		s = read_time(s, m);
	if (s)
		s = read_offset(skip_blanks(s), m);
	if (!s || *skip_blanks(s))
		return -1;
	if (m->year < 1 || m->year > 9999 || m->month < 1 || m->month > 12 ||
	    m->day < 1 || m->day > month_days(m->year, m->month))
		return -1;
	return 0;
}

static int64_t round_to(int64_t ticks, int64_t unit)
{
	return (ticks + unit / 2) / unit * unit;
}

static int64_t scale_unit(int scale)
{
	int64_t unit = TICKS;

	while (scale-- > 0)
		unit /= 10;
	return unit ? unit : 1;
}

/* Rounds the time of day; a whole day carries into the date. */
static void round_moment(struct moment *m, const struct tsql_type *t)
{
	int64_t third;

	switch (t->base) {
	case TSQL_TY_DATE: m->ticks = 0; return;
	case TSQL_TY_SMALLDATETIME:
		/* 29.998 seconds go down, 29.999 up */
		m->ticks = (m->ticks + 30 * (int64_t)TICKS + TICKS / 1000) /
		    (60 * (int64_t)TICKS) * 60 * TICKS;
		break;
	case TSQL_TY_DATETIME:
		/* in 1/300 s, shown in milliseconds: .000 .003 .007 */
		third = (m->ticks * 3 + TICKS / 200) / (TICKS / 100);
		m->ticks = (third * 10 + 1) / 3 * (TICKS / 1000);
		break;
	default: m->ticks = round_to(m->ticks, scale_unit(t->scale)); break;
	}
	if (m->ticks >= DAY_TICKS) {
		m->ticks -= DAY_TICKS;
		if (t->base != TSQL_TY_TIME)
			date_of(days_of(m->year, m->month, m->day) + 1, m);
	}
}

static void print_time(struct buf *out, int64_t ticks, int digits)
{
	int64_t s = ticks / TICKS;
	char frac[16];

	buf_addf(out, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60),
	    (int)(s % 60));
	if (digits) {
		snprintf(frac, sizeof(frac), "%07" PRId64, ticks % TICKS);
		buf_addf(out, ".%.*s", digits, frac);
	}
}

int datetime_text(
    struct buf *out, const char *literal, const struct tsql_type *t)
{
	struct moment m;
	int digits;

	if (read_moment(literal, &m) < 0)
		return -1;
	if (t->base == TSQL_TY_DATETIME && (m.year < 1753 || m.has_offset))
		return -1;
	if (t->base == TSQL_TY_SMALLDATETIME &&
	    (m.year < 1900 || m.year > 2079))
		return -1;
	round_moment(&m, t);
	digits = t->base == TSQL_TY_DATETIME   ? 3
	    : t->base == TSQL_TY_SMALLDATETIME ? 0
					       : t->scale;
	if (t->base != TSQL_TY_TIME)
		buf_addf(out, "%04d-%02d-%02d", m.year, m.month, m.day);
	if (t->base == TSQL_TY_DATE)
		return 0;
	if (t->base != TSQL_TY_TIME)
		buf_addc(out, 'T');
	print_time(out, m.ticks, digits);
	if (t->base == TSQL_TY_DATETIMEOFFSET)
		buf_addf(out, "%c%02d:%02d", m.offset < 0 ? '-' : '+',
		    abs(m.offset) / 60, abs(m.offset) % 60);
	return 0;
}
