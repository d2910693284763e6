#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fuzz.sh BUILD SECONDS: feeds mutated recordings to everything that reads them, for so long. Begins
# with made-up recordings, with one of this host if it can be recorded, and with what an earlier call
# found worth keeping, in BUILD/fuzz/corpus. A crash stays there as crash-*. Prints TAP.
set -u
build=$1 seconds=$2
dir=$build/fuzz/corpus
mkdir -p "$dir/seeds" "$dir/found"
for mode in decisions summary; do
	rm -f "$dir/$mode.data"
	"$build/reclaimscope" record -q --mode $mode -d 200ms -o "$dir/$mode.data" 2>/dev/null && set -- "$@" "$dir/$mode.data"
done
shift 2
"$build/tests/fuzz/seeds" "$dir/seeds" "$@" || exit 1
# More memory than this, for a file of this size, would be a way to kill the reader.
"$build/tests/fuzz/fuzz_reader" -max_total_time="$seconds" -max_len=131072 -timeout=10 -rss_limit_mb=1024 -close_fd_mask=2 \
	-dict="$(dirname "$0")/recording.dict" -print_final_stats=1 -artifact_prefix="$dir/crash-" -verbosity=1 "$dir/found" "$dir/seeds" >"$dir/log" 2>&1
status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/log")
if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
	echo "ok 1 - $runs mutated recordings in $seconds s, $(find "$dir/found" -type f | wc -l) kept, nothing broke"
else
	tail -40 "$dir/log" | sed 's/^/# /'
	echo "not ok 1 - fuzzing ended with status $status, see $dir"
fi
