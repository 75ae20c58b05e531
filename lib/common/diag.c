#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/mig.h"
#include "common/secret.h"

#define STDOUT_ROOM (64 * 1024)

const char *mig_progname = "mig";

void mig_start(const char *argv0)
{
	static char room[STDOUT_ROOM];
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0 && *argv0)
		mig_progname = slash ? slash + 1 : argv0;
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_ALL, "C");
	/* Room for whole records, see jsonl.c; a terminal sees each line. */
	if (isatty(STDOUT_FILENO) != 1)
		setvbuf(stdout, room, _IOFBF, sizeof(room));
	secret_forget("ANTHROPIC_API_KEY");
	secret_forget("ANTHROPIC_AUTH_TOKEN");
}

/* One write a line, so that the stages of a pipe don't mix their words. */
static void emit(const char *place, const char *level, const char *fmt,
    va_list ap) __attribute__((format(printf, 3, 0)));

static void emit(
    const char *place, const char *level, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT;

	buf_addf(
	    &b, "%s: %s%s%s", mig_progname, place, level, *level ? ": " : "");
	buf_vaddf(&b, fmt, ap);
	buf_addc(&b, '\n');
	fwrite(b.s, 1, b.len, stderr);
	buf_release(&b);
}

void die(const char *fmt, ...)
{
	va_list ap;

	/* No allocation here: this is also how running out of memory ends. */
	va_start(ap, fmt);
	fprintf(stderr, "%s: error: ", mig_progname);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	/* What stands in stdout's buffer are whole records: keep them. */
	fflush(stdout);
	_exit(MIG_TROUBLE);
}

void error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("", "error", fmt, ap);
	va_end(ap);
}

void warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("", "warning", fmt, ap);
	va_end(ap);
}

void report_at(const char *file, size_t line, size_t col, const char *level,
    const char *fmt, ...)
{
	struct buf place = BUF_INIT;
	va_list ap;

	if (file && *file)
		buf_addf(&place, "%s:", file);
	if (line)
		buf_addf(&place, "%zu:", line);
	if (line && col)
		buf_addf(&place, "%zu:", col);
	if (place.len)
		buf_addc(&place, ' ');
	va_start(ap, fmt);
	emit(buf_str(&place), level, fmt, ap);
	va_end(ap);
	buf_release(&place);
}

int mig_finish(int status)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) != 0)
		failed = true;
	if (!failed)
		return status;
	if (errno != EPIPE)
		error("writing standard output: %s",
		    errno ? strerror(errno) : "write error");
	return MIG_TROUBLE;
}

bool mig_progress_wanted(void)
{
	return isatty(STDERR_FILENO) == 1;
}
