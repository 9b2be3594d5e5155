/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image.c - a cached image starts without the helper; everything else goes through it */
#include "cmd/image.h"

#include "base/error.h"
#include "base/str.h"
#include "cmd/store.h"
#include "image/store_lock.h"
#include "image/store_lookup.h"

#include <string.h>

/* The helper's one line of JSON names the manifest that is in the store now. */
static int unpack(struct cmd *cmd, const char *reference, const char *platform, char **ret)
{
	char *plain[] = { "unpack", NULL };
	char *chosen[] = { "--platform", arena_strdup(cmd->arena, platform ? platform : ""), NULL };
	char **args = strv_concat(cmd->arena, plain, platform ? chosen : NULL), *output;
	struct json *answer;
	int r = store_run_helper(cmd, strv_append(cmd->arena, args, reference), -EBADF, &output);

	if (r < 0)
		return r;
	r = json_parse(cmd->arena, "answer of the image helper", output, strlen(output), &answer);
	if (r < 0)
		return r;
	if (!json_str(answer, "manifest"))
		return refuse(-EPROTO, "the image helper's answer names no manifest");
	*ret = arena_strdup(cmd->arena, json_str(answer, "manifest"));
	return 0;
}

static int find(struct cmd *cmd, int store, const char *reference, const char *platform,
		struct stored_image **ret)
{
	struct image_reference ref;
	struct platform wanted;
	int r;

	r = image_reference_parse(cmd->arena, reference, &ref);
	if (r == 0)
		r = platform_parse(cmd->arena, platform, &wanted);
	if (r == 0)
		r = store_lookup_reference(cmd->arena, store, store_path(cmd), &ref);
	if (r == -ENOENT && !*error_text())
		return refuse(r, "no such image: %s", reference);
	return r == 0 ? store_find(cmd->arena, store, &ref, &wanted, ret) : r;
}

/* The helper sweeps the store when it is alone, so the lock is let go of while it works. */
int image_ready(struct cmd *cmd, int store, const char *reference, const char *platform,
		struct stored_image **ret, int *ret_lock)
{
	CLEANUP_FD int lock = store_lock_in_use(store);
	char *manifest = NULL;
	int r = lock < 0 ? lock : find(cmd, store, reference, platform, ret);

	if (r == -ENOENT && !*error_text()) {
		attr_closep(&lock);
		lock = -EBADF;
		r = unpack(cmd, reference, platform, &manifest);
		if (r < 0)
			return r;
		lock = store_lock_in_use(store);
		r = lock < 0 ? lock : store_find_manifest(cmd->arena, store, manifest, ret);
		if (r == -ENOENT)
			r = refuse(r, "image '%s' is not in the store after unpacking", reference);
	}
	if (r == 0)
		*ret_lock = TAKE_FD(lock);
	return r;
}
