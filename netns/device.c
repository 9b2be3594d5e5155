/* SPDX-License-Identifier: Apache-2.0 */
/* netns/device.c - linux.netDevices: names, and moving
 *
 * Addresses are asked for first of all: an IPv6 address is gone as soon as its device goes down, and a
 * device goes down when it leaves its namespace. */
#include "netns/device.h"

#include "base/error.h"
#include "netns/rtnl.h"

#include <ctype.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

const struct json_row net_device_rows[] = {
	{ "name", JSON_K_STRING, offsetof(struct net_device, name) },
	{ 0 },
};

/* ---- names ---- */

const char *net_device_name(const struct net_device *device)
{
	return device->name && *device->name ? device->name : device->host_name;
}

/* The kernel's rule: dev_valid_name() of net/core/dev.c. */
static bool is_valid(const char *name)
{
	if (!*name || strlen(name) >= IFNAMSIZ || str_eq(name, ".") || str_eq(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || isspace((unsigned char)*name))
			return false;
	return true;
}

/* "%d" once, and no other conversion. */
static bool is_template(const char *name)
{
	const char *percent = strchr(name, '%');

	return percent && percent[1] == 'd' && !strchr(percent + 1, '%');
}

static int check_names(const struct net_devices *devices, size_t i)
{
	const char *host_name = devices->list[i].host_name;
	const char *name = net_device_name(&devices->list[i]);

	if (!is_valid(host_name) || strchr(host_name, '%'))
		return refuse(-EINVAL,
			      "config.linux.netDevices: invalid network device name \"%s\"",
			      host_name);
	if (!is_valid(name) || (strchr(name, '%') && !is_template(name)))
		return refuse(-EINVAL,
			      "config.linux.netDevices.%s.name: invalid network device name \"%s\"",
			      host_name, name);
	for (size_t k = 0; k < i && !is_template(name); k++)
		if (str_eq(name, net_device_name(&devices->list[k])))
			return refuse(
				-EINVAL,
				"config.linux.netDevices.%s.name: '%s' is also the name of %s",
				host_name, name, devices->list[k].host_name);
	return 0;
}

int net_devices_check(const struct net_devices *devices)
{
	for (size_t i = 0; i < devices->n; i++) {
		int r = check_names(devices, i);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- moving ---- */

struct mover {
	struct arena *a;
	int netns, from, to; /* the container's namespace; sockets here and there */
};

static int index_of(const struct mover *m, const struct net_device *device)
{
	int index = rtnl_link_index(m->from, device->host_name);

	return index < 0 ? fail(index, "link not found for interface %s on runtime namespace",
				device->host_name) :
			   index;
}

static int is_free(const struct mover *m, const char *name)
{
	int r = rtnl_link_index(m->to, name);

	if (r == -ENODEV)
		return 1;
	return r < 0 ? fail(r, "look for network device %s in the container", name) : 0;
}

static int check_one(const struct mover *m, const struct net_device *device)
{
	const char *name = net_device_name(device);
	int r = index_of(m, device);

	if (r < 0 || is_template(name))
		return r;
	r = is_free(m, name);
	return r == 0 ? refuse(-EEXIST,
			       "network device %s: the container has a device with the name '%s'",
			       device->host_name, name) :
			r;
}

/* The kernel would number it too, but would not say how. */
static int choose_name(const struct mover *m, const struct net_device *device, char ret[IFNAMSIZ])
{
	enum { NUMBERS = 32768 };
	const char *name = net_device_name(device), *percent = strchr(name, '%');

	(void)snprintf(ret, IFNAMSIZ, "%s", name);
	for (int i = 0; percent && i < NUMBERS; i++) {
		int r, len = snprintf(ret, IFNAMSIZ, "%.*s%d%s", (int)(percent - name), name, i,
				      percent + 2);

		if (len >= IFNAMSIZ)
			break;
		r = is_free(m, ret);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	return percent ? refuse(-ENFILE, "network device %s: no name like '%s' is free",
				device->host_name, name) :
			 0;
}

static int add_addresses(const struct mover *m, const struct net_device *device, int index,
			 const struct rtnl_address *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = 0;

		if (list[i].flags & IFA_F_PERMANENT && list[i].scope == RT_SCOPE_UNIVERSE)
			r = rtnl_address_add(m->to, index, &list[i]);
		if (r < 0)
			return fail(r, "give network device %s its address again",
				    device->host_name);
	}
	return 0;
}

static int move_one(const struct mover *m, const struct net_device *device)
{
	struct rtnl_address *addresses = NULL;
	char name[IFNAMSIZ];
	size_t n = 0;
	int index = index_of(m, device), r;

	if (index < 0)
		return index;
	r = rtnl_addresses(m->a, m->from, index, &addresses, &n);
	if (r < 0)
		return fail(r, "list the addresses of network device %s", device->host_name);
	r = choose_name(m, device, name);
	if (r < 0)
		return r;
	r = rtnl_link_move(m->from, index, m->netns, name);
	if (r < 0)
		return fail(r, "move network device %s to the container as %s", device->host_name,
			    name);
	/* The number may be taken there: then it is another one now. */
	index = rtnl_link_index(m->to, name);
	if (index < 0)
		return fail(index, "look for network device %s in the container", name);
	r = add_addresses(m, device, index, addresses, n);
	if (r < 0)
		return r;
	r = rtnl_link_up(m->to, index);
	return r < 0 ? fail(r, "set network device %s up", name) : 0;
}

int net_devices_move(const struct net_devices *devices, int netns)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int from = rtnl_open(-EBADF);
	CLEANUP_FD int to = rtnl_open(netns);
	const struct mover m = { .a = a, .netns = netns, .from = from, .to = to };
	int r = from < 0 ? from : to;

	if (r < 0)
		return fail(r, "open a socket to the network devices");
	for (size_t i = 0; i < devices->n; i++) {
		r = check_one(&m, &devices->list[i]);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < devices->n; i++) {
		r = move_one(&m, &devices->list[i]);
		if (r < 0)
			return r;
	}
	return 0;
}
