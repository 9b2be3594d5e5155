/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_sample.c - what a container uses at one moment, and what follows from it */
#include "cmd/stats_sample.h"
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <sys/sysinfo.h>
#include <time.h>

enum { NS_S = 1000000000 };

static int64_t now_ns(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * NS_S + t.tv_nsec;
}

static int read_network(struct arena *a, const struct state *s, int pidfd, struct stats_sample *ret)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (proc < 0)
		return fail(-errno, "open /proc");
	/* What we read were init's devices if init is alive afterwards; else there are none. */
	if (netns_counters_read(a, proc, s->pid, &ret->interfaces, &ret->n_interfaces) < 0 ||
	    sys_pidfd_send_signal(pidfd, 0) < 0)
		ret->n_interfaces = 0;
	return 0;
}

/* A mount that is gone is no reason to tell nothing. */
static void read_rdt(struct arena *a, const struct state *s, struct stats_sample *ret)
{
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };

	if (!s->rdt.class_name)
		return;
	if (rdt_host_open(&host) < 0 || rdt_stats_read(a, &host, &s->rdt, s->id, &ret->rdt) < 0) {
		warn("%s, ignoring", error_text());
		error_clear();
	}
}

int stats_sample_take(struct arena *a, const struct state *s, int pidfd, bool details,
		      struct stats_sample *ret)
{
	struct stats_sample sample = { .time_ns = now_ns() };
	int r = cgroup_stats_read(a, s->cgroup_folders, details, &sample.cgroup);

	if (r == 0)
		r = read_network(a, s, pidfd, &sample);
	if (r < 0)
		return r;
	read_rdt(a, s, &sample);
	*ret = sample;
	return 0;
}

struct stats_cpu stats_cpu_of_start(const struct state *s)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);

	return (struct stats_cpu){ .time_ns = (int64_t)(s->start_time * (NS_S / hz)) };
}

uint64_t stats_raw(const struct cgroup_memory_stats *m, const char *name)
{
	for (size_t i = 0; i < m->n_raw; i++)
		if (str_eq(m->raw[i].name, name))
			return m->raw[i].value;
	return 0;
}

static double percent(double part, double whole)
{
	return whole > 0 ? part * 100 / whole : 0;
}

static uint64_t host_memory(void)
{
	struct sysinfo info = { 0 };

	return sysinfo(&info) < 0 ? 0 : (uint64_t)info.totalram * info.mem_unit;
}

/* As docker has it: a file that was not looked at for long is no need of the container's. v1 counts what is
 * below the folder as total_..., and knows the limits above it. */
static void summarize_memory(const struct cgroup_memory_stats *m, struct stats_summary *ret)
{
	uint64_t idle = stats_raw(m, "total_inactive_file"), limit = m->usage.limit;
	uint64_t above = stats_raw(m, "hierarchical_memory_limit"), host = host_memory();

	idle = idle ? idle : stats_raw(m, "inactive_file");
	ret->memory = m->usage.usage > idle ? m->usage.usage - idle : 0;
	limit = above && above < limit ? above : limit;
	ret->memory_limit = limit == 0 || limit > host ? host : limit;
	ret->memory_percent = percent((double)ret->memory, (double)ret->memory_limit);
}

struct stats_summary stats_summarize(const struct stats_sample *s, struct stats_cpu *before)
{
	struct stats_summary sum = { .pids = s->cgroup.pids };
	const struct cgroup_io_list *io = &s->cgroup.io[CGROUP_IO_SERVICE_BYTES];
	uint64_t total = s->cgroup.cpu.total;

	if (total > before->total_ns)
		sum.cpu_percent = percent((double)(total - before->total_ns),
					  (double)(s->time_ns - before->time_ns));
	*before = (struct stats_cpu){ total, s->time_ns };
	summarize_memory(&s->cgroup.memory, &sum);
	for (size_t i = 0; i < s->n_interfaces; i++) {
		sum.received += s->interfaces[i].rx_bytes;
		sum.sent += s->interfaces[i].tx_bytes;
	}
	for (size_t i = 0; i < io->n; i++) {
		sum.read += str_eq(io->list[i].op, "Read") ? io->list[i].value : 0;
		sum.written += str_eq(io->list[i].op, "Write") ? io->list[i].value : 0;
	}
	return sum;
}
