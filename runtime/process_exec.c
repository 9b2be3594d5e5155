/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/process_exec.c - steps that change the process or its namespaces, not who it is */
#include "runtime/process_exec.h"

#include "base/error.h"
#include "base/sys.h"
#include "runtime/limits.h"

#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

int process_step_loopback(struct child *c, const struct step *s)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	CLEANUP_FD int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)c;
	(void)s;
	if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &request) < 0)
		return fail(-errno, "set the loopback interface up");
	return 0;
}

/* Kernels without keyrings, and filters of an outer container, are survived as by other runtimes. */
int process_step_keyring(struct child *c, const struct step *s)
{
	int r = sys_keyctl_join_session(s->src);

	(void)c;
	if (r == -ENOSYS || r == -EPERM) {
		warn("join a session keyring: %s, ignoring", error_reason(r));
		return 0;
	}
	return r < 0 ? fail(r, "join a session keyring") : 0;
}

int process_step_hostname(struct child *c, const struct step *s)
{
	(void)c;
	return sethostname(s->src, strlen(s->src)) < 0 ?
		       fail(-errno, "set the hostname '%s'", s->src) :
		       0;
}

int process_step_domainname(struct child *c, const struct step *s)
{
	(void)c;
	return setdomainname(s->src, strlen(s->src)) < 0 ?
		       fail(-errno, "set the domain name '%s'", s->src) :
		       0;
}

int process_step_rlimit(struct child *c, const struct step *s)
{
	(void)c;
	return limits_apply(s, 0);
}

int process_step_oom_score(struct child *c, const struct step *s)
{
	return limits_write_oom_score(c->oom, (int64_t)s->value);
}

int process_step_scheduler(struct child *c, const struct step *s)
{
	(void)c;
	return limits_apply(s, 0);
}

int process_step_io_priority(struct child *c, const struct step *s)
{
	(void)c;
	return limits_apply(s, 0);
}

int process_step_cpu_affinity(struct child *c, const struct step *s)
{
	(void)c;
	return limits_set_cpus(s->src);
}

int process_step_memory_policy(struct child *c, const struct step *s)
{
	const struct memory_policy_step *m = s->memory_policy;

	(void)c;
	/* The kernel takes one bit less than it is told. */
	if (syscall(SYS_set_mempolicy, m->mode, m->nodes, m->nodes ? m->max_node + 1 : 0) < 0)
		return fail(-errno, "set the memory policy");
	return 0;
}

int process_step_personality(struct child *c, const struct step *s)
{
	(void)c;
	return personality(s->value) < 0 ? fail(-errno, "set the personality") : 0;
}

int process_step_setsid(struct child *c, const struct step *s)
{
	(void)c;
	if (setsid() < 0)
		return fail(-errno, "make a session");
	if (s->value == 1 && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		return fail(-errno, "take the controlling terminal");
	return 0;
}

/* Closed, not only marked: execve resolves its path, and the interpreter of a script, before it closes
 * what is marked, so "/proc/self/fd/5/../bin/sh" would lead out by a folder that is still open
 * (CVE-2024-21626). Only the connection stays, a socket, which leads nowhere; its end tells of success.
 * The death signal goes here, too: the filter comes next, and may know no prctl. */
int process_step_close_fds(struct child *c, const struct step *s)
{
	/* In order. What is open while a created container waits could be used by whom it traces. */
	const int lower = c->listener < c->sync ? c->listener : c->sync;
	const int higher = c->listener < c->sync ? c->sync : c->listener;
	unsigned first = 3 + c->plan->keep_fds;
	const int kept[] = { lower, higher };
	int r = 0;

	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(kept) && r >= 0; i++) {
		if (kept[i] < 0)
			continue;
		if ((unsigned)kept[i] > first)
			r = sys_close_range(first, (unsigned)kept[i] - 1, 0);
		first = (unsigned)kept[i] + 1;
	}
	if (r >= 0)
		r = sys_close_range(first, ~0U, 0);
	if (r < 0)
		return fail(r, "close descriptors");
	return !c->dies_with_parent && prctl(PR_SET_PDEATHSIG, 0) < 0 ?
		       fail(-errno, "prctl PR_SET_PDEATHSIG") :
		       0;
}
