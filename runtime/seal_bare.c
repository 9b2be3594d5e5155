/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/seal_bare.c - the sealed copy of ourselves, made by system calls alone
 *
 * This runs before libc has set itself up (cmd/entry.c): no relocation is done, there is no thread-local
 * storage (so no errno and no stack protector), and the string functions are not chosen yet. Its file is
 * compiled for that (libentry in Makefile.am), and nothing here may call what is not in this file. */
#include "runtime/seal_bare.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <sys/statfs.h>
#include <sys/statvfs.h> /* ST_RDONLY, of the flags of both */
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
static long call(long number, long a, const void *b, long c, const void *d, long e)
{
	register long r10 __asm__("r10") = (long)d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}
#else
static long call(long number, long a, const void *b, long c, const void *d, long e)
{
	long result = syscall(number, a, b, c, d, e);

	return result < 0 ? -errno : result;
}
#endif

/* Its mount is read-only, or it is a memfd that is sealed against writing. */
static bool is_sealed(long exe)
{
	struct statfs fs;
	long seals = call(SYS_fcntl, exe, (void *)F_GET_SEALS, 0, NULL, 0);

	if (seals >= 0 && seals & F_SEAL_WRITE)
		return true;
	return call(SYS_fstatfs, exe, &fs, 0, NULL, 0) == 0 && fs.f_flags & ST_RDONLY;
}

static long clone_readonly(long exe)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	long tree = call(SYS_open_tree, exe, "",
			 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH, NULL, 0);
	long r;

	if (tree < 0)
		return tree;
	r = call(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (r == 0)
		return tree;
	(void)call(SYS_close, tree, NULL, 0, NULL, 0);
	return r;
}

int seal_bare(char *const *argv, char *const *envp)
{
	long exe = call(SYS_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, NULL, 0);
	long tree, r = 0;

	if (exe < 0)
		return (int)exe;
	if (!is_sealed(exe)) {
		tree = clone_readonly(exe);
		r = tree;
		if (tree >= 0) {
			r = call(SYS_execveat, tree, "", (long)argv, envp, AT_EMPTY_PATH);
			(void)call(SYS_close, tree, NULL, 0, NULL, 0);
		}
	}
	(void)call(SYS_close, exe, NULL, 0, NULL, 0);
	return (int)r;
}
