# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest: one workload under one tracer. $TRACER: none, summary, vmscan, default, bpftrace,
# trace-cmd, perf; $WORKLOAD: the command. Leaves in /out how much time the CPU has spent on tasks, in
# nanoseconds of an instruction-counting clock: when the tracer was started, when the workload began
# and ended, and when the tracer had finished its file.
busy() { awk -v what="$1" '/^cpu0/ { print what, $8 }' /proc/schedstat >>/out/busy; }
cat >/tmp/command <<END
busy() { awk -v what="\$1" '/^cpu0/ { print what, \$8 }' /proc/schedstat >>/out/busy; }
reader() { awk -v what="\$1" '{ print what, \$1 }' /proc/\$PPID/schedstat >>/out/busy; }
reader reader_began
busy began
$WORKLOAD
busy ended
reader reader_ended
END
cat /data/big 2>/dev/null | head -c 100000000 >/dev/null
echo 3 >/proc/sys/vm/drop_caches
# The recordings go where writing costs the same for all.
mkdir /tmp/r
mount -t tmpfs -o size=200m tmpfs /tmp/r
busy started
case $TRACER in
none) sh /tmp/command ;;
summary) reclaimscope record -q -o /tmp/r/f --mode summary -- sh /tmp/command ;;
default) reclaimscope record -q -o /tmp/r/f -- sh /tmp/command ;;
vmscan) reclaimscope record -q -o /tmp/r/f --gauge 0 --probes "$PROBES" -- sh /tmp/command ;;
trace-cmd) trace-cmd record -q -o /tmp/r/f -e vmscan sh /tmp/command >/out/log 2>&1 ;;
perf) perf record -q -o /tmp/r/f -a -e 'vmscan:*' sh /tmp/command >/out/log 2>&1 ;;
bpftrace) bpftrace -q -e 'tracepoint:vmscan:* { @[probe] = count() }' -c '/bin/sh /tmp/command' >/out/log 2>&1 ;;
esac
status=$?
busy finished
case $TRACER in
summary | default | vmscan) reclaimscope report --json /tmp/r/f >/out/report 2>/out/log; reclaimscope script /tmp/r/f | wc -l >/out/lines ;;
trace-cmd) trace-cmd report /tmp/r/f 2>/dev/null | grep -c 'mm_\(vmscan\|shrink\)' >/out/lines ;;
perf) perf script -i /tmp/r/f 2>/dev/null | wc -l >/out/lines ;;
esac
[ ! -e /tmp/r/f ] || wc -c </tmp/r/f >/out/bytes
cp /tmp/r/f /out/f
exit $status
