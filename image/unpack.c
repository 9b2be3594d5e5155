/* SPDX-License-Identifier: Apache-2.0 */
/* image/unpack.c - layer after layer, the base first, each on top of those below it
 *
 * A layer's key is the hex of its diffID when its folder means the same on top of any layers, so that
 * images share it. Else it is "chain-" and the hex of the chain ID (config.md "Layer ChainID"). */
#include "image/unpack.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "image/digest.h"
#include "image/layer.h"
#include "image/resolve.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct job {
	struct arena *arena;
	const struct layout *layout;
	const struct image *image;
	const struct unpack_target *target;
	struct unpacked *out;
	struct layer_lower *lowers; /* topmost first: filled from the end */
};

/* The names of the documents below the staging folder. */
static int write_document(int staging, const char *name, const char *text, size_t len)
{
	CLEANUP_FD int fd = -EBADF;
	int r;

	fd = openat(staging, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(-errno, "make '%s'", name);
	r = fd_write_all(fd, text, len);
	return r < 0 ? fail(r, "write '%s'", name) : 0;
}

static int make_folder(int dir, const char *name)
{
	int fd;

	if (mkdirat(dir, name, 0755) < 0)
		return fail(-errno, "make folder '%s'", name);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? fail(-errno, "open folder '%s'", name) : fd;
}

/* A root that no entry describes is of 1970, so that the same layer always makes the same tree. */
static int make_root(int dir, const char *name)
{
	static const struct timespec epoch[2] = { 0 };
	CLEANUP_FD int fd = make_folder(dir, name);

	if (fd >= 0 && futimens(fd, epoch) < 0)
		return fail(-errno, "set the time of '%s'", name);
	return fd < 0 ? fd : TAKE_FD(fd);
}

static const char *hex_of(const char *digest)
{
	return strchr(digest, ':') + 1;
}

/* ChainID(n) = digest of "ChainID(n-1) DiffID(n)" */
static const char *next_chain_id(struct arena *a, const char *below, const char *diff_id)
{
	CLEANUP(digest) struct digest *digest = NULL;
	const char *both;
	char text[160];

	if (!below)
		return diff_id;
	both = arena_printf(a, "%s %s", below, diff_id);
	digest = digest_new("sha256:");
	digest_update(digest, both, strlen(both));
	digest_text(digest, text);
	return arena_strdup(a, text);
}

static int unpack_blob(struct job *job, size_t i, int dir, bool *ret_depends)
{
	const struct image_layer *layer = &job->image->layers[i];
	CLEANUP_FD int blob = -EBADF;
	struct layer_source source = { .size = layer->size,
				       .digest = layer->digest,
				       .diff_id = layer->diff_id };
	struct layer_options options = {
		.merged = job->target->stored_layers < 0,
		.keep_devices = job->target->keep_devices,
		.single_owner = job->target->single_owner,
		.lowers = job->lowers + (job->image->n_layers - i),
		.n_lowers = job->target->stored_layers < 0 ? 0 : i,
	};
	struct layer_result result = { 0 };
	uint64_t size;
	int r;

	blob = layout_file(job->layout, layer->file, &size);
	if (blob < 0)
		return fail_context(blob, "layer %zu", i);
	source.fd = blob;
	r = layer_unpack(&source, dir, &options, &result);
	if (r < 0)
		return fail_context(r, "layer %zu (%s)", i,
				    layer->digest ? layer->digest : layer->file);
	*ret_depends = result.depends_on_lowers;
	return 0;
}

/* ---- one folder per layer ---- */

static bool is_stored(const struct job *job, const char *key)
{
	struct stat st;

	return fstatat(job->target->stored_layers, arena_printf(job->arena, "%s/complete", key),
		       &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The same layer may occur twice in an image. */
static const struct unpack_layer *staged_before(const struct job *job, size_t i, const char *key)
{
	for (size_t k = 0; k < i; k++)
		if (job->out->layers[k].staged && str_eq(job->out->layers[k].key, key))
			return &job->out->layers[k];
	return NULL;
}

/* Takes a layer that is there under one of its keys. Return: its folder; -ENOENT (not recorded) */
static int find_layer(struct job *job, size_t i, char *const keys[2])
{
	for (int k = 0; k < 2; k++) {
		const struct unpack_layer *before = staged_before(job, i, keys[k]);
		int dir = before ? job->target->staging : job->target->stored_layers;
		int fd;

		if (!before && !is_stored(job, keys[k]))
			continue;
		fd = openat(dir,
			    arena_printf(job->arena, "%s/fs", before ? before->staged : keys[k]),
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return fail(-errno, "layer %zu: open its folder", i);
		job->out->layers[i].key = keys[k];
		return fd;
	}
	return -ENOENT;
}

static int stage_layer(struct job *job, size_t i, char *const keys[2])
{
	char *name = arena_printf(job->arena, "layer-%zu", i);
	CLEANUP_FD int dir = make_folder(job->target->staging, name);
	CLEANUP_FD int fs = dir < 0 ? dir : make_root(dir, "fs");
	bool depends = false;
	int r;

	if (fs < 0)
		return fs;
	r = unpack_blob(job, i, fs, &depends);
	if (r < 0)
		return r;
	job->out->layers[i] = (struct unpack_layer){ .key = keys[depends], .staged = name };
	return TAKE_FD(fs);
}

static int unpack_layers(struct job *job)
{
	const char *chain_id = NULL;
	int r = 0;

	for (size_t i = 0; i < job->image->n_layers && r >= 0; i++) {
		const char *diff_id = job->image->layers[i].diff_id;
		char *keys[2];

		chain_id = next_chain_id(job->arena, chain_id, diff_id);
		keys[0] = arena_strdup(job->arena, hex_of(diff_id));
		keys[1] = arena_printf(job->arena, "chain-%s", hex_of(chain_id));
		r = find_layer(job, i, keys);
		if (r == -ENOENT)
			r = stage_layer(job, i, keys);
		if (r >= 0)
			job->lowers[job->image->n_layers - 1 - i].dirfd = r;
	}
	return r < 0 ? r : 0;
}

/* A layer that occurs twice counts where it is topmost: there it hides all that it brought below, and an
 * overlay refuses the same folder twice. */
static void drop_repeated(struct unpacked *u)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n_layers; i++) {
		size_t above = i + 1;

		while (above < u->n_layers && !str_eq(u->layers[above].key, u->layers[i].key))
			above++;
		if (above == u->n_layers)
			u->layers[n++] = u->layers[i];
		else if (u->layers[i].staged)
			u->layers[above].staged = u->layers[i].staged;
	}
	u->n_layers = n;
}

static int write_layers_document(struct job *job)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };

	json_w_object(&w, NULL);
	json_w_str(&w, "config", job->image->config);
	json_w_array(&w, "layers");
	for (size_t i = job->out->n_layers; i > 0; i--)
		json_w_str(&w, NULL, job->out->layers[i - 1].key);
	json_w_end_array(&w);
	json_w_end_object(&w);
	return write_document(job->target->staging, "image/layers.json", out.data, out.len);
}

/* ---- one merged tree ---- */

static int unpack_merged(struct job *job)
{
	CLEANUP_FD int root = make_root(job->target->staging, "rootfs");
	bool depends;
	int r = root < 0 ? root : 0;

	for (size_t i = 0; i < job->image->n_layers && r == 0; i++)
		r = unpack_blob(job, i, root, &depends);
	return r;
}

static int write_documents(struct job *job)
{
	CLEANUP_FD int dir = make_folder(job->target->staging, "image");
	const struct image *image = job->image;
	int r = dir < 0 ? dir : 0;

	if (r == 0)
		r = write_document(job->target->staging, "image/manifest.json",
				   image->manifest_text, image->manifest_len);
	if (r == 0)
		r = write_document(job->target->staging, "image/config.json", image->config_text,
				   image->config_len);
	return r;
}

static int unpack_resolved(struct job *job)
{
	int r = write_documents(job);

	if (r < 0)
		return r;
	if (job->target->stored_layers < 0)
		return unpack_merged(job);
	job->out->n_layers = job->image->n_layers;
	job->out->layers = arena_array(job->arena, job->out->n_layers, sizeof(*job->out->layers));
	r = unpack_layers(job);
	if (r < 0)
		return r;
	drop_repeated(job->out);
	return write_layers_document(job);
}

int unpack_image(struct arena *a, struct layout *l, const struct platform *platform,
		 const struct unpack_target *target, struct unpacked *ret)
{
	struct image image = { 0 };
	struct unpacked out = { 0 };
	struct job job = { a, l, &image, target, &out, NULL };
	int r = layout_scan(a, l);

	if (r == 0)
		r = resolve_image(a, l, platform, &image);
	if (r < 0)
		return r;
	job.lowers = arena_array(a, image.n_layers, sizeof(*job.lowers));
	for (size_t i = 0; i < image.n_layers; i++)
		job.lowers[i].dirfd = -EBADF;
	r = unpack_resolved(&job);
	for (size_t i = 0; i < image.n_layers; i++)
		attr_closep(&job.lowers[i].dirfd);
	if (r < 0)
		return r;
	out.manifest = image.manifest;
	out.config = image.config;
	out.ref = image.ref;
	*ret = out;
	return 0;
}
