/* SPDX-License-Identifier: Apache-2.0 */
/* cgroups/program.h - load the device program and attach it to a v2 folder */
#pragma once

#include "base/attr.h"

struct bpf_insn;

/** cgroup_program_attach - load and attach; records
 *  A program that is attached already is replaced, never stacked: with two, both have to allow. */
int cgroup_program_attach(const char *path, const struct bpf_insn *insns, size_t n) MUST_USE;

/** cgroup_program_load - load only, and return its descriptor; records */
int cgroup_program_load(const struct bpf_insn *insns, size_t n) MUST_USE;
