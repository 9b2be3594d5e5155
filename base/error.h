/* SPDX-License-Identifier: Apache-2.0 */
/* base/error.h - the one record of what went wrong, and the survived warnings
 *
 * Functions return 0 (or a count, or a descriptor) or a negative errno. Exactly one failure is
 * recorded, with text, at the lowest frame that knows what was being done; frames above may only
 * prefix context. Functions of base/ are quiet: they return codes, except where their comment says
 * "records". The record is thread-local.
 *
 * Texts follow the wording that callers of OCI runtimes match on: lower case, no full stop, the
 * system's reason last ("open '/x': no such file or directory"). */
#pragma once

#include "base/attr.h"
#include "base/error_kind.h"

#include <stdbool.h>
#include <stddef.h>

enum { ERROR_TEXT_MAX = 4096, ERROR_STEP_MAX = 96, ERROR_OBJECT_MAX = 256 };

/* What the log tells a program besides the text. The object is found by itself: the first string that the
 * text of the failure names (a path, an id, a place in the config). Kind and step are set by a frame that
 * knows them; the lowest one wins. */
struct error_details {
	enum error_kind kind;
	char step[ERROR_STEP_MAX];     /* "command line", "config", "mount config.mounts[2]"; "" */
	char object[ERROR_OBJECT_MAX]; /* "" when the text names none */
};

/**
 * fail - record a failed call: "TEXT: reason of r"
 * @r: negative errno (0 or positive is a bug and recorded as -EINVAL)
 * Return: r, so that a caller writes: return fail(r, "open '%s'", path);
 */
int fail(int r, const char *fmt, ...) PRINTF(2, 3);

/**
 * refuse - record a refusal of ours: the text alone, without the system's reason
 * @r: negative errno that classifies it (-EINVAL bad input, -ENOENT no such container, ...)
 * Return: r
 */
int refuse(int r, const char *fmt, ...) PRINTF(2, 3);

/**
 * fail_context - prefix the recorded text: "TEXT: recorded text"
 * Return: r
 */
int fail_context(int r, const char *fmt, ...) PRINTF(2, 3);

/**
 * warn - buffer a survived failure; the text ends in ", ignoring"
 * Warnings are printed by cmd/ alone: to the log on success, beside the error on failure.
 * The buffer holds the first 8 KiB; later warnings are counted, not kept.
 */
void warn(const char *fmt, ...) PRINTF(1, 2);

/** error_is - classify the recorded failure, unless that was done already. Return: r; r >= 0: nothing to do */
int error_is(int r, enum error_kind kind);
/** error_in - name the step that failed, unless that was done already; printf-like. Return: r, as above */
int error_in(int r, const char *fmt, ...) PRINTF(2, 3);

/** error_about - name the object, where the text named none. Return: r, as above */
int error_about(int r, const char *object);

/** error_details - of the recorded failure; the kind is derived from its errno where nobody set one */
struct error_details error_details(void);

/** error_text - the recorded text, "" when nothing failed; valid until the next fail() */
const char *error_text(void);
/** error_code - the recorded negative errno, 0 when nothing failed */
int error_code(void);
/** error_clear - forget the failure (not the warnings) */
void error_clear(void);
/** error_set - take over a record that another process sent; used by the parent of a child stage
 *  @details: NULL: unknown */
void error_set(int code, const char *text, const struct error_details *details);

/* A copy of the record, around a clean-up that may fail too: the first failure is the one to tell. */
struct error_kept {
	int code;
	char text[ERROR_TEXT_MAX];
	struct error_details details;
};
void error_keep(struct error_kept *ret);
void error_restore(const struct error_kept *kept);

/** warnings_next - iterate: start with NULL; returns each warning's text, then NULL */
const char *warnings_next(const char *previous);
/** warnings_clear - forget the warnings (after they were printed or sent) */
void warnings_clear(void);

/** error_reason - the system's words for a negative errno, first letter in lower case */
const char *error_reason(int r);
