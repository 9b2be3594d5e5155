/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/container_log.c - write and print the log of a container */
#include "cmd/container_log.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cmd/containers.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 16 * 1024, CHUNK = 64 * 1024 };

void container_log_init(struct container_log *log, int fd)
{
	*log = (struct container_log){ .fd = fd };
	log->streams[0].name = "stdout";
	log->streams[1].name = "stderr";
}

static int write_record(struct container_log *log, int stream, const char *text, size_t len,
			char tag)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf out = { 0 };

	buf_printf(&out, "%s %s %c ", containers_now(a), log->streams[stream].name, tag);
	buf_add(&out, text, len);
	buf_addc(&out, '\n');
	return fd_write_all(log->fd, out.data, out.len);
}

int container_log_add(struct container_log *log, int stream, const void *data, size_t len)
{
	struct buf *line = &log->streams[stream].line;
	const char *next = data, *end = next + len;
	int r = 0;

	while (r == 0 && next < end) {
		const char *newline = memchr(next, '\n', (size_t)(end - next));
		size_t piece = (size_t)((newline ? newline : end) - next);

		if (piece > LINE_MAX_LEN - line->len) {
			piece = LINE_MAX_LEN - line->len;
			newline = NULL;
		}
		buf_add(line, next, piece);
		next += piece + (newline ? 1 : 0);
		if (!newline && line->len < LINE_MAX_LEN)
			break;
		r = write_record(log, stream, line->data ? line->data : "", line->len,
				 newline ? 'F' : 'P');
		line->len = 0;
	}
	return r;
}

void container_log_end(struct container_log *log)
{
	for (int i = 0; i < 2; i++) {
		struct buf *line = &log->streams[i].line;

		if (line->len > 0)
			(void)write_record(log, i, line->data, line->len, 'F');
		buf_free(line);
	}
}

/* One record to where it came from: "TIME STREAM TAG TEXT". */
static void print_record(const char *record, size_t len, bool timestamps)
{
	const char *stream = memchr(record, ' ', len), *tag, *text;
	FILE *out;

	tag = stream ? memchr(stream + 1, ' ', len - (size_t)(stream + 1 - record)) : NULL;
	if (!tag || (size_t)(tag - record) + 3 > len)
		return;
	text = tag + 3;
	out = str_starts(stream + 1, "stderr") ? stderr : stdout;
	if (timestamps)
		(void)fprintf(out, "%.*s ", (int)(stream - record), record);
	(void)fwrite(text, 1, len - (size_t)(text - record), out);
	if (tag[1] == 'F')
		(void)fputc('\n', out);
}

/* Print the whole records that the buffer holds, and keep the rest. */
static void print_records(struct buf *pending, bool timestamps)
{
	size_t done = 0;

	for (;;) {
		char *start = pending->data + done;
		char *newline = pending->len > done ? memchr(start, '\n', pending->len - done) :
						      NULL;

		if (!newline)
			break;
		print_record(start, (size_t)(newline - start), timestamps);
		done += (size_t)(newline - start) + 1;
	}
	if (done > 0)
		memmove(pending->data, pending->data + done, pending->len - done);
	pending->len -= done;
	(void)fflush(stdout);
}

/* Offset at which the last `tail` lines begin. */
static int find_tail(int fd, int64_t tail, off_t *ret)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	off_t end = lseek(fd, 0, SEEK_END);
	int64_t newlines = 0;

	*ret = 0;
	if (!chunk || end < 0)
		return -EIO;
	if (tail == 0)
		*ret = end;
	while (tail > 0 && end > 0) {
		size_t want = end > CHUNK ? CHUNK : (size_t)end;
		ssize_t n = pread(fd, chunk, want, end - (off_t)want);

		if (n != (ssize_t)want)
			return n < 0 ? -errno : -EIO;
		for (ssize_t i = n - 1; i >= 0; i--)
			if (chunk[i] == '\n' && newlines++ == tail) {
				*ret = end - (off_t)want + i + 1;
				return 0;
			}
		end -= (off_t)want;
	}
	return 0;
}

/* Print what is new. */
static int print_new(int fd, struct buf *pending, bool timestamps)
{
	CLEANUP_FREE char *chunk = malloc(CHUNK);
	ssize_t n;

	if (!chunk)
		return -ENOMEM;
	while ((n = read(fd, chunk, CHUNK)) > 0) {
		buf_add(pending, chunk, (size_t)n);
		print_records(pending, timestamps);
	}
	return n < 0 ? -errno : 0;
}

/* Has whoever looks after the container let go of its lock file? The event comes before the lock is free. */
static bool says_end(const char *events, ssize_t len)
{
	for (ssize_t at = 0; at < len;) {
		const struct inotify_event *e = (const struct inotify_event *)(events + at);

		if (e->mask & IN_CLOSE_WRITE && e->len > 0 && str_eq(e->name, "lock"))
			return true;
		at += (ssize_t)(sizeof(*e) + e->len);
	}
	return false;
}

/* Return: 1 there may be more, 0 nobody looks after it or nobody reads us any more, or a negative errno. */
static int wait_for_more(int dir, int watch)
{
	struct pollfd fds[] = { { .fd = watch, .events = POLLIN }, { .fd = STDOUT_FILENO } };
	_Alignas(struct inotify_event) char events[4096];
	ssize_t n;

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return errno == EINTR ? 1 : -errno;
	if (fds[1].revents)
		return 0;
	n = read(watch, events, sizeof(events));
	if (n < 0)
		return -errno;
	return says_end(events, n) ? containers_wait_unwatched(dir) : 1;
}

/* Until nobody looks after the container. */
static int follow(int dir, int fd, struct buf *pending, bool timestamps)
{
	CLEANUP_FD int watch = inotify_init1(IN_CLOEXEC);
	int r, more;

	if (watch < 0 ||
	    inotify_add_watch(watch, fd_path(dir).text, IN_MODIFY | IN_CLOSE_WRITE) < 0)
		return fail(-errno, "watch the container's folder");
	more = containers_is_watched(dir);
	for (;;) {
		r = print_new(fd, pending, timestamps);
		if (r < 0 || more <= 0)
			return r < 0 ? r : more;
		more = wait_for_more(dir, watch);
	}
}

int container_log_print(int dir, const struct container_log_options *opt)
{
	CLEANUP_FD int fd = openat(dir, "log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP_BUF struct buf pending = { 0 };
	off_t start = 0;
	int r = 0;

	if (fd < 0)
		return errno == ENOENT ?
			       refuse(-ENOENT,
				      "the container has no log: only what run -d started has one") :
			       fail(-errno, "open the log");
	if (opt->tail >= 0)
		r = find_tail(fd, opt->tail, &start);
	if (r == 0 && lseek(fd, start, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		r = opt->follow ? follow(dir, fd, &pending, opt->timestamps) :
				  print_new(fd, &pending, opt->timestamps);
	return r < 0 ? fail(r, "read the log") : 0;
}
