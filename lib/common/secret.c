#include <sys/mman.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include "common/alloc.h"
#include "common/mig.h"
#include "common/secret.h"

/* The compiler may not leave the writes out: the memory is never read again. */
static void wipe(void *p, size_t len)
{
	volatile unsigned char *v = p;

	while (len--)
		*v++ = 0;
}

bool secret_take(struct secret *s, const char *variable, const char *prefix)
{
	char *value = getenv(variable);
	size_t plen = strlen(prefix), len, page;

	memset(s, 0, sizeof(*s));
	if (!value || !*value)
		return false;
	len = strlen(value);
	page = (size_t)sysconf(_SC_PAGESIZE);
	s->len = plen + len;
	s->size = (s->len / page + 1) * page;
	/* Pages of its own: unlocking them unlocks nothing else. */
	if (posix_memalign((void **)&s->s, page, s->size) != 0)
		die("out of memory");
	memset(s->s, 0, s->size);
	/* Limits may refuse it; secret_harden() stands without. */
	(void)mlock(s->s, s->size);
	memcpy(s->s, prefix, plen);
	memcpy(s->s + plen, value, len);
	wipe(value, len);
	unsetenv(variable);
	return true;
}

void secret_forget(const char *variable)
{
	char *value = getenv(variable);

	if (!value)
		return;
	wipe(value, strlen(value));
	unsetenv(variable);
}

void secret_release(struct secret *s)
{
	if (!s->s)
		return;
	wipe(s->s, s->size);
	munlock(s->s, s->size);
	free(s->s);
	memset(s, 0, sizeof(*s));
}

/* The leak checker reads the process as a debugger does. */
#if defined(__SANITIZE_ADDRESS__)
#define DEBUGGED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DEBUGGED 1
#endif
#endif

void secret_harden(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(DEBUGGED)
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void secret_scrub(
    const struct secret *s, size_t prefix_len, size_t least, struct buf *b)
{
	const char *needle;
	size_t n, i;

	if (!s->s || s->len <= prefix_len)
		return;
	needle = s->s + prefix_len;
	n = s->len - prefix_len;
	if (n < least)
		return;
	for (i = 0; i + n <= b->len; i++) {
		if (b->s[i] == needle[0] && memcmp(b->s + i, needle, n) == 0)
			memset(b->s + i, '*', n);
	}
}
