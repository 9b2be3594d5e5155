/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_lock.h - STORE/lock, locked by bytes of an open file description, so that a lock ends with its process,
 * however that ends (light link set) */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
	/* shared by all that work in STORE/tmp or rely on what gc could remove; who gets it exclusively may
	 * remove what nobody names */
	STORE_BYTE_IN_USE = 0,
	STORE_BYTE_COMMIT = 1, /* held while index.json or what it names changes */
	STORE_BYTE_IMAGES =
		16, /* and up: one an image, so that two processes do not unpack the same */
};

/** store_lock_open - a descriptor of STORE/lock, made when it is missing; records */
int store_lock_open(int store) MUST_USE;

/** store_lock - take (F_RDLCK, F_WRLCK) or let go (F_UNLCK) of a byte; signals do not end the wait
 *  Return: 0; -EAGAIN without @wait: somebody else has it; records nothing */
int store_lock(int lock, off_t byte, short type, bool wait) MUST_USE;

/** store_lock_in_use - a new descriptor that holds STORE_BYTE_IN_USE shared until it is closed; records */
int store_lock_in_use(int store) MUST_USE;
