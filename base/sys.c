/* SPDX-License-Identifier: Apache-2.0 */
/* base/sys.c - system calls without a wrapper in glibc 2.36; -1 becomes a negative errno */
#include "base/sys.h"

#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

pid_t sys_clone3(struct clone_args *args, size_t size)
{
	return result(syscall(SYS_clone3, args, size));
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return result(syscall(SYS_pivot_root, new_root, put_old));
}

int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return result(syscall(SYS_open_tree, dirfd, path, flags));
}

int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return result(syscall(SYS_move_mount, from_fd, from, to_fd, to, flags));
}

int sys_fsopen(const char *type, unsigned flags)
{
	return result(syscall(SYS_fsopen, type, flags));
}

int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux)
{
	return result(syscall(SYS_fsconfig, fd, cmd, key, value, aux));
}

int sys_fsmount(int fd, unsigned flags, unsigned attr_flags)
{
	return result(syscall(SYS_fsmount, fd, flags, attr_flags));
}

int sys_mount_setattr(int dirfd, const char *path, unsigned flags, struct mount_attr *attr,
		      size_t size)
{
	return result(syscall(SYS_mount_setattr, dirfd, path, flags, attr, size));
}

int sys_pidfd_open(pid_t pid, unsigned flags)
{
	return result(syscall(SYS_pidfd_open, pid, flags));
}

int sys_pidfd_send_signal(int pidfd, int signal)
{
	return result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int sys_pidfd_getfd(int pidfd, int fd)
{
	return result(syscall(SYS_pidfd_getfd, pidfd, fd, 0));
}

int sys_keyctl_join_session(const char *name)
{
	return result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name, 0, 0, 0));
}

int sys_capset(const struct sys_caps *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		halves[i].effective = (uint32_t)(caps->effective >> (32 * i));
		halves[i].permitted = (uint32_t)(caps->permitted >> (32 * i));
		halves[i].inheritable = (uint32_t)(caps->inheritable >> (32 * i));
	}
	return result(syscall(SYS_capset, &header, halves));
}

int sys_capget(struct sys_caps *ret)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];
	struct sys_caps caps = { 0 };

	if (syscall(SYS_capget, &header, halves) < 0)
		return -errno;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		caps.effective |= (uint64_t)halves[i].effective << (32 * i);
		caps.permitted |= (uint64_t)halves[i].permitted << (32 * i);
		caps.inheritable |= (uint64_t)halves[i].inheritable << (32 * i);
	}
	*ret = caps;
	return 0;
}

void sys_signal_default(int signal)
{
	/* the kernel's struct: handler, flags, restorer, mask; all zero is SIG_DFL */
	static const unsigned long action[4];

	(void)syscall(SYS_rt_sigaction, signal, action, NULL, sizeof(action[3]));
}

int sys_seccomp(unsigned operation, unsigned flags, void *args)
{
	return result(syscall(SYS_seccomp, operation, flags, args));
}

int sys_bpf(int cmd, void *attr, unsigned size)
{
	return result(syscall(SYS_bpf, cmd, attr, size));
}

int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return result(syscall(SYS_close_range, first, last, flags));
}
