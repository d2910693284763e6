#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The direction of dependencies, checked: which folder may include from which. Prints TAP.
set -u
cd "$(dirname "$0")/.." || exit 1

# folder: folders it may include from, beside itself
allowed='
src/base:
src/wire:
src/kernel: src/base
src/trace: src/wire src/base
src/probe: src/trace src/kernel src/wire src/base
src/report: src/trace src/wire src/base
src/model:
src/sim: src/model src/base
src/episode: src/trace src/wire src/base
src/diff: src/episode src/model src/trace src/wire src/base
src/apply: src/kernel src/base
src/tune: src/sim src/diff src/model src/kernel src/trace src/wire src/base
tools: src/apply src/tune src/diff src/report src/probe src/trace src/kernel src/wire src/base
bpf: src/wire vmlinux
'

n=0
check() { # check NAME OFFENDERS
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

for dir in src/base src/kernel src/trace src/probe src/report src/model src/sim src/episode src/diff src/apply src/tune tools; do
	may=$(echo "$allowed" | sed -n "s|^$dir: *||p")
	bad=
	for f in "$dir"/*.[ch]; do
		for inc in $(sed -n 's/^#include "\(.*\)"/\1/p' "$f"); do
			case $inc in
			*.skel.h) [ "$dir" = src/probe ] || bad="$bad $f:$inc"; continue ;;
			*/*) ;;
			*) continue ;;
			esac
			to=$(realpath -m --relative-to=. "$dir/$(dirname "$inc")")
			case " $dir $may " in *" $to "*) ;; *) bad="$bad $f:$inc" ;; esac
		done
	done
	check "$dir includes only from: $may" "$bad"
done

check "bpf/ includes only its own headers, src/wire and libbpf" "$(grep -nE '^#include' bpf/* |
	grep -vE '"(emit|compat|task|hook|summary|folio)\.bpf\.h"|"[a-z_]+\.bpf\.c"|"(capture|event|vmlinux)\.h"|<bpf/')"
check "only bpf/compat.bpf.h and src/kernel ask what kernel this is" "$(grep -nE 'LINUX_KERNEL_VERSION|KERNEL_VERSION\(|uname\(' -r src bpf tools |
	grep -v '^src/kernel/')"
check "no goto outside of bpf/" "$(grep -nE '^\s*goto ' -r src tools)"
check "the library never exits and never writes to stdout" "$(grep -nE '\b(exit|abort|printf|puts|putchar)\(|\bstdout\b' -r src --include='*.c' |
	grep -vE '\b(fprintf|snprintf|vsnprintf|_exit)\(|^src/(probe/process|apply/trial).c.*_exit')"
check "only src/apply writes settings" "$(grep -n "rs_setting_write(" -r src tools --include="*.c" | grep -vE "^src/(apply/|kernel/setting)")"
check "no bpf_printk is left in" "$(grep -n bpf_printk -r bpf)"
check "src/model includes nothing but <stdint.h> <stdbool.h> <stddef.h> <string.h>" "$(grep -nE '^#include <' -r src/model |
	grep -vE '<(stdint|stdbool|stddef|string)\.h>')"
model=$(mktemp) || exit 1
objects=$(sed -n 's/^MODEL *[:+]= *//p' Makefile | tr ' ' '\n' | sed "s|.*|${OUT:-build}/src/model/&.o|")
# shellcheck disable=SC2086
check "src/model calls nothing but memcpy, memset, memcmp and memmove" "$({ "${LD:-ld}" -r -o "$model" $objects && nm -u "$model"; } 2>&1 |
	awk '{ print $NF }' | grep -vxE 'mem(cpy|set|cmp|move)|__(asan|ubsan|gcov|llvm)_.*|_GLOBAL_OFFSET_TABLE_')"
[ -n "${SAN:-}" ] || # sanitizers keep their own
	check "src/model keeps no state" "$(size -A "$model" | awk '($1 == ".data" || $1 == ".bss") && $2 > 0')"
rm -f "$model"
check "the wire has fixed-width types only" "$(grep -nE 'F\((long|bool|int|enum|size_t)' src/wire/event.h)"
check "every file says its licence" "$(git ls-files | grep -E '\.(c|h|sh)$|Makefile$' | while read -r f; do
	head -3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || echo "$f"; done)"
check "no file is called utils, helpers, common or misc" "$(git ls-files | grep -E '(^|/)(utils|helpers|common|misc)\.')"
