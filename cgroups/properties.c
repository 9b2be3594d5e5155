/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/properties.c - what systemd is told about a container's unit */
#include "cgroups/properties.h"
#include "base/error.h"
#include "base/str.h"
#include "cgroups/devices.h"
#include "cgroups/gvariant.h"
#include "cgroups/v2.h"

#include <inttypes.h>
#include <string.h>

#define PREFIX "org.systemd.property."
#define UNIFIED "linux.resources.unified."

enum {
	USEC = 1000000,
	PERCENT = USEC / 100,
	DEFAULT_PERIOD = 100000,
	/* Where fewer processes than these may be, the helper could be one too many while we clone. */
	TASKS_OF_CREATE = 16,
	IDLE_WEIGHT = 252, /* the first systemd that takes CPUWeight=0 */
	CPUS_MAX = 8192,   /* the kernel's NR_CPUS at most */
};

/* Properties that not every systemd has which we may meet. */
static const struct {
	const char *name;
	unsigned since;
} versions[] = {
	{ "CPUQuotaPeriodUSec", 242 },
	{ "AllowedCPUs", 244 },
	{ "AllowedMemoryNodes", 244 },
	{ "CollectMode", 236 },
};

/* ---- the list ---- */

static bool is_known(const struct cgroup_properties *p, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		if (str_eq(versions[i].name, name))
			return p->version >= versions[i].since;
	return true;
}

static struct cgroup_property *add_list(struct cgroup_properties *p, const char *name,
					const char *type, char **values)
{
	if (p->n == p->capacity) {
		size_t capacity = p->capacity ? p->capacity * 2 : 16;
		struct cgroup_property *list = arena_array(p->arena, capacity, sizeof(*list));

		if (p->n)
			memcpy(list, p->list, p->n * sizeof(*list));
		p->list = list;
		p->capacity = capacity;
	}
	p->list[p->n] = (struct cgroup_property){ .name = name, .type = type, .values = values };
	return &p->list[p->n++];
}

static void add(struct cgroup_properties *p, const char *name, const char *type, const char *value)
{
	add_list(p, name, type, strv_append(p->arena, NULL, value));
}

/* Takes the place of an earlier one. A negative number is "infinity". */
static struct cgroup_property *add_number(struct cgroup_properties *p, const char *name,
					  int64_t value)
{
	uint64_t number = value < 0 ? UINT64_MAX : (uint64_t)value;
	char **values = strv_append(p->arena, NULL, arena_printf(p->arena, "%" PRIu64, number));

	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->list[i].name, name)) {
			p->list[i].values = values;
			p->list[i].after_clone = false;
			return &p->list[i];
		}
	return add_list(p, name, "t", values);
}

/* ---- the unit ---- */

void cgroup_properties_unit(struct cgroup_properties *p, const struct cgroup_unit *unit,
			    const char *id)
{
	static const char *const accounting[] = { "CPUAccounting", "MemoryAccounting",
						  "IOAccounting", "TasksAccounting" };

	add(p, "Description", "s", arena_printf(p->arena, "container %s", id));
	if (unit->is_slice) {
		add(p, "Wants", "as", unit->slice);
	} else {
		add(p, "Slice", "s", unit->slice);
		add(p, "Delegate", "b", "true");
		add(p, "PIDs", "au", "0");
	}
	add(p, "DefaultDependencies", "b", "false");
	/* Nobody looks at a failed scope, and its name would be taken. */
	if (is_known(p, "CollectMode"))
		add(p, "CollectMode", "s", "inactive-or-failed");
	for (size_t i = 0; i < ARRAY_SIZE(accounting); i++)
		add(p, accounting[i], "b", "true");
}

/* ---- annotations ---- */

static const char *name_problem(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	if (strlen(name) < 3)
		return "too short";
	return name[strspn(name, letters)] ? "contains non-alphabetic character" : NULL;
}

/* Documented in seconds, set in microseconds. */
static const char *seconds_name(struct arena *a, const char *name)
{
	size_t len = strlen(name);

	if (len < 4 || !str_ends(name, "Sec") || name[len - 4] < 'a' || name[len - 4] > 'z')
		return NULL;
	return arena_printf(a, "%.*sUSec", (int)len - 3, name);
}

static int to_microseconds(struct arena *a, struct gvariant *value)
{
	double seconds;
	uint64_t whole;

	if (strlen(value->type) != 1 || !strchr("ynqiuxtd", value->type[0]))
		return -EINVAL;
	if (value->type[0] == 'd') {
		seconds = strtod(value->values[0], NULL);
		if (!(seconds >= 0 && seconds <= 1e13))
			return -EINVAL;
		whole = (uint64_t)(seconds * USEC);
	} else {
		if (str_to_u64(value->values[0], UINT64_MAX / USEC, &whole) < 0)
			return -EINVAL;
		whole *= USEC;
	}
	*value = (struct gvariant){ .type = "t", .n = 1 };
	value->values = strv_append(a, NULL, arena_printf(a, "%" PRIu64, whole));
	return 0;
}

static int add_annotation(struct cgroup_properties *p, const char *name,
			  const struct json_map *annotation)
{
	struct gvariant *value = arena_new_of(p->arena, struct gvariant);
	const char *why = name_problem(name), *microseconds;

	if (why)
		return refuse(-EINVAL, "annotation %s name incorrect: %s", annotation->key, why);
	if (gvariant_parse(p->arena, annotation->value, value, &why) < 0)
		return refuse(-EINVAL, "annotation %s=%s value parse error: %s", annotation->key,
			      annotation->value, why);
	microseconds = seconds_name(p->arena, name);
	if (microseconds && to_microseconds(p->arena, value) < 0)
		return refuse(-EINVAL,
			      "annotation %s=%s value parse error: not a number of seconds",
			      annotation->key, annotation->value);
	add_list(p, microseconds ? microseconds : name, value->type, value->values);
	return 0;
}

int cgroup_properties_annotations(struct cgroup_properties *p, const struct json_map *annotations,
				  size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *name = str_after(annotations[i].key, PREFIX);

		if (name)
			r = add_annotation(p, name, &annotations[i]);
	}
	return r;
}

/* ---- limits ---- */

/* What systemd keeps over a reload is whole percents. Return: us a second; -1 more than it can say */
static int64_t per_second(int64_t quota, uint64_t period)
{
	unsigned __int128 exact = (unsigned __int128)(uint64_t)quota * USEC / period;

	return exact > INT64_MAX / 2 ?
		       -1 :
		       (int64_t)(((uint64_t)exact + PERCENT - 1) / PERCENT * PERCENT);
}

void cgroup_properties_round(struct cgroup_cpu *cpu)
{
	uint64_t period = cpu->period.set && cpu->period.value ? cpu->period.value : DEFAULT_PERIOD;
	int64_t usec = cpu->quota.set && cpu->quota.value > 0 ?
			       per_second(cpu->quota.value, period) :
			       -1;
	unsigned __int128 quota = (unsigned __int128)(uint64_t)usec * period / USEC;

	if (usec >= 0 && quota <= INT64_MAX)
		cpu->quota.value = (int64_t)quota;
}

/* @quota: 0 not set, -1 none */
static void add_quota(struct cgroup_properties *p, int64_t quota, uint64_t period)
{
	if (period && is_known(p, "CPUQuotaPeriodUSec"))
		add_number(p, "CPUQuotaPeriodUSec", (int64_t)period);
	if (quota > 0)
		add_number(p, "CPUQuotaPerSecUSec",
			   per_second(quota, period ? period : DEFAULT_PERIOD));
	else if (quota < 0 || period)
		add_number(p, "CPUQuotaPerSecUSec", -1);
}

static void add_tasks(struct cgroup_properties *p, int64_t limit)
{
	/* systemd takes no 0; with 1 the payload cannot fork either. */
	add_number(p, "TasksMax", limit == 0 ? 1 : limit)->after_clone = limit >= 0 &&
									 limit < TASKS_OF_CREATE;
}

/* "0-2,7" as systemd's mask, lowest byte first. Return: false, it is none */
static bool add_set(struct cgroup_properties *p, const char *name, const char *list)
{
	unsigned char mask[CPUS_MAX / 8] = { 0 };
	size_t len = 0;
	char **values = NULL;

	for (char **part = str_split(p->arena, list, ','); *part; part++) {
		char *text = *part + strspn(*part, " \n"), *end;
		unsigned long first, last;

		if (!*text)
			continue;
		first = last = strtoul(text, &end, 10);
		if (end != text && *end == '-')
			last = strtoul(text = end + 1, &end, 10);
		if (end == text || end[strspn(end, " \n")] || first > last || last >= CPUS_MAX)
			return false;
		for (; first <= last; first++) {
			mask[first / 8] |= (unsigned char)(1U << first % 8);
			len = first / 8 + 1 > len ? first / 8 + 1 : len;
		}
	}
	if (len == 0 || !is_known(p, name))
		return len > 0;
	values = arena_array(p->arena, len + 1, sizeof(*values));
	for (size_t i = 0; i < len; i++)
		values[i] = arena_printf(p->arena, "%u", mask[i]);
	add_list(p, name, "ay", values);
	return true;
}

/* Where the kernel has bfq, systemd turns this into the spec's weight again. */
static int64_t io_weight(uint64_t weight)
{
	return (int64_t)(weight <= 100 ? weight : 100 + (weight - 100) * 11);
}

/* systemd's word for cpu.idle is a weight of 0. */
static void add_idle(struct cgroup_properties *p)
{
	if (p->version >= IDLE_WEIGHT)
		add_number(p, "CPUWeight", 0);
}

static void add_v2(struct cgroup_properties *p, const struct cgroup_resources *res)
{
	const struct cgroup_memory *m = &res->memory;
	const struct cgroup_cpu *c = &res->cpu;
	int64_t swap;

	if (m->limit.set && m->limit.value)
		add_number(p, "MemoryMax", m->limit.value);
	if (m->reservation.set && m->reservation.value)
		add_number(p, "MemoryLow", m->reservation.value);
	if (cgroup_v2_swap(m, &swap))
		add_number(p, "MemorySwapMax", swap);
	if (c->shares.set && c->shares.value)
		add_number(p, "CPUWeight", cgroup_v2_cpu_weight(c->shares.value));
	if (c->idle.set && c->idle.value == 1)
		add_idle(p);
	if (c->cpus && *c->cpus)
		(void)add_set(p, "AllowedCPUs", c->cpus); /* the kernel says what is wrong */
	if (c->mems && *c->mems)
		(void)add_set(p, "AllowedMemoryNodes", c->mems);
	if (res->block_io.weight.set && res->block_io.weight.value)
		add_number(p, "IOWeight", io_weight(res->block_io.weight.value));
}

static void add_v1(struct cgroup_properties *p, const struct cgroup_resources *res)
{
	if (res->memory.limit.set && res->memory.limit.value)
		add_number(p, "MemoryLimit", res->memory.limit.value);
	if (res->cpu.shares.set && res->cpu.shares.value)
		add_number(p, "CPUShares", (int64_t)res->cpu.shares.value);
	if (res->block_io.weight.set && res->block_io.weight.value)
		add_number(p, "BlockIOWeight", (int64_t)res->block_io.weight.value);
}

/* ---- linux.resources.unified ---- */

/* Files with one number. */
static const struct {
	const char *file, *property;
} numbers[] = {
	{ "memory.max", "MemoryMax" },
	{ "memory.low", "MemoryLow" },
	{ "memory.min", "MemoryMin" },
	{ "memory.high", "MemoryHigh" },
	{ "memory.swap.max", "MemorySwapMax" },
	{ "cpu.weight", "CPUWeight" },
	{ "pids.max", "TasksMax" },
	{ NULL, NULL },
};

static bool read_amount(const char *text, int64_t *ret)
{
	uint64_t number;

	*ret = -1;
	if (str_eq(text, "max"))
		return true;
	if (str_to_u64(text, INT64_MAX, &number) < 0)
		return false;
	*ret = (int64_t)number;
	return true;
}

static bool add_cpu_max(struct cgroup_properties *p, const char *value)
{
	char **words = str_split(p->arena, value, ' ');
	uint64_t period = DEFAULT_PERIOD;
	int64_t quota;

	if (!read_amount(words[0], &quota) || quota == 0 || (words[1] && words[2]) ||
	    (words[1] && (str_to_u64(words[1], INT64_MAX, &period) < 0 || period == 0)))
		return false;
	add_quota(p, quota, period);
	return true;
}

static bool add_unified(struct cgroup_properties *p, const char *file, const char *value)
{
	int64_t amount;

	if (str_eq(file, "cpu.max"))
		return add_cpu_max(p, value);
	if (str_eq(file, "cpu.idle") && str_eq(value, "1"))
		add_idle(p);
	if (str_eq(file, "cpuset.cpus"))
		return add_set(p, "AllowedCPUs", value);
	if (str_eq(file, "cpuset.mems"))
		return add_set(p, "AllowedMemoryNodes", value);
	for (size_t i = 0; numbers[i].file; i++) {
		if (!str_eq(numbers[i].file, file))
			continue;
		if (!read_amount(value, &amount))
			return false;
		if (str_eq(file, "pids.max"))
			add_tasks(p, amount);
		else
			add_number(p, numbers[i].property, amount);
		return true;
	}
	return true; /* a file alone */
}

int cgroup_properties_limits(struct cgroup_properties *p, bool v2,
			     const struct cgroup_resources *res)
{
	const struct cgroup_cpu *c = &res->cpu;

	if (v2)
		add_v2(p, res);
	else
		add_v1(p, res);
	add_quota(p, c->quota.set ? c->quota.value : 0, c->period.set ? c->period.value : 0);
	if (res->pids_limit.set)
		add_tasks(p, res->pids_limit.value);
	for (size_t i = 0; v2 && i < res->n_unified; i++) {
		char *value = arena_strdup(p->arena, res->unified[i].value);

		value[strcspn(value, "\n")] = '\0';
		if (!add_unified(p, res->unified[i].key, value))
			return refuse(-EINVAL, UNIFIED "%s: value conversion error: '%s'",
				      res->unified[i].key, value);
	}
	return 0;
}

/* ---- devices of v1 ---- */

/* "c 1:3 rwm". Return: systemd's name of these devices, or NULL: it has none for any major with one minor */
static char *device_name(struct arena *a, const char *rule)
{
	const char *kind = rule[0] == 'b' ? "block" : "char", *colon = strchr(rule, ':');
	int major = (int)(colon - (rule + 2)), minor = (int)strcspn(colon + 1, " ");

	if (rule[2] == '*')
		return colon[1] == '*' ? arena_printf(a, "%s-*", kind) : NULL;
	if (colon[1] == '*')
		return arena_printf(a, "%s-%.*s", kind, major, rule + 2);
	return arena_printf(a, "/dev/%s/%.*s:%.*s", kind, major, rule + 2, minor, colon + 1);
}

int cgroup_properties_devices(struct cgroup_properties *p, const struct cgroup_resources *res)
{
	struct cgroup_writes w = { .arena = p->arena };
	char **values = NULL;
	bool allows_all;
	int r = cgroup_devices_v1(&w, res);

	if (r < 0)
		return r;
	/* The first write is the default, the others are what it is not. */
	allows_all = str_eq(w.list[0].file, "devices.allow");
	if (allows_all && w.n == 1)
		return 0;
	for (size_t i = 1; !allows_all && i < w.n; i++) {
		char *name = device_name(p->arena, w.list[i].value);

		if (!name)
			continue;
		values = strv_append(p->arena, values, name);
		values = strv_append(p->arena, values, strrchr(w.list[i].value, ' ') + 1);
	}
	add(p, "DevicePolicy", "s", "strict");
	/* An empty list takes back the one before. */
	add_list(p, "DeviceAllow", "a(ss)", arena_array(p->arena, 1, sizeof(*values)));
	if (values)
		add_list(p, "DeviceAllow", "a(ss)", values);
	return 0;
}

/* ---- update ---- */

static const struct cgroup_property *find(const struct cgroup_properties *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->list[i].name, name))
			return &p->list[i];
	return NULL;
}

static bool same_values(char *const *a, char *const *b)
{
	while (*a && *b && str_eq(*a, *b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

void cgroup_properties_change(struct cgroup_properties *change, struct cgroup_properties *undo,
			      const struct cgroup_properties *before,
			      const struct cgroup_properties *after)
{
	for (size_t i = 0; i < after->n; i++) {
		const struct cgroup_property *new = &after->list[i];
		const struct cgroup_property *old = find(before, new->name);
		/* No limit: an empty set, and of numbers the largest. */
		char *largest = arena_printf(undo->arena, "%" PRIu64, UINT64_MAX);
		char **none = arena_array(undo->arena, 2, sizeof(*none));

		if (old && same_values(old->values, new->values))
			continue;
		if (new->type[0] != 'a')
			none[0] = largest;
		add_list(change, new->name, new->type, new->values);
		add_list(undo, new->name, new->type, old ? old->values : none);
	}
}
