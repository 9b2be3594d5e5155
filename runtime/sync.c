/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/sync.c - the messages between the parent, the child stages and `start`
 * A message is one packet: a fixed head, then the error text, then the warnings, each with its NUL. */
#include "runtime/sync.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { WARNINGS_MAX = 8192 };

struct head {
	uint32_t kind;
	int32_t code;
	uint64_t value;
	uint32_t text_len, warnings_len; /* with their NULs */
	struct error_details details;    /* SYNC_ERROR */
};

struct packet {
	struct head head;
	char body[ERROR_TEXT_MAX + WARNINGS_MAX];
};

int sync_pair(int ret[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return -errno;
	return 0;
}

/* The folder may have a path of any length: the address goes by its descriptor. */
static void address_in(struct sockaddr_un *addr, int dirfd, const char *name)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", fd_path(dirfd).text, name);
}

int sync_listen(int dirfd, const char *name)
{
	struct sockaddr_un addr;
	CLEANUP_FD int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return -errno;
	address_in(&addr, dirfd, name);
	if (bind(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(sock, 1) < 0)
		return -errno;
	return TAKE_FD(sock);
}

int sync_connect(int dirfd, const char *name)
{
	struct sockaddr_un addr;
	CLEANUP_FD int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return -errno;
	address_in(&addr, dirfd, name);
	if (connect(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return TAKE_FD(sock);
}

/* Appends text with its NUL as far as it fits in whole; returns the new length. */
static size_t add_text(struct packet *p, size_t len, const char *text)
{
	size_t n = strlen(text) + 1;

	if (n > sizeof(p->body) - len)
		return len;
	memcpy(p->body + len, text, n);
	return len + n;
}

int sync_send(int sock, enum sync_kind kind, uint64_t value, int fd)
{
	struct packet p;
	size_t len = 0;

	p.head = (struct head){ .kind = kind, .value = value };
	if (kind == SYNC_ERROR) {
		p.head.code = error_code();
		p.head.details = error_details();
		len = add_text(&p, 0, error_text());
		p.head.text_len = (uint32_t)len;
	}
	if (kind == SYNC_ERROR || kind == SYNC_READY) {
		for (const char *w = warnings_next(NULL); w; w = warnings_next(w))
			len = add_text(&p, len, w);
		p.head.warnings_len = (uint32_t)len - p.head.text_len;
		warnings_clear();
	}
	return fd_send(sock, &fd, fd >= 0 ? 1 : 0, &p, sizeof(p.head) + len);
}

int sync_send_fds(int sock, enum sync_kind kind, const int *fds, size_t n)
{
	const struct head head = { .kind = kind };

	return fd_send(sock, fds, n, &head, sizeof(head));
}

/* The lengths come from a process of ours, but one that has already met the container. */
static bool packet_is_sound(const struct packet *p, size_t len)
{
	size_t body = len - sizeof(p->head);

	if (len < sizeof(p->head) || p->head.text_len > body ||
	    p->head.warnings_len != body - p->head.text_len)
		return false;
	return body == 0 || p->body[body - 1] == '\0';
}

int sync_recv(int sock, struct sync_message *ret)
{
	struct packet p;
	size_t n_fds = 0;
	int fd = -EBADF;
	ssize_t len = fd_recv(sock, &fd, 1, &n_fds, &p, sizeof(p));

	if (len == -ECONNRESET)
		return 0;
	if (len <= 0)
		return (int)len;
	CLEANUP_FD int owned = n_fds ? fd : -EBADF;
	if (!packet_is_sound(&p, (size_t)len))
		return -EPROTO;
	const char *end = p.body + p.head.text_len + p.head.warnings_len;
	for (const char *w = p.body + p.head.text_len; w < end; w += strlen(w) + 1)
		warn("%s", w);
	if (p.head.kind == SYNC_ERROR) {
		int code = p.head.code < 0 ? p.head.code : -EIO;

		p.head.details.step[ERROR_STEP_MAX - 1] = '\0';
		p.head.details.object[ERROR_OBJECT_MAX - 1] = '\0';
		error_set(code, p.head.text_len ? p.body : "the container's first process failed",
			  &p.head.details);
		return code;
	}
	*ret = (struct sync_message){ .kind = p.head.kind,
				      .value = p.head.value,
				      .fd = TAKE_FD(owned) };
	return 1;
}

int sync_expect(int sock, enum sync_kind kind, int *ret_fd)
{
	struct sync_message m;
	int r = sync_recv(sock, &m);

	if (r <= 0)
		return r == 0 ? -EPIPE : r;
	CLEANUP_FD int fd = m.fd;
	if (m.kind != kind)
		return -EPROTO;
	if (ret_fd)
		*ret_fd = TAKE_FD(fd);
	return 0;
}

int sync_expect_fds(int sock, enum sync_kind kind, int *fds, size_t max, size_t *ret_n)
{
	struct head head;
	ssize_t len = fd_recv(sock, fds, max, ret_n, &head, sizeof(head));

	if (len <= 0)
		return len == 0 || len == -ECONNRESET ? -EPIPE : (int)len;
	return len == sizeof(head) && head.kind == kind ? 0 : -EPROTO;
}
