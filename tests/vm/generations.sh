#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# generations.sh KERNEL[:nodes]...: what the report shows of MGLRU's generations is what debugfs has of them, at rest.
# Each lruvec is aged once through debugfs, which records its state; lru_gen is read right after. With :nodes the host
# has two, and each cgroup pages on both. Prints TAP.
set -u
. "$(dirname "$0")/lib.sh"
build=$TOP/build
for what in "$@"; do
	IFS=: read -r kernel nodes <<<"$what"
	dir=$build/vm/generations-${what//:/-}
	"$HERE/fetch.sh" qemu "$kernel" >/dev/null 2>&1 || { echo "ok - generations on $what # SKIP cannot fetch"; continue; }
	rm -rf "$dir"
	mkdir -p "$dir"
	cat >"$dir/script" <<-'EOF'
		export other=load
		[ ! -d /sys/devices/system/node/node1 ] || other='load node 1'
		cg=/sys/fs/cgroup; mkdir $cg/a $cg/a/b $cg/c
		echo '+memory' >$cg/a/cgroup.subtree_control
		echo 64M >$cg/a/b/memory.max; echo 40M >$cg/c/memory.max
		cat >/tmp/command <<'END'
		sh -c 'echo $$ >/sys/fs/cgroup/a/b/cgroup.procs; load hold 80 /tmp/held.b & exec $other hold 20 /tmp/held.d' &
		sh -c 'echo $$ >/sys/fs/cgroup/c/cgroup.procs; $other stream /data/big 100 1; exec load hold 20 /tmp/held.c' &
		load stream /data/big 400 1
		while [ ! -e /tmp/held.b ] || [ ! -e /tmp/held.c ] || [ ! -e /tmp/held.d ]; do sleep 1; done
		sync
		sleep 2
		# The recorder would read and write files meanwhile.
		kill -STOP $PPID
		load lrugen /out/lru_gen
		status=$?
		kill -CONT $PPID
		killall load
		exit $status
		END
		reclaimscope record -o /out/r.data -- sh /tmp/command >/out/log 2>&1
	EOF
	"$HERE/images.sh" data && "$HERE/vm.sh" -k "$kernel" -o "$dir" -i -l 7 -d -w disk:256 ${nodes:+-n 256,256} -b "$build/reclaimscope" \
		-b "$build/tests/vm/load" "$dir/script"
	status=$?
	if [ $status -ne 0 ]; then
		echo "not ok - generations on $what: the guest ended with $status: $(tail -2 "$dir/console" "$dir/log" | tr '\n' ' ')"
		continue
	fi
	"$build/tests/vm/generations" "$dir" | sed -E "s/^((not )?ok) - /\1 - $what: /"
done
