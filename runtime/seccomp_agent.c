/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/seccomp_agent.c - telling the seccomp agent of linux.seccomp.listenerPath of a process */
#include "runtime/seccomp_agent.h"

#include "base/error.h"
#include "base/fd.h"
#include "runtime/spec.h"

#include <sys/stat.h>

static int no_agent(int r, const struct seccomp_profile *p)
{
	return fail(r, "linux.seccomp.listenerPath: failed to connect with seccomp agent '%s'",
		    p->listener_path);
}

int seccomp_agent_check(const struct seccomp_profile *p)
{
	struct stat st;

	if (!p || !seccomp_profile_notifies(p))
		return 0;
	if (stat(p->listener_path, &st) < 0)
		return no_agent(-errno, p);
	return S_ISSOCK(st.st_mode) ? 0 : no_agent(-ENOTSOCK, p);
}

/* In the order of the spec's example. */
static void write_process_state(struct json_writer *w, const struct seccomp_profile *p,
				const struct state *s, enum state_status status, pid_t pid)
{
	json_w_object(w, NULL);
	json_w_str(w, "ociVersion", SPEC_VERSION_MAX);
	json_w_array(w, "fds");
	json_w_str(w, NULL, "seccompFd");
	json_w_end_array(w);
	json_w_i64(w, "pid", pid);
	if (p->listener_metadata)
		json_w_str(w, "metadata", p->listener_metadata);
	state_write_oci(w, "state", s, status, false);
	json_w_end_object(w);
}

int seccomp_agent_tell(const struct seccomp_profile *p, const struct state *s,
		       enum state_status status, pid_t pid, int listener)
{
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	CLEANUP_FD int sock = fd_connect_unix(p->listener_path);
	int r;

	if (sock < 0)
		return no_agent(sock, p);
	write_process_state(&w, p, s, status, pid);
	r = fd_send(sock, &listener, 1, text.data, text.len);
	return r < 0 ? fail(r, "tell the seccomp agent '%s'", p->listener_path) : 0;
}
