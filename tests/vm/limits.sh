#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# limits.sh [KERNEL]: what a real kernel may forbid (lockdown in both modes, no capabilities, no BTF), a recorder that is
# killed, and a real file system that is full. Prints TAP. What cannot be booted here is skipped, with the reason.
set -u
. "$(dirname "$0")/lib.sh"
build=$TOP/build
kernel=${1:-6.1}
n=0

result() { # result TEXT: of the command before
	local status=$?
	n=$((n + 1))
	[ $status -eq 0 ] && echo "ok $n - $kernel: $1" || {
		echo "not ok $n - $kernel: $1"
		tail -3 "$dir"/*.err 2>/dev/null | sed 's/^/# /'
	}
}
one_line() { [ "$(wc -l <"$dir/$1.err")" -eq 1 ]; }
has() { grep -qE -e "$2" "$dir/$1"; }
status() { [ "$(cat "$dir/$1.status" 2>/dev/null)" = "$2" ]; }
# number NAME KEY: out of the last line of a report
number() { tail -1 "$dir/$1" 2>/dev/null | grep -o "\"$2\":[0-9]*" | head -1 | cut -d: -f2; }

boot() { # boot NAME OPTION...: the script is on stdin
	dir=$build/vm/limits-$kernel-$1
	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	{
		cat <<-'END'
			run() { # run NAME ARGUMENTS...: its output and status go to /out
				name=$1
				shift
				reclaimscope "$@" >/out/$name 2>/out/$name.err </dev/null
				echo $? >/out/$name.status
			}
			pressure() { # pressure NAME OPTION...: records memory that does not fit into a cgroup
				name=$1
				shift
				mkdir -p /sys/fs/cgroup/small
				echo 16M >/sys/fs/cgroup/small/memory.max
				run $name record -q --force -o /tmp/$name.data "$@" -- \
					sh -c 'echo $$ >/sys/fs/cgroup/small/cgroup.procs; exec load flat 32 1'
				reclaimscope report -j /tmp/$name.data >/out/$name.json 2>/out/$name.report.err
			}
		END
		cat
	} >"$dir/script"
	"$HERE/vm.sh" -k "$kernel" -o "$dir" -d -w zram:64 -b "$build/reclaimscope" -b "$build/tests/vm/load" "$@" "$dir/script" && return
	echo "not ok $((n += 1)) - $kernel: the guest ended with $?: $(tail -3 "$dir/console" 2>/dev/null | tr '\n' ' ')"
	return 1
}

mkdir -p "$build/vm"
if ! "$HERE/images.sh" data || ! "$HERE/fetch.sh" qemu "$kernel" >/dev/null 2>"$build/vm/fetch"; then
	echo "ok - limits # SKIP cannot fetch: $(tail -1 "$build/vm/fetch")"
	exit 0
fi

if boot integrity -S -a lockdown=integrity <<'END'
run check check -j
pressure record
END
then
	has check '"state":"attached"' && ! has check 'lockdown' && status check 0
	result "lockdown=integrity forbids nothing that check would have to name"
	status record 0 && [ "$(number record.json written)" -gt 0 ] && [ "$(number record.json lost)" -eq 0 ]
	result "lockdown=integrity: a recording with events, none lost"
fi

if boot confidentiality -S -a lockdown=confidentiality <<'END'
run check check
run probes check -j
pressure record
END
then
	has check '^lockdown +confidentiality' && has probes '"name":"shrink_node".*"state":"refused","reason":"lockdown=confidentiality forbids'
	result "lockdown=confidentiality: check names it, and what it forbids"
	# One line and 77 where no program can be loaded; else what the tracepoints themselves show.
	if status record 77; then
		one_line record && has record.err 'lockdown=confidentiality'
		result "lockdown=confidentiality: nothing can be recorded, and one line says why"
	else
		status record 0 && [ "$(number record.json written)" -gt 0 ] && [ "$(number record.json lost)" -eq 0 ] &&
			has record.json '"type":"summary"' && ! has check '^attached +shrink_node '
		result "lockdown=confidentiality: what tracepoints show is recorded, none lost"
	fi
fi

if boot others -t 900 <<'END'
# Nobody, without a capability.
chmod 777 /tmp
cp /lab/reclaimscope /tmp/reclaimscope
su lab -c '/tmp/reclaimscope record -d 1s -o /tmp/nobody.data' >/out/nobody 2>/out/nobody.err
echo $? >/out/nobody.status
su lab -c '/tmp/reclaimscope check' >/out/nobody-check 2>/out/nobody-check.err
echo $? >/out/nobody-check.status
[ ! -e /tmp/nobody.data ] || echo left >>/out/nobody.err
mount -t tmpfs none /sys/kernel/btf
run no-btf record -d 1s -o /tmp/none.data
run no-btf-check check
umount /sys/kernel/btf

# A recorder that is killed, while a group reclaims all the time; with few probes, which it takes an emulated machine long to attach.
probes=-direct,-kswapd,-marks,-scan,-cost,-retry,-workingset,-memcg,-lru_gen
for p in lru_isolate lru_shrink_inactive lru_shrink_active memcg_reclaim_begin memcg_reclaim_end; do
	probes=$probes,+mm_vmscan_$p
done
mkdir -p /sys/fs/cgroup/small
echo 16M >/sys/fs/cgroup/small/memory.max
sh -c 'echo $$ >/sys/fs/cgroup/small/cgroup.procs; exec load flat 32 100000' &
load=$!
for i in 1 2 3 4 5 6 7 8; do
	rm -f /data/k.data
	reclaimscope record -q --probes $probes -o /data/k.data 2>/out/killed.err &
	pid=$!
	while [ ! -s /data/k.data ] && kill -0 $pid; do sleep 0.1; done
	sleep 1.$i
	kill -9 $pid
	awk '/^now at/ { printf "%.0f\n", $3 / 1000000 }' /proc/timer_list >/out/killed$i.at
	wait $pid
	cp /data/k.data /out/killed$i.data
done

# ext4 with room for some seconds of it, also for root: all of it is taken, but for two times 256 KiB at most.
mkdir /data/fill
for kib in 65536 4096 256; do
	i=0
	while fallocate -l $((kib * 1024)) /data/fill/$kib.$i; do i=$((i + 1)); done
	rm /data/fill/$kib.$i
done 2>/dev/null
rm /data/fill/256.0
# What it says goes elsewhere: /out is on the same file system.
reclaimscope record -q --gauge 1 -d 60s -o /data/full.data 2>/tmp/full.err
echo $? >/tmp/full.status
kill $load
wait $load
rm -r /data/fill
cp /data/full.data /tmp/full.err /tmp/full.status /out
END
then
	status nobody 77 && one_line nobody && has nobody.err 'run as root, or with CAP_BPF'
	result "no capabilities: record says so in one line, with the remedy, and leaves no file"
	status nobody-check 77 && has nobody-check 'run as root, or with CAP_BPF'
	result "no capabilities: check says so"
	status no-btf 77 && one_line no-btf && has no-btf.err 'this kernel has no BTF'
	result "no BTF: record says so in one line"
	status no-btf-check 77 && has no-btf-check 'CONFIG_DEBUG_INFO_BTF'
	result "no BTF: check says so"
	# Read here, where that is quick.
	for at in "$dir"/killed*.at; do
		"$build/reclaimscope" report -j "${at%.at}.data" 2>>"$dir/killed.warnings" | tail -1 >>"$dir/killed"
		last=$("$build/reclaimscope" script -j "${at%.at}.data" 2>>"$dir/killed.warnings" | tail -1 |
			sed -n 's/.*"ts_ns":\([0-9]*\)[0-9]\{6\},.*/\1/p')
		echo $(($(cat "$at") - last)) >>"$dir/killed.ms"
	done
	"$build/reclaimscope" report -j "$dir/full.data" 2>"$dir/full.warnings" | tail -1 >"$dir/full.json"
	[ "$(grep -c '"complete":false,"bad_blocks":0,"bytes_skipped":0' "$dir/killed")" -eq 8 ]
	result "eight recorders killed: every recording opens, unfinished and undamaged"
	# An emulated machine with two busy CPUs: twice the second that is aimed at.
	[ "$(wc -l <"$dir/killed.ms")" -eq 8 ] && [ "$(sort -n "$dir/killed.ms" | tail -1)" -le 2000 ]
	result "killed: at most $(sort -n "$dir/killed.ms" | tail -1) ms lost"
	status full 1 && one_line full && has full.err 'cannot write; what was recorded up to here is kept: No space left' &&
		has full.json '"bad_blocks":0,"bytes_skipped":0' && [ "$(number full.json read)" -gt 0 ]
	result "a full ext4: one line, 1, and a recording that is whole up to there"
fi
echo "1..$n"
