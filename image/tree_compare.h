/* SPDX-License-Identifier: Apache-2.0 */
/* image/tree_compare.h - are two trees the same, byte for byte? (heavy link set) */
#pragma once

#include "base/str.h"

/**
 * tree_compare - names, types, modes, owners, times of files and folders, xattrs, links among each other, contents
 * @one, @other: descriptors of the folders; nothing is followed, nothing is opened but files and folders
 * @ret_why: the first difference, as "PATH: what"
 * Return: 1 the same; 0 not; records a negative errno when it cannot be told
 */
int tree_compare(struct arena *a, int one, int other, char **ret_why) MUST_USE;
