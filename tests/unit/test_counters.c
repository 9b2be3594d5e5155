/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_counters.c - network devices of a saved /proc */
#include "base/fd.h"
#include "base/str.h"
#include "netns/counters.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char devices[] =
	"Inter-|   Receive                                                |  Transmit\n"
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
	"fifo colls carrier compressed\n"
	"    lo: 99 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0\n"
	"  eth0:    1200      12    3    4    5     6          7         8 18446744073709551615   34 "
	"9 10 11 12 13 14\n"
	"<odd>:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
	"  cut: 1 2 3\n";

static void put(int dir, const char *name, const char *text)
{
	CLEANUP_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	check_int(fd_write_all(fd, text, strlen(text)), 0);
}

/* A /proc of processes 1 (in our network namespace) and 2 (in another one). */
static int saved_proc(void)
{
	static const char *const folders[] = { "self",  "self/ns", "1",    "1/ns",
					       "1/net", "2",       "2/ns", "2/net" };
	int dir = open(unit_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		check_int(mkdirat(dir, folders[i], 0700), 0);
	put(dir, "self/ns/net", "");
	check_int(linkat(dir, "self/ns/net", dir, "1/ns/net", 0), 0);
	put(dir, "2/ns/net", "");
	put(dir, "1/net/dev", devices);
	put(dir, "2/net/dev", devices);
	return dir;
}

static void reads_devices(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int proc = saved_proc();
	struct netns_counters *c = NULL;
	size_t n = 0;

	check_int(netns_counters_read(a, proc, 2, &c, &n), 0);
	require(n == 2);
	check_str(c[0].name, "eth0");
	check_int(c[0].rx_bytes, 1200);
	check_int(c[0].rx_packets, 12);
	check_int(c[0].rx_errors, 3);
	check_int(c[0].rx_dropped, 4);
	check(c[0].tx_bytes == UINT64_MAX);
	check_int(c[0].tx_packets, 34);
	check_int(c[0].tx_errors, 9);
	check_int(c[0].tx_dropped, 10);
	check_str(c[1].name, "<odd>");
	check_int(c[1].tx_dropped, 12);
}

static void not_the_host_s(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int proc = saved_proc();
	struct netns_counters *c = NULL;
	size_t n = 1;

	check_int(netns_counters_read(a, proc, 1, &c, &n), 0);
	check_int(n, 0);
	/* nor of a process that is not there */
	check_int(netns_counters_read(a, proc, 3, &c, &n), 0);
	check_int(n, 0);
}

static const struct unit_case cases[] = {
	{ "reads the devices of another namespace, without lo", reads_devices },
	{ "shows nothing of our own namespace", not_the_host_s },
};
UNIT_MAIN(cases)
