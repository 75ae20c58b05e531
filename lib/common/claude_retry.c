#include <math.h>
#include <sys/random.h>
#include <time.h>

#include "common/claude_retry.h"
#include "common/mig.h"

static const struct {
	const char *type;
	long status;
} types[] = {
    {"invalid_request_error", 400},
    {"authentication_error", 401},
    {"billing_error", 402},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"conflict_error", 409},
    {"request_too_large", 413},
    {"rate_limit_error", 429},
    {"api_error", 500},
    {"timeout_error", 504},
    {"overloaded_error", 529},
};

long claude_status_of(const char *error_type)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (error_type && strcmp(error_type, types[i].type) == 0)
			return types[i].status;
	}
	return 500;
}

bool claude_may_retry(
    long status, const char *error_code, const char *should_retry)
{
	if (error_code &&
	    (strcmp(error_code, "enforced_spend_limit_reached") == 0 ||
		strcmp(error_code, "contract_spend_limit_reached") == 0))
		return false;
	if (should_retry && strcmp(should_retry, "true") == 0)
		return true;
	if (should_retry && strcmp(should_retry, "false") == 0)
		return false;
	return status == 408 || status == 409 || status == 429 || status >= 500;
}

void claude_random(char *s, size_t n)
{
	static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char c;
	size_t i;

	for (i = 0; i < n; i++) {
		if (getentropy(&c, 1) < 0)
			die("no source of randomness");
		s[i] = digits[c % 32];
	}
	s[n] = '\0';
}

static double fraction(void)
{
	unsigned int v;

	if (getentropy(&v, sizeof(v)) < 0)
		return 0.5;
	return v / 4294967296.0;
}

int64_t claude_retry_delay(const struct http_call *call, unsigned n)
{
	const char *ms = http_header(call, "retry-after-ms");
	const char *s = http_header(call, "retry-after");
	double delay = NAN;
	char *end;

	if (ms) {
		delay = strtod(ms, &end);
		if (end == ms)
			delay = NAN;
	}
	if (s && !(delay > 0)) {
		delay = strtod(s, &end) * 1000;
		if (end == s) {
			time_t at = curl_getdate(s, NULL);

			delay = at == (time_t)-1
			    ? NAN
			    : difftime(at, time(NULL)) * 1000;
		}
	}
	/* A wait of more than 24 days is a mistake, as for the SDKs. */
	if (delay > 0 && delay <= 2147483647.0)
		return (int64_t)ceil(delay);
	delay = 500 * pow(2, n);
	if (delay > 8000)
		delay = 8000;
	return (int64_t)(delay * (1 - 0.25 * fraction()));
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static long days_of(long y, long m, long d)
{
	static const int before[] = {
	    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	long leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	long p = y - 1;

	return (y - 1970) * 365 + (p / 4 - p / 100 + p / 400) - 477 +
	    before[m - 1] + (m > 2 ? leap : 0) + d - 1;
}

double claude_rfc3339(const char *s)
{
	int y, mo, d, h, mi, zh, zm, used = 0;
	double sec, t;
	char sign;

	if (!s ||
	    sscanf(s, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%lf%n", &y, &mo, &d, &h, &mi,
		&sec, &used) != 6 ||
	    mo < 1 || mo > 12 || d < 1 || d > 31 || y < 1970)
		return -1;
	t = (double)days_of(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec;
	s += used;
	if (*s == 'Z' || *s == 'z')
		return t;
	if (sscanf(s, "%c%2d:%2d", &sign, &zh, &zm) != 3 ||
	    (sign != '+' && sign != '-'))
		return -1;
	t -= (sign == '+' ? 1 : -1) * (zh * 3600 + zm * 60);
	return t;
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds that the server's clock is ahead of ours, when it clearly is. */
static double skew(const struct http_call *call)
{
	const char *date = http_header(call, "date");
	time_t t = date ? curl_getdate(date, NULL) : (time_t)-1;
	double ahead;

	if (t == (time_t)-1)
		return 0;
	ahead = difftime(t, time(NULL));
	return fabs(ahead) > 5 ? ahead : 0;
}

static void set_bucket(struct claude_rate *r, size_t i, double limit,
    double remaining, int64_t reset_ms)
{
	int64_t moved = reset_ms - r->bucket[i].reset_ms;
	int64_t now = http_now_ms();

	/*
	 * Answers overtake each other: of one window the least counts, and a
	 * window that is over says nothing about the one that followed it.
	 */
	if (r->bucket[i].known && r->bucket[i].reset_ms > now) {
		if (moved <= -50 && reset_ms <= now)
			return;
		if (moved < 50 && r->bucket[i].remaining < remaining)
			return;
	}
	r->bucket[i].known = true;
	r->bucket[i].limit = limit;
	r->bucket[i].remaining = remaining;
	r->bucket[i].reset_ms = reset_ms;
}

void claude_rate_see(struct claude_rate *r, const struct http_call *call)
{
	static const char *const names[RATE_NR] = {
	    "requests", "tokens", "input-tokens", "output-tokens"};
	size_t i;

	for (i = 0; i < RATE_NR; i++) {
		char name[64];
		const char *limit, *remaining, *reset;
		double at;

		snprintf(name, sizeof(name), "anthropic-ratelimit-%s-limit",
		    names[i]);
		limit = http_header(call, name);
		snprintf(name, sizeof(name), "anthropic-ratelimit-%s-remaining",
		    names[i]);
		remaining = http_header(call, name);
		snprintf(name, sizeof(name), "anthropic-ratelimit-%s-reset",
		    names[i]);
		reset = http_header(call, name);
		at = claude_rfc3339(reset);
		if (!remaining || at < 0)
			continue;
		set_bucket(r, i, limit ? strtod(limit, NULL) : 0,
		    strtod(remaining, NULL),
		    http_now_ms() +
			(int64_t)ceil((at - wall() - skew(call)) * 1000));
	}
}

int64_t claude_rate_wait(const struct claude_rate *r, double input)
{
	int64_t now = http_now_ms(), wait = r->hold_ms - now;
	size_t i;

	for (i = 0; i < RATE_NR; i++) {
		double need = i == RATE_REQUESTS ? 1
		    : i == RATE_OUTPUT		 ? 1
						 : input;
		double used = i == RATE_REQUESTS ? r->unseen
		    : i == RATE_OUTPUT		 ? 0
						 : r->unseen_input;

		if (!r->bucket[i].known || r->bucket[i].reset_ms <= now)
			continue;
		/* What never fits is the server's to judge. */
		if (r->bucket[i].limit > 0 && need > r->bucket[i].limit)
			need = r->bucket[i].limit;
		if (r->bucket[i].remaining - used < need &&
		    r->bucket[i].reset_ms - now > wait)
			wait = r->bucket[i].reset_ms - now;
	}
	return wait > 0 ? wait : 0;
}

void claude_rate_start(struct claude_rate *r, double input)
{
	r->unseen += 1;
	r->unseen_input += input;
}

void claude_rate_end(struct claude_rate *r, double input)
{
	r->unseen -= 1;
	r->unseen_input -= input;
}
