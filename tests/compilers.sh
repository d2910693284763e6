#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# compilers.sh BUILD: no compiler that is here has a warning about any file. Prints TAP.
set -u
build=$1 n=0
cd "$(dirname "$0")/.." || exit 1
check() { # check NAME COMMAND...: ok if it ends well, and there is no warning in what it says
	name=$1 n=$((n + 1))
	shift
	said=$("$@" 2>&1) || said="$said
error: it ended with $?"
	said=$(echo "$said" | grep -E 'warning:|error:|\*\*\*' | sort -u | head -10)
	if [ -z "$said" ]; then
		echo "ok $n - $name has nothing to say"
	else
		echo "not ok $n - $name"
		echo "$said" | sed 's/^/# /'
	fi
}
# All files but one, which needs the headers of a program that is only built for a comparison. The flags are the build's.
flags=$(MAKEFLAGS= make -s print-cflags)
all_files() { # all_files COMPILER: without output; gcc optimises, because some warnings need that
	case $1 in gcc) how="-O2 -S -o /dev/null" ;; *) how=-fsyntax-only ;; esac
	status=0
	for f in $(git ls-files 'src/*.c' 'tools/*.c' 'tests/*.c' ':!tests/bench/peer_libcachesim.c'); do
		$1 $flags $how -I"$build/bpf" "$f" || status=$?
	done
	return $status
}
objects() { # objects CLANG
	MAKEFLAGS= make -s CLANG=$1 OUT="$build/compilers/$1" $(printf " $build/compilers/$1/bpf/%s.bpf.o" reclaimscope cast summary)
}
for cc in gcc clang-14 clang-19; do
	if command -v $cc >/dev/null; then
		check $cc all_files $cc
	else
		n=$((n + 1))
		echo "ok $n - $cc # SKIP it is not installed"
	fi
done
for clang in clang-14 clang-19; do
	if command -v $clang >/dev/null; then
		check "$clang for BPF" objects $clang
	else
		n=$((n + 1))
		echo "ok $n - $clang for BPF # SKIP it is not installed"
	fi
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
