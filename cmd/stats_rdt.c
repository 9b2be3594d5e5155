/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/stats_rdt.c - what a container has of resctrl, as the JSON that `runc events` prints */
#include "cmd/stats_rdt.h"

static void number(struct json_writer *w, const char *key, uint64_t value)
{
	if (value)
		json_w_u64(w, key, value);
}

static void text(struct json_writer *w, const char *key, const char *value)
{
	if (value && *value)
		json_w_str(w, key, value);
}

static void cache(struct json_writer *w, const struct rdt_stats *s)
{
	json_w_object(w, "l3_cache_info");
	text(w, "cbm_mask", s->cbm_mask);
	number(w, "min_cbm_bits", s->min_cbm_bits);
	number(w, "num_closids", s->cache_closids);
	json_w_end_object(w);
	text(w, "l3_cache_schema_root", rdt_stats_line(s->root_schemata, "L3"));
	text(w, "l3_cache_schema", rdt_stats_line(s->schemata, "L3"));
}

static void bandwidth(struct json_writer *w, const struct rdt_stats *s)
{
	json_w_object(w, "mem_bw_info");
	number(w, "bandwidth_gran", s->bandwidth_gran);
	number(w, "delay_linear", s->delay_linear);
	number(w, "min_bandwidth", s->min_bandwidth);
	number(w, "num_closids", s->bandwidth_closids);
	json_w_end_object(w);
	text(w, "mem_bw_schema_root", rdt_stats_line(s->root_schemata, "MB"));
	text(w, "mem_bw_schema", rdt_stats_line(s->schemata, "MB"));
}

static void counters(struct json_writer *w, const struct rdt_stats *s)
{
	if (s->counts_bandwidth) {
		json_w_array(w, "mbm_stats");
		for (size_t i = 0; i < s->n_domains; i++) {
			json_w_object(w, NULL);
			json_w_u64(w, "mbm_total_bytes", s->domains[i].total_bytes);
			json_w_u64(w, "mbm_local_bytes", s->domains[i].local_bytes);
			json_w_end_object(w);
		}
		json_w_end_array(w);
	}
	if (!s->counts_occupancy)
		return;
	json_w_array(w, "cmt_stats");
	for (size_t i = 0; i < s->n_domains; i++) {
		json_w_object(w, NULL);
		json_w_u64(w, "llc_occupancy", s->domains[i].occupancy);
		json_w_end_object(w);
	}
	json_w_end_array(w);
}

void stats_json_rdt(struct json_writer *w, const struct rdt_stats *s)
{
	if (s->has_cache)
		cache(w, s);
	if (s->has_bandwidth)
		bandwidth(w, s);
	if (s->schemata && s->schemata[0])
		json_w_strv(w, "schemata", s->schemata);
	counters(w, s);
}
