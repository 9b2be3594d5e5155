# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tests/clients/clients.bash - what the tests of engines share: `load clients`
#
# A file begins with setup_file() { clients_begin PROGRAM...; ... }. It has to be run in tests/clients/world,
# as tests/run and `make check-clients` do. One file starts its daemons once, in setup_file; they end with the world.
#	RUNTIME  the runtime that the engines get: doboz-oci; CLIENTS_RUNTIME=/usr/sbin/runc is the control
#	IMAGE    the name of a small image; $CLIENTS_SCRATCH/rootfs.tar is what is in it
bats_require_minimum_version 1.8.0

CLIENTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
RUNTIME=${CLIENTS_RUNTIME:-${DOBOZ_BIN:-${DOBOZ_BUILD:-$(readlink -f "$CLIENTS/../..")}}/doboz-oci}
IMAGE=localhost/box:1
export RUNTIME IMAGE

# clients_begin PROGRAM...: skip the file where it cannot run; make the image's files
clients_begin()
{
	local program

	[ "$EUID" = 0 ] || clients_skip 'needs root'
	[ -n "${CLIENTS_SCRATCH:-}" ] || { echo "run it as: tests/clients/world bats $BATS_TEST_FILENAME"; return 1; }
	for program; do
		command -v "$program" > /dev/null || clients_skip "needs $program (tests/setup installs it)"
	done
	"$CLIENTS/../make-rootfs" "$CLIENTS_SCRATCH/rootfs"
	tar -C "$CLIENTS_SCRATCH/rootfs" --owner=0 --group=0 -cf "$CLIENTS_SCRATCH/rootfs.tar" .
}

clients_skip()
{
	[ -z "${MUST_RUN:-}" ] || { echo "must run, but: $1"; return 1; }
	skip "$1"
}

# start_daemon NAME CMD...: start it, and return when it says that it is ready (sd_notify); its output is in NAME.log
start_daemon()
{
	local name=$1
	shift

	"$CLIENTS/until_ready" "$CLIENTS_SCRATCH/$name.log" "$@" || {
		tail -n 20 "$CLIENTS_SCRATCH/$name.log"
		return 1
	}
}

# host_cgroup PID CONTROLLER FILE: a file of the cgroup that a process is in, on v1 or v2
host_cgroup()
{
	local path

	path=$(sed -nE "s/^[0-9]+:([^:]*,)?$2(,[^:]*)?:(.*)/\3/p" "/proc/$1/cgroup")
	if [ -n "$path" ]; then
		cat "/sys/fs/cgroup/$2$path/$3"
	else
		cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")/$3"
	fi
}

# on_v1 CONTROLLER: is it a v1 hierarchy here?
on_v1() { grep -qE "^[0-9]+:([^:]*,)?$1(,|:)" /proc/self/cgroup; }

# outputs PATTERN CMD...: the command succeeds, and its output matches an extended regular expression
outputs()
{
	local pattern=$1
	shift

	run "$@"
	# shellcheck disable=SC2154 # status and output are run's
	if [ "$status" != 0 ] || ! grep -qE -- "$pattern" <<< "$output"; then
		printf "expected success and: %s\ngot status %s and: %s\n" "$pattern" "$status" "${output:0:1500}"
		return 1
	fi
}

# fails STATUS PATTERN CMD...: the command ends with this status, and its output matches
fails()
{
	local want=$1 pattern=$2
	shift 2

	run "-$want" "$@"
	if ! grep -qE -- "$pattern" <<< "$output"; then
		printf "expected: %s\ngot: %s\n" "$pattern" "${output:0:1500}"
		return 1
	fi
}
