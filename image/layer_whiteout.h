/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer_whiteout.h - hide what the layers below made: marks in a layer's folder, removal in a merged tree
 * What the layer at hand made itself stays, whether it came before or comes after. */
#pragma once

#include "image/layer_tree.h"

/** layer_whiteout_name - ".wh.NAME" in this folder; records */
int layer_whiteout_name(struct layer_tree *t, const struct layer_folder *folder,
			const char *name) MUST_USE;

/** layer_whiteout_all - ".wh..wh..opq" in this folder; records */
int layer_whiteout_all(struct layer_tree *t, const struct layer_folder *folder) MUST_USE;
