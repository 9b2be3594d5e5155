/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_seccomp_profile.c - reading, refusing and writing linux.seccomp */
#include "base/arena.h"
#include "base/error.h"
#include "seccomp/default.h"
#include "tests/unit/seccomp_sim.h"
#include "tests/unit/unit.h"

#define DEFAULT "'defaultAction': 'SCMP_ACT_ALLOW'"
#define RULE(text) "{" DEFAULT ", 'syscalls': [{" text "}]}"
#define ARG(text) RULE("'names': ['read'], 'action': 'SCMP_ACT_TRAP', 'args': [{" text "}]")
#define ASKS "'names': ['mkdir'], 'action': 'SCMP_ACT_NOTIFY'"

/* A profile and the words that refuse it. */
struct bad {
	const char *text, *error;
};

static const struct bad undecodable[] = {
	{ "[]", "linux.seccomp: expected an object" },
	{ "{}", "linux.seccomp.defaultAction: required, but missing" },
	{ "{'defaultAction': 7}", "linux.seccomp.defaultAction: expected a string" },
	{ "{'defaultAction': 'ALLOW'}", "linux.seccomp.defaultAction: unknown value 'ALLOW'" },
	{ "{" DEFAULT ", 'defaultErrnoRet': -1}",
	  "linux.seccomp.defaultErrnoRet: expected a number from 0 to 65535" },
	{ "{" DEFAULT ", 'defaultErrnoRet': 65536}",
	  "linux.seccomp.defaultErrnoRet: expected a number from 0 to 65535" },
	{ "{" DEFAULT ", 'architectures': 'SCMP_ARCH_X86'}",
	  "linux.seccomp.architectures: expected an array of strings" },
	{ "{" DEFAULT ", 'architectures': [1]}",
	  "linux.seccomp.architectures[0]: expected a string" },
	{ "{" DEFAULT ", 'flags': {}}", "linux.seccomp.flags: expected an array of strings" },
	{ "{" DEFAULT ", 'listenerPath': 1}", "linux.seccomp.listenerPath: expected a string" },
	{ "{" DEFAULT ", 'listenerMetadata': 1}",
	  "linux.seccomp.listenerMetadata: expected a string" },
	{ "{" DEFAULT ", 'syscalls': {}}", "linux.seccomp.syscalls: expected an array of objects" },
	{ "{" DEFAULT ", 'syscalls': [1]}", "linux.seccomp.syscalls[0]: expected an object" },
	{ RULE("'action': 'SCMP_ACT_TRAP'"),
	  "linux.seccomp.syscalls[0].names: required, but missing" },
	{ RULE("'names': [], 'action': 'SCMP_ACT_TRAP'"),
	  "linux.seccomp.syscalls[0].names: must not be empty" },
	{ RULE("'names': [3], 'action': 'SCMP_ACT_TRAP'"),
	  "linux.seccomp.syscalls[0].names[0]: expected a string" },
	{ RULE("'names': ['read']"), "linux.seccomp.syscalls[0].action: required, but missing" },
	{ RULE("'names': ['read'], 'action': 'SCMP_ACT_NEVER'"),
	  "linux.seccomp.syscalls[0].action: unknown value 'SCMP_ACT_NEVER'" },
	{ RULE("'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': '1'"),
	  "linux.seccomp.syscalls[0].errnoRet: expected a number from 0 to 65535" },
	{ RULE("'names': ['read'], 'action': 'SCMP_ACT_TRAP', 'args': 0"),
	  "linux.seccomp.syscalls[0].args: expected an array of objects" },
	{ ARG("'value': 1, 'op': 'SCMP_CMP_EQ'"),
	  "linux.seccomp.syscalls[0].args[0].index: required, but missing" },
	{ ARG("'index': 6, 'value': 1, 'op': 'SCMP_CMP_EQ'"),
	  "linux.seccomp.syscalls[0].args[0].index: expected a number from 0 to 5" },
	{ ARG("'index': 0, 'op': 'SCMP_CMP_EQ'"),
	  "linux.seccomp.syscalls[0].args[0].value: required, but missing" },
	{ ARG("'index': 0, 'value': 18446744073709551616, 'op': 'SCMP_CMP_EQ'"),
	  "linux.seccomp.syscalls[0].args[0].value: expected a number from 0 to "
	  "18446744073709551615" },
	{ ARG("'index': 0, 'value': 1, 'valueTwo': -1, 'op': 'SCMP_CMP_EQ'"),
	  "linux.seccomp.syscalls[0].args[0].valueTwo: expected a number from 0 to "
	  "18446744073709551615" },
	{ ARG("'index': 0, 'value': 1"),
	  "linux.seccomp.syscalls[0].args[0].op: required, but missing" },
	{ ARG("'index': 0, 'value': 1, 'op': 'EQ'"),
	  "linux.seccomp.syscalls[0].args[0].op: unknown value 'EQ'" },
};

static void refuses_wrong_types(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(undecodable); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct seccomp_profile p = { 0 };

		check_int(sim_decode(a, undecodable[i].text, &p), -EINVAL);
		check_str(error_text(), undecodable[i].error);
		error_clear();
	}
}

static const struct bad uncompilable[] = {
	{ "{" DEFAULT ", 'defaultErrnoRet': 1}",
	  "linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW takes no errno" },
	{ "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096}",
	  "linux.seccomp.defaultErrnoRet: 4096 is above 4095" },
	{ RULE("'names': ['read'], 'action': 'SCMP_ACT_KILL', 'errnoRet': 1"),
	  "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_KILL_THREAD takes no errno" },
	{ RULE("'names': ['read'], 'action': 'SCMP_ACT_LOG', 'errnoRet': 0"),
	  "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_LOG takes no errno" },
	{ RULE("'names': ['read', ''], 'action': 'SCMP_ACT_KILL'"),
	  "linux.seccomp.syscalls[0].names[1]: must not be empty" },
	{ "{" DEFAULT ", 'architectures': ['SCMP_ARCH_VAX']}",
	  "linux.seccomp.architectures[0]: unknown value 'SCMP_ARCH_VAX'" },
	{ "{" DEFAULT ", 'flags': ['SECCOMP_FILTER_FLAG_LOG', 'LOG']}",
	  "linux.seccomp.flags[1]: unknown value 'LOG'" },
	{ "{" DEFAULT ", 'listenerMetadata': 'x'}",
	  "linux.seccomp.listenerMetadata: needs listenerPath" },
	{ "{'defaultAction': 'SCMP_ACT_NOTIFY'}",
	  "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default" },
	{ RULE(ASKS), "linux.seccomp: SCMP_ACT_NOTIFY needs listenerPath" },
	{ "{" DEFAULT ", 'listenerPath': '@x', 'syscalls': [{" ASKS "}]}",
	  "linux.seccomp.listenerPath: expected an absolute path, not '@x'" },
};

static void flags_of_a_listener(void)
{
	static const struct {
		const char *flags, *rules;
		unsigned want;
	} table[] = {
		{ "", "", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ ", 'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']", "", 0 },
		{ ", 'flags': ['SECCOMP_FILTER_FLAG_TSYNC']", "", SECCOMP_FILTER_FLAG_TSYNC },
		{ "", "{" ASKS "}",
		  SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_NEW_LISTENER },
		{ ", 'flags': ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']",
		  "{" ASKS "}",
		  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_NEW_LISTENER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct seccomp_program program = { 0 };
		const char *text = arena_printf(a,
						"{" DEFAULT
						", 'listenerPath': '/x', 'syscalls': [%s]%s}",
						table[i].rules, table[i].flags);

		require(sim_compile(a, text, &program) == 0);
		check_int(program.flags, table[i].want);
	}
}

static void refuses_what_the_spec_forbids(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(uncompilable); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct seccomp_program program = { .n = 7 };

		check_int(sim_compile(a, uncompilable[i].text, &program), -EINVAL);
		check_str(error_text(), uncompilable[i].error);
		check_int(program.n, 7);
		error_clear();
	}
}

static void bounds_the_names(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_profile p = { .default_action = SECCOMP_ACTION_ALLOW, .n_rules = 1 };
	struct seccomp_rule rule = { .action = SECCOMP_ACTION_TRAP };
	struct seccomp_program program;

	rule.names = arena_array(a, 20001, sizeof(*rule.names));
	for (size_t i = 0; i < 20000; i++)
		rule.names[i] = (char *)"read";
	p.rules = &rule;
	check_int(seccomp_compile(a, &p, &program), -EINVAL);
	check_str(error_text(), "linux.seccomp.syscalls: 20000 names, more than 16384");
	error_clear();
}

static void reads_every_field(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct seccomp_profile p = { 0 };

	require(sim_decode(a,
			   "{'defaultAction': 'SCMP_ACT_TRACE', 'defaultErrnoRet': 65535,"
			   " 'architectures': ['SCMP_ARCH_X32'], 'flags': [],"
			   " 'listenerPath': '/a', 'listenerMetadata': 'm', 'unknown': 1,"
			   " 'syscalls': [{'names': ['x', 'y'], 'action': 'SCMP_ACT_KILL',"
			   " 'errnoRet': 3, 'args': [{'index': 5, 'value': 18446744073709551615,"
			   " 'valueTwo': 2, 'op': 'SCMP_CMP_MASKED_EQ'}]}]}",
			   &p) == 0);
	check_int(p.default_action, SECCOMP_ACTION_TRACE);
	check_int((long long)p.default_errno_ret.value, 65535);
	check_str(p.architectures[0], "SCMP_ARCH_X32");
	check(p.flags && !p.flags[0]);
	check_str(p.listener_path, "/a");
	check_str(p.listener_metadata, "m");
	require(p.n_rules == 1 && p.rules[0].n_args == 1);
	check_str(p.rules[0].names[1], "y");
	check_int(p.rules[0].action, SECCOMP_ACTION_KILL_THREAD);
	check(p.rules[0].errno_ret.set && p.rules[0].errno_ret.value == 3);
	check_int((long long)p.rules[0].args->index, 5);
	check(p.rules[0].args->value == UINT64_MAX);
	check_int((long long)p.rules[0].args->value_two, 2);
	check_int(p.rules[0].args->op, SECCOMP_CMP_MASKED_EQ);
}

static void written_is_read_again(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf first = { 0 }, second = { 0 };
	struct json_writer w = { .out = &first, .indent = 2 }, v = { .out = &second, .indent = 2 };
	struct seccomp_profile again = { 0 };

	seccomp_profile_write(&w, NULL, seccomp_default_profile(a, 0));
	require(sim_decode(a, first.data, &again) == 0);
	seccomp_profile_write(&v, NULL, &again);
	check(strcmp(first.data, second.data) == 0);
	check(strstr(first.data, "\"SCMP_CMP_MASKED_EQ\"") != NULL);
}

static const struct unit_case cases[] = {
	{ "reads every field", reads_every_field },
	{ "refuses wrong types, ranges and missing fields", refuses_wrong_types },
	{ "refuses what the spec forbids", refuses_what_the_spec_forbids },
	{ "a listener's flags", flags_of_a_listener },
	{ "bounds the number of names", bounds_the_names },
	{ "a written profile reads the same again", written_is_read_again },
};
UNIT_MAIN(cases)
