/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_seccomp_builtin.c - the program of the build is the one that libseccomp makes */
#include "base/arena.h"
#include "base/error.h"
#include "seccomp/builtin.h"
#include "seccomp/default.h"
#include "tests/unit/seccomp_sim.h"
#include "tests/unit/unit.h"

static void equals_a_fresh_compile(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct seccomp_profile *p = seccomp_default_profile(a, seccomp_builtin_capabilities);
	struct seccomp_program fresh, ours;

	if (seccomp_builtin_n == 0)
		skip("cross-compiled: there is no built-in program");
	require(seccomp_compile_fresh(a, p, &fresh) == 0);
	require(seccomp_builtin(a, p, &ours));
	require(seccomp_compile(a, p, &ours) == 0);
	check_int(ours.flags, fresh.flags);
	require(ours.n == fresh.n);
	check(memcmp(ours.insns, fresh.insns, fresh.n * sizeof(*fresh.insns)) == 0);
}

/* Also after a way through config.json. */
static void recognises_a_written_profile(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf text = { 0 };
	struct json_writer w = { .out = &text };
	struct seccomp_profile again = { 0 };
	struct seccomp_program p;

	if (seccomp_builtin_n == 0)
		skip("cross-compiled: there is no built-in program");
	seccomp_profile_write(&w, NULL, seccomp_default_profile(a, seccomp_builtin_capabilities));
	require(sim_decode(a, text.data, &again) == 0);
	check(seccomp_builtin(a, &again, &p));
}

static void change_action(struct seccomp_profile *p)
{
	p->default_action = SECCOMP_ACTION_ALLOW;
}
static void change_errno(struct seccomp_profile *p)
{
	p->default_errno_ret.value++;
}
static void change_architectures(struct seccomp_profile *p)
{
	p->architectures[0] = NULL;
}
static void change_flags(struct seccomp_profile *p)
{
	static char *none[] = { NULL };

	p->flags = none;
}
static void change_listener(struct seccomp_profile *p)
{
	p->listener_path = (char *)"/run/agent";
}
static void change_rules(struct seccomp_profile *p)
{
	p->n_rules--;
}
static void change_name(struct seccomp_profile *p)
{
	p->rules[3].names[0] = (char *)"exit";
}
static void change_names(struct seccomp_profile *p)
{
	p->rules[0].names[strv_len(p->rules[0].names) - 1] = NULL;
}
static void change_rule_action(struct seccomp_profile *p)
{
	p->rules[1].action = SECCOMP_ACTION_LOG;
}
static void change_rule_errno(struct seccomp_profile *p)
{
	p->rules[p->n_rules - 6].errno_ret.value++;
}
static void change_value(struct seccomp_profile *p)
{
	p->rules[p->n_rules - 1].args->value++;
}
static void change_value_two(struct seccomp_profile *p)
{
	p->rules[p->n_rules - 1].args->value_two++;
}
static void change_index(struct seccomp_profile *p)
{
	p->rules[p->n_rules - 1].args->index++;
}
static void change_operator(struct seccomp_profile *p)
{
	p->rules[p->n_rules - 1].args->op = SECCOMP_CMP_EQ;
}
static void change_args(struct seccomp_profile *p)
{
	p->rules[p->n_rules - 1].n_args = 0;
}

static void any_change_is_another_profile(void)
{
	static void (*const changes[])(struct seccomp_profile *) = {
		change_action,      change_errno,      change_architectures, change_flags,
		change_listener,    change_rules,      change_name,          change_names,
		change_rule_action, change_rule_errno, change_value,         change_value_two,
		change_index,       change_operator,   change_args,
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct seccomp_profile *p = seccomp_default_profile(a,
								    seccomp_builtin_capabilities);
		struct seccomp_program program;

		changes[i](p);
		check(!seccomp_builtin(a, p, &program));
	}
}

static const struct unit_case cases[] = {
	{ "equals a fresh compile", equals_a_fresh_compile },
	{ "recognises a profile that was written and read", recognises_a_written_profile },
	{ "any change is another profile", any_change_is_another_profile },
};
UNIT_MAIN(cases)
