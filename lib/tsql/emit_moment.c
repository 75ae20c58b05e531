#include <ctype.h>
#include <stdio.h>

#include "tsql/emit_int.h"

/*
 * Dates and times in literals, read as SQL Server reads them with us_english:
 * month before day, two-digit years up to 49 in this century.
 */

struct scan {
	const char *p, *end;
};

static void blanks(struct scan *s)
{
	while (s->p < s->end && isspace((unsigned char)*s->p))
		s->p++;
}

static bool at_end(struct scan *s)
{
	blanks(s);
	return s->p >= s->end;
}

/* The digits at p; their number. */
static int digits(struct scan *s, long *out)
{
	int n = 0;

	*out = 0;
	while (s->p < s->end && isdigit((unsigned char)*s->p) && n < 18) {
		*out = *out * 10 + (*s->p++ - '0');
		n++;
	}
	return n;
}

static int month_word(struct scan *s)
{
	static const char *const name[] = {"january", "february", "march",
	    "april", "may", "june", "july", "august", "september", "october",
	    "november", "december"};
	const char *w = s->p;
	size_t n;

	while (s->p < s->end && isalpha((unsigned char)*s->p))
		s->p++;
	n = (size_t)(s->p - w);
	for (int i = 0; n >= 3 && i < 12; i++)
		if ((n == 3 || n == strlen(name[i])) &&
		    !strncasecmp(w, name[i], n))
			return i + 1;
	s->p = w;
	return 0;
}

static int full_year(long y, int n)
{
	return n > 2 ? (int)y : y < 50 ? 2000 + (int)y : 1900 + (int)y;
}

static bool sane(struct em_moment *m)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int d;

	if (m->year < 1 || m->year > 9999 || m->month < 1 || m->month > 12)
		return false;
	d = days[m->month - 1];
	if (m->month == 2 &&
	    ((m->year % 4 == 0 && m->year % 100 != 0) || m->year % 400 == 0))
		d = 29;
	return m->day >= 1 && m->day <= d && m->hour < 24 && m->minute < 60 &&
	    m->second < 60;
}

/* hh:mm[:ss[.fff]] [am|pm], or h am; first is already read. */
static bool time_rest(struct scan *s, struct em_moment *m, long hour)
{
	long v = 0;
	bool colon = s->p < s->end && *s->p == ':';

	m->hour = (int)hour;
	if (colon) {
		s->p++;
		if (!digits(s, &v))
			return false;
		m->minute = (int)v;
		if (s->p < s->end && *s->p == ':') {
			s->p++;
			if (!digits(s, &v))
				return false;
			m->second = (int)v;
			if (s->p < s->end && (*s->p == '.' || *s->p == ':')) {
				bool point = *s->p == '.';
				int n;

				s->p++;
				n = digits(s, &v);
				if (!n || n > 9)
					return false;
				/* :003 counts milliseconds, .3 is a fraction */
				if (!point)
					v *= 1000000;
				else
					for (; n < 9; n++)
						v *= 10;
				m->nano = (int)v;
			}
		}
	}
	blanks(s);
	if (s->end - s->p >= 2 && tolower((unsigned char)s->p[1]) == 'm') {
		char c = (char)tolower((unsigned char)*s->p);

		if ((c == 'a' || c == 'p') && m->hour >= 1 && m->hour <= 12) {
			m->hour = m->hour % 12 + (c == 'p' ? 12 : 0);
			s->p += 2;
		}
	} else if (!colon) {
		return false;
	}
	m->has_time = true;
	return true;
}

static bool offset_part(struct scan *s, struct em_moment *m)
{
	long h, mi = 0;
	int sign;

	blanks(s);
	if (s->p >= s->end)
		return true;
	if (*s->p == 'Z' || *s->p == 'z') {
		s->p++;
		m->has_offset = true;
		return true;
	}
	if (*s->p != '+' && *s->p != '-')
		return true;
	sign = *s->p++ == '-' ? -1 : 1;
	if (!digits(s, &h) || s->p >= s->end || *s->p != ':')
		return false;
	s->p++;
	if (!digits(s, &mi))
		return false;
	m->offset = sign * (int)(h * 60 + mi);
	m->has_offset = true;
	return true;
}

/* Numbers with - / or . between them. */
static bool numeric_date(struct scan *s, struct em_moment *m, long a, int na)
{
	char sep = *s->p;
	long b, c;
	int nb, nc;

	s->p++;
	nb = digits(s, &b);
	if (!nb || s->p >= s->end || *s->p != sep)
		return false;
	s->p++;
	nc = digits(s, &c);
	if (!nc)
		return false;
	if (na == 4) {
		m->year = (int)a;
		m->month = (int)b;
		m->day = (int)c;
	} else {
		m->month = (int)a;
		m->day = (int)b;
		m->year = full_year(c, nc);
	}
	m->has_date = true;
	return true;
}

static bool word_date(struct scan *s, struct em_moment *m)
{
	long a, b;
	int n;

	m->month = month_word(s);
	if (!m->month)
		return false;
	while (s->p < s->end &&
	    (isspace((unsigned char)*s->p) || *s->p == ',' || *s->p == '-'))
		s->p++;
	n = digits(s, &a);
	if (!n)
		return false;
	if (n == 4) { /* Jan 2024: its first day */
		m->year = (int)a;
		m->day = 1;
	} else {
		m->day = (int)a;
		while (s->p < s->end &&
		    (isspace((unsigned char)*s->p) || *s->p == ',' ||
			*s->p == '-'))
			s->p++;
		n = digits(s, &b);
		if (n != 2 && n != 4)
			return false;
		m->year = full_year(b, n);
	}
	m->has_date = true;
	return true;
}

static bool date_part(struct scan *s, struct em_moment *m)
{
	const char *start = s->p;
	long a, b;
	int n;

	if (isalpha((unsigned char)*s->p))
		return word_date(s, m);
	n = digits(s, &a);
	if (!n)
		return false;
	if (n == 8 || n == 6) {
		m->year = n == 8 ? (int)(a / 10000) : full_year(a / 10000, 2);
		m->month = (int)(a / 100 % 100);
		m->day = (int)(a % 100);
		m->has_date = true;
		return true;
	}
	if (s->p < s->end && strchr("-/.", *s->p)) {
		const char *after = s->p;

		if (numeric_date(s, m, a, n))
			return true;
		s->p = after;
	}
	if (s->p >= s->end) {
		if (n != 4)
			return false;
		m->year = (int)a; /* '2024' alone */
		m->month = m->day = 1;
		m->has_date = true;
		return true;
	}
	if (*s->p == ':')
		goto no_date;
	while (s->p < s->end && (isspace((unsigned char)*s->p) || *s->p == '-'))
		s->p++;
	m->month = month_word(s);
	if (!m->month)
		goto no_date;
	while (s->p < s->end &&
	    (isspace((unsigned char)*s->p) || *s->p == '-' || *s->p == ','))
		s->p++;
	m->day = (int)a;
	n = digits(s, &b);
	if (n != 2 && n != 4)
		return false;
	m->year = full_year(b, n);
	m->has_date = true;
	return true;
no_date:
	s->p = start;
	return true;
}

bool em_parse_moment(const char *text, size_t len, struct em_moment *m)
{
	struct scan s = {text, text + len};
	long h;

	memset(m, 0, sizeof(*m));
	m->year = 1900;
	m->month = m->day = 1;
	if (at_end(&s))
		return true;
	if (!date_part(&s, m))
		return false;
	if (m->has_date && s.p < s.end && (*s.p == 'T' || *s.p == 't'))
		s.p++;
	if (!at_end(&s) && isdigit((unsigned char)*s.p)) {
		if (!digits(&s, &h) || !time_rest(&s, m, h))
			return false;
	}
	return offset_part(&s, m) && at_end(&s) && sane(m);
}

static void round_nanos(struct em_moment *m, int digits_kept)
{
	long unit = 1;

	for (int i = digits_kept; i < 9; i++)
		unit *= 10;
	m->nano = (int)((m->nano + unit / 2) / unit * unit);
}

/* Carries a full second (minute, hour, day) over. false: beyond the day's
 * end, which the caller leaves to the target. */
static bool carry(struct em_moment *m)
{
	if (m->nano < 1000000000)
		return true;
	m->nano -= 1000000000;
	if (++m->second < 60)
		return true;
	m->second = 0;
	if (++m->minute < 60)
		return true;
	m->minute = 0;
	return ++m->hour < 24;
}

static void fraction(struct buf *b, int nano)
{
	char s[16];
	int n = 9;

	if (!nano)
		return;
	snprintf(s, sizeof(s), ".%09d", nano);
	while (n > 1 && s[n] == '0')
		n--;
	buf_add(b, s, (size_t)n + 1);
}

bool em_fold_moment(struct emit *E, const char *text, size_t len,
    const struct tsql_type *to, struct ex *out)
{
	struct em_moment m;
	struct buf b = BUF_INIT;
	struct tsql_type t = *to;

	if (!em_parse_moment(text, len, &m))
		return false;
	if ((to->base == TSQL_TY_DATETIME && m.year < 1753) ||
	    (to->base == TSQL_TY_SMALLDATETIME &&
		(m.year < 1900 || m.year > 2078)))
		return false;
	switch (to->base) {
	case TSQL_TY_DATETIME: {
		long long ticks = ((long long)m.nano * 3 + 5000000) / 10000000;

		/* 1/300 s, shown to the millisecond */
		m.nano = (int)((ticks * 10 + 1) / 3) * 1000000;
		break;
	}
	case TSQL_TY_SMALLDATETIME:
		if (m.second || m.nano) {
			/* 29.998 s go down, 29.999 s go up */
			bool up = m.second >= 30 ||
			    (m.second == 29 && m.nano >= 999000000);

			m.second = m.nano = 0;
			if (up && ++m.minute == 60) {
				m.minute = 0;
				if (++m.hour == 24)
					return false;
			}
		}
		break;
	case TSQL_TY_DATE: m.hour = m.minute = m.second = m.nano = 0; break;
	default: round_nanos(&m, to->scale < 6 ? to->scale : 6); break;
	}
	if (!carry(&m))
		return false;
	if (to->base != TSQL_TY_TIME)
		buf_addf(&b, "%04d-%02d-%02d", m.year, m.month, m.day);
	if (to->base == TSQL_TY_TIME ||
	    (to->base != TSQL_TY_DATE &&
		(m.hour || m.minute || m.second || m.nano)) ||
	    to->base == TSQL_TY_DATETIMEOFFSET) {
		if (b.len)
			buf_addc(
			    &b, to->base == TSQL_TY_DATETIMEOFFSET ? 'T' : ' ');
		buf_addf(&b, "%02d:%02d:%02d", m.hour, m.minute, m.second);
		fraction(&b, m.nano);
	}
	if (to->base == TSQL_TY_DATETIMEOFFSET) {
		buf_addf(&b, "%c%02d:%02d", m.offset < 0 ? '-' : '+',
		    abs(m.offset) / 60, abs(m.offset) % 60);
		*out = ex_string(E, b.s, b.len);
	} else {
		*out = ex_cast_to(E, ex_string(E, b.s, b.len), &t);
	}
	buf_release(&b);
	return true;
}
