/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats.c - what a container uses: every folder by the table of its version */
#include "cgroups/stats.h"
#include "base/error.h"
#include "base/str.h"
#include "cgroups/stats_files.h"
#include "cgroups/tree.h"

#include <fcntl.h>
#include <string.h>

static uint64_t *field(const struct cgroup_stats_reader *rd, size_t offset)
{
	return (uint64_t *)(void *)((char *)rd->stats + offset);
}

static void read_numbers(struct cgroup_stats_reader *rd, const struct cgroup_stats_number *row)
{
	for (; row && row->file; row++)
		*field(rd, row->offset) = cgroup_stats_number(rd, row->file);
}

static void read_line(struct cgroup_stats_reader *rd, const struct cgroup_stats_key *rows,
		      const char *file, const char *key, const char *value)
{
	uint64_t number;

	for (; rows->file && str_eq(rows->file, file); rows++)
		if (str_eq(rows->key, key) && cgroup_stats_to_u64(value, &number))
			*field(rd, rows->offset) = number * rows->factor;
}

static void read_keys(struct cgroup_stats_reader *rd, const struct cgroup_stats_key *row)
{
	while (row && row->file) {
		const char *file = row->file;
		char *text = cgroup_stats_text(rd, file), *line;

		while (text && (line = strsep(&text, "\n"))) {
			const char *key = strsep(&line, " ");

			if (line)
				read_line(rd, row, file, key, line);
		}
		while (row->file && str_eq(row->file, file))
			row++;
	}
}

void cgroup_stats_folder(struct arena *a, int dir, bool details, struct cgroup_stats *stats)
{
	struct cgroup_stats_reader rd = { .arena = a, .dir = dir, .stats = stats };
	bool v2 = faccessat(dir, "cgroup.controllers", F_OK, 0) == 0;
	const struct cgroup_stats_part *part = v2 ? cgroup_stats_v2_parts : cgroup_stats_v1_parts;

	for (; part->probe; part++) {
		if ((part->detail && !details) || faccessat(dir, part->probe, F_OK, 0) < 0)
			continue;
		read_numbers(&rd, part->numbers);
		read_keys(&rd, part->keys);
		if (part->read)
			part->read(&rd);
	}
}

/* The journal lists the v2 folder first. */
int cgroup_stats_read(struct arena *a, char *const *folders, bool details, struct cgroup_stats *ret)
{
	struct cgroup_stats stats = { 0 };
	size_t n = 0;

	for (; folders && *folders; folders++) {
		CLEANUP_FD int dir = cgroup_tree_open(*folders);

		if (dir == -ENOENT)
			continue;
		if (dir < 0)
			return fail(dir, "open cgroup '%s'", *folders);
		cgroup_stats_folder(a, dir, details, &stats);
		n++;
	}
	if (n == 0)
		return refuse(-ENOENT, "the container's cgroup is gone");
	*ret = stats;
	return 0;
}
