/* SPDX-License-Identifier: Apache-2.0 */
/* base/attr.h - compiler attributes, automatic cleanup, and moving of ownership
 * A variable that owns something is declared with CLEANUP*, and gives it away only by TAKE_*. */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))

/* CLEANUP(plan) struct plan *p = NULL;  calls plan_freep(&p) at the end of the scope. */
#define CLEANUP(type) __attribute__((cleanup(type##_freep)))
#define CLEANUP_FREE __attribute__((cleanup(attr_freep)))
#define CLEANUP_FD __attribute__((cleanup(attr_closep)))

/* DEFINE_FREEP(plan, plan_free) defines plan_freep() out of void plan_free(struct plan *). */
#define DEFINE_FREEP(type, fn)                           \
	static inline void type##_freep(struct type **p) \
	{                                                \
		fn(*p);                                  \
	}

#define TAKE_PTR(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -EBADF;     \
		taken_;            \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** attr_freep - free what a CLEANUP_FREE variable still owns */
static inline void attr_freep(void *p)
{
	free(*(void **)p);
}

/** attr_closep - close what a CLEANUP_FD variable still owns; keeps errno */
static inline void attr_closep(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}
