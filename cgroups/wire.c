/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/wire.c - messages of words */
#include "cgroups/wire.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

void wire_add(struct buf *message, const char *word)
{
	buf_add(message, word, strlen(word) + 1);
}

int wire_send(int sock, const struct buf *message)
{
	if (message->len > WIRE_MESSAGE_MAX)
		return -EMSGSIZE;
	return send(sock, message->data, message->len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static size_t count(const char *data, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += data[i] == '\0';
	return n;
}

int wire_recv(struct arena *a, int sock, int timeout_ms, char ***ret)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	char *data = arena_alloc(a, WIRE_MESSAGE_MAX), **words;
	ssize_t len;
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : -ETIMEDOUT;
	len = recv(sock, data, WIRE_MESSAGE_MAX, MSG_TRUNC);
	if (len <= 0)
		return len < 0 ? -errno : 0;
	if (len > WIRE_MESSAGE_MAX || data[len - 1] != '\0')
		return -EBADMSG;
	words = arena_array(a, count(data, (size_t)len) + 1, sizeof(*words));
	for (size_t i = 0; len > 0; i++) {
		size_t word = strlen(data) + 1;

		words[i] = data;
		data += word;
		len -= (ssize_t)word;
	}
	*ret = words;
	return 1;
}
