/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/systemd_main.c - the program doboz-systemd: what doboz asks systemd for, over D-Bus
 *
 * Started by cgroups/systemd.c with its end of a socket pair as descriptor 0; cgroups/wire.h has the
 * conversation. One connection, to systemd's own socket where we may use it, which costs neither the bus
 * nor others on it anything, else by the bus. A request has to be through within WIRE_REQUEST_MS; the end of
 * the conversation at any time is the end of the program. */
#include "base/error.h"
#include "base/str.h"
#include "cgroups/wire.h"
#include "cmd/systemd_message.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define NO_UNIT "org.freedesktop.systemd1.NoSuchUnit"
#define HAS_UNIT "org.freedesktop.systemd1.UnitExists"
#define SYSTEM_PRIVATE "unix:path=/run/systemd/private"

enum { SOCKET = STDIN_FILENO };

struct helper {
	sd_bus *bus;
	struct arena *arena;     /* of one request */
	const char *destination; /* NULL: the other end is systemd itself */
	int64_t deadline;        /* us, CLOCK_MONOTONIC */
	const char *job;         /* that is waited for */
	char *result;            /* of it: "done", "failed", ...; NULL: none yet */
};

/* A failed step, with the reason that D-Bus gives. Return: a negative errno */
static int tell(int r, const sd_bus_error *e, const char *what)
{
	if (e && e->message)
		return refuse(r < 0 ? r : -EIO, "%s: %s", what, e->message);
	if (r == -ETIMEDOUT)
		return refuse(r, "%s: systemd does not answer", what);
	return fail(r < 0 ? r : -EIO, "%s", what);
}

static int64_t now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What is left for the request; 0 would be sd-bus's own default. */
static uint64_t time_left(const struct helper *h)
{
	int64_t left = h->deadline - now();

	return left > 0 ? (uint64_t)left : 1;
}

/* ---- the connection ---- */

/* sd-bus sends no user id, so root of a user namespace is taken as who it is outside. */
static int connect_private(struct helper *h, const char *address)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0) {
		sd_bus_unref(bus);
		return r;
	}
	h->bus = bus;
	return 0;
}

static int connect_bus(struct helper *h, bool user)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	int r = -ENOENT;

	if (!user)
		r = connect_private(h, SYSTEM_PRIVATE);
	else if (dir && *dir == '/' && !strpbrk(dir, ",;%="))
		r = connect_private(h, arena_printf(h->arena, "unix:path=%s/systemd/private", dir));
	if (r >= 0)
		return 0;
	h->destination = SERVICE;
	r = user ? sd_bus_open_user(&h->bus) : sd_bus_open_system(&h->bus);
	return r < 0 ? tell(r, NULL, user ? "connect to the user's D-Bus" : "connect to D-Bus") : 0;
}

static int on_job_removed(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct helper *h = arg;
	const char *job, *unit, *result;
	uint32_t id;

	(void)e;
	if (sd_bus_message_read(m, "uoss", &id, &job, &unit, &result) >= 0 && str_eq(job, h->job))
		h->result = arena_strdup(h->arena, result);
	return 0;
}

/* On the bus everybody can send a signal, so the sender is part of the match. */
static int subscribe(struct helper *h)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = sd_bus_match_signal(h->bus, NULL, h->destination, OBJECT, MANAGER, "JobRemoved",
				    on_job_removed, h);

	if (r >= 0)
		r = sd_bus_call_method(h->bus, h->destination, OBJECT, MANAGER, "Subscribe", &e,
				       NULL, NULL);
	if (r < 0)
		r = tell(r, &e, "subscribe to systemd's jobs");
	sd_bus_error_free(&e);
	return r < 0 ? r : 0;
}

/* A string of an object. Return: 0 or a negative errno (recorded) */
static int get_string(struct helper *h, const char *object, const char *interface, const char *name,
		      char **ret)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	char *value = NULL;
	int r = sd_bus_get_property_string(h->bus, h->destination, object, interface, name, &e,
					   &value);

	if (r < 0)
		r = tell(r, &e, arena_printf(h->arena, "ask systemd for its %s", name));
	else
		*ret = arena_strdup(h->arena, value);
	free(value);
	sd_bus_error_free(&e);
	return r < 0 ? r : 0;
}

/* ---- calls ---- */

static int new_call(struct helper *h, const char *method, sd_bus_message **ret)
{
	int r = sd_bus_message_new_method_call(h->bus, ret, h->destination, OBJECT, MANAGER,
					       method);

	return r < 0 ? tell(r, NULL, method) : 0;
}

/* Waits for the bus or the end of the conversation. Return: 0, or a negative errno (recorded) */
static int wait_more(struct helper *h)
{
	struct pollfd p[2] = { { .fd = sd_bus_get_fd(h->bus),
				 .events = (short)sd_bus_get_events(h->bus) },
			       { .fd = SOCKET } };
	int n = poll(p, 2, (int)(time_left(h) / 1000) + 1);

	if (n < 0 && errno != EINTR)
		return fail(-errno, "wait for systemd");
	if (p[1].revents)
		exit(1);
	return now() >= h->deadline ? refuse(-ETIMEDOUT, "systemd does not end its job") : 0;
}

static int wait_job(struct helper *h, const char *job)
{
	int r = 0;

	h->job = job;
	h->result = NULL;
	while (r >= 0 && !h->result) {
		r = sd_bus_process(h->bus, NULL);
		if (r < 0)
			return fail(r, "hear from systemd");
		if (r == 0 && !h->result)
			r = wait_more(h);
	}
	if (r < 0)
		return r;
	return str_eq(h->result, "done") ? 0 :
					   refuse(-EIO, "systemd's job ended with '%s'", h->result);
}

/* Calls, and waits for the job that it makes. */
static int call_job(struct helper *h, sd_bus_message *m, sd_bus_error *e)
{
	sd_bus_message *reply = NULL;
	const char *job;
	int r = sd_bus_call(h->bus, m, time_left(h), e, &reply);

	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &job);
	if (r < 0)
		r = tell(r, e, "systemd");
	else
		r = wait_job(h, arena_strdup(h->arena, job));
	sd_bus_message_unref(reply);
	return r;
}

/* A unit that has failed is kept by systemd; whether this one was does not matter. */
static void reset_failed(struct helper *h, const char *unit)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;

	(void)sd_bus_call_method(h->bus, h->destination, OBJECT, MANAGER, "ResetFailedUnit", &e,
				 NULL, "s", unit);
	sd_bus_error_free(&e);
}

/* Return: 0; -EEXIST systemd has a unit of that name; another negative errno; recorded */
static int start_once(struct helper *h, const char *unit, char *const *properties)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = new_call(h, "StartTransientUnit", &m);

	if (r == 0)
		r = sd_bus_message_append(m, "ss", unit, "replace");
	if (r >= 0)
		r = systemd_append_properties(m, properties);
	if (r >= 0)
		r = sd_bus_message_append(m, "a(sa(sv))", 0);
	if (r < 0 && !*error_text())
		r = fail(r, "StartTransientUnit");
	if (r >= 0)
		r = call_job(h, m, &e);
	if (r < 0 && sd_bus_error_has_name(&e, HAS_UNIT))
		r = -EEXIST;
	sd_bus_error_free(&e);
	sd_bus_message_unref(m);
	return r;
}

static int get_control_group(struct helper *h, const char *unit, char **ret)
{
	const char *interface = str_ends(unit, ".slice") ? SERVICE ".Slice" : SERVICE ".Scope";
	char *object = NULL;
	int r = sd_bus_path_encode(OBJECT "/unit", unit, &object);

	r = r < 0 ? tell(r, NULL, unit) : get_string(h, object, interface, "ControlGroup", ret);
	free(object);
	return r;
}

static int start(struct helper *h, const char *unit, char *const *properties, struct buf *answer)
{
	char *path;
	int r = start_once(h, unit, properties);

	/* It may be one that failed and was not collected. */
	if (r == -EEXIST) {
		error_clear();
		reset_failed(h, unit);
		r = start_once(h, unit, properties);
	} else if (r < 0) {
		reset_failed(h, unit);
	}
	if (r == 0)
		r = get_control_group(h, unit, &path);
	if (r == 0)
		wire_add(answer, path);
	return r;
}

static int set(struct helper *h, const char *unit, char *const *properties, struct buf *answer)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = new_call(h, "SetUnitProperties", &m);

	(void)answer;
	if (r == 0)
		r = sd_bus_message_append(m, "sb", unit, 1);
	if (r >= 0)
		r = systemd_append_properties(m, properties);
	if (r >= 0)
		r = sd_bus_call(h->bus, m, time_left(h), &e, NULL);
	if (r < 0 && !*error_text())
		r = tell(r, &e, "systemd");
	sd_bus_error_free(&e);
	sd_bus_message_unref(m);
	return r < 0 ? r : 0;
}

static int stop(struct helper *h, const char *unit, char *const *properties, struct buf *answer)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = new_call(h, "StopUnit", &m);

	(void)properties;
	(void)answer;
	if (r == 0)
		r = sd_bus_message_append(m, "ss", unit, "replace");
	if (r >= 0)
		r = call_job(h, m, &e);
	if (r < 0 && sd_bus_error_has_name(&e, NO_UNIT)) {
		error_clear();
		r = 0;
	}
	reset_failed(h, unit);
	sd_bus_error_free(&e);
	sd_bus_message_unref(m);
	return r < 0 ? r : 0;
}

/* ---- the conversation ---- */

static const struct {
	const char *verb;
	int (*act)(struct helper *h, const char *unit, char *const *properties, struct buf *answer);
} requests[] = { { "start", start }, { "set", set }, { "stop", stop } };

static int serve(struct helper *h, char *const *words, struct buf *answer)
{
	for (size_t i = 0; words[0] && words[1] && i < ARRAY_SIZE(requests); i++)
		if (str_eq(requests[i].verb, words[0]))
			return requests[i].act(h, words[1], words + 2, answer);
	return refuse(-EPROTO, "unknown request");
}

static int greet(struct helper *h, bool user, struct buf *answer)
{
	char *version, *path;
	int r = connect_bus(h, user);

	if (r == 0)
		r = sd_bus_set_method_call_timeout(h->bus, time_left(h));
	if (r >= 0)
		r = subscribe(h);
	if (r == 0)
		r = get_string(h, OBJECT, MANAGER, "Version", &version);
	if (r == 0)
		r = get_string(h, OBJECT, MANAGER, "ControlGroup", &path);
	if (r < 0)
		return r;
	wire_add(answer, version);
	wire_add(answer, path);
	return 0;
}

static int answer(int r, struct buf *words)
{
	CLEANUP_BUF struct buf error = { 0 };

	if (r == 0)
		return wire_send(SOCKET, words);
	wire_add(&error, "error");
	wire_add(&error, error_text());
	error_clear();
	return wire_send(SOCKET, &error);
}

/* One request, or (words NULL) the greeting. Return: 0, or a negative errno: nobody hears us any more */
static int converse(struct helper *h, bool user, char *const *words)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf text = { 0 };
	int r;

	h->arena = a;
	h->deadline = now() + (int64_t)WIRE_REQUEST_MS * 1000;
	wire_add(&text, "ok");
	r = words ? serve(h, words, &text) : greet(h, user, &text);
	return answer(r, &text);
}

int main(int argc, char **argv)
{
	struct helper h = { 0 };
	bool user = argc == 2 && str_eq(argv[1], "user");
	int r;

	if (argc != 2 || (!user && !str_eq(argv[1], "system"))) {
		(void)fprintf(stderr, "doboz-systemd is a part of doboz, and started by it\n");
		return 1;
	}
	r = converse(&h, user, NULL);
	while (r == 0) {
		CLEANUP(arena) struct arena *a = arena_new();
		char **words;

		r = wire_recv(a, SOCKET, -1, &words);
		if (r <= 0)
			break;
		r = converse(&h, user, words);
	}
	sd_bus_unref(h.bus);
	return r < 0;
}
