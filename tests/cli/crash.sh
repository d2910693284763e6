#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# crash.sh BUILD TIMES [OPTION...]: kills a recorder, which has these options, with SIGKILL at random moments. Each time the
# recording must open, be unfinished, have no damaged block and every event that was counted as written, and end no
# more than a second before the kill. A memory cgroup, where one can be made, gives the events. TAP.
. "$(dirname "$0")/tap.sh"
times=$2
shift 2
group= pressure=
cleanup() {
	[ -z "$pressure" ] || { kill "$pressure" && wait "$pressure"; } 2>/dev/null
	[ -z "$group" ] || { sleep 0.2; rmdir "$group"; }
	rm -rf "$dir"
}
trap cleanup EXIT
cd "$dir" || exit 1
if ! can_record; then
	echo "ok 1 - killed recorders # SKIP nothing can be recorded here: $(head -1 err)"
	exit 0
fi

# A file read again and again by a group that has room for half of it: only the group reclaims.
memory=$(awk '$3 == "cgroup" && $4 ~ /memory/ { print $2; exit }' /proc/self/mounts) limit=memory.limit_in_bytes
if [ -z "$memory" ]; then
	memory=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts) limit=memory.max
	[ -z "$memory" ] || echo +memory 2>/dev/null >"$memory/cgroup.subtree_control" || memory=
fi
if [ -n "$memory" ] && mkdir "$memory/rs-crash-$$" 2>/dev/null; then
	group=$memory/rs-crash-$$
	echo 8M >"$group/$limit"
	sh -c 'echo $$ >"$0/cgroup.procs"; head -c 16777216 /dev/zero >file
		while :; do head -c 16777216 file >/dev/null; sleep 0.02; done' "$group" &
	pressure=$!
	sleep 0.5
fi

awk -v n="$times" -v seed="${CRASH_SEED:-7}" 'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%.3f\n", i % 4 ? rand() * 1.2 : rand() * 4 }' >delays
killed=0 early=0 bad=0 worst=0 late=0 busy=0
while read -r delay; do
	rm -f r.data
	"$rs" record -q -o r.data "$@" 2>err &
	pid=$!
	wait_for_file r.data || { early=$((early + 1)); kill -9 $pid; wait $pid 2>/dev/null; continue; }
	sleep "$delay"
	at=$(awk '{ printf "%d", $1 * 1000 }' /proc/uptime)
	kill -9 $pid
	wait $pid 2>/dev/null
	killed=$((killed + 1))
	why=
	"$rs" report -j r.data >json 2>warnings || why="report ended with $?: $(head -1 warnings)"
	grep -q 'has no end: the recorder was killed, or still records' warnings || why="$why not said to be unfinished;"
	tail -1 json | grep -q '"complete":false,"bad_blocks":0,"bytes_skipped":0' || why="$why damaged;"
	read=$(sed -n 's/.*"type":"summary".*"read":\([0-9]*\).*/\1/p' json)
	written=$(sed -n 's/.*"type":"summary".*"written":\([0-9]*\),.*/\1/p' json)
	[ "${read:-0}" -ge "${written:-0}" ] || why="$why $written written, $read read;"
	"$rs" script -j r.data 2>/dev/null >events || why="$why script ended with $?;"
	[ "$(wc -l <events)" -eq "${read:-0}" ] || why="$why script has $(wc -l <events) of $read;"
	# How long before the kill the last event is: only told when there are events all the time.
	last=$(tail -1 events | sed -n 's/.*"ts_ns":\([0-9]*\)[0-9]\{6\},.*/\1/p')
	if [ -n "$group" ] && [ -n "$last" ]; then
		lost=$((at - last))
		[ $lost -le $worst ] || worst=$lost
		[ $lost -le 1000 ] || late=$((late + 1))
		[ "$read" -lt 100 ] || busy=$((busy + 1))
	fi
	[ -z "$why" ] || { bad=$((bad + 1)); echo "# after $delay s: $why"; cp r.data "/tmp/rs-crash-bad-$bad.data"; }
done <delays
[ $bad -eq 0 ] && [ $killed -gt 0 ] && [ $((killed + early)) -eq "$times" ] && [ $early -le $((times / 50)) ]
result "$killed recorders killed: every recording opens and has all that was written"
if [ -n "$group" ]; then
	# A host that has no time for anybody may give the recorder none, either.
	[ $((busy * 4)) -ge "$killed" ] && [ $worst -gt 0 ] && [ $worst -le 3000 ] && [ $late -le $((1 + times / 20)) ]
	result "at most the last second is lost: longest $worst ms, $late times of $killed longer than 1000 ms, $busy with 100 records or more"
else
	skip "at most the last second is lost" "no memory cgroup can be made here, so no events"
fi
echo "1..$n"
