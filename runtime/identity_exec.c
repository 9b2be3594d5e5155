/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/identity_exec.c - steps that decide who the process is
 * All by raw system calls from masks in the plan; no library is asked after clone. */
#include "runtime/identity_exec.h"

#include "base/confine.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/sync.h"
#include "runtime/user.h"
#include "seccomp/listener.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The user of the plan, or the name that was asked for, looked up in the container; once. */
static int know_user(struct child *c)
{
	int r = 0;

	if (c->user_known)
		return 0;
	if (c->user.name)
		r = user_lookup(c->root, c->user.name, &c->user);
	if (r >= 0 && c->user.fill_home) {
		char home[PATH_MAX];

		user_home(c->root, c->user.uid, home, sizeof(home));
		(void)snprintf(c->home, sizeof(c->home), "HOME=%s", home);
		c->env = strv_append(c->plan->arena, c->env, c->home);
	}
	c->user_known = r >= 0;
	return r;
}

/* Pipes, sockets and terminals only: those are made for this container. A file or device of the host
 * that the caller handed in stays its owner's. */
static bool is_for_us(int fd, const struct stat *st)
{
	return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) ||
	       (S_ISCHR(st->st_mode) && isatty(fd));
}

int identity_step_stdio_owner(struct child *c, const struct step *s)
{
	int r = know_user(c);

	(void)s;
	for (int fd = 0; r >= 0 && fd < 3; fd++) {
		struct stat st;

		if (fstat(fd, &st) < 0 || st.st_uid == c->user.uid || !is_for_us(fd, &st))
			continue;
		if (fchown(fd, c->user.uid, (gid_t)-1) < 0 && errno != EPERM && errno != EINVAL &&
		    errno != EROFS)
			return fail(-errno, "give descriptor %d to the user", fd);
	}
	return r;
}

int identity_step_cwd(struct child *c, const struct step *s)
{
	int fd = dir_make_all(c->root, s->dst, 0755);

	/* A folder that only the user may enter, or that is somebody's mount, shows itself at CHDIR. */
	if (fd >= 0)
		(void)close(fd);
	else if (fd != -EACCES && fd != -EROFS)
		return fail(fd, "mkdir %s", s->dst);
	return 0;
}

static int set_ids(const struct plan_user *u)
{
	if (u->set_groups && setgroups(u->n_additional_gids, u->additional_gids) < 0)
		return fail(-errno, "set the supplementary groups");
	if (setresgid(u->gid, u->gid, u->gid) < 0)
		return fail(-errno, "set the group %u", u->gid);
	if (prctl(PR_SET_KEEPCAPS, 1) < 0)
		return fail(-errno, "prctl PR_SET_KEEPCAPS");
	if (setresuid(u->uid, u->uid, u->uid) < 0)
		return fail(-errno, "set the user %u", u->uid);
	return 0;
}

/* Effective as in the end, permitted whole: the filter has still to be loaded with CAP_SYS_ADMIN. */
static int narrow_effective(const struct plan_caps *wanted)
{
	struct sys_caps caps;
	int r = sys_capget(&caps);

	if (r >= 0) {
		caps.effective = wanted->effective & caps.permitted;
		r = sys_capset(&caps);
	}
	return r < 0 ? fail(r, "narrow the capabilities") : 0;
}

int identity_step_user(struct child *c, const struct step *s)
{
	int r = know_user(c);

	if (r >= 0)
		r = confine_bounding_set(c->plan->caps.bounding);
	if (r >= 0)
		r = set_ids(&c->user);
	if (r < 0)
		return r;
	/* The change of ids sets it to /proc/sys/fs/suid_dumpable. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return fail(-errno, "prctl PR_SET_DUMPABLE");
	(void)umask(c->user.umask_set ? c->user.umask : c->umask);
	return s->value == 1 ? narrow_effective(&c->plan->caps) : 0;
}

int identity_drop_capabilities(struct child *c)
{
	const struct plan_caps *p = &c->plan->caps;
	struct sys_caps caps = { p->effective, p->permitted, p->inheritable };
	int r = sys_capset(&caps);

	if (r < 0)
		return fail(r, "set the capabilities");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return fail(-errno, "clear the ambient capabilities");
	for (int cap = 0; cap < 64; cap++)
		if (p->ambient >> cap & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return fail(-errno, "raise ambient capability %d", cap);
	return 0;
}

int identity_step_capabilities(struct child *c, const struct step *s)
{
	(void)s;
	return identity_drop_capabilities(c);
}

/* The kernel writes "(unreachable)" in front of a folder that is not below our root; the C library
 * would hide that by searching upwards. */
static int prove_inside(const char *cwd)
{
	char path[PATH_MAX];
	long len = syscall(SYS_getcwd, path, sizeof(path));

	if (len < 0)
		return fail(-errno, "getcwd");
	if (path[0] != '/')
		return refuse(
			-ENOENT,
			"current working directory \"%s\" is outside of container mount namespace root",
			cwd);
	return 0;
}

int identity_step_chdir(struct child *c, const struct step *s)
{
	if (c->in_cwd)
		return 0;
	if (chdir(s->dst) == 0) {
		c->in_cwd = true;
		return prove_inside(s->dst);
	}
	if (errno == EACCES && s->value == 1)
		return 0;
	return fail(-errno, "chdir to cwd (\"%s\") set in config.json failed", s->dst);
}

int identity_step_no_new_privs(struct child *c, const struct step *s)
{
	(void)c;
	(void)s;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ?
		       fail(-errno, "prctl PR_SET_NO_NEW_PRIVS") :
		       0;
}

/* Runs beside the step, in a thread that the filter does not bind (seccomp/listener.c). */
static int hand_over(void *arg, int listener)
{
	const struct child *c = arg;
	int r = sync_send(c->sync, SYNC_LISTENER, 0, listener);

	if (r >= 0)
		r = sync_expect(c->sync, SYNC_LISTENER_DONE, NULL);
	return r < 0 ? fail(r, "hand the seccomp listener over") : 0;
}

int identity_load_filter(struct child *c, unsigned flags)
{
	const struct seccomp_program *p = &c->plan->seccomp;
	const uint64_t admin = (uint64_t)1 << CAP_SYS_ADMIN;
	struct sys_caps caps;
	int r;

	if (!c->plan->no_new_privs) {
		r = sys_capget(&caps);
		if (r >= 0 && !(caps.effective & admin) && caps.permitted & admin) {
			caps.effective |= admin;
			r = sys_capset(&caps);
		}
		if (r < 0)
			return fail(r, "raise CAP_SYS_ADMIN for the seccomp filter");
	}
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		return seccomp_listener_load(p, hand_over, c);
	return confine_seccomp(p->insns, p->n, flags);
}

int identity_step_seccomp(struct child *c, const struct step *s)
{
	(void)s;
	return identity_load_filter(c, c->plan->seccomp.flags);
}
