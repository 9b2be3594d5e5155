/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_namespaces.c - which namespaces are made, joined or inherited, and by whom
 *
 * Most containers need one clone3 with everything. A short-lived stage comes in between where one
 * clone cannot do it: joined pid and time namespaces hold for children only, a user namespace has to
 * be entered before the rest is made, time offsets are refused after clone3(CLONE_NEWTIME), and once a
 * user namespace is made, the right to join the host's other namespaces is gone. */
#include "base/error.h"
#include "base/str.h"
#include "runtime/plan_build.h"

#include <inttypes.h>
#include <linux/capability.h>

static const int clone_flags[SPEC_NS_TYPES] = {
	[SPEC_NS_USER] = CLONE_NEWUSER,   [SPEC_NS_PID] = CLONE_NEWPID,
	[SPEC_NS_IPC] = CLONE_NEWIPC,     [SPEC_NS_UTS] = CLONE_NEWUTS,
	[SPEC_NS_NETWORK] = CLONE_NEWNET, [SPEC_NS_CGROUP] = CLONE_NEWCGROUP,
	[SPEC_NS_TIME] = CLONE_NEWTIME,   [SPEC_NS_MOUNT] = CLONE_NEWNS,
};

static const struct spec_namespace *find(const struct spec *s, int type)
{
	for (size_t i = 0; i < s->linux_.n_namespaces; i++)
		if (s->linux_.namespaces[i].type == type)
			return &s->linux_.namespaces[i];
	return NULL;
}

static bool has_path(const struct spec_namespace *ns)
{
	return ns->path && *ns->path;
}

void plan_userns(struct plan_builder *b)
{
	const struct spec_linux *l = &b->spec->linux_;
	const struct spec_namespace *user = find(b->spec, SPEC_NS_USER);

	for (size_t i = 0; i < l->n_namespaces; i++)
		b->own_namespaces |= (uint64_t)clone_flags[l->namespaces[i].type];
	b->foreign_userns = user || !b->facts->in_initial_userns;
	b->plan->new_userns = user && !has_path(user);
	if (!b->plan->new_userns)
		return;
	b->plan->uid_maps = l->uid_maps;
	b->plan->gid_maps = l->gid_maps;
	b->plan->n_uid_maps = l->n_uid_maps;
	b->plan->n_gid_maps = l->n_gid_maps;
}

static int check_userns(struct plan_builder *b)
{
	if (b->plan->new_userns && !b->plan->n_uid_maps)
		return refuse(-EINVAL,
			      "config.linux.uidMappings: required with a new user namespace");
	if (b->plan->new_userns && !b->plan->n_gid_maps)
		return refuse(-EINVAL,
			      "config.linux.gidMappings: required with a new user namespace");
	if (!(b->own_namespaces & CLONE_NEWUSER) &&
	    !(b->facts->capabilities & (UINT64_C(1) << CAP_SYS_ADMIN)))
		return refuse(-EPERM,
			      "config.linux.namespaces: an ordinary user needs a user namespace "
			      "(\"spec --rootless\" writes one)");
	return 0;
}

static void plan_time_offsets(struct plan_builder *b)
{
	const struct spec_time_offset *clocks[] = { &b->spec->linux_.monotonic,
						    &b->spec->linux_.boottime };
	static const char *const names[] = { "monotonic", "boottime" };
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++)
		if (clocks[i]->set)
			text = arena_printf(b->a, "%s%s%s %" PRId64 " %" PRIu64, text ? text : "",
					    text ? "\n" : "", names[i], clocks[i]->secs,
					    clocks[i]->nanosecs);
	b->plan->time_offsets = text;
}

/* Moves what the stage has to make itself out of the clone of init. */
static void plan_stage(struct plan_builder *b)
{
	struct plan *p = b->plan;

	for (size_t i = 0; i < p->n_joined; i++)
		if (p->joined[i].clone_flag & (CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWTIME))
			p->needs_stage = true;
	if (p->time_offsets || (p->new_userns && p->n_joined > 0))
		p->needs_stage = true;
	if (!p->time_offsets)
		return;
	p->stage_unshare = CLONE_NEWTIME | (p->clone_flags & CLONE_NEWUSER);
	p->clone_flags &= ~p->stage_unshare;
}

int plan_namespaces(struct plan_builder *b)
{
	struct plan *p = b->plan;
	const struct cgroup_host *host = b->options->cgroup_disabled ? NULL : b->facts->cgroups;
	int r;

	plan_userns(b);
	r = check_userns(b);
	if (r < 0)
		return r;
	for (int type = 0; type < SPEC_NS_TYPES; type++) {
		const struct spec_namespace *ns = find(b->spec, type);

		if (!ns)
			continue;
		if (has_path(ns))
			p->joined[p->n_joined++] = (struct plan_namespace){
				.clone_flag = clone_flags[type], .path = ns->path
			};
		else
			p->clone_flags |= (uint64_t)clone_flags[type];
	}
	if (!(b->own_namespaces & CLONE_NEWNS))
		return refuse(
			-EINVAL,
			"config.linux.namespaces: a container without a mount namespace is not supported");
	/* The root of a cgroup namespace is where its maker is; on v1 init moves there by itself. */
	if (host && (host->layout == CGROUP_V1 || host->layout == CGROUP_HYBRID)) {
		p->unshare_flags = p->clone_flags & CLONE_NEWCGROUP;
		p->clone_flags &= ~(uint64_t)CLONE_NEWCGROUP;
	}
	plan_time_offsets(b);
	plan_stage(b);
	return 0;
}
