/* SPDX-License-Identifier: Apache-2.0 */
/* netns/counters.c - what went through the network devices of a process */
#include "netns/counters.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { DEVICES_MAX = 4096, LINE_BYTES = 512, FILE_MAX = DEVICES_MAX * LINE_BYTES };

/* Return: 1 it has a namespace of its own, 0 it shares ours, or nobody lets us know */
static int is_apart(struct arena *a, int proc, pid_t pid)
{
	struct stat ours, its;

	return fstatat(proc, "self/ns/net", &ours, 0) == 0 &&
	       fstatat(proc, arena_printf(a, "%d/ns/net", (int)pid), &its, 0) == 0 &&
	       (ours.st_ino != its.st_ino || ours.st_dev != its.st_dev);
}

/* "  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0": eight columns received, eight sent */
static bool read_line(struct arena *a, char *line, struct netns_counters *ret)
{
	struct netns_counters c = { 0 };
	uint64_t *const columns[16] = {
		[0] = &c.rx_bytes, [1] = &c.rx_packets, [2] = &c.rx_errors,  [3] = &c.rx_dropped,
		[8] = &c.tx_bytes, [9] = &c.tx_packets, [10] = &c.tx_errors, [11] = &c.tx_dropped,
	};
	char *name = strsep(&line, ":"), *word;
	size_t i = 0;

	if (!line)
		return false;
	while (i < ARRAY_SIZE(columns) && (word = strsep(&line, " "))) {
		uint64_t value;

		if (!*word)
			continue;
		if (str_to_u64(word, UINT64_MAX, &value) < 0)
			return false;
		if (columns[i])
			*columns[i] = value;
		i++;
	}
	c.name = arena_strdup(a, name + strspn(name, " "));
	*ret = c;
	return i == ARRAY_SIZE(columns) && !str_eq(c.name, "lo");
}

int netns_counters_read(struct arena *a, int proc, pid_t pid, struct netns_counters **ret,
			size_t *ret_n)
{
	struct netns_counters *list;
	char *text, *line;
	size_t len, n = 0, lines = 1;
	int r;

	*ret = NULL;
	*ret_n = 0;
	if (!is_apart(a, proc, pid))
		return 0;
	r = file_read_at(a, proc, arena_printf(a, "%d/net/dev", (int)pid), FILE_MAX, &text, &len);
	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	list = arena_array(a, lines, sizeof(*list));
	while ((line = strsep(&text, "\n")))
		n += read_line(a, line, &list[n]);
	*ret = list;
	*ret_n = n;
	return 0;
}
