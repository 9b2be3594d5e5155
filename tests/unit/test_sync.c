/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_sync.c - the messages of the handshake */
#include "base/error.h"
#include "runtime/sync.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void carries_value_and_descriptor(void)
{
	struct sync_message m = { .fd = -EBADF };
	struct stat sent, got;
	int pair[2], null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	require(sync_pair(pair) == 0);
	check_int(sync_send(pair[0], SYNC_INIT, UINT64_MAX, null), 0);
	check_int(sync_send(pair[0], SYNC_READY, 7, -EBADF), 0);
	check_int(sync_recv(pair[1], &m), 1);
	check_int(m.kind, SYNC_INIT);
	check(m.value == UINT64_MAX);
	require(m.fd >= 0 && m.fd != null);
	check(fcntl(m.fd, F_GETFD) & FD_CLOEXEC);
	check(fstat(null, &sent) == 0 && fstat(m.fd, &got) == 0 && sent.st_rdev == got.st_rdev);
	check_int(sync_recv(pair[1], &m), 1);
	check_int(m.kind, SYNC_READY);
	check_int(m.fd, -EBADF);
}

static void error_arrives_as_own_record(void)
{
	struct sync_message m = { .fd = -EBADF };
	int pair[2];

	require(sync_pair(pair) == 0);
	error_clear();
	warnings_clear();
	warn("first, ignoring");
	warn("second, ignoring");
	refuse(-ENOENT, "exec: \"x\": executable file not found in $PATH");
	check_int(sync_send(pair[0], SYNC_ERROR, 0, -EBADF), 0);
	error_clear();
	check(warnings_next(NULL) == NULL);
	check_int(sync_recv(pair[1], &m), -ENOENT);
	check_str(error_text(), "exec: \"x\": executable file not found in $PATH");
	const char *w = warnings_next(NULL);
	check_str(w, "first, ignoring");
	check_str(warnings_next(w), "second, ignoring");
	warnings_clear();
}

static void end_of_file_is_no_message(void)
{
	struct sync_message m = { .fd = -EBADF };
	int pair[2];

	require(sync_pair(pair) == 0);
	check_int(sync_send(pair[0], SYNC_READY, 0, -EBADF), 0);
	(void)close(pair[0]);
	check_int(sync_recv(pair[1], &m), 1);
	check_int(sync_recv(pair[1], &m), 0);
	check_int(sync_expect(pair[1], SYNC_SAVED, NULL), -EPIPE);
	check_int(sync_send(pair[1], SYNC_SAVED, 0, -EBADF), -EPIPE);
}

static void wrong_kind_is_refused(void)
{
	int pair[2];

	require(sync_pair(pair) == 0);
	check_int(sync_send(pair[0], SYNC_READY, 0, -EBADF), 0);
	check_int(sync_expect(pair[1], SYNC_SAVED, NULL), -EPROTO);
}

/* What a child that met the container might send: lengths that do not fit the packet. */
static void unsound_packets_are_refused(void)
{
	static const struct {
		uint32_t kind;
		int32_t code;
		uint64_t value;
		uint32_t text_len, warnings_len;
		char body[4];
	} packets[] = {
		{ SYNC_ERROR, -5, 0, 5, 0, "abc" },                  /* longer than the packet */
		{ SYNC_ERROR, -5, 0, 2, 1, "abc" },                  /* shorter */
		{ SYNC_ERROR, -5, 0, UINT32_MAX, 5, "abc" },         /* the sum wraps around */
		{ SYNC_ERROR, -5, 0, 4, 0, { 'a', 'b', 'c', 'd' } }, /* no NUL */
		{ SYNC_READY, 0, 0, 0, 4, { 'a', 'b', 'c', 'd' } },
	};
	struct sync_message m = { .fd = -EBADF };
	int pair[2];

	require(sync_pair(pair) == 0);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		check(send(pair[0], &packets[i], sizeof(packets[i]), 0) > 0);
		check_int(sync_recv(pair[1], &m), -EPROTO);
	}
	check(send(pair[0], "x", 1, 0) == 1);
	check_int(sync_recv(pair[1], &m), -EPROTO);
	/* Control: the same shape, sound. */
	check_int(sync_send(pair[0], SYNC_SAVED, 0, -EBADF), 0);
	check_int(sync_recv(pair[1], &m), 1);
}

static void listens_in_a_folder(void)
{
	int dir = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int listener = sync_listen(dir, "start.sock");

	require(listener >= 0);
	int connection = sync_connect(dir, "start.sock");
	require(connection >= 0);
	int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	check_int(sync_send(connection, SYNC_START, 0, -EBADF), 0);
	check_int(sync_expect(accepted, SYNC_START, NULL), 0);
	(void)close(listener);
	check_int(sync_connect(dir, "start.sock"), -ECONNREFUSED);
	check_int(sync_connect(dir, "none"), -ENOENT);
	(void)unlinkat(dir, "start.sock", 0);
}

static const struct unit_case cases[] = {
	{ "a message carries its value and a descriptor", carries_value_and_descriptor },
	{ "an error arrives as the receiver's own record, with the warnings",
	  error_arrives_as_own_record },
	{ "the end of file is told apart from a message", end_of_file_is_no_message },
	{ "another kind than the expected one is refused", wrong_kind_is_refused },
	{ "packets with wrong lengths are refused", unsound_packets_are_refused },
	{ "a socket in a folder: listen, connect, nobody there", listens_in_a_folder },
};
UNIT_MAIN(cases)
