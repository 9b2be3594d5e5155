/* SPDX-License-Identifier: Apache-2.0 */
/* base/sys.h - the system calls that glibc 2.36 does not wrap, and the few constants it lacks
 * All return 0, a descriptor or a pid, or a negative errno, never -1. */
#pragma once

#include "base/attr.h"

#include <linux/sched.h> /* struct clone_args */
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/types.h>

/** sys_clone3 - raw clone3(2) (Linux 5.3) without a new stack: a fork with flags.
 *  The child must stay on async-signal-safe ground only if the process has threads; ours has none. */
pid_t sys_clone3(struct clone_args *args, size_t size) MUST_USE;

int sys_pivot_root(const char *new_root, const char *put_old) MUST_USE;

/* The mount API of Linux 5.2, 5.12 (mount_setattr); Linux 5.14 is our minimum. */
int sys_open_tree(int dirfd, const char *path, unsigned flags) MUST_USE;
int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned flags) MUST_USE;
int sys_fsopen(const char *type, unsigned flags) MUST_USE;
int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux) MUST_USE;
int sys_fsmount(int fd, unsigned flags, unsigned attr_flags) MUST_USE;
int sys_mount_setattr(int dirfd, const char *path, unsigned flags, struct mount_attr *attr,
		      size_t size) MUST_USE;

int sys_pidfd_open(pid_t pid, unsigned flags) MUST_USE;
int sys_pidfd_send_signal(int pidfd, int signal) MUST_USE;
int sys_pidfd_getfd(int pidfd, int fd) MUST_USE;

/** sys_keyctl_join_session - join a new anonymous or named session keyring (keyctl 1) */
int sys_keyctl_join_session(const char *name) MUST_USE;

/** sys_capset - raw capset(2), version 3, of the calling thread */
struct sys_caps {
	uint64_t effective, permitted, inheritable;
};
int sys_capset(const struct sys_caps *caps) MUST_USE;
int sys_capget(struct sys_caps *ret) MUST_USE;

/** sys_signal_default - the default action for a signal by raw rt_sigaction(2): glibc refuses 32 and 33 */
void sys_signal_default(int signal);

/** sys_seccomp - raw seccomp(2) */
int sys_seccomp(unsigned operation, unsigned flags, void *args) MUST_USE;
int sys_bpf(int cmd, void *attr, unsigned size) MUST_USE;
int sys_close_range(unsigned first, unsigned last, unsigned flags) MUST_USE;
