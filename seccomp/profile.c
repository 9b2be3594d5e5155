/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp/profile.c - linux.seccomp of config.json: the tables that read it, and its writer */
#include "seccomp/profile.h"

#include <string.h>

/* By enum seccomp_action; the last one is the old name of the first. */
enum { ACTION_KILL_ALIAS = SECCOMP_ACTION_NOTIFY + 1 };
const char *const seccomp_action_names[] = {
	[SECCOMP_ACTION_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[SECCOMP_ACTION_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
	[SECCOMP_ACTION_TRAP] = "SCMP_ACT_TRAP",
	[SECCOMP_ACTION_ERRNO] = "SCMP_ACT_ERRNO",
	[SECCOMP_ACTION_TRACE] = "SCMP_ACT_TRACE",
	[SECCOMP_ACTION_ALLOW] = "SCMP_ACT_ALLOW",
	[SECCOMP_ACTION_LOG] = "SCMP_ACT_LOG",
	[SECCOMP_ACTION_NOTIFY] = "SCMP_ACT_NOTIFY",
	[ACTION_KILL_ALIAS] = "SCMP_ACT_KILL",
	NULL,
};

const char *const seccomp_operator_names[] = {
	[SECCOMP_CMP_NE] = "SCMP_CMP_NE",
	[SECCOMP_CMP_LT] = "SCMP_CMP_LT",
	[SECCOMP_CMP_LE] = "SCMP_CMP_LE",
	[SECCOMP_CMP_EQ] = "SCMP_CMP_EQ",
	[SECCOMP_CMP_GE] = "SCMP_CMP_GE",
	[SECCOMP_CMP_GT] = "SCMP_CMP_GT",
	[SECCOMP_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
	NULL,
};

const char *const seccomp_arch_names[] = {
	"SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",   "SCMP_ARCH_X32",         "SCMP_ARCH_ARM",
	"SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",      "SCMP_ARCH_MIPS64N32",
	"SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",
	"SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",  "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",
	"SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",     "SCMP_ARCH_LOONGARCH64",
	"SCMP_ARCH_M68K",    "SCMP_ARCH_SH",       "SCMP_ARCH_SHEB",        NULL,
};

const char *const seccomp_flag_names[] = {
	"SECCOMP_FILTER_FLAG_TSYNC",
	"SECCOMP_FILTER_FLAG_LOG",
	"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	NULL,
};

/* An enum row with one alias, which the table's own kind cannot say. */
static int decode_action(struct json_decoder *d, const struct json *value, void *field)
{
	int *action = field;

	if (value->type != JSON_STRING)
		return json_problem(d, "expected a string");
	for (int i = 0; seccomp_action_names[i]; i++) {
		if (str_eq(seccomp_action_names[i], value->text)) {
			*action = i == ACTION_KILL_ALIAS ? SECCOMP_ACTION_KILL_THREAD : i;
			return 0;
		}
	}
	return json_problem(d, "unknown value '%s'", value->text);
}

#define ARG(field) offsetof(struct seccomp_arg, field)
static const struct json_row arg_rows[] = {
	{ "index", JSON_K_U64, .offset = ARG(index), .flags = JSON_REQUIRED, .umax = 5 },
	{ "value", JSON_K_U64, .offset = ARG(value), .flags = JSON_REQUIRED },
	{ "valueTwo", JSON_K_U64, .offset = ARG(value_two) },
	{ "op", JSON_K_ENUM, .offset = ARG(op), .flags = JSON_REQUIRED,
	  .names = seccomp_operator_names },
	{ 0 },
};

#define RULE(field) offsetof(struct seccomp_rule, field)
static const struct json_row rule_rows[] = {
	{ "names", JSON_K_STRV, .offset = RULE(names), .flags = JSON_REQUIRED | JSON_NONEMPTY },
	{ "action", JSON_K_CUSTOM, .offset = RULE(action), .flags = JSON_REQUIRED,
	  .decode = decode_action },
	{ "errnoRet", JSON_K_OPT_U64, .offset = RULE(errno_ret), .umax = UINT16_MAX },
	{ "args", JSON_K_ARRAY, .offset = RULE(args), .offset2 = RULE(n_args), .table = arg_rows,
	  .size = sizeof(struct seccomp_arg) },
	{ 0 },
};

#define PROFILE(field) offsetof(struct seccomp_profile, field)
const struct json_row seccomp_profile_rows[] = {
	{ "defaultAction", JSON_K_CUSTOM, .offset = PROFILE(default_action), .flags = JSON_REQUIRED,
	  .decode = decode_action },
	{ "defaultErrnoRet", JSON_K_OPT_U64, .offset = PROFILE(default_errno_ret),
	  .umax = UINT16_MAX },
	{ "architectures", JSON_K_STRV, .offset = PROFILE(architectures) },
	{ "flags", JSON_K_STRV, .offset = PROFILE(flags) },
	{ "listenerPath", JSON_K_STRING, .offset = PROFILE(listener_path) },
	{ "listenerMetadata", JSON_K_STRING, .offset = PROFILE(listener_metadata) },
	{ "syscalls", JSON_K_ARRAY, .offset = PROFILE(rules), .offset2 = PROFILE(n_rules),
	  .table = rule_rows, .size = sizeof(struct seccomp_rule) },
	{ 0 },
};

bool seccomp_profile_notifies(const struct seccomp_profile *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].action == SECCOMP_ACTION_NOTIFY)
			return true;
	return false;
}

static void write_args(struct json_writer *w, const struct seccomp_rule *rule)
{
	json_w_array(w, "args");
	for (size_t i = 0; i < rule->n_args; i++) {
		const struct seccomp_arg *arg = &rule->args[i];

		json_w_object(w, NULL);
		json_w_u64(w, "index", arg->index);
		json_w_u64(w, "value", arg->value);
		if (arg->op == SECCOMP_CMP_MASKED_EQ)
			json_w_u64(w, "valueTwo", arg->value_two);
		json_w_str(w, "op", seccomp_operator_names[arg->op]);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

static void write_rule(struct json_writer *w, const struct seccomp_rule *rule)
{
	json_w_object(w, NULL);
	json_w_strv(w, "names", rule->names);
	json_w_str(w, "action", seccomp_action_names[rule->action]);
	if (rule->errno_ret.set)
		json_w_u64(w, "errnoRet", rule->errno_ret.value);
	if (rule->n_args > 0)
		write_args(w, rule);
	json_w_end_object(w);
}

void seccomp_profile_write(struct json_writer *w, const char *key, const struct seccomp_profile *p)
{
	json_w_object(w, key);
	json_w_str(w, "defaultAction", seccomp_action_names[p->default_action]);
	if (p->default_errno_ret.set)
		json_w_u64(w, "defaultErrnoRet", p->default_errno_ret.value);
	if (p->architectures)
		json_w_strv(w, "architectures", p->architectures);
	if (p->flags)
		json_w_strv(w, "flags", p->flags);
	if (p->listener_path)
		json_w_str(w, "listenerPath", p->listener_path);
	if (p->listener_metadata)
		json_w_str(w, "listenerMetadata", p->listener_metadata);
	json_w_array(w, "syscalls");
	for (size_t i = 0; i < p->n_rules; i++)
		write_rule(w, &p->rules[i]);
	json_w_end_array(w);
	json_w_end_object(w);
}
