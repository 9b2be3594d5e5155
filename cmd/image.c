/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image.c - a cached image starts without the helper; everything else goes through it */
#include "cmd/image.h"

#include "base/error.h"
#include "base/str.h"
#include "cmd/store.h"
#include "image/store_lookup.h"

#include <string.h>

/* The helper's one line of JSON names the manifest that is in the store now. */
static int unpack(struct cmd *cmd, int store, const char *reference, const char *platform,
		  struct stored_image **ret)
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
	r = store_find_manifest(cmd->arena, store, json_str(answer, "manifest"), ret);
	return r == -ENOENT ?
		       refuse(r, "image '%s' is not in the store after unpacking", reference) :
		       r;
}

int image_ready(struct cmd *cmd, int store, const char *reference, const char *platform,
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
	if (r == 0)
		r = store_find(cmd->arena, store, &ref, &wanted, ret);
	return r == -ENOENT && !*error_text() ? unpack(cmd, store, reference, platform, ret) : r;
}
