#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# compilers.sh BUILD: no compiler that is here has a warning about any file. Prints TAP.
set -u
build=$1 n=0
cd "$(dirname "$0")/.." || exit 1
check() { # check NAME OUTPUT: ok if there is no warning in it
	n=$((n + 1))
	said=$(echo "$2" | grep -E 'warning:|error:' | sort -u | head -10)
	if [ -z "$said" ]; then
		echo "ok $n - $1 has nothing to say"
	else
		echo "not ok $n - $1"
		echo "$said" | sed 's/^/# /'
	fi
}
# All files but one, which needs the headers of a program that is only built for a comparison. The flags are the build's.
flags=$(MAKEFLAGS= make -s print-cflags)
for cc in gcc clang-14 clang-19; do
	if ! command -v $cc >/dev/null; then
		n=$((n + 1))
		echo "ok $n - $cc # SKIP it is not installed"
		continue
	fi
	check $cc "$(for f in $(git ls-files 'src/*.c' 'tools/*.c' 'tests/*.c' ':!tests/bench/peer_libcachesim.c'); do
		# Optimised, because some warnings need that; without output.
		case $cc in gcc) $cc $flags -O2 -I"$build/bpf" -S -o /dev/null "$f" ;; *) $cc $flags -I"$build/bpf" -fsyntax-only "$f" ;; esac 2>&1
	done)"
done
for clang in clang-14 clang-19; do
	if ! command -v $clang >/dev/null; then
		n=$((n + 1))
		echo "ok $n - $clang for BPF # SKIP it is not installed"
		continue
	fi
	check "$clang for BPF" \
		"$(MAKEFLAGS= make -s CLANG=$clang OUT="$build/compilers/$clang" "$build/compilers/$clang/bpf/"{reclaimscope,cast,summary}.bpf.o 2>&1)"
done
# The other compiler's program says the same of each golden recording.
n=$((n + 1))
if ! command -v clang-14 >/dev/null; then
	echo "ok $n - the program of clang-14 # SKIP it is not installed"
elif ! MAKEFLAGS= make -s -j2 CC=clang-14 OUT="$build/compilers/whole" "$build/compilers/whole/reclaimscope" >"$build/compilers/said" 2>&1; then
	echo "not ok $n - the program of clang-14: $(tail -1 "$build/compilers/said")"
else
	said=$(tests/replay/replay.sh "$build/compilers/whole")
	echo "$said" | grep -q '^ok' && ! echo "$said" | grep '^not ok' | sed 's/^/# /' | grep .
	[ $? -eq 0 ] && echo "ok $n - the program of clang-14 says of each recording what that of gcc says" ||
		echo "not ok $n - the program of clang-14 says of each recording what that of gcc says"
fi
echo "1..$n"
