/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/inspect_image.h - what is known of an image of the store, as JSON */
#pragma once

#include "base/json.h"
#include "cmd/cmd.h"

/** inspect_image - an object into a list; records
 *  Return: 0; -ENOENT (not recorded): the store has no such image */
int inspect_image(struct cmd *cmd, const char *what, struct json_writer *w) MUST_USE;
