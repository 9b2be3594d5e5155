#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The same bundle under doboz-oci, runc and crun: what a process sees has to be equal, or differ for a written reason

load helpers

setup()
{
	test_begin
	need_root
	# shellcheck disable=SC2034 # bundle uses it: the parents of a container's cgroup stay
	CGROUP=/$TAG
	B=$SCRATCH/b
	bundle "$B" /bin/sh /probe
	cat > "$B/rootfs/probe" << 'PROBE'
echo "id: $(id)"
echo "pwd: $(pwd)"
echo "hostname: $(hostname)"
env | sort | sed 's/^/env: /'
ulimit -a | sed 's/^/ulimit: /'
grep -E '^(Name|Umask|Uid|Gid|Groups|NSpgid|NSsid|Sig[BIC]|Cap|NoNewPrivs|Seccomp:)' /proc/self/status | sed 's/^/status: /'
awk '{ o = $6; sub(/,size=[0-9]*k?|,inode64/, "", o); print "mount:", $5, o }' /proc/self/mountinfo | sort
find /dev ! -path '/dev/mqueue/*' -exec ls -ld {} + 2> /dev/null | awk '{ print "dev:", $1, $3, $4, $NF == $9 ? $9 : $9 $10 $11, $5 ~ /,/ ? $5 $6 : "" }' | sort
for p in /proc/kcore /proc/keys /proc/timer_list /proc/acpi /proc/scsi /sys/firmware /proc/interrupts; do
	[ -e $p ] || continue
	if [ -d $p ]; then echo "masked: $p $(ls -A $p | wc -l)"; else echo "masked: $p $(head -c 16 $p | wc -c)"; fi
done
for p in /proc/sys/kernel/domainname /proc/sysrq-trigger /proc/bus /proc/irq; do
	[ -w $p ] && (: >> $p) 2> /dev/null && echo "writable: $p"
done
echo "fds: $(ls /proc/self/fd | tr '\n' ' ')"
echo "comm: $(cat /proc/1/comm) oom: $(cat /proc/self/oom_score_adj) ns: $(ls /proc/self/ns | tr '\n' ' ')"
echo "lo: $(cat /sys/class/net/lo/flags) $(ls /sys/class/net)"
PROBE
}

teardown() { test_end; }

# under RUNTIME OUT: crun refuses a hybrid host whose v2 tree has a controller; an empty file hides that from it
under()
{
	local name=${1##*/}

	: > "$SCRATCH/empty"
	timeout 30 unshare --mount --propagation private sh -c '
		hide=/sys/fs/cgroup/unified/cgroup.controllers
		[ "$1" != crun ] || [ ! -e $hide ] || mount --bind "$2" $hide
		shift 2
		exec "$@"' sh "$name" "$SCRATCH/empty" "$1" --root "$SCRATCH/root-$name" run --bundle "$B" "$TAG-$name" \
		> "$2" 2>&1 < /dev/null
}

# differences OTHER: every line that differs, but for those with a reason
differences()
{
	local program text

	diff "$SCRATCH/doboz-oci" "$SCRATCH/$1" | grep '^[<>]' | while read -r line; do
		while IFS=';' read -r program text _; do
			[ -n "$program" ] || continue
			[[ ,$program, == *,$1,* && $line =~ $text ]] && continue 2
		done < <(reasons)
		echo "$1: $line"
	done
}

# PROGRAMS;PATTERN OF A LINE;REASON
reasons()
{
	cat << 'END_OF_REASONS'
runc;mount: /(proc|sys)/(acpi|interrupts|keys|timer_list|firmware|scsi) ;ours are read-only, without programs and set-id
crun;mount: /(proc|sys)/(acpi|interrupts|keys|timer_list|firmware|scsi|bus|fs|irq|sys) ;ours are without programs, devices and set-id
runc,crun;mount: /sys/fs/cgroup ;ours keeps the "ro" of the config for the folder of a hybrid host's hierarchies
runc,crun;mount: /sys/fs/cgroup/unified ;ours shows the unified hierarchy of a hybrid host too
runc,crun;status: SigIgn:;ours resets every signal that the caller ignored
runc;dev: .*/dev/core->;runc links it only where /proc/kcore exists; crun and ours always
END_OF_REASONS
}

@test "a process sees the same under doboz-oci, runc and crun" {
	local other found=0 all=''

	under "$DOBOZ_OCI" "$SCRATCH/doboz-oci"
	grep -q '^comm: sh' "$SCRATCH/doboz-oci" # the control: the probe ran to its end
	for other in runc crun; do
		command -v "$other" > /dev/null || continue
		found=$((found + 1))
		under "$(command -v "$other")" "$SCRATCH/$other"
		grep -q '^comm: sh' "$SCRATCH/$other"
		all+=$(differences "$other")$'\n'
	done
	[ "$found" -gt 0 ] || skip_unless_must 'neither runc nor crun is installed'
	[ -z "${all//$'\n'/}" ] || { echo "$all"; return 1; }
	no_leftovers
}
