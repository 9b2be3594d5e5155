/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/terminal.c - pseudo terminals: made in the container, handed out by a socket */
#include "runtime/terminal.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/sys.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>

/* The container's own devpts, by the name inside it: /dev/ptmx itself may be a node or link of the image. */
static int open_master(int root)
{
	CLEANUP_FD int master = dir_open_nofollow(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY);
	struct stat st;
	struct statfs fs;

	if (master < 0)
		return fail(master, "open /dev/pts/ptmx of the container");
	if (fstat(master, &st) < 0 || fstatfs(master, &fs) < 0)
		return fail(-errno, "stat /dev/pts/ptmx of the container");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2) || fs.f_type != DEVPTS_SUPER_MAGIC)
		return refuse(-ENODEV,
			      "/dev/pts/ptmx of the container is not the ptmx of a devpts");
	return TAKE_FD(master);
}

int terminal_open(int root, int *ret_slave, char ret_name[32])
{
	int unlocked = 0;
	unsigned number;
	CLEANUP_FD int master = open_master(root);

	if (master < 0)
		return master;
	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0 || ioctl(master, TIOCGPTN, &number) < 0)
		return fail(-errno, "unlock the pseudo terminal");
	CLEANUP_FD int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return fail(-errno, "open the peer of the pseudo terminal");
	(void)snprintf(ret_name, 32, "/dev/pts/%u", number);
	*ret_slave = TAKE_FD(slave);
	return TAKE_FD(master);
}

int terminal_end_lines_plainly(int master)
{
	struct termios t;

	if (tcgetattr(master, &t) < 0)
		return fail(-errno, "read the modes of the pseudo terminal");
	t.c_oflag &= ~(tcflag_t)ONLCR;
	return tcsetattr(master, TCSANOW, &t) < 0 ?
		       fail(-errno, "set the modes of the pseudo terminal") :
		       0;
}

int terminal_send(int sock, int master, const char *name)
{
	int r = fd_send(sock, &master, 1, name, strlen(name));

	return r < 0 ? fail(r, "send the terminal to the console socket") : 0;
}

int terminal_receive(int sock)
{
	char name[256];
	size_t n = 0;
	int fd = -EBADF;
	ssize_t len = fd_recv(sock, &fd, 1, &n, name, sizeof(name));

	if (len < 0)
		return (int)len;
	return n == 1 ? fd : -ENODATA;
}

/* ---- proxy ----
 *
 * Neither direction may hold up the other, nor a signal: a payload that does not read, or a reader of ours
 * that does not, is waited for by poll alone. */

struct channel {
	int from, to;
	char buf[4096]; /* PIPE_BUF: a pipe with POLLOUT takes as much without waiting */
	size_t start, end;
};

struct proxy {
	struct channel input, output; /* input.from: -EBADF after its end of file */
	int master, pidfd, signals;
};

static bool is_empty(const struct channel *c)
{
	return c->start == c->end;
}

/* Return: false at end of file (for a master: its last peer closed). */
static bool fill(struct channel *c)
{
	ssize_t n = read(c->from, c->buf, sizeof(c->buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	c->start = 0;
	c->end = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* Return: false when nobody takes it any more. */
static bool flush(struct channel *c)
{
	ssize_t n = write(c->to, c->buf + c->start, c->end - c->start);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	c->start += (size_t)n;
	return true;
}

static void copy_size(const struct proxy *p)
{
	struct winsize size;

	if (ioctl(p->output.to, TIOCGWINSZ, &size) == 0)
		(void)ioctl(p->master, TIOCSWINSZ, &size);
}

static void take_signal(const struct proxy *p)
{
	struct signalfd_siginfo info;

	if (read(p->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH)
		copy_size(p);
	else if (info.ssi_signo != SIGCHLD &&
		 sys_pidfd_send_signal(p->pidfd, (int)info.ssi_signo) < 0)
		return; /* it has ended; its pidfd says so next */
}

/* The process's last words may still be in the pty when its pidfd says that it has ended. */
static void drain(struct channel *output)
{
	struct pollfd from = { .fd = output->from, .events = POLLIN };
	struct pollfd to = { .fd = output->to, .events = POLLOUT };

	for (;;) {
		if (is_empty(output) &&
		    (poll(&from, 1, 0) <= 0 || !(from.revents & POLLIN) || !fill(output)))
			return;
		if (poll(&to, 1, -1) < 0 && errno != EINTR)
			return;
		if (!flush(output))
			return;
	}
}

enum { MASTER, IN, OUT, PROCESS, SIGNALS, N_POLLED };

/* Whatever has nothing to say now is left out: its POLLHUP would end every poll at once. */
static void what_to_poll(const struct proxy *p, struct pollfd f[N_POLLED])
{
	short master = (short)((is_empty(&p->output) ? POLLIN : 0) |
			       (is_empty(&p->input) ? 0 : POLLOUT));

	f[MASTER] = (struct pollfd){ master ? p->master : -1, master, 0 };
	f[IN] = (struct pollfd){ is_empty(&p->input) ? p->input.from : -1, POLLIN, 0 };
	f[OUT] = (struct pollfd){ is_empty(&p->output) ? -1 : p->output.to, POLLOUT, 0 };
	f[PROCESS] = (struct pollfd){ p->pidfd, POLLIN, 0 };
	f[SIGNALS] = (struct pollfd){ p->signals, POLLIN, 0 };
}

static int copy_until_end(struct proxy *p)
{
	struct pollfd f[N_POLLED];

	for (;;) {
		what_to_poll(p, f);
		if (poll(f, N_POLLED, -1) < 0) {
			if (errno == EINTR)
				continue;
			return fail(-errno, "poll the terminal");
		}
		if (f[MASTER].revents & (POLLOUT | POLLHUP) && !is_empty(&p->input) &&
		    (f[MASTER].revents & POLLHUP || !flush(&p->input)))
			p->input.start = p->input.end; /* nobody is there to read it */
		if (f[MASTER].revents & ~POLLOUT && is_empty(&p->output) && !fill(&p->output))
			return 0;
		if (f[IN].revents && !fill(&p->input))
			p->input.from = -EBADF;
		if (f[OUT].revents && !flush(&p->output))
			return 0;
		if (f[SIGNALS].revents)
			take_signal(p);
		if (f[PROCESS].revents) {
			drain(&p->output);
			return 0;
		}
	}
}

/* A terminal takes a whole write or lets it wait (it may be stopped, by Ctrl-S), so ours is opened once
 * more, for us alone: others have the descriptor that we were given. Return: descriptor, or -errno */
static int open_again(int terminal)
{
	int fd = isatty(terminal) ? open(fd_path(terminal).text,
					 O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) :
				    -1;

	return fd < 0 ? -EBADF : fd;
}

int terminal_proxy(int master, int in_fd, int out_fd, int pidfd, int signal_fd)
{
	CLEANUP_FD int out = open_again(out_fd);
	struct proxy p = { .input = { .from = in_fd, .to = master },
			   .output = { .from = master, .to = out >= 0 ? out : out_fd },
			   .master = master,
			   .pidfd = pidfd,
			   .signals = signal_fd };
	struct termios before, raw;
	bool is_terminal = in_fd >= 0 && tcgetattr(in_fd, &before) == 0;
	int r;

	if (fcntl(master, F_SETFL, O_NONBLOCK) < 0)
		return fail(-errno, "make the pseudo terminal non-blocking");
	if (is_terminal) {
		raw = before;
		cfmakeraw(&raw);
		raw.c_oflag = before.c_oflag;
		if (tcsetattr(in_fd, TCSANOW, &raw) < 0)
			return fail(-errno, "make the terminal raw");
	}
	copy_size(&p);
	r = copy_until_end(&p);
	if (is_terminal)
		(void)tcsetattr(in_fd, TCSANOW, &before);
	return r;
}
