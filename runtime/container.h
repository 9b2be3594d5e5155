/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/container.h - the life of a container: what every verb of doboz and doboz-oci calls
 * All functions record and take the descriptor of the state root (state_root_open). */
#pragma once

#include "cgroups/reclaim.h"
#include "runtime/plan.h"
#include "runtime/state.h"

struct container_create_options {
	const char *pid_file;
	const char *config_text; /* exact bytes of config.json, copied to the state folder */
	size_t config_len;
	int stdio[3];         /* descriptors for 0, 1, 2 of the payload; -EBADF: the caller's own */
	int console_fd;       /* connected socket that gets the pty master (cmd/ connects to
				    --console-socket, or keeps the other end itself); -EBADF: none */
	int pidfd_socket;     /* connected socket that gets a pidfd of init, as soon as it
				      waits for start; -EBADF: none */
	bool console_is_ours; /* it keeps the other end: lines end with \n alone there, as in a pipe */
	const char *notify_socket; /* NOTIFY_SOCKET of the caller, or NULL */
	/* the death of this process ends the container, also when its payload has changed its ids (watcher.h) */
	bool dies_with_caller;
};

/* A process that was started for this caller: init, or what exec made. */
struct container_process {
	pid_t pid;     /* in the caller's pid namespace; our child, waitable */
	int pidfd;     /* owned by the caller */
	pid_t watcher; /* our child as well, 0: none */
};

/** container_process_close - let go of it: its pidfd, and its watcher, which must not outlive what it watches */
void container_process_close(struct container_process *process);

/**
 * container_create - lock, journal, cgroup, clone, mounts, hooks; init waits for start
 * Rollback is delete: on failure everything made is removed by container_destroy.
 * @ret_init: for a caller that will wait for it; NULL: nobody will
 */
int container_create(int root, const struct plan *plan, const struct container_create_options *opt,
		     struct container_process *ret_init) MUST_USE;

/**
 * container_run - container_create and container_start in one, by one process
 * @ret_init: with a pidfd the container exists, also on failure (its payload could not be started): delete it
 */
int container_run(int root, const struct plan *plan, const struct container_create_options *opt,
		  struct container_process *ret_init) MUST_USE;

/** container_start - release init; returns when the payload was exec'd, or with its error.
 *  Errors: "cannot start an already running container", "cannot start a container that has stopped" */
int container_start(int root, const char *id) MUST_USE;

/** container_wait - wait (pidfd) for a process that this process's container_create or
 *  container_exec made, and reap it. @signal_fd: a signalfd whose signals are forwarded to it, or
 *  -EBADF. @ret_status: as of waitpid(2) */
int container_wait(const struct container_process *process, int signal_fd,
		   int *ret_status) MUST_USE;

/** container_kill - signal init, or (all) every process; "container not running" when it has stopped */
int container_kill(int root, const char *id, int signal, bool all) MUST_USE;

/** container_delete - delete of a stopped or created container; force: kill first, unknown id is fine.
 *  Removes everything that create made, then runs poststop hooks (failures are warnings). */
int container_delete(int root, const char *id, bool force) MUST_USE;

/** container_pause, container_resume - by the freezer */
int container_pause(int root, const char *id) MUST_USE;
int container_resume(int root, const char *id) MUST_USE;

/** container_update - write new limits; those already written are put back when one fails
 *  @change: a linux.resources object; what it leaves out stays as it is. The state keeps the whole
 *  @rdt: new schemata, written last; a container without a class gets one. NULL: none */
int container_update(int root, const char *id, const struct json *change,
		     const struct rdt_config *rdt) MUST_USE;

/** container_reclaim - take this much memory back from a container that goes on running (cgroups/reclaim.h) */
int container_reclaim(int root, const char *id, uint64_t bytes,
		      struct cgroup_reclaimed *ret) MUST_USE;

/**
 * container_add_mounts - mount in a container that was created and has not stopped: all of them or none
 * @mounts: as config.mounts; a source is a path of the host. Recorded errors name "mounts[N]"
 * container_remove_mounts - unmount what is at their destinations; nothing else of them is looked at
 */
int container_add_mounts(int root, const char *id, const struct spec_mount *mounts,
			 size_t n) MUST_USE;
int container_remove_mounts(int root, const char *id, const struct spec_mount *mounts,
			    size_t n) MUST_USE;

/** container_pids - every process of the container, host pids */
int container_pids(struct arena *a, int root, const char *id, pid_t **ret, size_t *ret_n) MUST_USE;

/* `exec`: one more process. */
struct container_exec_options {
	const struct spec_process *process;
	struct plan_exec_options plan;
	const char *pid_file;
	bool ignore_paused;
	int stdio[3];
	int console_fd;       /* as in container_create_options */
	bool console_is_ours; /* as there */
	int pidfd_socket;     /* gets a pidfd of the process when that was exec'd */
	char **cgroups;       /* --cgroup: as cgroup_below takes them; or NULL */
};
/**
 * container_exec - start it; returns when it was exec'd, or with its error
 * The pid file is written only after success. The caller waits for it (container_wait) or leaves it.
 */
int container_exec(int root, const char *id, const struct container_exec_options *opt,
		   struct container_process *ret) MUST_USE;

/** container_spec - the spec that the container was created with (its own copy) */
int container_spec(int root, const char *id, struct spec **ret) MUST_USE;
