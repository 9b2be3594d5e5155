/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_plan.c - plans of saved configs on saved hosts, compared with saved texts
 *
 * tests/golden/CONFIG.json + FACTS.json must give CASE.plan. After a change that is meant,
 * UPDATE_GOLDEN=1 writes the new texts; read their diff before it is committed. */
#include "base/error.h"
#include "base/sys.h"
#include "runtime/plan_print.h"

#include "tests/unit/facts_file.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

struct golden {
	const char *name, *config, *facts;
	struct plan_options options;
	bool exec; /* the plan of one more process, with the config's own */
};

static const char *const lowers[] = { "/store/b", "/store/a", NULL };
static const struct rootfs overlay = {
	.lowers = (char **)lowers,
	.n_lowers = 2,
	.upper = "/run/upper",
	.work = "/run/work",
};

static const struct golden goldens[] = {
	{ "default", "default", "facts-root", { .has_console = true }, false },
	{ "default-in-userns", "default", "facts-nested", { .has_console = true }, false },
	{ "default-overlay-init",
	  "default",
	  "facts-root",
	  { .has_console = true,
	    .rootfs = &overlay,
	    .init_path = "/usr/bin/catatonit",
	    .user_name = "nginx" },
	  false },
	{ "default-options",
	  "default",
	  "facts-root",
	  { .has_console = true,
	    .no_pivot = true,
	    .no_new_keyring = true,
	    .preserve_fds = 2,
	    .listen_fds = 1,
	    .notify_socket = true },
	  false },
	{ "rootless", "rootless", "facts-user", { .has_console = true }, false },
	{ "full", "full", "facts-root", { .has_console = true }, false },
	{ "userns", "userns", "facts-root", { 0 }, false },
	{ "cgroup-hybrid", "cgroup", "facts-hybrid", { 0 }, false },
	{ "cgroup-v2", "cgroup", "facts-v2", { 0 }, false },
	{ "cgroup-disabled", "cgroup", "facts-hybrid", { .cgroup_disabled = true }, false },
	{ "exec-full", "full", "facts-root", { .has_console = true }, true },
	{ "exec-userns", "userns", "facts-root", { 0 }, true },
};

static const char *golden_path(struct arena *a, const char *name, const char *suffix)
{
	const char *src = getenv("DOBOZ_SRC");

	return arena_printf(a, "%s/tests/golden/%s.%s", src ? src : ".", name, suffix);
}

static int build(struct arena *a, const struct golden *g, struct spec **spec, struct plan **plan)
{
	struct plan_exec_options exec_options = { .has_console = g->options.has_console };
	struct plan_options *options = arena_new_of(a, struct plan_options);
	struct facts facts;
	int r;

	r = spec_load(AT_FDCWD, golden_path(a, g->config, "json"), spec, NULL);
	if (r < 0)
		return r;
	r = facts_from_file(a, golden_path(a, g->facts, "json"), &facts);
	if (r < 0)
		return r;
	*options = g->options;
	options->id = "demo";
	options->bundle = "/bundle";
	if (g->exec)
		return plan_build_exec(*spec, (*spec)->process, &facts, &exec_options, plan);
	return plan_build(*spec, &facts, options, plan);
}

static void warnings_text(struct buf *out)
{
	for (const char *w = warnings_next(NULL); w; w = warnings_next(w))
		buf_printf(out, "warning: %s\n", w);
	warnings_clear();
}

static void compare(const struct golden *g)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *plan = NULL;
	CLEANUP_BUF struct buf text = { 0 };
	const char *path = golden_path(a, g->name, "plan");
	char *expected;
	size_t len;

	printf("# %s\n", g->name);
	if (build(a, g, &spec, &plan) < 0) {
		printf("# %s\n", error_text());
		unit_failed = true;
		return;
	}
	plan_print_text(plan, &text);
	warnings_text(&text);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(path, "we");

		require(f);
		check(fwrite(text.data, 1, text.len, f) == text.len);
		check(fclose(f) == 0);
		return;
	}
	require(file_read_at(a, AT_FDCWD, path, JSON_SIZE_MAX, &expected, &len) == 0);
	check_str(text.data, expected);
}

static void golden_plans(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++)
		compare(&goldens[i]);
}

static void json_says_as_much(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *plan = NULL;
	CLEANUP_BUF struct buf text = { 0 };
	const struct golden full = { "full", "full", "facts-root", { .has_console = true }, false };
	const struct json *steps;
	struct json *tree;

	require(build(a, &full, &spec, &plan) == 0);
	warnings_clear();
	plan_print_json(plan, &text);
	require(json_parse(a, "plan", text.data, text.len, &tree) == 0);
	check_str(json_str(tree, "id"), "demo");
	steps = json_get(tree, "steps");
	require(steps);
	check_int((long long)steps->count, (long long)plan->n_steps);
	check_str(json_str(steps->first, "step"), "proc-open");
}

/* ---- what is refused ---- */

#define HEAD "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},"
#define PROCESS "\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"a\"],\"cwd\":\"/\""
#define NS "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}"
#define NS_AND(rest) "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]," rest "}"
#define MOUNT(rest) HEAD PROCESS "}," NS ",\"mounts\":[" rest "]}"
#define USERNS(rest) \
	"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"user\"}]" rest "}}"
#define MAP_0_1(key) ",\"" key "\":[{\"containerID\":0,\"hostID\":1000,\"size\":1}]"

static const struct refusal {
	const char *config, *text, *facts;
	bool has_console;
} refusals[] = {
	{ HEAD PROCESS "}," NS "}", NULL, "facts-root", false },
	{ HEAD NS "}", "config.process: required", "facts-root", false },
	{ HEAD "\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"cwd\":\"/\"}," NS "}",
	  "process.args: required", "facts-root", false },
	{ HEAD PROCESS "}}", "config.linux.namespaces: a container without a mount namespace",
	  "facts-root", false },
	{ HEAD PROCESS "}," NS "}",
	  "config.linux.namespaces: an ordinary user needs a user namespace", "facts-user", false },
	{ HEAD PROCESS ",\"terminal\":true}," NS "}", "cannot allocate tty if runc will detach",
	  "facts-root", false },
	{ HEAD PROCESS "}," NS "}", "cannot use console socket", "facts-root", true },
	{ HEAD PROCESS "}," USERNS(""), "config.linux.uidMappings: required", "facts-root", false },
	{ HEAD PROCESS "}," USERNS(MAP_0_1("uidMappings")), "config.linux.gidMappings: required",
	  "facts-root", false },
	{ HEAD PROCESS "}," USERNS(MAP_0_1("uidMappings") MAP_0_1("gidMappings")), NULL,
	  "facts-user", false },
	{ HEAD
	  "\"process\":{\"user\":{\"uid\":7,\"gid\":0},\"args\":[\"a\"],\"cwd\":\"/\"}," USERNS(
		  MAP_0_1("uidMappings") MAP_0_1("gidMappings")),
	  "process.user.uid: 7 is not mapped", "facts-user", false },
	{ HEAD
	  "\"process\":{\"user\":{\"uid\":0,\"gid\":7},\"args\":[\"a\"],\"cwd\":\"/\"}," USERNS(
		  MAP_0_1("uidMappings") MAP_0_1("gidMappings")),
	  "process.user.gid: 7 is not mapped", "facts-user", false },
	{ HEAD
	  "\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"additionalGids\":[0]},\"args\":[\"a\"],\"cwd\":\"/\"}," USERNS(
		  MAP_0_1("uidMappings") MAP_0_1("gidMappings")),
	  "process.user.additionalGids: ", "facts-user", false },
	{ MOUNT("{\"destination\":\"/\",\"type\":\"tmpfs\"}"),
	  "config.mounts[0].destination: ", "facts-root", false },
	{ MOUNT("{\"destination\":\"//./\",\"type\":\"tmpfs\"}"),
	  "config.mounts[0].destination: ", "facts-root", false },
	{ MOUNT("{\"destination\":\"/a\"}"), "config.mounts[0].type: required", "facts-root",
	  false },
	{ MOUNT("{\"destination\":\"/a\",\"options\":[\"bind\"]}"),
	  "config.mounts[0].source: required", "facts-root", false },
	{ MOUNT("{\"destination\":\"/a\",\"source\":\"/b\",\"options\":[\"bind\",\"size=1\"]}"),
	  "config.mounts[0].options: 'size=1' is unknown", "facts-root", false },
	{ MOUNT("{\"destination\":\"/a\",\"source\":\"/b\",\"options\":[\"bind\",\"idmap\"]}"),
	  "config.mounts[0]: idmap without mappings", "facts-root", false },
	{ MOUNT("{\"destination\":\"/a\",\"source\":\"/b\",\"options\":[\"bind\"]" MAP_0_1(
		  "uidMappings") "}"),
	  "config.mounts[0]: uidMappings and gidMappings are both", "facts-root", false },
	{ MOUNT("{\"destination\":\"/a\",\"type\":\"tmpfs\",\"options\":[\"idmap\"]}"),
	  "config.mounts[0]: only a bind mount", "facts-root", false },
	{ HEAD PROCESS "}," NS_AND("\"rootfsPropagation\":\"x\"") "}",
	  "config.linux.rootfsPropagation: unknown", "facts-root", false },
	{ HEAD PROCESS "}," NS_AND("\"devices\":[{\"type\":\"x\",\"path\":\"/dev/x\"}]") "}",
	  "config.linux.devices[0].type: unknown type 'x'", "facts-root", false },
	{ HEAD PROCESS "}," NS_AND("\"sysctl\":{\"net.core.somaxconn\":\"1\"}") "}",
	  "config.linux.sysctl.net.core.somaxconn: not allowed without a network namespace",
	  "facts-root", false },
	{ HEAD PROCESS "}," NS_AND("\"personality\":{\"domain\":\"X\"}") "}",
	  "config.linux.personality.domain: unknown", "facts-root", false },
	{ HEAD PROCESS "}," NS_AND("\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"X\"]}") "}",
	  "config.linux.personality.flags: unknown", "facts-root", false },
	{ HEAD PROCESS "}," NS_AND("\"memoryPolicy\":{\"mode\":\"X\"}") "}",
	  "config.linux.memoryPolicy.mode: invalid memory policy mode", "facts-root", false },
	{ HEAD PROCESS
	  "}," NS_AND("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"3-1\"}") "}",
	  "config.linux.memoryPolicy.nodes: ", "facts-root", false },
	{ HEAD PROCESS
	  "}," NS_AND("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"flags\":[\"X\"]}") "}",
	  "config.linux.memoryPolicy.flags: invalid memory policy flag", "facts-root", false },
	{ HEAD PROCESS ",\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]}," NS "}",
	  "process.rlimits[0].type: unknown", "facts-root", false },
	{ HEAD PROCESS ",\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":2,\"hard\":1}]}," NS "}",
	  "process.rlimits[0].soft: ", "facts-root", false },
	{ HEAD PROCESS ",\"scheduler\":{\"policy\":\"SCHED_ISO\"}}," NS "}",
	  "process.scheduler.policy: unknown", "facts-root", false },
	{ HEAD PROCESS ",\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"flags\":[\"X\"]}}," NS "}",
	  "process.scheduler.flags: unknown", "facts-root", false },
	{ HEAD PROCESS ",\"ioPriority\":{\"class\":\"X\",\"priority\":1}}," NS "}",
	  "process.ioPriority.class: unknown", "facts-root", false },
	{ HEAD PROCESS ",\"apparmorProfile\":\"x\"}," NS "}",
	  "process.apparmorProfile: ", "facts-root", false },
	{ HEAD PROCESS ",\"selinuxLabel\":\"x\"}," NS "}", "process.selinuxLabel: ", "facts-root",
	  false },
	{ HEAD PROCESS "}," NS_AND("\"mountLabel\":\"x\"") "}",
	  "config.linux.mountLabel: ", "facts-root", false },
};

static void try_refusal(const struct refusal *t)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *plan = NULL;
	const struct plan_options options = { .id = "x",
					      .bundle = "/b",
					      .has_console = t->has_console };
	struct facts facts;
	int r;

	error_clear();
	require(facts_from_file(a, golden_path(a, t->facts, "json"), &facts) == 0);
	r = spec_parse(t->config, strlen(t->config), NULL, NULL, &spec);
	if (r == 0)
		r = plan_build(spec, &facts, &options, &plan);
	if (t->text ? r < 0 && str_starts(error_text(), t->text) : r == 0)
		return;
	printf("# %s\n# got %d '%s', expected '%s'\n", t->config, r, error_text(),
	       t->text ? t->text : "");
	unit_failed = true;
}

static void refusals_name_their_field(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		try_refusal(&refusals[i]);
	warnings_clear();
}

/* ---- the order around seccomp ---- */

#define FILTER                                                                                     \
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"reboot\"]," \
	"\"action\":\"SCMP_ACT_ERRNO\"}]}"

static size_t position(const struct plan *p, enum step_kind kind)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == kind)
			return i;
	return SIZE_MAX;
}

static void build_text(struct arena *a, const char *config, struct spec **spec, struct plan **plan)
{
	static const struct plan_options options = { .id = "x", .bundle = "/b" };
	struct facts facts;

	require(facts_from_file(a, golden_path(a, "facts-root", "json"), &facts) == 0);
	require(spec_parse(config, strlen(config), NULL, NULL, spec) == 0);
	require(plan_build(*spec, &facts, &options, plan) == 0);
}

static void filter_is_last_with_no_new_privs(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *p = NULL;

	build_text(a, HEAD PROCESS ",\"noNewPrivileges\":true}," NS_AND(FILTER) "}", &spec, &p);
	require(p);
	check(position(p, STEP_CAPABILITIES) < position(p, STEP_READY));
	check(position(p, STEP_NO_NEW_PRIVS) < position(p, STEP_READY));
	check_int((long long)position(p, STEP_SECCOMP), (long long)p->n_steps - 2);
	check_int((long long)position(p, STEP_EXEC), (long long)p->n_steps - 1);
	check_int((long long)p->steps[position(p, STEP_USER)].value, 0);
}

static void filter_needs_capabilities_without(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(spec) struct spec *spec = NULL;
	CLEANUP(plan) struct plan *p = NULL;

	build_text(a, HEAD PROCESS "}," NS_AND(FILTER) "}", &spec, &p);
	require(p);
	check(position(p, STEP_READY) < position(p, STEP_SECCOMP));
	check(position(p, STEP_CLOSE_FDS) < position(p, STEP_SECCOMP));
	check_int((long long)position(p, STEP_SECCOMP), (long long)p->n_steps - 3);
	check_int((long long)position(p, STEP_CAPABILITIES), (long long)p->n_steps - 2);
	check(position(p, STEP_NO_NEW_PRIVS) == SIZE_MAX);
	check_int((long long)p->steps[position(p, STEP_USER)].value, 1);
}

static const struct unit_case cases[] = {
	{ "saved plans", golden_plans },
	{ "the JSON has every step", json_says_as_much },
	{ "what cannot be planned is refused by name", refusals_name_their_field },
	{ "seccomp is last with no_new_privs", filter_is_last_with_no_new_privs },
	{ "capabilities are dropped behind seccomp without", filter_needs_capabilities_without },
};
UNIT_MAIN(cases)
