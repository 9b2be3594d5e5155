/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/notify.c - sd_notify of a container, relayed to the caller's NOTIFY_SOCKET
 * The container gets a socket of its own, because the caller's lies on the host and would take any word
 * from it; only READY=1 is passed on, and MAINPID in the pids of the host. */
#include "runtime/notify.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { BARRIER_TIMEOUT_MS = 30000 };

int notify_prepare(int dir, char *ret_path)
{
	ssize_t len;

	if (mkdirat(dir, "notify", 0755) < 0 || fchmodat(dir, "notify", 0755, 0) < 0)
		return fail(-errno, "make the folder of the notify socket");
	len = readlink(fd_path(dir).text, ret_path, PATH_MAX - sizeof("/notify"));
	if (len < 0)
		return fail(-errno, "find the path of the state folder");
	strcpy(ret_path + len, "/notify");
	return 0;
}

int notify_bind(int dir)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	CLEANUP_FD int folder = openat(dir, "notify",
				       O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return errno == ENOENT ? -ENOENT :
					 fail(-errno, "open the folder of the notify socket");
	CLEANUP_FD int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0)
		return fail(-errno, "make the notify socket");
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/notify.sock",
		       fd_path(folder).text);
	if (bind(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    fchmodat(folder, "notify.sock", 0777, 0) < 0)
		return fail(-errno, "bind the notify socket");
	return TAKE_FD(sock);
}

/* One datagram is several lines; a line that has to be ours alone is left out. */
static bool says_ready(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "READY=1", 7) == 0 && (line[7] == '\n' || line[7] == '\0'))
			return true;
	}
	return false;
}

static int connect_to_manager(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	CLEANUP_FD int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return -errno;
	if (len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	if (connect(sock, (struct sockaddr *)&addr,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		return -errno;
	return TAKE_FD(sock);
}

/* The manager closes the pipe when it has read all that was sent before (sd_notify_barrier(3)): our pid may
 * be gone by then, and with it what it knows us by. One that does not know the word drops it at once. */
static int wait_until_read(int sock)
{
	static const char barrier[] = "BARRIER=1";
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	CLEANUP_FD int ours = pair[0];
	int r = fd_send(sock, &pair[1], 1, barrier, strlen(barrier));
	struct pollfd p = { .fd = ours, .events = POLLIN };

	(void)close(pair[1]);
	if (r < 0)
		return r;
	r = poll(&p, 1, BARRIER_TIMEOUT_MS);
	return r == 0 ? -ETIMEDOUT : 0;
}

static int tell(const char *path, const char *text)
{
	CLEANUP_FD int sock = connect_to_manager(path);

	if (sock < 0)
		return sock;
	if (send(sock, text, strlen(text), MSG_NOSIGNAL) < 0)
		return -errno;
	return wait_until_read(sock);
}

static bool receive_ready(int sock)
{
	char text[4096];
	ssize_t len;

	while ((len = recv(sock, text, sizeof(text) - 1, 0)) > 0) {
		text[len] = '\0';
		if (says_ready(text))
			return true;
	}
	return false;
}

int notify_relay(int sock, const char *path, pid_t pid, int pidfd)
{
	struct pollfd p[2] = { { .fd = sock, .events = POLLIN },
			       { .fd = pidfd, .events = POLLIN } };
	char text[64];
	int r;

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return fail(-errno, "wait for READY=1 of the payload");
		if (p[0].revents && receive_ready(sock))
			break;
		if (p[1].revents)
			return 0;
	}
	(void)snprintf(text, sizeof(text), "READY=1\nMAINPID=%d", (int)pid);
	r = tell(path, text);
	if (r < 0)
		warn("tell '%s' that the container is ready: %s, ignoring", path, error_reason(r));
	return 0;
}
