/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/run_files.c - the three files below /etc that belong to the container and not to the image
 * With the host's network the container gets copies of the host's hosts and resolv.conf. */
#include "cmd/run_files.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"

#include <fcntl.h>

enum { HOST_FILE_MAX = 1024 * 1024, SHORT_ID = 12 };

static int write_file(int dir, const char *name, const struct buf *text)
{
	int r = file_replace_at(dir, name, text->data ? text->data : "", text->len, 0644);

	return r < 0 ? fail(r, "write the container's %s", name) : 0;
}

/* A host file that is missing or strange is an empty one. */
static void add_host_file(struct arena *a, const char *path, struct buf *out)
{
	char *text;
	size_t len;

	if (file_read_at(a, AT_FDCWD, path, HOST_FILE_MAX, &text, &len) == 0)
		buf_add(out, text, len);
}

int run_files_write(int dir, const char *id, const struct run_values *v)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf hosts = { 0 }, hostname = { 0 }, resolv = { 0 };
	const char *name = v->hostname ? v->hostname : arena_printf(a, "%.*s", SHORT_ID, id);
	int r;

	if (str_eq(v->network, "host")) {
		add_host_file(a, "/etc/hosts", &hosts);
		add_host_file(a, "/etc/resolv.conf", &resolv);
	} else {
		buf_adds(&hosts, "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
	}
	buf_printf(&hosts, "127.0.0.1\t%s\n", name);
	buf_printf(&hostname, "%s\n", name);
	r = write_file(dir, "hosts", &hosts);
	if (r == 0)
		r = write_file(dir, "hostname", &hostname);
	return r < 0 ? r : write_file(dir, "resolv.conf", &resolv);
}
