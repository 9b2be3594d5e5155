/* SPDX-License-Identifier: Apache-2.0 */
/* image/layer.h - one layer blob to one folder: verify, inflate, parse, write (heavy link set)
 *
 * Pipeline per layer: blob bytes -> digest of the blob -> inflate (gzip by ISA-L or zlib, zstd, none)
 * -> digest of the tar (diffID) -> libarchive's tar reader -> our own writer on directory
 * descriptors. Both digests are checked to the last byte before the caller may make the folder
 * visible. Runs inside the confined child only. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct layer_limits {
	uint64_t max_bytes, max_entries; /* of the unpacked layer; 0: the defaults */
};

/* A layer that is already unpacked, below the one at hand. */
struct layer_lower {
	int dirfd; /* its fs folder */
};

struct layer_options {
	struct layer_limits limits;
	bool merged; /* write into one merged tree (bundle): whiteouts remove; lowers are unused */
	bool keep_devices; /* device nodes are made; else a warning each, and nothing */
	bool single_owner; /* all owners become the caller's: a user's id map with a single id */
	/* Topmost first: implicit parents, hardlinks into lower layers and parents that are symlinks
	 * below have the meaning that they would have in a merged tree. */
	const struct layer_lower *lowers;
	size_t n_lowers;
};

struct layer_source {
	int fd;              /* the blob at its first byte; need not be seekable */
	uint64_t size;       /* of the descriptor: exactly so many bytes belong to the blob */
	const char *digest;  /* "sha256:..." of the blob; NULL: it has none (docker-archive) */
	const char *diff_id; /* "sha256:..." of the uncompressed tar */
};

struct layer_result {
	uint64_t bytes, entries;
	/* The folder is right only on top of these lowers: its key is the chain ID, which for a bottom
	 * layer must not be taken for the diffID (the same layer may lie higher in another image). */
	bool depends_on_lowers;
};

/**
 * layer_unpack - fill an empty folder (merged: the one that holds the layers below) from a blob
 * Records. Runs two threads of its own until it returns, and the process's umask is 0 meanwhile.
 * Whiteouts become overlay's: character device 0:0 for a removed name, "user.overlay.opaque" = "y" on an opaque folder
 * (unless merged). xattrs "trusted.overlay.*" and "user.overlay.*" of the archive are dropped.
 * Return: 0; -EBADMSG digest, size or format is wrong; -EINVAL a refused entry ("entry 12 'a/../b': ...");
 * -EFBIG a limit; on error the folder's content is garbage and the caller removes it.
 */
int layer_unpack(const struct layer_source *src, int dirfd, const struct layer_options *opt,
		 struct layer_result *ret) MUST_USE;
