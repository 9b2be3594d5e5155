/* SPDX-License-Identifier: Apache-2.0 */
/* tests/seccomp_agent.c - an agent for SCMP_ACT_NOTIFY: seccomp_agent SOCKET FOLDER
 *
 * Listens at SOCKET and says "ready" when it does. Of the Nth connection, what came is in FOLDER/N.json
 * and FOLDER/N.fds tells how many descriptors came with the first message and with later ones. From then
 * on it answers: mkdir and mkdirat get errno 123 and everything else is let through; each call is a line
 * "PID NUMBER" of FOLDER/calls. Ends by a signal. */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { AGENTS_MAX = 32, ANSWER = 123 };

static const char *folder;
static FILE *calls;

static FILE *open_out(int number, const char *name)
{
	char path[4096];
	FILE *f;

	if (number)
		snprintf(path, sizeof(path), "%s/%d.%s", folder, number, name);
	else
		snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (!f)
		abort();
	return f;
}

/* One message; returns its length and stores the descriptors that came with it. */
static ssize_t receive(int sock, char *text, size_t size, int *ret_fd, int *ret_n)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(16 * sizeof(int))];
	} control;
	struct iovec payload = { text, size };
	struct msghdr m = { .msg_iov = &payload,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *h = n >= 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*ret_n = 0;
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS) {
		*ret_n = (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(ret_fd, CMSG_DATA(h), sizeof(int));
	}
	return n;
}

/* A whole connection, to its end. Return: the listener. */
static int take(int sock, int number)
{
	FILE *json = open_out(number, "json"), *fds = open_out(number, "fds");
	int listener = -1, other, n, later = 0;
	char text[4096];
	ssize_t len = receive(sock, text, sizeof(text), &listener, &n);

	fwrite(text, 1, len > 0 ? (size_t)len : 0, json);
	fprintf(fds, "%d", n);
	while (len > 0) {
		len = receive(sock, text, sizeof(text), &other, &n);
		fwrite(text, 1, len > 0 ? (size_t)len : 0, json);
		later += n;
	}
	fprintf(fds, " %d\n", later);
	fclose(json);
	fclose(fds);
	close(sock);
	return listener;
}

static void answer(int listener)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp reply = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return; /* the caller was killed meanwhile */
	fprintf(calls, "%u %d\n", call.pid, call.data.nr);
	fflush(calls);
	reply.id = call.id;
	if (call.data.nr == SYS_mkdirat
#ifdef SYS_mkdir
	    || call.data.nr == SYS_mkdir
#endif
	)
		reply.error = -ANSWER;
	else
		reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct pollfd all[AGENTS_MAX];
	int n = 1, number = 0;

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	folder = argv[2];
	strcpy(address.sun_path, argv[1]);
	calls = open_out(0, "calls");
	all[0] = (struct pollfd){ socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), POLLIN, 0 };
	if (bind(all[0].fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(all[0].fd, 8) < 0)
		return 1;
	puts("ready");
	fclose(stdout);
	while (poll(all, (nfds_t)n, -1) >= 0 || errno == EINTR) {
		for (int i = n - 1; i > 0; i--) {
			if (all[i].revents & POLLIN)
				answer(all[i].fd);
			else if (all[i].revents) { /* all who had the filter are gone */
				close(all[i].fd);
				all[i] = all[--n];
			}
		}
		if (all[0].revents && n < AGENTS_MAX) {
			int listener = take(accept(all[0].fd, NULL, NULL), ++number);

			if (listener >= 0)
				all[n++] = (struct pollfd){ listener, POLLIN, 0 };
		}
	}
	return 1;
}
