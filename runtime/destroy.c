/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/destroy.c - undoing everything that create made */
#include "runtime/destroy.h"

#include "base/error.h"
#include "base/sys.h"
#include "cgroups/cgroup.h"

#include <poll.h>
#include <string.h>
#include <sys/wait.h>

/* A process in uninterruptible sleep can outlast SIGKILL; then we tell, and delete can be repeated. */
enum { DEADLINE_MS = 10000 };

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
		return refuse(-EBUSY, "process %d does not die", (int)pid);
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

int destroy_container(int root, const char *id, const struct state *s)
{
	CLEANUP_FD int pidfd = state_init(s);
	int r = 0;

	if (pidfd == -ESTALE)
		return state_remove(root, id);
	if (pidfd >= 0)
		r = sys_pidfd_send_signal(pidfd, SIGKILL);
	/* init alone might be frozen, or not die before the others; when it is dead, whoever is left is
	 * found and killed by cgroup_destroy. */
	if (pidfd >= 0 && s->cgroup_folders)
		r = cgroup_signal_all(s->cgroup_folders, SIGKILL);
	if (pidfd >= 0)
		r = wait_gone(pidfd, s->pid);
	if (r >= 0 && s->cgroup_folders)
		r = cgroup_destroy(s->cgroup_folders, DEADLINE_MS);
	if (r >= 0)
		r = remove_rdt(s);
	return r < 0 ? r : state_remove(root, id);
}

void destroy_failed(int root, const char *id, const struct state *s)
{
	CLEANUP_FREE char *text = strdup(error_text());
	int code = error_code();

	if (destroy_container(root, id, s) < 0)
		warn("roll back '%s': %s, ignoring", id, error_text());
	error_set(code, text ? text : "out of memory");
}
