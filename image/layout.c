/* SPDX-License-Identifier: Apache-2.0 */
/* image/layout.c - files of a layout by name; an archive's are found in its index and read in place */
#include "image/layout.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/str.h"
#include "image/digest.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>

int layout_open(const struct image_reference *ref, struct layout *ret)
{
	bool is_archive = ref->transport != IMAGE_OCI && ref->transport != IMAGE_DIR;
	struct layout l = { .ref = ref,
			    .is_archive = is_archive,
			    .is_flat = ref->transport == IMAGE_DIR };

	/* O_NONBLOCK: a FIFO must not hold us up */
	l.fd = open(ref->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (l.fd < 0)
		return fail(-errno, "image '%s'", ref->text);
	if (fstat(l.fd, &l.st) < 0 ||
	    (is_archive ? !S_ISREG(l.st.st_mode) : !S_ISDIR(l.st.st_mode))) {
		layout_close(&l);
		return refuse(-EINVAL, "image '%s': not a %s", ref->text,
			      is_archive ? "regular file" : "folder");
	}
	*ret = l;
	return 0;
}

void layout_close(struct layout *l)
{
	attr_closep(&l->fd);
	l->fd = -EBADF;
}

/* Nothing outside says what the manifest of a flat folder is: it is what its bytes are. */
static int scan_flat(struct arena *a, struct layout *l)
{
	CLEANUP(digest) struct digest *digest = digest_new("sha256:");
	const char *media_type;
	char *text, name[160];
	struct json *tree;
	size_t len;
	int r;

	/* before it is read: a store's reference that is too old for it is found no more */
	if (fstatat(l->fd, "manifest.json", &l->flat_st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(-errno, "manifest.json");
	r = layout_text(a, l, "manifest.json", JSON_SIZE_MAX, &text, &len);
	if (r == 0)
		r = json_parse(a, "manifest.json", text, len, &tree);
	if (r < 0)
		return r;
	media_type = json_str(tree, "mediaType");
	if (!media_type)
		media_type = json_get(tree, "manifests") ? MANIFEST_OCI_INDEX : MANIFEST_OCI;
	digest_update(digest, text, len);
	digest_text(digest, name);
	l->flat_manifest = (struct descriptor){ arena_strdup(a, media_type), arena_strdup(a, name),
						len };
	return 0;
}

int layout_scan(struct arena *a, struct layout *l)
{
	if (l->is_flat)
		return scan_flat(a, l);
	return l->is_archive ? layer_index(a, l->fd, &l->index) : 0;
}

char *layout_blob(struct arena *a, const struct layout *l, const char *digest)
{
	const char *colon = strchr(digest, ':'), *hex = colon + 1;
	char *manifest;

	if (!l->is_flat)
		return arena_printf(a, "blobs/%.*s/%s", (int)(colon - digest), digest, hex);
	if (str_eq(digest, l->flat_manifest.digest))
		return arena_strdup(a, "manifest.json");
	/* what skopeo calls the manifests of an index */
	manifest = arena_printf(a, "%s.manifest.json", hex);
	return layout_has(l, manifest) ? manifest : arena_strdup(a, hex);
}

/* Of members with the same name the last counts, as it would after unpacking the archive. */
static const struct tar_member *find(const struct layout *l, const char *name)
{
	for (size_t i = l->index.n; i > 0; i--)
		if (str_eq(l->index.members[i - 1].name, name))
			return &l->index.members[i - 1];
	return NULL;
}

/* A target ("../<id>/layer.tar") seen from the folder of its link; NULL: it leads out. */
static const struct tar_member *follow(const struct layout *l, const struct tar_member *link)
{
	char path[2 * 4096 + 2];
	const char *slash = strrchr(link->name, '/'), *rest = link->link;
	size_t len = slash ? (size_t)(slash - link->name) : 0;

	if (rest[0] == '/')
		return NULL;
	memcpy(path, link->name, len);
	while (str_starts(rest, "../") || str_starts(rest, "./")) {
		if (rest[1] == '.') {
			if (len == 0)
				return NULL;
			while (len > 0 && path[len - 1] != '/')
				len--;
			len -= len > 0;
		}
		rest += rest[1] == '.' ? 3 : 2;
	}
	if (len > 0)
		path[len++] = '/';
	if (len + strlen(rest) >= sizeof(path))
		return NULL;
	strcpy(path + len, rest);
	return find(l, path);
}

static const struct tar_member *member(const struct layout *l, const char *name)
{
	const struct tar_member *m = find(l, name);

	if (m && m->link)
		m = follow(l, m);
	return m && !m->link ? m : NULL;
}

static int open_beneath(const struct layout *l, const char *name, uint64_t flags)
{
	return dir_openat2(l->fd, name, flags, 0,
			   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

bool layout_has(const struct layout *l, const char *name)
{
	CLEANUP_FD int fd = -EBADF;
	struct stat st;

	if (l->is_archive)
		return member(l, name) != NULL;
	fd = open_beneath(l, name, O_PATH);
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int file_of_folder(const struct layout *l, const char *name, uint64_t *ret_size)
{
	CLEANUP_FD int fd = open_beneath(l, name, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fail(fd, "%s", name);
	if (fstat(fd, &st) < 0)
		return fail(-errno, "%s", name);
	if (!S_ISREG(st.st_mode))
		return refuse(-EINVAL, "%s: not a regular file", name);
	*ret_size = (uint64_t)st.st_size;
	return TAKE_FD(fd);
}

int layout_file(const struct layout *l, const char *name, uint64_t *ret_size)
{
	const struct tar_member *m;
	int fd;

	if (!l->is_archive)
		return file_of_folder(l, name, ret_size);
	m = member(l, name);
	if (!m)
		return refuse(-ENOENT, "%s: not in the archive", name);
	/* One file is read at a time, so that all may share the archive's position. */
	fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fail(-errno, "%s", name);
	if (lseek(fd, (off_t)m->offset, SEEK_SET) < 0) {
		(void)close(fd);
		return fail(-errno, "%s", name);
	}
	*ret_size = m->size;
	return fd;
}

int layout_text(struct arena *a, const struct layout *l, const char *name, size_t max,
		char **ret_text, size_t *ret_len)
{
	CLEANUP_FD int fd = -EBADF;
	uint64_t size = 0;
	size_t got = 0;
	char *text;

	fd = layout_file(l, name, &size);
	if (fd < 0)
		return fd;
	if (size > max)
		return refuse(-EFBIG, "%s: %ju bytes, we read at most %zu", name, (uintmax_t)size,
			      max);
	text = arena_alloc(a, (size_t)size + 1);
	while (got < size) {
		ssize_t n = read(fd, text + got, (size_t)size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(-errno, "read %s", name);
		if (n == 0)
			return refuse(-EBADMSG, "%s: shorter than it was", name);
		got += (size_t)n;
	}
	*ret_text = text;
	*ret_len = got;
	return 0;
}
