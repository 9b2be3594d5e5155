/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/sysctl.c - the allow-list of kernel parameters, by namespace
 * Anything that is not on it belongs to the host (CVE-2022-0811 set kernel.core_pattern). Source:
 * kernel admin-guide/sysctl, namespaces(7). */
#include "runtime/sysctl.h"

#include "base/error.h"
#include "base/str.h"

#include <ctype.h>
#include <sched.h>
#include <string.h>

struct allowed {
	const char *path; /* ends in '/': everything beneath */
	uint64_t clone_flag;
	const char *namespace_name;
};

static const struct allowed table[] = {
	{ "fs/mqueue/", CLONE_NEWIPC, "ipc" },
	{ "kernel/domainname", CLONE_NEWUTS, "uts" },
	{ "kernel/msg_next_id", CLONE_NEWIPC, "ipc" },
	{ "kernel/msgmax", CLONE_NEWIPC, "ipc" },
	{ "kernel/msgmnb", CLONE_NEWIPC, "ipc" },
	{ "kernel/msgmni", CLONE_NEWIPC, "ipc" },
	{ "kernel/sem", CLONE_NEWIPC, "ipc" },
	{ "kernel/sem_next_id", CLONE_NEWIPC, "ipc" },
	{ "kernel/shm_next_id", CLONE_NEWIPC, "ipc" },
	{ "kernel/shm_rmid_forced", CLONE_NEWIPC, "ipc" },
	{ "kernel/shmall", CLONE_NEWIPC, "ipc" },
	{ "kernel/shmmax", CLONE_NEWIPC, "ipc" },
	{ "kernel/shmmni", CLONE_NEWIPC, "ipc" },
	{ "net/", CLONE_NEWNET, "network" },
	{ "user/", CLONE_NEWUSER, "user" },
};

/* Components of letters, digits and "_-.:@", none empty, none "." or "..". */
static bool well_formed(const char *path)
{
	const char *start = path;

	for (const char *p = path;; p++) {
		if (*p && *p != '/') {
			if (!isalnum((unsigned char)*p) && !strchr("_-.:@", *p))
				return false;
			continue;
		}
		if (p == start || (p - start == 1 && *start == '.') ||
		    (p - start == 2 && start[0] == '.' && start[1] == '.'))
			return false;
		if (!*p)
			return true;
		start = p + 1;
	}
}

static void exchange_separators(char *key)
{
	if (key[strcspn(key, "./")] != '.')
		return;
	for (; *key; key++) {
		if (*key == '.')
			*key = '/';
		else if (*key == '/')
			*key = '.';
	}
}

int sysctl_path(struct arena *a, const char *key, uint64_t namespaces, char **ret)
{
	char *path = arena_strdup(a, key);

	exchange_separators(path);
	if (!well_formed(path))
		return refuse(-EINVAL, "config.linux.sysctl.%s: malformed name", key);
	if (str_eq(path, "kernel/hostname"))
		return refuse(-EINVAL, "config.linux.sysctl.%s: use config.hostname", key);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct allowed *row = &table[i];

		if (!(str_ends(row->path, "/") ? str_starts(path, row->path) :
						 str_eq(path, row->path)))
			continue;
		if (!(namespaces & row->clone_flag))
			return refuse(
				-EINVAL,
				"config.linux.sysctl.%s: not allowed without a %s namespace of its own",
				key, row->namespace_name);
		*ret = path;
		return 0;
	}
	return refuse(-EINVAL, "config.linux.sysctl.%s: not in a separate kernel namespace", key);
}
