#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# images.sh data|tools: the disks that guests get. data: ext4 with a file of 640 MiB that does not
# compress (/big) and 40,000 empty files (/many), written to by nobody for good (snapshot). tools:
# the tracers that reclaimscope is compared with, with their libraries.
set -eu
. "$(dirname "$0")/lib.sh"
mkdir -p "$CACHE"

data() {
	[ -e "$CACHE/data.img" ] && return 0
	local t
	t=$(mktemp -d "$CACHE/data.XXXXXX")
	"$TOP/build/tests/vm/load" fill "$t/big" 640
	for d in $(seq 0 9); do
		mkdir -p "$t/many/$d"
		(cd "$t/many/$d" && seq -f f%05g 4000 | xargs touch)
	done
	truncate -s 2G "$CACHE/data.tmp"
	mkfs.ext4 -q -F -b 4096 -N 100000 -O ^has_journal -E lazy_itable_init=0 -d "$t" "$CACHE/data.tmp"
	mv "$CACHE/data.tmp" "$CACHE/data.img"
	rm -rf "$t"
}

tools() {
	[ -e "$CACHE/tools.img" ] && return 0
	local t f lib
	t=$(mktemp -d "$CACHE/tools.XXXXXX")
	for f in /usr/bin/bpftrace /usr/bin/trace-cmd "$(readlink -f /usr/bin/perf)" /usr/sbin/drsnoop /usr/sbin/bpftool; do
		[ -f "$f" ] || { echo "images.sh: $f is not installed; tools/install-deps.sh bench" >&2; exit 1; }
		install -D "$f" "$t/$f"
		for lib in $(ldd "$f" 2>/dev/null | grep -oE '/[^ ]+'); do
			[ -e "$t/$lib" ] || install -D "$lib" "$t/$lib"
		done
	done
	truncate -s 700M "$CACHE/tools.tmp"
	mkfs.ext4 -q -F -O ^has_journal -d "$t" "$CACHE/tools.tmp"
	mv "$CACHE/tools.tmp" "$CACHE/tools.img"
	rm -rf "$t"
}

for what in "$@"; do $what; done
