# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest, which has one CPU: $WORKLOAD under one tracer, $TRACER, or one of the other
# measurements; in a cgroup that may have $LIMIT, and after $PREPARE, and before $AFTER, which are not measured; all $ROUNDS times, $round
# is which. Leaves numbers in /out/numbers, a name and a value on each line.
#
# Cost is the time that the CPU has spent on tasks, from /proc/schedstat. The guest counts
# instructions and its clock goes by them, so this is a number of instructions: 4 ns each.
cat >/tmp/lib <<'END'
say() { echo "$1 $2" >>/out/numbers; }
busy() { say "$1" "$(awk '/^cpu0/ { printf "%.0f", $8 }' /proc/schedstat)"; }
clock() { say "$1" "$(awk '/^now at/ { printf "%.0f", $3 }' /proc/timer_list)"; }
END
. /tmp/lib

# The command that tracers run.
cat >/tmp/command <<'END'
. /tmp/lib
mkdir -p /sys/fs/cgroup/bench
echo "${LIMIT:-48M}" >/sys/fs/cgroup/bench/memory.max
export round=1
while [ $round -le ${ROUNDS:-1} ]; do
	[ -z "${PREPARE:-}" ] || sh -c "echo \$\$ >/sys/fs/cgroup/bench/cgroup.procs; $PREPARE"
	busy began
	sh -c "echo \$\$ >/sys/fs/cgroup/bench/cgroup.procs; $WORKLOAD"
	busy ended
	[ -z "${AFTER:-}" ] || sh -c "$AFTER"
	round=$((round + 1))
done
# The recorder's own memory, but for the ring, which is a mapping of a BPF map.
awk '/^[0-9a-f]+-/ { map = /bpf-map/ } /^Rss:/ && !map { n += $2 } END { print "resident", n }' /proc/$PPID/smaps >>/out/numbers
END
export WORKLOAD LIMIT PREPARE AFTER ROUNDS
# Files go to memory: writing costs the same for all.
mkdir /tmp/r
mount -t tmpfs -o size=128m tmpfs /tmp/r

record() { reclaimscope record -q --force -o /tmp/r/f "$@" 2>>/out/log; }
only() { # only PROBE... -- COMMAND...
	probes='-direct,-kswapd,-marks,-scan,-cost,-shrinker,-retry,-workingset,-memcg,-lru_gen'
	while [ "$1" != -- ]; do
		probes=$probes,+$1
		shift
	done
	record --gauge 0 --probes "$probes" "$@"
}
# The same tracepoints as the other tracers, and nothing else.
only_vmscan() {
	only $(reclaimscope check --json 2>/dev/null | tr -d '\n' | grep -o '"name":"mm_\(vmscan\|shrink\)_[a-z_]*"' | cut -d'"' -f4 | sort -u) "$@"
}
with_tracer() { # with_tracer COMMAND...
	case $TRACER in
	none) "$@" ;;
	summary) record --mode summary -- "$@" ;;
	decisions) record -- "$@" ;;
	vmscan) only_vmscan -- "$@" ;;
	trace-cmd) trace-cmd record -q -o /tmp/r/f -e vmscan "$@" >>/out/log 2>&1 ;;
	perf) perf record -q -o /tmp/r/f -a -e 'vmscan:*' "$@" >>/out/log 2>&1 ;;
	bpftrace) bpftrace -q -e 'tracepoint:vmscan:* { @[probe] = count() }' -c "/bin/sh $2" >>/out/log 2>&1 ;;
	esac
}
size() { [ ! -e /tmp/r/f ] || say "$1" "$(wc -c </tmp/r/f)"; }
numbers_of_report() { # numbers_of_report PREFIX: of our own recording
	reclaimscope report --json /tmp/r/f 2>>/out/log | tail -1 >/out/report$1
	for key in attempted written lost ring_full begin_not_seen skipped_by_kernel; do
		say "$1$key" "$(grep -o "\"$key\":[0-9]*" /out/report$1 | head -1 | cut -d: -f2)"
	done
}

case $TRACER in
startup)
	# It does not say when it is ready, but runs for a second from then on; the end takes longer now and then.
	for i in 1 2 3; do
		clock drsnoop_start$i
		drsnoop -d 1 >/out/drsnoop 2>&1
		clock drsnoop_end$i
	done
	for mode in summary decisions; do
		clock ${mode}_start
		record --mode $mode -- sh -c ". /tmp/lib; clock ${mode}_attached"
	done
	# What drsnoop records, and nothing else.
	clock stalls_start
	only mm_vmscan_direct_reclaim_begin mm_vmscan_direct_reclaim_end -- sh -c ". /tmp/lib; clock stalls_attached"
	# What the longer one consists of, in ms.
	reclaimscope record -v --force -o /tmp/r/f -- true 2>/out/parts
	for part in 'kernel looked at' 'programs loaded' 'programs attached'; do
		say "${part##* }_ms" "$(sed -n "s/.*$part: \([0-9]*\) ms.*/\1/p" /out/parts)"
	done ;;
overload)
	# All that can be recorded, and a recorder that gets 2 % of the CPU.
	mkdir /sys/fs/cgroup/slow
	echo '2000 100000' >/sys/fs/cgroup/slow/cpu.max
	cat >/tmp/slow <<'END'
. /tmp/lib
echo $PPID >/sys/fs/cgroup/slow/cgroup.procs
sh /tmp/command
echo max >/sys/fs/cgroup/slow/cpu.max
END
	record --mode folios --probes +allocator --buffer 1m -- sh /tmp/slow
	say status $?
	numbers_of_report '' ;;
complete)
	# Tasks that preempt each other within reclaim, which is where cheap programs are skipped.
	export WORKLOAD='load anon 96 12000 6'
	for attach in auto cheap complete; do
		record --attach $attach -- sh /tmp/command && numbers_of_report ${attach}_
	done ;;
*)
	with_tracer sh /tmp/command
	say status $?
	busy finished
	size bytes
	case $TRACER in
	summary | decisions | vmscan)
		numbers_of_report ''
		say events "$(grep -o '"tracepoints":{[^}]*}' /out/report | grep -oE ':[0-9]+' | tr -d : | awk '{ n += $1 } END { print n + 0 }')" ;;
	trace-cmd) say events "$(trace-cmd report /tmp/r/f 2>/dev/null | grep -c ' mm_')" ;;
	perf) say events "$(perf script -i /tmp/r/f 2>/dev/null | grep -c vmscan:)" ;;
	bpftrace) say events "$(awk '/^@/ { n += $NF } END { print n + 0 }' /out/log)" ;;
	esac
	case $TRACER in
	decisions) cp /tmp/r/f /out/f ;;
	trace-cmd | vmscan) rm -f /tmp/r/f; with_tracer true; size empty_bytes ;;
	esac ;;
esac
