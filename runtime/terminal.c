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

/* ---- proxy ---- */

struct proxy {
	int master, in, out, pidfd, signals;
};

static void copy_size(const struct proxy *p)
{
	struct winsize size;

	if (ioctl(p->out, TIOCGWINSZ, &size) == 0)
		(void)ioctl(p->master, TIOCSWINSZ, &size);
}

/* Return: 1 something was copied, 0 end of file (for a master: its last peer closed). */
static int copy_some(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return 0;
	return fd_write_all(to, buf, (size_t)n) < 0 ? 0 : 1;
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
static void drain(const struct proxy *p)
{
	struct pollfd f = { .fd = p->master, .events = POLLIN };

	while (poll(&f, 1, 0) > 0 && f.revents & POLLIN)
		if (!copy_some(p->master, p->out))
			return;
}

static int copy_until_end(const struct proxy *p)
{
	enum { MASTER, IN, PROCESS, SIGNALS, N };
	struct pollfd f[N] = {
		[MASTER] = { .fd = p->master, .events = POLLIN },
		[IN] = { .fd = p->in, .events = POLLIN },
		[PROCESS] = { .fd = p->pidfd, .events = POLLIN },
		[SIGNALS] = { .fd = p->signals, .events = POLLIN },
	};

	for (;;) {
		if (poll(f, N, -1) < 0) {
			if (errno == EINTR)
				continue;
			return fail(-errno, "poll the terminal");
		}
		if (f[MASTER].revents && !copy_some(p->master, p->out))
			return 0;
		if (f[IN].revents && !copy_some(p->in, p->master))
			f[IN].fd = -1;
		if (f[SIGNALS].revents)
			take_signal(p);
		if (f[PROCESS].revents) {
			drain(p);
			return 0;
		}
	}
}

int terminal_proxy(int master, int in_fd, int out_fd, int pidfd, int signal_fd)
{
	struct proxy p = { master, in_fd, out_fd, pidfd, signal_fd };
	struct termios before, raw;
	bool is_terminal = in_fd >= 0 && tcgetattr(in_fd, &before) == 0;
	int r;

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
