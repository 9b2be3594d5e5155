/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_idmap.h - the id map that the store's files were made under (heavy link set) */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

/** store_idmap_check - compare our id map with STORE/idmap.json, which is written when there is none; records
 *  Return: 0; -EINVAL the files belong to another map */
int store_idmap_check(struct arena *a, int store) MUST_USE;

/** store_idmap_is_single - is only one user id mapped, so that it has to own everything? */
bool store_idmap_is_single(void);

/** store_idmap_is_host - are we in the user namespace that has all ids, where devices can be made? */
bool store_idmap_is_host(void);
