#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fuzz.sh BUILD SECONDS [HARNESS...]: feeds mutated recordings to what reads them (reader, the default)
# what judges them (diff) and what advises from them (tune), for so long each. Begins with made-up recordings, with the golden ones for
# the judges, with one of this host if it can be recorded, and with what an earlier call found worth
# keeping, in BUILD/fuzz/corpus*. A crash stays there as crash-*. Prints TAP.
set -u
build=$1 seconds=$2 here=$(dirname "$0")
shift 2
# More memory than this, for a file of this size, would be a way to kill the reader.
limits="-timeout=20 -rss_limit_mb=1024 -close_fd_mask=2 -print_final_stats=1 -verbosity=1"

fuzz() { # fuzz NUMBER HARNESS DIRECTORY LONGEST RECORDING...
	number=$1 harness=$2 dir=$3 longest=$4
	shift 4
	mkdir -p "$dir/seeds" "$dir/found"
	for mode in decisions summary; do
		rm -f "$dir/$mode.data"
		"$build/reclaimscope" record -q --mode $mode -d 200ms -o "$dir/$mode.data" 2>/dev/null && set -- "$@" "$dir/$mode.data"
	done
	"$build/tests/fuzz/seeds" "$dir/seeds" "$@" || exit 1
	"$build/tests/fuzz/fuzz_$harness" -max_total_time="$seconds" -max_len="$longest" $limits -dict="$here/recording.dict" \
		-artifact_prefix="$dir/crash-" "$dir/found" "$dir/seeds" >"$dir/log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log")
	if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
		echo "ok $number - $harness: $runs mutated recordings in $seconds s, $(find "$dir/found" -type f | wc -l) kept, nothing broke"
	else
		tail -40 "$dir/log" | sed 's/^/# /'
		echo "not ok $number - fuzzing $harness ended with status $status, see $dir"
	fi
}

n=0
for harness in ${*:-reader}; do
	n=$((n + 1))
	case $harness in
	reader) fuzz $n reader "$build/fuzz/corpus" 131072 ;;
	diff | tune) fuzz $n "$harness" "$build/fuzz/corpus-$harness" 524288 "$here"/../replay/*.data ;;
	esac
done
