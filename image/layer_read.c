/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_read.c - libarchive as a tar reader, and nothing else of it
 *
 * Only the formats tar and empty are enabled, and no filter: the bytes come inflated. Nothing of its
 * writer, its locale conversion or its file access is used. In the C locale libarchive warns of each
 * pax name above ASCII and still gives its bytes, which is what a file name is; every other warning
 * is about a header that it did not understand, and refused. */
#include "image/layer_read.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "image/layer_path.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { BLOCK = 512 };

struct layer_reader {
	struct archive *archive;
	struct archive_entry *entry;
	layer_source_fn *source;
	void *from;
	uint64_t received; /* bytes of the stream */
	bool padded;
	char name[PATH_MAX];
};

/* Some archives end with the last file's data, in the midst of a block (umoci insert makes such layers, and the
 * tar reader of Go's library takes them). The rest of the block is made up here, once. */
static la_ssize_t pad(struct layer_reader *r, const void **ret)
{
	static const uint8_t zeros[BLOCK];
	size_t missing = r->received % BLOCK ? BLOCK - r->received % BLOCK : 0;

	*ret = zeros;
	return r->padded ? 0 : (r->padded = true, (la_ssize_t)missing);
}

static la_ssize_t read_some(struct archive *archive, void *context, const void **ret)
{
	struct layer_reader *r = context;
	const uint8_t *data = NULL;
	ssize_t n = r->source(r->from, &data);

	if (n < 0) {
		archive_set_error(archive, (int)-n, "the stream ended early");
		return ARCHIVE_FATAL;
	}
	if (n == 0)
		return pad(r, ret);
	r->received += (uint64_t)n;
	*ret = data;
	return n;
}

int layer_reader_open(layer_source_fn *source, void *from, struct layer_reader **ret)
{
	CLEANUP(layer_reader) struct layer_reader *r = calloc(1, sizeof(*r));

	if (!r)
		arena_exhausted();
	r->source = source;
	r->from = from;
	r->archive = archive_read_new();
	if (!r->archive)
		arena_exhausted();
	if (archive_read_support_format_tar(r->archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(r->archive) != ARCHIVE_OK)
		return refuse(-EIO, "prepare the tar reader: %s", archive_error_string(r->archive));
	/* An empty stream is told at once, which is not an error of this call. */
	if (archive_read_open(r->archive, r, NULL, read_some, NULL) != ARCHIVE_OK)
		return refuse(-EBADMSG, "open the tar stream: %s",
			      archive_error_string(r->archive));
	*ret = TAKE_PTR(r);
	return 0;
}

void layer_reader_free(struct layer_reader *r)
{
	if (!r)
		return;
	archive_read_free(r->archive);
	free(r);
}

const char *layer_reader_name(const struct layer_reader *r)
{
	return r->name;
}

static const char *reason(struct layer_reader *r)
{
	const char *text = archive_error_string(r->archive);

	return text ? text : "unknown reason";
}

/* Does the warning say only that a name is not in the locale's character set? */
static bool is_about_charset(const char *text)
{
	return strstr(text, "can't be converted from") || strstr(text, "can't be converted to");
}

static int take_type(struct layer_reader *r, struct layer_entry *e)
{
	static const struct {
		mode_t format;
		enum layer_type type;
	} types[] = {
		{ S_IFREG, LAYER_FILE },    { S_IFDIR, LAYER_FOLDER }, { S_IFLNK, LAYER_SYMLINK },
		{ S_IFCHR, LAYER_CHAR },    { S_IFBLK, LAYER_BLOCK },  { S_IFIFO, LAYER_FIFO },
		{ S_IFSOCK, LAYER_SOCKET },
	};
	mode_t format = archive_entry_filetype(r->entry);

	if (archive_entry_hardlink(r->entry)) {
		e->type = LAYER_HARDLINK;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].format == format) {
			e->type = types[i].type;
			return 0;
		}
	}
	return refuse(-EINVAL, "unknown type");
}

static int take_link(struct layer_reader *r, struct layer_entry *e)
{
	const char *text;

	if (e->type == LAYER_HARDLINK)
		return layer_path_clean(archive_entry_hardlink(r->entry), e->link);
	if (e->type != LAYER_SYMLINK)
		return 0;
	text = archive_entry_symlink(r->entry);
	if (!text || !*text)
		return refuse(-EINVAL, "a symlink without a target");
	if (strlen(text) >= PATH_MAX)
		return refuse(-ENAMETOOLONG, "the symlink's target is longer than %d bytes",
			      PATH_MAX - 1);
	strcpy(e->link, text);
	return 0;
}

static int take_numbers(struct layer_reader *r, struct layer_entry *e)
{
	int64_t uid = archive_entry_uid(r->entry), gid = archive_entry_gid(r->entry);
	int64_t size = archive_entry_size(r->entry);

	if (!layer_path_id(uid) || !layer_path_id(gid))
		return refuse(-EINVAL, "owner %jd:%jd is out of range", (intmax_t)uid,
			      (intmax_t)gid);
	if (size < 0)
		return refuse(-EINVAL, "negative size");
	e->uid = (uid_t)uid;
	e->gid = (gid_t)gid;
	e->size = (uint64_t)size;
	e->mode = archive_entry_perm(r->entry) & 07777;
	e->mtime = layer_path_time(archive_entry_mtime(r->entry),
				   archive_entry_mtime_nsec(r->entry));
	e->rdev = makedev(archive_entry_rdevmajor(r->entry), archive_entry_rdevminor(r->entry));
	return 0;
}

int layer_reader_next(struct layer_reader *r, struct layer_entry *ret)
{
	int code = archive_read_next_header(r->archive, &r->entry);
	const char *name;
	int result;

	if (code == ARCHIVE_EOF)
		return 0;
	if (code == ARCHIVE_FATAL || code == ARCHIVE_RETRY) {
		snprintf(r->name, sizeof(r->name), "?");
		return refuse(-EBADMSG, "the archive is damaged: %s", reason(r));
	}
	name = archive_entry_pathname(r->entry);
	snprintf(r->name, sizeof(r->name), "%s", name ? name : "?");
	if (code != ARCHIVE_OK && !is_about_charset(reason(r)))
		return refuse(-EINVAL, "the header is malformed: %s", reason(r));
	if (!name)
		return refuse(-EINVAL, "an entry without a name");
	result = layer_path_clean(name, ret->path);
	if (result < 0)
		return result;
	result = take_type(r, ret);
	if (result < 0)
		return result;
	result = take_link(r, ret);
	if (result < 0)
		return result;
	result = take_numbers(r, ret);
	if (result < 0)
		return result;
	archive_entry_xattr_reset(r->entry);
	return 1;
}

int layer_reader_xattr(struct layer_reader *r, const char **ret_name, const void **ret_value,
		       size_t *ret_size)
{
	return archive_entry_xattr_next(r->entry, ret_name, ret_value, ret_size) == ARCHIVE_OK;
}

int layer_reader_data(struct layer_reader *r, const void **ret, size_t *ret_len,
		      uint64_t *ret_offset)
{
	la_int64_t offset = 0;
	int code = archive_read_data_block(r->archive, ret, ret_len, &offset);

	if (code == ARCHIVE_EOF)
		return 0;
	if (code != ARCHIVE_OK || offset < 0)
		return refuse(-EBADMSG, "the archive is damaged: %s", reason(r));
	if (r->padded && (uint64_t)archive_filter_bytes(r->archive, 0) + *ret_len > r->received)
		return refuse(-EBADMSG, "the archive ends inside this file");
	*ret_offset = (uint64_t)offset;
	return 1;
}
