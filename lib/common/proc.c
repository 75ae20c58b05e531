#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fs.h"
#include "common/proc.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int make_pipe(int fd[2])
{
	if (pipe(fd) < 0)
		return -1;
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

/* No child of ours has a use for these. */
static void drop_secrets(void)
{
	static const char *const names[] = {"ANTHROPIC_API_KEY",
	    "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS",
	    "MSSQL_PASSWORD", "SQLCMDPASSWORD"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

/* In the child: becomes argv, or tells the parent why not through `why`. */
static void become(
    const char *const *argv, const char *dir, int in, int out, int why)
{
	int null = in < 0 ? open("/dev/null", O_RDONLY) : -1;
	int e;

	if ((in >= 0 || null >= 0) && dup2(in >= 0 ? in : null, 0) >= 0 &&
	    dup2(out >= 0 ? out : STDERR_FILENO, 1) >= 0 &&
	    (!dir || chdir(dir) == 0)) {
		signal(SIGPIPE, SIG_DFL);
		drop_secrets();
		execvp(argv[0], (char *const *)argv);
	}
	e = errno;
	if (write(why, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

int proc_start(
    struct proc *p, const char *const *argv, const char *dir, int flags)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, why[2] = {-1, -1};
	int e = 0;
	ssize_t n;

	p->pid = -1;
	p->in = p->out = -1;
	if (((flags & PROC_STDIN) && make_pipe(in) < 0) ||
	    ((flags & PROC_STDOUT) && make_pipe(out) < 0) || make_pipe(why) < 0)
		goto fail;
	p->pid = fork();
	if (p->pid < 0)
		goto fail;
	if (p->pid == 0)
		become(argv, dir, in[0], out[1], why[1]);
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&why[1]);
	do {
		n = read(why[0], &e, sizeof(e));
	} while (n < 0 && errno == EINTR);
	if (n > 0) {
		waitpid(p->pid, NULL, 0);
		errno = e;
		goto fail;
	}
	close_fd(&why[0]);
	p->in = in[1];
	p->out = out[0];
	return 0;
fail:
	e = errno;
	close_fd(&in[0]);
	close_fd(&in[1]);
	close_fd(&out[0]);
	close_fd(&out[1]);
	close_fd(&why[0]);
	close_fd(&why[1]);
	p->pid = -1;
	errno = e;
	return -1;
}

int proc_wait(struct proc *p)
{
	int status;

	close_fd(&p->in);
	close_fd(&p->out);
	while (waitpid(p->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

int proc_run(const char *const *argv, const char *dir, struct buf *out)
{
	struct proc p;

	if (proc_start(&p, argv, dir, PROC_STDOUT) < 0)
		return -1;
	if (fs_read_fd(p.out, out) < 0) {
		proc_wait(&p);
		return -1;
	}
	return proc_wait(&p);
}
