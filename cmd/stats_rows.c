/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_rows.c - the forms that counters have in JSON */
#include "cmd/stats_rows.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

static uint64_t value_at(const void *of, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)of + offset);
}

void stats_rows(struct json_writer *w, const struct stats_row *row, const void *of)
{
	for (; row->key; row++)
		if (row->zero_too || value_at(of, row->offset))
			json_w_u64(w, row->key, value_at(of, row->offset));
}

bool stats_rows_all_zero(const struct stats_row *row, const void *of)
{
	for (; row->key; row++)
		if (value_at(of, row->offset))
			return false;
	return true;
}

void stats_rows_list(struct json_writer *w, const char *key, const struct cgroup_numbers *n)
{
	if (n->n == 0)
		return;
	json_w_array(w, key);
	for (size_t i = 0; i < n->n; i++)
		json_w_u64(w, NULL, n->list[i]);
	json_w_end_array(w);
}

/* "1.50" is 1.5, "0.00" is 0. */
static void decimal(struct json_writer *w, const char *key, const char *text)
{
	char short_text[32];
	struct json number = { .type = JSON_NUMBER, .text = short_text };
	size_t len = strlen(text);

	if (len >= sizeof(short_text) || text[strspn(text, "0123456789.")])
		text = "0", len = 1;
	memcpy(short_text, text, len + 1);
	if (strchr(short_text, '.')) {
		while (len > 1 && short_text[len - 1] == '0')
			len--;
		len -= short_text[len - 1] == '.';
		short_text[len] = '\0';
	}
	json_w_value(w, key, &number);
}

static bool is_nothing(const char *average)
{
	return !average[strspn(average, "0.")];
}

static void pressure_line(struct json_writer *w, const char *key,
			  const struct cgroup_psi_line *line)
{
	if (!line->avg10 || (is_nothing(line->avg10) && is_nothing(line->avg60) &&
			     is_nothing(line->avg300) && line->total == 0))
		return;
	json_w_object(w, key);
	decimal(w, "avg10", line->avg10);
	decimal(w, "avg60", line->avg60);
	decimal(w, "avg300", line->avg300);
	json_w_u64(w, "total", line->total);
	json_w_end_object(w);
}

void stats_rows_pressure(struct json_writer *w, const struct cgroup_psi *psi)
{
	if (!psi->set)
		return;
	json_w_object(w, "psi");
	pressure_line(w, "some", &psi->some);
	pressure_line(w, "full", &psi->full);
	json_w_end_object(w);
}

void stats_rows_named(struct json_writer *w, const char *key,
		      const struct cgroup_named_number *list, size_t n)
{
	json_w_object(w, key);
	for (size_t i = 0; i < n; i++)
		json_w_u64(w, list[i].name, list[i].value);
	json_w_end_object(w);
}

void stats_rows_percentage(struct json_writer *w, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.2f", value);
	decimal(w, key, text);
}
