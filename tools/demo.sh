#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job on real input: records page reclaim under memory pressure, and reports it. On this host
# if its kernel lets us, with the pressure inside a memory-limited cgroup, so that nothing else is
# touched; otherwise on a Debian kernel under QEMU.  demo.sh [host|vm] forces one of them.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build
data=$build/demo.data
cgroup=
file=
why=

say() { printf '\n== %s\n' "$*"; }

cleanup() {
	[ -z "$file" ] || rm -f "$file"
	[ -z "$cgroup" ] || rmdir "$cgroup" 2>/dev/null
}
trap cleanup EXIT

# Makes a cgroup of 64 MiB, v1 or v2, and sets $cgroup; or sets $why.
make_cgroup() {
	local root limit path
	if grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
		root=/sys/fs/cgroup limit=memory.max
		grep -qw memory $root/cgroup.subtree_control || echo +memory >$root/cgroup.subtree_control 2>/dev/null
	else
		root=$(awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/ { print $2; exit }' /proc/mounts)
		limit=memory.limit_in_bytes
		[ -n "$root" ] || { why="no memory cgroups are mounted"; return 1; }
	fi
	path=$root/reclaimscope-demo.$$
	mkdir "$path" 2>/dev/null || { why="cannot make a cgroup in $root"; return 1; }
	cgroup=$path
	echo 64M 2>/dev/null >"$cgroup/$limit" || { why="cannot set $cgroup/$limit"; return 1; }
}

# Can this host be traced, and put under pressure without harm? Sets $why if not.
host_will_do() {
	"$build/reclaimscope" check -j >"$build/demo.check" 2>"$build/demo.why" || {
		why=$(head -1 "$build/demo.why")
		why=${why:-"nothing can be attached, see reclaimscope check"}
		return 1
	}
	grep -q '"name":"mm_vmscan_memcg_reclaim_begin".*"state":"attached"' "$build/demo.check" ||
		{ why="mm_vmscan_memcg_reclaim_begin cannot be attached"; return 1; }
	make_cgroup
}

on_host() {
	[ -n "$cgroup" ] || make_cgroup || { echo "demo: $why" >&2; return 1; }
	file=$build/demo.file
	say "this host, $(uname -sr): a cgroup of 64 MiB writes and reads a file of 256 MiB, with 24 MiB of hot memory beside it"
	"$build/reclaimscope" record --force -o "$data" -- sh -c '
		echo $$ >"$1/cgroup.procs" && "$2" fill "$3" 256 && { "$2" hot 24 4 & "$2" stream "$3" 256 4; wait; }
	' demo "$cgroup" "$build/tests/vm/load" "$file"
}

in_vm() {
	"$top/tools/install-deps.sh" vm || return 1
	"$top/tests/vm/fetch.sh" qemu 6.12 && "$top/tests/vm/images.sh" data || return 1
	say "Debian's 6.12 kernel in QEMU, 512 MiB and zram: anonymous memory, random reads and a writer"
	mkdir -p "$build/demo"
	printf 'reclaimscope record -o /out/r.data -- load mix /data/big 330 24000 2>/out/stderr\n' >"$build/demo/script"
	"$top/tests/vm/vm.sh" -k 6.12 -o "$build/demo" -d -w zram:512 -b "$build/reclaimscope" -b "$build/tests/vm/load" \
		"$build/demo/script" || { tail -3 "$build/demo/console" "$build/demo/stderr"; return 1; }
	cat "$build/demo/stderr"
	mv "$build/demo/r.data" "$data"
}

where=${1:-}
if [ -z "$where" ]; then
	where=host
	host_will_do || { say "not on this host: $why"; where=vm; }
fi
case $where in
host) on_host ;;
vm) in_vm ;;
*) echo "demo.sh: host or vm, not '$where'" >&2; exit 2 ;;
esac || { echo "demo: nothing was recorded" >&2; exit 1; }
say "build/reclaimscope report build/demo.data"
"$build/reclaimscope" report "$data"
