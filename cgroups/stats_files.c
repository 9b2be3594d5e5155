/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/stats_files.c - the few forms that the kernel gives its counters */
#include "cgroups/stats_files.h"
#include "base/fd.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024, NUMBERS_MAX = 65536 };

char *cgroup_stats_text(struct cgroup_stats_reader *rd, const char *file)
{
	char *text;
	size_t len;

	return file_read_at(rd->arena, rd->dir, file, FILE_MAX, &text, &len) < 0 ? NULL : text;
}

bool cgroup_stats_to_u64(const char *text, uint64_t *ret)
{
	if (str_eq(text, "max")) {
		*ret = UINT64_MAX;
		return true;
	}
	if (text[0] == '-') {
		*ret = 0;
		return text[1] && !text[1 + strspn(text + 1, "0123456789")];
	}
	return str_to_u64(text, UINT64_MAX, ret) == 0;
}

uint64_t cgroup_stats_number(struct cgroup_stats_reader *rd, const char *file)
{
	char *text = cgroup_stats_text(rd, file);
	uint64_t value = 0;

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text && cgroup_stats_to_u64(text, &value) ? value : 0;
}

void cgroup_stats_ranges(struct cgroup_stats_reader *rd, const char *file,
			 struct cgroup_numbers *ret)
{
	char *text = cgroup_stats_text(rd, file), *part;
	struct cgroup_numbers out = { 0 };
	size_t capacity = 0;

	if (!text)
		return;
	text[strcspn(text, "\n")] = '\0';
	while ((part = strsep(&text, ","))) {
		char *last = part, *first = strsep(&last, "-");
		uint64_t from, to;

		if (str_to_u64(first, NUMBERS_MAX - 1, &from) < 0)
			continue;
		if (!last || str_to_u64(last, NUMBERS_MAX - 1, &to) < 0)
			to = from;
		for (; from <= to && out.n < NUMBERS_MAX; from++) {
			if (out.n == capacity) {
				uint64_t *grown;

				capacity = capacity ? capacity * 2 : 64;
				grown = arena_array(rd->arena, capacity, sizeof(*grown));
				if (out.n)
					memcpy(grown, out.list, out.n * sizeof(*grown));
				out.list = grown;
			}
			out.list[out.n++] = from;
		}
	}
	*ret = out;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct cgroup_named_number *)a)->name,
		      ((const struct cgroup_named_number *)b)->name);
}

void cgroup_stats_named(struct cgroup_stats_reader *rd, const char *file,
			struct cgroup_named_number **ret, size_t *ret_n)
{
	char *text = cgroup_stats_text(rd, file), *line;
	struct cgroup_named_number *list;
	size_t lines = 1, n = 0;

	if (!text)
		return;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	list = arena_array(rd->arena, lines, sizeof(*list));
	while ((line = strsep(&text, "\n"))) {
		list[n].name = strsep(&line, " ");
		n += line && cgroup_stats_to_u64(line, &list[n].value);
	}
	qsort(list, n, sizeof(*list), compare_names);
	*ret = list;
	*ret_n = n;
}

uint64_t cgroup_stats_memory(struct cgroup_stats_reader *rd, const char *events,
			     const char *cache_name)
{
	struct cgroup_memory_stats *m = &rd->stats->memory;

	cgroup_stats_named(rd, events, &m->events, &m->n_events);
	m->n_raw = 0;
	cgroup_stats_named(rd, "memory.stat", &m->raw, &m->n_raw);
	for (size_t i = 0; i < m->n_raw; i++)
		if (str_eq(m->raw[i].name, cache_name))
			return m->raw[i].value;
	return 0;
}

void cgroup_stats_add_io(struct cgroup_stats_reader *rd, enum cgroup_io_kind kind,
			 struct cgroup_io_entry entry)
{
	struct cgroup_io_list *to = &rd->stats->io[kind];

	if (to->n == to->capacity) {
		size_t capacity = to->capacity ? to->capacity * 2 : 8;
		struct cgroup_io_entry *grown = arena_array(rd->arena, capacity, sizeof(*grown));

		if (to->n)
			memcpy(grown, to->list, to->n * sizeof(*grown));
		to->list = grown;
		to->capacity = capacity;
	}
	to->list[to->n++] = entry;
}

/* ---- pressure: "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" ---- */

static void psi_line(char *words, struct cgroup_psi_line *ret)
{
	struct cgroup_psi_line line = { 0 };
	const struct {
		const char *name;
		char **field;
	} averages[] = { { "avg10=", &line.avg10 },
			 { "avg60=", &line.avg60 },
			 { "avg300=", &line.avg300 } };
	const char *total = NULL;
	char *word;

	while ((word = strsep(&words, " "))) {
		for (size_t i = 0; i < ARRAY_SIZE(averages); i++)
			if (str_starts(word, averages[i].name))
				*averages[i].field = word + strlen(averages[i].name);
		if (str_starts(word, "total="))
			total = word + strlen("total=");
	}
	if (line.avg10 && line.avg60 && line.avg300 && total &&
	    str_to_u64(total, UINT64_MAX, &line.total) == 0)
		*ret = line;
}

void cgroup_stats_psi(struct cgroup_stats_reader *rd, const char *file, struct cgroup_psi *ret)
{
	char *text = cgroup_stats_text(rd, file), *line;

	if (!text)
		return;
	ret->set = true;
	while ((line = strsep(&text, "\n"))) {
		const char *kind = strsep(&line, " ");

		if (line && str_eq(kind, "some"))
			psi_line(line, &ret->some);
		else if (line && str_eq(kind, "full"))
			psi_line(line, &ret->full);
	}
}

/* ---- huge pages: the folder says which sizes there are ---- */

static uint64_t key_of(struct cgroup_stats_reader *rd, const char *file, const char *key)
{
	char *text = cgroup_stats_text(rd, file), *line;
	uint64_t value;

	while (text && (line = strsep(&text, "\n"))) {
		const char *name = strsep(&line, " ");

		if (line && str_eq(name, key) && cgroup_stats_to_u64(line, &value))
			return value;
	}
	return 0;
}

static void read_size(struct cgroup_stats_reader *rd, const struct cgroup_stats_hugetlb *names,
		      struct cgroup_hugetlb_stats *h)
{
	char *prefix = arena_printf(rd->arena, "hugetlb.%s.rsvd", h->size);
	const char *base = arena_printf(rd->arena, "hugetlb.%s", h->size);

	if (faccessat(rd->dir, arena_printf(rd->arena, "%s%s", prefix, names->usage), F_OK, 0) < 0)
		prefix[strlen(base)] = '\0';
	h->usage = cgroup_stats_number(rd, arena_printf(rd->arena, "%s%s", prefix, names->usage));
	if (names->max)
		h->max = cgroup_stats_number(rd,
					     arena_printf(rd->arena, "%s%s", prefix, names->max));
	h->failcnt = names->events ?
			     key_of(rd, arena_printf(rd->arena, "%s%s", base, names->events),
				    "max") :
			     cgroup_stats_number(rd, arena_printf(rd->arena, "%s%s", prefix,
								  names->failcnt));
}

/* "hugetlb.2MB.current" is of the size 2MB; "hugetlb.2MB.rsvd.current" is not asked. */
static char *size_of(struct arena *a, const char *file, const char *usage)
{
	const char *size = str_after(file, "hugetlb.");
	const char *dot = size ? strchr(size, '.') : NULL;

	return dot && str_eq(dot, usage) ? arena_strndup(a, size, (size_t)(dot - size)) : NULL;
}

static int compare_sizes(const void *a, const void *b)
{
	return strcmp(((const struct cgroup_hugetlb_stats *)a)->size,
		      ((const struct cgroup_hugetlb_stats *)b)->size);
}

void cgroup_stats_hugetlb(struct cgroup_stats_reader *rd, const struct cgroup_stats_hugetlb *names)
{
	enum { SIZES_MAX = 32 };
	int fd = openat(rd->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct cgroup_hugetlb_stats found[SIZES_MAX] = { 0 };
	size_t n = 0;

	if (!dir) {
		attr_closep(&fd);
		return;
	}
	for (struct dirent *e; n < SIZES_MAX && (e = readdir(dir));) {
		found[n].size = size_of(rd->arena, e->d_name, names->usage);
		n += found[n].size != NULL;
	}
	(void)closedir(dir);
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		read_size(rd, names, &found[i]);
	qsort(found, n, sizeof(*found), compare_sizes);
	rd->stats->hugetlb = arena_array(rd->arena, n, sizeof(*found));
	memcpy(rd->stats->hugetlb, found, n * sizeof(*found));
	rd->stats->n_hugetlb = n;
}
