/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/check.c - rules of linux.resources beyond types and ranges
 * Every text that becomes a file name or a part of a line is held to a small alphabet here, because a
 * "/" would lead to another file and a newline to another setting. */
#include "base/error.h"
#include "base/str.h"
#include "cgroups/resources.h"

#include <string.h>

#define FIELD "linux.resources."
#define DIGITS "0123456789"

static int check_memory(const struct cgroup_memory *m)
{
	bool has_swap = m->swap.set && m->swap.value > 0;

	if (!has_swap || !m->limit.set)
		return 0;
	if (m->limit.value == -1)
		return refuse(-EINVAL,
			      FIELD "memory.swap: a limit of memory and swap together needs "
				    "a memory.limit");
	if (m->swap.value < m->limit.value)
		return refuse(-EINVAL,
			      FIELD "memory.swap: memory+swap limit should be >= memory limit");
	return 0;
}

static int check_cpu(const struct cgroup_cpu *c)
{
	const char *lists[] = { c->cpus, c->mems }, *names[] = { "cpus", "mems" };

	if (c->burst.set && c->quota.set && c->quota.value > 0 &&
	    c->burst.value > (uint64_t)c->quota.value)
		return refuse(-EINVAL, FIELD "cpu.burst: must not be more than cpu.quota");
	for (int i = 0; i < 2; i++)
		if (lists[i] && lists[i][strspn(lists[i], DIGITS ",-")])
			return refuse(-EINVAL, FIELD "cpu.%s: '%s' is not a list like 0-3,7",
				      names[i], lists[i]);
	return 0;
}

static bool bad_weight(const struct opt_u64 *w)
{
	return w->set && w->value && (w->value < 10 || w->value > 1000);
}

static int check_block_io(const struct cgroup_block_io *b)
{
	if (bad_weight(&b->weight))
		return refuse(-EINVAL, FIELD "blockIO.weight: must be 10 to 1000");
	if (bad_weight(&b->leaf_weight))
		return refuse(-EINVAL, FIELD "blockIO.leafWeight: must be 10 to 1000");
	for (size_t i = 0; i < b->n_weight_devices; i++) {
		const struct cgroup_block_device *d = &b->weight_devices[i];

		if (bad_weight(&d->weight) || bad_weight(&d->leaf_weight))
			return refuse(-EINVAL,
				      FIELD "blockIO.weightDevice[%zu]: weights must be 10 to 1000",
				      i);
		if (!d->weight.set && !d->leaf_weight.set)
			return refuse(-EINVAL,
				      FIELD "blockIO.weightDevice[%zu]: needs weight or leafWeight",
				      i);
	}
	return 0;
}

static bool is_page_size(const char *s)
{
	size_t digits = strspn(s, DIGITS);

	return digits > 0 && digits < 8 && s[digits] && strchr("KMG", s[digits]) &&
	       str_eq(s + digits + 1, "B");
}

static int check_names(const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_hugepages; i++)
		if (!is_page_size(res->hugepages[i].page_size))
			return refuse(-EINVAL,
				      FIELD "hugepageLimits[%zu].pageSize: '%s' is not like 2MB", i,
				      res->hugepages[i].page_size);
	for (size_t i = 0; i < res->n_rdma; i++)
		if (!*res->rdma[i].device || strpbrk(res->rdma[i].device, " \t\n=/"))
			return refuse(-EINVAL, FIELD "rdma: '%s' is not the name of a device",
				      res->rdma[i].device);
	for (size_t i = 0; i < res->n_net_prios; i++) {
		const char *name = res->net_prios[i].name;

		if (!*name || strlen(name) > 15 || strpbrk(name, " \t\n/"))
			return refuse(-EINVAL,
				      FIELD
				      "network.priorities[%zu].name: '%s' is not an interface",
				      i, name);
	}
	return 0;
}

/* These move, kill or freeze processes, or enable controllers: they are no limits. */
static const char *const not_limits[] = {
	"cgroup.procs",  "cgroup.threads", "cgroup.kill",
	"cgroup.freeze", "cgroup.type",    "cgroup.subtree_control",
};

static int check_unified(const struct cgroup_resources *res)
{
	for (size_t i = 0; i < res->n_unified; i++) {
		const char *key = res->unified[i].key, *dot = strchr(key, '.');

		if (!dot || dot == key || !dot[1] || strpbrk(key, "/\n"))
			return refuse(-EINVAL, FIELD "unified: '%s' is not a file like memory.high",
				      key);
		for (size_t k = 0; k < ARRAY_SIZE(not_limits); k++)
			if (str_eq(key, not_limits[k]))
				return refuse(-EINVAL, FIELD "unified: '%s' is not a limit", key);
	}
	return 0;
}

int cgroup_resources_check(const struct cgroup_resources *res)
{
	int r = check_memory(&res->memory);

	if (r == 0)
		r = check_cpu(&res->cpu);
	if (r == 0)
		r = check_block_io(&res->block_io);
	if (r == 0)
		r = check_names(res);
	if (r == 0)
		r = check_unified(res);
	if (r == 0 && res->n_devices > CGROUP_DEVICE_RULES_MAX)
		r = refuse(-EINVAL, FIELD "devices: more than %d rules", CGROUP_DEVICE_RULES_MAX);
	return r;
}
