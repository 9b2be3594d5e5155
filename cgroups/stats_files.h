/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats_files.h - reading the files of one folder into struct cgroup_stats, by tables
 * All quiet: a file that is not there, or not readable, leaves its number as it was. */
#pragma once

#include "base/arena.h"
#include "cgroups/stats_data.h"

struct cgroup_stats_reader {
	struct arena *arena;
	int dir;
	struct cgroup_stats *stats;
};

/* A file that holds one number. */
struct cgroup_stats_number {
	const char *file; /* NULL ends the table */
	size_t offset;    /* of a uint64_t in struct cgroup_stats */
};

/* A line "key number" of a file; rows of one file follow each other, so that it is read once. */
struct cgroup_stats_key {
	const char *file, *key;
	size_t offset;
	uint64_t factor; /* into the unit of the field */
};

/* What one controller shows; the tables may be NULL. */
struct cgroup_stats_part {
	const char *probe; /* a file that tells a folder with this controller; NULL ends the table */
	const struct cgroup_stats_number *numbers;
	const struct cgroup_stats_key *keys;
	void (*read)(struct cgroup_stats_reader *rd); /* what no table can say, after them */
	bool detail;                                  /* no part of a summary */
};

extern const struct cgroup_stats_part cgroup_stats_v1_parts[], cgroup_stats_v2_parts[];

/** cgroup_stats_text - a whole file, NULL when it cannot be read */
char *cgroup_stats_text(struct cgroup_stats_reader *rd, const char *file) MUST_USE;

/** cgroup_stats_to_u64 - a number as the kernel writes it: "max" is UINT64_MAX, and one that has
 *  slipped below 0 is 0. Return: false: it is no number */
bool cgroup_stats_to_u64(const char *text, uint64_t *ret) MUST_USE;

/** cgroup_stats_number - a file of one number, 0 when it is not there */
uint64_t cgroup_stats_number(struct cgroup_stats_reader *rd, const char *file) MUST_USE;

/** cgroup_stats_ranges - "0-3,7" as 0 1 2 3 7; at most 65536 numbers */
void cgroup_stats_ranges(struct cgroup_stats_reader *rd, const char *file,
			 struct cgroup_numbers *ret);
/** cgroup_stats_named - lines "name number", sorted by name; what is no such line is left out */
void cgroup_stats_named(struct cgroup_stats_reader *rd, const char *file,
			struct cgroup_named_number **ret, size_t *ret_n);
/** cgroup_stats_memory - memory.stat and the file of events. Return: the value of cache_name */
uint64_t cgroup_stats_memory(struct cgroup_stats_reader *rd, const char *events,
			     const char *cache_name);
/** cgroup_stats_add_io - one more entry of a kind */
void cgroup_stats_add_io(struct cgroup_stats_reader *rd, enum cgroup_io_kind kind,
			 struct cgroup_io_entry entry);
/** cgroup_stats_psi - a pressure file; one that cannot be read (PSI is off) is not set */
void cgroup_stats_psi(struct cgroup_stats_reader *rd, const char *file, struct cgroup_psi *ret);

/* The files of one huge page size behind "hugetlb.SIZE[.rsvd]". */
struct cgroup_stats_hugetlb {
	const char *usage, *max, *failcnt; /* max may be NULL */
	const char *events; /* not NULL: failcnt is the key "max" of "hugetlb.SIZE" + this */
};
/** cgroup_stats_hugetlb - every page size of the folder; reservations where they are counted, for a
 *  limit stops a process there first */
void cgroup_stats_hugetlb(struct cgroup_stats_reader *rd, const struct cgroup_stats_hugetlb *names);
