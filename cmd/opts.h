/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/opts.h - option tables: one row an option; they drive parsing and the usage text
 *
 * What callers really send is accepted: --opt=value and --opt value, -o value and -ovalue, grouped
 * flags (-it), Go style single dash long options (-no-subreaper), --flag=true and --flag=false,
 * options behind the arguments (`run ID -b DIR`) unless the verb says where its options end. No
 * abbreviations. --help and --usage ask for the usage text. What looks like a negative number is an
 * argument (`kill ID -9`). An unknown option is an error. */
#pragma once

#include "base/arena.h"
#include "base/json.h"

enum opt_kind {
	OPT_FLAG,         /* bool */
	OPT_STRING,       /* const char *: the last one counts */
	OPT_STRINGS,      /* char **: every one, in order */
	OPT_U64,          /* struct opt_u64 */
	OPT_I64,          /* struct opt_i64 */
	OPT_SECONDS,      /* struct opt_i64: "5", "5s", "2m" */
	OPT_DURATION,     /* struct opt_i64, in ns: "5s", "1m30s", "500ms" */
	OPT_IGNORED_FLAG, /* accepted for the caller's sake, without a meaning here */
	OPT_IGNORED_STRING,
};

struct opt {
	char letter; /* 0: none */
	const char *name;
	enum opt_kind kind;
	size_t offset;     /* into the verb's values */
	const char *value; /* how the usage text calls the value, NULL for flags */
	const char *help;
};
#define OPT_TABLE_END                            \
	{                                        \
		0, NULL, OPT_FLAG, 0, NULL, NULL \
	}

/**
 * opts_parse - options out of argv into values, the rest into arguments; records
 * @values: zeroed struct, filled by offset
 * @stop_after: this many arguments end the options, the rest is copied as it is; 0: there are no
 *              options at all; -1: never.
 *              "--" ends them too.
 * @ret_args: NULL-terminated list in the arena
 * Return: 0; 1 when --help was asked for; -EINVAL
 */
int opts_parse(struct arena *a, const struct opt *table, char **argv, int stop_after, void *values,
	       char ***ret_args) MUST_USE;

/** opts_drop_empty - an OPT_STRING with an empty value counts as not given, as callers of runc may rely on */
void opts_drop_empty(const struct opt *table, void *values);

/** opts_describe - the rows as the OPTIONS part of a usage text */
void opts_describe(const struct opt *table, struct buf *out);
