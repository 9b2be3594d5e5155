/* SPDX-License-Identifier: Apache-2.0 */
/* base/passwd.c - names of users of the host */
#include "base/passwd.h"

#include <pwd.h>
#include <stdio.h>

char *passwd_name(struct arena *a, uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;
	char *name;

	if (!file)
		return NULL;
	do
		entry = fgetpwent(file);
	while (entry && entry->pw_uid != uid);
	name = entry ? arena_strdup(a, entry->pw_name) : NULL;
	(void)fclose(file);
	return name;
}
