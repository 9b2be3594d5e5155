/* SPDX-License-Identifier: Apache-2.0 */
/* bench/limit.c - the least that a start can cost: the kernel's work alone
 * clone3 of six namespaces, a private mount tree, the root bound and pivoted into, proc, a tmpfs on /dev and
 * sysfs mounted, exec, wait. With -c: also one cgroup per v1 hierarchy (and in the v2 tree), made, joined by
 * "tasks" (by CLONE_INTO_CGROUP on v2), and removed again. Nothing is checked, nothing is configurable.
 * Usage: limit [-c NAME] ROOTFS PROGRAM */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HIERARCHIES_MAX = 32 };

struct cgroup {
	char path[512];
	int tasks; /* v1 */
	int v2;    /* descriptor of a v2 folder */
};

static struct cgroup cgroups[HIERARCHIES_MAX];
static size_t n_cgroups;

static int die(const char *what)
{
	perror(what);
	return 111;
}

/* cpuset: a new folder takes no process before it has its parent's processors and memory nodes. */
static void fill_cpuset(const char *mount, const char *path)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[256], name[700];

	for (size_t i = 0; i < 2; i++) {
		ssize_t n;
		int fd;

		(void)snprintf(name, sizeof(name), "%s/%s", mount, files[i]);
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		n = read(fd, text, sizeof(text));
		(void)close(fd);
		(void)snprintf(name, sizeof(name), "%s/%s", path, files[i]);
		fd = open(name, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || n <= 0)
			return;
		(void)!write(fd, text, (size_t)n);
		(void)close(fd);
	}
}

static void make_cgroup(const struct mntent *m, const char *name)
{
	struct cgroup *c = &cgroups[n_cgroups];
	char tasks[600];

	(void)snprintf(c->path, sizeof(c->path), "%s/%s", m->mnt_dir, name);
	if (mkdir(c->path, 0755) < 0)
		return;
	c->tasks = c->v2 = -1;
	n_cgroups++;
	if (strcmp(m->mnt_type, "cgroup2") == 0) {
		c->v2 = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return;
	}
	if (strstr(m->mnt_opts, "cpuset"))
		fill_cpuset(m->mnt_dir, c->path);
	(void)snprintf(tasks, sizeof(tasks), "%s/tasks", c->path);
	c->tasks = open(tasks, O_WRONLY | O_CLOEXEC);
}

static void make_cgroups(const char *name)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	if (!mounts)
		return;
	for (struct mntent *m = getmntent(mounts); m && n_cgroups < HIERARCHIES_MAX;
	     m = getmntent(mounts))
		if (strcmp(m->mnt_type, "cgroup") == 0 || strcmp(m->mnt_type, "cgroup2") == 0)
			make_cgroup(m, name);
	(void)endmntent(mounts);
}

static int child(const char *root, const char *program)
{
	for (size_t i = 0; i < n_cgroups; i++)
		if (cgroups[i].tasks >= 0)
			(void)!write(cgroups[i].tasks, "0", 1);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
		return die("bind the root");
	if (chdir(root) < 0 || mount("proc", "proc", "proc", 0, NULL) < 0 ||
	    mount("tmpfs", "dev", "tmpfs", MS_NOSUID, NULL) < 0 ||
	    mount("sysfs", "sys", "sysfs", MS_RDONLY, NULL) < 0)
		return die("mount");
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return die("pivot_root");
	(void)execl(program, program, (char *)NULL);
	return die(program);
}

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
					    CLONE_NEWUTS | CLONE_NEWNET,
				   .exit_signal = SIGCHLD };
	int status, has_cgroups = argc == 5 && strcmp(argv[1], "-c") == 0;
	char **rest = argv + (has_cgroups ? 3 : 1);
	pid_t pid;

	if (argc != (has_cgroups ? 5 : 3))
		return 100;
	if (has_cgroups)
		make_cgroups(argv[2]);
	for (size_t i = 0; i < n_cgroups; i++)
		if (cgroups[i].v2 >= 0) {
			args.flags |= CLONE_INTO_CGROUP;
			args.cgroup = (unsigned long)cgroups[i].v2;
		}
	if (!has_cgroups)
		args.flags |= CLONE_NEWCGROUP;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return die("clone3");
	if (pid == 0)
		_exit(child(rest[0], rest[1]));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < n_cgroups; i++)
		(void)rmdir(cgroups[i].path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 112;
}
