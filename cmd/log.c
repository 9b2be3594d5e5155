/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/log.c - one line a failure, as text or JSON, to a file, syslog or the journal */
#include "cmd/log.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

struct line {
	int priority;      /* of syslog(3) */
	const char *level; /* as logrus writes it */
	const char *msg;   /* printable */
	bool failed;       /* with the details of the failure, and the warnings */
};

/* The value of --log is PREFIX:NAME, or a path. */
struct sink {
	const char *prefix;
	int (*open)(const char *name);
	void (*write)(const struct line *l);
};

static int log_fd = -EBADF;
static bool log_json;
static const char *log_name;
static const struct sink *sink;

/* ---- a file ---- */

static int open_file(const char *path)
{
	log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	return log_fd < 0 ? fail(-errno, "open log '%s'", path) : 0;
}

/* Behind the three keys that every caller knows; docs/errors.md. */
static void write_details(struct json_writer *w)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct error_details d = error_details();
	const struct {
		const char *key, *value;
	} rows[] = {
		{ "code", error_kind_code(d.kind) },
		{ "step", str_printable(a, d.step) },
		{ "object", str_printable(a, d.object) },
		{ "hint", error_kind_hint(d.kind) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (*rows[i].value)
			json_w_str(w, rows[i].key, rows[i].value);
	if (!warnings_next(NULL))
		return;
	json_w_array(w, "warnings");
	for (const char *text = warnings_next(NULL); text; text = warnings_next(text))
		json_w_str(w, NULL, text);
	json_w_end_array(w);
}

/* As logrus quotes: a message, which may have words of strangers in it, cannot end itself. */
static void add_quoted(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void write_file(const struct line *l)
{
	struct timespec now;
	char stamp[64];
	CLEANUP_BUF struct buf out = { 0 };
	struct json_writer w = { .out = &out };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(stamp, sizeof(stamp), "%s.%03ldZ", str_utc((uint64_t)now.tv_sec).text,
		       now.tv_nsec / 1000000 % 1000);
	if (log_json) {
		json_w_object(&w, NULL);
		json_w_str(&w, "level", l->level);
		json_w_str(&w, "msg", l->msg);
		json_w_str(&w, "time", stamp);
		if (l->failed)
			write_details(&w);
		json_w_end_object(&w);
	} else {
		buf_printf(&out, "time=\"%s\" level=%s msg=", stamp, l->level);
		add_quoted(&out, l->msg);
	}
	buf_addc(&out, '\n');
	(void)!fd_write_all(log_fd, out.data, out.len);
}

/* ---- syslog(3) ---- */

static int open_syslog(const char *name)
{
	openlog(name, LOG_PID, LOG_USER);
	return 0;
}

static void write_syslog(const struct line *l)
{
	syslog(l->priority, "%s", l->msg);
}

/* ---- the journal, by its native protocol (systemd's JOURNAL_NATIVE_PROTOCOL) ---- */

static int open_journal(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX,
				    .sun_path = "/run/systemd/journal/socket" };

	log_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (log_fd < 0 || connect(log_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return fail(-errno, "open log 'journald:%s'", name);
	return 0;
}

/* A printable message has no newline, so the simple form does. */
static void write_journal(const struct line *l)
{
	CLEANUP_BUF struct buf out = { 0 };

	buf_printf(&out, "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\n", l->priority, log_name);
	if (l->failed)
		buf_printf(&out, "DOBOZ_ERROR=%s\n", error_kind_code(error_details().kind));
	buf_printf(&out, "MESSAGE=%s\n", l->msg);
	(void)send(log_fd, out.data, out.len, MSG_NOSIGNAL);
}

/* ---- all ---- */

/* The last one takes whatever has no other prefix. */
static const struct sink sinks[] = {
	{ "syslog:", open_syslog, write_syslog },
	{ "journald:", open_journal, write_journal },
	{ "file:", open_file, write_file },
	{ "", open_file, write_file },
};

int log_open(const char *where, const char *format)
{
	const struct sink *s = sinks;
	int r;

	if (format && !str_eq(format, "text") && !str_eq(format, "json"))
		return refuse(-EINVAL, "unknown log format '%s': text and json are known", format);
	log_json = str_eq(format, "json");
	if (!where || !*where)
		return 0;
	while (!str_starts(where, s->prefix))
		s++;
	log_name = where + strlen(s->prefix);
	if (!*log_name || strchr(log_name, '\n'))
		return refuse(-EINVAL, "log '%s': no usable name", where);
	r = s->open(log_name);
	if (r >= 0)
		sink = s;
	return r;
}

void log_failure(const char *prefix)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = str_printable(a, error_text());

	if (sink)
		sink->write(&(struct line){ LOG_ERR, "error", text, true });
	(void)fprintf(stderr, "%s%s\n", prefix, text);
}

void log_success(bool to_stderr)
{
	CLEANUP(arena) struct arena *a = arena_new();

	for (const char *next = warnings_next(NULL); next; next = warnings_next(next)) {
		const char *text = str_printable(a, next);

		if (sink)
			sink->write(&(struct line){ LOG_WARNING, "warning", text, false });
		if (to_stderr)
			(void)fprintf(stderr, "warning: %s\n", text);
	}
}
