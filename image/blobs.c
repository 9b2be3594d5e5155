/* SPDX-License-Identifier: Apache-2.0 */
/* image/blobs.c - write blobs into a staging folder, find them in the store */
#include "image/blobs.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

struct blob_path {
	char text[176]; /* "blobs/sha512/" and 128 digits */
};

static struct blob_path path_of(const char *digest)
{
	const char *colon = strchr(digest, ':');
	struct blob_path path;

	(void)snprintf(path.text, sizeof(path.text), "blobs/%.*s/%s", (int)(colon - digest), digest,
		       colon + 1);
	return path;
}

int blob_begin(int staging, const char *digest, uint64_t size, struct blob_writer *ret)
{
	struct blob_writer w = { .staging = staging, .fd = -EBADF, .size = size };
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return fail(-errno, "getrandom");
	(void)snprintf(w.name, sizeof(w.name), "blob-%016" PRIx64, random);
	(void)snprintf(w.expected, sizeof(w.expected), "%s", digest ? digest : "");
	w.fd = openat(staging, w.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (w.fd < 0)
		return fail(-errno, "make a blob in the staging folder");
	w.digest = digest_new(digest ? digest : "sha256:");
	*ret = w;
	return 0;
}

int blob_write(struct blob_writer *w, const void *data, size_t len)
{
	int r;

	if (len > w->size - w->written)
		return refuse(-EBADMSG, "blob %s: more bytes than the %ju that its descriptor says",
			      w->expected, (uintmax_t)w->size);
	r = fd_write_all(w->fd, data, len);
	if (r < 0)
		return fail(r, "write blob %s", w->expected);
	digest_update(w->digest, data, len);
	w->written += len;
	return 0;
}

int blob_finish(struct blob_writer *w, char ret_digest[160])
{
	char digest[160];

	if (w->size != BLOBS_SIZE_UNKNOWN && w->written != w->size)
		return refuse(-EBADMSG, "blob %s has %ju bytes, its descriptor says %ju",
			      w->expected, (uintmax_t)w->written, (uintmax_t)w->size);
	if (w->expected[0]) {
		int r = digest_verify(w->digest, "blob", w->expected);

		if (r < 0)
			return r;
		(void)strcpy(digest, w->expected);
	} else {
		digest_text(w->digest, digest);
	}
	if (renameat(w->staging, w->name, w->staging, digest) < 0)
		return fail(-errno, "name blob %s in the staging folder", digest);
	w->name[0] = '\0';
	blob_abort(w);
	if (ret_digest)
		(void)strcpy(ret_digest, digest);
	return 0;
}

void blob_abort(struct blob_writer *w)
{
	attr_closep(&w->fd);
	w->fd = -EBADF;
	digest_free(w->digest);
	w->digest = NULL;
	if (w->name[0])
		(void)unlinkat(w->staging, w->name, 0);
	w->name[0] = '\0';
}

static bool is_file(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

bool blob_has(int store, const char *digest)
{
	return is_file(store, path_of(digest).text);
}

bool blob_is_staged(int staging, const char *digest)
{
	return is_file(staging, digest);
}

int blob_open(int store, const char *digest, uint64_t *ret_size)
{
	CLEANUP_FD int fd = openat(store, path_of(digest).text,
				   O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(-errno, "blob %s", digest);
	if (!S_ISREG(st.st_mode))
		return refuse(-EINVAL, "blob %s: not a regular file", digest);
	if (ret_size)
		*ret_size = (uint64_t)st.st_size;
	return TAKE_FD(fd);
}
