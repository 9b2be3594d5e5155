/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_verify.c - doboz-image verify and repair */
#include "base/error.h"
#include "base/json.h"
#include "cmd/image_verbs.h"
#include "image/confined.h"
#include "image/gc_mark.h"
#include "image/store_idmap.h"
#include "image/store_write.h"
#include "image/verify.h"

#include <stdio.h>
#include <string.h>

/* ---- verify ---- */

struct verifying {
	struct arena *arena;
	struct verify_target target;
};

static int act_verify(void *arg, struct buf *out)
{
	const struct verifying *v = arg;

	return verify_store(v->arena, &v->target, out);
}

static int verify(struct arena *a, const struct store *s, struct verify_result *ret)
{
	struct verifying verifying = { a, { s->dir, s->staging } };
	struct confined_task task = {
		.confine = { .rw_dirs = &s->staging,
			     .n_rw = 1,
			     .ro_dirs = &s->dir,
			     .n_ro = 1,
			     .keep_devices = store_idmap_is_host() },
		.act = act_verify,
		.arg = &verifying,
	};
	char *report;
	int r = confined_run(a, &task, &report);

	return r < 0 ? r : verify_read(a, report, ret);
}

/* ---- repair ---- */

static int remove_blobs(struct arena *a, const struct store *s, const struct verify_result *v)
{
	for (size_t i = 0; i < v->n_bad_blobs; i++) {
		const char *digest = v->blobs[i].name, *colon = strchr(digest, ':');
		const char *place = arena_printf(a, "%.*s/%s", (int)(colon - digest), digest,
						 colon + 1);

		if (renameat(s->blobs, place, s->staging, digest) < 0)
			return fail(-errno, "remove blob %s", digest);
	}
	return 0;
}

/* A layer that a container lies on cannot be exchanged under it. */
static int remove_layers(struct arena *a, const struct store *s, const struct verify_result *v,
			 char ***ret_busy)
{
	struct text_set leases = { 0 };
	int r = gc_mark_leases(a, s->dir, &leases);

	for (size_t i = 0; r == 0 && i < v->n_bad_layers; i++) {
		const char *key = v->layers[i].name;

		if (text_set_has(&leases, key))
			*ret_busy = strv_append(a, *ret_busy, key);
		else if (renameat(s->layers, key, s->staging, arena_printf(a, "bad-%s", key)) < 0)
			r = fail(-errno, "remove layer %s", key);
	}
	return r;
}

/* ---- the answer ---- */

static void write_problems(struct json_writer *w, const char *key,
			   const struct verify_problem *list, size_t n)
{
	json_w_array(w, key);
	for (size_t i = 0; i < n; i++) {
		json_w_object(w, NULL);
		json_w_str(w, "name", list[i].name);
		json_w_str(w, "why", list[i].why);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

static void write_list(struct json_writer *w, const char *key, char *const *list)
{
	json_w_array(w, key);
	for (; list && *list; list++)
		json_w_str(w, NULL, *list);
	json_w_end_array(w);
}

static int answer(const struct verify_result *v, char *const *busy)
{
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };

	json_w_object(&w, NULL);
	json_w_u64(&w, "blobs", v->n_blobs);
	json_w_u64(&w, "layers", v->n_layers);
	write_problems(&w, "badBlobs", v->blobs, v->n_bad_blobs);
	write_problems(&w, "badLayers", v->layers, v->n_bad_layers);
	write_list(&w, "unproven", v->unproven);
	write_list(&w, "busy", busy);
	write_list(&w, "images", v->broken);
	json_w_end_object(&w);
	return image_answer(&out);
}

int image_verify(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	struct verify_result result = { 0 };
	int r = store_open(call->arena, call->store, &store);

	if (r == 0)
		r = verify(call->arena, &store, &result);
	return r < 0 ? r : answer(&result, NULL);
}

int image_repair(const struct call *call)
{
	CLEANUP_STORE struct store store = STORE_NONE;
	struct verify_result result = { 0 };
	char **busy = NULL;
	int r = store_open_alone(call->arena, call->store, &store);

	if (r == 0)
		r = verify(call->arena, &store, &result);
	if (r == 0)
		r = remove_layers(call->arena, &store, &result, &busy);
	if (r == 0)
		r = remove_blobs(call->arena, &store, &result);
	return r < 0 ? r : answer(&result, busy);
}
