/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_verbs.h - the verbs of doboz-image, one row each in cmd/image_main.c */
#pragma once

#include "base/str.h"
#include "image/platform.h"
#include "image/reference.h"

struct call {
	struct arena *arena;
	const char *store; /* NULL: the verb has none */
	struct platform platform;
	char **args; /* behind the verb */
};

/** image_load - put all images of FILE, of a folder, or of standard input ("-") into the store */
int image_load(const struct call *call) MUST_USE;

/** image_gc - remove what no name and no container needs */
int image_gc(const struct call *call) MUST_USE;

/** image_verify, image_repair - prove all of the store; repair takes out what is wrong, for "reunpack" to bring back */
int image_verify(const struct call *call) MUST_USE;
int image_repair(const struct call *call) MUST_USE;

/** image_answer - one line of JSON to standard output */
int image_answer(struct buf *out) MUST_USE;
