/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/entry.c - where the program begins, before libc has set itself up
 *
 * A command that enters a container runs from a sealed copy of ourselves (runtime/seal.c), which costs a
 * second execve. The start-up of libc is the dearer part of a small program's start: about fifty pages
 * touched and relocated, and some eighty CPUID instructions, each of which traps in a virtual machine;
 * measured there 0.4 ms of 0.55. So the linker is told to begin here (configure.ac), and
 * for these commands the copy is executed at once: libc starts once, in the copy.
 *
 * This only saves time. Whatever is not as expected goes on to libc's _start, and main() looks at the
 * same condition again for every command that needs it, and records a failure. The rules for the code are
 * those of runtime/seal_bare.c: it may call nothing of libc. */
#include "cmd/entry.h"

#include "runtime/seal_bare.h"

#include <stddef.h>

static bool equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool is_one_of(const char *word, const char (*list)[16], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (equal(word, list[i]))
			return true;
	return false;
}

const char *entry_name(const char *argv0)
{
	const char *name = argv0;

	for (const char *at = argv0; *at; at++)
		if (*at == '/')
			name = at + 1;
	return name;
}

/* Arrays and not pointers, which would have to be relocated first. */
bool entry_is_oci(const char *name)
{
	static const char names[][16] = { "doboz-oci", "runc", "crun" };

	return is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

#ifdef ENTRY_SEALS
/* A word that is not the command, an id for example, costs an execve that was not needed. `doboz` has to
 * see first where its own file is (helper_remember). */
static bool enters_container(char *const *argv)
{
	static const char commands[][16] = { "create", "run", "exec" };

	if (!argv[0] || !entry_is_oci(entry_name(argv[0])))
		return false;
	while (*++argv)
		if (is_one_of(*argv, commands, sizeof(commands) / sizeof(commands[0])))
			return true;
	return false;
}

void entry_begin(long *stack);

/* @stack: as execve leaves it: argc, the arguments, NULL, the environment, NULL, ... */
void entry_begin(long *stack)
{
	char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;

	if (enters_container(argv))
		(void)seal_bare(argv, envp);
}

/* The psABI's entry: rsp is where argc is, and rdx belongs to _start. */
__asm__(".pushsection .text\n"
	".globl entry\n"
	".type entry, @function\n"
	"entry:\n"
	"	endbr64\n"
	"	movq %rsp, %rdi\n"
	"	pushq %rdx\n"
	"	subq $8, %rsp\n"
	"	call entry_begin\n"
	"	addq $8, %rsp\n"
	"	popq %rdx\n"
	"	jmp _start\n"
	".size entry, .-entry\n"
	".popsection\n");
#endif
