# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # for the files that load it; status, output and lines are of `run`
# tests/images.bash - containers of the people's command line: `load images` after `load helpers`
#
# One image and one warm store a file, copied for each test: IMAGE is its name, USER_IMAGE the ordinary user's.
# The containers' cgroups lie below TAG: so what one leaves is found by its place. `nothing_left` is
# no_leftovers for such containers, and looks into the store.

bats_require_minimum_version 1.5.0 # run -N

setup_file() { images_begin_file; }
setup() { images_begin; }
teardown() { images_end; }

images_begin_file()
{
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	export LAYOUT=$BATS_FILE_TMPDIR/image
	make_image "$LAYOUT" t
	# a first layer of the root's is unpacked once, not once a test
	[ "$EUID" != 0 ] || DOBOZ_STORE=$BATS_FILE_TMPDIR/store "$DOBOZ" --root "$BATS_FILE_TMPDIR/state" \
		run --rm "oci:$LAYOUT:t" true
}

images_begin()
{
	test_begin
	IMAGE=oci:$LAYOUT:t
	[ ! -d "$BATS_FILE_TMPDIR/store" ] || cp -a "$BATS_FILE_TMPDIR/store" "$DOBOZ_STORE"
	OWN_CGROUPS=()
}

images_end()
{
	"$DOBOZ" --root "$STATE" rm -f --all > /dev/null 2>&1
	test_end
}

# variant TAG UMOCI-CONFIG-OPTION...: the image with another config; prints its name
variant()
{
	local tag=$1
	shift

	umoci config --image "$LAYOUT:t" --tag "$tag" "$@" > /dev/null && echo "oci:$LAYOUT:$tag"
}

# doboz VERB ARG...: its containers in cgroups of the test's own
doboz()
{
	local verb=$1
	shift

	[ "$verb" != run ] || set -- --cgroup-parent "/$TAG" "$@"
	"$DOBOZ" --root "$STATE" "$verb" "$@"
}

# box OPTION-OR-ARGUMENT...: doboz run --rm
box() { doboz run --rm "$@"; }

# The text of a limit as the container sees it: cgroup_file V1-PATH V2-NAME, for a shell inside
cgroup_file() { echo "cat /sys/fs/cgroup/$1 2> /dev/null || cat /sys/fs/cgroup/$2"; }

# ready NAME: wait until a container has said its first line
ready()
{
	local line

	read -r -t 20 line < <(doboz logs -f "$1" 3>&-)
}

nothing_left()
{
	local left

	# the parents of a container's cgroup stay
	find /sys/fs/cgroup -depth -type d \( -path "*/$TAG/own" -o -path "*/$TAG/doboz" -o -name "$TAG" \) \
		-exec rmdir {} \; 2> /dev/null || true
	left=$(find "$DOBOZ_STORE/containers" "$DOBOZ_STORE/names" -mindepth 1 -maxdepth 1 2> /dev/null)
	[ -z "$left" ] || { printf 'left in the store:\n%s\n' "$left"; return 1; }
	no_leftovers
}

# refused_run STATUS PATTERN RUN-ARGUMENT...: as refused, of `doboz run`
refused_run()
{
	local want=$1 pattern=$2
	shift 2

	run "-$want" box "$@"
	if [ "${#lines[@]}" != 1 ] || ! [[ $output =~ $pattern ]]; then
		printf 'run %s: expected one line like: %s\ngot:\n%s\n' "$*" "$pattern" "$output"
		return 1
	fi
}

# ---- the same as the ordinary user ----

# The mounted hierarchies, a folder each.
cgroup_hierarchies()
{
	if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
		echo /sys/fs/cgroup
	else
		awk '$9 ~ /^cgroup2?$/ && $5 ~ "^/sys/fs/cgroup/" { print $5 }' /proc/self/mountinfo
	fi
}

# Where a process of ours goes in a hierarchy: on v2 one folder deeper, for containers lie beside us.
own_cgroup()
{
	local own=$1/$TAG

	[ ! -e "$1/cgroup.controllers" ] || own=$own/own
	echo "$own"
}

make_own_cgroups()
{
	local top file controller

	OWN_CGROUPS=()
	while read -r top; do
		mkdir -p "$(own_cgroup "$top")"
		OWN_CGROUPS+=("$(own_cgroup "$top")")
		for file in cpuset.cpus cpuset.mems; do
			[ -e "$top/cgroup.controllers" ] || [ ! -e "$top/$file" ] || cat "$top/$file" > "$top/$TAG/$file"
		done
		[ "$top" = /sys/fs/cgroup ] || continue
		for controller in cpu cpuset memory pids; do
			echo "+$controller" > "$top/cgroup.subtree_control"
			echo "+$controller" > "$top/$TAG/cgroup.subtree_control"
		done
	done < <(cgroup_hierarchies)
}

# Move this (sub)shell to the test's own folders.
enter_cgroups()
{
	local folder

	for folder in "${OWN_CGROUPS[@]}"; do
		echo 0 > "$folder/cgroup.procs"
	done
}

# in_cgroups CMD...: run a program there
in_cgroups()
{
	(
		enter_cgroups
		exec "$@"
	)
}


# delegate: give the test's own cgroup folders to the ordinary user, as an administrator does
delegate()
{
	local folder

	for folder in "${OWN_CGROUPS[@]}"; do
		[ "${folder##*/}" != own ] || folder=${folder%/own}
		chown "$TEST_USER:" "$folder" "$folder/cgroup.procs"
		[ ! -e "$folder/tasks" ] || chown "$TEST_USER:" "$folder/tasks"
		[ ! -e "$folder/cgroup.subtree_control" ] || chown "$TEST_USER:" "$folder/cgroup.subtree_control"
		[ ! -e "$folder/own" ] || chown -R "$TEST_USER:" "$folder/own"
	done
}

# user_ready: the image where the user can read it, and cgroup folders
user_ready()
{
	USER_IMAGE=oci:$USER_DIR/image:t
	make_own_cgroups
	delegate
	cp -r "$LAYOUT" "$USER_DIR/image"
	chown -R "$TEST_USER:" "$USER_DIR/image"
}

# user_doboz ARG...: as the user, with the user's own store, in the delegated folders; user_undelegated: in root's
user_doboz() { (enter_cgroups && as_user "$DOBOZ" --root "$USER_DIR/run/state" "$@"); }
user_undelegated() { as_user "$DOBOZ" --root "$USER_DIR/run/state" "$@"; }
user_box() { user_doboz run --rm "$@"; }

# Nothing of the user's containers is left either: what is there belongs to the user, not to a subordinate id.
user_nothing_left()
{
	local left

	left=$(find "$USER_DIR/run/state" "$USER_DIR/data/doboz/containers" "$USER_DIR/data/doboz/names" \
		"$USER_DIR/data/doboz/tmp" -mindepth 1 2> /dev/null)
	[ -z "$left" ] || { printf 'left by the user:\n%s\n' "$left"; return 1; }
	nothing_left
}
