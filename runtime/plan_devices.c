/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plan_devices.c - default devices and links, and linux.devices
 * After the mounts, so that a tmpfs on /dev gets them. Where /dev is a bind of something, it is left
 * as it is: it belongs to somebody else. Source: runtime-spec config-linux.md "Default Devices". */
#include "base/error.h"
#include "base/str.h"
#include "runtime/plan_build.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
	const char *path;
	unsigned major, minor;
} default_devices[] = {
	{ "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

static const struct {
	const char *path, *target;
} default_links[] = {
	{ "/dev/fd", "/proc/self/fd" },       { "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/core", "/proc/kcore" },       { "/dev/ptmx", "pts/ptmx" },
};

static const struct {
	const char *type;
	mode_t mode;
} device_types[] = {
	{ "c", S_IFCHR },
	{ "u", S_IFCHR },
	{ "b", S_IFBLK },
	{ "p", S_IFIFO },
};

static void add(struct plan_builder *b, const struct device_step *device, const char *path,
		const char *why)
{
	struct device_step *d = arena_new_of(b->a, struct device_step);
	struct step *s;

	*d = *device;
	d->bind = !S_ISFIFO(d->mode) && (b->foreign_userns || !plan_privileged(b, CAP_MKNOD));
	s = plan_step(b, STEP_DEVICE, why);
	s->dst = path;
	s->src = d->bind ? path : NULL;
	s->device = d;
}

static bool in_config(const struct spec *spec, const char *path)
{
	for (size_t i = 0; i < spec->linux_.n_devices; i++)
		if (str_eq(spec->linux_.devices[i].path, path))
			return true;
	return false;
}

static bool dev_is_bound(const struct plan *p)
{
	bool bound = false;

	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == STEP_MOUNT && str_eq(p->steps[i].dst, "/dev") &&
		    p->steps[i].mount->kind != MOUNT_REMOUNT)
			bound = p->steps[i].mount->kind == MOUNT_BIND;
	return bound;
}

/* Engines list all devices of the host for a privileged container. A terminal has to come from the devpts
 * of the container, whatever they say; runc does the same. */
static bool is_ptmx(const char *path)
{
	return str_eq(path, "/dev/ptmx");
}

static void plan_defaults(struct plan_builder *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_devices); i++) {
		struct device_step d = { .mode = S_IFCHR | 0666,
					 .major = default_devices[i].major,
					 .minor = default_devices[i].minor };

		if (!in_config(b->spec, default_devices[i].path))
			add(b, &d, default_devices[i].path, "default device");
	}
	for (size_t i = 0; i < ARRAY_SIZE(default_links); i++) {
		struct step *s;

		if (in_config(b->spec, default_links[i].path) && !is_ptmx(default_links[i].path))
			continue;
		s = plan_step(b, STEP_SYMLINK, "default link");
		s->dst = default_links[i].path;
		s->src = default_links[i].target;
	}
}

static int plan_device(struct plan_builder *b, const struct spec_device *device, const char *why)
{
	struct device_step d = {
		.major = (unsigned)device->major,
		.minor = (unsigned)device->minor,
		.uid = (uint32_t)device->uid.value,
		.gid = (uint32_t)device->gid.value,
	};

	for (size_t i = 0; i < ARRAY_SIZE(device_types); i++)
		if (str_eq(device_types[i].type, device->type))
			d.mode = device_types[i].mode;
	if (!d.mode)
		return refuse(-EINVAL, "%s.type: unknown type '%s'", why, device->type);
	d.mode |= device->file_mode.set ? (mode_t)device->file_mode.value & 07777 : 0666;
	add(b, &d, device->path, why);
	return 0;
}

int plan_devices(struct plan_builder *b)
{
	int r;

	if (!dev_is_bound(b->plan))
		plan_defaults(b);
	for (size_t i = 0; i < b->spec->linux_.n_devices; i++) {
		if (is_ptmx(b->spec->linux_.devices[i].path))
			continue;
		r = plan_device(b, &b->spec->linux_.devices[i],
				arena_printf(b->a, "config.linux.devices[%zu]", i));
		if (r < 0)
			return r;
	}
	return 0;
}
