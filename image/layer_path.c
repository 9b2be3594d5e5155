/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_path.c - what names, whiteouts, xattrs, owners and times of an archive mean */
#include "image/layer_path.h"
#include "base/error.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

static const char whiteout_prefix[] = ".wh.";
static const char meta_prefix[] = ".wh..wh.";
static const char opaque_name[] = ".wh..wh..opq";

static bool is_dots(const char *s, size_t len)
{
	return (len == 1 && s[0] == '.') || (len == 2 && s[0] == '.' && s[1] == '.');
}

int layer_path_clean(const char *name, char *ret_path)
{
	size_t out = 0;

	while (*name) {
		size_t len = strcspn(name, "/");

		if (len == 2 && is_dots(name, len))
			return refuse(-EINVAL, "the name has a '..' component");
		if (len > NAME_MAX)
			return refuse(-ENAMETOOLONG,
				      "a component of the name is longer than %d bytes", NAME_MAX);
		if (len && !is_dots(name, len)) {
			if (out + len + 1 >= PATH_MAX)
				return refuse(-ENAMETOOLONG, "the name is longer than %d bytes",
					      PATH_MAX - 1);
			if (out)
				ret_path[out++] = '/';
			memcpy(ret_path + out, name, len);
			out += len;
		}
		name += len;
		name += strspn(name, "/");
	}
	ret_path[out] = '\0';
	return 0;
}

const char *layer_path_split(const char *path, char *ret_parent)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	memcpy(ret_parent, path, len);
	ret_parent[len] = '\0';
	return slash ? slash + 1 : path;
}

int layer_path_mark(const char *path, const char **ret_hidden)
{
	const char *name = path, *hidden;

	for (const char *slash; (slash = strchr(name, '/')); name = slash + 1) {
		if (str_starts(name, meta_prefix))
			return LAYER_IGNORED;
		if (str_starts(name, whiteout_prefix))
			return refuse(-EINVAL, "a folder's name begins with '.wh.'");
	}
	if (str_eq(name, opaque_name))
		return LAYER_OPAQUE;
	if (str_starts(name, meta_prefix))
		return LAYER_IGNORED;
	hidden = str_after(name, whiteout_prefix);
	if (!hidden)
		return LAYER_PLAIN;
	if (!*hidden || is_dots(hidden, strlen(hidden)))
		return refuse(-EINVAL, "the whiteout hides no name");
	*ret_hidden = hidden;
	return LAYER_WHITEOUT;
}

/* The first row that the name begins with decides; what no row names is dropped with a warning.
 * Labels of a host's security module mean nothing on another host; overlay's own attributes could
 * redirect a folder to another one; trusted.* is the host's. */
enum layer_xattr layer_path_xattr(const char *name)
{
	static const struct {
		const char *prefix;
		enum layer_xattr verdict;
	} rules[] = {
		{ "user.overlay.", LAYER_XATTR_WARN },
		{ "user.", LAYER_XATTR_KEEP },
		{ "security.capability", LAYER_XATTR_KEEP },
		{ "security.", LAYER_XATTR_DROP },
		{ "system.posix_acl_access", LAYER_XATTR_KEEP },
		{ "system.posix_acl_default", LAYER_XATTR_KEEP },
		{ "system.nfs4_acl", LAYER_XATTR_DROP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (str_starts(name, rules[i].prefix))
			return rules[i].verdict;
	return LAYER_XATTR_WARN;
}

struct timespec layer_path_time(int64_t seconds, long nanoseconds)
{
	const int64_t most = INT64_MAX / 1000000000;

	if (seconds < 0 || seconds >= most || nanoseconds < 0 || nanoseconds >= 1000000000)
		return (struct timespec){ 0 };
	return (struct timespec){ .tv_sec = seconds, .tv_nsec = nanoseconds };
}

bool layer_path_id(int64_t id)
{
	return id >= 0 && id < UINT32_MAX;
}

void layer_path_printable(const char *name, char *ret, size_t size)
{
	size_t out = 0;

	for (; *name && out + 5 <= size; name++) {
		unsigned char c = (unsigned char)*name;

		if (c >= 32 && c < 127)
			ret[out++] = (char)c;
		else
			out += (size_t)snprintf(ret + out, size - out, "\\x%02x", c);
	}
	ret[out] = '\0';
}
