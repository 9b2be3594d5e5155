/* SPDX-License-Identifier: Apache-2.0 */
/* tests/cgroup_probe.c - what a shell cannot ask: huge pages, real time, and the device programs of a cgroup
 *
 *	cgroup_probe hugepages N [noreserve]   map and touch N huge pages of 2 MiB; noreserve: without a reservation
 *	cgroup_probe touch N                   map and touch N MiB, from user mode: a system call that fills a buffer
 *	                                       gets an error where v1's oom control would let the process wait
 *	cgroup_probe realtime MS               be busy as a real-time process; how much of a CPU that was, in percent
 *	cgroup_probe programs FOLDER           how many device programs are attached to the v2 folder itself
 *
 * Linked statically: all but the last run in a container. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int hugepages(char **args)
{
	enum { PAGE = 2 * 1024 * 1024, SIZE_FLAG = 21 << 26 };
	size_t n = strtoul(args[0], NULL, 10);
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | SIZE_FLAG;
	char *map;

	if (args[1] && strcmp(args[1], "noreserve") == 0)
		flags |= MAP_NORESERVE;
	map = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (map == MAP_FAILED) {
		printf("mmap: %s\n", strerror(errno));
		return 1;
	}
	for (size_t i = 0; i < n; i++)
		((volatile char *)map)[i * PAGE] = 1;
	printf("touched %zu\n", n);
	return 0;
}

static int touch(const char *mib)
{
	enum { PAGE = 4096 };
	size_t size = strtoul(mib, NULL, 10) * 1024 * 1024;
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return 1;
	for (size_t at = 0; at < size; at += PAGE)
		((volatile char *)map)[at] = 1;
	return 0;
}

static long long now_us(clockid_t clock)
{
	struct timespec t = { 0 };

	(void)clock_gettime(clock, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int realtime(char **args)
{
	long long us = strtol(args[0], NULL, 10) * 1000LL, start = now_us(CLOCK_MONOTONIC), wall;

	if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 }) < 0) {
		printf("sched_setscheduler: %s\n", strerror(errno));
		return 1;
	}
	do
		wall = now_us(CLOCK_MONOTONIC) - start;
	while (wall < us);
	printf("%lld\n", 100 * now_us(CLOCK_PROCESS_CPUTIME_ID) / wall);
	return 0;
}

static int programs(char **args)
{
	union bpf_attr attr = { 0 };
	int folder = open(args[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	attr.query.target_fd = (unsigned)folder;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	if (folder < 0 || syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) < 0) {
		printf("%s: %s\n", args[0], strerror(errno));
		return 1;
	}
	printf("%u\n", attr.query.prog_cnt);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "hugepages") == 0)
		return hugepages(argv + 2);
	if (argc == 3 && strcmp(argv[1], "touch") == 0)
		return touch(argv[2]);
	if (argc == 3 && strcmp(argv[1], "realtime") == 0)
		return realtime(argv + 2);
	if (argc == 3 && strcmp(argv[1], "programs") == 0)
		return programs(argv + 2);
	return 2;
}
