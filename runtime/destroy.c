/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/destroy.c - undoing everything that create made */
#include "runtime/destroy.h"

#include "base/error.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"

#include <poll.h>
#include <string.h>
#include <sys/wait.h>

/* A process in uninterruptible sleep can outlast SIGKILL; then we tell, and delete can be repeated. */
enum { DEADLINE_MS = 10000, ORPHAN_MS = 1000 };

static int tell_alive(pid_t pid)
{
	CLEANUP(arena) struct arena *a = arena_new();

	return refuse(-EBUSY, "the container's first process does not die: %s",
		      proc_describe(a, pid));
}

static int wait_gone(int pidfd, pid_t pid)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	siginfo_t info;
	int n;

	do
		n = poll(&p, 1, DEADLINE_MS);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail(-errno, "wait for process %d", (int)pid);
	if (n == 0)
		return tell_alive(pid);
	/* Ours to reap when we made it ourselves; else this fails, and its parent does it. */
	(void)waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
	return 0;
}

static int remove_rdt(const struct state *s)
{
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };

	if (!s->rdt.made && !s->rdt.monitored)
		return 0;
	if (rdt_host_open(&host) < 0) { /* unmounted: its folders went with it */
		error_clear();
		return 0;
	}
	return rdt_remove(&host, &s->rdt, s->id);
}

/* The journal has no process: there was none, or one that dies with its maker, who was killed before writing
 * it down. So whoever else is in the folders belongs to another container, which create was about to find. */
static int leave_cgroup(const struct state *s, int timeout_ms)
{
	int busy = cgroup_leave(s->cgroup_folders, timeout_ms);

	if (busy > 0)
		warn("cgroup '%s' holds processes of somebody else and stays, ignoring",
		     s->cgroup_folders[0]);
	return busy;
}

/* Its name is free for another when this is through. Without processes systemd collects a scope by itself,
 * so it need not answer. */
static void stop_unit(const struct state *s)
{
	if (s->systemd_unit && cgroup_stop_unit(s->systemd_unit, s->systemd_user) < 0) {
		warn("%s, ignoring", error_text());
		error_clear();
	}
}

/* What others have in the folders, or an empty slice, is not known to be ours without a process of ours. */
static int remove_cgroup(const struct state *s, int orphan_timeout_ms)
{
	int r = s->pid > 0 ? cgroup_destroy(s->cgroup_folders, DEADLINE_MS) :
			     leave_cgroup(s, orphan_timeout_ms);

	if (r == 0 && (s->pid > 0 || !str_ends(s->systemd_unit ? s->systemd_unit : "", ".slice")))
		stop_unit(s);
	return r < 0 ? r : 0;
}

static int kill_all(const struct state *s, int pidfd)
{
	int r = sys_pidfd_send_signal(pidfd, SIGKILL);

	/* init alone might be frozen, or not die before the others; when it is dead, whoever is left is
	 * found and killed by cgroup_destroy. */
	if (s->cgroup_folders)
		r = cgroup_signal_all(s->cgroup_folders, SIGKILL);
	return r < 0 && r != -ESRCH ? r : wait_gone(pidfd, s->pid);
}

static int destroy(int root, const char *id, const struct state *s, int orphan_timeout_ms)
{
	CLEANUP_FD int pidfd = state_init(s);
	int r = 0;

	if (pidfd == -ESTALE)
		return state_remove(root, id);
	if (pidfd >= 0)
		r = kill_all(s, pidfd);
	if (r >= 0 && s->cgroup_folders)
		r = remove_cgroup(s, orphan_timeout_ms);
	if (r >= 0)
		r = remove_rdt(s);
	return r < 0 ? r : state_remove(root, id);
}

int destroy_container(int root, const char *id, const struct state *s)
{
	return destroy(root, id, s, ORPHAN_MS);
}

void destroy_failed(int root, const char *id, const struct state *s)
{
	struct error_kept kept;

	error_keep(&kept);
	/* What this process itself made is reaped. */
	if (destroy(root, id, s, 0) < 0)
		warn("roll back '%s': %s, ignoring", id, error_text());
	error_restore(&kept);
}
