# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tests/helpers.bash - what every bats file starts from: `load helpers`
#
# Each test gets, before it starts, and loses again after it:
#	SCRATCH  a folder of its own below /tmp, that other users may enter; USER_DIR in it is the test user's
#	STATE    the --root of its containers; DOBOZ_STORE (exported) its image store
#	CGROUP   an own cgroups path; its name (TAG) occurs nowhere else, so that nothing of a neighbour's is touched
# A file that needs its own setup or teardown calls test_begin first and test_end last in them.
# DOBOZ, DOBOZ_OCI and DOBOZ_IMAGE are the programs under test; `doboz` and `oci` run them on this state.

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DOBOZ_BIN=${DOBOZ_BIN:-${DOBOZ_BUILD:-$TESTS/..}}
DOBOZ=$DOBOZ_BIN/doboz
DOBOZ_OCI=$DOBOZ_BIN/doboz-oci
# shellcheck disable=SC2034 # for the tests
DOBOZ_IMAGE=$DOBOZ_BIN/doboz-image
TEST_USER=doboz-test

# Why: tests/san.
[ -z "${ASAN_OPTIONS:-}" ] || export ASAN_OPTIONS=${ASAN_OPTIONS/detect_leaks=1/detect_leaks=0}

setup() { test_begin; }
teardown() { test_end; }

test_begin()
{
	SCRATCH=$(mktemp -d /tmp/doboz-test.XXXXXX) || return
	chmod 755 "$SCRATCH"
	TAG=$(basename "$SCRATCH")
	STATE=$SCRATCH/state
	CGROUP=/$TAG/box
	export DOBOZ_STORE=$SCRATCH/store
	USER_DIR=$SCRATCH/user
	mkdir "$USER_DIR"
	if id "$TEST_USER" > /dev/null 2>&1 && [ "$EUID" = 0 ]; then
		mkdir -m 700 "$USER_DIR/run"
		chown -R "$TEST_USER:" "$USER_DIR"
	fi
}

# Whatever the test left, by force: it has failed, or it is about something else.
test_end()
{
	local pid dir mount

	# what the v1 freezer holds does not die
	while read -r dir; do
		[ ! -e "$dir/freezer.state" ] || echo THAWED > "$dir/freezer.state"
	done < <(left_cgroups | LC_ALL=C sort)
	while read -r pid; do
		kill -KILL "$pid" 2> /dev/null || continue
		timeout 10 tail --pid="$pid" -s 0.02 -f /dev/null
	done < <(left_processes)
	while read -r mount; do
		umount -l "$mount"
	done < <(left_mounts | LC_ALL=C sort -r)
	while read -r dir; do
		rmdir "$dir" 2> /dev/null
	done < <(left_cgroups | LC_ALL=C sort -r)
	rm -rf --one-file-system "${SCRATCH:?}"
}

# need CMD...: skip the test, with the reason, where a program is missing
need()
{
	local program

	for program; do
		command -v "$program" > /dev/null || skip_unless_must "needs $program"
	done
}

need_root() { [ "$EUID" = 0 ] || skip_unless_must 'needs root'; }

# need_user: the ordinary user of tests/setup, with a range of subordinate ids
need_user()
{
	[ "$EUID" != 0 ] && return
	id "$TEST_USER" > /dev/null 2>&1 || skip_unless_must "needs the user $TEST_USER (tests/setup makes it)"
	grep -q "^$TEST_USER:" /etc/subuid || skip_unless_must "needs a line of $TEST_USER in /etc/subuid"
	need newuidmap setpriv
}

# skip_unless_must REASON: a skip, or a failure where everything has to run
skip_unless_must()
{
	[ -z "${MUST_RUN:-}" ] || { echo "must run, but: $1"; return 1; }
	skip "$1"
}

oci() { "$DOBOZ_OCI" --root "$STATE" "$@"; }
doboz() { "$DOBOZ" --root "$STATE" "$@"; }

# as_user CMD...: run a program as the ordinary user, in an environment of its own
as_user()
{
	local own=(env -i "PATH=$PATH" "HOME=$USER_DIR" "XDG_RUNTIME_DIR=$USER_DIR/run"
		"XDG_DATA_HOME=$USER_DIR/data" ${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS"})

	if [ "$EUID" = 0 ]; then
		setpriv --reuid="$TEST_USER" --regid="$TEST_USER" --init-groups -- "${own[@]}" "$@"
	else
		"${own[@]}" "$@"
	fi
}
user_oci() { as_user "$DOBOZ_OCI" --root "$USER_DIR/state" "$@"; }
user_doboz() { as_user "$DOBOZ" --root "$USER_DIR/state" "$@"; }

# make_rootfs DIR: a small root filesystem: busybox, a user, the usual empty folders. Made once a run:
# some hundred links take seconds in an emulated guest.
make_rootfs()
{
	local made=$BATS_RUN_TMPDIR/rootfs

	[ -e "$made" ] || { "$TESTS/make-rootfs" "$made.new" && mv "$made.new" "$made"; } || return
	mkdir -p "$1" && cp -a "$made/." "$1"
}

# tree DIR: everything there is to know of a tree, but the root's own time and overlay's marks
tree()
{
	(
		cd "$1" || exit
		find . -mindepth 1 ! -type d -printf '%P %y %m %U %G %s %T@ %n %l\n' -o -mindepth 1 -printf '%P %y %m %U %G %T@\n' | LC_ALL=C sort
		find . -type f -exec sha256sum {} + | LC_ALL=C sort
		find . \( -type f -o -type d \) -print0 | LC_ALL=C sort -z | xargs -0 getfattr -d -m - -e hex 2> /dev/null | grep -v '^user.overlay'
		find . \( -type c -o -type b \) -exec stat -c '%n %t %T' {} + | LC_ALL=C sort
	)
}

# make_image LAYOUT TAG: an OCI layout of two layers, made by umoci out of make_rootfs. The second layer
# removes /removed, replaces /replaced and fills the opaque folder /opaque.
make_image()
{
	"$TESTS/make-image" "$1" "$2"
}

# bundle DIR [ARG...]: a bundle with the default spec that runs ARG... (default: true) in CGROUP
bundle()
{
	local dir=$1
	shift

	mkdir -p "$dir" && make_rootfs "$dir/rootfs" && oci spec --bundle "$dir" || return
	[ $# != 0 ] || set -- true
	edit "$dir" --arg cgroup "$CGROUP" '.process.terminal = false | .process.args = $ARGS.positional |
		.linux.cgroupsPath = $cgroup' --args -- "$@"
}

# user_bundle DIR [ARG...]: the same for the ordinary user, below USER_DIR
user_bundle()
{
	local dir=$1
	shift

	mkdir -p "$dir" && make_rootfs "$dir/rootfs" && chown -R "$TEST_USER:" "$dir" &&
		user_oci spec --rootless --bundle "$dir" || return
	[ $# != 0 ] || set -- true
	edit "$dir" '.process.terminal = false | .process.args = $ARGS.positional' --args -- "$@"
}

# edit DIR JQ-ARGUMENTS...: change DIR/config.json by a jq program
edit()
{
	local dir=$1 text
	shift

	text=$(jq "$@" < "$dir/config.json") && printf '%s\n' "$text" > "$dir/config.json"
}

# The four kinds of things that can be left behind; each function prints one a line.
left_cgroups()
{
	find /sys/fs/cgroup -mindepth 1 -type d -path "*/$TAG*" 2> /dev/null
}

left_mounts()
{
	awk -v scratch="$SCRATCH/" 'index($5 "/", scratch) == 1 { print $5 }' /proc/self/mountinfo
}

# Processes in a cgroup of ours, or in a mount namespace that shows our folder.
left_processes()
{
	local own_mounts pid

	own_mounts=$(readlink /proc/self/ns/mnt)
	left_cgroups | while read -r dir; do cat "$dir/cgroup.procs" 2> /dev/null; done
	grep -lF "$SCRATCH/" /proc/[0-9]*/mountinfo 2> /dev/null | while IFS=/ read -r _ _ pid _; do
		[ "$(readlink "/proc/$pid/ns/mnt" 2> /dev/null)" = "$own_mounts" ] || echo "$pid"
	done
}

left_states()
{
	find "$STATE" "$USER_DIR/state" -mindepth 1 -maxdepth 1 2> /dev/null
}

leftovers()
{
	left_cgroups | sed 's/^/cgroup /'
	left_mounts | sed 's/^/mount /'
	left_processes | sort -un | sed 's/^/process /'
	left_states | sed 's/^/state /'
}

# no_leftovers: fail with the list of what is still there
no_leftovers()
{
	local left

	left=$(leftovers)
	[ -z "$left" ] || { printf 'left behind:\n%s\n' "$left"; return 1; }
}

# lines FILE N [PATTERN]: wait until the file has so many lines (that match)
lines()
{
	# grep into /dev/null would read on to the end of its input.
	timeout 20 tail -n +1 -s 0.02 -f "$1" 2> /dev/null | grep -m "$2" -e "${3:-}" | wc -l | grep -qx "$2"
}

# refused STATUS PATTERN CMD...: the command must fail like this, in one line, and leave nothing
refused()
{
	local want=$1 pattern=$2
	shift 2

	run "$@"
	# shellcheck disable=SC2154 # status, output and lines are run's
	if [ "$status" != "$want" ] || [ "${#lines[@]}" != 1 ] || ! [[ $output =~ $pattern ]]; then
		printf 'expected status %s and one line like: %s\ngot status %s and:\n%s\n' \
			"$want" "$pattern" "$status" "$output"
		return 1
	fi
	no_leftovers
}
