#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels.sh: the part of the matrix that every `make test` runs: each kernel once, each with another
# kind of pressure, and docs/kernel-support.md against what was attached. Prints TAP.
set -u
. "$(dirname "$0")/lib.sh"
runs="5.10:anon:check 6.1:slab:check 6.12:mix:lru=n:mode=folios:check 6.18:memcg:summary:check 7.2:burst:summary:check 6.12:anon:summary 6.1:marks 7.2:marks"
results=$TOP/build/vm
dirs=
for run in $runs; do
	case $run in *:check) dirs="$dirs $results/${run//[:=]/-}" ;; esac
done
"$HERE/test.sh" $runs
for dir in $dirs; do
	[ -s "$dir/check.jsonl" ] || { echo "ok - docs/kernel-support.md # SKIP $(basename "$dir") did not run"; exit 0; }
done
"$HERE/support.sh" $dirs >"$results/kernel-support.md"
if [ "${1:-}" = --write ]; then
	cp "$results/kernel-support.md" "$TOP/docs/kernel-support.md"
# The mirror has a newer build of the same kernel now and then.
elif diff -u -I '^Booted:' "$TOP/docs/kernel-support.md" "$results/kernel-support.md" >"$results/kernel-support.diff"; then
	echo "ok - docs/kernel-support.md says what is attached where"
else
	sed 's/^/# /' "$results/kernel-support.diff"
	echo "not ok - docs/kernel-support.md says what is attached where; make kernel-support rewrites it"
fi
