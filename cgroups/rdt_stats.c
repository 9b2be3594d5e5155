/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/rdt_stats.c - what a container has of resctrl: the machine's abilities, its schemata, its counters */
#include "cgroups/rdt_stats.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024, DOMAINS_MAX = 1024 };

/* Without the line end; NULL where the file is missing. */
static char *text_at(struct arena *a, int dir, const char *path)
{
	char *text;
	size_t len;

	if (file_read_at(a, dir, path, FILE_MAX, &text, &len) < 0)
		return NULL;
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	return text;
}

static uint64_t number_at(struct arena *a, int dir, const char *path)
{
	const char *text = text_at(a, dir, path);
	uint64_t value;

	return text && str_to_u64(text, UINT64_MAX, &value) == 0 ? value : 0;
}

static char **schemata_at(struct arena *a, int dir)
{
	char *text = text_at(a, dir, "schemata"), **lines;

	if (!text)
		return NULL;
	lines = str_split(a, text, '\n');
	for (char **line = lines; *line; line++)
		*line += strspn(*line, " ");
	return lines;
}

const char *rdt_stats_line(char *const *lines, const char *resource)
{
	const char *found = NULL;

	for (; lines && *lines; lines++)
		if (str_starts(*lines, resource))
			found = *lines;
	return found;
}

static void read_machine(struct arena *a, const struct rdt_host *h, struct rdt_stats *s)
{
	const struct {
		const char *path;
		uint64_t *value;
	} rows[] = {
		{ "info/L3/min_cbm_bits", &s->min_cbm_bits },
		{ "info/L3/num_closids", &s->cache_closids },
		{ "info/MB/bandwidth_gran", &s->bandwidth_gran },
		{ "info/MB/delay_linear", &s->delay_linear },
		{ "info/MB/min_bandwidth", &s->min_bandwidth },
		{ "info/MB/num_closids", &s->bandwidth_closids },
	};
	const char *features = text_at(a, h->root, "info/L3_MON/mon_features");
	char **list = features ? str_split(a, features, '\n') : NULL;

	s->has_cache = faccessat(h->root, "info/L3", F_OK, 0) == 0;
	s->has_bandwidth = faccessat(h->root, "info/MB", F_OK, 0) == 0;
	s->cbm_mask = text_at(a, h->root, "info/L3/cbm_mask");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		*rows[i].value = number_at(a, h->root, rows[i].path);
	s->counts_bandwidth = strv_has(list, "mbm_total_bytes") ||
			      strv_has(list, "mbm_local_bytes");
	s->counts_occupancy = strv_has(list, "llc_occupancy");
}

static int compare_names(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

/* The folders of mon_data, sorted. */
static size_t domain_names(struct arena *a, int data, char *names[DOMAINS_MAX])
{
	int fd = openat(data, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	size_t n = 0;

	if (!d) {
		attr_closep(&fd);
		return 0;
	}
	for (struct dirent *e; n < DOMAINS_MAX && (e = readdir(d));)
		if (e->d_name[0] != '.' && e->d_type == DT_DIR)
			names[n++] = arena_strdup(a, e->d_name);
	(void)closedir(d);
	qsort(names, n, sizeof(*names), compare_names);
	return n;
}

static void read_counters(struct arena *a, int group, struct rdt_stats *s)
{
	CLEANUP_FD int data = openat(group, "mon_data", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *names[DOMAINS_MAX];

	if (data < 0 || (!s->counts_bandwidth && !s->counts_occupancy))
		return;
	s->n_domains = domain_names(a, data, names);
	s->domains = arena_array(a, s->n_domains, sizeof(*s->domains));
	for (size_t i = 0; i < s->n_domains; i++)
		s->domains[i] = (struct rdt_domain){
			.total_bytes = number_at(a, data,
						 arena_printf(a, "%s/mbm_total_bytes", names[i])),
			.local_bytes = number_at(a, data,
						 arena_printf(a, "%s/mbm_local_bytes", names[i])),
			.occupancy = number_at(a, data,
					       arena_printf(a, "%s/llc_occupancy", names[i])),
		};
}

int rdt_stats_read(struct arena *a, const struct rdt_host *h, const struct rdt_group *g,
		   const char *id, struct rdt_stats *ret)
{
	const char *name = str_eq(g->class_name, "/") ? "." : g->class_name;
	const char *group = g->monitored ? arena_printf(a, "%s/mon_groups/%s", name, id) : name;
	CLEANUP_FD int class = openat(h->root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int counted = openat(h->root, group, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct rdt_stats s = { 0 };

	if (class < 0 || counted < 0)
		return fail(-errno, "linux.intelRdt: open '%s'", class < 0 ? name : group);
	read_machine(a, h, &s);
	s.root_schemata = schemata_at(a, h->root);
	s.schemata = schemata_at(a, class);
	read_counters(a, counted, &s);
	*ret = s;
	return 0;
}
