/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_idmap.h - the id map that the store's files were made under (heavy link set) */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

/**
 * store_idmap_check - compare our id map with STORE/idmap.json; records
 * @ret_missing: the text that belongs there when there is none yet, else NULL
 * Return: 0; -EINVAL the store's files belong to another map
 */
int store_idmap_check(struct arena *a, int store, char **ret_missing) MUST_USE;

/** store_idmap_is_single - is only one user id mapped, so that it has to own everything? */
bool store_idmap_is_single(void);

/** store_idmap_is_host - are we in the user namespace that has all ids, where devices can be made? */
bool store_idmap_is_host(void);
