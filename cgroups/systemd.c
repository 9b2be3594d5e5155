/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/systemd.c - start the helper, ask it, let it go */
#include "cgroups/systemd.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/helper.h"
#include "base/str.h"
#include "cgroups/cgroup.h"
#include "cgroups/wire.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BOOTED "/run/systemd/system" /* sd_booted(3) */

/* What finding a bus needs; nothing else of the caller's environment reaches the helper. */
static const char *const passed[] = { "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "ASAN_OPTIONS",
				      NULL };

bool cgroup_systemd_is_built(void)
{
	CLEANUP(arena) struct arena *a = arena_new();

	return access(helper_path(a, CGROUP_SYSTEMD_HELPER), X_OK) == 0;
}

/* In a user namespace what the host's root owns is nobody's. */
bool cgroup_systemd_is_user(void)
{
	struct stat st;

	return geteuid() != 0 || stat(BOOTED, &st) < 0 || st.st_uid != 0;
}

/* ---- the helper ---- */

static char **helper_environment(struct arena *a)
{
	char **env = arena_array(a, 1, sizeof(*env));

	for (size_t i = 0; passed[i]; i++) {
		const char *value = getenv(passed[i]);

		if (value)
			env = strv_append(a, env, arena_printf(a, "%s=%s", passed[i], value));
	}
	return env;
}

/* Its descriptors: the socket, and nothing to print to. */
static int plan_descriptors(posix_spawn_file_actions_t *actions, int sock)
{
	int r = -posix_spawn_file_actions_adddup2(actions, sock, STDIN_FILENO);

	for (int fd = STDOUT_FILENO; r == 0 && fd <= STDERR_FILENO; fd++)
		r = -posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_WRONLY, 0);
	return r;
}

/* Signals as a new program expects them, whatever we block and ignore. */
static int plan_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, pipe;
	int r;

	(void)sigemptyset(&none);
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	r = -posix_spawnattr_setsigmask(attributes, &none);
	if (r == 0)
		r = -posix_spawnattr_setsigdefault(attributes, &pipe);
	if (r == 0)
		r = -posix_spawnattr_setflags(attributes,
					      POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return r;
}

static int spawn(struct arena *a, bool user, int sock, pid_t *ret)
{
	const char *path = helper_path(a, CGROUP_SYSTEMD_HELPER);
	char *argv[] = { arena_strdup(a, CGROUP_SYSTEMD_HELPER),
			 arena_strdup(a, user ? "user" : "system"), NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r = -posix_spawn_file_actions_init(&actions);

	if (r < 0)
		return fail(r, "run '%s'", path);
	r = -posix_spawnattr_init(&attributes);
	if (r == 0) {
		r = plan_descriptors(&actions, sock);
		if (r == 0)
			r = plan_signals(&attributes);
		if (r == 0)
			r = -posix_spawn(ret, path, &actions, &attributes, argv,
					 helper_environment(a));
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	if (r == -ENOENT)
		return refuse(r, "the systemd cgroup driver is not installed: there is no '%s'",
			      path);
	return r < 0 ? fail(r, "run '%s'", path) : 0;
}

/* Return: 0 and the words behind "ok"; -EREMOTEIO what the helper says (recorded), or another errno */
static int hear(struct arena *a, int fd, char ***ret)
{
	char **words;
	int r = wire_recv(a, fd, WIRE_PATIENCE_MS, &words);

	if (r == -ETIMEDOUT)
		return refuse(r, "systemd does not answer");
	if (r < 0)
		return fail(r, "hear from the systemd helper");
	if (r == 0)
		return refuse(-EPIPE, "the systemd helper has ended without a word");
	if (str_eq(words[0], "error") && words[1])
		return refuse(-EREMOTEIO, "%s", words[1]);
	if (!str_eq(words[0], "ok"))
		return refuse(-EPROTO, "the systemd helper sent a wrong message");
	*ret = words + 1;
	return 0;
}

/* "252.39-1~deb12u1", "v256" */
static unsigned read_version(const char *text)
{
	unsigned version = 0;

	return sscanf(text + (*text == 'v'), "%u", &version) == 1 ? version : 0;
}

static int greet(struct arena *a, struct cgroup_systemd *s)
{
	char **words;
	size_t len;
	int r = hear(a, s->fd, &words);

	if (r < 0)
		return r;
	if (strv_len(words) != 2)
		return refuse(-EPROTO, "the systemd helper sent a wrong message");
	s->version = read_version(words[0]);
	len = strlen(words[1]);
	while (len > 0 && words[1][len - 1] == '/')
		len--;
	s->control_group = arena_strndup(a, words[1], len);
	return 0;
}

int cgroup_systemd_open(struct arena *a, bool user, struct cgroup_systemd **ret)
{
	struct cgroup_systemd *s = arena_new_of(a, struct cgroup_systemd);
	struct stat st;
	int pair[2], r;

	if (lstat(BOOTED, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_is(refuse(-EOPNOTSUPP, "systemd not running on this host, cannot use "
						    "systemd cgroups manager"),
				ERROR_SYSTEMD);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(-errno, "make a socket pair");
	*s = (struct cgroup_systemd){ .fd = pair[0], .user = user };
	r = spawn(a, user, pair[1], &s->pid);
	(void)close(pair[1]);
	if (r == 0)
		r = greet(a, s);
	if (r < 0) {
		cgroup_systemd_close(s);
		return error_is(r, ERROR_SYSTEMD);
	}
	*ret = s;
	return 0;
}

/* The socket may have a copy in a child of ours, so closing alone would not end the conversation. */
void cgroup_systemd_close(struct cgroup_systemd *s)
{
	if (!s || s->fd < 0)
		return;
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)close(TAKE_FD(s->fd));
	/* It may hang in a call. Of a helper that another process of ours has started, the end is not ours. */
	if (s->pid > 0 && waitpid(s->pid, NULL, WNOHANG) == 0) {
		(void)kill(s->pid, SIGKILL);
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	s->pid = 0;
}

/* ---- requests ---- */

static void add_property(struct buf *message, const struct cgroup_property *p)
{
	char count[16];

	(void)snprintf(count, sizeof(count), "%zu", strv_len(p->values));
	wire_add(message, p->name);
	wire_add(message, p->type);
	wire_add(message, count);
	for (char **value = p->values; *value; value++)
		wire_add(message, *value);
}

/* Return: as hear() */
static int ask(struct arena *a, struct cgroup_systemd *s, const char *verb, const char *unit,
	       const struct cgroup_property *list, size_t n, char ***ret)
{
	CLEANUP_BUF struct buf message = { 0 };
	int r;

	wire_add(&message, verb);
	wire_add(&message, unit);
	for (size_t i = 0; i < n; i++)
		add_property(&message, &list[i]);
	r = wire_send(s->fd, &message);
	return r < 0 ? fail(r, "ask the systemd helper") : hear(a, s->fd, ret);
}

int cgroup_systemd_start(struct cgroup_systemd *s, const struct cgroup_unit *unit, const char *path,
			 const struct cgroup_property *list, size_t n)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct error_kept kept;
	char **words;
	int r = ask(a, s, "start", unit->name, list, n, &words);

	if (r < 0)
		return fail_context(r, "unable to start unit '%s'", unit->name);
	if (words[0] && str_eq(words[0], path))
		return 0;
	r = refuse(-EXDEV, "systemd has put unit '%s' into '%s', and not into '%s'", unit->name,
		   words[0] ? words[0] : "", path);
	error_keep(&kept);
	cgroup_systemd_close(s); /* it is in there */
	if (cgroup_stop_unit(unit->name, s->user) < 0)
		warn("%s, ignoring", error_text());
	error_restore(&kept);
	return r;
}

int cgroup_systemd_set(struct cgroup_systemd *s, const char *unit,
		       const struct cgroup_property *list, size_t n)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **words;
	int r = n ? ask(a, s, "set", unit, list, n, &words) : 0;

	return r < 0 ? fail_context(r, "unable to set properties of unit '%s'", unit) : 0;
}

int cgroup_systemd_stop(struct cgroup_systemd *s, const char *unit)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char **words;
	int r = ask(a, s, "stop", unit, NULL, 0, &words);

	return r < 0 ? fail_context(r, "unable to stop unit '%s'", unit) : 0;
}

/* ---- for the plan's owner ---- */

/* Only who is below the user's manager may clone into its units, and a login session is not; but the
 * manager may take one of its user's processes in. The scope goes when we do. */
static int enter(struct arena *a, struct cgroup_systemd *s)
{
	const char *unit = arena_printf(a, "doboz-runtime-%d.scope", (int)getpid());
	struct cgroup_property list[] = {
		{ .name = "Description", .type = "s" },
		{ .name = "PIDs", .type = "au" },
		{ .name = "CollectMode", .type = "s" },
	};
	char **words;
	int r;

	list[0].values = strv_append(a, NULL, "doboz, making a container");
	list[1].values = strv_append(a, NULL, arena_printf(a, "%d", (int)getpid()));
	list[2].values = strv_append(a, NULL, "inactive-or-failed");
	r = ask(a, s, "start", unit, list, ARRAY_SIZE(list), &words);
	return r < 0 ? fail_context(r, "unable to enter the user's manager") : 0;
}

static bool is_below(const char *path, const char *top)
{
	const char *rest = path ? str_after(path, top) : NULL;

	return rest && (!*rest || *rest == '/');
}

int cgroup_open_systemd(struct arena *a, struct cgroup_host *host)
{
	int r = cgroup_systemd_open(a, cgroup_systemd_is_user(), &host->systemd);

	if (r < 0 || !host->systemd->user || host->layout != CGROUP_V2)
		return r;
	return is_below(host->hierarchies[0].own_path, host->systemd->control_group) ?
		       0 :
		       enter(a, host->systemd);
}

int cgroup_enter_systemd(struct arena *a, const struct cgroup_host *host, char *const *folders)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchy_of(host, folders[0]);
	struct cgroup_systemd *s;
	int r;

	if (!h || !h->v2 || cgroup_may_join(h, folders[0]))
		return 0;
	r = cgroup_systemd_open(a, true, &s);
	if (r < 0)
		return r;
	r = enter(a, s);
	cgroup_systemd_close(s);
	return r;
}

int cgroup_stop_unit(const char *unit, bool user)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct cgroup_systemd *s;
	int r = cgroup_systemd_open(a, user, &s);

	if (r < 0)
		return r;
	r = cgroup_systemd_stop(s, unit);
	cgroup_systemd_close(s);
	return r;
}

void cgroup_release(const struct cgroup_plan *plan)
{
	if (plan)
		cgroup_systemd_close(plan->systemd);
}
