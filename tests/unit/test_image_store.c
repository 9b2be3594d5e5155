/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_image_store.c - the store between two processes' descriptors: staging, sweep, commit, id map */
#include "base/error.h"
#include "base/fd.h"
#include "image/store_read.h"
#include "image/store_write.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX

static struct arena *arena;
static const char *folder;

static void write_file(int dir, const char *name, const char *text)
{
	CLEANUP_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0)
		perror(name);
}

static bool there(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void fresh(void)
{
	folder = arena_strdup(arena, unit_folder());
	error_clear();
}

/* What unpack_image leaves for an image of one layer. */
static struct unpacked stage(const struct store *s)
{
	struct unpacked u = { .manifest = arena_strdup(arena, DIGEST),
			      .config = arena_strdup(arena, DIGEST),
			      .ref = arena_strdup(arena, "a-reference"),
			      .n_layers = 1 };

	u.layers = arena_new_of(arena, struct unpack_layer);
	u.layers[0] = (struct unpack_layer){ arena_strdup(arena, HEX),
					     arena_strdup(arena, "layer-0") };
	check_int(mkdirat(s->staging, "image", 0755), 0);
	check_int(mkdirat(s->staging, "layer-0", 0755), 0);
	check_int(mkdirat(s->staging, "layer-0/fs", 0755), 0);
	write_file(s->staging, "layer-0/fs/file", "text");
	write_file(s->staging, "image/manifest.json", "{}");
	write_file(
		s->staging, "image/config.json",
		"{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}");
	write_file(s->staging, "image/layers.json",
		   "{\"config\":\"" DIGEST "\",\"layers\":[\"" HEX "\"]}");
	return u;
}

static void commits(void)
{
	struct store s = STORE_NONE;
	struct stored_image *image = NULL;
	struct unpacked u;

	fresh();
	require(store_open(arena, folder, &s) == 0);
	check_int(store_find_manifest(arena, s.dir, DIGEST, &image), -ENOENT);
	u = stage(&s);
	check_int(store_commit(arena, &s, &u), 0);
	check(there(s.layers, HEX "/complete"));
	check(there(s.layers, HEX "/fs/file"));
	check(there(s.refs, "a-reference"));
	check_int(store_find_manifest(arena, s.dir, DIGEST, &image), 0);
	check_str(image ? image->id : NULL, DIGEST);
	check_str(image ? image->layers[0] : NULL, HEX);
	store_close(&s);

	/* the same once more, as from a process that came too late */
	require(store_open(arena, folder, &s) == 0);
	u = stage(&s);
	write_file(s.staging, "layer-0/fs/late", "text");
	check_int(store_commit(arena, &s, &u), 0);
	check(!there(s.layers, HEX "/fs/late"));
	/* a layer without its marker is replaced */
	check_int(unlinkat(s.layers, HEX "/complete", 0), 0);
	check_int(store_find_manifest(arena, s.dir, DIGEST, &image), -ENOENT);
	check_int(store_commit(arena, &s, &u), 0);
	check(there(s.layers, HEX "/fs/late"));
	check(there(s.layers, HEX "/complete"));
	check_str(error_text(), "");
	store_close(&s);
}

static void staging_ends(void)
{
	struct store s = STORE_NONE;
	char name[sizeof(s.name)];
	CLEANUP_FD int tmp = -EBADF;

	fresh();
	require(store_open(arena, folder, &s) == 0);
	tmp = fcntl(s.tmp, F_DUPFD_CLOEXEC, 3);
	memcpy(name, s.name, sizeof(name));
	check(there(tmp, name));
	(void)stage(&s);
	store_close(&s);
	check(!there(tmp, name));
	store_close(&s); /* closed twice, and never opened: no harm */
	check_int(s.dir, -EBADF);
}

/* Open file descriptions stand for processes: their locks behave alike. */
static void sweeps(void)
{
	struct store one = STORE_NONE, two = STORE_NONE, three = STORE_NONE;

	fresh();
	require(store_open(arena, folder, &one) == 0);
	check_int(mkdirat(one.tmp, "left", 0700), 0);
	check_int(mkdirat(one.tmp, "left/deep", 0700), 0);
	require(store_open(arena, folder, &two) == 0);
	check(there(one.tmp, one.name)); /* the neighbour is at work: nothing is swept */
	check(there(one.tmp, "left"));
	store_close(&one);
	store_close(&two);
	require(store_open(arena, folder, &three) == 0);
	check(!there(three.tmp, "left"));
	check(there(three.tmp, three.name));
	store_close(&three);
}

static void id_maps(void)
{
	struct store s = STORE_NONE;
	CLEANUP_FD int dir = -EBADF;

	fresh();
	require(store_open(arena, folder, &s) == 0);
	store_close(&s);
	require(store_open(arena, folder, &s) == 0); /* the control */
	store_close(&s);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	write_file(dir, "idmap.json", "{\"uid_map\":[\"0 4242 1\"],\"gid_map\":[\"0 4242 1\"]}");
	check_int(store_open(arena, folder, &s), -EINVAL);
	check(strstr(error_text(), "restore the old ranges") != NULL);
	check(strstr(error_text(), "4242") != NULL);
}

static void missing(void)
{
	struct store s = STORE_NONE;

	error_clear();
	check_int(store_open(arena, "/nonexistent/store", &s), -ENOENT);
	check_int(s.dir, -EBADF);
	check(strstr(error_text(), "/nonexistent/store") != NULL);
}

static const struct unit_case cases[] = {
	{ "a commit, a late one, and one over a layer without its marker", commits },
	{ "the staging folder ends with its process", staging_ends },
	{ "what others left is swept by who is alone", sweeps },
	{ "another id map", id_maps },
	{ "no store", missing },
};

int main(void)
{
	arena = arena_new();
	return unit_run(cases, ARRAY_SIZE(cases));
}
