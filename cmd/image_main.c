/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_main.c - the main of doboz-image, the helper that has the heavy libraries
 *	doboz-image --store DIR [--platform P] VERB ARGUMENT...
 *		unpack REFERENCE       into the store; a line of JSON to stdout
 *		bundle REFERENCE DIR   to DIR/rootfs; the config to stdout
 *		reunpack DIGEST        the image of a manifest, out of the store's own blobs
 *		verify, repair         prove everything; take out what is bad; a line of JSON
 *		gc DIGEST              what only this image needs, or with "" all that nothing needs; a line of JSON
 *		load FILE              images into the store, packed; FILE may be a folder, and "-"; a line of JSON */
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/image_verbs.h"
#include "cmd/userns.h"
#include "image/confined.h"
#include "image/store_idmap.h"
#include "image/store_lookup.h"
#include "image/store_write.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Devices are made where they would work; owners are kept where there is more than one. */
static struct unpack_target target_for(int staging, int stored_layers)
{
	struct unpack_target target = { .staging = staging,
					.stored_layers = stored_layers,
					.keep_devices = store_idmap_is_host(),
					.single_owner = store_idmap_is_single() };

	if (target.single_owner)
		warn("no range of subordinate ids in /etc/subuid: all files of the image become the "
		     "user's own, ignoring their owners");
	return target;
}

/* ---- unpack ---- */

int image_answer(struct buf *out)
{
	int r;

	buf_addc(out, '\n');
	r = fd_write_all(STDOUT_FILENO, out->data, out->len);
	return r < 0 ? fail(r, "write the answer") : 0;
}

static int print_answer(const struct unpacked *u)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };

	json_w_object(&w, NULL);
	json_w_str(&w, "manifest", u->manifest);
	json_w_str(&w, "config", u->config);
	json_w_array(&w, "layers");
	for (size_t i = u->n_layers; i > 0; i--)
		json_w_str(&w, NULL, u->layers[i - 1].key);
	json_w_end_array(&w);
	json_w_end_object(&w);
	return image_answer(&out);
}

/* The reference's path is found with the user's own rights in the user's own view; a name in the store. */
static int find_image(const struct call *call, int store, struct image_reference *ret)
{
	int r = image_reference_parse(call->arena, call->args[0], ret);

	if (r == 0 && ret->transport == IMAGE_NAME)
		r = store < 0 ? -ENOENT :
				store_lookup_reference(call->arena, store, call->store, ret);
	return r == -ENOENT && !*error_text() ? refuse(r, "no such image: %s", call->args[0]) : r;
}

static int unpack_into(const struct call *call, struct store *store,
		       const struct platform *platform, const struct image_reference *ref)
{
	CLEANUP_LAYOUT struct layout layout = LAYOUT_NONE;
	struct unpack_target target = target_for(store->staging, store->layers);
	struct unpacked u = { 0 };
	int r = layout_open(ref, &layout);

	if (r == 0)
		r = store_lock_image(store, &layout, platform);
	if (r == 0)
		r = confined_unpack(call->arena, &layout, platform, &target, &u);
	if (r == 0)
		r = store_commit(call->arena, store, &u);
	return r < 0 ? r : print_answer(&u);
}

static int unpack(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	struct image_reference ref;
	int r = store_open(call->arena, call->store, &store);

	if (r == 0)
		r = find_image(call, store.dir, &ref);
	return r < 0 ? r : unpack_into(call, &store, &call->platform, &ref);
}

/* What repair has taken out comes back, from the store's own blobs. */
static int reunpack(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	struct image_reference ref;
	struct platform platform;
	int r = store_open(call->arena, call->store, &store);

	if (r == 0 && !names_is_digest(call->args[0]))
		r = refuse(-EINVAL, "'%s' is not a digest", call->args[0]);
	if (r == 0)
		r = store_lookup_manifest(call->arena, store.dir, call->store, call->args[0], &ref,
					  &platform);
	return r < 0 ? r : unpack_into(call, &store, &platform, &ref);
}

/* ---- bundle ---- */

/* The tree appears by one rename, the config is printed before it. */
static int finish_bundle(const struct call *call, int dir, int staging)
{
	char *config;
	size_t len;
	int r = file_read_at(call->arena, staging, "image/config.json", JSON_SIZE_MAX, &config,
			     &len);

	if (r == 0)
		r = fd_write_all(STDOUT_FILENO, config, len);
	if (r < 0)
		return fail(r, "write the image's config");
	if (renameat2(staging, "rootfs", dir, "rootfs", RENAME_NOREPLACE) < 0)
		return fail(-errno, "make '%s/rootfs'", call->args[1]);
	return 0;
}

static int bundle_in(const struct call *call, struct layout *layout, int dir, int staging)
{
	struct unpack_target target = target_for(staging, -EBADF);
	struct unpacked u = { 0 };
	int r = confined_unpack(call->arena, layout, &call->platform, &target, &u);

	return r < 0 ? r : finish_bundle(call, dir, staging);
}

/* A bundle needs no store, unless its image is in there. */
static int open_image(const struct call *call, struct image_reference *ref, struct layout *ret)
{
	CLEANUP_FD int store = open(call->store, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = store < 0 && errno != ENOENT ? fail(-errno, "open the store '%s'", call->store) :
					       find_image(call, store, ref);

	return r < 0 ? r : layout_open(ref, ret);
}

static int bundle(const struct call *call)
{
	CLEANUP_FD int dir = open(call->args[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int staging = -EBADF;
	CLEANUP_LAYOUT struct layout layout = LAYOUT_NONE;
	char name[] = ".doboz-unpack-XXXXXX";
	struct image_reference ref;
	struct stat st;
	int r;

	if (dir < 0)
		return fail(-errno, "open bundle '%s'", call->args[1]);
	/* before the folder is entered: its path may be relative */
	r = open_image(call, &ref, &layout);
	if (r < 0)
		return r;
	if (fstatat(dir, "rootfs", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return refuse(-EEXIST, "'%s/rootfs' exists already", call->args[1]);
	if (fchdir(dir) < 0)
		return fail(-errno, "enter bundle '%s'", call->args[1]);
	if (!mkdtemp(name))
		return fail(-errno, "make a folder in bundle '%s'", call->args[1]);
	staging = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = staging < 0 ? fail(-errno, "open '%s'", name) : bundle_in(call, &layout, dir, staging);
	if (dir_remove_all(dir, name) < 0 && r == 0)
		warn("'%s/%s' cannot be removed, ignoring", call->args[1], name);
	return r;
}

/* ---- the command line ---- */

static const struct {
	const char *name;
	int arguments;
	int (*run)(const struct call *call);
} commands[] = {
	{ "unpack", 1, unpack },       { "bundle", 2, bundle }, { "load", 1, image_load },
	{ "reunpack", 1, reunpack },   { "gc", 1, image_gc },   { "verify", 0, image_verify },
	{ "repair", 0, image_repair },
};

static const char usage[] =
	"usage: doboz-image --store DIR [--platform P] unpack REFERENCE | bundle REFERENCE DIR | load FILE | gc DIGEST | verify | repair | reunpack DIGEST";

static int run_command(size_t i, struct call *call, const char *platform)
{
	int r = userns_enter();

	if (r == 0)
		r = platform_parse(call->arena, platform, &call->platform);
	return r < 0 ? r : commands[i].run(call);
}

static int run(struct arena *a, int argc, char **argv)
{
	static const struct option options[] = { { "store", required_argument, NULL, 's' },
						 { "platform", required_argument, NULL, 'p' },
						 { 0 } };
	struct call call = { .arena = a };
	const char *platform = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			call.store = optarg;
		else if (option == 'p')
			platform = optarg;
		else
			return refuse(-EINVAL, "%s", usage);
	}
	call.args = argv + optind + 1;
	for (size_t i = 0; call.store && optind < argc && i < ARRAY_SIZE(commands); i++)
		if (str_eq(commands[i].name, argv[optind]) &&
		    argc - optind - 1 == commands[i].arguments)
			return run_command(i, &call, platform);
	return refuse(-EINVAL, "%s", usage);
}

/* Exactly one line, whatever the text holds. */
static void print_line(const char *text)
{
	for (; *text; text++)
		(void)fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, stderr);
	(void)fputc('\n', stderr);
}

int main(int argc, char **argv)
{
	CLEANUP(arena) struct arena *a = arena_new();

	if (argc == 2 && str_eq(argv[1], "--version"))
		return puts("doboz-image version " PACKAGE_VERSION) < 0;
	if (run(a, argc, argv) < 0) {
		print_line(error_text());
		return EXIT_FAILURE;
	}
	for (const char *text = warnings_next(NULL); text; text = warnings_next(text))
		print_line(text);
	return EXIT_SUCCESS;
}
