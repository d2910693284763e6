#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# sim.sh BUILD: what the simulation costs, beside libCacheSim on the same accesses in the same run.
# libCacheSim is fetched and built outside of this tree, in PEER_DIR (~/.cache/reclaimscope/libCacheSim); a source
# that is there already is used as it is. QUICK=1: one million pages only, short. Exit status 1: a bar is missed.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
peer=${PEER_DIR:-$HOME/.cache/reclaimscope/libCacheSim}
commit=aa0fc40
events=20000000
[ -z "${QUICK:-}" ] || events=4000000

if [ ! -e "$peer/CMakeLists.txt" ]; then
	mkdir -p "$(dirname "$peer")"
	git clone -q https://github.com/1a1a11a/libCacheSim "$peer" && git -C "$peer" checkout -q "$commit" || exit 1
fi
if [ ! -e "$peer/b/liblibCacheSim.a" ]; then
	{ cmake -S "$peer" -B "$peer/b" -DCMAKE_BUILD_TYPE=Release -DENABLE_TESTS=OFF && make -C "$peer/b" -j2; } >"$peer/build.log" 2>&1 ||
		{ echo "sim.sh: libCacheSim does not build, see $peer/build.log; it needs cmake, libglib2.0-dev, libzstd-dev" >&2; exit 1; }
fi
mkdir -p "$build/tests/bench"
# shellcheck disable=SC2046
cc -O2 -c -I"$peer/libCacheSim/include" $(pkg-config --cflags glib-2.0) tests/bench/peer_libcachesim.c \
	-o "$build/tests/bench/peer.o" 2>/dev/null || exit 1
# shellcheck disable=SC2046
cc -flto=auto -o "$build/tests/bench/sim" "$build/tests/bench/sim.o" "$build/tests/bench/peer.o" "$build/libreclaimscope.a" \
	"$peer/b/liblibCacheSim.a" $(pkg-config --libs glib-2.0) -lzstd -ldl -lstdc++ -lm -pthread || exit 1

missed=0
# field LINE NAME; bar WHAT VALUE OP BAR
field() { echo "$1" | tr ' ' '\n' | grep -A1 -x "$2" | tail -1; }
bar() {
	local verdict=met
	awk "BEGIN { exit !($2 $3 $4) }" || { verdict=MISSED missed=1; }
	printf '%-60s %10s  %s %-8s %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

line=$("$build/tests/bench/sim" speed 1048576 0.99 $events 2) || exit 1
echo "$line"
bar "1 M pages: times as fast as its Clock" "$(field "$line" ratio_clock)" '>=' 20
bar "1 M pages: million page events per second" "$(field "$line" mevents)" '>=' 100
bar "bytes for a resident page" "$(field "$line" bytes)" '<=' 8
bar "bytes with the shadow" "$(field "$line" bytes_shadow)" '<=' 16
if [ -z "${QUICK:-}" ]; then
	line=$("$build/tests/bench/sim" speed 16777216 0.80 $events 8) || exit 1
	echo "$line"
	bar "16 M pages: times as fast as its Clock" "$(field "$line" ratio_clock)" '>=' 15
fi
for shift in 6 4; do
	line=$("$build/tests/bench/sim" sweep 1000 $events $shift) || exit 1
	echo "$line"
	part="sample of 1/$((1 << shift))"
	bar "1000 settings, $part: s of CPU time" "$(field "$line" one_cpu_s)" '<=' 10
	bar "$part: mean error" "$(field "$line" error_mean)" '<=' 0.001
	bar "$part: largest error, average of choices of pages" "$(field "$line" error_max)" '<=' 0.001
	[ $shift = 6 ] || continue
	bar "two threads: share of one thread's wall time" \
		"$(awk "BEGIN { printf \"%.2f\", $(field "$line" two_wall_s) / $(field "$line" one_wall_s) }")" '<=' 0.6
done
exit $missed
