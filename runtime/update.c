/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/update.c - new limits for a container that lives
 * What is in force is a document: linux.resources of config.json, and after an update what the state keeps.
 * The change is laid over it, so that limits which depend on each other are known together. */
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "cgroups/merge.h"
#include "cgroups/systemd.h"
#include "runtime/container.h"

#include <fcntl.h>

/* Return: 0, and the document or NULL where config.json has none */
static int in_force(struct arena *a, int dir, const struct state *s, const struct json **ret)
{
	struct json *config;
	char *text;
	size_t len;
	int r;

	*ret = s->resources;
	if (s->resources)
		return 0;
	r = file_read_at(a, dir, "config.json", JSON_SIZE_MAX, &text, &len);
	if (r < 0)
		return fail(r, "read the container's config.json");
	r = json_parse(a, "config", text, len, &config);
	if (r == 0)
		*ret = json_get(json_get(config, "linux"), "resources");
	return r;
}

static int decode(struct arena *a, const char *name, const struct json *tree,
		  struct cgroup_resources *ret)
{
	struct json_decoder d = { .arena = a };

	return tree ? json_decode(&d, name, tree, cgroup_resources_rows, ret) : 0;
}

/* Unlimited memory ends the limit of memory and swap as well, which would not let it: what was asked for
 * without a word about swap. */
static const struct json *end_swap(struct arena *a, const struct json *change)
{
	static const char text[] = "{\"memory\":{\"swap\":-1}}";
	const struct json *memory = json_get(change, "memory"), *limit = json_get(memory, "limit");
	const struct json *swap = json_get(memory, "swap");
	struct json *unlimited;

	if (!limit || limit->type != JSON_NUMBER || !str_eq(limit->text, "-1") ||
	    (swap && swap->type != JSON_NULL))
		return change;
	return json_parse(a, "swap", text, sizeof(text) - 1, &unlimited) < 0 ?
		       change :
		       cgroup_merge(a, change, unlimited);
}

/* ---- linux.intelRdt ---- */

/* When this fails too, the journal still names what delete has to remove. */
static int take_back(int dir, struct state *s, const struct rdt_host *host, int r)
{
	struct error_kept kept;

	error_keep(&kept);
	if (s->rdt.class_name && rdt_remove(host, &s->rdt, s->id) >= 0) {
		s->rdt = (struct rdt_group){ 0 };
		if (state_save(dir, s) < 0)
			warn("%s, ignoring", error_text());
	}
	error_restore(&kept);
	return r;
}

/* It was in the default class so far. */
static int give_class(struct arena *a, int dir, struct state *s, const struct rdt_host *host,
		      const struct rdt_config *rdt)
{
	pid_t *pids;
	size_t n = 0;
	int r = rdt_look(a, host, rdt, s->id, &s->rdt);

	if (r >= 0)
		r = state_save(dir, s);
	if (r >= 0)
		r = rdt_make(host, rdt, s->id, &s->rdt);
	if (r >= 0)
		r = cgroup_pids(a, s->cgroup_folders, &pids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = rdt_join(host, &s->rdt, s->id, pids[i]);
	return r < 0 ? take_back(dir, s, host, r) : r;
}

static int update_rdt(struct arena *a, int dir, struct state *s, const struct rdt_config *rdt)
{
	CLEANUP_RDT_HOST struct rdt_host host = { .root = -EBADF };
	int r = rdt_host_open(&host);

	if (r < 0)
		return r;
	return s->rdt.class_name ? rdt_update(&host, &s->rdt, rdt) :
				   give_class(a, dir, s, &host, rdt);
}

/* ---- all of it ---- */

/* What follows the limits of the cgroup, and takes them back when it fails. */
struct rest {
	struct arena *arena;
	int dir;
	struct state *state;
	const struct rdt_config *rdt;
};

static int finish(void *arg)
{
	const struct rest *rest = arg;
	int r = rest->rdt ? update_rdt(rest->arena, rest->dir, rest->state, rest->rdt) : 0;

	return r < 0 ? r : state_save(rest->dir, rest->state);
}

static int apply(const struct cgroup_update *update, struct rest *rest)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct cgroup_host *host = NULL;
	struct cgroup_plan *plan;
	int r;

	if (proc < 0)
		return fail(-errno, "open /proc");
	r = cgroup_host_read(rest->arena, proc, "", &host);
	if (r >= 0 && update->unit)
		r = cgroup_systemd_open(rest->arena, rest->state->systemd_user, &host->systemd);
	if (r >= 0)
		r = cgroup_plan_update(rest->arena, host, update, rest->state->cgroup_folders,
				       &plan);
	if (r >= 0)
		r = cgroup_apply(plan, finish, rest);
	if (update->unit && host)
		cgroup_systemd_close(host->systemd);
	return r;
}

int container_update(int root, const char *id, const struct json *change,
		     const struct rdt_config *rdt)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_FD int dir = -EBADF;
	struct cgroup_resources asked = { 0 }, before = { 0 }, after = { 0 };
	const struct json *old = NULL;
	struct state *s;
	int r = state_open_and_load(a, root, id, true, &dir, &s);

	if (r < 0)
		return r;
	if (state_status(s, NULL) == STATE_STOPPED)
		return error_is(refuse(-ESRCH, "container not running"),
				ERROR_CONTAINER_NOT_RUNNING);
	if (!s->cgroup_folders)
		return refuse(-EOPNOTSUPP, "cannot update a container without a cgroup");
	change = end_swap(a, change);
	r = decode(a, "resources", change, &asked);
	if (r == 0)
		r = in_force(a, dir, s, &old);
	if (r < 0)
		return r;
	s->resources = cgroup_merge(a, old, change);
	r = decode(a, "resources in force", old, &before);
	if (r == 0)
		r = decode(a, "resources", s->resources, &after);
	if (r == 0)
		r = apply(&(struct cgroup_update){ &asked, &before, &after, s->systemd_unit },
			  &(struct rest){ a, dir, s, rdt });
	return error_is(error_in(r, "cgroup"), ERROR_CGROUP);
}

/* Without the lock: it may take its time, and what it holds on to is the folder, not its name. */
int container_reclaim(int root, const char *id, uint64_t bytes, struct cgroup_reclaimed *ret)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct state *s;
	int r = state_open_and_load(a, root, id, false, NULL, &s);

	if (r < 0)
		return r;
	if (state_status(s, NULL) == STATE_STOPPED)
		return error_is(refuse(-ESRCH, "container not running"),
				ERROR_CONTAINER_NOT_RUNNING);
	r = cgroup_reclaim(s->cgroup_folders, bytes, ret);
	return error_is(error_in(r, "cgroup"), ERROR_CGROUP);
}
