/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/fs_context.c - making and changing superblocks */
#include "runtime/fs_context.h"

#include "base/error.h"
#include "base/sys.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* The log gives one message per read: a letter (e, w, i), a blank, the text. The first error is the one
 * that explains; a longer one than the buffer is dropped by the kernel. */
int fs_context_fail(int fs, int r, const char *what)
{
	char line[512];
	ssize_t len;

	while ((len = read(fs, line, sizeof(line) - 1)) > 0) {
		while (len > 0 && line[len - 1] == '\n')
			len--;
		line[len] = '\0';
		if (len > 2 && line[0] == 'e')
			return fail(r, "%s: %s", what, line + 2);
	}
	return fail(r, "%s", what);
}

static int set_option(int fs, const char *option)
{
	const char *equals = strchr(option, '=');
	char key[NAME_MAX + 1];
	int r;

	if (!equals)
		r = sys_fsconfig(fs, FSCONFIG_SET_FLAG, option, NULL, 0);
	else if ((size_t)(equals - option) >= sizeof(key))
		return refuse(-EINVAL, "mount option '%s': the name is too long", option);
	else {
		memcpy(key, option, (size_t)(equals - option));
		key[equals - option] = '\0';
		r = sys_fsconfig(fs, FSCONFIG_SET_STRING, key, equals + 1, 0);
	}
	return r < 0 ? fs_context_fail(fs, r, option) : 0;
}

static int set_options(int fs, char *const *flags, char *const *data)
{
	int r = 0;

	for (; r >= 0 && flags && *flags; flags++)
		r = set_option(fs, *flags);
	for (; r >= 0 && data && *data; data++)
		r = set_option(fs, *data);
	return r;
}

int fs_context_mount(const char *type, const char *source, char *const *flags, char *const *data,
		     uint64_t attributes)
{
	CLEANUP_FD int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
	int r = 0;

	if (fs < 0)
		return fail(fs, "fsopen %s", type);
	if (source)
		r = sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0);
	if (r < 0)
		return fs_context_fail(fs, r, "source");
	r = set_options(fs, flags, data);
	if (r < 0)
		return r;
	r = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (r < 0)
		return fs_context_fail(fs, r, type);
	r = sys_fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attributes);
	return r < 0 ? fs_context_fail(fs, r, type) : r;
}

int fs_context_reconfigure(int target, char *const *flags, char *const *data)
{
	CLEANUP_FD int fs = fspick(target, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
	int r;

	if (fs < 0)
		return fail(-errno, "fspick");
	r = set_options(fs, flags, data);
	if (r < 0)
		return r;
	r = sys_fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
	return r < 0 ? fs_context_fail(fs, r, "remount") : 0;
}
