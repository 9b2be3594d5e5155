# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bench/lib.bash - what the figures share: a private world for the peer, and the form of a result
# A result is one line for people, and one line of JSON appended to $BENCH_RECORD (default: bench.jsonl in the
# build folder). Only ratios are published: the programs run in turn, so a drift of the machine meets them alike.
set -eu
SRC=${DOBOZ_SRC:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
BUILD=${DOBOZ_BUILD:-$SRC}
RECORD=${BENCH_RECORD:-$BUILD/bench.jsonl}
# shellcheck disable=SC2034 # for the figures
PEER=${PEER_CRUN:-$(command -v crun || true)}

# private_world SCRIPT [ARG...]: go on in a mount namespace of our own, with a tmpfs on $BENCH_WORK. crun refuses
# hosts with v1 controllers and some on v2 too; an empty file over the list of the v2 ones lets it start.
private_world()
{
	[ "${BENCH_WORLD:-}" != 1 ] || return 0
	BENCH_WORK=$(mktemp -d) BENCH_WORLD=1
	export BENCH_WORK BENCH_WORLD
	trap 'rmdir "$BENCH_WORK"' EXIT
	unshare --mount --propagation private bash -euc '
		mount -t tmpfs tmpfs "$BENCH_WORK"
		list=/sys/fs/cgroup/unified/cgroup.controllers
		if [ -e "$list" ]; then : > "$BENCH_WORK/empty"; mount --bind "$BENCH_WORK/empty" "$list"; fi
		exec bash "$@"' _ "$@"
	exit
}

# interleave ARGS...: the timing program; its lines are kept in the table $TIMES
interleave() { TIMES=$("$BUILD/bench/interleave" "$@"); }

# time_of NAME...: median in microseconds, of several their sum; nothing when one is missing
time_of()
{
	awk -v names="$*" '
	BEGIN { n = split(names, list, " ") }
	{ median[$1] = $2 }
	END {
		for (i = 1; i <= n; i++) {
			if (!(list[i] in median))
				exit
			sum += median[list[i]]
		}
		print sum
	}' <<< "$TIMES"
}

# result NAME OURS PEER UNIT ROUNDS PEER-NAME
result()
{
	local ratio

	if [ -z "$2" ] || [ -z "$3" ]; then
		echo "$1: not measured"
		return
	fi
	ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", a / b }')
	echo "$1: ours $2 $4, $6 $3 $4, ratio $ratio (n=$5, median)"
	printf '{"name":"%s","ours":%s,"peer":%s,"peerName":"%s","unit":"%s","ratio":%s,"n":%s}\n' \
		"$1" "$2" "$3" "$6" "$4" "$ratio" "$5" >> "$RECORD"
}
