/* SPDX-License-Identifier: Apache-2.0 */
/* image/unpack_confine.c - the process that parses a foreign archive gives up what it does not need
 *
 * Order: limits, no_new_privs, Landlock, capabilities, the filter last, because the steps before it
 * use system calls that it refuses. */
#include "image/unpack_confine.h"
#include "base/confine.h"
#include "base/error.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* On a machine that is neither, the filter ends the process at its next call: nobody unpacks unfiltered. */
#ifdef __aarch64__
#define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#define OWN_ARCH AUDIT_ARCH_X86_64
#endif

enum { OPEN_FILES_MAX = 4096 };
static const uint64_t memory_default = UINT64_C(1) << 30;

/* What unpacking calls, and what the C library calls for it. The most frequent ones come first. */
static const unsigned allowed[] = {
	SYS_read,
	SYS_write,
	SYS_pwrite64,
	SYS_futex,
	SYS_close,
	SYS_fstat,
	SYS_openat,
	SYS_utimensat,
	SYS_newfstatat,
	SYS_openat2,
	SYS_mkdirat,
	SYS_symlinkat,
	SYS_linkat,
	SYS_unlinkat,
	SYS_renameat,
	SYS_renameat2,
	SYS_fchown,
	SYS_fchownat,
	SYS_fchmod,
	SYS_fsetxattr,
	SYS_fgetxattr,
	SYS_flistxattr,
	SYS_fremovexattr,
	SYS_mknodat,
	SYS_ftruncate,
	SYS_getdents64,
	SYS_readlinkat,
	SYS_lseek,
	SYS_pread64,
	SYS_copy_file_range,
	SYS_statx,
	SYS_fstatfs,
	SYS_fsync,
	SYS_fdatasync,
	SYS_syncfs,
	SYS_fcntl,
	SYS_umask,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_brk,
	SYS_getrandom,
	SYS_set_robust_list,
	SYS_rseq,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_clock_gettime,
	SYS_gettid,
	SYS_getpid,
	SYS_rt_sigprocmask,
	SYS_rt_sigaction,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_restart_syscall,
	SYS_exit,
	SYS_exit_group,
};

/* Calls that depend on one argument: all of these bits set, or none of them. */
static const struct {
	unsigned number, argument;
	uint32_t bits;
	bool wanted;
} conditional[] = {
	{ SYS_clone, 0, CLONE_THREAD, true }, /* threads, no processes */
	{ SYS_mmap, 2, PROT_EXEC, false },
	{ SYS_mprotect, 2, PROT_EXEC, false },
};

enum { PROGRAM_MAX = 8 + 2 * ARRAY_SIZE(allowed) + 5 * ARRAY_SIZE(conditional) };

struct program {
	struct sock_filter insns[PROGRAM_MAX];
	unsigned short n;
};

static void add(struct program *p, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	p->insns[p->n++] = (struct sock_filter){ code, jump_true, jump_false, k };
}

static void add_load(struct program *p, size_t offset)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void add_return(struct program *p, uint32_t action)
{
	add(p, BPF_RET | BPF_K, action, 0, 0);
}

/* The number is in the accumulator when a rule begins; a rule that matches returns. */
static void build_program(struct program *p)
{
	add_load(p, offsetof(struct seccomp_data, arch));
	add(p, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
	add_return(p, SECCOMP_RET_KILL_PROCESS);
	add_load(p, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		add(p, BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
		add_return(p, SECCOMP_RET_ALLOW);
	}
	for (size_t i = 0; i < ARRAY_SIZE(conditional); i++) {
		add(p, BPF_JMP | BPF_JEQ | BPF_K, conditional[i].number, 0, 4);
		add_load(p, offsetof(struct seccomp_data, args) +
				    sizeof(uint64_t) * conditional[i].argument);
		add(p, BPF_JMP | BPF_JSET | BPF_K, conditional[i].bits,
		    conditional[i].wanted ? 0 : 1, conditional[i].wanted ? 1 : 0);
		add_return(p, SECCOMP_RET_ALLOW);
		add_return(p, SECCOMP_RET_ERRNO | EPERM);
	}
	/* Its flags lie in memory, where a filter cannot look; the C library then takes clone. */
	add(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	add_return(p, SECCOMP_RET_ERRNO | ENOSYS);
	add_return(p, SECCOMP_RET_ERRNO | EPERM);
}

static int limit(int what, const char *name, rlim_t most)
{
	struct rlimit now;

	if (getrlimit(what, &now) < 0)
		return fail(-errno, "read the limit of %s", name);
	if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most)
		now.rlim_max = most;
	now.rlim_cur = now.rlim_max;
	return setrlimit(what, &now) < 0 ? fail(-errno, "limit %s", name) : 0;
}

static int set_limits(const struct unpack_confine_options *o)
{
	int r = limit(RLIMIT_CORE, "core files", 0);

	if (r == 0)
		r = limit(RLIMIT_NOFILE, "open files", OPEN_FILES_MAX);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
	if (r == 0)
		r = limit(RLIMIT_AS, "memory", o->memory_bytes ? o->memory_bytes : memory_default);
#else
	(void)o;
	(void)memory_default;
#endif
	return r;
}

static int drop_capabilities(bool keep_devices)
{
	const uint64_t keep = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER |
			      1ULL << CAP_FSETID | 1ULL << CAP_SETFCAP |
			      (uint64_t)keep_devices << CAP_MKNOD;
	struct sys_caps caps;
	int r = sys_capget(&caps);

	if (r < 0)
		return fail(r, "read the own capabilities");
	caps.permitted &= keep;
	caps.effective = caps.permitted;
	caps.inheritable = 0;
	r = sys_capset(&caps);
	return r < 0 ? fail(r, "drop capabilities") : 0;
}

int unpack_confine(const struct unpack_confine_options *options)
{
	struct program program = { .n = 0 };
	int r = set_limits(options);

	if (r < 0)
		return r;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(-errno, "set no_new_privs");
	r = confine_landlock(options->rw_dirs, options->n_rw, options->ro_dirs, options->n_ro);
	if (r == -EOPNOTSUPP)
		warn("unpacking without Landlock: %s, ignoring", error_text());
	else if (r < 0)
		return r;
	r = drop_capabilities(options->keep_devices);
	if (r < 0)
		return r;
	build_program(&program);
	r = confine_seccomp(program.insns, program.n, 0);
	return r < 0 ? r : 0;
}
