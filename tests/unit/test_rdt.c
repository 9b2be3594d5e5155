/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_rdt.c - linux.intelRdt on a folder that looks like a resctrl mount
 * Its folders come with their files, as the kernel's do, by the two functions of struct rdt_host. What is
 * written to a file stays in it, so its text is the list of writes. */
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "cgroups/rdt.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

static const char defaults[] = "    MB:0=100;1=100\n    L3:0=7ff;1=7ff\n";

static struct arena *a;
static struct rdt_host host;

static void put(int dir, const char *name, const char *text)
{
	CLEANUP_FD int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	check_int(fd_write_all(fd, text, strlen(text)), 0);
}

static char *text_of(const char *name)
{
	char *text;
	size_t len;

	return file_read_at(a, host.root, name, 4096, &text, &len) < 0 ? NULL : text;
}

static bool is_there(const char *name)
{
	return faccessat(host.root, name, F_OK, 0) == 0;
}

/* A folder with its files; monitoring groups have no groups in them. */
static int make(int dir, const char *name)
{
	CLEANUP_FD int made = -EBADF;

	if (mkdirat(dir, name, 0755) < 0)
		return -errno;
	made = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	put(made, "tasks", "");
	put(made, "schemata", "");
	check_int(mkdirat(made, "mon_groups", 0755), 0);
	return 0;
}

static int remove_all(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, 0) < 0 ? -errno : dir_remove_all(dir, name);
}

static void begin(void)
{
	static const char *const folders[] = { "info",        "info/L3",    "info/MB",
					       "info/L3_MON", "mon_groups", "mon_data" };

	error_clear();
	a = arena_new();
	host = (struct rdt_host){ open(unit_folder(), O_PATH | O_DIRECTORY | O_CLOEXEC), make,
				  remove_all };
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		check_int(mkdirat(host.root, folders[i], 0755), 0);
	put(host.root, "info/MB/bandwidth_gran", "10\n");
	put(host.root, "info/last_cmd_status", "ok\n");
	put(host.root, "tasks", "");
	put(host.root, "schemata", defaults);
}

static void end(void)
{
	rdt_host_close(&host);
	arena_free(a);
}

static struct rdt_config config(const char *text)
{
	struct json_decoder d = { .arena = a };
	struct rdt_config c = { 0 };
	char *quoted = arena_strdup(a, text);
	struct json *tree;

	for (char *q = quoted; (q = strchr(q, '\''));)
		*q = '"';
	check_int(json_parse(a, "intelRdt", quoted, strlen(quoted), &tree), 0);
	check_int(json_decode(&d, "linux.intelRdt", tree, rdt_config_rows, &c), 0);
	return c;
}

/* The way of create: look, make, join. */
static int enter(const char *text, struct rdt_group *g)
{
	struct rdt_config c = config(text);
	int r = rdt_look(a, &host, &c, "box", g);

	if (r >= 0)
		r = rdt_make(&host, &c, "box", g);
	return r < 0 ? r : rdt_join(&host, g, "box", 4711);
}

static void without_a_name_the_id_is_it(void)
{
	struct rdt_group g = { 0 };

	begin();
	check_int(enter("{}", &g), 0);
	check_str(g.class_name, "box");
	check(g.made && !g.monitored);
	check_str(text_of("box/tasks"), "4711\n");
	check_str(text_of("box/schemata"), ""); /* MUST NOT write to schemata */
	check_str(text_of("schemata"), defaults);
	check_int(rdt_remove(&host, &g, "box"), 0);
	check(!is_there("box"));
	check_int(rdt_remove(&host, &g, "box"), 0); /* again: it is gone already */
	end();
}

static void what_was_there_is_not_ours(void)
{
	struct rdt_group g = { 0 };

	begin();
	check_int(make(host.root, "box"), 0);
	check_int(enter("{'enableMonitoring': true}", &g), 0);
	check(!g.made && g.monitored);
	check_str(text_of("box/tasks"), "4711\n");
	check_int(rdt_remove(&host, &g, "box"), 0);
	check(is_there("box/tasks") && !is_there("box/mon_groups/box"));
	end();
}

static void schemata_are_written_in_order(void)
{
	struct rdt_group g = { 0 };

	begin();
	check_int(enter("{'closID': 'gold', 'memBwSchema': 'MB:0=20;1=70', 'l3CacheSchema':"
			" 'L3:0=7f0;1=1f', 'schemata': ['L2:0=f;1=f', 'L3:0=ff']}",
			&g),
		  0);
	check_str(g.class_name, "gold");
	check(g.made);
	check_str(text_of("gold/schemata"), "L3:0=7f0;1=1f\nMB:0=20;1=70\nL2:0=f;1=f\nL3:0=ff\n");
	check_str(text_of("gold/tasks"), "4711\n");
	check_str(text_of("schemata"), defaults);
	end();
	begin(); /* the rule of runtime-spec 1.0 to 1.2 */
	check_int(
		enter("{'memBwSchema': 'MB:0=20', 'l3CacheSchema': 'L3DATA:0=f\\nMB:0=9\\nL3CODE:0=f'}",
		      &g),
		0);
	check_str(text_of("box/schemata"), "L3DATA:0=f\nL3CODE:0=f\nMB:0=20\n");
	end();
}

static void the_default_class(void)
{
	struct rdt_group g = { 0 };

	begin();
	check_int(enter("{'closID': '/'}", &g), 0);
	check_str(g.class_name, "/");
	check(!g.made);
	check_str(text_of("tasks"), "4711\n");
	check_int(rdt_remove(&host, &g, "box"), 0);
	check(is_there("tasks"));
	check_int(enter("{'closID': '/', 'enableMonitoring': true}", &g), 0);
	check_str(text_of("mon_groups/box/tasks"), "4711\n");
	check_int(rdt_remove(&host, &g, "box"), 0);
	check(is_there("tasks") && !is_there("mon_groups/box"));
	end();
}

static void monitoring_is_its_own_group(void)
{
	struct rdt_group g = { 0 };

	begin();
	check_int(make(host.root, "gold"), 0);
	check_int(enter("{'closID': 'gold', 'enableMonitoring': true}", &g), 0);
	check(!g.made && g.monitored);
	check_str(text_of("gold/tasks"), "4711\n");
	check_str(text_of("gold/mon_groups/box/tasks"), "4711\n");
	/* Somebody else's group of that name is not taken over. */
	check_int(enter("{'closID': 'gold', 'enableMonitoring': true}", &g), -EEXIST);
	check_int(rdt_remove(&host, &g, "box"), 0);
	check(is_there("gold/tasks") && !is_there("gold/mon_groups/box"));
	end();
}

/* Whoever makes it between the look and the act owns it. */
static void a_class_that_appears_meanwhile(void)
{
	struct rdt_config c;
	struct rdt_group g = { 0 };

	begin();
	c = config("{}");
	check_int(rdt_look(a, &host, &c, "box", &g), 0);
	check(g.made);
	check_int(make(host.root, "box"), 0);
	check_int(rdt_make(&host, &c, "box", &g), -EEXIST);
	check(!g.made);
	check_int(rdt_remove(&host, &g, "box"), 0);
	check(is_there("box"));
	end();
}

static const struct {
	const char *config, *error; /* NULL: it is fine */
} existing[] = {
	{ "{'closID': 'gold'}", NULL },
	{ "{'closID': 'gold', 'l3CacheSchema': 'L3:1=0FF;0=f'}", NULL },
	{ "{'closID': 'gold', 'l3CacheSchema': 'L3:1=ff'}", NULL },
	{ "{'closID': 'gold', 'memBwSchema': 'MB:0=20;1=61'}",
	  NULL }, /* rounded up by the kernel */
	{ "{'closID': 'gold', 'memBwSchema': 'MB:0=20;1=71'}", "do not say 'MB:0=20;1=71'" },
	{ "{'closID': 'gold', 'l3CacheSchema': 'L3:0=ff'}", "do not say 'L3:0=ff'" },
	{ "{'closID': 'gold', 'l3CacheSchema': 'L3:2=f'}", "do not say 'L3:2=f'" },
	{ "{'closID': 'gold', 'l3CacheSchema': 'L2:0=f'}", "do not say 'L2:0=f'" },
	{ "{'closID': 'gold', 'l3CacheSchema': 'nonsense'}", "do not say 'nonsense'" },
	{ "{'closID': 'silver'}", "'silver' does not exist" },
	{ "{'closID': 'info'}", "invalid intelRdt.ClosID \"info\"" },
	{ "{'closID': 'mon_groups'}", "invalid intelRdt.ClosID \"mon_groups\"" },
	{ "{'closID': '..'}", "invalid intelRdt.ClosID \"..\"" },
	{ "{'closID': '../x'}", "invalid intelRdt.ClosID \"../x\"" },
	{ "{'closID': '//'}", "invalid intelRdt.ClosID \"//\"" },
	{ "{'memBwSchema': 'L3:0=1'}", "memBwSchema: must begin with 'MB:'" },
	{ "{'memBwSchema': 'MB:0=1\\nL3:0=1'}", "memBwSchema: must be one line" },
	{ "{'schemata': ['L3:0=1', 'a\\nb']}", "schemata[1]: must be one line" },
	{ "{'schemata': ['']}", "schemata[0]: must be one line" },
};

static void an_existing_class_must_match(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(existing); i++) {
		struct rdt_group g = { 0 };
		struct rdt_config c;
		int r;

		begin();
		check_int(make(host.root, "gold"), 0);
		put(host.root, "gold/schemata", "    MB:0= 20;1= 70\n    L3:0=00f;1=0ff\n");
		c = config(existing[i].config);
		r = rdt_look(a, &host, &c, "box", &g);
		check(existing[i].error ? r < 0 && strstr(error_text(), existing[i].error) :
					  r == 0);
		if (existing[i].error && !strstr(error_text(), existing[i].error))
			printf("# %s: %s\n", existing[i].config, error_text());
		check(!is_there("box") && !is_there("silver"));
		end();
	}
}

static void a_machine_without_it(void)
{
	static const char *const rows[][3] = {
		{ "info/L3", "{'l3CacheSchema': 'L3:0=f'}", "RDT/CAT is not enabled" },
		{ "info/MB", "{'memBwSchema': 'MB:0=10'}", "RDT/MBA is not enabled" },
		{ "info/L3_MON", "{'enableMonitoring': true}", "monitoring is not enabled" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rdt_group g = { 0 };

		begin();
		check_int(renameat(host.root, rows[i][0], host.root, "gone"), 0);
		check_int(enter(rows[i][1], &g), -EOPNOTSUPP);
		check(strstr(error_text(), rows[i][2]));
		check(!is_there("box"));
		end();
	}
}

/* The kernel's own words are in the error, and the folder is still known to be ours. */
static int make_none(int dir, const char *name)
{
	(void)dir;
	(void)name;
	put(host.root, "info/last_cmd_status", "Out of CLOSIDs\n");
	return -ENOSPC;
}

static void a_refusal_of_the_kernel(void)
{
	struct rdt_group g = { 0 };

	begin();
	host.make = make_none;
	check_int(enter("{}", &g), -ENOSPC);
	check(strstr(error_text(), "Out of CLOSIDs"));
	check(g.made);
	check_int(rdt_remove(&host, &g, "box"), 0);
	end();
}

static void update_writes_both(void)
{
	struct rdt_group g = { 0 };
	struct rdt_config c;

	begin();
	check_int(enter("{}", &g), 0);
	c = config("{'l3CacheSchema': 'L3:0=3', 'memBwSchema': 'MB:0=50'}");
	check_int(rdt_update(&host, &g, &c), 0);
	check_str(text_of("box/schemata"), "L3:0=3\nMB:0=50\n");
	c = config("{'memBwSchema': 'L3:0=50'}");
	check_int(rdt_update(&host, &g, &c), -EINVAL);
	check_int(dir_remove_all(host.root, "box"), 0);
	check_int(rdt_update(&host, &g, &c), -EINVAL);
	c = config("{'memBwSchema': 'MB:0=50'}");
	check_int(rdt_update(&host, &g, &c), -ENOENT);
	end();
}

static void no_mount_is_an_error(void)
{
	struct rdt_host found = { .root = -EBADF };

	error_clear();
	if (rdt_host_open(&found) == 0) {
		rdt_host_close(&found);
		skip("this machine has a resctrl filesystem");
	}
	check_int(error_code(), -ENODEV);
	check(strstr(error_text(),
		     "intelRdt is specified in config, but Intel RDT is not enabled"));
	error_clear();
}

static const struct unit_case cases[] = {
	{ "without closID the container's id names the class, which goes with it",
	  without_a_name_the_id_is_it },
	{ "a class that was there stays", what_was_there_is_not_ours },
	{ "schemata in the order of the spec", schemata_are_written_in_order },
	{ "closID '/' is the default class", the_default_class },
	{ "a monitoring group of its own", monitoring_is_its_own_group },
	{ "a class that appears meanwhile is not ours", a_class_that_appears_meanwhile },
	{ "an existing class must match, and other rules", an_existing_class_must_match },
	{ "a machine that cannot", a_machine_without_it },
	{ "the kernel's own words", a_refusal_of_the_kernel },
	{ "update", update_writes_both },
	{ "no mount is an error", no_mount_is_an_error },
};
UNIT_MAIN(cases)
