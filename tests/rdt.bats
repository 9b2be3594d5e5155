# SPDX-License-Identifier: Apache-2.0
# tests/rdt.bats - linux.intelRdt of whole containers, on a folder that stands for the resctrl filesystem
# (rules, comparing and refusals: tests/unit/test_rdt.c). What is written to its files stays in them.
load helpers
bats_require_minimum_version 1.5.0

setup()
{
	test_begin
	need_root
	[ -x "${DOBOZ_BUILD:-$TESTS/..}/tests/doboz_rdt" ] || skip_unless_must 'needs tests/doboz_rdt'
	# shellcheck disable=SC2034 # bundle uses it: the parents of a container's cgroup stay
	CGROUP=/$TAG
	export FAKE_RESCTRL=$SCRATCH/resctrl
	R=$FAKE_RESCTRL
	mkdir -p "$R"/info/{L3,MB,L3_MON} "$R/mon_groups"
	echo 10 > "$R/info/MB/bandwidth_gran"
	echo ok > "$R/info/last_cmd_status"
	printf '    MB:0=100\n    L3:0=7ff\n' > "$R/schemata"
	: > "$R/tasks"
	empty=$(tree "$R")
	mkdir "$SCRATCH/bin"
	cp "${DOBOZ_BUILD:-$TESTS/..}/tests/doboz_rdt" "$SCRATCH/bin/doboz-oci"
	DOBOZ_OCI=$SCRATCH/bin/doboz-oci
	bundle "$SCRATCH/b" sleep 1000
}

rdt() { edit "$SCRATCH/b" --argjson rdt "$1" '.linux.intelRdt = $rdt'; }

@test "a container's own class: made, joined by exec, updated, removed" {
	rdt '{"l3CacheSchema": "L3:0=f", "enableMonitoring": true}'
	oci create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	pid=$(oci state c | jq .pid)
	[ "$(cat "$R/c/tasks")" = "$pid" ]
	[ "$(cat "$R/c/mon_groups/c/tasks")" = "$pid" ]
	[ "$(cat "$R/c/schemata")" = L3:0=f ]
	run -1 oci create --bundle "$SCRATCH/b" c
	[[ $output == *'container with given ID already exists'* ]]
	oci start c
	: > "$R/c/tasks"
	oci exec --detach --pid-file "$SCRATCH/pid" c sleep 1000
	[ "$(cat "$R/c/tasks")" = "$(cat "$SCRATCH/pid")" ]
	: > "$R/c/schemata"
	oci update --l3-cache-schema L3:0=3 --mem-bw-schema MB:0=50 c
	[ "$(cat "$R/c/schemata")" = $'L3:0=3\nMB:0=50' ]
	run -1 oci update --mem-bw-schema L3:0=3 c
	[[ $output == *"memBwSchema: must begin with 'MB:'"* ]]
	oci delete --force c
	no_leftovers
	[ "$(tree "$R" | cut -d' ' -f1)" = "$(cut -d' ' -f1 <<< "$empty")" ]
}

@test "a class with a name stays, its monitoring group goes" {
	rdt '{"closID": "gold", "schemata": ["L3:0=f", "MB:0=20"], "enableMonitoring": true}'
	oci run --detach --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	[ "$(cat "$R/gold/schemata")" = $'L3:0=f\nMB:0=20' ]
	[ -d "$R/gold/mon_groups/c" ]
	oci delete --force c
	[ -d "$R/gold" ] && [ ! -e "$R/gold/mon_groups/c" ]
	no_leftovers
	# Now it is there: what it says counts.
	rdt '{"closID": "gold", "l3CacheSchema": "L3:0=ff"}'
	refused 1 "'gold' exists and its schemata do not say 'L3:0=ff'" oci run --bundle "$SCRATCH/b" c
	rdt '{"closID": "silver"}'
	refused 1 "'silver' does not exist" oci run --bundle "$SCRATCH/b" c
	[ ! -e "$R/silver" ]
}

@test "events tell what the class has" {
	rdt '{"l3CacheSchema": "L3:0=f", "memBwSchema": "MB:0=20", "enableMonitoring": true}'
	printf '%s\n' llc_occupancy mbm_total_bytes mbm_local_bytes > "$R/info/L3_MON/mon_features"
	echo 7ff > "$R/info/L3/cbm_mask"
	echo 1 > "$R/info/L3/min_cbm_bits"
	tee "$R/info/L3/num_closids" > "$R/info/MB/num_closids" <<< 4
	echo 10 > "$R/info/MB/min_bandwidth"
	echo 1 > "$R/info/MB/delay_linear"
	oci run --detach --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	for domain in 00 01; do
		mkdir -p "$R/c/mon_groups/c/mon_data/mon_L3_$domain"
		echo "10$domain" > "$R/c/mon_groups/c/mon_data/mon_L3_$domain/mbm_total_bytes"
		echo Unavailable > "$R/c/mon_groups/c/mon_data/mon_L3_$domain/mbm_local_bytes"
		echo "9$domain" > "$R/c/mon_groups/c/mon_data/mon_L3_$domain/llc_occupancy"
	done
	diff <(oci events --stats c | jq -c .data.intel_rdt) - << 'END'
{"l3_cache_info":{"cbm_mask":"7ff","min_cbm_bits":1,"num_closids":4},"l3_cache_schema_root":"L3:0=7ff","l3_cache_schema":"L3:0=f","mem_bw_info":{"bandwidth_gran":10,"delay_linear":1,"min_bandwidth":10,"num_closids":4},"mem_bw_schema_root":"MB:0=100","mem_bw_schema":"MB:0=20","schemata":["L3:0=f","MB:0=20"],"mbm_stats":[{"mbm_total_bytes":1000,"mbm_local_bytes":0},{"mbm_total_bytes":1001,"mbm_local_bytes":0}],"cmt_stats":[{"llc_occupancy":900},{"llc_occupancy":901}]}
END
	oci delete --force c
	# Without a class nothing of the machine is told.
	edit "$SCRATCH/b" 'del(.linux.intelRdt)'
	oci run --detach --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	[ "$(oci events --stats c | jq -c .data.intel_rdt)" = '{}' ]
	oci delete --force c
	no_leftovers
}

@test "a create that fails takes back even a class with a name" {
	rdt '{"closID": "gold", "schemata": ["L3:0=f"], "enableMonitoring": true}'
	edit "$SCRATCH/b" '.hooks.createRuntime = [{ path: "/bin/false" }]'
	refused 1 'hook' oci run --bundle "$SCRATCH/b" c
	[ ! -e "$R/gold" ]
}

@test "without intelRdt nothing is touched; update gives a container its class" {
	oci run --detach --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci update --pids-limit 20 c
	[ "$(tree "$R")" = "$empty" ]
	oci update --mem-bw-schema MB:0=30 c
	[ "$(cat "$R/c/tasks")" = "$(oci state c | jq .pid)" ]
	[ "$(cat "$R/c/schemata")" = MB:0=30 ]
	oci delete --force c
	[ ! -e "$R/c" ]
	no_leftovers
}

@test "a runtime that is killed at any system call of create leaves what delete removes" {
	need strace
	rdt '{"l3CacheSchema": "L3:0=f", "enableMonitoring": true}'
	strace -o "$SCRATCH/base" "$DOBOZ_OCI" --root "$STATE" create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1
	oci delete --force c
	# Around the journal, the folders and the files of the class.
	for call in mkdirat openat renameat write; do
		count=$(grep -c "^$call(" "$SCRATCH/base")
		for ((nth = 1; nth <= count; nth += count > 12 ? 3 : 1)); do
			strace -o "$SCRATCH/trace" -e "inject=$call:signal=KILL:when=$nth" \
				"$DOBOZ_OCI" --root "$STATE" create --bundle "$SCRATCH/b" c > "$SCRATCH/out" 2>&1 || true
			oci delete --force c
			[ ! -e "$R/c" ] || { echo "$call $nth left the class"; return 1; }
		done
	done
	no_leftovers
}
