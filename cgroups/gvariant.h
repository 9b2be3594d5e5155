/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/gvariant.h - a value in GVariant text format, as the annotations org.systemd.property.NAME have it
 * Knows: basic types, byte strings, arrays of basic types.  Does not know: tuples, dictionaries, variants,
 * arrays of arrays, which are refused.
 * Source: docs.gtk.org/glib/gvariant-text-format.html; D-Bus specification "Type System". */
#pragma once

#include "base/arena.h"

enum { GVARIANT_TEXT_MAX = 64 * 1024, GVARIANT_ELEMENTS_MAX = 4096 };

struct gvariant {
	char type[3]; /* D-Bus: one letter, or 'a' and one letter */
	char **values; /* of an array each element; booleans are "true" and "false", numbers in their own
			  shortest form, and a byte string is an array of numbers; NULL-terminated */
	size_t n;
};

/** gvariant_parse - the whole text is one value; pure
 *  Return: 0, or -EINVAL with *ret_why, what is wrong with it */
int gvariant_parse(struct arena *a, const char *text, struct gvariant *ret,
		   const char **ret_why) MUST_USE;
