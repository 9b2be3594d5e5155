/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/user.c - users and groups of a container, from its own /etc/passwd and /etc/group */
#include "runtime/user.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 1 << 20, LINE_MAX_BYTES = 16384, FIELDS_MAX = 8 };

/* ID_MAX is (uid_t)-1 less one: -1 means "leave it" to the kernel. */
static const uint64_t id_max = UINT32_MAX - 1;

/* ---- lines of a database ---- */

struct database {
	int fd;
	size_t total, start, end; /* read so far; the unread part of buf */
	char buf[LINE_MAX_BYTES];
};

/* A missing or strange file is an empty database. */
static void database_open(struct database *d, int root, const char *path)
{
	struct stat st;

	d->total = d->start = d->end = 0;
	d->fd = dir_open_in(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (d->fd >= 0 && (fstat(d->fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		(void)close(d->fd);
		d->fd = -EBADF;
	}
}

/* Return: true when there is more in the buffer now. */
static bool database_fill(struct database *d)
{
	ssize_t n;

	if (d->fd < 0 || d->total >= FILE_MAX)
		return false;
	memmove(d->buf, d->buf + d->start, d->end - d->start);
	d->end -= d->start;
	d->start = 0;
	if (d->end == sizeof(d->buf))
		d->end = 0; /* a line longer than the buffer: its head is dropped, its tail is no entry */
	n = read(d->fd, d->buf + d->end, sizeof(d->buf) - d->end);
	if (n <= 0)
		return false;
	d->total += (size_t)n;
	d->end += (size_t)n;
	return true;
}

/* The next line cut at its colons; NULL at the end. */
static char *database_line(struct database *d, char **fields)
{
	char *line, *newline;
	size_t n = 0;

	while (!(newline = memchr(d->buf + d->start, '\n', d->end - d->start)))
		if (!database_fill(d)) {
			if (d->start == d->end || d->end == sizeof(d->buf))
				return NULL;
			newline = d->buf + d->end; /* the last line has no newline */
			break;
		}
	line = d->buf + d->start;
	d->start = (size_t)(newline - d->buf) + (newline < d->buf + d->end);
	*newline = '\0';
	for (size_t i = 0; i < FIELDS_MAX; i++)
		fields[i] = "";
	for (char *field = line; field && n < FIELDS_MAX; n++) {
		char *colon = strchr(field, ':');

		fields[n] = field;
		if (colon)
			*colon = '\0';
		field = colon ? colon + 1 : NULL;
	}
	return line;
}

static void database_close(const struct database *d)
{
	if (d->fd >= 0)
		(void)close(d->fd);
}

/* ---- passwd ---- */

enum { NAME = 0, ID = 2, PASSWD_GID = 3, GROUP_MEMBERS = 3, PASSWD_HOME = 5 };

struct passwd_entry {
	char name[256], home[PATH_MAX];
	uint32_t uid, gid;
};

static bool parse_id(const char *text, uint32_t *ret)
{
	uint64_t value;

	if (str_to_u64(text, id_max, &value) < 0)
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* By name, or by number when name is NULL. */
static bool find_user(int root, const char *name, uint32_t uid, struct passwd_entry *ret)
{
	static struct database d;
	char *f[FIELDS_MAX];
	bool found = false;

	database_open(&d, root, "etc/passwd");
	while (!found && database_line(&d, f)) {
		uint32_t id, gid;

		if (!parse_id(f[ID], &id) || !parse_id(f[PASSWD_GID], &gid) || !*f[NAME])
			continue;
		found = name ? strcmp(f[NAME], name) == 0 : id == uid;
		if (!found || strlen(f[NAME]) >= sizeof(ret->name) ||
		    strlen(f[PASSWD_HOME]) >= sizeof(ret->home))
			continue;
		strcpy(ret->name, f[NAME]);
		strcpy(ret->home, f[PASSWD_HOME]);
		ret->uid = id;
		ret->gid = gid;
	}
	database_close(&d);
	return found;
}

/* ---- group ---- */

static bool find_group(int root, const char *name, uint32_t *ret)
{
	static struct database d;
	char *f[FIELDS_MAX];
	bool found = false;

	database_open(&d, root, "etc/group");
	while (!found && database_line(&d, f))
		found = strcmp(f[NAME], name) == 0 && parse_id(f[ID], ret);
	database_close(&d);
	return found;
}

static bool lists_member(const char *members, const char *name)
{
	size_t len = strlen(name);

	while (*members) {
		size_t n = strcspn(members, ",");

		if (n == len && strncmp(members, name, n) == 0)
			return true;
		members += n;
		members += *members == ',';
	}
	return false;
}

/* Behind the groups that were asked for by number. */
static void find_memberships(int root, const char *name, struct plan_user *ret)
{
	static struct database d;
	static uint32_t groups[USER_GROUPS_MAX];
	char *f[FIELDS_MAX];
	size_t n = ret->n_additional_gids;

	if (n >= USER_GROUPS_MAX)
		return;
	if (n > 0)
		memmove(groups, ret->additional_gids, n * sizeof(*groups));
	database_open(&d, root, "etc/group");
	while (n < USER_GROUPS_MAX && database_line(&d, f))
		if (lists_member(f[GROUP_MEMBERS], name) && parse_id(f[ID], &groups[n]))
			n++;
	database_close(&d);
	ret->additional_gids = groups;
	ret->n_additional_gids = n;
}

/* ---- what was asked for ---- */

static bool is_number(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

static int lookup_user(int root, const char *name, struct passwd_entry *ret, bool *ret_known)
{
	if (!is_number(name)) {
		*ret_known = find_user(root, name, 0, ret);
		return *ret_known ?
			       0 :
			       refuse(-ENOENT,
				      "unable to find user %s: no matching entries in passwd file",
				      name);
	}
	if (!parse_id(name, &ret->uid))
		return refuse(-ERANGE, "user %s: a number above %llu", name,
			      (unsigned long long)id_max);
	*ret_known = find_user(root, NULL, ret->uid, ret);
	return 0;
}

static int lookup_group(int root, const char *name, uint32_t *ret)
{
	if (is_number(name))
		return parse_id(name, ret) ? 0 :
					     refuse(-ERANGE, "group %s: a number above %llu", name,
						    (unsigned long long)id_max);
	return find_group(root, name, ret) ?
		       0 :
		       refuse(-ENOENT, "unable to find group %s: no matching entries in group file",
			      name);
}

int user_lookup(int root, const char *name, struct plan_user *ret)
{
	static struct passwd_entry entry;
	const char *colon = strchr(name, ':');
	char user[256];
	bool known = false;
	int r;

	if ((colon ? (size_t)(colon - name) : strlen(name)) >= sizeof(user))
		return refuse(-EINVAL, "user '%.64s...': too long", name);
	(void)snprintf(user, sizeof(user), "%.*s", colon ? (int)(colon - name) : (int)strlen(name),
		       name);
	if (!*user || (colon && !colon[1]))
		return refuse(-EINVAL, "user '%s': expected USER, USER:GROUP or numbers", name);
	memset(&entry, 0, sizeof(entry));
	r = lookup_user(root, user, &entry, &known);
	if (r >= 0 && colon)
		r = lookup_group(root, colon + 1, &entry.gid);
	if (r < 0)
		return error_is(r, ERROR_USER);
	ret->uid = entry.uid;
	ret->gid = entry.gid;
	if (known && !colon && ret->set_groups)
		find_memberships(root, entry.name, ret);
	return 0;
}

void user_home(int root, uint32_t uid, char *ret_home, size_t size)
{
	static struct passwd_entry entry;
	bool known = find_user(root, NULL, uid, &entry);

	(void)snprintf(ret_home, size, "%s", known && entry.home[0] == '/' ? entry.home : "/");
}
