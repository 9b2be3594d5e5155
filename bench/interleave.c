/* SPDX-License-Identifier: Apache-2.0 */
/* bench/interleave.c - time several commands in turn: A B C A B C ...
 * So a drift of the machine's speed meets all of them alike, and their ratios mean something. Each command is
 * one word list behind "--"; its first word is the name in the output. A line per command:
 *   NAME median_us min_us max_us
 * -n ROUNDS, -s MS: idle time before each start (a tight loop hides what a cgroup join waits for).
 * A command whose name begins with "_" takes part, but is not printed. The word @N in a command becomes a
 * number that is new in each round. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, ROUNDS_MAX = 1000, WORDS_MAX = 64 };

struct command {
	const char *name;
	char *words[WORDS_MAX];
	long us[ROUNDS_MAX];
};

static struct command commands[COMMANDS_MAX];

static long now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fill_number(char *const *words, char **ret, char *buffers, size_t size, int round)
{
	size_t i;

	for (i = 0; words[i]; i++) {
		char *at = strstr(words[i], "@N"), *out = buffers + i * size;

		ret[i] = words[i];
		if (at) {
			(void)snprintf(out, size, "%.*s%d%s", (int)(at - words[i]), words[i], round,
				       at + 2);
			ret[i] = out;
		}
	}
	ret[i] = NULL;
}

static int run_once(struct command *c, int round)
{
	static char buffers[WORDS_MAX][256];
	char *argv[WORDS_MAX];
	posix_spawn_file_actions_t actions;
	long start;
	int status;
	pid_t pid;

	fill_number(c->words, argv, buffers[0], sizeof(buffers[0]), (int)getpid() * 10000 + round);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	start = now_us();
	if (!argv[0] || posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	c->us[round] = now_us() - start;
	(void)posix_spawn_file_actions_destroy(&actions);
	if (status != 0)
		(void)fprintf(stderr, "%s: round %d ended with status %#x\n", c->name, round,
			      (unsigned)status);
	return status;
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static int parse(int argc, char **argv, int first)
{
	int n = 0, word = 0;

	for (int i = first; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			if (n == COMMANDS_MAX)
				return -1;
			n++;
			word = -1;
		} else if (n > 0 && word == -1) {
			commands[n - 1].name = argv[i];
			word = 0;
		} else if (n > 0 && word < WORDS_MAX - 1) {
			commands[n - 1].words[word++] = argv[i];
		}
	}
	return n;
}

int main(int argc, char **argv)
{
	int rounds = 30, idle_ms = 60, option, n;

	while ((option = getopt(argc, argv, "+n:s:")) != -1) {
		if (option == 'n')
			rounds = atoi(optarg);
		else if (option == 's')
			idle_ms = atoi(optarg);
		else
			return 100;
	}
	n = parse(argc, argv,
		  optind > 1 && strcmp(argv[optind - 1], "--") == 0 ? optind - 1 : optind);
	if (n <= 0 || rounds < 1 || rounds > ROUNDS_MAX)
		return 100;
	for (int i = 0; i < n; i++) /* not counted: page cache, lazy folders */
		if (run_once(&commands[i], 0) != 0)
			return 1;
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < n; i++) {
			(void)nanosleep(&(struct timespec){ idle_ms / 1000,
							    idle_ms % 1000 * 1000000L },
					NULL);
			if (run_once(&commands[i], round) != 0)
				return 1;
		}
	for (int i = 0; i < n; i++) {
		struct command *c = &commands[i];

		if (c->name[0] == '_')
			continue;
		qsort(c->us, (size_t)rounds, sizeof(c->us[0]), compare);
		(void)printf("%s %ld %ld %ld\n", c->name, c->us[rounds / 2], c->us[0],
			     c->us[rounds - 1]);
	}
	return 0;
}
