/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/mount_options.c - the words of mounts[].options, by one table
 *
 * Attributes of a mount (MOUNT_ATTR_*) are a pair of masks, set and clear, as mount_setattr(2) takes
 * them; a later word moves its bit from one to the other. Access times are not a bit but a field of
 * three values, so every word of that family clears the whole field first. "silent", "loud",
 * "iversion" and "noiversion" are accepted and change nothing: the mount API has no such flag (the
 * filesystems decide about i_version themselves), and messages to the kernel log are its own. */
#include "runtime/mount_options.h"

#include "base/str.h"
#include "base/sys.h"

#include <string.h>

enum effect {
	EFFECT_NONE,
	EFFECT_SET, /* attribute */
	EFFECT_CLEAR,
	EFFECT_ATIME,      /* value of the access time field */
	EFFECT_NO_ATIME,   /* back to the kernel's choice, when the field has this value or none */
	EFFECT_SUPERBLOCK, /* fsconfig flag of the same name; opposite takes it back */
	EFFECT_PROPAGATION,
	EFFECT_BIND,
	EFFECT_REMOUNT,
	EFFECT_IDMAP,
	EFFECT_FLAG, /* a bool of mount_step at offset value */
};

struct option {
	const char *name;
	enum effect effect;
	uint64_t value;
	bool recursive;       /* the whole tree of mounts */
	const char *opposite; /* SUPERBLOCK */
};

#define FLAG(field) EFFECT_FLAG, offsetof(struct mount_step, field), false, NULL

/* Sorted by name. */
static const struct option options_table[] = {
	{ "async", EFFECT_SUPERBLOCK, 0, false, "sync" },
	{ "atime", EFFECT_NO_ATIME, MOUNT_ATTR_NOATIME, false, NULL },
	{ "bind", EFFECT_BIND, 0, false, NULL },
	{ "copy-symlink", FLAG(copy_symlink) },
	{ "defaults", EFFECT_NONE, 0, false, NULL },
	{ "dest-nofollow", FLAG(dest_nofollow) },
	{ "dev", EFFECT_CLEAR, MOUNT_ATTR_NODEV, false, NULL },
	{ "diratime", EFFECT_CLEAR, MOUNT_ATTR_NODIRATIME, false, NULL },
	{ "dirsync", EFFECT_SUPERBLOCK, 0, false, NULL },
	{ "exec", EFFECT_CLEAR, MOUNT_ATTR_NOEXEC, false, NULL },
	{ "idmap", EFFECT_IDMAP, 0, false, NULL },
	{ "iversion", EFFECT_NONE, 0, false, NULL },
	{ "lazytime", EFFECT_SUPERBLOCK, 0, false, "nolazytime" },
	{ "loud", EFFECT_NONE, 0, false, NULL },
	{ "mand", EFFECT_SUPERBLOCK, 0, false, "nomand" },
	{ "noatime", EFFECT_ATIME, MOUNT_ATTR_NOATIME, false, NULL },
	{ "nodev", EFFECT_SET, MOUNT_ATTR_NODEV, false, NULL },
	{ "nodiratime", EFFECT_SET, MOUNT_ATTR_NODIRATIME, false, NULL },
	{ "noexec", EFFECT_SET, MOUNT_ATTR_NOEXEC, false, NULL },
	{ "noiversion", EFFECT_NONE, 0, false, NULL },
	{ "nolazytime", EFFECT_SUPERBLOCK, 0, false, "lazytime" },
	{ "nomand", EFFECT_SUPERBLOCK, 0, false, "mand" },
	{ "norelatime", EFFECT_NO_ATIME, MOUNT_ATTR_RELATIME, false, NULL },
	{ "nostrictatime", EFFECT_NO_ATIME, MOUNT_ATTR_STRICTATIME, false, NULL },
	{ "nosuid", EFFECT_SET, MOUNT_ATTR_NOSUID, false, NULL },
	{ "nosymfollow", EFFECT_SET, MOUNT_ATTR_NOSYMFOLLOW, false, NULL },
	{ "private", EFFECT_PROPAGATION, MS_PRIVATE, false, NULL },
	{ "ratime", EFFECT_NO_ATIME, MOUNT_ATTR_NOATIME, true, NULL },
	{ "rbind", EFFECT_BIND, 0, true, NULL },
	{ "rdev", EFFECT_CLEAR, MOUNT_ATTR_NODEV, true, NULL },
	{ "rdiratime", EFFECT_CLEAR, MOUNT_ATTR_NODIRATIME, true, NULL },
	{ "relatime", EFFECT_ATIME, MOUNT_ATTR_RELATIME, false, NULL },
	{ "remount", EFFECT_REMOUNT, 0, false, NULL },
	{ "rexec", EFFECT_CLEAR, MOUNT_ATTR_NOEXEC, true, NULL },
	{ "ridmap", EFFECT_IDMAP, 0, true, NULL },
	{ "rnoatime", EFFECT_ATIME, MOUNT_ATTR_NOATIME, true, NULL },
	{ "rnodev", EFFECT_SET, MOUNT_ATTR_NODEV, true, NULL },
	{ "rnodiratime", EFFECT_SET, MOUNT_ATTR_NODIRATIME, true, NULL },
	{ "rnoexec", EFFECT_SET, MOUNT_ATTR_NOEXEC, true, NULL },
	{ "rnorelatime", EFFECT_NO_ATIME, MOUNT_ATTR_RELATIME, true, NULL },
	{ "rnostrictatime", EFFECT_NO_ATIME, MOUNT_ATTR_STRICTATIME, true, NULL },
	{ "rnosuid", EFFECT_SET, MOUNT_ATTR_NOSUID, true, NULL },
	{ "rnosymfollow", EFFECT_SET, MOUNT_ATTR_NOSYMFOLLOW, true, NULL },
	{ "ro", EFFECT_SET, MOUNT_ATTR_RDONLY, false, NULL },
	{ "rprivate", EFFECT_PROPAGATION, MS_PRIVATE | MS_REC, false, NULL },
	{ "rrelatime", EFFECT_ATIME, MOUNT_ATTR_RELATIME, true, NULL },
	{ "rro", EFFECT_SET, MOUNT_ATTR_RDONLY, true, NULL },
	{ "rrw", EFFECT_CLEAR, MOUNT_ATTR_RDONLY, true, NULL },
	{ "rshared", EFFECT_PROPAGATION, MS_SHARED | MS_REC, false, NULL },
	{ "rslave", EFFECT_PROPAGATION, MS_SLAVE | MS_REC, false, NULL },
	{ "rstrictatime", EFFECT_ATIME, MOUNT_ATTR_STRICTATIME, true, NULL },
	{ "rsuid", EFFECT_CLEAR, MOUNT_ATTR_NOSUID, true, NULL },
	{ "rsymfollow", EFFECT_CLEAR, MOUNT_ATTR_NOSYMFOLLOW, true, NULL },
	{ "runbindable", EFFECT_PROPAGATION, MS_UNBINDABLE | MS_REC, false, NULL },
	{ "rw", EFFECT_CLEAR, MOUNT_ATTR_RDONLY, false, NULL },
	{ "shared", EFFECT_PROPAGATION, MS_SHARED, false, NULL },
	{ "silent", EFFECT_NONE, 0, false, NULL },
	{ "slave", EFFECT_PROPAGATION, MS_SLAVE, false, NULL },
	{ "src-nofollow", FLAG(source_nofollow) },
	{ "strictatime", EFFECT_ATIME, MOUNT_ATTR_STRICTATIME, false, NULL },
	{ "suid", EFFECT_CLEAR, MOUNT_ATTR_NOSUID, false, NULL },
	{ "symfollow", EFFECT_CLEAR, MOUNT_ATTR_NOSYMFOLLOW, false, NULL },
	{ "sync", EFFECT_SUPERBLOCK, 0, false, "async" },
	{ "tmpcopyup", FLAG(copy_up) },
	{ "unbindable", EFFECT_PROPAGATION, MS_UNBINDABLE, false, NULL },
};

static int compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct option *)row)->name);
}

static const struct option *find(const char *name)
{
	return bsearch(name, options_table, ARRAY_SIZE(options_table), sizeof(*options_table),
		       compare);
}

static void change_atime(const struct option *o, uint64_t *set, uint64_t *clear)
{
	bool chosen = *clear & MOUNT_ATTR__ATIME;

	if (o->effect == EFFECT_NO_ATIME && chosen && (*set & MOUNT_ATTR__ATIME) != o->value)
		return;
	*clear |= MOUNT_ATTR__ATIME;
	*set &= ~(uint64_t)MOUNT_ATTR__ATIME;
	if (o->effect == EFFECT_ATIME)
		*set |= o->value;
}

static void change_attribute(const struct option *o, struct mount_step *m)
{
	uint64_t *set = o->recursive ? &m->rattr_set : &m->attr_set;
	uint64_t *clear = o->recursive ? &m->rattr_clear : &m->attr_clear;

	if (o->effect == EFFECT_ATIME || o->effect == EFFECT_NO_ATIME) {
		change_atime(o, set, clear);
		return;
	}
	if (o->effect == EFFECT_CLEAR) {
		uint64_t *other = set;

		set = clear;
		clear = other;
	}
	*set |= o->value;
	*clear &= ~o->value;
}

/* Appends the flag; an earlier one that it repeats or contradicts goes. */
static void change_superblock(struct arena *a, const struct option *o, struct mount_step *m)
{
	char **old = m->sb_flags, **kept = NULL;

	for (; old && *old; old++)
		if (!str_eq(*old, o->name) && !(o->opposite && str_eq(*old, o->opposite)))
			kept = strv_append(a, kept, *old);
	m->sb_flags = strv_append(a, kept, o->name);
}

static void add_propagation(struct arena *a, uint64_t flags, struct mount_step *m)
{
	size_t n = 0;
	uint64_t *list;

	while (m->propagation && m->propagation[n])
		n++;
	list = arena_array(a, n + 2, sizeof(*list));
	if (n)
		memcpy(list, m->propagation, n * sizeof(*list));
	list[n] = flags;
	m->propagation = list;
}

/* One element of the array may hold several words; commas inside quotes belong to the value. */
static void add_data(struct arena *a, const char *text, struct mount_step *m)
{
	char *word = arena_alloc(a, strlen(text) + 1);
	size_t n = 0;
	bool quoted = false;

	for (const char *p = text;; p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (*p && (*p != ',' || quoted)) {
			word[n++] = *p;
			continue;
		}
		word[n] = '\0';
		if (n)
			m->data = strv_append(a, m->data, arena_strdup(a, word));
		n = 0;
		if (!*p)
			return;
	}
}

static void apply(struct arena *a, const struct option *o, struct mount_step *m)
{
	switch (o->effect) {
	case EFFECT_NONE:
		break;
	case EFFECT_SET:
	case EFFECT_CLEAR:
	case EFFECT_ATIME:
	case EFFECT_NO_ATIME:
		change_attribute(o, m);
		break;
	case EFFECT_SUPERBLOCK:
		change_superblock(a, o, m);
		break;
	case EFFECT_PROPAGATION:
		add_propagation(a, o->value, m);
		break;
	case EFFECT_BIND:
		if (m->kind == MOUNT_FS)
			m->kind = MOUNT_BIND;
		m->recursive = o->recursive;
		break;
	case EFFECT_REMOUNT:
		m->kind = MOUNT_REMOUNT;
		break;
	case EFFECT_IDMAP:
		m->idmap = MOUNT_IDMAP_CONTAINER;
		m->idmap_recursive = o->recursive;
		break;
	case EFFECT_FLAG:
		*(bool *)((char *)m + o->value) = true;
		break;
	}
}

void mount_options_parse(struct arena *a, char *const *options, struct mount_step *m)
{
	for (; options && *options; options++) {
		const struct option *o = find(*options);

		if (o)
			apply(a, o, m);
		else
			add_data(a, *options, m);
	}
}

char **mount_options_names(struct arena *a)
{
	char **names = arena_array(a, ARRAY_SIZE(options_table) + 1, sizeof(*names));

	for (size_t i = 0; i < ARRAY_SIZE(options_table); i++)
		names[i] = arena_strdup(a, options_table[i].name);
	return names;
}
