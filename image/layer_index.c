/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_index.c - libarchive reads the headers; the data between them is skipped, not read */
#include "image/layer_index.h"

#include "base/error.h"
#include "base/str.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 64 * 1024, MEMBERS_MAX = 65536, NAME_LENGTH_MAX = 4096 };

struct source {
	int fd;
	uint64_t at, size;
	char chunk[CHUNK];
};

static la_ssize_t give(struct archive *archive, void *arg, const void **ret)
{
	struct source *s = arg;
	ssize_t n;

	do
		n = pread(s->fd, s->chunk, sizeof(s->chunk), (off_t)s->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		archive_set_error(archive, errno, "read");
		return -1;
	}
	s->at += (uint64_t)n;
	*ret = s->chunk;
	return n;
}

/* Never behind the end: a member that is cut off must be noticed. */
static la_int64_t skip(struct archive *archive, void *arg, la_int64_t wanted)
{
	struct source *s = arg;
	uint64_t left = s->size > s->at ? s->size - s->at : 0;
	uint64_t n = (uint64_t)wanted < left ? (uint64_t)wanted : left;

	(void)archive;
	s->at += n;
	return (la_int64_t)n;
}

static int refuse_compressed(int fd)
{
	static const struct {
		const char *magic, *name;
	} forms[] = {
		{ "\x1f\x8b", "gzip" },
		{ "\x28\xb5\x2f\xfd", "zstd" },
		{ "\xfd"
		  "7zXZ",
		  "xz" },
		{ "BZh", "bzip2" },
	};
	char start[8] = "";

	if (pread(fd, start, sizeof(start) - 1, 0) < 0)
		return fail(-errno, "read the archive");
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (memcmp(start, forms[i].magic, strlen(forms[i].magic)) == 0)
			return refuse(-EOPNOTSUPP,
				      "the whole archive is compressed (%s); decompress it first",
				      forms[i].name);
	return 0;
}

/* Doubles the list when it is full. */
static void add(struct arena *a, struct tar_index *index, const struct tar_member *member)
{
	if ((index->n & (index->n + 1)) == 0) {
		struct tar_member *more = arena_array(a, (index->n + 1) * 2,
						      sizeof(*index->members));

		if (index->n)
			memcpy(more, index->members, index->n * sizeof(*more));
		index->members = more;
	}
	index->members[index->n++] = *member;
}

static const char *plain_name(const char *name)
{
	for (;;) {
		if (name[0] == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			return name;
	}
}

static int note(struct arena *a, struct archive *archive, struct archive_entry *entry,
		const struct source *s, struct tar_index *index)
{
	const char *name = archive_entry_pathname(entry), *link = archive_entry_symlink(entry);
	mode_t type = archive_entry_filetype(entry);
	struct tar_member member = { .offset = (uint64_t)archive_filter_bytes(archive, 0),
				     .size = (uint64_t)archive_entry_size(entry) };

	if (!name || strlen(name) > NAME_LENGTH_MAX || (link && strlen(link) > NAME_LENGTH_MAX))
		return refuse(-EBADMSG, "the archive has a member with a bad name");
	if (index->n >= MEMBERS_MAX)
		return refuse(-EFBIG, "the archive has more than %d members", MEMBERS_MAX);
	if (archive_entry_hardlink(entry) || (type != AE_IFREG && type != AE_IFLNK))
		return 0;
	if (type == AE_IFLNK)
		member.link = arena_strdup(a, link ? link : "");
	else if (member.offset > s->size || member.size > s->size - member.offset)
		return refuse(-EBADMSG, "the archive is cut off in member '%s'", name);
	member.name = arena_strdup(a, plain_name(name));
	add(a, index, &member);
	return 0;
}

static int read_headers(struct arena *a, struct archive *archive, struct source *s,
			struct tar_index *index)
{
	struct archive_entry *entry;
	int r = 0, code;

	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    archive_read_open2(archive, s, NULL, give, skip, NULL) != ARCHIVE_OK)
		return refuse(-EBADMSG, "not a tar archive");
	while (r == 0) {
		code = archive_read_next_header(archive, &entry);
		if (code == ARCHIVE_EOF)
			return 0;
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return refuse(-EBADMSG, "not a tar archive, or a damaged one: %s",
				      archive_error_string(archive));
		r = note(a, archive, entry, s, index);
	}
	return r;
}

int layer_index(struct arena *a, int fd, struct tar_index *ret)
{
	CLEANUP_FREE struct source *s = calloc(1, sizeof(*s));
	struct tar_index index = { 0 };
	struct archive *archive;
	struct stat st;
	int r;

	if (!s)
		arena_exhausted();
	if (fstat(fd, &st) < 0)
		return fail(-errno, "fstat");
	r = refuse_compressed(fd);
	if (r < 0)
		return r;
	s->fd = fd;
	s->size = (uint64_t)st.st_size;
	archive = archive_read_new();
	if (!archive)
		arena_exhausted();
	r = read_headers(a, archive, s, &index);
	(void)archive_read_free(archive);
	if (r == 0)
		*ret = index;
	return r;
}
