/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_process.c - config.process into steps: from the new session to execve
 *
 * With no_new_privs: user, capabilities, ready, close, seccomp, exec: the filter is the last thing.
 * Without it, loading a filter takes CAP_SYS_ADMIN: so the capabilities are kept (permitted only)
 * until the filter is in, and capset, prctl and execve are all that runs under it. */
#include "base/env.h"
#include "base/error.h"
#include "base/str.h"
#include "runtime/caps.h"
#include "runtime/plan_build.h"
#include "runtime/process_names.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>

/* ---- what to run ---- */

static void plan_listen_fds(struct plan_builder *b, unsigned n)
{
	struct plan *p = b->plan;
	char number[16];

	if (n == 0)
		return;
	snprintf(number, sizeof(number), "%u", n);
	p->env = env_set(b->a, p->env, "LISTEN_FDS", number);
	p->env = env_set(b->a, p->env, "LISTEN_PID", "1");
}

static int plan_terminal(struct plan_builder *b, bool has_console)
{
	const struct spec_process *process = b->process;

	if (process->terminal && !has_console)
		return error_is(
			refuse(-EINVAL,
			       "cannot allocate tty if runc will detach without setting console socket"),
			ERROR_CONSOLE);
	if (!process->terminal && has_console)
		return error_is(
			refuse(-EINVAL,
			       "cannot use console socket if runc will not detach or allocate tty"),
			ERROR_CONSOLE);
	b->plan->terminal = process->terminal;
	if (process->terminal) {
		b->plan->console_height = (unsigned short)process->console_height;
		b->plan->console_width = (unsigned short)process->console_width;
	}
	return 0;
}

int plan_program(struct plan_builder *b)
{
	const struct plan_options *o = b->options;
	const struct spec_process *process = b->process;
	struct plan *p = b->plan;

	if (!process->args || !process->args[0])
		return refuse(-EINVAL, "process.args: required, but missing");
	p->args = process->args;
	if (o && o->init_path) {
		p->args = strv_append(b->a, NULL, PLAN_INIT_PATH);
		p->args = strv_append(b->a, p->args, "--");
		p->args = strv_concat(b->a, p->args, process->args);
	}
	p->env = env_unique(b->a, process->env);
	p->cwd = process->cwd;
	p->keep_fds = o ? o->listen_fds + o->preserve_fds : b->exec_options->preserve_fds;
	plan_listen_fds(b, o ? o->listen_fds : 0);
	if (o && o->notify_socket)
		p->env = env_set(b->a, p->env, "NOTIFY_SOCKET", "/run/notify/notify.sock");
	return plan_terminal(b, o ? o->has_console : b->exec_options->has_console);
}

/* ---- who runs it ---- */

/* An ordinary user that maps its own id alone has to give up setgroups (user_namespaces(7)). */
static bool setgroups_denied(const struct plan_builder *b)
{
	const struct plan *p = b->plan;

	if (!p->new_userns)
		return !b->foreign_userns ? false : !b->facts->setgroups_allowed;
	return !(b->facts->capabilities >> CAP_SETGID & 1) && p->n_gid_maps == 1 &&
	       p->gid_maps[0].size == 1 && p->gid_maps[0].host_id == b->facts->egid;
}

static int check_mapped(const struct id_map *maps, size_t n, uint32_t id, const char *field)
{
	for (size_t i = 0; i < n; i++)
		if (id >= maps[i].container_id && id - maps[i].container_id < maps[i].size)
			return 0;
	return refuse(-EINVAL, "process.user.%s: %u is not mapped in the user namespace", field,
		      id);
}

/* (uid_t)-1 means "leave it as it is" to the kernel's calls: such a user would stay root. */
static int check_id(uint64_t id, const char *field)
{
	if (id < UINT32_MAX)
		return 0;
	return refuse(-EINVAL, "process.user.%s: %" PRIu32 " is not an id", field, UINT32_MAX);
}

static int check_ids(const struct spec_user *user)
{
	int r = check_id(user->uid, "uid");

	if (r == 0)
		r = check_id(user->gid, "gid");
	for (size_t i = 0; r == 0 && i < user->n_additional_gids; i++)
		r = check_id(user->additional_gids[i], "additionalGids");
	return r;
}

static int plan_user(struct plan_builder *b)
{
	const struct spec_user *user = &b->process->user;
	struct plan *p = b->plan;
	struct plan_user *u = &p->user;
	int r = check_ids(user);

	if (r < 0)
		return r;
	u->name = b->options ? b->options->user_name : b->exec_options->user_name;
	u->uid = user->uid;
	u->gid = user->gid;
	u->umask_set = user->umask.set;
	u->umask = (mode_t)user->umask.value;
	u->set_groups = !setgroups_denied(b);
	u->fill_home = !env_get(p->env, "HOME") || !*env_get(p->env, "HOME");
	if (u->fill_home)
		env_unset(p->env, "HOME");
	u->n_additional_gids = user->n_additional_gids;
	u->additional_gids = arena_array(b->a, u->n_additional_gids, sizeof(*u->additional_gids));
	for (size_t i = 0; i < u->n_additional_gids; i++)
		u->additional_gids[i] = (uint32_t)user->additional_gids[i];
	if (!u->set_groups && u->n_additional_gids)
		return refuse(
			-EINVAL,
			"process.user.additionalGids: groups cannot be set in a user namespace "
			"that maps a single id");
	if (!p->new_userns || u->name)
		return 0;
	r = check_mapped(p->uid_maps, p->n_uid_maps, u->uid, "uid");
	if (r < 0)
		return r;
	return check_mapped(p->gid_maps, p->n_gid_maps, u->gid, "gid");
}

/* In a user namespace of its own, everything the kernel knows can be granted. */
static void plan_capabilities(struct plan_builder *b)
{
	const struct facts *f = b->facts;
	uint64_t every = (UINT64_C(2) << f->last_capability) - 1;
	bool own = b->own_namespaces & CLONE_NEWUSER;

	caps_plan(b->process->capabilities, own ? every : f->capabilities, f->last_capability,
		  &b->plan->caps);
}

/* ---- confinement ---- */

static int plan_labels(struct plan_builder *b)
{
	const char *apparmor = b->process->apparmor_profile, *selinux = b->process->selinux_label;
	struct step *s;

	if (apparmor && *apparmor) {
		if (!b->facts->apparmor)
			return refuse(
				-EOPNOTSUPP,
				"process.apparmorProfile: apparmor is not enabled on this host");
		s = plan_step(b, STEP_LSM_LABEL, "process.apparmorProfile");
		s->dst = "attr/apparmor/exec";
		s->src = arena_printf(b->a, "exec %s", apparmor);
	}
	if (selinux && *selinux) {
		if (!b->facts->selinux)
			return refuse(-EOPNOTSUPP,
				      "process.selinuxLabel: selinux label is specified in config, "
				      "but selinux is disabled or not supported");
		s = plan_step(b, STEP_LSM_LABEL, "process.selinuxLabel");
		s->dst = "attr/exec";
		s->src = selinux;
	}
	return 0;
}

static int plan_personality(struct plan_builder *b)
{
	const struct spec_linux *l = &b->spec->linux_;
	int64_t value;

	if (!l->personality_domain)
		return 0;
	if (process_name_value(process_personalities, l->personality_domain, &value) < 0)
		return refuse(-EINVAL, "config.linux.personality.domain: unknown domain '%s'",
			      l->personality_domain);
	if (l->personality_flags && l->personality_flags[0])
		return refuse(-EINVAL, "config.linux.personality.flags: unknown flag '%s'",
			      l->personality_flags[0]);
	plan_step(b, STEP_PERSONALITY, "config.linux.personality")->value = (uint64_t)value;
	return 0;
}

static int plan_seccomp(struct plan_builder *b)
{
	b->plan->no_new_privs = b->process->no_new_privileges;
	if (!b->spec->linux_.seccomp)
		return 0;
	return seccomp_compile(b->a, b->spec->linux_.seccomp, &b->plan->seccomp);
}

/* ---- the order ---- */

static void plan_last_steps(struct plan_builder *b)
{
	struct plan *p = b->plan;
	bool late = p->seccomp.insns && !p->no_new_privs;
	struct step *chdir_early;

	plan_step(b, STEP_STDIO_OWNER, "process.user");
	if (!b->options)
		plan_step(b, STEP_CWD, "process.cwd")->dst = p->cwd;
	chdir_early = plan_step(b, STEP_CHDIR, "process.cwd");
	chdir_early->dst = p->cwd;
	chdir_early->value = 1;
	plan_step(b, STEP_USER, "process.user")->value = late;
	if (!late)
		plan_step(b, STEP_CAPABILITIES, "process.capabilities");
	plan_step(b, STEP_CHDIR, "process.cwd")->dst = p->cwd;
	if (p->no_new_privs)
		plan_step(b, STEP_NO_NEW_PRIVS, "process.noNewPrivileges");
	plan_step(b, STEP_FIND_PROGRAM, "process.args[0]")->src = b->process->args[0];
	if (p->args[0] != b->process->args[0])
		plan_step(b, STEP_FIND_PROGRAM, "--init")->src = p->args[0];
	plan_step(b, STEP_CLOSE_FDS, "nothing of ours stays open");
	plan_step(b, STEP_READY, "waits for start");
	if (b->options)
		plan_hooks(b, SPEC_HOOK_START_CONTAINER);
	if (p->seccomp.insns)
		plan_step(b, STEP_SECCOMP, "config.linux.seccomp");
	if (late)
		plan_step(b, STEP_CAPABILITIES, "process.capabilities, kept to load the filter");
	plan_step(b, STEP_EXEC, "process.args")->src = p->args[0];
}

int plan_process(struct plan_builder *b)
{
	int r;

	r = plan_personality(b);
	if (r < 0)
		return r;
	plan_step(b, STEP_SETSID, "its own session")->value = b->plan->terminal;
	r = plan_labels(b);
	if (r < 0)
		return r;
	r = plan_seccomp(b);
	if (r < 0)
		return r;
	r = plan_user(b);
	if (r < 0)
		return r;
	plan_capabilities(b);
	plan_last_steps(b);
	return 0;
}
