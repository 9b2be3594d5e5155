/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_layer.c - what names, whiteouts, xattrs, owners and times of a layer mean */
#include "image/layer_names.h"
#include "image/layer_path.h"
#include "tests/unit/unit.h"

#include <errno.h>

static void cleans_names(void)
{
	static const struct {
		const char *name, *path; /* NULL: refused */
	} rows[] = {
		{ "a", "a" },
		{ "a/b", "a/b" },
		{ "/a", "a" },
		{ "//a//b//", "a/b" },
		{ "./a/./b/.", "a/b" },
		{ "", "" },
		{ ".", "" },
		{ "/", "" },
		{ "./.", "" },
		{ "...", "..." },
		{ "a/..b", "a/..b" },
		{ "a../b", "a../b" },
		{ "..", NULL },
		{ "a/..", NULL },
		{ "../a", NULL },
		{ "a/../b", NULL },
		{ "/..", NULL },
		{ "a/.././b", NULL },
		{ "a/../", NULL },
	};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r = layer_path_clean(rows[i].name, path);

		check_int(r, rows[i].path ? 0 : -EINVAL);
		if (rows[i].path)
			check_str(path, rows[i].path);
	}
}

static void bounds_names(void)
{
	static char name[3 * PATH_MAX];
	char path[PATH_MAX];

	memset(name, 'a', 255);
	check_int(layer_path_clean(name, path), 0);
	name[255] = 'a';
	check_int(layer_path_clean(name, path), -ENAMETOOLONG);
	memset(name, 0, sizeof(name));
	for (size_t i = 0; i < 4094; i++)
		name[i] = i % 2 ? '/' : 'a';
	name[4094] = 'a';
	check_int(layer_path_clean(name, path), 0); /* 4095 bytes */
	check_int((long long)strlen(path), 4095);
	name[4095] = '/';
	name[4096] = 'a';
	check_int(layer_path_clean(name, path), -ENAMETOOLONG);
	memset(name, '/', sizeof(name) - 2);
	name[sizeof(name) - 2] = 'a';
	check_int(layer_path_clean(name, path), 0); /* slashes do not count */
	check_str(path, "a");
}

static void splits_paths(void)
{
	char parent[PATH_MAX];

	check_str(layer_path_split("a", parent), "a");
	check_str(parent, "");
	check_str(layer_path_split("a/b/c", parent), "c");
	check_str(parent, "a/b");
}

static void knows_whiteouts(void)
{
	static const struct {
		const char *path;
		int mark;
		const char *hidden;
	} rows[] = {
		{ "a", LAYER_PLAIN, NULL },
		{ "wh.a", LAYER_PLAIN, NULL },
		{ "a/.whx", LAYER_PLAIN, NULL },
		{ ".wh.a", LAYER_WHITEOUT, "a" },
		{ "d/.wh.a", LAYER_WHITEOUT, "a" },
		{ ".wh..a", LAYER_WHITEOUT, ".a" },
		{ ".wh....", LAYER_WHITEOUT, "..." },
		{ ".wh..wh", LAYER_WHITEOUT, ".wh" },
		{ ".wh.", -EINVAL, NULL },
		{ ".wh..", -EINVAL, NULL },
		{ ".wh...", -EINVAL, NULL },
		{ "d/.wh...", -EINVAL, NULL },
		{ ".wh.d/a", -EINVAL, NULL },
		{ "b/.wh.d/.wh.a", -EINVAL, NULL },
		{ ".wh..wh..opq", LAYER_OPAQUE, NULL },
		{ "d/.wh..wh..opq", LAYER_OPAQUE, NULL },
		{ ".wh..wh..opqx", LAYER_IGNORED, NULL },
		{ ".wh..wh.aufs", LAYER_IGNORED, NULL },
		{ ".wh..wh.plnk/1.2", LAYER_IGNORED, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *hidden = NULL;

		check_int(layer_path_mark(rows[i].path, &hidden), rows[i].mark);
		check_str(hidden, rows[i].hidden);
	}
}

static void filters_xattrs(void)
{
	static const struct {
		const char *name;
		enum layer_xattr verdict;
	} rows[] = {
		{ "user.a", LAYER_XATTR_KEEP },
		{ "user.overlay", LAYER_XATTR_KEEP },
		{ "user.overlay.opaque", LAYER_XATTR_WARN },
		{ "user.overlay.redirect", LAYER_XATTR_WARN },
		{ "trusted.overlay.metacopy", LAYER_XATTR_WARN },
		{ "trusted.a", LAYER_XATTR_WARN },
		{ "security.capability", LAYER_XATTR_KEEP },
		{ "security.selinux", LAYER_XATTR_DROP },
		{ "security.ima", LAYER_XATTR_DROP },
		{ "security.evm", LAYER_XATTR_DROP },
		{ "system.posix_acl_access", LAYER_XATTR_KEEP },
		{ "system.posix_acl_default", LAYER_XATTR_KEEP },
		{ "system.nfs4_acl", LAYER_XATTR_DROP },
		{ "system.other", LAYER_XATTR_WARN },
		{ "", LAYER_XATTR_WARN },
		{ "btrfs.compression", LAYER_XATTR_WARN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_int(layer_path_xattr(rows[i].name), rows[i].verdict);
}

static void bounds_times_and_ids(void)
{
	check_int(layer_path_time(5, 7).tv_sec, 5);
	check_int(layer_path_time(5, 7).tv_nsec, 7);
	check_int(layer_path_time(-1, 0).tv_sec, 0);
	check_int(layer_path_time(5, -1).tv_sec, 0);
	check_int(layer_path_time(5, 1000000000).tv_sec, 0);
	check_int(layer_path_time(INT64_MAX, 0).tv_sec, 0);
	check_int(layer_path_time(INT64_MAX / 1000000000, 0).tv_sec, 0);
	check_int(layer_path_time(INT64_MAX / 1000000000 - 1, 0).tv_sec,
		  INT64_MAX / 1000000000 - 1);
	check(layer_path_id(0) && layer_path_id(4294967294));
	check(!layer_path_id(-1) && !layer_path_id(4294967295) && !layer_path_id(4294967296));
}

static void prints_names(void)
{
	char text[16];

	layer_path_printable("a\nb\xff", text, sizeof(text));
	check_str(text, "a\\x0ab\\xff");
	layer_path_printable("\x01\x02\x03\x04\x05\x06", text, sizeof(text));
	check_int((long long)strlen(text), 12);
	layer_path_printable("0123456789abcdefgh", text, sizeof(text));
	check_str(text, "0123456789ab");
}

static void remembers_names(void)
{
	struct layer_names names = { 0 };
	char name[16];

	check(!layer_names_has(&names, 1, "a"));
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		layer_names_add(&names, (ino_t)(i % 7), name);
	}
	layer_names_add(&names, 0, "n0");
	check_int((long long)names.len, 5000);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		check(layer_names_has(&names, (ino_t)(i % 7), name));
		check(!layer_names_has(&names, (ino_t)(i % 7 + 1), name));
	}
	layer_names_free(&names);
}

static const struct unit_case cases[] = {
	{ "cleans names", cleans_names },
	{ "bounds names", bounds_names },
	{ "splits paths", splits_paths },
	{ "knows whiteouts", knows_whiteouts },
	{ "filters extended attributes", filters_xattrs },
	{ "bounds times and ids", bounds_times_and_ids },
	{ "prints names", prints_names },
	{ "remembers names", remembers_names },
};
UNIT_MAIN(cases)
