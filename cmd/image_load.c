/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_load.c - doboz-image load: blobs and names of an archive or a folder into the store */
#include "base/error.h"
#include "base/fd.h"
#include "cmd/image_verbs.h"
#include "image/confined.h"
#include "image/ingest.h"
#include "image/store_write.h"

#include <fcntl.h>
#include <sys/stat.h>

/* ---- where the bytes come from ---- */

/* Members of an archive are read in place, so what comes through a pipe is copied first. */
static int spool(int staging, int *ret)
{
	CLEANUP_FD int fd = openat(staging, "spool",
				   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	CLEANUP_FREE char *chunk = malloc(256 * 1024);
	ssize_t n;

	if (!chunk)
		arena_exhausted();
	if (fd < 0)
		return fail(-errno, "make a file in the staging folder");
	while ((n = read(STDIN_FILENO, chunk, 256 * 1024)) != 0) {
		int r = n < 0 ? -errno : fd_write_all(fd, chunk, (size_t)n);

		if (r < 0 && r != -EINTR)
			return fail(r, "copy standard input");
	}
	*ret = TAKE_FD(fd);
	return 0;
}

static int open_input(const struct store *s, struct image_reference *ref, struct layout *ret)
{
	struct layout l = { .ref = ref, .fd = -EBADF, .is_archive = true };
	int r = 0;

	if (!str_eq(ref->path, "-"))
		return layout_open(ref, ret);
	if (fstat(STDIN_FILENO, &l.st) < 0)
		return fail(-errno, "standard input");
	if (S_ISREG(l.st.st_mode))
		l.fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		r = spool(s->staging, &l.fd);
	if (r == 0 && (l.fd < 0 || fstat(l.fd, &l.st) < 0))
		r = fail(-errno, "standard input");
	if (r < 0) {
		layout_close(&l);
		return r;
	}
	*ret = l;
	return 0;
}

/* A path as it is (it may hold colons), or "-"; a folder is an OCI layout or one of dir:. */
static int find_input(struct arena *a, const char *path, struct image_reference *ret)
{
	struct image_reference ref = { .transport = IMAGE_OCI_ARCHIVE,
				       .text = arena_strdup(a, path),
				       .path = arena_strdup(a, path) };
	struct stat st;

	if (str_starts(path, "oci:") || str_starts(path, "dir:"))
		return image_reference_parse(a, path, ret);
	if (!str_eq(path, "-")) {
		if (stat(path, &st) < 0)
			return fail(-errno, "open '%s'", path);
		if (S_ISDIR(st.st_mode))
			ref.transport = access(arena_printf(a, "%s/oci-layout", path), F_OK) == 0 ?
						IMAGE_OCI :
						IMAGE_DIR;
	}
	*ret = ref;
	return 0;
}

/* ---- the child ---- */

struct loading {
	struct arena *arena;
	struct layout *layout;
	struct ingest_target target;
};

static int act_ingest(void *arg, struct buf *out)
{
	const struct loading *l = arg;
	struct ingested result = { 0 };
	int r = ingest_images(l->arena, l->layout, &l->target, &result);

	if (r == 0)
		ingested_report(out, &result);
	return r;
}

static int ingest_confined(struct arena *a, const struct store *s, struct layout *layout,
			   struct ingested *ret)
{
	struct loading loading = { a, layout, { s->staging, s->dir } };
	int read_only[2] = { s->blobs };
	struct confined_task task = {
		.confine = { .rw_dirs = &s->staging, .n_rw = 1, .ro_dirs = read_only, .n_ro = 1 },
		.act = act_ingest,
		.arg = &loading,
	};
	char *report;
	int r;

	if (!layout->is_archive)
		read_only[task.confine.n_ro++] = layout->fd;
	r = confined_run(a, &task, &report);
	return r < 0 ? r : ingested_read(a, report, ret);
}

/* ---- the verb ---- */

static int print_loaded(const struct ingested *in)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };

	json_w_object(&w, NULL);
	json_w_array(&w, "images");
	for (size_t i = 0; i < in->n_images; i++) {
		json_w_object(&w, NULL);
		json_w_str(&w, "name", in->images[i].name);
		json_w_str(&w, "digest", in->images[i].digest);
		json_w_str(&w, "id", in->images[i].id);
		json_w_end_object(&w);
	}
	json_w_end_array(&w);
	json_w_end_object(&w);
	return image_answer(&out);
}

int image_load(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	CLEANUP_LAYOUT struct layout layout = LAYOUT_NONE;
	struct image_reference ref;
	struct ingested in = { 0 };
	int r = find_input(call->arena, call->args[0], &ref);

	if (r == 0)
		r = store_open(call->arena, call->store, &store);
	if (r == 0)
		r = open_input(&store, &ref, &layout);
	if (r == 0)
		r = ingest_confined(call->arena, &store, &layout, &in);
	if (r < 0)
		return fail_context(r, "load '%s'", call->args[0]);
	r = store_commit_ingested(call->arena, &store, &in);
	return r < 0 ? r : print_loaded(&in);
}
