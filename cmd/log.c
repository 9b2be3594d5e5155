/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/log.c - one line a failure, as text or JSON */
#include "cmd/log.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int log_fd = -EBADF;
static bool log_json;

int log_open(const char *path, const char *format)
{
	if (format && !str_eq(format, "text") && !str_eq(format, "json"))
		return refuse(-EINVAL, "unknown log format '%s': text and json are known", format);
	log_json = str_eq(format, "json");
	if (!path)
		return 0;
	log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	return log_fd < 0 ? fail(-errno, "open log '%s'", path) : 0;
}

static void write_line(const char *level, const char *msg, bool with_warnings)
{
	struct timespec now;
	char stamp[64];
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };

	if (log_fd < 0)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(stamp, sizeof(stamp), "%s.%03ldZ", str_utc((uint64_t)now.tv_sec).text,
		       now.tv_nsec / 1000000 % 1000);
	if (log_json) {
		json_w_object(&w, NULL);
		json_w_str(&w, "level", level);
		json_w_str(&w, "msg", msg);
		json_w_str(&w, "time", stamp);
		if (with_warnings && warnings_next(NULL)) {
			json_w_array(&w, "warnings");
			for (const char *text = warnings_next(NULL); text;
			     text = warnings_next(text))
				json_w_str(&w, NULL, text);
			json_w_end_array(&w);
		}
		json_w_end_object(&w);
	} else {
		buf_printf(&out, "time=%s level=%s msg=\"%s\"", stamp, level, msg);
	}
	buf_addc(&out, '\n');
	(void)!write(log_fd, out.data, out.len);
}

void log_failure(const char *prefix)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = str_printable(a, error_text());

	write_line("error", text, true);
	(void)fprintf(stderr, "%s%s\n", prefix, text);
}

void log_success(bool to_stderr)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (const char *next = warnings_next(NULL); next; next = warnings_next(next)) {
		const char *text = str_printable(a, next);

		write_line("warning", text, false);
		if (to_stderr)
			(void)fprintf(stderr, "warning: %s\n", text);
	}
}
