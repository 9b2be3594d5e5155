/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/seal.c - run from a copy of ourselves that a container cannot write (CVE-2019-5736)
 *
 * A payload "#!/proc/self/exe" becomes the runtime again, inside the container and traceable there, and
 * its /proc/PID/exe then leads to the host's file. So that file has to be read-only by its mount. The
 * condition is looked at, not remembered: no marker in the environment could be forged or get lost.
 * The usual way, a clone of the mount, is in seal_bare.c, and most of the time taken before we come here. */
#include "runtime/seal.h"

#include "base/error.h"
#include "runtime/seal_bare.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef MFD_EXEC /* Linux 6.3 */
#define MFD_EXEC 0x0010U
#endif

static int copy_sealed(int exe)
{
	CLEANUP_FD int copy = memfd_create("doboz", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	struct stat st;
	ssize_t n = 1;

	if (copy < 0 && errno == EINVAL)
		copy = memfd_create("doboz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0 || fstat(exe, &st) < 0)
		return -errno;
	for (off_t at = 0; at < st.st_size && n > 0;)
		n = sendfile(copy, exe, &at, (size_t)(st.st_size - at));
	if (n < 0)
		return -errno;
	if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	return TAKE_FD(copy);
}

/* Without rights over the mount only a file that we could write ourselves is in danger. */
static bool could_write(int exe)
{
	struct stat st;

	return fstat(exe, &st) < 0 || st.st_uid == geteuid() || access("/proc/self/exe", W_OK) == 0;
}

int seal_self(char **argv)
{
	CLEANUP_FD int exe = -EBADF;
	CLEANUP_FD int copy = -EBADF;
	int r = seal_bare(argv, environ);

	if (r == 0) {
		/* After execveat the name is a number. */
		if (argv[0])
			(void)prctl(PR_SET_NAME,
				    strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0]);
		return 0;
	}
	exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (exe < 0)
		return fail(-errno, "open /proc/self/exe");
	if (r == -EPERM && !could_write(exe))
		return 0;
	copy = copy_sealed(exe);
	if (copy < 0)
		return fail(copy, "make a sealed copy of ourselves");
	(void)syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	return fail(-errno, "execute a sealed copy of ourselves");
}
