# SPDX-License-Identifier: Apache-2.0
# tests/stats.bats - doboz stats: what containers use, once and as a stream, and what happens to them; doboz update
# shellcheck disable=SC2153,SC2154 # IMAGE is of images.bash; status, output and lines are of run
load helpers
load images

# follow FILE ARG...: stats in the background, its lines into FILE; its pid is in $stats
follow()
{
	local file=$1
	shift

	: > "$file"
	"$DOBOZ" --root "$STATE" stats "$@" >> "$file" 2> "$file.err" 3>&- &
	stats=$!
}

# detached NAME OPTION... : a container that waits
detached()
{
	local name=$1
	shift

	need_root
	doboz run -d --name "$name" "$@" "$IMAGE" sleep 1000 > /dev/null
}

# cgroup_of NAME FILE...: the first of these files in the container's folders
cgroup_of()
{
	local folder file name=$1
	shift

	for file; do
		while read -r folder; do
			[ ! -e "$folder/$file" ] || { echo "$folder/$file"; return; }
		done < <(doboz inspect "$name" | jq -r '.[0].Cgroups[]')
	done
	return 1
}

# is_exposition: is stdin what Prometheus accepts? HELP and TYPE, then all samples of that metric, each once
is_exposition()
{
	awk '
	function bad(why) { print "line " NR ": " why ": " $0; failed = 1 }
	/^# HELP / { if ($3 in seen) bad("second piece"); seen[$3]; metric = $3; next }
	/^# TYPE / { if ($3 != metric || $4 !~ /^(counter|gauge)$/) bad("type"); next }
	!/^[a-z_]+\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\} [0-9]+(\.[0-9]+)?$/ { bad("form"); next }
	{
		split($0, part, "{")
		if (part[1] != metric) bad("not of " metric)
		sub(/ [^ ]*$/, "")
		if ($0 in series) bad("twice")
		series[$0]
	}
	END { exit failed || NR == 0 }'
}

# Pressure is of a cgroup v2 folder.
has_pressure()
{
	cgroup_of "$1" cpu.pressure > /dev/null && cat "$(cgroup_of "$1" cpu.pressure)" > /dev/null 2>&1
}

@test "stats: a table of those that run, by id or name, or all" {
	detached one -m 64m --pids-limit 17
	detached two
	run -0 doboz stats --no-stream
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[0]} == 'ID '*'NAME '*'CPU % '*'MEM USAGE / LIMIT '*'MEM % '*'NET IO '*'BLOCK IO '*'PIDS '*'PRESSURE CPU / MEM / IO' ]]
	grep -qE "^[0-9a-f]{12} +one +[0-9.]+% +[0-9.]+[KM]iB / 64MiB +[0-9.]+% .* 1 " <<< "$output"
	run -0 doboz stats --no-stream --no-trunc two
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[1]} == "$(doboz inspect two | jq -r '.[0].Id') "* ]]
	run -0 doboz stats --no-stream "$(doboz inspect two | jq -r '.[0].Id[:8]')" one
	[ "${#lines[@]}" = 3 ]
	doboz kill two
	doboz wait two
	run -0 doboz stats --no-stream
	[ "${#lines[@]}" = 2 ]
	run -0 doboz stats --no-stream -a
	[ "${#lines[@]}" = 3 ]
	grep -qE ' two +-- +-- / -- +--' <<< "$output"
	# One that does not run is shown when it is asked for, and is nothing to wait for.
	run -0 timeout 20 "$DOBOZ" --root "$STATE" stats two
	[ "${#lines[@]}" = 2 ]
	run -125 doboz stats --no-stream three
	[[ $output == *'no such container: three' ]]
	doboz rm -f one two
	run -0 doboz stats --no-stream
	[ "${#lines[@]}" = 1 ]
	nothing_left
}

@test "stats --format json: the numbers, and runc's below Stats" {
	detached one -m 64m --pids-limit 17
	run -0 doboz stats --no-stream --format json one
	[ "${#lines[@]}" = 1 ]
	jq -e '.Name == "one" and (.Id | length) == 64 and .Running and .MemoryLimit == 67108864 and .MemoryUsage > 0 and
		.MemoryPercent > 0 and .CpuPercent >= 0 and .Pids == 1 and .NetworkReceived == 0 and
		(.MemoryEvents | has("oom_kill")) and .Stats.memory.usage.limit == 67108864 and
		(.Stats.memory.raw | length) > 10 and .Stats.pids.limit == 17 and .Stats.cpu.usage.total > 0' <<< "$output"
	[ -z "$(cgroup_of one memory.max_usage_in_bytes memory.peak)" ] || jq -e '.Stats.memory.usage.max > 0' <<< "$output"
	if has_pressure one; then jq -e '.Stats.cpu | has("psi")' <<< "$output"; fi
	# The same keys as those of events, in the same order.
	id=$(jq -r .Id <<< "$output")
	"$DOBOZ_OCI" --root "$STATE" events --stats "$id" > "$SCRATCH/events"
	diff <(jq -r '.data | keys_unsorted[]' "$SCRATCH/events") <(jq -r '.Stats | keys_unsorted[]' <<< "$output")
	doboz kill one
	doboz wait one
	run -0 doboz stats --no-stream --format json -a
	[ "$output" = "{\"Id\":\"$id\",\"Name\":\"one\",\"Running\":false}" ]
	doboz rm one
}

@test "stats --format prometheus: text that its rules allow, each metric in one piece" {
	detached one -m 64m
	detached two
	run -0 doboz stats --format prometheus
	is_exposition <<< "$output"
	# The control: what is in two pieces, twice, or not quoted is found.
	for odd in 'p;1,2p' '$p' 's/,name="one"/,name=one/'; do
		run ! is_exposition < <(sed "$odd" <<< "$output")
	done
	run -0 doboz stats --format prometheus
	grep -qE '^container_cpu_usage_seconds_total\{id="[0-9a-f]{64}",name="one"\} [0-9]+\.[0-9]{9}$' <<< "$output"
	grep -qE '^container_spec_memory_limit_bytes\{id="[0-9a-f]{64}",name="one"\} 67108864$' <<< "$output"
	grep -qE '^container_spec_memory_limit_bytes\{id="[0-9a-f]{64}",name="two"\} 0$' <<< "$output"
	grep -qE '^container_oom_events_total\{id="[0-9a-f]{64}",name="two"\} 0$' <<< "$output"
	doboz rm -f one two
}

@test "stats: a stream, one table an interval, until its containers have ended" {
	detached one
	follow "$SCRATCH/log" --interval 50ms one
	lines "$SCRATCH/log" 3 ' one '
	# To a file nothing is cleared.
	! grep -q "$(printf '\033')" "$SCRATCH/log" || false
	doboz kill one
	wait "$stats"
	doboz wait one
	# To a terminal each table takes the place of the one before.
	doboz rm one
	detached one
	on_terminal()
	{
		: > "$SCRATCH/screen"
		script -qfec "'$DOBOZ' --root '$STATE' stats -i 20ms $* one" "$SCRATCH/screen" < /dev/null > /dev/null 2>&1 3>&- &
		lines "$SCRATCH/screen" 3 ' one '
	}
	on_terminal
	doboz kill one
	wait
	[ "$(grep -c "$(printf '\033')\[H$(printf '\033')\[J" "$SCRATCH/screen")" -gt 1 ]
	doboz wait one
	doboz rm one
	detached one
	on_terminal --no-reset
	doboz kill one
	wait
	! grep -q "$(printf '\033')\[H" "$SCRATCH/screen" || false
	doboz rm -f one
	nothing_left
}

@test "stats: containers that come later are in the stream of all, those that end are not" {
	detached one
	follow "$SCRATCH/log" --interval 20ms --format json
	lines "$SCRATCH/log" 1 '"Name":"one"'
	detached two
	lines "$SCRATCH/log" 1 '"Name":"two"'
	doboz rm -f one
	: > "$SCRATCH/log"
	lines "$SCRATCH/log" 5 '"Name":"two"'
	[ "$(tail -n 3 "$SCRATCH/log" | grep -c '"Name":"one"')" = 0 ]
	kill -0 "$stats"
	kill "$stats"
	doboz rm -f two
}

@test "stats: the CPU that is used shows, and that of another container does not" {
	detached one
	detached two
	doboz exec -d one sh -c 'while :; do :; done' > /dev/null
	follow "$SCRATCH/log" --interval 500ms --format json
	# The first line of each is the average since its start.
	lines "$SCRATCH/log" 3 '"Name":"one"'
	kill "$stats"
	[ "$(jq 'select(.Name == "one").CpuPercent' "$SCRATCH/log" | sed -n 3p | cut -d. -f1)" -gt 5 ]
	[ "$(jq 'select(.Name == "two").CpuPercent' "$SCRATCH/log" | sed -n 2p | cut -d. -f1)" -lt 5 ]
	doboz rm -f one two
}

@test "stats: a reader that goes away ends it, without a word" {
	detached one
	doboz stats -i 10ms one 2> "$SCRATCH/err" 3>&- | head -n 2 > /dev/null
	[ "${PIPESTATUS[*]}" = '0 0' ]
	doboz stats -i 1h --follow one 2>> "$SCRATCH/err" 3>&- | true
	[ "${PIPESTATUS[*]}" = '0 0' ]
	! grep -v 'no pressure files' "$SCRATCH/err" || false
	doboz rm -f one
}

@test "stats --follow: oom, populated and the end of the cgroup" {
	detached one -m 16m --memory-swap 16m
	cgroup_of one memory.memsw.limit_in_bytes memory.swap.max > /dev/null || skip_unless_must 'needs swap accounting'
	follow "$SCRATCH/json" --follow --interval 1h --format json one
	json=$stats
	follow "$SCRATCH/text" --follow --interval 30ms one
	lines "$SCRATCH/text" 1 'stats: cpu'
	# The control: a process that keeps within the limit is no event.
	doboz exec one true
	run doboz exec one sh -c 'x=$(dd if=/dev/zero bs=1M count=64 2> /dev/null | tr "\0" x)'
	[ "$status" != 0 ]
	lines "$SCRATCH/json" 1 oom
	lines "$SCRATCH/text" 1 'one oom: the memory ran out'
	id=$(doboz inspect one | jq -r '.[0].Id')
	grep -qxF '{"type":"oom","id":"'"$id"'"}' "$SCRATCH/json"
	! grep -q stats "$SCRATCH/json" || false
	events=$(cgroup_of one cgroup.events || true)
	doboz rm -f one
	wait "$json"
	wait "$stats"
	[ -z "$events" ] || jq -e 'select(.type == "populated") | .data.populated == false' "$SCRATCH/json"
	nothing_left
}

@test "stats --follow: pressure is told, and none where nothing waits" {
	detached one --cpus 0.05
	detached two
	has_pressure one || skip 'needs PSI, on cgroup v2'
	follow "$SCRATCH/json" --follow --interval 1h --format json
	# Two that want the processor, and a twentieth of one.
	for _ in 1 2; do doboz exec -d one sh -c 'while :; do :; done' > /dev/null; done
	lines "$SCRATCH/json" 1 pressure
	jq -e --arg id "$(doboz inspect one | jq -r '.[0].Id')" 'select(.type == "pressure" and .data.resource == "cpu") |
		.id == $id and .data.psi.some.total > 0' "$SCRATCH/json"
	[ "$(jq -r 'select(.type == "pressure").id' "$SCRATCH/json" | sort -u | wc -l)" = 1 ]
	kill "$stats"
	doboz rm -f one two
}

@test "stats: what it refuses" {
	while IFS='|' read -r options pattern; do
		# shellcheck disable=SC2086 # a list
		run -125 doboz stats $options
		[[ $output == *"$pattern"* ]] || { echo "$options: $output"; return 1; }
	done <<- 'END'
		--format yaml|unknown format 'yaml': table, json and prometheus are known
		--interval 0|option --interval: '0' is not a time above 0
		--interval -1s|option --interval: '-1s' is not a time above 0
		--interval x|option --interval: 'x' is not a time above 0
		--follow --no-stream|--follow goes with neither --no-stream nor prometheus
		--follow --format prometheus|--follow goes with neither --no-stream nor prometheus
		--no-stream nope|no such container: nope
	END
}

@test "update: limits as people type them" {
	detached one -m 64m
	run -0 doboz update -m 128m --memory-swap -1 --cpus 0.5 --pids-limit 20 one
	[ "$output" = one ]
	doboz stats --no-stream --format json one | jq -e '.MemoryLimit == 134217728 and .Stats.pids.limit == 20'
	if file=$(cgroup_of one cpu.cfs_quota_us); then [ "$(cat "$file")" = 50000 ]
	else [ "$(cat "$(cgroup_of one cpu.max)")" = '50000 100000' ]; fi
	doboz update --pids-limit 0 --cpu-quota 20000 one
	[ "$(cat "$(cgroup_of one pids.max)")" = max ]
	while IFS='|' read -r options pattern; do
		# shellcheck disable=SC2086 # a list
		run -125 doboz update $options one
		[[ $output == *"$pattern"* ]] || { echo "$options: $output"; return 1; }
	done <<- 'END'
		|nothing to change
		-m 0|option --memory: '0' is not a size
		-m x|invalid value for memory: invalid size: 'x'
		--cpus 0|invalid value for cpus
		--cpus 1 --cpu-quota 5000|--cpus and --cpu-quota say the same
		--reclaim 0|invalid value for reclaim: invalid size: '0'
	END
	doboz stats --no-stream --format json one | jq -e '.MemoryLimit == 134217728'
	run -125 doboz update -m 64m nope
	doboz kill one
	doboz wait one
	run -125 doboz update -m 64m one
	[[ $output == *'container one is not running' ]]
	doboz rm one
	nothing_left
}

@test "update --reclaim: an idle container gives memory back" {
	detached one
	cgroup_of one memory.usage_in_bytes memory.reclaim > /dev/null || skip_unless_must 'needs memory.reclaim (Linux 5.19)'
	doboz exec one sh -c 'dd if=/dev/zero of=/big bs=1M count=48; sync' 2> /dev/null
	run -0 doboz update --reclaim 16m one
	[[ ${lines[0]} =~ ^one:\ reclaimed\ ([0-9]+)\ of\ 16777216\ bytes:\ [0-9]+\ before,\ [0-9]+\ after$ ]]
	[ "${BASH_REMATCH[1]}" -ge 16000000 ]
	[ "${lines[1]}" = one ]
	doboz exec one true
	doboz rm -f one
}
