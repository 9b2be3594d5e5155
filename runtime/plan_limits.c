/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_limits.c - rlimits, OOM score, scheduling, I/O priority, memory policy
 *
 * Raising a hard limit, lowering the OOM score and real-time classes need rights over the host, which
 * a child in a user namespace of its own no longer has: then the parent does them by pid. */
#include "base/error.h"
#include "base/ranges.h"
#include "base/str.h"
#include "runtime/plan_build.h"
#include "runtime/process_names.h"
#include "runtime/rlimits.h"

#include <linux/capability.h>
#include <linux/ioprio.h>

static struct step *limit_step(struct plan_builder *b, enum step_kind kind, const char *why)
{
	bool by_parent = (b->own_namespaces & CLONE_NEWUSER) && plan_privileged(b, CAP_SYS_ADMIN);

	return by_parent ? plan_parent_step(b, kind, why) : plan_step(b, kind, why);
}

static int plan_rlimits(struct plan_builder *b)
{
	const struct spec_process *process = b->process;

	for (size_t i = 0; i < process->n_rlimits; i++) {
		const struct spec_rlimit *limit = &process->rlimits[i];
		const char *why = arena_printf(b->a, "process.rlimits[%zu]", i);
		int resource = rlimits_from_name(limit->type);
		struct step *s;

		if (resource < 0)
			return refuse(-EINVAL, "%s.type: unknown limit '%s'", why, limit->type);
		if (limit->soft > limit->hard)
			return refuse(-EINVAL, "%s.soft: is higher than hard", why);
		s = limit_step(b, STEP_RLIMIT, why);
		s->value = (uint64_t)resource;
		s->limit = (struct rlimit){ .rlim_cur = limit->soft, .rlim_max = limit->hard };
	}
	return 0;
}

static void plan_oom_score(struct plan_builder *b)
{
	const struct opt_i64 *score = &b->process->oom_score_adj;

	if (!score->set)
		return;
	if (score->value < b->facts->oom_score_adj && !plan_privileged(b, CAP_SYS_RESOURCE)) {
		warn("process.oomScoreAdj: lowering it to %d needs CAP_SYS_RESOURCE, ignoring",
		     (int)score->value);
		return;
	}
	limit_step(b, STEP_OOM_SCORE, "process.oomScoreAdj")->value = (uint64_t)score->value;
}

static int plan_scheduler(struct plan_builder *b)
{
	const struct spec_scheduler *sched = b->process->scheduler;
	struct scheduler_step *d;
	int64_t value;

	if (!sched)
		return 0;
	d = arena_new_of(b->a, struct scheduler_step);
	if (process_name_value(process_scheduler_policies, sched->policy, &value) < 0)
		return refuse(-EINVAL, "process.scheduler.policy: unknown policy '%s'",
			      sched->policy);
	d->policy = (unsigned)value;
	for (char **flag = sched->flags; flag && *flag; flag++) {
		if (process_name_value(process_scheduler_flags, *flag, &value) < 0)
			return refuse(-EINVAL, "process.scheduler.flags: unknown flag '%s'", *flag);
		d->flags |= (uint64_t)value;
	}
	d->nice = (int)sched->nice;
	d->priority = (unsigned)sched->priority;
	d->runtime = sched->runtime;
	d->deadline = sched->deadline;
	d->period = sched->period;
	limit_step(b, STEP_SCHEDULER, "process.scheduler")->scheduler = d;
	return 0;
}

static int plan_io_priority(struct plan_builder *b)
{
	const struct spec_io_priority *io = b->process->io_priority;
	int64_t class_value;

	if (!io)
		return 0;
	if (process_name_value(process_io_classes, io->class_name, &class_value) < 0)
		return refuse(-EINVAL, "process.ioPriority.class: unknown class '%s'",
			      io->class_name);
	limit_step(b, STEP_IO_PRIORITY, "process.ioPriority")->value = (uint64_t)IOPRIO_PRIO_VALUE(
		class_value, io->priority);
	return 0;
}

static int plan_memory_policy(struct plan_builder *b)
{
	const struct spec_memory_policy *policy = b->spec->linux_.memory_policy;
	struct memory_policy_step *d;
	struct step *s;
	int64_t value;

	if (!policy)
		return 0;
	d = arena_new_of(b->a, struct memory_policy_step);
	if (process_name_value(process_memory_modes, policy->mode, &value) < 0)
		return refuse(-EINVAL,
			      "config.linux.memoryPolicy.mode: invalid memory policy mode '%s'",
			      policy->mode);
	d->mode = (int)value;
	for (char **flag = policy->flags; flag && *flag; flag++) {
		if (process_name_value(process_memory_flags, *flag, &value) < 0)
			return refuse(
				-EINVAL,
				"config.linux.memoryPolicy.flags: invalid memory policy flag '%s'",
				*flag);
		d->mode |= (int)value;
	}
	if (policy->nodes && *policy->nodes &&
	    ranges_parse(b->a, policy->nodes, PLAN_NODE_MAX, &d->nodes, &d->max_node) < 0)
		return refuse(
			-EINVAL,
			"config.linux.memoryPolicy.nodes: invalid memory policy node list '%s'",
			policy->nodes);
	s = plan_step(b, STEP_MEMORY_POLICY, "config.linux.memoryPolicy");
	s->memory_policy = d;
	s->src = policy->nodes;
	return 0;
}

int plan_limits(struct plan_builder *b)
{
	int r;

	r = plan_rlimits(b);
	if (r < 0)
		return r;
	plan_oom_score(b);
	r = plan_scheduler(b);
	if (r < 0)
		return r;
	r = plan_io_priority(b);
	if (r < 0)
		return r;
	return plan_memory_policy(b);
}
