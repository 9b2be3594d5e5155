/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_main.c - the main of doboz-image, the helper that has the heavy libraries
 *	doboz-image unpack --store DIR [--platform P] REFERENCE   into the store; a line of JSON to stdout
 *	doboz-image bundle [--platform P] REFERENCE DIR           to DIR/rootfs; the config to stdout */
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "cmd/userns.h"
#include "image/confined.h"
#include "image/store_idmap.h"
#include "image/store_write.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct call {
	struct arena *arena;
	const char *store;
	struct image_reference ref;
	struct platform platform;
	const char *folder; /* of a bundle */
};

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
	buf_addc(&out, '\n');
	return fd_write_all(STDOUT_FILENO, out.data, out.len);
}

static int unpack(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	CLEANUP_LAYOUT struct layout layout = LAYOUT_NONE;
	struct unpack_target target;
	struct unpacked u = { 0 };
	int r = layout_open(&call->ref, &layout);

	if (r == 0)
		r = store_open(call->arena, call->store, &store);
	if (r == 0)
		r = store_lock_image(&store, &layout, &call->platform);
	if (r < 0)
		return r;
	target = target_for(store.staging, store.layers);
	r = confined_unpack(call->arena, &layout, &call->platform, &target, &u);
	if (r == 0)
		r = store_commit(call->arena, &store, &u);
	if (r < 0)
		return r;
	r = print_answer(&u);
	return r < 0 ? fail(r, "write the answer") : 0;
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
		return fail(-errno, "make '%s/rootfs'", call->folder);
	return 0;
}

static int bundle_in(const struct call *call, int dir, int staging)
{
	CLEANUP_LAYOUT struct layout layout = LAYOUT_NONE;
	struct unpack_target target = target_for(staging, -EBADF);
	struct unpacked u = { 0 };
	int r = layout_open(&call->ref, &layout);

	if (r == 0)
		r = confined_unpack(call->arena, &layout, &call->platform, &target, &u);
	return r < 0 ? r : finish_bundle(call, dir, staging);
}

static int bundle(const struct call *call)
{
	CLEANUP_FD int dir = open(call->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int staging = -EBADF;
	char name[] = ".doboz-unpack-XXXXXX";
	struct stat st;
	int r;

	if (dir < 0)
		return fail(-errno, "open bundle '%s'", call->folder);
	if (fstatat(dir, "rootfs", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return refuse(-EEXIST, "'%s/rootfs' exists already", call->folder);
	if (fchdir(dir) < 0)
		return fail(-errno, "enter bundle '%s'", call->folder);
	if (!mkdtemp(name))
		return fail(-errno, "make a folder in bundle '%s'", call->folder);
	staging = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = staging < 0 ? fail(-errno, "open '%s'", name) : bundle_in(call, dir, staging);
	if (dir_remove_all(dir, name) < 0 && r == 0)
		warn("'%s/%s' cannot be removed, ignoring", call->folder, name);
	return r;
}

/* ---- the command line ---- */

static const struct {
	const char *name;
	int arguments;
	bool wants_store;
	int (*run)(const struct call *call);
} commands[] = {
	{ "unpack", 1, true, unpack },
	{ "bundle", 2, false, bundle },
};

static const char usage[] = "usage: doboz-image unpack --store DIR [--platform P] REFERENCE | "
			    "doboz-image bundle [--platform P] REFERENCE DIR";

/* The reference and the folder are found with the user's own rights, before another root is entered. */
static int run_command(size_t i, char **args, struct call *call, const char *platform)
{
	int r = userns_enter();

	call->folder = commands[i].arguments > 1 ? args[1] : NULL;
	if (r == 0)
		r = image_reference_parse(call->arena, args[0], &call->ref);
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
	for (size_t i = 0; optind < argc && i < ARRAY_SIZE(commands); i++)
		if (str_eq(commands[i].name, argv[optind]) &&
		    argc - optind - 1 == commands[i].arguments &&
		    commands[i].wants_store == (call.store != NULL))
			return run_command(i, argv + optind + 1, &call, platform);
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
