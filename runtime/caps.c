/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/caps.c - names of capabilities to masks, by libcap's table of names */
#include "runtime/caps.h"

#include "base/error.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>
#include <sys/capability.h>

uint64_t caps_mask(char *const *names, const char *where, unsigned last_capability)
{
	uint64_t mask = 0;

	for (; names && *names; names++) {
		cap_value_t number;

		/* libcap takes numbers, too */
		if (strncasecmp(*names, "CAP_", 4) != 0 || cap_from_name(*names, &number) < 0 ||
		    number < 0 || number > 63 || (unsigned)number > last_capability) {
			warn("%s: unknown capability '%s', ignoring", where, *names);
			continue;
		}
		mask |= UINT64_C(1) << number;
	}
	return mask;
}

static void name_of(unsigned number, char ret[32])
{
	char *name = cap_to_name((cap_value_t)number);

	snprintf(ret, 32, "%s", name ? name : "?");
	for (char *p = ret; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	cap_free(name);
}

char **caps_names(struct arena *a, uint64_t mask)
{
	char **list = arena_array(a, 65, sizeof(*list));
	size_t n = 0;

	for (unsigned number = 0; number < 64; number++) {
		char name[32];

		if (!(mask >> number & 1))
			continue;
		name_of(number, name);
		list[n++] = arena_strdup(a, name);
	}
	return list;
}

uint64_t caps_known(void)
{
	uint64_t mask = 0;

	for (unsigned number = 0; number < 64; number++) {
		char name[32];

		name_of(number, name); /* digits, when it has none */
		if (!isdigit((unsigned char)name[0]))
			mask |= UINT64_C(1) << number;
	}
	return mask;
}

static void warn_lost(uint64_t lost)
{
	for (unsigned number = 0; number < 64; number++) {
		char name[32];

		if (!(lost >> number & 1))
			continue;
		name_of(number, name);
		warn("process.capabilities: %s cannot be granted here, ignoring", name);
	}
}

void caps_plan(const struct spec_capabilities *c, uint64_t granted, unsigned last_capability,
	       struct plan_caps *ret)
{
	static const struct spec_capabilities none;
	uint64_t all;

	if (!c)
		c = &none;
	ret->bounding = caps_mask(c->bounding, "process.capabilities.bounding", last_capability);
	ret->effective = caps_mask(c->effective, "process.capabilities.effective", last_capability);
	ret->inheritable = caps_mask(c->inheritable, "process.capabilities.inheritable",
				     last_capability);
	ret->permitted = caps_mask(c->permitted, "process.capabilities.permitted", last_capability);
	ret->ambient = caps_mask(c->ambient, "process.capabilities.ambient", last_capability);
	all = ret->bounding | ret->effective | ret->inheritable | ret->permitted | ret->ambient;
	warn_lost(all & ~granted);
	ret->bounding &= granted;
	ret->permitted &= granted;
	ret->inheritable &= granted;
	ret->effective &= granted & ret->permitted;
	ret->ambient &= granted & ret->permitted & ret->inheritable;
}
