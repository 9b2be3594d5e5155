/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_rows.h - the forms that counters have in JSON: numbers of structs by tables, lists, pressure */
#pragma once

#include "base/json.h"
#include "cgroups/stats_data.h"

/* A number of a struct: its key, its place, and whether a 0 is left out. */
struct stats_row {
	const char *key; /* NULL ends the table */
	size_t offset;
	bool zero_too;
};

/** stats_rows - the numbers of a struct as members */
void stats_rows(struct json_writer *w, const struct stats_row *row, const void *of);
bool stats_rows_all_zero(const struct stats_row *row, const void *of);

/** stats_rows_list - a member that is left out when it is empty */
void stats_rows_list(struct json_writer *w, const char *key, const struct cgroup_numbers *n);

/** stats_rows_named - a member that is an object: name, number */
void stats_rows_named(struct json_writer *w, const char *key,
		      const struct cgroup_named_number *list, size_t n);

/** stats_rows_pressure - the member "psi", where there is any */
void stats_rows_pressure(struct json_writer *w, const struct cgroup_psi *psi);

/** stats_rows_percentage - with two decimals */
void stats_rows_percentage(struct json_writer *w, const char *key, double value);
