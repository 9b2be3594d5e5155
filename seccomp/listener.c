/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/listener.c - loading a filter that asks an agent, without a system call that it could hold up
 *
 * Theory of operation. The descriptor on which an agent hears of system calls is made by the load itself.
 * From then on, any call of the loading thread may be one that has to be answered: if that thread had to
 * say write, sendmsg or futex to give the descriptor away, a profile that lists this call would hold it up
 * for good, because nobody can answer yet. pidfd_getfd by another process needs a word, too, that the
 * descriptor is there now, and the right to trace us, which an ordinary user has not over a process that
 * is not dumpable.
 *
 * So a second thread, the messenger, is made before the load. Without TSYNC a filter binds the thread that
 * loads it, and only that one. The two share memory and descriptors, so the messenger can send the
 * listener, close it, and do whatever else it likes. What is left is to wake it, and to wait for it,
 * without a system call: by a page fault. A page is registered with a userfaultfd; the loader puts the
 * listener's number into memory and then touches the page. The kernel stops it there and tells the
 * messenger, who reads the userfaultfd. When the messenger has done its work it closes the userfaultfd,
 * which ends the registration and lets the loader go on, to execve, where the messenger ends.
 *
 *   loader                              messenger
 *   ------                              ---------
 *   registers a page, makes the thread  reads the userfaultfd: sleeps
 *   loads the filter; touches the page  wakes up, delivers and closes the listener
 *   (asleep in the page fault)          closes the userfaultfd; ends
 *   goes on under the filter
 *
 * So at most one of them runs at a time outside of a sleep, which is why they may share errno and the
 * error record: the messenger has no thread-local memory of its own. */
#include "seccomp/listener.h"

#include "base/confine.h"
#include "base/error.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024 };

struct meeting {
	seccomp_deliver deliver;
	void *arg;
	int faults; /* the userfaultfd; closed by the messenger */
	volatile char *page;
	int listener; /* or the negative errno of the load */
	int result;   /* the messenger's */
};

static int messenger(void *arg)
{
	struct meeting *m = arg;
	struct uffd_msg message;
	ssize_t n;

	do
		n = read(m->faults, &message, sizeof(message));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(message))
		m->result = fail(n < 0 ? -errno : -EIO, "read a userfaultfd");
	else if (m->listener < 0)
		m->result = m->listener;
	else
		m->result = m->deliver(m->arg, m->listener);
	if (m->listener >= 0)
		(void)close(m->listener);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	(void)close(m->faults); /* from here on the loader runs */
	return 0;
}

/* A page whose first touch is told to whoever reads the userfaultfd. */
static int prepare_page(struct meeting *m)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register page = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *at;

	m->faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (m->faults < 0)
		return fail(errno == ENOSYS ? -EOPNOTSUPP : -errno,
			    "linux.seccomp: SCMP_ACT_NOTIFY needs userfaultfd(2)");
	at = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return fail(-errno, "map a page");
	m->page = at;
	page.range = (struct uffdio_range){ .start = (uintptr_t)at, .len = size };
	if (ioctl(m->faults, UFFDIO_API, &api) < 0 || ioctl(m->faults, UFFDIO_REGISTER, &page) < 0)
		return fail(-errno, "register a page with a userfaultfd");
	return 0;
}

static int make_messenger(struct meeting *m)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return fail(-errno, "map a stack");
	if (clone(messenger, stack + STACK_SIZE,
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
		  m) < 0)
		return fail(-errno, "make a thread that hands the seccomp listener over");
	return 0;
}

/* Nothing is unmapped: the caller is about to exec or to end, and may not be able to call munmap. */
int seccomp_listener_load(const struct seccomp_program *p, seccomp_deliver deliver, void *arg)
{
	struct meeting m = { .deliver = deliver, .arg = arg, .faults = -EBADF };
	int r = prepare_page(&m);

	if (r >= 0)
		r = make_messenger(&m);
	if (r < 0) {
		attr_closep(&m.faults);
		return r;
	}
	m.listener = confine_seccomp(p->insns, p->n, p->flags);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	(void)*m.page;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return m.result;
}
