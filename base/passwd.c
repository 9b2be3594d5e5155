/* SPDX-License-Identifier: Apache-2.0 */
/* base/passwd.c - names of users of the host */
#include "base/passwd.h"

#include <pwd.h>
#include <stdio.h>

enum { LINE_MAX_LEN = 4096 };

char *passwd_name(struct arena *a, uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd entry = { 0 };
	struct passwd *found = NULL;
	char line[LINE_MAX_LEN], *name = NULL;

	if (!file)
		return NULL;
	while (!name && fgetpwent_r(file, &entry, line, sizeof(line), &found) == 0)
		if (found->pw_uid == uid)
			name = arena_strdup(a, found->pw_name);
	(void)fclose(file);
	return name;
}
