/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_fd.c - whole files, and descriptors over a socket */
#include "base/fd.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static void files(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *path = unit_folder();
	CLEANUP_FD int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	size_t len = 0;
	char *text;

	check_int(file_replace_at(dir, "f", "one\0x", 5, 0640), 0);
	check_int(file_read_at(a, dir, "f", 5, &text, &len), 0);
	check_int(len, 5);
	check(memcmp(text, "one\0x", 6) == 0);
	check_int(file_read_at(a, dir, "f", 4, &text, &len), -EFBIG);
	check_int(file_replace_at(dir, "f", "2", 1, 0600), 0);
	check_int(fstatat(dir, "f", &st, 0), 0);
	check_int(st.st_size, 1);
	check_int(st.st_mode & 07777, 0600);
	check_int(file_write_at(dir, "f", "33"), 0);
	check_int(file_write_at(dir, "missing", "3"), -ENOENT);
	check_int(mkfifoat(dir, "fifo", 0600), 0);
	check_int(file_read_at(a, dir, "fifo", 5, &text, &len), -EINVAL);
	check_int(file_read_at(a, dir, ".", 5, &text, &len), -EISDIR);
	check_int(unlinkat(dir, "f", 0) | unlinkat(dir, "fifo", 0), 0);
	check_int(rmdir(path), 0); /* so no temporary file was left */
}

static void passing(void)
{
	int pair[2], two[2] = { STDIN_FILENO, STDERR_FILENO }, got[2];
	char data[8] = "";
	size_t n = 99;

	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	check_int(fd_send(pair[0], two, 2, "hey", 3), 0);
	check_int(fd_recv(pair[1], got, 2, &n, data, sizeof(data)), 3);
	check_int(n, 2);
	check_str(data, "hey");
	check_int(fcntl(got[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	(void)close(got[0]);
	(void)close(got[1]);
	check_int(fd_send(pair[0], two, 2, "x", 1), 0);
	check_int(fd_recv(pair[1], got, 1, &n, data, sizeof(data)), -EMSGSIZE);
	check_int(fd_send(pair[0], NULL, 0, "y", 1), 0);
	check_int(fd_recv(pair[1], got, 1, &n, data, sizeof(data)), 1);
	check_int(n, 0);
	check_int(fd_send(pair[0], two, 33, "y", 1), -EINVAL);
	(void)close(pair[0]);
	check_int(fd_recv(pair[1], got, 1, &n, data, sizeof(data)), 0);
	check_int(fd_send(pair[1], NULL, 0, "y", 1), -EPIPE);
	(void)close(pair[1]);
}

/* The socket is bound by a short relative name and then reached by a path of over 108 bytes. */
static void long_socket_path(void)
{
	const char *folder = unit_folder();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP_FD int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP_FD int back = open(".", O_PATH | O_CLOEXEC);
	char deep[512], path[600];
	int fd;

	snprintf(deep, sizeof(deep), "%s/%0150d", folder, 0);
	check_int(mkdir(deep, 0700), 0);
	snprintf(path, sizeof(path), "%s/s", deep);
	check_int(chdir(deep), 0);
	strcpy(address.sun_path, "s");
	check_int(bind(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	check_int(fchdir(back), 0);
	check_int(listen(sock, 1), 0);
	fd = fd_connect_unix(path);
	check(fd >= 0);
	if (fd >= 0)
		(void)close(fd);
	check_int(unlink(path) | rmdir(deep) | rmdir(folder), 0);
	check_int(fd_connect_unix(path), -ENOENT);
}

static const struct unit_case tests[] = {
	{ "files are read whole and replaced atomically", files },
	{ "descriptors over a socket", passing },
	{ "a socket behind a long path", long_socket_path },
};
UNIT_MAIN(tests)
