#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/needed.sh - what the linker left in the programs: a container start loads no heavy library
# (3.9 ms against 0.6), and both programs are hardened
# shellcheck source=tests/tree.sh
. "$(dirname "$0")/tree.sh"

build=${DOBOZ_BUILD:-.}
heavy='libarchive|libcrypto|libssl|libcurl|libzstd|libisal|libz\.|libxml2|libsystemd|libdbus'

needed()
{
	readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'
}

is_static() { ! readelf -lW "$1" | grep -q INTERP; }

libraries=$(needed "$build/doboz")
helper_libraries=$(needed "$build/doboz-image")
# Only where configure found libsystemd.
systemd=
[ ! -x "$build/doboz-systemd" ] || systemd=$build/doboz-systemd

hardened()
{
	local program=$1 header dynamic

	header=$(readelf -hlW "$program")
	dynamic=$(readelf -dW "$program")
	grep -q 'Type: *DYN' <<< "$header" || echo "$program: not position independent"
	grep -q GNU_RELRO <<< "$header" || echo "$program: no relro"
	grep -q 'BIND_NOW\|Flags:.*NOW' <<< "$dynamic" || echo "$program: lazy binding"
	grep -q 'GNU_STACK.*RW ' <<< "$header" || echo "$program: executable stack"
	grep -q 'RPATH\|RUNPATH' <<< "$dynamic" && echo "$program: has a library path of its own"
	readelf --syms -W "$program" | grep -q '__stack_chk_fail' || echo "$program: no stack protector"
}

rule 'needed: the list could be read (control: libc is in it, or no loader is asked for)' \
	"$(grep -q '^libc\.so' <<< "$libraries" || is_static "$build/doboz" || echo "$build/doboz: no libc among: $libraries")"
rule 'needed: a program without libraries is told apart (control: doboz-image has a loader)' \
	"$(is_static "$build/doboz-image" && echo "$build/doboz-image: no loader")"
rule 'needed: doboz loads no heavy library' "$(grep -E "^($heavy)" <<< "$libraries" | sed "s|^|$build/doboz: |")"
rule 'needed: doboz-image does (control: the pattern matches)' \
	"$(grep -qE "^($heavy)" <<< "$helper_libraries" || echo "$build/doboz-image: none of $heavy")"
rule 'needed: doboz is hardened' "$(hardened "$build/doboz")"
rule 'needed: doboz-image is hardened' "$(hardened "$build/doboz-image")"
rule 'needed: D-Bus is in doboz-systemd alone (control: it is there)' "$(
	grep -E '^lib(systemd|dbus)' <<< "$helper_libraries" | sed "s|^|$build/doboz-image: |"
	[ -z "$systemd" ] || needed "$systemd" | grep -q '^libsystemd' || echo "$systemd: no libsystemd")"
rule 'needed: doboz-systemd is hardened, where it is built' "$([ -z "$systemd" ] || hardened "$systemd")"
finish
