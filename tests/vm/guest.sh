# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: records one workload, while the kernel's own tracing counts the same events.
# $RECORD: options of `reclaimscope record`; $WORKLOAD: the command; $SUMMARY: with a recorder in mode summary around it;
# $CHECK: see also what can be attached.
T=/sys/kernel/tracing
events="vmscan oom/reclaim_retry_zone oom/compact_retry oom/mark_victim compaction/mm_compaction_suitable
compaction/mm_compaction_deferred compaction/mm_compaction_defer_compaction compaction/mm_compaction_defer_reset
compaction/mm_compaction_wakeup_kcompactd compaction/mm_compaction_kcompactd_wake
writeback/writeback_congestion_wait writeback/writeback_wait_iff_congested"
each_event() {
	for e in $events; do
		case $e in
		*/*) [ -d "$T/events/$e" ] && echo "$T/events/$e" ;;
		*) for d in "$T/events/$e"/*/; do echo "${d%/}"; done ;;
		esac
	done
}
uname -r >/out/release
[ -z "$CHECK" ] || reclaimscope check -j >/out/check.jsonl 2>&1
# A trace instance for each event, with next to no buffer: how much it has overwritten is counted. It is switched on when the
# recorder is there, whose own start may have woken kswapd before it could see that.
for e in $(each_event); do
	i=$T/instances/${e##*/}
	mkdir "$i" && echo 0 >"$i/tracing_on" && echo 4 >"$i/buffer_size_kb" && echo 1 >"$i/events/${e#$T/events/}/enable"
done
echo "$WORKLOAD" >/tmp/workload
cat >/tmp/command <<'EOF'
for i in /sys/kernel/tracing/instances/*; do echo 1 >"$i/tracing_on"; done
cat /proc/sys/vm/stat_refresh >/dev/null 2>&1
. /tmp/workload
# Until kswapd has gone to sleep, and the counters of all CPUs are added up. Then the recorder stops.
exec load settle 1 /sys/kernel/tracing/instances/*/tracing_on
EOF
[ -z "$DRSNOOP" ] || {
	drsnoop >/out/drsnoop 2>&1 &
	snoop=$!
	# It keeps what it prints until its end, so wait until it waits.
	while [ -d /proc/$snoop ] && ! grep -q epoll_wait /proc/$snoop/stack; do sleep 0.2; done
}
cat >/tmp/record <<EOF
reclaimscope record -o /out/r.data $RECORD -- sh /tmp/command >/out/workload 2>/out/stderr
EOF
if [ -z "$SUMMARY" ]; then
	sh /tmp/record
else
	# Its counters, too, are read when they have been added up.
	echo 'status=$?; load settle 1; exit $status' >>/tmp/record
	reclaimscope record -q --mode summary -o /out/s.data -- sh /tmp/record 2>/out/summary-stderr
fi
status=$?
[ -z "$DRSNOOP" ] || { sleep 0.5; kill -INT $snoop; wait $snoop; }
for i in "$T"/instances/*; do
	cat "$i"/per_cpu/cpu*/stats |
		awk -v name="${i##*/}" '/^(entries|overrun|dropped events):/ { n += $NF } END { print name, n + 0 }'
done >/out/counts
# What the kernel counted for the cgroups of the workload; it adds up the counters of its CPUs every two seconds.
[ -z "$(find /sys/fs/cgroup/* -maxdepth 0 -type d)" ] || sleep 3
find /sys/fs/cgroup/ -mindepth 1 -type d | while read -r d; do
	[ ! -e "$d/memory.stat" ] || awk -v id="$(stat -c %i "$d")" -v path="$d" '
		/^workingset_refault_anon/ { a = $2 } /^workingset_refault_file/ { f = $2 } END { print id, path, a + 0, f + 0 }' "$d/memory.stat"
done >/out/memory.stat
cat /sys/kernel/mm/lru_gen/enabled >/out/lru_gen 2>/dev/null
exit $status
