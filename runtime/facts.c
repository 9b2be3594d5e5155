/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/facts.c - what the host and the caller are */
#include "runtime/facts.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

enum { MINIMUM_MAJOR = 5, MINIMUM_MINOR = 14, PROC_FILE_MAX = 64 * 1024 };

const struct facts_feature facts_features[] = {
	{ "mount-api", "fsopen, open_tree, move_mount", 5, 2, NULL },
	{ "clone3-cgroup", "clone3(CLONE_INTO_CGROUP)", 5, 7, NULL },
	{ "openat2", "openat2", 5, 6, NULL },
	{ "mount-setattr", "mount_setattr", 5, 12, NULL },
	{ "cgroup-kill", "cgroup.kill", 5, 14, NULL },
	{ "join-time-namespace", "setns(CLONE_NEWTIME) for exec", 6, 3,
	  "exec stays in the caller's clock" },
	{ "overlay-lowerdir+", "fsconfig(lowerdir+)", 6, 5,
	  "mount(2) with short names out of a folder of links" },
	{ "fchmodat2", "fchmodat2", 6, 6, "fchmod of an opened descriptor" },
	{ "unique-mount-id", "statx(STATX_MNT_ID_UNIQUE)", 6, 8, "statx(STATX_MNT_ID)" },
	{ "erofs-file", "EROFS from a file", 6, 12, "overlay of folders" },
	{ "overlay-layer-fds", "fsconfig(FSCONFIG_SET_FD) of overlay layers", 6, 13,
	  "names of layers" },
	{ NULL, NULL, 0, 0, NULL },
};

bool facts_has(const struct facts *f, unsigned major, unsigned minor)
{
	return f->kernel_major > major || (f->kernel_major == major && f->kernel_minor >= minor);
}

static int read_kernel(struct facts *f)
{
	struct utsname name;

	if (uname(&name) < 0)
		return fail(-errno, "uname");
	if (sscanf(name.release, "%u.%u", &f->kernel_major, &f->kernel_minor) != 2)
		return refuse(-EINVAL, "uname: unknown form of release '%s'", name.release);
	if (!facts_has(f, MINIMUM_MAJOR, MINIMUM_MINOR))
		return refuse(-EOPNOTSUPP,
			      "this kernel is Linux %s; Linux %d.%d or later is needed",
			      name.release, MINIMUM_MAJOR, MINIMUM_MINOR);
	return 0;
}

static int read_file(struct arena *a, int proc, const char *path, char **ret)
{
	size_t len;
	int r;

	r = file_read_at(a, proc, path, PROC_FILE_MAX, ret, &len);
	return r < 0 ? fail(r, "open '/proc/%s'", path) : 0;
}

/* A file that an older or smaller kernel may not have: "" then. */
static const char *read_optional(struct arena *a, int dirfd, const char *path)
{
	char *text;
	size_t len;

	return file_read_at(a, dirfd, path, PROC_FILE_MAX, &text, &len) < 0 ? "" : text;
}

static int read_capabilities(struct arena *a, int proc, struct facts *f)
{
	struct sys_caps caps;
	char *text;
	int r;

	r = sys_capget(&caps);
	if (r < 0)
		return fail(r, "capget");
	f->capabilities = caps.effective;
	r = read_file(a, proc, "sys/kernel/cap_last_cap", &text);
	if (r < 0)
		return r;
	if (sscanf(text, "%u", &f->last_capability) != 1 || f->last_capability > 62)
		return refuse(-EINVAL, "/proc/sys/kernel/cap_last_cap: unknown form");
	return 0;
}

static int read_process(struct arena *a, int proc, struct facts *f)
{
	char *text;
	int r;

	r = proc_in_initial_userns(proc);
	if (r < 0)
		return fail(r, "read /proc/self/uid_map");
	f->in_initial_userns = r > 0;
	r = read_file(a, proc, "self/oom_score_adj", &text);
	if (r < 0)
		return r;
	if (sscanf(text, "%" SCNd32, &f->oom_score_adj) != 1)
		return refuse(-EINVAL, "/proc/self/oom_score_adj: unknown form");
	f->setgroups_allowed = !str_starts(read_optional(a, proc, "self/setgroups"), "deny");
	f->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	f->euid = geteuid();
	f->egid = getegid();
	return 0;
}

static void read_security_modules(struct arena *a, struct facts *f)
{
	f->apparmor = str_starts(
		read_optional(a, AT_FDCWD, "/sys/module/apparmor/parameters/enabled"), "Y");
	f->selinux = *read_optional(a, AT_FDCWD, "/sys/fs/selinux/enforce") != '\0';
}

int facts_read(struct arena *a, bool want_cgroups, struct facts *ret)
{
	CLEANUP_FD int proc = -EBADF;
	struct facts f = { 0 };
	int r;

	r = read_kernel(&f);
	if (r < 0)
		return r;
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return fail(-errno, "open '/proc'");
	r = read_capabilities(a, proc, &f);
	if (r < 0)
		return r;
	r = read_process(a, proc, &f);
	if (r < 0)
		return r;
	read_security_modules(a, &f);
	if (want_cgroups) {
		r = cgroup_host_read(a, proc, "", &f.cgroups);
		if (r < 0)
			return r;
	}
	*ret = f;
	return 0;
}

int facts_read_systemd(struct arena *a, struct facts *facts)
{
	return cgroup_open_systemd(a, facts->cgroups);
}
