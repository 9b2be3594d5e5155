/* SPDX-License-Identifier: Apache-2.0 */
/* image/store_names.h - which images the store has, and under which names (light link set)
 *
 * The store is an OCI layout, and its index.json is all there is to know of names: one descriptor a name, with the
 * full form (image/names.h) as annotation org.opencontainers.image.ref.name. An image without names has
 * one descriptor without that. It is replaced by a rename, under STORE_BYTE_COMMIT. */
#pragma once

#include "base/json.h"
#include "image/names.h"

struct store_name {
	char *name;                /* the full form, or NULL: an image without names */
	char *digest, *media_type; /* of its manifest or index */
	uint64_t size;             /* of that document */
	const struct json *value;  /* the descriptor as it is in index.json; NULL in a new one */
};

struct store_names {
	struct store_name *list;
	size_t n;
};

/** store_names_load - index.json; a store that has none has no names; records */
int store_names_load(struct arena *a, int store, struct store_names *ret) MUST_USE;

/** store_names_get - the descriptor that has one of the full forms, the first form that has one; NULL: none.
 *  A form HOST/PATH@DIGEST is also found where HOST/PATH has a tag and that digest */
const struct store_name *store_names_get(const struct store_names *names, char *const *candidates);

/* What becomes of index.json: names that are removed, then names that are set, each taking the place of its
 * namesake. An image that lost its last name thereby to another one stays, without a name. */
struct store_names_change {
	char **remove;                /* full forms, or NULL */
	char **remove_digests;        /* all descriptors of these, or NULL */
	const struct store_name *set; /* name NULL: an image without a name, unless it has one */
	size_t n_set;
};

/**
 * store_names_change - replace index.json; records
 * Takes STORE_BYTE_IN_USE and STORE_BYTE_COMMIT for itself, unless @lock is a descriptor that holds them.
 * -EFBIG: index.json would be more than 4 MiB
 */
int store_names_change(struct arena *a, int store, int lock,
		       const struct store_names_change *change) MUST_USE;
