/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/kill.c - kill: send a signal to a container's init, or to all of its processes */
#include "base/error.h"
#include "base/str.h"
#include "cmd/oci/matching.h"
#include "cmd/signals.h"
#include "runtime/container.h"

#include <signal.h>

struct kill_values {
	bool all, regex;
};

struct killing {
	const char *signal; /* NULL: each container's own */
	bool all;
};

/* config.md "Annotations": the image says how it wants to end. */
static int default_signal(int root, const char *id)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct state *s;
	int r = state_open_and_load(a, root, id, false, NULL, &s);

	for (size_t i = 0; r >= 0 && i < s->n_annotations; i++) {
		if (!str_eq(s->annotations[i].key, "org.opencontainers.image.stopSignal"))
			continue;
		int signal = signals_parse(s->annotations[i].value);
		if (signal > 0)
			return signal;
		warn("annotation %s: %s, ignoring", s->annotations[i].key, error_text());
		error_clear();
	}
	return r < 0 ? r : SIGTERM;
}

/* Signal 0 asks whether the process could be signalled (kill(2)); kill(1) writes "-9". */
static int parse(const char *text)
{
	if (str_eq(text, "0"))
		return 0;
	return signals_parse(text[0] == '-' ? text + 1 : text);
}

static int kill_one(void *arg, int root, const char *id)
{
	const struct killing *k = arg;
	int signal = k->signal ? parse(k->signal) : default_signal(root, id);

	return signal < 0 ? signal : container_kill(root, id, signal, k->all);
}

static int run(struct cmd *cmd, const void *values, char **args)
{
	const struct kill_values *v = values;
	struct killing k = { .signal = args[1], .all = v->all };
	int r = args[1] ? parse(args[1]) : 0;

	return r < 0 ? r : matching_act(cmd, args[0], v->regex, kill_one, &k);
}

static const struct opt opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct kill_values, all), NULL,
	  "every process of the container" },
	{ 'r', "regex", OPT_FLAG, offsetof(struct kill_values, regex), NULL,
	  "ID is a regular expression: every container that matches" },
	OPT_TABLE_END,
};

const struct command cmd_oci_kill = {
	.name = "kill",
	.arguments = "[OPTIONS] ID [SIGNAL]",
	.summary = "send a signal (default: the image's stop signal, or TERM)",
	.opts = opts,
	.values_size = sizeof(struct kill_values),
	.min_args = 1,
	.max_args = 2,
	.stop_after = -1,
	.failure = 1,
	.run = run,
};
