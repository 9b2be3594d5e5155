/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_gc.c - doboz-image gc: remove what nothing needs */
#include "base/json.h"
#include "cmd/image_verbs.h"
#include "image/gc.h"

int image_gc(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };
	struct gc_result result = { 0 };
	int r = store_open_alone(call->arena, call->store, &store);

	if (r == 0)
		r = gc_run(call->arena, &store, *call->args[0] ? call->args[0] : NULL, &result);
	if (r < 0)
		return r;
	json_w_object(&w, NULL);
	json_w_u64(&w, "blobs", result.blobs);
	json_w_u64(&w, "layers", result.layers);
	json_w_u64(&w, "images", result.images);
	json_w_u64(&w, "bytes", result.bytes);
	json_w_end_object(&w);
	return image_answer(&out);
}
