#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench.sh: what the capture costs, beside other tracers on the same work, and whether it loses anything.
# Prints one table and writes docs/performance.md. QUICK=1: a short workload, no table of kernels, and the
# page goes to build/bench/. BENCH_KERNEL=6.1 is where costs are measured, and MGLRU_KERNEL=6.12 with MGLRU on;
# BENCH_SECONDS is how long events come at 200,000 a second, BENCH_GUESTS=2 how many guests run at once. Exit status 1: a
# bar is missed.
set -u
. "$(dirname "$0")/../vm/lib.sh"
HERE=$TOP/tests/vm
build=$TOP/build
results=$build/bench
kernel=${BENCH_KERNEL:-6.1}
mglru=${MGLRU_KERNEL:-6.12}
quick=${QUICK:-}
passes=3 mib=400 clean=600 rounds=3 seconds=60
[ -z "$quick" ] || { passes=1 mib=100 clean=200 rounds=1 seconds=5; }
seconds=${BENCH_SECONDS:-$seconds}

mkdir -p "$results"
"$HERE/images.sh" data tools || exit 1

guest() { # guest KERNEL TRACER OPTION...: numbers go to $results/KERNEL-TRACER/numbers; sizes are $passes and $mib, or $work
	local k=$1 tracer=$2 dir=$results/$1-$2
	shift 2
	rm -rf "$dir"
	mkdir -p "$dir"
	{
		echo "TRACER=$(echo "$tracer" | sed 's/-again$//; s/-classic$//')"
		echo "truncate -s 8G /data/holes"
		echo "${work:-WORKLOAD='load flat 96 $passes; exec load stream /data/holes $mib 1'}"
		cat "$TOP/tests/bench/guest.sh"
	} >"$dir/script"
	"$HERE/vm.sh" -k "$k" -o "$dir" -d -w zram:256 -b "$build/reclaimscope" -b "$build/tests/vm/load" -t 1800 "$@" \
		"$dir/script" || echo "bench: $k $tracer: the guest failed, see $dir" >&2
}

make_room() { while [ "$(jobs -rp | wc -l)" -ge "${BENCH_GUESTS:-2}" ]; do wait -n; done; }

# number KERNEL-TRACER NAME
number() { awk -v name="$2" '$1 == name { print $2; exit }' "$results/$1/numbers" 2>/dev/null; }
calc() { awk "BEGIN { printf \"${2:-%.3f}\", $1 }" 2>/dev/null || echo nan; }

# What the CPU spent from the begin of the work to its end, over all rounds.
took() { awk '$1 == "began" { n -= $2 } $1 == "ended" { n += $2 } END { printf "%.0f", n }' "$results/$1/numbers" 2>/dev/null; }
# The same without a tracer: the mean of two runs, which differ by some instructions for each event.
untraced() { calc "($(took "$1-none") + $(took "$1-none-again")) / 2" %.0f; } # untraced KERNEL
differ() { # differ KERNEL: by how many
	calc "sqrt((($(took "$1-none-again") - $(took "$1-none")) / 4 / $(number "$1-vmscan" events)) ^ 2)" %.0f
}
# Instructions that a tracer adds to an event.
added_on() { # added_on KERNEL TRACER [NUMBER]
	calc "($(took "$1-$2") - $(untraced "$1")) / 4 / $(number "$1-$2" "${3:-events}")" %.0f
}
added() { added_on "$kernel" "$@"; } # added TRACER [NUMBER]
# And to the instructions of the work, in percent.
share_on() { calc "100 * ($(took "$1") / $2 - 1)" %.1f; } # share_on KERNEL-TRACER UNTRACED
share() { share_on "$kernel-$1" "$(untraced "$kernel")"; } # share TRACER

missed=0
row() { # row WHAT OURS THEIRS RATIO BAR: the ratio may be at most the bar
	local verdict
	verdict=$(awk -v ratio="$4" -v bar="$5" 'BEGIN { print (ratio ~ /^-?[0-9.]+$/ && ratio + 0 <= bar + 0) ? "met" : "MISSED" }')
	[ "$verdict" = met ] || missed=1
	printf '| %s | %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}

"$HERE/fetch.sh" qemu "$kernel" "$mglru" >/dev/null || exit 1
for tracer in none none-again summary vmscan decisions bpftrace trace-cmd perf startup overload; do
	make_room
	guest "$kernel" "$tracer" -i -T &
done
for tracer in none-classic decisions-classic; do
	make_room
	guest "$mglru" "$tracer" -i -T -l n &
done
# Under MGLRU this work takes one of several ways, of 14,657 calls or 19,397, whoever traces it: what one run has cannot be
# subtracted from another. What is lost can be told; costs are measured where one task takes back clean pages that were read once,
# several times, as it is a short work, each time another file. Free pages wait on a list of the CPU's whose length the kernel
# changes once a second: what a run leaves there, it has not paid for, so the list is kept short. And a file's tree remembers what was
# evicted until the file is cut: several such trees were more than the cgroup may have, and were shrunk, once in a while.
make_room
passes=1 mib=100 guest "$mglru" decisions -i -T -l y &
work="echo 100000 >/proc/sys/vm/percpu_pagelist_high_fraction
	for n in $(seq -s ' ' $rounds); do truncate -s 8G /data/holes\$n; done
	LIMIT=max ROUNDS=$rounds
	AFTER='truncate -s 0 /data/holes\$round'
	PREPARE='load stream /data/holes\$round $clean 1; sync'
	WORKLOAD='n=0; while [ \$n -lt $((clean / 4 - 5)) ]; do echo 4M >/sys/fs/cgroup/bench/memory.reclaim; n=\$((n + 1)); done'"
for tracer in none none-again summary vmscan bpftrace trace-cmd perf; do
	make_room
	guest "$mglru" "$tracer" -i -T -l y -m 1024 &
done
work=
kernels=
if [ -z "$quick" ]; then
	for k in $ALL_KERNELS; do
		"$HERE/fetch.sh" "$k" >/dev/null && kernels+=" $k" || continue
		make_room
		guest "$k" complete &
	done
fi
wait
# On this host: two threads write into the rings what the guest recorded.
pump=$results/pump
"$build/tests/bench/pump" "$results/$kernel-decisions/f" "$results/pump.data" 200000 "$seconds" >"$pump.even"
echo "status $?" >>"$pump.even"
"$build/tests/bench/pump" "$results/$kernel-decisions/f" "$results/pump.data" 0 10 >"$pump.overload"
echo "status $?" >>"$pump.overload"
rm -f "$results/pump.data"
"$build/tests/bench/checking" "$results/$kernel-decisions/f" >"$results/checking"
# And the whole recorder on this host's own kernel, if that lets it: one event for each call.
real=$results/real
rm -f "$real"*
if "$build/reclaimscope" record -q -d 100ms -o "$real.data" 2>/dev/null; then
	# In a session of its own: where the scheduler groups tasks by session, nice counts within one only.
	setsid -w sh -c '[ ! -w /proc/self/autogroup ] || echo -20 >/proc/self/autogroup; exec "$@"' real \
		"$build/reclaimscope" record -q --force -o "$real.data" -- \
		nice -n -15 "$build/tests/bench/pageout" 260000 "$seconds" >"$real.calls"
	"$build/reclaimscope" report -j "$real.data" 2>/dev/null | tail -1 >"$real.report"
	rm -f "$real.data"
fi
real() { grep -o "\"$1\":[0-9]*" "$real.report" | head -1 | cut -d: -f2; }
of() { tr ' ' '\n' <"$1" | awk -v name="$2" 'found { print; exit } $0 == name { found = 1 }'; }

per_event() { # per_event TRACER: bytes, with and without what an empty recording has
	calc "($(number "$kernel-$1" bytes) - $2) / $(number "$kernel-$1" events)"
}

costs() { # costs KERNEL COUNTING RECORDING: the rows of these names
	local vmscan summary bpftrace trace_cmd perf
	vmscan=$(added_on "$1" vmscan) summary=$(added_on "$1" summary) bpftrace=$(added_on "$1" bpftrace)
	trace_cmd=$(added_on "$1" trace-cmd) perf=$(added_on "$1" perf)
	row "$2" "$summary" "bpftrace $bpftrace" "$(calc "$summary / $bpftrace")" 0.1
	row "$3" "$vmscan" "trace-cmd $trace_cmd" "$(calc "$vmscan / $trace_cmd")" 0.334
	row "$3" "$vmscan" "perf $perf" "$(calc "$vmscan / $perf")" 0.125
}

table() {
	local bytes their_bytes k
	echo '| what | reclaimscope | compared with | ratio | bar | |'
	echo '|---|---|---|---|---|---|'
	costs "$kernel" 'counting: instructions added per vmscan event' 'recording the same vmscan events'
	costs "$mglru" "counting under MGLRU, $mglru" "recording under MGLRU, $mglru"
	for k in "$kernel" "$mglru"; do
		row "lost by the default mode on $k, $([ "$k" = "$mglru" ] && echo MGLRU || echo classic), of $(number "$k-decisions" attempted)" \
			"$(number "$k-decisions" lost)" - "$(number "$k-decisions" lost)" 0
	done
	bytes=$(per_event vmscan 0) their_bytes=$(per_event trace-cmd 0)
	row 'bytes per event, whole file' "$bytes" "trace-cmd $their_bytes" "$(calc "$bytes / $their_bytes")" 0.25
	bytes=$(per_event vmscan "$(number "$kernel-vmscan" empty_bytes)")
	their_bytes=$(per_event trace-cmd "$(number "$kernel-trace-cmd" empty_bytes)")
	row 'bytes per event, without what an empty file has' "$bytes" "trace-cmd $their_bytes" "$(calc "$bytes / $their_bytes")" 0.25
	local ours theirs mode
	# drsnoop runs for a second from when it is attached; the fastest of three.
	theirs=$(for i in 1 2 3; do
		calc "($(number "$kernel-startup" drsnoop_end$i) - $(number "$kernel-startup" drsnoop_start$i)) / 1e6 - 1000" "%.0f\n"
	done | sort -n | head -1)
	for mode in summary stalls decisions; do
		ours=$(calc "($(number "$kernel-startup" ${mode}_attached) - $(number "$kernel-startup" ${mode}_start)) / 1e6" %.0f)
		row "start to attached, ms of guest time, $([ $mode = stalls ] && echo 'of what drsnoop records' || echo "mode $mode")" "$ours" "drsnoop $theirs" "$(calc "$ours / $theirs")" 1.5
	done
	row 'resident memory without the ring, KiB' "$(number "$kernel-decisions" resident)" - "$(number "$kernel-decisions" resident)" 4096
	row "decoded and checked by diff, ns of CPU for each of $(of "$results/checking" decisions) decisions (this host)" \
		"$(of "$results/checking" check_ns)" "decoding alone $(of "$results/checking" decode_ns)" "$(of "$results/checking" check_ns)" 1000
	row "lost at 200,000 events/s for $seconds s, of $(of "$pump.even" attempted) (rings and writer, this host)" \
		"$(of "$pump.even" lost)" - "$(of "$pump.even" lost)" 0
	if [ -s "$real.report" ]; then
		local rate
		rate=$(calc "$(real mm_vmscan_reclaim_pages) / $(of "$real.calls" seconds)" %.0f)
		row "lost of $(real attempted) events of this host's own kernel, $rate a second, at least 200000 wanted" "$(real lost)" - \
			"$(calc "$(real lost) + ($rate < 200000) + ($(real attempted) - $(real written) - $(real lost)) ^ 2" %.0f)" 0
	fi
	row "overload: $(of "$pump.overload" attempted) attempted, not written and not counted (this host)" \
		"$(calc "$(of "$pump.overload" attempted) - $(of "$pump.overload" written) - $(of "$pump.overload" lost)" %.0f)" - \
		"$(of "$pump.overload" status)" 0
	local k=$kernel-overload
	row "overload: $(number "$k" attempted) attempted, $(number "$k" lost) lost, not written and not counted (guest, recorder has 2 % of the CPU)" \
		"$(calc "$(number "$k" attempted) - $(number "$k" written) - $(number "$k" lost)" %.0f)" - \
		"$(calc "$(number "$k" status) + ($(number "$k" attempted) - $(number "$k" written) - $(number "$k" lost)) ^ 2" %.0f)" 0
}

page() {
	cat <<-END
	# What the capture costs

	Written by \`make bench${quick:+ QUICK=1}\`, which measures every number here; nothing is carried over from another run.

	Kernel $(cat "$CACHE/kernel-$kernel/release"), in QEMU with \`-icount shift=2,sleep=off -smp 1\`: the guest's clock goes by
	instructions, 4 ns each, so costs are counts of instructions and not times; caches and branches cost nothing. The work:
	anonymous memory of 96 MiB written $passes times under a limit of 48 MiB, with zram, then $mib MiB of a file read under the same
	limit. The cost of a tracer is what the CPU spends on tasks from the begin of the work to its end, above the mean of two
	runs without a tracer, for each call of a vmscan tracepoint. These two differed by $(differ "$kernel") instructions for each call. Under MGLRU
	the work is $clean MiB of a file that were read once, of which a cgroup takes back all but 20 MiB through memory.reclaim,
	$rounds times ($(number "$mglru-vmscan" events) calls), each time of another file, which is emptied after it; there the two differed by $(differ "$mglru"). What the tracer does meanwhile in its own process, with
	encoding and writing, is in it; its start and its end are not.

	$(cat "$results/table")

	The default mode records more than the tracepoints: $(number "$kernel-decisions" written) records where these were called
	$(number "$kernel-decisions" events) times. It adds $(added decisions written) instructions for each record, $(added decisions) for each
	such call, and $(share decisions) % to the instructions of this work, of which
	reclaim is most; trace-cmd adds $(share trace-cmd) %. On $mglru with the classic LRU, where programs read the kernel's memory
	without calling a function, $(number "$mglru-decisions-classic" written) records of the same work add $(share_on "$mglru-decisions-classic" "$(took "$mglru-none-classic")") %. With MGLRU it makes $(number "$mglru-decisions" written) records for
	$(number "$mglru-decisions" events) calls when memory is written once and 100 MiB are read.

	The start of the default mode, $(calc "($(number "$kernel-startup" decisions_attached) - $(number "$kernel-startup" decisions_start)) / 1e6" %.0f) ms: $(number "$kernel-startup" at_ms) to read kallsyms and BTF, $(number "$kernel-startup" loaded_ms) to have the
	programs checked by the kernel and compiled, $(number "$kernel-startup" attached_ms) to attach them. Functions are attached one by one, and for each the kernel goes over
	all places that can be traced; a program for all of them at once would have to be the same for all.

	The user-space part on this host takes $(of "$pump.even" reader_ns) ns of CPU for a record of that recording.
	END
	[ -z "$kernels" ] || cat <<-END

	## Decisions that arrive complete

	Of all that the programs were called for, with the default buffers, two CPUs; for the choices of \`--attach\`. What is missing was
	skipped by the kernel, or its begin was not seen, or found no room.

	| kernel | auto | cheap | complete |
	|---|---|---|---|
	$(for k in $kernels; do
		printf '| %s |' "$k"
		for attach in auto cheap complete; do
			a=$(number "$k-complete" ${attach}_attempted) l=$(number "$k-complete" ${attach}_lost)
			[ -n "$a" ] && printf ' %s %% of %s |' "$(calc "100 * (1 - $l / $a)" %.3f)" "$a" || printf ' not recorded |'
		done
		echo
	done)
	END
}

table >"$results/table"
cat "$results/table"
missed=$(grep -c MISSED "$results/table")
to=$TOP/docs/performance.md
[ -z "$quick" ] || to=$results/performance.md
page | sed 's/^\t//' >"$to"
[ "$missed" = 0 ]
