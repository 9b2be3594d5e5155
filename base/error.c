/* SPDX-License-Identifier: Apache-2.0 */
/* base/error.c - the record of the failure, and the buffer of warnings */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WARNINGS_MAX = 8192, NOTE_MAX = 64 };

static _Thread_local struct {
	int code;
	char text[ERROR_TEXT_MAX];
	struct error_details details;
} record;

/* Warnings lie behind each other, each with its NUL. What did not fit is only counted, and the
 * iteration ends with a note that says how many. */
static _Thread_local struct {
	char texts[WARNINGS_MAX];
	size_t len;
	size_t lost;
	char note[NOTE_MAX];
} warnings;

const char *error_reason(int r)
{
	static _Thread_local char reason[128];
	char scratch[128];
	const char *words = strerror_r(r < 0 ? -r : r, scratch, sizeof(scratch));

	snprintf(reason, sizeof(reason), "%s", words);
	if (reason[0] >= 'A' && reason[0] <= 'Z')
		reason[0] = (char)(reason[0] - 'A' + 'a');
	return reason;
}

/* The text is built aside, because an argument may point into the record itself. */
static int put_record(int r, const char *behind, const char *fmt, va_list ap)
{
	int saved = errno;
	char text[ERROR_TEXT_MAX];
	int len;

	len = vsnprintf(text, sizeof(text), fmt, ap);
	if (behind && len >= 0 && (size_t)len < sizeof(text))
		snprintf(text + len, sizeof(text) - (size_t)len, ": %s", behind);
	memcpy(record.text, text, sizeof(text));
	record.code = r;
	errno = saved;
	return r;
}

/* "config.mounts[2].type" of "config.mounts[2].type: required": a text that came from elsewhere begins
 * with its place, which has no blanks. */
static void put_place(const char *text)
{
	size_t len = strcspn(text, ": ");

	if (text[len] == ':')
		(void)snprintf(record.details.object, sizeof(record.details.object), "%.*s",
			       (int)len, text);
}

/* A new failure has no class yet. Its object is the first argument, when that is a whole string. */
static void put_object(const char *fmt, va_list ap)
{
	const char *first = strchr(fmt, '%');
	int saved = errno;
	va_list args;

	record.details = (struct error_details){ 0 };
	if (!first || first[1] != 's')
		return;
	va_copy(args, ap);
	if (fmt[2])
		(void)snprintf(record.details.object, sizeof(record.details.object), "%s",
			       va_arg(args, const char *));
	else
		put_place(va_arg(args, const char *));
	va_end(args);
	errno = saved;
}

int fail(int r, const char *fmt, ...)
{
	va_list ap;

	if (r >= 0)
		r = -EINVAL;
	va_start(ap, fmt);
	put_object(fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	r = put_record(r, error_reason(r), fmt, ap);
	va_end(ap);
	return r;
}

int refuse(int r, const char *fmt, ...)
{
	va_list ap;

	if (r >= 0)
		r = -EINVAL;
	va_start(ap, fmt);
	put_object(fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	r = put_record(r, NULL, fmt, ap);
	va_end(ap);
	return r;
}

int fail_context(int r, const char *fmt, ...)
{
	char old[ERROR_TEXT_MAX];
	va_list ap;

	memcpy(old, record.text, sizeof(old));
	va_start(ap, fmt);
	r = put_record(r, old, fmt, ap);
	va_end(ap);
	return r;
}

int error_is(int r, enum error_kind kind)
{
	if (r < 0 && record.details.kind == ERROR_UNKNOWN)
		record.details.kind = kind;
	return r;
}

int error_in(int r, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (r >= 0 || record.details.step[0])
		return r;
	va_start(ap, fmt);
	(void)vsnprintf(record.details.step, sizeof(record.details.step), fmt, ap);
	va_end(ap);
	errno = saved;
	return r;
}

int error_about(int r, const char *object)
{
	if (r < 0 && object && !record.details.object[0])
		(void)snprintf(record.details.object, sizeof(record.details.object), "%s", object);
	return r;
}

struct error_details error_details(void)
{
	struct error_details d = record.details;

	if (d.kind == ERROR_UNKNOWN)
		d.kind = error_kind_of_errno(record.code);
	return d;
}

const char *error_text(void)
{
	return record.text;
}

int error_code(void)
{
	return record.code;
}

void error_clear(void)
{
	record.code = 0;
	record.text[0] = '\0';
	record.details = (struct error_details){ 0 };
}

void error_set(int code, const char *text, const struct error_details *details)
{
	record.code = code;
	record.details = details ? *details : (struct error_details){ 0 };
	snprintf(record.text, sizeof(record.text), "%s", text);
}

void warn(const char *fmt, ...)
{
	int saved = errno;
	size_t room = sizeof(warnings.texts) - warnings.len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(warnings.texts + warnings.len, room, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < room)
		warnings.len += (size_t)len + 1;
	else
		warnings.lost++;
	errno = saved;
}

void error_keep(struct error_kept *ret)
{
	ret->code = error_code();
	ret->details = record.details;
	(void)snprintf(ret->text, sizeof(ret->text), "%s", error_text());
}

void error_restore(const struct error_kept *kept)
{
	error_set(kept->code, kept->text, &kept->details);
}

const char *warnings_next(const char *previous)
{
	const char *next = previous ? previous + strlen(previous) + 1 : warnings.texts;

	if (previous == warnings.note)
		return NULL;
	if (next < warnings.texts + warnings.len)
		return next;
	if (!warnings.lost)
		return NULL;
	snprintf(warnings.note, sizeof(warnings.note), "%zu more warnings were not kept",
		 warnings.lost);
	return warnings.note;
}

void warnings_clear(void)
{
	warnings.len = 0;
	warnings.lost = 0;
}
