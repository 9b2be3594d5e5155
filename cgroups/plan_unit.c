/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/plan_unit.c - the systemd driver's part of a plan */
#include "cgroups/plan_unit.h"
#include "base/error.h"
#include "base/str.h"
#include "cgroups/systemd.h"

#include <string.h>

int cgroup_plan_unit(struct arena *a, const struct cgroup_host *host,
		     const struct cgroup_options *opt, struct cgroup_unit **ret,
		     const char **ret_path)
{
	const struct cgroup_systemd *systemd = host->systemd;
	struct cgroup_unit *unit = arena_new_of(a, struct cgroup_unit);
	int r;

	if (systemd->user && host->layout != CGROUP_V2)
		return refuse(-EOPNOTSUPP,
			      "cannot use rootless systemd cgroups manager on cgroup v1");
	r = cgroup_unit_parse(a, opt->cgroups_path, opt->id, systemd->user, unit);
	if (r < 0)
		return r;
	*ret = unit;
	*ret_path = arena_printf(a, "%s%s", systemd->control_group, unit->path);
	return 0;
}

static bool has_v1(const struct cgroup_host *host, const char *controller)
{
	for (size_t i = 0; i < host->n_hierarchies; i++)
		if (!host->hierarchies[i].v2 &&
		    strv_has(host->hierarchies[i].controllers, controller))
			return true;
	return false;
}

static struct cgroup_properties *properties(struct arena *a, const struct cgroup_host *host)
{
	struct cgroup_properties *p = arena_new_of(a, struct cgroup_properties);

	p->arena = a;
	p->version = host->systemd->version;
	return p;
}

static int add_limits(struct cgroup_properties *p, const struct cgroup_host *host,
		      const struct cgroup_resources *res, bool devices)
{
	int r = cgroup_properties_limits(p, host->layout == CGROUP_V2, res);

	return r == 0 && devices && has_v1(host, "devices") ? cgroup_properties_devices(p, res) : r;
}

/* Of bfq and iocost systemd serves whichever the kernel has, from one weight: so do our writes. */
static void agree(struct cgroup_plan *plan)
{
	const char *weight = NULL;

	for (size_t i = 0; i < plan->properties->n; i++)
		if (str_eq(plan->properties->list[i].name, "IOWeight"))
			weight = plan->properties->list[i].values[0];
	for (size_t f = 0; weight && f < plan->n_folders; f++)
		for (size_t i = 0; i < plan->folders[f].n_writes; i++) {
			struct cgroup_write *w = &plan->folders[f].writes[i];

			if (str_eq(w->file, "io.bfq.weight") && !strchr(w->value, ' '))
				w->else_value = weight;
		}
}

int cgroup_plan_properties(struct arena *a, const struct cgroup_host *host,
			   const struct cgroup_resources *res, const struct cgroup_options *opt,
			   struct cgroup_plan *plan)
{
	struct cgroup_properties *p = plan->properties = properties(a, host);
	int r;

	cgroup_properties_unit(p, plan->unit, opt->id);
	r = cgroup_properties_annotations(p, opt->annotations, opt->n_annotations);
	if (r == 0)
		r = add_limits(p, host, res, opt->privileged);
	if (r == 0)
		agree(plan);
	return r;
}

int cgroup_plan_property_change(struct arena *a, const struct cgroup_host *host,
				const struct cgroup_update *update, struct cgroup_plan *plan)
{
	static const struct cgroup_resources nothing;
	struct cgroup_properties *before = properties(a, host), *after = properties(a, host);
	bool devices = update->change->n_devices > 0;
	int r = add_limits(before, host, update->before ? update->before : &nothing, devices);

	if (r == 0)
		r = add_limits(after, host, update->after ? update->after : update->change,
			       devices);
	if (r < 0)
		return r;
	plan->unit = arena_new_of(a, struct cgroup_unit);
	plan->unit->name = update->unit;
	plan->properties = properties(a, host);
	plan->properties_before = properties(a, host);
	cgroup_properties_change(plan->properties, plan->properties_before, before, after);
	agree(plan);
	return 0;
}

void cgroup_plan_round(struct cgroup_resources *res, const struct cgroup_update *update)
{
	struct cgroup_cpu cpu = res->cpu;

	if (!cpu.period.set && update && update->after)
		cpu.period = update->after->cpu.period;
	cgroup_properties_round(&cpu);
	res->cpu.quota = cpu.quota;
}
