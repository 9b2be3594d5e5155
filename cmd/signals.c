/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/signals.c - names to numbers, and the descriptor that foreground verbs wait on */
#include "cmd/signals.h"

#include "base/error.h"
#include "base/str.h"

#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>

/* Realtime signals are named relative to the two ends of their range. */
static int parse_realtime(const char *name)
{
	static const struct {
		const char *prefix;
		int sign;
	} ends[] = { { "RTMIN", 1 }, { "RTMAX", -1 } };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t len = strlen(ends[i].prefix);
		int base = ends[i].sign > 0 ? SIGRTMIN : SIGRTMAX;
		uint64_t n = 0;

		if (strncasecmp(name, ends[i].prefix, len) != 0)
			continue;
		if (name[len] != '\0' &&
		    (name[len] != (ends[i].sign > 0 ? '+' : '-') ||
		     str_to_u64(name + len + 1, (uint64_t)(SIGRTMAX - SIGRTMIN), &n) < 0))
			return -EINVAL;
		return base + ends[i].sign * (int)n;
	}
	return -EINVAL;
}

int signals_parse(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	uint64_t n;
	int r;

	if (str_to_u64(text, (uint64_t)SIGRTMAX, &n) == 0 && n > 0)
		return (int)n;
	for (int i = 1; i < SIGRTMIN; i++) {
		const char *known = sigabbrev_np(i);

		if (known && strcasecmp(known, name) == 0)
			return i;
	}
	r = parse_realtime(name);
	return r < 0 ? refuse(-EINVAL, "unknown signal '%s'", text) : r;
}

int signals_catch(void)
{
	static const int not_forwarded[] = { SIGCHLD, SIGURG,  SIGWINCH, SIGSEGV, SIGBUS,
					     SIGFPE,  SIGILL,  SIGTRAP,  SIGSYS,  SIGABRT,
					     SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t set;
	int fd;

	(void)sigfillset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(not_forwarded); i++)
		(void)sigdelset(&set, not_forwarded[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return fail(-errno, "block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? fail(-errno, "signalfd") : fd;
}
