/* SPDX-License-Identifier: Apache-2.0 */
/* base/proc.c - parsing of /proc/PID/mountinfo, cgroup and stat */
#include "base/proc.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOUNTINFO_MAX = 64 * 1024 * 1024, CGROUP_MAX = 1024 * 1024, STAT_MAX = 4096 };
enum { BOOT_ID_LEN = 36, UID_MAP_MAX = 64 * 1024 };

/* Undoes the octal escapes ("\040") of blanks and backslashes, in place. */
static char *unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		unsigned value = 0;
		int digits = 0;

		while (*from == '\\' && digits < 3 && from[digits + 1] >= '0' &&
		       from[digits + 1] <= '7')
			value = value * 8 + (unsigned)(from[++digits] - '0');
		*to = digits == 3 ? (char)value : *from;
		from += digits == 3 ? 4 : 1;
	}
	*to = '\0';
	return text;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static int to_unsigned(const char *text, unsigned *ret)
{
	uint64_t value;
	int r = text ? str_to_u64(text, UINT32_MAX, &value) : -EINVAL;

	if (r == 0)
		*ret = (unsigned)value;
	return r;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" (proc(5)).
 * The optional fields, as many as there are, end in the lone "-". */
static int parse_mount(char *line, struct proc_mount *m)
{
	const char *id = strsep(&line, " "), *parent = strsep(&line, " ");
	const char *device = strsep(&line, " "), *optional;
	int r;

	m->root = strsep(&line, " ");
	m->target = strsep(&line, " ");
	m->options = strsep(&line, " ");
	do
		optional = strsep(&line, " ");
	while (optional && strcmp(optional, "-") != 0);
	m->type = strsep(&line, " ");
	m->source = strsep(&line, " ");
	m->super_options = line;
	if (!device || !m->super_options)
		return -EINVAL;
	r = to_unsigned(id, &m->id);
	if (r == 0)
		r = to_unsigned(parent, &m->parent);
	unescape(m->root);
	unescape(m->target);
	unescape(m->type);
	unescape(m->source);
	unescape(m->super_options);
	return r;
}

int proc_mountinfo(struct arena *a, int proc, struct proc_mount **ret, size_t *ret_n)
{
	struct proc_mount *mounts;
	char *text, *line;
	size_t lines, n = 0;
	int r;

	r = file_read_at(a, proc, "self/mountinfo", MOUNTINFO_MAX, &text, NULL);
	if (r < 0)
		return r;
	lines = count_lines(text);
	mounts = arena_array(a, lines, sizeof(*mounts));
	while (n < lines) {
		line = strsep(&text, "\n");
		r = parse_mount(line, &mounts[n++]);
		if (r < 0)
			return r;
	}
	*ret = mounts;
	*ret_n = n;
	return 0;
}

int proc_cgroups(struct arena *a, int proc, const char *pid, struct proc_cgroup **ret,
		 size_t *ret_n)
{
	struct proc_cgroup *cgroups;
	char path[64], *text, *line;
	size_t lines, n = 0;
	int r;

	r = snprintf(path, sizeof(path), "%s/cgroup", pid);
	if (r < 0 || (size_t)r >= sizeof(path))
		return -ENAMETOOLONG;
	r = file_read_at(a, proc, path, CGROUP_MAX, &text, NULL);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	lines = count_lines(text);
	cgroups = arena_array(a, lines, sizeof(*cgroups));
	while (n < lines) {
		line = strsep(&text, "\n");
		(void)strsep(&line, ":"); /* the hierarchy's number */
		cgroups[n].controllers = strsep(&line, ":");
		cgroups[n].path = line; /* may hold colons of its own */
		if (!cgroups[n++].path)
			return -EINVAL;
	}
	*ret = cgroups;
	*ret_n = n;
	return 0;
}

/* The name of the program stands in parentheses and may hold any character, so fields are counted
 * from the last ')'. */
static int stat_field(int proc, pid_t pid, int number, uint64_t *ret, char *ret_state)
{
	enum { FIELD_AFTER_NAME = 3 };
	CLEANUP(arena) struct arena *a = arena_new();
	char path[32], *text, *rest;
	const char *field = NULL, *state = NULL;
	int r;

	snprintf(path, sizeof(path), "%d/stat", pid);
	r = file_read_at(a, proc, path, STAT_MAX, &text, NULL);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	rest = strrchr(text, ')');
	if (!rest || rest[1] != ' ')
		return -EINVAL;
	rest += 2;
	for (int i = FIELD_AFTER_NAME; i <= number; i++) {
		field = strsep(&rest, " ");
		if (i == FIELD_AFTER_NAME)
			state = field;
	}
	if (!field)
		return -EINVAL;
	r = str_to_u64(field, UINT64_MAX, ret);
	if (r == 0 && ret_state)
		*ret_state = *state;
	return r;
}

int proc_start_time(int proc, pid_t pid, uint64_t *ret_ticks, char *ret_state)
{
	return stat_field(proc, pid, 22, ret_ticks, ret_state);
}

int proc_has_executed(int proc, pid_t pid)
{
	enum { PF_FORKNOEXEC = 0x40 }; /* linux/sched.h; not of the user's headers */
	uint64_t flags;
	int r = stat_field(proc, pid, 9, &flags, NULL);

	return r < 0 ? r : !(flags & PF_FORKNOEXEC);
}

const char *proc_describe(struct arena *a, pid_t pid)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *name = NULL, state = '?';
	uint64_t ticks;

	(void)!proc_start_time(proc, pid, &ticks, &state);
	if (file_read_at(a, proc, arena_printf(a, "%d/comm", (int)pid), STAT_MAX, &name, NULL) < 0)
		return arena_printf(a, "process %d", (int)pid);
	name[strcspn(name, "\n")] = '\0';
	return arena_printf(a, "process %d (%s, state %c)", (int)pid, name, state);
}

int proc_boot_id(struct arena *a, int proc, char **ret)
{
	char *text;
	int r = file_read_at(a, proc, "sys/kernel/random/boot_id", STAT_MAX, &text, NULL);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (strlen(text) != BOOT_ID_LEN)
		return -EINVAL;
	*ret = text;
	return 0;
}

int proc_in_initial_userns(int proc)
{
	CLEANUP(arena) struct arena *a = arena_new();
	uint64_t inside, outside, size;
	char *text;
	int r = file_read_at(a, proc, "self/uid_map", UID_MAP_MAX, &text, NULL);

	if (r < 0)
		return r;
	return sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &inside, &outside, &size) == 3 &&
	       inside == 0 && outside == 0 && size == UINT32_MAX;
}
