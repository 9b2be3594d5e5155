/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/program_status.c - 126 and 127 */
#include "cmd/program_status.h"

#include "base/error.h"
#include "cmd/log.h"

#include <string.h>

int program_status(int r)
{
	bool not_found = r == -ENOENT || r == -ENOTDIR;

	if (!strstr(error_text(), "exec: \""))
		return r;
	log_failure("doboz: ");
	return not_found ? 127 : 126;
}
