/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/limits.c - limits and priorities of a process */
#include "runtime/limits.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* sched_setattr(2); glibc 2.36 has neither the call nor the struct. */
struct sched_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

enum { WHO_PROCESS = 1, CPUS_MAX = 8192 };

static int set_scheduler(const struct scheduler_step *s, pid_t pid)
{
	struct sched_attributes attr = {
		.size = sizeof(attr),
		.policy = s->policy,
		.flags = s->flags,
		.nice = s->nice,
		.priority = s->priority,
		.runtime = s->runtime,
		.deadline = s->deadline,
		.period = s->period,
	};

	if (syscall(SYS_sched_setattr, pid, &attr, 0) == 0)
		return 0;
	/* sched_setattr(2): a deadline task must be allowed on every CPU; runc's words. */
	if (errno == EPERM && s->policy == SCHED_DEADLINE)
		return fail(-EPERM,
			    "set the scheduler (process scheduler can't be used together with "
			    "AllowedCPUs)");
	return fail(-errno, "set the scheduler");
}

int limits_apply(const struct step *s, pid_t pid)
{
	switch (s->kind) {
	case STEP_RLIMIT:
		if (prlimit(pid, (int)s->value, &s->limit, NULL) < 0)
			return fail(-errno, "error setting rlimit type %d", (int)s->value);
		return 0;
	case STEP_SCHEDULER:
		return set_scheduler(s->scheduler, pid);
	case STEP_IO_PRIORITY:
		if (syscall(SYS_ioprio_set, WHO_PROCESS, pid, (int)s->value) < 0)
			return fail(-errno, "set the io priority");
		return 0;
	default:
		return refuse(-EINVAL, "step %s is no limit", step_kind_names[s->kind]);
	}
}

int limits_write_oom_score(int fd, int64_t score)
{
	char text[24];
	int r;

	(void)snprintf(text, sizeof(text), "%lld", (long long)score);
	r = fd_write_all(fd, text, strlen(text));
	if (r == -EACCES || r == -EPERM) {
		warn("oom score %s: %s, ignoring", text, error_reason(r));
		return 0;
	}
	return r < 0 ? fail(r, "write oom_score_adj") : 0;
}

/* ---- CPU lists ---- */

static int add_range(cpu_set_t *set, size_t size, const char *piece)
{
	const char *dash = strchr(piece, '-');
	char first[16] = "";
	uint64_t from, to;

	(void)snprintf(first, sizeof(first), "%.*s", dash ? (int)(dash - piece) : 15, piece);
	if (str_to_u64(first, CPUS_MAX - 1, &from) < 0 ||
	    str_to_u64(dash ? dash + 1 : first, CPUS_MAX - 1, &to) < 0 || from > to)
		return -EINVAL;
	for (uint64_t i = from; i <= to; i++)
		CPU_SET_S(i, size, set);
	return 0;
}

static int parse_cpus(const char *list, cpu_set_t *set, size_t size)
{
	char piece[32];

	CPU_ZERO_S(size, set);
	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == 0 || n >= sizeof(piece))
			return -EINVAL;
		memcpy(piece, list, n);
		piece[n] = '\0';
		if (add_range(set, size, piece) < 0)
			return -EINVAL;
		list += n;
		list += *list == ',';
	}
	return CPU_COUNT_S(size, set) ? 0 : -EINVAL;
}

/* More than any kernel has: it takes what there is and what the cgroup allows, now and later. */
static void allow_all(unsigned long *bits, size_t size)
{
	memset(bits, 0xff, size);
	if (sched_setaffinity(0, size, (cpu_set_t *)bits) < 0)
		warn("allow all CPUs: %s, ignoring", error_reason(-errno));
}

int limits_set_cpus(const char *list)
{
	unsigned long bits[CPUS_MAX / (8 * sizeof(unsigned long))];
	cpu_set_t *set = (cpu_set_t *)bits;

	if (!list) {
		allow_all(bits, sizeof(bits));
		return 0;
	}
	if (parse_cpus(list, set, sizeof(bits)) < 0)
		return refuse(-EINVAL, "'%s' is no list of CPUs", list);
	if (sched_setaffinity(0, sizeof(bits), set) < 0)
		return fail(-errno, "set the CPUs to '%s'", list);
	return 0;
}

/* ---- on behalf of init ---- */

static int set_oom_score_of(pid_t pid, int64_t score)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(-errno, "open %s", path);
	return limits_write_oom_score(fd, score);
}

int limits_apply_parent_steps(const struct plan *p, pid_t init)
{
	for (size_t i = 0; i < p->n_parent_steps; i++) {
		const struct step *s = &p->parent_steps[i];
		int r = s->kind == STEP_OOM_SCORE ? set_oom_score_of(init, (int64_t)s->value) :
						    limits_apply(s, init);

		if (r < 0)
			return s->why ? fail_context(r, "%s", s->why) : r;
	}
	return 0;
}
