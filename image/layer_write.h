/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_write.h - one entry of an archive into the tree */
#pragma once

#include "image/layer_read.h"
#include "image/layer_tree.h"

struct layer_writer {
	struct layer_tree tree;
	uint64_t max_bytes; /* of one file, with its holes */
	bool keep_devices;
};

/** layer_write - make what the entry at hand describes; records */
int layer_write(struct layer_writer *w, struct layer_reader *reader,
		const struct layer_entry *e) MUST_USE;
