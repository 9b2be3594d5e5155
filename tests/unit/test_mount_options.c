/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_mount_options.c - every word of mounts[].options, and that the last one wins */
#include "base/str.h"
#include "base/sys.h"
#include "runtime/mount_options.h"

#include "tests/unit/unit.h"

#define RO MOUNT_ATTR_RDONLY
#define ATIME MOUNT_ATTR__ATIME
#define NOATIME MOUNT_ATTR_NOATIME
#define STRICT MOUNT_ATTR_STRICTATIME
#define NODIR MOUNT_ATTR_NODIRATIME
#define NOSYM MOUNT_ATTR_NOSYMFOLLOW

/* Options, joined by ' ', and what they come to. Lists are joined by ','. */
struct expectation {
	const char *options;
	uint64_t set, clear, rset, rclear;
	const char *superblock, *data;
	uint64_t propagation; /* the only one, or 0 */
	enum mount_kind kind;
};

static const struct expectation words[] = {
	{ "async", .superblock = "async" },
	{ "atime", .clear = ATIME },
	{ "bind", .kind = MOUNT_BIND },
	{ "copy-symlink" },
	{ "defaults" },
	{ "dest-nofollow" },
	{ "dev", .clear = MOUNT_ATTR_NODEV },
	{ "diratime", .clear = NODIR },
	{ "dirsync", .superblock = "dirsync" },
	{ "exec", .clear = MOUNT_ATTR_NOEXEC },
	{ "idmap" },
	{ "iversion" },
	{ "lazytime", .superblock = "lazytime" },
	{ "loud" },
	{ "mand", .superblock = "mand" },
	{ "noatime", .set = NOATIME, .clear = ATIME },
	{ "nodev", .set = MOUNT_ATTR_NODEV },
	{ "nodiratime", .set = NODIR },
	{ "noexec", .set = MOUNT_ATTR_NOEXEC },
	{ "noiversion" },
	{ "nolazytime", .superblock = "nolazytime" },
	{ "nomand", .superblock = "nomand" },
	{ "norelatime", .clear = ATIME },
	{ "nostrictatime", .clear = ATIME },
	{ "nosuid", .set = MOUNT_ATTR_NOSUID },
	{ "nosymfollow", .set = NOSYM },
	{ "private", .propagation = MS_PRIVATE },
	{ "ratime", .rclear = ATIME },
	{ "rbind", .kind = MOUNT_BIND },
	{ "rdev", .rclear = MOUNT_ATTR_NODEV },
	{ "rdiratime", .rclear = NODIR },
	{ "relatime", .clear = ATIME },
	{ "remount", .kind = MOUNT_REMOUNT },
	{ "rexec", .rclear = MOUNT_ATTR_NOEXEC },
	{ "ridmap" },
	{ "rnoatime", .rset = NOATIME, .rclear = ATIME },
	{ "rnodev", .rset = MOUNT_ATTR_NODEV },
	{ "rnodiratime", .rset = NODIR },
	{ "rnoexec", .rset = MOUNT_ATTR_NOEXEC },
	{ "rnorelatime", .rclear = ATIME },
	{ "rnostrictatime", .rclear = ATIME },
	{ "rnosuid", .rset = MOUNT_ATTR_NOSUID },
	{ "rnosymfollow", .rset = NOSYM },
	{ "ro", .set = RO },
	{ "rprivate", .propagation = MS_PRIVATE | MS_REC },
	{ "rrelatime", .rclear = ATIME },
	{ "rro", .rset = RO },
	{ "rrw", .rclear = RO },
	{ "rshared", .propagation = MS_SHARED | MS_REC },
	{ "rslave", .propagation = MS_SLAVE | MS_REC },
	{ "rstrictatime", .rset = STRICT, .rclear = ATIME },
	{ "rsuid", .rclear = MOUNT_ATTR_NOSUID },
	{ "rsymfollow", .rclear = NOSYM },
	{ "runbindable", .propagation = MS_UNBINDABLE | MS_REC },
	{ "rw", .clear = RO },
	{ "shared", .propagation = MS_SHARED },
	{ "silent" },
	{ "slave", .propagation = MS_SLAVE },
	{ "src-nofollow" },
	{ "strictatime", .set = STRICT, .clear = ATIME },
	{ "suid", .clear = MOUNT_ATTR_NOSUID },
	{ "symfollow", .clear = NOSYM },
	{ "sync", .superblock = "sync" },
	{ "tmpcopyup" },
	{ "unbindable", .propagation = MS_UNBINDABLE },
};

static const struct expectation orders[] = {
	{ "ro rw", .clear = RO },
	{ "rw ro", .set = RO },
	{ "nosuid suid nosuid", .set = MOUNT_ATTR_NOSUID },
	{ "rro ro rw", .clear = RO, .rset = RO },
	{ "noatime relatime", .clear = ATIME },
	{ "relatime noatime", .set = NOATIME, .clear = ATIME },
	{ "noatime strictatime", .set = STRICT, .clear = ATIME },
	{ "noatime atime", .clear = ATIME },
	{ "strictatime atime", .set = STRICT, .clear = ATIME },
	{ "noatime norelatime", .set = NOATIME, .clear = ATIME },
	{ "noatime nostrictatime", .set = NOATIME, .clear = ATIME },
	{ "strictatime nostrictatime", .clear = ATIME },
	{ "noatime nodiratime", .set = NOATIME | NODIR, .clear = ATIME },
	{ "sync async", .superblock = "async" },
	{ "sync dirsync sync", .superblock = "dirsync,sync" },
	{ "lazytime nolazytime", .superblock = "nolazytime" },
	{ "mode=755 size=1k", .data = "mode=755,size=1k" },
	{ "mode=755,size=1k,ro", .data = "mode=755,size=1k,ro" },
	{ "context=\"u:r:t:s0:c1,c2\"", .data = "context=u:r:t:s0:c1,c2" },
	{ ",,", .data = NULL },
	{ "Ro RO", .data = "Ro,RO" },
	{ "bind remount ro", .set = RO, .kind = MOUNT_REMOUNT },
	{ "remount rbind", .kind = MOUNT_REMOUNT },
};

static void expect(struct arena *a, const struct expectation *e)
{
	struct mount_step m = { 0 };

	printf("# %s\n", e->options);
	mount_options_parse(a, str_split(a, e->options, ' '), &m);
	check_int(m.kind, e->kind);
	check_int((long long)m.attr_set, (long long)e->set);
	check_int((long long)m.attr_clear, (long long)e->clear);
	check_int((long long)m.rattr_set, (long long)e->rset);
	check_int((long long)m.rattr_clear, (long long)e->rclear);
	check_str(m.sb_flags ? str_join(a, m.sb_flags, ",") : NULL, e->superblock);
	check_str(m.data ? str_join(a, m.data, ",") : NULL, e->data);
	check_int((long long)(m.propagation ? m.propagation[0] : 0), (long long)e->propagation);
}

static void each_word(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		expect(a, &words[i]);
}

static void each_word_has_a_case(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **names = mount_options_names(a);

	check_int((long long)strv_len(names), ARRAY_SIZE(words));
	for (size_t i = 0; i < ARRAY_SIZE(words) && names[i]; i++)
		check_str(names[i], words[i].options);
}

static void table_is_sorted(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **names = mount_options_names(a);

	for (size_t i = 1; names[i]; i++)
		check(strcmp(names[i - 1], names[i]) < 0);
}

static void last_wins(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		expect(a, &orders[i]);
}

static void flags(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct mount_step m = { 0 };

	mount_options_parse(
		a,
		str_split(a, "tmpcopyup copy-symlink src-nofollow dest-nofollow rbind ridmap", ' '),
		&m);
	check(m.copy_up && m.copy_symlink && m.source_nofollow && m.dest_nofollow);
	check(m.recursive && m.idmap == MOUNT_IDMAP_CONTAINER && m.idmap_recursive);
	m = (struct mount_step){ 0 };
	mount_options_parse(a, NULL, &m);
	check(!m.copy_up && !m.copy_symlink && !m.source_nofollow && !m.dest_nofollow &&
	      !m.recursive);
}

static void propagation_keeps_its_order(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct mount_step m = { 0 };

	mount_options_parse(a, str_split(a, "rslave shared", ' '), &m);
	require(m.propagation);
	check_int((long long)m.propagation[0], MS_SLAVE | MS_REC);
	check_int((long long)m.propagation[1], MS_SHARED);
	check_int((long long)m.propagation[2], 0);
}

static const struct unit_case cases[] = {
	{ "each word alone", each_word },
	{ "each word of the table has a case here", each_word_has_a_case },
	{ "the table is sorted", table_is_sorted },
	{ "the last option wins", last_wins },
	{ "flags", flags },
	{ "propagation is a list", propagation_keeps_its_order },
};
UNIT_MAIN(cases)
